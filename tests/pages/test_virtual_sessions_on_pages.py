"""Virtual sessions on the pages: from the configured Google Sheet, and from an upload (Playbook C)."""

import csv
from collections.abc import Callable

import pytest

from tests.google import Google
from tests.pages.conftest import Show
from tests.pages.test_google_sheets import batch_of, google, metrics, press
from workbench import Workbench, open_sheet
from workbench.doors.web import words
from workbench.model.batch import Batch
from workbench.model.resources import samples
from workbench.model.sheet import Sheet

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
    next(box for box in page.text_input if box.label.startswith("Since when")).set_value("2026-2027").run()
    next(box for box in page.checkbox if box.label.startswith("I have looked")).check().run()
    press(page, "Start the import")
    run = worked(wb.batches.all()[0])
    assert not page.exception
    assert not show("validate", batch=run.id).exception
    press(show("commit", batch=run.id), "Commit 4 records")
    assert worked(run).created == 2


def test_a_decision_says_how_many_records_are_written_and_afterwards_what_waits_and_what_brings_it(
    show: Show, wb: Workbench, worked: Worked, sheet: Callable[..., Sheet]
) -> None:
    text = (
        "Session Title,Date,Time,Teacher Name,School Name,District\n"
        "Careers in Nursing,9/15/2031,9:00 AM,Ada Park,North High,KCK\n"
        "Steel,13/45/2031,9:00 AM,Dee Fox,North High,KCK\n"
    )
    source = sheet(text, "virtual.csv")
    batch = wb.stage(source, "polaris.virtual_sessions", window="2031-2032")
    wb.plan(batch)
    page = show("commit", batch=batch.id)
    assert "Of the others, 1 record will be written; the invalid stay out." in page.radio[0].proto.captions
    page.radio[0].set_value("Let the good rows go on").run()
    press(page, "Commit 1 record")
    assert worked(batch).stage == "completed"
    for name in ("commit", "reconcile"):
        page = show(name, batch=batch.id)
        assert not page.exception
        (told,) = [each.value for each in page.warning if "still unmatched" in each.value]
        assert told == (
            "1 row still unmatched: what names a record that is not there is not written (teacher 1). "
            "They come by themselves once it is imported by Teacher Roster Import."
        )


def test_what_was_brought_in_is_said(show: Show, wb: Workbench, sheet: Callable[..., Sheet]) -> None:
    wb.import_sheet(sheet("code,name\nCNA101,CNA Training\n", "courses.csv"), "elevate.courses")
    ada, ben = ("email,name\nada@example.com,Ada Park\n", "email,name\nben@example.com,Ben Oka\n")
    wb.import_sheet(sheet(ada, "ada.csv"), "elevate.students")
    enrolled = sheet("student_email,course_code\nben@example.com,CNA101\n", "enrolled.csv")
    batch = wb.import_sheet(enrolled, "elevate.enrollments")
    wb.import_sheet(sheet(ben, "ben.csv"), "elevate.students")
    page = show("reconcile", batch=batch.id)
    command = f"`workbench sweep {str(batch.id)[:18]}`"
    assert f"**1 row** of this import can be brought in now ({command})." in [each.value for each in page.markdown]
    page = press(page, "Bring them in")
    assert not page.exception
    file = words.text("enrolled.csv")
    assert [each.value for each in page.success] == [f"Brought in: 1 row of {file}, with 1 row written."]
    assert wb.reconcile(batch).done
