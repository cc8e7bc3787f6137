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

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.model import dates, numbers
from workbench.model.arrays import any_true, joined, matches, only, replaced

Rewrite = Callable[[pa.StringArray], pa.StringArray]

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


# White space beyond ASCII, and the characters that look like nothing: zero-width space, joiners, byte order mark.
WIDE_SPACES = (
    "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f"
    "\u2800\u3000\u3164"
)
_JOINERS = "\u200c\u200d"
_INVISIBLE = "\u180e\u200b\u200c\u200d\u2060\ufeff"
_HYPHEN = "\u00ad"
_DIRECTIONS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_FILLERS = "\u034f\u115f\u1160" + "".join(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0000, 0xE0080))))
"""A joiner of marks, halves of Korean letters, the choice of another glyph, and tags: nobody sees them."""
_MARKS = _HYPHEN + _DIRECTIONS + _FILLERS
"""The soft hyphen, the marks of a direction of writing, which address books copy along, and fillers."""
_ZERO_WIDTH = "\u180e\u200b\u2060\ufeff" + _DIRECTIONS + _FILLERS
_MISREAD = "\u00c2\u00c3\u00c4\u00c5\u00e2"
"""Letters behind which a soft hyphen is half of a letter that was read in a wrong encoding (\u00ed as \u00c3\u00ad)."""
UNSEEN = f"[{_INVISIBLE}{_MARKS}\u2028\u2029]"
"""A letter that nobody sees, or one of the breaks of lines and paragraphs of Unicode."""
AROUND = " \t\n\r\v\f\x85" + WIDE_SPACES + _INVISIBLE
"""White space, and what nobody sees."""


def _composed(text: pa.StringArray) -> pa.StringArray:
    return pc.utf8_normalize(text, form="NFC")


def _plain(text: pa.StringArray) -> pa.StringArray:
    """In NFC, with plain spaces and without what nobody sees."""
    text = _composed(text)
    odd = WIDE_SPACES + _ZERO_WIDTH + _HYPHEN + _JOINERS
    whole = _bytes(text)
    if not any(first in whole for first in {letter.encode()[:1] for letter in odd}):
        return text
    return _where(matches(text, f"[{odd}]"), text, _without_width)


def _without_width(text: pa.StringArray) -> pa.StringArray:
    """Joiners stay between letters that are joined by them, which Latin ones are not."""
    not_joined = rf"[\x00-\x{{24f}}\x{{300}}-\x{{36f}}\x{{1e00}}-\x{{1eff}}{WIDE_SPACES}]"
    return _composed(
        replaced(
            text,
            (f"[{_ZERO_WIDTH}]", ""),
            (f"(^|[^{_MISREAD}{_HYPHEN}]){_HYPHEN}+", r"\1"),
            (f"({not_joined})[{_JOINERS}]+", r"\1"),
            (f"[{_JOINERS}]+({not_joined})", r"\1"),
            (f"[{WIDE_SPACES}]", " "),
        )
    )


def trimmed(cells: pa.StringArray, beyond_ascii: Rewrite = _plain) -> pa.StringArray:
    """The cells as they are kept and compared: nothing around them, single plain spaces inside, in NFC, out of what a
    spreadsheet has wrapped them in; null where nothing is left.

    `beyond_ascii` rewrites the cells with letters beyond ASCII, which are few in most columns.
    """
    text = _stripped(cells, beyond_ascii)
    if may_hold(text, b'="') or may_hold(text, b"'"):
        while any_true(wrapped := is_wrapped(text)):
            text = _where(wrapped, text, _unwrapped)
    if may_hold(text, b"  "):
        text = _where(pc.match_substring(text, "  "), text, lambda odd: replaced(odd, (" {2,}", " ")))
    blank = pc.equal(text, "")
    return pc.if_else(blank, pa.scalar(None, pa.string()), text) if any_true(blank) else text


def tidied(text: str) -> str:
    """One text as `trimmed` leaves it; "" where nothing is left."""
    return trimmed(pa.array([text], pa.string()))[0].as_py() or ""


def as_said(text: str) -> str:
    """What a person has typed, without the white space around it; "" where nobody sees anything of it."""
    return text.strip() if tidied(text) else ""


def has_unseen(cells: pa.StringArray, values: pa.StringArray) -> pa.BooleanArray:
    """Which cells have letters that nobody sees, or breaks of lines that no keyboard makes, which their `values` have
    not; white space and what joins letters are none of them."""
    if is_ascii(cells):
        return pa.repeat(pa.scalar(False), len(cells))
    odd = pc.fill_null(pc.invert(pc.string_is_ascii(cells)), False)
    some = cells.filter(odd)
    lost = pc.greater(pc.count_substring_regex(some, UNSEEN), pc.count_substring_regex(values.filter(odd), UNSEEN))
    return pc.replace_with_mask(pa.repeat(pa.scalar(False), len(cells)), odd, pc.fill_null(lost, matches(some, UNSEEN)))


def _stripped(cells: pa.StringArray, beyond_ascii: Rewrite = _composed) -> pa.StringArray:
    """The cells without the white space around them, and rewritten where they are not ASCII."""
    text = pc.utf8_trim(cells, characters=AROUND)
    if is_ascii(text):
        return text
    rewritten = _where(pc.invert(pc.string_is_ascii(text)), text, beyond_ascii)
    return pc.utf8_trim(rewritten, characters=AROUND)  # what was between two things may now be around one


FORMULA = r"""^'?="(?:[^"]|"")*"$"""
"""A text as a formula: so it is written that no spreadsheet takes it for a number; or so, and that none runs it."""
MARKED = r"^'[0-9+(.$-][-0-9+(). /:,$%]{2,}$"
"""A number with the mark of a text before it; names begin with an apostrophe too (O'Brien is none, 't Hooft is)."""


def is_wrapped(text: pa.StringArray) -> pa.BooleanArray:
    """Which texts a spreadsheet was told to leave alone: `="00123"`, `'00123`."""
    begin = pc.fill_null(pc.or_(pc.starts_with(text, '="'), pc.starts_with(text, "'")), False)
    if not any_true(begin):
        return begin
    some = text.filter(begin)
    return pc.replace_with_mask(begin, begin, pc.or_(matches(some, FORMULA), matches(some, MARKED)))


def _unwrapped(text: pa.StringArray) -> pa.StringArray:
    formula = pc.starts_with(text, "=")
    inside = pc.replace_substring(pc.utf8_slice_codeunits(text, 2, -1), '""', '"')
    return pc.utf8_trim(pc.if_else(formula, inside, pc.utf8_slice_codeunits(text, 1)), characters=AROUND)


def may_hold(text: pa.StringArray, *needles: bytes) -> bool:
    """Whether one of these bytes stands in a column, be it across two of its cells: most tidy columns are done with
    so."""
    whole = _bytes(text)
    return any(all(needle[n : n + 1] in whole for n in range(len(needle))) and needle in whole for needle in needles)


def is_ascii(text: pa.StringArray) -> bool:
    """Whether no cell has a character beyond ASCII."""
    return _bytes(text).isascii()


def _bytes(text: pa.StringArray) -> bytes:
    """The bytes of all cells, one after the other."""
    _, offsets, whole = text.buffers()
    if len(text) == 0 or whole is None:
        return b""
    places = np.frombuffer(offsets, dtype=np.int32)
    first, last = int(places[text.offset]), int(places[text.offset + len(text)])
    return bytes(whole.slice(first, last - first).to_pybytes())


def by_distinct(text: pa.StringArray, rewrite: Rewrite) -> pa.StringArray:
    """The rewritten column, where each distinct text is rewritten once; nulls stay."""
    encoded = text.dictionary_encode()
    return rewrite(encoded.dictionary).take(encoded.indices)


def _rewritten(pattern: str, rewrite: Rewrite, *, sure: str | None = None) -> Rewrite:
    """A parse that rewrites only what is not canonical yet, and keeps as typed what is not canonical even then.

    `sure` is what needs no rewriting, where canonical text could mean something else (1.125 under a decimal comma);
    what looks canonical, and is not meant so, is then marked.
    """

    def parse(cells: pa.StringArray) -> pa.StringArray:
        text = trimmed(cells)
        odd = pc.and_not(pc.is_valid(text), matches(text, sure or pattern))
        return _where(odd, text, lambda typed: understood(typed, by_distinct(typed, rewrite)))

    def understood(typed: pa.StringArray, candidates: pa.StringArray) -> pa.StringArray:
        if sure is not None:
            typed = pc.if_else(matches(typed, pattern), joined(typed, numbers.OTHERWISE), typed)
        return pc.if_else(matches(candidates, pattern), candidates, typed)

    return parse


def _where(odd: pa.BooleanArray, text: pa.StringArray, rewrite: Rewrite) -> pa.StringArray:
    """The texts, rewritten where they are odd; most columns have no such cell, and cost nothing."""
    return pc.replace_with_mask(text, odd, rewrite(text.filter(odd))) if any_true(odd) else text


# --- text ---

_TEXT = r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f]*$"
_NAME = r"^[^\x00-\x1f\x7f-\x9f]*$"


def _text(cells: pa.StringArray) -> pa.StringArray:
    """A line ends with a line feed, whichever system wrote it."""
    text = trimmed(cells)
    return _where(pc.match_substring(text, "\r"), text, lambda odd: replaced(odd, ("\r\n?", "\n")))


def _name(cells: pa.StringArray) -> pa.StringArray:
    return trimmed(cells)


def _identifier(cells: pa.StringArray) -> pa.StringArray:
    """A text; the whole number that a program has written with a point (12345.0) without it. Shorter ones may well be
    versions (2.0), and one with leading zeros was never a number."""
    return _whole(trimmed(cells), r"^([1-9][0-9]{2,14})\.0$")


def _whole(text: pa.StringArray, pattern: str) -> pa.StringArray:
    if not may_hold(text, b".0"):
        return text
    return _where(matches(text, pattern), text, lambda odd: replaced(odd, (pattern, r"\1")))


def _lookup(cells: pa.StringArray) -> pa.StringArray:
    """As names are looked up: without regard to case."""
    return pc.utf8_lower(trimmed(cells))


def _sku(cells: pa.StringArray) -> pa.StringArray:
    return pc.utf8_upper(_identifier(cells))


def _barcode(cells: pa.StringArray) -> pa.StringArray:
    """Digits alone; spaces and hyphens between them are no part of it."""
    text = _identifier(cells)
    odd = pc.and_not(pc.is_valid(text), matches(text, _BARCODE))
    return _where(odd, text, lambda some: _if_of(replaced(some, ("[ -]", "")), some, _BARCODE))


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
_PHONE = r"^[-+(). /]*(?:[0-9][-(). /]*){7,20}(?:(?:[xX]|[eE][xX][tT]\.?) *[0-9]{1,8})?$"


def _unmarked(text: pa.StringArray) -> pa.StringArray:
    """In NFC, without marks around it; any other character that nobody sees becomes a plain space."""
    inside = f"[{WIDE_SPACES}{_INVISIBLE}{_MARKS}]"
    return replaced(pc.utf8_trim(_composed(text), characters=AROUND + _MARKS), (inside, " "))


def _lowered(text: pa.StringArray) -> pa.StringArray:
    """In lower case, where a dotted capital I keeps its dot: plain i would be somebody else's address."""
    return pc.utf8_lower(pc.replace_substring(_composed(text), "\u0130", "i\u0307"))


def _email(cells: pa.StringArray) -> pa.StringArray:
    """Trimmed and in lower case, also where it is no e-mail address: to tell first would cost more than the rest.

    An invisible character inside becomes a plain space, and one that is too long says so: the pattern refuses both, and
    a person sees why.
    """
    text = pc.ascii_lower(trimmed(cells, lambda odd: _unmarked(_lowered(odd))))
    too_long = pc.greater(pc.binary_length(text), _LONGEST_EMAIL)
    return _where(too_long, text, lambda odd: joined(odd, f" (longer than {_LONGEST_EMAIL} bytes)"))


def _phone(cells: pa.StringArray) -> pa.StringArray:
    """As typed; the digits that a program has written as a number with a point (5551234567.0) without it."""
    return _whole(trimmed(cells, _unmarked), r"^(\+?[0-9]{7,15})\.00?$")


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


# --- ids of Salesforce ---

_SALESFORCE_ID = "^[0-9A-Za-z]{15}[0-5A-Z]{3}$"
_SHORT_ID, _LONG_ID = "^[0-9A-Za-z]{15}$", "^[0-9A-Za-z]{18}$"
_CHECKS = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345", dtype=np.uint8)
"""The last three characters of an id say which of the fifteen before them are capitals, five by five."""
_WRONG_CHECK = " (its last three characters say otherwise)"


def _salesforce_id(cells: pa.StringArray) -> pa.StringArray:
    """In 18 characters, of which the last three fit the others: an id that was put into lower case is another's.

    Of 15 it gets the three that it lacks.
    """
    text = trimmed(cells)
    text = _where(matches(text, _SHORT_ID), text, _checked)
    long = matches(text, _LONG_ID)
    right = pc.fill_null(pc.equal(text, _checked(only(text, long))), False)
    odd = pc.and_not(long, right)
    return _where(odd, text, lambda wrong: joined(wrong, _WRONG_CHECK))


def _checked(ids: pa.StringArray) -> pa.StringArray:
    """Ids of 15 characters or more with the three that belong to the first fifteen; nulls stay."""
    known = pc.utf8_slice_codeunits(ids.drop_null(), 0, 15)
    letters = np.frombuffer(_bytes(known), dtype=np.uint8).reshape(-1, 3, 5)
    capitals = (letters >= ord("A")) & (letters <= ord("Z"))
    checks = _CHECKS[capitals @ np.array([1, 2, 4, 8, 16], dtype=np.uint8)]
    whole = np.concatenate([letters.reshape(-1, 15), checks], axis=1)
    offsets = np.arange(0, 18 * len(known) + 1, 18, dtype=np.int32)
    found = pa.StringArray.from_buffers(len(known), pa.py_buffer(offsets), pa.py_buffer(whole.tobytes()))
    return found if ids.null_count == 0 else pc.replace_with_mask(ids, pc.is_valid(ids), found)


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


_JSON = r"^(?:[\[{\"0-9-]|true$|false$)"
_NO_JSON = "not JSON: "
REPEATED_KEY = r'^one object has (?P<key>"(?:[^"\\]|\\.)*") more than once: '
"""How the text of a JSON cell begins in which a key stands twice in one object: one of its values would be lost."""
_LONGEST_KEY = 60
"""So many characters of such a key are told."""
_NOT_IN_POSTGRES = re.compile(r"(?<!\\)(?:\\\\)*\\u0000|[0-9][eE][-+]?[0-9]{4}")


def _json(cells: pa.StringArray) -> pa.StringArray:
    """The JSON text as typed, null where it is `null`; its letters are not composed, for those that it has escaped are
    not either, and it would be another text when it is written and read again.

    No regular expression can tell JSON from what only begins like it, and no vectorised function can either: every
    distinct cell is read once, and one that is no JSON gets a prefix that does not match.
    """
    text = pc.utf8_trim(cells, characters=AROUND)
    return by_distinct(text, lambda texts: pa.array(map(_json_or_not, texts.to_pylist()), pa.string()))


def _json_or_not(text: str) -> str | None:
    if not text:
        return None
    try:
        value = json.loads(text, parse_constant=_refuse, object_pairs_hook=_object)
        json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except _Repeated as repeated:
        return f"one object has {json.dumps(str(repeated)[:_LONGEST_KEY], ensure_ascii=False)} more than once: {text}"
    except (ValueError, RecursionError):
        return _NO_JSON + text
    if value is None:
        return None
    return _NO_JSON + text if _NOT_IN_POSTGRES.search(text) else text


class _Repeated(Exception):
    """A key stands twice in one object."""


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _Repeated(Counter(key for key, _ in pairs).most_common(1)[0][0])
    return found


def _refuse(constant: str) -> None:
    raise ValueError(constant)  # NaN and Infinity are Python's, not JSON's


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
        pattern=_SALESFORCE_ID,
        code="bad_salesforce_id",
        message="Not a Salesforce id: 15 letters and digits, or 18 of which the last three fit the others",
        parse=_salesforce_id,
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
        pattern=_JSON,
        code="bad_json",
        message="Not valid JSON",
        parse=_json,
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
        found = _where(odd, found, form.parse)
    return found
