"""A source of numbered rows of text, wherever they came from: a file, a worksheet, a DataFrame, standard input."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What the reader found out about a source before its first row."""

    format: str
    """csv, xlsx, xls, ods or dataframe."""
    encoding: str | None = None
    """utf-8, utf-8-sig, utf-16-le, utf-16-be or cp1252; None where the format has none."""
    delimiter: str | None = None
    quote: str | None = None
    escape: str | None = None
    line_ending: str | None = None
    """lf, crlf, cr or mixed."""
    header_line: int = 1
    """Line of the header, 1-based, as a spreadsheet numbers its rows."""
    preamble: tuple[str, ...] = ()
    """The lines above the header, as they stand."""
    sheets: tuple[str, ...] = ()
    """The worksheets of a workbook, in its order."""
    sheet: str | None = None
    """The worksheet that is read."""
    warnings: tuple[str, ...] = ()
    """Sentences: renamed headers, formula cells without a value, ..."""


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Some rows of a sheet: `lines` (int32, n) and `cells` (one string column per header, n rows, never null).

    A blank cell is "". Lines are 1-based and count the preamble, the header and blank rows, so that line 7 here is
    row 7 in a spreadsheet.
    """

    lines: pa.Int32Array
    cells: pa.RecordBatch

    def __len__(self) -> int:
        return len(self.lines)


@dataclass(kw_only=True)
class Tally:
    """What only a whole reading can tell; complete when `chunks()` is exhausted."""

    rows: int = 0
    blank_rows: int = 0


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One table of text with a header, read in chunks of bounded size as often as one likes.

    `read(tally)` yields the chunks and raises `UnreadableSheet(line, why)` at the first row it cannot take; it must
    count rows and ignored blank rows into the tally. Every header is a non-empty, unique text.
    """

    name: str
    """File name, worksheet title or "standard input", as a person would say it."""
    headers: tuple[str, ...]
    checksum: str
    """SHA-256 of the source's bytes, hexadecimal."""
    size: int
    """Bytes of the source."""
    reading: Reading
    read: Callable[[Tally], Iterator[Chunk]] = field(repr=False)
    path: Path | None = None
    """The bytes themselves, to be kept as evidence; None where there never were any (a DataFrame)."""

    def chunks(self, tally: Tally | None = None) -> Iterator[Chunk]:
        """The rows, in their order; raises UnreadableSheet(line) at the first that cannot be read."""
        return self.read(tally if tally is not None else Tally())

    def tally(self) -> Tally:
        """How many rows it has, found by reading all of it; raises UnreadableSheet."""
        counted = Tally()
        for _ in self.chunks(counted):
            pass
        return counted

    def sample(self, rows: int = 1000) -> Chunk:
        """At most the first `rows` rows, for suggestions and previews."""
        for chunk in self.chunks():
            return Chunk(lines=chunk.lines.slice(0, rows), cells=chunk.cells.slice(0, rows))
        empty = pa.RecordBatch.from_arrays([pa.array([], pa.string()) for _ in self.headers], names=list(self.headers))
        return Chunk(lines=pa.array([], pa.int32()), cells=empty)
