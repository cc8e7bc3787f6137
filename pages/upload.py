"""Upload: files come in, and what each of them is becomes known; nothing is imported yet."""

import pandas as pd
import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from workbench import Workbench
from workbench.datasets import catalog
from workbench.derived.csv_template import csv_template
from workbench.derived.field_guide import field_guide
from workbench.doors.web import ui, uploads
from workbench.model.errors import UnreadableSource, WorkbenchError
from workbench.model.sheet import Reading, Sheet
from workbench.settings import Settings
from workbench.sources import first_lines

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", None: "nothing, as there is one column"}
ENCODINGS = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8 with a byte order mark", "cp1252": "Windows-1252"}


def receive(wb: Workbench) -> None:
    """Keeps the files that are dropped; one alone is looked at at once, several are listed."""
    number = st.session_state.setdefault("received", 0)
    files = st.file_uploader(
        "Files to import",
        type=uploads.TYPES,
        accept_multiple_files=True,
        key=f"files {number}",
        help=f"They are kept on this machine for {uploads.KEPT_DAYS} days. A ZIP archive is unpacked: each of its "
        "files that may hold a table is imported for itself.",
    )
    if files:
        kept = []
        for file in files:
            with st.spinner(f"Keeping {ui.text(file.name)} ..."):
                kept += taken_in(wb, file)
        let_go(files)
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
        told.append(("error", ui.text(refusal)))
        return []
    if others or len(kept) != 1:
        left = f" Left aside, as no tables: {ui.text(', '.join(others[:20]))}." if others else ""
        told.append(("info", f"**{ui.text(file.name)}** holds {ui.many(len(kept), 'table')}.{left}"))
    return kept


def let_go(files: list[UploadedFile]) -> None:
    """Empties the uploader, and its memory, which Streamlit would hold for as long as the browser's tab is open."""
    st.session_state["received"] += 1  # an uploader of another key is empty
    context = get_script_run_ctx()
    if context is not None and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        for file in files:
            context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)


def waiting(wb: Workbench) -> None:
    """The uploads that nobody has imported yet, and what they are taken for."""
    found = uploads.waiting(wb.settings)[:20]
    if not found:
        st.info("No file is waiting. Drop one above, or fill in one of the templates below.", icon=":material/inbox:")
        return
    st.subheader("Waiting to be imported")
    for upload in found:
        with st.container(border=True):
            told, ways = st.columns([3, 1], vertical_alignment="center")
            told.markdown(f"**{ui.text(upload.name)}** · {ui.text(upload.by)} · {ui.when(upload.at)} UTC")
            dataset, refusal = taken_for(upload.id, upload.name, wb.settings)
            if refusal:
                told.error(ui.text(refusal), icon=":material/block:")
            else:
                told.caption(dataset)
            with ways, st.container(horizontal=True, vertical_alignment="center"):
                ui.jump("Look at it", upload=upload.id)
                if st.button("Forget", key=f"forget {upload.id}", icon=":material/delete:", type="tertiary"):
                    uploads.forget(wb.settings, upload.id)
                    st.rerun()


@st.cache_data(max_entries=500, show_spinner="Looking at the files ...")
def taken_for(upload: str, name: str, _settings: Settings) -> tuple[str, str]:
    """The dataset that an upload is recognised as, and those to import before; or why it cannot be read."""
    try:
        dataset = ui.recognised_as(uploads.opened(_settings, upload))
    except WorkbenchError as refusal:
        return "", str(refusal)
    if dataset is None:
        return "Recognised as no dataset: choose one.", ""
    needs = catalog.needs(catalog.contract(dataset))
    return f"Recognised as `{dataset}`" + (f", to be imported after {' and '.join(needs)}" if needs else ""), ""


def look_at(wb: Workbench, upload: str) -> None:
    """One upload: how it is read, which dataset it is, and its first lines as they stand."""
    try:
        sheet = ui.source(wb).sheet
    except WorkbenchError as refusal:  # the worksheet or the line that somebody chose: there are others
        if not {"sheet", "header_row"} & st.query_params.keys():
            raise
        st.error(ui.text(refusal), icon=":material/block:")
        sheet = ui.uploaded(wb, upload)
    ui.jump("All files that wait", icon=":material/arrow_back:")
    st.subheader(ui.text(sheet.name), anchor=False)
    st.caption(ui.text(" · ".join(facts(sheet))))
    for warning in sheet.reading.warnings:
        st.warning(ui.text(warning), icon=":material/info:")
    choices, preview = st.columns([2, 3], gap="large")
    with preview:
        preview_lines(sheet)
    with choices:
        dataset = which_dataset(sheet)
        where_it_is(sheet.reading)
        if dataset:
            seen_before(wb, sheet, dataset)
        go_on(dataset)


def facts(sheet: Sheet) -> list[str]:
    """What was found out of a file, in words."""
    reading = sheet.reading
    found = [reading.format.upper(), f"{sheet.size / 1e6:,.1f} MB" if sheet.size > 1e5 else f"{sheet.size:,} bytes"]
    if reading.format == "csv":
        encoding = ENCODINGS.get(reading.encoding or "", (reading.encoding or "").upper())
        found += [
            f"encoding {encoding}",
            f"cells are separated by {DELIMITERS.get(reading.delimiter, reading.delimiter)}",
        ]
    elif len(reading.sheets) > 1:
        found.append(f"{len(reading.sheets)} worksheets")
    return [*found, f"{len(sheet.headers)} columns", f"header on line {reading.header_line}"]


def which_dataset(sheet: Sheet) -> str | None:
    """The dataset, recognised and explained, or chosen by a person; it stands in the address."""
    scored = {name: (score, reason) for name, score, reason in ui.recognised(sheet)}
    said = st.query_params.get("dataset")
    dataset = said if said in scored else ui.recognised_as(sheet)
    options = list(scored)
    chosen = st.selectbox(
        "Dataset",
        options,
        index=options.index(dataset) if dataset else None,
        format_func=lambda name: f"{catalog.contract(name).title} ({name})",
        placeholder="Choose what the rows are",
        help="What one row of this file is. The likeliest stands first.",
    )
    if chosen and chosen != dataset:
        st.query_params["dataset"] = chosen
    if chosen:
        score, reason = scored[chosen]
        st.caption(f"**{score:.0%}**: {ui.text(reason)}")
    else:
        st.caption("The headers are those of no dataset that is known here.")
    return chosen


def where_it_is(reading: Reading) -> None:
    """The worksheet, and the line of the header; both stand in the address."""
    if reading.sheets:
        title = st.selectbox(
            "Worksheet", reading.sheets, index=reading.sheets.index(reading.sheet or reading.sheets[0])
        )
        if title != reading.sheet:
            st.query_params["sheet"] = title
            st.query_params.pop("header_row", None)
            st.rerun()
    asked = st.query_params.get("header_row", "")
    line = int(asked) if asked.isdecimal() else reading.header_line
    said = st.number_input(
        "The header is on line",
        min_value=1,
        max_value=1_000,
        value=min(max(line, 1), 1_000),
        help="The line with the names of the columns, as the preview counts. What stands above it is not imported.",
    )
    if said != line:
        st.query_params["header_row"] = str(said)
        st.rerun()


def preview_lines(sheet: Sheet) -> None:
    """The first lines as they stand, the header told by its sign."""
    lines = first_lines(sheet, max(20, sheet.reading.header_line + 5))
    width = max((len(cells) for _, cells in lines), default=1)
    shown = pd.DataFrame([[text[:500] for text in cells] + [""] * (width - len(cells)) for _, cells in lines])
    shown.columns = ["As it stands"] if width == 1 else [f"Cell {place}" for place in range(1, width + 1)]
    shown.insert(0, "Line", [line for line, _ in lines])
    shown.insert(1, "▶", ["▶" if line == sheet.reading.header_line else "" for line, _ in lines])
    narrow = {name: st.column_config.Column(width=width) for name, width in (("Line", 60), ("▶", 40))}
    st.dataframe(shown, hide_index=True, height="content" if len(shown) < 12 else 420, column_config=narrow)
    st.caption("The first lines as they stand; ▶ is the header.")


def seen_before(wb: Workbench, sheet: Sheet, dataset: str) -> None:
    """A warning when these very bytes have been imported already."""
    before = wb.batches.same_file(sheet, dataset)
    if before is not None:
        st.warning(
            f"These very bytes were imported on {ui.when(before.completed_at)} UTC by {ui.text(before.initiated_by)}. "
            "Imported again, every row will be skipped as unchanged, unless its record has changed since.",
            icon=":material/content_copy:",
        )
        ui.link("reconcile", "See that import", icon=":material/history:", batch=before.id)


def go_on(dataset: str | None) -> None:
    """The two ways on; both keep what was chosen here."""
    address = {**st.query_params.to_dict(), "dataset": dataset or ""}
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Map its columns", type="primary", disabled=dataset is None, icon=":material/schema:"):
            ui.go_to("map", **address)
        ui.link("profile", "Profile it first", icon=":material/query_stats:", **address)


def templates() -> None:
    """A CSV template and a field guide for every dataset."""
    st.subheader("Templates and field guides", anchor=False)
    known = {contract.name: contract for contract in catalog.contracts()}
    contract = known[st.selectbox("For", known, format_func=lambda name: known[name].title, key="template of")]
    guide = field_guide(contract)
    with st.container(horizontal=True):
        st.download_button(
            "CSV template",
            csv_template(contract),
            f"{contract.dataset}-template.csv",
            "text/csv",
            on_click="ignore",
            icon=":material/download:",
            help="A file to fill in, with example rows that import as they stand.",
        )
        st.download_button(
            "Field guide",
            guide,
            f"{contract.dataset}-field-guide.md",
            "text/markdown",
            on_click="ignore",
            icon=":material/menu_book:",
            help="What each column means, what it may hold, and its other names.",
        )
        with st.popover("Read it here", type="tertiary"):
            st.markdown(guide)


with ui.page("Upload", "Drop the files; nothing is imported before you say so.") as wb:
    ui.stepper("upload")
    receive(wb)
    upload = st.query_params.get("upload")
    try:
        if upload:
            look_at(wb, upload)
    except WorkbenchError as refusal:
        st.error(ui.text(refusal), icon=":material/block:")
        upload = None
    if not upload:
        waiting(wb)
    templates()
