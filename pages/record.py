"""Find a record: from an e-mail, a code, an id or a line of a file to everything that ever happened to it."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

import streamlit as st

from workbench import Workbench
from workbench.datasets.catalog import contract, dependents
from workbench.doors.web import address, batches, formats, found_by_row, record_lists, runs, sheets, words
from workbench.doors.web.page import empty, page
from workbench.doors.web.views import record
from workbench.model.answer import Answer
from workbench.model.batch import Batch
from workbench.model.errors import AmbiguousBatch, UnknownBatch, UnknownDataset, UnknownRecord

SHOWN = 20
"""Records that are told with all that is known of each; more of them stand in a table."""
NOT_YET = "No record has just that. Looking at what is written nearly so, and at the rows of the newest imports ..."


def ask(wb: Workbench) -> None:
    """The question in words, or by a line of a file; a new one puts the last answer away."""
    said = st.query_params.get("find", "")
    key = f"find {said}"
    st.text_input(
        "E-mail, code, id, phone number or part of a name",
        said,
        key=key,
        placeholder="ada.park@example.com",
        icon=":material/search:",
        on_change=partial(find, key),
    )
    asked, number = st.query_params.get("batch"), address.number("line")
    last = [batch for batch in wb.batches.all(limit=200) if batch.undo_of is None]
    of: list[Batch] = []
    refused = None
    try:
        of += [wb.batches.get(asked)] if asked else []
    except (UnknownBatch, AmbiguousBatch) as refusal:
        refused = refusal
    listed = [*of, *last]
    own = [one for batch in listed for one in runs.sheets(wb, batch) or (batch,)]
    titles = {str(batch.id): words.titled(batch, wb.title(batch)) for batch in own}
    chosen = record.line(titles, asked=bool(of), line=max(number, 1) if number is not None else 2)
    if chosen is not None:
        batch, line = chosen
        again(batch=batch, line=line)
    if refused is not None:
        st.error(words.no_import(refused), icon=":material/block:")
        address.link("history", "All imports", icon=":material/history:")
        st.stop()


def find(key: str) -> None:
    """Puts what was typed into the address, before the page is drawn for it."""
    st.query_params.from_dict({"find": st.session_state[key].strip()})


def again(**question: object) -> None:
    """Asks anew, with an address of its own."""
    st.query_params.from_dict({name: str(value) for name, value in question.items()})
    st.rerun()


def matches(wb: Workbench, text: str) -> None:
    """The records that fit, each with a link, one alone at once; and the rows that fit and became no record."""
    skip, rows_skip = record_lists.skipped(record_lists.RECORDS), record_lists.skipped(record_lists.ROWS)
    answer = answered(wb, text, skip, rows_skip)
    only_rows = bool(answer.number) and answer.nearly and bool(answer.rows_number) and not answer.rows_nearly
    if only_rows:
        st.info("No record has just that. These rows do, and became none:", icon=":material/person_off:")
        left(answer, text)
    if not answer.number and not answer.rows_number:
        st.info(answer.nothing, icon=":material/search_off:")
    elif not answer.number:
        which = (
            "No record fits, and no row. These are written nearly so"
            if answer.rows_nearly
            else ("No record fits. These rows do")
        )
        st.info(f"{which}, and became none:", icon=":material/person_off:")
    certain = False
    alone = answer.number == 1 and bool(answer.records) and not answer.nearly
    if alone or (not skip and is_all_about_the_first(answer, text)):
        one = answer.records[0]
        known = wb.records.get(one["dataset"], record_lists.named(one), referring=0)
        certain = names_it(known, text)
        answer = record_lists.not_told(answer, record_lists.told_by(known["history"]))
        if alone and answer.rows_number:
            st.caption(f"{words.many(answer.rows_number)} that fit and became no record: at the end of this page.")
        found_by_row.told(wb, text, one)
        show(wb, known, asked=text, below={(row["batch"], row["line"]) for row in answer.rows})
    elif answer.number:
        if only_rows:
            st.header("Records that are written nearly so")
        elif answer.nearly:
            st.info("No record has just that. These are written nearly so:", icon=":material/spellcheck:")
        elif all("row" in one for one in answer.records):
            found_by_row.several(answer.records)
        record_lists.links(answer.records, answer.number, find=text)
    if answer.rows_number and answer.number and not only_rows:
        nearly = ", written nearly so" if answer.rows_nearly else ""
        st.header(f"Rows that became no record{nearly}")
    if not only_rows:
        left(answer, text, certain=certain)


def answered(wb: Workbench, text: str, skip: int, rows_skip: int) -> Answer:
    """What fits: at once, or where somebody waits for it, after all rows were looked through. That no record has just
    that is told before the rest is looked for."""
    ask_for = partial(wb.records.ask, text, limit=record_lists.SIZE, skip=skip, rows_skip=rows_skip)
    if not st.query_params.get("all"):
        told = st.empty()
        answer = ask_for(
            seconds=record_lists.SECONDS, meanwhile=partial(told.info, NOT_YET, icon=":material/hourglass_top:")
        )
        told.empty()
        return answer
    with st.spinner("Looking through all rows of all imports ...", show_time=True):
        return ask_for()


def left(answer: Answer, text: str, *, certain: bool = False) -> None:
    """The rows that fit and became no record, and a way to those that there was no time for: told where no record is
    `certain` to be the one that was meant."""
    if answer.rows_number:
        record_lists.rows(answer.rows, answer.rows_number, text, whole=answer.whole)
    elif not answer.whole and answer.number and not certain:
        st.caption("Rows that became no record were looked for in the newest imports alone.")
    if not answer.whole and st.button("Look through all rows", icon=":material/manage_search:"):
        again(find=text, all=1)


def names_it(known: Mapping[str, Any], text: str) -> bool:
    """Whether a text is an e-mail address or an id that a record has, whole: no other is meant by it."""
    about, now = contract(known["dataset"]), known["record"] or {}
    certain = {field.target for field in about.stored if field.kind in _TELLS_APART}
    return text.strip().casefold() in {str(now[name]).casefold() for name in certain if now.get(name) is not None}


_TELLS_APART = ("email", "identifier")


def is_all_about_the_first(answer: Answer, text: str) -> bool:
    """Whether a text is the key of the first record that was found or the others have that key in theirs, so that they
    are found for referring to it."""
    if not answer.records or answer.nearly:
        return False
    first, *others = answer.records
    referring_to_it = {about.name for about, _ in dependents(first["dataset"])}
    key = str(first["key"])
    exact = key.casefold() == text.strip().casefold()
    theirs = all(f"|{key}|" in f"|{one['key']}|" for one in others)  # a key may have a bar itself
    return (exact or theirs) and all(one["dataset"] in referring_to_it for one in others)


def show(wb: Workbench, told: Mapping[str, Any], *, asked: str = "", below: Collection[tuple[UUID, int]] = ()) -> None:
    """A record as it is `told`: as it is now, what refers to it, and every import that touched it, newest first; rows
    that have what was `asked` are told `below` all that, by their batches and lines."""
    dataset, now, history = told["dataset"], told["record"], told["history"]
    about = contract(dataset)
    st.header(f"The {about.noun} now")
    if now is None:
        was = any(each["stage"] == "completed" and each["outcome"] in ("created", "updated") for each in history)
        never = "any more. This is what happened to it:" if was else "and there never was. This is what has its key:"
        st.info(f"There is no such {about.noun} {never}", icon=":material/person_off:")
    else:
        if told["progress"] is not None:
            record.progress(told["progress"])
        record.now(now, told["names"], of=dataset)
        if about.removal is not None:
            switch(wb, dataset, now, told["by_hand"])
        own = [told["names"].get(str(now[field.target])) for field in about.references]
        for one in filter(None, own):
            address.jump(
                record.called(one), ":material/person:", dataset=one["dataset"], record=record_lists.named(one)
            )
        record_lists.referring(wb, dataset, now["id"], opened)
        left_out(wb, dataset, now, asked, {*below, *record_lists.told_by(history)})
    st.header("What happened to it", help="Every import that had it, also those that changed nothing; newest first.")
    key = f"shown {dataset} {now['id'] if now else asked}"
    shown = st.session_state.setdefault(key, 20)
    for event in history[:shown]:
        record.happened(event, told["names"], of=dataset)
    if len(history) > shown and st.button(
        f"Show older ones, {len(history) - shown} more", icon=":material/expand_more:"
    ):
        st.session_state[key] = shown + 100
        st.rerun()


def opened(one: Mapping[str, Any]) -> None:
    """Goes to a record that a table names."""
    st.query_params.from_dict({"dataset": one["dataset"], "record": record_lists.named(one)})


def left_out(
    wb: Workbench, dataset: str, now: Mapping[str, Any], asked: str, below: Collection[tuple[UUID, int]]
) -> None:
    """The rows that say what the record is known by, and did not get in, unless it is what was asked for, or they are
    the same: those are told `below`, in the record's story or at the end of the page."""
    first = contract(dataset).key_fields[0]
    if first.reference is None and str(now[first.target]).casefold() != asked.strip().casefold():
        record_lists.left_out(wb, str(now[first.target]), below)


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
                address.jump(
                    record.called(one), ":material/person:", dataset=one["dataset"], record=record_lists.named(one)
                )
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
        show(wb, wb.records.get(dataset, str(record_id), referring=0))
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
        try:
            show(wb, wb.records.get(asked["dataset"], asked["record"], referring=0))
        except (UnknownRecord, UnknownDataset):  # the address was cut off, or typed
            what = formats.known()[asked["dataset"]].noun if asked["dataset"] in formats.known() else "record"
            told = f"There is no {what} {asked['record']}, and no import ever had one."
            st.error(words.text(f"{told} Look for it above by what it is known by."), icon=":material/search_off:")
    elif "batch" in asked and (line := address.number("line")) is not None:
        row(wb, asked["batch"], line)
    elif asked.get("find"):
        matches(wb, asked["find"])
    else:
        st.caption("Support asks here first: type what the caller tells you.")
        if not wb.batches.all(limit=1):
            empty("No record yet.", "What is imported can be found here.", "upload", "Start an import")
        by_hand(wb)
