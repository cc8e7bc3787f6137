import datetime as dt
import hashlib
import io
import struct
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from tests.workbooks import (
    XLS_BEGIN,
    compound_file,
    ods_cell,
    ods_row,
    record,
    repack,
    rows,
    write,
    write_ods,
    write_xls,
    xls_formula,
    xls_text,
)
from workbench.model.errors import UnknownSheet, UnreadableSheet, UnreadableSource, WorkbenchError
from workbench.model.sheet import Layout, Tally
from workbench.sources import open_sheet
from workbench.sources.workbook import open_workbook

PEOPLE = [["id", "name"], [1, "Ann"], [2, "Bob"]]


def refusal(path: Path, **choices: Any) -> str:
    """The sentence with which the workbook is refused."""
    with pytest.raises(UnreadableSource) as error:
        open_workbook(path, **choices)
    return str(error.value)


# Rows, lines and headers


def test_a_worksheet_becomes_headers_and_numbered_rows(tmp_path: Path) -> None:
    path = write(tmp_path / "people.xlsx", PEOPLE)
    sheet = open_workbook(path)
    assert (sheet.name, sheet.headers, sheet.path) == ("people.xlsx", ("id", "name"), path)
    assert rows(sheet) == {2: ["1", "Ann"], 3: ["2", "Bob"]}
    assert (sheet.checksum, sheet.size) == (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size)
    assert (sheet.reading.format, sheet.reading.sheet, sheet.reading.header_line) == ("xlsx", "Sheet", 1)
    assert sheet.reading.warnings == ()


def test_lines_are_those_of_the_spreadsheet_wherever_the_table_begins(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "deep.xlsx")
    worksheet = book.add_worksheet()
    worksheet.write_row(69, 3, ["id", "name"])
    worksheet.write_row(71, 3, [1, "Ann"])
    worksheet.write_row(74, 3, [2, "Bob"])
    book.close()
    sheet = open_workbook(tmp_path / "deep.xlsx")
    tally = Tally()
    assert [line for chunk in sheet.chunks(tally) for line in chunk.lines.to_pylist()] == [72, 75]
    assert (sheet.headers, sheet.reading.header_line, tally) == (("id", "name"), 70, Tally(rows=2, blank_rows=3))


def test_a_title_above_the_table_is_preamble(tmp_path: Path) -> None:
    table = [
        ["Students of North"],
        [],
        ["Exported", dt.date(2024, 1, 15)],
        ["id", "name", "city", "age"],
        [1, "Ann", "Bonn", 30],
    ]
    sheet = open_workbook(write(tmp_path / "report.xlsx", table))
    assert (sheet.headers, sheet.reading.header_line) == (("id", "name", "city", "age"), 4)
    assert sheet.reading.preamble == ("Students of North", "", "Exported\t2024-01-15")
    assert sheet.reading.warnings == ("Row 4 was taken for the header; what stands above it is left out.",)
    assert rows(sheet) == {5: ["1", "Ann", "Bonn", "30"]}


def test_the_header_row_can_be_chosen(tmp_path: Path) -> None:
    path = write(tmp_path / "two.xlsx", [["a", "b"], ["id", "name"], [1, "Ann"]])
    assert open_workbook(path).headers == ("a", "b")
    sheet = open_workbook(path, layout=Layout(header_row=2))
    assert (sheet.headers, rows(sheet), sheet.reading.preamble) == (("id", "name"), {3: ["1", "Ann"]}, ("a\tb",))


@pytest.mark.parametrize("row", [-1, 0, 3, 5, 2_000_000])
def test_a_blank_row_cannot_be_the_header(tmp_path: Path, row: int) -> None:
    path = write(tmp_path / "gap.xlsx", [["id"], [1], [], [2]])
    assert refusal(path, layout=Layout(header_row=row)).endswith(
        f"row {row} of its worksheet Sheet is blank, so it cannot be the header."
    )


def test_blank_and_repeated_headers_are_named_and_told(tmp_path: Path) -> None:
    sheet = open_workbook(write(tmp_path / "odd.xlsx", [["id", "", "name", "name"], [1, "x", "Ann", "Bob"]]))
    assert sheet.headers == ("id", "column_2", "name", "name_2")
    assert len(sheet.reading.warnings) == 2


def test_columns_without_header_and_values_beside_the_table_are_dropped(tmp_path: Path) -> None:
    table = [
        [None, None, None, None, None, "note"],
        [],
        [None, "id", "name", "age"],
        [None, 1, "Ann", 30],
        [None, 2, "Bob"],
    ]
    sheet = open_workbook(write(tmp_path / "margin.xlsx", table), layout=Layout(header_row=3))
    assert (sheet.headers, rows(sheet)) == (("id", "name", "age"), {4: ["1", "Ann", "30"], 5: ["2", "Bob", ""]})


def test_values_beyond_the_last_header_are_a_column_of_their_own(tmp_path: Path) -> None:
    sheet = open_workbook(write(tmp_path / "wide.xlsx", [["id"], [1], [2, None, "late"]]))
    assert (sheet.headers, rows(sheet)) == (("id", "column_2", "column_3"), {2: ["1", "", ""], 3: ["2", "", "late"]})


def test_a_long_worksheet_comes_in_chunks_and_can_be_read_again(tmp_path: Path) -> None:
    sheet = open_workbook(write(tmp_path / "long.xlsx", [["id"], *([number] for number in range(40_001))]))
    for _ in range(2):
        tally = Tally()
        assert [(len(chunk), chunk.lines[0].as_py()) for chunk in sheet.chunks(tally)] == [
            (20_000, 2),
            (20_000, 20_002),
            (1, 40_002),
        ]
        assert tally == Tally(rows=40_001, blank_rows=0)


# The choice of the worksheet


def two_sheets(path: Path) -> Path:
    book = openpyxl.Workbook()
    book.worksheets[0].title = "Cover"
    for title, name in (("Students", "Ann"), ("Staff", "Eve")):
        worksheet = book.create_sheet(title)
        worksheet.append(["name"])
        worksheet.append([name])
    book.save(path)
    return path


def test_the_first_worksheet_with_cells_is_read_and_the_others_are_told(tmp_path: Path) -> None:
    sheet = open_workbook(two_sheets(tmp_path / "school.xlsx"))
    assert (sheet.reading.sheet, sheet.reading.sheets) == ("Students", ("Cover", "Students", "Staff"))
    assert sheet.reading.warnings == ("Only the worksheet Students is read. The workbook has others: Cover, Staff.",)


def test_a_worksheet_is_chosen_by_its_title(tmp_path: Path) -> None:
    path = two_sheets(tmp_path / "school.xlsx")
    assert rows(open_workbook(path, sheet="Staff")) == {2: ["Eve"]}
    assert rows(open_workbook(path, sheet=" staff ")) == {2: ["Eve"]}
    assert open_workbook(path, sheet="Staff").reading.warnings == ()


def test_an_unknown_title_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UnknownSheet, match=r"no worksheet called Teachers\. Its worksheets: Cover, Students, Staff\."):
        open_workbook(two_sheets(tmp_path / "school.xlsx"), sheet="Teachers")


def test_an_empty_worksheet_or_workbook_is_refused(tmp_path: Path) -> None:
    assert "its worksheet Cover is empty." in refusal(two_sheets(tmp_path / "school.xlsx"), sheet="Cover")
    assert "its worksheet Sheet is empty." in refusal(write(tmp_path / "none.xlsx", []))


def test_a_hidden_worksheet_is_read_only_when_named_or_alone(tmp_path: Path) -> None:
    path = two_sheets(tmp_path / "school.xlsx")
    book = openpyxl.load_workbook(path)
    book["Students"].sheet_state = "hidden"
    book.save(path)
    assert open_workbook(path).reading.sheet == "Staff"
    assert rows(open_workbook(path, sheet="Students")) == {2: ["Ann"]}


# Values


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("001", "001"),
        ("  two words ", "  two words "),
        ("line\nbreak", "line\nbreak"),
        ("NULL", "NULL"),
        ("nan", "nan"),
        ("=not a formula", "=not a formula"),
        (7, "7"),
        (-7.0, "-7"),
        (0.1, "0.1"),
        (1 / 3, "0.333333333333333"),
        (850000000000, "850000000000"),
        (True, "true"),
        (False, "false"),
    ],
)
def test_values_become_text_without_loss(tmp_path: Path, value: object, text: str) -> None:
    book = xlsxwriter.Workbook(tmp_path / "value.xlsx", {"strings_to_formulas": False})
    worksheet = book.add_worksheet()
    worksheet.write(0, 0, "value")
    worksheet.write(1, 0, value)
    book.close()
    assert [cells[0][: len(text)] for cells in rows(open_workbook(tmp_path / "value.xlsx")).values()] == [text]


@pytest.mark.parametrize(
    ("number", "shown_as", "text"),
    [
        (45306, "yyyy-mm-dd", "2024-01-15"),
        (45306, "dd.mm.yyyy hh:mm", "2024-01-15"),
        (45306.4375, "m/d/yy h:mm", "2024-01-15T10:30:00"),
        (0.4375, "hh:mm:ss", "10:30:00"),
        (1.25, "[h]:mm:ss", "30:00:00"),
        (45306, "0.00", "45306"),
        (0.5, "0%", "50%"),
    ],
)
def test_dates_and_times_are_told_by_the_format_of_the_cell(
    tmp_path: Path, number: float, shown_as: str, text: str
) -> None:
    book = xlsxwriter.Workbook(tmp_path / "date.xlsx")
    worksheet = book.add_worksheet()
    worksheet.write(0, 0, "value")
    worksheet.write_number(1, 0, number, book.add_format({"num_format": shown_as}))
    book.close()
    assert rows(open_workbook(tmp_path / "date.xlsx")) == {2: [text]}


def test_dates_of_a_workbook_that_counts_from_1904_are_right(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.worksheets[0].append(["day"])
    book.worksheets[0].append([dt.date(2024, 1, 15)])
    book.save(tmp_path / "mac.xlsx")
    assert rows(open_workbook(tmp_path / "mac.xlsx")) == {2: ["2024-01-15"]}


def test_a_column_may_mix_numbers_texts_and_dates(tmp_path: Path) -> None:
    table = [["value"], [1], ["x"], [2.5], [dt.date(2024, 1, 15)], [True], [dt.datetime(2024, 1, 15, 9, 0)]]
    sheet = open_workbook(write(tmp_path / "mixed.xlsx", table))
    assert [cells[0] for cells in rows(sheet).values()] == [
        "1",
        "x",
        "2.5",
        "2024-01-15",
        "true",
        "2024-01-15T09:00:00",
    ]


def test_an_error_cell_is_its_text(tmp_path: Path) -> None:
    table = [["id", "score"], [1, "#N/A"], [2, 5], [3, "#REF!"]]
    sheet = open_workbook(write(tmp_path / "errors.xlsx", table))
    assert rows(sheet) == {2: ["1", "#N/A"], 3: ["2", "5"], 4: ["3", "#REF!"]}
    assert sheet.reading.warnings == ()


def test_errors_are_found_in_every_chunk(tmp_path: Path) -> None:
    table = [["id", "score"], *([number, "#DIV/0!" if number % 10_000 == 0 else 1] for number in range(1, 50_001))]
    sheet = open_workbook(write(tmp_path / "errors.xlsx", table))
    assert [line for line, cells in rows(sheet).items() if cells[1] == "#DIV/0!"] == [
        10_001,
        20_001,
        30_001,
        40_001,
        50_001,
    ]


def test_a_formula_has_the_value_it_was_stored_with(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "formula.xlsx")
    worksheet = book.add_worksheet()
    worksheet.write_row(0, 0, ["a", "sum", "text"])
    worksheet.write_number(1, 0, 1)
    worksheet.write_formula(1, 1, "=A2+1", value=2)
    worksheet.write_formula(1, 2, '="x"&A2', value="x1")
    book.close()
    sheet = open_workbook(tmp_path / "formula.xlsx")
    assert (rows(sheet), sheet.reading.warnings) == ({2: ["1", "2", "x1"]}, ())


def test_a_formula_nobody_calculated_is_blank_and_told(tmp_path: Path) -> None:
    sheet = open_workbook(write(tmp_path / "formula.xlsx", [["a", "sum"], [1, "=A2+1"], [2, "=A3+1"]]))
    assert rows(sheet) == {2: ["1", ""], 3: ["2", ""]}
    assert sheet.reading.warnings[0].startswith(
        "2 formulas have no stored value, read as blank: B2, B3. Open the workbook"
    )


# Merged cells


def test_a_value_merged_over_rows_is_in_each_of_them(tmp_path: Path) -> None:
    table = [["school", "teacher"], ["North", "Ann"], [None, "Bob"], ["South", "Eve"]]
    sheet = open_workbook(write(tmp_path / "merged.xlsx", table, lambda sheet: sheet.merge_cells("A2:A3")))
    assert rows(sheet) == {2: ["North", "Ann"], 3: ["North", "Bob"], 4: ["South", "Eve"]}
    assert sheet.reading.warnings == ("Cells merged over several rows: each of the rows has the value (A2:A3).",)


def test_a_value_merged_over_columns_stays_in_the_first(tmp_path: Path) -> None:
    table = [["a", "b", "c"], ["North", None, None], [1, 2, 3]]
    sheet = open_workbook(write(tmp_path / "merged.xlsx", table, lambda sheet: sheet.merge_cells("A2:C2")))
    assert rows(sheet) == {2: ["North", "", ""], 3: ["1", "2", "3"]}
    assert "only the first of the columns has the value (A2:C2)" in sheet.reading.warnings[0]


def test_a_merged_area_makes_no_rows_of_blank_ones(tmp_path: Path) -> None:
    table = [["school", "teacher"], ["North", "Ann"], [], ["South", "Eve"]]
    tally = Tally()
    sheet = open_workbook(write(tmp_path / "merged.xlsx", table, lambda sheet: sheet.merge_cells("A2:A3")))
    assert [line for chunk in sheet.chunks(tally) for line in chunk.lines.to_pylist()] == [2, 4]
    assert tally.blank_rows == 1


def test_a_header_merged_over_two_rows_names_its_column(tmp_path: Path) -> None:
    table = [["Name", "Scores", None], [None, "Math", "Art"], ["Ann", 1, 2]]

    def merge(sheet: Worksheet) -> None:
        sheet.merge_cells("A1:A2")
        sheet.merge_cells("B1:C1")

    sheet = open_workbook(write(tmp_path / "merged.xlsx", table, merge))
    assert (sheet.headers, rows(sheet)) == (("Name", "Math", "Art"), {3: ["Ann", "1", "2"]})


# ODS


def test_ods_values_become_text_by_the_same_rules(tmp_path: Path) -> None:
    cells = [
        ods_cell("1", 'office:value-type="float" office:value="1"'),
        ods_cell("15.1.", 'office:value-type="date" office:date-value="2024-01-15"'),
        ods_cell("15.1.", 'office:value-type="date" office:date-value="2024-01-15T10:30:00"'),
        ods_cell("10:30", 'office:value-type="time" office:time-value="PT10H30M00S"'),
        ods_cell("30:30", 'office:value-type="time" office:time-value="PT30H30M00S"'),
        ods_cell("WAHR", 'office:value-type="boolean" office:boolean-value="true"'),
        ods_cell("001"),
    ]
    header = ods_row(*map(ods_cell, "abcdefg"))
    sheet = open_workbook(
        write_ods(tmp_path / "all.ods", f'<table:table table:name="T">{header}{ods_row(*cells)}</table:table>')
    )
    assert rows(sheet) == {2: ["1", "2024-01-15", "2024-01-15T10:30:00", "10:30:00", "30:30:00", "true", "001"]}
    assert (sheet.reading.format, sheet.reading.sheet, sheet.reading.warnings) == ("ods", "T", ())


def test_ods_lines_count_repeated_rows(tmp_path: Path) -> None:
    blank = ods_row("<table:table-cell/>", attributes='table:number-rows-repeated="2"')
    error = ods_cell(
        "#DIV/0!", 'table:formula="of:=1/0" office:value-type="float" office:value="0" calcext:value-type="error"'
    )
    uncalculated = '<table:table-cell table:formula="of:=1+1"/>'
    end = ods_row(
        '<table:table-cell table:number-columns-repeated="1024"/>', attributes='table:number-rows-repeated="1048000"'
    )
    table = (
        blank
        + ods_row(ods_cell("id"), ods_cell("x"))
        + blank
        + ods_row(ods_cell("1"), error)
        + ods_row(ods_cell("2"), uncalculated)
        + end
    )
    sheet = open_workbook(write_ods(tmp_path / "repeated.ods", f'<table:table table:name="T">{table}</table:table>'))
    assert rows(sheet) == {6: ["1", "#DIV/0!"], 7: ["2", ""]}
    assert sheet.reading.warnings[0].startswith("1 formula has no stored value, read as blank: B7.")


def test_a_small_ods_that_claims_a_billion_cells_is_refused(tmp_path: Path) -> None:
    row = ods_row(
        ods_cell("x", 'table:number-columns-repeated="1000" office:value-type="string"'),
        attributes='table:number-rows-repeated="1000000"',
    )
    path = write_ods(tmp_path / "bomb.ods", f'<table:table table:name="T">{row}</table:table>')
    assert "its worksheet spans over 100,000,000 cells" in refusal(path)


# XLS


def test_xls_errors_are_their_texts_and_formulas_without_a_value_are_told(tmp_path: Path) -> None:
    path = write_xls(
        tmp_path / "old.xls",
        *(xls_text(2, column, title) for column, title in enumerate(["id", "score", "text"])),
        record(0x0203, 3, 0, 0, 0, 0, 0, 0x3FF0, layout="HHHHHHH"),  # the number 1
        record(0x0205, 3, 1, 0, 42, 1, layout="HHHBB"),
        xls_formula(3, 2, 0),
        record(0x0207, 4, 0, layout="HB", text=b"done"),
        xls_text(5, 0, "2"),
        xls_formula(5, 1, 2, code=7),
        xls_formula(5, 2, 0),
    )
    sheet = open_workbook(path)
    assert (sheet.reading.format, sheet.reading.sheet, sheet.headers) == ("xls", "S", ("id", "score", "text"))
    assert rows(sheet) == {4: ["1", "#N/A", "done"], 6: ["2", "#DIV/0!", ""]}
    assert sheet.reading.warnings[0].startswith("1 formula has no stored value, read as blank: C6.")


@pytest.mark.parametrize(("height", "width"), [(0x7FFFFFFF, 256), (10, 60_000)])
def test_an_xls_that_claims_more_cells_than_there_can_be_is_damaged(tmp_path: Path, height: int, width: int) -> None:
    path = write_xls(tmp_path / "claims.xls", xls_text(0, 0, "id"), height=height, width=width)
    assert "it is damaged or was cut off." in refusal(path)
    path = write_xls(tmp_path / "far.xls", xls_text(0, 60_000, "id"))
    assert "it is damaged or was cut off." in refusal(path)


# What is no sound workbook


def test_a_password_is_asked_for_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "locked.xlsx").write_bytes(
        compound_file(("EncryptionInfo", b"x" * 4096), ("EncryptedPackage", b"x" * 4096))
    )
    assert refusal(tmp_path / "locked.xlsx") == (
        "locked.xlsx cannot be read: it is protected with a password. Save a copy without one."
    )
    stream = XLS_BEGIN + record(0x002F, 1, layout="H", text=bytes(52))
    (tmp_path / "locked.xls").write_bytes(compound_file(("Workbook", stream.ljust(4096, b"\0"))))
    assert "protected with a password" in refusal(tmp_path / "locked.xls")
    entry = '<manifest:encryption-data manifest:checksum="x"/>'
    assert "protected with a password" in refusal(write_ods(tmp_path / "locked.ods", "", manifest=entry))


def test_an_old_document_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.xls").write_bytes(compound_file(("WordDocument", b"x" * 4096)))
    assert "old Office document without a workbook" in refusal(tmp_path / "letter.xls")


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.999])
def test_a_workbook_that_was_cut_off_is_refused(tmp_path: Path, kept: float) -> None:
    data = write(tmp_path / "whole.xlsx", PEOPLE).read_bytes()
    (tmp_path / "part.xlsx").write_bytes(data[: int(len(data) * kept)])
    assert refusal(tmp_path / "part.xlsx") == "part.xlsx cannot be read: it is damaged or was cut off."
    old = compound_file(("Workbook", b"x" * 4096))
    (tmp_path / "part.xls").write_bytes(old[: int(len(old) * kept) - 1])
    assert "damaged" in refusal(tmp_path / "part.xls")


@pytest.mark.parametrize("ending", [".xlsx", ".XLS", ".ods"])
def test_what_is_called_a_workbook_and_is_no_text_is_told_as_such(tmp_path: Path, ending: str) -> None:
    """The first bytes of one that was overwritten are those of none."""
    (tmp_path / f"people{ending}").write_bytes(b"\0\0\n\0" + b"\n\1\0" * 20)
    with pytest.raises(UnreadableSource) as refused:
        open_sheet(tmp_path / f"people{ending}")
    why = f"it is called {ending.lower()}, and is no such workbook: it is damaged, or something else."
    assert str(refused.value) == f"people{ending} cannot be read: {why}"
    (tmp_path / f"text{ending}").write_text("email,name\nada@example.com,Ada\n")
    assert open_sheet(tmp_path / f"text{ending}").headers == ("email", "name"), "whatever a text is called"


def test_a_changed_byte_in_a_part_is_damage(tmp_path: Path) -> None:
    data = bytearray(write(tmp_path / "people.xlsx", PEOPLE).read_bytes())
    with zipfile.ZipFile(tmp_path / "people.xlsx") as archive:
        part = archive.getinfo("xl/worksheets/sheet1.xml")
    data[part.header_offset + 30 + len(part.filename) + part.compress_size // 2] ^= 0xFF
    (tmp_path / "people.xlsx").write_bytes(data)
    assert "it is damaged or was cut off." in refusal(tmp_path / "people.xlsx")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "it is empty (0 bytes)."),
        (b"id,name\n1,Ann\n", "it is no XLSX, XLS or ODS workbook."),
        (b"<html><table><tr><td>id</td></tr></table></html>", "it is no XLSX, XLS or ODS workbook."),
        (bytes(range(256)), "it is no XLSX, XLS or ODS workbook."),
    ],
)
def test_what_is_no_workbook_is_refused_whatever_its_name(tmp_path: Path, data: bytes, why: str) -> None:
    (tmp_path / "fake.xlsx").write_bytes(data)
    assert refusal(tmp_path / "fake.xlsx") == f"fake.xlsx cannot be read: {why}"


def test_a_plain_zip_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "plain.xlsx", "w") as archive:
        archive.writestr("people.csv", "id\n1\n")
    assert "it is a ZIP archive and no workbook" in refusal(tmp_path / "plain.xlsx")
    assert "there is no such file." in refusal(tmp_path / "absent.xlsx")


def test_the_kind_is_told_by_the_bytes_and_not_by_the_name(tmp_path: Path) -> None:
    write(tmp_path / "people.xlsx", PEOPLE).rename(tmp_path / "people.xls")
    sheet = open_workbook(tmp_path / "people.xls", name="upload")
    assert (sheet.name, sheet.reading.format, rows(sheet)) == ("upload", "xlsx", {2: ["1", "Ann"], 3: ["2", "Bob"]})


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = write(tmp_path / "bomb.xlsx", PEOPLE)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zeros.bin", bytes(110_000_000))
    assert "refused as a possible zip bomb" in refusal(path)


def test_a_zip_bomb_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "liar.xlsx", PEOPLE)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zeros.bin", bytes(110_000_000))
    data = bytearray(path.read_bytes())
    size = struct.pack("<I", 110_000_000)
    while (place := data.find(size)) >= 0:
        data[place : place + 4] = struct.pack("<I", 1_000)
    path.write_bytes(data)
    assert "refused as a possible zip bomb" in refusal(path)


def test_a_declared_size_of_gigabytes_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "huge.xlsx", PEOPLE)
    data = bytearray(path.read_bytes())
    entry = data.find(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = struct.pack("<I", 3 << 30)
    path.write_bytes(data)
    assert "unpacked it would take 3,0" in refusal(path)


def test_more_than_2000_columns_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "wide.xlsx", [[f"c{number}" for number in range(2_001)]])
    assert refusal(path).endswith("its worksheet Sheet has 2,001 columns; at most 2,000 are read.")
    assert (
        len(open_workbook(write(tmp_path / "fits.xlsx", [[f"c{number}" for number in range(2_000)]])).headers) == 2_000
    )


def test_two_cells_far_apart_are_refused_instead_of_filling_the_memory(tmp_path: Path) -> None:
    path = write(tmp_path / "far.xlsx", [["id"]], lambda sheet: sheet.cell(1_048_576, 300, "lost"))
    assert "its worksheet spans over 100,000,000 cells" in refusal(path)


@pytest.mark.parametrize(
    ("old", "new"), [(b'uniqueCount="', b'uniqueCount="4000000'), (b'<c r="A2"', b'<c r="A4000000000"')]
)
def test_numbers_that_promise_more_than_the_file_holds_are_refused(tmp_path: Path, old: bytes, new: bytes) -> None:
    book = xlsxwriter.Workbook(tmp_path / "promise.xlsx")
    book.add_worksheet().write_column(0, 0, ["id", "x"])
    book.close()
    path = repack(tmp_path / "promise.xlsx", lambda name, data: data.replace(old, new))
    assert "cannot be read" in refusal(path)


def test_a_cell_of_50_megabytes_is_refused_with_its_line(tmp_path: Path) -> None:
    giant = b"x" * 2_000_000
    path = repack(
        write(tmp_path / "giant.xlsx", PEOPLE), lambda name, data: data.replace(b"<t>Bob</t>", b"<t>" + giant + b"</t>")
    )
    with pytest.raises(UnreadableSheet, match=r"Line 3: has a cell of over 1 MB\."):
        rows(open_workbook(path))


def test_a_date_no_calendar_can_hold_is_refused_with_its_line(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "late.xlsx")
    worksheet = book.add_worksheet()
    worksheet.write_row(0, 0, ["time"])
    worksheet.write_number(2, 0, 1e13, book.add_format({"num_format": "[h]:mm:ss"}))
    book.close()
    with pytest.raises(UnreadableSheet, match="Line 3: has a date or a duration no calendar can hold"):
        rows(open_workbook(tmp_path / "late.xlsx"))


def test_a_workbook_with_macros_is_read(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(write(tmp_path / "plain.xlsx", PEOPLE).read_bytes()))
    book.save(tmp_path / "macro.xlsm")
    with zipfile.ZipFile(tmp_path / "macro.xlsm", "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"never run")
    assert rows(open_workbook(tmp_path / "macro.xlsm")) == {2: ["1", "Ann"], 3: ["2", "Bob"]}


@pytest.mark.parametrize(
    "wrong",
    [
        '<table:table-row table:number-rows-repeated="99999999999">',
        '<table:table-row table:number-rows-repeated="x">',
        "<table:table-row><table:table-cell><office:annotation><text:p>x</text:p></table:table-cell></table:table-row>",
        "</table:table>",
    ],
)
def test_an_ods_whose_elements_have_no_end_is_damaged(tmp_path: Path, wrong: str) -> None:
    table = f'<table:table table:name="T">{ods_row(ods_cell("id"))}{wrong}</table:table>'
    assert "it is damaged or was cut off." in refusal(write_ods(tmp_path / "endless.ods", table))


@settings(deadline=None, max_examples=50)
@given(data=st.data())
def test_a_workbook_with_other_bytes_in_a_part_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("odd")
    book = xlsxwriter.Workbook(folder / "odd.xlsx")
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["id", "share", "zip"])
    sheet.write_row(1, 0, [1, 0.5, 7], book.add_format({"num_format": data.draw(st.sampled_from(["0%", "00000"]))}))
    sheet.set_row(1, options={"hidden": True})
    book.close()
    part = data.draw(st.sampled_from(["xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/workbook.xml"]))
    pieces = st.sampled_from([b"<", b">", b'"', b"&", b"9" * 12, b"<c>", b'<c r="ZZZ9999999">', b"</row>", b"\xff"])

    def changed(name: str, content: bytes) -> bytes:
        if name != part:
            return content
        place = data.draw(st.integers(0, len(content)))
        return content[:place] + data.draw(pieces) + content[place + data.draw(st.integers(0, 30)) :]

    with suppress(WorkbenchError):
        open_workbook(repack(folder / "odd.xlsx", changed)).tally()
