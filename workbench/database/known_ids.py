"""Rows that do not say their id: whose record they are by what else no two records share."""

from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc
from psycopg.sql import SQL, Composable, Identifier

from workbench.database.store import Store
from workbench.datasets import catalog
from workbench.model.arrays import any_true
from workbench.model.contract import Contract, Field
from workbench.prepare.normalize import Normalized

_BETWEEN = "\x1f"


class KnownIds:
    """Fills the blank ids of rows: with that of the one record that has the same `unique` fields; where there is none,
    with what these say, so that the record is found again. A row that says nothing of them stays without."""

    def __init__(self, store: Store, contract: Contract) -> None:
        self._store = store
        self._contract = contract

    def filled(self, normalized: Normalized) -> Normalized:
        """The rows with the ids that could be told."""
        columns = normalized.columns
        if not self._contract.unique or len(self._contract.key) != 1:
            return normalized
        key, names = self._contract.key[0], self._contract.unique[0]
        if key not in columns or any(name not in columns for name in names):
            return normalized
        blank = pc.is_null(columns[key])
        if not any_true(blank):
            return normalized
        said = [columns[name].filter(blank) for name in names]
        together = pc.binary_join_element_wise(*said, _BETWEEN)
        made = pc.binary_join_element_wise(*said, " ")
        known = self._stored([self._contract.field(name) for name in names], together.drop_null().unique())
        ids = pc.coalesce(known["id"].take(pc.index_in(together, known["said"], skip_nulls=True)), made)
        values = normalized.values
        place = values.schema.get_field_index(key)
        filled = [
            pc.replace_with_mask(column, blank, ids) if n == place else column
            for n, column in enumerate(values.columns)
        ]
        return replace(normalized, values=pa.RecordBatch.from_arrays(filled, schema=values.schema))

    def _stored(self, fields: list[Field], wanted: pa.StringArray) -> dict[str, pa.StringArray]:
        """What is stored of those that are wanted, each of one record: what it has together, and its id."""
        parts: list[Composable] = []
        joins: list[Composable] = []
        for field in fields:
            if field.reference is None:
                parts.append(SQL("t.{}::text").format(Identifier(field.target)))
                continue
            other = catalog.contract(field.reference.dataset)
            alias = Identifier(f"ref {field.name}")
            parts.append(SQL("{}.{}::text").format(alias, Identifier(other.field(field.reference.field).target)))
            joins.append(
                SQL("join {} {} on {}.id = t.{} and {}.tenant_id = t.tenant_id").format(
                    Identifier(other.family, other.table), alias, alias, Identifier(field.target), alias
                )
            )
        found = self._store.within(
            SQL(
                "select said, min(id) as id from (select concat_ws(chr(31), {parts}) as said, t.{key} as id "
                "from {table} t {joins}) known where said = any(%s) group by said having count(*) = 1"
            ).format(
                parts=SQL(", ").join(parts),
                key=Identifier(self._contract.key_fields[0].target),
                table=Identifier(self._contract.family, self._contract.table),
                joins=SQL(" ").join(joins),
            ),
            (wanted.to_pylist(),),
        )
        return {name: pa.array([row[name] for row in found], pa.string()) for name in ("said", "id")}
