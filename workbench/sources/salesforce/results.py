"""A page of a job's results: on disk, and looked at before it counts."""

import hashlib
from collections.abc import Iterator
from csv import reader
from dataclasses import dataclass

import numpy as np
from requests import Response

from workbench.sources.salesforce.connection import Broken
from workbench.sources.spool import Spool

_BLOCK = 1 << 18
_QUOTE, _LF = ord('"'), ord("\n")


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some records as CSV, below a header; they are on disk for as long as it lives."""

    spool: Spool
    start: int
    """Where the first record stands."""
    records: int
    digest: bytes
    next: str
    """By which word the next page is asked for; blank behind the last."""

    @classmethod
    def read(cls, answer: Response, columns: tuple[str, ...]) -> "Page":
        """The page that is answered; raises Broken where it does not hold what it says, and NoSpace."""
        records = int(answer.headers["Sforce-NumberOfRecords"])
        following = answer.headers.get("Sforce-Locator", "null")
        watched = _Watched()
        spool = Spool().fill(watched.blocks(answer))
        try:
            start = _below_header(spool, columns) if watched.lines else 0
            found = max(watched.lines - 1, 0)
            if found != records:
                raise Broken(f"Salesforce gave {found:,} records of a page of {records:,}")
        except Broken:
            spool.remove()
            raise
        return cls(
            spool=spool,
            start=start,
            records=records,
            digest=watched.digest.digest(),
            next="" if following == "null" else following,
        )

    def blocks(self) -> Iterator[bytes]:
        """Its records as they stand."""
        with self.spool.path.open("rb") as file:
            file.seek(self.start)
            while block := file.read(_BLOCK):
                yield block


class _Watched:
    """What goes by of an answer: its lines, not counting those within quotation marks, and its checksum."""

    def __init__(self) -> None:
        self.digest = hashlib.sha256()
        self.lines = 0

    def blocks(self, answer: Response) -> Iterator[bytes]:
        """The answer, whose last line ends as the others do."""
        inside, last = np.uint8(0), b"\n"
        for block in answer.iter_content(_BLOCK):
            self.digest.update(block)
            letters = np.frombuffer(block, np.uint8)
            within = (np.cumsum(letters == _QUOTE, dtype=np.uint8) + inside) & 1
            self.lines += int(((letters == _LF) & (within == 0)).sum())
            inside, last = within[-1], block[-1:]
            yield block
        if last != b"\n":
            self.lines += 1
            yield b"\n"


def _below_header(spool: Spool, columns: tuple[str, ...]) -> int:
    """Where the first record stands; raises Broken where the columns are not those that were asked for."""
    with spool.path.open("rb") as file:
        header = next(reader([file.readline().decode("utf-8", "replace")]), [])
        if [name.lower() for name in header] != [name.lower() for name in columns]:
            raise Broken("Salesforce gave other columns than were asked for")
        return file.tell()
