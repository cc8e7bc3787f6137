"""The target tables of the contracts: columns, keys, references and row-level security, as SQLAlchemy tables and
DDL."""

from collections.abc import Iterable

from sqlalchemy import Column, Computed, ForeignKeyConstraint, Index, MetaData, Table, UniqueConstraint, text
from sqlalchemy.types import UserDefinedType

from workbench.model.contract import Contract, Field
from workbench.model.kinds import KINDS


class _Sql(UserDefinedType[object]):
    """A column type by its PostgreSQL name."""

    cache_ok = True

    def __init__(self, name: str) -> None:
        self.name = name

    def get_col_spec(self, **_: object) -> str:
        return self.name


def tables(contracts: Iterable[Contract]) -> MetaData:
    """Every table of the contracts, `family.table`; contracts that share a table share its columns."""
    metadata = MetaData()
    named = {contract.name: contract for contract in contracts}
    for contract in named.values():
        table = _table(metadata, contract)
        for column in _columns(contract):
            if column.name not in table.c:
                table.append_column(column)
        for constraint in _constraints(contract, named):
            if constraint.name not in {known.name for known in table.constraints}:
                table.append_constraint(constraint)
        for field in contract.references:
            # deleting a record asks who refers to it, and nobody who refers to none; where it comes first in the key,
            # the key's index answers that
            if field.name == contract.key[0]:
                continue
            name = f"{contract.table}_{field.target}"
            if name not in {index.name for index in table.indexes}:
                # until values are counted, the tenant of a chain within one table seems to tell as much as they do
                ahead = field.reference is not None and field.reference.ahead
                columns = [table.c[field.target], *([table.c.tenant_id] if ahead else [])]
                Index(name, *columns, postgresql_where=table.c[field.target].is_not(None))
    return metadata


def security(table: Table) -> tuple[str, ...]:
    """The statements that put a table under its tenant, for the program's role and for its owner."""
    name = f'"{table.schema}"."{table.name}"'
    return (
        f"alter table {name} enable row level security",
        f"alter table {name} force row level security",
        f"drop policy if exists tenant on {name}",
        f"create policy tenant on {name} using (tenant_id = (select workbench.current_tenant()))",
        f"grant select, insert, update, delete on {name} to workbench_app",
    )


def _table(metadata: MetaData, contract: Contract) -> Table:
    known = metadata.tables.get(f"{contract.family}.{contract.table}")
    if known is not None:
        return known
    return Table(
        contract.table,
        metadata,
        Column("id", _Sql("uuid"), primary_key=True, server_default=text("gen_random_uuid()")),
        # a part of the key, so that what refers to a record can only be of the same tenant
        Column("tenant_id", _Sql("uuid"), primary_key=True),
        Column("created_at", _Sql("timestamptz"), nullable=False, server_default=text("now()")),
        Column("updated_at", _Sql("timestamptz"), nullable=False, server_default=text("now()")),
        schema=contract.family,
    )


def _columns(contract: Contract) -> Iterable[Column[object]]:
    for field in contract.stored:
        yield Column(field.target, _Sql(_sql(field)), nullable=not contract.requires(field))
    for name, _ in contract.fixed:
        yield Column(name, _Sql("text"))
    for name, sql, expression in contract.made:
        yield Column(name, _Sql(sql), server_default=text(expression))
    for name, sql, expression in contract.computed:
        yield Column(name, _Sql(sql), Computed(expression, persisted=True))
    if contract.removal is not None:
        yield Column(contract.removal.active, _Sql("boolean"), nullable=False, server_default=text("true"))
        yield Column(contract.removal.source, _Sql("text"))


def _sql(field: Field) -> str:
    return "uuid" if field.reference is not None else KINDS[field.kind].sql


def _constraints(contract: Contract, named: dict[str, Contract]) -> Iterable[UniqueConstraint | ForeignKeyConstraint]:
    key = [field.target for field in contract.key_fields]
    yield UniqueConstraint("tenant_id", *key, name=f"{contract.table}_key")
    for field in contract.references:
        assert field.reference is not None
        other = named[field.reference.dataset]
        column, table = field.reference.column, f"{other.family}.{other.table}"
        # what a record names that is written after it is there when the transaction ends; of its own table, with it
        later = field.reference.ahead and other.table != contract.table
        yield ForeignKeyConstraint(
            [column, "tenant_id"],
            [f"{table}.id", f"{table}.tenant_id"],
            name=f"{contract.table}_{column}_fkey",
            use_alter=field.reference.ahead,
            deferrable=later or None,
            initially="DEFERRED" if later else None,
        )
