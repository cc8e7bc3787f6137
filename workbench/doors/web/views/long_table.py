"""A long table: what is asked of all its rows, and which page of them is shown. All of that stands in the address, so
that a reload keeps it and it can be sent to a colleague."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import streamlit as st

from workbench.doors.web import words
from workbench.doors.web.grid import Sorted
from workbench.doors.web.views import table_address
from workbench.doors.web.views.table_address import TESTS
from workbench.model.list_query import ListQuery
from workbench.model.row_query import CellTest, Test

SIZE = 50
"""Rows of a page."""
FEW = 12
"""So many rows are seen at once: nobody has to search them."""


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
    size: int = field(default_factory=lambda: SIZE)
    """So many of them are a page."""

    @property
    def narrows(self) -> bool:
        """Whether not all rows are asked for."""
        return bool(self.text.strip()) or (self.column is not None and self.test == "blank")

    @property
    def skip(self) -> int:
        """How many of the rows stand on the pages before."""
        return (self.page - 1) * self.size

    @property
    def word(self) -> str:
        """The text without blanks around it."""
        return self.text.strip()

    def query(self, fields: Sequence[str], called: Mapping[str, str] | None = None) -> ListQuery:
        """The same as the database is asked, of columns that are those fields; `called` are those whose place in the
        table is a name."""
        order = table_address.as_order(self.order, fields, called=called)
        if self.column is None:
            return ListQuery(text=self.word, order=order)
        cell = CellTest(field=fields[self.column], test=self.test, text=self.word)
        return ListQuery(cell=cell if self.narrows else None, order=order)


def asked(part: str, labels: Sequence[str], number: int, *, lines: str = "", sortable: Sequence[str] = ()) -> Asked:
    """Asks what is to be shown of so many rows with columns of these labels; `part` begins the names in the address,
    `lines` is how the box is called that asks for a line ("" where rows have none), `sortable` are the columns beside
    those of the labels, called by their names, that rows are ordered by."""
    order = table_address.ordered(part, len(labels), sortable)
    at = table_address.page(part)
    if number <= FEW and not any(st.query_params.get(f"{part}{name}") for name in ("search", "in", "from")):
        return Asked(order=order, page=at)
    again = partial(table_address.turn_to, part, 1)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = table_address.search(part, f"Words in any cell of all {words.many(number)}")
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
            test = st.selectbox("Which", [*TESTS], format_func=_it, key=f"{part}which", on_change=again, width=140)
        start = table_address.begins(part, lines) if lines else 1
    place = labels.index(column) if column is not None else None
    return Asked(text=text, column=place, test=test, start=start, order=order, page=at)


def _it(test: Test) -> str:
    """A test of the text that is searched for."""
    return TESTS[test] if test == "blank" else f"{TESTS[test]} it"


def turned(part: str, number: int) -> Asked:
    """The page of a table of so many rows that the address says; the first where there is none such."""
    page = table_address.page(part)
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
    more = of.skip + of.size < number if more is None else more
    narrowed = of.narrows if narrowed is None else narrowed
    if not (narrowed or more or of.page > 1 or of.start > 1):
        return
    pages = -(-number // of.size)
    told = [words.many(number, what) + (" found" if narrowed else "")]
    if pages > 1:
        told.append(f"page {of.page:,}" + (f" of {pages:,}" if of.start == 1 else ""))
    if lines is not None:
        told.append(f"lines {lines[0]:,} to {lines[1]:,}" if lines[0] < lines[1] else f"line {lines[0]:,}")
    elif pages > 1:
        told.append(f"{of.skip + 1:,} to {min(of.skip + of.size, number):,} in this order")
    turn_to = partial(table_address.turn_to, part)
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        st.caption(" · ".join(told), width="content")
        if more or of.page > 1:
            with st.container(horizontal=True, width="content"):  # which stay beside each other on a narrow screen
                _button("Back", f"{part}back", "chevron_left", of.page > 1, partial(turn_to, of.page - 1))
                _button("Next", f"{part}next", "chevron_right", more, partial(turn_to, of.page + 1))


def _button(label: str, key: str, icon: str, enabled: bool, act: Callable[[], None]) -> None:
    st.button(label, key=f"{key} page", icon=f":material/{icon}:", disabled=not enabled, on_click=act)


def nothing(part: str, of: Asked) -> None:
    """That no row is as it is asked for; a page behind the last one is the first."""
    if of.page > 1:
        table_address.turn_to(part, 1)
        st.rerun()
    st.info("No row fits." if of.narrows or of.start > 1 else "There are no rows.", icon=":material/search_off:")
