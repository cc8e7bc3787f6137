"""What was entered is not lost: not by leaving, not by a reload, not by the next click."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import People
from tests.browser.person import Person
from workbench import Workbench
from workbench.model.batch import Batch
from workbench.model.sheet import Sheet

STUDENTS = """\
email,full_name,phone
ada@example.com,Ada Park,555-201-0001
ben at example.com,Ben Okafor,555-201-0002
cal at example.com,Cal Stone,555-201-0003
"""


@pytest.fixture
def staged(wb: Workbench, sheet: Callable[..., Sheet]) -> Batch:
    return wb.stage(sheet(STUDENTS, "students.csv"), "elevate.students")


def by_sidebar(ana: Person, page: str) -> None:
    """Clicks a link of the sidebar, and waits for nothing."""
    ana.window.get_by_test_id("stSidebarNav").get_by_role("link", name=page, exact=True).click()


def shown(ana: Person, cell: str) -> None:
    """Waits until the grid has a cell with that text."""
    expect(ana.rows.get_by_role("gridcell", name=cell, exact=True)).to_be_visible()


def test_cells_that_are_not_saved_outlive_the_page_and_a_reload(person: People, staged: Batch) -> None:
    ana = person().visit("validate", batch=staged.id)
    ana.correct(3, "email", "ben@example.com")
    by_sidebar(ana, "Inventory")  # at once
    ana.at("Inventory")
    ana.settled()
    by_sidebar(ana, "Validate")
    ana.at("Validate")
    ana.sees("1 cell typed and not saved yet")
    shown(ana, "ben@example.com")
    ana.correct(4, "email", "cal@example.com")
    ana.sees("2 cells typed and not saved yet")
    ana.window.reload()
    ana.sees("2 cells typed and not saved yet")
    shown(ana, "ben@example.com")
    shown(ana, "cal@example.com")
    assert ana.surprises == []


def test_what_somebody_else_has_saved_meanwhile_is_not_overwritten_by_a_page_that_was_there_before(
    person: People, staged: Batch, wb: Workbench, open_wb: Callable[..., Workbench]
) -> None:
    ana = person().visit("validate", batch=staged.id)
    open_wb(user="ben").correct(staged, {3: {"email": "his@example.com"}})
    ana.correct(3, "email", "mine@example.com")  # where the page still shows what came
    ana.sees("1 cell typed and not saved yet")
    ana.main.get_by_role("button", name="Correct 1 cell and check again").click()
    ana.sees("ben has changed it to 'his@example.com', and yours is mine@example.com")
    assert next(wb.rows.each(staged, lines=[3]))["raw"]["email"] == "his@example.com"
    ana.sees("1 cell typed and not saved yet")
    ana.main.get_by_role("button", name="Correct 1 cell and check again").click()
    expect(ana.main.get_by_text("has changed it")).to_have_count(0)
    ana.settled()
    assert next(wb.rows.each(staged, lines=[3]))["raw"]["email"] == "mine@example.com"


def test_a_click_right_after_an_edit_has_the_edit(person: People, staged: Batch, wb: Workbench) -> None:
    ana = person().visit("validate", batch=staged.id)
    ana.correct(3, "email", "ben@example.com")
    ana.main.get_by_role("button", name="Make the plan").click(timeout=2_000)  # before the page knows of the edit
    ana.at("Commit")
    expect(ana.main.get_by_role("button", name="Plan again")).to_be_visible(timeout=60_000)
    now = wb.batches.get(staged.id)
    assert (now.created, now.invalid, now.revision) == (2, 1, 1)


def test_a_button_that_an_edit_enables_can_be_clicked_at_once(person: People, staged: Batch, wb: Workbench) -> None:
    ana = person().visit("validate", batch=staged.id)
    button = ana.main.get_by_role("button", name="Correct cells")
    button.scroll_into_view_if_needed()
    expect(button).to_be_disabled()
    ana.correct(3, "email", "ben@example.com")
    place = button.bounding_box()
    assert place is not None
    ana.window.mouse.click(place["x"] + 20, place["y"] + 15)
    expect(ana.main.get_by_role("button", name="Look at the plan")).to_be_visible(timeout=60_000)
    now = wb.batches.get(staged.id)
    assert (now.created, now.invalid, now.revision) == (2, 1, 1)


def test_a_click_right_after_a_click_does_not_drop_it(person: People, staged: Batch, wb: Workbench) -> None:
    ana = person().visit("validate", batch=staged.id)
    ana.main.get_by_role("button", name="Make the plan").click()
    by_sidebar(ana, "Inventory")
    ana.at("Inventory")
    ana.settled()
    by_sidebar(ana, "Commit")
    expect(ana.main.get_by_role("button", name="Plan again")).to_be_visible(timeout=60_000)
    assert wb.batches.get(staged.id).stage in ("planned", "held")


def test_the_sidebar_keeps_the_import_that_one_is_at(person: People, staged: Batch, wb: Workbench) -> None:
    wb.plan(staged)
    ana = person().visit("validate", batch=staged.id)
    for page in ("Commit", "Reconcile", "Validate"):
        by_sidebar(ana, page)
        ana.at(page)
        ana.sees("students.csv")
        expect(ana.window).to_have_url(re.compile(f"batch={staged.id}"))
    ana.window.get_by_role("button", name="Choose another import").click()
    expect(ana.main.get_by_role("combobox", name="Which import?")).to_be_visible()


def test_who_works_there_survives_a_reload_a_link_and_another_window(person: People, staged: Batch) -> None:
    lena = person("Lena Ø. O'Neil").visit()
    for go in (lena.window.reload, lambda: lena.window.goto(f"{lena.site.address}/validate?batch={staged.id}")):
        go()
        expect(lena.window.get_by_role("textbox", name="Working as")).to_have_value("Lena Ø. O'Neil")
    second = lena.window.context.new_page()
    second.goto(lena.site.address)
    expect(second.get_by_role("textbox", name="Working as")).to_have_value("Lena Ø. O'Neil")
    assert lena.surprises == []
