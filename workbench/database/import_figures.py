"""What several imports came to, side by side: the last ones, those of this month and the last, and who signed."""

from workbench.database.import_lists import BROUGHT_IN, SETTLED, STANDS, UNDONE_BY
from workbench.database.kept_rows import LEFT_AS_IT_WAS

LAST = f"""
select id as batch, data_type as dataset, completed_at as at, created, updated,
       skipped + {SETTLED} as skipped, unmatched - {SETTLED} as unmatched, invalid
from workbench.import_batch
where stage = 'completed' and undo_of is null and part_of is null and {STANDS}
order by completed_at desc, id desc limit %s
"""
"""The figures of the last completed imports that stand, newest first: batch, dataset, at, and rows by outcome."""

_STANDING = f"""
with undone as materialized (
    select id, completed_at, {UNDONE_BY} as undo from workbench.import_batch
    where stage = 'completed' and completed_at >= %(since)s and part_of is null and undo_of is null and not {STANDS}
), kept as materialized (
    select undone.id, k.record_id from undone join workbench.import_batch u on undone.undo in (u.id, u.part_of)
    join workbench.import_outcome k on k.batch_id = u.id and k.plan = u.plan
    where u.skipped > coalesce((u.summary -> 'skipped_by_reason' ->> 'undone')::int, 0)
      and {LEFT_AS_IT_WAS}
), standing as (
    select kept.id, b.id as sheet, o.line, o.outcome
    from kept join workbench.import_batch b on kept.id in (b.id, b.part_of) and not b.derived
    join workbench.import_outcome o on o.batch_id = b.id and o.plan = b.plan and o.record_id = kept.record_id
    where o.outcome in ('created', 'updated')
    union
    select kept.id, kept.id, o.line, o.outcome
    from kept join workbench.import_batch p on p.part_of = kept.id and p.derived
    join workbench.import_outcome made on made.batch_id = p.id and made.plan = p.plan
        and made.record_id = kept.record_id and made.outcome in ('created', 'updated')
    join workbench.import_row r on r.batch_id = p.id and r.line = made.line
    cross join lateral unnest(coalesce(r.sources, array[r.line])) as each (line)
    join workbench.import_batch b on b.id = kept.id
    join workbench.import_outcome o on o.batch_id = b.id and o.plan = b.plan and o.line = each.line
    where o.outcome in ('created', 'updated')
)"""
"""The rows of imports that were undone in part whose records were kept (`standing`)."""

MONTHS = f"""{_STANDING}
select completed_at >= %(between)s as now, count(*)::int as imports,
       count(*) filter (where id in (select batch_id from workbench.sign_off))::int as signed,
       coalesce(sum(rows), 0)::bigint as rows,
       coalesce(sum(created), 0)::bigint as created, coalesce(sum(updated), 0)::bigint as updated,
       coalesce(sum(skipped), 0)::bigint as skipped,
       coalesce(sum(unmatched), 0)::bigint as unmatched, coalesce(sum(invalid), 0)::bigint as invalid
from (
    select id, completed_at, processed - brought_in as rows, created, updated,
           skipped + settled - brought_in as skipped, unmatched - settled as unmatched, invalid
    from (
        select *, {SETTLED} as settled, {BROUGHT_IN} as brought_in from workbench.import_batch
        where stage = 'completed' and completed_at >= %(since)s and part_of is null and undo_of is null and {STANDS}
    ) import_batch
    union all
    select id, completed_at, count(*), count(*) filter (where outcome = 'created'),
           count(*) filter (where outcome = 'updated'), 0, 0, 0
    from standing join undone using (id) group by id, completed_at
) counted group by 1 order by 1
"""
"""The imports committed `since` a moment that stand, and whether they are after the moment `between` (`now`). Of one
that was undone in part the rows count whose records were kept."""

SIGNERS = "select batch_id, signed_by from workbench.sign_off where batch_id = any(%s)"
"""Who has signed which of some batches."""
