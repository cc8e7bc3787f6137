"""Salesforce on a page: whom it reaches, asked seldom, and audits of its steps."""

from dataclasses import dataclass

import streamlit as st

from workbench import Workbench
from workbench.doors.web import words
from workbench.doors.web.page import person
from workbench.model.completeness import Completeness
from workbench.model.errors import WorkbenchError
from workbench.model.salesforce import Organization
from workbench.model.sequence import Step
from workbench.playbooks import PLAYBOOKS

_AUDITS = "audits of Salesforce"


@dataclass(frozen=True, kw_only=True)
class Found:
    """Who answered, or why nobody did."""

    organization: Organization | None = None
    refusal: WorkbenchError | None = None


@st.cache_resource(ttl=600, show_spinner="Signing in at Salesforce ...")
def _organization(configured: str) -> Found:
    """Asked anew after ten minutes, or for another way: who signs in wrongly again and again is locked out."""
    with Workbench.open(user=person()) as wb:
        try:
            return Found(organization=wb.salesforce.organization())
        except WorkbenchError as refusal:
            return Found(refusal=refusal)


def organization(wb: Workbench) -> Found:
    """Who is reached, as it was a few minutes ago at most."""
    return _organization(wb.salesforce.configured)


def look_again() -> None:
    """Forgets who was reached."""
    _organization.clear()


def audit(wb: Workbench, step: Step) -> None:
    """Compares what each playbook of a step reads with what is here; the page shows what was found."""
    found: list[Completeness | str] = []
    with st.spinner(f"Comparing {words.text(step.title.lower())} there and here ...", show_time=True):
        told = st.empty()

        def progress(doing: str, rows: int) -> None:
            told.caption(f"{doing.capitalize()}: {words.many(rows, 'record')}" if rows else f"{doing.capitalize()} ...")

        for name in step.playbooks:
            playbook = PLAYBOOKS[name]
            for each in dict.fromkeys(extract.object for extract in playbook.extracts):
                try:
                    found.append(wb.salesforce.audit_playbook(playbook, each, progress=progress))
                except WorkbenchError as refusal:
                    found.append(str(refusal))
    st.session_state[_AUDITS] = found
    st.rerun()


def audits() -> list[Completeness | str]:
    """What the last audit found, or why it could not look."""
    found: list[Completeness | str] = st.session_state.get(_AUDITS, [])
    return found


def put_away() -> None:
    """Shows what an audit found no more."""
    st.session_state.pop(_AUDITS, None)
