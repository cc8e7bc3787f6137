"""Rows of an import as tables, a page of them at a time."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from workbench.doors.web import grid, words
from workbench.doors.web.views import table_address, whole_table
from workbench.doors.web.views.outcomes import SIGNS
from workbench.model.batch import Batch
from workbench.model.row_query import Order

PAGE = 50
"""Rows that a page shows."""
REASONS = {
    "unchanged": "The record says so already",
    "kept": "What was edited since the last import is kept",
    "added_up": "It is added up with an earlier line of the same key",
    "duplicate": "An earlier line has the same key",
    "known": "The record was there before, and is left as it is",
    "protected": "The record is kept as it is",
    "filtered": "Nothing was to be made of it",
    "withheld": "Another part of its source row is refused",
    "explained": "A person said why",
    "resolved": "A later run has imported it",
    "conflict": "An earlier line has the same key and says otherwise",
    "removed": "The record that the import created goes",
    "restored": "The record is again as it was before the import",
}
"""What a row's reason means, where the row does not say it itself."""


def table(rows: Sequence[Mapping[str, Any]], *, key: str) -> None:
    """Rows of a batch: line, key, outcome with its sign, why, what is wrong, what changes."""
    shown = pd.DataFrame(
        {
            "Line": [row["line"] for row in rows],
            "Key": [row["key"] or "" for row in rows],
            "Outcome": [_outcome(row) for row in rows],
            "What is wrong": [words.told(row["issues"]) for row in rows],
            "Changes": [_changed(row["changes"]) for row in rows],
        }
    )
    st.dataframe(shown, hide_index=True, key=key, height="content" if len(shown) < 12 else 430)


def _outcome(row: Mapping[str, Any]) -> str:
    outcome = row["outcome"] or row["status"]
    reason = f" ({words.field(row['reason'])})" if row["reason"] else ""
    return f"{SIGNS.get(outcome, '·')} {outcome}{reason}"


def _changed(changes: Mapping[str, Sequence[object]]) -> str:
    return "; ".join(
        f"{words.field(name)}: {words.blank(old)} → {words.blank(new)}" for name, (old, new) in changes.items()
    )


def _line(row: Mapping[str, Any]) -> int:
    """The line of the source that people know a row by, which a row that was made of others has from the first."""
    return int((row.get("sources") or [row["line"]])[0])


_LINE_OF = "The line of the source, its header counted."
_CORRECTED = "What stood there before, and who put it right."


def _places(batch: Batch, headers: Sequence[str], first: Collection[str]) -> list[int]:
    """The places of the columns, those first that fill one of these fields."""
    fills = _fills(batch)
    return sorted(range(len(headers)), key=lambda place: fills.get(headers[place]) not in first)


def _fills(batch: Batch) -> dict[str, str]:
    """The field that each column fills."""
    return {name: name for name in batch.fields} if batch.derived else dict(batch.mapping.get("columns", {}))


def wrong_fields(kinds: Sequence[Mapping[str, Any]], field: str | None = None) -> set[str]:
    """The fields that have an issue of these kinds anywhere in an import, or the one that is asked for: their columns
    come first on every page, whichever rows stand there."""
    return {field} if field else {kind["field"] for kind in kinds}


def in_grid(
    batch: Batch,
    rows: Sequence[Mapping[str, Any]],
    typed: Mapping[int, Mapping[str, str]],
    *,
    editable: bool,
    first: Collection[str] = (),
) -> tuple[list[grid.Row], list[grid.Column]]:
    """Rows of an import for the grid, with what is wrong and their source cells, those of the `first` fields before the
    others: what somebody has `typed` into cells, by line and header, stands in them; cells that have an issue or were
    changed are marked."""
    headers, part = (batch.fields, "payload") if batch.derived else (batch.headers, "raw")
    columns = [grid.Column(name="line", label="Line", help=_LINE_OF, width=76, pinned=True)]
    if first or any(row["issues"] or row["reason"] == "rejected" for row in rows):
        columns.append(grid.Column(name="told", label="What is wrong", width=300, wraps=True, sortable=False))
    if any(row.get("corrected") for row in rows):
        columns.append(grid.Column(name="was", label="Corrected", help=_CORRECTED, width=180, sortable=False))
    places = _places(batch, headers, first)
    columns += [grid.Column(name=str(place), label=headers[place], editable=editable) for place in places]
    fills = _fills(batch)
    filled = {field: str(headers.index(header)) for header, field in fills.items() if header in headers}
    return [_in_grid(row, row[part], headers, filled, typed.get(row["line"], {}), editable) for row in rows], columns


def _in_grid(
    row: Mapping[str, Any],
    source: Mapping[str, object],
    headers: Sequence[str],
    filled: Mapping[str, str],
    typed: Mapping[str, str],
    editable: bool,
) -> grid.Row:
    kept = {str(place): _cell(source.get(header)) for place, header in enumerate(headers)}
    edited = {str(headers.index(header)): text for header, text in typed.items() if header in headers}
    changed = {
        str(headers.index(header)): f"was {words.blank(each['was'])}, before step {each['step']}: {each['by']}"
        for header, each in row["cleaned"].items()
        if header in headers
    }
    changed |= {
        str(headers.index(header)): f"was {words.blank(was)}, corrected by {row['corrected_by']}"
        for header, (was, _) in row["corrected"].items()
    }
    wrong: dict[str, str] = {}
    for issue in row["issues"]:
        if (name := filled.get(issue["field"])) is not None:
            wrong[name] = "; ".join(filter(None, (wrong.get(name), words.in_zone(issue["message"]))))
    return grid.Row(
        id=str(row["line"]),
        cells={"line": _line(row), "told": _told(row), "was": _was(row), **kept, **edited},
        kept=kept if editable else {},
        changed=changed,
        wrong=wrong,
    )


def ordered(batch: Batch) -> tuple[grid.Sorted | None, Order]:
    """The order that the address asks for, as the grid and as the rows know it; that of their lines is none."""
    headers = batch.fields if batch.derived else batch.headers
    sort = table_address.ordered("", len(headers), ["line"])
    order = table_address.as_order(sort, headers, header=True)
    return (None if order == Order() else sort), order


def _told(row: Mapping[str, Any]) -> str:
    """What is wrong with a row, and what a person has said of it."""
    said = f"Rejected by {row['explained_by']}: {row['explanation']}" if row["reason"] == "rejected" else ""
    return "; ".join(filter(None, (said, words.told(row["issues"]))))


def _was(row: Mapping[str, Any]) -> str:
    """Which cells of a row were corrected, and what stood there."""
    said = "; ".join(f"{name}: was {words.blank(was)}" for name, (was, _) in row["corrected"].items())
    return f"✎ {said} ({row['corrected_by']})" if said else ""


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def corrected(batch: Batch, edits: Mapping[str, Mapping[str, str]]) -> dict[int, dict[str, str]]:
    """What a grid of rows says was edited, by line and header."""
    return {
        int(line): {batch.headers[int(column)]: text for column, text in row.items()} for line, row in edits.items()
    }


def removed(records: Sequence[Mapping[str, Any]], key: str) -> None:
    """The records that the file no longer names, as they were."""
    names = dict.fromkeys(name for record in records for name in record if name not in ("id", "tenant_id"))
    whole_table.table({words.field(name): [record.get(name) for record in records] for name in [*names, "id"]}, key=key)


def are_all(rows: list[dict[str, Any]], *, key: str) -> bool:
    """Whether the rows that `page` returned are all that there are after its start."""
    return len(rows) < PAGE and len(st.session_state[f"starts {key}"]) == 1


def page(
    fetch: Callable[[int, int], list[dict[str, Any]]],
    *,
    key: str,
    size: int = PAGE,
    start: int = 0,
    by_lines: bool = True,
) -> list[dict[str, Any]]:
    """One page of rows with buttons for the next and the first; `fetch(after, limit)` asks the database for no more.

    The place is kept in the session under `key`; changing the key (a filter) begins again at the first page, which is
    after the line `start`. Rows in another order than that `by_lines` are counted: `after` is how many come before.
    """
    starts: list[int] = st.session_state.setdefault(f"starts {key}", [start])
    rows = fetch(starts[-1], size + 1)
    more, rows = len(rows) > size, rows[:size]
    if len(starts) > 1 or more:
        with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
            if by_lines:
                span = f"lines {_line(rows[0]):,} to {_line(rows[-1]):,}" if rows else "no more rows"
            else:
                span = f"rows {starts[-1] + 1:,} to {starts[-1] + len(rows):,} in this order"
            st.caption(f"Page {len(starts)}: {span}", width="content")
            if st.button("Back", disabled=len(starts) == 1, key=f"back {key}", icon=":material/chevron_left:"):
                starts.pop()
                st.rerun()
            if st.button("Next", disabled=not more, key=f"next {key}", icon=":material/chevron_right:"):
                starts.append(rows[-1]["line"] if by_lines else starts[-1] + size)
                st.rerun()
    return rows
