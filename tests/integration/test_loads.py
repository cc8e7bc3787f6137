"""Sheets of several playbooks, imported one after the other: each a run, the next once the one before is completed."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from tests import commerce_book
from tests.imports import fingerprint, outcome, outcomes, records
from workbench import Workbench
from workbench.model.errors import UnknownSheets
from workbench.playbooks import loads
from workbench.playbooks.loads import Loads
from workbench.sources import open_sheets

pytestmark = pytest.mark.both_servers

Pack = Callable[..., Path]
KINDS = pytest.mark.parametrize("pack", [commerce_book.workbook, commerce_book.archive], ids=["xlsx", "zip"])


def of(pack: Pack, folder: Path, **sheets: str) -> Loads:
    return loads.of_sheets(open_sheets(pack(folder / "all", **sheets)))


@KINDS
def test_a_wholesaler_s_file_is_three_runs_in_their_order_and_again_changes_nothing(
    wb: Workbench, tmp_path: Path, url: str, pack: Pack
) -> None:
    found = of(pack, tmp_path, **commerce_book.WHOLESALE)
    runs = wb.import_loads(found)
    assert [(run.dataset, run.stage, outcome(run)) for run in runs] == [
        ("commerce.customers", "completed", (3, 0, 0, 0, 0)),
        ("commerce.items", "completed", (2, 0, 0, 0, 0)),
        ("commerce.invoices", "completed", (3, 0, 0, 0, 0)),
    ]
    assert records(url, "commerce.invoices", "number", "total") == [
        ("1001", Decimal("32.50")),
        ("1002", Decimal("-10.00")),
    ]
    before = fingerprint(url)
    assert [outcome(run) for run in wb.import_loads(found)] == [(0, 0, n, 0, 0) for n in (3, 2, 3)]
    assert fingerprint(url) == before


def test_the_first_that_is_held_is_the_last_and_what_was_written_before_stays(
    wb: Workbench, tmp_path: Path, url: str
) -> None:
    wrong = commerce_book.ITEMS.replace("1,FRA1023", "1,")
    found = of(commerce_book.workbook, tmp_path, **{**commerce_book.WHOLESALE, "Items": wrong})
    runs = wb.import_loads(found)
    assert [(run.dataset, run.stage) for run in runs] == [
        ("commerce.customers", "completed"),
        ("commerce.items", "held"),
    ]
    assert len(records(url, "commerce.companies", "name")) == 2
    assert records(url, "commerce.invoices", "number") == []


def test_a_dry_run_plans_what_needs_nothing_of_another_and_writes_nothing(
    wb: Workbench, tmp_path: Path, url: str
) -> None:
    before = fingerprint(url)
    runs = wb.import_loads(of(commerce_book.workbook, tmp_path, **commerce_book.WHOLESALE), dry_run=True)
    assert [(run.dataset, run.stage, run.created) for run in runs] == [
        ("commerce.customers", "planned", 3),
        ("commerce.items", "planned", 2),
    ]
    assert fingerprint(url) == before


def test_nothing_is_begun_while_a_sheet_is_doubtful(wb: Workbench, tmp_path: Path) -> None:
    found = of(commerce_book.workbook, tmp_path, **commerce_book.WHOLESALE, Notes="width,height\n1,2\n")
    with pytest.raises(UnknownSheets, match="Notes"):
        wb.import_loads(found)
    assert wb.batches.all() == []


def test_what_is_said_of_a_total_is_compared_in_the_run_that_has_it(wb: Workbench, tmp_path: Path) -> None:
    found = of(commerce_book.workbook, tmp_path, **commerce_book.WHOLESALE)
    said = {"commerce.invoices.Net price": "22.51", "commerce.customers.rows": 3}
    assert [run.stage for run in wb.import_loads(found, expected=said)] == ["completed", "completed", "held"]


def test_each_run_is_signed_undone_and_opened_again_by_itself(wb: Workbench, tmp_path: Path, url: str) -> None:
    customers, items, invoices = wb.import_loads(of(commerce_book.archive, tmp_path, **commerce_book.WHOLESALE))
    assert [wb.kept_sheet(run).tally().rows for run in (customers, items, invoices)] == [3, 2, 3]
    assert wb.sign_off(invoices)["digest"]
    assert outcomes(wb, items) == [(2, "created"), (3, "created")]
    for run in (invoices, items, customers):
        assert wb.undo(run).stage == "completed"
    assert records(url, "commerce.companies", "name") == []
