"""What an import has said of a record that several of its rows made together: no later file takes it for an edit."""

from collections.abc import Callable
from itertools import count

import psycopg
import pytest

from tests.imports import ask, messages, outcome, outcomes, records
from workbench import Workbench
from workbench.model.batch import Batch
from workbench.model.sheet import Sheet

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]
CUSTOMERS = "commerce.customers"
NUMBERS = count(1)
HEAD = "Company,First name,Last name,Email,Salesperson\n"
TWO = HEAD + "Acme,Ann,Ash,ann@a.example,\nAcme,Bob,Bell,bob@a.example,Rosa Lind\n"


@pytest.fixture(autouse=True)
def known(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet("name\nHarbor Bar\n", "companies.csv"), "commerce.companies")
    wb.import_sheet(sheet("sku,name\nF1,Chablis\nF2,Barbera\n", "skus.csv"), "commerce.skus")


def imported(wb: Workbench, sheet: Given, text: str, dataset: str = CUSTOMERS, **options: object) -> Batch:
    return wb.import_sheet(sheet(text, f"{next(NUMBERS)}.csv"), dataset, **options)


def both(salesperson: str) -> str:
    """The file in which both rows of the company name that salesperson."""
    return TWO.replace("example,\n", f"example,{salesperson}\n").replace("Rosa Lind", salesperson)


def salesperson(url: str) -> object:
    return ask(url, "select salesperson from commerce.companies where key = 'acme'")[0][0]


def edit(url: str, to: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        assert connection.execute("update commerce.companies set salesperson = %s where key = 'acme'", (to,)).rowcount


@pytest.mark.parametrize(
    ("dataset", "rows", "table", "column"),
    [
        (CUSTOMERS, TWO, "commerce.companies", "salesperson"),
        (
            CUSTOMERS,
            "Company,First name,Last name,Email,Phone\n"
            "Harbor Bar,Ida,Moss,ida@h.example,\nHARBOR BAR,Ida,Moss,ida@h.example,Rosa Lind\n",
            "commerce.contacts",
            "phone",
        ),
        (
            "commerce.inventory",
            "Warehouse,Batch,SKU,Unit quantity,Shelf\nMain,B1,F1,4,\nMain,B2,F1,5,Rosa Lind\n",
            "commerce.inventory",
            "shelf",
        ),
        (
            "commerce.invoices",
            "Invoice number,Invoice date,Status,Customer,SKU,Qty.,Unit price,Net price,Salesperson\n"
            "1,2026-01-15,Delivered,Harbor Bar,F1,2,10.00,20.00,\n"
            "1,2026-01-15,Delivered,Harbor Bar,F2,1,12.50,12.50,Rosa Lind\n",
            "commerce.invoices",
            "salesperson",
        ),
        (
            "polaris.events",
            "session_id,title,start,status,host\n1,Mills,2026-03-02,Draft,\n1,Mills,2026-03-02,Confirmed,Rosa Lind\n",
            "polaris.events",
            "host",
        ),
    ],
)
def test_a_later_row_s_value_of_a_record_is_what_the_import_said(
    wb: Workbench, sheet: Given, url: str, dataset: str, rows: str, table: str, column: str
) -> None:
    imported(wb, sheet, rows, dataset)
    assert ("Rosa Lind",) in records(url, table, column)
    later = imported(wb, sheet, rows.replace("Rosa Lind", "Theo Grant"), dataset)
    assert (later.updated, later.summary["kept"]) == (1, 0)
    assert ("Theo Grant",) in records(url, table, column)
    third = imported(wb, sheet, rows.replace("Rosa Lind", "Nia Poe"), dataset)  # what changed a record said so, too
    assert (third.updated, third.summary["kept"]) == (1, 0)


def test_what_somebody_did_edit_of_such_a_record_is_kept_and_told(wb: Workbench, sheet: Given, url: str) -> None:
    imported(wb, sheet, TWO)
    edit(url, "Nia Poe")
    later = imported(wb, sheet, both("Theo Grant"))
    assert (outcomes(wb, later), salesperson(url)) == ([(2, "skipped:kept"), (3, "skipped:unchanged")], "Nia Poe")
    assert ", which said Rosa Lind; the file now says Theo Grant" in messages(wb, later)[2]
    third = imported(wb, sheet, both("Theo Grant"))  # a kept row is the last word of the file
    assert "; the file still says Theo Grant" in messages(wb, third)[2]


def test_rows_that_leave_a_record_as_it_is_confirm_together_what_it_says(wb: Workbench, sheet: Given, url: str) -> None:
    imported(wb, sheet, TWO)
    edit(url, "Nia Poe")
    assert outcome(imported(wb, sheet, TWO.replace("Rosa Lind", "Nia Poe"))) == (0, 0, 2, 0, 0)
    later = imported(wb, sheet, both("Theo Grant"))
    assert (later.updated, salesperson(url)) == (1, "Theo Grant")


def test_rows_that_were_kept_have_said_together_what_the_file_says_since(wb: Workbench, sheet: Given, url: str) -> None:
    imported(wb, sheet, TWO)
    edit(url, "Nia Poe")
    assert "skipped:kept" in dict(outcomes(wb, imported(wb, sheet, TWO.replace("Rosa Lind", "Theo Grant")))).values()
    edit(url, "Theo Grant")
    later = imported(wb, sheet, both("Kai Orr"))
    assert (later.updated, salesperson(url)) == (1, "Kai Orr")


def test_a_row_that_was_corrected_says_with_the_others_what_it_says_now(wb: Workbench, sheet: Given, url: str) -> None:
    held = imported(wb, sheet, TWO, dry_run=True)
    wb.correct(held, {3: {"Salesperson": "Nia Poe"}})
    wb.commit(wb.plan(held).batch)
    assert salesperson(url) == "Nia Poe"
    later = imported(wb, sheet, both("Theo Grant"))
    assert (later.updated, salesperson(url)) == (1, "Theo Grant")


def test_what_was_undone_has_not_been_said_together_either(wb: Workbench, sheet: Given, url: str) -> None:
    imported(wb, sheet, TWO)
    wb.undo(imported(wb, sheet, TWO.replace("Rosa Lind", "Nia Poe")))
    assert salesperson(url) == "Rosa Lind"
    edit(url, "Nia Poe")
    later = imported(wb, sheet, both("Theo Grant"))
    assert ", which said Rosa Lind; the file now says Theo Grant" in messages(wb, later)[2]


@pytest.mark.parametrize("line", [2, 3])
def test_the_line_that_somebody_chose_is_what_the_import_said(wb: Workbench, sheet: Given, url: str, line: int) -> None:
    text = "session_id,title,start,host\n1,Mills,2026-03-02,Rosa Lind\n1,Mill,2026-03-02,\n"
    held = imported(wb, sheet, text, "polaris.events", dry_run=True)
    wb.decisions.prefer(held, [line])
    wb.commit(wb.plan(held).batch)
    assert records(url, "polaris.events", "title", "host") == [("Mills" if line == 2 else "Mill", "Rosa Lind")]
    later = imported(wb, sheet, "session_id,title,start,host\n1,Forge,2026-03-02,Theo Grant\n", "polaris.events")
    assert (later.updated, later.summary["kept"]) == (1, 0)
    assert records(url, "polaris.events", "title", "host") == [("Forge", "Theo Grant")]


def test_rows_that_waited_and_are_swept_in_say_together_what_they_say(wb: Workbench, sheet: Given, url: str) -> None:
    text = "Warehouse,Batch,SKU,Unit quantity,Shelf\nMain,B1,F9,4,\nMain,B2,F9,5,A1\n"
    waiting = imported(wb, sheet, text, "commerce.inventory")
    imported(wb, sheet, "sku,name\nF9,Cava\n", "commerce.skus")
    wb.sweep(waiting)
    assert records(url, "commerce.inventory", "shelf") == [("A1",)]
    later = imported(wb, sheet, text.replace("A1", "B7"), "commerce.inventory")
    assert (later.updated, records(url, "commerce.inventory", "shelf")) == (1, [("B7",)])
