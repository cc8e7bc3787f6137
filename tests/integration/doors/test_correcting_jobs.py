"""Corrections of many rows are jobs: done once and planned, or not at all, whatever becomes of the worker."""

import subprocess
from collections.abc import Callable
from dataclasses import asdict

import pytest

from tests.imports import ask, outcome
from tests.integration.doors.test_jobs import (
    STUDENTS,
    Opened,
    Sheets,
    dead,
    done,
    hired,
    killed,
    somebody,
    until,
    waiting_for_locks,
)
from workbench import Workbench
from workbench.database.progress import silent
from workbench.doors import jobs
from workbench.doors.jobs import Worker
from workbench.model.batch import Batch
from workbench.model.errors import AlreadyWaiting, MissingColumns
from workbench.model.row_query import CellTest, RowQuery

__all__ = ["hired"]

PEOPLE = "email,full name,home phone,cell\nann@example.org,Ann Lee,555-201-0001,555-301-0001\nbo@example.org,Bo Ek,,\n"
OTHERWISE = {"home phone": "", "cell": "phone"}
NO_CORRECTION = "lock table workbench.import_correction in share mode"
"""Whoever holds this lets nobody correct."""


@pytest.fixture
def planned(wb: Workbench, sheet: Sheets) -> Batch:
    """Two planned students."""
    columns = {"home phone": "phone", "cell": ""}
    return wb.plan(wb.stage(sheet(PEOPLE, "people.csv"), STUDENTS, columns=columns)).batch


def remap(wb: Workbench, batch: Batch) -> None:
    jobs.defer(wb, "correct", batch, sheet=str(batch.id), edit="remap", columns=OTHERWISE)


@pytest.mark.both_servers
def test_columns_are_mapped_otherwise_and_planned_in_one_wait(
    wb: Workbench, planned: Batch, hired: Callable[[], Worker]
) -> None:
    remap(wb, planned)
    with hired():
        changed = done(wb, planned)
    assert (changed.stage, changed.revision, outcome(changed)) == ("planned", 1, (2, 0, 0, 0, 0))
    assert changed.mapping["columns"] == {"email": "email", "full name": "full_name", "cell": "phone"}


def test_the_rows_that_are_asked_for_are_corrected_by_a_job(
    wb: Workbench, planned: Batch, hired: Callable[[], Worker]
) -> None:
    query = asdict(RowQuery(cell=CellTest(header="cell", test="blank")))
    asked = {"header": "cell", "text": "555-301-0009", "query": query}
    jobs.defer(wb, "correct", planned, sheet=str(planned.id), edit="fill_cells", **asked)
    with hired():
        assert done(wb, planned).summary["corrected"] == 1
    assert next(wb.rows.each(planned, lines=[3]))["raw"]["cell"] == "555-301-0009"


def test_an_import_is_as_it_was_when_its_worker_is_killed_and_corrected_once_by_the_next(
    wb: Workbench, planned: Batch, program: Callable[[], subprocess.Popen[str]], url: str
) -> None:
    with somebody(url, NO_CORRECTION):
        remap(wb, planned)
        worker = program()
        until(lambda: waiting_for_locks(url))
        killed(worker)
        assert wb.batches.get(planned) == planned
    assert (wb.batches.get(planned), jobs.state(wb, planned)) == (planned, "running")
    program()
    assert done(wb, planned).revision == 1
    assert ask(url, "select line, revision from workbench.import_correction order by 1") == [(2, 1), (3, 1)]


def test_a_correction_that_is_cancelled_leaves_every_row_as_it_was(
    open_wb: Opened, wb: Workbench, sheet: Sheets, hired: Callable[[], Worker], url: str
) -> None:
    text = "email,full name,home phone,cell\n" + "".join(f"a{n}@b.example,Ada,,\n" for n in range(25_000))
    columns = {"home phone": "phone", "cell": ""}
    planned = wb.plan(wb.stage(sheet(text, "people.csv"), STUDENTS, columns=columns)).batch
    with hired():
        with somebody(url, NO_CORRECTION):
            remap(wb, planned)
            until(lambda: waiting_for_locks(url))
            assert jobs.cancel(open_wb(user="ben"), planned)
        left = done(wb, planned)
    assert left.summary.pop("error") == "Cancelled by ben; every row is as it was."
    assert left == planned
    assert ask(url, "select count(*) from workbench.import_correction") == [(0,)]


def test_a_refused_correction_leaves_its_sentence_in_the_batch(
    wb: Workbench, planned: Batch, hired: Callable[[], Worker]
) -> None:
    jobs.defer(wb, "correct", planned, sheet=str(planned.id), edit="remap", columns={"email": ""})
    with hired():
        refused = done(wb, planned)
    assert refused.summary["error"].startswith(str(MissingColumns.__doc__)[:20].partition("{")[0])
    assert (refused.stage, refused.revision) == ("planned", 0)


def test_what_a_job_has_corrected_before_its_worker_died_is_not_corrected_again(
    wb: Workbench, planned: Batch, hired: Callable[[], Worker], url: str
) -> None:
    wb.correct(planned, {2: {"cell": "555-1"}})
    wb.correct(planned, {2: {"cell": "555-2"}})
    wb.plan(planned)
    number = jobs.defer(wb, "correct", planned, sheet=str(planned.id), edit="take_back")
    wb.corrections.of_job(number, silent).take_back(planned)
    dead(url)
    with hired():
        changed = done(wb, planned)
    assert (changed.revision, changed.stage) == (3, "planned")
    assert [each["rows"] for each in changed.summary["edits"]["done"]] == [1]


def test_a_job_of_one_batch_is_not_taken_for_that_of_another(wb: Workbench, planned: Batch, sheet: Sheets) -> None:
    other = wb.plan(wb.stage(sheet(PEOPLE, "other.csv"), STUDENTS, columns={"home phone": "phone", "cell": ""})).batch
    job = wb.corrections.of_job(7, silent)
    job.fill_cells(planned, "cell", "555-301-0003")
    assert (job.was_done(planned), job.was_done(other)) == (True, False)
    assert not wb.corrections.of_job(8, silent).was_done(planned)


def test_another_correction_does_not_take_the_place_of_one_that_waits(wb: Workbench, planned: Batch) -> None:
    remap(wb, planned)
    remap(wb, planned)
    with pytest.raises(AlreadyWaiting):
        jobs.defer(wb, "correct", planned, sheet=str(planned.id), edit="take_back")
