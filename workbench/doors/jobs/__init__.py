"""Work that a page leaves to a worker: filling, correcting, planning, committing and undoing a batch as jobs of a
queue; and what is due by itself.

The queue is Procrastinate's, in the same database. A job names its batch, tenant, person and options, and holds no
row. One job at a time works for a tenant on a dataset, and a run on all of its; a job that was stopped, by whatever,
is taken up again, and leaves a batch alone that is past its step. What came of a job is told by its batch; the queue
forgets it.

Every minute one of the workers, whichever comes first, looks for schedules that are due and leaves their runs to the
queue; of a tenant one is done at a time.
"""

from workbench.doors.jobs.asked import cancel, defer, defer_run, state
from workbench.doors.jobs.steps import TRIES, Step
from workbench.doors.jobs.worker import Worker

__all__ = ["TRIES", "Step", "Worker", "cancel", "defer", "defer_run", "state"]
