"""Find a record: from an e-mail, a code, an id or a line of a file to everything that ever happened to it."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from workbench import Workbench
from workbench.datasets.catalog import contract, dependents
from workbench.doors.web import address, batches, runs, sheets, words
from workbench.doors.web.page import empty, page
from workbench.doors.web.views import record
from workbench.model.answer import REFERRING, Answer
from workbench.model.batch import Batch
from workbench.model.errors import UnknownBatch

SHOWN = 20
"""Rows that are shown at once."""
MOST = 200
"""Records, and rows, that are looked for at once."""
LEFT_OUT = 5
"""Rows that are shown beside a record until more are asked for."""


def ask(wb: Workbench) -> None:
    """The question in words, or by a line of a file; a new one puts the last answer away."""
    said = st.query_params.get("find", "")
    text = st.text_input(
        "E-mail, code, id, phone number or part of a name",
        said,
        placeholder="ada.park@example.com",
        icon=":material/search:",
    )
    if text != said:
        again(find=text.strip())
    asked, number = st.query_params.get("batch"), address.number("line")
    last = [batch for batch in wb.batches.all(limit=200) if batch.undo_of is None]
    of: list[Batch] = []
    refused = None
    try:
        of += [wb.batches.get(asked)] if asked else []
    except UnknownBatch as refusal:
        refused = refusal
    listed = [*of, *last]
    own = [one for batch in listed for one in runs.sheets(wb, batch) or (batch,)]
    titles = {str(batch.id): words.titled(batch, wb.title(batch)) for batch in own}
    chosen = record.line(titles, asked=bool(of), line=max(number, 1) if number is not None else 2)
    if chosen is not None:
        batch, line = chosen
        again(batch=batch, line=line)
    if refused is not None:
        st.error(words.text(refused), icon=":material/block:")
        st.stop()


def again(**question: object) -> None:
    """Asks anew, with an address of its own."""
    st.query_params.from_dict({name: str(value) for name, value in question.items()})
    st.rerun()


def matches(wb: Workbench, text: str) -> None:
    """The records that fit, each with a link, one alone at once; and the rows that fit and became no record."""
    answer = answered(wb, text)
    only_rows = bool(answer.records) and answer.nearly and bool(answer.rows) and not answer.rows_nearly
    if only_rows:
        st.info("No record has just that. These rows do, and became none:", icon=":material/person_off:")
        left(answer, text)
    if not answer.records and not answer.rows:
        st.info(answer.nothing, icon=":material/search_off:")
    elif not answer.records:
        which = (
            "No record fits, and no row. These are written nearly so"
            if answer.rows_nearly
            else ("No record fits. These rows do")
        )
        st.info(f"{which}, and became none:", icon=":material/person_off:")
    if len(answer.records) == 1 and not answer.nearly:
        if answer.rows:
            st.caption(f"{words.many(len(answer.rows))} that fit and became no record: at the end of this page.")
        show(wb, answer.records[0]["dataset"], named(answer.records[0]), answer.rows)
    elif is_all_about_the_first(answer, text):
        show(wb, answer.records[0]["dataset"], named(answer.records[0]), answer.rows)
    elif answer.records:
        if only_rows:
            st.header("Records that are written nearly so")
        elif answer.nearly:
            st.info("No record has just that. These are written nearly so:", icon=":material/spellcheck:")
        links(answer.records, find=text)
    if answer.rows and answer.records and not only_rows:
        nearly = ", written nearly so" if answer.rows_nearly else ""
        st.header(f"Rows that became no record{nearly}")
    if not only_rows:
        left(answer, text)


def answered(wb: Workbench, text: str) -> Answer:
    """What fits: at once, or where somebody waits for it, after all rows were looked through."""
    if not st.query_params.get("all"):
        return wb.records.ask(text, limit=MOST)
    with st.spinner("Looking through all rows of all imports ...", show_time=True):
        return wb.records.ask(text, limit=MOST, seconds=None)


def left(answer: Answer, text: str) -> None:
    """The rows that fit and became no record, and a way to those that there was no time for."""
    if answer.rows:
        some(answer.rows, text, SHOWN, whole=answer.whole)
    elif not answer.whole and answer.records:
        st.caption("Rows that became no record were looked for in the newest imports alone.")
    more = not answer.whole and len(answer.rows) < MOST
    if more and st.button("Look through all rows", icon=":material/manage_search:"):
        again(find=text, all=1)


def some(rows: Sequence[Mapping[str, Any]], text: str, first: int, *, whole: bool) -> None:
    """Rows that became no record: the `first` of them, then more when asked for; and whether there may be others, for
    not the `whole` of the imports was looked at."""
    key = f"rows {text} {first}"
    shown = st.session_state.setdefault(key, first)
    for one in rows[:shown]:
        record.left(one, text)
    if (left_over := len(rows) - shown) > 0:
        more = min(left_over, SHOWN)
        told = f"Show {more:,} more" + (f" of {left_over:,}" if more < left_over else "")
        if st.button(told, key=f"more {key}", icon=":material/expand_more:"):
            st.session_state[key] = shown + more
            st.rerun()
    if len(rows) >= MOST:
        st.caption(f"These are the first {MOST}. Above, type more to find another one.")
    elif not whole:
        st.caption("There may be more such rows: the imports were looked through, the newest first, until time was up.")


def is_all_about_the_first(answer: Answer, text: str) -> bool:
    """Whether a text is the key of the first record that was found or the others have that key in theirs, so that they
    are found for referring to it."""
    if not answer.records or answer.nearly:
        return False
    first, *others = answer.records
    referring_to_it = {about.name for about, _ in dependents(first["dataset"])}
    key = str(first["key"])
    exact = key.casefold() == text.strip().casefold()
    theirs = all(key in str(one["key"]).split("|") for one in others)
    return (exact or theirs) and all(one["dataset"] in referring_to_it for one in others)


def links(found: Sequence[Mapping[str, Any]], **question: object) -> None:
    """Records by what they are called, each with a link."""
    shown = st.session_state.setdefault(f"links {question}", SHOWN)
    with st.container(gap=None):
        for one in found[:shown]:
            address.jump(record.called(one), ":material/person:", **question, dataset=one["dataset"], record=named(one))
    if len(found) > shown and st.button(f"Show {len(found) - shown} more", icon=":material/expand_more:"):
        st.session_state[f"links {question}"] = len(found)
        st.rerun()
    if len(found) >= MOST:
        st.caption(f"These are the first {MOST}. Type more to find another: a second name, a part of the address.")


def named(found: Mapping[str, Any]) -> str:
    """What names a record in an address: its id, or its key when it is not there any more."""
    return str(found["record_id"] or found["key"])


def show(wb: Workbench, dataset: str, key: str, known: Sequence[Mapping[str, Any]] | None = None) -> None:
    """A record as it is now, what refers to it, and every import that touched it, newest first; `known` are rows that
    did not get in and are told elsewhere on the page."""
    told = wb.records.get(dataset, key)
    now, history = told["record"], told["history"]
    about = contract(dataset)
    st.header(f"The {about.noun} now")
    if now is None:
        was = any(each["stage"] == "completed" and each["outcome"] in ("created", "updated") for each in history)
        never = "any more. This is what happened to it:" if was else "and there never was. This is what has its key:"
        st.info(f"There is no such {about.noun} {never}", icon=":material/person_off:")
    else:
        if told["progress"] is not None:
            record.progress(told["progress"])
        record.now(now, told["names"])
        if about.removal is not None:
            switch(wb, dataset, now, told["by_hand"])
        own = [told["names"].get(str(now[field.target])) for field in about.references]
        links([one for one in own if one is not None])
    referring(told["referring"], told["names"], own=str(now["id"]) if now else "")
    left_out(wb, dataset, now, known or ())
    st.header("What happened to it", help="Every import that had it, also those that changed nothing; newest first.")
    shown = st.session_state.setdefault(f"shown {dataset} {key}", 20)
    for event in history[:shown]:
        record.happened(event, told["names"])
    if len(history) > shown and st.button(
        f"Show older ones, {len(history) - shown} more", icon=":material/expand_more:"
    ):
        st.session_state[f"shown {dataset} {key}"] = shown + 100
        st.rerun()


def referring(found: Sequence[Mapping[str, Any]], names: Mapping[str, Mapping[str, Any]], *, own: str) -> None:
    """The records that refer to one, dataset by dataset, each with what stands in it and the way to it."""
    for dataset in dict.fromkeys(one["dataset"] for one in found):
        some = [one for one in found if one["dataset"] == dataset]
        about = contract(dataset)
        all_told = len(some) < REFERRING
        more = f"{len(some):,}" if all_told else f"the first {REFERRING:,}"
        title = about.title.partition(": ")[2] or about.title
        st.header(f"{title} that refer to it ({more})")
        part = f"{dataset.partition('.')[2]}-"
        record.referring(some, names, key=f"{own} {dataset}", part=part, opened=opened)
        if not all_told:
            st.caption(
                "There are more of them. Above, type what both are known by to find one: a key and a name, or two keys."
            )


def opened(one: Mapping[str, Any]) -> None:
    """Goes to a record that a table names."""
    st.query_params.from_dict({"dataset": one["dataset"], "record": named(one)})


def left_out(wb: Workbench, dataset: str, now: Mapping[str, Any] | None, known: Sequence[Mapping[str, Any]]) -> None:
    """The rows that say what the record is known by, and did not get in; those that were found with it are told at the
    end of the page."""
    first = contract(dataset).key_fields[0]
    if now is None or first.reference is not None:
        return
    found, whole = wb.records.left_out(str(now[first.target]), limit=MOST)
    told = {(one["batch"], one["line"]) for one in known}
    found = [one for one in found if (one["batch"], one["line"]) not in told]
    if not found:
        return
    number = f"{len(found):,}" if whole else f"{len(found):,} or more"
    st.header(f"Rows that name it and did not get in ({number})")
    some(found, str(now[first.target]), LEFT_OUT, whole=whole)


def switch(wb: Workbench, dataset: str, now: Mapping[str, Any], said: Sequence[Mapping[str, Any]]) -> None:
    """What people did to the record by hand, and the way to do so; whom a person has switched off is told."""
    about = contract(dataset)
    assert about.removal is not None
    active = bool(now[about.removal.active])
    record.by_hand(said)
    why = record.switched(about.noun, active=active, reasons=about.removal.reasons)
    if why is not None:
        act = wb.records.deactivate if active else wb.records.reactivate
        act(dataset, str(now["id"]), why)
        st.rerun()


def by_hand(wb: Workbench) -> None:
    """Whom people have switched off, each once, with the way to them."""
    found = wb.records.deactivated()
    label, icon = f"Switched off by hand: {len(found):,}", ":material/person_off:"
    if len(found) > SHOWN:
        if (box := st.expander(label, icon=icon, on_change="rerun", key="switched off")).open:
            with box:
                record.all_off(found, opened)
    elif found:
        with st.expander(label, icon=icon):
            for one in found:
                address.jump(record.called(one), ":material/person:", dataset=one["dataset"], record=named(one))
                st.caption(record.off(one))


def row(wb: Workbench, batch_id: str, line: int) -> None:
    """A line of a file: its cells, what became of them, and the record that it is about."""
    batch = wb.batches.get(batch_id)
    batches.facts(wb, batch)
    sheets.which_sheet(wb, batch)
    found = next(wb.rows.each(batch, lines=[line], limit=1), None)
    if found is None:
        st.info(f"Line {line} of this file holds no row.", icon=":material/search_off:")
        return
    record.cells(found)
    if found["outcome"] not in ("created", "updated") or batch.state != "completed":
        record.since(wb.records.since(batch, found))
    about = wb.records.all_of_row(batch, line)
    if not about:
        st.info("No record came of this line.", icon=":material/person_off:")
    elif len(about) == 1:
        ((dataset, record_id),) = about
        show(wb, dataset, str(record_id))
    else:
        st.header("The records that it is about")
        for dataset, identifier in about:
            found = next((one for one in wb.records.find(str(identifier)) if one["record_id"] == identifier), None)
            label = record.called(found) if found else f"one that is gone · {contract(dataset).noun}"
            address.jump(label, icon=":material/person:", dataset=dataset, record=identifier)


with page("Find a record", "What happened to one record: every import that touched it, with old and new values.") as wb:
    ask(wb)
    asked = st.query_params
    if "record" in asked and "dataset" in asked:
        show(wb, asked["dataset"], asked["record"])
    elif "batch" in asked and (line := address.number("line")) is not None:
        row(wb, asked["batch"], line)
    elif asked.get("find"):
        matches(wb, asked["find"])
    else:
        st.caption("Support asks here first: type what the caller tells you.")
        if not wb.batches.all(limit=1):
            empty("No record yet.", "What is imported can be found here.", "upload", "Start an import")
        by_hand(wb)
