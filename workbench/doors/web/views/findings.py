"""What is probably wrong in the columns of a file, each with the way to put it right."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import streamlit as st

from workbench.doors.web import address, words
from workbench.model.finding import Finding
from workbench.prepare.findings import ROWS

_LEAD = "What was found"


def to_take_up(
    found: Sequence[Finding],
    take: Callable[[Finding], None],
    add: Callable[[Sequence[Finding]], None],
    rows: int,
    *,
    opened: bool,
) -> None:
    """At Clean: each with a button that prepares its step."""
    sure = [each for each in found if each.step is not None and not each.is_choice]
    label = f"{_LEAD}: {words.many(len(found), 'thing')}"
    with st.expander(label, expanded=opened, icon=":material/troubleshoot:", key=f"clean findings {opened}"):
        lines = st.container(gap="xxsmall")
        for place, each in enumerate(found):
            with lines.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(_told(each), width="stretch")
                st.button(
                    "Look at it", key=f"clean found {place} {each.column}", type="tertiary", on_click=take, args=(each,)
                )
        with st.container(horizontal=True, vertical_alignment="center"):
            if len(sure) > 1:
                st.button(
                    f"Add the {len(sure)} steps that need no choice",
                    on_click=add,
                    args=(sure,),
                    icon=":material/playlist_add:",
                    key="clean add found",
                    help="Each becomes a step of the recipe, which you can look at, change and take away again.",
                )
            if rows > ROWS:
                st.caption(f"As {ROWS:,} of the rows show it; a step is done to all of them.")


def with_links(found: Iterable[tuple[Finding, Mapping[str, str]]]) -> None:
    """At Profile: each with a link to Clean, where its step stands prepared."""
    st.header(_LEAD, anchor=False)
    lines = st.container(gap="xxsmall")
    for each, where in found:
        with lines.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(_told(each), width="stretch")
            address.link("clean", "Clean it", icon=":material/cleaning_services:", **where)


def _told(finding: Finding) -> str:
    return f"**{words.text(finding.column)}**: {words.text(finding.what)}"
