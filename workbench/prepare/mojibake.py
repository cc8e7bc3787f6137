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
    fix, badness, config = _ftfy()
    if "\ufffd" in text or not badness.is_bad(text):
        return text
    mended: str = _plainly(text) or fix(text, config)
    mended = fix(mended, config) if badness.is_bad(mended) else mended
    return text if set(_CONTROL.findall(mended)) - set(text) else mended


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
