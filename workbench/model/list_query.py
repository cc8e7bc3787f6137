"""Which rows of a list are asked for, and in which order: by words in any column, by one cell, by one column."""

from dataclasses import dataclass

from workbench.model.row_query import CellTest, Order

ITS_OWN = Order()
"""The order that a list has by itself."""


@dataclass(frozen=True, kw_only=True)
class ListQuery:
    """Rows of a list that have all that is asked for; what is not is None, or "". Cells and orders name a column as a
    `field`."""

    text: str = ""
    """Words that are all in the row, wherever in its columns."""
    cell: CellTest | None = None
    """What the cell of one column is to be."""
    order: Order = ITS_OWN


EVERY = ListQuery()
"""All of a list, in its own order."""
