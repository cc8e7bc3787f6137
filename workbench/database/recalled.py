"""The records that there are, as far as the shape of a playbook has to know them."""

from collections.abc import Sequence
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
