"""Rows of an import that was taken back, and whose records its undo has kept: they are there, and not lost."""

from collections.abc import Collection

from workbench.database.store import Store
from workbench.model.batch import Batch


def lines(store: Store, batch: Batch, some: Collection[int]) -> set[int]:
    """Those of `some` lines of an undone import that made or changed a record which its last undo has left as it was;
    of a row that was made into several parts one such record is enough."""
    if not some:
        return set()
    return {row["line"] for row in store.all(_KEPT, {"batch": batch.id, "lines": sorted(some)})}


LEFT_AS_IT_WAS = "k.outcome = 'skipped' and k.reason in ('changed', 'referenced')"
"""Whether an undo has left a record as it was, by its outcome `k`."""

_KEPT = f"""
with last as materialized (
    select workbench.undone_by(coalesce(part_of, id)) as id from workbench.import_batch where id = %(batch)s
), undo as materialized (
    select b.id, b.plan from workbench.import_batch b join last on last.id in (b.id, b.part_of)
    where b.skipped > coalesce((b.summary -> 'skipped_by_reason' ->> 'undone')::int, 0)
), about as materialized (
    select o.line, o.record_id from workbench.import_batch b
    join workbench.import_outcome o on o.batch_id = b.id and o.plan = b.plan
    where b.id = %(batch)s and o.line = any(%(lines)s) and o.outcome in ('created', 'updated')
    union all
    select each.line, o.record_id from workbench.import_batch p
    join workbench.import_row r on r.batch_id = p.id
    cross join lateral unnest(coalesce(r.sources, array[r.line])) as each (line)
    join workbench.import_outcome o on o.batch_id = p.id and o.plan = p.plan and o.line = r.line
    where p.part_of = %(batch)s and p.derived and each.line = any(%(lines)s) and o.outcome in ('created', 'updated')
)
select distinct about.line from about
join workbench.import_outcome k on k.record_id = about.record_id
join undo on undo.id = k.batch_id and undo.plan = k.plan
where {LEFT_AS_IT_WAS}
"""
