"""Export: a family's records as a ZIP of CSV files, for another system or another tenant of Workbench."""

import pandas as pd
import streamlit as st

from workbench import Workbench
from workbench.doors.web import address, formats, words
from workbench.doors.web.page import empty, page
from workbench.model.wording import many


def download(wb: Workbench, family: str) -> None:
    """What the file will have in it, and the button that fetches it."""
    counts = wb.export.counts(family)
    records = sum(counts.values())
    if not records:
        empty(
            f"Nothing of {formats.family(family)} yet.",
            "What is imported can be exported.",
            "upload",
            "Start an import",
        )
        return
    st.link_button(
        f"Download {many(records, 'record')}",
        f"/export/{family}",
        type="primary",
        icon=":material/folder_zip:",
        help="All records as they are at one moment; a file without rows has its header.",
    )
    shown = pd.DataFrame({"File": [f"{name}.csv" for name in counts], "Records": list(counts.values())})
    st.dataframe(
        shown,
        hide_index=True,
        width="content",
        height="content",
        column_config={"Records": st.column_config.NumberColumn(format="localized")},
    )
    st.caption(
        "The manifest counts the rows of each file and has its SHA-256. Passwords, tokens and when they expire are "
        "never in it. The files are for programs, so that what looks like a formula stands in them as it is: open them "
        "in a spreadsheet as text."
    )


with page("Export", "All records of a family as a ZIP of CSV files, which the same family's import takes back.") as wb:
    families = wb.export.families
    usual = sorted(families, key=lambda name: name != "generic_csv")
    first = next((name for name in usual if any(wb.export.counts(name).values())), usual[0])
    chosen = address.choose("family", "Family", families, first, formats.family)
    download(wb, chosen)
    with st.expander("What is not exported", icon=":material/block:"):
        for family, why in wb.export.refused.items():
            st.markdown(f"**{formats.family(family)}**: {words.text(why)}.")
