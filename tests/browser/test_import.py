"""A file from its upload to its undo, as people do it: one brings it in, another signs, support asks what happened."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import People
from workbench import Workbench, open_sheet
from workbench.model.resources import samples

FILES = samples() / "elevate"
STUDENTS, ENROLLMENTS = FILES / "students.csv", FILES / "enrollments.csv"


def figures(*numbers: int) -> dict[str, int]:
    """Processed, created, updated, skipped, unmatched, invalid."""
    return dict(zip(("processed", "created", "updated", "skipped", "unmatched", "invalid"), numbers, strict=True))


def test_a_file_is_corrected_committed_signed_found_and_undone(person: People, wb: Workbench) -> None:
    ana = person("ana")
    ana.upload(STUDENTS)
    batch = ana.map()

    ana.correct(7, "Email Address", "farid.haddad@example.com")
    ana.correct(11, "Email Address", "ines.moreau@example.com")
    ana.press("Correct 2 cells and check again")
    expect(ana.main.get_by_text("bad_email")).to_have_count(0)
    ana.plan()
    assert ana.figures() == figures(12, 11, 0, 1, 0, 0)
    ana.commit()
    assert ana.figures() == figures(12, 11, 0, 1, 0, 0)
    assert wb.batches.get(batch).created == 11

    lena = person("lena").visit("reconcile", batch=batch)
    lena.press("Sign off as lena")
    lena.sees("Signed off by lena")
    lena.press("Check the evidence")
    lena.sees("It is still exactly what was signed.")
    signed = wb.signature(batch)
    assert signed is not None
    assert signed["signed_by"] == "lena"

    support = person("sam").visit("record")
    support.asks("farid.haddad@example.com")
    support.sees("The student now")
    support.sees(re.compile("line 7, corrected by ana · run by ana · signed off by lena"))

    ana.visit("history", batch=batch)
    ana.press("Preview the undo")
    ana.sees("What the undo would do")
    ana.press("Take it back")
    asked = ana.window.get_by_test_id("stPopoverBody")
    expect(asked.get_by_text("All at once or none, in your name.")).to_be_visible()
    asked.get_by_role("button", name="Undo this import").click()
    ana.sees("Its undo")
    assert wb.records.get("elevate.students", "farid.haddad@example.com")["record"] is None
    assert [each.surprises for each in (ana, lena, support)] == [[], [], []]


def test_what_one_chooses_at_map_can_be_sent_to_another(person: People, wb: Workbench) -> None:
    ana = person("ana")
    ana.upload(STUDENTS)
    ana.choose("Student ID", "(not imported)")
    for field in ("phone", "external_id", "(not imported)", "external_id"):
        ana.choose("Favorite Color", field)
    ben = person("ben").visit()
    ben.window.goto(ana.window.url)
    ben.at("Map")
    assert wb.batches.get(ben.map()).mapping["columns"] == {
        "Email Address": "email",
        "First Name": "first_name",
        "Last Name": "last_name",
        "Phone": "phone",
        "Favorite Color": "external_id",
    }
    assert (ana.surprises, ben.surprises) == ([], [])


def test_the_columns_of_a_file_are_mapped_by_keyboard_alone(person: People, wb: Workbench) -> None:
    ana = person("ana")
    ana.upload(STUDENTS)
    ana.settled()
    keys = ana.window.keyboard

    def here() -> str:
        return str(ana.window.evaluate("document.activeElement.getAttribute('aria-label') || ''"))

    ana.main.get_by_role("combobox", name="Field of Email Address").focus()
    lines = [here()]
    while lines[-1] != "Field of Student ID":
        keys.press("Tab")
        assert here() not in lines
        lines.append(here())
    assert [line.removeprefix("Field of ") for line in lines] == [
        "Email Address", "First Name", "Last Name", "Phone", "Student ID"
    ]  # fmt: skip
    before = ana.window.url
    keys.press("ArrowUp")  # opens it
    keys.press("ArrowUp")
    keys.press("Enter")
    expect(ana.window).not_to_have_url(before)
    ana.settled()
    assert here() == "Field of Student ID"
    ana.sees(re.compile("you chose it"))
    keys.press("Tab")
    assert here() == "Field of Favorite Color"
    assert ana.surprises == []


def test_what_one_says_at_map_outlives_a_reload(person: People, wb: Workbench, tmp_path: Path) -> None:
    for name in ("courses", "students"):
        wb.import_sheet(open_sheet(FILES / f"{name}.csv"), f"elevate.{name}", skip_errors=True)
    file = tmp_path / "states.csv"
    file.write_text("student_email,course_code,status\nx@example.com,BAKE101,Attnded\ny@example.com,BAKE101,Here\n")
    ana = person("ana")
    ana.upload(file)
    for text in ("Attnded", "Here"):
        ana.choose(text, "completed", "Meaning of")
    for name, text in (("Time it speaks of", "Autumn & winter"), ("Notes for the import log", "As Ben said")):
        ana.main.get_by_role("textbox", name=name).fill(text)
        ana.main.get_by_role("textbox", name=name).press("Enter")
        expect(ana.window).to_have_url(re.compile(text.split()[-1]))
        ana.settled()  # a page that is still at work may put its own address back
    ana.window.reload()
    batch = wb.batches.get(ana.map())
    assert batch.mapping["value_maps"] == {"status": {"Attnded": "completed", "Here": "completed"}}
    assert (batch.window, batch.notes) == ("Autumn & winter", "As Ben said")
    assert ana.surprises == []


def test_rows_that_stay_out_are_explained_before_anybody_can_sign(person: People, wb: Workbench) -> None:
    for name in ("courses", "students"):
        wb.import_sheet(open_sheet(FILES / f"{name}.csv"), f"elevate.{name}", skip_errors=True)
    ana = person("ana")
    ana.upload(ENROLLMENTS)
    ana.map()
    ana.plan()
    assert ana.figures() == figures(10, 8, 0, 1, 1, 0)
    ana.commit()
    expect(ana.main.get_by_role("button", name="Sign off as ana")).to_be_disabled()
    ana.main.get_by_role("textbox", name="Why may they stay out?").fill("BAKE101 was cancelled before it began.")
    ana.press("Explain all of this kind: 1 row")
    expect(ana.main.get_by_role("heading", name="Rows to explain")).to_have_count(0)
    assert ana.figures() == figures(10, 8, 0, 2, 0, 0)
    ana.main.get_by_text("skipped 2").click()
    expect(ana.rows.get_by_text("BAKE101 was cancelled before it began. (ana)")).to_be_attached()
    ana.press("Sign off as ana")
    ana.sees("Signed off by ana")
    assert ana.surprises == []


def test_a_plan_that_nobody_wants_is_put_away(person: People, wb: Workbench) -> None:
    ana = person("ana")
    ana.upload(FILES / "students.csv")
    batch = ana.map()
    ana.plan()
    ana.press("Discard it")
    ana.window.get_by_role("textbox", name="Why?").fill("The *wrong* term")
    ana.window.get_by_role("button", name="Discard this import").click()
    ana.sees(re.compile(r"Discarded by ana.*: The \*wrong\* term"))
    expect(ana.main.get_by_role("button", name=re.compile("Commit"))).to_have_count(0)
    assert (wb.batches.get(batch).stage, ana.surprises) == ("discarded", [])


LEARNERS = """\
email,first name,last name,course code,course name,status
ada@example.com,Ada,Park,CNA101,Nursing,active
ada@example.com,Ada,Park,WELD1,,active
ben@example.com,Ben,Okafor,CNA101,Nursing,pending
"""


def test_a_sheet_of_learners_becomes_several_datasets(
    person: People, wb: Workbench, file: Callable[[str, str], Path]
) -> None:
    ana = person("ana")
    ana.upload(file(LEARNERS, "learners.csv"))
    ana.sees(re.compile("Each row becomes students, courses and enrollments"))
    run = ana.map()
    ana.plan()
    assert ana.figures() == figures(3, 2, 0, 0, 1, 0)
    ana.commit()
    ana.press("Open Enrollments")
    ana.sees(re.compile("Part of the run of"))
    assert ana.figures() == figures(3, 2, 0, 0, 1, 0)
    ana.press(re.compile("The whole run"))
    expect(ana.window).to_have_url(re.compile(run))
    ana.main.get_by_role("textbox", name="Why may they stay out?").fill("Welding comes next year.")
    ana.press("Explain all of this kind: 1 row")
    ana.sees(re.compile(r"3 = 2 \+ 0 \+ 1 \+ 0 \+ 0: adds up"))
    assert ana.figures() == figures(3, 2, 0, 1, 0, 0)
    ana.press("Sign off as ana")
    ana.sees("Signed off by ana")
    assert [part.created for part in wb.batches.parts(run)] == [2, 1, 2]
    assert ana.surprises == []
