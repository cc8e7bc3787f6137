"""Columns of an import that is not written yet fill other fields: the same batch, every row read again."""

from collections.abc import Callable

import psycopg
import pytest

from tests.imports import issues, outcome, records, speak_for, untimed
from workbench import Workbench
from workbench.model.errors import MadeIntoParts, MissingColumns, NoEdit, WrongStage
from workbench.model.sheet import Sheet

Sheets = Callable[..., Sheet]

PEOPLE = (
    "email,full name,home phone,cell\n"
    "ann@example.org,Ann Lee,555-201-0001,555-301-0001\n"
    "bo@example.org,Bo Ek,555-201-0002,n/o\n"
)


def test_another_column_fills_a_field_in_the_same_batch(wb: Workbench, sheet: Sheets, url: str) -> None:
    batch = wb.stage(sheet(PEOPLE, "people.csv"), "elevate.students", columns={"home phone": "phone", "cell": ""})
    wb.plan(batch)
    changed = wb.remap(batch, {"home phone": "", "cell": "phone"})
    assert (changed.id, changed.stage, changed.revision) == (batch.id, "staged", 1)
    assert changed.mapping["columns"]["cell"] == "phone"
    assert changed.summary["failed"] == 1
    assert issues(wb, changed) == [(3, "phone", "bad_phone")]
    wb.plan(batch)
    assert outcome(wb.commit(batch, skip_errors=True)) == (1, 0, 0, 0, 1)
    assert records(url, "elevate.profiles", "phone") == [("555-301-0001",)]


def test_who_changed_which_column_stays_in_the_story(
    wb: Workbench, open_wb: Callable[..., Workbench], sheet: Sheets
) -> None:
    batch = wb.stage(sheet(PEOPLE, "people.csv"), "elevate.students", columns={"home phone": "phone", "cell": ""})
    with open_wb(user="bea") as bea:
        bea.remap(batch, {"home phone": "", "cell": "phone"})
    told = wb.batches.story(batch)[-1]
    assert (told["actor"], told["action"]) == ("bea", "remapped")
    assert told["detail"]["columns"] == ["home phone: nothing, before phone", "cell: phone, before nothing"]
    assert "bea mapped otherwise: home phone: nothing, before phone, cell: phone, before nothing." in map(
        untimed, wb.decided(batch)
    )


def test_what_was_corrected_stays_so(wb: Workbench, sheet: Sheets) -> None:
    batch = wb.stage(sheet(PEOPLE, "people.csv"), "elevate.students", columns={"home phone": "phone", "cell": ""})
    wb.correct(batch, {3: {"cell": "555-301-0002"}})
    changed = wb.remap(batch, {"home phone": "", "cell": "phone"})
    assert (changed.summary["failed"], changed.summary["corrected"]) == (0, 1)
    assert wb.take_back(batch).mapping["columns"].get("cell") is None
    assert wb.take_back(batch).summary["corrected"] == 0


def test_what_columns_fill_is_taken_back_and_made_again_as_any_correction_is(wb: Workbench, sheet: Sheets) -> None:
    batch = wb.stage(sheet(PEOPLE, "people.csv"), "elevate.students", columns={"home phone": "phone", "cell": ""})
    wb.correct(batch, {2: {"full name": "Ann Leigh"}})
    wb.remap(batch, {"home phone": "", "cell": "phone"})
    wb.correct(batch, {3: {"cell": "555-301-0002"}})

    def said() -> list[tuple[str, str]]:
        wb.plan(batch)
        return [(row["payload"]["full_name"], row["payload"]["phone"]) for row in wb.rows.each(batch)]

    assert said() == [("Ann Leigh", "555-301-0001"), ("Bo Ek", "555-301-0002")]
    wb.take_back(batch)
    assert [each["said"] for each in wb.batches.get(batch).summary["edits"]["done"]] == [
        "1 cell",
        "mapped otherwise: home phone: nothing, before phone, cell: phone, before nothing",
    ]
    before = wb.take_back(batch)
    assert (before.mapping["columns"], before.summary["failed"]) == (
        {"email": "email", "full name": "full_name", "home phone": "phone"},
        0,
    )
    assert said() == [("Ann Leigh", "555-201-0001"), ("Bo Ek", "555-201-0002")]
    wb.take_back(batch)
    assert said() == [("Ann Lee", "555-201-0001"), ("Bo Ek", "555-201-0002")]
    with pytest.raises(NoEdit):
        wb.take_back(batch)
    for _ in range(3):
        wb.make_again(batch)
    assert said() == [("Ann Leigh", "555-301-0001"), ("Bo Ek", "555-301-0002")]
    assert [each["detail"].get("taken_back") for each in wb.batches.story(batch) if each["action"] == "remapped"] == [
        None,
        True,
        None,
    ]


def test_the_form_of_days_is_that_of_the_mapping_that_is_taken_back_to(wb: Workbench, sheet: Sheets) -> None:
    text = "email,course,enrolled,ended\nann@example.org,CNA101,03/04/2026,2026-05-01\n"
    wb.import_sheet(sheet("name,code\nNursing,CNA101\n"), "elevate.courses")
    wb.import_sheet(sheet("email,name\nann@example.org,Ann\n"), "elevate.students")
    columns = {"email": "student_email", "course": "course_code", "enrolled": "enrolled_at", "ended": ""}
    batch = wb.stage(sheet(text), "elevate.enrollments", columns=columns, forms={"enrolled_at": "dmy"})
    wb.remap(batch, {"enrolled": "", "ended": "enrolled_at"})
    again = wb.take_back(batch)
    assert (again.mapping, again.reading["forms"]) == (batch.mapping, batch.reading["forms"])
    (row,) = wb.rows.each(wb.plan(batch).batch)
    assert row["payload"]["enrolled_at"].startswith("2026-04-03")


def test_a_mapping_without_a_required_field_is_refused_and_changes_nothing(wb: Workbench, sheet: Sheets) -> None:
    batch = wb.stage(sheet(PEOPLE, "people.csv"), "elevate.students", columns={"home phone": "phone", "cell": ""})
    with pytest.raises(MissingColumns):
        wb.remap(batch, {"email": ""})
    assert wb.batches.get(batch) == batch


def test_what_is_written_is_not_mapped_otherwise(wb: Workbench, sheet: Sheets) -> None:
    batch = wb.import_sheet(sheet("name,code\nNursing,CNA101\n"), "elevate.courses")
    with pytest.raises(WrongStage, match="is completed"):
        wb.remap(batch, {"name": "name"})


def test_a_mapping_changes_with_its_rows_alone(wb: Workbench, sheet: Sheets, url: str) -> None:
    batch = wb.stage(sheet(PEOPLE, "people.csv"), "elevate.students", columns={"home phone": "phone", "cell": ""})
    with psycopg.connect(url) as connection, pytest.raises(psycopg.DatabaseError, match="keeps its mapping"):
        connection.execute("set role workbench_app")
        speak_for(connection, url, batch=batch.id)
        connection.execute("update workbench.import_batch set mapping = '{}' where id = %s", (batch.id,))


def test_rows_of_which_a_playbook_makes_several_datasets_are_imported_again(wb: Workbench, sheet: Sheets) -> None:
    header = "Student Email,First Name,Last Name,Course Code,Course Name\n"
    batch = wb.stage(sheet(header + "ann@example.org,Ann,Lee,CNA101,Nursing\n"), "elevate.learners")
    with pytest.raises(MadeIntoParts):
        wb.remap(batch, {"First Name": ""})
