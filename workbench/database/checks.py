"""Whether the records that there are agree with each other: questions by name, each with the list of those that do not.

A question is one statement over the tables and views of a family, asked under row-level security: of the tenant's own
records alone. Nothing is kept of an answer.
"""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from psycopg.sql import SQL, Identifier

from workbench.database.store import Store
from workbench.datasets import catalog
from workbench.model.check import Check, Checked
from workbench.model.errors import UnknownCheck
from workbench.model.written_rows import harmless
from workbench.sources.csv_writer import save_text

_QUESTIONS: dict[Check, str] = {
    Check(
        name="payments-beyond-invoice",
        title="Invoices whose payments come to more than their total",
        severity="high",
        dataset="commerce.invoice_headers",
    ): """
        select number as invoice, total, paid, open, payments from commerce.invoice_balance
        where state = 'overpaid' order by number""",
    Check(
        name="invoice-amount-mismatch",
        title="Invoices whose total is not that of their lines, by more than 0.01",
        severity="high",
        dataset="commerce.invoice_headers",
    ): """
        select i.number as invoice, i.total, sum(l.amount) as lines
        from commerce.invoices i join commerce.invoice_lines l on l.tenant_id = i.tenant_id and l.invoice_id = i.id
        group by i.id, i.number, i.total having abs(coalesce(i.total, 0) - sum(l.amount)) > 0.01 order by 1""",
    Check(
        name="customers-without-sales-rep",
        title="Customers whom nobody looks after",
        severity="high",
        dataset="commerce.companies",
    ): """
        select c.external_id as id, c.name as customer from commerce.companies c
        where c.salesperson is null order by c.name, 1""",
    Check(
        name="customers-missing-email",
        title="Customers without any e-mail address, be it of a contact",
        severity="high",
        dataset="commerce.companies",
    ): """
        select c.external_id as id, c.name as customer from commerce.companies c
        where c.billing_email is null and not exists (
            select from commerce.contacts p
            where p.tenant_id = c.tenant_id and p.company_id = c.id and p.email is not null)
        order by c.name, 1""",
    Check(
        name="duplicate-customers",
        title="Customers who share a billing e-mail address",
        severity="high",
        dataset="commerce.companies",
    ): """
        select lower(c.billing_email) as email, c.external_id as id, c.name as customer
        from commerce.companies c where lower(c.billing_email) in (
            select lower(d.billing_email) from commerce.companies d where d.billing_email is not null
            group by 1 having count(*) > 1)
        order by 1, c.name""",
    Check(
        name="missing-inventory-locations",
        title="Stock of which nobody has told where it stands",
        severity="medium",
        dataset="commerce.inventory",
    ): """
        select sku, warehouse, units from commerce.stock
        where inventory_id is not null and sort_order is null order by 1, 2""",
    Check(
        name="unknown-stock",
        title="SKUs of which no stock is known, which is not sold out",
        severity="medium",
        dataset="commerce.skus",
    ): """
        select s.sku, k.name as item from commerce.stock s join commerce.skus k on k.id = s.sku_id
        where s.state = 'unknown' order by 1""",
    Check(
        name="stock-below-zero",
        title="Stock of less than nothing",
        severity="medium",
        dataset="commerce.inventory",
    ): "select sku, warehouse, units from commerce.stock where units < 0 order by 1, 2",
}

CHECKS = {check.name: check for check in _QUESTIONS}
"""Every check, by its name."""


def check(name: str) -> Check:
    """The check of that name; raises UnknownCheck."""
    try:
        return CHECKS[name]
    except KeyError:
        raise UnknownCheck(check=name, known=", ".join(CHECKS)) from None


class Checks:
    """Whether the tenant's records agree with each other: `Workbench.checks`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self) -> list[Checked]:
        """What every check comes to now."""
        return [self._checked(each) for each in CHECKS.values()]

    def one(self, name: str) -> Checked:
        """What one check comes to now; raises UnknownCheck."""
        return self._checked(check(name))

    def rows(self, name: str, *, limit: int | None = None) -> list[dict[str, Any]]:
        """The list of a check, in its order, by the names of its columns; raises UnknownCheck."""
        question = SQL(_QUESTIONS[check(name)])
        return self._store.all(question if limit is None else question + SQL(f" limit {int(limit)}"))

    def text(self, name: str) -> str:
        """The list of a check as CSV; raises UnknownCheck."""
        return _csv(self.rows(name))

    def save(self, name: str, path: Path) -> int:
        """Writes the list of a check as CSV, and returns how many rows it has; raises UnknownCheck, UnwritableFile,
        NoSpace."""
        found = self.rows(name)
        save_text(_csv(found), path)
        return len(found)

    def _checked(self, asked: Check) -> Checked:
        contract = catalog.contract(asked.dataset)
        counted = self._store.one(
            SQL("select (select count(*) from {})::int as records, count(*)::int as found from ({}) listed").format(
                Identifier(contract.family, contract.table), SQL(_QUESTIONS[asked])
            )
        )
        assert counted is not None
        return Checked(check=asked, records=counted["records"], found=counted["found"])


def _csv(rows: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if rows:
        writer.writerow(rows[0])
    writer.writerows(map(_cells, rows))
    return text.getvalue()


def _cells(row: dict[str, Any]) -> Iterator[object]:
    return (harmless(cell) if isinstance(cell, str) else cell for cell in row.values())
