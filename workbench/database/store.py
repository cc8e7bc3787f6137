"""The database: how it is reached, set up and spoken to, one tenant at a time."""

import hashlib
import hmac
import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg import Connection, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo, timeout_from_conninfo
from psycopg.rows import DictRow, dict_row

from workbench.datasets import catalog
from workbench.model.errors import (
    DatabaseBusy,
    DatabaseFull,
    DatabaseOutdated,
    DatabaseUnavailable,
    NotConfigured,
    NulInText,
)
from workbench.model.resources import migrations

logging.getLogger("psycopg").addHandler(logging.NullHandler())  # what it warns of is raised anyway

ROLE = "workbench_app"
"""What the program connects as: no superuser, owner of nothing, under row-level security that it cannot switch off."""

VERSION = "0005"
"""The migration that this program needs."""

QUEUE = "procrastinate"
"""The schema of the job queue, which Procrastinate's own scripts make. Its jobs hold no data, only ids and names."""


class Store:
    """A connection of the program's role on behalf of one tenant and one person."""

    def __init__(self, url: str, *, tenant: str, user: str) -> None:
        self._url = url
        self.tenant = tenant
        self.user = user
        with translated_errors():
            self.connection: Connection[DictRow] = psycopg.connect(
                program_url(url), autocommit=True, row_factory=dict_row
            )
        try:
            self._introduce()
        except BaseException:
            self.close()
            raise

    def _introduce(self) -> None:
        """Says for whom the connection is, and who is at work."""
        with translated_errors():
            self.connection.execute("set client_min_messages = error; set timezone = 'UTC'")
            try:
                with self.connection.transaction():
                    self.tenant_id: UUID = self._scalar("select workbench.tenant_id(%s)", self.tenant)
            except psycopg.errors.CheckViolation:
                how = "a tenant is a letter or digit of a to z and 0 to 9, and more of them, - and _"
                raise NotConfigured(what="WORKBENCH_TENANT", how=how) from None
        with self.transaction():
            self.connection.execute(
                "insert into workbench.person (tenant_id, name) values (%s, %s) on conflict do nothing",
                (self.tenant_id, self.user),
            )

    def _scalar(self, statement: str, *values: object) -> Any:
        row = self.connection.execute(statement, values).fetchone()
        return next(iter(row.values())) if row else None

    def another(self) -> "Store":
        """A second connection of the same person in the same tenant, for work beside the first."""
        return Store(self._url, tenant=self.tenant, user=self.user)

    def close(self) -> None:
        """Gives the connection back."""
        self.connection.close()

    @contextmanager
    def transaction(
        self, batch: UUID | None = None, *, isolation: str = "read committed", snapshot: str | None = None
    ) -> Iterator[Connection[DictRow]]:
        """All or nothing, for the tenant; rows and outcomes can be added to `batch` alone.

        Raises DatabaseUnavailable when the database goes away, DatabaseFull, and DatabaseBusy.
        """
        with translated_errors(), self.connection.transaction():
            self.connection.execute(f"set transaction isolation level {isolation}")
            if snapshot is not None:
                self.connection.execute(sql.SQL("set transaction snapshot {}").format(sql.Literal(snapshot)))
            self.connection.execute(
                "select set_config('workbench.tenant', %s, true), set_config('workbench.batch', %s, true)",
                (str(self.tenant_id), str(batch or "")),
            )
            yield self.connection

    def add_to(self, batch: UUID) -> None:
        """From here on, the transaction that runs can add rows and outcomes to that batch, and to no other."""
        self.connection.execute("select set_config('workbench.batch', %s, true)", (str(batch),))

    @contextmanager
    def queue(self) -> Iterator[Connection[DictRow]]:
        """All or nothing, for the tenant, with the tables of the job queue in sight."""
        with self.transaction() as connection:
            connection.execute(f"set local search_path = {QUEUE}")
            yield connection

    def all(
        self, statement: str | sql.Composable, values: Mapping[str, object] | tuple[object, ...] = ()
    ) -> list[dict[str, Any]]:
        """The rows of one question."""
        with self.transaction() as connection:
            # without values a % in the statement means itself: a composed one may hold a literal of a person's
            return connection.execute(statement, values or None).fetchall()  # type: ignore[arg-type]

    def one(
        self, statement: str | sql.Composable, values: Mapping[str, object] | tuple[object, ...] = ()
    ) -> dict[str, Any] | None:
        """The first row of one question, or None."""
        found = self.all(statement, values)
        return found[0] if found else None

    def note(self, action: str, batch: UUID | None = None, **detail: object) -> None:
        """Writes who did what into the audit log, in the transaction that runs."""
        self.connection.execute(
            "insert into workbench.audit_log (tenant_id, actor, action, batch_id, detail) values (%s, %s, %s, %s, %s)",
            (self.tenant_id, self.user, action, batch, psycopg.types.json.Jsonb(detail)),
        )


@contextmanager
def translated_errors() -> Iterator[None]:
    """Says in one sentence what the database cannot do now; no address, no secret.

    Raises DatabaseUnavailable, DatabaseFull, DatabaseBusy, NulInText.
    """
    try:
        yield
    except psycopg.DataError as error:
        if isinstance(error, psycopg.errors.UntranslatableCharacter) or "NUL" in str(error):
            raise NulInText from None
        raise
    except psycopg.errors.DiskFull:
        raise DatabaseFull from None
    except psycopg.OperationalError as error:
        if (error.sqlstate or "").startswith(_CONFLICTS):
            raise DatabaseBusy(why=_reason(error)) from None
        raise DatabaseUnavailable(why=_reason(error)) from None


_CONFLICTS = ("40", "55P03")
"""SQLSTATEs of what may well succeed when it is tried again: rolled back for another's sake, a lock not to be had."""


def program_url(url: str) -> str:
    """The same database under the program's role.

    Its password is made of the given one, so that every machine that may set the database up can also use it, and
    none has to keep a second secret. An address that names another role than a superuser or owner is used as it is.
    Raises NotConfigured for what is no address.
    """
    parts = _parts(url)
    if parts.get("user") != ROLE:
        parts["user"] = ROLE
        if parts.get("password"):
            parts["password"] = _password(str(parts["password"]))
    return make_conninfo("", **parts)


def queue_url(url: str) -> str:
    """The same database under the program's role, with the tables of the job queue in sight."""
    parts = conninfo_to_dict(program_url(url))
    return make_conninfo("", **parts | {"options": f"{parts.get('options') or ''} -c search_path={QUEUE}".strip()})


def _parts(url: str) -> dict[str, Any]:
    try:
        parts = {"connect_timeout": 10, **conninfo_to_dict(url)}
        timeout_from_conninfo(parts)
        return parts
    except psycopg.ProgrammingError:  # whose message repeats the address, password and all
        how = "it is no address of a PostgreSQL database, e.g. postgresql://user@host/database"
        raise NotConfigured(what="WORKBENCH_DATABASE_URL", how=how) from None


def _password(secret: str) -> str:
    return hmac.new(secret.encode(), ROLE.encode(), hashlib.sha256).hexdigest()


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
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName, psycopg.errors.InsufficientPrivilege):
        return False
    except psycopg.OperationalError as error:
        if _can_connect(url):
            return False
        raise DatabaseUnavailable(why=_reason(error)) from None
    if row is None or (row[0], row[2]) != (VERSION, _current()[1]):
        return False
    return row[1] >= _queue_steps()[-1].stem and not _targets_missing(url)


def server_version(url: str) -> str:
    """The server's version, e.g. "18.1"; raises DatabaseUnavailable."""
    try:
        with _connect(url) as connection:
            row = connection.execute("show server_version").fetchone()
    except psycopg.OperationalError as error:
        raise DatabaseUnavailable(why=_reason(error)) from None
    return str(row[0]).split()[0] if row else ""


def _connect(url: str) -> Connection:
    return psycopg.connect(make_conninfo("", **_parts(url)))


def _can_connect(url: str) -> bool:
    try:
        _connect(url).close()
    except psycopg.OperationalError:
        return False
    return True


def _targets_missing(url: str) -> list[str]:
    wanted = {
        (contract.family, contract.table, field.target)
        for contract in catalog.CONTRACTS.values()
        for field in contract.stored
    }
    with psycopg.connect(program_url(url)) as connection:
        known = connection.execute(
            "select n.nspname, c.relname, a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid "
            "join pg_namespace n on n.oid = c.relnamespace "
            "where n.nspname = any(%s) and c.relkind = 'r' and a.attnum > 0",
            (list(catalog.families()),),
        ).fetchall()
    return sorted(".".join(column) for column in wanted - set(known))


def upgrade(url: str) -> None:
    """Brings the database to this version: roles, control tables, the job queue, and the tables of every contract.

    `url` names a role that may create roles and schemas. Columns and tables are added, never dropped.
    Raises DatabaseUnavailable, and DatabaseOutdated when the role may not.
    """
    # imported here: a program whose database is current does not pay for them
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine, inspect, text
    from sqlalchemy.pool import NullPool
    from sqlalchemy.schema import CreateColumn, CreateSchema

    from workbench.derived.tables import security, tables

    try:
        engine = create_engine("postgresql+psycopg://", creator=lambda: _connect(url), poolclass=NullPool)
        with engine.begin() as connection:
            connection.execute(text("select pg_advisory_xact_lock(hashtext('workbench upgrade'))"))
            _roles(connection, url)
            connection.execute(text("set local role workbench_owner"))
            config = Config()
            config.set_main_option("script_location", str(migrations()))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            _make_current(connection)
            connection.execute(text("grant select on workbench.schema_version to workbench_app"))
            metadata = tables(catalog.CONTRACTS.values())
            for family in catalog.families():
                connection.execute(CreateSchema(family, if_not_exists=True))
                connection.execute(text(f'grant usage on schema "{family}" to workbench_app'))
            known = inspect(connection)
            for table in metadata.sorted_tables:
                if not known.has_table(table.name, schema=table.schema):
                    table.create(connection)
                    for statement in security(table):
                        connection.execute(text(statement))
                else:
                    has = {column["name"] for column in known.get_columns(table.name, schema=table.schema)}
                    for column in table.columns:
                        if column.name not in has:
                            column.nullable = True  # there may be records already
                            definition = CreateColumn(column).compile(dialect=engine.dialect)
                            connection.execute(
                                text(f'alter table "{table.schema}"."{table.name}" add column {definition}')
                            )
        _make_queue(url)
    except Exception as error:
        cause = getattr(error, "orig", error)
        if isinstance(cause, psycopg.errors.InsufficientPrivilege):
            raise DatabaseOutdated() from error
        if isinstance(cause, psycopg.OperationalError):
            raise DatabaseUnavailable(why=_reason(cause)) from None
        raise


def _make_current(connection: Any) -> None:
    """The functions, views and triggers of this version, unless they are there; the schema's comment says which are."""
    script, said = _current()
    run = connection.exec_driver_sql
    if run("select obj_description('workbench'::regnamespace, 'pg_namespace')").scalar() != said:
        # straight to the driver: the statements have no parameters, and their % signs mean themselves
        connection.connection.driver_connection.execute(script)
        run(f"comment on schema workbench is '{said}'")


def _current() -> tuple[str, str]:
    """The script of what the database does, and the mark by which it is known."""
    script = (migrations() / "current.sql").read_text("utf-8")
    return script, f"current {hashlib.sha256(script.encode()).hexdigest()[:16]}"


def _roles(connection: Any, url: str) -> None:
    secret = conninfo_to_dict(url).get("password")
    server = connection.connection.driver_connection.pgconn
    # encrypted here: statements can stand in the server's log
    kept = server.encrypt_password(_password(str(secret)).encode(), ROLE.encode()).decode() if secret else ""
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
    with _connect(url) as connection:
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


def _reason(error: psycopg.Error) -> str:
    """The server's own first line, else what became of the connection; without addresses or secrets."""
    text = str(error)
    if error.diag.message_primary:
        return _discreet(error.diag.message_primary)
    for mark in ("FATAL:", "ERROR:"):
        if mark in text:
            return _discreet(text.partition(mark)[2].strip().splitlines()[0])
    return "the connection was lost" if "clos" in text or "lost" in text else "no answer from the server"


_NAMED = re.compile(r'".*"')
_PLAINLY = re.compile(r'"[\w.+-]*"(?:[^":;]*"[\w.+-]*")*')


def _discreet(said: str) -> str:
    """What the server says, without a name that is none: half an address, with its password, taken for a database."""
    return _NAMED.sub(lambda named: named[0] if _PLAINLY.fullmatch(named[0]) else '"..."', said)
