"""The rows after each step are those that the whole recipe leaves, step by step and from files."""

from pathlib import Path

import pyarrow as pa
import pytest

from tests import messy
from workbench import open_sheet
from workbench.doors.web import rows_by_step
from workbench.doors.web.rows_by_step import State
from workbench.model.recipe import Condition, Recipe, Step
from workbench.model.row_query import Order
from workbench.model.sheet import Sheet
from workbench.prepare.cleaning import cleaned, without_removed
from workbench.prepare.findings import findings

WELDING = Condition(column="Programme", test="pattern", text="(?i)weld")
RECIPES = {
    "nothing": (),
    "cells": (Step(operation="case", columns=("Learner",), options={"to": "upper"}),),
    "some rows": (Step(operation="case", columns=("Learner",), options={"to": "lower"}, where=(WELDING,)),),
    "every column": (Step(operation="trim"),),
    "removed rows": (Step(operation="remove_rows", where=(WELDING,)), Step(operation="trim")),
    "the last rows": (
        Step(operation="remove_rows", where=(Condition(column="Learner", test="values", values=("Omar Fischer",)),)),
    ),
    "more columns": (
        Step(operation="split", columns=("E-mail",), options={"separator": ";", "into": ["E-mail", "Other"]}),
        Step(operation="rename", columns=("Other",), options={"to": "Home"}),
        Step(operation="remove_columns", columns=("Phone",)),
    ),
    "more rows": (Step(operation="split_rows", columns=("E-mail",), options={"separator": ";"}),),
    "what has to see all rows": (Step(operation="keep_last", columns=("Programme",)),),
    "one that is off": (Step(operation="remove_rows", on=False), Step(operation="trim", columns=("Learner",))),
}


@pytest.fixture
def sheet(tmp_path: Path) -> Sheet:
    return open_sheet(messy.write(tmp_path / "march.csv", rows=200))


def after(sheet: Sheet, home: Path, *steps: Step) -> State:
    return rows_by_step.after(sheet, Recipe(steps=steps), home)


@pytest.mark.parametrize("name", RECIPES)
def test_the_rows_are_those_that_the_whole_recipe_leaves(sheet: Sheet, tmp_path: Path, name: str) -> None:
    recipe = Recipe(steps=RECIPES[name])
    whole = list(without_removed(cleaned(sheet, recipe)).chunks())
    state = rows_by_step.after(sheet, recipe, tmp_path / "home")
    assert state.cells.to_pylist() == [row for chunk in whole for row in chunk.cells.to_pylist()]
    assert state.lines.to_pylist() == [line for chunk in whole for line in chunk.lines.to_pylist()]
    assert len(state) + (state.gone if name != "more rows" else 0) >= state.source_rows == 200


def test_the_first_rows_of_many_are_there_until_all_were_read(tmp_path: Path) -> None:
    (tmp_path / "many.csv").write_text("number\n" + "".join(f"{n}\n" for n in range(70_000)))
    many = open_sheet(tmp_path / "many.csv")
    first = rows_by_step.first(many)
    assert first is not None and not first.whole
    assert first.rows(pa.array([0, 1])) == ([2, 3], [{"number": "0"}, {"number": "1"}])
    whole = after(many, tmp_path)
    assert whole.whole and len(whole) == 70_000 > len(first)
    assert rows_by_step.first(many) is None


def test_of_a_sheet_that_is_read_at_once_there_are_no_first_rows(sheet: Sheet) -> None:
    assert rows_by_step.first(sheet) is None


def test_a_column_that_a_step_leaves_alone_is_not_written_again(sheet: Sheet, tmp_path: Path) -> None:
    before = after(sheet, tmp_path)
    then = after(sheet, tmp_path, Step(operation="case", columns=("Learner",), options={"to": "upper"}))
    same = [name for name in then.headers if _place(then, name) == _place(before, name)]
    assert same == ["E-mail", "Programme", "Phone", "Enrolled"]


def _place(state: State, name: str) -> int:
    place: int = state.cells[name].chunk(0).buffers()[2].address
    return place


def test_what_each_step_found_in_a_cell_is_known_by_its_line(sheet: Sheet, tmp_path: Path) -> None:
    state = after(
        sheet, tmp_path, Step(operation="trim", columns=("Learner",)), Step(operation="collapse", columns=("Learner",))
    )
    assert state.was([5, 6]) == {(5, "Learner"): [(0, " José  Núñez"), (1, "José  Núñez")]}
    assert [each.changed for each in state.done] == [19, 19]


def test_removed_rows_are_kept_with_their_lines_and_the_step(sheet: Sheet, tmp_path: Path) -> None:
    state = after(sheet, tmp_path, Step(operation="trim"), Step(operation="remove_rows", where=(WELDING,)))
    assert [len(table) for table in state.removed] == [0, state.gone]
    assert state.removed[1].column(0).to_pylist()[:3] == [5, 6, 7]


def test_facets_are_counted_under_the_others(sheet: Sheet, tmp_path: Path) -> None:
    state = after(sheet, tmp_path, *(each.step for each in findings(sheet) if each.step is not None))
    weldings = state.counted("Programme", "values", (WELDING,)).values
    assert {*weldings["text"].to_pylist()} == {"Welding", "welding", "Weldng"}
    assert pa.compute.sum(weldings["rows"]).as_py() == len(state.places((WELDING,)))
    assert state.clusters("Programme", "nearest", ())[0].values[0][0] == "Welding"


def test_what_is_known_of_a_column_holds_as_long_as_no_step_touches_it(tmp_path: Path) -> None:
    sheet = open_sheet(messy.write(tmp_path / "march.csv", rows=201))
    before = after(sheet, tmp_path)
    for column, where in (("Programme", ()), ("Learner", ()), ("Phone", (WELDING,))):
        before.counted(column, "values", where)
    trimmed = after(sheet, tmp_path, Step(operation="trim", columns=("Learner",)))
    removed = after(sheet, tmp_path, Step(operation="remove_rows", where=(WELDING,)))
    assert {key[0] for key in trimmed.known} == {"Programme", "Phone", "mask"}
    assert removed.known == {}
    learners = [state.counted("Learner", "values", ()).values["text"].to_pylist() for state in (before, trimmed)]
    assert any(text != text.strip() for text in learners[0])
    assert all(text == text.strip() for text in learners[1])


def test_the_table_is_taken_away_without_removed_rows_and_secrets(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("name,password\n Ann ,hunter2\nBo,hunter3\n")
    sheet = open_sheet(tmp_path / "a.csv")
    gone = Step(operation="remove_rows", where=(Condition(column="name", test="values", values=("Bo",)),))
    state = after(sheet, tmp_path, Step(operation="trim"), gone)
    assert rows_by_step.csv(sheet, state) == b"name\nAnn\n"


# in the order of a column


def places(order: Order, *, some: list[int] | None = None, number: int = 50) -> list[int]:
    """Where the rows stand that come first in an order."""
    cells = pa.table(
        {
            "name": ["Zoë", "ada", "", "Ada", "ben"],
            "points": ["9", "1,200", "", "-3.5", " 80 "],
            "mixed": ["9", "10", "x", "", "y"],
        }
    )
    state = State(lines=pa.chunked_array([pa.array(range(2, 7), pa.int32())]), cells=cells, source_rows=5)
    return state.in_order(order, pa.array(some, pa.int64()) if some is not None else None, number).to_pylist()


def test_rows_stand_in_the_order_of_a_column_with_blanks_last() -> None:
    assert places(Order()) == [0, 1, 2, 3, 4]
    assert places(Order(descending=True)) == [4, 3, 2, 1, 0]
    assert places(Order(header="name")) == [1, 3, 4, 0, 2]
    assert places(Order(header="name", descending=True)) == [0, 4, 1, 3, 2]


def test_a_column_of_numbers_is_ordered_by_them() -> None:
    assert places(Order(header="points")) == [3, 0, 4, 1, 2]
    assert places(Order(header="points", descending=True)) == [1, 4, 0, 3, 2]
    assert places(Order(header="mixed")) == [1, 0, 2, 4, 3], "10 before 9: half of its cells are numbers"


def test_the_first_of_some_rows_stand_in_that_order_too() -> None:
    assert places(Order(header="name"), some=[0, 2, 3], number=2) == [3, 0]
    assert places(Order(descending=True), some=[0, 2, 3], number=2) == [3, 2]
    assert places(Order(header="name"), some=[]) == []
