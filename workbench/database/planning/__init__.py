"""What each row will do, decided in the database before anything is written.

`planner` goes through a run, `halves` through the rows of one batch, `deciding` has the SQL for them, beside it stands
each question that is asked of its rows, and `holding` what a plan waits for."""

from workbench.database.planning.halves import Decided, look_up, tune
from workbench.database.planning.planner import PLANNED, plan

__all__ = ["PLANNED", "Decided", "look_up", "plan", "tune"]
