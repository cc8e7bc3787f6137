"""Numbers as people write them.

Which of two signs begins the decimals is nothing that `1,000` or `1.000` can say: it is the form of its whole column.
What can be read one way only needs no form: 1200, 8.25, 8,5, 1,234.50.
"""

import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.arrays import agreed, filled, joined, matches, only, replaced

SIGNS = {"point": "decimal point", "comma": "decimal comma"}
"""Which sign stands before the decimals; the other one, a blank or an apostrophe parts the thousands."""

_GROUPED = "|".join(f"[1-9][0-9]{{0,2}}(?:{sign}[0-9]{{3}})+" for sign in (",", " ", "['\u2019]"))
_NUMBER = rf"^(?P<sign>[-+]?)(?:(?P<whole>{_GROUPED}|[0-9]+)(?:\.(?P<fraction>[0-9]*))?|\.(?P<only_fraction>[0-9]+))$"

PERHAPS = "^[-+($ ]*[.,]?[0-9][0-9., '\u2019]*[)% ]*$"
"""What a text looks like that may be a number."""
INTEGER = (  # -2147483648 to 2147483647, what PostgreSQL's integer holds
    r"^(?:0|-?[1-9][0-9]{0,8}|-?1[0-9]{9}|-?20[0-9]{8}|-?21[0-3][0-9]{7}|-?214[0-6][0-9]{6}|-?2147[0-3][0-9]{5}"
    r"|-?21474[0-7][0-9]{4}|-?214748[0-2][0-9]{3}|-?2147483[0-5][0-9]{2}|-?21474836[0-3][0-9]|-?214748364[0-7]|-2147483648)$"
)
"""What a whole number in canonical text looks like, one that is not too large."""
WHOLE = "^(?:0|-?[1-9][0-9]{0,37})$"
"""What any whole number in canonical text looks like."""
DECIMAL = r"^(?:0|-?(?:[1-9][0-9]{0,37}(?:\.[0-9]{0,37}[1-9])?|0\.[0-9]{0,37}[1-9]))$"
"""What a number in canonical text looks like."""
ONE_WAY = (
    r"^(?:0|-?(?:[1-9][0-9]{0,37}|(?:0|[1-9][0-9]{3,37})\.[0-9]{0,37}[1-9]"
    r"|[1-9][0-9]{0,2}\.(?:[0-9]?[1-9]|[0-9]{3,37}[1-9])))$"
)
"""What a number in canonical text looks like that nobody could read otherwise."""
MONEY = r"^(?:(?:0|[1-9][0-9]{0,15})\.[0-9]{2}|-(?:[1-9][0-9]{0,15}\.[0-9]{2}|0\.(?:0[1-9]|[1-9][0-9])))$"
"""What an amount of money in canonical text looks like."""
AMOUNT = (
    r"^(?:(?:0|[1-9][0-9]{0,15})\.[0-9]{2,6}"
    r"|-(?:[1-9][0-9]{0,15}\.[0-9]{2,6}|0\.(?:[0-9]{1,5}[1-9]|[0-9]{0,4}[1-9]0)))$"
)
"""What an amount in canonical text looks like that may have fractions of a cent: a price of one of many."""

OTHERWISE = " (point or comma?)"
"""What marks a text that looks canonical, and is not meant so."""


def number(text: pa.StringArray, form: str | None = None) -> pa.StringArray:
    """`+1,200.50` as `1200.5`: no plus sign, no thousands, no zeros that say nothing; null where it is no number."""
    if form is None:
        signed = only(text, matches(text, "[.,]"))
        usual = _with_point(text)
        return usual if signed.null_count == len(text) else agreed(usual, number(signed, "comma"))
    return _with_point(_swapped(text) if form == "comma" else text)


def percent(text: pa.StringArray, form: str | None = None) -> pa.StringArray:
    """`50 %` as `50`; null where it is no number."""
    return number(replaced(text, (" ?%$", "")), form)


def amount(text: pa.StringArray, form: str | None = None) -> pa.StringArray:
    """`$1,234.5` as `1234.50`, `(12.00)` as `-12.00`; a fraction of a cent stays, and null where it is no number."""
    plain = replaced(text, (r"^\((.*)\)$", r"-\1"), (r"^([-+]?) *\$ *([-+]?)", r"\1\2"))
    return replaced(number(plain, form), (r"^([^.]*)$", r"\1.00"), (r"(\.[0-9])$", r"\10"))


_COUNTED = pa.decimal128(18, 6)
_COUNT = r"^-?[0-9]{1,12}(?:\.[0-9]{1,6})?$"
"""What a canonical number looks like that can be counted with."""


def unread(text: pa.StringArray) -> pa.StringArray:
    """What is no number that can be counted with; null elsewhere."""
    return only(text, pc.and_not(pc.is_valid(text), matches(text, _COUNT)))


def above_zero(canonical: pa.StringArray) -> pa.StringArray:
    """The numbers above zero; null elsewhere."""
    return only(canonical, pc.fill_null(pc.greater(_decimal(canonical), 0), False))


def product(canonical: pa.StringArray, by: pa.StringArray) -> pa.StringArray:
    """The exact products of numbers that are not zero, to six places; null elsewhere."""
    nothing = pc.equal(_decimal(canonical), 0)
    return pc.if_else(nothing, pa.scalar(None, pa.string()), times(canonical, by))


def times(canonical: pa.StringArray, by: pa.StringArray) -> pa.StringArray:
    """The exact products of numbers, to six places; null where one is none that can be counted with."""
    found = pc.round(pc.multiply(_decimal(canonical), _decimal(by)), 6)
    places = pc.cast(pc.cast(found, pa.decimal128(38, 6), safe=False), pa.string())
    return replaced(places, (r"0+$", ""), (r"\.$", ""))


def _decimal(canonical: pa.StringArray) -> pa.Decimal128Array:
    return pc.cast(only(canonical, matches(canonical, _COUNT)), _COUNTED)


def written(canonical: str, form: str | None) -> str:
    """A canonical number as a column of that form would have it."""
    return canonical.replace(".", ",") if form == "comma" else canonical


def _swapped(text: pa.StringArray) -> pa.StringArray:
    for sign, other in ((".", "\0"), (",", "."), ("\0", ",")):
        text = pc.replace_substring(text, sign, other)
    return text


def _with_point(text: pa.StringArray) -> pa.StringArray:
    parts = pc.extract_regex(text, _NUMBER)
    sign, whole, *fractions = (only(part, parts.is_valid()) for part in parts.flatten())
    whole = filled(pc.utf8_ltrim(replaced(whole, ("[^0-9]", "")), characters="0"), "0")
    fraction = pc.utf8_rtrim(joined(*fractions), characters="0")
    fraction = pc.if_else(pc.equal(fraction, ""), "", joined(".", fraction))
    unsigned = joined(whole, fraction)
    negative = pc.and_(pc.equal(sign, "-"), pc.not_equal(unsigned, "0"))
    return pc.if_else(negative, joined("-", unsigned), unsigned)
