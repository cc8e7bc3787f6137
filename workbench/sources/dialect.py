"""How a text table is written: its delimiter, quotes, escapes and line endings, found out from its first lines."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from io import StringIO
from itertools import islice

from workbench.sources.headers import SEARCHED_ROWS, find_header

DELIMITERS = (",", ";", "\t", "|")
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

    def rows(self, lines: Iterator[str]) -> Iterator[list[str]]:
        """The rows of cells in lines that keep their ends. Raises csv.Error where quotes are unsound."""
        csv.field_size_limit(CELL_LIMIT)  # of the whole process, and with the same value whoever sets it here
        return csv.reader(
            lines, delimiter=self.delimiter or NO_DELIMITER, quotechar='"', escapechar=self.escape, strict=True
        )


def detect_dialect(head: str, *, whole: bool = True, delimiter: str | None = None, skip: int = 0) -> Dialect:
    """The dialect of the text that begins with `head`; `whole` tells whether that is all of it, `skip` lines apart.

    The best delimiter gives most rows one common width and leaves no other delimiter inside the cells (numbers aside,
    so that `1,5;2,5` is two decimals). Backslashes are escapes only where rows do not fit without. Where no delimiter
    splits the first row, nor most rows from some row on, the table has one column.
    """
    sep = _SEP_LINE.match(head)
    body = "".join(StringIO(head[sep.end() :] if sep else head, newline="").readlines()[max(skip - bool(sep), 0) :])
    if delimiter is None and sep:
        delimiter = sep[1]
    found = Dialect(quote='"' if '"' in body else None, line_ending=_line_ending(body, whole), sep_line=sep is not None)
    tried = []
    for mark in (delimiter,) if delimiter else DELIMITERS:
        if mark in body:
            plain = _Sample.of(replace(found, delimiter=mark), body, whole)
            escaped = _Sample.of(replace(found, delimiter=mark, escape="\\"), body, whole) if "\\" in body else plain
            tried.append(max(plain, escaped, key=lambda sample: (sample.sound, sample.regularity)))
    best = max(tried, key=lambda sample: sample.score, default=None)
    return best.dialect if best and best.score > 0 else replace(found, delimiter=delimiter)


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
        if len(self.rows[0]) == 1 and not self._outgrows_title(split):
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


def _line_ending(text: str, whole: bool) -> str | None:
    """The line ending of the first lines; quoted cells count only where nothing else tells."""
    complete = text if whole else text.rstrip("\r\n")
    ends = set(_LINE_END.findall("".join(complete.split('"')[::2]))) or set(_LINE_END.findall(complete))
    return "mixed" if len(ends) > 1 else _NAMES[ends.pop()] if ends else None
