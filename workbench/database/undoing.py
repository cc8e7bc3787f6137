"""An import taken back: itself a batch whose rows are the changes to reverse, each with its one outcome.

A removed or restored record counts as updated, one that is made again as created; a record that was changed since, is
gone, or is referred to by others is kept as it is and counts as skipped, with that reason and a sentence.
"""

from uuid import UUID

import psycopg
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from workbench.database import batches, committing, planning
from workbench.database.store import Store
from workbench.database.target import Target, issue
from workbench.datasets import catalog
from workbench.model.batch import OUTCOMES, Batch, new_id
from workbench.model.contract import Field
from workbench.model.errors import AlreadyUndone, StalePlan, WorkbenchError, WrongStage
from workbench.model.kinds import KINDS


def undo(store: Store, batch: Batch, *, dry_run: bool = False) -> Batch:
    """Reverses a completed batch in one transaction; a dry run stops at the plan.

    Raises WrongStage for a batch that was not completed or is an undo, AlreadyUndone, StalePlan.
    """
    if batch.stage != "completed":
        raise WrongStage(batch=batch.id, stage=batch.stage, action="undoing", needed="completed")
    if batch.undo_of is not None:
        raise WrongStage(batch=batch.id, stage="an undo", action="undoing", needed="an import")
    earlier = _undone_by(store, batch.id)
    if earlier is not None:
        raise AlreadyUndone(batch=batch.id, by=earlier)
    new = new_id()
    with batches.working(store, new):
        batches.begin(
            store,
            batch.run_id,
            id=new,
            dataset=batch.dataset,
            source="undo",
            file_name=batch.file_name,
            mode=batch.mode,
            window=batch.window,
            dry_run=dry_run,
            undo_of=batch.id,
            headers=["line", "action"],
        )
        try:
            _reverse(store, batch, new, dry_run)
        except WorkbenchError as error:
            batches.fail_quietly(store, new, str(error))
            raise
        except (psycopg.errors.UniqueViolation, psycopg.errors.ForeignKeyViolation):
            earlier = _undone_by(store, batch.id)
            refusal = (
                AlreadyUndone(batch=batch.id, by=earlier)
                if earlier is not None
                else StalePlan(batch=new, changed="some", examples="others refer to them, or have their keys")
            )
            batches.fail_quietly(store, new, str(refusal))
            raise refusal from None
    return batches.get(store, new)


def _reverse(store: Store, batch: Batch, new: UUID, dry_run: bool) -> None:
    reversal = _Reversal(batch, new, store.tenant_id)
    with store.transaction(new) as connection:
        committing.lock(connection, store.tenant_id, reversal.contract)
        planning.tune(connection, batch.processed or 0)
        for statement in (reversal.held(), reversal.judged(), reversal.rows(), reversal.outcomes()):
            connection.execute(statement)
        planned = connection.execute(_COUNTS, {"batch": new}).fetchall()
        counts = {outcome: sum(row["rows"] for row in planned if row["outcome"] == outcome) for outcome in OUTCOMES}
        reasons = {row["reason"]: row["rows"] for row in planned if row["outcome"] == "skipped"}
        summary = {"skipped_by_reason": reasons, "unmatched_by_kind": {}, "issues_by_code": reasons}
        for stage in ("staging", "staged"):
            connection.execute("update workbench.import_batch set stage = %s where id = %s", (stage, new))
        connection.execute(
            planning.PLANNED,
            {
                "batch": new,
                "plan": 1,
                "writers": 1,
                "processed": sum(counts.values()),
                **counts,
                "removed": 0,
                "summary": psycopg.types.json.Jsonb(summary),
            },
        )
        if not dry_run:
            for statement in reversal.statements():
                connection.execute(statement)
            committing.seal(store, new)
        store.note("undone" if not dry_run else "undo planned", batch.id, by=str(new), **counts)


def _undone_by(store: Store, batch: UUID) -> UUID | None:
    row = store.one("select id from workbench.import_batch where undo_of = %s and stage = 'completed'", (batch,))
    return row["id"] if row else None


_COUNTS = """
select outcome, reason, count(*)::int as rows from workbench.import_outcome where batch_id = %(batch)s and plan = 1
    group by 1, 2
"""

_KEPT = {
    "changed": "Changed since the import; kept as it is",
    "gone": "No longer there",
    "referenced": "Other records refer to it; kept",
}


class _Reversal:
    """The statements that take one batch back."""

    def __init__(self, batch: Batch, new: UUID, tenant: UUID) -> None:
        self.contract = catalog.contract(batch.dataset)
        self.shape = Target(self.contract, batch, tenant, batch.plan)
        self.names = {**self.shape.names, "new": SQL("{}::uuid").format(Literal(new))}

    def _compose(self, statement: str, **more: Composable) -> Composed:
        return SQL(statement).format(**self.names, **more)

    def held(self) -> Composed:
        """Keeps the records as they are until the end of the transaction."""
        return self._compose("""
            select count(*) from (
                select from {target} where id in (
                    select record_id from workbench.import_outcome
                    where batch_id = {batch} and plan = {plan} and outcome in ('created', 'updated')
                    union all select record_id from workbench.import_removal where batch_id = {batch} and plan = {plan}
                ) for update
            ) held""")

    def judged(self) -> Composed:
        """Every change of the batch, with what becomes of it."""
        removal = self.contract.removal
        deactivated = (
            SQL("not t.{} and t.{} = 'import_diff'").format(Identifier(removal.active), Identifier(removal.source))
            if removal
            else SQL("false")
        )
        return self._compose(
            """
            create temporary table reversal on commit drop as
            with later as materialized (
                select u.record_id from workbench.import_batch b
                join workbench.import_outcome u on u.batch_id = b.id and u.plan = b.plan and u.outcome = 'updated'
                where b.stage = 'completed' and b.undo_of is null and b.completed_at > {completed}
                  and not exists (select from workbench.import_batch n where n.undo_of = b.id and n.stage = 'completed')
            )
            select o.line::bigint, o.record_id, r.external_key,
                   case o.outcome when 'created' then 'remove' else 'restore' end as action,
                   case when t.id is null then 'skipped:gone'
                        when o.outcome = 'created' and ({differs_created}) then 'skipped:changed'
                        when o.outcome = 'updated' and ({differs_updated}) then 'skipped:changed'
                        when o.record_id in (select record_id from later) then 'skipped:changed'
                        when o.outcome = 'created' and ({referenced}) then 'skipped:referenced'
                        when o.outcome = 'created' then 'updated:removed'
                        else 'updated:restored' end as verdict,
                   to_jsonb(t) as before, o.before as image
            from workbench.import_outcome o
            join {rows} r on r.batch_id = o.batch_id and r.line = o.line
            left join {target} t on t.id = o.record_id
            where o.batch_id = {batch} and o.plan = {plan} and o.outcome in ('created', 'updated') and r.batch_id =
                {batch}
            union all
            select (select coalesce(max(line), 1) from workbench.import_row where batch_id = {batch}) + row_number()
                over (order by m.record_id),
                   m.record_id, null, case m.action when 'deleted' then 'make again' else 'switch on' end,
                   case when m.action = 'deleted' and not ({there_again}) then 'created:restored'
                        when m.action = 'deleted' then 'skipped:changed'
                        when t.id is null then 'skipped:gone'
                        when {deactivated} then 'updated:restored' else 'skipped:changed' end,
                   to_jsonb(t), m.before
            from workbench.import_removal m left join {target} t on t.id = m.record_id
            where m.batch_id = {batch} and m.plan = {plan}""",
            differs_created=self._differs(created=True),
            differs_updated=self._differs(created=False),
            referenced=self._referenced(),
            deactivated=deactivated,
            there_again=self._there_again(),
            completed=Literal(self.shape.batch.completed_at),
        )

    def _differs(self, *, created: bool) -> Composable:
        """Whether the record is no longer what the import left."""
        tests = [
            SQL("t.{} is distinct from {}").format(Identifier(field.target), self._left(field, created))
            for field in (self.contract.stored if created else self.shape.compared)
        ]
        removal = self.contract.removal
        if removal is not None:
            tests.append(SQL("not t.{}").format(Identifier(removal.active)))
            tests.append(SQL("t.{} is not null").format(Identifier(removal.source)))
        return SQL(" or ").join(tests) if tests else SQL("false")

    def _left(self, field: Field, created: bool) -> Composable:
        if created:
            return self.shape.created(field) or SQL("null")
        return self.shape.changed(field, self._image("o.before", field))

    def _image(self, image: str, field: Field) -> Composable:
        return SQL("({} ->> {})::{}").format(SQL(image), Literal(field.target), SQL(_sql(field)))

    def _there_again(self) -> Composable:
        """Whether a deleted record, or another with its key, is there."""
        same = SQL(" and ").join(
            SQL("k.{} = {}").format(Identifier(field.target), self._image("m.before", field))
            for field in self.contract.key_fields
        )
        return SQL("t.id is not null or exists (select from {} k where {})").format(self.shape.target, same)

    def _referenced(self) -> Composable:
        same_table = [
            known.name
            for known in catalog.CONTRACTS.values()
            if (known.family, known.table) == (self.contract.family, self.contract.table)
        ]
        tests = [
            SQL("exists (select from {} d where d.{} = t.id)").format(
                Identifier(other.family, other.table), Identifier(column)
            )
            for name in same_table
            for other, column in catalog.dependents(name)
        ]
        return SQL(" or ").join(tests) if tests else SQL("false")

    def rows(self) -> Composed:
        """The changes to reverse, as the rows of the undo."""
        return self._compose("""
            insert into workbench.import_row (tenant_id, batch_id, id, line, external_key, raw, payload, status)
            select {tenant}, {new}, (left({new}::text, 28) || lpad(to_hex(line), 8, '0'))::uuid, line, external_key,
                   json_build_array(line, action)::text, jsonb_build_object('line', line, 'action', action, 'record',
                       record_id), 'validated'
            from reversal""")

    def outcomes(self) -> Composed:
        """What becomes of each."""
        kept = SQL(" ").join(
            SQL("when {} then {}").format(Literal(f"skipped:{reason}"), issue(reason, "", Literal(message), "warning"))
            for reason, message in _KEPT.items()
        )
        return self._compose(
            """
            insert into workbench.import_outcome (tenant_id, batch_id, plan, line, outcome, reason, record_id, before,
                errors)
            select {tenant}, {new}, 1, line, split_part(verdict, ':', 1), split_part(verdict, ':', 2), record_id,
                before,
                   case verdict {kept} end
            from reversal""",
            kept=kept,
        )

    def statements(self) -> tuple[Composed, ...]:
        """The reversal itself."""
        restored = [self._restore(self.shape.compared)]
        removal = self.contract.removal
        if removal is not None:
            again = SQL(
                "select (jsonb_populate_record(null::{}, image)).* from reversal where verdict = 'created:restored'"
            )
            restored += [
                self._compose(
                    "update {target} t set {active} = (image ->> {active_})::boolean, "
                    "{source} = image ->> {source_}, updated_at = now() "
                    "from reversal where verdict = 'updated:restored' and t.id = record_id",
                    active=Identifier(removal.active),
                    active_=Literal(removal.active),
                    source=Identifier(removal.source),
                    source_=Literal(removal.source),
                ),
                SQL("insert into {} ").format(self.shape.target) + again.format(self.shape.target),
            ]
        removed = self._compose(
            "delete from {target} where id in (select record_id from reversal where verdict = 'updated:removed')"
        )
        return (*restored, removed)

    def _restore(self, fields: tuple[Field, ...]) -> Composed:
        sets: list[Composable] = [SQL("updated_at = now()")]
        sets += [SQL("{} = {}").format(Identifier(field.target), self._image("image", field)) for field in fields]
        return self._compose(
            "update {target} t set {sets} from reversal "
            "where verdict = 'updated:restored' and action = 'restore' and t.id = record_id",
            sets=SQL(", ").join(sets),
        )


def _sql(field: Field) -> str:
    return "uuid" if field.reference is not None else KINDS[field.kind].sql
