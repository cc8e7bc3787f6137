"""What of Salesforce was read for which import, and how far: asked of the readings themselves, so that nothing can go
wrong with it. A reading whose import is not written, was undone, or has invalid rows that nobody has rejected does not
count."""

import hashlib
import json
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from workbench.database.store import Store
from workbench.model.batch import Run
from workbench.model.errors import ReadAnew
from workbench.model.salesforce import PREFIX, ReadOf

OVERLAP = timedelta(hours=1)
"""So much earlier a reading begins than the one before was begun: a change is dated when it is made, and seen when its
transaction ends."""


def digest(asked: object) -> str:
    """SHA-256 of what is asked, and how it is mapped, in hexadecimal."""
    return hashlib.sha256(json.dumps(asked, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def now(store: Store) -> datetime:
    """The time by the database's clock."""
    row = store.one("select clock_timestamp() as now")
    assert row is not None
    at: datetime = row["now"]
    return at


def keep(store: Store, read_of: ReadOf, batch: UUID | None) -> None:
    """Keeps what was read with the import that is begun with it, in the transaction that runs; None where there was
    nothing to import."""
    store.connection.execute(
        "insert into workbench.salesforce_read (tenant_id, playbook, object, asked, since, until, batch_id, read_by) "
        "values (%s, %s, %s, %s, %s, %s, %s, %s)",
        (
            store.tenant_id,
            read_of.playbook,
            read_of.object,
            read_of.asked,
            read_of.interval.since,
            read_of.interval.until,
            batch,
            store.user,
        ),
    )


def keep_nothing(store: Store, read_of: ReadOf) -> None:
    """Keeps that there was nothing to import; not of all that has brought records before, nor of changes after those
    that were read, which the database does not believe: how far it was read until then stays."""
    if read_of.interval.since is None:
        brought = store.one("select workbench.has_brought(%s, %s) as it", (read_of.playbook, read_of.asked))
        if brought is not None and brought["it"]:
            return
    elif (reached := until(store, read_of.playbook, read_of.asked)) is None or reached < read_of.interval.since:
        return  # an undo has come between
    with store.transaction():
        keep(store, read_of, None)


def since(store: Store, playbook: str, asked: str) -> datetime | None:
    """From when on a playbook's extract is to be read, so that no change is passed by; None: all of it."""
    reached = until(store, playbook, asked)
    return reached - OVERLAP if reached is not None else None


def until(store: Store, playbook: str, asked: str) -> datetime | None:
    """Up to when all changes of a playbook's extract are here; None where it was never read whole."""
    row = store.one("select workbench.read_until(%s, %s) as until", (playbook, asked))
    reached: datetime | None = row["until"] if row is not None else None
    return reached


def last(store: Store, playbooks: Collection[str]) -> dict[str, datetime]:
    """When each of the playbooks was last read and imported, complete or not; those that never were are left out."""
    rows = store.all(_LAST, {"playbooks": list(playbooks)})
    return {row["playbook"]: row["at"] for row in rows}


_LAST = """
select r.playbook, max(coalesce(b.completed_at, r.read_at)) as at
from workbench.salesforce_read r left join workbench.import_batch b on b.id = r.batch_id
where r.playbook = any(%(playbooks)s) and (r.batch_id is null or b.stage = 'completed'
    and not exists (select from workbench.import_batch u where u.undo_of = b.id and u.stage = 'completed'))
group by r.playbook
"""


def left_off(store: Store, playbook: str) -> list[UUID]:
    """The imports of a playbook that a sequence has left before it wrote them, or had somebody asked."""
    return [row["id"] for row in store.all(_LEFT_OFF, {"playbook": playbook})]


_LEFT_OFF = """
select b.id from workbench.import_batch b join workbench.salesforce_read r on r.batch_id = b.id
where b.data_type = %(playbook)s and b.stage in ('staged', 'planned') and not b.dry_run and b.summary ? 'sequence'
order by b.created_at
"""


def of_scheduled_run(store: Store, run: UUID, playbook: str) -> list[UUID]:
    """The imports of a playbook that a schedule's run has written, and that stand; in their order."""
    return [row["id"] for row in store.all(_OF_SCHEDULED_RUN, {"run": str(run), "playbook": playbook})]


_OF_SCHEDULED_RUN = """
select b.id from workbench.import_batch b
where b.data_type = %(playbook)s and b.summary ->> 'schedule_run' = %(run)s and b.stage = 'completed'
  and not exists (select from workbench.import_batch u where u.undo_of = b.id and u.stage = 'completed')
order by b.created_at
"""


def superseded(store: Store, batch: UUID) -> list[UUID]:
    """The imports of sequences that still wait for a person, who has touched none of their rows, and whose reading is
    all in that of another."""
    return [row["id"] for row in store.all(_SUPERSEDED, {"batch": batch})]


_SUPERSEDED = """
select b.id from workbench.salesforce_read later
join workbench.salesforce_read r on r.playbook = later.playbook and r.asked = later.asked and r.until <= later.until
join workbench.import_batch b on b.id = r.batch_id
where later.batch_id = %(batch)s and r.id <> later.id and (later.since is null or r.since >= later.since)
  and b.stage = 'held' and b.revision = 0 and b.decisions = 0 and b.summary ? 'sequence'
"""


def refuse_read_anew(store: Store, run: Run) -> None:
    """Raises ReadAnew where all that a run has read of Salesforce is in a later reading that stands, or where an import
    that was completed since has written a later state of one of its records: the older one would overwrite it."""
    face = run.face
    if not face.file_name.startswith(PREFIX):
        return
    later = store.one(_ALL_READ_ANEW, {"batch": face.id})
    if later is None and {"Id", "SystemModstamp"} <= set(face.headers):
        datasets = [face.dataset, *(batch.dataset for batch in run.written)]
        named = {"batch": face.id, "source": face.file_name, "begun": face.created_at, "datasets": datasets}
        later = store.one(_A_RECORD_READ_ANEW, named)
    if later is not None:
        raise ReadAnew(batch=face.id, later=later["id"])


_ALL_READ_ANEW = """
select batch_id as id from (
    select later.batch_id from workbench.salesforce_read r
    join workbench.standing_read later on later.playbook = r.playbook and later.asked = r.asked and later.id <> r.id
    where r.batch_id = %(batch)s and later.batch_id is not null and (later.since is null or r.since >= later.since)
      and r.until <= later.until and r.read_at < later.read_at
    order by later.until desc offset 0 -- else every reading there ever was is looked through for what is lost
) later where not workbench.lost_since(batch_id) limit 1
"""

_A_RECORD_READ_ANEW = """
with later as (
    select id, array_position(headers, 'Id') - 1 as id_at, array_position(headers, 'SystemModstamp') - 1 as changed_at
    from workbench.import_batch b
    where file_name = %(source)s and stage = 'completed' and part_of is null and undo_of is null
      and completed_at > %(begun)s and id <> %(batch)s and headers @> array['Id', 'SystemModstamp']
      and not exists (select from workbench.import_batch u where u.undo_of = b.id and u.stage = 'completed')
      and (data_type = any(%(datasets)s) or exists (
          select from workbench.import_batch p where p.part_of = b.id and p.data_type = any(%(datasets)s)))
), own as (
    select r.raw::jsonb ->> (array_position(b.headers, 'Id') - 1) as id,
           r.raw::jsonb ->> (array_position(b.headers, 'SystemModstamp') - 1) as changed
    from workbench.import_batch b join workbench.import_row r on r.batch_id = b.id
    where b.id = %(batch)s and exists (select from later)
)
select later.id from later
join workbench.import_row r on r.batch_id = later.id
join own on own.id = r.raw::jsonb ->> later.id_at
where own.changed collate "C" < r.raw::jsonb ->> later.changed_at
limit 1
"""
