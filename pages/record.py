"""Find a record: from an e-mail, a code, an id or a line of a file to everything that ever happened to it."""

from typing import Any

import streamlit as st

from workbench import Workbench
from workbench.datasets.catalog import contract
from workbench.doors.web import address, batches, runs, sheets, words
from workbench.doors.web.page import page
from workbench.doors.web.views import record


def ask(wb: Workbench) -> None:
    """The question in words, or by a line of a file; a new one puts the last answer away."""
    said = st.query_params.get("find", "")
    text = st.text_input(
        "E-mail, code, id or part of a name", said, placeholder="ada.park@example.com", icon=":material/search:"
    )
    if text != said:
        again(find=text.strip())
    asked, number = st.query_params.get("batch"), st.query_params.get("line", "")
    last = [batch for batch in wb.batches.all(limit=200) if batch.undo_of is None]
    listed = [*([wb.batches.get(asked)] if asked else []), *last]
    own = [one for batch in listed for one in runs.sheets(wb, batch) or (batch,)]
    titles = {str(batch.id): words.titled(batch, wb.title(batch)) for batch in own}
    chosen = record.line(titles, asked=bool(asked), line=max(int(number), 1) if number.isdecimal() else 2)
    if chosen is not None:
        batch, line = chosen
        again(batch=batch, line=line)


def again(**question: object) -> None:
    """Asks anew, with an address of its own."""
    st.query_params.from_dict({name: str(value) for name, value in question.items()})
    st.rerun()


def matches(wb: Workbench, text: str) -> None:
    """The records that fit, each with a link; one alone is shown at once."""
    found = wb.records.find(text)
    if not found:
        st.info(
            "Nothing that was ever imported fits. A whole e-mail, code or id finds it surely.",
            icon=":material/search_off:",
        )
    if len(found) == 1:
        show(wb, found[0]["dataset"], named(found[0]))
        return
    with st.container(gap=None):
        for one in found:
            label = f"**{words.text(one['key'])}** {words.text(one['title'] or '')} · {contract(one['dataset']).noun}"
            address.jump(label, icon=":material/person:", find=text, dataset=one["dataset"], record=named(one))


def named(found: dict[str, Any]) -> str:
    """What names a record in an address: its id, or its key when it is not there any more."""
    return str(found["record_id"] or found["key"])


def show(wb: Workbench, dataset: str, key: str) -> None:
    """A record as it is now, and every import that touched it, newest first."""
    told = wb.records.get(dataset, key)
    now, history = told["record"], told["history"]
    about = contract(dataset)
    st.subheader(f"The {about.noun} now")
    if now is None:
        st.info(f"There is no such {about.noun} any more. This is what happened to it:", icon=":material/person_off:")
    else:
        record.now(now)
        with st.container(horizontal=True):
            for field in about.references:
                if field.reference and now[field.target]:
                    address.jump(
                        f"Its {field.reference.noun}", dataset=field.reference.dataset, record=now[field.target]
                    )
    st.subheader("What happened to it", help="Every import that had it, also those that changed nothing; newest first.")
    shown = st.session_state.setdefault(f"shown {dataset} {key}", 20)
    for event in history[:shown]:
        record.happened(event)
    if len(history) > shown and st.button(
        f"Show older ones, {len(history) - shown} more", icon=":material/expand_more:"
    ):
        st.session_state[f"shown {dataset} {key}"] = shown + 100
        st.rerun()


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
    about = wb.records.all_of_row(batch, line)
    if not about:
        st.info("No record came of this line.", icon=":material/person_off:")
    elif len(about) == 1:
        show(wb, *map(str, about[0]))
    else:
        st.subheader("The records that it is about")
        for dataset, identifier in about:
            found = next((one for one in wb.records.find(str(identifier)) if one["record_id"] == identifier), None)
            said = f"**{words.text(found['key'])}** {words.text(found['title'])}" if found else "one that is gone"
            label = f"{said} · {contract(dataset).noun}"
            address.jump(label, icon=":material/person:", dataset=dataset, record=identifier)


with page("Find a record", "What happened to one record: every import that touched it, with old and new values.") as wb:
    ask(wb)
    asked = st.query_params
    if "record" in asked and "dataset" in asked:
        show(wb, asked["dataset"], asked["record"])
    elif "batch" in asked and asked.get("line", "").isdecimal():
        row(wb, asked["batch"], int(asked["line"]))
    elif asked.get("find"):
        matches(wb, asked["find"])
    else:
        st.caption("Support asks here first: type what the caller tells you.")
