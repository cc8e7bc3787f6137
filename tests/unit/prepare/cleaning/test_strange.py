"""Values that a step which maps values does not know are counted, and told where they are new."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from workbench.model.recipe import Expected, Recipe, Step
from workbench.model.sheet import Tally
from workbench.prepare.cleaning import Drift, cleaned, drifts
from workbench.sources import open_sheet

MAPPED = Step(
    operation="map_values", columns=("Programme",), options={"meanings": {"nurse aide": "Nursing", "weld": "Welding"}}
)


def met(tmp_path: Path, recipe: Recipe, programmes: dict[str, int]) -> Tally:
    lines = [f'n{row},"{name}"' for name, rows in programmes.items() for row in range(rows)]
    path = tmp_path / "month.csv"
    path.write_text("\n".join(("Name,Programme", *lines)) + "\n", "utf-8")
    tally = Tally()
    for _ in cleaned(open_sheet(path), recipe).chunks(tally):
        pass
    return tally


def told(tmp_path: Path, recipe: Recipe, programmes: dict[str, int]) -> tuple[Drift, ...]:
    tally = met(tmp_path, recipe, programmes)
    return drifts(recipe, tally.steps, tally.rows)


@pytest.fixture
def monthly(tmp_path: Path) -> Recipe:
    recipe = Recipe(steps=(MAPPED,))
    tally = met(tmp_path, recipe, {"Nursing": 50, "nurse aide": 20, "weld": 20, "Phlebotomy": 8, " ": 4})
    assert tally.steps[0].values == {"Programme": {"Phlebotomy": 8}}
    assert drifts(recipe, tally.steps, tally.rows) == (), "at first everything is new"
    return recipe.expecting(tally.steps, tally.rows)


USUAL = {"Nursing": 50, "nurse aide": 20, "weld": 20, "Welding": 5, "Phlebotomy": 8, "": 1}


def test_values_that_are_mapped_made_or_were_met_are_known(tmp_path: Path, monthly: Recipe) -> None:
    assert told(tmp_path, monthly, USUAL) == ()
    assert Recipe.from_dict(monthly.to_dict()) == monthly


def test_new_values_are_told_with_their_rows_and_hold_where_they_are_many(tmp_path: Path, monthly: Recipe) -> None:
    (few,) = told(tmp_path, monthly, {**USUAL, "nursing assistant": 3, "CMA": 1})
    assert (few.code, few.rows, few.holds) == ("step_values_new", 4, False)
    assert few.message == "Programme: 2 values that no step knows: 'nursing assistant' (3 rows), 'CMA' (1 row)."
    (many,) = told(tmp_path, monthly, {**USUAL, "nursing assistant": 12})
    assert (many.message, many.holds) == ("Programme: 1 value that no step knows: 'nursing assistant' (12 rows).", True)


def test_what_was_let_go_on_is_known_and_what_was_away_for_a_month_is_not_new(tmp_path: Path, monthly: Recipe) -> None:
    tally = met(tmp_path, monthly, {"Nursing": 50, "weld": 40, "CMA": 12})
    later = monthly.expecting(tally.steps, tally.rows)
    assert told(tmp_path, later, {"Nursing": 50, "weld": 40, "CMA": 2, "Phlebotomy": 9}) == ()


def test_of_several_steps_that_map_a_column_one_has_to_know_a_value(tmp_path: Path, monthly: Recipe) -> None:
    later = Step(operation="map_values", columns=("Programme",), options={"meanings": {"CMA": "Medical Assistant"}})
    recipe = Recipe(steps=(*monthly.steps, later))
    tally = met(tmp_path, recipe, USUAL)
    recipe = recipe.expecting(tally.steps, tally.rows)
    assert told(tmp_path, recipe, {**USUAL, "CMA": 3}) == ()
    (new,) = told(tmp_path, recipe, {**USUAL, "HVAC": 1})
    assert new.message == "Programme: 1 value that no step knows: 'HVAC' (1 row)."


def test_a_column_of_names_is_no_list_and_nothing_of_it_is_kept(tmp_path: Path) -> None:
    recipe = Recipe(steps=(MAPPED,))
    for many in (60, 700):
        tally = met(tmp_path, recipe, {f"name {number}": 1 for number in range(many)})
        assert tally.steps[0].values == {"Programme": None}
        expecting = recipe.expecting(tally.steps, tally.rows)
        assert expecting.steps[0].expected is not None and expecting.steps[0].expected.values == {}
        assert told(tmp_path, expecting, {f"other {number}": 1 for number in range(many)}) == ()


def test_more_values_than_a_list_has_are_told(tmp_path: Path, monthly: Recipe) -> None:
    *_, new = told(tmp_path, monthly, {**USUAL, **{f"name {number}": 1 for number in range(700)}})
    assert (new.message, new.holds) == (
        "Programme: more different values that no step knows than can be listed.", True,
    )  # fmt: skip


def test_of_columns_that_a_step_does_not_name_no_value_is_kept(tmp_path: Path) -> None:
    everywhere = Step(operation="map_values", options=MAPPED.options)
    assert met(tmp_path, Recipe(steps=(everywhere,)), {"Phlebotomy": 8}).steps[0].values == {}


@pytest.mark.parametrize(
    "value",
    [
        lambda number: f"{2 + number / 100:.2f}",
        lambda number: f"2026-{number % 12 + 1:02}-{number % 28 + 1:02}",
        lambda number: f"{number % 12 + 1}/{number % 28 + 1}/2026",
        lambda number: f"p{number}@example.org",
        lambda number: f"(555) 123-{4000 + number}",
        lambda number: f"S{10_000 + number}",
    ],
)
def test_a_column_of_numbers_days_addresses_or_ids_is_no_list_however_often_each_stands(
    tmp_path: Path, value: Callable[[int], str]
) -> None:
    recipe = Recipe(steps=(MAPPED,))
    tally = met(tmp_path, recipe, {value(number): 8 for number in range(40)})
    assert tally.steps[0].values == {"Programme": None}
    stored = Expected(rows=320, changed=1, of=320, values={"Programme": tuple(value(number) for number in range(40))})
    before = Recipe(steps=(replace(MAPPED, expected=stored),))
    assert told(tmp_path, before, {value(number): 8 for number in range(60)}) == (), "a list that was kept before"


def test_a_column_whose_values_keep_being_new_is_no_list(tmp_path: Path) -> None:
    names = {f"Name {number}": 1 + 30 * (number % 5 == 0) for number in range(100)}
    assert met(tmp_path, Recipe(steps=(MAPPED,)), names).steps[0].values == {"Programme": None}
    stored = Expected(rows=720, changed=1, of=720, values={"Programme": tuple(names)})
    before = Recipe(steps=(replace(MAPPED, expected=stored),))
    later = {f"Name {number}": rows for number, rows in enumerate(names.values(), start=15)}
    assert told(tmp_path, before, later) == ()


@pytest.mark.parametrize("values", [["Active", "Withdrawn"], ["Yes", "No"], ["2024-2025", "2025-2026"], ["WELD101"]])
def test_a_column_of_programmes_statuses_or_answers_is_a_list(tmp_path: Path, values: list[str]) -> None:
    recipe = Recipe(steps=(MAPPED,))
    tally = met(tmp_path, recipe, dict.fromkeys(values, 20))
    recipe = recipe.expecting(tally.steps, tally.rows)
    (new,) = told(tmp_path, recipe, {**dict.fromkeys(values, 20), "New one": 12})
    assert (new.code, new.holds) == ("step_values_new", True)


def test_a_list_in_whose_place_numbers_stand_is_told(tmp_path: Path, monthly: Recipe) -> None:
    (new,) = told(tmp_path, monthly, {f"{number}.5": 4 for number in range(30)})
    assert (new.code, new.holds) == ("step_values_new", True)
