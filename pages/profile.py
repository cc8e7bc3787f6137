"""Profile: what is in each column of a file, beside the same dataset's last import."""

from typing import Any

import streamlit as st

from workbench import Workbench
from workbench.doors.web import address, clean, recipe_editor, sheets, words
from workbench.doors.web.page import page
from workbench.doors.web.sheets import Source
from workbench.doors.web.views import comparison, findings, profile
from workbench.model.batch import Batch
from workbench.model.errors import WorkbenchError
from workbench.model.sheet import Sheet
from workbench.prepare import profile_report

MOST_VALUES = 50
"""So many values fit into an address."""


def kept(wb: Workbench, of: Sheet | Batch, sheet: Sheet, dataset: str | None) -> dict[str, Any]:
    """The profile of a sheet; that of a dataset is kept, to stand beside the next one's."""
    if dataset is None:
        return sheets.profiled(sheet)
    found = wb.profiles.kept(sheet, dataset)
    if found is None:
        found = sheets.profiled(sheet)
        wb.profiles.keep(of, dataset, found)
    return found


def last(wb: Workbench, source: Source) -> tuple[dict[str, Any] | None, str]:
    """The profile of the dataset's last import, made now where nobody has looked at it before, and what is said of
    it: which import that is, or why nothing stands beside this one."""
    nothing = "Nothing stands beside it:"
    if source.dataset is None:
        return None, f"{nothing} nobody knows yet which dataset this is."
    this = source.batch or source.sheet
    batch = wb.profiles.last_import(source.dataset, before=this)
    if batch is None:
        earlier = "earlier" if source.batch else "other"
        said = f"{nothing} no {earlier} import of `{source.dataset}` stands"
        begun = wb.profiles.last_begun(source.dataset, before=this)
        if begun is None:
            return None, f"{said}."
        return None, (
            f"{said}: {words.text(begun.file_name)} was {'taken back' if begun.undone_by else 'not committed'}."
        )
    when = words.when(batch.completed_at or batch.created_at)
    named = f"**{words.text(batch.file_name)}**, imported on {when} UTC by {words.text(batch.initiated_by)}"
    try:
        known = wb.profiles.kept(batch, source.dataset)  # also of a source with secrets, whose bytes are not kept
        return known or kept(wb, batch, wb.kept_sheet(batch), source.dataset), named
    except WorkbenchError as refusal:
        return None, f"{nothing} the last import is {named}. {words.text(refusal)}"


with page("Profile", "What is in each column, beside the last import of the same dataset.") as wb:
    source = sheets.source(wb)
    of = source.batch or source.sheet
    found = kept(wb, of, source.sheet, source.dataset)
    before, beside = last(wb, source)
    with st.container(horizontal=True, vertical_alignment="center"):
        dataset = f" · `{source.dataset}`" if source.dataset else ""
        st.markdown(f"**{words.text(source.sheet.name)}**{dataset}", width="content")
        address.link("map", "Map its columns", icon=":material/schema:", **source.address, dataset=source.dataset)
    profile.at_a_glance(found, before)
    here = {**source.address, **({"dataset": source.dataset} if source.dataset else {})}
    if wrong := clean.found_in(source.sheet):
        findings.with_links((each, {**here, **recipe_editor.prepared_for(each)}) for each in wrong)
    pairs = list(profile_report.beside(found, before)) if before is not None else []
    if before is not None:
        profile.since(beside, profile_report.changes(found, before))
        comparison.charts(found, before, pairs)
    else:
        st.caption(beside)
    st.subheader("Every column", anchor=False)
    profile.every_column(found["columns"])
    names = [column["name"] for column in found["columns"]]
    name = st.selectbox("Look closely at", names, key="column", bind="query-params")
    column = found["columns"][names.index(name)]
    then = next((earlier for now, earlier in pairs if now is column), None)
    profile.one_column(column, then)
    if column["outliers"]:
        chosen = profile.outliers(name, sheets.outlying(source.sheet, name, column["usual"]))
        if len(chosen) <= MOST_VALUES:
            rows = recipe_editor.of_values(name, chosen)
            address.link("clean", "See their rows, and clean them", icon=":material/cleaning_services:", **here, **rows)
        else:
            st.caption(f"Choose up to {MOST_VALUES} of them to see their rows at Clean.")
    if then is not None:
        comparison.values(profile_report.new_and_gone(column, then))
