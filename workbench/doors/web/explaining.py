"""The rows of an import that wait for a person's word: looked at, and explained or rejected as they were looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import streamlit as st

from workbench import Workbench
from workbench.doors.web import row_lists, words
from workbench.doors.web.views import evidence
from workbench.model.batch import Batch
from workbench.model.errors import StillRefused
from workbench.model.reconciliation import Reconciliation
from workbench.model.row_query import RowQuery
from workbench.model.trimming import as_said


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What somebody wanted to say a word of, as it stood on the page that was clicked."""

    query: RowQuery
    number: int
    picked: tuple[int, ...]
    """The lines that were picked; none for all that the query finds."""


def explain(wb: Workbench, batch: Batch, found: Reconciliation, ready: int) -> None:
    """The rows that still need a person's word: some of them, or all of a kind, with one reason. An unmatched row is
    explained, unless it is one of those that are `ready` to be brought in, an invalid one rejected."""
    st.header("Rows to explain or reject", "to-explain", help=evidence.WORDS)
    if whole := wb.batches.whole_again(batch):
        st.caption(words.text(whole))
    kind = evidence.kind(wb.rows.unexplained_kinds(batch))
    which = {name: kind[name] for name in ("outcome", "code", "field")}
    key = f"explain {batch.id} {which} {found.unexplained}"
    query = RowQuery(**which, waiting=True)
    listed = row_lists.waiting(wb, batch, query, kind["rows"], part="explain-", key=key)
    if kind["outcome"] == "unmatched":
        supply(wb, batch, kind["field"], list(listed.picked))
    say(wb, batch)
    asked = Asked(query=listed.query, number=listed.number, picked=listed.picked)
    evidence.reason(
        kind["outcome"],
        len(listed.picked),
        listed.number,
        narrowed=listed.narrowed,
        ready=ready if kind["outcome"] == "unmatched" else 0,
        on_click=_asked,
        args=(batch.id, asked),
    )


def supply(wb: Workbench, batch: Batch, field: str, lines: list[int]) -> None:
    """What the picked rows lack, such as a session's date, which a person says and which brings them in."""
    said = evidence.supply(batch, field, len(lines))
    if said is None:
        return
    header, text = said
    try:
        with st.spinner(f"{words.many(len(lines))} ..."):
            brought = wb.sweeps.supply(batch, {line: {header: text} for line in lines})
    except StillRefused as refusal:
        st.error(words.text(str(refusal)))
        return
    st.toast(f"Imported by run {str(brought.id)[:8]}", icon=":material/check:")
    st.rerun()


def say(wb: Workbench, batch: Batch) -> None:
    """Says the word that somebody has asked for of exactly the rows that were looked at; where they are others by now,
    that is told and nothing is said of any."""
    asked: Asked | None = st.session_state.pop(_key(batch.id), None)
    if asked is None:
        return
    reason = as_said(st.session_state.get("why", ""))
    if not reason:
        st.error("Say why, for whoever reads this next year.")
        return
    invalid = asked.query.outcome == "invalid"
    if asked.picked:
        waits = set(wb.rows.unexplained(batch, outcome=asked.query.outcome))
        lines = [line for line in asked.picked if line in waits]
    else:
        lines = sorted(wb.rows.lines(batch, asked.query))
    if len(lines) != (len(asked.picked) or asked.number):
        st.warning(words.text(_since(wb, batch, asked, lines)), icon=":material/history:")
        return
    with st.spinner(f"{words.many(len(lines))} ..."):
        (wb.reject if invalid else wb.explain)(batch, lines, reason)
    st.session_state[evidence.REASON_SAID] = True
    st.rerun()


def _since(wb: Workbench, batch: Batch, asked: Asked, lines: Sequence[int]) -> str:
    """What has become of the rows that somebody wanted to say a word of, and who did it."""
    deeds = {"explained": "explained rows", "rejected": "rejected rows"}
    last: dict[str, Any] = next((each for each in reversed(wb.batches.story(batch))), {})
    who = f"{last['actor']} has {deeds[last['action']]}" if last.get("action") in deeds else "something was done"
    number = len(asked.picked) or asked.number
    still = f"{len(lines):,} still {'waits' if len(lines) == 1 else 'wait'}" if lines else "none waits any more"
    then = "Your reason is kept." + (" Pick the rows again." if asked.picked and lines else "")
    return f"Since you looked, {who}: of the {words.many(number)} you meant {still}. Nothing was saved of yours. {then}"


def _asked(batch: UUID, asked: Asked) -> None:
    """Remembers of which rows somebody wanted to say a word."""
    st.session_state[_key(batch)] = asked


def _key(batch: UUID) -> str:
    return f"says of {batch}"
