"""When a schedule is due, in its time zone and when clocks change."""

from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

import pytest
from croniter import croniter

from workbench.database import due_times
from workbench.model.errors import WrongValue

CHICAGO = "America/Chicago"


def local(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(CHICAGO), fold=fold)


def times(cron: str, after: datetime, number: int = 3) -> list[str]:
    found = islice(due_times.after(cron, CHICAGO, after), number)
    return [f"{due.astimezone(ZoneInfo(CHICAGO)):%m-%d %H:%M %Z}" for due in found]


def test_a_night_is_due_at_the_same_hour_of_the_clock_in_summer_and_in_winter() -> None:
    assert times("0 5 * * *", local("2026-10-31T12:00"), 2) == ["11-01 05:00 CST", "11-02 05:00 CST"]
    assert times("0 5 * * *", local("2026-03-07T12:00"), 2) == ["03-08 05:00 CDT", "03-09 05:00 CDT"]


def test_a_time_that_a_day_does_not_have_is_due_at_the_first_moment_after_the_gap() -> None:
    assert times("30 2 * * *", local("2026-03-07T12:00")) == ["03-08 03:00 CDT", "03-09 02:30 CDT", "03-10 02:30 CDT"]
    assert due_times.latest("30 2 * * *", CHICAGO, local("2026-03-08T12:00")) == local("2026-03-08T03:00")


def test_a_time_that_a_day_has_twice_is_due_once() -> None:
    assert times("30 1 * * *", local("2026-10-31T12:00")) == ["11-01 01:30 CDT", "11-02 01:30 CST", "11-03 01:30 CST"]
    between = local("2026-11-01T01:10", fold=1)
    assert times("30 1 * * *", between, 1) == ["11-02 01:30 CST"]
    for moment in (between, local("2026-11-01T01:30", fold=1), local("2026-11-01T12:00")):
        assert due_times.latest("30 1 * * *", CHICAGO, moment) == local("2026-11-01T01:30").astimezone(UTC)


@pytest.mark.parametrize("hours", ["*", "*/1", "0-23", "0-23/1", "0-11,12-23"])
def test_what_is_due_in_every_hour_is_due_in_both_that_are_called_so(hours: str) -> None:
    found = times(f"30 {hours} * * *", local("2026-11-01T00:40"), 3)
    assert found == ["11-01 01:30 CDT", "11-01 01:30 CST", "11-01 02:30 CST"]


def test_the_last_time_is_the_moment_itself_where_it_is_due_then() -> None:
    assert due_times.latest("0 2 * * *", CHICAGO, local("2026-07-02T02:00")) == local("2026-07-02T02:00")
    assert due_times.latest("0 2 * * *", CHICAGO, local("2026-07-02T01:59")) == local("2026-07-01T02:00")


def test_times_are_counted_with_both_ends_and_not_without_end() -> None:
    first, last = local("2026-07-01T02:00"), local("2026-07-04T02:00")
    assert due_times.between("0 2 * * *", CHICAGO, first, last, most=1000) == 4
    assert due_times.between("* * * * *", CHICAGO, first, last, most=10) == 10


@pytest.mark.parametrize(
    ("zone", "change"),
    [
        (CHICAGO, datetime(2026, 3, 7, tzinfo=UTC)),
        (CHICAGO, datetime(2026, 10, 31, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2026, 10, 3, tzinfo=UTC)),  # half an hour
        ("Africa/Cairo", datetime(2026, 4, 23, tzinfo=UTC)),  # at midnight
    ],
)
@pytest.mark.parametrize("cron", ["30 2 * * *", "30 1 * * *", "15 * * * *", "0,30 1-3 * * *", "10 0 * * 5"])
def test_who_looks_at_the_clock_every_minute_finds_the_same_times(zone: str, change: datetime, cron: str) -> None:
    seen, end = watched(cron, zone, change), change + timedelta(days=3)
    assert list(takewhile(lambda due: due <= end, due_times.after(cron, zone, change))) == seen
    for hours in (20, 40, 60):
        moment = change + timedelta(hours=hours)
        before = [due for due in seen if due <= moment]
        assert before == [] or due_times.latest(cron, zone, moment) == before[-1]


def watched(cron: str, zone: str, change: datetime) -> list[datetime]:
    """The minutes of three days at which a clock there shows what is due, the first time that it does, and those
    at which it has passed over it."""
    every_hour, found = cron.split()[1] == "*", []
    for minute in range(1, 3 * 24 * 60 + 1):
        moment = change + timedelta(minutes=minute)
        now = moment.astimezone(ZoneInfo(zone))
        shown = now.replace(tzinfo=None, fold=0)
        before = (moment - timedelta(minutes=1)).astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)
        over = int((shown - before).total_seconds()) // 60 if not every_hour else 1
        passed = [before + timedelta(minutes=each) for each in range(1, over)]
        if (every_hour or not now.fold) and any(croniter.match(cron, face) for face in (*passed, shown)):
            found.append(moment)
    return found


@pytest.mark.parametrize("cron", ["", "2:00", "0 2 * *", "0 0 2 * * *", "61 2 * * *", "h 2 * * *", "R 2 * * *"])
def test_what_is_no_cron_expression_is_refused_with_how_it_is_written(cron: str) -> None:
    with pytest.raises(WrongValue, match="minute, hour, day of the month, month and day of the week"):
        due_times.checked(cron, "UTC")


def test_a_day_that_never_comes_is_refused() -> None:
    with pytest.raises(WrongValue, match="there is no such day"):
        due_times.checked("0 2 31 2 *", "UTC")


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "America", "../etc/passwd", "CEST"])
def test_what_is_no_time_zone_is_refused(zone: str) -> None:
    with pytest.raises(WrongValue, match="the time zone cannot be"):
        due_times.checked("0 2 * * *", zone)


def test_blanks_between_the_parts_are_kept_as_one() -> None:
    assert due_times.checked(" 0  2 * * 0 ", " Europe/Berlin ") == ("0 2 * * 0", "Europe/Berlin")
