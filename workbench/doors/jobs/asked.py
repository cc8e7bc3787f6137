"""What a page asks of the workers: to do a step of an import or a due run, how far that is, and to leave it."""

from contextlib import suppress
from typing import Any, Literal
from uuid import UUID

from procrastinate import exceptions, sql
from procrastinate.jobs import Job

from workbench.database import batches
from workbench.doors.jobs.queue import QUEUE, SCHEDULED, connector, queue, queued, refused_twice
from workbench.doors.jobs.steps import BEGUN, CANCELLED, Step
from workbench.model.batch import Batch
from workbench.model.errors import AlreadyWaiting, Cancelled
from workbench.model.schedule import ScheduledRun
from workbench.workbench import Workbench


def defer(wb: Workbench, step: Step, batch: Batch | UUID | str, **options: Any) -> int:
    """Leaves a step of a batch to the next worker that is free, and returns the job's number.

    `fill` reads the batch's kept file and plans it, and `straight_on` writes a plan that nobody has to be asked of;
    `plan`; `correct` takes the `sheet` whose rows are meant, the `edit`, as `wb.corrections` calls it, and what that
    takes, and plans the import again; `commit` takes `skip_errors`, `accept`, `reason` and the `plan` that was looked
    at; `undo` takes `dry_run`, `sign` what was `seen`; `sweep`. A step that waits already, in the same words, is not
    asked for twice. Raises UnknownBatch, and AlreadyWaiting for another step's sake, or the same in other words.
    """
    found = wb.batches.get(batch)
    job = Job(
        task_name=step,
        queue=QUEUE,
        lock=f"{wb.settings.tenant}:{found.dataset}",
        queueing_lock=str(found.id),
        task_kwargs={
            "batch": str(found.id),
            "tenant": wb.settings.tenant,
            "user": wb.settings.user,
            "options": options,
        },
    )
    try:
        with queued(wb) as connection, refused_twice():
            deferred = queue.defer_job(job, connection=connection)
        assert deferred.id is not None
        return deferred.id
    except exceptions.UniqueViolation:
        waiting = next((job for job in _jobs(wb, found) if job.status == "todo"), None)
        if waiting is None:  # it was taken up just now
            return defer(wb, step, found, **options)
        if (waiting.task_name, waiting.task_kwargs["options"]) != (step, options):
            raise AlreadyWaiting(batch=found.id, step=waiting.task_name) from None
        assert waiting.id is not None
        return waiting.id


def defer_run(wb: Workbench, run: ScheduledRun) -> None:
    """Leaves a due run to the next worker that is free; not a second time while it waits."""
    job = Job(
        task_name=SCHEDULED,
        queue=QUEUE,
        lock=f"{wb.settings.tenant}:schedules",
        queueing_lock=str(run.id),
        task_kwargs={"run": str(run.id), "tenant": wb.settings.tenant, "user": wb.settings.user},
    )
    with suppress(exceptions.UniqueViolation, exceptions.AlreadyEnqueued), queued(wb) as connection, refused_twice():
        queue.defer_job(job, connection=connection)


def state(wb: Workbench, batch: Batch | UUID | str) -> Literal["waiting", "running"] | None:
    """Whether a step of the batch waits for a worker or is being done; None when there is nothing to wait for."""
    states = {job.status for job in _jobs(wb, wb.batches.get(batch))}
    return "running" if "doing" in states else "waiting" if states else None


def cancel(wb: Workbench, batch: Batch | UUID | str) -> bool:
    """Withdraws what waits, and stops a file's reading or a correction at its next rows: the batch of the one fails and
    keeps no row, that of the other is as it was.

    A plan, a commit and an undo are all or nothing, soon done, and end by themselves: False, as when nothing waits.
    """
    found = wb.batches.get(batch)
    ends = {_stop(wb, found, job) for job in _jobs(wb, found)} - {None}
    if ends == {"withdrawn"} and found.stage in BEGUN:
        batches.fail(wb._store, found.id, str(Cancelled(user=wb.settings.user)))
    return ends != set()


def _stop(wb: Workbench, batch: Batch, job: Job) -> Literal["withdrawn", "stopping"] | None:
    assert job.id is not None
    end: Literal["withdrawn", "stopping"]
    with queued(wb) as connection:
        if queue.cancel_job_by_id(job.id, delete_job=True, connection=connection):
            end = "withdrawn"
        elif job.task_name in CANCELLED and queue.cancel_job_by_id(job.id, abort=True, connection=connection):
            end = "stopping"
        else:
            return None
        wb._store.note("cancelled", batch.id, step=job.task_name)
    return end


def _jobs(wb: Workbench, batch: Batch) -> list[Job]:
    with queued(wb) as connection:
        rows = connector.execute_query_all_with_connection(
            connection,
            sql.queries["list_jobs"],
            **dict.fromkeys(("id", "queue_name", "task_name", "status", "lock", "worker_id")),
            queueing_lock=str(batch.id),
        )
    return [job for job in map(Job.from_row, rows) if job.status in ("todo", "doing")]
