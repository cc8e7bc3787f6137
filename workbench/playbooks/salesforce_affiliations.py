"""Affiliations of Salesforce (seed 001, D1 and D5): who belongs to which account, in which role, and since when.

One whose contact or account is not here waits until it is. Those of students are not read, who are very many: where
they go to school their own import says.
"""

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from workbench.datasets.salesforce import contacts
from workbench.datasets.salesforce.people import PERSON_ACCOUNTS
from workbench.model.playbook import Extract, Known, Part, Playbook, Recall, Shaped
from workbench.model.sheet import Chunk
from workbench.playbooks import salesforce_figures
from workbench.playbooks.salesforce_figures import waiting
from workbench.playbooks.salesforce_records import Records
from workbench.prepare.shaping import issues, meant

STATUSES = {"current": "Current", "former": "Past", "past": "Past", "pending": "Pending"}
"""What an affiliation is whose row says so."""


class _Affiliations(Records):
    """The rows of a chunk of affiliations."""

    def __init__(self, columns: Chunk, known: Known) -> None:
        super().__init__(columns, known, contacts.NOTHING)
        self.status = meant(self["status"], STATUSES)

    def affiliations(self) -> Shaped:
        """Those that are here, or may be."""
        key = {"salesforce_id": self["salesforce_id"]}
        return self.part(self.kept, key | self.taken(_PART.columns, {"status": self.status}))

    def odd(self) -> pa.Table:
        """Which are deleted there, and whose status is not known."""
        unknown = pc.and_not(pc.is_valid(self["status"]), pc.is_valid(self.status))
        said = "No status of an affiliation that is known, and left out"
        return self.told(issues(unknown, "unknown_status", "status", said, "warning"))


def affiliations(columns: Chunk, known: Known) -> Mapping[str, Shaped]:
    """The affiliations that rows are."""
    return {_PART.dataset: _Affiliations(columns, known).affiliations()}


def check(columns: Chunk, known: Known) -> pa.Table:
    """What is odd about affiliations."""
    return _Affiliations(columns, known).odd()


_PART = Part(
    dataset="salesforce.person_accounts",
    columns={field.name: field.name for field in contacts.AFFILIATIONS.fields},
)

AFFILIATIONS = Playbook(
    name=contacts.AFFILIATIONS.name,
    title=contacts.AFFILIATIONS.title,
    about="Who of Salesforce's contacts belongs to which account.",
    form=contacts.AFFILIATIONS,
    parts=(_PART,),
    shape=affiliations,
    check=check,
    recall=Recall(dataset="salesforce.person_accounts", fields=("salesforce_id",)),
    figures=(
        *salesforce_figures.of(PERSON_ACCOUNTS),
        *waiting("person", "organization"),
    ),
    extracts=(Extract(object="npe5__Affiliation__c", where="npe5__Contact__r.Contact_Type__c != 'Student'"),),
    keeps_good_parts=True,
)
