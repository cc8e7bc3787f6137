"""Customers that get another salesperson: known ones alone, by id or by a name that is one's alone."""

from collections.abc import Callable

import pytest

from tests.imports import fingerprint, messages, outcome, outcomes, records
from workbench import Workbench, open_sheet
from workbench.datasets import catalog
from workbench.derived.csv_template import csv_template
from workbench.model.resources import samples
from workbench.model.sheet import Sheet

pytestmark = pytest.mark.both_servers

LIST = "commerce.customer_reassignments"
Given = Callable[..., Sheet]
CUSTOMERS = """Customer ID,Name,Salesperson
C-1,Harbor Bar,Rosa Lind
C-2,Blue Door,Rosa Lind
,Copper Kettle,
C-8,Twin Oaks,Rosa Lind
C-9,Twin Oaks,Theo Grant
"""


@pytest.fixture
def known(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet(CUSTOMERS, "companies.csv"), "commerce.companies")


def reps(url: str) -> dict[object, object]:
    return dict(records(url, "commerce.companies", "key", "salesperson"))


@pytest.mark.usefixtures("known")
def test_customers_are_found_by_id_or_name_and_again_nothing_changes(wb: Workbench, sheet: Given, url: str) -> None:
    text = "customerId,newSalesperson,reason\nC-1,Theo Grant,North\nBLUE DOOR,Theo Grant,\ncopper kettle,Ada Noor,\n"
    batch = wb.import_sheet(sheet(text), LIST)
    assert (batch.mode, outcome(batch)) == ("update", (0, 3, 0, 0, 0))
    assert reps(url) | {} == {
        "C-1": "Theo Grant",
        "C-2": "Theo Grant",
        "copper kettle": "Ada Noor",
        "C-8": "Rosa Lind",
        "C-9": "Theo Grant",
    }
    assert wb.figures(batch) == {"Customers reassigned": 3, "Already so": 0, "Customers not found": 0}
    again = wb.import_sheet(sheet(text), LIST)
    assert outcome(again) == (0, 0, 3, 0, 0)
    wb.undo(batch)
    assert reps(url)["copper kettle"] is None


@pytest.mark.usefixtures("known")
def test_nobody_is_made_or_guessed(wb: Workbench, sheet: Given, url: str) -> None:
    before = fingerprint(url)
    text = (
        "Customer ID,Account Number,New Salesperson\n"
        "C-77,,Theo Grant\n"
        "Twin Oaks,,Theo Grant\n"
        "C-1,C-2,Theo Grant\n"
        "C-1,,\n"
        ",,Theo Grant\n"
    )
    batch = wb.import_sheet(sheet(text), LIST)
    assert outcomes(wb, batch) == [
        (2, "unmatched:customer"),
        (3, "invalid"),
        (4, "invalid"),
        (5, "invalid"),
        (6, "invalid"),
    ]
    assert messages(wb, batch) == {
        2: "Customer not found: 'C-77'",
        3: "'Twin Oaks': Several customers are called so: say the id of the one that is meant",
        4: "The customer and the account number are two customers'",
        5: "new_salesperson is required",
        6: "customer is required",
    }
    assert (batch.state, fingerprint(url)) == ("held", before)


@pytest.mark.usefixtures("known")
def test_the_salesperson_may_be_said_once_for_all_of_a_list(wb: Workbench, sheet: Given, url: str) -> None:
    batch = wb.import_sheet(sheet("accountNumber\nC-1\nC-2\n"), LIST, constants={"new_salesperson": "Ada Noor"})
    assert outcome(batch) == (0, 2, 0, 0, 0)
    assert {reps(url)[key] for key in ("C-1", "C-2")} == {"Ada Noor"}


def test_the_sample_and_the_template_import_over_the_sample_of_customers(wb: Workbench, sheet: Given) -> None:
    commerce = samples() / "commerce"
    wb.import_sheet(open_sheet(commerce / "customers.csv"), "commerce.customers")
    assert outcome(wb.import_sheet(open_sheet(commerce / "customer_reassignments.csv"), LIST)) == (0, 2, 0, 0, 0)
    template = sheet(csv_template(catalog.contract(LIST)))
    assert outcome(wb.import_sheet(template, LIST))[3:] == (0, 0)
