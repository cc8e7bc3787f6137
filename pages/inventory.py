"""Inventory: where the data comes from, who owns it, and what to know about it."""

from typing import Any

import pandas as pd
import streamlit as st

from workbench import Workbench
from workbench.doors.web import address, formats, words
from workbench.doors.web.page import empty, page

TABLE = {
    "dataset": "Dataset",
    "owner": "Owner",
    "format": "Format",
    "location": "Location",
    "refresh_cadence": "Refresh cadence",
    "notes": "Notes",
}
HELP = {
    "owner": "The person or the team to ask.",
    "format": "CSV, XLSX, an export of some system, ...",
    "location": "A folder, an address, a system.",
    "refresh_cadence": "How often it is made anew: daily, each term, once.",
}


def table(wb: Workbench, sources: list[dict[str, Any]]) -> None:
    """Every source of data in one table, edited in place."""
    shown = pd.DataFrame([{name: source[name] for name in TABLE} for source in sources], columns=[*TABLE])
    shown["state"] = ["paused" if source["paused"] else "" for source in sources]
    config: dict[str, Any] = {
        name: st.column_config.TextColumn(title, help=HELP.get(name)) for name, title in TABLE.items()
    }
    config["dataset"] = st.column_config.TextColumn("Dataset", required=True)
    config["state"] = st.column_config.TextColumn("State", disabled=True, help="Whether its imports are paused.")
    key = f"sources {st.session_state.setdefault('inventory', 0)}"
    st.data_editor(shown, hide_index=True, column_config=config, num_rows="dynamic", key=key, height="content")
    edits = st.session_state.get(key, {})
    gone = [sources[place]["id"] for place in edits.get("deleted_rows", ())]
    changed = [(sources[place]["id"], said) for place, said in edits.get("edited_rows", {}).items()]
    changed += [(None, said) for said in edits.get("added_rows", ()) if said.get("dataset")]
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Save", type="primary", disabled=not (gone or changed), icon=":material/save:"):
            for identifier in gone:
                wb.sources.remove(identifier)
            for identifier, said in changed:
                wb.sources.save(id=identifier, **{name: text or "" for name, text in said.items() if name in TABLE})
            st.session_state["inventory"] += 1  # a table of another key has no edits
            st.rerun()
        st.caption("Click into a cell to change it; the last line takes another dataset.")


def one(wb: Workbench, source: dict[str, Any]) -> None:
    """What is known of one source: samples and quirks, its template, its imports, and whether they are paused."""
    st.header(words.text(source["dataset"]), anchor=False)
    pause(wb, source)
    known = {one.id: one for one in wb.templates.all()}
    names, titles = list(formats.known()), formats.titles()
    with st.form(f"source {source['id']}"):
        left, right = st.columns(2)
        samples, quirks = "Headers, and a few values of each.", "Date formats, several worksheets, zipped batches, ..."
        said = {
            "samples": left.text_area("Column samples", source["samples"], help=samples),
            "quirks": right.text_area("Quirks", source["quirks"], help=quirks),
            "data_type": left.selectbox(
                "Imported as",
                names,
                place(names, source["data_type"]),
                format_func=formats.named,
                placeholder="Not yet",
            ),
            "template_id": right.selectbox(
                "With the template",
                list(known),
                place(list(known), source["template_id"]),
                format_func=lambda name: f"{known[name].name} ({titles.get(known[name].dataset, known[name].dataset)})",
                placeholder="None",
            ),
        }
        if st.form_submit_button("Save it", icon=":material/save:"):
            wb.sources.save(id=source["id"], **said)
            st.rerun()
    with st.container(horizontal=True):
        if str(source["template_id"]) in known:
            address.link("contracts", "Its template", view="Templates", template=source["template_id"])
            address.link("changes", "Its columns have changed", source=source["dataset"])
    imports(wb, source)


def place(options: list[str], value: object) -> int | None:
    """Where a value stands among options; None where it does not."""
    return options.index(str(value)) if str(value) in options else None


def pause(wb: Workbench, source: dict[str, Any]) -> None:
    """Whether imports of a source are paused, and the switch for it."""
    if source["paused"]:
        since = f"{words.here(source['paused_at'])}, by {source['paused_by']}: {source['pause_reason'] or 'no reason'}"
        st.warning(f"Its imports are paused, since {words.text(since)}", icon=":material/pause_circle:")
        if st.button("Resume its imports", type="primary", icon=":material/play_arrow:"):
            wb.sources.resume(source["id"])
            st.rerun()
    else:
        with st.popover("Pause its imports", icon=":material/pause:"), st.form("pause", border=False):
            why = st.text_input("Why", key="why", placeholder="Its columns have changed.")
            if st.form_submit_button("Pause"):
                wb.sources.pause(source["id"], why)
                st.rerun()


def imports(wb: Workbench, source: dict[str, Any]) -> None:
    """The last imports of a source."""
    last = wb.batches.all(source["data_type"], limit=5) if source["data_type"] else []
    if not last:
        what = "No import of it yet." if source["data_type"] else "Say what it is imported as to see its imports."
        empty(what, "Nothing is imported before you say so.", "upload", "Start an import")
        return
    st.markdown("**Its last imports**")
    for batch in last:
        undo = "Undo of " if batch.undo_of is not None else ""
        told = f"{undo}{batch.file_name} · {words.here(batch.created_at)} · {batch.state}"
        address.link("history", words.text(told), batch=batch.id)
    address.link("history", "All of them", icon=":material/history:", dataset=source["data_type"])


with page("Inventory", "Every source of data: who owns it, where it is, how it looks, and its imports.") as wb:
    sources, used = wb.sources.all(), wb.sources.used()
    if len(used) < len(sources):
        every = st.toggle(
            f"All {len(sources)} datasets",
            key="every",
            bind="query-params",
            help="Else those of the families of which something was imported, or of which somebody has said something.",
        )
        asked = st.query_params.get("source")
        sources = sources if every or asked not in (None, *(source["dataset"] for source in used)) else used
    table(wb, sources)
    named = {source["dataset"]: source for source in sources}
    chosen = st.selectbox(
        "More about", list(named), index=None, placeholder="Choose a dataset", key="source", bind="query-params"
    )
    if chosen:
        one(wb, named[chosen])
