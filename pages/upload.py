"""Upload: files come in, and what each of them is becomes known; nothing is imported yet."""

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from workbench import Workbench
from workbench.datasets import catalog
from workbench.derived.csv_template import csv_template
from workbench.doors import jobs
from workbench.doors.web import address, formats, sheets, uploads, words
from workbench.doors.web.page import page
from workbench.doors.web.steps import stepper
from workbench.doors.web.views import files, templates
from workbench.model.errors import UnreadableSource, WorkbenchError
from workbench.model.sheet import Reading, Sheet
from workbench.sources import first_lines


def receive(wb: Workbench) -> None:
    """Keeps the files that are dropped; one alone is looked at at once, several are listed."""
    dropped = files.dropped()
    if dropped:
        kept = []
        for file in dropped:
            with st.spinner(f"Keeping {words.text(file.name)} ..."):
                kept += taken_in(wb, file)
        files.let_go(dropped)
        st.query_params.from_dict({"upload": kept[0].id} if len(kept) == 1 else {})
        st.rerun()
    for sign, told in st.session_state.pop("of archives", ()):
        {"error": st.error, "info": st.info}[sign](told, icon=":material/folder_zip:")


def taken_in(wb: Workbench, file: UploadedFile) -> list[uploads.Upload]:
    """Keeps a file, or those of an archive; what became of an archive is told when the page is drawn again."""
    told = st.session_state.setdefault("of archives", [])
    try:
        kept, others = uploads.receive(wb.settings, file.name, file)
    except UnreadableSource as refusal:
        told.append(("error", words.text(refusal)))
        return []
    if others or len(kept) != 1:
        left = f" Left aside, as no tables: {words.text(', '.join(others[:20]))}." if others else ""
        told.append(("info", f"**{words.text(file.name)}** holds {words.many(len(kept), 'table')}.{left}"))
    return kept


def waiting(wb: Workbench) -> None:
    """The uploads that nobody has imported yet, and what they are taken for."""
    found = uploads.waiting(wb.settings)[:20]
    if not found:
        st.info("No file is waiting. Drop one above, or fill in one of the templates below.", icon=":material/inbox:")
        return
    st.subheader("Waiting to be imported")
    for upload in found:
        if files.waiting(upload, *sheets.taken_for(upload.id, upload.name, wb.settings)):
            uploads.forget(wb.settings, upload.id)
            st.rerun()


def look_at(wb: Workbench, upload: str) -> None:
    """One upload: how it is read, which dataset it is, and its first lines as they stand."""
    try:
        sheet = sheets.source(wb).sheet
    except WorkbenchError as refusal:  # the worksheet or the line that somebody chose: there are others
        if not {"sheet", "header_row"} & st.query_params.keys():
            raise
        st.error(words.text(refusal), icon=":material/block:")
        sheet = sheets.uploaded(wb, upload)
    address.jump("All files that wait", icon=":material/arrow_back:")
    files.facts(sheet)
    choices, preview = st.columns([2, 3], gap="large")
    with preview:
        header = sheet.reading.header_line
        files.preview(first_lines(sheet, max(20, header + 5)), header)
    with choices:
        dataset = which_dataset(sheet)
        where_it_is(sheet.reading)
        if dataset and (before := wb.batches.same_file(sheet, dataset)) is not None:
            files.seen_before(before)
        here = {**st.query_params.to_dict(), "dataset": dataset or ""}
        if files.ways_on(dataset, here):
            address.go_to("map", **here)
        if len(sheet.reading.sheets) > 1:
            all_together(wb, upload, sheet.name)


def all_together(wb: Workbench, upload: str, name: str) -> None:
    """The worksheets that are datasets of one family, to be imported as one run; a refusal leaves each to be mapped."""
    found, why = sheets.together(upload, name, wb.settings)
    if why:
        st.info(words.text(f"Its sheets cannot be imported together: {why}"), icon=":material/account_tree:")
    elif found is not None and files.together(found.sheets, found.titles, found.left_out):
        try:
            batch = wb.begin(uploads.every_sheet(wb.settings, upload), found.family, source="page")
        except WorkbenchError as refusal:
            st.error(words.text(refusal), icon=":material/block:")
            st.caption("Choose its worksheet here and map it by hand; it can be imported by itself.")
            return
        jobs.defer(wb, "fill", batch)
        uploads.begun(wb.settings, upload, batch)
        address.go_to("validate", batch=batch.id)


def which_dataset(sheet: Sheet) -> str | None:
    """The dataset, recognised and explained, or chosen by a person; it stands in the address."""
    recognised = sheets.recognised(sheet)
    scored = {name: (catalog.contract(name).title, score, reason) for name, score, reason in recognised}
    said = st.query_params.get("dataset")
    likely = said if said in scored else sheets.recognised_as(sheet)
    chosen = files.dataset(scored, likely)
    if chosen in catalog.FORMS:
        st.caption(f"It becomes {formats.becomes(chosen)}.")
    if chosen and chosen != likely:
        st.query_params["dataset"] = chosen
    return chosen


def where_it_is(reading: Reading) -> None:
    """The worksheet, and the line of the header; both stand in the address."""
    title = files.worksheet(reading)
    if title is not None and title != reading.sheet:
        st.query_params["sheet"] = title
        st.query_params.pop("header_row", None)
        st.rerun()
    asked = st.query_params.get("header_row", "")
    line = int(asked) if asked.isdecimal() else reading.header_line
    said = files.header_line(line)
    if said != line:
        st.query_params["header_row"] = str(said)
        st.rerun()


with page("Upload", "Drop the files; nothing is imported before you say so.") as wb:
    stepper("upload")
    receive(wb)
    upload = st.query_params.get("upload")
    try:
        if upload:
            look_at(wb, upload)
    except WorkbenchError as refusal:
        st.error(words.text(refusal), icon=":material/block:")
        upload = None
    if not upload:
        waiting(wb)
    st.subheader("Templates and field guides", anchor=False)
    known = formats.known()
    contract = known[st.selectbox("For", known, format_func=lambda name: known[name].title, key="template of")]
    templates.to_take_away(contract, csv_template(contract), formats.guide(contract))
