"""Rows that were unmatched when they came, imported once what they refer to is there: by a run of their own, which the
first one then names."""

from collections.abc import Mapping as Pairs
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc
from psycopg import Connection
from psycopg.sql import SQL, Composable, Composed, Literal

from workbench.database import at_work, batches, committing, outdated, planning, rows, run_parts, staging, superseding
from workbench.database.import_lists import STANDS
from workbench.database.outdated import Newer
from workbench.database.planning import rolling_up, wholes
from workbench.database.progress import reporting, silent
from workbench.database.store import Store
from workbench.database.target import Target
from workbench.datasets import catalog
from workbench.model.batch import Batch, Run, new_id
from workbench.model.errors import NotWaiting, StillRefused, UnknownHeader, WorkbenchError
from workbench.model.playbook import Playbook
from workbench.model.sheet import Chunk, Reading, Sheet
from workbench.model.template import Mapping
from workbench.prepare.cleaning import hanging, refuse_alone

Cells = Pairs[int, Pairs[str, str]]
"""What a person says of cells: {line: {header: text}}."""


def waiting(store: Store, datasets: Sequence[str], *, others: bool = False) -> list[Batch]:
    """The completed imports under those playbooks, or under all `others`, that have unmatched rows which nobody has
    explained or resolved, the oldest first; none that was undone or signed off."""
    found = batches.find(store, _WAITING, {"datasets": list(datasets), "others": others}, 10_000)
    return found[::-1]


_WAITING = f"""
stage = 'completed' and undo_of is null and unmatched > 0 and not derived
and (coalesce((select f.data_type from workbench.import_batch f where f.id = import_batch.part_of), data_type)
     = any(%(datasets)s)) <> %(others)s
and not exists (select from workbench.import_batch p where p.part_of = import_batch.id and not p.derived)
and {STANDS}
and not exists (select from workbench.sign_off s where s.batch_id in (import_batch.id, import_batch.part_of))
and unmatched > (
    select count(*) from workbench.import_explanation e join workbench.import_outcome o using (batch_id, line)
    where e.batch_id = import_batch.id and o.plan = import_batch.plan and o.outcome = 'unmatched'
      and workbench.settles(e, o.outcome))
"""


@dataclass(frozen=True)
class Waiting:
    """The unmatched rows of a source all of whose references are there now, by their lines."""

    ready: list[int]
    """Those that a sweep brings in."""
    outdated: dict[int, Newer]
    """Those that it leaves out, for a later import has said otherwise of what they are about."""


def resolvable(store: Store, batch: Batch, *, again: bool = True) -> Waiting:
    """The lines of a source whose rows are unmatched, and all of whose references are there now; with `again` also
    those that a sweep brought in which somebody took back, or left out. None of a sheet whose rows go in together with
    those of another, nor where what a recipe makes of a row hangs on others."""
    parts = [part for part in batches.parts(store, batch.id) if part.derived] or [batch]
    found = _found(store, batch, parts, again=again)
    old = outdated.waiting(store, batch, parts, found)
    if old:
        newest = max(old.values(), key=attrgetter("run"))
        old = dict.fromkeys(sorted(_siblings(store, batch, list(old)) & {*found}), newest) | old
    return Waiting(ready=[line for line in found if line not in old], outdated=old)


def _found(store: Store, batch: Batch, parts: Sequence[Batch], *, again: bool) -> list[int]:
    """The lines of a source that wait, and all of whose references are there."""
    if of_two_sheets(store, batch) or hanging(Mapping.from_dict(batch.mapping).recipe) is not None:
        return []
    asked = [_asked(store, part) for part in parts if part.unmatched]
    if not asked:
        return []
    found: Composable = SQL(" union all ").join(asked)
    if goes_together(batch):
        found = _together(batch, found)
    question = SQL(
        """select line from ({asked}) each
        where not exists (select from workbench.import_explanation e where e.batch_id = {batch} and e.line = each.line)
          and ({again} or line not in (
              select r.line from workbench.import_batch s join workbench.import_row r on r.batch_id = s.id
              join workbench.import_batch u on u.undo_of = s.id and u.stage = 'completed' where s.sweep_of = {batch}
              union all
              select jsonb_array_elements_text(s.summary -> 'left_out')::integer from workbench.import_batch s
              where s.sweep_of = {batch} and s.stage = 'failed'))
        group by line having bool_and(found) order by line"""
    ).format(asked=found, batch=Literal(batch.id), again=Literal(again))
    with store.transaction() as connection:
        planning.look_up(connection, sum(part.unmatched or 0 for part in parts))
        return [row["line"] for row in connection.execute(question)]


def of_two_sheets(store: Store, batch: Batch) -> bool:
    """Whether the records that a sheet's rows are of have rows in another sheet of its run as well."""
    if batch.part_of is None or batch.derived:
        return False
    return any(batch in (pair.heads, pair.parts) for pair in wholes.pairs(batches.run(store, batch)))


def goes_together(batch: Batch) -> bool:
    """Whether none of a source's rows of one key comes in without the others."""
    plain = catalog.CONTRACTS.get(batch.dataset)
    return bool(batch.summary.get("together")) or (plain is not None and plain.adds_up)


def _together(batch: Batch, asked: Composable) -> Composable:
    """Whether the references are there of all unmatched rows of a key: where its rows go together, none is brought in
    without the others, nor while one of them is invalid, or explained to stay out."""
    return SQL(
        """select s.line, key.found from (
            select s.external_key, coalesce(bool_and(each.found), true)
                   and not bool_or(o.outcome = 'invalid' or e.line is not null) as found
            from {rows} s join workbench.import_outcome o on o.batch_id = s.batch_id and o.line = s.line
            left join (
                select line, bool_and(found) as found from ({asked}) every group by line
            ) each on each.line = s.line
            left join workbench.import_explanation e on e.batch_id = s.batch_id and e.line = s.line
            where s.batch_id = {batch} and o.batch_id = {batch} and o.plan = {plan}
              and o.outcome in ('unmatched', 'invalid')
            group by s.external_key having count(each.line) > 0
        ) key join {rows} s on s.external_key = key.external_key
        where s.batch_id = {batch}"""
    ).format(asked=asked, rows=rolling_up.rows_of(batch), batch=Literal(batch.id), plan=Literal(batch.plan))


def _asked(store: Store, part: Batch) -> Composed:
    """The lines of the source that a part's unmatched rows were made of, and whether their references are there: of
    those that may name another row of the part, also where that waits as well and is held up by nothing else."""
    target = Target(catalog.contract(part.dataset), part, store.tenant_id, part.plan)
    awaited = [target.is_there(field) for field in target.contract.needed if field.awaited]
    strict = [
        (field, field.reference) for field in target.references if field.reference and not field.reference.optional
    ]
    own = [field for field, reference in strict if reference.ahead and reference.dataset == target.contract.name]
    found = [*(target.is_found(field) for field, _ in strict if field not in own), *awaited]
    asked = target.compose(
        """
        select each.line, {found} as found{awaits}
        from workbench.import_outcome o join {rows} r on r.batch_id = o.batch_id and r.line = o.line
        cross join lateral unnest(coalesce(r.sources, array[r.line])) as each (line)
        {references} {known}
        where o.batch_id = {batch} and o.plan = {plan} and o.outcome = 'unmatched' and r.batch_id = {batch}""",
        known=target.join_known() if awaited else SQL(""),
        found=SQL(" and ").join(found) if found else SQL("true" if own else "false"),
        awaits=SQL(", r.external_key as key, array_remove(array[{}], null) as awaits").format(
            SQL(", ").join(
                SQL("case when not {} then {} end").format(target.is_found(field), target.value(field)) for field in own
            )
        )
        if own
        else SQL(""),
        references=SQL(" ").join(target.reference_join(field) for field in target.references),
    )
    return SQL(_AMONG).format(asked=asked) if own else asked


_AMONG = """(
    with recursive asked as materialized ({asked}), awaiting as materialized (
        select line, key, unnest(awaits) as awaits from asked
    ), held_up (line, key) as (
        select line, key from asked where not found
        union
        select line, key from awaiting where awaits not in (select key from asked where key is not null)
        union
        select a.line, a.key from held_up h join awaiting a on a.awaits = h.key
    ) select line, line not in (select line from held_up) as found from asked
)"""


def sweep(store: Store, home: Path, batch: Batch, playbook: Playbook | None, after: UUID | None = None) -> Batch | None:
    """Imports the rows of a source that are unmatched no more, and says so of them; None when there are none.

    What is still refused for another reason is left out, and waits. What later imports have said of a record stands:
    the rows only fill what is blank there, and where their dataset knows no filling, they stay out. `after` is the
    batch that has set it off: then a person has to ask for what somebody took back or what was left out before. What a
    source of Salesforce has told anew since is not brought in.
    """
    lines, filling = resolvable(store, batch, again=after is None).ready, False
    if lines and playbook is not None and playbook.extracts:
        lines = superseding.settle(store, batch, playbook, lines)
    while lines:
        run = _staged(store, home, batch, playbook, lines, {"after": str(after) if after else None, "fills": filling})
        planning.plan(store, run, playbook, seconds=lambda: 0.0)
        run = batches.run(store, run.face)
        refused = {row["line"] for row in store.all(_REFUSED, {"batch": run.face.id, "plan": run.face.plan})}
        old = set() if filling else {*outdated.planned(store, batch, run)}
        old = (old | _siblings(store, batch, list(old))) - refused
        if not refused | old:
            try:
                committing.commit(store, run, seconds=lambda: 0.0, also=partial(_resolve, store, run))
            except WorkbenchError as refusal:  # another has just brought them in
                batches.fail_quietly(store, run.face.id, str(refusal))
                raise
            return batches.get(store, run.face)
        fills = all(catalog.contract(part.dataset).fills for part in run.written)
        left_out = refused if fills else refused | old
        batches.move(store, run.face.id, summary={"left_out": sorted(left_out)})
        batches.fail(store, run.face.id, f"{len(refused | old)} of its rows still cannot be imported.")
        lines = [line for line in lines if line not in refused | old]
        if not lines and fills:
            lines, filling = sorted(old), True
    return None


def supply(store: Store, home: Path, batch: Batch, playbook: Playbook | None, said: Cells) -> Batch:
    """Imports unmatched rows with what a person says of their cells ({line: {header: text}}): all of them or none.

    The rows stay as they came; what was said is in the run that imports them, and in the audit log. Raises
    UnknownHeader, NotWaiting for a line that does not wait, StillRefused, and WrongRecipe where what a recipe makes of
    a row hangs on others.
    """
    for header in dict.fromkeys(header for cells in said.values() for header in cells):
        if header not in batch.headers:
            raise UnknownHeader(header=header, known=", ".join(batch.headers))
    refuse_alone(Mapping.from_dict(batch.mapping).recipe)
    if of_two_sheets(store, batch):
        raise StillRefused(line=min(said), batch=batch.id, why=wholes.again(batch, batches.run(store, batch)))
    waiting = {row["line"] for row in store.all(_WAITS, {"batch": batch.id, "lines": list(said)})}
    if missing := sorted(said.keys() - waiting):
        raise NotWaiting(batch=batch.id, lines=", ".join(map(str, missing[:20])))
    lines = {*said, *_siblings(store, batch, list(said))}
    run = _staged(store, home, batch, playbook, sorted(lines), {"after": None}, said)
    planning.plan(store, run, playbook, seconds=lambda: 0.0)
    run = batches.run(store, run.face)
    try:
        refused = store.one(_WHY, (run.face.id,))
        if refused is not None:
            why = "; ".join(issue["message"] for issue in refused["issues"] if issue["severity"] == "error")
            raise StillRefused(line=refused["line"], batch=batch.id, why=why)
        committing.commit(store, run, seconds=lambda: 0.0, also=partial(_resolve, store, run, said=said))
    except WorkbenchError as refusal:
        batches.fail_quietly(store, run.face.id, str(refusal))
        raise
    return batches.get(store, run.face)


def _siblings(store: Store, batch: Batch, lines: Sequence[int]) -> set[int]:
    """The lines of the source whose rows go together with those."""
    if not goes_together(batch):
        return set()
    question = SQL(
        """select s.line from {rows} s where s.batch_id = {batch} and s.external_key in (
            select k.external_key from {rows} k where k.batch_id = {batch} and k.line = any({lines}))"""
    ).format(rows=rolling_up.rows_of(batch), batch=Literal(batch.id), lines=Literal(list(lines)))
    with store.transaction() as connection:
        planning.look_up(connection, len(lines))
        return {row["line"] for row in connection.execute(question)}


def _staged(
    store: Store,
    home: Path,
    batch: Batch,
    playbook: Playbook | None,
    lines: Sequence[int],
    summary: dict[str, Any],
    said: Cells | None = None,
) -> Run:
    """A run of some rows of a batch, with what a person has `said` of their cells."""
    new = new_id()
    reading = Reading(format=str(batch.reading.get("format")), header_line=batch.reading.get("header_line") or 1)
    sheet = Sheet(
        name=batch.file_name,
        headers=batch.headers,
        checksum=batch.checksum or "",
        size=0,
        reading=reading,
        read=lambda tally: (_supplied(chunk, said or {}) for chunk in rows.chunks(store, batch, lines)),
    )
    with at_work.working(store, new):
        face, *parts = run_parts.of_rows(batch, playbook, new)
        batches.begin(store, {**face, "summary": summary}, *parts)
        run = batches.run(store, new)
        with reporting(store, new, silent) as progress:
            staging.fill(store, home, run, progress, playbook=playbook, sheets={batch.dataset: sheet})
    return batches.run(store, new)


def _supplied(chunk: Chunk, said: Cells) -> Chunk:
    """The rows of a chunk with what is said of their cells."""
    cells = chunk.cells
    for header in dict.fromkeys(header for each in said.values() for header in each):
        lines = chunk.lines.to_pylist()
        texts = [said.get(line, {}).get(header) for line in lines]
        place = cells.schema.get_field_index(header)
        column = pc.coalesce(pa.array(texts, pa.string()), cells.column(place))
        cells = cells.set_column(place, header, column)
    return replace(chunk, cells=cells)


def _resolve(store: Store, run: Run, connection: Connection[Any], said: Cells | None = None) -> None:
    which = {"run": run.face.id, "of": run.face.sweep_of, "plan": run.face.plan, "tenant": store.tenant_id}
    connection.execute(_RESOLVED, {**which, "user": store.user, "reason": f"Resolved by run {run.face.id}"})
    store.note("resolved", run.face.sweep_of, by=str(run.face.id), rows=run.face.processed)
    if said:
        store.note("supplied", run.face.sweep_of, by=str(run.face.id), cells={str(line): said[line] for line in said})


_WAITS = """
select line from workbench.import_result
where batch_id = %(batch)s and line = any(%(lines)s) and planned_outcome = 'unmatched' and explanation is null
"""

_WHY = """
select line, coalesce(errors, '[]') as issues from workbench.import_result
where batch_id = %s and planned_outcome in ('unmatched', 'invalid') order by line limit 1
"""

_REFUSED = """
select line from workbench.import_outcome
where batch_id = %(batch)s and plan = %(plan)s and outcome in ('unmatched', 'invalid')
"""

_RESOLVED = """
insert into workbench.import_explanation (tenant_id, batch_id, line, reason, explained_by, resolved_by)
select %(tenant)s, %(of)s, line, %(reason)s, %(user)s, %(run)s from workbench.import_outcome
where batch_id = %(run)s and plan = %(plan)s
"""
