"""What a single cell's text means, from the file to the record."""

from collections.abc import Callable

import pytest

from tests.imports import issues, outcome, outcomes, records
from workbench import Workbench
from workbench.model.errors import NotLenient
from workbench.model.sheet import Sheet
from workbench.model.template import Mapping

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]

PEOPLE = """\
email,name,phone,external_id
ann@x.example,Ann Lee,555-123-4567,E1
bob@x.example,Bob Ray,555-987-6543,E2
"""
AGAIN = """\
email,name,phone,external_id
ann@x.example,Ann Lee,call me,#REF!
bob@x.example,Bob Ray,,E3
cy@x.example,Cy Orr,none,E4
"""


def people(url: str) -> list[tuple[object, ...]]:
    return records(url, "elevate.profiles", "email", "full_name", "phone", "external_id")


def test_a_wrong_cell_costs_its_row_unless_somebody_says_that_it_costs_itself_alone(
    wb: Workbench, sheet: Given, url: str
) -> None:
    wb.import_sheet(sheet(PEOPLE), "elevate.students")
    held = wb.import_sheet(sheet(AGAIN), "elevate.students")
    assert (held.stage, outcome(held)) == ("held", (0, 1, 0, 0, 2))
    done = wb.import_sheet(sheet(AGAIN), "elevate.students", lenient=["phone", "external_id"])
    assert (done.stage, outcomes(wb, done)) == (
        "completed",
        [(2, "skipped:unchanged"), (3, "updated"), (4, "created")],
    )
    assert issues(wb, done) == [(2, "phone", "bad_phone"), (2, "external_id", "error_cell"), (4, "phone", "bad_phone")]
    assert people(url) == [
        ("ann@x.example", "Ann Lee", "555-123-4567", "E1"),
        ("bob@x.example", "Bob Ray", "555-987-6543", "E3"),
        ("cy@x.example", "Cy Orr", None, "E4"),
    ]


def test_a_cell_that_was_left_out_keeps_what_is_stored_where_a_blank_one_erases_it(
    wb: Workbench, sheet: Given, url: str
) -> None:
    wb.import_sheet(sheet(PEOPLE), "elevate.students")
    options = {"lenient": ["phone"], "clears": ["phone"]}
    text = "email,name,phone\nann@x.example,Ann Lee,call me\nbob@x.example,Bob Ray,\ncy@x.example,Cy Orr,x\n"
    done = wb.import_sheet(sheet(text), "elevate.students", **options)
    assert outcomes(wb, done) == [(2, "skipped:unchanged"), (3, "updated"), (4, "created")]
    changed = "email,name,phone\nann@x.example,Ann Leigh,call me\n"
    done = wb.import_sheet(sheet(changed), "elevate.students", **options)
    assert [row["changes"] for row in wb.rows.each(done)] == [{"full_name": ["Ann Lee", "Ann Leigh"]}]
    assert people(url) == [
        ("ann@x.example", "Ann Leigh", "555-123-4567", "E1"),
        ("bob@x.example", "Bob Ray", None, "E2"),
        ("cy@x.example", "Cy Orr", None, None),
    ]


@pytest.mark.parametrize(
    ("dataset", "field", "why"),
    [
        ("elevate.students", "email", "no record can do without it"),
        ("elevate.students", "full_name", "no record can do without it"),
        ("elevate.students", "first_name", "other fields are made of it"),
        ("elevate.staff", "role", "it says which records are spoken of"),
        ("elevate.learners", "first_name", "no record can do without it"),
        ("elevate.learners", "course_code", "no record can do without it"),
    ],
)
def test_a_cell_that_a_record_needs_cannot_be_lenient(
    wb: Workbench, sheet: Given, dataset: str, field: str, why: str
) -> None:
    text = "email,first_name,last_name,course_code,course_name\nann@x.example,Ann,Lee,C1,One\n"
    with pytest.raises(NotLenient, match=why):
        wb.import_sheet(sheet(text), dataset, lenient=[field])


def test_a_template_remembers_what_was_said_of_cells(wb: Workbench, sheet: Given, url: str) -> None:
    first = "email,first_name,last_name,phone\nann@x.example,Ann,Null,call me\nzoe@x.example,ZoÃ«,Lee,\n"
    said = {"value_maps": {"last_name": {"Null": "Null"}}, "lenient": ["phone"], "repairs": ["first_name"]}
    done = wb.import_sheet(sheet(first), "elevate.students", **said)
    assert issues(wb, done) == [(2, "phone", "bad_phone")]
    mapping = wb.templates.save("people", "elevate.students", Mapping.from_dict(done.mapping)).mapping
    assert (mapping.lenient, mapping.repairs) == (("phone",), ("first_name",))
    second = "email,first_name,last_name,phone\njo@x.example,JosÃ©,Null,none\n"
    done = wb.import_sheet(sheet(second), "elevate.students", template="people")
    assert (done.stage, issues(wb, done)) == ("completed", [(2, "phone", "bad_phone")])
    assert [row[1] for row in people(url)] == ["Ann Null", "José Null", "Zoë Lee"]
    strict = wb.import_sheet(sheet(second), "elevate.students", template="people", lenient=[], repairs=[])
    assert {code for _, _, code in issues(wb, strict)} == {"bad_phone", "mojibake"}
    assert strict.invalid == 1


def test_the_parts_of_a_run_are_judged_as_was_said_of_the_forms_columns(wb: Workbench, sheet: Given, url: str) -> None:
    text = """\
email,first_name,last_name,phone,course_code,course_name
ann@x.example,Ann,Null,call me,C1,CafÃ©
bob@x.example,-,-,,,
"""
    said = {"value_maps": {"last_name": {"null": "Null"}}, "lenient": ["phone"], "repairs": ["course_name"]}
    run = wb.import_sheet(sheet(text), "elevate.learners", skip_errors=True, **said)
    assert outcome(run) == (1, 0, 0, 0, 1)
    assert issues(wb, run) == [(2, "phone", "bad_phone"), (3, "full_name", "null_text")]
    assert run.summary["noticed"] == {
        "null_texts": {"first_name": {"-": 1}, "last_name": {"-": 1}},
        "repaired": {"course_name": 1},
    }
    assert people(url) == [("ann@x.example", "Ann Null", None, None)]
    assert records(url, "elevate.courses", "course_code", "course_name") == [("C1", "Café")]


def test_a_corrected_row_is_judged_as_leniently(wb: Workbench, sheet: Given) -> None:
    text = "email,name,phone\nann@x.example,Ann Lee,call me\nbob@x,Bob Ray,no\n"
    held = wb.import_sheet(sheet(text), "elevate.students", lenient=["phone"])
    assert held.stage == "held"
    corrected = wb.correct(held, {2: {"phone": "555-123-4567"}, 3: {"email": "bob@x.example", "phone": "nobody"}})
    assert issues(wb, corrected) == [(3, "phone", "bad_phone")]
    assert outcomes(wb, wb.plan(corrected).batch) == [(2, "created"), (3, "created")]


def test_what_looks_the_same_is_one_record_and_is_found_however_it_is_written(
    wb: Workbench, sheet: Given, url: str
) -> None:
    courses = "name,code\nA,NB 101\nB,NB\u00a0101\nC,NB\u200b 101\nD,NB  101\n"
    wb.import_sheet(sheet(courses), "elevate.courses", on_conflict="first")
    wb.import_sheet(sheet(PEOPLE), "elevate.students")
    assert records(url, "elevate.courses", "course_name", "course_code") == [("A", "NB 101")]
    enrolled = "student_email,course_code\nann@x.example,NB\u2009101\nbob@x.example, NB\u00a0 101\n"
    assert outcome(wb.import_sheet(sheet(enrolled), "elevate.enrollments")) == (2, 0, 0, 0, 0)
    assert [found["key"] for found in wb.records.find("NB\u00a0101")][:1] == ["NB 101"]
    employers = "company_name\nCafé Río\nCafe\u0301 Ri\u0301o\nCafé\u00a0Río\nCAFÉ RÍO\n"
    assert outcome(wb.import_sheet(sheet(employers), "elevate.employers")) == (2, 0, 2, 0, 0)


def test_what_was_noticed_of_the_columns_stays_with_the_batch(wb: Workbench, sheet: Given) -> None:
    text = 'email,name,phone,external_id\na@x.example,"=""Ann""",5551234567.0,\'00123\nb@x.example,nan,N/A,12345.0\n'
    batch = wb.stage(sheet(text), "elevate.students")
    assert batch.summary["noticed"] == {
        "null_texts": {"full_name": {"nan": 1}, "phone": {"N/A": 1}},
        "wrapped": {"full_name": 1, "external_id": 1},
        "points": {"phone": 1, "external_id": 1},
    }


def test_half_a_misread_letter_is_stored_as_the_file_has_it_and_is_repaired(
    wb: Workbench, sheet: Given, url: str
) -> None:
    text = "email,first_name,last_name\na@x.example,Ana,Garc\u00c3\u00ada\nb@x.example,Mar\u00c3\u00ad,Co\u00adop\n"
    wb.import_sheet(sheet(text), "elevate.students")
    assert [row[1] for row in people(url)] == ["Ana Garc\u00c3\u00ada", "Mar\u00c3\u00ad Coop"]
    wb.import_sheet(sheet(text), "elevate.students", repairs=["full_name"])
    assert [row[1] for row in people(url)] == ["Ana García", "Marí Coop"]


def test_a_name_with_a_part_that_nobody_is_called_waits_for_a_word(wb: Workbench, sheet: Given, url: str) -> None:
    text = "email,first_name,last_name\na@x.example,N/A,Jones\nb@x.example,Ann,-\nc@x.example,Jo,Null\n"
    held = wb.import_sheet(sheet(text), "elevate.students")
    assert (held.stage, outcome(held)) == ("held", (1, 0, 0, 0, 2))
    said = {"first_name": {"N/A": ""}, "last_name": {"-": ""}}
    assert wb.import_sheet(sheet(text), "elevate.students", value_maps=said).stage == "completed"
    assert [row[1] for row in people(url)] == ["Jones", "Ann", "Jo Null"]


def test_a_code_may_be_said_to_mean_itself_in_another_case(wb: Workbench, sheet: Given, url: str) -> None:
    text = "name,code\nA,cna101\nB,Abc\n"
    wb.import_sheet(sheet(text), "elevate.courses", value_maps={"code": {"cna101": "CNA101", "abc": "X"}})
    assert records(url, "elevate.courses", "course_name", "course_code") == [("A", "CNA101"), ("B", "Abc")]
