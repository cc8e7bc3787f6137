"""Names all in capitals, or in small letters, written as names are: RACHEL MAYO, O'BRIEN, MCCARTHY, JEAN-PIERRE.

Case is all that changes; a name in mixed case is as its bearer writes it (Salesforce: 18,225 such names in one org).
"""

from string import ascii_lowercase

import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.arrays import matches, replaced
from workbench.model.trimming import by_distinct, may_hold

_LETTERS = r"\p{L}.*\p{L}"
_INITIALS = r"^(?:[^AEIOUY]{2}|.J)$"
"""JD and AJ are written so."""
_NUMBERS = ((r"\bIi\b", "II"), (r"\bIii\b", "III"), (r"(.) Iv$", r"\1 IV"))
_SCOTTISH = tuple((rf"\bMc{letter}", f"Mc{letter.upper()}") for letter in ascii_lowercase)
_TURKISH = (("\u0130", "\U00010400"), ("i", "\U00010428"), ("I", "\u0131"))
"""Where a text has a letter that is Turkish alone, i with a dot and i without one are two letters. That with a dot is
a small and a capital letter that no name has until the case is changed: elsewhere its capital is the other's."""
_BACK = (("\U00010400", "\u0130"), ("\U00010428", "i"))


def in_capitals(names: pa.StringArray) -> pa.BooleanArray:
    """Which names are all in capitals; initials are none, nor is a single letter."""
    upper = pc.and_(pc.equal(names, pc.utf8_upper(names)), pc.not_equal(names, pc.utf8_lower(names)))
    capitals = pc.and_(pc.fill_null(upper, False), matches(names, _LETTERS))
    return pc.and_not(capitals, matches(names, _INITIALS))


def cased(names: pa.StringArray) -> pa.StringArray:
    """The names, those in capitals written as names are; nulls stay."""
    return by_distinct(names, lambda texts: pc.if_else(in_capitals(texts), _cased(texts), texts))


def cased_of_one_case(names: pa.StringArray) -> pa.StringArray:
    """The names, those in capitals and those in small letters written as names are; nulls stay."""
    return by_distinct(names, _cased_of_one_case)


def _cased_of_one_case(names: pa.StringArray) -> pa.StringArray:
    upper = pc.utf8_upper(names)
    small = pc.and_(pc.equal(names, pc.utf8_lower(names)), pc.not_equal(names, upper))
    small_names = pc.and_(small, in_capitals(upper))
    initials = pc.and_not(small, small_names)
    titled = pc.or_(in_capitals(names), small_names)
    return pc.if_else(titled, _cased(names), pc.if_else(initials, upper, names))


def _cased(names: pa.StringArray) -> pa.StringArray:
    titled = pc.utf8_title(pc.utf8_lower(names))
    if may_hold(names, b"\xc4\xb0", b"\xc4\xb1"):
        titled = pc.if_else(pc.match_substring_regex(names, "[\u0130\u0131]"), _turkish(names), titled)
    if may_hold(titled, b"Ii", b" Iv"):
        titled = replaced(titled, *_NUMBERS)
    return replaced(titled, *_SCOTTISH) if pc.any(pc.match_substring(titled, "Mc")).as_py() else titled


def _turkish(names: pa.StringArray) -> pa.StringArray:
    for letter, by in _TURKISH:
        names = pc.replace_substring(names, letter, by)
    names = pc.utf8_title(pc.utf8_lower(names))
    for letter, by in _BACK:
        names = pc.replace_substring(names, letter, by)
    return names
