"""The facets of the page Clean: which there are, what each of them counts, and a value of one said otherwise."""

from collections.abc import Sequence

import streamlit as st

from workbench.datasets import catalog
from workbench.doors.web import cell_edits, formats, recipe_editor, sheets, words
from workbench.doors.web.recipe_editor import EXPRESSION, Facet, RecipeEditor
from workbench.doors.web.rows_by_step import State
from workbench.doors.web.sheets import cleaned_by
from workbench.doors.web.views import facets
from workbench.model.errors import WrongRecipe
from workbench.model.recipe import Condition
from workbench.prepare.cleaning.expression import Expression
from workbench.prepare.cleaning.verdicts import Filled
from workbench.prepare.facets import Counted


def shown_facets(at: RecipeEditor, shown: State) -> tuple[Facet, ...]:
    """The facets of the address, drawn with what they count of a state."""
    said = recipe_editor.facets(shown.open_headers)
    facets.add(shown.open_headers, _add, _add_expression, said)
    if refused := st.session_state.pop(_REFUSED, None):
        st.warning(words.text(refused), icon=":material/priority_high:")
    for place, facet in enumerate(said):
        others = recipe_editor.conditions([*said[:place], *said[place + 1 :]])
        key = f"facet {place} {facet}"
        with facets.card(facet, _change, key=key, place=place):
            counted = _counted(at, shown, facet, others, place=place, key=key)
            if counted is None:
                continue
            if facet.by in ("values", EXPRESSION):
                say = None if facet.by == EXPRESSION else _saying(at, others)
                facets.values(facet, counted, _change, say, key=key, place=place)
            else:
                facets.choices(facet, counted, _change, key=key, place=place)
    if any(facet.chosen for facet in said):
        st.button("Choose nothing", icon=":material/filter_alt_off:", on_click=recipe_editor.choose_nothing)
    return said


_REFUSED = "clean expression refused"


def _counted(
    at: RecipeEditor, shown: State, facet: Facet, others: tuple[Condition, ...], *, place: int, key: str
) -> Counted | None:
    """What a facet counts; None while somebody has to say what the column is."""
    if facet.by == EXPRESSION:
        return shown.counted_values_of(facet.of, others)
    if facet.by != "issue":
        return shown.counted(facet.column, facet.by, others)
    filled = _filled(at, facet, place=place, key=key)
    return shown.counted_issues(facet.column, filled, others) if filled is not None else None


# --- what is wrong with a column ---


def _filled(at: RecipeEditor, facet: Facet, *, place: int, key: str) -> Filled | None:
    """The field that a column fills: as somebody says it, or as the import, the template or the column itself does."""
    dataset = st.query_params.get("dataset") or at.source.dataset
    known = formats.known()
    if dataset not in known:
        facets.of_dataset({name: each.title for name, each in known.items()}, _say_dataset, key=f"{key} dataset")
        return None
    contract = catalog.contract(dataset)
    sheet = cleaned_by(at.source.raw, at.recipe)
    said = facet.of.removeprefix(f"{dataset}.")
    names = [each.name for each in contract.importable]
    there = facet.column in sheet.headers
    suggested = sheets.fills(sheet, dataset, facet.column, dict(at.source.fields)) if there else ""
    name = next((each for each in (said, suggested) if each in names), None)
    facets.of_field(facet, contract, name, _change, key=f"{key} field", place=place)
    if name is None:
        return None
    written = sheets.written(sheet, dataset, {facet.column: name}) if there else ()
    return Filled(dataset=dataset, field=name, form=next((each.form for each in written if each.form), None) or "")


def _say_dataset(key: str) -> None:
    if dataset := st.session_state[key]:
        st.query_params["dataset"] = dataset


# --- facets that come, change and go ---


def _add(said: tuple[Facet, ...], key: str) -> None:
    if column := st.session_state[key]:
        recipe_editor.set_facets([*said, Facet(column=column)])
        st.session_state[key] = None


def _add_expression(said: tuple[Facet, ...], headers: Sequence[str], key: str) -> None:
    """Another facet of an expression, which can be counted; else why it cannot, and what was typed stays."""
    text = st.session_state[key].strip()
    if not text:
        return
    try:
        strange = [name for name in Expression(text).columns if name not in headers]
    except WrongRecipe as refusal:
        st.session_state[_REFUSED] = refusal.coordinates["why"]
        return
    if strange:
        st.session_state[_REFUSED] = f"The expression asks of {strange[0]}, and there is no column called so."
        return
    recipe_editor.set_facets([*said, Facet(column="", by=EXPRESSION, of=text)])
    st.session_state[key] = ""


def _change(place: int, facet: Facet | None) -> None:
    """Puts another facet in the place of one; None takes it away."""
    said = list(recipe_editor.facets_of_address())
    said[place : place + 1] = [facet] if facet is not None else []
    recipe_editor.set_facets(said)


# --- a value that is said otherwise ---


def _saying(at: RecipeEditor, others: tuple[Condition, ...]) -> facets.Say:
    """What says that a value of a facet is to be another, in the rows that the other facets let through."""

    def say(place: int, facet: Facet, was: str, now: str) -> None:
        at.say(facet.column, was, now, others)
        cell_edits.follow(at, facet.column, was, now, others)

    return say
