"""Upload: files come in, and what each of them is becomes known; nothing is imported yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from workbench import Workbench
from workbench.datasets import catalog
from workbench.derived.csv_template import MARK, csv_template
from workbench.doors import jobs
from workbench.doors.web import address, formats, known_lines, layout, several, sheets, uploads, words
from workbench.doors.web.page import page
from workbench.doors.web.steps import stepper
from workbench.doors.web.views import files, lines, templates
from workbench.doors.web.views import several as views_several
from workbench.model.batch import Batch
from workbench.model.errors import EmptyExport, NoRows, UnreadableSheet, UnreadableSource, WorkbenchError
from workbench.model.sheet import Layout, Reading, Sheet
from workbench.model.template import Template
from workbench.playbooks.loads import Load


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
    st.header("Waiting to be imported")
    for upload in found:
        if files.waiting(upload, *sheets.taken_for(upload.id, upload.name, wb.settings)):
            uploads.forget(wb.settings, upload.id)
            st.rerun()


def look_at(wb: Workbench, upload: str) -> str | None:
    """One upload: how it is read, which dataset it is, and its lines as they stand; a line that cannot be read is put
    right there. Returns the dataset."""
    if uploads.is_whole(wb.settings, upload):
        whole(wb, upload)
        return None
    recalled = known_lines.recall(wb, upload, st.query_params.get("sheet"))
    sheet, refused = opened(wb, upload)
    if sheet is not None:
        sheets.stay(sheet.name)
    address.jump("All files that wait", icon=":material/arrow_back:")
    tally, unread = sheets.read_through(sheet) if sheet is not None else (None, None)
    lines.recalled(recalled)
    found = st.container()
    if wrong := refused or unread:
        put_right(wb, upload, *wrong)
    if sheet is None:
        where_it_stands(1)
        return None
    are_several = len(sheet.reading.sheets) > 1 and every_sheet(wb, upload, sheet.name, sheet.reading.sheet)
    if are_several:
        st.markdown(f"**{words.text(sheet.reading.sheet or '')}** by itself")
    lines.left_out([*sheet.reading.left_out, *(tally.left_out if tally else ())])
    choices, preview = st.columns([2, 3], gap="large")
    with preview:
        as_it_stands(sheet)
    with choices:
        dataset = which_dataset(wb, upload, sheet) if unread is None else None
        with found:
            own_totals = sheets.own_totals(sheet, dataset) if dataset else None
            files.facts(sheet, tally, own_totals, with_others=are_several)
            if no_rows := tally is not None and not tally.rows and not wrong:
                st.error(words.text(NoRows(source=sheet.name)), icon=":material/block:")
        which_worksheet(sheet.reading)
        where_it_stands(sheet.reading.header_line)
        if dataset and (before := wb.batches.same_file(sheet, dataset)) is not None:
            files.seen_before(before)
        here = {**st.query_params.to_dict(), "dataset": dataset or ""}
        named = st.query_params.get("template", address.NO_TEMPLATE) != address.NO_TEMPLATE
        if dataset and not named and (lacks := sheets.lacking(sheet, dataset)):
            files.lacking(lacks, catalog.contract(dataset).noun)
        if files.ways_on(dataset if not (wrong or no_rows) else None, here, has_rows=not no_rows):
            address.go_to("map", **here)
    return dataset


def opened(wb: Workbench, upload: str) -> tuple[Sheet | None, sheets.Refused | None]:
    """The sheet as somebody said it; else why it cannot be read so, and the sheet as it is found, if there is one."""
    said, title = layout.said(), st.query_params.get("sheet")
    try:
        return sheets.uploaded(wb, upload, sheet=title, said=said), None
    except UnreadableSheet as refusal:
        try:
            return (sheets.uploaded(wb, upload, sheet=title) if said != Layout() else None), sheets.refused(refusal)
        except UnreadableSheet:
            return None, sheets.refused(refusal)
    except WorkbenchError as refusal:  # the worksheet or the line that somebody chose: there are others
        if title is None and said == Layout():
            raise
        st.error(words.text(refusal), icon=":material/block:")
        return sheets.uploaded(wb, upload), None


def put_right(wb: Workbench, upload: str, line: int, why: str) -> None:
    """A line that cannot be read, with its neighbours, where somebody can correct it or leave it out."""
    said = layout.said()
    lines.put_right(line, why, sheets.lines_around(wb, upload, line, said), said)


def as_it_stands(sheet: Sheet) -> None:
    """The first and the last lines, to be picked as the header, as no records, or as the end."""
    said = layout.said()
    first, after = sheets.ends(sheet)
    sign = lines.signs(sheet.reading, said, [*first, *after])
    st.caption("The first lines as they stand")
    picked = lines.pick(first, sign, key=f"first lines {said}")
    if after:
        st.caption("The last ones")
        picked += lines.pick(after, sign, key=f"last lines {said}")
    lines.say_of(picked, said)


def every_sheet(wb: Workbench, upload: str, name: str, shown: str | None) -> bool:
    """The sheets of an upload, where there are several: what each looks like, which are imported as what, and the runs
    that they are, to be begun; `shown` is the one that the page shows below. Whether there are several."""
    found = several.listed(upload, name, wb.settings)
    if not found:
        return False
    known = uploads.get(wb.settings, upload)
    begun = several.begun(wb, known, found)
    before = several.kinds(found, known)
    titles = {each.name: each.title for each in formats.known().values()}
    told = f"**Its {words.many(len(found), 'sheet')}**: which of them are imported, and as what"
    few = sum(each.usual != "" for each in found) < 2 and not begun
    with st.expander(told, icon=":material/tab:", expanded=not few or bool(known.kinds)):
        said = views_several.sheets(found, before, begun, titles, upload=upload, shown=shown)
        if said != before:
            usual = {each.name: each.usual for each in found}
            st.query_params.pop("dataset", None)
            uploads.say(wb.settings, upload, {sheet: what for sheet, what in said.items() if what != usual[sheet]})
            st.rerun()
        views_several.left_out(found, said, several.empty(upload, name, wb.settings))
        to_begin(wb, upload, name, said, begun, alone=shown is not None)
    return True


def to_begin(
    wb: Workbench, upload: str, name: str, said: several.Kinds, begun: Mapping[str, Batch], *, alone: bool
) -> None:
    """The runs that the sheets are which are still to be imported; a sheet that is the only one is mapped below, where
    it can be looked at `alone`."""
    if unsaid := [sheet for sheet, what in said.items() if what is None and sheet not in begun]:
        st.warning(words.text(f"Say what {', '.join(unsaid)} is, or leave it out."), icon=":material/help:")
        return
    waiting = {sheet: "" if sheet in begun else what for sheet, what in said.items()}
    turns = several.turns(upload, name, waiting, wb.settings)
    imports = {batch.part_of or batch.id: batch for batch in begun.values()}
    if not turns or (len(turns) == 1 and len(turns[0].sheets) == 1 and alone and not imports):
        return
    try:
        to_come = [
            made_ready(wb, upload, several.load(upload, name, waiting, n, wb.settings)) for n in range(len(turns))
        ]
    except WorkbenchError as refusal:
        st.error(words.text(refusal), icon=":material/block:")
        return
    first, *later = to_come
    which_templates(wb, upload, turns[0], first)
    lacks = [lacking(wb, upload, each) for each in to_come]
    for each in filter(None, lacks):
        st.error(words.text(each), icon=":material/view_column:")
    if len(turns) == 1 and len(turns[0].sheets) > 1 and not imports:
        expected = views_several.one_run(turns[0], may=not lacks[0])
    else:
        ready = all(batch.stage == "completed" for batch in imports.values()) and not lacks[0]
        expected = views_several.in_turn(turns, ready=ready, before=len(imports))
    if any(lacks):
        st.caption("Choose such a sheet here by itself and map it by hand, or leave it out.")
    if expected is None:
        return
    try:
        begin(wb, upload, first.load.given, first.load.what, goes_on=bool(later), expected=expected, **first.saved)
    except WorkbenchError as refusal:
        st.error(words.text(refusal), icon=":material/block:")
        if alone:
            st.caption("Choose its worksheet here and map it by hand; it can be imported by itself.")


@dataclass(frozen=True, kw_only=True)
class Ready:
    """One of the runs of an upload, as it would be begun."""

    load: Load
    saved: dict[str, Any]
    """The templates of its sheets, as an option of its import."""
    told: dict[str, str]
    """By what a sheet of it is cleaned, or why it is not."""
    known: dict[str, dict[str, str]]
    """The names of the templates that a person may choose for a sheet of it, by their ids."""
    used: dict[str, str]
    """The template of a sheet."""
    version: str
    """Of its templates."""


def made_ready(wb: Workbench, upload: str, load: Load) -> Ready:
    """A run with its sheets cleaned; raises what cleaning them does."""
    known = {what: sheets.made_ready(wb, sheet, what, upload) for what, sheet in load.sheets.items()}
    found = [each.template for each in known.values() if each.template is not None]
    names = [each.id for each in found]
    return Ready(
        load=replace(load, sheets={what: each.sheet for what, each in known.items()}),
        saved={"templates": names} if len(known) > 1 else {"template": next(iter(names), None)},
        told={what: each.told for what, each in known.items() if each.told},
        known={what: {one.template.id: one.template.name for one in each.known} for what, each in known.items()},
        used={what: each.template.id for what, each in known.items() if each.template is not None},
        version=" ".join(f"{each.id} {each.updated_at}" for each in found),
    )


def which_templates(wb: Workbench, upload: str, turn: several.Turn, ready: Ready) -> None:
    """By what the sheets of the next run are cleaned; a person may choose another template for one of them, or none."""
    called = turn.sheets
    said = uploads.get(wb.settings, upload).templates
    none = {sheet: said[sheet] for sheet in called.values() if said.get(sheet) == address.NO_TEMPLATE}
    chosen = views_several.cleaned(
        {called[what]: told for what, told in ready.told.items()},
        {called[what]: names for what, names in ready.known.items()},
        none | {called[what]: template for what, template in ready.used.items()},
    )
    for sheet, template in chosen.items():
        uploads.choose_template(wb.settings, upload, sheet, template)
    if chosen:
        st.rerun()


def lacking(wb: Workbench, upload: str, ready: Ready) -> str:
    """What the columns of a run lack that an import needs, before anything of it is staged; "" where that is
    nothing."""
    of = (str(wb.settings.home), wb.settings.tenant, upload, ready.load.what, *sorted(ready.load.sheets), ready.version)
    return _lacking((*of, *(str(each.recipe) for each in ready.load.sheets.values())), ready, wb)


@st.cache_data(max_entries=50, ttl="15m", show_spinner="Looking at the columns ...")
def _lacking(of: Sequence[str], _ready: Ready, _wb: Workbench) -> str:
    try:
        _wb.check_columns(_ready.load.given, _ready.load.what, **_ready.saved)
    except WorkbenchError as refusal:
        return str(refusal)
    return ""


def whole(wb: Workbench, upload: str) -> None:
    """An archive that is a playbook's own: what it was found to be, and its members, to be imported as one run; or one
    whose files are of several playbooks, each to be imported in its turn."""
    name = uploads.get(wb.settings, upload).name
    address.jump("All files that wait", icon=":material/arrow_back:")
    if several.listed(upload, name, wb.settings):
        st.header(words.text(name), anchor=False)
        every_sheet(wb, upload, name, None)
        return
    found, why = sheets.packed(upload, wb.settings)
    if found is None:
        st.error(words.text(why or f"{name} is no archive that is imported as a whole."), icon=":material/block:")
        return
    if (before := wb.batches.same_archive(upload, found.family)) is not None:
        files.seen_before(before)
    counts = {name: (file, found.titles[name], found.rows.get(name)) for name, file in found.sheets.items()}
    mode = files.archive(name, found.sentence, found.told, counts)
    if mode is not None:
        try:
            begin(wb, upload, uploads.every_sheet(wb.settings, upload), found.family, mode=mode)
        except EmptyExport as nothing:
            st.info(words.text(nothing), icon=":material/folder_zip:")
        except WorkbenchError as refusal:
            st.error(words.text(refusal), icon=":material/block:")


def begin(
    wb: Workbench,
    upload: str,
    given: Sheet | Sequence[Sheet] | Mapping[str, Sheet],
    what: str,
    *,
    goes_on: bool = False,
    **options: Any,
) -> None:
    """Begins the run of an upload's sheets and leaves for its validation; raises what `Workbench.begin` does."""
    batch = wb.begin(given, what, source="page", **options)
    jobs.defer(wb, "fill", batch)
    uploads.begun(wb.settings, upload, batch, goes_on=goes_on)
    address.go_to("validate", batch=batch.id)


def which_dataset(wb: Workbench, upload: str, sheet: Sheet) -> str | None:
    """The dataset, recognised and explained, or chosen by a person; it stands in the address. Of one of several sheets
    it is what the list of them says, and what is chosen here is said there."""
    recognised = sheets.recognised(sheet)
    reasons = {name: (catalog.contract(name).title, reason) for name, _, reason in recognised}
    listed, kind = several.one_of(upload, sheet.name, sheet, wb.settings)
    may_be = [*listed.may_be] if listed is not None else sheets.may_be(sheet)
    if listed is not None and may_be:
        reasons[may_be[0]] = (catalog.contract(may_be[0]).title, listed.why)
    known = sheets.known_to(wb, sheet)
    template = which_template(known)
    said = st.query_params.get("dataset")
    if template is not None:
        of = next(each for each in known if each.template == template)
        reasons[template.dataset] = (catalog.contract(template.dataset).title, of.why)
    plain = kind or (may_be[0] if len(may_be) == 1 else None)
    likely = said if said in reasons else template.dataset if template is not None else plain
    key = f"dataset {st.session_state.get(several.SAID_BELOW, 0)} {kind}" if listed is not None else None
    chosen = files.dataset(reasons, likely, may_be, known_otherwise=bool(known), key=key)
    if chosen in catalog.FORMS:
        st.caption(f"It becomes {formats.becomes(chosen)}.")
    if chosen and chosen != likely:
        st.query_params["dataset"] = chosen
    if listed is not None and chosen and kind not in ("", chosen):
        uploads.say(wb.settings, upload, {**uploads.get(wb.settings, upload).kinds, listed.name: chosen})
        st.session_state[several.SAID_BELOW] = st.session_state.get(several.SAID_BELOW, 0) + 1
        st.rerun()
    return chosen


def which_template(known: Sequence[sheets.Known]) -> Template | None:
    """The template that says what the file is: the one that fits it, unless a person chooses another or none. What is
    chosen stands in the address."""
    _, template = sheets.by_templates(known)
    said = st.query_params.get("template") or (template.id if template is not None else None)
    if known:
        chosen = files.template({each.template.id: (each.template, each.but) for each in known}, said)
        if chosen != said:
            address.put_word("template", chosen)
            address.put_word("dataset", next((e.template.dataset for e in known if e.template.id == chosen), None))
            st.rerun()
    return template


def which_worksheet(reading: Reading) -> None:
    """The worksheet, which stands in the address."""
    title = files.worksheet(reading)
    if title is not None and title != reading.sheet:
        st.query_params["sheet"] = title
        st.query_params.pop("layout", None)
        st.rerun()


def where_it_stands(header_line: int) -> None:
    """Where the table stands, as somebody types it, which stands in the address."""
    before = layout.said()
    with st.expander("Where the table stands", icon=":material/table_rows:", expanded=before != Layout()):
        said = lines.typed(before, before.header_row or header_line)
    if said != before:
        layout.say(said)
        st.rerun()


with page("Upload", "Drop the files; nothing is imported before you say so.") as wb:
    stepper("upload")
    receive(wb)
    upload = st.query_params.get("upload")
    dataset = None
    try:
        if upload:
            dataset = look_at(wb, upload)
    except WorkbenchError as refusal:
        st.error(words.text(refusal), icon=":material/block:")
        upload = None
    if not upload:
        waiting(wb)
    st.header("Templates and field guides", anchor=False)
    known = formats.known()
    at = list(known).index(dataset) if dataset in known else 0
    key = f"template of {dataset or ''}"
    contract = known[st.selectbox("For", known, index=at, format_func=lambda name: known[name].title, key=key)]
    templates.to_take_away(contract, MARK + csv_template(contract), formats.guide(contract))
