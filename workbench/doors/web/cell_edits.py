"""A cell that is edited in the rows at Clean: a step of the recipe, which is done again to next month's file.

So the edit means all rows that say the same in the column, today and next month, as an edited value of a facet does.
One row alone is meant where something tells it from the others next month, too: its key, or a column that is filled and
different in every row. What a facet asks of another column is asked by the step only where rows out of sight say the
same: else it would find nothing next month, once that column is put right. A blank cell is filled in that row alone, or
in no row before somebody has said so: blanks are alike, and what they lack is not. Where nothing tells a row from
others, it alone is corrected at Validate, beside the source.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from workbench.doors.web import following, formats, recipe_editor, rows_by_step, sheets
from workbench.doors.web.recipe_editor import Facet, RecipeEditor
from workbench.doors.web.rows_by_step import State
from workbench.doors.web.sheets import cleaned_by
from workbench.doors.web.views import cell_edit
from workbench.doors.web.views.cleaned_rows import Edits
from workbench.model.recipe import Condition, Recipe, Step, does

_LAST = "clean edited"
"""Where the session keeps the last edit."""
_LOOKED_AT = 10_000
"""So many rows tell whether a column is different in every row."""


@dataclass(frozen=True, kw_only=True)
class Edited:
    """An edit of a cell, as it was taken."""

    column: str
    was: str
    now: str
    line: int
    rows: int
    """So many said so, of those that the facets let through."""
    facets: tuple[Condition, ...]
    """What the facets ask of the other columns."""
    where: tuple[Condition, ...]
    """What of that the step asks for all rows that say so: all, where other rows say so as well, or nothing."""
    alone: tuple[Condition, ...]
    """What tells the row from all others; nothing where nothing does."""
    way: cell_edit.Way
    recipe: Recipe
    """As it was then."""


def of(at: RecipeEditor, said: Sequence[Facet], lines: Sequence[int], rows: Sequence[Mapping[str, str]]) -> Edits:
    """Who is told of edits in a page of rows that fit the facets."""

    def edit(place: int, column: str, was: str, now: str) -> None:
        if place < len(rows):
            _edit(_by_now(at), said, lines[place], rows[place], column, was, now)

    return Edits(edit=edit, undo=lambda: _by_now(at).undo(), redo=lambda: _by_now(at).redo())


def _by_now(at: RecipeEditor) -> RecipeEditor:
    """The editor of the recipe as it is kept: of several edits at once, each comes after the one before."""
    return RecipeEditor.of(at.settings, at.source)


def _edit(
    at: RecipeEditor, said: Sequence[Facet], line: int, row: Mapping[str, str], column: str, was: str, now: str
) -> None:
    state = rows_by_step.after(at.source.raw, at.recipe, at.settings.home)
    # whatever else is asked of this column is true of all cells that say the same, or of none
    facets = tuple(each for each in recipe_editor.conditions(said) if each.column != column)
    says_so = Condition(column=column, test="values", values=(was,))
    rows = len(state.places((*facets, says_so)))
    is_all = bool(was.strip()) and rows == len(state.places((says_so,)))
    where = () if is_all else facets
    if not rows:  # another edit has come before, or somebody else
        return
    way: cell_edit.Way = "every"
    if mended := _mended(at.recipe, state, column, was):
        facets, where, alone, way = (), (), mended, "alone"
    else:
        alone = _alone(at, state, row, column)
        if not was.strip():
            way = "alone" if alone else "none"
    edited = Edited(
        column=column,
        was=was,
        now=now,
        line=line,
        rows=rows,
        facets=facets,
        where=where,
        alone=alone,
        way=way,
        recipe=at.recipe,
    )
    _take(at, edited)


def _mended(recipe: Recipe, state: State, column: str, was: str) -> tuple[Condition, ...]:
    """What the last step asks where it is for one row alone, and has just said there what is said otherwise now."""
    last = recipe.steps[-1] if recipe.steps else Step(operation="")
    if not (last.on and last.where) or (last.operation, last.columns) != ("map_values", (column,)):
        return ()
    said = Condition(column=column, test="values", values=(was,))
    is_alone = was in last.options["meanings"].values() and len(state.places(last.where)) == 1
    return last.where if is_alone and len(state.places((said,))) == len(state.places((*last.where, said))) else ()


def _take(at: RecipeEditor, edited: Edited) -> None:
    """Makes a step of an edit, and keeps what was taken, to tell it and to take it otherwise."""
    if edited.way != "none":
        where = edited.alone if edited.way == "alone" else edited.where
        at.say(edited.column, edited.was, edited.now, where)
        if "clean refused" in st.session_state:
            return
        follow(at, edited.column, edited.was, edited.now, edited.facets)
    st.session_state[_LAST] = replace(edited, recipe=_by_now(at).recipe)


def follow(at: RecipeEditor, column: str, was: str, now: str, where: Sequence[Condition]) -> None:
    """Lets a facet that has chosen a value, which was just said otherwise, choose what that is now, where no row with
    it is left of those that the other facets let through; an undo takes that back."""
    recipe = _by_now(at).recipe
    state = rows_by_step.after(at.source.raw, recipe, at.settings.home)
    said = Condition(column=column, test="values", values=(was,))
    if column not in state.headers or not len(state.places((*where, said))):
        before = st.query_params.get("facets", "")
        recipe_editor.follow(column, was, now)
        following.keep(before, at.recipe, recipe)


def tell(at: RecipeEditor) -> None:
    """The last edit as long as the recipe is as that has left it, and the other way to take it."""
    edited: Edited | None = st.session_state.get(_LAST)
    if edited is None or does(edited.recipe) != does(at.recipe):
        return
    others: dict[cell_edit.Way, cell_edit.Way] = {"every": "alone", "alone": "every", "none": "every"}
    other: cell_edit.Way | None = others[edited.way]
    if other == "alone" and not edited.alone:
        other = None
    cell_edit.told(
        column=edited.column,
        was=edited.was,
        now=edited.now,
        line=edited.line,
        rows=edited.rows,
        where=edited.where,
        alone=edited.alone,
        way=edited.way,
        other=other,
        take=partial(_take_otherwise, at, edited, other),
    )


def _take_otherwise(at: RecipeEditor, edited: Edited, way: cell_edit.Way | None) -> None:
    """Takes an edit in the other way, in its place: one undo takes that back, too."""
    now = _by_now(at)
    if way is None or does(now.recipe) != does(edited.recipe):
        return
    before = now if edited.way == "none" else replace(now, history=now.history.undone())
    following.go_back(now.recipe, before.recipe)
    _take(before, replace(edited, way=way))


# --- what tells a row from all others ---


def _alone(at: RecipeEditor, state: State, row: Mapping[str, str], column: str) -> tuple[Condition, ...]:
    """What is true of a row alone, also next month: its key, as its dataset has it, or what one column says that is
    different in every row."""
    for columns in _ways(at, state, column):
        asked = tuple(Condition(column=each, test="values", values=(row.get(each, ""),)) for each in columns)
        if all(each.values[0].strip() for each in asked) and len(state.places(asked)) == 1:
            return asked
    return ()


def _ways(at: RecipeEditor, state: State, column: str) -> list[Sequence[str]]:
    known = formats.known().get(at.source.dataset or "")
    key: list[str] = []
    if known is not None:  # by its template, or as its headers are recognised
        filled = sheets.filled_by(cleaned_by(at.source.raw, at.recipe), known.name, dict(at.source.fields))
        key = [filled.get(name, "") for name in known.key]
    open_headers = [header for header in state.open_headers if header != column]
    ways: list[Sequence[str]] = [key] if key and all(each in open_headers for each in key) else []
    return ways + [[header] for header in open_headers if _is_different(state.cells[header])]


def _is_different(cells: pa.ChunkedArray) -> bool:
    """Whether the first cells of a column are all filled and different, and do not only count the rows."""
    some = cells.slice(0, _LOOKED_AT).combine_chunks()
    if pc.count_distinct(some).as_py() < len(some) or pc.any(pc.equal(some, "")).as_py():
        return False
    if not pc.all(pc.match_substring_regex(some, r"^\d{1,18}$")).as_py():
        return True
    return bool(np.any(np.diff(some.cast(pa.int64()).to_numpy()) != 1))
