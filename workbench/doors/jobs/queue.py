"""How the queue's library is spoken to: under which names, on the Workbench's own connection, and what it says of a job
that is there already."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from procrastinate import SyncPsycopgConnector, exceptions
from procrastinate.manager import JobManager

from workbench.workbench import Workbench

QUEUE = "imports"
SCHEDULED, TICK = "scheduled", "tick"
"""What else is done there than the steps of an import: a due run, and to look for what is due."""

logging.getLogger("procrastinate").addHandler(logging.NullHandler())  # what it says is said by us, in a sentence

connector = SyncPsycopgConnector()  # never opened: it is always given the Workbench's own connection
queue = JobManager(connector)


@contextmanager
def queued(wb: Workbench) -> Iterator[Any]:
    """The Workbench's connection, with the queue in sight; raises what `Store.transaction` raises."""
    with wb._store.queue() as connection:
        try:
            yield connection
        except exceptions.ConnectorException as error:
            raise error.__cause__ or error from None


@contextmanager
def refused_twice() -> Iterator[None]:
    """Raises UniqueViolation for a job whose batch has one that waits.

    The queue's library looks for the key in what the database says of it, which row-level security leaves out.
    """
    try:
        yield
    except (AssertionError, TypeError) as error:
        if getattr(error.__context__, "sqlstate", None) != _TWICE:
            raise
        raise exceptions.UniqueViolation(constraint_name=None, queueing_lock=None) from None


_TWICE = "23505"
"""The SQLSTATE of what there may be only one of."""
