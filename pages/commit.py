"""Commit: the plan, with every number open to its rows, and the decision to write it."""

from uuid import UUID

import streamlit as st

from workbench import Workbench
from workbench.doors import jobs
from workbench.doors.web import address, batches, browser, planned_again, runs, template_steps, typed, words
from workbench.doors.web.page import empty, page
from workbench.doors.web.steps import stepper
from workbench.doors.web.views import glance, holds, outcomes, plots, totals
from workbench.model.batch import Batch
from workbench.model.hold import Hold, waiting
from workbench.model.person import same_person

MOST = 100
"""So many imports since a plan are counted."""


def plan(wb: Workbench, batch: Batch) -> None:
    """What each row will do, before anything is written: what a lead has to know and to decide comes first."""
    found = wb.reconcile(batch)
    outcomes.figures(found, planned=batch.stage != "completed")
    compared = runs.at_a_glance(wb, batch, found)
    asked = batch.stage in ("planned", "held") and batch.part_of is None and batch.undo_of is None
    if asked:
        decide(wb, batch)
        st.header("A closer look")
    totals.table(wb, batch, asked=asked)
    st.markdown("**Rows by outcome**")
    plots.outcome_bar(found.to_dict())
    if compared is not None:
        glance.beside(compared)
    runs.behind(wb, batch)
    batches.open_figures(wb, batch, found)
    outcomes.removed(batch)
    kept_edits(wb, batch)
    holds.told(batch.summary)


def kept_edits(wb: Workbench, batch: Batch) -> None:
    """How many values stay as people edited them since the last import, and the way to the rows that say otherwise."""
    if not (kept := batch.summary.get("kept")):
        return
    verb = "stay" if kept > 1 else "stays"
    verb = verb if batch.stage != "completed" else "was kept" if kept == 1 else "were kept"
    st.info(f"{words.many(kept, 'value')} that people edited since the last import {verb}.", icon=":material/edit_off:")
    for each in [part for part in wb.batches.parts(batch) if part.summary.get("kept")] or [batch]:
        of = f" of {words.part(each)}" if each != batch else ""
        address.link("validate", f"See them{of}", icon=":material/edit_off:", batch=each.id, code="edited")


def looked_at(batch: UUID, plan: int) -> None:
    """Remembers which plan somebody wanted to have written, until that is answered."""
    st.session_state[f"wanted {batch}"] = st.session_state[f"asked {batch}"] = plan
    holds.keep_for_later(f"{batch} {plan}")


def written_since(wb: Workbench, batch: Batch) -> None:
    """Names the imports that have written since the plan what it may have been made against. The buttons below stay as
    they are: one that looks otherwise is another one to Streamlit, and a click on the former would be lost."""
    if not (others := wb.batches.written_since(batch, limit=MOST)):
        return
    first, number = others[0], len(others)
    undo = "the undo of " if first.undo_of is not None else ""
    what = f"{undo}{first.file_name}, by {first.initiated_by}, {words.here(first.completed_at)}"
    more = f" and {words.many(number - 1, 'other')}" if number > 1 else ""
    st.warning(
        f"Since this was planned, records that it writes or refers to may have changed: {words.text(what)}{more}. "
        "Plan it again to see what it comes to now.",
        icon=":material/update:",
    )


def anothers(wb: Workbench, batch: Batch) -> None:
    """Tells somebody who wanted an import written that another person has written it, and what becomes of the reason
    that was given."""
    plan, by = st.session_state.pop(f"asked {batch.id}", None), wb.batches.committed_by(batch)
    if plan is None or by is None or same_person(by, wb.settings.user):
        return
    told = f"{by} had committed it already, {words.here(batch.completed_at)}: what you asked for wrote nothing."
    if reason := holds.reason(f"{batch.id} {plan}"):
        told += f' Your reason is in no log: "{reason}".'
    with st.container(key="anothers"):
        st.warning(words.text(told), icon=":material/group:")
        if reason:
            address.link("reconcile", "Add it to the log's notes", icon=":material/edit_note:", batch=batch.id)
    browser.seek("anothers")  # the page stays where its button was
    browser.go_to_sought()


def decide(wb: Workbench, batch: Batch) -> None:
    """Write the plan, or hold it."""
    st.header("Write it")
    seen = st.session_state.pop(f"wanted {batch.id}", batch.plan)
    if seen != batch.plan:
        st.warning(words.text(planned_again.told(wb, batch, seen)), icon=":material/history:")
    written_since(wb, batch)
    if said := typed.unsaved(wb, batch):
        cells = words.many(typed.number(said), "cell")
        st.warning(f"{cells} typed at Validate and not saved: not in this plan.", icon=":material/edit_note:")
        address.link("validate", "Save or discard them", icon=":material/edit:", batch=batch.id)
    if batch.refused:
        st.error(
            f"It is imported whole or not at all, and {batch.wrong_rows}: nothing is written until they are right.",
            icon=":material/block:",
        )
    waits = Hold.all_of(batch.summary)
    accepted, reason = holds.decided(waits, f"{batch.id} {batch.plan}") if waits else ([], "")
    skip_errors = bool(batch.invalid) and not batch.refused and holds.others_go_on(batch, runs.written(wb, batch))
    hold = batch.refused or (bool(batch.invalid) and not skip_errors) or bool(waiting(waits, accepted))
    if hold:
        st.markdown("Nothing is written; the import waits until that is corrected, or a person lets it go on.")
    else:
        made = runs.made(wb, batch)
        told = glance.effects(batch, wb.reconcile(batch), runs.written(wb, batch), made=made)
        st.markdown(words.text(" ".join(told)))
        st.caption("All of that is written at once, or none of it, in your name. It can be taken back at History.")
    with st.container(horizontal=True, vertical_alignment="center"):
        label = "Hold it" if hold else runs.commits(wb, batch)
        icon = ":material/pause_circle:" if hold else ":material/task_alt:"
        stopped = bool(batch.summary.get("error"))
        if st.button(
            label,
            type="secondary" if stopped else "primary",
            icon=icon,
            disabled=hold and batch.stage == "held",
            key=f"write {batch.id} {batch.plan}",  # a click on another plan's is none on this
            on_click=looked_at,
            args=(batch.id, batch.plan),
        ):
            jobs.defer(wb, "commit", batch, skip_errors=skip_errors, accept=accepted, reason=reason, plan=batch.plan)
            st.rerun()
        st.session_state.pop(f"asked {batch.id}", None)  # which has ended, and the batch says how
        if st.button(
            "Plan again",
            type="primary" if stopped else "secondary",
            icon=":material/refresh:",
            help="Compares the rows with the records as they are now.",
        ):
            jobs.defer(wb, "plan", batch)
            st.rerun()
        if batch.invalid or batch.unmatched or waits:
            address.link("validate", "Correct rows", icon=":material/edit:", batch=batch.id)


with page("Commit", "What the import will do, row by row, and the decision to write it.") as wb:
    batch = batches.chosen(wb)
    stepper("commit", runs.face(wb, batch))
    batches.facts(wb, batch)
    template_steps.lacking_of(wb, batch)
    batches.undoes(wb, batch)
    batches.busy(wb, batch)
    if batch.part_of is not None and batch.plan:
        plan(wb, batch)
    elif batch.part_of is not None:
        st.info(f"There is no plan yet: this part is {batch.stage}.", icon=":material/hourglass_empty:")
    elif batch.undo_of is not None or batch.stage == "completed":
        written = runs.committed(wb, batch)
        if batch.undo_of is not None:
            st.success("This is an undo.", icon=":material/check_circle:")
        elif batch.undone_by is not None:
            done = f"It had been committed: {written}, {words.here(batch.completed_at)}; undone since."
            st.caption(f"{done} The rows are shown as they were written.")
        else:
            done = f"Committed: {written}, {words.here(batch.completed_at)}."
            if out := (batch.unmatched or 0) + (batch.invalid or 0):
                done += f" {words.many(out)} stayed out."
            anothers(wb, batch)
            st.success(done, icon=":material/check_circle:")
        address.link("reconcile", "Reconcile it", batch=batch.id)
        runs.goes_on(wb, batch)
        runs.waits(wb, batch)
        runs.resolved(wb, batch)
        plan(wb, batch)
    elif batch.stage == "discarded":
        if batch.plan:
            plan(wb, batch)
        address.link("upload", "Start another import")
    elif batch.plan:
        if batch.stage == "held":
            refused = "while it cannot be written whole"
            why = (
                refused
                if batch.refused
                else "until a person has decided"
                if batch.summary.get("held_for")
                else "while its rows are invalid"
            )
            st.warning(f"This import waits (it is held): nothing is written {why}.", icon=":material/pause_circle:")
        plan(wb, batch)
        batches.discard(wb, batch)
    elif batch.stage == "staged":
        st.info("There is no plan yet. It compares every row with the records that are there, and writes none of them.")
        if st.button("Make the plan", type="primary", icon=":material/arrow_forward:"):
            jobs.defer(wb, "plan", batch)
            st.rerun()
        batches.discard(wb, batch)
    else:
        stands = "has failed" if batch.stage == "failed" else f"is {batch.state}"
        empty("Nothing to commit.", f"This import {stands}.", "upload", "Start another import")
        batches.discard(wb, batch)
