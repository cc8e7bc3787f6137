"""A file of 100,000 rows is brought in like any other."""

from pathlib import Path

from playwright.sync_api import expect

from tests.bench.people import write_students
from tests.browser.conftest import People
from workbench import Workbench


def test_a_file_of_100000_rows_is_planned_while_a_person_watches(person: People, wb: Workbench, tmp_path: Path) -> None:
    ana = person("ana")
    ana.upload(write_students(tmp_path / "students.csv", 100_000))
    batch = ana.map()
    ana.sees("Nothing is wrong with any row.")
    ana.plan()
    assert ana.figures() == {
        "processed": 100_000, "created": 100_000, "updated": 0, "skipped": 0, "unmatched": 0, "invalid": 0
    }  # fmt: skip
    ana.main.get_by_role("radio", name="created 100,000").click()
    expect(ana.at_place(0, "email")).to_contain_text("@example.org")
    ana.sees("lines 2 to 51")
    ana.press("Next")
    ana.sees("lines 52 to 101")
    assert wb.batches.get(batch).stage == "planned"
    assert ana.surprises == []
