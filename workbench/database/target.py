"""A batch's contract as SQL: its table, what a row's values are there, and which records are its own."""

from uuid import UUID

from psycopg.sql import SQL, Composable, Composed, Identifier, Literal
from psycopg.types.json import Jsonb

from workbench.database.store import Store
from workbench.datasets import catalog
from workbench.model.batch import Batch
from workbench.model.contract import Contract, Field, half_of
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
        brought = set(batch.fields)
        self.brought = tuple(field for field in contract.stored if field.name in brought)
        self.clears = frozenset(batch.mapping.get("clears", ()))
        self.halves = frozenset(batch.summary.get("halves", ()))
        self.lenient = frozenset(batch.mapping.get("lenient", ()))
        self.keeps = bool(batch.summary.get("kept"))
        """Whether it keeps what people edited: such a field is none of those in an outcome's before-image."""

    def compose(self, statement: str, **more: Composable) -> Composed:
        return SQL(statement).format(**self.names, **more)

    @property
    def compared(self) -> tuple[Field, ...]:
        """The brought fields that an update may change."""
        return tuple(field for field in self.brought if field.name not in self.contract.key)

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
        other = catalog.contract(field.reference.dataset)
        alias = Identifier(f"ref {field.name}")
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

    def is_found(self, field: Field) -> Composable:
        """Whether what a reference of a row named in vain, as its outcome `o` says, is there now."""
        assert field.reference is not None
        missed = Literal(Jsonb([{"code": f"{field.reference.noun}_not_found"}]))
        return SQL("(not coalesce(o.errors, '[]') @> {} or {}.id is not null)").format(
            missed, Identifier(f"ref {field.name}")
        )

    def value(self, field: Field, row: str = "r") -> Composable:
        """A row's value for a field, typed."""
        return SQL("({}.payload ->> {})::{}").format(Identifier(row), Literal(field.name), SQL(KINDS[field.kind].sql))


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
