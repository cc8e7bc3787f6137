"""The grid that people work in: rows of all pages in one order, cells edited, undone and made again by keyboard, marked
where they are wrong or others than in the file, and changed at once where they are picked."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import People
from tests.browser.person import Person
from workbench import Workbench
from workbench.model.batch import Batch
from workbench.model.sheet import Sheet

NAMES = [f"{first} {last}" for last in ("Park", "Okafor", "Stone") for first in ("Ada", "Ben", "Cal", "Dee")]
STUDENTS = "email,full_name,phone\n" + "".join(
    f"{120 - number} at example.com,{NAMES[number % 12]},555-201-{number:04}\n" for number in range(120)
)


@pytest.fixture
def staged(wb: Workbench, sheet: Callable[..., Sheet]) -> Batch:
    """120 students on lines 2 to 121, each with an e-mail address that is none."""
    return wb.stage(sheet(STUDENTS, "students.csv"), "elevate.students")


def test_rows_are_sorted_over_all_pages_and_it_outlives_a_reload(person: People, staged: Batch) -> None:
    ana = person().visit("validate", batch=staged.id)
    expect(ana.cell(2, "full_name")).to_have_text("Ada Park")
    ana.sort("full_name")
    expect(ana.at_place(0, "full_name")).to_have_text("Ada Okafor")
    ana.sort("full_name")
    expect(ana.at_place(0, "full_name")).to_have_text("Dee Stone")
    ana.sees("rows 1 to 50 in this order")
    ana.press("Next")
    ana.sees("rows 51 to 100 in this order")
    expect(ana.at_place(0, "full_name")).to_have_text("Cal Okafor")
    ana.window.reload()
    expect(ana.at_place(0, "full_name")).to_have_text("Dee Stone")
    ana.main.get_by_role("textbox", name="Search").fill("park")
    ana.main.get_by_role("textbox", name="Search").press("Enter")
    expect(ana.at_place(0, "full_name")).to_have_text("Dee Park")
    assert ana.surprises == []


def test_edits_are_undone_and_made_again_by_keyboard_and_outlive_a_reload(person: People, staged: Batch) -> None:
    ana = person().visit("validate", batch=staged.id)
    keys = ana.window.keyboard
    marked = re.compile(r"\btyped\b")
    ana.cell(2, "email").click()
    keys.press("ArrowDown")
    keys.press("Enter")
    keys.press("ControlOrMeta+a")
    keys.type("ben@example.com")
    keys.press("Enter")  # and one cell down
    ana.sees("1 cell typed and not saved yet")
    expect(ana.cell(3, "email")).to_have_class(marked)
    expect(ana.cell(4, "email")).to_be_focused()
    keys.press("ControlOrMeta+z")
    expect(ana.main.get_by_text("typed and not saved yet")).to_have_count(0)
    expect(ana.cell(3, "email")).to_have_text("119 at example.com")
    expect(ana.cell(3, "email")).not_to_have_class(marked)
    keys.press("ControlOrMeta+y")
    ana.sees("1 cell typed and not saved yet")
    ana.sort("email")  # takes other rows into the grid, and keeps what is typed
    ana.sees("1 cell typed and not saved yet")
    ana.window.reload()
    ana.sees("1 cell typed and not saved yet")
    ana.main.get_by_role("spinbutton", name="From line").fill("3")
    ana.main.get_by_role("spinbutton", name="From line").press("Enter")
    expect(ana.cell(3, "email")).to_have_text("ben@example.com")
    expect(ana.cell(3, "email")).to_have_class(marked)
    assert ana.surprises == []


def test_a_block_of_a_spreadsheet_is_pasted_and_taken_back_at_once_and_copied(person: People, staged: Batch) -> None:
    ana = person().visit("validate", batch=staged.id)
    keys, before = ana.window.keyboard, ana.cell(4, "email").inner_text()
    ana.copied('ben@example.com\tBen "B" Park\r\ncal@example.com\t"Cal\tPark"\r\n')
    ana.cell(3, "email").click()
    keys.press("ControlOrMeta+v")
    ana.sees("4 cells typed and not saved yet")
    expect(ana.cell(3, "full_name")).to_have_text('Ben "B" Park')
    expect(ana.cell(4, "email")).to_have_class(re.compile(r"\btyped\b"))
    keys.press("ControlOrMeta+z")
    expect(ana.main.get_by_text("typed and not saved yet")).to_have_count(0)
    expect(ana.cell(4, "email")).to_have_text(before)
    keys.press("ControlOrMeta+y")
    ana.sees("4 cells typed and not saved yet")
    ana.cell(4, "full_name").click()
    keys.press("ControlOrMeta+c")
    assert ana.copied() == '"Cal\tPark"'
    for line in (5, 4):
        ana.rows.locator(f"[row-id='{line}'] input[type=checkbox]").check()
    keys.press("ControlOrMeta+c")
    assert ana.copied().splitlines() == [
        'cal@example.com\t"Cal\tPark"\t555-201-0002',
        "117 at example.com\tDee Park\t555-201-0003",
    ]
    ana.window.reload()
    ana.sees("4 cells typed and not saved yet")
    ana.press("Correct 4 cells and check again")
    ana.sees("Last correction: 4 cells (2 rows, ana)")
    assert ana.surprises == []


def test_a_block_that_does_not_fit_is_told_and_nothing_of_it_is_pasted(person: People, staged: Batch) -> None:
    ana = person().visit("validate", batch=staged.id)
    ana.copied("1\t2\n3\t4\n")
    for column, place, told in (
        ("phone", "ArrowUp", "is too wide, for from that cell on there is room for 1 column."),
        ("Line", "ArrowUp", "would go into Line, which is not edited here."),
        ("email", "ArrowDown", "is too long, for from that cell on there is room for 1 row."),
    ):
        ana.cell(2, column).click()
        ana.window.keyboard.press(f"ControlOrMeta+{place}")  # the first row, or the last
        ana.window.keyboard.press("ControlOrMeta+v")
        ana.sees(f"Nothing was pasted: the block of 2 rows and 2 columns {told}")
    expect(ana.main.get_by_text("typed and not saved yet")).to_have_count(0)
    expect(ana.cell(51, "email")).to_have_text("71 at example.com")
    assert ana.surprises == []


def test_columns_are_filtered_together_and_the_filters_outlive_a_reload(person: People, staged: Batch) -> None:
    ana = person().visit("validate", batch=staged.id)
    for column, text in (("full_name", "park"), ("phone", "0004")):
        ana.option("Filter a column", column).click()
        box = ana.main.get_by_role("textbox", name=f"What {column} contains")
        expect(box).to_be_focused()
        ana.window.keyboard.type(text)
        ana.window.keyboard.press("Enter")
        expect(ana.window).to_have_url(re.compile(f"filters=.*{text}"))
    expect(ana.main.get_by_text("No row fits.")).to_be_visible()
    ana.window.reload()
    expect(ana.main.get_by_text("No row fits.")).to_be_visible()
    ana.main.locator("[class*='0-away']").get_by_role("button").click()
    expect(ana.at_place(0, "phone")).to_have_text("555-201-0004")
    expect(ana.rows.locator("[row-index='1']")).to_have_count(0)
    assert ana.surprises == []


def test_rows_that_are_picked_are_changed_at_once_and_marked(person: People, staged: Batch, wb: Workbench) -> None:
    ana = person().visit("validate", batch=staged.id)
    expect(ana.cell(2, "email")).to_have_class(re.compile(r"\bwrong\b"))
    for line in (3, 5):
        ana.rows.locator(f"[row-id='{line}'] input[type=checkbox]").check()
    ana.settled()
    ana.main.get_by_text("Change many rows at once").click()
    ana.sees("2 picked rows")
    ana.option("Column", "full_name").click()
    ana.main.get_by_role("textbox", name="Put").fill("Somebody Else")
    ana.main.get_by_role("textbox", name="Put").press("Enter")
    ana.press("Change 2 rows and check again")
    ana.sees("Last correction: full_name: 'Somebody Else' (2 rows, ana)")
    expect(ana.cell(5, "full_name")).to_have_class(re.compile(r"\bchanged\b"))
    expect(ana.cell(4, "full_name")).not_to_have_class(re.compile(r"\bchanged\b"))
    ana.cell(5, "full_name").hover()
    expect(ana.rows.locator(".ag-tooltip:not(.ag-tooltip-hiding)")).to_have_text("was Dee Park, corrected by ana")
    assert {row["line"] for row in wb.rows.each(staged) if row["raw"]["full_name"] == "Somebody Else"} == {3, 5}
    assert ana.surprises == []


def at_clean(person: People, file: Callable[[str, str], Path]) -> Person:
    """Somebody who looks at the students at Clean."""
    ana = person().visit("upload")
    ana.window.locator("input[type=file]").first.set_input_files(file(STUDENTS, "students.csv"))
    ana.follow("Clean it first")
    ana.at("Clean")
    return ana


def test_clean_sorts_all_rows_of_a_file_and_a_click_on_a_cell_chooses_its_column(
    person: People, file: Callable[[str, str], Path]
) -> None:
    ana = at_clean(person, file)
    expect(ana.at_place(0, "full_name")).to_have_text("Ada Park")
    ana.sort("email")
    expect(ana.at_place(0, "email")).to_have_text("1 at example.com")
    ana.sort("email")
    expect(ana.at_place(0, "email")).to_have_text("99 at example.com")
    ana.at_place(0, "phone").click()
    expect(ana.window).to_have_url(re.compile(r"column=.*phone"))
    ana.window.reload()
    expect(ana.at_place(0, "email")).to_have_text("99 at example.com")
    assert ana.surprises == []


def test_a_step_at_clean_leaves_its_grid_there_in_which_the_same_cell_chooses_its_column_again(
    person: People, file: Callable[[str, str], Path]
) -> None:
    ana = at_clean(person, file)
    name = ana.at_place(0, "full_name")
    name.click()
    expect(ana.window).to_have_url(re.compile(r"column=.*full_name"))
    ana.rows.locator("body").evaluate("window.isTheSame = true")
    ana.option("What to do", "Change case").click()
    ana.option("To", "capitals").click()
    ana.press("Add this step")
    expect(ana.at_place(0, "full_name")).to_have_text("ADA PARK")
    assert ana.rows.locator("body").evaluate("window.isTheSame") is True
    ana.settled()
    ana.main.get_by_role("combobox", name="Columns").press("Backspace")
    expect(ana.window).not_to_have_url(re.compile(r"column="))
    ana.settled()
    name.click()
    expect(ana.window).to_have_url(re.compile(r"column=.*full_name"))
    assert ana.surprises == []


def test_clean_takes_an_edited_cell_as_a_step_and_takes_it_back_by_keyboard(
    person: People, file: Callable[[str, str], Path]
) -> None:
    ana = at_clean(person, file)
    keys = ana.window.keyboard
    ana.correct(0, "full_name", "Ada Parker")
    ana.sees("full_name: “Ada Park” becomes “Ada Parker” in 10 rows that say so, by a step; next month in every row")
    expect(ana.at_place(12, "full_name")).to_have_text("Ada Parker")
    expect(ana.at_place(12, "full_name")).to_have_class(re.compile(r"\bchanged\b"))
    expect(ana.at_place(1, "full_name")).to_be_focused()  # one cell down, in the grid that is still there
    keys.press("Enter")
    keys.press("ControlOrMeta+a")
    keys.type("Ben Parker")
    keys.press("Enter")
    ana.sees("Recipe: 1 step, 20 changes")
    keys.press("ControlOrMeta+z")
    expect(ana.at_place(1, "full_name")).to_have_text("Ben Park")
    keys.press("ControlOrMeta+y")
    expect(ana.at_place(1, "full_name")).to_have_text("Ben Parker")
    ana.window.reload()
    expect(ana.at_place(1, "full_name")).to_have_text("Ben Parker")
    ana.correct(2, "full_name", "Cal Parker")
    ana.press(re.compile("^Only in line 4, where"))
    expect(ana.at_place(14, "full_name")).to_have_text("Cal Park")
    expect(ana.at_place(2, "full_name")).to_have_text("Cal Parker")
    ana.press("Undo")
    expect(ana.at_place(2, "full_name")).to_have_text("Cal Park")
    assert ana.surprises == []


def test_clean_hears_every_key_of_twenty_in_a_row_on_a_busy_machine(
    person: People, file: Callable[[str, str], Path]
) -> None:
    ana = at_clean(person, file)
    for place, name in enumerate(("Ada", "Ben", "Cal", "Dee")):
        ana.correct(place, "full_name", f"{name} Parker")
        ana.sees(f"Recipe: 1 step, {10 * (place + 1)} changes")
    with busy(2):
        for keys in ("zzyy" * 4, "zzzy"):  # the last three of four edits are taken back, and one is made again
            for key in keys:
                ana.window.keyboard.press(f"ControlOrMeta+{key}")
        ana.sees("Recipe: 1 step, 20 changes")
        ana.settled()
    ana.sees("Recipe: 1 step, 20 changes")
    shown = [ana.at_place(place, "full_name").inner_text() for place in range(4)]
    assert shown == ["Ada Parker", "Ben Parker", "Cal Park", "Dee Park"]
    expect(ana.main.get_by_text("has changed the recipe")).to_have_count(0)
    assert ana.surprises == []


@contextmanager
def busy(processes: int) -> Iterator[None]:
    """So many processes are at work beside the pages."""
    with ExitStack() as running:
        for _ in range(processes):
            one = running.enter_context(subprocess.Popen([sys.executable, "-c", "while True: pass"]))
            running.callback(one.kill)
        yield
