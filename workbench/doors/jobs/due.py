"""What is due: every minute one of the workers looks for it, and does one run of it at a time."""

from contextlib import suppress

from procrastinate import exceptions
from procrastinate.job_context import AbortReason, JobContext

from workbench.database import schedules
from workbench.doors import schedule
from workbench.doors.jobs.asked import defer_run
from workbench.doors.jobs.steps import TRANSIENT, TRIES, Stopped, end, opened, report, sentence
from workbench.model.errors import UnknownSchedule, WorkbenchError
from workbench.settings import Settings
from workbench.workbench import address


def tick(configuration: Settings) -> None:
    """Asks for the run of every schedule that is due, once, and leaves those that wait to the queue. What is wrong with
    one of them keeps no other waiting."""
    for each in schedules.due(address(configuration)):
        try:
            _take_up(configuration, each)
        except Exception as error:
            report(f"A schedule of {each.tenant} cannot be taken up ({type(error).__name__}).", error)


def _take_up(configuration: Settings, each: schedules.Due) -> None:
    with opened(configuration, each.tenant, each.person) as wb, suppress(UnknownSchedule):  # removed just now
        run = wb.schedules.take_up(each.schedule) if each.schedule else wb.schedules.run(str(each.run))
        if run is not None:
            defer_run(wb, run)


def ticked(configuration: Settings, context: JobContext, timestamp: int) -> None:
    """The periodic job; what it cannot do now, it does a minute later."""
    try:
        tick(configuration)
    except WorkbenchError as refusal:
        report(f"What is due cannot be looked for: {refusal}", refusal)


def scheduled(configuration: Settings, context: JobContext, run: str, tenant: str, user: str) -> None:
    """Does one due run. Raises only what it is to be tried again for; all else is told of the run."""

    def progress(doing: str, rows: int) -> None:
        whole = doing in ("planning", "committing") and rows > 0
        if context.abort_reason() is AbortReason.SHUTDOWN and not whole:
            raise Stopped

    try:
        with opened(configuration, tenant, user) as wb:
            schedule.work(wb, wb.schedules.run(run), progress)
    except Stopped:
        raise exceptions.JobAborted from None
    except Exception as error:
        if isinstance(error, TRANSIENT) and context.job.attempts < TRIES:
            raise
        end(configuration, context.job, sentence(error))
