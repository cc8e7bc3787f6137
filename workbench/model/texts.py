"""Texts that are not what they say: no value, a spreadsheet's error, a number whose digits are gone."""

import re

import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.arrays import matches
from workbench.model.contract import Field
from workbench.model.trimming import may_hold

NULL_TEXTS = (
    *("None", "none", "NONE", "nan", "NaN", "NAN", "NaT", "null", "Null", "NULL", "(null)", "<null>", "[null]"),
    *("N/A", "n/a", "N/a", "NA", "N.A.", "n.a.", "#N/A", "<NA>", "\\N", "-", "--", "---", "\u2013", "\u2014"),
)
"""What programs and people write where they mean nothing. Somebody may be called Null, so nobody takes it for that:
a person is asked."""

NO_NAMES = tuple(text for text in NULL_TEXTS if not text.isalpha())
"""Those that nobody can be called."""

PLACEHOLDERS = (
    *("unknown", "unkn", "unk", "not known", "unspecified", "not specified", "undefined", "undef", "undetermined"),
    *("tbd", "t.b.d.", "tba", "t.b.a.", "tbc", "to be determined", "to be announced", "to be confirmed"),
    *("not available", "not applicable", "not provided", "not given", "not recorded", "not reported", "not stated"),
    *("no data", "no value", "no answer", "no response", "no date", "nil", "empty", "(empty)", "blank", "(blank)"),
    *("n\\a", "n.a", "na.", "n / a", "(none)", "<none>", "[none]", "(unknown)", "(n/a)", ".", "..", "...", "\u2026"),
    *("?", "??", "???", "----", "-----", "_", "__", "*", "0000-00-00", "0000-00-00 00:00:00", "00/00/0000"),
)
"""What people write, in any case, where they do not know a number, a day or an address (yet), and what a database
writes for no day. Where words are values, as in a list of choices, it may be one of them."""

ERROR_CELLS = (
    *("#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!"),
    *("#CONNECT!", "#UNKNOWN!", "#GETTING_DATA", "#ERROR!", "#Error", "1900-01-00"),
)
"""What a spreadsheet shows where a formula went wrong; LibreOffice also shows Err:502 and the like, and all show
#### where a column is too narrow, or a day is before the first; day 0 is what a blank cell was added up to."""

_ERROR = (
    r"^(?i:" + "|".join(text.replace("?", r"\?").replace(".", r"\.") for text in ERROR_CELLS) + r"|#{4,}|Err:[0-9]{3})$"
)
_ERROR_INSIDE = _ERROR.replace("^", "(?:^| )").replace("$", "(?:$| )")
_NO_NAME = "(?:" + "|".join(re.escape(text) for text in NO_NAMES) + ")"
NO_NAME_INSIDE = f"^{_NO_NAME} | {_NO_NAME}$"
_SIGNS_OF_NO_NAME = (b"- ", b" -", b"/", b".", b"<", b"[", b"(", b"\\", b"\xe2\x80")
EXPONENT = r"^[-+]?(?:[0-9](?:[.,][0-9]+)?[eE]\+[0-9]{1,3}|[0-9][.,][0-9]+[eE]-?[0-9]{1,3}|[0-9]{16,}\.0)$"
_CASES = (str, str.lower, str.upper, str.capitalize)
_ANY_EXPONENT = r"^[-+]?[0-9](?:[.,][0-9]+)?[eE][-+]?[0-9]{1,3}$"
_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
DATE = (
    r"^(?:(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])(?:[T ]00:00(?::00)?Z?)?"
    rf"|[0-9]{{1,2}}-{_MONTH}(?:-[0-9]{{2,4}})?|{_MONTH}-[0-9]{{2}})$"
)
"""A day as a spreadsheet writes what it takes for one: 3-1 or MAR1 of a code."""
ZEROS = r"^[1-9][0-9]{14}0{2,}$"


def takes_any_text(field: Field) -> bool:
    """Whether a field can hold a text that reads as no value."""
    return field.kind in ("text", "name", "identifier") and not field.choices


def may_mean_itself(field: Field) -> bool:
    """Whether a person may say that a text which reads as no value is meant: also a name by which records are looked
    up, which may be required so that to say that it is none helps nobody."""
    return takes_any_text(field) or field.kind == "lookup"


def read_as_nothing(texts: pa.StringArray, *, any_case: bool = False) -> pa.BooleanArray:
    """Which texts read as no value; a name is compared as it is written, because somebody may be called Nan."""
    known = NULL_TEXTS if not any_case else {case(text) for text in NULL_TEXTS for case in _CASES}
    return pc.is_in(texts, pa.array(known, pa.string()))


def stand_for_nothing(texts: pa.StringArray) -> pa.BooleanArray:
    """Which texts read as no value, in any case, or stand where somebody did not know one: asked of what is no word, as
    numbers and days are."""
    known = {case(text) for text in NULL_TEXTS for case in _CASES}
    return pc.or_(pc.is_in(texts, pa.array(known, pa.string())), pc.is_in(pc.utf8_lower(texts), pa.array(PLACEHOLDERS)))


def are_no_names(texts: pa.StringArray) -> pa.BooleanArray:
    """Which texts read as no value and can be no part of a name either."""
    return pc.is_in(texts, pa.array(NO_NAMES, pa.string()))


def begin_or_end_with_nothing(texts: pa.StringArray) -> pa.BooleanArray:
    """Which texts of several words have one at their beginning or end that nobody can be called (N/A Jones)."""
    if not may_hold(texts, *_SIGNS_OF_NO_NAME):
        return pa.repeat(pa.scalar(False), len(texts))
    return matches(texts, NO_NAME_INSIDE)


def are_errors(texts: pa.StringArray, *, inside: bool = False) -> pa.BooleanArray:
    """Which texts are a spreadsheet's error, or with `inside` have one among their words."""
    if not may_hold(texts, b"#", b"rr:", b"-01-00"):
        return pa.repeat(pa.scalar(False), len(texts))
    return matches(texts, _ERROR_INSIDE if inside else _ERROR)


def are_rounded(texts: pa.StringArray, *, any_exponent: bool = False) -> pa.BooleanArray:
    """Which identifiers a program has written as a number with an exponent, or with more digits than it holds.

    `1e5` may be an identifier; where that cannot be, `any_exponent` takes it for a number too.
    """
    if not (may_hold(texts, b"E") or may_hold(texts, b"e") or may_hold(texts, b".0")):
        return pa.repeat(pa.scalar(False), len(texts))
    if not any_exponent and not any(may_hold(texts, sign) for sign in (b"E+", b"e+", b".")):
        return pa.repeat(pa.scalar(False), len(texts))
    return matches(texts, _ANY_EXPONENT if any_exponent else EXPONENT)


def may_be_dates(texts: pa.StringArray) -> pa.BooleanArray:
    """Which identifiers look like a date that a spreadsheet has made of another text."""
    if not may_hold(texts, b"-"):
        return pa.repeat(pa.scalar(False), len(texts))
    return matches(texts, DATE)


def may_be_rounded(texts: pa.StringArray) -> pa.BooleanArray:
    """Which numbers have zeros alone after the 15 digits that a spreadsheet keeps: two of them at least."""
    if not may_hold(texts, b"00"):
        return pa.repeat(pa.scalar(False), len(texts))
    return matches(texts, ZEROS)
