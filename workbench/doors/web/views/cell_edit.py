"""What an edited cell has become of the recipe, and the other way to take it."""

from collections.abc import Callable, Sequence
from typing import Literal

import streamlit as st

from workbench.doors.web import words
from workbench.model.recipe import Condition
from workbench.model.wording import listed, quoted

Way = Literal["every", "alone", "none"]
"""In every row that says the same, in the row alone, or not before somebody has said so."""


def told(  # noqa: PLR0913
    *,
    column: str,
    was: str,
    now: str,
    line: int,
    rows: int,
    where: Sequence[Condition],
    alone: Sequence[Condition],
    way: Way,
    other: Way | None,
    take: Callable[[], None],
) -> None:
    """The sentence of an edit; `rows` say what the cell said, `where` is what else the step asks of all
    that do, `alone` tells its row from the others."""
    many = words.many(rows)
    own = f"where {listed([str(each) for each in alone])}" if alone else ""
    too = f", where {listed([str(each) for each in where])}" if where else ""
    every = f"{many} that {'say' if rows > 1 else 'says'} so{too}"
    in_ = f"line {line:,} alone, {own}" if way == "alone" else every
    later = "there alone" if way == "alone" else f"in every row that says so{' there' * bool(where)}"
    told = f"{column}: {quoted(was)} becomes {quoted(now)} in {in_}, by a step; next month {later}."
    if way == "none":
        told = f"{column}: none of {many} was filled, for nothing tells line {line:,} from the others next month."
    if not alone:
        told += " One row alone is corrected at Validate."
    labels = {
        "alone": f"Only in line {line:,}, {own}",
        "every": f"In all {many}{too}" if rows > 1 else f"In every row that says so{too}",
    }
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="clean edited"):
        st.caption(f":material/edit: {words.text(told)}", width="content")
        if other is not None:
            st.button(words.label(labels[other]), type="tertiary", on_click=take, key="clean edited otherwise")
