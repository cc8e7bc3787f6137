"""Control totals on the pages: said at Map, told at Commit and Reconcile, and accepted for a reason."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import Show
from tests.pages.test_map import button, confirm, keep
from workbench import Workbench
from workbench.model.batch import Batch
from workbench.model.sheet import Sheet

Sheets = Callable[..., Sheet]
Worked = Callable[[Batch], Batch]

STOCK = """\
Warehouse,SKU,Supplier,Units,COGS
Baltimore,FRA1023,Verte,144,1200.50
Warrenton,FRA1023,Verte,12,100.00
"""


@pytest.fixture
def held(wb: Workbench, sheet: Sheets) -> Batch:
    """A file whose last line says more than its rows have."""
    wb.import_sheet(sheet("sku,name\nFRA1023,Chablis\n"), "commerce.skus")
    return wb.import_sheet(sheet(f"{STOCK}Total,,,156,1400.50\n", "stock.csv"), "commerce.inventory")


def told(page: AppTest) -> dict[str, tuple[str, str, str]]:
    """Total -> what was said, what is in the file, and the difference."""
    shown = next(each.value for each in page.dataframe if "Total" in each.value)
    return {row["Total"]: (row["Said"], row["In the file"], row["Difference"]) for _, row in shown.iterrows()}


def test_a_total_that_differs_is_let_go_on_once_somebody_says_why(show: Show, held: Batch, worked: Worked) -> None:
    page = show("commit", batch=held.id)
    assert not page.exception
    assert told(page) == {
        "Units": ("156", "156", "0"),
        "COGS": ("1,400.50", "1,300.50", "-100.00"),
        "SKUs": ("", "1", ""),
    }
    sentence = "COGS: the file's own line 4 says 1,400.50, the rows have 1,300.50: 100.00 less."
    assert any(sentence in text.value.replace("\\", "") for text in page.markdown)
    assert sum(sentence in text.value.replace("\\", "") for text in page.markdown) == 2  # it waits, and is no decision
    assert not any("Nothing:" in text.value for text in page.markdown)
    page.checkbox[0].check().run()
    assert "Hold it" in {button.label for button in page.button}
    next(box for box in page.text_input if box.label == "Why the total may be another").set_value("Rounded.").run()
    button(page, "Commit 2 rows").click().run()
    assert worked(held).stage == "completed"
    page = show("reconcile", batch=held.id)
    assert not page.exception
    assert any("ana accepted it:** Rounded." in info.value.replace("\\", "") for info in page.info)
    assert any("As it was said: Units; proven by the database." in caption.value for caption in page.caption)
    [signs] = [each.value.replace("\\", "") for each in page.markdown if "ana signs:" in each.value]
    assert f"{sentence} ana accepted it." in signs


def test_whoever_comes_second_is_told_that_another_has_committed_it_and_that_the_reason_given_is_in_no_log(
    show: Show, open_wb: Callable[..., Workbench], held: Batch
) -> None:
    page = show("commit", batch=held.id)
    page.checkbox[0].check().run()
    next(box for box in page.text_input if box.label == "Why the total may be another").set_value("Asked Lea.").run()
    open_wb(user="zoe").commit(held, accept=["total.cogs"], reason="Rounded.")
    button(page, "Commit 2 rows").click().run()
    assert not page.exception
    (warned,) = [each.value.replace("\\", "") for each in page.warning]
    assert warned.startswith("zoe had committed it already, ")
    assert warned.endswith(': what you asked for wrote nothing. Your reason is in no log: "Asked Lea.".')
    assert "Add it to the log's notes" in {link.label for link in page.page_link}
    page.run()
    assert not page.warning, "it is told once"


def test_whoever_has_committed_an_import_is_told_of_nobody_else(show: Show, held: Batch, worked: Worked) -> None:
    page = show("commit", batch=held.id)
    page.checkbox[0].check().run()
    next(box for box in page.text_input if box.label == "Why the total may be another").set_value("Rounded.").run()
    button(page, "Commit 2 rows").click().run()
    assert worked(held).stage == "completed"
    page.run()
    assert any(each.value.startswith("Committed: ") for each in page.success) and not page.warning


def test_a_total_of_which_two_say_different_numbers_is_not_as_it_was_said(
    show: Show, wb: Workbench, sheet: Sheets
) -> None:
    wb.import_sheet(sheet("sku,name\nFRA1023,Chablis\n"), "commerce.skus")
    stock = sheet(f"{STOCK}Total,,,156,1300.50\n", "stock.csv")
    batch = wb.import_sheet(stock, "commerce.inventory", expected={"COGS": "1300.02", "Units": 156})
    assert batch.stage == "held"
    page = show("commit", batch=batch.id)
    assert any("As it was said: Units; counted again by" in caption.value for caption in page.caption)
    assert wb.commit(batch, accept=["total.cogs"], reason="Rounded.").stage == "completed"
    page = show("reconcile", batch=batch.id)
    assert any("As it was said: Units; proven by the database." in caption.value for caption in page.caption)


def test_what_a_file_has_to_come_to_is_said_at_map(show: Show, wb: Workbench, sheet: Sheets, worked: Worked) -> None:
    wb.import_sheet(sheet("sku,name\nFRA1023,Chablis\n"), "commerce.skus")
    page = show("map", upload=keep(wb, STOCK.encode()), dataset="commerce.inventory")
    assert [box.label for box in page.text_input if box.key and box.key.startswith("expect ")] == [
        *("Rows", "Units", "Unit quantity", "Cases", "Liters", "COGS", "SKUs")
    ]
    page.text_input(key="expect rows").set_value("2").run()
    page.text_input(key="expect COGS").set_value("1300.50").run()
    button(confirm(page), "Start the import").click().run()
    batch = worked(wb.batches.all(limit=1)[0])
    said = {total.name: total.expected for total in wb.totals(batch) if total.expected}
    assert {name: (one.origin, one.said_by, str(one.number)) for name, one in said.items()} == {
        "rows": ("person", "ana", "2"),
        "COGS": ("person", "ana", "1300.50"),
    }
    page = show("commit", batch=batch.id)
    assert any("As it was said: rows, COGS; counted again by" in caption.value for caption in page.caption)


def test_totals_say_that_they_are_those_of_the_commit_once_rows_have_come_in_since(
    show: Show, wb: Workbench, sheet: Sheets
) -> None:
    wb.import_sheet(sheet("sku,name\nOTHER,Other\n"), "commerce.skus")
    batch = wb.import_sheet(sheet(STOCK, "stock.csv"), "commerce.inventory", skip_errors=True)
    wb.import_sheet(sheet("sku,name\nFRA1023,Chablis\n"), "commerce.skus")
    wb.sweep(batch)
    page = show("reconcile", batch=batch.id)
    assert not page.exception
    since = "2 rows that did not go in then have been brought in since"
    said = f"These are the totals of the commit: {since}, by stock\\.csv of "
    assert any(caption.value.startswith(said) for caption in page.caption)
