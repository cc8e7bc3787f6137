"""Due runs are done by workers: once however many there are, to the end, and told; whatever becomes of a worker."""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.google import Google, Spreadsheet
from tests.imports import ask, outcome, records, speak_for, tamper
from tests.organization import Schools
from tests.salesforce import Salesforce
from workbench import Workbench, settings
from workbench.database import store, turns
from workbench.doors import jobs
from workbench.doors.jobs import Worker
from workbench.model.recipe import Expected, Recipe, Step
from workbench.model.schedule import ScheduledRun
from workbench.model.template import Mapping

Opened = Callable[..., Workbench]

KCK = "Kansas City Kansas Public Schools"
ROSTER = [
    ["Teacher Email", "Teacher Name", "School", "Grade"],
    ["ada@kck.example", "Ada Park", "Argentine Middle", "7"],
    ["ben@kck.example", "Ben Ruiz", "Wyandotte High", "HS"],
]
NIGHTLY = "0 2 * * *"


@pytest.fixture(autouse=True)  # the settings are read when a Workbench is opened
def google(monkeypatch: pytest.MonkeyPatch) -> Iterator[Google]:
    with Google() as running:
        monkeypatch.setenv("WORKBENCH_GOOGLE_ADDRESS", running.address)
        monkeypatch.setenv("WORKBENCH_GOOGLE_SERVICE_ACCOUNT", running.account())
        yield running


@pytest.fixture
def roster(google: Google, wb: Workbench) -> Spreadsheet:
    """A roster of two teachers that is imported every night."""
    made = google.add("KCK Teachers", {"Sheet1": [list(row) for row in ROSTER]})
    said = {"name": "KCK Teachers", "purpose": "teacher_progress_tracking", "year": "2025-2026", "district": KCK}
    wb.google_sheets.add(**said, spreadsheet=made.id)
    wb.schedules.add("Rosters", NIGHTLY, google_sheet="KCK Teachers")
    return made


@pytest.fixture
def hired(url: str, home: Path) -> Callable[[], Worker]:
    """A worker on this test's database, quicker than those of people: it looks for what is due every second."""
    return lambda: Worker(settings.load(home=home, database_url=url), heartbeat=0.2, every="* * * * * *")


def until(happened: Callable[[], Any], seconds: float = 120) -> Any:
    """What happened, at last."""
    deadline = time.monotonic() + seconds
    while not (found := happened()):
        assert time.monotonic() < deadline, "it does not happen"
        time.sleep(0.05)
    return found


def ended(wb: Workbench) -> list[ScheduledRun]:
    """All runs, once there are some and all of them have ended."""

    def found() -> list[ScheduledRun]:
        runs = wb.schedules.runs()
        return runs if runs and all(run.has_ended for run in runs) else []

    return list(until(found))


@contextmanager
def somebody(url: str, statement: str) -> Iterator[None]:
    """Another user of the database, in a transaction that ends with the block."""
    with psycopg.connect(url) as connection:
        connection.execute(statement)
        yield


NO_TEACHERS = "lock table polaris.teacher_progress in share mode"
"""Whoever holds this lets nobody commit."""


def waiting_for_locks(url: str) -> bool:
    question = (
        "select count(*) > 0 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    )
    return bool(ask(url, question)[0][0])


@pytest.mark.both_servers
def test_two_workers_at_once_do_one_run_of_a_schedule_that_is_due(
    wb: Workbench, roster: Spreadsheet, hired: Callable[[], Worker], url: str
) -> None:
    due = datetime.now(UTC).replace(hour=2, minute=0, second=0, microsecond=0)
    due = due if due <= datetime.now(UTC) else due - timedelta(days=1)
    tamper(url, "update workbench.schedule set next_due = %s", due)
    with ExitStack() as workers:
        for _ in range(2):
            workers.enter_context(hired())
        (run,) = ended(wb)
        time.sleep(2.5)  # both look again
    assert wb.schedules.runs() == [run]
    assert (run.status, run.told, run.due) == ("completed", "Done.", due)
    (batch,) = wb.batches.all()
    assert run.batches == (batch.id,)
    assert (outcome(batch), batch.window, batch.source, batch.initiated_by) == (
        (2, 0, 0, 0, 0),
        "2025-2026",
        "schedule",
        "ana",
    )
    following = wb.schedules.get("Rosters").next_due
    assert following == due + timedelta(days=1)


def test_nights_without_a_worker_are_told_and_caught_up_once(
    wb: Workbench, roster: Spreadsheet, hired: Callable[[], Worker], url: str
) -> None:
    now = datetime.now(UTC)
    first = now.replace(hour=2, minute=0, second=0, microsecond=0) - timedelta(days=3)
    tamper(url, "update workbench.schedule set next_due = %s", first)
    with hired():
        (run,) = ended(wb)
        time.sleep(1.5)
    assert wb.schedules.runs() == [run]
    assert run.missed in (2, 3, 4) and run.missed_since == first
    assert run.outcome == "completed, caught up"
    assert len(wb.batches.all()) == 1


def test_a_schedule_that_cannot_be_taken_up_keeps_no_other_waiting(
    wb: Workbench, open_wb: Opened, roster: Spreadsheet, hired: Callable[[], Worker], url: str
) -> None:
    open_wb(tenant="acme", user="zoe").schedules.add("Broken", NIGHTLY, sequence="daily")
    due = datetime.now(UTC) - timedelta(minutes=1)
    tamper(url, "update workbench.schedule set next_due = %s", due)
    tamper(url, "update workbench.schedule set zone = 'Atlantis/Main' where name = 'Broken'")
    with hired():
        (run,) = ended(wb)
    assert run.status == "completed"


def test_what_is_paused_is_not_done(wb: Workbench, roster: Spreadsheet, hired: Callable[[], Worker], url: str) -> None:
    wb.schedules.pause("Rosters")
    with hired():
        time.sleep(2.5)
    assert wb.schedules.runs() == []


def test_a_run_that_is_asked_for_is_done_in_the_name_of_who_asked(
    wb: Workbench, open_wb: Opened, roster: Spreadsheet, hired: Callable[[], Worker]
) -> None:
    lea = open_wb(user="lea")
    run = lea.schedules.run_now("Rosters")
    jobs.defer_run(lea, run)
    jobs.defer_run(lea, run)
    with hired():
        (run,) = ended(wb)
    assert (run.status, run.asked_by) == ("completed", "lea")
    assert [batch.initiated_by for batch in wb.batches.all()] == ["lea"]


def test_a_run_that_python_asked_for_is_taken_up_at_the_next_look(
    wb: Workbench, roster: Spreadsheet, hired: Callable[[], Worker]
) -> None:
    wb.schedules.run_now("Rosters")
    with hired():
        (run,) = ended(wb)
    assert run.status == "completed"


def test_change_limits_hold_a_run_with_the_field_named_until_a_person_says_go(
    wb: Workbench, roster: Spreadsheet, hired: Callable[[], Worker]
) -> None:
    more = [[f"t{number}@kck.example", f"T Number{number}", "Argentine Middle", "7"] for number in range(30)]
    roster.tabs["Sheet1"] += more
    wb.schedules.run_now("Rosters")
    with hired():
        ended(wb)
        del roster.tabs["Sheet1"][3:]
        wb.schedules.run_now("Rosters")
        run, _ = ended(wb)
    assert run.status == "held"
    assert run.told.startswith("It waits for a person. ") and "30" in run.told
    assert run.waits == run.batches
    wb.commit(run.waits[0], accept=["all"])
    again = wb.schedules.run(run.id)
    assert (again.status, again.waits) == ("completed", ())
    assert again.told.startswith("It waited for a person, who has let it go on. ")


def test_a_held_run_whose_plan_is_put_away_is_not_completed(
    wb: Workbench, roster: Spreadsheet, hired: Callable[[], Worker]
) -> None:
    roster.tabs["Sheet1"].append(["nobody", "No Body", "Argentine Middle", "7"])
    wb.schedules.run_now("Rosters")
    with hired():
        (run,) = ended(wb)
    assert (run.status, run.told) == ("held", "It waits for a person. 1 row invalid.")
    wb.discard(run.waits[0], "Nobody wants it.")
    after = wb.schedules.run(run.id)
    assert after.status == "partial"
    assert after.told == "It waited for a person, and was put away (Nobody wants it). 1 row invalid."


def test_a_sheet_that_cannot_be_read_fails_its_run_with_the_sentence(
    wb: Workbench, roster: Spreadsheet, hired: Callable[[], Worker]
) -> None:
    roster.shared = False
    wb.schedules.run_now("Rosters")
    with hired():
        (run,) = ended(wb)
    assert run.status == "failed"
    assert "Error reading Google Sheet KCK Teachers" in run.told
    assert wb.batches.all() == []


@pytest.fixture
def people(google: Google, wb: Workbench) -> Spreadsheet:
    """Students under headers that say nothing, imported every night as a template and its recipe say."""
    made = google.add("People", {"Sheet1": [["A", "B", "C"], ["ada(at)kck.example", "Ada Park", "yes"]]})
    marked = Step(operation="replace", columns=("A",), options={"find": "(at)", "by": "@"})
    meant = Mapping(columns={"A": "email", "B": "full_name"}, left_out=("C",), recipe=Recipe(steps=(marked,)))
    wb.templates.save("Night list", "elevate.students", meant)
    said = {"name": "People", "purpose": "other", "dataset": "elevate.students", "template": "Night list"}
    wb.google_sheets.add(**said, spreadsheet=made.id)
    wb.schedules.add("People at night", NIGHTLY, google_sheet="People")
    return made


def test_the_template_of_a_sheet_maps_and_cleans_it_whenever_it_is_due(
    wb: Workbench, people: Spreadsheet, hired: Callable[[], Worker]
) -> None:
    wb.schedules.run_now("People at night")
    with hired():
        (run,) = ended(wb)
    assert run.status == "completed", run.told
    batch = wb.batches.get(run.batches[0])
    assert (outcome(batch), batch.mapping["columns"]) == ((1, 0, 0, 0, 0), {"A": "email", "B": "full_name"})
    assert str(batch.template_id) == wb.templates.get("elevate.students", "Night list").id
    assert [row["raw"]["A"] for row in wb.rows.each(batch)] == ["ada@kck.example"]


def test_a_sheet_whose_template_is_gone_fails_its_run_with_the_sentence(
    wb: Workbench, people: Spreadsheet, hired: Callable[[], Worker]
) -> None:
    wb.templates.retire(wb.templates.get("elevate.students", "Night list").id)
    wb.schedules.run_now("People at night")
    with hired():
        (run,) = ended(wb)
    assert run.status == "failed"
    assert "template" in run.told
    assert wb.batches.all() == []


def test_a_sheet_that_is_configured_no_more_fails_its_run_with_the_sentence(
    wb: Workbench, roster: Spreadsheet, hired: Callable[[], Worker]
) -> None:
    wb.google_sheets.remove("KCK Teachers")
    wb.schedules.run_now("Rosters")
    with hired():
        (run,) = ended(wb)
    assert (run.status, "No Google Sheet configured is called" in run.told) == ("failed", True)


def test_the_runs_of_a_tenant_are_done_one_after_the_other_and_of_another_beside_them(
    wb: Workbench, open_wb: Opened, roster: Spreadsheet, google: Google, hired: Callable[[], Worker], url: str
) -> None:
    wb.schedules.add("Rosters again", NIGHTLY, google_sheet="KCK Teachers")
    acme = open_wb(tenant="acme", user="zoe")
    with hired():
        with somebody(url, NO_TEACHERS):
            wb.schedules.run_now("Rosters")
            until(lambda: waiting_for_locks(url))
            wb.schedules.run_now("Rosters again")
            acme.schedules.ask(acme.schedules.work(steps=["volunteers"]))
            (other,) = ended(acme)  # nothing is configured there
            assert {run.status for run in wb.schedules.runs()} == {"running", "waiting"}
        assert {run.status for run in ended(wb)} == {"completed"}
    assert other.status == "failed"


def test_a_run_is_taken_up_again_when_its_worker_is_killed_and_nothing_is_doubled(
    wb: Workbench,
    roster: Spreadsheet,
    program: Callable[[], subprocess.Popen[str]],
    hired: Callable[[], Worker],
    url: str,
) -> None:
    with somebody(url, NO_TEACHERS):
        jobs.defer_run(wb, wb.schedules.run_now("Rosters"))
        worker = program()
        until(lambda: waiting_for_locks(url))
        worker.kill()
        assert worker.wait() == -signal.SIGKILL
    assert [run.status for run in wb.schedules.runs()] == ["running"]
    with hired():
        (run,) = ended(wb)
    assert (run.status, len(run.batches)) == ("completed", 1)
    assert records(url, "polaris.teacher_progress", "email") == [("ada@kck.example",), ("ben@kck.example",)]
    assert {(batch.stage, outcome(batch)) for batch in wb.batches.all()} == {
        ("completed", (2, 0, 0, 0, 0)),
        ("discarded", (2, 0, 0, 0, 0)),
    }


def test_a_run_that_kills_every_worker_is_given_up_with_a_sentence(
    wb: Workbench, roster: Spreadsheet, hired: Callable[[], Worker], url: str
) -> None:
    jobs.defer_run(wb, wb.schedules.run_now("Rosters"))
    taken = f"update procrastinate.procrastinate_jobs set status = 'doing', attempts = {jobs.TRIES}"
    tamper(url, f"set search_path = procrastinate; {taken}")
    with hired():
        (run,) = ended(wb)
    assert (run.status, run.told.startswith("Its worker died again and again")) == ("failed", True)


# --- sequences of Salesforce ---


@pytest.fixture
def schools(salesforce: Salesforce) -> Schools:
    """An organization at Salesforce that is reached by who opens a Workbench from here on."""
    return Schools(salesforce, volunteers=20)


def test_a_night_in_which_many_e_mail_addresses_are_blank_is_held_with_the_field_named_until_a_person_says_go(
    schools: Schools, wb: Workbench, hired: Callable[[], Worker]
) -> None:
    wb.schedules.add("Nightly", NIGHTLY, steps=["organizations", "volunteers"])
    wb.schedules.run_now("Nightly")
    with hired():
        (first,) = ended(wb)
        assert (first.status, first.told) == ("completed", "All 2 steps are done.")
        schools.later(days=1)
        for person in schools.of("Contact", Contact_Type__c="Volunteer")[:8]:
            schools.change(person, Email=None)
        wb.schedules.run_now("Nightly")
        run, _ = ended(wb)
    assert (run.status, run.told) == ("held", "1 of 2 steps done; volunteers: waits for a person.")
    (note,) = [note for step in run.steps for note in step["notes"] if step["status"] == "held"]
    assert "email" in note and "8" in note
    wb.commit(run.waits[0], accept=["all"], skip_errors=True)
    assert wb.schedules.run(run.id).status == "completed"


@pytest.mark.both_servers
def test_a_night_in_which_a_step_of_the_recipe_no_longer_does_what_it_did_is_held_with_the_step_named(
    schools: Schools, wb: Workbench, hired: Callable[[], Worker]
) -> None:
    people = schools.of("Contact", Contact_Type__c="Volunteer")
    met = Expected(rows=len(people), changed=len(people), of=len(people))
    replaces = {"find": "Moss ", "by": "Moss-"}
    hyphens = Step(operation="replace", columns=("LastName",), options=replaces, expected=met)
    wb.templates.save("salesforce", "salesforce.volunteers", Mapping(recipe=Recipe(steps=(hyphens,))))
    wb.schedules.add("Nightly", NIGHTLY, steps=["organizations", "volunteers"])
    wb.schedules.run_now("Nightly")
    with hired():
        (first,) = ended(wb)
        assert (first.status, first.told) == ("completed", "All 2 steps are done.")
        _, batch = (wb.batches.get(each) for each in first.batches)
        rows = list(wb.rows.each(batch))
        assert all(row["raw"]["LastName"].startswith("Moss-") and row["cleaned"] for row in rows)
        schools.later(days=1)
        for person in people[:8]:
            schools.change(person, LastName=person["LastName"].replace("Moss ", "Fern "))
        wb.schedules.run_now("Nightly")
        run, _ = ended(wb)
    assert (run.status, run.told) == ("held", "1 of 2 steps done; volunteers: waits for a person.")
    (note,) = [note for step in run.steps for note in step["notes"] if step["status"] == "held"]
    assert (
        f"Step 1, “In LastName, replace 'Moss ' by 'Moss-'”, changed 0 of 8 rows, and {met.changed} of {met.of} rows"
    ) in note
    assert wb.commit(run.waits[0], accept=["step_changed_fewer"], skip_errors=True).stage == "completed"
    assert wb.schedules.run(run.id).status == "completed"


def test_what_a_recipe_that_was_changed_does_is_done_to_all_records_the_next_night(
    schools: Schools, wb: Workbench, hired: Callable[[], Worker]
) -> None:
    def clean_by(*operations: str) -> None:
        recipe = Recipe(steps=tuple(Step(operation=each, columns=("LastName",)) for each in operations))
        wb.templates.save("salesforce", "salesforce.volunteers", Mapping(recipe=recipe))

    def night() -> int:
        wb.schedules.run_now("Nightly")
        (run, *_) = ended(wb)
        assert run.status == "completed"
        read = [wb.batches.get(each) for each in run.batches]
        return sum(each.processed or 0 for each in read if each.dataset == "salesforce.volunteers")

    wb.schedules.add("Nightly", NIGHTLY, steps=["organizations", "volunteers"])
    clean_by("trim")
    with hired():
        whole = night()
        schools.later(days=1)
        assert night() < whole
        clean_by("trim", "collapse")
        schools.later(days=1)
        assert night() == whole
        schools.later(days=1)
        assert night() < whole


def test_a_run_whose_worker_died_goes_on_with_the_steps_that_were_not_done(
    schools: Schools, wb: Workbench, hired: Callable[[], Worker]
) -> None:
    run = wb.schedules.ask(wb.schedules.work(steps=["organizations", "schools"]))
    wb.schedules.begin(run)
    wb.schedules.tell_step(run, {"step": "organizations", "status": "done", "figures": {}, "notes": [], "batches": []})
    wb.schedules.wait_again(run, "")
    with hired():
        (found,) = ended(wb)
    assert (found.status, [step["step"] for step in found.steps]) == ("completed", ["organizations", "schools"])
    assert {batch.dataset for batch in wb.batches.all()} == {"salesforce.schools"}


def test_what_a_worker_had_written_of_a_step_before_it_died_is_told_with_what_the_next_one_does(
    schools: Schools, wb: Workbench, hired: Callable[[], Worker]
) -> None:
    run = wb.schedules.ask(wb.schedules.work(steps=["organizations"]))
    wb.schedules.begin(run)
    wb.sequences.run(only=["organizations"], source="schedule", scheduled_run=run.id)
    wb.schedules.wait_again(run, "")
    with hired():
        (found,) = ended(wb)
    (step,) = found.steps
    assert step["figures"]["salesforce.organizations"]["Created"] == 1
    assert found.batches == tuple(batch.id for batch in wb.batches.all())


def test_a_run_waits_for_a_sequence_that_somebody_runs_by_hand(
    schools: Schools, wb: Workbench, open_wb: Opened, hired: Callable[[], Worker]
) -> None:
    other = open_wb(user="lea")
    with hired():
        with turns.alone(other._store, "daily"):
            run = wb.schedules.ask(wb.schedules.work(steps=["organizations"]))
            told = until(lambda: wb.schedules.run(run.id).told)
            assert "lea was running daily" in told and told.endswith("It is tried again every minute.")
            waiting = wb.schedules.run(run.id)
            assert (waiting.status, waiting.started_at) == ("waiting", None)
        assert [run.status for run in ended(wb)] == ["completed"]


def test_who_is_not_let_in_is_told_of_the_run_in_the_playbooks_words(
    schools: Schools, monkeypatch: pytest.MonkeyPatch, open_wb: Opened, hired: Callable[[], Worker]
) -> None:
    monkeypatch.setenv("SF_PASSWORD", "wr0ng-secret")
    wb = open_wb()
    wb.schedules.ask(wb.schedules.work("daily"))
    with hired():
        (run,) = ended(wb)
    assert (run.status, run.told.startswith("Salesforce Authentication Failed")) == ("failed", True)
    assert "wr0ng-secret" not in run.told
    assert schools.salesforce.answers("/services/Soap") == 1


@pytest.mark.both_servers
@pytest.mark.parametrize("forged", [{"run": "gen_random_uuid()::text"}, {"person": "'eve'"}, {}], ids=str)
def test_a_run_is_left_to_the_queue_in_the_own_name_alone(
    wb: Workbench, roster: Spreadsheet, url: str, forged: dict[str, str]
) -> None:
    run = wb.schedules.run_now("Rosters")
    said = {"run": f"'{run.id}'", "person": "'ana'", **forged}
    with psycopg.connect(store.program_url(url)) as connection:
        speak_for(connection, url)
        connection.execute("set local search_path = procrastinate")
        job = (
            "insert into procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args) values ('imports', "
            "'scheduled', 'default:schedules', {run}, jsonb_build_object('tenant', 'default', 'user', {person}, "
            "'run', {run}))"
        ).format(**said)
        if forged:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(job)
        else:
            assert connection.execute(job).rowcount == 1
        connection.rollback()
