"""The SQL of a plan: ids that stand under several people's names, in the rows of a batch and in what is stored."""

from typing import Any

import psycopg
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from workbench.database.slices import slice_of
from workbench.database.target import Target
from workbench.datasets import catalog
from workbench.model.contract import Field


class Holders:
    """What rows say of an id that others say of somebody else: a field whose `holder` is who has it.

    A name is another's when each of the two has a word that the other has not: a second surname and a middle name are
    no other's, another surname is.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        brought = target.brought
        self._ids = [each for each in brought if each.holder and target.contract.field(each.holder) in brought]
        self.shared: tuple[Field, ...] = ()
        """The ids of which some stand under several names, once that is put down."""

    def put_down(self, connection: psycopg.Connection[Any]) -> None:
        """Puts the lines whose id and name others contradict into tables of the transaction."""
        self.shared = tuple(field for field in self._ids if connection.execute(self._contradicted(field)).rowcount > 0)

    def join(self, row: str) -> Composable:
        """What the rows are joined with."""
        tables = [self._table(field) for field in self.shared]
        return SQL(" ").join(
            SQL("left join {0} on {0}.line = {1}.line").format(each, Identifier(row)) for each in tables
        )

    def is_told(self, field: Field) -> Composable:
        """Whether a row's id stands under another name, too."""
        return SQL("{}.told is not null").format(self._table(field))

    def told(self, field: Field) -> Composable:
        """The sentence of such a row."""
        return SQL("{}.told").format(self._table(field))

    def _contradicted(self, field: Field) -> Composed:
        return self._target.compose(
            """
            create temporary table {table} on commit drop as
            with said as materialized (
                select r.line as at, r.payload ->> {id} as id, r.payload ->> {name} as name, {source} as line
                from {came} r where r.batch_id = {batch} and r.status = 'validated'
                  and r.payload ->> {id} is not null and r.payload ->> {name} is not null
            ), named as (
                select id, name, min(line) as line from said group by 1, 2
            ), others as (
                select id, name, 0 as rank, id || ' is ' || name || ' on line ' || line as told, line from named
                union all
                select known.id, known.name, 1, known.id || ' is known as ' || known.name, 0
                from ({known}) known where known.id in (select id from named)
            ), contrary as (
                select distinct on (n.id, n.name) n.id, n.name, o.told || ', and ' || n.name || ' here' as told
                from named n join others o on o.id = n.id and o.name <> n.name
                where not (workbench.words(n.name) <@ workbench.words(o.name)
                           or workbench.words(o.name) <@ workbench.words(n.name))
                order by n.id, n.name, o.rank, o.line, o.name
            )
            select said.at as line, contrary.told from said join contrary using (id, name)""",
            table=self._table(field),
            id=Literal(field.name),
            name=Literal(field.holder),
            source=SQL("coalesce(r.sources[1], r.line)" if self._has_sources else "r.line"),
            known=SQL(" union ").join(self._known(field)),
        )

    @property
    def _has_sources(self) -> bool:
        return self._target.batch.derived and not self._target.batch.revision

    def _known(self, field: Field) -> list[Composable]:
        """What is stored of the same id, in every dataset of the family."""
        found = [
            (contract, each)
            for contract in catalog.family(self._target.contract.family)
            for each in contract.stored
            if each.holder and each.name == field.name
        ]
        return [
            self._target.compose(
                "select x.{id} as id, x.{name} as name from {table} x where x.tenant_id = {tenant} and {slice} "
                "and x.{id} is not null and x.{name} is not null",
                id=Identifier(each.target),
                name=Identifier(contract.field(each.holder).target),
                table=Identifier(contract.family, contract.table),
                slice=slice_of(contract, "x"),
            )
            for contract, each in found
        ]

    def _table(self, field: Field) -> Identifier:
        return Identifier(f"holders of {field.name}")
