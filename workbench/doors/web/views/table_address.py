"""What is asked of a table, in the address of its page: words, the line from which on rows are shown, an order of all
rows, and a page of them. All tables ask and say it here, so that they do so alike. `part` begins the names of a table's
parts of the address; it is "" where a page has one table."""

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from workbench.doors.web import address
from workbench.doors.web.grid import Sorted
from workbench.model.row_query import Order, Test

TESTS: dict[Test, str] = {"contains": "contains", "equals": "is exactly", "blank": "is blank"}
"""What a cell is tested for, with a text."""
_STEP = 50


def search(part: str, placeholder: str) -> str:
    """The box of the words that are all in a row; what stands in it."""
    said = st.text_input(
        "Search",
        key=f"{part}search",
        bind="query-params",
        placeholder=placeholder,
        icon=":material/search:",
        on_change=partial(turn_to, part, 1),
        width="stretch",
    )
    return said or ""


def begins(part: str, label: str) -> int:
    """The box of the line from which on rows are shown, in the order of their lines; what stands in it."""
    start = st.number_input(  # of floats, for one of integers falls over an address that says infinity
        label,
        min_value=1.0,
        max_value=float(address.MOST),
        step=float(_STEP),
        format="%.0f",
        key=f"{part}from",
        bind="query-params",
        on_change=partial(_in_order_of_lines, part),
        width=130,
    )
    return int(start or 1)


def ordered(part: str, columns: int, sortable: Sequence[str]) -> Sorted | None:
    """The order that the address says, by one of so many columns or of those that are `sortable`; None where it says
    none that makes sense."""
    said = st.query_params.get(f"{part}order", "")
    name, descending = said.removeprefix("-"), said.startswith("-")
    place = address.as_number(name)
    if name in sortable or (place is not None and place < columns):
        return Sorted(column=str(place) if place is not None else name, descending=descending)
    return None


def order_by(part: str, order: Sorted | None) -> None:
    """Asks for another order of all rows, which are then shown from the first on."""
    said = f"{'-' if order.descending else ''}{order.column}" if order is not None else None
    address.put_word(f"{part}order", said)
    if f"{part}from" in st.session_state:
        st.session_state[f"{part}from"] = 1.0
    turn_to(part, 1)


def _in_order_of_lines(part: str) -> None:
    address.put_word(f"{part}order", None)
    turn_to(part, 1)


def as_order(
    order: Sorted | None, names: Sequence[str], *, header: bool = False, called: Mapping[str, str] | None = None
) -> Order:
    """The same as rows know it, of columns that are those fields, or headers; `called` are fields whose place in the
    table is a name, and of none is the order of lines."""
    if order is None or order.column == "line":
        return Order(descending=order is not None and order.descending)
    name = called[order.column] if called is not None and order.column in called else names[int(order.column)]
    return Order(**{"header" if header else "field": name}, descending=order.descending)


def page(part: str) -> int:
    """The page that the address says; the first where it says none."""
    return max(address.number(f"{part}page") or 1, 1)


def turn_to(part: str, page: int) -> None:
    """Turns to a page."""
    address.put_word(f"{part}page", str(page) if page > 1 else None)


def forget(part: str) -> None:
    """Asks nothing of the rows any more, for they are others now."""
    for name in ("search", "in", "which", "from"):
        st.session_state.pop(f"{part}{name}", None)
    for name in ("search", "in", "from", "order", "page"):
        st.query_params.pop(f"{part}{name}", None)
