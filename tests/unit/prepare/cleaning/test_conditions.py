"""A condition lets rows through; several let those through that all of them do."""

from dataclasses import replace
from typing import Any

import pytest

from tests.recipes import lines, sheet_of, with_steps
from workbench.model.errors import WrongRecipe
from workbench.model.recipe import Condition, Recipe, Step
from workbench.prepare.cleaning import checked

CELLS = {"A": ["", " ", "abc", "1,250.50", "31/12/2024", "a@x.org"], "B": ["1", "2", "3", "4", "5", "6"]}


def let_through(*conditions: Condition) -> list[int]:
    """The rows, from 0, that a step with these conditions removes."""
    left = lines(with_steps(sheet_of(CELLS), Step(operation="remove_rows", where=conditions)))
    return [row for row in range(len(CELLS["A"])) if row + 2 not in left]


@pytest.mark.parametrize(
    "asked, rows, not_so",
    [
        ({"test": "values", "values": ("abc", "")}, [0, 2], [1, 3, 4, 5]),
        ({"test": "pattern", "text": "^[a-z]+"}, [2, 5], [0, 1, 3, 4]),
        ({"test": "length", "low": 1, "high": 3}, [1, 2], [0, 3, 4, 5]),
        ({"test": "blank"}, [0, 1], [2, 3, 4, 5]),
        ({"test": "number"}, [3], [2, 4, 5]),
        ({"test": "number", "low": 1250.5, "high": 2000}, [3], [2, 4, 5]),
        ({"test": "date", "text": "dmy"}, [4], [2, 3, 5]),
        ({"test": "date", "text": "dmy", "low": "2024-12-31"}, [4], [2, 3, 5]),
        ({"test": "date", "text": "dmy", "high": "2024-12-30"}, [], [2, 3, 4, 5]),
        ({"test": "kind", "text": "email"}, [5], [2, 3, 4]),
        ({"test": "issue", "text": "elevate.students.email", "values": ("bad_email",)}, [2, 3, 4], [0, 1, 5]),
        ({"test": "issue", "text": "elevate.students.email"}, [0, 1, 2, 3, 4], [5]),
        ({"test": "expression", "text": "length(A)", "values": ("0", "3")}, [0, 2], [1, 3, 4, 5]),
        ({"test": "expression", "text": "B > 4 or \"A\" = ''"}, [0, 4, 5], [1, 2, 3]),
    ],
)
def test_a_condition_lets_rows_through_or_all_others(asked: dict[str, Any], rows: list[int], not_so: list[int]) -> None:
    condition = Condition(column="" if asked["test"] == "expression" else "A", **asked)
    assert (let_through(condition), let_through(replace(condition, negated=True))) == (rows, not_so)


@pytest.mark.parametrize("high", [1e20, 10**20, 10**30, 1e300])
def test_a_bound_may_be_larger_than_any_number_here(high: float) -> None:
    assert let_through(Condition(column="A", test="number", high=high)) == [3]
    assert let_through(Condition(column="A", test="length", low=-high, high=high)) == [0, 1, 2, 3, 4, 5]
    assert let_through(Condition(column="A", test="length", low=high)) == []


def test_all_of_several_conditions_have_to_be_true() -> None:
    few = Condition(column="B", test="number", low=4)
    assert let_through(few, Condition(column="A", test="kind", text="email", negated=True)) == [3, 4]


@pytest.mark.parametrize(
    "condition, why",
    [
        (Condition(test="blank"), "the column of its condition (blank) is not said"),
        (Condition(column="A", test="pattern", text="("), "no pattern that RE2 knows"),
        (Condition(column="A", test="issue", text="students.mail"), "cannot be asked: 'students' is no dataset."),
        (Condition(column="A", test="kind", text="mail"), "there is no kind called 'mail'"),
        (Condition(column="A", test="date", text="dym"), "there is no form called 'dym'"),
        (Condition(column="A", test="date", low="31/12/2024"), "is no day (YYYY-MM-DD)"),
        (Condition(column="A", test="number", low="many"), "'many' in its condition is no number"),
        (Condition(column="A", test="number", low=float("nan")), "'nan' in its condition is no number"),
        (Condition(column="A", test="length", high=float("inf")), "'inf' in its condition is no number"),
        (Condition(column="A", test="number", high=10**400), "in its condition is no number"),
        (Condition(test="expression", text="now()"), "is not among what there is"),
    ],
)
def test_a_condition_that_cannot_be_asked_is_one_sentence(condition: Condition, why: str) -> None:
    with pytest.raises(WrongRecipe) as error:
        checked(Recipe(steps=(Step(operation="trim", where=(condition,)),)))
    assert str(error.value).startswith("Step 1 of the recipe (trim) cannot be used: ")
    assert why in str(error.value)
