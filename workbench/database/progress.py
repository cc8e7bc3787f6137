"""How far the work on a batch is, told by the connection that does it.

It is the connection's name, which PostgreSQL shows to the program's other connections: nothing is written, so a plan
still sees that nobody else has written either, and what a killed program has told is gone with it.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from uuid import UUID

import psycopg

from workbench.database.store import Store, translated_errors
from workbench.model.errors import WorkbenchError

Progress = Callable[[str, int], None]
"""Called with the step ("staging", "correcting", "planning", "committing", "undoing", "signing", "bringing in") and the
rows done so far."""

_SECONDS = 0.5
"""It is told at most so often."""


def silent(step: str, rows: int) -> None:
    """Nobody watches."""


class Reporter:
    """Passes progress on to whoever called, and to everybody who asks for the progress of the batch."""

    def __init__(self, store: Store, batch: UUID, progress: Progress) -> None:
        self.rows_expected: int | None = None
        self._store = store
        self._batch = batch
        self._progress = progress
        self._last: tuple[str, float] = ("", 0.0)

    def __call__(self, step: str, rows: int) -> None:
        if step != self._last[0] or time.monotonic() - self._last[1] >= _SECONDS:
            self._last = (step, time.monotonic())
            _name(self._store, f"wb:{self._batch.hex}:{_LETTERS[step]}:{rows}:{self.rows_expected or ''}")
        self._progress(step, rows)


@contextmanager
def reporting(store: Store, batch: UUID, progress: Progress, rows_expected: int | None = None) -> Iterator[Reporter]:
    """What to call for the progress of a batch, for as long as the block lasts; not while rows are copied."""
    reporter = Reporter(store, batch, progress)
    reporter.rows_expected = rows_expected
    try:
        yield reporter
    finally:
        _name(store, "workbench")


def _name(store: Store, name: str) -> None:
    """At most 63 characters, which is what a name has room for."""
    with suppress(psycopg.Error, WorkbenchError), translated_errors():
        store.connection.execute("select set_config('application_name', %s, false)", (name,))


def of(store: Store, batch: UUID) -> dict[str, Any] | None:
    """{"step", "rows", "of", "at"} of a batch that somebody is at work on; `of` and `at` as in `Workbench.progress`."""
    row = store.one(_TOLD, (f"wb:{batch.hex}:%",))
    if row is None:
        return None
    _, _, step, rows, expected = row["application_name"].split(":")
    return {
        "step": _STEPS[step],
        "rows": int(rows),
        "of": int(expected) if expected else None,
        "at": row["at"].isoformat(),
    }


_LETTERS = {
    "staging": "s",
    "correcting": "r",
    "planning": "p",
    "committing": "c",
    "undoing": "u",
    "signing": "g",
    "bringing in": "b",
}
_STEPS = {letter: step for step, letter in _LETTERS.items()}

_TOLD = """
select application_name, state_change as at from pg_stat_activity
where datname = current_database() and application_name like %s order by state_change desc limit 1
"""
