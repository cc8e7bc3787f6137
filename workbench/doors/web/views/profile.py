"""A profile: a sheet's figures, its columns in a table, and one of them closely, each beside the last import's."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from workbench.doors.web import words
from workbench.doors.web.views import whole_table
from workbench.doors.web.views.comparison import BEFORE, LAST, NOW, THIS, distribution
from workbench.doors.web.views.plots import plot
from workbench.doors.web.views.whole_table import Look
from workbench.model.kinds import KINDS
from workbench.prepare.outliers import MOST, Outliers

_LONGEST = 200
TITLES = {"percent": "percent", "secret": "secret"}
"""What types are called here that their kinds call otherwise, or that are no kinds."""


def at_a_glance(found: Mapping[str, Any], before: Mapping[str, Any] | None) -> None:
    """The figures of the sheet, each beside the last import's."""
    figures = {
        "Rows": (found["rows"], before and before["rows"]),
        "Columns": (len(found["columns"]), before and len(before["columns"])),
        "Blank rows": (found["blank_rows"], before and before["blank_rows"]),
    }
    with st.container(horizontal=True, gap="small"):
        for name, (now, then) in figures.items():
            delta = now - then if then is not None else None
            st.metric(name, f"{now:,}", f"{delta:+,}" if delta else None, border=True, width=150, delta_color="off")


def since(beside: str, changes: Sequence[Mapping[str, Any]]) -> None:
    """The differences from the last import, in words; `beside` says which import that is."""
    st.header("Since the last import", anchor=False)
    st.caption(beside)
    if not changes:
        st.success(
            "Nothing that matters has changed: columns, types, fill and ranges are the same.", icon=":material/check:"
        )
        return
    titles = {"column": "Column", "what": "What", "before": "Last import", "now": "This file"}
    shown = pd.DataFrame(changes).rename(columns=titles)
    shown["Column"] = shown["Column"].replace("", "(the whole file)")
    st.dataframe(shown, hide_index=True, height="content" if len(shown) < 10 else 380)


def every_column(columns: Sequence[Mapping[str, Any]]) -> None:
    """One line a column."""
    frame = pd.DataFrame(
        {
            "Column": [column["name"] for column in columns],
            "Type": [_kind(column) for column in columns],
            "Filled": [column["fill"] for column in columns],
            "Distinct": [column["distinct"] for column in columns],
            **_at_least(columns),
            "Outliers": [len(column["outliers"]) for column in columns],
            "Alike": [len(column.get("groups", [])) for column in columns],
            "Top values": [_most_frequent(column) for column in columns],
            "Patterns": [" · ".join(pattern["text"] for pattern in column["patterns"]) for column in columns],
            "Range": [f"{column['minimum']} … {column['maximum']}" if column["filled"] else "" for column in columns],
        }
    )
    st.dataframe(
        frame,
        hide_index=True,
        height="content" if len(frame) < 15 else 560,
        column_config={
            "Column": st.column_config.TextColumn(pinned=True),
            "Type": st.column_config.TextColumn(width=190),
            "Filled": st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1, width=90),
            "Distinct": st.column_config.NumberColumn(format="localized", width=80),
            "±": st.column_config.TextColumn(help="≥: at least so many; they are too many to be counted.", width=40),
            "Patterns": st.column_config.TextColumn(help="A and a for letters, 9 for digits."),
            "Outliers": st.column_config.NumberColumn(
                help="Values unlike the others, at most a few of each sort: look closely at a column to see all."
            ),
            "Alike": st.column_config.NumberColumn(help="Groups of values that are probably the same."),
        },
    )


def _at_least(columns: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Where different values are too many to be counted, a column that says so."""
    if all(column["distinct_exact"] for column in columns):
        return {}
    return {"±": ["" if column["distinct_exact"] else "≥" for column in columns]}


def _most_frequent(column: Mapping[str, Any]) -> str:
    """The most frequent values with their rows; where no two are the same there is no such thing."""
    if column["unique"] and column["rows"] > 1:
        return f"all different: {', '.join(column['examples'])} ..."
    return " · ".join(f"{top['text']} ({top['rows']:,})" for top in column["top"])


def _kind(column: Mapping[str, Any]) -> str:
    """The type in words, and how many of the values are of it when not all are."""
    name = column["type"]
    title = TITLES.get(name) or (KINDS[name].title if name in KINDS else "") or name
    title = f"{title}, {column['form']}" if column.get("form") else title
    return title if column["fits"] == 1 else f"{title} ({column['fits']:.1%})"


def one_column(column: Mapping[str, Any], before: Mapping[str, Any] | None, far: int = 0) -> None:
    """One column closely: its values, patterns, histograms and near-duplicates; of its numbers so many are `far` off,
    and not in their histogram."""
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**Most frequent values**")
        _frequencies(column, before, "top", "Value")
        st.markdown("**Patterns**", help="A and a for letters, 9 for digits; the first 40 characters.")
        _frequencies(column, before, "patterns", "Pattern")
    with right:
        if column["numbers"]:
            st.markdown("**How the days lie**" if _dated(column) else "**How the numbers lie**")
            plot(_histogram(column, before, "numbers"), key="numbers", told=_histogram_told(column, "numbers"))
            _told_apart(far)
        elif column.get("values"):
            st.markdown("**How the values are distributed**")
            figure, told = distribution(column, before)
            plot(figure, key="distribution", told=told)
        if column["shortest"] < column["longest"]:
            st.markdown("**How long the values are**, in characters")
            plot(_histogram(column, before, "lengths"), key="lengths", told=_histogram_told(column, "lengths"))
            _told_apart(column["filled"] - sum(rows for _, _, rows in column["lengths"]))
        elif column["filled"]:
            st.markdown(f"**Every value is {column['longest']:,} characters long.**")
    if column.get("groups"):
        st.markdown("**Probably the same**, written differently")
        # in this order: a profile that was kept has its names in the database's
        st.dataframe(pd.DataFrame(column["groups"], columns=["Values", "Rows", "Why"]), hide_index=True)


def _told_apart(rows: int) -> None:
    """That a histogram leaves rows out."""
    if rows > 0:
        st.caption(f"Without {words.many(rows)} far off, which would press all others together.")


def outliers(name: str, found: Outliers) -> list[tuple[int, str]]:
    """Every outlier of a column on its line; those that are chosen among them, each with its line and its value."""
    st.markdown(f"**Outliers**: {words.many(found.rows)} unlike the others of this column")
    if found.rows > MOST:
        st.caption(f"The first {MOST:,} of these rows.")
    told = found.found
    chosen = whole_table.table(
        {"Line": told["line"], "Value": told["text"], "Rows": told["rows"], "Why": told["why"]},
        key=f"outliers {name}",
        part="outlier-",
        looks={
            "Line": Look(help="The line of the source, its header counted.", width=90),
            "Value": Look(width=300),
            "Rows": Look(help="The outliers that have this very value."),
            "Why": Look(width=280),
        },
        picks=True,
        plain=("Line",),
    )
    st.caption("Choose one to go to its line.")
    return [(told["line"][row].as_py(), told["text"][row].as_py()) for row in chosen if row < len(told)]


def line(number: int, rows: Sequence[tuple[int, Mapping[str, str]]], name: str) -> None:
    """A line of the source between its neighbours, the column that it is looked at for first."""
    st.markdown(f"**Line {number:,}** and those beside it")
    headers = [name, *(header for header in rows[0][1] if header != name)] if rows else [name]
    frame = pd.DataFrame(
        {"": ["▶" if at == number else "" for at, _ in rows], "Line ": [at for at, _ in rows]}
        | {f"{header} ": [cells.get(header, "")[:_LONGEST] for _, cells in rows] for header in headers}
    )
    numbers = st.column_config.NumberColumn(format="%d", width=70)
    st.dataframe(frame, hide_index=True, height="content", key=f"line {number}", column_config={"Line ": numbers})


def _frequencies(column: Mapping[str, Any], before: Mapping[str, Any] | None, what: str, label: str) -> None:
    """Texts with their rows, and those of the last import."""
    shown = pd.DataFrame(column[what], columns=["text", "rows"]).rename(columns={"text": label, "rows": "Rows"})
    shown["Share"] = shown["Rows"] / max(column["filled"], 1)
    if before is not None:
        then = (before.get("values") if what == "top" else None) or {one["text"]: one["rows"] for one in before[what]}
        shown["Last import"] = pd.array([then.get(text) for text in shown[label]], dtype="Int64")
    share = st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1, width=100)
    rows = st.column_config.NumberColumn(format="localized")
    config = {"Rows": rows, "Share": share, "Last import": rows}
    st.dataframe(shown, hide_index=True, column_config=config, height="content", placeholder="")


def _dated(column: Mapping[str, Any]) -> bool:
    return column["type"] in ("day", "timestamp")


def _histogram(column: Mapping[str, Any], before: Mapping[str, Any] | None, what: str) -> go.Figure:
    """Rows by length or number; those of the last import, where it has any, as a line behind."""
    figure = go.Figure()
    for name, colour, said in ((THIS, NOW, column), (LAST, BEFORE, before)):
        if said is None or not said.get(what) or said["type"] != column["type"]:
            continue
        bins = said[what]
        places = [(low + high) / 2 for low, high, _ in bins]
        if what == "numbers" and _dated(column):
            places = [date(1970, 1, 1) + timedelta(days=place) for place in places]
        if what == "lengths":
            places = [low if high - low == 1 else (low + high) / 2 for low, high, _ in bins]
        rows = [rows for _, _, rows in bins]
        if said is column:
            figure.add_bar(x=places, y=rows, name=name, marker_color=colour)
        else:
            figure.add_scatter(x=places, y=rows, name=name, line={"color": colour, "shape": "hvh"})
    figure.update_layout(
        height=220,
        bargap=0.05,
        margin={"l": 0, "r": 0, "t": 8, "b": 0},
        showlegend=before is not None,
        legend={"orientation": "h", "y": 1.2},
        xaxis={"dtick": 1} if what == "lengths" and column["longest"] - column["shortest"] < 16 else {},
        yaxis={"title": "rows", "rangemode": "tozero"},
    )
    return figure


def _histogram_told(column: Mapping[str, Any], what: str) -> str:
    """The same in words: from where to where, and where most rows are."""

    def said(place: float) -> str:
        is_day = what == "numbers" and _dated(column)
        return str(date(1970, 1, 1) + timedelta(days=place)) if is_day else f"{place:,.10g}"

    bins = column[what]
    low, high, rows = max(bins, key=lambda each: each[2])
    most = f"most, {words.many(rows)}, from {said(low)} to {said(high)}"
    by = "length" if what == "lengths" else "value"
    return f"Chart: rows by {by}, from {said(bins[0][0])} to {said(bins[-1][1])}: {most}."


@st.fragment(run_every=1.0)
def making(rows: Callable[[], int | None], of: int) -> None:
    """How far the profile of all rows is; the page runs again once it is made, for which `rows` says None."""
    read = rows()
    if read is None:
        st.rerun()
    st.progress(0.0 if not read else min(read / max(of, read), 1.0), text=f"Profiling every row: {read:,} so far")
