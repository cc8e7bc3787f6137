"""A page: its title and its Workbench, who works there, and what it says where nothing is yet."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from workbench import Workbench
from workbench.doors.web import words
from workbench.model.errors import WorkbenchError

_NO_EXPORT = '<style>[aria-label="Download as CSV"] { display: none }</style>'
"""A table's own download would hand formulas to a spreadsheet; ours (`Rows.write`) quotes them."""


@contextmanager
def page(title: str, about: str = "") -> Iterator[Workbench]:
    """A page: its title, one sentence on what it is for, and the Workbench; a refusal is shown as its sentence."""
    st.html(_NO_EXPORT)
    st.title(title)
    if about:
        st.caption(about)
    try:
        with Workbench.open(user=person()) as wb:
            yield wb
    except WorkbenchError as refusal:
        st.error(words.text(refusal), icon=":material/block:")
        st.stop()  # there may be no Workbench at all


def person() -> str | None:
    """Who works here, as the sidebar says; None for the user of the settings. (There is no sign-in yet.)"""
    return st.session_state.get("person") or None


def empty(what: str, then: str, target: str, label: str) -> None:
    """An empty state that says what to do."""
    with st.container(border=True):
        st.markdown(f"**{what}**  \n{then}")
        st.page_link(f"pages/{target}.py", label=label, icon=":material/arrow_forward:")
