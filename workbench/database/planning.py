"""What each row will do, decided in the database before anything is written, and then done exactly so.

The dry run stops after `plan`; `apply` executes the very outcomes that `plan` stored.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import psycopg

from workbench.database.statements import Part, Shape
from workbench.database.store import Store
from workbench.datasets import catalog
from workbench.model.batch import OUTCOMES, Batch
from workbench.model.contract import Contract
from workbench.model.errors import StalePlan, Unbalanced
from workbench.model.issue import counted

_LARGE = 20_000
"""From this many rows on, joins go through whole tables. A fresh batch has no statistics yet, and the planner would
look up a million rows one by one."""


def plan(store: Store, batch: Batch, *, seconds: Callable[[], float]) -> None:
    """Gives every row of a staged batch its one intended outcome; writes no target table.

    A plan made again gets the next number; the earlier one stays as it was. Two connections share a large batch: they
    see the same snapshot, and what the second has stored counts only once the first makes the plan the batch's.
    """
    contract = catalog.contract(batch.dataset)
    with store.transaction(batch.id, isolation="repeatable read") as connection:
        row = cast(dict[str, Any], connection.execute(_LINES, {"batch": batch.id}).fetchone())
        number = row["plan"] + 1
        shape = Shape(contract, batch, store.tenant_id, number)
        parts = _parts(row["first"], row["last"], batch.summary.get("rows", 0))
        snapshot = cast(dict[str, Any], connection.execute("select pg_export_snapshot() as id").fetchone())["id"]
        with ThreadPoolExecutor(max_workers=1) as beside:
            others = [beside.submit(_decide_beside, store, snapshot, shape, batch, part) for part in parts[1:]]
            decided = _decide(connection, shape, batch, parts[0])
            for other in others:
                decided += other.result()
        for statement in shape.removals():
            connection.execute(statement)
        removed = {
            row["action"]: row["rows"] for row in connection.execute(_REMOVED, {"batch": batch.id, "plan": number})
        }
        counts = {
            outcome: sum(decided.outcomes[each] for each in decided.outcomes if each[0] == outcome)
            for outcome in OUTCOMES
        }
        store.note("planned", batch.id, plan=number, **counts)
        connection.execute(
            PLANNED,
            {
                "batch": batch.id,
                "plan": number,
                "writers": len(parts),
                **counts,
                "processed": sum(counts.values()),
                "removed": sum(removed.values()),
                "summary": psycopg.types.json.Jsonb(
                    {
                        "skipped_by_reason": decided.reasons("skipped"),
                        "unmatched_by_kind": decided.reasons("unmatched"),
                        "removed": removed,
                        "issues_by_code": _by_code(batch.summary.get("issue_counts", ()), decided.issues),
                        "issue_counts_planned": decided.issues,
                        "seconds_planning": seconds(),
                    }
                ),
            },
        )


def _parts(first: int | None, last: int | None, rows: int) -> list[Part]:
    """The lines of a batch for one connection, or for two when it is worth it."""
    if first is None or last is None:
        return [(0, 0)]
    middle = (first + last) // 2
    return [(first, last)] if rows < _LARGE else [(first, middle), (middle + 1, last)]


@dataclass(frozen=True, kw_only=True)
class _Decided:
    """How many rows got which outcome for which reason, and which issues only the database saw."""

    outcomes: Counter[tuple[str, str | None]]
    issues: list[dict[str, Any]]
    """By outcome and kind: outcome, code, field, severity, message, rows."""

    def __add__(self, other: "_Decided") -> "_Decided":
        return _Decided(outcomes=self.outcomes + other.outcomes, issues=self.issues + other.issues)

    def reasons(self, outcome: str) -> dict[str, int]:
        return {reason: rows for (each, reason), rows in self.outcomes.items() if each == outcome and reason}


def _by_code(*counts: Iterable[dict[str, Any]]) -> dict[str, int]:
    """Issues by their code, the most frequent first."""
    codes: Counter[str] = Counter()
    for each in counted(*counts):
        codes[each["code"]] += each["rows"]
    return dict(codes.most_common())


def _decide_beside(store: Store, snapshot: str, shape: Shape, batch: Batch, part: Part) -> _Decided:
    second = store.another()
    try:
        with second.transaction(batch.id, isolation="repeatable read", snapshot=snapshot) as connection:
            return _decide(connection, shape, batch, part)
    finally:
        second.close()


def _decide(connection: psycopg.Connection[Any], shape: Shape, batch: Batch, part: Part) -> _Decided:
    tune(connection, batch.summary.get("rows", 0))
    # row-level security lets no index serve a key that is read out of JSON: row by row, every record would be looked at
    connection.execute("set local enable_nestloop = off")
    repeats = connection.execute(shape.repeated()).rowcount > 0
    if batch.summary.get("failed"):
        connection.execute(shape.invalid(part))
    connection.execute(shape.outcomes(part, repeats=repeats))
    which = {**shape.which, "first": part[0], "last": part[1]}
    found = Counter({(row["outcome"], row["reason"]): row["rows"] for row in connection.execute(_COUNTS, which)})
    # only a row that is told apart by a reason can have got an issue here
    some = any(reason not in (None, "unchanged") for _, reason in found)
    issues = connection.execute(_ISSUES, which).fetchall() if some else []
    return _Decided(outcomes=found, issues=issues)


def apply(store: Store, batch: Batch, *, seconds: Callable[[], float]) -> None:
    """Executes a batch's plan in one transaction and completes the batch.

    Raises StalePlan when a record changed since the plan was made, Unbalanced when the database finds that outcomes
    and rows are not one to one; nothing is written then.
    """
    contract = catalog.contract(batch.dataset)
    shape = Shape(contract, batch, store.tenant_id, batch.plan)
    try:
        with store.transaction(batch.id) as connection:
            lock(connection, store.tenant_id, contract)
            tune(connection, batch.processed or 0)
            _refuse_stale(connection, shape, batch)
            written = {
                "created": connection.execute(shape.create()).rowcount if batch.created else 0,
                "updated": connection.execute(shape.update()).rowcount if batch.updated else 0,
                "removed": sum(connection.execute(statement).rowcount for statement in shape.remove())
                if batch.removed
                else 0,
            }
            seal(store, batch.id, {"seconds_committing": seconds()})
            for what, rows in written.items():
                if rows != getattr(batch, what):  # somebody was changing them when we came
                    raise StalePlan(batch=batch.id, changed=abs(getattr(batch, what) - rows), examples=what)
            store.note("committed", batch.id, **written)
    except (psycopg.errors.UniqueViolation, psycopg.errors.ForeignKeyViolation) as error:
        raise StalePlan(batch=batch.id, changed="some", examples=_example(error)) from None


def seal(store: Store, batch: UUID, summary: dict[str, Any] | None = None) -> None:
    """Completes a batch; raises Unbalanced when the database does not find exactly one outcome for every row."""
    try:
        store.connection.execute(
            "update workbench.import_batch set stage = 'completed', summary = summary || %s where id = %s",
            (psycopg.types.json.Jsonb(summary or {}), batch),
        )
    except psycopg.errors.RaiseException as error:
        raise Unbalanced(batch=batch, why=error.diag.message_primary) from None
    except psycopg.Error as error:
        if error.sqlstate in {"WB001", "WB002", "23514"}:
            raise Unbalanced(batch=batch, why=error.diag.message_primary) from None
        raise


def lock(connection: psycopg.Connection[Any], tenant: UUID, contract: Contract) -> None:
    """One commit at a time for a tenant's table; others wait here until the transaction ends."""
    name = f"{tenant}:{contract.family}.{contract.table}"
    connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", (name,))


def tune(connection: psycopg.Connection[Any], rows: int) -> None:
    """Sets the transaction up for a batch of that many rows."""
    connection.execute("set local jit = off")
    if rows >= _LARGE:
        connection.execute("set local work_mem = '256MB'")
        connection.execute("set local enable_nestloop = off")


_LINES = """
select min(line) as first, max(line) as last,
       (select coalesce(max(plan), 0) from workbench.import_outcome where batch_id = %(batch)s) as plan
from workbench.import_row where batch_id = %(batch)s
"""

_COUNTS = """
select outcome, reason, count(*) as rows from workbench.import_outcome
where batch_id = %(batch)s and plan = %(plan)s and line between %(first)s and %(last)s group by outcome, reason
"""

_REMOVED = """
select action, count(*) as rows from workbench.import_removal
where batch_id = %(batch)s and plan = %(plan)s group by action
"""

_ISSUES = """
select outcome, issue ->> 'code' as code, issue ->> 'field' as field, issue ->> 'severity' as severity,
       min(issue ->> 'message') as message, count(*)::int as rows
from workbench.import_outcome, jsonb_array_elements(errors) issue
where batch_id = %(batch)s and plan = %(plan)s and line between %(first)s and %(last)s and errors is not null
group by 1, 2, 3, 4
"""

PLANNED = """
update workbench.import_batch set stage = 'planned', plan = %(plan)s, planned_at = now(),
    plan_snapshot = pg_current_snapshot(), plan_writers = %(writers)s,
    processed = %(processed)s, created = %(created)s, updated = %(updated)s, skipped = %(skipped)s,
    unmatched = %(unmatched)s, invalid = %(invalid)s, removed = %(removed)s, summary = summary || %(summary)s
where id = %(batch)s
"""

# Nobody else has written anything since the plan looked, when none was under way then and the transaction numbers
# have moved on by the plan's own: then there is no need to look at the records. (Who is under way now is met when the
# records are written.)
_UNTOUCHED = """
select pg_snapshot_xmin(plan_snapshot) = pg_snapshot_xmax(plan_snapshot)
       and pg_snapshot_xmax(plan_snapshot)::text::bigint + plan_writers =
       pg_snapshot_xmax(pg_current_snapshot())::text::bigint as untouched
from workbench.import_batch where id = %s
"""


def _refuse_stale(connection: psycopg.Connection[Any], shape: Shape, batch: Batch) -> None:
    state = cast(dict[str, Any], connection.execute(_UNTOUCHED, (batch.id,)).fetchone())
    if state["untouched"]:
        return
    changed = connection.execute(shape.stale()).fetchall()
    if changed:
        raise StalePlan(
            batch=batch.id,
            changed=changed[0]["all"],
            examples=", ".join(f"line {row['line']}" if row["line"] else "a record to remove" for row in changed),
        )


def _example(error: psycopg.Error) -> str:
    if isinstance(error, psycopg.errors.UniqueViolation):
        return "a record that was to be created is there already"
    return "a record that others refer to is gone"
