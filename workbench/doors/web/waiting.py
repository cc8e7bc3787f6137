"""What waits for a person, of whatever kind: why, since when, where it is dealt with, and who did what with it last."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import streamlit as st

from workbench import Workbench
from workbench.doors.web import words
from workbench.model.batch import Batch
from workbench.model.hold import Hold
from workbench.model.person import same_person

MOST = 50
"""So many of a kind are counted."""
_RUNS = 200


@dataclass(frozen=True, kw_only=True)
class Waits:
    """One thing that waits for somebody."""

    kind: str
    """held, left off, unexplained, unsigned, own, schedule, matches or checks."""
    what: str
    why: str
    since: datetime | None
    """None where nobody knows."""
    target: str
    """The page on which it is dealt with."""
    address: dict[str, str] = field(default_factory=dict)
    last: Mapping[str, Any] | None = None
    """Who did what with it last: actor, action, at."""
    mark: Callable[[], str] = str
    """What is to be looked at first, asked for what is shown alone; "" where nothing is."""


def imports(
    found: Mapping[str, list[Batch]],
    story: list[dict[str, Any]],
    unsaid: Mapping[UUID, Mapping[str, int]],
    me: str,
    mark: Callable[[Batch], str],
) -> Iterator[Waits]:
    """The imports that wait, by what for (see `Batches.attention`), with what was done with them and the rows that
    nobody has said a word of, as told to `me`, and with the
    `mark` of those that wait for a signature."""
    last: dict[UUID, Mapping[str, Any]] = {event["batch_id"]: event for event in story}
    for kind, batches in found.items():
        for batch in batches:
            deed = last.get(batch.id)
            if batch.undo_of and (deed is None or deed["action"] == "began"):  # what was done is told of the import
                deed = {"actor": batch.initiated_by, "action": "undone", "at": batch.completed_at or batch.created_at}
            undo, resolved = "Undo of " if batch.undo_of else "", ", resolved" if batch.sweep_of else ""
            yield Waits(
                kind=kind,
                what=undo + batch.file_name + resolved,
                why=_why(kind, batch, unsaid.get(batch.id, {}), me),
                since=batch.completed_at or batch.planned_at or batch.created_at,
                target="reconcile" if kind in ("unexplained", "unsigned", "own") else "commit",
                address={"batch": str(batch.id)},
                last=deed,
                mark=partial(mark, batch) if kind in ("unsigned", "own") else str,
            )


def _why(kind: str, batch: Batch, unsaid: Mapping[str, int], me: str) -> str:
    """What exactly an import waits for."""
    if kind == "held":
        holds = [hold.sentence for hold in Hold.all_of(batch.summary)]
        holds += [batch.wrong_rows] if batch.refused else []
        invalid = f"{words.many(batch.invalid)} invalid." if batch.invalid and not batch.refused else ""
        return " ".join(filter(None, [*holds[:2], invalid]))
    if kind == "unexplained":
        return ", ".join(f"{number:,} {name}" for name, number in unsaid.items() if number)
    if kind in ("unsigned", "own"):
        written = f"{words.many(batch.processed or 0)}, {(batch.created or 0) + (batch.updated or 0):,} written."
        if not same_person(batch.initiated_by, me):
            return written
        may = "somebody else has to sign it" if kind == "own" else "nobody else works here, so you may sign it"
        return f"{written} You ran it; {may}."
    return "Read and checked, and not planned." if batch.stage == "staged" else "Planned, and not written."


def schedules(wb: Workbench) -> Iterator[Waits]:
    """The schedules whose last run failed, or some of whose steps did."""
    seen = set()
    for run in wb.schedules.runs(limit=_RUNS):
        if run.schedule is None or not run.has_ended or run.schedule in seen:
            continue
        seen.add(run.schedule)
        if run.status in ("failed", "partial"):
            yield Waits(
                kind="schedule",
                what=run.name,
                why=f"{run.status.capitalize()}: {run.told}",
                since=run.ended_at,
                target="schedules",
                address={"run": str(run.id)},
            )


def of_records(wb: Workbench) -> list[Waits]:
    """The people that are to be matched by hand, and the checks that have found something; counted anew once anything
    was done."""
    of = wb.settings
    return _of_records(hash((of.database_url, of.home, of.tenant)), wb.batches.entries(), wb)


@st.cache_data(max_entries=50, show_spinner=False)
def _of_records(tenant: int, entries: int, _wb: Workbench) -> list[Waits]:
    found = []
    for each in _wb.matches.overview():
        if each["suggested"]:
            said = each["matching"]
            newest = next(iter(_wb.matches.decisions(said.of, limit=1)), None)
            found.append(
                Waits(
                    kind="matches",
                    what=said.title,
                    why=f"{each['suggested']:,} have candidates, and nobody has decided whom they mean.",
                    since=each["ran_at"],
                    target="matches",
                    address={"of": said.of},
                    last=newest and {"actor": newest["decided_by"], "action": "matched", "at": newest["decided_at"]},
                )
            )
    for checked in _wb.checks.all():
        if checked.found:
            found.append(
                Waits(
                    kind="checks",
                    what="Their list",
                    why=f"{checked.check.title}: {checked.found:,} of {words.many(checked.records, 'record')}.",
                    since=None,
                    target="checks",
                    address={"check": checked.check.name},
                )
            )
    return found
