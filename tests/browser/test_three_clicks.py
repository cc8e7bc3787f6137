"""Support asks why somebody is not in there, or what happened to somebody: the answer is at most three clicks away."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.person import Person
from workbench import Workbench, open_sheet

People = Callable[[], Person]

STUDENTS = """\
email,full_name,phone
ada.park@example.com,Ada Park,555-201-0001
ada.moss@example.com,Ada Moss,555-201-0002
dee at example.com,Dee Dunn,
"""
COURSES = "name,code\nWelding,WELD1\n"
ENROLLMENTS = "student_email,course_code\nada.park@example.com,WELD1\nnobody@example.com,WELD1\n"


@pytest.fixture
def brought(wb: Workbench, tmp_path: Path) -> None:
    for name, text, dataset in (
        ("students.csv", STUDENTS, "elevate.students"),
        ("courses.csv", COURSES, "elevate.courses"),
        ("enrollments.csv", ENROLLMENTS, "elevate.enrollments"),
    ):
        (tmp_path / name).write_text(text)
        done = wb.import_sheet(open_sheet(tmp_path / name), dataset, skip_errors=True)
        if name == "students.csv":
            wb.reject(done, [4], "Dee has no address.")


def asked(person: Person, text: str) -> int:
    """From Home to the question, and how many clicks that took: Enter is one."""
    person.visit()
    clicks = 0
    person.window.get_by_test_id("stSidebar").get_by_role("link", name="Find a record").click()
    clicks += 1
    person.at("Find a record")
    person.settled()
    field = person.main.get_by_role("textbox", name="E-mail, code, id, phone number or part of a name")
    field.fill(text)
    field.press("Enter")
    person.settled()
    return clicks + 1


@pytest.mark.usefixtures("brought")
def test_why_she_is_not_in_there_is_answered_in_three_clicks(person: People) -> None:
    ana = person()
    for text, says in (
        ("Dee Dunn", "Rejected by ana"),
        ("Dee Dnun", "Rejected by ana"),
        ("nobody@example.com", "Student not found"),
    ):
        assert asked(ana, text) <= 3
        ana.sees(says)


@pytest.mark.usefixtures("brought")
def test_what_happened_to_one_of_several_is_answered_in_three_clicks(person: People) -> None:
    ana = person()
    clicks = asked(ana, "Ada")
    ana.press("ada.park@example.com Ada Park")
    assert clicks + 1 <= 3
    ana.sees("The student now")
    ana.sees("Enrollments that refer to it (1)")
    expect(ana.at_place(0, "course code")).to_contain_text("WELD1")
    ana.sees("What happened to it")
    ana.sees("not signed off")
