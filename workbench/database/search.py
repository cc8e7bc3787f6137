"""From what a person knows of a record (an e-mail, a code, an id, a phone number, a part of a name) to the records."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import pyarrow as pa
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from workbench.database import accents, likeness
from workbench.database.store import Store
from workbench.database.titles import BETWEEN, Found, is_id, joined, searched, tables, told
from workbench.datasets import catalog
from workbench.model.contract import Contract, Field
from workbench.model.errors import LongQuestion
from workbench.model.kinds import KINDS
from workbench.model.trimming import tidied

# reading a table from its beginning takes several processors, and ends when enough is found
IN_PARALLEL = "set local enable_indexscan = off; set local enable_bitmapscan = off; set local jit = off"

_NUMBER = re.compile(r"(?<![\w@.])(?:\+|00)?[ ]?\(?\d[\d\s().\-/]{5,}\d(?:\s*(?:x|ext\.?)\s*\d{1,6})?(?![\w@])", re.I)
"""A phone number as people write it."""
_PUNCTUATION = " ()-.+/\t\u00a0"
_SHORTEST, _NATIONAL = 7, 10
"""Digits of a phone number: so many at least, and so many without the country's."""
_LONGEST = 300
"""So many letters are looked for at most: an e-mail address has 254, and to compare more takes longer by the square."""


def find(
    store: Store, text: str, limit: int, skip: int = 0, meanwhile: Callable[[], object] | None = None
) -> tuple[list[dict[str, Any]], bool, int]:
    """The first `limit` records that a text may mean (dataset, record_id, key, title) without the first `skip` of them,
    whether they are only nearly so, and how many there are.

    First those whose key or id it is, then those that refer to them, then those that it is a part of or whose phone
    number it is; keys that a file has brought although no record has them (any more), whose record_id is None; and
    records that an import has deleted, by any of their words.
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
class _Of:
    """Records of one table that pass a test, in an order."""

    store: Store
    table: tuple[str, str]
    test: Composable
    order: Composable
    reads: bool
    """Whether the whole table is read for it: no index knows."""

    def page(self, skip: int, limit: int) -> tuple[list[dict[str, Any]], int | None]:
        some = SQL("select * from {} t where {}").format(Identifier(*self.table), self.test)
        if self.reads:  # once, as far as they can be counted and put in order by the way
            first = SQL("{} limit {}").format(some, Literal(_SORTED + 1))
            ids = self._page(first, skip, limit, SQL("count(*) over ()::int"))
            number = ids[0]["number"] if ids else None
            if number is not None and number <= _SORTED:
                return self._told(ids), number
            if number is None and skip == 0:
                return [], 0
        return self._told(self._page(some, skip, limit, SQL("null"))), None

    def _page(self, some: Composed, skip: int, limit: int, number: Composable) -> list[dict[str, Any]]:
        return self._asked(
            SQL("select id, {} as number from ({}) t order by {} limit {} offset {}").format(
                number, some, self.order, Literal(limit), Literal(skip)
            )
        )

    def _told(self, ids: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return told(self.store, [(*self.table, row["id"]) for row in ids])

    def number(self) -> int:
        (row,) = self._asked(
            SQL("select count(*)::int as records from {} t where {}").format(Identifier(*self.table), self.test)
        )
        return int(row["records"])

    def _asked(self, question: Composed) -> list[dict[str, Any]]:
        with self.store.transaction() as connection:
            if self.reads:
                connection.execute(IN_PARALLEL)
            return connection.execute(question).fetchall()


def _paged(lists: Iterable[_List], skip: int, limit: int) -> tuple[list[dict[str, Any]], int]:
    """A page of several lists, one after the other, and how many records they have; a list that ends on the page is
    not counted by itself."""
    found: list[dict[str, Any]] = []
    number = 0
    for each in lists:
        begin, wanted = max(skip - number, 0), limit - len(found)
        some, here = each.page(begin, wanted) if wanted > 0 and begin == 0 else ([], None)
        if here is None:
            here = len(some) if wanted > 0 and begin == 0 and len(some) < wanted else each.number()
        if wanted > 0 and 0 < begin < here:
            some, _ = each.page(begin, wanted)
        found += some
        number += here
    return found, number


def _lists(store: Store, text: str) -> Iterator[_List]:
    """The lists of records that a text may mean, the likeliest first; none has a record of one before it."""
    ids = tuple(dict.fromkeys(_exact(store, text, _NEAR)))
    exact = told(store, ids)
    yield _Known(exact)
    referring = _referring_to(store, ids)
    yield from referring
    some = exact + [one for each in referring for one in each.page(0, _FEW)[0]]
    yield _Known(_without_record(store, text, {(one["dataset"], one["key"]) for one in some}))
    whole = "@" in text or identifier(text) is not None  # which is no part of anything else
    if len(text) > 1 and not (ids and whole):
        yield from _parts(store, text, ids, referring)
    yield _Known(_removed(store, text, _NEAR, {one["record_id"] for one in some}))


_NEAR = 5_000
"""So many records are told at most that are written nearly so, have an id or were deleted: of other kinds, all."""
_SORTED = 20_000
"""So many records are counted and put in order as they come out of a table; of more, that would take longer than to
read it again."""
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


def number(text: str) -> tuple[str, str]:
    """The digits of the phone number in a text, without its country's and its extension, and the rest of the text."""
    said = _NUMBER.search(text)
    digits = re.sub(r"\D", "", re.split("x|ext", said[0].lower())[0]) if said else ""
    if said is None or not _SHORTEST <= len(digits) <= 20:
        return "", text
    return digits.removeprefix("00")[-_NATIONAL:], f"{text[: said.start()]} {text[said.end() :]}".strip()


def _exact(store: Store, text: str, limit: int) -> list[Found]:
    """The records whose id, or first part of the key, or id elsewhere the text is."""
    found: list[Found] = []
    for tests, how in ((_by_index, "set local enable_seqscan = off"), (_by_reading, IN_PARALLEL)):
        with store.transaction() as connection:
            connection.execute(how)
            for (schema, table), contracts in tables().items():
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
    """Ids of other systems have no index; a million records are soon looked through for one."""
    if "@" in text or identifier(text) is not None:
        return
    for name in {field.target: None for contract in contracts for field in searched(contract) if is_id(field)}:
        yield SQL("t.{} = {}").format(Identifier(name), Literal(text))


def _referring_to(store: Store, found: tuple[Found, ...]) -> list["_Of"]:
    """The records that refer to those, table by table."""
    lists = []
    for (schema, table), columns in _columns_to(found).items():
        tests = [SQL("t.{} = any({})").format(Identifier(name), Literal(ids)) for name, ids in columns.items()]
        lists.append(
            _Of(
                store=store,
                table=(schema, table),
                test=SQL("({}) and t.id <> all({})").format(
                    SQL(" or ").join(tests), Literal([one[2] for one in found])
                ),
                order=SQL("t.id"),
                reads=False,
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


def _parts(store: Store, text: str, ids: tuple[Found, ...], referring: list["_Of"]) -> Iterator["_Of"]:
    """The records that have every word of the text somewhere in their keys, names and ids, and those that have the
    phone number in it and every other word, table by table; without those of the other lists."""
    digits, rest = number(text)
    listed = [one[2] for one in ids]
    for (schema, table), contracts in tables().items():
        columns = {field.target for contract in contracts for field in searched(contract)}
        phones = {field.target for contract in contracts for field in contract.stored if field.kind == "phone"}
        cells = [SQL("coalesce(t.{}, '')").format(Identifier(name)) for name in sorted(columns)]
        said = SQL("({})").format(SQL(" || chr(10) || ").join(cells))  # which is quicker than concat_ws
        letters = _any_letters(contracts)
        tests = [_every(said, text, letters)] if columns else []
        if digits:
            called = SQL(" or ").join(_called(SQL("t.{}").format(Identifier(name)), digits) for name in phones)
            tests += [SQL("(({}) and {})").format(called, _every(said, rest, letters))] if phones else []
        if tests:
            new = [
                SQL("not coalesce({}, false)").format(each.test) for each in referring if each.table == (schema, table)
            ]
            new += [SQL("t.id <> all({})").format(Literal(listed))] if listed else []
            test = SQL("({})").format(SQL(" or ").join(tests))
            yield _Of(
                store=store,
                table=(schema, table),
                test=SQL(" and ").join([test, *new]),
                order=_by_key(contracts[0]),
                reads=True,
            )


def _by_key(contract: Contract) -> Composable:
    """The order of a table's keys, as far as it has them itself."""
    first = contract.key_fields[0]
    own = first.reference is None and KINDS[first.kind].sql == "text"
    return SQL("lower(t.{}), t.id" if own else "t.id").format(Identifier(first.target))


_ASCII = ("email", "phone", "barcode", "salesforce_id", "academic_year")
"""Kinds of which no text has an accent."""


def _any_letters(contracts: list[Contract]) -> list[Composable]:
    """The columns that a person may know a record by and that may have letters with accents."""
    names = {
        field.target
        for contract in contracts
        for field in searched(contract)
        if field.kind not in _ASCII and not is_id(field)
    }
    return [SQL("t.{}").format(Identifier(name)) for name in sorted(names)]


def _every(said: Composable, text: str, parts: list[Composable] | None = None) -> Composable:
    tests = [accents.contains(said, word, parts=parts) for word in text.split()]
    return SQL("({})").format(SQL(" and ").join(tests or [SQL("true")]))


def _called(phone: Composable, digits: str) -> Composable:
    """Whether a phone number, however it is written, ends with the digits; a short one may be their end."""
    plain = SQL("translate(split_part(lower({}), 'x', 1), {}, '')").format(phone, Literal(_PUNCTUATION + "e"))
    quick = SQL("{} like {}").format(phone, Literal(f"%{'%'.join(digits[-_SHORTEST:])}%"))
    ends = SQL("{} like {}").format(plain, Literal(f"%{digits}"))
    local = SQL("length({}) >= {} and {} like '%' || {}").format(plain, Literal(_SHORTEST), Literal(digits), plain)
    return SQL("({} and ({} or {}))").format(quick, ends, local)


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
    statement = SQL(_REMOVED).format(has=_every(SQL("m.before::text"), text.replace("|", " ")), limit=Literal(limit))
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
