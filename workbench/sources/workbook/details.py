"""What the cell reader does not tell of a worksheet: what is shown instead of a number, hidden rows, its real extent.

calamine hands out numbers as floats and without their formats, error cells (#N/A, #REF!) and formulas that nobody has
calculated as blank cells, and takes memory for the whole rectangle a worksheet spans, however few cells are in it; a
damaged workbook can make it ask for more memory than there is, which ends the process. So the bytes are looked at once
beforehand (`xlsx`, `ods`, `xls`).
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from workbench.model.lines import of, written
from workbench.model.wording import first_of

SHEET_COLUMNS = 16_384
"""Columns of the widest worksheet there is; the place of a cell is row * SHEET_COLUMNS + column, both from 0."""


@dataclass(frozen=True, kw_only=True)
class Hidden:
    """What a worksheet does not show, rows and columns counted from 0."""

    rows: Sequence[int] = ()
    """Those that somebody has hidden."""
    filtered: Sequence[int] = ()
    """Those that a filter hides."""
    columns: Sequence[int] = ()

    def warnings(self, first: int, last: int) -> tuple[str, ...]:
        """One sentence per kind, of the rows from `first` to before `last`."""
        found = _of_rows([row for row in self.rows if first <= row < last], "hidden")
        found += _of_rows([row for row in self.filtered if first <= row < last], "hidden by a filter")
        if self.columns:
            names = [column_name(column) for column in self.columns]
            what = "Column {} is hidden; it is" if len(names) == 1 else "Columns {} are hidden; they are"
            found.append(f"{what.format(first_of(names, 10))} read like the others.")
        return tuple(found)


@dataclass(frozen=True, kw_only=True)
class WorkbookDetails:
    """Where something else is to be read than the reader says (sorted places and their texts), and what is hidden."""

    places: Sequence[int] = ()
    texts: Sequence[str] = ()
    valueless: tuple[int, ...] = ()
    """Places of formula cells without a value; -1 where the place is not known."""
    height: int = 0
    """The worksheet spans no more rows than these (exact from 10,000 on); 0 where the reader itself keeps a limit."""
    width: int = 0
    """It spans no more columns than these (exact from 27 on)."""
    merged: bool = False
    """Whether an ODS sheet has merged cells, of which the reader does not tell the ranges."""
    hidden: Hidden = Hidden()
    odd_dimension: bool = False
    """Whether an XLSX worksheet says of itself that it spans what no reader can make sense of."""

    @classmethod
    def of(
        cls,
        shown: Mapping[int, str],
        valueless: Sequence[int],
        *,
        height: int = 0,
        width: int = 0,
        merged: bool = False,
        hidden: Hidden | None = None,
        odd_dimension: bool = False,
    ) -> "WorkbookDetails":
        """The blind spots of a worksheet; what is shown is given as place and text."""
        places = sorted(shown)
        return cls(
            places=places,
            texts=[shown[place] for place in places],
            valueless=tuple(valueless),
            height=height,
            width=width,
            merged=merged,
            hidden=hidden or Hidden(),
            odd_dimension=odd_dimension,
        )

    def shown(self, first: int, last: int) -> Iterator[tuple[int, int, str]]:
        """(row, column, text) of such cells from row `first` to before row `last`, counted from 0."""
        for index in range(
            bisect_left(self.places, first * SHEET_COLUMNS), bisect_left(self.places, last * SHEET_COLUMNS)
        ):
            yield *divmod(self.places[index], SHEET_COLUMNS), self.texts[index]

    @property
    def uncalculated(self) -> str:
        """The first of the formula cells without a value, as a spreadsheet names them; "" where no place is known."""
        shown = [_name(place) for place in self.valueless[:3] if place >= 0]
        return first_of(shown, len(shown), of=len(self.valueless)) if shown else ""

    def warnings(self, first: int, last: int) -> tuple[str, ...]:
        """One sentence per thing that a person should know of the rows from `first` to before `last`, from 0."""
        found = []
        if self.valueless:
            formulas = "1 formula has" if len(self.valueless) == 1 else f"{len(self.valueless):,} formulas have"
            where = f": {named}" if (named := self.uncalculated) else ""
            cure = "Open the workbook in a spreadsheet program and save it to have it calculated."
            found.append(f"{formulas} no stored value, read as blank{where}. {cure}")
        return (*found, *self.hidden.warnings(first, last))


def cell_name(row: int, column: int) -> str:
    """The name a spreadsheet gives to the cell in a row and column counted from 0: A1, BC27."""
    return f"{column_name(column)}{row + 1}"


def column_name(column: int) -> str:
    """The letters of a column counted from 0: A, BC."""
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(65 + letter) + letters
    return letters


def line_ranges(lines: Sequence[int], most: int = 10) -> str:
    """Sorted lines as a person writes them, neighbours together: 3, 5-9 and 4 more."""
    ranges = of(lines)
    more = sum(last - first + 1 for first, last in ranges[most:])
    return written(ranges[:most]) + (f" and {more:,} more" if more else "")


def _of_rows(rows: Sequence[int], how: str) -> list[str]:
    if not rows:
        return []
    lines = line_ranges([row + 1 for row in rows])
    if len(rows) == 1:
        return [f"1 row is {how} (row {lines}); it is read like the others."]
    return [f"{len(rows):,} rows are {how} (rows {lines}); they are read like the others."]


def _name(place: int) -> str:
    return cell_name(*divmod(place, SHEET_COLUMNS))
