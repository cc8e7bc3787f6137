"""What the tests of imports ask: how a batch ended, what its rows say, what the tables hold."""

import re
from typing import Any

import psycopg
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Identifier

from workbench import Workbench
from workbench.database import identity
from workbench.datasets import catalog
from workbench.model.batch import Batch

_SPEAKING = "select set_config('workbench.identity', %s, %s), set_config('workbench.batch', %s, true)"

TABLES = sorted({(contract.family, contract.table) for contract in catalog.CONTRACTS.values()})


def speak_for(
    connection: psycopg.Connection[Any],
    url: str,
    *,
    tenant: str = "default",
    person: str = "ana",
    batch: object = "",
    whole: bool = False,
) -> None:
    """Lets a transaction, or the `whole` connection, be that person's, as the program does, with that batch open."""
    entered = identity.enter(connection, url, tenant, person)
    connection.execute(_SPEAKING, (entered.identity, not whole, str(batch)))


def outcome(batch: Batch) -> tuple[int | None, ...]:
    """Created, updated, skipped, unmatched, invalid: the order of the import log."""
    return batch.created, batch.updated, batch.skipped, batch.unmatched, batch.invalid


def issues(wb: Workbench, batch: Batch) -> list[tuple[int, str, str]]:
    """Line, field and code of every issue."""
    return [(row["line"], issue["field"], issue["code"]) for row in wb.rows.each(batch) for issue in row["issues"]]


def messages(wb: Workbench, batch: Batch) -> dict[int, str]:
    """Every line's sentences, one after the other."""
    told = {row["line"]: "; ".join(issue["message"] for issue in row["issues"]) for row in wb.rows.each(batch)}
    return {line: text for line, text in told.items() if text}


def outcomes(wb: Workbench, batch: Batch) -> list[tuple[int, str]]:
    """Line and outcome of every row, with its reason where it has one: (4, "skipped:duplicate")."""
    return [(row["line"], ":".join(filter(None, (row["outcome"], row["reason"])))) for row in wb.rows.each(batch)]


def untimed(said: str) -> str:
    """A sentence, or several, without when they were said."""
    return _WHEN.sub("", said)


_TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d UTC"
_WHEN = re.compile(rf", {_TIME}(?: to {_TIME})?")


def records(url: str, table: str, *columns: str) -> list[tuple[Any, ...]]:
    """The columns of every record of a table, sorted: what is really there, seen past row-level security."""
    schema, _, name = table.partition(".")
    shown = SQL(", ").join(map(Identifier, columns))
    return ask(url, SQL("select {0} from {1} order by {0}").format(shown, Identifier(schema, name)))


def ask(url: str, question: Any, *values: object) -> list[tuple[Any, ...]]:
    """The answer of the database's superuser."""
    with psycopg.connect(url, autocommit=True, row_factory=tuple_row) as connection:
        return connection.execute(question, values).fetchall()


def tamper(url: str, statement: Any, *values: object) -> int:
    """What the database's superuser can do behind everybody's back; how many rows it changed."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")  # no triggers
        return connection.execute(statement, values).rowcount


def fingerprint(url: str) -> str:
    """A digest of every target table: each record as it stands, and which transaction wrote it."""
    one = SQL("select {} as name, t.xmin::text || t::text as record from {} t")
    every = SQL(" union all ").join(one.format(".".join(table), Identifier(*table)) for table in TABLES)
    question = SQL("select coalesce(md5(string_agg(name || record, '' order by name, record)), '') from ({}) t")
    return str(ask(url, question.format(every))[0][0])
