"""The playbooks' import log, filled in by a real import, and their definition of done."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.imports import ask, outcome, outcomes, tamper, untimed
from workbench import Workbench
from workbench.model.batch import Batch
from workbench.model.errors import (
    AlreadySigned,
    NoReason,
    NotDone,
    NotSigned,
    NotToExplain,
    NotToReject,
    OwnWork,
    UnknownLines,
)
from workbench.model.sheet import Sheet

Given = Callable[..., Sheet]

HEADER = "Teacher Email,Teacher Name,School,Grade,Academic Year,Virtual Year,Target Sessions"
NOTES = "All teachers imported successfully. 5 teachers updated with new grade assignments."
EXAMPLE = """\
Import type: Teacher Roster Import
Run date/time: 2025-01-15 14:30:00 UTC
Run by: admin_user
File name: KCK_Teacher_Roster_2024-2025
Window: 2024-2025

Results:
  Processed: 150
  Created: 145
  Updated: 5
  Skipped: 0
  Unmatched: 0
  Invalid: 0

Decisions/notes: All teachers imported successfully. 5 teachers updated with new grade assignments.

Follow-ups: None"""


def teacher(number: int, grade: int) -> str:
    return f"t{number}@kck.example,Teacher {number},Wyandotte High,{grade},2024-2025,2024-2025,1"


def test_the_playbooks_example_is_what_a_roster_of_150_teachers_gives(
    open_wb: Callable[..., Workbench], sheet: Given
) -> None:
    wb = open_wb(user="admin_user")
    name, options = "KCK_Teacher_Roster_2024-2025", {"constants": {"district": "KCK"}, "window": "2024-2025"}

    def roster(*lines: str, **more: str) -> Batch:
        return wb.import_sheet(sheet("\n".join((HEADER, *lines)), name), "polaris.teacher_roster", **options, **more)

    roster(*(teacher(number, 6) for number in range(5)))
    began = datetime.now(UTC).replace(microsecond=0)
    batch = roster(*(teacher(number, 7) for number in range(150)), notes=NOTES)
    written = wb.log(batch).render()
    stamp = re.search(r"^Run date/time: (.*) UTC$", written, re.MULTILINE)
    assert stamp is not None
    assert began <= datetime.fromisoformat(f"{stamp[1]}+00:00") <= datetime.now(UTC)
    told = re.search(r"\n  - \S+ of the same day .*", written)  # of the import above, which no example has
    assert told is not None
    written = written.replace(told[0], "")
    added = "\n  Added by Workbench:\n  - Where district is blank: KCK."
    assert written.replace(added, "") == EXAMPLE.replace("2025-01-15 14:30:00", stamp[1])
    assert added in written
    figures = wb.reconcile(batch)
    assert (figures.balanced, figures.done, figures.removed) == (True, True, 0)


# enrollments: 2 courses, 1 student, and a file in which each kind of row is there once

ROWS = """\
student_email,course_code,status
john@example.com,CNA101,active
john@example.com,CNA101,active
nobody@example.com,CNA101,active
john@example.com,NOPE,active
john@invalid,CNA101,active
john@example.com,WELD101,enrolled
john@example.com,WELD101,pending
"""


@pytest.fixture
def enrollments(wb: Workbench, sheet: Given) -> Callable[..., Batch]:
    """Imports the rows above."""
    wb.import_sheet(sheet("name,code\nCNA Training,CNA101\nWelding Basics,WELD101\n"), "elevate.courses")
    wb.import_sheet(sheet("email,name\njohn@example.com,John Doe\n"), "elevate.students")
    return lambda text=ROWS, **options: wb.import_sheet(
        sheet(text, "enrollments.csv"), "elevate.enrollments", **options
    )


def test_processed_is_the_sum_of_the_outcomes_and_every_row_has_one(
    wb: Workbench, enrollments: Callable[..., Batch]
) -> None:
    batch = enrollments(skip_errors=True)
    assert outcomes(wb, batch) == [
        (2, "created"),
        (3, "skipped:duplicate"),
        (4, "unmatched:student"),
        (5, "unmatched:course"),
        (6, "invalid"),
        (7, "invalid"),
        (8, "created"),
    ]
    figures = wb.reconcile(batch)
    assert (figures.processed, figures.balanced, figures.done) == (7, True, False)
    assert figures.open_points == ("2 rows are invalid.", "2 rows are unmatched and not explained.")
    assert figures.issues_by_code == {
        "bad_email": 1,
        "bad_choice": 1,
        "duplicate_key": 1,
        "student_not_found": 1,
        "course_not_found": 1,
    }
    assert wb.rows.unexplained(batch) == [4, 5, 6, 7]


def test_done_is_invalid_none_unmatched_explained_and_created_updated_and_skipped_make_up_the_rest(
    wb: Workbench, enrollments: Callable[..., Batch]
) -> None:
    """Definition of Done: F = 0, D + E explained, A + B + C = N. An invalid row is never a quiet "skipped": it is
    corrected, or rejected by a person, and then it is told so."""
    batch = enrollments(skip_errors=True)
    steps = [wb.explain(batch, [4], "Left the programme"), wb.reject(batch, [6], "Test row of the old system")]
    steps.append(wb.explain(batch, [5], " Course of 2019, not migrated "))
    steps.append(wb.reject(batch, [7], "Test row of the old system"))
    assert [(step.skipped, step.unmatched, step.invalid, step.rejected, step.done) for step in steps] == [
        (2, 1, 2, 0, False),
        (2, 1, 2, 1, False),
        (3, 0, 2, 1, False),
        (3, 0, 2, 2, True),
    ]
    assert steps[2].open_points == ("2 rows are invalid, 1 of them rejected.",)
    assert all(step.balanced for step in steps)
    last = steps[-1]
    assert last.created + last.updated + last.skipped + last.rejected == last.processed == 7
    assert last.definition[1:] == (
        ("Every invalid row rejected", "2 invalid, all rejected by ana", True),
        ("Every unmatched row explained", "0 to be explained", True),
        ("Created + updated + skipped + rejected = processed", "2 + 0 + 3 + 2 = 7 of 7", True),
    )
    assert last.skipped_by_reason == {"duplicate": 1, "explained": 2}
    assert last.unmatched_by_kind == {}
    assert wb.rows.unexplained(batch) == []


def test_a_rejected_row_says_why_who_and_when_and_the_log_counts_it_as_invalid(
    wb: Workbench, enrollments: Callable[..., Batch]
) -> None:
    batch = enrollments(skip_errors=True)
    wb.reject(batch, [6, 7], "Test rows")
    (row,) = wb.rows.each(batch, lines=[6])
    assert (row["outcome"], row["reason"], row["status"]) == ("invalid", "rejected", "failed")
    assert (row["explanation"], row["explained_by"]) == ("Test rows", "ana")
    log = wb.log(batch)
    assert (log.processed, log.created, log.updated, log.skipped, log.unmatched, log.invalid) == (7, 2, 0, 1, 2, 2)
    assert "ana rejected 2 rows: Test rows (lines 6-7)." in map(untimed, log.notes_added)


def test_an_explained_row_says_why_who_and_when_and_the_log_counts_it_as_skipped(
    wb: Workbench, enrollments: Callable[..., Batch]
) -> None:
    batch = enrollments(skip_errors=True)
    wb.explain(batch, [4], "Left the programme")
    (row,) = wb.rows.each(batch, lines=[4])
    assert (row["outcome"], row["reason"], row["status"]) == ("skipped", "explained", "skipped")
    assert (row["explanation"], row["explained_by"]) == ("Left the programme", "ana")
    assert abs((datetime.now(UTC) - row["explained_at"]).total_seconds()) < 60
    assert [issue["message"] for issue in row["issues"]] == ["Student not found: 'nobody@example.com'"]
    log = wb.log(batch)
    assert (log.processed, log.created, log.updated, log.skipped, log.unmatched, log.invalid) == (7, 2, 0, 2, 1, 2)


def test_only_rows_that_need_it_can_be_explained_and_only_with_a_reason(
    wb: Workbench, enrollments: Callable[..., Batch]
) -> None:
    batch = enrollments(skip_errors=True)
    wb.explain(batch, [4], "Left the programme")
    for lines in ([2], [3], [99], [5, 2]):
        for say in (wb.explain, wb.reject):
            with pytest.raises(UnknownLines):
                say(batch, lines, "why")
    with pytest.raises(NotToExplain, match=r"Line 6 of batch .* is invalid.* or reject it: workbench reject"):
        wb.explain(batch, [5, 6], "why")
    with pytest.raises(NotToReject, match=r"Line 5 of batch .* is unmatched, not invalid.*: workbench explain"):
        wb.reject(batch, [5, 6], "why")
    for say in (wb.explain, wb.reject):
        with pytest.raises(NoReason, match=r"Say why: (explaining|rejecting) rows needs a reason\."):
            say(batch, [5], "  ")
    assert wb.rows.unexplained(batch) == [5, 6, 7]


def test_a_row_that_was_explained_and_then_found_after_all_counts_as_what_it_became(
    wb: Workbench, sheet: Given, enrollments: Callable[..., Batch]
) -> None:
    """An explanation of a plan is not one of the next plan."""
    batch = enrollments("student_email,course_code\nnobody@example.com,CNA101\n", dry_run=True)
    assert wb.explain(batch, [2], "Left the programme").skipped == 1
    wb.import_sheet(sheet("email,name\nnobody@example.com,No Body\n"), "elevate.students")
    wb.plan(batch)
    done = wb.reconcile(wb.commit(batch))
    assert (done.created, done.skipped, done.done) == (1, 0, True)
    assert outcomes(wb, batch) == [(2, "created")]


def test_unmatched_rows_are_resolved_by_importing_what_they_need_and_the_file_again(
    wb: Workbench, sheet: Given, enrollments: Callable[..., Batch]
) -> None:
    """Error resolution: import the roster first, then re-import (idempotent, safe to re-run)."""
    enrollments(skip_errors=True)
    wb.import_sheet(sheet("email,name\nnobody@example.com,No Body\n"), "elevate.students")
    again = enrollments(skip_errors=True)
    assert outcome(again) == (1, 0, 3, 1, 2)
    assert again.summary["skipped_by_reason"] == {"unchanged": 2, "duplicate": 1}


# notes and follow-ups


def test_notes_and_follow_ups_can_be_written_afterwards_and_stand_in_the_log(
    wb: Workbench, enrollments: Callable[..., Batch]
) -> None:
    batch = enrollments(skip_errors=True, notes="First try.")
    assert "Decisions/notes: First try.\n  Added by Workbench:\n" in wb.log(batch).render()
    wb.note(batch, notes="Two test rows left out.\nJane agreed.", follow_ups="Ask KCK for the course of 2019")
    wb.note(batch)
    assert untimed(wb.log(batch).render()).splitlines()[14:] == [
        "Decisions/notes: Two test rows left out.",
        "  Jane agreed.",
        "  Added by Workbench:",
        "  - ana let the good rows go on without the invalid ones.",
        "",
        "Follow-ups: Ask KCK for the course of 2019",
        "  Added by Workbench:",
        "  - 2 invalid rows to be corrected and imported, or rejected.",
        "  - 2 unmatched rows to be explained, or imported once what is missing is there.",
    ]


# sign-off


def settle(wb: Workbench, batch: Batch) -> None:
    """Says of every row that needs it why it stays out."""
    wb.explain(batch, [4, 5], "Test rows")
    wb.reject(batch, [6, 7], "Test rows")


def test_only_what_is_done_can_be_signed_and_not_by_whom_it_was_run(
    wb: Workbench, open_wb: Callable[..., Workbench], enrollments: Callable[..., Batch]
) -> None:
    batch = enrollments(skip_errors=True)
    with pytest.raises(NotDone, match=r"2 rows are invalid\. 2 rows are unmatched and not explained\."):
        wb.sign_off(batch)
    settle(wb, batch)
    bob = open_wb(user="bob")
    with pytest.raises(OwnWork, match=f"ana ran batch {batch.id}; somebody else has to sign it off"):
        wb.sign_off(batch)
    assert bob.sign_off(batch)["signed_by"] == "bob"
    with pytest.raises(AlreadySigned, match=r"was signed off by bob at .* UTC, and its evidence is frozen"):
        bob.sign_off(batch)


def test_whoever_is_alone_signs_alone(wb: Workbench, sheet: Given) -> None:
    batch = wb.import_sheet(sheet("email,name\njohn@example.com,John Doe\n"), "elevate.students")
    signed = wb.sign_off(batch)
    assert (signed["signed_by"], len(signed["digest"]), bool(wb.verify(batch))) == ("ana", 64, True)
    assert signed["evidence"]["checksum"] == batch.checksum
    assert signed["evidence"]["log"] == wb.log(batch).render()


def test_a_signature_freezes_the_batch(wb: Workbench, enrollments: Callable[..., Batch]) -> None:
    batch = enrollments(skip_errors=True)
    settle(wb, batch)
    wb.sign_off(batch)
    log = wb.log(batch).render()
    for act in (
        lambda: wb.note(batch, notes="another story"),
        lambda: wb.note(batch, follow_ups="more"),
        lambda: wb.explain(batch, [4], "another story"),
        lambda: wb.reject(batch, [6], "another story"),
    ):
        with pytest.raises(AlreadySigned):
            act()
    assert (wb.log(batch).render(), bool(wb.verify(batch))) == (log, True)


def test_what_nobody_signed_cannot_be_verified(wb: Workbench, sheet: Given) -> None:
    batch = wb.import_sheet(sheet("email,name\njohn@example.com,John Doe\n"), "elevate.students")
    assert wb.signature(batch) is None
    with pytest.raises(NotSigned, match="cannot be verified: nobody has signed it"):
        wb.verify(batch)


BEHIND_EVERYBODYS_BACK = (
    "update workbench.import_outcome set outcome = 'updated' where line = 2 and batch_id = %s",
    "update workbench.import_outcome set record_id = gen_random_uuid() where line = 2 and batch_id = %s",
    "delete from workbench.import_outcome where line = 4 and batch_id = %s",
    "delete from workbench.import_row where line = 4 and batch_id = %s",
    """update workbench.import_row set raw = '["x","y","z"]' where line = 2 and batch_id = %s""",
    """update workbench.import_row set payload = payload || '{"status": "x"}' where line = 2 and batch_id = %s""",
    "update workbench.import_row set errors = null where line = 6 and batch_id = %s",
    "update workbench.import_outcome set errors = null where line = 4 and batch_id = %s",
    "update workbench.import_explanation set reason = 'nothing' where line = 4 and batch_id = %s",
    "update workbench.import_explanation set explained_by = 'eve' where line = 4 and batch_id = %s",
    "delete from workbench.import_explanation where line = 4 and batch_id = %s",
    "update workbench.import_batch set created = 3, skipped = 0 where id = %s",
    "update workbench.import_batch set notes = 'All went well.' where id = %s",
    "update workbench.import_batch set initiated_by_id = 'eve' where id = %s",
    "update workbench.import_batch set file_name = 'other.csv' where id = %s",
    "update workbench.import_batch set checksum = repeat('0', 64) where id = %s",
    "update workbench.import_batch set completed_at = now() - interval '1 year' where id = %s",
    """update workbench.sign_off set evidence = evidence || '{"created": 9}' where batch_id = %s""",
    "update workbench.sign_off set signed_by = 'eve' where batch_id = %s",
)


def test_what_a_superuser_changes_behind_everybodys_back_is_noticed(
    wb: Workbench, enrollments: Callable[..., Batch], url: str
) -> None:
    batch = enrollments(skip_errors=True)
    settle(wb, batch)
    wb.sign_off(batch)
    tables = ("import_batch", "import_row", "import_outcome", "import_explanation", "sign_off")
    for table in tables:
        tamper(url, f"create table public.{table} as table workbench.{table}")
    noticed = {}
    for change in BEHIND_EVERYBODYS_BACK:
        assert wb.verify(batch)
        assert tamper(url, change, batch.id) == 1
        noticed[change] = not wb.verify(batch)
        for table in tables:
            columns = "select string_agg(quote_ident(column_name), ', ') from information_schema.columns "
            where = "where table_schema = 'workbench' and table_name = %s and is_generated = 'NEVER'"
            names = ask(url, columns + where, table)[0][0]
            tamper(url, f"delete from workbench.{table}")
            tamper(url, f"insert into workbench.{table} ({names}) select {names} from public.{table}")
    assert [change for change, seen in noticed.items() if not seen] == []


def test_the_audit_log_names_who_did_what(
    wb: Workbench, open_wb: Callable[..., Workbench], sheet: Given, url: str
) -> None:
    batch = wb.import_sheet(sheet("email,name\njohn@example.com,John Doe\n"), "elevate.students")
    bob = open_wb(user="bob")
    bob.sign_off(batch)
    bob.undo(batch)
    said = ask(url, "select actor, action from workbench.audit_log where batch_id = %s order by id", batch.id)
    assert said == [
        ("ana", "began"),
        ("ana", "staged"),
        ("ana", "planned"),
        ("ana", "committed"),
        ("bob", "signed off"),
        ("bob", "undone"),
    ]
