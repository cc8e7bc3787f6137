"""Records that an import has found there and made none of, and that an undo of another import has taken away since."""

from uuid import UUID

from psycopg.sql import SQL, Literal

from workbench.database.planning import tune
from workbench.database.store import Store
from workbench.database.target import Target
from workbench.datasets import catalog
from workbench.model.batch import Run


def since(store: Store, run: Run) -> dict[UUID, int]:
    """How many records of a completed run that are so, by the undo that took them; but for those that are there
    again."""
    found: dict[UUID, int] = {}
    for batch in run.written:
        undos = [row["id"] for row in store.all(_UNDOS, {"batch": batch.id})] if batch.skipped else []
        if not undos:
            continue
        target = Target(catalog.contract(batch.dataset), batch, store.tenant_id, batch.plan)
        asked = target.compose(
            _GONE,
            undos=Literal(undos),
            references=SQL(" ").join(target.reference_join(field) for field in target.references),
            known=target.join_known(),
        )
        with store.transaction() as connection:
            tune(connection, batch.processed or 0)
            for row in connection.execute(asked):
                found[row["undo"]] = found.get(row["undo"], 0) + row["records"]
    return found


_UNDOS = """
select u.id from workbench.import_batch b
join workbench.dataset d on d.data_type = b.data_type
join workbench.dataset same on same.family = d.family and same.target = d.target
join workbench.import_batch u on u.undo_of is not null and u.stage = 'completed' and u.updated > 0
    and u.data_type = same.data_type and u.completed_at > b.planned_at
where b.id = %(batch)s
"""
"""The undos that have taken records out of the table of a batch, or changed some there, since it was planned."""

_GONE = """
select coalesce(u.part_of, u.id) as undo, count(distinct o.record_id)::int as records
from workbench.import_batch u
join workbench.import_outcome gone on gone.batch_id = u.id and gone.plan = u.plan
join workbench.import_outcome o on o.record_id = gone.record_id
join {rows} r on r.batch_id = o.batch_id and r.line = o.line
{references} {known}
where u.id = any({undos}) and gone.outcome = 'updated' and gone.reason = 'removed'
  and o.batch_id = {batch} and o.plan = {plan} and o.outcome = 'skipped' and r.batch_id = {batch} and t.id is null
group by 1
"""
