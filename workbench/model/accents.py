"""Texts as they are searched: in small letters, without accents."""

import re
import unicodedata

MARKS = re.compile("[\u0300-\u036f]")
"""What stands on or under a letter, once it stands apart (NFKD)."""
STROKES, WITHOUT = "øłđØŁĐıĸ", "oldOLDik"
"""Letters that no accent can be taken from, and what they are typed as."""


def plain(text: str) -> str:
    """A text in small letters without accents."""
    apart = MARKS.sub("", unicodedata.normalize("NFKD", text))
    return apart.translate(str.maketrans(STROKES, WITHOUT)).lower()
