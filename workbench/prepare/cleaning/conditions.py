"""Which rows the conditions of a step let through."""

import math
from collections.abc import Callable, Iterable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from workbench.model import dates, numbers
from workbench.model.arrays import any_true, matches, only
from workbench.model.kinds import FORMS, KINDS, could_be
from workbench.model.recipe import Condition, Step, shown
from workbench.model.trimming import AROUND, Rewrite, trimmed
from workbench.model.wording import listed
from workbench.prepare.cleaning.expression import Expression
from workbench.prepare.cleaning.operation import check_pattern, wrong
from workbench.prepare.cleaning.rows import Mask, Rows
from workbench.prepare.cleaning.verdicts import Filled, has

OF_VALUES = ("number", "date", "kind")
"""Tests that are asked of values alone: a blank cell is none, and it is not one that is none either."""
_PERHAPS_AMOUNT = numbers.PERHAPS.replace("[-+($ ]", "[-+($\\s]").replace("[)% ]", "[)%\\s]")


def rows_where(conditions: Iterable[Condition], rows: Rows) -> Mask:
    """The rows of which all conditions are true; None where there is no condition."""
    found: Mask = None
    for condition in conditions:
        flags = pc.fill_null(_true(condition, rows), False)
        if condition.negated:
            flags = pc.invert(flags)
            if condition.test in OF_VALUES:
                flags = pc.and_not(flags, blank(rows.cells[condition.column]))
        found = flags if found is None else pc.and_(found, flags)
    return found


def needed(condition: Condition) -> tuple[str, ...]:
    """The columns that a condition asks of."""
    return Expression(condition.text).columns if condition.test == "expression" else (condition.column,)


def check_condition(condition: Condition, step: Step) -> None:
    """Raises WrongRecipe for a condition that cannot be asked."""
    if condition.test == "expression":
        Expression(condition.text)
    elif not condition.column:
        raise wrong(step, f"the column of its condition ({condition.test}) is not said.")
    elif condition.test == "pattern":
        check_pattern(step, condition.text)
    elif condition.test == "kind" and condition.text not in KINDS:
        raise wrong(step, f"there is no kind called {condition.text!r}, only {listed(list(KINDS))}.")
    elif condition.test in ("number", "date") and condition.text and condition.text not in FORMS:
        raise wrong(step, f"there is no form called {condition.text!r}, only {listed(list(FORMS))}.")
    if condition.test == "issue":
        try:
            Filled.from_text(condition.text)
        except ValueError as error:
            raise wrong(step, f"its condition cannot be asked: {error}.") from None
    if condition.test in ("number", "length"):
        for bound in (condition.low, condition.high):
            _check_bound(step, bound, _is_number(bound), "number")
    if condition.test == "date":
        for bound in (condition.low, condition.high):
            _check_bound(step, bound, isinstance(bound, str) and dates_of(bound) == bound, "day (YYYY-MM-DD)")


def _check_bound(step: Step, bound: Any, fits: bool, what: str) -> None:
    if bound is not None and not fits:
        raise wrong(step, f"{shown(str(bound))} in its condition is no {what}.")


def _is_number(bound: Any) -> bool:
    """Whether a bound can be compared with: an infinite one cannot, nor one that is too large for a number."""
    try:
        return isinstance(bound, int | float) and math.isfinite(bound)
    except OverflowError:
        return False


def dates_of(text: str) -> str | None:
    """A text as a day, in canonical form."""
    return dates.day(pa.array([text], pa.string()))[0].as_py()


def lengths(cells: pa.StringArray) -> pa.Int32Array:
    """The characters of each cell, white space around it included."""
    return pc.utf8_length(cells)


def numbers_in(cells: pa.StringArray, form: str = "") -> pa.DoubleArray:
    """The numbers that cells are, amounts of money among them; null where one is none."""
    sure = matches(cells, numbers.ONE_WAY if not form else numbers.WHOLE)

    def read(others: pa.StringArray) -> pa.StringArray:
        amounts = numbers.amount(trimmed(only(others, matches(others, _PERHAPS_AMOUNT))), form or None)
        return only(amounts, matches(amounts, numbers.AMOUNT))

    return pc.cast(_sure_or(sure, cells, read), pa.float64())


def days_in(cells: pa.StringArray, form: str = "") -> pa.StringArray:
    """The days that cells are, as YYYY-MM-DD; null where one is none."""

    def read(others: pa.StringArray) -> pa.StringArray:
        texts = trimmed(others)
        perhaps = pc.and_(matches(texts, "[0-9]"), matches(texts, dates.PERHAPS))
        found = dates.day(texts.filter(perhaps), form or None)
        return pc.replace_with_mask(pa.nulls(len(texts), pa.string()), perhaps, found)

    return _sure_or(matches(cells, dates.DAY), cells, read)


def _sure_or(sure: pa.BooleanArray, cells: pa.StringArray, read: Rewrite) -> pa.StringArray:
    """The cells that need no reading, and what reading makes of the others."""
    others = pc.invert(sure)
    return pc.replace_with_mask(cells, others, read(cells.filter(others))) if any_true(others) else cells


def blank(cells: pa.StringArray) -> pa.BooleanArray:
    """Which cells have nothing but white space."""
    return pc.equal(pc.utf8_trim(cells, characters=AROUND), "")


def _true(condition: Condition, rows: Rows) -> pa.BooleanArray:
    if condition.test == "expression":
        asked = Expression(condition.text)
        if not condition.values:
            return asked.flags(rows.cells, len(rows))
        return pc.is_in(asked.texts(rows.cells, len(rows)), pa.array(condition.values, pa.string()))
    return _TESTS[condition.test](condition, rows.cells[condition.column])


def _within(condition: Condition, found: pa.Array) -> pa.BooleanArray:
    """Which of what was found lies between the bounds; false where nothing was."""
    low, high = (float(each) if isinstance(each, int) else each for each in (condition.low, condition.high))
    flags = pc.is_valid(found)
    flags = pc.and_kleene(flags, pc.greater_equal(found, low)) if low is not None else flags
    return pc.and_kleene(flags, pc.less_equal(found, high)) if high is not None else flags


def _has_issue(condition: Condition, cells: pa.StringArray) -> pa.BooleanArray:
    return has(cells, Filled.from_text(condition.text), condition.values)


def _of_kind(condition: Condition, cells: pa.StringArray) -> pa.BooleanArray:
    return could_be(KINDS[condition.text], cells)


_TESTS: dict[str, Callable[[Condition, pa.StringArray], pa.BooleanArray]] = {
    "values": lambda condition, cells: pc.is_in(cells, pa.array(condition.values, pa.string())),
    "pattern": lambda condition, cells: pc.match_substring_regex(cells, condition.text),
    "length": lambda condition, cells: _within(condition, lengths(cells)),
    "number": lambda condition, cells: _within(condition, numbers_in(cells, condition.text)),
    "date": lambda condition, cells: _within(condition, days_in(cells, condition.text)),
    "blank": lambda condition, cells: blank(cells),
    "kind": _of_kind,
    "issue": _has_issue,
}
