"""The table that people work in, one for all pages: a page of rows with marked cells, whose order is asked of all rows,
whose cells are edited, undone and made again, copied and pasted, and whose rows are picked.

It is AG Grid's community edition. Columns are called by their place ("0", "1" ...): a source's header is only a label,
and may be anything. What a cell or a header says is text and never markup.
"""

from workbench.doors.web.grid.options import fitted, options
from workbench.doors.web.grid.rows import Column, Row, Sorted
from workbench.doors.web.grid.said import Asks, Edit, Said
from workbench.doors.web.grid.table import clicked, table

__all__ = ["Asks", "Column", "Edit", "Row", "Said", "Sorted", "clicked", "fitted", "options", "table"]
