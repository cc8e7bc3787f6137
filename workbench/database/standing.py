"""The SQL of a plan: the rows of a batch as they stand for their records, where several of them may make one together.

A reference that is looked for in several ways is a part of the key by the record that it finds, whatever the row calls
it. The rows of one record say together what none of them says alone: a blank is filled by another of them, a count is
the greatest of all, a status as far as it got.
"""

from typing import Any

import psycopg
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from workbench.database.target import Target, texts, typed
from workbench.model.contract import Field, Forward, With
from workbench.model.kinds import KINDS


def id_of(field: Field) -> Identifier:
    """The column of the record that a reference names."""
    return Identifier(f"id of {field.name}")


def contradicted(field: Field) -> Identifier:
    """The column of what rows of one record say of a field that contradicts each other."""
    return Identifier(f"contradicted {field.name}")


class Standing:
    """The table of such rows, in the transactions of a plan."""

    def __init__(self, target: Target, *, withheld: Composable) -> None:
        """`withheld` is what SQL asks of a row `k`: one that is says nothing with others."""
        self._target = target
        self._withheld = withheld
        contract = target.contract
        self._references = [field for field in contract.key_fields if field.reference is not None]
        self.resolves = any(field.reference and field.reference.by for field in self._references)
        """Whether keys are known only once the records are found that they name."""
        self.folds = contract.folds
        """Whether rows of one key say something together."""
        self.table = Identifier(f"rows of {target.batch.id}")

    def put_down(self, connection: psycopg.Connection[Any]) -> None:
        """Makes the table; no row of it is another than that of the batch."""
        connection.execute(self._rows())
        connection.execute(SQL("create index on {} (line)").format(self.table))
        connection.execute(SQL("analyze {} (batch_id, status, line, external_key)").format(self.table))

    def _rows(self) -> Composed:
        return self._compose(
            """
            create temporary table {table} on commit drop as
            with keyed as materialized (
                select r.tenant_id, r.batch_id, r.line, r.id, {key} as external_key, r.raw, r.payload, r.status,
                       r.errors, {sources} as sources{ids}
                from {came} r {references} where r.batch_id = {batch}
            ), spoken as materialized (
                select k.* from keyed k where k.status = 'validated' and not {withheld}
            ), together as materialized (
                select external_key, jsonb_strip_nulls(jsonb_build_object({filled})) as filled,
                       jsonb_strip_nulls(jsonb_build_object({merged})) as merged{contradicted}
                from spoken k where external_key in (
                    select external_key from spoken where external_key is not null
                    group by external_key having count(*) > 1)
                group by external_key
            )
            select k.tenant_id, k.batch_id, k.line, k.id, k.external_key, k.raw,
                   coalesce(k.payload || t.filled || jsonb_strip_nulls(k.payload) || t.merged, k.payload) as payload,
                   k.status, k.errors, k.sources{columns}, t.external_key is not null as folded{told}
            from keyed k left join together t
                on t.external_key = k.external_key and k.status = 'validated' and not {withheld}""",
            withheld=self._withheld,
            key=self._key(),
            references=SQL(" ").join(map(self._join, self._references if self.resolves else [])),
            ids=SQL("").join(
                SQL(", {}.id as {}").format(Identifier(f"ref {field.name}"), id_of(field)) for field in self._resolved
            ),
            columns=SQL("").join(SQL(", k.{}").format(id_of(field)) for field in self._resolved),
            sources=SQL("null::integer[]" if self._target.batch.revision else "r.sources"),
            filled=self._pairs([self._first(field) for field in self._fillable]),
            merged=self._pairs([self._merged(field) for field in self._merging]),
            contradicted=SQL("").join(
                SQL(", {} as {}").format(self._contradicted(field), contradicted(field))
                for field in self.contradictable
            ),
            told=SQL("").join(SQL(", t.{}").format(contradicted(field)) for field in self.contradictable),
        )

    def has(self, field: Field) -> bool:
        """Whether the table says which record a reference names."""
        return field in self._resolved

    @property
    def contradictable(self) -> list[Field]:
        """The fields of which rows of one record may say what contradicts each other, though one of it counts."""
        return [
            f
            for f in self._target.brought
            if (f.merge in ("first", "sum") and not self._adds(f)) or (isinstance(f.merge, Forward) and f.merge.agrees)
        ]

    def _adds(self, field: Field) -> bool:
        """Whether the values that rows of one record have are parts of one."""
        return field.merge == "sum" and (self._target.batch.derived or self._target.adds_up)

    def _contradicted(self, field: Field) -> Composable:
        """Two lines of the source that contradict each other, and what counts; null where none do."""
        counts = self._merged(field)[1]
        if field.merge in ("first", "sum"):
            counts = SQL("({} #>> '{{}}')").format(counts)
        return self._compose(
            """case when count(distinct {said}) filter (where {counted}) > 1 then
                'Line ' || {first} || ' says ' || min({said}) filter (where {counted})
                || ' and line ' || {last} || ' says ' || max({said}) filter (where {counted})
                || {of} || {counts} || ' counts' end""",
            said=SQL("(k.payload ->> {})").format(Literal(field.name)),
            counted=self._contradicting(field),
            first=self._line_of(field, SQL("asc")),
            last=self._line_of(field, SQL("desc")),
            of=Literal(f" of the same {self._target.contract.noun}: "),
            counts=counts,
        )

    def _line_of(self, field: Field, order: Composable) -> Composable:
        """The source's line that says the first of what contradicts, in that order."""
        return self._compose(
            """(array_agg(coalesce(k.sources[1], k.line) order by {said} {order}, k.line)
                filter (where {counted}))[1]""",
            said=SQL("(k.payload ->> {})").format(Literal(field.name)),
            order=order,
            counted=self._contradicting(field),
        )

    def _contradicting(self, field: Field) -> Composable:
        """Whether what a row says of a field contradicts whatever else another says."""
        said = SQL("(k.payload ->> {})").format(Literal(field.name))
        if isinstance(field.merge, Forward):
            return SQL("{} = any({})").format(said, texts(field.merge.final))
        return SQL("{} is not null").format(said)

    @property
    def _resolved(self) -> list[Field]:
        return [field for field in self._references if field.reference is not None and field.reference.by]

    def _join(self, field: Field) -> Composable:
        """What a reference may name, looked for anew where the table does not have it yet."""
        return Target.reference_join(self._target, field) if self.has(field) else self._target.reference_join(field)

    def _key(self) -> Composable:
        """The key of a row by the records that it names; none while one of them is not there, for nobody knows yet
        whether another row that calls it the same means the same: each of them waits as a row of its own."""
        if not self.resolves:
            return SQL("r.external_key")
        ids = [SQL("{}.id").format(Identifier(f"ref {field.name}")) for field in self._references]
        parts = [
            SQL("{}.id::text").format(Identifier(f"ref {field.name}"))
            if field.reference is not None
            else SQL("(r.payload ->> {})").format(Literal(field.name))
            for field in self._target.contract.key_fields
        ]
        return SQL("case when num_nulls({}) = 0 then concat_ws(chr(31), {}) end").format(
            SQL(", ").join(ids), SQL(", ").join(parts)
        )

    @property
    def _merging(self) -> list[Field]:
        named = self._references if self.resolves else []  # whatever the rows call it, it is one record
        return [field for field in self._target.brought if field.merge != "replace" or field in named]

    @property
    def _fillable(self) -> list[Field]:
        """The fields whose blank is filled by another row of the record; one that erases says something itself."""
        others = self._merging
        return [f for f in self._target.brought if f not in others and f.name not in self._target.clears]

    def _first(self, field: Field) -> tuple[Field, Composable]:
        name = Literal(field.name)
        first = SQL(
            "(array_agg(k.payload -> {name} order by k.line) filter (where k.payload ->> {name} is not null))[1]"
        )
        return field, first.format(name=name)

    def _furthest(self, field: Field, leader: Field) -> tuple[Field, Composable]:
        """What goes with a status, as a row says it whose status counts: of several the same one in any order."""
        assert isinstance(leader.merge, Forward)
        said = SQL(
            "(array_agg(k.payload -> {name} order by array_position({order}, k.payload ->> {status}) desc nulls last, "
            "k.payload ->> {name}) filter (where k.payload ->> {name} is not null))[1]"
        ).format(name=Literal(field.name), status=Literal(leader.name), order=texts(leader.merge.order))
        return field, said

    def _merged(self, field: Field) -> tuple[Field, Composable]:
        said = typed(SQL("k.payload"), field.name, KINDS[field.kind].sql)
        match field.merge:
            case "fill" | "replace" | "first":
                return self._first(field)
            case "sum":
                if not self._adds(field):
                    return self._first(field)
                merged = SQL("trim_scale(sum({}))" if field.kind == "decimal" else "sum({})").format(said)
            case With(field=status) if (leader := self._target.contract.field(status)) in self._target.brought:
                return self._furthest(field, leader)
            case With():
                return self._first(field)
            case Forward(order=order):
                merged = SQL("coalesce(({order})[max(array_position({order}, {said}))], min({said}))").format(
                    said=said, order=texts(order)
                )
            case _:
                merged = SQL("max({})").format(said)
        return field, merged

    def _pairs(self, values: list[tuple[Field, Composable]]) -> Composable:
        return SQL(", ").join(SQL("{}, {}").format(Literal(field.name), value) for field, value in values)

    def _compose(self, statement: str, **more: Composable) -> Composed:
        return self._target.compose(statement, **more, table=self.table)
