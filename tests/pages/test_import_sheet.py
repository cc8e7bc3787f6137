"""Virtual, Import Sheet: the year's sheet is read, validated before anything is written, and imported."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.google import Google, Spreadsheet
from tests.pages.conftest import Show
from tests.pages.test_google_sheets import batch_of, google, metrics, press, said
from workbench import Workbench
from workbench.model.batch import Batch
from workbench.playbooks import purposes

__all__ = ["google"]

Worked = Callable[[Batch], Batch]

LEARNERS = [
    ["email", "first name", "last name", "course code", "course name", "status"],
    ["mia.fox@example.com", "Mia", "Fox", "PHLE1", "Phlebotomy", "active"],
    ["leo.tran@example.com", "Leo", "Tran", "EKG1", "EKG Technician", "completed"],
]


@pytest.fixture
def sessions(google: Google, monkeypatch: pytest.MonkeyPatch) -> Spreadsheet:
    """A sheet for virtual sessions, which are learners here: the page takes whatever the purpose names."""
    monkeypatch.setattr(purposes, "_TARGETS", {"virtual_sessions": ("elevate.learners",)})
    return google.add("Sessions", {"Sheet1": [list(row) for row in LEARNERS]})


def configured(wb: Workbench, sheet: Spreadsheet, **otherwise: str) -> Any:
    given = {"name": "Sessions 25-26", "purpose": "virtual_sessions", "year": "2025-2026", "spreadsheet": sheet.id}
    return wb.google_sheets.add(**{**given, **otherwise})


def test_without_a_sheet_it_says_that_none_is_configured_and_where_to_do_so(show: Show) -> None:
    page = show("import_sheet", year="2025-2026")
    assert not page.exception
    assert "No Google Sheet configured for the sessions of 2025-2026" in said(page)
    (link,) = [link for link in page.get("page_link") if link.proto.label == "Manage Google Sheets & Import Data"]
    assert link.proto.query_string == "year=2025-2026"


def test_a_sheet_is_validated_before_the_import_and_summed_up_after_it(
    show: Show, wb: Workbench, worked: Worked, sessions: Spreadsheet
) -> None:
    configured(wb, sessions)
    page = press(show("import_sheet", year="2025-2026"), "Read and check the sheet")
    assert not page.exception
    batch = worked(batch_of(wb, page))
    assert (batch.stage, batch.dataset, batch.window) == ("planned", "elevate.learners", "2025-2026")
    page.run()
    assert "Validation passes: no errors, no warnings." in said(page)
    assert metrics(page)["Students created"] == "2"
    page = press(page, "Import")
    assert worked(batch).stage == "completed"
    page.run()
    assert "the import is written." in said(page)
    assert metrics(page)["Enrollments created"] == "2"


def test_a_sheet_with_errors_is_not_imported_before_they_are_put_right_in_it(
    show: Show, wb: Workbench, worked: Worked, sessions: Spreadsheet
) -> None:
    configured(wb, sessions)
    sessions.tabs["Sheet1"][1][0] = "mia at example.com"
    page = press(show("import_sheet", year="2025-2026"), "Read and check the sheet")
    worked(batch_of(wb, page))
    page.run()
    assert not page.exception
    assert "Errors: 1" in said(page)
    assert next(button for button in page.button if button.label == "Import").disabled
    sessions.tabs["Sheet1"][1][0] = "mia@example.com"
    wrong = batch_of(wb, page)
    page = press(page, "Read and check the sheet")
    worked(batch_of(wb, page))
    page.run()
    assert wb.batches.get(wrong).stage == "discarded"
    assert not next(button for button in page.button if button.label == "Import").disabled


def test_the_rows_that_are_right_go_on_where_a_person_says_so(
    show: Show, wb: Workbench, worked: Worked, sessions: Spreadsheet
) -> None:
    configured(wb, sessions)
    sessions.tabs["Sheet1"][1][0] = "mia at example.com"
    page = press(show("import_sheet", year="2025-2026"), "Read and check the sheet")
    batch = worked(batch_of(wb, page))
    page.run()
    page = page.radio[0].set_value("Let the good rows go on").run()
    page = press(page, "Import")
    assert worked(batch).stage == "completed"
    page.run()
    assert metrics(page)["Students created"] == "1"


def test_what_was_read_before_is_discarded_wherever_somebody_left_it(
    show: Show, wb: Workbench, worked: Worked, sessions: Spreadsheet, open_wb: Callable[..., Workbench]
) -> None:
    configured(wb, sessions)
    configured(wb, sessions, name="More sessions 25-26", district="KCK")
    read = []
    for _ in range(3):  # each time the page is come to anew
        page = show("import_sheet", year="2025-2026")
        page = page.selectbox[1].select_index(1).run()
        page = press(page, "Read and check the sheet")
        read.append(worked(batch_of(wb, page)).id)
    page = show("import_sheet", year="2025-2026")
    page = press(page.selectbox[1].select_index(0).run(), "Read and check the sheet")
    read.append(worked(batch_of(wb, page)).id)
    assert [wb.batches.get(one).stage for one in read] == ["discarded", "discarded", "planned", "planned"]


def test_of_several_sheets_of_a_year_one_is_chosen(show: Show, wb: Workbench, sessions: Spreadsheet) -> None:
    configured(wb, sessions)
    configured(wb, sessions, name="More sessions")
    configured(wb, sessions, name="Roster", purpose="teacher_progress_tracking", district="KCK")
    page = show("import_sheet", year="2025-2026")
    assert page.selectbox[1].options == [
        "More sessions · Virtual sessions · any district",
        "Sessions 25-26 · Virtual sessions · any district",
    ]
