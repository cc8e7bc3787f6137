"""Salesforce as a source: who is reached there, and the rows of its objects."""

from collections.abc import Collection

from workbench.database.completeness import audit, audited_contract
from workbench.database.progress import Progress, silent
from workbench.database.store import Store
from workbench.model.completeness import Completeness
from workbench.model.salesforce import PREFIX, Organization, SalesforceAccess
from workbench.model.sheet import Layout, Sheet


class Salesforce:
    """The organization at Salesforce that is configured: `Workbench.salesforce`."""

    def __init__(self, store: Store, access: SalesforceAccess) -> None:
        self._store = store
        self._access = access

    def organization(self) -> Organization:
        """Who is reached, and as whom; raises NotConfigured, NotSignedIn, UnreadableSalesforce."""
        from workbench.sources.salesforce import organization

        return organization(self._access)

    def open(
        self,
        name: str,
        *,
        fields: Collection[str] | None = None,
        needed: Collection[str] = (),
        deleted: bool = False,
        layout: Layout | None = None,
        progress: Progress = silent,
    ) -> Sheet:
        """The records of an object (Contact, or salesforce:Contact), read now; see `open_salesforce`.

        Raises NotConfigured, NotSignedIn, UnknownSalesforceObject, UnknownSalesforceFields, UnreadableSalesforce,
        WrongValue, NoSpace.
        """
        from workbench.sources.salesforce import open_salesforce

        opened = open_salesforce(
            name.removeprefix(PREFIX),
            self._access,
            fields=fields,
            needed=needed,
            deleted=deleted,
            layout=layout,
            progress=progress,
        )
        with self._store.transaction():
            self._store.note("read Salesforce", None, name=opened.name, checksum=opened.checksum, deleted=deleted)
        return opened

    def audit(self, name: str, dataset: str, *, limit: int | None = 1000, progress: Progress = silent) -> Completeness:
        """Which records of an object are missing or stale in a dataset, and which are there in excess: compared by id
        and last change with what the imports of that object have read. No record is read but for those two.

        `limit` is how many of each kind are named; None names all. Raises as `open` does, and UnknownDataset.
        """
        from workbench.sources.salesforce import open_salesforce

        audited_contract(dataset)
        there = open_salesforce(name.removeprefix(PREFIX), self._access, fields=("Id",), progress=progress)
        return audit(self._store, there, dataset, limit=limit)
