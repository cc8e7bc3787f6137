"""The statements that take one batch back: what becomes of each change that it made, judged, kept and done."""

from collections.abc import Collection, Iterator, Sequence
from uuid import UUID

from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from workbench.database.expressions import issue
from workbench.database.target import Target
from workbench.datasets import catalog
from workbench.model.batch import Batch
from workbench.model.contract import Contract, Field

KEPT = {
    "undone": "Taken back before",
    "changed": "Changed since the import; kept as it is",
    "gone": "No longer there",
    "referenced": "Other records refer to it; kept",
}
"""Why a change stays, by its reason, as its row says it."""


class Reversal:
    """The statements that take one batch back."""

    def __init__(self, batch: Batch, new: UUID, tenant: UUID) -> None:
        self.contract = catalog.contract(batch.dataset)
        self.of = Target(self.contract, batch, tenant, batch.plan)
        self.new = new
        self.verdicts = Identifier(f"reversal {new}")
        self.names = {**self.of.names, "reversal": self.verdicts, "new": SQL("{}::uuid").format(Literal(new))}

    def compose(self, statement: str, **more: Composable) -> Composed:
        return SQL(statement).format(**self.names, **more)

    def held(self) -> Composed:
        """Keeps the records as they are until the end of the transaction."""
        return self.compose("""
            select count(*) from (
                select from {target} where id in (
                    select record_id from workbench.import_outcome
                    where batch_id = {batch} and plan = {plan} and outcome in ('created', 'updated')
                    union all select record_id from workbench.import_removal where batch_id = {batch} and plan = {plan}
                ) for update
            ) held""")

    def judged(self, *, before: Sequence["Reversal"], after: Sequence["Reversal"]) -> Composed:
        """Every change of the batch, with what becomes of it. What a part `before` it in the undo takes away, or gives
        something else to name, refers to nothing here; of this part and those `after` it all does that may."""
        removal = self.contract.removal
        deactivated = (
            SQL("not t.{} and t.{} = 'import_diff'").format(Identifier(removal.active), Identifier(removal.source))
            if removal
            else SQL("false")
        )
        return self.compose(
            """
            create temporary table {reversal} on commit drop as
            with later as materialized (
                select u.record_id from workbench.import_batch b
                join workbench.import_outcome u on u.batch_id = b.id and u.plan = b.plan and u.outcome = 'updated'
                where b.stage = 'completed' and b.undo_of is null and b.completed_at > {completed}
                  and not exists (select from workbench.import_batch n where n.undo_of = b.id and n.stage = 'completed')
            ), back as materialized (
                select n.line from workbench.import_batch u
                join workbench.import_outcome n on n.batch_id = u.id and n.plan = u.plan and n.outcome <> 'skipped'
                where u.undo_of = {batch} and u.stage = 'completed'
            )
            select o.line::bigint, o.record_id, r.external_key,
                   case o.outcome when 'created' then 'remove' else 'restore' end as action,
                   case when o.line in (select line from back) then 'skipped:undone'
                        when t.id is null then 'skipped:gone'
                        when o.outcome = 'created' and ({differs_created}) then 'skipped:changed'
                        when o.outcome = 'updated' and ({differs_updated}) then 'skipped:changed'
                        when o.record_id in (select record_id from later) then 'skipped:changed'
                        when o.outcome = 'created' and ({referenced}) then 'skipped:referenced'
                        when o.outcome = 'created' then 'updated:removed'
                        else 'updated:restored' end as verdict,
                   to_jsonb(t) as before, o.before as image
            from workbench.import_outcome o
            join {came} i on i.batch_id = o.batch_id and i.line = o.line
            -- what a row gets stands in its outcome: joined with it once more, before anything is counted, every row
            -- would be compared with every other
            cross join lateral (select i.external_key, coalesce(o.settled, i.payload) as payload) r
            left join {target} t on t.id = o.record_id
            where o.batch_id = {batch} and o.plan = {plan} and o.outcome in ('created', 'updated') and i.batch_id =
                {batch}
            union all
            select m.line, m.record_id, null, case m.action when 'deleted' then 'make again' else 'switch on' end,
                   case when m.line in (select line from back) then 'skipped:undone'
                        when m.action = 'deleted' and not ({there_again}) then 'created:restored'
                        when m.action = 'deleted' then 'skipped:changed'
                        when t.id is null then 'skipped:gone'
                        when {deactivated} then 'updated:restored' else 'skipped:changed' end,
                   to_jsonb(t), m.before
            from (
                select record_id, action, before,
                       (select coalesce(max(line), 1) from workbench.import_row where batch_id = {batch}) + row_number()
                           over (order by record_id) as line
                from workbench.import_removal where batch_id = {batch} and plan = {plan}
            ) m left join {target} t on t.id = m.record_id""",
            differs_created=self._differs(created=True),
            differs_updated=self._differs(created=False),
            referenced=self._referenced(before, after),
            deactivated=deactivated,
            there_again=self._there_again(),
            completed=Literal(self.of.batch.completed_at),
        )

    def _differs(self, *, created: bool) -> Composable:
        """Whether the record is no longer what the import left."""
        tests = [
            SQL("t.{} is distinct from {}").format(Identifier(field.target), self._left(field, created))
            for field in (self.contract.stored if created else self.of.compared)
        ]
        if self.of.keeps and not created:
            tests = [
                SQL("({} and {})").format(self.of.writes(field), test)
                for field, test in zip(self.of.compared, tests, strict=True)
            ]
        removal = self.contract.removal
        if removal is not None:
            tests.append(SQL("not t.{}").format(Identifier(removal.active)))
            tests.append(SQL("t.{} is not null").format(Identifier(removal.source)))
        return SQL(" or ").join(tests) if tests else SQL("false")

    def _left(self, field: Field, created: bool) -> Composable:
        if created:
            return self.of.created(field) or SQL("null")
        return self.of.changed(field, self._image("o.before", field))

    def _image(self, image: str, field: Field) -> Composable:
        return self.of.image(field, image)

    def _there_again(self) -> Composable:
        """Whether a deleted record, or another with its key, is there."""
        same = SQL(" and ").join(
            SQL("k.{} = {}").format(Identifier(field.target), self._image("m.before", field))
            for field in self.contract.key_fields
        )
        return SQL("t.id is not null or exists (select from {} k where {})").format(self.of.target, same)

    def _dependents(self) -> list[tuple[Contract, str]]:
        """The contracts that refer to the table, whichever contract of it they name, each with the column that does."""
        return [
            dependent
            for known in catalog.CONTRACTS.values()
            if (known.family, known.table) == (self.contract.family, self.contract.table)
            for dependent in catalog.dependents(known.name)
        ]

    def _referenced(self, before: Sequence["Reversal"], after: Sequence["Reversal"]) -> Composable:
        gone = {reversal.contract.name: reversal for reversal in before}
        going = {reversal.contract.name: reversal for reversal in after}
        tests = []
        for other, column in self._dependents():
            names: dict[str, Composable] = {
                "other": Identifier(other.family, other.table),
                "column": Identifier(column),
            }
            if other.name in going and any(
                field.reference and field.reference.ahead for field in other.references if field.target == column
            ):
                # all at once: each record of a chain asked by itself would read all of them
                names["let_go"] = going[other.name].may_let_go(column)
                asked = "t.id in (select d.{column} from {other} d where d.{column} is not null{let_go})"
            else:
                names["let_go"] = gone[other.name].let_go(column) if other.name in gone else SQL("")
                asked = "exists (select from {other} d where d.{column} = t.id{let_go})"
            tests.append(SQL(asked).format(**names))
            tests.append(SQL("t.id in (select names from ({}) image)").format(self._remembered(other, column)))
        return SQL(" or ").join(tests) if tests else SQL("false")

    def _remembered(self, other: Contract, column: str) -> Composable:
        """What records of another dataset named before some other import, be it one that changed or one that deleted
        them: the undo of that will have them name it again. With the run that remembers it."""
        return self.compose(
            """
            select (i.before ->> {column})::uuid as names, coalesce(b.part_of, b.id) as run
            from workbench.import_batch b join (
                select batch_id, plan, line, before from workbench.import_outcome where outcome = 'updated'
                union all
                select batch_id, plan, null::integer, before from workbench.import_removal
            ) i on i.batch_id = b.id and i.plan = b.plan
            where b.data_type = {dataset} and b.stage = 'completed' and b.undo_of is null
              and b.id <> {batch} and b.part_of is distinct from {run} and i.before ->> {column} is not null
              and not exists (
                select from workbench.import_batch u
                left join workbench.import_outcome n on n.batch_id = u.id and n.plan = u.plan and n.line = i.line
                where u.undo_of = b.id and u.stage = 'completed' and n.outcome is distinct from 'skipped')""",
            column=Literal(column),
            dataset=Literal(other.name),
            run=Literal(self.of.batch.part_of or self.of.batch.id),
        )

    def let_go(self, column: str) -> Composable:
        """Whether a record `d` names in a column what it does after the undo, and is not taken away."""
        return self.compose(
            """ and d.id not in (select record_id from {reversal} where verdict = 'updated:removed' or (
                verdict = 'updated:restored' and action = 'restore' and image ? {column}
                    and image ->> {column} is distinct from before ->> {column}))""",
            column=Literal(column),
        )

    def may_let_go(self, column: str) -> Composable:
        """The same where that is not judged yet: as the import made and changed its records."""
        return self.compose(
            """ and d.id not in (select o.record_id from workbench.import_outcome o
                where o.batch_id = {batch} and o.plan = {plan} and (o.outcome = 'created' or (
                    o.outcome = 'updated' and o.before ? {column}
                    and o.before ->> {column} is distinct from o.refs ->> {column})))""",
            column=Literal(column),
        )

    def stays(self) -> Composed:
        """The records that are kept as they are."""
        return self.compose(
            "select record_id as id from {reversal} where verdict like 'skipped:%' and verdict <> 'skipped:gone'"
        )

    def naming(self, datasets: Collection[str]) -> Iterator[Composed]:
        """The records that are kept or taken away, each with those of the datasets that it names."""
        for field in self.contract.references:
            if field.reference is not None and field.reference.dataset in datasets:
                yield self.compose(
                    """select t.id, t.{column} as names from {target} t join {reversal} on record_id = t.id
                    where verdict <> 'updated:restored' and t.{column} is not null""",
                    column=Identifier(field.target),
                )

    def keep_named(self) -> Composed:
        """Keeps the records that one names which stays."""
        return self.compose(
            """update {reversal} set verdict = 'skipped:referenced'
            where verdict = 'updated:removed' and record_id in (select id from "named by what stays")"""
        )

    def found(self) -> Composed:
        """The verdicts that there are."""
        return self.compose("select distinct verdict from {reversal}")

    def referring(self) -> Iterator[tuple[Contract, Composed]]:
        """Of each table and column that refer to records which stay for that: how many records do, and the runs that
        stand and have made or changed those."""
        tables = {(other.family, other.table, column): other for other, column in self._dependents()}
        for (family, table, column), other in tables.items():
            yield (
                other,
                self.compose(
                    """
                    with referring as materialized (
                        select id from {other} where {column} in (
                            select record_id from {reversal} where verdict = 'skipped:referenced')
                    ), remembered as materialized (
                        select run from ({remembered}) image where names in (
                            select record_id from {reversal} where verdict = 'skipped:referenced')
                    )
                    select ((select count(*) from referring) + (select count(*) from remembered))::int as records,
                    array(
                        select run from remembered union
                        select coalesce(b.part_of, b.id) from workbench.import_outcome o
                        join workbench.import_batch b on b.id = o.batch_id and b.plan = o.plan
                        where o.record_id in (select id from referring) and o.outcome in ('created', 'updated')
                          and b.stage = 'completed' and b.undo_of is null and not exists (
                            select from workbench.import_batch n
                            where n.undo_of = b.id and n.stage = 'completed')) as runs""",
                    other=Identifier(family, table),
                    column=Identifier(column),
                    remembered=self._remembered(other, column),
                ),
            )

    def rows(self) -> Composed:
        """The changes to reverse, as the rows of the undo."""
        return self.compose("""
            insert into workbench.import_row (tenant_id, batch_id, id, line, external_key, raw, payload, status)
            select {tenant}, {new}, (left({new}::text, 28) || lpad(to_hex(line), 8, '0'))::uuid, line, external_key,
                   json_build_array(line, action)::text, jsonb_build_object('line', line, 'action', action, 'record',
                       record_id), 'validated'
            from {reversal}""")

    def outcomes(self) -> Composed:
        """What becomes of each."""
        kept = SQL(" ").join(
            SQL("when {} then {}").format(Literal(f"skipped:{reason}"), issue(reason, "", Literal(message), "warning"))
            for reason, message in KEPT.items()
        )
        return self.compose(
            """
            insert into workbench.import_outcome (tenant_id, batch_id, plan, line, outcome, reason, record_id, before,
                errors)
            select {tenant}, {new}, 1, line, split_part(verdict, ':', 1), split_part(verdict, ':', 2), record_id,
                before,
                   case verdict {kept} end
            from {reversal}""",
            kept=kept,
        )

    def statements(self) -> tuple[Composed, ...]:
        """The reversal itself."""
        restored = [self._restore(self.of.compared)]
        removal = self.contract.removal
        if removal is not None:
            restored += [
                self.compose(
                    "update {target} t set {active} = (image ->> {active_})::boolean, "
                    "{source} = image ->> {source_}, updated_at = now() "
                    "from {reversal} where verdict = 'updated:restored' and t.id = record_id",
                    active=Identifier(removal.active),
                    active_=Literal(removal.active),
                    source=Identifier(removal.source),
                    source_=Literal(removal.source),
                )
            ]
        removed = self.compose(
            "delete from {target} where id in (select record_id from {reversal} where verdict = 'updated:removed')"
        )
        if removal is None and not self.contract.part_of:
            return (*restored, removed)
        return (*restored, removed, self._make_again())

    def _make_again(self) -> Composed:
        """The records that were deleted, with all but what the database computes."""
        names = ["id", "tenant_id", "created_at", "updated_at"]
        for each in catalog.CONTRACTS.values():
            if (each.family, each.table) == (self.contract.family, self.contract.table):
                names += [field.target for field in each.stored] + [name for name, _ in each.fixed]
                names += [each.removal.active, each.removal.source] if each.removal is not None else []
        names = list(dict.fromkeys(names))
        return self.compose(
            """insert into {target} ({columns})
            select {values} from {reversal} cross join lateral jsonb_populate_record(null::{target}, image) was
            where verdict = 'created:restored'""",
            columns=SQL(", ").join(map(Identifier, names)),
            values=SQL(", ").join(SQL("was.{}").format(Identifier(name)) for name in names),
        )

    def _restore(self, fields: tuple[Field, ...]) -> Composed:
        sets: list[Composable] = [SQL("updated_at = now()")]
        for field in fields:
            before, stored = self._image("image", field), SQL("t.{}").format(Identifier(field.target))
            if self.of.keeps:
                before = SQL("case when {} then {} else {} end").format(self.of.writes(field, "image"), before, stored)
            sets.append(SQL("{} = {}").format(Identifier(field.target), before))
        return self.compose(
            "update {target} t set {sets} from {reversal} "
            "where verdict = 'updated:restored' and action = 'restore' and t.id = record_id",
            sets=SQL(", ").join(sets),
        )
