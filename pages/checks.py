"""Checks: whether the records agree with each other, and the list of those that do not."""

import pandas as pd
import streamlit as st

from workbench import Workbench
from workbench.doors.web import words
from workbench.doors.web.page import empty, page
from workbench.doors.web.views import long_table, whole_table
from workbench.model.check import Checked


def every(found: list[Checked]) -> None:
    """What each check comes to."""
    shown = pd.DataFrame([each.to_dict() for each in found])
    shown = shown[["found", "title", "records", "severity", "score", "name"]]  # on a phone the first two are seen
    st.dataframe(
        shown,
        hide_index=True,
        height="content",
        column_config={
            "found": st.column_config.NumberColumn("Found", format="localized"),
            "title": st.column_config.TextColumn("What is found"),
            "records": st.column_config.NumberColumn("Of records", format="localized"),
            "severity": "Severity",
            "name": st.column_config.TextColumn("Check", help="What it is called on the command line."),
            "score": st.column_config.NumberColumn("Score", help="100 where nothing is found, 50 where all is."),
        },
    )


def one(wb: Workbench, checked: Checked) -> None:
    """The list of one check, and the file of it."""
    st.header(words.text(checked.check.title), anchor=False)
    rows = wb.checks.rows(checked.check.name)
    if not rows:
        st.success(f"None of {words.many(checked.records, 'record')}.", icon=":material/check_circle:")
        return
    st.caption(f"{len(rows):,} of {words.many(checked.records, 'record')}.")
    whole_table.table({name: [row[name] for row in rows] for name in rows[0]}, key=checked.check.name)
    st.download_button(
        "Download the list",
        wb.checks.text(checked.check.name),
        f"{checked.check.name}.csv",
        "text/csv",
        icon=":material/download:",
    )


with page("Checks", "Whether the records agree with each other: payments with invoices, totals with lines.") as wb:
    found = wb.checks.all()
    if not any(each.records for each in found):
        empty("Nothing to check yet.", "Checks ask about what was imported.", "upload", "Start an import")
    else:
        every(found)
        named = {each.check.name: each for each in found}
        chosen = st.selectbox(
            "The list of",
            list(named),
            index=None,
            placeholder="Choose a check",
            key="check",
            bind="query-params",
            on_change=long_table.forget,
            args=("",),
        )
        if chosen:
            one(wb, named[chosen])
