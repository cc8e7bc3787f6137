"""A worksheet of an XLSX, XLS or ODS workbook as a Sheet."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from workbench.model.errors import UnknownSheet, UnreadableSheet, UnreadableSource
from workbench.model.sheet import Chunk, Reading, Sheet, Tally
from workbench.sources import ods, xls, xlsx
from workbench.sources.cells import filled_rows, text_of
from workbench.sources.container import Format, damaged, password_wanted, workbook_format
from workbench.sources.dialect import CELL_LIMIT
from workbench.sources.headers import SEARCHED_ROWS, find_header, name_headers
from workbench.sources.text import translated_errors
from workbench.sources.workbook_details import WorkbookDetails, cell_name

COLUMN_LIMIT = 2_000
AREA_LIMIT = 100_000_000
"""Cells of the rectangle a worksheet may span, blank ones included: the reader takes 32 bytes for each."""

_ROWS = 20_000
_CELLS_AT_ONCE = 1_000_000
_ODS_HOURS = r"^PT(\d+)H(\d\d)M(\d\d)(?:[.,]0+)?S$"  # a duration of a day or more, as OpenDocument writes it
_Row: TypeAlias = list[Any]
_Look: TypeAlias = Callable[[str], WorkbookDetails]
_LOOK_THROUGH: dict[Format, Callable[[Path, str], _Look]] = {
    "xlsx": xlsx.look_through,
    "ods": ods.look_through,
    "xls": xls.look_through,
}


def open_workbook(
    path: Path, *, name: str | None = None, sheet: str | None = None, header_row: int | None = None
) -> Sheet:
    """A worksheet, told by its title, else the first visible one with cells in it.

    The kind of workbook is told by the file's bytes. `header_row` (1-based, as the spreadsheet program shows it) stands
    in for the row `find_header` finds. Columns left and right of the table without header and values are dropped, rows
    that are wholly blank are counted and left out. Values become text by the rules of `text_of`; error cells become
    their text (#N/A), formulas the value they were stored with. Of a merged area of several rows, every row that has a
    value of its own gets the area's value, as people mean it who merge a school's name over its teachers; over several
    columns it stands in the first alone, because a heading across the table is no value of each column. ODS does not
    tell its merged areas: there the value stands in the first cell. All of it is told in `reading.warnings`.

    The worksheet is held in memory (32 bytes for each cell it spans), and handed out in chunks of 20,000 rows at most.
    Raises UnknownSheet; UnreadableSource for anything but a sound workbook without password and with a worksheet of at
    most 2,000 columns; UnreadableSheet while reading for a cell of over 1 MB.
    """
    source = name or path.name
    with translated_errors(source):
        with path.open("rb") as file:
            checksum = hashlib.file_digest(file, "sha256").hexdigest()
        found = workbook_format(path, source=source)
        look = _LOOK_THROUGH[found](path, source)
        with _translated(source), _book(path, found) as book:
            titles = _titles(book)
            title, worksheet = _choose(book, found, look, source, titles, sheet)
    table, warnings = _table(worksheet, source, title, header_row)
    return Sheet(
        name=source,
        headers=table.headers,
        checksum=checksum,
        size=path.stat().st_size,
        path=path,
        read=table.read,
        reading=Reading(
            format=found,
            header_line=table.header + 1,
            preamble=tuple("\t".join(row).rstrip() for row in worksheet.texts(0, table.header)),
            sheets=titles,
            sheet=title,
            warnings=_unread(titles, title, sheet) + worksheet.details.warnings() + warnings,
        ),
    )


@dataclass(frozen=True, kw_only=True)
class _Area:
    """A merged area; its corners are counted from 0, rows as in the sheet, columns as the reader hands them out."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, kw_only=True)
class _Worksheet:
    """A loaded worksheet, its rows counted from 0 as in the sheet, what the reader does not tell filled in."""

    cells: CalamineSheet
    details: WorkbookDetails
    format: Format
    source: str

    @property
    def top(self) -> int:
        """The first row that is used."""
        return self.cells.start[0] if self.cells.start else 0

    @property
    def left(self) -> int:
        """The first column that is used; the reader leaves out those before it."""
        return self.cells.start[1] if self.cells.start else 0

    @property
    def height(self) -> int:
        """Rows from the top of the sheet to the last one that is used."""
        return self.cells.end[0] + 1 if self.cells.end else 0

    def rows(self, first: int = 0) -> Iterator[_Row]:
        """The rows from `first` on as values, errors as their texts."""
        errors = self.details.errors(first, self.height)
        row, column, text = next(errors, (-1, 0, ""))
        for number, values in zip(count(first), self._values(first), strict=False):
            while number == row:
                if 0 <= column - self.left < len(values):
                    values[column - self.left] = text
                row, column, text = next(errors, (-1, 0, ""))
            yield values

    def _values(self, first: int) -> Iterator[_Row]:
        number = -1
        try:
            with _translated(self.source):
                for number, values in enumerate(self.cells.iter_rows()):
                    if number >= first:
                        yield values
        except OverflowError:
            raise UnreadableSheet(line=number + 2, why="has a date or a duration no calendar can hold.") from None

    def texts(self, first: int, last: int) -> list[list[str]]:
        """The rows from `first` to before `last` as text."""
        return [self.text(row).to_pylist() for row in islice(self.rows(first), max(last - first, 0))]

    def text(self, values: Sequence[object]) -> pa.StringArray:
        texts = text_of(values)
        return pc.replace_substring_regex(texts, _ODS_HOURS, r"\1:\2:\3") if self.format == "ods" else texts

    def areas(self) -> list[_Area]:
        """The merged areas within the used columns, from top to bottom; none for ODS, which does not tell them."""
        ranges = self.cells.merged_cell_ranges or ()
        areas = [
            _Area(top=top, left=left - self.left, bottom=bottom, right=right - self.left)
            for (top, left), (bottom, right) in ranges
            if self.left <= left < self.left + self.cells.width
        ]
        return sorted(areas, key=lambda area: (area.top, area.left))

    def named(self, area: _Area) -> str:
        """The area as a spreadsheet names it: A3:A7."""
        return f"{cell_name(area.top, area.left + self.left)}:{cell_name(area.bottom, area.right + self.left)}"


@dataclass(frozen=True, kw_only=True)
class _Table:
    """The table on a worksheet: the row of its header, its columns from `low` to before `high`."""

    worksheet: _Worksheet
    header: int
    low: int
    high: int
    headers: tuple[str, ...]
    areas: tuple[_Area, ...]
    """Those below the header that reach over several rows."""

    def read(self, tally: Tally) -> Iterator[Chunk]:
        first = self.header + 1
        rows = _filled_down(self.worksheet.rows(first), first, self.areas)
        size = min(_ROWS, max(_CELLS_AT_ONCE // self.worksheet.cells.width, 1))
        while block := list(islice(rows, size)):
            columns = [self.worksheet.text(values) for values in islice(zip(*block, strict=True), self.low, self.high)]
            for column in columns:
                _refuse_giant(column, first + 1)
            chunk = filled_rows(columns, self.headers, first + 1, tally)
            first += len(block)
            if len(chunk):
                yield chunk


def _book(path: Path, found: Format) -> CalamineWorkbook:
    """The workbook; the reader believes a file's name, so one that is named wrongly is given to it without a name."""
    if path.suffix.lower() == f".{found}":
        return CalamineWorkbook.from_path(path)
    with path.open("rb") as file:
        return CalamineWorkbook.from_filelike(file)


def _titles(book: CalamineWorkbook) -> tuple[str, ...]:
    return tuple(sheet.name for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet)


def _choose(
    book: CalamineWorkbook, found: Format, look: _Look, source: str, titles: tuple[str, ...], wanted: str | None
) -> tuple[str, _Worksheet]:
    if wanted is not None:
        same = [title for title in titles if title == wanted] or [
            title for title in titles if title.strip().casefold() == wanted.strip().casefold()
        ]
        if not same:
            raise UnknownSheet(source=source, sheet=wanted, known=", ".join(titles))
        titles = (same[0],)
    hidden = {sheet.name for sheet in book.sheets_metadata if sheet.visible != SheetVisibleEnum.Visible}
    for title in sorted(titles, key=lambda title: title in hidden):
        worksheet = _load(book, found, look(title), source, title)
        if worksheet.cells.start is not None:
            return title, worksheet
    where = f"its worksheet {titles[0]} is empty" if len(titles) == 1 else "all its worksheets are empty"
    raise UnreadableSource(source=source, why=f"{where}.")


def _load(book: CalamineWorkbook, found: Format, details: WorkbookDetails, source: str, title: str) -> _Worksheet:
    _refuse_width(details.width, source, title)
    if details.width * details.height > AREA_LIMIT:
        raise _too_large(source)
    cells = book.get_sheet_by_name(title)
    _refuse_width(cells.width, source, title)
    return _Worksheet(cells=cells, details=details, format=found, source=source)


def _table(worksheet: _Worksheet, source: str, title: str, header_row: int | None) -> tuple[_Table, tuple[str, ...]]:
    """The table, and what there is to tell about it."""
    top = worksheet.top
    header = header_row - 1 if header_row is not None else top + find_header(worksheet.texts(top, top + SEARCHED_ROWS))
    areas = worksheet.areas()
    labels = _labels(worksheet, header, areas) if 0 <= header < worksheet.height else []
    if not any(label.strip() for label in labels):
        why = f"row {header + 1} of its worksheet {title} is blank, so it cannot be the header."
        raise UnreadableSource(source=source, why=why)
    low, high = _extent(worksheet, header, labels)
    headers, renamed = name_headers(labels[low:high])
    below = [area for area in areas if area.top > header and low <= area.left < high]
    tall = tuple(area for area in below if area.bottom > area.top)
    table = _Table(worksheet=worksheet, header=header, low=low, high=high, headers=headers, areas=tall)
    found = (f"Row {header + 1} was taken for the header; what stands above it is left out.",)
    return table, found * (header > top and header_row is None) + renamed + _merged(worksheet, below)


def _labels(worksheet: _Worksheet, header: int, areas: list[_Area]) -> list[str]:
    """The texts of the header; a blank one under a label that is merged downwards takes that label."""
    labels = worksheet.texts(header, header + 1)[0]
    for area in areas:
        if area.top < header <= area.bottom and not labels[area.left]:
            labels[area.left] = worksheet.texts(area.top, area.top + 1)[0][area.left]
    return labels


def _extent(worksheet: _Worksheet, header: int, labels: list[str]) -> tuple[int, int]:
    """The columns from the first to behind the last with a label or a value below."""
    named = [place for place, label in enumerate(labels) if label.strip()]
    low, high = named[0], named[-1] + 1
    for row in worksheet.rows(header + 1) if (low, high) != (0, len(labels)) else ():
        low = next((place for place in range(low) if not _blank(row[place])), low)
        high = next((place + 1 for place in range(len(row) - 1, high - 1, -1) if not _blank(row[place])), high)
    return low, high


def _blank(value: object) -> bool:
    return isinstance(value, str) and not value.strip()


def _filled_down(rows: Iterator[_Row], first: int, areas: Sequence[_Area]) -> Iterator[_Row]:
    """The rows, in which the value of a merged area stands in every row of it that has a value of its own."""
    if not areas:
        return rows
    return _fill_down(rows, first, areas)


def _fill_down(rows: Iterator[_Row], first: int, areas: Sequence[_Area]) -> Iterator[_Row]:
    coming = iter(areas)
    following = next(coming, None)
    current: list[tuple[_Area, object]] = []
    for number, values in zip(count(first), rows, strict=False):
        current = [(area, value) for area, value in current if area.bottom >= number]
        if current and not all(map(_blank, values)):
            for area, value in current:
                values[area.left] = value
        while following is not None and following.top <= number:
            current.append((following, values[following.left]))
            following = next(coming, None)
        yield values


def _refuse_giant(column: pa.StringArray, first_line: int) -> None:
    sizes = pc.binary_length(column)
    if len(column) and pc.max(sizes).as_py() > CELL_LIMIT:
        raise UnreadableSheet(line=first_line + pc.index(pc.greater(sizes, CELL_LIMIT), True).as_py(),
                              why="has a cell of over 1 MB.")  # fmt: skip


def _refuse_width(width: int, source: str, title: str) -> None:
    if width > COLUMN_LIMIT:
        why = f"its worksheet {title} has {width:,} columns; at most {COLUMN_LIMIT:,} are read."
        raise UnreadableSource(source=source, why=why)


def _too_large(source: str) -> UnreadableSource:
    why = f"its worksheet spans over {AREA_LIMIT:,} cells. Delete the cells far away from the table, or save it as CSV."
    return UnreadableSource(source=source, why=why)


def _unread(titles: tuple[str, ...], read: str, wanted: str | None) -> tuple[str, ...]:
    others = [title for title in titles if title != read]
    if wanted is not None or not others:
        return ()
    return (f"Only the worksheet {read} is read. The workbook has others: {', '.join(others)}.",)


def _merged(worksheet: _Worksheet, areas: list[_Area]) -> tuple[str, ...]:
    tall = [worksheet.named(area) for area in areas if area.bottom > area.top]
    broad = [worksheet.named(area) for area in areas if area.right > area.left]
    found = []
    if tall:
        found.append(f"Cells merged over several rows: each of the rows has the value ({_few(tall)}).")
    if broad:
        found.append(f"Cells merged over several columns: only the first of the columns has the value ({_few(broad)}).")
    if worksheet.details.merged:
        found.append("The workbook has merged cells: their value stands in the first cell only.")
    return tuple(found)


def _few(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3:,} more" if len(names) > 3 else "")


@contextmanager
def _translated(source: str) -> Iterator[None]:
    """The reader's complaints as sentences; its panics too, which are no Exceptions."""
    try:
        yield
    except PasswordError:
        raise password_wanted(source) from None
    except CalamineError as error:
        if "limit" in str(error):
            raise _too_large(source) from None
        raise damaged(source) from None
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise damaged(source) from None
        raise
