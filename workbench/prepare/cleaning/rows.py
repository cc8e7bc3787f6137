"""The rows of a chunk while a recipe is at work on them."""

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.arrays import any_true
from workbench.model.sheet import Chunk
from workbench.model.trimming import Rewrite, by_distinct
from workbench.prepare.cleaning.sizes import refuse_long, refuse_repeating

Mask: TypeAlias = pa.BooleanArray | None
"""The rows that are meant; None are all of them."""

_LOOKED_AT = 2_000
_DIFFERENT = 0.9
"""A column is rewritten by its distinct values where no more than this share of its first cells are different: then it
has some 10,000 of them."""


class Rows:
    """Columns of text that steps rewrite, add, rename and drop, and rows that they remove or repeat; it knows of every
    cell what it was in the source, and which step made it another."""

    def __init__(self, chunk: Chunk, *, goes_on: bool = False) -> None:
        """`goes_on`: what earlier steps changed, as the chunk tells it, was changed in the source's cells, too."""
        self.lines: pa.Int32Array = chunk.lines
        self.cells: dict[str, pa.StringArray] = dict(zip(chunk.cells.schema.names, chunk.cells.columns, strict=True))
        self.step = 0
        """The step that is at work."""
        self.unworked = 0
        """The rows in which the step that is at work could not work out its expression."""
        self._source = dict(self.cells)
        self._last: dict[str, pa.Int16Array] = {}
        self._removed_by: Any = None
        if goes_on and chunk.changes is not None and chunk.changes.num_rows:
            self._go_on(chunk.changes)

    def _go_on(self, changes: pa.Table) -> None:
        """Takes in what earlier steps changed."""
        for header in changes["column"].unique().to_pylist():
            if header not in self.cells:
                continue
            own = changes.filter(pc.equal(changes["column"], header)).combine_chunks()
            order = pc.sort_indices(own["position"])
            at, was, steps = (_one(own[name]).take(order) for name in ("position", "was", "step"))
            flags = np.zeros(len(self), dtype=bool)
            flags[at.to_numpy()] = True
            mask = pa.array(flags)
            self._source[header] = pc.replace_with_mask(self.cells[header], mask, was)
            self._last[header] = pc.replace_with_mask(pa.array(np.zeros(len(self), np.int16)), mask, steps)

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def headers(self) -> tuple[str, ...]:
        """The columns as they are called by now."""
        return tuple(self.cells)

    def present(self, where: Mask) -> Mask:
        """The rows that are meant and that no step has removed."""
        if self._removed_by is None:
            return where
        there = pc.is_null(self._removed_by)
        return there if where is None else pc.and_(there, where)

    def number(self, where: Mask) -> int:
        """How many rows are meant."""
        return len(self) if where is None else int(pc.sum(where).as_py() or 0)

    def rewrite(self, header: str, rewrite: Rewrite, where: Mask) -> pa.BooleanArray:
        """Rewrites the cells of a column in the rows that are meant; which became others. Null is blank."""
        cells = self.cells[header]
        if where is None:
            return self.put(header, _cheaply(cells, rewrite))
        return self.put(header, pc.replace_with_mask(cells, where, _blank(_cheaply(cells.filter(where), rewrite))))

    def put(self, header: str, cells: pa.StringArray) -> pa.BooleanArray:
        """Puts other cells into a column, or makes it; which of them are others than before. Null is blank."""
        cells = _blank(cells)
        before = self.cells.get(header)
        changed = pc.not_equal(cells, before) if before is not None else pc.not_equal(cells, "")
        if before is not None and not any_true(changed):
            return changed
        refuse_long(cells, changed, self.lines)
        self.cells[header] = cells
        if header in self._source:
            known = self._last.get(header)
            step = pa.scalar(self.step, pa.int16())
            self._last[header] = pc.if_else(changed, step, pa.scalar(0, pa.int16()) if known is None else known)
        return changed

    def name(self, names: dict[str, str]) -> None:
        """Calls columns otherwise (header -> its new name)."""
        for known in (self.cells, self._source, self._last):
            renamed = {names.get(header, header): column for header, column in known.items()}
            known.clear()
            known.update(renamed)

    def arrange(self, headers: Iterable[str]) -> None:
        """Leaves these columns, in this order."""
        headers = tuple(headers)
        if headers == self.headers:
            return
        for known in (self.cells, self._source, self._last):
            left = {header: known[header] for header in headers if header in known}
            known.clear()
            known.update(left)

    def remove(self, where: Mask) -> None:
        """Removes the rows that are meant: they stay, and no later step looks at them."""
        step = pa.scalar(self.step, pa.int16())
        if where is None:
            where = pa.repeat(pa.scalar(True), len(self))
        known = self._removed_by if self._removed_by is not None else pa.nulls(len(self), pa.int16())
        self._removed_by = pc.if_else(where, step, known)

    def take(self, places: pa.Int32Array) -> None:
        """The rows at these places, each as often as it is named."""
        for header, cells in self.cells.items():
            refuse_repeating(header, cells, places, self.lines)
        same = {header for header, cells in self.cells.items() if self._source.get(header) is cells}
        self.lines = self.lines.take(places)
        self.cells = {header: cells.take(places) for header, cells in self.cells.items()}
        self._source = {
            header: self.cells[header] if header in same else cells.take(places)
            for header, cells in self._source.items()
        }
        self._last = {header: steps.take(places) for header, steps in self._last.items()}
        if self._removed_by is not None:
            self._removed_by = self._removed_by.take(places)

    def chunk(self) -> Chunk:
        """The rows as they are now, with what is another than in the source, and what is removed."""
        cells = pa.RecordBatch.from_arrays(list(self.cells.values()), names=list(self.cells))
        return Chunk(lines=self.lines, cells=cells, changes=self._changes(), removed=self._removed())

    def _changes(self) -> pa.Table:
        parts = []
        for header, steps in self._last.items():
            source = self._source[header]
            changed = pc.indices_nonzero(pc.not_equal(self.cells[header], source)).cast(pa.int32())
            columns = [changed, pa.repeat(header, len(changed)), source.take(changed), steps.take(changed)]
            parts.append(pa.table(columns, schema=CHANGES))
        return pa.concat_tables(parts).combine_chunks() if parts else CHANGES.empty_table()

    def _removed(self) -> pa.Table | None:
        if self._removed_by is None:
            return None
        places = pc.indices_nonzero(pc.is_valid(self._removed_by)).cast(pa.int32())
        return pa.table([places, self._removed_by.take(places)], schema=REMOVED) if len(places) else None


CHANGES = pa.schema([("position", pa.int32()), ("column", pa.string()), ("was", pa.string()), ("step", pa.int16())])
"""The columns of `Chunk.changes`."""
REMOVED = pa.schema([("position", pa.int32()), ("step", pa.int16())])
"""The columns of `Chunk.removed`."""


def _one(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _blank(cells: pa.StringArray) -> pa.StringArray:
    return pc.fill_null(cells, "") if cells.null_count else cells


def _cheaply(cells: pa.StringArray, rewrite: Callable[[pa.StringArray], pa.StringArray]) -> pa.StringArray:
    """The rewritten cells, by their distinct values where these are few."""
    first = cells.slice(0, _LOOKED_AT)
    few = len(cells) > _LOOKED_AT and len(first.unique()) <= _DIFFERENT * len(first)
    return by_distinct(cells, rewrite) if few else rewrite(cells)
