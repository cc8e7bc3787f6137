"""A page: its title and its Workbench, who works there, and what it says where nothing is yet."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from workbench import Workbench
from workbench.doors.web import address, words
from workbench.model.errors import DatabaseUnavailable, UnreadableSheet, UnreadableSource, WorkbenchError

_LOOK = """<style>
[aria-label="Download as CSV"] { display: none }
[data-testid="stMainBlockContainer"] { padding: 2.6rem 2.5rem 4rem }
[data-testid="stMainBlockContainer"] > [data-testid="stVerticalBlock"] { gap: 0.75rem }
[data-testid="stHeading"] :is(h2, h3) { padding: 0.5rem 0 0.8rem }
@media (max-width: 640px) { [data-testid="stMainBlockContainer"] { padding: 3.6rem 1rem 4rem } }
[data-testid="stMain"] :is([data-testid="stPageLink"], button[kind="tertiary"]) p { text-align: left }
[data-testid="stMain"] [data-testid="stPageLink"] :is(p, span) { white-space: normal; overflow-wrap: anywhere }
[data-testid="stFileUploaderDropzone"] * { white-space: normal !important }
[data-testid="stMain"] a[href^="mailto:"] { color: inherit; text-decoration: none; pointer-events: none }
[class*="st-key-watch"] [data-stale="true"] { opacity: 1 !important }
[class*="st-key-figures"] { display: grid; grid-template-columns: repeat(auto-fit, minmax(6.9rem, 1fr)); gap: 0.5rem }
[class*="st-key-figures"] > div { width: auto }
[class*="st-key-figures"] [data-testid="stMetric"] { padding: 0 }
[class*="st-key-figures"] [data-testid="stMetric"] > div { padding: 0.3rem 0.7rem }
[data-testid="stApp"] [data-testid="stCaptionContainer"] { opacity: 0.75 }
[data-testid="stApp"] [data-testid="stCaptionContainer"] code { color: inherit }
[data-testid="stApp"] button[kind^="primary"] { background-image: linear-gradient(#00000028, #00000028) }
[data-testid="stApp"] button kbd { opacity: 0.9 }
[data-testid="stMain"] input:placeholder-shown { text-overflow: ellipsis }
.st-key-stepper { gap: 0 0.6rem }
.st-key-stepper a { padding: 0 }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
.log { user-select: all; white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; padding: 0.9rem; font-size: 0.85rem;
  border-radius: 0.5rem; background: #8080801a }
[class*="st-key-glance"] :is(li, p) { font-size: 0.9rem; line-height: 1.35 }
[class*="st-key-glance"] li { margin-left: 1rem }
[class*="st-key-numbers"] table { font-variant-numeric: tabular-nums }
[class*="st-key-numbers"] :is(td, thead th) { text-align: right !important }
[class*="st-key-numbers"] :is(td, tbody th, td *, tbody th *) { white-space: nowrap !important }
</style>"""
"""How every page looks. Whatever is written has a contrast of 4.5 to what it stands on (WCAG 2.2, 1.4.3). What is to be
done stands on the first screen; figures fill their line, and numbers in a table stand at its right. Links of the steps
stand in the line as the words beside them do. What is watched does not fade while it is asked again. An address that
Markdown has found in a text is read and copied, and writes to nobody by a slip. A table's own download would hand
formulas to a spreadsheet; ours (`Rows.write`) quotes them."""


@contextmanager
def page(title: str, about: str = "") -> Iterator[Workbench]:
    """A page: its title, one sentence on what it is for, and the Workbench; a refusal is shown as its sentence."""
    st.html(_LOOK)
    st.title(title, anchor=False)
    if about:
        st.caption(about)
    try:
        with Workbench.open(user=person()) as wb:
            yield wb
    except WorkbenchError as refusal:
        st.error(words.text(refusal), icon=":material/block:")
        if isinstance(refusal, DatabaseUnavailable):
            st.button("Try again", icon=":material/refresh:", key="try again")
        elif isinstance(refusal, UnreadableSheet | UnreadableSource) and "upload" in st.query_params:
            parts = (*address.OF_AN_UPLOAD, "dataset")
            here = {name: st.query_params[name] for name in parts if name in st.query_params}
            address.link("upload", "Put the file right at Upload", icon=":material/build:", **here)
        st.stop()  # there may be no Workbench at all


def person() -> str | None:
    """Who works here, as the sidebar says; None for the user of the settings. (There is no sign-in yet.)"""
    return st.session_state.get("person") or None


def empty(what: str, then: str, target: str, label: str) -> None:
    """An empty state that says what to do."""
    with st.container(border=True):
        st.markdown(f"**{what}**  \n{then}")
        st.page_link(f"pages/{target}.py", label=label, icon=":material/arrow_forward:")
