"""What waits for a person: imports that are held, left off, not explained or not signed, and how many rows of them."""

from workbench.database.import_lists import SIGNED, STANDS
from workbench.database.store import QUEUE


def locked(kind: int) -> str:
    """Whether somebody holds the lock of a kind on a row of import_batch, in SQL; see `at_work`."""
    return f"""exists (
    select from pg_locks
    where locktype = 'advisory' and objsubid = 1 and pid is not null
      and database = (select oid from pg_database where datname = current_database())
      and (classid::bigint << 32 | objid::bigint) = hashtextextended(import_batch.id::text, {kind}))"""


LEFT_OFF = f"""
part_of is null and undo_of is null and not dry_run and stage in ('staged', 'planned')
and not {locked(1)}
and not exists (
    select from {QUEUE}.procrastinate_jobs where queueing_lock = import_batch.id::text and status in ('todo', 'doing'))
"""
"""Of a row of import_batch, whether it is staged or planned, with nobody at work on it and no job that waits."""

# as `proof.is_own` says it
_OWN = """(
    workbench.as_person(initiated_by_id) = (select workbench.as_person(workbench.current_person()))
    and (select count(distinct workbench.as_person(name)) from workbench.person) > 1)"""

# an earlier plan may have left explanations of rows that a later one has created
_EXPLAINED = """(
    select count(*) from workbench.import_explanation e join workbench.import_outcome o using (batch_id, line)
    where e.batch_id = import_batch.id and o.plan = import_batch.plan and workbench.settles(e, o.outcome))"""

_COMMITTED = f"part_of is null and stage = 'completed' and not dry_run and {STANDS} and not {SIGNED}"

WAITS = {
    "held": "part_of is null and stage = 'held'",
    "left off": LEFT_OFF,
    "unexplained": f"{_COMMITTED} and unmatched + invalid > {_EXPLAINED}",
    "unsigned": f"{_COMMITTED} and unmatched + invalid = {_EXPLAINED} and not {_OWN}",
    "own": f"{_COMMITTED} and unmatched + invalid = {_EXPLAINED} and {_OWN}",
}
"""Of a row of import_batch, whether it waits for a person, by what for: it is held, left off, has rows that nobody has
explained or rejected, or is done and not signed: by the person who works here, who may, or by others, who have to."""

UNSAID = """
select b.id, b.unmatched - said.unmatched as unmatched, b.invalid - said.invalid as invalid
from workbench.import_batch b cross join lateral (
    select (count(*) filter (where o.outcome = 'unmatched'))::int as unmatched,
           (count(*) filter (where o.outcome = 'invalid'))::int as invalid
    from workbench.import_explanation e join workbench.import_outcome o using (batch_id, line)
    where e.batch_id = b.id and o.plan = b.plan and workbench.settles(e, o.outcome)
) said where b.id = any(%s)
"""
"""How many rows of batches wait for a person's word: id, unmatched, invalid."""
