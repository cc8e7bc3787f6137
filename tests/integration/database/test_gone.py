"""Records that an import found there, and that the undo of another has taken away since."""

from collections.abc import Callable

import pytest

from tests.imports import outcome
from workbench import Workbench
from workbench.model.batch import Batch
from workbench.model.sheet import Sheet

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]
STUDENTS = "elevate.students"
SEPTEMBER = "full_name,email\nAda Moss,ada@example.org\nBo Lee,bo@example.org\nCy Dunn,cy@example.org\n"
OCTOBER = SEPTEMBER.replace("Cy Dunn,cy", "Di Park,di")
HEAD = "Invoice number,Invoice date,Status,Customer,SKU,Item,Qty.,Unit price,Net price\n"
REPORT = HEAD + "1001,2026-01-15,Delivered,Blue Door,FRA1023,Chablis,2,10.00,20.00\n"


def gone(wb: Workbench, batch: Batch) -> list[tuple[str, int]]:
    return [(each.undo.file_name, each.records) for each in wb.batches.lost(wb.batches.get(batch.id))]


def test_an_import_and_the_undo_tell_which_records_are_in_none_any_more_until_it_is_imported_again(
    wb: Workbench, sheet: Given
) -> None:
    september = wb.import_sheet(sheet(SEPTEMBER, "september.csv"), STUDENTS)
    october = wb.import_sheet(sheet(OCTOBER, "october.csv"), STUDENTS)
    assert (outcome(october), gone(wb, october)) == ((1, 0, 2, 0, 0), [])
    undo = wb.undo(september)
    assert gone(wb, october) == [("september.csv", 2)]
    assert wb.log(october).follow_ups_added == (
        "2 records of this file were there when it was imported, and are there no more: september.csv was taken back "
        "since. Import this file again to make them.",
    )
    assert wb.log(undo).follow_ups_added == (
        "Records that the undo removed were in later files, which made none for they were there: october.csv (2). They "
        "are in no record until those files are imported again.",
    )
    again = wb.import_sheet(sheet(OCTOBER, "october.csv"), STUDENTS)
    assert outcome(again) == (2, 0, 1, 0, 0)
    assert (gone(wb, october), gone(wb, again)) == ([], [])
    assert wb.log(october).follow_ups_added == ()


def test_nothing_is_gone_of_an_import_that_came_after_the_undo_or_was_undone_itself(
    wb: Workbench, sheet: Given
) -> None:
    september = wb.import_sheet(sheet(SEPTEMBER), STUDENTS)
    october = wb.import_sheet(sheet(OCTOBER), STUDENTS)
    wb.undo(september)
    assert gone(wb, wb.import_sheet(sheet(SEPTEMBER), STUDENTS)) == []
    wb.undo(october)
    assert gone(wb, october) == []


def test_of_a_run_of_several_parts_all_records_are_told_that_are_gone(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet("name\nBlue Door\n", "companies.csv"), "commerce.companies")
    wb.import_sheet(sheet("sku,name\nFRA1023,Chablis\n", "skus.csv"), "commerce.skus")
    first = wb.import_sheet(sheet(REPORT, "first.csv"), "commerce.invoices")
    later = wb.import_sheet(
        sheet(REPORT + REPORT[len(HEAD) :].replace("1001", "1002"), "later.csv"), "commerce.invoices"
    )
    wb.undo(first)
    assert gone(wb, later) == [("first.csv", 2)]
    wb.import_sheet(sheet(REPORT, "first.csv"), "commerce.invoices")
    assert gone(wb, later) == []
