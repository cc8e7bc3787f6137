"""Jobs do what the Workbench does, once, in turn and to the end, whatever becomes of the worker or the database."""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.imports import ask, outcome, records, speak_for, tamper
from workbench import Workbench, settings
from workbench.database import at_work, store, upgrading
from workbench.doors import jobs
from workbench.doors.jobs import Worker
from workbench.model.batch import Batch, Run
from workbench.model.errors import AlreadyWaiting
from workbench.model.sheet import Sheet

TWO = "email,full_name\nada@example.com,Ada Park\nben@example.com,Ben Ruiz\n"
THREE = "email,full_name\nada@example.com,Ada Parker\nben@example.com,Ben Ruiz\ncal@example.com,Cal Ode\n"
STUDENTS = "elevate.students"

Sheets = Callable[..., Sheet]
Opened = Callable[..., Workbench]


@pytest.fixture
def hired(url: str, home: Path) -> Callable[[], Worker]:
    """A worker on this test's database, quicker than those of people."""
    return lambda: Worker(settings.load(home=home, database_url=url), heartbeat=0.2)


@pytest.fixture
def begun(wb: Workbench, sheet: Sheets) -> Batch:
    """A batch of three students that was begun, and that nobody works on."""
    return wb.begin(sheet(THREE, "students.csv"), STUDENTS, source="page")


@contextmanager
def somebody(url: str, statement: str) -> Iterator[None]:
    """Another user of the database, in a transaction that ends with the block."""
    with psycopg.connect(url) as connection:
        connection.execute(statement)
        yield


def until(happened: Callable[[], Any], seconds: float = 120) -> Any:
    """What happened, at last."""
    deadline = time.monotonic() + seconds
    while not (found := happened()):
        assert time.monotonic() < deadline, "it does not happen"
        time.sleep(0.02)
    return found


def done(wb: Workbench, batch: Batch) -> Batch:
    """The batch when nothing waits for it any more."""
    until(lambda: jobs.state(wb, batch) is None)
    return wb.batches.get(batch)


def waiting_for_locks(url: str) -> bool:
    question = (
        "select count(*) > 0 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    )
    return bool(ask(url, question)[0][0])


NO_ROWS = "lock table workbench.import_row in share mode"
"""Whoever holds this lets nobody stage."""
NO_RECORDS = "lock table elevate.profiles in share mode"
"""Whoever holds this lets nobody commit."""


# --- what they do ---


def test_a_file_is_filled_and_planned_in_one_wait(
    wb: Workbench, begun: Batch, hired: Callable[[], Worker], url: str
) -> None:
    jobs.defer(wb, "fill", begun)
    assert (jobs.state(wb, begun), wb.batches.get(begun).stage) == ("waiting", "queued")
    with hired():
        planned = done(wb, begun)
    assert (planned.stage, outcome(planned)) == ("planned", (3, 0, 0, 0, 0))
    assert records(url, "elevate.profiles", "email") == []


@pytest.mark.both_servers
def test_a_batch_is_planned_again_committed_and_undone_by_jobs(
    wb: Workbench, sheet: Sheets, hired: Callable[[], Worker], url: str
) -> None:
    wb.import_sheet(sheet(TWO, "two.csv"), STUDENTS)
    staged = wb.stage(sheet(THREE, "three.csv"), STUDENTS)
    with hired():
        jobs.defer(wb, "plan", staged)
        assert outcome(done(wb, staged)) == (1, 1, 1, 0, 0)
        jobs.defer(wb, "commit", staged)
        assert done(wb, staged).stage == "completed"
        assert len(records(url, "elevate.profiles", "email")) == 3
        jobs.defer(wb, "undo", staged)
        done(wb, staged)
    assert (wb.batches.all()[0].undo_of, wb.batches.all()[0].stage) == (staged.id, "completed")
    assert len(records(url, "elevate.profiles", "email")) == 2


def test_a_job_is_done_in_the_name_of_who_asked_for_it_and_for_the_tenant_it_was_asked_in(
    open_wb: Opened, sheet: Sheets, hired: Callable[[], Worker], url: str
) -> None:
    acme = open_wb(tenant="acme", user="zoe")
    batch = acme.begin(sheet(TWO), STUDENTS, source="page")
    jobs.defer(acme, "fill", batch)
    with hired():
        done(acme, batch)
        jobs.defer(acme, "commit", batch)
        assert done(acme, batch).stage == "completed"
    actors = "select distinct actor, t.slug from workbench.audit_log join workbench.tenant t on t.id = tenant_id"
    assert ask(url, actors) == [("zoe", "acme")]


def test_invalid_rows_hold_the_batch_unless_the_good_ones_may_go_on(
    wb: Workbench, sheet: Sheets, hired: Callable[[], Worker]
) -> None:
    batch = wb.begin(sheet(TWO + "not an address,Cal Ode\n"), STUDENTS, source="page")
    jobs.defer(wb, "fill", batch)
    with hired():
        done(wb, batch)
        jobs.defer(wb, "commit", batch)
        assert done(wb, batch).stage == "held"
        jobs.defer(wb, "commit", batch, skip_errors=True)
        assert outcome(done(wb, batch)) == (2, 0, 0, 0, 1)
    assert wb.batches.get(batch).stage == "completed"


def test_a_plan_that_waits_for_a_person_is_held_until_one_lets_it_go_on(
    wb: Workbench, sheet: Sheets, hired: Callable[[], Worker]
) -> None:
    batch = wb.begin(sheet(TWO), STUDENTS, source="page", limits={"created": "1"})
    jobs.defer(wb, "fill", batch)
    with hired():
        done(wb, batch)
        jobs.defer(wb, "commit", batch)
        assert done(wb, batch).stage == "held"
        jobs.defer(wb, "commit", batch, accept=["created"])
        assert outcome(done(wb, batch)) == (2, 0, 0, 0, 0)
    assert [each["code"] for each in wb.batches.get(batch).summary["accepted"]] == ["created"]


def test_the_queue_holds_ids_and_names_and_forgets_what_was_done(
    wb: Workbench, begun: Batch, hired: Callable[[], Worker], url: str
) -> None:
    jobs.defer(wb, "fill", begun)
    known = {"batch": str(begun.id), "tenant": "default", "user": "ana", "options": {}}
    assert ask(url, "select args, lock from procrastinate.procrastinate_jobs") == [(known, f"default:{STUDENTS}")]
    with hired():
        done(wb, begun)
    others = "select count(*) from procrastinate.procrastinate_jobs where task_name <> 'tick'"  # looks for what is due
    assert ask(url, others) == [(0,)]


# --- once, and in turn ---


@pytest.mark.both_servers
def test_what_waits_is_not_asked_for_twice(wb: Workbench, begun: Batch) -> None:
    assert jobs.defer(wb, "fill", begun) == jobs.defer(wb, "fill", begun)
    with pytest.raises(AlreadyWaiting, match="fill"):
        jobs.defer(wb, "commit", begun)


def test_a_batch_that_is_past_the_step_is_left_as_it_is(
    wb: Workbench, sheet: Sheets, hired: Callable[[], Worker], url: str
) -> None:
    completed = wb.import_sheet(sheet(THREE), STUDENTS)
    log = "select count(*) from workbench.audit_log"
    before = ask(url, log)
    with hired():
        steps: tuple[jobs.Step, ...] = ("fill", "plan", "commit")
        for step in steps:
            jobs.defer(wb, step, completed)
            assert done(wb, completed) == completed
    assert ask(url, log) == before


def test_a_second_undo_takes_nothing_back_twice(
    wb: Workbench, sheet: Sheets, hired: Callable[[], Worker], url: str
) -> None:
    completed = wb.import_sheet(sheet(THREE), STUDENTS)
    with hired():
        for _ in range(2):
            jobs.defer(wb, "undo", completed)
            done(wb, completed)
    assert [batch.stage for batch in wb.batches.all() if batch.undo_of] == ["completed"]


@pytest.mark.both_servers
def test_one_job_at_a_time_works_for_a_tenant_on_a_dataset_and_others_do_not_wait(
    open_wb: Opened, sheet: Sheets, hired: Callable[[], Worker], url: str
) -> None:
    ana, ben, zoe = open_wb(), open_wb(user="ben"), open_wb(tenant="acme")
    first = ana.plan(ana.stage(sheet(THREE, "1.csv"), STUDENTS)).batch
    second = ben.begin(sheet(TWO, "2.csv"), STUDENTS, source="page")
    third = zoe.begin(sheet(TWO, "3.csv"), STUDENTS, source="page")
    with hired():
        with somebody(url, NO_RECORDS):
            jobs.defer(ana, "commit", first)
            until(lambda: waiting_for_locks(url))
            jobs.defer(ben, "fill", second)
            jobs.defer(zoe, "fill", third)
            assert done(zoe, third).stage == "planned"
            assert (jobs.state(ana, first), jobs.state(ben, second)) == ("running", "waiting")
        assert done(ana, first).stage == "completed"
        assert outcome(done(ben, second)) == (0, 1, 1, 0, 0)


def test_another_tenants_batch_has_no_state_to_see_and_nothing_to_cancel(
    open_wb: Opened, begun: Batch, wb: Workbench
) -> None:
    from workbench.model.errors import UnknownBatch

    jobs.defer(wb, "fill", begun)
    other = open_wb(tenant="acme")
    for asked in (jobs.state, jobs.cancel):
        with pytest.raises(UnknownBatch):
            asked(other, begun)
    with pytest.raises(UnknownBatch):
        jobs.defer(other, "fill", begun)
    assert jobs.state(wb, begun) == "waiting"


# --- cancelled ---


@pytest.mark.both_servers
def test_what_waits_is_withdrawn(open_wb: Opened, wb: Workbench, begun: Batch, hired: Callable[[], Worker]) -> None:
    jobs.defer(wb, "fill", begun)
    assert jobs.cancel(open_wb(user="ben"), begun)
    assert jobs.state(wb, begun) is None
    assert (wb.batches.get(begun).stage, wb.batches.get(begun).summary["error"]) == (
        "failed",
        "Cancelled by ben; none of its rows were kept.",
    )
    assert not jobs.cancel(wb, begun)


@pytest.mark.parametrize("step", ["fill", "plan", "commit"])
def test_a_step_that_waits_for_a_batch_which_is_discarded_meanwhile_does_nothing(
    wb: Workbench, sheet: Sheets, hired: Callable[[], Worker], url: str, step: jobs.Step
) -> None:
    batch = wb.begin(sheet(THREE, "students.csv"), STUDENTS, source="page")
    batch = batch if step == "fill" else wb.fill(batch)
    batch = wb.plan(batch).batch if step == "commit" else batch
    jobs.defer(wb, step, batch)
    wb.discard(batch)
    with hired():
        assert done(wb, batch).stage == "discarded"
    assert [event["action"] for event in wb.batches.story(batch)][-1] == "discarded"
    assert records(url, "elevate.profiles", "email") == []


def test_a_planned_batch_keeps_its_plan_when_its_commit_is_withdrawn(
    wb: Workbench, sheet: Sheets, hired: Callable[[], Worker]
) -> None:
    planned = wb.plan(wb.stage(sheet(THREE), STUDENTS)).batch
    jobs.defer(wb, "commit", planned)
    assert jobs.cancel(wb, planned)
    assert wb.batches.get(planned) == planned
    with hired():
        jobs.defer(wb, "commit", planned)
        assert done(wb, planned).stage == "completed"


def test_a_commit_in_other_words_than_the_one_that_waits_is_refused(wb: Workbench, sheet: Sheets) -> None:
    planned = wb.plan(wb.stage(sheet(THREE), STUDENTS)).batch
    waiting = jobs.defer(wb, "commit", planned, plan=planned.plan)
    assert jobs.defer(wb, "commit", planned, plan=planned.plan) == waiting
    with pytest.raises(AlreadyWaiting, match=r"already waits for another step \(commit\)"):
        jobs.defer(wb, "commit", planned, plan=planned.plan, skip_errors=True)


MANY = "email,full_name,\n" + "a@b.example,Ada,\n" + "".join(f"a{n}@b.example,Ada\n" for n in range(260_000))
"""Enough for six pieces, of which four can wait to be written; a column without a name has them read in smaller."""


def test_a_running_fill_stops_at_its_next_rows_and_keeps_none(
    open_wb: Opened, wb: Workbench, sheet: Sheets, hired: Callable[[], Worker], url: str
) -> None:
    batch = wb.begin(sheet(MANY), STUDENTS, source="page")
    with hired():
        with somebody(url, NO_ROWS):
            jobs.defer(wb, "fill", batch)
            until(lambda: waiting_for_locks(url))
            assert jobs.state(wb, batch) == "running"
            assert jobs.cancel(open_wb(user="ben"), batch)
        assert done(wb, batch).stage == "failed"
    assert wb.batches.get(batch).summary["error"] == "Cancelled by ben; none of its rows were kept."
    assert ask(url, "select count(*) from workbench.import_row") == [(0,)]


def test_a_running_commit_is_not_cancelled(wb: Workbench, sheet: Sheets, hired: Callable[[], Worker], url: str) -> None:
    planned = wb.plan(wb.stage(sheet(THREE), STUDENTS)).batch
    with hired():
        with somebody(url, NO_RECORDS):
            jobs.defer(wb, "commit", planned)
            until(lambda: waiting_for_locks(url))
            assert not jobs.cancel(wb, planned)
        assert done(wb, planned).stage == "completed"


# --- what goes wrong ---


def test_a_refused_fill_fails_its_batch_with_a_sentence(
    wb: Workbench, begun: Batch, hired: Callable[[], Worker], home: Path
) -> None:
    assert begun.file_key is not None
    (home / "files" / begun.file_key).unlink()
    jobs.defer(wb, "fill", begun)
    with hired():
        failed = done(wb, begun)
    assert failed.stage == "failed"
    assert failed.summary["error"].startswith("students.csv cannot be read: ")
    assert "Traceback" not in str(failed.summary)


def test_a_refused_commit_leaves_its_sentence_in_the_batch_until_it_goes_on(
    wb: Workbench, sheet: Sheets, hired: Callable[[], Worker]
) -> None:
    wb.import_sheet(sheet(TWO, "two.csv"), STUDENTS)
    stale = wb.plan(wb.stage(sheet(THREE, "three.csv"), STUDENTS)).batch
    wb.import_sheet(sheet(TWO.replace("Ada Park", "Ada Pike"), "other.csv"), STUDENTS)
    with hired():
        jobs.defer(wb, "commit", stale)
        refused = done(wb, stale)
        assert (refused.stage, "Plan it again" in refused.summary["error"]) == ("planned", True)
        jobs.defer(wb, "plan", stale)
        assert done(wb, stale).summary["error"] is None
        jobs.defer(wb, "commit", stale)
        assert done(wb, stale).stage == "completed"


def cut(url: str) -> bool:
    """Ends the connection that waits for a lock."""
    cut = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() "
    return bool(ask(url, cut + "and wait_event_type = 'Lock'"))


def test_a_job_whose_connection_is_cut_is_done_again(
    wb: Workbench, sheet: Sheets, hired: Callable[[], Worker], url: str
) -> None:
    batch = wb.plan(wb.stage(sheet(THREE), STUDENTS)).batch
    with hired():
        with somebody(url, NO_RECORDS):
            jobs.defer(wb, "commit", batch)
            until(lambda: cut(url))
        assert outcome(done(wb, batch)) == (3, 0, 0, 0, 0)
    assert wb.batches.get(batch).stage == "completed"


def test_a_job_that_is_cut_off_again_and_again_ends_with_a_sentence(
    wb: Workbench, sheet: Sheets, hired: Callable[[], Worker], url: str
) -> None:
    batch = wb.plan(wb.stage(sheet(THREE), STUDENTS)).batch
    with hired(), somebody(url, NO_RECORDS):
        jobs.defer(wb, "commit", batch)
        for _ in range(1 + jobs.TRIES):
            until(lambda: cut(url))
        refused = done(wb, batch)
    assert refused.stage == "planned"
    assert refused.summary["error"].startswith("The database cannot be reached: ")


@pytest.mark.both_servers
def test_a_fill_whose_connection_is_cut_is_done_again_and_keeps_every_row_once(
    wb: Workbench, begun: Batch, hired: Callable[[], Worker], url: str
) -> None:
    with hired():
        with somebody(url, NO_ROWS):
            jobs.defer(wb, "fill", begun)
            until(lambda: cut(url))
        assert outcome(done(wb, begun)) == (3, 0, 0, 0, 0)


def test_a_worker_outlives_the_loss_of_all_its_connections(
    wb: Workbench, begun: Batch, hired: Callable[[], Worker], url: str
) -> None:
    with hired() as worker:
        until(lambda: worker.alive)
        ask(
            url,
            "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() "
            "and datname = current_database() and query ilike '%%procrastinate%%'",
        )
        jobs.defer(wb, "fill", begun)
        assert done(wb, begun).stage == "planned"
        until(lambda: worker.alive)  # it may have begun again, which takes a second


def test_a_worker_ends_at_whatever_moment_of_its_beginning_it_is_told_to(hired: Callable[[], Worker]) -> None:
    for moment in range(40):
        with hired() as worker:
            time.sleep(moment / 200)
        assert not worker.alive


# --- a worker dies ---


def killed(running: subprocess.Popen[str]) -> None:
    running.kill()
    assert running.wait() == -signal.SIGKILL


def test_a_fill_is_taken_up_again_when_its_worker_is_killed(
    wb: Workbench, begun: Batch, program: Callable[[], subprocess.Popen[str]], url: str
) -> None:
    with somebody(url, NO_ROWS):
        jobs.defer(wb, "fill", begun)
        worker = program()
        until(lambda: waiting_for_locks(url))
        killed(worker)
    assert (wb.batches.get(begun).stage, jobs.state(wb, begun)) == ("staging", "running")
    program()
    assert outcome(done(wb, begun)) == (3, 0, 0, 0, 0)
    assert ask(url, "select line from workbench.import_row order by 1") == [(2,), (3,), (4,)]


def test_a_commit_is_taken_up_again_when_its_worker_is_killed(
    wb: Workbench,
    sheet: Sheets,
    program: Callable[[], subprocess.Popen[str]],
    hired: Callable[[], Worker],
    url: str,
) -> None:
    planned = wb.plan(wb.stage(sheet(THREE), STUDENTS)).batch
    with somebody(url, NO_RECORDS):
        jobs.defer(wb, "commit", planned)
        worker = program()
        until(lambda: waiting_for_locks(url))
        killed(worker)
    with hired():
        assert done(wb, planned).stage == "completed"
    assert len(records(url, "elevate.profiles", "email")) == 3


def dead(url: str, *, attempts: int = 0, cancelled: bool = False) -> None:
    """As if a worker had taken up every job that waits, and died."""
    taken = f"update procrastinate.procrastinate_jobs set status = 'doing', attempts = {attempts}"
    tamper(url, f"set search_path = procrastinate; {taken}")
    if cancelled:
        tamper(url, "set search_path = procrastinate; update procrastinate_jobs set abort_requested = true")


def test_a_job_that_kills_every_worker_is_given_up(
    wb: Workbench, begun: Batch, hired: Callable[[], Worker], url: str
) -> None:
    jobs.defer(wb, "fill", begun)
    dead(url, attempts=jobs.TRIES)
    with hired():
        assert done(wb, begun).summary["error"].startswith("Its worker died again and again")
    assert wb.batches.get(begun).stage == "failed"


@pytest.mark.both_servers
def test_a_fill_that_is_cancelled_after_its_worker_died_is_cancelled(
    wb: Workbench, begun: Batch, hired: Callable[[], Worker], url: str
) -> None:
    jobs.defer(wb, "fill", begun)
    dead(url)
    assert jobs.cancel(wb, begun)
    with hired():
        assert done(wb, begun).summary["error"].startswith("Cancelled by ana")
    assert wb.batches.get(begun).stage == "failed"


def test_what_was_asked_for_since_takes_the_place_of_a_dead_workers_job(
    wb: Workbench, sheet: Sheets, hired: Callable[[], Worker], url: str
) -> None:
    batch = wb.plan(wb.stage(sheet(THREE), STUDENTS)).batch
    jobs.defer(wb, "plan", batch)
    dead(url)
    jobs.defer(wb, "commit", batch)
    with hired():
        assert done(wb, batch).stage == "completed"


@pytest.mark.both_servers
def test_a_job_whose_end_the_database_does_not_take_down_keeps_no_other_waiting(
    wb: Workbench, sheet: Sheets, hired: Callable[[], Worker], url: str
) -> None:
    batches = [wb.plan(wb.stage(sheet(text), STUDENTS)).batch for text in (TWO, THREE)]
    for batch in batches:
        jobs.defer(wb, "plan", batch)
    refuse = "perform nextval('public.refused'); raise 'going down' using errcode = 'admin_shutdown'"
    table = "on procrastinate.procrastinate_jobs"
    tamper(
        url,
        f"""
        create sequence public.refused;
        grant usage on sequence public.refused to public;
        create function public.refuse() returns trigger language plpgsql as $$ begin {refuse}; end $$;
        create trigger refuse before delete {table} for each row execute function public.refuse()
        """,
    )
    with hired() as worker:
        until(lambda: ask(url, "select is_called from public.refused")[0][0])
        tamper(url, f"drop trigger refuse {table}")
        for batch in batches:
            done(wb, batch)
        assert worker.alive


def test_a_worker_that_is_told_to_end_leaves_what_it_was_reading_to_the_next(
    wb: Workbench, sheet: Sheets, program: Callable[[], subprocess.Popen[str]], url: str
) -> None:
    batch = wb.begin(sheet(MANY), STUDENTS, source="page")
    with somebody(url, NO_ROWS):
        jobs.defer(wb, "fill", batch)
        worker = program()
        until(lambda: waiting_for_locks(url))
        worker.send_signal(signal.SIGTERM)
        time.sleep(1.5)  # it waits a second for jobs to end by themselves
    assert worker.wait(30) == 0
    assert (wb.batches.get(batch).stage, jobs.state(wb, batch)) == ("staging", "waiting")
    program()
    assert done(wb, batch).stage == "planned"
    assert wb.batches.get(batch).processed == 260_001


def test_a_worker_that_is_told_to_end_finishes_what_it_was_writing(
    wb: Workbench, sheet: Sheets, program: Callable[[], subprocess.Popen[str]], url: str
) -> None:
    planned = wb.plan(wb.stage(sheet(THREE), STUDENTS)).batch
    with somebody(url, NO_RECORDS):
        jobs.defer(wb, "commit", planned)
        worker = program()
        until(lambda: waiting_for_locks(url))
        worker.send_signal(signal.SIGINT)
        time.sleep(1.5)
        assert worker.poll() is None
    assert worker.wait(30) == 0
    assert (wb.batches.get(planned).stage, jobs.state(wb, planned)) == ("completed", None)


# --- the queue's own tables ---


@pytest.mark.both_servers
def test_a_database_without_the_queue_is_not_current_until_it_is_set_up(url: str) -> None:
    tamper(url, "drop schema procrastinate cascade")
    assert not upgrading.is_current(url)
    upgrading.upgrade(url)
    assert upgrading.is_current(url)


EARLIER = "02.05.00_01_add_periodic_job_priority"
"""What comes next adds values to an enumeration, and uses them."""


@pytest.mark.both_servers
def test_a_queue_of_an_earlier_version_is_brought_up_to_date(
    url: str, wb: Workbench, begun: Batch, hired: Callable[[], Worker]
) -> None:
    steps = upgrading._queue_steps()
    earlier = steps[: [step.stem for step in steps].index(EARLIER) + 1]
    tamper(url, "drop schema procrastinate cascade")
    with psycopg.connect(url) as connection:
        connection.autocommit = True
        connection.execute("create schema procrastinate authorization workbench_owner")
        connection.execute("set role workbench_owner; set search_path = procrastinate")
        for step in earlier:
            connection.execute(step.read_bytes())
        connection.execute(f"comment on schema procrastinate is '{earlier[-1].stem}'")
    assert not upgrading.is_current(url)
    upgrading.upgrade(url)
    assert upgrading.is_current(url)
    jobs.defer(wb, "fill", begun)
    with hired():
        assert done(wb, begun).stage == "planned"


# --- composed runs ---

LEARNERS = """\
email,first_name,last_name,course_code,course_name,status
ada@example.com,Ada,Park,CNA101,Nursing,active
ben@example.com,Ben,Ruiz,CNA101,Nursing,active
"""


def test_a_run_is_filled_planned_committed_and_undone_by_jobs(
    wb: Workbench, sheet: Sheets, hired: Callable[[], Worker], url: str
) -> None:
    run = wb.begin(sheet(LEARNERS, "learners.csv"), "elevate.learners", source="page")
    jobs.defer(wb, "fill", run)
    with hired():
        assert outcome(done(wb, run)) == (2, 0, 0, 0, 0)
        jobs.defer(wb, "commit", run)
        assert done(wb, run).stage == "completed"
        assert [outcome(part) for part in wb.batches.parts(run)] == [(2, 0, 0, 0, 0), (1, 0, 0, 0, 0), (2, 0, 0, 0, 0)]
        jobs.defer(wb, "undo", run)
        done(wb, run)
    assert records(url, "elevate.profiles", "email") == []


@pytest.mark.parametrize("dataset", ["elevate.students", "elevate.enrollments"])
def test_a_run_waits_for_whoever_is_at_work_on_any_of_its_datasets(
    wb: Workbench, open_wb: Opened, sheet: Sheets, hired: Callable[[], Worker], url: str, dataset: str
) -> None:
    run = wb.begin(sheet(LEARNERS), "elevate.learners", source="page")
    other = open_wb()
    (part,) = (part for part in wb.batches.parts(run) if part.dataset == dataset)
    jobs.defer(wb, "fill", run)
    with hired():
        with at_work.reserved(other._store, Run(face=part, parts=())):
            until(lambda: waiting_for_locks(url))
            assert (jobs.state(wb, run), wb.batches.get(run).stage) == ("running", "queued")
        assert done(wb, run).stage == "planned"


def test_a_run_that_is_cancelled_leaves_no_row_of_any_part(
    wb: Workbench, sheet: Sheets, hired: Callable[[], Worker], url: str
) -> None:
    run = wb.begin(sheet(LEARNERS), "elevate.learners", source="page")
    jobs.defer(wb, "fill", run)
    dead(url)
    assert jobs.cancel(wb, run)
    with hired():
        ended = done(wb, run)
    assert (ended.stage, {part.stage for part in wb.batches.parts(run)}) == ("failed", {"failed"})
    assert ask(url, "select count(*) from workbench.import_row") == [(0,)]


def test_a_run_whose_worker_died_is_taken_up_whole(
    wb: Workbench, sheet: Sheets, hired: Callable[[], Worker], url: str
) -> None:
    run = wb.begin(sheet(LEARNERS), "elevate.learners", source="page")
    jobs.defer(wb, "fill", run)
    dead(url)
    with hired():
        assert outcome(done(wb, run)) == (2, 0, 0, 0, 0)


# --- whose a job is ---

JOB = """
insert into procrastinate.procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args) values
    ('imports', 'commit', {tenant} || ':elevate.students', {batch}, jsonb_build_object(
        'tenant', {tenant}, 'user', {person}, 'batch', {batch}, 'options', '{{}}'::jsonb))
"""
MINE = {"tenant": "'default'", "person": "'ana'"}


@pytest.mark.both_servers
@pytest.mark.parametrize(
    "forged", [{"tenant": "'other'"}, {"person": "'eve'"}, {"batch": "gen_random_uuid()::text"}, {}], ids=str
)
def test_a_job_is_asked_for_in_the_own_name_alone(
    wb: Workbench, begun: Batch, url: str, forged: dict[str, str]
) -> None:
    asked = JOB.format(**{**MINE, "batch": f"'{begun.id}'", **forged})
    with psycopg.connect(store.program_url(url)) as connection:
        speak_for(connection, url)
        connection.execute("set local search_path = procrastinate")
        if forged:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(asked)
        else:
            assert connection.execute(asked).rowcount == 1
        connection.rollback()


@pytest.mark.both_servers
def test_the_jobs_of_another_tenant_are_out_of_sight(wb: Workbench, begun: Batch, url: str) -> None:
    jobs.defer(wb, "fill", begun)
    with psycopg.connect(store.program_url(url)) as connection:
        connection.execute("set search_path = procrastinate, pg_catalog")
        for table in ("jobs", "events", "workers", "periodic_defers"):
            assert connection.execute(f"select * from procrastinate_{table}").fetchall() == []
        speak_for(connection, url, tenant="other", person="ana")
        assert connection.execute("select * from procrastinate_jobs").fetchall() == []
        assert connection.execute("update procrastinate_jobs set status = 'cancelled'").rowcount == 0
        assert connection.execute("delete from procrastinate_jobs").rowcount == 0
    assert jobs.state(wb, begun) == "waiting"


@pytest.mark.both_servers
def test_what_a_job_is_to_do_never_changes(wb: Workbench, begun: Batch, url: str) -> None:
    jobs.defer(wb, "fill", begun)
    for change in ('args = args || \'{"user": "eve"}\'', "task_name = 'commit'"):
        with psycopg.connect(store.program_url(url)) as connection:
            speak_for(connection, url)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"update procrastinate.procrastinate_jobs set {change}")


@pytest.mark.both_servers
def test_a_worker_sees_nothing_of_a_tenant(wb: Workbench, begun: Batch, url: str) -> None:
    with psycopg.connect(store.queue_url(url)) as connection:
        assert connection.execute("select count(*) from workbench.import_batch").fetchone() == (0,)
        assert connection.execute("select workbench.is_worker()").fetchone() == (True,)
