"""The records that there are, as far as the shape of a playbook has to know them."""

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
from psycopg.sql import SQL, Composable, Identifier

from workbench.database.slices import slice_of
from workbench.database.store import Store
from workbench.datasets import catalog
from workbench.model.batch import Batch
from workbench.model.contract import Field
from workbench.model.kinds import KINDS
from workbench.model.playbook import Known, Playbook, Recall


def known(store: Store, playbook: Playbook, batch: Batch) -> Known:
    """What the shape of a playbook knows beside the rows of a batch."""
    recall = playbook.recall
    forms = batch.mapping.get("forms", {})
    stored = _stored(store, recall) if recall is not None else None
    return Known(window=batch.window, source=batch.file_name, forms=forms, stored=stored)


def read_when(store: Store, playbook: Playbook) -> dict[str, Any]:
    """Of which datasets a playbook recalls records, and how many imports and undos have written into their tables so
    far: with another number they may be others. Nothing where it recalls none."""
    if playbook.recall is None:
        return {}
    datasets = sorted({same for name in (playbook.recall.dataset, *playbook.recall.also) for same in _of_table(name)})
    row = store.one(_WRITTEN, {"datasets": datasets})
    return {"datasets": datasets, "written": int(row["written"]) if row else 0}


def _of_table(dataset: str) -> Iterator[str]:
    """The datasets whose records stand in the same table."""
    there = catalog.contract(dataset)
    table = (there.family, there.table)
    return (each.name for each in catalog.contracts() if (each.family, each.table) == table)


_WRITTEN = """
select count(*)::int as written from workbench.import_batch
where stage = 'completed' and data_type = any(%(datasets)s) and created + updated + removed > 0
"""


def _stored(store: Store, recall: Recall) -> pa.Table:
    found = [row for dataset in (recall.dataset, *recall.also) for row in _records(store, dataset, recall.fields)]
    return pa.table({name: pa.array([row[name] for row in found], pa.string()) for name in recall.fields})


def _records(store: Store, dataset: str, names: Sequence[str]) -> list[dict[str, Any]]:
    contract = catalog.contract(dataset)
    return store.all(
        SQL("select {} from {} t where {} order by t.id").format(
            SQL(", ").join(_text(contract.field(name)) for name in names),
            Identifier(contract.family, contract.table),
            slice_of(contract, "t"),
        )
    )


def _text(field: Field) -> Composable:
    """A field in canonical text."""
    column = SQL("t.{}").format(Identifier(field.target))
    if KINDS[field.kind].sql == "timestamptz":
        text = SQL("to_char({} at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')").format(column)
    else:
        text = SQL("{}::text").format(column)
    return SQL("{} as {}").format(text, Identifier(field.name))
