"""Profile: what is in each column of a file, beside the same dataset's last import."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from workbench import Workbench
from workbench.doors.web import address, batches, clean, profiles, recipe_editor, sheets, words
from workbench.doors.web.page import page
from workbench.doors.web.sheets import Source
from workbench.doors.web.views import comparison, findings, profile
from workbench.model.errors import WorkbenchError
from workbench.model.finding import Finding
from workbench.model.sheet import Sheet
from workbench.prepare import profile_report
from workbench.prepare.outliers import Outliers

MOST_VALUES = 50
"""So many values fit into an address."""
MOST_LINES = 5
"""So many lines are shown at once."""
CLOSELY = "closely"
"""The part of the address with the column that is looked at closely. Streamlit takes the part of a widget out of the
address of the page after it, too, so no page that is linked here has a part called so."""


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
    when = words.here(batch.completed_at or batch.created_at)
    named = f"**{words.text(batch.file_name)}**, imported on {when} by {words.text(batch.initiated_by)}"
    try:
        known = wb.profiles.kept(batch, source.dataset)  # also of a source with secrets, whose bytes are not kept
        if known is None:
            known, making = profiles.of(wb, batch, wb.kept_sheet(batch), source.dataset)
            if making is not None:
                return None, f"{nothing} the last import is {named}, and is being profiled. Look again in a moment."
        return known, named
    except WorkbenchError as refusal:
        return None, f"{nothing} the last import is {named}. {words.text(refusal)}"


def so_far(found: dict[str, Any], making: profiles.Making) -> None:
    """That all of a large sheet is being profiled, and of which rows the page tells until then."""
    st.info(
        f"Large: this is the profile of {words.many(found['rows'])} from its beginning, until all are profiled.",
        icon=":material/hourglass_empty:",
    )
    profile.making(lambda: None if making.done.is_set() else making.rows, making.expected)


def ahead(sheet: Sheet, found: dict[str, Any]) -> None:
    """Looks for what the page tells of the first column and of all of them, once all rows are profiled."""
    clean.found_in(sheet)
    first = found["columns"][0]
    if first["outliers"]:
        sheets.outlying(sheet, first["name"], first["usual"])


def outlying(source: Source, name: str, found: Outliers, here: dict[str, str]) -> None:
    """Every outlier of a column, the lines that are chosen among them, and the way to clean their values."""
    chosen = profile.outliers(name, found)
    for line, _ in chosen[:MOST_LINES]:
        profile.line(line, profiles.around(source.sheet, line), name)
    values = tuple(dict.fromkeys(text for _, text in chosen)) or tuple(found.values[: MOST_VALUES + 1].to_pylist())
    if len(values) <= MOST_VALUES:
        rows = recipe_editor.of_values(name, values)
        address.link("clean", "See their rows, and clean them", icon=":material/cleaning_services:", **here, **rows)
    else:
        st.caption(f"Choose up to {MOST_VALUES} of them to see their rows at Clean.")


with page("Profile", "What is in each column, beside the last import of the same dataset.") as wb:
    source = sheets.source(wb)
    batches.again(wb, source.batch)
    found, making = profiles.of(wb, source.batch or source.sheet, source.sheet, source.dataset, ahead)
    before, beside = last(wb, source) if making is None else (None, "")
    with st.container(horizontal=True, vertical_alignment="center"):
        dataset = f" · `{source.dataset}`" if source.dataset else ""
        st.markdown(f"**{words.text(source.sheet.name)}**{dataset}", width="content")
        address.link("map", "Map its columns", icon=":material/schema:", **source.address, dataset=source.dataset)
    if making is not None:
        so_far(found, making)
    profile.at_a_glance(found, before)
    here = {**source.address, **({"dataset": source.dataset} if source.dataset else {})}
    wrong: Sequence[Finding] = ()
    if making is None:
        with st.spinner(clean.LOOKING):
            wrong = clean.found_in(source.sheet)
    if wrong:
        findings.with_links((each, {**here, **recipe_editor.prepared_for(each)}) for each in wrong)
    pairs = list(profile_report.beside(found, before)) if before is not None else []
    if before is not None:
        profile.since(beside, profile_report.changes(found, before))
        comparison.charts(found, before, pairs)
    elif beside:
        st.caption(beside)
    st.header("Every column", anchor=False)
    profile.every_column(found["columns"])
    names = [column["name"] for column in found["columns"]]
    name = st.selectbox("Look closely at", names, key=CLOSELY, bind="query-params")
    column = found["columns"][names.index(name)]
    then = next((earlier for now, earlier in pairs if now is column), None)
    odd = None
    if column["outliers"] and making is None:
        with st.spinner("Looking for every outlier ..."):
            odd = sheets.outlying(source.sheet, name, column["usual"])
    profile.one_column(column, then, odd.far if odd is not None and column["numbers"] else 0)
    if odd is not None:
        outlying(source, name, odd, here)
    if then is not None:
        comparison.values(profile_report.new_and_gone(column, then))
