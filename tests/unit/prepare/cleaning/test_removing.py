"""Rows are removed by what they are, or by what comes after them."""

from tests.recipes import lines, sheet_of, with_steps
from workbench.model.recipe import Condition, Step

ROWS = {"Id": ["1", "2", " 1", "", "", "2"], "Day": ["a", "b", "c", "d", "e", "f"]}


def test_the_rows_of_the_conditions_are_removed() -> None:
    step = Step(operation="remove_rows", where=(Condition(column="Id", test="blank"),))
    assert lines(with_steps(sheet_of(ROWS, 2), step)) == [2, 3, 4, 7]


def test_the_last_row_of_each_key_stays_and_rows_without_a_key_do() -> None:
    for size in (1, 4, 6):
        assert lines(with_steps(sheet_of(ROWS, size), Step(operation="keep_last", columns=("Id",)))) == [4, 5, 6, 7]


def test_a_row_that_was_removed_before_is_no_last_one() -> None:
    first = Step(operation="remove_rows", where=(Condition(column="Day", test="values", values=("f",)),))
    assert lines(with_steps(sheet_of(ROWS, 3), first, Step(operation="keep_last", columns=("Id",)))) == [3, 4, 5, 6]


def test_a_sheet_is_read_again_as_it_was_the_first_time() -> None:
    found = with_steps(sheet_of(ROWS, 2), Step(operation="keep_last", columns=("Id",)))
    assert lines(found) == lines(found)
