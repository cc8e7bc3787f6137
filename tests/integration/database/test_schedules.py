"""Schedules: what is imported by itself, when it is due, and what came of it; nobody else sees or does it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from tests.imports import ask, speak_for, tamper
from workbench import Workbench
from workbench.database import schedules, store
from workbench.model.errors import (
    AlreadyRunning,
    ScheduleExists,
    UnknownGoogleSheet,
    UnknownSchedule,
    UnknownScheduledRun,
    UnknownStep,
    WrongValue,
)
from workbench.model.schedule import Schedule, Work

pytestmark = pytest.mark.both_servers

Opened = Callable[..., Workbench]
NIGHTLY = "0 2 * * *"


def due_at(url: str, schedule: Schedule, moment: datetime) -> None:
    """As if the schedule had been due at a moment, and nobody had looked since."""
    tamper(url, "update workbench.schedule set next_due = %s where id = %s", moment, schedule.id)


def last_night(now: datetime, nights: int = 1) -> datetime:
    """2:00 UTC of some nights ago, today's being the first."""
    today = now.replace(hour=2, minute=0, second=0, microsecond=0)
    return (today if today <= now else today - timedelta(days=1)) - timedelta(days=nights - 1)


# --- what is due ---


def test_a_schedule_is_added_paused_resumed_removed_and_the_log_says_by_whom(wb: Workbench, open_wb: Opened) -> None:
    added = wb.schedules.add("Nightly", " 0  2 * * *", zone="America/Chicago", sequence="daily")
    assert (added.cron, added.work, added.paused, added.created_by) == (NIGHTLY, Work(sequence="daily"), False, "ana")
    assert added.next_due is not None and added.next_due > datetime.now(UTC)
    lea = open_wb(user="lea")
    paused = lea.schedules.pause("Nightly")
    assert (paused.paused, paused.next_due, paused.updated_by) == (True, None, "lea")
    assert lea.schedules.resume(added.id).next_due == added.next_due
    wb.schedules.remove("Nightly")
    assert wb.schedules.all() == []
    log = wb._store.all("select actor, action from workbench.audit_log order by number")
    assert [(each["actor"], each["action"]) for each in log] == [
        ("ana", "added schedule"),
        ("lea", "paused schedule"),
        ("lea", "resumed schedule"),
        ("ana", "removed schedule"),
    ]
    assert wb.schedules.add("Nightly", NIGHTLY, sequence="weekly").work.sequence == "weekly"


def test_what_cannot_be_is_refused_with_what_there_is(wb: Workbench) -> None:
    add = wb.schedules.add
    for refusal, said in (
        (WrongValue, {"sequence": "daily", "cron": "at two"}),
        (WrongValue, {"sequence": "daily", "zone": "Mars/Olympus"}),
        (WrongValue, {"sequence": "daily", "name": "  "}),
        (WrongValue, {"sequence": "daily", "steps": ["events"]}),
        (WrongValue, {}),
        (UnknownStep, {"sequence": "hourly"}),
        (UnknownStep, {"steps": ["events", "nobody"]}),
        (UnknownGoogleSheet, {"google_sheet": "none such"}),
    ):
        given: dict[str, Any] = {"name": "Nightly", "cron": NIGHTLY, **said}
        with pytest.raises(refusal):
            add(given.pop("name"), given.pop("cron"), **given)
    add("Nightly", NIGHTLY, sequence="daily")
    with pytest.raises(ScheduleExists):
        add("Nightly", NIGHTLY, sequence="weekly")
    with pytest.raises(UnknownSchedule, match="Nightly"):
        wb.schedules.get("Weekly")
    for nobody in ("x", "00000000-0000-0000-0000-000000000000"):
        with pytest.raises(UnknownScheduledRun):
            wb.schedules.run(nobody)


def test_the_seeds_calendar_is_added_once_and_does_nothing_until_it_is_switched_on(wb: Workbench) -> None:
    added = wb.schedules.add_seed(zone="America/Chicago")
    assert [(one.name, one.cron, one.work.sequence, one.work.everything, one.paused) for one in added] == [
        ("Daily import", "0 2 * * *", "daily", False, True),
        ("Weekly import", "0 3 * * 0", "weekly", False, True),
        ("Monthly full import", "0 4 1 * *", "full", True, True),
    ]
    assert wb.schedules.add_seed() == []
    assert wb.schedules.upcoming(datetime.now(UTC) + timedelta(days=40)) == []
    wb.schedules.resume("Daily import")
    assert len(wb.schedules.upcoming(datetime.now(UTC) + timedelta(days=3))) == 3


def test_the_calendar_has_every_time_of_all_schedules_in_order(wb: Workbench) -> None:
    wb.schedules.add("Nightly", NIGHTLY, sequence="daily")
    wb.schedules.add("Noon", "0 12 * * *", steps=["volunteers"])
    since = datetime(2026, 7, 1, tzinfo=UTC)
    found = wb.schedules.upcoming(since + timedelta(days=2), since=since)
    assert [(f"{due:%d %H}", one.name) for due, one in found] == [
        ("01 02", "Nightly"),
        ("01 12", "Noon"),
        ("02 02", "Nightly"),
        ("02 12", "Noon"),
    ]


# --- each time once ---


def test_a_time_that_is_due_is_taken_up_once_however_many_find_it_so(wb: Workbench, open_wb: Opened, url: str) -> None:
    added = wb.schedules.add("Often", "* * * * *", sequence="daily")
    assert wb.schedules.take_up(added.id) is None
    due = datetime.now(UTC).replace(second=0, microsecond=0)
    due_at(url, added, due)
    found = [one.schedules.take_up(added.id) for one in (wb, open_wb(user="lea"), open_wb())]
    assert [run.due for run in found if run is not None] == [due]
    assert [run.missed for run in wb.schedules.runs()] == [0]
    following = wb.schedules.get("Often").next_due
    assert following is not None and following > due


def test_nights_that_nobody_took_up_are_told_and_caught_up_by_one_run(wb: Workbench, url: str) -> None:
    added = wb.schedules.add("Nightly", NIGHTLY, sequence="daily")
    now = datetime.now(UTC)
    first, last = last_night(now, nights=3), last_night(now)
    due_at(url, added, first)
    run = wb.schedules.take_up(added.id)
    assert run is not None
    on_time = now - last <= timedelta(minutes=10)
    assert (run.due, run.missed, run.missed_since) == (last, 2 if on_time else 3, first)
    assert wb.schedules.take_up(added.id) is None
    assert len(wb.schedules.runs()) == 1
    following = wb.schedules.get("Nightly").next_due
    assert following is not None and following == last + timedelta(days=1)


def test_what_was_due_while_it_was_paused_is_not_missed(wb: Workbench, url: str) -> None:
    added = wb.schedules.add("Nightly", NIGHTLY, sequence="daily", paused=True)
    assert wb.schedules.take_up(added.id) is None
    wb.schedules.resume(added.id)
    assert wb.schedules.take_up(added.id) is None
    assert wb.schedules.runs() == []


def test_a_run_is_asked_for_by_hand_and_not_twice_while_it_waits(wb: Workbench) -> None:
    wb.schedules.add("Nightly", NIGHTLY, sequence="daily", paused=True)
    run = wb.schedules.run_now("Nightly")
    assert (run.status, run.asked_by, run.work.sequence) == ("waiting", "ana", "daily")
    with pytest.raises(AlreadyRunning, match="Nightly was asked for already"):
        wb.schedules.run_now("Nightly")
    alone = wb.schedules.ask(wb.schedules.work(steps=["volunteers"]))
    assert (alone.schedule, alone.name) == (None, "Salesforce: volunteers")
    with pytest.raises(AlreadyRunning):
        wb.schedules.ask(wb.schedules.work(steps=["volunteers"]))
    assert [one.id for one in wb.schedules.waiting()] == [run.id, alone.id]
    wb.schedules.begin(run)
    wb.schedules.end(run, "completed", "Done.")
    assert wb.schedules.run_now("Nightly").id != run.id


def test_what_came_of_a_run_is_kept_and_stays(wb: Workbench) -> None:
    run = wb.schedules.ask(wb.schedules.work(steps=["volunteers", "history"]))
    assert wb.schedules.begin(run)
    wb.schedules.tell_step(run, {"step": "volunteers", "status": "done", "batches": [str(run.id)]})
    wb.schedules.tell_step(run, {"step": "history", "status": "failed", "batches": []})
    ended = wb.schedules.end(run, "partial", "1 step of 2 done; history failed.")
    assert (ended.status, ended.batches, ended.seconds is not None) == ("partial", (run.id,), True)
    assert [step["status"] for step in ended.steps] == ["done", "failed"]
    assert not wb.schedules.begin(run)
    assert wb.schedules.end(run, "completed", "Otherwise.") == ended
    wb.schedules.tell_step(run, {"step": "more", "status": "done", "batches": []})
    assert wb.schedules.run(run.id) == ended


# --- whose it is ---


def test_another_tenant_sees_nothing_and_changes_nothing(wb: Workbench, open_wb: Opened) -> None:
    added = wb.schedules.add("Nightly", NIGHTLY, sequence="daily")
    run = wb.schedules.run_now("Nightly")
    acme = open_wb(tenant="acme", user="zoe")
    assert (acme.schedules.all(), acme.schedules.runs()) == ([], [])
    for act in (acme.schedules.pause, acme.schedules.resume, acme.schedules.remove, acme.schedules.run_now):
        with pytest.raises(UnknownSchedule):
            act(added.id)
    with pytest.raises(UnknownScheduledRun):
        acme.schedules.run(run.id)
    assert acme.schedules.add("Nightly", NIGHTLY, sequence="daily").id != added.id
    assert wb.schedules.all() == [added]


@pytest.mark.parametrize(
    "statement",
    [
        "update workbench.schedule set next_due = null",
        "update workbench.schedule set next_due = null, updated_by = 'eve'",
        "update workbench.schedule set created_by = 'eve'",
        "delete from workbench.schedule",
        "delete from workbench.schedule_run",
        "update workbench.schedule_run set due = now() - interval '1 year'",
        "insert into workbench.schedule_run (tenant_id, name, steps, asked_by) "
        "select tenant_id, 'x', '{events}', 'ana' from workbench.schedule",
        "insert into workbench.schedule_run (tenant_id, name, steps) "
        "select tenant_id, 'x', '{events}' from workbench.schedule",
    ],
)
def test_nobody_does_in_the_name_of_another_or_undoes_what_was(wb: Workbench, url: str, statement: str) -> None:
    wb.schedules.add("Nightly", NIGHTLY, sequence="daily")
    wb.schedules.run_now("Nightly")
    with psycopg.connect(store.program_url(url)) as connection:
        speak_for(connection, url, person="lea", whole=True)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)


ADDED = (
    "insert into workbench.schedule (tenant_id, name, cron, zone, sequence, next_due, created_by, updated_by) "
    "values (workbench.current_tenant(), 'Mine', %s, %s, 'daily', %s, 'ana', 'ana')"
)
MADE_UP = (
    "insert into workbench.schedule_run (tenant_id, schedule_id, name, sequence, due) "
    "select tenant_id, id, {name}, {sequence}, {due} from workbench.schedule"
)


@pytest.mark.parametrize(
    "statement",
    [
        MADE_UP.format(name="name", sequence="sequence", due="now()"),
        MADE_UP.format(name="name", sequence="sequence", due="now() - interval '1 day'"),
        MADE_UP.format(name="name", sequence="sequence", due="now() + interval '1 day'"),
        "update workbench.schedule set next_due = now() - interval '1 day', updated_by = 'ana'",
        "update workbench.schedule set cron = 'garbage', updated_by = 'ana'",
        "update workbench.schedule set removed_at = now(), updated_by = 'ana'",
        "update workbench.schedule_run set done = '[]'",
        'update workbench.schedule_run set done = \'[{"step": "volunteers", "status": "done"}]\'',
        "insert into workbench.schedule_run (tenant_id, schedule_id, name, sequence, asked_by) "
        "select tenant_id, id, name, 'full', 'ana' from workbench.schedule",
    ],
)
def test_no_time_and_no_run_of_a_schedule_is_made_up(wb: Workbench, url: str, statement: str) -> None:
    wb.schedules.add("Nightly", NIGHTLY, sequence="daily")
    run = wb.schedules.run_now("Nightly")
    wb.schedules.begin(run)
    wb.schedules.tell_step(run, {"step": "volunteers", "status": "failed", "batches": []})
    with psycopg.connect(store.program_url(url)) as connection:
        speak_for(connection, url, whole=True)
        with pytest.raises(psycopg.Error) as refused:
            connection.execute(statement)
    assert refused.value.sqlstate == "WB001"


@pytest.mark.parametrize(
    ("cron", "zone", "is_one"),
    [
        ("garbage", "UTC", False),
        ("* * * *", "UTC", False),
        ("0 2 * * * *", "UTC", False),
        ("61 2 * * *", "UTC", False),
        ("0 24 * * *", "UTC", False),
        ("0 2 0 * *", "UTC", False),
        ("0 2 * 13 *", "UTC", False),
        ("0 2 * * 8", "UTC", False),
        ("a b c d e", "UTC", False),
        ("0 2 * * *", "Mars/Olympus", False),
        ("*/15 0-6,22 1,15 jan-MAR mon-fri", "America/Chicago", True),
        ("30 6 L * *", "Europe/Berlin", True),
        ("30 6 * * 5#2", "UTC", True),
        ("0 0 * * sun", "Australia/Lord_Howe", True),
    ],
)
def test_the_database_keeps_only_what_can_become_due(
    wb: Workbench, url: str, cron: str, zone: str, is_one: bool
) -> None:
    with psycopg.connect(store.program_url(url)) as connection:
        speak_for(connection, url, whole=True)
        try:
            connection.execute(ADDED, (cron, zone, datetime.now(UTC) + timedelta(days=1)))
            kept = True
        except psycopg.Error as refused:
            assert refused.sqlstate == "WB001"
            kept = False
        connection.rollback()
    assert kept is is_one


def test_what_is_due_is_told_to_workers_alone(wb: Workbench, url: str) -> None:
    added = wb.schedules.add("Nightly", NIGHTLY, sequence="daily")
    assert schedules.due(url) == []
    due_at(url, added, datetime.now(UTC) - timedelta(minutes=1))
    (found,) = schedules.due(url)
    assert (found.tenant, found.person, found.schedule) == ("default", "ana", added.id)
    assert wb._store.all("select * from workbench.due_schedules()") == []
    wb.schedules.pause("Nightly")
    assert schedules.due(url) == []


def test_two_workers_at_the_same_moment_make_one_run(wb: Workbench, open_wb: Opened, url: str) -> None:
    from threading import Barrier, Thread

    added = wb.schedules.add("Nightly", NIGHTLY, sequence="daily")
    due_at(url, added, last_night(datetime.now(UTC)))
    ready, found = Barrier(4), []

    def worker(one: Workbench) -> None:
        ready.wait()
        found.append(one.schedules.take_up(added.id))

    threads = [Thread(target=worker, args=(open_wb(),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([run for run in found if run is not None]) == 1
    assert ask(url, "select count(*) from workbench.schedule_run") == [(1,)]
