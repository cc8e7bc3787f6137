"""What workbooks show is what is read, in XLSX, XLS and ODS."""

import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workbooks import (
    ods_cell,
    ods_row,
    record,
    rows,
    write,
    write_ods,
    write_parts,
    write_xls,
    xls_format,
    xls_number,
    xls_style,
    xls_text,
    xlsx_styles,
)
from workbench.model.sheet import Tally
from workbench.sources.workbook import open_workbook

HEADER = '<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c><c r="B1" t="inlineStr"><is><t>x</t></is></c></row>'


def cells(tmp_path: Path, *shown: str, **parts: str) -> list[str]:
    """What is read of cells of XLSX, given as XML with B for their place, each in a row of its own."""
    body = "".join(
        f'<row r="{line}"><c r="A{line}"><v>{line}</v></c>{cell.replace("B", f"B{line}", 1)}</row>'
        for line, cell in enumerate(shown, start=2)
    )
    path = write_parts(tmp_path / "cells.xlsx", HEADER + body, **parts)
    return [row[1] for row in rows(open_workbook(path)).values()]


# XLSX


def test_long_numbers_have_the_digits_of_the_file(tmp_path: Path) -> None:
    codes = [12345678901234567, 12345678901234568, 1234567890123456789, 9007199254740993]
    assert cells(tmp_path, *(f'<c r="B"><v>{code}</v></c>' for code in codes)) == [str(code) for code in codes]


def test_numbers_that_a_program_has_rounded_keep_the_exponent_that_says_so(tmp_path: Path) -> None:
    found = cells(
        tmp_path,
        '<c r="B"><v>1.2345678901234568E+18</v></c>',
        '<c r="B" t="n"><v>1.23457e+11</v></c>',
        '<c r="B"><v>12345678901234.567</v></c>',
        '<c r="B"><v>5.551234567E9</v></c>',
        '<c r="B"><v>5551234567.0</v></c>',
    )
    assert found == ["1.2345678901234568E+18", "1.23457E+11", "12345678901234.6", "5551234567", "5551234567"]


def test_digits_that_a_spreadsheet_has_cut_behind_the_15th_are_not_taken_for_digits(tmp_path: Path) -> None:
    cut = [f'<c r="B"><v>{code}</v></c>' for code in (4111111111111110, 5500000000000000)]
    assert cells(tmp_path, *cut) == ["4.11111111111111E+15", "5.5E+15"]
    whole = '<c r="B"><v>4111111111111111</v></c>'
    assert cells(tmp_path, *cut, whole) == ["4111111111111110", "5500000000000000", "4111111111111111"]


def test_floats_have_15_digits_as_a_spreadsheet_shows_them(tmp_path: Path) -> None:
    numbers = ["0.30000000000000004", "0.1", "2.5000000000000001E-7", "-1.1000000000000001", "1e-5", "1234.5"]
    assert cells(tmp_path, *(f'<c r="B"><v>{number}</v></c>' for number in numbers)) == [
        "0.3",
        "0.1",
        "0.00000025",
        "-1.1",
        "0.00001",
        "1234.5",
    ]


@pytest.mark.parametrize("cell", ['<c r="B" s="{}"><v>{}</v></c>', '<c s="{}" r="B" t="n"><v>{}</v></c>',
                                  "<c r='B' s='{}'><v>{}</v></c>", '<c r="B" s="{}"><f>1+1</f><v>{}</v></c>',
                                  '<c r="B" s="{}"><f t="shared" si="0"/><v>{}</v></c>'])  # fmt: skip
def test_styles_are_known_however_a_cell_is_written(tmp_path: Path, cell: str) -> None:
    styles = xlsx_styles("0.0%", "00000", "yyyy-mm-dd")
    shown = [cell.format(1, "7.4999999999999997E-2"), cell.format(2, 2134), cell.format(3, 0), cell.format(3, 45306)]
    assert cells(tmp_path, *shown, styles=styles) == ["7.5%", "02134", "1900-01-00", "2024-01-15"]


def test_a_shared_text_in_a_style_for_numbers_stays_a_text(tmp_path: Path) -> None:
    found = cells(tmp_path, '<c r="B" s="1" t="s"><v>0</v></c>', '<c r="B" s="1" t="str"><v>5</v></c>',
                  styles=xlsx_styles("0%"), strings="<si><t>half</t></si>")  # fmt: skip
    assert found == ["half", "5"]


def test_cells_that_do_not_tell_their_places_are_counted(tmp_path: Path) -> None:
    body = (
        '<row><c t="inlineStr"><is><t>id</t></is></c><c t="inlineStr"><is><t>x</t></is></c></row>'
        '<row><c><v>1</v></c><c s="1"><v>0.5</v></c></row><row hidden="1"><c t="e"><v>#N/A</v></c><c><v>3</v></c></row>'
    )
    sheet = open_workbook(write_parts(tmp_path / "bare.xlsx", body, styles=xlsx_styles("0%")))
    assert rows(sheet) == {2: ["1", "50%"], 3: ["#N/A", "3"]}
    assert sheet.reading.warnings == ("1 row is hidden (row 3); it is read like the others.",)


def test_elements_may_have_a_prefix(tmp_path: Path) -> None:
    plain = write_parts(
        tmp_path / "plain.xlsx",
        '<row r="1"><c r="A1" t="str"><v>id</v></c><c r="B1" t="str"><v>x</v></c></row>'
        '<row r="2"><c r="A2"><v>12345678901234567</v></c><c r="B2" s="1"><v>0.5</v></c></row>'
        '<row r="3" hidden="1"><c r="A3" t="e"><v>#REF!</v></c><c r="B3"><f>A1</f></c></row>',
        styles=xlsx_styles("0%"),
    )
    import re

    from tests.workbooks import repack

    def prefixed(name: str, data: bytes) -> bytes:
        if "sheet1" not in name:
            return data
        return re.sub(rb"<(/?)(\w)", rb"<\1x:\2", data).replace(b"xmlns=", b"xmlns:x=")

    sheet = open_workbook(repack(plain, prefixed))
    assert rows(sheet) == {2: ["12345678901234567", "50%"], 3: ["#REF!", ""]}
    assert [warning[:10] for warning in sheet.reading.warnings] == ["1 formula ", "1 row is h"]


def test_text_is_found_in_and_beside_the_place_for_it(tmp_path: Path) -> None:
    found = cells(
        tmp_path,
        '<c r="B" t="inlineStr"><v>v@ex.example</v></c>',
        '<c r="B" t="inlineStr"><is><t>Vi &amp; Vee</t></is><v>0</v></c>',
        '<c r="B" t="inlineStr"><is><r><t>ri</t></r><r><t>ch</t></r><rPh sb="0" eb="1"><t>no</t></rPh></is><v/></c>',
        '<c r="B" t="s"><v>0</v></c>',
        '<c r="B" t="s"><v>1</v></c>',
        strings='<si><t xml:space="preserve"> a_x000D_b </t></si>'
        "<si><r><t>o</t></r><r><t>ne</t></r><rPh><t>x</t></rPh></si>",
    )
    assert found == ["v@ex.example", "Vi & Vee", "rich", " a\rb ", "one"]


@pytest.mark.parametrize("extent", ["1:3", "", "A", "junk", "A1:B2:C3", "B7:C9", "A1", "A1:XFD1048576"])
def test_a_wrong_dimension_is_no_damage(tmp_path: Path, extent: str) -> None:
    found = cells(tmp_path, '<c r="B"><v>7</v></c>', before=f'<dimension ref="{extent}"/>')
    assert found == ["7"]


# Hidden rows and columns


def test_rows_hidden_by_a_filter_and_by_hand_are_read_and_told(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "hidden.xlsx")
    sheet = book.add_worksheet()
    for line in range(12):
        sheet.write_row(line, 0, ["id", "state"] if line == 0 else [line, "on"])
    sheet.autofilter(0, 0, 5, 1)
    sheet.filter_column(1, "x == on")
    for line in (2, 4, 7, 8, 9):
        sheet.set_row(line, options={"hidden": True})
    sheet.set_column(0, 0, None, None, {"hidden": True})
    book.close()
    found = open_workbook(tmp_path / "hidden.xlsx")
    assert len(rows(found)) == 11
    assert found.reading.warnings == (
        "3 rows are hidden (rows 8-10); they are read like the others.",
        "2 rows are hidden by a filter (rows 3, 5); they are read like the others.",
        "Column A is hidden; it is read like the others.",
    )


def test_rows_hidden_by_the_filter_of_a_table_are_told(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "table.xlsx")
    sheet = book.add_worksheet()
    sheet.add_table(
        0, 0, 3, 1, {"data": [[1, "a"], [2, "b"], [3, "a"]], "columns": [{"header": "id"}, {"header": "x"}]}
    )
    sheet.set_row(2, options={"hidden": True})
    book.close()
    from tests.workbooks import repack

    filtered = b'<filterColumn colId="1"><filters><filter val="a"/></filters></filterColumn></autoFilter>'
    path = repack(
        tmp_path / "table.xlsx",
        lambda name, data: data.replace(b'<autoFilter ref="A1:B4"/>', b'<autoFilter ref="A1:B4">' + filtered),
    )
    assert open_workbook(path).reading.warnings == ("1 row is hidden by a filter (row 3); it is read like the others.",)


# XLS


def test_xls_numbers_are_what_their_formats_show(tmp_path: Path) -> None:
    book = xls_format(164, "00000") + xls_format(165, "yyyy-mm-dd")
    book += b"".join(xls_style(number) for number in (0, 164, 9, 165))
    small = record(0x027E, 5, 1, 2, (75 << 2) | 3, layout="HHHi")  # 0.75, told as 75 hundredths
    several = record(0x00BD, 6, 0, 0, 3 << 2 | 2, 1, 12 << 2 | 2, 1, layout="HHHiHiH")
    path = write_xls(
        tmp_path / "old.xls",
        *(xls_text(0, column, title) for column, title in enumerate(["id", "x"])),
        *(cell for row in range(1, 6) for cell in [xls_number(row, 0, row)]),
        xls_number(1, 1, 2134, 1),
        xls_number(2, 1, 0.29, 2),
        xls_number(3, 1, 0, 3),
        xls_number(4, 1, 1.2345678901234568e18),
        small,
        several,
        record(0x0208, 3, 0, 2, 255, 0, 0, 0x20, layout="HHHHHHI"),
        book=book,
    )
    sheet = open_workbook(path)
    assert [row[1] for row in rows(sheet).values()] == [
        "02134",
        "29%",
        "1900-01-00",
        "1.23456789012346E+18",
        "75%",
        "00012",
    ]
    assert sheet.reading.warnings == ("1 row is hidden (row 4); it is read like the others.",)


# ODS

ODS_STYLES = """
<number:number-style style:name="N1"><number:number number:decimal-places="0" number:min-integer-digits="5"/>
</number:number-style>
<number:number-style style:name="N2"><number:number number:decimal-places="2" number:min-integer-digits="1"/>
</number:number-style>
<style:style style:name="zip" style:family="table-cell" style:data-style-name="N1"/>
<style:style style:name="child" style:family="table-cell" style:parent-style-name="zip"/>
<style:style style:name="money" style:family="table-cell" style:data-style-name="N2"/>
"""


def ods_table(*shown: str, columns: str = "") -> str:
    body = "".join(ods_row(ods_cell(str(line)), cell) for line, cell in enumerate(shown, start=2))
    return f'<table:table table:name="T">{columns}{ods_row(ods_cell("id"), ods_cell("x"))}{body}</table:table>'


def ods_number(text: str, value: str, attributes: str = "", kind: str = "float") -> str:
    return ods_cell(text, f'{attributes} office:value-type="{kind}" office:value="{value}"')


def test_ods_numbers_are_what_their_styles_show(tmp_path: Path) -> None:
    table = ods_table(
        ods_number("8 %", "0.075", kind="percentage"),
        ods_number("02134", "2134", 'table:style-name="zip"'),
        ods_number("00007", "7", 'table:style-name="child"'),
        ods_number("2.50", "2.5", 'table:style-name="money"'),
        ods_number("1.23E+16", "12345678901234567"),
        ods_number("1.23E+18", "1.23456789012346E+018"),
        ods_number("0.3", "0.30000000000000004"),
        ods_cell("a<text:tab/>b<text:line-break/>c"),
        '<table:table-cell office:value-type="string"><text:p>one</text:p><text:p>two</text:p></table:table-cell>',
    )
    sheet = open_workbook(write_ods(tmp_path / "shown.ods", table, styles=ODS_STYLES))
    assert [row[1] for row in rows(sheet).values()] == [
        "7.5%",
        "02134",
        "00007",
        "2.5",
        "12345678901234567",
        "1.23456789012346E+018",
        "0.3",
        "a\tb\nc",
        "one\ntwo",
    ]


def test_ods_cells_without_a_style_have_that_of_their_column(tmp_path: Path) -> None:
    columns = '<table:table-column/><table:table-column table:default-cell-style-name="zip"/>'
    table = ods_table(ods_number("00042", "42"), columns=columns)
    assert rows(open_workbook(write_ods(tmp_path / "column.ods", table, styles=ODS_STYLES))) == {2: ["2", "00042"]}


def test_ods_equal_rows_and_cells_are_written_once(tmp_path: Path) -> None:
    twice = ods_number("50%", "0.5", 'table:number-columns-repeated="2"', kind="percentage")
    header = ods_row(*map(ods_cell, "abc"))
    table = header + ods_row(ods_cell("x"), twice, attributes='table:number-rows-repeated="3"')
    sheet = open_workbook(write_ods(tmp_path / "equal.ods", f'<table:table table:name="T">{table}</table:table>'))
    assert list(rows(sheet).values()) == [["x", "50%", "50%"]] * 3


def test_ods_hidden_rows_and_columns_are_told(tmp_path: Path) -> None:
    lines = [ods_row(ods_cell("id"), ods_cell("x"))]
    for line, visibility in enumerate(["visible", "collapse", "filter", "filter"], start=2):
        lines.append(ods_row(ods_cell(str(line)), ods_cell("a"), attributes=f'table:visibility="{visibility}"'))
    columns = '<table:table-column table:visibility="collapse"/>'
    path = write_ods(tmp_path / "hidden.ods", f'<table:table table:name="T">{columns}{"".join(lines)}</table:table>')
    sheet = open_workbook(path)
    assert len(rows(sheet)) == 4
    assert sheet.reading.warnings == (
        "1 row is hidden (row 3); it is read like the others.",
        "2 rows are hidden by a filter (rows 4-5); they are read like the others.",
        "Column A is hidden; it is read like the others.",
    )


# At random

TEXTS = st.text("aB9é漢ß😀 \u00a0'\"&<>;,.-+@%_x", max_size=12)
SHOWN: dict[str, tuple[str, Any, Any]] = {
    "text": ("@", TEXTS.map(str.strip).filter(lambda text: text and text[0] not in "=#{"), str),
    "whole": ("General", st.integers(-(10**14), 10**14), str),
    "share": ("0%", st.integers(-1000, 1000), lambda whole: f"{whole}%"),
    "zip": ("00000", st.integers(0, 10**7), lambda number: f"{number:05}"),
    "ssn": ("000-00-0000", st.integers(0, 999_999_999),
            lambda number: f"{number:09}"[:3] + "-" + f"{number:09}"[3:5] + "-" + f"{number:09}"[5:]),
    "day": ("yyyy-mm-dd", st.dates(dt.date(1900, 3, 1), dt.date(2999, 1, 1)), str),
    "money": ("#,##0.00", st.integers(-(10**9), 10**9), lambda cents: f"{cents / 100:.2f}".rstrip("0").rstrip(".")),
    "flag": ("General", st.booleans(), lambda flag: str(flag).lower()),
}  # fmt: skip


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[Any]], set[int]]:
    """Kinds of columns, values, and which rows are hidden; None is a blank cell."""
    kinds = draw(st.lists(st.sampled_from(sorted(SHOWN)), min_size=1, max_size=5))
    row = st.tuples(*(st.none() | SHOWN[kind][1] for kind in kinds))
    values = draw(st.lists(row.map(list), min_size=1, max_size=30))
    return kinds, values, draw(st.sets(st.integers(0, len(values) - 1)))


def written(kind: str, value: Any) -> Any:
    return value / 100 if kind in ("share", "money") and value is not None else value


@settings(deadline=None, max_examples=50)
@given(tables(), st.sampled_from(["openpyxl", "xlsxwriter"]))
def test_what_is_read_is_what_the_sheet_shows(
    tmp_path_factory: pytest.TempPathFactory, table: tuple[list[str], list[list[Any]], set[int]], by: str
) -> None:
    kinds, values, hidden = table
    path = tmp_path_factory.mktemp("shown") / "table.xlsx"
    if by == "openpyxl":
        book = openpyxl.Workbook()
        sheet = book.worksheets[0]
        sheet.append(["number", *(f"column {kind}" for kind in kinds)])
        for line, row in enumerate(values, start=2):
            sheet.cell(line, 1, line)
            for column, (kind, value) in enumerate(zip(kinds, row, strict=True), start=2):
                cell = sheet.cell(line, column, written(kind, value))
                cell.number_format = SHOWN[kind][0]
            sheet.row_dimensions[line].hidden = line - 2 in hidden
        book.save(path)
    else:
        with xlsxwriter.Workbook(path, {"strings_to_urls": False, "strings_to_formulas": False}) as book:
            formats = [book.add_format({"num_format": SHOWN[kind][0]}) for kind in kinds]
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, ["number", *(f"column {kind}" for kind in kinds)])
            for line, row in enumerate(values, start=1):
                sheet.write_number(line, 0, line + 1)
                for column, (kind, value) in enumerate(zip(kinds, row, strict=True)):
                    sheet.write(line, column + 1, written(kind, value), formats[column])
                if line - 1 in hidden:
                    sheet.set_row(line, options={"hidden": True})
    opened = open_workbook(path)
    shown = [
        [str(line), *("" if value is None else SHOWN[kind][2](value) for kind, value in zip(kinds, row, strict=True))]
        for line, row in enumerate(values, start=2)
    ]
    assert list(rows(opened).values()) == shown
    assert (opened.tally(), opened.reading.left_out) == (Tally(rows=len(values)), ())
    told = [warning for warning in opened.reading.warnings if "hidden" in warning]
    assert len(told) == bool(hidden)
    assert not hidden or told[0].startswith(f"{len(hidden)} row")


ANY_CELL = st.none() | st.sampled_from(["id", "name", "Total", "Source: x", "Ann", 1, 2.5, "a@b.example"])


@settings(deadline=None, max_examples=50)
@given(st.lists(st.lists(ANY_CELL, max_size=4), min_size=1, max_size=20))
def test_every_row_is_a_record_or_accounted_for(
    tmp_path_factory: pytest.TempPathFactory, table: list[list[object]]
) -> None:
    path = write(tmp_path_factory.mktemp("any") / "any.xlsx", [["id", "name", "city"], *table])
    sheet = open_workbook(path)
    used = [line for line, row in enumerate(table, start=2) if any(cell is not None for cell in row)]
    tally = sheet.tally()
    left_out = sum(entry.last - entry.first + 1 for entry in sheet.reading.left_out)
    last = max(used, default=1)
    assert sheet.reading.header_line + tally.rows + tally.blank_rows + left_out == max(last, sheet.reading.header_line)
