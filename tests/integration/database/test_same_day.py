"""Two files of one day that contradict each other: the plan of the second names the other import and what it said."""

from collections.abc import Callable

import pytest

from tests.imports import tamper
from workbench import Workbench
from workbench.model.batch import Batch
from workbench.model.hold import contradictions
from workbench.model.sheet import Sheet

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]

MORNING = "email,full_name,phone\nada@example.com,Ada Park,555-100-0001\nben@example.com,Ben Ruiz,\n"
NOON = "email,full_name,phone\nben@example.com,Ben Ruiz,555-100-0002\nada@example.com,Ada Park,555-100-0009\n"


def told(batch: Batch) -> list[str]:
    return [each["message"] for each in batch.summary["told"] if each["code"] == "same_day"]


def test_what_another_import_of_the_day_says_otherwise_is_told_with_its_value(wb: Workbench, sheet: Given) -> None:
    morning = wb.import_sheet(sheet(MORNING, "morning.csv"), "elevate.students")
    assert told(morning) == []
    noon = wb.import_sheet(sheet(NOON, "noon.csv"), "elevate.students")
    assert (noon.updated, told(noon)) == (
        2,
        [
            f"morning.csv of the same day (import {str(morning.id)[:18]}) says otherwise of 1 record that it wrote: "
            "phone 555-100-0001 there, 555-100-0009 here (line 3). Whichever is imported last counts."
        ],
    ), "what was blank is no contradiction"
    again = wb.import_sheet(sheet(MORNING.replace("Ada Park", "Ada Parker"), "evening.csv"), "elevate.students")
    (sentence,) = told(again)
    assert sentence.startswith(f"noon.csv of the same day (import {str(noon.id)[:18]}) says otherwise of 1 record ")
    assert "full name Ada Park there, Ada Parker here (line 2); phone 555-100-0009 there" in sentence


def test_the_log_that_is_signed_says_it(wb: Workbench, sheet: Given) -> None:
    morning = wb.import_sheet(sheet(MORNING, "morning.csv"), "elevate.students")
    noon = wb.import_sheet(sheet(NOON, "noon.csv"), "elevate.students")
    (sentence,) = told(noon)
    assert sentence in wb.log(noon).render()
    assert "of the same day" not in wb.log(morning).render()
    (each,) = [each for each in noon.summary["told"] if each["code"] == "same_day"]
    assert each["other"] == str(morning.id)
    wb.sign_off(noon)
    assert wb.verify(noon)
    (signed,) = wb.query("select evidence::text as evidence from workbench.sign_off")["evidence"]
    assert sentence in signed


def test_nothing_is_told_of_another_day_the_same_file_or_what_was_undone(wb: Workbench, sheet: Given, url: str) -> None:
    morning = wb.import_sheet(sheet(MORNING, "morning.csv"), "elevate.students")
    tamper(url, "update workbench.import_batch set completed_at = completed_at - interval '1 day'")
    noon = wb.plan(wb.stage(sheet(NOON, "noon.csv"), "elevate.students")).batch
    assert (noon.updated, told(noon)) == (2, [])
    tamper(url, "update workbench.import_batch set completed_at = completed_at + interval '1 day'")
    assert len(told(wb.plan(noon).batch)) == 1
    wb.undo(morning)
    assert told(wb.plan(noon).batch) == []


def test_what_was_undone_since_says_nothing_otherwise_any_more_and_is_not_signed(wb: Workbench, sheet: Given) -> None:
    morning = wb.import_sheet(sheet(MORNING, "morning.csv"), "elevate.students")
    noon = wb.import_sheet(sheet(NOON, "noon.csv"), "elevate.students")
    assert [hold.other for hold in contradictions(noon)] == [str(morning.id)]
    wb.undo(morning, dry_run=True)
    assert contradictions(wb.batches.get(noon)), "a preview takes nothing back"
    wb.undo(morning)
    assert contradictions(wb.batches.get(noon)) == ()
    assert "of the same day" not in wb.log(noon).render()
    wb.sign_off(noon)
    (signed,) = wb.query("select evidence ->> 'log' as log from workbench.sign_off")["log"]
    assert "Created: 0" in signed and "of the same day" not in signed


def test_parts_of_a_run_tell_it_in_the_lines_of_the_source(wb: Workbench, sheet: Given) -> None:
    head = "email,first_name,last_name,course_code,course_name,status\n"
    row = "ada@example.com,Ada,Park,CNA101,Nursing,active\n"
    wb.import_sheet(sheet(head + row, "one.csv"), "elevate.learners")
    batch = wb.import_sheet(sheet(head + row.replace("Nursing", "Nurse Aide"), "two.csv"), "elevate.learners")
    (hold,) = [each for each in batch.summary["told"] if each["code"] == "same_day"]
    assert hold["dataset"] == "elevate.courses" and hold["message"].startswith("one.csv of the same day")
    assert "name Nursing there, Nurse Aide here (line 2)" in hold["message"]
