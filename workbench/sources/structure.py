"""What stands below a header: records, notes and totals at the end, another table; told from the rows themselves."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import zip_longest

from workbench.model.lines import Ranges, hold
from workbench.model.sheet import TEXTS_FOR_VALUES
from workbench.model.wording import first_of
from workbench.sources.dialect import DELIMITERS, Dialect
from workbench.sources.lines import Line
from workbench.sources.shapes import (
    NOTES,
    SPEAKING,
    TOTALS,
    Shape,
    column_shapes,
    fits,
    is_label,
    is_typed,
    is_value,
    shape,
    trim,
)

_COMPARED = 200
"""Rows by which the columns are known."""
_LONGEST_ENDING = 200
"""Lines that notes below a table have at most."""
_NAMED = 5
"""Lines that a sentence names."""
_TOTAL = re.compile(rf"{TOTALS}|overall\b|(mean|median)$", re.IGNORECASE)
_BEFORE = "\"', ;\t|"
"""What stands before the first filled cell of a row."""
_NOTE = re.compile(NOTES, re.IGNORECASE)
_SPEAKS = re.compile(SPEAKING, re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Ending:
    """Notes and totals below the last record, by their places among the rows that were given."""

    first: int
    last: int


@dataclass(frozen=True, kw_only=True)
class Structure:
    """The rows below a header, and what those are like that are records."""

    lines: Sequence[Line]
    dialect: Dialect
    header: Sequence[Sequence[str]]
    """The rows of the header; none where there is no header."""
    width: int
    """Cells of the header."""
    named: int
    """The place of its last name: the cells behind it may be missing."""
    surplus: int
    """Blank cells that every record has beyond the header's."""
    usual: int
    """The width of most rows."""
    columns: Sequence[Shape]
    longest: int
    """The characters of the longest first cell of a row with others."""
    kept: Ranges = ()
    """The lines that a person has said to be records."""

    @classmethod
    def of(
        cls, lines: Sequence[Line], dialect: Dialect, header: Sequence[Sequence[str]], width: int, named: int
    ) -> "Structure":
        """What is found of the rows, which may be the first of very many."""
        rows = [line.cells for line in lines if line.cells and not line.blank]
        widths = Counter(map(len, rows))
        usual = max(widths, key=lambda cells: (widths[cells], cells == width), default=width)
        surplus = _surplus(rows, width, named, usual)
        alike = [row for row in rows if len(row) == (width + surplus if surplus else usual)][:_COMPARED]
        return cls(
            lines=lines,
            dialect=dialect,
            header=header,
            width=width,
            named=named,
            surplus=surplus,
            usual=usual,
            columns=column_shapes(alike, max(usual, width)),
            longest=max((len(trim(row[0])) for row in alike if any(map(trim, row[1:])) or width == 1), default=0),
        )

    def before(self, place: int) -> "Structure":
        """The same without the rows from one on."""
        return replace(self, lines=self.lines[:place])

    def is_wide_enough(self, cells: Sequence[str]) -> bool:
        """Whether a row has as many cells as a record."""
        if self.surplus:
            return len(cells) == self.width + self.surplus
        return self.named <= len(cells) <= self.width

    def ending(self) -> Ending | None:
        """The notes below the records, if the last rows are such: they are narrower, and begin as notes begin."""
        place = len(self.lines) - 1
        while place >= 0 and len(self.lines) - place <= _LONGEST_ENDING and not self._is_record(place):
            place -= 1
        if place < 0 or not self._is_record(place):
            return None
        rest = [index for index in range(place + 1, len(self.lines)) if not self.lines[index].blank]
        if not rest or self._is_table(rest) or not self._is_note(rest[0]):
            return None
        return Ending(first=rest[0], last=rest[-1])

    def refusal(self) -> tuple[int, str] | None:
        """The first line that must not be read as a record though it could, and why: labels of another table, or a row
        that is split within quotation marks."""
        quote, could_begin = self.dialect.quote or '"', set(self._odd)
        for place, line in enumerate(self.lines):
            if place in could_begin and self._begins_table(place):
                return line.number, f"begins another table. To read the first alone: --stop-line {line.number}."
            if line.cells and quote in line.text and self.dialect.splits_quoted(line.text):
                return line.number, _SPLIT
        return None

    def warnings(self, *, whole: bool) -> Iterator[str]:
        """What a person should look at, with its lines; `whole` tells whether these are all rows below the header."""
        if self.surplus:
            yield (
                f"Rows have {self.width + self.surplus} cells, the header has {self.width}: what every row has beyond "
                "it is blank, and was left out. If two labels of the header have run together, mend its line."
            )
        totals = [line.number for line in self._records if _TOTAL.match(line.text.lstrip(_BEFORE))]
        totals = totals or (self._summed() if whole else [])
        if totals:
            yield _said(totals, "looks like a total", "look like totals", _SKIP)
        headings = self._headings()
        if headings and headings != totals:
            yield _said(headings, "has one cell that is filled", "have one cell that is filled", _SKIP)
        texts = [number for number in self._texts_for_values() if number not in (*totals, *headings)]
        if texts:
            yield _said(texts, *TEXTS_FOR_VALUES, _SKIP)
        gaps = self._gaps()
        if 0 < len(gaps) < _NAMED:
            yield _said(
                gaps, "is blank; another table may begin below", "are blank; other tables may begin below", _STOP
            )
        strays = [line.number for line in self.lines if line.cells is not None and self.dialect.strays(line.text)]
        if strays:
            yield (
                f"{_lines(strays)} {'has' if len(strays) == 1 else 'have'} a quotation mark inside a cell that is not "
                "quoted; it was kept as text."
            )

    def ragged(self, cells: Sequence[str]) -> str:
        """Why a row of another width is refused."""
        found = f"has {len(cells)} cell{'s' * (len(cells) != 1)} where the header has {self.width}"
        if self.surplus and len(cells) == self.width:
            return f"has {len(cells)} cells where the other rows have {self.usual}."
        if len(cells) == self.usual > self.width:
            return f"{found}, as most rows have. Two labels of the header may have run together."
        if len(cells) == 1 and self.width > 1:
            others = [mark for mark in DELIMITERS if cells[0].count(mark) == self.width - 1]
            if others:
                return f"{found}: its cells seem to be separated by {_NAMES[others[0]]}."
        return f"{found}."

    @cached_property
    def _records(self) -> list[Line]:
        return [line for line in self.lines if line.cells and self.is_wide_enough(line.cells) and not line.blank]

    @cached_property
    def _typed(self) -> int | None:
        """The first column with a value in one of the first rows."""
        columns = zip_longest(*(line.cells or [] for line in self._records[:3]), fillvalue="")
        return next((place for place, cells in enumerate(columns) if any(map(is_value, cells))), None)

    def _is_record(self, place: int) -> bool:
        line = self.lines[place]
        if hold(self.kept, line.number):
            return not line.blank
        if line.cells is None or line.blank or not self.is_wide_enough(line.cells):
            return False
        return place not in self._padded_notes

    @cached_property
    def _padded_notes(self) -> set[int]:
        """The places of the rows of which one cell alone is filled, with a note."""
        found: set[int] = set()
        for place in range(len(self.lines) if self.width > 1 else 0):
            filled = [] if self.lines[place].blank else self._filled(place)
            if len(filled) == 1 and shape(filled[0]) == "text" and self._reads_as_note(place, filled[0], found):
                found.add(place)
        return found

    def _reads_as_note(self, place: int, text: str, notes: set[int]) -> bool:
        """Whether a row's only text is a note; `notes` are those above it."""
        if _SPEAKS.match(text):
            return True
        apart, longer = place - 1 in notes or self._is_apart(place), len(text) > self.longest
        return (apart and bool(_NOTE.match(text))) or (longer and len(text.split()) > (2 if apart else 5))

    def _is_note(self, place: int) -> bool:
        """Whether the first row below the records is a note, and none of them that was cut off or written otherwise."""
        filled, apart = self._filled(place), self._is_apart(place)
        first, line = filled[0].lstrip("\"'"), self.lines[place]
        if hold(self.kept, line.number) or (line.cells is None and (self.dialect.delimiter or " ") in line.text):
            return False
        sums = self._are_sums(line)
        begins = () if sums else (first, re.split(r"[;,|\t ]", first)[0])
        if is_typed(self.columns[0]) and any(shape(text) and fits(text, self.columns[0]) for text in begins):
            return False
        if len(filled) == 1 and any(first.count(mark) == self.width - 1 for mark in DELIMITERS if self.width > 2):
            return False
        few = len(filled) <= max(2 if self.width > 2 else 1, self.width // 2)
        text, mark = line.shown, self.dialect.delimiter or " "
        spaced = text.count(f"{mark} ") == text.count(mark)
        total = sums or (_TOTAL.fullmatch(first.rstrip(": ")) and all(map(is_value, filled[1:])))
        if few and (total or _SPEAKS.match(first) or ((spaced or apart) and _NOTE.match(first))):
            return True
        if len(filled) == 1:
            prose = len(first.split()) > 4 and first[-1] in ".:"
            return apart or (shape(first) == "text" and prose and len(first) > self.longest)
        return apart and (few or (spaced and len(text.split()) > text.count(mark) + 1))

    def _are_sums(self, line: Line) -> bool:
        """Whether a row has numbers alone, few of them, and nothing in the first column, where every record has
        something."""
        cells = [trim(cell) for cell in line.cells or ()]
        filled = [cell for cell in cells if cell]
        numbers = all(shape(cell) in ("whole", "number") for cell in filled)
        if not filled or cells[0] or not numbers or 2 * len(filled) > self.width:
            return False
        return all(trim(record.cells[0]) for record in self._records if record.cells)

    def _is_table(self, places: Sequence[int]) -> bool:
        """Whether rows of another width are a table: labels, then rows as wide, and not just a few narrow ones."""
        first = self.lines[places[0]].cells
        if first is None or not _are_labels(first):
            return False
        like = [self.lines[place].cells for place in places if len(self.lines[place].cells or ()) == len(first)]
        small = len(like) < 5 and len(first) <= self.width // 2
        valued = any(is_value(cell) for row in like[1:] for cell in row or ())
        return len(like) > 1 and not small and (valued or len(like) > 2)

    @cached_property
    def _odd(self) -> list[int]:
        """The places of the rows that could be labels at first sight: of another width, or without a value where the
        first rows have one."""
        typed = self._typed
        return [
            place
            for place, line in enumerate(self.lines)
            if line.cells
            and (
                not self.is_wide_enough(line.cells)
                or (typed is not None and typed < len(line.cells) and not is_value(line.cells[typed]))
            )
        ]

    def _texts_for_values(self) -> list[int]:
        """The few records that have texts in all the columns where the others have numbers, dates or addresses."""
        typed = [place for place, column in enumerate(self.columns) if is_typed(column)]
        found = []
        for place in self._odd if self._typed in typed else ():
            line = self.lines[place]
            cells = [line.cells[index] for index in typed if index < len(line.cells or ())] if line.cells else []
            shapes = [shape(cell) for cell in cells if trim(cell)]
            if self._is_record(place) and shapes and all(each in ("text", "code") for each in shapes):
                found.append(line.number)
        return found if 10 * len(found) <= len(self._records) or len(found) == 1 else []

    def _begins_table(self, place: int) -> bool:
        cells = self.lines[place].cells or []
        if not _are_labels(cells) or hold(self.kept, self.lines[place].number) or self._is_header(cells):
            return False
        apart = self._is_apart(place)
        rest = [index for index in range(place, min(len(self.lines), place + _COMPARED)) if not self.lines[index].blank]
        if not self.is_wide_enough(cells):
            before = any(self._is_record(index) for index in range(place))
            return before and (apart or len(rest) > 2) and self._is_table(rest)
        above = [line.cells for line in self.lines[max(place - _COMPARED, 0) : place] if line.cells and not line.blank]
        columns = column_shapes([row for row in above if len(row) == len(cells)], len(cells))
        typed = [index for index, cell in enumerate(cells) if trim(cell) and is_typed(columns[index])]
        if len(rest) < 2 or not typed or any(fits(cells[index], columns[index]) for index in typed):
            return False
        if not apart and columns[0] == "code" == shape(cells[0]):
            return False  # a record with a code like the others', whose numbers are written as texts
        others = [line.cells for line in self.lines if line.cells and line.cells != cells]
        if any(index < len(row) and row[index] == cells[index] for row in others for index in typed):
            return False  # texts that stand for values, as DS does for what is suppressed
        return apart or (len(typed) > 1 and all(map(trim, cells[: self.named])))

    def _is_header(self, cells: Sequence[str]) -> bool:
        """Whether a row is one of the header's once more."""
        said = [trim(cell).casefold() for cell in cells]
        return any([trim(cell).casefold() for cell in row] == said for row in self.header)

    def _gaps(self) -> list[int]:
        """The blank lines within a table of texts alone, below which another one may begin."""
        if any(map(is_typed, self.columns)):
            return []
        return [
            line.number
            for place, line in enumerate(self.lines[1:-1], start=1)
            if line.blank and self._is_record(place - 1) and _are_labels(self.lines[place + 1].cells or [])
        ]

    def _summed(self) -> list[int]:
        """The last record, if its first cell alone is blank and its numbers are the sums of those above."""
        records = [line for line in self._records if line.cells]
        if len(records) < 4 or len(records) > _SUMMED:
            return []
        *above, last = (line.cells or [] for line in records)
        if trim(last[0]) or not all(trim(row[0]) for row in above):
            return []
        for place in range(1, min(self.width, len(last))):
            sums = [_number(row[place]) if place < len(row) else 0.0 for row in above]
            total = _number(last[place])
            if total and abs(sum(sums) - total) < 1e-6 * abs(total):
                return [records[-1].number]
        return []

    def _headings(self) -> list[int]:
        """The few records with one filled cell where nearly all others have most."""
        filled = [(line.number, len(line.cells) - line.cells.count("")) for line in self._records if line.cells]
        alone = [number for number, cells in filled if cells == 1]
        full = sum(2 * cells > self.width for _, cells in filled)
        few = len(alone) < 3 or 5 * len(alone) <= len(filled)
        return alone if self.width > 3 and few and full >= 0.8 * (len(filled) - len(alone)) else []

    def _filled(self, place: int) -> list[str]:
        line = self.lines[place]
        return [*filter(None, map(trim, line.cells if line.cells is not None else [line.shown]))] or [line.shown]

    def _is_apart(self, place: int) -> bool:
        """Whether a blank row stands above."""
        return place > 0 and self.lines[place - 1].blank


_SUMMED = 20_000
_SKIP, _STOP = "--skip-lines", "--stop-line"
_SPLIT = "has quotation marks around a delimiter that do not begin a cell, so that its cells are not certain."
_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


def _surplus(rows: Sequence[Sequence[str]], width: int, named: int, usual: int) -> int:
    """The blank cells that all records have beyond the header's: none of them is as wide as the header, or filled."""
    if usual <= width or any(named <= len(row) <= width for row in rows):
        return 0
    wide = [row for row in rows if len(row) == usual]
    return 0 if any(trim(cell) for row in wide for cell in row[width:]) else usual - width


def _are_labels(cells: Sequence[str]) -> bool:
    filled = [cell for cell in map(trim, cells) if cell]
    return len(filled) > 1 and all(map(is_label, filled)) and len(set(filled)) == len(filled)


def _number(cell: str) -> float:
    try:
        return float(re.sub(r"[$€£,% ]", "", cell) or 0)
    except ValueError:
        return 0.0


def _said(lines: Sequence[int], one: str, many: str, option: str) -> str:
    if option == _STOP:
        return f"{_lines(lines)} {one if len(lines) == 1 else many} ({option} {lines[0]} ends the reading there)."
    which = ",".join(map(str, lines[:_NAMED]))
    them = "it" if len(lines) == 1 else "them"
    return f"{_lines(lines)} {one if len(lines) == 1 else many} ({option} {which} leaves {them} out)."


def _lines(lines: Sequence[int]) -> str:
    """Lines in a sentence: Line 3; Lines 3, 4 and 17 more."""
    if len(lines) == 1:
        return f"Line {lines[0]}"
    return f"Lines {first_of([*map(str, lines)], _NAMED)}"
