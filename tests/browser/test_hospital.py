"""A file of hospitals in which one letter of a cell became an x is put right by clicks alone: no recipe is written."""

import csv
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Locator, TimeoutError, expect

from tests.browser.person import Person
from workbench import open_sheet
from workbench.model.recipe import Recipe
from workbench.prepare.cleaning import cleaned

FOLDER = Path(__file__).parents[2].parent / "shared" / "data" / "raha" / "hospital"

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the folder of public files stands beside the checkout")

OF_A_HOSPITAL = (
    *("name", "address_1", "city", "state", "zip", "county", "phone", "type", "owner", "emergency_service"),
)


class Cleaner(Person):
    """Somebody at Clean."""

    def picks(self, label: str, *options: str) -> None:
        """Chooses options of a box; a long one has only those that are in sight."""
        for option in options:
            if self.holds(label, option):  # of an earlier try
                continue
            several = self.chosen(label, option)
            self.settled()
            if several.count():  # a box of which several can be chosen stays open
                self.window.keyboard.press("Escape")
                expect(several).to_have_count(0)
        self.settled()

    def holds(self, label: str, option: str) -> bool:
        """Whether a box of which several can be chosen has an option already."""
        several = self.main.get_by_test_id("stMultiSelect")
        box = several.filter(has=self.window.get_by_role("combobox", name=label, exact=True))
        return bool(box.get_by_text(option, exact=True).count())

    def chosen(self, label: str, option: str) -> Locator:
        """The options of a box, of which one was chosen: they may go while the page is drawn anew; then again."""
        found = self.window.get_by_role("option", name=option, exact=True)
        for _ in range(5):
            several = self.opened(label)
            with suppress(TimeoutError):
                for _ in range(100):
                    if found.count():
                        break
                    several.hover(timeout=4_000)
                    self.window.mouse.wheel(0, 100)
                    self.window.wait_for_timeout(50)
                found.click(timeout=4_000)
                return several
        raise AssertionError(f"{option} cannot be chosen in {label}")

    def opened(self, label: str) -> Locator:
        """The options of a box: a click in the moment in which the page draws it anew opens nothing."""
        options = self.window.get_by_role("listbox")
        for _ in range(5):
            self.settled()
            self.main.get_by_role("combobox", name=label, exact=True).first.click()
            try:
                options.wait_for(timeout=4_000)
            except TimeoutError:
                continue
            break
        return options

    def of(self, *columns: str) -> None:
        """Chooses columns in the place of those of the step before."""
        self.settled()
        chosen = self.main.get_by_test_id("stMultiSelect").first.get_by_role("button", name="Clear all")
        if chosen.count():
            chosen.click()
            self.settled()
        self.picks("Columns", *columns)

    def types(self, label: str, text: str) -> None:
        """Types into a field."""
        field = self.main.get_by_label(label, exact=True)
        field.fill(text)
        field.press("Control+Enter" if field.evaluate("field => field.tagName") == "TEXTAREA" else "Enter")
        self.settled()

    def ticks(self, label: str) -> None:
        """Ticks a box; a click in the moment in which the page draws it anew ticks nothing."""
        box = self.main.get_by_role("checkbox", name=label).first
        for _ in range(5):
            self.settled()
            if box.is_checked():
                return
            self.main.get_by_text(label, exact=True).first.click()
            with suppress(AssertionError):  # another click would take the tick away that comes late
                expect(box).to_be_checked(timeout=5_000)
        raise AssertionError(f"{label} cannot be ticked")

    def adds(self, steps: int) -> None:
        """Adds the step that is made; then the recipe has so many."""
        self.press("Add this step")
        self.settled()
        self.sees(f"Recipe: {steps} step")

    def agrees(self, *columns: str, by: str, steps: int) -> None:
        """A step: the rows with the same value of a column agree."""
        add, chosen = (
            self.main.get_by_role("button", name="Add this step").first,
            self.main.get_by_test_id("stMultiSelect").first,
        )
        for _ in range(8):
            self.of(*columns)
            self.picks("What to do", "Take the most frequent value of a group")
            self.picks("Rows belong together by", by)
            self.types("Share of the rows that have to have it, in percent", "60")
            with suppress(AssertionError):  # a busy machine answers later
                expect(add).to_be_enabled(timeout=5_000)
            if add.is_enabled() and all(column in chosen.inner_text() for column in columns):
                break
        self.adds(steps)

    def replaces(self, column: str, find: str, by: str, steps: int) -> None:
        """A step: what looks like a pattern is replaced."""
        self.of(column)
        self.picks("What to do", "Replace")
        self.types("Find", find)
        self.types("Replace by", by)
        self.ticks("Is a pattern")
        self.adds(steps)


def cells(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return [cell for row in list(csv.reader(file))[1:] for cell in row]


def repaired(recipe: Recipe) -> tuple[int, int, int]:
    """Wrong cells, those of them that a recipe repairs, and right ones that it spoils."""
    sheet = cleaned(open_sheet(FOLDER / "dirty.csv"), recipe)
    made = [cell for chunk in sheet.chunks() for row in chunk.cells.to_pylist() for cell in row.values()]
    before, right = cells(FOLDER / "dirty.csv"), cells(FOLDER / "clean.csv")
    wrong = [at for at, cell in enumerate(before) if cell != right[at]]
    mended = sum(made[at] == right[at] for at in wrong)
    return len(wrong), mended, sum(cell != right[at] for at, cell in enumerate(made)) - (len(wrong) - mended)


def test_the_hospitals_are_repaired_by_clicks(person: Callable[..., Person], tmp_path: Path) -> None:
    window = person()
    ana = Cleaner(window.window, window.site)
    ana.visit("upload")
    ana.window.locator("input[type=file]").first.set_input_files(FOLDER / "dirty.csv")
    ana.sees("dirty.csv")
    ana.settled()
    ana.follow("Clean it first")
    ana.at("Clean")
    ana.agrees("provider_number", by="name", steps=1)
    ana.agrees(*OF_A_HOSPITAL, by="provider_number", steps=2)
    ana.agrees("measure_code", by="measure_name", steps=3)
    ana.agrees("measure_code", by="state_average", steps=4)
    ana.agrees("measure_name", "condition", by="measure_code", steps=5)
    ana.picks("What to do", "Set by an expression")
    ana.picks("Into", "state_average")
    ana.types("Expression", "state || '_' || measure_code")
    ana.adds(6)
    ana.replaces("sample", r"^([0-9]+)[ x][patienxs]{8}$", r"\1 patients", steps=7)
    ana.replaces("score", r"^([0-9]{2})x$", r"\1%", steps=8)
    ana.window.get_by_role("button", name="Recipe", exact=True).click()
    with ana.window.expect_download() as download:
        ana.window.get_by_role("button", name="Download it").click()
    download.value.save_as(tmp_path / "recipe.json")
    recipe = Recipe.from_dict(json.loads((tmp_path / "recipe.json").read_text("utf-8")))
    wrong, mended, spoilt = repaired(recipe)
    assert (wrong, mended, spoilt) == (509, 482, 0)
    assert mended >= 0.9 * wrong
