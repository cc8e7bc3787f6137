"""The rows of a delimited text below its header, read as often as one likes: by Arrow as far as the text is tidy."""

import codecs
import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from workbench.model.errors import UnreadableSheet, UnreadableSource
from workbench.model.lines import Ranges, hold
from workbench.model.sheet import Chunk, Tally
from workbench.sources.dialect import CELL_LIMIT, NO_DELIMITER, NULL, Dialect
from workbench.sources.lines import SWALLOWS, flaw, opened, too_long
from workbench.sources.shapes import trim
from workbench.sources.structure import Structure
from workbench.sources.text import Text, translated_errors
from workbench.sources.tidiness import LINE_LIMIT

HEADER_AGAIN = "the header again"

_ROWS = 1 << 16
"""Rows in a chunk at most; fewer where they are long, or where Python reads them."""
_ROWS_OF_PYTHON = 50_000
_CELLS_OF_PYTHON = 2_000_000
"""Narrow rows are filled up to the width of the table, so that it counts too."""
_ADDED = 5_000_000
"""Blank cells that are added to narrow rows at most: a short file could ask for any number."""
_NARROW = (
    "is far narrower than the header's {:,} columns, as the rows above it are. Remove the blank columns of the header."
)
_ROWS_AT_ONCE = 100
_Numbers: TypeAlias = npt.NDArray[np.int32]
_Block: TypeAlias = tuple[_Numbers, list[pa.StringArray]]


@dataclass(frozen=True, kw_only=True)
class Table:
    """The rows below a header, ready to be read again and again."""

    name: str
    source: Path
    stamp: tuple[int, int]
    text: Text
    dialect: Dialect
    headers: tuple[str, ...]
    structure: Structure
    first_line: int
    start: int
    end: int | None
    blank_after: int
    refusal: tuple[int, str] | None
    """A line that must not be read, and why."""
    skipped: frozenset[int]
    """The lines that are blank because a person left them out."""
    kept: Ranges
    """The lines that a person has said to be records."""
    tidy: bool
    """Whether Arrow's reader, which is ten times faster than Python's, understands this text in the same way."""
    quoted: bool
    nulls: bool
    long_lines: bool = False
    """Whether there are lines that are a burden when Python splits many of them at once."""
    block: int = LINE_LIMIT
    """Bytes in a chunk."""

    @property
    def width(self) -> int:
        """Cells of a record."""
        return len(self.headers) + self.structure.surplus

    def read(self, tally: Tally) -> Iterator[Chunk]:
        """The rows; refuses a file that is no longer the one that was opened."""
        self._check_unchanged()
        with translated_errors(self.name):
            for lines, columns in self._fast() if self.tidy else self._exact(self.start):
                for first in range(0, len(lines), _ROWS):
                    part = [column.slice(first, _ROWS) for column in columns]
                    chunk = self._chunk(lines[first : first + _ROWS], part, tally)
                    if len(chunk):
                        yield chunk
        tally.blank_rows += self.blank_after
        self._check_unchanged()

    def _check_unchanged(self) -> None:
        with translated_errors(self.name):
            if stamp_of(self.source) != self.stamp:
                raise UnreadableSource(source=self.name, why="it was changed while it was being read.")

    def _fast(self) -> Iterator[_Block]:
        """By Arrow, as far as it gets; from the rows it cannot take on, they are read, or refused, the exact way."""
        count, start, rest, size = 0, self.start, b"", self.block
        with self.text.path.open("rb", buffering=0) as file:
            file.seek(start)
            stop = self.end if self.end is not None else self.text.path.stat().st_size
            while data := rest + file.read(min(size, stop - file.tell())):
                # the last row needs no line break, and is no chunk of its own for want of one
                end = _end_of_rows(data) if file.tell() < stop else len(data)
                if end:
                    table = self._parsed(memoryview(data)[:end])
                    if table is None:
                        break
                    numbers = self._numbers(count, len(table))
                    if self.quoted and data.count(b"\n", 0, end) > len(table):
                        self._refuse_swallowed(numbers, table.columns)
                    yield numbers, table.columns
                    count, start = count + len(table), start + end
                    size = min(self.block, (_ROWS - _ROWS // 16) * end // len(table) + 1)
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
        names = [str(place) for place in range(self.width)]
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
        with opened(self.text.path, start, self.end) as (file, text):
            reader = self.dialect.rows(text)
            error: csv.Error | None = None
            added = 0
            while error is None:
                rows, error = _take(reader, file, self.block, self._at_once)
                if not rows and error is None:
                    return
                numbers = self._numbers(count, len(rows))
                count += len(rows)
                if set(map(len, rows)) != {self.width}:
                    added += sum(self.width - len(row) for row in rows if row)
                    if added > _ADDED:
                        raise UnreadableSheet(line=int(numbers[-1]), why=_NARROW.format(self.width))
                    rows = [self._fitted(row, int(line)) for row, line in zip(rows, numbers, strict=True)]
                if rows:
                    columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
                    self._refuse_swallowed(numbers, columns)
                    yield numbers, columns
            raise UnreadableSheet(line=self.first_line + count, why=flaw(error))

    @property
    def _at_once(self) -> tuple[int, int]:
        """Rows that Python reads at most, and between two looks at how much it has read."""
        return min(_ROWS_OF_PYTHON, max(_CELLS_OF_PYTHON // self.width, _ROWS_AT_ONCE)), (
            1 if self.long_lines else _ROWS_AT_ONCE
        )

    def _numbers(self, count: int, rows: int) -> _Numbers:
        return np.arange(self.first_line + count, self.first_line + count + rows, dtype=np.int32)

    def _fitted(self, row: list[str], line: int) -> list[str]:
        """The row as wide as the records: blank cells may be added for nameless columns."""
        blank = not any(cell.strip() for cell in row)
        if not blank and not self.structure.is_wide_enough(row):
            self._refuse(line)
            raise UnreadableSheet(line=line, why=self.structure.ragged(row))
        return row[: self.width] + [""] * (self.width - len(row))

    def _refuse(self, line: int) -> None:
        """Raises UnreadableSheet where that line lies behind one that must not be read."""
        if self.refusal is not None and line >= self.refusal[0]:
            raise UnreadableSheet(line=self.refusal[0], why=self.refusal[1])

    def _refuse_swallowed(self, lines: _Numbers, columns: Sequence[pa.StringArray]) -> None:
        """Raises UnreadableSheet for a row with a cell that has whole rows in it."""
        for index, column in enumerate(columns if self.dialect.tells_by_width(self.width) else ()):
            many = pc.greater_equal(pc.count_substring(column, self.dialect.delimiter), self.width - 1)
            for place in pc.indices_nonzero(many).to_pylist():
                if self.dialect.swallows_at(index, column[place].as_py(), self.width, len(columns)):
                    raise UnreadableSheet(line=int(lines[place]), why=SWALLOWS)

    def _chunk(self, lines: _Numbers, columns: Sequence[pa.StringArray], tally: Tally) -> Chunk:
        """The records, counted. Raises UnreadableSheet for a cell over the limit, and one beyond the header."""
        for index, column in enumerate(columns):
            if (pc.max(pc.binary_length(column)).as_py() or 0) > CELL_LIMIT:
                place = int(np.argmax(pc.binary_length(column).to_numpy() > CELL_LIMIT))
                raise UnreadableSheet(line=int(lines[place]), why=too_long(*self.headers[index : index + 1]))
        if len(lines):
            self._refuse(int(lines[-1]))
        columns = self._without_surplus(lines, columns)
        if self.nulls:
            columns = [pc.if_else(pc.equal(column, NULL), "", column) for column in columns]
        cells = pa.RecordBatch.from_arrays(columns, names=list(self.headers))
        numbers = pa.array(lines, pa.int32())
        blank, again = _blank_rows(columns), self._headers_again(columns)
        if self.kept and len(again):
            again = again[[not hold(self.kept, int(line)) for line in lines[again]]]
        if len(blank) or len(again):
            keep = np.ones(len(lines), dtype=bool)
            keep[blank] = keep[again] = False
            cells, numbers = cells.filter(pa.array(keep)), numbers.filter(pa.array(keep))
        for run in np.split(again, np.flatnonzero(np.diff(lines[again]) > 1) + 1) if len(again) else ():
            text = ",".join(column[run[0]].as_py() for column in columns)
            tally.leave_out(int(lines[run[0]]), HEADER_AGAIN, text, last=int(lines[run[-1]]))
        tally.rows += len(numbers)
        tally.blank_rows += sum(int(line) not in self.skipped for line in lines[blank]) if self.skipped else len(blank)
        return Chunk(lines=numbers, cells=cells)

    def _without_surplus(self, lines: _Numbers, columns: Sequence[pa.StringArray]) -> Sequence[pa.StringArray]:
        """The header's columns; raises UnreadableSheet where one of the others is not blank."""
        for column in columns[len(self.headers) :]:
            filled = pc.not_equal(pc.utf8_trim_whitespace(column), "")
            if pc.any(filled).as_py():
                line = int(lines[pc.index(filled, True).as_py()])
                raise UnreadableSheet(
                    line=line, why=f"has {self.width} cells where the header has {len(self.headers)}."
                )
        return columns[: len(self.headers)]

    def _headers_again(self, columns: Sequence[pa.StringArray]) -> npt.NDArray[np.int64]:
        """The places of the rows that are the header once more, in capitals or not."""
        found = np.empty(0, dtype=np.int64)
        for row in self.structure.header:
            first = trim(row[0]).lower()
            lower = pc.ascii_lower if first.isascii() else pc.utf8_lower
            places = pc.indices_nonzero(pc.starts_with(lower(pc.ascii_ltrim_whitespace(columns[0])), first))
            for column, cell in zip(columns if len(places) else (), row, strict=False):
                cells = pc.utf8_lower(pc.utf8_trim_whitespace(column.take(places)))
                places = places.filter(pc.equal(cells, trim(cell).lower()))
            found = np.union1d(found, places.to_numpy().astype(np.int64))
        return found


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


def _take(
    reader: Iterator[list[str]], file: BinaryIO, size: int, at_once: tuple[int, int]
) -> tuple[list[list[str]], csv.Error | None]:
    """Some rows, of bounded number and size, and what stopped the reader behind them."""
    most, step = at_once
    rows: list[list[str]] = []
    begin = file.tell()
    try:
        while len(rows) < most and file.tell() - begin < size:
            before = len(rows)
            rows.extend(islice(reader, step))
            if len(rows) == before:
                break
    except csv.Error as error:
        return rows, error
    return rows, None


def _blank_rows(columns: Sequence[pa.StringArray]) -> npt.NDArray[np.int64]:
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


def stamp_of(path: Path) -> tuple[int, int]:
    """What changes when a file does: its size and the time it was written."""
    state = path.stat()
    return state.st_size, state.st_mtime_ns
