"""A source that goes into an import is cleaned once, by what was said first."""

from pathlib import Path

import pytest

from workbench.datasets.catalog import contract
from workbench.model.errors import CleanedOtherwise, WrongRecipe
from workbench.model.recipe import Condition, Expected, Recipe, Step
from workbench.model.sheet import Sheet
from workbench.model.template import Mapping, Template
from workbench.prepare.cleaning import as_recipe_says, cleaned, cleaned_once, refuse_secrets
from workbench.prepare.recognition import template_of
from workbench.sources import open_sheet


def adding(text: str, column: str = "name") -> Step:
    return Step(operation="replace", columns=(column,), options={"find": "a", "by": text})


ONE, OTHER = Recipe(steps=(adding("aa"),)), Recipe(steps=(adding("b"),))


@pytest.fixture
def sheet(tmp_path: Path) -> Sheet:
    path = tmp_path / "people.csv"
    path.write_text("email,name,Password\na@example.com,ada,x\n", "utf-8")
    return open_sheet(path)


def template(recipe: Recipe | None, **columns: str) -> Template:
    return Template(id="1", name="t", dataset="elevate.students", mapping=Mapping(columns=columns, recipe=recipe))


def name(sheet: Sheet) -> str:
    return next(sheet.chunks()).cells["name"][0].as_py()


def test_what_was_said_counts_before_what_the_sheet_and_the_template_say(sheet: Sheet) -> None:
    saved = template(OTHER)
    assert name(cleaned_once(sheet, ONE, saved)) == "aadaa"
    assert name(cleaned_once(sheet, None, saved)) == "bdb"
    assert name(cleaned_once(cleaned(sheet, ONE), None, saved)) == "aadaa"
    assert name(cleaned_once(sheet, Recipe(), saved)) == "ada"


def test_a_cleaned_sheet_is_not_cleaned_again_and_never_by_another_recipe(sheet: Sheet) -> None:
    expecting = Recipe(steps=(Step(**{**vars(adding("aa")), "expected": Expected(rows=1, changed=1, of=1)}),), name="n")
    again = as_recipe_says(cleaned(sheet, ONE), expecting)
    assert (name(again), again.recipe, again.source_headers) == ("aadaa", expecting, sheet.headers)
    with pytest.raises(CleanedOtherwise, match=r"people.csv is cleaned by another recipe already"):
        as_recipe_says(cleaned(sheet, ONE), OTHER)
    with pytest.raises(CleanedOtherwise):
        as_recipe_says(cleaned(sheet, ONE), None)


def test_a_step_that_makes_several_rows_of_one_cleans_a_source_like_any_other(sheet: Sheet) -> None:
    step = Step(operation="split_rows", columns=("name",), options={"separator": "d"})
    made = as_recipe_says(sheet, Recipe(steps=(adding("b"), step)))
    assert [chunk.cells["name"].to_pylist() for chunk in made.chunks()] == [["b", "b"]]
    off = Step(**{**vars(step), "on": False})
    assert name(as_recipe_says(sheet, Recipe(steps=(adding("b"), off)))) == "bdb"


@pytest.mark.parametrize(
    "step",
    [
        adding("b", "Password"),
        Step(operation="rename", columns=("Password",), options={"to": "notes"}),
        Step(operation="join", columns=("name", "Password"), options={"into": "notes"}),
        Step(operation="set", options={"into": "notes", "expression": '"Password"'}),
    ],
)
def test_nothing_is_made_of_a_column_that_carries_secrets(sheet: Sheet, step: Step) -> None:
    students = contract("elevate.students")
    with pytest.raises(WrongRecipe, match=r"Password carries secrets"):
        refuse_secrets(cleaned(sheet, Recipe(steps=(step,))), students)
    dropping = Recipe(steps=(Step(operation="remove_columns", columns=("Password",)), Step(operation="trim")))
    refuse_secrets(cleaned(sheet, dropping), students)
    refuse_secrets(sheet, students)


@pytest.mark.parametrize(
    "step",
    [
        Step(operation="set", options={"into": "notes", "expression": """name || ' ' || "Pass""word\""""}),
        Step(operation="set", options={"into": "notes", "expression": """ "Pass""word" """}),
        Step(operation="agree", columns=("name",), options={"by": ['Pass"word']}),
        Step(operation="remove_rows", where=(Condition(column='Pass"word', test="values", values=("x",)),)),
        Step(operation="remove_rows", where=(Condition(test="expression", text="""left("Pass""word", 1) = 'x'"""),)),
    ],
)
def test_a_secret_is_not_read_however_its_name_is_written(tmp_path: Path, step: Step) -> None:
    path = tmp_path / "people.csv"
    path.write_text('email,name,"Pass""word"\na@example.com,ada,x\n', "utf-8")
    with pytest.raises(WrongRecipe, match=r'Pass"word carries secrets'):
        refuse_secrets(cleaned(open_sheet(path), Recipe(steps=(step,))), contract("elevate.students"))


def test_a_text_that_is_the_name_of_a_secret_reads_nothing(sheet: Sheet) -> None:
    step = Step(operation="set", options={"into": "notes", "expression": "replace(name, 'Password', '')"})
    refuse_secrets(cleaned(sheet, Recipe(steps=(step,))), contract("elevate.students"))


def test_a_template_is_known_by_the_columns_that_its_recipe_leaves(sheet: Sheet) -> None:
    renaming = Recipe(steps=(Step(operation="rename", columns=("name",), options={"to": "Learner"}),))
    made = template(renaming, email="email", Learner="full_name")
    assert template_of(sheet, [made]) == made
    assert template_of(sheet, [template(None, email="email", Learner="full_name")]) is None
    unknown = Recipe(steps=(Step(operation="of_tomorrow"),))
    assert template_of(sheet, [template(unknown, email="email", Learner="full_name")]) is None
