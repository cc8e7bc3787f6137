"""The lines of which a person said something, found again in the next file: by how they read, not by their numbers.

Only lines before the first record and after the last one are remembered, and found again there alone: titles, units and
sums stand there. What is left out in the midst of a table was wrong in that one file, and what reads so in the midst of
another is a record.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from workbench.model.known_lines import KnownLines, Lines
from workbench.model.lines import Ranges, hold, of
from workbench.model.sheet import Layout

FIRST = 20
"""So many lines are looked at from a file's beginning, ..."""
LAST = 10
"""and so many before its end."""

_NUMBER = re.compile(r"\d+(?:[.,'\u2019\u00a0 ]\d{3})*(?:[.,]\d+)?")
_MONTH = re.compile(
    r"\b(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?|oct(ober)?|nov(ember)?|"
    r"dec(ember)?)\b"
)
_WORD = re.compile(r"[^\W\d_]+")
_EMPTY_CELLS = ",;|\t "
_WORDS = re.compile(r"a(?: a)+")


@dataclass(frozen=True, kw_only=True)
class Found:
    """What of known lines there is in another file."""

    layout: Layout
    """What is said of its lines by it; nothing where none was found again."""
    told: tuple[str, ...]
    """The same in words, e.g. 'line 407 is left out ("Total rows,402")'."""
    lacking: tuple[str, ...]
    """What was not found again, in words."""


def form(cells: Sequence[str]) -> str:
    """How a line reads: without case, quotation marks, spare blanks and empty cells at its end, which are more where
    columns were added; its numbers "#" and its months "@". A blank line reads ""."""
    text = "\t".join(" ".join(cell.split()) for cell in cells).replace('"', "").casefold().strip()
    return _ended(_MONTH.sub("@", _NUMBER.sub("#", text)))


def _ended(text: str) -> str:
    return text.rstrip(_EMPTY_CELLS)


def known_lines(
    layout: Layout, first: Lines, last: Lines, *, header_line: int = 1, left_out: Ranges = ()
) -> KnownLines | None:
    """What is remembered of a layout that a person said, beside the first and the last lines of the file, whose header
    is on that line unless the person has said where it is; None where that is nothing.

    The lines in `left_out` are no records by what the reader itself found: they are not remembered, and what a person
    left out above or below them still is.
    """
    lines = dict((*first, *last))
    read = [form(cells) for line, cells in lines.items() if not _is_out(layout, line)]
    top, end = _outside(layout, first, last, header_line, left_out)
    out = {line: form(cells) for line, cells in lines.items() if hold(layout.skip_lines, line) and any(cells)}
    out = {line: text for line, text in out.items() if text and text not in read}
    header = lines.get(layout.header_row or 0, ())
    stop = form(lines.get(layout.stop_line or 0, ()))
    begins = _look(first[0][1]) if layout.no_header and first else ""
    found = KnownLines(
        header=form(header) if not layout.no_header else "",
        first_record=begins if "#" in begins else "",
        above=tuple(dict.fromkeys(text for line, text in out.items() if line in top and line not in end)),
        below=tuple(dict.fromkeys(text for line, text in out.items() if line in end)),
        stop=stop if stop not in read else "",
        delimiter=layout.delimiter,
        encoding=layout.encoding,
    )
    kept = {found.header, *found.above, *found.below, found.stop}
    said = {form(cells): _text(cells) for cells in lines.values()}
    found = replace(found, said=tuple((text, said[text]) for text in said if text and text in kept))
    return found if found != KnownLines() else None


def forgotten(
    layout: Layout, first: Lines, last: Lines, *, header_line: int = 1, left_out: Ranges = ()
) -> tuple[int, ...]:
    """The lines, of those ranges that a person left out, that stand in the midst of the table and so are not
    remembered: the first of each. `left_out` is what the reader itself leaves out."""
    top, end = _outside(layout, first, last, header_line, left_out)
    return tuple(begin for begin, _ in layout.skip_lines if begin not in top and begin not in end)


def _outside(
    layout: Layout, first: Lines, last: Lines, header_line: int, left_out: Ranges
) -> tuple[Collection[int], Collection[int]]:
    """The lines before the first record, as far as they are near the beginning, and those after the last one."""
    header = 0 if layout.no_header else layout.header_row or header_line

    def is_outside(each: tuple[int, Sequence[str]]) -> bool:
        line, cells = each
        return line <= header or _is_out(layout, line) or hold(left_out, line) or not form(cells)

    top = {line for line, _ in takewhile(is_outside, first) if line <= FIRST}
    return top, {line for line, _ in takewhile(is_outside, reversed(last))}


def found(
    known: KnownLines,
    first: Lines,
    last: Lines,
    *,
    encoding: str | None,
    header_line: int = 1,
    left_out: Ranges = (),
) -> Found:
    """What was said of lines, found again in another file by its first and its last lines; `encoding` is what that one
    is found to be written in, which a Unicode file is surely, `header_line` where its header is found, and `left_out`
    the lines that its reader leaves out of itself."""
    told: list[str] = []
    lacking: list[str] = []
    known = _as_read_now(known)
    said = dict(known.said)
    layout = Layout(delimiter=known.delimiter)
    if known.encoding and not (encoding or "").startswith("utf"):
        layout = replace(layout, encoding=known.encoding)
        told.append(f"it is written in {known.encoding}")
    if known.header:
        line = _only(known.header, first)
        layout = replace(layout, header_row=line)
        (told if line else lacking).append(
            f"the header is on line {line}" if line else f'the header "{said.get(known.header, known.header)}"'
        )
    elif known.first_record and first and _look(first[0][1]) == known.first_record:
        layout = replace(layout, no_header=True)
        told.append("it has no header")
    elif known.first_record:
        lacking.append("a first line like a record's")
    header = 0 if layout.no_header else layout.header_row or _header(known, first, header_line)
    stop = _stop(known, first, last, header=header, unread=left_out)
    before = [each for each in last if stop is None or each[0] < stop]
    left = _left_out(known, first, before, header=header, unread=left_out)
    if left:
        layout = replace(layout, skip_lines=of(line for line in left.values() if line))
    for text, line in left.items():
        shown = _shown(line, (*first, *last))
        (told if line else lacking).append(
            f"line {line} is left out ({shown})" if line else f'a line that is left out ("{said.get(text, text)}")'
        )
    if known.stop:
        layout = replace(layout, stop_line=stop)
        shown = _shown(stop, last)
        (told if stop else lacking).append(
            f"nothing is read from line {stop} on ({shown})"
            if stop
            else f'a line where it ends ("{said.get(known.stop, known.stop)}")'
        )
    if known.delimiter:
        told.append(f'cells are separated by "{known.delimiter}"')
    return Found(layout=layout, told=tuple(told), lacking=tuple(lacking))


def _as_read_now(known: KnownLines) -> KnownLines:
    """What was kept when lines read with the empty cells at their end."""
    return replace(
        known,
        header=_ended(known.header),
        above=tuple(map(_ended, known.above)),
        below=tuple(map(_ended, known.below)),
        stop=_ended(known.stop),
        said=tuple((_ended(text), shown) for text, shown in known.said),
    )


def _header(known: KnownLines, first: Lines, header: int) -> int:
    """The header's line, where the reader has taken one for it that is left out: the first behind those."""
    texts = {*known.above, *known.below}
    if form(dict(first).get(header, ())) not in texts:
        return header
    behind = (line for line, cells in first if line > header and any(cells) and form(cells) not in texts)
    return next(behind, header)


def _left_out(known: KnownLines, first: Lines, last: Lines, *, header: int, unread: Ranges) -> dict[str, int | None]:
    """Each text that is left out with the one line that reads so before the first record, or after the last one; None
    where there is none, or several are: they may be records. The reader takes none of the `unread` lines for one."""
    texts = {*known.above, *known.below}
    top = [each for each in first if each[0] < header]
    top += _run([each for each in first if each[0] > header], texts, unread)
    end = _run([each for each in reversed(last) if each[0] > header], texts, unread)
    found = {text: _only(text, first, at=top) for text in known.above}
    found |= {text: _only(text, last, at=end) for text in (*known.above, *known.below) if not found.get(text)}
    records = _records((*first, *last), header, unread)
    lines = dict((*first, *last))
    return {
        text: line if line and _is_enough(text, lines[line], records, texts) else None for text, line in found.items()
    }


def _stop(known: KnownLines, first: Lines, last: Lines, *, header: int, unread: Ranges) -> int | None:
    """The line from which on nothing is read. One without a word ends a file only where no other line follows it."""
    if not known.stop:
        return None
    texts = {known.stop, *known.below}
    line = _only(known.stop, last, at=_run(list(reversed(last)), texts, unread) if _is_bare(known.stop) else last)
    records = _records((*first, *last), header, unread)
    return line if line and _is_enough(known.stop, dict(last)[line], records, texts) else None


def _run(lines: Lines, texts: Collection[str], unread: Ranges) -> Lines:
    """The lines before the first that is neither blank nor known, nor left out by the reader."""
    passed = {"", *texts}
    return list(takewhile(lambda each: hold(unread, each[0]) or form(each[1]) in passed, lines))


def _records(lines: Lines, header: int, unread: Ranges) -> Lines:
    """The lines below the header that the reader takes for records."""
    return [each for each in lines if each[0] > header and not hold(unread, each[0])]


def _is_bare(text: str) -> bool:
    """Whether a form is numbers and months alone, which are a record's as well."""
    return not _WORD.search(text) and any(sign in text for sign in "@#")


def _is_enough(text: str, line: Sequence[str], records: Lines, texts: Collection[str]) -> bool:
    """Whether a form tells a line from those records: by a word of its own, or for records are there and none looks
    so, be it a word where this one has a month."""
    if not _is_bare(text):
        return True
    looks = {_kind(cells) for _, cells in records if any(cells) and form(cells) not in texts}
    return bool(looks) and _kind(line) not in looks


def _kind(cells: Sequence[str]) -> str:
    """How a record looks at most: a word, several words and a month are the same."""
    return _WORDS.sub("a", _look(cells).replace("@", "a"))


def _only(text: str, lines: Lines, *, at: Lines | None = None) -> int | None:
    """The one line that reads so, if it is one of those `at`."""
    there = [line for line, cells in lines if form(cells) == text]
    is_there = len(there) == 1 and (at is None or there[0] in dict(at))
    return there[0] if is_there else None


def _is_out(layout: Layout, line: int) -> bool:
    return hold(layout.skip_lines, line) or (layout.stop_line is not None and line >= layout.stop_line)


def _look(cells: Sequence[str]) -> str:
    """How a record looks: its words are "a", its numbers "#"."""
    return _WORD.sub("a", form(cells))


def _shown(line: int | None, lines: Lines) -> str:
    return f'"{_text(dict(lines).get(line or 0, ()))}"'


def _text(cells: Sequence[str]) -> str:
    """A line as it stands, its first letters."""
    return ", ".join(filter(None, map(str.strip, cells)))[:80]
