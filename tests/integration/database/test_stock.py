"""The stock export: batches of one SKU in a warehouse are added up, and nothing goes that nobody asked to."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from tests.imports import issues, outcome, outcomes, records
from workbench import Workbench
from workbench.model.sheet import Sheet

pytestmark = pytest.mark.both_servers

STOCK = "commerce.inventory"
Given = Callable[..., Sheet]
HEAD = "Warehouse,Batch,SKU,Cases,Items per case,Unit quantity,COGS\n"


@pytest.fixture(autouse=True)
def known(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet("sku,name\nFRA1023,Chablis\nITA2040,Barbera\n", "skus.csv"), "commerce.skus")


def stock(url: str) -> list[tuple[object, ...]]:
    return records(url, STOCK, "location", "units", "cases", "cost")


def test_the_batches_of_a_sku_in_a_warehouse_are_added_up_the_same_ones_too(
    wb: Workbench, sheet: Given, url: str
) -> None:
    rows = "Main,B1,FRA1023,12,12,144,$1 512.00\n".replace("$1 512.00", '"$1,512.00"')
    text = HEAD + rows + rows + "main,B2, fra1023 ,5,,0,\nStorage,B3,FRA1023,,,6,10.00\n"
    batch = wb.import_sheet(sheet(text), STOCK)
    assert outcomes(wb, batch) == [(2, "created"), (3, "skipped:duplicate"), (4, "skipped:duplicate"), (5, "created")]
    assert stock(url) == [
        ("main", Decimal("348"), Decimal("29"), Decimal("3024.00")),
        ("storage", Decimal("6"), None, Decimal("10.00")),
    ]
    units = next(total for total in wb.totals(batch) if total.counted.name == "Units").counted
    assert (units.found, units.went_in) == (Decimal("354"), Decimal("354"))
    assert outcome(wb.import_sheet(sheet(text), STOCK)) == (0, 0, 4, 0, 0)


def test_a_new_count_replaces_what_is_stored_and_is_not_added_to_it(wb: Workbench, sheet: Given, url: str) -> None:
    wb.import_sheet(sheet(HEAD + "Main,B1,FRA1023,,,100,\nMain,B2,FRA1023,,,50,\n"), STOCK)
    batch = wb.import_sheet(sheet(HEAD + "Main,B1,FRA1023,,,90,\nMain,B2,FRA1023,,,5,\n"), STOCK)
    assert outcome(batch) == (0, 1, 1, 0, 0)
    assert [units for _, units, *_ in stock(url)] == [Decimal("95")]
    wb.undo(batch)
    assert [units for _, units, *_ in stock(url)] == [Decimal("150")]


def test_stock_below_zero_is_kept_and_told(wb: Workbench, sheet: Given, url: str) -> None:
    """Hazard 42: clamped to 0."""
    batch = wb.import_sheet(sheet(HEAD + "Main,B1,FRA1023,-2.58,12,-44,\nMain,B1,ITA2040,,,-15,\n"), STOCK)
    assert [units for _, units, *_ in stock(url)] == [Decimal("-30.96"), Decimal("-15")]
    assert issues(wb, batch) == [(2, "units", "unusual"), (3, "units", "unusual")]


def test_an_unknown_sku_is_unmatched_and_a_money_that_cannot_be_read_is_invalid(
    wb: Workbench, sheet: Given, url: str
) -> None:
    """Hazards 23 and 41."""
    batch = wb.import_sheet(sheet(HEAD + "Main,B1,ZZZ9999,,,6,\nMain,B1,FRA1023,,,6,about ten\n"), STOCK)
    assert outcomes(wb, batch) == [(2, "unmatched:SKU"), (3, "invalid")]
    assert stock(url) == []


def test_what_a_file_does_not_name_stays_unless_that_is_asked_for_and_seen_before(
    wb: Workbench, sheet: Given, url: str
) -> None:
    """Hazards 51 and 85."""
    wb.import_sheet(sheet(HEAD + "Main,B1,FRA1023,,,6,\nMain,B1,ITA2040,,,7,\nStorage,B1,ITA2040,,,8,\n"), STOCK)
    one = HEAD + "MAIN,B1,FRA1023,,,6,\n"
    assert outcome(wb.import_sheet(sheet(one), STOCK)) == (0, 1, 0, 0, 0)  # the warehouse is spelled otherwise
    assert len(stock(url)) == 3
    planned = wb.plan(wb.stage(sheet(one), STOCK, mode="replace"))
    assert planned.removed == {"deleted": 1}
    wb.commit(planned.batch)
    assert [(where, units) for where, units, *_ in stock(url)] == [("main", Decimal("6")), ("storage", Decimal("8"))]
