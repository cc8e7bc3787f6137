"""What the rows of a sales report are made into, without a database."""

import pyarrow as pa
import pytest

from workbench.model.playbook import Known, Shaped
from workbench.model.sheet import Chunk
from workbench.playbooks import invoices


def chunk(*rows: dict[str, str], first: int = 2) -> Chunk:
    names = dict.fromkeys(name for row in rows for name in row)
    cells = {name: pa.array([row.get(name, "") for row in rows], pa.string()) for name in names}
    lines = pa.array(range(first, len(rows) + first), pa.int32())
    return Chunk(lines=lines, cells=pa.RecordBatch.from_arrays(list(cells.values()), names=list(cells)))


def row(number: str, **said: str) -> dict[str, str]:
    usual = {"invoice_number": number, "invoice_date": "2026-01-15", "customer": "Harbor", "net_price": "1.00"}
    return usual | said


def made(shape: Shaped, *names: str) -> list[tuple[object, ...]]:
    return list(zip(*(shape.rows.cells[name].to_pylist() for name in names), strict=True))


def shaped(*rows: dict[str, str], known: Known | None = None) -> tuple[Shaped, Shaped]:
    parts = invoices.shape(chunk(*rows), known or Known())
    return parts["commerce.invoice_headers"], parts["commerce.invoice_lines"]


def told(*rows: dict[str, str], known: Known | None = None) -> list[tuple[int, str, str]]:
    found = invoices.check(chunk(*rows), known or Known())
    return [(each["position"], each["field"], each["code"]) for each in found.to_pylist()]


def test_rows_of_one_number_are_one_invoice_wherever_they_stand() -> None:
    headers, lines = shaped(
        row("2", net_price="0.10"), row("1"), row("2", net_price="$1,000.20"), row("2", net_price="(5)")
    )
    assert made(headers, "number", "total", "lines_priced") == [("2", "995.30", "3"), ("1", "1.00", "1")]
    assert headers.groups is not None
    assert headers.groups.to_pylist() == [[0, 2, 3], [1]]
    assert made(lines, "invoice", "line") == [("2", "1"), ("1", "1"), ("2", "2"), ("2", "3")]


def test_lines_are_numbered_on_in_the_next_chunk() -> None:
    known = Known()
    shaped(row("1"), row("2"), known=known)
    assert made(shaped(row("2"), row("1"), row("1"), known=known)[1], "line") == [("2",), ("2",), ("3",)]


def test_the_first_that_says_something_counts_and_another_is_told() -> None:
    rows = (row("1", status="", salesperson="Rosa"), row("1", status="Delivered"), row("1", status="Cancelled"))
    assert made(shaped(*rows)[0], "status", "salesperson") == [("Delivered", "Rosa")]
    found = invoices.check(chunk(*rows), Known()).to_pylist()
    assert [(each["position"], each["message"], each["severity"]) for each in found] == [
        (2, "status is Cancelled, and Delivered on line 3 of the same invoice, which counts", "warning")
    ]


def test_what_is_written_otherwise_and_means_the_same_does_not_differ() -> None:
    stored = pa.table(
        {"key": ["C-1", "C-2"], "lookup_name": ["harbor", "blue door"], "payment_terms": pa.nulls(2, pa.string())}
    )
    rows = (
        row("1", invoice_total="-9.95"),
        row("1", invoice_total="(9.95)", customer="HARBOR"),
        row("1", invoice_total="-9.950", customer="C-1"),
        row("1", invoice_date="15 Jan 2026"),
        row("1", invoice_total="9.95", customer="C-2"),
        row("2", customer="Café Zoë"),
        row("2", customer="CAFÉ ZOË"),
    )
    said = [(4, "customer", "differs"), (4, "invoice_total", "differs")]
    assert sorted(told(*rows, known=Known(stored=stored))) == said
    assert sorted(told(*rows)) == [(2, "customer", "differs"), *said]


def test_amounts_are_added_up_exactly() -> None:
    headers, _ = shaped(*(row("1", net_price="0.10") for _ in range(3)), row("1", net_price="-0.3"))
    assert made(headers, "total") == [("0.00",)]


@pytest.mark.parametrize(
    ("quantity", "price", "net"), [("3", "0.99", "2.97"), ("-1", "$12.50", "-12.50"), ("2.5", "0.333", "0.8325")]
)
def test_a_net_price_that_is_blank_is_quantity_times_unit_price(quantity: str, price: str, net: str) -> None:
    headers, lines = shaped(row("1", net_price="", quantity=quantity, unit_price=price))
    assert made(lines, "net_price") == [(net,)]
    assert made(headers, "total") == [(net,)]


def test_a_line_without_any_price_is_told() -> None:
    assert told(row("1", net_price=""), row("1")) == [(0, "net_price", "missing")]


def test_a_row_without_a_number_is_told_and_makes_nothing() -> None:
    headers, lines = shaped(row(""), row("1"))
    assert (len(headers.rows), len(lines.rows)) == (1, 1)
    assert told(row(""), row("1")) == [(0, "invoice_number", "missing")]


def test_the_delivery_window_is_what_there_is_of_it() -> None:
    rows = (
        row("1", delivery_start_time="9:00am", delivery_end_time="11:00am"),
        row("2", delivery_start_time="9:00am"),
        row("3", delivery_end_time="11:00am"),
        row("4"),
    )
    assert made(shaped(*rows)[0], "delivery_window") == [("9:00am - 11:00am",), ("9:00am",), ("11:00am",), (None,)]


def test_a_due_day_that_is_blank_comes_of_the_terms_of_the_invoice_or_else_of_the_customer() -> None:
    stored = pa.table(
        {
            "key": ["c-1", "twin"],
            "lookup_name": ["harbor", "twin"],
            "payment_terms": ["Net 15th of Next Month", "Net 30"],
        }
    )
    rows = (row("1"), row("2", payment_terms="Net 30"), row("3", customer="Nobody"), row("4", due_date="2026-03-01"))
    days = made(shaped(*rows, known=Known(stored=stored))[0], "due_date")
    assert days == [("2026-02-15",), ("2026-02-14",), (None,), ("2026-03-01",)]
    assert told(row("1", payment_terms="Soon"), row("1")) == [(0, "payment_terms", "unknown_terms")]


def test_the_window_of_days_has_both_its_ends_and_takes_whole_invoices() -> None:
    said = {"start_date": "2026-01-15", "end_date": "2026-01-16"}
    rows = (
        row("1", **said),
        row("2", invoice_date="2026-01-14"),
        row("3", invoice_date="2026-01-16"),
        row("3", invoice_date=""),
        row("4", invoice_date="2026-01-17"),
    )
    assert made(shaped(*rows)[1], "invoice") == [("1",), ("3",), ("3",)]
