"""A source of numbered rows of text, wherever they came from: a file, a worksheet, a DataFrame, standard input."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import pyarrow as pa
import pyarrow.compute as pc

from workbench.model import lines
from workbench.model.lines import Ranges
from workbench.model.package import Package
from workbench.model.recipe import Done, Recipe
from workbench.model.salesforce import Interval, ReadOf

ONLY = "Only the worksheet {} is read"
"""How the sentence begins that tells of worksheets which are not read."""
LEFT_OUT_ENTRIES = 100
"""How many places of lines that are left out a reading names."""
LEFT_OUT_TEXT = 200
"""Characters that it shows of such a line."""


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What a person says of where the table stands in a source; what nobody says is found out."""

    header_row: int | None = None
    """The header's line, 1-based."""
    no_header: bool = False
    """Whether the first row is a record: the columns are then called column_1, column_2 ..."""
    skip_lines: Ranges = ()
    """The lines that are left out."""
    stop_line: int | None = None
    """The line from which on nothing is read."""
    mended: Mapping[int, str] = field(default_factory=dict)
    """Lines of a text file with what is read in their place; the source's own bytes stay the evidence."""
    keep_lines: Ranges = ()
    """The lines that are records, whatever they look like."""
    delimiter: str | None = None
    """The character that separates the cells of a text file."""
    encoding: str | None = None
    """What a text file is written in: any codec of Python's, e.g. cp850."""

    @property
    def records(self) -> Ranges:
        """The lines that a person has said to be records: what is read in a line's place is one too."""
        return lines.joined((*self.keep_lines, *lines.of(self.mended)))

    def to_dict(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The layout that `to_dict` made, read back; what is missing was not said."""
        return cls(
            header_row=data.get("header_row"),
            no_header=data.get("no_header", False),
            skip_lines=tuple((first, last) for first, last in data.get("skip_lines", ())),
            stop_line=data.get("stop_line"),
            mended={int(line): text for line, text in data.get("mended", {}).items()},
            keep_lines=tuple((first, last) for first, last in data.get("keep_lines", ())),
            delimiter=data.get("delimiter"),
            encoding=data.get("encoding"),
        )


BY_PROGRAM = Layout(header_row=1, delimiter=",", keep_lines=((2, 2**31 - 1),))
"""How a table stands that a program has written, as is known without being said: no title above it, no sum below it,
whatever a row looks like."""


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """Lines of a source that are no records, and are not read as such."""

    first: int
    last: int
    what: str
    """In words: "the header again", "a note below the table", "said so" ..."""
    text: str
    """The first of them as it stands, cut where it is long."""
    number: int = 0
    """How many lines they are, where not all from the first to the last."""
    cells: tuple[str, ...] = field(default=(), compare=False, repr=False)
    """Of a note below a table: the cells of its first line, which may be sums."""

    @property
    def lines(self) -> int:
        """How many lines are left out."""
        return self.number or self.last - self.first + 1

    def to_dict(self) -> dict[str, Any]:
        """As a batch's reading keeps it."""
        return {name: value for name, value in asdict(self).items() if name != "cells"}


TEXTS_FOR_VALUES = ("has texts where other rows have values", "have texts where others have values")
"""How a warning says that a record, or several, may be none by their values: it is of the rows as they came."""


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
    """Line of the header, 1-based, as a spreadsheet numbers its rows; its last one where it has several, and where it
    has none, the line before the first record (0 where that is line 1)."""
    preamble: tuple[str, ...] = ()
    """The lines above that one, as they stand."""
    sheets: tuple[str, ...] = ()
    """The worksheets of a workbook, in its order."""
    sheet: str | None = None
    """The worksheet that is read."""
    hidden: bool = False
    """Whether its workbook hides it."""
    warnings: tuple[str, ...] = ()
    """Sentences: renamed headers, formula cells without a value, ..."""
    uncalculated: str = ""
    """Which cells are formulas whose value is not stored, in words; "" where none is."""
    repeated: tuple[tuple[str, str], ...] = ()
    """Headers that the source has more than once: what each further one is called, and its own name."""
    layout: Layout = Layout()
    """What a person said of it."""
    left_out: tuple[LeftOut, ...] = ()
    """Lines that are no records, as far as they are known before the rows are read; `Tally` has the others."""

    def with_others(self) -> Self:
        """The same of a worksheet that is read together with others: that it alone is read is not told."""
        alone = ONLY.format(self.sheet)
        return replace(self, warnings=tuple(each for each in self.warnings if not each.startswith(alone)))


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Some rows of a sheet: `lines` (int32, n) and `cells` (one string column per header, n rows, never null).

    A blank cell is "". Lines are 1-based and count the preamble, the header and blank rows, so that line 7 here is
    row 7 in a spreadsheet.
    """

    lines: pa.Int32Array
    cells: pa.RecordBatch
    changes: pa.Table | None = None
    """What a recipe changed: `position` (int32, in this chunk), `column` (its header here), `was` (the source's text)
    and `step` (int16, from 0: the last that changed it), one row for each cell that is another than the source's. Of a
    column that the recipe made, nothing is kept."""
    removed: pa.Table | None = None
    """The rows that a recipe removed, which stay here: `position` (int32) and `step` (int16)."""

    def __len__(self) -> int:
        return len(self.lines)

    def taken(self, places: pa.Int32Array) -> Self:
        """The rows at these places, each at most once, with what is known of their changes."""
        return replace(
            self,
            lines=self.lines.take(places),
            cells=self.cells.take(places),
            changes=_moved(self.changes, places),
            removed=_moved(self.removed, places),
        )

    def parted(self) -> tuple[Self, Self | None]:
        """The rows that are left, and those that a recipe removed; None where it removed none."""
        if self.removed is None or self.removed.num_rows == 0:
            return self, None
        goes = pc.is_in(pa.array(range(len(self)), pa.int32()), self.removed["position"].combine_chunks())
        stays, gone = (pc.indices_nonzero(flags).cast(pa.int32()) for flags in (pc.invert(goes), goes))
        return replace(self.taken(stays), removed=None), self.taken(gone)


def _moved(known: pa.Table | None, places: pa.Int32Array) -> pa.Table | None:
    """What is known of rows by their position, for those at these places."""
    if known is None:
        return None
    at = pc.index_in(known["position"], places)
    there = pc.is_valid(at)
    return known.set_column(0, "position", at).filter(there)


@dataclass(kw_only=True)
class Tally:
    """What only a whole reading can tell; complete when `chunks()` is exhausted."""

    rows: int = 0
    """Of the source, those that a recipe removes among them."""
    blank_rows: int = 0
    steps: list[Done] = field(default_factory=list)
    """What each step of the recipe did that is on, where the sheet is a cleaned one."""
    left_out: list[LeftOut] = field(default_factory=list)
    """Lines that turned out to be no records."""

    def leave_out(self, line: int, what: str, text: str, *, last: int | None = None) -> None:
        """Adds a line, or all to the last one; runs are one entry, and of very many the last stands for the rest."""
        entry = LeftOut(first=line, last=last or line, what=what, text=text[:LEFT_OUT_TEXT])
        before = self.left_out[-1] if self.left_out else None
        if before is not None and before.what == what and not before.number and before.last == line - 1:
            self.left_out[-1] = replace(before, last=entry.last)
        elif before is not None and len(self.left_out) >= LEFT_OUT_ENTRIES:
            self.left_out[-1] = replace(before, last=entry.last, number=before.lines + entry.lines)
        else:
            self.left_out.append(entry)


def all_left_out(reading: Reading, tally: Tally) -> list[LeftOut]:
    """The lines that a whole reading left out, in their order."""
    return sorted((*reading.left_out, *tally.left_out), key=lambda each: each.first)


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
    interval: Interval | None = None
    """Of an object of Salesforce: which of its changes are in it; None where only some records were asked for."""
    read_of: ReadOf | None = None
    """What it is a reading of, to be kept with its import; None of all that is no playbook's extract."""
    recipe: Recipe | None = None
    """What its rows are cleaned by while they are read; None of a source as it came."""
    source_headers: tuple[str, ...] = ()
    """Of a cleaned sheet: the headers that the source has."""
    came: "Sheet | None" = field(default=None, repr=False)
    """Of a cleaned sheet: the sheet as it came."""
    package: Package | None = None
    """The archive that it came in, with others; None of what came by itself."""

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
            return chunk.taken(pa.array(range(min(rows, len(chunk))), pa.int32()))
        return self._nothing()

    def spread(self, rows: int = 1000) -> Chunk:
        """At most so many rows, evenly spread over the first chunk (65,536 rows at most): how columns
        really look, for no more reading than `sample` does."""
        for chunk in self.chunks():
            places = pa.array(range(0, len(chunk), max(1, -(-len(chunk) // rows))), pa.int32())
            return chunk.taken(places)
        return self._nothing()

    def _nothing(self) -> Chunk:
        empty = pa.RecordBatch.from_arrays([pa.array([], pa.string()) for _ in self.headers], names=list(self.headers))
        return Chunk(lines=pa.array([], pa.int32()), cells=empty)
