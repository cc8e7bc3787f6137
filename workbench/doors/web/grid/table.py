"""A page of rows as a grid, and what somebody says in it."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import pandas as pd
import streamlit as st
from st_aggrid import AgGrid, DataReturnMode, JsCode

from workbench.doors.web import words
from workbench.doors.web.grid import said
from workbench.doors.web.grid.options import HEAD, MARKS, ROW, fitted, look, options, theme
from workbench.doors.web.grid.rows import Column, Row, Sorted
from workbench.doors.web.grid.said import Asks, Listener, Said

TALLEST = 560
"""The pixels of a grid: of more rows, it is scrolled in itself."""


def table(  # noqa: PLR0913
    rows: Sequence[Row],
    columns: Sequence[Column],
    *,
    key: str,
    shows: Hashable = None,
    order: Sorted | None = None,
    on_order: Callable[[Sorted | None], None] | None = None,
    on_column: Callable[[str], None] | None = None,
    on_said: Callable[[Said], None] | None = None,
    asks: Asks | None = None,
    picks: bool = False,
) -> Said | None:
    """Shows a page of rows; returns what somebody has said in it, None until somebody has.

    A click on a head asks `on_order` for another order of all rows (None is that of their lines); what the grid `shows`
    is another thing then, and what was said of other rows is no longer told. A click on a cell tells `on_column` its
    column. What is said is told to `on_said` before that, and comes back to whoever shows the same rows. In the grid
    Ctrl+Z and Ctrl+Y undo and redo edits, Ctrl+V pastes a block of cells, and Ctrl+C copies. A grid that `asks` for its
    edits keeps none: whoever is asked changes the rows that it shows, takes changes back, and makes them again.
    """
    key = _mounted(key, shows)
    listener = Listener(
        key=key,
        rows={row.id for row in rows},
        order=order,
        on_order=on_order,
        on_column=on_column,
        on_said=on_said,
        asks=asks,
    )
    told: list[dict[str, Any]] = [{**row.cells, "id": row.id, "about": row.about} for row in rows]
    if asks is not None:  # an answer shows the rows again, even where it has left them as they were
        told = [{**row, "asked": listener.asked} for row in told]
    events = said.ASKED if asks is not None else said.KEPT if any(column.editable for column in columns) else ()
    with st.container():  # which is always there: a grid that moves among what is drawn begins anew
        if (why := listener.refusal()) is not None:
            st.warning(words.text(why), icon=":material/content_paste_off:")
    AgGrid(
        pd.DataFrame(told, dtype=object).astype(str),
        gridOptions=options(
            fitted(columns, rows), order, ordered=on_order is not None, picks=picks, asks=asks is not None
        ),
        height=min(_tall(rows, columns), TALLEST),
        key=key,
        theme=look(),
        custom_css=MARKS,
        allow_unsafe_jscode=True,
        data_return_mode=DataReturnMode.CUSTOM,
        custom_jscode_for_grid_return=JsCode(said.SAID),
        should_grid_return=JsCode(said.IS_NEW),
        update_on=[*events, "selectionChanged", "sortChanged", *(["cellClicked"] if on_column else [])],
        callback=listener.hear,
    )
    return listener.said


def clicked(key: str) -> str | None:
    """The row that somebody has clicked in the grid of that key, while `on_column` is told the column."""
    number, _ = st.session_state[f"{key} shows"]
    heard = st.session_state.get(f"{key} {number} {theme()}") or {}
    row: str | None = heard.get("row")
    return row


def _mounted(key: str, shows: Hashable) -> str:
    """The key of the grid that takes these rows: the one that is there, as long as nobody has edited a cell in it. It
    keeps what is edited, and takes no other rows any more."""
    number, shown = st.session_state.get(f"{key} shows", (0, shows))
    mounted = f"{key} {number} {theme()}"
    if shown != shows and (st.session_state.get(mounted) or {}).get("edited"):
        number += 1
    st.session_state[f"{key} shows"] = number, shows
    return f"{key} {number} {theme()}"


def _tall(rows: Sequence[Row], columns: Sequence[Column]) -> int:
    """The pixels that all rows take, as far as that can be said before they are shown."""
    wrapped = [column for column in columns if column.wraps]
    lines = 0
    for row in rows:
        longest = (len(str(row.cells.get(column.name, ""))) * 7 / ((column.width or 0) - 24) for column in wrapped)
        lines += max(1, *(int(each) + 1 for each in longest)) if wrapped else 1
    return HEAD + 2 + 16 + len(rows) * (ROW - 20) + 20 * lines
