"""What a step would do to the rows of a source: some of them as they are and as they would be, and how many it is."""

import time
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from workbench.doors.web.rows_by_step import NO_COLUMN, State, as_sheet, in_one, said_by
from workbench.model.recipe import Recipe, Step
from workbench.model.sheet import Chunk, Sheet, Tally
from workbench.prepare.cleaning import OPERATIONS, cleaned

SECONDS, SHOWN = 0.25, 8
"""For so long rows are looked at, and so many that change are shown."""
_FIRST, _BLOCK, _LEARNED, _ROUND = 5_000, 50_000, 20_000, 1_000
"""So many rows are looked at first, and at most at once; by what has to see all rows before it changes one; and a block
is a multiple of so many, for a person reads how many they were."""


Changed = tuple[int, dict[str, str], dict[str, str] | None]
"""A line, its cells before a step, and after it; None where it removes the row."""


class Preview(NamedTuple):
    """What a step would do."""

    columns: tuple[str, ...]
    """The columns that it would change or make."""
    rows: list[Changed]
    """Some rows that it would change."""
    looked_at: int
    """The rows that were looked at, from the first one on: all of them, or as many as there was time for."""
    changed: int
    """Of these, the rows that it would change or remove."""


def preview(sheet: Sheet, before: State, step: Step) -> Preview:
    """What a step would do to the rows of a state; raises WrongRecipe."""
    key = (NO_COLUMN, f"preview {said_by([step])}", ())
    found: Preview = before.once(key, partial(_looked, sheet, before, step))
    return found


def _looked(sheet: Sheet, before: State, step: Step) -> Preview:
    begun = time.monotonic()
    given: list[Chunk] = []

    def blocks() -> Iterator[Chunk]:
        if step.operation in OPERATIONS and OPERATIONS[step.operation].learn is not None:
            given[:] = [_block(before, 0, _LEARNED)]
            yield given[-1]
            return
        for each in _in_time(before, begun):
            given[:] = [each]
            yield each

    made = cleaned(as_sheet(sheet, before.headers, blocks), Recipe(steps=(step,)))
    rows: list[Changed] = []
    columns = dict.fromkeys(header for header in made.headers if header not in before.headers)
    looked_at, tally = 0, Tally()
    for chunk in made.read(tally):
        looked_at += len(given[-1])
        rows += _changed(given[-1], chunk, SHOWN - len(rows))
        columns |= dict.fromkeys(chunk.changes["column"].unique().to_pylist() if chunk.changes is not None else ())
    return Preview(tuple(columns), rows, looked_at, sum(each.changed for each in tally.steps))


def _in_time(before: State, begun: float) -> Iterator[Chunk]:
    """The rows in blocks, as many as can be looked at in time: how long the first ones take tells how many more."""
    at = 0
    while at < len(before) or not at:
        spent = time.monotonic() - begun
        if at and spent > SECONDS:
            return
        in_time = int(at / spent * (SECONDS - spent)) // _ROUND * _ROUND if at else 0
        block = _block(before, at, min(max(in_time, _FIRST), _BLOCK))
        yield block
        if not len(block):
            return
        at += len(block)


def _block(state: State, at: int, most: int) -> Chunk:
    """So many rows from a place on, at most."""
    cells = state.cells.slice(at, most).combine_chunks().to_batches()
    lines = in_one(state.lines.slice(at, most))
    return Chunk(lines=lines, cells=cells[0] if cells else pa.RecordBatch.from_pylist([], schema=state.cells.schema))


def _changed(given: Chunk, chunk: Chunk, most: int) -> list[Changed]:
    """The first rows of a chunk that are others than they were given."""
    if most <= 0:
        return []
    gone = set(chunk.removed["position"].to_pylist()) if chunk.removed is not None else set()
    places = gone | set(_repeated(chunk.lines, most) if len(chunk) != len(given) else ())
    if chunk.changes is not None:
        places |= set(chunk.changes["position"].unique().slice(0, most).to_pylist())
    for header in chunk.cells.schema.names:
        if header not in given.cells.schema.names:
            filled = pc.indices_nonzero(pc.not_equal(chunk.cells[header], ""))
            places |= set(filled.slice(0, most).to_pylist())
    found = sorted(places)[:most]
    lines = chunk.lines.take(pa.array(found, pa.int32())).to_pylist()
    now = chunk.cells.take(pa.array(found, pa.int32())).to_pylist()
    was = given.cells.take(pc.index_in(pa.array(lines, pa.int32()), given.lines)).to_pylist()
    return [
        (line, before, None if place in gone else cells)
        for place, line, before, cells in zip(found, lines, was, now, strict=True)
    ]


def _repeated(lines: pa.Int32Array, most: int) -> list[int]:
    """The first places of rows that came, with others, of one row."""
    same = pc.indices_nonzero(pc.equal(lines.slice(1), lines.slice(0, len(lines) - 1)))
    return [place + more for place in same.slice(0, most).to_pylist() for more in (0, 1)]
