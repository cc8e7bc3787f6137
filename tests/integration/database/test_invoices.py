"""Invoices with their lines: all rows of one together or not at all, and as a whole what the file says."""

import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest

from tests.imports import ask, messages, outcome, outcomes, records, tamper
from workbench import Workbench, open_sheet
from workbench.database.planning import planner
from workbench.database.store import Store
from workbench.model.batch import Batch
from workbench.model.errors import SingleRows, Unbalanced
from workbench.model.resources import samples
from workbench.model.sheet import Sheet

pytestmark = pytest.mark.both_servers

INVOICES = "commerce.invoices"
Given = Callable[..., Sheet]
HEAD = "Invoice number,Invoice date,Status,Customer,SKU,Item,Qty.,Unit price,Net price\n"
TWO = (
    HEAD
    + """\
1001,2026-01-15,Delivered,Harbor Wine Bar,FRA1023,Chablis,2,10.00,20.00
1001,2026-01-15,Delivered,Harbor Wine Bar,ITA2040,Barbera,1,12.50,12.50
1002,2026-01-16,Delivered,Blue Door,FRA1023,Chablis,-1,10.00,-10.00
"""
)


@pytest.fixture(autouse=True)
def known(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet("name\nHarbor Wine Bar\nBlue Door\n", "companies.csv"), "commerce.companies")
    wb.import_sheet(sheet("sku,name\nFRA1023,Chablis\nITA2040,Barbera\n", "skus.csv"), "commerce.skus")


def headers(url: str) -> list[tuple[object, ...]]:
    return records(url, "commerce.invoices", "number", "total")


def lines(url: str) -> list[tuple[object, ...]]:
    return records(url, "commerce.invoice_lines", "line", "quantity", "net_price")


def test_the_rows_of_one_number_are_one_invoice_and_its_lines(wb: Workbench, sheet: Given, url: str) -> None:
    batch = wb.import_sheet(sheet(TWO), "commerce.invoices")
    assert outcome(batch) == (3, 0, 0, 0, 0)
    assert headers(url) == [("1001", Decimal("32.50")), ("1002", Decimal("-10.00"))]
    assert lines(url) == [
        (1, Decimal("-1"), Decimal("-10.00")),
        (1, Decimal("2"), Decimal("20.00")),
        (2, Decimal("1"), Decimal("12.50")),
    ]
    assert wb.figures(batch) == {
        "Invoices processed": 2,
        "Invoices created": 2,
        "Invoices updated": 0,
        "Invoice lines": 3,
        "Invoices held": 0,
        "Missing customers": 0,
        "Missing SKUs": 0,
    }
    again = wb.import_sheet(sheet(TWO), "commerce.invoices")
    assert outcome(again) == (0, 0, 3, 0, 0)


def test_an_unknown_sku_holds_its_whole_invoice_and_no_other(wb: Workbench, sheet: Given, url: str) -> None:
    batch = wb.import_sheet(sheet(TWO.replace("ITA2040", "NEW1")), "commerce.invoices")
    assert outcomes(wb, batch) == [(2, "unmatched:other line"), (3, "unmatched:SKU"), (4, "created")]
    assert messages(wb, batch) == {2: "Waits with line 3", 3: "SKU not found: 'NEW1'"}
    assert headers(url) == [("1002", Decimal("-10.00"))]
    assert [wb.figures(batch)[name] for name in ("Invoices processed", "Invoices held", "Missing SKUs")] == [2, 1, 1]
    wb.import_sheet(sheet("sku,name\nNEW1,New\n", "skus.csv"), "commerce.skus")
    assert headers(url) == [("1001", Decimal("32.50")), ("1002", Decimal("-10.00"))]
    assert wb.reconcile(batch).done


def due(url: str) -> list[tuple[object, ...]]:
    return records(url, "commerce.invoices", "number", "due_date")


def terms(wb: Workbench, sheet: Given, said: str) -> None:
    given = sheet(f"Customer (Hal Format),Terms\nBlue Door,{said}\n", f"{said}.csv")
    assert outcome(wb.import_sheet(given, "commerce.customers", mode="update")) == (0, 1, 0, 0, 0)


def test_a_due_day_comes_of_the_terms_that_the_customer_has_when_the_plan_is_made(
    wb: Workbench, sheet: Given, url: str
) -> None:
    batch = wb.stage(sheet(TWO), INVOICES)
    terms(wb, sheet, "Net 30")
    wb.plan(batch)
    terms(wb, sheet, "C.O.D.")
    assert [each.file_name for each in wb.batches.written_since(wb.batches.get(batch.id))] == ["C.O.D..csv"]
    planned = wb.plan(batch).batch
    wb.commit(planned)
    assert due(url) == [("1001", None), ("1002", date(2026, 1, 16))]
    parts = wb.batches.parts(batch)
    assert wb.plan(wb.stage(sheet(TWO.replace("100", "200")), INVOICES)).counts["created"] == 3
    assert [part.id for part in wb.batches.parts(batch)] == [part.id for part in parts]


def test_a_row_that_is_brought_in_later_has_the_terms_of_the_customer_that_it_waited_for(
    wb: Workbench, sheet: Given, url: str
) -> None:
    wb.import_sheet(sheet(TWO.replace("Blue Door", "New Door")), INVOICES)
    wb.import_sheet(sheet("name,payment_terms\nNew Door,Net 30 Days\n", "companies.csv"), "commerce.companies")
    assert due(url) == [("1001", None), ("1002", date(2026, 2, 15))]


def test_an_unknown_customer_holds_the_invoice_and_a_part_of_a_name_names_nobody(
    wb: Workbench, sheet: Given, url: str
) -> None:
    batch = wb.import_sheet(sheet(TWO.replace("Harbor Wine Bar", "Harbor")), "commerce.invoices")
    assert outcomes(wb, batch) == [(2, "unmatched:customer"), (3, "unmatched:customer"), (4, "created")]
    assert messages(wb, batch) == {2: "Customer not found: 'Harbor'", 3: "Customer not found: 'Harbor'"}
    assert wb.figures(batch)["Missing customers"] == 1


def test_names_of_customers_are_compared_whole_in_any_case(wb: Workbench, sheet: Given, url: str) -> None:
    assert outcome(wb.import_sheet(sheet(TWO.replace("Harbor Wine", "HARBOR WINE")), "commerce.invoices")) == (
        *(3, 0, 0, 0, 0),
    )


def test_missing_customers_are_counted_as_they_are_looked_up(wb: Workbench, sheet: Given) -> None:
    """In any case: what differs in nothing else is one customer that is missing."""
    text = TWO.replace("Harbor Wine Bar", "CAFÉ ZOË").replace("Blue Door", "Café Zoë")
    batch = wb.import_sheet(sheet(text), "commerce.invoices")
    assert [row[1] for row in outcomes(wb, batch)] == ["unmatched:customer"] * 3
    assert wb.figures(batch)["Missing customers"] == 1


def test_a_blank_customer_or_date_is_never_made_up(wb: Workbench, sheet: Given, url: str) -> None:
    text = HEAD + "1001,,Delivered,Blue Door,FRA1023,,1,1,1\n1002,2026-01-16,Delivered,,FRA1023,,1,1,1\n"
    batch = wb.import_sheet(sheet(text), "commerce.invoices", skip_errors=True)
    assert outcomes(wb, batch) == [(2, "invalid:missing"), (3, "invalid:missing")]
    assert messages(wb, batch) == {2: "invoice_date is required", 3: "customer is required"}
    assert headers(url) == []


def test_a_line_that_cannot_be_read_lets_its_siblings_wait(wb: Workbench, sheet: Given, url: str) -> None:
    text = TWO.replace("Chablis,2,", "Chablis,two,")
    batch = wb.import_sheet(sheet(text), "commerce.invoices", skip_errors=True)
    assert outcomes(wb, batch) == [(2, "invalid"), (3, "unmatched:other line"), (4, "created")]
    assert messages(wb, batch)[3] == "Waits with line 2"
    assert headers(url) == [("1002", Decimal("-10.00"))]


def test_what_the_rows_of_an_invoice_say_otherwise_is_told_and_the_first_counts(
    wb: Workbench, sheet: Given, url: str
) -> None:
    text = TWO.replace("1001,2026-01-15,Delivered,Harbor Wine Bar,ITA", "1001,2026-01-15,Cancelled,Harbor Wine Bar,ITA")
    batch = wb.import_sheet(sheet(text), "commerce.invoices")
    assert outcome(batch) == (3, 0, 0, 0, 0)
    assert messages(wb, batch) == {3: "status is Cancelled, and Delivered on line 2 of the same invoice, which counts"}
    assert records(url, "commerce.invoices", "number", "order_status", "invoice_status") == [
        ("1001", "FULFILLED", "PAID"),
        ("1002", "FULFILLED", "PAID"),
    ]


def test_a_total_that_is_not_the_sum_of_the_lines_holds_the_invoice(wb: Workbench, sheet: Given, url: str) -> None:
    head, *rows = TWO.splitlines()
    totals = ("32.51", "32.51", "-10.02")
    text = "\n".join([f"{head},Invoice total", *(f"{row},{total}" for row, total in zip(rows, totals, strict=True))])
    batch = wb.import_sheet(sheet(text + "\n"), "commerce.invoices", skip_errors=True)
    assert outcomes(wb, batch) == [(2, "created"), (3, "created"), (4, "invalid:differs")]
    assert messages(wb, batch) == {
        4: "Invoice total says -10.02, and the net prices of its lines come to -10.00",
    }
    assert headers(url) == [("1001", Decimal("32.50"))]


def test_other_content_is_an_update_of_the_whole_and_is_taken_back_as_one(
    wb: Workbench, sheet: Given, url: str
) -> None:
    wb.import_sheet(sheet(TWO), "commerce.invoices")
    before = (headers(url), lines(url))
    shorter = "".join(line for line in TWO.splitlines(keepends=True) if "ITA2040" not in line)
    staged = wb.stage(sheet(shorter.replace("Chablis,2,10.00,20.00", "Chablis,3,10.00,30.00")), "commerce.invoices")
    plan = wb.plan(staged)
    assert (outcomes(wb, plan.batch), plan.removed) == ([(2, "updated"), (3, "skipped:unchanged")], {"deleted": 1})
    assert (headers(url), lines(url)) == before
    batch = wb.commit(staged)
    assert headers(url) == [("1001", Decimal("30.00")), ("1002", Decimal("-10.00"))]
    assert lines(url) == [(1, Decimal("-1"), Decimal("-10.00")), (1, Decimal("3"), Decimal("30.00"))]
    wb.undo(batch)
    assert (headers(url), lines(url)) == before


def test_a_held_invoice_leaves_the_known_one_as_it_is(wb: Workbench, sheet: Given, url: str) -> None:
    wb.import_sheet(sheet(TWO), "commerce.invoices")
    before = (headers(url), lines(url))
    text = HEAD + "1001,2026-01-15,Delivered,Harbor Wine Bar,NEW1,New,5,10.00,50.00\n"
    batch = wb.import_sheet(sheet(text), "commerce.invoices")
    assert (outcomes(wb, batch), batch.removed) == ([(2, "unmatched:SKU")], 0)
    assert (headers(url), lines(url)) == before


def test_rows_that_waited_do_not_come_over_what_was_imported_since(wb: Workbench, sheet: Given, url: str) -> None:
    first = wb.import_sheet(sheet(TWO.replace("ITA2040,Barbera,1,12.50,12.50", "NEW1,New,1,0,0")), "commerce.invoices")
    assert first.unmatched == 2
    wb.import_sheet(sheet(HEAD + "1001,2026-01-15,Delivered,Harbor Wine Bar,FRA1023,Chablis,2,10.00,20.00\n"), INVOICES)
    before = (headers(url), lines(url))
    wb.import_sheet(sheet("sku,name\nNEW1,New\n", "skus.csv"), "commerce.skus")
    assert (headers(url), lines(url)) == before


def test_two_tenants_have_an_invoice_of_one_number_each(
    wb: Workbench, open_wb: Callable[..., Workbench], sheet: Given, url: str
) -> None:
    wb.import_sheet(sheet(TWO), "commerce.invoices")
    other = open_wb(tenant="other")
    other.import_sheet(sheet("name\nHarbor Wine Bar\nBlue Door\n", "companies.csv"), "commerce.companies")
    other.import_sheet(sheet("sku,name\nFRA1023,Chablis\nITA2040,Barbera\n", "skus.csv"), "commerce.skus")
    assert outcome(other.import_sheet(sheet(TWO), "commerce.invoices")) == (3, 0, 0, 0, 0)
    assert [number for number, _ in headers(url)] == ["1001", "1001", "1002", "1002"]


def test_only_invoices_between_two_days_are_imported_both_among_them(wb: Workbench, sheet: Given, url: str) -> None:
    given = {"start_date": "2026-01-16", "end_date": "2026-01-16"}
    batch = wb.import_sheet(sheet(TWO), "commerce.invoices", constants=given)
    assert outcomes(wb, batch) == [(2, "skipped:filtered"), (3, "skipped:filtered"), (4, "created")]
    assert wb.figures(batch)["Invoices processed"] == 1


def test_a_row_without_a_number_is_told_and_belongs_to_no_invoice(wb: Workbench, sheet: Given, url: str) -> None:
    text = TWO + ",2026-01-17,Delivered,Blue Door,FRA1023,Chablis,1,10.00,10.00\n"
    batch = wb.import_sheet(sheet(text), "commerce.invoices", skip_errors=True)
    assert outcomes(wb, batch)[-1] == (5, "invalid")
    assert len(headers(url)) == 2


def test_a_corrected_line_lets_the_whole_invoice_go_on(wb: Workbench, sheet: Given, url: str) -> None:
    batch = wb.import_sheet(sheet(TWO.replace("Chablis,2,", "Chablis,two,")), "commerce.invoices")
    assert batch.stage == "held"
    wb.correct(batch, {2: {"Qty.": "2"}})
    assert outcomes(wb, wb.plan(batch).batch) == [(2, "created"), (3, "created"), (4, "created")]
    wb.commit(batch)
    assert len(headers(url)) == 2


def of_invalid_rows(wb: Workbench, batch: Batch) -> str:
    with BytesIO() as file:
        wb.rows.write(batch, file, "csv", outcome="invalid")
        return file.getvalue().decode("utf-8-sig")


def test_no_part_of_an_invoice_is_written_from_a_list_of_its_refused_rows(
    wb: Workbench, sheet: Given, url: str
) -> None:
    wrong = TWO.replace("Chablis,2,", "Chablis,two,")
    batch = wb.import_sheet(sheet(wrong), INVOICES, skip_errors=True)
    returned = of_invalid_rows(wb, batch).replace("two", "2")
    why = "import the whole of it again: the rows of one invoice number go in together, or not at all"
    with pytest.raises(SingleRows, match=why):
        wb.import_sheet(sheet(returned), INVOICES)
    assert headers(url) == [("1002", Decimal("-10.00"))]
    assert why in wb.batches.whole_again(batch)
    assert outcome(wb.import_sheet(sheet(TWO), INVOICES)) == (2, 0, 1, 0, 0)
    assert headers(url) == [("1001", Decimal("32.50")), ("1002", Decimal("-10.00"))]


def test_rows_that_wait_with_an_invalid_one_are_told_from_those_that_a_later_import_brings_in(
    wb: Workbench, sheet: Given
) -> None:
    text = TWO.replace("Chablis,2,", "Chablis,two,")
    text += "1001,2026-01-15,Delivered,Harbor Wine Bar,NEW2,Rose,1,1,1\n"
    text += "1003,2026-01-16,Delivered,Blue Door,NEW1,Porto,1,1,1\n1003,2026-01-16,Delivered,Blue Door,FRA1023,,1,1,1\n"
    batch = wb.import_sheet(sheet(text), INVOICES, skip_errors=True)
    assert [what for _, what in outcomes(wb, batch)] == [
        "invalid", "unmatched:other line", "created", "unmatched:SKU", "unmatched:SKU", "unmatched:other line",
    ]  # fmt: skip
    assert wb.sweeps.held_back(batch) == {"SKU": 1, "other line": 1}
    wb.explain(batch, [3], "comes next month")
    assert wb.sweeps.held_back(batch) == {"SKU": 1}
    wb.import_sheet(sheet("sku,name\nNEW1,One\nNEW2,Two\n", "skus.csv"), "commerce.skus")
    assert wb.reconcile(batch).unmatched == 1


def test_a_list_of_refused_rows_comes_back_into_the_import_that_is_not_written(
    wb: Workbench, sheet: Given, url: str
) -> None:
    batch = wb.import_sheet(sheet(TWO.replace("Chablis,2,", "Chablis,two,")), INVOICES)
    wb.corrections.correct_from(batch, sheet(of_invalid_rows(wb, batch).replace("two", "2")))
    wb.commit(wb.plan(batch).batch)
    assert headers(url) == [("1001", Decimal("32.50")), ("1002", Decimal("-10.00"))]


@pytest.mark.parametrize(
    ("dataset", "why"),
    [
        ("commerce.invoice_lines", "what belongs to one invoice goes in together"),
        ("commerce.invoice_headers", "what belongs to one invoice goes in together"),
        ("commerce.routes", "it goes in whole, or not at all"),
    ],
)
def test_parts_of_a_record_come_from_no_list_of_single_rows(
    wb: Workbench, sheet: Given, dataset: str, why: str
) -> None:
    wb.import_sheet(sheet(TWO), INVOICES)
    with pytest.raises(SingleRows, match=why):
        wb.import_sheet(sheet("number,line,outcome,issues\n1,2,invalid,\n"), dataset)


def test_a_sales_report_as_it_really_comes_is_imported_without_its_summary_line(
    wb: Workbench, sheet: Given, url: str
) -> None:
    wb.import_sheet(sheet("external_id,name\nC-1,Blue Door Bistro\n", "more.csv"), "commerce.companies")
    wb.import_sheet(sheet("sku,name\nCREDIT1,Credit\n", "more.csv"), "commerce.skus")
    report = open_sheet(samples() / "commerce" / "sales_report.csv")
    batch = wb.import_sheet(report, "commerce.invoices")
    assert outcome(batch) == (5, 0, 0, 0, 0)
    assert messages(wb, batch) == {}
    assert headers(url) == [("10001", Decimal("555.00")), ("10002", Decimal("227.50")), ("10003", Decimal("0.00"))]
    assert records(url, "commerce.invoices", "number", "invoice_date", "order_class", "order_status")[2] == (
        *("10003", date(2026, 1, 16), "SAMPLE", "CANCELLED"),
    )
    assert {row["line"] for row in wb.rows.each(batch)} == {5, 6, 7, 8, 9}


@pytest.mark.parametrize("zone", ["America/New_York", "UTC", "Asia/Tokyo"])
def test_a_day_is_the_same_day_everywhere(
    wb: Workbench, sheet: Given, url: str, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        wb.import_sheet(sheet(TWO.replace("2026-01-15", "2025-11-08")), "commerce.invoices")
    finally:
        monkeypatch.undo()
        time.tzset()
    assert records(url, "commerce.invoices", "invoice_date") == [(date(2025, 11, 8),), (date(2026, 1, 16),)]


def test_an_invoice_whose_rows_stand_apart_is_the_same_as_one_whose_rows_stand_together(
    wb: Workbench, sheet: Given, url: str
) -> None:
    first, second, third = TWO.splitlines(keepends=True)[1:]
    wb.import_sheet(sheet(HEAD + first + third + second), "commerce.invoices")
    again = wb.import_sheet(sheet(TWO), "commerce.invoices")
    assert outcome(again) == (0, 0, 3, 0, 0)


def test_a_sku_that_a_line_calls_otherwise_is_told_for_review(wb: Workbench, sheet: Given) -> None:
    batch = wb.import_sheet(sheet(TWO.replace("Barbera", "Olive oil")), "commerce.invoices")
    assert outcome(batch) == (3, 0, 0, 0, 0)
    assert messages(wb, batch) == {3: "SKU ITA2040 is known as Barbera; item here is Olive oil"}
    assert messages(wb, wb.import_sheet(sheet(TWO.replace("Barbera", "BARBERA")), "commerce.invoices")) == {}


def test_rows_supplied_bring_their_whole_invoice_along(wb: Workbench, sheet: Given, url: str) -> None:
    batch = wb.import_sheet(sheet(TWO.replace("ITA2040", "ITA2O40")), "commerce.invoices")
    wb.sweeps.supply(batch, {3: {"SKU": "ITA2040"}})
    assert headers(url) == [("1001", Decimal("32.50")), ("1002", Decimal("-10.00"))]
    assert wb.reconcile(batch).done


def test_the_database_knows_an_invoice_of_which_a_line_is_written_and_another_is_not(
    wb: Workbench, sheet: Given, url: str
) -> None:
    batch = wb.plan(wb.stage(sheet(TWO.replace("ITA2040", "NEW1")), "commerce.invoices")).batch
    torn = "select workbench.torn(b, b.unmatched + b.invalid) from workbench.import_batch b where id = %s"
    assert ask(url, torn, batch.id) == [(0,)]  # the first waits with the second, and the other invoice is written
    written = "update workbench.import_outcome set outcome = 'created', reason = null where batch_id = %s and line = 2"
    tamper(url, written, batch.id)
    assert ask(url, torn, batch.id) == [(1,)]


def test_the_database_refuses_a_run_that_wrote_a_part_of_an_invoice(wb: Workbench, sheet: Given, url: str) -> None:
    staged = wb.stage(sheet(TWO.replace("ITA2040", "NEW1")), "commerce.invoices")
    batch = wb.plan(staged).batch
    header = UUID(int=wb.batches.parts(batch)[0].id.int | 2)  # of its row on line 2
    for part in (*wb.batches.parts(batch), batch):
        tamper(
            url,
            """update workbench.import_outcome o set outcome = 'created', reason = null, errors = null,
               record_id = case when o.batch_id <> %s then (select id from workbench.import_row r
                                                            where r.batch_id = o.batch_id and r.line = 2) end,
               refs = (select p.refs || case when p.refs ? 'invoice_id' then jsonb_build_object('invoice_id', %s::text)
                                             else '{}' end
                       from workbench.import_outcome p where p.batch_id = o.batch_id and p.line = 4 and p.plan = o.plan)
               where batch_id = %s and line = 2 and plan = %s""",
            *(batch.id, header, part.id, part.plan),
        )
        tamper(
            url,
            """update workbench.import_batch set created = created + 1,
               unmatched = unmatched - case when derived then 0 else 1 end,
               skipped = skipped - case when derived then 1 else 0 end where id = %s""",
            part.id,
        )
    with pytest.raises(Unbalanced, match="1 of its rows have another outcome than their parts have"):
        wb.commit(batch)
    assert headers(url) == []


def test_invoices_that_are_undone_while_others_of_their_numbers_are_planned_are_planned_as_gone(
    open_wb: Callable[..., Workbench], wb: Workbench, sheet: Given, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The invoices and their lines are looked up one after the other, and it is one moment that both speak of."""
    first = wb.import_sheet(sheet(TWO), INVOICES)
    batch = wb.stage(sheet(TWO.replace("10.00", "11.00"), "again.csv"), INVOICES)
    decide, ben = planner.decide, open_wb(user="ben")

    def decide_and_undo(store: Store, part: Batch, *given: Any, **named: Any) -> Any:
        decided = decide(store, part, *given, **named)
        if part.dataset == "commerce.invoice_headers" and ben.batches.get(first).undone_by is None:
            ben.undo(first)
        return decided

    monkeypatch.setattr(planner, "decide", decide_and_undo)
    planned = wb.plan(batch).batch
    assert outcome(planned) == (3, 0, 0, 0, 0)
    wb.commit(planned)
    assert headers(url) == [("1001", Decimal("32.50")), ("1002", Decimal("-11.00"))]
