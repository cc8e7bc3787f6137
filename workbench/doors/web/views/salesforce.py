"""Salesforce as a page shows it: who is reached, how far each step is, and what an audit found."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Literal
from uuid import UUID

import pandas as pd
import streamlit as st

from workbench.doors.web import address, words
from workbench.model.batch import Batch
from workbench.model.completeness import KINDS, Completeness
from workbench.model.errors import NotConfigured, NotSignedIn, WorkbenchError
from workbench.model.reach import Reach
from workbench.model.salesforce import SETTINGS, Organization
from workbench.model.sequence import Step

Deed = Literal["run", "whole", "audit"]

MEANINGS = {
    "missing": "There, and not here.",
    "stale": "Changed there since it was read, or put back here by an undo.",
    "extra": "Here, and there no more.",
    "waiting": "Read, and brought in once the records that it refers to are here.",
}


def reached(found: Organization) -> None:
    """Who is reached, as whom, and what may be asked of it today."""
    kind = "sandbox" if found.is_sandbox else "production"
    left = f"{found.daily_left:,}" if found.daily_left is not None else "unknown"
    with st.container(border=True):
        st.markdown(f"**{words.text(found.name)}** · {words.text(found.edition)}, {kind}")
        st.caption(
            f"As {words.text(found.username)}, by {found.way}, at {words.text(found.host)}, API version "
            f"{words.text(found.api_version)}"
        )
        st.metric("API requests left today", left, border=False)
        if found.daily_limit:
            used = (found.daily_used or 0) / found.daily_limit
            st.progress(min(max(used, 0.0), 1.0), text=f"{found.daily_used:,} of {found.daily_limit:,} used")


def not_reached(refusal: WorkbenchError) -> None:
    """Why nobody is reached, in the playbook's words, and what to do next."""
    if isinstance(refusal, NotSignedIn):
        st.error(
            f"**Salesforce Authentication Failed**  \n{words.text(refusal.coordinates['why'])}",
            icon=":material/key_off:",
        )
        st.markdown("What to do next:")
        steps = re.split(r"\s*\(\d\) ", str(refusal.coordinates["steps"]))
        st.markdown(
            "\n".join(f"{place}. {words.text(step)}" for place, step in enumerate(filter(None, steps), start=1))
        )
        return
    st.error(words.text(refusal), icon=":material/cloud_off:")
    if isinstance(refusal, NotConfigured):
        st.markdown("One of these ways to sign in, from the environment, `.env` or `.streamlit/secrets.toml`:")
        st.markdown(
            "\n".join(f"- {way}: {', '.join(f'`{name}`' for name in names)}" for way, names in SETTINGS.items())
        )


def step(step: Step, reaches: Sequence[Reach], last: Callable[[UUID], tuple[Batch, Mapping[str, int]]]) -> Deed | None:
    """A step with how far it is, each of its `last` imports with the figures of that alone, and its buttons; which of
    them was pressed."""
    with st.container(border=True):
        told, ways = st.columns([3, 2], vertical_alignment="center")
        told.markdown(f"**{words.text(step.title)}**")
        told.caption(_how_far(reaches))
        with told:
            if pending := sum(each.pending for each in reaches):
                st.markdown(
                    f":orange[**{words.many(pending)}** {'waits' if pending == 1 else 'wait'} for other records]"
                )
            for each in reaches:
                name = each.playbook.removeprefix("salesforce.").replace("_", " ")
                label = f"Last import of {name}" if len(reaches) > 1 else "Last import"
                for place, identifier in enumerate(reversed(each.last), start=1):
                    of = f" ({place} of {len(each.last)})" if len(each.last) > 1 else ""
                    address.link("history", f"{label}{of}", icon=":material/history:", batch=identifier)
                    batch, figures = last(identifier)
                    numbers = " · ".join(f"{words.text(title)}: {number:,}" for title, number in figures.items())
                    rows = f", {words.many(batch.processed, 'record')}" if batch.processed is not None else ""
                    st.caption(f"{words.here(batch.created_at)}, {batch.state}{rows}. {numbers}")
        pressed: Deed | None = None
        with ways, st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
            if st.button("Run now", key=f"run {step.name}", icon=":material/play_arrow:"):
                pressed = "run"
            if st.button(
                "Read all", key=f"whole {step.name}", type="tertiary", help="All records, not only the changes."
            ):
                pressed = "whole"
            if st.button("Audit", key=f"audit {step.name}", icon=":material/fact_check:", type="tertiary"):
                pressed = "audit"
        return pressed


def _how_far(reaches: Sequence[Reach]) -> str:
    read = [each.read_at for each in reaches if each.read_at is not None]
    if len(read) < len(reaches):
        return "never imported" if not read else f"last read {words.here(max(read))}; some of it never"
    until = [each.until for each in reaches]
    after: datetime | None = (
        min((each for each in until if each is not None), default=None) if None not in until else None
    )
    follows = f"changes are here up to {words.here(after)}" if after is not None else "all of it is read the next time"
    return f"last read {words.here(min(read))} · {follows}"


def audited(found: Completeness) -> bool:
    """What an audit found, and the button that imports exactly that; whether it was pressed."""
    name = found.dataset.removeprefix("salesforce.").replace("_", " ")
    with st.container(border=True):
        st.markdown(f"**Audit of {words.text(name)}** · {words.text(found.source)}")
        with st.container(horizontal=True, gap="xsmall", key=f"figures of {found.dataset} {found.source}"):
            st.metric("There", f"{found.there:,}", border=True)
            st.metric("Here", f"{found.here:,}", border=True)
            for kind in KINDS:
                st.metric(kind.capitalize(), f"{found.counts[kind]:,}", border=True, help=MEANINGS[kind])
        if found.is_complete:
            waits = found.counts["waiting"]
            but = f", but for {words.many(waits, 'record')} waiting for others" if waits else ""
            st.success(f"Complete: it is here as it is there{but}.", icon=":material/verified:")
            return False
        titles = {"kind": "What", "id": "Id", "why": "Why", "there": "Changed there", "here": "As read here"}
        table = pd.DataFrame([asdict(one) for one in found.differences])[[*titles]].rename(columns=titles)
        st.dataframe(
            table, hide_index=True, height="content" if len(table) < 12 else 380, key=f"audit of {found.dataset}"
        )
        shown = len(found.differences)
        if sum(found.counts.values()) > shown:
            st.caption(f"The first {shown:,} of them.")
        wanted = found.counts["missing"] + found.counts["stale"]
        if not wanted:
            st.caption("Nothing of it can be imported: Salesforce has these records no more.")
            return False
        return st.button(
            f"Import exactly those: {words.many(wanted, 'record')}",
            key=f"import missing {found.dataset} {found.source}",
            type="primary",
            icon=":material/download:",
        )
