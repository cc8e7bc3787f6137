"""The lines of a text table as they stand, numbered as a spreadsheet does, and what a person changes of them."""

import csv
import io
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO, NamedTuple

from workbench.model.errors import UnreadableSource
from workbench.model.sheet import LEFT_OUT_TEXT, Layout, LeftOut
from workbench.sources.dialect import Dialect
from workbench.sources.spool import Spool
from workbench.sources.text import Text, blocks


class Line(NamedTuple):
    """A row as it stands: over several lines where line breaks are quoted."""

    number: int
    text: str
    """With its line end."""
    cells: list[str] | None
    """None where its quotes are unsound; then it ends with its first line break."""
    flaw: str = ""
    """Why they are, after "Line 7: "."""

    @property
    def shown(self) -> str:
        """As a person reads it."""
        return self.text.rstrip("\r\n")

    @property
    def blank(self) -> bool:
        """Whether nothing stands in it."""
        return self.cells is not None and not "".join(self.cells).strip()


class Feed:
    """Lines of a text, the ones that were taken since somebody asked, and those that were given back."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._taken: list[str] = []
        self._returned: deque[str] = deque()

    def __iter__(self) -> "Feed":
        return self

    def __next__(self) -> str:
        line = self._returned.popleft() if self._returned else next(self._lines)
        self._taken.append(line)
        return line

    @property
    def took_several(self) -> bool:
        """Whether more than one line was taken since."""
        return len(self._taken) > 1

    def taken(self) -> str:
        """The text taken since this was last asked."""
        text = "".join(self._taken)
        self._taken.clear()
        return text

    def first_taken(self) -> str:
        """The first line of it; the others are given back."""
        first, *others = self._taken or [""]
        self._returned.extendleft(reversed(others))
        self._taken.clear()
        return first


def numbered(lines: Iterable[str], dialect: Dialect, *, width: int | None = None, first: int = 1) -> Iterator[Line]:
    """The rows of a text, those with unsound quotes too; `width` is that of the table, where it is known."""
    feed = Feed(lines)
    number = first - 1
    while True:
        try:
            for cells in dialect.rows(feed):
                number += 1
                if feed.took_several and dialect.swallows(cells, width):
                    yield Line(number=number, text=feed.first_taken(), cells=None, flaw=SWALLOWS)
                else:
                    yield Line(number=number, text=feed.taken(), cells=cells)
            return
        except csv.Error as error:
            number += 1
            yield Line(number=number, text=feed.first_taken(), cells=None, flaw=flaw(error))


def first_of(lines: Iterable[Line], number: int) -> list[Line]:
    """The first rows: at most so many, and no more than fit into 8 MB."""
    found: list[Line] = []
    size = 0
    for line in lines:
        found.append(line)
        size += len(line.text)
        if len(found) == number or size > _FIRST_SIZE:
            break
    return found


_FIRST_SIZE = 8 << 20
SWALLOWS = "has a quotation mark out of place: the cell that it opens has whole rows in it."


def too_long(column: str = "") -> str:
    """The sentence for a cell over the limit, after "Line 7: "; its column is named where it is known."""
    where = f" in column {column}" if column else ""
    return f"has a cell of over 1 MB{where}, or a quotation mark that is never closed."


def flaw(error: csv.Error) -> str:
    """The sentence for what Python's reader says, after "Line 7: "."""
    said = str(error)
    if "unexpected end" in said:
        return "has a quotation mark that is never closed."
    if "expected after" in said:
        return "has text after the quotation mark that closes a cell; a quotation mark in a cell must be doubled."
    if "field larger" in said:
        return too_long()
    return f"cannot be read ({said})."


def tail(path: Path, start: int, dialect: Dialect) -> tuple[int, list[Line]]:
    """The last rows of a text whose quotes are sound, numbered from 1, and the byte where the first of them begins."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(size - _TAIL, start))
        data = file.read()
    begin = data.find(b"\n")
    while begin >= 0 and data.count(b'"', begin) % 2:
        begin = data.find(b"\n", begin + 1)
    if begin < 0:
        return size, []
    rest = data[begin + 1 :].decode("utf-8", "replace")
    return size - len(data) + begin + 1, list(numbered(io.StringIO(rest, newline=""), dialect))


_TAIL = 1 << 15
"""Bytes at the end of a text that are looked at."""


@contextmanager
def opened(path: Path, start: int = 0, end: int | None = None) -> Iterator[tuple[BinaryIO, io.TextIOWrapper]]:
    """A UTF-8 file from a byte on, before another one, and its text with the line ends as they are."""
    with path.open("rb") as file:
        file.seek(start)
        part = file if end is None else io.BufferedReader(_Part(file, end))
        with io.TextIOWrapper(part, encoding="utf-8", newline="") as text:
            yield file, text


class _Part(io.RawIOBase):
    """A file as far as one of its bytes."""

    def __init__(self, file: BinaryIO, end: int) -> None:
        self._file = file
        self._end = end

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        data = self._file.read(min(len(buffer), max(self._end - self._file.tell(), 0)))
        buffer[: len(data)] = data
        return len(data)


@dataclass(frozen=True, kw_only=True)
class LaidOut:
    """A text as a person laid it out."""

    text: Text
    left_out: tuple[LeftOut, ...] = ()
    warnings: tuple[str, ...] = ()
    skipped: frozenset[int] = field(default_factory=frozenset)
    """The lines that are blank in it because a person left them out."""


def laid_out(text: Text, dialect: Dialect, layout: Layout, name: str) -> LaidOut:
    """A copy of the text, where lines are left out (blank, so that the others keep their numbers), mended or cut off.

    Raises UnreadableSource for a mended line that is none.
    """
    if not (layout.skip_lines or layout.mended or layout.stop_line):
        return LaidOut(text=text)
    for number, said in layout.mended.items():
        _check_mended(number, said, dialect, name)
    change = _Change(layout)
    copy = Spool().fill(change.apply(text, dialect))
    missing = sorted(line for line in layout.mended.keys() - change.mended if line < (layout.stop_line or line + 1))
    if missing:
        raise UnreadableSource(source=name, why=f"it has no line {missing[0]}, which was to be mended.")
    end = layout.stop_line or change.seen + 1
    beyond = [first for first, _ in layout.skip_lines if change.seen < first and change.seen < end]
    if beyond:
        why = f"it has no line {beyond[0]}, which was to be left out; rows are counted, as a spreadsheet counts them."
        raise UnreadableSource(source=name, why=why)
    used = change.mended - set(change.skipped)
    warnings = tuple(f"Line {number} is read as it was mended." for number in sorted(used))
    return LaidOut(
        text=replace(text, path=copy.path, start=0, copy=copy),
        left_out=tuple(change.left_out),
        warnings=warnings,
        skipped=frozenset(change.skipped),
    )


def _check_mended(number: int, said: str, dialect: Dialect, name: str) -> None:
    try:
        rows = list(dialect.rows(iter(io.StringIO(said, newline=""))))
    except csv.Error:
        rows = []
    if len(rows) > 1 or (said and not rows):
        raise UnreadableSource(source=name, why=f"what line {number} was mended to is no row.")


SAID_SO = "said so"


class _Change:
    """What a person's layout does to the lines of a text."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._last = max((*(last for _, last in layout.skip_lines), *layout.mended, layout.stop_line or 0))
        self.left_out: list[LeftOut] = []
        self.skipped: list[int] = []
        self.mended: set[int] = set()
        self.seen = 0
        """The last line that was looked at."""

    def apply(self, text: Text, dialect: Dialect) -> Iterator[bytes]:
        """The text as it is to be read."""
        used = text.start
        with opened(text.path, text.start) as (_, lines):
            for line in numbered(lines, dialect):
                self.seen = line.number
                if line.number == self._layout.stop_line:
                    with opened(text.path, used) as (_, rest):
                        self._leave(line.number, line.number + sum(1 for _ in rest) - 1, line)
                    return
                raw = line.text.encode()
                used += len(raw)
                yield self._as_read(line).encode()
                if line.number >= self._last:
                    break
        yield from blocks(text.path, used)

    def _as_read(self, line: Line) -> str:
        end = line.text[len(line.shown) :]
        is_mended = line.number in self._layout.mended
        if is_mended:
            self.mended.add(line.number)
        if any(first <= line.number <= last for first, last in self._layout.skip_lines):
            self.skipped.append(line.number)
            self._leave(line.number, line.number, line)
            return f" {end}"  # a line feed alone would go with a carriage return before it
        if is_mended:
            return self._layout.mended[line.number].rstrip("\r\n") + end
        return line.text

    def _leave(self, first: int, last: int, line: Line) -> None:
        before = self.left_out[-1] if self.left_out else None
        if before is not None and before.last == first - 1:
            self.left_out[-1] = replace(before, last=last)
        else:
            shown = line.shown[:LEFT_OUT_TEXT]
            self.left_out.append(LeftOut(first=first, last=last, what=SAID_SO, text=shown))
