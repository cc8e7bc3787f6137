"""Records that a person switches off by hand, with a reason, and on again (seed 001, Playbook B).

Who has done so, when and why, stands in the audit log, which nobody can alter. The record itself says that it was a
person: from then on no import switches it on, and every row that names it says so.
"""

from typing import Any
from uuid import UUID

from psycopg.sql import SQL, Composable, Identifier, Literal

from workbench.database.search import KEYED
from workbench.database.slices import slice_of
from workbench.database.store import Store
from workbench.database.titles import BETWEEN, key_of, told
from workbench.datasets import catalog
from workbench.model.contract import Contract, Removal
from workbench.model.errors import NoReason, NotDeactivated, NothingToDeactivate, RecordChanged
from workbench.model.trimming import as_said

OFF, ON = "deactivated", "reactivated"
"""What the audit log calls it."""


def removal_of(contract: Contract) -> Removal:
    """How the dataset's records are switched off; raises NothingToDeactivate."""
    if contract.removal is None:
        of = ", ".join(name for name, known in catalog.CONTRACTS.items() if known.removal is not None)
        raise NothingToDeactivate(dataset=contract.name, known=of)
    return contract.removal


def switch(store: Store, contract: Contract, record: UUID, *, on: bool, reason: str) -> None:
    """Switches a record off by hand, or on again whoever had switched it off, and keeps who did it and why.

    Raises NothingToDeactivate, NoReason, NotDeactivated for a record that is so already, and RecordChanged where
    another has been at it just now.
    """
    removal = removal_of(contract)
    if not (reason := as_said(reason)):
        raise NoReason(action="reactivating" if on else "deactivating", what="a record")
    names: dict[str, Composable] = {
        "target": Identifier(contract.family, contract.table),
        "active": Identifier(removal.active),
        "source": Identifier(removal.source),
        "by_hand": Literal(removal.by_hand[0]),
        "record": Literal(record),
        "slice": slice_of(contract, "t"),
    }
    key = _told(store, contract, record)["key"]
    with store.transaction() as connection:
        changed = connection.execute(SQL(_ON if on else _OFF).format(**names))
        if changed.rowcount != 1:
            now = connection.execute(SQL(_NOW).format(**names)).fetchone()
            if now is None:
                raise RecordChanged(dataset=contract.name, key=key)
            raise NotDeactivated(key=key, state="active" if on else "switched off by a person already")
        store.note(ON if on else OFF, None, dataset=contract.name, record=str(record), key=key, reason=reason)


_OFF = """
update {target} t set {active} = false, {source} = {by_hand}, updated_at = now()
where t.id = {record} and {slice} and ({active} or {source} is distinct from {by_hand})
"""
_ON = """
update {target} t set {active} = true, {source} = null, updated_at = now()
where t.id = {record} and {slice} and not {active}
"""
_NOW = "select from {target} t where t.id = {record} and {slice}"


def _told(store: Store, contract: Contract, record: UUID) -> dict[str, Any]:
    [one] = told(store, [(contract.family, contract.table, record)])
    return one


def words(store: Store, record: UUID) -> list[dict[str, Any]]:
    """What people did to a record by hand, newest first: action, by, at, reason."""
    return store.all(_WORDS, {"records": [str(record)], "actions": [OFF, ON]})


_WORDS = """
select detail ->> 'record' as record_id, action, actor as by, at, detail ->> 'reason' as reason
from workbench.audit_log
where batch_id is null and action = any(%(actions)s) and detail ->> 'record' = any(%(records)s) order by number desc
"""


def deactivated(store: Store, contract: Contract) -> list[dict[str, Any]]:
    """The records that a person has switched off, the newest first, each once: record_id, key, title, by, at and reason
    (None of one that was switched off elsewhere), and whether imports that stand have named it since (`named`: how
    many, batch, file_name, line and at of the first; None where there is none). Raises NothingToDeactivate."""
    removal = removal_of(contract)
    joins, parts = key_of(contract)
    found = store.all(
        SQL(_FOUND).format(
            parts=SQL(", ").join(parts),
            between=Literal(BETWEEN),
            target=Identifier(contract.family, contract.table),
            joins=joins,
            active=Identifier(removal.active),
            source=Identifier(removal.source),
            by_hand=Literal(list(removal.by_hand)),
            slice=slice_of(contract, "t"),
        )
    )
    ids = [row["id"] for row in found]
    said: dict[str, dict[str, Any]] = {}
    for word in store.all(_WORDS, {"records": list(map(str, ids)), "actions": [OFF]}):
        said.setdefault(word["record_id"], word)
    since = {key: said.get(str(id_), {}).get("at") for id_, key in ((row["id"], row["key"]) for row in found)}
    asked = {"keys": list(since), "since": list(since.values()), "dataset": contract.name}
    named = {row.pop("key"): row for row in store.all(_NAMED, asked)}
    titles = {one["record_id"]: one for one in told(store, [(contract.family, contract.table, id_) for id_ in ids])}
    told_of = [
        {
            **titles[row["id"]],
            **{name: said.get(str(row["id"]), {}).get(name) for name in ("by", "at", "reason")},
            "named": named.get(row["key"]),
        }
        for row in found
    ]
    return sorted(told_of, key=lambda each: each["at"].timestamp() if each["at"] else 0.0, reverse=True)


_FOUND = """
select t.id, array_to_string(array[{parts}], {between}) as key from {target} t {joins}
where not t.{active} and t.{source} = any({by_hand}) and {slice} order by 2
"""

_NAMED = f"""
{KEYED}
select k.external_key as key, count(distinct b.id)::int as imports,
       (array_agg(b.id order by b.completed_at))[1] as batch,
       (array_agg(b.file_name order by b.completed_at))[1] as file_name,
       (array_agg(k.line order by b.completed_at))[1] as line, min(b.completed_at) as at
from keyed k
join unnest(%(keys)s::text[], %(since)s::timestamptz[]) as off (key, since) on off.key = k.external_key
join workbench.import_batch b on b.id = k.batch_id
join workbench.import_outcome o on o.batch_id = b.id and o.plan = b.plan and o.line = k.line
where b.data_type = %(dataset)s and b.stage = 'completed' and b.completed_at > coalesce(off.since, '-infinity')
  and o.outcome = 'skipped' and o.reason = 'protected' and workbench.undone_by(b.id) is null
group by k.external_key
"""
"""The imports that have named a record while it was switched off by hand."""
