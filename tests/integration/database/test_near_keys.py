"""Keys that differ in case, blanks and hyphens alone are asked about before they become two records."""

from collections.abc import Callable

import pytest

from tests.imports import records
from workbench import Workbench
from workbench.model.sheet import Sheet

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]
HEAD = "Invoice number,Invoice date,Status,Customer,SKU,Item,Qty.,Unit price,Net price\n"
REST = "2026-01-15,Delivered,Blue Door,FRA1023,Chablis,1,10.00,10.00\n"


def test_keys_of_one_file_that_differ_in_case_alone_wait_for_a_person(wb: Workbench, sheet: Given, url: str) -> None:
    rows = "code,name\nA100,Welding\na100,Baking\nA-100,Nursing\nB1,Cooking\n1-11,One\n11-1,Two\n"
    batch = wb.import_sheet(sheet(rows), "elevate.courses")
    [hold] = batch.summary["held_for"]
    assert (batch.state, hold["code"], hold["rows"]) == ("held", "code.near", 2)
    assert hold["message"] == (
        "code: written nearly alike: 'a100' on line 3 and 'A100' on line 2; 'A-100' on line 4 and 'A100' on line 2"
    )
    wb.commit(batch, accept=["code.near"])
    assert len(records(url, "elevate.courses", "id")) == 6


def test_a_key_that_is_nearly_a_known_one_waits_and_the_same_file_again_does_not(
    wb: Workbench, sheet: Given, url: str
) -> None:
    wb.import_sheet(sheet("code,name\nA100,Welding\n"), "elevate.courses")
    batch = wb.import_sheet(sheet("code,name\nA100,Welding\na 100,Welding\n"), "elevate.courses")
    [hold] = batch.summary["held_for"]
    assert hold["message"] == "code: written nearly alike: 'a 100' on line 3 and 'A100', which is known"
    wb.commit(batch, accept=["code.near"])
    again = wb.import_sheet(sheet("code,name\na 100,Welding\nA100,Welding\n"), "elevate.courses")
    assert (again.state, again.skipped) == ("completed", 2)


def test_two_invoices_whose_numbers_differ_in_case_are_asked_about_with_the_lines_of_the_file(
    wb: Workbench, sheet: Given
) -> None:
    wb.import_sheet(sheet("name\nBlue Door\n", "companies.csv"), "commerce.companies")
    wb.import_sheet(sheet("sku,name\nFRA1023,Chablis\n", "skus.csv"), "commerce.skus")
    text = f"{HEAD}A100,{REST}A100,{REST}a100,{REST}"
    batch = wb.import_sheet(sheet(text), "commerce.invoices")
    [hold] = batch.summary["held_for"]
    assert (hold["code"], hold["dataset"]) == ("number.near", "commerce.invoice_headers")
    assert hold["message"].endswith("'a100' on line 4 and 'A100' on line 2")
