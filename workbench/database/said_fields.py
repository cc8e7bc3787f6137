"""Which fields of records say what a text asks for: those too that no record is looked for by."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from psycopg.sql import SQL, Composable, Identifier, Literal

from workbench.database.store import Store
from workbench.datasets import catalog
from workbench.model.accents import plain
from workbench.model.contract import Contract


def said_fields(store: Store, text: str, found: Sequence[tuple[str, UUID]]) -> dict[UUID, dict[str, str]]:
    """Of records (dataset, id), what the fields say now that have a word of the text, by their names; only of records
    that have every word of it. A reference says the key of what it names."""
    words = _words(text)
    told: dict[UUID, dict[str, str]] = {}
    for dataset in dict.fromkeys(dataset for dataset, _ in found):
        ids = [id_ for of, id_ in found if of == dataset]
        for row in _records(store, catalog.contract(dataset), ids):
            values = {name: str(value) for name, value in row["values"].items() if value is not None}
            together = plain("\n".join(values.values()))
            if words and all(word in together for word in words):
                told[row["id"]] = {
                    name: value for name, value in values.items() if any(word in plain(value) for word in words)
                }
    return told


_BETWEEN = r"[^\w\n]+"
"""What stands between two words of a field."""


def nearness(text: str, said: Iterable[str]) -> int:
    """How near a text is to what fields say of it: 0 is all that one says, 1 are words that stand there in this order,
    beside each other, 2 are words of one field, 3 of several; of 4 each begins one, 5 are parts of others."""
    values = [plain(value) for value in said]
    if plain(text.strip()) in values:
        return 0
    words = [re.escape(word) for word in _words(text)]
    together = "\n".join(values)

    def have(some: Iterable[str], text: str) -> bool:
        return all(re.search(word, text) for word in some)

    begun = [rf"(?<!\w){word}" for word in words]
    whole = [rf"{word}(?!\w)" for word in begun]
    beside = rf"(?<!\w){_BETWEEN.join(words)}(?!\w)"
    ways = (
        have([beside], together),
        any(have(whole, value) for value in values),
        have(whole, together),
        have(begun, together),
    )
    return next((near for near, is_so in enumerate(ways, 1) if is_so), 5)


def _words(text: str) -> list[str]:
    return [plain(word) for word in re.split(r"[\s|]+", text) if word]


def _records(store: Store, contract: Contract, ids: Sequence[UUID]) -> Iterator[dict[str, Any]]:
    joins: list[Composable] = []
    pairs: list[Composable] = []
    for field in contract.stored:
        value: Composable = SQL("t.{}::text").format(Identifier(field.target))
        if field.reference is not None:
            other = catalog.contract(field.reference.dataset)
            alias = Identifier(f"ref {field.name}")
            joins.append(
                SQL("left join {} {} on {}.id = t.{}").format(
                    Identifier(other.family, other.table), alias, alias, Identifier(field.target)
                )
            )
            value = SQL("{}.{}::text").format(alias, Identifier(other.field(field.reference.field).target))
        pairs.append(SQL("{}, {}").format(Literal(field.name), value))
    groups = [
        SQL("jsonb_build_object({})").format(SQL(", ").join(pairs[at : at + 40])) for at in range(0, len(pairs), 40)
    ]
    statement = SQL("select t.id, {} as values from {} t {} where t.id = any({})").format(
        SQL(" || ").join(groups), Identifier(contract.family, contract.table), SQL(" ").join(joins), Literal(list(ids))
    )
    yield from store.all(statement)
