"""Rows that say only a part: a known record is updated by what they have, a new one needs what it needs."""

from collections.abc import Callable

import pytest

from tests.imports import issues, messages, outcome, outcomes, records
from workbench import Workbench
from workbench.model.errors import MissingColumns
from workbench.model.sheet import Sheet

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]


@pytest.fixture(autouse=True)
def known(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet("email,name,phone\njohn@example.com,John Marsh,555-201-0001\n"), "elevate.students")


def people(url: str) -> list[tuple[object, ...]]:
    return records(url, "elevate.profiles", "email", "full_name", "phone")


def test_a_blank_in_a_required_field_keeps_what_is_known_and_is_missing_of_a_new_record(
    wb: Workbench, sheet: Given, url: str
) -> None:
    text = "email,name,phone\njohn@example.com,,555-201-9999\nnew@example.com,,555-201-0002\n"
    staged = wb.stage(sheet(text), "elevate.students", skip_errors=True)
    assert issues(wb, staged) == []
    planned = wb.plan(staged).batch
    assert outcomes(wb, planned) == [(2, "updated"), (3, "invalid:missing")]
    assert messages(wb, planned) == {3: "full_name is required"}
    wb.commit(planned)
    assert people(url) == [("john@example.com", "John Marsh", "555-201-9999")]
    assert outcomes(wb, wb.import_sheet(sheet(text), "elevate.students", skip_errors=True)) == [
        (2, "skipped:unchanged"),
        (3, "invalid:missing"),
    ]


def test_what_is_missing_on_one_row_may_stand_on_another_of_its_key(wb: Workbench, sheet: Given, url: str) -> None:
    text = "email,name,phone\nnew@example.com,,555-201-0002\nnew@example.com,New One,555-201-0002\n"
    batch = wb.import_sheet(sheet(text), "elevate.students")
    assert outcomes(wb, batch) == [(2, "skipped:duplicate"), (3, "created")]
    assert messages(wb, batch) == {2: "Same email as line 3"}


def test_a_correction_is_asked_the_same(wb: Workbench, sheet: Given) -> None:
    held = wb.import_sheet(sheet("email,name,phone\nbad,New,\n"), "elevate.students")
    wb.correct(held, {2: {"email": "new@example.com", "name": ""}})
    assert outcomes(wb, wb.plan(held).batch) == [(2, "invalid:missing")]
    wb.correct(held, {2: {"email": "john@example.com", "phone": "555-201-7777"}})
    assert outcomes(wb, wb.plan(held).batch) == [(2, "updated")]


def test_mode_update_needs_the_key_alone(wb: Workbench, sheet: Given, url: str) -> None:
    text = "email,phone\njohn@example.com,555-201-9999\nnobody@example.com,555-201-0002\n"
    with pytest.raises(MissingColumns):
        wb.stage(sheet(text), "elevate.students")
    with pytest.raises(MissingColumns, match="No column for the required email"):
        wb.stage(sheet("phone\n555-201-9999\n"), "elevate.students", mode="update")
    batch = wb.import_sheet(sheet(text), "elevate.students", mode="update")
    assert outcomes(wb, batch) == [(2, "updated"), (3, "unmatched:student")]
    assert people(url) == [("john@example.com", "John Marsh", "555-201-9999")]


def test_a_blank_that_would_erase_what_a_record_needs_is_missing(wb: Workbench, sheet: Given, url: str) -> None:
    text = "email,name,phone\njohn@example.com,,555-201-9999\n"
    batch = wb.import_sheet(sheet(text), "elevate.students", clears=["full_name"])
    assert (batch.stage, outcomes(wb, batch)) == ("held", [(2, "invalid:missing")])


def test_half_a_name_makes_a_new_record_and_renames_none(wb: Workbench, sheet: Given, url: str) -> None:
    text = """\
email,first name,last name,phone
john@example.com,,Marsch,555-201-0009
pele@example.com,Pele,,
jane@example.com,Jane,Smith,
"""
    batch = wb.import_sheet(sheet(text), "elevate.students")
    assert outcomes(wb, batch) == [(2, "updated"), (3, "created"), (4, "created")]
    assert messages(wb, batch) == {
        2: "Not used, for it is no whole name: Marsch (last name alone); the student stays John Marsh",
        3: "full name is made of first name alone: Pele",
    }
    made = {row["line"]: (row["payload"]["full_name"], row["changes"]) for row in wb.rows.each(batch)}
    assert made == {2: (None, {"phone": ["555-201-0001", "555-201-0009"]}), 3: ("Pele", {}), 4: ("Jane Smith", {})}
    assert [row[:2] for row in people(url)] == [
        ("jane@example.com", "Jane Smith"),
        ("john@example.com", "John Marsh"),
        ("pele@example.com", "Pele"),
    ]
    again = wb.import_sheet(sheet(text), "elevate.students")
    assert (outcome(again), issues(wb, again)) == ((0, 0, 3, 0, 0), [(2, "full_name", "half_name")])
    wb.undo(batch)
    assert people(url) == [("john@example.com", "John Marsh", "555-201-0001")]


def test_the_name_of_a_learner_is_needed_once(wb: Workbench, sheet: Given, url: str) -> None:
    text = """\
email,first_name,last_name,course_code,course_name
john@example.com,,,C1,One
ada@example.com,Ada,Park,C1,One
ada@example.com,,,C2,Two
new@example.com,,,C1,One
"""
    batch = wb.import_sheet(sheet(text), "elevate.learners", skip_errors=True)
    assert outcomes(wb, batch) == [(2, "created"), (3, "created"), (4, "created"), (5, "invalid:missing")]
    assert [row[:2] for row in people(url)] == [("ada@example.com", "Ada Park"), ("john@example.com", "John Marsh")]


def test_the_data_docs_say_who_asks_for_what_is_required(wb: Workbench, sheet: Given) -> None:
    batch = wb.import_sheet(sheet("email,name\njohn@example.com,\n"), "elevate.students")
    page = wb.batches.data_docs(batch)
    assert page is not None
    assert "full_name: the plan asks, which knows who is new" in page.read_text("utf-8")


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        ("Newname", "", "Not used, for it is no whole name: Newname (first name alone); the student stays John Marsh"),
        ("", "Jo", "Not used, for it is no whole name: Jo (last name alone); the student stays John Marsh"),
        ("", "X", "Not used, for it is no whole name: X (last name alone); the student stays John Marsh"),
        ("JOHN", "", None),
        ("", "marsh", None),
        ("J.", "", "Not used, for it is no whole name: J. (first name alone); the student stays John Marsh"),
        ("J", "", None),
    ],
)
def test_half_a_name_that_is_not_a_part_of_the_known_one_is_told_of_a_row_that_changes_nothing(
    wb: Workbench, sheet: Given, first: str, last: str, told: str | None
) -> None:
    text = f"email,first name,last name\njohn@example.com,{first},{last}\n"
    batch = wb.import_sheet(sheet(text), "elevate.students")
    assert outcomes(wb, batch) == [(2, "skipped:unchanged")]
    assert messages(wb, batch) == ({2: told} if told else {})
    assert wb.reconcile(batch).issues_by_code == ({"half_name": 1} if told else {})


def test_half_a_name_is_told_of_rows_that_wait_and_of_those_that_repeat_too(wb: Workbench, sheet: Given) -> None:
    text = "email,first name,last name\njohn@example.com,Dass,\njohn@example.com,,Victor\n"
    held = wb.import_sheet(sheet(text), "elevate.students")
    assert outcomes(wb, held) == [(2, "invalid:conflict"), (3, "invalid:conflict")]
    assert messages(wb, held)[3] == (
        "Line 2 says otherwise of the same student: full name (first name Dass / last name Victor); "
        "Not used, for it is no whole name: Victor (last name alone); the student stays John Marsh"
    )
    wb.decisions.prefer(held, [2])
    planned = wb.plan(held).batch
    assert outcomes(wb, planned) == [(2, "skipped:unchanged"), (3, "skipped:duplicate")]
    assert [(line, code) for line, _, code in issues(wb, planned)] == [
        (2, "half_name"),
        (3, "duplicate_key"),
        (3, "half_name"),
    ]


def test_half_a_name_of_a_learner_is_told_of_the_line_that_says_it(wb: Workbench, sheet: Given) -> None:
    text = "email,first_name,last_name,course_code,course_name\njohn@example.com,Newname,,C1,One\n"
    batch = wb.import_sheet(sheet(text), "elevate.learners")
    assert (2, "half_name") in [(line, code) for line, _, code in issues(wb, batch)]
