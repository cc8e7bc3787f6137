"""A recipe is kept as JSON, and read back as it was."""

import json
from typing import Any

import pytest

from workbench.model.errors import WrongRecipe
from workbench.model.recipe import Condition, Expected, Recipe, Step, shown, steps_in_words

RECIPE = Recipe(
    name="Clinics",
    steps=(
        Step(operation="trim"),
        Step(
            operation="replace",
            columns=("Phone",),
            options={"find": "x", "by": "-"},
            where=(Condition(column="City", test="values", values=("A", "B"), negated=True),),
            on=False,
            expected=Expected(rows=12, changed=3, of=600),
        ),
    ),
)


def test_a_text_that_nobody_would_see_is_named_in_words() -> None:
    assert [shown(text) for text in ("\n", "\r\n", "\t")] == ["a line break", "a line break", "a tab"]
    assert [shown(text) for text in ("a\nb\n", "\n\n", " ", "")] == ["'a⏎b⏎'", "'⏎⏎'", "' '", "''"]


def test_a_recipe_comes_back_from_json_as_it_was() -> None:
    assert Recipe.from_dict(json.loads(json.dumps(RECIPE.to_dict()))) == RECIPE


def test_a_recipe_with_no_step_that_is_on_is_false() -> None:
    assert RECIPE and not Recipe() and not Recipe(steps=(Step(operation="trim", on=False),))


@pytest.mark.parametrize(
    "data, why",
    [
        ({"version": 2}, "its form is version 2, and 1 is known"),
        ({"steps": {}}, "it is no list of steps"),
        ({"stepps": []}, "there is no stepps in it"),
        (
            {"steps": [{"operation": "trim"}, {"columns": ["A"]}]},
            "Step 2 of the recipe cannot be used: it has no operation",
        ),
        ({"steps": [{"operation": "trim", "where": [{"test": "odd"}]}]}, "there is no test called odd"),
        ({"steps": ["trim"]}, "it is no object of names and values"),
        ({"steps": [{"operation": "trim", "columns": "A"}]}, "columns is a list, and 'A' is none"),
        ({"steps": [{"operation": "trim", "columns": [1]}]}, "columns is a list of texts"),
        ({"steps": [{"operation": "trim", "where": 5}]}, "where is a list, and 5 is none"),
        ({"steps": [{"operation": "trim", "on": "false"}]}, "on is true or false, and 'false' is neither"),
        ({"steps": [{"operation": "trim", "expected": {"rows": 1, "changed": -1}}]}, "its numbers are numbers of rows"),
        ({"steps": [{"operation": "trim", "where": [{"test": ["a"]}]}]}, "test is a text"),
        ({"steps": [{"operation": "trim", "where": [{"test": "blank", "low": []}]}]}, "low is a number or a date"),
        ([], "it is no list of steps"),
        ({"name": "\ud800"}, "has half a character"),
        ({"steps": [{"operation": "\udfff"}]}, "has half a character"),
        ({"steps": [{"operation": "trim", "columns": ["\ud800"]}]}, "has half a character"),
        ({"\ud800": 1}, "has half a character"),
        ({"steps": [{"operation": "set", "options": {"into": "a\0b"}}]}, "has a NUL character"),
    ],
)
def test_what_is_no_recipe_is_refused_in_one_sentence(data: Any, why: str) -> None:
    with pytest.raises(WrongRecipe) as error:
        Recipe.from_dict(data)
    assert why in str(error.value)


def test_a_text_that_only_speaks_of_a_nul_character_is_kept() -> None:
    step = Step(operation="replace", options={"find": "\\u0000", "by": "\\\\u0000"})
    assert Recipe.from_dict(Recipe(steps=(step,)).to_dict()).steps == (step,)


@pytest.mark.parametrize(
    "condition, words",
    [
        (Condition(column="A", test="values", values=("x", "y", "z", "u", "v")), "A is 'x', 'y', 'z' and 2 others"),
        (Condition(column="A", test="length", low=3, high=3), "A has 3 characters"),
        (Condition(column="A", test="length", low=3), "A has at least 3 characters"),
        (Condition(column="A", test="number", low=1, high=9.5, negated=True), "A is not a number from 1 to 9.5"),
        (Condition(column="A", test="date", high="2024-01-31"), "A is a date of at most 2024-01-31"),
        (Condition(column="A", test="number"), "A is a number"),
        (Condition(column="A", test="blank", negated=True), "A is not blank"),
        (Condition(column="A", test="kind", text="email"), "A is of the kind email"),
        (Condition(column="A", test="issue", text="a.b.c", values=("bad_email",)), "A has “bad email” as a.b.c"),
        (Condition(column="A", test="issue", text="a.b.c", negated=True), "A has nothing wrong as a.b.c"),
        (Condition(test="expression", text="lower(A)", values=("x", "")), "(lower(A)) is 'x', ''"),
        (Condition(test="expression", text="a = b"), "(a = b)"),
    ],
)
def test_conditions_are_words(condition: Condition, words: str) -> None:
    assert str(condition) == words


def test_a_text_is_quoted_on_one_line_and_cut_where_it_is_long() -> None:
    assert shown("12 Oak St\r\nLynn") == "'12 Oak St⏎Lynn'"
    assert shown("x" * 41) == f"'{'x' * 39}…'"
    assert shown("") == "''"


def test_steps_are_counted_as_they_are_done_and_those_that_are_switched_off_beside_them() -> None:
    assert steps_in_words(RECIPE) == "1 step and 1 switched off"
    assert steps_in_words(Recipe(steps=RECIPE.steps[:1])) == "1 step"
    assert steps_in_words(Recipe()) == "0 steps"
