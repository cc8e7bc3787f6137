"""Salesforce: who is reached there, how far each step of its import is, and what of it is missing here."""

import streamlit as st

from workbench import Workbench
from workbench.doors.web import address, salesforce, schedules, words
from workbench.doors.web.page import page
from workbench.doors.web.views import salesforce as views
from workbench.playbooks import PLAYBOOKS, sequences


def connection(wb: Workbench) -> bool:
    """Who is reached, or why nobody is and what to do; whether somebody is."""
    found = salesforce.organization(wb)
    if found.organization is not None:
        views.reached(found.organization)
    elif found.refusal is not None:
        views.not_reached(found.refusal)
    st.button("Check the connection again", icon=":material/refresh:", type="tertiary", on_click=salesforce.look_again)
    return found.organization is not None


def run_a_sequence(wb: Workbench) -> None:
    """Has a worker run a sequence now."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox("Sequence", list(sequences.SEQUENCES), key="sequence", width=200)
        if st.button("Run it now", type="primary", icon=":material/play_arrow:"):
            schedules.ask(wb, wb.schedules.work(name))
        address.link("schedules", "Have it run by itself", icon=":material/event_repeat:")
    st.caption(", ".join(step.title for step in wb.sequences.steps(name)))


def steps(wb: Workbench) -> None:
    """Each step with how far it is and what it waits for, and what can be done with it."""
    every = sequences.STEPS
    reaches = wb.salesforce.reaches([PLAYBOOKS[name] for step in every for name in step.playbooks])

    for step in every:
        last = [reaches[name] for name in step.playbooks]
        deed = views.step(step, last, lambda batch: (wb.batches.get(batch), wb.figures(batch)))
        if deed == "audit":
            salesforce.audit(wb, step)
        elif deed is not None:
            schedules.ask(wb, wb.schedules.work(steps=[step.name], everything=deed == "whole"))


def audited(wb: Workbench) -> None:
    """What the last audit found, with the button that imports exactly that."""
    found = salesforce.audits()
    for each in found:
        if isinstance(each, str):
            st.error(words.text(each), icon=":material/block:")
        elif views.audited(each):
            salesforce.put_away()
            schedules.ask(wb, wb.schedules.work(each.dataset, only_missing=True))
    if found:
        st.button("Put the audit away", icon=":material/close:", type="tertiary", on_click=salesforce.put_away)


with page("Salesforce", "Who is reached, what was read of it, and what is missing here.") as wb:
    is_reached = connection(wb)
    schedules.in_hand(wb)
    schedules.held(wb, [run for run in wb.schedules.runs(limit=20) if run.work.google_sheet is None])
    audited(wb)
    if is_reached:
        run_a_sequence(wb)
    st.header("Steps", anchor=False)
    steps(wb)
