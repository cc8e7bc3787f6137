"""Names all in capitals written as names are: RACHEL MAYO, O'BRIEN, MCCARTHY, JEAN-PIERRE, SMITH III.

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


def in_capitals(names: pa.StringArray) -> pa.BooleanArray:
    """Which names are all in capitals; initials are none, nor is a single letter."""
    upper = pc.and_(pc.equal(names, pc.utf8_upper(names)), pc.not_equal(names, pc.utf8_lower(names)))
    capitals = pc.and_(pc.fill_null(upper, False), matches(names, _LETTERS))
    return pc.and_not(capitals, matches(names, _INITIALS))


def cased(names: pa.StringArray) -> pa.StringArray:
    """The names, those in capitals written as names are; nulls stay."""
    return by_distinct(names, lambda texts: pc.if_else(in_capitals(texts), _cased(texts), texts))


def _cased(names: pa.StringArray) -> pa.StringArray:
    titled = pc.utf8_title(pc.utf8_lower(names))
    if may_hold(titled, b"Ii", b" Iv"):
        titled = replaced(titled, *_NUMBERS)
    return replaced(titled, *_SCOTTISH) if pc.any(pc.match_substring(titled, "Mc")).as_py() else titled
