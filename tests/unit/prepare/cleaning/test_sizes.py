"""What an operation makes has an end: nothing is made that is longer, and the step is named."""

from pathlib import Path

import pyarrow as pa
import pytest

from workbench.model.errors import WrongRecipe
from workbench.model.recipe import Recipe, Step
from workbench.model.sheet import Sheet
from workbench.prepare.cleaning import cleaned
from workbench.prepare.cleaning.sizes import LONGEST, refuse_joining, refuse_repeating, refuse_replacing
from workbench.sources import open_sheet

GROWING = Step(operation="replace", columns=("a",), options={"find": ".", "by": "x" * 50, "pattern": True})


@pytest.fixture
def sheet(tmp_path: Path) -> Sheet:
    path = tmp_path / "some.csv"
    path.write_text(f"a,b\n1,2\n3,{'y' * 4_000}\n", "utf-8")
    return open_sheet(path)


def refused(sheet: Sheet, *steps: Step) -> str:
    with pytest.raises(WrongRecipe) as error:
        for _ in cleaned(sheet, Recipe(steps=steps)).chunks():
            pass
    return str(error.value)


def test_a_cell_that_grows_with_each_step_is_refused_before_it_is_made(sheet: Sheet) -> None:
    said = refused(sheet, *[GROWING] * 6)
    assert said == ("Step 4 of the recipe (replace) cannot be used: it would make a cell of more than 1,000,000 bytes.")


def test_a_cell_that_was_made_too_long_is_named_by_its_line(sheet: Sheet) -> None:
    mapping = Step(operation="map_values", columns=("a",), options={"meanings": {"3": "x" * (LONGEST + 1)}})
    assert "more than 1,000,000 bytes on line 3" in refused(sheet, mapping)


@pytest.mark.parametrize(
    "step",
    [
        Step(operation="join", columns=("b",) * 300, options={"into": "c"}),
        Step(operation="set", options={"into": "c", "expression": f"concat({', '.join(['b'] * 300)})"}),
        Step(operation="set", options={"into": "c", "expression": f"concat_ws('-', {', '.join(['b'] * 300)})"}),
        Step(operation="set", options={"into": "c", "expression": f"replace(b, 'y', '{'x' * 300}')"}),
        Step(operation="set", options={"into": "c", "expression": f"regexp_replace(b, '.', '{'x' * 300}', 'g')"}),
    ],
)
def test_so_is_what_is_joined_or_replaced_in_an_expression(sheet: Sheet, step: Step) -> None:
    assert f"({step.operation}) cannot be used: it would make a cell of more than" in refused(sheet, step)


def test_what_fits_is_made(sheet: Sheet) -> None:
    long = Step(operation="set", options={"into": "c", "expression": f"concat({', '.join(['b'] * 200)})"})
    first = Step(operation="set", options={"into": "d", "expression": f"regexp_replace(b, 'y', '{'x' * 300}')"})
    (chunk,) = cleaned(sheet, Recipe(steps=(GROWING, GROWING, long, first))).chunks()
    assert [len(cells[1].as_py()) for cells in chunk.cells.columns] == [2_500, 4_000, 800_000, 4_299]


def test_a_long_cell_of_the_source_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text(f"a,b\n{'y' * (LONGEST + 5)}, 1\n", "utf-8")
    (chunk,) = cleaned(open_sheet(path), Recipe(steps=(Step(operation="trim"),))).chunks()
    assert len(chunk.cells["a"][0].as_py()) == LONGEST + 5


def test_the_line_and_the_column_are_named_of_which_too_many_rows_would_be_made(tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    many = ";".join(f"person{number}@example.com" for number in range(5_000))
    path.write_text(f"email,name\nada@example.com,Ada\n{many},Many\n", "utf-8")
    step = Step(operation="split_rows", columns=("email",), options={"separator": ";"})
    assert refused(open_sheet(path), step).endswith(
        "of so few rows, most of it for line 3: its email of 113,889 bytes would stand in 5,000 rows. "
        "Leave that line out, or do the step to other rows."
    )


def test_a_column_of_few_rows_has_an_end_too() -> None:
    cells = pa.array(["x" * 900_000], pa.string())
    with pytest.raises(WrongRecipe, match="more than 256,000,000 bytes of text"):
        refuse_repeating("a", cells, pa.array([0] * 300, pa.int32()), pa.array([2], pa.int32()))
    many = pa.array(["x" * 1_000] * 1_000, pa.string())
    with pytest.raises(WrongRecipe, match="more than 256,000,000 bytes of text"):
        refuse_replacing(many, "x", "y" * 500, pattern=False)
    with pytest.raises(WrongRecipe, match="more than 256,000,000 bytes of text"):
        refuse_joining([many] * 300)
    refuse_replacing(many, "x", "y" * 500, pattern=True, once=True)
