"""Profile: what is in each column of a file, beside the same dataset's last import."""

from typing import Any

import streamlit as st

from workbench import Workbench
from workbench.doors.web import address, clean, desk, sheets, words
from workbench.doors.web.page import page
from workbench.doors.web.views import findings, profile
from workbench.model.batch import Batch
from workbench.model.sheet import Sheet
from workbench.prepare import profile_report


def kept(wb: Workbench, of: Sheet | Batch, sheet: Sheet, dataset: str | None) -> dict[str, Any]:
    """The profile of a sheet; that of a dataset is kept, to stand beside the next one's."""
    if dataset is None:
        return sheets.profiled(sheet)
    found = wb.profiles.kept(sheet, dataset)
    if found is None:
        found = sheets.profiled(sheet)
        wb.profiles.keep(of, dataset, found)
    return found


with page("Profile", "What is in each column, beside the last import of the same dataset.") as wb:
    source = sheets.source(wb)
    of = source.batch or source.sheet
    found = kept(wb, of, source.sheet, source.dataset)
    before = wb.profiles.last(source.dataset, before=of) if source.dataset else None
    with st.container(horizontal=True, vertical_alignment="center"):
        dataset = f" · `{source.dataset}`" if source.dataset else ""
        st.markdown(f"**{words.text(source.sheet.name)}**{dataset}", width="content")
        address.link("map", "Map its columns", icon=":material/schema:", **source.address, dataset=source.dataset)
    profile.at_a_glance(found, before)
    here = {**source.address, **({"dataset": source.dataset} if source.dataset else {})}
    if wrong := clean.found_in(source.sheet):
        findings.with_links((each, {**here, **desk.prepared_for(each)}) for each in wrong)
    if before is not None:
        profile.since(before, profile_report.changes(found, before))
    elif source.dataset:
        st.caption(f"Nothing stands beside it: no other file of `{source.dataset}` was imported.")
    else:
        st.caption("Nothing stands beside it: nobody knows yet which dataset this is.")
    st.subheader("Every column", anchor=False)
    profile.every_column(found["columns"])
    names = [column["name"] for column in found["columns"]]
    name = st.selectbox("Look closely at", names, key="column", bind="query-params")
    then = {column["name"]: column for column in before["columns"]} if before else {}
    profile.one_column(found["columns"][names.index(name)], then.get(name))
