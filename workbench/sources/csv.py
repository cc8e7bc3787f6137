"""Delimited text: CSV, TSV and their relatives."""

import codecs
import csv
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import StringIO, TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import IO, BinaryIO, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from workbench.model.errors import UnreadableSheet, UnreadableSource
from workbench.model.sheet import Chunk, Reading, Sheet, Tally
from workbench.sources.dialect import CELL_LIMIT, NO_DELIMITER, Dialect, detect_dialect
from workbench.sources.headers import SEARCHED_ROWS, find_header, name_headers
from workbench.sources.text import Text, open_text, translated_errors
from workbench.sources.tidiness import LINE_LIMIT, tidiness_of

COLUMN_LIMIT = 2_000
LABEL_LIMIT = 1_000
"""Characters in a header."""
HEADER_LIMIT = 1_000
"""The last line a header may be said to be on."""

_ROWS = 1 << 17
"""Rows in a chunk at most; fewer where they are long, or where Python reads them."""
_ROWS_OF_PYTHON = 50_000
_ROWS_AT_ONCE = 100
_TOO_LONG = "has a cell of over 1 MB, or a quotation mark that is never closed."
_Numbers: TypeAlias = npt.NDArray[np.int32]
_Block: TypeAlias = tuple[_Numbers, list[pa.StringArray]]


def open_csv(
    path: Path,
    *,
    name: str | None = None,
    header_row: int | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> Sheet:
    """A sheet of delimited text. Raises UnreadableSource, or UnreadableSheet where there is a line to name.

    `header_row` (1-based), `encoding` (any Python codec) and `delimiter` (one character) stand in for what is detected.
    A table of one column has the delimiter None: a comma in it is text.
    """
    name = name or path.name
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n\\'):
        why = "its delimiter must be one character, and no quotation mark or line break."
        raise UnreadableSource(source=name, why=why)
    with translated_errors(name):
        stamp = _stamp(path)
        text = open_text(path, name=name, encoding=encoding)
        head, whole = text.head()
        if not whole and not _has_line_break(head):
            head, whole = text.head(LINE_LIMIT)
        if whole and not head.strip("\ufeff \t\r\n"):
            raise UnreadableSource(source=name, why="it holds nothing but blank lines.")
        dialect = detect_dialect(head, whole=whole, delimiter=delimiter, skip=max(header_row or 1, 1) - 1)
        survey = tidiness_of(text, dialect.delimiter)
        top = _read_top(text, dialect, name, header_row)
        headers, renamed = name_headers(top.cells)
        table = _Table(
            name=name,
            source=path,
            stamp=stamp,
            text=text,
            dialect=dialect,
            headers=headers,
            named=max(place for place, cell in enumerate(top.cells, start=1) if cell.strip()),
            first_line=top.line + 1,
            start=top.end,
            tidy=survey.tidy and dialect.escape is None and (dialect.delimiter or ",").isascii(),
            quoted=survey.quotes > 0,
        )
    escaped = ("A backslash was taken to escape the character after it.",) * (dialect.escape is not None)
    moved = any(line.strip() for line in top.preamble) and header_row is None
    found = (f"Line {top.line} was taken for the header; what stands above it is left out.",) * moved
    reading = Reading(
        format="csv",
        encoding=text.encoding,
        delimiter=dialect.delimiter,
        quote='"' if survey.quotes else None,
        escape=dialect.escape,
        line_ending=dialect.line_ending,
        header_line=top.line,
        preamble=top.preamble,
        warnings=text.warnings + escaped + found + renamed,
    )
    return Sheet(
        name=name, headers=headers, checksum=text.checksum, size=text.size, reading=reading, read=table.read, path=path
    )


def first_lines(path: Path, reading: Reading, number: int) -> list[tuple[int, str]]:
    """The first rows of a file as they stand, each with its line: what a person picks the header from.

    At most `number` of them, and as many as fit into the first 256 KB; none from the first on that cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(1 << 18)
    text = head.decode("utf-8" if reading.encoding == "utf-8-sig" else reading.encoding or "utf-8", "replace")
    lines = _Lines(StringIO(text.removeprefix("\ufeff"), newline=""))
    dialect = Dialect(delimiter=reading.delimiter, escape=reading.escape)
    found: list[tuple[int, str]] = []
    with suppress(csv.Error):
        for line, _ in enumerate(islice(dialect.rows(lines), number), start=1):
            found.append((line, lines.taken().rstrip("\r\n")))
    return found


@dataclass(frozen=True, kw_only=True)
class _Top:
    """What stands above the first row of data."""

    cells: list[str]
    line: int
    preamble: tuple[str, ...]
    end: int
    """Where the first row of data begins."""


def _read_top(text: Text, dialect: Dialect, name: str, header_row: int | None) -> _Top:
    """The header, where it was said to be or where it is found, and the lines above it."""
    if header_row is not None and not 1 <= header_row <= HEADER_LIMIT:
        raise UnreadableSource(source=name, why=f"its header must be on one of the lines 1 to {HEADER_LIMIT:,}.")
    first = 1 if dialect.sep_line else 0
    rows: list[list[str]] = [[]] * first
    with _opened(text.path, text.start) as (_, characters):
        lines = _Lines(characters)
        raw = [next(lines) for _ in rows]
        lines.taken()
        try:
            for row in islice(dialect.rows(lines), (header_row or SEARCHED_ROWS) - first):
                rows.append(row)
                raw.append(lines.taken())
        except csv.Error as error:
            if header_row is not None or not rows[first:]:
                raise UnreadableSheet(line=len(rows) + 1, why=_why(error)) from None
    if header_row is not None and len(rows) < header_row:
        raise UnreadableSource(source=name, why=f"it has no line {header_row}, where its header was said to be.")
    place = first + find_header(rows[first:]) if header_row is None else header_row - 1
    if not any(cell.strip() for cell in rows[place]):
        raise UnreadableSheet(line=place + 1, why="is blank, so it cannot be the header.")
    if any(len(cell) > LABEL_LIMIT for cell in rows[place]):
        why = f"has a header of over {LABEL_LIMIT:,} characters, so this is no table."
        raise UnreadableSheet(line=place + 1, why=why)
    if len(rows[place]) > COLUMN_LIMIT:
        why = f"has {len(rows[place]):,} columns; a sheet may have {COLUMN_LIMIT:,}."
        raise UnreadableSheet(line=place + 1, why=why)
    return _Top(
        cells=rows[place],
        line=place + 1,
        preamble=tuple(line.rstrip("\r\n") for line in raw[first:place]),
        end=text.start + len("".join(raw[: place + 1]).encode()),
    )


def _has_line_break(text: str) -> bool:
    return "\n" in text or "\r" in text


class _Lines:
    """The lines of a file, and the text of those that were taken for the last row."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._taken: list[str] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = next(self._file)
        self._taken.append(line)
        return line

    def taken(self) -> str:
        """The text taken since this was last asked."""
        text = "".join(self._taken)
        self._taken.clear()
        return text


@dataclass(frozen=True, kw_only=True)
class _Table:
    """The rows below a header, ready to be read again and again."""

    name: str
    source: Path
    stamp: tuple[int, int]
    text: Text
    dialect: Dialect
    headers: tuple[str, ...]
    named: int
    """How many columns a row must at least have: nameless ones at the end may be missing."""
    first_line: int
    start: int
    tidy: bool
    """Whether Arrow's reader, which is ten times faster than Python's, understands this text in the same way."""
    quoted: bool
    block: int = LINE_LIMIT
    """Bytes in a chunk."""

    def read(self, tally: Tally) -> Iterator[Chunk]:
        """The rows; refuses a file that is no longer the one that was opened."""
        self._check_unchanged()
        with translated_errors(self.name):
            for lines, columns in self._fast() if self.tidy else self._exact(self.start):
                for first in range(0, len(lines), _ROWS):
                    part = [column.slice(first, _ROWS) for column in columns]
                    chunk = _chunk(self.headers, lines[first : first + _ROWS], part, tally)
                    if len(chunk):
                        yield chunk
        self._check_unchanged()

    def _check_unchanged(self) -> None:
        with translated_errors(self.name):
            if _stamp(self.source) != self.stamp:
                raise UnreadableSource(source=self.name, why="it was changed while it was being read.")

    def _fast(self) -> Iterator[_Block]:
        """By Arrow, as far as it gets; from the rows it cannot take on, they are read, or refused, the exact way."""
        count, start, rest = 0, self.start, b""
        with self.text.path.open("rb", buffering=0) as file:
            file.seek(start)
            while data := rest + (read := file.read(self.block)):
                end = _end_of_rows(data) if read else len(data)
                if end:
                    table = self._parsed(memoryview(data)[:end])
                    if table is None:
                        break
                    yield self._numbers(count, len(table)), table.columns
                    count, start = count + len(table), start + end
                rest = data[end:]
                if len(rest) > LINE_LIMIT:
                    break
            else:
                return
        yield from self._exact(start, count)

    def _parsed(self, data: memoryview) -> pa.RecordBatch | None:
        """Whole rows as columns, or None where the exact way has to look. (Arrow would drop a byte order mark.)"""
        if bytes(data[:3]) == codecs.BOM_UTF8:
            return None
        names = [str(place) for place in range(len(self.headers))]
        try:
            table = arrow_csv.read_csv(
                pa.BufferReader(data),
                arrow_csv.ReadOptions(column_names=names, block_size=len(data) + 1, use_threads=False),
                arrow_csv.ParseOptions(
                    delimiter=self.dialect.delimiter or NO_DELIMITER,
                    quote_char='"' if self.quoted else False,
                    newlines_in_values=self.quoted,
                    ignore_empty_lines=False,
                ),
                arrow_csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, check_utf8=False
                ),
            )
        except pa.ArrowInvalid:
            return None
        return table.combine_chunks().to_batches()[0]

    def _exact(self, start: int, count: int = 0) -> Iterator[_Block]:
        """By Python's reader, which knows the number of the row it cannot take; `count` rows stand before `start`."""
        width = len(self.headers)
        with _opened(self.text.path, start) as (file, text):
            reader = self.dialect.rows(text)
            error: csv.Error | None = None
            while error is None:
                rows, error = _take(reader, file, self.block)
                if not rows and error is None:
                    return
                numbers = self._numbers(count, len(rows))
                count += len(rows)
                if set(map(len, rows)) != {width}:
                    rows = [self._fitted(row, int(line)) for row, line in zip(rows, numbers, strict=True)]
                if rows:
                    yield numbers, [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
            raise UnreadableSheet(line=self.first_line + count, why=_why(error))

    def _numbers(self, count: int, rows: int) -> _Numbers:
        return np.arange(self.first_line + count, self.first_line + count + rows, dtype=np.int32)

    def _fitted(self, row: list[str], line: int) -> list[str]:
        """The row as wide as the header: blank cells may be added for nameless columns, and cut off beyond the last."""
        width = len(self.headers)
        blank = not any(cell.strip() for cell in row)
        if not blank and (len(row) < self.named or any(cell.strip() for cell in row[width:])):
            cells = f"{len(row)} cell" + "s" * (len(row) != 1)
            raise UnreadableSheet(line=line, why=f"has {cells} where the header has {width}.")
        return row[:width] + [""] * (width - len(row))


def _end_of_rows(data: bytes) -> int:
    """Where the last whole row ends: behind the last line feed that is not between quotes; 0 where there is none."""
    end, quoted = len(data), data.count(b'"') % 2 == 1
    while True:
        if quoted:
            end = data.rfind(b'"', 0, end)
        feed = data.rfind(b"\n", 0, end)
        quoted = data.count(b'"', feed + 1, end) % 2 == 1
        if not quoted or feed < 0:
            return feed + 1
        end = feed


def _take(reader: Iterator[list[str]], file: BinaryIO, size: int) -> tuple[list[list[str]], csv.Error | None]:
    """Some rows, of bounded number and size, and what stopped the reader behind them."""
    rows: list[list[str]] = []
    begin = file.tell()
    try:
        while len(rows) < _ROWS_OF_PYTHON and file.tell() - begin < size:
            before = len(rows)
            rows.extend(islice(reader, _ROWS_AT_ONCE))
            if len(rows) == before:
                break
    except csv.Error as error:
        return rows, error
    return rows, None


def _chunk(headers: tuple[str, ...], lines: _Numbers, columns: list[pa.StringArray], tally: Tally) -> Chunk:
    """The rows that are not blank, counted. Raises UnreadableSheet for a cell over the limit."""
    for column in columns:
        if (pc.max(pc.binary_length(column)).as_py() or 0) > CELL_LIMIT:
            place = int(np.argmax(pc.binary_length(column).to_numpy() > CELL_LIMIT))
            raise UnreadableSheet(line=int(lines[place]), why=_TOO_LONG)
    cells = pa.RecordBatch.from_arrays(columns, names=list(headers))
    numbers = pa.array(lines, pa.int32())
    blank = _blank_rows(columns)
    if len(blank):
        keep = np.ones(len(lines), dtype=bool)
        keep[blank] = False
        cells, numbers = cells.filter(pa.array(keep)), numbers.filter(pa.array(keep))
    tally.rows += len(numbers)
    tally.blank_rows += len(blank)
    return Chunk(lines=numbers, cells=cells)


def _blank_rows(columns: list[pa.StringArray]) -> npt.NDArray[np.int64]:
    """The places of the rows in which every cell is empty or white space.

    Few rows begin with a character below "!" or above ASCII, so that few are looked at closely.
    """
    first = columns[0]
    suspects = pc.or_(pc.less(first, "!"), pc.greater_equal(first, "\x80"))
    places = pc.indices_nonzero(suspects)
    for column in columns:
        if not len(places):
            break
        places = places.filter(pc.equal(pc.utf8_trim_whitespace(column.take(places)), ""))
    found: npt.NDArray[np.int64] = places.to_numpy().astype(np.int64)
    return found


@contextmanager
def _opened(path: Path, start: int) -> Iterator[tuple[BinaryIO, TextIOWrapper]]:
    """A file, and its text with the line ends as they are."""
    with path.open("rb") as file:
        file.seek(start)
        with TextIOWrapper(file, encoding="utf-8", newline="") as text:
            yield file, text


def _stamp(path: Path) -> tuple[int, int]:
    """What changes when a file does: its size and the time it was written."""
    state = path.stat()
    return state.st_size, state.st_mtime_ns


def _why(error: csv.Error) -> str:
    """The sentence for what Python's reader says."""
    said = str(error)
    if "unexpected end" in said:
        return "has a quotation mark that is never closed."
    if "expected after" in said:
        return "has text after the quotation mark that closes a cell; a quotation mark in a cell must be doubled."
    if "field larger" in said:
        return _TOO_LONG
    return f"cannot be read ({said})."
