"""Rows as they are told apart by some of their columns, over all chunks of a source."""

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.trimming import AROUND
from workbench.prepare.cleaning.rows import Rows

_BETWEEN = "\x1f"
"""Between the parts of a key: no cell has it but by mistake."""
_FIRST = 200_000


def keys(rows: Rows, columns: Iterable[str]) -> pa.StringArray:
    """The key of each row, without regard to white space around its parts; null where all of them are blank."""
    parts = [pc.utf8_trim(rows.cells[column], characters=AROUND) for column in columns]
    joined = pc.binary_join_element_wise(*parts, _BETWEEN)
    blank = pc.equal(joined, _BETWEEN * (len(parts) - 1))
    return pc.if_else(blank, pa.scalar(None, pa.string()), joined)


class Groups:
    """A number for each key (or each key and value), added up or the largest kept, over all chunks: one row of memory
    for each that is different."""

    def __init__(self, names: tuple[str, ...], how: str) -> None:
        self.names = names
        self.how = how
        self._parts: list[pa.Table] = []
        self._rows = 0
        self._most = _FIRST

    def add(self, columns: Iterable[pa.Array], numbers: pa.Array) -> None:
        """Adds rows: the columns by which they are told apart, and their numbers."""
        part = self._grouped(pa.table([*columns, numbers], names=[*self.names, "number"]))
        self._parts.append(part)
        self._rows += len(part)
        if self._rows > self._most:
            self.table()
            self._most = max(_FIRST, 2 * self._rows)

    def table(self) -> pa.Table:
        """Each once, with its number."""
        if len(self._parts) != 1:
            whole = pa.concat_tables(self._parts) if self._parts else self._nothing()
            self._parts = [self._grouped(whole)]
        self._rows = len(self._parts[0])
        return self._parts[0]

    def _grouped(self, table: pa.Table) -> pa.Table:
        grouped = table.group_by(list(self.names)).aggregate([("number", self.how)])
        return grouped.rename_columns([*self.names, "number"]).combine_chunks()

    def _nothing(self) -> pa.Table:
        columns = [pa.array([], pa.string()) for _ in self.names]
        return pa.table([*columns, pa.array([], pa.int64())], names=[*self.names, "number"])
