"""Whoever owns the database alters a signed import, in every table, row by row and column by column: `verify` notices.

The columns are asked of the schema: one that is new, and in no item of what is signed, is noticed to be missing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.sql import SQL, Composable, Identifier

from tests import folder
from workbench import Workbench, open_sheet
from workbench.model.batch import Batch
from workbench.model.errors import AmbiguousBatch

TEACHERS = """\
Teacher Email,Teacher Name,School,Grade,Academic Year
ada@kck.example,Ada Park,Argentine Middle,7,2024-2025
ben@kck.example,Ben Ruiz,Wyandotte High,HS,2024-2025
cat@kck.example,Cat Moss,Wyandotte High,HS,2024-2025
"""
AGAIN = """\
Teacher Email,Teacher Name,School,Grade,Academic Year
ada@kck.example,Ada Park,Schlagle High,HS,2024-2025
dee@kck.example,Dee Fox,Sumner Academy,HS,2024-2025
dee@kck.example,Dee Fuchs,Sumner Academy,HS,2024-2025
eve,Eve Poe,Sumner Academy,HS,2024-2025
fay,Fay Roe,Sumner Academy,HS,2024-2025
"""

COVERED = {
    "import_batch": "batches",
    "import_run": "run",
    "import_row": "rows",
    "import_outcome": "outcomes",
    "import_removal": "removals",
    "import_explanation": "explanations",
    "import_correction": "corrections",
    "import_decision": "decisions",
    "control_total": "totals",
    "audit_log": "audit log",
    "audit_head": "audit log",
    "sign_off": "",
}
"""The item that names what was altered; a signature has several."""

NOT_COVERED = {
    "tenant": "a slug; the manifest has it",
    "program_key": "proves for whom a connection is, from now on",
    "indivisible": "says what goes together, and is made of the contracts",
    "dataset": "says where the records of a dataset are, and is made of the contracts",
    "person": "who has worked there; an import names its own",
    "import_template": "may change or retire; what it said of an import stands in its mapping",
    "import_profile": "compares sources, and proves nothing of an import",
    "import_source": "the inventory, which people edit",
    "google_sheet": "which sheets are configured, which people edit; what was read of one is kept as the source",
    "schedule": "what is imported by itself, which people edit",
    "schedule_run": "what came of each time; the imports that it made are batches like any other",
    "salesforce_read": "how far Salesforce was read, which the next reading asks; what was read is kept as the source",
    "match": "whom texts mean, from now on: no import is changed by it",
    "match_candidate": "whom texts may mean, made anew by every run",
    "schema_version": "which migration the database has",
}
"""Tables that prove nothing of an import, and why."""

_OTHERWISE = {
    "_int4": "array[9]",
    "_text": "array['x']",
    "bigint": "{column} + 1000",
    "boolean": "not coalesce({column}, false)",
    "bytea": "'x'",
    "integer": "coalesce({column}, 0) + 1000",
    "jsonb": "jsonb_build_object('was', {column})",
    "numeric": "coalesce({column}, 0) + 1",
    "pg_snapshot": "'99999:99999:'",
    "text": "coalesce({column}, '') || 'x'",
    "timestamp with time zone": "coalesce({column}, now()) + interval '1 microsecond'",
    "uuid": "gen_random_uuid()",
    "xid": "'99999'",
}
"""Another value for a column of each type."""

_WHOSE = {
    "import_batch": "id = {batch}",
    "import_run": "id = (select run_id from workbench.import_batch where id = {batch})",
    "audit_log": "true",
    "audit_head": "true",
}
"""The rows of a table that a signature under a batch covers, where they are not told by `batch_id`."""


@dataclass(kw_only=True)
class Found:
    """What was altered, and what came of it."""

    tables: set[str] = field(default_factory=set)
    """All tables that there are."""
    alterations: int = 0
    unnoticed: list[str] = field(default_factory=list)
    misnamed: list[str] = field(default_factory=list)
    """Those of which `verify` said something else than which item they belong to."""


def soak(rows: int) -> str:
    """Alters up to so many rows of every table, on a server of their own."""
    from tests.integration.conftest import own_database

    with folder.short() as place, own_database() as url:
        given: dict[str, Any] = {"home": place / "home", "database_url": url, "tenant": "default"}
        with Workbench.open(**given, user="ana") as ana, Workbench.open(**given, user="lea") as lea:
            found = tamper_with_all(url, ana, signed(ana, lea), rows=rows)
            assert ana.verify("latest")
    assert found.tables == {*COVERED, *NOT_COVERED}, (
        f"no item, and no reason: {found.tables - {*COVERED, *NOT_COVERED}}"
    )
    assert not found.unnoticed and not found.misnamed, f"unnoticed: {found.unnoticed}; otherwise: {found.misnamed}"
    return f"{found.alterations:,} alterations in {len(COVERED)} tables, 0 unnoticed, each named"


def signed(ana: Workbench, lea: Workbench) -> Batch:
    """An import with something in every table: two plans, a correction, a decision, a rejection, a removal, a total
    that is another than was said; ana did it, lea has signed it."""
    roster: dict[str, Any] = {"constants": {"district": "Kansas City"}, "mode": "replace"}
    for name, text in _FILES.items():
        ana.settings.home.mkdir(parents=True, exist_ok=True)
        (ana.settings.home / name).write_text(text)
    first, again = (open_sheet(ana.settings.home / name) for name in _FILES)
    ana.import_sheet(first, "polaris.teacher_roster", **roster)
    batch = ana.plan(ana.stage(again, "polaris.teacher_roster", expected={"rows": 6}, **roster)).batch
    ana.correct(batch, {5: {"Teacher Email": "eve@kck.example"}})
    ana.decisions.prefer(batch, [4])
    ana.commit(ana.plan(batch).batch, skip_errors=True, accept=["all"], reason="One is on leave.")
    ana.reject(batch, [6], "Nobody of that name works there.")
    lea.sign_off(batch)
    return ana.batches.get(batch)


_FILES = {"first.csv": TEACHERS, "roster.csv": AGAIN}


def tamper_with_all(url: str, wb: Workbench, batch: Batch, rows: int = 1) -> Found:
    """Alters up to so many rows of every table that proves a signed batch, one after the other, and puts each right
    again: every column becomes another value and null, and the row goes and comes twice."""
    found = Found()
    with _unguarded(url) as connection:
        columns = connection.execute(_COLUMNS).fetchall()
        found.tables = {each["table"] for each in columns}
        for table in sorted(found.tables & COVERED.keys()):
            whose = SQL(_WHOSE.get(table, "batch_id = {batch}")).format(batch=batch.id)
            name = Identifier("workbench", table)
            row = connection.execute(
                SQL("select count(*)::int as rows from {} where {}").format(name, whose)
            ).fetchone()
            assert row is not None
            for place in range(min(rows, row["rows"])):
                for what, statement in _alterations(connection, columns, table, whose, place):
                    _tamper(connection, wb, batch, table, f"{table} {place}: {what}", statement, found)
    return found


def _alterations(
    connection: psycopg.Connection[Any], columns: list[dict[str, Any]], table: str, whose: Composable, place: int
) -> Iterator[tuple[str, Composable]]:
    """What is done to a row of a table, the one at that place in the order of their texts, last first."""
    name = Identifier("workbench", table)
    row = SQL("(select ctid from {name} each where {whose} order by each::text desc offset {place} limit 1)").format(
        name=name, whose=whose, place=place
    )
    for column in (each for each in columns if each["table"] == table):
        called = Identifier(column["column"])
        value = SQL(f"({_OTHERWISE[column['kind']].format(column=called.as_string(connection))})")
        update = SQL(
            "update {name} set {called} = {value} where ctid = {row} and {called}::text is distinct from {value}::text"
        )
        yield column["column"], update.format(name=name, called=called, value=value, row=row)
        if column["nullable"]:
            yield f"no {column['column']}", update.format(name=name, called=called, value=SQL("null"), row=row)
    yield "gone", SQL("delete from {} where ctid = {}").format(name, row)
    yield "twice", SQL("insert into {name} select * from {name} where ctid = {row}").format(name=name, row=row)


def _tamper(
    connection: psycopg.Connection[Any],
    wb: Workbench,
    batch: Batch,
    table: str,
    what: str,
    statement: Composable,
    found: Found,
) -> None:
    name = Identifier("workbench", table)
    connection.execute(SQL("create temporary table was as table {}").format(name))
    if connection.execute(statement).rowcount:
        found.alterations += 1
        try:
            proof = wb.verify(batch)
            if proof:
                found.unnoticed.append(what)
            elif COVERED[table] and COVERED[table] not in [each.item for each in proof.differs]:
                found.misnamed.append(f"{what}: {', '.join(map(str, proof.differs))}")
        except AmbiguousBatch:
            pass  # it is there twice, and is not taken for either
        connection.execute(SQL("delete from {}").format(name))
        connection.execute(SQL("insert into {} table was").format(name))
    connection.execute("drop table was")


@contextmanager
def _unguarded(url: str) -> Iterator[psycopg.Connection[Any]]:
    """The owner's connection, without triggers, checks, keys, references and generated columns."""
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("alter table workbench.import_batch alter column status drop expression")
        connection.execute("alter table workbench.audit_log alter column id drop identity")
        for statement in connection.execute(_CONSTRAINTS).fetchall() + connection.execute(_UNIQUE).fetchall():
            connection.execute(statement["statement"])
        yield connection


_CONSTRAINTS = """
select format('alter table %s drop constraint %I cascade', conrelid::regclass, conname) as statement from pg_constraint
where connamespace = 'workbench'::regnamespace and contype in ('c', 'f', 'u', 'p') order by contype
"""

_UNIQUE = """
select format('drop index %s', indexrelid::regclass) as statement from pg_index i join pg_class c on c.oid = i.indrelid
where c.relnamespace = 'workbench'::regnamespace and i.indisunique and not exists (
    select from pg_constraint where conindid = i.indexrelid)
"""

_COLUMNS = """
select table_name as "table", column_name as "column",
       case when data_type in ('ARRAY', 'USER-DEFINED') then udt_name else data_type end as kind,
       is_nullable = 'YES' as nullable
from information_schema.columns join information_schema.tables using (table_schema, table_name)
where table_schema = 'workbench' and table_type = 'BASE TABLE' order by 1, ordinal_position
"""
