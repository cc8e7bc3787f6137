"""The pages with a million rows in a batch, and a file of 100,000 rows from its upload to its plan, in a real browser.

    python -m tests.bench.pages [--rows 1000000] [--upload 100000]

A page is interactive when its script has ended and what it is for is on the screen; each is clicked to three times from
another one, and the middle of the times counts. Two clicks are answered in two parts, and the page says so: Clean shows
the first rows of a file while it reads the others, and Find a record says that nobody has a name before it looks at
what is written nearly so. Of these the first part is the answer, and the whole has a limit of its own.
"""

import argparse
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from playwright.sync_api import Locator

from tests.bench.people import write_learners, write_students
from tests.browser import chromium
from tests.browser.person import Person
from tests.browser.site import Site
from workbench import Workbench, open_sheet
from workbench.doors.web import uploads

CLICK, FACET = 1.0, 1.5
"""Seconds that the answer to a click, and a facet over all rows, may take."""
WHOLE, READ, PLAN = 1.5, 3.0, 15.0
"""Seconds until rows were looked through for a name that nobody has, until Clean has read all rows of a file, and that
a person and an upload may take up to the plan: these are no clicks."""


def main() -> None:
    """Measures and prints; ends with 1 when something took longer than it may."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--rows", type=int, default=1_000_000, help="of the batch that the pages show")
    options.add_argument("--upload", type=int, default=100_000, help="rows of the file that is uploaded")
    given = options.parse_args()
    os.environ.pop("WORKBENCH_DATABASE_URL", None)
    with tempfile.TemporaryDirectory(prefix="wb-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        site = Site(Path(folder) / "home", WORKBENCH_TENANT="default").start()
        try:
            slow = measure(site, Path(folder), given.rows, given.upload)
        finally:
            site.stop()
    sys.exit(1 if slow else 0)


def measure(site: Site, folder: Path, rows: int, uploaded: int) -> list[str]:
    """Everything, on one server; the names of what took too long."""
    batch = wrong_here_and_there(site, write_students(folder / "students.csv", rows))
    print(f"{rows:,} rows in a batch, {os.cpu_count()} processors")
    with chromium.browser() as browser:
        ana = Person(browser.new_page(viewport={"width": 1280, "height": 900}), site)
        slow = [name for name, seconds in clicks(ana, batch) if told(name, seconds, CLICK)]
        slow += [name for name, seconds in openings(ana, batch) if told(name, seconds, CLICK)]
        file = write_students(folder / "more.csv", uploaded)
        slow += cleaned(ana, site, write_learners(folder / "learners.csv", rows))
        name = f"upload to plan of {uploaded:,} rows"
        slow += [name] if told(name, upload_to_plan(ana, file), PLAN) else []
        with Workbench.open(home=site.home, tenant="default", user="ana") as wb:
            wb.commit(batch, skip_errors=True)
            wb.records.tidy()
        return slow + [name for name, *took in committed(ana, site, batch, rows) if told(name, *took)]


def cleaned(ana: Person, site: Site, file: Path) -> list[str]:
    """What an analyst does at Clean with all rows of a file; the names of what took too long."""
    with Workbench.open(home=site.home, tenant="default", user="ana") as wb, file.open("rb") as data:
        upload = uploads.keep(wb.settings, file.name, data).id
    ana.visit("upload", upload=upload)
    link = ana.main.get_by_role("link", name="Clean it first")
    first, whole = in_two_parts(ana, link.click, ana.rows.locator("[row-index='0']").first, "Clean")
    opened = (("the first rows", first, CLICK), ("all rows read", whole, READ))
    slow = [name for name, took, most in opened if told(f"Clean, {name}", took, most)]
    return slow + [name for name, took, most in at_clean(ana) if told(f"Clean, {name}", took, most)]


def at_clean(ana: Person) -> Iterator[tuple[str, float, float]]:
    """Each click of a few steps, with the seconds it took and those it may take."""
    main = ana.main

    def picked(label: str, option: str) -> float:
        took = seconds(ana, ana.option(label, option).click, "Clean")
        if label == "Columns":  # a box of which several can be chosen stays open
            ana.window.keyboard.press("Escape")
        return took

    def checked(label: re.Pattern[str]) -> float:
        return seconds(ana, main.get_by_text(label).first.click, "Clean")

    def pressed(label: str) -> float:
        return seconds(ana, main.get_by_role("button", name=label).first.click, "Clean")

    yield "a facet of 20 values", picked("Facet of", "course_name"), FACET
    yield "a value of it", checked(re.compile(r"^Course \d+ \(")), CLICK
    yield "a facet of a million values", picked("Facet of", "email"), FACET
    yield "its patterns", picked("Count email by", "patterns"), FACET
    yield "its lengths", picked("Count email by", "length"), FACET
    yield "what it is", picked("Count email by", "what it is"), FACET
    yield "nothing chosen, so that all rows are counted", pressed("Choose nothing"), FACET
    yield "another page", pressed("Next page"), CLICK
    yield "sorted by a column", seconds(ana, ana.head("email").click, "Clean"), CLICK
    yield "sorted the other way", seconds(ana, ana.head("email").click, "Clean"), CLICK
    yield "a column", picked("Columns", "first_name"), CLICK
    yield "a step, seen on a few rows", picked("What to do", "Change case"), CLICK
    yield "its option", picked("To", "capitals"), CLICK
    yield "the step, done to all rows", pressed("Add this step"), CLICK
    yield "undo", pressed("Undo"), CLICK
    yield "redo", pressed("Redo"), CLICK


def wrong_here_and_there(site: Site, file: Path) -> str:
    """A batch of that file, planned, with an invalid row in every thousand."""
    spoiled = file.with_name("spoiled.csv")
    with file.open(encoding="utf-8") as lines, spoiled.open("w", encoding="utf-8") as out:
        for number, line in enumerate(lines):
            out.write(line.replace("@", "(at)", 1) if number % 1000 == 500 else line)
    with Workbench.open(home=site.home, tenant="default", user="ana") as wb:
        batch = wb.stage(open_sheet(spoiled), "elevate.students")
        wb.plan(batch)
        return str(batch.id)


def clicks(ana: Person, batch: str) -> list[tuple[str, float]]:
    """From each page to the next by a click in the sidebar."""
    ana.visit("validate", batch=batch)
    times: dict[str, list[float]] = {}
    places = ana.window.get_by_test_id("stSidebarNav").get_by_role("link")
    for _ in range(3):
        for title in places.locator("p").all_inner_texts():
            link = ana.window.get_by_test_id("stSidebarNav").get_by_role("link", name=title, exact=True)
            times.setdefault(f"{title}, from the sidebar", []).append(seconds(ana, link.click, heading(title)))
    return [(name, statistics.median(found)) for name, found in times.items()]


def openings(ana: Person, batch: str) -> list[tuple[str, float]]:
    """The pages of the batch itself, and what one presses there."""
    times: dict[str, list[float]] = {}
    for _ in range(3):
        ana.visit("history", batch=batch)
        for title in ("Validate", "Commit", "Reconcile"):
            link = ana.main.get_by_role("link", name=title, exact=True).first
            times.setdefault(f"{title} of the batch", []).append(seconds(ana, link.click, title))
            if title == "Validate":
                press = ana.main.get_by_role("button", name="Next", exact=True)
                times.setdefault("Validate, the next rows", []).append(seconds(ana, press.click, title))
                for name, act in at_validate(ana).items():
                    times.setdefault(f"Validate, {name}", []).append(seconds(ana, act, title))
            if title == "Commit":
                for outcome in ("created", "invalid"):
                    pill = ana.main.get_by_role("button", name=outcome).or_(ana.main.get_by_role("radio", name=outcome))
                    times.setdefault(f"Commit, its {outcome} rows", []).append(seconds(ana, pill.first.click, title))
            ana.visit("history", batch=batch)
    return [(name, statistics.median(found)) for name, found in times.items()]


def at_validate(ana: Person) -> dict[str, Callable[[], object]]:
    """What is asked of all rows there, one after the other."""
    main = ana.main

    def searched(text: str) -> None:
        main.get_by_role("textbox", name="Search").fill(text)
        main.get_by_role("textbox", name="Search").press("Enter")

    return {
        "all rows": main.get_by_text("All rows", exact=True).click,
        "sorted by a column": ana.head("email").click,
        "sorted the other way": ana.head("email").click,
        "words in all rows": lambda: searched("turing 77777"),
        "no words": lambda: searched(""),
    }


def committed(ana: Person, site: Site, batch: str, rows: int) -> list[tuple[str, float, float]]:
    """What a lead and a support person look at once the batch is written, each with the seconds it may take."""
    with Workbench.open(home=site.home, tenant="default", user="ana") as wb:
        known = next(wb.rows.each(batch, outcome="created", after=rows // 2, limit=1))["payload"]
    names = {"e-mail": "email", "id": "external_id", "name that many have": "full_name"}
    questions = {what: known[name] for what, name in names.items()}
    times: dict[str, list[float]] = {}
    for _ in range(3):
        for title in ("Commit", "Reconcile"):
            ana.visit("history", batch=batch)
            link = ana.main.get_by_role("link", name=title, exact=True).first
            times.setdefault(f"{title} of the written batch", []).append(seconds(ana, link.click, title))
        for what, text in questions.items():
            times.setdefault(f"Find a record by {what}", []).append(seconds(ana, asked(ana, text), "Find a record"))
        word = ana.main.get_by_test_id("stAlert").first
        first, whole = in_two_parts(ana, asked(ana, "Zzyzx"), word, "Find a record")
        times.setdefault("Find a record by name that nobody has", []).append(first)
        times.setdefault(_LOOKED_THROUGH, []).append(whole)
    limits = {_LOOKED_THROUGH: WHOLE}
    return [(name, statistics.median(found), limits.get(name, CLICK)) for name, found in times.items()]


_LOOKED_THROUGH = "the same, with rows looked through"


def asked(ana: Person, text: str) -> Callable[[], object]:
    """What asks for a text at Find a record, where it is typed already."""
    ana.visit("record")
    box = ana.main.get_by_role("textbox", name="E-mail, code, id, phone number or part of a name")
    box.fill(text)
    return partial(box.press, "Enter")


def in_two_parts(ana: Person, act: Callable[[], object], first: Locator, title: str) -> tuple[float, float]:
    """How long it takes after an act until the first part of the answer is there, and until the page is done."""
    begun = time.perf_counter()

    def watched() -> None:
        act()
        first.wait_for()
        nonlocal there
        there = time.perf_counter() - begun

    there = 0.0
    whole = seconds(ana, watched, title)
    return there, whole


def seconds(ana: Person, act: Callable[[], object], title: str) -> float:
    """How long it takes after an act until the page of that title is done with what it does."""
    begun = ana.window.evaluate("window.doneSince = undefined, performance.now()")
    act()
    ended = ana.window.wait_for_function(DONE, arg=[title, 200], polling=20).json_value()
    return float(ended - begun) / 1000


DONE = """([title, quiet]) => {
    const state = document.querySelector('[data-testid="stApp"]')?.getAttribute("data-test-script-state")
    const busy = document.querySelector('[data-testid="stSkeleton"], [data-stale="true"]')
    const head = [...document.querySelectorAll("h1")].some(found => found.innerText.trim() === title)
    const now = performance.now()
    if (state !== "notRunning" || busy || !head) { window.doneSince = undefined; return false }
    window.doneSince ??= now
    return now - window.doneSince >= quiet && window.doneSince
}"""
"""Since when the page of a title is done, once it has been so for a while: a click has its effect a moment later."""


def heading(title: str) -> str:
    """What stands at the head of a page."""
    return {"Home": "Workbench", "Google Sheets": "Manage Google Sheets & Import Data"}.get(title, title)


def upload_to_plan(ana: Person, file: Path) -> float:
    """From dropping the file to the plan on the screen, with the time in which the person clicks through."""
    ana.visit("upload")
    begun = time.perf_counter()
    ana.upload(file)
    ana.map()
    ana.plan()
    return time.perf_counter() - begun


def told(name: str, seconds: float, most: float) -> bool:
    """Prints a measure, and says whether it took longer than it may."""
    print(f"{name:<44}{seconds:8.2f} s  {'' if seconds <= most else f'(more than {most} s)'}", flush=True)
    return seconds > most


if __name__ == "__main__":
    main()
