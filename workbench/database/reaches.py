"""How far the reading of each playbook of Salesforce is, and what of it waits."""

from collections.abc import Collection

from workbench.database.import_lists import STANDS
from workbench.database.store import Store
from workbench.model.playbook import Playbook
from workbench.model.reach import Reach


def reaches(store: Store, playbooks: Collection[Playbook]) -> dict[str, Reach]:
    """By the name of each playbook that is asked for.

    A row that waits counts no longer once a later reading has told its record anew, whatever became of that one.
    """
    asked = {"playbooks": [each.name for each in playbooks], "extracts": [len(each.extracts) for each in playbooks]}
    return {row["playbook"]: Reach(**{**row, "last": tuple(row["last"])}) for row in store.all(_REACHES, asked)}


_COUNTS = f"stage = 'completed' and part_of is null and sweep_of is null and undo_of is null and {STANDS}"
"""Whether a row of import_batch is a reading that is written and stands."""

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
), waiting as materialized (
    select import_batch.data_type as playbook, import_batch.created_at, r.external_key as record
    from workbench.import_batch
    join workbench.import_outcome o
        on o.batch_id = import_batch.id and o.plan = import_batch.plan and o.outcome = 'unmatched'
    join workbench.import_row r on r.batch_id = o.batch_id and r.line = o.line
    where data_type = any(%(playbooks)s) and import_batch.unmatched > 0 and {_COUNTS}
      and not exists (select from workbench.import_explanation e
                      where e.batch_id = o.batch_id and e.line = o.line and workbench.settles(e, o.outcome))
), told as (
    select w.playbook, r.external_key as record, max(import_batch.created_at) as at
    from (select playbook, min(created_at) as since from waiting group by playbook) w
    join workbench.import_batch on data_type = w.playbook and created_at > w.since and {_COUNTS}
    join workbench.import_row r on r.batch_id = import_batch.id
    where r.external_key in (select record from waiting)
    group by w.playbook, r.external_key
), waits as (
    select w.playbook, count(*)::int as pending
    from waiting w left join told on told.playbook = w.playbook and told.record = w.record and told.at > w.created_at
    where told.record is null
    group by w.playbook
), newest as (
    select each.*, row_number() over newest_first as place, first_value(asked) over newest_first as first_asked
    from (
        select distinct on (b.data_type, r.asked) b.data_type as playbook, b.id, b.created_at, r.asked
        from workbench.import_batch b left join workbench.salesforce_read r on r.batch_id = b.id
        where b.data_type = any(%(playbooks)s) and b.part_of is null and b.undo_of is null and b.sweep_of is null
        order by b.data_type, r.asked, b.created_at desc
    ) each
    window newest_first as (partition by playbook order by created_at desc)
), last as (
    select playbook, array_agg(id order by place) as imports
    from newest join unnest(%(playbooks)s::text[], %(extracts)s::int[]) as of (playbook, extracts) using (playbook)
    where place = 1 or (asked is not null and first_asked is not null and place <= extracts)
    group by playbook
)
select name as playbook, lately.read_at, lately.read_by, case when reached.whole then reached.until end as until,
       coalesce(waits.pending, 0) as pending, coalesce(last.imports, '{{}}') as last
from unnest(%(playbooks)s::text[]) name
left join reached on reached.playbook = name left join lately on lately.playbook = name
left join waits on waits.playbook = name left join last on last.playbook = name
"""
