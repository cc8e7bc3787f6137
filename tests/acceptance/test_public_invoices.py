"""Chinook's customers and invoices, as whoever has them would load them: file by file, as one archive, as one workbook,
and joined as one sales report."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from tests import commerce_book
from tests.acceptance.test_public_data import DATA, truth
from tests.imports import ask, fingerprint, messages, outcome
from workbench import Workbench, open_sheet
from workbench.model.batch import Batch
from workbench.model.sheet import Sheet
from workbench.playbooks import loads
from workbench.sources import open_sheets

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the folder of public files stands beside the checkout")

CHINOOK = DATA / "chinook"
FILES = ("Customer", "Employee", "Invoice", "InvoiceLine")
TOTALS = """
select (select count(*) from commerce.invoices), count(*), sum(l.amount), (select sum(total) from commerce.invoices)
from commerce.invoice_lines l
"""
Ways = Callable[[Path, dict[str, str]], list[Sheet]]


def texts() -> dict[str, str]:
    return {name: (CHINOOK / f"{name}.csv").read_text("utf-8") for name in FILES}


def one_by_one(folder: Path, texts: dict[str, str]) -> list[Sheet]:
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    return [open_sheet(folder / f"{name}.csv") for name in texts]


def archive(folder: Path, texts: dict[str, str]) -> list[Sheet]:
    return open_sheets(commerce_book.archive(folder / "chinook.zip", **texts))


def workbook(folder: Path, texts: dict[str, str]) -> list[Sheet]:
    return open_sheets(commerce_book.workbook(folder / "chinook.xlsx", **texts))


TOGETHER = pytest.mark.parametrize("way", [one_by_one, archive, workbook])


def imported(wb: Workbench, sheets: list[Sheet]) -> list[Batch]:
    left_out = {loads.called(sheet): "" for sheet in sheets if loads.called(sheet).startswith("Employee")}
    return wb.import_loads(loads.of_sheets(sheets, left_out), skip_errors=True)


def reconciled(url: str) -> tuple[object, ...]:
    known = truth("chinook")
    total = Decimal(str(known["line_sum"])).quantize(Decimal("0.01"))
    return known["invoices"], known["lines"], total, Decimal(str(known["invoice_total_sum"])).quantize(Decimal("0.01"))


@TOGETHER
def test_the_files_of_chinook_come_to_what_its_authors_say_and_again_change_nothing(
    wb: Workbench, url: str, tmp_path: Path, way: Ways
) -> None:
    sheets = way(tmp_path, texts())
    customers, invoices = imported(wb, sheets)
    assert (customers.dataset, outcome(customers)) == ("commerce.customers", (59, 0, 0, 0, 0))
    assert (invoices.dataset, outcome(invoices)) == ("commerce", (412 + 2240, 0, 0, 0, 0))
    assert ask(url, TOTALS) == [reconciled(url)]
    assert {
        total.name.rpartition(" ")[2]: str(total.difference) for total in wb.totals(invoices) if total.expected
    } == {
        "Total": "0.00",
        "Invoices": "0",
    }
    before = fingerprint(url)
    assert [outcome(run) for run in imported(wb, sheets)] == [(0, 0, 59, 0, 0), (0, 0, 412 + 2240, 0, 0)]
    assert fingerprint(url) == before


@TOGETHER
def test_a_wrong_line_of_chinook_holds_exactly_its_invoice(wb: Workbench, url: str, tmp_path: Path, way: Ways) -> None:
    wrong = texts()
    wrong["InvoiceLine"] = wrong["InvoiceLine"].replace("\n4,2,", "\nfour,2,")
    _, invoices = imported(wb, way(tmp_path, wrong))
    heads, lines = wb.batches.parts(invoices)
    assert (outcome(heads), outcome(lines)) == ((411, 0, 0, 1, 0), (2240 - 4, 0, 0, 3, 1))
    assert list(messages(wb, heads)) == [3]
    assert ask(url, "select count(*) from commerce.invoices where number = '2'") == [(0,)]


def test_the_files_of_chinook_each_by_itself_come_to_the_same(wb: Workbench, url: str) -> None:
    for _ in range(2):
        for name, dataset in (
            ("Customer", "commerce.customers"),
            ("Invoice", "commerce.invoice_headers"),
            ("InvoiceLine", "commerce.invoice_lines"),
        ):
            batch = wb.import_sheet(open_sheet(CHINOOK / f"{name}.csv"), dataset)
        assert ask(url, TOTALS) == [reconciled(url)]
    assert outcome(batch) == (0, 0, 2240, 0, 0)


def test_the_lines_of_chinook_joined_with_their_invoices_are_one_sales_report(
    wb: Workbench, sheet: Callable[..., Sheet], url: str
) -> None:
    wb.import_sheet(open_sheet(CHINOOK / "Customer.csv"), "commerce.customers")
    invoices, lines = (pd.read_csv(CHINOOK / name, dtype="str") for name in ("Invoice.csv", "InvoiceLine.csv"))
    text = lines.merge(invoices, on="InvoiceId").to_csv(index=False)
    batch = wb.import_sheet(sheet(text, "sales report.csv"), "commerce.invoices")
    assert outcome(batch) == (2240, 0, 0, 0, 0)
    assert ask(url, TOTALS) == [reconciled(url)]
    assert wb.figures(batch)["Invoices created"] == 412
    assert outcome(wb.import_sheet(sheet(text, "sales report.csv"), "commerce.invoices")) == (0, 0, 2240, 0, 0)
