"""Texts whose letters were read in a wrong encoding, such as José as JosÃ©: recognised, and repaired."""

import re
from contextlib import suppress
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.trimming import by_distinct, is_ascii

NEIGHBOURS = (
    "[\u0080-\u024f\u0370-\u03ff\u2010-\u25ff\ufb01\ufb02][^\\x00-\\x7f]"
    "|(?:[\u0420\u0421][^\\x00-\\x7f]){2}|\u0432\u0402"
)
"""A letter beyond ASCII is read in a wrong encoding as two of them or more, the first of a few: of Western, Greek and
box-drawing sets, or two Cyrillic ones every time."""
_LIKELY = ("latin-1", "sloppy-windows-1252")

_FIRST = "\u00c3-\u00c6"
_SECOND = (
    "\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013\u2014\u2018\u201a\u201c-\u201e\u2020-\u2022\u2026\u2030"
    "\u2039\u203a\u20ac\u2122\u00a1-\u00b3\u00b5-\u00bf"
)
"""What the bytes of a letter are in a Western encoding, but for an apostrophe and a blank: those are there by right."""
_ENDS = "\u2122\u00a7\u00ad-\u00b3\u00b5-\u00b9\u00bc-\u00bf"
_SURELY = re.compile(
    f"(?<=[a-z])[{_FIRST}\u00c8][{_SECOND}]"  # a capital letter and a sign after a small letter, as in Ia\u00c8\u2122i
    f"|[{_FIRST}][{_SECOND}](?=[a-z])"  # and before one, as in \u00c5\u017een
    "|(?<![^\\W_])\u00c8[\u02dc\u2122\u0161\u203a](?=[a-z])"  # not so an Italian \u00c8 before an ellipsis
    f"|[{_FIRST}\u00c8][\u0161\u0153\u017e](?=[A-Z])"  # a small letter among capitals, as in ERDO\u00c4\u017eAN
    f"|\u00e1[\u00ba\u00bb](?:[{_SECOND}\u2019\u00b4](?=[a-z])|[{_ENDS}])"  # as in Nguy\u00e1\u00bb\u2026n
)
"""What no text has that is read rightly, and the library lets pass: each of its letters and signs is a usual one."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def repaired(texts: pa.StringArray) -> pa.StringArray:
    """The texts, repaired where they are surely misread; the others as they are."""
    where = _suspect(texts)
    if where is None:
        return texts
    mended = by_distinct(texts.filter(where), lambda some: pa.array(map(_repaired, some.to_pylist()), pa.string()))
    return pc.replace_with_mask(texts, where, mended)


def _suspect(texts: pa.StringArray) -> pa.BooleanArray | None:
    """Which texts are worth a look; None where no byte of the whole column speaks for it, as in most."""
    if is_ascii(texts) or not _has_neighbours(texts):
        return None
    where = pc.fill_null(pc.match_substring_regex(texts, NEIGHBOURS), False)
    return where if pc.any(where).as_py() else None


def _has_neighbours(texts: pa.StringArray) -> bool:
    """Whether a letter beyond ASCII follows another, be it in the next cell."""
    letters = np.frombuffer(texts.buffers()[2], dtype=np.uint8)
    return bool((((letters[:-1] & 0xC0) == 0x80) & (letters[1:] >= 0xC2)).any())


def _repaired(text: str) -> str:
    if "\ufffd" in text:
        return text
    mended = _read_again(_read_again(text))
    return text if set(_CONTROL.findall(mended)) - set(text) else mended


def _read_again(text: str) -> str:
    """The text with the letters that its bytes are, where they are surely others."""
    fix, badness, config = _ftfy()
    if badness.is_bad(text):
        return _plainly(text) or str(fix(text, config))
    if _SURELY.search(text):
        return _plainly(text) or text
    return text


def _plainly(text: str) -> str | None:
    """The text read as it should have been, where it is so all through: the library takes twenty times as long."""
    for encoding in _LIKELY:
        with suppress(UnicodeError):
            return text.encode(encoding).decode("utf-8")
    return None


@cache
def _ftfy() -> tuple[Any, Any, Any]:
    """The library, imported when something looks like it needs it: it is to give no letters up, nor make any up."""
    import ftfy
    import ftfy.badness

    return ftfy.fix_encoding, ftfy.badness, ftfy.TextFixerConfig(replace_lossy_sequences=False, fix_c1_controls=False)
