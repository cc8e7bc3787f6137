"""Checks: whether the records agree with each other, and the list of those that do not."""

from functools import partial

import streamlit as st

from workbench import Workbench
from workbench.doors.web import address, grid, words
from workbench.doors.web.page import empty, page
from workbench.doors.web.views import table_address, whole_table
from workbench.model.check import Checked

SCORE = "Score: 100 where nothing is found, 50 where every record is; in between by the share of records that are."
COLUMNS = (  # on a phone the first two are seen
    grid.Column(name="found", label="Found", width=70, sortable=False),
    grid.Column(name="title", label="What is found", width=270, fills=True, wraps=True, sortable=False),
    grid.Column(name="records", label="Of records", width=100, sortable=False),
    grid.Column(name="severity", label="Severity", width=90, sortable=False),
    grid.Column(name="score", label="Score", help=SCORE, width=76, sortable=False),
    grid.Column(name="name", label="Check", help="What the command line calls it.", width=230, sortable=False),
)


def every(found: list[Checked]) -> None:
    """What each check comes to."""
    grid.table([grid.Row(id=each.check.name, cells=_cells(each)) for each in found], COLUMNS, key="checks")
    st.caption(SCORE)


def _cells(checked: Checked) -> dict[str, str | int]:
    told = checked.to_dict()
    numbers = {name: f"{told[name]:,}" for name in ("found", "records")}
    return {**{column.name: str(told[column.name]) for column in COLUMNS}, **numbers, "score": f"{checked.score:g}"}


def one(wb: Workbench, checked: Checked) -> None:
    """The list of one check, and the file of it."""
    st.header(words.text(checked.check.title), anchor=False)
    rows = wb.checks.rows(checked.check.name)
    if not rows:
        st.success(f"None of {words.many(checked.records, 'record')}.", icon=":material/check_circle:")
        return
    st.caption(f"{len(rows):,} of {words.many(checked.records, 'record')}.")
    said = [name for name in rows[0] if any(row[name] not in (None, "") for row in rows)]
    whole_table.table({name: [row[name] for row in rows] for name in said}, key=checked.check.name)
    st.download_button(
        "Download the list",
        wb.checks.text(checked.check.name),
        f"{checked.check.name}.csv",
        "text/csv",
        icon=":material/download:",
    )


with page("Checks", "Whether the records agree with each other: payments with invoices, totals with lines.") as wb:
    found = sorted(wb.checks.all(), key=lambda each: not each.found)  # those that found something first
    if not any(each.records for each in found):
        empty("Nothing to check yet.", "Checks ask about what was imported.", "upload", "Start an import")
    else:
        every(found)
        named = {each.check.name: each for each in found}
        chosen = address.choose(
            "check",
            "The list of",
            ["", *named],
            "",
            lambda name: named[name].check.title if name else "Choose a check",
            on_change=partial(table_address.forget, ""),
        )
        if chosen:
            one(wb, named[chosen])
