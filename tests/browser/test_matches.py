"""Matches by keyboard alone: same, different, later, next and undo, each answered before the next key."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import People
from tests.browser.person import Person
from workbench import Workbench
from workbench.model.sheet import Sheet

Sheets = Callable[..., Sheet]

ROSTER = "polaris.teacher_roster"
TEACHERS = """\
Teacher Email,Teacher Name,School,Academic Year
dave@kck.example,Dave Ruiz,Wyandotte High,2025-2026
ines@kck.example,Ines Velarde,Argentine Middle,2025-2026
alice@kck.example,Alice Jones,Wyandotte High,2025-2026
kate@kck.example,Kate Hill,Wyandotte High,2025-2026
"""
ACCOUNTS = """\
email,name,school
david@mail.example,David Ruiz,Wyandotte High
iv@mail.example,Ines Velarde Duarte,Argentine Middle
jones@mail.example,Alice Jones,Wyandotte High
aj@mail.example,Alice Jones,Wyandotte High
kathy@mail.example,Kathy Hill,Wyandotte High
"""


def test_people_are_matched_with_the_keyboard_alone(person: People, wb: Workbench, sheet: Sheets) -> None:
    wb.import_sheet(sheet(TEACHERS, "roster.csv"), ROSTER)
    wb.import_sheet(sheet(ACCOUNTS, "accounts.csv"), "polaris.teachers")
    ana = person()
    ana.visit("matches", of=ROSTER)
    ana.press("Run Auto-Match")
    ana.sees("Processed:")
    looks_at(ana, "Alice Jones")
    expect(ana.main.get_by_role("button", name="Different")).to_have_count(2)
    ana.window.keyboard.press("d")
    expect(ana.main.get_by_role("button", name="Different")).to_have_count(1)
    for key, then in (("1", "Dave Ruiz"), ("l", "Kate Hill"), ("n", "Ines Velarde"), ("1", "Dave Ruiz")):
        ana.settled()
        ana.window.keyboard.press(key)
        looks_at(ana, then)
    ana.settled()
    known = {"Alice Jones": "matched", "Dave Ruiz": "later", "Ines Velarde": "matched", "Kate Hill": "unmatched"}
    assert said(wb) == known
    ana.window.keyboard.press("u")
    looks_at(ana, "Ines Velarde")
    assert said(wb)["Ines Velarde"] == "unmatched"
    assert {one["decided_by"] for one in wb.matches.decisions(ROSTER)} == {"ana"}
    assert ana.surprises == []


def test_a_key_typed_into_a_field_decides_nothing(person: People, wb: Workbench, sheet: Sheets) -> None:
    wb.import_sheet(sheet(TEACHERS, "roster.csv"), ROSTER)
    wb.import_sheet(sheet(ACCOUNTS, "accounts.csv"), "polaris.teachers")
    wb.matches.run(ROSTER)
    ana = person()
    ana.visit("matches", of=ROSTER, search="a")
    ana.main.get_by_role("textbox", name="Search").press_sequentially("ndl1")
    ana.main.get_by_role("textbox", name="Search").press("Enter")
    ana.sees("Nobody fits.")
    assert wb.matches.decisions(ROSTER) == []


def test_who_is_clicked_in_the_list_is_looked_at_and_marked_also_in_another_order(
    person: People, wb: Workbench, sheet: Sheets
) -> None:
    wb.import_sheet(sheet(TEACHERS, "roster.csv"), ROSTER)
    wb.import_sheet(sheet(ACCOUNTS, "accounts.csv"), "polaris.teachers")
    wb.matches.run(ROSTER)
    ana = person().visit("matches", of=ROSTER)
    ana.sort("Name")
    ana.sort("Name")
    looks_at(ana, "Kate Hill")
    ana.at_place(2, "Name").click()
    looks_at(ana, "Dave Ruiz")
    expect(ana.at_place(2, "Name")).to_have_class(re.compile(r"\bsought\b"))
    assert ana.surprises == []


def looks_at(ana: Person, name: str) -> None:
    """Waits until somebody's card is shown."""
    expect(ana.main.locator("strong").filter(has_not_text=re.compile(r"\d")).first).to_have_text(name)


def said(wb: Workbench) -> dict[str, str]:
    """What is known of everybody."""
    return {one["name"]: one["status"] for one in wb.matches.page(ROSTER, unmatched_only=False)}
