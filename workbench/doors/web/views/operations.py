"""What can be done with columns: chosen, filled in, and seen on a few rows before it is done to all."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from workbench.doors.web import words
from workbench.doors.web.preview import Preview
from workbench.model.wording import cut, differs_at
from workbench.prepare.cleaning import Operation, Option
from workbench.prepare.cleaning.operation import REQUIRED

MARK = "background-color: rgba(240, 180, 41, 0.28)"
"""Of a cell that is another than it was; fit for a light and a dark page."""


_NAME = "Choose a column, or type a new name"
_ROOM = 5
"""Rows that a table to be filled in shows at least: what is typed stays in sight."""


def options(
    operation: Operation, headers: Sequence[str], before: Mapping[str, Any], *, key: str
) -> tuple[dict[str, Any], list[str]]:
    """The options of an operation as a person fills them in, and the titles of those that are still to be said."""
    said: dict[str, Any] = {}
    lacking: list[str] = []
    for option in operation.options:
        given = before.get(option.name, None if option.default is REQUIRED else option.default)
        value = _asked(option, headers, given, key=f"{key} {option.name}")
        if value in (None, "", [], {}) and option.default is REQUIRED and option.kind not in ("number", "flag"):
            lacking.append(option.title)
        elif value is not None and _plain(value) != _plain(option.default):
            said[option.name] = value
    return said, lacking


def _asked(option: Option, headers: Sequence[str], given: Any, *, key: str) -> Any:  # noqa: PLR0911
    """One option, by the widget of its kind."""
    title = option.title
    named = [given] if isinstance(given, str) else list(given) if isinstance(given, list | tuple) else []
    known = [*headers, *(name for name in named if name not in headers)]
    match option.kind:
        case "flag":
            return st.checkbox(title, bool(given), key=key)
        case "number":
            return st.number_input(title, value=given if isinstance(given, int) else None, step=1, key=key)
        case "choice":
            choices = option.choices or {}
            at = list(choices).index(given) if given in choices else None
            return st.selectbox(title, list(choices), at, format_func=lambda name: choices[name], key=key)
        case "column":
            return st.selectbox(
                title, known, known.index(given) if given else None, key=key, accept_new_options=True, placeholder=_NAME
            )
        case "columns":
            return st.multiselect(title, known, list(given or ()), key=key, accept_new_options=True, placeholder=_NAME)
        case "texts":
            return st.multiselect(title, named, named, key=key, accept_new_options=True, placeholder="Type, and Enter")
        case "pairs":
            return _pairs(title, given if isinstance(given, Mapping) else {}, key=key)
        case "pattern":
            return st.text_input(title, given or "", key=key, help="A regular expression: [0-9]+ is one digit or more.")
        case "expression":
            told = "As in SQL: upper(Name), City || ', ' || State, case when Grade = '' then 'none' else Grade end. "
            told += "Numbers are decimals, so 7 / 2 is 3.5."
            return st.text_area(title, given or "", key=key, help=told, height=80)
        case _:
            return st.text_input(title, given or "", key=key)


def _plain(value: Any) -> Any:
    """As JSON has it."""
    return list(value) if isinstance(value, tuple) else value


def _pairs(title: str, given: Mapping[str, str], *, key: str) -> dict[str, str]:
    """Texts and what becomes of each, in a table to be filled in; what is half said is told."""
    st.caption(title)
    edited = st.data_editor(
        pd.DataFrame(list(given.items()), columns=["Text", "Becomes"], dtype="string"),
        num_rows="dynamic",
        hide_index=True,
        height=min(39 + 35 * max(len(given) + 1, _ROOM), 250),
        key=key,
    )
    texts = edited.astype("string").fillna("")  # a column of which nothing was typed yet has come back without a type
    pairs = list(texts.itertuples(index=False, name=None))
    if lost := [means for text, means in pairs if means and not text]:
        st.warning(f"What becomes {words.text(cut(lost[0]))}? Its Text is blank, and it is left out.")
    if emptied := [text for text, means in pairs if text and not means and given.get(text) != ""]:
        st.warning(
            f"{words.text(cut(emptied[0]))} becomes nothing: its cells will be blank, unless Becomes says otherwise."
        )
    return {text: means for text, means in pairs if text}


def preview(found: Preview, rows: int) -> None:
    """How many rows would be others, and some of them as they are and as they would be."""
    said = words.text(preview_in_words(found, rows))
    if not found.rows:
        st.info(said, icon=":material/info:")
        return
    st.caption(said)
    gone = [(line, before) for line, before, now in found.rows if now is None]
    if gone:
        cells = ({header: cut(text) for header, text in before.items()} for _, before in gone)
        shown = [{"Line": line, "What": "is removed", **of} for (line, _), of in zip(gone, cells, strict=True)]
        st.dataframe(pd.DataFrame(shown), hide_index=True, height="content")
        return
    table: list[dict[str, Any]] = []
    for line, before, now in found.rows:
        row: dict[str, Any] = {"Line": line}
        for header in found.columns:
            was, by = before.get(header, ""), now.get(header, "") if now is not None else ""
            at = differs_at(was, by)
            if header in before:
                row[f"{header}, as it is"] = cut(was, at=at)
            if now is not None and header in now:
                row[f"{header}, then"] = cut(by, at=at)
        table.append(row)
    frame = pd.DataFrame(table).fillna("")
    style = frame.style.apply(
        lambda column: [MARK if str(column.name).endswith(", then") else ""] * len(column), axis=0
    )
    st.dataframe(style, hide_index=True, height="content", column_config={"Line": st.column_config.Column(width=60)})


def preview_in_words(found: Preview, rows: int) -> str:
    """How many rows a step would change, of all or of those that there was time to look at."""
    is_all = found.looked_at >= rows
    part = f"the first {words.many(found.looked_at)} (of {rows:,}; the others are looked at when it is done)"
    if not found.rows:
        return f"It changes none of {'the rows' if is_all else part}."
    if not found.changed:  # a column is called otherwise
        return "It changes no text."
    does = "removes" if any(now is None for _, _, now in found.rows) else "changes"
    first = f" The first {len(found.rows)} of them:" if found.changed > len(found.rows) else ""
    return f"It {does} {found.changed:,} of {words.many(rows) if is_all else part}.{first}"


def about(operation: Operation | None, columns: Sequence[str], number: int, of: int) -> str:
    """Which cells are meant, in words, by an operation or by a choice of values (None)."""
    fit = "fits" if number == 1 else "fit"
    where = "all rows" if number == of else f"the {words.many(number)} that {fit} the facets"
    if operation is not None and operation.whole_columns:
        return f"In all {words.many(of)}" + ("" if number == of else ", whatever the facets say: it is done to columns")
    takes_all = operation is not None and operation.takes == "each"
    which = ", ".join(columns) if operation is None or operation.takes != "none" else ""
    which = which or ("every column" if takes_all else "")
    return f"In {which}, of {where}" if which else f"Of {where}"


__all__ = ["MARK", "about", "options", "preview", "preview_in_words"]
