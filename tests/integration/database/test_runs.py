"""Composed runs: one sheet becomes students, courses and enrollments, and every row of it has one outcome."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tests.imports import ask, fingerprint, issues, outcome, outcomes, records, speak_for, tamper
from workbench import Workbench, open_sheet, playbooks
from workbench.database import committing
from workbench.database import store as database
from workbench.model.batch import Batch
from workbench.model.errors import (
    AlreadySigned,
    BroughtIn,
    ImportOrder,
    NotDone,
    PartOfRun,
    ResolvesSigned,
    SeveralSheets,
    StalePlan,
    Unbalanced,
    UnknownMode,
    WrongStage,
)
from workbench.model.playbook import Known, Shaped
from workbench.model.sheet import Chunk, Sheet
from workbench.playbooks.learners import LEARNERS as LEARNERS_PLAYBOOK
from workbench.sources import open_sheets

Given = Callable[..., Sheet]
Opened = Callable[..., Workbench]

LEARNERS = """\
email,first_name,last_name,course_code,course_name,status
ada@example.com,Ada,Park,CNA101,Nursing,active
ben@example.com,Ben,Oka,CNA101,Nursing,active
ada@example.com,Ada,Park,WELD1,Welding,completed
bad,Bad,Mail,CNA101,Nursing,active
cy@example.com,Cy,Lee,CNA101,Nurse Aide,active
dee@example.com,Dee,Moe,NOPE9,,active
eve@example.com,Eve,Poe,,,
fay@example.com,Fay,Roe,CNA101,Nursing,weird
ada@example.com,Ada,Park,CNA101,Nursing,active
"""
"""Duplicates, two names for one code, a course that is not there, a bad address, a bad status, a learner alone."""

GOOD = """\
email,first_name,last_name,course_code,course_name,status
ada@example.com,Ada,Park,CNA101,Nursing,active
ben@example.com,Ben,Oka,CNA101,Nursing,active
"""


def parts(wb: Workbench, batch: Batch) -> dict[str, tuple[int | None, ...]]:
    return {part.dataset.partition(".")[2]: outcome(part) for part in wb.batches.parts(batch)}


def test_every_row_of_a_sheet_of_learners_has_the_one_outcome_that_its_parts_make(wb: Workbench, sheet: Given) -> None:
    batch = wb.import_sheet(sheet(LEARNERS), "elevate.learners", skip_errors=True)
    assert outcomes(wb, batch) == [
        (2, "created"),
        (3, "created"),
        (4, "created"),
        (5, "invalid"),
        (6, "invalid:conflict"),
        (7, "unmatched:course"),
        (8, "created"),
        (9, "invalid"),
        (10, "skipped:duplicate"),
    ]
    assert outcome(batch) == (4, 0, 1, 1, 3)
    assert parts(wb, batch) == {
        "students": (3, 0, 3, 0, 1),
        "courses": (2, 0, 0, 0, 1),
        "enrollments": (3, 0, 2, 1, 2),
    }
    assert wb.figures(batch) == {
        "Students created": 3,
        "Students updated": 0,
        "Courses created": 2,
        "Courses updated": 0,
        "Enrollments created": 3,
        "Enrollments updated": 0,
    }


def test_what_is_wrong_with_a_part_is_told_of_its_row_in_the_words_of_the_sheet(wb: Workbench, sheet: Given) -> None:
    batch = wb.import_sheet(sheet(LEARNERS), "elevate.learners", skip_errors=True)
    assert issues(wb, batch) == [
        (5, "email", "bad_email"),
        (6, "course_code", "conflict"),
        (7, "course_code", "course_not_found"),
        (9, "status", "bad_choice"),
        (10, "email", "duplicate_key"),
    ]
    told = {row["line"]: row["issues"][0]["message"] for row in wb.rows.each(batch) if row["issues"]}
    assert told[6] == "Line 2 says otherwise of the same course: course name (Nursing / Nurse Aide)"
    assert told[10] == "Same email and course code as line 2"


def test_nothing_is_written_of_a_row_with_a_part_that_is_refused(wb: Workbench, sheet: Given, url: str) -> None:
    wb.import_sheet(sheet(LEARNERS), "elevate.learners", skip_errors=True)
    assert records(url, "elevate.profiles", "email") == [(f"{name}@example.com",) for name in ("ada", "ben", "eve")]
    assert records(url, "elevate.courses", "course_code", "course_name") == [
        ("CNA101", "Nursing"),
        ("WELD1", "Welding"),
    ]
    found = ask(url, "select count(*) from elevate.enrollments e join elevate.profiles p on p.id = e.user_id")
    assert found == [(3,)]


def test_the_first_row_that_is_good_makes_the_record_that_others_repeat(wb: Workbench, sheet: Given) -> None:
    text = GOOD.replace("ada@example.com,Ada,Park,CNA101,Nursing,active", "ada@example.com,Ada,Park,CNA101,Nursing,odd")
    batch = wb.import_sheet(sheet(text), "elevate.learners", skip_errors=True)
    assert outcomes(wb, batch) == [(2, "invalid"), (3, "created")]
    assert parts(wb, batch)["courses"] == (1, 0, 0, 0, 0)


def test_the_dry_run_of_the_whole_is_what_the_commit_does(wb: Workbench, sheet: Given, url: str) -> None:
    before = fingerprint(url)
    dry = wb.import_sheet(sheet(LEARNERS), "elevate.learners", dry_run=True)
    assert (dry.stage, fingerprint(url)) == ("planned", before)
    meant = (outcome(dry), parts(wb, dry), outcomes(wb, dry))
    done = wb.commit(dry, skip_errors=True)
    assert (done.stage, (outcome(done), parts(wb, done), outcomes(wb, done))) == ("completed", meant)


def test_a_playbook_may_let_the_good_parts_of_a_refused_row_go_on(
    wb: Workbench, sheet: Given, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(playbooks.PLAYBOOKS, LEARNERS_PLAYBOOK.name, replace(LEARNERS_PLAYBOOK, keeps_good_parts=True))
    batch = wb.import_sheet(sheet(GOOD + "dee@example.com,Dee,Moe,NOPE9,,active\n"), "elevate.learners")
    assert outcomes(wb, batch) == [(2, "created"), (3, "created"), (4, "unmatched:course")]
    assert parts(wb, batch)["students"] == (3, 0, 0, 0, 0)
    assert ("dee@example.com",) in records(url, "elevate.profiles", "email")
    later = wb.import_sheet(sheet("code,name\nNOPE9,Late\n", "later.csv"), "elevate.courses")
    assert [outcome(swept) for swept in wb.batches.resolved_by(later)] == [(1, 0, 0, 0, 0)]
    assert wb.reconcile(batch).done


def test_a_shape_may_make_several_records_of_one_row(
    wb: Workbench, sheet: Given, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def two_a_cell(columns: Chunk, known: Known) -> dict[str, Shaped]:
        each = pc.split_pattern(columns.cells["email"], "/")
        at = pc.list_parent_indices(each).cast(pa.int32())
        lines = pc.add(pc.multiply(columns.lines.take(at), 10), pa.array(range(len(at)), pa.int32()))
        cells = pa.RecordBatch.from_arrays(
            [pc.list_flatten(each), *(columns.cells[name].take(at) for name in ("first_name", "last_name"))],
            names=["email", "first_name", "last_name"],
        )
        groups = pa.ListArray.from_arrays(pa.array(range(len(at) + 1), pa.int32()), at)
        return {"elevate.students": Shaped(rows=Chunk(lines=lines, cells=cells), at=at, groups=groups)}

    families = replace(LEARNERS_PLAYBOOK, parts=LEARNERS_PLAYBOOK.parts[:1], shape=two_a_cell, figures=())
    monkeypatch.setitem(playbooks.PLAYBOOKS, families.name, families)
    text = "email,first_name,last_name,course_code\na@x.org/b@x.org,A,B,\nc@x.org/bad,C,D,\nd@x.org,E,F,\n"
    batch = wb.import_sheet(sheet(text), "elevate.learners", skip_errors=True)
    assert outcomes(wb, batch) == [(2, "created"), (3, "invalid"), (4, "created")]
    assert records(url, "elevate.profiles", "email") == [("a@x.org",), ("b@x.org",), ("d@x.org",)]
    assert outcome(wb.undo(batch)) == (0, 3, 0, 0, 0)


def test_the_same_sheet_again_changes_nothing(wb: Workbench, sheet: Given, url: str) -> None:
    wb.import_sheet(sheet(GOOD), "elevate.learners")
    before = fingerprint(url)
    again = wb.import_sheet(sheet(GOOD), "elevate.learners")
    assert outcomes(wb, again) == [(2, "skipped:unchanged"), (3, "skipped:unchanged")]
    assert fingerprint(url) == before


def test_a_repeated_row_is_a_duplicate_however_often_the_sheet_comes(wb: Workbench, sheet: Given) -> None:
    text = GOOD + GOOD.splitlines()[1] + "\n"
    found = [outcomes(wb, wb.import_sheet(sheet(text, f"{n}.csv"), "elevate.learners"))[2] for n in range(2)]
    assert found == [(4, "skipped:duplicate")] * 2


def test_an_update_of_any_part_updates_the_row(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet(GOOD), "elevate.learners")
    changed = wb.import_sheet(sheet(GOOD.replace("Ben,Oka", "Ben,Okafor")), "elevate.learners")
    assert outcomes(wb, changed) == [(2, "skipped:unchanged"), (3, "updated")]
    assert wb.figures(changed)["Students updated"] == 1


def test_an_undo_takes_back_every_part_and_adds_up(wb: Workbench, sheet: Given, url: str) -> None:
    wb.import_sheet(sheet("code,name\nCNA101,Nursing\n"), "elevate.courses")
    before = fingerprint(url)
    batch = wb.import_sheet(sheet(LEARNERS), "elevate.learners", skip_errors=True)
    shown = wb.undo(batch, dry_run=True)
    assert outcome(shown) == (0, 7, 0, 0, 0)
    undone = wb.undo(batch)
    assert (undone.stage, outcome(undone)) == ("completed", (0, 7, 0, 0, 0))
    assert parts(wb, undone) == {
        "enrollments": (0, 3, 0, 0, 0),
        "courses": (0, 1, 0, 0, 0),
        "students": (0, 3, 0, 0, 0),
    }
    assert fingerprint(url) == before


def test_an_undo_keeps_what_was_changed_since_and_what_that_refers_to(wb: Workbench, sheet: Given, url: str) -> None:
    batch = wb.import_sheet(sheet(GOOD), "elevate.learners")
    later = "student_email,course_code,status\nada@example.com,CNA101,completed\n"
    wb.import_sheet(sheet(later), "elevate.enrollments")
    undone = wb.undo(batch)
    assert parts(wb, undone) == {
        "enrollments": (0, 1, 1, 0, 0),
        "courses": (0, 0, 1, 0, 0),
        "students": (0, 1, 1, 0, 0),
    }
    assert records(url, "elevate.profiles", "email") == [("ada@example.com",)]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_sheets_of_a_workbook_are_one_run_in_the_right_order_whatever_their_own(
    wb: Workbench, tmp_path: Path, url: str, order: tuple[int, ...]
) -> None:
    batch = wb.import_sheet(open_sheets(workbook(tmp_path, order)), "elevate", skip_errors=True)
    assert outcome(batch) == (4, 0, 0, 1, 1)
    assert list(parts(wb, batch).items()) == [
        ("courses", (1, 0, 0, 0, 0)),
        ("students", (2, 0, 0, 0, 1)),
        ("enrollments", (1, 0, 0, 1, 0)),
    ]
    assert [(row["dataset"], row["line"]) for row in wb.rows.each(batch, outcome="unmatched")] == [
        ("elevate.enrollments", 3)
    ]
    assert ask(url, "select count(*) from elevate.enrollments") == [(1,)]
    again = wb.import_sheet(open_sheets(workbook(tmp_path, order)), "elevate", skip_errors=True)
    assert outcome(again) == (0, 0, 4, 1, 1)
    assert outcome(wb.undo(batch)) == (0, 4, 0, 0, 0)


def workbook(folder: Path, order: tuple[int, ...]) -> Path:
    import openpyxl

    tables: list[tuple[str, list[list[str]]]] = [
        ("Courses", [["code", "name"], ["CNA101", "Nursing"]]),
        (
            "People",
            [
                ["email", "first_name", "last_name"],
                ["ada@example.com", "Ada", "Park"],
                ["ben@example.com", "Ben", "Oka"],
                ["bad", "B", "C"],
            ],
        ),
        (
            "Enrollments",
            [
                ["student_email", "course_code", "status"],
                ["ada@example.com", "CNA101", "active"],
                ["zed@example.com", "CNA101", "active"],
            ],
        ),
    ]
    book = openpyxl.Workbook()
    book.remove(book.active)
    for place in order:
        title, rows = tables[place]
        worksheet = book.create_sheet(title)
        for row in rows:
            worksheet.append(row)
    path = folder / "school.xlsx"
    book.save(path)
    return path


def test_a_sheet_of_a_run_is_corrected_by_itself_and_the_run_is_planned_again(wb: Workbench, tmp_path: Path) -> None:
    batch = wb.import_sheet(open_sheets(workbook(tmp_path, (0, 1, 2))), "elevate")
    assert (batch.stage, batch.invalid) == ("held", 1)
    with pytest.raises(SeveralSheets):
        wb.correct(batch, {4: {"email": "zed@example.com"}})
    people = wb.batches.parts(batch)[1]
    wb.correct(people, {4: {"email": "zed@example.com"}})
    assert wb.batches.get(batch).stage == "staged"
    wb.plan(batch)
    assert outcome(wb.commit(batch)) == (6, 0, 0, 0, 0)
    assert wb.reconcile(batch).done


def test_a_corrected_row_is_made_into_its_parts_again(wb: Workbench, sheet: Given, url: str) -> None:
    batch = wb.import_sheet(sheet(LEARNERS), "elevate.learners")
    assert batch.stage == "held"
    wb.correct(batch, {5: {"email": "bo@example.com"}, 6: {"course_name": "Nursing"}, 9: {"status": "active"}})
    corrected = wb.batches.get(batch)
    assert (corrected.stage, corrected.summary["failed"]) == ("staged", 0)
    plan = wb.plan(batch)
    assert plan.counts["invalid"] == 0
    done = wb.commit(batch)
    assert outcome(done) == (7, 0, 1, 1, 0)
    assert ask(url, "select count(*) from elevate.profiles") == [(6,)]


def test_the_file_of_rejected_rows_comes_back_corrected(wb: Workbench, sheet: Given, tmp_path: Path) -> None:
    batch = wb.import_sheet(sheet(LEARNERS), "elevate.learners")
    wb.rows.save(batch, tmp_path / "invalid.csv", "csv", outcome="invalid")
    text = (tmp_path / "invalid.csv").read_text("utf-8")
    fixed = text.replace("bad,Bad", "bo@example.com,Bad").replace("weird", "active").replace("Nurse Aide", "Nursing")
    wb.corrections.correct_from(batch, sheet(fixed, "fixed.csv"))
    assert wb.plan(batch).counts["invalid"] == 0


def test_a_row_that_waits_for_a_record_is_imported_when_it_comes(wb: Workbench, sheet: Given, url: str) -> None:
    batch = wb.import_sheet(sheet(LEARNERS), "elevate.learners", skip_errors=True)
    later = wb.import_sheet(sheet("code,name\nNOPE9,Late\n", "later.csv"), "elevate.courses")
    (swept,) = wb.batches.resolved_by(later)
    assert (swept.sweep_of, outcome(swept)) == (batch.id, (1, 0, 0, 0, 0))
    row = next(row for row in wb.rows.each(batch) if row["line"] == 7)
    assert (row["outcome"], row["reason"], row["explanation"]) == ("skipped", "resolved", f"Resolved by run {swept.id}")
    figures = wb.reconcile(batch)
    assert (figures.unmatched, figures.skipped_by_reason) == (0, {"duplicate": 1, "resolved": 1})
    assert ("dee@example.com",) in records(url, "elevate.profiles", "email")
    wb.undo(swept)
    assert wb.reconcile(batch).unmatched == 1
    assert ("dee@example.com",) not in records(url, "elevate.profiles", "email")


def test_what_a_sweep_brought_in_goes_before_its_run_and_not_by_itself_again(wb: Workbench, sheet: Given) -> None:
    batch = wb.import_sheet(sheet(LEARNERS), "elevate.learners", skip_errors=True)
    later = wb.import_sheet(sheet("code,name\nNOPE9,Late\n", "later.csv"), "elevate.courses")
    (swept,) = wb.batches.resolved_by(later)
    with pytest.raises(BroughtIn, match=str(swept.id)):
        wb.undo(batch)
    wb.undo(swept)
    other = wb.import_sheet(sheet("code,name\nOTHER,Other\n", "other.csv"), "elevate.courses")
    assert (wb.batches.resolved_by(other), wb.reconcile(batch).unmatched) == ([], 1)
    (again,) = wb.sweep(batch)
    assert (outcome(again), wb.reconcile(batch).unmatched) == ((1, 0, 0, 0, 0), 0)


def test_what_was_signed_as_resolved_stays_so(open_wb: Opened, sheet: Given) -> None:
    wb, lead = open_wb(), open_wb(user="lea")
    batch = wb.import_sheet(sheet(GOOD + "dee@example.com,Dee,Moe,NOPE9,,active\n"), "elevate.learners")
    later = wb.import_sheet(sheet("code,name\nNOPE9,Late\n", "later.csv"), "elevate.courses")
    (swept,) = wb.batches.resolved_by(later)
    lead.sign_off(batch)
    with pytest.raises(ResolvesSigned, match="lea"):
        wb.undo(swept)
    assert lead.verify(batch)


def test_a_row_that_still_waits_for_another_record_waits_on(wb: Workbench, sheet: Given) -> None:
    batch = wb.import_sheet(sheet(LEARNERS), "elevate.learners", skip_errors=True)
    wb.import_sheet(sheet("code,name\nOTHER,Late\n", "later.csv"), "elevate.courses")
    assert wb.reconcile(batch).unmatched == 1
    assert wb.sweep() == []


def test_rows_under_one_contract_wait_until_somebody_asks_for_them(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet("code,name\nCNA101,Nursing\n"), "elevate.courses")
    wb.import_sheet(sheet("email,name\nada@example.com,Ada\n"), "elevate.students")
    batch = wb.import_sheet(sheet("student_email,course_code\nben@example.com,CNA101\n"), "elevate.enrollments")
    wb.import_sheet(sheet("email,name\nben@example.com,Ben\n"), "elevate.students")
    assert wb.reconcile(batch).unmatched == 1
    (swept,) = wb.sweep(batch)
    assert (outcome(swept), wb.reconcile(batch).done) == ((1, 0, 0, 0, 0), True)


def test_a_part_is_moved_by_its_run_alone(wb: Workbench, sheet: Given) -> None:
    batch = wb.stage(sheet(GOOD), "elevate.learners")
    part = wb.batches.parts(batch)[0]
    for act in (wb.plan, wb.commit, wb.undo, wb.sign_off, wb.fill):
        with pytest.raises(PartOfRun, match=str(batch.id)):
            act(part)
    assert [found.id for found in wb.batches.all()] == [batch.id]
    assert wb.batches.get("latest").id == batch.id


UNCHANGED = {
    "workbench.import_batch": "update workbench.import_batch set created = 2, processed = processed - 5 where id = %s",
    "workbench.import_row": "update workbench.import_row set sources = null where batch_id = %s",
    "workbench.import_outcome": "update workbench.import_outcome set reason = null where batch_id = %s",
}


def test_a_run_is_signed_whole_and_its_parts_are_under_the_signature(open_wb: Opened, sheet: Given, url: str) -> None:
    wb, lead = open_wb(), open_wb(user="lea")
    batch = wb.import_sheet(sheet(GOOD), "elevate.learners")
    assert lead.sign_off(batch)["signed_by"] == "lea"
    assert lead.verify(batch)
    (part, *_) = wb.batches.parts(batch)
    changes = (
        "update workbench.import_batch set created = 7, processed = processed + 5 where id = %s",
        "update workbench.import_row set sources = array[9] where batch_id = %s",
        "update workbench.import_outcome set reason = 'tampered' where batch_id = %s",
    )
    for change in changes:
        tamper(url, change, part.id)
        assert not lead.verify(batch), change
        tamper(url, UNCHANGED[change.split()[1]], part.id)
        assert lead.verify(batch)


def test_a_run_with_an_unexplained_row_in_any_sheet_cannot_be_signed(open_wb: Opened, tmp_path: Path) -> None:
    wb, lead = open_wb(), open_wb(user="lea")
    batch = wb.import_sheet(open_sheets(workbook(tmp_path, (0, 1, 2))), "elevate", skip_errors=True)
    with pytest.raises(NotDone):
        lead.sign_off(batch)
    _, people, enrollments = wb.batches.parts(batch)
    wb.reject(people, [4], "no such person")
    wb.explain(enrollments, [3], "not ours")
    assert (wb.reconcile(batch).done, wb.reconcile(batch).rejected_by) == (True, {"ana": 1})
    lead.sign_off(batch)


def test_the_log_is_that_of_the_run(wb: Workbench, sheet: Given) -> None:
    batch = wb.import_sheet(sheet(LEARNERS, "learners.csv"), "elevate.learners", skip_errors=True)
    log = wb.log(batch)
    assert (log.import_type, log.file_name, log.processed) == ("Elevate: Learners with courses", "learners.csv", 9)


def test_rows_that_say_otherwise_are_held_or_the_first_counts(wb: Workbench, sheet: Given) -> None:
    text = GOOD + "cy@example.com,Cy,Lee,CNA101,Nurse Aide,active\n"
    held = wb.import_sheet(sheet(text), "elevate.learners", dry_run=True)
    first = wb.import_sheet(sheet(text), "elevate.learners", dry_run=True, on_conflict="first")
    assert (outcome(held), outcome(first)) == ((2, 0, 0, 0, 1), (3, 0, 0, 0, 0))


def test_a_blank_after_a_value_is_no_conflict_and_a_value_after_a_blank_is_one(wb: Workbench, sheet: Given) -> None:
    header, *_ = GOOD.splitlines()
    blank_later = (
        f"{header}\nada@example.com,Ada,Park,CNA101,Nursing,active\nada@example.com,Ada,Park,CNA101,Nursing,\n"
    )
    blank_first = (
        f"{header}\nada@example.com,Ada,Park,CNA101,Nursing,\nada@example.com,Ada,Park,CNA101,Nursing,active\n"
    )
    later = wb.import_sheet(sheet(blank_later), "elevate.learners", dry_run=True)
    first = wb.import_sheet(sheet(blank_first), "elevate.learners", dry_run=True)
    assert outcomes(wb, later) == [(2, "created"), (3, "skipped:duplicate")]
    assert outcomes(wb, first) == [(2, "invalid:conflict"), (3, "invalid:conflict")]


def test_a_run_brings_what_its_later_parts_refer_to_and_nothing_else_is_invented(wb: Workbench, sheet: Given) -> None:
    with pytest.raises(ImportOrder):
        wb.import_sheet(sheet("student_email,course_code\nada@example.com,CNA101\n"), "elevate.enrollments")
    with pytest.raises(UnknownMode):
        wb.stage(sheet(GOOD), "elevate.learners", mode="preserve")
    assert outcome(wb.import_sheet(sheet(GOOD), "elevate.learners")) == (2, 0, 0, 0, 0)


def test_a_plan_that_no_longer_holds_for_one_part_writes_none(wb: Workbench, sheet: Given, url: str) -> None:
    wb.import_sheet(sheet(GOOD), "elevate.learners")
    batch = wb.stage(sheet(GOOD.replace("active", "completed").replace("Okafor", "Oka")), "elevate.learners")
    wb.plan(batch)
    tamper(url, "update elevate.courses set course_name = 'Changed'")
    before = fingerprint(url)
    with pytest.raises(StalePlan):
        wb.commit(batch)
    assert fingerprint(url) == before
    assert [part.stage for part in wb.batches.parts(batch)] == ["planned"] * 3


# -- what the database refuses ---------------------------------------------------------------------------------------


def planned(wb: Workbench, sheet: Given) -> Batch:
    return wb.plan(wb.stage(sheet(LEARNERS), "elevate.learners", skip_errors=True)).batch


def test_the_database_refuses_a_row_whose_outcome_is_not_that_of_its_parts(
    wb: Workbench, sheet: Given, url: str
) -> None:
    batch = planned(wb, sheet)
    tamper(url, "update workbench.import_outcome set outcome = 'updated' where batch_id = %s and line = 2", batch.id)
    tamper(url, "update workbench.import_batch set created = created - 1, updated = 1 where id = %s", batch.id)
    before = fingerprint(url)
    with pytest.raises(Unbalanced, match="1 of its rows have another outcome than their parts have"):
        wb.commit(batch)
    assert fingerprint(url) == before


def told_of_all(url: str, batch: Batch) -> tuple[int | None, int]:
    """What all rows of a run came to, as a weight, where that is told of them at once; and how many rows have another
    outcome than their parts, compared one by one."""
    question = "select workbench.alike(b), workbench.unrolled(b.id, b.plan) from workbench.import_batch b where id = %s"
    told, wrong = ask(url, question, batch.id)[0]
    return told, wrong


def test_what_is_told_of_all_rows_at_once_is_what_each_came_to(wb: Workbench, sheet: Given, url: str) -> None:
    cases = {
        GOOD: 3,  # created
        GOOD + "cy@example.com,Cy,Lee,CNA101,Nursing,active\n": None,  # two are there already
        GOOD.replace("active", "completed"): 4,  # updated
        GOOD.replace("active", "completed") + " \n": 8,  # skipped, unchanged
        GOOD.replace("\nben", "\n,,,,,\nben").replace("active", "completed"): None,  # a gap between the lines
        LEARNERS: None,
    }
    for text, told in cases.items():
        batch = wb.import_sheet(sheet(text), "elevate.learners", skip_errors=True)
        assert told_of_all(url, batch) == (told, 0), text
        assert wb.reconcile(batch).balanced


FORGED = (
    (
        "import_outcome set outcome = 'updated' where batch_id = %s and line = 2",
        "created = created - 1, updated = 1",
        0,
    ),
    (
        "import_outcome set outcome = 'skipped', reason = 'duplicate' where batch_id = %s and line = 2",
        "created = created - 1, skipped = 1",
        0,
    ),
    ("import_row set sources = array[2, 9] where batch_id = %s and line = 2", "notes = 'forged'", 1),
    ("import_row set line = 9 where batch_id = %s and line = 2", "notes = 'forged'", 3),
)
"""What somebody does to a batch of a run (0 for its source, else one of its parts), and to the figures of that."""


@pytest.mark.parametrize(("forged", "figures", "of"), FORGED)
def test_the_database_refuses_a_run_of_which_all_is_well_but_one_row(
    wb: Workbench, sheet: Given, url: str, forged: str, figures: str, of: int
) -> None:
    batch = wb.plan(wb.stage(sheet(GOOD), "elevate.learners")).batch
    which = (batch, *wb.batches.parts(batch))[of]
    tamper(url, f"update workbench.{forged}", which.id)
    if "set line" in forged:
        tamper(url, "update workbench.import_outcome set line = 9 where batch_id = %s and line = 2", which.id)
    tamper(url, f"update workbench.import_batch set {figures} where id = %s", which.id)
    before = fingerprint(url)
    with pytest.raises(Unbalanced):
        wb.commit(batch)
    assert fingerprint(url) == before


def test_the_database_refuses_a_run_that_hides_a_row(wb: Workbench, sheet: Given, url: str) -> None:
    batch = planned(wb, sheet)
    for table in ("import_outcome", "import_row"):
        tamper(url, f"delete from workbench.{table} where batch_id = %s and line = 8", batch.id)
    tamper(
        url,
        "update workbench.import_batch set created = created - 1, processed = processed - 1 where id = %s",
        batch.id,
    )
    with pytest.raises(Unbalanced):
        wb.commit(batch)


def test_the_database_refuses_a_run_whose_parts_are_not_completed(wb: Workbench, sheet: Given, url: str) -> None:
    batch = planned(wb, sheet)
    with (
        program(url) as connection,
        pytest.raises(psycopg.DatabaseError, match="parts are not completed"),
    ):
        connection.execute("update workbench.import_batch set stage = 'completed' where id = %s", (batch.id,))


def test_the_database_refuses_a_part_without_the_others(wb: Workbench, sheet: Given, url: str) -> None:
    wb.commit(planned(wb, sheet), skip_errors=True)
    batch = planned(wb, sheet)  # which writes nothing
    part = wb.batches.parts(batch)[0]
    with (
        pytest.raises(psycopg.DatabaseError, match="which is not completed"),
        program(url) as connection,
    ):
        connection.execute("update workbench.import_batch set stage = 'completed' where id = %s", (part.id,))


@contextmanager
def program(url: str) -> Iterator[psycopg.Connection[Any]]:
    """A transaction of the program's role, as it could be without the program."""
    with closing(psycopg.connect(database.program_url(url))) as connection, connection:
        speak_for(connection, url)
        yield connection


def test_the_database_takes_no_failed_part_for_one_that_is_not_missing(wb: Workbench, sheet: Given, url: str) -> None:
    batch = planned(wb, sheet)
    with pytest.raises(psycopg.DatabaseError, match="only 0 of its parts are there"), program(url) as connection:
        connection.execute("update workbench.import_batch set stage = 'failed' where part_of = %s", (batch.id,))
        connection.execute("update workbench.import_batch set stage = 'completed' where id = %s", (batch.id,))


def test_the_database_hangs_no_part_on_a_run_that_is_done(wb: Workbench, sheet: Given, url: str) -> None:
    batch = wb.import_sheet(sheet(GOOD), "elevate.learners")
    with pytest.raises(psycopg.DatabaseError, match="takes no more parts"), program(url) as connection:
        connection.execute(
            "insert into workbench.import_batch (id, tenant_id, run_id, data_type, source, file_name, initiated_by_id, "
            "mode, part_of, part) select gen_random_uuid(), tenant_id, run_id, 'elevate.students', source, file_name, "
            "initiated_by_id, mode, id, 9 from workbench.import_batch where id = %s",
            (batch.id,),
        )


def test_the_database_looks_at_the_rows_and_at_no_word_about_them(wb: Workbench, sheet: Given, url: str) -> None:
    batch = planned(wb, sheet)
    tamper(
        url,
        "update workbench.import_batch set summary = summary || '{\"grouped\": false}' where part_of = %s",
        batch.id,
    )
    tamper(url, "update workbench.import_outcome set outcome = 'skipped' where batch_id = %s and line = 8", batch.id)
    tamper(
        url, "update workbench.import_batch set created = created - 1, skipped = skipped + 1 where id = %s", batch.id
    )
    with pytest.raises(Unbalanced):
        wb.commit(batch)


def test_the_database_believes_no_resolution_by_a_run_that_did_not_do_it(wb: Workbench, sheet: Given, url: str) -> None:
    batch = wb.import_sheet(sheet(LEARNERS), "elevate.learners", skip_errors=True)
    with pytest.raises(psycopg.DatabaseError, match="was not resolved by"), program(url) as connection:
        connection.execute(
            "insert into workbench.import_explanation (tenant_id, batch_id, line, reason, explained_by, resolved_by) "
            "select tenant_id, id, 7, 'so they say', 'eve', id from workbench.import_batch where id = %s",
            (batch.id,),
        )


def test_two_parts_that_would_make_one_record_say_so_in_the_plan(wb: Workbench, sheet: Given) -> None:
    sheets = [
        sheet("email,name\nboth@x.org,Ada\nada@x.org,Ada\n", "students.csv"),
        sheet("email,name,role\nboth@x.org,Ada,admin\n", "staff.csv"),
    ]
    batch = wb.import_sheet(sheets, "elevate", skip_errors=True)
    assert [(row["dataset"], row["outcome"], row["reason"]) for row in wb.rows.each(batch)] == [
        ("elevate.students", "created", None),
        ("elevate.students", "created", None),
        ("elevate.staff", "invalid", "taken"),
    ]


def test_the_first_good_row_counts_also_where_equal_rows_were_made_one(wb: Workbench, sheet: Given) -> None:
    header, *_ = GOOD.splitlines()
    text = f"{header}\nxa@x.org,A,B,ZZ,,active\nXa@x.org,A,B,,,\nxa@x.org,A,B,,,\n"
    batch = wb.import_sheet(sheet(text), "elevate.learners", skip_errors=True)
    assert outcomes(wb, batch) == [(2, "unmatched:course"), (3, "created"), (4, "skipped:duplicate")]


def test_a_sweep_changes_no_record_that_was_written_since(wb: Workbench, sheet: Given, url: str) -> None:
    header, *_ = GOOD.splitlines()
    old = wb.import_sheet(sheet(f"{header}\nann@x.org,Ann,Old,NEWC,,active\n"), "elevate.learners")
    wb.import_sheet(sheet("email,name\nann@x.org,Ann New\n", "new.csv"), "elevate.students")
    course = wb.import_sheet(sheet("code,name\nNEWC,New\n", "course.csv"), "elevate.courses")
    assert wb.batches.resolved_by(course) == []
    assert records(url, "elevate.profiles", "full_name") == [("Ann New",)]
    assert wb.batches.all(limit=1)[0].id == course.id == wb.batches.get("latest").id
    assert (wb.sweep(old), records(url, "elevate.profiles", "full_name")) == ([], [("Ann New",)])


def test_a_run_that_was_taken_back_or_signed_is_not_swept(open_wb: Opened, sheet: Given) -> None:
    wb, lead = open_wb(), open_wb(user="lea")
    signed = wb.import_sheet(sheet(GOOD), "elevate.learners")
    lead.sign_off(signed)
    with pytest.raises(AlreadySigned):
        wb.sweep(signed)
    undone = wb.import_sheet(sheet(GOOD.replace("active", "completed"), "2.csv"), "elevate.learners")
    wb.undo(undone)
    with pytest.raises(WrongStage, match="is undone; sweeping needs one that is neither undone nor discarded"):
        wb.sweep(undone)


def test_the_commit_of_a_run_takes_its_locks_in_one_order(wb: Workbench, url: str) -> None:
    from workbench.datasets.catalog import contract

    one = [contract(name) for name in ("elevate.students", "elevate.courses", "elevate.enrollments")]
    with psycopg.connect(url) as first, psycopg.connect(url) as second:
        tenant = wb._store.tenant_id
        committing.lock(first, tenant, *one)
        second.execute("set lock_timeout = '200ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            committing.lock(second, tenant, *reversed(one))


def test_another_tenant_knows_nothing_of_a_run(wb: Workbench, open_wb: Opened, sheet: Given) -> None:
    from workbench.model.errors import UnknownBatch

    batch = wb.import_sheet(sheet(GOOD), "elevate.learners")
    other = open_wb(tenant="other")
    for found in (batch, *wb.batches.parts(batch)):
        with pytest.raises(UnknownBatch):
            other.batches.parts(found)
    assert outcome(other.import_sheet(sheet(GOOD), "elevate.learners")) == (2, 0, 0, 0, 0)


def test_a_sheet_opened_again_is_what_a_page_fills(wb: Workbench, sheet: Given) -> None:
    begun = wb.begin(sheet(GOOD), "elevate.learners", source="page")
    assert [part.stage for part in wb.batches.parts(begun)] == ["queued"] * 3
    filled = wb.fill(begun)
    assert (filled.stage, filled.summary["rows"]) == ("staged", 2)
    assert open_sheet is not None
    wb.plan(filled)
    assert outcome(wb.commit(filled)) == (2, 0, 0, 0, 0)
