"""Matches: whose records the imported rows mean, found by Auto-Match and decided by a person, key by key."""

from functools import partial
from typing import Any

import streamlit as st

from workbench import Workbench
from workbench.datasets.matchings import matching
from workbench.doors.web import address, people_lists, runs, words
from workbench.doors.web.page import empty, page, person
from workbench.doors.web.views import matches, table_address
from workbench.model.matching import Matching
from workbench.model.person import same_person

SHOWN = 20
"""Decisions that are shown at once."""
_WISHES = "matches wished"
"""What was decided and is not kept yet: a click may come while an answer is under way."""


def wish(of: str, said: str, verdict: str, known: str | None = None) -> None:
    """Notes a decision of somebody, which the next answer keeps."""
    st.session_state.setdefault(_WISHES, []).append((of, said, verdict, known))


def keep(wb: Workbench) -> None:
    """Keeps what was decided."""
    wishes = st.session_state.setdefault(_WISHES, [])
    while wishes:
        wb.matches.decide(*wishes.pop(0))


def what(said: list[Matching]) -> Matching:
    """What is matched, by its title; the other parts of the address were for another one."""
    titles = {each.of: each.title for each in said}
    asked = st.query_params.get("of", "")
    chosen = st.selectbox(
        "What", list(titles), list(titles).index(asked) if asked in titles else 0, format_func=titles.__getitem__
    )
    if chosen != (asked or next(iter(titles))):
        st.query_params.from_dict({"of": chosen})
        table_address.forget("")
        people_lists.forget()
    return matching(chosen)


def auto(wb: Workbench, about: Matching, known: dict[str, Any]) -> None:
    """Auto-Match, and what it found."""
    with st.container(horizontal=True, vertical_alignment="center"):
        again = known["ran_at"] is not None
        if st.button("Run Auto-Match", type="secondary" if again else "primary", icon=":material/join_inner:"):
            with st.spinner(f"Comparing {known['people']:,} with every {about.meant} ..."):
                st.session_state[f"matched {about.of}"] = wb.matches.run(about.of)
            st.rerun()
        st.caption(f"Run last {words.here(known['ran_at'])}." if again else "Not run yet: nobody has candidates.")
    if (found := st.session_state.pop(f"matched {about.of}", None)) is not None:
        matches.found(found)


def undo(wb: Workbench, about: Matching) -> None:
    """The last decision of whoever works here, to be taken back; and the newest ones of everybody."""
    limit = st.session_state.get(_DECISIONS, SHOWN)
    newest = wb.matches.decisions(about.of, limit=limit)
    mine = [
        one for one in newest if same_person(one["decided_by"], person() or wb.settings.user) and not one["automatic"]
    ]
    last = next((one for one in mine if one["withdrawn_at"] is None), None)
    if last is not None:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                "Undo",
                f"undo {last['id']}",
                icon=":material/undo:",
                shortcut="U",
                on_click=back,
                args=(last["id"], last["said"]),
            )
            st.markdown(matches.decision(last))
    if newest and (box := st.expander("Decisions", icon=":material/history:", on_change="rerun", key="decisions")).open:
        with box:
            for one in newest:
                with st.container(horizontal=True, vertical_alignment="center"):
                    if one["withdrawn_at"] is None:
                        st.button(
                            "Withdraw",
                            f"withdraw {one['id']}",
                            type="tertiary",
                            on_click=back,
                            args=(one["id"], one["said"]),
                        )
                    st.markdown(matches.decision(one))
            if len(newest) >= limit:
                st.button("Show older ones", icon=":material/expand_more:", on_click=older, args=(limit,))


_DECISIONS = "matches decisions shown"


def older(limit: int) -> None:
    """Shows more decisions than so many."""
    st.session_state[_DECISIONS] = limit + 100


def back(decision: str, said: str) -> None:
    """Notes that a decision is to be withdrawn, and shows whom it was about."""
    st.session_state.setdefault("matches withdrawn", []).append(decision)
    people_lists.look(said)


def withdraw(wb: Workbench) -> None:
    """Withdraws what was asked for."""
    while asked := st.session_state.setdefault("matches withdrawn", []):
        wb.matches.withdraw(asked.pop(0))


def people(wb: Workbench, about: Matching, known: dict[str, Any]) -> None:
    """Those who are to be matched: one of them with the candidates, and the list."""
    only = st.checkbox(
        "Show unmatched only",
        value=st.query_params.get("all") is None,
        key=f"only {about.of}",
        on_change=people_lists.begin_again,
    )
    address.put_word("all", None if only else "yes")
    number = known["unmatched"] + known["later"] if only else known["people"]
    shown = people_lists.around(wb, about, number, unmatched_only=only)
    if shown is None:
        return
    one, after = shown.one, shown.after

    def act(verdict: str, record: str | None = None) -> None:
        wish(about.of, one["said"], verdict, record)
        if verdict == "different" and record is not None and len(one["candidates"]) > 1:
            people_lists.look(one["said"], after)
        else:
            onward()

    def onward() -> None:
        if after is None:
            people_lists.begin_again()
        else:
            people_lists.look(after)

    place = f"{shown.first + shown.at + 1:,} of {shown.number:,}"
    matches.side_by_side(about, one, place, act, ran=known["ran_at"] is not None)
    matches.others(about, one["said"], act, onward)
    matches.by_hand(about, one["said"], partial(wb.matches.find, about.of), act)
    people_lists.table(about, shown)


with page("Matches", "Whose records imported rows mean. What is plain, Auto-Match decides; the rest is yours.") as wb:
    withdraw(wb)
    keep(wb)
    said = wb.matches.said()
    if not said:
        empty(
            "Nobody to match yet.",
            "Import a teacher roster, and the teachers' accounts.",
            "upload",
            "Start an import",
        )
        st.stop()
    about = what(said)
    known = wb.matches.figures(about.of)
    matches.figures(known)
    auto(wb, about, known)
    runs.bring_in(wb, wb.matches.pending(about.of), "of earlier imports")
    people(wb, about, known)
    undo(wb, about)
