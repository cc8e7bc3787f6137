"""The text of a cell as it is kept and compared, whatever its column.

White space around it goes, no-break and zero-width spaces included; any run of spaces is one plain space; letters are
in their composed form (NFC); a text that a spreadsheet was told to leave alone is that text. The functions take and
give columns of strings, in which null is blank.
"""

import unicodedata
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.arrays import any_true, matches, replaced
from workbench.model.said_texts import refuse_halves

Rewrite = Callable[[pa.StringArray], pa.StringArray]


# White space beyond ASCII, and the characters that look like nothing: zero-width space, joiners, byte order mark.
WIDE_SPACES = (
    "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f"
    "\u2800\u3000\u3164"
)
_JOINERS = "\u200c\u200d"
INVISIBLE = "\u180e\u200b\u200c\u200d\u2060\ufeff"
_HYPHEN = "\u00ad"
_DIRECTIONS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_FILLERS = "\u034f\u115f\u1160" + "".join(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0000, 0xE0080))))
"""A joiner of marks, halves of Korean letters, the choice of another glyph, and tags: nobody sees them."""
MARKS = _HYPHEN + _DIRECTIONS + _FILLERS
"""The soft hyphen, the marks of a direction of writing, which address books copy along, and fillers."""
_ZERO_WIDTH = "\u180e\u200b\u2060\ufeff" + _DIRECTIONS + _FILLERS
_MISREAD = "\u00c2\u00c3\u00c4\u00c5\u00e2"
"""Letters behind which a soft hyphen is half of a letter that was read in a wrong encoding (\u00ed as \u00c3\u00ad)."""
UNSEEN = f"[{INVISIBLE}{MARKS}\u2028\u2029]"
"""A letter that nobody sees, or one of the breaks of lines and paragraphs of Unicode."""
AROUND = " \t\n\r\v\f\x85" + WIDE_SPACES + INVISIBLE
"""White space, and what nobody sees."""


_FIRST_MARK = 0xCC
"""The byte with which U+0300 begins, the first letter that may be a part of another: all before it are composed."""


def composed(text: pa.StringArray) -> pa.StringArray:
    """The texts in NFC, as most are already, which their bytes tell much quicker."""
    highest = np.frombuffer(bytes_of(text), dtype=np.uint8).max(initial=0)
    return pc.utf8_normalize(text, form="NFC") if highest >= _FIRST_MARK else text


def _plain(text: pa.StringArray) -> pa.StringArray:
    """In NFC, with plain spaces and without what nobody sees."""
    text = composed(text)
    odd = WIDE_SPACES + _ZERO_WIDTH + _HYPHEN + _JOINERS
    whole = bytes_of(text)
    if not any(first in whole for first in {letter.encode()[:1] for letter in odd}):
        return text
    return where(matches(text, f"[{odd}]"), text, _without_width)


def _without_width(text: pa.StringArray) -> pa.StringArray:
    return composed(replaced(_seen(text), (f"[{WIDE_SPACES}]", " ")))


def _seen(text: pa.StringArray) -> pa.StringArray:
    """Joiners stay between letters that are joined by them, which Latin ones are not."""
    not_joined = rf"[\x00-\x{{24f}}\x{{300}}-\x{{36f}}\x{{1e00}}-\x{{1eff}}{WIDE_SPACES}]"
    return replaced(
        text,
        (f"[{_ZERO_WIDTH}]", ""),
        (f"(^|[^{_MISREAD}{_HYPHEN}]){_HYPHEN}+", r"\1"),
        (f"({not_joined})[{_JOINERS}]+", r"\1"),
        (f"[{_JOINERS}]+({not_joined})", r"\1"),
    )


def without_unseen(cells: pa.StringArray) -> pa.StringArray:
    """The cells without what nobody sees, around a text or inside it, and otherwise as they are; what joins letters
    stays between such, and half of a letter that was read in a wrong encoding."""
    if is_ascii(cells):
        return cells
    odd = matches(cells, f"[{_ZERO_WIDTH}{_HYPHEN}{_JOINERS}]")
    return where(odd, cells, lambda some: pc.utf8_trim(_seen(some), characters=INVISIBLE))


def names_of_unseen(cells: pa.StringArray) -> list[str]:
    """What the letters are called that nobody sees in cells, of the first ones: "zero width space"."""
    signs = dict.fromkeys("".join(cells.slice(0, _NAMED).to_pylist()))
    unseen = _ZERO_WIDTH + _HYPHEN + _JOINERS
    return [_CALLED.get(sign, unicodedata.name(sign, "").lower()) for sign in signs if sign in unseen]


_NAMED = 1_000
_CALLED = {"\ufeff": "byte order mark", "\u200d": "joiner", "\u200c": "non-joiner"}
"""Names that say more than those of Unicode."""


def trimmed(cells: pa.StringArray, beyond_ascii: Rewrite = _plain) -> pa.StringArray:
    """The cells as they are kept and compared: nothing around them, single plain spaces inside, in NFC, out of what a
    spreadsheet has wrapped them in; null where nothing is left.

    `beyond_ascii` rewrites the cells with letters beyond ASCII, which are few in most columns.
    """
    text = _stripped(cells, beyond_ascii)
    text = unwrapped(text)
    if may_hold(text, b"  "):
        text = where(pc.match_substring(text, "  "), text, lambda odd: replaced(odd, (" {2,}", " ")))
    blank = pc.equal(text, "")
    return pc.if_else(blank, pa.scalar(None, pa.string()), text) if any_true(blank) else text


def tidied(text: str) -> str:
    """One text as `trimmed` leaves it; "" where nothing is left. Raises HalfCharacter."""
    refuse_halves(text)
    return trimmed(pa.array([text], pa.string()))[0].as_py() or ""


def as_said(text: str) -> str:
    """What a person has typed, without the white space around it; "" where nobody sees anything of it. Raises
    HalfCharacter."""
    return text.strip() if tidied(text) else ""


def has_unseen(cells: pa.StringArray, values: pa.StringArray) -> pa.BooleanArray:
    """Which cells have letters that nobody sees, or breaks of lines that no keyboard makes, which their `values` have
    not; white space and what joins letters are none of them."""
    if is_ascii(cells):
        return pa.repeat(pa.scalar(False), len(cells))
    odd = pc.fill_null(pc.invert(pc.string_is_ascii(cells)), False)
    some = cells.filter(odd)
    lost = pc.greater(pc.count_substring_regex(some, UNSEEN), pc.count_substring_regex(values.filter(odd), UNSEEN))
    return pc.replace_with_mask(pa.repeat(pa.scalar(False), len(cells)), odd, pc.fill_null(lost, matches(some, UNSEEN)))


def _stripped(cells: pa.StringArray, beyond_ascii: Rewrite = composed) -> pa.StringArray:
    """The cells without the white space around them, and rewritten where they are not ASCII."""
    text = pc.utf8_trim(cells, characters=AROUND)
    if is_ascii(text):
        return text
    rewritten = where(pc.invert(pc.string_is_ascii(text)), text, beyond_ascii)
    return pc.utf8_trim(rewritten, characters=AROUND)  # what was between two things may now be around one


FORMULA = r"""^'?="(?:[^"]|"")*"$"""
"""A text as a formula: so it is written that no spreadsheet takes it for a number; or so, and that none runs it."""
MARKED = r"^'[0-9+(.$-][-0-9+(). /:,$%]{2,}$"
"""A number with the mark of a text before it; names begin with an apostrophe too (O'Brien is none, 't Hooft is)."""


def is_wrapped(text: pa.StringArray) -> pa.BooleanArray:
    """Which texts a spreadsheet was told to leave alone: `="00123"`, `'00123`."""
    begin = pc.fill_null(pc.or_(pc.starts_with(text, '="'), pc.starts_with(text, "'")), False)
    if not any_true(begin):
        return begin
    some = text.filter(begin)
    return pc.replace_with_mask(begin, begin, pc.or_(matches(some, FORMULA), matches(some, MARKED)))


def unwrapped(cells: pa.StringArray) -> pa.StringArray:
    """The cells out of what a spreadsheet has wrapped them in, and otherwise as they are."""
    if not (may_hold(cells, b'="') or may_hold(cells, b"'")):
        return cells
    stripped = pc.utf8_trim(cells, characters=AROUND)
    while any_true(wrapped := is_wrapped(stripped)):
        cells = pc.replace_with_mask(cells, wrapped, _unwrapped(stripped.filter(wrapped)))
        stripped = pc.utf8_trim(cells, characters=AROUND)
    return cells


def _unwrapped(text: pa.StringArray) -> pa.StringArray:
    formula = pc.starts_with(text, "=")
    inside = pc.replace_substring(pc.utf8_slice_codeunits(text, 2, -1), '""', '"')
    return pc.utf8_trim(pc.if_else(formula, inside, pc.utf8_slice_codeunits(text, 1)), characters=AROUND)


def may_hold(text: pa.StringArray, *needles: bytes) -> bool:
    """Whether one of these bytes stands in a column, be it across two of its cells: most tidy columns are done with
    so."""
    whole = bytes_of(text)
    return any(all(needle[n : n + 1] in whole for n in range(len(needle))) and needle in whole for needle in needles)


def is_ascii(text: pa.StringArray) -> bool:
    """Whether no cell has a character beyond ASCII."""
    return bytes_of(text).isascii()


def bytes_of(text: pa.StringArray) -> bytes:
    """The bytes of all cells, one after the other."""
    _, offsets, whole = text.buffers()
    if len(text) == 0 or whole is None:
        return b""
    places = np.frombuffer(offsets, dtype=np.int32)
    first, last = int(places[text.offset]), int(places[text.offset + len(text)])
    return bytes(whole.slice(first, last - first).to_pybytes())


def by_distinct(text: pa.StringArray, rewrite: Rewrite) -> pa.StringArray:
    """The rewritten column, where each distinct text is rewritten once; nulls stay."""
    encoded = text.dictionary_encode()
    return rewrite(encoded.dictionary).take(encoded.indices)


def where(odd: pa.BooleanArray, text: pa.StringArray, rewrite: Rewrite) -> pa.StringArray:
    """The texts, rewritten where they are odd; most columns have no such cell, and cost nothing."""
    return pc.replace_with_mask(text, odd, rewrite(text.filter(odd))) if any_true(odd) else text
