"""Schedules as a page shows them: what is due, what came of it, how long it took."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from html import escape
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from workbench.doors.web import address, words
from workbench.doors.web.views import whole_table
from workbench.model.schedule import STATUSES, Schedule, ScheduledRun
from workbench.playbooks import PLAYBOOKS, sequences

Deed = Literal["run", "pause", "resume", "remove"]

COLOURS = {
    "waiting": "#6b7785",
    "running": "#2f6fb0",
    "completed": "#2e8b57",
    "partial": "#b97100",
    "held": "#8e5bb5",
    "failed": "#c0392b",
}
SIGNS = {"waiting": "…", "running": "▶", "completed": "✓", "partial": "◐", "held": "‖", "failed": "✕"}
"""Every status is told by its word and its sign as well as by its colour."""


def local(moment: datetime | None, zone: str) -> str:
    """A time as the clocks of a time zone show it."""
    return f"{moment.astimezone(ZoneInfo(zone)):%a %Y-%m-%d %H:%M}" if moment is not None else ""


def listed(one: Schedule, sheets: Mapping[UUID, str], last: ScheduledRun | None) -> Deed | None:
    """A schedule with its buttons; which of them was pressed."""
    with st.container(border=True):
        told, ways = st.columns([3, 2], vertical_alignment="center")
        told.markdown(f"**{words.text(one.name)}** · {words.text(one.work.told(sheets))}")
        often = told_often(one.cron)
        when = words.text(f"{often} in {one.zone}, as {one.updated_by}") if often else f"`{one.cron}` in {one.zone}"
        state = "**paused**" if one.paused else f"next {words.text(local(one.next_due, one.zone))}"
        told.caption(f"{state} · {when}", help=f"As cron says it: `{one.cron}`")
        with told:
            if last is not None:
                label = f"Last run {words.here(last.due)}: {SIGNS[last.status]} {last.outcome}"
                address.jump(label, icon=":material/history:", run=last.id)
        pressed: Deed | None = None
        with ways, st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
            if one.paused and st.button(
                "Switch on", key=f"resume {one.id}", type="primary", icon=":material/play_arrow:"
            ):
                pressed = "resume"
            if not one.paused and st.button("Pause", key=f"pause {one.id}", icon=":material/pause:"):
                pressed = "pause"
            if st.button("Run now", key=f"run {one.id}", icon=":material/bolt:", type="tertiary"):
                pressed = "run"
            with st.popover("Remove", icon=":material/delete:", type="tertiary"):
                st.markdown("It is not due any more. What came of it stays to be read.")
                if st.button("Remove it", key=f"remove {one.id}", type="primary"):
                    pressed = "remove"
        return pressed


_DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def told_often(cron: str) -> str:
    """When that is, in words: "every Sunday at 03:00"; blank for what only cron can say."""
    minute, hour, day, month, weekday = (*cron.split(), "", "", "", "", "")[:5]
    if not (minute.isdecimal() and hour.isdecimal() and month == "*"):
        return ""
    at = f"at {int(hour):02}:{int(minute):02}"
    if day == "*" and weekday == "*":
        return f"every day {at}"
    if day == "*" and all(each.isdecimal() and int(each) < len(_DAYS) for each in weekday.split("-", 1)):
        return f"every {' to '.join(_DAYS[int(each)] for each in weekday.split('-', 1))} {at}"
    return f"on day {int(day)} of every month {at}" if day.isdecimal() and weekday == "*" else ""


def calendar(due: Sequence[tuple[datetime, Schedule]]) -> None:
    """What is due in the next days: a row for each day, each schedule by the clocks of its own time zone."""
    zones = {one.zone for _, one in due}
    days: dict[date, list[str]] = {}
    for moment, one in due:
        at = moment.astimezone(ZoneInfo(one.zone))
        where = f" ({one.zone})" if len(zones) > 1 else ""
        days.setdefault(at.date(), []).append(f"{at:%H:%M} {one.name}{where}")
    lines = [(f"{day:%a %Y-%m-%d}", ", ".join(days[day])) for day in sorted(days)]
    shown = pd.DataFrame(lines, columns=["Day", "What is due"])
    st.dataframe(shown, hide_index=True, height="content", key="calendar")
    if len(zones) == 1:
        st.caption(f"Times of {words.text(*zones)}.")


def durations(runs: Sequence[ScheduledRun]) -> go.Figure:
    """How long each of the runs took, the oldest first, by what came of it."""
    figure, ended = go.Figure(), [run for run in reversed(runs) if run.seconds is not None]
    unit, by = ("minutes", 60) if max((run.seconds or 0) for run in ended) > 120 else ("seconds", 1)
    for status in STATUSES:
        some = [(place, run) for place, run in enumerate(ended) if run.status == status]
        if not some:
            continue
        figure.add_bar(
            x=[place for place, _ in some],
            y=[max(run.seconds or 0, 0.1) / by for _, run in some],
            name=f"{SIGNS[status]} {status}",
            marker_color=COLOURS[status],
            customdata=[
                f"{escape(run.name)}, {words.here(run.due)}: {run.outcome}, {lasted(run.seconds)}" for _, run in some
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    days = [f"{run.due.astimezone(words.zone()):%m-%d}" for run in ended]
    ticks = ["" if place and days[place - 1] == day else day for place, day in enumerate(days)]
    figure.update_layout(
        height=240,
        bargap=0.3,
        margin={"l": 0, "r": 0, "t": 8, "b": 0},
        showlegend=True,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"},
        yaxis={"title": unit, "rangemode": "tozero"},
        xaxis={
            "tickvals": list(range(len(ended))),
            "ticktext": ticks,
            "fixedrange": True,
            "range": [-0.6, max(len(ended), 6) - 0.4],
        },
    )
    return figure


def durations_told(runs: Sequence[ScheduledRun]) -> str:
    """The same in words, the latest first."""
    each = (f"{run.name} {run.outcome} in {lasted(run.seconds)}" for run in runs if run.seconds is not None)
    return f"Chart: how long each run took, the latest first: {', '.join(each)}."


def lasted(seconds: float | None) -> str:
    """A time that something took."""
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{seconds:.1f} s"


def runs(found: Sequence[ScheduledRun]) -> None:
    """What came of each run, the latest first, each with a button that opens it."""

    def opened(place: int) -> None:
        st.query_params["run"] = str(found[place].id)

    lines = [_line(run) for run in found]
    columns = {label: [line[label] for line in lines] for label in lines[0]}
    whole_table.table(
        columns, key="runs", part="runs-", looks={CAME: whole_table.Look(width=250, wraps=True)}, opened=opened
    )


CAME = "What came of it"


def _line(run: ScheduledRun) -> dict[str, Any]:
    """What stands in a run's line, what came of it first: that is in sight on a narrow screen, too."""
    return {
        CAME: f"{SIGNS[run.status]} {run.outcome}{f': {run.told}' if run.told else ''}",
        "What": run.name,
        "Due": words.here(run.due),
        "Lasted": lasted(run.seconds),
        "Asked by": run.asked_by or "its time",
    }


def missed(run: ScheduledRun) -> str:
    """That a run has caught up what nobody took up, in a sentence; blank where there was nothing."""
    if not run.missed:
        return ""
    since = f"{'since' if run.missed > 1 else 'on'} {words.here(run.missed_since)}"
    times = words.many(run.missed, "time")
    return f"{run.name} was missed {times} {since}: no worker took it up. All of it was caught up once."


def told(run: ScheduledRun) -> None:
    """One run: what it was to do, when, and what came of each step."""
    facts = [f"**{words.text(run.name)}**", f"{SIGNS[run.status]} {run.outcome}", f"due {words.here(run.due)}"]
    facts.append(f"asked for by {words.text(run.asked_by)}" if run.asked_by else "by its time")
    if run.seconds is not None:
        facts.append(lasted(run.seconds))
    st.markdown(" · ".join(facts))
    if sentence := missed(run):
        st.warning(words.text(sentence), icon=":material/event_busy:")
    if run.told:
        kind = {"completed": st.success, "failed": st.error, "waiting": st.info}.get(run.status, st.warning)
        kind(words.text(run.told))
    for step in run.steps:
        _step(step, run.waits)


def _in_order(playbook: str, figures: Mapping[str, int]) -> list[str]:
    """The names of figures as their playbook lists them: the database keeps them in another order."""
    known = [figure.name for figure in PLAYBOOKS[playbook].figures] if playbook in PLAYBOOKS else [*_COUNTS]
    return sorted(figures, key=lambda name: known.index(name) if name in known else len(known))


_COUNTS = ("Processed", "Created", "Updated", "Skipped")


def _named(step: str) -> str:
    """What a step is called by people; one that is no step of a sequence by its name."""
    return _TITLES.get(step, step.removeprefix("salesforce.").replace("_", " "))


_TITLES = {step.name: step.title for step in sequences.STEPS}


def _step(step: Mapping[str, Any], waits: Sequence[UUID]) -> None:
    with st.container(border=True):
        name, status = _named(str(step["step"])), step["status"]
        seconds = step.get("seconds")
        st.markdown(" · ".join(filter(None, (f"**{words.text(name)}**", status, lasted(seconds)))))
        for playbook, figures in step["figures"].items():
            named = _in_order(playbook, figures)
            st.caption(" · ".join(f"{words.text(title)}: {figures[title]:,}" for title in named))
        for note in step.get("notes", ()):
            st.markdown(words.text(note))
        with st.container(horizontal=True):
            several = len(step["batches"]) > 1
            for number, batch in enumerate(step["batches"], 1):
                if UUID(batch) in waits:
                    address.link("commit", "Decide what it waits for", icon=":material/gavel:", batch=batch)
                else:
                    address.link(
                        "history",
                        f"Its import {number}" if several else "Its import",
                        icon=":material/history:",
                        batch=batch,
                    )
