"""Rows normalized and validated, a chunk at a time: what staging and corrections keep of them."""

from collections.abc import Mapping as Pairs
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from workbench.model.contract import Contract
from workbench.model.kinds import trimmed
from workbench.model.playbook import Playbook
from workbench.model.sheet import Chunk
from workbench.model.template import Mapping
from workbench.prepare import forms, shaping
from workbench.prepare.normalize import Normalized, normalize

if TYPE_CHECKING:
    from workbench.prepare.validation import Validator


@dataclass(frozen=True, kw_only=True)
class JudgedRows:
    """Rows that were read, normalized and validated: all of the same n rows.

    `issues` has one row per issue: position (int32, into the n rows, ascending), code, field, message, severity.
    `sources` are the lines of the source that each was made of (n lists of int32); None where it is its own line.
    """

    chunk: Chunk
    normalized: Normalized
    issues: pa.Table
    sources: pa.ListArray | None = None

    @property
    def brought(self) -> tuple[str, ...]:
        """The contract's fields that they bring."""
        return tuple(self.normalized.values.schema.names)


class Judge:
    """Judges rows under one contract; raises BrokenSuite when an analyst's expectations cannot be used."""

    def __init__(self, contract: Contract, mapping: Mapping, home: Path, *, window: str | None) -> None:
        self.contract = contract
        self.validator = _validator(contract, home, mapping.forms)
        self._mapping = mapping
        self._window = window

    def judge(self, chunk: Chunk, sources: pa.ListArray | None = None) -> JudgedRows:
        """The rows of a chunk with what is wrong with them."""
        normalized = normalize(chunk, self.contract, self._mapping, window=self._window)
        issues = self.validator.check(normalized).issues
        if issues.num_rows:
            issues = forms.told(issues, normalized, self.contract, self._mapping.forms)
        return JudgedRows(chunk=chunk, normalized=normalized, issues=issues, sources=sources)


class SourceJudge:
    """Judges the rows of a playbook's source by the parts that they are made into."""

    def __init__(self, playbook: Playbook, mapping: Mapping, parts: dict[str, Judge]) -> None:
        assert playbook.form is not None
        self._playbook = playbook
        self._form = playbook.form
        self._mapping = mapping
        self.parts = parts

    def judge(self, chunk: Chunk) -> tuple[JudgedRows, dict[str, JudgedRows]]:
        """The rows of a chunk, with the issues of all their parts; and the rows of each part, by its dataset."""
        columns = shaping.formed(chunk, self._form, self._mapping)
        shapes = shaping.shaped(self._playbook, columns)
        parts = {
            dataset: self.parts[dataset].judge(shape.rows, shaping.lines_of(shape, chunk))
            for dataset, shape in shapes.items()
        }
        told = ((self._playbook.part(name), shapes[name], parts[name].issues) for name in parts)
        issues = shaping.told(told)
        return JudgedRows(chunk=chunk, normalized=self._keyed(columns), issues=issues), parts

    def _keyed(self, columns: Chunk) -> Normalized:
        """The key of each row, which a person knows it by."""
        names = [name for name in self._form.key if name in columns.cells.schema.names]
        keys = [trimmed(columns.cells[name]).fill_null("") for name in names]
        return Normalized(lines=columns.lines, values=pa.RecordBatch.from_arrays(keys, names=names))


def _validator(contract: Contract, home: Path, forms: Pairs[str, str]) -> "Validator":
    """Who asks a contract's suite and the expectations of analysts' own files."""
    from workbench.derived.expectations import extra_files
    from workbench.model.resources import suites
    from workbench.prepare.validation import Validator  # Great Expectations: only who validates waits for it

    return Validator(contract, extra_files(contract, suites(), home / "expectations"), forms)
