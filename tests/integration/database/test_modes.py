"""What a mode does with a record that is there, with one that is not, and with one that the file does not name."""

from collections.abc import Callable

import pytest

from tests.imports import fingerprint, messages, outcome, outcomes, records
from workbench import Workbench
from workbench.model.errors import Held, StalePlan, UnknownMode
from workbench.model.sheet import Sheet

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]

JOHN = "email,name,phone\njohn@example.com,John Doe,555-123-4567\n"
BOTH = "email,name,phone\njohn@example.com,John Doe,555-000-0000\njane@example.com,Jane Smith,\n"
COURSES = "name,code\nCNA Training,CNA101\n"


@pytest.fixture(autouse=True)
def john(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet(JOHN), "elevate.students")


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (None, ["updated", "created"]),
        ("upsert", ["updated", "created"]),
        ("insert", ["invalid:already_exists", "created"]),
        ("update", ["updated", "unmatched:student"]),
    ],
)
def test_upsert_insert_and_update(wb: Workbench, sheet: Given, mode: str | None, expected: list[str]) -> None:
    batch = wb.import_sheet(sheet(BOTH), "elevate.students", mode=mode, skip_errors=True)
    assert batch.mode == (mode or "upsert")
    assert [said for _, said in outcomes(wb, batch)] == expected
    assert wb.reconcile(batch).balanced


@pytest.mark.parametrize("mode", ["upsert", "insert", "update"])
def test_a_mode_twice_writes_nothing_the_second_time(wb: Workbench, sheet: Given, url: str, mode: str) -> None:
    wb.import_sheet(sheet(BOTH), "elevate.students", mode=mode, skip_errors=True)
    before = fingerprint(url)
    wb.import_sheet(sheet(BOTH), "elevate.students", mode=mode, skip_errors=True)
    assert fingerprint(url) == before


def test_insert_never_changes_a_record_even_when_nothing_would_change(wb: Workbench, sheet: Given) -> None:
    batch = wb.import_sheet(sheet(JOHN), "elevate.students", mode="insert", skip_errors=True)
    assert (outcome(batch), messages(wb, batch)) == ((0, 0, 0, 0, 1), {2: "Email already exists"})


def test_update_never_creates_and_says_what_it_did_not_find(wb: Workbench, sheet: Given, url: str) -> None:
    batch = wb.import_sheet(sheet(BOTH), "elevate.students", mode="update")
    assert (outcome(batch), messages(wb, batch)) == ((0, 1, 0, 1, 0), {3: "Student not found: 'jane@example.com'"})
    assert records(url, "elevate.profiles", "email") == [("john@example.com",)]
    assert wb.reconcile(batch).unmatched_by_kind == {"student": 1}


def test_update_of_enrollments_tells_a_missing_enrollment_from_a_missing_course(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet(COURSES), "elevate.courses")
    text = "student_email,course_code,progress\njohn@example.com,CNA101,10\njohn@example.com,NOPE,10\n"
    batch = wb.import_sheet(sheet(text), "elevate.enrollments", mode="update")
    assert outcomes(wb, batch) == [(2, "unmatched:enrollment"), (3, "unmatched:course")]
    assert messages(wb, batch) == {2: "Enrollment not found: 'john@example.com|CNA101'", 3: "Course not found: 'NOPE'"}


def test_one_of_a_kind_of_record_is_told_by_its_key_in_the_issue(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet(COURSES), "elevate.courses")
    enrollment = "student_email,course_code\njohn@example.com,CNA101\n"
    wb.import_sheet(sheet(enrollment), "elevate.enrollments")
    courses = wb.import_sheet(sheet(COURSES), "elevate.courses", mode="insert")
    enrollments = wb.import_sheet(sheet(enrollment), "elevate.enrollments", mode="insert")
    assert messages(wb, courses) == {2: "Code already exists"}
    assert messages(wb, enrollments) == {2: "Enrollment already exists"}


@pytest.mark.parametrize("mode", ["replace", "preserve", "merge", ""])
def test_a_dataset_that_knows_no_such_mode_says_which_it_knows(wb: Workbench, sheet: Given, mode: str) -> None:
    if not mode:
        assert wb.import_sheet(sheet(BOTH), "elevate.students", mode=mode).mode == "upsert"
        return
    with pytest.raises(UnknownMode) as refused:
        wb.stage(sheet(BOTH), "elevate.students", mode=mode)
    assert str(refused.value) == (
        f"elevate.students cannot be imported in mode {mode}. Its modes: upsert, insert, update."
    )


PLACES = "id,name\ni,{}\nj,J\nj,J\n"


def test_skip_leaves_what_is_there_as_it_is_and_says_so(wb: Workbench, sheet: Given, url: str) -> None:
    """Seed 003: a duplicate id is skipped, with a warning."""
    wb.import_sheet(sheet("id,name\ni,I\n"), "generic_csv.institutions")
    before = fingerprint(url)
    batch = wb.import_sheet(sheet(PLACES.format("Other")), "generic_csv.institutions", mode="skip")
    assert outcomes(wb, batch) == [(2, "skipped:known"), (3, "created"), (4, "skipped:duplicate")]
    assert messages(wb, batch) == {2: "Id already exists; left as it is", 4: "Same id as line 3"}
    assert wb.reconcile(batch).skipped_by_reason == {"known": 1, "duplicate": 1}
    assert "Mode: skip." in wb.log(batch).render()
    assert records(url, "generic_csv.institutions", "name") == [("I",), ("J",)]
    wb.undo(batch)
    assert fingerprint(url) == before


def test_skip_of_a_record_that_goes_before_the_commit_is_a_stale_plan(wb: Workbench, sheet: Given) -> None:
    first = wb.import_sheet(sheet("id,name\ni,I\n"), "generic_csv.institutions")
    planned = wb.import_sheet(sheet(PLACES.format("I")), "generic_csv.institutions", mode="skip", dry_run=True)
    wb.undo(first)
    with pytest.raises(StalePlan):
        wb.commit(planned)


def test_skip_takes_no_association_twice(wb: Workbench, sheet: Given) -> None:
    files = {
        "institutions": "id,name\ni,I\n",
        "programs": "id,name,institution_id\np,P,i\nq,Q,i\n",
        "users": "id,email,institution_id\nu,u@b.org,i\n",
        "user_programs": "user_id,program_id\nu,p\nu,p\n",
    }

    def bring(mode: str, **others: str) -> list[str]:
        sheets = [sheet(text, f"{name}.csv") for name, text in {**files, **others}.items()]
        parts = wb.batches.parts(wb.import_sheet(sheets, "generic_csv", mode=mode))
        return [said for _, said in outcomes(wb, parts[-1])]

    assert bring("skip") == ["created", "skipped:duplicate"]
    assert bring("skip", user_programs="user_id,program_id\nu,p\nu,p\nu,q\n") == [
        "skipped:known",
        "skipped:duplicate",
        "created",
    ]


# errors


def test_a_batch_with_invalid_rows_is_held_and_nothing_is_written(wb: Workbench, sheet: Given, url: str) -> None:
    before = fingerprint(url)
    batch = wb.import_sheet(sheet(f"{BOTH}sam@invalid,Sam,\n"), "elevate.students")
    assert (batch.stage, outcome(batch), fingerprint(url)) == ("held", (1, 1, 0, 0, 1), before)
    with pytest.raises(Held) as refused:
        wb.commit(batch)
    assert str(refused.value) == (
        f"Batch {batch.id} is held, with invalid rows: 1. Correct them, or let the good rows go on with --skip-errors."
    )
    assert fingerprint(url) == before


def test_the_good_rows_of_a_held_batch_can_go_on(wb: Workbench, sheet: Given, url: str) -> None:
    """Hazard 54: one bad row does not roll back the others."""
    held = wb.import_sheet(sheet(f"{BOTH}sam@invalid,Sam,\n"), "elevate.students")
    done = wb.commit(held, skip_errors=True)
    assert (done.id, done.stage, outcome(done)) == (held.id, "completed", (1, 1, 0, 0, 1))
    assert records(url, "elevate.profiles", "email", "phone") == [
        ("jane@example.com", None),
        ("john@example.com", "555-000-0000"),
    ]


def test_unmatched_rows_hold_nothing_up(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet(COURSES), "elevate.courses")
    text = "student_email,course_code\njohn@example.com,CNA101\nnobody@example.com,CNA101\n"
    batch = wb.import_sheet(sheet(text), "elevate.enrollments")
    assert (batch.stage, outcome(batch), wb.reconcile(batch).done) == ("completed", (1, 0, 0, 1, 0), False)
