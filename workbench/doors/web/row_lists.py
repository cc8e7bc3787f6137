"""Rows of an import on a page: sorted, filtered and searched by the database over all of them, a page at a time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import streamlit as st

from workbench import Workbench
from workbench.doors.web import grid, words
from workbench.doors.web.views import long_table, outcome_rows, rows, table_address
from workbench.model.batch import Batch
from workbench.model.row_query import CellTest, Order, RowQuery

Found = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Listed:
    """What a page shows of an import's rows, and what somebody has picked of it."""

    query: RowQuery
    """What is asked for."""
    number: int
    """How many rows that are."""
    narrowed: bool
    """Whether somebody has asked for some of the rows alone."""
    picked: tuple[int, ...] = ()
    """The lines of the rows that are picked."""


def of_outcome(wb: Workbench, batch: Batch, outcome: str, number: int) -> None:
    """The rows of an outcome, so many."""
    fields = outcome_rows.fields(batch, outcome)
    listed = partial(outcome_rows.in_grid, batch, outcome, kinds=wb.rows.issue_counts(batch))
    _list(wb, batch, RowQuery(outcome=outcome), number, listed, "", f"{batch.id} {batch.plan} {outcome}", fields)


def waiting(wb: Workbench, batch: Batch, which: RowQuery, number: int, *, part: str, key: str) -> Listed:
    """Rows that wait for a person's word, so many, to be picked; `part` tells their address from that of others on the
    page."""

    def listed(found: Found) -> outcome_rows.Shown:
        return rows.in_grid(batch, found, {}, editable=False, first=rows.wrong_fields((), which.field))

    fields = batch.fields if batch.derived else None
    return _list(wb, batch, which, number, listed, part, key, fields, picks=True)


def _list(  # noqa: PLR0913
    wb: Workbench,
    batch: Batch,
    which: RowQuery,
    number: int,
    in_grid: Callable[[Found], outcome_rows.Shown],
    part: str,
    key: str,
    fields: outcome_rows.Fields | None,
    *,
    picks: bool = False,
) -> Listed:
    names = batch.headers if fields is None else fields
    lines = "From made row" if batch.by_recipe else "From line"
    labels = names if fields is None else [words.field(name) for name in names]
    asked = long_table.asked(part, labels, number, lines=lines, sortable=["line"])
    query = replace(which, **_asked(asked, names, by_field=fields is not None))
    by_lines = query.order == Order()
    after = asked.start - 1 if by_lines else 0
    found = wb.rows.page(batch, query, after=after, skip=asked.skip, limit=long_table.SIZE + 1)
    shown, more = found[: long_table.SIZE], len(found) > long_table.SIZE
    if asked.narrows:
        are_all = not more and not after and not asked.skip
        number = len(shown) if are_all else _number(wb, batch, query, key)
    if not shown:
        long_table.nothing(part, asked)
        return Listed(query=query, number=number, narrowed=asked.narrows)
    listed, columns = in_grid(shown)
    ends = (_line(listed[0]), _line(listed[-1])) if by_lines else None
    long_table.turn(part, asked, number, lines=ends, more=more)
    said = grid.table(
        listed,
        columns,
        key=f"rows {part}{key}",
        shows=(query, shown[0]["line"]),
        order=asked.order,
        on_order=partial(table_address.order_by, part),
        picks=picks,
    )
    picked = tuple(int(line) for line in said.picked) if said is not None else ()
    return Listed(query=query, number=number, narrowed=asked.narrows, picked=picked)


def _line(row: grid.Row) -> int:
    return int(row.cells["line"])


def _asked(asked: long_table.Asked, names: Sequence[str], *, by_field: bool) -> dict[str, Any]:
    """What is asked of a table, of the rows of an import."""
    called = "field" if by_field else "header"
    order = table_address.as_order(asked.order, names, header=not by_field)
    if asked.column is None:
        return {"text": asked.text, "order": order}
    cell = CellTest(**{called: names[asked.column]}, test=asked.test, text=asked.text)
    return {"cell": cell if asked.narrows else None, "order": order}


def _number(wb: Workbench, batch: Batch, query: RowQuery, key: str) -> int:
    """How many rows are asked for, counted once as long as the page is about them."""
    question = batch.id, batch.plan, batch.revision, replace(query, order=Order())
    counted = st.session_state.get(f"counted {key}")
    if counted is None or counted[0] != question:
        counted = question, wb.rows.number(batch, query)
        st.session_state[f"counted {key}"] = counted
    return int(counted[1])
