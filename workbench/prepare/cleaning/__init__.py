"""Cleaning: the operations of a recipe, and a sheet as a recipe leaves it.

An operation family is a file; `operation` says what one is, `operations` lists them, `rows` is what they work on, and
`cleaned` does a recipe while a source streams by.
"""

from workbench.prepare.cleaning.cleaned import checked, cleaned, headers_after, sentence, taken_by, without_removed
from workbench.prepare.cleaning.drift import CODES, Drift, drifts
from workbench.prepare.cleaning.imported import CLEANED, UNKNOWN, done_of, mapping_of, recipe_of, said_of, told_of
from workbench.prepare.cleaning.multiplying import (
    Multiplier,
    hanging,
    left_alone,
    multiplies,
    of_source,
    own_columns,
    refuse_alone,
    refuse_multiplying,
)
from workbench.prepare.cleaning.once import as_recipe_says, cleaned_once, refuse_secrets
from workbench.prepare.cleaning.operation import Operation, Option
from workbench.prepare.cleaning.operations import OPERATIONS
from workbench.prepare.cleaning.renaming import likely, missed, others, renamed

__all__ = [
    "CLEANED",
    "CODES",
    "OPERATIONS",
    "UNKNOWN",
    "Drift",
    "Multiplier",
    "Operation",
    "Option",
    "as_recipe_says",
    "checked",
    "cleaned",
    "cleaned_once",
    "done_of",
    "drifts",
    "hanging",
    "headers_after",
    "left_alone",
    "likely",
    "mapping_of",
    "missed",
    "multiplies",
    "of_source",
    "others",
    "own_columns",
    "recipe_of",
    "refuse_alone",
    "refuse_multiplying",
    "refuse_secrets",
    "renamed",
    "said_of",
    "sentence",
    "taken_by",
    "told_of",
    "without_removed",
]
