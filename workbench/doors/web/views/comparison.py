"""A profile beside the last import's, as small charts: rows, fill, distinct values, new and gone values."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from workbench.doors.web import words
from workbench.doors.web.views.plots import plot

NOW, BEFORE = "#2f6fb0", "#6b7785"
THIS, LAST = "This file", "Last import"
_COLUMNS = 8
"""So many columns are drawn, those that differ most."""
_VALUES = 10
_LONGEST = 22  # characters of a label: half of a chart on a telephone

Pair = tuple[Mapping[str, Any], Mapping[str, Any]]


def charts(found: Mapping[str, Any], before: Mapping[str, Any], pairs: Sequence[Pair]) -> None:
    """Rows, fill and distinct values of both, side by side; `pairs` are the columns that both have, now and before."""
    rows, fill, distinct = st.columns(3, gap="medium")
    with rows:
        st.markdown("**Rows**")
        plot(_rows(found["rows"], before["rows"]), key="rows beside")
    with fill:
        _by_column("Filled", pairs, lambda column: column["fill"], "{:.0%}".format, most=1.0)
    with distinct:
        known = [pair for pair in pairs if all(each["distinct_exact"] for each in pair)]
        _by_column("Distinct values", known, lambda column: column["distinct"], "{:,}".format, most=None)


def _rows(now: int, before: int) -> go.Figure:
    figure = go.Figure()
    bar: dict[str, Any] = {"orientation": "h", "textposition": "auto", "cliponaxis": False, "hoverinfo": "skip"}
    figure.add_bar(y=[LAST, THIS], x=[before, now], text=[f"{before:,}", f"{now:,}"], marker_color=[BEFORE, NOW], **bar)
    return _plain(figure, 2, legend=False)


def _by_column(title: str, pairs: Sequence[Pair], figure_of: Any, said: Any, *, most: float | None) -> None:
    """A figure of each column, now and before: those that differ most. Without `most`, which is the whole, each pair is
    drawn as long as the larger of the two."""
    sized = [(column["name"], figure_of(column), figure_of(then)) for column, then in pairs]
    sized.sort(key=lambda each: -abs(each[1] - each[2]) / (most or max(each[1], each[2], 1)))
    shown = sized[:_COLUMNS]
    st.markdown(f"**{title}**" + (f": the {_COLUMNS} columns that differ most" if len(sized) > _COLUMNS else ""))
    if not shown:
        st.caption("No column can be compared.")
        return
    figure = go.Figure()
    names = [f"{place} {name}" for place, (name, _, _) in enumerate(shown)]
    for name, colour, place in ((LAST, BEFORE, 2), (THIS, NOW, 1)):
        figure.add_bar(
            y=names,
            x=[each[place] / (most or max(each[1], each[2], 1)) for each in shown],
            text=[said(each[place]) for each in shown],
            name=name,
            marker_color=colour,
            orientation="h",
            textposition="auto",
            hoverinfo="skip",
        )
    _plain(figure, 2 * len(shown), legend=True)
    ticks = {"tickvals": names, "ticktext": [_label(each[0]) for each in shown], "autorange": "reversed"}
    figure.update_layout(yaxis=ticks, xaxis={"range": [0, 1]}, barmode="group", legend={"traceorder": "reversed"})
    plot(figure, key=f"{title} beside")


def values(found: tuple[Mapping[str, int], Mapping[str, int]] | None) -> None:
    """The values of a column that are new and those that are gone, each with its rows, side by side."""
    if found is None:
        st.caption("Which values are new and which are gone is told of columns of few values.")
        return
    for place, told, some, colour in zip(
        st.columns(2, gap="large"), ("new", "gone"), found, (NOW, BEFORE), strict=True
    ):
        with place:
            st.markdown(f"**{words.many(len(some), 'value')} {'is' if len(some) == 1 else 'are'} {told}**")
            if some:
                plot(_counted(some, colour), key=f"{told} values")
                if len(some) > _VALUES:
                    st.caption(f"The {_VALUES} most frequent of them.")


def _counted(some: Mapping[str, int], colour: str) -> go.Figure:
    shown = sorted(some.items(), key=lambda each: (-each[1], each[0]))[:_VALUES]
    figure = go.Figure()
    texts = [f"{rows:,}" for _, rows in shown]
    names = [f"{place} {text}" for place, (text, _) in enumerate(shown)]
    bar: dict[str, Any] = {"orientation": "h", "textposition": "auto", "hoverinfo": "skip"}
    figure.add_bar(y=names, x=[rows for _, rows in shown], text=texts, marker_color=colour, **bar)
    ticks = {"tickvals": names, "ticktext": [_label(text) for text, _ in shown], "autorange": "reversed"}
    return _plain(figure, len(shown), legend=False).update_layout(yaxis=ticks)


def _plain(figure: go.Figure, bars: int, *, legend: bool) -> go.Figure:
    return figure.update_layout(
        height=36 + 20 * bars + (30 if legend else 0),
        bargap=0.25,
        margin={"l": 0, "r": 8, "t": 0, "b": 0},
        showlegend=legend,
        legend={"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0},
        xaxis={"visible": False, "rangemode": "tozero"},
        yaxis={"type": "category", "automargin": True},
    )


def _label(text: str) -> str:
    """A text on an axis: Plotly would take some of its signs for markup."""
    cut = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return cut.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
