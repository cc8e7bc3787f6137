"""Pages of a batch's rows by outcome and issue, and how many rows have which issue."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.imports import ask, tamper
from workbench import Workbench
from workbench.model.batch import Batch
from workbench.model.errors import UnknownHeader, UnknownLines
from workbench.model.row_query import CellTest, Order, RowQuery
from workbench.model.sheet import Sheet

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]

COURSES = "name,code\nCNA Training,CNA101\nWelding,WELD101\n"
PEOPLE = "email,name,phone\njohn@example.com,John Doe,555-123-4567\njane@example.com,Jane Smith,555-987-6543\n"
ENROLLMENTS = """\
student_email,course_code,progress,status
john@example.com,CNA101,10,active
jane@example.com,CNA101,200,active
nobody@example.com,CNA101,10,active
john@example.com,BAKE101,300,nonsense
john@example.com,BAKE101,10,active
nobody@example.com,BAKE101,10,active
john@example.com,CNA101,10,active
jane@example.com,WELD101,10,active
"""
"""Lines 2 to 9: created, invalid, unmatched, invalid three times, unmatched, unmatched twice, duplicate, created."""


@pytest.fixture
def batch(wb: Workbench, sheet: Given) -> Batch:
    wb.import_sheet(sheet(COURSES), "elevate.courses")
    wb.import_sheet(sheet(PEOPLE), "elevate.students")
    return wb.import_sheet(sheet(ENROLLMENTS), "elevate.enrollments", skip_errors=True)


def lines(wb: Workbench, batch: Batch, after: int = 0, skip: int = 0, limit: int = 50, **which: Any) -> list[int]:
    place = {"after": after, "skip": skip, "limit": limit}
    return [row["line"] for row in wb.rows.page(batch, RowQuery(**which), **place)]


def test_a_page_has_the_rows_of_one_outcome_or_one_issue(wb: Workbench, batch: Batch) -> None:
    asked: list[tuple[dict[str, Any], list[int]]] = [
        ({}, [2, 3, 4, 5, 6, 7, 8, 9]),
        ({"outcome": "created"}, [2, 9]),
        ({"outcome": "updated"}, []),
        ({"outcome": "skipped"}, [8]),
        ({"outcome": "skipped", "reason": "duplicate"}, [8]),
        ({"outcome": "skipped", "reason": "unchanged"}, []),
        ({"outcome": "unmatched"}, [4, 6, 7]),
        ({"outcome": "unmatched", "reason": "student"}, [4, 7]),
        ({"outcome": "invalid"}, [3, 5]),
        ({"code": "out_of_range"}, [3, 5]),
        ({"field": "status"}, [5]),
        ({"field": "progress", "code": "bad_choice"}, []),
        ({"code": "course_not_found"}, [5, 6, 7]),
        ({"code": "course_not_found", "outcome": "unmatched", "reason": "student"}, [7]),
        ({"code": "out_of_range", "outcome": "unmatched"}, []),
        ({"code": "duplicate_key", "outcome": "skipped"}, [8]),
        ({"field": ""}, []),
    ]
    assert [lines(wb, batch, **which) for which, _ in asked] == [found for _, found in asked]


def test_a_page_begins_after_a_line_and_ends_with_its_limit(wb: Workbench, batch: Batch) -> None:
    assert lines(wb, batch, after=3, limit=2) == [4, 5]
    assert lines(wb, batch, outcome="unmatched", after=4) == [6, 7]
    assert lines(wb, batch, outcome="invalid", limit=1) == [3]
    assert lines(wb, batch, code="course_not_found", after=6) == [7]
    assert wb.rows.page(batch, RowQuery(outcome="created"), after=9) == []


def test_a_page_s_rows_are_those_of_each_row(wb: Workbench, batch: Batch) -> None:
    assert wb.rows.page(batch) == list(wb.rows.each(batch))


def test_issues_are_counted_by_field_and_code(wb: Workbench, batch: Batch) -> None:
    counts = [(one["code"], one["field"], one["severity"], one["rows"]) for one in wb.rows.issue_counts(batch)]
    assert counts == [
        ("course_not_found", "course_code", "error", 3),
        ("out_of_range", "progress", "error", 2),
        ("student_not_found", "student_email", "error", 2),
        ("bad_choice", "status", "error", 1),
        ("duplicate_key", "student_email", "warning", 1),
    ]
    told = {one["code"]: one["message"] for one in wb.rows.issue_counts(batch)}
    assert (told["student_not_found"], told["duplicate_key"]) == (
        "Student not found, for example 'nobody@example.com'",
        "Same student email and course code as line 2",
    )
    codes = {one["code"]: one["rows"] for one in wb.rows.issues(batch)}
    assert (
        codes == wb.reconcile(batch).issues_by_code == {one["code"]: one["rows"] for one in wb.rows.issue_counts(batch)}
    )


def test_issues_are_counted_before_there_is_a_plan(wb: Workbench, sheet: Given) -> None:
    staged = wb.stage(sheet("email,name,phone\nbad,Ada,12\nworse,Ben,\n"), "elevate.students")
    assert [(one["code"], one["rows"]) for one in wb.rows.issue_counts(staged)] == [("bad_email", 2), ("bad_phone", 1)]
    assert lines(wb, staged, field="phone") == [2]
    assert (lines(wb, staged), lines(wb, staged, outcome="invalid")) == ([2, 3], [])


def test_an_explained_row_is_a_skipped_one_and_a_rejected_row_an_invalid_one(wb: Workbench, batch: Batch) -> None:
    wb.explain(batch, [4], "Left in May")
    wb.reject(batch, [5], "No such course")
    assert lines(wb, batch, outcome="skipped") == [4, 8]
    assert lines(wb, batch, outcome="skipped", reason="explained") == lines(wb, batch, reason="explained") == [4]
    assert lines(wb, batch, outcome="skipped", code="student_not_found") == [4]
    assert (lines(wb, batch, outcome="unmatched"), lines(wb, batch, outcome="invalid")) == ([6, 7], [3, 5])
    assert lines(wb, batch, outcome="invalid", code="out_of_range") == [3, 5]
    assert lines(wb, batch, outcome="invalid", code="out_of_range", waiting=True) == [3]
    assert lines(wb, batch, outcome="invalid", reason="rejected") == lines(wb, batch, reason="rejected") == [5]
    assert lines(wb, batch, code="out_of_range", reason="rejected") == [5]
    assert lines(wb, batch, outcome="skipped", reason="rejected", code="student_not_found") == []
    assert lines(wb, batch, reason="duplicate") == [8]
    assert (wb.rows.unexplained(batch), wb.rows.unexplained(batch, outcome="invalid")) == ([3, 6, 7], [3])
    assert wb.rows.unexplained(batch, outcome="unmatched", code="student_not_found") == [7]
    assert [row["line"] for row in wb.rows.each(batch, reason="rejected")] == [5]
    assert wb.rows(batch, outcome="invalid", reason="rejected")["line"].tolist() == [5]


def test_a_word_from_before_there_were_rejections_goes_on_counting_as_an_explanation(
    wb: Workbench, batch: Batch, url: str
) -> None:
    """What was signed with it stays true."""
    earlier = (
        "insert into workbench.import_explanation (tenant_id, batch_id, line, reason, explained_by, rejected) "
        "select tenant_id, id, 5, 'Left in May', 'ana', null from workbench.import_batch where id = %s"
    )
    assert tamper(url, earlier, batch.id) == 1
    assert lines(wb, batch, outcome="skipped", reason="explained") == [5]
    assert (lines(wb, batch, outcome="invalid"), lines(wb, batch, reason="rejected")) == ([3], [])
    figures = wb.reconcile(batch)
    assert (figures.skipped, figures.invalid, figures.rejected, figures.unexplained) == (2, 1, 0, 4)
    assert next(wb.rows.each(batch, lines=[5]))["status"] == "skipped"
    with pytest.raises(UnknownLines):
        wb.reject(batch, [5], "No such course")


def test_what_is_unexplained_is_told_by_its_kind(wb: Workbench, batch: Batch) -> None:
    def kinds() -> list[tuple[str, str, int]]:
        return [(one["outcome"], one["code"], one["rows"]) for one in wb.rows.unexplained_kinds(batch)]

    assert kinds() == [
        ("invalid", "out_of_range", 2),
        ("unmatched", "course_not_found", 2),
        ("unmatched", "student_not_found", 2),
        ("invalid", "bad_choice", 1),
        ("invalid", "course_not_found", 1),
    ]
    wb.reject(batch, [5], "No such course")
    wb.explain(batch, [7], "Left in May")
    assert kinds() == [
        ("invalid", "out_of_range", 1),
        ("unmatched", "course_not_found", 1),
        ("unmatched", "student_not_found", 1),
    ]
    wb.reject(batch, wb.rows.unexplained(batch, outcome="invalid"), "Nobody knows")
    wb.explain(batch, wb.rows.unexplained(batch), "Nobody knows")
    assert (kinds(), wb.rows.unexplained(batch)) == ([], [])


def test_an_undo_has_pages_and_issues_too(wb: Workbench, sheet: Given, url: str) -> None:
    done = wb.import_sheet(sheet(PEOPLE), "elevate.students")
    tamper(url, "update elevate.profiles set phone = '1' where email = 'jane@example.com'")
    undone = wb.undo(done)
    assert (lines(wb, undone, outcome="updated"), lines(wb, undone, outcome="skipped")) == ([2], [3])
    assert [(one["code"], one["rows"]) for one in wb.rows.issue_counts(undone)] == [("changed", 1)]
    assert lines(wb, undone, code="changed") == [3]


def test_a_few_rows_of_very_many_are_found_as_well(wb: Workbench, sheet: Given, url: str) -> None:
    """They are looked for in another way."""
    rows = [f"p{number}@example.com,Person" for number in range(200)]
    wb.import_sheet(sheet("\n".join(["email,name", *rows])), "elevate.students")
    rows[3:3], rows[150] = ["new@example.com,New"], "p149@example.com,Other"
    batch = wb.import_sheet(sheet("\n".join(["email,name", *rows])), "elevate.students")
    assert (lines(wb, batch, outcome="created"), lines(wb, batch, outcome="updated")) == ([5], [152])
    assert lines(wb, batch, outcome="skipped", limit=3, after=4) == [6, 7, 8]
    assert ask(url, "select count(*) from workbench.import_outcome where outcome = 'created'") == [(201,)]


def test_rows_with_any_issue_are_asked_for_together(wb: Workbench, sheet: Given) -> None:
    text = "email,name,phone\njohn@example.com,John,\njane at example.com,Jane,12\njohn@example.com,John,\n"
    batch = wb.import_sheet(sheet(text), "elevate.students")
    assert (lines(wb, batch), lines(wb, batch, wrong=True)) == ([2, 3, 4], [3, 4])
    assert lines(wb, batch, outcome="skipped", wrong=True) == [4]


def test_all_rows_of_an_outcome_are_read_page_by_page(wb: Workbench, sheet: Given) -> None:
    rows = "".join(f"p{number}@example.com,Person,{'12' if number % 2 else ''}\n" for number in range(12_000))
    batch = wb.import_sheet(sheet(f"email,name,phone\n{rows}"), "elevate.students", skip_errors=True)
    invalid = [row["line"] for row in wb.rows.each(batch, outcome="invalid")]
    assert invalid == list(range(3, 12_002, 2))
    assert [row["line"] for row in wb.rows.each(batch, outcome="invalid", after=9_000, limit=2)] == [9_001, 9_003]
    assert len(wb.rows(batch, outcome="created", limit=5_001)) == 5_001
    assert list(wb.rows.each(batch, outcome="nonsense")) == []


# in the order of a column, and by what a cell says

MIXED = """\
email,name,phone,points
b@example.com,Émile,555-123-4567,9
a@example.com,ada,,"1,200"
d@example.com,Zoë,555-987-6543,
c@example.com,Ben,not known,-3.5
e@example.com,BEN,555-111-2222,80
"""


@pytest.fixture
def mixed(wb: Workbench, sheet: Given) -> Batch:
    """Five students on lines 2 to 6, with a column of numbers that no field takes."""
    return wb.stage(sheet(MIXED), "elevate.students")


def ordered(wb: Workbench, batch: Batch, header: str | None, *, descending: bool = False, **more: Any) -> list[int]:
    return lines(wb, batch, order=Order(header=header, descending=descending), **more)


def test_rows_are_ordered_by_a_column_over_all_of_them(wb: Workbench, mixed: Batch) -> None:
    assert ordered(wb, mixed, "email") == [3, 2, 5, 4, 6]
    assert ordered(wb, mixed, "email", descending=True) == [6, 4, 5, 2, 3]
    assert ordered(wb, mixed, "name") == [3, 5, 6, 4, 2], "case makes no difference, and the same is by line"
    assert ordered(wb, mixed, None, descending=True) == [6, 5, 4, 3, 2]


def test_a_column_of_numbers_is_ordered_by_them_and_blanks_come_last(wb: Workbench, mixed: Batch) -> None:
    assert ordered(wb, mixed, "points") == [5, 2, 6, 3, 4]
    assert ordered(wb, mixed, "points", descending=True) == [3, 6, 2, 5, 4]
    assert ordered(wb, mixed, "phone") == [6, 2, 4, 5, 3], "a text among them is no reason to fail"


def test_a_page_in_an_order_begins_after_so_many_rows(wb: Workbench, mixed: Batch) -> None:
    assert ordered(wb, mixed, "email", skip=1, limit=2) == [2, 5]
    assert ordered(wb, mixed, "email", skip=4, limit=2) == [6]
    assert ordered(wb, mixed, None, descending=True, skip=3, limit=2) == [3, 2]


def test_an_order_and_a_filter_go_together(wb: Workbench, mixed: Batch) -> None:
    assert ordered(wb, mixed, "name", text="example", wrong=True) == [5]
    assert ordered(wb, mixed, "points", cell=CellTest(header="name", text="ben")) == [5, 6]
    batch = wb.plan(mixed).batch
    assert ordered(wb, batch, "email", descending=True, outcome="created") == [6, 4, 2, 3]


def test_rows_are_found_by_what_one_cell_says(wb: Workbench, mixed: Batch) -> None:
    asked: list[tuple[CellTest, list[int]]] = [
        (CellTest(header="name", text="ben"), [5, 6]),
        (CellTest(header="name", text="é"), [2]),
        (CellTest(header="email", text="ben"), []),
        (CellTest(header="name", test="equals", text=" Ben "), [5]),
        (CellTest(header="name", text="%"), []),
        (CellTest(header="phone", test="blank"), [3]),
        (CellTest(header="points", test="blank"), [4]),
    ]
    assert [lines(wb, mixed, cell=cell) for cell, _ in asked] == [found for _, found in asked]
    assert [wb.rows.number(mixed, RowQuery(cell=cell)) for cell, _ in asked] == [len(found) for _, found in asked]


def test_rows_are_found_by_what_several_cells_say(wb: Workbench, mixed: Batch) -> None:
    ben, blank = CellTest(header="name", text="ben"), CellTest(header="phone", test="blank")
    asked: list[tuple[tuple[CellTest, ...], list[int]]] = [
        ((), [2, 3, 4, 5, 6]),
        ((ben,), [5, 6]),
        ((ben, CellTest(header="name", test="equals", text="Ben")), [5]),
        ((ben, blank), []),
        ((blank, CellTest(header="email", text="@")), [3]),
    ]
    assert [lines(wb, mixed, cell=cells) for cells, _ in asked] == [found for _, found in asked]
    assert [wb.rows.number(mixed, RowQuery(cell=cells)) for cells, _ in asked] == [len(found) for _, found in asked]
    wb.correct(mixed, {6: {"phone": ""}})
    assert lines(wb, mixed, cell=(ben, blank)) == [6]
    assert lines(wb, mixed, cell=(ben, blank), text="zoe") == []
    assert ordered(wb, mixed, "points", cell=(ben,), wrong=False) == [5, 6]
    wb.fill_cells(mixed, "phone", "555-000-2222", query=RowQuery(cell=(ben, blank)))
    assert [row["line"] for row in wb.rows.each(mixed) if row["raw"]["phone"] == "555-000-2222"] == [6]
    with pytest.raises(UnknownHeader):
        wb.rows.number(mixed, RowQuery(cell=(ben, CellTest(header="fax", test="blank"))))


def test_cells_count_as_they_were_corrected(wb: Workbench, mixed: Batch) -> None:
    wb.correct(mixed, {5: {"name": "Yan", "points": "5000"}, 3: {"name": "Xi"}})
    assert ordered(wb, mixed, "name") == [6, 3, 5, 4, 2]
    assert ordered(wb, mixed, "points", descending=True) == [5, 3, 6, 2, 4]
    assert lines(wb, mixed, cell=CellTest(header="name", text="ben")) == [6]
    assert lines(wb, mixed, cell=CellTest(header="name", test="equals", text="Yan")) == [5]


def test_rows_that_were_found_are_changed_at_once(wb: Workbench, mixed: Batch) -> None:
    query = RowQuery(cell=CellTest(header="phone", test="blank"), order=Order(header="name"))
    wb.fill_cells(mixed, "phone", "555-000-1111", query=query)
    assert [row["raw"]["phone"] for row in wb.rows.each(mixed, lines=[3, 5])] == ["555-000-1111", "not known"]


def test_a_part_of_a_run_is_ordered_by_its_values(wb: Workbench, sheet: Given) -> None:
    text = "email,first name,last name,course code,course name,status\nzoe@example.com,Zoe,Ek,C1,Welding,active\n"
    run = wb.stage(sheet(text + "ada@example.com,Ada,Park,C1,Welding,active\n"), "elevate.learners")
    wb.plan(run)
    part = next(part for part in wb.batches.parts(run) if part.dataset == "elevate.students")
    assert ordered(wb, part, "email") == [3, 2]
    assert lines(wb, part, cell=CellTest(header="email", text="ZOE")) == [2]


def test_rows_are_ordered_and_found_by_what_was_read_for_a_field(wb: Workbench, mixed: Batch) -> None:
    by_name = Order(field="full_name")
    assert lines(wb, mixed, order=by_name) == [3, 5, 6, 4, 2]
    assert lines(wb, mixed, cell=CellTest(field="phone", text="555-987")) == [4]
    wb.correct(mixed, {5: {"name": "Yan", "phone": "555-000-0000"}})
    assert lines(wb, mixed, order=by_name) == [3, 6, 5, 4, 2], "as it was corrected"
    assert lines(wb, mixed, cell=CellTest(field="phone", text="000")) == [5]
    batch = wb.plan(mixed).batch
    assert lines(wb, batch, outcome="created", order=Order(field="email", descending=True), skip=1, limit=2) == [4, 5]
    with pytest.raises(UnknownHeader):
        lines(wb, mixed, order=Order(field="fax"))


def test_the_rows_of_an_outcome_are_ordered_with_those_that_people_explained(wb: Workbench, batch: Batch) -> None:
    wb.explain(batch, [7, 4], "Left in May")
    by_course = Order(header="course_code", descending=True)
    assert lines(wb, batch, outcome="skipped", order=by_course) == [4, 8, 7]
    assert lines(wb, batch, outcome="unmatched", order=by_course) == [6]


def test_the_rows_of_an_undo_are_found_by_their_keys(wb: Workbench, sheet: Given) -> None:
    undone = wb.undo(wb.import_sheet(sheet(PEOPLE), "elevate.students"))
    assert lines(wb, undone, text="JANE@") == [3]
    assert wb.rows.number(undone, RowQuery(text="example.com")) == 2


def test_a_column_that_is_not_there_is_refused(wb: Workbench, mixed: Batch) -> None:
    with pytest.raises(UnknownHeader):
        ordered(wb, mixed, "fax")
    with pytest.raises(UnknownHeader):
        wb.rows.number(mixed, RowQuery(cell=CellTest(header="'; drop", text="x")))
