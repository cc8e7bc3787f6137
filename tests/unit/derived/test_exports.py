"""The rows of a batch as files: exact, harmless in a spreadsheet, whole or not at all."""

import csv
import io
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from workbench.derived.exports import save_rows, write_csv, write_json
from workbench.model.errors import UnwritableFile
from workbench.model.written_rows import runs
from workbench.sources import open_sheet

HEADERS = ("Email", "Note")
OF = "01a21c43-e6cb-8a29 as of 0 (9f3c2e)"


def row(
    line: int,
    *cells: str,
    outcome: str = "created",
    reason: str | None = None,
    issues: tuple[tuple[str, str], ...] = (),
) -> dict[str, Any]:
    return {
        "line": line,
        "key": cells[0],
        "outcome": outcome,
        "reason": reason,
        "issues": [{"field": field, "message": message} for field, message in issues],
        "raw": dict(zip(HEADERS, cells, strict=True)),
    }


def as_csv(*rows: dict[str, Any], headers: tuple[str, ...] = HEADERS) -> str:
    file = io.BytesIO()
    write_csv(rows, headers, file, OF)
    return file.getvalue().decode()


def test_csv_gives_back_the_sources_columns_and_then_line_outcome_issues_reason_and_import() -> None:
    wrong = row(3, "b@", "", outcome="invalid", issues=(("email", "Invalid email format"), ("", "Odd row")))
    repeated = row(4, "a@b.co", "", outcome="skipped", reason="duplicate")
    rejected = row(5, "c@", "", outcome="invalid", reason="rejected") | {"explanation": "No such person"}
    assert as_csv(row(2, "a@b.co", "x, y"), wrong, repeated, rejected) == (
        "Email,Note,line,outcome,issues,reason,import\n"
        'a@b.co,"x, y",2,created,,,'
        f"{OF}\n"
        'b@,,3,invalid,"email: Invalid email format; Odd row",,'
        f"{OF}\n"
        f"a@b.co,,4,skipped,,duplicate,{OF}\n"
        f"c@,,5,invalid,,rejected: No such person,{OF}\n"
    )


def test_no_rows_give_a_header() -> None:
    assert as_csv() == "Email,Note,line,outcome,issues,reason,import\n"


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ('=HYPERLINK("http://evil.example")', '\'=HYPERLINK("http://evil.example")'),
        ("+SUM(A1)", "'+SUM(A1)"),
        ("-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0"),
        ("@SUM(1)", "'@SUM(1)"),
        (" =1+1", "' =1+1"),
        ("\t=1+1", "'\t=1+1"),
        ("\r=1+1", "'\r=1+1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("-", "'-"),
        ("-12.50", "-12.50"),
        ("+3", "+3"),
        ("-1,234.5", "-1,234.5"),
        ("-5%", "-5%"),
        ("1.5e-3", "1.5e-3"),
        ("a=b", "a=b"),
        ("'=1", "''=1"),
        ("'t Hooft", "'t Hooft"),
        ("", ""),
    ],
)
def test_a_spreadsheet_shows_a_formula_of_a_csv_file_and_does_not_run_it(cell: str, written: str) -> None:
    _, cells = csv.reader(io.StringIO(as_csv(row(2, "a@b.co", cell)), newline=""))
    assert cells[1] == written


def test_csv_holds_any_text_exactly(tmp_path: Path) -> None:
    odd = ('say "hi"', "two\nlines", "a;b|c\td", " spaces ", "Zoë \u2028 漢字 😀", "NULL", "007")
    file = tmp_path / "rows.csv"
    save_rows([row(n, "a@b.co", text) for n, text in enumerate(odd, start=2)], HEADERS, file, "csv", of=OF)
    assert open_sheet(file).sample().cells["Note"].to_pylist() == list(odd)


def test_xlsx_holds_every_cell_as_text_that_does_not_run(tmp_path: Path) -> None:
    odd = ("=1+1", "+SUM(A1)", "007", "http://x.example", "two\nlines", "\x01", "漢字", "-12.50", "")
    file = tmp_path / "rows.xlsx"
    save_rows([row(n, "a@b.co", text) for n, text in enumerate(odd, start=2)], HEADERS, file, "xlsx", of=OF)
    page = openpyxl.load_workbook(file).active
    assert [cell.value for cell in page[1]] == ["Email", "Note", "line", "outcome", "issues", "reason", "import"]
    assert {cell.data_type for line in page.iter_rows(min_row=2, max_col=2) for cell in line} <= {"s", "inlineStr", "n"}
    assert page["B2"].quotePrefix and page["B2"].value == "=1+1"
    assert page["C2"].value == 2
    assert open_sheet(file).sample().cells["Note"].to_pylist() == list(odd)


def test_a_cell_that_a_workbook_cannot_hold_is_refused_and_no_file_is_left(tmp_path: Path) -> None:
    with pytest.raises(UnwritableFile, match="a cell of row 2 is longer than a worksheet's may be; write CSV instead"):
        save_rows([row(2, "a@b.co", "x" * 40_000)], HEADERS, tmp_path / "rows.xlsx", "xlsx", of=OF)
    assert list(tmp_path.iterdir()) == []


def test_json_is_one_list_with_everything_in_it() -> None:
    file, at = io.BytesIO(), datetime(2025, 1, 2, tzinfo=UTC)
    count = write_json([row(2, "a@b.co", "é") | {"at": at}, row(3, "b@b.co", "=1")], HEADERS, file, OF)
    said = json.loads(file.getvalue())
    assert count == 2
    assert [(one["line"], one["raw"]) for one in said] == [
        (2, {"Email": "a@b.co", "Note": "é"}),
        (3, {"Email": "b@b.co", "Note": "=1"}),
    ]
    assert said[0]["at"] == "2025-01-02T00:00:00+00:00"


def test_json_of_no_rows_is_an_empty_list() -> None:
    file = io.BytesIO()
    write_json([], HEADERS, file, OF)
    assert json.loads(file.getvalue()) == []


@pytest.mark.parametrize("added", [5, 4, 3])
def test_an_export_of_an_export_does_not_grow(added: int) -> None:
    """Neither of one of today nor of one from before there was a reason, or an import, in it."""
    headers = (*HEADERS, *("line", "outcome", "issues", "reason", "import")[:added])
    raw = dict(zip(headers, ("a@b.co", "x", "7", "invalid", "email: wrong", "", OF), strict=False))
    again = row(2, "a@b.co", "x") | {"raw": raw}
    assert (
        as_csv(again, headers=headers) == f"Email,Note,line,outcome,issues,reason,import\na@b.co,x,2,created,,,{OF}\n"
    )


def test_a_failing_source_of_rows_leaves_the_earlier_file_as_it_was(tmp_path: Path) -> None:
    def broken() -> Iterator[dict[str, Any]]:
        yield row(2, "a@b.co", "x")
        raise LookupError

    file = tmp_path / "rows.csv"
    file.write_text("earlier")
    with pytest.raises(LookupError):
        save_rows(broken(), HEADERS, file, "csv", of=OF)
    assert os.listdir(tmp_path) == ["rows.csv"]
    assert file.read_text() == "earlier"


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnwritableFile, match=r"nowhere.*cannot be written: No such file or directory"):
        save_rows([], HEADERS, tmp_path / "nowhere" / "rows.csv", "csv", of=OF)


def test_what_runs_is_told_from_what_is_a_number() -> None:
    assert [runs(text) for text in ("=1", "+1", "+1 555 123", "-.5", "--1", "1-2", "@me")] == [
        True, False, True, False, True, False, True,
    ]  # fmt: skip
