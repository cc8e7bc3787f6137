"""History: every import, one import's whole story, and taking it back."""

from typing import Any

import streamlit as st

from workbench import Workbench
from workbench.doors import jobs
from workbench.doors.web import address, batches, formats, runs, words
from workbench.doors.web.page import empty, page
from workbench.doors.web.steps import STEPS
from workbench.doors.web.views import glance, history, long_table, outcomes, totals
from workbench.model.batch import Batch, kept_by
from workbench.model.import_query import ImportQuery
from workbench.model.lost import named_since


def every(wb: Workbench) -> None:
    """The imports that fit the filters, in the order that is asked for; else newest first."""
    if not wb.batches.all(limit=1):
        empty("No import yet.", "Every import will stand here with its whole story.", "upload", "Start an import")
        return
    this, last = history.month_begins(words.zone())
    glance.months(wb.batches.months(last, this))
    chosen = history.filters(formats.names())
    order, by = history.ordered()
    query, titles = ImportQuery(**chosen, **by), formats.titles()
    number = wb.batches.number(query, titles)
    page = long_table.turned("", number)
    shown = wb.batches.page(query, titles, skip=page.skip, limit=long_table.SIZE)
    if not shown:
        st.info("No import fits these filters.", icon=":material/filter_alt_off:")
        address.jump("Show every import", icon=":material/filter_alt_off:")
        return
    long_table.turn("", page, number, what="import", narrowed=bool(chosen))
    left_off = wb.batches.left_off(limit=1000)
    figures = [wb.reconcile(batch) for batch in shown]
    signed = wb.batches.signers(shown)
    history.table(shown, [wb.title(batch) for batch in shown], figures, opened, left_off, signed, order=order)


def opened(batch: Batch) -> None:
    """Opens an import of the list."""
    st.query_params.from_dict({"batch": str(batch.id)})


def one(wb: Workbench, batch: Batch) -> None:
    """One import: its figures, who did what and when, how it was read, and the way back."""
    address.jump("All imports", icon=":material/arrow_back:")
    batches.facts(wb, batch)
    batches.busy(wb, batch)
    if batch.plan:
        found = wb.reconcile(batch)
        outcomes.figures(found, planned=batch.stage != "completed")
        outcomes.removed(batch)
        signature(wb, batch)
        compared = runs.at_a_glance(wb, batch, found)
        if compared is not None:
            glance.beside(compared)
        totals.table(wb, batch)
        runs.behind(wb, batch)
        runs.resolved(wb, batch)
        if batch.undo_of or batch.part_of:
            batches.open_figures(wb, batch, found)
    if batch.part_of is not None:
        of_a_part(wb, batch)
        return
    happened = wb.batches.story(batch)
    leads_to(wb, batch)
    history.story(happened)
    history.how_read(batch)
    stands = batch.undone_by is None or kept_by(wb.batches.get(batch.undone_by))
    if batch.stage == "completed" and not batch.undo_of and stands:
        take_back(wb, batch, happened)


def signature(wb: Workbench, batch: Batch) -> None:
    """Who has signed an import, or that nobody has who might."""
    if signed := wb.signature(batch):
        who = f"Signed off by {words.text(signed['signed_by'])}, {words.here(signed['signed_at'])}."
        st.success(who, icon=":material/verified:")
    elif batch.state == "completed" and batch.undo_of is None and batch.part_of is None:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(":orange[:material/draw:] Nobody has signed it off yet.", width="content")
            address.link("reconcile", "See what there is to sign", batch=batch.id)


def of_a_part(wb: Workbench, batch: Batch) -> None:
    """What a sheet of a run tells of itself; the rest of the story is the run's."""
    if happened := wb.batches.story(batch):
        history.story(happened)
    if not batch.derived and batch.undo_of is None:
        history.how_read(batch)


def leads_to(wb: Workbench, batch: Batch) -> None:
    """Where to go from here: the pages of this import, its undo, or what it undid."""
    with st.container(horizontal=True):
        for target, title in STEPS[1:] if batch.undo_of is None else STEPS[-1:]:
            address.link(target, title, batch=batch.id)
        address.link("record", "Find one of its lines", icon=":material/person_search:", batch=batch.id)
        if batch.undo_of:
            address.jump("The import that it undoes", icon=":material/undo:", batch=batch.undo_of)
        undos = wb.batches.undos(batch) if batch.undone_by else []
        for number, undo in enumerate(undos, 1):
            label = "Its undo" if len(undos) == 1 else f"Its undo {number}, {words.here(undo.completed_at)}"
            address.jump(label, icon=":material/undo:", batch=undo.id)


def take_back(wb: Workbench, batch: Batch, happened: list[dict[str, Any]]) -> None:
    """The undo: first its preview, then the deed."""
    st.header("Undo")
    st.caption(
        "Created records go, changed ones get their former values back. What was changed since is kept, and named."
    )
    if signed := wb.signature(batch):
        st.info(
            f"{words.text(signed['signed_by'])} has signed this import. The signature stays under what was written "
            "then; the undo is an import of its own, with one of its own.",
            icon=":material/verified:",
        )
    previews = [event for event in happened if event["action"] == "undo planned"]
    if happened[-1]["action"] == "refused" and happened[-1]["detail"].get("step") == "undo":
        st.error(words.text(happened[-1]["detail"]["why"]), icon=":material/block:")
    if st.button("Preview it again" if previews else "Preview the undo", icon=":material/preview:"):
        jobs.defer(wb, "undo", batch, dry_run=True)
        st.rerun()
    if not previews:
        return
    preview = wb.batches.get(previews[-1]["detail"]["by"])
    st.markdown(f"What the undo would do, as of {words.here(preview.planned_at)}:")
    found = wb.reconcile(preview)
    outcomes.figures(found, planned=True, key="of the undo")
    told = words.text(" ".join(wb.decided(preview)) or "Nothing is taken back.")
    st.markdown(told)  # the figures count what goes as updated, too
    batches.open_figures(wb, preview, found)
    if named := wb.batches.named_since(preview):
        st.warning(words.text(named_since(named)), icon=":material/person_remove:")
    with st.popover("Take it back", type="primary", icon=":material/undo:"):
        st.markdown(f"{told} All at once or none, in your name.")
        if st.button("Undo this import", type="primary", icon=":material/undo:"):
            jobs.defer(wb, "undo", batch)
            st.rerun()


with page("History", "Every import that was ever begun, and what became of it.") as wb:
    if "batch" in st.query_params:
        one(wb, batches.chosen(wb, undo=True))
    else:
        every(wb)
