"""Columns that hold something else than their field: which are stopped, and which are clean."""

import pyarrow as pa
import pytest

from workbench.datasets import catalog
from workbench.model.errors import ColumnsMixedUp
from workbench.model.sheet import Chunk
from workbench.model.template import Mapping
from workbench.prepare.drift import confirmed, strangers

Sheet = dict[str, list[str]]


def found(
    sheet: Sheet, dataset: str, columns: dict[str, str], value_maps: dict[str, dict[str, str]] | None = None
) -> list[tuple[str, str, str]]:
    """Header, what it holds, and the field that it would rather fill."""
    rows = max(map(len, sheet.values()))
    cells = {header: pa.array(texts, pa.string()) for header, texts in sheet.items()}
    sample = Chunk(lines=pa.array(range(2, 2 + rows), pa.int32()), cells=pa.RecordBatch.from_pydict(cells))
    strange = strangers(sample, catalog.contract(dataset), columns, value_maps or {})
    return [(one.header, one.holds, one.instead) for one in strange]


def test_swapped_columns_are_seen_from_both_sides() -> None:
    swapped = {"Email": ["Ann Lee", "Bob Ray", ""], "Name": ["ann@example.org", "bob@example.org", "cy@example.org"]}
    assert found(swapped, "elevate.students", {"Email": "email", "Name": "full_name"}) == [
        ("Email", "names", "full_name"),
        ("Name", "e-mail addresses", "email"),
    ]


def test_numbers_name_no_other_field_for_many_fields_have_some() -> None:
    assert found({"Name": ["101", "102", "103"]}, "commerce.items", {"Name": "supplier"}) == [("Name", "numbers", "")]


@pytest.mark.parametrize(
    ("dataset", "field", "cells", "holds"),
    [
        ("elevate.students", "full_name", ["555-123-4567", "+1 555 987 6543", "(555) 200-1000"], "phone numbers"),
        ("elevate.students", "last_name", ["2024-01-15", "15/02/2024", "3 March 2024"], "dates"),
        ("elevate.students", "first_name", ["101", "102", "1,030"], "numbers"),
        ("elevate.students", "phone", ["2024-01-15", "2024-02-01"], "dates"),
        ("elevate.students", "phone", ["ann@example.org", "bob@example.org"], "e-mail addresses"),
        ("elevate.students", "email", ["Ann", "Bob", "Zoé", "N/A"], "names"),
        ("elevate.students", "email", ["Ann Lee", "Bob Ray", "Cy Fox", "Di Orr", "eve@example.org"], "names"),
        ("elevate.courses", "duration_weeks", ["Ann Lee", "Bob Ray"], "names"),
        ("elevate.courses", "description", ["a@example.org", "b@example.org"], "e-mail addresses"),
        ("elevate.enrollments", "enrolled_at", ["a@example.org", "b@example.org"], "e-mail addresses"),
        ("elevate.enrollments", "status", ["2024-01-15", "2024-02-01"], "dates"),
        ("elevate.learners", "email", ["Ann Lee", "Bob Ray"], "names"),
        ("elevate.learners", "first_name", ["a@example.org", "b@example.org"], "e-mail addresses"),
    ],
)
def test_a_column_of_another_kind_is_seen(dataset: str, field: str, cells: list[str], holds: str) -> None:
    assert [(header, what) for header, what, _ in found({"X": cells}, dataset, {"X": field})] == [("X", holds)]


@pytest.mark.parametrize(
    ("dataset", "field", "cells"),
    [
        ("elevate.students", "email", ["ann@example.org", "bob(at)example.org", "not an address", ""]),
        ("elevate.students", "email", ["none", "None", "N/A", "-"]),
        ("elevate.students", "email", ["ann(at)example.org", "bob(at)example.org"]),
        ("elevate.students", "full_name", ["ann@example.org"]),
        ("elevate.students", "full_name", ["ann@example.org", "ann@example.org"]),
        ("elevate.students", "full_name", ["Ann Lee", "bob@example.org", "cy@example.org", "di@example.org"]),
        ("elevate.students", "full_name", ["李雷", "Zoë O'Neil-Smith", "Null", "X Æ A-12"]),
        ("elevate.students", "phone", ["5551234567", "01.02.03.04.05", "555-1234", "555-123-4567"]),
        ("elevate.students", "external_id", ["ann@example.org", "555-123-4567", "101"]),
        ("elevate.courses", "name", ["Algebra 1", "CNA 101", "2024 Welding"]),
        ("elevate.courses", "is_active", ["Running", "Stopped"]),
        ("elevate.courses", "duration_weeks", ["8.5", "ten", "9 weeks"]),
        ("elevate.enrollments", "enrolled_at", ["45306", "45307", "45308"]),
        ("elevate.enrollments", "status", ["Fully Attended", "Not There"]),
        ("polaris.teacher_roster", "grade", ["7", "8", "9"]),
        ("polaris.teacher_roster", "academic_year", ["2024", "2025"]),
        ("elevate.learners", "status", ["Active", "Completed"]),
        ("commerce.items", "barcode_bottle", ["085000000000", "085000000001", "8.50E+11"]),
        ("commerce.items", "barcode_case", ["10850012345014", "10850012345021"]),
    ],
)
def test_a_clean_column_and_one_with_wrong_cells_is_left_alone(dataset: str, field: str, cells: list[str]) -> None:
    assert found({"X": cells}, dataset, {"X": field}) == []


def test_the_examples_of_every_field_are_clean() -> None:
    for contract in (*catalog.CONTRACTS.values(), *catalog.FORMS.values()):
        rows = max(len(field.examples) for field in contract.fields)
        sheet = {each.name: [*each.examples, *[""] * (rows - len(each.examples))] for each in contract.fields}
        assert found(sheet, contract.name, {name: name for name in sheet}) == []


def test_a_text_that_has_a_meaning_is_no_stranger() -> None:
    cells = {"Status": ["a@example.org", "b@example.org"]}
    meaning = {"status": {"A@example.org": "active", "b@example.org": "completed"}}
    assert found(cells, "elevate.enrollments", {"Status": "status"}, meaning) == []
    assert found(cells, "elevate.enrollments", {"Status": "status"}) == [
        ("Status", "e-mail addresses", "student_email")
    ]


def test_a_field_of_salesforce_is_what_its_api_name_says_and_another_column_is_asked_about() -> None:
    cells = ["913-555-0101", "913-555-0102", "913-555-0103"]
    known = {"Phone": cells, "HomePhone": cells, "Number_of_Attended_Volunteer_Sessions__c": ["1", "2", "3"]}
    fields = {"Phone": "phone", "HomePhone": "home_phone"}
    fields["Number_of_Attended_Volunteer_Sessions__c"] = "times_volunteered"
    assert found(known, "salesforce.volunteers", fields) == []
    assert found({"Call": cells}, "salesforce.volunteers", {"Call": "middle_name"})[0][:2] == ("Call", "phone numbers")


def test_who_says_so_is_not_asked_again() -> None:
    cells = pa.RecordBatch.from_pydict({"Name": pa.array(["a@example.org", "b@example.org"], pa.string())})
    sample = Chunk(lines=pa.array([2, 3], pa.int32()), cells=cells)
    strange = strangers(sample, catalog.contract("elevate.students"), {"Name": "full_name"}, {})
    with pytest.raises(ColumnsMixedUp) as told:
        confirmed(strange, Mapping(), ())
    assert str(told.value) == (
        "Column Name would fill full_name, but its values are e-mail addresses: say --map 'Name=email', or "
        "--map 'Name=full_name' if it is meant so."
    )
    assert confirmed(strange, Mapping(), ("name",)) == ("Name",)
    assert confirmed(strange, Mapping(confirmed=("NAME",)), ()) == ("Name",)


def test_a_fields_own_name_is_not_doubted_in_what_a_program_has_written() -> None:
    columns = {"short_name": "short_name", "Site": "website_url"}
    cells = {header: pa.array(["a@example.org", "b@example.org"], pa.string()) for header in columns}
    sample = Chunk(lines=pa.array([2, 3], pa.int32()), cells=pa.RecordBatch.from_pydict(cells))
    contract = catalog.contract("generic_csv.institutions")
    doubted = {by: strangers(sample, contract, columns, {}, by_program=by) for by in (False, True)}
    assert [one.header for one in doubted[False]] == ["short_name", "Site"]
    assert [one.header for one in doubted[True]] == ["Site"]
