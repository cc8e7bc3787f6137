"""The procedure for changed columns: its steps, each with its sign."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

STEPS = (
    "Stop normal imports",
    "Save a sample with the new columns",
    "Compare its headers with the template",
    "Update the template",
    "Test on a small file",
    "Verify the results",
    "Resume normal imports",
)


@contextmanager
def step(number: int, *, done: bool) -> Iterator[None]:
    """One step of the procedure, with its sign."""
    with st.container(border=True):
        st.markdown(f"{'✓' if done else '●'} **{number} {STEPS[number - 1]}**")
        yield


def later(first: int) -> None:
    """The steps that come when this one is done."""
    for number in range(first, len(STEPS) + 1):
        st.markdown(f":gray[○ {number} {STEPS[number - 1]}]")


def source(names: Sequence[str], on_change: Callable[[], None]) -> str | None:
    """The source whose columns have changed; it stands in the address."""
    return st.selectbox(
        "Source",
        names,
        None,
        placeholder="Which one has changed?",
        key="source",
        bind="query-params",
        on_change=on_change,
    )


def pause() -> str | None:
    """Why imports are to be paused; None until somebody has said so."""
    why = st.text_input("Why", "Its columns have changed.")
    return why if st.button("Pause its imports", type="primary", icon=":material/pause:") else None


def sample() -> UploadedFile | None:
    """A file with the new columns, once somebody drops one."""
    number = st.session_state.setdefault("samples", 0)
    types = ["csv", "tsv", "txt", "xlsx", "xls", "ods"]
    return st.file_uploader("A file with the new columns", type=types, key=f"sample {number}")


def trial(rows: int, *, again: bool) -> tuple[str, bool]:
    """The time that a trial speaks of, and whether it is to begin."""
    st.caption(f"The sample's first {rows} rows are read, mapped, checked and planned. Nothing is written.")
    window = st.text_input(
        "Time it speaks of", help="A date range or an academic year, where the file does not say it: the log's Window."
    )
    return window, st.button("Try it again" if again else "Try it", icon=":material/science:")


def resume(*, good: bool) -> bool:
    """Whether imports are to go on after a trial that was good, or was not."""
    if not good:
        st.caption("Not every row of the trial would go in. Look at them first.")
    kind: Literal["primary", "secondary"] = "primary" if good else "secondary"
    return st.button("Resume its imports", type=kind, icon=":material/play_arrow:")
