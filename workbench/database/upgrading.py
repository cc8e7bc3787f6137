"""The database set up for this version of the program: roles, control tables, the job queue, and the tables of every
contract."""

import hashlib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import TupleRow

from workbench.database.identity import ROLE
from workbench.database.store import QUEUE, connect, password_of, program_url, reason
from workbench.datasets import catalog
from workbench.derived import classes
from workbench.model.contract import Contract
from workbench.model.errors import DatabaseOutdated, DatabaseUnavailable
from workbench.model.kinds import KINDS
from workbench.model.resources import migrations

VERSION = "0021"
"""The migration that this program needs."""


def is_current(url: str) -> bool:
    """Whether the database is set up for this version of the program; raises DatabaseUnavailable when it cannot be
    asked."""
    try:
        with psycopg.connect(program_url(url)) as connection:
            row = connection.execute(
                "select version_num, coalesce(obj_description(to_regnamespace(%s), 'pg_namespace'), ''), "
                "obj_description('workbench'::regnamespace, 'pg_namespace') from workbench.schema_version",
                (QUEUE,),
            ).fetchone()
            if row is None or (row[0], row[2]) != (VERSION, _current()):
                return False
            return row[1] >= _queue_steps()[-1].stem and not _lacks_targets(connection)
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName, psycopg.errors.InsufficientPrivilege):
        return False
    except psycopg.OperationalError as error:
        if _can_connect(url):
            return False
        raise DatabaseUnavailable(why=reason(error)) from None


def server_version(url: str) -> str:
    """The server's version, e.g. "18.1"; raises DatabaseUnavailable."""
    try:
        with connect(url) as connection:
            row = connection.execute("show server_version").fetchone()
    except psycopg.OperationalError as error:
        raise DatabaseUnavailable(why=reason(error)) from None
    return str(row[0]).split()[0] if row else ""


def _can_connect(url: str) -> bool:
    try:
        connect(url).close()
    except psycopg.OperationalError:
        return False
    return True


def _lacks_targets(connection: psycopg.Connection[TupleRow]) -> bool:
    """Whether a contract has no table or column yet, or is not known to have it."""
    wanted = {
        (contract.family, contract.table, field.target)
        for contract in catalog.CONTRACTS.values()
        for field in contract.stored
    }
    known = connection.execute(
        "select n.nspname, c.relname, a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid "
        "join pg_namespace n on n.oid = c.relnamespace "
        "where n.nspname = any(%s) and c.relkind = 'r' and a.attnum > 0",
        (list(catalog.families()),),
    ).fetchall()
    datasets = connection.execute(
        "select data_type, family, target, active, key, only_field, only_texts from workbench.dataset"
    ).fetchall()
    indivisible = connection.execute("select data_type, whole from workbench.indivisible").fetchall()
    as_said = set(_datasets()) <= set(datasets) and set(_indivisible()) == set(indivisible)
    return not (wanted <= set(known) and as_said)


def upgrade(url: str) -> None:
    """Brings the database to this version: roles, control tables, the job queue, and the tables of every contract.

    `url` names a role that may create roles and schemas. Columns and tables are added, never dropped.
    Raises DatabaseUnavailable, and DatabaseOutdated when the role may not.
    """
    # imported here: a program whose database is current does not pay for them
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine, text
    from sqlalchemy.pool import NullPool

    try:
        engine = create_engine("postgresql+psycopg://", creator=lambda: connect(url), poolclass=NullPool)
        with engine.begin() as connection:
            connection.execute(text("select pg_advisory_xact_lock(hashtext('workbench upgrade'))"))
            _roles(connection, url)
            connection.execute(text("set local role workbench_owner"))
            config = Config()
            config.set_main_option("script_location", str(migrations()))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            outdated = _said(connection) != _current()
            if outdated:
                _run(connection, "current.sql")
            connection.execute(text("grant select on workbench.schema_version to workbench_app"))
            _make_targets(connection)
            if outdated:  # its views are over those tables
                _run(connection, "links.sql")
                for statement in classes.statements(catalog.CONTRACTS.values()):
                    connection.exec_driver_sql(statement)
                connection.exec_driver_sql(f"comment on schema workbench is '{_current()}'")
        _make_queue(url)
    except Exception as error:
        cause = getattr(error, "orig", error)
        if isinstance(cause, psycopg.errors.InsufficientPrivilege):
            raise DatabaseOutdated() from error
        if isinstance(cause, psycopg.OperationalError):
            raise DatabaseUnavailable(why=reason(cause)) from None
        raise


def _said(connection: Any) -> str | None:
    """The schema's comment: which version of the functions, views and triggers is there."""
    said: str | None = connection.exec_driver_sql(
        "select obj_description('workbench'::regnamespace, 'pg_namespace')"
    ).scalar()
    return said


def _current() -> str:
    """The mark by which the scripts are known of what the database does, the queue's rules, the links and classes."""
    classified = classes.statements(catalog.CONTRACTS.values())
    scripts = "".join((*map(_script, ("current.sql", "queue.sql", "links.sql")), *classified))
    return f"current {hashlib.sha256(scripts.encode()).hexdigest()[:16]}"


def _run(connection: Any, name: str) -> None:
    """Runs a script as it stands."""
    # straight to the driver: the statements have no parameters, and their % signs mean themselves
    connection.connection.driver_connection.execute(_script(name))


def _script(name: str) -> str:
    return (migrations() / name).read_text("utf-8")


def _make_targets(connection: Any) -> None:
    """The table of every contract, with the columns that it has by now, and where each dataset is."""
    from sqlalchemy import inspect
    from sqlalchemy.schema import AddConstraint, CreateColumn, CreateSchema

    from workbench.derived.tables import security, tables

    run = connection.exec_driver_sql
    metadata = tables(catalog.CONTRACTS.values())
    for family in catalog.families():
        connection.execute(CreateSchema(family, if_not_exists=True))
        run(f'grant usage on schema "{family}" to workbench_app')
    known = inspect(connection)
    there = [table for table in metadata.sorted_tables if known.has_table(table.name, schema=table.schema)]
    _bind_to_tenants(connection, known, there)
    made = []
    for table in metadata.sorted_tables:
        if table not in there:
            table.create(connection)
            for statement in security(table):
                run(statement)
            # of two indexes that seem as good the newest is taken: who checks a reference to a small table that nobody
            # has counted yet would read all records of the tenant by the other key
            run(
                f'alter table "{table.schema}"."{table.name}" drop constraint "{table.name}_pkey", '
                "add primary key (id, tenant_id)"
            )
            made.append(table)
            continue
        has = {column["name"] for column in known.get_columns(table.name, schema=table.schema)}
        for column in table.columns:
            if column.name not in has:
                column.nullable = True  # there may be records already
                definition = CreateColumn(column).compile(dialect=connection.dialect)
                run(f'alter table "{table.schema}"."{table.name}" add column {definition}')
    for constraint in (each for table in made for each in table.foreign_key_constraints if each.use_alter):
        connection.execute(AddConstraint(constraint))  # to a table that is made later, or to its own
    for dataset in _datasets():
        run(
            "insert into workbench.dataset (data_type, family, target, active, key, only_field, only_texts) "
            "values (%s, %s, %s, %s, %s, %s, %s) "
            "on conflict (data_type) do update set family = excluded.family, target = excluded.target, "
            "active = excluded.active, key = excluded.key, only_field = excluded.only_field, "
            "only_texts = excluded.only_texts",
            dataset,
        )
    run("delete from workbench.indivisible")
    for each in _indivisible():
        run("insert into workbench.indivisible (data_type, whole) values (%s, %s)", each)


def _bind_to_tenants(connection: Any, known: Any, there: list[Any]) -> None:
    """References of tables of an earlier version were to an id alone; from here on they are within a tenant."""
    from sqlalchemy.schema import AddConstraint

    run = connection.exec_driver_sql
    loose = [
        (table, key["name"])
        for table in there
        for key in known.get_foreign_keys(table.name, schema=table.schema)
        if "tenant_id" not in key["constrained_columns"]
    ]
    for table, name in loose:
        run(f'alter table "{table.schema}"."{table.name}" drop constraint "{name}"')
    for table in there:
        key = known.get_pk_constraint(table.name, schema=table.schema)
        if key["constrained_columns"] == ["id"]:
            name = f'"{table.schema}"."{table.name}"'
            run(f'alter table {name} drop constraint "{key["name"]}", add primary key (id, tenant_id)')
    for table, name in loose:
        connection.execute(AddConstraint(next(each for each in table.constraints if each.name == name)))


def _datasets() -> list[tuple[Any, ...]]:
    """Every dataset that has a table: its name, schema, table, the column that says whether a record is active, the
    one that is its key, and which rows come in."""
    return [
        (
            *(each.name, each.family, each.table),
            each.removal.active if each.removal is not None else None,
            _key(each),
            *((each.only[0], ",".join(each.only[1])) if each.only is not None else (None, None)),
        )
        for each in catalog.CONTRACTS.values()
        if each.table
    ]


def _indivisible() -> list[tuple[str, bool]]:
    """The datasets and the playbooks whose rows go together, each with whether all of a source do."""
    forms = [(each.name, each.goes == "whole") for each in catalog.FORMS.values() if each.goes]
    return [*forms, *((each.name, False) for each in catalog.CONTRACTS.values() if each.adds_up)]


def _key(contract: Contract) -> str | None:
    first, *rest = contract.key_fields
    plain = not rest and first.reference is None and KINDS[first.kind].sql == "text"
    return first.target if plain else None


def _roles(connection: Any, url: str) -> None:
    secret = conninfo_to_dict(url).get("password")
    server = connection.connection.driver_connection.pgconn
    # encrypted here: statements can stand in the server's log
    kept = server.encrypt_password(password_of(str(secret)).encode(), ROLE.encode()).decode() if secret else ""
    password = f" password '{kept}'" if secret else ""
    run = connection.exec_driver_sql
    known = {row[0] for row in run("select rolname from pg_roles where rolname like 'workbench%%'")}
    if "workbench_owner" not in known:
        run("create role workbench_owner nologin")
    if ROLE not in known:
        run(f"create role {ROLE} login nosuperuser nobypassrls nocreatedb nocreaterole{password}")
    elif password:
        run(f"alter role {ROLE}{password}")
    run("grant workbench_owner to current_user")
    database = run("select quote_ident(current_database())").scalar()
    run(f"grant create on database {database} to workbench_owner")
    run(f"grant temporary, connect on database {database} to {ROLE}")
    run("create schema if not exists workbench authorization workbench_owner")


def _queue_steps() -> list[Path]:
    """Procrastinate's own migrations, the oldest first; found without importing it."""
    package = find_spec("procrastinate")
    assert package is not None and package.origin is not None, "it is installed with Workbench"
    return sorted(Path(package.origin).parent.glob("sql/migrations/*.sql"))


def _make_queue(url: str) -> None:
    """The schema of the job queue at the version that is installed; its comment is the last migration it has.

    Each migration has a transaction of its own: what one adds to an enumeration is of use to the next only then.
    """
    from procrastinate.schema import SchemaManager

    steps = _queue_steps()
    with connect(url) as connection:
        connection.autocommit = True
        connection.execute("select pg_advisory_lock(hashtext('workbench upgrade'))")
        connection.execute("set role workbench_owner")
        known = connection.execute("select obj_description(to_regnamespace(%s), 'pg_namespace')", (QUEUE,)).fetchone()
        has = known[0] if known else None
        missing = [(step.stem, step.read_text("utf-8")) for step in steps if has and step.stem > has]
        for version, script in missing if has else [(steps[-1].stem, SchemaManager.get_schema())]:
            with connection.transaction():
                connection.execute(f"create schema if not exists {QUEUE}; set local search_path = {QUEUE}")
                connection.execute(script.encode())
                connection.execute(f"comment on schema {QUEUE} is '{version}'")
                connection.execute(f"grant usage on schema {QUEUE} to {ROLE}")
                for what, rights in (("tables", "select, insert, update, delete"), ("sequences", "usage")):
                    connection.execute(f"grant {rights} on all {what} in schema {QUEUE} to {ROLE}")
        with connection.transaction():
            connection.execute(_script("queue.sql"))
