"""A batch's own rows, written to a file and imported again, change nothing."""

import codecs
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Literal

import openpyxl
import pytest

from tests.imports import fingerprint, outcomes
from workbench import Workbench, open_sheet
from workbench.model.sheet import Sheet

Given = Callable[..., Sheet]

PEOPLE = """\
email,full_name,phone,external_id
ada@example.com,=Ada,+1 (555) 201-0001,@17
ben@example.com,'t Hooft,-555-201-0002,'=18
cal@example.com,-Cal,555-201-0003,-19
dee@example.com,'-Dee,+15552010004,=20
bad at example.com,@Bad,+1 555 201 0005,
"""


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_rows_exported_and_imported_again_change_nothing(
    wb: Workbench, sheet: Given, url: str, tmp_path: Path, file_format: Literal["csv", "xlsx"]
) -> None:
    first = wb.import_sheet(sheet(PEOPLE), "elevate.students", skip_errors=True)
    before = fingerprint(url)
    path = tmp_path / f"again.{file_format}"
    wb.rows.save(first, path, file_format)
    again = wb.import_sheet(open_sheet(path), "elevate.students", skip_errors=True)
    assert outcomes(wb, again) == [*((line, "skipped:unchanged") for line in range(2, 6)), (6, "invalid")]
    assert fingerprint(url) == before
    cells = ("email", "full_name", "phone", "external_id")
    assert [[row["raw"][name] for name in cells] for row in wb.rows.each(again)] == [
        [row["raw"][name] for name in cells] for row in wb.rows.each(first)
    ]


def test_a_csv_is_marked_as_utf_8_for_a_person_and_not_for_a_program(wb: Workbench, sheet: Given) -> None:
    batch = wb.stage(sheet(PEOPLE), "elevate.students")
    person, program = BytesIO(), BytesIO()
    wb.rows.write(batch, person, "csv")
    wb.rows.write(batch, program, "csv", marked=False)
    assert person.getvalue() == codecs.BOM_UTF8 + program.getvalue()
    assert program.getvalue().startswith(b"email,")


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_rows_exported_and_sent_back_as_corrections_correct_nothing(
    wb: Workbench, sheet: Given, tmp_path: Path, file_format: Literal["csv", "xlsx"]
) -> None:
    batch = wb.stage(sheet(PEOPLE), "elevate.students")
    path = tmp_path / f"back.{file_format}"
    wb.rows.save(batch, path, file_format)
    assert wb.corrections.correct_from(batch, open_sheet(path)).revision == 0


def test_a_file_without_what_was_added_but_the_line_is_taken_back_too(
    wb: Workbench, sheet: Given, tmp_path: Path
) -> None:
    batch = wb.stage(sheet(PEOPLE), "elevate.students")
    wb.rows.save(batch, tmp_path / "back.xlsx", "xlsx")
    book = openpyxl.load_workbook(tmp_path / "back.xlsx")
    book.active.delete_cols(6, 2)
    book.active["B3"] = "'=Changed"
    book.save(tmp_path / "back.xlsx")
    wb.corrections.correct_from(batch, open_sheet(tmp_path / "back.xlsx"))
    assert [row["raw"]["full_name"] for row in wb.rows.each(batch)] == ["=Ada", "=Changed", "-Cal", "'-Dee", "@Bad"]
