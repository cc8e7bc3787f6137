"""Commit shows the plan, opens every number's rows, and writes or holds."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.imports import ask, records, untimed
from tests.pages.conftest import Show
from tests.pages.grids import grid
from workbench import Workbench
from workbench.model.batch import Batch
from workbench.model.recipe import Recipe, Step
from workbench.model.sheet import Sheet

Sheets = Callable[..., Sheet]
Worked = Callable[[Batch], Batch]

BEFORE = "email,full_name,phone\nada@example.com,Ada Park,555-201-0001\nben@example.com,Ben Okafor,\n"
AFTER = """\
email,full_name,phone
ada@example.com,Ada Park-Lee,555-201-0009
ben@example.com,Ben Okafor,
cal@example.com,Cal Ode,
bad at example.com,Dee Dunn,
"""


@pytest.fixture
def planned(wb: Workbench, sheet: Sheets) -> Batch:
    """One student created, one changed twice, one unchanged, one invalid."""
    wb.import_sheet(sheet(BEFORE), "elevate.students")
    return wb.plan(wb.stage(sheet(AFTER, "students.csv"), "elevate.students")).batch


def press(page: AppTest, label: str) -> AppTest:
    return next(button for button in page.button if button.label == label).click().run()


@pytest.mark.parametrize("name", ["validate", "commit", "reconcile"])
def test_a_plan_that_nobody_wants_is_discarded_once_that_is_confirmed(
    show: Show, wb: Workbench, planned: Batch, name: str
) -> None:
    page = show(name, batch=planned.id)
    page.text_input(key="discard why").set_value("The file of last term")
    page = press(page, "Discard this import")
    assert not page.exception
    assert wb.batches.get(planned).stage == "discarded"
    told = next(warning.value.replace("\\", "") for warning in page.warning)
    assert untimed(told) == "Discarded by ana: The file of last term" != told
    labels = {button.label for button in page.button}
    assert labels.isdisjoint({"Discard this import", "Plan again", "Commit 2 rows", "Hold it", "Look at the plan"})


def test_what_is_discarded_is_not_offered_where_an_import_goes_on(show: Show, wb: Workbench, planned: Batch) -> None:
    wb.discard(planned)
    page = show("commit")
    assert [option for option in page.selectbox(key="chosen batch").options if "discarded" in option] == []
    assert "discarded" in grid(show("history")).shown["State"].tolist()


def opened(page: AppTest) -> list[list[str]]:
    return grid(page).shown.to_numpy().tolist()


def test_the_figures_of_the_plan_are_shown_before_anything_is_written(show: Show, planned: Batch, url: str) -> None:
    page = show("commit", batch=planned.id)
    assert [(metric.label, metric.value) for metric in page.metric] == [
        ("Processed", "4"),
        ("✚ Created", "1"),
        ("✎ Updated", "1"),
        ("→ Skipped", "1"),
        ("? Unmatched", "0"),
        ("✕ Invalid", "1"),
    ]
    assert "4 = 1 + 1 + 1 + 0 + 1: adds up" in page.caption[1].value
    assert len(records(url, "elevate.profiles", "email")) == 2


@pytest.mark.parametrize(
    ("outcome", "rows"),
    [
        ("created", [["4", "cal@example.com", "Cal Ode", ""]]),
        (
            "updated",
            [
                [
                    "2",
                    "full name: Ada Park → Ada Park-Lee; phone: 555-201-0001 → 555-201-0009",
                    *("ada@example.com", "Ada Park-Lee", "555-201-0009"),
                ]
            ],
        ),
        ("skipped", [["3", "unchanged", "The record says so already", "ben@example.com", "Ben Okafor", ""]]),
        ("invalid", [["5", "email: Invalid email format", "bad at example.com", "Dee Dunn", ""]]),
    ],
)
def test_every_number_opens_its_rows(show: Show, planned: Batch, outcome: str, rows: list[list[Any]]) -> None:
    assert opened(show("commit", batch=planned.id, rows=outcome)) == rows


def test_the_rows_of_an_outcome_are_sorted_and_searched_over_all_of_them(
    show: Show, wb: Workbench, sheet: Sheets
) -> None:
    rows = "".join(f"p{number}@example.com,Person {number % 7},{5_552_010_000 + number}\n" for number in range(120))
    batch = wb.plan(wb.stage(sheet(f"email,full_name,phone\n{rows}"), "elevate.students")).batch
    phone = batch.fields.index("phone")
    page = show("commit", batch=batch.id, rows="created", order=f"-{phone}")
    assert grid(page).lines == list(range(121, 71, -1))
    press(page, "Next")
    assert (grid(page).lines[0], page.query_params["page"]) == (71, "2")
    page = show("commit", batch=batch.id, rows="created", search="person 3", page=9, **{"in": "full name"})
    assert grid(page).lines == list(range(5, 122, 7))
    assert any(each.value == "17 rows found · lines 5 to 117" for each in page.caption)
    page = show("commit", batch=batch.id, rows="created", **{"from": 100})
    assert grid(page).lines == list(range(100, 122))
    assert [each.value for each in show("commit", batch=batch.id, rows="created", search="nobody").info] == [
        "No row fits."
    ]


def test_what_a_roster_no_longer_names_is_listed_before_it_goes(show: Show, wb: Workbench, sheet: Sheets) -> None:
    roster = "Building,Name,Email,Grade\n"
    given = {"window": "2024-2025", "constants": {"district": "KCK"}}
    first = sheet(f"{roster}Banneker,Ada Ames,ada@kck.org,3\nBanneker,Bo Bell,bo@kck.org,4\n")
    wb.import_sheet(first, "polaris.teacher_roster", **given)
    batch = wb.stage(sheet(f"{roster}Banneker,Ada Ames,ada@kck.org,3\n"), "polaris.teacher_roster", **given)
    wb.plan(batch)
    page = show("commit", batch=batch.id, rows="deactivated")
    assert [warning.value for warning in page.warning] == [
        "1 record that the file no longer names will be deactivated."
    ]
    assert grid(page).shown["email"].tolist() == ["bo@kck.org"]
    told = "\n".join(part.value for part in page.markdown).replace("\\", "")
    assert (
        told.count("1 record that the file no longer names will be deactivated.") == 2
    )  # what changes, and is written
    assert page.table[0].value.loc["⊖ deactivated"].tolist() == ["1", "0"]
    assert "Commit 0 rows and deactivate 1 record" in [button.label for button in page.button]
    wb.commit(batch)
    assert any(
        each.value.startswith("Committed: 0 rows written and 1 record deactivated")
        for each in show("commit", batch=batch.id).success
    )


@pytest.mark.parametrize("name", ["commit", "reconcile"])
def test_the_rows_of_an_undone_import_are_told_as_undone(show: Show, wb: Workbench, sheet: Sheets, name: str) -> None:
    batch = wb.import_sheet(sheet(BEFORE), "elevate.students")
    wb.undo(batch)
    page = show(name, batch=batch.id, rows="created")
    assert page.warning[0].value.startswith("Undone by ana")
    assert not [said.value for said in page.success if "ommitted" in said.value]
    captions = [caption.value for caption in page.caption]
    assert [one for one in captions if one.endswith("adds up, proven by the database; **undone since**.")]
    assert [one for one in captions if one.startswith("As it was written; **undone since**. Rows that make")]


def test_invalid_rows_hold_the_import_unless_the_good_rows_may_go_on(
    show: Show, planned: Batch, worked: Worked, url: str
) -> None:
    page = press(show("commit", batch=planned.id), "Hold it")
    assert worked(planned).stage == "held"
    page.run()
    told = [each.value.replace("\\", "") for each in (*page.markdown, *page.caption)]
    assert ":orange[:material/pending:] Nobody has decided yet:" in told
    assert "- Whether the good rows go on without the 1 invalid one." in told
    assert "Nobody had to decide anything." not in told
    assert "This import waits (it is held)" in page.warning[0].value
    page.radio[0].set_value("Let the good rows go on").run()
    press(page, "Commit 2 rows")
    assert worked(planned).stage == "completed"
    assert records(url, "elevate.profiles", "email", "phone") == [
        ("ada@example.com", "555-201-0009"),
        ("ben@example.com", None),
        ("cal@example.com", None),
    ]
    page.run()
    assert page.success[0].value.startswith("Committed: 2 rows written")


def test_what_a_plan_waits_for_is_ticked_off_by_a_person(
    show: Show, wb: Workbench, sheet: Sheets, worked: Worked, url: str
) -> None:
    wb.import_sheet(sheet(BEFORE), "elevate.students")
    limits = {"created": "0", "updated": "0"}
    batch = wb.plan(wb.stage(sheet(AFTER), "elevate.students", limits=limits, skip_errors=True)).batch
    page = show("commit", batch=batch.id)
    said = [each.value.replace("\\", "") for each in page.markdown]
    assert {
        "1 student would be created: the limit is 0 students.",
        "1 student would be updated: the limit is 0 students.",
    } <= {*said}
    press(page, "Hold it")
    assert worked(batch).stage == "held"
    page.run()
    page.checkbox[0].check().run()
    assert next(button for button in page.button if button.label == "Hold it").disabled
    page.checkbox[1].check().run()
    press(page, "Commit 2 rows")
    assert worked(batch).stage == "completed"
    page.run()
    assert [each.value.replace("\\", "") for each in page.info] == [
        "Let go on by ana: 1 student would be created: the limit is 0 students.",
        "Let go on by ana: 1 student would be updated: the limit is 0 students.",
    ]


def test_imports_that_wrote_the_same_records_since_the_plan_are_named(show: Show, wb: Workbench, sheet: Sheets) -> None:
    batch = wb.plan(wb.stage(sheet(BEFORE), "elevate.students")).batch
    assert not show("commit", batch=batch.id).warning
    wb.import_sheet(sheet("name,code\nWelding,WELD101\n", "courses.csv"), "elevate.courses")
    assert not show("commit", batch=batch.id).warning
    wb.undo(wb.import_sheet(sheet(BEFORE, "meanwhile.csv"), "elevate.students"))
    [said] = [each.value.replace("\\", "") for each in show("commit", batch=batch.id).warning]
    assert "may have changed: the undo of meanwhile.csv, by ana, " in said
    assert said.endswith("and 1 other. Plan it again to see what it comes to now.")
    wb.plan(batch)
    assert not show("commit", batch=batch.id).warning


def test_what_unmatched_rows_wait_for_may_have_come_since_the_plan(wb: Workbench, sheet: Sheets) -> None:
    wb.import_sheet(sheet(BEFORE, "students.csv"), "elevate.students")
    wb.import_sheet(sheet("name,code\nWelding,WELD101\n", "first.csv"), "elevate.courses")
    rows = "student_email,course_code\nada@example.com,CNA101\n"
    batch = wb.plan(wb.stage(sheet(rows), "elevate.enrollments")).batch
    came = wb.import_sheet(sheet("name,code\nCNA Training,CNA101\n", "courses.csv"), "elevate.courses")
    assert [each.id for each in wb.batches.written_since(batch)] == [came.id]
    wb.commit(wb.plan(batch).batch)
    assert wb.batches.written_since(batch) == []


def test_a_plan_that_nobody_looked_at_is_not_written_from_an_older_page(
    show: Show, wb: Workbench, open_wb: Callable[..., Workbench], sheet: Sheets, worked: Worked, url: str
) -> None:
    seen = wb.plan(wb.stage(sheet(BEFORE), "elevate.students")).batch
    page = show("commit", batch=seen.id)
    bo = open_wb(user="bo")
    bo.fill_cells(seen, "email", "no email", lines=[2])
    bo.plan(seen)
    page = press(page, "Commit 2 rows")
    told = untimed("".join(each.value.replace("\\", "") for each in page.warning))
    assert told.startswith("It was planned again since you looked, by bo")
    assert "and nothing was written. Created 2 before, 1 now, invalid 0 before, 1 now." in told
    wb.fill_cells(seen, "email", "eve@example.com", lines=[2])
    wb.plan(seen)
    page = show("commit", batch=seen.id)
    assert worked(seen).stage == "planned"
    assert records(url, "elevate.profiles", "email") == []
    page.run()
    press(page, "Commit 2 rows")
    assert worked(seen).stage == "completed"


def test_a_stale_plan_is_refused_in_a_sentence_and_planned_again(
    show: Show, wb: Workbench, sheet: Sheets, worked: Worked
) -> None:
    wb.import_sheet(sheet(BEFORE), "elevate.students")
    stale = wb.plan(wb.stage(sheet(BEFORE.replace("Park", "Park-Lee")), "elevate.students")).batch
    wb.import_sheet(sheet(BEFORE.replace("Ada", "Eda")), "elevate.students")
    page = press(show("commit", batch=stale.id), "Commit 1 row")
    worked(stale)
    page.run()
    assert "no longer holds" in page.error[0].value
    press(page, "Plan again")
    assert worked(stale).stage == "planned"
    page.run()
    assert not page.error
    press(page, "Commit 1 row")
    assert worked(stale).stage == "completed"


def test_what_was_decided_of_a_plan_stays_when_its_commit_is_refused(
    show: Show, wb: Workbench, sheet: Sheets, worked: Worked
) -> None:
    wb.import_sheet(sheet(BEFORE), "elevate.students")
    limits = {"updated": "0"}
    rows = AFTER.replace("Park", "Park-Lee")
    stale = wb.plan(wb.stage(sheet(rows), "elevate.students", limits=limits)).batch
    page = show("commit", batch=stale.id)
    page.checkbox[0].check().run()
    page.radio[0].set_value("Let the good rows go on").run()
    wb.import_sheet(sheet(BEFORE.replace("Ada", "Eda")), "elevate.students")
    press(page, "Commit 2 rows")
    worked(stale)
    page.run()
    assert "no longer holds" in page.error[0].value
    assert page.checkbox[0].value
    assert page.radio[0].value == "Let the good rows go on"
    assert "Commit 2 rows" in [button.label for button in page.button]
    press(page, "Plan again")
    worked(stale)
    page.run()
    assert not page.checkbox[0].value, "another plan is decided anew"


def test_a_commit_that_waited_for_another_persons_is_told_as_having_written_nothing(
    show: Show, wb: Workbench, open_wb: Callable[..., Workbench], planned: Batch, worked: Worked
) -> None:
    page = show("commit", batch=planned.id)
    page.radio[0].set_value("Let the good rows go on").run()
    press(page, "Commit 2 rows")
    open_wb(user="zoe").commit(planned, skip_errors=True)  # while ana's waits for a worker
    assert worked(planned).stage == "completed"
    page.run()
    assert not page.exception
    (warned,) = [each.value.replace("\\", "") for each in page.warning]
    assert warned.startswith("zoe had committed it already, ") and warned.endswith("what you asked for wrote nothing.")
    last = wb.batches.story(planned)[-1]
    why = f"Batch {planned.id} has already been committed, by zoe."
    assert (last["actor"], last["action"], last["detail"]) == ("ana", "refused", {"step": "commit", "why": why})
    assert not show("history", batch=planned.id).error, "it is none of an undo"


def test_what_is_at_work_is_watched_from_any_tab(show: Show, planned: Batch) -> None:
    press(show("commit", batch=planned.id), "Hold it")
    page = show("commit", batch=planned.id)
    assert page.get("progress")
    assert not page.radio, "there is nothing to decide meanwhile"


def test_a_batch_without_a_plan_is_planned(show: Show, wb: Workbench, sheet: Sheets, worked: Worked) -> None:
    batch = wb.stage(sheet(BEFORE), "elevate.students")
    page = press(show("commit", batch=batch.id), "Make the plan")
    assert worked(batch).stage == "planned"
    page.run()
    assert "Commit 2 rows" in [button.label for button in page.button]


def test_without_an_import_it_says_where_to_begin(show: Show) -> None:
    assert [link.label for link in show("commit").page_link] == ["Start an import"]


def test_what_is_kept_of_an_edit_stands_beside_what_changes(show: Show, wb: Workbench, sheet: Sheets, url: str) -> None:
    wb.import_sheet(sheet(BEFORE), "elevate.students")
    ask(url, "update elevate.profiles set full_name = 'Ada P. Park' where email ~ '^ada' returning id")
    ask(url, "update elevate.profiles set full_name = 'Ben O. Okafor' where email ~ '^ben' returning id")
    text = BEFORE.replace("0001", "0009")
    planned = wb.plan(wb.stage(sheet(text, "students.csv"), "elevate.students")).batch
    found = opened(show("commit", batch=planned.id, rows="updated"))
    changes = "phone: 555-201-0001 → 555-201-0009; full name: Kept Ada P. Park, edited since the import of "
    assert found[0][1].startswith(changes)
    (skipped,) = opened(show("commit", batch=planned.id, rows="skipped"))
    assert skipped[:2] == ["3", "kept"]
    assert skipped[2].startswith("full name: Kept Ben O. Okafor, edited since the import of ")
    page = show("commit", batch=planned.id)
    assert "2 values that people edited since the last import stay." in [info.value for info in page.info]
    (link,) = [link for link in page.page_link if link.label == "See them"]
    assert (link.proto.page, link.proto.query_string) == ("validate", f"batch={planned.id}&code=edited")


def test_the_files_value_is_taken_after_all_where_a_person_says_so(
    show: Show, wb: Workbench, sheet: Sheets, url: str, worked: Worked
) -> None:
    wb.import_sheet(sheet(BEFORE), "elevate.students")
    ask(url, "update elevate.profiles set full_name = full_name || ' Lee' returning id")
    planned = wb.plan(wb.stage(sheet(BEFORE, "students.csv"), "elevate.students")).batch
    page = show("validate", batch=planned.id, code="edited")
    key = f"edited {planned.id} {planned.plan}"
    assert page.dataframe(key=key).value["Line"].tolist() == [2, 3]
    assert page.button(key=f"{key} take").disabled
    page.session_state[key] = {"selection": {"rows": [1], "columns": [], "cells": []}}
    page.run()
    press(page, "Take the file's values: 1 row")
    assert (worked(planned).updated, wb.batches.get(planned).summary["kept"]) == (1, 1)
    wb.commit(planned)
    page = show("validate", batch=planned.id)
    assert "Take the file's values" not in [button.label for button in page.button]


def test_a_lead_sees_what_changes_what_is_unusual_and_who_decided_what(
    show: Show, wb: Workbench, planned: Batch
) -> None:
    wb.correct(planned, {5: {"email": "dee@example.com"}})
    wb.plan(planned)
    page = show("commit", batch=planned.id)
    told = "\n".join(part.value for part in (*page.markdown, *page.caption)).replace("\\", "")
    assert "- 3 rows to be written: 2 make new records and 1 changes a known one." in told
    assert "- 1 row changes nothing." in told
    assert "- Of known ones: full name in 1 row, phone in 1 row." in told
    assert "- Phone is filled in 25% of the rows, and was 50%." in told
    assert "rows created" not in told  # the last one was the first load
    assert "what this one created, updated and skipped is not compared with it." in told
    assert "Compared with the last import of this dataset; its file has another name than this one." in told
    assert "- ana corrected 1 row: line 5." in untimed(told) and re.search(r"line 5, 20\d\d-.* UTC\.", told)
    beside = page.table[0].value
    assert beside.columns[1].endswith(" (the first)")
    assert beside.loc["Rows"].tolist() == ["4", "2"]
    assert beside.loc["phone is filled"].tolist() == ["25%", "50%"]


def test_the_steps_of_a_recipe_stand_behind_one_line(show: Show, wb: Workbench, sheet: Sheets) -> None:
    trim = Step(operation="trim", columns=("full_name",))
    batch = wb.stage(sheet(BEFORE), "elevate.students", recipe=Recipe(steps=(trim,) * 8))
    page = show("commit", batch=wb.plan(batch).batch.id)
    assert not page.exception
    (steps,) = (each for each in page.expander if each.label == "Cleaned by a recipe of 8 steps")
    told = steps.markdown[0].value.replace("\\", "").split("\n")
    assert [each.split(":")[0] for each in told] == [f"- Step {number}" for number in range(1, 9)]
    assert not any("more decision" in each.value for each in page.caption)


def test_a_plan_that_writes_nothing_says_so(show: Show, wb: Workbench, sheet: Sheets) -> None:
    wb.import_sheet(sheet(BEFORE), "elevate.students")
    same = wb.plan(wb.stage(sheet(BEFORE, "again.csv"), "elevate.students")).batch
    page = show("commit", batch=same.id)
    assert not page.exception
    assert any("No row is written" in each.value for each in page.markdown)


@pytest.mark.parametrize("name", ["commit", "reconcile", "history"])
def test_a_contradiction_of_the_same_day_is_unusual_and_leads_to_the_other_import(
    show: Show, wb: Workbench, sheet: Sheets, name: str
) -> None:
    first = wb.import_sheet(sheet(BEFORE, "first.csv"), "elevate.students")
    second = wb.import_sheet(sheet(BEFORE.replace("0001", "0002"), "second.csv"), "elevate.students")
    page = show(name, batch=second.id)
    told = [each.value.replace("\\", "") for each in page.markdown]
    sentence = f"first.csv of the same day (import {str(first.id)[:18]}) says otherwise of 1 record"
    assert sentence in told[told.index("**What is unusual**") + 2]
    assert not any("Nothing: rows" in each for each in told)
    if name == "reconcile":
        assert any("**ana signs:**" in each and sentence in each for each in told)
    page = press(page, f"Import {str(first.id)[:18]}")
    assert page.query_params["batch"] == str(first.id)
    assert "of the same day" not in "".join(each.value for each in page.markdown)
    wb.undo(first)
    again = show(name, batch=second.id)
    assert "of the same day" not in "".join(each.value for each in again.markdown), "it was undone since"
