"""What several imports came to, side by side: the last ones, those of this month and the last, and who signed."""

from workbench.database.import_lists import BROUGHT_IN, SETTLED, STANDS

LAST = f"""
select id as batch, data_type as dataset, completed_at as at, created, updated,
       skipped + {SETTLED} as skipped, unmatched - {SETTLED} as unmatched, invalid
from workbench.import_batch
where stage = 'completed' and undo_of is null and part_of is null and {STANDS}
order by completed_at desc, id desc limit %s
"""
"""The figures of the last completed imports that stand, newest first: batch, dataset, at, and rows by outcome."""

MONTHS = f"""
select completed_at >= %(between)s as now, count(*)::int as imports,
       count(*) filter (where id in (select batch_id from workbench.sign_off))::int as signed,
       coalesce(sum(processed - brought_in), 0)::bigint as rows,
       coalesce(sum(created), 0)::bigint as created, coalesce(sum(updated), 0)::bigint as updated,
       coalesce(sum(skipped + settled - brought_in), 0)::bigint as skipped,
       coalesce(sum(unmatched - settled), 0)::bigint as unmatched, coalesce(sum(invalid), 0)::bigint as invalid
from (
    select *, {SETTLED} as settled, {BROUGHT_IN} as brought_in from workbench.import_batch
    where stage = 'completed' and completed_at >= %(since)s and part_of is null and undo_of is null and {STANDS}
) import_batch group by 1 order by 1
"""
"""The imports committed `since` a moment that stand, and whether they are after the moment `between` (`now`)."""

SIGNERS = "select batch_id, signed_by from workbench.sign_off where batch_id = any(%s)"
"""Who has signed which of some batches."""
