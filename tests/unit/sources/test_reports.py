"""Reports as a seller's system exports them: a line for the spreadsheet, title lines, a line of nothing, the header on
row 4, a line of sums at the end. Each reads to the same rows, as CSV and as XLSX."""

import csv
import io
from itertools import product
from pathlib import Path

import pytest

from tests.workbooks import rows, write
from workbench.sources import open_sheet

HEADER = [
    *("Invoice number", "Invoice date", "Customer", "SKU", "Item", "Qty.", "Unit price", "Net price"),
    "Special instrcutions",
]
RECORDS = [
    ["10001", "2025-01-02", "Cafe Uno", "FRA1023", "Chablis 2021", "12", "$10.00", "$120.00", ""],
    ["10001", "2025-01-02", "Cafe Uno", "ITA2040", "Barbera", "6", "8.50", "51.00", "ring, twice"],
    ["10002", "2025-01-03", "Bar Due", "CREDIT1", "Credit", "-1", "20.00", "-20.00", ""],
    ["10003", "2025-01-03", "Trattoria, Tre", "FRA1023", "Chablis 2021", "1,200", "10.00", "$12,000.00", ""],
]
ABOVE: dict[str, list[list[str]]] = {
    "nothing": [],
    "sep": [["sep=,"]],
    "title": [["Sales report 2025-01"]],
    "title, blank": [["Sales report 2025-01"], []],
    "title, quoted space": [["Sales report 2025-01"], [" "]],
    "sep, title": [["sep=,"], ["Sales report 2025-01"]],
    "sep, title, blank": [["sep=,"], ["Sales report 2025-01"], []],
    "sep, title, quoted space": [["sep=,"], ["Sales report 2025-01"], [" "]],
    "sep, padded": [["sep=,"], ["Sales report 2025-01", *[""] * 8], [""] * 9],
    "two titles": [["Sales report 2025-01"], ["From 2025-01-01 to 2025-01-31"], []],
}
SUMS: dict[str, list[str]] = {
    "none": [],
    "no key": ["", "", "", "", "", "1217", "", "12151.00", ""],
    "a word": ["Total", "", "", "", "", "1217", "", "$12,151.00", ""],
    "a word further on": ["", "", "", "", "Grand total", "1217", "", "12151.00", ""],
}


@pytest.mark.parametrize(("above", "sums", "kind"), [*product(ABOVE, SUMS, ("csv", "narrow csv", "xlsx"))])
def test_every_report_reads_to_the_same_rows(tmp_path: Path, above: str, sums: str, kind: str) -> None:
    table = [*ABOVE[above], HEADER, *RECORDS, *([SUMS[sums]] if SUMS[sums] else [])]
    if kind == "xlsx":
        path = write(tmp_path / "report.xlsx", [list[object](row) for row in table])
    else:
        text = [_written(row) for row in table]
        if kind == "narrow csv" and SUMS[sums]:
            text[-1] = text[-1].rstrip(",")
        path = tmp_path / "report.csv"
        path.write_text("\r\n".join(text) + "\r\n", newline="")
    sheet = open_sheet(path)
    found = rows(sheet)
    first = len(ABOVE[above]) + 2
    assert list(sheet.headers) == HEADER
    assert list(found.values())[:4] == RECORDS
    assert list(found)[:4] == list(range(first, first + 4))
    notes = [list(each.cells) for each in sheet.reading.left_out]
    beyond = [*list(found.values())[4:], *notes]  # what adds up is told from a record once its columns are known
    assert [[cell for cell in cells if cell] for cells in beyond] == [[c for c in SUMS[sums] if c]] * bool(SUMS[sums])


def _written(cells: list[str]) -> str:
    if cells in ([" "], ["sep=,"]):
        return '" "' if cells == [" "] else cells[0]
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue()
