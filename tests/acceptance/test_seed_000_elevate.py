"""The data import guide for licensees, by its own examples."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.imports import fingerprint, issues, messages, outcome, outcomes, records
from workbench import Workbench, open_sheet
from workbench.datasets import catalog
from workbench.derived.csv_template import csv_template
from workbench.model.errors import ForbiddenColumns, ImportOrder, MissingColumns
from workbench.model.sheet import Sheet

Given = Callable[..., Sheet]

STUDENTS = """\
email,first_name,last_name,phone,external_id
john@example.com,John,Doe,555-123-4567,EMP001
jane@example.com,Jane,Smith,555-987-6543,EMP002
"""
COURSES = """\
name,code,description,duration_weeks
CNA Training,CNA101,Certified Nursing Assistant program,8
Welding Basics,WELD101,Introduction to welding,12
"""
ENROLLMENTS = """\
student_email,course_code,status,enrolled_at
john@example.com,CNA101,active,2024-01-15
jane@example.com,WELD101,completed,2024-02-01
"""


def guide(wb: Workbench, sheet: Given) -> list[tuple[int | None, ...]]:
    """The guide's three files in the guide's order: courses first, students second, enrollments last."""
    files = (("courses", COURSES), ("students", STUDENTS), ("enrollments", ENROLLMENTS))
    return [outcome(wb.import_sheet(sheet(text, f"{name}.csv"), f"elevate.{name}")) for name, text in files]


# the CSV templates


def test_the_three_templates_of_the_guide_arrive_in_its_tables(wb: Workbench, sheet: Given, url: str) -> None:
    assert guide(wb, sheet) == [(2, 0, 0, 0, 0)] * 3
    assert records(
        url, "elevate.courses", "course_code", "course_name", "description", "duration_weeks", "is_active"
    ) == [
        ("CNA101", "CNA Training", "Certified Nursing Assistant program", 8, True),
        ("WELD101", "Welding Basics", "Introduction to welding", 12, True),
    ]
    assert records(url, "elevate.profiles", "email", "full_name", "phone", "role", "external_id") == [
        ("jane@example.com", "Jane Smith", "555-987-6543", "student", "EMP002"),
        ("john@example.com", "John Doe", "555-123-4567", "student", "EMP001"),
    ]
    assert records(url, "elevate.enrollments", "enrolled_at", "status", "progress", "completed_at") == [
        (datetime(2024, 1, 15, tzinfo=UTC), "active", 0, None),
        (datetime(2024, 2, 1, tzinfo=UTC), "completed", 0, None),
    ]


def test_an_enrollment_links_its_student_and_its_course_by_their_ids(wb: Workbench, sheet: Given, url: str) -> None:
    guide(wb, sheet)
    people = {key: email for email, key in records(url, "elevate.profiles", "email", "id")}
    courses = {key: code for code, key in records(url, "elevate.courses", "course_code", "id")}
    links = [
        (people[user], courses[course]) for user, course in records(url, "elevate.enrollments", "user_id", "course_id")
    ]
    assert sorted(links) == [("jane@example.com", "WELD101"), ("john@example.com", "CNA101")]


def test_the_guides_files_again_change_nothing(wb: Workbench, sheet: Given, url: str) -> None:
    guide(wb, sheet)
    before = fingerprint(url)
    assert guide(wb, sheet) == [(0, 0, 2, 0, 0)] * 3
    assert fingerprint(url) == before


@pytest.mark.both_servers
def test_every_template_that_we_hand_out_imports_as_it_is_and_again_without_a_change(
    wb: Workbench, tmp_path: Path, url: str
) -> None:
    """Hazards 62 and 72: templates that fail their own importer; a second import that duplicates."""

    def hand_out() -> dict[str, tuple[int | None, ...]]:
        ended = {}
        for contract in (contract for family in catalog.families() for contract in catalog.family(family)):
            path = tmp_path / f"{contract.name}.csv"
            path.write_text(csv_template(contract))
            ended[contract.name] = outcome(wb.import_sheet(open_sheet(path), contract.name))
        return ended

    assert hand_out() == dict.fromkeys(catalog.CONTRACTS, (2, 0, 0, 0, 0))
    before = fingerprint(url)
    assert hand_out() == dict.fromkeys(catalog.CONTRACTS, (0, 0, 2, 0, 0))
    assert fingerprint(url) == before


# the field mapping reference


JOHN = {
    "email,full_name": "john@example.com,John Doe",
    "email,first_name,last_name": "john@example.com,John,Doe",
    "email,full_name,first_name,last_name": "john@example.com,,John,Doe",
    "full_name,first_name,last_name,email": "John Doe,Johnny,D.,john@example.com",
    "Email,Name": "john@example.com,John Doe",
    " EMAIL , Full Name ": "  John@Example.COM ,John  Doe",
    "E-Mail Address,First Name,LAST_NAME": "JOHN@EXAMPLE.COM,John,Doe",
    "Student Email,Given Name,Surname": "john@example.com, John , Doe ",
}


def test_a_student_has_an_email_and_a_full_name_or_its_two_halves_however_they_are_called(
    wb: Workbench, sheet: Given, url: str
) -> None:
    said = [outcome(wb.import_sheet(sheet(f"{header}\n{JOHN[header]}\n"), "elevate.students")) for header in JOHN]
    assert said == [(1, 0, 0, 0, 0), *[(0, 0, 1, 0, 0)] * (len(JOHN) - 1)]
    john = ("john@example.com", "John Doe", "student")
    assert records(url, "elevate.profiles", "email", "full_name", "role") == [john]


def test_the_guides_own_field_names_are_understood(wb: Workbench, sheet: Given, url: str) -> None:
    wb.import_sheet(
        sheet("Course Name,Course Code,Description,Duration\nCNA Training,CNA101,Nursing,8\n"), "elevate.courses"
    )
    wb.import_sheet(sheet("Email,Name,Phone,Your ID\njohn@example.com,John Doe,555-123-4567,7\n"), "elevate.students")
    header = "Student Email,Course Code,Status,Start Date,Progress %\n"
    batch = wb.import_sheet(sheet(f"{header}john@example.com,CNA101,Active,1/15/2024,40\n"), "elevate.enrollments")
    assert outcome(batch) == (1, 0, 0, 0, 0)
    assert records(url, "elevate.profiles", "external_id") == [("7",)]
    assert records(url, "elevate.enrollments", "status", "enrolled_at", "progress") == [
        ("active", datetime(2024, 1, 15, tzinfo=UTC), 40)
    ]


def test_a_student_needs_both(wb: Workbench, sheet: Given) -> None:
    with pytest.raises(MissingColumns, match=r"required full_name \(or first_name and last_name\) of elevate.students"):
        wb.stage(sheet("email,phone\njohn@example.com,555-123-4567\n"), "elevate.students")
    text = "email,first_name,last_name\n,John,Doe\njane@example.com,,\n"
    batch = wb.import_sheet(sheet(text), "elevate.students")
    assert issues(wb, batch) == [(2, "email", "missing"), (3, "full_name", "missing")]
    assert batch.stage == "held"


def test_a_course_without_a_code_gets_one(wb: Workbench, sheet: Given, url: str) -> None:
    wb.import_sheet(sheet("name\nCNA Training\nIntroduction to Welding\n"), "elevate.courses")
    wb.import_sheet(sheet("name,code\n  Forklift \t Safety ,\n"), "elevate.courses")
    assert [code for (code,) in records(url, "elevate.courses", "course_code")] == [
        "CNA_TRAINING",
        "FORKLIFT_SAFETY",
        "INTRODUCTION_TO_WELD",
    ]


def test_two_names_that_make_one_code_are_told_and_not_fused(wb: Workbench, sheet: Given, url: str) -> None:
    """Hazard 1, for courses: a code that was cut belongs to the first name, in the file and in the database."""
    first = "name,code\nCertified Nursing Assistant Day,\n"
    wb.import_sheet(sheet(first), "elevate.courses")
    text = f"""\
{first}Certified Nursing Assistant Evening,
CERTIFIED  nursing assistant day,
Welding for Beginners I,
Welding for Beginners II,
Welding for Beginners I,
Certified Nursing Assistant Night,CERTIFIED_NURSING_AS
"""
    batch = wb.import_sheet(sheet(text), "elevate.courses", skip_errors=True, on_conflict="first")
    assert outcomes(wb, batch) == [
        (2, "skipped:unchanged"),
        (3, "invalid:ambiguous_code"),
        (4, "skipped:duplicate"),
        (5, "created"),
        (6, "invalid:ambiguous_code"),
        (7, "skipped:duplicate"),
        (8, "skipped:duplicate"),
    ]
    assert messages(wb, batch)[3] == "Another course has the code that is made of this name; give it its own"
    later = wb.import_sheet(sheet("name\nWelding for Beginners II\n"), "elevate.courses", skip_errors=True)
    said = wb.import_sheet(sheet("name,code\nWelding first part,WELDING_FOR_BEGINNER\n"), "elevate.courses")
    assert (outcomes(wb, later), outcomes(wb, said)) == ([(2, "invalid:ambiguous_code")], [(2, "updated")])
    assert records(url, "elevate.courses", "course_code", "course_name") == [
        ("CERTIFIED_NURSING_AS", "Certified Nursing Assistant Day"),
        ("WELDING_FOR_BEGINNER", "Welding first part"),
    ]


# defaults


def test_a_new_record_gets_the_defaults(wb: Workbench, sheet: Given, url: str) -> None:
    wb.import_sheet(sheet("name,code,duration_weeks\nCNA Training,CNA101,\nTour,TOUR,0\n"), "elevate.courses")
    wb.import_sheet(sheet(STUDENTS), "elevate.students")
    wb.import_sheet(sheet("student_email,course_code\njohn@example.com,CNA101\n"), "elevate.enrollments")
    assert records(url, "elevate.courses", "course_code", "duration_weeks") == [("CNA101", 8), ("TOUR", 0)]
    assert records(url, "elevate.enrollments", "status", "progress", "enrolled_at") == [("active", 0, None)]


def test_a_default_never_overwrites_what_is_there(wb: Workbench, sheet: Given, url: str) -> None:
    """Hazard 50, and the live system's defect that makes 8 of an explicit 0."""
    wb.import_sheet(
        sheet("name,code,duration_weeks,is_active\nTour,TOUR,0,no\nCNA Training,CNA101,12,yes\n"), "elevate.courses"
    )
    wb.import_sheet(sheet(STUDENTS), "elevate.students")
    wb.import_sheet(
        sheet("student_email,course_code,status,progress\njohn@example.com,CNA101,completed,70\n"),
        "elevate.enrollments",
    )
    before = fingerprint(url)
    blank = wb.import_sheet(
        sheet("name,code,duration_weeks,is_active\nTour,TOUR,,\nCNA Training,CNA101,,\n"), "elevate.courses"
    )
    again = wb.import_sheet(
        sheet("student_email,course_code,status,progress\njohn@example.com,CNA101,,\n"), "elevate.enrollments"
    )
    assert (outcome(blank), outcome(again)) == ((0, 0, 2, 0, 0), (0, 0, 1, 0, 0))
    assert fingerprint(url) == before


# enrollments


def test_an_enrollment_is_known_by_its_student_and_course_and_its_status_and_progress_move_on(
    wb: Workbench, sheet: Given, url: str
) -> None:
    guide(wb, sheet)
    text = """\
student_email,course_code,status,progress
john@example.com,CNA101,completed,100
JOHN@example.com,WELD101,pending,0
"""
    batch = wb.import_sheet(sheet(text), "elevate.enrollments")
    assert outcomes(wb, batch) == [(2, "updated"), (3, "created")]
    assert next(wb.rows.each(batch))["changes"] == {"status": ["active", "completed"], "progress": [0, 100]}
    assert records(url, "elevate.enrollments", "status", "progress") == [
        ("completed", 0),
        ("completed", 100),
        ("pending", 0),
    ]


def test_import_order_is_refused_with_a_sentence(wb: Workbench, sheet: Given) -> None:
    with pytest.raises(ImportOrder) as nothing_yet:
        wb.stage(sheet(ENROLLMENTS), "elevate.enrollments")
    wb.import_sheet(sheet(COURSES), "elevate.courses")
    with pytest.raises(ImportOrder) as no_students_yet:
        wb.stage(sheet(ENROLLMENTS), "elevate.enrollments")
    assert str(nothing_yet.value) == (
        "elevate.enrollments refers to elevate.courses and elevate.students, and there are none yet. "
        "Import elevate.courses and elevate.students first."
    )
    assert str(no_students_yet.value) == (
        "elevate.enrollments refers to elevate.students, and there are none yet. Import elevate.students first."
    )
    assert [batch.dataset for batch in wb.batches.all()] == ["elevate.courses"]


# troubleshooting


def test_course_not_found_and_student_not_found(wb: Workbench, sheet: Given) -> None:
    guide(wb, sheet)
    text = """\
student_email,course_code
missing@example.com,NOPE
john@example.com,cna101
nobody@example.com,CNA101
jane@example.com,CNA101
"""
    batch = wb.import_sheet(sheet(text), "elevate.enrollments")
    assert outcomes(wb, batch) == [
        (2, "unmatched:student"),
        (3, "unmatched:course"),
        (4, "unmatched:student"),
        (5, "created"),
    ]
    assert messages(wb, batch) == {
        2: "Student not found: 'missing@example.com'; Course not found: 'NOPE'",
        3: "Course not found: 'cna101'; did you mean CNA101?",
        4: "Student not found: 'nobody@example.com'",
    }
    assert wb.reconcile(batch).unmatched_by_kind == {"student": 2, "course": 1}


def test_a_member_of_staff_is_no_student_to_enroll(wb: Workbench, sheet: Given) -> None:
    guide(wb, sheet)
    wb.import_sheet(sheet("email,name\nmary@example.com,Mary Major\n"), "elevate.staff")
    batch = wb.import_sheet(sheet("student_email,course_code\nmary@example.com,CNA101\n"), "elevate.enrollments")
    assert messages(wb, batch) == {2: "Student not found: 'mary@example.com'"}


def test_an_invalid_email_is_said_in_the_guides_words(wb: Workbench, sheet: Given) -> None:
    batch = wb.import_sheet(sheet("email,name\njohn@invalid,John Doe\n"), "elevate.students")
    assert messages(wb, batch) == {2: "Invalid email format"}


def test_email_already_exists_unless_existing_records_are_to_be_updated(wb: Workbench, sheet: Given, url: str) -> None:
    wb.import_sheet(sheet(STUDENTS), "elevate.students")
    before = fingerprint(url)
    changed = sheet(STUDENTS.replace("555-123-4567", "555-000-0000"))
    refused = wb.import_sheet(changed, "elevate.students", mode="insert")
    assert messages(wb, refused) == {2: "Email already exists", 3: "Email already exists"}
    assert (refused.stage, outcome(refused), fingerprint(url)) == ("held", (0, 0, 0, 0, 2), before)
    assert outcome(wb.import_sheet(changed, "elevate.students", mode="upsert")) == (0, 1, 1, 0, 0)


# employers and staff


def test_employers_have_a_table_of_their_own(wb: Workbench, sheet: Given, url: str) -> None:
    text = """\
company_name,contact_name,contact_email,phone,address
Acme Health,Dana Reed,Dana@Acme.example,555-200-1000,1 Main St
Northside Steel,,,,
"""
    assert outcome(wb.import_sheet(sheet(text), "elevate.employers")) == (2, 0, 0, 0, 0)
    assert records(url, "elevate.employers", "company_name", "contact_name", "contact_email", "phone", "address") == [
        ("Acme Health", "Dana Reed", "dana@acme.example", "555-200-1000", "1 Main St"),
        ("Northside Steel", None, None, None, None),
    ]


def test_students_and_staff_share_a_table_and_no_file_turns_one_into_the_other(
    wb: Workbench, sheet: Given, url: str
) -> None:
    wb.import_sheet(
        sheet("email,name,role\nmary@example.com,Mary Major,Instructor\nada@example.com,Ada,admin\n"), "elevate.staff"
    )
    wb.import_sheet(sheet(STUDENTS), "elevate.students")
    before = fingerprint(url)
    as_student = wb.import_sheet(
        sheet("email,name\nmary@example.com,Mary Student\n"), "elevate.students", skip_errors=True
    )
    as_staff = wb.import_sheet(sheet("email,name\nJOHN@example.com,John Staff\n"), "elevate.staff", skip_errors=True)
    assert (issues(wb, as_student), issues(wb, as_staff)) == ([(2, "email", "taken")], [(2, "email", "taken")])
    assert messages(wb, as_student) == {2: "Belongs to a record whose role is instructor"}
    assert (outcome(as_student), outcome(as_staff)) == ((0, 0, 0, 0, 1), (0, 0, 0, 0, 1))
    assert fingerprint(url) == before
    assert records(url, "elevate.profiles", "email", "role") == [
        ("ada@example.com", "admin"),
        ("jane@example.com", "student"),
        ("john@example.com", "student"),
        ("mary@example.com", "instructor"),
    ]


def test_a_member_of_staff_can_change_role_within_the_staff(wb: Workbench, sheet: Given, url: str) -> None:
    wb.import_sheet(sheet("email,name\nmary@example.com,Mary Major\n"), "elevate.staff")
    batch = wb.import_sheet(sheet("email,name,role\nmary@example.com,Mary Major,admin\n"), "elevate.staff")
    assert next(wb.rows.each(batch))["changes"] == {"role": ["instructor", "admin"]}
    assert records(url, "elevate.profiles", "role") == [("admin",)]


# secrets


@pytest.mark.parametrize("header", ["password", "Password", "User Password", "password_hash", "API Key"])
def test_a_column_of_secrets_is_never_imported(wb: Workbench, sheet: Given, header: str) -> None:
    """Hazard 81: the guide's own request carries a temporary password; a file's goes nowhere unless it is left out."""
    text = f"email,name,{header}\njohn@example.com,John Doe,temporary123\n"
    with pytest.raises(ForbiddenColumns, match=f"Columns {header} carry secrets and are never imported"):
        wb.stage(sheet(text), "elevate.students")
    batch = wb.import_sheet(sheet(text), "elevate.students", columns={header: ""})
    assert next(wb.rows.each(batch))["payload"] == {"email": "john@example.com", "full_name": "John Doe"}
