"""Rows that wait, and whose records an import that came later has written: what they say is older than what is there,
and is not to be written over it."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from psycopg.sql import SQL, Composable, Identifier, Literal

from workbench.database.planning import tune
from workbench.database.store import Store
from workbench.database.target import Target
from workbench.datasets import catalog
from workbench.model.batch import Batch
from workbench.model.contract import Field


def lines(store: Store, source: Batch, parts: Sequence[Batch], some: Sequence[int]) -> dict[int, UUID]:
    """Those of `some` lines of a source that would write other values over what a later import has said of a record,
    each with the run that said so last. None where all of its `parts` can be filled only: then a row fills what is
    blank, and replaces nothing."""
    if not some or all(catalog.contract(part.dataset).fills for part in parts):
        return {}
    asked = [each for part in parts for each in _about(store, part, some)]
    if not asked:
        return {}
    question = SQL(_LATER).format(
        about=SQL(" union all ").join(asked),
        later=SQL("({})").format(later(source, _same_tables(parts))),
        writers=writers(SQL("about.record")),
        since=since(source),
    )
    with store.transaction() as connection:
        tune(connection, source.processed or 0)
        return {row["line"]: row["by"] for row in connection.execute(question)}


def _same_tables(parts: Sequence[Batch]) -> list[str]:
    """The datasets with records in the tables that some parts write."""
    tables = {(each.family, each.table) for each in (catalog.contract(part.dataset) for part in parts)}
    return [each.name for each in catalog.contracts() if (each.family, each.table) in tables]


def _about(store: Store, part: Batch, some: Sequence[int]) -> Iterator[Composable]:
    """The lines of a part whose record is there and says otherwise, and those that would become a part of a record,
    each with that record."""
    target = Target(catalog.contract(part.dataset), part, store.tenant_id, part.plan)
    contract = target.contract
    names = {
        "lines": Literal(list(some)),
        "references": SQL(" ").join(target.reference_join(field) for field in target.references),
        "known": target.join_known(),
    }
    tests = list(_differing(target))
    if tests:
        yield target.compose(_RECORDS, differs=SQL(" or ").join(tests), **names)
    if contract.part_of:
        whole = contract.field(contract.part_of)
        yield target.compose(_WHOLES, whole=target.found(whole), **names)


def _differing(target: Target) -> Iterator[Composable]:
    """Whether a row says otherwise than its record `t`, by field: what only fills, grows or moves on along an order
    replaces nothing."""
    filling = target.contract.filling
    for field in target.compared:
        if target.contract.removal is not None:
            yield SQL("{} is distinct from {}").format(_said(target, field), _stored(field))
        elif field.merge != filling.field(field.name).merge:
            stored = _stored(field)
            yield SQL("({0} is not null and {1} is distinct from {0})").format(stored, _said(target, field))


def _stored(field: Field) -> Composable:
    return SQL("t.{}").format(Identifier(field.target))


def _said(target: Target, field: Field) -> Composable:
    return target.or_stored(field, target.found(field), _stored(field))


def since(source: Batch) -> Composable:
    """Whether a batch `b`, of the run `f` or of none, came after a source. An import that a sweep made is as old as the
    one that its rows came by."""
    return SQL("coalesce(f.sweep_of, b.sweep_of, f.id, b.id) > {}::uuid").format(Literal(source.part_of or source.id))


def writers(record: Composable) -> Composable:
    """The batches that made or changed a record, as `id`, but for a change that was taken back."""
    return SQL(_WRITERS).format(record=record)


def later(source: Batch, datasets: Sequence[str]) -> Composable:
    """The batches of some datasets that came after a source and stand."""
    return SQL(
        """select b.id, b.plan from workbench.import_batch b
        left join workbench.import_batch f on f.id = b.part_of
        where b.stage = 'completed' and b.undo_of is null and b.data_type = any({datasets}) and {since}
          and workbench.undone_by(b.id) is null"""
    ).format(datasets=Literal(list(datasets)), since=since(source))


_RECORDS = """
select each.line, t.id as record from {rows} r
cross join lateral unnest(coalesce(r.sources, array[r.line])) as each (line)
{references} {known}
where r.batch_id = {batch} and each.line = any({lines}) and t.id is not null and ({differs})
"""

_WHOLES = """
select each.line, {whole} as record from {rows} r
cross join lateral unnest(coalesce(r.sources, array[r.line])) as each (line)
{references} {known}
where r.batch_id = {batch} and each.line = any({lines}) and t.id is null and {whole} is not null
"""

_WRITERS = """
select w.batch_id as id from workbench.import_outcome w
join workbench.import_batch v on v.id = w.batch_id and v.plan = w.plan
where w.record_id = {record} and w.outcome = 'updated' and v.undo_of is null and not exists (
    select from workbench.import_outcome gone
    join workbench.import_batch u on u.id = gone.batch_id and u.plan = gone.plan
    where gone.record_id = {record} and gone.outcome = 'updated' and u.undo_of = v.id and u.stage = 'completed')
union all select (left({record}::text, 28) || '00000000')::uuid
"""

_LATER = """
with about as materialized ({about}), later as materialized {later}, confirmed as materialized (
    select o.record_id as record, o.batch_id as id from later
    join workbench.import_outcome o on o.batch_id = later.id and o.plan = later.plan
    where o.outcome = 'skipped' and o.reason in ('unchanged', 'kept') and o.record_id in (select record from about)
    union all
    select m.record_id, m.batch_id from later
    join workbench.import_removal m on m.batch_id = later.id and m.plan = later.plan
    where m.record_id in (select record from about)
)
select about.line, (max(coalesce(b.part_of, b.id)::text))::uuid as by
from about cross join lateral (
    {writers} union all select id from confirmed where confirmed.record = about.record
) writer
join workbench.import_batch b on b.id = writer.id and b.stage = 'completed'
left join workbench.import_batch f on f.id = b.part_of
where {since} group by about.line order by about.line
"""
"""`confirmed` are the records that a later import has found as they were, or taken away: it says so all the same."""
