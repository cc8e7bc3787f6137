"""The lines of a text file as it has them, for a person who says which is the header, mends one or leaves it out."""

from collections import deque
from io import StringIO
from itertools import islice
from pathlib import Path

from workbench.model.sheet import Layout, Reading
from workbench.sources.dialect import BLANKS_LEFT_OUT, Dialect, detect_dialect
from workbench.sources.headers import SEARCHED_ROWS, find_header
from workbench.sources.lines import Line, numbered, opened, tail
from workbench.sources.text import Text, line_at, open_text

_FIRST_BYTES = 1 << 18
_COUNTED_BYTES = 1 << 22
"""Bytes up to which the rows of a file are counted one by one."""


def first_lines(path: Path, reading: Reading, number: int) -> list[tuple[int, str]]:
    """The first rows, each with its line: at most `number` of them, and as many as fit into the first 256 KB."""
    with path.open("rb") as file:
        head = file.read(_FIRST_BYTES)
    text = head.decode("utf-8" if reading.encoding == "utf-8-sig" else reading.encoding or "utf-8", "replace")
    rows = numbered(StringIO(text.removeprefix("\ufeff"), newline=""), dialect_of(reading))
    return [(line.number, line.shown) for line in islice(rows, number)]


def last_lines(path: Path, reading: Reading, number: int) -> list[tuple[int, str]]:
    """The last rows that are not blank, each with its line."""
    text, dialect = open_text(path, name=path.name, encoding=reading.encoding), dialect_of(reading)
    size = text.path.stat().st_size
    if size > _COUNTED_BYTES and dialect.plain:
        begin, lines = tail(text.path, text.start, dialect)
        if lines:
            before = line_at(text.path, begin) - 1
            return [(before + line.number, line.shown) for line in lines if not line.blank][-number:]
    found: deque[tuple[int, str]] = deque(maxlen=number)
    with opened(text.path, text.start) as (_, characters):
        found.extend((line.number, line.shown) for line in numbered(characters, dialect) if not line.blank)
    return list(found)


def lines_around(path: Path, line: int, layout: Layout, number: int) -> list[tuple[int, str]]:
    """The rows from `number` before a line to as many behind it, each with its line."""
    text = open_text(path, name=path.name, encoding=layout.encoding)
    head, whole = text.head()
    dialect = detect_dialect(head, whole=whole, delimiter=layout.delimiter, skip=max(layout.header_row or 1, 1) - 1)
    with opened(text.path, text.start) as (_, characters):
        rows = numbered(characters, dialect, width=_width(text, dialect, layout))
        return [(row.number, row.shown) for row in islice(rows, max(line - number - 1, 0), line + number)]


def _width(text: Text, dialect: Dialect, layout: Layout) -> int | None:
    """The cells of the header, as far as it is known without reading the table."""
    with opened(text.path, text.start) as (_, characters):
        lines: list[Line] = list(islice(numbered(characters, dialect), max(SEARCHED_ROWS, layout.header_row or 0)))
    rows = [line.cells or [] for line in lines]
    place = layout.header_row - 1 if layout.header_row else find_header(rows)
    return len(rows[place]) if place < len(rows) else None


def dialect_of(reading: Reading) -> Dialect:
    """How a text is written that was read so."""
    return Dialect(
        delimiter=reading.delimiter,
        quote=reading.quote,
        escape=reading.escape,
        blanks=BLANKS_LEFT_OUT in reading.warnings,
    )
