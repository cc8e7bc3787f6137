"""A step that meets another file than it was made for is told."""

import pytest

from workbench.model.recipe import Done, Expected, Recipe, Step
from workbench.prepare.cleaning import drifts


def codes(then: Expected | None, done: Done, rows: int) -> list[str]:
    recipe = Recipe(steps=(Step(operation="trim", columns=("A",), expected=then),))
    return [drift.code for drift in drifts(recipe, [done], rows)]


@pytest.mark.parametrize(
    "then, changed, rows, code",
    [
        (Expected(rows=600, changed=12, of=600), 12, 600, []),
        (Expected(rows=600, changed=12, of=600), 20, 1000, []),
        (Expected(rows=600, changed=12, of=600), 23, 600, []),
        (Expected(rows=600, changed=12, of=600), 24, 600, ["step_changed_more"]),
        (Expected(rows=600, changed=12, of=600), 600, 600, ["step_changed_more"]),
        (Expected(rows=600, changed=0, of=600), 11, 600, []),
        (Expected(rows=600, changed=0, of=600), 12, 600, ["step_changed_more"]),
        (Expected(rows=600, changed=600, of=600), 301, 600, []),
        (Expected(rows=600, changed=600, of=600), 300, 600, ["step_changed_fewer"]),
        (Expected(rows=600, changed=300, of=600), 0, 600, ["step_changed_fewer"]),
        (Expected(rows=600, changed=299, of=600), 0, 600, []),
        (Expected(rows=701, changed=15, of=701), 0, 700, []),
        (Expected(rows=10, changed=0, of=10), 4, 10, []),
        (Expected(rows=600, changed=12, of=600), 0, 0, []),
        (None, 600, 600, []),
    ],
)
def test_far_more_are_told_and_far_fewer_of_most_but_no_cleaner_file(
    then: Expected | None, changed: int, rows: int, code: list[str]
) -> None:
    assert codes(then, Done(step=0, rows=rows, changed=changed), rows) == code


def test_a_column_that_is_gone_is_told_in_one_sentence() -> None:
    recipe = Recipe(steps=(Step(operation="trim", columns=("Fax", "Phone")),))
    (gone,) = drifts(recipe, [Done(step=0, gone=("Fax", "Phone"))], 3)
    assert gone.message == (
        "Step 1, “In Fax and Phone, take away white space around the text”, was not done: Fax and Phone are gone."
    )
    (part,) = drifts(recipe, [Done(step=0, rows=3, changed=1, gone=("Fax",))], 3)
    assert part.message == (
        "Step 1, “In Fax and Phone, take away white space around the text”, was done to its other columns only: "
        "Fax is gone."
    )


def test_a_changed_share_is_told_with_both_numbers() -> None:
    recipe = Recipe(steps=(Step(operation="trim", expected=Expected(rows=600, changed=12, of=600)),))
    (more,) = drifts(recipe, [Done(step=0, rows=900, changed=900)], 900)
    assert more.message == (
        "Step 1, “In every column, take away white space around the text”, changed 900 of 900 rows, and 12 of 600 "
        "rows when it was last said to be right."
    )
