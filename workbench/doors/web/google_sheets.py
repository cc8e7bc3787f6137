"""A configured Google Sheet becomes an import: read, kept as an upload is, begun, and left to a worker from there."""

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from workbench import Workbench
from workbench.doors import jobs
from workbench.doors.web import address, batches, runs, uploads, words
from workbench.doors.web.page import person
from workbench.doors.web.views import google_sheets as views
from workbench.doors.web.views import holds, issues, outcomes
from workbench.doors.web.views import runs as run_views
from workbench.model.batch import Batch
from workbench.model.errors import AmbiguousBatch, UnknownBatch, WorkbenchError, WrongStage
from workbench.model.google_sheet import PURPOSES, GoogleSheet
from workbench.model.hold import Hold, waiting
from workbench.model.noticed import Noticed
from workbench.model.row_query import RowQuery
from workbench.playbooks import purposes
from workbench.prepare.recognition import recognise


@dataclass(frozen=True, kw_only=True)
class _NotBegun:
    """A sheet that was read and needs a person before it can be imported."""

    why: str
    upload: str
    dataset: str
    options: dict[str, Any]


def years(wb: Workbench) -> list[str]:
    """The virtual years that may be meant, the latest first: the next, this one, the last, those that have sheets, and
    that of the address."""
    begins = _begins()
    known = {f"{year}-{year + 1}" for year in range(begins - 1, begins + 2)}
    known |= {one.year for one in wb.google_sheets.all() if one.year}
    asked = st.query_params.get("year", "")
    return sorted({*known, asked} if _YEAR.fullmatch(asked) else known, reverse=True)


_YEAR = re.compile(r"20\d\d-20\d\d")


def _begins() -> int:
    """The calendar year in which this virtual year has begun: they begin in July."""
    today = date.today()
    return today.year - (today.month < 7)


def year(wb: Workbench, label: str) -> str:
    """The virtual year that somebody chooses, which stands in the address."""
    known = years(wb)
    now = known.index(f"{_begins()}-{_begins() + 1}")
    chosen: str = st.selectbox(label, known, now, key="year", bind="query-params", width=260)
    return chosen


def begin(wb: Workbench, configured: GoogleSheet, *, straight_on: bool) -> None:
    """Reads a sheet and begins its import, which the address then names; a plan that nobody has to be asked of is
    written at once where it is to go `straight_on`. What cannot be is said, with what to do."""
    st.session_state.pop(_WHY, None)
    st.query_params.pop("batch", None)
    begun: Batch | _NotBegun | str
    try:
        with st.spinner(f"Reading {words.text(configured.name)} from Google ...", show_time=True):
            begun = _begun(wb, configured, straight_on, st.empty())
    except WorkbenchError as refusal:
        begun = str(refusal)
    if isinstance(begun, Batch):
        st.query_params["batch"] = str(begun.id)
        _put_away(wb, begun)
    else:
        st.session_state[_WHY] = begun
    st.rerun()


_WHY = "why a sheet is not imported"


def _put_away(wb: Workbench, begun: Batch) -> None:
    """Discards what the same person has read of the same sheet before and not imported: nobody wants it any more."""
    same: dict[str, Any] = {"user": begun.initiated_by, "file": begun.file_name, "window": begun.window}
    for stage in ("staged", "planned", "held"):
        for earlier in wb.batches.all(stage=stage, before=begun, **same):
            its = (earlier.file_name, earlier.window, earlier.source) == (begun.file_name, begun.window, begun.source)
            if its and earlier.undo_of is None and jobs.state(wb, earlier) is None:
                with suppress(WrongStage):  # somebody has done so just now
                    wb.discard(earlier, "The sheet was read again.")


def _begun(wb: Workbench, configured: GoogleSheet, straight_on: bool, told: DeltaGenerator) -> Batch | _NotBegun:
    def progress(doing: str, rows: int) -> None:
        told.caption(f"{doing.capitalize()}: {words.many(rows)}" if rows else f"{doing.capitalize()} ...")

    opened = wb.google_sheets.open(configured, progress=progress)
    assert opened.path is not None
    with opened.path.open("rb") as file:
        upload = uploads.keep(wb.settings, configured.name, file)
    sheet = uploads.opened(wb.settings, upload.id)
    dataset = purposes.target(configured, sheet)
    options = purposes.options(configured, dataset)
    try:
        batch = wb.begin(sheet, dataset, **options, source="page")
    except WorkbenchError as refusal:
        return _NotBegun(why=str(refusal), upload=upload.id, dataset=dataset, options=options)
    uploads.begun(wb.settings, upload.id, batch)
    jobs.defer(wb, "fill", batch, straight_on=straight_on)
    return batch


def result(wb: Workbench) -> Batch | None:
    """What became of the sheet that was read last: its import as it stands, to be watched while a worker has it; or why
    there is none. Gives the import once nobody is at work on it."""
    why = st.session_state.get(_WHY)
    if isinstance(why, _NotBegun):
        st.error(words.text(why.why), icon=":material/block:")
        same = json.dumps(why.options["constants"] or {})
        said = {"upload": why.upload, "dataset": why.dataset, "same": same, "window": why.options["window"]}
        said["template"] = why.options["template"]
        address.link("map", "Say at Map what its columns are", icon=":material/schema:", **said)
    elif why:
        st.error(words.text(why), icon=":material/block:")
    wanted = st.query_params.get("batch")
    if not wanted:
        return None
    try:
        batch = wb.batches.get(wanted)
    except (UnknownBatch, AmbiguousBatch) as refusal:
        st.warning(words.no_import(refusal), icon=":material/search_off:")
        address.link("history", "All imports", icon=":material/history:")
        return None
    batches.facts(wb, batch)
    if jobs.state(wb, batch.id) is not None:
        batches.watch(batch)
        return None
    return wb.batches.get(batch.id)


def figures(wb: Workbench, batch: Batch) -> None:
    """The numbers that the playbook's document has, else those of every import; and the records that it takes away."""
    if batch.stage != "completed":
        st.caption("What it would do. Nothing of it is written yet.")
    if named := wb.figures(batch):
        views.numbers(named)
        run_views.made_of(wb.made_of(batch))
    else:
        outcomes.figures(wb.reconcile(batch), planned=batch.stage != "completed")
    for action, records in removed(wb, batch).items():
        number = words.many(records, "record")
        if batch.stage == "completed":
            sentence = f"{action.capitalize()}, as the sheet no longer names them: {number}."
        else:
            sentence = f"{number} that the sheet no longer names will be {action}."
        st.warning(sentence, icon=":material/person_remove:")


def removed(wb: Workbench, batch: Batch) -> dict[str, int]:
    """How many records the sheet no longer names, by what happens to them."""
    found: dict[str, int] = {}
    for each in (batch, *wb.batches.parts(batch)):
        for action, records in each.summary.get("removed", {}).items():
            found[action] = found.get(action, 0) + records
    return {action: records for action, records in found.items() if records}


def validation(wb: Workbench, batch: Batch) -> None:
    """What the automatic validation found: how many errors and warnings, and the first of them by the sheet's rows."""
    told = wb.rows.issue_counts(batch)
    st.header("Validation", anchor=False)
    views.severities(told)
    if told:
        shown = wb.rows.page(batch, RowQuery(wrong=True), limit=views.ROWS)
        views.issues(shown, sum(each["rows"] for each in told))
        if len(shown) >= views.ROWS:
            address.link("validate", "Every row with something wrong", batch=batch.id)
    issues.noticed(Noticed.from_dict(batch.summary.get("noticed", {})).told())


def decide(wb: Workbench, batch: Batch, label: str = "Import") -> None:
    """The button that writes a plan, once what has to be decided first is decided above it."""
    waits = Hold.all_of(batch.summary)
    accepted, reason = holds.decided(waits, f"{batch.id} {batch.plan}") if waits else ([], "")
    holds.told(batch.summary)
    skip_errors = False
    if batch.invalid:
        st.error(
            f"Not to be imported as it stands: {words.many(batch.invalid)}. Put it right in the sheet and read the "
            "sheet again, or put it right here, or let the others go on.",
            icon=":material/error:",
        )
        skip_errors = holds.others_go_on(batch, runs.written(wb, batch))
    with st.container(horizontal=True, vertical_alignment="center"):
        stays = (bool(batch.invalid) and not skip_errors) or bool(waiting(waits, accepted))
        if st.button(label, type="primary", disabled=stays, icon=":material/task_alt:", key=f"write {batch.id}"):
            jobs.defer(wb, "commit", batch, skip_errors=skip_errors, accept=accepted, reason=reason)
            st.rerun()
        address.link("validate", "See and correct its rows", icon=":material/rule:", batch=batch.id)
        address.link("commit", "The whole plan, row by row", icon=":material/checklist:", batch=batch.id)


def done(wb: Workbench, batch: Batch) -> None:
    """That an import was written, with its figures; or why it was not."""
    if batch.stage == "completed":
        views.success(wb.title(batch))
        figures(wb, batch)
        runs.waits(wb, batch)
        runs.resolved(wb, batch)
        with st.container(horizontal=True):
            if batch.dataset == "polaris.teacher_roster":
                address.link("matches", "Match Teachers", icon=":material/join_inner:", of=batch.dataset)
            address.link("reconcile", "Reconcile it", icon=":material/balance:", batch=batch.id)
            address.link("history", "Its log", icon=":material/history:", batch=batch.id)
    elif batch.stage == "failed":
        address.link("upload", "Upload it as a file instead", icon=":material/upload_file:")


def last_imports(wb: Workbench) -> Callable[[GoogleSheet], Batch | None]:
    """Finds the last import of a configured sheet among the last ones of all."""
    last = wb.batches.all(limit=200)

    def find(sheet: GoogleSheet) -> Batch | None:
        return next(
            (
                batch
                for batch in last
                if (batch.file_name, batch.window or "") == (sheet.name, sheet.year) and batch.undo_of is None
            ),
            None,
        )

    return find


def ask(what: views.Deed, sheet: GoogleSheet | None = None) -> None:
    """Opens the dialog in which a sheet is added, edited or removed; it stays open until it is closed or done."""
    st.session_state[_ASKED] = (what, sheet)
    st.rerun()


def dialog(year: str, known_years: list[str]) -> None:
    """The dialog that is open, if any is."""
    what, sheet = st.session_state.get(_ASKED, (None, None))
    if what == "add":
        _add(year, known_years)
    elif what == "edit":
        _change(sheet, known_years)
    elif what == "remove":
        _remove(sheet)


_ASKED = "asked about a sheet"


def _close() -> None:
    st.session_state.pop(_ASKED, None)


@st.dialog("Add Google Sheet", width="medium", on_dismiss=_close)
def _add(year: str, known_years: list[str]) -> None:
    _edit(None, year, known_years)


@st.dialog("Edit Google Sheet", width="medium", on_dismiss=_close)
def _change(sheet: GoogleSheet, known_years: list[str]) -> None:
    _edit(sheet, sheet.year, known_years)


def _edit(sheet: GoogleSheet | None, year: str, known_years: list[str]) -> None:
    try:
        with Workbench.open(user=person()) as wb:  # a dialog runs again without its page
            districts = sorted({one.district for one in wb.google_sheets.all() if one.district})
            said = views.asked(sheet, year, known_years, districts, offered(), purposes.known(), templates(wb))
            test, save = views.buttons("Add Sheet" if sheet is None else "Save")
            if test:
                tested(wb, said)
            if save and sheet is None:
                wb.google_sheets.add(**said)
            elif save and sheet is not None:
                wb.google_sheets.change(sheet.id, **said)
    except WorkbenchError as refusal:
        st.error(words.text(refusal), icon=":material/block:")
        return
    if save:
        st.session_state["sheet saved"] = said["name"].strip()
        _close()
        st.rerun()


def templates(wb: Workbench) -> Callable[[str, str], list[str]]:
    """Finds the names of the saved templates of what a sheet for a purpose (and a dataset) may be."""
    saved = [each for each in wb.templates.all() if not each.unusable]

    def find(purpose: str, dataset: str) -> list[str]:
        possible = purposes.targets(purpose, dataset)
        return sorted({each.name for each in saved if each.dataset in possible})

    return find


def offered() -> dict[str, str]:
    """The purposes that this Workbench has something for, with what a person calls them."""
    return {name: title for name, title in PURPOSES.items() if name == "other" or purposes.targets(name)}


def tested(wb: Workbench, said: Mapping[str, str]) -> None:
    """What a sheet is, from its header and first rows, and whether it looks like what it is to be imported as; raises
    what reading it does."""
    with st.spinner("Reading it from Google ..."):
        found = wb.google_sheets.look(said["spreadsheet"], said["worksheet"] or None)
        tally = found.sheet.tally()
    likely = recognise(found.sheet)
    meant = purposes.targets(said["purpose"], said["dataset"])
    best = next((each for each in likely if each[0] in meant), None)
    views.looked(found, tally)
    views.looks_like(best, likely[0])


@st.dialog("Remove Google Sheet", on_dismiss=_close)
def _remove(sheet: GoogleSheet) -> None:
    st.markdown(f"**{words.text(sheet.name)}** is not offered any more. The sheet at Google and its imports stay.")
    if st.button("Remove it", type="primary", icon=":material/delete:"):
        with Workbench.open(user=person()) as wb:
            wb.google_sheets.remove(sheet.id)
        _close()
        st.rerun()


def who_reads(wb: Workbench) -> None:
    """Whom the sheets have to be shared with."""
    try:
        views.who_reads(wb.google_sheets.account)
    except WorkbenchError as refusal:
        st.error(words.text(refusal), icon=":material/key_off:")
