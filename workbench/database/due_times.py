"""When a schedule is due: what its cron expression comes to in its time zone, clocks that are put forward or back
included.

A time that a day does not have (2:30 in the night in which clocks go from 2 to 3) is due at the first moment after the
gap. A time that a day has twice is due once, the first time; only what is due in every hour is due in both.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from zoneinfo import ZoneInfo

from croniter import CroniterBadDateError, CroniterError, croniter

from workbench.model.errors import WrongValue

_FIELDS = 5
"""Minute, hour, day of the month, month, day of the week: seconds are no schedule."""
_HOURS = 24
_BY_LOT = re.compile(r"\b[hr]\b", re.IGNORECASE)
"""What croniter draws by lot: another time whenever it is asked."""
_CHANGE = timedelta(hours=3)
"""No clock is put forward or back by more."""
_ZONE = "it is such as America/Chicago, or UTC."


def checked(cron: str, zone: str) -> tuple[str, str]:
    """The two as they are kept; raises WrongValue."""
    cron, zone = " ".join(cron.split()), zone.strip()
    why = "it is minute, hour, day of the month, month and day of the week, as in 0 2 * * * (every night at 2:00)."
    if len(cron.split()) != _FIELDS or _BY_LOT.search(cron) or not croniter.is_valid(cron):
        raise WrongValue(field="the cron expression", value=cron or "blank", why=why)
    try:
        next(after(cron, zone, datetime.now(UTC)))
    except CroniterBadDateError:
        raise WrongValue(field="the cron expression", value=cron, why="there is no such day.") from None
    except CroniterError:
        raise WrongValue(field="the cron expression", value=cron, why=why) from None
    except (KeyError, OSError, ValueError):  # no such zone, the name of a folder, a path
        raise WrongValue(field="the time zone", value=zone or "blank", why=_ZONE) from None
    return cron, zone


def after(cron: str, zone: str, moment: datetime) -> Iterator[datetime]:
    """The times after a moment, one after the other, in UTC."""
    # croniter is asked of clock faces alone: given zones, it goes back to the wrong day behind a change of clocks
    faces = croniter(cron, _face(zone, moment) - _CHANGE)
    found: list[datetime] = []
    last = moment
    while True:
        following = _moments(cron, zone, faces.get_next(datetime))
        while found and following and found[0] < following[0]:
            due = heappop(found)
            if due > last:
                yield due
                last = due
        for due in following:
            heappush(found, due)


def latest(cron: str, zone: str, moment: datetime) -> datetime:
    """The last time until a moment, itself included, in UTC."""
    face = _face(zone, moment)
    faces = croniter(cron, face + _CHANGE)
    found: datetime | None = None
    while True:
        before = faces.get_prev(datetime)
        if found is not None and before < face - _CHANGE:
            return found
        found = max((due for due in (*_moments(cron, zone, before), found) if due and due <= moment), default=None)


def between(cron: str, zone: str, first: datetime, last: datetime, *, most: int) -> int:
    """How many times there are from one to another, both included, and not more than that are counted."""
    found = 1
    for due in after(cron, zone, first):
        if due > last or found >= most:
            break
        found += 1
    return found


def _face(zone: str, moment: datetime) -> datetime:
    """What a clock there shows."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def _moments(cron: str, zone: str, face: datetime) -> list[datetime]:
    """When it is due that a clock shows so: as a rule one moment."""
    first, second = (face.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC) for fold in (0, 1))
    hours = croniter.expand(cron)[0][1]
    every_hour = hours == ["*"] or len(set(hours)) == _HOURS
    if first < second:  # the clock shows it twice
        return [first, second] if every_hour else [first]
    if first > second:  # never
        return [] if every_hour else [_changed(ZoneInfo(zone), second, first)]
    return [first]


def _changed(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The minute at which a clock was put forward that was so between the two."""
    offset = after.astimezone(zone).utcoffset()
    minutes = int((after - before).total_seconds()) // 60
    place = bisect_left(
        range(minutes),
        True,
        key=lambda minute: (before + timedelta(minutes=minute)).astimezone(zone).utcoffset() == offset,
    )
    return before + timedelta(minutes=place)
