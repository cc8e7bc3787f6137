"""What is due or asked for, on pages: watched while a worker has it in hand, asked for, and added."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import streamlit as st

from workbench import Workbench
from workbench.doors import jobs
from workbench.doors.web import words
from workbench.doors.web.page import person
from workbench.doors.web.views import schedules as views
from workbench.model.errors import WorkbenchError
from workbench.model.schedule import ScheduledRun, Work
from workbench.playbooks import sequences

_REFUSED = "why a run was not asked for"
_SLOW = timedelta(minutes=2)
"""A run that waits for longer may have no worker."""


def zone() -> str:
    """The time zone of who looks, as the browser says it."""
    said = st.context.timezone
    return said if isinstance(said, str) and said else "UTC"


def ask(wb: Workbench, work: Work) -> None:
    """Asks a worker for a run of something now; what it cannot is shown when the page runs again."""
    try:
        jobs.defer_run(wb, wb.schedules.ask(work))
    except WorkbenchError as refusal:
        st.session_state[_REFUSED] = str(refusal)
    st.rerun()


def run_now(wb: Workbench, schedule: Any) -> None:
    """Asks a worker for a run of a schedule now."""
    try:
        jobs.defer_run(wb, wb.schedules.run_now(schedule))
    except WorkbenchError as refusal:
        st.session_state[_REFUSED] = str(refusal)
    st.rerun()


def in_hand(wb: Workbench) -> None:
    """The runs that wait or are being done, with their progress; and why one was not asked for."""
    if refused := st.session_state.pop(_REFUSED, None):
        st.error(words.text(refused), icon=":material/block:")
    if any(not run.has_ended for run in wb.schedules.runs(limit=100)):
        _watch()


@st.fragment(run_every=1.0)
def _watch() -> None:
    with Workbench.open(user=person()) as wb, st.container(key="watch schedules"):
        found = [run for run in wb.schedules.runs(limit=100) if not run.has_ended]
        if not found:
            st.rerun()
        for run in reversed(found):
            _progress(wb, run)
        st.caption("You may leave this page; a worker does the work, and what comes of it stands at Schedules.")


def _progress(wb: Workbench, run: ScheduledRun) -> None:
    steps = wb.schedules.steps_of(run.work)
    done, of = len(run.steps), max(len(steps), 1)
    if run.status == "waiting":
        st.progress(0.0, text=words.text(f"{run.name}: {run.told or 'waits for a worker'}"))
        if not run.told and datetime.now(UTC) - run.due > _SLOW:
            st.caption("No worker has taken it up yet: is `workbench serve` or `workbench worker` running?")
        return
    doing = _doing(wb, run)
    st.progress(min(done / of, 1.0), text=words.text(f"{run.name}: {done} of {words.many(of, 'step')} done{doing}"))


def _doing(wb: Workbench, run: ScheduledRun) -> str:
    """What is being done of it just now, as far as an import has begun."""
    for batch in wb.batches.all(since=run.started_at, limit=5):
        if batch.source == "schedule" and (now := wb.batches.progress(batch)):
            rows = f" {now['rows']:,} rows" if now["rows"] else ""
            return f"; {now['step']} {wb.title(batch)}{rows}"
    return ""


def held(wb: Workbench, runs: Sequence[ScheduledRun]) -> None:
    """The runs of which something waits for a person."""
    for run in runs:
        if run.waits:
            with st.container(border=True):
                st.warning(words.text(f"{run.name} is held: {run.told}"), icon=":material/pause_circle:")
                for step in run.steps if len(run.steps) > 1 else ():  # else the sentence has it
                    for note in step["notes"] if step["status"] == "held" else ():
                        st.markdown(words.text(note))
                for batch in run.waits:
                    title = wb.title(wb.batches.get(batch))
                    st.page_link(
                        "pages/commit.py",
                        label=f"Decide: {title}",
                        icon=":material/gavel:",
                        query_params={"batch": str(batch)},
                    )


def ask_what() -> None:
    """Opens the dialog in which a schedule is added; it stays open until it is closed or done."""
    st.session_state[_ASKED] = True
    st.rerun()


def dialog() -> None:
    """The dialog, while it is open."""
    if st.session_state.get(_ASKED):
        _add()


_ASKED = "asked about a schedule"


def _close() -> None:
    st.session_state.pop(_ASKED, None)


@st.dialog("Add schedule", width="medium", on_dismiss=_close)
def _add() -> None:
    try:
        with Workbench.open(user=person()) as wb:  # a dialog runs again without its page
            added = _added(wb)
    except WorkbenchError as refusal:
        st.error(words.text(refusal), icon=":material/block:")
        return
    if added:
        _close()
        st.rerun()


_WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")


def _added(wb: Workbench) -> bool:
    """What a person says of a schedule, and whether it was added."""
    sheets = wb.schedules.sheet_names()
    kinds = ["A sequence of Salesforce", "Some steps of Salesforce", *(["A Google Sheet"] if sheets else [])]
    kind = st.radio("What", kinds, horizontal=True, key="schedule kind")
    what: dict[str, Any] = {}
    if kind == kinds[0]:
        what["sequence"] = st.selectbox("Sequence", list(sequences.SEQUENCES), key="schedule sequence")
        steps = wb.sequences.steps(what["sequence"])
        st.caption(", ".join(step.title for step in steps))
    elif kind == kinds[1]:
        titles = {step.name: step.title for step in sequences.STEPS}
        what["steps"] = st.multiselect("Steps", list(titles), format_func=titles.__getitem__, key="schedule steps")
    else:
        what["google_sheet"] = st.selectbox("Google Sheet", list(sheets), format_func=sheets.__getitem__)
        what["window"] = st.text_input("Window (if not the sheet's own year)", key="schedule window")
    if kind != kinds[-1] or not sheets:
        what["everything"] = st.checkbox("Read all records each time, not only what has changed", key="schedule all")
    often = st.selectbox(
        "How often", ["Every day", "Every week", "Every month", "As cron says it"], key="schedule often"
    )
    cron = _cron(often)
    own = st.text_input("Time zone", zone(), key="schedule zone")
    name = st.text_input("Name", placeholder="Nightly import", key="schedule name")
    if not st.button("Add schedule", type="primary", key="schedule add"):
        return False
    wb.schedules.add(name, cron, zone=own, **what)
    return True


def _cron(often: str) -> str:
    if often == "As cron says it":
        return st.text_input("Minute, hour, day of the month, month, day of the week", "0 2 * * *", key="schedule cron")
    at = st.time_input("At", "02:00", key="schedule at")
    if often == "Every week":
        day = st.selectbox("On", range(7), format_func=_WEEKDAYS.__getitem__, key="schedule weekday")
        return f"{at.minute} {at.hour} * * {day}"
    if often == "Every month":
        day = st.number_input("On the day", 1, 28, 1, key="schedule day")
        return f"{at.minute} {at.hour} {day} * *"
    return f"{at.minute} {at.hour} * * *"


def missed(runs: Sequence[ScheduledRun]) -> None:
    """The last times that nobody took up, each of which was caught up."""
    for run in [run for run in runs if run.missed][:3]:
        st.warning(words.text(views.missed(run)), icon=":material/event_busy:")
