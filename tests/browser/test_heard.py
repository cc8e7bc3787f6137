"""What a page is to somebody who hears it: its headings in order, and what its tables and charts are of."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import People
from tests.browser.person import Person
from tests.browser.site import PAGES
from workbench import Workbench, open_sheet

STUDENTS = "email,full_name\nada@x.example,Ada Park\nben@x.example,Ben Fox\nwrong,Cy Low\n"
_LEVELS = """() => [...document.querySelectorAll('[data-testid="stMain"] :is(h1, h2, h3, h4, h5, h6)')]
  .filter((heading) => heading.checkVisibility()).map((heading) => Number(heading.localName[1]))"""


def levels(person: Person) -> list[int]:
    """The levels of the headings of a page, from its beginning to its end."""
    found: list[int] = person.window.evaluate(_LEVELS)
    return found


def are_in_order(found: list[int]) -> bool:
    """Whether the first is the page's own, and none is more than one below the one before."""
    return found[:1] == [1] and found.count(1) == 1 and all(after <= before + 1 for before, after in pairwise(found))


def test_the_headings_of_every_page_are_in_order(person: People, wb: Workbench, file: Callable[..., Path]) -> None:
    done = wb.import_sheet(open_sheet(file(STUDENTS, "students.csv")), "elevate.students", skip_errors=True)
    ana = person()
    ana.upload(file("name,code\nWelding,W1\n", "courses.csv"))
    upload = ana.window.url.partition("?")[2]
    of_files = [f"{page}?{upload}" for page in ("upload", "profile", "clean", "map")]
    of_imports = [f"{page}?batch={done.id}" for page in ("validate", "commit", "reconcile", "history", "record")]
    wrong = []
    for address in ("", *PAGES[1:], *of_files, *of_imports, "record?find=ada", "inventory?source=Customers"):
        ana.visit(address)
        if not are_in_order(found := levels(ana)):
            wrong.append((address, found))
    assert wrong == []


def test_a_table_and_a_chart_say_what_they_are_of(person: People, wb: Workbench, file: Callable[..., Path]) -> None:
    done = wb.import_sheet(open_sheet(file(STUDENTS, "students.csv")), "elevate.students", skip_errors=True)
    ana = person().visit("validate", batch=done.id)
    expect(ana.main.get_by_title("Table: The rows")).to_be_visible()
    ana.visit("reconcile", batch=done.id)
    expect(ana.main.get_by_role("img", name="Chart: 2 created, 1 invalid add up to 3 processed.")).to_be_visible()
