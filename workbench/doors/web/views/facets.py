"""Facets: what stands in a column with its rows, to be chosen, several columns at once."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from workbench.doors.web import words
from workbench.doors.web.recipe_editor import BY, Facet
from workbench.model.recipe import Condition
from workbench.prepare.facets import Counted

SHOWN = 12
"""So many values are shown at a time; the others are found by searching."""

Change = Callable[[int, Facet | None], None]


def add(headers: Sequence[str], act: Callable[..., None], said: tuple[Facet, ...]) -> None:
    """The column of another facet."""
    key = "clean facet"
    st.selectbox(
        "Facet of",
        headers,
        index=None,
        key=key,
        on_change=act,
        args=(said, key),
        placeholder="Choose a column",
        help="Counts what stands in a column, over all rows. What you choose is what you see, and what a step is for.",
    )


def card(facet: Facet, counted: Counted, change: Change, *, key: str, place: int) -> None:
    """One facet: what it counts, and what is chosen of it."""
    with st.container(border=True, gap="xsmall", key=f"clean card {place}"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{words.text(facet.column)}**", width="stretch")
            st.button(
                "",
                key=f"{key} close",
                icon=":material/close:",
                type="tertiary",
                help="Take the facet away",
                on_click=change,
                args=(place, None),
            )
        by = f"{key} by"
        st.selectbox(
            f"Count {facet.column} by",
            list(BY),
            list(BY).index(facet.by),
            format_func=BY.__getitem__,
            key=by,
            label_visibility="collapsed",
            on_change=_by,
            args=(place, facet, by, change),
        )
        if facet.by == "values":
            _values(facet, counted, change, key=key, place=place)
        else:
            _choices(facet, counted, change, key=key, place=place)


def _by(place: int, facet: Facet, key: str, change: Change) -> None:
    change(place, Facet(column=facet.column, by=st.session_state[key]))


def _values(facet: Facet, counted: Counted, change: Change, *, key: str, place: int) -> None:
    """Values with their rows: the chosen ones first, then the most frequent, or those that are searched for."""
    table = counted.values
    chosen = facet.chosen.values if facet.chosen is not None else ()
    if len(table) > SHOWN:
        asked = st.text_input(
            "Search", key=f"{key} search", placeholder=f"Search {len(table):,} values", label_visibility="collapsed"
        )
        if asked:
            table = table.filter(pc.match_substring(table["text"], asked, ignore_case=True))
    shown = table.slice(0, SHOWN).to_pylist()
    there = {each["text"] for each in shown}
    rest = [text for text in chosen if text not in there]
    if rest:
        known = counted.values.filter(
            pc.is_in(counted.values["text"], value_set=pa.array(rest, pa.string()))
        ).to_pylist()
        rows = {each["text"]: each["rows"] for each in known}
        shown = [{"text": text, "rows": rows.get(text, 0)} for text in rest] + shown
    for each in shown:
        box = f"{key} value {each['text'] in chosen} {each['text']}"  # what is chosen elsewhere shows here, too
        label = words.visible(each["text"])
        st.checkbox(
            f"{label} :gray[{each['rows']:,}]",
            each["text"] in chosen,
            key=box,
            wrap=True,
            on_change=_choose,
            args=(place, facet, each["text"], box, change),
        )
    if len(table) > SHOWN:
        st.caption(f"and {len(table) - SHOWN:,} more values")
    if chosen:
        inverted = f"{key} not {facet.chosen is not None and facet.chosen.negated}"
        st.checkbox(
            "All but these",
            facet.chosen is not None and facet.chosen.negated,
            key=inverted,
            on_change=_negate,
            args=(place, facet, inverted, change),
        )


def _choices(facet: Facet, counted: Counted, change: Change, *, key: str, place: int) -> None:
    """Ranges, patterns and kinds with their rows, of which one is chosen."""
    if not counted.choices:
        st.caption("There is nothing of it in this column.")
    with st.container(height=420 if len(counted.choices) > SHOWN else "content", border=False, gap="xsmall"):
        for number, (told, condition, rows) in enumerate(counted.choices):
            box = f"{key} choice {number} {told} {facet.chosen == condition}"
            st.checkbox(
                f"{words.text(told)} :gray[{rows:,}]",
                facet.chosen == condition,
                key=box,
                wrap=True,
                on_change=_take,
                args=(place, facet, condition, box, change),
            )
    if facet.chosen is not None and all(condition != facet.chosen for _, condition, _ in counted.choices):
        st.checkbox(
            f"{words.text(facet.chosen)} :gray[0]",
            True,
            key=f"{key} gone",
            on_change=_take,
            args=(place, facet, facet.chosen, f"{key} gone", change),
        )


def _take(place: int, facet: Facet, condition: Condition, key: str, change: Change) -> None:
    change(place, replace(facet, chosen=condition if st.session_state[key] else None))


def _choose(place: int, facet: Facet, text: str, key: str, change: Change) -> None:
    chosen = facet.chosen or Condition(column=facet.column, test="values")
    others = tuple(each for each in chosen.values if each != text)
    values = (*others, text) if st.session_state[key] else others
    change(place, replace(facet, chosen=replace(chosen, values=values) if values else None))


def _negate(place: int, facet: Facet, key: str, change: Change) -> None:
    if facet.chosen is not None:
        change(place, replace(facet, chosen=replace(facet.chosen, negated=bool(st.session_state[key]))))
