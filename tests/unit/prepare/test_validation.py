"""Rows in, issues out: what Great Expectations finds in a chunk."""

import gc
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from workbench.datasets.catalog import contract
from workbench.model.errors import BrokenSuite
from workbench.model.issue import ISSUES
from workbench.prepare.normalize import Normalized
from workbench.prepare.validation import Validator

COURSES = contract("elevate.courses")
STAFF = contract("elevate.staff")
ENROLLMENTS = contract("elevate.enrollments")


def rows(fields: str, *values: tuple[str | None, ...], first: int = 2) -> Normalized:
    names = fields.split()
    columns = {name: pa.array([row[i] for row in values], pa.string()) for i, name in enumerate(names)}
    lines = pa.array(range(first, first + len(values)), pa.int32())
    return Normalized(lines=lines, values=pa.RecordBatch.from_pydict(columns))


def issues(validator: Validator, rows: Normalized) -> list[tuple[int, str, str]]:
    table = validator.check(rows).issues
    return list(zip(*(table[name].to_pylist() for name in ("line", "field", "code")), strict=True))


def extra(folder: Path, type: str, kwargs: dict[str, Any], **meta: str) -> Path:
    file = folder / "mine.extra.json"
    file.write_text(json.dumps({"expectations": [{"type": type, "kwargs": kwargs, "meta": meta}]}), "utf-8")
    return file


def test_every_wrong_cell_is_an_issue_of_its_line_and_field() -> None:
    staff = rows(
        "email full_name phone role external_id",
        ("ada@example.com", "Ada Lovelace", "555-123-4567", "instructor", "S1"),
        ("john@invalid", "John Doe", None, "admin", None),
        (None, None, "call me", "boss", "x" * 201),
        ("eve@example.com", "Eve\x07", None, None, "NULL"),
    )
    assert issues(Validator(STAFF), staff) == [
        (3, "email", "bad_email"),
        (4, "email", "missing"),
        (4, "phone", "bad_phone"),
        (4, "role", "bad_choice"),
        (4, "external_id", "too_long"),
        (5, "full_name", "control_character"),
    ]


def test_an_issue_carries_its_sentence_its_severity_and_its_rows_position() -> None:
    table = Validator(STAFF).check(rows("email full_name", ("a@b.co", "A"), ("john@invalid", "x" * 301))).issues
    assert table.schema == ISSUES
    assert table.to_pylist() == [
        {
            "position": 1,
            "line": 3,
            "code": "bad_email",
            "field": "email",
            "message": "Invalid email format",
            "severity": "error",
        },
        {
            "position": 1,
            "line": 3,
            "code": "too_long",
            "field": "full_name",
            "message": "full_name is longer than 300 characters",
            "severity": "error",
        },
    ]


def test_a_number_that_cannot_be_read_is_that_issue_and_not_out_of_range() -> None:
    courses = rows(
        "name code duration_weeks",
        *[("A", "A", weeks) for weeks in ("8", "eight", "1e9", "-1", "1000", "1001", None, "99999999999999999999")],
    )
    assert issues(Validator(COURSES), courses) == [
        (3, "duration_weeks", "bad_integer"),
        (4, "duration_weeks", "bad_integer"),
        (5, "duration_weeks", "out_of_range"),
        (7, "duration_weeks", "out_of_range"),
        (9, "duration_weeks", "bad_integer"),
    ]


def test_a_line_feed_at_the_end_of_a_value_is_seen() -> None:
    assert issues(Validator(STAFF), rows("email full_name", ("a@b.co\n", "A\n"))) == [
        (2, "email", "bad_email"),
        (2, "full_name", "control_character"),
    ]


def test_a_field_that_the_source_does_not_have_is_not_asked_about() -> None:
    validator = Validator(ENROLLMENTS)
    assert issues(validator, rows("student_email course_code", ("a@b.co", "CNA101"))) == []
    assert {finding.expectation.field for finding in validator.summary()} == {"student_email", "course_code"}


def test_a_required_field_that_the_source_does_not_have_is_missing_in_every_row() -> None:
    assert issues(Validator(ENROLLMENTS), rows("course_code", ("CNA101",), ("WELD101",))) == [
        (2, "student_email", "missing"),
        (3, "student_email", "missing"),
    ]


def test_no_rows_have_no_issues() -> None:
    assert issues(Validator(STAFF), rows("email full_name")) == []


def test_counts_and_examples_add_up_over_the_chunks() -> None:
    validator = Validator(STAFF)
    validator.check(rows("email full_name", ("a@b.co", "A"), ("john@invalid", "J"), (None, "K")))
    validator.check(rows("email full_name", *[(f"{n}@invalid", "L") for n in range(30)], first=5))
    found = {finding.expectation.code: finding for finding in validator.summary()}
    missing, bad = found["missing"], found["bad_email"]
    assert (missing.evaluated, missing.missing, missing.unexpected) == (33, None, 1)
    assert (bad.evaluated, bad.missing, bad.unexpected) == (33, 1, 31)
    assert bad.examples[:2] == ((3, "john@invalid"), (5, "0@invalid"))
    assert len(bad.examples) == 20


def test_a_chunk_in_which_a_column_is_blank_is_counted_as_the_library_counts_it() -> None:
    names = "email full_name phone role"
    blank, filled = ("ada@example.com", None, None, None), ("eve@invalid", "Eve", "call me", "boss")
    whole, parted = Validator(STAFF), Validator(STAFF)
    whole.check(rows(names, blank, filled))
    parted.check(rows(names, blank))
    parted.check(rows(names, filled, first=3))
    assert parted.summary() == whole.summary()


def test_what_a_column_must_not_lack_is_asked_of_a_blank_one() -> None:
    assert issues(Validator(STAFF), rows("email phone", (None, None))) == [(2, "email", "missing")]


def test_a_long_value_is_an_example_in_short() -> None:
    validator = Validator(STAFF)
    validator.check(rows("email full_name", ("x" * 1_000_000, "A")))
    assert [finding.examples for finding in validator.summary() if finding.unexpected] == [((2, "x" * 200),)]


def test_a_chunk_in_which_every_row_is_wrong_is_no_slower_than_it_must_be() -> None:
    n = 100_000
    values = pa.RecordBatch.from_pydict({"email": pa.repeat("no", n), "full_name": pa.repeat("x" * 301, n)})
    verdict = Validator(STAFF).check(Normalized(lines=pa.array(range(2, n + 2), pa.int32()), values=values))
    assert verdict.issues.num_rows == 2 * n
    assert verdict.issues["position"].to_pylist() == [position for position in range(n) for _ in range(2)]


def test_an_analysts_expectation_on_a_number_is_judged_like_our_own(tmp_path: Path) -> None:
    file = extra(
        tmp_path,
        "expect_column_values_to_be_between",
        {"column": "duration_weeks", "max_value": 52},
        code="over_a_year",
        severity="warning",
    )
    courses = rows("name code duration_weeks", ("A", "A", "52"), ("B", "B", "53"), ("C", "C", "many"))
    assert issues(Validator(COURSES, [file]), courses) == [
        (3, "duration_weeks", "over_a_year"),
        (4, "duration_weeks", "bad_integer"),
    ]


def test_an_analysts_expectation_may_compare_two_fields(tmp_path: Path) -> None:
    kwargs = {"column_A": "completed_at", "column_B": "enrolled_at", "ignore_row_if": "either_value_is_missing"}
    file = extra(tmp_path, "expect_column_pair_values_a_to_be_greater_than_b", kwargs, code="ends_before_it_starts")
    enrollments = rows(
        "student_email course_code enrolled_at completed_at",
        ("a@b.co", "A", "2024-01-15T00:00:00Z", "2024-02-15T00:00:00Z"),
        ("a@b.co", "B", "2024-01-15T00:00:00Z", "2024-01-01T00:00:00Z"),
        ("a@b.co", "C", None, "2024-01-01T00:00:00Z"),
        ("a@b.co", "D", "2024-01-15T00:00:00Z", "2023-01-01T00:00:00Z"),
    )
    assert issues(Validator(ENROLLMENTS, [file]), enrollments) == [
        (3, "", "ends_before_it_starts"),
        (5, "", "ends_before_it_starts"),
    ]


def test_an_analysts_expectation_may_hold_for_some_rows_only(tmp_path: Path) -> None:
    condition = {"type": "comparison", "column": {"name": "role"}, "operator": "==", "parameter": "admin"}
    file = extra(
        tmp_path,
        "expect_column_values_to_not_be_null",
        {"column": "phone", "row_condition": condition},
        code="unreachable",
    )
    staff = rows(
        "email full_name phone role",
        ("a@b.co", "A", None, "instructor"),
        ("b@b.co", "B", None, "admin"),
        ("c@b.co", "C", "555-123-4567", "admin"),
        ("d@b.co", "D", None, "admin"),
    )
    assert issues(Validator(STAFF, [file]), staff) == [(3, "phone", "unreachable"), (5, "phone", "unreachable")]


def test_an_analysts_pattern_may_have_groups(tmp_path: Path) -> None:
    file = extra(tmp_path, "expect_column_values_to_match_regex", {"column": "phone", "regex": "^(555|777)-"})
    staff = rows("email full_name phone", ("a@b.co", "A", "555-123-4567"), ("b@b.co", "B", "444-123-4567"))
    assert issues(Validator(STAFF, [file]), staff) == [(3, "phone", "match_regex")]


def test_an_unanswerable_expectation_is_refused_with_its_file(tmp_path: Path) -> None:
    file = extra(tmp_path, "expect_column_values_to_be_between", {"column": "phone", "max_value": 5})
    validator = Validator(STAFF, [file])
    with pytest.raises(BrokenSuite) as refused:
        validator.check(rows("email full_name phone", ("a@b.co", "A", "555-123-4567")))
    assert str(refused.value).startswith(
        f"{file} cannot be used as expectations: expect_column_values_to_be_between of phone cannot be answered: "
    )


def test_validating_says_nothing_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    Validator(STAFF).check(rows("email full_name", ("john@invalid", None)))
    assert capfd.readouterr() == ("", "")
    assert list(tmp_path.iterdir()) == []


def test_no_frame_of_a_chunk_outlives_its_verdict() -> None:
    def frames() -> int:
        return sum(isinstance(one, pd.DataFrame) for one in gc.get_objects())

    validator = Validator(STAFF)
    staff = rows("email full_name", ("ada@example.com", "Ada Lovelace"), ("john@invalid", "John Doe"))
    validator.check(staff)
    before = frames()
    for _ in range(3):
        validator.check(staff)
    assert frames() == before
    assert gc.isenabled()
