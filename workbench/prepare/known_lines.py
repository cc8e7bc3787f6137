"""The lines of which a person said something, found again in the next file: by how they read, not by their numbers.

Only lines near the beginning and the end of a file are remembered. There headers, titles, units and sums stand; what is
left out in the midst of a table was wrong in that one file.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from workbench.model.known_lines import KnownLines, Lines
from workbench.model.lines import hold, of
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
    """How a line reads: without case, quotation marks and spare blanks, its numbers "#" and its months "@"."""
    text = "\t".join(" ".join(cell.split()) for cell in cells).replace('"', "").casefold().strip()
    return _MONTH.sub("@", _NUMBER.sub("#", text))


def known_lines(layout: Layout, first: Lines, last: Lines) -> KnownLines | None:
    """What is remembered of a layout that a person said, beside the first and the last lines of the file; None where
    that is nothing."""
    lines = dict((*first, *last))
    read = [form(cells) for line, cells in lines.items() if not _is_out(layout, line)]
    top = {line for line, _ in first if line <= FIRST}
    out = {line: form(cells) for line, cells in lines.items() if hold(layout.skip_lines, line) and any(cells)}
    out = {line: text for line, text in out.items() if text and text not in read}
    header = lines.get(layout.header_row or 0, ())
    stop = form(lines.get(layout.stop_line or 0, ()))
    begins = _look(first[0][1]) if layout.no_header and first else ""
    found = KnownLines(
        header=form(header) if not layout.no_header else "",
        first_record=begins if "#" in begins else "",
        above=tuple(dict.fromkeys(text for line, text in out.items() if line in top)),
        below=tuple(dict.fromkeys(text for line, text in out.items() if line not in top)),
        stop=stop if stop not in read else "",
        delimiter=layout.delimiter,
        encoding=layout.encoding,
    )
    return found if found != KnownLines() else None


def forgotten(layout: Layout, first: Lines, last: Lines) -> tuple[int, ...]:
    """The lines, of those ranges that a person left out, that are not remembered: the first of each."""
    near = {line for line, _ in (*first, *last)}
    return tuple(begin for begin, _ in layout.skip_lines if begin not in near)


def found(known: KnownLines, first: Lines, last: Lines, *, encoding: str | None) -> Found:
    """What was said of lines, found again in another file by its first and its last lines; `encoding` is what that one
    is found to be written in, which a Unicode file is surely."""
    told: list[str] = []
    lacking: list[str] = []
    layout = Layout(delimiter=known.delimiter)
    if known.encoding and not (encoding or "").startswith("utf"):
        layout = replace(layout, encoding=known.encoding)
        told.append(f"it is written in {known.encoding}")
    if known.header:
        line = _only(known.header, first)
        layout = replace(layout, header_row=line)
        (told if line else lacking).append(f"the header is on line {line}" if line else f'the header "{known.header}"')
    elif known.first_record and first and _look(first[0][1]) == known.first_record:
        layout = replace(layout, no_header=True)
        told.append("it has no header")
    elif known.first_record:
        lacking.append("a first line like a record's")
    left = dict(_again(known.above, first)) | dict(_again(known.below, last))
    if left:
        layout = replace(layout, skip_lines=of(line for line in left.values() if line))
    for text, line in left.items():
        shown = _shown(line, (*first, *last))
        (told if line else lacking).append(f"line {line} is left out ({shown})" if line else f'a line like "{text}"')
    if known.stop:
        line = _only(known.stop, last)
        layout = replace(layout, stop_line=line)
        shown = _shown(line, last)
        (told if line else lacking).append(
            f"nothing is read from line {line} on ({shown})" if line else f'an end like "{known.stop}"'
        )
    if known.delimiter:
        told.append(f'cells are separated by "{known.delimiter}"')
    return Found(layout=layout, told=tuple(told), lacking=tuple(lacking))


def _again(texts: Sequence[str], lines: Lines) -> Iterator[tuple[str, int | None]]:
    """Each text with the one line that reads so; None where there is none, or several are: they may be records."""
    for text in texts:
        yield text, _only(text, lines)


def _only(text: str, lines: Lines) -> int | None:
    there = [line for line, cells in lines if form(cells) == text]
    return there[0] if len(there) == 1 else None


def _is_out(layout: Layout, line: int) -> bool:
    return hold(layout.skip_lines, line) or (layout.stop_line is not None and line >= layout.stop_line)


def _look(cells: Sequence[str]) -> str:
    """How a record looks: its words are "a", its numbers "#"."""
    return _WORD.sub("a", form(cells))


def _shown(line: int | None, lines: Lines) -> str:
    text = "\t".join(dict(lines).get(line or 0, ())).strip()
    return f'"{text[:80]}"'
