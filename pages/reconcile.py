"""Reconcile: every row accounted for, explained or rejected, written down and signed."""

from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import UUID

import streamlit as st

from workbench import Workbench
from workbench.datasets.matchings import MATCHINGS
from workbench.doors import jobs
from workbench.doors.web import address, batches, correcting, explaining, runs, words
from workbench.doors.web.page import page, person
from workbench.doors.web.steps import stepper
from workbench.doors.web.views import evidence, glance, outcomes, plots, totals
from workbench.model import lost
from workbench.model.batch import Batch
from workbench.model.control_total import is_of_total
from workbench.model.errors import NotedSince, SaidSince
from workbench.model.hold import Hold, contradictions
from workbench.model.reconciliation import Reconciliation

GONE = {"undone": "It was taken back", "discarded": "It was discarded", "failed": "It failed"}
"""What is said of an import that nobody signs any more, by its state."""


def to_explain(wb: Workbench, batch: Batch, found: Reconciliation, ready: int) -> None:
    """The rows to explain or reject, of which so many are `ready` to be brought in instead; those of a run of several
    sheets sheet by sheet, those that were made of a run's there."""
    several = runs.sheets(wb, batch)
    if several:
        st.header("Rows to explain or reject", "to-explain", help=evidence.WORDS)
    for sheet in several:
        if number := wb.reconcile(sheet).unexplained:
            label = f"{words.many(number)} of {words.text(words.sheet(sheet))} ({words.part(sheet)})"
            address.jump(label, icon=":material/comment:", batch=sheet.id)
    if not several and not batch.derived:
        explaining.explain(wb, batch, found, ready)


def say_otherwise(wb: Workbench, batch: Batch) -> None:
    """What people have said of rows may be said otherwise, as long as nobody has signed."""
    said = wb.rows.said(batch)
    changed = evidence.otherwise(said) if said else None
    if changed is not None:
        word, reason = changed
        say = wb.reject if word["word"] == "rejected" else wb.explain
        say(batch, word["lines"], reason)
        st.rerun()


def for_their_owner(wb: Workbench, batch: Batch, found: Reconciliation) -> None:
    """The list of rejected rows, for whoever owns them; that of a run of several sheets is had sheet by sheet."""
    if found.rejected and not runs.sheets(wb, batch):
        file = partial(batches.file_of_rows, batch, person(), outcome="invalid", reason="rejected")
        evidence.rejected(found, str(batch.id)[:8], file)


def log(wb: Workbench, batch: Batch, *, signed: bool) -> None:
    """The import log as the playbook has it, its notes and follow-ups edited in place."""
    if f"notes {batch.id}" not in st.session_state:  # what the boxes begin with
        st.session_state[f"log {batch.id}"] = batch
    edited = evidence.log(batch, wb.log(batch), signed=signed)
    if edited is None:
        return
    notes, follow_ups = edited
    try:
        wb.note(batch, notes=notes, follow_ups=follow_ups, seen=st.session_state[f"log {batch.id}"])
    except NotedSince as refusal:
        st.warning(words.text(refusal), icon=":material/history:")
        st.session_state[f"log {batch.id}"] = wb.batches.get(batch)
    else:
        st.session_state[f"log {batch.id}"] = wb.batches.get(batch)
        st.rerun()


def sign_off(wb: Workbench, batch: Batch, found: Reconciliation, signed: dict[str, Any] | None, happened: int) -> None:
    """The lead's signature, with what it freezes, or why there can be none yet; so much had `happened` when what the
    page shows was read."""
    st.header("Sign-off")
    if signed:
        if evidence.signature(signed):
            with st.spinner("Every row is looked at again ..."):
                proof = wb.verify(batch)
            evidence.checked(proof)
        evidence.bundle(batch, signed=True)
        return
    if batch.state in GONE:
        evidence.nothing_to_sign(GONE[batch.state])
        evidence.bundle(batch, signed=False)
        return
    last = wb.batches.story(batch)[-1:]
    if last and last[0]["action"] == "refused" and last[0]["detail"].get("step") in ("sign", "sweep"):
        st.error(words.text(last[0]["detail"]["why"]), icon=":material/block:")
    me = words.text(wb.settings.user)
    own = wb.is_own(batch)
    if found.done:
        signs = glance.effects(batch, found, runs.written(wb, batch), wb.decided(batch), made=runs.made(wb, batch))
        signs += [hold.sentence for hold in contradictions(batch)]
        signs += let_go_on(wb, batch)
        signs += filter(None, [lost.told(wb.batches.lost(batch))])
        settled = evidence.settled(found, undo=batch.undo_of is not None)
        st.markdown(f"**{'To be signed' if own else f'{me} signs'}:** {words.text(' '.join(signs))} {settled}")
    evidence.unsigned([*found.open_points, *([evidence.OWN] if own and found.done else [])])
    with st.container(horizontal=True, vertical_alignment="center"):
        wanted = st.button(
            f"Sign off as {me}",
            type="primary",
            disabled=own or not found.done,
            icon=":material/draw:",
            on_click=looked_at,
            args=(batch.id, happened),
        )
        evidence.bundle(batch, signed=False)
        if found.stage in ("planned", "held"):
            address.link("commit", "Commit it first", batch=batch.id)
        elif found.unexplained and found.stage == "completed":
            st.markdown("[Explain or reject them below](#to-explain)", width="content")
    if not wanted:
        return
    seen = st.session_state.pop(f"signs {batch.id}", None)
    if (found.processed or 0) > correcting.FEW:
        jobs.defer(wb, "sign", batch, seen=seen)
        st.rerun()
    try:
        with st.spinner("Every row goes into the digest ..."):
            wb.sign_off(batch, seen=seen)
    except SaidSince as refusal:
        st.warning(words.text(refusal), icon=":material/history:")
    else:
        st.rerun()


def looked_at(batch: UUID, happened: int) -> None:
    """Remembers what somebody wanted to sign."""
    st.session_state[f"signs {batch}"] = happened


def let_go_on(wb: Workbench, batch: Batch) -> Iterator[str]:
    """What the plan waited for, and who let it go on: a signature stands under that as well."""
    for each in batch.summary.get("accepted", ()):
        for hold in Hold.all_of(batch.summary):
            if hold.code == each["code"] and not is_of_total([hold.code]):
                yield f"{each['by']} let go on: {hold.sentence}"
    for total in wb.totals(batch):
        if total.accepted and total.expected is not None:
            yield f"{total.sentence} {total.expected.accepted_by} accepted it."


def to_match(wb: Workbench, batch: Batch) -> None:
    """The ways to whose records its rows mean (seed 001: Match Teachers comes after the roster)."""
    datasets = dict.fromkeys((batch.dataset, *(part.dataset for part in wb.batches.parts(batch))))
    with st.container(horizontal=True):
        for of in datasets:
            if of in MATCHINGS and batch.state == "completed" and batch.undo_of is None:
                address.link("matches", MATCHINGS[of].title, icon=":material/join_inner:", of=of)


with page("Reconcile", "Every row accounted for: explained, written down, and signed.") as wb:
    batch = batches.chosen(wb, undo=True)
    stepper("reconcile", runs.face(wb, batch))
    batches.facts(wb, batch)
    batches.undoes(wb, batch)
    batches.busy(wb, batch)
    if not batch.plan:
        st.info(f"Nothing to reconcile yet: this import is {batch.state}.", icon=":material/hourglass_empty:")
        address.link("validate", "See where it stands", batch=batch.id)
        batches.discard(wb, batch)
        st.stop()
    happened = wb.batches.happened(batch)  # before all that is read of it, and may be signed
    batch = wb.batches.get(batch)
    found, signed = wb.reconcile(batch), wb.signature(batch)
    outcomes.figures(found, planned=batch.stage != "completed")
    compared = runs.at_a_glance(wb, batch, found)
    ready = runs.waits(wb, batch)
    if batch.part_of is None:  # of a part, the log and the signature are the run's
        sign_off(wb, batch, found, signed, happened)
        runs.goes_on(wb, batch)
    if compared is not None:
        glance.beside(compared)
    picture, *checklist = st.columns([3, 2] if batch.part_of is None else 1)
    with picture:
        st.markdown("**How the rows add up**")
        plots.identity(found)
    for place in checklist:  # of a part there is none
        with place:
            evidence.definition_of_done(found)
    totals.table(wb, batch)
    runs.behind(wb, batch)
    runs.resolved(wb, batch)
    batches.open_figures(wb, batch, found)
    to_match(wb, batch)
    if found.unexplained and batch.stage == "completed":
        to_explain(wb, batch, found, ready)
    else:
        explaining.say(wb, batch)
    for_their_owner(wb, batch, found)
    if batch.state == "completed" and not batch.derived and wb.signature(runs.face(wb, batch)) is None:
        say_otherwise(wb, batch)
    if batch.part_of is not None:
        st.stop()
    log(wb, batch, signed=bool(signed))
    batches.discard(wb, batch)
    if batch.state == "completed" and batch.undo_of is None:
        address.link("history", "Take this import back", icon=":material/undo:", batch=batch.id)
