"""Rows that wait and whose records a later import has written: a sweep leaves what is newer as it is, and says so."""

from collections.abc import Callable

import pytest

from tests.imports import ask
from workbench import Workbench
from workbench.model import outdated
from workbench.model.batch import Batch
from workbench.model.sheet import Sheet

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]
Bring = Callable[..., Batch]

ENROLLMENTS = "student email,course code,status\n"
COURSE = ("elevate.courses", "code,name\n", "NEWC,New")


@pytest.fixture
def bring(wb: Workbench, sheet: Given) -> Bring:
    def imported(dataset: str, header: str, *lines: str, name: str = "") -> Batch:
        text = header + "".join(f"{line}\n" for line in lines)
        return wb.import_sheet(sheet(text, name or f"{dataset}.csv"), dataset, skip_errors=True)

    return imported


@pytest.fixture
def september(bring: Bring) -> Batch:
    """Ann's and Ben's enrollments in a course that is not there yet."""
    bring("elevate.courses", "code,name\n", "OLDC,Old")
    bring("elevate.students", "email,name\n", "ann@x.org,Ann", "ben@x.org,Ben")
    lines = ("ann@x.org,NEWC,active", "ben@x.org,NEWC,active")
    return bring("elevate.enrollments", ENROLLMENTS, *lines, name="september.csv")


@pytest.fixture
def october(bring: Bring, september: Batch) -> Batch:
    """The course, and Ann's enrollment as it is a month later."""
    assert september.unmatched == 2
    bring(*COURSE)
    return bring("elevate.enrollments", ENROLLMENTS, "ann@x.org,NEWC,completed", name="october.csv")


def statuses(url: str) -> list[tuple[object, ...]]:
    return ask(
        url,
        """select p.email, e.status from elevate.enrollments e
        join elevate.profiles p on p.id = e.user_id order by 1""",
    )


@pytest.mark.usefixtures("october")
def test_a_sweep_that_a_person_asks_for_writes_no_old_value_over_a_newer_one(
    wb: Workbench, september: Batch, url: str
) -> None:
    assert wb.sweeps.resolvable(september) == 1
    (swept,) = wb.sweep(september)
    assert (swept.processed, statuses(url)) == (1, [("ann@x.org", "completed"), ("ben@x.org", "active")])
    assert (wb.sweeps.resolvable(september), wb.sweep(september)) == (0, [])


def test_a_row_that_a_later_import_has_brought_is_to_be_explained_and_says_by_which(
    wb: Workbench, september: Batch, october: Batch
) -> None:
    wb.sweep(september)
    (found,) = wb.sweeps.outdated(september)
    assert (found.sheet.id, found.lines, found.by.id) == (september.id, [2], october.id)
    told = outdated.told([found])
    assert told.startswith("1 row stays out, though what it names is there by now: october.csv has newer values")
    assert f"- {told}" in wb.log(september).render()
    assert "to be brought in now" not in wb.log(september).render()
    wb.explain(september, found.lines, found.reason)
    assert (wb.sweeps.outdated(september), wb.reconcile(september).done) == ([], True)


def test_what_a_later_import_has_found_as_it_was_is_newer_all_the_same(wb: Workbench, bring: Bring, url: str) -> None:
    bring("elevate.students", "email,name\n", "ann@x.org,Ann")
    bring(*COURSE)
    enrolled = bring("elevate.enrollments", ENROLLMENTS, "ann@x.org,NEWC,completed")
    bring("elevate.courses", "code,name\n", "OLDC,Old")
    ask(url, "update elevate.courses set course_code = 'GONE' where course_code = 'NEWC' returning id")
    waits = bring("elevate.enrollments", ENROLLMENTS, "ann@x.org,NEWC,active", name="waits.csv")
    ask(url, "update elevate.courses set course_code = 'NEWC' where course_code = 'GONE' returning id")
    assert (enrolled.created, waits.unmatched, wb.sweeps.resolvable(waits)) == (1, 1, 1)
    again = bring("elevate.enrollments", ENROLLMENTS, "ann@x.org,NEWC,completed", name="again.csv")
    assert (again.skipped, wb.sweeps.resolvable(waits), wb.sweep(waits)) == (1, 0, [])
    assert statuses(url) == [("ann@x.org", "completed")]


def test_what_a_later_import_said_counts_no_more_once_that_is_taken_back(
    wb: Workbench, september: Batch, october: Batch, url: str
) -> None:
    wb.undo(october)
    assert (wb.sweeps.resolvable(september), wb.sweeps.outdated(september)) == (2, [])
    wb.sweep(september)
    assert statuses(url) == [("ann@x.org", "active"), ("ben@x.org", "active")]


def test_a_row_that_says_what_a_later_import_has_said_is_brought_in_and_changes_nothing(
    wb: Workbench, september: Batch, bring: Bring
) -> None:
    bring(*COURSE)
    bring("elevate.enrollments", ENROLLMENTS, "ann@x.org,NEWC,active", "ben@x.org,NEWC,active", name="same.csv")
    assert wb.sweeps.resolvable(september) == 2
    (swept,) = wb.sweep(september)
    assert (swept.skipped, wb.reconcile(september).done) == (2, True)


def test_a_part_of_a_row_that_is_older_keeps_all_of_it_out(wb: Workbench, bring: Bring, url: str) -> None:
    header = "email,first_name,last_name,course_code,course_name,status\n"
    old = bring("elevate.learners", header, "ann@x.org,Ann,Old,NEWC,,active")
    bring("elevate.students", "email,name\n", "ann@x.org,Ann New", name="new.csv")
    bring(*COURSE)
    assert (wb.sweeps.resolvable(old), wb.sweep(old), wb.sweeps.left_waiting()) == (0, [], {})
    assert [(each.lines, each.by.file_name) for each in wb.sweeps.outdated(old)] == [([2], "new.csv")]
    assert ask(url, "select full_name from elevate.profiles") == [("Ann New",)]
