"""A recipe as sentences: each step with what it changed, to be switched off, changed, moved and taken away."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from workbench.doors.web import words
from workbench.model.recipe import Done, Recipe, Step
from workbench.model.wording import listed
from workbench.prepare.cleaning import sentence

_MENU = {
    "edit": ":material/edit: Edit",
    "up": ":material/arrow_upward: Move up",
    "down": ":material/arrow_downward: Move down",
    "move": ":material/low_priority: Move to ...",
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
    moving: int | None,
    key: str,
) -> None:
    """Each step in a line of its own."""
    lines = st.container(gap="xxsmall")
    for at, step in enumerate(recipe.steps):
        with lines.container(
            horizontal=True, vertical_alignment="center", gap="small", wrap=False, key=f"clean step {at}"
        ):
            box, did = f"clean on {key} {at}", done.get(at)
            said = sentence(step, did.rows if did is not None and not did.gone else None)
            st.checkbox(
                f"Step {at + 1}: {words.label(said)}",
                step.on,
                key=box,
                on_change=switch,
                args=(at, box),
                width="stretch",
                wrap=True,
            )
            told = _told(step, did) if at != editing else "being edited"
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
        if at == moving:
            with lines:
                _place(recipe, at, act, key=f"clean place {key} {at}")
        if at in drifted:
            lines.warning(words.text(drifted[at]), icon=":material/difference:")


def _place(recipe: Recipe, at: int, act: Callable[[int, str], None], *, key: str) -> None:
    """Where a step is to stand, among the others."""
    rest = [f"{number}: {sentence(step)}" for number, step in enumerate(recipe.steps, start=1) if number != at + 1]
    places = [place for place in range(len(recipe.steps)) if place != at]
    st.selectbox(
        f"Put step {at + 1}",
        places,
        index=None,
        format_func=lambda place: "at the beginning" if not place else f"behind {rest[place - 1]}",
        placeholder="Choose its place",
        key=key,
        on_change=act,
        args=(at, key),
    )


def missed(
    columns: Mapping[str, str | None],
    headers: Sequence[str],
    number: int,
    rename: Callable[[Mapping[str, str]], None],
    *,
    key: str,
) -> None:
    """That the recipe reads columns which the file has not, with the likeliest of its own for each: `number` steps are
    not done, or not to all of their columns."""
    are = "is" if len(columns) == 1 else "are"
    steps = f"{words.many(number, 'step')} {'needs' if number == 1 else 'need'} {'it' if len(columns) == 1 else 'them'}"
    with st.container(border=True, key="clean missed"):
        told = f"{listed(columns)} {are} not in this file, and {steps}."
        st.markdown(f":material/difference: {words.text(told)}")
        keys = {was: f"clean missed {key} {was}" for was in columns}
        with st.container(horizontal=True, vertical_alignment="bottom"):
            for was, likely in columns.items():
                st.selectbox(
                    f"{words.label(was)} is now",
                    headers,
                    index=headers.index(likely) if likely is not None else None,
                    placeholder="Choose the column",
                    key=keys[was],
                    width=260,
                )
            some = any(st.session_state.get(each) is not None for each in keys.values())
            label = "Use this column" if len(columns) == 1 else "Use these columns"
            st.button(label, type="primary", icon=":material/check:", disabled=not some, on_click=rename, args=(keys,))
        st.caption("The recipe then begins with that: all steps, and Map, find it under the name that they know.")


def _possible(at: int, number: int, drifted: Mapping[int, Any]) -> Sequence[str]:
    """What can be done with a step."""
    moves = [name for name, can in (("up", at > 0), ("down", at + 1 < number)) if can]
    moves += ["move"] if number > 2 else []  # else one up or down is all there is
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
