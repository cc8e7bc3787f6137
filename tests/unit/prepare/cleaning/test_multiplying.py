"""A recipe in two: what cleans the rows of a source, and what makes several of each of them."""

from collections.abc import Iterator

import pytest

from tests.recipes import lines, sheet_of, table
from workbench.model.errors import WrongRecipe
from workbench.model.recipe import Condition, Recipe, Step
from workbench.model.sheet import Chunk, Sheet, Tally
from workbench.prepare.cleaning import (
    Multiplier,
    cleaned,
    hanging,
    left_alone,
    multiplies,
    of_source,
    refuse_alone,
    refuse_multiplying,
)

MARKS = {"Name": [" Ann", "Bob", "Cy", "Di"], "Art": ["A", "", "", "C;D"], "Math": ["B", "C", "", ""]}
TRIM = Step(operation="trim", columns=("Name",))
UNPIVOT = Step(operation="unpivot", columns=("Art", "Math"), options={"name": "Course", "value": "Mark"})
SPLIT = Step(operation="split_rows", columns=("Mark",), options={"separator": ";"})
NO_D = Step(operation="remove_rows", where=(Condition(column="Mark", test="values", values=("D",)),))
LAST = Step(operation="keep_last", columns=("Course",))
RECIPE = Recipe(steps=(TRIM, UNPIVOT, SPLIT, NO_D))


def chunks(sheet: Sheet) -> Iterator[Chunk]:
    return of_source(sheet).chunks()


def made(recipe: Recipe, rows_in_a_chunk: int = 1000) -> tuple[list[tuple[int, ...]], Multiplier]:
    """Name, Course and Mark of each row that is made, with its line; and what made them."""
    sheet = cleaned(sheet_of(MARKS, rows_in_a_chunk), recipe)
    maker = Multiplier(recipe, of_source(sheet).headers, lambda: chunks(sheet))
    found = []
    for chunk in chunks(sheet):
        each = maker.made(chunk)
        found += list(zip(each.rows.lines.to_pylist(), *each.rows.cells.to_pydict().values(), strict=True))
        assert [chunk.lines[at].as_py() for at in each.at.to_pylist()] == each.rows.lines.to_pylist()
    maker.end()
    return found, maker


def test_which_recipes_make_several_rows_of_one() -> None:
    assert [multiplies(each) for each in (None, Recipe(), Recipe(steps=(TRIM,)), RECIPE)] == [False, False, False, True]
    assert not multiplies(Recipe(steps=(TRIM, Step(**{**vars(UNPIVOT), "on": False}))))


@pytest.mark.parametrize("size", [1, 2, 1000])
def test_both_halves_together_make_what_the_whole_recipe_makes(size: int) -> None:
    whole = cleaned(sheet_of(MARKS, size), RECIPE)
    found, maker = made(RECIPE, size)
    assert found == list(zip(lines(whole), *table(whole).values(), strict=True))
    tally, own = Tally(), Tally()
    for _ in whole.chunks(tally):
        pass
    for _ in of_source(whole).chunks(own):
        pass
    assert [*own.steps, *maker.done] == tally.steps


def test_the_source_has_each_row_once_and_its_own_columns() -> None:
    assert table(of_source(cleaned(sheet_of(MARKS), RECIPE))) == {**MARKS, "Name": ["Ann", "Bob", "Cy", "Di"]}
    plain = cleaned(sheet_of(MARKS), Recipe(steps=(TRIM,)))
    assert of_source(plain) is plain


def test_a_row_of_which_nothing_is_left_says_which_step_took_it() -> None:
    sheet = cleaned(sheet_of(MARKS), RECIPE)
    (chunk,) = chunks(sheet)
    gone = Multiplier(RECIPE, ("Name", "Art", "Math"), lambda: chunks(sheet)).made(chunk).gone
    assert gone is not None and gone.removed is not None
    assert (gone.lines.to_pylist(), gone.cells["Name"].to_pylist()) == ([4], ["Cy"])
    assert gone.removed.to_pylist() == [{"position": 0, "step": 1}]


def test_a_made_row_knows_what_stood_in_the_source_before_either_half() -> None:
    recipe = Recipe(steps=(TRIM, UNPIVOT, Step(operation="case", columns=("Name",), options={"to": "upper"})))
    sheet = cleaned(sheet_of(MARKS), recipe)
    (chunk,) = chunks(sheet)
    changes = Multiplier(recipe, ("Name", "Art", "Math"), lambda: chunks(sheet)).made(chunk).rows.changes
    assert changes is not None
    assert changes.to_pylist()[:2] == [
        {"position": 0, "column": "Name", "was": " Ann", "step": 2},
        {"position": 1, "column": "Name", "was": " Ann", "step": 2},
    ]


def test_a_step_that_has_to_know_all_rows_learns_them_first() -> None:
    found, _ = made(Recipe(steps=(UNPIVOT, LAST)), 1)
    assert found == [(3, "Bob", "Math", "C"), (5, "Di", "Art", "C;D")]


def test_what_hangs_on_other_rows_is_named_and_a_row_by_itself_is_refused() -> None:
    assert hanging(RECIPE) is None
    assert hanging(Recipe(steps=(LAST, UNPIVOT))) is None
    assert hanging(Recipe(steps=(UNPIVOT, LAST))) == "Step 2 of the recipe (keep_last)"
    down = Step(operation="fill_down", columns=("Name",))
    with pytest.raises(WrongRecipe, match=r"Step 2 of the recipe \(fill_down\) .* hangs on the others"):
        refuse_alone(Recipe(steps=(UNPIVOT, down)))
    with pytest.raises(WrongRecipe, match=r"Step 2 of the recipe \(unpivot\) .* several rows of one, and why"):
        refuse_multiplying(RECIPE, "why")


def test_columns_that_no_such_step_touches_are_left_alone() -> None:
    assert left_alone(RECIPE, ("Name", "Art", "Math")) == ("Name",)
    assert left_alone(Recipe(steps=(UNPIVOT, Step(operation="trim"))), ("Name", "Art", "Math")) == ()
