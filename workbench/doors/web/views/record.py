"""A record: asked for, as it is now, and what happened to it; a line of a file that is about one."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from workbench.doors.web import address, words
from workbench.doors.web.views import rows
from workbench.doors.web.views.outcomes import SIGNS

_LAST = ("id", "created_at", "updated_at")


def line(titles: Mapping[str, str], *, asked: bool, line: int) -> tuple[str, int] | None:
    """A line of a file (of those titles, by their batch), once somebody has said which; the first of them stands there
    when it is asked for."""
    with (
        st.expander("Or from a line of a file", expanded=asked, icon=":material/format_list_numbered:"),
        st.form("line", border=False),
    ):
        chosen = st.selectbox(
            "File",
            list(titles),
            index=0 if asked else None,
            format_func=titles.__getitem__,
            placeholder="Choose an import",
        )
        number = st.number_input("Line", min_value=1, value=line, help="As a spreadsheet counts: the header is line 1.")
        shown = st.form_submit_button("Show the line", icon=":material/search:")
    return (chosen, number) if shown and chosen is not None else None


def now(record: Mapping[str, Any]) -> None:
    """A record's values as they are now."""
    values = [
        (name, "" if record[name] is None else str(record[name]))
        for name in sorted(record, key=_LAST.__contains__)
        if name != "tenant_id"
    ]
    st.dataframe(pd.DataFrame(values, columns=["Field", "Value"]), hide_index=True, height="content", key="now")


def happened(event: Mapping[str, Any]) -> None:
    """One import's part in it: how it ended, old and new values, who, when, why, who signed."""
    outcome = event["outcome"] or event["stage"]
    reason = f" ({event['reason']})" if event["reason"] else ""
    kind = "Undo: " if event["undo_of"] else ""
    with st.container(border=True):
        st.markdown(f"{kind}{SIGNS.get(outcome, '·')} **{outcome}**{reason} · {words.when(event['at'])} UTC")
        for name, (old, new) in event["changes"].items():
            st.markdown(f"{words.text(name)}: ~~{_shown(old)}~~ → **{_shown(new)}**")
        for why in filter(None, (words.told(event["issues"] or ()), event["explanation"])):
            st.markdown(words.text(why))
        line = f"line {event['line']}" if event["line"] else "not in the file"
        line += f", corrected by {event['corrected_by']}" if event["corrected_by"] else ""
        signed = f"signed off by {event['signed_by']}" if event["signed_by"] else "not signed off"
        planned = "" if event["stage"] == "completed" else f", only {event['stage']}: nothing was written"
        planned += ", undone since" if event["undone_by"] else ""
        st.caption(words.text(f"{event['file_name']}, {line} · run by {event['run_by']} · {signed}{planned}"))
        address.link("history", "This import's story", batch=event["batch"])


def _shown(value: object) -> str:
    return words.text(value) if value not in (None, "") else "(blank)"


def cells(row: Mapping[str, Any]) -> None:
    """A line of a file: what became of it, why, and its cells as they are and as they came."""
    st.subheader(f"Line {row['line']} of the file")
    rows.table([row], key="row")
    if row["explanation"]:
        how = {"explained": "Explained", "rejected": "Rejected"}.get(row["reason"], "Imported by a later run")
        st.markdown(f"{how} by {words.text(row['explained_by'])}: {words.text(row['explanation'])}")
    made = {
        name: words.blank(value) for name, value in row["payload"].items()
    }  # a part's row, or an undo's, has no cells
    told = dict(row["raw"]) if isinstance(row["raw"], Mapping) and row["raw"] else made
    cells = pd.DataFrame(list(told.items()), columns=["Column", "Cell"])
    if corrected := row["corrected"]:
        cells["As it came"] = [corrected[name][0] if name in corrected else "" for name in cells["Column"]]
        st.caption(f"Corrected by {words.text(row['corrected_by'])}, {words.when(row['corrected_at'])} UTC.")
    st.dataframe(cells.fillna(""), hide_index=True, height="content", key="cells")
