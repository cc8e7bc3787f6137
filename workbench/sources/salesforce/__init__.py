"""Salesforce, read through its own interface: an object's records are the rows of a Sheet.

What is read is written to a CSV as a Bulk API job exports it, and is from there on a source like any file: with a
checksum, kept, read again. Line 1 is the header, and the first record stands on line 2.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace

from workbench.model.salesforce import PREFIX, Organization, SalesforceAccess, checked_object
from workbench.model.sheet import Layout, Sheet
from workbench.sources import open_spool
from workbench.sources.salesforce import bulk, pages
from workbench.sources.salesforce.connection import Connection, Progress, silent
from workbench.sources.salesforce.described import described
from workbench.sources.salesforce.export import Export
from workbench.sources.salesforce.query import Query
from workbench.sources.spool import Spool

MOST_BY_PAGES = 2_000
"""Records that are asked for page by page; what has more is read by a job."""


def open_salesforce(
    name: str,
    access: SalesforceAccess,
    *,
    fields: Collection[str] | None = None,
    needed: Collection[str] = (),
    deleted: bool = False,
    layout: Layout | None = None,
    progress: Progress = silent,
) -> Sheet:
    """The records of an object, read once and kept on disk for as long as the Sheet lives.

    `fields` are those that are read, all where nobody says it; Id and SystemModstamp are read in any case. Those and
    the `needed` ones are looked for first: what the organization does not have is named before anything is read.
    `deleted` reads what is deleted or was merged too, with IsDeleted and MasterRecordId. Raises NotConfigured,
    NotSignedIn, UnknownSalesforceObject, UnknownSalesforceFields, UnreadableSalesforce, NoSpace.
    """
    checked_object(name)
    with Connection(access, f"{PREFIX}{name}", progress) as connection:
        found = described(connection, name)
        query = Query(object=found.name, fields=found.chosen(fields, needed, deleted=deleted), deleted=deleted)
        export = Export(connection, tuple(field.name for field in query.fields))
        spool = Spool().fill(_exported(connection, query, export))
    lines = ((2, export.records + 1),) if export.records else ()
    # its manner is known, and every line is a record, whatever it looks like
    said = replace(layout or Layout(), header_row=1, delimiter=",", encoding="utf-8")
    opened = open_spool(spool, f"{PREFIX}{found.name}", layout=replace(said, keep_lines=said.keep_lines or lines))
    return replace(opened, reading=replace(opened.reading, warnings=(*opened.reading.warnings, *export.warnings)))


def organization(access: SalesforceAccess) -> Organization:
    """Who is reached, and as whom; raises NotConfigured, NotSignedIn, UnreadableSalesforce."""
    with Connection(access, "Salesforce", silent) as connection:
        return connection.organization()


def _exported(connection: Connection, query: Query, export: Export) -> Iterator[bytes]:
    by_job = not query.is_short or pages.count(connection, query) > MOST_BY_PAGES
    return bulk.exported(connection, query, export) if by_job else pages.exported(connection, query, export)
