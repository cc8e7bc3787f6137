"""From what a person knows of a record (an e-mail, a code, an id, a phone number, a part of a name) to the records."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import pyarrow as pa
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from workbench.database import accents, likeness
from workbench.database.by_words import IN_PARALLEL, ByWords
from workbench.database.store import Store
from workbench.database.titles import BETWEEN, Found, Tables, filled, is_id, joined, searched, tables, told
from workbench.datasets import catalog
from workbench.model.contract import Contract, Field
from workbench.model.errors import LongQuestion
from workbench.model.kinds import KINDS
from workbench.model.trimming import tidied

_LONGEST = 300
"""So many letters are looked for at most: an e-mail address has 254, and to compare more takes longer by the square."""


def find(
    store: Store, text: str, limit: int, skip: int = 0, meanwhile: Callable[[], object] | None = None
) -> tuple[list[dict[str, Any]], bool, int]:
    """The first `limit` records that a text may mean (dataset, record_id, key, title) without the first `skip` of them,
    whether they are only nearly so, and how many there are.

    First those whose key or id it is, then those that refer to them, then those that it is a part of or whose phone
    number it is, of which those come first that it fits best; keys that a file has brought although no record has them
    (any more), whose record_id is None; and records that an import has deleted, by any of their words.
    Where there is none of all these, those whose names and addresses are written nearly so: `meanwhile` is called
    before they are looked for. Raises LongQuestion.
    """
    text = tidied(" ".join(text.replace("\0", "").split()))
    if len(text) > _LONGEST:
        raise LongQuestion(letters=len(text), most=_LONGEST)
    if not text:
        return [], False, 0
    found, number = _paged(_lists(store, text), skip, limit)
    if number or identifier(text) is not None:
        return found, False, number
    if meanwhile is not None:
        meanwhile()
    near = likeness.find(store, text, _NEAR)
    return told(store, near[skip : skip + limit]), True, len(near)


class _List(Protocol):
    """Records that fit in one way."""

    def page(self, skip: int, limit: int) -> tuple[list[dict[str, Any]], int | None]:
        """Some of them, and how many there are, where that is known by then."""
        ...

    def number(self) -> int: ...


@dataclass(frozen=True)
class _Known:
    """Records that are known already, for they are few."""

    records: list[dict[str, Any]]

    def page(self, skip: int, limit: int) -> tuple[list[dict[str, Any]], int | None]:
        return self.records[skip : skip + limit], len(self.records)

    def number(self) -> int:
        return len(self.records)


@dataclass(frozen=True, kw_only=True)
class _Referring:
    """The records of one table that refer to others."""

    store: Store
    table: tuple[str, str]
    test: Composable

    def page(self, skip: int, limit: int) -> tuple[list[dict[str, Any]], int | None]:
        ids = self.store.all(
            SQL("select id from {} t where {} order by t.id limit {} offset {}").format(
                Identifier(*self.table), self.test, Literal(limit), Literal(skip)
            )
        )
        return told(self.store, [(*self.table, row["id"]) for row in ids]), None

    def number(self) -> int:
        (row,) = self.store.all(
            SQL("select count(*)::int as records from {} t where {}").format(Identifier(*self.table), self.test)
        )
        return int(row["records"])


def _paged(lists: Iterable[_List], skip: int, limit: int) -> tuple[list[dict[str, Any]], int]:
    """A page of several lists, one after the other, and how many records they have; a list that ends on the page is
    not counted by itself."""
    found: list[dict[str, Any]] = []
    number = 0
    for each in lists:
        begin, wanted = max(skip - number, 0), limit - len(found)
        some, here = each.page(begin, wanted) if wanted > 0 else ([], None)
        if here is None:
            ends = len(some) < wanted and (bool(some) or begin == 0)
            here = begin + len(some) if ends else each.number()
        found += some
        number += here
    return found, number


def _lists(store: Store, text: str) -> Iterator[_List]:
    """The lists of records that a text may mean, the likeliest first; none has a record of one before it."""
    there = filled(store)
    ids = tuple(dict.fromkeys(_exact(store, text, _NEAR, there)))
    exact = told(store, ids)
    yield _Known(exact)
    referring = _referring_to(store, ids)
    yield from referring
    some = exact + [one for each in referring for one in each.page(0, _FEW)[0]]
    yield _Known(_without_record(store, text, {(one["dataset"], one["key"]) for one in some}))
    whole = "@" in text or identifier(text) is not None  # which is no part of anything else
    if len(text) > 1 and not (ids and whole):
        others: dict[tuple[str, str], list[Composable]] = {}
        for each in referring:
            others.setdefault(each.table, []).append(each.test)
        yield ByWords(store, text, there, ids, others)
    yield _Known(_removed(store, text, _NEAR, {one["record_id"] for one in some}))


_NEAR = 5_000
"""So many records are told at most that are written nearly so, have an id or were deleted: of other kinds, all."""
_FEW = 200
"""Of the records that refer to one, so many are looked at for the key that is asked for."""


def referring(store: Store, record: Found, limit: int) -> list[dict[str, Any]]:
    """The first of the records of each table that refer to one, as `find` tells of them."""
    return [one for each in _referring_to(store, (record,)) for one in each.page(0, limit)[0]]


def identifier(text: str) -> UUID | None:
    """The id that a text is, if it is one."""
    with suppress(ValueError):
        return UUID(text.strip())
    return None


def as_kept(field: Field, text: str) -> str:
    """What a person typed, as the field keeps it."""
    kept: str | None = KINDS[field.kind].parse(pa.array([text], pa.string()))[0].as_py()
    return kept if kept is not None else text


def _exact(store: Store, text: str, limit: int, there: Tables) -> list[Found]:
    """The records whose id, or first part of the key, or id elsewhere the text is."""
    found: list[Found] = []
    for tests, how in ((_by_index, "set local enable_seqscan = off"), (_by_reading, IN_PARALLEL)):
        with store.transaction() as connection:
            connection.execute(how)
            for (schema, table), contracts in there.items():
                for test in tests(contracts, text):
                    statement = SQL("select id from {} t where {} limit {}").format(
                        Identifier(schema, table), test, Literal(limit)
                    )
                    found += [(schema, table, row["id"]) for row in connection.execute(statement)]
    return found


def _by_index(contracts: list[Contract], text: str) -> Iterable[Composed]:
    known = identifier(text)
    if known is not None:
        yield SQL("t.id = {}").format(Literal(known))
    for field in {contract.key_fields[0].target: contract.key_fields[0] for contract in contracts}.values():
        if field.reference is None and KINDS[field.kind].sql == "text":
            yield SQL("t.{} = {}").format(Identifier(field.target), Literal(as_kept(field, text)))


def _by_reading(contracts: list[Contract], text: str) -> Iterable[Composed]:
    """Ids of other systems have no index; a million records are soon looked through for one. A text without a digit is
    a name, which is looked for by its words, and so are those ids that have none."""
    if "@" in text or identifier(text) is not None or not any(map(str.isdigit, text)):
        return
    for name in {field.target: None for contract in contracts for field in searched(contract) if is_id(field)}:
        yield SQL("t.{} = {}").format(Identifier(name), Literal(text))


def _referring_to(store: Store, found: tuple[Found, ...]) -> list[_Referring]:
    """The records that refer to those, table by table."""
    lists = []
    for (schema, table), columns in _columns_to(found).items():
        tests = [SQL("t.{} = any({})").format(Identifier(name), Literal(ids)) for name, ids in columns.items()]
        lists.append(
            _Referring(
                store=store,
                table=(schema, table),
                test=SQL("({}) and t.id <> all({})").format(
                    SQL(" or ").join(tests), Literal([one[2] for one in found])
                ),
            )
        )
    return lists


def _columns_to(found: tuple[Found, ...]) -> dict[tuple[str, str], dict[str, list[UUID]]]:
    """The tables that refer to those, with the columns that do and the ids in them."""
    columns: dict[tuple[str, str], dict[str, list[UUID]]] = {}
    for (schema, table), contracts in tables().items():
        ids = [one[2] for one in found if one[:2] == (schema, table)]
        for other, column in (each for contract in contracts if ids for each in catalog.dependents(contract.name)):
            columns.setdefault((other.family, other.table), {})[column] = ids
    return columns


def _without_record(store: Store, text: str, known: set[tuple[str, str]]) -> list[dict[str, Any]]:
    """The datasets in which files have brought that very key, and whose record is not there (any more)."""
    keys = {key for parts in {len(each.key) for each in catalog.CONTRACTS.values()} for key in joined(text, parts)}
    found = []
    with store.transaction() as connection:
        connection.execute("set local enable_seqscan = off")
        asked = {"keys": sorted(keys | {key.lower() for key in keys}), "datasets": list(catalog.CONTRACTS)}
        for row in connection.execute(_BROUGHT, asked):
            key = row["key"].replace(BETWEEN, "|")
            if (row["dataset"], key) not in known:
                found.append({"dataset": row["dataset"], "record_id": None, "key": key, "title": ""})
    return found


def _removed(store: Store, text: str, limit: int, known: set[UUID]) -> list[dict[str, Any]]:
    """The records that an import has deleted because its file no longer named them, and that had every word."""
    statement = SQL(_REMOVED).format(
        has=accents.contains_every(SQL("m.before::text"), text.replace("|", " ")), limit=Literal(limit)
    )
    return [
        {
            "dataset": row["dataset"],
            "record_id": row["record_id"],
            "key": "|".join(str(row["before"].get(field.target) or "") for field in contract.key_fields),
            "title": next((str(row["before"].get(f.target) or "") for f in contract.fields if f.kind == "name"), ""),
        }
        for row in store.all(statement)
        if row["record_id"] not in known and (contract := catalog.CONTRACTS.get(row["dataset"])) is not None
    ]


_REMOVED = """
select distinct m.record_id, m.before, b.data_type as dataset
from (select * from workbench.import_removal order by batch_id desc limit 100000) m
join workbench.import_batch b on b.id = m.batch_id and b.plan = m.plan
where m.action = 'deleted' and b.stage = 'completed' and {has}
  and not exists (select from workbench.import_batch u where u.undo_of in (b.id, b.part_of) and u.stage = 'completed')
order by m.record_id limit {limit}
"""
"""Of the newest removals: a million of them would keep somebody waiting."""


KEYED = """
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
{KEYED}
select distinct b.data_type as dataset, k.external_key as key
from keyed k join workbench.import_batch b on b.id = k.batch_id
where b.undo_of is null and b.data_type = any(%(datasets)s) order by 1, 2
"""
