"""One sequence of a tenant at a time: who is first keeps the others out for as long as the connection lives."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

import psycopg

from workbench.database.store import Store, translated_errors
from workbench.model.errors import SequenceRunning

_LOCK = "hashtextextended(%s, 3)"
_LONGEST_NAME = 63
"""Bytes of what a connection is called."""


@contextmanager
def alone(store: Store, sequence: str) -> Iterator[None]:
    """Keeps every other sequence of the tenant out; raises SequenceRunning, with who runs one since when."""
    turn = store.another()
    try:
        with translated_errors():
            if not _taken(turn):
                raise _running(turn)
            called = f"wb-run {sequence}|{store.user}".encode()[:_LONGEST_NAME].decode("utf-8", "ignore")
            turn.connection.execute("select set_config('application_name', %s, false)", (called,))
        yield
    finally:
        with suppress(psycopg.Error):
            # the server may take its time to see that a connection is closed, and the next would find it taken
            turn.connection.execute("select pg_advisory_unlock_all()")
            turn.close()


def running(store: Store) -> tuple[str, str, datetime] | None:
    """Which sequence runs now, by whom and since when; None where none does."""
    row = store.one(_HOLDER, (str(store.tenant_id),))
    if row is None:
        return None
    _, _, said = row["application_name"].partition("wb-run ")
    sequence, _, user = said.partition("|")
    return sequence or "a sequence", user or "Somebody", row["since"].astimezone(UTC)


def _taken(turn: Store) -> bool:
    asked = f"select pg_try_advisory_lock({_LOCK}) as taken"
    row = turn.connection.execute(asked, (str(turn.tenant_id),)).fetchone()
    return bool(row and row["taken"])


def _running(turn: Store) -> SequenceRunning:
    sequence, user, since = running(turn) or ("a sequence", "Somebody", datetime.now(UTC))
    return SequenceRunning(user=user, sequence=sequence, since=f"{since:%Y-%m-%d %H:%M:%S} UTC")


_HOLDER = f"""
select a.application_name, a.backend_start as since from pg_locks l join pg_stat_activity a on a.pid = l.pid
where l.locktype = 'advisory' and l.objsubid = 1 and l.granted
  and l.database = (select oid from pg_database where datname = current_database())
  and (l.classid::bigint << 32 | l.objid::bigint) = {_LOCK}
"""
