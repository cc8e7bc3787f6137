"""What each row will do, decided in the database before anything is written.

`planner` goes through a run, `deciding` has the SQL for one batch, beside it stands each question that is asked of its
rows, and `holding` what a plan waits for."""

from workbench.database.planning.planner import PLANNED, Decided, plan, tune

__all__ = ["PLANNED", "Decided", "plan", "tune"]
