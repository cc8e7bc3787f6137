"""The rows of a source as its recipe leaves them: changed cells are marked, with what they were beside them."""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd
import streamlit as st

from workbench.doors.web.views.operations import MARK

Was = Mapping[tuple[int, str], Sequence[tuple[int, str]]]
"""(line, column) -> each step that changed the cell, by its number from 1, and what it found there."""

_LONGEST = 500


def table(
    lines: Sequence[int],
    rows: Sequence[Mapping[str, str]],
    headers: Sequence[str],
    was: Was,
    *,
    picked: Callable[[], None],
    key: str,
) -> None:
    """A page of rows; a click on the head of a column chooses it.

    The columns are called by their place: a source's header is only a label, and may be anything.
    """
    names = {header: str(place) for place, header in enumerate(headers)}
    told = [_told(line, headers, was) for line in lines]
    frame = pd.DataFrame({"line": lines})
    for header, name in names.items():
        frame[name] = [row[header][:_LONGEST] for row in rows]
    if any(told):
        frame["told"] = told
    marks = pd.DataFrame("", index=frame.index, columns=frame.columns)
    for place, line in enumerate(lines):
        for header, name in names.items():
            if (line, header) in was:
                marks.loc[place, name] = MARK
    st.dataframe(
        frame.style.apply(lambda _: marks, axis=None),
        hide_index=True,
        height=min(39 + 35 * max(len(frame), 1), 39 + 35 * 18),
        key=key,
        on_select=picked,
        selection_mode="multi-column",
        column_config={
            "line": st.column_config.NumberColumn(
                "Line", help="The line of the source, its header counted.", format="%d", pinned=True, width=60
            ),
            "told": st.column_config.TextColumn(
                "What it was", help="The cells that are marked, as they were before, and by which step.", width=200
            ),
            **{name: st.column_config.TextColumn(header) for header, name in names.items()},
        },
    )


def _told(line: int, headers: Sequence[str], was: Was) -> str:
    said = []
    for header in headers:
        if found := was.get((line, header)):
            steps = ", ".join(str(step) for step, _ in found)
            first = found[0][1]
            text = f"“{first[:60]}{'…' if len(first) > 60 else ''}”" if first else "blank"
            said.append(f"{header}: {text} ({'steps' if len(found) > 1 else 'step'} {steps})")
    return "; ".join(said)


def removed(parts: Sequence[tuple[int, Sequence[int], Sequence[Mapping[str, str]]]], *, key: str) -> None:
    """Rows that steps have removed: (the step's number, lines, cells)."""
    shown = [
        {"Line": line, "Removed by": f"step {step}", **{f"{header} ": text[:_LONGEST] for header, text in row.items()}}
        for step, lines, rows in parts
        for line, row in zip(lines, rows, strict=True)
    ]
    st.dataframe(pd.DataFrame(shown), hide_index=True, height="content" if len(shown) < 12 else 430, key=key)
