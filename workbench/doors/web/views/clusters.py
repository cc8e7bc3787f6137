"""Values that are probably the same, cluster by cluster, each with the value to keep."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from workbench.doors.web import words
from workbench.model.wording import cut
from workbench.prepare.clusters import Cluster

SHOWN = 40
"""So many clusters are shown at a time."""
_WAYS = {
    "key_collision": "the same but for case, accents, punctuation or order",
    "nearest": "nearly the same letters",
}


def way(said: str | None) -> str:
    """How values are compared."""
    chosen = st.segmented_control(
        "Probably one are values that are",
        list(_WAYS),
        format_func=_WAYS.__getitem__,
        default=said if said in _WAYS else "key_collision",
        required=True,
        key=f"clean way {said}",
    )
    return str(chosen)


def chosen(found: Sequence[Cluster], *, key: str) -> dict[str, str]:
    """What becomes of each value of the clusters that somebody has chosen."""
    if not found:
        st.info("No values of it are probably the same in this way. Try the other.", icon=":material/check:")
        return {}
    every = st.checkbox(f"All {words.many(len(found[:SHOWN]), 'cluster')}", key=f"{key} every")
    pairs: dict[str, str] = {}
    with st.container(height=340 if len(found) > 4 else "content", border=False):
        for place, cluster in enumerate(found[:SHOWN]):
            pairs |= _one(cluster, every, key=f"{key} {place}")
    if len(found) > SHOWN:
        st.caption(f"The {SHOWN} with the most rows, of {len(found):,}. The others come when these are done.")
    return pairs


def _one(cluster: Cluster, every: bool, *, key: str) -> dict[str, str]:
    texts = [text for text, _ in cluster.values]
    told = ", ".join(f"{words.brief(text)} ({rows:,})" for text, rows in cluster.values[:8])
    more = f" and {len(texts) - 8} more" if len(texts) > 8 else ""
    left, right = st.columns([3, 2], vertical_alignment="center")
    taken = left.checkbox(told + more, every, key=f"{key} {every} {texts[0]}", wrap=True)
    keep = right.selectbox(
        f"Keep for {words.brief(texts[0])}",
        dict.fromkeys((cluster.keep, *texts)),
        format_func=partial(cut, most=words.BRIEF),
        key=f"{key} keep {texts[0]}",
        accept_new_options=True,
        label_visibility="collapsed",
        help="The value that all of them become; another can be typed.",
    )
    return {text: str(keep) for text in texts if text != keep} if taken and keep is not None else {}
