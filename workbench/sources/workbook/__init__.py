"""A worksheet of an XLSX, XLS or ODS workbook as a Sheet.

`worksheet` loads one by the cell reader; `xlsx`, `xls` and `ods` look into the file itself for what that does not tell
(`details`): what a number is shown as (`number_format`), what is hidden, where it ends. `weight` says before what the
cells would take in memory, `header` what names its columns, and `records` which of its rows are none.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.errors import UnreadableSheet, UnreadableSource
from workbench.model.sheet import LEFT_OUT_TEXT, Chunk, Layout, LeftOut, Reading, Sheet, Tally
from workbench.model.wording import first_of
from workbench.sources.container import damaged, workbook_format
from workbench.sources.dialect import CELL_LIMIT
from workbench.sources.headers import name_headers
from workbench.sources.text import translated_errors
from workbench.sources.workbook.details import column_name
from workbench.sources.workbook.header import Header, header_of
from workbench.sources.workbook.records import TableRows, Verdict, weigh
from workbench.sources.workbook.weight import HARMLESS, TEXT, too_much_text
from workbench.sources.workbook.worksheet import Area, Row, Worksheet, choose_worksheet

_ROWS = 20_000
_CELLS_AT_ONCE = 1_000_000
_MERGED_TEXT = HARMLESS // TEXT
"""Bytes of text that merged areas may be filled with."""
_NOTHING_SAID = Layout()


def open_workbook(
    path: Path, *, name: str | None = None, sheet: str | None = None, layout: Layout = _NOTHING_SAID
) -> Sheet:
    """A worksheet, told by its title, else the one that looks most like a table; hidden ones are read last.

    The kind of workbook is told by the file's bytes. What `layout` does not say of the header and of lines to leave out
    is found (`find_header`, `weigh`); lines are rows as the spreadsheet program shows them. Columns left and right of
    the table without header and values are dropped, rows that are wholly blank are counted and left out. Values are
    text as the sheet shows it (`text_of`): percentages with their sign, numbers with the zeros of their format, whole
    numbers with the digits that the file has; error cells become their text (#N/A), formulas the value they were stored
    with. Of a merged area of several rows, every row that has a value of its own gets the area's value, as people mean
    it who merge a school's name over its teachers; over several columns it stands in the first alone, because a heading
    across the table is no value of each column. ODS does not tell its merged areas: there the value stands in the first
    cell. All of it, and what is hidden, is told in `reading.warnings` and `reading.left_out`.

    The table is held in memory as text, and handed out in chunks of 20,000 rows at most; while it is opened, the reader
    takes 32 bytes for each cell besides. Raises UnknownSheet; UnreadableSource for anything but a sound workbook that
    has no password and whose worksheet has at most 2,000 columns; UnreadableSheet for a cell of over 1 MB.
    """
    source = name or path.name
    if layout.mended or layout.delimiter is not None:
        why = "lines can be mended, and a delimiter said, in text files alone; correct its cells instead."
        raise UnreadableSource(source=source, why=why)
    with translated_errors(source):
        with path.open("rb") as file:
            checksum = hashlib.file_digest(file, "sha256").hexdigest()
        found = workbook_format(path, source=source)
        choice = choose_worksheet(path, found, source, sheet)
    worksheet = choice.worksheet
    table = _table(worksheet, layout)
    header = table.header.row
    return Sheet(
        name=source,
        headers=table.headers,
        checksum=checksum,
        size=path.stat().st_size,
        path=path,
        read=table.read,
        reading=Reading(
            format=found,
            header_line=header + 1,
            preamble=tuple("\t".join(row).rstrip() for row in worksheet.texts(0, header + table.header.none)),
            sheets=choice.titles,
            sheet=worksheet.title,
            hidden=worksheet.title in choice.hidden,
            warnings=choice.warnings + worksheet.details.warnings(header + 1, worksheet.height) + table.warnings,
            uncalculated=(worksheet.details.uncalculated or "in unknown places") if worksheet.details.valueless else "",
            layout=layout,
            left_out=table.left_out,
        ),
    )


@dataclass(frozen=True, kw_only=True)
class _Table:
    """The table on a worksheet as text, its records in chunks."""

    header: Header
    headers: tuple[str, ...]
    chunks: tuple[Chunk, ...]
    blank_rows: int
    left_out: tuple[LeftOut, ...]
    warnings: tuple[str, ...]

    def read(self, tally: Tally) -> Iterator[Chunk]:
        for chunk in self.chunks:
            tally.rows += len(chunk)
            yield chunk
        tally.blank_rows += self.blank_rows


def _table(worksheet: Worksheet, layout: Layout) -> _Table:
    """The table, and what there is to tell about it."""
    areas = worksheet.areas()
    header = header_of(worksheet, areas, layout)
    labels = header.labels
    if not header.none and not any(label.strip() for label in labels):
        why = f"row {header.row + 1} of its worksheet {worksheet.title} is blank, so it cannot be the header."
        raise UnreadableSource(source=worksheet.source, why=why)
    first = header.row + 1 + header.left_out
    again = worksheet.texts(header.row + 1, first)
    blocks = list(_blocks(worksheet, first, areas))
    low, high = _extent(labels, blocks)
    headers, renamed = name_headers(labels[low:high])
    below = [area for area in areas if area.top >= first and low <= area.left < high]
    blocks = [block[low:high] for block in blocks]
    verdict = weigh(TableRows(blocks=blocks, labels=labels[low:high], first_line=first + 1), layout)
    return _Table(
        header=header,
        headers=headers,
        chunks=tuple(_chunks(blocks, headers, first + 1, verdict)),
        blank_rows=verdict.blank_rows,
        left_out=(*_named_again(header.row + 2, again), *verdict.left_out),
        warnings=header.warnings
        + (() if header.none else renamed)
        + _beside(labels[low:high], blocks, low + worksheet.left)
        + _merged(worksheet, below)
        + verdict.warnings,
    )


def _named_again(line: int, rows: Sequence[Sequence[str]]) -> Iterator[LeftOut]:
    for number, row in enumerate(rows, start=line):
        text = "\t".join(row).strip()[:LEFT_OUT_TEXT]
        yield LeftOut(first=number, last=number, what="a second row of the header", text=text)


def _blocks(worksheet: Worksheet, first: int, areas: Sequence[Area]) -> Iterator[list[pa.StringArray]]:
    """The rows below the header as columns of text, at most 20,000 at once."""
    tall = [area for area in areas if area.top >= first and area.bottom > area.top]
    if _overlap(tall):
        raise damaged(worksheet.source)
    rows = _filled_down(worksheet, first, tall)
    size = min(_ROWS, max(_CELLS_AT_ONCE // worksheet.cells.width, 1))
    line = first + 1
    while block := list(islice(rows, size)):
        columns = [worksheet.text(values) for values in zip(*block, strict=True)]
        for column in columns:
            _refuse_giant(column, line)
        line += len(block)
        yield columns


def _extent(labels: Sequence[str], blocks: Sequence[Sequence[pa.StringArray]]) -> tuple[int, int]:
    """The columns from the first to behind the last with a label or a value below."""
    used = [place for place, label in enumerate(labels) if label.strip() or _has_values(blocks, place)]
    return (used[0], used[-1] + 1) if used else (0, len(labels))


def _has_values(blocks: Sequence[Sequence[pa.StringArray]], place: int) -> bool:
    return any(pc.any(pc.not_equal(pc.utf8_trim_whitespace(block[place]), "")).as_py() for block in blocks)


def _chunks(
    blocks: Sequence[Sequence[pa.StringArray]], headers: Sequence[str], first_line: int, verdict: Verdict
) -> Iterator[Chunk]:
    start = 0
    for block in blocks:
        number = len(block[0])
        records = verdict.records[start : start + number]
        lines = pa.array(np.arange(first_line + start, first_line + start + number, dtype=np.int32))
        cells = pa.RecordBatch.from_arrays(list(block), names=list(headers))
        if not records.all():
            mask = pa.array(records)
            lines, cells = lines.filter(mask), cells.filter(mask)
        if len(lines):
            yield Chunk(lines=lines, cells=cells)
        start += number


def _beside(labels: Sequence[str], blocks: Sequence[Sequence[pa.StringArray]], left: int) -> tuple[str, ...]:
    """A column without label and values between others: what stands right of it may be no part of the table."""
    for place, label in enumerate(labels):
        if not label.strip() and any(label.strip() for label in labels[place:]) and not _has_values(blocks, place):
            gap, first, last = (column_name(left + at) for at in (place, place + 1, len(labels) - 1))
            right = f"column {first}" if first == last else f"columns {first} to {last}"
            return (f"Column {gap} is blank from top to bottom: another table may stand right of it ({right}).",)
    return ()


def _blank(value: object) -> bool:
    return isinstance(value, str) and not value.strip()


def _overlap(areas: Sequence[Area]) -> bool:
    """Whether two areas that begin in one column share a row, as no spreadsheet has them."""
    ends: dict[int, int] = {}
    for area in areas:
        if area.top <= ends.get(area.left, -1):
            return True
        ends[area.left] = area.bottom
    return False


def _filled_down(worksheet: Worksheet, first: int, areas: Sequence[Area]) -> Iterator[Row]:
    """The rows, in which the value of a merged area stands in every row of it that has a value of its own."""
    rows = worksheet.rows(first)
    return _fill_down(rows, first, areas, worksheet.source) if areas else rows


def _fill_down(rows: Iterator[Row], first: int, areas: Sequence[Area], source: str) -> Iterator[Row]:
    coming = iter(areas)
    following = next(coming, None)
    current: list[tuple[Area, object]] = []
    text = 0
    for number, values in zip(count(first), rows, strict=False):
        current = [(area, value) for area, value in current if area.bottom >= number]
        if current and not all(map(_blank, values)):
            for area, value in current:
                values[area.left] = value
                text += len(value) if isinstance(value, str) else 0
            if text > _MERGED_TEXT:
                raise too_much_text(source, text)
        while following is not None and following.top <= number:
            current.append((following, values[following.left]))
            following = next(coming, None)
        yield values


def _refuse_giant(column: pa.StringArray, first_line: int) -> None:
    sizes = pc.binary_length(column)
    if len(column) and pc.max(sizes).as_py() > CELL_LIMIT:
        raise UnreadableSheet(line=first_line + pc.index(pc.greater(sizes, CELL_LIMIT), True).as_py(),
                              why="has a cell of over 1 MB.")  # fmt: skip


def _merged(worksheet: Worksheet, areas: list[Area]) -> tuple[str, ...]:
    tall = [worksheet.named(area) for area in areas if area.bottom > area.top]
    broad = [worksheet.named(area) for area in areas if area.right > area.left]
    found = []
    if tall:
        found.append(f"Cells merged over several rows: each of the rows has the value ({first_of(tall, 3)}).")
    if broad:
        found.append(
            f"Cells merged over several columns: only the first of the columns has the value ({first_of(broad, 3)})."
        )
    if worksheet.details.merged:
        found.append("The workbook has merged cells: their value stands in the first cell only.")
    return tuple(found)
