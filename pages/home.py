"""Home: what needs someone now, and how the last imports ended."""

from collections import Counter
from functools import partial

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from workbench import Workbench
from workbench.doors.web import address, marks, uploads, waiting, words
from workbench.doors.web.page import page
from workbench.doors.web.views import waiting as views
from workbench.doors.web.views.outcomes import COLOURS, SIGNS
from workbench.doors.web.views.plots import by_outcome, plot
from workbench.model.batch import OUTCOMES

SHOWN = 5
"""So many files are named."""


def needs_someone(wb: Workbench) -> tuple[list[waiting.Waits], dict[str, int]]:
    """The imports and schedules that wait for a person, and how many of each kind."""
    found = wb.batches.attention(limit=waiting.MOST)
    failed = list(waiting.schedules(wb))
    every = [batch.id for batches in found.values() for batch in batches]
    unsaid = wb.batches.unsaid(found["unexplained"])
    waits = [
        *waiting.imports(found, wb.batches.stories(every), unsaid, wb.settings.user, partial(marks.mark, wb)),
        *failed,
    ]
    return waits, {kind: len(batches) for kind, batches in found.items()} | {"schedule": len(failed)}


def everything(wb: Workbench, waits: list[waiting.Waits], numbers: dict[str, int]) -> None:
    """All that waits, also matches and checks, which take a while to be counted; or what is of one kind."""
    with st.spinner("Counting matches and checks ..."):
        of_records = waiting.of_records(wb)
    views.counted(numbers | Counter(each.kind for each in of_records), waiting.MOST)
    if waits or of_records:
        views.every(asked_for([*waits, *of_records]))
    else:
        st.success("No import and no schedule waits for anybody.", icon=":material/check_circle:")


def asked_for(waits: list[waiting.Waits]) -> list[waiting.Waits]:
    """What is of the kind that is to be seen alone."""
    only = views.alone()
    return [each for each in waits if only in (None, each.kind)]


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


def over_time(runs: pd.DataFrame) -> go.Figure:
    """The outcomes of the last imports, one bar an import, oldest first."""
    figure = go.Figure()
    runs = runs.assign(at=pd.to_datetime(runs["at"], utc=True).dt.tz_convert(words.zone()))
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
        xaxis={"tickvals": list(range(len(runs))), "ticktext": ticks(runs["at"]), "tickangle": 0, "fixedrange": True},
    )
    return figure


def ticks(at: pd.Series) -> list[str]:
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
        st.header("What waits", anchor=False)
        waits, numbers = needs_someone(wb)
        place = st.empty()
        with place.container():  # until the others are counted
            views.some(asked_for(waits))
        runs = wb.batches.outcomes(limit=30)
        if not runs.empty:
            st.header("The last imports", anchor=False)
            sums = {name: int(runs[name].sum()) for name in OUTCOMES}
            told = f"Chart: the rows of the last {words.many(len(runs), 'import')}, one bar each: {by_outcome(sums)}."
            plot(over_time(runs), key="runs", told=told)
        address.link("history", "All imports", icon=":material/history:")
        with place.container():
            everything(wb, waits, numbers)
    address.link("google_sheets", "Manage Google Sheets & Import Data", icon=":material/table_view:")
