"""A batch that nobody wants is put away: it can be read for ever, and is never written."""

from collections.abc import Callable

import pytest

from tests.imports import ask, outcomes, records
from workbench import Workbench
from workbench.model.batch import Batch
from workbench.model.errors import Held, WrongStage
from workbench.model.import_query import ImportQuery
from workbench.model.sheet import Sheet

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]

MIXED = "email,name\njohn@example.com,John Doe\nnobody,Jane Smith\n"
LEARNERS = """\
email,first_name,last_name,course_code,course_name,status
ada@example.com,Ada,Park,WELD,Welding,active
"""


@pytest.fixture(params=["queued", "staged", "planned", "dry run", "held"])
def open_batch(request: pytest.FixtureRequest, wb: Workbench, sheet: Given) -> Batch:
    """A batch in each state in which nothing of it is written."""
    source = sheet(MIXED, "students.csv")
    if request.param == "queued":
        return wb.begin(source, "elevate.students", source="page")
    staged = wb.stage(source, "elevate.students", dry_run=request.param == "dry run")
    if request.param == "staged":
        return staged
    planned = wb.plan(staged).batch
    if request.param == "held":
        with pytest.raises(Held):
            wb.commit(planned)
    return wb.batches.get(planned)


def test_what_is_not_written_can_be_discarded_and_is_then_read_and_never_written(
    wb: Workbench, open_wb: Callable[..., Workbench], open_batch: Batch, url: str
) -> None:
    rows = outcomes(wb, open_batch)
    discarded = open_wb(user="lea").discard(open_batch, " The wrong term ")
    assert (discarded.stage, discarded.state, discarded.status) == ("discarded", "discarded", "failed")
    assert outcomes(wb, discarded) == rows
    for step in (wb.fill, wb.plan, wb.commit, wb.undo, wb.discard, wb.sign_off, wb.decisions.prefer):
        with pytest.raises(WrongStage, match="is discarded"):
            step(discarded)
    with pytest.raises(WrongStage, match="is discarded"):
        wb.correct(discarded, {3: {"email": "jane@example.com"}})
    with pytest.raises(WrongStage, match="is discarded"):
        wb.reject(discarded, [3], "no such person")
    (last,) = wb.batches.story(discarded)[-1:]
    assert (last["actor"], last["action"], last["detail"]) == ("lea", "discarded", {"why": "The wrong term"})
    assert records(url, "elevate.profiles", "email") == []
    assert wb.batches.attention() == {"held": [], "left off": [], "unexplained": [], "unsigned": [], "own": []}
    assert wb.batches.get(open_batch).stage == "discarded", "opening another Workbench does not recover it"


def test_what_has_ended_is_not_discarded(wb: Workbench, sheet: Given) -> None:
    batch = wb.import_sheet(sheet(MIXED), "elevate.students", skip_errors=True)
    with pytest.raises(WrongStage, match="is completed; discarding needs one that is not ended yet"):
        wb.discard(batch)
    wb.undo(batch)
    with pytest.raises(WrongStage, match="is undone; discarding"):
        wb.discard(batch)


def test_a_preview_of_an_undo_can_be_discarded_and_the_undo_done_all_the_same(wb: Workbench, sheet: Given) -> None:
    batch = wb.import_sheet(sheet(MIXED), "elevate.students", skip_errors=True)
    wb.discard(wb.undo(batch, dry_run=True))
    assert wb.batches.get(batch).undone_by is None
    undo = wb.undo(batch)
    assert (wb.batches.get(batch).undone_by, wb.batches.get(batch).state) == (undo.id, "undone")


def test_a_preview_of_an_undo_is_no_import_of_the_list_and_not_the_latest(wb: Workbench, sheet: Given) -> None:
    batch = wb.import_sheet(sheet(MIXED), "elevate.students", skip_errors=True)
    wb.undo(batch, dry_run=True)
    assert (wb.batches.get("latest").id, [each.id for each in wb.batches.all()]) == (batch.id, [batch.id])
    assert wb.batches.number(ImportQuery()) == 1
    planned = wb.stage(sheet(LEARNERS, "learners.csv"), "elevate.learners", dry_run=True)
    assert wb.batches.get("latest").id == planned.id, "the dry run of an import is one"
    undo = wb.undo(batch)
    assert [each.id for each in wb.batches.all()] == [undo.id, planned.id, batch.id]
    assert wb.batches.get("latest").id == undo.id


def test_the_parts_of_a_run_go_with_it(wb: Workbench, sheet: Given, url: str) -> None:
    run = wb.plan(wb.stage(sheet(LEARNERS, "learners.csv"), "elevate.learners")).batch
    wb.discard(run)
    stages = ask(url, "select distinct stage, status from workbench.import_batch")
    assert (len(wb.batches.parts(run)), stages) == (3, [("discarded", "failed")])
