"""The figures of a batch as they stand, what people explained of it, and who signed it."""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from workbench.database import batches
from workbench.database.store import Store
from workbench.model.batch import OUTCOMES, Batch
from workbench.model.errors import UnknownLines


def figures(store: Store, batch: Batch) -> dict[str, Any]:
    """The batch's figures as they stand, each explained row counted as skipped: what a Reconciliation is made of."""
    sheets = batches.sheets(store, batch)
    if batch not in sheets:
        return _summed([figures(store, sheet) for sheet in sheets])
    counts = {outcome: getattr(batch, outcome) or 0 for outcome in OUTCOMES}
    skipped = dict(batch.summary.get("skipped_by_reason", {}))
    unmatched = dict(batch.summary.get("unmatched_by_kind", {}))
    for row in store.all(_EXPLAINED, (batch.id,)):
        counts[row["outcome"]] -= row["rows"]
        counts["skipped"] += row["rows"]
        skipped[row["how"]] = skipped.get(row["how"], 0) + row["rows"]
        if row["outcome"] == "unmatched":
            unmatched[row["reason"]] -= row["rows"]
    return {
        "processed": batch.processed or 0,
        **counts,
        "skipped_by_reason": skipped,
        "unmatched_by_kind": {kind: rows for kind, rows in unmatched.items() if rows},
        "issues_by_code": dict(batch.summary.get("issues_by_code", {})),
    }


def _summed(sheets: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The figures of several sheets as those of one run."""
    together: dict[str, Any] = {}
    for name in sheets[0]:
        parts = [sheet[name] for sheet in sheets]
        together[name] = sum(map(Counter, parts), Counter()) if isinstance(parts[0], dict) else sum(parts)
    return {name: dict(value) if isinstance(value, Counter) else value for name, value in together.items()}


_EXPLAINED = """
select o.outcome, o.reason, case when e.resolved_by is null then 'explained' else 'resolved' end as how,
       count(*)::int as rows from workbench.import_explanation e
join workbench.import_batch b on b.id = e.batch_id
join workbench.import_outcome o on o.batch_id = b.id and o.plan = b.plan and o.line = e.line
where e.batch_id = %s and o.outcome in ('unmatched', 'invalid') group by 1, 2, 3
"""


def explain(store: Store, batch: Batch, lines: Sequence[int], reason: str) -> None:
    """Says why rows are unmatched or invalid; they count as skipped from then on. Raises UnknownLines."""
    open_ = {row["line"] for row in store.all(_UNEXPLAINED, {"batch": batch.id, "lines": list(lines)})}
    if missing := sorted(set(lines) - open_):
        raise UnknownLines(batch=batch.id, lines=", ".join(map(str, missing)))
    with store.transaction() as connection:
        connection.execute(
            "insert into workbench.import_explanation (tenant_id, batch_id, line, reason, explained_by) "
            "select %s, %s, unnest(%s::int[]), %s, %s",
            (store.tenant_id, batch.id, sorted(open_), reason, store.user),
        )
        store.note("explained", batch.id, lines=sorted(open_), reason=reason)


_UNEXPLAINED = """
select line from workbench.import_result
where batch_id = %(batch)s and line = any(%(lines)s) and outcome in ('unmatched', 'invalid')
"""


def signature(store: Store, batch: UUID) -> dict[str, Any] | None:
    """Who signed a batch off, when, over which evidence, with which key; None when nobody has."""
    return store.one(
        "select signed_by, signed_at, digest, evidence, public_key, number from workbench.sign_off where batch_id = %s",
        (batch,),
    )


def people(store: Store) -> int:
    """How many persons have ever worked in the tenant."""
    row = store.one("select count(*)::int as people from workbench.person")
    return int(row["people"]) if row else 0
