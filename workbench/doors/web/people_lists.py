"""Those who say whom they mean, on a page: sorted, filtered and searched by the database over all of them, a page at a
time; and who of them is looked at.

Who is looked at is found wherever the list has them by now, and the page turns with them; who has gone from it leaves
their place to the next. Another question, or a page that somebody turns to, is looked at from its first on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st

from workbench import Workbench
from workbench.doors.web import grid
from workbench.doors.web.views import long_table, matches, table_address
from workbench.model.matching import Matching

_AT, _AFTER, _NUMBER = "matches at", "matches after", "matches number"
_SHOWN = "matches shown"
"""Where the session keeps what was asked for last, and on which page."""
_SOUGHT = "matches sought"
"""Who was looked at last, and how often somebody else has been."""


@dataclass(frozen=True, kw_only=True)
class Around:
    """A page of the list, and the one of it who is looked at."""

    asked: long_table.Asked
    number: int
    """How many people are asked for."""
    first: int
    """The place of the page's first, from 0."""
    at: int
    """The place on the page of whoever is looked at."""
    people: Sequence[dict[str, Any]]
    """The page, and the one after it."""

    @property
    def one(self) -> dict[str, Any]:
        """Who is looked at."""
        return self.people[self.at]

    @property
    def after(self) -> str | None:
        """Who comes next; None at the end of the list."""
        said: str | None = st.session_state.get(_AFTER)
        return said or next((one["said"] for one in self.people[self.at + 1 :]), None)


def around(wb: Workbench, about: Matching, number: int, *, unmatched_only: bool) -> Around | None:
    """Asks who of so many people is to be shown, and finds them; None, which is told, where nobody is."""
    fields = list(matches.columns(about))
    asked = long_table.asked("", [*matches.columns(about).values()], number, sortable=[matches.NAME])
    query = asked.query(fields, {matches.NAME: fields[0]})
    which: dict[str, Any] = {"query": query, "unmatched_only": unmatched_only}
    number = wb.matches.count(about.of, **which) if asked.narrows else number
    if not number:
        _nobody(asked, unmatched_only=unmatched_only)
        return None
    question = about.of, query, unmatched_only
    if st.session_state.get(_SHOWN, (question, asked.page)) != (question, asked.page):
        forget()
    place = _place(wb, about, which, asked, number)
    first = place - place % long_table.SIZE
    people = wb.matches.page(about.of, **which, first=first, limit=long_table.SIZE + 1)
    if not people:  # all of them have gone in the meantime
        return None
    table_address.turn_to("", page := first // long_table.SIZE + 1)
    st.session_state[_SHOWN] = question, page
    st.session_state[_NUMBER] = place
    asked = long_table.Asked(text=asked.text, column=asked.column, test=asked.test, order=asked.order, page=page)
    return Around(asked=asked, number=number, first=first, at=min(place - first, len(people) - 1), people=people)


def table(about: Matching, shown: Around) -> None:
    """The page of the list, with the ways to others; a click on a name looks at somebody."""
    long_table.turn("", shown.asked, shown.number, what="name")
    page = shown.people[: long_table.SIZE]
    key = f"people {about.of}"
    grid.table(
        matches.in_grid(about, page, shown.at, sought=_sought(shown.one["said"])),
        matches.grid_columns(about),
        key=key,
        shows=tuple(one["said"] for one in page),
        order=shown.asked.order,
        on_order=partial(table_address.order_by, ""),
        on_column=partial(_look_at_clicked, key),
    )


def look(said: str, after: str | None = None) -> None:
    """Looks at somebody from now on, and then at who came after them before: with a candidate less they may stand
    further down."""
    st.session_state[_AT] = said
    st.session_state[_AFTER] = after


def begin_again() -> None:
    """Looks at the first of the list."""
    table_address.turn_to("", 1)
    forget()


def forget() -> None:
    """Looks at nobody in particular: at the first of the page."""
    for name in (_AT, _AFTER):
        st.session_state.pop(name, None)


def _look_at_clicked(key: str, column: str) -> None:
    said = grid.clicked(key)
    if column == matches.NAME and said is not None:
        look(said)


def _nobody(asked: long_table.Asked, *, unmatched_only: bool) -> None:
    if asked.narrows:
        st.info("Nobody fits.", icon=":material/search_off:")
    elif unmatched_only:
        st.success("Everybody is matched.", icon=":material/check_circle:")


def _place(wb: Workbench, about: Matching, which: dict[str, Any], asked: long_table.Asked, number: int) -> int:
    """The place of whoever is looked at, from 0."""
    said = st.session_state.get(_AT)
    if said is None:
        return asked.skip if asked.skip < number else 0
    there = wb.matches.place(about.of, said, **which)
    return min(st.session_state.get(_NUMBER, 0), number - 1) if there is None else there


def _sought(said: str) -> int:
    """How often somebody else has been looked at: the grid goes to them once."""
    before, number = st.session_state.get(_SOUGHT, (None, 0))
    number += said != before
    st.session_state[_SOUGHT] = said, number
    return int(number)
