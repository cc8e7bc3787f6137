"""A batch's contract as SQL: its table, what a row's values are there, and which records are its own."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from psycopg.sql import SQL, Composable, Composed, Identifier, Literal
from psycopg.types.json import Jsonb

from workbench.database.store import Store
from workbench.datasets import catalog
from workbench.model.batch import Batch
from workbench.model.contract import Contract, Field, Forward, Reference, Sought, With, half_of
from workbench.model.issue import NAMES
from workbench.model.kinds import KINDS


class Target:
    """What the statements of one batch's plan have in common. Names are quoted, values are literals; nothing of a file
    ever becomes SQL."""

    def __init__(self, contract: Contract, batch: Batch, tenant: UUID, plan: int) -> None:
        self.contract = contract
        self.batch = batch
        self.tenant = tenant
        self.mode = batch.mode
        self.plan = plan
        self.which = {"batch": batch.id, "plan": plan}
        self.target = Identifier(contract.family, contract.table)
        self.names: dict[str, Composable] = {
            "target": self.target,
            "tenant": SQL("{}::uuid").format(Literal(tenant)),
            "batch": SQL("{}::uuid").format(Literal(batch.id)),
            "plan": Literal(plan),
            # the view costs a join, and most batches were never corrected
            "rows": Identifier("workbench", "corrected_row" if batch.revision else "import_row"),
        }
        self.names["came"] = self.names["rows"]
        brought = set(batch.fields)
        self.brought = tuple(field for field in contract.stored if field.name in brought)
        if contract.folds:
            self.names["rows"] = self.compose(
                _SETTLED, sources=SQL("null::integer[]" if batch.revision else "i.sources")
            )
        self.clears = frozenset(batch.mapping.get("clears", ()))
        self.halves = frozenset(batch.summary.get("halves", ()))
        self.lenient = frozenset(batch.mapping.get("lenient", ()))
        self.keeps = bool(batch.summary.get("kept"))
        """Whether it keeps what people edited: such a field is none of those in an outcome's before-image."""

    def compose(self, statement: str, **more: Composable) -> Composed:
        return SQL(statement).format(**self.names, **more)

    @property
    def adds_up(self) -> bool:
        """Whether several rows of one record are parts of it, in a file of the dataset itself."""
        return self.contract.adds_up and (self.batch.by_recipe or not self.batch.derived)

    @property
    def compared(self) -> tuple[Field, ...]:
        """The brought fields that an update may change."""
        return tuple(field for field in self.brought if field.name not in self.contract.key and not field.once)

    @property
    def protected(self) -> tuple[Field, ...]:
        """Those of them that a person's note protects."""
        return tuple(field for field in self.compared if field.protected_by is not None)

    def created(self, field: Field) -> Composable | None:
        """What a new record gets: the row's value, be it joined of a part alone, else the contract's default; None when
        there is neither."""
        value = self._written(field)
        if value is not None and field.name in self.halves:
            value = SQL("coalesce({}, {})").format(value, self.half(field))
        if field.default is None:
            return value
        default = SQL("{}::{}").format(Literal(field.default), SQL(KINDS[field.kind].sql))
        return SQL("coalesce({}, {})").format(value, default) if value is not None else default

    def changed(self, field: Field, stored: Composable) -> Composable:
        """What a changed record gets: the row's value; a blank keeps what is stored, unless the template clears it. A
        wrong cell that was left out is no blank one."""
        value = self._written(field)
        assert value is not None
        changed = self.or_stored(field, value, stored)
        return (
            SQL("case when {} then {} else {} end").format(self.writes(field), changed, stored)
            if self.keeps
            else changed
        )

    def writes(self, field: Field, image: str = "o.before") -> Composable:
        """Whether an update writes a field, as its before-image says."""
        return SQL("{} ? {}").format(SQL(image), Literal(field.target))

    def image(self, field: Field, image: str = "o.before") -> Composable:
        """What a field was, as a before-image says, that of an outcome `o` for one; typed."""
        sql = "uuid" if field.reference is not None else KINDS[field.kind].sql
        return typed(SQL(image), field.target, sql)

    def or_stored(self, field: Field, value: Composable, stored: Composable) -> Composable:
        """A row's value, or what is stored where a blank keeps that; what was joined of a part alone keeps it too."""
        if field.name not in self.clears:
            return SQL("coalesce({}, {})").format(value, stored)
        keeps = [SQL("not {}").format(self.is_said(field))] if field.name in self.lenient else []
        keeps += [SQL("{} is not null").format(self.half(field))] if field.name in self.halves else []
        if not keeps:
            return value
        return SQL("case when {} then {} else {} end").format(SQL(" or ").join(keeps), stored, value)

    def is_said(self, field: Field) -> Composable:
        """Whether the row says anything of a field, be it that there is nothing."""
        return SQL("r.payload ? {}").format(Literal(field.name))

    def _written(self, field: Field) -> Composable | None:
        """A row's value for a field at the commit: references as the plan found them; None for a field it does not
        bring."""
        if field not in self.brought:
            return None
        if field.reference is not None:
            return SQL("(o.refs ->> {})::uuid").format(Literal(field.target))
        return self.value(field)

    def half(self, field: Field, row: str = "r") -> Composable:
        """A row's value for a field that was joined of a part of its ingredients alone."""
        return SQL("({}.payload ->> {})").format(Identifier(row), Literal(half_of(field.name)))

    @property
    def references(self) -> tuple[Field, ...]:
        """The brought fields that name records of other contracts."""
        return tuple(field for field in self.brought if field.reference is not None)

    def reference_join(self, field: Field) -> Composable:
        """The records that a reference of the rows `r` may name, as "ref <field>"."""
        assert field.reference is not None
        if field.reference.by:
            return SQL(" ").join(Ways(self, field, self.known(field)).joins())
        other = catalog.contract(field.reference.dataset)
        alias = Identifier(f"ref {field.name}")
        if field.reference.also:
            return self.compose(
                "left join (select x.*, x.{of} as its_key from {known} x{also}) {alias} on {alias}.its_key = {said}",
                of=Identifier(other.field(field.reference.field).target),
                known=self.known(field),
                also=self.also(field, SQL("x.*")),
                alias=alias,
                said=self.value(field),
            )
        if field.reference.having:
            return self.compose(
                "left join (select x.id, x.{of} as its_key from {known} x where {having}) {alias} "
                "on {alias}.its_key = {said}",
                of=Identifier(other.field(field.reference.field).target),
                known=self.known(field),
                having=self.having(field.reference),
                alias=alias,
                said=self.value(field),
            )
        return SQL("left join {} {} on {}.tenant_id = {} and {}.{} = {} and {}").format(
            Identifier(other.family, other.table),
            alias,
            alias,
            self.names["tenant"],
            alias,
            Identifier(other.field(field.reference.field).target),
            self.value(field),
            slice_of(other, f"ref {field.name}"),
        )

    def having(self, reference: Reference) -> Composable:
        """Whether a record of the dataset that has to refer to the record `x` does."""
        if not reference.having:
            return SQL("true")
        of = catalog.contract(reference.having)
        refers = next(f for f in of.references if f.reference and f.reference.dataset == reference.dataset)
        return self.compose(
            "x.id in (select h.{refers} from {of} h where h.tenant_id = {tenant})",
            refers=Identifier(refers.target),
            of=Identifier(of.family, of.table),
        )

    def also(self, field: Field, columns: Composable, created: Composable | None = None) -> Composable:
        """Further records `x` that a reference may name, with what does so: by another field of theirs, which they are
        alone in, where that is no record's key, nor one of those that are `created` (a question)."""
        reference = field.reference
        if reference is None or not reference.also:
            return SQL("")
        other = catalog.contract(reference.dataset)
        return self.compose(
            """ union all select {columns}, x.{also} from {known} x
            where x.{also} in (select y.{also} from {known} y group by 1 having count(*) = 1)
              and x.{also} not in (select y.{of} from {known} y){unless}""",
            columns=columns,
            also=Identifier(other.field(reference.also).target),
            of=Identifier(other.field(reference.field).target),
            known=self.known(field),
            unless=SQL("")
            if created is None
            else SQL(" and x.{} not in ({})").format(Identifier(other.field(reference.also).target), created),
        )

    def not_found(self, field: Field) -> Composable:
        """The sentence of a reference of the rows `r` that names nothing."""
        assert field.reference is not None
        if field.reference.by:
            return Ways(self, field, self.known(field)).not_found()
        text = SQL("(r.payload ->> {})").format(Literal(field.name))
        return quoted(Literal(field.reference.message), text)

    def place(self, field: Field) -> Composable | None:
        """Where the record of a reference of the rows `r` has to be; None when it may be anywhere."""
        return Ways(self, field, self.known(field)).place

    def known(self, field: Field) -> Composable:
        """The records that a reference may name, as `x`."""
        assert field.reference is not None
        other = catalog.contract(field.reference.dataset)
        return SQL("(select * from {} x where x.tenant_id = {} and {})").format(
            Identifier(other.family, other.table), self.names["tenant"], slice_of(other, "x")
        )

    def merged(
        self,
        field: Field,
        value: Composable,
        stored: Composable,
        protected: Composable,
        note: Composable,
        leads: Composable | None = None,
    ) -> Composable:
        """What a changed record gets of a row's value and what is stored; `protected` is what a person has noted,
        `note` what the row itself notes: then a status is the person's word, and may go back. `leads` is whether the
        row's status counts that the field goes with."""
        names = {"value": value, "stored": stored, "protected": protected, "note": note}
        merged: Composable
        match field.merge:
            case With() if leads is not None:
                merged = SQL("case when {leads} then {said} else {stored} end").format(
                    **names, leads=leads, said=self.or_stored(field, value, stored)
                )
            case "fill":
                merged = SQL("coalesce({stored}, {value})").format(**names)
            case "greatest":
                merged = SQL("greatest({stored}, {value})").format(**names)
            case Forward(order=order):
                merged = SQL(
                    "case when {stored} is null or {note} is not null or array_position({order}, {value}) > "
                    "array_position({order}, {stored}) then coalesce({value}, {stored}) else {stored} end"
                ).format(**names, order=texts(order))
            case _:
                merged = self.or_stored(field, value, stored)
        if field.protected_by is None:
            return merged
        return SQL("case when {protected} is null then {merged} else {stored} end").format(**names, merged=merged)

    def is_found(self, field: Field) -> Composable:
        """Whether what a reference of a row named in vain, as its outcome `o` says, is there now; what could not be
        looked for then, for its place was not known, has to be there too."""
        assert field.reference is not None
        if field.reference.by:
            return SQL("(r.payload ->> {} is null or {}.id is not null)").format(
                Literal(field.name), Identifier(f"ref {field.name}")
            )
        missed = Literal(Jsonb([{"code": f"{field.reference.noun}_not_found"}]))
        return SQL("(not coalesce(o.errors, '[]') @> {} or {}.id is not null)").format(
            missed, Identifier(f"ref {field.name}")
        )

    def is_there(self, field: Field) -> Composable:
        """Whether the record of a row that waited for what one of its fields says, as its outcome `o` has it, is there
        now, as `t`."""
        missed = Literal(Jsonb([{"code": f"{field.awaited}_not_found"}]))
        return SQL("(not coalesce(o.errors, '[]') @> {} or t.id is not null)").format(missed)

    def join_known(self) -> Composable:
        """The records that the rows `r` are about, by their key, as `t`."""
        return self.compose("left join {target} t on t.tenant_id = {tenant} and {matches}", matches=self.matches("r"))

    def found(self, field: Field) -> Composable:
        """The id of the record that a reference found, or a plain field's value."""
        return SQL("{}.id").format(Identifier(f"ref {field.name}")) if field.reference else self.value(field)

    def matches(self, row: str) -> Composable:
        """The natural key against the table."""
        first, *rest = self.contract.key_fields
        if not rest and first.reference is None and KINDS[first.kind].sql == "text":
            return SQL("t.{} = {}.external_key").format(Identifier(first.target), Identifier(row))
        return SQL(" and ").join(
            SQL("t.{} = {}").format(Identifier(field.target), self.found(field)) for field in self.contract.key_fields
        )

    def value(self, field: Field, row: str = "r") -> Composable:
        """A row's value for a field, typed."""
        return typed(SQL("{}.payload").format(Identifier(row)), field.name, KINDS[field.kind].sql)


_SHOWN = 60
"""So many characters of what a row names stand in a message."""


def quoted(told: Composable, text: Composable) -> Composable:
    """A sentence with a text of a row behind it, the beginning of a long one: SKU not found: 'AB-12'."""
    return SQL(
        "concat({told}, {names}, left({text}, {most}), case when length({text}) > {most} then '…' end, {end})"
    ).format(told=told, names=Literal(NAMES), text=text, most=Literal(_SHOWN), end=Literal("'"))


_SETTLED = """(
    select i.tenant_id, i.batch_id, i.line, i.id, i.external_key, i.raw, coalesce(s.settled, i.payload) as payload,
           i.status, i.errors, {sources} as sources
    from {came} i left join workbench.import_outcome s on s.batch_id = {batch} and s.plan = {plan} and s.line = i.line
    where i.batch_id = {batch}
)"""
"""The rows of a batch, each that makes or changes a record with what that gets."""


def typed(values: Composable, name: str, sql: str) -> Composable:
    """What a JSON object has under a name, as a column of that type has it. What is JSON itself is taken as it is: read
    as a text, "123" would become a number."""
    if sql == "jsonb":
        return SQL("nullif({} -> {}, 'null')").format(values, Literal(name))
    return SQL("({} ->> {})::{}").format(values, Literal(name), SQL(sql))


def texts(of: Sequence[str]) -> Composable:
    """A list of texts."""
    return SQL("{}::text[]").format(Literal(list(of)))


class Ways:
    """The ways in which a reference of the rows `r` is looked for, set-based: each is a join with what it would find,
    and the first that finds one record, and only one, names it."""

    def __init__(self, target: Target, field: Field, known: Composable) -> None:
        assert field.reference is not None
        self._target = target
        self._field = field
        self._reference = field.reference
        self._other = catalog.contract(field.reference.dataset)
        self._names: dict[str, Composable] = {
            "known": known,
            "key": Identifier(self._other.key_fields[0].target),
            "said": self._said,
            "denied": Identifier(f"denied {field.name}"),
            "rows_of": Literal(target.contract.name),
            "dataset": Literal(self._other.name),
        }

    def joins(self) -> Iterator[Composable]:
        """The joins, the last of which is called as the reference is."""
        found: list[Composable] = []
        if self._reference.decided:
            yield self._join("decided", self._decided(), SQL("{said}").format(said=self._said))
            yield self._compose(_DENIED)
            found.append(SQL("{}.id").format(self._alias("decided")))
        for place, way in enumerate(self._reference.by):
            if way.any_of:
                yield self._join_any(str(place), way)
                found.append(self._unless_denied(self._alias(str(place))))
                continue
            said = self._value(way.said)
            beside = self._value(way.beside[1]) if way.beside is not None else None
            yield self._join(str(place), self._way(way), self._folded(way, said, beside))
            found.append(self._unless_denied(self._alias(str(place))))
        if self._reference.again:
            yield self._again()
            shared = [self._is_shared(way) for way in self._by_name]
            found.append(
                SQL("case when {} then null else {} end").format(
                    SQL(" or ").join(shared) if shared else SQL("false"), self._unless_denied(self._alias("again"))
                )
            )
        yield SQL("cross join lateral (select coalesce({}) as id) {}").format(
            SQL(", ").join(found), Identifier(f"ref {self._field.name}")
        )

    def _alias(self, way: str) -> Identifier:
        return Identifier(f"{self._field.name} by {way}")

    def _value(self, name: str) -> Composable:
        return SQL("(r.payload ->> {})").format(Literal(name))

    def _folded(self, way: Sought, text: Composable, beside: Composable | None) -> Composable:
        as_compared = SQL("workbench.person_named" if way.titled else "workbench.folded")
        plain = SQL("nullif({}({}), '')").format(as_compared, text) if way.folded else text
        if beside is None:
            return plain
        return SQL("({} || chr(31) || nullif(workbench.folded({}), ''))").format(plain, beside)

    def _again(self) -> Composable:
        """What a record that we have names, which says the same of whom it means: who is called otherwise by now."""
        first, *others = self._reference.again
        ours, alias = self._target.contract, self._alias("again")
        beside = ours.field(self._reference.within_of or "")
        named = [ours.field(name) for name in others]
        within: Composable = SQL("")
        place: Composable = SQL("")
        if self._reference.within is not None:
            within = self._compose(", (array_agg(x.{within}))[1] as within", **self._of_place())
            place = SQL(" and {}.within = {}").format(alias, self.place or SQL("null"))
        return self._compose(
            """left join (
                select h.{beside} as beside, h.{first} as said, (array_agg(x.id))[1] as id,
                       (array_agg(x.{key}))[1] as key{within}{columns}
                from {target} h join {known} x on x.id = h.{named}
                where h.tenant_id = {tenant} and h.{first} is not null group by 1, 2 having count(distinct x.id) = 1
            ) {alias} on {alias}.said = {text} and {alias}.beside = {record}.id{place}{same}""",
            within=within,
            beside=Identifier(beside.target),
            first=Identifier(ours.field(first).target),
            named=Identifier(self._field.target),
            columns=SQL("").join(
                SQL(", (array_agg(h.{0}))[1] as {0}").format(Identifier(field.target)) for field in named
            ),
            alias=alias,
            text=self._value(first),
            record=Identifier(f"ref {beside.name}"),
            place=place,
            same=SQL("").join(
                SQL(" and coalesce({}.{} = {}, true)").format(alias, Identifier(field.target), self._value(field.name))
                for field in named
            ),
        )

    def not_found(self) -> Composable:
        """The sentence that nothing is found, and why, as far as that is known."""
        named = [self._value(way.said) for way in self._by_name] + [self._value(self._field.name)]
        told = quoted(Literal(self._reference.message), SQL("coalesce({})").format(SQL(", ").join(named)))
        place = self.place
        cases = [
            SQL("when {} then {} || {}").format(self._is_shared(way), told, Literal(", for several have this name"))
            for way in self._by_name
        ]
        if place is not None:
            records = self._other.name.partition(".")[2].replace("_", " ")
            cases.insert(
                0,
                SQL("when {place} not in (select x.{within} from {known} x) then {told} || {place}").format(
                    place=place,
                    told=SQL("{} || {}").format(told, Literal(f", for there is no {records} of ")),
                    **self._of_place(),
                ),
            )
        if not cases:
            return told
        return SQL("case {} else {} end").format(SQL(" ").join(cases), told)

    @property
    def _by_name(self) -> list[Sought]:
        """The ways by a name alone."""
        return [way for way in self._reference.by if way.folded and way.beside is None and way.through is None]

    def _is_shared(self, way: Sought) -> Composable:
        """Whether several records are called so, there where they have to be."""
        text = self._folded(way, SQL("x.{}").format(Identifier(self._other.field(way.field).target)), None)
        said, place = self._folded(way, self._value(way.said), None), self.place
        if place is None:
            return self._compose(
                "{said} in (select {text} from {known} x group by 1 having count(*) > 1)", said=said, text=text
            )
        return self._compose(
            "({said}, {place}) in (select {text}, x.{within} from {known} x group by 1, 2 having count(*) > 1)",
            **{**self._of_place(), "said": said, "text": text, "place": place},
        )

    def _of_place(self) -> dict[str, Composable]:
        within = self._other.field(self._reference.within or "").target
        return {"within": Identifier(within), "known": self._names["known"]}

    @property
    def place(self) -> Composable | None:
        """Where the record has to be, as the row says, or the record that it names; None when it may be anywhere."""
        name, of = self._reference.within, self._reference.within_of
        if name is None:
            return None
        if of is None:
            return self._value(name)
        record = self._target.contract.field(of).reference
        assert record is not None
        column = catalog.contract(record.dataset).field(name).target
        return SQL("coalesce({}, {}.{})").format(self._value(name), Identifier(f"ref {of}"), Identifier(column))

    def _join(self, way: str, found: Composable, said: Composable) -> Composable:
        within = self.place
        same = SQL("") if within is None else SQL(" and {}.within = {}").format(self._alias(way), within)
        return SQL("left join ({}) {} on {}.said = {}{}").format(found, self._alias(way), self._alias(way), said, same)

    def _join_any(self, way: str, sought: Sought) -> Composable:
        """The first of several things that a row says that finds a record."""
        return self._compose(
            """left join (
                select s.line, (array_agg(found.id order by each.place))[1] as id,
                       (array_agg(found.key order by each.place))[1] as key
                from {rows} s
                cross join lateral unnest(string_to_array(s.payload ->> {said_in}, '; '))
                    with ordinality as each (said, place)
                join ({found}) found on found.said = each.said
                where s.batch_id = {batch} group by s.line
            ) {alias} on {alias}.line = r.line""",
            said_in=Literal(sought.said),
            found=self._way(sought),
            alias=self._alias(way),
        )

    def _way(self, way: Sought) -> Composable:
        column = Identifier(self._other.field(way.field).target)
        text = SQL("x.{}").format(column)
        join: Composable = SQL("")
        if way.through is not None:
            dataset, name = way.through
            between = catalog.contract(dataset)
            refers = next(
                (f for f in between.references if f.reference and f.reference.dataset == self._other.name), None
            )
            join = self._compose(  # what two say there says nothing, even if one of them alone is known here
                """join (
                    select {said} as said, (array_agg(z.{of}))[1] as of from {between} z where z.tenant_id = {tenant}
                    group by 1 having count(distinct z.{of}) = 1
                ) y on y.of = x.{column}""",
                said=self._folded(way, SQL("z.{}").format(Identifier(between.field(name).target)), None),
                of=Identifier(refers.target if refers is not None else between.field(way.field).target),
                between=Identifier(between.family, between.table),
                column=Identifier("id") if refers is not None else column,
            )
            return self._alone(SQL("y.said"), join)
        beside = Identifier(self._other.field(way.beside[0]).target) if way.beside is not None else None
        return self._alone(self._folded(way, text, SQL("x.{}").format(beside) if beside is not None else None), join)

    def _decided(self) -> Composable:
        return self._alone(
            SQL("m.said"),
            self._compose("join workbench.match m on m.known = x.{key} and m.verdict = 'same' and {of_these}"),
        )

    def _alone(self, said: Composable, join: Composable) -> Composable:
        """The records that are alone in what is said of them, in each place where they have to be."""
        within = self._reference.within
        place = SQL("") if within is None else SQL(", x.{}").format(Identifier(self._other.field(within).target))
        return self._compose(
            """select {text} as said{as_within}, (array_agg(x.id))[1] as id, (array_agg(x.{key}))[1] as key
            from {known} x {join} where {text} is not null
            group by {text}{place} having count(distinct x.id) = 1""",
            text=said,
            join=join,
            place=place,
            as_within=SQL("{} as within").format(place) if within is not None else place,
        )

    def _unless_denied(self, alias: Identifier) -> Composable:
        if not self._reference.decided:
            return SQL("{}.id").format(alias)
        return self._compose(
            "case when {denied}.all_of_them or {way}.key = any({denied}.known) then null else {way}.id end", way=alias
        )

    @property
    def _said(self) -> Composable:
        """What the row says of who is meant, as decisions are kept by it."""
        ways = [SQL("workbench.said({})").format(self._values(names)) for names in self._reference.decided]
        return SQL("coalesce({})").format(SQL(", ").join(ways)) if ways else SQL("null")

    def _values(self, names: Sequence[str]) -> Composable:
        return SQL(", ").join(self._value(name) for name in names)

    def _compose(self, statement: str, **more: Composable) -> Composed:
        names = {**self._target.names, **self._names, **more}
        of_these = SQL(
            "m.tenant_id = {tenant} and m.of = {rows_of} and m.dataset = {dataset} and m.withdrawn_at is null"
        ).format(**names)
        return SQL(statement).format(**names, of_these=of_these)


_DENIED = """
left join (
    select m.said, coalesce(array_agg(m.known) filter (where m.known is not null), '{{}}') as known,
           bool_or(m.known is null) as all_of_them
    from workbench.match m where {of_these} and m.verdict = 'different' group by m.said
) {denied} on {denied}.said = {said}"""
"""Whom a person has said the row does not mean."""


def removable(contract: Contract, mode: str) -> Composable:
    """Which records a mode can take away: `preserve` those that are active, `replace` all but those that a person
    switched off, who would come back with the next file."""
    removal = contract.removal
    assert removal is not None
    active = Identifier(removal.active)
    if mode == "preserve":
        return active
    source, by_hand = Identifier(removal.source), Literal(list(removal.by_hand))
    return SQL("({} or {} is null or {} <> all({}))").format(active, source, source, by_hand)


def slice_column(contract: Contract) -> str:
    """The column that tells a contract's records from others in a shared table."""
    return contract.fixed[0][0] if contract.fixed else contract.field(contract.slice_by or "").target


def slice_of(contract: Contract, alias: str) -> Composable:
    """The condition that a record of the table belongs to the contract."""
    tests: list[Composable] = [
        SQL("{}.{} = {}").format(Identifier(alias), Identifier(name), Literal(value)) for name, value in contract.fixed
    ]
    if contract.slice_by is not None:
        field = contract.field(contract.slice_by)
        tests.append(
            SQL("{}.{} = any({})").format(Identifier(alias), Identifier(field.target), Literal(list(field.choices)))
        )
    return SQL(" and ").join(tests) if tests else SQL("true")


def issue(code: str, field: str, message: Composable, severity: str = "error") -> Composable:
    """A JSON list of one issue; the message is an SQL text."""
    return SQL("jsonb_build_array(jsonb_build_object('code', {}, 'field', {}, 'message', {}, 'severity', {}))").format(
        Literal(code), Literal(field), message, Literal(severity)
    )


def holds_records(store: Store, dataset: str) -> bool:
    """Whether the tenant has any record of that dataset."""
    contract = catalog.contract(dataset)
    row = store.one(
        SQL("select exists (select from {} t where {}) as any").format(
            Identifier(contract.family, contract.table), slice_of(contract, "t")
        )
    )
    return bool(row and row["any"])


def in_scope(store: Store, contract: Contract, scope: dict[str, str | None], mode: str) -> int:
    """How many records an empty file of that scope takes away; a field without a value means the records without."""
    removal = contract.removal
    assert removal is not None
    tests = [
        SQL("{} is not distinct from {}").format(Identifier(contract.field(name).target), Literal(value))
        for name, value in scope.items()
    ]
    row = store.one(
        SQL("select count(*)::int as records from {} where {}").format(
            Identifier(contract.family, contract.table), SQL(" and ").join([removable(contract, mode), *tests])
        )
    )
    return int(row["records"]) if row else 0
