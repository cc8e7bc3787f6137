"""The operations that there are."""

from workbench.prepare.cleaning.agreeing import AGREE
from workbench.prepare.cleaning.columns import EXTRACT, JOIN, REMOVE_COLUMNS, RENAME, SET, SPLIT
from workbench.prepare.cleaning.filling import BLANK_DOWN, FILL_DOWN
from workbench.prepare.cleaning.forms import DATES, NUMBERS
from workbench.prepare.cleaning.operation import Operation
from workbench.prepare.cleaning.removing import KEEP_LAST, REMOVE_ROWS
from workbench.prepare.cleaning.repeating import SPLIT_ROWS, UNPIVOT
from workbench.prepare.cleaning.texts import (
    BLANK_TEXTS,
    CASE,
    COLLAPSE,
    MAP_VALUES,
    REPAIR,
    REPLACE,
    STRIP_UNSEEN,
    TRIM,
    UNWRAP,
)

_ALL = (
    *(TRIM, COLLAPSE, STRIP_UNSEEN, UNWRAP, CASE, REPLACE, MAP_VALUES, BLANK_TEXTS, REPAIR, DATES, NUMBERS),
    *(FILL_DOWN, BLANK_DOWN, AGREE),
    *(SPLIT, EXTRACT, JOIN, SET, RENAME, REMOVE_COLUMNS),
    *(REMOVE_ROWS, KEEP_LAST, SPLIT_ROWS, UNPIVOT),
)

OPERATIONS: dict[str, Operation] = {each.name: each for each in _ALL}
"""By their names, in the order of a menu."""
