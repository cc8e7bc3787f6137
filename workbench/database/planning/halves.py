"""One batch decided: a large one half by half, in two connections that see the same snapshot."""

import dataclasses
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, cast

import psycopg
from psycopg.sql import Composed

from workbench.database.planning.deciding import Decision, Lines
from workbench.database.planning.removing import Leftovers, Removals
from workbench.database.planning.rolling_up import RollUp
from workbench.database.store import Store
from workbench.model.batch import OUTCOMES, Batch, Run

EVERY_LINE = (0, 2**31 - 1)
LARGE = 20_000
"""From this many rows on, joins go through whole tables. The outcomes that a plan has just written have no statistics
yet, and the database would look up a million of them one by one."""


@dataclass(kw_only=True)
class Looked:
    """What the database looked like when the plan began, and how many transactions have stored it since: if there were
    no others at the commit, there is no need to look at the records again."""

    snapshot: str | None = None
    writers: int = 0


@dataclass(frozen=True, kw_only=True)
class Decided:
    """How many rows got which outcome for which reason, and which issues only the database saw."""

    outcomes: Counter[tuple[str, str | None]] = dataclasses.field(default_factory=Counter)
    issues: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    """By outcome and kind: outcome, code, field, severity, message, rows."""
    updated_of_own: int = 0
    """Of how many rows of a source, whose own record was there, anything is created or updated."""

    def __add__(self, other: "Decided") -> "Decided":
        return Decided(
            outcomes=self.outcomes + other.outcomes,
            issues=self.issues + other.issues,
            updated_of_own=self.updated_of_own + other.updated_of_own,
        )

    @property
    def counts(self) -> dict[str, int]:
        """Rows by outcome."""
        return {
            outcome: sum(rows for each, rows in self.outcomes.items() if each[0] == outcome) for outcome in OUTCOMES
        }

    def reasons(self, outcome: str) -> dict[str, int]:
        return {reason: rows for (each, reason), rows in self.outcomes.items() if each == outcome and reason}


def decide(store: Store, batch: Batch, decision: Decision, looked: Looked, *, known: bool) -> Decided:
    """Decides a batch; `known` is whether it may be of records that are there: else it leaves nothing of any."""
    removals = Removals(decision.contract, batch, store.tenant_id, decision.plan)
    answers = _Answers(decision.questions())
    decided = _in_parts(
        store,
        batch,
        lambda connection, lines: _decide_lines(connection, decision, answers, batch, lines),
        looked,
        lambda connection: removals.put_down(connection, decision.lacks),
    )
    leftovers = Leftovers(decision.contract, batch, store.tenant_id, decision.plan)
    if known and leftovers.any:  # of what all lines came to, be they decided in two connections
        looked.writers += 1
        with store.transaction(batch.id) as connection:
            connection.execute("select pg_current_xact_id()")  # whatever is left, it is one that has written
            tune(connection, batch.summary.get("rows", 0))
            leftovers.put_down(connection)
    return decided


def roll_up(store: Store, run: Run, rolled: RollUp, looked: Looked) -> Decided:
    """What the rows of a run's source come to, by what became of those that they were made into."""
    return _in_parts(store, run.face, lambda connection, lines: _rolled(connection, rolled, run.face, lines), looked)


class _Answers:
    """Questions about all rows of a batch, each answered by one of the connections that decide it and told to all.

    What is answered yes is looked at again by each for itself; most files have nothing of the kind.
    """

    def __init__(self, questions: Sequence[Composed]) -> None:
        self._questions = [(question, Future[bool]()) for question in questions]
        self._open = iter(self._questions)
        self._taking = threading.Lock()

    def given(self, connection: psycopg.Connection[Any]) -> list[bool]:
        """The answers, in the order of the questions: whether numbers repeat, which sorting them tells sooner."""
        connection.execute("set local enable_hashagg = off")
        while (taken := self._take()) is not None:
            question, answer = taken
            try:
                row = connection.execute(question).fetchone()
                answer.set_result(bool(row and row["some"]))
            except BaseException as error:
                answer.set_exception(error)
        connection.execute("set local enable_hashagg = on")
        return [answer.result() for _, answer in self._questions]

    def _take(self) -> tuple[Composed, Future[bool]] | None:
        with self._taking:
            return next(self._open, None)


def _in_parts(
    store: Store,
    batch: Batch,
    decide: "Callable[[psycopg.Connection[Any], Lines], Decided]",
    looked: Looked,
    then: "Callable[[psycopg.Connection[Any]], None]" = lambda connection: None,
) -> Decided:
    """Decides a batch, a large one half by half in two connections that see the same snapshot."""
    with store.transaction(batch.id, isolation="repeatable read") as connection:
        seen = cast(dict[str, Any], connection.execute(_SEEN, {"batch": batch.id}).fetchone())
        looked.snapshot = looked.snapshot or seen["seen"]
        halves = _halves(seen["first"], seen["last"], batch.summary.get("rows", 0))
        looked.writers += len(halves)
        with ThreadPoolExecutor(max_workers=1) as beside:
            others = [beside.submit(_decide_beside, store, seen["id"], batch, decide, lines) for lines in halves[1:]]
            decided = decide(connection, halves[0])
            for other in others:
                decided += other.result()
        then(connection)
    return decided


def _halves(first: int | None, last: int | None, rows: int) -> list[Lines]:
    """The lines of a batch for one connection, or for two when it is worth it."""
    if first is None or last is None:
        return [(0, 0)]
    middle = (first + last) // 2
    return [(first, last)] if rows < LARGE else [(first, middle), (middle + 1, last)]


def _decide_beside(
    store: Store,
    snapshot: str,
    batch: Batch,
    decide: Callable[[psycopg.Connection[Any], Lines], Decided],
    lines: Lines,
) -> Decided:
    second = store.another()
    try:
        with second.transaction(batch.id, isolation="repeatable read", snapshot=snapshot) as connection:
            return decide(connection, lines)
    finally:
        second.close()


def _decide_lines(
    connection: psycopg.Connection[Any], decision: Decision, answers: _Answers, batch: Batch, lines: Lines
) -> Decided:
    decision.refuse(connection)  # by looking each up, before whole tables are joined
    tune(connection, batch.summary.get("rows", 0))
    # row-level security lets no index serve a key that is read out of JSON: row by row, every record would be looked
    # at; and two connections have work for two processors, where parallel plans of both would take turns
    connection.execute("set local enable_nestloop = off; set local max_parallel_workers_per_gather = 0")
    decision.stand(connection)
    decision.put_down(connection, *answers.given(connection))
    if batch.summary.get("failed"):
        connection.execute(decision.invalid(lines))
    if batch.summary.get("filtered"):
        connection.execute(decision.removed(lines))
    connection.execute(decision.outcomes(lines))
    return counted(connection, decision.which, lines)


def _rolled(connection: psycopg.Connection[Any], rolled: RollUp, batch: Batch, lines: Lines) -> Decided:
    rolled.refuse(connection)
    tune(connection, batch.summary.get("rows", 0))
    connection.execute("set local enable_nestloop = off")
    updated = rolled.store(connection, lines)
    return dataclasses.replace(counted(connection, rolled.which, lines), updated_of_own=updated)


def counted(connection: psycopg.Connection[Any], plan: dict[str, Any], lines: Lines) -> Decided:
    which = {**plan, "first": lines[0], "last": lines[1]}
    counts = connection.execute(_COUNTS, which).fetchall()
    found = Counter({(row["outcome"], row["reason"]): row["rows"] for row in counts})
    issues = connection.execute(_ISSUES, which).fetchall() if any(row["told"] for row in counts) else []
    return Decided(outcomes=found, issues=issues)


def tune(connection: psycopg.Connection[Any], rows: int) -> bool:
    """Sets the transaction up for a batch of that many rows; whether they are many."""
    connection.execute("set local jit = off")
    if rows >= LARGE:
        connection.execute("set local work_mem = '256MB'")
        connection.execute("set local enable_nestloop = off")
    return rows >= LARGE


def look_up(connection: psycopg.Connection[Any], rows: int) -> None:
    """Sets the transaction up for a question about that many rows of an import: where they are few they are looked up,
    and of a large import beside many others no other's rows are read."""
    if not tune(connection, rows):
        connection.execute("set local enable_seqscan = off")


_SEEN = """
select (select line from workbench.import_row where batch_id = %(batch)s order by line limit 1) as first,
       (select line from workbench.import_row where batch_id = %(batch)s order by line desc limit 1) as last,
       pg_current_snapshot()::text as seen, pg_export_snapshot() as id
"""
"""The first and the last line are each looked up: under row-level security, min() and max() would read all of them."""


_COUNTS = """
select outcome, reason, count(*) as rows, count(errors) as told from workbench.import_outcome
where batch_id = %(batch)s and plan = %(plan)s and line between %(first)s and %(last)s group by outcome, reason
"""


_ISSUES = """
select outcome, issue ->> 'code' as code, issue ->> 'field' as field, issue ->> 'severity' as severity,
       min(issue ->> 'message') as message, count(distinct line)::int as rows
from workbench.import_outcome, jsonb_array_elements(errors) issue
where batch_id = %(batch)s and plan = %(plan)s and line between %(first)s and %(last)s and errors is not null
group by 1, 2, 3, 4
"""
