"""Which rows the conditions of a step let through."""

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.kinds import trimmed
from workbench.model.recipe import Condition, Step
from workbench.prepare.cleaning.operation import check_pattern
from workbench.prepare.cleaning.rows import Mask, Rows


def rows_where(conditions: Iterable[Condition], rows: Rows) -> Mask:
    """The rows of which all conditions are true; None where there is no condition."""
    found: Mask = None
    for condition in conditions:
        flags = pc.fill_null(_true(condition, rows), False)
        flags = pc.invert(flags) if condition.negated else flags
        found = flags if found is None else pc.and_(found, flags)
    return found


def needed(condition: Condition) -> tuple[str, ...]:
    """The columns that a condition asks of."""
    return (condition.column,) if condition.column else ()


def check_condition(condition: Condition, step: Step) -> None:
    """Raises WrongRecipe for a condition that cannot be asked."""
    if condition.test == "pattern":
        check_pattern(step, condition.text)


def _true(condition: Condition, rows: Rows) -> pa.BooleanArray:
    cells = rows.cells[condition.column]
    match condition.test:
        case "values":
            return pc.is_in(cells, pa.array(condition.values, pa.string()))
        case "pattern":
            return pc.match_substring_regex(cells, condition.text)
        case _:
            return pc.is_null(trimmed(cells))
