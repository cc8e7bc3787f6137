from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.datasets import catalog
from workbench.derived.csv_template import csv_template
from workbench.model.sheet import Sheet
from workbench.prepare.recognition import RECOGNISED, recognise
from workbench.sources import open_sheet

Write = Callable[..., Sheet]


@pytest.fixture
def sheet(tmp_path: Path) -> Write:
    def written(text: str, name: str = "export.csv") -> Sheet:
        (tmp_path / name).write_text(text, "utf-8")
        return open_sheet(tmp_path / name)

    return written


@pytest.mark.parametrize("dataset", catalog.CONTRACTS)
def test_every_dataset_is_recognised_by_its_own_template(sheet: Write, dataset: str) -> None:
    found, score, reason = recognise(sheet(csv_template(catalog.contract(dataset))))[0]
    assert found == dataset
    assert score >= 0.9
    assert "nothing required is missing" in reason


def test_other_names_of_the_fields_do_as_well_and_foreign_columns_cost_little(sheet: Write) -> None:
    found, score, reason = recognise(sheet("E-Mail Address,Forename,Surname,Student ID,Shoe Size\na@b.org,A,B,1,42\n"))[
        0
    ]
    assert found == "elevate.students"
    assert score > RECOGNISED
    assert reason == (
        "4 of 5 columns are fields of it (email, first_name, last_name, external_id), nothing required is missing."
    )


def test_where_the_headers_leave_a_choice_the_name_of_the_file_decides(sheet: Write) -> None:
    people = "email,first name,last name\na@b.org,A,B\n"
    assert recognise(sheet(people))[0][0] == "elevate.students"
    found, _, reason = recognise(sheet(people, "Staff 2025.csv"))[0]
    assert found == "elevate.staff"
    assert reason.endswith("and the file is called after it.")


def test_a_name_alone_makes_no_dataset(sheet: Write) -> None:
    assert recognise(sheet("width,height\n1,2\n", "students.csv"))[0][1] == 0.0


def test_a_sheet_that_lacks_what_is_required_is_not_taken_for_the_dataset(sheet: Write) -> None:
    found = {name: (score, reason) for name, score, reason in recognise(sheet("Id,Name\n1,Spring Gala\n"))}
    assert max(score for score, _ in found.values()) < RECOGNISED
    assert (
        found["elevate.students"][1] == "2 of 2 columns are fields of it (external_id, full_name), no column for email."
    )


def test_headers_that_say_nothing_are_looked_at_by_their_values_and_trusted_less(sheet: Write) -> None:
    _, score, reason = recognise(sheet("a,b\nann@example.org,x\n"))[0]
    assert score < RECOGNISED
    assert "all of them only by their look" in reason


def test_every_dataset_and_form_is_told_with_a_reason(sheet: Write) -> None:
    found = recognise(sheet("width\n1\n"))
    assert {name for name, _, _ in found} == {*catalog.CONTRACTS, *catalog.FORMS}
    assert {reason for _, _, reason in found} == {"None of its columns is a field of it."}


def test_what_is_said_of_the_whole_import_is_missing_in_no_sheet(sheet: Write) -> None:
    """The seed's minimal roster: its academic year is the import's."""
    found, score, reason = recognise(
        sheet("Teacher Email,Teacher Name,School,Grade\na@kck.example,Ada Park,Argentine Middle,7\n")
    )[0]
    assert (found, score >= RECOGNISED) == ("polaris.teacher_roster", True)
    assert reason.endswith("the import's window says its academic_year.")
