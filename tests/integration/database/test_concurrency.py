"""Several at once: commits never interleave, a plan that no longer holds is refused, tenants do not wait."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.imports import ask, fingerprint, outcome, outcomes, records, tamper
from workbench import Workbench
from workbench.model.batch import Batch
from workbench.model.errors import AlreadyCommitted, AlreadyUndone, DatabaseBusy, StalePlan, WrongStage
from workbench.model.sheet import Sheet

pytestmark = pytest.mark.both_servers

BEFORE = "email,full_name,phone\nada@example.com,Ada Park,555-100-0001\nben@example.com,Ben Ruiz,555-100-0002\n"
AFTER = """\
email,full_name,phone
ada@example.com,Ada Parker,555-100-0001
ben@example.com,Ben Ruiz,555-100-0002
cal@example.com,Cal Ode,555-100-0003
"""
"""Changes Ada, leaves Ben, creates Cal."""
DEE = "email,full_name\ndee@example.com,Dee Fox\n"

Sheets = Callable[..., Sheet]
Opened = Callable[..., Workbench]


@pytest.fixture
def planned(wb: Workbench, sheet: Sheets) -> Batch:
    """A plan to change Ada, leave Ben and create Cal."""
    wb.import_sheet(sheet(BEFORE, "before.csv"), "elevate.students")
    return wb.plan(wb.stage(sheet(AFTER, "after.csv"), "elevate.students")).batch


@pytest.fixture
def beside() -> Iterator[Callable[..., Future[Any]]]:
    """Does something in a thread of its own."""
    with ThreadPoolExecutor(max_workers=4) as threads:
        yield threads.submit


@contextmanager
def somebody(url: str, *statements: str) -> Iterator[psycopg.Connection[Any]]:
    """Another user of the database, in a transaction that ends with the block."""
    with psycopg.connect(url) as connection:
        for statement in statements:
            connection.execute(statement)
        yield connection


def wait_for_waiters(url: str, count: int) -> None:
    """Until so many connections to this database wait for a lock."""
    question = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    deadline = time.monotonic() + 120  # a loaded machine takes its time
    while ask(url, question) != [(count,)]:
        assert time.monotonic() < deadline, "nobody waits"
        time.sleep(0.02)


def the_lock(table: str) -> str:
    """The statement that takes what a commit to the tenant's table takes."""
    name = f"(select id || ':{table}' from workbench.tenant where slug = 'default')"
    return f"select pg_advisory_xact_lock(hashtextextended({name}, 0))"


# --- two commits ---


def test_commits_to_a_table_run_one_after_the_other(
    wb: Workbench, open_wb: Opened, url: str, sheet: Sheets, planned: Batch, beside: Callable[..., Future[Any]]
) -> None:
    two = open_wb(user="ben")
    other = two.plan(two.stage(sheet(DEE, "dee.csv"), "elevate.students")).batch
    with somebody(url, f"select from workbench.import_batch where id = '{planned.id}' for update"):
        first = beside(wb.commit, planned)  # has written its records, and waits to complete its batch
        wait_for_waiters(url, 1)
        second = beside(two.commit, other)
        wait_for_waiters(url, 2)
        assert records(url, "elevate.profiles", "email") == [("ada@example.com",), ("ben@example.com",)]
    assert outcome(first.result()) == (1, 1, 1, 0, 0)
    assert outcome(second.result()) == (1, 0, 0, 0, 0)
    completed = ask(url, "select id from workbench.import_batch where stage = 'completed' order by completed_at")
    assert completed[1:] == [(planned.id,), (other.id,)]


def test_of_two_commits_of_the_same_records_the_second_is_refused(
    wb: Workbench, open_wb: Opened, url: str, sheet: Sheets, planned: Batch, beside: Callable[..., Future[Any]]
) -> None:
    two = open_wb(user="ben")
    other = two.plan(two.stage(sheet(AFTER, "again.csv"), "elevate.students")).batch
    with somebody(url, the_lock("elevate.profiles")):
        commits = {planned.id: beside(wb.commit, planned), other.id: beside(two.commit, other)}
        wait_for_waiters(url, 2)
    errors = [commit.exception() for commit in commits.values()]
    assert [type(error) for error in errors if error] == [StalePlan]
    loser = next(batch for batch, commit in commits.items() if commit.exception())
    two.plan(loser)
    assert outcome(two.commit(loser)) == (0, 0, 3, 0, 0)
    assert len(records(url, "elevate.profiles", "email")) == 3


def test_a_batch_that_two_commit_at_once_is_committed_once(
    wb: Workbench, open_wb: Opened, url: str, planned: Batch, beside: Callable[..., Future[Any]]
) -> None:
    two = open_wb(user="ben")
    with somebody(url, the_lock("elevate.profiles")):
        commits = [beside(wb.commit, planned), beside(two.commit, planned)]
        wait_for_waiters(url, 2)
    assert [type(commit.exception()) for commit in commits if commit.exception()] == [AlreadyCommitted]
    assert outcome(wb.batches.get(planned)) == (1, 1, 1, 0, 0)


def test_a_batch_that_two_plan_at_once_has_both_plans_and_counts_the_last(
    wb: Workbench, open_wb: Opened, url: str, planned: Batch, beside: Callable[..., Future[Any]]
) -> None:
    two = open_wb(user="ben")
    with somebody(url, "lock table workbench.import_outcome in share mode"):
        plans = [beside(wb.plan, planned), beside(two.plan, planned)]
        wait_for_waiters(url, 2)
    assert sorted(plan.result().batch.plan for plan in plans) == [2, 3]
    assert outcome(wb.commit(planned)) == (1, 1, 1, 0, 0)


def test_a_commit_and_a_new_plan_of_the_same_batch_do_not_mix(
    wb: Workbench, open_wb: Opened, url: str, planned: Batch, beside: Callable[..., Future[Any]]
) -> None:
    two = open_wb(user="ben")
    with somebody(url, the_lock("elevate.profiles")):
        commit = beside(wb.commit, planned)
        wait_for_waiters(url, 1)
        plan = beside(two.plan, planned)
        wait_for_waiters(url, 2)
    assert outcome(commit.result()) == (1, 1, 1, 0, 0)
    assert isinstance(plan.exception(), WrongStage)
    assert wb.batches.get(planned).plan == 1


def test_two_programs_that_import_one_file_at_once_end_with_the_right_totals(
    url: str, home: Path, sheet: Sheets, wb: Workbench
) -> None:
    path = sheet(AFTER, "students.csv").path
    command = [sys.executable, "-m", "workbench", "import", str(path), "--dataset", "elevate.students", "--json"]
    environment = {**os.environ, "WORKBENCH_DATABASE_URL": url, "WORKBENCH_HOME": str(home)}
    with somebody(url, the_lock("elevate.profiles")):
        programs = [
            subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            for _ in range(2)
        ]
        wait_for_waiters(url, 2)
    ended = [(program.communicate(timeout=120), program.returncode) for program in programs]
    assert sorted(status for _, status in ended) == [0, 2]
    for (printed, told), status in ended:
        if status == 0:
            assert json.loads(printed)["created"] == 3
        else:
            assert "no longer holds" in told
            assert len(told.splitlines()) == 1
    late = next(batch for batch in wb.batches.all() if batch.stage == "planned")
    wb.plan(late)
    assert outcome(wb.commit(late)) == (0, 0, 3, 0, 0)
    assert len(records(url, "elevate.profiles", "email")) == 3


# --- what changed since the plan ---


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("update elevate.profiles set phone = '555-999-9999' where email = 'ada@example.com'", "line 2"),
        ("update elevate.profiles set phone = phone where email = 'ada@example.com'", "line 2"),
        ("update elevate.profiles set full_name = 'Benjamin' where email = 'ben@example.com'", "line 3"),
        ("delete from elevate.profiles where email = 'ada@example.com'", "line 2"),
        ("delete from elevate.profiles", "2 of its records changed"),
        (
            "insert into elevate.profiles (tenant_id, email, full_name, role) "
            "select tenant_id, 'cal@example.com', 'Cal', 'student' from elevate.profiles limit 1",
            "is there already",
        ),
    ],
)
def test_a_plan_whose_records_changed_is_refused(
    wb: Workbench, url: str, planned: Batch, change: str, told: str
) -> None:
    tamper(url, change)
    before = fingerprint(url)
    with pytest.raises(StalePlan, match=told):
        wb.commit(planned)
    assert fingerprint(url) == before
    assert wb.batches.get(planned).stage == "planned"
    again = wb.plan(planned)
    assert outcome(wb.commit(planned)) == tuple(again.counts.values())[1:]
    assert records(url, "elevate.profiles", "email", "full_name") == [
        ("ada@example.com", "Ada Parker"),
        ("ben@example.com", "Benjamin" if "Benjamin" in change else "Ben Ruiz"),  # what somebody edited stays
        ("cal@example.com", "Cal Ode"),
    ]


def test_a_plan_whose_course_is_gone_is_refused(wb: Workbench, url: str, sheet: Sheets) -> None:
    wb.import_sheet(sheet("name,code\nNursing,CNA101\nWelding,WELD\n", "courses.csv"), "elevate.courses")
    wb.import_sheet(sheet(BEFORE), "elevate.students")
    text = "student_email,course_code\nada@example.com,CNA101\nben@example.com,WELD\n"
    batch = wb.plan(wb.stage(sheet(text, "enrollments.csv"), "elevate.enrollments")).batch
    tamper(url, "delete from elevate.courses where course_code = 'WELD'")
    before = fingerprint(url)
    with pytest.raises(StalePlan, match="a record that others refer to is gone"):
        wb.commit(batch)
    assert fingerprint(url) == before
    wb.plan(batch)
    wb.commit(batch)
    assert outcomes(wb, batch) == [(2, "created"), (3, "unmatched:course")]


def test_what_a_roster_would_remove_must_not_have_changed_either(wb: Workbench, url: str, sheet: Sheets) -> None:
    roster = "email,name,building\nada@example.com,Ada Park,Argentine\n"
    options = {"window": "2024-2025", "constants": {"district": "KCK"}}
    wb.import_sheet(sheet(roster + "ben@example.com,Ben Ruiz,Argentine\n"), "polaris.teacher_roster", **options)
    for mode in ("preserve", "replace"):
        less = sheet(roster, f"{mode}.csv")
        batch = wb.plan(wb.stage(less, "polaris.teacher_roster", mode=mode, **options)).batch
        assert batch.removed == 1
        tamper(url, "update polaris.teacher_progress set grade = '7' where email = 'ben@example.com'")
        before = fingerprint(url)
        with pytest.raises(StalePlan, match="a record to remove"):
            wb.commit(batch)
        assert fingerprint(url) == before


def test_a_change_under_way_while_the_plan_was_made_is_seen(
    wb: Workbench, url: str, sheet: Sheets, planned: Batch
) -> None:
    change = "update elevate.profiles set full_name = 'Ada the First' where email = 'ada@example.com'"
    with somebody(url, "savepoint one", change):
        wb.import_sheet(sheet(DEE, "dee.csv"), "elevate.students")
        wb.plan(planned)
    with pytest.raises(StalePlan, match="line 2"):
        wb.commit(planned)
    assert ("Ada the First",) in records(url, "elevate.profiles", "full_name")


@pytest.mark.parametrize(
    "change",
    [
        "update elevate.profiles set full_name = 'Ada the First' where email = 'ada@example.com'",
        "delete from elevate.profiles where email = 'ada@example.com'",
        "insert into elevate.profiles (tenant_id, email, full_name, role) "
        "select tenant_id, 'cal@example.com', 'Cal', 'student' from elevate.profiles limit 1",
    ],
)
def test_a_change_under_way_while_the_plan_is_committed_is_not_overwritten(
    wb: Workbench, url: str, planned: Batch, beside: Callable[..., Future[Any]], change: str
) -> None:
    with somebody(url, change):
        commit = beside(wb.commit, planned)
        wait_for_waiters(url, 1)
    before = fingerprint(url)
    assert isinstance(commit.exception(), StalePlan)
    assert fingerprint(url) == before
    assert wb.batches.get(planned).stage == "planned"


def test_a_change_that_was_taken_back_does_no_harm(
    wb: Workbench, url: str, planned: Batch, beside: Callable[..., Future[Any]]
) -> None:
    with somebody(url, "update elevate.profiles set full_name = 'X' where email = 'ada@example.com'") as connection:
        commit = beside(wb.commit, planned)
        wait_for_waiters(url, 1)
        connection.rollback()
    assert outcome(commit.result()) == (1, 1, 1, 0, 0)


def test_what_is_changed_elsewhere_makes_no_plan_stale(
    wb: Workbench, open_wb: Opened, url: str, sheet: Sheets, planned: Batch
) -> None:
    open_wb(tenant="other").import_sheet(sheet(BEFORE, "other.csv"), "elevate.students")
    wb.import_sheet(sheet("name,code\nNursing,CNA101\n", "courses.csv"), "elevate.courses")
    wb.import_sheet(sheet(DEE, "dee.csv"), "elevate.students")
    tamper(url, "insert into workbench.person (tenant_id, name) select id, 'zoe' from workbench.tenant")
    tamper(url, "analyze")
    assert outcome(wb.commit(planned)) == (1, 1, 1, 0, 0)


def test_reading_and_locking_records_makes_no_plan_stale(wb: Workbench, url: str, planned: Batch) -> None:
    with somebody(url, "select * from elevate.profiles for update"):
        pass
    tamper(url, "vacuum freeze elevate.profiles")
    assert outcome(wb.commit(planned)) == (1, 1, 1, 0, 0)


def test_a_deadlock_ends_in_a_sentence(
    wb: Workbench, url: str, planned: Batch, beside: Callable[..., Future[Any]]
) -> None:
    before = fingerprint(url)
    never = "set local deadlock_timeout = '1h'"  # so that the commit notices, and not whoever it meets
    with somebody(url, never, "select from elevate.profiles where email = 'ada@example.com' for update") as connection:
        with somebody(url, "lock table elevate.profiles in share mode"):
            commit = beside(wb.commit, planned)
            wait_for_waiters(url, 1)
            ours = beside(connection.execute, the_lock("elevate.profiles"))  # which the commit has
            wait_for_waiters(url, 2)
        with pytest.raises(DatabaseBusy, match="deadlock"):  # it goes on to the record, and waits for us
            commit.result()
        ours.result()
    assert fingerprint(url) == before
    assert outcome(wb.commit(planned)) == (1, 1, 1, 0, 0)


# --- tenants, and who is still at work ---


def test_tenants_do_not_wait_for_each_other(
    wb: Workbench, open_wb: Opened, url: str, sheet: Sheets, planned: Batch, beside: Callable[..., Future[Any]]
) -> None:
    with somebody(url, f"select from workbench.import_batch where id = '{planned.id}' for update"):
        held = beside(wb.commit, planned)
        wait_for_waiters(url, 1)
        other = open_wb(tenant="other").import_sheet(sheet(AFTER, "other.csv"), "elevate.students")
        assert outcome(other) == (3, 0, 0, 0, 0)
        assert not held.done()
    assert outcome(held.result()) == (1, 1, 1, 0, 0)


def test_a_batch_is_not_given_up_while_somebody_stages_it(open_wb: Opened, wb: Workbench, sheet: Sheets) -> None:
    seen = []

    def look(step: str, rows: int) -> None:
        seen.extend(batch.stage for batch in open_wb(user="ben").batches.all())

    batch = wb.stage(sheet(BEFORE), "elevate.students", progress=look)
    assert (seen, batch.stage) == (["staging"], "staged")


def test_an_undo_is_not_given_up_while_it_runs_and_happens_once(
    wb: Workbench, open_wb: Opened, url: str, planned: Batch, beside: Callable[..., Future[Any]]
) -> None:
    wb.commit(planned)
    two = open_wb(user="ben")
    with somebody(url, the_lock("elevate.profiles")):
        undone = beside(wb.undo, planned)
        wait_for_waiters(url, 1)
        second = beside(two.undo, planned)
        wait_for_waiters(url, 2)
        assert "failed" not in [batch.stage for batch in open_wb(user="cem").batches.all()]
    assert outcome(undone.result()) == (0, 2, 0, 0, 0)
    assert isinstance(second.exception(), AlreadyUndone)
    assert records(url, "elevate.profiles", "full_name") == [("Ada Park",), ("Ben Ruiz",)]


def test_an_undo_keeps_a_record_that_is_being_changed(
    wb: Workbench, url: str, planned: Batch, beside: Callable[..., Future[Any]]
) -> None:
    wb.commit(planned)
    with somebody(url, "update elevate.profiles set full_name = 'Ada the First' where email = 'ada@example.com'"):
        undone = beside(wb.undo, planned)
        wait_for_waiters(url, 1)
    assert outcomes(wb, undone.result()) == [(2, "skipped:changed"), (4, "updated:removed")]
    assert records(url, "elevate.profiles", "full_name") == [("Ada the First",), ("Ben Ruiz",)]


def test_the_dry_run_of_an_undo_is_never_committed(wb: Workbench, url: str, planned: Batch) -> None:
    wb.commit(planned)
    shown = wb.undo(planned, dry_run=True)
    before = fingerprint(url)
    for step in (wb.commit, wb.plan):
        with pytest.raises(WrongStage, match="dry run of an undo"):
            step(shown)
    assert fingerprint(url) == before
    assert outcome(wb.undo(planned)) == (0, 2, 0, 0, 0)
