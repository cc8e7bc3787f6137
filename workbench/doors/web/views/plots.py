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


def outcome_bar(counts: Mapping[str, int]) -> None:
    """The outcomes of one batch as one bar, as long as the rows processed."""
    there = {name: counts[name] for name in OUTCOMES if counts.get(name)}
    whole = sum(there.values())
    parts, legend = "", ""
    for name, rows in there.items():
        number = f"{rows:,}" if rows >= _NARROW * whole else ""
        parts += _PART.format(rows=rows, colour=COLOURS[name], name=name, number=number)
        legend += _LEGEND.format(rows=rows, colour=COLOURS[name], sign=SIGNS[name], name=name)
    _drawn(
        f"Chart: the rows by outcome: {by_outcome(counts)}.",
        f'<div style="display:flex;height:2.6rem">{parts}</div><div style="display:flex;flex-wrap:wrap">{legend}</div>',
    )


def identity(found: Reconciliation) -> None:
    """The outcomes standing on each other until they are as high as the rows processed."""
    whole, below, columns = max(found.processed or 0, 1), 0, ""
    for name in OUTCOMES:
        rows = getattr(found, name) or 0
        columns += _column(100 * below / whole, 100 * rows / whole, COLOURS[name], rows, f"{SIGNS[name]}<br>{name}")
        below += rows
    columns += _column(0, 100 * (found.processed or 0) / whole, _TOTAL, found.processed or 0, "=<br>processed")
    told = f"Chart: {by_outcome(found.to_dict())} add up to {found.processed or 0:,} processed."
    _drawn(told, f'<div style="display:flex;height:17rem">{columns}</div>')


_TOTAL = "#5b6770"
_NARROW = 0.1
"""The number of a smaller part of a bar would be cut: it stands below."""
_PART = (
    '<div title="{name}: {rows:,}" style="flex:{rows} 1 0;min-width:2px;overflow:hidden;background:{colour};color:#fff;'
    'display:flex;align-items:center;justify-content:center">{number}</div>'
)
_LEGEND = (
    '<span style="margin:0.3rem 1rem 0 0"><span style="color:{colour}">&#9632;</span> {sign} {name} {rows:,}</span>'
)


def _column(below: float, height: float, colour: str, rows: int, told: str) -> str:
    """A column that begins and ends at some hundredths of the whole height, with its number on it."""
    return (
        '<div style="flex:1 1 0;min-width:0;display:flex;flex-direction:column;text-align:center">'
        '<div style="flex:1;position:relative;margin-top:1.6rem">'
        f'<div style="position:absolute;inset:auto 8% {below:.3f}% 8%;height:{height:.3f}%;background:{colour}"></div>'
        f'<div style="position:absolute;inset:auto 0 {below + height:.3f}% 0">{rows:,}</div></div>'
        f'<div style="line-height:1.3;padding-top:0.3rem">{told}</div></div>'
    )


def _drawn(told: str, picture: str) -> None:
    """A picture that the browser draws at once: the library of the others takes a second to come for a few bars."""
    st.html(f'<div role="img" aria-label="{told}" style="font-size:0.8rem">{picture}</div>')
