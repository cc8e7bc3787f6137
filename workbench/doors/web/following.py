"""Facets that followed an edit: what was chosen before comes back with an undo, and again with a redo."""

import streamlit as st

from workbench.doors.web import address
from workbench.model.recipe import Recipe, does

_FOLLOWED = "clean facets followed"
"""Where the session keeps the facets before and after an edit, by what the recipe did before and after it."""


def keep(before: str, was: Recipe, now: Recipe) -> None:
    """Keeps that an edit, which made a recipe another, has changed the facets of the address."""
    after = st.query_params.get("facets", "")
    if before != after:
        _followed()[_change(was, now)] = before, after


def go_back(now: Recipe, before: Recipe) -> None:
    """Has the facets choose what they chose before the edit that is taken back, unless somebody chose otherwise."""
    was, said = _followed().get(_change(before, now), ("", None))
    _turn(said, was)


def go_on(before: Recipe, now: Recipe) -> None:
    """Has them follow again the edit that is made again."""
    said, become = _followed().get(_change(before, now), (None, ""))
    _turn(said, become)


def _turn(said: str | None, to: str) -> None:
    if said is not None and st.query_params.get("facets", "") == said:
        address.put_word("facets", to)


def _followed() -> dict[tuple[str, str], tuple[str, str]]:
    found: dict[tuple[str, str], tuple[str, str]] = st.session_state.setdefault(_FOLLOWED, {})
    return found


def _change(was: Recipe, now: Recipe) -> tuple[str, str]:
    return "\n".join(does(was)), "\n".join(does(now))
