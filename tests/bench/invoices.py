"""A million invoice lines of 180,000 invoices, one sales report: the composed run against the sum of two bare loads of
the same file into identical tables.

    python -m tests.bench.invoices [--rows 1000000] [--rounds 3] [--sheets]

The bare side is what one would write by hand: COPY into a temporary table and INSERT ... ON CONFLICT DO UPDATE into the
invoices, and once more into their lines, which join what they refer to. Both sides run in turns, on the same embedded
server, as in `tests.bench.million`; beside the time stands what processors worked, which is the same whatever else the
machine does. Memory is that of the `workbench` command in a process of its own.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import psycopg
from psycopg.sql import SQL, Literal

from tests.bench.million import command, launched, said_of_machine
from tests.bench.processors import worked
from workbench import Workbench, open_sheet
from workbench.database import embedded, store, upgrading

TARGET = 1.5
_TABLES = ("invoices", "invoice_lines")
_COLUMNS = (
    *("Invoice number", "Invoice date", "Posted date", "Due date", "Purchase order number", "Delivery start time"),
    *("Delivery end time", "Special instrcutions", "Status", "Customer", "Salesperson", "Shipping address line 1"),
    *("Shipping address line 2", "Shipping address city", "Shipping address province", "Shipping address country"),
    *("Shipping address postal code", "Item number", "SKU", "Item", "Supplier", "Qty.", "Cases", "Liters"),
    *("Unit price", "Net price"),
)
_CUSTOMERS, _SKUS = 1_237, 1_382


def main() -> None:
    """Runs and prints the comparison."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--sheets", action="store_true", help="as two sheets too")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="wb-", dir="/tmp") as folder:
        os.chmod(folder, 0o755)
        measure(Path(folder), given.rows, given.rounds, two_sheets=given.sheets)


def measure(folder: Path, rows: int, rounds: int, *, two_sheets: bool) -> None:
    """Everything, in one run on one server under `folder`."""
    url = embedded.database_url(folder / "home")
    upgrading.upgrade(url)
    admin = psycopg.connect(url, autocommit=True)
    print(said_of_machine(admin))
    file = write_report(folder / "sales report.csv", rows)
    print(f"{rows:,} lines, {file.stat().st_size / 1e6:.0f} MB, {rounds} rounds in turns\n")
    known(folder, url)
    empty(admin)
    import_once(folder, url, write_report(folder / "warm.csv", 1000))  # loads what is loaded on first use
    sides = {"run": partial(import_once, folder, url, file)}
    if two_sheets:
        sheets = write_sheets(folder, file)
        sides["sheets"] = partial(import_sheets, folder, url, sheets)
    times: dict[str, list[tuple[float, float]]] = {}

    def take(name: str, run: Callable[[], None]) -> None:
        began, before = time.monotonic(), worked(folder / "home")
        run()
        times.setdefault(name, []).append((time.monotonic() - began, worked(folder / "home") - before))

    for number in range(1, rounds + 1):
        empty(admin)
        for turn in ("first", "again"):
            for part, load in (("invoices", bare_invoices), ("lines", bare_lines)):
                take(f"bare {part} {turn}", partial(load, url, file))
            admin.execute("checkpoint")
        for side, run in sides.items():
            empty(admin)
            for turn in ("first", "again"):
                take(f"{side} {turn}", run)
                admin.execute("checkpoint")
        told = (f"{name} {each[-1][0]:.1f} s ({each[-1][1]:.1f})" for name, each in times.items())
        print(f"round {number}, seconds (of processors): " + ", ".join(told), flush=True)
    print()
    for side, turn in ((side, turn) for side in sides for turn in ("first", "again")):
        for place, what in enumerate(("seconds", "of processors")):
            ours = statistics.median(each[place] for each in times[f"{side} {turn}"])
            parts = [times[f"bare {part} {turn}"] for part in ("invoices", "lines")]
            theirs = sum(statistics.median(each[place] for each in part) for part in parts)
            target = f"  (at most {TARGET})" if (side, turn) == ("run", "first") else ""
            print(
                f"{turn:6} {what:13} two bare loads {theirs:6.2f}   {side:6} {ours:6.2f}   "
                f"ratio {ours / theirs:.2f}{target}"
            )
    empty(admin)
    peaks = {"one sheet": command(folder, file, "--playbook", "commerce.invoices")}
    if two_sheets:
        empty(admin)
        archive = folder / "invoices.zip"
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as both:
            for sheet in sheets:
                both.write(sheet, sheet.name)
        said, peaks["two sheets"] = launched(
            folder / "home", "import", str(archive), "--playbook", "commerce", "--json"
        )
        assert json.loads(said)["done"], said
    for what, peak in peaks.items():
        print(f"\npeak memory of the program, {rows:,} lines, {what}: {peak:.0f} MB  (under 700)")
    admin.close()


def write_report(file: Path, rows: int) -> Path:
    """A sales report of so many lines, five to six an invoice and one in five without a price; always the same."""
    chance = np.random.default_rng(11)
    count = max(rows * 18 // 100, 1)
    invoice = np.sort(np.concatenate([np.arange(count), chance.integers(0, count, rows - count)]))
    customer = chance.integers(0, _CUSTOMERS, count)[invoice]
    day = (pd.Timestamp("2023-01-02") + pd.to_timedelta(chance.integers(0, 900, count), unit="D"))[invoice]
    sku = chance.integers(0, _SKUS, rows)
    quantity, cents = (
        chance.integers(-1, 25, rows),
        np.where(chance.random(rows) < 0.2, 0, chance.integers(500, 9000, rows)),
    )
    price, net = cents / 100, quantity * cents / 100
    of = pd.Series(customer).astype(str)
    columns: dict[str, object] = dict.fromkeys(_COLUMNS, "")
    columns |= {
        "Invoice number": 100_000 + invoice,
        "Invoice date": day.strftime("%Y-%m-%d"),
        "Posted date": day.strftime("%Y-%m-%d"),
        "Due date": np.where(invoice % 5 < 3, "", (day + pd.Timedelta(days=30)).strftime("%Y-%m-%d")),
        "Delivery start time": "11:00am",
        "Delivery end time": "2:00pm",
        "Status": "Delivered",
        "Customer": "Customer " + of,
        "Salesperson": "Rep " + (pd.Series(customer) % 8).astype(str),
        "Shipping address line 1": of + " Pier Street",
        "Shipping address city": "Baltimore",
        "Shipping address province": "MD",
        "Shipping address country": "USA",
        "Shipping address postal code": "21230",
        "Item number": 10_000 + sku,
        "SKU": "FRA" + pd.Series(sku + 1000).astype(str),
        "Item": "Wine " + pd.Series(sku).astype(str),
        "Supplier": "Supplier " + pd.Series(sku % 40).astype(str),
        "Qty.": quantity,
        "Cases": np.round(quantity / 12, 2),
        "Liters": np.round(quantity * 0.75, 2),
        "Unit price": pd.Series(price).map("{:.2f}".format),
        "Net price": pd.Series(net).map("{:.2f}".format),
    }
    pd.DataFrame(columns, columns=list(_COLUMNS)).to_csv(file, index=False)
    return file


def write_sheets(folder: Path, report: Path) -> tuple[Path, Path]:
    """The same invoices as two sheets: one of them with what each comes to, one of their lines, numbered."""
    rows = pd.read_csv(report, dtype=str, keep_default_na=False)
    number = rows["Invoice number"]
    rows["Line"] = (rows.groupby(number).cumcount() + 1).astype(str)
    total = pd.to_numeric(rows["Net price"]).groupby(number).sum()
    heads = rows.drop_duplicates("Invoice number")[[*_COLUMNS[:7], *_COLUMNS[8:17]]]
    heads = heads.assign(Total=heads["Invoice number"].map(total).map("{:.2f}".format))
    files = folder / "invoices.csv", folder / "lines.csv"
    heads.to_csv(files[0], index=False)
    rows[["Invoice number", "Line", *_COLUMNS[17:]]].to_csv(files[1], index=False)
    return files


def known(folder: Path, url: str) -> None:
    """The customers and the SKUs that the report names."""
    names = pd.DataFrame({"name": [f"Customer {number}" for number in range(_CUSTOMERS)]})
    skus = pd.DataFrame({"sku": [f"FRA{number + 1000}" for number in range(_SKUS)]})
    skus["name"] = [f"Wine {number}" for number in range(_SKUS)]
    for table, dataset in ((names, "commerce.companies"), (skus, "commerce.skus")):
        table.to_csv(folder / "known.csv", index=False)
        with Workbench.open(home=folder / "home", database_url=url, tenant="bench", user="bench") as wb:
            wb.import_sheet(open_sheet(folder / "known.csv"), dataset)


_OF_INVOICE = {
    "invoice_date": '"Invoice date"::date',
    "posted_date": '"Posted date"::date',
    "due_date": "nullif(\"Due date\", '')::date",
    "delivery_window": '"Delivery start time" || \' - \' || "Delivery end time"',
    "status": '"Status"',
    "company_lookup": 'lower("Customer")',
    "salesperson": '"Salesperson"',
    "shipping_address_line_1": '"Shipping address line 1"',
    "shipping_address_city": '"Shipping address city"',
    "shipping_address_province": '"Shipping address province"',
    "shipping_address_country": '"Shipping address country"',
    "shipping_address_postal_code": '"Shipping address postal code"',
}
_OF_LINE = {
    "item_number": '"Item number"',
    "item": '"Item"',
    "supplier": '"Supplier"',
    "quantity": '"Qty."::numeric',
    "cases": '"Cases"::numeric',
    "liters": '"Liters"::numeric',
    "unit_price": '"Unit price"::numeric',
    "net_price": '"Net price"::numeric',
}


def bare_invoices(url: str, file: Path) -> None:
    """What a script would do for the invoices: the first line of each says what it is, all of them what it comes to."""
    _bare(
        url,
        file,
        f"""insert into bare.invoices (tenant_id, number, company_id, total, lines_priced, {", ".join(_OF_INVOICE)})
        select {{tenant}}, "Invoice number", c.id, total, priced, {", ".join(_OF_INVOICE.values())}
        from (
            select distinct on ("Invoice number") * from incoming order by "Invoice number", place
        ) i join (
            select "Invoice number", sum("Net price"::numeric) as total,
                   count(*) filter (where "Net price"::numeric <> 0) as priced
            from incoming group by 1
        ) summed using ("Invoice number")
        join commerce.companies c on c.tenant_id = {{tenant}} and c.lookup_name = lower(trim("Customer"))
        on conflict (tenant_id, number) do update set company_id = excluded.company_id, total = excluded.total,
            lines_priced = excluded.lines_priced, updated_at = now(), {_excluded(_OF_INVOICE)}""",
    )


def bare_lines(url: str, file: Path) -> None:
    """And for their lines."""
    _bare(
        url,
        file,
        f"""insert into bare.invoice_lines (tenant_id, invoice_id, line, sku_id, {", ".join(_OF_LINE)})
        select {{tenant}}, h.id, row_number() over (partition by "Invoice number" order by place), s.id,
               {", ".join(_OF_LINE.values())}
        from incoming join bare.invoices h on h.tenant_id = {{tenant}} and h.number = "Invoice number"
        join commerce.skus s on s.tenant_id = {{tenant}} and s.code = upper(trim("SKU"))
        on conflict (tenant_id, invoice_id, line) do update set sku_id = excluded.sku_id, updated_at = now(),
            {_excluded(_OF_LINE)}""",
    )


def _excluded(columns: dict[str, str]) -> str:
    return ", ".join(f"{name} = excluded.{name}" for name in columns)


def _bare(url: str, file: Path, statement: str) -> None:
    database = store.Store(url, tenant="bench", user="bench")
    names = ", ".join(f'"{name}"' for name in _COLUMNS)
    with database.transaction() as connection:
        connection.execute("set local work_mem = '256MB'; set local jit = off")
        texts = ", ".join(f'"{name}" text' for name in _COLUMNS)
        connection.execute(f"create temporary table incoming (place serial, {texts}) on commit drop")
        load = f"copy incoming ({names}) from stdin (format csv, header true)"
        with connection.cursor() as cursor, cursor.copy(load) as copy, file.open("rb") as source:
            while block := source.read(1 << 20):
                copy.write(block)
        connection.execute(SQL(statement).format(tenant=Literal(database.tenant_id)))
    database.close()


def import_once(folder: Path, url: str, file: Path) -> None:
    """The whole run, to the log."""
    with Workbench.open(home=folder / "home", database_url=url, tenant="bench", user="bench") as wb:
        batch = wb.import_sheet(open_sheet(file), "commerce.invoices")
        assert wb.reconcile(batch).done, list(wb.rows.each(batch, outcome="invalid", limit=3))
        wb.log(batch).render()
        steps = {name: seconds for name, seconds in batch.summary.items() if name.startswith("seconds")}
    print("  " + ", ".join(f"{name.removeprefix('seconds_')} {seconds:.1f}" for name, seconds in steps.items()))


def import_sheets(folder: Path, url: str, files: tuple[Path, Path]) -> None:
    """The same of two sheets."""
    with Workbench.open(home=folder / "home", database_url=url, tenant="bench", user="bench") as wb:
        batch = wb.import_sheet([open_sheet(file) for file in files], "commerce")
        assert wb.reconcile(batch).done
        wb.log(batch).render()


def empty(admin: psycopg.Connection[tuple[object, ...]]) -> None:
    """Both sides' tables without a row, statistics as after a long time, nothing left to write to disk."""
    tables = ", ".join(f"commerce.{name}" for name in _TABLES)
    admin.execute(
        "truncate workbench.import_row, workbench.import_outcome, workbench.import_batch, workbench.import_run, "
        f"{tables} cascade"
    )
    admin.execute("drop schema if exists bare cascade; create schema bare; grant usage on schema bare to workbench_app")
    for name in _TABLES:
        admin.execute(
            f"create table bare.{name} (like commerce.{name} including all); "
            f"alter table bare.{name} owner to workbench_owner; alter table bare.{name} enable row level security; "
            f"alter table bare.{name} force row level security; "
            f"create policy tenant on bare.{name} using (tenant_id = (select workbench.current_tenant())); "
            f"grant select, insert, update, delete on bare.{name} to workbench_app"
        )
    admin.execute("grant usage on schema bare to workbench_owner")
    for table, column, other in (
        ("invoices", "company_id", "commerce.companies"),
        ("invoice_lines", "invoice_id", "bare.invoices"),
        ("invoice_lines", "sku_id", "commerce.skus"),
    ):
        admin.execute(
            f"alter table bare.{table} add foreign key ({column}, tenant_id) references {other} (id, tenant_id)"
        )
    admin.execute("checkpoint")


if __name__ == "__main__":
    main()
