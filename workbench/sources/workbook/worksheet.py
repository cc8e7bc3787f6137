"""A worksheet of a workbook, loaded: its rows as text, and which of a workbook's worksheets is read."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
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
from workbench.model.sheet import ONLY
from workbench.sources.cells import text_of
from workbench.sources.container import AREA_LIMIT, Format, damaged, password_wanted, too_large
from workbench.sources.headers import SEARCHED_ROWS, find_header
from workbench.sources.shapes import is_value
from workbench.sources.workbook import ods, xls, xlsx
from workbench.sources.workbook.details import WorkbookDetails, cell_name

COLUMN_LIMIT = 2_000

_ODS_HOURS = r"^PT(\d+)H(\d\d)M(\d\d)(?:[.,]0+)?S$"  # a duration of a day or more, as OpenDocument writes it
_LARGER = 5
"""How many times the cells of an earlier table a later one needs to be preferred."""
Row: TypeAlias = list[Any]
_Look: TypeAlias = Callable[[str], WorkbookDetails]
_LOOK_THROUGH: dict[Format, Callable[[Path, str], _Look]] = {
    "xlsx": xlsx.look_through,
    "ods": ods.look_through,
    "xls": xls.look_through,
}


@dataclass(frozen=True, kw_only=True)
class Area:
    """A merged area; its corners are counted from 0, rows as in the sheet, columns as the reader hands them out."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, kw_only=True)
class Worksheet:
    """A loaded worksheet, its rows counted from 0 as in the sheet, what the reader does not tell filled in."""

    title: str
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

    def rows(self, first: int = 0) -> Iterator[Row]:
        """The rows from `first` on as values, with what is shown instead where that is more."""
        shown = self.details.shown(first, self.height)
        row, column, text = next(shown, (-1, 0, ""))
        for number, values in zip(count(first), self._values(first), strict=False):
            while number == row:
                if 0 <= column - self.left < len(values):
                    values[column - self.left] = text
                row, column, text = next(shown, (-1, 0, ""))
            yield values

    def texts(self, first: int, last: int) -> list[list[str]]:
        """The rows from `first` to before `last` as text."""
        return [self.text(row).to_pylist() for row in islice(self.rows(first), max(last - first, 0))]

    def text(self, values: Sequence[object]) -> pa.StringArray:
        """Values as text, as the sheet shows them."""
        texts = text_of(values, as_shown=True)
        return pc.replace_substring_regex(texts, _ODS_HOURS, r"\1:\2:\3") if self.format == "ods" else texts

    def areas(self) -> list[Area]:
        """The merged areas within the used columns, from top to bottom; none for ODS, which does not tell them."""
        ranges = self.cells.merged_cell_ranges or ()
        areas = [
            Area(top=top, left=left - self.left, bottom=bottom, right=right - self.left)
            for (top, left), (bottom, right) in ranges
            if self.left <= left < self.left + self.cells.width
        ]
        return sorted(areas, key=lambda area: (area.top, area.left))

    def named(self, area: Area) -> str:
        """The area as a spreadsheet names it: A3:A7."""
        return f"{cell_name(area.top, area.left + self.left)}:{cell_name(area.bottom, area.right + self.left)}"

    def _values(self, first: int) -> Iterator[Row]:
        number = -1
        try:
            with translated(self.source):
                for number, values in enumerate(self.cells.iter_rows()):
                    if number >= first:
                        yield values
        except OverflowError:
            raise UnreadableSheet(line=number + 2, why="has a date or a duration no calendar can hold.") from None


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The worksheet that is read, beside the titles of all."""

    worksheet: Worksheet
    titles: tuple[str, ...]
    hidden: frozenset[str]
    warnings: tuple[str, ...]


def choose_worksheet(path: Path, found: Format, source: str, wanted: str | None) -> Choice:
    """The worksheet of a title, else the one that looks most like a table, those that are hidden coming last.

    Raises UnknownSheet; UnreadableSource where all are empty, or where the workbook is damaged or too large.
    """
    look = _LOOK_THROUGH[found](path, source)
    with translated(source), _book(path, found) as book:
        titles = tuple(sheet.name for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet)
        hidden = frozenset(
            sheet.name for sheet in book.sheets_metadata if sheet.visible != SheetVisibleEnum.Visible
        ) & set(titles)
        load = partial(_load, path, book, found, look, source)
        wished = titles if wanted is None else (_known(titles, wanted, source),)
        worksheet, passed = _most_like_a_table(load, [title for title in wished if title not in hidden])
        if worksheet is None:
            worksheet, passed = _most_like_a_table(load, [title for title in wished if title in hidden])
    if worksheet is None:
        where = f"its worksheet {wished[0]} is empty" if len(wished) == 1 else "all its worksheets are empty"
        raise UnreadableSource(source=source, why=f"{where}.")
    warnings = () if wanted is not None else _unread(titles, hidden, worksheet.title, passed)
    return Choice(worksheet=worksheet, titles=titles, hidden=hidden, warnings=warnings)


def each_worksheet(path: Path, found: Format, source: str) -> Iterator[tuple[str, Callable[[], Worksheet]]]:
    """Every worksheet of a workbook, hidden ones among them: its title, and how it is loaded, one at a time; loading
    raises UnreadableSource."""
    look = _LOOK_THROUGH[found](path, source)
    with _book(path, found) as book:
        for title in (sheet.name for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet):
            yield title, partial(_loaded, path, book, found, look, source, title)


def _loaded(path: Path, book: CalamineWorkbook, found: Format, look: _Look, source: str, title: str) -> Worksheet:
    with translated(source):
        return _load(path, book, found, look, source, title)


def _known(titles: tuple[str, ...], wanted: str, source: str) -> str:
    same = [title for title in titles if title == wanted] or [
        title for title in titles if title.strip().casefold() == wanted.strip().casefold()
    ]
    if not same:
        raise UnknownSheet(source=source, sheet=wanted, known=", ".join(titles))
    return same[0]


def _most_like_a_table(load: Callable[[str], Worksheet], titles: Sequence[str]) -> tuple[Worksheet | None, bool]:
    """The first of the best kind, unless a later one is a good deal larger; and whether another was passed by."""
    best: Worksheet | None = None
    likeness = (0, 0)
    passed = False
    for title in titles:
        worksheet = load(title)
        if worksheet.cells.start is None:
            continue
        kind, cells = _likeness(worksheet) if len(titles) > 1 else (0, 0)
        if best is None or kind > likeness[0] or (kind == likeness[0] and cells > likeness[1] * _LARGER):
            passed = best is not None
            best, likeness = worksheet, (kind, cells)
    return best, passed


def _likeness(worksheet: Worksheet) -> tuple[int, int]:
    """How much it is a table (0 prose, 1 a list or pairs, 2 a table), and how many cells it has below its header."""
    texts = worksheet.texts(worksheet.top, worksheet.top + SEARCHED_ROWS)
    header = find_header(texts)
    labels = [label for label in texts[header] if label.strip()]
    below = [cells for row in texts[header + 1 :] if (cells := [cell for cell in row if cell.strip()])]
    fitting = [cells for cells in below if len(cells) * 2 >= len(labels)]
    rows = len(fitting)
    if len(texts) == SEARCHED_ROWS and below:
        rows = rows * (worksheet.height - worksheet.top - header - 1) // len(texts[header + 1 :])
    is_header = not any(is_value(label) or label.strip().endswith(":") for label in labels)
    is_prose = any(len(label.split()) > 8 for label in labels) or len(fitting) * 2 < len(below)
    if not fitting or is_prose or not is_header:
        return 0, rows * len(labels)
    if len(labels) == 1:
        return int(all(len(cell.split()) <= 5 for cells in below for cell in cells)), rows
    are_pairs = len(labels) == 2 and sum(cells[0].strip().endswith(":") for cells in fitting) * 2 > len(fitting)
    return 0 if are_pairs else 1 if len(labels) == 2 else 2, rows * len(labels)


def _unread(titles: tuple[str, ...], hidden: frozenset[str], read: str, passed: bool) -> tuple[str, ...]:
    others = [f"{title} (hidden)" if title in hidden else title for title in titles if title != read]
    if not others:
        return ()
    why = ", because it looks most like a table" if passed else ""
    return (f"{ONLY.format(read)}{why}. The workbook has others: {', '.join(others)}.",)


def _book(path: Path, found: Format) -> CalamineWorkbook:
    """The workbook; the reader believes a file's name, so one that is named wrongly is given to it without a name."""
    if path.suffix.lower() == f".{found}":
        return CalamineWorkbook.from_path(path)
    with path.open("rb") as file:
        return CalamineWorkbook.from_filelike(file)


def _load(path: Path, book: CalamineWorkbook, found: Format, look: _Look, source: str, title: str) -> Worksheet:
    details = look(title)
    _refuse_width(details.width, source, title)
    if details.width * details.height > AREA_LIMIT:
        raise too_large(source)
    if details.odd_dimension:
        with CalamineWorkbook.from_filelike(xlsx.without_dimension(path, source)) as mended:
            cells = mended.get_sheet_by_name(title)
    else:
        cells = book.get_sheet_by_name(title)
    _refuse_width(cells.width, source, title)
    return Worksheet(title=title, cells=cells, details=details, format=found, source=source)


def _refuse_width(width: int, source: str, title: str) -> None:
    if width > COLUMN_LIMIT:
        why = f"its worksheet {title} has {width:,} columns; at most {COLUMN_LIMIT:,} are read."
        raise UnreadableSource(source=source, why=why)


@contextmanager
def translated(source: str) -> Iterator[None]:
    """The reader's complaints as sentences; its panics too, which are no Exceptions."""
    try:
        yield
    except PasswordError:
        raise password_wanted(source) from None
    except CalamineError as error:
        if "limit" in str(error):
            raise too_large(source) from None
        raise damaged(source) from None
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise damaged(source) from None
        raise
