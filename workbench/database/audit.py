"""The tenant's audit log as a chain: whether every entry is still the one that was written, and in its place."""

from workbench.database.store import Store
from workbench.model.manifest import Difference, Manifest

NAME = "audit log"


def broken(store: Store, signed: Manifest | None = None) -> Difference | None:
    """The first entry that is not as it was written, or the lack of one; with a manifest also whether it is the log
    that was signed with it."""
    entry = store.one(_BROKEN)
    if entry is not None:
        return Difference(NAME, f"entry {entry['number']} ({entry['action']}) or one before it was altered or is gone")
    head = store.one(_HEAD)
    if head is not None:
        return Difference(NAME, f"it ends after entry {head['last']}, where {head['entries']} were written")
    if signed is not None and store.one(_SIGNED, (signed.entries, signed.log)) is None:
        return Difference(NAME, f"its first {signed.entries} entries are not those that were signed")
    return None


_BROKEN = """
select (entry).number, (entry).action from (
    select e as entry, lag(e.number, 1, 0::bigint) over ordered as earlier, lag(e.hash, 1, '') over ordered as before
    from workbench.audit_log e window ordered as (order by e.number)
) each
where (entry).number <> earlier + 1 or (entry).hash is distinct from workbench.entry_hash(before, entry)
order by (entry).number limit 1
"""

_HEAD = """
select coalesce(h.entries, 0) as entries, coalesce(e.last, 0) as last
from (select max(number) as last, (array_agg(hash order by number desc))[1] as hash from workbench.audit_log) e
full join workbench.audit_head h on true
where (coalesce(h.entries, 0), coalesce(h.hash, '')) is distinct from (coalesce(e.last, 0), coalesce(e.hash, ''))
    or (select count(*) from workbench.audit_head) > 1
"""

_SIGNED = "select from workbench.audit_log where number = %s and hash = %s"
