"""Which rows of an import somebody looks for: words in any cell, what columns say, and from which line on."""

from collections.abc import Sequence
from typing import get_args

import streamlit as st

from workbench.doors.web import address, browser, words
from workbench.doors.web.views import table_address
from workbench.doors.web.views.table_address import TESTS
from workbench.model.batch import Batch
from workbench.model.row_query import CellTest, Test

_PART = "filters"
"""Of the address, where each filter is a column, a test and a text."""
_TURN = "filters turn"
"""Where the session counts how often the lines of the filters have moved: a box of one is no box of the next."""
_ADDED = "filter added"


def asked(batch: Batch) -> tuple[str, tuple[CellTest, ...], int]:
    """The words that rows are to have in their cells, what each column is to say of which somebody asks, and the line
    from which on they are shown."""
    headers = batch.fields if batch.derived else batch.headers
    said = _said(headers)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = table_address.search("", "Words in any cell, as it is or as it came")
        st.selectbox(
            "Filter a column",
            headers,
            index=None,
            key="filter",
            placeholder="Choose a column",
            help="Of all rows those are left of which every filter is true.",
            on_change=_add,
            args=(said,),
            width=190,
        )
        start = table_address.begins("", "From made row" if batch.by_recipe else "From line")
    with st.container():  # which is always there: a grid that moves among what is drawn begins anew
        for place in range(len(said)):
            _line(said, place)
    return text, tuple(each for each in said if each.text.strip() or each.test == "blank"), start


def told(found: int, of: int) -> None:
    """How many rows fit all of that, of those that are shown without it."""
    st.markdown(f"**{found:,} of {words.many(of)}**")


def _said(headers: Sequence[str]) -> list[CellTest]:
    """The filters that the address says, of columns that there are."""
    found = []
    for each in address.listed(_PART):
        if isinstance(each, list) and len(each) == 3 and all(isinstance(one, str) for one in each):
            header, test, text = each
            if header in headers and test in get_args(Test):
                found.append(CellTest(header=header, test=test, text=text))
    return found


def _say(filters: Sequence[CellTest]) -> None:
    """Puts the filters into the address."""
    said = [[each.header, each.test, each.text] for each in filters]
    address.put_word(_PART, address.written(said) if said else None)


def _line(said: Sequence[CellTest], place: int) -> None:
    """One filter: its column, how its cells are asked and for what, and the way to take it away."""
    each = said[place]
    header = each.header or ""
    key = f"filter {st.session_state.get(_TURN, 0)} {place}"
    boxes = f"{key} test", f"{key} text"
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"filter line {place}"):
        st.markdown(f":material/filter_alt: **{words.text(header)}**", width="content")
        st.selectbox(
            f"How {words.label(header)} is asked",
            list(TESTS),
            list(TESTS).index(each.test),
            format_func=TESTS.__getitem__,
            key=boxes[0],
            label_visibility="collapsed",
            on_change=_change,
            args=(said, place, *boxes),
            width=130,
        )
        if each.test != "blank":
            st.text_input(
                f"What {words.label(header)} {TESTS[each.test]}",
                each.text,
                key=boxes[1],
                label_visibility="collapsed",
                placeholder="a text",
                on_change=_change,
                args=(said, place, *boxes),
                width=220,
            )
        st.button(
            "",
            icon=":material/close:",
            type="tertiary",
            key=f"{key} away",
            help="Take this filter away",
            on_click=_take_away,
            args=(said, place),
        )
    if place == len(said) - 1 and st.session_state.pop(_ADDED, False):
        browser.focus_on_input(f"filter-{st.session_state.get(_TURN, 0)}-{place}-text")


def _add(said: Sequence[CellTest]) -> None:
    """Another filter, of the column that was chosen."""
    if header := st.session_state["filter"]:
        _say([*said, CellTest(header=header)])
        st.session_state["filter"] = None
        st.session_state[_ADDED] = True


def _change(said: Sequence[CellTest], place: int, test: str, text: str) -> None:
    """The filter as its boxes say it."""
    filters = list(said)
    now: str = st.session_state.get(text, said[place].text)
    filters[place] = CellTest(header=said[place].header, test=st.session_state[test], text=now)
    _say(filters)


def _take_away(said: Sequence[CellTest], place: int) -> None:
    _say([*said[:place], *said[place + 1 :]])
    st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1
