"""The address of a page: what it says, and the ways from one to another, which can be sent to a colleague."""

import json
from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import Any

import streamlit as st

OF_AN_UPLOAD = ("upload", "sheet", "layout", "template")
"""The parts of an address that say which upload it is about, and how it is read and cleaned."""
NO_TEMPLATE = "none"
"""In the place of a template's id: a person wants none of those that know the file."""


def link(target: str, label: str, icon: str = ":material/arrow_forward:", **parameters: object) -> None:
    """A link to another page with an address that can be sent to a colleague."""
    st.page_link(
        f"pages/{target}.py",
        label=label,
        icon=icon,
        query_params={name: str(value) for name, value in parameters.items() if value is not None},
    )


def jump(label: str, icon: str = ":material/arrow_forward:", **parameters: object) -> None:
    """A link to another address of this very page.

    A page link to the page that it stands on would show what it leads to, but leave the old address in the browser, and
    be forgotten with the next click.
    """
    address = {name: str(value) for name, value in parameters.items() if value is not None}
    key = f"jump {label} {address}"
    st.button(label, key, icon=icon, type="tertiary", on_click=st.query_params.from_dict, args=(address,))


def go_to(target: str, **parameters: object) -> None:
    """Leaves for another page."""
    st.switch_page(f"pages/{target}.py", query_params={name: str(value) for name, value in parameters.items()})


_AT = "at file"


_CALLED = "at file called"


def stay(name: str, **parts: str) -> None:
    """Keeps in the session which file somebody is at, and its name: the links of the sidebar do not say it."""
    st.session_state[_AT] = parts
    st.session_state[_CALLED] = name


def back(name: Callable[[object], str]) -> None:
    """The way back to the file that somebody is at, on a page that is about none; its name as Markdown shows it."""
    if at := stayed():
        target = "validate" if "batch" in at else "upload"
        link(target, f"Back to {name(st.session_state.get(_CALLED, 'the file'))}", icon=":material/undo:", **at)


def stayed() -> dict[str, str]:
    """The parts of an address that say which file somebody was at last; nothing where none is known."""
    return dict(st.session_state.get(_AT, {}))


def leave() -> None:
    """Forgets which file somebody is at."""
    st.session_state.pop(_AT, None)
    st.query_params.clear()


def said(part: str) -> dict[str, Any]:
    """What a part of the address says in JSON; empty where it says nothing that makes sense."""
    found = _json(part)
    return found if isinstance(found, dict) else {}


def listed(part: str) -> list[Any]:
    """The list that a part of the address says in JSON; empty where it says nothing that makes sense."""
    found = _json(part)
    return found if isinstance(found, list) else []


def _json(part: str) -> Any:
    """What a part of the address says in JSON; None where our own links write nothing like it: numbers that nothing
    holds, half characters, lists in lists in lists."""
    try:
        found = json.loads(st.query_params.get(part, "null"), parse_int=_whole, parse_float=_finite)
        json.dumps(found, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        return None
    return None if _is_deep(found, _LEVELS) else found


_LEVELS = 16


def _is_deep(found: Any, levels: int) -> bool:
    inside = found.values() if isinstance(found, dict) else found if isinstance(found, list) else ()
    return any(levels == 0 or _is_deep(each, levels - 1) for each in inside)


def _whole(text: str) -> int:
    if len(text) > _DIGITS:
        raise ValueError(text)
    return int(text)


_DIGITS = 18


def _finite(text: str) -> float:
    if not isfinite(found := float(text)):
        raise ValueError(text)
    return found


MOST = 2_147_483_647
"""The largest number that an address says: no file has more lines."""


def number(part: str) -> int | None:
    """The whole number from 0 on that a part of the address says; None where it says nothing that makes sense."""
    return as_number(st.query_params.get(part, ""))


def as_number(text: str) -> int | None:
    """The whole number from 0 on that a piece of a part says, as `number` does."""
    if not (text.isascii() and text.isdecimal()) or len(text) > len(str(MOST)):
        return None
    found = int(text)
    return found if found <= MOST else None


def before(part: str, widget: str) -> dict[str, Any]:
    """What the address said when a widget was first shown: one that changes while somebody edits it forgets the last
    edit."""
    if widget not in st.session_state:
        st.session_state[f"before {widget}"] = said(part)
    known: dict[str, Any] = st.session_state[f"before {widget}"]
    return known


def choose(part: str, label: str, options: Sequence[str], first: str, named: Callable[[str], str], **more: Any) -> str:
    """A drop-down of what a part of the address says, each option `named` for people; the `first` is chosen where it
    says none of them. (A widget that is bound to the address would put there what people read.)"""
    said = st.query_params.get(part, "")
    at = options.index(said if said in options else first)
    chosen = st.selectbox(label, options, at, format_func=named, key=part, **more)
    put_word(part, chosen if chosen != first else None)
    return chosen


def put(part: str, chosen: Mapping[str, Any]) -> None:
    """Puts it into the address, where it outlives a reload and can be sent to a colleague; nothing takes it out."""
    put_word(part, written(chosen) if chosen else None)


def written(said: Any) -> str:
    """What a part of the address says, as JSON."""
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def put_word(part: str, chosen: str | None) -> None:
    """Puts a word into the address as it stands; nothing takes it out.

    An address that says so already is left alone: to say it again would undo what somebody types in the meantime.
    """
    if st.query_params.get(part) == (chosen or None):
        return
    if chosen:
        st.query_params[part] = chosen
    else:
        st.query_params.pop(part, None)
