"""In which class the records of a dataset are on a day, worked out by the database for all of them at once."""

from datetime import date
from typing import Any

import psycopg

from workbench.database.store import Store
from workbench.datasets import catalog
from workbench.derived.classes import class_of, classes_on
from workbench.model.batch import Batch, Run
from workbench.model.classification import Classification
from workbench.model.contract import Contract
from workbench.model.errors import NoClasses, UnknownClass
from workbench.model.playbook import Playbook


def counted(store: Store, dataset: str, day: date) -> dict[str, int]:
    """How many records of each class there are, in the order of the classes; raises UnknownDataset, NoClasses."""
    contract, rule = classified(dataset)
    found = store.all(
        f"select class, count(*)::int as records from {classes_on(contract)}(%(day)s) group by 1", {"day": day}
    )
    counts = {row["class"]: row["records"] for row in found}
    return {name: counts.get(name, 0) for name in rule.names}


def records(store: Store, dataset: str, day: date, of: str | None = None) -> list[dict[str, Any]]:
    """The records of a dataset with the day that counts and their class, those of one class if it is named, by key;
    raises UnknownDataset, NoClasses, UnknownClass."""
    contract, rule = classified(dataset)
    if of is not None and of not in rule.names:
        raise UnknownClass(name=of, dataset=dataset, known=", ".join(rule.names))
    key = ", ".join(f't."{field.target}"::text as "{field.name}"' for field in contract.key_fields)
    names = "".join(f't."{field.target}", ' for field in contract.names)
    order = ", ".join(f't."{field.target}"' for field in contract.key_fields)
    return store.all(
        f"""select {key}, {names}k.last, k.class from {classes_on(contract)}(%(day)s) k
        join "{contract.family}"."{contract.table}" t on t.tenant_id = k.tenant_id and t.id = k.id
        where %(of)s::text is null or k.class = %(of)s order by {order}""",
        {"day": day, "of": of},
    )


def classified(dataset: str) -> tuple[Contract, Classification]:
    """The contract of a dataset with its classification; raises UnknownDataset, NoClasses."""
    contract = catalog.contract(dataset)
    if contract.classification is None:
        known = [name for name, each in catalog.CONTRACTS.items() if each.classification is not None]
        raise NoClasses(dataset=dataset, known=", ".join(known))
    return contract, contract.classification


def planned(connection: psycopg.Connection[Any], run: Run, number: int, playbook: Playbook | None) -> dict[str, Any]:
    """In which classes the records of a run are today, as its plan leaves them: what its playbook breaks down so, as
    `classes` by dataset. It stays what it was when it was planned."""
    datasets = {each.part for each in playbook.breakdowns if not each.field} if playbook is not None else set()
    found = {part.dataset: _planned(connection, part, number) for part in run.parts if part.dataset in datasets}
    return {"classes": found} if found else {}


def _planned(connection: psycopg.Connection[Any], part: Batch, number: int) -> dict[str, int]:
    contract, rule = classified(part.dataset)
    rows = "corrected_row" if part.revision else "import_row"
    day = "(now() at time zone 'UTC')::date"
    found = connection.execute(
        f"""select {class_of(contract)}(
                greatest(k.last, case when said.last <= {day} then said.last end),
                coalesce(said.held, t."{contract.field(rule.said[0]).target}"), {day}) as class,
               count(*)::int as records
        from (
            select o.record_id, (coalesce(o.settled, r.payload) ->> %(last)s)::date as last,
                   (coalesce(o.settled, r.payload) ->> %(held)s)::boolean as held
            from workbench.import_outcome o
            join workbench.{rows} r on r.batch_id = o.batch_id and r.line = o.line
            where o.batch_id = %(batch)s and r.batch_id = %(batch)s and o.plan = %(plan)s
              and (o.outcome in ('created', 'updated') or o.reason in ('unchanged', 'protected', 'kept'))
        ) said
        left join {classes_on(contract)}({day}) k on k.id = said.record_id
        left join "{contract.family}"."{contract.table}" t on t.id = said.record_id
        group by 1""",
        {"batch": part.id, "plan": number, "last": rule.day, "held": rule.said[0]},
    ).fetchall()
    counts = {row["class"]: row["records"] for row in found}
    return {name: counts[name] for name in rule.names if name in counts}
