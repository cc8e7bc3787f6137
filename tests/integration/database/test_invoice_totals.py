"""The sums of a report of invoices: what its last line says, whichever file it came as."""

import csv
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from workbench import Workbench, open_sheet
from workbench.model.sheet import Sheet

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]

HEADER = "Invoice number,Invoice date,Customer,SKU,Item,Qty.,Unit price,Net price,Special instrcutions"
ABOVE = 'sep=,\nSales report 2025-01\n" "\n'
LINES = """\
10001,2025-01-02,Cafe Uno,FRA1023,Chablis,12,$10.00,$120.00,
10001,2025-01-02,Cafe Uno,ITA2040,Barbera,6,8.50,51.00,"ring, twice"
10002,2025-01-03,Cafe Uno,ITA2040,Barbera,-1,20.00,-20.00,
"""
SUMS = ",,,,,17,,151.00,\n"


@pytest.fixture(autouse=True)
def known(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet("sku,name\nFRA1023,Chablis\nITA2040,Barbera\n"), "commerce.skus")
    wb.import_sheet(sheet("company\nCafe Uno\n"), "commerce.companies")


def as_workbook(text: str, path: Path) -> Path:
    book = openpyxl.Workbook()
    worksheet = book.worksheets[0]
    for line in text.splitlines():
        cells = ["sep=,"] if line == "sep=," else next(csv.reader([line]), [])
        worksheet.append(cells)
    book.save(path)
    return path


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_report_comes_to_what_its_last_line_says(wb: Workbench, tmp_path: Path, kind: str) -> None:
    text = f"{ABOVE}{HEADER}\n{LINES}{SUMS}"
    path = tmp_path / "report.csv"
    path.write_text(text)
    if kind == "xlsx":
        path = as_workbook(text, tmp_path / "report.xlsx")
    run = wb.import_sheet(open_sheet(path), "commerce.invoices", expected={"Invoices": 2, "rows": 3})
    assert (run.stage, run.processed, run.invalid, run.unmatched) == ("completed", 3, 0, 0)
    told = {each.name: (each.counted.found, each.counted.went_in, each.expected) for each in wb.totals(run)}
    assert {name: (found, went_in) for name, (found, went_in, _) in told.items()} == {
        "rows": (3, 3),
        "Net price": (Decimal("151.00"), Decimal("151.00")),
        "Quantity": (17, 17),
        "Invoices": (2, 2),
    }
    assert [said.line for _, _, said in told.values() if said and said.origin == "file"] == [8, 8]
    assert run.totals == "totals proven"


def test_a_report_that_has_lost_a_line_is_held(wb: Workbench, sheet: Given) -> None:
    lost = LINES.replace("10002,2025-01-03,Cafe Uno,ITA2040,Barbera,-1,20.00,-20.00,\n", "")
    run = wb.import_sheet(sheet(f"{ABOVE}{HEADER}\n{lost}{SUMS}"), "commerce.invoices")
    assert run.stage == "held"
    assert {each.name: str(each.difference) for each in wb.totals(run) if each.differs} == {
        "Net price": "20.00",
        "Quantity": "1",
    }


def test_invoices_that_wait_are_what_did_not_go_in(wb: Workbench, sheet: Given) -> None:
    more = LINES + "10003,2025-01-04,Nobody,FRA1023,Chablis,3,10.00,30.00,\n"
    run = wb.import_sheet(sheet(f"{ABOVE}{HEADER}\n{more},,,,,20,,181.00,\n"), "commerce.invoices")
    net, invoices = (next(each for each in wb.totals(run) if each.name == name) for name in ("Net price", "Invoices"))
    assert (net.counted.found, net.counted.went_in, net.counted.others) == (181, 151, {"unmatched": 30})
    assert (invoices.counted.found, invoices.counted.went_in) == (3, 2)
    assert run.totals == "totals proven"
