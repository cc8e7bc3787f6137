"""A plan executed exactly as it was shown, in one transaction, and sealed by the database."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import psycopg
from psycopg import Connection
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from workbench.database import table_statistics, totals
from workbench.database.planning import tune
from workbench.database.store import Store
from workbench.database.target import Target
from workbench.datasets import catalog
from workbench.model.batch import Batch, Run
from workbench.model.contract import Contract
from workbench.model.control_total import is_of_total
from workbench.model.errors import StalePlan, Unbalanced


def commit(
    store: Store,
    run: Run,
    *,
    seconds: Callable[[], float],
    accepted: Sequence[str] = (),
    reason: str = "",
    skip_errors: bool = False,
    also: Callable[[Connection[Any]], None] = lambda connection: None,
) -> None:
    """Executes a run's plan in one transaction, part by part in the order of import, and completes all its batches;
    `also` belongs to it. `accepted` is what the plan waited for, by its codes, and was let go on with, for that
    `reason` where it is of a total; `skip_errors` that its good rows were.

    Raises StalePlan when a record changed since the plan was made, Unbalanced when the database finds that outcomes
    and rows are not one to one; nothing is written then.
    """
    writings = [_Writing(catalog.contract(batch.dataset), batch, store.tenant_id, batch.plan) for batch in run.written]
    try:
        with store.transaction(run.face.id) as connection:
            lock(connection, store.tenant_id, *(writing.contract for writing in writings))
            large = tune(connection, run.face.processed or 0)
            if large:
                table_statistics.hold(connection, *(writing.contract for writing in writings))
            untouched = _untouched(connection, run.face)
            for writing in () if untouched else writings:
                _refuse_stale(connection, writing, run.face)
            written = []
            for place, writing in enumerate(writings, start=1):
                written.append(_write(connection, writing))
                if large and any(writing.is_named_by(later.contract) for later in writings[place:]):
                    table_statistics.renew(connection, writing.contract)
            if is_of_total(accepted):
                totals.accept(store, [sheet.id for sheet in run.sheets], reason)
            gone_on = {"skip_errors": True} if skip_errors else {}
            for part in run.parts:
                seal(store, part.id, gone_on)
            seal(store, run.face.id, {"seconds_committing": seconds(), **_let_go_on(store, accepted), **gone_on})
            also(connection)
            if accepted:
                store.note("accepted", run.face.id, codes=list(accepted), **({"reason": reason} if reason else {}))
            store.note("committed", run.face.id, **sum(written, Counter({what: 0 for what in _WRITTEN})))
    except (psycopg.errors.UniqueViolation, psycopg.errors.ForeignKeyViolation) as error:
        raise StalePlan(batch=run.face.id, changed="some", examples=_example(error)) from None


def _let_go_on(store: Store, codes: Sequence[str]) -> dict[str, Any]:
    """What is kept of who let a plan go on that waited for a person."""
    at = datetime.now().astimezone().isoformat(timespec="seconds")
    return {"accepted": [{"code": code, "by": store.user, "at": at} for code in codes]} if codes else {}


_WRITTEN = ("created", "updated", "removed")


def _write(connection: Connection[Any], writing: "_Writing") -> Counter[str]:
    """Writes what the plan of one batch means to do, and counts it."""
    batch = writing.batch
    written = {
        "created": connection.execute(writing.create()).rowcount if batch.created else 0,
        "updated": connection.execute(writing.update()).rowcount if batch.updated else 0,
        "removed": sum(connection.execute(statement).rowcount for statement in writing.remove())
        if batch.removed
        else 0,
    }
    return Counter(written)


def seal(store: Store, batch: UUID, summary: dict[str, Any] | None = None) -> None:
    """Completes a batch; raises Unbalanced when the database does not find exactly one outcome for every row, StalePlan
    when it does not find that what they say was written, because somebody was changing it when we came."""
    try:
        store.connection.execute(
            "update workbench.import_batch set stage = 'completed', summary = summary || %s where id = %s",
            (psycopg.types.json.Jsonb(summary or {}), batch),
        )
    except psycopg.errors.RaiseException as error:
        raise Unbalanced(batch=batch, why=error.diag.message_primary) from None
    except psycopg.Error as error:
        if error.sqlstate in {"WB001", "WB002", "23514"}:
            raise Unbalanced(batch=batch, why=error.diag.message_primary) from None
        if error.sqlstate == "WB005":
            raise StalePlan(batch=batch, changed=error.diag.message_detail, examples="not written") from None
        raise


def lock(connection: Connection[Any], tenant: UUID, *contracts: Contract) -> None:
    """One commit at a time for a tenant's tables, taken in one order; others wait here until the transaction ends."""
    for name in sorted({f"{tenant}:{contract.family}.{contract.table}" for contract in contracts}):
        connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", (name,))


# Nobody else has written anything since the plan looked, when none was under way then and the transaction numbers
# have moved on by the plan's own: then there is no need to look at the records. (Who is under way now is met when the
# records are written.)
_UNTOUCHED = """
select pg_snapshot_xmin(plan_snapshot) = pg_snapshot_xmax(plan_snapshot)
       and pg_snapshot_xmax(plan_snapshot)::text::bigint + plan_writers =
       pg_snapshot_xmax(pg_current_snapshot())::text::bigint as untouched
from workbench.import_batch where id = %s
"""


def _untouched(connection: Connection[Any], face: Batch) -> bool:
    state = cast(dict[str, Any], connection.execute(_UNTOUCHED, (face.id,)).fetchone())
    return bool(state["untouched"])


def _refuse_stale(connection: Connection[Any], writing: "_Writing", face: Batch) -> None:
    changed = connection.execute(writing.stale()).fetchall()
    if changed:
        raise StalePlan(
            batch=face.id,
            changed=changed[0]["all"],
            examples=", ".join(f"line {row['line']}" if row["line"] else "a record to remove" for row in changed),
        )


def _example(error: psycopg.Error) -> str:
    if isinstance(error, psycopg.errors.UniqueViolation):
        return "a record that was to be created is there already"
    return "a record that others refer to is gone"


class _Writing(Target):
    """The statements that write what a plan means to do."""

    def is_named_by(self, other: Contract) -> bool:
        """Whether records of another contract refer to those of this one."""
        named = (catalog.contract(field.reference.dataset) for field in other.references if field.reference)
        return any((each.family, each.table) == (self.contract.family, self.contract.table) for each in named)

    def stale(self) -> Composed:
        """The lines whose record was changed or removed since the plan looked at it, at most five, with how many
        there are."""
        return self.compose(
            """
            select line, count(*) over () as all from (
                select o.line from workbench.import_outcome o left join {target} t on t.id = o.record_id
                where o.batch_id = {batch} and o.plan = {plan} and o.outcome in ('updated', 'skipped')
                  and o.record_id is not null and (t.id is null or t.xmin <> o.seen)
                union all
                select null from workbench.import_removal o left join {target} t on t.id = o.record_id
                where o.batch_id = {batch} and o.plan = {plan} and (t.id is null or t.xmin <> o.seen)
            ) changed order by line limit 5"""
        )

    def create(self) -> Composed:
        """New records, in the order of their key: an index grows best at its end.

        A key that begins with a reference is one of ids, and those of records that the same run made of the same rows
        follow its lines.
        """
        first = self.contract.key_fields[0]
        order: Composable = SQL("o.line")
        if first.reference is None:
            order = SQL('r.external_key collate "C"')
        elif not self.batch.derived:
            order = SQL('o.refs ->> {} collate "C"').format(Literal(first.target))
        columns: list[Composable] = [SQL("id"), SQL("tenant_id")]
        values: list[Composable] = [SQL("o.record_id"), SQL("o.tenant_id")]
        for name, same in self.contract.fixed:
            columns.append(Identifier(name))
            values.append(Literal(same))
        for field in self.contract.stored:
            value = self.created(field)
            if value is not None:
                columns.append(Identifier(field.target))
                values.append(value)
        return self.compose(
            """
            insert into {target} ({columns})
            select {values} from workbench.import_outcome o
            join {rows} r on r.batch_id = o.batch_id and r.line = o.line
            where o.batch_id = {batch} and o.plan = {plan} and o.outcome = 'created' and r.batch_id = {batch}
            order by {order}""",
            order=order,
            columns=SQL(", ").join(columns),
            values=SQL(", ").join(values),
        )

    def update(self) -> Composed:
        """Changed records, as long as nobody else changes them: whoever is just doing so is waited for."""
        changes: list[Composable] = [SQL("updated_at = now()")]
        for field in self.compared:
            stored = SQL("t.{}").format(Identifier(field.target))
            changes.append(SQL("{} = {}").format(Identifier(field.target), self.changed(field, stored)))
        if self.contract.removal is not None:
            changes.append(SQL("{} = true").format(Identifier(self.contract.removal.active)))
            changes.append(SQL("{} = null").format(Identifier(self.contract.removal.source)))
        return self.compose(
            """
            update {target} t set {changes} from workbench.import_outcome o
            join {rows} r on r.batch_id = o.batch_id and r.line = o.line
            where o.batch_id = {batch} and o.plan = {plan} and o.outcome = 'updated' and r.batch_id = {batch}
              and t.id = o.record_id and t.xmin = o.seen""",
            changes=SQL(", ").join(changes),
        )

    def remove(self) -> tuple[Composed, ...]:
        """Switches off or deletes the records that the file no longer names."""
        named = self.compose("""workbench.import_removal o
            where o.batch_id = {batch} and o.plan = {plan} and t.id = o.record_id and t.xmin = o.seen""")
        removal = self.contract.removal
        if self.mode == "replace" or removal is None:
            return (SQL("delete from {} t using {}").format(self.target, named),)
        return (
            SQL("update {} t set {} = false, {} = 'import_diff', updated_at = now() from {}").format(
                self.target, Identifier(removal.active), Identifier(removal.source), named
            ),
        )
