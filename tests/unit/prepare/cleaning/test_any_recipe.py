"""Whatever JSON somebody calls a recipe: it cleans or is refused, and what it changed can be put back."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.recipes import put_back, sheet_of
from workbench.model.errors import WrongRecipe
from workbench.model.recipe import TESTS, Recipe
from workbench.prepare.cleaning import OPERATIONS, Option, cleaned, sentence
from workbench.prepare.cleaning.operation import REQUIRED

COLUMNS = {
    "A": ["x; y", " Ann ", "", "12.50", "n/a"],
    "B": ["03/02/2024", "a@x.org", "JosÃ©", "x", "x"],
    "C": ["1", "1", "2", "2", ""],
}
NAMES = st.sampled_from(["A", "B", "C", "D"])
TEXTS = st.sampled_from(["x", ";", "", " ", "(x)", "(", "y", "D"])
FITTING: dict[str, st.SearchStrategy[Any]] = {
    "text": TEXTS,
    "column": NAMES,
    "pattern": TEXTS,
    "number": st.integers(0, 101),
    "flag": st.booleans(),
    "texts": st.lists(TEXTS, max_size=3),
    "columns": st.lists(NAMES, max_size=3),
    "pairs": st.dictionaries(TEXTS, TEXTS),
    "expression": st.sampled_from(["upper(A)", "A || D", "C + 1", "case when C = '1' then B end", "1 +"]),
}
ODD = st.one_of(st.none(), st.integers(), st.lists(st.none(), max_size=1))


def value(option: Option) -> st.SearchStrategy[Any]:
    """Mostly what an option takes."""
    fitting = st.sampled_from(list(option.choices)) if option.choices is not None else FITTING[option.kind]
    return st.integers(0, 19).flatmap(lambda n: fitting if n else ODD)


CONDITIONS = st.fixed_dictionaries(
    {"test": st.sampled_from(TESTS)},
    optional={
        "column": NAMES,
        "values": st.lists(st.sampled_from(["x", ""])),
        "text": st.sampled_from(["", "x", "(", "email", "dmy", "A = 'x'", "elevate.students.email"]),
        "low": st.sampled_from([None, 1, 0.5, "2024-01-01", "x"]),
        "negated": st.booleans(),
    },
)


COLUMNS_OF = {
    "none": st.just([]),
    "one": st.lists(NAMES, min_size=1, max_size=1),
    "several": st.lists(NAMES, min_size=1, max_size=2),
    "each": st.lists(NAMES, max_size=2),
}


@st.composite
def steps(draw: st.DrawFn) -> dict[str, Any]:
    operation = draw(st.sampled_from(list(OPERATIONS.values())))
    options = [each for each in operation.options if each.default is REQUIRED or draw(st.booleans())]
    return {
        "operation": operation.name,
        "columns": draw(COLUMNS_OF[operation.takes]),
        "options": {each.name: draw(value(each)) for each in options},
        "where": draw(st.lists(CONDITIONS, max_size=1)),
    }


@settings(deadline=None, max_examples=400)
@given(made=st.lists(steps(), max_size=3), chunk=st.integers(1, 6))
def test_any_recipe_cleans_or_is_refused_and_what_it_changed_can_be_put_back(
    made: list[dict[str, Any]], chunk: int
) -> None:
    sheet = sheet_of(COLUMNS, chunk)
    try:
        recipe = Recipe.from_dict({"steps": made})
        found = cleaned(sheet, recipe)
    except WrongRecipe:
        return
    assert all(sentence(step).endswith(".") for step in recipe.steps)
    lines = [line for part in found.chunks() for line in part.lines.to_pylist()]
    assert sorted(set(lines)) == [2, 3, 4, 5, 6]
    names = {step.operation for step in recipe.steps}
    if not names & {"split_rows", "unpivot", "rename", "remove_columns", "set", "join", "split", "extract"}:
        assert put_back(found) == COLUMNS
    assert [part.cells.schema.names for part in found.chunks()] == [list(found.headers)] * len(list(found.chunks()))
