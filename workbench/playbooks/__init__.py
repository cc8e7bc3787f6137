"""Compositions of the path, one a file: what is imported together from one source. Declarations, and their shapes."""

from workbench.datasets import catalog
from workbench.model.errors import UnknownPlaybook
from workbench.model.package import Package
from workbench.model.playbook import Part, Playbook
from workbench.playbooks import commerce_products, salesforce_accounts, salesforce_history, salesforce_sessions
from workbench.playbooks.commerce_customers import CUSTOMERS
from workbench.playbooks.customer_reassignments import REASSIGNMENTS
from workbench.playbooks.delivery_routes import ROUTES
from workbench.playbooks.generic_csv import GENERIC_CSV
from workbench.playbooks.invoices import INVOICES
from workbench.playbooks.learners import LEARNERS
from workbench.playbooks.pathful import EXPORT, SESSIONS, USERS
from workbench.playbooks.salesforce_affiliations import AFFILIATIONS
from workbench.playbooks.salesforce_people import STUDENTS, TEACHERS, VOLUNTEERS
from workbench.playbooks.virtual_sessions import VIRTUAL_SESSIONS
from workbench.playbooks.warehouse_locations import WAREHOUSE_LOCATIONS


def of_family(name: str) -> Playbook:
    """The playbook that every family is by itself: a workbook or an archive, each sheet of which is one dataset."""
    contracts = catalog.family(name)
    return Playbook(
        name=name,
        title=f"{name.capitalize()}: several sheets",
        about=f"A workbook whose worksheets are datasets of {name}.",
        form=None,
        parts=tuple(Part(dataset=contract.name) for contract in contracts),
    )


PLAYBOOKS: dict[str, Playbook] = {
    known.name: known
    for known in (
        LEARNERS,
        EXPORT,
        SESSIONS,
        USERS,
        VIRTUAL_SESSIONS,
        INVOICES,
        WAREHOUSE_LOCATIONS,
        ROUTES,
        *salesforce_accounts.PLAYBOOKS,
        *salesforce_sessions.PLAYBOOKS,
        *salesforce_history.PLAYBOOKS,
        VOLUNTEERS,
        TEACHERS,
        STUDENTS,
        AFFILIATIONS,
        CUSTOMERS,
        REASSIGNMENTS,
        *commerce_products.PLAYBOOKS,
        *(GENERIC_CSV if name == GENERIC_CSV.name else of_family(name) for name in catalog.families()),
    )
}


def of_package(package: Package) -> Playbook | None:
    """The playbook whose source an archive plainly is; None where nobody can tell."""
    return next((known for known in PLAYBOOKS.values() if known.is_packed and known.is_packed(package)), None)


def playbook(name: str) -> Playbook:
    """The playbook of that name; raises UnknownPlaybook."""
    try:
        return PLAYBOOKS[name]
    except KeyError:
        raise UnknownPlaybook(playbook=name, known=", ".join(PLAYBOOKS)) from None
