"""The figures of a batch, at every step, and however its rows came."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from tests.imports import outcome, outcomes, records
from workbench import Workbench
from workbench.model.errors import NotDone
from workbench.model.sheet import Chunk, Sheet, Tally

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]

TEXT = """\
email,name,phone
john@example.com,John Doe,555-123-4567
jane@invalid,Jane Smith,
john@example.com,John Doe,
sam@example.com,Sam Hill,12
ann@example.com,Ann Lee,
"""


def test_a_batch_adds_up_at_every_step_and_is_done_at_the_last(wb: Workbench, sheet: Given) -> None:
    def said() -> tuple[str, int, bool, bool]:
        figures = wb.reconcile(batch)
        return figures.stage, figures.processed, figures.balanced, figures.done

    batch = wb.stage(sheet(TEXT), "elevate.students")
    steps = [said()]
    wb.plan(batch)
    steps.append(said())
    wb.reject(batch, [3], "Test row")
    steps.append(said())
    wb.commit(batch, skip_errors=True)
    steps.append(said())
    wb.reject(batch, [5], "Test row")
    steps.append(said())
    assert steps == [
        ("staged", 0, True, False),
        ("planned", 5, True, False),
        ("planned", 5, True, False),
        ("completed", 5, True, False),
        ("completed", 5, True, True),
    ]


def test_a_rejection_lets_no_invalid_row_through(wb: Workbench, sheet: Given, url: str) -> None:
    held = wb.import_sheet(sheet(TEXT), "elevate.students")
    wb.reject(held, [3, 5], "Test rows")
    done = wb.commit(held, skip_errors=True)
    assert outcomes(wb, done) == [
        (2, "created"),
        (3, "invalid:rejected"),
        (4, "skipped:duplicate"),
        (5, "invalid:rejected"),
        (6, "created"),
    ]
    assert wb.reconcile(done).done
    assert [email for (email,) in records(url, "elevate.profiles", "email")] == ["ann@example.com", "john@example.com"]


def test_a_plan_alone_is_never_done_and_cannot_be_signed(wb: Workbench, sheet: Given) -> None:
    planned = wb.import_sheet(sheet("email,name\njohn@example.com,John Doe\n"), "elevate.students", dry_run=True)
    assert wb.reconcile(planned).open_points == ("It is planned, not completed.",)
    with pytest.raises(NotDone, match=r"It is planned, not completed\."):
        wb.sign_off(planned)


def test_the_figures_as_a_document_have_all_that_the_command_line_promises(wb: Workbench, sheet: Given) -> None:
    batch = wb.import_sheet(sheet(TEXT), "elevate.students", skip_errors=True)
    assert wb.reconcile(batch).to_dict() == {
        "processed": 5,
        "created": 2,
        "updated": 0,
        "skipped": 1,
        "unmatched": 0,
        "invalid": 2,
        "removed": 0,
        "skipped_by_reason": {"duplicate": 1},
        "unmatched_by_kind": {},
        "rejected": 0,
        "rejected_by": {},
        "issues_by_code": {"bad_email": 1, "bad_phone": 1, "duplicate_key": 1},
        "balanced": True,
        "done": False,
    }


def test_the_figures_are_sums_over_all_pieces_of_a_file(wb: Workbench, sheet: Given) -> None:
    """Hazard 66: counts that cover only the last chunk."""
    people = [number % 50 for number in range(100)]
    lines = [f"p{person}@example.com,Person {person},{'12' if person % 10 == 3 else ''}" for person in people]
    whole = sheet("\n".join(("email,name,phone", *lines)))

    def in_pieces(tally: Tally) -> Iterator[Chunk]:
        for chunk in whole.read(tally):
            for start in range(0, len(chunk), 7):
                yield Chunk(lines=chunk.lines.slice(start, 7), cells=chunk.cells.slice(start, 7))

    pieces = replace(whole, read=in_pieces)
    at_once = wb.import_sheet(whole, "elevate.students", skip_errors=True, dry_run=True)
    batch = wb.import_sheet(pieces, "elevate.students", skip_errors=True)
    assert outcome(batch) == outcome(at_once) == (45, 0, 45, 0, 10)
    assert outcomes(wb, batch) == outcomes(wb, at_once)
    assert wb.reconcile(batch).issues_by_code == {"bad_phone": 10, "duplicate_key": 45}


def test_a_file_that_two_connections_plan_is_planned_as_one(wb: Workbench, sheet: Given, url: str) -> None:
    """From 20,000 rows on: keys that are repeated across the halves, and invalid rows in both."""
    rows = 20_010
    emails = [f"p{number}@example.com" for number in range(rows)]
    emails[0], emails[5], emails[-3], emails[-1] = "nobody", "p6@example.com", "nobody", "p1@example.com"
    text = "\n".join(("email,name", *(f"{email},Person" for email in emails)))
    batch = wb.import_sheet(sheet(text), "elevate.students", skip_errors=True)
    assert outcome(batch) == (rows - 4, 0, 2, 0, 2)
    odd = [(line, said) for line, said in outcomes(wb, batch) if said != "created"]
    assert odd == [(2, "invalid"), (8, "skipped:duplicate"), (rows - 1, "invalid"), (rows + 1, "skipped:duplicate")]
    again = wb.import_sheet(sheet(text), "elevate.students", skip_errors=True)
    assert (outcome(again), again.summary["skipped_by_reason"]) == (
        (0, 0, rows - 2, 0, 2),
        {"unchanged": rows - 4, "duplicate": 2},
    )
    assert outcome(wb.undo(batch)) == (0, rows - 4, 0, 0, 0)
    assert records(url, "elevate.profiles", "id") == []


def test_what_is_unexplained_is_told_by_its_kind(wb: Workbench, sheet: Given) -> None:
    batch = wb.import_sheet(sheet(TEXT), "elevate.students", skip_errors=True)
    before = wb.rows.unexplained_kinds(batch)
    wb.reject(batch, wb.rows.unexplained(batch, outcome="invalid", code="bad_email"), "Test row")
    assert [(kind["outcome"], kind["code"], kind["rows"]) for kind in before] == [
        ("invalid", "bad_email", 1),
        ("invalid", "bad_phone", 1),
    ]
    assert (wb.rows.unexplained(batch), wb.rows.unexplained(batch, outcome="unmatched")) == ([5], [])
    assert [kind["code"] for kind in wb.rows.unexplained_kinds(batch)] == ["bad_phone"]


def test_the_example_of_a_kind_is_a_row_that_still_waits(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet("name,code\nNursing,CNA101\n"), "elevate.courses")
    wb.import_sheet(sheet("email,name\nann@example.com,Ann Lee\n"), "elevate.students")
    texts = "student_email,course_code\naisha@example.com,CNA101\nben@example.com,CNA101\nlate@example.com,CNA101\n"
    batch = wb.import_sheet(sheet(texts), "elevate.enrollments")

    def told() -> list[str]:
        return [kind["message"] for kind in wb.rows.unexplained_kinds(batch)]

    assert told() == ["Student not found, for example 'aisha@example.com'"]
    wb.explain(batch, [2], "Aisha left.")
    assert told() == ["Student not found, for example 'ben@example.com'"]
    wb.explain(batch, [3], "Ben left.")
    assert told() == ["Student not found: 'late@example.com'"]
