"""A person's words on rows: an unmatched one is explained and counts as skipped, an invalid one is rejected and goes on
counting as invalid; and the figures of a batch with what was said of it."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Literal

from workbench.database import batches
from workbench.database.store import Store
from workbench.model.batch import OUTCOMES, Batch
from workbench.model.errors import NotToExplain, NotToReject, UnknownLines, WorkbenchError

Word = Literal["explained", "rejected"]

_OF: dict[Word, tuple[str, type[WorkbenchError]]] = {
    "explained": ("unmatched", NotToExplain),
    "rejected": ("invalid", NotToReject),
}
"""The outcome that each word is for, and what is said of a row that has the other one."""


def say(store: Store, batch: Batch, word: Word, lines: Sequence[int], reason: str) -> None:
    """Keeps why rows are unmatched, or invalid, with who says so and when.

    Of a row that has a word already the later one counts, and the earlier one stays in the audit log. Nothing of no
    lines. Raises UnknownLines, and NotToExplain or NotToReject for a row that needs the other word.
    """
    outcome, refusal = _OF[word]
    open_ = {row["line"]: row["outcome"] for row in store.all(_OPEN, {"batch": batch.id, "lines": list(lines)})}
    if missing := sorted(set(lines) - open_.keys()):
        raise UnknownLines(batch=batch.id, lines=", ".join(map(str, missing[:20])))
    if others := sorted(line for line, has in open_.items() if has != outcome):
        raise refusal(batch=batch.id, lines=", ".join(map(str, others[:20])))
    if not open_:
        return
    with store.transaction() as connection:
        said = {"tenant": store.tenant_id, "batch": batch.id, "lines": sorted(open_), "rejected": word == "rejected"}
        for statement in (_SAY_OTHERWISE, _SAY):
            connection.execute(statement, {**said, "reason": reason, "by": store.user})
        store.note(word, batch.id, rows=len(open_), lines=sorted(open_)[:100], reason=reason)


_OPEN = """
select line, planned_outcome as outcome from workbench.import_result
where batch_id = %(batch)s and line = any(%(lines)s) and planned_outcome in ('unmatched', 'invalid')
  and (explanation is null or reason = case planned_outcome when 'invalid' then 'rejected' else 'explained' end)
"""

_SAY_OTHERWISE = """
update workbench.import_explanation
set reason = %(reason)s, explained_by = %(by)s, explained_at = now(), rejected = %(rejected)s
where batch_id = %(batch)s and line = any(%(lines)s) and coalesce(rejected, %(rejected)s) = %(rejected)s
  and reason <> %(reason)s
"""

_SAY = """
insert into workbench.import_explanation (tenant_id, batch_id, line, reason, explained_by, rejected)
select %(tenant)s, %(batch)s, line, %(reason)s, %(by)s, %(rejected)s from unnest(%(lines)s::int[]) line
where not exists (
    select from workbench.import_explanation e
    where e.batch_id = %(batch)s and e.line = line.line and (e.rejected is null or e.rejected = %(rejected)s))
"""


def words(store: Store, batch: Batch) -> list[dict[str, Any]]:
    """What people have said of a batch's rows, the most frequent first: word (explained, rejected), reason, by, rows,
    and their lines."""
    return store.all(_WORDS, (batch.id,))


_WORDS = """
select case when e.rejected then 'rejected' else 'explained' end as word, e.reason, e.explained_by as by,
       count(*)::int as rows, array_agg(e.line order by e.line) as lines
from workbench.import_explanation e
join workbench.import_batch b on b.id = e.batch_id
join workbench.import_outcome o on o.batch_id = b.id and o.plan = b.plan and o.line = e.line
where e.batch_id = %s and e.resolved_by is null and workbench.settles(e, o.outcome)
group by 1, 2, 3 order by rows desc, reason
"""


def figures(store: Store, batch: Batch) -> dict[str, Any]:
    """The batch's figures as they stand, each explained row counted as skipped: what a Reconciliation is made of."""
    sheets = batches.sheets(store, batch)
    if batch not in sheets:
        return _summed([figures(store, sheet) for sheet in sheets])
    counts = {outcome: getattr(batch, outcome) or 0 for outcome in OUTCOMES}
    skipped = dict(batch.summary.get("skipped_by_reason", {}))
    unmatched = dict(batch.summary.get("unmatched_by_kind", {}))
    rejected: dict[str, int] = {}
    for row in store.all(_SAID, (batch.id,)):
        if row["how"] == "rejected":
            rejected[row["who"]] = rejected.get(row["who"], 0) + row["rows"]
            continue
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
        "rejected_by": rejected,
        "issues_by_code": dict(batch.summary.get("issues_by_code", {})),
    }


def _summed(sheets: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The figures of several sheets as those of one run."""
    together: dict[str, Any] = {}
    for name in sheets[0]:
        parts = [sheet[name] for sheet in sheets]
        together[name] = sum(map(Counter, parts), Counter()) if isinstance(parts[0], dict) else sum(parts)
    return {name: dict(value) if isinstance(value, Counter) else value for name, value in together.items()}


_SAID = """
select o.outcome, o.reason,
       case when e.resolved_by is not null then 'resolved' when e.rejected then 'rejected' else 'explained' end as how,
       case when e.rejected then e.explained_by end as who, count(*)::int as rows
from workbench.import_explanation e
join workbench.import_batch b on b.id = e.batch_id
join workbench.import_outcome o on o.batch_id = b.id and o.plan = b.plan and o.line = e.line
where e.batch_id = %s and workbench.settles(e, o.outcome) group by 1, 2, 3, 4
"""
