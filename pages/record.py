"""Find a record: from an e-mail, a code, an id or a line of a file to everything that ever happened to it."""

from typing import Any

import pandas as pd
import streamlit as st

from workbench import Workbench
from workbench.datasets.catalog import contract
from workbench.doors.web import ui

_LAST = ("id", "created_at", "updated_at")


def ask(wb: Workbench) -> None:
    """The question in words, or by a line of a file; a new one puts the last answer away."""
    said = st.query_params.get("find", "")
    text = st.text_input(
        "E-mail, code, id or part of a name", said, placeholder="ada.park@example.com", icon=":material/search:"
    )
    if text != said:
        again(find=text.strip())
    asked = st.query_params.get("batch")
    with st.expander("Or from a line of a file", expanded=asked is not None, icon=":material/format_list_numbered:"):
        last = [batch for batch in wb.batches.all(limit=200) if batch.undo_of is None]
        known = {str(batch.id): batch for batch in [*([wb.batches.get(asked)] if asked else []), *last]}
        with st.form("line", border=False):
            batch = st.selectbox(
                "File",
                list(known),
                index=0 if asked else None,
                format_func=lambda name: ui.titled(known[name]),
                placeholder="Choose an import",
            )
            said = st.query_params.get("line", "")
            shown = max(int(said), 1) if said.isdecimal() else 2
            line = st.number_input(
                "Line", min_value=1, value=shown, help="As a spreadsheet counts: the header is line 1."
            )
            if st.form_submit_button("Show the line", icon=":material/search:") and batch is not None:
                again(batch=batch, line=line)


def again(**question: object) -> None:
    """Asks anew, with an address of its own."""
    st.query_params.from_dict({name: str(value) for name, value in question.items()})
    st.rerun()


def matches(wb: Workbench, text: str) -> None:
    """The records that fit, each with a link; one alone is shown at once."""
    found = wb.records.find(text)
    if not found:
        st.info(
            "Nothing that was ever imported fits. A whole e-mail, code or id finds it surely.",
            icon=":material/search_off:",
        )
    if len(found) == 1:
        show(wb, found[0]["dataset"], address(found[0]))
        return
    with st.container(gap=None):
        for one in found:
            label = f"**{ui.text(one['key'])}** {ui.text(one['title'] or '')} · {contract(one['dataset']).noun}"
            ui.jump(label, icon=":material/person:", find=text, dataset=one["dataset"], record=address(one))


def address(found: dict[str, Any]) -> str:
    """What names a record in an address: its id, or its key when it is not there any more."""
    return str(found["record_id"] or found["key"])


def show(wb: Workbench, dataset: str, key: str) -> None:
    """A record as it is now, and every import that touched it, newest first."""
    told = wb.records.get(dataset, key)
    now, history = told["record"], told["history"]
    about = contract(dataset)
    st.subheader(f"The {about.noun} now")
    if now is None:
        st.info(f"There is no such {about.noun} any more. This is what happened to it:", icon=":material/person_off:")
    else:
        values = [
            (name, "" if now[name] is None else str(now[name]))
            for name in sorted(now, key=_LAST.__contains__)
            if name != "tenant_id"
        ]
        st.dataframe(pd.DataFrame(values, columns=["Field", "Value"]), hide_index=True, height="content", key="now")
        with st.container(horizontal=True):
            for field in about.references:
                if field.reference and now[field.target]:
                    ui.jump(f"Its {field.reference.noun}", dataset=field.reference.dataset, record=now[field.target])
    st.subheader("What happened to it", help="Every import that had it, also those that changed nothing; newest first.")
    shown = st.session_state.setdefault(f"shown {dataset} {key}", 20)
    for event in history[:shown]:
        happened(event)
    if len(history) > shown and st.button(
        f"Show older ones, {len(history) - shown} more", icon=":material/expand_more:"
    ):
        st.session_state[f"shown {dataset} {key}"] = shown + 100
        st.rerun()


def happened(event: dict[str, Any]) -> None:
    """One import's part in it: how it ended, old and new values, who, when, why, who signed."""
    outcome = event["outcome"] or event["stage"]
    reason = f" ({event['reason']})" if event["reason"] else ""
    kind = "Undo: " if event["undo_of"] else ""
    with st.container(border=True):
        st.markdown(f"{kind}{ui.SIGNS.get(outcome, '·')} **{outcome}**{reason} · {ui.when(event['at'])} UTC")
        for name, (old, new) in event["changes"].items():
            st.markdown(f"{ui.text(name)}: ~~{_told(old)}~~ → **{_told(new)}**")
        for why in filter(None, (ui.told(event["issues"] or ()), event["explanation"])):
            st.markdown(ui.text(why))
        line = f"line {event['line']}" if event["line"] else "not in the file"
        line += f", corrected by {event['corrected_by']}" if event["corrected_by"] else ""
        signed = f"signed off by {event['signed_by']}" if event["signed_by"] else "not signed off"
        planned = "" if event["stage"] == "completed" else f", only {event['stage']}: nothing was written"
        st.caption(ui.text(f"{event['file_name']}, {line} · run by {event['run_by']} · {signed}{planned}"))
        ui.link("history", "This import's story", batch=event["batch"])


def _told(value: object) -> str:
    return ui.text(value) if value not in (None, "") else "(blank)"


def row(wb: Workbench, batch_id: str, line: int) -> None:
    """A line of a file: its cells, what became of them, and the record that it is about."""
    batch = wb.batches.get(batch_id)
    ui.facts(batch)
    found = next(wb.rows.each(batch, lines=[line], limit=1), None)
    if found is None:
        st.info(f"Line {line} of this file holds no row.", icon=":material/search_off:")
        return
    st.subheader(f"Line {line} of the file")
    ui.rows_table([found], key="row")
    if found["explanation"]:
        st.markdown(f"Explained by {ui.text(found['explained_by'])}: {ui.text(found['explanation'])}")
    cells = pd.DataFrame(list(dict(found["raw"]).items()), columns=["Column", "Cell"])
    if corrected := found["corrected"]:
        cells["As it came"] = [corrected[name][0] if name in corrected else "" for name in cells["Column"]]
        st.caption(f"Corrected by {ui.text(found['corrected_by'])}, {ui.when(found['corrected_at'])} UTC.")
    st.dataframe(cells.fillna(""), hide_index=True, height="content", key="cells")
    about = wb.records.of_row(batch, line)
    if about is None:
        st.info("No record came of this line.", icon=":material/person_off:")
    else:
        show(wb, *map(str, about))


with ui.page(
    "Find a record", "What happened to one record: every import that touched it, with old and new values."
) as wb:
    ask(wb)
    asked = st.query_params
    if "record" in asked and "dataset" in asked:
        show(wb, asked["dataset"], asked["record"])
    elif "batch" in asked and asked.get("line", "").isdecimal():
        row(wb, asked["batch"], int(asked["line"]))
    elif asked.get("find"):
        matches(wb, asked["find"])
    else:
        st.caption("Support asks here first: type what the caller tells you.")
