"""Invoices in one sheet and their lines in another: the rows of one invoice in both, or in neither."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from tests.imports import fingerprint, messages, outcome, outcomes, records, tamper
from workbench import Workbench
from workbench.database.planning import halves
from workbench.model.batch import Batch
from workbench.model.errors import StillRefused, Unbalanced
from workbench.model.sheet import Sheet

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]
HEADS = """\
Invoice number,Invoice date,Customer,Total
1001,2026-01-15,Harbor Wine Bar,32.50
1002,2026-01-16,Blue Door,-10.00
"""
LINES = """\
Invoice number,Line,SKU,Qty.,Unit price
1001,1,FRA1023,2,10.00
1001,2,ITA2040,1,12.50
1002,1,FRA1023,-1,10.00
"""


@pytest.fixture(autouse=True)
def known(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet("name\nHarbor Wine Bar\nBlue Door\n", "companies.csv"), "commerce.companies")
    wb.import_sheet(sheet("sku,name\nFRA1023,Chablis\nITA2040,Barbera\n", "skus.csv"), "commerce.skus")


def imported(wb: Workbench, sheet: Given, heads: str = HEADS, lines: str = LINES, **options: object) -> Batch:
    return wb.import_sheet([sheet(heads, "heads.csv"), sheet(lines, "lines.csv")], "commerce", **options)


def told(wb: Workbench, batch: Batch) -> list[tuple[list[tuple[int, str]], dict[int, str]]]:
    """Of each sheet: every row's outcome, and what is said of those that have issues."""
    return [(outcomes(wb, part), messages(wb, part)) for part in wb.batches.parts(batch)]


def written(url: str) -> tuple[list[tuple[object, ...]], int]:
    return records(url, "commerce.invoices", "number", "total"), len(records(url, "commerce.invoice_lines", "line"))


def test_both_sheets_come_in_as_one_run_and_again_change_nothing(wb: Workbench, sheet: Given, url: str) -> None:
    assert outcome(imported(wb, sheet)) == (5, 0, 0, 0, 0)
    assert written(url) == ([("1001", Decimal("32.50")), ("1002", Decimal("-10.00"))], 3)
    before = fingerprint(url)
    assert outcome(imported(wb, sheet)) == (0, 0, 5, 0, 0)
    assert fingerprint(url) == before


def test_an_invoice_whose_lines_are_decided_in_two_connections_keeps_all_of_them(
    wb: Workbench, sheet: Given, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(halves, "LARGE", 2)
    head, first, second, other = LINES.splitlines()
    lines = "\n".join([head, other, first, second])  # lines 2 and 3 in one, 4 in the other
    assert outcome(imported(wb, sheet, lines=lines)) == (5, 0, 0, 0, 0)
    before = fingerprint(url)
    batch = imported(wb, sheet, lines=lines)
    assert outcome(batch) == (0, 0, 5, 0, 0)
    assert [part.removed for part in wb.batches.parts(batch)] == [0, 0]
    assert fingerprint(url) == before


def test_a_line_without_a_net_price_has_its_quantity_times_its_unit_price(
    wb: Workbench, sheet: Given, url: str
) -> None:
    imported(wb, sheet, HEADS.replace("-10.00", "0"), LINES.replace("-1,10.00", "0,10.00"))
    assert records(url, "commerce.invoice_lines", "net_price") == [
        *[(Decimal(0),), (Decimal("12.50"),), (Decimal("20.00"),)]
    ]


def test_an_unknown_sku_holds_the_whole_invoice_in_both_sheets(wb: Workbench, sheet: Given, url: str) -> None:
    batch = imported(wb, sheet, lines=LINES.replace("ITA2040", "NEW1"))
    assert told(wb, batch) == [
        ([(2, "unmatched:other line"), (3, "created")], {2: "Waits with line 3 of lines.csv"}),
        (
            [(2, "unmatched:other line"), (3, "unmatched:SKU"), (4, "created")],
            {2: "Waits with line 3", 3: "SKU not found: 'NEW1'"},
        ),
    ]
    assert written(url) == ([("1002", Decimal("-10.00"))], 1)


def test_an_unknown_customer_holds_the_lines_of_the_other_sheet(wb: Workbench, sheet: Given, url: str) -> None:
    batch = imported(wb, sheet, HEADS.replace("Harbor Wine Bar", "Harbor"))
    waits = "Waits with line 2 of heads.csv"
    assert told(wb, batch) == [
        ([(2, "unmatched:customer"), (3, "created")], {2: "Customer not found: 'Harbor'"}),
        ([(2, "unmatched:other line"), (3, "unmatched:other line"), (4, "created")], {2: waits, 3: waits}),
    ]
    assert written(url) == ([("1002", Decimal("-10.00"))], 1)


@pytest.mark.parametrize("total", ["32.52", "32.48", "0.00"])
def test_a_total_that_is_not_what_its_lines_come_to_holds_the_invoice(
    wb: Workbench, sheet: Given, url: str, total: str
) -> None:
    batch = imported(wb, sheet, HEADS.replace("32.50", total), skip_errors=True)
    waits = "Waits with line 2 of heads.csv"
    assert told(wb, batch) == [
        (
            [(2, "invalid:differs"), (3, "created")],
            {2: f"Total says {total}, and the net prices of its lines in lines.csv come to 32.50"},
        ),
        ([(2, "unmatched:other line"), (3, "unmatched:other line"), (4, "created")], {2: waits, 3: waits}),
    ]
    assert written(url) == ([("1002", Decimal("-10.00"))], 1)


@pytest.mark.parametrize("total", ["32.51", "32.49"])
def test_a_cent_of_rounding_holds_nothing(wb: Workbench, sheet: Given, total: str) -> None:
    assert outcome(imported(wb, sheet, HEADS.replace("32.50", total))) == (5, 0, 0, 0, 0)


def test_a_lost_line_holds_its_invoice_and_a_lost_invoice_its_lines(wb: Workbench, sheet: Given, url: str) -> None:
    batch = imported(wb, sheet, lines=LINES.replace("1001,2,ITA2040,1,12.50\n", ""), skip_errors=True)
    assert told(wb, batch)[0][0] == [(2, "invalid:differs"), (3, "created")]
    batch = imported(wb, sheet, HEADS.replace("1001,2026-01-15,Harbor Wine Bar,32.50\n", ""))
    assert told(wb, batch)[1] == (
        [(2, "unmatched:invoice"), (3, "unmatched:invoice"), (4, "skipped:unchanged")],
        {2: "Invoice not found: '1001'", 3: "Invoice not found: '1001'"},
    )
    assert written(url) == ([("1002", Decimal("-10.00"))], 1)


def test_a_row_that_cannot_be_read_holds_its_invoice_in_either_sheet(wb: Workbench, sheet: Given, url: str) -> None:
    batch = imported(wb, sheet, lines=LINES.replace("FRA1023,2,", "FRA1023,two,"), skip_errors=True)
    assert [each for each, _ in told(wb, batch)] == [
        [(2, "unmatched:other line"), (3, "created")],
        [(2, "invalid"), (3, "unmatched:other line"), (4, "created")],
    ]
    batch = imported(wb, sheet, HEADS.replace("2026-01-15", "soon"), skip_errors=True)
    assert [each for each, _ in told(wb, batch)] == [
        [(2, "invalid"), (3, "skipped:unchanged")],
        [(2, "unmatched:other line"), (3, "unmatched:other line"), (4, "skipped:unchanged")],
    ]
    assert written(url) == ([("1002", Decimal("-10.00"))], 1)


def test_what_is_put_right_in_one_sheet_lets_the_other_go_on(wb: Workbench, sheet: Given, url: str) -> None:
    batch = imported(wb, sheet, lines=LINES.replace("ITA2040", "NEW1"), dry_run=True)
    heads, lines = wb.batches.parts(batch)
    wb.correct(lines, {3: {"SKU": "ITA2040"}})
    assert wb.plan(batch).counts["created"] == 5
    wb.correct(heads, {2: {"Total": "30.00"}})
    assert wb.plan(batch).counts == {
        **{"processed": 5, "created": 2, "updated": 0, "skipped": 0},
        **{"unmatched": 2, "invalid": 1},
    }


def test_another_content_changes_head_and_lines_as_a_whole_or_nothing_of_them(
    wb: Workbench, sheet: Given, url: str
) -> None:
    imported(wb, sheet)
    less = LINES.replace("1001,2,ITA2040,1,12.50\n", "")
    before = fingerprint(url)
    held = imported(wb, sheet, lines=less, skip_errors=True)
    assert (held.removed, outcome(held)) == (0, (0, 0, 2, 1, 1))
    assert fingerprint(url) == before
    run = wb.plan(
        wb.stage([sheet(HEADS.replace("32.50", "20.00"), "heads.csv"), sheet(less, "lines.csv")], "commerce")
    ).batch
    assert (run.updated, run.removed) == (1, 1)
    wb.commit(run, accept=["all"])
    assert written(url) == ([("1001", Decimal("20.00")), ("1002", Decimal("-10.00"))], 2)


def test_rows_that_wait_for_another_sheet_come_in_with_it_alone(wb: Workbench, sheet: Given, url: str) -> None:
    imported(wb, sheet)
    held = imported(
        wb, sheet, HEADS.replace("32.50", "33.50"), LINES.replace("ITA2040,1,12.50", "NEW1,1,13.50"), notes="again"
    )
    before = fingerprint(url)
    wb.import_sheet(sheet("sku,name\nNEW1,New\n", "more.csv"), "commerce.skus")
    assert [wb.sweeps.resolvable(held), wb.sweep(held)] == [0, []]
    with pytest.raises(StillRefused, match=r"import heads\.csv and lines\.csv together again"):
        wb.sweeps.supply(wb.batches.parts(held)[1], {3: {"SKU": "ITA2040"}})
    assert records(url, "commerce.invoices", "total") == [(Decimal("-10.00"),), (Decimal("32.50"),)]
    assert fingerprint(url) != before
    run = imported(wb, sheet, HEADS.replace("32.50", "33.50"), LINES.replace("ITA2040,1,12.50", "NEW1,1,13.50"))
    assert outcome(run) == (0, 2, 3, 0, 0)


def test_what_the_invoices_come_to_stands_beside_what_their_lines_do(wb: Workbench, sheet: Given) -> None:
    def compared(batch: Batch) -> list[tuple[str, str, str, str]]:
        return [
            (total.name, total.expected.who, str(total.counted.found), str(total.difference))
            for total in wb.totals(batch)
            if total.expected is not None
        ]

    batch = imported(wb, sheet)
    assert compared(batch) == [
        ("Invoices: Total", "Net price of lines.csv", "22.50", "0.00"),
        ("Invoices: Invoices", "Invoices of lines.csv", "2", "0"),
    ]
    assert wb.sign_off(batch)["digest"] and wb.verify(batch)
    lost = imported(wb, sheet, lines=LINES.replace("1002,1,FRA1023,-1,10.00\n", ""), skip_errors=True)
    assert [difference for *_, difference in compared(lost)] == ["-10.00", "1"]


def test_the_database_completes_no_run_of_which_a_record_is_written_in_part(
    wb: Workbench, sheet: Given, url: str
) -> None:
    run = wb.plan(wb.stage([sheet(HEADS, "heads.csv"), sheet(LINES, "lines.csv")], "commerce")).batch
    lines = wb.batches.parts(run)[1]
    forged = """update workbench.import_outcome set outcome = 'unmatched', reason = 'SKU', record_id = null,
            errors = '[{"code": "sku_not_found", "field": "sku", "severity": "error", "message": "SKU not found"}]'
        where batch_id = %s and plan = %s and line = 3"""
    assert tamper(url, forged, lines.id, lines.plan) == 1
    counted = "update workbench.import_batch set created = created - 1, unmatched = unmatched + 1 where id = any(%s)"
    assert tamper(url, counted, [lines.id, run.id]) == 2
    with pytest.raises(Unbalanced, match="1 of its records are written of which a row is refused in one of two sheets"):
        wb.commit(run)
    assert records(url, "commerce.invoices", "number") == []
