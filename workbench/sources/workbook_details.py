"""What the cell reader does not tell: error cells, formulas without a value, and how far a worksheet really reaches.

calamine hands out error cells (#N/A, #REF!) and formulas that nobody has calculated as blank cells, and takes memory
for the whole rectangle a worksheet spans, however few cells are in it; a damaged workbook can make it ask for more
memory than there is, which ends the process. So the bytes are looked at once beforehand (`xlsx`, `ods`, `xls`).
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

SHEET_COLUMNS = 16_384
"""Columns of the widest worksheet there is; the place of a cell is row * SHEET_COLUMNS + column, both from 0."""


@dataclass(frozen=True, kw_only=True)
class WorkbookDetails:
    """Where error cells stand (sorted places and their texts) and which formulas have no stored value."""

    places: tuple[int, ...] = ()
    texts: tuple[str, ...] = ()
    valueless: tuple[int, ...] = ()
    """Places of formula cells without a value; -1 where the place is not known."""
    height: int = 0
    """The worksheet spans no more rows than these (exact from 10,000 on); 0 where the reader itself keeps a limit."""
    width: int = 0
    """It spans no more columns than these (exact from 27 on)."""
    merged: bool = False
    """Whether an ODS sheet has merged cells, of which the reader does not tell the ranges."""

    @classmethod
    def of(
        cls,
        errors: Mapping[int, str],
        valueless: Sequence[int],
        *,
        height: int = 0,
        width: int = 0,
        merged: bool = False,
    ) -> "WorkbookDetails":
        """The blind spots of a worksheet, its error cells given as place and text."""
        places = sorted(errors)
        return cls(
            places=tuple(places),
            texts=tuple(errors[place] for place in places),
            valueless=tuple(valueless),
            height=height,
            width=width,
            merged=merged,
        )

    def errors(self, first: int, last: int) -> Iterator[tuple[int, int, str]]:
        """(row, column, text) of the error cells from row `first` to before row `last`, counted from 0."""
        for index in range(
            bisect_left(self.places, first * SHEET_COLUMNS), bisect_left(self.places, last * SHEET_COLUMNS)
        ):
            yield *divmod(self.places[index], SHEET_COLUMNS), self.texts[index]

    def warnings(self) -> tuple[str, ...]:
        """One sentence per kind of cell."""
        found = []
        if self.places:
            shown = [f"{_name(place)} ({text})" for place, text in zip(self.places[:3], self.texts, strict=False)]
            cells = "1 cell holds" if len(self.places) == 1 else f"{len(self.places):,} cells hold"
            found.append(f"{cells} an error, read as its text: {_few(shown, self.places)}.")
        if self.valueless:
            shown = [_name(place) for place in self.valueless[:3] if place >= 0]
            where = f": {_few(shown, self.valueless)}" if shown else ""
            number = len(self.valueless)
            formulas = "1 formula has" if number == 1 else f"{number:,} formulas have"
            cure = "Open the workbook in a spreadsheet program and save it to have it calculated."
            found.append(f"{formulas} no stored value, read as blank{where}. {cure}")
        return tuple(found)


def cell_name(row: int, column: int) -> str:
    """The name a spreadsheet gives to the cell in a row and column counted from 0: A1, BC27."""
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(65 + letter) + letters
    return f"{letters}{row + 1}"


def _name(place: int) -> str:
    return cell_name(*divmod(place, SHEET_COLUMNS))


def _few(shown: list[str], all_of_them: tuple[int, ...]) -> str:
    more = len(all_of_them) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more else "")
