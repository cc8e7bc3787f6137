"""Every contract by name, and the order in which those of a family are imported."""

from collections.abc import Iterable, Mapping

from workbench.datasets import commerce, elevate, generic_csv, pathful, polaris
from workbench.datasets.salesforce import accounts, activities, contacts, people, sessions
from workbench.model.contract import Contract
from workbench.model.errors import UnknownDataset
from workbench.model.wording import cut

_SALESFORCE = (accounts, people, sessions, activities)

CONTRACTS: dict[str, Contract] = {
    contract.name: contract
    for contract in (
        *elevate.CONTRACTS,
        *polaris.CONTRACTS,
        *(contract for part in _SALESFORCE for contract in part.CONTRACTS),
        *generic_csv.CONTRACTS,
        *commerce.CONTRACTS,
    )
}


FORMS: dict[str, Contract] = {
    form.name: form
    for form in (
        *elevate.FORMS,
        *polaris.FORMS,
        *pathful.FORMS,
        *accounts.FORMS,
        *contacts.FORMS,
        *sessions.FORMS,
        *activities.FORMS,
        *commerce.FORMS,
    )
}
"""What the sources of playbooks look like: no datasets, and without a table."""


def contract(dataset: str) -> Contract:
    """The contract of that name, or the form of a playbook's source; raises UnknownDataset."""
    known = CONTRACTS.get(dataset) or FORMS.get(dataset)
    if known is None:
        raise UnknownDataset(dataset=cut(dataset), known=", ".join(CONTRACTS))
    return known


def whole_again(dataset: str) -> str:
    """What to do about rows of it that are not written, where no file of single ones does; else nothing."""
    known = CONTRACTS.get(dataset) or FORMS.get(dataset)
    return known.whole_again if known is not None else ""


def called(dataset: str) -> str:
    """What a dataset is called within its family: commerce.invoice_headers is "Invoices"."""
    known = CONTRACTS.get(dataset) or FORMS.get(dataset)
    if known is None:
        return dataset.rpartition(".")[2].replace("_", " ")
    return known.title.partition(": ")[2] or known.title


def reason_told(dataset: str, reason: str) -> str:
    """Why rows of a batch of it are skipped or wait, in words. Rows that are added up were stored as duplicates by an
    earlier version."""
    known = CONTRACTS.get(dataset)
    adds_up = reason == "added_up" or (reason == "duplicate" and known is not None and known.adds_up)
    return "added up" if adds_up else reason


def settings_told(dataset: str, said: Mapping[str, str]) -> dict[str, str]:
    """How each setting among what an import says of every row is told, by its field; none of a dataset unknown here."""
    known = CONTRACTS.get(dataset) or FORMS.get(dataset)
    return known.settings_told(said) if known is not None else {}


def contracts() -> tuple[Contract, ...]:
    """Every dataset's contract, family by family, in the order in which they are imported."""
    return tuple(known for name in families() for known in family(name))


def families() -> tuple[str, ...]:
    """The families' names, in the order of their declaration."""
    return tuple(dict.fromkeys(contract.family for contract in CONTRACTS.values()))


def family(name: str) -> tuple[Contract, ...]:
    """The contracts of a family in the order in which they are imported."""
    return import_order(contract for contract in CONTRACTS.values() if contract.family == name)


def import_order(contracts: Iterable[Contract]) -> tuple[Contract, ...]:
    """The contracts, each after those it refers to, otherwise in the order given."""
    named = {contract.name: contract for contract in contracts}
    waiting = list(named.values())
    ordered: dict[str, Contract] = {}
    while waiting:
        ready = next(contract for contract in waiting if ordered.keys() >= named.keys() & {*needs(contract)})
        waiting.remove(ready)
        ordered[ready.name] = ready
    return tuple(ordered.values())


def needs(contract: Contract) -> tuple[str, ...]:
    """The names of the datasets that a contract's fields refer to, and that therefore come before it."""
    references = [field.reference for field in contract.fields if field.reference is not None]
    return tuple(dict.fromkeys(reference.dataset for reference in references if not reference.ahead))


def dependents(dataset: str) -> tuple[tuple[Contract, str], ...]:
    """The contracts that refer to a dataset, each with the column that does."""
    return tuple(
        (contract, field.reference.column)
        for contract in CONTRACTS.values()
        for field in contract.fields
        if field.reference is not None and field.reference.dataset == dataset
    )
