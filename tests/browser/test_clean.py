"""The analyst's way: a messy export is cleaned, mapped and committed without another editor, and the next month's needs
no hand but one look."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests import messy
from tests.browser.person import Person
from workbench import Workbench, open_sheet

People = Callable[..., Person]


@pytest.fixture
def courses(wb: Workbench, tmp_path: Path) -> None:
    path = tmp_path / "courses.csv"
    path.write_text("name,code\n" + "".join(f"{code.title()},{code}\n" for code in messy.PROGRAMMES))
    wb.import_sheet(open_sheet(path), "elevate.courses")


def dropped(ana: Person, file: Path) -> None:
    ana.visit("upload")
    ana.window.locator("input[type=file]").first.set_input_files(file)
    ana.sees(file.name)
    expect(ana.main.get_by_role("link", name="Clean it first")).to_be_visible()
    ana.settled()


def chosen(ana: Person, label: str, option: str) -> None:
    ana.option(label, option).click()
    ana.settled()


def found(ana: Person) -> Locator:
    """The buttons of what was found, which is opened where it is folded."""
    ana.settled()
    buttons = ana.main.get_by_role("button", name="Look at it")
    if not buttons.first.is_visible():
        ana.main.get_by_text(re.compile("^What was found")).click()
    return buttons


def split_in_columns(ana: Person) -> None:
    """Takes up the first thing that was found, two addresses in a cell, and makes columns of them."""
    found(ana).first.click()
    ana.settled()
    ana.press("Add this step")
    ana.settled()


def of(ana: Person, column: str) -> None:
    """Waits until the step that is made is one of that column."""
    expect(ana.main.get_by_test_id("stMultiSelect").filter(has_text="Columns")).to_have_text([f"Columns{column}"])


def merged(ana: Person) -> None:
    """Takes up the last clusters that were found, those of the programmes, and makes all of them one value each."""
    found(ana).last.click()
    ana.settled()
    of(ana, "Programme")
    ana.main.get_by_text(re.compile(r"^All \d+ clusters?$")).click()
    ana.settled()
    ana.press("Add this step")
    ana.settled()


@pytest.mark.usefixtures("courses")
def test_a_messy_export_is_cleaned_mapped_and_committed_and_the_next_needs_one_look(
    person: People, wb: Workbench, tmp_path: Path
) -> None:
    ana = person()
    dropped(ana, messy.write(tmp_path / "learners_march.csv"))
    ana.follow("Clean it first")
    ana.at("Clean")
    ana.press("Add the 6 steps that need no choice")
    ana.sees("Recipe: 6 steps")
    split_in_columns(ana)
    ana.sees("Recipe: 7 steps")
    merged(ana)
    ana.sees("Recipe: 8 steps")
    of(ana, "Programme")
    chosen(ana, "What to do", "Change case")
    chosen(ana, "To", "capitals")
    of(ana, "Programme")
    ana.press("Add this step")
    ana.sees("Recipe: 9 steps")
    ana.window.reload()
    ana.sees("Recipe: 9 steps")
    ana.press("Go on to Map")
    ana.at("Map")
    chosen(ana, "What is a row of it?", "Elevate: Students")
    ana.choose("Learner", "full_name")
    saved(ana, "Learners of the college")
    started(ana)
    assert ana.figures()["created"] == 600
    names = {row["payload"]["full_name"] for row in wb.rows.each(ana.batch, outcome="created")}
    assert names == {f"{first} {last}" for first in messy.FIRST for last in messy.LAST}

    enrolled(ana)
    assert ana.figures()["created"] == 600

    dropped(ana, messy.write(tmp_path / "learners_april.csv", month=4))
    ana.press("Map its columns")
    ana.at("Map")
    started(ana)
    assert ana.figures()["created"] == 600
    assert not ana.surprises


def saved(ana: Person, name: str) -> None:
    ana.press("Save as template")
    ana.window.get_by_role("textbox", name="Name", exact=True).fill(name)
    ana.window.get_by_role("textbox", name="Name", exact=True).press("Enter")
    ana.settled()
    ana.window.get_by_role("button", name="Save", exact=True).click()
    ana.settled()
    ana.window.keyboard.press("Escape")


def started(ana: Person) -> None:
    """Looks once, and starts the import; what is planned is written."""
    ana.settled()
    if ana.main.get_by_text("I have looked at every line").is_visible():
        ana.confirm()
    ana.press("Start the import")
    ana.at("Validate")
    ana.plan()
    ana.commit()


def enrolled(ana: Person) -> None:
    """The same file once more, as enrollments: its recipe is there already."""
    uploads = [parts for parts in ana.site.home.glob("uploads/*/*") if "." not in parts.name]
    ana.visit("map", upload=uploads[0].name, dataset="elevate.enrollments")
    ana.choose("Programme", "course_code")
    started(ana)


def test_what_profile_finds_is_prepared_at_clean_for_its_column(person: People, tmp_path: Path) -> None:
    ana = person()
    file = tmp_path / "schools.csv"
    file.write_text("School,City\n" + "".join(f" Oak {n},Linz\n" for n in range(5)))
    dropped(ana, file)
    ana.follow("Clean it first")
    ana.at("Clean")
    ana.follow("Profile")
    ana.at("Profile")
    ana.follow("Clean it")
    ana.at("Clean")
    ana.settled()
    expect(ana.window).to_have_url(re.compile("column=.*School"))
    ana.press("Add this step")
    ana.sees("In School, take away white space around the text.")
    assert ana.surprises == []


def test_what_is_taken_up_and_the_line_that_is_gone_to_are_in_sight(person: People, tmp_path: Path) -> None:
    ana = person()
    file = tmp_path / "schools.csv"
    blanks = "".join(f"c{n}," for n in range(12))
    names = "".join(f"{'x ,' * 12}Oak {n % 7}\n" for n in range(200))
    file.write_text(f"{blanks}School\n{names}")
    dropped(ana, file)
    ana.follow("Clean it first")
    ana.at("Clean")
    add = ana.main.get_by_role("button", name="Add this step")
    for place in (0, 3):
        ana.window.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, 0)")
        found(ana).nth(place).click()
        expect(add).to_be_in_viewport()
        ana.settled()
    line = ana.main.get_by_role("spinbutton", name="Go to line")
    line.fill("131")
    line.press("Enter")
    ana.settled()
    place = ana.rows.locator(".ag-cell.sought[col-id=line]")
    expect(place).to_have_text("131")
    expect(place).to_be_in_viewport()
    expect(line).to_have_value("131")
    assert ana.surprises == []


def test_the_pencil_of_a_value_opens_a_box_that_takes_what_is_typed(person: People, tmp_path: Path) -> None:
    file = tmp_path / "courses.csv"
    file.write_text("course,n\nWelding,1\nWeldng,2\nNursng,3\n", "utf-8")
    ana = person()
    dropped(ana, file)
    ana.follow("Clean it first")
    ana.at("Clean")
    chosen(ana, "Facet of", "course")
    for was, now, steps in (("Weldng", "Welding", "1 change"), ("Nursng", "Nursing", "2 changes")):
        ana.main.get_by_role("checkbox", name=f"{was} (1)").wait_for()
        ana.main.locator(f'[class*="say-{was}"]').get_by_role("button").click()
        expect(ana.main.get_by_role("textbox", name=f"{was} shall be")).to_be_focused()
        ana.window.keyboard.type(now)
        ana.window.keyboard.press("Enter")
        ana.settled()
        ana.sees(f"Recipe: 1 step, {steps}")
    assert not ana.surprises


TWO_ADDRESSES = """\
Mails,Full name,Phone
ann@example.org; ann@work.example,Ann Ash,555-201-0002
nobody; cy@example.org,Cy Cedar,
bob@example.org,Bob Birch,555-201-0001
"""


def test_two_addresses_in_a_cell_become_two_records_and_the_source_keeps_its_lines(
    person: People, wb: Workbench, tmp_path: Path
) -> None:
    file = tmp_path / "contacts.csv"
    file.write_text(TWO_ADDRESSES, "utf-8")
    ana = person()
    dropped(ana, file)
    ana.follow("Clean it first")
    ana.at("Clean")
    chosen(ana, "Columns", "Mails")
    ana.window.keyboard.press("Escape")
    chosen(ana, "What to do", "Split into rows")
    ana.main.get_by_role("textbox", name="Separator", exact=True).fill(";")
    ana.main.get_by_role("textbox", name="Separator", exact=True).press("Enter")
    ana.settled()
    ana.press("Add this step")
    ana.sees("each row of the file has its one outcome")
    ana.press("Go on to Map")
    ana.at("Map")
    ana.settled()
    if ana.main.get_by_text("What is a row of it?").is_visible():
        chosen(ana, "What is a row of it?", "Elevate: Students")
    ana.settled()
    if ana.main.get_by_text("I have looked at every line").is_visible():
        ana.confirm()
    ana.press("Start the import")
    ana.at("Validate")
    ana.correct(3, "Mails", "cy@work.example; cy@example.org")
    ana.press("Correct 1 cell and make the plan")
    ana.at("Commit")
    expect(ana.main.get_by_role("button", name="Plan again")).to_be_visible(timeout=120_000)
    ana.commit()
    assert ana.figures()["created"] == 3
    (part,) = (each for each in wb.batches.parts(ana.batch) if each.stage == "completed")
    assert (part.created, part.processed) == (5, 5)
    assert not ana.surprises
