"""A file of rows that Workbench wrote is read as the rows were; of any other file nothing is taken."""

import csv
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.derived.exports import save_rows
from workbench.model.written_rows import written_as
from workbench.sources import open_sheet
from workbench.sources.csv_writer import write_csv

OF = written_as(UUID(int=7), 0)
Cells = list[tuple[str, ...]]
TEXTS = (
    "=1+1",
    "'=1+1",
    "''@x",
    "+1 555 123-4567",
    "-5",
    "'-5",
    "'t Hooft",
    "O'Brien",
    "\t=x",
    "\uff1dx",
    "\u00a0=x",
    "",
)


def rows(*texts: str) -> list[dict[str, Any]]:
    return [
        {"line": line, "outcome": "invalid", "issues": [], "reason": None, "raw": {"=A": text, "b": "x"}}
        for line, text in enumerate(texts, start=2)
    ]


def read(path: Path) -> tuple[tuple[str, ...], Cells]:
    sheet = open_sheet(path)
    chunk = sheet.sample(10_000)
    return sheet.headers, list(zip(*chunk.cells.to_pydict().values(), strict=True))


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_every_cell_and_header_is_what_it_was(tmp_path: Path, file_format: Literal["csv", "xlsx"]) -> None:
    path = tmp_path / f"rows.{file_format}"
    save_rows(rows(*TEXTS), ("=A", "b"), path, file_format, of=OF)
    headers, cells = read(path)
    assert headers == ("=A", "b", "line", "outcome", "issues", "reason", "import")
    assert [row[0] for row in cells] == list(TEXTS)


def test_a_csv_that_a_spreadsheet_has_saved_as_a_workbook_is_what_it_was(tmp_path: Path) -> None:
    """It has the apostrophe as a character of the cell, as it shows it."""
    book = openpyxl.Workbook()
    book.active.append(["a", "line", "outcome", "issues"])
    book.active.append(["'=1+1", 2, "invalid", "a: wrong"])
    book.active.append(["''=1+1", 3, "invalid", "a: wrong"])
    book.save(tmp_path / "saved.xlsx")
    assert [row[0] for row in read(tmp_path / "saved.xlsx")[1]] == ["=1+1", "'=1+1"]


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n'=1,x\n'=2,x\n",
        "a,line,outcome\n'=1,2,invalid\n'=2,3,invalid\n",
        "a,line,issues,outcome\n'=1,2,,invalid\n'=2,3,,invalid\n",
        "a,line,outcome,issues\n'=1,North,invalid,\n'=2,3,won,\n",
    ],
)
def test_of_a_file_of_somebody_else_nothing_is_taken(tmp_path: Path, text: str) -> None:
    path = tmp_path / "theirs.csv"
    path.write_text(text)
    assert [row[0] for row in read(path)[1]] == ["'=1", "'=2"]


def test_it_is_known_by_its_columns_wherever_they_stand_and_whatever_they_are_called(tmp_path: Path) -> None:
    path = tmp_path / "moved.csv"
    path.write_text("line,a,line,outcome,issues,note\n7,'=1,2,created,,mine\n")
    assert read(path) == (
        ("line", "a", "line_2", "outcome", "issues", "note"),
        [("7", "=1", "2", "created", "", "mine")],
    )
    assert any("Workbench wrote this file" in warning for warning in open_sheet(path).reading.warnings)


@settings(deadline=None, max_examples=40)
@given(texts=st.lists(st.text(alphabet="'=+-@1 a", max_size=6), min_size=1, max_size=4))
def test_the_clean_csv_of_such_a_file_is_read_as_the_file_is(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    path = tmp_path_factory.mktemp("written") / "rows.csv"
    save_rows(rows(*texts), ("=A", "b"), path, "csv", of=OF)
    clean = BytesIO()
    write_csv(open_sheet(path), clean)
    again = path.with_name("clean.csv")
    again.write_bytes(clean.getvalue())
    assert read(again) == read(path)


def test_a_clean_csv_for_a_person_runs_nothing_and_has_its_letters(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("name,note,=x\nZoë,=1+1,-12.5\nBo,'=2,@a\n")
    file = BytesIO()
    write_csv(open_sheet(tmp_path / "a.csv"), file, for_people=True)
    found = [*csv.reader(StringIO(file.getvalue().decode("utf-8-sig")))]
    assert found == [["name", "note", "'=x"], ["Zoë", "'=1+1", "-12.5"], ["Bo", "''=2", "'@a"]]
    assert file.getvalue().startswith(b"\xef\xbb\xbf")


def test_a_csv_for_a_person_begins_with_the_mark_that_excel_needs(tmp_path: Path) -> None:
    save_rows(rows("Zoë"), ("=A", "b"), tmp_path / "rows.csv", "csv", of=OF)
    assert (tmp_path / "rows.csv").read_bytes().startswith(b"\xef\xbb\xbf'=A,b,line")
    assert read(tmp_path / "rows.csv")[0][0] == "=A"
