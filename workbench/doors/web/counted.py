"""What a facet counts of a column."""

from dataclasses import dataclass

import pyarrow as pa

from workbench.model.recipe import Condition


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Rows by something of a column."""

    values: pa.Table
    """Of values: `text` and `rows`, the most frequent first."""
    choices: tuple[tuple[str, Condition, int], ...] = ()
    """Of all else: what can be chosen, in words, with its rows."""


def count(column: pa.ChunkedArray, by: str, mask: pa.ChunkedArray | None) -> Counted:
    """The rows of a column by its values."""
    column = column if mask is None else column.filter(mask)
    found = column.value_counts()
    table = pa.table({"text": found.field("values"), "rows": found.field("counts")})
    return Counted(values=table.sort_by([("rows", "descending"), ("text", "ascending")]))
