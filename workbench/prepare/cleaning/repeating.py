"""Operations that make several rows of one: each repeats the line it came from."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.arrays import any_true
from workbench.model.recipe import Step
from workbench.model.trimming import AROUND
from workbench.prepare.cleaning.columns import SEPARATOR, check_separator, says_separated, split
from workbench.prepare.cleaning.operation import Headers, Operation, Option, Run, wrong
from workbench.prepare.cleaning.rows import Mask, Rows


def _splitting(step: Step, headers: Headers) -> Run:
    """Blank parts make no row: a cell with one other part becomes that, one of separators alone is blank. A cell
    without a separator, and one in a row that is not meant, stays as it is."""
    (header,) = step.columns

    def run(rows: Rows, where: Mask) -> int:
        cells = rows.cells[header]
        parts = split(cells, step)
        row, text = pc.list_parent_indices(parts), pc.list_flatten(parts)
        parted = pc.greater(pc.list_value_length(parts), 1)
        parted = parted if where is None else pc.and_(parted, where)
        makes = pc.and_(parted.take(row), pc.not_equal(text, ""))
        counts = np.bincount(row.filter(makes).to_numpy(), minlength=len(rows))
        stays = pa.array(counts == 0)
        places = pa.concat_arrays([row.filter(makes).cast(pa.int64()), _where(stays)])
        texts = pa.concat_arrays([text.filter(makes), pc.if_else(parted, "", cells).filter(stays)])
        order = pa.array(np.argsort(places.to_numpy(), kind="stable"))
        rows.take(places.take(order).cast(pa.int32()))
        rows.put(header, texts.take(order))
        return rows.number(parted)

    return run


def _where(flags: pa.BooleanArray) -> pa.Int64Array:
    return pc.indices_nonzero(flags).cast(pa.int64())


def _unpivoting(step: Step, headers: Headers) -> Run:
    """Of blank cells no row is made, and a row with nothing else is removed, unless they are kept."""
    name, value, keep = step.options["name"], step.options["value"], step.options.get("blank", False)
    titles = pa.array(step.columns, pa.string())

    def run(rows: Rows, where: Mask) -> int:
        before, columns = len(rows), len(step.columns)
        table = np.arange(before * columns).reshape(columns, before).T.ravel()  # row by row, column by column
        cells = pa.concat_arrays([rows.cells[header] for header in step.columns]).take(pa.array(table))
        places = pa.array(np.repeat(np.arange(before, dtype=np.int32), columns))
        names = pa.DictionaryArray.from_arrays(pa.array(np.tile(np.arange(columns), before)), titles).cast(pa.string())
        nothing: Mask = None
        if not keep and before:
            filled = pc.not_equal(pc.utf8_trim(cells, characters=AROUND), "")
            first = pa.array(np.tile(np.arange(columns) == 0, before))
            none = pc.invert(pa.array(np.maximum.reduceat(filled.to_numpy(False), np.arange(0, len(cells), columns))))
            stays = pc.or_(filled, pc.and_(first, none.take(places)))
            places, cells, names = places.filter(stays), cells.filter(stays), names.filter(stays)
            nothing = none.take(places)
        rows.take(places)
        rows.put(name, names)
        rows.put(value, cells)
        if nothing is not None and any_true(nothing):
            rows.remove(nothing)
        return before

    return run


def _unpivoted(step: Step, headers: Headers) -> Headers:
    left = tuple(header for header in headers if header not in step.columns)
    return (*left, step.options["name"], step.options["value"])


def _says_unpivoted(step: Step) -> str:
    which = "each column" if step.options.get("blank") else "each column that has a value"
    return f"make a row of {which}, its name in {step.options['name']} and its value in {step.options['value']}"


def _check_unpivot(step: Step) -> None:
    if step.where:
        raise wrong(step, "it is done to all rows, and not to some of them.")
    if step.options["name"] == step.options["value"] or not (step.options["name"] and step.options["value"]):
        raise wrong(step, "the column of names and the column of values have two names.")


SPLIT_ROWS = Operation(
    name="split_rows",
    title="Split into rows",
    says=lambda step: f"make a row of each part between {says_separated(step)}",
    begin=_splitting,
    takes="one",
    checks=check_separator,
    options=SEPARATOR,
    repeats=True,
)
UNPIVOT = Operation(
    name="unpivot",
    title="Unpivot",
    says=_says_unpivoted,
    begin=_unpivoting,
    takes="several",
    headers=_unpivoted,
    checks=_check_unpivot,
    options=(
        Option(name="name", kind="column", title="Column for their names"),
        Option(name="value", kind="column", title="Column for their values"),
        Option(name="blank", kind="flag", title="Keep blank values", default=False),
    ),
    repeats=True,
)
