"""The CSV that is written of an object: a header, and what was counted and noticed on the way."""

from collections.abc import Iterable, Iterator
from csv import QUOTE_ALL, writer
from io import StringIO

from workbench.sources.salesforce.connection import Connection

_READING = "reading from Salesforce"


class Export:
    """One reading, as it grows."""

    def __init__(self, connection: Connection, columns: tuple[str, ...]) -> None:
        self.connection = connection
        self.columns = columns
        self.records = 0
        self.nuls = 0
        """NUL characters that were left out: no text has any, and no database takes them."""

    @property
    def header(self) -> bytes:
        """Its first line."""
        return self.lines([self.columns])

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should know."""
        return (f"NUL characters were left out: {self.nuls:,}.",) if self.nuls else ()

    def lines(self, rows: Iterable[Iterable[str]]) -> bytes:
        """Rows as a job writes them: every cell in quotation marks, lines that end with LF."""
        text = StringIO(newline="")
        writer(text, quoting=QUOTE_ALL, lineterminator="\n").writerows(rows)
        return text.getvalue().encode("utf-8", "replace")

    def counted(self, blocks: Iterable[bytes], records: int) -> Iterator[bytes]:
        """The blocks of a page, without the characters that no text has."""
        for block in blocks:
            self.nuls += block.count(b"\0")
            yield block.replace(b"\0", b"")
        self.records += records
        self.connection.progress(_READING, self.records)
