"""Matches: whose records the imported rows mean, found by Auto-Match and decided by a person, key by key."""

from typing import Any

import streamlit as st

from workbench import Workbench
from workbench.datasets.matchings import matching
from workbench.doors.web import address, runs, words
from workbench.doors.web.page import empty, page, person
from workbench.doors.web.views import matches
from workbench.model.matching import Matching

SHOWN = 20
"""People that are listed at once."""
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
        forget()
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
    mine = [one for one in newest if one["decided_by"] == (person() or wb.settings.user) and not one["automatic"]]
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
    look(said)


def withdraw(wb: Workbench) -> None:
    """Withdraws what was asked for."""
    while asked := st.session_state.setdefault("matches withdrawn", []):
        wb.matches.withdraw(asked.pop(0))


def people(wb: Workbench, about: Matching, known: dict[str, Any]) -> None:
    """Those who are to be matched: one of them with the candidates, and the list."""
    only = st.checkbox("Show unmatched only", value=st.query_params.get("all") is None, key=f"only {about.of}")
    text = st.text_input(
        "Search", key=f"search {about.of}", placeholder="Name, e-mail or school", icon=":material/search:"
    )
    address.put_word("all", None if only else "yes")
    waiting = known["unmatched"] + known["later"] if only else known["people"]
    count = wb.matches.count(about.of, unmatched_only=only, text=text) if text.strip() else waiting
    if not count:
        done = "Everybody is matched." if only and not text.strip() else "Nobody fits."
        st.success(done, icon=":material/check_circle:") if only else st.info(done, icon=":material/search_off:")
        return
    found = around(wb, about, count, only, text)
    if found is None:
        return
    first, at, listed = found
    shown, one = listed[:SHOWN], listed[at]
    after = st.session_state.get("matches after") or next((one["said"] for one in listed[at + 1 :]), None)

    def act(verdict: str, record: str | None = None) -> None:
        wish(about.of, one["said"], verdict, record)
        if verdict == "different" and record is not None and len(one["candidates"]) > 1:
            look(one["said"], after)
        else:
            onward()

    def onward() -> None:
        if after is None:
            go(f"matches first {about.of}", 0)
        else:
            look(after)

    matches.side_by_side(about, one, f"{first + at + 1:,} of {count:,}", act, ran=known["ran_at"] is not None)
    matches.others(about, one["said"], act, onward)
    matches.by_hand(about, one["said"], lambda words_: wb.matches.find(about.of, words_), act)
    picked = matches.listed(about, shown, at, f"list {about.of} {first} {only} {text} {one['said']}")
    turn(about, first, count)
    if picked is not None and picked != at:
        look(shown[picked]["said"])
        st.rerun()


def turn(about: Matching, first: int, count: int) -> None:
    """The ways to the pages of the list before and after."""
    if count <= SHOWN:
        return
    key = f"matches first {about.of}"
    with st.container(horizontal=True, vertical_alignment="center"):
        for label, icon, to in (("Before", "chevron_left", first - SHOWN), ("After", "chevron_right", first + SHOWN)):
            there = 0 <= to < count
            st.button(label, icon=f":material/{icon}:", disabled=not there, on_click=go, args=(key, to))
        st.caption(f"{first + 1:,} to {min(first + SHOWN, count):,} of {count:,}")


def go(key: str, first: int) -> None:
    """Turns to the page of the list that begins there."""
    st.session_state[key] = first
    forget()


def forget() -> None:
    """Looks at nobody in particular: at the first of the page."""
    for name in ("matches at", "matches after"):
        st.session_state.pop(name, None)


def look(said: str, after: str | None = None) -> None:
    """Looks at somebody from now on, and then at who came after them before: with a candidate less they may stand
    further down."""
    st.session_state["matches at"] = said
    st.session_state["matches after"] = after


def turned(about: Matching, count: int, only: bool, text: str) -> int:
    """Where the page of the list begins; another question begins at the beginning."""
    key, question = f"matches first {about.of}", (only, text)
    if st.session_state.get("matches asked") != question:
        st.session_state["matches asked"] = question
        st.session_state[key] = st.session_state["matches number"] = 0
    first = int(st.session_state.get(key, 0))
    return first if first < count else 0


def around(
    wb: Workbench, about: Matching, count: int, only: bool, text: str
) -> tuple[int, int, list[dict[str, Any]]] | None:
    """Where the page of the list begins, the place on it of whoever is looked at, and the page with the one after it;
    None when nobody is left. Who is looked at is found wherever the list has them by now; who has gone from it leaves
    their place to the next."""
    first = turned(about, count, only, text)
    said, number = st.session_state.get("matches at"), first
    if said is not None:
        there = wb.matches.place(about.of, said, unmatched_only=only, text=text)
        number = min(st.session_state.get("matches number", 0), count - 1) if there is None else there
    first = number // SHOWN * SHOWN
    st.session_state[f"matches first {about.of}"] = first
    st.session_state["matches number"] = number
    listed = wb.matches.page(about.of, unmatched_only=only, text=text, first=first, limit=SHOWN + 1)
    return (first, min(number - first, len(listed) - 1), listed) if listed else None


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
