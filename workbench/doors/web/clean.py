"""The page Clean, drawn again by itself at each click: the recipe, the facets, a step that is made, and the rows."""

import time
from collections.abc import Collection, Mapping
from functools import partial
from io import BytesIO
from pathlib import PurePath
from typing import Any

import pyarrow as pa
import streamlit as st

from workbench import Workbench
from workbench.doors import jobs
from workbench.doors.web import (
    address,
    browser,
    counting,
    formats,
    recipe_editor,
    rows_by_step,
    rows_to_clean,
    template_steps,
    uploads,
    words,
)
from workbench.doors.web.page import person
from workbench.doors.web.preview import preview
from workbench.doors.web.recipe_editor import CLUSTERS, Facet, RecipeEditor
from workbench.doors.web.rows_by_step import State
from workbench.doors.web.sheets import SAME_SHEET, Source, cleaned_by
from workbench.doors.web.views import clusters, findings, operations, recipe, take_away
from workbench.model.batch import Batch
from workbench.model.errors import WorkbenchError, WrongRecipe
from workbench.model.finding import Finding
from workbench.model.recipe import Done, Recipe, Step, is_same, steps_in_words
from workbench.model.sheet import Sheet
from workbench.model.template import Mapping as Mapped
from workbench.playbooks import PLAYBOOKS
from workbench.prepare.cleaning import OPERATIONS, likely, missed, others
from workbench.prepare.findings import findings as find
from workbench.settings import Settings

_DRAWN = 0.4
"""Seconds in which the browser draws the first rows of a large file; what is done with them takes all processors."""
LOOKING = "Looking for what is wrong ..."
FOLDED = 6
"""A recipe of more steps is folded, so that the rows stay in sight."""


@st.cache_data(max_entries=20, show_spinner=False, hash_funcs=SAME_SHEET)
def found_in(sheet: Sheet) -> tuple[Finding, ...]:
    """What is probably wrong in the columns of a sheet."""
    shown = rows_by_step.open_headers(sheet.headers)
    return tuple(each for each in find(sheet) if each.column in shown)


@st.fragment
def at_work(settings: Settings, source: Source) -> None:
    """The whole page below its head; a refusal is shown as its sentence."""
    try:
        _at_work(RecipeEditor.of(settings, source))
    except WorkbenchError as refusal:
        st.error(words.text(refusal), icon=":material/block:")


def _at_work(at: RecipeEditor) -> None:
    head = st.container()
    with st.container():  # which is always there: rows that move among what is drawn begin anew, and hear no key
        if refused := st.session_state.pop("clean refused", None):
            st.error(words.text(refused), icon=":material/block:")
    told = st.container()
    reading = st.container()
    first = rows_by_step.first(at.source.raw) if _is_first_look(at) else None
    now = first or rows_by_step.after(at.source.raw, at.recipe, at.settings.home)
    at = at.settled(recipe_editor.expecting(at.recipe, now))
    with head:
        _head(at, now)
    if now.whole:
        with told:
            _recipe(at, now)
    edited = recipe_editor.editing(at.recipe)
    shown = now
    if edited is not None:
        shown = rows_by_step.after(at.source.raw, Recipe(steps=at.recipe.steps[:edited]), at.settings.home)
    has_facets = bool(recipe_editor.facets(shown.open_headers))
    wide = 2.7 if has_facets else 3.4  # without a facet only its choice stands beside the rows
    left, right = st.columns([1, wide], gap="medium")
    with left:
        said = counting.shown_facets(at, shown)
    fits = _fitting(shown, said)
    with right:
        _step(at, shown, said, len(shown) if fits is None else len(fits))
        with st.container(key=rows_to_clean.KEY):
            rows_to_clean.show(at, shown, fits, said, _pick)
    browser.go_to_sought()
    if not now.whole:
        time.sleep(_DRAWN)
        with told:  # what is wrong is looked for once the first rows are there to be looked at
            _recipe(at, now)
        with reading:
            _read(at)


def _read(at: RecipeEditor) -> None:
    """Reads all rows while the first ones are looked at, and begins anew with them; or says why they cannot be read."""
    try:
        rows_by_step.after(at.source.raw, at.recipe, at.settings.home)
    except WorkbenchError as refusal:
        st.error(words.text(refusal), icon=":material/block:")
    else:
        st.rerun()


def _is_first_look(at: RecipeEditor) -> bool:
    """Whether nothing is asked of all rows yet, so that the first ones can be looked at."""
    asked = ("facets", "order", "do", "step")
    return not at.recipe.steps and not any(part in st.query_params for part in asked)


# --- the head: where one is, undo and redo, and the ways on ---


def _head(at: RecipeEditor, now: State) -> None:
    source = at.source
    dataset = f" · `{source.dataset}`" if source.dataset else ""
    here = {**source.address, "dataset": st.query_params.get("dataset") or source.dataset}
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{words.text(source.raw.name)}**{dataset}", width="stretch")
        address.link("profile", "Profile", icon=":material/query_stats:", **here)
        if st.button("Go on to Map", type="primary", icon=":material/schema:"):
            address.go_to("map", **{name: value for name, value in here.items() if value})
    history = at.history
    with st.container(horizontal=True, vertical_alignment="center"):
        if at.recipe.steps or history.can_undo or history.can_redo:
            recipe.bar(at.undo if history.can_undo else None, at.redo if history.can_redo else None)
        take_away.recipe(at.recipe, source.raw.name, at.bring, key=f"{source.kept_under} {at.history.number}")
        take_away.table(partial(_csv, at), source.raw.name)


def _csv(at: RecipeEditor) -> bytes:
    raw = at.source.raw
    return rows_by_step.csv(raw, rows_by_step.after(raw, at.recipe, at.settings.home), for_people=True)


# --- the recipe ---


def _recipe(at: RecipeEditor, now: State) -> None:
    steps = at.recipe.steps
    with st.spinner(LOOKING):
        found = [each for each in found_in(cleaned_by(at.source.raw, at.recipe)) if not each.is_done(at.recipe)]
    if found:
        findings.to_take_up(found, recipe_editor.take_up, at.add_found, now.source_rows, opened=not steps)
    if at.source.batch is not None:
        _into_the_import(at, at.source.batch)
    if at.source.template is not None:
        template_steps.tell(at, at.source.template, some_found=bool(found))
    if not steps:
        more = " Or begin with what was found." if found else ""
        st.caption(f"No step yet. Choose columns and what to do with them: each step is done again next month.{more}")
    if not (steps or at.history.can_undo or at.history.can_redo):
        return
    if any(step.on and OPERATIONS[step.operation].repeats for step in steps):
        _several_of_one(at, now)
    on = [place for place, step in enumerate(steps) if step.on]
    done = dict(zip(on, now.done, strict=True))
    changed = sum(each.changed for each in now.done)
    told = recipe_editor.drifted(at.recipe, done, now)
    _missed(at, done)
    label = f"Recipe: {steps_in_words(at.recipe)}, {words.many(changed, 'change')}"
    key = _unfolded(at, told)
    with (
        st.container(key=recipe_editor.STEPS),
        st.expander(label, icon=":material/receipt_long:", on_change="rerun", key=key),
    ):
        recipe.steps(
            at.recipe,
            done,
            told,
            at.switch,
            at.act,
            editing=recipe_editor.editing(at.recipe),
            moving=at.moving,
            key=f"{at.source.kept_under} {at.history.number}",
        )


def _unfolded(at: RecipeEditor, told: Collection[object]) -> str:
    """The key of the steps' list: open or shut as somebody left it, whatever its label counts; opened where there is
    something new to be told of a step, or one is taken up to be edited."""
    key = f"steps {at.source.kept_under}"
    why = (recipe_editor.editing(at.recipe), bool(told))
    asked = why != (None, False)
    before = st.session_state.get(key)
    if before is None:
        st.session_state[key] = asked or len(at.recipe.steps) <= FOLDED
    else:
        st.session_state[key] = before or (asked and why != st.session_state.get(f"{key} why"))
    st.session_state[f"{key} why"] = why
    return key


def _missed(at: RecipeEditor, done: Mapping[int, Done]) -> None:
    """The columns that steps need and that are called otherwise now, as it seems."""
    source = at.source
    lost = missed(at.recipe, source.raw.headers)
    if not lost:
        return
    known = [*source.fields, *(source.template.mapping.left_out if source.template is not None else ())]
    new = rows_by_step.open_headers(tuple(others(at.recipe, source.raw.headers, known)))
    contract = formats.known().get(source.dataset or "")
    found = likely(lost, new, at.recipe, source.raw.sample(), source.fields, contract)
    recipe.missed(
        {was: found.get(was) for was in lost},
        new,
        sum(bool(each.gone) for each in done.values()),
        at.rename,
        key=f"{source.kept_under} {at.history.number}",
    )


def _into_the_import(at: RecipeEditor, batch: Batch) -> None:
    """The way back into an import that is not written yet, once its rows are to be cleaned otherwise."""
    before = Mapped.from_dict(batch.mapping).recipe
    if batch.stage not in ("staged", "planned", "held") or batch.part_of is not None or is_same(before, at.recipe):
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        pressed = st.button("Check the import again with this recipe", type="primary", icon=":material/check:")
        remember = batch.template_id is not None and st.checkbox("Let the template know it for the next time", True)
        lost = " What was corrected or decided by hand is not, and is not done again." * bool(
            batch.revision or batch.decisions
        )
        st.caption(f"Nothing of it is written yet. All that was said at Map stays.{lost}")
    if pressed:
        with Workbench.open(user=person()) as wb:
            begun = wb.clean_again(batch, at.recipe, remember=remember, source="page")
            jobs.defer(wb, "fill", begun)
        address.go_to("validate", batch=begun.id)


def _several_of_one(at: RecipeEditor, now: State) -> None:
    """What becomes of a row of which several are made; they cannot go along to a playbook, which makes others."""
    if at.source.dataset not in PLAYBOOKS:
        st.info(
            "A step makes several rows of one. In the import each row of the file has its one outcome, and the rows "
            "that are made of it are what is written: all of them, or none.",
            icon=":material/call_split:",
        )
        return
    st.warning(
        "A step makes several rows of one, and this import makes other records of each row of its file. Take the "
        "cleaned rows as a file of their own, and import that.",
        icon=":material/call_split:",
    )
    if st.button("Take them as a file of their own", icon=":material/note_add:"):
        name = f"{PurePath(at.source.raw.name).stem}-clean.csv"
        kept = uploads.keep(at.settings, name, BytesIO(rows_by_step.csv(at.source.raw, now)))
        address.go_to("upload", upload=kept.id)


def _fitting(shown: State, said: tuple[Facet, ...]) -> pa.Array | None:
    """The places of the rows that fit the facets; None where all do."""
    asked = recipe_editor.conditions(said)
    return shown.places(asked) if asked else None


def _pick(header: str) -> None:
    """Takes the column in which somebody clicked."""
    st.session_state[_columns_key()] = [header]
    address.put_word("column", recipe_editor.listed([header]))


# --- a step that is made ---


def _columns_key() -> str:
    return f"clean columns {st.session_state.get('clean form', 0)}"


def _step(at: RecipeEditor, shown: State, said: tuple[Facet, ...], number: int) -> None:
    form = st.session_state.get("clean form", 0)
    headers = shown.open_headers
    with st.container(border=True, key=recipe_editor.FORM):
        columns_key, do_key = _columns_key(), f"clean do {form}"
        one, other = st.columns(2)
        st.session_state.setdefault(columns_key, recipe_editor.said_columns(headers))
        st.session_state[columns_key] = [each for each in st.session_state[columns_key] if each in headers]
        columns = one.multiselect(
            "Columns",
            headers,
            key=columns_key,
            on_change=_say_columns,
            args=(columns_key,),
            placeholder="Choose columns",
        )
        do = other.selectbox(
            "What to do",
            [*OPERATIONS, CLUSTERS],
            index=_at(recipe_editor.said_operation()),
            key=do_key,
            format_func=lambda name: CLUSTERS_TITLE if name == CLUSTERS else OPERATIONS[name].title,
            placeholder="Choose what to do with them",
            on_change=_say_operation,
            args=(do_key,),
        )
        if do is None:
            return
        operation = OPERATIONS.get(do)
        where = recipe_editor.conditions(said) if operation is None or not operation.whole_columns else ()
        if do == CLUSTERS:
            step = _clusters(shown, columns, where)
        else:
            step = _operation(do, shown, columns, where, f"clean option {form} {do}")
        edited = recipe_editor.editing(at.recipe)
        if step is not None and do != CLUSTERS:
            try:
                operations.preview(preview(at.source.raw, shown, step), len(shown))
            except WrongRecipe as refusal:
                st.warning(words.text(refusal.coordinates["why"]), icon=":material/priority_high:")
                step = None
        with st.container(horizontal=True, vertical_alignment="center"):
            label = "Add this step" if edited is None else f"Save step {edited + 1}"
            st.button(
                label, type="primary", icon=":material/add:", disabled=step is None, on_click=at.add, args=(step,)
            )
            st.button("Never mind", type="tertiary", on_click=recipe_editor.put_away)
            of = len(shown) if shown.whole else number
            st.caption(words.text(operations.about(operation, columns, number, of)), width="content")


CLUSTERS_TITLE = "Make values the same that are probably one"


def _at(name: str | None) -> int | None:
    return [*OPERATIONS, CLUSTERS].index(name) if name is not None else None


def _say_columns(key: str) -> None:
    address.put_word("column", recipe_editor.listed(st.session_state[key]))


def _say_operation(key: str) -> None:
    """Takes another operation; what was said for options that both have holds for it as well."""
    do, form = st.session_state[key], st.session_state.get("clean form", 0)
    said = recipe_editor.options_of_both(recipe_editor.said_operation(), do)
    st.session_state[f"clean option {form} {do} before"] = said
    address.put_word("do", do)
    address.put("options", said)


def _operation(do: str, shown: State, columns: list[str], where: Any, key: str) -> Step | None:
    """The step as it is filled in; None where something is to be said yet."""
    operation = OPERATIONS[do]
    before = st.session_state.setdefault(f"{key} before", dict(recipe_editor.said_options()))
    said, lacking = operations.options(operation, shown.open_headers, before, key=key)
    address.put("options", said)
    taken = tuple(columns) if operation.takes != "none" else ()
    if operation.takes in ("one", "several") and not taken:
        lacking = ["which column", *lacking]
    if operation.takes == "one" and len(taken) > 1:
        st.caption("It is done to one column at a time.")
        return None
    if lacking:
        st.caption(f"Still to be said: {words.text(', '.join(lacking))}.")
        return None
    return recipe_editor.without_needless(Step(operation=do, columns=taken, options=said, where=where))


def _clusters(shown: State, columns: list[str], where: Any) -> Step | None:
    """The step that makes chosen clusters one value each; None where none is chosen."""
    if len(columns) != 1:
        st.caption("Choose the one column whose values are compared.")
        return None
    way = clusters.way(st.query_params.get("way"))
    found = shown.clusters(columns[0], way, where)
    pairs = clusters.chosen(found, key=f"clean cluster {columns[0]} {way}")
    if not pairs:
        return None
    return Step(operation="map_values", columns=(columns[0],), options={"meanings": pairs}, where=where)
