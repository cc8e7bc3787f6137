"""When a schedule is due: what its cron expression comes to in its time zone, clocks that are put forward or back
included.

A time that a day does not have (2:30 in the night in which clocks go from 2 to 3) is due at the first moment after the
gap. A time that a day has twice is due once, the first time; only what is due in every hour is due in both.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from croniter import CroniterBadDateError, CroniterError, croniter

from workbench.model.errors import WrongValue

_FIELDS = 5
"""Minute, hour, day of the month, month, day of the week: seconds are no schedule."""
_BY_LOT = re.compile(r"\b[hr]\b", re.IGNORECASE)
"""What croniter draws by lot: another time whenever it is asked."""
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
    times = croniter(cron, moment.astimezone(ZoneInfo(zone)))
    while True:
        due = times.get_next(datetime)
        if _counts(cron, due):
            yield due.astimezone(UTC)


def latest(cron: str, zone: str, moment: datetime) -> datetime:
    """The last time until a moment, itself included, in UTC."""
    local = moment.astimezone(ZoneInfo(zone))
    if local.second == local.microsecond == 0 and croniter.match(cron, local) and _counts(cron, local):
        return moment.astimezone(UTC)
    times = croniter(cron, local)
    while True:
        due = times.get_prev(datetime)
        if _counts(cron, due):
            return due.astimezone(UTC)


def between(cron: str, zone: str, first: datetime, last: datetime, *, most: int) -> int:
    """How many times there are from one to another, both included, and not more than that are counted."""
    found = 1
    for due in after(cron, zone, first):
        if due > last or found >= most:
            break
        found += 1
    return found


def _counts(cron: str, due: datetime) -> bool:
    """Whether it is no second time of an hour that comes twice."""
    return not due.fold or cron.split()[1].startswith("*")
