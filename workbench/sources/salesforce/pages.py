"""Records that come page by page, as JSON, through the query resource."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from workbench.sources.salesforce.connection import Broken, Connection, Refused
from workbench.sources.salesforce.described import Field
from workbench.sources.salesforce.export import Export
from workbench.sources.salesforce.query import Query

_FORGOTTEN = "INVALID_QUERY_LOCATOR"
"""What Salesforce says where it has forgotten a query whose next page is asked for."""


def count(connection: Connection, query: Query) -> int:
    """How many records an object has."""
    answer = connection.ask(lambda client: client.query(query.count, include_deleted=query.deleted))
    return int(answer["records"][0]["total"])


def exported(connection: Connection, query: Query, export: Export) -> Iterator[bytes]:
    """The records as CSV, in the order of their ids; raises UnreadableSalesforce where some are lost on the way."""
    yield export.header
    found = 0
    for page in _pages(connection, query):
        found += len(page["records"])
        if page["done"] and found != page["totalSize"]:
            raise connection.refused(lost(found, page["totalSize"]))
        lines = export.lines([_text(record, field) for field in query.fields] for record in page["records"])
        yield from export.counted([lines], len(page["records"]))


def lost(found: int, said: int) -> str:
    """That Salesforce gave other records than it said."""
    return f"Salesforce gave {found:,} records of the {said:,} that it has. Nothing was kept; try again."


def _pages(connection: Connection, query: Query) -> Iterator[dict[str, Any]]:
    page = connection.ask(lambda client: client.query(query.in_order, include_deleted=query.deleted))
    total, begun = page["totalSize"], {""}
    while True:
        yield {**page, "totalSize": total}
        if page["done"]:
            return
        following = str(page["nextRecordsUrl"])
        if following in begun:
            raise connection.refused("Salesforce leads from one page to the same again. Try again later.")
        begun.add(following)
        page = _next(connection, following, page["records"])


def _next(connection: Connection, following: str, before: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The page behind another; one that is the same again is asked for once more."""

    def ask(client: Any) -> dict[str, Any]:
        page = client.query_more(following, identifier_is_url=True)
        if page["records"] and page["records"] == before:
            raise Broken("Salesforce gave the same page twice")
        return page

    try:
        return connection.ask(ask)
    except Refused as refused:
        if refused.code != _FORGOTTEN:
            raise
        raise connection.refused("Salesforce has forgotten the query in the middle of it. Try again.") from None


def _text(record: Mapping[str, Any], field: Field) -> str:
    """A value as a job writes it."""
    value = record.get(field.name)
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if field.type == "datetime":
        return str(value).replace("+0000", "Z")
    return str(value)
