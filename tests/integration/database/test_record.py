"""A record as it is, and every import that touched it."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.imports import tamper
from workbench import Workbench
from workbench.model.errors import UnknownRecord
from workbench.model.sheet import Sheet

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]


def students(wb: Workbench, sheet: Given, *cells: str, **options: object) -> None:
    text = "\n".join(("email,name,phone", *cells)) + "\n"
    wb.import_sheet(sheet(text, f"{len(wb.batches.all())}.csv"), "elevate.students", skip_errors=True, **options)


def test_a_records_history_has_every_import_with_its_old_and_new_values(wb: Workbench, sheet: Given) -> None:
    students(wb, sheet, "john@example.com,John Doe,555-123-4567", "jane@example.com,Jane,")
    students(wb, sheet, "john@example.com,John Doe,555-000-0000")
    students(wb, sheet, "john@example.com,Johnny Doe,555-000-0000", "john@example.com,Johnny Doe,")
    students(wb, sheet, "john@example.com,Johnny Doe,12")
    students(wb, sheet, "john@example.com,Johnny Doe,", clears=["phone"])
    students(wb, sheet, "john@example.com,Johnny Doe,", dry_run=True)
    told = wb.records.get("elevate.students", " JOHN@example.com ")
    now = told["record"]
    assert (now["email"], now["full_name"], now["phone"], now["role"]) == (
        "john@example.com",
        "Johnny Doe",
        None,
        "student",
    )
    history = [
        (one["file_name"], one["line"], one["outcome"], one["reason"], one["changes"]) for one in told["history"]
    ]
    assert history == [
        ("5.csv", 2, "skipped", "unchanged", {}),
        ("4.csv", 2, "updated", None, {"phone": ["555-000-0000", None]}),
        ("3.csv", 2, "invalid", None, {}),
        ("2.csv", 2, "updated", None, {"full_name": ["John Doe", "Johnny Doe"]}),
        ("2.csv", 3, "skipped", "duplicate", {}),
        ("1.csv", 2, "updated", None, {"phone": ["555-123-4567", "555-000-0000"]}),
        ("0.csv", 2, "created", None, {}),
    ]
    assert {one["run_by"] for one in told["history"]} == {"ana"}
    assert [one["stage"] for one in told["history"]] == ["planned", *["completed"] * 6]


def test_a_record_is_found_by_a_key_of_two_parts_and_by_its_id(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet("name,code\nCNA Training,CNA101\n"), "elevate.courses")
    students(wb, sheet, "john@example.com,John Doe,")
    text = "student_email,course_code,progress,enrolled_at\njohn@example.com,CNA101,{},{}\n"
    wb.import_sheet(sheet(text.format(10, "2024-01-15T08:30:00Z")), "elevate.enrollments")
    wb.import_sheet(sheet(text.format(20, "2024-01-15T08:30:00.5Z")), "elevate.enrollments")
    told = wb.records.get("elevate.enrollments", "John@example.com | CNA101")
    assert told["record"]["progress"] == 20
    assert told["record"]["enrolled_at"] == datetime(2024, 1, 15, 8, 30, 0, 500_000, tzinfo=UTC)
    assert [one["changes"].keys() for one in told["history"]] == [{"progress", "enrolled_at"}, set()]
    assert told["history"][0]["changes"]["progress"] == [10, 20]
    assert wb.records.get("elevate.enrollments", str(told["record"]["id"])) == told


def test_the_import_that_switched_a_teacher_off_is_in_his_history(wb: Workbench, sheet: Given) -> None:
    roster = "email,name,building,academic_year\nada@x.example,Ada,North,2024-2025\nben@x.example,Ben,North,2024-2025\n"
    first = wb.import_sheet(sheet(roster), "polaris.teacher_roster")
    only_ada = "".join(roster.splitlines(keepends=True)[:2])
    second = wb.import_sheet(sheet(only_ada), "polaris.teacher_roster")
    third = wb.import_sheet(sheet(roster), "polaris.teacher_roster")
    told = wb.records.get("polaris.teacher_roster", "ben@x.example|2024-2025")
    assert [(one["batch"], one["line"], one["outcome"], one["changes"]) for one in told["history"]] == [
        (third.id, 3, "updated", {"is_active": [False, True]}),
        (second.id, None, "deactivated", {"is_active": [True, False]}),
        (first.id, 3, "created", {}),
    ]


def test_a_record_that_is_gone_still_has_its_history(wb: Workbench, sheet: Given, url: str) -> None:
    students(wb, sheet, "john@example.com,John Doe,")
    tamper(url, "delete from elevate.profiles")
    told = wb.records.get("elevate.students", "john@example.com")
    assert (told["record"], [one["outcome"] for one in told["history"]]) == (None, ["created"])


def test_what_nobody_ever_imported_is_unknown(wb: Workbench, open_wb: Callable[..., Workbench], sheet: Given) -> None:
    """Hazard 7: no wildcard and no piece of a key finds a record; nor does another tenant."""
    students(wb, sheet, "sam@example.com,Sam Hill,")
    found = str(wb.records.get("elevate.students", "sam@example.com")["record"]["id"])
    for key in ("sam", "%", "sam@%", "s_m@example.com", "sam@example.com|x", "", "samuel@example.com"):
        with pytest.raises(UnknownRecord):
            wb.records.get("elevate.students", key)
    other = open_wb(tenant="other", user="olga")
    for key in ("sam@example.com", found):
        with pytest.raises(UnknownRecord):
            other.records.get("elevate.students", key)


def test_a_student_is_no_member_of_staff(wb: Workbench, sheet: Given) -> None:
    students(wb, sheet, "sam@example.com,Sam Hill,")
    found = wb.records.get("elevate.students", "sam@example.com")["record"]
    for key in ("sam@example.com", str(found["id"])):
        with pytest.raises(UnknownRecord, match=r"There is no elevate\.staff record with the key"):
            wb.records.get("elevate.staff", key)


def test_an_undo_is_part_of_the_history(wb: Workbench, sheet: Given) -> None:
    students(wb, sheet, "john@example.com,John Doe,555-123-4567")
    students(wb, sheet, "john@example.com,John Doe,555-000-0000")
    undo = wb.undo(wb.batches.all()[0])
    told = wb.records.get("elevate.students", "john@example.com")
    assert told["record"]["phone"] == "555-123-4567"
    assert [(one["undo_of"] is not None, one["outcome"], one["reason"]) for one in told["history"]] == [
        (True, "updated", "restored"),
        (False, "updated", None),
        (False, "created", None),
    ]
    assert told["history"][0]["batch"] == undo.id
