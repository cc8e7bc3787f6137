"""An import beside the last ones of its source, and months beside each other."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from workbench import Workbench
from workbench.model.batch import OUTCOMES
from workbench.model.sheet import Sheet

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]


def people(first: int, number: int, phone: str = "555-201-0001") -> str:
    rows = (f"p{n}@example.com,Person {n},{phone}\n" for n in range(first, first + number))
    return "email,full_name,phone\n" + "".join(rows)


def test_the_last_imports_of_files_named_alike_are_looked_at(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet("email,full_name\no@example.com,Other\n", "others.csv"), "elevate.students")
    for month in range(1, 8):
        wb.import_sheet(sheet(people(month * 100, 40), f"people-{month}.csv"), "elevate.students")
    undone = wb.import_sheet(sheet(people(2000, 900), "people-8.csv"), "elevate.students")
    wb.undo(undone)
    batch = wb.plan(wb.stage(sheet(people(700, 80, ""), "people-9.csv"), "elevate.students")).batch
    found = wb.compare(batch)
    assert [each.file_name for each in found.earlier] == [f"people-{month}.csv" for month in (7, 6, 5, 4, 3)]
    assert (found.same_source, found.beside) == (True, "compared with the last 5 imports of this source")
    assert found.unusual == (
        "80 rows, more than in any of the last 5 imports of this source: there were 40.",
        "40 rows created: 50% of the rows, and was 100%.",
        "40 rows skipped: 50% of the rows, and was 0%.",
        "Phone is filled in 0% of the rows, and was 100%.",
    )
    wb.commit(batch)
    assert wb.compare(batch).unusual == found.unusual  # neither with itself nor with what came later


def test_without_files_named_alike_it_is_the_dataset_that_is_compared(wb: Workbench, sheet: Given) -> None:
    first = wb.import_sheet(sheet(people(0, 3), "a.csv"), "elevate.students")
    assert wb.compare(first).earlier == ()
    second = wb.compare(wb.import_sheet(sheet(people(10, 3), "b.csv"), "elevate.students"))
    assert (len(second.earlier), second.same_source) == (1, False)


def test_what_was_written_last_is_the_last_whenever_it_was_begun(wb: Workbench, sheet: Given) -> None:
    early = wb.plan(wb.stage(sheet(people(0, 3), "p-1.csv"), "elevate.students")).batch
    wb.import_sheet(sheet(people(10, 3), "p-2.csv"), "elevate.students")
    planned = wb.plan(wb.stage(sheet(people(20, 3), "p-3.csv"), "elevate.students")).batch
    early = wb.commit(early)
    assert [each.file_name for each in wb.compare(planned).earlier] == ["p-1.csv", "p-2.csv"]
    assert [each.first for each in wb.compare(planned).earlier] == [False, True]
    assert [each.file_name for each in wb.compare(early).earlier] == ["p-2.csv"]


def test_of_an_import_that_was_undone_in_part_a_month_has_what_was_kept(wb: Workbench, sheet: Given) -> None:
    first = wb.import_sheet(sheet(people(0, 5), "a.csv"), "elevate.students")
    wb.import_sheet(sheet(people(0, 2, "555-201-0002"), "b.csv"), "elevate.students")
    wb.undo(first)
    since = datetime.now(UTC) - timedelta(days=1)
    (month,) = wb.batches.months(since, since)
    assert [month[name] for name in ("imports", "rows", "created", "updated", "skipped")] == [2, 4, 2, 2, 0]
    assert wb.reconcile(first).state(wb.batches.get(first).state) == "undone in part"


def test_of_a_run_that_was_undone_in_part_a_month_has_the_rows_whose_records_were_kept(
    wb: Workbench, sheet: Given
) -> None:
    wb.import_sheet(sheet("name\nBlue Door\n", "companies.csv"), "commerce.companies")
    wb.import_sheet(sheet("sku,name\nFRA1,Chablis\n", "skus.csv"), "commerce.skus")
    head = "Invoice number,Invoice date,Customer,SKU,Item,Qty.,Unit price,Net price\n"
    row = "{},2026-01-15,Blue Door,FRA1,Chablis,{},1,{}\n"
    one = wb.import_sheet(sheet(head + row.format(1, 2, 2) + row.format(2, 2, 2), "one.csv"), "commerce.invoices")
    wb.import_sheet(sheet(head + row.format(1, 3, 3), "two.csv"), "commerce.invoices")
    between = datetime.now(UTC) + timedelta(days=1)
    (before,) = wb.batches.months(between - timedelta(days=2), between)
    wb.undo(one)
    (month,) = wb.batches.months(between - timedelta(days=2), between)
    assert {name: before[name] - month[name] for name in ("imports", "rows", "created")} == {
        "imports": 0, "rows": 1, "created": 1,
    }  # fmt: skip


def test_rows_that_are_brought_in_later_are_no_file_to_compare_with_others(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet("name,code\nWelding,WELD101\n"), "elevate.courses")
    wb.import_sheet(sheet(people(0, 40)), "elevate.students")
    rows = "".join(f"p{number}@example.com,WELD101\n" for number in range(40))
    wb.import_sheet(sheet(f"student_email,course_code\n{rows}", "enrollments-1.csv"), "elevate.enrollments")
    late = "student_email,course_code\np1@example.com,CNA101\n"
    waits = wb.import_sheet(sheet(late, "enrollments-2.csv"), "elevate.enrollments")
    wb.import_sheet(sheet("name,code\nNursing,CNA101\n"), "elevate.courses")
    (brought,) = wb.sweep(waits)
    found = wb.compare(brought)
    assert (found.earlier, found.unusual) == ((), ())
    assert found.beside == "it brings in rows of an earlier import: there is nothing to compare it with"


def test_months_and_signatures_are_told(wb: Workbench, sheet: Given) -> None:
    first = wb.import_sheet(sheet(people(0, 3), "a.csv"), "elevate.students")
    second = wb.import_sheet(sheet(people(0, 4), "b.csv"), "elevate.students")
    wb.sign_off(first)
    now = datetime.now(UTC)
    assert wb.batches.months(now - timedelta(days=40), now - timedelta(days=10)) == [
        {
            "now": True, "imports": 2, "signed": 1, "rows": 7, "created": 4, "updated": 0, "skipped": 3, "unmatched": 0,
            "invalid": 0,
        }
    ]  # fmt: skip
    assert wb.batches.months(now - timedelta(days=40), now + timedelta(days=1))[0]["now"] is False
    assert wb.batches.signers([first, second]) == {first.id: "ana"}


def test_a_month_has_each_row_once_as_it_stands(wb: Workbench, sheet: Given) -> None:
    courses = "name,code\nWelding,WELD101\n"
    wb.import_sheet(sheet(courses, "courses.csv"), "elevate.courses")
    wb.import_sheet(sheet(people(0, 2), "people.csv"), "elevate.students")
    one, other = (line.split(",")[0] for line in people(0, 2).splitlines()[1:])
    rows = f"student_email,course_code\n{one},CNA101\n{one},GONE\n{other},WELD101\n"
    batch = wb.import_sheet(sheet(rows, "enrollments.csv"), "elevate.enrollments")
    wb.import_sheet(sheet(courses + "Nursing,CNA101\n", "more.csv"), "elevate.courses")
    wb.sweep(batch)
    wb.explain(batch, [3], "It was never held.")
    now = datetime.now(UTC)
    (month,) = wb.batches.months(now - timedelta(days=1), now - timedelta(hours=1))
    assert {name: month[name] for name in ("rows", *OUTCOMES)} == {
        "rows": 8, "created": 6, "updated": 0, "skipped": 2, "unmatched": 0, "invalid": 0,
    }  # fmt: skip
    assert wb.batches.outcomes().set_index("batch").loc[batch.id, ["skipped", "unmatched"]].tolist() == [2, 0]
