"""Days and moments as people write them.

Which of two numbers is the day is nothing that a cell can say: it is the order of its whole column. What can be read
one way only needs no order: the year first with its four digits, the month by its English name, a day after the 12th.
"""

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.arrays import agreed, filled, joined, matches, only, replaced

_Read = Callable[[pa.StringArray], pa.StringArray]

ORDERS = {"ymd": "year first", "mdy": "month first", "dmy": "day first"}
"""The orders of the parts of a date, in words."""
CENTURY = 69
"""A year of two digits from this one on is of the 1900s, an earlier one of the 2000s, as POSIX has it."""

_YEAR = "[1-9][0-9]{3}"
_LEAP_YEAR = "(?:[1-9][0-9](?:0[48]|[2468][048]|[13579][26])|(?:[2468][048]|[13579][26])00)"
_DATE = (
    f"(?:{_YEAR}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
    f"|{_LEAP_YEAR}-02-29)"
)
_MOMENT = rf"{_DATE}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
DAY = f"^{_DATE}$"
"""What a day in canonical text looks like."""
TIMESTAMP = rf"^{_MOMENT}(?:\.[0-9]{{0,5}}[1-9])?Z$"
"""What a moment in canonical text looks like."""

TIME = "^(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$"
"""What the time of a day in canonical text looks like."""
_TIME_OF_DAY = r"^[0-9]{1,2}(?::[0-9]{2}(?::[0-9]{2})?)?(?: ?[AaPp]\.?[Mm]\.?)$|^[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?$"

_CLOCK = (
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))?)?"
    r"(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?"
    r"(?: ?(?:[Zz]|UTC|GMT|(?P<sign>[-+])(?P<ahead>0[0-9]|1[0-5])(?::?(?P<minutes_ahead>[0-5][0-9]))?))?"
)
_ISO = rf"^(?P<year>[0-9]{{4}})-(?P<month>[0-9]{{1,2}})-(?P<day>[0-9]{{1,2}})(?:(?:[Tt]|,? +){_CLOCK})?$"

_REST = "(?P<rest>(?:[Tt, ].*)?)"
_NUMERIC = (
    r"^(?P<first>[0-9]{1,4})(?P<sign>[-/.]) ?(?P<second>[0-9]{1,2})(?P<same>[-/.]) ?(?P<third>[0-9]{1,4})" + _REST + "$"
)
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_NAMES = {name: number for number, month in enumerate(_MONTHS, start=1) for name in (month, month[:3])} | {"sept": 9}
_NAME = r"(?P<name>[A-Za-z]{3,9})\.?"
_WEEKDAY = r"(?:(?i:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?i:day)?\.?,? +)?"
_OF_MONTH = "(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
_GAP = "(?: ?[-/.,]? ?)"
_NAMED = (
    rf"^{_WEEKDAY}{_OF_MONTH}{_GAP}{_NAME}{_GAP}(?P<year>[0-9]{{2}}|[0-9]{{4}}){_REST}$",
    rf"^{_WEEKDAY}{_NAME}{_GAP}{_OF_MONTH}(?:,? +|[-/.,] ?)(?P<year>[0-9]{{2}}|[0-9]{{4}}){_REST}$",
    rf"^(?P<year>[0-9]{{4}}){_GAP}{_NAME}{_GAP}{_OF_MONTH}{_REST}$",
)
PERHAPS = "^[0-9]{1,4}[-/.] ?[0-9]{1,2}[-/.]|(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
"""What a text has that may be a date: most texts are none, and are done with so."""
WHOLE_YEAR = "^[^:]*[0-9]{4}"
"""What stands, among texts that are dates, in one whose year has its four digits."""


def day(text: pa.StringArray, order: str | None = None) -> pa.StringArray:
    """The day as written, in canonical text: an hour or a zone beside it never moves it; null where it is none."""
    found = _day_of(text)
    return found if found.null_count == 0 else pc.coalesce(found, _otherwise(text, found, order, _day_of))


def are_impossible(text: pa.StringArray) -> pa.BooleanArray:
    """Which texts are written as days or moments are, and no calendar or clock has them, in whatever order their parts
    are read: the 31st of February, a thirteenth month, an hour 25."""
    unread = text.filter(pc.and_not(matches(text, PERHAPS), matches(text, DAY))).unique()
    for order in ORDERS:
        unread = unread.filter(pc.is_null(day(unread, order)))
    written = matches(unread, _ISO)
    for order in ORDERS:
        written = pc.or_(written, pc.is_valid(_as_iso(unread, order)))
    return pc.is_in(text, unread.filter(written))


def moment(text: pa.StringArray, order: str | None = None) -> pa.StringArray:
    """The moment in UTC, to the microsecond, in canonical text; null where it is none, or in no calendar."""
    found = _moment_of(text)
    return found if found.null_count == 0 else pc.coalesce(found, _otherwise(text, found, order, _moment_of))


def clock(text: pa.StringArray) -> pa.StringArray:
    """The time of a day in canonical text, of `8:30 AM`, `8 AM`, `14:30` and `14:30:00`; null where it is none."""
    said = only(text, matches(text, _TIME_OF_DAY))
    said = replaced(said, ("^([0-9]{1,2})( ?[AaPp].*)$", r"\1:00\2"))
    return pc.utf8_slice_codeunits(_moment_of(joined("2000-01-01 ", said)), 11, 19)


def academic_year(days: pa.StringArray) -> pa.StringArray:
    """The academic year of days or moments in canonical text, 2024-2025 from 1 July 2024 on; null where it is none."""
    date = only(pc.utf8_slice_codeunits(days, 0, 10), matches(days, f"^{_DATE}"))
    year = pc.cast(pc.utf8_slice_codeunits(date, 0, 4), pa.int32())
    first = pc.subtract(year, pc.if_else(pc.less(pc.utf8_slice_codeunits(date, 5, 7), "07"), 1, 0))
    return joined(pc.cast(first, pa.string()), "-", pc.cast(pc.add(first, 1), pa.string()))


def _otherwise(text: pa.StringArray, found: pa.StringArray, order: str | None, read: _Read) -> pa.StringArray:
    """What is found in the texts that are not in ISO's own form; without an order, what every order would find."""
    rest = only(text, pc.and_(pc.is_null(found), matches(text, PERHAPS)))
    if rest.null_count == len(rest):
        return rest
    if order is not None:
        return read(_as_iso(rest, order))
    rest = only(rest, matches(rest, WHOLE_YEAR))
    return agreed(*(read(_as_iso(rest, each)) for each in ORDERS))


# --- from what people write to ISO 8601 ---


def _as_iso(text: pa.StringArray, order: str) -> pa.StringArray:
    """Year, month and day with hyphens between them, and what stands behind them; null where it is no date."""
    found = _of_numbers(text, order)
    named = only(text, pc.and_(pc.is_null(found), matches(text, "[A-Za-z]{3}")))
    if named.null_count == len(named):
        return found
    return pc.coalesce(found, *(_of_name(named, pattern) for pattern in _NAMED))


def _of_numbers(text: pa.StringArray, order: str) -> pa.StringArray:
    found = pc.extract_regex(text, _NUMERIC)
    first, sign, second, same, third, rest = (only(part, found.is_valid()) for part in found.flatten())
    places = {"y": third, "m": second, "d": first} if order == "dmy" else {"y": third, "m": first, "d": second}
    year_first = pc.equal(pc.utf8_length(first), 4)
    if order == "ymd":
        year_first = pc.or_(year_first, pc.equal(pc.utf8_length(first), 2))
        places["y"] = only(third, year_first)
    year = _with_century(pc.if_else(year_first, first, places["y"]))
    month = pc.if_else(year_first, second, places["m"])
    of_month = pc.if_else(year_first, third, places["d"])
    return only(joined(year, "-", month, "-", of_month, rest), pc.equal(sign, same))


def _of_name(text: pa.StringArray, pattern: str) -> pa.StringArray:
    found = pc.extract_regex(text, pattern)
    part = {name: only(pc.struct_field(found, name), found.is_valid()) for name in ("year", "name", "day", "rest")}
    known = pc.index_in(pc.ascii_lower(part["name"]), pa.array(list(_NAMES)), skip_nulls=True)
    month = pa.array([str(number) for number in _NAMES.values()]).take(known)
    return joined(_with_century(part["year"]), "-", month, "-", part["day"], part["rest"])


def _with_century(year: pa.StringArray) -> pa.StringArray:
    """A year of two digits with those before them."""
    short = pc.equal(pc.utf8_length(year), 2)
    century = pc.if_else(pc.greater_equal(only(year, short), f"{CENTURY:02}"), "19", "20")
    return pc.if_else(short, joined(century, year), year)


# --- from ISO 8601 to canonical text ---


class _Written:
    """The text of a moment in ISO's form, part by part: "" for a part that is not there, null where it is none."""

    def __init__(self, text: pa.StringArray) -> None:
        self._found = pc.extract_regex(text, _ISO)

    def __getitem__(self, part: str) -> pa.StringArray:
        return only(pc.struct_field(self._found, part), self._found.is_valid())

    def number(self, part: str) -> pa.Int64Array:
        return pc.cast(filled(self[part], "0"), pa.int64())

    @property
    def local(self) -> pa.StringArray:
        """Date and clock as they are written; null where no calendar or clock has them."""
        date = joined(self["year"], "-", _two_digits(self["month"]), "-", _two_digits(self["day"]))
        hour, half = self.number("hour"), pc.ascii_lower(self["half"])
        of_twelve = pc.and_(pc.greater_equal(hour, 1), pc.less_equal(hour, 12))
        afternoon = pc.add(pc.if_else(pc.equal(hour, 12), 0, hour), pc.if_else(pc.equal(half, "p"), 12, 0))
        hour = pc.if_else(pc.equal(half, ""), hour, pc.if_else(of_twelve, afternoon, None))
        clock = (_two_digits(pc.cast(hour, pa.string())), filled(self["minute"], "00"), filled(self["second"], "00"))
        local = joined(date, "T", clock[0], ":", clock[1], ":", clock[2])
        return only(local, matches(local, f"^{_MOMENT}$"))


def _day_of(text: pa.StringArray) -> pa.StringArray:
    return pc.utf8_slice_codeunits(_Written(text).local, 0, 10)


def _moment_of(text: pa.StringArray) -> pa.StringArray:
    written = _Written(text)
    ahead = pc.add(pc.multiply(written.number("ahead"), 3600), pc.multiply(written.number("minutes_ahead"), 60))
    ahead = pc.cast(pc.if_else(pc.equal(written["sign"], "-"), pc.negate(ahead), ahead), pa.duration("s"))
    utc = pc.strftime(pc.subtract(pc.cast(written.local, pa.timestamp("s")), ahead), "%Y-%m-%dT%H:%M:%S")
    fraction = pc.utf8_rtrim(pc.utf8_slice_codeunits(written["fraction"], 0, 6), characters="0")
    moment = joined(utc, pc.if_else(pc.equal(fraction, ""), "", joined(".", fraction)), "Z")
    return only(moment, matches(moment, TIMESTAMP))


def _two_digits(text: pa.StringArray) -> pa.StringArray:
    return pc.utf8_lpad(text, 2, "0")
