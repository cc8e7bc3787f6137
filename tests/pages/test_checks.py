"""The page Checks: what each comes to, and the list of one."""

from collections.abc import Callable

from tests.pages.conftest import Show
from tests.pages.grids import grid
from workbench import Workbench
from workbench.model.sheet import Sheet

Sheets = Callable[..., Sheet]


def test_it_says_when_there_is_nothing_to_check(show: Show) -> None:
    page = show("checks")
    assert not page.exception
    assert any("Nothing to check yet." in each.value for each in page.markdown)


def test_the_list_of_a_check_is_shown_and_can_be_downloaded(show: Show, wb: Workbench, sheet: Sheets) -> None:
    wb.import_sheet(sheet("name\nHarbor\n", "companies.csv"), "commerce.companies")
    invoices = "number,date,company,total\n1,2026-01-01,Harbor,10\n2,2026-01-01,Harbor,20\n"
    wb.import_sheet(sheet(invoices, "invoices.csv"), "commerce.invoice_headers")
    wb.import_sheet(sheet("payment id,invoice,amount\nP1,1,6\nP2,1,5\nP3,2,20\n"), "commerce.payments")
    page = show("checks", check="payments-beyond-invoice")
    assert not page.exception
    assert grid(page, "checks").shown.to_numpy().tolist()[0] == [
        *("1", "Invoices whose payments come to more than their total", "2", "high", "75", "payments-beyond-invoice"),
    ]
    assert any("50 where every record is" in each.value for each in page.caption)
    assert grid(page, "payments-beyond-invoice").shown.to_numpy().tolist() == [["1", "10.00", "11.00", "-1.00", "2"]]
    assert page.get("download_button")
    assert [each.value for each in show("checks", check="duplicate-customers").success] == ["None of 1 record."]
