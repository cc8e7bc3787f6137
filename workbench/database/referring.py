"""The records that refer to one, dataset by dataset: counted, sorted, filtered and searched by what stands in them."""

from typing import Any
from uuid import UUID

from psycopg.sql import SQL, Composable, Identifier, Literal

from workbench.database.list_tests import every, has_cell, has_words
from workbench.database.slices import slice_of
from workbench.database.store import Store
from workbench.database.titles import key_of, title_of
from workbench.datasets import catalog
from workbench.model.contract import Contract, Field
from workbench.model.errors import UnknownHeader
from workbench.model.kinds import KINDS
from workbench.model.list_query import ListQuery
from workbench.model.row_query import Order


class Referring:
    """The records of one dataset, `of`, that refer to a record of another."""

    def __init__(self, store: Store, dataset: str, record: UUID, of: Contract) -> None:
        self._store = store
        self._of = of
        columns = [column for contract, column in catalog.dependents(dataset) if contract.name == of.name]
        refers = SQL(" or ").join(SQL("r.{} = {}").format(Identifier(name), Literal(record)) for name in columns)
        self._which = SQL("({}) and {}").format(refers, slice_of(of, "r"))
        self._table = Identifier(of.family, of.table)
        self._fields = {field.name: field for field in of.stored if field.target not in columns}

    def counted(self) -> tuple[int, list[str]]:
        """How many there are, and the fields that any of them has a value in."""
        filled = SQL(", ").join(
            SQL("bool_or(nullif(r.{}::text, '') is not null) as {}").format(Identifier(field.target), Identifier(name))
            for name, field in self._fields.items()
        )
        statement = SQL('select count(*)::int as "of all", {} from {} r where {}')
        row = self._store.one(statement.format(filled, self._table, self._which)) if self._fields else None
        return (row.pop("of all"), [name for name, is_filled in row.items() if is_filled]) if row else (0, [])

    def number(self, query: ListQuery) -> int:
        """How many are asked for."""
        statement = SQL("select count(*)::int as number from {} r where {}").format(self._table, self._fits(query))
        row = self._store.one(statement)
        return int(row["number"]) if row else 0

    def page(self, query: ListQuery, skip: int, limit: int) -> list[dict[str, Any]]:
        """Some of those that are asked for: the dataset, the `record_id`, and the `values` by field. Raises
        UnknownHeader."""
        statement = SQL("select r.* from {} r where {} order by {} limit {} offset {}").format(
            self._table, self._fits(query), self._order(query.order), Literal(limit), Literal(skip)
        )
        return [
            {
                "dataset": self._of.name,
                "record_id": row["id"],
                "values": {name: row[field.target] for name, field in self._fields.items()},
            }
            for row in self._store.all(statement)
        ]

    def _fits(self, query: ListQuery) -> Composable:
        tests: list[Composable] = [self._which]
        if query.text.strip():
            tests += has_words([self._text(field) for field in self._fields.values()], query.text)
        if query.cell is not None:
            tests.append(has_cell(self._text(self._field(query.cell.field)), query.cell))
        return every(tests)

    def _field(self, name: str | None) -> Field:
        if name not in self._fields:
            raise UnknownHeader(header=name, known=", ".join(self._fields))
        return self._fields[name]

    def _text(self, field: Field) -> Composable:
        """What stands in a field; of a record that it names, the key and what that is called."""
        if field.reference is None:
            return SQL("r.{}::text").format(Identifier(field.target))
        other = catalog.contract(field.reference.dataset)
        joins, key = key_of(other)
        return SQL("(select concat_ws(' ', concat_ws('|', {}), {}) from {} t {} where t.id = r.{})").format(
            SQL(", ").join(key),
            title_of(other),
            Identifier(other.family, other.table),
            joins,
            Identifier(field.target),
        )

    def _order(self, asked: Order) -> Composable:
        """By numbers and times as such, by texts in any case; blank cells come last either way."""
        if asked.field is None:
            return SQL("r.id")
        field = self._field(asked.field)
        is_text = field.reference is not None or KINDS[field.kind].sql == "text"
        key = SQL("nullif(lower({}), '')").format(self._text(field)) if is_text else self._value(field)
        return SQL("{} {} nulls last, r.id").format(key, SQL("desc" if asked.descending else "asc"))

    def _value(self, field: Field) -> Composable:
        value = SQL("r.{}").format(Identifier(field.target))
        return SQL("{}::text").format(value) if KINDS[field.kind].sql in ("json", "jsonb") else value
