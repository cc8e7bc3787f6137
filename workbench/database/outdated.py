"""Rows that wait, and whose records an import that came later has written, or has no longer: what they say is older
than what is there, and is neither to be written over it nor to be made again.

It is asked of the rows before a sweep is planned (`waiting`: what can be told at once) and of its plan (`planned`: what
it would write, whatever it finds out). Which import came later and says otherwise is one question for both.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from psycopg.sql import SQL, Composable, Identifier, Literal
from psycopg.types.json import Jsonb

from workbench.database.planning import look_up
from workbench.database.store import Store
from workbench.database.target import Target
from workbench.datasets import catalog
from workbench.model.batch import Batch, Run


@dataclass(frozen=True)
class Newer:
    """The import that says otherwise of a row's record."""

    run: UUID
    gone: bool
    """Whether it is a full file that does not name the record, which is not there or was switched off."""


def waiting(store: Store, source: Batch, parts: Sequence[Batch], some: Sequence[int]) -> dict[int, Newer]:
    """Those of `some` lines of a source that would write other values over what a later import has said of a record, or
    make one that a later full file has not, each with the run that said so last. None where all of its `parts` can be
    filled only: then a row fills what is blank, and replaces nothing."""
    if not some or all(catalog.contract(part.dataset).fills for part in parts):
        return {}
    targets = [_target(store, part) for part in parts]
    return _newer(
        store,
        source,
        rows=len(some),
        about=[each for target in targets for each in _differing_rows(target, some)],
        gone=[each for target in targets for each in _gone(target, _rows_without_record(target, some))],
        tables=_same_tables(parts),
    )


def planned(store: Store, source: Batch, run: Run) -> dict[int, Newer]:
    """The lines of a source that would do so as the plan of their sweep has it."""
    targets = [_target(store, part) for part in run.written]
    return _newer(
        store,
        source,
        rows=run.face.processed or 0,
        about=[each for target in targets for each in _planned_changes(target)],
        gone=[each for target in targets for each in _gone(target, _planned_without_record(target))],
        tables=_same_tables(run.written),
    )


def _target(store: Store, part: Batch) -> Target:
    return Target(catalog.contract(part.dataset), part, store.tenant_id, part.plan)


def _same_tables(parts: Sequence[Batch]) -> list[str]:
    """The datasets with records in the tables that some parts write."""
    tables = {(each.family, each.table) for each in (catalog.contract(part.dataset) for part in parts)}
    return [each.name for each in catalog.contracts() if (each.family, each.table) in tables]


def _newer(
    store: Store,
    source: Batch,
    *,
    rows: int,
    about: Sequence[Composable],
    gone: Sequence[Composable],
    tables: Sequence[str],
) -> dict[int, Newer]:
    """The lines, each with the newest import that says otherwise; `about` are questions for lines with their records,
    `gone` for lines with the later full file that does not name their record. So many `rows` are asked about."""
    if not about and not gone:
        return {}
    nothing = SQL("select null::integer, null::uuid where false")
    question = SQL(_LATER).format(
        about=SQL(" union all ").join(about or [nothing]),
        gone=SQL(" union all ").join(gone or [nothing]),
        datasets=Literal(list(tables)),
        since=SQL("coalesce(f.sweep_of, b.sweep_of, f.id, b.id) > {}::uuid").format(
            Literal(source.part_of or source.id)
        ),
    )
    with store.transaction() as connection:
        look_up(connection, rows)
        return {row["line"]: Newer(row["run"], row["gone"]) for row in connection.execute(question)}


_LATER = """
with about (line, record) as materialized ({about}), later as materialized (
    select b.id, b.plan, coalesce(b.part_of, b.id) as run, b.data_type, b.mode, b.mapping -> 'constants' as constants,
           b.processed
    from workbench.import_batch b left join workbench.import_batch f on f.id = b.part_of
    where b.stage = 'completed' and b.undo_of is null and b.data_type = any({datasets}) and {since}
      and workbench.undone_by(b.id) is null
), written as materialized (
    select about.line, coalesce(b.part_of, b.id) as run from about cross join lateral (
        select w.batch_id as id from workbench.import_outcome w
        join workbench.import_batch v on v.id = w.batch_id and v.plan = w.plan
        where w.record_id = about.record and w.outcome = 'updated' and v.undo_of is null and not exists (
            select from workbench.import_outcome back
            join workbench.import_batch u on u.id = back.batch_id and u.plan = back.plan
            where back.record_id = about.record and back.outcome = 'updated' and u.undo_of = v.id
              and u.stage = 'completed')
        union all select (left(about.record::text, 28) || '00000000')::uuid
    ) writer join workbench.import_batch b on b.id = writer.id and b.stage = 'completed'
    left join workbench.import_batch f on f.id = b.part_of where {since}
), others as materialized (
    select line, record from about where (line in (select line from written)) is not true
), confirmed as materialized (
    select o.record_id as record, later.run from later
    join workbench.import_outcome o on o.batch_id = later.id and o.plan = later.plan
    where exists (select from others) and o.outcome = 'skipped' and o.reason in ('unchanged', 'kept')
      and (o.record_id in (select record from others)) is true
)
select line, max(run::text)::uuid as run, bool_or(gone) as gone from (
    select line, run, false as gone from written
    union all select others.line, confirmed.run, false from others join confirmed using (record)
    union all select line, run, true from ({gone}) not_named (line, run)
) said group by line order by line
"""
"""Of lines `about` a record: the imports that made it (its id tells which) or changed it, but for a change that was
taken back; of the `others` those that have found it as it was (`confirmed`): they say so all the same. An import that a
sweep made is as old as the one that its rows came by.

Nobody knows beforehand how many lines are about a record. What is asked whether it is `in` them `is true` is looked up
in a table of theirs, where a join might go through all of them for each row."""


def _differing_rows(target: Target, some: Sequence[int]) -> Iterator[Composable]:
    """The lines whose record is there and says otherwise, and those that would become a part of a record, each with
    that record."""
    contract, names = target.contract, _rows(target, some)
    if tests := list(_differing(target)):
        yield target.compose(_RECORDS, differs=SQL(" or ").join(tests), **names)
    if contract.part_of:
        yield target.compose(_WHOLES, whole=target.found(contract.field(contract.part_of)), **names)


def _rows(target: Target, some: Sequence[int]) -> dict[str, Composable]:
    """The rows `r` that were made of those lines, with their record `t`."""
    made = target.batch.derived or target.batch.by_recipe  # of other rows, and numbered by itself
    references = SQL(" ").join(target.reference_join(field) for field in target.references)
    asked = target.compose(
        """{rows} r cross join lateral unnest(coalesce(r.sources, array[r.line])) as each (line) {references} {known}
        where r.batch_id = {batch} and each.line = any({lines})
          and (r.line = any({lines}) or {made} and r.sources && {lines})""",
        lines=SQL("{}::integer[]").format(Literal(list(some))),
        made=SQL("true" if made else "false"),
        references=references,
        known=target.join_known(),
    )
    return {"asked": asked}


_RECORDS = "select each.line, t.id from {asked} and t.id is not null and ({differs})"
_WHOLES = "select each.line, {whole} from {asked} and t.id is null and {whole} is not null"


def _differing(target: Target) -> Iterator[Composable]:
    """Whether a row says otherwise than its record `t`, by field: what only fills, grows or moves on along an order
    replaces nothing."""
    filling = target.contract.filling
    for field in target.compared:
        stored = SQL("t.{}").format(Identifier(field.target))
        said = target.or_stored(field, target.found(field), stored)
        if target.contract.removal is not None:
            yield SQL("{} is distinct from {}").format(said, stored)
        elif field.merge != filling.field(field.name).merge:
            yield SQL("({0} is not null and {1} is distinct from {0})").format(stored, said)


def _planned_changes(target: Target) -> Iterator[Composable]:
    """The lines of a plan that would replace something in a record, and those that would add a part to one or take it
    away, each with that record."""
    contract, batch, filling = target.contract, target.batch, target.contract.filling
    tests: list[Composable] = [
        SQL("({old} is not null and {new} is distinct from {old})").format(
            new=target.changed(field, target.image(field)), old=target.image(field)
        )
        for field in target.compared
        if field.merge != filling.field(field.name).merge
    ]
    if contract.removal is not None:
        tests.append(SQL("true"))
    if batch.updated and tests:
        yield target.compose(_CHANGED, asked=_plan(target), replaced=SQL(" or ").join(tests))
    if contract.part_of and (batch.created or batch.removed):
        whole = contract.field(contract.part_of).target
        yield target.compose(_REMADE, asked=_plan(target), name=Literal(whole), column=Identifier(whole))


def _plan(target: Target) -> Composable:
    """The outcomes `o` of a plan that write a record, with their rows `r` and that record `t`."""
    return target.compose(
        """workbench.import_outcome o join {rows} r on r.batch_id = o.batch_id and r.line = o.line
        cross join lateral unnest(coalesce(r.sources, array[r.line])) as each (line)
        left join {target} t on t.id = o.record_id
        where o.batch_id = {batch} and o.plan = {plan} and r.batch_id = {batch}"""
    )


_CHANGED = "select each.line, o.record_id from {asked} and o.outcome = 'updated' and ({replaced})"
_REMADE = """
select distinct line, whole from (
    select each.line, o.outcome, coalesce((o.refs ->> {name})::uuid, t.{column}) as whole from {asked}
) o where outcome = 'created' or whole in (
    select (m.before ->> {name})::uuid from workbench.import_removal m where m.batch_id = {batch} and m.plan = {plan})
"""


def _rows_without_record(target: Target, some: Sequence[int]) -> Composable:
    """The lines `each` whose record is not there, or was switched off by an import."""
    return target.compose(
        "{asked} and r.status = 'validated' and (t.id is null or {off})", off=_off(target), **_rows(target, some)
    )


def _planned_without_record(target: Target) -> Composable:
    """The lines `each` of a plan that would make their record, or switch it on again."""
    return target.compose(
        "{asked} and (o.outcome = 'created' or o.outcome = 'updated' and {off})", off=_off(target), asked=_plan(target)
    )


def _off(target: Target) -> Composable:
    """Whether a record `t` was switched off, and not by hand: such a one no import switches on."""
    removal = target.contract.removal
    if removal is None:
        return SQL("false")
    return SQL("(not t.{} and (t.{source} is null or t.{source} <> all({by_hand})))").format(
        Identifier(removal.active), source=Identifier(removal.source), by_hand=Literal(list(removal.by_hand))
    )


def _gone(target: Target, asked: Composable) -> Iterator[Composable]:
    """The lines of what is `asked` for whose record the newest later full file of its scope does not name, each with
    that file's run. A file that names it whatever became of the row has the record."""
    if target.contract.removal is None:
        return
    constants = Literal(Jsonb(target.batch.mapping.get("constants", {})))
    yield target.compose(
        _NOT_NAMED,
        asked=asked,
        scope=_scope(target, SQL("r.payload"), constants),
        theirs=_scope(target, SQL("said.payload"), SQL("later.constants")),
        alone=_scope(target, SQL("null::jsonb"), SQL("later.constants")),
        dataset=Literal(target.contract.name),
    )


def _scope(target: Target, payload: Composable, constants: Composable) -> Composable:
    """What a row, or else its import, says of the fields that tell which records a full file speaks of."""
    removal = target.contract.removal
    assert removal is not None
    said = [
        SQL("coalesce({} ->> {name}, {} ->> {name})").format(payload, constants, name=Literal(name))
        for name in removal.scope
    ]
    return SQL("array[{}]").format(SQL(", ").join(said))


_NOT_NAMED = """
select * from (
    with asked as materialized (
        select distinct each.line, r.external_key as key, {scope} as scope from {asked}
    ), full_file as materialized (
        select scopes.scope, newest.* from (select distinct scope from asked) scopes cross join lateral (
            select later.id, later.run from (select * from later order by id desc) later
            where later.data_type = {dataset} and later.mode in ('preserve', 'replace') and (
                later.processed = 0 and {alone} = scopes.scope
                or exists (select from workbench.import_row said
                           where said.batch_id = later.id and said.status = 'validated' and {theirs} = scopes.scope)
                or exists (select from workbench.import_correction said
                           where said.batch_id = later.id and said.status = 'validated' and {theirs} = scopes.scope))
            order by later.id desc limit 1) newest
    ), named as materialized (
        select batch_id, external_key from workbench.import_row
        where batch_id in (select id from full_file) and (external_key in (select key from asked)) is true
        union all select batch_id, external_key from workbench.import_correction
        where batch_id in (select id from full_file) and (external_key in (select key from asked)) is true
    )
    select asked.line, full_file.run from asked join full_file using (scope)
    where (full_file.id, asked.key) not in (select batch_id, external_key from named)
) not_named
"""
"""The newest is looked for first, and the others only where that speaks of another scope."""
