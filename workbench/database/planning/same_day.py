"""What another import of the same day, of the same kind of source, said otherwise of the records that a plan changes.

Two files of one day that contradict each other end in what the later of them says, and nobody can tell from their dates
which of them that should be: so each record that the later one changes is told with the other import and what it said.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import psycopg
from psycopg.sql import SQL, Composable, Composed, Literal

from workbench.database.expressions import source_line, typed
from workbench.database.target import Target
from workbench.datasets import catalog
from workbench.model.batch import Batch, Run
from workbench.model.contract import Field
from workbench.model.hold import SAME_DAY, Hold
from workbench.model.kinds import KINDS
from workbench.model.wording import many

EXAMPLES = 3
"""So many values are told of an import."""
MOST = 10_000
"""So many of the rows that change a record are looked at, the first: of more it is told that there are others."""
_LONGEST = 60
"""So many characters of each."""
_MIDNIGHT = re.compile(r"^(\d{4}-\d\d-\d\d) 00:00:00\+00$")
_WHOLE_MINUTE = re.compile(r"^(\d{4}-\d\d-\d\d \d\d:\d\d):00\+00$")
"""Times as the database tells them, which a person reads as a day, or to the minute."""


def told(
    connection: psycopg.Connection[Any], run: Run, tenant: UUID, plan: int, changing: list[Batch]
) -> Iterator[Hold]:
    """What is told of that, for each batch of the run that changes records (`changing`) and each other import."""
    others = connection.execute(_OTHERS, {"face": run.face.id}).fetchall() if changing else []
    if not others:
        return
    connection.execute("set local enable_nestloop = on")  # they are few, and looked up one by one
    for batch in changing:
        target = _Changing(catalog.contract(batch.dataset), batch, tenant, plan)
        statement = target.said_otherwise([other["id"] for other in others])
        for each in connection.execute(statement).fetchall() if statement is not None else ():
            part = {"dataset": batch.dataset, "part": catalog.called(batch.dataset)} if run.parts else {}
            told = _sentence(each)
            yield Hold(code=SAME_DAY, field="", message=told, rows=each["rows"], other=each["batch"], **part)
    connection.execute("set local enable_nestloop = off")


_OTHERS = """
select b.id
from workbench.import_batch own
join workbench.import_batch f on f.data_type = own.data_type and f.stage = 'completed' and f.id <> own.id
    and f.part_of is null and f.undo_of is null and f.sweep_of is null
    and f.completed_at >= date_trunc('day', now() at time zone 'UTC') at time zone 'UTC'
    and f.checksum is distinct from own.checksum
join workbench.import_batch b on b.id = f.id or b.part_of = f.id and b.stage = 'completed'
where own.id = %(face)s and own.sweep_of is null and workbench.undone_by(f.id) is null
"""
"""The batches of the other files of the day."""


class _Changing(Target):
    """The updates of one batch's plan, beside what wrote their records last."""

    def said_otherwise(self, others: list[UUID]) -> Composed | None:
        """Of each of the other imports how many of the rows change what it said, and the first of the values; None
        where no field of the batch is replaced by what a row says."""
        plain = [field for field in self.compared if not field.merges and field.merge != "sum" and not field.reference]
        if not plain:
            return None
        return self.compose(
            """
            with others as materialized (
                select b.id, b.plan, f.id as batch, f.file_name as file, f.completed_at as at
                from workbench.import_batch b join workbench.import_batch f on f.id = coalesce(b.part_of, b.id)
                where b.id = any({others}) and b.data_type = {dataset}
            ), updated as materialized (
                select line, record_id, before from workbench.import_outcome
                where batch_id = {batch} and plan = {plan} and outcome = 'updated' order by line limit {most}
            ), wrote as materialized (
                select distinct on (line) * from (
                    select u.line, x.id, x.batch, x.file, x.at,
                           ('x' || right(u.record_id::text, 8))::bit(32)::integer as theirs
                    from updated u join others x on x.id = (left(u.record_id::text, 28) || '00000000')::uuid
                    union all
                    select u.line, x.id, x.batch, x.file, x.at, o.line
                    from updated u
                    join workbench.import_outcome o on o.record_id = u.record_id and o.outcome = 'updated'
                    join others x on x.id = o.batch_id and x.plan = o.plan
                ) each order by line, at desc
            ), told as (
                select w.batch, w.file, w.at, {line} as line, said.field, said.theirs, said.ours
                from wrote w
                join updated o on o.line = w.line
                join {rows} r on r.batch_id = {batch} and r.line = w.line
                join workbench.corrected_row s on s.batch_id = w.id and s.line = w.theirs
                cross join lateral (values {values}) as said (field, was, theirs, ours)
                where said.theirs = said.was and said.ours is distinct from said.was
            )
            select batch::text, file, count(distinct line)::int as rows, count(*)::int as all,
                   (array_agg(jsonb_build_object('line', line, 'field', field, 'theirs', theirs, 'ours', ours)
                              order by line, field))[:{examples}] as values
            from told group by batch, file, at order by at desc""",
            others=Literal(others),
            dataset=Literal(self.contract.name),
            line=source_line(self.batch),
            values=SQL(", ").join(map(self._compared, plain)),
            examples=Literal(EXAMPLES),
            most=Literal(MOST),
        )

    def _compared(self, field: Field) -> Composable:
        """A field with what the record was, what the other row said, and what it becomes."""
        old = self.image(field)
        theirs = typed(SQL("s.payload"), field.name, KINDS[field.kind].sql)
        return SQL("({}, {}::text, {}::text, {}::text)").format(
            Literal(field.name), old, theirs, self.changed(field, old)
        )


def _sentence(other: Mapping[str, Any]) -> str:
    values = [
        f"{each['field'].replace('_', ' ')} {_shown(each['theirs'])} there, {_shown(each['ours'])} here "
        f"(line {each['line']:,})"
        for each in other["values"]
    ]
    if other["all"] > len(values):
        values.append("and others")
    more = " or more" if other["rows"] == MOST else ""
    return (
        f"{other['file']} of the same day (import {other['batch'][:18]}) says otherwise of "
        f"{many(other['rows'], 'record')}{more} that it wrote: {'; '.join(values)}. Whichever is imported last counts."
    )


def _shown(value: str | None) -> str:
    if value is None:
        return "nothing"
    value = _WHOLE_MINUTE.sub(r"\1 UTC", _MIDNIGHT.sub(r"\1", value))
    return value if len(value) <= _LONGEST else f"{value[: _LONGEST - 1]}…"
