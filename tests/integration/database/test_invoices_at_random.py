"""Sales reports at random: what stands in the tables afterwards is what a reckoning by hand, row by row, comes to."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import count
from pathlib import Path

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from tests.imports import ask, outcomes
from workbench import Workbench, open_sheet
from workbench.model.sheet import Chunk, Sheet

Row = tuple[str, str, str, str, str]
"""Number, customer, SKU, quantity and net price, as they are written."""

HEAD = "Invoice number,Invoice date,Customer,SKU,Qty.,Net price\n"
CUSTOMERS = {"harbor": True, "Blue Door": True, "Nobody": False, "": False}
SKUS = {"fra1": True, "ITA2": True, "NEW9": False, "": True}
QUANTITIES = {"1": True, "-3": True, "2.5": True, "two": False}
PRICES = {"0.10": True, "$1,234.50": True, "-0.30": True, "0": True, "free": False}

reports = st.lists(
    st.tuples(
        st.sampled_from(["1001", "1002", "A-3", ""]),
        st.sampled_from([*CUSTOMERS, *["harbor"] * 6]),
        st.sampled_from([*SKUS, *["fra1"] * 8]),
        st.sampled_from([*QUANTITIES, *["1"] * 8]),
        st.sampled_from([*PRICES, *["0.10"] * 8]),
    ),
    min_size=1,
    max_size=14,
)


def by_hand(report: list[Row]) -> tuple[dict[str, tuple[Decimal, list[Decimal]]], dict[int, bool]]:
    """The invoices that are written, each with its total and the net prices of its lines in their order; and whether
    the row on each line is written."""
    bad = set()
    for number in {row[0] for row in report}:
        lines = [row for row in report if row[0] == number]
        customer = next((row[1] for row in lines if row[1]), "")
        if not number or not CUSTOMERS[customer] or any(_is_bad(row) for row in lines):
            bad.add(number)
    written = {
        number: [_amount(row[4]) for row in report if row[0] == number] for number, *_ in report if number not in bad
    }
    lines = {place: row[0] not in bad for place, row in enumerate(report, start=2)}
    return {number: (sum(nets, Decimal(0)), nets) for number, nets in written.items()}, lines


def _is_bad(row: Row) -> bool:
    return not (SKUS[row[2]] and QUANTITIES[row[3]] and PRICES[row[4]])


def _amount(text: str) -> Decimal:
    return Decimal(text.replace("$", "").replace(",", ""))


STORED = """
select h.number, h.total, array_agg(l.net_price order by l.line) from commerce.invoices h
join commerce.invoice_lines l on l.invoice_id = h.id join workbench.tenant t on t.id = h.tenant_id
where t.slug = %s group by 1, 2
"""

numbers = count(1)
MANY = int(os.environ.get("WORKBENCH_TEST_EXAMPLES", "300")) // 20 or 1  # each is five imports


def written(report: list[Row]) -> str:
    lines = [
        f'{number},2026-01-15,{customer},{sku},{quantity},"{net}"' for number, customer, sku, quantity, net in report
    ]
    return HEAD + "\n".join(lines) + "\n"


def in_small_chunks(sheet: Sheet, rows: int) -> Sheet:
    """So that the rows of an invoice come in several chunks."""

    def cut(chunks: Iterable[Chunk]) -> Iterator[Chunk]:
        for chunk in chunks:
            for first in range(0, len(chunk), rows):
                yield Chunk(lines=chunk.lines[first : first + rows], cells=chunk.cells[first : first + rows])

    return replace(sheet, read=lambda tally: cut(sheet.read(tally)))


@given(report=reports, chunk=st.integers(1, 20))
@example(
    report=[
        ("1001", "", "fra1", "1", "0.10"),
        ("1002", "harbor", "NEW9", "1", "0"),
        ("1001", "harbor", "fra1", "1", "free"),
    ],
    chunk=1,
)
@example(report=[("1001", "", "fra1", "1", "0.10"), ("1001", "harbor", "fra1", "1", "$1,234.50")], chunk=1)
@settings(
    max_examples=MANY,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
)
def test_what_is_written_is_what_a_reckoning_by_hand_comes_to(
    open_wb: Callable[..., Workbench], tmp_path: Path, url: str, report: list[Row], chunk: int
) -> None:
    tenant = f"tenant-{next(numbers)}"
    wb = open_wb(tenant=tenant)

    def given(text: str, name: str) -> Sheet:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return open_sheet(tmp_path / name)

    wb.import_sheet(given("name\nHarbor\nBlue Door\n", "companies.csv"), "commerce.companies")
    wb.import_sheet(given("sku,name\nFRA1,One\nITA2,Two\n", "skus.csv"), "commerce.skus")
    invoices, goes_on = by_hand(report)
    batch = wb.import_sheet(
        in_small_chunks(given(written(report), "report.csv"), chunk), "commerce.invoices", skip_errors=True
    )
    stored = {number: (total, nets) for number, total, nets in ask(url, STORED, tenant)}
    assert stored == invoices
    came = dict(outcomes(wb, batch))
    assert {line: outcome == "created" for line, outcome in came.items()} == goes_on
    assert {outcome.partition(":")[0] for line, outcome in came.items() if not goes_on[line]} <= {
        "unmatched",
        "invalid",
    }
    again = wb.import_sheet(given(written(report), "report.csv"), "commerce.invoices", skip_errors=True)
    assert (again.created, again.updated, again.removed) == (0, 0, 0)
    wb.undo(batch)
    assert ask(url, STORED, tenant) == []
