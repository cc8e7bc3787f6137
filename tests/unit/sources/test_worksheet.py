"""Which worksheet of a workbook is read."""

from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pytest

from workbench.sources.workbook import open_workbook

COVER: list[list[object]] = [["Read me"], [], ["This workbook holds the students of the spring term, one row each."],
                             ["Please do not change the columns, they are imported as they are."]]  # fmt: skip
FACTS: list[list[object]] = [["Report:", "Students"], ["Date:", "2024-01-15"], ["Author:", "Ann"]]
LIST: list[list[object]] = [["city"], ["Bonn"], ["Ulm"]]
STUDENTS: list[list[object]] = [
    ["email", "name", "city"],
    ["a@ex.example", "Ann", "Bonn"],
    ["b@ex.example", "Bob", "Ulm"],
]
MANY = [["id", "name", "city"], *([number, f"N{number}", "Bonn"] for number in range(40))]


def book(path: Path, sheets: Mapping[str, list[list[object]]], hidden: str = "") -> Path:
    """A workbook of these worksheets, one of them hidden."""
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for title, table in sheets.items():
        sheet = made.create_sheet(title)
        for row in table:
            sheet.append(row)
        sheet.sheet_state = "hidden" if title == hidden else "visible"
    made.save(path)
    return path


@pytest.mark.parametrize("first", [COVER, FACTS, LIST, [["Students 2024"]]])
def test_the_most_table_like_worksheet_is_read_and_the_others_are_named(
    tmp_path: Path, first: list[list[object]]
) -> None:
    sheet = open_workbook(book(tmp_path / "book.xlsx", {"First": first, "Data": STUDENTS, "Empty": []}))
    assert (sheet.reading.sheet, sheet.headers) == ("Data", ("email", "name", "city"))
    assert sheet.reading.warnings == (
        "Only the worksheet Data is read, because it looks most like a table. The workbook has others: First, Empty.",
    )


def test_of_tables_of_about_the_same_size_the_first_is_read(tmp_path: Path) -> None:
    path = book(tmp_path / "book.xlsx", {"Students": STUDENTS, "Staff": [*STUDENTS, ["c@ex.example", "Cy", "Hof"]]})
    assert open_workbook(path).reading.sheet == "Students"


def test_a_much_larger_table_is_read_before_a_small_one(tmp_path: Path) -> None:
    path = book(tmp_path / "book.xlsx", {"Summary": [["city", "men", "women"], ["Bonn", 1, 2]], "Data": MANY})
    assert open_workbook(path).reading.sheet == "Data"


def test_a_hidden_table_is_read_after_all_that_can_be_seen(tmp_path: Path) -> None:
    sheet = open_workbook(book(tmp_path / "book.xlsx", {"Data": MANY, "List": LIST}, hidden="Data"))
    assert sheet.reading.sheet == "List"
    assert sheet.reading.warnings == ("Only the worksheet List is read. The workbook has others: Data (hidden).",)


def test_a_worksheet_that_a_person_names_is_read_whatever_it_looks_like(tmp_path: Path) -> None:
    path = book(tmp_path / "book.xlsx", {"Read me": COVER, "Data": STUDENTS})
    sheet = open_workbook(path, sheet="Read me")
    assert (sheet.reading.sheet, sheet.headers, sheet.reading.warnings) == ("Read me", ("Read me",), ())
