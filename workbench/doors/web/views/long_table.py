"""A long table: what is asked of all its rows, and which page of them is shown. All of that stands in the address, so
that a reload keeps it and it can be sent to a colleague."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from workbench.doors.web import address, words
from workbench.doors.web.grid import Sorted
from workbench.model.list_query import ListQuery
from workbench.model.row_query import CellTest, Order, Test

SIZE = 50
"""Rows of a page."""
FEW = 12
"""So many rows are seen at once: nobody has to search them."""
TESTS: dict[Test, str] = {"contains": "contains it", "equals": "is exactly it", "blank": "is blank"}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked of a table's rows."""

    text: str = ""
    """Words that are all in a row; of a column, the text that its cell is tested for."""
    column: int | None = None
    """The place of the column that is tested; None is any."""
    test: Test = "contains"
    start: int = 1
    """The line from which on rows are shown."""
    order: Sorted | None = None
    """None is the order of their lines."""
    page: int = 1

    @property
    def narrows(self) -> bool:
        """Whether not all rows are asked for."""
        return bool(self.text.strip()) or (self.column is not None and self.test == "blank")

    @property
    def skip(self) -> int:
        """How many of the rows stand on the pages before."""
        return (self.page - 1) * SIZE

    @property
    def word(self) -> str:
        """The text without blanks around it."""
        return self.text.strip()

    def query(self, fields: Sequence[str], called: Mapping[str, str] | None = None) -> ListQuery:
        """The same as the database is asked, of columns that are those fields; `called` are those whose place in the
        table is a name."""
        order = Order()
        if self.order is not None:
            column = self.order.column
            field = called[column] if called is not None and column in called else fields[int(column)]
            order = Order(field=field, descending=self.order.descending)
        if self.column is None:
            return ListQuery(text=self.word, order=order)
        cell = CellTest(field=fields[self.column], test=self.test, text=self.word)
        return ListQuery(cell=cell if self.narrows else None, order=order)


def asked(part: str, labels: Sequence[str], number: int, *, lines: str = "", sortable: Sequence[str] = ()) -> Asked:
    """Asks what is to be shown of so many rows with columns of these labels; `part` begins the names in the address,
    `lines` is how the box is called that asks for a line ("" where rows have none), `sortable` are the columns beside
    those of the labels, called by their names, that rows are ordered by."""
    order = ordered(part, len(labels), sortable)
    at = max(address.number(f"{part}page") or 1, 1)
    if number <= FEW and not any(st.query_params.get(f"{part}{name}") for name in ("search", "in", "from")):
        return Asked(order=order, page=at)
    again = partial(turn_to, part, 1)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            "Search",
            key=f"{part}search",
            bind="query-params",
            placeholder=f"Words in any cell of all {words.many(number)}",
            icon=":material/search:",
            on_change=again,
            width="stretch",
        )
        column = st.selectbox(
            "In",
            labels,
            index=None,
            placeholder="any column",
            key=f"{part}in",
            bind="query-params",
            on_change=again,
            width=190,
        )
        test: Test = "contains"
        if column is not None:
            test = st.selectbox(
                "Which", [*TESTS], format_func=TESTS.__getitem__, key=f"{part}which", on_change=again, width=140
            )
        start = 1.0
        if lines:
            start = st.number_input(  # of floats, for one of integers falls over an address that says infinity
                lines,
                min_value=1.0,
                max_value=float(address.MOST),
                step=float(SIZE),
                format="%.0f",
                key=f"{part}from",
                bind="query-params",
                on_change=partial(_begin, part),
                width=130,
            )
    place = labels.index(column) if column is not None else None
    return Asked(text=text or "", column=place, test=test, start=int(start or 1), order=order, page=at)


def ordered(part: str, columns: int, sortable: Sequence[str]) -> Sorted | None:
    """The order that the address says, by one of so many columns or of those that are `sortable`; None where it says
    none that makes sense."""
    said = st.query_params.get(f"{part}order", "")
    name, descending = said.removeprefix("-"), said.startswith("-")
    place = address.as_number(name)
    if name in sortable or (place is not None and place < columns):
        return Sorted(column=str(place) if place is not None else name, descending=descending)
    return None


def put_order(part: str, order: Sorted | None) -> None:
    """Puts an order of rows into the address."""
    said = f"{'-' if order.descending else ''}{order.column}" if order is not None else None
    address.put_word(f"{part}order", said)


def order_by(part: str, order: Sorted | None) -> None:
    """Asks for another order of all rows, which are then shown from the first on."""
    put_order(part, order)
    if f"{part}from" in st.session_state:
        st.session_state[f"{part}from"] = 1.0
    turn_to(part, 1)


def _begin(part: str) -> None:
    """From a line on rows are shown in the order of their lines."""
    address.put_word(f"{part}order", None)
    turn_to(part, 1)


def turn_to(part: str, page: int) -> None:
    """Turns to a page."""
    address.put_word(f"{part}page", str(page) if page > 1 else None)


def forget(part: str) -> None:
    """Asks nothing of the rows any more, for they are others now."""
    for name in ("search", "in", "which", "from"):
        st.session_state.pop(f"{part}{name}", None)
    for name in ("search", "in", "from", "order", "page"):
        st.query_params.pop(f"{part}{name}", None)


def turned(part: str, number: int) -> Asked:
    """The page of a table of so many rows that the address says; the first where there is none such."""
    page = max(address.number(f"{part}page") or 1, 1)
    return Asked(page=page if (page - 1) * SIZE < number else 1)


def turn(
    part: str,
    of: Asked,
    number: int,
    *,
    lines: tuple[int, int] | None = None,
    more: bool | None = None,
    what: str = "row",
    narrowed: bool | None = None,
) -> None:
    """Tells how many rows there are and which of them are shown (from one of their `lines` to another, where that is
    their order), with the ways to the pages before and after; `more` says whether there is one after, where the number
    does not."""
    more = of.skip + SIZE < number if more is None else more
    narrowed = of.narrows if narrowed is None else narrowed
    if not (narrowed or more or of.page > 1 or of.start > 1):
        return
    pages = -(-number // SIZE)
    told = [words.many(number, what) + (" found" if narrowed else "")]
    if pages > 1:
        told.append(f"page {of.page:,}" + (f" of {pages:,}" if of.start == 1 else ""))
    if lines is not None:
        told.append(f"lines {lines[0]:,} to {lines[1]:,}" if lines[0] < lines[1] else f"line {lines[0]:,}")
    elif pages > 1:
        told.append(f"{of.skip + 1:,} to {min(of.skip + SIZE, number):,} in this order")
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        st.caption(" · ".join(told), width="content")
        if more or of.page > 1:
            _button("Back", f"{part}back", "chevron_left", of.page > 1, partial(turn_to, part, of.page - 1))
            _button("Next", f"{part}next", "chevron_right", more, partial(turn_to, part, of.page + 1))


def _button(label: str, key: str, icon: str, enabled: bool, act: Callable[[], None]) -> None:
    st.button(label, key=f"{key} page", icon=f":material/{icon}:", disabled=not enabled, on_click=act)


def nothing(part: str, of: Asked) -> None:
    """That no row is as it is asked for; a page behind the last one is the first."""
    if of.page > 1:
        turn_to(part, 1)
        st.rerun()
    st.info("No row fits." if of.narrows or of.start > 1 else "There are no rows.", icon=":material/search_off:")
