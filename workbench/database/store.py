"""The database: how it is reached, set up and spoken to, one tenant at a time."""

import hashlib
import hmac
import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
from psycopg import Connection, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo, timeout_from_conninfo
from psycopg.pq import TransactionStatus
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb

from workbench.database import identity
from workbench.database.identity import ROLE
from workbench.model.errors import (
    DatabaseBusy,
    DatabaseFull,
    DatabaseUnavailable,
    HalfCharacter,
    NotConfigured,
    NulInText,
)

logging.getLogger("psycopg").addHandler(logging.NullHandler())  # what it warns of is raised anyway

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
        self.connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
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
                entered = identity.enter(self.connection, self._url, self.tenant, self.user)
            except psycopg.errors.CheckViolation:
                how = "a tenant is a letter or digit of a to z and 0 to 9, and more of them, - and _"
                raise NotConfigured(what="WORKBENCH_TENANT", how=how) from None
        self.tenant_id, self._identity = entered.tenant_id, entered.identity

    def another(self) -> "Store":
        """A second connection of the same person in the same tenant, for work beside the first."""
        return Store(self._url, tenant=self.tenant, user=self.user)

    def close(self) -> None:
        """Gives the connection back."""
        self.connection.close()

    @contextmanager
    def transaction(
        self, batch: UUID | None = None, *, isolation: str | None = None, snapshot: str | None = None
    ) -> Iterator[Connection[DictRow]]:
        """All or nothing, for the tenant; rows and outcomes can be added to `batch` alone. What is committed meanwhile
        is seen, unless another `isolation` is asked for.

        Raises DatabaseUnavailable when the database goes away, DatabaseFull, and DatabaseBusy.
        """
        with translated_errors(), self.connection.transaction():
            if isolation is not None:
                self.connection.execute(f"set transaction isolation level {isolation}")
            if snapshot is not None:
                self.connection.execute(sql.SQL("set transaction snapshot {}").format(sql.Literal(snapshot)))
            self.connection.execute(
                "select set_config('workbench.identity', %s, true), set_config('workbench.batch', %s, true)",
                (self._identity, str(batch or "")),
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

    def within(self, statement: sql.Composed, values: tuple[object, ...] = ()) -> list[dict[str, Any]]:
        """The same, in the transaction that runs, if one does."""
        if self.connection.info.transaction_status == TransactionStatus.IDLE:
            return self.all(statement, values)
        return self.connection.execute(statement, values or None).fetchall()

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
            (self.tenant_id, self.user, action, batch, Jsonb(detail)),
        )


@contextmanager
def translated_errors() -> Iterator[None]:
    """Says in one sentence what the database cannot do now; no address, no secret.

    Raises DatabaseUnavailable, DatabaseFull, DatabaseBusy, NulInText, HalfCharacter.
    """
    try:
        yield
    except UnicodeEncodeError as error:
        if error.encoding == "utf-8" and "surrogates" in error.reason:
            raise HalfCharacter from None
        raise
    except psycopg.DataError as error:
        if isinstance(error, psycopg.errors.UntranslatableCharacter) or "NUL" in str(error):
            raise NulInText from None
        if "surrogate" in (error.diag.message_detail or ""):  # of a text in JSON
            raise HalfCharacter from None
        raise
    except psycopg.errors.DiskFull:
        raise DatabaseFull from None
    except psycopg.OperationalError as error:
        if (error.sqlstate or "").startswith(_CONFLICTS):
            raise DatabaseBusy(why=reason(error)) from None
        raise DatabaseUnavailable(why=reason(error)) from None


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
            parts["password"] = password_of(str(parts["password"]))
    return make_conninfo("", **parts)


def queue_url(url: str) -> str:
    """The same database under the program's role, for a worker, with the tables of the job queue in sight."""
    parts = conninfo_to_dict(program_url(url))
    ours = f"-c search_path={QUEUE} -c workbench.identity={identity.of_worker(url)}"
    return make_conninfo("", **parts | {"options": f"{parts.get('options') or ''} {ours}".strip()})


def _parts(url: str) -> dict[str, Any]:
    try:
        parts = {"connect_timeout": 10, **conninfo_to_dict(url)}
        timeout_from_conninfo(parts)
        return parts
    except psycopg.ProgrammingError:  # whose message repeats the address, password and all
        how = "it is no address of a PostgreSQL database, e.g. postgresql://user@host/database"
        raise NotConfigured(what="WORKBENCH_DATABASE_URL", how=how) from None


def password_of(secret: str) -> str:
    """The password of the program's role, made of the given one."""
    return hmac.new(secret.encode(), ROLE.encode(), hashlib.sha256).hexdigest()


def connect(url: str) -> Connection:
    """A connection of the role that an address names, with what rights it has."""
    return psycopg.connect(make_conninfo("", **_parts(url)))


def reason(error: psycopg.Error) -> str:
    """Why the database refuses: its own first line, else what became of the connection; no address, no secret."""
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
