"""In which class the records of a dataset are on a day, worked out by the database for all of them at once."""

from datetime import date
from typing import Any

from workbench.database.store import Store
from workbench.datasets import catalog
from workbench.derived.classes import classes_on
from workbench.model.classification import Classification
from workbench.model.contract import Contract
from workbench.model.errors import NoClasses, UnknownClass


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
