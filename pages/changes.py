"""Changed columns: what to do when a source's files come with other columns, step by step (seed 001's procedure)."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import pandas as pd
import streamlit as st

from workbench import Workbench
from workbench.datasets import catalog
from workbench.doors import jobs
from workbench.doors.web import ui, uploads
from workbench.model.batch import Batch
from workbench.model.sheet import Sheet
from workbench.model.template import Mapping, Template
from workbench.prepare.columns import choice_texts

STEPS = (
    "Stop normal imports",
    "Save a sample with the new columns",
    "Compare its headers with the template",
    "Update the template",
    "Test on a small file",
    "Verify the results",
    "Resume normal imports",
)
TRIAL = 10  # rows
SAMPLE = 3  # rows that the inventory keeps
GONE = ("upload", "batch")  # of the address, when another source is chosen


@contextmanager
def step(number: int, *, done: bool) -> Iterator[None]:
    """One step of the procedure, with its sign."""
    with st.container(border=True):
        st.markdown(f"{'✓' if done else '●'} **{number} {STEPS[number - 1]}**")
        yield


def later(first: int) -> None:
    """The steps that come when this one is done."""
    for number in range(first, len(STEPS) + 1):
        st.markdown(f":gray[○ {number} {STEPS[number - 1]}]")


def procedure(wb: Workbench, source: dict[str, Any], template: Template) -> None:
    """The seven steps, as far as they have come."""
    asked = st.query_params
    tried = wb.batches.get(asked["batch"]) if "batch" in asked else None
    stop(wb, source, over=tried is not None)
    if not source["paused"] and tried is None:
        later(2)
        return
    sheet = sample(wb, source)
    if sheet is None:
        later(3)
        return
    change = wb.sources.header_change(sheet, template.dataset, template.id)
    compare(change, template)
    if change is not None:
        with step(4, done=False):
            update(wb, sheet, template, change)
        later(5)
        return
    with step(4, done=True):
        ui.link("contracts", "The template as it is now", view="Templates", template=template.id)
    try_it(wb, sheet, template, tried)
    if tried is None:
        later(6)
        return
    verify(wb, tried)
    resume(wb, source, tried)


def stop(wb: Workbench, source: dict[str, Any], *, over: bool) -> None:
    """Pauses the source's imports."""
    with step(1, done=source["paused"] or over):
        if source["paused"]:
            st.markdown(f"Paused by {ui.text(source['paused_by'])}, {ui.when(source['paused_at'])} UTC.")
            return
        if over:
            return
        why = st.text_input("Why", "Its columns have changed.")
        if st.button("Pause its imports", type="primary", icon=":material/pause:"):
            wb.sources.pause(source["id"], why)
            st.rerun()


def sample(wb: Workbench, source: dict[str, Any]) -> Sheet | None:
    """Takes in a file with the new columns; a few of its rows stay in the inventory."""
    kept = st.query_params.get("upload")
    with step(2, done=kept is not None):
        number = st.session_state.setdefault("samples", 0)
        types = ["csv", "tsv", "txt", "xlsx", "xls", "ods"]
        file = st.file_uploader("A file with the new columns", type=types, key=f"sample {number}")
        if file is not None:
            upload = uploads.keep(wb.settings, file.name, file)
            rows = uploads.first_rows(ui.uploaded(wb, upload.id), catalog.contract(source["data_type"]), SAMPLE)
            wb.sources.save(id=source["id"], samples=rows.decode())
            st.session_state["samples"] += 1  # an uploader of another key is empty
            st.query_params["upload"] = upload.id
            st.query_params.pop("batch", None)
            st.rerun()
        if kept is None:
            return None
        found = ui.uploaded(wb, kept)
        st.caption(
            f"{ui.text(found.name)}: {ui.many(len(found.headers), 'column')}. Its first rows are in the inventory."
        )
        return found


def compare(change: dict[str, Any] | None, template: Template) -> None:
    """What is missing, and what is new."""
    with step(3, done=True):
        if change is None:
            st.markdown(f"Every column is known to the template {ui.text(template.name)}.")
            return
        rows = [("missing", header) for header in change["missing"]] + [("new", header) for header in change["new"]]
        st.dataframe(pd.DataFrame(rows, columns=["What", "Column"]), hide_index=True, height="content", key="change")


def update(wb: Workbench, sheet: Sheet, template: Template, change: dict[str, Any]) -> None:
    """Says what the new columns are, and what new values mean; the suggestions stand there already."""
    said = template.mapping
    st.caption("What is each new column? A missing column that nothing replaces goes out of the template.")
    fresh = new_columns(template, change)
    kept = {header: field for header, field in said.columns.items() if header not in change["missing"]}
    columns = kept | {header: field for header, field in fresh.items() if field}
    changed = {
        "columns": columns,
        "left_out": (*said.left_out, *(header for header, field in fresh.items() if not field)),
        "value_maps": new_values(sheet, template, columns),
    }
    if st.button("Update the template", type="primary", icon=":material/save:"):
        wb.templates.update(template.id, Mapping.from_dict({**said.to_dict(), **changed}))
        st.rerun()


def new_columns(template: Template, change: dict[str, Any]) -> dict[str, str]:
    """Which field each new column fills, as the table says; "" for none."""
    likely = {found["header"]: found for found in change["suggestions"]}
    shown = [
        (header, found.get("field", ""), found.get("was", ""), found.get("reason", ""))
        for header, found in ((header, likely.get(header, {})) for header in change["new"])
    ]
    fields = ["", *(field.name for field in catalog.contract(template.dataset).fields)]
    edited = st.data_editor(
        pd.DataFrame(shown, columns=["New column", "Field", "Instead of", "Why"]),
        column_config={"Field": st.column_config.SelectboxColumn(options=fields)},
        disabled=["New column", "Instead of", "Why"],
        placeholder="left out",
        hide_index=True,
        key="columns",
    )
    return dict(zip(edited["New column"], edited["Field"].fillna(""), strict=True))


def new_values(sheet: Sheet, template: Template, columns: dict[str, str]) -> dict[str, dict[str, str]]:
    """The template's value maps, with what the table says of texts that are no choice of their field."""
    known, maps = catalog.contract(template.dataset), {n: dict(m) for n, m in template.mapping.value_maps.items()}
    here = {header: field for header, field in columns.items() if header in sheet.headers}
    shown = [
        (field, text.text, text.rows, text.like)
        for field, texts in unknown(sheet, template.dataset, here).items()
        for text in texts
        if text.text.lower() not in map(str.lower, maps.get(field, {}))
    ]
    if shown:
        st.caption("These texts are no value of their field. Blank leaves them so, and their rows are invalid.")
        choices = sorted({choice for field, *_ in shown for choice in known.field(field).choices})
        edited = st.data_editor(
            pd.DataFrame(shown, columns=["Field", "Text in the file", "Rows", "Means"]),
            column_config={"Means": st.column_config.SelectboxColumn(options=["", *choices])},
            disabled=["Field", "Text in the file", "Rows"],
            hide_index=True,
            key="values",
        )
        for (field, text, *_), means in zip(shown, edited["Means"].fillna(""), strict=True):
            if means:
                maps.setdefault(field, {})[text] = means
    return maps


@st.cache_data(max_entries=20, show_spinner="Looking at the values ...", hash_funcs=ui.SAME_SHEET)
def unknown(sheet: Any, dataset: str, columns: dict[str, str]) -> dict[str, tuple[Any, ...]]:
    """The texts that are no choice of their field."""
    return choice_texts(sheet, catalog.contract(dataset), columns)


def try_it(wb: Workbench, sheet: Sheet, template: Template, tried: Batch | None) -> None:
    """Plans the first rows of the sample; nothing is written."""
    with step(5, done=tried is not None):
        st.caption(f"The sample's first {TRIAL} rows are read, mapped, checked and planned. Nothing is written.")
        window = st.text_input("Window", help="A date range or an academic year, where the file does not say it.")
        if st.button("Try it" if tried is None else "Try it again", icon=":material/science:"):
            rows = uploads.first_rows(sheet, catalog.contract(template.dataset), TRIAL)
            small = uploads.keep(wb.settings, f"{sheet.name}, first {TRIAL} rows.csv", BytesIO(rows))
            about = {"template": template.id, "window": window.strip() or None, "source": "page"}
            batch = wb.begin(ui.uploaded(wb, small.id), template.dataset, **about, trial=True, dry_run=True)
            uploads.begun(wb.settings, small.id, batch)
            jobs.defer(wb, "fill", batch)
            st.query_params["batch"] = str(batch.id)
            st.rerun()


def verify(wb: Workbench, tried: Batch) -> None:
    """What the trial's rows would do."""
    with step(6, done=bool(tried.plan)):
        ui.facts(tried)
        ui.busy(wb, tried)
        if tried.plan:
            found = wb.reconcile(tried)
            ui.figures(found, planned=True)
            ui.open_figures(wb, tried, found)
            ui.link("validate", "What is wrong with its rows", batch=tried.id)


def resume(wb: Workbench, source: dict[str, Any], tried: Batch) -> None:
    """Lets normal imports go on."""
    with step(7, done=not source["paused"]):
        if not source["paused"]:
            st.success("Normal imports go on, with the new columns.", icon=":material/check_circle:")
            ui.link("upload", "Start an import")
            return
        good = bool(tried.plan) and not tried.invalid and not tried.unmatched
        if not good:
            st.caption("Not every row of the trial would go in. Look at them first.")
        if st.button("Resume its imports", type="primary" if good else "secondary", icon=":material/play_arrow:"):
            wb.sources.resume(source["id"])
            st.rerun()


def begin_again() -> None:
    """Another source: nothing of the last one's procedure is meant."""
    for name in GONE:
        st.query_params.pop(name, None)


with ui.page(
    "Changed columns", "When a source's files come with other columns: pause, compare, correct, try, resume."
) as wb:
    known = {template.id: template for template in wb.templates.all()}
    linked = {source["dataset"]: source for source in wb.sources.all() if str(source["template_id"]) in known}
    if not linked:
        ui.empty("No source has a template yet.", "Say in the inventory which one it has.", "inventory", "Inventory")
        st.stop()
    name = st.selectbox(
        "Source",
        list(linked),
        None,
        placeholder="Which one has changed?",
        key="source",
        bind="query-params",
        on_change=begin_again,
    )
    if name:
        procedure(wb, linked[name], known[str(linked[name]["template_id"])])
    else:
        later(1)
