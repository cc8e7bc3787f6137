"""Columns that a source calls otherwise are missed once, found again, and given their names by a first step."""

import pytest

from tests.recipes import sheet_of, table
from workbench.datasets import catalog
from workbench.model.errors import WrongRecipe
from workbench.model.recipe import Condition, Expected, Recipe, Step
from workbench.prepare.cleaning import cleaned, likely, missed, others, renamed

SPLIT = Step(operation="split", columns=("Name",), options={"separator": " ", "into": ["First", "Last"]})
RECIPE = Recipe(
    steps=(
        Step(operation="trim", columns=("Town",)),
        Step(
            operation="map_values",
            columns=("Town",),
            options={"meanings": {"LINZ": "Linz"}},
            expected=Expected(rows=3, changed=1, of=3, values={"Town": ("Graz",)}),
        ),
        SPLIT,
        Step(operation="case", columns=("Last",), options={"to": "upper"}),
        Step(
            operation="blank_texts",
            columns=("Phone",),
            options={"texts": ["-"]},
            where=(Condition(column="Town", test="values", values=("Graz",)),),
        ),
    )
)
FEBRUARY = {
    "Phone": ["1", "-", "3"],
    "Municipality": ["LINZ ", "Graz", "Graz"],
    "Name": ["Ann Lee", "Bo Ray", "Cy Orr"],
    "Notes": ["", "Graz", ""],
}


def test_a_column_is_missed_once_however_many_steps_need_it() -> None:
    assert missed(RECIPE, FEBRUARY) == ("Town",)
    assert missed(RECIPE, ["Phone", "Town", "Name"]) == ()
    assert missed(RECIPE, ["Phone"]) == ("Town", "Name")


def test_what_a_step_would_make_of_a_missed_column_is_not_missed() -> None:
    assert missed(Recipe(steps=RECIPE.steps[2:4]), ["Learner"]) == ("Name",)


def test_a_column_that_the_source_has_renamed_itself_is_not_missed() -> None:
    rename = Step(operation="rename", columns=("Old",), options={"to": "New"})
    assert missed(Recipe(steps=(rename,)), ["New"]) == ()
    assert missed(Recipe(steps=(rename,)), ["Other"]) == ("Old",)


def test_only_columns_that_no_step_reads_and_nobody_knows_may_be_new_names() -> None:
    assert others(RECIPE, FEBRUARY) == ["Municipality", "Notes"]
    assert others(RECIPE, FEBRUARY, known=["notes"]) == ["Municipality"]


def test_a_column_is_found_again_by_the_values_that_the_recipe_knows() -> None:
    sample = sheet_of(FEBRUARY).sample()
    assert likely(["Town"], ["Municipality"], RECIPE, sample) == {"Town": "Municipality"}
    more = sheet_of({**FEBRUARY, "Colour": ["red", "blue", "Graz"]}).sample()
    assert likely(["Town"], ["Colour", "Municipality"], RECIPE, more) == {"Town": "Municipality"}
    assert likely(["Town"], ["Colour", "Phone"], RECIPE, more) == {}, "nothing speaks for either"


def test_a_column_is_found_again_by_its_name_or_by_the_field_that_both_fill() -> None:
    rows = {"Phone no": ["1"], "Login": ["ann@example.org"], "Phone number": ["x"]}
    sample, contract = sheet_of(rows).sample(), catalog.contract("elevate.students")
    assert likely(["Phone nr"], [*rows], Recipe(), sample) == {"Phone nr": "Phone no"}
    assert likely(["Contact"], ["Login", "Phone no"], Recipe(), sample, {"Contact": "email"}, contract) == {
        "Contact": "Login"
    }


def test_a_first_step_gives_a_column_its_name_back_and_all_steps_find_it() -> None:
    of_march = renamed(RECIPE, {"Municipality": "Town"})
    assert of_march.steps[0] == Step(operation="rename", columns=("Municipality",), options={"to": "Town"})
    assert of_march.steps[1:] == RECIPE.steps
    found = table(cleaned(sheet_of(FEBRUARY), of_march))
    assert found["Town"] == ["Linz", "Graz", "Graz"]
    assert found["Phone"] == ["1", "", "3"]
    assert missed(of_march, FEBRUARY) == ()


def test_a_column_that_is_renamed_once_more_has_one_first_step() -> None:
    of_april = renamed(renamed(RECIPE, {"Municipality": "Town"}), {"City name": "Municipality"})
    assert [step.columns for step in of_april.steps[:2]] == [("City name",), ("Town",)]


def test_a_name_that_the_source_has_already_is_refused() -> None:
    with pytest.raises(WrongRecipe, match="two columns called Town"):
        cleaned(sheet_of({**FEBRUARY, "Town": ["a", "b", "c"]}), renamed(RECIPE, {"Municipality": "Town"}))
