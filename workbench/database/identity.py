"""For whom a connection is, as the program proves it to the database: nobody else speaks for a tenant or a person.

The key is in the database, where whoever may set it up can read it and the program's role cannot. A program that knows
the address of such a role asks for it once; one that is given the address of the program's role alone has it from
WORKBENCH_DATABASE_KEY.
"""

import hashlib
import os
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import class_row

from workbench.model.errors import NotConfigured

ROLE = "workbench_app"
"""What the program connects as: no superuser, owner of nothing, under row-level security that it cannot switch off."""

_KEY = "WORKBENCH_DATABASE_KEY"
_UNPROVEN = "WB004"
_BETWEEN = "\x1f"
_keys: dict[str, bytes] = {}


@dataclass(frozen=True, kw_only=True)
class Entered:
    """A tenant, and what says and proves in a transaction's setting that it is for a person there."""

    tenant_id: UUID
    identity: str


def enter(connection: Connection[Any], url: str, tenant: str, person: str) -> Entered:
    """A tenant, made on first use, and the identity that the transactions of that person in it carry.

    Raises NotConfigured when the key cannot be had or is another database's, CheckViolation for what is no tenant.
    """
    try:
        return _enter(connection, _key(url), tenant, person)
    except psycopg.Error as error:
        if error.sqlstate != _UNPROVEN:
            raise
    _keys.pop(url, None)  # another database stands there by now
    try:
        return _enter(connection, _key(url), tenant, person)
    except psycopg.Error as error:
        if error.sqlstate == _UNPROVEN:
            raise NotConfigured(what=_KEY, how="it is not the key of this database") from None
        raise


def _enter(connection: Connection[Any], key: bytes, tenant: str, person: str) -> Entered:
    said = (tenant, person, _proof(key, "enter", tenant, person))
    with connection.cursor(row_factory=class_row(Entered)) as cursor, connection.transaction():
        entered = cursor.execute("select tenant_id, identity from workbench.enter(%s, %s, %s)", said).fetchone()
    assert entered is not None
    return entered


def of_worker(url: str) -> str:
    """The identity of a connection that takes up jobs, of whomever they are; raises NotConfigured."""
    return f"worker.{_proof(_key(url), 'worker')}"


def _proof(key: bytes, *said: str) -> str:
    """As `workbench.proof` makes it in the database."""
    return hashlib.sha256(key + hashlib.sha256(key + _BETWEEN.join(said).encode()).digest()).hexdigest()


def _key(url: str) -> bytes:
    if url not in _keys:
        _keys[url] = _given() or _asked(url)
    return _keys[url]


def _given() -> bytes | None:
    try:
        return bytes.fromhex(os.environ[_KEY].strip()) or None
    except KeyError:
        return None
    except ValueError:
        raise NotConfigured(what=_KEY, how="it is no key") from None


def _asked(url: str) -> bytes:
    parts = conninfo_to_dict(url)
    try:
        if parts.get("user") == ROLE:
            raise psycopg.errors.InsufficientPrivilege
        with psycopg.connect(url, connect_timeout=10) as connection:
            row = connection.execute("select key from workbench.program_key").fetchone()
    except psycopg.errors.InsufficientPrivilege:
        row = None
    if row is None:
        how = "it is what select encode(key, 'hex') from workbench.program_key says to whoever may set the database up"
        raise NotConfigured(what=_KEY, how=how)
    return bytes(row[0])
