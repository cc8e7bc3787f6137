"""What the shapes of commerce's playbooks share: the texts of a chunk, and the rows of a part made of some of them."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.playbook import Shaped
from workbench.model.sheet import Chunk
from workbench.model.trimming import trimmed
from workbench.prepare.shaping import gathered


class Rows:
    """The rows of a chunk: the texts of the form's columns."""

    def __init__(self, columns: Chunk) -> None:
        self._columns = columns
        self._texts: dict[str, pa.StringArray] = {}

    def __len__(self) -> int:
        return len(self._columns)

    def __contains__(self, name: object) -> bool:
        return name in self._columns.cells.schema.names

    def __getitem__(self, name: str) -> pa.StringArray:
        """The texts of a column, null where there is nothing, or no such column."""
        if name not in self._texts:
            self._texts[name] = trimmed(self._columns.cells[name]) if name in self else self.nothing
        return self._texts[name]

    @property
    def nothing(self) -> pa.StringArray:
        """Nothing, in every row."""
        return pa.nulls(len(self), pa.string())

    @property
    def lines(self) -> pa.Int32Array:
        """The lines of the source."""
        return self._columns.lines

    def taken(self, columns: Mapping[str, str]) -> dict[str, pa.StringArray]:
        """The fields of a contract that are taken as they stand from the columns that there are."""
        return {field: self[column] for field, column in columns.items() if column in self}

    def part(self, where: npt.ArrayLike, cells: Mapping[str, pa.StringArray], *, alike: bool = True) -> Shaped:
        """The rows of a part, of those where that is so; with `alike` those that say exactly the same become one."""
        at = pa.array(np.flatnonzero(np.asarray(where)).astype(np.int32))
        taken = pa.RecordBatch.from_arrays([column.take(at) for column in cells.values()], names=list(cells))
        shape = Shaped(rows=Chunk(lines=self.lines.take(at), cells=taken), at=at)
        return gathered(shape) if alike else shape


def something(*columns: pa.StringArray) -> pa.BooleanArray:
    """Which rows have something in one of the columns."""
    return pc.is_valid(pc.coalesce(*columns))


_LINES = 1 << 24
"""More than a source has: the further rows of a part that are made of one row take numbers beyond it."""


def stacked(shapes: Sequence[Shaped]) -> Shaped:
    """The rows of a part of which each source row may make several: one of each of these shapes, which have the same
    fields and a row's own lines."""
    at = np.concatenate([np.asarray(shape.at) for shape in shapes])
    order = np.argsort(at, kind="stable")
    at = at[order]
    nth = np.arange(len(at)) - np.searchsorted(at, at)
    lines = np.concatenate([np.asarray(shape.rows.lines) for shape in shapes])[order]
    cells = pa.Table.from_batches([shape.rows.cells for shape in shapes]).take(pa.array(order)).combine_chunks()
    place = pa.array(at.astype(np.int32))
    return Shaped(
        rows=Chunk(
            lines=pa.array((lines + nth * _LINES).astype(np.int32)),
            cells=pa.RecordBatch.from_arrays([column.combine_chunks() for column in cells.columns], cells.column_names),
        ),
        at=place,
        groups=pa.ListArray.from_arrays(pa.array(np.arange(len(at) + 1, dtype=np.int32)), place),
    )
