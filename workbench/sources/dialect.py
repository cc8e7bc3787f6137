"""How a text table is written: its delimiter, quotes, escapes and line endings, found out from its first lines."""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from itertools import islice

DELIMITERS = (",", ";", "\t", "|")
SAMPLED_ROWS = 200
CELL_LIMIT = 1 << 20
"""Characters in a cell, and bytes."""
NO_DELIMITER = "\x1f"
"""What a table of one column is split at: ASCII's unit separator, which no text contains."""

_SEP_LINE = re.compile(r"sep=(.)[ ,;\t|]*(\r\n|\r|\n|$)", re.IGNORECASE)
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
        """The rows of cells in lines that keep their ends. Raises csv.Error where quotes do not close or close too soon."""
        csv.field_size_limit(CELL_LIMIT)  # of the whole process, and with the same value whoever sets it here
        return csv.reader(
            lines, delimiter=self.delimiter or NO_DELIMITER, quotechar='"', escapechar=self.escape, strict=True
        )


def detect_dialect(head: str, *, whole: bool = True, delimiter: str | None = None, skip: int = 0) -> Dialect:
    """The dialect of the text that begins with `head`; `whole` tells whether that is all of it, `skip` lines apart.

    Each delimiter is tried with and without backslash escapes. The best gives most rows one common width and leaves no
    other delimiter inside the cells (numbers aside, so that `1,5;2,5` is two decimals). Where none splits the first
    row, nor all rows from some row on, the table has one column.
    """
    sep = _SEP_LINE.match(head)
    body = "".join(StringIO(head[sep.end() :] if sep else head, newline="").readlines()[max(skip - bool(sep), 0) :])
    if delimiter is None and sep:
        delimiter = sep[1]
    found = Dialect(quote='"' if '"' in body else None, line_ending=_line_ending(body, whole), sep_line=sep is not None)
    escapes = (None, "\\") if "\\" in body else (None,)
    tried = [
        replace(found, delimiter=mark, escape=escape)
        for mark in ([delimiter] if delimiter else DELIMITERS)
        for escape in escapes
        if mark in body
    ]
    scores = {dialect: _score(_sample(dialect, body, whole)) for dialect in tried}
    best = max(tried, key=scores.__getitem__, default=None)
    if best is not None and scores[best] > 0:
        return best
    return replace(found, delimiter=delimiter)


def _sample(dialect: Dialect, text: str, whole: bool) -> tuple[list[list[str]], bool]:
    """The first rows that are not blank, and whether the quotes in them are sound."""
    rows: list[list[str]] = []
    try:
        rows.extend(islice(dialect.rows(iter(StringIO(text, newline=""))), SAMPLED_ROWS))
        sound = True
        if not whole and len(rows) < SAMPLED_ROWS:
            del rows[-1:]
    except csv.Error as error:
        sound = not whole and "unexpected end" in str(error)
    return [row for row in rows if any(cell.strip() for cell in row)], sound


def _score(sample: tuple[list[list[str]], bool]) -> float:
    """From 0 (no table) to 1 (every row as wide as the others, no cell that looks unsplit)."""
    rows, sound = sample
    widths = Counter(map(len, rows))
    width = max((w for w in widths if w > 1), key=lambda w: (w * widths[w], w), default=0)
    table = rows[next((place for place, row in enumerate(rows) if len(row) == width), 0) :]
    regular = [row for row in table if len(row) == width]
    if not width:
        return 0.0
    cells = [cell for row in regular for cell in row]
    split = sum(map(_is_split, cells)) / len(cells)
    if len(rows[0]) == 1 and (len(regular) < 2 or 2 * len(regular) <= len(table) or split < 0.75):
        return 0.0
    return len(regular) / len(rows) * (0.1 + 0.9 * split) * (1 if sound else 0.5)


def _is_split(cell: str) -> bool:
    """Whether nothing in the cell looks like a delimiter that was overlooked."""
    return not cell.startswith(" ") and (not any(mark in cell for mark in DELIMITERS) or bool(_NUMBER.fullmatch(cell)))


def _line_ending(text: str, whole: bool) -> str | None:
    """The line ending of the first lines; quoted cells count only where nothing else tells."""
    complete = text if whole else text.rstrip("\r\n")
    ends = set(_LINE_END.findall("".join(complete.split('"')[::2]))) or set(_LINE_END.findall(complete))
    return "mixed" if len(ends) > 1 else _NAMES[ends.pop()] if ends else None


def describe_width(row: Sequence[str], width: int) -> str:
    """What is wrong with a row that is not as wide as its header."""
    count = f"{len(row)} cell" + "s" * (len(row) != 1)
    return f"has {count} where the header has {width}."
