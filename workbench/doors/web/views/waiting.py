"""The list of what waits for a person: what needs a decision first, then the oldest, each with the way to it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import streamlit as st

from workbench.doors.web import address, words
from workbench.doors.web.views.history import DONE
from workbench.doors.web.waiting import Waits

KINDS = {
    "held": ("To be decided", "violet"),
    "schedule": ("Schedule failed", "red"),
    "matches": ("Matches to decide", "violet"),
    "unexplained": ("Rows to be explained", "orange"),
    "left off": ("Begun and left", "gray"),
    "unsigned": ("To be signed off", "blue"),
    "checks": ("Checks", "orange"),
    "own": ("For others to sign", "gray"),
}
"""What each kind is called, and the colour of its badge; in the order in which a person is needed."""
_ABOUT = {
    "held": "Nothing of them is written before a person has decided.",
    "matches": "People of whom nobody has decided whom they mean.",
    "checks": "Lists of records that do not agree with each other.",
    "left off": "Read or planned; nobody is at work on them.",
    "unexplained": "Written, but for rows that nobody has said a word of.",
    "unsigned": "Done; your signature is still missing.",
    "own": "Done; you ran them, and somebody else has to sign them.",
}
SHOWN = 12
"""So many are shown until all are asked for."""


_KEY = "waits for"
_PART = "waits"
"""What the kind is called in the address: "held", "left-off"."""


def alone() -> str | None:
    """The kind that a person wants to see alone, which stands in the address; None for all of them."""
    said = st.session_state[_KEY] if _KEY in st.session_state else st.query_params.get(_PART, "").replace("-", " ")
    return said if said in KINDS else None


def counted(numbers: Mapping[str, int], most: int) -> None:
    """How much waits for what, to choose the kind that is seen alone; one of which nothing waits any more is none."""
    there = [kind for kind in KINDS if numbers.get(kind)]
    if not there:
        return
    told = {kind: f"{most} or more" if numbers[kind] >= most else f"{numbers[kind]}" for kind in there}
    st.session_state[_KEY] = only = alone() if alone() in there else None
    address.put_word(_PART, only and only.replace(" ", "-"))
    st.pills(
        "What waits",
        there,
        format_func=lambda kind: f"{KINDS[kind][0]} **{told[kind]}**",
        key=_KEY,
        label_visibility="collapsed",
        help="\n".join(f"- **{KINDS[kind][0]}**: {about}" for kind, about in _ABOUT.items()),
    )


def every(found: Sequence[Waits]) -> None:
    """Everything that waits; of very much the first until all is asked for."""
    first = len(found) > SHOWN and not st.toggle(f"All {len(found):,}", key="all that waits")
    some(found, SHOWN if first else len(found))


def some(found: Sequence[Waits], most: int = SHOWN) -> None:
    """So much of what waits, what needs a decision first, and of each kind the oldest; what has no age comes last."""
    needed = list(KINDS)
    now = datetime.now(UTC)
    ordered = sorted(found, key=lambda each: (needed.index(each.kind), each.since is None, each.since or now))
    for each in ordered[:most]:
        with st.container(border=True):
            title, why, last = st.columns((5, 6, 4), vertical_alignment="center")
            with title:
                name, colour = KINDS[each.kind]
                st.markdown(f":{colour}-badge[{name}]")
                address.link(each.target, words.text(each.what), **each.address)
            mark = each.mark()
            looked = f"  \n:orange[:material/priority_high:] :small[{words.text(mark)}]" if mark else ""
            why.markdown(f"{words.text(each.why)}{looked}")
            last.caption("  \n".join(filter(None, (_since(each.since), _deed(each.last)))))


def _since(moment: datetime | None) -> str:
    return words.text(f"waits since {words.here(moment)} ({ago(moment)})") if moment is not None else ""


def _deed(last: Mapping[str, Any] | None) -> str:
    if last is None:
        return ""
    done = DONE.get(last["action"], last["action"])
    return f"**{words.text(last['actor'])}** {words.text(done)}, {words.text(words.here(last['at']))}"


def ago(moment: datetime) -> str:
    """How long ago something was, in words: today, 3 days."""
    passed = datetime.now(UTC) - moment
    if passed < timedelta(minutes=1):
        return "just now"
    if passed < timedelta(hours=1):
        return words.many(int(passed.total_seconds() // 60), "minute")
    if passed < timedelta(days=1):
        return words.many(int(passed.total_seconds() // 3600), "hour")
    return words.many(passed.days, "day")
