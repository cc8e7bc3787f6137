"""Small sheets for recipes, in as many chunks as one likes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa

from workbench.model.recipe import Condition, Recipe, Step
from workbench.model.sheet import Chunk, Reading, Sheet, Tally
from workbench.prepare.cleaning import cleaned, without_removed

Table = Mapping[str, Sequence[str]]


def sheet_of(columns: Table, rows_in_a_chunk: int = 1000) -> Sheet:
    """A sheet with these columns, whose first row is line 2."""
    rows = len(next(iter(columns.values())))

    def read(tally: Tally) -> Iterator[Chunk]:
        for first in range(0, rows, rows_in_a_chunk):
            some = [pa.array(cells[first : first + rows_in_a_chunk], pa.string()) for cells in columns.values()]
            tally.rows += len(some[0])
            lines = pa.array(range(first + 2, first + 2 + len(some[0])), pa.int32())
            yield Chunk(lines=lines, cells=pa.RecordBatch.from_arrays(some, names=list(columns)))

    reading = Reading(format="dataframe")
    return Sheet(name="rows", headers=tuple(columns), checksum="0" * 64, size=0, reading=reading, read=read)


def table(sheet: Sheet) -> dict[str, list[str]]:
    """All rows of a sheet, column by column; those that were removed are not there."""
    found: dict[str, list[str]] = {header: [] for header in sheet.headers}
    for chunk in without_removed(sheet).chunks():
        assert chunk.cells.schema.names == list(sheet.headers)
        for header, cells in chunk.cells.to_pydict().items():
            found[header] += cells
    return found


def lines(sheet: Sheet) -> list[int]:
    """The lines of the rows that were not removed."""
    return [line for chunk in without_removed(sheet).chunks() for line in chunk.lines.to_pylist()]


def done(
    columns: Table,
    operation: str,
    *of: str,
    where: Sequence[Condition] = (),
    rows_in_a_chunk: int = 1000,
    **options: Any,
) -> dict[str, list[str]]:
    """The rows after one operation."""
    step = Step(operation=operation, columns=of, options=options, where=tuple(where))
    return table(cleaned(sheet_of(columns, rows_in_a_chunk), Recipe(steps=(step,))))


def put_back(sheet: Sheet) -> dict[str, list[str]]:
    """The columns of a cleaned sheet that are the source's, with what was changed in them as it was."""
    found: dict[str, list[str]] = {header: [] for header in sheet.headers}
    for chunk in sheet.chunks():
        rows = chunk.cells.to_pydict()
        for change in chunk.changes.to_pylist() if chunk.changes is not None else ():
            rows[change["column"]][change["position"]] = change["was"]
        for header, cells in rows.items():
            found[header] += cells
    return found


def with_steps(sheet: Sheet, *steps: Step) -> Sheet:
    """The sheet after these steps."""
    return cleaned(replace(sheet), Recipe(steps=steps))
