"""Home: what needs someone now, and how the last imports ended."""

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from workbench import Workbench
from workbench.doors.web import address, uploads, words
from workbench.doors.web.page import page
from workbench.doors.web.views.outcomes import COLOURS, SIGNS
from workbench.doors.web.views.plots import plot
from workbench.model.batch import OUTCOMES, Batch
from workbench.model.hold import Hold

MOST = 50  # so many are counted
SHOWN = 5  # so many are named


def needs_someone(waiting: dict[str, list[Batch]]) -> None:
    """The batches that wait for a person, each with a link to where it is dealt with."""
    kinds = (
        ("held", "To be decided", "Nothing of them is written before a person has decided.", "commit"),
        ("left off", "Begun and left", "Read or planned; nobody is at work on them.", "commit"),
        ("unexplained", "Rows to be explained", "Written, but for rows that nobody has said a word of.", "reconcile"),
        ("unsigned", "To be signed off", "Done; a lead's signature is still missing.", "reconcile"),
    )
    for column, (kind, title, about, target) in zip((*st.columns(2), *st.columns(2)), kinds, strict=True):
        with column, st.container(border=True, height="stretch"):
            number = len(waiting[kind])
            st.metric(title, f"{MOST} or more" if number == MOST else number)
            st.caption(about)
            for batch in waiting[kind][:SHOWN]:
                what = words.text(batch.file_name) + (", resolved" if batch.sweep_of else "")
                address.link(target, f"{what} · {words.here(batch.created_at)}", batch=batch.id)
                if why := waits_for(kind, batch):
                    st.caption(words.text(why))
            if number > SHOWN:
                address.link("history", "More in the history", icon=":material/history:")
            elif not number:
                st.caption("Nothing waits here.")


def files_waiting(wb: Workbench) -> None:
    """The files that somebody uploaded and nobody has imported, each with the way to it."""
    found = uploads.waiting(wb.settings)
    if not found:
        return
    st.markdown(f"**{words.many(len(found), 'file')}** uploaded and not imported yet")
    with st.container(horizontal=True):
        for upload in found[:SHOWN]:
            told = f"{words.text(upload.name)} · {words.here(upload.at)}"
            address.link("upload", told, icon=":material/draft:", upload=upload.id)
        if len(found) > SHOWN:
            address.link("upload", "All files that wait", icon=":material/inbox:")


def waits_for(kind: str, batch: Batch) -> str:
    """What exactly an import waits for, and by whom it was run."""
    by = f"run by {batch.initiated_by}"
    if kind == "held":
        holds = [hold.sentence for hold in Hold.all_of(batch.summary)]
        holds += [batch.wrong_rows] if batch.refused else []
        invalid = f"{words.many(batch.invalid)} invalid." if batch.invalid and not batch.refused else ""
        return " ".join(filter(None, [*holds[:2], invalid, f"({by})"]))
    if kind == "unexplained":
        out = {name: getattr(batch, name) for name in ("unmatched", "invalid") if getattr(batch, name)}
        return f"{', '.join(f'{number:,} {name}' for name, number in out.items())} ({by})"
    if kind == "unsigned":
        return f"{words.many(batch.processed or 0)}, {(batch.created or 0) + (batch.updated or 0):,} written ({by})"
    return f"{batch.state} ({by})"


def over_time(runs: pd.DataFrame) -> go.Figure:
    """The outcomes of the last imports, one bar an import, oldest first."""
    figure = go.Figure()
    said = runs["dataset"].str.rpartition(".")[2] + ", " + runs["at"].dt.strftime("%Y-%m-%d %H:%M")
    for name in OUTCOMES:
        figure.add_bar(
            x=list(range(len(runs))),
            y=runs[name].tolist(),
            name=f"{SIGNS[name]} {name}",
            marker_color=COLOURS[name],
            customdata=said,
            hovertemplate=f"%{{customdata}}: %{{y:,}} {name}<extra></extra>",
        )
    figure.update_layout(
        barmode="stack",
        height=280,
        margin={"l": 0, "r": 0, "t": 8, "b": 0},
        legend={"orientation": "h", "traceorder": "normal", "y": 1.02, "yanchor": "bottom"},
        yaxis={"title": "rows"},
        xaxis={"tickvals": list(range(len(runs))), "ticktext": ticks(runs["at"]), "fixedrange": True},
    )
    return figure


def ticks(at: pd.Series) -> list[str]:  # type: ignore[type-arg]
    """The day of each import where it is another than that of the one before, and the time of all that have room."""
    days = at.dt.strftime("%m-%d")
    times = at.dt.strftime("%H:%M") if len(at) <= 10 else pd.Series("", at.index)
    return (times + "<br>" + days.where(days != days.shift(), "")).tolist()


with page("Workbench", "Every source row has exactly one provable outcome.") as wb:
    if st.button("Start an import", type="primary", icon=":material/upload_file:"):
        address.go_to("upload")
    files_waiting(wb)
    if not wb.batches.all(limit=1):
        st.info("Nothing has been imported yet. A CSV file or a workbook will do.", icon=":material/inbox:")
    else:
        needs_someone(wb.batches.attention(limit=MOST))
        runs = wb.batches.outcomes(limit=30)
        if not runs.empty:
            st.subheader("The last imports", anchor=False)
            plot(over_time(runs), key="runs")
        address.link("history", "All imports", icon=":material/history:")
    address.link("google_sheets", "Manage Google Sheets & Import Data", icon=":material/table_view:")
