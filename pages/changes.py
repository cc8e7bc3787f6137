"""Changed columns: what to do when a source's files come with other columns, step by step (seed 001's procedure)."""

from io import BytesIO
from typing import Any

import streamlit as st

from workbench import Workbench
from workbench.datasets import catalog
from workbench.doors import jobs
from workbench.doors.web import address, batches, choices, sheets, uploads, words
from workbench.doors.web.page import empty, page
from workbench.doors.web.views import outcomes, procedure, templates
from workbench.model.batch import Batch
from workbench.model.errors import AmbiguousBatch, UnknownBatch
from workbench.model.sheet import Sheet
from workbench.model.template import Template

TRIAL = 10  # rows
SAMPLE = 3  # rows that the inventory keeps


def follow(wb: Workbench, source: dict[str, Any], template: Template) -> None:
    """The seven steps, as far as they have come."""
    asked = st.query_params
    tried = trial(wb) if "batch" in asked else None
    stop(wb, source, over=tried is not None)
    if not source["paused"] and tried is None:
        procedure.later(2)
        return
    sheet = sample(wb, source)
    if sheet is None:
        procedure.later(3)
        return
    change = wb.sources.header_change(sheet, template.dataset, template.id)
    with procedure.step(3, done=True):
        templates.differences(change, template)
    update(wb, sheet, template, change)
    if change is not None:
        procedure.later(5)
        return
    try_it(wb, sheet, template, tried)
    if tried is None:
        procedure.later(6)
        return
    verify(wb, tried)
    resume(wb, source, tried)


def trial(wb: Workbench) -> Batch | None:
    """The trial of this address; one that is not there is told, and made again."""
    try:
        return wb.batches.get(st.query_params["batch"])
    except (UnknownBatch, AmbiguousBatch) as refusal:
        st.warning(f"{words.no_import(refusal)} Test the columns again.", icon=":material/search_off:")
        return None


def stop(wb: Workbench, source: dict[str, Any], *, over: bool) -> None:
    """Pauses the source's imports."""
    with procedure.step(1, done=source["paused"] or over):
        if source["paused"]:
            st.markdown(f"Paused by {words.text(source['paused_by'])}, {words.here(source['paused_at'])}.")
        elif not over and (why := procedure.pause()) is not None:
            wb.sources.pause(source["id"], why)
            st.rerun()


def sample(wb: Workbench, source: dict[str, Any]) -> Sheet | None:
    """Takes in a file with the new columns; a few of its rows stay in the inventory."""
    kept = st.query_params.get("upload")
    with procedure.step(2, done=kept is not None):
        file = procedure.sample()
        if file is not None:
            upload = uploads.keep(wb.settings, file.name, file)
            rows = uploads.first_rows(sheets.uploaded(wb, upload.id), catalog.contract(source["data_type"]), SAMPLE)
            wb.sources.save(id=source["id"], samples=rows.decode())
            st.session_state["samples"] += 1  # an uploader of another key is empty
            st.query_params["upload"] = upload.id
            st.query_params.pop("batch", None)
            st.rerun()
        if kept is None:
            return None
        found = sheets.uploaded(wb, kept)
        number = words.many(len(found.headers), "column")
        st.caption(f"{words.text(found.name)}: {number}. Its first rows are in the inventory.")
        return found


def update(wb: Workbench, sheet: Sheet, template: Template, change: dict[str, Any] | None) -> None:
    """Says what the new columns are, and what new values mean; the suggestions stand there already."""
    with procedure.step(4, done=change is None):
        if change is None:
            address.link("contracts", "The template as it is now", view="Templates", template=template.id)
            return
        renewed = choices.renewed(sheet, template, change)
        if st.button("Update the template", type="primary", icon=":material/save:"):
            wb.templates.update(template.id, renewed)
            st.rerun()


def try_it(wb: Workbench, sheet: Sheet, template: Template, tried: Batch | None) -> None:
    """Plans the first rows of the sample; nothing is written."""
    with procedure.step(5, done=tried is not None):
        window, wanted = procedure.trial(TRIAL, again=tried is not None)
        if wanted:
            rows = uploads.first_rows(sheet, catalog.contract(template.dataset), TRIAL)
            small = uploads.keep(wb.settings, f"{sheet.name}, first {TRIAL} rows.csv", BytesIO(rows))
            about = {"template": template.id, "window": window.strip() or None, "source": "page"}
            batch = wb.begin(sheets.uploaded(wb, small.id), template.dataset, **about, trial=True, dry_run=True)
            uploads.begun(wb.settings, small.id, batch)
            jobs.defer(wb, "fill", batch)
            st.query_params["batch"] = str(batch.id)
            st.rerun()


def verify(wb: Workbench, tried: Batch) -> None:
    """What the trial's rows would do."""
    with procedure.step(6, done=bool(tried.plan)):
        batches.facts(wb, tried)
        batches.busy(wb, tried)
        if tried.plan:
            found = wb.reconcile(tried)
            outcomes.figures(found, planned=True)
            batches.open_figures(wb, tried, found)
            address.link("validate", "What is wrong with its rows", batch=tried.id)


def resume(wb: Workbench, source: dict[str, Any], tried: Batch) -> None:
    """Lets normal imports go on."""
    with procedure.step(7, done=not source["paused"]):
        if not source["paused"]:
            st.success("Normal imports go on, with the new columns.", icon=":material/check_circle:")
            address.link("upload", "Start an import")
        elif procedure.resume(good=bool(tried.plan) and not tried.invalid and not tried.unmatched):
            wb.sources.resume(source["id"])
            st.rerun()


def begin_again() -> None:
    """Another source: nothing of the last one's procedure is meant."""
    for name in ("upload", "batch"):
        st.query_params.pop(name, None)


with page(
    "Changed columns", "When a source's files come with other columns: pause, compare, correct, try, resume."
) as wb:
    known = {template.id: template for template in wb.templates.all() if not template.unusable}
    linked = {source["dataset"]: source for source in wb.sources.all() if str(source["template_id"]) in known}
    if not linked:
        then = "A mapping is saved as a template at Map; the inventory says of which source it is."
        empty("No source has a template yet.", then, "inventory", "Inventory")
        st.stop()
    name = procedure.source(list(linked), begin_again)
    if name:
        follow(wb, linked[name], known[str(linked[name]["template_id"])])
    else:
        procedure.later(1)
