"""Which rows of a table are no records: its header again, notes and totals below it, another table."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.model import lines
from workbench.model.lines import Ranges
from workbench.model.sheet import LEFT_OUT_TEXT, Layout, LeftOut
from workbench.sources.shapes import NOTES, SPEAKING, TOTALS, column_shapes, fits, is_label, is_typed, is_value
from workbench.sources.workbook.details import line_ranges

_Flags: TypeAlias = "np.ndarray[Any, np.dtype[np.bool_]]"
_TAIL = 50
"""How many rows at the end of a table may be notes."""
_ABOVE = 50
"""How many rows tell what a column holds."""
_CANDIDATES = 200
"""How many rows below a blank one are tried as the header of another table."""
_NAMED = 10
"""How many lines an option names."""
_TOTAL_WORDS = rf"^\s*({TOTALS}|(mean|count)\b)[\s:.]*(\(.*\)|of .*|for .*)?$"
_TOTAL = re.compile(_TOTAL_WORDS, re.IGNORECASE)
_NOTE = re.compile(rf"\s*{NOTES}", re.IGNORECASE)
_SPEAKS = re.compile(rf"\s*{SPEAKING}", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Which of a table's rows are records, and what became of the others."""

    records: _Flags
    blank_rows: int
    left_out: tuple[LeftOut, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TableRows:
    """The rows below a header in blocks of columns of text, numbered from 0; the first stands on `first_line`."""

    blocks: Sequence[Sequence[pa.StringArray]]
    labels: Sequence[str]
    """What stands in the header; blank where nothing does."""
    first_line: int

    @property
    def starts(self) -> list[int]:
        """The number of each block's first row."""
        sizes = [len(block[0]) for block in self.blocks]
        return [sum(sizes[:place]) for place in range(len(sizes))]

    def cells(self, row: int) -> list[str]:
        """One row."""
        starts = self.starts
        place = bisect_right(starts, row) - 1
        return [column[row - starts[place]].as_py() for column in self.blocks[place]]

    def filled(self) -> "np.ndarray[Any, np.dtype[np.int32]]":
        """How many cells of each row are not blank."""
        counts = [np.zeros(0, np.int32)]
        for block in self.blocks:
            counted = np.zeros(len(block[0]), np.int32)
            for column in block:
                counted += _is_filled(column)
            counts.append(counted)
        return np.concatenate(counts)


def weigh(rows: TableRows, layout: Layout) -> Verdict:
    """Tell the records of a table from what else stands there; what a person said of its lines comes first."""
    filled = rows.filled()
    said = _said_so(rows, layout)
    records = (filled > 0) & ~said
    left_out = [*_entries(rows, np.flatnonzero(said), "said so")]
    kept = _are_lines(rows, layout.keep_lines)
    again = records & ~kept & _header_again(rows)
    records &= ~again
    left_out += _entries(rows, np.flatnonzero(again), "the header again")
    blank = (filled == 0) & ~said
    end, table = _another_table(rows, filled, records, kept)
    if end is not None:
        records[end:] = False
        blank[end : table[0].last - rows.first_line + 1] = False
        left_out = [entry for entry in left_out if entry.first < table[0].first] + table
    notes = [row for row in _notes(rows, filled, records) if not kept[row]]
    records[notes] = False
    left_out += _entries(rows, notes, "a note below the table", "notes below the table")
    found = sorted(left_out, key=lambda entry: entry.first)
    return Verdict(
        records=records,
        blank_rows=int(blank.sum()),
        left_out=tuple(found),
        warnings=_totals(rows, filled, records),
    )


def _is_filled(column: pa.StringArray) -> _Flags:
    blank = pc.equal(pc.utf8_trim_whitespace(column), "")
    return ~blank.to_numpy(zero_copy_only=False)


def _said_so(rows: TableRows, layout: Layout) -> _Flags:
    found = _are_lines(rows, layout.skip_lines)
    if layout.stop_line is not None:
        found[max(layout.stop_line - rows.first_line, 0) :] = True
    return found


def _are_lines(rows: TableRows, ranges: Ranges) -> _Flags:
    """The rows on these lines."""
    found = np.zeros(sum(len(block[0]) for block in rows.blocks), bool)
    for first, last in ranges:
        found[max(first - rows.first_line, 0) : max(last + 1 - rows.first_line, 0)] = True
    return found


def _header_again(rows: TableRows) -> _Flags:
    """The rows whose cells are the header's labels, every one of them."""
    labels = [label.strip().casefold() for label in rows.labels]
    flags = [np.zeros(0, bool)]
    for block in rows.blocks:
        same = np.ones(len(block[0]), bool)
        for label, column in zip(labels, block, strict=True):
            same &= pc.equal(pc.utf8_lower(pc.utf8_trim_whitespace(column)), label).to_numpy(zero_copy_only=False)
            if not same.any():
                break
        flags.append(same)
    return np.concatenate(flags)


def _another_table(rows: TableRows, filled: Any, records: _Flags, kept: _Flags) -> tuple[int | None, list[LeftOut]]:
    """Where a row of labels stands below a blank one and under values: it begins a table of its own."""
    below_blank = records & ~kept
    below_blank[:1] = False
    below_blank[1:] &= filled[:-1] == 0
    for row in np.flatnonzero(below_blank)[:_CANDIDATES]:
        header = _header_at(filled, int(row))
        if header is not None and _is_header(rows, records, int(row), header):
            last = int(np.flatnonzero(filled)[-1])
            line = rows.first_line + header
            what = f"another table (--header-row {line} reads it)"
            return int(row), [_entry(rows, int(row), last, what, header)]
    return None, []


def _header_at(filled: Any, row: int) -> int | None:
    """The row, or the one below it where it is no more than a title."""
    if filled[row] > 1:
        return row
    following = np.flatnonzero(filled[row + 1 : row + 4])
    return row + 1 + int(following[0]) if len(following) and filled[row + 1 + int(following[0])] > 1 else None


def _is_header(rows: TableRows, records: _Flags, row: int, header: int) -> bool:
    labels = rows.cells(header)
    filled = [place for place, label in enumerate(labels) if label.strip()]
    if not records[header + 1 :].any() or not all(is_label(labels[place]) for place in filled):
        return False
    above = [rows.cells(int(place)) for place in np.flatnonzero(records[:row])[-_ABOVE:]]
    columns = column_shapes(above, len(labels))
    return any(is_typed(columns[place]) for place in filled)


def _notes(rows: TableRows, filled: Any, records: _Flags) -> list[int]:
    """The rows at the end of a table of several columns that say something about it, from top to bottom."""
    wide = sum(bool(label.strip()) for label in rows.labels)
    if wide < 2 or not records.any():
        return []
    tail: list[int] = []
    for row in np.flatnonzero(records)[: -_TAIL - 1 : -1]:
        if filled[row] > max(1, wide // 2):
            break
        tail.append(int(row))
    above = [rows.cells(int(row)) for row in np.flatnonzero(records)[: -len(tail) or None][-_ABOVE:]]
    found: list[int] = []
    for row in reversed(tail):
        is_apart = bool(found) or (row > 0 and filled[row - 1] == 0)
        if _is_note(rows.cells(row), above, is_apart):
            found.append(row)
        else:
            found = []
    return found if len(found) < int(records.sum()) else []


def _is_note(cells: Sequence[str], above: Sequence[Sequence[str]], is_apart: bool) -> bool:
    """Whether a row of few cells is no record: by its words, or because it stands apart and is no value of a column."""
    places = [place for place, cell in enumerate(cells) if cell.strip()]
    first = cells[places[0]].strip()
    column = column_shapes(above, len(cells))[places[0]]
    if is_value(first) or (column not in ("", "text") and fits(first, column)):
        return False
    is_total = bool(_TOTAL.match(first))
    speaks = is_total or bool(_NOTE.match(first)) or first.endswith(":")
    if len(places) > 1:
        return (speaks and is_apart) or is_total
    longest = max((len(row[places[0]].strip()) for row in above), default=0)
    is_prose = len(first.split()) > 5 and len(first) > longest
    return is_prose or is_total or bool(_SPEAKS.match(first)) or (is_apart and (len(cells) > 2 or speaks))


def _totals(rows: TableRows, filled: Any, records: _Flags) -> tuple[str, ...]:
    """What looks like totals and is read, because it is as wide as the table."""
    found: set[int] = set()
    start = 0
    for block in rows.blocks:
        matches = pc.match_substring_regex(block[0], _TOTAL_WORDS, ignore_case=True)
        if pc.any(matches).as_py():
            found |= {start + int(place) for place in np.flatnonzero(matches.to_numpy(zero_copy_only=False))}
        start += len(block[0])
    read = np.flatnonzero(records)
    for row in read[-2:]:
        if _TOTAL.match(next(cell for cell in rows.cells(int(row)) if cell.strip())):
            found.add(int(row))
    lines = [rows.first_line + row for row in sorted(found) if records[row] and filled[row] > 1]
    if not lines or len(lines) * 2 > len(read):
        return ()
    which = line_ranges(lines)
    option = f"--skip-lines {','.join(map(str, lines[:_NAMED]))}"
    if len(lines) == 1:
        return (f"Row {which} looks like a total ({option} leaves it out).",)
    return (f"Rows {which} look like totals ({option} leaves them out).",)


def _entries(rows: TableRows, found: Sequence[int] | Any, what: str, several: str = "") -> Iterator[LeftOut]:
    """Rows that are left out, neighbours as one."""
    spans = lines.of(map(int, found))
    return (_entry(rows, first, last, several if several and last > first else what) for first, last in spans)


def _entry(rows: TableRows, first: int, last: int, what: str, shown: int | None = None) -> LeftOut:
    cells = rows.cells(first if shown is None else shown)
    text = "\t".join(cells).strip()[:LEFT_OUT_TEXT]
    first, last = rows.first_line + first, rows.first_line + last
    return LeftOut(first=first, last=last, what=what, text=text, cells=tuple(cells))
