"""A schedule: what is imported by itself, how often, and what came of each time that it was due."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

STATUSES = ("waiting", "running", "completed", "partial", "held", "failed")
"""How far a due run got. Partial: some of its steps failed, or left rows that need a person. Held: a plan of it waits
for a person's word."""
WAITS = "waits for a person"
"""What is told of a run that is held, for as long as it is."""
LATE = timedelta(minutes=10)
"""A run that is taken up so much later than it was due was missed, and is caught up."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """What is to be imported: a sequence of Salesforce's steps, some of its steps alone, or a registered Google
    Sheet."""

    sequence: str | None = None
    """Or one playbook of Salesforce."""
    steps: tuple[str, ...] = ()
    google_sheet: UUID | None = None
    window: str | None = None
    """Of a Google Sheet: what the import's window is called, instead of the sheet's own year."""
    everything: bool = False
    """Reads all records instead of those that were changed since the last import."""
    only_missing: bool = False
    """Reads what an audit finds missing or stale here, and nothing else."""

    def told(self, sheets: Mapping[UUID, str] | None = None) -> str:
        """What it is, for a person; `sheets` are the names of the registered ones."""
        if self.google_sheet is not None:
            name = (sheets or {}).get(self.google_sheet, "one that is registered no more")
            return f"Google Sheet: {name}"
        named = (self.sequence or ", ".join(self.steps)).removeprefix("salesforce.")
        what = f"Salesforce: {named.replace('_', ' ')}"
        if self.only_missing:
            return f"{what}, what an audit finds missing or stale"
        return f"{what}, all records" if self.everything else what


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """One thing that is imported by itself."""

    id: UUID
    name: str
    cron: str
    """When, as cron says it: minute, hour, day of the month, month, day of the week."""
    zone: str
    """In which time zone, e.g. America/Chicago."""
    work: Work
    paused: bool
    next_due: datetime | None
    """When it is due next; None while it is paused."""
    created_by: str
    created_at: datetime
    updated_by: str
    """Who said so last; its runs are done in the name of that person."""
    updated_at: datetime


@dataclass(frozen=True, kw_only=True)
class ScheduledRun:
    """One time that a schedule was due, or that somebody has asked for a run, and what came of it."""

    id: UUID
    schedule: UUID | None
    """None where somebody asked for steps without one."""
    name: str
    """What the schedule is called, or what was asked for."""
    work: Work
    due: datetime
    missed: int = 0
    """Times that it was due and no worker took it up; this run catches up all of them."""
    missed_since: datetime | None = None
    """The first of them."""
    asked_by: str | None = None
    """Who asked for it by hand; None where the calendar did."""
    status: str = "waiting"
    """One of STATUSES. A held one is completed once a person has let all of its plans go on, and partial where one was
    put away."""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    told: str = ""
    """What came of it, in one sentence."""
    steps: tuple[Mapping[str, Any], ...] = field(default=())
    """What came of each step: step, status, told, batches."""
    batches: tuple[UUID, ...] = ()
    """The runs that it has made."""
    waits: tuple[UUID, ...] = ()
    """Those of them that wait for a person's word."""

    @property
    def seconds(self) -> float | None:
        """How long it took; None until it has ended."""
        if self.started_at is None or self.ended_at is None:
            return None
        return (self.ended_at - self.started_at).total_seconds()

    @property
    def has_ended(self) -> bool:
        """Whether nothing more is done of it by itself."""
        return self.status not in ("waiting", "running")

    @property
    def outcome(self) -> str:
        """Its status, and that it has caught up what was missed."""
        return f"{self.status}, caught up" if self.missed else self.status
