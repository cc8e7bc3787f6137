"""Schedules in the database: what is imported by itself and how often, and what came of each time that it was due."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from heapq import merge
from itertools import takewhile
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import class_row
from psycopg.sql import SQL, Identifier, Placeholder
from psycopg.types.json import Jsonb

from workbench.database import due_times
from workbench.database.google_sheets import GoogleSheets
from workbench.database.store import Store, queue_url, translated_errors
from workbench.model.errors import (
    AlreadyRunning,
    ScheduleExists,
    UnknownSchedule,
    UnknownScheduledRun,
    UnknownStep,
    WrongValue,
)
from workbench.model.naming import misleading
from workbench.model.schedule import LATE, WAITS, Schedule, ScheduledRun, Work

SEED = (
    ("Daily import", "0 2 * * *", "daily"),
    ("Weekly import", "0 3 * * 0", "weekly"),
    ("Monthly full import", "0 4 1 * *", "full"),
)
"""Seed 001's calendar: every night at 2:00, on Sunday also what the weekly import has more, once a month everything."""

_MOST_MISSED = 1000
"""So many missed times are counted, and not more."""


class Schedules:
    """What the tenant has imported by itself: `Workbench.schedules`."""

    def __init__(self, store: Store, sheets: GoogleSheets, known: "Known") -> None:
        self._store = store
        self._sheets = sheets
        self._known = known

    def all(self) -> list[Schedule]:
        """The schedules, those that are due first, then those that are paused."""
        return [_schedule(row) for row in self._store.all(_ALL)]

    def get(self, which: UUID | str) -> Schedule:
        """A schedule by its id or its name; raises UnknownSchedule."""
        every = self.all()
        for one in every:
            if str(which) in (str(one.id), one.name):
                return one
        raise UnknownSchedule(schedule=which, known=", ".join(one.name for one in every) or "none")

    def add(self, name: str, cron: str, *, zone: str = "UTC", paused: bool = False, **what: Any) -> Schedule:
        """Has something imported by itself; `what` as for `work`: a sequence, steps, or a registered Google Sheet.

        `cron` says when, in a time zone (IANA). Raises WrongValue, UnknownStep, UnknownGoogleSheet, ScheduleExists.
        """
        work = self.work(**what)
        values = _said(name, cron, zone, work) | {"next_due": None if paused else _next(cron, zone)}
        values |= {"tenant_id": self._store.tenant_id, "created_by": self._store.user, "updated_by": self._store.user}
        columns, placeholders = (SQL(", ").join(map(each, values)) for each in (Identifier, Placeholder))
        statement = SQL("insert into workbench.schedule ({}) values ({}) returning id").format(columns, placeholders)
        try:
            with self._store.transaction() as connection:
                written: Any = connection.execute(statement, values).fetchone()
                self._store.note("added schedule", None, **_noted(name, cron, zone, work), paused=paused)
        except psycopg.errors.UniqueViolation:
            raise ScheduleExists(name=name.strip()) from None
        return self.get(written["id"])

    def add_seed(self, *, zone: str = "UTC") -> list[Schedule]:
        """Adds what of seed 001's calendar is not there yet, paused until it is resumed; raises WrongValue."""
        known = {one.name for one in self.all()}
        return [
            self.add(name, cron, zone=zone, sequence=sequence, everything=sequence == "full", paused=True)
            for name, cron, sequence in SEED
            if name not in known
        ]

    def work(
        self,
        sequence: str | None = None,
        steps: Sequence[str] = (),
        google_sheet: str | UUID | None = None,
        *,
        window: str | None = None,
        everything: bool = False,
        only_missing: bool = False,
    ) -> Work:
        """What is asked for, if there is such a thing: one of a sequence (or playbook), some steps, a registered Google
        Sheet.

        `everything` reads all records instead of those that were changed, `only_missing` those that an audit finds
        missing or stale; `window` is what a sheet's import is called instead of its own year.
        Raises WrongValue, UnknownStep, UnknownGoogleSheet.
        """
        asked = [each for each in (sequence, tuple(steps), google_sheet) if each]
        if len(asked) != 1:
            why = "it is a sequence, some steps or a Google Sheet, one of them."
            raise WrongValue(field="what runs", value=" and ".join(map(str, asked)) or "blank", why=why)
        if sequence and sequence not in (*self._known.sequences, *self._known.playbooks):
            raise UnknownStep(step=sequence, known=", ".join((*self._known.sequences, *self._known.playbooks)))
        for step in steps:
            if step not in self._known.steps:
                raise UnknownStep(step=step, known=", ".join(self._known.steps))
        sheet = self._sheets.get(google_sheet).id if google_sheet else None
        return Work(
            sequence=sequence or None,
            steps=tuple(steps),
            google_sheet=sheet,
            window=(window or "").strip() or None,
            everything=everything,
            only_missing=only_missing,
        )

    def steps_of(self, work: Work) -> tuple[str, ...]:
        """The names of the steps that it runs; none of a Google Sheet."""
        if work.sequence is None:
            return work.steps
        return tuple(self._known.sequences.get(work.sequence, (work.sequence,)))

    def pause(self, which: UUID | str) -> Schedule:
        """Lets it not be due any more, until it is resumed; what was due until now is done. Raises UnknownSchedule."""
        return self._change(self.get(which), "paused schedule", next_due=None)

    def resume(self, which: UUID | str) -> Schedule:
        """Switches it on, in one's own name: the next time from now on is the first, and none before it was missed.
        Raises UnknownSchedule."""
        found = self.get(which)
        return (
            self._change(found, "resumed schedule", next_due=_next(found.cron, found.zone)) if found.paused else found
        )

    def remove(self, which: UUID | str) -> None:
        """Has it imported by itself no more; what came of it stays to be read. Raises UnknownSchedule."""
        found = self.get(which)
        with self._store.transaction() as connection:
            connection.execute(_REMOVE, {"id": found.id, "user": self._store.user})
            self._store.note("removed schedule", None, name=found.name)

    def upcoming(self, until: datetime, *, since: datetime | None = None) -> list[tuple[datetime, Schedule]]:
        """Every time that something is due from now (or `since`) until a moment, in order, in UTC; not what is
        paused."""
        schedules = [one for one in self.all() if not one.paused]
        each = [
            [(due, place) for due in _until(until, due_times.after(one.cron, one.zone, since or datetime.now(UTC)))]
            for place, one in enumerate(schedules)
        ]
        return [(due, schedules[place]) for due, place in merge(*each)]

    def sheet_names(self) -> dict[UUID, str]:
        """What the registered Google Sheets are called."""
        return {one.id: one.name for one in self._sheets.all()}

    # -- what came of it ---------------------------------------------------------------------------------------------

    def runs(self, which: UUID | str | None = None, *, limit: int = 100) -> list[ScheduledRun]:
        """The last runs, of one schedule or of all and of what was asked for without one; the latest first."""
        schedule = self.get(which).id if which is not None else None
        return [_run(row) for row in self._store.all(_RUNS, {"schedule": schedule, "run": None, "limit": limit})]

    def run(self, which: UUID | str) -> ScheduledRun:
        """One run, by its id; raises UnknownScheduledRun."""
        try:
            found = self._store.one(_RUNS, {"schedule": None, "run": UUID(str(which)), "limit": 1})
        except ValueError:
            found = None
        if found is None:
            raise UnknownScheduledRun(run=which)
        return _run(found)

    def run_now(self, which: UUID | str) -> ScheduledRun:
        """Asks for a run of a schedule without waiting for its time, also of one that is paused; a worker does it.

        Raises UnknownSchedule, and AlreadyRunning while one of its runs waits or runs.
        """
        found = self.get(which)
        return self._ask(found.name, found.work, found.id)

    def ask(self, work: Work) -> ScheduledRun:
        """Asks for a run of something without a schedule; a worker does it. Raises AlreadyRunning while the same waits
        or runs."""
        return self._ask(work.told(self.sheet_names()), work, None)

    def take_up(self, which: UUID | str) -> ScheduledRun | None:
        """The run of a schedule that is due, asked for once however many workers find it so; None where it is not due
        any more.

        Times that nobody has taken up are told of the run, which catches up all of them.
        """
        found, now = self.get(which), datetime.now(UTC)
        if found.next_due is None or found.next_due > now:
            return None
        due = due_times.latest(found.cron, found.zone, now)
        due = max(due, found.next_due)
        passed = due_times.between(found.cron, found.zone, found.next_due, due, most=_MOST_MISSED)
        missed = passed if now - due > LATE else passed - 1
        following = _next(found.cron, found.zone, max(now, due))
        with self._store.transaction() as connection:
            values = {"id": found.id, "due": found.next_due, "next": following}
            if connection.execute(_TAKEN_UP, values).fetchone() is None:
                return None
            run = self._insert(
                connection,
                found.name,
                found.work,
                schedule_id=found.id,
                due=due,
                missed=missed,
                missed_since=found.next_due if missed else None,
            )
            if run is not None and missed:
                self._store.note("missed schedule", None, name=found.name, since=f"{found.next_due}", times=missed)
        return self.run(run) if run is not None else None

    def waiting(self) -> list[ScheduledRun]:
        """The runs that wait for a worker, the longest first."""
        return [one for one in reversed(self.runs(limit=1000)) if one.status == "waiting"]

    def begin(self, run: ScheduledRun) -> bool:
        """Says that a worker is at it; False where it has ended already."""
        with self._store.transaction() as connection:
            return connection.execute(_BEGUN, {"id": run.id}).fetchone() is not None

    def tell_step(self, run: ScheduledRun, result: Mapping[str, Any]) -> None:
        """Keeps what came of one of its steps, as soon as it is done."""
        with self._store.transaction() as connection:
            connection.execute(_STEP, {"id": run.id, "step": Jsonb([dict(result)])})

    def wait_again(self, run: ScheduledRun, why: str) -> None:
        """Leaves it to a later try, with the reason."""
        with self._store.transaction() as connection:
            connection.execute(_WAITS, {"id": run.id, "told": why})

    def end(self, run: ScheduledRun, status: str, told: str) -> ScheduledRun:
        """Says what came of it, which stays."""
        with self._store.transaction() as connection:
            if connection.execute(_END, {"id": run.id, "status": status, "told": told}).rowcount:
                self._store.note("ran schedule", None, name=run.name, status=status, told=told)
        return self.run(run.id)

    # -- inside ------------------------------------------------------------------------------------------------------

    def _change(self, found: Schedule, deed: str, next_due: datetime | None) -> Schedule:
        values = {"id": found.id, "next": next_due, "user": self._store.user}
        with self._store.transaction() as connection:
            connection.execute(_CHANGE, values)
            self._store.note(deed, None, name=found.name)
        return self.get(found.id)

    def _ask(self, name: str, work: Work, schedule: UUID | None) -> ScheduledRun:
        for one in self.runs(limit=1000):
            if not one.has_ended and (one.schedule == schedule if schedule else one.work == work):
                raise AlreadyRunning(what=name, since=f"{one.due:%Y-%m-%d %H:%M} UTC")
        with self._store.transaction() as connection:
            asked = {"schedule_id": schedule, "due": datetime.now(UTC), "asked_by": self._store.user}
            run = self._insert(connection, name, work, **asked)
            self._store.note("asked for a run", None, name=name)
        assert run is not None
        return self.run(run)

    def _insert(self, connection: psycopg.Connection[Any], name: str, work: Work, **values: Any) -> UUID | None:
        values |= {"tenant_id": self._store.tenant_id, "name": name, **_columns(work)}
        values["only_missing"] = work.only_missing
        columns, placeholders = (SQL(", ").join(map(each, values)) for each in (Identifier, Placeholder))
        statement = SQL("insert into workbench.schedule_run ({}) values ({}) on conflict (schedule_id, due) do nothing "
                        "returning id")  # fmt: skip
        written = connection.execute(statement.format(columns, placeholders), values).fetchone()
        return written["id"] if written else None


@dataclass(frozen=True, kw_only=True)
class Known:
    """What there is to be imported of Salesforce: steps, sequences of them, and single playbooks."""

    sequences: Mapping[str, Sequence[str]]
    steps: Sequence[str]
    playbooks: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Due:
    """Something that a worker has to see to: a schedule that is due, or a run that waits."""

    tenant: str
    person: str
    """In whose name."""
    schedule: UUID | None
    run: UUID | None


def due(url: str) -> list[Due]:
    """What there is to do by itself now, of every tenant; for a worker. Raises DatabaseUnavailable."""
    with translated_errors(), psycopg.connect(queue_url(url), row_factory=class_row(Due)) as connection:
        return connection.execute("select tenant, person, schedule, run from workbench.due_schedules()").fetchall()


_WORK = 's.sequence, s.steps, s.google_sheet, s."window", s.everything'

_ALL = f"""
select s.id, s.name, s.cron, s.zone, {_WORK}, s.next_due, s.created_by, s.created_at, s.updated_by, s.updated_at
from workbench.schedule s where s.removed_at is null order by s.next_due nulls last, s.created_at, s.name
"""

_RUNS = f"""
select s.id, s.schedule_id as schedule, s.name, {_WORK}, s.only_missing, s.due, s.missed, s.missed_since, s.asked_by,
       s.status, s.started_at, s.ended_at, s.told, s.done, array(
           select b.id from jsonb_array_elements(s.done) step, jsonb_array_elements_text(step -> 'batches') batch
           join workbench.import_batch b on b.id = batch::uuid
           where s.status = 'held' and b.stage in ('planned', 'held')) as waits, array(
           select distinct coalesce(b.summary ->> 'discarded_why', '')
           from jsonb_array_elements(s.done) step, jsonb_array_elements_text(step -> 'batches') batch
           join workbench.import_batch b on b.id = batch::uuid
           where s.status = 'held' and b.stage in ('discarded', 'failed') order by 1) as put_away
from workbench.schedule_run s
where (%(schedule)s::uuid is null or s.schedule_id = %(schedule)s) and (%(run)s::uuid is null or s.id = %(run)s)
order by s.due desc, s.id limit %(limit)s
"""

_REMOVE = """
update workbench.schedule set removed_at = now(), next_due = null, updated_by = %(user)s, updated_at = now()
where id = %(id)s
"""

_CHANGE = """
update workbench.schedule set next_due = %(next)s, updated_by = %(user)s, updated_at = now() where id = %(id)s
"""

_TAKEN_UP = """
update workbench.schedule set next_due = %(next)s where id = %(id)s and next_due = %(due)s and removed_at is null
returning id
"""
"""Whoever comes second finds another time there."""

_BEGUN = """
update workbench.schedule_run set status = 'running', started_at = coalesce(started_at, now()), told = ''
where id = %(id)s and ended_at is null returning id
"""

_STEP = "update workbench.schedule_run set done = done || %(step)s where id = %(id)s"
_WAITS = """
update workbench.schedule_run set status = 'waiting', told = %(told)s,
       started_at = case when done <> '[]' then started_at end
where id = %(id)s
"""
"""It has not begun, and does not last, until something of it is done."""
_END = """
update workbench.schedule_run
set status = %(status)s, told = %(told)s, started_at = coalesce(started_at, now()), ended_at = now() where id = %(id)s
"""


def _said(name: str, cron: str, zone: str, work: Work) -> dict[str, Any]:
    if not name.strip():
        raise WrongValue(field="the schedule's name", value="blank", why="a person has to know it again.")
    if why := misleading(name.strip()):
        raise WrongValue(field="the schedule's name", value=name.strip(), why=f"{why}.")
    cron, zone = due_times.checked(cron, zone)
    return {"name": name.strip(), "cron": cron, "zone": zone, **_columns(work)}


def _columns(work: Work) -> dict[str, Any]:
    said = ("sequence", "google_sheet", "window", "everything")
    return {**{name: getattr(work, name) for name in said}, "steps": list(work.steps)}


def _noted(name: str, cron: str, zone: str, work: Work) -> dict[str, Any]:
    said = {name: value for name, value in _columns(work).items() if value}
    return {"name": name.strip(), "cron": cron, "zone": zone} | {name: str(value) for name, value in said.items()}


def _until(until: datetime, times: Iterable[datetime]) -> Iterable[datetime]:
    return takewhile(lambda due: due <= until, times)


def _next(cron: str, zone: str, moment: datetime | None = None) -> datetime:
    return next(due_times.after(cron, zone, moment or datetime.now(UTC)))


def _work(row: dict[str, Any]) -> Work:
    return Work(
        sequence=row.pop("sequence"),
        steps=tuple(row.pop("steps")),
        google_sheet=row.pop("google_sheet"),
        window=row.pop("window"),
        everything=row.pop("everything"),
        only_missing=row.pop("only_missing", False),
    )


def _schedule(row: dict[str, Any]) -> Schedule:
    return Schedule(work=_work(row), paused=row["next_due"] is None, **row)


def _run(row: dict[str, Any]) -> ScheduledRun:
    steps, waits, put_away = tuple(row.pop("done")), tuple(row.pop("waits")), row.pop("put_away")
    batches = tuple(UUID(each) for step in steps for each in step["batches"])
    found = ScheduledRun(work=_work(row), steps=steps, batches=batches, waits=waits, **row)
    if found.status != "held" or waits:
        return found
    ended = {step["status"] for step in steps} - {"held", "done"}
    why = "; ".join(each.rstrip(".") for each in put_away if each)
    became = f"and was put away{f' ({why})' if why else ''}" if put_away else "who has let it go on"
    told = found.told.replace(WAITS, f"waited for a person, {became}")
    return replace(found, status="partial" if ended or put_away else "completed", told=told)
