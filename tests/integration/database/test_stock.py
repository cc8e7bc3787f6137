"""The stock export: batches of one SKU in a warehouse are added up, and nothing goes that nobody asked to."""

from collections.abc import Callable
from decimal import Decimal
from io import BytesIO

import pytest

from tests.imports import issues, messages, outcome, outcomes, records
from workbench import Workbench
from workbench.model.batch import Batch
from workbench.model.errors import SingleRows
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
    assert outcomes(wb, batch) == [(2, "created"), (3, "skipped:added_up"), (4, "skipped:added_up"), (5, "created")]
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


def test_batches_of_a_stock_go_in_together_or_not_at_all(wb: Workbench, sheet: Given, url: str) -> None:
    """A part of a stock that is written reads as all of it, and the rest, imported alone, would take its place."""
    rows = "Main,X1,FRA1023,10,12,120,$100.00\nMain,X2,FRA1023,{},12,60,$50.00\nMain,X1,ITA2040,1,12,12,$9.00\n"
    batch = wb.import_sheet(sheet(HEAD + rows.format("5 or 6")), STOCK, skip_errors=True)
    assert outcomes(wb, batch) == [(2, "unmatched:other line"), (3, "invalid"), (4, "created")]
    assert messages(wb, batch)[2] == "Waits with line 3"
    assert [units for _, units, *_ in stock(url)] == [Decimal("12")]
    assert wb.sweeps.resolvable(batch) == 0
    with BytesIO() as file:
        wb.rows.write(batch, file, "csv", outcome="invalid")
        returned = file.getvalue().decode("utf-8-sig")
    with pytest.raises(SingleRows, match="import the whole of it again: the rows of one stock are added up"):
        wb.import_sheet(sheet(returned.replace("5 or 6", "5")), STOCK)
    assert outcome(wb.import_sheet(sheet(HEAD + rows.format("5")), STOCK)) == (1, 0, 2, 0, 0)
    assert sorted(units for _, units, *_ in stock(url)) == [Decimal("12"), Decimal("180")]


def test_rows_of_an_unknown_sku_are_swept_in_together_and_never_without_one_that_is_invalid(
    wb: Workbench, sheet: Given, url: str
) -> None:
    rows = "Main,X1,NEW1,,,5,\nMain,X2,NEW1,,,6,\nMain,X1,NEW2,,,7,\nMain,X2,NEW2,,,seven,\n"
    batch = wb.import_sheet(sheet(HEAD + rows), STOCK, skip_errors=True)
    assert [what for _, what in outcomes(wb, batch)] == [
        "unmatched:SKU", "unmatched:SKU", "unmatched:other line", "invalid",
    ]  # fmt: skip
    wb.import_sheet(sheet("sku,name\nNEW1,New\nNEW2,Newer\n", "skus.csv"), "commerce.skus")
    assert [units for _, units, *_ in stock(url)] == [Decimal("11")]
    assert wb.sweeps.resolvable(batch) == 0


def test_a_stock_with_an_invalid_batch_is_not_deleted_and_is_whole_once_that_is_corrected(
    wb: Workbench, sheet: Given, url: str
) -> None:
    wb.import_sheet(sheet(HEAD + "Main,B1,FRA1023,,,6,\nMain,B1,ITA2040,,,7,\n"), STOCK)
    rows = "Main,B1,FRA1023,,,1,\nMain,B2,FRA1023,,,two,\n"
    planned = wb.plan(wb.stage(sheet(HEAD + rows), STOCK, mode="replace"))
    assert planned.removed == {"deleted": 1}
    assert outcomes(wb, planned.batch) == [(2, "unmatched:other line"), (3, "invalid")]
    again = wb.plan(wb.correct(planned.batch, {3: {"Unit quantity": "2"}}))
    assert outcomes(wb, again.batch) == [(2, "updated"), (3, "skipped:added_up")]


def test_a_warehouse_is_no_persons_name_and_holds_no_removal(wb: Workbench, sheet: Given, url: str) -> None:
    wb.import_sheet(sheet(HEAD + "Main,B1,FRA1023,,,6,\nStorage,B1,ITA2040,,,7,\n"), STOCK)
    known = "".join(f"S{number},Wine {number}\n" for number in range(30))
    wb.import_sheet(sheet("sku,name\n" + known, "more.csv"), "commerce.skus")
    rows = "".join(f"Main,B1,S{number},,,{number + 1},\n" for number in range(30))
    batch = wb.import_sheet(sheet(HEAD + rows), STOCK, mode="replace")
    assert (batch.stage, batch.removed) == ("completed", 1)


def held(batch: Batch) -> dict[str, str]:
    """The sentence of everything that a batch waits for, by its code."""
    return {each["code"]: each["message"] for each in batch.summary["held_for"]}


def test_a_row_of_an_unknown_sku_holds_the_removal_of_what_it_may_mean(wb: Workbench, sheet: Given, url: str) -> None:
    wb.import_sheet(sheet(HEAD + "Main,B1,FRA1023,,,6,\nMain,B1,ITA2040,,,18,\n"), STOCK)
    mistyped = HEAD + "Main,B1,FRA1023,,,6,\nMain,B1,ITA2O40,,,18,\n"
    batch = wb.import_sheet(sheet(mistyped), STOCK, mode="replace")
    assert (batch.stage, len(stock(url))) == ("held", 2)
    assert held(batch) == {
        "unread": "Line 3 names no stock that Workbench knows (ITA2O40): it may be the stock that would be deleted: "
        "ITA2040. Correct the line, or let the removal go on."
    }
    corrected = wb.plan(wb.correct(batch, {3: {"SKU": "ITA2040"}}))
    assert (held(corrected.batch), corrected.removed) == ({}, {})
    again = wb.import_sheet(sheet(mistyped), STOCK, mode="replace")
    assert wb.commit(again, accept=["unread"]).removed == 1


def test_of_a_file_of_which_no_row_goes_in_nothing_is_deleted_unasked(wb: Workbench, sheet: Given, url: str) -> None:
    """Its SKU column has the numbers of the items."""
    wb.import_sheet(sheet(HEAD + "Main,B1,FRA1023,,,6,\nMain,B1,ITA2040,,,18,\n"), STOCK)
    batch = wb.import_sheet(sheet(HEAD + "Main,B1,501,,,6,\nMain,B1,503,,,18,\n"), STOCK, mode="replace")
    assert (batch.stage, len(stock(url))) == ("held", 2)
    assert held(batch)["unread"].startswith("Lines 2, 3 name no stock that Workbench knows (501, 503): each may be one")


def test_nothing_is_deleted_unasked_where_all_rows_wait_that_name_known_stock(
    wb: Workbench, sheet: Given, url: str
) -> None:
    wb.import_sheet(sheet(HEAD + "Main,B1,FRA1023,,,6,\nMain,B1,ITA2040,,,18,\n"), STOCK)
    rows = "Main,B1,FRA1023,,,5,\nMain,B2,FRA1023,,,six,\n"
    batch = wb.import_sheet(sheet(HEAD + rows), STOCK, mode="replace", skip_errors=True)
    assert (batch.stage, len(stock(url))) == ("held", 2)
    assert held(batch) == {"nothing_in": "No row of the file goes in, and 1 stock would be deleted: ITA2040."}


def test_what_is_deleted_is_called_as_a_row_would_call_it(wb: Workbench, sheet: Given, url: str) -> None:
    wb.import_sheet(sheet(HEAD + "Main,B1,FRA1023,,,6,\nMain,B1,ITA2040,,,7,\n"), STOCK)
    planned = wb.plan(wb.stage(sheet(HEAD + "Main,B1,FRA1023,,,6,\n"), STOCK, mode="replace"))
    (gone,) = wb.rows.removals(planned.batch)
    assert (gone["called"]["sku"], gone["before"]["location"]) == ("ITA2040", "main")
    wb.commit(planned.batch)
    assert wb.rows.removals(planned.batch) == [gone]
