"""Schedules: what is imported by itself, when it is due next, and what came of the last runs."""

from datetime import UTC, datetime, timedelta

import streamlit as st

from workbench import Workbench
from workbench.doors.web import address, schedules
from workbench.doors.web.page import page
from workbench.doors.web.views import plots
from workbench.doors.web.views import schedules as views
from workbench.model.schedule import Schedule, ScheduledRun

RUNS = 50
"""So many runs of schedules are shown."""
DAYS = 7
"""So many days the calendar shows."""


def every(wb: Workbench) -> None:
    """All schedules with their buttons, the calendar, and the last runs."""
    found, runs = wb.schedules.all(), wb.schedules.runs(limit=RUNS)
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Add schedule", icon=":material/add:", type="secondary" if found else "primary"):
            schedules.ask_what()
        if not found and st.button("Add the daily, weekly and monthly imports", icon=":material/event_repeat:"):
            wb.schedules.add_seed(zone=schedules.zone())
            st.rerun()
    schedules.dialog()
    schedules.missed(runs)
    schedules.held(wb, runs)
    if not found:
        st.info(
            "Nothing is imported by itself. The daily, weekly and monthly imports of Salesforce are added paused: each "
            "is switched on by itself.",
            icon=":material/inbox:",
        )
    for one in found:
        act(wb, one, views.listed(one, wb.schedules.sheet_names(), last_of(one, runs)))
    if any(not one.paused for one in found):
        st.header("The next days", anchor=False)
        views.calendar(wb.schedules.upcoming(datetime.now(UTC) + timedelta(days=DAYS)))
    if runs:
        st.header("The last runs", anchor=False)
        if any(run.seconds is not None for run in runs):
            st.markdown("**How long each run took**, the latest at the right, by the day that it was due")
            plots.plot(views.durations(runs[:30]), key="durations", told=views.durations_told(runs[:30]))
        views.runs(runs)
        if len(runs) >= RUNS:
            st.caption(f"The last {RUNS} runs. The imports of earlier ones are at History, where all are searched.")
            address.link("history", "All imports", icon=":material/history:")


def last_of(one: Schedule, runs: list[ScheduledRun]) -> ScheduledRun | None:
    """The last run of a schedule that has ended."""
    return next((run for run in runs if run.schedule == one.id and run.has_ended), None)


def act(wb: Workbench, one: Schedule, deed: views.Deed | None) -> None:
    """Does what a button of a schedule says."""
    if deed is None:
        return
    if deed == "run":
        schedules.run_now(wb, one.id)
    {"pause": wb.schedules.pause, "resume": wb.schedules.resume, "remove": wb.schedules.remove}[deed](one.id)
    st.rerun()


with page("Schedules", "What is imported by itself, and what came of it.") as wb:
    schedules.in_hand(wb)
    if "run" in st.query_params:
        address.jump("All schedules", icon=":material/arrow_back:")
        views.told(wb.schedules.run(st.query_params["run"]))
    else:
        every(wb)
