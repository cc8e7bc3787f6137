"""Playbook B as it is written, in a browser: a Google Sheet is added, tested and imported with one click."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import People
from tests.browser.person import Person
from tests.google import EMAIL, Google
from workbench import Workbench

KCK = "Kansas City Kansas Public Schools"
ROSTER = [
    ["Teacher Email", "Teacher Name", "School", "Grade"],
    ["ada@kck.example", "Ada Park", "Argentine Middle", "7"],
    ["ben@kck.example", "Ben Ruiz", "Wyandotte High", "HS"],
]


@pytest.fixture(autouse=True)  # before the site, which is started in these surroundings
def google(monkeypatch: pytest.MonkeyPatch) -> Iterator[Google]:
    with Google() as running:
        monkeypatch.setenv("WORKBENCH_GOOGLE_ADDRESS", running.address)
        monkeypatch.setenv("WORKBENCH_GOOGLE_SERVICE_ACCOUNT", running.account())
        yield running


def numbers(ana: Person, how_many: int) -> dict[str, str]:
    """The playbook's own numbers, once all of them are there."""
    metrics = ana.main.get_by_test_id("stMetric")
    expect(metrics).to_have_count(how_many)
    ana.settled()
    shown = [metric.inner_text().split("\n") for metric in metrics.all()]
    return {parts[0]: parts[-1] for parts in shown}


def test_a_roster_is_added_tested_and_imported_as_playbook_b_says(
    google: Google, person: People, wb: Workbench
) -> None:
    sheet = google.add("KCK Teachers", {"Sheet1": ROSTER})
    ana = person("ana").visit("google_sheets", year="2025-2026")
    ana.at("Manage Google Sheets & Import Data")
    ana.sees("No Google Sheet configured for 2025-2026")
    ana.sees(EMAIL)
    ana.press("Add Google Sheet")
    dialog = ana.window.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Sheet Name").fill("KCK Teachers 25-26")
    dialog.get_by_role("combobox", name="District").fill(KCK)
    dialog.get_by_role("combobox", name="District").press("Enter")
    dialog.get_by_role("textbox", name="Google Sheet ID").fill(
        f"https://docs.google.com/spreadsheets/d/{sheet.id}/edit#gid=0"
    )
    dialog.get_by_role("button", name="Test this sheet").click()
    expect(dialog.get_by_text("can be read: 2 rows, header on line 1")).to_be_visible()
    dialog.get_by_role("button", name="Add Sheet").click()
    expect(dialog).to_have_count(0)
    ana.sees("KCK Teachers 25-26")

    ana.press("Import")
    ana.sees("Teacher Roster Import: the import is written.")
    assert numbers(ana, 4) == {
        "Teachers imported": "2",
        "Teachers created": "2",
        "Teachers updated": "0",
        "Rows skipped": "0",
    }
    (batch,) = wb.batches.all()
    assert (batch.file_name, batch.window, batch.initiated_by) == ("KCK Teachers 25-26", "2025-2026", "ana")
    assert ana.surprises == []


def test_a_sheet_that_is_not_shared_says_with_whom_to_share_it(google: Google, person: People, wb: Workbench) -> None:
    sheet = google.add("Secret", {"Sheet1": ROSTER}, shared=False)
    wb.google_sheets.add(
        name="Secret", purpose="teacher_progress_tracking", year="2025-2026", district=KCK, spreadsheet=sheet.id
    )
    ana = person("ana").visit("google_sheets", year="2025-2026")
    ana.press("Import")
    ana.sees("Error reading Google Sheet")
    ana.sees(f"Share it with {EMAIL}")
    sheet.shared = True
    ana.press("Import")
    ana.sees("Teacher Roster Import: the import is written.")
    assert ana.surprises == []


SESSIONS = [
    ["Virtual sessions"],
    ["Made by the office"],
    ["Please keep the header"],
    ["Session Title", "Date", "Time", "Status", "Teacher Name", "School Name", "District", "Presenter"],
    ["Careers in Nursing", "9/15/2025", "9:30 AM", "Completed", "Ada Park", "Argentine Middle", "KCK", "Dana Reed"],
    ["", "9/16/2025", "9:30 AM", "Confirmed", "Ben Ruiz", "Wyandotte High", "KCK", "Lee Ortiz"],
]


def test_virtual_sessions_are_validated_put_right_in_the_sheet_and_imported_as_playbook_c_says(
    google: Google, person: People, wb: Workbench
) -> None:
    sheet = google.add("Sessions", {"Sheet1": SESSIONS})
    wb.google_sheets.add(name="Sessions", purpose="virtual_sessions", year="2025-2026", spreadsheet=sheet.id)
    ana = person("ana").visit("import_sheet", year="2025-2026")
    ana.press("Read and check the sheet")
    ana.sees("Errors: 1")
    table = ana.grid("Row", "What is wrong")
    assert "Missing Session Title" in table.locator("td").all_inner_texts()
    expect(ana.main.get_by_role("button", name="Import", exact=True)).to_be_disabled()

    sheet.tabs["Sheet1"][5][0] = "Careers in Steel"
    ana.press("Read and check the sheet")
    ana.sees("Events created")
    expect(ana.main.get_by_role("button", name="Import", exact=True)).to_be_enabled()
    ana.press("Import")
    ana.sees("Virtual Session Import: the import is written.")
    assert numbers(ana, 7)["Events created"] == "2"
    assert sorted(batch.stage for batch in wb.batches.all()) == ["completed", "discarded"]
    assert ana.surprises == []
