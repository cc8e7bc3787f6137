"""How far the reading of each playbook of Salesforce is, and what of it waits."""

from collections.abc import Collection

from workbench.database.batches import STANDS
from workbench.database.store import Store
from workbench.model.reach import Reach


def reaches(store: Store, playbooks: Collection[str]) -> dict[str, Reach]:
    """By playbook, for all that are asked for."""
    rows = store.all(_REACHES, {"playbooks": list(playbooks)})
    return {row["playbook"]: Reach(**row) for row in rows}


_REACHES = f"""
with asked as (
    select distinct on (playbook, object) playbook, object, asked from workbench.salesforce_read
    where playbook = any(%(playbooks)s) order by playbook, object, read_at desc
), reached as (
    select playbook, min(until) as until, bool_and(until is not null) as whole
    from (select playbook, workbench.read_until(playbook, asked) as until from asked) each group by playbook
), lately as (
    select distinct on (r.playbook) r.playbook, coalesce(b.completed_at, r.read_at) as read_at, r.read_by
    from workbench.salesforce_read r left join workbench.import_batch b on b.id = r.batch_id
    where r.playbook = any(%(playbooks)s) and (r.batch_id is null or b.stage = 'completed' and not exists (
        select from workbench.import_batch u where u.undo_of = b.id and u.stage = 'completed'))
    order by r.playbook, coalesce(b.completed_at, r.read_at) desc
), waits as (
    select data_type as playbook, sum(unmatched - (
        select count(*) from workbench.import_explanation e join workbench.import_outcome o using (batch_id, line)
        where e.batch_id = import_batch.id and o.plan = import_batch.plan and o.outcome = 'unmatched'
          and workbench.settles(e, o.outcome)))::int as pending
    from workbench.import_batch
    where data_type = any(%(playbooks)s) and stage = 'completed' and undo_of is null and part_of is null
      and unmatched > 0 and {STANDS}
    group by data_type
), last as (
    select distinct on (data_type) data_type as playbook, id from workbench.import_batch
    where data_type = any(%(playbooks)s) and part_of is null and undo_of is null and sweep_of is null
    order by data_type, created_at desc
)
select name as playbook, lately.read_at, lately.read_by, case when reached.whole then reached.until end as until,
       coalesce(waits.pending, 0) as pending, last.id as last
from unnest(%(playbooks)s::text[]) name
left join reached on reached.playbook = name left join lately on lately.playbook = name
left join waits on waits.playbook = name left join last on last.playbook = name
"""
