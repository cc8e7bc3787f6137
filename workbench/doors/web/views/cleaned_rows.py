"""The rows of a source as its recipe leaves them: changed cells are marked, with what they were beside them."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from workbench.doors.web import grid
from workbench.model.row_query import Order
from workbench.model.wording import cut, quoted

Was = Mapping[tuple[int, str], Sequence[tuple[int, str]]]
"""(line, column) -> each step that changed the cell, by its number from 1, and what it found there."""

_LONGEST = 500
_TOLD = 2_000
"""So many letters of a cell are told to whoever points at it."""


@dataclass(frozen=True, kw_only=True)
class Edits:
    """Who is told what somebody edits."""

    edit: Callable[[int, str, str, str], None]
    """The place of the row on the page, the column, what the cell said, and what it is to say."""
    undo: Callable[[], None]
    redo: Callable[[], None]


def table(  # noqa: PLR0913
    lines: Sequence[int],
    rows: Sequence[Mapping[str, str]],
    headers: Sequence[str],
    was: Was,
    *,
    order: Order,
    on_order: Callable[[Order | None], None],
    on_column: Callable[[str], None],
    edits: Edits | None,
    key: str,
    shows: Hashable,
    sought: tuple[int, int] = (0, 0),
) -> None:
    """A page of rows; a click on a cell chooses its column, one on a head asks for another order of all rows. Where
    there is somebody to be told of `edits`, cells are edited. What was `sought` is a line, and how often one was: its
    row is marked, and in sight.

    The columns are called by their place: a source's header is only a label, and may be anything.
    """
    names = {header: str(place) for place, header in enumerate(headers)}
    told = [_told(line, headers, was) for line in lines]
    columns = [
        grid.Column(
            name="line", label="Line", help="The line of the source, its header counted.", width=76, pinned=True
        )
    ]
    columns += [grid.Column(name=name, label=header, editable=edits is not None) for header, name in names.items()]
    if any(told):
        what = "The cells that are marked, as they were before, and by which step."
        columns.append(grid.Column(name="told", label="What it was", help=what, width=220, sortable=False))
    in_grid = [
        grid.Row(
            id=f"{place}",
            cells={"line": line, "told": told[place], **(cells := _cells(row, names))},
            kept=cells if edits is not None else {},
            fixed={name: _too_long(row[header]) for header, name in names.items() if len(row[header]) > _LONGEST},
            changed={name: _before(was[line, header]) for header, name in names.items() if (line, header) in was},
            sought=sought[1] if line == sought[0] else 0,
        )
        for place, (line, row) in enumerate(zip(lines, rows, strict=True))
    ]
    sort = grid.Sorted(column=names.get(order.header or "", "line"), descending=order.descending)
    grid.table(
        in_grid,
        columns,
        key=key,
        shows=shows,
        order=sort if order != Order() else None,
        on_order=lambda wanted: on_order(_order(wanted, headers)),
        on_column=lambda name: on_column(headers[int(name)]) if name.isdecimal() else None,
        asks=_asking(edits, headers) if edits is not None else None,
    )


def _too_long(text: str) -> str:
    return f"{len(text):,} letters: a step edits it, for example Replace. {cut(text, _TOLD)}"


def _cells(row: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    return {name: cut(row[header], _LONGEST) for header, name in names.items()}


def _asking(edits: Edits, headers: Sequence[str]) -> grid.Asks:
    return grid.Asks(
        edit=lambda said: edits.edit(int(said.row), headers[int(said.column)], said.was, said.now),
        undo=edits.undo,
        redo=edits.redo,
    )


def _order(wanted: grid.Sorted | None, headers: Sequence[str]) -> Order | None:
    if wanted is None or (wanted.column == "line" and not wanted.descending):
        return None
    header = headers[int(wanted.column)] if wanted.column.isdecimal() else None
    return Order(header=header, descending=wanted.descending)


def _before(found: Sequence[tuple[int, str]]) -> str:
    """What stood in a cell, and which steps changed it."""
    steps = ", ".join(str(step) for step, _ in found)
    return f"was {quoted(found[0][1])} ({'steps' if len(found) > 1 else 'step'} {steps})"


def _told(line: int, headers: Sequence[str], was: Was) -> str:
    changed = ((header, was.get((line, header))) for header in headers)
    return "; ".join(f"{header}: {_before(found).removeprefix('was ')}" for header, found in changed if found)


def removed(parts: Sequence[tuple[int, Sequence[int], Sequence[Mapping[str, str]]]], *, key: str) -> None:
    """Rows that steps have removed: (the step's number, lines, cells)."""
    shown = [
        {
            "Line": line,
            "Removed by": f"step {step}",
            **{f"{header} ": cut(text, _LONGEST) for header, text in row.items()},
        }
        for step, lines, rows in parts
        for line, row in zip(lines, rows, strict=True)
    ]
    st.dataframe(pd.DataFrame(shown), hide_index=True, height="content" if len(shown) < 12 else 430, key=key)
