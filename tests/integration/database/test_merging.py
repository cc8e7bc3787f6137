"""Fields with a rule of their own: what becomes of a stored value, and of several rows that make one record."""

from collections.abc import Callable

import pytest

from tests.imports import ask, fingerprint, issues, outcomes, records
from workbench import Workbench
from workbench.model.sheet import Sheet

Given = Callable[..., Sheet]

EVENT = "session_id,title,start,status,attended_students,career_cluster\n"
ROSTER = """\
Email,Name,Building,Academic Year,Pathful Id
ada@kck.example,Ada Park,North,2025-2026,PF-1
ben@kck.example,Ben Ruiz,North,2025-2026,
"""


@pytest.fixture
def prepared(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet(ROSTER, "roster.csv"), "polaris.teacher_roster")
    wb.import_sheet(sheet(EVENT + "1,Careers,2026-03-02,Completed,5,\n", "events.csv"), "polaris.events")


@pytest.mark.usefixtures("prepared")
def test_a_plain_file_merges_as_a_playbook_does(wb: Workbench, sheet: Given, url: str) -> None:
    rows = (
        "1,Careers,2026-03-02,Confirmed,3,Health\n2,Mills,2026-03-03,Draft,4,\n2,Mills,2026-03-03,Confirmed,9,Steel\n"
    )
    batch = wb.import_sheet(sheet(EVENT + rows), "polaris.events")
    assert outcomes(wb, batch) == [(2, "updated"), (3, "created"), (4, "skipped:duplicate")]
    assert records(url, "polaris.events", "session_id", "status", "attended_students", "career_cluster") == [
        ("1", "Completed", 5, "Health"),
        ("2", "Confirmed", 9, "Steel"),
    ]
    told = {row["line"]: row["changes"] for row in wb.rows.each(batch)}
    assert told[2] == {"career_cluster": [None, "Health"]}
    before = fingerprint(url)
    again = wb.import_sheet(sheet(EVENT + rows, "again.csv"), "polaris.events")
    assert (again.created, again.updated, fingerprint(url)) == (0, 0, before)


@pytest.mark.usefixtures("prepared")
def test_rows_of_one_record_that_contradict_each_other_still_wait(wb: Workbench, sheet: Given) -> None:
    rows = "2,Mills,2026-03-03,Draft,4,\n2,Robots,2026-03-03,Confirmed,9,Steel\n"
    batch = wb.import_sheet(sheet(EVENT + rows), "polaris.events", skip_errors=True)
    assert outcomes(wb, batch) == [(2, "invalid:conflict"), (3, "invalid:conflict")]


@pytest.mark.usefixtures("prepared")
def test_rows_that_call_one_record_by_several_names_are_duplicates(wb: Workbench, sheet: Given, url: str) -> None:
    text = "session_id,pathful_user_id,email,name,status\n1,PF-1,,,registered\n1,,ada@kck.example,,attended\n"
    text += "1,,,ADA PARK,\n1,,ben@kck.example,,absent\n1,,nobody@kck.example,,absent\n"
    batch = wb.import_sheet(sheet(text), "polaris.event_teachers")
    assert outcomes(wb, batch) == [
        (2, "created"),
        (3, "skipped:duplicate"),
        (4, "skipped:duplicate"),
        (5, "created"),
        (6, "unmatched:teacher"),
    ]
    assert sorted(ask(url, "select status, pathful_user_id, email, name from polaris.event_teachers")) == [
        ("absent", None, "ben@kck.example", None),
        ("attended", "PF-1", "ada@kck.example", "ADA PARK"),
    ]
    again = wb.import_sheet(sheet(text, "again.csv"), "polaris.event_teachers")
    assert (again.created, again.updated, again.skipped) == (0, 0, 4)
    assert wb.undo(batch).stage == "completed"


@pytest.mark.usefixtures("prepared")
def test_a_new_record_without_what_is_awaited_waits_and_comes_when_it_is_there(wb: Workbench, sheet: Given) -> None:
    batch = wb.import_sheet(sheet("session_id,title,start\n1,Careers,\n9,Later,\n"), "polaris.events")
    assert outcomes(wb, batch) == [(2, "skipped:unchanged"), (3, "unmatched:date")]
    assert issues(wb, batch) == [(3, "start", "date_not_found")]
    assert wb.sweep(batch) == []
    wb.import_sheet(sheet(EVENT + "9,Later,2026-03-02,Draft,1,\n", "later.csv"), "polaris.events")
    assert [outcomes(wb, swept) for swept in wb.sweep(batch)] == [[(3, "skipped:unchanged")]]
    assert wb.reconcile(batch).done


@pytest.mark.usefixtures("prepared")
def test_what_a_person_edited_is_kept_where_a_field_is_replaced_and_merged_where_it_is_not(
    wb: Workbench, sheet: Given, url: str
) -> None:
    ask(url, "update polaris.events set title = 'Nursing', attended_students = 7, status = 'Simulcast' returning id")
    batch = wb.import_sheet(sheet(EVENT + "1,Careers!,2026-03-02,Confirmed,9,\n", "again.csv"), "polaris.events")
    assert outcomes(wb, batch) == [(2, "updated")]
    assert records(url, "polaris.events", "title", "attended_students", "status") == [("Nursing", 9, "Simulcast")]


@pytest.mark.usefixtures("prepared")
def test_corrected_rows_merge_as_they_count_now(wb: Workbench, sheet: Given, url: str) -> None:
    rows = "2,Mills,soon,Draft,4,\n2,Mills,2026-03-03,Confirmed,9,Steel\n1,Careers,2026-03-02,Draft,8,\n"
    held = wb.import_sheet(sheet(EVENT + rows), "polaris.events", dry_run=True)
    assert outcomes(wb, held) == [(2, "invalid"), (3, "created"), (4, "updated")]
    wb.correct(held, {2: {"start": "2026-03-03", "attended_students": "12"}})
    done = wb.commit(wb.plan(held).batch)
    assert outcomes(wb, done) == [(2, "created"), (3, "skipped:duplicate"), (4, "updated")]
    found = records(url, "polaris.events", "session_id", "status", "attended_students", "career_cluster")
    assert found == [("1", "Completed", 8, None), ("2", "Confirmed", 12, "Steel")]
