"""One import of one sheet under one contract, and one of its rows."""

import secrets
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from workbench.model.control_total import is_of_total

OUTCOMES = ("created", "updated", "skipped", "unmatched", "invalid")
"""Where a row counts, in the order of the import log (seed 001)."""

ENDED = ("completed", "failed", "discarded")
"""The stages that a batch never leaves."""

STATES = ("queued", "staging", "staged", "planned", "dry run", "held", "completed", "undone", "failed", "discarded")
"""Where a batch stands, as people are told (`Batch.state`)."""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """A batch as the database knows it at one moment; ask the Workbench again for a later one."""

    id: UUID
    run_id: UUID
    dataset: str
    stage: str
    """queued, staging, staged, planned, held, completed, failed or discarded; `state` is what people are told."""
    status: str
    """Seed 002's word for it: queued, processing, completed or failed."""
    source: str
    """Through which door it came: cli, python, page, api, undo."""
    file_name: str
    checksum: str | None
    file_key: str | None
    initiated_by: str
    mode: str
    window: str | None
    notes: str
    follow_ups: str
    dry_run: bool
    skip_errors: bool
    headers: tuple[str, ...]
    fields: tuple[str, ...]
    """The contract's fields that it brings."""
    mapping: dict[str, Any]
    reading: dict[str, Any]
    template_id: UUID | None
    undo_of: UUID | None
    undone_by: UUID | None
    """The undo that took it back; None while it stands. The dry run of an undo takes nothing back."""
    part_of: UUID | None
    """The batch of the run's source that it is a part of; None for that one itself."""
    part: int
    """Its place among the parts, from 1 on; 0 for none."""
    derived: bool
    """Whether its rows were made of the source's; else they are rows of the source themselves."""
    sweep_of: UUID | None
    """The batch whose unmatched rows it brings in, now that what they refer to is there."""
    on_conflict: str
    """What becomes of rows of one key that contradict each other: the first counts, the last, or hold."""
    plan: int
    """The number of the plan that counts; 0 before there is one."""
    revision: int
    """How often its rows were corrected; 0 for most."""
    decisions: int
    """How often a person decided of its rows which one counts; 0 for most."""
    processed: int | None
    created: int | None
    updated: int | None
    skipped: int | None
    unmatched: int | None
    invalid: int | None
    removed: int
    """Records deactivated or deleted because the file no longer names them."""
    summary: dict[str, Any]
    created_at: datetime
    started_at: datetime | None
    planned_at: datetime | None
    completed_at: datetime | None
    others_undone: tuple[str, ...]
    """The ids of the imports that its plan tells of (see `Hold.other`) and that were undone since."""

    @property
    def state(self) -> str:
        """Where it stands, in the word that people are told: its stage, "dry run" for a plan that was asked for alone,
        or "undone"."""
        if self.undone_by is not None:
            return "undone"
        return "dry run" if self.dry_run and self.stage == "planned" else self.stage

    @property
    def mapped_headers(self) -> tuple[str, ...]:
        """The columns that its mapping is of: its own, but where its recipe makes several rows of one of the source's
        those of the rows that are made."""
        return tuple(self.reading.get("made_headers", self.headers))

    @property
    def multiplies(self) -> bool:
        """Whether its recipe makes several rows of one of its rows, which then are those of its part."""
        return "made_headers" in self.reading and not self.derived

    @property
    def by_recipe(self) -> bool:
        """Whether its rows are what a recipe made of the source's, and are under the same contract as the run."""
        return self.derived and bool(self.mapping.get("recipe"))

    @property
    def totals(self) -> str:
        """What is to be known of its control totals at a glance: proven, accepted or differ; "" where nothing was said
        of them, or nobody has counted."""
        if not self.summary.get("totals_compared") or self.stage not in ("planned", "held", "completed"):
            return ""
        if not is_of_total(hold["code"] for hold in self.summary.get("held_for", ())):
            return "totals proven" if self.stage == "completed" else "totals match"
        return "totals accepted" if self.stage == "completed" else "totals differ"

    @property
    def is_stale(self) -> bool:
        """Whether a commit was refused because its plan no longer holds, and it was not planned again since."""
        return self.stage in ("planned", "held") and self.summary.get("stale_plan", 0) == self.plan

    @property
    def refused(self) -> bool:
        """Whether nothing of its plan can be written: its source is written whole or not at all, and a row cannot
        be."""
        return bool(self.summary.get("refused"))

    @property
    def wrong_rows(self) -> str:
        """Its rows that are not written, in words: "2 rows are invalid and 1 is unmatched"."""
        counts = [(self.invalid or 0, "invalid"), (self.unmatched or 0, "unmatched")]
        told = [f"{rows:,} {'is' if rows == 1 else 'are'} {what}" for rows, what in counts if rows]
        return " and ".join(told).replace(" ", " row " if told[0].startswith("1 ") else " rows ", 1) if told else ""

    @property
    def removals(self) -> str:
        """The records that its file no longer names, by what becomes of them: "2 deactivated"; "" for none."""
        found = self.summary.get("removed", {})
        return ", ".join(f"{records:,} {action}" for action, records in found.items() if records)


@dataclass(frozen=True, kw_only=True)
class Run:
    """What a person starts, sees, signs and undoes: the batch of one source, and the parts behind it.

    An import of one sheet under one contract is a run without parts: its own batch is what is written. The rows of a
    composed run are those of its parts (several sheets) or are made into parts, whose outcomes are rolled up.
    """

    face: Batch
    """The batch that has the run's figures, and its id."""
    parts: tuple[Batch, ...]
    """In the order of import; none for an import under one contract."""

    @property
    def written(self) -> tuple[Batch, ...]:
        """The batches whose plans write records, in the order of import."""
        return self.parts or (self.face,)

    @property
    def derived(self) -> bool:
        """Whether its parts are made of its own rows."""
        return any(part.derived for part in self.parts)

    @property
    def sheets(self) -> tuple[Batch, ...]:
        """The batches that hold the rows of the source."""
        return (self.face,) if self.derived or not self.parts else self.parts


def kept_by(undo: Batch) -> int:
    """How many changes of an import an undo has left as they were; not those that an earlier one had taken back."""
    return (undo.skipped or 0) - undo.summary.get("skipped_by_reason", {}).get("undone", 0)


def taken_back(undo: Batch) -> str:
    """What an import's undos have come to with the last of them, as people are told of the import."""
    kept = kept_by(undo)
    done = (undo.processed or 0) - kept
    if not kept:
        return "what it wrote was taken back"
    if not done:
        return f"nothing was taken back, for what it wrote has changed since ({kept:,} kept)"
    return f"{done:,} of {done + kept:,} changes were taken back, {kept:,} kept"


def new_id(*, unlike: list[UUID] | None = None) -> UUID:
    """A batch's id: UUID version 8 (RFC 9562), milliseconds first so that ids sort by age, random bits, and 32 zero
    bits at the end where the ids of its rows carry their line.

    Its beginning, by which a person names it, is none of those in `unlike`, to which it is added.
    """
    if unlike is not None:
        while str(made := new_id())[:18] in {str(other)[:18] for other in unlike}:
            continue
        unlike.append(made)
        return made
    milliseconds = time.time_ns() // 1_000_000
    number = (milliseconds & (1 << 48) - 1) << 80 | 0x8 << 76 | secrets.randbits(12) << 64
    return UUID(int=number | 0b10 << 62 | secrets.randbits(30) << 32)


def origin(record: UUID) -> tuple[UUID, int] | None:
    """The batch and the line whose row made the record of that id; None when no import did."""
    if record.version != 8:
        return None
    line = record.int & (1 << 32) - 1
    return UUID(int=record.int ^ line), line
