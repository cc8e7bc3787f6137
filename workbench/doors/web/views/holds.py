"""What a plan waits for as a whole: each is let go on by a person, or nothing is written."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import streamlit as st

from workbench.doors.web import words
from workbench.model.batch import Batch
from workbench.model.control_total import is_of_total
from workbench.model.hold import SAME_DAY, Hold
from workbench.model.trimming import as_said

HOLD = "Hold everything until they are corrected"
GO_ON = "Let the good rows go on"


def _said(key: str) -> dict[str, Any]:
    """What somebody has decided of a plan so far: `accepted` codes, `reason`, `go on`, and how often it was sent
    (`times`). It stays when the plan is not on the page, as while a worker tries to write it."""
    said: dict[str, Any] = st.session_state.setdefault(f"decided {key}", {})
    return said


def keep_for_later(key: str) -> None:
    """Has the ticks and the reason of a plan stand there again, as they are, once the plan is shown again: a browser
    forgets what is no longer on its page, and shows it under its old name without what was said."""
    said = _said(key)
    said["reason"] = st.session_state.get(f"why {key} {said.get('times', 0)}", said.get("reason", ""))
    said["times"] = said.get("times", 0) + 1


def reason(key: str) -> str:
    """Why a person wanted a plan to go on that waited for that; "" for nothing said."""
    return as_said(_said(key).get("reason", ""))


def decided(found: Sequence[Hold], key: str) -> tuple[list[str], str]:
    """What the plan waits for, with a tick at each: the codes that a person lets go on; and why, where that is to be
    said: a total that is another than was said is let go on for a reason only."""
    said = _said(key)
    name = f"{key} {said.get('times', 0)}"
    by_code: dict[str, list[Hold]] = {}
    for hold in found:
        by_code.setdefault(hold.code, []).append(hold)
    st.caption("This waits for a person. Correct the file or its rows, or let it go on.")
    accepted = []
    for code, holds in by_code.items():
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            with st.container(gap="xsmall", width="stretch"):
                for hold in holds:
                    st.markdown(words.text(hold.sentence))
            if st.checkbox("Let it go on", code in said.get("accepted", ()), key=f"let go on {name} {code}"):
                accepted.append(code)
    said["accepted"] = list(accepted)
    reason = ""
    if is_of_total(accepted):
        typed = st.text_input("Why the total may be another", said.get("reason", ""), key=f"why {name}", max_chars=500)
        said["reason"] = typed
        reason = as_said(typed)
        if not reason:
            accepted = [code for code in accepted if not is_of_total([code])]
            st.caption("It goes on once you say why; that stays in the log.")
    return accepted, reason


def others_go_on(batch: Batch, written: str) -> bool:
    """Whether a person lets the good rows of a plan go on without its invalid ones; `written` is how much that is."""
    assert batch.invalid
    key = f"{batch.id} {batch.plan}"
    said = _said(key)
    choice = st.radio(
        f"{words.many(batch.invalid)} {'is' if batch.invalid == 1 else 'are'} invalid and will not be written. "
        "What about the others?",
        [HOLD, GO_ON],
        captions=[
            "Nothing is written now.",
            f"Of the others, {written} will be written; the invalid stay out.",
        ],
        index=1 if said.get("go on", batch.skip_errors) else 0,
        horizontal=True,
        key=f"others go on {key} {said.get('times', 0)}",
    )
    said["go on"] = choice == GO_ON
    return choice == GO_ON


def told(summary: Mapping[str, Any]) -> None:
    """What a plan brings that a person may want to know, and who let it go on with what it waited for; what other
    imports of the day say otherwise stands in what is unusual."""
    for each in summary.get("told", ()):
        if each["code"] != SAME_DAY:
            st.info(words.text(Hold(**each).sentence), icon=":material/info:")
    for each in summary.get("accepted", ()):
        if is_of_total([each["code"]]):
            continue  # which the totals tell, with the reason
        said = _sentences(hold for hold in Hold.all_of(summary) if hold.code == each["code"])
        st.info(f"Let go on by {words.text(each['by'])}: {said}", icon=":material/how_to_reg:")


def _sentences(holds: Iterable[Hold]) -> str:
    return " ".join(words.text(hold.sentence) for hold in holds)
