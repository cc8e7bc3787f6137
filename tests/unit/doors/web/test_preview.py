"""A preview shows rows that a step would change, and says how many they are, of all that it had time to look at."""

from pathlib import Path

import pytest

from tests import messy
from workbench import open_sheet
from workbench.doors.web import preview as previewing
from workbench.doors.web import rows_by_step
from workbench.doors.web.preview import Preview, preview
from workbench.doors.web.rows_by_step import State
from workbench.doors.web.views.operations import preview_in_words
from workbench.model.recipe import Condition, Recipe, Step
from workbench.model.sheet import Sheet

WELDING = Condition(column="Programme", test="pattern", text="(?i)weld")
STEPS = {
    "cells": Step(operation="trim", columns=("Learner",)),
    "removed": Step(operation="remove_rows", where=(WELDING,)),
    "none": Step(operation="trim", columns=("Enrolled",)),
    "a new column": Step(
        operation="split", columns=("E-mail",), options={"separator": ";", "into": ["E-mail", "Other"]}
    ),
    "more rows": Step(operation="split_rows", columns=("E-mail",), options={"separator": ";"}),
    "what has to see all": Step(operation="keep_last", columns=("Programme",)),
    "what goes down": Step(operation="blank_down", columns=("Programme",)),
}


@pytest.fixture
def sheet(tmp_path: Path) -> Sheet:
    return open_sheet(messy.write(tmp_path / "march.csv", rows=200))


def after(sheet: Sheet, home: Path, *steps: Step) -> State:
    return rows_by_step.after(sheet, Recipe(steps=steps), home)


def test_it_shows_rows_that_change_and_how_many_of_all_do(sheet: Sheet, tmp_path: Path) -> None:
    state = after(sheet, tmp_path)
    found = preview(sheet, state, STEPS["cells"])
    assert (found.columns, found.looked_at, len(found.rows)) == (("Learner",), 200, 8)
    line, before, now = found.rows[0]
    assert now is not None
    assert (line, before["Learner"], now["Learner"]) == (5, " José  Núñez", "José  Núñez")
    removed = preview(sheet, state, STEPS["removed"])
    assert [now for _, _, now in removed.rows] == [None] * 8
    assert preview(sheet, state, STEPS["none"]).rows == []


@pytest.mark.parametrize("name", STEPS)
def test_it_says_as_many_as_the_step_then_changes(sheet: Sheet, tmp_path: Path, name: str) -> None:
    found = preview(sheet, after(sheet, tmp_path), STEPS[name])
    assert (found.looked_at, found.changed) == (200, after(sheet, tmp_path, STEPS[name]).done[0].changed)


def test_all_of_many_blocks_are_counted_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previewing, "_FIRST", 7)
    monkeypatch.setattr(previewing, "_BLOCK", 11)
    monkeypatch.setattr(previewing, "SECONDS", 60.0)
    sheet = open_sheet(messy.write(tmp_path / "april.csv", rows=150))
    for step in STEPS.values():
        found = preview(sheet, after(sheet, tmp_path), step)
        assert (found.looked_at, found.changed) == (150, after(sheet, tmp_path, step).done[0].changed)


def test_where_there_is_no_time_it_says_of_how_many_rows_it_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previewing, "SECONDS", 0.0)
    (tmp_path / "many.csv").write_text("name,n\n" + " Ann,1\n" * 20_000)
    sheet = open_sheet(tmp_path / "many.csv")
    found = preview(sheet, after(sheet, tmp_path), Step(operation="trim", columns=("name",)))
    assert (found.looked_at, found.changed, len(found.rows)) == (5_000, 5_000, 8)


def test_what_is_known_of_a_preview_is_not_looked_for_again_and_holds_for_its_rows_alone(
    sheet: Sheet, tmp_path: Path
) -> None:
    state = after(sheet, tmp_path)
    found = preview(sheet, state, STEPS["cells"])
    assert preview(sheet, state, STEPS["cells"]) is found
    trimmed = after(sheet, tmp_path, STEPS["cells"])
    assert preview(sheet, trimmed, STEPS["cells"]).changed == 0


ROW = (2, {"a": "x"}, {"a": "y"})


@pytest.mark.parametrize(
    ("found", "rows", "told"),
    [
        (Preview(("a",), [ROW] * 8, 585, 312), 585, "It changes 312 of 585 rows. The first 8 of them:"),
        (Preview(("a",), [ROW], 585, 1), 585, "It changes 1 of 585 rows."),
        (Preview((), [(2, {"a": "x"}, None)] * 3, 585, 3), 585, "It removes 3 of 585 rows."),
        (
            Preview(("a",), [ROW] * 8, 65_000, 3_120),
            1_000_000,
            "It changes 3,120 of the first 65,000 rows (of 1,000,000; the others are looked at when it is done). "
            "The first 8 of them:",
        ),
        (Preview(("a",), [], 585, 0), 585, "It changes none of the rows."),
        (
            Preview(("a",), [], 5_000, 0),
            9_000,
            "It changes none of the first 5,000 rows (of 9,000; the others are looked at when it is done).",
        ),
        (Preview(("b",), [ROW] * 8, 585, 0), 585, "It changes no text."),
    ],
)
def test_it_says_in_words_how_many_of_how_many(found: Preview, rows: int, told: str) -> None:
    assert preview_in_words(found, rows) == told
