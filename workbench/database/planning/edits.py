"""What people have edited since the last import, and a file would put back: kept and told, or overwritten and told.

It is decided field by field, from three values: what the last import said that stands (the base), what the record says,
and what the file says. Where the record is what the base is, nobody has edited it; where it is another, somebody has.
Where there is no base, because no import ever said anything of the field, the file counts.

The base is what the latest completed import has said of the field, be it that it created, changed, left or kept the
record; an import that was undone has said nothing, and a blank cell that keeps what is stored says nothing either.
Where several rows made one record, it is what they said together, as the outcome of the one that counted keeps it.

A plan gives every row its outcome first. Only of rows that would change a record is the base looked up; where some of
them were edited, the plan is written once more under the next number, without what is kept. In `before`, an outcome has
the columns that its update writes: what is kept is not among them, and so neither the commit nor an undo touches it.
"""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import psycopg
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from workbench.database.expressions import typed
from workbench.database.planning.repeats import Ruling
from workbench.database.target import Target
from workbench.datasets import catalog
from workbench.model.batch import Batch
from workbench.model.contract import Contract, Field
from workbench.model.derivation import half_of
from workbench.model.kinds import KINDS
from workbench.model.template import KEEP

_SHOWN = 60
"""So many characters of a value stand in a message."""
_FEW = 1_000
"""Up to so many edited records, earlier rows of theirs are looked up by their key; beyond, whole tables are read."""


def find(
    connection: psycopg.Connection[Any], batch: Batch, tenant: UUID, plan: int, on_edit: str | None, ruling: Ruling
) -> int:
    """Puts the rows of a plan that would overwrite an edit into a table of the transaction, and returns how many they
    are. `on_edit` says whether edits are kept, else the contract; `ruling` of which rows the file counts anyway."""
    edits = _Edits(catalog.contract(batch.dataset), batch, tenant, plan, on_edit=on_edit, ruling=ruling)
    if not edits.merged_fields:
        return 0
    for statement in edits.latest():
        connection.execute(statement)
    before = connection.execute(edits.sources()).fetchall()
    suspected = connection.execute(edits.suspected(before)).rowcount if before else 0
    if not suspected:
        return 0
    if suspected <= _FEW:
        connection.execute("set local enable_seqscan = off")
    connection.execute(edits.confirmed())
    connection.execute("set local enable_seqscan = on")
    return connection.execute(edits.edited()).rowcount


def settle(connection: psycopg.Connection[Any], batch: Batch, plan: int, found: int) -> None:
    """Writes a batch's plan once more under the next number, without what `find` has found to be kept."""
    names: dict[str, Composable] = {"batch": Literal(batch.id), "plan": Literal(plan), "table": _name("edited", batch)}
    connection.execute(SQL(_AGAIN if found else _AS_IT_IS).format(**names))
    connection.execute(SQL(_REMOVALS).format(**names))


_AS_IT_IS = """
insert into workbench.import_outcome
    (tenant_id, batch_id, plan, line, seen, outcome, reason, record_id, refs, settled, before, errors)
select tenant_id, batch_id, {plan} + 1, line, seen, outcome, reason, record_id, refs, settled, before, errors
from workbench.import_outcome where batch_id = {batch} and plan = {plan} order by line
"""

_AGAIN = """
insert into workbench.import_outcome
    (tenant_id, batch_id, plan, line, seen, outcome, reason, record_id, refs, settled, before, errors)
select o.tenant_id, o.batch_id, {plan} + 1, o.line, o.seen,
       case when e.changes_nothing then 'skipped' else o.outcome end,
       case when e.changes_nothing then 'kept' else o.reason end, o.record_id, o.refs,
       o.settled,
       case when e.line is null then o.before when not e.changes_nothing then o.before - e.kept end,
       case when e.line is null then o.errors else coalesce(o.errors, '[]') || e.errors end
from workbench.import_outcome o left join {table} e on e.line = o.line
where o.batch_id = {batch} and o.plan = {plan} order by o.line
"""

_REMOVALS = """
insert into workbench.import_removal (tenant_id, batch_id, plan, record_id, seen, action, before)
select tenant_id, batch_id, {plan} + 1, record_id, seen, action, before
from workbench.import_removal where batch_id = {batch} and plan = {plan}
"""


def kept(connection: psycopg.Connection[Any], batch: Batch) -> int:
    """How many fields of the rows that `find` has found are kept."""
    row = connection.execute(
        SQL("select coalesce(sum(cardinality(kept)), 0)::int as fields from {}").format(_name("edited", batch))
    ).fetchone()
    return int(row["fields"]) if row else 0


def _name(what: str, batch: Batch) -> Identifier:
    return Identifier(f"{what} {batch.id}")


class _Edits(Target):
    """The statements that compare the updates of one batch's plan with what was said before."""

    def __init__(
        self, contract: Contract, batch: Batch, tenant: UUID, plan: int, *, on_edit: str | None, ruling: Ruling
    ) -> None:
        super().__init__(contract, batch, tenant, plan)
        keeps = (on_edit or contract.on_edit) == KEEP
        self._kept = SQL("not ({})").format(ruling.accepts(derived=batch.derived)) if keeps else SQL("false")
        # a reference that is no part of the key is decided by the file alone: its base is an id that no payload has;
        # and a field with a rule of its own by that
        plain = (field for field in self.compared if not field.merges and field.merge != "sum")
        self.merged_fields = tuple(field for field in plain if field.reference is None)
        self.names |= {
            "stands": SQL(_STANDS).format(Literal(contract.name)),
            "batch_of": SQL("(left(u.record_id::text, 28) || '00000000')::uuid"),
            "line_of": SQL("('x' || right(u.record_id::text, 8))::bit(32)::integer"),
            "updated": _name("updated", batch),
            "latest": _name("latest", batch),
            "suspect": _name("suspect", batch),
            "edited": _name("edited", batch),
        }

    def latest(self) -> Iterator[Composed]:
        """The rows that would change a record, and of each the row that made the record or changed it last. A record's
        id tells the batch and the line that made it."""
        yield self.compose(
            """
            create temporary table {updated} on commit drop as
            select line, record_id from workbench.import_outcome
            where batch_id = {batch} and plan = {plan} and outcome = 'updated'"""
        )
        yield self.compose("analyze {updated}")
        yield self.compose(
            """
            create temporary table {latest} on commit drop as
            with {stands}
            select distinct on (line) line, id, theirs, made, clears from (
                select u.line, s.id, {line_of} as theirs, true as made, s.clears, s.at
                from {updated} u join stands s on s.id = {batch_of}
                union all
                select u.line, s.id, o.line, false, s.clears, s.at
                from {updated} u join workbench.import_outcome o on o.record_id = u.record_id and o.outcome = 'updated'
                join stands s on s.id = o.batch_id and s.plan = o.plan
            ) each order by line, at desc, id desc"""
        )
        yield self.compose("analyze {latest}")

    def sources(self) -> Composed:
        """The batches of those rows, and whether rows of them were corrected."""
        return self.compose(
            """
            select b.id, b.revision > 0 as corrected from workbench.import_batch b
            where b.id in (select id from {latest})"""
        )

    def suspected(self, sources: Sequence[dict[str, Any]]) -> Composed:
        """Those whose record is not what that row says: what the record and the file say, and whether that changes.

        A record that says what its last writer said is not asked about any further: most are so, and only a value that
        was edited, confirmed by a file and then edited back would be missed.
        """
        tests, columns = [], []
        for field in self.compared:
            old = self.image(field)
            new = self.changed(field, old)
            changes = SQL("{} is distinct from {}").format(new, old)
            columns.append(
                SQL("{} as {}, {}::text as {}, {}::text as {}").format(
                    changes, _of(field, "changes"), old, _of(field, "record"), new, _of(field, "file")
                )
            )
            if field in self.merged_fields:
                same = SQL("{} and {} is not distinct from {}").format(_says(field), _value(field), old)
                tests.append(SQL("({} and not ({}))").format(changes, same))
        removal = self.contract.removal
        switched = SQL("(o.before ->> {})::boolean").format(Literal(removal.active)) if removal else SQL("true")
        corrected, folds = any(each["corrected"] for each in sources), self.contract.folds
        said = {"w.settled": folds, "c.payload": corrected, "h.payload": True}
        payloads = [SQL(each) for each, is_there in said.items() if is_there]
        return self.compose(
            """
            create temporary table {suspect} on commit drop as
            select o.line, o.record_id, r.external_key, not {switched} as switches, {kept} as keeps, {columns}
            from {latest} l
            join workbench.import_outcome o on o.batch_id = {batch} and o.plan = {plan} and o.line = l.line
            join {rows} r on r.batch_id = {batch} and r.line = l.line
            join (
                select h.batch_id, h.line, {payload} as payload from workbench.import_row h {together} {corrections}
                where h.batch_id = any({sources})
            ) h on h.batch_id = l.id and h.line = l.theirs
            cross join lateral (select h.payload, l.made, l.clears offset 0) s
            where {are}""",
            switched=switched,
            kept=self._kept,
            columns=SQL(", ").join(columns),
            payload=SQL("coalesce({})").format(SQL(", ").join(payloads)),
            together=_TOGETHER.format(Literal([each["id"] for each in sources])) if folds else SQL(""),
            corrections=_corrected("h", "true") if corrected else SQL(""),
            sources=Literal([each["id"] for each in sources]),
            are=SQL(" or ").join(tests),
        )

    def confirmed(self) -> Composed:
        """What any import has said of those, also one that left their records as they were."""
        table = SQL("{suspect}").format(**self.names)
        sources = SQL("{} union all {}").format(self._writers(), self._others())
        return self.compose(
            "create temporary table {said} on commit drop as {bases}",
            said=_name("said", self.batch),
            bases=self._bases(self._said(table, sources)),
        )

    def edited(self) -> Composed:
        """The rows that would overwrite an edit, with what is kept of each and what is told."""
        merged = self.merged_fields
        kept = [SQL("case when {} then {} end").format(self._is_edited(each), Literal(each.target)) for each in merged]
        still: list[Composable] = [SQL("u.switches")]
        for field in self.compared:
            changes = _of(field, "changes", "u")
            still.append(SQL("({} and not {})").format(changes, self._is_edited(field)) if field in merged else changes)
        return self.compose(
            """
            create temporary table {edited} on commit drop as
            select u.line, {kept} as kept, {nothing} as changes_nothing, {errors} as errors
            from {suspect} u join {said} b on b.line = u.line where {are}""",
            said=_name("said", self.batch),
            kept=SQL("case when u.keeps then array_remove(array[{}]::text[], null) else '{{}}' end").format(
                SQL(", ").join(kept)
            ),
            nothing=SQL("u.keeps and not ({})").format(SQL(" or ").join(still)),
            errors=SQL(" || ").join(map(self._told, merged)),
            are=self._any_edited,
        )

    def _is_edited(self, field: Field) -> Composable:
        """Whether a field would change, and is not what was said of it."""
        return SQL("({} and {} and {} is distinct from {})").format(
            _of(field, "changes", "u"), _of(field, "known", "b"), _of(field, "record", "u"), _of(field, "base", "b")
        )

    def _told(self, field: Field) -> Composable:
        """The issue of a field that was edited, or none."""
        record, base, file = (
            SQL("coalesce(left({}, {}), 'nothing')").format(_of(field, name, table), Literal(_SHOWN))
            for name, table in (("record", "u"), ("base", "b"), ("file", "u"))
        )
        message = SQL(
            "case when u.keeps then 'Kept ' else 'Overwrites ' end || {record} || "
            "', edited since the import of ' || to_char({at}, 'YYYY-MM-DD') || case "
            "when {file_} is not distinct from {base_} then '; the file still says ' || {file} "
            "else ', which said ' || {base} || '; the file now says ' || {file} end"
        ).format(
            record=record,
            at=_of(field, "at", "b"),
            file_=_of(field, "file", "u"),
            base_=_of(field, "base", "b"),
            file=file,
            base=base,
        )
        return SQL(
            "case when {} then jsonb_build_array(jsonb_build_object('code', 'edited', 'field', {}, 'message', {}, "
            "'severity', 'warning')) else '[]' end"
        ).format(self._is_edited(field), Literal(field.name), message)

    def _bases(self, said: Composable) -> Composed:
        """For each line the latest value of each field among what was said, and when."""
        latest = [
            SQL(
                "bool_or({knows}) as {known}, (array_agg({value} {latest}))[1] as {base}, "
                "max(at) filter (where {knows}) as {at}"
            ).format(
                knows=_of(field, "says"),
                known=_of(field, "known"),
                value=_of(field, "value"),
                latest=SQL("order by at desc, id desc) filter (where {}").format(_of(field, "says")),
                base=_of(field, "base"),
                at=_of(field, "at"),
            )
            for field in self.merged_fields
        ]
        return SQL("select line, {} from ({}) said group by line").format(SQL(", ").join(latest), said)

    def _said(self, of: Composable, sources: Composable) -> Composed:
        """What rows of earlier imports have said of the records of a table's rows."""
        values = [
            SQL("{} as {}, {}::text as {}").format(_says(field), _of(field, "says"), _value(field), _of(field, "value"))
            for field in self.merged_fields
        ]
        return self.compose(
            """
            with {stands}
            select s.line, s.at, s.id, {values} from ({sources}) s""",
            values=SQL(", ").join(values),
            sources=SQL("with asked as (select line, record_id, external_key from {}) {}").format(of, sources),
        )

    def _writers(self) -> Composed:
        """The rows that made or changed the records."""
        return self.compose(
            """
            select u.line, s.at, s.id, true as made, coalesce(o.settled, c.payload, r.payload) as payload, s.clears
            from asked u
            join stands s on s.id = {batch_of}
            join workbench.import_row r on r.batch_id = s.id and r.line = {line_of}
            join workbench.import_outcome o on o.batch_id = s.id and o.line = r.line and o.plan = s.plan
            {corrected}
            union all
            select a.line, s.at, s.id, false, coalesce(o.settled, c.payload, r.payload), s.clears
            from asked a
            join workbench.import_outcome o on o.record_id = a.record_id and o.outcome = 'updated'
            join stands s on s.id = o.batch_id and s.plan = o.plan
            join workbench.import_row r on r.batch_id = o.batch_id and r.line = o.line
            {corrected}""",
            corrected=_corrected("r", "s.revision > 0"),
        )

    def _others(self) -> Composed:
        """The rows that left the records as they were."""
        return self.compose(
            """
            select a.line, s.at, s.id, false, coalesce(o.settled, c.payload, r.payload), s.clears
            from asked a
            join (
                select batch_id, line, external_key from workbench.import_row
                union all select batch_id, line, external_key from workbench.import_correction
            ) k on k.external_key = a.external_key
            join stands s on s.id = k.batch_id
            join workbench.import_outcome o on o.batch_id = k.batch_id and o.line = k.line and o.plan = s.plan
                and o.outcome = 'skipped' and o.reason in ('unchanged', 'kept') and o.record_id = a.record_id
            join workbench.import_row r on r.batch_id = o.batch_id and r.line = o.line
            {corrected}""",
            corrected=_corrected("r", "s.revision > 0"),
        )

    @property
    def _any_edited(self) -> Composable:
        return SQL("({})").format(SQL(" or ").join(map(self._is_edited, self.merged_fields)))


_STANDS = """
stands as materialized (
    select b.id, b.plan, b.completed_at as at, b.revision, coalesce(b.mapping -> 'clears', '[]') as clears
    from workbench.import_batch b
    where b.data_type = {} and b.stage = 'completed' and b.undo_of is null and not exists (
        select from workbench.import_batch n where n.undo_of = b.id and n.stage = 'completed')
)"""
"""The imports of a dataset that are completed and not undone."""

_TOGETHER = SQL(
    """left join (
        select n.batch_id, n.line, n.settled from workbench.import_outcome n
        join workbench.import_batch b on b.id = n.batch_id and b.plan = n.plan
        where n.batch_id = any({}) and n.settled is not null
    ) w on w.batch_id = h.batch_id and w.line = h.line"""
)
"""What rows of those batches said together with others of their records, where that is not what each alone says."""


def _corrected(row: str, when: str) -> Composable:
    """The last correction of a row, if there is one."""
    return SQL(
        """left join lateral (
            select n.payload from workbench.import_correction n
            where {when} and n.batch_id = {row}.batch_id and n.line = {row}.line order by n.revision desc limit 1
        ) c on true"""
    ).format(when=SQL(when), row=Identifier(row))


def _says(field: Field) -> Composable:
    """Whether a row `s` of an earlier import says anything of a field: one that made the record says all of it."""
    return SQL(
        "(s.made or s.payload ->> {name} is not null or (s.payload ? {name} and s.clears ? {name} and "
        "s.payload ->> {half} is null))"
    ).format(name=Literal(field.name), half=Literal(half_of(field.name)))


def _value(field: Field) -> Composable:
    """What it says: a new record gets what was joined of a part alone, or a default, where the row is blank."""
    sql = KINDS[field.kind].sql
    if sql == "jsonb":
        value, default = typed(SQL("s.payload"), field.name, sql), Literal(field.default)
        return SQL("case when s.made then coalesce({0}, {1}::jsonb) else {0} end").format(value, default)
    name, half, default = Literal(field.name), Literal(half_of(field.name)), Literal(field.default)
    made = SQL("coalesce(s.payload ->> {}, s.payload ->> {}, {})").format(name, half, default)
    said = SQL("case when s.made then {} else s.payload ->> {} end").format(made, name)
    return SQL("({})::{}").format(said, SQL(sql))


def _of(field: Field, what: str, table: str | None = None) -> Identifier:
    """What is known of a field, as a column."""
    column = f"{what} {field.name}"
    return Identifier(table, column) if table is not None else Identifier(column)
