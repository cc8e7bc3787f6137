"""Records that a job of the Bulk API 2.0 reads: CSV, page by page, each checked before it counts."""

import hashlib
import tempfile
import time
from collections.abc import Iterator
from csv import reader
from dataclasses import dataclass
from functools import partial
from typing import IO, Any

import numpy as np
from requests import Response
from simple_salesforce.util import exception_handler

from workbench.sources.salesforce.connection import Broken, Connection, Refused
from workbench.sources.salesforce.export import Export
from workbench.sources.salesforce.pages import exported as exported_by_pages
from workbench.sources.salesforce.pages import lost
from workbench.sources.salesforce.query import Query

RECORDS_OF_A_PAGE = 50_000
_BLOCK = 1 << 18
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
        for page in job.pages(export.columns):
            yield from export.counted(page.blocks(), page.records)
        if expected is not None and export.records != expected:
            raise connection.refused(lost(export.records, expected))
    finally:
        job.put_away()


@dataclass(frozen=True, kw_only=True)
class _Page:
    """One page of results, whole."""

    file: IO[bytes]
    start: int
    """Where its first record stands."""
    records: int
    digest: bytes
    next: str
    """Where the next one is; blank behind the last."""

    def blocks(self) -> Iterator[bytes]:
        self.file.seek(self.start)
        while block := self.file.read(_BLOCK):
            yield block


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

    def pages(self, columns: tuple[str, ...]) -> Iterator[_Page]:
        """Its results; the page before goes away with the next."""
        seen: set[bytes] = set()
        locators, locator = {""}, ""
        with tempfile.TemporaryFile() as file:
            while True:
                fetch = partial(self._page, file=file, columns=columns, locator=locator, seen=seen)
                page = self._connection.ask(fetch)
                seen.add(page.digest)
                yield page
                if not page.next:
                    return
                if page.next in locators:
                    raise self._connection.refused("Salesforce leads from one page to the same again. Try again later.")
                locators.add(page.next)
                locator = page.next

    def _page(self, client: Any, file: IO[bytes], columns: tuple[str, ...], locator: str, seen: set[bytes]) -> _Page:
        """One page on disk; raises Broken where it is not whole, or another one again."""
        asked = {"maxRecords": str(RECORDS_OF_A_PAGE)} | ({"locator": locator} if locator else {})
        headers = {**client.headers, "Accept": "text/csv"}
        url = f"{client.base_url}{self._path}/results"
        with client.session.get(url, params=asked, headers=headers, stream=True) as answer:
            if answer.status_code >= 300:
                exception_handler(answer)
            counted, digest = _written(answer, file)
            said, following = answer.headers["Sforce-NumberOfRecords"], answer.headers.get("Sforce-Locator", "null")
        start = _below_header(file, columns)
        if counted - 1 != int(said):
            raise Broken(f"Salesforce gave {max(counted - 1, 0):,} records of a page of {int(said):,}")
        if int(said) and digest in seen:
            raise Broken("Salesforce gave the same page twice")
        return _Page(
            file=file, start=start, records=int(said), digest=digest, next="" if following == "null" else following
        )

    def put_away(self) -> None:
        """Stops it where it still runs, and lets Salesforce forget its results; that nobody answers is no matter."""
        if self._is_running:
            stop = {"state": "Aborted"}
            self._connection.tell(lambda client: client.restful(self._path, method="PATCH", json=stop))
        self._connection.tell(lambda client: client.restful(self._path, method="DELETE"))


def _written(answer: Response, file: IO[bytes]) -> tuple[int, bytes]:
    """The lines of an answer, not counting those within quotation marks, and the checksum of what was written."""
    file.seek(0)
    file.truncate()
    digest, lines, inside, last = hashlib.sha256(), 0, 0, b"\n"
    for block in answer.iter_content(_BLOCK):
        file.write(block)
        digest.update(block)
        found = np.frombuffer(block, np.uint8)
        within = (np.cumsum(found == _QUOTE, dtype=np.uint8) + np.uint8(inside)) & 1
        lines += int(((found == _LF) & (within == 0)).sum())
        inside, last = int(within[-1]), block[-1:]
    if last != b"\n":
        file.write(b"\n")
        lines += 1 - inside
    return lines, digest.digest()


_QUOTE, _LF = ord('"'), ord("\n")


def _below_header(file: IO[bytes], columns: tuple[str, ...]) -> int:
    """Where a page's first record stands; raises Broken where the columns are not those that were asked for."""
    file.seek(0)
    header = next(reader([file.readline().decode("utf-8", "replace")]), [])
    if [name.lower() for name in header] != [name.lower() for name in columns]:
        raise Broken("Salesforce gave other columns than were asked for")
    return file.tell()
