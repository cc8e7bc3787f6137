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


STOCK = "Warehouse,Batch,SKU,Cases,Items per case,Unit quantity,COGS\n"
KNOWN, NEW = "Main,B1,OLD1,,,6,", "Main,B1,NEW1,,,9,"
SKUS = ("commerce.skus", "sku,name\n")


@pytest.fixture
def stock(bring: Bring, wb: Workbench, sheet: Given) -> Bring:
    """Imports the lines of Main's stock."""
    bring(*SKUS, "OLD1,Chablis")

    def imported(name: str, *lines: str, mode: str = "upsert") -> Batch:
        text = STOCK + "".join(f"{line}\n" for line in lines)
        planned = wb.plan(wb.stage(sheet(text, name), "commerce.inventory", mode=mode))
        return wb.commit(planned.batch, skip_errors=True)

    return imported


@pytest.fixture
def counted(stock: Bring) -> Batch:
    """Main's stock, with an SKU that is not there."""
    batch = stock("counted.csv", KNOWN, NEW)
    assert batch.unmatched == 1
    return batch


@pytest.fixture
def in_between(bring: Bring, stock: Bring, url: str) -> Batch:
    """The same, where the stock is there already and its SKU was gone for a while."""
    bring(*SKUS, "NEW1,Barbera")
    stock("first.csv", KNOWN, NEW)
    ask(url, "update commerce.skus set code = 'GONE' where code = 'NEW1' returning id")
    batch = stock("counted.csv", KNOWN, NEW)
    ask(url, "update commerce.skus set code = 'NEW1' where code = 'GONE' returning id")
    assert batch.unmatched == 1
    return batch


def stocks(url: str) -> list[tuple[object, ...]]:
    return ask(
        url,
        """select s.code, i.is_active from commerce.inventory i join commerce.skus s on s.id = i.sku_id order by 1""",
    )


def test_a_row_makes_no_record_that_a_later_full_file_has_not(
    wb: Workbench, bring: Bring, stock: Bring, counted: Batch, url: str
) -> None:
    full = stock("full.csv", KNOWN, mode="replace")
    bring(*SKUS, "NEW1,Barbera")
    assert (stocks(url), wb.sweeps.resolvable(counted), wb.sweep(counted)) == ([("OLD1", True)], 0, [])
    (found,) = wb.sweeps.outdated(counted)
    assert (found.lines, found.by.id, found.gone) == ([3], full.id, True)
    told = outdated.told([found])
    assert told == (
        "1 row stays out, though what it names is there by now: full.csv is a newer full file, and its record is not "
        "in it, so it is to be explained."
    )
    assert f"- {told}" in wb.log(counted).render()
    wb.explain(counted, found.lines, found.reason)
    assert (wb.sweeps.outdated(counted), wb.reconcile(counted).done) == ([], True)


@pytest.mark.parametrize(("mode", "left"), [("replace", []), ("preserve", [("NEW1", False)])])
def test_a_record_that_a_later_full_file_has_taken_away_is_not_made_again_by_an_older_row(
    wb: Workbench, stock: Bring, in_between: Batch, url: str, mode: str, left: list[tuple[object, ...]]
) -> None:
    full = stock("full.csv", KNOWN, mode=mode)
    assert full.removed == 1
    assert (stocks(url), wb.sweeps.resolvable(in_between), wb.sweep(in_between)) == ([*left, ("OLD1", True)], 0, [])
    (found,) = wb.sweeps.outdated(in_between)
    assert (found.lines, found.by.id, found.gone) == ([3], full.id, True)


@pytest.mark.parametrize("mode", ["replace", "preserve"])
def test_a_record_that_an_undo_of_the_full_file_has_brought_back_is_taken_away_no_more(
    wb: Workbench, stock: Bring, in_between: Batch, url: str, mode: str
) -> None:
    wb.undo(stock("full.csv", KNOWN, mode=mode))
    assert (wb.sweeps.resolvable(in_between), wb.sweeps.outdated(in_between)) == (1, [])
    (swept,) = wb.sweep(in_between)
    assert (swept.skipped, stocks(url)) == (1, [("NEW1", True), ("OLD1", True)])


def test_a_record_that_came_back_after_the_full_file_is_compared_with_what_brought_it(
    wb: Workbench, stock: Bring, in_between: Batch
) -> None:
    stock("full.csv", KNOWN, mode="replace")
    back = stock("back.csv", NEW.replace("9", "8"))
    (found,) = wb.sweeps.outdated(in_between)
    assert (found.lines, found.by.id, found.gone) == ([3], back.id, False)


@pytest.mark.parametrize("lines", [(KNOWN.replace("Main", "Side"),), (KNOWN, NEW.replace(",9,", ",8,"))])
def test_a_full_file_of_another_scope_or_that_names_the_record_too_leaves_it_to_the_row(
    bring: Bring, stock: Bring, counted: Batch, url: str, lines: tuple[str, ...]
) -> None:
    stock("full.csv", *lines, mode="replace")
    bring(*SKUS, "NEW1,Barbera")
    assert ("NEW1", True) in stocks(url)


def test_the_last_full_file_of_a_scope_is_the_one_that_counts(
    bring: Bring, stock: Bring, counted: Batch, url: str
) -> None:
    stock("full.csv", KNOWN, mode="replace")
    stock("fuller.csv", KNOWN, NEW.replace(",9,", ",8,"), mode="replace")
    bring(*SKUS, "NEW1,Barbera")
    assert ask(url, "select units from commerce.inventory order by 1 desc limit 1") == [(8,)]
