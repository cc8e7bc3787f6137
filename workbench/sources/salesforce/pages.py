"""Records that come page by page, as JSON, through the query resource."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.sources.salesforce.connection import Broken, Connection, Refused
from workbench.sources.salesforce.described import Field, plain
from workbench.sources.salesforce.export import Export
from workbench.sources.salesforce.query import Query

_FORGOTTEN = "INVALID_QUERY_LOCATOR"
"""What Salesforce says where it has forgotten a query whose next page is asked for."""


@dataclass(frozen=True, kw_only=True)
class _Page:
    records: Sequence[Mapping[str, Any]]
    total: int
    """How many all pages have, as the first one says it."""
    next: str | None
    """Where the next one is."""

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> "_Page":
        """What was answered; raises where it is no page."""
        following = None if answer["done"] else str(answer["nextRecordsUrl"])
        return cls(records=list(answer["records"]), total=int(answer["totalSize"]), next=following)


def count(connection: Connection, query: Query) -> int:
    """How many records an object has."""
    asked = {"include_deleted": query.deleted}
    return connection.ask(lambda client: int(client.query(query.count, **asked)["records"][0]["total"]))


def exported(connection: Connection, query: Query, export: Export) -> Iterator[bytes]:
    """The records as CSV, in the order of their ids; raises UnreadableSalesforce where some are lost on the way."""
    yield export.header
    for part in query.parts:
        yield from _records(connection, part, export)


def _records(connection: Connection, query: Query, export: Export) -> Iterator[bytes]:
    found, seen, total = 0, set[str](), None
    for page in _pages(connection, query):
        found, total = found + len(page.records), page.total if total is None else total
        ids = [record.get("Id") for record in page.records]
        if not all(ids):
            raise connection.refused("Salesforce gave a record without its id. Nothing was kept; try again.")
        seen.update(map(str, ids))
        if page.next is None and not found == len(seen) == total:
            raise connection.refused(lost(len(seen), total))
        lines = export.lines([_text(record, field) for field in query.fields] for record in page.records)
        yield from export.counted([lines], len(page.records))


def lost(found: int, said: int) -> str:
    """That Salesforce gave other records than it said."""
    return f"Salesforce gave {found:,} records of the {said:,} that it has. Nothing was kept; try again."


def _pages(connection: Connection, query: Query) -> Iterator[_Page]:
    asked = {"include_deleted": query.deleted}
    page = connection.ask(lambda client: _Page.of(client.query(query.in_order, **asked)))
    begun, seen = {page.next}, {_first(page)}
    yield page
    while page.next is not None:
        page = _next(connection, page.next, seen)
        if page.next in begun:
            raise connection.refused("Salesforce leads from one page to the same again. Try again later.")
        begun.add(page.next)
        seen.add(_first(page))
        yield page


def _first(page: _Page) -> str:
    """The id of a page's first record."""
    return str(page.records[0].get("Id")) if page.records else ""


def _next(connection: Connection, following: str, seen: Collection[str]) -> _Page:
    """The next page; one that begins as another did is asked for once more."""

    def ask(client: Any) -> _Page:
        page = _Page.of(client.query_more(following, identifier_is_url=True))
        if page.records and _first(page) in seen:
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
    value: Any = record
    for name in field.name.split("."):
        value = (value or {}).get(name)
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict | list):  # an address, whose parts are fields of one
        return json.dumps(value, ensure_ascii=False)
    if field.type == "datetime":
        return str(value).replace("+0000", "Z")
    return plain(str(value)) if field.is_number else str(value)
