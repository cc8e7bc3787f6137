"""Delimited text: CSV, TSV and their relatives."""

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from workbench.model.errors import UnreadableSheet, UnreadableSource
from workbench.model.lines import Ranges
from workbench.model.sheet import LEFT_OUT_TEXT, Layout, LeftOut, Reading, Sheet
from workbench.sources.dialect import (
    BLANKS_LEFT_OUT,
    DELIMITERS,
    NULL,
    RARE_DELIMITERS,
    Dialect,
    detect_dialect,
)
from workbench.sources.headers import (
    SEARCHED_ROWS,
    Header,
    data_taken_for_header,
    find_header,
    name_headers,
    repeated_headers,
    whole_header,
)
from workbench.sources.lines import Line, first_of, laid_out, numbered, opened, tail
from workbench.sources.shapes import trim
from workbench.sources.structure import Structure
from workbench.sources.table import Table, stamp_of
from workbench.sources.text import Text, blocks, line_at, open_text, translated_errors
from workbench.sources.tidiness import LINE_LIMIT, tidiness_of

COLUMN_LIMIT = 2_000
LABEL_LIMIT = 1_000
"""Characters in a header."""
HEADER_LIMIT = 1_000
"""The last line a header may be said to be on."""

ENDLESS = 50_000
"""Delimiters that no line of a table has, nor prose of the length that a cell may have."""

_QUOTED = re.compile('"[^"]*"')
_WHOLE = 1 << 20
"""Bytes of a text up to which all of its rows are looked at before the first is read."""
_WHOLE_LINES = 200_000
"""And line breaks."""
_SAMPLED = 300
"""Rows of a longer one that are looked at."""
_COMPARED = 100
"""Rows below a header that tell what its columns hold."""


def open_csv(
    path: Path,
    *,
    name: str | None = None,
    layout: Layout | None = None,
    header_row: int | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> Sheet:
    """A sheet of delimited text. Raises UnreadableSource, or UnreadableSheet where there is a line to name.

    `layout` is what a person says of it; of it, `header_row` (1-based) and `delimiter` (one character) may stand alone.
    `encoding` (any Python codec) stands in for what is detected. A table of one column has the delimiter None: a comma
    in it is text.
    """
    name = name or path.name
    said = layout or Layout()
    said = replace(
        said,
        header_row=header_row or said.header_row,
        delimiter=delimiter or said.delimiter,
        encoding=encoding or said.encoding,
    )
    if header_row == 0:
        raise UnreadableSource(source=name, why=_NO_SUCH_HEADER)
    if said.delimiter is not None and (len(said.delimiter) != 1 or said.delimiter in '"\r\n\\'):
        why = "its delimiter must be one character, and no quotation mark or line break."
        raise UnreadableSource(source=name, why=why)
    with translated_errors(name):
        stamp = stamp_of(path)
        text = open_text(path, name=name, encoding=said.encoding)
        dialect = _dialect(text, said, name)
        laid = laid_out(text, dialect, said, name)
        if laid.text is not text:
            found = _dialect(laid.text, said, name)
            if found != dialect:  # rows may end elsewhere now, and the lines that were said are those of what is read
                dialect = found
                laid = laid_out(text, dialect, said, name)
            text = laid.text
        survey = tidiness_of(text, dialect.delimiter)
        top = _read_top(text, dialect, name, said)
        below = _Below.of(text, dialect, top, laid.skipped, said.records, plain=survey.tidy and dialect.plain)
        table = Table(
            name=name,
            source=path,
            stamp=stamp,
            text=text,
            dialect=dialect,
            headers=top.headers,
            structure=below.structure,
            first_line=top.line + 1 + top.left_out,
            start=top.end,
            end=below.end,
            blank_after=below.blank_after,
            refusal=below.refusal,
            skipped=laid.skipped,
            kept=said.records,
            tidy=survey.tidy and dialect.plain,
            quoted=survey.quotes > 0,
            nulls=survey.nulls,
            long_lines=survey.long_lines,
        )
    marks = () if below.whole or survey.fits else (_STRAY_QUOTES,)
    nulls = (f"{NULL} stands for no value, and is read as blank.",) * survey.nulls
    reading = Reading(
        format="csv",
        encoding=text.encoding,
        delimiter=dialect.delimiter,
        quote=dialect.quote if dialect.quote == "'" else '"' if survey.quotes else None,
        escape=dialect.escape,
        line_ending=dialect.line_ending,
        header_line=top.line,
        preamble=top.preamble,
        warnings=(
            *text.warnings,
            *laid.warnings,
            *_manner(dialect, said),
            *nulls,
            *top.warnings,
            *below.structure.warnings(whole=below.whole),
            *marks,
            *below.warnings,
        ),
        repeated=top.repeated,
        layout=said,
        left_out=tuple(
            sorted(
                (*top.named_again, *(each for each in laid.left_out if each.first > top.line), *below.left_out),
                key=lambda each: each.first,
            )
        ),
    )
    return Sheet(
        name=name,
        headers=top.headers,
        checksum=text.checksum,
        size=text.size,
        reading=reading,
        read=table.read,
        path=path,
    )


_NO_SUCH_HEADER = f"its header must be on one of the lines 1 to {HEADER_LIMIT:,}."
_STRAY_QUOTES = "Quotation marks stand inside cells that are not quoted; they were kept as text."


def _dialect(text: Text, said: Layout, name: str) -> Dialect:
    """How the text is written; raises UnreadableSource where there is none."""
    head, whole = text.head()
    if whole and not head.strip("\ufeff \t\r\n"):
        raise UnreadableSource(source=name, why="it holds nothing but blank lines.")
    if not whole:
        _refuse_blank(text, said, name)
    if not whole and not _has_line_break(head):
        head, whole = text.head(LINE_LIMIT)
    _refuse_endless(text, head)
    return detect_dialect(head, whole=whole, delimiter=said.delimiter, skip=max(said.header_row or 1, 1) - 1)


def _refuse_blank(text: Text, said: Layout, name: str) -> None:
    """Raises UnreadableSource for a large text without a single value, before anybody looks for a table in it."""
    blank, marks = b" \r\n" + codecs.BOM_UTF8, (*DELIMITERS, *RARE_DELIMITERS, said.delimiter or "", "\"'")
    delimiters = False
    for block in blocks(text.path, text.start):
        left = block.translate(None, blank)
        if left.translate(None, "".join(marks).encode()):
            return
        delimiters = delimiters or bool(left)
    what = "delimiters" if delimiters else "blank lines"
    raise UnreadableSource(source=name, why=f"it holds nothing but {what}.")


def _refuse_endless(text: Text, head: str) -> None:
    """Raises UnreadableSheet for a line that is split more often than any table's, before that is tried."""
    if len(head) < ENDLESS:
        return
    begin = 0
    for line in head.splitlines(keepends=True):
        bare = _QUOTED.sub("", line) if len(line) > ENDLESS else ""
        if max(map(bare.count, DELIMITERS)) > ENDLESS:
            why = f"has over {ENDLESS:,} delimiters; a sheet may have {COLUMN_LIMIT:,} columns."
            raise UnreadableSheet(line=line_at(text.path, text.start + len(head[:begin].encode())), why=why)
        begin += len(line)


def _manner(dialect: Dialect, said: Layout) -> Iterator[str]:
    """What is unusual about how a text is written."""
    if dialect.delimiter is None:
        yield "No delimiter was found: every line is one cell."
    elif dialect.delimiter not in DELIMITERS and said.delimiter is None:
        yield f"Cells were taken to be separated by {'blanks' if dialect.delimiter == ' ' else dialect.delimiter}."
    if dialect.escape is not None:
        yield "A backslash was taken to escape the character after it."
    if dialect.quote == "'":
        yield "Single quotes around cells were taken for quotation marks."
    if dialect.blanks:
        yield BLANKS_LEFT_OUT


@dataclass(frozen=True, kw_only=True)
class _Top:
    """What stands above the first row of data."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """The cells of each of the header's rows; none where there is no header."""
    named: int
    """How many columns a row must at least have: nameless ones at the end may be missing."""
    line: int
    preamble: tuple[str, ...]
    end: int
    """Where the first row of data begins."""
    named_again: tuple[LeftOut, ...] = ()
    repeated: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def left_out(self) -> int:
        """Lines between the header and the first row of data."""
        return sum(each.lines for each in self.named_again)


def _read_top(text: Text, dialect: Dialect, name: str, said: Layout) -> _Top:
    """The header, where it was said to be or where it is found, and the lines above it."""
    header_row = said.header_row
    if header_row is not None and not 1 <= header_row <= HEADER_LIMIT:
        raise UnreadableSource(source=name, why=_NO_SUCH_HEADER)
    lines = _first_lines(text, dialect, (header_row or SEARCHED_ROWS) + _COMPARED)
    first = 1 if dialect.sep_line else 0
    sound = next((place for place, line in enumerate(lines) if line.cells is None), len(lines))
    if sound < len(lines) and (sound < (header_row or 0) or sound == first):
        raise UnreadableSheet(line=sound + 1, why=lines[sound].flaw)
    rows = [line.cells or [] for line in lines[:sound]]
    if header_row is not None and len(rows) < header_row:
        raise UnreadableSource(source=name, why=f"it has no line {header_row}, where its header was said to be.")
    if said.no_header:
        place = header_row - 1 if header_row else first + _first_record(rows[first:])
        return _without_header(text, lines, rows, place, first)
    place = first + find_header(rows[first : first + SEARCHED_ROWS]) if header_row is None else header_row - 1
    if not any(cell.strip() for cell in rows[place]):
        raise UnreadableSheet(line=place + 1, why="is blank, so it cannot be the header.")
    _check_header(rows[place], place + 1)
    taken = data_taken_for_header(rows[place], rows[place + 1 :]) if header_row is None else ""
    if taken == "surely":
        return _without_header(text, lines, rows, place, first, guessed=True)
    header = whole_header(rows, place)
    if header_row is not None:
        again = f"Line {place + 2} looks like a second row of the header (--skip-lines {place + 2} leaves it out)."
        warnings: tuple[str, ...] = (again,) * (header.last > place)
        header = replace(header, cells=list(rows[place]), last=place, left_out=0)
    else:
        warnings = tuple(_of_header(lines[first:], place + 1, header, taken))
    headers, renamed = name_headers(header.cells)
    last = header.last - header.left_out
    strays = tuple(
        f"Line {line.number} has a quotation mark inside a name that is not quoted; it was kept as text."
        for line in lines[place : header.last + 1]
        if dialect.strays(line.text)
    )
    again_lines = lines[last + 1 : header.last + 1]
    return _Top(
        headers=headers,
        rows=tuple(tuple(rows[index]) for index in range(place, header.last + 1)),
        named=max(place for place, cell in enumerate(header.cells, start=1) if cell.strip()),
        line=last + 1,
        preamble=tuple(line.shown for line in lines[first:last]),
        end=text.start + _bytes(lines[: header.last + 1]),
        named_again=tuple(
            LeftOut(first=line.number, last=line.number, what=_NAMED_AGAIN, text=line.shown[:LEFT_OUT_TEXT])
            for line in again_lines
        ),
        repeated=repeated_headers(header.cells, headers),
        warnings=(*warnings, *renamed, *strays),
    )


_NAMED_AGAIN = "a second row of the header"


def _of_header(lines: Sequence[Line], first: int, header: Header, taken: str) -> Iterator[str]:
    """What a person should know of how the header was found, whose first line that is."""
    if any(line.number < first and not line.blank for line in lines):
        yield f"Line {first} was taken for the header; what stands above it is left out."
    last = header.last + 1
    if last > first and not header.left_out:
        yield f"{_lines(first, last)} were read as one header: {', '.join(header.cells[:6])}."
    if taken:
        yield f"Line {first} looks like data. If it is no header: --no-header."


def _lines(first: int, last: int) -> str:
    return f"Line {first}" if first == last else f"Lines {first} to {last}"


def _first_record(rows: Sequence[Sequence[str]]) -> int:
    """The first row that is as wide as most."""
    widths = [len(row) for row in rows if any(map(trim, row))]
    usual = max(set(widths), key=lambda width: (widths.count(width), width), default=0)
    return next((place for place, row in enumerate(rows) if len(row) == usual and any(map(trim, row))), 0)


def _without_header(
    text: Text, lines: Sequence[Line], rows: Sequence[list[str]], place: int, first: int, *, guessed: bool = False
) -> _Top:
    """A table whose first row is a record."""
    if place >= len(rows) or not any(map(trim, rows[place])):
        raise UnreadableSheet(line=place + 1, why="is blank, so no table begins there.")
    width = len(rows[place])
    _check_header([""] * width, place + 1)
    told = (
        f"Line {place + 1} looks like data, so the table was taken to have no header, and its columns are called "
        f"column_1, column_2 ... If it is the header: --header-row {place + 1}."
    )
    above = (f"The table was taken to begin on line {place + 1}; what stands above it is left out.",)
    return _Top(
        headers=tuple(f"column_{number}" for number in range(1, width + 1)),
        rows=(),
        named=width,
        line=place,
        preamble=tuple(line.shown for line in lines[first:place]),
        end=text.start + _bytes(lines[:place]),
        warnings=((told,) * guessed) + above * any(not line.blank for line in lines[first:place]),
    )


def _check_header(cells: Sequence[str], line: int) -> None:
    if any(len(cell) > LABEL_LIMIT for cell in cells):
        why = f"has a header of over {LABEL_LIMIT:,} characters, so this is no table."
        raise UnreadableSheet(line=line, why=why)
    if len(cells) > COLUMN_LIMIT:
        why = f"has {len(cells):,} columns; a sheet may have {COLUMN_LIMIT:,}."
        raise UnreadableSheet(line=line, why=why)


def _first_lines(text: Text, dialect: Dialect, number: int) -> list[Line]:
    with opened(text.path, text.start) as (_, characters):
        if not dialect.sep_line:
            return first_of(numbered(characters, dialect), number)
        sep = Line(number=1, text=next(characters), cells=[])
        return [sep, *first_of(numbered(characters, dialect, first=2), number)]


def _bytes(lines: Sequence[Line]) -> int:
    return len("".join(line.text for line in lines).encode())


def _has_line_break(text: str) -> bool:
    return "\n" in text or "\r" in text


def _lines_from(text: Text, start: int) -> int:
    return sum(block.count(b"\n") + block.count(b"\r") for block in blocks(text.path, start))


@dataclass(frozen=True, kw_only=True)
class _Below:
    """What is known of the rows below the header before they are read: of all of a small text, of a large one's first
    and last."""

    structure: Structure
    whole: bool
    end: int | None = None
    """Where the records end; None for the end of the text."""
    blank_after: int = 0
    """Blank rows below what stands there."""
    left_out: tuple[LeftOut, ...] = ()
    refusal: tuple[int, str] | None = None
    """The first line that must not be read, and why."""
    warnings: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, text: Text, dialect: Dialect, top: _Top, skipped: frozenset[int], kept: Ranges, *, plain: bool
    ) -> "_Below":
        size = text.path.stat().st_size
        whole = size - top.end <= _WHOLE and _lines_from(text, top.end) <= _WHOLE_LINES
        first_line = top.line + 1 + top.left_out
        with opened(text.path, top.end) as (_, characters):
            rows = numbered(characters, dialect, width=len(top.headers), first=first_line)
            lines = list(rows) if whole else first_of(rows, _SAMPLED)
        structure = replace(Structure.of(lines, dialect, top.rows, len(top.headers), top.named), kept=kept)
        found = cls(structure=structure, whole=whole)
        if whole:
            refusal = structure.refusal()
            ended = found._ended(text, structure, top.end, skipped)
            return replace(found if refusal else ended, refusal=refusal)
        begin, last_lines = tail(text.path, text.start, dialect) if plain else (0, [])
        before = line_at(text.path, begin) - 1 if kept and last_lines else 0
        ends = replace(structure, lines=last_lines, kept=tuple((first - before, last - before) for first, last in kept))
        return found._ended(text, ends, begin, skipped, counted=False)

    def _ended(
        self, text: Text, structure: Structure, begin: int, skipped: frozenset[int], *, counted: bool = True
    ) -> "_Below":
        """With the notes below the records, if there are any among these last rows, which begin at that byte."""
        ending = structure.ending()
        if ending is None:
            return self
        before = 0 if counted else line_at(text.path, begin) - 1
        notes = structure.lines[ending.first : ending.last + 1]
        first, last = (before + line.number for line in (notes[0], notes[-1]))
        what = "a note below the table" if first == last else "notes below the table"
        here = [line.number + before in skipped for line in structure.lines[ending.first :]]
        number = here[: len(notes)].count(False) if any(here[: len(notes)]) else 0
        return replace(
            self,
            structure=structure.before(ending.first) if counted else self.structure,
            end=begin + _bytes(structure.lines[: ending.first]),
            blank_after=here[len(notes) :].count(False),
            left_out=(
                LeftOut(
                    first=first,
                    last=last,
                    what=what,
                    text=notes[0].shown[:LEFT_OUT_TEXT],
                    number=number,
                    cells=tuple(notes[0].cells or ()),
                ),
            ),
        )
