"""A recipe cleans a sheet while it is read, and knows what it did."""

from dataclasses import replace
from pathlib import Path

import pytest

from workbench.model.errors import WrongRecipe
from workbench.model.recipe import Condition, Done, Expected, Recipe, Step
from workbench.model.sheet import Sheet, Tally
from workbench.prepare.cleaning import cleaned, headers_after, sentence, without_removed
from workbench.sources import open_sheet

IN_BOSTON = Condition(column="City", test="values", values=("Boston",))


@pytest.fixture
def sheet(tmp_path: Path) -> Sheet:
    path = tmp_path / "people.csv"
    path.write_text("Name,City,Phone\n Ann ,Boston,555x\nBob,Lynn,556x\n Cy ,Boston,557\n", "utf-8")
    return open_sheet(path)


def cells(sheet: Sheet) -> list[dict[str, str]]:
    return [row for chunk in sheet.chunks() for row in chunk.cells.to_pylist()]


def changes(sheet: Sheet) -> list[tuple[int, str, str, int]]:
    return [
        (chunk.lines[row["position"]].as_py(), row["column"], row["was"], row["step"])
        for chunk in sheet.chunks()
        if chunk.changes is not None
        for row in chunk.changes.to_pylist()
    ]


def test_every_changed_cell_knows_what_it_was_and_which_step_changed_it_last(sheet: Sheet) -> None:
    recipe = Recipe(
        steps=(
            Step(operation="trim", columns=("Name",)),
            Step(operation="replace", columns=("Phone",), options={"find": "x", "by": "-"}, where=(IN_BOSTON,)),
            Step(operation="replace", columns=("Phone",), options={"find": "-", "by": ""}),
        )
    )
    assert [row["Phone"] for row in cells(cleaned(sheet, recipe))] == ["555", "556x", "557"]
    assert sorted(changes(cleaned(sheet, recipe))) == [
        (2, "Name", " Ann ", 0),
        (2, "Phone", "555x", 2),
        (4, "Name", " Cy ", 0),
    ]


def test_a_recipe_leaves_at_least_one_column(sheet: Sheet) -> None:
    first = Step(operation="remove_columns", columns=("Name", "City"))
    last = Step(operation="remove_columns", columns=("Phone",))
    assert headers_after(sheet.headers, Recipe(steps=(first,))) == ("Phone",)
    with pytest.raises(WrongRecipe, match=r"Step 2 of the recipe \(remove_columns\) .*: no column would be left\."):
        cleaned(sheet, Recipe(steps=(first, last)))


def test_a_text_that_nothing_keeps_is_refused_wherever_it_was_made(sheet: Sheet) -> None:
    for text, why in (("\ud800", "half a character"), ("a\0b", "a NUL character")):
        step = Step(operation="set", options={"into": text, "expression": "City"})
        with pytest.raises(WrongRecipe, match=f"Step 1 of the recipe .set. .*{why}"):
            cleaned(sheet, Recipe(steps=(step,)))


def test_a_cell_that_is_the_sources_again_is_no_change(sheet: Sheet) -> None:
    there = Step(operation="replace", columns=("City",), options={"find": "Lynn", "by": "Lyn"})
    back = Step(operation="replace", columns=("City",), options={"find": "Lyn", "by": "Lynn"})
    assert changes(cleaned(sheet, Recipe(steps=(there, back)))) == []


def test_removed_rows_stay_with_their_lines_and_are_left_out_on_demand(sheet: Sheet) -> None:
    recipe = Recipe(steps=(Step(operation="remove_rows", where=(IN_BOSTON,)), Step(operation="trim")))
    (chunk,) = cleaned(sheet, recipe).chunks()
    assert chunk.lines.to_pylist() == [2, 3, 4]
    assert chunk.removed is not None
    assert chunk.removed.to_pylist() == [{"position": 0, "step": 0}, {"position": 2, "step": 0}]
    assert chunk.changes is not None and len(chunk.changes) == 0, "no later step looks at a removed row"
    (left,) = without_removed(cleaned(sheet, recipe)).chunks()
    assert left.lines.to_pylist() == [3]


def test_the_tally_says_what_each_step_did(sheet: Sheet) -> None:
    recipe = Recipe(
        steps=(
            Step(operation="trim", columns=("Name",)),
            Step(operation="trim", columns=("City",), on=False),
            Step(operation="remove_rows", where=(IN_BOSTON,)),
        )
    )
    tally = Tally()
    list(cleaned(sheet, recipe).chunks(tally))
    assert tally.steps == [Done(step=0, rows=3, changed=2), Done(step=2, rows=2, changed=2)]
    assert recipe.expecting(tally.steps, tally.rows).steps[0].expected == Expected(rows=3, changed=2, of=3)


def test_a_step_whose_column_is_gone_is_not_done_and_told(sheet: Sheet) -> None:
    gone = Step(operation="replace", columns=("Fax",), options={"find": "x"})
    tally = Tally()
    assert cells(cleaned(sheet, Recipe(steps=(gone,)))) == cells(sheet)
    list(cleaned(sheet, Recipe(steps=(gone,))).chunks(tally))
    assert tally.steps == [Done(step=0, gone=("Fax",))]


def test_a_step_on_several_columns_is_done_to_those_that_are_there(sheet: Sheet) -> None:
    tally = Tally()
    list(cleaned(sheet, Recipe(steps=(Step(operation="trim", columns=("Fax", "Name")),))).chunks(tally))
    assert tally.steps == [Done(step=0, rows=3, changed=2, gone=("Fax",))]


def test_a_cleaned_sheet_is_the_same_source(sheet: Sheet) -> None:
    found = cleaned(sheet, Recipe(steps=(Step(operation="trim"),)))
    assert (found.checksum, found.path, found.size, found.headers) == (
        sheet.checksum,
        sheet.path,
        sheet.size,
        sheet.headers,
    )
    assert headers_after(sheet.headers, Recipe()) == sheet.headers


def test_a_sample_keeps_the_changes_of_its_rows(sheet: Sheet) -> None:
    sample = cleaned(sheet, Recipe(steps=(Step(operation="trim", columns=("Name",)),))).sample(2)
    assert sample.changes is not None
    assert sample.changes.to_pylist() == [{"position": 0, "column": "Name", "was": " Ann ", "step": 0}]


@pytest.mark.parametrize(
    "step, why",
    [
        (Step(operation="melt"), "Step 2 of the recipe (melt) cannot be used: there is no operation called melt"),
        (Step(operation="replace"), "its option find is not said"),
        (Step(operation="replace", options={"find": 3}), "its option find is a text, and 3 is none"),
        (Step(operation="replace", options={"find": "(?=x)", "pattern": True}), "no pattern that RE2 knows"),
        (Step(operation="trim", options={"side": "left"}), "it has no option called side"),
        (Step(operation="remove_rows", columns=("Name",)), "it takes no columns"),
    ],
)
def test_a_wrong_step_is_one_sentence(sheet: Sheet, step: Step, why: str) -> None:
    with pytest.raises(WrongRecipe) as error:
        cleaned(sheet, Recipe(steps=(Step(operation="trim"), step)))
    assert why in str(error.value)


def test_steps_are_sentences() -> None:
    step = Step(operation="replace", columns=("Phone",), options={"find": "x", "by": "-"}, where=(IN_BOSTON,))
    assert sentence(step) == "In Phone, of the rows where City is 'Boston', replace 'x' by '-'."
    known = replace(step, expected=Expected(rows=11, changed=4, of=200))
    assert sentence(known) == sentence(step), "last month's rows are none of this file's"
    assert sentence(known, 12) == "In Phone, of the 12 rows where City is 'Boston', replace 'x' by '-'."
    assert sentence(Step(operation="trim")) == "In every column, take away white space around the text."


def test_what_is_told_of_values_as_they_came_is_not_told_of_a_cleaned_sheet(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    rows = [f"n{row}@example.com{'; home@example.org' * (row == 7)},{row}" for row in range(40)]
    path.write_text("\n".join(("E-mail,Age", *(row.replace("7,7", "7,-") for row in rows))) + "\n", "utf-8")
    path.write_text(path.read_text("utf-8").replace("home@example.org,7", "home@example.org,"), "utf-8")
    sheet = open_sheet(path)
    assert sheet.reading.warnings == (
        "Line 9 has texts where other rows have values (--skip-lines 9 leaves it out).",
    )  # fmt: skip
    split = Step(operation="split", columns=("E-mail",), options={"separator": "; ", "into": ["E-mail", "Other"]})
    assert cleaned(sheet, Recipe(steps=(split,))).reading.warnings == ()


def test_the_values_of_a_map_are_told_in_one_order_and_their_number_agrees() -> None:
    meanings = {"weld": "Welding", "cna": "CNA", "nurse": "Nursing", "aide": "CNA"}
    told = "In A, take 'aide' → 'CNA', 'cna' → 'CNA', 'nurse' → 'Nursing' and 1 other value."
    for pairs in (meanings, dict(reversed(meanings.items()))):
        assert sentence(Step(operation="map_values", columns=("A",), options={"meanings": pairs})) == told
