"""How a text table is written: its delimiter, quotes, escapes and line endings, found out from its first lines."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from io import StringIO
from itertools import islice, zip_longest

from workbench.sources.headers import SEARCHED_ROWS, find_header
from workbench.sources.shapes import is_value

DELIMITERS = (",", ";", "\t", "|")
RARE_DELIMITERS = ("~", "^", ":", " ")
"""What separates the cells of few files, and stands in the text of many: taken only where every row is split alike."""
SAMPLED_ROWS = 1_000
CELL_LIMIT = 1 << 20
"""Characters in a cell, and bytes."""
NO_DELIMITER = "\x1f"
"""What a table of one column is split at: ASCII's unit separator, which no text contains."""

_SEP_LINE = re.compile(r'sep=([^\w\s"\\]|\t)[ ,;\t|]*(\r\n|\r|\n|$)', re.IGNORECASE)
_NUMBER = re.compile(r"[-+(]?[$€£]? ?\d[\d.,' ]*[%€$£)]?")
_LINE_END = re.compile(r"\r\n|\r|\n")
_NAMES = {"\n": "lf", "\r\n": "crlf", "\r": "cr"}


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """The manner of one table."""

    delimiter: str | None = ","
    """None for a table of one column."""
    quote: str | None = '"'
    escape: str | None = None
    line_ending: str | None = None
    """lf, crlf, cr or mixed; None where there is only one line."""
    sep_line: bool = False
    """Whether the first line is Excel's `sep=;`, which names the delimiter and is no row."""
    blanks: bool = False
    """Whether blanks after a delimiter are no part of the cell."""

    @property
    def plain(self) -> bool:
        """Whether it is the manner that Arrow's reader knows."""
        return (
            self.escape is None and not self.blanks and self.quote != "'" and (self.delimiter or NO_DELIMITER).isascii()
        )

    def rows(self, lines: Iterable[str]) -> Iterator[list[str]]:
        """The rows of cells in lines that keep their ends. Raises csv.Error where quotes are unsound."""
        csv.field_size_limit(CELL_LIMIT)  # of the whole process, and with the same value whoever sets it here
        return csv.reader(
            self._without_nulls(lines) if self.escape else lines,
            delimiter=self.delimiter or NO_DELIMITER,
            quotechar=self.quote or '"',
            escapechar=self.escape,
            skipinitialspace=self.blanks,
            strict=True,
        )

    def tells_by_width(self, width: int | None) -> bool:
        """Whether a table is so wide that as many delimiters in a cell are no prose."""
        return width is not None and width >= _TELLING_WIDTH and self.delimiter is not None

    def swallows(self, cells: Sequence[str], width: int | None) -> bool:
        """Whether a cell has whole rows of a table of that width in it, as where a quotation mark is out of place.

        Its first line then ends a row, its last one begins one, and those between are as long as one. Of narrow tables
        that is no sign, nor where blanks stand behind the delimiters: prose has commas too.
        """
        if not self.tells_by_width(width):
            return False
        return any(self.swallows_at(place, cell, width or 0, len(cells)) for place, cell in enumerate(cells))

    def swallows_at(self, place: int, cell: str, width: int, cells: int) -> bool:
        """The same of one cell of a row of so many."""
        mark = self.delimiter or NO_DELIMITER
        if mark not in cell or not ("\n" in cell or "\r" in cell) or f"{mark} " in cell:
            return False
        first, *between, last = (part.count(mark) for part in _LINE_END.split(cell))
        filled = sum(any(map(str.isalnum, piece)) for line in _LINE_END.split(cell) for piece in line.split(mark))
        if filled < width - 1:
            return False
        ends, begins = place + first == width - 1, last + cells - 1 - place == width - 1
        return ends and begins and all(count == width - 1 for count in between)

    def strays(self, text: str) -> bool:
        """Whether a quotation mark stands in a cell of this row that is not quoted."""
        quote = self.quote or '"'
        return quote in text and quote in self._quoted.sub("", text)

    def splits_quoted(self, text: str) -> bool:
        """Whether a delimiter of this row stands in quotation marks that do not count, as where one before was lost."""
        mark, quote = re.escape(self.delimiter or NO_DELIMITER), re.escape(self.quote or '"')
        inner = rf"[^{quote}{mark}\s][^{quote}]*{mark}[^{quote}]*"
        rest = self._quoted.sub("", text) if quote in text else ""
        return re.search(rf"[^{mark}\s]{quote}{inner}{quote}(?={mark}|[\r\n]|$)", rest) is not None

    @cached_property
    def _quoted(self) -> re.Pattern[str]:
        """Quoted cells, each from its edge before to its edge after."""
        mark, quote = re.escape(self.delimiter or NO_DELIMITER), re.escape(self.quote or '"')
        inner = rf"(?:[^{quote}]|{quote}{quote})*" if not self.escape else rf"(?:\\.|[^{quote}\\]|{quote}{quote})*"
        return re.compile(
            rf"(?:(?<={mark})|^){' *' if self.blanks else ''}{quote}{inner}{quote}(?={mark}|[\r\n]|$)", re.DOTALL
        )

    def _without_nulls(self, lines: Iterable[str]) -> Iterator[str]:
        """Lines in which a cell that is \\N is blank: the escape would make an N of it."""
        mark = re.escape(self.delimiter or NO_DELIMITER)
        null = re.compile(rf"(?:(?<={mark})|^)\\N(?={mark}|[\r\n]|$)")
        for line in lines:
            yield null.sub("", line) if NULL in line else line


BLANKS_LEFT_OUT = "Blanks between a delimiter and a cell were left out."
_TELLING_WIDTH = 4
NULL = "\\N"
"""How MySQL and PostgreSQL write that there is no value."""


def detect_dialect(head: str, *, whole: bool = True, delimiter: str | None = None, skip: int = 0) -> Dialect:
    """The dialect of the text that begins with `head`; `whole` tells whether that is all of it, `skip` lines apart.

    The best delimiter gives most rows one common width and leaves no other delimiter inside the cells (numbers aside,
    so that `1,5;2,5` is two decimals). Backslashes are escapes only where rows do not fit without. Where no delimiter
    splits the first row, nor most rows from some row on, the table has one column. Blanks after a delimiter are no
    part of a cell where quotes stand behind them, or every cell of a row begins so; single quotes are quotation marks
    where whole cells stand in them.
    """
    sep = _SEP_LINE.match(head)
    body = "".join(StringIO(head[sep.end() :] if sep else head, newline="").readlines()[max(skip - bool(sep), 0) :])
    if delimiter is None and sep:
        delimiter = sep[1]
    found = Dialect(quote='"' if '"' in body else None, line_ending=_line_ending(body, whole), sep_line=sep is not None)
    tried = []
    for mark in (delimiter,) if delimiter else DELIMITERS:
        if mark in body:
            tried.append(_best_manner(replace(found, delimiter=mark), body, whole))
    best = max(tried, key=lambda sample: sample.score, default=None)
    if delimiter is None and (best is None or not best.sound or best.regularity < _REGULAR or best.score == 0):
        rare = [_best_manner(replace(found, delimiter=mark), body, whole) for mark in RARE_DELIMITERS if mark in body]
        best = next((sample for sample in rare if sample.splits_every_row and not sample.leaves(best)), best)
    return best.dialect if best and best.score > 0 else replace(found, delimiter=delimiter)


_REGULAR = 0.9
"""The share of rows of one width from which on a delimiter is not questioned."""


def _best_manner(plain: Dialect, body: str, whole: bool) -> "_Sample":
    """The sample of a text by the manner of one delimiter that fits it best."""
    tried = [_Sample.of(plain, body, whole)]
    if "\\" in body:
        tried.append(_Sample.of(replace(plain, escape="\\"), body, whole))
    best = max(tried, key=lambda sample: (sample.sound, sample.regularity))
    if f"{plain.delimiter} " in body:
        skipping = _Sample.of(replace(best.dialect, blanks=True), body, whole)
        if skipping.no_worse_than(best) and (
            _begin_with_blanks(body, plain.delimiter) or _blank_quotes(plain.delimiter).search(body)
        ):
            best = skipping
    if body.count("'") > 1:
        single = _Sample.of(replace(best.dialect, quote="'"), body, whole)
        if single.no_worse_than(best) and best.in_single_quotes(single):
            best = single
    return best


def _begin_with_blanks(body: str, delimiter: str | None) -> bool:
    """Whether every cell of some row but its first begins with a blank, or of all rows where they have two; of rows
    with quotation marks that is not known."""
    rows = [line.rstrip("\r\n").split(delimiter) for line in StringIO(body, newline="") if '"' not in line]
    rows = [row for row in rows[:SAMPLED_ROWS] if any(map(str.strip, row))]
    usual = Counter(map(len, rows)).most_common(1)[0][0] if rows else 0
    marked = [[cell[0] == " " and bool(cell.strip()) for cell in row[1:] if cell] for row in rows if len(row) == usual]
    return any(all(row) for row in marked if len(row) > 1) or (any(marked) and all(map(all, marked)))


def _blank_quotes(delimiter: str | None) -> re.Pattern[str]:
    mark = re.escape(delimiter or NO_DELIMITER)
    return re.compile(rf'{mark} +"(?:[^"\r\n]|"")*"(?={mark}|[\r\n]|$)')


@dataclass(frozen=True, kw_only=True)
class _Sample:
    """The first rows that are not blank, as one dialect has them."""

    dialect: Dialect
    rows: list[list[str]]
    sound: bool
    """Whether its quotes are."""

    @classmethod
    def of(cls, dialect: Dialect, text: str, whole: bool) -> "_Sample":
        """The sample of a text, without the row in which it is cut off."""
        rows: list[list[str]] = []
        sound = True
        try:
            rows.extend(islice(dialect.rows(iter(StringIO(text, newline=""))), SAMPLED_ROWS))
            if not whole and len(rows) < SAMPLED_ROWS:
                del rows[max(len(rows) - 1, 1) :]
        except csv.Error as error:
            sound = not whole and "unexpected end" in str(error)
        return cls(dialect=dialect, rows=[row for row in rows if any(cell.strip() for cell in row)], sound=sound)

    @cached_property
    def width(self) -> int:
        """The width that most cells are in rows of, 0 where no row has two cells."""
        widths = Counter(map(len, self.rows))
        return max(
            (width for width in widths if width > 1), key=lambda width: (width * widths[width], width), default=0
        )

    @cached_property
    def regular(self) -> list[list[str]]:
        """The rows of that width."""
        return [row for row in self.rows if len(row) == self.width]

    @property
    def regularity(self) -> float:
        """The share of the rows that are as wide as most; 1 where all have one cell."""
        return len(self.regular) / len(self.rows) if self.width else 1.0

    def no_worse_than(self, other: "_Sample") -> bool:
        """Whether it fits the text at least as well."""
        return (self.sound, self.regularity, self.width) >= (other.sound, other.regularity, other.width)

    def in_single_quotes(self, single: "_Sample") -> bool:
        """Whether whole cells stand in single quotes: half of them, all of a column's, or so that rows fit better."""
        if any(cell[0] == cell[-1] == '"' for row in single.rows for cell in row if cell):
            return False
        below = self.rows[1:] or self.rows
        filled = [cell for row in below for cell in row if cell.strip()]
        wrapped = sum(map(_is_wrapped, filled))
        if 2 * wrapped >= len(filled) > 0:
            return True
        columns = ([cell for cell in column if cell.strip()] for column in zip_longest(*below, fillvalue=""))
        if any(len(column) > 1 and all(map(_is_wrapped, column)) for column in columns):
            return True
        if any(cell.startswith('"') for row in single.rows for cell in row):  # they would be split within their own
            return False
        return single.regularity > self.regularity or (single.sound and not self.sound)

    def leaves(self, other: "_Sample | None") -> bool:
        """Whether the delimiter of another sample still stands in the cells of every row."""
        mark = other.dialect.delimiter if other is not None else None
        return mark is not None and all(any(mark in cell for cell in row) for row in self.rows)

    @property
    def splits_every_row(self) -> bool:
        """Whether all rows are split alike; where texts are split there too, a column has to show that it is meant."""
        if not self.sound or len(self.rows) < 2 or self.regularity < 1 or not self.width:
            return False
        if self.dialect.delimiter not in (" ", ":"):
            return True
        header, *below = self.rows
        return any(
            not is_value(label) and all(map(is_value, column)) for label, *column in zip(header, *below, strict=True)
        )

    @cached_property
    def score(self) -> float:
        """From 0 (no table) to 1 (every row as wide as the others, no cell that looks unsplit).

        A first row that cannot be read is still a little likelier with a delimiter than without one.
        """
        if not self.rows and not self.sound:
            return 0.01
        if not self.width:
            return 0.0
        cells = [cell for row in self.regular for cell in row]
        split = sum(map(_is_split, cells)) / len(cells)
        if len(self.rows[0]) == 1 and (self.dialect.blanks or not self._outgrows_title(split)):  # it is prose
            return 0.0
        return self.regularity * (0.1 + 0.9 * split) * (1 if self.sound else 0.5)

    def _outgrows_title(self, split: float) -> bool:
        """Whether a first row of one cell stands above a table, not above a column of text with commas."""
        start = next(place for place, row in enumerate(self.rows) if len(row) == self.width)
        mostly = 2 * len(self.regular) > len(self.rows) - start
        return mostly and split >= 0.75 and len(self.rows[find_header(self.rows[:SEARCHED_ROWS])]) > 1


def _is_split(cell: str) -> bool:
    """Whether nothing in the cell looks like a delimiter that was overlooked."""
    return not cell.startswith(" ") and (not any(mark in cell for mark in DELIMITERS) or bool(_NUMBER.fullmatch(cell)))


def _is_wrapped(cell: str) -> bool:
    text = cell.strip()
    return len(text) > 1 and text[0] == text[-1] == "'"


def _line_ending(text: str, whole: bool) -> str | None:
    """The line ending of the first lines; quoted cells count only where nothing else tells."""
    complete = text if whole else text.rstrip("\r\n")
    ends = set(_LINE_END.findall("".join(complete.split('"')[::2]))) or set(_LINE_END.findall(complete))
    return "mixed" if len(ends) > 1 else _NAMES[ends.pop()] if ends else None
