"""A large commit whose rows refer to others looks each of them up, whatever the server knew before."""

from collections.abc import Callable, Iterator
from typing import Any, LiteralString

import psycopg
import pytest

from workbench import Workbench
from workbench.database import committing
from workbench.model.sheet import Sheet

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]
INVOICES = 20_500


@pytest.fixture
def known(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet("name\nBlue Door\n", "companies.csv"), "commerce.companies")
    wb.import_sheet(sheet("sku,name\nFRA1,Chablis\n", "skus.csv"), "commerce.skus")


@pytest.fixture
def looking(url: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def report(count: int) -> str:
    rows = (f"{number},2026-01-15,Blue Door,FRA1,1,2.00,2.00\n" for number in range(10_000, 10_000 + count))
    return "Invoice number,Invoice date,Customer,SKU,Qty.,Unit price,Net price\n" + "".join(rows)


def found(looking: psycopg.Connection[tuple[object, ...]], statement: LiteralString) -> object:
    (value,) = looking.execute(statement).fetchone() or (None,)
    return value


def test_the_server_cannot_lose_count_of_a_table_while_a_large_commit_writes_it(
    wb: Workbench,
    sheet: Given,
    known: None,
    looking: psycopg.Connection[tuple[object, ...]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It finds no row of a transaction under way, and pages that hold none are what every index is as good for."""
    counted: list[object] = []
    seal = committing.seal

    def looked_at(*given: Any, **named: Any) -> None:
        # what the server does by itself at any time
        looking.execute("analyze (skip_locked) commerce.invoices, commerce.invoice_lines")
        counted.append(found(looking, "select reltuples::int from pg_class where oid = 'commerce.invoices'::regclass"))
        seal(*given, **named)

    monkeypatch.setattr(committing, "seal", looked_at)
    batch = wb.import_sheet(sheet(report(INVOICES), "sales.csv"), "commerce.invoices")
    assert wb.reconcile(batch).done
    assert counted and set(counted) == {INVOICES}
