"""What the pages share: this session's Workbench, one look for outcomes, the stepper, refusals as sentences."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from workbench import Workbench, jobs
from workbench.batch import OUTCOMES, Batch
from workbench.errors import UnknownBatch, WorkbenchError
from workbench.reconciliation import Reconciliation

COLOURS = {
    "created": "#2e8b57",
    "updated": "#2f6fb0",
    "skipped": "#8a96a3",
    "unmatched": "#d98e04",
    "invalid": "#c0392b",
}
"""The one place for them; every outcome is also told by its word and its sign."""

SIGNS = {"created": "✚", "updated": "✎", "skipped": "→", "unmatched": "?", "invalid": "✕"}

MEANINGS = {
    "created": "Rows that make a new record.",
    "updated": "Rows that change a record which is already there.",
    "skipped": "Rows that change nothing: unchanged, a repeated key, protected, or explained by a person.",
    "unmatched": "Rows that refer to a record which is not there. Nothing is invented for them.",
    "invalid": "Rows with a value that cannot be right. They are never written.",
}

STEPS = (
    ("upload", "Upload", "queued"),
    ("map", "Map", "queued"),
    ("validate", "Validate", "staged"),
    ("commit", "Commit", "planned"),
    ("reconcile", "Reconcile", "completed"),
)
"""The pages of an import in their order: file, title, and the stage a batch has when it gets there."""


@contextmanager
def page(title: str, about: str = "") -> Iterator[Workbench]:
    """A page: its title, one sentence on what it is for, and the Workbench; a refusal is shown as its sentence."""
    st.title(title)
    if about:
        st.caption(about)
    try:
        with Workbench.open(user=person()) as wb:
            yield wb
    except WorkbenchError as refusal:
        st.error(str(refusal), icon=":material/block:")


def person() -> str | None:
    """Who works here, as the sidebar says; None for the user of the settings. (There is no sign-in yet.)"""
    return st.session_state.get("person") or None


def chosen(wb: Workbench, *, undo: bool = False) -> Batch:
    """The batch of this address (`?batch=...`); without one a list to choose from, and the page ends there."""
    wanted = st.query_params.get("batch")
    if wanted:
        try:
            return wb.batch(wanted)
        except UnknownBatch as refusal:
            st.warning(str(refusal), icon=":material/search_off:")
    known = [batch for batch in wb.batches(limit=50) if undo or batch.undo_of is None]
    if not known:
        empty("No import yet.", "Start with a file: every row of it will be accounted for.", "upload", "Start an import")
        st.stop()
    picked = st.selectbox(
        "Which import?", known, index=None, format_func=titled, placeholder="Choose an import", key="chosen batch"
    )
    if picked is None:
        st.stop()
    st.query_params["batch"] = str(picked.id)
    st.rerun()


def titled(batch: Batch) -> str:
    """One line that tells a batch from another."""
    return f"{batch.file_name} · {batch.dataset} · {when(batch.created_at)} · {batch.stage}"


def when(moment: datetime | None) -> str:
    """A time to the minute, in UTC."""
    return f"{moment:%Y-%m-%d %H:%M}" if moment else ""


def empty(what: str, then: str, target: str, label: str) -> None:
    """An empty state that says what to do."""
    with st.container(border=True):
        st.markdown(f"**{what}**  \n{then}")
        st.page_link(f"pages/{target}.py", label=label, icon=":material/arrow_forward:")


def link(target: str, label: str, icon: str = ":material/arrow_forward:", **parameters: object) -> None:
    """A link to another page with an address that can be sent to a colleague."""
    st.page_link(
        f"pages/{target}.py",
        label=label,
        icon=icon,
        query_params={name: str(value) for name, value in parameters.items() if value is not None},
    )


def go_to(target: str, **parameters: object) -> None:
    """Leaves for another page."""
    st.switch_page(f"pages/{target}.py", query_params={name: str(value) for name, value in parameters.items()})


def stepper(here: str, batch: Batch | None = None) -> None:
    """Where this import stands and what is next, across the pages of an import."""
    reached = _reached(batch)
    current = [step[0] for step in STEPS].index(here)
    with st.container(horizontal=True, horizontal_alignment="left", gap="small", key="stepper"):
        for number, (target, title, _) in enumerate(STEPS):
            sign = "●" if number == current else "✓" if number < reached else "○"
            label = f"{sign} {number + 1} {title}"
            if number == current:
                st.markdown(f"**{label}**", width="content")
            elif batch is not None and number <= reached and target != "upload":
                st.page_link(f"pages/{target}.py", label=label, query_params={"batch": str(batch.id)})
            elif target == "upload":
                st.page_link("pages/upload.py", label=label)
            else:
                st.markdown(f":gray[{label}]", width="content")


def _reached(batch: Batch | None) -> int:
    if batch is None:
        return 0
    return {"queued": 1, "staging": 2, "staged": 2, "planned": 3, "held": 3, "completed": 4, "failed": 1}[batch.stage]


def facts(batch: Batch) -> None:
    """The file, the dataset, who, when, and where the batch stands, in one line."""
    parts = [f"**{text(batch.file_name)}**", f"`{batch.dataset}`", batch.stage, f"by {text(batch.initiated_by)}"]
    parts.append(f"{when(batch.created_at)} UTC")
    if batch.window:
        parts.append(text(batch.window))
    st.markdown(" · ".join(parts), help=f"Batch {batch.id}, mode {batch.mode}")
    if batch.stage == "failed" and (why := batch.summary.get("error")):
        st.error(str(why), icon=":material/error:")


def text(value: object) -> str:
    """Text of a file or a person, as Markdown shows it and never obeys it."""
    return "".join(f"\\{character}" if character in "\\`*_{}[]()<>#+-.!|$~:&" else character for character in str(value))


def figures(found: Reconciliation, *, planned: bool = False) -> None:
    """The six figures, each with its word, sign and meaning, and whether they add up."""
    with st.container(horizontal=True, gap="small"):
        st.metric("Processed", f"{found.processed:,}", border=True, width=130, help="Source rows, each counted once.")
        for name in OUTCOMES:
            st.metric(
                f"{SIGNS[name]} {name.capitalize()}",
                f"{getattr(found, name):,}",
                border=True,
                width=130,
                help=MEANINGS[name],
            )
    terms = " + ".join(f"{getattr(found, name):,}" for name in OUTCOMES)
    proof = "what the plan means to do" if planned else "proven by the database"
    if found.balanced:
        st.caption(f"{found.processed:,} = {terms}: adds up, {proof}.")
    else:
        st.error(f"{found.processed:,} is not {terms}.")


def outcome_bar(counts: Mapping[str, int]) -> go.Figure:
    """The outcomes of one batch as one bar, as long as the rows processed."""
    figure = go.Figure()
    for name in OUTCOMES:
        if counts.get(name):
            figure.add_bar(
                y=[""],
                x=[counts[name]],
                name=f"{SIGNS[name]} {name}",
                orientation="h",
                marker_color=COLOURS[name],
                text=[f"{counts[name]:,}"],
                hovertemplate=f"{name}: %{{x:,}}<extra></extra>",
            )
    figure.update_layout(
        barmode="stack",
        height=130,
        margin={"l": 0, "r": 0, "t": 8, "b": 0},
        legend={"orientation": "h", "traceorder": "normal"},
        xaxis={"title": None, "showgrid": False, "rangemode": "tozero"},
        yaxis={"visible": False},
    )
    return figure


def plot(figure: go.Figure, key: str) -> None:
    """A Plotly figure without the toolbar that nobody asked for."""
    st.plotly_chart(figure, key=key, config={"displayModeBar": False, "displaylogo": False})


def rows_table(rows: Sequence[Mapping[str, Any]], *, key: str) -> None:
    """Rows of a batch: line, key, outcome with its sign, why, what is wrong, what changes."""
    shown = pd.DataFrame(
        {
            "Line": [row["line"] for row in rows],
            "Key": [row["key"] or "" for row in rows],
            "Outcome": [_outcome(row) for row in rows],
            "What is wrong": [told(row["issues"]) for row in rows],
            "Changes": [changed(row["changes"]) for row in rows],
        }
    )
    st.dataframe(shown, hide_index=True, key=key, height="content" if len(shown) < 12 else 430)


def _outcome(row: Mapping[str, Any]) -> str:
    outcome = row["outcome"] or row["status"]
    reason = f" ({row['reason']})" if row["reason"] else ""
    return f"{SIGNS.get(outcome, '·')} {outcome}{reason}"


def told(issues: Sequence[Mapping[str, str]]) -> str:
    """Issues in words."""
    return "; ".join(f"{issue['field']}: {issue['message']}" if issue["field"] else issue["message"] for issue in issues)


def changed(changes: Mapping[str, Sequence[object]]) -> str:
    """Changes in words: old → new."""
    return "; ".join(f"{name}: {_blank(old)} → {_blank(new)}" for name, (old, new) in changes.items())


def _blank(value: object) -> str:
    return "(blank)" if value in (None, "") else str(value)


def page_of_rows(fetch: Any, *, key: str, size: int = 50) -> list[dict[str, Any]]:
    """One page of rows with buttons for the next and the first; `fetch(after, limit)` asks the database for no more.

    The place is kept in the session under `key`; changing the key (a filter) begins again at the first page.
    """
    starts: list[int] = st.session_state.setdefault(f"starts {key}", [0])
    rows: list[dict[str, Any]] = fetch(starts[-1], size + 1)
    more, rows = len(rows) > size, rows[:size]
    if len(starts) > 1 or more:
        with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
            span = f"lines {rows[0]['line']:,} to {rows[-1]['line']:,}" if rows else "no more rows"
            st.caption(f"Page {len(starts)}: {span}", width="content")
            if st.button("Back", disabled=len(starts) == 1, key=f"back {key}", icon=":material/chevron_left:"):
                starts.pop()
                st.rerun()
            if st.button("Next", disabled=not more, key=f"next {key}", icon=":material/chevron_right:"):
                starts.append(rows[-1]["line"])
                st.rerun()
    return rows


@st.fragment(run_every=1.0)
def watch(batch: Batch) -> None:
    """The progress of a batch that a worker has in hand; the page runs again when that is over."""
    with Workbench.open(user=person()) as wb:
        state = jobs.state(wb, batch.id)
        if state is None:
            st.rerun()
        found, progress = wb.batch(batch.id), wb.progress(batch.id)
        step = (progress or {}).get("step", "waiting for a worker")
        done, of = (progress or {}).get("rows", 0), (progress or {}).get("of")
        label = f"{str(step).capitalize()}: {done:,} rows" if done else f"{str(step).capitalize()} ..."
        st.progress(min(done / of, 1.0) if of else 0.0, text=label)
        st.caption(f"{found.stage}. You may leave this page, or watch it from another one; the work goes on.")
        if st.button("Cancel", key=f"cancel {batch.id}", icon=":material/stop_circle:"):
            jobs.cancel(wb, batch.id)
            st.rerun()


def busy(wb: Workbench, batch: Batch) -> None:
    """Shows the progress and ends the page while a worker has the batch in hand."""
    if jobs.state(wb, batch.id) is not None:
        watch(batch)
        st.stop()
