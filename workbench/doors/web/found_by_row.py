"""Why a record is found that is not known by what was asked for: a field of it says so, or the row that it came of says
or said so."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import streamlit as st

from workbench import Workbench
from workbench.doors.web import words
from workbench.model.accents import plain
from workbench.model.wording import cut

_LONG = 300
"""So many letters of a field are shown."""


def told(wb: Workbench, text: str, found: Mapping[str, Any]) -> None:
    """Which of its fields says it; else that the record does not say it, where its row is, what stood there, and what
    became of that. Nothing of a record that is known by it."""
    if "row" not in found:
        return
    if found["says"]:
        says = " ".join(f"{name.replace('_', ' ')} is '{cut(value, _LONG)}'." for name, value in found["says"].items())
        st.info(words.unlinked(f"The record says that: {says}"), icon=":material/manage_search:")
        return
    at = found["row"]
    row = next(wb.rows.each(at["batch"], lines=[at["line"]], limit=1), None)
    said = " ".join(_cells(text, row)) if row is not None else ""
    where = f"It came of line {at['line']} of {at['file_name']}, which has it."
    st.info(
        words.unlinked(f"The record does not say that now. {where} {said}".strip()), icon=":material/manage_search:"
    )


def several(found: Sequence[Mapping[str, Any]]) -> None:
    """The same of many records."""
    says = [bool(one["says"]) for one in found]
    which = (
        "These records say that in one of their fields:"
        if all(says)
        else "These records say that in one of their fields, or came of rows that do, or did:"
        if any(says)
        else "No record says that now. These came of rows that do, or did:"
    )
    st.info(which, icon=":material/manage_search:")


def _cells(text: str, row: Mapping[str, Any]) -> Iterator[str]:
    """What each cell with a word of the text said, and what a person or a recipe made of it, or why it is left out."""
    asked = plain(text).split()

    def has(cell: object) -> bool:
        return any(word in plain(str(cell)) for word in asked)

    for header, (was, now) in row["corrected"].items():
        if has(was):
            who = f"{row['corrected_by']}, {words.here(row['corrected_at'])}"
            yield f"{header} was '{was}', corrected to '{now}' by {who}."
    for header, each in row["cleaned"].items():
        if has(each["was"]):
            yield f"{header} was '{each['was']}' before step {each['step']}: {each['by'].rstrip('.')}."
    for header, cell in row["raw"].items():
        if cell and has(cell):
            yield f"{header} says '{cell}'."
    for issue in row["issues"]:
        if has(issue["message"]):
            yield f"{words.in_zone(issue['message'])}."
