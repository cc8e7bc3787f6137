"""An import taken back: itself a batch whose rows are the changes to reverse, each with its one outcome.

A removed or restored record counts as updated, one that is made again as created; a record that was changed since, is
gone, or is referred to by others is kept as it is and counts as skipped, with that reason and a sentence. Once that is
no longer so, another undo takes back what an earlier one has kept: each change is taken back once.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, cast
from uuid import UUID

import psycopg
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from workbench.database import batches, committing, planning, proof
from workbench.database.store import Store
from workbench.database.target import Target, issue
from workbench.datasets import catalog
from workbench.model.batch import OUTCOMES, Batch, Run, kept_by, new_id
from workbench.model.contract import Contract, Field
from workbench.model.errors import (
    AlreadyUndone,
    BroughtIn,
    ResolvesSigned,
    StaleUndo,
    StillKept,
    StillReferredTo,
    WorkbenchError,
    WrongStage,
)
from workbench.model.wording import first_of, many

_NAMED = 5
"""So many imports are named that have to go first."""


def undo(store: Store, run: Run, *, dry_run: bool = False) -> Batch:
    """Reverses a completed run in one transaction, its parts in reverse order; a dry run stops at the plan.

    Raises WrongStage for a run that was not completed or is an undo, StaleUndo; AlreadyUndone, or StillKept where an
    earlier undo has kept something that still cannot be taken back; StillReferredTo where the first one could take back
    nothing at all, and somebody would have to come again once others are taken back.
    """
    batch = run.face
    if batch.stage != "completed":
        raise WrongStage(batch=batch.id, stage=batch.stage, action="undoing", needed="completed")
    if batch.undo_of is not None:
        raise WrongStage(batch=batch.id, stage="an undo", action="undoing", needed="an import")
    if batch.undone_by is not None and not kept_by(batches.get(store, batch.undone_by)):
        raise AlreadyUndone(batch=batch.id, by=batch.undone_by)
    _refuse_swept(store, run)
    new = new_id()
    with batches.working(store, new):
        batches.begin(store, *_begun(run, new, dry_run), run=batch.run_id)
        try:
            _reverse(store, run, batches.run(store, new), dry_run)
        except WorkbenchError as error:
            batches.fail_quietly(store, new, str(error))
            raise
        except (psycopg.errors.UniqueViolation, psycopg.errors.ForeignKeyViolation):
            refusal = StaleUndo(batch=run.face.id)
            batches.fail_quietly(store, new, str(refusal))
            raise refusal from None
    return batches.get(store, new)


def _refuse_swept(store: Store, run: Run) -> None:
    """What a sweep has brought in of a run goes before the run; and what somebody signed as resolved stays so."""
    brought = batches.sweeps(store, run.face)
    if brought:
        raise BroughtIn(batch=run.face.id, runs=", ".join(str(sweep.id) for sweep in brought))
    if run.face.sweep_of is not None:
        of = batches.run(store, run.face.sweep_of).face
        signed = proof.signature(store, of.id)
        if signed is not None:
            raise ResolvesSigned(batch=run.face.id, of=of.id, user=signed["signed_by"])


def _begun(run: Run, new: UUID, dry_run: bool) -> Iterator[dict[str, Any]]:
    """What the undo is begun with, and that of each part, the last one first."""
    used = [new]
    headers = ["dataset", "line", "action"] if run.parts else ["line", "action"]
    yield _undo_of(run.face, new, dry_run) | {"headers": headers}
    for place, part in enumerate(reversed(run.parts), start=1):
        own = _undo_of(part, new_id(unlike=used), dry_run)
        yield own | {"headers": ["line", "action"], "part_of": new, "part": place}


def _undo_of(batch: Batch, new: UUID, dry_run: bool) -> dict[str, Any]:
    kept = {name: getattr(batch, name) for name in ("dataset", "file_name", "mode", "window")}
    return {"id": new, "source": "undo", "undo_of": batch.id, "dry_run": dry_run, **kept}


def _reverse(store: Store, run: Run, undo: Run, dry_run: bool) -> None:
    """Judges and reverses part by part: what one leaves is what the next one sees. A dry run takes it all back but the
    outcomes."""
    reversals = [
        _Reversal(batch, new.id, store.tenant_id)
        for batch, new in zip(reversed(run.written), undo.written, strict=True)
    ]
    with store.transaction() as connection:
        committing.lock(connection, store.tenant_id, *(reversal.contract for reversal in reversals))
        planning.tune(connection, run.face.processed or 0)
        for place, reversal in enumerate(reversals):
            for statement in (reversal.held(), reversal.judged(before=reversals[:place], after=reversals[place:])):
                connection.execute(statement)
        _keep_named(connection, reversals)
        for reversal in reversals:
            store.add_to(reversal.new)
            for statement in (reversal.rows(), reversal.outcomes()):
                connection.execute(statement)
        _refuse_again(store, connection, run, reversals)
        _refuse_in_vain(connection, run, reversals)
        if undo.parts:
            store.add_to(undo.face.id)
            connection.execute(_TOGETHER, {"face": undo.face.id, "tenant": store.tenant_id})
        for batch in (*undo.parts, undo.face):
            for stage in ("staging", "staged"):
                batches.change(store, batch.id, stage=stage)
            _planned(connection, batch.id)
        for reversal in reversals if not dry_run else ():
            for statement in reversal.statements():
                connection.execute(statement)
            if undo.parts:
                committing.seal(store, reversal.new)
        if not dry_run:
            committing.seal(store, undo.face.id)
            connection.execute(_WAIT_AGAIN, {"run": run.face.id})
        counts = cast(dict[str, int], connection.execute(_FIGURES, (undo.face.id,)).fetchone())
        store.note("undone" if not dry_run else "undo planned", run.face.id, by=str(undo.face.id), **counts)


def _refuse_again(
    store: Store, connection: psycopg.Connection[Any], run: Run, reversals: Sequence["_Reversal"]
) -> None:
    """Raises AlreadyUndone or StillKept where an earlier undo has left nothing that could be taken back."""
    earlier = batches.get(store, run.face).undone_by
    if earlier is None:
        return
    verdicts = [row["verdict"] for reversal in reversals for row in connection.execute(reversal.found())]
    if any(not verdict.startswith("skipped") for verdict in verdicts):
        return
    reasons = {verdict.partition(":")[2] for verdict in verdicts} - {"undone", "gone"}
    kept = [message.partition(";")[0] for reason, message in _KEPT.items() if reason in reasons]
    if not kept:
        raise AlreadyUndone(batch=run.face.id, by=earlier)
    raise StillKept(batch=run.face.id, by=earlier, why="; ".join(kept))


def _refuse_in_vain(connection: psycopg.Connection[Any], run: Run, reversals: Sequence["_Reversal"]) -> None:
    """Raises StillReferredTo where every change stays, and some because others refer to the record."""
    verdicts = {row["verdict"] for reversal in reversals for row in connection.execute(reversal.found())}
    if "skipped:referenced" not in verdicts or not all(verdict.startswith("skipped") for verdict in verdicts):
        return
    by: dict[str, int] = {}
    runs: set[UUID] = set()
    for reversal in reversals:
        for contract, statement in reversal.referring():
            found = cast(dict[str, Any], connection.execute(statement).fetchone())
            if found["records"]:
                by[contract.noun] = by.get(contract.noun, 0) + found["records"]
                runs.update(found["runs"])
    imports = connection.execute(_IN_ORDER, {"runs": list(runs - {run.face.id})}).fetchall()
    named = first_of([f"{each['file_name']} (batch {each['id']})" for each in imports], _NAMED)
    raise StillReferredTo(
        batch=run.face.id,
        by=" and ".join(many(number, noun) for noun, number in by.items()),
        first=f"undo first, in this order: {named}" if imports else "remove those first",
    )


# whatever was imported last goes first
_IN_ORDER = (
    "select id, file_name from workbench.import_batch where id = any(%(runs)s) order by completed_at desc, id desc"
)


def _keep_named(connection: psycopg.Connection[Any], reversals: Sequence["_Reversal"]) -> None:
    """Keeps what a record names that stays, and what that names, and so on: where records may name what is made after
    them, each was judged as if whoever is judged later went."""
    if not any(field.reference and field.reference.ahead for each in reversals for field in each.contract.references):
        return
    union = SQL(" union all ")
    stays = union.join(reversal.stays() for reversal in reversals)
    found = connection.execute(SQL("select exists ({}) as some").format(stays)).fetchone()
    if not (found and found["some"]):
        return
    datasets = {reversal.contract.name for reversal in reversals}
    connection.execute(
        SQL(
            """create temporary table "named by what stays" on commit drop as
            with recursive naming as materialized ({naming}), named (id) as (
                {stays} union select n.names from named join naming n on n.id = named.id
            ) select id from named"""
        ).format(naming=union.join(each for reversal in reversals for each in reversal.naming(datasets)), stays=stays)
    )
    for reversal in reversals:
        connection.execute(reversal.keep_named())


def _planned(connection: psycopg.Connection[Any], new: UUID) -> None:
    planned = connection.execute(_COUNTS, {"batch": new}).fetchall()
    counts = {outcome: sum(row["rows"] for row in planned if row["outcome"] == outcome) for outcome in OUTCOMES}
    reasons = {row["reason"]: row["rows"] for row in planned if row["outcome"] == "skipped"}
    summary = {"skipped_by_reason": reasons, "unmatched_by_kind": {}, "issues_by_code": reasons}
    connection.execute(
        planning.PLANNED,
        {
            "batch": new,
            "plan": 1,
            "seen": None,
            "writers": 1,
            "processed": sum(counts.values()),
            **counts,
            "removed": 0,
            "summary": psycopg.types.json.Jsonb(summary),
        },
    )


_COUNTS = """
select outcome, reason, count(*)::int as rows from workbench.import_outcome where batch_id = %(batch)s and plan = 1
    group by 1, 2
"""

_FIGURES = """
select created, updated, skipped, unmatched, invalid from workbench.import_batch where id = %s
"""

# every change of every part, one after the other
_TOGETHER = """
with part as (
    select b.id, b.part, b.data_type, r.line, row_number() over (order by b.part, r.line)::integer as place,
           r.external_key, r.raw::json as raw, r.payload
    from workbench.import_batch b join workbench.import_row r on r.batch_id = b.id where b.part_of = %(face)s
), kept as (
    insert into workbench.import_row (tenant_id, batch_id, id, line, external_key, raw, payload, status)
    select %(tenant)s, %(face)s, (left(%(face)s::text, 28) || lpad(to_hex(place), 8, '0'))::uuid, place, external_key,
           json_build_array(data_type, raw -> 0, raw -> 1)::text, payload || jsonb_build_object('dataset', data_type),
           'validated'
    from part
)
insert into workbench.import_outcome (tenant_id, batch_id, plan, line, outcome, reason, record_id, before, errors)
select %(tenant)s, %(face)s, 1, part.place, o.outcome, o.reason, o.record_id, o.before, o.errors
from part join workbench.import_outcome o on o.batch_id = part.id and o.plan = 1 and o.line = part.line
order by part.place
"""

# rows that the run had resolved wait again
_WAIT_AGAIN = "select workbench.wait_again(%(run)s)"

_KEPT = {
    "undone": "Taken back before",
    "changed": "Changed since the import; kept as it is",
    "gone": "No longer there",
    "referenced": "Other records refer to it; kept",
}


class _Reversal:
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

    def judged(self, *, before: Sequence["_Reversal"], after: Sequence["_Reversal"]) -> Composed:
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

    def _referenced(self, before: Sequence["_Reversal"], after: Sequence["_Reversal"]) -> Composable:
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
            for reason, message in _KEPT.items()
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
