"""Who does it: a worker in a thread of its own; it outlives a database that is away, and takes up what was left."""

import asyncio
import logging
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any

import procrastinate.worker
from procrastinate import App, PsycopgConnector, exceptions
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from procrastinate.retry import BaseRetryStrategy, RetryDecision

from workbench.database import store
from workbench.derived.expectations import great_expectations
from workbench.doors.jobs.due import scheduled, ticked
from workbench.doors.jobs.queue import QUEUE, SCHEDULED, TICK, refused_twice
from workbench.doors.jobs.steps import DEAD, STEPS, TRIES, do, end, report
from workbench.settings import Settings
from workbench.workbench import address

HEARTBEAT = 2.0
"""Seconds between two signs of life of a worker."""
_PATIENCE = 5
"""After how many signs of life that did not come a worker is taken for dead, and its jobs are taken up."""
AT_ONCE = 2
"""Jobs of one worker at the same time, so that a small file need not wait for a large one."""
EVERY = "* * * * *"
"""How often it is looked for what is due, as cron says it."""
_GRACE = 1.0
"""Seconds that a job has to end by itself before it is asked to stop."""

_log = logging.getLogger(__name__)


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
            with refused_twice():
                await self._surely(lambda: super(_WorkersQueue, self).retry_job_by_id_async(job_id, *changes, **named))
        except exceptions.UniqueViolation:  # another of its batch waits, which was asked for since, and is done instead
            await self.finish_job_by_id_async(job_id, Status.FAILED, delete_job=True)

    async def defer_periodic_job(self, job: Job, periodic_id: str, defer_timestamp: int) -> int | None:
        try:
            with refused_twice():
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
        self._loop.set_exception_handler(lambda loop, told: report(f"{told['message']}.", told.get("exception")))
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
                    report(f"The worker begins again, after {type(error).__name__}.", error)
            self._running = False
            await self._rest(1.0)

    async def _at_work(self) -> None:
        """Works until the end is asked for or something fails. Nothing is cancelled, which a pool can lose."""
        app = self._app(await asyncio.to_thread(address, self._configuration))
        async with app.open_async():
            worker = procrastinate.worker.Worker(
                app,
                queues=[QUEUE],
                concurrency=AT_ONCE,
                delete_jobs="always",
                fetch_job_polling_interval=self._heartbeat,
                abort_job_polling_interval=self._heartbeat,
                install_signal_handlers=False,
                shutdown_graceful_timeout=_GRACE,
                update_heartbeat_interval=self._heartbeat,
                stalled_worker_timeout=self._patience,
            )
            over = asyncio.Event()
            ending = asyncio.create_task(self._ending.wait())
            working = [
                asyncio.create_task(worker.run()),  # type: ignore[no-untyped-call]
                asyncio.create_task(self._take_up(app.job_manager, over)),
            ]
            self._running = True
            loading = asyncio.create_task(asyncio.to_thread(great_expectations))  # so that no job waits for it
            await asyncio.wait([ending, *working], return_when=asyncio.FIRST_COMPLETED)
            over.set()
            worker.stop()  # type: ignore[no-untyped-call]
            ending.cancel()
            ended = await asyncio.gather(*working, loading, return_exceptions=True)
            for failure in ended[: len(working)]:
                if isinstance(failure, BaseException):
                    raise failure

    async def _rest(self, seconds: float, over: asyncio.Event | None = None) -> None:
        """Waits for so long, or until the end; of all, or of what `over` is the end of."""
        with suppress(TimeoutError):
            await asyncio.wait_for((over or self._ending).wait(), seconds)

    @property
    def _patience(self) -> float:
        return _PATIENCE * self._heartbeat

    def _app(self, url: str) -> App:
        connector = PsycopgConnector(conninfo=store.queue_url(url), min_size=1, max_size=4, timeout=10)
        app = App(connector=connector)
        app.job_manager = _WorkersQueue(connector, self._heartbeat)
        for step in STEPS:
            step_done = partial(do, self._configuration)
            app.task(name=step, queue=QUEUE, pass_context=True, retry=_Again(self._heartbeat))(step_done)
        due = partial(scheduled, self._configuration)
        app.task(name=SCHEDULED, queue=QUEUE, pass_context=True, retry=_Again(self._heartbeat))(due)
        look = app.task(name=TICK, queue=QUEUE, queueing_lock=TICK, pass_context=True)
        app.periodic(cron=self._every)(look(partial(ticked, self._configuration)))
        return app

    async def _take_up(self, queue: JobManager, over: asyncio.Event) -> None:
        """Gives the jobs of dead workers to the living, at the beginning and from then on until it is over."""
        while not over.is_set():
            for job in await queue.get_stalled_jobs(seconds_since_heartbeat=self._patience):
                await self._again(queue, job)
            before = time.monotonic()
            await self._rest(self._heartbeat, over)
            late = time.monotonic() - before - self._heartbeat
            if late > self._heartbeat:  # this program was held up, and its own signs of life are late as well
                await self._rest(self._heartbeat, over)

    async def _again(self, queue: JobManager, job: Job) -> None:
        try:
            for known in await queue.list_jobs_async(id=job.id):  # which tells whether it was cancelled
                if known.attempts < TRIES and not known.abort_requested:
                    await queue.retry_job(known)
                else:
                    await asyncio.to_thread(end, self._configuration, known, DEAD)
                    await queue.finish_job(known, Status.FAILED, delete_job=True)
        except exceptions.ConnectorException:
            _log.info("Another worker has taken up job %s.", job.id)
