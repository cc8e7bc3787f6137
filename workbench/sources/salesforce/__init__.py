"""Salesforce, read through its own interface: an object's records are the rows of a Sheet.

What is read is written to a CSV as a Bulk API job exports it, and is from there on a source like any file: with a
checksum, kept, read again. Line 1 is the header, and the first record stands on line 2.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from workbench.model.salesforce import PREFIX, Interval, Organization, SalesforceAccess, checked_id, checked_object
from workbench.model.sheet import Layout, Sheet
from workbench.sources import open_spool
from workbench.sources.salesforce import bulk, pages
from workbench.sources.salesforce.connection import Connection, Progress, silent
from workbench.sources.salesforce.described import described, with_paths
from workbench.sources.salesforce.export import Export
from workbench.sources.salesforce.query import Query
from workbench.sources.spool import Spool

MOST_BY_PAGES = 2_000
"""Records that are asked for page by page; what has more is read by a job."""
AHEAD = timedelta(minutes=10)
"""So much Salesforce's clock may be ahead of ours; the database keeps no reading of more."""


def open_salesforce(  # noqa: PLR0913
    name: str,
    access: SalesforceAccess,
    *,
    fields: Collection[str] | None = None,
    needed: Collection[str] = (),
    deleted: bool = False,
    ids: Collection[str] | None = None,
    where: str = "",
    since: datetime | None = None,
    now: datetime | None = None,
    layout: Layout | None = None,
    progress: Progress = silent,
) -> Sheet:
    """The records of an object, read once and kept on disk for as long as the Sheet lives.

    `fields` are those that are read, also of related records (Account.Name), all where nobody says it; Id and
    SystemModstamp are read in any case. Those and the `needed` ones are looked for first: what the organization does
    not have is named before anything is read. `deleted` reads what is deleted or was merged too, with IsDeleted and
    MasterRecordId; `ids` are those of the records that are read, where not all are; `where` is a condition in
    Salesforce's language, and `since` reads only what has changed after that, all of an object that does not know when.
    Which changes are in it, says the Sheet's `interval`: up to when it was asked, by Salesforce's clock; where that is
    ahead of `now` nothing is read. Raises NotConfigured, NotSignedIn, UnknownSalesforceObject, UnknownSalesforceFields,
    UnreadableSalesforce, WrongValue, NoSpace.
    """
    checked_object(name)
    only = tuple(sorted(map(checked_id, ids))) if ids is not None else None
    with Connection(access, f"{PREFIX}{name}", progress) as connection:
        found = with_paths(connection, described(connection, name), (*(fields or ()), *needed))
        chosen = found.chosen(fields, needed, deleted=deleted)
        until = connection.clock
        if now is not None and until > now + AHEAD:
            why = f"its clock shows {_time(until)}, and ours {_time(now)}. Nothing was read; try again later."
            raise connection.refused(why)
        if not found.is_stamped or (since is not None and since >= until):  # a clock that was put back there
            since = None
        interval = Interval(since=since, until=until)
        query = Query(object=found.name, fields=chosen, deleted=deleted, ids=only, where=where, since=since)
        export = Export(connection, tuple(field.name for field in query.fields))
        spool = Spool().fill(_exported(connection, query, export))
    lines = ((2, export.records + 1),) if export.records else ()
    # its manner is known, and every line is a record, whatever it looks like
    said = replace(layout or Layout(), header_row=1, delimiter=",", encoding="utf-8")
    opened = open_spool(spool, f"{PREFIX}{found.name}", layout=replace(said, keep_lines=said.keep_lines or lines))
    reading = replace(opened.reading, warnings=(*opened.reading.warnings, *export.warnings))
    return replace(opened, reading=reading, interval=interval if ids is None else None)


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def organization(access: SalesforceAccess) -> Organization:
    """Who is reached, and as whom; raises NotConfigured, NotSignedIn, UnreadableSalesforce."""
    with Connection(access, "Salesforce", silent) as connection:
        return connection.organization()


def organization_id(access: SalesforceAccess) -> str:
    """The id of who is reached; raises as `organization` does."""
    with Connection(access, "Salesforce", silent) as connection:
        return connection.organization_id()


def _exported(connection: Connection, query: Query, export: Export) -> Iterator[bytes]:
    if query.ids is not None:
        if not replace(query, ids=query.ids[:1]).is_short:
            raise connection.refused("so many fields cannot be asked for of single records. Say which are needed.")
        return pages.exported(connection, query, export)
    by_job = not query.is_short or pages.count(connection, query) > MOST_BY_PAGES
    return bulk.exported(connection, query, export) if by_job else pages.exported(connection, query, export)
