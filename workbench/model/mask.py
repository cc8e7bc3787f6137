"""The pattern of a text as people read it (A and a for letters, 9 for digits: `Aa9 9AA`), and the regular expression
that finds the texts which have it."""

import re
from itertools import groupby

_CLASSES = {"a": r"[\p{Ll}\p{Lo}\p{Lm}\p{M}]", "A": r"[\p{Lu}\p{Lt}]", "9": r"\p{Nd}"}
_SIGNS = {found: sign for sign, found in _CLASSES.items()}
_BEGINS, _ENDS = "(?s)^", "$"
_LONGEST = 2_000
"""Of a pattern, so many characters are read."""
_SIGN = rf"{'|'.join(map(re.escape, _CLASSES.values()))}|\\.|[^\\.+*?()|\[\]{{}}^$]"
_PART = re.compile(rf"({_SIGN})(?:\{{(\d{{1,3}})\}})?", re.S)


def expression(mask: str, *, whole: bool) -> str:
    """The regular expression of a mask: classes of letters and digits, each with its number. Where it is not that of
    the `whole` text, anything may follow."""
    said = ""
    for sign, run in groupby(mask):
        number = len(list(run))
        said += _CLASSES.get(sign, _escaped(sign)) + (f"{{{number}}}" if number > 1 else "")
    return f"{_BEGINS}{said}{_ENDS if whole else ''}"


def mask_of(pattern: str) -> str | None:
    """The mask that a regular expression was made of; None for any other."""
    if not pattern.startswith(_BEGINS) or len(pattern) > _LONGEST:
        return None
    for whole, end in ((True, len(pattern) - len(_ENDS)), (False, len(pattern))):
        parts = _PART.finditer(pattern[len(_BEGINS) : end])
        found = "".join(_sign(part[1]) * int(part[2] or 1) for part in parts)
        if found and expression(found, whole=whole) == pattern:
            return found
    return None


def _sign(said: str) -> str:
    return _SIGNS.get(said, said[-1])


def _escaped(sign: str) -> str:
    return f"\\{sign}" if sign in r"\.+*?()|[]{}^$" else sign
