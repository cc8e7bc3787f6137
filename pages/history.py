"""History: every import, one import's whole story, and taking it back."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from workbench import Workbench
from workbench.datasets.catalog import contracts
from workbench.doors import jobs
from workbench.doors.web import ui
from workbench.model.batch import OUTCOMES, Batch

STAGES = ("queued", "staging", "staged", "planned", "held", "completed", "failed")
DONE = {
    "began": "began the import",
    "staged": "read and checked every row",
    "corrected": "corrected cells",
    "planned": "planned it",
    "held": "held it",
    "noted": "wrote into the log",
    "committed": "committed it",
    "explained": "explained rows",
    "signed off": "signed it off",
    "undo planned": "previewed the undo",
    "undone": "undid it",
    "refused": "was refused",
    "cancelled": "cancelled it",
    "failed": "it failed",
}


def filters() -> dict[str, Any]:
    """What to show, kept in the page's address so that it can be sent to a colleague."""
    bound: dict[str, Any] = {"bind": "query-params", "width": 160}
    names = [contract.name for contract in contracts()]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        said = {
            "file": st.text_input("File", key="file", placeholder="Part of its name", **bound),
            "dataset": st.selectbox("Dataset", names, index=None, key="dataset", placeholder="All", **bound),
            "outcome": st.selectbox("With rows", OUTCOMES, index=None, key="outcome", placeholder="Any", **bound),
            "stage": st.selectbox("State", STAGES, index=None, key="stage", placeholder="Any", **bound),
        }
        with st.popover("More", icon=":material/tune:"):
            said["user"] = st.text_input("Run by", key="by", **bound)
            said["window"] = st.text_input("Window", key="window", help="A date range or an academic year.", **bound)
            since = st.date_input("From", value=None, key="since", **bound)
            until = st.date_input("To", value=None, key="until", **bound)
    said["since"] = datetime.combine(since, time(), UTC) if since else None
    said["until"] = datetime.combine(until, time(), UTC) + timedelta(days=1) if until else None
    return {name: value for name, value in said.items() if value}


def every(wb: Workbench) -> None:
    """The imports that fit the filters, newest first."""
    if not wb.batches.all(limit=1):
        ui.empty("No import yet.", "Every import will stand here with its whole story.", "upload", "Start an import")
        return
    chosen = filters()
    size = st.session_state.get("history size", 50)
    found = wb.batches.all(**chosen, limit=size + 1)
    if not found:
        st.info("No import fits these filters.", icon=":material/filter_alt_off:")
        return
    shown = pd.DataFrame([line(batch) for batch in found[:size]])

    def opened() -> None:
        st.query_params["batch"] = str(found[st.session_state["opened"].row].id)

    button = st.column_config.ButtonColumn("", key="opened", on_click=opened, type="tertiary", pinned=True)
    figures = {
        sign: st.column_config.NumberColumn(sign, width=48, help=f"Rows {name}. {ui.MEANINGS[name]}")
        for name, sign in ui.SIGNS.items()
    }
    st.dataframe(shown, hide_index=True, key="imports", height="content", column_config={"": button, **figures})
    if len(found) > size and st.button("Show more", icon=":material/expand_more:"):
        st.session_state["history size"] = size + 50
        st.rerun()


def line(batch: Batch) -> dict[str, Any]:
    """One import in the list."""
    kind = ("undo preview, " if batch.dry_run else "undo, ") if batch.undo_of else "dry run, " if batch.dry_run else ""
    facts = {"File": batch.file_name, "State": kind + batch.stage, "When (UTC)": ui.when(batch.created_at)}
    figures = {ui.SIGNS[name]: getattr(batch, name) for name in OUTCOMES}
    more = {"Run by": batch.initiated_by, "Dataset": batch.dataset, "Window": batch.window or ""}
    return {"": "Open", **facts, "Rows": batch.processed, **figures, **more}


def one(wb: Workbench, batch: Batch) -> None:
    """One import: its figures, who did what and when, how it was read, and the way back."""
    ui.jump("All imports", icon=":material/arrow_back:")
    ui.facts(batch)
    ui.busy(wb, batch)
    if batch.plan:
        found = wb.reconcile(batch)
        ui.figures(found, planned=batch.stage != "completed")
        if batch.undo_of:
            ui.open_figures(wb, batch, found)
    if signed := wb.signature(batch):
        st.success(
            f"Signed off by {ui.text(signed['signed_by'])}, {ui.when(signed['signed_at'])} UTC.",
            icon=":material/verified:",
        )
    happened = wb.batches.story(batch)
    leads_to(batch, happened)
    st.subheader("What happened")
    told = [
        {"When (UTC)": ui.when(e["at"]), "Who": e["actor"], "What": said(e), "Details": details(e)} for e in happened
    ]
    st.dataframe(pd.DataFrame(told), hide_index=True, height="content", key="story")
    how_read(batch)
    take_back(wb, batch, happened)


def said(event: dict[str, Any]) -> str:
    """What somebody did, in words."""
    return DONE.get(event["action"], event["action"])


def details(event: dict[str, Any]) -> str:
    """The particulars of an event in one line."""
    shown = {
        name: f"{value:,}" if isinstance(value, int) else value for name, value in event["detail"].items() if value
    }
    return "; ".join(f"{name}: {value}" for name, value in shown.items())[:500]


def leads_to(batch: Batch, happened: list[dict[str, Any]]) -> None:
    """Where to go from here: the pages of this import, its undo, or what it undid."""
    with st.container(horizontal=True):
        for target, title, _ in ui.STEPS[1:] if batch.undo_of is None else ui.STEPS[-1:]:
            ui.link(target, title, batch=batch.id)
        ui.link("record", "Find one of its lines", icon=":material/person_search:", batch=batch.id)
        if batch.undo_of:
            ui.jump("The import that it undoes", icon=":material/undo:", batch=batch.undo_of)
        for event in happened:
            if event["action"] == "undone":
                ui.jump("Its undo", icon=":material/undo:", batch=event["detail"]["by"])


def how_read(batch: Batch) -> None:
    """The file, how it was read, and which column filled which field."""
    with st.expander("How the file was read and mapped", icon=":material/schema:"):
        facts = {
            "file": batch.file_name,
            "SHA-256": batch.checksum,
            "mode": batch.mode,
            "through": batch.source,
            **batch.reading,
            **{f"always {field}": text for field, text in batch.mapping.get("constants", {}).items()},
        }
        st.dataframe(
            pd.DataFrame([(name, str(value)) for name, value in facts.items() if value], columns=["What", "Value"]),
            hide_index=True,
            height="content",
        )
        columns = batch.mapping.get("columns", {})
        st.dataframe(
            pd.DataFrame([(name, columns.get(name, "")) for name in batch.headers], columns=["Column", "Field"]),
            hide_index=True,
            height="content" if len(batch.headers) < 20 else 430,
        )


def take_back(wb: Workbench, batch: Batch, happened: list[dict[str, Any]]) -> None:
    """The undo: first its preview, then the deed."""
    if batch.stage != "completed" or batch.undo_of or any(event["action"] == "undone" for event in happened):
        return
    st.subheader("Undo")
    st.caption(
        "Created records go, changed ones get their former values back. What was changed since is kept, and named."
    )
    previews = [event for event in happened if event["action"] == "undo planned"]
    if happened[-1]["action"] == "refused":
        st.error(ui.text(happened[-1]["detail"]["why"]), icon=":material/block:")
    if st.button("Preview it again" if previews else "Preview the undo", icon=":material/preview:"):
        jobs.defer(wb, "undo", batch, dry_run=True)
        st.rerun()
    if not previews:
        return
    preview = wb.batches.get(previews[-1]["detail"]["by"])
    st.markdown(f"What the undo would do, as of {ui.when(preview.planned_at)} UTC:")
    found = wb.reconcile(preview)
    ui.figures(found, planned=True)
    ui.open_figures(wb, preview, found)
    if st.button("Undo this import", type="primary", icon=":material/undo:"):
        jobs.defer(wb, "undo", batch)
        st.rerun()


with ui.page("History", "Every import that was ever begun, and what became of it.") as wb:
    if "batch" in st.query_params:
        one(wb, ui.chosen(wb, undo=True))
    else:
        every(wb)
