"""What the field guide tells."""

import re

import pytest

from workbench.datasets.catalog import CONTRACTS, contract
from workbench.derived.field_guide import field_guide
from workbench.model.contract import Contract


def row(guide: str, field: str) -> list[str]:
    (line,) = [line for line in guide.splitlines() if line.startswith(f"| `{field}` |")]
    return [cell.strip() for cell in line.strip("|").split(" | ")]


def test_the_guide_of_enrollments_says_when_to_import_them() -> None:
    guide = field_guide(contract("elevate.enrollments"))
    assert guide.startswith("# Elevate: Enrollments (`elevate.enrollments`)\n\n")
    assert "told apart by `student_email` and `course_code`; kept in `enrollments`." in guide
    assert "- **Import it** after `elevate.students` and `elevate.courses`, which it refers to." in guide
    assert "  - `upsert` (the default): creates new records and updates known ones." in guide


def test_a_row_of_the_guide_says_all_about_a_field() -> None:
    assert row(field_guide(contract("elevate.enrollments")), "course_code") == [
        "`course_code`",
        "yes",
        "identifier",
        "",
        "code, course, course id",
        "Has to be the code of a known course. E.g. CNA101. Its column: `course_id`.",
    ]
    assert row(field_guide(contract("elevate.enrollments")), "progress") == [
        "`progress`",
        "no",
        "whole number of percent, from 0 to 100",
        "`0`",
        "progress %, progress percent, percent complete",
        "Per cent, 0 to 100. E.g. 0.",
    ]


@pytest.mark.parametrize(
    ("dataset", "field", "required", "kind", "default"),
    [
        (
            "elevate.students",
            "full_name",
            "yes, or derived",
            "name, at most 300 characters",
            "`first_name` + `last_name`",
        ),
        ("elevate.courses", "code", "yes, or derived", "identifier, at most 60 characters", "made of `name`"),
        ("elevate.staff", "role", "no", "one of `instructor`, `admin`", "`instructor`"),
        ("polaris.teacher_roster", "academic_year", "yes, or derived", "academic year", "the import's window"),
        ("polaris.teacher_roster", "virtual_year", "no", "academic year", "the same as `academic_year`"),
        (
            "commerce.inventory",
            "units",
            "yes, or derived",
            "number",
            "`unit_quantity` if above zero, else `cases` x `items_per_case` (12 when blank) if not zero, else "
            "`unit_quantity` as it is",
        ),
    ],
)
def test_what_a_blank_cell_becomes_is_told(dataset: str, field: str, required: str, kind: str, default: str) -> None:
    assert row(field_guide(contract(dataset)), field)[1:4] == [required, kind, default]


def test_the_guide_says_how_dates_and_numbers_are_written_where_there_are_any() -> None:
    told = {name: field_guide(known) for name, known in CONTRACTS.items() if known.family in ("elevate", "polaris")}
    dated = [name for name, guide in told.items() if "- **Dates** are best written" in guide]
    accounts = ["polaris.teachers", "polaris.volunteers"]
    assert dated == ["elevate.enrollments", *accounts, "polaris.events", "polaris.event_teachers"]
    assert "- **Numbers** are best written" in told["elevate.courses"]
    assert "- **Numbers** are best written" not in told["elevate.students"]


def test_a_reference_to_what_comes_in_the_same_import_is_told_and_what_becomes_of_a_row_without_it() -> None:
    users, institutions = (field_guide(contract(f"generic_csv.{name}")) for name in ("users", "institutions"))
    assert (
        "Has to be the id of a known inviter, or of one that comes in the same import." in row(users, "invited_by")[-1]
    )
    told = "Is the id of a known creator, or of one that comes in the same import; another is left out, with a warning."
    assert told in row(institutions, "created_by")[-1]
    assert "  - `skip`: creates new records; a row whose record is known already is skipped, with a warning" in users


def test_the_guide_of_the_roster_says_what_its_modes_take_away() -> None:
    guide = field_guide(contract("polaris.teacher_roster"))
    limits = "`pathful_user_id.changed` 5 and 50%, `name.changed` 10 and 50%, `removed` 5 and 20%, `blanked` 1 and 20%"
    more = "when more records than this, and more than this share of them, would change"
    assert f"- **Held for a person** {more}: {limits}." in guide.splitlines()
    away = "the records of the same district and academic_year that the file does not name."
    assert f"  - `preserve` (the default): creates, updates, and switches off {away}" in guide
    assert f"  - `replace`: creates, updates, and deletes {away}" in guide


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)
def test_every_field_has_a_row_of_six_cells(contract: Contract) -> None:
    guide = field_guide(contract)
    rows = [line for line in guide.splitlines() if line.startswith("|")]
    assert [len(re.findall(r"(?<!\\)\|", line)) for line in rows] == [7] * (2 + len(contract.fields))
    assert guide.endswith("|\n")
