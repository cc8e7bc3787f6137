"""History lists every import by what is asked, tells one's whole story, and takes it back after a preview."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.imports import records
from tests.pages.conftest import Show
from tests.pages.grids import grid, grids
from workbench import Workbench
from workbench.doors import jobs
from workbench.model.batch import Batch
from workbench.model.sheet import Sheet

Sheets = Callable[..., Sheet]
Worked = Callable[[Batch], Batch]
Opened = Callable[..., Workbench]

STUDENTS = "email,full_name\nada@example.com,Ada Park\nben@example.com,Ben Okafor\n"
CHANGED = "email,full_name\nada@example.com,Ada Lee\ncal@example.com,Cal Ode\n"


@pytest.fixture
def changed(wb: Workbench, sheet: Sheets) -> Batch:
    """The second of two imports: it changed one student and created another."""
    wb.import_sheet(sheet(STUDENTS, "students.csv"), "elevate.students")
    return wb.import_sheet(sheet(CHANGED, "students_2.csv"), "elevate.students")


def press(page: AppTest, label: str) -> AppTest:
    return next(button for button in page.button if button.label == label).click().run()


def listed(page: AppTest) -> list[Any]:
    return grid(page).shown["File"].tolist() if grids(page) else []


def links(page: AppTest) -> dict[str, str]:
    return {link.label: f"{link.proto.page}?{link.proto.query_string}" for link in page.page_link}


def test_an_empty_history_says_where_to_begin(show: Show) -> None:
    page = show("history")
    assert list(links(page)) == ["Start an import"]
    assert not grids(page)


def test_every_import_stands_in_the_list_with_its_figures(show: Show, changed: Batch) -> None:
    shown = grid(show("history")).shown
    assert shown[["File", "State", "Rows", "✚", "✎", "→", "?", "✕", "Run by", "Dataset"]].to_numpy().tolist() == [
        ["students_2.csv", "completed", "2", "1", "1", "0", "0", "0", "ana", "Elevate: Students"],
        ["students.csv", "completed", "2", "2", "0", "0", "0", "0", "ana", "Elevate: Students"],
    ]


def test_the_list_and_the_story_tell_of_records_that_were_removed(show: Show, wb: Workbench, sheet: Sheets) -> None:
    roster = "Building,Name,Email\nBanneker,Ada Ames,ada@kck.org\n"
    given = {"window": "2024-2025", "constants": {"district": "KCK"}}
    wb.import_sheet(sheet(f"{roster}Banneker,Bo Bell,bo@kck.org\n"), "polaris.teacher_roster", **given)
    batch = wb.import_sheet(sheet(roster), "polaris.teacher_roster", **given)
    assert grid(show("history")).shown["⊖ removed"].tolist() == ["1 deactivated", ""]
    page = show("history", batch=batch.id)
    assert [info.value for info in page.info] == ["1 record that the file no longer names was deactivated."]


def test_who_committed_what_another_person_began_stands_at_the_head(
    show: Show, wb: Workbench, open_wb: Opened, sheet: Sheets
) -> None:
    batch = wb.plan(wb.stage(sheet(STUDENTS), "elevate.students")).batch
    lea = open_wb(user="lea")
    lea.commit(batch)
    heads = [each.value.replace("\\", "") for each in show("history", batch=batch.id).markdown]
    assert any("by ana · " in head and head.endswith("committed by lea") for head in heads)


def test_months_say_what_is_in_none_of_them(show: Show, wb: Workbench, sheet: Sheets) -> None:
    wb.import_sheet(sheet(STUDENTS), "elevate.students")
    assert any(
        "Imports that were undone are in no month, but for the rows whose records were kept." in each.value
        for each in show("history").caption
    )


def test_an_import_that_nobody_is_at_work_on_is_told_to_wait(show: Show, wb: Workbench, sheet: Sheets) -> None:
    wb.import_sheet(sheet(STUDENTS, "done.csv"), "elevate.students")
    wb.stage(sheet(STUDENTS, "staged.csv"), "elevate.students")
    wb.plan(wb.stage(sheet(CHANGED, "planned.csv"), "elevate.students"))
    assert grid(show("history")).shown["State"].tolist() == [
        "planned, waits",
        "staged, waits",
        "completed",
    ]


@pytest.mark.parametrize(
    ("filters", "files"),
    [
        ({"dataset": "elevate.courses"}, ["courses.csv"]),
        ({"by": "lea"}, ["courses.csv"]),
        ({"search": "STUDENTS_"}, ["students_2.csv"]),
        ({"search": "lea nursing 2024"}, []),
        ({"search": "lea courses 2024"}, ["courses.csv"]),
        ({"order": "opens"}, ["bad.csv", "courses.csv", "students.csv", "students_2.csv"]),
        ({"order": "-updated", "dataset": "elevate.students"}, ["students_2.csv", "bad.csv", "students.csv"]),
        ({"window": "2024-2025"}, ["courses.csv"]),
        ({"outcome": "updated"}, ["students_2.csv"]),
        ({"stage": "held"}, ["bad.csv"]),
        ({"dataset": "elevate.students", "outcome": "created", "by": "ana"}, ["students_2.csv", "students.csv"]),
    ],
    ids="-".join,
)
def test_the_address_filters_the_list(
    show: Show, open_wb: Opened, sheet: Sheets, wb: Workbench, changed: Batch, filters: dict[str, str], files: list[str]
) -> None:
    wb.import_sheet(sheet("email,full_name\nbad at example.com,Dee\n", "bad.csv"), "elevate.students")
    given = {"window": "2024-2025"}
    open_wb(user="lea").import_sheet(sheet("name,code\nNursing,CNA101\n", "courses.csv"), "elevate.courses", **given)
    assert listed(show("history", **filters)) == files


def test_the_days_of_the_filter_are_inclusive(show: Show, changed: Batch) -> None:
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    assert len(listed(show("history", since=today, until=today))) == 2
    assert listed(show("history", until="2020-01-01")) == []


def test_filters_that_nothing_fits_are_told_from_an_empty_history(show: Show, changed: Batch) -> None:
    page = show("history", search="nothing like it")
    assert [info.value for info in page.info] == ["No import fits these filters."]


def test_a_story_has_the_figures_and_every_step(show: Show, changed: Batch) -> None:
    page = show("history", batch=changed.id)
    assert [metric.value for metric in page.metric] == ["2", "1", "1", "0", "0", "0"]
    story = page.dataframe[0].value
    assert story["What"].tolist()[0] == "began the import"
    assert story["What"].tolist()[-1] == "committed it"
    counted = ["rows created: 1; rows updated: 1", "records created: 1; records updated: 1"]
    assert story["Details"].tolist()[-2:] == counted
    assert set(story["Who"]) == {"ana"}
    assert links(page)["Reconcile"] == f"reconcile?batch={changed.id}"


def test_a_failed_import_says_why(show: Show, wb: Workbench, sheet: Sheets) -> None:
    batch = wb.begin(sheet(STUDENTS), "elevate.students")
    jobs.defer(wb, "fill", batch)
    jobs.cancel(wb, batch)
    page = show("history", batch=batch.id)
    assert [error.value for error in page.error] == ["Cancelled by ana; none of its rows were kept\\."]


def test_an_undo_is_previewed_and_then_done(
    show: Show, wb: Workbench, changed: Batch, worked: Worked, url: str
) -> None:
    page = show("history", batch=changed.id)
    before = records(url, "elevate.profiles", "email", "full_name")
    press(page, "Preview the undo")
    worked(changed)
    assert records(url, "elevate.profiles", "email", "full_name") == before
    assert listed(show("history")) == ["students_2.csv", "students.csv"], "a preview is no line of the list"
    wb.sign_off(changed)
    page = show("history", batch=changed.id)
    assert any(each.value.startswith("ana has signed this import.") for each in page.info)
    assert [metric.value for metric in page.metric][6:] == ["2", "0", "2", "0", "0", "0"]
    told = [each.value.replace("\\", "") for each in page.markdown]
    assert (
        "1 record that the import had created: removed. 1 record that it had changed or switched off: as before. "
        "All at once or none, in your name." in told
    )
    assert not page.warning
    press(page, "Undo this import")
    worked(changed)
    assert records(url, "elevate.profiles", "email", "full_name") == [
        ("ada@example.com", "Ada Park"),
        ("ben@example.com", "Ben Okafor"),
    ]


def test_an_undo_is_told_from_the_import_that_it_takes_back_by_what_stands_first(
    show: Show, wb: Workbench, changed: Batch
) -> None:
    wb.undo(changed)
    assert listed(show("history")) == ["Undo of students_2.csv", "students_2.csv, undone", "students.csv"]


def test_a_preview_says_which_later_files_name_what_it_removes(
    show: Show, wb: Workbench, sheet: Sheets, changed: Batch, worked: Worked
) -> None:
    wb.import_sheet(sheet(CHANGED, "again.csv"), "elevate.students")
    press(show("history", batch=changed.id), "Preview the undo")
    worked(changed)
    (warning,) = show("history", batch=changed.id).warning
    assert "which made none for they were there: again.csv (1)." in warning.value.replace("\\", "")


def test_what_was_changed_since_is_named_in_the_preview(
    show: Show, wb: Workbench, sheet: Sheets, changed: Batch, worked: Worked
) -> None:
    wb.import_sheet(sheet(CHANGED.replace("Lee", "Wong"), "students_3.csv"), "elevate.students")
    press(show("history", batch=changed.id), "Preview the undo")
    worked(changed)
    page = show("history", batch=changed.id, rows="skipped")
    assert [metric.value for metric in page.metric][6:] == ["2", "0", "1", "1", "0", "0"]
    assert any("Changed since the import" in why for why in grid(page).shown["In words"])


def test_an_import_that_was_undone_leads_to_its_undo_and_back(show: Show, wb: Workbench, changed: Batch) -> None:
    undo = wb.undo(changed)
    page = show("history", batch=changed.id)
    assert "Preview the undo" not in [button.label for button in page.button]
    press(page, "Its undo")
    assert page.query_params == {"batch": str(undo.id)}
    press(page, "The import that it undoes")
    assert page.query_params == {"batch": str(changed.id)}
    press(page, "All imports")
    assert "batch" not in page.query_params
    assert len(listed(page)) == 3


def test_what_an_undo_has_kept_can_be_taken_back_by_another(
    show: Show, wb: Workbench, sheet: Sheets, changed: Batch, worked: Worked
) -> None:
    later = wb.import_sheet(sheet(CHANGED.replace("Lee", "Wong"), "students_3.csv"), "elevate.students")
    wb.undo(changed)
    wb.undo(later)
    press(show("history", batch=changed.id), "Preview the undo")
    worked(changed)
    press(show("history", batch=changed.id), "Undo this import")
    worked(changed)
    page = show("history", batch=changed.id)
    assert "Preview the undo" not in [button.label for button in page.button]
    assert any("what it wrote was taken back" in warning.value for warning in page.warning)


def test_an_undo_that_waits_is_watched(show: Show, wb: Workbench, changed: Batch) -> None:
    press(show("history", batch=changed.id), "Preview the undo")
    page = show("history", batch=changed.id)
    assert page.get("progress")
    assert jobs.state(wb, changed) == "waiting"


def test_a_batch_that_is_not_there_is_refused_in_a_sentence(show: Show, changed: Batch) -> None:
    page = show("history", batch="00000000")
    assert [warning.value.partition(" here")[0] for warning in page.warning] == ["There is no import 00000000"]
    assert page.selectbox[0].label == "Which import?"


def test_a_hostile_name_is_text(show: Show, wb: Workbench, sheet: Sheets) -> None:
    hostile = sheet("email,full_name,=1+1,<b>x\nada@example.com,Ada,=2,<i>\n", "<img src=x> **b**.csv")
    batch = wb.import_sheet(hostile, "elevate.students")
    page = show("history", batch=batch.id)
    assert any(r"\<img src=x\> \*\*b\*\*\.csv" in said.value for said in page.markdown)
    assert not any("<img" in said.value.replace("\\<", "") for said in page.markdown)
    assert not page.exception


def test_what_is_signed_is_told_and_this_month_stands_beside_the_last(
    show: Show, wb: Workbench, changed: Batch
) -> None:
    wb.sign_off(changed)
    page = show("history")
    assert grid(page).shown["Signed"].tolist() == ["✓ ana", "not yet"]
    months = page.table[0].value
    assert months.index.tolist() == ["This month", "Last month"]
    assert months.loc["This month"].tolist()[:4] == ["2", "1", "1", "4"]


def test_what_is_looked_for_comes_first_and_no_column_is_out_of_the_page(show: Show, changed: Batch) -> None:
    columns = grid(show("history"), "imports").options["columnDefs"]
    assert [each["headerName"] for each in columns] == [
        *("File", "✚", "✎", "→", "?", "✕", "When", "State", "Rows", "Signed", "Dataset", "Run by")
    ]
    assert [each["field"] for each in columns if each["wrapText"]][:3] == ["opens", "when", "state"]
    assert "Rows created" in columns[1]["headerTooltip"]
    assert sum(each["width"] for each in columns) + 74 <= 898, "on 1280 pixels, also with the totals"
    assert sum(each["width"] for each in columns[:6]) <= 366, "the outcomes on 400 pixels"
