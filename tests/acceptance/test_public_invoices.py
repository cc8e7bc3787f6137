"""Chinook's invoices, as whoever has them would load them: a sheet of invoices and one of lines, one run."""

from collections.abc import Callable
from decimal import Decimal

import pandas as pd
import pytest

from tests.acceptance.test_public_data import DATA, truth
from tests.imports import ask, outcome
from workbench import Workbench, open_sheet
from workbench.model.sheet import Sheet

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the folder of public files stands beside the checkout")

CHINOOK = DATA / "chinook"
TOTALS = """
select (select count(*) from commerce.invoices), count(*), sum(l.amount), (select sum(total) from commerce.invoices)
from commerce.invoice_lines l
"""


def customers(wb: Workbench, sheet: Callable[..., Sheet]) -> None:
    """Chinook's customers are people, some of a company: each is known by its id."""
    columns = ["CustomerId", "FirstName", "LastName"]
    known = pd.read_csv(CHINOOK / "Customer.csv", dtype="str")[columns]
    known["Name"] = known["FirstName"] + " " + known["LastName"]
    text = known[["CustomerId", "Name"]].to_csv(index=False)
    assert wb.import_sheet(sheet(text, "customers.csv"), "commerce.companies").created == truth("chinook")["customers"]


def reconciled(url: str) -> tuple[object, ...]:
    known = truth("chinook")
    total = Decimal(str(known["line_sum"])).quantize(Decimal("0.01"))
    return known["invoices"], known["lines"], total, Decimal(str(known["invoice_total_sum"])).quantize(Decimal("0.01"))


def test_the_invoices_and_lines_of_chinook_come_to_what_its_authors_say(
    wb: Workbench, sheet: Callable[..., Sheet], url: str
) -> None:
    customers(wb, sheet)
    sheets = [open_sheet(CHINOOK / name) for name in ("Invoice.csv", "InvoiceLine.csv")]
    batch = wb.import_sheet(sheets, "commerce")
    assert outcome(batch) == (412 + 2240, 0, 0, 0, 0)
    assert ask(url, TOTALS) == [reconciled(url)]
    again = wb.import_sheet(sheets, "commerce")
    assert outcome(again) == (0, 0, 412 + 2240, 0, 0)


def test_the_lines_of_chinook_joined_with_their_invoices_are_one_sales_report(
    wb: Workbench, sheet: Callable[..., Sheet], url: str
) -> None:
    customers(wb, sheet)
    invoices, lines = (pd.read_csv(CHINOOK / name, dtype="str") for name in ("Invoice.csv", "InvoiceLine.csv"))
    text = lines.merge(invoices, on="InvoiceId").to_csv(index=False)
    batch = wb.import_sheet(sheet(text, "sales report.csv"), "commerce.invoices")
    assert outcome(batch) == (2240, 0, 0, 0, 0)
    assert ask(url, TOTALS) == [reconciled(url)]
    assert wb.figures(batch)["Invoices created"] == 412
    assert outcome(wb.import_sheet(sheet(text, "sales report.csv"), "commerce.invoices")) == (0, 0, 2240, 0, 0)
