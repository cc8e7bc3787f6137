"""The browser's way back: a step for each page and each answer that somebody asked for, and none for what a page adds
to its address by itself."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import People
from workbench import Workbench
from workbench.model.sheet import Sheet


def test_one_press_leads_back_from_a_page_of_the_sidebar_to_the_one_before(
    person: People, wb: Workbench, sheet: Callable[..., Sheet]
) -> None:
    batch = wb.stage(sheet("email,first_name,last_name\nada@example.com,Ada,Park\n"), "elevate.students")
    wb.plan(batch)
    ana = person()
    ana.visit("history", batch=batch.id)
    for title in ("Validate", "Commit", "Reconcile"):
        ana.window.get_by_test_id("stSidebarNav").get_by_role("link", name=title, exact=True).click()
        ana.at(title)
        ana.settled()
        assert ana.batch == str(batch.id)
    for title in ("Commit", "Validate", "History"):
        ana.window.go_back()
        ana.at(title)
        ana.settled()
        assert ana.batch == str(batch.id)
    ana.window.go_forward()
    ana.at("Validate")
    assert ana.batch == str(batch.id)


def test_one_press_leads_back_to_the_question_before(
    person: People, wb: Workbench, sheet: Callable[..., Sheet]
) -> None:
    names = "email,first_name,last_name\nada@example.com,Ada,Park\nbo@example.com,Bo,Lind\n"
    wb.import_sheet(sheet(names), "elevate.students")
    ana = person()
    ana.visit("record")
    box = ana.main.get_by_role("textbox", name="E-mail, code, id, phone number or part of a name")
    for name, found in (("park", "sheet.csv, line 2"), ("lind", "sheet.csv, line 3")):
        box.fill(name)
        box.press("Enter")
        ana.sees(found)
        ana.settled()
    ana.window.go_back()
    ana.sees("sheet.csv, line 2")
    expect(box).to_have_value("park")
    ana.window.go_back()
    expect(box).to_have_value("")
    ana.at("Find a record")


def test_one_press_leads_back_from_a_search_to_the_page_of_the_table_before(
    person: People, wb: Workbench, sheet: Callable[..., Sheet]
) -> None:
    wb.import_sheet(sheet("name,code\nNursing,CNA101\n"), "elevate.courses")
    people = "".join(f"kim{number:02}@example.com,Kim,Lee\n" for number in range(60))
    wb.import_sheet(sheet(f"email,first_name,last_name\n{people}"), "elevate.students")
    taken = "".join(f"kim{number:02}@example.com,CNA101\n" for number in range(60))
    wb.import_sheet(sheet(f"student_email,course_code\n{taken}"), "elevate.enrollments")
    ana = person()
    ana.visit("record", dataset="elevate.courses", record="CNA101")
    ana.sees("page 1 of 2")
    ana.main.get_by_role("button", name="Next", exact=True).click()
    ana.sees("page 2 of 2")
    ana.settled()
    box = ana.main.get_by_role("textbox", name="Search", exact=True)
    box.fill("kim05")
    box.press("Enter")
    ana.sees("1 record found")
    ana.settled()
    ana.window.go_back()
    ana.sees("page 2 of 2")
    expect(box).to_have_value("")
    ana.window.go_back()
    ana.sees("page 1 of 2")
