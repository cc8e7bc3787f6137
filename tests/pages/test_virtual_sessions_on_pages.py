"""Virtual sessions on the pages: from the configured Google Sheet, and from an upload (Playbook C)."""

import csv
from collections.abc import Callable

import pytest

from tests.google import Google
from tests.pages.conftest import Show
from tests.pages.test_google_sheets import batch_of, google, metrics, press
from workbench import Workbench, open_sheet
from workbench.model.batch import Batch
from workbench.model.resources import samples

__all__ = ["google"]

Worked = Callable[[Batch], Batch]

POLARIS = samples() / "polaris"


@pytest.fixture(autouse=True)
def roster(wb: Workbench) -> None:
    wb.import_sheet(open_sheet(POLARIS / "teacher_roster.csv"), "polaris.teacher_roster")


def rows() -> list[list[str]]:
    """The sample's rows but the one whose day cannot be read."""
    with (POLARIS / "virtual_sessions.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.reader(file) if row[1] != "13/45"]


def test_the_year_s_google_sheet_is_checked_and_then_imported(
    show: Show, wb: Workbench, worked: Worked, google: Google
) -> None:
    sheet = google.add("Virtual", {"Sheet1": rows()})
    wb.google_sheets.add(
        name="Virtual 26-27", purpose="virtual_sessions", year="2026-2027", district="", spreadsheet=sheet.id
    )
    page = press(show("import_sheet", year="2026-2027"), "Read and check the sheet")
    assert not page.exception
    batch = worked(batch_of(wb, page))
    assert (batch.stage, batch.dataset, batch.window) == ("planned", "polaris.virtual_sessions", "2026-2027")
    page.run()
    assert metrics(page)["Events processed"] == "4"
    assert worked(batch_of(wb, press(page, "Import"))).stage == "completed"
    page.run()
    assert not page.exception
    shown = metrics(page)
    assert [shown[name] for name in ("Events created", "Teacher registrations created", "Errors", "Warnings")] == [
        *("4", "6", "0", "4"),
    ]


@pytest.mark.parametrize("above", [(), ("Event,Day,Hour,State", ",,,", "Legend,,,")])
def test_an_uploaded_sheet_is_recognised_whatever_stands_above_its_header(
    show: Show, wb: Workbench, worked: Worked, above: tuple[str, ...]
) -> None:
    lines = (
        *above,
        "Session Title,Date,Time,Teacher Name",
        "Careers in Nursing,9/15,9,Ada Park",
        "Steel,2/5,9,Dee Fox",
    )
    page = show("upload")
    page.file_uploader[0].upload("sheet.csv", "\n".join(lines).encode())
    page.run()
    assert next(box for box in page.selectbox if box.label == "Dataset").value == "polaris.virtual_sessions"
    page = show("map", **page.query_params)
    next(box for box in page.text_input if box.label.startswith("Window")).set_value("2026-2027").run()
    next(box for box in page.checkbox if box.label.startswith("I have looked")).check().run()
    press(page, "Start the import")
    run = worked(wb.batches.all()[0])
    assert not page.exception
    assert not show("validate", batch=run.id).exception
    press(show("commit", batch=run.id), "Commit 2 rows")
    assert worked(run).created == 2
