"""Records that a job of the Bulk API 2.0 reads: CSV, page by page, each checked before it counts."""

import time
from collections.abc import Collection, Iterator
from functools import partial
from typing import Any

import pyarrow as pa
from simple_salesforce.util import exception_handler

from workbench.model.wording import many
from workbench.sources.salesforce.connection import Broken, Connection, Refused
from workbench.sources.salesforce.export import Export
from workbench.sources.salesforce.pages import exported as exported_by_pages
from workbench.sources.salesforce.pages import lost
from workbench.sources.salesforce.query import Query
from workbench.sources.salesforce.results import Page

RECORDS_OF_A_PAGE = 50_000
_FIRST_LOOK = 0.05
"""Seconds before a job is looked at the second time; half as many more before every further one."""


def exported(connection: Connection, query: Query, export: Export) -> Iterator[bytes]:
    """The records as CSV, in no order; an object that jobs do not know is read page by page.

    Raises UnreadableSalesforce for a job that fails, takes too long, or whose pages do not hold what it read.
    """
    try:
        job = _Job.made(connection, query)
    except Refused as refused:
        if "bulk api" not in str(refused).lower():
            raise
        yield from exported_by_pages(connection, query, export)
        return
    try:
        expected = job.finished()
        yield export.header
        numbers = tuple(place for place, field in enumerate(query.fields) if field.is_number)
        for page in job.pages(export.columns):
            blocks = page.rewritten(numbers, export.lines) if numbers and page.has_exponents else page.blocks()
            yield from export.counted(blocks, page.records)
        if expected is not None and export.records != expected:
            raise connection.refused(lost(export.records, expected))
    finally:
        job.put_away()


class _Job:
    """A query that Salesforce runs, and keeps the results of."""

    def __init__(self, connection: Connection, identifier: str) -> None:
        self._connection = connection
        self._path = f"jobs/query/{identifier}"
        self._is_running = True

    @classmethod
    def made(cls, connection: Connection, query: Query) -> "_Job":
        """A new one."""
        asked = {
            "operation": "queryAll" if query.deleted else "query",
            "query": query.soql,
            "columnDelimiter": "COMMA",
            "lineEnding": "LF",
        }
        job = connection.ask(lambda client: str(client.restful("jobs/query", method="POST", json=asked)["id"]))
        return cls(connection, job)

    def finished(self) -> int | None:
        """Waits for its end; the records that it read, where Salesforce tells."""
        access = self._connection.access
        deadline, pause = time.monotonic() + access.longest, _FIRST_LOOK
        while True:
            state, records, word = self._connection.ask(self._look)
            if state in ("JobComplete", "Failed", "Aborted"):
                self._is_running = False
                break
            if time.monotonic() > deadline:
                why = f"its job did not end within {access.longest / 60:g} minutes, and was stopped. Try again later."
                raise self._connection.refused(why)
            self._connection.progress("waiting for Salesforce", records or 0)
            time.sleep(min(pause, access.poll))
            pause *= 1.5
        if state != "JobComplete":
            why = "was stopped at Salesforce" if state == "Aborted" else "failed at Salesforce"
            raise self._connection.refused(f"its job {why}: {word}.")
        return records

    def _look(self, client: Any) -> tuple[str, int | None, str]:
        """Its state, the records that it has read, and why it failed, if it did."""
        answer = client.restful(self._path)
        word = " ".join(str(answer.get("errorMessage") or "it gives no reason").split()).rstrip(".")
        records = answer.get("numberRecordsProcessed")
        return str(answer["state"]), int(records) if records is not None else None, word

    def pages(self, columns: tuple[str, ...]) -> Iterator[Page]:
        """Its results; each page goes away with the next."""
        seen: set[bytes] = set()
        ids = pa.chunked_array([], pa.binary())
        locators, locator = {""}, ""
        while True:
            page = self._connection.ask(partial(self._page, columns=columns, locator=locator, seen=seen))
            seen.add(page.digest)
            ids = pa.chunked_array([*ids.chunks, *page.ids.chunks], pa.binary())
            yield page
            page.spool.remove()
            locator = page.next
            if not locator:
                self._refuse_repeated(ids)
                return
            if locator in locators:
                raise self._connection.refused("Salesforce leads from one page to the same again. Try again later.")
            locators.add(locator)

    def _refuse_repeated(self, ids: pa.ChunkedArray) -> None:
        """Raises UnreadableSalesforce where pages have records in common: others may then be lost."""
        if repeated := len(ids) - len(ids.unique()):
            why = f"Salesforce gave {many(repeated, 'record')} on more than one page. Nothing was kept; try again."
            raise self._connection.refused(why)

    def _page(self, client: Any, columns: tuple[str, ...], locator: str, seen: Collection[bytes]) -> Page:
        """One page; raises Broken where it is not whole, or another one again."""
        asked = {"maxRecords": str(RECORDS_OF_A_PAGE)} | ({"locator": locator} if locator else {})
        headers = {**client.headers, "Accept": "text/csv"}
        url = f"{client.base_url}{self._path}/results"
        with client.session.get(url, params=asked, headers=headers, stream=True) as answer:
            if answer.status_code >= 300:
                exception_handler(answer)
            page = Page.read(answer, columns)
        if page.records and page.digest in seen:
            page.spool.remove()
            raise Broken("Salesforce gave the same page twice")
        return page

    def put_away(self) -> None:
        """Stops it where it still runs, and lets Salesforce forget its results; that nobody answers is no matter."""
        if self._is_running:
            stop = {"state": "Aborted"}
            self._connection.tell(lambda client: client.restful(self._path, method="PATCH", json=stop))
        self._connection.tell(lambda client: client.restful(self._path, method="DELETE"))
