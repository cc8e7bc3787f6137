"""The SQL of a plan: the rows of a batch as they stand for their records, where several of them may make one together.

A reference that is looked for in several ways is a part of the key by the record that it finds, whatever the row calls
it. The rows of one record say together what none of them says alone: a blank is filled by another of them, a count is
the greatest of all, a status as far as it got.
"""

from typing import Any

import psycopg
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from workbench.database.expressions import texts, typed
from workbench.database.target import Target
from workbench.model.contract import Field, Forward, With
from workbench.model.derivation import SameAs
from workbench.model.kinds import KINDS


def id_of(field: Field) -> Identifier:
    """The column of the record that a reference names."""
    return Identifier(f"id of {field.name}")


def namesake(field: Field) -> Identifier:
    """The column of what speaks against taking a record for the known one of its name."""
    return Identifier(f"namesake by {field.name}")


def contradicted(field: Field) -> Identifier:
    """The column of what rows of one record say of a field that contradicts each other."""
    return Identifier(f"contradicted {field.name}")


def _first(field: Field) -> Identifier:
    return Identifier(f"first known {field.name}")


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
            with keyed as {once} (
                select r.tenant_id, r.batch_id, r.line, r.id, {key} as external_key, r.raw, {payload} as payload,
                       r.status, r.errors, {sources} as sources{ids}{namesakes}
                from {came} r {references} {first_known} where r.batch_id = {batch}
            ), several as materialized (
                select external_key from keyed k
                where external_key is not null and k.status = 'validated' and not {withheld}
                group by external_key having count(*) > 1
            ), together as materialized (
                select external_key, jsonb_strip_nulls(jsonb_build_object({filled})) as filled,
                       jsonb_strip_nulls(jsonb_build_object({merged})) as merged{contradicted}
                from keyed k where external_key in (select external_key from several)
                    and k.status = 'validated' and not {withheld}
                group by external_key
            )
            select k.tenant_id, k.batch_id, k.line, k.id, k.external_key, k.raw,
                   coalesce(k.payload || t.filled || jsonb_strip_nulls(k.payload) || t.merged, k.payload) as payload,
                   k.status, k.errors, k.sources{columns}{namesaken}, t.external_key is not null as folded{told}
            from keyed k left join together t
                on t.external_key = k.external_key and k.status = 'validated' and not {withheld}""",
            once=SQL("materialized" if self.resolves else "not materialized"),  # rows as they came are read again
            withheld=self._withheld,
            key=self._key(),
            payload=self._payload(),
            first_known=SQL(" ").join(map(self._known_first, self.grown)),
            namesakes=SQL("").join(
                SQL(", {}.told as {}").format(_first(field), namesake(field)) for field in self.grown
            ),
            namesaken=SQL("").join(SQL(", k.{}").format(namesake(field)) for field in self.grown),
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

    @property
    def grown(self) -> list[Field]:
        """The parts of the key by which a record may be known that has got its id since."""
        brought = {field.name for field in self._target.brought}
        return [
            field
            for field in self._target.contract.key_fields
            if self.resolves and field.first_known is not None and {field.name, field.first_known.name} <= brought
        ]

    def _payload(self) -> Composable:
        """What a row says, under the key that its record was first known by."""
        payload: Composable = SQL("r.payload")
        for field in self.grown:
            payload = SQL(
                "case when {first}.key is null then {payload} "
                "else {payload} || jsonb_build_object({name}, {first}.key) end"
            ).format(first=_first(field), payload=payload, name=Literal(field.name))
        return payload

    def _known_first(self, field: Field) -> Composable:
        """The key of the record that a row is of, where it is known by another than the row has; what speaks against
        it, where it is not taken for the one of its name."""
        said = field.first_known
        assert said is not None
        others = [each for each in self._references if each.reference is not None]
        whole = SQL(" || chr(31) || ").join(SQL("{}.id::text").format(Identifier(f"ref {f.name}")) for f in others)
        contract = self._target.contract
        id_, name = contract.field(said.id), contract.field(said.name)
        noun = contract.noun
        has_id = id_ in self._target.brought
        return self._compose(
            """
            left join ({known}) {exact} on {exact}.whole = {whole} and {exact}.key = {said}
            left join (
                select whole, id, min(key) as key from ({known}) known where id is not null
                group by 1, 2 having count(*) = 1
            ) {of_id} on {of_id}.whole = {whole} and {of_id}.id = {id} and {said} = {id}
            left join (
                select whole, name, min(key) as key, min(id) as id, count(*) as records from ({known}) known
                group by 1, 2
            ) {of_name} on {of_name}.whole = {whole} and {of_name}.name = {name}
            left join (
                select {whole} as whole, {name} as name from {came} r {references} where r.batch_id = {batch}
                group by 1, 2 having count(distinct {id}) > 1
            ) {several} on {several}.whole = {whole} and {several}.name = {name}
            cross join lateral (
                select coalesce({of_name}.records = 1 and ({of_name}.id is null or {id} is null or {of_name}.id = {id})
                    and {several}.name is null, false) as is_same
            ) {same}
            cross join lateral (
                select case when {exact}.key is null then coalesce({of_id}.key, case when {same}.is_same then
                           {of_name}.key end) end as key,
                       case when {exact}.key is null and {of_id}.key is null and not {same}.is_same then
                           case when {of_name}.records > 1 then {several_known}
                                when {of_name}.records = 1 and num_nulls({of_name}.id, {id}) = 0 then
                                    {known_otherwise} || {of_name}.id
                                when {of_name}.records = 1 then {several_here} end
                       end as told
            ) {first}""",
            known=self._compose(
                "select {within} as whole, x.{key} as key, x.{id} as id, lower(x.{name}) as name "
                "from {target} x where x.tenant_id = {tenant}",
                within=SQL(" || chr(31) || ").join(SQL("x.{}::text").format(Identifier(f.target)) for f in others),
                key=Identifier(field.target),
                id=Identifier(id_.target),
                name=Identifier(name.target),
            ),
            whole=whole,
            said=SQL("(r.payload ->> {})").format(Literal(field.name)),
            id=SQL("(r.payload ->> {})").format(Literal(id_.name)) if has_id else SQL("null::text"),
            name=SQL("lower(r.payload ->> {})").format(Literal(name.name)),
            references=SQL(" ").join(map(self._join, self._references)),
            several_known=Literal(f"Several {noun}s who are known have this name; this is another one"),
            known_otherwise=Literal(f"A {noun} of this name is known with another {said.id}: "),
            several_here=Literal(f"A {noun} of this name is known, and several here have it; this is another one"),
            first=_first(field),
            exact=Identifier(f"exact {field.name}"),
            of_id=Identifier(f"of id {field.name}"),
            of_name=Identifier(f"of name {field.name}"),
            several=Identifier(f"several {field.name}"),
            same=Identifier(f"same {field.name}"),
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
            """case when count(distinct {same}) filter (where {counted}) > 1 then
                'Line ' || {first} || ' says ' || {says_first} || ' and line ' || {last} || ' says ' || {says_last}
                || {of} || {counts} || ' counts' end""",
            same=self._same(field),
            counted=self._contradicting(field),
            first=self._outermost(field, SQL("coalesce(k.sources[1], k.line)"), SQL("asc")),
            says_first=self._outermost(field, self._said(field), SQL("asc")),
            last=self._outermost(field, SQL("coalesce(k.sources[1], k.line)"), SQL("desc")),
            says_last=self._outermost(field, self._said(field), SQL("desc")),
            of=Literal(f" of the same {self._target.contract.noun}: "),
            counts=counts,
        )

    def _outermost(self, field: Field, what: Composable, order: Composable) -> Composable:
        """What SQL asks of the first row that says the first of what contradicts, in that order."""
        return self._compose(
            "(array_agg({what} order by {same} {order}, k.line) filter (where {counted}))[1]",
            what=what,
            same=self._same(field),
            order=order,
            counted=self._contradicting(field),
        )

    def _said(self, field: Field) -> Composable:
        return SQL("(k.payload ->> {})").format(Literal(field.name))

    def _same(self, field: Field) -> Composable:
        """What two rows say alike: a name that records are looked up by is the same in any case."""
        alike = (each for each in self._target.contract.fields if each.derive == SameAs(field=field.name))
        lookup = next((each for each in alike if each.kind == "lookup"), None)
        if lookup is None:
            return self._said(field)
        return SQL("coalesce(k.payload ->> {}, lower({}))").format(Literal(lookup.name), self._said(field))

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
            else self._part(field)
            for field in self._target.contract.key_fields
        ]
        return SQL("case when num_nulls({}) = 0 then concat_ws(chr(31), {}) end").format(
            SQL(", ").join(ids), SQL(", ").join(parts)
        )

    def _part(self, field: Field) -> Composable:
        """A part of the key as the row says it, or as its record was first known."""
        said = SQL("(r.payload ->> {})").format(Literal(field.name))
        return SQL("coalesce({}.key, {})").format(_first(field), said) if field in self.grown else said

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
