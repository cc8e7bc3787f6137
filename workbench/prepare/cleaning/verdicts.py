"""What the contract of a dataset says of the cells of a column that fills one of its fields, each text by itself.

It is what an import's own judgement says of the column by itself: the contract's suite and what is odd of a text. What
needs more than the text (other columns, other rows, records, expectations that analysts have added) is not asked, so
that a recipe which says "the rows whose e-mail is none" needs the program alone, and no database. The wrong texts
themselves would be of no use in it: next month has others.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from workbench.datasets import catalog
from workbench.derived.expectations import Expectation, expectations
from workbench.model.arrays import matches, only
from workbench.model.contract import Contract, Field
from workbench.model.errors import UnknownDataset
from workbench.model.issue import ISSUES
from workbench.model.kinds import KINDS
from workbench.model.sheet import Chunk
from workbench.model.template import Mapping
from workbench.prepare.normalize import normalize
from workbench.prepare.oddities import Oddities, in_order

_CELL = "cell"


@dataclass(frozen=True, kw_only=True)
class Filled:
    """The field of a dataset that a column fills, and the form that the column is written in ("" for none)."""

    dataset: str
    field: str
    form: str = ""

    def __str__(self) -> str:
        return f"{self.dataset}.{self.field}" + (f" {self.form}" if self.form else "")

    @classmethod
    def from_text(cls, text: str) -> Self:
        """As a condition says it: `elevate.students.email`, `elevate.students.birth_date dmy`; raises ValueError with
        the rest of a sentence."""
        name, _, form = text.partition(" ")
        dataset, _, field = name.rpartition(".")
        try:
            known = catalog.contract(dataset)
        except UnknownDataset:
            raise ValueError(f"{dataset or text!r} is no dataset") from None
        if field not in (each.name for each in known.fields):
            raise ValueError(f"{dataset} has no field called {field!r}")
        if form and form not in KINDS[known.field(field).kind].forms:
            raise ValueError(f"{form!r} is no form of {name}")
        return cls(dataset=dataset, field=field, form=form)


def verdicts(cells: pa.StringArray, filled: Filled) -> pa.Table:
    """The issues (see ISSUES) of each cell (blank: ""), sorted by position; the line of each is its position, too."""
    contract, field, asked = _asked(filled)
    positions = np.arange(len(cells), dtype=np.int32)
    chunk = Chunk(lines=pa.array(positions), cells=pa.RecordBatch.from_arrays([cells], names=[_CELL]))
    mapping = Mapping(columns={_CELL: field.name}, forms={field.name: filled.form} if filled.form else {})
    columns = normalize(chunk, contract, mapping).columns
    failed = [(each, np.asarray(_fails(each, columns[field.name], field))) for each in asked]
    found = pa.concat_tables([ISSUES.empty_table(), *(_table(each, positions[flags]) for each, flags in failed)])
    oddities = Oddities(contract, mapping)
    found = in_order(oddities.explained(in_order(found), columns), oddities.issues(chunk, columns))
    return found.filter(pc.equal(found["field"], field.name))


def has(cells: pa.StringArray, filled: Filled, codes: tuple[str, ...]) -> pa.BooleanArray:
    """Of which cells one of those codes is said; of none said, whether anything is."""
    texts = cells.dictionary_encode()
    found = verdicts(texts.dictionary, filled)
    if codes:
        found = found.filter(pc.is_in(found["code"], pa.array(codes, pa.string())))
    flags = np.zeros(len(texts.dictionary), dtype=bool)
    flags[np.asarray(found["position"])] = True
    return pa.array(flags[np.asarray(texts.indices)])


@cache
def _asked(filled: Filled) -> tuple[Contract, Field, tuple[Expectation, ...]]:
    """The contract, the field, and what of the contract's suite is asked of it; and that it is there where no record
    can be without it, which an import's plan asks."""
    contract = catalog.contract(filled.dataset)
    field = contract.field(filled.field)
    forms = {field.name: filled.form} if filled.form else {}
    asked = [each for each in expectations(contract, forms) if each.fields == (field.name,)]
    if contract.requires(field) and field.derive is None and field.default is None:
        asked = [
            Expectation(
                type="expect_column_values_to_not_be_null",
                kwargs={},
                code="missing",
                field=field.name,
                message=f"{field.name} is required",
                origin=contract.name,
            ),
            *(each for each in asked if each.code != "missing"),
        ]
    return contract, field, tuple(asked)


def _fails(expectation: Expectation, values: pa.StringArray, field: Field) -> pa.BooleanArray:
    """Which values (null where blank) Great Expectations would find unexpected."""
    return _FAILS[expectation.type](values, expectation.kwargs, field)


def _there_but(fits: pa.BooleanArray, values: pa.StringArray) -> pa.BooleanArray:
    return pc.and_not(pc.is_valid(values), pc.fill_null(fits, False))


def _matches(values: pa.StringArray, said: Any, field: Field) -> pa.BooleanArray:
    return _there_but(matches(values, re.sub(r"\\Z$", "$", said["regex"])), values)


def _is_long(values: pa.StringArray, said: Any, field: Field) -> pa.BooleanArray:
    return pc.fill_null(pc.greater(pc.utf8_length(values), said["max_value"]), False)


def _is_out_of_range(values: pa.StringArray, said: Any, field: Field) -> pa.BooleanArray:
    """A text that is no number is none that is too large."""
    numbers = pc.cast(only(values, matches(values, KINDS[field.kind].pattern)), pa.float64())
    flags = pc.less(numbers, said["min_value"]) if "min_value" in said else pa.repeat(pa.scalar(False), len(values))
    if "max_value" in said:
        flags = pc.or_(flags, pc.greater(numbers, said["max_value"]))
    return pc.fill_null(flags, False)


_FAILS: dict[str, Callable[[pa.StringArray, Any, Field], pa.BooleanArray]] = {
    "expect_column_values_to_not_be_null": lambda values, said, field: pc.is_null(values),
    "expect_column_values_to_be_in_set": lambda values, said, field: _there_but(
        pc.is_in(values, pa.array(said["value_set"], pa.string())), values
    ),
    "expect_column_values_to_match_regex": _matches,
    "expect_column_value_lengths_to_be_between": _is_long,
    "expect_column_values_to_be_between": _is_out_of_range,
}
"""What a contract's suite asks, answered on the distinct texts of a million rows: the library itself would take longer
than a page may."""


def _table(expectation: Expectation, positions: npt.NDArray[np.int32]) -> pa.Table:
    said = (expectation.code, expectation.field, expectation.message, expectation.severity)
    return pa.table([pa.array(positions)] * 2 + [pa.repeat(each, len(positions)) for each in said], schema=ISSUES)
