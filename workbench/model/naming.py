"""Names that people give to things, and read again: none looks like another one."""

import unicodedata

_BLANK = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters of Hangul and Braille that stand for nothing, and that nobody sees."""
_JOINERS = "\u200c\u200d"
_SELECTORS = range(0xFE00, 0xFE10)
_UNSEEN = ("Cf", "Cc", "Cs", "Zl", "Zp")
_BEYOND_LATIN = 0x0590
"""From here on scripts may need what joins or parts letters; Latin, Greek and Cyrillic do not."""


def misleading(name: str) -> str | None:
    """Why a name would look like another one: a letter that nobody sees, or a sign that turns the direction of writing
    (Unicode's technical report 36); None where it does not. What joins letters may stand in scripts that need it, and
    what makes a picture of a sign behind that."""
    for before, letter in zip(f" {name}", name, strict=False):
        joins = letter in _JOINERS and ord(before) >= _BEYOND_LATIN
        pictures = ord(letter) in _SELECTORS and unicodedata.category(before) == "So"
        unseen = unicodedata.category(letter) in _UNSEEN or letter in _BLANK or ord(letter) in _SELECTORS
        if unseen and not joins and not pictures:
            turns = unicodedata.category(letter) == "Cf" and unicodedata.bidirectional(letter) in _TURNING
            what = "a sign that turns the direction of writing" if turns else "a letter that nobody sees"
            return f"it has {what} (U+{ord(letter):04X}), and looks like another name"
    return None


_TURNING = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI", "L", "R", "AL")
