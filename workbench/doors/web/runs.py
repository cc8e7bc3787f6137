"""A run and the parts behind it: which of them a page is about, and what a page tells of them beside the figures."""

import streamlit as st

from workbench import Workbench
from workbench.doors.web import address, words
from workbench.doors.web.views import outcomes, runs
from workbench.model.batch import Batch


def face(wb: Workbench, batch: Batch) -> Batch:
    """The batch of the whole run: itself, unless it is a part."""
    return batch if batch.part_of is None else wb.batches.get(batch.part_of)


def sheets(wb: Workbench, batch: Batch) -> tuple[Batch, ...]:
    """The batches that hold the rows of a run of several sheets, which has none itself; none for any other import."""
    if batch.part_of is not None or batch.undo_of is not None:
        return ()
    return tuple(part for part in wb.batches.parts(batch) if not part.derived)


def belongs(wb: Workbench, batch: Batch) -> None:
    """Of a part, the run that it is a part of; of a run that brought in rows of an earlier one, that one."""
    if batch.part_of is not None:
        again = ", and was made anew since" if batch.summary.get("replaced") else ""
        runs.part_of(batch, again=again)
        address.jump(f"The whole run {words.short(batch.part_of)}", icon=":material/arrow_upward:", batch=batch.part_of)
    if batch.sweep_of is not None and batch.undo_of is None:
        of = face(wb, wb.batches.get(batch.sweep_of)).id
        st.info(f"Resolves rows of run {words.short(of)}: what they refer to has come.", icon=":material/recycling:")
        address.jump(f"Run {words.short(of)}", batch=of)


def behind(wb: Workbench, batch: Batch) -> None:
    """The numbers that an import is known by, and the parts of a run, each a way to its rows."""
    if batch.stage in ("queued", "staging", "failed"):
        return
    planned = bool(batch.plan) and batch.stage != "staged"
    if planned and batch.undo_of is None and batch.part_of is None:
        runs.numbers(wb.figures(batch))
        for name, values in wb.breakdowns(batch).items():
            runs.breakdown(name, values)
    parts = wb.batches.parts(batch)
    if not parts:
        return
    runs.parts([(part, wb.reconcile(part)) for part in parts], planned=planned)
    with st.container(horizontal=True):
        for part in parts:
            address.jump(f"Open {words.part(part)}", icon=":material/table_rows:", batch=part.id)


def figures(wb: Workbench, batch: Batch) -> None:
    """The figures of a run or of a part, and what is behind them; nothing of an import under one contract."""
    if batch.part_of is not None or wb.batches.parts(batch):
        if batch.plan and batch.stage != "staged":
            outcomes.figures(wb.reconcile(batch), planned=batch.stage != "completed")
        behind(wb, batch)


def resolved(wb: Workbench, batch: Batch) -> None:
    """Rows that were unmatched and are so no more: of this run, and of others since this one was committed."""
    if batch.state != "completed" or batch.part_of or batch.undo_of or batch.sweep_of:
        return
    _told("of this run", wb.batches.sweeps(batch))
    theirs = wb.batches.resolved_by(batch)
    earlier = {run.sweep_of for run in theirs}
    _told("of an earlier run" if len(earlier) == 1 else "of earlier runs", theirs)


def _told(whose: str, brought: list[Batch]) -> None:
    if brought:
        rows = sum(run.processed or 0 for run in brought)
        are = "is" if rows == 1 else "are"
        st.info(f"{words.many(rows)} {whose} {are} unmatched no more.", icon=":material/recycling:")
        with st.container(horizontal=True):
            for run in brought[-5:]:
                address.jump(f"Imported by run {words.short(run.id)}", batch=run.id)
