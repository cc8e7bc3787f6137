"""Payments settle invoices: exactly, whatever comes first, and what is paid beyond an invoice is told."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from tests.imports import messages, outcome, records
from workbench import Workbench
from workbench.model.sheet import Sheet

pytestmark = pytest.mark.both_servers

PAYMENTS = "commerce.payments"
Given = Callable[..., Sheet]
Opened = Callable[..., Workbench]
INVOICES = """number,date,company,total
1,2026-01-01,Harbor,100.10
2,2026-01-01,Harbor,50
3,2026-01-01,Harbor,-20
4,2026-01-01,Harbor,5
"""


def invoice(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet("name\nHarbor\n", "companies.csv"), "commerce.companies")
    wb.import_sheet(sheet(INVOICES, "invoices.csv"), "commerce.invoice_headers")


@pytest.fixture
def invoiced(wb: Workbench, sheet: Given) -> None:
    invoice(wb, sheet)


def balances(url: str) -> list[tuple[object, ...]]:
    names = ("number", "total", "payments", "paid", "open", "state")
    return [
        tuple(str(each) if isinstance(each, Decimal) else each for each in row)
        for row in records(url, "commerce.invoice_balance", *names)
    ]


@pytest.mark.usefixtures("invoiced")
def test_what_is_paid_and_open_is_exact_and_a_refund_is_below_zero(wb: Workbench, sheet: Given, url: str) -> None:
    text = "Payment ID,Invoice,Amount\nP1,1,$33.37\nP2,1,66.73\nP3,2,60\nP4,2,(10.00)\nP5,3,-5\n"
    batch = wb.import_sheet(sheet(text), PAYMENTS)
    assert (outcome(batch), messages(wb, batch)) == ((5, 0, 0, 0, 0), {})
    assert balances(url) == [
        ("1", "100.10", 2, "100.10", "0.00", "paid"),
        ("2", "50.00", 2, "50.00", "0.00", "paid"),
        ("3", "-20.00", 1, "-5.00", "-15.00", "partly paid"),
        ("4", "5.00", 0, "0.00", "5.00", "open"),
    ]


@pytest.mark.usefixtures("invoiced")
def test_what_is_paid_beyond_an_invoice_is_told_with_what_was_paid_before(
    wb: Workbench, sheet: Given, url: str
) -> None:
    wb.import_sheet(sheet("payment id,invoice,amount\nP1,2,30\nP2,4,5\n"), PAYMENTS)
    batch = wb.import_sheet(sheet("payment id,invoice,amount\nP2,4,5.00\nP3,2,30\nP4,3,-20\nP5,3,-0.01\n"), PAYMENTS)
    assert outcome(batch) == (3, 0, 1, 0, 0)
    beyond = "More than the invoice comes to, "
    assert messages(wb, batch) == {
        3: beyond + "2: 60.00 of 50.00",
        4: beyond + "3: -20.01 of -20.00",
        5: beyond + "3: -20.01 of -20.00",
    }
    assert [row[5] for row in balances(url)] == ["open", "overpaid", "overpaid", "paid"]


def test_a_payment_waits_for_its_invoice(wb: Workbench, sheet: Given, url: str) -> None:
    """Whichever of the two files comes first."""
    batch = wb.import_sheet(sheet("payment id,invoice,amount\nP1,1,100.10\n"), PAYMENTS)
    assert (outcome(batch), messages(wb, batch)) == ((0, 0, 0, 1, 0), {2: "Invoice not found: '1'"})
    invoice(wb, sheet)
    assert balances(url)[0] == ("1", "100.10", 1, "100.10", "0.00", "paid")
    assert wb.reconcile(batch).done


@pytest.mark.usefixtures("invoiced")
def test_two_tenants_have_an_invoice_of_one_number_each(wb: Workbench, open_wb: Opened, sheet: Given, url: str) -> None:
    """Hazard 78: an upsert that overwrites the order of another tenant."""
    other = open_wb(tenant="other")
    invoice(other, sheet)
    wb.import_sheet(sheet("payment id,invoice,amount\nP1,2,30\n"), PAYMENTS)
    other.import_sheet(sheet("payment id,invoice,amount\nP1,2,50\n"), PAYMENTS)
    assert sorted(paid for number, _, _, paid, *_ in balances(url) if number == "2") == ["30.00", "50.00"]


@pytest.mark.usefixtures("invoiced")
def test_an_amount_that_is_none_is_no_zero(wb: Workbench, sheet: Given) -> None:
    batch = wb.import_sheet(sheet("payment id,invoice,amount\nP1,1,abc\nP2,1,\nP3,1,0\n"), PAYMENTS, skip_errors=True)
    assert outcome(batch) == (1, 0, 0, 0, 2)


@pytest.mark.usefixtures("invoiced")
def test_the_amounts_of_a_file_are_compared_with_what_was_said_of_them(wb: Workbench, sheet: Given) -> None:
    text = "payment id,invoice,amount\nP1,1,33.37\nP2,1,66.73\nP3,9,60\nTotal,,160.10\n"
    batch = wb.import_sheet(sheet(text), PAYMENTS, expected={"Payments": 3}, skip_errors=True)
    amount, payments = wb.totals(batch)
    assert (outcome(batch), amount.differs, payments.differs) == ((2, 0, 0, 1, 0), False, False)
    assert amount.addition == "160.10 = 100.10 in + 60.00 unmatched (line 4)"
