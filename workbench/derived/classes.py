"""The classes of a contract's records, as functions of the database: the only place where the rule is worked out."""

from collections.abc import Iterable, Mapping

from workbench.model.contract import Contract


def class_of(contract: Contract) -> str:
    """The function that gives the class of a day when something happened last, of whether a person has said another,
    and of the day that it is asked for."""
    return f'"{contract.family}"."{contract.table}_class"'


def classes_on(contract: Contract) -> str:
    """The function that gives the records of a day with their class: tenant_id, id, last, class."""
    return f'"{contract.family}"."{contract.table}_on"'


def statements(contracts: Iterable[Contract]) -> tuple[str, ...]:
    """What makes the functions of every contract that has classes, and a view of today's, anew."""
    named = {contract.name: contract for contract in contracts}
    return tuple(text for contract in named.values() if contract.classification for text in _of(contract, named))


def _of(contract: Contract, named: Mapping[str, Contract]) -> Iterable[str]:
    rule = contract.classification
    assert rule is not None
    cases = " ".join(f"when on_day - last <= {days} then '{name}'" for name, days in rule.classes)
    hold, held = rule.said
    view = f'"{contract.family}"."{contract.table}_today"'
    yield f"drop view if exists {view}"
    yield f"drop function if exists {classes_on(contract)}(date)"
    yield f"drop function if exists {class_of(contract)}(date, boolean, date)"
    yield (
        f"create function {class_of(contract)}(last date, said boolean, on_day date) returns text "
        "language sql immutable parallel safe as $$ "
        f"select case when said then '{held}' {cases} else '{rule.otherwise}' end $$"
    )
    days = f'case when t."{contract.field(rule.day).target}" <= on_day then t."{contract.field(rule.day).target}" end'
    joins = []
    for place, also in enumerate(each for each in rule.also if each.dataset in named):
        other = named[also.dataset]
        day = other.field(also.day).target
        joins.append(
            f'left join (select x.tenant_id, x."{also.of}" as of, max(x."{day}") as last '
            f'from "{other.family}"."{other.table}" x where x."{day}" <= on_day group by 1, 2) o{place} '
            f"on o{place}.tenant_id = t.tenant_id and o{place}.of = t.id"
        )
        days += f", o{place}.last"
    yield (
        f"create function {classes_on(contract)}(on_day date) "
        "returns table (tenant_id uuid, id uuid, last date, class text) language sql stable as $$ "
        f'select t.tenant_id, t.id, found.last, {class_of(contract)}(found.last, t."{hold}", on_day) '
        f'from "{contract.family}"."{contract.table}" t {" ".join(joins)} '
        f"cross join lateral (select greatest({days}) as last) found $$"
    )
    yield (
        f"create view {view} with (security_invoker = true) as "
        f"select * from {classes_on(contract)}((now() at time zone 'UTC')::date)"
    )
    yield f"grant select on {view} to workbench_app"
