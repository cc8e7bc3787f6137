"""The commit does what the plan said, all of it or nothing."""

from collections.abc import Callable

import pytest

from tests.imports import fingerprint, outcome, outcomes, records, tamper
from workbench import Workbench
from workbench.model.errors import AlreadyCommitted, PlannedAgain, StalePlan, UnknownBatch, WrongStage
from workbench.model.sheet import Sheet

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]

PEOPLE = "email,name,phone\njohn@example.com,John Doe,555-123-4567\njane@example.com,Jane Smith,555-987-6543\n"
CHANGES = "email,name,phone\njohn@example.com,John Doe,555-000-0000\nsam@example.com,Sam Hill,\n"
ROSTER = "email,name,building,academic_year\nada@x.example,Ada,North,2024-2025\nben@x.example,Ben,North,2024-2025\n"


def test_a_record_that_a_row_creates_has_the_rows_id(wb: Workbench, sheet: Given, url: str) -> None:
    batch = wb.import_sheet(sheet(PEOPLE), "elevate.students")
    ids = dict(records(url, "elevate.profiles", "email", "id"))
    assert [row["record_id"] for row in wb.rows.each(batch)] == [ids["john@example.com"], ids["jane@example.com"]]
    assert wb.records.get("elevate.students", str(ids["john@example.com"]))["history"][0]["batch"] == batch.id


def test_committing_twice_is_refused(wb: Workbench, sheet: Given, url: str) -> None:
    batch = wb.import_sheet(sheet(PEOPLE), "elevate.students")
    before = fingerprint(url)
    with pytest.raises(AlreadyCommitted, match="has already been committed"):
        wb.commit(batch)
    assert fingerprint(url) == before


def test_another_plan_than_the_one_that_was_looked_at_is_not_written(wb: Workbench, sheet: Given, url: str) -> None:
    seen = wb.plan(wb.stage(sheet(PEOPLE), "elevate.students")).batch
    wb.fill_cells(seen, "name", "Somebody Else", lines=[2])
    planned = wb.plan(seen).batch
    before = fingerprint(url)
    with pytest.raises(PlannedAgain, match="planned again since somebody looked at its plan 1: it has plan 2 now"):
        wb.commit(planned, plan=seen.plan)
    assert fingerprint(url) == before
    assert wb.commit(planned, plan=planned.plan).stage == "completed"


def test_what_was_not_planned_cannot_be_committed(wb: Workbench, sheet: Given) -> None:
    staged = wb.stage(sheet(PEOPLE), "elevate.students")
    with pytest.raises(WrongStage, match="is staged; committing needs one that is planned"):
        wb.commit(staged)
    with pytest.raises(UnknownBatch):
        wb.commit("ffffffff")


@pytest.mark.parametrize(
    ("change", "example"),
    [
        ("update elevate.profiles set phone = '555-222-2222' where email = 'john@example.com'", "line 2"),
        ("update elevate.profiles set external_id = 'X' where email = 'john@example.com'", "line 2"),
        ("delete from elevate.profiles where email = 'john@example.com'", "line 2"),
        (
            "insert into elevate.profiles (tenant_id, email, full_name, role) "
            "select tenant_id, 'sam@example.com', 'Sam', 'student' from elevate.profiles limit 1",
            "a record that was to be created is there already",
        ),
    ],
)
def test_a_plan_whose_records_changed_since_is_refused_whole_and_can_be_made_again(
    wb: Workbench, sheet: Given, url: str, change: str, example: str
) -> None:
    wb.import_sheet(sheet(PEOPLE), "elevate.students")
    planned = wb.import_sheet(sheet(CHANGES), "elevate.students", dry_run=True)
    tamper(url, change)
    before = fingerprint(url)
    with pytest.raises(StalePlan) as refused:
        wb.commit(planned)
    assert f"({example})" in str(refused.value)
    assert str(refused.value).endswith("Nothing was written. Plan it again.")
    assert (wb.batches.get(planned).stage, fingerprint(url)) == ("planned", before)
    assert wb.batches.get(planned).is_stale
    wb.plan(planned)
    assert not wb.batches.get(planned).is_stale
    done = wb.commit(planned)
    assert (done.stage, wb.reconcile(done).balanced) == ("completed", True)
    kept = "555-222-2222" if "555-222-2222" in change else "555-000-0000"  # what somebody edited stays
    assert ("john@example.com", kept) in records(url, "elevate.profiles", "email", "phone")


def test_a_change_to_a_record_that_the_plan_does_not_touch_is_no_obstacle(
    wb: Workbench, sheet: Given, url: str
) -> None:
    wb.import_sheet(sheet(PEOPLE), "elevate.students")
    planned = wb.import_sheet(sheet(CHANGES), "elevate.students", dry_run=True)
    tamper(url, "update elevate.profiles set phone = null where email = 'jane@example.com'")
    assert outcome(wb.commit(planned)) == (1, 1, 0, 0, 0)


def test_who_is_to_be_switched_off_and_changed_since_makes_the_plan_stale(
    wb: Workbench, sheet: Given, url: str
) -> None:
    wb.import_sheet(sheet(ROSTER), "polaris.teacher_roster")
    only_ada = "".join(ROSTER.splitlines(keepends=True)[:2])
    planned = wb.import_sheet(sheet(only_ada), "polaris.teacher_roster", dry_run=True)
    assert planned.removed == 1
    tamper(url, "update polaris.teacher_progress set building = 'South' where email = 'ben@x.example'")
    before = fingerprint(url)
    with pytest.raises(StalePlan, match=r"1 of its records changed since it was made \(a record to remove\)"):
        wb.commit(planned)
    assert fingerprint(url) == before


def test_an_enrollment_whose_student_went_since_is_refused(wb: Workbench, sheet: Given, url: str) -> None:
    wb.import_sheet(sheet(PEOPLE), "elevate.students")
    wb.import_sheet(sheet("name,code\nCNA Training,CNA101\n"), "elevate.courses")
    text = "student_email,course_code\njohn@example.com,CNA101\njane@example.com,CNA101\n"
    planned = wb.import_sheet(sheet(text), "elevate.enrollments", dry_run=True)
    tamper(url, "set session_replication_role = origin")
    tamper(url, "delete from elevate.profiles where email = 'jane@example.com'")
    with pytest.raises(StalePlan, match="a record that others refer to is gone"):
        wb.commit(planned)
    assert records(url, "elevate.enrollments", "id") == []
    wb.plan(planned)
    assert outcomes(wb, wb.commit(planned)) == [(2, "created"), (3, "unmatched:student")]


def test_a_batch_is_found_by_the_beginning_of_its_id_when_only_one_begins_so(wb: Workbench, sheet: Given) -> None:
    batch = wb.import_sheet(sheet(PEOPLE), "elevate.students")
    assert wb.batches.get(str(batch.id)[:20]).id == batch.id
    for unknown in ("", "%", "_", "zzz", "ffffffff", str(batch.id) + "0"):
        with pytest.raises(UnknownBatch):
            wb.batches.get(unknown)
