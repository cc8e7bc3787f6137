"""A literal sheet in, canonical columns out."""

from typing import Any

import pyarrow as pa
import pytest

from workbench.datasets.catalog import contract
from workbench.model.contract import Contract, Field
from workbench.model.derivation import FromWindow, Joined, SameAs
from workbench.model.sheet import Chunk
from workbench.model.template import Mapping
from workbench.prepare.normalize import normalize

COURSES = contract("elevate.courses")
STUDENTS = contract("elevate.students")
STAFF = contract("elevate.staff")
EMPLOYERS = contract("elevate.employers")
ENROLLMENTS = contract("elevate.enrollments")
ROSTER = contract("polaris.teacher_roster")


def chunk(header: str, *rows: str) -> Chunk:
    headers = header.split("|")
    cells = [row.split("|") for row in rows]
    columns = [pa.array([row[i] for row in cells], pa.string()) for i in range(len(headers))]
    lines = pa.array(range(2, 2 + len(rows)), pa.int32())
    return Chunk(lines=lines, cells=pa.RecordBatch.from_arrays(columns, names=headers))


def values(contract: Contract, chunk: Chunk, window: str | None = None, **mapping: Any) -> dict[str, list[str | None]]:
    mapping.setdefault("columns", {header: header for header in chunk.cells.schema.names})
    return normalize(chunk, contract, Mapping(**mapping), window=window).values.to_pydict()


def test_only_mapped_columns_come_through_in_the_contracts_order() -> None:
    sheet = chunk("Weeks|Secret|Course|Code", " 8.0 |x| CNA Training |CNA101")
    columns = {"Weeks": "duration_weeks", "Course": "name", "Code": "code"}
    found = normalize(sheet, COURSES, Mapping(columns=columns))
    assert list(found.values.to_pydict().items()) == [
        ("name", ["CNA Training"]),
        ("code", ["CNA101"]),
        ("duration_weeks", ["8"]),
    ]
    assert found.lines == sheet.lines


def test_a_full_name_is_made_of_its_parts_where_it_is_blank_and_the_parts_go() -> None:
    sheet = chunk(
        "email|full_name|first_name|last_name",
        "a@b.co|Ann Lee|Anna|Leigh",
        "a@b.co||Anna|Leigh",
        "a@b.co|| |Leigh",
        "a@b.co|||",
    )
    assert values(STUDENTS, sheet) == {
        "email": ["a@b.co"] * 4,
        "full_name": ["Ann Lee", "Anna Leigh", "Leigh", None],
    }


def test_a_name_without_a_column_is_made_of_its_parts() -> None:
    assert values(STUDENTS, chunk("first_name|last_name", "Ann|Lee")) == {"full_name": ["Ann Lee"]}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("CNA Training", "CNA_TRAINING"),
        ("CNA \u00a0 Training\tII", "CNA_TRAINING_II"),
        ("Introduction to welding", "INTRODUCTION_TO_WELD"),
        ("Crème Brûlée", "CRÈME_BRÛLÉE"),
    ],
)
def test_a_blank_course_code_is_made_of_the_name_as_the_live_system_makes_it(name: str, code: str) -> None:
    assert values(COURSES, chunk("name|code", f"{name}|", f"{name}|X1"))["code"] == [code, "X1"]
    assert values(COURSES, chunk("name", name))["code"] == [code]


def test_a_blank_name_makes_no_code() -> None:
    assert values(COURSES, chunk("name|code", "|"))["code"] == [None]


def test_the_window_fills_the_academic_year_and_that_the_virtual_year() -> None:
    sheet = chunk("email|academic_year|virtual_year", "a@b.co||", "b@b.co|2023/24|", "c@b.co||22-23")
    found = values(ROSTER, sheet, window="2024-25")
    assert found["academic_year"] == ["2024-2025", "2023-2024", "2024-2025"]
    assert found["virtual_year"] == ["2024-2025", "2023-2024", "2022-2023"]


def test_without_a_window_nothing_is_made_up() -> None:
    assert values(ROSTER, chunk("email", "a@b.co")) == {"email": ["a@b.co"]}


def test_a_constant_fills_blank_cells_and_fields_without_a_column() -> None:
    sheet = chunk("email|grade", "a@b.co|7", "b@b.co| ")
    found = values(ROSTER, sheet, constants={"district": "KCK", "grade": "HS", "target_sessions": "3.0"})
    assert (found["grade"], found["district"], found["target_sessions"]) == (["7", "HS"], ["KCK", "KCK"], ["3", "3"])


def test_a_constant_comes_before_what_would_be_derived() -> None:
    sheet = chunk("email|academic_year", "a@b.co|")
    found = values(ROSTER, sheet, window="2024-2025", constants={"academic_year": "2020-21"})
    assert (found["academic_year"], found["virtual_year"]) == (["2020-2021"], ["2020-2021"])


def test_a_value_map_is_compared_trimmed_and_without_case() -> None:
    sheet = chunk(
        "student_email|status", "a@b.co| ENROLLED ", "b@b.co|done", "c@b.co|Active", "d@b.co|other", "e@b.co|"
    )
    found = values(ENROLLMENTS, sheet, value_maps={"status": {"Enrolled": "active", " Done": "completed"}})
    assert found["status"] == ["active", "completed", "active", "other", None]


def test_a_value_map_can_say_another_case_and_a_text_that_means_itself_stays_as_it_is_written() -> None:
    codes = chunk("name|code", "A|cna101", "B|CNA101", "C|Cna101")
    assert values(COURSES, codes, value_maps={"code": {"cna101": "CNA101"}})["code"] == ["CNA101", "CNA101", "Cna101"]
    names = chunk("company_name", "null", "NULL", "ACME inc", "acme inc")
    said = {"company_name": {"Null": "Null", "acme inc": "Acme Inc"}}
    assert values(EMPLOYERS, names, value_maps=said)["company_name"] == ["null", "NULL", "Acme Inc", "Acme Inc"]


def test_a_value_map_of_an_identifier_tells_cases_apart_and_in_other_kinds_the_same_case_comes_first() -> None:
    codes = chunk("name|code", "A|abc", "B|ABC", "C| abc ")
    assert values(COURSES, codes, value_maps={"code": {"abc": "X"}})["code"] == ["X", "ABC", "X"]
    names = chunk("company_name", "abc", "ABC", "Abc")
    said = {"company_name": {"abc": "one", "ABC": "two"}}
    assert values(EMPLOYERS, names, value_maps=said)["company_name"] == ["one", "two", "one"]


def test_a_value_map_can_say_that_a_text_means_nothing() -> None:
    sheet = chunk("email|phone", "a@b.co|n/a", "b@b.co|555-123-4567")
    assert values(STUDENTS, sheet, value_maps={"phone": {"N/A": ""}})["phone"] == [None, "555-123-4567"]


def test_a_choice_takes_its_own_spelling() -> None:
    assert values(STAFF, chunk("role", "ADMIN", " Instructor ", "janitor"))["role"] == [
        "admin",
        "instructor",
        "janitor",
    ]


def test_defaults_are_left_to_the_creation_of_a_record() -> None:
    assert values(COURSES, chunk("name|duration_weeks", "Welding|"))["duration_weeks"] == [None]


def test_what_is_not_understood_stays_as_typed() -> None:
    sheet = chunk("student_email|progress|enrolled_at", " A@B |100 pct| 2024-02-30 ")
    assert values(ENROLLMENTS, sheet) == {
        "student_email": ["a@b"],
        "progress": ["100 pct"],
        "enrolled_at": ["2024-02-30"],
    }


def test_a_column_is_read_in_its_form_and_what_a_person_says_in_none() -> None:
    sheet = chunk("weeks|day", "1.000|3/2/2024", "eight|n.d.", "|")
    columns = {"weeks": "duration_weeks"}
    said = {"value_maps": {"duration_weeks": {"Eight": "8.0"}}, "constants": {"duration_weeks": "12.0"}}
    found = values(COURSES, sheet, columns=columns, forms={"duration_weeks": "comma"}, **said)
    assert found["duration_weeks"] == ["1000", "8", "12"]
    days = {"value_maps": {"enrolled_at": {"n.d.": "2024-01-01"}}, "constants": {"enrolled_at": "2024-05-06"}}
    found = values(ENROLLMENTS, sheet, columns={"day": "enrolled_at"}, forms={"enrolled_at": "dmy"}, **days)
    assert [day and day[:10] for day in found["enrolled_at"]] == ["2024-02-03", "2024-01-01", "2024-05-06"]


def test_a_chunk_without_rows_gives_columns_without_rows() -> None:
    found = values(ROSTER, chunk("email"), window="2024-2025", constants={"district": "KCK"})
    assert found == {"email": [], "academic_year": [], "virtual_year": [], "district": []}


def test_a_field_is_derived_after_its_ingredients_whatever_the_order_of_declaration() -> None:
    backwards = Contract(
        name="t.t",
        title="T",
        noun="t",
        table="t",
        key=("label",),
        fields=(
            Field(name="label", derive=Joined(fields=("year", "same"))),
            Field(name="same", derive=SameAs(field="year")),
            Field(name="year", derive=FromWindow()),
        ),
    )
    assert values(backwards, chunk("x", ""), columns={}, window="2024") == {
        "label": ["2024 2024"],
        "same": ["2024"],
        "year": ["2024"],
    }


def test_the_first_of_several_fields_says_who_it_is_and_a_day_its_academic_year() -> None:
    teachers = contract("polaris.event_teachers")
    rows = chunk("email|name|start", "A@B.org|Ada|2026-06-30", "|Ben|2026-07-01 00:30", "||soon")
    columns = {name: name for name in ("email", "name", "start")}
    found = values(teachers, rows, columns=columns)
    assert found["teacher"] == ["a@b.org", "Ben", None]
    assert found["academic_year"] == ["2025-2026", "2026-2027", None]


def test_units_are_counted_singly_or_else_in_cases_of_twelve_unless_the_row_says_otherwise() -> None:
    """Facts of the stock export: unit quantity if above zero, else cases times items per case, else what is below
    zero as it is."""
    sheet = chunk(
        "sku|warehouse|unit_quantity|cases|items_per_case",
        *(
            "A|x|144|12|6",
            "A|x|0|5|",
            "A|x|-44|-2.58|12",
            "A|x|-15||",
            "A|x|-44|0|12",
            "A|x|-44|1|6",
            "A|x||0.5|6",
            "A|x|0|0|12",
            "A|x|about|5|6",
        ),
    )
    found = values(contract("commerce.inventory"), sheet)["units"]
    assert found == ["144", "60", "-30.96", "-15", "-44", "6", "3", "0", "about"]


def test_what_is_the_same_as_another_field_is_so_in_its_own_kind() -> None:
    found = values(contract("commerce.companies"), chunk("name|external_id", "Harbor BAR|", "Harbor BAR|C-1"))
    assert (found["lookup_name"], found["key"]) == (["harbor bar", "harbor bar"], ["harbor bar", "C-1"])
