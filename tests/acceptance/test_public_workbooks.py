"""Real workbooks of public projects, against what their authors say is in them."""

from pathlib import Path

import pytest

from workbench.model.errors import UnreadableSource
from workbench.model.sheet import Sheet
from workbench.sources import open_sheet

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "frictionless"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the folder of public files stands beside the checkout")


def records(sheet: Sheet) -> list[dict[str, str]]:
    return [record for chunk in sheet.chunks() for record in chunk.cells.to_pylist()]


TABLE = [{"id": "1", "name": "english"}, {"id": "2", "name": "中国人"}]  # table.csv says the same


@pytest.mark.parametrize("name", ["table.xlsx", "table.xls", "table.ods"])
def test_the_same_table_reads_the_same_in_every_format(name: str) -> None:
    sheet = open_sheet(DATA / name)
    assert records(sheet) == TABLE == records(open_sheet(DATA / "table.csv"))
    assert f"table.{sheet.reading.format}" == name
    assert sheet.reading.sheet == "Лист1"  # noqa: RUF001


def test_a_workbook_whose_first_worksheet_is_empty_is_read_from_the_second() -> None:
    sheet = open_sheet(DATA / "sheet2.xlsx")
    assert (sheet.reading.sheet, sheet.reading.sheets) == ("Sheet2", ("Sheet1", "Sheet2"))
    assert records(sheet) == TABLE


@pytest.mark.parametrize(
    ("title", "record"),
    [
        ("Sheet1", {"id": "1", "name": "london"}),
        ("Sheet2", {"id": "2", "name": "paris"}),
        ("Sheet3", {"id": "3", "name": "rome"}),
    ],
)
def test_each_of_three_worksheets_can_be_chosen(title: str, record: dict[str, str]) -> None:
    assert records(open_sheet(DATA / "sheets.xlsx", sheet=title)) == [record]


def test_a_table_that_begins_on_row_2_keeps_its_row_numbers() -> None:
    sheet = open_sheet(DATA / "table.xlsx", sheet="Sheet 2", header_row=2)
    assert sheet.headers == ("1", "english")
    assert [line for chunk in sheet.chunks() for line in chunk.lines.to_pylist()] == [3]


def test_booleans_are_true_and_false_and_whole_numbers_whole() -> None:
    assert records(open_sheet(DATA / "table-with-booleans.xls")) == [
        {"id": "1", "boolean": "true"},
        {"id": "2", "boolean": "false"},
    ]
    assert records(open_sheet(DATA / "table-infer-boolean.xlsx")) == [
        {"number": "1", "string": "two", "boolean": "true"},
        {"number": "3", "string": "four", "boolean": "false"},
    ]


@pytest.mark.parametrize("name", ["table.xls", "table-with-booleans.xls", "table.xlsx", "table.ods"])
@pytest.mark.parametrize("kept", [0.25, 0.5, 0.75])
def test_a_workbook_cut_off_anywhere_is_refused_with_one_sentence(tmp_path: Path, name: str, kept: float) -> None:
    data = (DATA / name).read_bytes()
    (tmp_path / name).write_bytes(data[: int(len(data) * kept)])
    with pytest.raises(UnreadableSource, match="damaged"):
        open_sheet(tmp_path / name)
