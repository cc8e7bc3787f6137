"""Every batch, found by who, what and when; its story; and what waits for a person."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, get_args

import pytest

from tests.imports import ask, tamper
from workbench import Workbench
from workbench.model.batch import STATES, Batch
from workbench.model.errors import Held
from workbench.model.import_query import By, ImportQuery
from workbench.model.sheet import Sheet

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]
Opened = Callable[..., Workbench]

GOOD = "email,name\njohn@example.com,John Doe\n"
MIXED = "email,name\njohn@example.com,John D.\nnobody,Nobody\n"


@pytest.fixture
def batches(wb: Workbench, open_wb: Opened, sheet: Given) -> list[Batch]:
    """Ana's students, courses and a batch that is only begun, Ben's held students, and those of another tenant."""
    students = wb.import_sheet(sheet(GOOD, "May_100%.csv"), "elevate.students", window="May")
    held = open_wb(user="ben").import_sheet(sheet(MIXED, "June.csv"), "elevate.students", window="June")
    courses = wb.import_sheet(sheet("name,code\nWelding,W1\n", "courses.csv"), "elevate.courses")
    begun = wb.begin(sheet(GOOD, "later.csv"), "elevate.students", source="page")
    open_wb(tenant="other", user="olga").import_sheet(sheet(GOOD, "May_100%.csv"), "elevate.students")
    return [students, held, courses, begun]


def names(found: list[Batch]) -> list[str]:
    return [batch.file_name for batch in found]


def test_imports_are_searched_ordered_and_counted_over_all_of_them(
    wb: Workbench, open_wb: Opened, batches: list[Batch]
) -> None:
    titles = {"elevate.courses": "Elevate: Courses", "elevate.students": "Elevate: Students"}
    open_wb(user="cara").sign_off(batches[0])
    asked: list[tuple[ImportQuery, list[str]]] = [
        (ImportQuery(), ["later.csv", "courses.csv", "June.csv", "May_100%.csv"]),
        (ImportQuery(text="elevate: students june"), ["June.csv"]),
        (ImportQuery(text="100%"), ["May_100%.csv"]),
        (ImportQuery(text="_100%x"), []),
        (ImportQuery(text=str(batches[2].id)[:18]), ["courses.csv"]),
        (ImportQuery(text="ben"), ["June.csv"]),
        (ImportQuery(text="cara"), ["May_100%.csv"]),
        (ImportQuery(by="file"), ["courses.csv", "June.csv", "later.csv", "May_100%.csv"]),
        (
            ImportQuery(by="rows", descending=True, dataset="elevate.students"),
            ["June.csv", "May_100%.csv", "later.csv"],
        ),
        (ImportQuery(by="user", descending=True), ["June.csv", "later.csv", "courses.csv", "May_100%.csv"]),
        (ImportQuery(by="when"), ["May_100%.csv", "June.csv", "courses.csv", "later.csv"]),
        (ImportQuery(by="signed"), ["May_100%.csv", "later.csv", "courses.csv", "June.csv"]),
        (ImportQuery(signed=True), ["May_100%.csv"]),
        (ImportQuery(signed=False), ["courses.csv"]),
        (ImportQuery(state="held", outcome="invalid"), ["June.csv"]),
    ]
    assert [names(wb.batches.page(query, titles)) for query, _ in asked] == [found for _, found in asked]
    assert [wb.batches.number(query, titles) for query, _ in asked] == [len(found) for _, found in asked]
    assert names(wb.batches.page(ImportQuery(by="file"), skip=1, limit=2)) == ["June.csv", "later.csv"]


@pytest.mark.parametrize("by", get_args(By))
def test_imports_are_ordered_by_each_column(wb: Workbench, batches: list[Batch], by: By) -> None:
    shown = [wb.batches.page(ImportQuery(by=by, descending=descending)) for descending in (False, True)]
    assert {batch.id for found in shown for batch in found} == {batch.id for batch in batches}


def test_batches_are_found_by_who_what_and_when(wb: Workbench, batches: list[Batch]) -> None:
    students, held, courses, begun = batches
    asked: list[tuple[dict[str, Any], list[Batch]]] = [
        ({}, [begun, courses, held, students]),
        ({"dataset": "elevate.students"}, [begun, held, students]),
        ({"user": "ben"}, [held]),
        ({"user": "ben", "dataset": "elevate.courses"}, []),
        ({"file": "june"}, [held]),
        ({"file": "_100%"}, [students]),
        ({"file": "J_ne"}, []),
        ({"window": "May"}, [students]),
        ({"outcome": "created"}, [courses, students]),
        ({"outcome": "invalid"}, [held]),
        ({"outcome": "nonsense"}, []),
        ({"stage": "queued"}, [begun]),
        ({"state": "queued"}, [begun]),
        ({"state": "completed"}, [courses, students]),
        ({"state": "undone"}, []),
        ({"since": courses.created_at}, [begun, courses]),
        ({"until": courses.created_at}, [held, students]),
        ({"since": begun.created_at + timedelta(seconds=1)}, []),
        ({"before": courses}, [held, students]),
        ({"before": begun, "limit": 1}, [courses]),
    ]
    assert [names(wb.batches.all(**which)) for which, _ in asked] == [names(found) for _, found in asked]


def test_the_state_that_is_asked_for_is_the_one_that_is_told(wb: Workbench, sheet: Given, url: str) -> None:
    sheets = sheet(GOOD), sheet(MIXED, "mixed.csv")
    wb.begin(sheets[0], "elevate.students", source="page")
    wb.stage(sheets[0], "elevate.students")
    wb.plan(wb.stage(sheets[0], "elevate.students"))
    wb.import_sheet(sheets[0], "elevate.students", dry_run=True)
    wb.import_sheet(sheets[1], "elevate.students")
    wb.discard(wb.stage(sheets[0], "elevate.students"))
    first = wb.import_sheet(sheets[0], "elevate.students")
    second = wb.import_sheet(sheets[1], "elevate.students", skip_errors=True)
    wb.undo(second, dry_run=True)
    wb.undo(second)
    tamper(url, "update workbench.import_batch set stage = 'failed' where id = %s", first.id)
    found = wb.batches.all()
    assert {batch.state for batch in found} == {*STATES} - {"staging"}
    for state in STATES:
        assert wb.batches.all(state=state) == [batch for batch in found if batch.state == state], state


def test_a_batch_s_story_has_everybody_s_deeds_in_their_order(wb: Workbench, open_wb: Opened, sheet: Given) -> None:
    batch = wb.stage(sheet(MIXED), "elevate.students")
    wb.plan(batch)
    with pytest.raises(Held):
        wb.commit(batch)
    wb.commit(batch, skip_errors=True)
    lead = open_wb(user="lea")
    lead.reject(batch, [3], "Left in May")
    lead.note(batch, notes="Looked at")
    lead.sign_off(batch)
    story = wb.batches.story(batch)
    assert [(one["actor"], one["action"]) for one in story] == [
        ("ana", "began"),
        ("ana", "staged"),
        ("ana", "planned"),
        ("ana", "held"),
        ("ana", "committed"),
        ("lea", "rejected"),
        ("lea", "noted"),
        ("lea", "signed off"),
    ]
    assert story == sorted(story, key=lambda one: one["at"])
    details = {one["action"]: one["detail"] for one in story}
    assert (details["staged"], details["held"], details["noted"]) == (
        {"rows": 2, "failed": 1},
        {"invalid": 1},
        {"notes": "Looked at"},
    )


def test_who_let_a_plan_go_on_stands_in_the_story_and_is_signed(wb: Workbench, open_wb: Opened, sheet: Given) -> None:
    batch = wb.import_sheet(sheet(GOOD), "elevate.students", limits={"created": "0"})
    wb.commit(batch, accept=["all"])
    story = {one["action"]: one["detail"] for one in wb.batches.story(batch)}
    assert (story["held"], story["accepted"]) == ({"invalid": 0, "for": ["created"]}, {"codes": ["created"]})
    signed = open_wb(user="lea").sign_off(batch)
    assert [(each["code"], each["by"]) for each in signed["evidence"]["accepted"]] == [("created", "ana")]
    assert wb.verify(batch)


def test_what_waits_for_a_person_is_told_until_it_is_done(wb: Workbench, open_wb: Opened, sheet: Given) -> None:
    def waiting() -> dict[str, list[str]]:
        return {kind: names(found) for kind, found in wb.batches.attention().items() if kind != "own"}

    assert waiting() == {"held": [], "left off": [], "unexplained": [], "unsigned": []}
    good = wb.import_sheet(sheet(GOOD, "good.csv"), "elevate.students")
    mixed = wb.import_sheet(sheet(MIXED, "mixed.csv"), "elevate.students")
    wb.import_sheet(sheet(GOOD, "dry.csv"), "elevate.students", dry_run=True)
    assert waiting() == {"held": ["mixed.csv"], "left off": [], "unexplained": [], "unsigned": ["good.csv"]}
    wb.commit(mixed, skip_errors=True)
    assert waiting() == {"held": [], "left off": [], "unexplained": ["mixed.csv"], "unsigned": ["good.csv"]}
    wb.reject(mixed, [3], "Left in May")
    assert waiting() == {"held": [], "left off": [], "unexplained": [], "unsigned": ["mixed.csv", "good.csv"]}
    lea = open_wb(user="lea")
    lea.sign_off(good)
    assert (names(lea.batches.attention()["unsigned"]), lea.batches.attention()["own"]) == (["mixed.csv"], [])
    assert (waiting()["unsigned"], names(wb.batches.attention()["own"])) == ([], ["mixed.csv"])
    lea.undo(mixed)
    assert (lea.batches.attention()["unsigned"], names(lea.batches.attention()["own"])) == ([], ["mixed.csv"])
    assert waiting()["unsigned"] == ["mixed.csv"]  # the undo, which is an import to be signed like any other
    assert wb.batches.attention()["unsigned"][0].undo_of == mixed.id
    assert open_wb(tenant="other").batches.attention() == {
        "held": [],
        "left off": [],
        "unexplained": [],
        "unsigned": [],
        "own": [],
    }


def test_an_explanation_of_an_earlier_plan_does_not_count(wb: Workbench, sheet: Given, url: str) -> None:
    wb.import_sheet(sheet("name,code\nWelding,W1\n"), "elevate.courses")
    wb.import_sheet(sheet(GOOD), "elevate.students")
    text = "student_email,course_code\njohn@example.com,W1\njane@example.com,W1\nsam@example.com,W1\n"
    batch = wb.stage(sheet(text, "enrollments.csv"), "elevate.enrollments")
    wb.plan(batch)
    wb.explain(batch, [3], "Comes later")
    wb.import_sheet(sheet("email,name\njane@example.com,Jane\n"), "elevate.students")
    wb.commit(wb.plan(batch).batch)
    assert ask(url, "select line from workbench.import_explanation") == [(3,)]
    assert (names(wb.batches.attention()["unexplained"]), wb.rows.unexplained(batch)) == (["enrollments.csv"], [4])


def test_outcomes_over_time_are_those_of_the_completed_imports_oldest_first(wb: Workbench, sheet: Given) -> None:
    assert wb.batches.outcomes().empty
    first = wb.import_sheet(sheet(GOOD), "elevate.students")
    second = wb.import_sheet(sheet(MIXED), "elevate.students", skip_errors=True)
    wb.import_sheet(sheet(MIXED), "elevate.students", dry_run=True)
    wb.undo(second)  # what was taken back is no import any more
    third = wb.import_sheet(sheet(MIXED), "elevate.students", skip_errors=True)
    told = wb.batches.outcomes()
    assert list(told.columns) == [
        "batch", "dataset", "at", "created", "updated", "skipped", "unmatched", "invalid"
    ]  # fmt: skip
    assert told.drop(columns="at").to_numpy().tolist() == [
        [first.id, "elevate.students", 1, 0, 0, 0, 0],
        [third.id, "elevate.students", 0, 1, 0, 0, 1],
    ]
    assert list(wb.batches.outcomes(limit=1)["batch"]) == [third.id]
    assert told["at"].is_monotonic_increasing
