"""Which column fills which field: suggested, confirmed by a person, remembered in a template.

A column whose header is a field's name, or one of its aliases, is sure. What only looks like a field, by its header or
by its values, is a guess: it is shown with a score and a reason, and never used before a person has said so.

`headers` compares names, `excluded` knows the columns that are never imported, `suggesting` says what each column is
taken for, and `resolving` makes the mapping that an import uses.
"""

from workbench.model.template import Mapping, Template
from workbench.prepare.mapping.excluded import dropped, not_said, not_taken, secrets
from workbench.prepare.mapping.headers import Method, key
from workbench.prepare.mapping.resolving import (
    by_field,
    check,
    lacking,
    may_be_lenient,
    open_points,
    refuse_lenient,
    resolve,
)
from workbench.prepare.mapping.suggesting import Suggestion, by_hand, suggest, suggest_values

__all__ = [
    "Mapping",
    "Method",
    "Suggestion",
    "Template",
    "by_field",
    "by_hand",
    "check",
    "dropped",
    "key",
    "lacking",
    "may_be_lenient",
    "not_said",
    "not_taken",
    "open_points",
    "refuse_lenient",
    "resolve",
    "secrets",
    "suggest",
    "suggest_values",
]
