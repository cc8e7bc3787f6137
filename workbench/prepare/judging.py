"""Rows normalized and validated, a chunk at a time: what staging and corrections keep of them."""

from collections.abc import Callable
from collections.abc import Mapping as Pairs
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.contract import Contract
from workbench.model.noticed import Noticed
from workbench.model.playbook import Known, Part, Playbook, Shaped
from workbench.model.sheet import Chunk
from workbench.model.template import Mapping
from workbench.model.trimming import trimmed
from workbench.prepare import forms, shaping
from workbench.prepare.cleaning import Multiplier
from workbench.prepare.known_names import KnownNames
from workbench.prepare.normalize import Normalized, canonical, normalize
from workbench.prepare.oddities import Oddities, in_order, shown

if TYPE_CHECKING:
    from workbench.derived.expectations import Finding
    from workbench.prepare.validation import Validator


@dataclass(frozen=True, kw_only=True)
class JudgedRows:
    """Rows that were read, normalized and validated: all of the same n rows.

    `issues` has one row per issue: position (int32, into the n rows, ascending), code, field, message, severity.
    `sources` are the lines of the source that each was made of (n lists of int32); None where it is its own line.
    `left_out` says of some fields in which rows their cell was wrong and is left out: as if nothing brought it.
    """

    chunk: Chunk
    normalized: Normalized
    issues: pa.Table
    sources: pa.ListArray | None = None
    left_out: Pairs[str, pa.BooleanArray] = field(default_factory=dict)

    @property
    def brought(self) -> tuple[str, ...]:
        """The contract's fields that they bring."""
        return tuple(self.normalized.values.schema.names)

    def lacks(self, contract: Contract) -> bool:
        """Whether any of them lacks what a new record needs."""
        there = self.normalized.values
        return any(
            field.name not in there.schema.names or there.column(field.name).null_count > 0 for field in contract.needed
        )


class Judge:
    """Judges rows under one contract; raises BrokenSuite when an analyst's expectations cannot be used."""

    def __init__(
        self,
        contract: Contract,
        mapping: Mapping,
        home: Path,
        *,
        window: str | None,
        known: KnownNames | None = None,
        ids: Callable[[Normalized], Normalized] | None = None,
    ) -> None:
        """`ids` fills the ids that rows do not say."""
        self.contract = contract
        self._validator = _validator(contract, home, mapping.forms)
        self._oddities = Oddities(contract, mapping)
        self._mapping = mapping
        self._window = window
        self._known = known or KnownNames({}, mapping)
        self._ids = ids

    def judge(self, chunk: Chunk, sources: pa.ListArray | None = None) -> JudgedRows:
        """The rows of a chunk with what is wrong with them."""
        normalized = self._known.respelled(normalize(chunk, self.contract, self._mapping, window=self._window))
        if self._ids is not None:
            normalized = self._ids(normalized)
        columns = normalized.columns
        issues = self._validator.check(normalized).issues
        if issues.num_rows:
            issues = forms.told(issues, normalized, self.contract, self._mapping.forms)
            issues = self._oddities.explained(issues, columns)
        odd = self._oddities.issues(chunk, columns)
        if odd.num_rows:
            issues = in_order(issues, odd)
        left_out: dict[str, pa.BooleanArray] = {}
        for name in self._mapping.lenient if issues.num_rows else ():
            if name in normalized.values.schema.names:
                normalized, issues, wrong = _spared(name, normalized, issues)
                left_out |= {name: wrong} if wrong is not None else {}
        return JudgedRows(chunk=chunk, normalized=normalized, issues=issues, sources=sources, left_out=left_out)

    @property
    def noticed(self) -> Noticed:
        """What was noticed of the columns in all chunks so far."""
        return replace(self._oddities.noticed, respelled=self._known.noticed)

    def summary(self) -> "tuple[Finding, ...]":
        """What was found in all chunks so far: by the suite in its order, and then of odd cells."""
        return (*self._validator.summary(), *self._oddities.findings())


@dataclass(frozen=True, kw_only=True)
class JudgedSource:
    """Rows of a run's source with the issues of all their parts, the rows of each part by its dataset, and those of
    which a recipe has left nothing."""

    own: JudgedRows
    parts: Pairs[str, JudgedRows]
    gone: Chunk | None = None


class SourceJudge:
    """Judges the rows of a playbook's source by the parts that they are made into."""

    def __init__(self, playbook: Playbook, mapping: Mapping, parts: dict[str, Judge], known: Known) -> None:
        assert playbook.form is not None
        self._playbook = playbook
        self._form = playbook.form
        self._mapping = mapping
        self._beside = known
        self.parts = parts

    def judge(self, chunk: Chunk) -> JudgedSource:
        """The rows of a chunk, and those that they are made into."""
        columns = shaping.formed(chunk, self._form, self._mapping)
        shapes = shaping.shaped(self._playbook, columns, self._beside)
        parts = {
            dataset: self.parts[dataset].judge(shape.rows, shaping.lines_of(shape, chunk))
            for dataset, shape in shapes.items()
        }
        told = ((self._playbook.part(name), shapes[name], parts[name].issues) for name in parts)
        issues = shaping.told(told)
        if self._playbook.check is not None:
            issues = in_order(self._playbook.check(columns, self._beside), issues)
        return JudgedSource(own=JudgedRows(chunk=chunk, normalized=self._own(columns), issues=issues), parts=parts)

    @property
    def noticed(self) -> Noticed:
        """What was noticed of the form's columns in all chunks so far."""
        noticed = Noticed()
        for dataset, judge in self.parts.items():
            noticed = noticed.joined(judge.noticed.renamed(self._playbook.part(dataset).columns))
        return noticed

    def _own(self, columns: Chunk) -> Normalized:
        """The key of each row, which a person knows it by, and the values that control totals are made of."""
        there = columns.cells.schema.names
        own = {name: trimmed(columns.cells[name]).fill_null("") for name in self._form.key if name in there}
        for name in dict.fromkeys(name for total in self._form.totals for name in total.fields):
            if name in there:
                values = canonical(columns.cells[name], self._form.field(name), form=self._mapping.forms.get(name))
                own[name] = values.fill_null("") if name in own else values
        table = pa.RecordBatch.from_arrays(list(own.values()), names=list(own))
        return Normalized(lines=columns.lines, values=table)


class MultiplyingJudge:
    """Judges the rows of a source by those that a recipe makes of them, several of one."""

    def __init__(self, multiplier: Multiplier, judge: Judge) -> None:
        self.multiplier = multiplier
        self._judge = judge
        self._number = 0

    def judge(self, chunk: Chunk) -> JudgedSource:
        """The rows of a chunk, and those that are made of them, which are numbered one after the other and know the
        line that each came from."""
        made = self.multiplier.made(chunk)
        numbers = np.arange(self._number + 1, self._number + 1 + len(made.rows), dtype=np.int32)
        self._number += len(made.rows)
        offsets = pa.array(np.arange(len(made.rows) + 1, dtype=np.int32))
        sources = pa.ListArray.from_arrays(offsets, made.rows.lines)
        part = self._judge.judge(replace(made.rows, lines=pa.array(numbers)), sources)
        kept = pc.unique(made.at)
        own = chunk if made.gone is None else chunk.taken(kept)
        at = made.at if made.gone is None else pc.index_in(made.at, kept)
        dataset = self._judge.contract.name
        shaped = Shaped(rows=made.rows, at=at)
        issues = shaping.told([(Part(dataset=dataset), shaped, part.issues)])
        nothing = Normalized(lines=own.lines, values=pa.RecordBatch.from_arrays([], names=[]))
        return JudgedSource(
            own=JudgedRows(chunk=own, normalized=nothing, issues=issues), parts={dataset: part}, gone=made.gone
        )

    @property
    def noticed(self) -> Noticed:
        """What was noticed of the columns in all chunks so far."""
        return self._judge.noticed


def _spared(name: str, normalized: Normalized, issues: pa.Table) -> tuple[Normalized, pa.Table, pa.BooleanArray | None]:
    """The rows whose errors in one field cost that cell alone: without it, and warned of; and which rows these are."""
    errors = pc.and_(pc.equal(issues["field"], name), pc.equal(issues["severity"], "error")).combine_chunks()
    positions = issues["position"].combine_chunks()
    values = normalized.values
    cells = values[name]
    wrong = pc.is_in(pa.array(np.arange(len(cells), dtype=np.int32)), positions.filter(errors))
    if not pc.any(wrong).as_py():
        return normalized, issues, None
    place = values.schema.get_field_index(name)
    columns = [pc.if_else(wrong, None, cells) if n == place else column for n, column in enumerate(values.columns)]
    text = pc.fill_null(cells.take(positions), "")
    message = pc.binary_join_element_wise(issues["message"].combine_chunks(), " (left out: '", shown(text), "')", "")
    told = {
        "message": pc.if_else(errors, message, issues["message"].combine_chunks()),
        "severity": pc.if_else(errors, "warning", issues["severity"].combine_chunks()),
    }
    for column, cells_ in told.items():
        issues = issues.set_column(issues.schema.get_field_index(column), column, cells_)
    return replace(normalized, values=pa.RecordBatch.from_arrays(columns, schema=values.schema)), issues, wrong


def _validator(contract: Contract, home: Path, forms: Pairs[str, str]) -> "Validator":
    """Who asks a contract's suite and the expectations of analysts' own files."""
    from workbench.derived.expectations import extra_files
    from workbench.model.resources import suites
    from workbench.prepare.validation import Validator  # Great Expectations: only who validates waits for it

    return Validator(contract, extra_files(contract, suites(), home / "expectations"), forms)
