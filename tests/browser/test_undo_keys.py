"""The keys of undo and redo: in a field they are the field's, elsewhere they take back saved work and make it again."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.browser.conftest import People
from tests.browser.person import Person

UNDO, REDO, AGAIN = "ControlOrMeta+z", "ControlOrMeta+Shift+z", "ControlOrMeta+y"


def typed_and_taken_back(ana: Person, field: Locator) -> None:
    """Types into a field, and presses the keys there; what was typed is gone by the first, and back by the second."""
    ana.settled()  # a field that is drawn anew takes back only what was typed since
    field.click()
    ana.window.keyboard.type("Score")
    for key, text in ((UNDO, ""), (REDO, "Score"), (UNDO, ""), (AGAIN, "Score")):
        ana.window.keyboard.press(key)
        expect(field).to_have_value(text)
    ana.settled()


def test_keys_in_a_field_take_back_no_step_of_the_recipe_and_elsewhere_they_do(
    person: People, file: Callable[..., Path]
) -> None:
    ana = person()
    ana.visit("upload")
    ana.window.locator("input[type=file]").first.set_input_files(file("School,City\n Oak , Linz\n", "schools.csv"))
    ana.sees("schools.csv")
    ana.follow("Clean it first")
    ana.at("Clean")
    ana.press(re.compile("^Add the 2 steps"))
    ana.sees("Recipe: 2 steps")
    typed_and_taken_back(ana, ana.main.get_by_role("textbox", name="Facet of an expression"))
    ana.window.wait_for_timeout(500)
    ana.settled()
    ana.sees("Recipe: 2 steps")
    ana.main.get_by_role("heading", name="Clean", level=1).click()
    ana.window.keyboard.press(UNDO)
    expect(ana.main.get_by_text("Recipe: 2 steps")).to_have_count(0)
    ana.settled()
    ana.window.keyboard.press(REDO)
    ana.sees("Recipe: 2 steps")
    ana.settled()
    ana.main.get_by_role("checkbox", name=re.compile("^Step 1")).focus()
    ana.window.keyboard.press(UNDO)
    expect(ana.main.get_by_text("Recipe: 2 steps")).to_have_count(0)
    assert not ana.surprises


def test_keys_in_a_field_take_back_no_correction_and_elsewhere_they_do(
    person: People, file: Callable[..., Path]
) -> None:
    ana = person()
    ana.upload(file("email,first_name,last_name\nada@example,Ada,Park\n", "students.csv"), "elevate.students")
    ana.map()
    ana.correct(2, "email", "ada@example.com")
    ana.press("Correct 1 cell and check again")
    ana.sees("Last correction")
    typed_and_taken_back(ana, ana.main.get_by_role("textbox", name="Search"))
    ana.window.wait_for_timeout(500)
    ana.settled()
    ana.sees("Last correction")
    ana.main.get_by_role("heading", name="Validate", level=1).click()
    ana.window.keyboard.press(UNDO)
    ana.sees(re.compile("^Taken back"))
    ana.settled()
    ana.window.keyboard.press(REDO)
    ana.sees("Last correction")
    assert not ana.surprises
