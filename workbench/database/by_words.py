"""The records that have every word of a text in their keys, names and ids, or the phone number in it: those of all
tables that it fits best come first."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.sql import SQL, Composable, Identifier, Literal

from workbench.database import accents, fitting
from workbench.database.store import Store
from workbench.database.titles import Found, Tables, is_id, searched, told
from workbench.model.contract import Contract
from workbench.model.kinds import KINDS

# reading a table from its beginning takes several processors, and ends when enough is found
IN_PARALLEL = "set local enable_indexscan = off; set local enable_bitmapscan = off; set local jit = off"

_NUMBER = re.compile(r"(?<![\w@.])(?:\+|00)?[ ]?\(?\d[\d\s().\-/]{5,}\d(?:\s*(?:x|ext\.?)\s*\d{1,6})?(?![\w@])", re.I)
"""A phone number as people write it."""
_PUNCTUATION = " ()-.+/\t\u00a0"
_SHORTEST, _NATIONAL = 7, 10
"""Digits of a phone number: so many at least, and so many without the country's."""
_SORTED = 20_000
"""So many records are counted and put in order as they come out of a table, with care. Of more, that would take longer
than to read it again, and their names alone say how well they fit."""
_ASCII = ("email", "phone", "barcode", "salesforce_id", "academic_year")
"""Kinds of which no text has an accent."""


def number(text: str) -> tuple[str, str]:
    """The digits of the phone number in a text, without its country's and its extension, and the rest of the text."""
    said = _NUMBER.search(text)
    digits = re.sub(r"\D", "", re.split("x|ext", said[0].lower())[0]) if said else ""
    if said is None or not _SHORTEST <= len(digits) <= 20:
        return "", text
    return digits.removeprefix("00")[-_NATIONAL:], f"{text[: said.start()]} {text[said.end() :]}".strip()


@dataclass(frozen=True, kw_only=True)
class _Table:
    """The records of one table that have the words."""

    name: Identifier
    schema: str
    table: str
    test: Composable
    order: Composable
    """By their keys."""
    fit: Composable
    names_fit: Composable


@dataclass(frozen=True, kw_only=True)
class _Shelf:
    """Those of one table that fit equally well, as far as a page may have them."""

    fit: int
    place: int
    of: _Table
    number: int
    ids: Callable[[int, int], list[UUID]]
    """Some of them: from which on, and how many."""


class ByWords:
    """All of them, but for records `besides`, and those of a table that pass one of its `others`' tests."""

    def __init__(
        self,
        store: Store,
        text: str,
        there: Tables,
        besides: Iterable[Found],
        others: Mapping[tuple[str, str], Sequence[Composable]],
    ) -> None:
        """`there` are the tables that are looked through."""
        self._store = store
        self._tables = list(_tables(text, there, [one[2] for one in besides], others))

    def number(self) -> int:
        """How many there are."""
        with self._store.transaction() as connection:
            connection.execute(IN_PARALLEL)
            counts = [connection.execute(SQL(_COUNTED).format(of.name, of.test)).fetchone() for of in self._tables]
        return sum(row["number"] for row in counts if row)

    def page(self, skip: int, limit: int) -> tuple[list[dict[str, Any]], int]:
        """Some of them, and how many there are."""
        shelves: list[_Shelf] = []
        found: list[Found] = []
        with self._store.transaction() as connection:
            connection.execute(IN_PARALLEL)
            number = 0
            for place, of in enumerate(self._tables):
                here, some = _shelves(connection, place, of, skip + limit)
                number += here
                shelves += some
            for shelf in sorted(shelves, key=lambda each: (each.fit, each.place)):
                wanted = limit - len(found)
                if wanted > 0 and skip < shelf.number:
                    found += [(shelf.of.schema, shelf.of.table, id_) for id_ in shelf.ids(skip, wanted)]
                skip = max(skip - shelf.number, 0)
        return told(self._store, found), number


def _shelves(connection: Connection[DictRow], place: int, of: _Table, most: int) -> tuple[int, list[_Shelf]]:
    """How many records of a table there are, and the shelves of the first so many of them at least."""
    few = SQL(_FEW).format(
        table=of.name, test=of.test, fit=of.fit, order=of.order, sorted=Literal(_SORTED), limit=Literal(most)
    )
    rows = connection.execute(few).fetchall()
    if not rows or rows[0]["of all"] <= _SORTED:
        fits: dict[int, list[UUID]] = {}
        for row in rows:
            fits.setdefault(row["its fit"], []).append(row["id"])
        return (rows[0]["of all"] if rows else 0), [
            _Shelf(fit=fit, place=place, of=of, number=len(ids), ids=_sliced(ids)) for fit, ids in fits.items()
        ]
    counts = connection.execute(SQL(_FITS).format(of.name, of.test, fit=of.names_fit)).fetchall()
    numbers: dict[int, int] = {row["fit"]: row["number"] for row in counts}
    return sum(numbers.values()), [
        _Shelf(fit=fit, place=place, of=of, number=number, ids=_read(connection, of, fit if len(numbers) > 1 else None))
        for fit, number in numbers.items()
    ]


def _sliced(ids: list[UUID]) -> Callable[[int, int], list[UUID]]:
    return lambda skip, limit: ids[skip : skip + limit]


def _read(connection: Connection[DictRow], of: _Table, fit: int | None) -> Callable[[int, int], list[UUID]]:
    """Those of a fit, or all."""
    is_so = SQL("true") if fit is None else SQL("{} = {}").format(of.names_fit, Literal(fit))

    def some(skip: int, limit: int) -> list[UUID]:
        question = SQL(_OF_A_FIT).format(of.name, of.test, is_so, of.order, Literal(limit), Literal(skip))
        return [row["id"] for row in connection.execute(question)]

    return some


_COUNTED = "select count(*)::int as number from {} t where {}"
_FITS = "select {fit} as fit, count(*)::int as number from {} t where {} group by 1"
_OF_A_FIT = "select id from {} t where {} and {} order by {} limit {} offset {}"
_FEW = """
select id, "of all", "its fit" from (
    select t.*, count(*) over ()::int as "of all" from (
        select t.*, {fit} as "its fit" from {table} t where {test} limit {sorted} + 1
    ) t
) t order by "its fit", {order} limit {limit}
"""


def _tables(
    text: str, there: Tables, besides: list[UUID], others: Mapping[tuple[str, str], Sequence[Composable]]
) -> Iterator[_Table]:
    digits, rest = number(text)
    for (schema, table), contracts in there.items():
        columns = sorted({field.target for contract in contracts for field in searched(contract)})
        phones = {field.target for contract in contracts for field in contract.stored if field.kind == "phone"}
        cells = [SQL("coalesce(t.{}, '')").format(Identifier(name)) for name in columns]
        said = SQL("({})").format(SQL(" || chr(10) || ").join(cells))  # which is quicker than concat_ws
        letters = _any_letters(contracts)
        tests = [accents.contains_every(said, text, letters)] if columns else []
        called: list[Composable] = []
        if digits and phones:
            any_phone = SQL(" or ").join(_called(SQL("t.{}").format(Identifier(name)), digits) for name in phones)
            called = [SQL("(({}) and {})").format(any_phone, accents.contains_every(said, rest, letters))]
        if tests or called:
            new: list[Composable] = [
                SQL("not coalesce({}, false)").format(test) for test in others.get((schema, table), ())
            ]
            new += [SQL("t.id <> all({})").format(Literal(besides))] if besides else []
            yield _Table(
                name=Identifier(schema, table),
                schema=schema,
                table=table,
                test=SQL(" and ").join([SQL("({})").format(SQL(" or ").join([*tests, *called])), *new]),
                order=_by_key(contracts[0]),
                fit=fitting.of_cells(cells, letters, text, called),
                names_fit=fitting.of_names(letters, text),
            )


def _by_key(contract: Contract) -> Composable:
    """The order of a table's keys, as far as it has them itself."""
    first = contract.key_fields[0]
    own = first.reference is None and KINDS[first.kind].sql == "text"
    return SQL("lower(t.{}), t.id" if own else "t.id").format(Identifier(first.target))


def _any_letters(contracts: list[Contract]) -> list[Composable]:
    """The columns that a person may know a record by and that may have letters with accents."""
    names = {
        field.target
        for contract in contracts
        for field in searched(contract)
        if field.kind not in _ASCII and not is_id(field)
    }
    return [SQL("t.{}").format(Identifier(name)) for name in sorted(names)]


def _called(phone: Composable, digits: str) -> Composable:
    """Whether a phone number, however it is written, ends with the digits; a short one may be their end."""
    plain = SQL("translate(split_part(lower({}), 'x', 1), {}, '')").format(phone, Literal(_PUNCTUATION + "e"))
    quick = SQL("{} like {}").format(phone, Literal(f"%{'%'.join(digits[-_SHORTEST:])}%"))
    ends = SQL("{} like {}").format(plain, Literal(f"%{digits}"))
    local = SQL("length({}) >= {} and {} like '%' || {}").format(plain, Literal(_SHORTEST), Literal(digits), plain)
    return SQL("({} and ({} or {}))").format(quick, ends, local)
