"""Who is at work on a batch: one at a time, and what becomes of it where that one's program has ended."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from uuid import UUID

import psycopg

from workbench.database import batches
from workbench.database.attention import locked
from workbench.database.store import Store, translated_errors
from workbench.model.batch import Batch, Run
from workbench.model.errors import PartOfRun


@contextmanager
def working(store: Store, batch: UUID) -> Iterator[None]:
    """Waits until nobody else is at work on a batch, and says that we are, for as long as the connection lives: what
    `recover` asks."""
    with translated_errors():
        store.connection.execute("select pg_advisory_lock(hashtextextended(%s, 1))", (str(batch),))
    try:
        yield
    finally:
        with suppress(psycopg.Error):
            store.connection.execute("select pg_advisory_unlock(hashtextextended(%s, 1))", (str(batch),))


def hold(store: Store, batch: UUID) -> None:
    """Says, for as long as the connection lives, that whoever has begun a batch is still there to fill it; others may
    fill it meanwhile."""
    with translated_errors():
        store.connection.execute("select pg_advisory_lock_shared(hashtextextended(%s, 5))", (str(batch),))


def let_go(store: Store, batch: UUID) -> None:
    """Takes back what `hold` said, if this connection has said it."""
    with suppress(psycopg.Error):
        store.connection.execute("select pg_advisory_unlock_shared(hashtextextended(%s, 5))", (str(batch),))


@contextmanager
def reserved(store: Store, run: Run) -> Iterator[None]:
    """Waits until no other job is at work on any dataset of a run, and keeps others from them; in one order, so that no
    two wait for each other."""
    names = sorted({f"{store.tenant_id}:{batch.dataset}" for batch in run.written})
    with translated_errors():
        for name in names:
            store.connection.execute("select pg_advisory_lock(hashtextextended(%s, 2))", (name,))
    try:
        yield
    finally:
        with suppress(psycopg.Error):
            for name in names:
                store.connection.execute("select pg_advisory_unlock(hashtextextended(%s, 2))", (name,))


def recover(store: Store) -> list[UUID]:
    """Ends the batches whose program died while it staged them, and says which: none of their rows was kept.

    Those that a page has begun are left alone: the job that fills them is taken up again; and so are those that wait to
    be filled by a program that is there.
    """
    given_up: list[UUID] = []
    waiting = (
        "select id from workbench.import_batch "
        "where stage in ('queued', 'staging') and source <> 'page' and part_of is null "
        f"and not (stage = 'queued' and {locked(5)})"
    )
    for row in store.all(waiting):
        lock = (str(row["id"]),)
        with translated_errors():
            taken = "select pg_try_advisory_lock(hashtextextended(%s, 1)) as taken"
            answer = store.connection.execute(taken, lock).fetchone()
            if answer is None or not answer["taken"]:
                continue
            noticed = f"noticed {datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
            batches.fail_quietly(
                store, row["id"], f"Its program ended before it was done ({noticed}). Import the source again."
            )
            given_up.append(row["id"])
            store.connection.execute("select pg_advisory_unlock(hashtextextended(%s, 1))", lock)
    return given_up


@contextmanager
def on(store: Store, batch: Batch | UUID | str, action: str, *, sheets: bool = False) -> Iterator[Run]:
    """The run of a batch as it is once nobody else is at work on it, and as it stays until we are done.

    Raises UnknownBatch, and PartOfRun for a part, unless `sheets` may be named by themselves and it is one.
    """
    found = batches.get(store, batch)
    if found.part_of is not None and (found.derived or not sheets):
        raise PartOfRun(batch=found.id, run=found.part_of, action=action)
    identifier = found.part_of or found.id
    with working(store, identifier):
        yield batches.run(store, identifier)
