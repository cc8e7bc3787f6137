"""Checks list the records that do not agree with each other, of one tenant."""

from collections.abc import Callable
from pathlib import Path

import pytest

from workbench import Workbench
from workbench.database.checks import CHECKS
from workbench.model.errors import UnknownCheck
from workbench.model.sheet import Sheet

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]
Opened = Callable[..., Workbench]


@pytest.fixture
def sold(wb: Workbench, sheet: Given) -> None:
    companies = "external id,name,billing email,salesperson\n1,Harbor,a@x.example,Rosa\n2,Blue,A@x.example,\n3,=Red,,\n"
    wb.import_sheet(sheet(companies, "companies.csv"), "commerce.companies")
    wb.import_sheet(sheet("sku,name\nFRA1,Chablis\nITA1,Barbera\n", "skus.csv"), "commerce.skus")
    wb.import_sheet(sheet("sku,warehouse,units\nFRA1,Main,-3\n", "stock.csv"), "commerce.inventory")


def names(wb: Workbench, check: str, column: str) -> list[object]:
    return [row[column] for row in wb.checks.rows(check)]


@pytest.mark.usefixtures("sold")
def test_each_check_has_its_list(wb: Workbench) -> None:
    assert names(wb, "customers-without-sales-rep", "customer") == ["=Red", "Blue"]
    assert names(wb, "customers-missing-email", "customer") == ["=Red"]
    assert names(wb, "missing-inventory-locations", "sku") == ["FRA1"]
    assert names(wb, "stock-below-zero", "units") == [-3]


@pytest.mark.usefixtures("sold")
def test_blank_addresses_are_nobody_in_common(wb: Workbench) -> None:
    assert names(wb, "duplicate-customers", "customer") == ["Blue", "Harbor"]


@pytest.mark.usefixtures("sold")
def test_stock_that_nobody_has_told_is_unknown_and_not_sold_out(wb: Workbench) -> None:
    """310 SKUs without a stock row were shown as sold out."""
    assert names(wb, "unknown-stock", "sku") == ["ITA1"]


@pytest.mark.usefixtures("sold")
def test_a_score_is_by_the_share_of_what_is_found(wb: Workbench) -> None:
    scores = {each.check.name: each.score for each in wb.checks.all()}
    assert scores["stock-below-zero"] == 50.0
    assert scores["customers-without-sales-rep"] == 66.7
    assert scores["payments-beyond-invoice"] == 100.0


@pytest.mark.usefixtures("sold")
def test_no_check_sees_another_tenant(open_wb: Opened) -> None:
    other = open_wb(tenant="other")
    assert [each.records for each in other.checks.all()] == [0] * len(CHECKS)


@pytest.mark.usefixtures("sold")
def test_a_list_is_written_so_that_no_spreadsheet_runs_it(wb: Workbench, tmp_path: Path) -> None:
    assert wb.checks.save("customers-missing-email", tmp_path / "list.csv") == 1
    assert (tmp_path / "list.csv").read_text("utf-8") == "id,customer\n3,'=Red\n"


def test_an_unknown_check_is_refused_with_the_known_ones(wb: Workbench) -> None:
    with pytest.raises(UnknownCheck, match=r"no check called nothing\. Those that there are: payments-beyond-invoice"):
        wb.checks.rows("nothing")
