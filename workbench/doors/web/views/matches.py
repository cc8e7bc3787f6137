"""Two who may be the same, side by side: what each says, what agrees, and the keys with which it is decided."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from workbench.doors.web import grid, words
from workbench.model.matching import AutoMatch, Matching

SHOWN = 3
"""So many candidates stand side by side."""
FIELDS = {
    "pathful_user_id": "Pathful id",
    "email": "E-mail",
    "building": "School",
    "school": "School",
    "organization": "Organization",
}
STATUSES = {
    "unmatched": "○ unmatched",
    "matched": "✓ matched",
    "later": "◔ later",
    "nobody": "✕ has none",
}
_SURE = ("same",)
_DIFFERS = "other"
_PASSES = {
    "identifier": "found by the id",
    "email": "found by the e-mail address",
    "name": "found by name and school",
    "fuzzy": "found by likeness",
    "person": "chosen by hand",
}

Act = Callable[..., None]


def hint(matching: Matching) -> str:
    """What may be typed to find somebody: "Name, e-mail, school"."""
    return ", ".join(["Name", *(FIELDS.get(name, name) for name in _fields(matching))])


def figures(known: Mapping[str, Any]) -> None:
    """How far the matching is."""
    done = known["matched"] + known["nobody"]
    st.progress(
        done / max(known["people"], 1),
        f"**{done:,} of {known['people']:,}** decided · {known['unmatched']:,} unmatched, "
        f"{known['suggested']:,} of them with candidates · {known['later']:,} put off",
    )


def found(result: AutoMatch) -> None:
    """What Auto-Match has done, in the words of the live system."""
    by = [("identifier", result.by_identifier), ("email", result.by_email), ("name", result.by_name)]
    parts = [f"Matched by {how}: **{number:,}**" for how, number in by if number or how != "identifier"]
    errors = f" · Errors: **{result.errors:,}**" if result.errors else ""
    st.success(
        f"Processed: **{result.processed:,}** · {' · '.join(parts)} · Unmatched: **{result.unmatched:,}**, "
        f"{result.suggested:,} of them with candidates{errors}",
        icon=":material/check_circle:",
    )


def side_by_side(matching: Matching, person: Mapping[str, Any], place: str, act: Act, *, ran: bool) -> None:
    """Somebody and the candidates, with a key for each decision; `act` takes a verdict and the record's key. `ran` says
    whether candidates were looked for at all."""
    shown = person["candidates"][:SHOWN]
    fields = [name for name in _fields(matching) if any(one[name] for one in (person, *shown))]
    left, *right = st.columns([1] * (1 + max(len(shown), 1)), gap="small")
    with left, st.container(border=True, height="stretch"):
        st.caption(f"{matching.noun.capitalize()} · {place}")
        st.markdown(f"**{words.text(words.blank(person['name']))}**")
        for name, value in _told(fields, person):
            st.markdown(f"{name}: {words.text(value)}" if value else f":gray[{name}: (blank)]")
        st.caption(_status(person))
    if not shown:
        with right[0], st.container(border=True, height="stretch"):
            st.markdown(
                f"**No {matching.meant} looks like it.**" if ran else "**Nobody has looked for candidates yet.**"
            )
            st.caption("Search for one below, or say that it has none." if ran else "Run Auto-Match to find them.")
    for number, (box, one) in enumerate(zip(right, shown, strict=False), 1):
        with box, st.container(border=True, height="stretch"):
            candidate(matching, fields, person, one, number, act)
    if len(person["candidates"]) > SHOWN:
        st.caption(f"{len(person['candidates']) - SHOWN} more when one of these is said to be different.")


def candidate(
    matching: Matching,
    fields: Sequence[str],
    person: Mapping[str, Any],
    one: Mapping[str, Any],
    number: int,
    act: Act,
) -> None:
    """One who may be meant: field by field how far the two agree."""
    st.caption(f"{matching.meant.capitalize()} {number} · likeness {one['score']:.0%} · {_PASSES[one['pass']]}")
    how = dict(one["reasons"])
    names = [how[part] for part in ("given", "surname") if part in how] or [how.get("name", "")]
    st.markdown(f"{_mark(names)} **{words.text(words.blank(one['name']))}**{_how(names)}")
    for field, (name, value) in zip(fields, _told(fields, one), strict=True):
        agrees = [how.get(field, "")]
        st.markdown(
            f"{_mark(agrees)} {name}: {words.text(value)}{_how(agrees)}" if value else f":gray[· {name}: (blank)]"
        )
    if one["others"]:
        st.caption(f":material/warning: Already matched with {words.many(one['others'], 'other')}.")
    key = f"{person['said']} {one['known']}"
    with st.container(horizontal=True):
        st.button(
            "Match",
            f"match {key}",
            type="primary" if number == 1 else "secondary",
            disabled=one["known"] == person["known"],
            icon=":material/link:",
            shortcut=str(number),
            on_click=act,
            args=("same", one["known"]),
        )
        st.button(
            "Different",
            f"different {key}",
            icon=":material/link_off:",
            shortcut="D" if number == 1 else None,
            on_click=act,
            args=("different", one["known"]),
        )


def others(matching: Matching, said: str, act: Act, onward: Callable[[], None]) -> None:
    """What else may be said of somebody: later, nobody's, or nothing yet."""
    with st.container(horizontal=True):
        st.button("Later", f"later {said}", icon=":material/schedule:", shortcut="L", on_click=act, args=("later",))
        st.button(
            "Has none",
            f"nobody {said}",
            icon=":material/person_off:",
            shortcut="X",
            help=f"It has no {matching.meant}: it is not asked about again.",
            on_click=act,
            args=("different",),
        )
        st.button("Next", f"next {said}", icon=":material/arrow_forward:", shortcut="N", on_click=onward)


def by_hand(matching: Matching, said: str, find: Callable[[str], Sequence[Mapping[str, Any]]], act: Act) -> None:
    """The record that is meant, chosen from those that have some words."""
    with st.expander(f"Another {matching.meant}", icon=":material/search:"):
        text = st.text_input(hint(matching), key=f"find {said}", placeholder="Parts of them are enough")
        known = find(text) if text.strip() else []
        if text.strip() and not known:
            st.caption("None has all of these words.")
        if known:
            titles = {one["known"]: " · ".join(filter(None, _all(matching, one))) for one in known}
            chosen = st.selectbox(matching.meant.capitalize(), list(titles), format_func=titles.__getitem__)
            st.button("Match it", f"by hand {said}", icon=":material/link:", on_click=act, args=("same", chosen))


NAME = "opens"
"""The grid's column of names: a click there looks at somebody."""


def columns(matching: Matching) -> dict[str, str]:
    """The columns of the list of people with what they are called, what is looked for first: on a phone no more is in
    sight."""
    told = {name: FIELDS.get(name, name.capitalize()) for name in _fields(matching)}
    return {"name": "Name", "status": "Status", "best": "Likeness", "record": "Matched with", **told}


def grid_columns(matching: Matching) -> list[grid.Column]:
    """The same, as the grid has them."""
    labels = list(columns(matching).values())
    name = grid.Column(name=NAME, label=labels[0], help="A click shows who it may be, above.", width=170, wraps=True)
    helps = {"Likeness": "Of the candidate who is most alike."}
    others = (
        grid.Column(name=str(place), label=label, help=helps.get(label, ""))
        for place, label in enumerate(labels[1:], 1)
    )
    return [name, *others]


def in_grid(matching: Matching, people: Sequence[Mapping[str, Any]], at: int, *, sought: int) -> list[grid.Row]:
    """People, one a row, the one at that place marked; `sought` is how often one was looked at."""
    fields = list(columns(matching))
    rows = []
    for place, person in enumerate(people):
        told = {name: person.get(name) or "" for name in fields}
        told["name"] = words.blank(person["name"])
        told["status"] = f"{'▸ ' if place == at else ''}{STATUSES[person['status']]}"
        told["best"] = f"{person['best']:.0%}" if person["best"] is not None else ""
        record = _all(matching, person["record"]) if person["record"] else []
        told["record"] = " · ".join(filter(None, record))
        cells = {NAME if name == "name" else str(fields.index(name)): text for name, text in told.items()}
        rows.append(grid.Row(id=person["said"], cells=cells, sought=sought if place == at else 0))
    return rows


def decision(one: Mapping[str, Any]) -> str:
    """A decision in one line."""
    name = words.text(one["texts"].get("name") or one["said"])
    known = words.text(one["known"] or "")
    told = {
        "same": f"**{name}** is **{known}**",
        "different": f"**{name}** is not **{known}**" if one["known"] else f"**{name}** is nobody's",
        "later": f"**{name}**: later",
    }[one["verdict"]]
    who = "Auto-Match, run by" if one["automatic"] else "said by"
    line = f"{told} · {who} {words.text(one['decided_by'])}, {words.here(one['decided_at'])}"
    if one["withdrawn_at"] is None:
        return line
    return f"~~{line}~~ · withdrawn by {words.text(one['withdrawn_by'])}, {words.here(one['withdrawn_at'])}"


def _fields(matching: Matching) -> list[str]:
    return [each.name for each in matching.compared if each.name != "name"]


def _told(fields: Sequence[str], one: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Fields as they are called, with their values."""
    return [(FIELDS.get(name, name.capitalize()), one[name] or "") for name in fields]


def _all(matching: Matching, one: Mapping[str, Any]) -> list[str]:
    return [one["name"] or "", *(value for _, value in _told(_fields(matching), one))]


def _status(person: Mapping[str, Any]) -> str:
    told = STATUSES[person["status"]]
    if person["decided_by"]:
        who = "Auto-Match, run by " if person["automatic"] else ""
        told += f" by {who}{words.text(person['decided_by'])}, {words.here(person['decided_at'])}"
    if person["record"]:
        told += f": {words.text(person['known'])}"
    return told + (f" · {words.many(person['rows'])}" if person["rows"] > 1 else "")


def _mark(how: Sequence[str]) -> str:
    """Whether it agrees, nearly, or not; nothing is known where one side is blank."""
    if not any(how):
        return ":gray[·]"
    if all(each in _SURE for each in how if each):
        return ":green[✓]"
    return ":red[✕]" if _DIFFERS in how else ":orange[≈]"


def _how(how: Sequence[str]) -> str:
    told = [each for each in dict.fromkeys(how) if each and each not in (*_SURE, _DIFFERS)]
    return f" :gray[({', '.join(told)})]" if told else ""
