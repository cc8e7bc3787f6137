"""A page of a job's results: on disk, and looked at before it counts."""

import csv
import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import islice

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv
from requests import Response

from workbench.sources.salesforce.connection import Broken
from workbench.sources.salesforce.described import plain
from workbench.sources.spool import Spool

_BLOCK = 1 << 18
_ROWS = 10_000
_PARSED = 1 << 24
"""Bytes of a page that are parsed at once: no record is longer."""
_EXPONENT, _LONGEST = re.compile(rb'[0-9]E-?[0-9]{1,3}"'), 6
"""The end of a cell that may be a number with an exponent, and its bytes but the last."""
_QUOTE, _LF = ord('"'), ord("\n")


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some records as CSV, below a header; they are on disk for as long as it lives."""

    spool: Spool
    start: int
    """Where the first record stands."""
    records: int
    has_exponents: bool
    """Whether a cell of it may be a number with an exponent."""
    digest: bytes
    ids: pa.ChunkedArray
    """Of its records, in their order."""
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
            ids = _ids(spool, columns) if found else pa.chunked_array([], pa.binary())
        except Broken:
            spool.remove()
            raise
        return cls(
            spool=spool,
            start=start,
            records=records,
            has_exponents=watched.has_exponents,
            digest=watched.digest.digest(),
            ids=ids,
            next="" if following == "null" else following,
        )

    def blocks(self) -> Iterator[bytes]:
        """Its records as they stand."""
        with self.spool.path.open("rb") as file:
            file.seek(self.start)
            while block := file.read(_BLOCK):
                yield block

    def rewritten(self, numbers: Sequence[int], lines: Callable[[list[list[str]]], bytes]) -> Iterator[bytes]:
        """The same, with numbers in those columns without exponents; `lines` writes rows."""
        with self.spool.path.open("rb") as file:
            file.seek(self.start)
            csv.field_size_limit(max(csv.field_size_limit(), 1 << 24))
            rows = csv.reader(TextIOWrapper(file, "utf-8", newline=""))
            while some := list(islice(rows, _ROWS)):
                for row in some:
                    for place in numbers:
                        row[place] = plain(row[place])
                yield lines(some)


class _Watched:
    """What goes by of an answer: its lines, not counting those within quotation marks, and its checksum."""

    def __init__(self) -> None:
        self.digest = hashlib.sha256()
        self.lines = 0
        self.has_exponents = False

    def blocks(self, answer: Response) -> Iterator[bytes]:
        """The answer, whose last line ends as the others do."""
        inside, last, end = np.uint8(0), b"\n", b""
        for block in answer.iter_content(_BLOCK):
            self.digest.update(block)
            self.has_exponents = self.has_exponents or _EXPONENT.search(end + block) is not None
            end = block[-_LONGEST:]
            letters = np.frombuffer(block, np.uint8)
            within = (np.cumsum(letters == _QUOTE, dtype=np.uint8) + inside) & 1
            self.lines += int(((letters == _LF) & (within == 0)).sum())
            inside, last = within[-1], block[-1:]
            yield block
        if last != b"\n":
            self.lines += 1
            yield b"\n"


def _ids(spool: Spool, columns: tuple[str, ...]) -> pa.ChunkedArray:
    """The ids of a page's records; raises Broken where one has none, or another's."""
    parse = arrow_csv.ParseOptions(newlines_in_values=True)
    read = arrow_csv.ReadOptions(column_names=list(columns), skip_rows=1, block_size=_PARSED)
    convert = arrow_csv.ConvertOptions(include_columns=["Id"], column_types={"Id": pa.binary()})
    try:
        ids = arrow_csv.read_csv(spool.path, read, parse, convert)["Id"]
    except pa.ArrowInvalid:
        raise Broken("Salesforce gave a page that is no CSV") from None
    distinct = ids.unique()
    if b"" in distinct.to_pylist():
        raise Broken("Salesforce gave a record without its id")
    if len(distinct) < len(ids):
        raise Broken("Salesforce gave a record twice on one page")
    return ids


def _below_header(spool: Spool, columns: tuple[str, ...]) -> int:
    """Where the first record stands; raises Broken where the columns are not those that were asked for."""
    with spool.path.open("rb") as file:
        header = next(csv.reader([file.readline().decode("utf-8", "replace")]), [])
        if [name.lower() for name in header] != [name.lower() for name in columns]:
            raise Broken("Salesforce gave other columns than were asked for")
        return file.tell()
