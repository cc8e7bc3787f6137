"""A recipe as sentences: each step with what it changed, to be switched off, changed, moved and taken away."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from workbench.doors.web import words
from workbench.model.recipe import Done, Recipe, Step
from workbench.prepare.cleaning import sentence

_MENU = {
    "edit": ":material/edit: Edit",
    "up": ":material/arrow_upward: Move up",
    "down": ":material/arrow_downward: Move down",
    "remove": ":material/delete: Remove",
    "accept": ":material/check: It is right so",
}


def bar(undo: Callable[[], None] | None, redo: Callable[[], None] | None) -> None:
    """Undo and redo, by button and keyboard."""
    st.button("Undo", icon=":material/undo:", shortcut="Ctrl+Z", disabled=undo is None, on_click=undo, key="clean undo")
    st.button(
        "Redo", icon=":material/redo:", shortcut="Ctrl+Shift+Z", disabled=redo is None, on_click=redo, key="clean redo"
    )


def steps(
    recipe: Recipe,
    done: Mapping[int, Done],
    drifted: Mapping[int, str],
    switch: Callable[[int, str], None],
    act: Callable[[int, str], None],
    *,
    editing: int | None,
    key: str,
) -> None:
    """Each step in a line of its own."""
    lines = st.container(gap="xxsmall")
    for at, step in enumerate(recipe.steps):
        with lines.container(
            horizontal=True, vertical_alignment="center", gap="small", wrap=False, key=f"clean step {at}"
        ):
            box = f"clean on {key} {at}"
            st.checkbox(
                f"Step {at + 1}: {words.label(sentence(step))}",
                step.on,
                key=box,
                on_change=switch,
                args=(at, box),
                width="stretch",
                wrap=True,
            )
            told = _told(step, done.get(at)) if at != editing else "being edited"
            st.caption(words.text(told), width="content")
            menu = f"clean menu {key} {at}"
            st.menu_button(
                "",
                _possible(at, len(recipe.steps), drifted),
                icon=":material/more_vert:",
                type="tertiary",
                format_func=_MENU.__getitem__,
                key=menu,
                help=f"Change step {at + 1}",
                on_click=act,
                args=(at, menu),
            )
        if at in drifted:
            lines.warning(words.text(drifted[at]), icon=":material/difference:")


def _possible(at: int, number: int, drifted: Mapping[int, Any]) -> Sequence[str]:
    """What can be done with a step."""
    moves = [name for name, can in (("up", at > 0), ("down", at + 1 < number)) if can]
    return ["edit", *moves, "remove", *(["accept"] if at in drifted else [])]


def _told(step: Step, done: Done | None) -> str:
    """What a step did, in few words."""
    if not step.on:
        return "off"
    if done is None:
        return ""
    if done.gone:
        return f"not done: {', '.join(done.gone)} is not there"
    return f"{words.many(done.changed)} {'removed' if step.operation == 'remove_rows' else 'changed'}"
