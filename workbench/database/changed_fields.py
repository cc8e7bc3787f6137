"""Which fields of known records an import changes, and in how many rows: counted in the database."""

from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from workbench.database import batches
from workbench.database.store import Store
from workbench.datasets import catalog
from workbench.model.batch import Batch
from workbench.model.contract import Field

MOST = 20_000
"""So many rows of each dataset are looked at: a page waits for it."""


def counted(store: Store, batch: Batch) -> dict[str, int]:
    """In how many rows that change a known record each field gets another value, by the field's name (with its dataset
    before it where a run has parts), the most frequent first; of very many rows the first MOST are looked at."""
    if batch.undo_of is not None:
        return {}
    parts = batches.parts(store, batch.id)
    found: dict[str, int] = {}
    for each in parts or (batch,):
        if not each.updated:
            continue
        before = f"{each.dataset.partition('.')[2]}: " if parts else ""
        row = store.one(_statement(each)) or {}
        found |= {f"{before}{name}": rows for name, rows in row.items() if rows}
    return dict(sorted(found.items(), key=lambda one: -one[1]))


def _statement(batch: Batch) -> Composed:
    contract = catalog.contract(batch.dataset)
    clears = batch.mapping.get("clears", ())
    tests = {field.name: _changes(field, erases=field.name in clears) for field in contract.stored}
    if contract.removal is not None:
        tests[contract.removal.active] = SQL("before -> {} = 'false'").format(Literal(contract.removal.active))
    return SQL(
        "select {counts} from (select payload, before, refs from workbench.import_result "
        "where batch_id = {batch} and planned_outcome = 'updated' order by line limit {most}) changed"
    ).format(
        counts=SQL(", ").join(
            SQL("count(*) filter (where {})::int as {}").format(test, Identifier(name)) for name, test in tests.items()
        ),
        batch=Literal(batch.id),
        most=Literal(MOST),
    )


def _changes(field: Field, *, erases: bool) -> Composable:
    """Whether a row gives its record another value of a field, as `rows.changes` tells it of one row."""
    names = {"target": Literal(field.target), "name": Literal(field.name), "erases": Literal(erases)}
    if field.reference is not None:
        test = "(refs ->> {target} is not null or {erases}) and refs ->> {target} is distinct from before ->> {target}"
    elif field.kind == "timestamp":
        test = (
            "(payload ->> {name} is not null or {erases}) "
            "and (payload ->> {name})::timestamptz is distinct from (before ->> {target})::timestamptz"
        )
    else:
        test = "(payload ->> {name} is not null or {erases}) and payload -> {name} is distinct from before -> {target}"
    return SQL(f"before ? {{target}} and payload ? {{name}} and {test}").format(**names)
