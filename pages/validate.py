"""Validate: what is wrong with a batch's rows, put right here or in a file that comes back."""

from functools import partial
from io import BytesIO
from shutil import copyfileobj
from tempfile import NamedTemporaryFile
from typing import Any, Literal

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from workbench import Workbench, open_sheet
from workbench.doors import jobs
from workbench.doors.web import ui
from workbench.model.batch import Batch

OPEN = ("staged", "planned", "held")  # while cells may still be corrected
WHOLE_ROW = "(the whole row)"


def counts_by_issue(counts: list[dict[str, Any]]) -> None:
    """Each issue with the rows that have it, as a picture and as a table, the most frequent first."""
    chart, table = st.columns(2)
    figure = go.Figure()
    for severity, colour in (("error", ui.COLOURS["invalid"]), ("warning", ui.COLOURS["unmatched"])):
        some = [count for count in counts[:15] if count["severity"] == severity]
        figure.add_bar(
            y=[f"{count['field'] or WHOLE_ROW}: {count['code']}" for count in some],
            x=[count["rows"] for count in some],
            text=[f"{count['rows']:,}" for count in some],
            name=severity,
            orientation="h",
            marker_color=colour,
        )
    figure.update_layout(
        height=70 + 34 * min(len(counts), 15),
        bargap=0.4,
        margin={"l": 0, "r": 0, "t": 8, "b": 0},
        showlegend=True,
        legend={"orientation": "h", "y": -0.15},
        yaxis={"autorange": "reversed", "automargin": True},
        xaxis={"title": None, "visible": False},
    )
    with chart:
        ui.plot(figure, key="counts")
    with table:
        words = {"field": "Field", "message": "What is wrong", "severity": "Severity", "rows": "Rows"}
        told = pd.DataFrame(counts).rename(columns=words)[[*words.values()]]
        localized = {"Rows": st.column_config.NumberColumn(format="localized")}
        height: Any = "content" if len(counts) < 10 else 380
        st.dataframe(told, hide_index=True, height=height, column_config=localized)


def filters(counts: list[dict[str, Any]], *, locked: bool) -> dict[str, str | None]:
    """The field and the code whose rows are shown; both stand in the address."""
    fields = sorted({count["field"] or WHOLE_ROW for count in counts})
    at, by = st.columns(2)
    field = at.selectbox(
        "Field",
        fields,
        index=None,
        placeholder="Any field",
        key="field",
        bind="query-params",
        disabled=locked,
    )
    codes = sorted({count["code"] for count in counts if field in (None, count["field"] or WHOLE_ROW)})
    code = by.selectbox(
        "Issue", codes, index=None, placeholder="Any issue", key="code", bind="query-params", disabled=locked
    )
    return {"field": "" if field == WHOLE_ROW else field, "code": code}


def rows_with_issues(wb: Workbench, batch: Batch, counts: list[dict[str, Any]]) -> None:
    """A page of the rows with issues, their source cells open for correction."""
    key = f"cells {batch.id} {st.session_state.setdefault('cells', 0)}"
    edits = st.session_state.get(key, {}).get("edited_rows", {})
    chosen = filters(counts, locked=bool(edits))
    rows = ui.page_of_rows(
        lambda after, limit: wb.rows.page(batch, **chosen, wrong=True, after=after, limit=limit),
        key=f"issues {batch.id} {chosen['field']} {chosen['code']}",
        locked=bool(edits),
    )
    frame, config = ui.cells(batch, rows)
    if batch.stage not in OPEN:
        st.dataframe(frame, hide_index=True, column_config=config, key=f"{key} closed")
        return
    st.data_editor(frame, hide_index=True, column_config=config, key=key, disabled=["line", "told"])
    number = sum(map(len, edits.values()))
    with st.container(horizontal=True, vertical_alignment="center"):
        label = f"Correct {ui.many(number, 'cell')} and check again" if number else "Correct cells"
        if st.button(label, type="primary", disabled=not number, icon=":material/check:"):
            wb.correct(batch, corrections(batch, rows, edits))
            again(wb, batch)
        if number and st.button("Discard", icon=":material/undo:"):
            st.session_state["cells"] += 1
            st.rerun()
        st.caption("Click into a cell to correct it. The source file stays as it is; the correction is kept beside it.")


def corrections(
    batch: Batch, rows: list[dict[str, Any]], edits: dict[int, dict[str, str | None]]
) -> dict[int, dict[str, str]]:
    """What the editor says was changed, by line and header."""
    return {
        rows[place]["line"]: {batch.headers[int(column)]: text or "" for column, text in changed.items()}
        for place, changed in edits.items()
    }


def again(wb: Workbench, batch: Batch) -> None:
    """Has the corrected batch planned again, and begins the list of its rows anew."""
    jobs.defer(wb, "plan", batch)
    st.session_state["cells"] = st.session_state.get("cells", 0) + 1
    st.rerun()


def file_of_rows(batch: Batch, outcome: str, file_format: Literal["csv", "xlsx"], user: str | None) -> bytes:
    """The rows of one outcome as a file, made when somebody asks for it."""
    with Workbench.open(user=user) as wb:
        file = BytesIO()
        wb.rows.write(batch, file, file_format, outcome=outcome)
        return file.getvalue()


def corrected_in_a_file(wb: Workbench, batch: Batch) -> None:
    """The rejected rows to take away, and to bring back corrected into this same batch."""
    st.subheader("Correct them in a file", help="For many rows, or for the people who own the source.")
    away, back = st.columns(2)
    with away, st.container(border=True, height="stretch"):
        st.markdown("**1 Download the rejected rows**")
        rejected = {name: getattr(batch, name) for name in ("invalid", "unmatched") if getattr(batch, name)}
        if not rejected:
            st.caption("The plan says which." if batch.stage == "staged" else "No row is rejected.")
        for outcome, number in rejected.items():
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"{ui.SIGNS[outcome]} {outcome} **{number:,}**", width=120)
                for file_format in ("csv", "xlsx"):
                    st.download_button(
                        file_format.upper(),
                        partial(file_of_rows, batch, outcome, file_format, ui.person()),
                        f"{outcome}-{str(batch.id)[:8]}.{file_format}",
                        key=f"{outcome} {file_format}",
                        on_click="ignore",
                        icon=":material/download:",
                    )
    with back, st.container(border=True, height="stretch"):
        st.markdown("**2 Upload the corrected file**")
        if batch.stage not in OPEN:
            st.caption(f"This import is {batch.stage}; its rows can no longer be corrected.")
            return
        file = st.file_uploader(
            "The downloaded file, corrected",
            type=["csv", "xlsx"],
            key=f"corrected {st.session_state.get('cells', 0)}",
            help="Keep its column `line`: it says which row of this import each one is. Rows may be left out.",
        )
        if file is not None and st.button("Correct and check again", type="primary", icon=":material/check:"):
            with NamedTemporaryFile() as copy:
                copyfileobj(file, copy)
                copy.flush()
                wb.correct_from(batch, open_sheet(copy.name, name=file.name))
            again(wb, batch)


def data_docs(wb: Workbench, batch: Batch) -> None:
    """What each expectation found, as Great Expectations shows it."""
    page = wb.batches.data_docs(batch)
    if page is None or not page.exists():
        return
    docs = st.expander(
        "Data docs: what every expectation found", icon=":material/fact_check:", on_change="rerun", key="docs"
    )
    if docs.open:
        with docs:
            st.link_button("Open in a tab of its own", f"/docs/{batch.id}/", icon=":material/open_in_new:")
            st.iframe(page, height=620, alt="Data docs of this batch")


def next_step(wb: Workbench, batch: Batch) -> None:
    """What comes after this page."""
    if batch.stage == "staged":
        st.caption("The plan compares every row with the records that are there. It writes none of them.")
        if st.button("Make the plan", type="primary", icon=":material/arrow_forward:"):
            jobs.defer(wb, "plan", batch)
            ui.go_to("commit", batch=batch.id)
    elif batch.stage in OPEN:
        kind = "secondary" if batch.invalid else "primary"
        if st.button("Look at the plan", type=kind, icon=":material/arrow_forward:"):
            ui.go_to("commit", batch=batch.id)
    else:
        ui.link("reconcile", "Reconcile it", batch=batch.id)


with ui.page("Validate", "What is wrong with the rows, and where to put it right.") as wb:
    batch = ui.chosen(wb)
    ui.stepper("validate", batch)
    ui.facts(batch)
    ui.busy(wb, batch)
    counts = wb.rows.issue_counts(batch)
    next_step(wb, batch)
    if counts:
        st.subheader("What is wrong")
        counts_by_issue(counts)
        st.subheader("The rows")
        rows_with_issues(wb, batch, counts)
        corrected_in_a_file(wb, batch)
    else:
        st.success("Nothing is wrong with any row.", icon=":material/check_circle:")
    data_docs(wb, batch)
