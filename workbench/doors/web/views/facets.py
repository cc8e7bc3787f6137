"""Facets: what stands in a column with its rows, to be chosen, several columns at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from workbench.doors.web import browser, words
from workbench.doors.web.recipe_editor import BY, EXPRESSION, Facet
from workbench.model.contract import Contract
from workbench.model.recipe import Condition
from workbench.model.wording import cut, listed
from workbench.prepare.cleaning.expression import Expression
from workbench.prepare.facets import Counted

SHOWN = 12
"""So many values are shown at a time."""

Change: TypeAlias = Callable[[int, Facet | None], None]
Say: TypeAlias = Callable[[int, Facet, str, str], None]
"""Place, facet, a value of it, and what that is to be."""
_OTHERWISE = "clean said otherwise"
"""Where the session keeps which value of which facet somebody is about to say otherwise."""
_ANSWERS = {"true": "yes", "false": "no"}


def add(
    headers: Sequence[str], column: Callable[..., None], expression: Callable[..., None], said: tuple[Facet, ...]
) -> None:
    """The column of another facet, or the expression."""
    key = "clean facet"
    st.selectbox(
        "Facet of",
        headers,
        index=None,
        key=key,
        on_change=column,
        args=(said, key),
        placeholder="Choose a column",
        help="Counts what stands in a column, over all rows. What you choose is what you see, and what a step is for.",
    )
    key = "clean facet expression"
    st.text_input(
        "Facet of an expression",
        key=key,
        on_change=expression,
        args=(said, tuple(headers), key),
        placeholder="or type an expression",
        label_visibility="collapsed",
        help='As in SQL: length(Phone) > 12, lower(City), Start > "End". Enter counts its values, or yes and no.',
    )


def card(facet: Facet, change: Change, *, key: str, place: int) -> DeltaGenerator:
    """The frame of one facet, with what it counts by; what stands in it comes next."""
    frame = st.container(border=True, gap="xsmall", key=f"clean card {place}")
    with frame:
        with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
            title = f"**{words.text(facet.column)}**" if facet.by != EXPRESSION else f"`{facet.of.replace('`', ' ')}`"
            st.markdown(title, width="stretch")
            st.button(
                "",
                key=f"{key} close",
                icon=":material/close:",
                type="tertiary",
                help="Take the facet away",
                on_click=change,
                args=(place, None),
            )
        if facet.by != EXPRESSION:
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
    return frame


def _by(place: int, facet: Facet, key: str, change: Change) -> None:
    change(place, Facet(column=facet.column, by=st.session_state[key]))


def of_dataset(known: Mapping[str, str], say: Callable[[str], None], *, key: str) -> None:
    """The dataset that a row is of, where nobody knows it."""
    st.selectbox(
        "What is a row of it?",
        list(known),
        index=None,
        format_func=known.__getitem__,
        key=key,
        on_change=say,
        args=(key,),
        placeholder="Choose a dataset",
    )


def of_field(facet: Facet, contract: Contract, name: str | None, change: Change, *, key: str, place: int) -> None:
    """The field that a column is judged as."""
    names = [each.name for each in contract.importable]
    st.selectbox(
        f"Judge {facet.column} as",
        names,
        index=names.index(name) if name in names else None,
        key=key,
        on_change=_judge,
        args=(place, facet, contract.name, key, change),
        placeholder="Choose its field",
        help=f"What {contract.title} says of the column by itself. Validate judges whole rows.",
    )


def _judge(place: int, facet: Facet, dataset: str, key: str, change: Change) -> None:
    change(place, Facet(column=facet.column, by="issue", of=f"{dataset}.{st.session_state[key]}"))


def values(facet: Facet, counted: Counted, change: Change, say: Say | None, *, key: str, place: int) -> None:
    """Values with their rows, page by page: the chosen ones first, then the most frequent or the rarest, of all or of
    those that are searched for; each can be said otherwise, where `say` does that."""
    table = counted.values
    chosen = facet.chosen.values if facet.chosen is not None else ()
    asked, rarest = "", False
    if len(table) > SHOWN:
        asked = st.text_input(
            "Search", key=f"{key} search", placeholder=f"Search {len(table):,} values", label_visibility="collapsed"
        )
        rarest = st.toggle("Rarest first", key=f"{key} rarest")
    if rarest:
        table = table.take(np.argsort(table["rows"].to_numpy(), kind="stable"))
    if asked:
        table = table.filter(pc.match_substring(table["text"], asked, ignore_case=True))
    lines = st.container(gap="xsmall")
    shown = table.slice(_first(len(table), key=f"{key} {asked} {rarest}"), SHOWN).to_pylist()
    there = {each["text"] for each in shown}
    rest = [text for text in chosen if text not in there]
    if rest:
        known = counted.values.filter(
            pc.is_in(counted.values["text"], value_set=pa.array(rest, pa.string()))
        ).to_pylist()
        rows = {each["text"]: each["rows"] for each in known}
        shown = [{"text": text, "rows": rows.get(text, 0)} for text in rest] + shown
    answers = _ANSWERS if facet.by == EXPRESSION and Expression(facet.of).is_question else {}
    for each in shown:
        text = each["text"]
        if say is not None and st.session_state.get(_OTHERWISE) == (str(facet), text):
            with lines:
                _otherwise(facet, text, say, key=f"{key} otherwise {text}", place=place)
            continue
        with lines.container(horizontal=True, vertical_alignment="center", gap="xxsmall", wrap=False):
            box = f"{key} value {text in chosen} {text}"  # what is chosen elsewhere shows here, too
            st.checkbox(
                f"{answers.get(text) or words.brief(text)} ({each['rows']:,})",
                text in chosen,
                key=box,
                wrap=True,
                width="stretch",
                help=words.whole(text),
                on_change=_choose,
                args=(place, facet, text, box, change),
            )
            if say is not None:
                st.button(
                    "",
                    key=f"{key} say {text}",
                    icon=":material/edit:",
                    type="tertiary",
                    help=f"Say {words.brief(text)} otherwise",
                    on_click=_begin,
                    args=(facet, text),
                )
    if chosen:
        inverted = f"{key} not {facet.chosen is not None and facet.chosen.negated}"
        st.checkbox(
            "All but these",
            facet.chosen is not None and facet.chosen.negated,
            key=inverted,
            on_change=_negate,
            args=(place, facet, inverted, change),
        )


def _first(number: int, *, key: str) -> int:
    """The place of the first value of the page that is turned to."""
    pages = -(-number // SHOWN)
    if pages < 2:
        return 0
    at, turned = f"{key} page", f"{key} page of {pages}"
    before = min(st.session_state.get(at, 1), pages)  # to say a value otherwise may be the end of a page
    st.session_state[at] = st.pagination(pages, default=before, key=turned, max_visible_pages=5)
    return (int(st.session_state[at]) - 1) * SHOWN


def _begin(facet: Facet, text: str) -> None:
    st.session_state[_OTHERWISE] = (str(facet), text)


def _otherwise(facet: Facet, text: str, say: Say, *, key: str, place: int) -> None:
    """What a value is to be, typed in its place."""
    box = f"clean otherwise {place}"
    with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall", wrap=False, key=box):
        st.text_input(
            f"{cut(text) or 'Blank'} shall be",
            text,
            key=key,
            on_change=_said,
            args=(place, facet, text, key, say),
            label_visibility="collapsed",
            placeholder="(blank)",
        )
        st.button(
            "", key=f"{key} not", icon=":material/undo:", type="tertiary", help="Leave it as it is", on_click=_leave
        )
    st.caption("Enter makes it so, as a step.")
    browser.focus_on_input(box.replace(" ", "-"))


def _said(place: int, facet: Facet, text: str, key: str, say: Say) -> None:
    _leave()
    say(place, facet, text, st.session_state[key])


def _leave() -> None:
    st.session_state.pop(_OTHERWISE, None)


def choices(facet: Facet, counted: Counted, change: Change, *, key: str, place: int) -> None:
    """Ranges, patterns and kinds with their rows, of which one is chosen, page by page: one that is chosen and stands
    on no page that is shown comes first."""
    every = counted.choices
    if not every:
        st.caption("There is nothing of it in this column.")
    lines = st.container(gap="xsmall")
    first = _first(len(every), key=f"{key} {facet.by}")
    shown = every[first : first + SHOWN]
    if len(every) > SHOWN:
        st.caption(f"{first + 1:,} to {first + len(shown):,} of {len(every):,}")
    if facet.chosen is not None and all(condition != facet.chosen for _, condition, _ in shown):
        there = [each for each in every if each[1] == facet.chosen]
        shown = (*(there or [(_told(facet.chosen), facet.chosen, 0)]), *shown)
    for told, condition, rows in shown:
        box = f"{key} choice {told} {condition!r} {facet.chosen == condition}"
        lines.checkbox(
            f"{words.brief(told)} ({rows:,})",
            facet.chosen == condition,
            key=box,
            wrap=True,
            on_change=_take,
            args=(place, facet, condition, box, change),
        )


def _told(condition: Condition) -> str:
    """What was chosen and is there no more, as short as what there is."""
    if condition.test != "issue":
        return str(condition)
    return listed([code.replace("_", " ") for code in condition.values]) if condition.values else "nothing wrong"


def _take(place: int, facet: Facet, condition: Condition, key: str, change: Change) -> None:
    change(place, replace(facet, chosen=condition if st.session_state[key] else None))


def _choose(place: int, facet: Facet, text: str, key: str, change: Change) -> None:
    of = facet.of if facet.by == EXPRESSION else ""
    chosen = facet.chosen or Condition(column=facet.column, test=facet.by, text=of)
    others = tuple(each for each in chosen.values if each != text)
    values = (*others, text) if st.session_state[key] else others
    change(place, replace(facet, chosen=replace(chosen, values=values) if values else None))


def _negate(place: int, facet: Facet, key: str, change: Change) -> None:
    if facet.chosen is not None:
        change(place, replace(facet, chosen=replace(facet.chosen, negated=bool(st.session_state[key]))))
