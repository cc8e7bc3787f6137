"""Every operation is declared once, and what the page for analysts says of them is so."""

import json
import re
from pathlib import Path

import pytest

from tests import operations
from workbench.model.recipe import TESTS, Recipe, Step
from workbench.prepare.cleaning import OPERATIONS, Operation, checked, sentence
from workbench.prepare.cleaning.expression.written import WORDS

PAGE = (Path(__file__).parents[4] / "docs" / "analyst.md").read_text("utf-8")
CLEAN = PAGE.partition("\n## Clean\n")[2].partition("\n## ")[0]

SAID: dict[str, object] = {
    **dict.fromkeys(("text", "column"), "x"),
    "pattern": "(x)",
    "number": 60,
    "flag": True,
    "texts": ["x"],
    "pairs": {"x": "y"},
    "expression": "x",
}


def plainly(operation: Operation) -> Step:
    """A step that says every option."""
    said = {
        each.name: next(iter(each.choices)) if each.choices is not None else SAID.get(each.kind, ["y", "z"])
        for each in operation.options
    }
    said |= {"into": ["y"]} if operation.name == "extract" else {}
    said |= {"name": "n", "value": "v"} if operation.name == "unpivot" else {}
    return Step(operation=operation.name, columns=() if operation.takes == "none" else ("a",), options=said)


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_an_operation_begins_in_one_way_takes_its_options_and_is_a_sentence(operation: Operation) -> None:
    assert (operation.begin is None) != (operation.learn is None)
    checked(Recipe(steps=(plainly(operation),)))
    said = sentence(plainly(operation))
    assert said.endswith(".") and said[0].isupper() and operation.title


def test_the_page_for_analysts_names_every_operation_condition_and_word_of_an_expression() -> None:
    table = {name for row in re.findall(r"^\| (`.*?) \|", CLEAN, re.MULTILINE) for name in re.findall("`(.*?)`", row)}
    assert table == set(OPERATIONS)
    words = set(re.findall(r"[a-z_]+|\|\||[~+*/=<>-]", CLEAN))
    assert [test for test in TESTS if test not in words] == []
    assert [word for word in WORDS if word.isidentifier() and word not in words | {"ltrim", "rtrim"}] == []


def test_the_recipe_of_the_page_can_be_used() -> None:
    (block,) = re.findall(r"```json\n(.*?)```", CLEAN, re.DOTALL)
    recipe = checked(Recipe.from_dict(json.loads(block)))
    assert len(recipe.steps) == 5


def test_the_options_of_every_operation_stand_in_the_analysts_page_as_they_are() -> None:
    assert operations.written() == operations.table(), "python -m tests.operations writes them anew"
