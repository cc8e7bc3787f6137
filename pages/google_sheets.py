"""Manage Google Sheets & Import Data: the sheets of a virtual year, each with its Import button (playbook B)."""

import streamlit as st

from workbench import Workbench
from workbench.doors.web import address, google_sheets, words
from workbench.doors.web.page import page
from workbench.doors.web.views import google_sheets as views
from workbench.model.batch import Batch
from workbench.playbooks import purposes

GUIDED = "teacher_progress_tracking"
"""The purpose whose data format the page tells: the playbook's own."""


def written_or_not(wb: Workbench, batch: Batch) -> None:
    """What became of the sheet that was imported; a plan that waits for a person is decided here or at Commit."""
    if batch.plan and batch.stage in ("planned", "held"):
        st.warning("Nothing is written yet: look at it first.", icon=":material/pause_circle:")
        google_sheets.figures(wb, batch)
        google_sheets.decide(wb, batch, "Import it")
    else:
        google_sheets.done(wb, batch)


with page("Manage Google Sheets & Import Data", "The sheets of each district and year, and their imports.") as wb:
    batch = google_sheets.result(wb)
    if batch is not None:
        written_or_not(wb, batch)
    year = google_sheets.year(wb, "Virtual Year")
    found = [one for one in wb.google_sheets.all() if one.year in (year, "")]
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Add Google Sheet", icon=":material/add:", type="secondary" if found else "primary"):
            google_sheets.ask("add")
        address.link("matches", "Match Teachers", icon=":material/join_inner:", of=purposes.targets(GUIDED)[0])
    with st.expander("Data format", icon=":material/table_rows:", expanded=not found):
        views.format_guide(purposes.form(purposes.targets(GUIDED)[0]), year)
        google_sheets.who_reads(wb)
    if saved := st.session_state.pop("sheet saved", None):
        st.toast(f"{words.text(saved)} is configured.")
    if not found:
        st.info(f"No Google Sheet configured for {year}. Add the first one.", icon=":material/inbox:")
    last = google_sheets.last_imports(wb)
    for sheet in found:
        deed = views.listed(sheet, last(sheet), wb.google_sheets.beside(sheet))
        if deed == "import":
            google_sheets.begin(wb, sheet, straight_on=True)
        elif deed is not None:
            google_sheets.ask(deed, sheet)
    google_sheets.dialog(year, google_sheets.years(wb))
