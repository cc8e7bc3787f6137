"""What records are called: the dataset, the key and the title of each, and the fields that a person knows them by."""

from collections.abc import Iterable, Mapping
from itertools import combinations, islice, pairwise
from typing import Any, TypeAlias, cast
from uuid import UUID

from psycopg.sql import SQL, Composable, Identifier, Literal

from workbench.database.slices import slice_of
from workbench.database.store import Store
from workbench.datasets import catalog
from workbench.model.contract import Contract, Field
from workbench.model.kinds import KINDS

BETWEEN = "\x1f"
"""Between the parts of a key, as `import_row.external_key` has it; a person writes "|"."""
_READINGS = 200
"""A key is read in so many ways at most: more have only texts that are all bars."""

Found = tuple[str, str, UUID]
"""A record by its schema, its table and its id."""


Tables: TypeAlias = Mapping[tuple[str, str], list[Contract]]
"""The contracts of tables, by the table's schema and name."""


def tables() -> dict[tuple[str, str], list[Contract]]:
    """The contracts of each table, by its schema and name."""
    found: dict[tuple[str, str], list[Contract]] = {}
    for contract in catalog.CONTRACTS.values():
        found.setdefault((contract.family, contract.table), []).append(contract)
    return found


def filled(store: Store) -> dict[tuple[str, str], list[Contract]]:
    """Those of the tables that have any record: most tenants keep records of few kinds."""
    every = tables()
    names = list(every)
    asked = SQL(", ").join(
        SQL("exists (select from {})").format(Identifier(*name)) + SQL(" as {}").format(Identifier(str(place)))
        for place, name in enumerate(names)
    )
    with store.transaction() as connection:
        connection.execute("set local enable_seqscan = off")  # a tenant's first record is looked up
        found = cast(dict[str, bool], connection.execute(SQL("select {}").format(asked)).fetchone())
    return {name: every[name] for place, name in enumerate(names) if found[str(place)]}


def readings(key: str, parts: int) -> list[list[str]]:
    """Every way to read what a person writes as a key of so many parts: those may have a "|" themselves. None where it
    has too few of them."""
    if parts == 1:
        return [[key.strip()]]
    bars = [at for at, sign in enumerate(key) if sign == "|"]
    ways = islice(combinations(bars, parts - 1), _READINGS)
    return [[key[begin + 1 : end].strip() for begin, end in pairwise((-1, *way, len(key)))] for way in ways]


def joined(key: str, parts: int) -> list[str]:
    """The same, each as `import_row.external_key` has it."""
    return [BETWEEN.join(way) for way in readings(key, parts)]


def kept_as(key: str, dataset: str) -> list[str]:
    """A key of a dataset as `import_row.external_key` may have it, by what is printed of it."""
    contract = catalog.CONTRACTS.get(dataset)
    return joined(key, len(contract.key)) if contract else []


def told(store: Store, found: Iterable[Found]) -> list[dict[str, Any]]:
    """Each record's dataset, record_id, key and title, in the same order."""
    found = list(found)
    said: dict[UUID, dict[str, Any]] = {}
    for (schema, table), contracts in tables().items():
        ids = [one[2] for one in found if one[:2] == (schema, table)]
        for contract in contracts if ids else ():
            joins, key = key_of(contract)
            statement = SQL(
                "select t.id, array[{}]::text[] as key, {} as title from {} t {} where t.id = any({}) and {}"
            )
            for row in store.all(
                statement.format(
                    SQL(", ").join(key),
                    title_of(contract),
                    Identifier(schema, table),
                    joins,
                    Literal(ids),
                    slice_of(contract, "t"),
                )
            ):
                said[row["id"]] = {
                    "dataset": contract.name,
                    "record_id": row["id"],
                    "key": "|".join(part or "" for part in row["key"]),
                    "title": row["title"] or "",
                }
    return [said[one[2]] for one in found if one[2] in said]


def key_of(contract: Contract) -> tuple[Composable, list[Composable]]:
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


def searched(contract: Contract) -> list[Field]:
    """The fields that a person may know a record by."""
    return [
        field
        for field in contract.stored
        if field.reference is None
        and KINDS[field.kind].sql == "text"
        and (field.name in contract.key or field.required or field.kind in ("email", "name") or is_id(field))
    ]


def is_id(field: Field) -> bool:
    """Whether a field is the id that another system gives."""
    return field.name.endswith("_id")


def title_of(contract: Contract) -> Composable:
    """What a record of a table `t` is called, beside its key."""
    others = [field for field in searched(contract) if field.name not in contract.key and not is_id(field)]
    named = [field for field in others if field.kind == "name"] or [field for field in others if field.kind == "text"]
    return SQL("t.{}").format(Identifier(named[0].target)) if named else SQL("null")
