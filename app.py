"""The pages of Workbench, grouped by what people come to do. Started by `workbench serve`."""

import streamlit as st

from workbench.doors.web import address, browser, words
from workbench.settings import load

st.set_page_config(page_title="Workbench", page_icon="✅", layout="wide")
settings = load()

ABOUT_NO_FILE = ("", "matches", "checks", "record", "inventory", "export", "contracts", "changes", "schedules")
"""The addresses of pages that are about no file: there the sidebar has the way back to the one that somebody is at."""

pages = {
    "": [st.Page("pages/home.py", title="Home", icon=":material/home:", default=True)],
    "Import": [
        st.Page("pages/upload.py", title="Upload", icon=":material/upload_file:"),
        st.Page("pages/google_sheets.py", title="Google Sheets", icon=":material/table_view:"),
        st.Page("pages/salesforce.py", title="Salesforce", icon=":material/cloud_sync:"),
        st.Page("pages/schedules.py", title="Schedules", icon=":material/event_repeat:"),
        st.Page("pages/profile.py", title="Profile", icon=":material/query_stats:"),
        st.Page("pages/clean.py", title="Clean", icon=":material/cleaning_services:"),
        st.Page("pages/map.py", title="Map", icon=":material/schema:"),
        st.Page("pages/validate.py", title="Validate", icon=":material/rule:"),
        st.Page("pages/commit.py", title="Commit", icon=":material/task_alt:"),
    ],
    "Virtual": [st.Page("pages/import_sheet.py", title="Import Sheet", icon=":material/sync:")],
    "Review": [
        st.Page("pages/reconcile.py", title="Reconcile", icon=":material/balance:"),
        st.Page("pages/matches.py", title="Matches", icon=":material/join_inner:"),
        st.Page("pages/history.py", title="History", icon=":material/history:"),
        st.Page("pages/checks.py", title="Checks", icon=":material/fact_check:"),
        st.Page("pages/record.py", title="Find a record", icon=":material/person_search:"),
    ],
    "Data": [
        st.Page("pages/inventory.py", title="Inventory", icon=":material/inventory_2:"),
        st.Page("pages/export.py", title="Export", icon=":material/archive:"),
        st.Page("pages/contracts.py", title="Contracts and templates", icon=":material/description:"),
        st.Page("pages/changes.py", title="Changed columns", icon=":material/published_with_changes:"),
    ],
}
chosen = st.navigation(pages, expanded=True)
with st.sidebar:
    browser.working_as(settings.user)
    st.caption(f"Tenant `{settings.tenant}`")
    browser.set_up()
    if chosen.url_path in ABOUT_NO_FILE:
        address.back(words.text)
chosen.run()
