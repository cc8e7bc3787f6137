"""Manage Google Sheets & Import Data: sheets are added, tested, imported with one click, edited and removed."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.google import EMAIL, Google, Spreadsheet
from tests.pages.conftest import Show
from workbench import Workbench
from workbench.doors import jobs
from workbench.model.batch import Batch

KCK = "Kansas City Kansas Public Schools"
ROSTER = [
    ["Teacher Email", "Teacher Name", "School", "Grade"],
    ["ada@kck.example", "Ada Park", "Argentine Middle", "7"],
    ["ben@kck.example", "Ben Ruiz", "Wyandotte High", "HS"],
]

Worked = Callable[[Batch], Batch]


@pytest.fixture(autouse=True)
def google(surroundings: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Google]:
    with Google() as running:
        monkeypatch.setenv("WORKBENCH_GOOGLE_ADDRESS", running.address)
        monkeypatch.setenv("WORKBENCH_GOOGLE_SERVICE_ACCOUNT", running.account())
        yield running


@pytest.fixture
def roster(google: Google) -> Spreadsheet:
    return google.add("KCK Teachers", {"Sheet1": [list(row) for row in ROSTER]})


def configured(wb: Workbench, sheet: Spreadsheet, **otherwise: str) -> Any:
    said = {"name": "KCK Teachers 25-26", "purpose": "teacher_progress_tracking", "year": "2025-2026", "district": KCK}
    return wb.google_sheets.add(**{**said, "spreadsheet": sheet.id, **otherwise})


def press(page: AppTest, label: str) -> AppTest:
    return next(button for button in page.button if button.label == label).click().run()


def said(page: AppTest) -> str:
    kinds = (page.markdown, page.caption, page.info, page.warning, page.error, page.success)
    return "\n".join(element.value for kind in kinds for element in kind)


def metrics(page: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in page.metric}


def batch_of(wb: Workbench, page: AppTest) -> Batch:
    said = page.query_params["batch"]
    return wb.batches.get(said if isinstance(said, str) else said[0])


def test_without_sheets_the_page_says_what_to_do_and_how_they_look(show: Show) -> None:
    page = show("google_sheets", year="2025-2026")
    assert not page.exception
    assert page.title[0].value == "Manage Google Sheets & Import Data"
    assert "No Google Sheet configured for 2025-2026. Add the first one." in said(page)
    assert EMAIL.replace("@", "\\@").replace(".", "\\.") in said(page)
    guide = page.table[0].value
    assert guide.index[guide["Required"] == "yes"].tolist() == ["Teacher Email", "Teacher Name", "Building"]
    assert "school or building" in guide.loc["Building", "Also called"]


def test_a_sheet_is_tested_and_added_in_the_playbooks_words(show: Show, wb: Workbench, roster: Spreadsheet) -> None:
    page = press(show("google_sheets", year="2025-2026"), "Add Google Sheet")
    assert not page.exception
    assert [box.label for box in page.text_input if box.key.startswith(("name", "spreadsheet"))] == [
        "Sheet Name",
        "Google Sheet ID",
    ]
    page.text_input(key="spreadsheet new").input(f"https://docs.google.com/spreadsheets/d/{roster.id}/edit#gid=0").run()
    page = press(page, "Test this sheet")
    assert "can be read: 2 rows, header on line 1" in said(page)
    assert "It looks like `polaris.teacher_roster`" in said(page)
    assert wb.google_sheets.all() == []
    page = press(page, "Add Sheet")
    assert "The sheet's name cannot be blank" in said(page).replace("\\", "")
    page.text_input(key="name new").input("KCK Teachers 25-26").run()
    page = press(page, "Add Sheet")
    assert "The district cannot be blank" in said(page).replace("\\", "")


def test_one_click_imports_a_sheet_and_tells_it_in_the_playbooks_words(
    show: Show, wb: Workbench, worked: Worked, roster: Spreadsheet
) -> None:
    configured(wb, roster)
    page = press(show("google_sheets", year="2025-2026"), "Import")
    assert not page.exception
    batch = worked(batch_of(wb, page))
    assert (batch.stage, batch.created, batch.window) == ("completed", 2, "2025-2026")
    page.run()
    assert "Teacher Roster Import: the import is written." in said(page)
    assert metrics(page) == {
        "Teachers imported": "2",
        "Teachers created": "2",
        "Teachers updated": "0",
        "Rows skipped": "0",
    }
    page = press(page, "Import")
    assert worked(batch_of(wb, page)).skipped == 2


def test_teachers_who_would_go_are_shown_before_anything_is_written(
    show: Show, wb: Workbench, worked: Worked, roster: Spreadsheet
) -> None:
    configured(wb, roster)
    more = [[f"t{number}@kck.example", f"T Number{number}", "Argentine Middle", "7"] for number in range(30)]
    roster.tabs["Sheet1"] += more
    worked(batch_of(wb, press(show("google_sheets", year="2025-2026"), "Import")))
    roster.tabs["Sheet1"].pop()
    page = press(show("google_sheets", year="2025-2026"), "Import")
    batch = worked(batch_of(wb, page))
    assert batch.stage == "planned"
    page.run()
    assert "Nothing is written yet" in said(page)
    assert "1 record that the sheet no longer names will be deactivated." in said(page)
    page = press(page, "Import it")
    assert worked(batch).stage == "completed"
    page.run()
    assert "Deactivated, as the sheet no longer names them: 1 record." in said(page)


def test_a_row_that_is_wrong_holds_the_import_and_says_where_to_put_it_right(
    show: Show, wb: Workbench, worked: Worked, roster: Spreadsheet
) -> None:
    roster.tabs["Sheet1"].append(["nobody", "No Body", "Argentine Middle", "7"])
    configured(wb, roster)
    page = press(show("google_sheets", year="2025-2026"), "Import")
    assert worked(batch_of(wb, page)).stage == "planned"
    page.run()
    assert "Not to be imported as it stands: 1 row." in said(page)
    assert next(button for button in page.button if button.label == "Import it").disabled
    page = page.radio[0].set_value("Let the good rows go on").run()
    batch = batch_of(wb, page)
    assert worked(batch_of(wb, press(page, "Import it"))).stage == "completed"
    assert (wb.batches.get(batch.id).created, wb.batches.get(batch.id).invalid) == (2, 1)


def test_what_a_plan_waits_for_is_let_go_on_where_it_is_told(
    show: Show, wb: Workbench, worked: Worked, roster: Spreadsheet
) -> None:
    configured(wb, roster)
    more = [[f"t{number}@kck.example", f"T Number{number}", "Argentine Middle", "7"] for number in range(30)]
    roster.tabs["Sheet1"] += more
    worked(batch_of(wb, press(show("google_sheets", year="2025-2026"), "Import")))
    del roster.tabs["Sheet1"][3:]
    page = press(show("google_sheets", year="2025-2026"), "Import")
    batch = worked(batch_of(wb, page))
    page.run()
    assert next(button for button in page.button if button.label == "Import it").disabled
    page = next(box for box in page.checkbox if box.label == "Let it go on").check().run()
    press(page, "Import it")
    assert worked(batch).removed == 30


def test_a_sheet_that_cannot_be_read_is_told_in_the_playbooks_words(
    show: Show, wb: Workbench, google: Google, roster: Spreadsheet
) -> None:
    configured(wb, roster)
    roster.shared = False
    page = press(show("google_sheets", year="2025-2026"), "Import")
    told = said(page).replace("\\", "")
    assert "Error reading Google Sheet" in told
    assert f"Share it with {EMAIL} (as a viewer)" in told
    assert wb.batches.all() == []


def test_columns_that_nobody_knows_lead_to_map_with_what_is_known(
    show: Show, wb: Workbench, google: Google, worked: Worked
) -> None:
    odd = google.add("Odd", {"Sheet1": [["Mail", "Who", "Where"], ["ada@kck.example", "Ada Park", "Argentine Middle"]]})
    configured(wb, odd)
    page = press(show("google_sheets", year="2025-2026"), "Import")
    assert not page.exception
    assert wb.batches.all() == []
    assert page.error
    (link,) = [link for link in page.get("page_link") if link.proto.label == "Say at Map what its columns are"]
    assert "window=2025-2026" in link.proto.query_string
    assert "dataset=polaris.teacher_roster" in link.proto.query_string


def test_a_sheet_is_edited_and_removed(show: Show, wb: Workbench, roster: Spreadsheet) -> None:
    sheet = configured(wb, roster)
    page = press(show("google_sheets", year="2025-2026"), "Edit")
    page.text_input(key=f"name {sheet.id}").input("KCK").run()
    press(page, "Save")
    assert [(one.name, one.district) for one in wb.google_sheets.all()] == [("KCK", KCK)]
    page = press(show("google_sheets", year="2025-2026"), "Remove")
    press(page, "Remove it")
    assert wb.google_sheets.all() == []


def test_only_the_sheets_of_the_year_are_listed(show: Show, wb: Workbench, roster: Spreadsheet) -> None:
    configured(wb, roster)
    configured(wb, roster, year="2024-2025", name="The year before")
    page = show("google_sheets", year="2024-2025")
    assert "The year before" in said(page)
    assert "KCK Teachers 25" not in said(page)


def test_a_sheet_goes_straight_on_only_where_nobody_has_to_be_asked(
    wb: Workbench, worked: Worked, sheet: Callable[..., Any]
) -> None:
    rows = "email,first_name,last_name\nada@example.com,Ada,Park\n"
    for text, stage in ((rows, "completed"), (f"{rows}bad,Ben,Ruiz\n", "planned")):
        batch = wb.begin(sheet(text, "students.csv"), "elevate.students", source="page")
        jobs.defer(wb, "fill", batch, straight_on=True)
        assert worked(batch).stage == stage


def test_two_sheets_for_one_roster_are_told_beside_each_other(show: Show, wb: Workbench, roster: Spreadsheet) -> None:
    configured(wb, roster)
    assert "Also for this purpose" not in said(show("google_sheets", year="2025-2026"))
    configured(wb, roster, name="KCK again")
    configured(wb, roster, name="Elsewhere", district="Center 58")
    page = show("google_sheets", year="2025-2026")
    told = [each.value.replace("\\", "") for each in page.warning]
    assert len(told) == 2
    assert told[0].startswith("Also for this purpose, year and district: KCK ")
    assert told[0].endswith("Keep one of them.")
