"""Whether a text is so tidy that a fast reader understands it in the same way as an exact one."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.model.errors import UnreadableSheet
from workbench.sources.text import Text, blocks, line_at

LINE_LIMIT = 8 << 20
"""Bytes between two line breaks."""
_LONG = 1 << 20
_QUOTE = ord('"')


@dataclass(frozen=True, kw_only=True)
class Tidiness:
    """What a pass over a text finds out about its quotes and line breaks."""

    quotes: int
    tidy: bool
    """Whether every quote opens a cell, closes one or is doubled, and no carriage return stands alone."""
    fits: bool
    """Whether the quotes do."""
    nulls: bool
    """Whether \\N stands somewhere."""
    long_lines: bool
    """Whether a line is longer than a megabyte."""


def tidiness_of(text: Text, delimiter: str | None) -> Tidiness:
    """One pass, a block at a time. Raises UnreadableSheet for a line that is too long to be one."""
    edges = np.zeros(256, dtype=bool)
    edges[list(b'\r\n"' + (delimiter or "").encode()[:1])] = True
    quotes = lone_returns = run = longest = 0
    sound, nulls, before, position = True, False, b"\n", text.start
    for block in blocks(text.path, text.start):
        data = before + block
        count, fits = _fit_quotes(data, edges, inside=quotes % 2 == 1)
        quotes, sound = quotes + count, sound and fits
        nulls = nulls or (b"\\" in data and b"\\N" in data)  # one byte is found faster than two
        if b"\r" in data:
            lone_returns += block.count(b"\r") - data.count(b"\r\n")
        longest = max(longest, _check_run(text, block, run, position))
        run = _run(block, run)
        position += len(block)
        before = block[-1:]
    fits = sound and quotes % 2 == 0
    tidy, long_lines = fits and lone_returns == 0, longest > _LONG
    return Tidiness(quotes=quotes, tidy=tidy, fits=fits, nulls=nulls, long_lines=long_lines)


def _fit_quotes(data: bytes, edges: npt.NDArray[np.bool_], *, inside: bool) -> tuple[int, bool]:
    """How many quotes stand after the first byte; whether they fit: after an edge what opens, before it what closes.

    Quotes open and close in turn. A doubled one closes and opens again, which is why a quote is an edge too. A closing
    quote that is the last byte is judged with the next data, where it comes first.
    """
    codes = np.frombuffer(data, dtype=np.uint8)
    places = np.flatnonzero(codes[1:] == _QUOTE) + 1
    opening, closing = places[inside::2], places[not inside :: 2]
    if len(closing) and closing[-1] == len(codes) - 1:
        closing = closing[:-1]
    fits = bool(edges[codes[opening - 1]].all() and edges[codes[closing + 1]].all())
    if codes[0] == _QUOTE and not inside:
        fits = fits and bool(edges[codes[1]])
    return len(places), fits


def _check_run(text: Text, block: bytes, run: int, position: int) -> int:
    """The length so far of the line that goes on in this block, of which `run` bytes stand before it."""
    first = min((place for place in (block.find(b"\n"), block.find(b"\r")) if place >= 0), default=len(block))
    if run + first > LINE_LIMIT:
        why = f"is over {LINE_LIMIT >> 20} MB long without a line break, too long for a row."
        raise UnreadableSheet(line=line_at(text.path, position), why=why)
    return run + first


def _run(block: bytes, run: int) -> int:
    """The bytes since the last line break at the end of the block, `run` of them before it."""
    last = max(block.rfind(b"\n"), block.rfind(b"\r"))
    return len(block) - 1 - last if last >= 0 else run + len(block)
