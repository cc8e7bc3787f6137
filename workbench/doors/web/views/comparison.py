"""A profile beside the last import's, as small charts: rows, fill, distinct values, new and gone values."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from workbench.doors.web import words
from workbench.doors.web.views import whole_table
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
        told = f"Chart: rows: {found['rows']:,} now, {before['rows']:,} before."
        plot(_rows(found["rows"], before["rows"]), key="rows beside", told=told)
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
    parts = [tuple(each[place] / (most or max(each[1], each[2], 1)) for place in (1, 2)) for each in shown]
    texts = [(said(each[1]), said(each[2])) for each in shown]
    labels = [each[0] for each in shown]
    plot(_pairs(labels, parts, texts), key=f"{title} beside", told=f"Chart: {title.lower()}: {_told(labels, texts)}")


def _told(labels: Sequence[str], texts: Sequence[Sequence[str]], *, alone: bool = False) -> str:
    """What pairs of bars say: "email 98% now, 100% before"."""
    each = (
        f"{label} {now}" if alone else f"{label} {now} now, {then} before"
        for label, (now, then) in zip(labels, texts, strict=True)
    )
    return f"{'; '.join(each)}."


def distribution(column: Mapping[str, Any], before: Mapping[str, Any] | None) -> tuple[go.Figure, str]:
    """The share of the rows that the most frequent values have, drawn and in words; beside those that they had before,
    if that is known."""
    now, then = column["values"], (before or {}).get("values")
    shares = {text: (rows / max(column["filled"], 1), 0.0) for text, rows in now.items()}
    if before is not None and then is not None:
        for text in {**now, **then}:
            shares[text] = (now.get(text, 0) / max(column["filled"], 1), then.get(text, 0) / max(before["filled"], 1))
    shown = sorted(shares, key=lambda text: (-max(shares[text]), text))[:_COLUMNS]
    texts = [(f"{shares[text][0]:.0%}", f"{shares[text][1]:.0%}") for text in shown]
    told = f"Chart: the share of the most frequent values: {_told(shown, texts, alone=then is None)}"
    return _pairs(shown, [shares[text] for text in shown], texts, alone=then is None), told


def _pairs(
    labels: Sequence[str],
    parts: Sequence[Sequence[float]],
    texts: Sequence[Sequence[str]],
    *,
    alone: bool = False,
) -> go.Figure:
    """Bars of parts of a whole, this file's and the last import's below each other; or only this file's."""
    figure = go.Figure()
    names = [f"{place} {label}" for place, label in enumerate(labels)]
    for name, colour, which in ((THIS, NOW, 0), (LAST, BEFORE, 1))[: 1 if alone else 2]:
        bar: dict[str, Any] = {"orientation": "h", "textposition": "outside", "textangle": 0, "hoverinfo": "skip"}
        x, text = [each[which] for each in parts], [each[which] for each in texts]
        figure.add_bar(y=names, x=x, text=text, name=name, marker_color=colour, **bar)
    ticks = {"tickvals": names, "ticktext": [_label(label) for label in labels], "autorange": "reversed"}
    _plain(figure, (1 if alone else 2) * len(labels), legend=not alone)
    return figure.update_layout(yaxis=ticks, xaxis={"range": [0, 1.25]}, barmode="group")


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
                each = ", ".join(f"{text} in {words.many(rows)}" for text, rows in _most(some))
                plot(_counted(some, colour), key=f"{told} values", told=f"Chart: values that are {told}: {each}.")
                if len(some) > _VALUES:
                    st.caption(f"The {_VALUES} most frequent of them.")
                    box = st.expander("All of them", on_change="rerun", key=f"all {told}")
                    if box.open:
                        with box:
                            columns = {"Value": list(some), "Rows": list(some.values())}
                            whole_table.table(columns, key=f"{told} values", part=f"{told}-")


def _counted(some: Mapping[str, int], colour: str) -> go.Figure:
    shown = _most(some)
    figure = go.Figure()
    texts = [f"{rows:,}" for _, rows in shown]
    names = [f"{place} {text}" for place, (text, _) in enumerate(shown)]
    bar: dict[str, Any] = {"orientation": "h", "textposition": "auto", "hoverinfo": "skip"}
    figure.add_bar(y=names, x=[rows for _, rows in shown], text=texts, marker_color=colour, **bar)
    ticks = {"tickvals": names, "ticktext": [_label(text) for text, _ in shown], "autorange": "reversed"}
    return _plain(figure, len(shown), legend=False).update_layout(yaxis=ticks)


def _most(some: Mapping[str, int]) -> list[tuple[str, int]]:
    """The most frequent values with their rows."""
    return sorted(some.items(), key=lambda each: (-each[1], each[0]))[:_VALUES]


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
