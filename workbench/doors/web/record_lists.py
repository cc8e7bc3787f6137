"""What Find a record lists: records, rows that became none, and what refers to a record: all, a page at a time."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

import streamlit as st

from workbench import Workbench
from workbench.datasets.catalog import contract
from workbench.doors.web import address, grid, words
from workbench.doors.web.views import long_table, record, table_address
from workbench.model.answer import Answer, Unwritten
from workbench.model.wording import cut

RECORDS, ROWS, LEFT_OUT = "record-", "row-", "out-"
"""What begins the names of the parts of the address that say which page of a list is shown."""
SECONDS, BESIDE = 0.6, 0.4
"""So long rows are looked through for an answer, unless somebody waits for all of them; and beside a record."""
SIZE = 20
"""Records or rows of a page that are told one by one: the browser takes some milliseconds to draw the elements of
each."""
FEW = 5
"""Rows that are shown beside a record until the others are asked for."""

Opened = Callable[[Mapping[str, Any]], None]


def skipped(part: str) -> int:
    """How many of a list stand on the pages before the one that the address says."""
    return (table_address.page(part) - 1) * SIZE


def named(found: Mapping[str, Any]) -> str:
    """What names a record in an address: its id, or its key when it is not there any more."""
    return str(found["record_id"] or found["key"])


def link(one: Mapping[str, Any], **question: object) -> None:
    """A record by what it is called, with a link; and the field that says what was asked for, where it is not known
    by that."""
    says = "".join(f" · {name.replace('_', ' ')} is '{cut(value)}'" for name, value in one.get("says", {}).items())
    address.jump(
        f"{record.called(one)}{words.text(says)}",
        ":material/person:",
        **question,
        dataset=one["dataset"],
        record=named(one),
    )


def links(found: Sequence[Mapping[str, Any]], number: int, **question: object) -> None:
    """Records by what they are called, each with a link, with the ways to the other pages of so many."""
    _turn(RECORDS, len(found), number, "record")
    with st.container(gap=None):
        for one in found:
            link(one, **question)


def rows(found: Sequence[Mapping[str, Any]], number: int, text: str, *, whole: bool, part: str = ROWS) -> None:
    """Rows that became no record, with the ways to the other pages of so many; and whether there may be others, for not
    the `whole` of the imports was looked at."""
    _turn(part, len(found), number, "row")
    for one in found:
        record.left(one, text)
    if not whole:
        st.caption("There may be more such rows: the imports were looked through, the newest first, until time was up.")


def left_out(wb: Workbench, text: str, elsewhere: Collection[tuple[UUID, int]] = ()) -> None:
    """The rows that say what a record is known by and did not get in: a few of them, without those that are told
    `elsewhere` on the page, each by its batch and line; all others when they are asked for."""
    key = f"left out {text}"
    every = st.session_state.get(key, False) or skipped(LEFT_OUT) > 0
    limit = SIZE if every else FEW
    found = wb.records.left_out(text, limit=limit, skip=skipped(LEFT_OUT), seconds=BESIDE, besides=elsewhere)
    if not found.number:
        return
    st.header(f"Rows that name it and did not get in ({_told(found)})")
    if every:
        rows(found.rows, found.number, text, whole=found.whole, part=LEFT_OUT)
        return
    rows(found.rows, len(found.rows), text, whole=found.whole)
    if found.number > len(found.rows):
        told = f"Show all {found.number:,} of them"
        st.button(told, icon=":material/expand_more:", on_click=partial(st.session_state.__setitem__, key, True))


def told_by(history: Iterable[Mapping[str, Any]]) -> set[tuple[UUID, int]]:
    """The rows of which a record's story says all that there is, by their batches and lines."""
    return {event["row"] for event in history if event["row"] is not None}


def not_told(answer: Answer, told: Collection[tuple[UUID, int]]) -> Answer:
    """An answer without the rows of its page that are `told` elsewhere."""
    rows = [row for row in answer.rows if (row["batch"], row["line"]) not in told]
    return replace(answer, rows=rows, rows_number=answer.rows_number - len(answer.rows) + len(rows))


def _told(found: Unwritten) -> str:
    return f"{found.number:,}" if found.whole else f"{found.number:,} or more"


def _turn(part: str, shown: int, number: int, what: str) -> None:
    page = long_table.Asked(page=table_address.page(part), size=SIZE)
    if not shown and page.page > 1:
        table_address.turn_to(part, 1)
        st.rerun()
    long_table.turn(part, page, number, what=what)


def referring(wb: Workbench, dataset: str, record_id: UUID, opened: Opened) -> None:
    """The records that refer to one, dataset by dataset, each with what stands in it and the way to it."""
    for of, (number, fields) in wb.records.referred(dataset, record_id).items():
        about = contract(of)
        st.header(f"{about.title.partition(': ')[2] or about.title} that refer to it ({number:,})")
        _table(wb, (dataset, record_id, of), number, fields, opened)


def _table(wb: Workbench, which: tuple[str, UUID, str], number: int, fields: Sequence[str], opened: Opened) -> None:
    part = f"{which[2].partition('.')[2]}-"
    labels = [name.removesuffix("_id").replace("_", " ") for name in fields]
    asked = long_table.asked(part, labels, number)
    query = asked.query(fields)
    number = wb.records.number_referring(*which, query) if asked.narrows else number
    found, names = wb.records.referring(*which, query, skip=asked.skip, limit=long_table.SIZE)
    if not found:
        long_table.nothing(part, asked)
        return
    long_table.turn(part, asked, number, what="record")
    key = f"referring {which[2]} {which[1]}"
    known = {str(one["record_id"]): one for one in found}
    grid.table(
        record.in_grid(found, fields, names),
        [record.OPENS, *(grid.Column(name=str(place), label=label) for place, label in enumerate(labels))],
        key=key,
        shows=(query, asked.page),
        order=asked.order,
        on_order=partial(table_address.order_by, part),
        on_column=lambda name: opened(known[grid.clicked(key) or ""]) if name == record.OPENS.name else None,
    )
