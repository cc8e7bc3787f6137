"""What the import log tells beside its figures: how far the import is, who decided what of it, and what is open."""

from collections.abc import Callable
from datetime import UTC
from pathlib import Path

import pytest

from tests.imports import tamper, untimed
from workbench import Workbench, open_sheet
from workbench.model.batch import Batch
from workbench.model.sheet import Layout, Sheet
from workbench.model.template import Mapping

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]
Opened = Callable[..., Workbench]

GOOD = "email,name\njohn@example.com,John Doe\n"
MIXED = "email,name\njohn@example.com,John Doe\nnobody,Jane\nno one,Sam\n"
COURSES = "name,code\nCNA Training,CNA101\n"
ENROLLMENTS = """\
student_email,course_code
john@example.com,CNA101
ann@example.com,CNA101
ben@example.com,CNA101
john@example.com,BAKE101
cy@example.com,CNA101
"""
ROSTER = (
    "email,name,building,academic_year\nada@kck.example,Ada,Central,2024-2025\nben@kck.example,Ben,North,2024-2025\n"
)


def first(wb: Workbench, batch: Batch) -> str:
    return wb.log(batch).render().splitlines()[0]


def notes(wb: Workbench, batch: Batch) -> tuple[str, ...]:
    return tuple(map(untimed, wb.log(batch).notes_added))


def to_do(wb: Workbench, batch: Batch) -> tuple[str, ...]:
    return wb.log(batch).follow_ups_added


def test_the_first_line_says_whether_it_is_written_and_stands(
    wb: Workbench, open_wb: Opened, sheet: Given, url: str
) -> None:
    students = "Import type: Elevate: Students"
    staged = wb.stage(sheet(GOOD), "elevate.students")
    assert first(wb, staged) == f"{students} (not planned yet: nothing is written)"
    planned = wb.plan(staged).batch
    assert first(wb, planned) == f"{students} (planned: nothing is written)"
    dry = wb.import_sheet(sheet(GOOD), "elevate.students", dry_run=True)
    assert first(wb, dry) == f"{students} (dry run: nothing is written)"
    held = wb.import_sheet(sheet(MIXED), "elevate.students")
    assert first(wb, held) == f"{students} (held: nothing is written)"
    lea = open_wb(user="lea")
    lea.discard(held)
    assert first(wb, held) == f"{students} (discarded by lea: nothing is written)"
    done = wb.commit(planned)
    assert first(wb, done) == students
    preview = wb.undo(done, dry_run=True)
    assert (first(wb, done), first(wb, preview)) == (
        students,
        "Import type: Undo of Elevate: Students (dry run: nothing is taken back)",
    )
    undo = lea.undo(done)
    at = f"{undo.completed_at:%Y-%m-%d %H:%M} UTC"
    assert first(wb, done) == f"{students} (undone by lea, {at}: what it wrote was taken back)"
    assert first(wb, undo) == "Import type: Undo of Elevate: Students"
    assert "**" not in wb.log(done).to_markdown().splitlines()[0]


def test_an_import_of_which_nothing_was_decided_says_none(wb: Workbench, sheet: Given) -> None:
    done = wb.import_sheet(sheet(GOOD), "elevate.students")
    assert wb.log(done).render().endswith("Decisions/notes: None\n\nFollow-ups: None")


def test_explanations_and_rejections_are_told_by_who_and_why(wb: Workbench, open_wb: Opened, sheet: Given) -> None:
    wb.import_sheet(sheet(COURSES), "elevate.courses")
    wb.import_sheet(sheet("email,name\njohn@example.com,John Doe\n"), "elevate.students")
    text = ENROLLMENTS + "not an address,CNA101\n"
    batch = wb.import_sheet(sheet(text, "enrollments.csv"), "elevate.enrollments", skip_errors=True)
    assert to_do(wb, batch) == (
        "1 invalid row to be corrected and imported, or rejected.",
        "4 unmatched rows to be explained, or imported once what is missing is there.",
    )
    lea = open_wb(user="lea")
    wb.explain(batch, [3, 4, 6], "Left the\nprogramme")
    lea.explain(batch, [5], "Cancelled")
    lea.reject(batch, [7], "No such person.")
    assert notes(wb, batch) == (
        "ana let the good rows go on without the invalid ones.",
        "lea rejected 1 row: No such person (line 7).",
        "ana explained 3 rows: Left the programme (lines 3-4, 6).",
        "lea explained 1 row: Cancelled (line 5).",
    )
    assert to_do(wb, batch) == ("1 rejected row to be sent to whoever owns them.",)
    assert wb.log(batch).to_dict()["notes"] == ""


def test_what_was_decided_says_when_and_of_several_words_from_when_to_when(
    wb: Workbench, url: str, sheet: Given
) -> None:
    batch = wb.import_sheet(sheet(MIXED), "elevate.students", skip_errors=True)
    wb.reject(batch, [3, 4], "No such person")
    tamper(url, "update workbench.import_explanation set explained_at = '2026-03-03 16:00+01' where line = 3")
    tamper(url, "update workbench.import_explanation set explained_at = '2026-03-04 09:30+01' where line = 4")
    at = f"{batch.completed_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if batch.completed_at else ""
    assert wb.decided(batch) == (
        f"ana let the good rows go on without the invalid ones, {at}.",
        "ana rejected 2 rows: No such person (lines 3-4), 2026-03-03 15:00 UTC to 2026-03-04 08:30 UTC.",
    )


def test_of_very_many_words_the_log_stays_short(wb: Workbench, sheet: Given) -> None:
    lines = "".join(f"nobody {number},{'' if number % 2 else 'Ada'}\n" for number in range(3000))
    batch = wb.import_sheet(sheet(f"email,name\n{lines}"), "elevate.students", skip_errors=True)
    for number in range(12):
        wb.reject(batch, [2 + number], f"Reason {number}")
    wb.reject(batch, wb.rows.unexplained(batch)[::2], "No such person")
    told = notes(wb, batch)
    assert told[1] == (
        "ana rejected 1,494 rows: No such person (lines 14, 16, 18, 20, 22, 24, 26, 28, 30, 32 and more)."
    )
    assert (len(told), told[-1]) == (12, "And 3 more reasons of rows rejected.")


def test_corrections_and_what_texts_were_said_to_mean_are_told(wb: Workbench, open_wb: Opened, sheet: Given) -> None:
    wb.import_sheet(sheet(COURSES), "elevate.courses")
    wb.import_sheet(sheet(GOOD), "elevate.students")
    lea = open_wb(user="lea")
    text = "student_email,course_code\njohn@example.com,CNA 101\nnobody,CNA101\n"
    batch = wb.plan(wb.stage(sheet(text), "elevate.enrollments")).batch
    lea.mean(batch)
    wb.correct(batch, {3: {"student_email": "john@example.com"}})
    done = wb.commit(wb.plan(batch).batch)
    assert notes(wb, done) == (
        "lea said what texts mean: course code: 'CNA 101' is 'CNA101'.",
        "lea corrected 1 row: line 2.",
        "ana corrected 1 row: line 3.",
    )


def test_who_commits_what_another_person_began_is_told(wb: Workbench, open_wb: Opened, sheet: Given) -> None:
    lea = open_wb(user="lea")
    batch = wb.plan(wb.stage(sheet(GOOD), "elevate.students")).batch
    assert wb.batches.committed_by(batch) is None
    done = lea.commit(batch)
    assert notes(wb, done) == ("lea committed it.",)
    assert (wb.log(done).run_by, wb.batches.committed_by(done)) == ("ana", "lea")
    row = next(iter(wb.rows.each(done)))
    (event,) = wb.records.get("elevate.students", row["key"])["history"]
    assert (event["run_by"], event["committed_by"]) == ("ana", "lea")
    own = wb.import_sheet(sheet(GOOD.replace("@", "2@"), "own.csv"), "elevate.students")
    assert notes(wb, own) == ()


def test_which_rows_were_chosen_to_count_is_told(wb: Workbench, open_wb: Opened, sheet: Given) -> None:
    text = "email,name\nann@example.com,Ann\nann@example.com,Anna\nbo@example.com,Bo\nbo@example.com,Bob\n"
    batch = wb.import_sheet(sheet(text), "elevate.students")
    open_wb(user="lea").decisions.prefer(batch, [3])
    wb.decisions.prefer(batch, on_conflict="last")
    assert notes(wb, wb.commit(wb.plan(batch).batch)) == (
        "Of rows with one key the last counts, ana decided.",
        "lea chose 1 row to count: line 3.",
    )


def test_what_was_decided_of_the_columns_and_the_lines_is_told(wb: Workbench, tmp_path: Path) -> None:
    wb.import_sheet(open_sheet(_written(tmp_path, COURSES)), "elevate.courses")
    wb.import_sheet(open_sheet(_written(tmp_path, GOOD)), "elevate.students")
    rows = "john@example.com,CNA101,aktiv,03/04/2024,7\nx,y,,,\n"
    text = f"Term list\nstudent_email,course_code,status,enrolled_at,room\n{rows}"
    source = open_sheet(_written(tmp_path, text), layout=Layout(header_row=2, skip_lines=((4, 4),), delimiter=","))
    batch = wb.import_sheet(
        source,
        "elevate.enrollments",
        columns={"room": ""},
        value_maps={"status": {"aktiv": "active"}, "progress": {}},
        constants={"progress": "0"},
        forms={"enrolled_at": "dmy"},
        clears=("status",),
        lenient=("progress",),
        on_conflict="last",
        holds=("same_id",),
        mode="insert",
    )
    assert notes(wb, batch) == (
        "Mode: insert.",
        "The header is line 2, as ana said.",
        "Read with commas between the cells, as ana said.",
        "Left out (said so): line 4.",
        "Read as enrolled_at: day first (as it was said).",
        "Meanings: status: 'aktiv' is 'active'.",
        "Where progress is blank: 0.",
        "Columns left out: room.",
        "A blank cell erases: status.",
        "A wrong cell costs that cell alone: progress.",
        "Of rows with one key the last counts, by option.",
        "Waits for a person: a row whose id another record has.",
    )


def test_fields_are_told_as_people_call_them_and_a_rule_of_the_dataset_is_no_decision(
    wb: Workbench, sheet: Given
) -> None:
    rows = "Id,FirstName,LastName,MasterRecordId\n003Dn00000AbC13,Ann,Lee,\n"
    ruled = wb.plan(wb.stage(sheet(rows), "salesforce.volunteers")).batch
    assert "merged_into" in ruled.mapping["clears"] and not [each for each in notes(wb, ruled) if "erases" in each]
    said = wb.import_sheet(sheet("email,name\nann@example.com,Ann\n"), "elevate.students", clears=("full_name",))
    assert "A blank cell erases: full name." in notes(wb, said)


def test_the_template_that_was_used_and_repaired_letters_are_told(wb: Workbench, sheet: Given) -> None:
    first_one = wb.import_sheet(sheet("email,name\nzoe@example.com,ZoÃ«\n"), "elevate.students", repairs=("full_name",))
    assert notes(wb, first_one)[-1] == "Letters of full name repaired: 1 cell."
    wb.templates.save("KCK", "elevate.students", Mapping.from_dict(first_one.mapping))
    again = wb.import_sheet(sheet("email,name\nzoe@example.com,ZoÃ«\n"), "elevate.students", template="KCK")
    assert notes(wb, again)[0] == "Template: KCK."


def test_records_that_the_file_no_longer_names_are_told(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet(ROSTER), "polaris.teacher_roster")
    planned = wb.plan(wb.stage(sheet(ROSTER.rpartition("ben")[0]), "polaris.teacher_roster")).batch
    assert notes(wb, planned) == ("1 record that the file no longer names will be deactivated.",)
    assert wb.decided(planned) == ()  # nobody has decided it
    done = wb.commit(planned)
    assert notes(wb, done) == ("1 record that the file no longer names was deactivated.",)
    assert wb.decided(done) == ()


def test_an_undo_tells_that_a_record_is_not_there_and_does_not_call_it_kept(
    wb: Workbench, sheet: Given, url: str
) -> None:
    batch = wb.import_sheet(sheet(GOOD), "elevate.students")
    tamper(url, "delete from elevate.profiles where email = (select min(email) from elevate.profiles)")
    gone = "1 record of the import no longer there: nothing of it to take back."
    assert gone in notes(wb, wb.undo(batch))


def test_an_undo_tells_what_it_has_kept(wb: Workbench, sheet: Given, url: str) -> None:
    batch = wb.import_sheet(sheet(GOOD), "elevate.students")
    tamper(url, "update elevate.profiles set phone = '1'")
    assert notes(wb, wb.undo(batch)) == ("1 record kept: changed since the import.",)


def _written(folder: Path, text: str) -> Path:
    path = folder / "source.csv"
    path.write_text(text, encoding="utf-8")
    return path
