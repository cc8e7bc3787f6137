"""A batch's contract as SQL: its table, what a row's values are there, and which records its rows are about."""

from uuid import UUID

from psycopg.sql import SQL, Composable, Composed, Identifier, Literal
from psycopg.types.json import Jsonb

from workbench.database.expressions import quoted, texts, typed
from workbench.database.slices import slice_of
from workbench.database.ways import Ways
from workbench.datasets import catalog
from workbench.model.batch import Batch
from workbench.model.contract import Contract, Field, Forward, With
from workbench.model.derivation import half_of
from workbench.model.kinds import KINDS
from workbench.model.reference import Reference


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
            return SQL(" ").join(Ways(self.contract, self.names, field, self.known(field)).joins())
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
            return Ways(self.contract, self.names, field, self.known(field)).not_found()
        text = SQL("(r.payload ->> {})").format(Literal(field.name))
        return quoted(Literal(field.reference.message), text)

    def place(self, field: Field) -> Composable | None:
        """Where the record of a reference of the rows `r` has to be; None when it may be anywhere."""
        return Ways(self.contract, self.names, field, self.known(field)).place

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


_SETTLED = """(
    select i.tenant_id, i.batch_id, i.line, i.id, i.external_key, i.raw, coalesce(s.settled, i.payload) as payload,
           i.status, i.errors, {sources} as sources
    from {came} i left join workbench.import_outcome s on s.batch_id = {batch} and s.plan = {plan} and s.line = i.line
    where i.batch_id = {batch}
)"""
"""The rows of a batch, each that makes or changes a record with what that gets."""
