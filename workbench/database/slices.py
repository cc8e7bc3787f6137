"""The slice of a table that is a contract's own: how many records there are, and which can be taken away."""

from psycopg.sql import SQL, Composable, Identifier, Literal

from workbench.database.store import Store
from workbench.datasets import catalog
from workbench.model.contract import Contract


def removable(contract: Contract, mode: str) -> Composable:
    """Which records a mode can take away: `preserve` those that are active, `replace` all but those that a person
    switched off, who would come back with the next file."""
    removal = contract.removal
    assert removal is not None
    active = Identifier(removal.active)
    if mode == "preserve":
        return active
    source, by_hand = Identifier(removal.source), Literal(list(removal.by_hand))
    return SQL("({} or {} is null or {} <> all({}))").format(active, source, source, by_hand)


def slice_column(contract: Contract) -> str:
    """The column that tells a contract's records from others in a shared table."""
    return contract.fixed[0][0] if contract.fixed else contract.field(contract.slice_by or "").target


def slice_of(contract: Contract, alias: str) -> Composable:
    """The condition that a record of the table belongs to the contract."""
    tests: list[Composable] = [
        SQL("{}.{} = {}").format(Identifier(alias), Identifier(name), Literal(value)) for name, value in contract.fixed
    ]
    if contract.slice_by is not None:
        field = contract.field(contract.slice_by)
        tests.append(
            SQL("{}.{} = any({})").format(Identifier(alias), Identifier(field.target), Literal(list(field.choices)))
        )
    return SQL(" and ").join(tests) if tests else SQL("true")


def holds_records(store: Store, dataset: str) -> bool:
    """Whether the tenant has any record of that dataset."""
    contract = catalog.contract(dataset)
    row = store.one(
        SQL("select exists (select from {} t where {}) as any").format(
            Identifier(contract.family, contract.table), slice_of(contract, "t")
        )
    )
    return bool(row and row["any"])


def in_scope(store: Store, contract: Contract, scope: dict[str, str | None], mode: str) -> int:
    """How many records an empty file of that scope takes away; a field without a value means the records without."""
    removal = contract.removal
    assert removal is not None
    tests = [
        SQL("{} is not distinct from {}").format(Identifier(contract.field(name).target), Literal(value))
        for name, value in scope.items()
    ]
    row = store.one(
        SQL("select count(*)::int as records from {} where {}").format(
            Identifier(contract.family, contract.table), SQL(" and ").join([removable(contract, mode), *tests])
        )
    )
    return int(row["records"]) if row else 0
