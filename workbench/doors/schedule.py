"""A due run is done: its sequence of Salesforce's steps, or its Google Sheet; what came of it is kept as it goes."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from workbench.model.errors import SequenceRunning
from workbench.model.hold import Hold
from workbench.model.schedule import WAITS, ScheduledRun
from workbench.model.sequence import StepResult
from workbench.model.wording import many
from workbench.playbooks import purposes
from workbench.playbooks.sequences import SEQUENCES
from workbench.workbench import Progress, Workbench

SOURCE = "schedule"
"""The door that the batches of a run name."""


def work(wb: Workbench, run: ScheduledRun, progress: Progress) -> ScheduledRun:
    """Does a run that waits, or goes on with one whose worker died: what of it was done is not done again.

    Raises what it is to be tried again for; all else is told of the run.
    """
    if not wb.schedules.begin(run):
        return wb.schedules.run(run.id)
    try:
        if run.work.google_sheet is not None:
            _sheet(wb, run, progress)
        else:
            _sequence(wb, run, progress)
    except SequenceRunning as refusal:  # somebody is at it by hand: the next minute it is tried again
        said = refusal.coordinates
        wb.schedules.wait_again(
            run,
            f"At {datetime.now(UTC):%H:%M:%S} UTC {said['user']} was running {said['sequence']} (since "
            f"{said['since']}). It is tried again every minute.",
        )
        return wb.schedules.run(run.id)
    return wb.schedules.end(run, *_outcome(wb.schedules.run(run.id).steps))


def _sequence(wb: Workbench, run: ScheduledRun, progress: Progress) -> None:
    told = {step["step"] for step in run.steps}
    left = [step for step in wb.schedules.steps_of(run.work) if step not in told]
    if not left:
        return

    def tell(result: StepResult) -> None:
        wb.schedules.tell_step(run, result.to_dict())

    of_steps = run.work.sequence is None or run.work.sequence in SEQUENCES
    wb.sequences.run(
        run.work.sequence,
        only=left if of_steps else (),
        full_sync=run.work.everything or None,
        missing=run.work.only_missing,
        source=SOURCE,
        scheduled_run=run.id,
        told=tell,
        progress=progress,
    )


def _sheet(wb: Workbench, run: ScheduledRun, progress: Progress) -> None:
    assert run.work.google_sheet is not None
    if run.steps:
        return
    _put_away(wb, run)
    configured = wb.google_sheets.get(run.work.google_sheet)
    sheet = wb.google_sheets.open(configured, progress=progress)
    dataset = purposes.target(configured, sheet)
    options = purposes.options(configured, dataset)
    if run.work.window:
        options["window"] = run.work.window
    batch = wb.import_sheet(sheet, dataset, source=SOURCE, progress=progress, **options)
    status = "done" if batch.stage == "completed" else "held"
    notes = [hold.sentence for hold in Hold.all_of(batch.summary)] if status == "held" else []
    if status == "held" and batch.invalid:
        notes.append(f"{many(batch.invalid)} invalid.")
    figures = {name.capitalize(): getattr(batch, name) for name in ("processed", "created", "updated", "skipped")}
    wb.schedules.tell_step(
        run,
        {
            "step": configured.name,
            "status": status,
            "figures": {dataset: figures},
            "batches": [str(batch.id)],
            "notes": notes,
        },
    )


def _put_away(wb: Workbench, run: ScheduledRun) -> None:
    """Discards what a worker that died has read and not written: the sheet is read anew."""
    if run.started_at is None:
        return
    for stage in ("staged", "planned"):
        for batch in wb.batches.all(stage=stage, user=wb.settings.user, since=run.started_at, limit=1000):
            if batch.source == SOURCE:
                wb.discard(batch, "Its worker ended before it was written.")


def _outcome(steps: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """The status of a run whose steps have all been told, and a sentence."""
    by: dict[str, list[str]] = {}
    for step in steps:
        by.setdefault(step["status"], []).append(step["step"])
    good = len(by.pop("done", ()))
    if not by:
        return "completed", "Done." if good == 1 else f"All {good} steps are done."
    status = "held" if "held" in by else "partial" if good or "partial" in by else "failed"
    if len(steps) == 1:
        return status, " ".join((f"It {_SAID[steps[0]['status']]}.", *steps[0]["notes"][:1]))
    others = "; ".join(f"{', '.join(names)}: {_SAID[each]}" for each, names in by.items())
    return status, f"{good} of {many(len(steps), 'step')} done; {others}."


_SAID = {
    "partial": "is done in part",
    "held": WAITS,
    "failed": "failed",
    "refused": "was refused",
    "not run": "was not run",
}
