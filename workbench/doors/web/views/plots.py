"""The pictures of an import's figures."""

from collections.abc import Mapping
from html import escape

import plotly.graph_objects as go
import streamlit as st

from workbench.doors.web.views.outcomes import COLOURS, SIGNS
from workbench.model.batch import OUTCOMES
from workbench.model.reconciliation import Reconciliation


def plot(figure: go.Figure, key: str, told: str) -> None:
    """A Plotly figure without the toolbar that nobody asked for, `told` to those who do not see it."""
    with st.container(gap=None):
        st.html(f'<p class="unseen">{escape(told)}</p>')
        st.plotly_chart(figure, key=key, config={"displayModeBar": False, "displaylogo": False})


def by_outcome(counts: Mapping[str, int]) -> str:
    """The rows of each outcome that has any, in words: "9 created, 2 invalid"."""
    return ", ".join(f"{counts[name]:,} {name}" for name in OUTCOMES if counts.get(name)) or "none"


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
                insidetextanchor="middle",
                insidetextfont={"color": "#ffffff"},
                hovertemplate=f"{name}: %{{x:,}}<extra></extra>",
            )
    figure.update_layout(
        barmode="stack",
        height=110,
        margin={"l": 0, "r": 0, "t": 8, "b": 0},
        showlegend=True,
        legend={"orientation": "h", "traceorder": "normal"},
        xaxis={"visible": False, "range": [0, sum(counts.get(name, 0) for name in OUTCOMES)]},
        yaxis={"visible": False},
    )
    return figure


def identity(found: Reconciliation) -> go.Figure:
    """The outcomes standing on each other until they are as high as the rows processed."""
    figure, below = go.Figure(), 0
    for name in OUTCOMES:
        rows = getattr(found, name)
        bar = {"base": [below], "marker_color": COLOURS[name], "text": [f"{rows:,}"], "textposition": "outside"}
        figure.add_bar(x=[f"{SIGNS[name]}<br>{name}"], y=[rows], hoverinfo="x+text", **bar)
        below += rows
    total = {"marker_color": "#5b6770", "text": [f"{found.processed:,}"], "textposition": "outside"}
    figure.add_bar(x=["=<br>processed"], y=[found.processed], hoverinfo="x+text", **total)
    figure.update_layout(
        height=280,
        showlegend=False,
        margin={"l": 0, "r": 0, "t": 24, "b": 0},
        yaxis={"visible": False, "range": [0, max(found.processed, 1) * 1.12]},
        xaxis={"type": "category", "tickangle": 0},
    )
    return figure
