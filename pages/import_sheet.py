"""Import Sheet: the virtual sessions of an academic year from their Google Sheet, checked before it is imported
(playbooks A and C)."""

from typing import Literal

import streamlit as st

from workbench import Workbench
from workbench.doors.web import address, google_sheets, words
from workbench.doors.web.page import page
from workbench.model.batch import Batch
from workbench.model.errors import NoGoogleSheet
from workbench.model.google_sheet import PURPOSES, GoogleSheet

VIRTUAL = ("virtual_sessions", "pathful")


def which(wb: Workbench, year: str) -> GoogleSheet | None:
    """The sheet that is configured for the year; of several, the one that somebody chooses."""
    try:
        found = wb.google_sheets.configured(VIRTUAL, year)
    except NoGoogleSheet:
        with st.container(border=True):
            st.markdown(f"**No Google Sheet configured for the sessions of {year}.**  \nSay first where it is.")
            address.link("google_sheets", "Manage Google Sheets & Import Data", icon=":material/table_view:", year=year)
        return None
    if len(found) == 1:
        told = PURPOSES[found[0].purpose]
        st.markdown(f"**{words.text(found[0].name)}** · {told} · [Open it at Google]({found[0].place.address})")
        return found[0]
    titles = {one.id: f"{one.name} · {PURPOSES[one.purpose]} · {one.district or 'any district'}" for one in found}
    return st.selectbox("Sheet", found, format_func=lambda one: titles[one.id])


def checked(wb: Workbench, batch: Batch) -> None:
    """What validation found, and the button that imports; or the summary of what was imported."""
    if batch.plan and batch.stage in ("planned", "held"):
        google_sheets.validation(wb, batch)
        st.header("What the import will do", anchor=False)
        google_sheets.figures(wb, batch)
        google_sheets.decide(wb, batch)
    else:
        google_sheets.done(wb, batch)


with page("Import Sheet", "Read the year's sheet, see what is wrong with it, and import it.") as wb:
    year = google_sheets.year(wb, "Academic year")
    sheet = which(wb, year)
    kind: Literal["secondary", "primary"] = "secondary" if st.query_params.get("batch") else "primary"
    if sheet is not None and st.button("Read and check the sheet", icon=":material/sync:", type=kind):
        google_sheets.begin(wb, sheet, straight_on=False)
    batch = google_sheets.result(wb)
    if batch is not None:
        checked(wb, batch)
