"""Hazards seen in the real systems behind the playbooks, each as a question to this one, under its number there."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime

import pandas as pd
import pytest

from tests.imports import ask, fingerprint, issues, messages, outcome, outcomes, records, tamper
from workbench import Workbench, open_sheet
from workbench.model.errors import StalePlan, WorkbenchError
from workbench.model.sheet import Sheet

Given = Callable[..., Sheet]

PEOPLE = "email,name,phone\njohn@example.com,John Doe,555-123-4567\njane@example.com,Jane Smith,555-987-6543\n"


@pytest.fixture
def elevate(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet("name,code\nCNA Training,CNA101\nWelding Basics,WELD101\n"), "elevate.courses")
    wb.import_sheet(sheet(PEOPLE), "elevate.students")


# identity


def test_two_people_of_one_name_are_two_people(wb: Workbench, sheet: Given, url: str) -> None:
    """Hazard 1: two people with one name fused."""
    text = "email,name\nalice.jones@example.com,Alice Jones\nalice.j@example.com,Alice Jones\n"
    assert outcome(wb.import_sheet(sheet(text), "elevate.students")) == (2, 0, 0, 0, 0)
    assert records(url, "elevate.profiles", "full_name") == [("Alice Jones",), ("Alice Jones",)]


@pytest.mark.usefixtures("elevate")
def test_a_piece_of_an_address_finds_nobody(wb: Workbench, sheet: Given) -> None:
    """Hazards 7 and 9: no wildcard, no piece and no +tag finds another person."""
    text = "student_email,course_code\njo%@example.com,CNA101\nj_hn@example.com,CNA101\njohn+x@example.com,CNA101\n"
    batch = wb.import_sheet(sheet(text), "elevate.enrollments")
    assert outcomes(wb, batch) == [(line, "unmatched:student") for line in (2, 3, 4)]


# silent loss


def test_what_was_missing_a_parent_is_linked_when_the_file_comes_again(wb: Workbench, sheet: Given, url: str) -> None:
    """Hazard 12: 537 participations dropped for missing parents."""
    wb.import_sheet(sheet("name,code\nCNA Training,CNA101\n"), "elevate.courses")
    wb.import_sheet(sheet(PEOPLE), "elevate.students")
    text = "student_email,course_code\njohn@example.com,CNA101\nsam@example.com,CNA101\n"
    first = wb.import_sheet(sheet(text), "elevate.enrollments")
    assert (outcome(first), wb.rows.unexplained(first)) == ((1, 0, 0, 1, 0), [3])
    wb.import_sheet(sheet("email,name\nsam@example.com,Sam Hill\n"), "elevate.students")
    assert outcome(wb.import_sheet(sheet(text), "elevate.enrollments")) == (1, 0, 1, 0, 0)
    assert len(records(url, "elevate.enrollments", "id")) == 2


def test_every_source_row_has_a_state_and_a_reason(wb: Workbench, sheet: Given) -> None:
    """Hazard 24: rows that are stored nowhere."""
    lines = [f"p{number}@example.com,Person {number}," for number in range(120)]
    lines[10], lines[60], lines[119] = "p9@example.com,Person 9,", "nobody,,12", ",,"
    batch = wb.import_sheet(sheet("\n".join(("email,name,phone", *lines))), "elevate.students", skip_errors=True)
    rows = list(wb.rows.each(batch))
    assert [row["line"] for row in rows] == [*range(2, 121)]  # the last line is blank, and counted
    assert {row["outcome"] for row in rows} == {"created", "skipped", "invalid"}
    assert (batch.processed, batch.reading["blank_rows"]) == (119, 1)


def test_a_file_in_which_no_row_is_usable_is_held_and_not_done(wb: Workbench, sheet: Given) -> None:
    """Hazards 24a and 65: a file with no usable row ends as completed; success with errors inside."""
    batch = wb.import_sheet(sheet("email,name\nnobody,Nobody\nnoone,No One\n"), "elevate.students")
    assert (batch.stage, wb.reconcile(batch).done) == ("held", False)
    completed = wb.commit(batch, skip_errors=True)
    figures = wb.reconcile(completed)
    assert (figures.invalid, figures.balanced, figures.done) == (2, True, False)
    assert figures.open_points == ("2 rows are invalid.",)


# wrong data written


def test_a_missing_value_of_a_frame_is_never_a_text(wb: Workbench, url: str) -> None:
    """Hazard 27: 158,923 e-mail addresses that say "None"."""
    frame = pd.DataFrame(
        {
            "email": ["john@example.com", "jane@example.com", None],
            "name": ["John Doe", "Jane Smith", "Nobody"],
            "phone": [None, float("nan"), "555-123-4567"],
            "external_id": [1, None, 3],
        }
    )
    batch = wb.import_sheet(open_sheet(frame), "elevate.students", skip_errors=True)
    assert issues(wb, batch) == [(4, "email", "missing")]
    assert records(url, "elevate.profiles", "email", "phone", "external_id") == [
        ("jane@example.com", None, None),
        ("john@example.com", None, "1"),
    ]


def test_a_text_that_says_nothing_is_told_and_never_taken_for_an_address(wb: Workbench, sheet: Given, url: str) -> None:
    """Hazard 27, the other way round: what a file says in letters is text once a person has said so."""
    text = "email,name,phone\nNone,John Doe,\nnan@example.com,None,\nnull@example.com,Jane Null,None\n"
    batch = wb.import_sheet(sheet(text), "elevate.students", skip_errors=True)
    assert issues(wb, batch) == [(2, "email", "bad_email"), (3, "full_name", "null_text"), (4, "phone", "bad_phone")]
    assert records(url, "elevate.profiles", "email", "full_name", "phone") == []
    meant = {"full_name": {"None": "None"}}
    wb.import_sheet(sheet(text), "elevate.students", skip_errors=True, value_maps=meant)
    assert records(url, "elevate.profiles", "email", "full_name", "phone") == [("nan@example.com", "None", None)]


def test_a_missing_date_is_no_invented_one(wb: Workbench, sheet: Given, url: str, elevate: None) -> None:
    """Hazards 29, 30 and 34: invented dates, lost times of day, days that move with the time zone."""
    text = """\
student_email,course_code,enrolled_at,completed_at
john@example.com,CNA101,2026-05-01T15:30Z,2025-11-08
john@example.com,WELD101,,
jane@example.com,CNA101,soon,
jane@example.com,WELD101,2025-11-08T23:30-05:00,2/29/2025
"""
    batch = wb.import_sheet(sheet(text), "elevate.enrollments", skip_errors=True)
    assert issues(wb, batch) == [(4, "enrolled_at", "bad_timestamp"), (5, "completed_at", "bad_timestamp")]
    for zone in ("UTC", "America/New_York", "Asia/Tokyo"):
        tamper(url, f"alter database \"{ask(url, 'select current_database()')[0][0]}\" set timezone = '{zone}'")
        moments = sorted(records(url, "elevate.enrollments", "enrolled_at", "completed_at"), key=str)
        assert [[moment and moment.astimezone(UTC) for moment in row] for row in moments] == [
            [None, None],
            [datetime(2026, 5, 1, 15, 30, tzinfo=UTC), datetime(2025, 11, 8, tzinfo=UTC)],
        ]


def test_value_typed_columns_stay_text(wb: Workbench, sheet: Given, url: str) -> None:
    """Hazards 39 and 40: an id that looks like a date, a number with zeros before it, a surname True;
    an id that a spreadsheet has rounded is none.
    One that it may have made a date of is warned of."""
    text = """\
email,first_name,last_name,external_id
a@example.com,May,True,2024-01-01
b@example.com,NaN,Null,007
c@example.com,1,2,8.50E+11
"""
    batch = wb.import_sheet(sheet(text), "elevate.students", skip_errors=True)
    assert records(url, "elevate.profiles", "email", "full_name", "external_id") == [
        ("a@example.com", "May True", "2024-01-01"),
        ("b@example.com", "NaN Null", "007"),
    ]
    assert issues(wb, batch) == [
        (2, "external_id", "may_be_date"),
        (3, "first_name", "null_text"),
        (3, "last_name", "null_text"),
        (4, "external_id", "rounded"),
    ]


def test_a_line_of_sums_is_no_invoice_and_what_it_says_is_compared(wb: Workbench, sheet: Given, url: str) -> None:
    """Hazards 44 and 69: a summary row treated as one more invoice, and two counts of one file that nobody compared."""
    wb.import_sheet(sheet("sku,name\nFRA1023,Chablis\n"), "commerce.skus")
    wb.import_sheet(sheet("company\nCafe Uno\n"), "commerce.companies")
    for header in ("Special instrcutions", "Special instructions"):
        lines = (
            f'\ufeffsep=,\nSales report\n" "\nInvoice number,Invoice date,Customer,SKU,Qty.,Net price,{header}\n'
            "10001,2025-01-02,Cafe Uno,FRA1023,12,$120.00,ring\n10002,2025-01-03,Cafe Uno,FRA1023,2,20.00,\n"
        )
        run = wb.import_sheet(sheet(f"{lines},,,,14,140.00,\n"), "commerce.invoices")
        assert (run.stage, run.totals, run.processed) == ("completed", "totals proven", 2)
        assert records(url, "commerce.invoices", "number") == [("10001",), ("10002",)]
        wrong = wb.import_sheet(sheet(f"{lines},,,,14,139.99,\n"), "commerce.invoices")
        assert wrong.stage == "held"
        assert wrong.summary["held_for"][0]["message"].startswith(
            "Net price: the file's own line 7 says 139.99, the rows have 140.00: 0.01 more."
        )


def test_a_number_is_read_as_it_is_meant(wb: Workbench, sheet: Given, url: str) -> None:
    """Hazards 41 and 42: separators read as 0, values clamped."""
    cells = {"0": 0, "12": 12, "1,000": 1000, "12.0": 12, "+8": 8, "": 8, " 12 ": 12, "007": 7}
    lines = [f'Tour {number},T{number},"{cell}"' for number, cell in enumerate(cells)]
    wb.import_sheet(sheet("\n".join(("name,code,duration_weeks", *lines))), "elevate.courses")
    stored = [weeks for _, weeks in records(url, "elevate.courses", "course_code", "duration_weeks")]
    assert stored == [*cells.values()]


def test_a_number_that_cannot_be_read_is_an_error_and_never_0(wb: Workbench, sheet: Given, url: str) -> None:
    """Hazards 41 and 42: unparseable is an error, and -3 is not clamped to 0."""
    cells = ("eight", "-3", "12.5", "8 weeks", "1.000,00", "8.50E+11", "1001", "$8")
    lines = [f'Tour {number},T{number},"{cell}"' for number, cell in enumerate(cells)]
    text = "\n".join(("name,code,duration_weeks", *lines))
    batch = wb.import_sheet(sheet(text), "elevate.courses", skip_errors=True, forms={"duration_weeks": "point"})
    assert [code for _, _, code in issues(wb, batch)] == [
        *("bad_integer", "out_of_range", "bad_integer", "bad_integer"),
        *("bad_integer", "bad_integer", "out_of_range", "bad_integer"),
    ]
    assert records(url, "elevate.courses", "duration_weeks") == []


# human work


@pytest.mark.usefixtures("elevate")
def test_what_a_person_filled_in_survives_a_file_that_does_not_know_it(wb: Workbench, sheet: Given, url: str) -> None:
    """Hazards 47 and 50: human work overwritten; blank incoming values that erase."""
    tamper(
        url, "update elevate.profiles set external_id = 'NOTED', updated_at = now() where email = 'john@example.com'"
    )
    before = fingerprint(url)
    blank = PEOPLE.replace("phone", "phone,external_id").replace("4567", "4567,").replace("6543", "6543,")
    for text in (PEOPLE, blank):
        assert outcome(wb.import_sheet(sheet(text), "elevate.students")) == (0, 0, 2, 0, 0)
    assert fingerprint(url) == before


@pytest.mark.usefixtures("elevate")
def test_totals_are_the_same_after_the_same_file_again(wb: Workbench, sheet: Given, url: str) -> None:
    """Hazards 49 and 62: overrides counted twice, sections that double."""
    text = "student_email,course_code,progress\njohn@example.com,CNA101,40\njane@example.com,CNA101,60\n"
    for _ in range(3):
        wb.import_sheet(sheet(text), "elevate.enrollments")
    assert ask(url, "select count(*), sum(progress) from elevate.enrollments") == [(2, 100)]


# atomicity


@pytest.mark.usefixtures("elevate")
def test_an_import_that_fails_half_way_has_written_nothing_and_goes_through_the_next_time(
    wb: Workbench, sheet: Given, url: str
) -> None:
    """Hazards 53 and 59: half imports, and counts that are kept though they were rolled back."""
    text = "\n".join(("email,name", *(f"p{number}@example.com,Person {number}" for number in range(100))))
    planned = wb.import_sheet(sheet(text), "elevate.students", dry_run=True)
    tamper(
        url,
        "insert into elevate.profiles (tenant_id, email, full_name, role) "
        "select tenant_id, 'p50@example.com', 'Somebody', 'student' from elevate.profiles limit 1",
    )
    before = fingerprint(url)
    with pytest.raises(StalePlan):
        wb.commit(planned)
    assert fingerprint(url) == before
    again = wb.import_sheet(sheet(text), "elevate.students")
    assert (outcome(again), len(records(url, "elevate.profiles", "id"))) == ((99, 1, 0, 0, 0), 102)


@pytest.mark.usefixtures("elevate")
def test_one_bad_row_of_a_hundred_leaves_99(wb: Workbench, sheet: Given, url: str) -> None:
    """Hazard 54: one bad row rolls back the batch."""
    lines = [f"p{number}@example.com,Person {number}" for number in range(100)]
    lines[37] = "p37@invalid,Person 37"
    batch = wb.import_sheet(sheet("\n".join(("email,name", *lines))), "elevate.students", skip_errors=True)
    assert (outcome(batch), len(records(url, "elevate.profiles", "id"))) == ((99, 0, 0, 0, 1), 101)


# reporting


def test_an_issue_stands_on_the_line_that_the_spreadsheet_shows(wb: Workbench, sheet: Given) -> None:
    """Hazard 67: data rows against sheet rows; here with a preamble, blank rows and a line break in a cell above."""
    text = 'Export of May\n\nemail,name,external_id\njohn@example.com,"John\tDoe","two\nlines"\n\nnobody,No Body,x\n'
    batch = wb.import_sheet(sheet(text), "elevate.students")
    assert batch.reading["header_line"] == 3
    assert [line for line, _, _ in issues(wb, batch)][-1] == 6


def test_every_error_is_told_however_many_there_are(wb: Workbench, sheet: Given) -> None:
    """Hazard 68: errors hidden after the first 10, 50 or 100."""
    text = "\n".join(("email,name", *(f"nobody {number},Person {number}" for number in range(150))))
    batch = wb.import_sheet(sheet(text), "elevate.students")
    assert len(messages(wb, batch)) == 150
    assert batch.summary["issues_by_code"] == {"bad_email": 150}
    assert wb.rows.unexplained(batch) == [*range(2, 152)]


# files


VARIANTS = (
    PEOPLE,
    "\ufeff" + PEOPLE,
    "sep=,\n" + PEOPLE,
    "Report,May 2026,\n\n" + PEOPLE,
    PEOPLE.replace("\n", "\r\n"),
    PEOPLE.replace(",", ";"),
    PEOPLE.replace(",", "\t"),
    PEOPLE + "\n\n,,\n",
    PEOPLE.replace("email,name,phone", " E-Mail ,NAME,Phone Number"),
    PEOPLE.replace("john@example.com", '"JOHN@EXAMPLE.COM "'),
)


def test_every_variant_of_a_file_gives_the_same_records(wb: Workbench, sheet: Given, url: str) -> None:
    """Hazards 69 and 73: byte order marks, `sep=` lines, preambles, delimiters, blank rows, headers spelt otherwise."""
    assert outcome(wb.import_sheet(sheet(PEOPLE), "elevate.students")) == (2, 0, 0, 0, 0)
    assert records(url, "elevate.profiles", "email", "full_name", "phone") == [
        ("jane@example.com", "Jane Smith", "555-987-6543"),
        ("john@example.com", "John Doe", "555-123-4567"),
    ]
    before = fingerprint(url)
    for text in VARIANTS:
        assert outcome(wb.import_sheet(sheet(text), "elevate.students")) == (0, 0, 2, 0, 0), text
    assert fingerprint(url) == before


def test_an_extra_column_is_kept_as_evidence_and_stops_nothing(wb: Workbench, sheet: Given) -> None:
    """Hazards 73 and 74: unknown headers that reject a file, optional columns that must be there."""
    text = "email,name,Favourite Colour\njohn@example.com,John Doe,blue\n"
    batch = wb.import_sheet(sheet(text), "elevate.students")
    (row,) = wb.rows.each(batch)
    assert row["raw"] == {"email": "john@example.com", "name": "John Doe", "Favourite Colour": "blue"}
    assert row["payload"] == {"email": "john@example.com", "full_name": "John Doe"}


def test_a_line_break_inside_a_cell_survives(wb: Workbench, sheet: Given, url: str) -> None:
    """Hazard 71: quoted newlines split."""
    wb.import_sheet(sheet('name,code,description\nTour,TOUR,"Line one\nLine two, with a comma"\n'), "elevate.courses")
    assert records(url, "elevate.courses", "description") == [("Line one\nLine two, with a comma",)]


def test_formulas_and_sql_in_cells_are_text(wb: Workbench, sheet: Given, url: str) -> None:
    """Hazard 77, on the way in: nothing of a file is ever run, and every character arrives."""
    cells = [
        "=1+1",
        "'; drop table elevate.profiles; --",
        "100 % {0} %s %(x)s $1 \\N \\. \\x",
        '{"a": "b"}',
        "<b>bold</b>",
        "Zoë O'Brien 李 🎓",
    ]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([["email", "name", "external_id"], *([f"p{i}@example.com", c, c] for i, c in enumerate(cells))])
    constants = {"phone": "555-123-4567"}
    batch = wb.import_sheet(sheet(text.getvalue()), "elevate.students", constants=constants, notes="100 % \\ ' {}")
    assert outcome(batch) == (6, 0, 0, 0, 0)
    assert [(name, key) for _, name, key in records(url, "elevate.profiles", "email", "full_name", "external_id")] == [
        (cell, cell) for cell in cells
    ]
    assert [row["raw"]["external_id"] for row in wb.rows.each(batch)] == cells
    assert wb.log(batch).notes == "100 % \\ ' {}"


def test_a_constant_with_a_percent_sign_is_a_constant(wb: Workbench, sheet: Given, url: str) -> None:
    """A person's own words are no placeholder of a statement either."""
    roster = "email,name,building,academic_year\n"
    constants = {"district": "100% {Charter} %s"}
    one = sheet(roster + "ada@x.example,Ada,North,2024-2025\n")
    assert outcome(wb.import_sheet(one, "polaris.teacher_roster", constants=constants)) == (1, 0, 0, 0, 0)
    with pytest.raises(WorkbenchError, match=r"would remove all 1 records of district 100% .Charter. %s"):
        wb.stage(sheet(roster), "polaris.teacher_roster", constants=constants, window="2024-2025")
    done = wb.import_sheet(
        sheet(roster), "polaris.teacher_roster", constants=constants, window="2024-2025", allow_empty=True
    )
    assert done.removed == 1


# tenancy


def test_the_same_key_in_two_tenants_is_two_records(
    wb: Workbench, open_wb: Callable[..., Workbench], sheet: Given, url: str
) -> None:
    """Hazard 78: an upsert that overwrites another tenant's order."""
    other = open_wb(tenant="other", user="olga")
    assert outcome(wb.import_sheet(sheet(PEOPLE), "elevate.students")) == (2, 0, 0, 0, 0)
    assert outcome(other.import_sheet(sheet(PEOPLE.replace("Doe", "Other")), "elevate.students")) == (2, 0, 0, 0, 0)
    roster = "email,name,building,academic_year\nada@x.example,Ada,North,2024-2025\n"
    wb.import_sheet(sheet(roster), "polaris.teacher_roster")
    empty = sheet(roster.splitlines(keepends=True)[0])
    gone = other.import_sheet(empty, "polaris.teacher_roster", window="2024-2025", allow_empty=True)
    assert gone.removed == 0
    assert records(url, "elevate.profiles", "full_name") == [
        ("Jane Smith",),
        ("Jane Smith",),
        ("John Doe",),
        ("John Other",),
    ]
    assert records(url, "polaris.teacher_progress", "is_active") == [(True,)]


@pytest.mark.both_servers
def test_undo_gives_back_the_ids_that_were_there(wb: Workbench, sheet: Given, url: str, elevate: None) -> None:
    """Hazard 60: undo leaves ids on the wrong person."""
    enrollments = "student_email,course_code\njohn@example.com,CNA101\njane@example.com,WELD101\n"
    wb.import_sheet(sheet(enrollments), "elevate.enrollments")
    people = ("id", "email", "full_name", "phone")
    links = ("id", "user_id", "course_id", "status")
    before = (records(url, "elevate.profiles", *people), records(url, "elevate.enrollments", *links))
    changes = PEOPLE.replace("John Doe", "Jonathan Doe").replace("555-987-6543", "555-000-0000")
    first = wb.import_sheet(sheet(changes), "elevate.students")
    second = wb.import_sheet(
        sheet(enrollments.replace("course_code", "course_code,status").replace("101\n", "101,completed\n")),
        "elevate.enrollments",
    )
    wb.undo(second)
    wb.undo(first)
    assert (records(url, "elevate.profiles", *people), records(url, "elevate.enrollments", *links)) == before
