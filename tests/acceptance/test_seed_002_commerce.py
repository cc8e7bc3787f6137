"""The exports of a seller's system as they really come (seed 002): titles above, sums below, and nobody says which is
which."""

import zipfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.imports import issues, messages, outcome, outcomes, records
from tests.integration.doors.test_cli import Run, environment, run
from workbench import Workbench, open_sheet
from workbench.model.hold import Hold
from workbench.model.resources import samples
from workbench.model.sheet import Sheet

__all__ = ["environment", "run"]

COMMERCE = samples() / "commerce"
Given = Callable[..., Sheet]


@pytest.fixture
def imported(wb: Workbench) -> Workbench:
    """The samples of items and customers, imported."""
    for name in ("items", "customers"):
        wb.import_sheet(open_sheet(COMMERCE / f"{name}.csv"), f"commerce.{name}")
    return wb


def test_each_sample_is_recognised_imported_without_a_word_and_changes_nothing_again(run: Run) -> None:
    known = {
        "customers.csv": ("playbook", "commerce.customers", (7, 0, 0)),
        "contacts.csv": ("dataset", "commerce.contacts", (1, 0, 0)),
        "items.csv": ("playbook", "commerce.items", (3, 0, 0)),
        "inventory.csv": ("dataset", "commerce.inventory", (3, 1, 0)),
        "price_list.csv": ("playbook", "commerce.price_list", (2, 0, 0)),
    }
    for name, (what, of, counts) in known.items():
        found = run("import", COMMERCE / name, "--json").json
        assert (found[what], found["status"]) == (of, "completed"), name
        assert (found["created"], found["unmatched"], found["invalid"]) == counts, name
    for name in known:
        again = run("import", COMMERCE / name, "--json").json
        assert (again["created"], again["updated"]) == (0, 0), name


def test_customers_have_their_contacts_their_territory_and_their_class(imported: Workbench, url: str) -> None:
    assert records(url, "commerce.companies", "name", "territory") == [
        ("Blue Door Bistro", "VA"),
        ("Copper Kettle Inn", "Unknown"),
        ("Green Bottle Market", "DC"),
        ("Harbor Wine Bar", "MD"),
    ]
    assert [name for _, name in records(url, "commerce.contacts", "contact", "name")] == [
        "Ada Noor",
        "Ida Moss",
        "Lena Ortiz",
        "Noel Park",
        "Omar Reed",
        "Sam Okoro",
    ]
    assert imported.records.classes("commerce.companies", on=date(2026, 6, 30)) == {
        "Active": 1,
        "Target": 1,
        "Prospect": 2,
        "Hold": 0,
    }


def test_what_is_odd_about_customers_is_told_and_their_sums_are_the_file_s_own(imported: Workbench) -> None:
    batch = imported.batches.all("commerce.customers")[0]
    told = messages(imported, batch)
    assert (
        "Line 5 says 12 Pier Street and line 7 says 14 Pier Street of the same customer: 12 Pier Street counts"
        in told[7]
    )
    assert "'not an address' is no e-mail address, and is left out" in told[9]
    assert {line for line, _, code in issues(imported, batch) if code == "no_salesperson"} == {
        9
    }  # once of Copper Kettle Inn
    said = {total.name: (total.counted.found, total.differs) for total in imported.totals(batch)}
    assert said["Balance"] == (Decimal("3923.75"), False)
    assert said["12-month sales"] == (Decimal("58280.75"), False)


def test_a_sum_that_is_not_the_file_s_own_holds_the_import(wb: Workbench, sheet: Given) -> None:
    """Hazard 44."""
    text = (COMMERCE / "customers.csv").read_text("utf-8").replace('"$3,923.75"', '"$3,923.76"')
    planned = wb.plan(wb.stage(sheet(text), "commerce.customers")).batch
    assert [hold.code for hold in Hold.all_of(planned.summary)] == ["total.balance"]


def test_barcodes_that_a_spreadsheet_rounded_are_nowhere(imported: Workbench, url: str) -> None:
    """Hazard 40."""
    found = records(url, "commerce.skus", "code", "barcode_bottle", "barcode_bottle_note", "barcode_case")
    assert found == [
        ("FRA1023", "850012345017", "On Bottle", None),
        ("ITA2040", None, None, None),
        ("SPA3011", "850012345024", None, None),
    ]


def test_batches_are_added_up_and_an_unknown_sku_waits(imported: Workbench, url: str) -> None:
    batch = imported.import_sheet(open_sheet(COMMERCE / "inventory.csv"), "commerce.inventory")
    assert outcomes(imported, batch) == [
        (5, "created"),
        (6, "skipped:added_up"),
        (7, "created"),
        (8, "created"),
        (9, "unmatched:SKU"),
    ]
    assert records(url, "commerce.inventory", "location", "units") == [
        ("baltimore", Decimal("288")),
        ("storage", Decimal("-30.96")),
        ("warrenton", Decimal("60")),
    ]
    assert not any(total.differs for total in imported.totals(batch))


def test_prices_are_in_their_lists_and_an_item_without_any_is_told(imported: Workbench, url: str) -> None:
    batch = imported.import_sheet(open_sheet(COMMERCE / "price_list.csv"), "commerce.price_list")
    assert records(url, "commerce.prices", "price_list", "price") == [
        ("BTG- On Premise Only", Decimal("10.25")),
        ("Discount WCB", Decimal("12.95")),
        ("Frontline WCB", Decimal("11.00")),
        ("Frontline WCB", Decimal("14.50")),
    ]
    assert (4, "sku", "no_price") in issues(imported, batch)
    assert outcome(batch) == (2, 0, 1, 0, 0)


def test_an_archive_of_files_of_one_kind_is_one_import_each(run: Run, imported: Workbench, tmp_path: Path) -> None:
    """Seed 002: zipped batches."""
    lines = (COMMERCE / "inventory.csv").read_text("utf-8").splitlines(keepends=True)
    with zipfile.ZipFile(tmp_path / "june.zip", "w") as packed:
        packed.writestr("june/baltimore.csv", "".join((*lines[:4], *lines[4:6])))
        packed.writestr("june/warrenton.csv", "".join((*lines[:4], lines[6])))
        packed.writestr("june/read me.md", "nothing to import")
    found = run("import", tmp_path / "june.zip", "--json").json["imports"]
    assert [(one["dataset"], one["created"], one["skipped"]) for one in found] == [
        ("commerce.inventory", 1, 1),
        ("commerce.inventory", 1, 0),
    ]
    named = run("import", tmp_path / "june.zip", "-d", "commerce.inventory", "--json").json["imports"]
    assert [(one["created"], one["skipped"]) for one in named] == [(0, 2), (0, 1)]
    assert [batch.file_name for batch in imported.batches.all("commerce.inventory")][:2] == [
        "warrenton.csv",
        "baltimore.csv",
    ]
