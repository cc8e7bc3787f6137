"""Sequences of imports from Salesforce (seed 001, Daily Import Script): steps in the order that they need, one after
the other, each of which is told."""

import os
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from workbench.database import attention, batches, reads, turns
from workbench.database.progress import Progress, silent
from workbench.database.store import Store
from workbench.model.batch import Batch
from workbench.model.errors import (
    Held,
    NotConfigured,
    NothingChosen,
    NotSignedIn,
    SalesforceNotReached,
    UnknownTemplate,
    WorkbenchError,
)
from workbench.model.extracted import Said
from workbench.model.playbook import Extract, Playbook
from workbench.model.sequence import SequenceResult, Step, StepResult
from workbench.model.wording import listed, many
from workbench.playbooks import playbook as playbook_of
from workbench.playbooks import sequences

if TYPE_CHECKING:
    from workbench.workbench import Workbench

STALE = timedelta(hours=24)
"""What was read longer ago than that is told to be stale (seed 001's system does)."""
TEMPLATE = "salesforce"
"""The template of a playbook that a sequence uses, where there is one of that name."""
_READ_AGAIN = "the same has been read again, and more that has changed since."
_NOBODY = (NotConfigured, NotSignedIn, SalesforceNotReached)
"""What is said where no step can be read, so that the others need not ask."""


@dataclass(frozen=True, kw_only=True)
class How:
    """How the steps of a sequence are run."""

    sequence: str
    full_sync: bool
    dry_run: bool
    missing: bool
    """Only what an audit finds missing or stale here."""
    source: str
    scheduled_run: UUID | None
    """The run of a schedule that it is for."""


class Sequences:
    """What runs several playbooks of Salesforce in one go: `Workbench.sequences`."""

    def __init__(self, wb: "Workbench", store: Store) -> None:
        self._wb = wb
        self._store = store

    def steps(
        self, sequence: str | None = None, *, only: Collection[str] = (), exclude: Collection[str] = ()
    ) -> tuple[Step, ...]:
        """The steps that `run` would take, in their order; raises UnknownStep, UnknownPlaybook, NothingChosen."""
        steps = sequences.chosen(sequence, only=only, exclude=exclude)
        if not steps:
            raise NothingChosen
        return steps

    def last_read(self, step: Step) -> datetime | None:
        """When all of a step was last read and imported; None where some of it never was."""
        found = reads.last(self._store, step.playbooks)
        return min(found.values()) if len(found) == len(step.playbooks) else None

    def run(  # noqa: PLR0913
        self,
        sequence: str | None = None,
        *,
        only: Collection[str] = (),
        exclude: Collection[str] = (),
        full_sync: bool | None = None,
        dry_run: bool = False,
        fail_fast: bool = False,
        missing: bool = False,
        source: str = "python",
        scheduled_run: UUID | None = None,
        told: Callable[[StepResult], None] = lambda result: None,
        progress: Progress = silent,
    ) -> SequenceResult:
        """Runs daily, weekly, full, students, one step or playbook by its name, or the steps that `only` names.

        Each step reads what has changed since it was last read and written, or everything with `full_sync`, as the full
        sequence does where nobody says otherwise. A `dry_run` stops at the plans: nothing is written, no watermark
        moves. A step that fails does not keep the others from running, unless `fail_fast`. In daily, weekly, full and
        students a step runs also when something that it needs was never imported; by itself it is refused then.
        With `missing` no more is read than what an audit finds missing or stale here, and no watermark moves either.
        `source` is the door that the batches name; `told` is called after each step. Of a `scheduled_run` whose worker
        died, what it has written already is told with the rest.
        Raises UnknownStep, UnknownPlaybook, NothingChosen, SequenceRunning; NotConfigured, NotSignedIn or
        SalesforceNotReached where nobody answers the first step.
        """
        steps = self.steps(sequence, only=only, exclude=exclude)
        name = sequence or "chosen"
        whole = sequence == "full" if full_sync is None else full_sync
        how = How(
            sequence=name,
            full_sync=whole,
            dry_run=dry_run,
            missing=missing,
            source=source,
            scheduled_run=scheduled_run,
        )
        began, results, refused = datetime.now(UTC), list[StepResult](), None
        with turns.alone(self._store, sequence or (steps[0].name if len(steps) == 1 else many(len(steps), "step"))):
            for step in steps:
                lacking = self._lacking(step, results)
                if refused is not None:
                    result = StepResult(step=step, status="not run", notes=(refused,))
                elif fail_fast and any(each.status in ("failed", "refused") for each in results):
                    result = StepResult(step=step, status="not run", notes=("A step before it failed.",))
                elif lacking and sequence not in sequences.SEQUENCES:
                    result = StepResult(step=step, status="refused", notes=(_refused(lacking),))
                else:
                    try:
                        result = self._step(step, how, progress)
                    except _NOBODY as nobody:  # again and again would lock the user out, or take minutes
                        if not results:
                            raise
                        refused = str(nobody)
                        result = StepResult(step=step, status="failed", notes=(refused,))
                    result = replace(result, notes=(*result.notes, *self._told_of_needs(step, lacking, results)))
                results.append(result)
                told(result)
        return SequenceResult(
            name=name, steps=tuple(results), started_at=began, ended_at=datetime.now(UTC), dry_run=dry_run
        )

    def _lacking(self, step: Step, before: Collection[StepResult]) -> list[str]:
        """What a step needs that was never imported, and is not before it in this sequence."""
        known = {each.name: each for each in sequences.STEPS}
        tried = {each.step.name for each in before}
        return [need for need in step.needs if need not in tried and self.last_read(known[need]) is None]

    def _told_of_needs(self, step: Step, lacking: Collection[str], before: Collection[StepResult]) -> Iterator[str]:
        """What a person should know of what a step needs: never imported, long ago, or failed just now."""
        if lacking:
            yield f"It needs {listed(lacking)}, never imported so far: rows that name such records wait."
        results = {each.step.name: each for each in before}
        if failed := [need for need in step.needs if need in results and results[need].status in ("failed", "refused")]:
            yield f"It needs {listed(failed)}, which failed: rows that name new records of it wait."
        known = {each.name: each for each in sequences.STEPS}
        for need in step.needs:
            at = self.last_read(known[need]) if need not in results else None
            if at is not None and datetime.now(UTC) - at > STALE:
                yield f"It needs {need}, last imported {at:%Y-%m-%d %H:%M} UTC: more than a day ago."

    def _step(self, step: Step, how: How, progress: Progress) -> StepResult:
        done = _Done()
        began = time.monotonic()

        def own(doing: str, rows: int) -> None:
            progress(f"{step.name}: {doing}", rows)

        try:
            for name in step.playbooks:
                playbook = playbook_of(name)
                self._put_away_left_off(playbook)
                done.figures[name] = Counter(dict.fromkeys((figure.name for figure in playbook.figures), 0))
                if how.scheduled_run is not None:
                    for written in reads.of_scheduled_run(self._store, how.scheduled_run, name):
                        self._tell(self._wb.batches.get(written), done)
                for extract in playbook.extracts:
                    self._extract(playbook, extract, how, done, own)
        except _NOBODY:
            raise
        except Exception as error:  # whatever it is, it is this step's, and the others go on
            if not isinstance(error, WorkbenchError) and os.environ.get("WORKBENCH_TRACEBACK"):
                raise
            done.refusals.append(_sentence(error))
        return done.result(step, time.monotonic() - began, dry_run=how.dry_run)

    def _extract(self, playbook: Playbook, extract: Extract, how: How, done: "_Done", progress: Progress) -> None:
        """Reads, stages, plans and writes what one extract has."""
        said, salesforce, ids = self.said(playbook), self._wb.salesforce, None
        if how.missing:
            ids = salesforce.audit_playbook(playbook, extract.object, limit=None, progress=progress).to_import
            if not ids:
                return
        read = salesforce.read(playbook, extract, said=said, whole=how.full_sync, ids=ids, progress=progress)
        interval = read.sheet.interval
        done.deltas.append(interval is None or interval.since is not None)
        if read.is_empty:
            if interval is not None and not how.dry_run:
                salesforce.keep_nothing(read)
            return
        staged = self._wb.stage(
            read.sheet,
            playbook.name,
            template=said.template.id if said.template is not None else None,
            columns=read.columns,
            source=how.source,
            dry_run=how.dry_run,
            skip_errors=True,
            progress=progress,
        )
        for_whom = {"schedule_run": str(how.scheduled_run)} if how.scheduled_run is not None else {}
        batches.move(self._store, staged.id, summary={"sequence": how.sequence, **for_whom})
        batch = self._wb.plan(staged, progress=progress).batch
        if not how.dry_run:
            for earlier in reads.superseded(self._store, batch.id):
                self._wb.discard(earlier, f"Run {batch.id} has read the same again.")
                done.put_away.append(f"Run {earlier}, which waited for a person, was put away: {_READ_AGAIN}")
            try:
                batch = self._wb.commit(batch, skip_errors=True, progress=progress)
            except Held as held:
                done.held.append(str(held))
                batch = self._wb.batches.get(batch)
        self._tell(batch, done)

    def _tell(self, batch: Batch, done: "_Done") -> None:
        """Adds an import to what a step has done."""
        done.batches.append(batch)
        done.figures[batch.dataset].update(self._wb.figures(batch))
        for name, values in self._wb.breakdowns(batch).items():
            done.breakdowns.setdefault(name, Counter()).update(values)

    def said(self, playbook: Playbook) -> Said:
        """What the playbook's template for sequences says, if it has one."""
        try:
            return Said(template=self._wb.templates.get(playbook.name, TEMPLATE))
        except UnknownTemplate:
            return Said()

    def _put_away_left_off(self, playbook: Playbook) -> None:
        """Discards what a program that was killed has left before it was written: it is read again."""
        left = set(reads.left_off(self._store, playbook.name))
        for batch in batches.find(self._store, attention.LEFT_OFF, {}, 1000) if left else ():
            if batch.id in left:
                self._wb.discard(batch, "Its program ended before it was written. It is read again.")


@dataclass(kw_only=True)
class _Done:
    """What a step has done so far."""

    batches: list[Batch] = field(default_factory=list)
    figures: dict[str, Counter[str]] = field(default_factory=dict)
    breakdowns: dict[str, Counter[str]] = field(default_factory=dict)
    deltas: list[bool] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    put_away: list[str] = field(default_factory=list)

    def result(self, step: Step, seconds: float, *, dry_run: bool) -> StepResult:
        """What became of it."""
        invalid = sum(batch.invalid or 0 for batch in self.batches)
        rows = sum(batch.processed or 0 for batch in self.batches)
        notes = [*self.refusals, *self.held]
        if invalid:
            kept = "would stay out" if dry_run else "stay out until they are put right there, or rejected here"
            notes.append(f"{invalid:,} of {rows:,} rows are invalid, and {kept}.")
        if waiting := sum(batch.unmatched or 0 for batch in self.batches):
            name, wait = ("names", "waits") if waiting == 1 else ("name", "wait")
            notes.append(f"{many(waiting, 'row')} {name} records that are not here yet, and {wait} for them.")
        notes += self.put_away
        status = "done"
        if self.refusals or (rows and invalid == rows):
            status = "failed"
        elif self.held:
            status = "held"
        elif invalid:
            status = "partial"
        return StepResult(
            step=step,
            status=status,
            figures=self.figures,
            breakdowns=self.breakdowns,
            batches=tuple(batch.id for batch in self.batches),
            rows=rows,
            delta=bool(self.deltas) and all(self.deltas),
            notes=tuple(notes),
            seconds=seconds,
        )


def _sentence(error: Exception) -> str:
    """Why a step cannot go on: no trace, no secret."""
    if isinstance(error, WorkbenchError):
        return str(error)
    return (
        f"Something unexpected happened ({type(error).__name__}). Set WORKBENCH_TRACEBACK=1 to see where, and please "
        "report it."
    )


def _refused(lacking: Collection[str]) -> str:
    named = ",".join(lacking)
    return f"It needs {listed(lacking)}, never imported so far. Before it: workbench run --only {named}"
