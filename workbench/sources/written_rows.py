"""Files of rows that Workbench wrote (`model.written_rows`), read again: each cell is what it was.

They are known by the three columns that Workbench adds, side by side, and of each row by what stands in them: a line
and an outcome. Nothing is taken off any other cell.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.batch import OUTCOMES
from workbench.model.sheet import Chunk, Sheet, Tally
from workbench.model.written_rows import ADDED, NUMBER, RUNS, harmless, meant

_ALWAYS = tuple(re.compile(rf"{name}(_\d+)?") for name in ADDED[:3])
"""How the columns are called that every version has added."""
_LINE = r"^[0-9]{1,9}(\.0+)?$"
_WRITTEN = rf"\A'+{RUNS}"
_NO_FORMULA = rf"\A'*{NUMBER}\z"
TOLD = "Workbench wrote this file of rows: the apostrophes that keep a spreadsheet from running cells are taken off."


def as_they_were(sheet: Sheet) -> Sheet:
    """The sheet without the apostrophes that Workbench has put before its cells; any other sheet as it is."""
    place = _added(sheet.headers)
    if place is None:
        return sheet
    headers = [header if meant(header) in sheet.headers else meant(header) for header in sheet.headers]

    def read(tally: Tally) -> Iterator[Chunk]:
        for chunk in sheet.read(tally):
            cells = [_taken_off(column, _ours(chunk.cells, place)) for column in chunk.cells.columns]
            yield replace(chunk, cells=pa.RecordBatch.from_arrays(cells, names=headers))

    reading = replace(sheet.reading, warnings=(*sheet.reading.warnings, TOLD))
    return replace(sheet, headers=tuple(headers), reading=reading, read=read)


def written(cells: pa.RecordBatch) -> list[pa.StringArray]:
    """The columns of such a file, as they are written again; those of any other as they are."""
    place = _added(cells.schema.names)
    if place is None:
        return list(cells.columns)
    return [_put_before(column, _ours(cells, place)) for column in cells.columns]


def written_headers(headers: Sequence[str]) -> list[str]:
    """The headers of such a file, as they are written again; those of any other as they are."""
    return list(headers) if _added(headers) is None else [harmless(header) for header in headers]


def harmless_cells(cells: pa.RecordBatch) -> list[pa.StringArray]:
    """The columns with an apostrophe before each cell that a spreadsheet would run."""
    return [_put_before(column, pa.scalar(True)) for column in cells.columns]


def harmless_headers(headers: Sequence[str]) -> list[str]:
    """The headers with an apostrophe before each that a spreadsheet would run."""
    return [harmless(header) for header in headers]


def _added(headers: Sequence[str]) -> int | None:
    """Where the columns stand that Workbench adds, if they do; beside a source's own `line` ours is `line_2`."""
    for place in range(len(headers) - len(_ALWAYS), -1, -1):
        if all(name.fullmatch(header) for name, header in zip(_ALWAYS, headers[place:], strict=False)):
            return place
    return None


def _ours(cells: pa.RecordBatch, place: int) -> pa.BooleanArray:
    """The rows that say of which line they were and what became of it."""
    line, outcome = cells.column(place), cells.column(place + 1)
    return pc.and_(
        pc.match_substring_regex(line, _LINE), pc.is_in(outcome, value_set=pa.array([*OUTCOMES, ""], pa.string()))
    )


def _taken_off(column: pa.StringArray, ours: pa.BooleanArray) -> pa.StringArray:
    suspects = pc.and_(ours, pc.starts_with(column, "'"))
    if not pc.any(suspects).as_py():
        return column
    runs = pc.and_not(pc.match_substring_regex(column, _WRITTEN), pc.match_substring_regex(column, _NO_FORMULA))
    return pc.if_else(pc.and_(suspects, runs), pc.utf8_slice_codeunits(column, 1), column)


def _put_before(column: pa.StringArray, ours: pa.BooleanArray | pa.BooleanScalar) -> pa.StringArray:
    runs = pc.match_substring_regex(column, rf"\A'*{RUNS}")
    if not pc.any(runs).as_py():
        return column
    runs = pc.and_(ours, pc.and_not(runs, pc.match_substring_regex(column, _NO_FORMULA)))
    return pc.if_else(runs, pc.binary_join_element_wise("'", column, ""), column)
