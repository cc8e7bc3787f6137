"""Affiliations of Salesforce (seed 001, D1 and D5): who belongs to which account, in which role, and since when.

One whose contact or account is not here waits until it is. Those of students are not read, who are very many: where
they go to school their own import says.
"""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.datasets.salesforce import contacts
from workbench.model.arrays import any_true
from workbench.model.figure import Figure
from workbench.model.issue import ISSUES
from workbench.model.kinds import KINDS
from workbench.model.playbook import Extract, Known, Part, Playbook, Recall, Shaped
from workbench.model.sheet import Chunk
from workbench.playbooks import demographics
from workbench.playbooks.salesforce_people import ERRORS, TOTALS, waiting
from workbench.prepare.shaping import something

STATUSES = {"current": "Current", "former": "Past", "past": "Past", "pending": "Pending"}
"""What an affiliation is whose row says so."""


class _Rows:
    """The rows of a chunk of affiliations."""

    def __init__(self, columns: Chunk, known: Known) -> None:
        self._columns = columns
        there, blank = columns.cells.schema.names, pa.nulls(len(columns), pa.string())
        self.texts = {
            field.name: something(columns.cells[field.name], contacts.NOTHING) if field.name in there else blank
            for field in contacts.AFFILIATIONS.fields
        }
        self.status = demographics.meant(self.texts["status"], STATUSES)
        deleted = demographics.is_true(self.texts["is_deleted"])
        stored = (
            known.stored["salesforce_id"].combine_chunks() if known.stored is not None else pa.array([], pa.string())
        )
        ids = KINDS["salesforce_id"].parse(self.texts["salesforce_id"]) if any_true(deleted) else blank
        self.here = pc.and_(deleted, pc.is_in(ids, stored))
        self.gone = pc.and_not(deleted, self.here)

    def part(self) -> Shaped:
        """The rows but those that were deleted there and never were here."""
        at = pa.array(np.flatnonzero(np.asarray(pc.invert(self.gone))).astype(np.int32))
        names = [name for name in _PART.columns if name in self._columns.cells.schema.names or name in _REQUIRED]
        cells = self.texts | {"status": self.status}
        rows = pa.RecordBatch.from_arrays([cells[name].take(at) for name in names], names=names)
        return Shaped(rows=Chunk(lines=self._columns.lines.take(at), cells=rows), at=at)

    def issues(self) -> pa.Table:
        """Which affiliations were deleted there, and whose status is not known."""
        said = self.texts["status"]
        unknown = pc.and_not(pc.is_valid(said), pc.is_valid(self.status))
        told = (
            (self.here, "deleted_there", "is_deleted", "Deleted in Salesforce: the record here is marked, and stays"),
            (self.gone, "deleted_there", "is_deleted", "Deleted in Salesforce, and no record here: left out"),
            (unknown, "unknown_status", "status", "No status of an affiliation that is known, and left out"),
        )
        tables = [_told(*each) for each in told]
        together = pa.concat_tables(tables)
        return together.take(pc.sort_indices(together, [("position", "ascending")]))


def _told(where: pa.BooleanArray, code: str, field: str, message: str) -> pa.Table:
    at = pa.array(np.flatnonzero(np.asarray(where)).astype(np.int32))
    said = {"code": code, "field": field, "message": message, "severity": "warning"}
    columns = {"position": at, "line": pa.nulls(len(at), pa.int32())}
    columns |= {name: pa.repeat(pa.scalar(text, pa.string()), len(at)) for name, text in said.items()}
    return pa.table(columns).select(ISSUES.names).cast(ISSUES)


def affiliations(columns: Chunk, known: Known) -> Mapping[str, Shaped]:
    """The affiliations that rows are."""
    return {_PART.dataset: _Rows(columns, known).part()}


def check(columns: Chunk, known: Known) -> pa.Table:
    """What is odd about affiliations."""
    return _Rows(columns, known).issues()


_REQUIRED = ("salesforce_id",)
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
        *TOTALS,
        Figure(name="Created", outcomes=("created",)),
        Figure(name="Updated", outcomes=("updated",)),
        ERRORS,
        *waiting("person", "organization"),
    ),
    extracts=(Extract(object="npe5__Affiliation__c", where="npe5__Contact__r.Contact_Type__c != 'Student'"),),
    keeps_good_parts=True,
)
