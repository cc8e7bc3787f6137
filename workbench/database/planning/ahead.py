"""What rows name that another row of the same run makes, in their own part or a later one: users who invited each
other, an institution made by one of its users.

At first whoever a row of the run is about counts as one that it will make. Where a row then turns out to make nothing,
those that name it make nothing either, and so on: they are taken out, and the parts are decided once more, with what is
left. A circle in which everybody is right is left.
"""

from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID

import psycopg
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from workbench.database.slices import slice_of
from workbench.database.store import Store
from workbench.database.target import Target
from workbench.datasets import catalog
from workbench.model.batch import Batch, Run
from workbench.model.contract import Field
from workbench.model.kinds import KINDS


class _Decided(Protocol):
    @property
    def counts(self) -> dict[str, int]: ...
    def reasons(self, outcome: str) -> dict[str, int]: ...


class Ahead:
    """The statements about such references of a run, for one number of its plan."""

    def __init__(self, run: Run, tenant: UUID, *, before: int = 0) -> None:
        """`before` is the number of the plan that has found out what is not made; 0 for the first."""
        self._run = run
        self._tenant = tenant
        self._before = before
        self._batches = {batch.dataset: batch for batch in run.written}
        named = [other for batch in run.written for other in self.named(batch).values()]
        self._named = tuple(dict.fromkeys(other.dataset for other in named))
        self.last = max(named, key=lambda other: other.part, default=None)
        """The part by whose end all of them are known; None where nothing is named ahead."""

    def with_plan(self, number: int) -> "Ahead":
        """These, but for what a plan has found not to be made."""
        return Ahead(self._run, self._tenant, before=number)

    def named(self, batch: Batch) -> dict[str, Batch]:
        """The references of a batch that its own rows may make, or those of a part after it, each with that part."""
        found = {}
        for field in _brought(batch):
            if field.reference is None or not field.reference.ahead:
                continue
            other = self._batches.get(field.reference.dataset)
            if other is not None and other.part >= batch.part and other.mode != "update":
                found[field.name] = other
        return found

    def put_down(self, connection: psycopg.Connection[Any]) -> None:
        """Puts down the records that are not made, for another reason than their own, as `lost`, once that is known."""
        if not self._before:
            return
        connection.execute(
            SQL("create temporary table naming on commit drop as {}").format(self._naming(strictly=True))
        )
        connection.execute("create index on naming (names)")
        connection.execute("analyze naming")
        connection.execute(
            SQL(
                """create temporary table lost on commit drop as
                with recursive absent as materialized ({absent}), lost (id) as (
                    select n.id from naming n join absent on absent.id = n.names and not absent.elsewhere
                    union
                    select n.id from lost join naming n on n.names = lost.id
                ) select id from lost"""
            ).format(absent=self._absent())
        )
        connection.execute("analyze lost")

    def join(self, batch: Batch, field: Field, said: Composable, rows: Composable, *, repeated: bool) -> Composable:
        """The record that a row `r` of a batch names, as "ref <field>": the stored one, else the one to be made.

        Whether keys of the batch are `repeated` is known; those of later parts may be.
        """
        assert field.reference is not None
        contract = catalog.contract(field.reference.dataset)
        of = contract.field(field.reference.field)
        other = Target(contract, self.named(batch)[field.name], self._tenant, self._before)
        is_its_key = contract.key == (of.name,) and KINDS[of.kind].sql == "text"
        key = SQL("n.external_key") if is_its_key else other.value(of, "n")
        stored, made = Identifier(f"stored {field.name}"), Identifier(f"made {field.name}")
        return other.compose(
            """left join {target} {stored} on {stored}.tenant_id = {tenant} and {stored}.{column} = {said} and {slice}
            left join ({candidates}) {made} on {made}.its_key = {said}
            cross join lateral (select coalesce({stored}.id, {made}.id) as id) {alias}""",
            stored=stored,
            made=made,
            alias=Identifier(f"ref {field.name}"),
            column=Identifier(of.target),
            slice=slice_of(contract, f"stored {field.name}"),
            said=said,
            candidates=self._made(other, key)
            if self._before
            else self._about(other, key)
            if other.batch == batch and is_its_key and not repeated
            else self._first_about(other, key, batch, said, rows),
        )

    def _about(self, other: Target, key: Composable) -> Composed:
        """The keys of a batch, each with the one row about it."""
        return other.compose(
            "select {key} as its_key, n.id from {came} n where n.batch_id = {batch} and n.status = 'validated'", key=key
        )

    def _first_about(
        self, other: Target, key: Composable, batch: Batch, said: Composable, rows: Composable
    ) -> Composed:
        """The keys that rows of a batch name, each with the first row about it."""
        return other.compose(
            """select {key} as its_key, (array_agg(n.id order by n.line))[1] as id from {came} n
            where n.batch_id = {batch} and n.status = 'validated' and {key} in (
                select {said} from {naming} r where r.batch_id = {of})
            group by 1""",
            key=key,
            said=said,
            naming=rows,
            of=Literal(batch.id),
        )

    def _made(self, other: Target, key: Composable) -> Composed:
        """What the plan before made, but for what is lost."""
        return other.compose(
            """select {key} as its_key, o.record_id as id from workbench.import_outcome o
            join {came} n on n.batch_id = o.batch_id and n.line = o.line
            where o.batch_id = {batch} and o.plan = {plan} and o.outcome = 'created' and n.batch_id = {batch}
              and o.record_id not in (select id from lost)""",
            key=key,
        )

    def holds(self, store: Store, number: int, decided: Mapping[UUID, _Decided]) -> bool:
        """Whether whatever rows name ahead is made, as that plan has decided them."""
        if not any(_makes_less(self._batches[name], decided) for name in self._named):
            return True
        after = Ahead(self._run, self._tenant, before=number)
        with store.transaction() as connection:
            connection.execute("set local jit = off; set local enable_nestloop = off")
            found = connection.execute(
                SQL(
                    """with absent as materialized ({absent})
                    select exists (select from ({naming}) n where n.names in (select id from absent)) as some"""
                ).format(absent=after._absent(), naming=after._naming(strictly=False))
            ).fetchone()
        return not (found and found["some"])

    def _naming(self, *, strictly: bool) -> Composable:
        """The records that are made with those that they name, within the parts that are decided by then; with those
        that are changed, and what they may do without, unless it is asked `strictly`."""
        outcomes = ["created"] if strictly else ["created", "updated"]
        parts = [batch for batch in self._run.written if self.last is not None and batch.part <= self.last.part]
        known = {batch.dataset for batch in parts}
        return SQL(" union all ").join(
            SQL(
                "select o.record_id as id, (o.refs ->> {name})::uuid as names from workbench.import_outcome o "
                "where o.batch_id = {batch} and o.plan = {plan} and o.outcome = any({outcomes}) "
                "and o.refs ->> {name} is not null"
            ).format(
                name=Literal(field.target),
                batch=Literal(batch.id),
                plan=Literal(self._before),
                outcomes=Literal(outcomes),
            )
            for batch in parts
            for field in _brought(batch)
            if field.reference is not None
            and field.reference.dataset in known
            and not (strictly and field.reference.optional)
        )

    def _absent(self) -> Composable:
        """The rows that make nothing, and whether another one makes what they are about."""
        return SQL(" union all ").join(self._absent_of(self._batches[name]) for name in self._named)

    def _absent_of(self, batch: Batch) -> Composed:
        target = Target(catalog.contract(batch.dataset), batch, self._tenant, self._before)
        return target.compose(
            """select n.id, coalesce(n.external_key in (
                    select m.external_key from workbench.import_outcome p
                    join {came} m on m.batch_id = p.batch_id and m.line = p.line
                    where p.batch_id = {batch} and p.plan = {plan} and p.outcome = 'created' and m.batch_id = {batch}
                ), false) as elsewhere
            from workbench.import_outcome o join {came} n on n.batch_id = o.batch_id and n.line = o.line
            where o.batch_id = {batch} and o.plan = {plan} and n.batch_id = {batch} and (
                o.outcome in ('unmatched', 'invalid') or o.outcome = 'skipped' and o.record_id is null)"""
        )


def _brought(batch: Batch) -> tuple[Field, ...]:
    return tuple(field for field in catalog.contract(batch.dataset).stored if field.name in batch.fields)


def _makes_less(batch: Batch, decided: Mapping[UUID, _Decided]) -> bool:
    """Whether rows that could be read make nothing, nor are about a record that there is."""
    found = decided[batch.id]
    refused = found.counts["unmatched"] + found.counts["invalid"] - batch.summary.get("failed", 0)
    return refused > 0 or not found.reasons("skipped").keys() <= {"unchanged", "known", "protected", "kept"}
