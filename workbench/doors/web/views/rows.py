"""Rows of an import as tables, a page of them at a time."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from workbench.doors.web import address, grid, words
from workbench.doors.web.views.outcomes import SIGNS
from workbench.model.batch import Batch
from workbench.model.row_query import Order
from workbench.prepare.cleaning import said_of

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
    reason = f" ({row['reason']})" if row["reason"] else ""
    return f"{SIGNS.get(outcome, '·')} {outcome}{reason}"


def _changed(changes: Mapping[str, Sequence[object]]) -> str:
    return "; ".join(f"{name}: {words.blank(old)} → {words.blank(new)}" for name, (old, new) in changes.items())


def cells(batch: Batch, rows: Sequence[Mapping[str, Any]]) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Rows of an import with what is wrong and their source cells, and how the columns are to be shown.

    The columns are called "line", "told" and by their place "0", "1" ...: a source's header is only a label, and may be
    anything. Columns that fill a field with an issue come first. A part that was made of a run's rows has fields and no
    cells.
    """
    headers, part = (batch.fields, "payload") if batch.derived else (batch.headers, "raw")
    frame = pd.DataFrame({"line": [_line(row) for row in rows], "told": [_told(row) for row in rows]})
    if any(row.get("corrected") for row in rows):
        frame["was"] = [_was(row) for row in rows]
    places = _places(batch, rows, headers)
    source = {str(place): [_cell(row[part].get(headers[place])) for row in rows] for place in places}
    shown: dict[str, Any] = {
        "line": st.column_config.NumberColumn("Line", help=_LINE_OF, format="%d"),
        "told": st.column_config.TextColumn("What is wrong", width=330),
        "was": st.column_config.TextColumn("Corrected", help=_CORRECTED),
        **{name: st.column_config.TextColumn(headers[int(name)]) for name in source},
    }
    return frame.assign(**source), shown


def _line(row: Mapping[str, Any]) -> int:
    """The line of the source that people know a row by, which a row that was made of others has from the first."""
    return int((row.get("sources") or [row["line"]])[0])


_LINE_OF = "The line of the source, its header counted."
_CORRECTED = "What stood there before, and who put it right."


def _places(batch: Batch, rows: Sequence[Mapping[str, Any]], headers: Sequence[str]) -> list[int]:
    """The places of the columns, those first that fill a field with an issue."""
    wrong = {issue["field"] for row in rows for issue in row["issues"]}
    fills = _fills(batch)
    return sorted(range(len(headers)), key=lambda place: fills.get(headers[place]) not in wrong)


def _fills(batch: Batch) -> dict[str, str]:
    """The field that each column fills."""
    return {name: name for name in batch.fields} if batch.derived else dict(batch.mapping.get("columns", {}))


def in_grid(
    batch: Batch, rows: Sequence[Mapping[str, Any]], typed: Mapping[int, Mapping[str, str]], *, editable: bool
) -> tuple[list[grid.Row], list[grid.Column]]:
    """Rows of an import for the grid, as `cells` has them: what somebody has `typed` into cells, by line and header,
    stands in them; cells that have an issue or were changed are marked."""
    headers, part = (batch.fields, "payload") if batch.derived else (batch.headers, "raw")
    columns = [grid.Column(name="line", label="Line", help=_LINE_OF, width=76, pinned=True)]
    if any(row["issues"] or row["reason"] == "rejected" for row in rows):
        columns.append(grid.Column(name="told", label="What is wrong", width=300, wraps=True, sortable=False))
    if any(row.get("corrected") for row in rows):
        columns.append(grid.Column(name="was", label="Corrected", help=_CORRECTED, width=180, sortable=False))
    places = _places(batch, rows, headers)
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
            wrong[name] = "; ".join(filter(None, (wrong.get(name), issue["message"])))
    return grid.Row(
        id=str(row["line"]),
        cells={"line": _line(row), "told": _told(row), "was": _was(row), **kept, **edited},
        kept=kept if editable else {},
        changed=changed,
        wrong=wrong,
    )


def ordered(batch: Batch) -> tuple[grid.Sorted | None, Order]:
    """The order that the address asks for, as the grid and as the rows know it."""
    headers = batch.fields if batch.derived else batch.headers
    said = st.query_params.get("order", "")
    name, descending = said.removeprefix("-"), said.startswith("-")
    if name == "line" and descending:
        return grid.Sorted(column=name, descending=True), Order(descending=True)
    place = address.as_number(name)
    if place is not None and place < len(headers):
        return grid.Sorted(column=str(place), descending=descending), Order(
            header=headers[place], descending=descending
        )
    return None, Order()


def order_by(order: grid.Sorted | None) -> None:
    """Puts an order of rows into the address."""
    if order is None:
        st.query_params.pop("order", None)
    else:
        st.query_params["order"] = f"{'-' if order.descending else ''}{order.column}"


def high(frame: pd.DataFrame) -> int | None:
    """The pixels of a row of `cells` that tells its longest sentence whole, on up to four lines; None is one line."""
    longest = frame["told"].str.len().max() if len(frame) else 0
    return None if longest <= _LINE else 66 if longest <= 2 * _LINE else 90


_LINE = 42
"""Letters of a sentence that fit on one line of its column."""


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


def opened(batch: Batch, outcome: str, rows: Sequence[Mapping[str, Any]], *, key: str) -> None:
    """What there is to see in rows of that outcome."""
    frame, shown = _opened(batch, outcome, rows)
    st.dataframe(frame, hide_index=True, key=key, column_config=shown, height="content" if len(frame) < 12 else 430)


def _opened(batch: Batch, outcome: str, rows: Sequence[Mapping[str, Any]]) -> tuple[pd.DataFrame, dict[str, Any]]:
    if outcome in ("unmatched", "invalid") and batch.undo_of is None:
        return cells(batch, rows)
    if outcome in ("created", "updated") and not any(row["payload"] for row in rows):
        frame, config = cells(batch, rows)  # of a run whose parts make the records
        return (frame if frame["told"].any() else frame.drop(columns="told")), config
    if outcome == "created":
        return pd.DataFrame([{"Line": _line(row), **row["payload"]} for row in rows]).fillna(""), {}
    head = [{"Line": _line(row), "Key": row["key"] or ""} for row in rows]
    if outcome == "updated" and batch.undo_of is None:
        changes = [
            {**said, "Field": name, "Old": words.blank(old), "New": words.blank(new)}
            for said, row in zip(head, rows, strict=True)
            for name, (old, new) in row["changes"].items()
        ]
        changes += [
            {**said, "Field": issue["field"], "Old": "", "New": issue["message"]}
            for said, row in zip(head, rows, strict=True)
            for issue in row["issues"]
            if issue["code"] == "edited"
        ]
        changes.sort(key=lambda change: change["Line"])
        return pd.DataFrame(changes, columns=["Line", "Key", "Field", "Old", "New"]), {}
    why = [{"Why": row["reason"] or "", "In words": _why(row)} for row in rows]
    return pd.DataFrame([said | because for said, because in zip(head, why, strict=True)]), {}


def _why(row: Mapping[str, Any]) -> str:
    if row["explanation"] and row["reason"] != "resolved":
        return f"{row['explanation']} ({row['explained_by']})"
    told = "" if row["reason"] == "resolved" else words.told(row["issues"])
    return told or "; ".join(said_of(row) if row["removed_by"] else ()) or REASONS.get(row["reason"], "")


def removed(records: Sequence[Mapping[str, Any]], *, key: str) -> None:
    """The records that the file no longer names, as they were."""
    gone = pd.DataFrame(records)
    gone = gone[[*gone.columns.drop(["id", "tenant_id"]), "id"]].fillna("").astype(str)
    st.dataframe(gone, hide_index=True, key=key)


def page(
    fetch: Callable[[int, int], list[dict[str, Any]]],
    *,
    key: str,
    size: int = 50,
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
