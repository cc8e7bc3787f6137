"""A file that is no clean table: somebody says at Upload which of its lines is what, and it is imported."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import People
from workbench import Workbench

FILE = """\
email,full name,phone
ann@example.org,Ann Lee,555-201-0001
bo@example.org,Bo, Ek,555-201-0002
cy@example.org,Cy Fox,555-201-0003
to be asked again,nobody,none
"""


def test_a_refused_line_is_corrected_and_another_left_out(person: People, wb: Workbench, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(FILE)
    ana = person("ana").visit("upload")
    ana.window.locator("input[type=file]").first.set_input_files(file)
    ana.sees("Line 3: has 4 cells where the header has 3.")
    ana.window.get_by_role("textbox", name="What is read as line 3").fill("bo@example.org,Bo Ek,555-201-0002")
    ana.press("Read it so")
    ana.sees("4 rows")
    ana.pick(4)
    expect(ana.main.get_by_role("button", name="Leave out")).to_be_enabled()
    ana.press("Leave out")
    ana.sees("3 rows")
    ana.sees("1 line left out, as no records")
    ana.press("Map its columns")
    ana.at("Map")
    batch = ana.map()
    ana.plan()
    ana.commit()
    assert ana.figures()["created"] == 3
    record = wb.records.get("elevate.students", "bo@example.org")["record"]
    assert (record["full_name"], record["phone"]) == ("Bo Ek", "555-201-0002")
    kept = wb.kept_sheet(batch)
    assert [row["email"] for row in kept.sample().cells.to_pylist()] == [
        f"{n}@example.org" for n in ("ann", "bo", "cy")
    ]
    assert ana.surprises == []
