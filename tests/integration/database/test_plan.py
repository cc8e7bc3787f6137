"""The plan: what each row will do, told before anything is written."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.imports import ask, fingerprint, issues, messages, outcome, outcomes, records
from workbench import Workbench
from workbench.model.batch import Batch
from workbench.model.errors import WrongStage
from workbench.model.row_query import RowQuery
from workbench.model.sheet import Sheet

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]

PEOPLE = """\
email,name,phone,external_id
john@example.com,John Doe,555-123-4567,EMP001
jane@example.com,Jane Smith,555-987-6543,EMP002
"""
MIXED = """\
email,name,phone
john@example.com,John Doe,555-000-0000
jane@example.com,Jane Smith,
sam@example.com,Sam Hill,
SAM@example.com,Samuel Hill,555-1
john@invalid,John,555-123-4567
"""


@pytest.fixture(autouse=True)
def people(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet(PEOPLE), "elevate.students")


def test_a_plan_has_one_outcome_for_every_row_and_no_table_is_touched(wb: Workbench, sheet: Given, url: str) -> None:
    before = fingerprint(url)
    staged = wb.stage(sheet(MIXED), "elevate.students")
    assert (staged.stage, staged.processed) == ("staged", None)
    plan = wb.plan(staged)
    assert plan.counts == {"processed": 5, "created": 1, "updated": 1, "skipped": 1, "unmatched": 0, "invalid": 2}
    assert outcomes(wb, plan.batch) == [
        (2, "updated"),
        (3, "skipped:unchanged"),
        (4, "created"),
        (5, "invalid"),
        (6, "invalid"),
    ]
    assert fingerprint(url) == before


def test_every_change_is_told_with_its_old_and_its_new_value(wb: Workbench, sheet: Given) -> None:
    plan = wb.plan(wb.stage(sheet(MIXED), "elevate.students"))
    assert plan.rows(outcome="updated")[["line", "key", "changes"]].to_dict("records") == [
        {"line": 2, "key": "john@example.com", "changes": {"phone": ["555-123-4567", "555-000-0000"]}}
    ]
    assert [len(changes) for changes in plan.rows()["changes"]] == [1, 0, 0, 0, 0]
    assert list(plan.rows(limit=2)["line"]) == [2, 3]


def test_a_dry_run_counts_what_the_commit_then_does(wb: Workbench, sheet: Given, url: str) -> None:
    """Hazards 63 and 64: a dry run that writes, and one whose counts are not those of the real run."""
    before = fingerprint(url)
    shown = wb.import_sheet(sheet(MIXED), "elevate.students", dry_run=True)
    assert (shown.stage, shown.dry_run, fingerprint(url)) == ("planned", True, before)
    planned = [(row["line"], row["outcome"], row["record_id"], row["changes"]) for row in wb.rows.each(shown)]
    done = wb.commit(shown, skip_errors=True)
    assert outcome(done) == outcome(shown) == (1, 1, 1, 0, 2)
    assert [(row["line"], row["outcome"], row["record_id"], row["changes"]) for row in wb.rows.each(done)] == planned
    assert outcome(wb.import_sheet(sheet(MIXED), "elevate.students", skip_errors=True)) == (0, 0, 3, 0, 2)


def test_a_plan_can_be_made_again_until_it_is_committed(wb: Workbench, sheet: Given) -> None:
    staged = wb.stage(sheet(MIXED), "elevate.students")
    wb.plan(staged)
    wb.import_sheet(sheet("email,name\nsam@example.com,Sam Hill\n"), "elevate.students")
    assert wb.plan(staged).counts == {
        "processed": 5,
        "created": 0,
        "updated": 1,
        "skipped": 2,
        "unmatched": 0,
        "invalid": 2,
    }
    wb.commit(staged, skip_errors=True)
    with pytest.raises(WrongStage, match="is completed; planning needs one that is staged"):
        wb.plan(staged)


def test_a_plan_never_looks_at_every_record_for_every_row(wb: Workbench, sheet: Given) -> None:
    """8,000 rows against 8,000 records took six seconds so, and 800,000 would take a day."""
    rows = sheet("\n".join(("email,name", *(f"p{number}@example.com,Person" for number in range(8_000)))))
    wb.import_sheet(rows, "elevate.students")
    again = wb.import_sheet(rows, "elevate.students")
    assert (again.skipped, again.summary["seconds_planning"] < 2) == (8_000, True)


# duplicates in the file


def test_of_repeated_keys_the_first_wins_and_the_others_name_its_line(wb: Workbench, sheet: Given, url: str) -> None:
    """Hazard 61: the same id twice is one record, and no crash."""
    text = """\
email,name
sam@example.com,Sam First
 SAM@Example.com ,Sam  First
sam@example.com,
"""
    batch = wb.import_sheet(sheet(text), "elevate.students")
    assert outcomes(wb, batch) == [(2, "created"), (3, "skipped:duplicate"), (4, "skipped:duplicate")]
    assert messages(wb, batch) == {3: "Same email as line 2", 4: "Same email as line 2"}
    assert wb.reconcile(batch).done
    assert ("Sam First",) in records(url, "elevate.profiles", "full_name")


def test_an_invalid_row_does_not_take_the_place_of_a_good_one(wb: Workbench, sheet: Given) -> None:
    text = "email,name,phone\nsam@example.com,Sam,12\nsam@example.com,Sam,555-123-4567\n"
    batch = wb.import_sheet(sheet(text), "elevate.students", skip_errors=True)
    assert outcomes(wb, batch) == [(2, "invalid"), (3, "created")]
    assert issues(wb, batch) == [(2, "phone", "bad_phone")]


def test_a_key_of_two_fields_is_repeated_only_when_both_are(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet("name,code\nCNA Training,CNA101\nWelding,WELD101\n"), "elevate.courses")
    text = """\
student_email,course_code
john@example.com,CNA101
john@example.com,WELD101
jane@example.com,CNA101
john@example.com,CNA101
"""
    batch = wb.import_sheet(sheet(text), "elevate.enrollments")
    assert messages(wb, batch) == {5: "Same student email and course code as line 2"}
    assert next(row["key"] for row in wb.rows.each(batch)) == "john@example.com|CNA101"


# blanks


def test_a_blank_cell_keeps_what_is_stored(wb: Workbench, sheet: Given, url: str) -> None:
    """Hazard 50: a blank phone keeps the old one."""
    before = fingerprint(url)
    batch = wb.import_sheet(sheet("email,name,phone\njohn@example.com,John Doe,  \n"), "elevate.students")
    assert (outcomes(wb, batch), fingerprint(url)) == ([(2, "skipped:unchanged")], before)


def test_a_column_that_is_not_there_keeps_what_is_stored(wb: Workbench, sheet: Given, url: str) -> None:
    """Hazard 74: a missing optional column."""
    before = fingerprint(url)
    batch = wb.import_sheet(sheet("email,name\njohn@example.com,John Doe\n"), "elevate.students", clears=["phone"])
    assert (outcomes(wb, batch), fingerprint(url)) == ([(2, "skipped:unchanged")], before)


def test_a_blank_cell_erases_what_a_person_said_it_should(wb: Workbench, sheet: Given, url: str) -> None:
    text = "email,name,phone,external_id\njohn@example.com,John Doe,,\njane@example.com,Jane Smith,555-987-6543,\n"
    batch = wb.import_sheet(sheet(text), "elevate.students", clears=["phone"])
    assert outcomes(wb, batch) == [(2, "updated"), (3, "skipped:unchanged")]
    assert next(wb.rows.each(batch))["changes"] == {"phone": ["555-123-4567", None]}
    assert records(url, "elevate.profiles", "email", "phone", "external_id") == [
        ("jane@example.com", "555-987-6543", "EMP002"),
        ("john@example.com", None, "EMP001"),
    ]
    again = wb.import_sheet(sheet(text), "elevate.students", clears=["phone"])
    assert outcome(again) == (0, 0, 2, 0, 0)


def test_a_record_that_does_not_change_is_not_written(wb: Workbench, sheet: Given, url: str) -> None:
    stamps = records(url, "elevate.profiles", "email", "updated_at")
    wb.import_sheet(sheet(PEOPLE.replace("555-123-4567", "555-000-0000")), "elevate.students")
    now = records(url, "elevate.profiles", "email", "updated_at")
    assert [old == new for old, new in zip(stamps, now, strict=True)] == [True, False]


def test_the_same_bytes_again_name_the_earlier_batch_and_change_nothing(wb: Workbench, sheet: Given, url: str) -> None:
    """Hazard 55: the second upload warns, and the load does nothing."""
    first = wb.import_sheet(sheet(MIXED), "elevate.students", skip_errors=True)
    before = fingerprint(url)
    earlier = wb.batches.same_file(sheet(MIXED, "another name.csv"), "elevate.students")
    assert earlier is not None
    assert (earlier.id, earlier.initiated_by) == (first.id, "ana")
    assert wb.batches.same_file(sheet(MIXED), "elevate.staff") is None
    assert wb.batches.same_file(sheet(f"{MIXED}\n"), "elevate.students") is None
    again = wb.import_sheet(sheet(MIXED), "elevate.students", skip_errors=True)
    assert (again.summary["skipped_by_reason"], fingerprint(url)) == ({"unchanged": 3}, before)


def test_a_dry_run_or_another_tenants_import_of_the_same_bytes_is_no_earlier_batch(
    wb: Workbench, open_wb: Callable[..., Workbench], sheet: Given
) -> None:
    wb.import_sheet(sheet(MIXED), "elevate.students", dry_run=True)
    open_wb(tenant="other").import_sheet(sheet(MIXED), "elevate.students", skip_errors=True)
    assert wb.batches.same_file(sheet(MIXED), "elevate.students") is None


# the analysts' own expectations


def test_an_analysts_own_expectations_are_used_just_the_same(wb: Workbench, sheet: Given, home: Path) -> None:
    extra = home / "expectations" / "elevate" / "students.extra.json"
    extra.parent.mkdir(parents=True)
    asked = [
        {
            "type": "expect_column_values_to_match_regex",
            "kwargs": {"column": "email", "regex": r"@example\.com$"},
            "meta": {"code": "not_ours", "message": "Not one of our addresses", "severity": "error"},
        },
        {
            "type": "expect_column_values_to_not_be_null",
            "kwargs": {"column": "phone"},
            "meta": {"code": "no_phone", "message": "No phone number", "severity": "warning"},
        },
    ]
    extra.write_text(json.dumps({"name": "ours", "expectations": asked}))
    text = "email,name,phone\nsam@example.com,Sam,\nann@elsewhere.org,Ann,555-123-4567\n"
    batch = wb.import_sheet(sheet(text), "elevate.students", skip_errors=True)
    assert outcomes(wb, batch) == [(2, "created"), (3, "invalid")]
    assert messages(wb, batch) == {2: "No phone number", 3: "Not one of our addresses"}
    assert wb.reconcile(batch).issues_by_code == {"no_phone": 1, "not_ours": 1}
    found = validation(wb, batch)
    assert (found["not_ours"], found["no_phone"]) == (1, 1)


# the data docs


def validation(wb: Workbench, batch: Batch) -> dict[str, int]:
    """How many rows failed each code, as the data docs' own JSON counts them."""
    page = wb.batches.data_docs(batch)
    assert page is not None
    counts: dict[str, int] = {}
    for result in json.loads((page.parent / "validation.json").read_text("utf-8"))["results"]:
        code = result["expectation_config"]["meta"]["code"]
        counts[code] = counts.get(code, 0) + result["result"]["unexpected_count"]
    return {code: rows for code, rows in counts.items() if rows}


def test_the_data_docs_count_what_the_batch_counts(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet("name,code\nCNA Training,CNA101\n"), "elevate.courses")
    text = """\
student_email,course_code,status,progress,enrolled_at,completed_at
john@example.com,CNA101,active,10,2024-01-15,
john@invalid,,finished,half,someday,2024-13-01
jane@example.com,CNA101,active,101,2024-02-30,2/28/2024
,CNA101,,-1,,
nobody@example.com,CNA101,active,10,,
jane@example.com,NOPE,active,10,,
jane@example.com,CNA101,active,10,,
jane@example.com,CNA101,active,10,,
"""
    batch = wb.import_sheet(sheet(text), "elevate.enrollments", skip_errors=True)
    assert wb.batches.data_docs(batch) == wb.settings.home / str(batch.summary["data_docs"])
    row_level = {"missing": 2, "bad_email": 1, "bad_choice": 1, "bad_integer": 1, "bad_timestamp": 3, "out_of_range": 2}
    assert validation(wb, batch) == row_level
    planned = {"duplicate_key": 1, "student_not_found": 1, "course_not_found": 1}
    assert wb.reconcile(batch).issues_by_code == row_level | planned
    told = [code for _, _, code in issues(wb, batch)]
    assert {code: told.count(code) for code in told} == row_level | planned


def test_each_thing_that_a_row_misses_is_a_kind_of_its_own_with_all_its_rows(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet("name,code\nNursing,CNA101\nCare,HHA101\n"), "elevate.courses")
    wb.import_sheet(sheet("email,name\nann@example.org,Ann\n"), "elevate.students")
    both = "ann@example.org,CNA101\nann@example.org,X1\nbo@example.org,CNA101\nbo@example.org,X1\ncy@example.org,X2\n"
    batch = wb.plan(wb.stage(sheet(f"student email,course code\n{both}"), "elevate.enrollments")).batch

    def kinds() -> dict[str, tuple[int, int, list[tuple[str, int]]]]:
        """Of each kind what is told, what is found and what its texts are."""
        return {
            each["code"]: (
                each["rows"],
                wb.rows.number(batch, RowQuery(code=each["code"], field=each["field"])),
                [(text["text"], text["rows"]) for text in wb.rows.wrong_values(batch, **_of(each))[0]],
            )
            for each in wb.rows.issue_counts(batch)
        }

    assert kinds() == {
        "course_not_found": (3, 3, [("X1", 2), ("X2", 1)]),
        "student_not_found": (3, 3, [("bo@example.org", 2), ("cy@example.org", 1)]),
    }
    wb.plan(wb.mean(batch, {"course_code": {"X1": "HHA101"}}))
    assert kinds() == {
        "student_not_found": (3, 3, [("bo@example.org", 2), ("cy@example.org", 1)]),
        "course_not_found": (1, 1, [("X2", 1)]),
    }


def _of(kind: dict[str, Any]) -> dict[str, str]:
    return {"code": kind["code"], "field": kind["field"]}


def test_a_row_that_misses_two_things_is_explained_once_and_waits_in_neither_kind(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet("name,code\nNursing,CNA101\n"), "elevate.courses")
    wb.import_sheet(sheet("email,name\nann@example.org,Ann\n"), "elevate.students")
    text = "student email,course code\nann@example.org,X1\nbo@example.org,X1\nbo@example.org,CNA101\n"
    batch = wb.import_sheet(sheet(text), "elevate.enrollments")
    waits = {each["code"]: each["rows"] for each in wb.rows.unexplained_kinds(batch)}
    assert waits == {"course_not_found": 2, "student_not_found": 2}
    wb.explain(batch, [3], "Both have left")
    waits = {each["code"]: each["rows"] for each in wb.rows.unexplained_kinds(batch)}
    assert waits == {"course_not_found": 1, "student_not_found": 1}


def test_after_a_large_plan_the_server_knows_of_its_rows_and_of_its_outcomes(
    wb: Workbench, sheet: Given, url: str
) -> None:
    """Who knew of the rows alone looked through all outcomes for each row of a page."""
    rows = "".join(f"p{number}@example.com,Person\n" for number in range(20_000))
    wb.plan(wb.stage(sheet(f"email,name\n{rows}"), "elevate.students"))
    known = "select relname, reltuples >= 20000 from pg_class where relname in ('import_row', 'import_outcome')"
    assert ask(url, f"{known} order by 1") == [("import_outcome", True), ("import_row", True)]
