"""The operations that there are."""

from workbench.prepare.cleaning.operation import Operation
from workbench.prepare.cleaning.removing import REMOVE_ROWS
from workbench.prepare.cleaning.texts import REPLACE, TRIM

_ALL = (TRIM, REPLACE, REMOVE_ROWS)

OPERATIONS: dict[str, Operation] = {each.name: each for each in _ALL}
"""By their names, in the order of a menu."""
