"""Cells that a person puts right after they were staged: checked again, told by who and when, never written over."""

import csv
import re
import tracemalloc
from collections.abc import Callable
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pandas as pd
import psycopg
import pytest

from tests.imports import ask, issues, outcome, outcomes, records, speak_for, tamper
from tests.workbooks import write
from workbench import Workbench, open_sheet
from workbench.database import paging, store
from workbench.model.batch import Batch
from workbench.model.errors import (
    ChangedMeanwhile,
    CorrectedSince,
    NoEdit,
    NoRows,
    UncalculatedReturn,
    UnknownHeader,
    UnknownLines,
    UnknownRows,
    WrongReturn,
    WrongStage,
)
from workbench.model.noticed import Noticed
from workbench.model.row_query import RowQuery
from workbench.model.sheet import Sheet
from workbench.model.stayed import Stayed
from workbench.model.written_rows import written_as

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]
Opened = Callable[..., Workbench]

PEOPLE = """\
email,name,phone,external_id
john@example.com,John Doe,555-123-4567,E1
jane@example,Jane Smith,555-987-6543,E2
sam@example.com,Sam Hill,12,=2+3
,Nobody,555-111-2222,E4
"""
"""Lines 3, 4 and 5 are invalid."""


@pytest.fixture
def held(wb: Workbench, sheet: Given) -> Batch:
    return wb.import_sheet(sheet(PEOPLE, "people.csv"), "elevate.students")


def test_a_corrected_cell_is_checked_again_and_the_batch_needs_a_plan_again(
    wb: Workbench, held: Batch, url: str
) -> None:
    assert (held.stage, outcome(held)) == ("held", (1, 0, 0, 0, 3))
    corrected = wb.correct(held, {3: {"email": " Jane@example.com"}, 4: {"phone": ""}, 5: {"name": "No Body"}})
    assert (corrected.stage, corrected.revision, outcome(corrected)) == ("staged", 1, (None,) * 5)
    assert issues(wb, corrected) == [(5, "email", "missing")]
    assert [(one["code"], one["rows"]) for one in wb.rows.issue_counts(corrected)] == [("missing", 1)]
    with pytest.raises(WrongStage, match="is staged; committing needs one that is planned"):
        wb.commit(corrected)
    planned = wb.plan(corrected).batch
    assert outcomes(wb, planned) == [(2, "created"), (3, "created"), (4, "created"), (5, "invalid")]
    done = wb.commit(planned, skip_errors=True)
    assert (outcome(done), wb.reconcile(done).issues_by_code) == ((3, 0, 0, 0, 1), {"missing": 1})
    assert records(url, "elevate.profiles", "email", "full_name", "phone", "external_id") == [
        ("jane@example.com", "Jane Smith", "555-987-6543", "E2"),
        ("john@example.com", "John Doe", "555-123-4567", "E1"),
        ("sam@example.com", "Sam Hill", None, "=2+3"),
    ]


def test_a_corrected_row_says_what_stood_there_and_who_put_it_right(
    wb: Workbench, open_wb: Opened, held: Batch, url: str
) -> None:
    before = ask(url, "select line, id, external_key, raw, payload, errors from workbench.import_row order by line")
    open_wb(user="ben").correct(held, {3: {"email": "jane@example.com", "phone": "555-987-6543"}})
    rows = {row["line"]: row for row in wb.rows.each(held)}
    assert rows[3]["raw"] == {
        "email": "jane@example.com", "name": "Jane Smith", "phone": "555-987-6543", "external_id": "E2"
    }  # fmt: skip
    assert rows[3]["corrected"] == {"email": ["jane@example", "jane@example.com"]}
    assert (rows[3]["corrected_by"], rows[3]["corrected_at"] is not None) == ("ben", True)
    assert (rows[3]["key"], rows[3]["status"], rows[3]["issues"]) == ("jane@example.com", "validated", [])
    assert (rows[4]["corrected"], rows[4]["corrected_by"], rows[4]["corrected_at"]) == ({}, None, None)
    after = ask(url, "select line, id, external_key, raw, payload, errors from workbench.import_row order by line")
    assert after == before
    said = wb.batches.story(held)[-1]
    assert (said["actor"], said["action"], said["detail"]) == ("ben", "corrected", {"rows": 1, "lines": [3]})


def test_the_newest_correction_counts_and_the_earlier_ones_stay(wb: Workbench, held: Batch, url: str) -> None:
    wb.correct(held, {3: {"email": "first@example.com"}, 4: {"phone": "555-000-0000"}})
    wb.correct(held, {3: {"email": "second@example.com"}})
    twice = wb.correct(held, {3: {"name": "Jane"}})
    assert (twice.revision, twice.summary["corrected"]) == (3, 2)
    row = next(wb.rows.each(twice, lines=[3]))
    assert row["corrected"] == {"email": ["jane@example", "second@example.com"], "name": ["Jane Smith", "Jane"]}
    kept = "select line, revision, external_key from workbench.import_correction order by line, revision"
    assert ask(url, kept) == [
        (3, 1, "first@example.com"),
        (3, 2, "second@example.com"),
        (3, 3, "second@example.com"),
        (4, 1, "sam@example.com"),
    ]
    back = wb.correct(held, {3: {"email": "jane@example", "name": "Jane Smith"}})
    assert issues(wb, back) == [(3, "email", "bad_email"), (5, "email", "missing")]
    assert next(wb.rows.each(back, lines=[3]))["corrected"] == {}


def test_a_correction_can_make_a_good_row_bad(wb: Workbench, held: Batch) -> None:
    worse = wb.correct(held, {2: {"email": "nobody", "phone": "1"}})
    assert [(one["code"], one["rows"]) for one in wb.rows.issue_counts(worse)] == [
        ("bad_email", 2),
        ("bad_phone", 2),
        ("missing", 1),
    ]
    assert wb.plan(worse).counts["invalid"] == 4


def test_what_is_not_changed_changes_nothing(wb: Workbench, held: Batch) -> None:
    same = wb.correct(held, {3: {"email": "jane@example"}, 4: {}})
    assert (same, wb.correct(held, {})) == (held, held)


def test_a_cell_that_says_something_else_than_was_seen_is_not_overwritten_and_it_is_told_who_changed_it(
    wb: Workbench, held: Batch, open_wb: Opened
) -> None:
    seen = {3: {"email": "jane@example"}, 4: {"phone": "12"}}
    open_wb(user="ben").correct(held, {3: {"email": "ben@example.com"}}, seen=seen)
    open_wb(user="cat").correct(held, {3: {"name": "Jane"}})
    cells = {3: {"email": "ana@example.com"}, 4: {"phone": ""}}
    with pytest.raises(ChangedMeanwhile, match=r"line 3, email: ben has changed it to 'ben@example\.com'\.") as told:
        wb.correct(held, cells, seen=seen)
    (changed,) = told.value.coordinates["cells"]  # type: ignore[misc]
    assert (changed.line, changed.header, changed.text, changed.by) == (3, "email", "ben@example.com", "ben")
    assert [row["raw"]["phone"] for row in wb.rows.each(held, lines=[4])] == ["12"], "all of them or none"
    same = wb.correct(held, {3: {"email": "ben@example.com"}, 4: {"phone": ""}}, seen=seen)
    assert same.revision == 3, "what is the same is no contradiction"
    wb.correct(held, {3: {"email": "ana@example.com"}}, seen={3: {"email": "ben@example.com"}})
    assert next(wb.rows.each(held, lines=[3]))["raw"]["email"] == "ana@example.com"


def test_what_somebody_else_has_corrected_since_is_not_taken_back_unseen(
    wb: Workbench, open_wb: Opened, held: Batch
) -> None:
    mine = wb.correct(held, {3: {"email": "jane@example.com"}})
    theirs = open_wb(user="zoe").correct(held, {4: {"phone": ""}})
    with pytest.raises(CorrectedSince, match=r"zoe has corrected rows of batch .*: 1 cell"):
        wb.take_back(held, seen=mine.revision)
    taken_back = wb.take_back(held, seen=theirs.revision)
    with pytest.raises(CorrectedSince):
        wb.make_again(held, seen=theirs.revision)
    assert len(wb.make_again(held, seen=taken_back.revision).summary["edits"]["done"]) == 2


def test_many_rows_are_not_changed_over_what_somebody_else_has_changed_since(
    wb: Workbench, held: Batch, open_wb: Opened
) -> None:
    ben = open_wb(user="ben")
    ben.correct(held, {3: {"phone": "555-301-0001"}, 4: {"name": "Sam"}})
    with pytest.raises(ChangedMeanwhile, match=r"line 3, phone: ben has changed it to '555-301-0001'\."):
        wb.fill_cells(held, "phone", "", lines=[3, 4], seen=0)
    assert [row["raw"]["phone"] for row in wb.rows.each(held, lines=[3, 4])] == ["555-301-0001", "12"]
    with pytest.raises(ChangedMeanwhile, match=r"line 4, name: ben has changed it to 'Sam'\."):
        wb.mean(held, {"full_name": {"Sam": "Samuel"}}, seen=0)
    filled = wb.fill_cells(held, "external_id", "E9", lines=[3, 4], seen=0)
    assert filled.revision == 2, "other cells of those rows are changed"
    seen = wb.fill_cells(held, "phone", "", lines=[3, 4], seen=filled.revision)
    assert [row["raw"]["phone"] for row in wb.rows.each(seen, lines=[3, 4])] == ["", ""]


def test_a_file_that_comes_back_keeps_what_was_corrected_here_and_contradicts_only_where_both_were(
    wb: Workbench, held: Batch, open_wb: Opened, tmp_path: Path
) -> None:
    wb.correct(held, {2: {"phone": "555-301-0000"}})
    path = tmp_path / "rows.csv"
    wb.rows.save(held, path, "csv")
    header, *rows = path.read_text("utf-8-sig").splitlines()
    assert header.endswith(",line,outcome,issues,reason,import")
    assert all(row.endswith(f",{written_as(held.id, 1)}") for row in rows)
    open_wb(user="ben").correct(held, {3: {"email": "ben@example.com"}, 2: {"phone": "555-301-0002"}})
    text = path.read_text("utf-8-sig")
    path.write_text(text.replace(",12,", ",555-301-0004,"), "utf-8")
    taken = wb.corrections.correct_from(held, open_sheet(path))
    assert [(row["raw"]["email"], row["raw"]["phone"]) for row in wb.rows.each(taken, lines=[2, 3, 4])][1][0] == (
        "ben@example.com"
    )
    assert [row["raw"]["phone"] for row in wb.rows.each(taken, lines=[2, 4])] == ["555-301-0002", "555-301-0004"]
    path.write_text(text.replace("jane@example", "jane@example.com"), "utf-8")
    with pytest.raises(ChangedMeanwhile, match=r"line 3, email: ben has changed it to 'ben@example\.com'\."):
        wb.corrections.correct_from(held, open_sheet(path))
    forced = wb.corrections.correct_from(held, open_sheet(path), overwrite=True)
    assert [row["raw"]["email"] for row in wb.rows.each(forced, lines=[3])] == ["jane@example.com"]
    assert [row["raw"]["phone"] for row in wb.rows.each(forced, lines=[2])] == ["555-301-0002"], "not the file's own"


def test_cells_of_an_older_download_that_were_corrected_since_stay_which_is_told_and_count_where_somebody_says_so(
    wb: Workbench, held: Batch, tmp_path: Path
) -> None:
    path = tmp_path / "rows.csv"
    wb.rows.save(held, path, "csv")
    wb.correct(held, {2: {"phone": "1"}, 3: {"phone": "2"}})
    stayed = Stayed()
    taken = wb.corrections.correct_from(held, open_sheet(path), stayed=stayed)
    assert [row["raw"]["phone"] for row in wb.rows.each(taken, lines=[2, 3])] == ["1", "2"]
    assert stayed.sentence == (
        "2 cells stay as they were corrected here since this file was downloaded, for the file still says what stood "
        "there then (line 2, phone the first)."
    )
    stayed = Stayed()
    forced = wb.corrections.correct_from(held, open_sheet(path), every_cell=True, stayed=stayed)
    assert [row["raw"]["phone"] for row in wb.rows.each(forced, lines=[2, 3])] == ["555-123-4567", "555-987-6543"]
    assert stayed.sentence == ""


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_a_file_of_another_import_is_refused_and_nothing_is_changed(
    wb: Workbench, sheet: Given, held: Batch, back: Callable[..., Sheet], file_format: str
) -> None:
    december = wb.import_sheet(sheet(PEOPLE.replace("Jane", "June"), "december.csv"), "elevate.students")
    file = back(given_back(wb, held, file_format), f"back.{file_format}")
    for overwrite in (False, True):
        with pytest.raises(WrongReturn) as refused:
            wb.corrections.correct_from(december, file, overwrite=overwrite)
        assert str(refused.value).endswith(
            f"its rows are those of import {str(held.id)[:18]}, and only that one takes them back."
        )
    assert wb.batches.get(december) == december
    assert wb.corrections.correct_from(held, file) == held


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (("{0}", "{1}"), "is not the same in all rows, as it was written."),
        (("{0}", ""), "is not the same in all rows, as it was written."),
        (("", ""), "does not say what it was written with."),
        (("1", "1"), "does not say what it was written with."),
        (("{short} as of 1 {checksum}",) * 2, "does not say what it was written with."),
        (("{7}", "{7}"), "does not say what it was written with."),
    ],
)
def test_a_stale_file_whose_column_import_was_changed_overwrites_nothing(
    wb: Workbench, held: Batch, back: Callable[..., Sheet], said: tuple[str, str], why: str
) -> None:
    """The later number with the checksum of the earlier one, as a spreadsheet counts on; one that is yet to come."""
    changed = wb.correct(held, {3: {"email": "jane@example.org"}})
    written = [written_as(held.id, revision) for revision in range(8)]
    short, checksum = str(held.id)[:18], written[0].rpartition(" ")[2]
    of = [text.format(*written, short=short, checksum=checksum) for text in said]
    file = back(f"line,email,import\n3,jane@example,{of[0]}\n4,sam@example.com,{of[1]}\n")
    with pytest.raises(WrongReturn, match=re.escape(f"its column import {why}")):
        wb.corrections.correct_from(held, file)
    assert wb.batches.get(held) == changed


def test_a_source_with_a_column_import_of_its_own_comes_back(
    wb: Workbench, sheet: Given, back: Callable[..., Sheet]
) -> None:
    batch = wb.import_sheet(sheet("import,email,name\nyes,nobody,Ada\nno,ben@example.com,Ben\n"), "elevate.students")
    text = given_back(wb, batch).decode("utf-8-sig")
    wb.corrections.correct_from(batch, back(text.replace("yes,nobody,", "no,ada@example.com,")))
    assert next(wb.rows.each(batch))["corrected"] == {"import": ["yes", "no"], "email": ["nobody", "ada@example.com"]}


def test_texts_that_nobody_has_said_the_meaning_of_are_told_as_long_as_rows_have_them(
    wb: Workbench, sheet: Given
) -> None:
    rows = "ada@example.com,Null,1\nben@example.com,Null,2\ncal@example.com,nan,3\n"
    batch = wb.stage(sheet(f"email,name,external_id\n{rows}"), "elevate.students")
    assert unsaid(batch) == {"full_name": {"Null": 2, "nan": 1}}
    assert unsaid(wb.correct(batch, {2: {"name": "Ada Null"}, 4: {"name": "Cal"}})) == {"full_name": {"Null": 1}}
    assert unsaid(wb.correct(batch, {3: {"name": "Ben"}})) == {}
    assert unsaid(wb.take_back(batch)) == {"full_name": {"Null": 1}}


def unsaid(batch: Batch) -> dict[str, dict[str, int]]:
    return Noticed.from_dict(batch.summary["noticed"]).null_texts


def test_corrected_keys_are_compared_as_they_are_now(wb: Workbench, held: Batch, sheet: Given) -> None:
    wb.import_sheet(sheet("email,name\nsam@example.com,Sam Hill\n", "sam.csv"), "elevate.students")
    again = {"email": "john@example.com", "name": "John Doe", "phone": "", "external_id": "E1"}
    wb.correct(held, {3: again, 4: {"phone": "", "external_id": ""}, 5: {"email": "x@y.org"}})
    planned = wb.plan(held).batch
    assert outcomes(wb, planned) == [(2, "created"), (3, "skipped:duplicate"), (4, "skipped:unchanged"), (5, "created")]
    assert [row["line"] for row in wb.rows.page(planned, RowQuery(code="duplicate_key"))] == [3]
    wb.correct(planned, {2: {"email": "other@example.com"}})
    assert [row["outcome"] for row in wb.rows.each(held)] == [None] * 4
    assert outcomes(wb, wb.plan(held).batch)[:2] == [(2, "created"), (3, "created")]


def test_pages_of_issues_know_the_corrections(wb: Workbench, held: Batch) -> None:
    wb.correct(held, {4: {"phone": "555-000-0000"}, 2: {"phone": "1"}})
    assert [row["line"] for row in wb.rows.page(held, RowQuery(code="bad_phone"))] == [2]
    assert [(one["code"], one["lines"]) for one in wb.rows.issues(held)] == [
        ("bad_email", [3]),
        ("bad_phone", [2]),
        ("missing", [5]),
    ]
    planned = wb.plan(held).batch
    assert [row["line"] for row in wb.rows.page(planned, RowQuery(outcome="invalid", code="bad_phone"))] == [2]
    assert [row["line"] for row in wb.rows.page(planned, RowQuery(outcome="invalid"), after=2)] == [3, 5]
    assert [one["code"] for one in wb.rows.unexplained_kinds(planned)] == ["bad_email", "bad_phone", "missing"]


def test_a_roster_s_corrected_row_keeps_its_teacher(wb: Workbench, sheet: Given, url: str) -> None:
    """Whoever the file names is not switched off, as the file is now."""
    roster = "email,name,building,academic_year\nada@x.example,Ada,North,2024-2025\nben@x.example,Ben,North,2024-2025\n"
    wb.import_sheet(sheet(roster), "polaris.teacher_roster")
    batch = wb.import_sheet(sheet(roster.replace("ben@x", "bem@x"), "typo.csv"), "polaris.teacher_roster", dry_run=True)
    assert (outcome(batch), batch.removed) == ((1, 0, 1, 0, 0), 1)
    assert wb.correct(batch, {3: {"email": "ben@x.example"}}).removed == 0
    done = wb.commit(wb.plan(batch).batch)
    assert (outcome(done), done.removed) == ((0, 0, 2, 0, 0), 0)
    assert records(url, "polaris.teacher_progress", "email", "is_active") == [
        ("ada@x.example", True),
        ("ben@x.example", True),
    ]


def test_an_undo_of_a_corrected_import_takes_it_back(wb: Workbench, held: Batch, url: str) -> None:
    wb.correct(held, {3: {"email": "jane@example.com"}, 4: {"phone": ""}, 5: {"email": "x@example.com"}})
    done = wb.commit(wb.plan(held).batch)
    assert outcome(wb.undo(done)) == (0, 4, 0, 0, 0)
    assert records(url, "elevate.profiles", "email") == []


def test_a_large_corrected_batch_is_planned_by_two_connections_alike(wb: Workbench, sheet: Given) -> None:
    rows = "".join(f"p{number}@example.com,Person,{'12' if number % 5000 == 0 else ''}\n" for number in range(25_000))
    batch = wb.stage(sheet(f"email,name,phone\n{rows}"), "elevate.students")
    wb.correct(batch, {line: {"phone": ""} for line in (2, 5002, 20_002)})
    done = wb.commit(wb.plan(batch).batch, skip_errors=True)
    assert (outcome(done), wb.rows.unexplained(done)) == ((24_998, 0, 0, 0, 2), [10_002, 15_002])


def test_the_history_of_a_record_says_who_corrected_its_row(wb: Workbench, held: Batch) -> None:
    wb.correct(held, {3: {"email": "jane@example.com"}, 4: {"phone": ""}})
    wb.commit(wb.plan(held).batch, skip_errors=True)
    told = wb.records.get("elevate.students", "jane@example.com")["history"]
    assert [(one["line"], one["outcome"], one["corrected_by"]) for one in told] == [(3, "created", "ana")]
    assert [one["key"] for one in wb.records.find("jane@example")] == ["jane@example.com"]


def test_a_rejection_waits_for_the_new_plan(wb: Workbench, held: Batch) -> None:
    wb.reject(held, [5], "Not a person")
    wb.correct(held, {3: {"email": "jane@example.com"}})
    with pytest.raises(UnknownLines):
        wb.reject(held, [4], "Left in May")
    planned = wb.plan(held).batch
    assert outcomes(wb, planned)[-1] == (5, "invalid:rejected")
    wb.reject(planned, [4], "Left in May")
    assert wb.reconcile(wb.commit(planned, skip_errors=True)).done


# what is refused


@pytest.mark.parametrize(
    ("cells", "refusal", "sentence"),
    [
        ({3: {"e-mail": "x"}}, UnknownHeader, "The source has no column called e-mail"),
        ({1: {"email": "x"}, 9: {"email": "x"}}, UnknownRows, "has no row on line 1, 9"),
        ({3: {"email": "jane@example.com"}, 9: {}}, UnknownRows, "has no row on line 9"),
    ],
)
def test_what_is_not_there_cannot_be_corrected(
    wb: Workbench, held: Batch, url: str, cells: dict[int, dict[str, str]], refusal: type[Exception], sentence: str
) -> None:
    with pytest.raises(refusal, match=sentence):
        wb.correct(held, cells)
    assert (wb.batches.get(held), ask(url, "select count(*) from workbench.import_correction")) == (held, [(0,)])


def test_only_a_batch_that_is_still_open_can_be_corrected(wb: Workbench, sheet: Given, held: Batch) -> None:
    done = wb.commit(held, skip_errors=True)
    with pytest.raises(WrongStage, match="is completed; correcting needs one that is staged, planned or held"):
        wb.correct(done, {3: {"email": "jane@example.com"}})
    shown = wb.undo(done, dry_run=True)
    with pytest.raises(WrongStage, match="is an undo"):
        wb.correct(shown, {2: {"line": "7"}})
    begun = wb.begin(sheet(PEOPLE), "elevate.students", source="page")
    with pytest.raises(WrongStage, match="is queued"):
        wb.correct(begun, {3: {"email": "jane@example.com"}})


def test_another_tenant_corrects_nothing(open_wb: Opened, held: Batch) -> None:
    with pytest.raises(Exception, match="There is no batch"):
        open_wb(tenant="other", user="olga").correct(held, {3: {"email": "jane@example.com"}})


KEEP = (
    "insert into workbench.import_correction (tenant_id, batch_id, line, revision, raw, payload, status, corrected_by) "
    "select tenant_id, batch_id, line, {revision}, raw, payload, status, 'ana' from workbench.import_row "
    "where line = {line}"
)


def test_the_database_lets_nobody_correct_in_secret(wb: Workbench, held: Batch, url: str) -> None:
    """Past the program: no correction of what is planned or done, none changed, none taken away, no plan kept."""
    wb.correct(held, {3: {"email": "jane@example.com"}})

    def tried(statement: str) -> str:
        try:
            with (
                psycopg.connect(store.program_url(url)) as connection,
                connection.transaction(),
            ):
                speak_for(connection, url, batch=held.id)
                return f"{connection.execute(statement).rowcount} rows"
        except psycopg.Error as error:
            return str(error.sqlstate)

    assert tried(KEEP.format(line=4, revision=1).replace("'ana'", "'eve'")) == "42501"
    assert tried(KEEP.format(line=4, revision=1)) == "1 rows"  # as the program would, in the same revision
    assert tried(KEEP.format(line=4, revision=1)) == "23505"
    assert tried(KEEP.format(line=4, revision=2)) == "42501"
    for statement in ("update workbench.import_correction set raw = '[]'", "delete from workbench.import_correction"):
        assert tried(statement) == "42501"
    assert tried("update workbench.import_batch set revision = 0") == "WB001"
    wb.plan(held)
    assert tried(KEEP.format(line=5, revision=1)) == "42501"
    assert tried("update workbench.import_batch set revision = 2") == "WB001"
    assert tried("update workbench.import_batch set stage = 'staged'") == "WB001"
    wb.commit(held, skip_errors=True)
    for stage in ("staged", "completed"):
        assert tried(f"update workbench.import_batch set revision = 2, stage = '{stage}'") == "WB001"
    assert tried(KEEP.format(line=5, revision=1)) == "42501"


def test_corrections_are_under_the_signature(wb: Workbench, held: Batch, url: str) -> None:
    wb.correct(held, {3: {"email": "first@example.com"}, 4: {"phone": ""}, 5: {"email": "x@example.com"}})
    wb.correct(held, {3: {"email": "jane@example.com"}})
    done = wb.commit(wb.plan(held).batch)
    assert wb.sign_off(done)["evidence"]["corrected"] == 3
    assert wb.verify(done)
    for revision in (1, 2):
        change = "update workbench.import_correction set corrected_by = %s where line = 3 and revision = %s"
        tamper(url, change, "eve", revision)
        assert not wb.verify(done)
        tamper(url, change, "ana", revision)
        assert wb.verify(done)


# a file that comes back


def given_back(wb: Workbench, batch: Batch, file_format: Any = "csv", outcome: str | None = "invalid") -> bytes:
    file = BytesIO()
    wb.rows.write(batch, file, file_format, outcome=outcome)
    return file.getvalue()


@pytest.fixture
def back(tmp_path: Path) -> Callable[..., Sheet]:
    """Writes down the bytes of a file and opens it."""

    def opened(content: bytes | str, name: str = "back.csv") -> Sheet:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return open_sheet(path)

    return opened


def test_a_file_of_rejected_rows_comes_back_into_its_batch(
    wb: Workbench, held: Batch, back: Callable[..., Sheet]
) -> None:
    text = given_back(wb, held).decode("utf-8-sig")
    assert text.splitlines()[2].startswith("sam@example.com,Sam Hill,12,'=2+3,4,invalid,")
    text = text.replace("jane@example,", "jane@example.com,").replace(",12,", ",555-000-0000,")
    corrected = wb.corrections.correct_from(held, back(text))
    rows = {row["line"]: row["corrected"] for row in wb.rows.each(corrected)}
    assert rows == {
        2: {},
        3: {"email": ["jane@example", "jane@example.com"]},
        4: {"phone": ["12", "555-000-0000"]},
        5: {},
    }
    assert outcome(wb.plan(corrected).batch) == (3, 0, 0, 0, 1)


def test_a_worksheet_of_rejected_rows_comes_back_too(wb: Workbench, held: Batch, tmp_path: Path) -> None:
    written = pd.read_excel(BytesIO(given_back(wb, held, "xlsx")), dtype=str, keep_default_na=False, engine="openpyxl")
    written.loc[written["line"] == "3", "email"] = "jane@example.com"
    written.loc[written["line"] == "5", ["email", "external_id"]] = ["x@example.com", "=1+1"]
    path = tmp_path / "back.xlsx"
    with pd.ExcelWriter(path, engine="xlsxwriter", engine_kwargs={"options": {"strings_to_formulas": False}}) as book:
        written.to_excel(book, index=False)
    wb.corrections.correct_from(held, open_sheet(path))
    assert [row["corrected"] for row in wb.rows.each(held)][1:] == [
        {"email": ["jane@example", "jane@example.com"]},
        {},
        {"email": ["", "x@example.com"], "external_id": ["E4", "=1+1"]},
    ]


def test_a_worksheet_whose_formulas_have_no_stored_value_is_refused_and_blanks_no_cell(
    wb: Workbench, held: Batch, tmp_path: Path
) -> None:
    """As openpyxl and scripts write them; a formula whose text is the empty one has a value."""
    written = pd.read_excel(BytesIO(given_back(wb, held, "xlsx")), dtype=str, keep_default_na=False, engine="openpyxl")
    written["phone"] = "=1+1"
    path = write(tmp_path / "back.xlsx", [list(written.columns), *written.to_numpy().tolist()])
    with pytest.raises(UncalculatedReturn) as refused:
        wb.corrections.correct_from(held, open_sheet(path))
    assert str(refused.value) == (
        "Nothing was corrected: back.xlsx has formulas whose value is not stored, so what their cells are to say is "
        "not known (worksheet Sheet: C2, C3, D3 and 1 more). Open it in a spreadsheet program, save it there, and "
        "bring it back."
    )
    assert wb.batches.get(held) == held


def test_a_file_that_comes_back_as_it_was_changes_nothing(
    wb: Workbench, back: Callable[..., Sheet], sheet: Given
) -> None:
    hostile = 'email,name,=cmd,note\nx,"=1+1","\'=2",@a\nb,"a\nb", lead ,-5\nc,"say ""hi""",+49 1,\u00e9\n'
    batch = wb.import_sheet(sheet(hostile), "elevate.students")
    for file_format in ("csv", "xlsx"):
        assert (
            wb.corrections.correct_from(batch, back(given_back(wb, batch, file_format), f"back.{file_format}")) == batch
        )


def test_rows_and_columns_may_be_missing_and_stand_in_another_order(
    wb: Workbench, held: Batch, back: Callable[..., Sheet]
) -> None:
    corrected = wb.corrections.correct_from(held, back("line,phone,email\n4,,\n 3.0 ,,jane@example.com\n"))
    assert [row["corrected"] for row in wb.rows.each(corrected)][1:3] == [
        {"email": ["jane@example", "jane@example.com"], "phone": ["555-987-6543", ""]},
        {"email": ["sam@example.com", ""], "phone": ["12", ""]},
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("email,name\nx@y.org,X\n", "it has no column line, which says which row each one is."),
        (
            "email,fax,line\nx@y.org,1,3\n",
            "its column fax is none of the batch's, and a file that comes back brings no column. Put it into the "
            "source and import that, or say at the import what is the same in all rows.",
        ),
        ("email,line\nx@y.org,99\n", "line 99 is none of the batch's."),
        ("email,line\nx@y.org,\n", "its row 2 does not say which line it is; rows cannot be added."),
        ("email,line\nx@y.org,three\n", "its row 2 does not say which line it is; rows cannot be added."),
        ("email,line\nx@y.org,3\nz@y.org,3\n", "line 3 is in it twice."),
    ],
)
def test_a_file_that_is_something_else_is_refused_in_a_sentence(
    wb: Workbench, held: Batch, back: Callable[..., Sheet], text: str, why: str
) -> None:
    with pytest.raises(WrongReturn) as refused:
        wb.corrections.correct_from(held, back(text))
    assert str(refused.value) == f"back.csv is no file of rows of batch {held.id}: {why}"
    assert wb.batches.get(held) == held


def test_a_file_without_rows_is_refused(wb: Workbench, held: Batch, back: Callable[..., Sheet]) -> None:
    with pytest.raises(NoRows):
        wb.corrections.correct_from(held, back("email,line,outcome,issues,reason\n"))


def test_a_file_of_rows_from_before_there_was_a_reason_in_it_comes_back_too(
    wb: Workbench, held: Batch, back: Callable[..., Sheet]
) -> None:
    wb.corrections.correct_from(held, back("email,line,outcome,issues\njane@example.com,3,invalid,\n"))
    assert next(wb.rows.each(held, lines=[3]))["corrected"] == {"email": ["jane@example", "jane@example.com"]}


def test_a_source_with_a_column_line_of_its_own_comes_back(
    wb: Workbench, sheet: Given, back: Callable[..., Sheet]
) -> None:
    batch = wb.import_sheet(sheet("line,email,name\nBlue,nobody,Ada\nRed,ben@example.com,Ben\n"), "elevate.students")
    text = given_back(wb, batch, outcome=None).decode("utf-8-sig")
    assert next(csv.reader(StringIO(text))) == [
        "line",
        "email",
        "name",
        "line",
        "outcome",
        "issues",
        "reason",
        "import",
    ]
    text = text.replace("nobody", "ada@example.com").replace("Blue", "Green")
    wb.corrections.correct_from(batch, back(text))
    assert next(wb.rows.each(batch))["corrected"] == {"line": ["Blue", "Green"], "email": ["nobody", "ada@example.com"]}


def test_rows_that_were_imported_from_such_a_file_come_back_as_well(
    wb: Workbench, held: Batch, back: Callable[..., Sheet]
) -> None:
    second = wb.import_sheet(back(given_back(wb, held)), "elevate.students")
    assert outcome(second) == (0, 0, 0, 0, 3)
    text = given_back(wb, second).decode("utf-8-sig")
    assert text.splitlines()[0] == "email,name,phone,external_id,line,outcome,issues,reason,import"
    wb.corrections.correct_from(second, back(text.replace("jane@example,", "jane@example.com,")))
    row = next(wb.rows.each(second, lines=[2]))
    assert row["corrected"] == {"email": ["jane@example", "jane@example.com"]}
    assert row["raw"]["line"] == "3"


# many rows at once, and back

LEARNERS = """\
email,name,phone
a@example.com,Ada,n/a
b@example.com,Ben,n/a
c@example.com,Cyd,555-123-4567
d@example.com,Dee,n/a x
"""


@pytest.fixture
def wrong(wb: Workbench, sheet: Given) -> Batch:
    """Lines 2, 3 and 5 have no phone number."""
    return wb.import_sheet(sheet(LEARNERS.replace("n/a", "12"), "learners.csv"), "elevate.students")


def phones(wb: Workbench, batch: Batch) -> list[str]:
    return [row["raw"]["phone"] for row in wb.rows.each(batch)]


def test_the_texts_that_are_wrong_are_counted_with_their_first_lines(wb: Workbench, wrong: Batch) -> None:
    values, number = wb.rows.wrong_values(wrong, code="bad_phone", field="phone")
    assert [(each["text"], each["rows"], each["line"]) for each in values] == [("12", 2, 2), ("12 x", 1, 5)]
    assert number == 2
    assert wb.rows.wrong_values(wrong, code="bad_email", field="email") == ([], 0)
    values, number = wb.rows.wrong_values(wrong, code="bad_phone", field="phone", limit=1)
    assert (len(values), number) == (1, 2)


def test_a_text_that_is_wrong_is_put_right_in_all_its_rows(wb: Workbench, wrong: Batch) -> None:
    mended = wb.mean(wrong, {"phone": {"12": "", "12 x": "555-000-1111"}})
    assert phones(wb, mended) == ["", "", "555-123-4567", "555-000-1111"]
    assert (wb.rows.issue_counts(mended), mended.summary["corrected"]) == ([], 3)


def test_a_choice_that_is_like_another_text_is_what_that_means(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet("name,code\nNursing,CNA101\n"), "elevate.courses")
    wb.import_sheet(sheet("email,name\na@example.com,Ada\n"), "elevate.students")
    text = "student_email,course_code,status\na@example.com,CNA101,complted\n"
    batch = wb.stage(sheet(text), "elevate.enrollments")
    values, _ = wb.rows.wrong_values(batch, code="bad_choice", field="status")
    assert [(each["text"], each["means"]) for each in values] == [("complted", "completed")]


def test_a_text_is_put_right_in_whichever_case_it_is_written_and_as_it_is_written_first(
    wb: Workbench, sheet: Given
) -> None:
    students = "email,name,phone\na@example.com,Ada,Later\nb@example.com,Ben,later\nc@example.com,Cal,LATER\n"
    batch = wb.stage(sheet(students), "elevate.students")
    mended = wb.mean(batch, {"phone": {"Later": "555-000-1111", "LATER": "555-000-2222"}})
    assert phones(wb, mended) == ["555-000-1111", "555-000-1111", "555-000-2222"]


def test_one_text_is_put_into_rows_on_some_lines_or_into_all_that_fit(wb: Workbench, wrong: Batch) -> None:
    assert phones(wb, wb.fill_cells(wrong, "phone", "555-222-3333", lines=[2])) == [
        "555-222-3333", "12", "555-123-4567", "12 x"
    ]  # fmt: skip
    assert phones(wb, wb.fill_cells(wrong, "phone", "", query=RowQuery(code="bad_phone", text="ben"))) == [
        "555-222-3333", "", "555-123-4567", "12 x"
    ]  # fmt: skip
    assert phones(wb, wb.fill_cells(wrong, "phone", "555-444-5555", instead_of="12 x")) == [
        "555-222-3333", "", "555-123-4567", "555-444-5555"
    ]  # fmt: skip
    with pytest.raises(UnknownHeader):
        wb.fill_cells(wrong, "fax", "1")
    with pytest.raises(UnknownRows):
        wb.fill_cells(wrong, "phone", "1", lines=[99])


def test_what_is_to_be_changed_in_all_rows_takes_few_bytes_a_row(wb: Workbench, sheet: Given) -> None:
    rows = 30_000
    text = "email,full_name\n" + "".join(f"p{number}@example.com,Same\n" for number in range(rows))
    batch = wb.stage(sheet(text), "elevate.students")
    tracemalloc.start()
    try:
        assert len(paging.every_line(wb.rows._store, batch, RowQuery(text="nobody"))) == 0
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        lines = paging.every_line(wb.rows._store, batch, RowQuery())
        assert tracemalloc.get_traced_memory()[1] - before < 40 * rows
    finally:
        tracemalloc.stop()
    assert (len(lines), min(lines), max(lines)) == (rows, 2, rows + 1)
    filled = wb.fill_cells(batch, "full_name", "Other")
    assert filled.summary["edits"]["done"][-1]["rows"] == rows
    (noted,) = [event for event in wb.batches.story(filled) if event["action"] == "corrected"]
    assert (noted["detail"]["rows"], noted["detail"]["lines"]) == (rows, list(range(2, 102)))


def test_edits_are_taken_back_and_made_again_one_after_the_other(
    wb: Workbench, open_wb: Opened, wrong: Batch, url: str
) -> None:
    wb.mean(wrong, {"phone": {"12": "555-000-0001"}})
    open_wb(user="ben").correct(wrong, {2: {"phone": "555-000-0002"}, 4: {"phone": ""}})
    first, second = phones(wb, wrong), ["12", "12", "555-123-4567", "12 x"]
    now = wb.batches.get(wrong)
    assert [(edit["rows"], edit["by"], edit["said"]) for edit in now.summary["edits"]["done"]] == [
        (2, "ana", "phone: '12' is '555-000-0001'"),
        (2, "ben", "2 cells"),
    ]
    assert phones(wb, wb.take_back(wrong)) == ["555-000-0001", "555-000-0001", "555-123-4567", "12 x"]
    undone = wb.take_back(wrong)
    assert phones(wb, undone) == second
    assert undone.summary["corrected"] == 0
    assert [each["rows"] for each in wb.rows.issue_counts(undone)] == [3]
    with pytest.raises(NoEdit, match="has no correction that could be taken back"):
        wb.take_back(wrong)
    wb.make_again(wrong)
    assert phones(wb, wb.make_again(wrong)) == first
    assert wb.take_back(wrong).summary["edits"]["undone"][-1]["said"] == "2 cells"
    wb.correct(wrong, {5: {"phone": "555-000-0009"}})
    with pytest.raises(NoEdit, match="made again"):
        wb.make_again(wrong)
    kept = ask(url, "select count(*)::int from workbench.import_correction")
    assert kept[0][0] == 15  # every step is one more, and none is forgotten


def test_what_was_said_of_texts_and_taken_back_is_not_among_what_was_decided(wb: Workbench, wrong: Batch) -> None:
    wb.mean(wrong, {"phone": {"12": ""}})
    wb.mean(wrong, {"phone": {"12 x": ""}})
    wb.take_back(wrong)
    done = wb.commit(wb.plan(wrong).batch, skip_errors=True)
    told = wb.log(done).render()
    assert "'12' is nothing" in told
    assert "'12 x' is nothing" not in told


def test_words_are_looked_for_in_all_rows_as_they_are_and_as_they_came(wb: Workbench, wrong: Batch) -> None:
    def found(**which: Any) -> list[int]:
        lines = [row["line"] for row in wb.rows.page(wrong, RowQuery(**which))]
        assert wb.rows.number(wrong, RowQuery(**which)) == len(lines)
        return lines

    assert (found(text="ADA"), found(text="example.com 555"), found(text="zz")) == ([2], [4], [])
    assert (found(text="12", wrong=True), found(text="cyd", wrong=True)) == ([2, 3, 5], [])
    assert (found(code="bad_phone", text="dee"), found(outcome="created", text="cyd")) == ([5], [4])
    assert (found(text="%"), found(text='"'), found(text="\\")) == ([], [], [])
    wb.correct(wrong, {2: {"name": "Grace"}})
    assert (found(text="ada"), found(text="grace"), found(text="grace", wrong=True)) == ([2], [2], [2])
