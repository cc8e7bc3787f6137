"""The rows at Clean: page by page, in an order, with the way to a line and to those that were removed."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import streamlit as st

from workbench.doors.web import address, browser, cell_edits, recipe_editor, words
from workbench.doors.web.recipe_editor import Facet, RecipeEditor
from workbench.doors.web.rows_by_step import State
from workbench.doors.web.views import cleaned_rows
from workbench.model.errors import NoRows
from workbench.model.row_query import Order

PAGE = 50
"""Rows of a page."""
NONE_LEFT = "The steps of the recipe remove every row, so there is nothing to import."
KEY = "clean-rows"
"""What they stand in."""
_SOUGHT = "clean line sought"
"""Where the session keeps the line that somebody has asked for, 0 for none, and how often one was."""


def show(
    at: RecipeEditor, shown: State, fits: pa.Array | None, said: tuple[Facet, ...], on_column: Callable[[str], None]
) -> None:
    """A page of the rows of a state that fit the facets, or of those that were removed; a click on a cell tells its
    column."""
    number = len(shown) if fits is None else len(fits)
    with st.container(horizontal=True, vertical_alignment="center"):
        if shown.whole:
            gone, chosen = _bar(shown, fits, number)
        else:
            gone, chosen = False, 1
            st.markdown(f"**The first {PAGE} rows**; all of them are being read ...", width="content")
    on = [place + 1 for place, step in enumerate(at.recipe.steps) if step.on]
    if gone:
        _removed(shown, on)
        return
    first = (chosen - 1) * PAGE
    headers = shown.open_headers
    order = _order(headers)
    lines, rows = shown.rows(shown.in_order(order, fits, first + PAGE)[first:])
    was = {cell: [(on[step], text) for step, text in told] for cell, told in shown.was(lines).items()}
    if not lines:
        st.info(_why_none(at, shown), icon=":material/filter_alt:")
        return
    with st.container():  # which is always there: a grid that moves among what is drawn begins anew
        cell_edits.tell(at)
    is_last = recipe_editor.editing(at.recipe) is None  # else a step would come after it that these rows do not show
    edits = cell_edits.of(at, said, lines, rows) if is_last else None
    cleaned_rows.table(
        lines,
        rows,
        headers,
        was,
        order=order,
        on_order=_order_by,
        on_column=on_column,
        edits=edits,
        key=f"clean rows {hash(headers)}",
        shows=(first, order, at.recipe, lines[0], number),
        sought=st.session_state.get(_SOUGHT, (0, 0)),
    )
    edit = " A double click edits it, and all cells of the column that say the same, by a step." if is_last else ""
    heads = "A click on a head sorts all rows. Marked cells are not as in the file."
    st.caption(f"A click on a cell chooses its column.{edit} {heads}")


def _why_none(at: RecipeEditor, shown: State) -> str:
    """Why there is no row to be seen: the file has none, the steps remove all, or none fits what is chosen."""
    if len(shown):
        return "No row fits all of the facets."
    if shown.gone:
        return NONE_LEFT
    return words.text(NoRows(source=at.source.raw.name))


def _bar(shown: State, fits: pa.Array | None, number: int) -> tuple[bool, int]:
    """How many rows there are, and the ways among them; whether those that were removed are asked for, and the page."""
    of = f" of {words.many(len(shown))}" if fits is not None else ""
    told = words.many(number) if fits is None else f"{number:,}"
    st.markdown(f"**{told}{of}**", width="content")
    gone = st.toggle(f"Show the {words.many(shown.gone)} removed", key="clean gone") if shown.gone else False
    pages = max(-(-number // PAGE), 1)
    first, turned = st.session_state.get(recipe_editor.PAGE, (1, 0))
    at_page = f"clean page {pages} {turned}"
    chosen = st.pagination(pages, default=min(first, pages), key=at_page, max_visible_pages=5) if pages > 1 else 1
    if pages > 2:
        st.number_input(
            "Go to line",
            1,
            value=None,
            key="clean line",
            on_change=_go_to_line,
            args=(shown, fits),
            label_visibility="collapsed",
            placeholder="Go to line",
            width=160,
        )
        line, _ = st.session_state.get(_SOUGHT, (0, 0))
        if line and not shown.has_line(line, fits):
            st.caption(f"Line {line:,} is none of these rows.", width="content")
    return gone, chosen


def _removed(shown: State, on: list[int]) -> None:
    parts: list[Any] = []
    left = PAGE
    for step, table in zip(on, shown.removed, strict=True):
        some = table.slice(0, left)
        left -= len(some)
        parts.append((step, some.column(0).to_pylist(), some.remove_column(0).to_pylist()))
    cleaned_rows.removed(parts, key="clean removed")
    if shown.gone > PAGE:
        st.caption(f"The first {PAGE} of them.")


def _go_to_line(shown: State, fits: pa.Array | None) -> None:
    """Turns to the page on which a line stands, or where it would, and has it marked there."""
    line = st.session_state["clean line"]
    _, before = st.session_state.get(_SOUGHT, (0, 0))
    st.session_state[_SOUGHT] = line or 0, before + 1
    if line is not None:
        _order_by(None)
        recipe_editor.turn_to(shown.place_of(line, fits) // PAGE + 1)
        browser.seek(KEY)


def _order(headers: tuple[str, ...]) -> Order:
    """The order that the address asks for: a sign, and the column, which steps may move and rename."""
    said = st.query_params.get("order", "")
    way, header = said[:1], said[1:]
    if way in ("+", "-") and (not header or header in headers):
        return Order(header=header or None, descending=way == "-")
    return Order()


def _order_by(order: Order | None) -> None:
    """Puts an order into the address; its first rows are then shown."""
    address.put_word("order", f"{'-' if order.descending else '+'}{order.header or ''}" if order is not None else None)
    recipe_editor.turn_to(1)
