"""What a plan waits for as a whole: each is let go on by a person, or nothing is written."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import streamlit as st

from workbench.doors.web import words
from workbench.model.hold import Hold


def decided(found: Sequence[Hold], key: str) -> list[str]:
    """What the plan waits for, with a tick at each: the codes that a person lets go on."""
    by_code: dict[str, list[Hold]] = {}
    for hold in found:
        by_code.setdefault(hold.code, []).append(hold)
    st.caption("This waits for a person. Correct the file or its rows, or let it go on.")
    accepted = []
    for code, holds in by_code.items():
        with st.container(border=True):
            for hold in holds:
                st.markdown(words.text(hold.sentence))
            if st.checkbox("Let it go on", key=f"let go on {key} {code}"):
                accepted.append(code)
    return accepted


def told(summary: Mapping[str, Any]) -> None:
    """What a plan brings that a person may want to know, and who let it go on with what it waited for."""
    for each in summary.get("told", ()):
        st.info(words.text(Hold(**each).sentence), icon=":material/info:")
    for each in summary.get("accepted", ()):
        said = _sentences(hold for hold in Hold.all_of(summary) if hold.code == each["code"])
        st.info(f"Let go on by {words.text(each['by'])}: {said}", icon=":material/how_to_reg:")


def _sentences(holds: Iterable[Hold]) -> str:
    return " ".join(words.text(hold.sentence) for hold in holds)
