"""Long tables that support and leads look into: sorted and searched over all rows, paged, kept on reload, opened by a
click."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import People
from workbench import Workbench
from workbench.model.batch import Batch
from workbench.model.sheet import Sheet

NAMES = [f"{first} {last}" for last in ("Park", "Okafor", "Stone") for first in ("Ada", "Ben", "Cal", "Dee")]
STUDENTS = "email,full_name,phone\n" + "".join(
    f"p{number}@example.com,{NAMES[number % 12]},555-201-{9_999 - number}\n" for number in range(120)
)


@pytest.fixture
def written(wb: Workbench, sheet: Callable[..., Sheet]) -> Batch:
    """120 students on lines 2 to 121, and one course before them."""
    wb.import_sheet(sheet("name,code\nNursing,CNA101\n", "courses.csv"), "elevate.courses")
    return wb.import_sheet(sheet(STUDENTS, "students.csv"), "elevate.students")


def test_support_opens_an_import_and_finds_its_row_among_all(person: People, written: Batch) -> None:
    ana = person().visit("history")
    ana.sort("File")
    expect(ana.at_place(0, "File")).to_have_text("courses.csv")
    ana.sort("File")
    ana.at_place(0, "File").click()
    expect(ana.window).to_have_url(re.compile(f"batch={written.id}"))

    ana.visit("reconcile", batch=written.id, rows="created")
    ana.sees("120 rows · page 1 of 3 · lines 2 to 51")
    ana.sort("phone")
    expect(ana.at_place(0, "email")).to_have_text("p119@example.com")
    ana.press("Next")
    ana.sees("page 2 of 3 · 51 to 100 in this order")
    expect(ana.at_place(0, "email")).to_have_text("p69@example.com")
    ana.window.reload()
    expect(ana.at_place(0, "email")).to_have_text("p69@example.com")
    ana.main.get_by_role("textbox", name="Search").fill("stone p11")
    ana.main.get_by_role("textbox", name="Search").press("Enter")
    ana.sees("5 rows found")
    expect(ana.at_place(0, "email")).to_have_text("p119@example.com")
    ana.main.get_by_role("textbox", name="Search").fill("")
    ana.main.get_by_role("textbox", name="Search").press("Enter")
    ana.main.get_by_role("spinbutton", name="From line").fill("100")
    ana.main.get_by_role("spinbutton", name="From line").press("Enter")
    ana.sees("lines 100 to 121")
    expect(ana.at_place(0, "email")).to_have_text("p98@example.com")
    assert ana.surprises == []
