"""Which imports have written what a plan was made against since it was made, so that it may no longer hold, and
which have named records since that an undo removes."""

from collections.abc import Iterator
from typing import Any

from workbench.datasets import catalog
from workbench.model.batch import Run

FITS = """
part_of is null and stage = 'completed' and completed_at > (
    select planned_at - make_interval(secs => coalesce((summary ->> 'seconds_planning')::float, 0))
    from workbench.import_batch planned where planned.id = %(batch)s and planned.stage in ('planned', 'held'))
and exists (
    select from workbench.import_batch part
    where (part.id = import_batch.id or part.part_of = import_batch.id) and part.data_type = any(%(datasets)s)
      and part.created + part.updated + part.removed > 0)
"""
"""Of a row of import_batch, whether it has written any of the `datasets` since the plan of a `batch` looked."""


def asked(planned: Run) -> dict[str, Any]:
    """What is asked of a planned run: what has records in the tables that it writes, and in those that it was made
    with; and where rows of it name what was not found, what they name."""
    return {"batch": planned.face.id, "datasets": list(dict.fromkeys(_datasets(planned)))}


def _datasets(planned: Run) -> Iterator[str]:
    for batch in planned.written:
        contract = catalog.contract(batch.dataset)
        table = (contract.family, contract.table)
        yield from (each.name for each in catalog.contracts() if (each.family, each.table) == table)
        yield from batch.summary.get("recalled", {}).get("datasets", ())
        if batch.unmatched:
            yield from catalog.needs(contract)


NAMED = """
with gone as materialized (
    select o.record_id from workbench.import_outcome o join workbench.import_batch b on b.id = o.batch_id
    where o.batch_id = %(undo)s and o.plan = b.plan and o.outcome = 'updated' and o.reason = 'removed'
), later as materialized (
    select b.id, b.plan, b.file_name, coalesce(b.part_of, b.id) as run from workbench.import_batch b
    join workbench.import_batch u on u.id = %(undo)s join workbench.import_batch undone on undone.id = u.undo_of
    where b.stage = 'completed' and b.undo_of is null and b.completed_at > undone.completed_at and b.skipped > 0
      and exists (  -- into a table of what is undone, or of a part of it
        select from workbench.import_batch p join workbench.dataset d on d.data_type = p.data_type
        join workbench.dataset same on same.family = d.family and same.target = d.target
        where undone.id in (p.id, p.part_of) and same.data_type = b.data_type)
      and b.id <> u.undo_of and workbench.undone_by(b.id) is null
      and (u.completed_at is null or b.completed_at < u.completed_at)
)
select run as batch, file_name, count(distinct o.record_id)::int as records
from later join workbench.import_outcome o on o.batch_id = later.id and o.plan = later.plan
where o.outcome = 'skipped' and o.record_id in (select record_id from gone) group by 1, 2 order by 1
"""
"""The imports after the one that is undone by an `undo` that have found records there which it removes: batch,
file_name, records; the oldest first."""
