"""A file before it is imported: dropped, waiting, what was found out of it, and its first lines."""

import re
from collections.abc import Mapping, Sequence

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from workbench.doors.web import address, words
from workbench.doors.web.uploads import KEPT_DAYS, TYPES, Upload
from workbench.model.batch import Batch
from workbench.model.sheet import Reading, Sheet, Tally
from workbench.model.template import Template
from workbench.model.wording import first_of
from workbench.prepare.summary_line import SummaryLine

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", None: "nothing, as there is one column"}
ENCODINGS = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8 with a byte order mark", "cp1252": "Windows-1252"}


def dropped() -> list[UploadedFile]:
    """The files that somebody drops."""
    number = st.session_state.setdefault("received", 0)
    return st.file_uploader(
        "Files to import",
        type=TYPES,
        accept_multiple_files=True,
        key=f"files {number}",
        help=f"They are kept on this machine for {KEPT_DAYS} days. A ZIP archive is unpacked: each of its "
        "files that may hold a table is imported for itself, unless it is an export that is imported as a whole.",
    )


def let_go(files: Sequence[UploadedFile]) -> None:
    """Empties the uploader, and its memory, which Streamlit would hold for as long as the browser's tab is open."""
    st.session_state["received"] += 1  # an uploader of another key is empty
    context = get_script_run_ctx()
    if context is not None and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        for file in files:
            context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)


def waiting(upload: Upload, dataset: str, refusal: str) -> bool:
    """An upload that nobody has imported yet, and what it is taken for; whether it is to be forgotten."""
    with st.container(border=True):
        told, ways = st.columns([3, 1], vertical_alignment="center")
        told.markdown(f"**{words.text(upload.name)}** · {words.text(upload.by)} · {words.here(upload.at)}")
        if refusal:
            told.error(words.text(refusal), icon=":material/block:")
        else:
            told.caption(dataset)
        with ways, st.container(horizontal=True, vertical_alignment="center"):
            address.jump("Look at it", upload=upload.id)
            return st.button("Forget", key=f"forget {upload.id}", icon=":material/delete:", type="tertiary")


def facts(
    sheet: Sheet, tally: Tally | None, own_totals: SummaryLine | None = None, *, with_others: bool = False
) -> None:
    """A file's name, what was found out of it, and what to beware of; how many rows it has, once all are read. A line
    of its own totals is none of them. Of one sheet `with_others`, which are listed, it is not told that it is alone."""
    st.header(words.text(sheet.name), anchor=False)
    rows = [words.many(tally.rows - (own_totals is not None))] if tally is not None else []
    st.caption(words.text(" · ".join([*_found(sheet), *rows])))
    reading = sheet.reading.with_others() if with_others else sheet.reading
    for warning in reading.warnings:
        if own_totals is None or not warning.startswith(own_totals.doubts):
            st.warning(words.text(_OPTION.sub(_ON_THIS_PAGE, warning)), icon=":material/info:")
    if own_totals is not None:
        told = f"Line {own_totals.line} adds up the others: it is compared with the rows, and not imported."
        st.info(told, icon=":material/functions:")


_OPTION = re.compile(r" \(--[a-z]+-lines? [^)]*\)")
_ON_THIS_PAGE = " (see Where the table stands)"
"""Where a page asks for what a command line says with an option."""


def _found(sheet: Sheet) -> list[str]:
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
    header = "no header" if reading.layout.no_header else f"header on line {reading.header_line}"
    return [*found, f"{len(sheet.headers)} columns", header]


def which_template(label: str, known: Mapping[str, str], used: str | None, *, narrow: bool = False) -> str | None:
    """The choice between templates (their names by their ids) and none of them, of which one is `used`, if any is."""
    options = [*known, address.NO_TEMPLATE]
    return st.selectbox(
        label,
        options,
        index=options.index(used) if used in options else None,
        format_func=lambda name: known.get(name, _NO_TEMPLATE),
        placeholder="Choose a template",
        help="A mapping that somebody saved, with the steps that clean the file. The file is cleaned and mapped as it "
        "says.",
        label_visibility="collapsed" if narrow else "visible",
        width=260 if narrow else "stretch",
    )


_NO_TEMPLATE = "None: as it came"


def template(known: Mapping[str, tuple[Template, str]], said: str | None) -> str | None:
    """Which of the templates that know a file's columns says what it is, or that none does; of each are said what of
    it is missing in the file. None while nobody has said it, and none is used by itself."""
    names = {name: f"{each.name} ({each.dataset})" for name, (each, _) in known.items()}
    chosen = which_template("Template", names, said)
    if chosen is None:
        for each, but in known.values():
            told = f"those of the template {each.name} ({each.dataset})"
            st.caption(words.text(f"Its columns are like {told}, {but}." if but else f"Its columns are {told}."))
        st.warning("Choose the template that says what this file is, or none.", icon=":material/help:")
    elif chosen in known and (but := known[chosen][1]):
        told = f"The columns are those of the template {known[chosen][0].name}, {but}."
        st.warning(words.text(told), icon=":material/difference:")
    return chosen


def dataset(
    known: Mapping[str, tuple[str, str]],
    likely: str | None,
    may_be: Sequence[str] = (),
    *,
    known_otherwise: bool = False,
    key: str | None = None,
) -> str | None:
    """What the rows are, and why; of each dataset are given its title and the reason. None while nobody has said which
    of several they `may_be`."""
    options = list(known)
    chosen = st.selectbox(
        "Dataset",
        options,
        index=options.index(likely) if likely else None,
        format_func=lambda name: f"{known[name][0]} ({name})",
        placeholder="Choose what the rows are",
        help="What one row of this file is. The likeliest stands first.",
        key=key,
    )
    if chosen:
        _, reason = known[chosen]
        st.caption(words.text(reason))
    elif may_be:
        st.warning("It fits several nearly as well: choose which it is.", icon=":material/help:")
        for name in may_be:
            title, reason = known[name]
            st.caption(f"**{words.text(title)}**: {words.text(reason)}")
    elif not known_otherwise:
        st.caption("The headers are those of no dataset that is known here.")
    return chosen


def worksheet(reading: Reading) -> str | None:
    """The worksheet that is read; None for a file that has none."""
    if not reading.sheets:
        return None
    return st.selectbox("Worksheet", reading.sheets, index=reading.sheets.index(reading.sheet or reading.sheets[0]))


def seen_before(batch: Batch) -> None:
    """A warning that these very bytes have been imported already."""
    st.warning(
        f"These very bytes were imported on {words.here(batch.completed_at)} by {words.text(batch.initiated_by)}. "
        "Imported again, every row will be skipped as unchanged, unless its record has changed since.",
        icon=":material/content_copy:",
    )
    address.link("reconcile", "See that import", icon=":material/history:", batch=batch.id)


def archive(
    name: str, sentence: str, told: Sequence[str], entities: Mapping[str, tuple[str, str, int | None]]
) -> str | None:
    """An archive that is imported as one run: what it is, and its members in the order of import, each with the file,
    the dataset's title and how many rows it says to have. Returns the mode once it is to be imported."""
    st.header(words.text(name), anchor=False)
    st.success(words.text(sentence), icon=":material/folder_zip:")
    for each in told:
        st.info(words.text(each), icon=":material/info:")
    st.dataframe(
        [{"File": file, "Becomes": title, "Rows it counts": rows} for file, title, rows in entities.values()],
        hide_index=True,
        height="content",
        column_config={"Rows it counts": st.column_config.NumberColumn(format="localized")},
    )
    mode = st.radio(
        "Records that are known already",
        list(_KNOWN),
        format_func=_KNOWN.__getitem__,
        help="A record is known by its id.",
    )
    if st.button("Import it as one run", type="primary", icon=":material/account_tree:"):
        return mode
    return None


_KNOWN = {"upsert": "are updated from the archive", "skip": "are skipped, with a warning"}


def lacking(names: Sequence[str], noun: str) -> None:
    """The fields that a file has no column for, and what can be done about it."""
    said = first_of([name.replace("_", " ") for name in names], 5)
    them = "it" if len(names) == 1 else "them"
    told = (
        f"No column of this file looks like {said}, and no {noun} comes in without. Say at Map which column is {them},"
    )
    st.warning(words.text(f"{told} or give one value for all rows."), icon=":material/view_column:")


def ways_on(dataset: str | None, here: Mapping[str, str], *, has_rows: bool = True) -> bool:
    """The ways on, all from the address that is given; whether its columns are to be mapped. A file without rows can
    only be looked at: there is nothing to clean or to profile."""
    with st.container(horizontal=True, vertical_alignment="center"):
        mapped = st.button("Map its columns", type="primary", disabled=dataset is None, icon=":material/schema:")
        if has_rows:
            address.link("clean", "Clean it first", icon=":material/cleaning_services:", **here)
            address.link("profile", "Profile it first", icon=":material/query_stats:", **here)
    return mapped
