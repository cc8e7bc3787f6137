"""How a column of text becomes values and back: vectorised, never a cell at a time.

A kind turns text into *canonical text*: the one spelling of a value (`2024-01-15`, `true`, `1234.50`) that JSON, SQL
and the suite agree on. A cell that cannot be turned keeps its text as typed, and then does not match the kind's
`pattern`: that mismatch is the verdict, and Great Expectations is who pronounces it.

Rules that hold for every kind:

- White space around a cell goes, no-break and zero-width spaces included; what is left empty is blank: null.
- Nothing else is null: "None", "nan", "NULL" and "N/A" are text, and stay as typed (see `texts` for who asks).
- What looks the same is the same: any run of spaces, of whatever width, is one plain space, what has no width is not
  there, and letters are in their composed form (NFC). Upper case stays upper case, but for e-mail addresses.
- A text that a spreadsheet was told to leave alone is that text: `="00123"` and `'00123` are 00123.
- What could be read in several ways is not read without its column's form: `3/2/2024`, `15.7.24`, `1,000`. What can
  be read one way only needs none (see `dates`, `numbers`), and a form takes that too, as far as it is written in it;
  ISO 8601 fits every order. A spreadsheet's serial number (45306) is no date here, nor is a year before 1000, which is
  a slip of the hand.
- A moment without a zone is in UTC, and a day alone is its midnight in UTC, so that no time zone ever shifts a day.
- Numbers are exact: a decimal is never a float on its way. `8.50E+11` is refused, because a spreadsheet has already
  rounded it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from workbench.model import dates, json_text, numbers, salesforce_id
from workbench.model.arrays import joined, matches, replaced
from workbench.model.trimming import (
    AROUND,
    INVISIBLE,
    MARKS,
    WIDE_SPACES,
    Rewrite,
    by_distinct,
    composed,
    may_hold,
    trimmed,
    where,
)

FORMS: dict[str, str] = dates.ORDERS | numbers.SIGNS
"""The forms in which columns may be written, in words: "dmy" is day first."""


@dataclass(frozen=True, kw_only=True)
class Form:
    """A way in which the columns of a kind may be written, where their texts could be read in several."""

    parse: Rewrite
    """As that of the kind, of a column in this form."""
    read: Rewrite
    """Canonical text of trimmed texts, null where they are not written so; it need not be of the kind (8.5 weeks)."""
    message: str


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of column.

    `parse` takes a string array ("" or null is blank) and returns one of the same length: canonical text, null where
    blank, and the trimmed text as typed where it cannot be understood.
    """

    name: str
    sql: str
    """Its PostgreSQL type."""
    pattern: str
    """What canonical text looks like: a regular expression that Python's re and RE2 read alike, from `^` to `$`."""
    code: str
    """The issue of a cell that does not match, e.g. "bad_email"."""
    message: str
    """Its sentence, e.g. "Invalid email format"."""
    parse: Rewrite
    bare: bool = False
    """True where JSON writes the canonical text without quotes (numbers, booleans, json)."""
    numeric: bool = False
    """True where minimum and maximum compare numbers."""
    title: str = ""
    """In words, for people, e.g. "e-mail address"."""
    forms: Mapping[str, Form] = field(default_factory=dict)
    """The forms that its columns may be written in, by their names in `FORMS`."""
    read: Rewrite | None = None
    """As `Form.read`, of a column of which no form is known; None where there are no forms."""

    def parsed(self, cells: pa.StringArray, form: str | None = None) -> pa.StringArray:
        """The cells of a column parsed, under its form if it has one."""
        return self.parse(cells) if form is None else self.forms[form].parse(cells)

    def message_of(self, form: str | None = None) -> str:
        """The sentence of a cell that cannot be understood under the column's form, or without one."""
        return self.message if form is None else self.forms[form].message


def _rewritten(pattern: str, rewrite: Rewrite, *, sure: str | None = None) -> Rewrite:
    """A parse that rewrites only what is not canonical yet, and keeps as typed what is not canonical even then.

    `sure` is what needs no rewriting, where canonical text could mean something else (1.125 under a decimal comma);
    what looks canonical, and is not meant so, is then marked.
    """

    def parse(cells: pa.StringArray) -> pa.StringArray:
        text = trimmed(cells)
        odd = pc.and_not(pc.is_valid(text), matches(text, sure or pattern))
        return where(odd, text, lambda typed: understood(typed, by_distinct(typed, rewrite)))

    def understood(typed: pa.StringArray, candidates: pa.StringArray) -> pa.StringArray:
        if sure is not None:
            typed = pc.if_else(matches(typed, pattern), joined(typed, numbers.OTHERWISE), typed)
        return pc.if_else(matches(candidates, pattern), candidates, typed)

    return parse


# --- text ---

_TEXT = r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f]*$"
_NAME = r"^[^\x00-\x1f\x7f-\x9f]*$"


def _text(cells: pa.StringArray) -> pa.StringArray:
    """A line ends with a line feed, whichever system wrote it."""
    text = trimmed(cells)
    return where(pc.match_substring(text, "\r"), text, lambda odd: replaced(odd, ("\r\n?", "\n")))


def _name(cells: pa.StringArray) -> pa.StringArray:
    return trimmed(cells)


def _identifier(cells: pa.StringArray) -> pa.StringArray:
    """A text; the whole number that a program has written with a point (12345.0) without it. Shorter ones may well be
    versions (2.0), and one with leading zeros was never a number."""
    return _whole(trimmed(cells), r"^([1-9][0-9]{2,14})\.0$")


def _whole(text: pa.StringArray, pattern: str) -> pa.StringArray:
    if not may_hold(text, b".0"):
        return text
    return where(matches(text, pattern), text, lambda odd: replaced(odd, (pattern, r"\1")))


def _lookup(cells: pa.StringArray) -> pa.StringArray:
    """As names are looked up: without regard to case."""
    return pc.utf8_lower(trimmed(cells))


def _sku(cells: pa.StringArray) -> pa.StringArray:
    return pc.utf8_upper(_identifier(cells))


def _barcode(cells: pa.StringArray) -> pa.StringArray:
    """Digits alone; spaces and hyphens between them are no part of it."""
    text = _identifier(cells)
    odd = pc.and_not(pc.is_valid(text), matches(text, _BARCODE))
    return where(odd, text, lambda some: _if_of(replaced(some, ("[ -]", "")), some, _BARCODE))


def _if_of(candidates: pa.StringArray, typed: pa.StringArray, pattern: str) -> pa.StringArray:
    return pc.if_else(matches(candidates, pattern), candidates, typed)


# --- e-mail and phone ---

# No white space, control characters, commas, colons, brackets, quotes or backslashes; an apostrophe is fine (o'brien@).
_LETTER = r"""[^\x00-\x20\x7f-\xa0@.,;:<>()"\[\]\\]"""
# Single dots between letters, at least one after the at sign. Repetitions are not counted: counting makes RE2 slow.
_EMAIL = rf"^{_LETTER}+(?:\.{_LETTER}+)*@{_LETTER}+(?:\.{_LETTER}+)+$"
_LONGEST_EMAIL = 254
"""Bytes, as mail servers take it (RFC 5321)."""
_BARCODE = "^[0-9]{6,18}$"
WHOLE_EXPONENT = f"^[1-9][.,](?:{'|'.join(f'[0-9]{{{n}}}[eE][+]?0?{n}' for n in range(6, 15))})$"
"""A number of 7 to 15 digits with an exponent, none of whose digits are gone."""
_PHONE = r"^[-+(). /]*(?:[0-9][-(). /]*){7,20}(?:(?:[xX]|[eE][xX][tT]\.?) *[0-9]{1,8})?$"


def _unmarked(text: pa.StringArray) -> pa.StringArray:
    """In NFC, without marks around it; any other character that nobody sees becomes a plain space."""
    inside = f"[{WIDE_SPACES}{INVISIBLE}{MARKS}]"
    return replaced(pc.utf8_trim(composed(text), characters=AROUND + MARKS), (inside, " "))


def _lowered(text: pa.StringArray) -> pa.StringArray:
    """In lower case, where a dotted capital I keeps its dot: plain i would be somebody else's address."""
    return pc.utf8_lower(pc.replace_substring(composed(text), "\u0130", "i\u0307"))


def _email(cells: pa.StringArray) -> pa.StringArray:
    """Trimmed and in lower case, also where it is no e-mail address: to tell first would cost more than the rest.

    An invisible character inside becomes a plain space, and one that is too long says so: the pattern refuses both, and
    a person sees why.
    """
    text = pc.ascii_lower(trimmed(cells, lambda odd: _unmarked(_lowered(odd))))
    too_long = pc.greater(pc.binary_length(text), _LONGEST_EMAIL)
    return where(too_long, text, lambda odd: joined(odd, f" (longer than {_LONGEST_EMAIL} bytes)"))


def _phone(cells: pa.StringArray) -> pa.StringArray:
    """As typed; the digits that a program has written as a number with a point (5551234567.0) without it, or with an
    exponent, where all of them are there (5.551234567E9)."""
    text = _whole(trimmed(cells, _unmarked), r"^(\+?[0-9]{7,15})\.00?$")
    if not (may_hold(text, b"E") or may_hold(text, b"e")):
        return text
    return where(matches(text, WHOLE_EXPONENT), text, lambda odd: replaced(odd, (r"[.,]|[eE].*$", "")))


# --- days, moments and numbers ---

_WRITTEN = {"ymd": "2024/12/31", "mdy": "12/31/2024", "dmy": "31/12/2024"}


def _orders(pattern: str, read: Callable[..., pa.StringArray], what: str) -> dict[str, Form]:
    """The orders in which dates may be written."""
    return {
        order: Form(
            parse=_rewritten(pattern, partial(read, order=order)),
            read=partial(read, order=order),
            message=f"Invalid {what}: {words}, such as {_WRITTEN[order]}, or YYYY-MM-DD",
        )
        for order, words in dates.ORDERS.items()
    }


def _signs(
    pattern: str, read: Callable[..., pa.StringArray], message: str, comma: str | None = None
) -> dict[str, Form]:
    """The ways in which numbers may be written; `comma` is what is sure under a decimal comma, if not the pattern."""
    return {
        form: Form(
            parse=_rewritten(pattern, partial(read, form=form), sure=comma if form == "comma" else None),
            read=partial(read, form=form),
            message=f"{message}, with a {words}",
        )
        for form, words in numbers.SIGNS.items()
    }


# The school years a file can speak of, one by one: no regular expression can say "the year after".
_ACADEMIC_YEAR = f"^(?:{'|'.join(f'{year}-{year + 1}' for year in range(1990, 2060))})$"


def _academic_year(text: pa.StringArray) -> pa.StringArray:
    """`2024/25`, `24-25` or `2024 - 2025` as `2024-2025`."""
    return replaced(
        text,
        (" *[-/\u2010-\u2014] *", "-"),
        ("^([0-9]{2})-", r"20\1-"),
        ("^([0-9]{2})([0-9]{2})-([0-9]{2})$", r"\1\2-\1\3"),
        ("^1999-1900$", "1999-2000"),
    )


# --- choices ---


def chosen(texts: pa.StringArray, choices: tuple[str, ...]) -> pa.StringArray:
    """The texts, where one is a choice but for its spelling, as that choice."""
    known = pa.array(choices, pa.string())
    return pc.coalesce(known.take(pc.index_in(spelling(texts), spelling(known))), texts)


def spelling(texts: pa.StringArray) -> pa.StringArray:
    """The texts as choices are compared: in lower case, any run of spaces, hyphens and underscores as one space."""
    return pc.replace_substring_regex(pc.utf8_lower(texts), "[ _-]+", " ")


# --- the rest ---


def _boolean(text: pa.StringArray) -> pa.StringArray:
    return replaced(pc.utf8_lower(text), ("^(?:yes|y|t|1)$", "true"), ("^(?:no|n|f|0)$", "false"))


_UUID = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"


def _uuid(text: pa.StringArray) -> pa.StringArray:
    """Lower case, with hyphens and without braces."""
    return replaced(
        pc.utf8_lower(text),
        (r"^(?:urn:uuid:|\{)?([0-9a-f-]+)\}?$", r"\1"),
        ("^(.{8})(.{4})(.{4})(.{4})(.{12})$", r"\1-\2-\3-\4-\5"),
    )


_ALL = (
    Kind(
        name="email",
        sql="text",
        pattern=_EMAIL,
        code="bad_email",
        message="Invalid email format",
        parse=_email,
        title="e-mail address",
    ),
    Kind(
        name="name",
        sql="text",
        pattern=_NAME,
        code="control_character",
        message="Contains a line break or another control character",
        parse=_name,
        title="name",
    ),
    Kind(
        name="identifier",
        sql="text",
        pattern=_NAME,
        code="control_character",
        message="Contains a line break or another control character",
        parse=_identifier,
        title="identifier",
    ),
    Kind(
        name="lookup",
        sql="text",
        pattern=_NAME,
        code="control_character",
        message="Contains a line break or another control character",
        parse=_lookup,
        title="text, in lower case",
    ),
    Kind(
        name="sku",
        sql="text",
        pattern=_NAME,
        code="control_character",
        message="Contains a line break or another control character",
        parse=_sku,
        title="code of a SKU, in capitals",
    ),
    Kind(
        name="barcode",
        sql="text",
        pattern=_BARCODE,
        code="bad_barcode",
        message="Not a barcode: 6 to 18 digits; 8.50E+11 has lost its last ones in a spreadsheet",
        parse=_barcode,
        title="barcode",
    ),
    Kind(
        name="salesforce_id",
        sql="text",
        pattern=salesforce_id.PATTERN,
        code="bad_salesforce_id",
        message="Not a Salesforce id: 15 letters and digits, or 18 of which the last three fit the others",
        parse=salesforce_id.parse,
        title="id of a Salesforce record",
    ),
    Kind(
        name="phone",
        sql="text",
        pattern=_PHONE,
        code="bad_phone",
        message="Invalid phone number: 7 to 20 digits, with + ( ) - . / and an extension (x12)",
        parse=_phone,
        title="phone number",
    ),
    Kind(
        name="day",
        sql="date",
        pattern=dates.DAY,
        code="bad_day",
        message="Invalid date: write YYYY-MM-DD",
        parse=_rewritten(dates.DAY, dates.day),
        read=dates.day,
        forms=_orders(dates.DAY, dates.day, "date"),
        title="date",
    ),
    Kind(
        name="timestamp",
        sql="timestamptz",
        pattern=dates.TIMESTAMP,
        code="bad_timestamp",
        message="Invalid date or time: write YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ",
        parse=_rewritten(dates.TIMESTAMP, dates.moment),
        read=dates.moment,
        forms=_orders(dates.TIMESTAMP, dates.moment, "date or time"),
        title="date and time",
    ),
    Kind(
        name="time",
        sql="time",
        pattern=dates.TIME,
        code="bad_time",
        message="Invalid time format: write 8:30 AM or 14:30",
        parse=_rewritten(dates.TIME, dates.clock),
        title="time of day",
    ),
    Kind(
        name="integer",
        sql="integer",
        pattern=numbers.INTEGER,
        code="bad_integer",
        message="Not a whole number",
        parse=_rewritten(numbers.INTEGER, numbers.number),
        read=numbers.number,
        forms=_signs(numbers.INTEGER, numbers.number, "Not a whole number"),
        bare=True,
        numeric=True,
        title="whole number",
    ),
    Kind(
        name="percent",
        sql="integer",
        pattern=numbers.INTEGER,
        code="bad_integer",
        message="Not a whole number of percent",
        parse=_rewritten(numbers.INTEGER, numbers.percent),
        read=numbers.percent,
        forms=_signs(numbers.INTEGER, numbers.percent, "Not a whole number of percent"),
        bare=True,
        numeric=True,
        title="whole number of percent",
    ),
    Kind(
        name="decimal",
        sql="numeric",
        pattern=numbers.DECIMAL,
        code="bad_decimal",
        message="Not a number",
        parse=_rewritten(numbers.DECIMAL, numbers.number, sure=numbers.ONE_WAY),
        read=numbers.number,
        forms=_signs(numbers.DECIMAL, numbers.number, "Not a number", numbers.WHOLE),
        bare=True,
        numeric=True,
        title="number",
    ),
    Kind(
        name="money",
        sql="numeric(18,2)",
        pattern=numbers.MONEY,
        code="bad_money",
        message="Not an amount of money, such as 1234.50, $1,234.50 or (12.00)",
        parse=_rewritten(numbers.MONEY, numbers.amount),
        read=numbers.amount,
        forms=_signs(numbers.MONEY, numbers.amount, "Not an amount of money", "^$"),
        bare=True,
        numeric=True,
        title="amount of money",
    ),
    Kind(
        name="amount",
        sql="numeric",
        pattern=numbers.AMOUNT,
        code="bad_money",
        message="Not an amount of money, such as 1234.50, $1,234.50 or (12.00)",
        parse=_rewritten(numbers.AMOUNT, numbers.amount),
        read=numbers.amount,
        forms=_signs(numbers.AMOUNT, numbers.amount, "Not an amount of money", "^$"),
        bare=True,
        numeric=True,
        title="amount of money, with fractions of a cent",
    ),
    Kind(
        name="boolean",
        sql="boolean",
        pattern="^(?:true|false)$",
        code="bad_boolean",
        message="Neither yes nor no",
        parse=_rewritten("^(?:true|false)$", _boolean),
        bare=True,
        title="yes or no",
    ),
    Kind(
        name="choice",
        sql="text",
        pattern=_NAME,
        code="bad_choice",
        message="Not one of the choices",
        parse=_name,
        title="choice",
    ),
    Kind(
        name="uuid",
        sql="uuid",
        pattern=_UUID,
        code="bad_uuid",
        message="Not a UUID",
        parse=_rewritten(_UUID, _uuid),
        title="UUID",
    ),
    Kind(
        name="json",
        sql="jsonb",
        pattern=json_text.PATTERN,
        code="bad_json",
        message="Not valid JSON",
        parse=json_text.parse,
        bare=True,
        title="JSON",
    ),
    Kind(
        name="text",
        sql="text",
        pattern=_TEXT,
        code="control_character",
        message="Contains a control character",
        parse=_text,
        title="text",
    ),
    Kind(
        name="academic_year",
        sql="text",
        pattern=_ACADEMIC_YEAR,
        code="bad_academic_year",
        message="Not an academic year, such as 2024-2025",
        parse=_rewritten(_ACADEMIC_YEAR, _academic_year),
        title="academic year",
    ),
)

KINDS: dict[str, Kind] = {kind.name: kind for kind in _ALL}


def could_be(kind: Kind, cells: pa.StringArray) -> pa.BooleanArray:
    """Which cells are of a kind, at least in one of the forms that a column of it may be written in."""
    return matches(in_some_form(kind, cells), kind.pattern)


def in_some_form(kind: Kind, cells: pa.StringArray) -> pa.StringArray:
    """The cells parsed, each in the first form that it can be written in: to count them, not to know what they mean."""
    found = kind.parse(cells)
    for form in kind.forms.values():
        odd = pc.and_(pc.is_valid(found), pc.invert(matches(found, kind.pattern)))
        found = where(odd, found, form.parse)
    return found
