"""The import that a page is about: which one it is, where it stands, and its progress while a worker has it."""

from io import BytesIO
from typing import Literal

import streamlit as st

from workbench import Workbench
from workbench.doors import jobs
from workbench.doors.web import address, row_lists, runs, uploads, words
from workbench.doors.web.page import empty, person
from workbench.doors.web.views import outcomes, rows
from workbench.doors.web.views.discard import asked
from workbench.model import lost
from workbench.model.batch import ENDED, OUTCOMES, Batch, kept_by, taken_back
from workbench.model.errors import AmbiguousBatch, UnknownBatch
from workbench.model.person import same_person
from workbench.model.reconciliation import Reconciliation


def chosen(wb: Workbench, *, undo: bool = False) -> Batch:
    """The batch of this address (`?batch=...`), else the one that this person was at before; without one a list to
    choose from, and the page ends there."""
    wanted = st.query_params.get("batch") or st.session_state.get(_AT)
    if wanted:
        try:
            found = wb.batches.get(wanted)
        except (UnknownBatch, AmbiguousBatch) as refusal:
            st.session_state.pop(_AT, None)
            st.warning(words.no_import(refusal), icon=":material/search_off:")
        else:
            _stay(found)
            return found
    newest = wb.batches.all(limit=_NEWEST)
    known = [batch for batch in newest if undo or _goes_on(batch)]
    if not known:
        empty(
            "No import yet.", "Start with a file: every row of it will be accounted for.", "upload", "Start an import"
        )
        st.stop()
    picked = st.selectbox(
        "Which import?",
        known,
        index=None,
        format_func=lambda batch: words.titled(batch, wb.title(batch)),
        placeholder="Choose an import",
        key="chosen batch",
    )
    if picked is None:
        if len(newest) >= _NEWEST:
            address.link("history", "An older one", icon=":material/history:")
        st.stop()
    st.query_params["batch"] = str(picked.id)
    st.rerun()


_NEWEST = 50
"""So many imports are offered to choose from."""


def _goes_on(batch: Batch) -> bool:
    """Whether there is anything to do with it on the pages of an import."""
    return batch.undo_of is None and batch.stage != "discarded"


_AT = "at batch"
"""Where the session keeps which import somebody is at: the links of the sidebar do not say it."""


def _stay(batch: Batch) -> None:
    """Keeps which import somebody is at, in the session and in the address, and offers the way to another."""
    st.session_state[_AT] = str(batch.id)
    if batch.undo_of is None:
        address.stay(batch.file_name, batch=str(batch.id))
    if not st.query_params.get("batch"):
        st.query_params["batch"] = str(batch.id)
    with st.sidebar:
        st.caption(f"At **{words.text(batch.file_name)}**, {words.short(batch.id)}")
        st.button("Choose another import", icon=":material/swap_horiz:", type="tertiary", on_click=_leave)


def _leave() -> None:
    st.session_state.pop(_AT, None)
    address.leave()


def facts(wb: Workbench, batch: Batch) -> None:
    """The file, what is imported, who, when, where the batch stands, in one line; what ended it; and the run that it
    belongs to."""
    of = "Undo of " if batch.undo_of is not None else ""
    parts = [f"{of}**{words.text(batch.file_name)}**", words.text(wb.title(batch)), batch.state]
    parts += [f"by {words.text(batch.initiated_by)}", f"{words.here(batch.created_at)}"]
    by = wb.batches.committed_by(batch)
    if by is not None and not same_person(by, batch.initiated_by):
        parts.append(f"committed by {words.text(by)}")
    if batch.window:
        parts.append(words.text(batch.window))
    st.markdown(" · ".join(parts), help=f"Batch {batch.id} of {batch.dataset}, mode {batch.mode}")
    for column in batch.reading.get("forms", ()):
        st.caption(f"Read as {words.text(column['said'])}")
    runs.belongs(wb, batch)
    if batch.undone_by is not None:
        undo = wb.batches.get(batch.undone_by)
        who = f"{words.text(undo.initiated_by)}, {words.here(undo.completed_at)}"
        st.warning(f"Undone by {who}: {taken_back(undo)}.", icon=":material/undo:")
    if batch.stage == "discarded":
        told, why = batch.summary["discarded_by"], batch.summary["discarded_why"]
        who = f"Discarded by {told}{words.discarded(batch)}"
        st.warning(words.text(f"{who}{f': {why}' if why else ''}"), icon=":material/delete:")
    if batch.stage != "completed" and (why := batch.summary.get("error")):
        st.error(words.text(why), icon=":material/error:")
        again(wb, batch)


def again(wb: Workbench, batch: Batch | None) -> None:
    """Of an import that has failed, the way to its file, where it is put right and imported again."""
    if batch is not None and batch.stage == "failed" and (upload := uploads.made_into(wb.settings, batch)) is not None:
        label = "Put its file right at Upload, and import it again"
        address.link("upload", label, icon=":material/build:", upload=upload.id)


def undoes(wb: Workbench, batch: Batch) -> None:
    """Of an undo, the way to the import that it takes back; of both the way to another undo, where the last one has
    kept something."""
    of = batch
    if batch.undo_of is not None:
        of = wb.batches.get(batch.undo_of)
        told = (
            f"{words.text(of.file_name)}, by {words.text(of.initiated_by)}, {words.text(words.here(of.completed_at))}"
        )
        address.link("history", f"The import that it undoes: {told}", icon=":material/undo:", batch=of.id)
        if batch.stage == "completed" and (named := wb.batches.named_since(batch)):
            st.warning(words.text(lost.named_since(named, done=True)), icon=":material/person_remove:")
    if of.undone_by is not None and (kept := kept_by(wb.batches.get(of.undone_by))):
        label = f"Take back what was kept ({words.many(kept, 'change')})"
        address.link("history", label, icon=":material/undo:", batch=of.id)


def open_figures(wb: Workbench, batch: Batch, found: Reconciliation) -> None:
    """Every figure opens its rows: the outcomes that have any to choose from, and a page of the chosen one's rows.

    Those of a run of several sheets are opened sheet by sheet.
    """
    if runs.sheets(wb, batch):
        st.caption("Each sheet has rows and lines of its own: open one of them above.")
        return
    counts = {name: getattr(found, name) for name in OUTCOMES} | batch.summary.get("removed", {})
    name = outcomes.choice({name: number for name, number in counts.items() if number})
    if name is None:
        return
    outcomes.meaning(name, found, "" if batch.derived else batch.dataset)
    if name not in OUTCOMES:
        gone = [row for row in wb.rows.removals(batch) if row["action"] == name]
        rows.removed([row["called"] | row["before"] | row["called"] for row in gone], f"{batch.id} {batch.plan} {name}")
        return
    row_lists.of_outcome(wb, batch, name, counts[name])


def discard(wb: Workbench, batch: Batch) -> None:
    """The way to put an import away that nobody wants, while nothing of it is written; a run's parts go with it."""
    if batch.stage in ENDED or batch.part_of is not None:
        return
    why = asked()
    if why is not None:
        wb.discard(batch, why)
        st.rerun()


def file_of_rows(
    batch: Batch, user: str | None, file_format: Literal["csv", "xlsx"], outcome: str, reason: str | None = None
) -> bytes:
    """The rows of one outcome (for a reason) as a file, made when somebody asks for it."""
    with Workbench.open(user=user) as wb:
        file = BytesIO()
        wb.rows.write(batch, file, file_format, outcome=outcome, reason=reason)
        return file.getvalue()


_WHOLE = ("planning", "committing", "undoing", "signing", "bringing in")
"""The steps that are done for all rows at once, so that there is no part to tell."""


@st.fragment(run_every=1.0)
def watch(batch: Batch) -> None:
    """The progress of a batch that a worker has in hand; the page runs again when that is over."""
    with Workbench.open(user=person()) as wb, st.container(key=f"watch {batch.id}"):
        state = jobs.state(wb, batch.id)
        if state is None:
            st.rerun()
        found, progress = wb.batches.get(batch.id), wb.batches.progress(batch.id)
        step = (progress or {}).get("step", "waiting for a worker")
        done, of = (progress or {}).get("rows", 0), (progress or {}).get("of")
        whole = step in _WHOLE
        rows_expected = words.many(found.processed or found.summary.get("rows", 0))
        expected = f" {rows_expected}, all of them or none" if whole else ""
        label = f"{str(step).capitalize()}: {done:,} rows" if done else f"{str(step).capitalize()}{expected} ..."
        st.progress(min(done / of, 1.0) if of else 0.0, text=label)
        st.caption("You may leave this page, or watch it from another one; the work goes on.")
        if not whole and st.button("Cancel", key=f"cancel {batch.id}", icon=":material/stop_circle:"):
            jobs.cancel(wb, batch.id)
            st.rerun()


def busy(wb: Workbench, batch: Batch) -> None:
    """Shows the progress and ends the page while a worker has the batch, or the run that it is a part of, in hand."""
    whole = runs.face(wb, batch)
    if jobs.state(wb, whole.id) is not None:
        watch(whole)
        st.stop()
    if wb.batches.get(batch.id) != batch:  # it was done between the two questions
        st.rerun()
