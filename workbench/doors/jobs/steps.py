"""What a worker does: the steps of an import, and the sentence that is left where one cannot be done."""

import logging
import os
from collections.abc import Callable, Sequence
from typing import Any, Literal

from procrastinate import exceptions
from procrastinate.job_context import AbortReason, JobContext
from procrastinate.jobs import Job

from workbench.database import at_work, batches
from workbench.database.progress import reporting
from workbench.doors.jobs.queue import SCHEDULED, TICK
from workbench.model.batch import ENDED, Batch
from workbench.model.errors import (
    AlreadyUndone,
    Cancelled,
    CorrectionCancelled,
    DatabaseBusy,
    DatabaseUnavailable,
    Held,
    WorkbenchError,
)
from workbench.model.hold import Hold
from workbench.model.person import same_person
from workbench.model.row_query import RowQuery
from workbench.settings import Settings
from workbench.workbench import Progress, Workbench

Step = Literal["fill", "correct", "plan", "commit", "undo", "sign", "sweep"]

TRIES = 3
"""How often a job is tried again that was stopped by the database, or whose worker died."""
DEAD = "Its worker died again and again, so it was given up. Nothing of it was kept."
CANCELLED: dict[str, type[Cancelled]] = {"fill": Cancelled, "correct": CorrectionCancelled}
"""The steps that are left in the middle when somebody wants it, and what is said then; nothing of them is kept."""
BEGUN = ("queued", "staging")
_log = logging.getLogger(__name__)
TRANSIENT = (DatabaseBusy, DatabaseUnavailable)


def _fill(wb: Workbench, batch: Batch, progress: Progress, straight_on: bool = False) -> None:
    """Fills and plans, so that from upload to plan there is one wait."""
    if batch.stage in BEGUN:
        batch = wb.fill(batch, progress=progress)
    if batch.stage == "staged":
        progress("planning", 0)
        batch = wb.plan(batch, progress=progress).batch
    if straight_on and _asks_nobody(wb, batch):
        _commit(wb, batch, progress)


def _asks_nobody(wb: Workbench, batch: Batch) -> bool:
    """Whether a plan has nothing that a person may want to see first: no invalid row, nothing that it waits for, no
    record that it takes away."""
    gone = (each.summary.get("removed", {}) for each in (batch, *wb.batches.parts(batch)))
    return batch.stage == "planned" and not (
        batch.invalid or Hold.all_of(batch.summary) or any(number for each in gone for number in each.values())
    )


def _plan(wb: Workbench, batch: Batch, progress: Progress) -> None:
    if batch.stage in ("staged", "planned", "held"):
        wb.plan(batch, progress=progress)


def _correct(wb: Workbench, batch: Batch, progress: Progress, job: int, sheet: str, edit: str, **said: Any) -> None:
    """Corrects rows as `wb.corrections` does what the edit is called, unless that was done before the worker died, and
    plans the import again, so that there is one wait."""
    if batch.stage not in ("staged", "planned", "held"):
        return
    own = wb.corrections.of_job(job, progress)
    if "query" in said:
        said["query"] = RowQuery.from_dict(said["query"])
    if not own.was_done(sheet):
        getattr(own, edit)(sheet, **said)
    _plan(wb, wb.batches.get(batch.id), progress)


def _commit(
    wb: Workbench,
    batch: Batch,
    progress: Progress,
    skip_errors: bool = False,
    accept: Sequence[str] = (),
    reason: str = "",
    plan: int | None = None,
) -> None:
    """Commits, unless that was done before the worker died; what another person has committed is refused."""
    by = wb.batches.committed_by(batch)
    if batch.stage in ("planned", "held") or not (by is None or same_person(by, wb.settings.user)):
        wb.commit(batch, skip_errors=skip_errors, accept=accept, reason=reason, plan=plan, progress=progress)
        wb.records.tidy()


def _undo(wb: Workbench, batch: Batch, progress: Progress, dry_run: bool = False) -> None:
    if batch.stage == "completed":
        wb.undo(batch, dry_run=dry_run, progress=progress)


def _sign(wb: Workbench, batch: Batch, progress: Progress, seen: int | None = None) -> None:
    """Signs, unless that was done before the worker died; every row goes into the digest."""
    if wb.signature(batch) is None:
        with reporting(wb._store, batch.id, progress, batch.processed) as reporter:
            reporter("signing", 0)
            wb.sign_off(batch, seen=seen)


def _sweep(wb: Workbench, batch: Batch, progress: Progress) -> None:
    """Brings in the rows that were unmatched and are so no more; what was brought in before the worker died is not
    brought in again."""
    with reporting(wb._store, batch.id, progress, batch.unmatched) as reporter:
        reporter("bringing in", 0)
        wb.sweep(batch)


STEPS: dict[Step, Callable[..., None]] = {
    "fill": _fill,
    "correct": _correct,
    "plan": _plan,
    "commit": _commit,
    "undo": _undo,
    "sign": _sign,
    "sweep": _sweep,
}


def do(
    configuration: Settings, context: JobContext, batch: str, tenant: str, user: str, options: dict[str, Any]
) -> None:
    """Does one job. Raises only what it is to be tried again for; all else is written into the batch."""
    job = context.job
    try:
        with opened(configuration, tenant, user) as wb:
            found = wb.batches.get(batch)
            if found.stage not in ENDED and found.summary.get("error"):
                batches.move(wb._store, found.id, summary={"error": None})  # of an earlier attempt
            if job.task_name == "correct":
                options = {**options, "job": job.id}
            with at_work.reserved(wb._store, batches.run(wb._store, found)):
                STEPS[job.task_name](wb, found, _progress(wb, context, found), **options)  # type: ignore[index]
    except Stopped:
        raise exceptions.JobAborted from None
    except (Held, AlreadyUndone):  # as the batch says itself
        pass
    except Exception as error:
        if isinstance(error, TRANSIENT) and job.attempts < TRIES:
            raise
        end(configuration, job, sentence(error))


def opened(configuration: Settings, tenant: str, user: str) -> Workbench:
    url = configuration.database_url.get_secret_value() if configuration.database_url else None
    return Workbench.open(home=configuration.home, database_url=url, tenant=tenant, user=user)


def _progress(wb: Workbench, context: JobContext, batch: Batch) -> Progress:
    """What a step calls as it goes on, and where it is stopped."""

    def progress(doing: str, rows: int) -> None:
        why = context.abort_reason()
        if why is AbortReason.USER_REQUEST and doing in ("staging", "correcting"):
            raise _cancelled(wb, context.job, batch)
        if why is AbortReason.SHUTDOWN and (doing in ("staging", "correcting") or rows == 0):
            raise Stopped

    return progress


def _cancelled(wb: Workbench, job: Job, batch: Batch) -> Cancelled:
    """By whom a job was, as the batch's story has it."""
    by = [event["actor"] for event in wb.batches.story(batch) if event["action"] == "cancelled"]
    return CANCELLED[job.task_name](user=by[-1] if by else "somebody")


def sentence(error: Exception) -> str:
    if isinstance(error, WorkbenchError):
        return str(error)
    name = type(error).__name__
    report(f"Something unexpected happened ({name}).", error)
    return f"Something unexpected happened ({name}). Start the worker with WORKBENCH_TRACEBACK=1 to see where it does."


def report(what: str, error: BaseException | None) -> None:
    """A line for who runs the worker; more only when it is asked for, because a message can hold a cell's text."""
    _log.warning(what, exc_info=error if os.environ.get("WORKBENCH_TRACEBACK") else None)


def end(configuration: Settings, job: Job, why: str) -> None:
    """Writes the sentence where a person looks: in the batch, which has failed when it has no rows yet, or the run."""
    asked: dict[str, Any] = job.task_kwargs
    if job.task_name == TICK:
        return
    with opened(configuration, asked["tenant"], asked["user"]) as wb:
        if job.task_name == SCHEDULED:
            wb.schedules.end(wb.schedules.run(asked["run"]), "failed", why)
            return
        batch = wb.batches.get(asked["batch"])
        if job.abort_requested and job.task_name in CANCELLED:
            why = str(_cancelled(wb, job, batch))
        if batch.stage in BEGUN:
            batches.fail(wb._store, batch.id, why)
        elif batch.stage not in ENDED:
            batches.move(wb._store, batch.id, ("refused", {"step": job.task_name, "why": why}), summary={"error": why})
        else:
            with wb._store.transaction():
                wb._store.note("refused", batch.id, step=job.task_name, why=why)


class Stopped(BaseException):
    """The worker ends: the batch stays as it is, for the next one."""
