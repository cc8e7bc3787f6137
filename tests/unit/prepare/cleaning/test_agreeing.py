"""Rows that belong together take the most frequent value among them."""

import pytest

from tests.recipes import done
from workbench.model.errors import WrongRecipe
from workbench.model.recipe import Condition

ROWS = {"Id": ["1", "1", "1", "2", "2", "", ""], "City": ["Lynn", "Lxnn", "Lynn", "Boston", "Bostxn", "A", "B"]}


def test_the_most_frequent_value_of_a_group_is_taken_for_all_of_it() -> None:
    for size in (1, 2, 7):
        assert done(ROWS, "agree", "City", by=["Id"], rows_in_a_chunk=size)["City"] == [
            "Lynn",
            "Lynn",
            "Lynn",
            "Boston",
            "Bostxn",
            "A",
            "B",
        ], "a tie says nothing, and rows without a key are no group"


def test_a_value_that_too_few_rows_have_is_not_taken() -> None:
    assert done(ROWS, "agree", "City", by=["Id"], least=67)["City"] == ROWS["City"]


def test_blank_cells_have_no_vote_and_are_filled() -> None:
    assert done({"Id": ["1", "1", "1"], "A": ["", " ", "x"]}, "agree", "A", by=["Id"])["A"] == ["x", "x", "x"]


def test_only_the_rows_that_are_meant_vote_and_change() -> None:
    good = Condition(column="City", test="pattern", text="x")
    assert done(ROWS, "agree", "City", by=["Id"], where=[good])["City"] == ROWS["City"]


def test_a_group_cannot_be_of_what_would_be_changed() -> None:
    with pytest.raises(WrongRecipe, match="which it would change"):
        done(ROWS, "agree", "City", by=["City"])
