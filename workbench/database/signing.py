"""The proof of a batch: its figures as they stand, what people explained, and the signature over its evidence."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from workbench.database import batches
from workbench.database.store import Store
from workbench.model.batch import OUTCOMES, Batch
from workbench.model.errors import NotDone, UnknownLines


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
    """Who signed a batch off, when, over which evidence; None when nobody has."""
    return store.one(
        "select signed_by, signed_at, digest, evidence from workbench.sign_off where batch_id = %s", (batch,)
    )


def people(store: Store) -> int:
    """How many persons have ever worked in the tenant."""
    row = store.one("select count(*)::int as people from workbench.person")
    return int(row["people"]) if row else 0


def sign(store: Store, batch: Batch, evidence: dict[str, Any]) -> str:
    """Freezes a batch's evidence and returns its digest: SHA-256 over the figures, the log and every row's outcome."""
    digest = digest_of(store, batch, evidence)
    try:
        with store.transaction() as connection:
            connection.execute(
                "insert into workbench.sign_off (tenant_id, batch_id, signed_by, digest, evidence) "
                "values (%s, %s, %s, %s, %s)",
                (store.tenant_id, batch.id, store.user, digest, Jsonb(evidence)),
            )
            store.note("signed off", batch.id, digest=digest)
    except psycopg.Error as error:
        if error.sqlstate == "WB001":
            raise NotDone(batch=batch.id, why=error.diag.message_primary) from None
        raise
    return digest


def digest_of(store: Store, batch: Batch, evidence: dict[str, Any]) -> str:
    """What the digest of that evidence over the batch's rows is now."""
    digest = hashlib.sha256(json.dumps(evidence, sort_keys=True, separators=(",", ":")).encode())
    for each in (batch, *batches.parts(store, batch.id)):
        rows_ = _DIGESTS.format(_SIGNED if "parts" in evidence else _FIRST)
        decided = "decided" in evidence and each.decisions
        for statement in (rows_, *((_CORRECTED,) if each.revision else ()), *((_DECIDED,) if decided else ())):
            for row in store.all(statement, {"batch": each.id, "plan": each.plan}):
                digest.update(row["digest"].encode())
    return digest.hexdigest()


# ten thousand rows a digest, so that no text grows with the batch
_DIGESTS = """
select md5(string_agg(md5(json_build_array({})::text), '' order by r.line)) as digest
from workbench.import_row r
join workbench.import_outcome o on o.batch_id = r.batch_id and o.line = r.line and o.plan = %(plan)s
left join workbench.import_explanation e on e.batch_id = r.batch_id and e.line = r.line
where r.batch_id = %(batch)s group by r.line / 10000 order by r.line / 10000
"""

# what signatures were made of before there were runs
_FIRST = (
    "r.line, r.raw, r.payload, r.errors, o.outcome, o.reason, o.record_id, o.before, o.errors, "
    "e.reason, e.explained_by, e.explained_at"
)
_SIGNED = f"{_FIRST}, r.external_key, r.status, r.sources, o.refs, e.resolved_by"

_DECIDED = """
select md5(string_agg(md5(json_build_array(number, line, rule, about, decided_by, decided_at)::text), ''
    order by number, line nulls last)) as digest
from workbench.import_decision where batch_id = %(batch)s
"""

_CORRECTED = """
select md5(string_agg(md5(json_build_array(line, revision, raw, payload, errors, corrected_by, corrected_at)::text), ''
    order by line, revision)) as digest
from workbench.import_correction where batch_id = %(batch)s group by line / 10000 order by line / 10000
"""
