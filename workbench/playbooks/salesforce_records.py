"""What the shapes of Salesforce's playbooks share: the records of a chunk, and what becomes of those deleted there.

A record that is deleted or was merged in Salesforce is marked here, and stays; one that never was here is left out.
Either is told of its row. Which are here, a playbook's Recall says.
"""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.arrays import joined, only
from workbench.model.kinds import KINDS
from workbench.model.playbook import Known, Shaped
from workbench.model.sheet import Chunk
from workbench.model.trimming import trimmed
from workbench.prepare.shaping import in_order, issues, something

DELETED = "Deleted in Salesforce: the record stays, and is marked"
NEVER_HERE = "Deleted in Salesforce, and never was here: left out"
MERGED = "Merged in Salesforce into "
_LINES = 1 << 24
"""More than a source has: the further records of a row take numbers beyond it."""


class Records:
    """The records of a chunk: the texts of the form's columns, and which of them are imported."""

    def __init__(self, columns: Chunk, known: Known, nothing: Sequence[str] = (), names: Collection[str] = ()) -> None:
        """`nothing` are texts that mean no value, in lower case; in the columns that are `names` only those that nobody
        can be called."""
        self._columns = columns
        self._meaning_nothing = nothing
        self._names = names
        self._texts: dict[str, pa.StringArray] = {}
        self.deleted = pc.fill_null(pc.equal(KINDS["boolean"].parse(self["is_deleted"]), "true"), False)
        here = known.stored["salesforce_id"] if known.stored is not None else pa.array([], pa.string())
        self.kept = pc.or_(pc.invert(self.deleted), pc.is_in(self.ids("salesforce_id"), value_set=here))

    def __getitem__(self, name: str) -> pa.StringArray:
        """The texts of a column, null where there is nothing, or no such column."""
        if name not in self._texts:
            there = name in self._columns.cells.schema.names
            cells = self._columns.cells[name] if there else self.nothing
            nothing = self._meaning_nothing
            if name in self._names:
                nothing = [text for text in nothing if not text.isalpha()]
            self._texts[name] = something(cells, nothing)
        return self._texts[name]

    def taken(self, columns: Mapping[str, str], otherwise: Mapping[str, pa.StringArray]) -> dict[str, pa.StringArray]:
        """The fields of a contract that are taken from the columns that there are: as they stand, or `otherwise`."""
        there = set(self._columns.cells.schema.names)
        return {
            field: otherwise[field] if field in otherwise else self[column]
            for field, column in columns.items()
            if column in there
        }

    def ids(self, name: str) -> pa.StringArray:
        """The ids of Salesforce in a column, of 18 characters as far as they are ids."""
        return KINDS["salesforce_id"].parse(self[name])

    @property
    def nothing(self) -> pa.StringArray:
        """Nothing, in every row."""
        return pa.nulls(len(self._columns), pa.string())

    def same(self, text: str) -> pa.StringArray:
        """A text, in every row."""
        return pa.repeat(pa.scalar(text, pa.string()), len(self._columns))

    def part(self, where: pa.BooleanArray, cells: Mapping[str, pa.StringArray]) -> Shaped:
        """The rows of a part, of those where that is so."""
        at = pa.array(np.flatnonzero(np.asarray(where)).astype(np.int32))
        rows = pa.RecordBatch.from_arrays(list(cells.values()), names=list(cells))
        if len(at) == len(self._columns):
            return Shaped(rows=Chunk(lines=self._columns.lines, cells=rows), at=at)
        return Shaped(rows=Chunk(lines=self._columns.lines.take(at), cells=rows.take(at)), at=at)

    def parts(self, at: npt.NDArray[np.int64], cells: Mapping[str, pa.StringArray]) -> Shaped:
        """The rows of a part of which several may be made of one row of the source, at whose positions they are: the
        first of each row has its line, and every other one of its own."""
        nth = _nth(at)
        lines = np.asarray(self._columns.lines)[at].astype(np.int64) + nth * _LINES
        rows = pa.RecordBatch.from_arrays(list(cells.values()), names=list(cells))
        place, groups = pa.array(at.astype(np.int32)), None
        if nth.any():
            groups = pa.ListArray.from_arrays(pa.array(np.arange(len(at) + 1, dtype=np.int32)), place)
        return Shaped(rows=Chunk(lines=pa.array(lines, pa.int32()), cells=rows), at=place, groups=groups)

    def told(self, *found: pa.Table) -> pa.Table:
        """Issues, with those of what is deleted there, by position."""
        into = self["merged_into"]
        merged = pc.and_(pc.and_(self.deleted, self.kept), pc.is_valid(into))
        gone = pc.and_not(pc.and_(self.deleted, self.kept), merged)
        return in_order(
            *found,
            issues(pc.and_not(self.deleted, self.kept), "deleted", "is_deleted", NEVER_HERE, "warning"),
            issues(gone, "deleted", "is_deleted", DELETED, "warning"),
            issues(merged, "merged", "merged_into", joined(MERGED, pc.fill_null(into, "")), "warning"),
        )


def check(columns: Chunk, known: Known) -> pa.Table:
    """What is told of records that are deleted in Salesforce, where nothing else is to be looked at."""
    return Records(columns, known).told()


def split(texts: pa.StringArray, pattern: str) -> tuple[npt.NDArray[np.int64], pa.StringArray]:
    """What stands between separators in each text, and at which position: nothing that is blank."""
    lists = pc.split_pattern_regex(texts, pattern)
    at, pieces = pc.list_parent_indices(lists), trimmed(pc.list_flatten(lists))
    some = pc.is_valid(pieces)
    return np.asarray(at.filter(some)).astype(np.int64), pieces.filter(some)


def listed(at: npt.NDArray[np.int64], pieces: pa.StringArray, rows: int) -> pa.StringArray:
    """The pieces of each of so many rows with "; " between, each once and in their order; null where there are none."""
    once = pd.DataFrame({"at": at, "text": pieces.to_numpy(zero_copy_only=False)}).drop_duplicates()
    once = once.sort_values("at", kind="stable")
    texts = pa.array(once["text"], pa.string())
    offsets = np.concatenate(([0], np.cumsum(np.bincount(once["at"], minlength=rows)))).astype(np.int32)
    together = pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets), texts), "; ")
    return only(together, pc.not_equal(together, ""))


def _nth(at: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Which of those at the same position each is, from 0; what is at one position stands together."""
    starts = np.flatnonzero(np.concatenate(([True], at[1:] != at[:-1]))) if len(at) else np.array([], dtype=np.int64)
    counts = np.diff(np.concatenate((starts, [len(at)])))
    return np.arange(len(at)) - np.repeat(starts, counts)
