"""Salesforce as a source: who is reached there, and the rows of its objects."""

from collections.abc import Collection, Mapping
from dataclasses import astuple, replace
from functools import cached_property
from hashlib import sha256

from workbench.database import reads
from workbench.database.completeness import audit, audited
from workbench.database.progress import Progress, silent
from workbench.database.reaches import reaches
from workbench.database.store import Store
from workbench.model.completeness import Completeness
from workbench.model.errors import FieldsLacking, UnknownSalesforceFields
from workbench.model.extracted import Extracted, Said
from workbench.model.playbook import Extract, Playbook
from workbench.model.reach import Reach
from workbench.model.recipe import does
from workbench.model.salesforce import PREFIX, Organization, ReadOf, SalesforceAccess
from workbench.model.sheet import Layout, Sheet

_READ_ANYWAY = ("Id", "SystemModstamp", "IsDeleted", "MasterRecordId")
"""The fields that every reading of a playbook has, as far as the object has them."""


class Salesforce:
    """The organization at Salesforce that is configured: `Workbench.salesforce`."""

    def __init__(self, store: Store, access: SalesforceAccess, known: Collection[Playbook]) -> None:
        """`known` are the playbooks that there are."""
        self._store = store
        self._access = access
        self._known = known

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
        ids: Collection[str] | None = None,
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
            ids=ids,
            layout=layout,
            progress=progress,
        )
        self._note_read(opened, deleted=deleted, all=ids is None)
        return opened

    def read(
        self,
        playbook: Playbook,
        extract: Extract,
        *,
        said: Said | None = None,
        whole: bool = False,
        ids: Collection[str] | None = None,
        layout: Layout | None = None,
        progress: Progress = silent,
    ) -> Extracted:
        """The records of a playbook's extract, also those that are deleted or merged there: what has changed since they
        were read the last time, unless they are to be read `whole`, or those of some `ids`.

        Its fields are the first aliases of the form's, in whose place a template or a person can name others. Raises as
        `open` does, and FieldsLacking for fields that the organization does not have.
        """
        said = said or Said()
        saved = said.template.mapping if said.template is not None else None
        now = {name for name in said.columns.values() if name}  # what is said now counts instead of the template
        named = {
            **({header: name for header, name in saved.columns.items() if name not in now} if saved else {}),
            **dict.fromkeys(saved.left_out if saved else (), ""),
            **said.columns,
        }
        fields = _fields(playbook, extract, named)
        how = saved.to_dict() if saved else {}
        cleans = does(saved.recipe if saved else None)  # another recipe makes other records of what was read before
        kept = ("value_maps", "constants", "clears", "forms", "lenient", "repairs")
        asked = reads.digest(
            {
                "organization": self._organization_id,
                "object": extract.object,
                "where": extract.where,
                "fields": fields,
                "template": {name: how[name] for name in kept} if how else None,
                **({"recipe": cleans} if cleans else {}),
                **said.more,
            }
        )
        from workbench.sources.salesforce import open_salesforce

        try:
            sheet = open_salesforce(
                extract.object,
                self._access,
                fields=tuple(header for header in fields if header not in _READ_ANYWAY),
                deleted=True,
                ids=ids,
                where=extract.where,
                since=None if whole or ids is not None else reads.since(self._store, playbook.name, asked),
                now=reads.now(self._store),
                layout=layout,
                progress=progress,
            )
        except UnknownSalesforceFields as lacking:
            raise FieldsLacking(why=str(lacking), playbook=playbook.name) from None
        if sheet.interval is not None:
            of = ReadOf(playbook=playbook.name, object=extract.object, asked=asked, interval=sheet.interval)
            sheet = replace(sheet, read_of=of)
        self._note_read(sheet, playbook=playbook.name, deleted=True, all=ids is None)
        return Extracted(sheet=sheet, columns=_columns(sheet.headers, fields, saved.columns if saved else None, said))

    @cached_property
    def _organization_id(self) -> str:
        from workbench.sources.salesforce import organization_id

        return organization_id(self._access)

    def _note_read(self, opened: Sheet, **detail: object) -> None:
        with self._store.transaction():
            self._store.note("read Salesforce", None, name=opened.name, checksum=opened.checksum, **detail)

    def keep_nothing(self, read: Extracted) -> None:
        """Keeps that a reading has found nothing to import."""
        assert read.sheet.read_of is not None
        reads.keep_nothing(self._store, read.sheet.read_of)

    def reaches(self, playbooks: Collection[Playbook]) -> dict[str, Reach]:
        """How far the reading of each of some playbooks is, and what of it waits; nothing is asked of Salesforce."""
        return reaches(self._store, playbooks)

    @property
    def configured(self) -> str:
        """A digest of how Salesforce is reached, secrets and all: another one where another way is configured."""
        return sha256(repr(astuple(self._access)).encode()).hexdigest()

    def audit(self, name: str, dataset: str, *, limit: int | None = 1000, progress: Progress = silent) -> Completeness:
        """Which records of an object are missing or stale in a dataset, and which are there in excess: compared by id
        and last change with what the imports of that object have read. No record is read but for those two.

        `limit` is how many of each kind are named; None names all. Raises as `open` does, and UnknownDataset.
        """
        from workbench.sources.salesforce import open_salesforce

        contract = audited(dataset)
        there = open_salesforce(name.removeprefix(PREFIX), self._access, fields=("Id",), progress=progress)
        return audit(self._store, there, dataset, (contract,), limit=limit)

    def audit_playbook(
        self, playbook: Playbook, name: str, *, limit: int | None = 1000, progress: Progress = silent
    ) -> Completeness:
        """The same of the records that a playbook takes of an object, against what its readings have brought: a record
        is here when each of its rows' records is. Raises as `open` does, and NoExtract."""
        from workbench.sources.salesforce import open_salesforce

        wanted = name.removeprefix(PREFIX)
        extracts = playbook.extracts_of(wanted)
        conditions = [each.where for each in extracts]
        where = " OR ".join(f"({each})" for each in conditions) if all(conditions) else ""
        there = open_salesforce(wanted, self._access, fields=("Id",), where=where, progress=progress)
        parts = tuple(audited(dataset) for dataset in playbook.datasets)
        alike = [each.name for each in self._known if each.datasets[0] == playbook.datasets[0]]
        others = [each for each in alike if each != playbook.name]
        return audit(self._store, there, playbook.name, parts, others=others, limit=limit)


def _fields(playbook: Playbook, extract: Extract, named: Mapping[str, str]) -> dict[str, str]:
    """API name -> field of the form: the first alias of each, or what somebody has named instead; nothing of what is
    left out, or what the object does not have."""
    assert playbook.form is not None
    instead: dict[str, list[str]] = {}
    for header, name in named.items():
        instead.setdefault(name, []).append(header)
    left_out = {header.lower() for header in instead.pop("", ())}
    fields: dict[str, str] = {}
    for each in playbook.form.fields:
        if each.name in extract.without:
            continue
        for header in instead.get(each.name) or each.aliases[:1]:
            if header.lower() not in left_out:
                fields[header] = each.name
    return fields


def _columns(
    headers: Collection[str], fields: Mapping[str, str], saved: Mapping[str, str] | None, said: Said
) -> dict[str, str]:
    """What is to be said of the columns: what a person says now, and under a template what it does not know of those
    that are read, and what it knows of those that are not."""
    there = {header.lower() for header in headers}
    columns = {header: name for header, name in said.columns.items() if header.lower() in there}
    if saved is not None:
        known = {header.lower() for header in saved}
        new = {header: fields.get(header, "") for header in headers if header.lower() not in known}
        gone = {header: "" for header in saved if header.lower() not in there}
        columns = new | gone | columns
    return columns
