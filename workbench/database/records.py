"""From what a person knows of a record (an e-mail, a code, an id, a part of a name, a line of a file) to the record and
to every import that touched it."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any
from uuid import UUID

import pyarrow as pa
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from workbench.database.batches import get, one_sheet, parts
from workbench.database.rows import changes, settled
from workbench.database.store import Store
from workbench.database.target import slice_of
from workbench.datasets import catalog
from workbench.model.batch import Batch, origin
from workbench.model.contract import Contract, Field
from workbench.model.errors import DatabaseBusy, DatabaseUnavailable, UnknownDataset, UnknownRecord
from workbench.model.kinds import KINDS, tidied

_BETWEEN = "\x1f"
"""Between the parts of a key, as `import_row.external_key` has it; a person writes "|"."""


def find(store: Store, text: str, limit: int) -> list[dict[str, Any]]:
    """The records that a text may mean: dataset, record_id, key, title.

    First those whose key or id it is, then those that refer to them, then those that it is a part of; and keys that a
    file has brought although no record has them (any more), whose record_id is None.
    """
    text = tidied(" ".join(text.replace("\0", "").split()))
    if not text:
        return []
    ids = dict.fromkeys(_exact(store, text, limit))
    ids |= dict.fromkeys(_referring(store, tuple(ids), limit))
    found = _told(store, tuple(ids))
    found += _without_record(store, text, {(one["dataset"], one["key"]) for one in found})
    whole = "@" in text or _uuid(text) is not None  # which is no part of anything else
    if len(found) < limit and len(text) > 1 and not (ids and whole):
        parts = _told(store, [one for one in _parts(store, text, limit) if one not in ids])
        found += sorted(parts, key=lambda one: str(one["key"]))
    return found[:limit]


Found = tuple[str, str, UUID]
"""A record by its schema, its table and its id."""


def _tables() -> dict[tuple[str, str], list[Contract]]:
    tables: dict[tuple[str, str], list[Contract]] = {}
    for contract in catalog.CONTRACTS.values():
        tables.setdefault((contract.family, contract.table), []).append(contract)
    return tables


def tidy(store: Store) -> None:
    """Makes later questions quick; about a second for a million new rows, which can be imported meanwhile."""
    with suppress(DatabaseBusy, DatabaseUnavailable):  # then another time
        store.one("select workbench.tidy()")


def _exact(store: Store, text: str, limit: int) -> list[Found]:
    """The records whose id, or first part of the key, or id elsewhere the text is."""
    found: list[Found] = []
    for tests, how in ((_by_index, "set local enable_seqscan = off"), (_by_reading, _IN_PARALLEL)):
        with store.transaction() as connection:
            connection.execute(how)
            for (schema, table), contracts in _tables().items():
                for test in tests(contracts, text):
                    statement = SQL("select id from {} t where {} limit {}").format(
                        Identifier(schema, table), test, Literal(limit)
                    )
                    found += [(schema, table, row["id"]) for row in connection.execute(statement)]
    return found


# reading a table from its beginning takes several processors, and ends when enough is found
_IN_PARALLEL = "set local enable_indexscan = off; set local enable_bitmapscan = off; set local jit = off"


def _by_index(contracts: list[Contract], text: str) -> Iterable[Composed]:
    identifier = _uuid(text)
    if identifier is not None:
        yield SQL("t.id = {}").format(Literal(identifier))
    for field in {contract.key_fields[0].target: contract.key_fields[0] for contract in contracts}.values():
        if field.reference is None and KINDS[field.kind].sql == "text":
            yield SQL("t.{} = {}").format(Identifier(field.target), Literal(_as_kept(field, text)))


def _by_reading(contracts: list[Contract], text: str) -> Iterable[Composed]:
    """Ids of other systems have no index; a million records are soon looked through for one."""
    if "@" in text or _uuid(text) is not None:
        return
    for name in {field.target: None for contract in contracts for field in _searched(contract) if _is_id(field)}:
        yield SQL("t.{} = {}").format(Identifier(name), Literal(text))


def _referring(store: Store, found: tuple[Found, ...], limit: int) -> list[Found]:
    """The records that refer to those."""
    referring: dict[tuple[str, str, str], list[UUID]] = {}
    for (schema, table), contracts in _tables().items():
        ids = [one[2] for one in found if one[:2] == (schema, table)]
        for other, column in (each for contract in contracts if ids for each in catalog.dependents(contract.name)):
            referring[other.family, other.table, column] = ids
    return [
        (schema, table, row["id"])
        for (schema, table, column), ids in referring.items()
        for row in store.all(
            SQL("select id from {} where {} = any({}) order by id limit {}").format(
                Identifier(schema, table), Identifier(column), Literal(ids), Literal(limit)
            )
        )
    ]


def _parts(store: Store, text: str, limit: int) -> list[Found]:
    """The records that have every word of the text somewhere in their keys, names and ids."""
    found: list[Found] = []
    with store.transaction() as connection:
        connection.execute(_IN_PARALLEL)
        for (schema, table), contracts in _tables().items():
            columns = {field.target for contract in contracts for field in _searched(contract)}
            said = SQL("concat_ws(chr(10), {})").format(SQL(", ").join(map(Identifier, sorted(columns))))
            statement = SQL("select id from {} t where {} limit {}").format(
                Identifier(schema, table),
                SQL(" and ").join(_has(said, word) for word in text.split()),
                Literal(limit - len(found)),
            )
            found += [(schema, table, row["id"]) for row in connection.execute(statement)] if columns else []
    return found


def _has(said: Composable, word: str) -> Composable:
    """Whether a text has a word, in any case; the letters of ASCII are compared first, which is much quicker."""
    plain = "".join("_" if ord(c) > 127 else f"\\{c}" if c in "\\%_" else c for c in word.lower())
    quick = SQL('lower({} collate "C") like {}').format(said, Literal(f"%{plain}%"))
    if word.isascii():
        return quick
    exact = "".join(f"\\{c}" if c in "\\%_" else c for c in word)
    return SQL("case when {} then {} ilike {} end").format(quick, said, Literal(f"%{exact}%"))


def _searched(contract: Contract) -> list[Field]:
    """The fields that a person may know a record by."""
    return [
        field
        for field in contract.stored
        if field.reference is None
        and KINDS[field.kind].sql == "text"
        and (field.name in contract.key or field.required or field.kind in ("email", "name") or _is_id(field))
    ]


def _is_id(field: Field) -> bool:
    return field.name.endswith("_id")


def _told(store: Store, found: Iterable[Found]) -> list[dict[str, Any]]:
    """Each record's dataset, key and title, in the same order."""
    found = list(found)
    told: dict[UUID, dict[str, Any]] = {}
    for (schema, table), contracts in _tables().items():
        ids = [one[2] for one in found if one[:2] == (schema, table)]
        for contract in contracts if ids else ():
            joins, key = _key(contract)
            statement = SQL(
                "select t.id, array[{}]::text[] as key, {} as title from {} t {} where t.id = any({}) and {}"
            )
            for row in store.all(
                statement.format(
                    SQL(", ").join(key),
                    _title(contract),
                    Identifier(schema, table),
                    joins,
                    Literal(ids),
                    slice_of(contract, "t"),
                )
            ):
                told[row["id"]] = {
                    "dataset": contract.name,
                    "record_id": row["id"],
                    "key": "|".join(part or "" for part in row["key"]),
                    "title": row["title"] or "",
                }
    return [told[one[2]] for one in found if one[2] in told]


def _title(contract: Contract) -> Composable:
    """What a record is called, beside its key."""
    others = [field for field in _searched(contract) if field.name not in contract.key and not _is_id(field)]
    named = [field for field in others if field.kind == "name"] or [field for field in others if field.kind == "text"]
    return SQL("t.{}").format(Identifier(named[0].target)) if named else SQL("null")


def _without_record(store: Store, text: str, known: set[tuple[str, str]]) -> list[dict[str, Any]]:
    """The datasets in which files have brought that very key, and whose record is not there (any more)."""
    whole = _BETWEEN.join(part.strip() for part in text.split("|"))
    found = []
    with store.transaction() as connection:
        connection.execute("set local enable_seqscan = off")
        asked = {"keys": sorted({whole, whole.lower()}), "datasets": list(catalog.CONTRACTS)}
        for row in connection.execute(_BROUGHT, asked):
            key = row["key"].replace(_BETWEEN, "|")
            if (row["dataset"], key) not in known:
                found.append({"dataset": row["dataset"], "record_id": None, "key": key, "title": ""})
    return found


_KEYED = """
with keyed as materialized (
    select r.batch_id, r.line, r.external_key from workbench.import_row r
    where r.external_key = any(%(keys)s::text[]) and not exists (
        select from workbench.import_correction c where c.batch_id = r.batch_id and c.line = r.line)
    union all
    select c.batch_id, c.line, c.external_key from workbench.import_correction c
    where c.external_key = any(%(keys)s::text[]) and not exists (
        select from workbench.import_correction n
        where n.batch_id = c.batch_id and n.line = c.line and n.revision > c.revision)
)"""
"""The rows of any batch that have one of the keys, as they count now."""

_BROUGHT = f"""
{_KEYED}
select distinct b.data_type as dataset, k.external_key as key
from keyed k join workbench.import_batch b on b.id = k.batch_id
where b.undo_of is null and b.data_type = any(%(datasets)s) order by 1, 2
"""


def _uuid(text: str) -> UUID | None:
    with suppress(ValueError):
        return UUID(text.strip())
    return None


def _as_kept(field: Field, text: str) -> str:
    kept: str | None = KINDS[field.kind].parse(pa.array([text], pa.string()))[0].as_py()
    return kept if kept is not None else text


def _key(contract: Contract) -> tuple[Composable, list[Composable]]:
    """The joins that a table `t` needs to tell its keys, and the parts of the key as text."""
    joins: list[Composable] = []
    parts: list[Composable] = []
    for field in contract.key_fields:
        if field.reference is None:
            parts.append(SQL("t.{}::text").format(Identifier(field.target)))
            continue
        other = catalog.contract(field.reference.dataset)
        alias = Identifier(f"ref {field.name}")
        joins.append(
            SQL("join {} {} on {}.id = t.{}").format(
                Identifier(other.family, other.table), alias, alias, Identifier(field.target)
            )
        )
        parts.append(SQL("{}.{}::text").format(alias, Identifier(other.field(field.reference.field).target)))
    return SQL(" ").join(joins), parts


def _now(store: Store, contract: Contract, test: Composable) -> dict[str, Any] | None:
    """A record as it is, and its key as `its key`."""
    joins, key = _key(contract)
    return store.one(
        SQL('select t.*, array_to_string(array[{}], chr(31)) as "its key" from {} t {} where {} and {} limit 1').format(
            SQL(", ").join(key), Identifier(contract.family, contract.table), joins, test, slice_of(contract, "t")
        )
    )


def _by_key(store: Store, contract: Contract, parts: list[str]) -> dict[str, Any] | None:
    _, key = _key(contract)
    if len(parts) != len(key):
        return None
    tests = [SQL("{} = {}").format(column, Literal(part)) for column, part in zip(key, parts, strict=True)]
    return _now(store, contract, SQL(" and ").join(tests))


def record(store: Store, dataset: str, key: str) -> dict[str, Any]:
    """A record by its key or id, as it is now, with every import that touched it, newest first; raises
    UnknownDataset, UnknownRecord."""
    contract = catalog.contract(dataset)
    if not contract.table:
        raise UnknownDataset(dataset=dataset, known=", ".join(catalog.CONTRACTS))
    identifier = _uuid(key)
    said = key.split("|") if len(contract.key) > 1 else [key]
    parts = [_as_kept(field, part.strip()) for part, field in zip(said, contract.key_fields, strict=False)]
    whole = len(said) == len(contract.key)
    now = _now(store, contract, SQL("t.id = {}").format(Literal(identifier))) if identifier else None
    if now is None:
        now = _by_key(store, contract, parts) if whole else None
    known = now["id"] if now else identifier
    history = _history(store, contract, known, now.pop("its key") if now else _BETWEEN.join(parts) if whole else "")
    if now is None and not history:
        raise UnknownRecord(dataset=dataset, key=key)
    return {"dataset": dataset, "record": now, "history": history}


def row_records(store: Store, batch: Batch, line: int) -> list[tuple[str, UUID]]:
    """The records that a row is about: the one it made, changed or left, else the one that has its key now; of a row
    that others were made of, those that they are about, in the order of import. Raises SeveralSheets."""
    made = parts(store, one_sheet(store, batch).id) if batch.undo_of is None else ()
    rows = {part.id: part for part in made}
    found = (
        [_row_record(store, rows[row["batch_id"]], row["line"]) for row in store.all(_MADE, _asked(made, line))]
        if made
        else [_row_record(store, batch, line)]
    )
    return list(dict.fromkeys(each for each in found if each is not None))


def _asked(made: tuple[Batch, ...], line: int) -> dict[str, Any]:
    """The parts of a run, those apart whose rows may be made of several of the source's: all are looked through."""
    grouped = [part.id for part in made if part.summary.get("grouped")]
    return {"alone": [part.id for part in made if part.id not in grouped], "grouped": grouped, "line": line}


_MADE = """
select made.batch_id, made.line from (
    select batch_id, line from workbench.import_row where batch_id = any(%(alone)s) and line = %(line)s
    union all
    select batch_id, line from workbench.import_row
    where batch_id = any(%(grouped)s) and %(line)s = any(coalesce(sources, array[line]))
) made join workbench.import_batch b on b.id = made.batch_id order by b.part, made.line
"""
"""The rows of a run's parts that were made of a line of its source."""


def _row_record(store: Store, batch: Batch, line: int) -> tuple[str, UUID] | None:
    row = store.one(
        "select record_id, external_key as key, payload ->> 'dataset' as dataset from workbench.import_result "
        "where batch_id = %s and line = %s",
        (batch.id, line),
    )
    if row is None:
        return None
    undoes = batch.undo_of is not None
    if batch.stage == "completed" and row["record_id"] is not None:
        return (undoes and row["dataset"]) or batch.dataset, row["record_id"]
    contract = catalog.contract(batch.dataset)
    now = _by_key(store, contract, row["key"].split(_BETWEEN)) if row["key"] and not undoes else None
    return (batch.dataset, now["id"]) if now else None


def _history(store: Store, contract: Contract, record: UUID | None, key: str) -> list[dict[str, Any]]:
    made = origin(record) if record else None
    with store.transaction() as connection:
        connection.execute("set local enable_seqscan = off")
        history = connection.execute(
            _HISTORY,
            {
                "record": record,
                "dataset": contract.name,
                "keys": [key],
                "batch": made[0] if made else None,
                "line": made[1] if made else None,
            },
        ).fetchall()
    for row in history:
        before, refs, mapping = row.pop("before"), row.pop("refs"), row.pop("mapping")
        if row["undo_of"] is not None:
            row["changes"] = {}  # what it took back is told where it was done
        elif row["line"] is not None:
            row["payload"] = settled(row["payload"], row["outcome"])
            row["changes"] = changes(contract, mapping, row["payload"], before, refs)
        elif row["outcome"] == "deactivated" and contract.removal is not None:
            row["changes"] = {contract.removal.active: [True, False]}
        else:
            row["changes"] = {}
    return history


_HISTORY = f"""
{_KEYED}, touched as (
    select %(batch)s::uuid as batch_id, %(line)s::bigint as line where %(batch)s is not null
    union select batch_id, line from workbench.import_outcome where record_id = %(record)s and outcome = 'updated'
    union select batch_id, line from keyed
)
select b.id as batch, b.undo_of, b.file_name, e.line, e.outcome, e.reason, e.payload, e.before, e.refs, e.issues,
       b.stage, b.mapping, b.initiated_by_id as run_by, coalesce(b.completed_at, b.planned_at, b.created_at) as at,
       e.explanation, e.corrected_by, e.corrected_at, s.signed_by, workbench.undone_by(b.id) as undone_by
from (
    select batch_id, line, outcome, reason, payload, before, refs, errors as issues, explanation,
           corrected_by, corrected_at
    from touched join workbench.import_result using (batch_id, line)
    union all
    select m.batch_id, null, m.action, null, null, null, null, null, null, null, null
    from workbench.import_removal m join workbench.import_batch n on n.id = m.batch_id and n.plan = m.plan
    where m.record_id = %(record)s
) e join workbench.import_batch b on b.id = e.batch_id
left join workbench.sign_off s on s.batch_id in (b.id, b.part_of)
where b.data_type = %(dataset)s and b.summary -> 'replaced' is null
order by at desc, e.line
"""


class Records:
    """What is known of the tenant's records: `Workbench.records`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, dataset: str, key: str) -> dict[str, Any]:
        """A record as it is now and every import that touched it, newest first; raises UnknownRecord.

        The parts of a composite key are separated by "|", e.g. "john@example.com|CNA101".
        """
        return record(self._store, dataset, key)

    def find(self, text: str, *, limit: int = 50) -> list[dict[str, Any]]:
        """The records that a text may mean: dataset, record_id, key, title.

        First those whose key or id it is, then those that refer to them, then those that have every word of it in
        their keys, names and ids. A key that only a file has brought comes with None for its record_id.
        """
        return find(self._store, text, limit)

    def of_row(self, batch: Batch | UUID | str, line: int) -> tuple[str, UUID] | None:
        """The dataset and the id of the record that a row is about: the one it made, changed or left as it was, else
        the one that has its key now; None when there is none."""
        return next(iter(self.all_of_row(batch, line)), None)

    def all_of_row(self, batch: Batch | UUID | str, line: int) -> list[tuple[str, UUID]]:
        """As `of_row`, of a run whose rows become several records all of them, in the order of import.

        Raises SeveralSheets for a run that has several rows of that line.
        """
        return row_records(self._store, get(self._store, batch), line)

    def tidy(self) -> None:
        """Makes `find` and `record` quick again after many new rows; to be called when nobody waits for it, and about a
        second's work for a million rows."""
        tidy(self._store)
