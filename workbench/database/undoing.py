"""An import taken back: itself a batch whose rows are the changes to reverse, each with its one outcome.

A removed or restored record counts as updated, one that is made again as created; a record that was changed since, is
gone, or is referred to by others is kept as it is and counts as skipped, with that reason and a sentence. Once that is
no longer so, another undo takes back what an earlier one has kept: each change is taken back once.
"""

from collections.abc import Iterator, Sequence
from typing import Any, cast
from uuid import UUID

import psycopg
from psycopg.sql import SQL

from workbench.database import at_work, batches, committing, planning, proof, table_statistics
from workbench.database.reversal import KEPT, Reversal
from workbench.database.store import Store
from workbench.model.batch import OUTCOMES, Batch, Run, kept_by, new_id
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
    with at_work.working(store, new):
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
        Reversal(batch, new.id, store.tenant_id) for batch, new in zip(reversed(run.written), undo.written, strict=True)
    ]
    with store.transaction() as connection:
        committing.lock(connection, store.tenant_id, *(reversal.contract for reversal in reversals))
        if planning.tune(connection, run.face.processed or 0):
            table_statistics.hold(connection, *(reversal.contract for reversal in reversals))
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


def _refuse_again(store: Store, connection: psycopg.Connection[Any], run: Run, reversals: Sequence[Reversal]) -> None:
    """Raises AlreadyUndone or StillKept where an earlier undo has left nothing that could be taken back."""
    earlier = batches.get(store, run.face).undone_by
    if earlier is None:
        return
    verdicts = [row["verdict"] for reversal in reversals for row in connection.execute(reversal.found())]
    if any(not verdict.startswith("skipped") for verdict in verdicts):
        return
    reasons = {verdict.partition(":")[2] for verdict in verdicts} - {"undone", "gone"}
    kept = [message.partition(";")[0] for reason, message in KEPT.items() if reason in reasons]
    if not kept:
        raise AlreadyUndone(batch=run.face.id, by=earlier)
    raise StillKept(batch=run.face.id, by=earlier, why="; ".join(kept))


def _refuse_in_vain(connection: psycopg.Connection[Any], run: Run, reversals: Sequence[Reversal]) -> None:
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


def _keep_named(connection: psycopg.Connection[Any], reversals: Sequence[Reversal]) -> None:
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
