"""What is wrong with an import's rows: counted, chosen from, and put right in cells or in a file."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Literal

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from workbench.doors.web import words
from workbench.doors.web.views import plots
from workbench.doors.web.views.outcomes import SIGNS

WHOLE_ROW = "(the whole row)"


def counted(counts: Sequence[Mapping[str, Any]]) -> None:
    """Each issue with the rows that have it, as a picture and as a table, the most frequent first."""
    chart, table = st.columns(2)
    with chart:
        shown = [{**count, "issue": f"{count['field'] or WHOLE_ROW}: {count['code']}"} for count in counts[:15]]
        plots.plot(plots.issues(shown), key="counts")
    with table:
        titles = {"field": "Field", "rows": "Rows", "severity": "Severity", "message": "What is wrong"}
        told = pd.DataFrame(counts).rename(columns=titles)[[*titles.values()]]
        localized = {"Rows": st.column_config.NumberColumn(format="localized")}
        st.dataframe(told, hide_index=True, height="content" if len(counts) < 10 else 380, column_config=localized)


def noticed(told: Iterable[tuple[str, str, str]]) -> None:
    """What was noticed of the cells of each column, field by field; nothing where nothing was."""
    lines = [f"- **{words.text(field)}**: {words.text(sentence)}." for field, _, sentence in told]
    if lines:
        st.subheader("What was noticed of the columns")
        st.markdown("\n".join(lines))


def filters(counts: Sequence[Mapping[str, Any]]) -> dict[str, str | None]:
    """The field ("" for the whole row) and the code whose rows are shown; both stand in the address."""
    fields = sorted({count["field"] or WHOLE_ROW for count in counts})
    at, by = st.columns(2)
    field = at.selectbox(
        "Field",
        fields,
        index=None,
        placeholder="Any field",
        key="field",
        bind="query-params",
    )
    codes = sorted({count["code"] for count in counts if field in (None, count["field"] or WHOLE_ROW)})
    code = by.selectbox("Issue", codes, index=None, placeholder="Any issue", key="code", bind="query-params")
    return {"field": "" if field == WHOLE_ROW else field, "code": code}


def correction(cells: int, elsewhere: int) -> tuple[bool, bool]:
    """Whether so many cells are to be corrected, some of them in rows that are not shown, and whether they are to be
    left as they were."""
    with st.container(horizontal=True, vertical_alignment="center"):
        label = f"Correct {words.many(cells, 'cell')} and check again" if cells else "Correct cells"
        corrected = st.button(label, type="primary", disabled=not cells, icon=":material/check:", key="correct cells")
        discarded = bool(cells) and st.button("Discard", icon=":material/undo:")
        st.caption("Click into a cell to correct it. The source file stays as it is; the correction is kept beside it.")
    if cells:
        others = f", {elsewhere:,} of them in rows that are not shown here" if elsewhere else ""
        st.caption(f":material/edit_note: {words.many(cells, 'cell')} typed and not saved yet{others}. You may leave.")
    return corrected, discarded


def to_take_away(
    numbers: Mapping[str, int], none: str, name: str, file: Callable[[Literal["csv", "xlsx"], str], bytes]
) -> None:
    """The rows that are not written to take away, by outcome, or why there are none; `file(format, outcome)` makes
    them."""
    st.markdown("**1 Download the rows that are not written**")
    if not numbers:
        st.caption(none)
    for outcome, number in numbers.items():
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"{SIGNS[outcome]} {outcome} **{number:,}**", width=120)
            formats: tuple[Literal["csv", "xlsx"], ...] = ("csv", "xlsx")
            for file_format in formats:
                st.download_button(
                    file_format.upper(),
                    partial(file, file_format, outcome),
                    f"{outcome}-{name}.{file_format}",
                    key=f"{outcome} {file_format}",
                    on_click="ignore",
                    icon=":material/download:",
                )


def corrected(number: int) -> UploadedFile | None:
    """The corrected file, once somebody sends it; an uploader of another number is empty."""
    file = st.file_uploader(
        "The downloaded file, corrected",
        type=["csv", "xlsx"],
        key=f"corrected {number}",
        help="Keep its column `line`: it says which row of this import each one is. Rows may be left out.",
    )
    sent = file is not None and st.button("Correct and check again", type="primary", icon=":material/check:")
    return file if sent else None
