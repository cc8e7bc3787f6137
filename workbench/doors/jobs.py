"""Work that a page leaves to a worker: filling, planning, committing and undoing a batch as jobs of a queue; and what
is due by itself.

The queue is Procrastinate's, in the same database. A job names its batch, tenant, person and options, and holds no
data. One job at a time works for a tenant on a dataset, and a run on all of its; a job that was stopped, by whatever,
is taken up again, and leaves a batch alone that is past its step. What came of a job is told by its batch; the queue
forgets it.

Every minute one of the workers, whichever comes first, looks for schedules that are due and leaves their runs to the
queue; of a tenant one is done at a time.
"""

import asyncio
import logging
import os
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, Literal
from uuid import UUID

from procrastinate import App, PsycopgConnector, SyncPsycopgConnector, exceptions, sql
from procrastinate.job_context import AbortReason, JobContext
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from procrastinate.retry import BaseRetryStrategy, RetryDecision

from workbench.database import at_work, batches, schedules, store
from workbench.derived.expectations import great_expectations
from workbench.doors import schedule
from workbench.model.batch import ENDED, Batch
from workbench.model.errors import (
    AlreadyUndone,
    AlreadyWaiting,
    Cancelled,
    DatabaseBusy,
    DatabaseUnavailable,
    Held,
    UnknownSchedule,
    WorkbenchError,
)
from workbench.model.hold import Hold
from workbench.model.schedule import ScheduledRun
from workbench.settings import Settings
from workbench.workbench import Progress, Workbench, address

Step = Literal["fill", "plan", "commit", "undo"]

HEARTBEAT = 2.0
"""Seconds between two signs of life of a worker."""
_PATIENCE = 5
"""After how many signs of life that did not come a worker is taken for dead, and its jobs are taken up."""
TRIES = 3
"""How often a job is tried again that was stopped by the database, or whose worker died."""
_DEAD = "Its worker died again and again, so it was given up. Nothing of it was kept."
AT_ONCE = 2
"""Jobs of one worker at the same time, so that a small file need not wait for a large one."""

_QUEUE = "imports"
_SCHEDULED, _TICK = "scheduled", "tick"
EVERY = "* * * * *"
"""How often it is looked for what is due, as cron says it."""
_GRACE = 1.0
"""Seconds that a job has to end by itself before it is asked to stop."""

_log = logging.getLogger(__name__)
logging.getLogger("procrastinate").addHandler(logging.NullHandler())  # what it says is said by us, in a sentence


# -- what a page asks ------------------------------------------------------------------------------------------------


def defer(wb: Workbench, step: Step, batch: Batch | UUID | str, **options: Any) -> int:
    """Leaves a step of a batch to the next worker that is free, and returns the job's number.

    `fill` reads the batch's kept file and plans it, and `straight_on` writes a plan that nobody has to be asked of;
    `plan`; `commit` takes `skip_errors`, `accept` and `reason`; `undo` takes `dry_run`.
    A step that waits already is not asked for twice. Raises UnknownBatch, and AlreadyWaiting for another step's sake.
    """
    found = wb.batches.get(batch)
    job = Job(
        task_name=step,
        queue=_QUEUE,
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
        with _queued(wb) as connection, _told_twice():
            deferred = _queue.defer_job(job, connection=connection)
        assert deferred.id is not None
        return deferred.id
    except exceptions.UniqueViolation:
        waiting = next((job for job in _jobs(wb, found) if job.status == "todo"), None)
        if waiting is None:  # it was taken up just now
            return defer(wb, step, found, **options)
        if waiting.task_name != step:
            raise AlreadyWaiting(batch=found.id, step=waiting.task_name) from None
        assert waiting.id is not None
        return waiting.id


def defer_run(wb: Workbench, run: ScheduledRun) -> None:
    """Leaves a due run to the next worker that is free; not a second time while it waits."""
    job = Job(
        task_name=_SCHEDULED,
        queue=_QUEUE,
        lock=f"{wb.settings.tenant}:schedules",
        queueing_lock=str(run.id),
        task_kwargs={"run": str(run.id), "tenant": wb.settings.tenant, "user": wb.settings.user},
    )
    with suppress(exceptions.UniqueViolation, exceptions.AlreadyEnqueued), _queued(wb) as connection, _told_twice():
        _queue.defer_job(job, connection=connection)


def state(wb: Workbench, batch: Batch | UUID | str) -> Literal["waiting", "running"] | None:
    """Whether a step of the batch waits for a worker or is being done; None when there is nothing to wait for."""
    states = {job.status for job in _jobs(wb, wb.batches.get(batch))}
    return "running" if "doing" in states else "waiting" if states else None


def cancel(wb: Workbench, batch: Batch | UUID | str) -> bool:
    """Withdraws what waits, and stops a file's reading at its next rows; its batch fails and keeps no row.

    A plan, a commit and an undo are all or nothing, soon done, and end by themselves: False, as when nothing waits.
    """
    found = wb.batches.get(batch)
    if found.stage in _BEGUN:
        batches.move(wb._store, found.id, summary={"cancelled_by": wb.settings.user})
    ends = {_stop(wb, found, job) for job in _jobs(wb, found)} - {None}
    if ends == {"withdrawn"} and found.stage in _BEGUN:
        batches.fail(wb._store, found.id, str(Cancelled(user=wb.settings.user)))
    return ends != set()


def _stop(wb: Workbench, batch: Batch, job: Job) -> Literal["withdrawn", "stopping"] | None:
    assert job.id is not None
    end: Literal["withdrawn", "stopping"]
    with _queued(wb) as connection:
        if _queue.cancel_job_by_id(job.id, delete_job=True, connection=connection):
            end = "withdrawn"
        elif job.task_name == "fill" and _queue.cancel_job_by_id(job.id, abort=True, connection=connection):
            end = "stopping"
        else:
            return None
        wb._store.note("cancelled", batch.id, step=job.task_name)
    return end


def _jobs(wb: Workbench, batch: Batch) -> list[Job]:
    with _queued(wb) as connection:
        rows = _connector.execute_query_all_with_connection(
            connection,
            sql.queries["list_jobs"],
            **dict.fromkeys(("id", "queue_name", "task_name", "status", "lock", "worker_id")),
            queueing_lock=str(batch.id),
        )
    return [job for job in map(Job.from_row, rows) if job.status in ("todo", "doing")]


@contextmanager
def _queued(wb: Workbench) -> Iterator[Any]:
    """The Workbench's connection, with the queue in sight; raises what `Store.transaction` raises."""
    with wb._store.queue() as connection:
        try:
            yield connection
        except exceptions.ConnectorException as error:
            raise error.__cause__ or error from None


@contextmanager
def _told_twice() -> Iterator[None]:
    """Raises UniqueViolation for a job whose batch has one that waits.

    The queue's library looks for the key in what the database says of it, which row-level security leaves out.
    """
    try:
        yield
    except (AssertionError, TypeError) as error:
        if getattr(error.__context__, "sqlstate", None) != _TWICE:
            raise
        raise exceptions.UniqueViolation(constraint_name=None, queueing_lock=None) from None


_TWICE = "23505"
"""The SQLSTATE of what there may be only one of."""

_connector = SyncPsycopgConnector()  # never opened: it is always given the Workbench's own connection
_queue = JobManager(_connector)


# -- what a worker does ----------------------------------------------------------------------------------------------

_BEGUN = ("queued", "staging")
_TRANSIENT = (DatabaseBusy, DatabaseUnavailable)


def _fill(wb: Workbench, batch: Batch, progress: Progress, straight_on: bool = False) -> None:
    """Fills and plans, so that from upload to plan there is one wait."""
    if batch.stage in _BEGUN:
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


def _commit(
    wb: Workbench,
    batch: Batch,
    progress: Progress,
    skip_errors: bool = False,
    accept: Sequence[str] = (),
    reason: str = "",
) -> None:
    if batch.stage in ("planned", "held"):
        wb.commit(batch, skip_errors=skip_errors, accept=accept, reason=reason, progress=progress)
        wb.records.tidy()


def _undo(wb: Workbench, batch: Batch, progress: Progress, dry_run: bool = False) -> None:
    if batch.stage == "completed":
        wb.undo(batch, dry_run=dry_run, progress=progress)


_STEPS: dict[Step, Callable[..., None]] = {"fill": _fill, "plan": _plan, "commit": _commit, "undo": _undo}


def _run(
    configuration: Settings, context: JobContext, batch: str, tenant: str, user: str, options: dict[str, Any]
) -> None:
    """Does one job. Raises only what it is to be tried again for; all else is written into the batch."""
    job = context.job
    try:
        with _opened(configuration, tenant, user) as wb:
            found = wb.batches.get(batch)
            if found.stage not in ENDED and found.summary.get("error"):
                batches.move(wb._store, found.id, summary={"error": None})  # of an earlier attempt
            with at_work.reserved(wb._store, batches.run(wb._store, found)):
                _STEPS[job.task_name](wb, found, _progress(wb, context, found), **options)  # type: ignore[index]
    except _Stopped:
        raise exceptions.JobAborted from None
    except (Held, AlreadyUndone):  # as the batch says itself
        pass
    except Exception as error:
        if isinstance(error, _TRANSIENT) and job.attempts < TRIES:
            raise
        _end(configuration, job, _sentence(error))


def tick(configuration: Settings) -> None:
    """Asks for the run of every schedule that is due, once, and leaves those that wait to the queue. What is wrong with
    one of them keeps no other waiting."""
    for each in schedules.due(address(configuration)):
        try:
            _take_up(configuration, each)
        except Exception as error:
            _report(f"A schedule of {each.tenant} cannot be taken up ({type(error).__name__}).", error)


def _take_up(configuration: Settings, each: schedules.Due) -> None:
    with _opened(configuration, each.tenant, each.person) as wb, suppress(UnknownSchedule):  # removed just now
        run = wb.schedules.take_up(each.schedule) if each.schedule else wb.schedules.run(str(each.run))
        if run is not None:
            defer_run(wb, run)


def _ticked(configuration: Settings, context: JobContext, timestamp: int) -> None:
    """The periodic job; what it cannot do now, it does a minute later."""
    try:
        tick(configuration)
    except WorkbenchError as refusal:
        _report(f"What is due cannot be looked for: {refusal}", refusal)


def _scheduled(configuration: Settings, context: JobContext, run: str, tenant: str, user: str) -> None:
    """Does one due run. Raises only what it is to be tried again for; all else is told of the run."""

    def progress(doing: str, rows: int) -> None:
        whole = doing in ("planning", "committing") and rows > 0
        if context.abort_reason() is AbortReason.SHUTDOWN and not whole:
            raise _Stopped

    try:
        with _opened(configuration, tenant, user) as wb:
            schedule.work(wb, wb.schedules.run(run), progress)
    except _Stopped:
        raise exceptions.JobAborted from None
    except Exception as error:
        if isinstance(error, _TRANSIENT) and context.job.attempts < TRIES:
            raise
        _end(configuration, context.job, _sentence(error))


def _opened(configuration: Settings, tenant: str, user: str) -> Workbench:
    url = configuration.database_url.get_secret_value() if configuration.database_url else None
    return Workbench.open(home=configuration.home, database_url=url, tenant=tenant, user=user)


def _progress(wb: Workbench, context: JobContext, batch: Batch) -> Progress:
    """What a step calls as it goes on, and where it is stopped."""

    def progress(doing: str, rows: int) -> None:
        why = context.abort_reason()
        if why is AbortReason.USER_REQUEST and doing == "staging":
            raise _cancelled(wb.batches.get(batch))
        if why is AbortReason.SHUTDOWN and (doing == "staging" or rows == 0):
            raise _Stopped

    return progress


def _cancelled(batch: Batch) -> Cancelled:
    return Cancelled(user=batch.summary.get("cancelled_by", "somebody"))


def _sentence(error: Exception) -> str:
    if isinstance(error, WorkbenchError):
        return str(error)
    name = type(error).__name__
    _report(f"Something unexpected happened ({name}).", error)
    return f"Something unexpected happened ({name}). Start the worker with WORKBENCH_TRACEBACK=1 to see where it does."


def _report(what: str, error: BaseException | None) -> None:
    """A line for who runs the worker; more only when it is asked for, because a message can hold a cell's text."""
    _log.warning(what, exc_info=error if os.environ.get("WORKBENCH_TRACEBACK") else None)


def _end(configuration: Settings, job: Job, why: str) -> None:
    """Writes the sentence where a person looks: in the batch, which has failed when it has no rows yet, or the run."""
    asked: dict[str, Any] = job.task_kwargs
    if job.task_name == _TICK:
        return
    with _opened(configuration, asked["tenant"], asked["user"]) as wb:
        if job.task_name == _SCHEDULED:
            wb.schedules.end(wb.schedules.run(asked["run"]), "failed", why)
            return
        batch = wb.batches.get(asked["batch"])
        if job.abort_requested:
            why = str(_cancelled(batch))
        if batch.stage in _BEGUN:
            batches.fail(wb._store, batch.id, why)
        elif batch.stage not in ENDED:
            batches.move(wb._store, batch.id, ("refused", {"step": job.task_name, "why": why}), summary={"error": why})
        else:
            with wb._store.transaction():
                wb._store.note("refused", batch.id, step=job.task_name, why=why)


class _Stopped(BaseException):
    """The worker ends: the batch stays as it is, for the next one."""


class _Again(BaseRetryStrategy):
    """At once when the worker was stopped; after a while, and not for ever, when the database was away or busy."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if isinstance(exception, exceptions.JobAborted):
            return RetryDecision()
        if job.attempts >= TRIES:
            return None
        return RetryDecision(retry_in={"milliseconds": round(1000 * self._seconds * (1 + 2 * job.attempts))})


_ANSWERED = ("P0001", "23505")
"""What the queue raises itself: the job is another's by now, or another of its batch waits."""


class _WorkersQueue(JobManager):
    """The queue of a worker that lets go of every job: one that it kept would keep its dataset's others waiting."""

    def __init__(self, connector: PsycopgConnector, seconds: float) -> None:
        super().__init__(connector)
        self._seconds = seconds

    async def finish_job_by_id_async(self, job_id: int, status: Status, delete_job: bool) -> None:
        await self._surely(lambda: super(_WorkersQueue, self).finish_job_by_id_async(job_id, status, delete_job))

    async def retry_job_by_id_async(self, job_id: int, *changes: Any, **named: Any) -> None:
        try:
            with _told_twice():
                await self._surely(lambda: super(_WorkersQueue, self).retry_job_by_id_async(job_id, *changes, **named))
        except exceptions.UniqueViolation:  # another of its batch waits, which was asked for since, and is done instead
            await self.finish_job_by_id_async(job_id, Status.FAILED, delete_job=True)

    async def defer_periodic_job(self, job: Job, periodic_id: str, defer_timestamp: int) -> int | None:
        try:
            with _told_twice():
                return await super().defer_periodic_job(job, periodic_id, defer_timestamp)
        except exceptions.UniqueViolation:  # that of a minute ago still waits
            return None

    async def _surely(self, ask: Callable[[], Awaitable[None]]) -> None:
        """Asks again when the database was away or busy, for as long as a worker may go without a sign of life."""
        for _ in range(_PATIENCE):
            try:
                return await ask()
            except exceptions.ConnectorException as error:
                if getattr(error.__cause__, "sqlstate", None) in _ANSWERED:
                    raise
            await asyncio.sleep(self._seconds)
        await ask()


class Worker:
    """A worker in a thread of its own, for as long as the `with` block lasts."""

    def __init__(self, configuration: Settings, *, heartbeat: float = HEARTBEAT, every: str = EVERY) -> None:
        self._configuration = configuration
        self._heartbeat = heartbeat
        self._every = every
        self._thread = threading.Thread(target=self._work, name="worker")
        self._loop = asyncio.SelectorEventLoop()  # the one kind that the database driver takes everywhere
        self._ending = asyncio.Event()
        self._running = False

    @property
    def alive(self) -> bool:
        """Whether it takes up jobs; not so while it cannot reach the database."""
        return self._running and self._thread.is_alive()

    def __enter__(self) -> "Worker":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Ends what can be ended, waits for what cannot, and leaves the rest to the next worker."""
        self._loop.call_soon_threadsafe(self._ending.set)
        self._thread.join()

    def _work(self) -> None:
        self._loop.set_exception_handler(lambda loop, told: _report(f"{told['message']}.", told.get("exception")))
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._until_ended())

    async def _until_ended(self) -> None:
        """Works, and begins again after a failure: the database comes back."""
        while not self._ending.is_set():
            try:
                await self._at_work()
            except Exception as error:
                lost = isinstance(error, exceptions.ConnectorException)  # `alive` tells that, as long as it is so
                if self._running and not lost:
                    _report(f"The worker begins again, after {type(error).__name__}.", error)
            self._running = False
            await self._rest(1.0)

    async def _at_work(self) -> None:
        app = self._app(await asyncio.to_thread(address, self._configuration))
        async with app.open_async():
            tasks = [
                asyncio.create_task(work)
                for work in (
                    app.run_worker_async(
                        queues=[_QUEUE],
                        concurrency=AT_ONCE,
                        delete_jobs="always",
                        fetch_job_polling_interval=self._heartbeat,
                        abort_job_polling_interval=self._heartbeat,
                        install_signal_handlers=False,
                        shutdown_graceful_timeout=_GRACE,
                        update_heartbeat_interval=self._heartbeat,
                        stalled_worker_timeout=self._patience,
                    ),
                    self._take_up(app.job_manager),
                    self._ending.wait(),
                )
            ]
            self._running = True
            loading = asyncio.create_task(asyncio.to_thread(great_expectations))  # so that no job waits for it
            done, waiting = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, loading, return_exceptions=True)
            for task in done:
                task.result()

    async def _rest(self, seconds: float) -> None:
        """Waits for so long, or until the end."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._ending.wait(), seconds)

    @property
    def _patience(self) -> float:
        return _PATIENCE * self._heartbeat

    def _app(self, url: str) -> App:
        connector = PsycopgConnector(conninfo=store.queue_url(url), min_size=1, max_size=4, timeout=10)
        app = App(connector=connector)
        app.job_manager = _WorkersQueue(connector, self._heartbeat)
        for step in _STEPS:
            run = partial(_run, self._configuration)
            app.task(name=step, queue=_QUEUE, pass_context=True, retry=_Again(self._heartbeat))(run)
        due = partial(_scheduled, self._configuration)
        app.task(name=_SCHEDULED, queue=_QUEUE, pass_context=True, retry=_Again(self._heartbeat))(due)
        look = app.task(name=_TICK, queue=_QUEUE, queueing_lock=_TICK, pass_context=True)
        app.periodic(cron=self._every)(look(partial(_ticked, self._configuration)))
        return app

    async def _take_up(self, queue: JobManager) -> None:
        """Gives the jobs of dead workers to the living, at the beginning and from then on."""
        while True:
            for job in await queue.get_stalled_jobs(seconds_since_heartbeat=self._patience):
                await self._again(queue, job)
            before = time.monotonic()
            await asyncio.sleep(self._heartbeat)
            late = time.monotonic() - before - self._heartbeat
            if late > self._heartbeat:  # this program was held up, and its own signs of life are late as well
                await asyncio.sleep(self._heartbeat)

    async def _again(self, queue: JobManager, job: Job) -> None:
        try:
            for known in await queue.list_jobs_async(id=job.id):  # which tells whether it was cancelled
                if known.attempts < TRIES and not known.abort_requested:
                    await queue.retry_job(known)
                else:
                    await asyncio.to_thread(_end, self._configuration, known, _DEAD)
                    await queue.finish_job(known, Status.FAILED, delete_job=True)
        except exceptions.ConnectorException:
            _log.info("Another worker has taken up job %s.", job.id)
