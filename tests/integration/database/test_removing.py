"""Nobody is switched off, and no other year's roster touched, because a row was wrong: a person decides first."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.imports import fingerprint, outcomes, records
from workbench import Workbench, open_sheet
from workbench.model.batch import Batch
from workbench.model.errors import EmptyNeedsConfirmation, HeldFor
from workbench.model.sheet import Layout, Sheet

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]

HEADER = "Email,Name,Building,Academic Year"
ANA, BEA, CY = (
    "a@t.example,Ana Bo,North,2025-2026",
    "b@t.example,Bea Co,North,2025-2026",
    "c@t.example,Cy Do,North,2025-2026",
)


@pytest.fixture
def roster(wb: Workbench, sheet: Given) -> Callable[..., Batch]:
    def imported(*lines: str, header: str = HEADER, **options: Any) -> Batch:
        return wb.import_sheet(sheet("\n".join((header, *lines)) + "\n"), "polaris.teacher_roster", **options)

    return imported


def active(url: str) -> list[str]:
    """Who is not switched off, by the beginning of the address and the year."""
    found = records(url, "polaris.teacher_progress", "email", "academic_year", "is_active")
    return [f"{email.partition('@')[0]} {year[:4]}" for email, year, on in found if on]


def held(batch: Batch) -> dict[str, str]:
    """The sentence of everything that a batch waits for, by its code."""
    return {each["code"]: each["message"] for each in batch.summary["held_for"]}


def told(batch: Batch) -> dict[str, str]:
    return {each["code"]: each["message"] for each in batch.summary["told"]}


def test_a_row_that_names_nobody_stops_the_removal_of_whom_it_may_mean(
    wb: Workbench, roster: Callable[..., Batch], url: str
) -> None:
    roster(ANA, BEA, CY)
    batch = roster(ANA, BEA.replace("b@t.", "b@t.."), CY, skip_errors=True)
    assert (batch.stage, active(url)) == ("held", ["a 2025", "b 2025", "c 2025"])
    assert held(batch) == {
        "unread": "Line 3 names no teacher that Workbench knows (b@t..example): it may be the teacher that would be "
        "switched off: Bea Co. Correct the line, or let the removal go on."
    }
    with pytest.raises(HeldFor, match=r"Bea Co\. .* To let it go on: --accept unread\."):
        wb.commit(batch)
    done = wb.commit(batch, accept=["unread"])
    assert (done.stage, done.removed, active(url)) == ("completed", 1, ["a 2025", "c 2025"])
    [accepted] = done.summary["accepted"]
    assert (accepted["code"], accepted["by"]) == ("unread", "ana")
    assert ("accepted", {"codes": ["unread"]}) in [
        (row["action"], row["detail"]) for row in wb._store.all("select action, detail from workbench.audit_log")
    ]


def test_the_row_corrected_lets_the_removal_be(wb: Workbench, roster: Callable[..., Batch], url: str) -> None:
    roster(ANA, BEA, CY)
    batch = roster(ANA, BEA.replace("b@t.", "b@t.."), CY)
    wb.correct(batch, {3: {"Email": "b@t.example"}})
    planned = wb.plan(batch).batch
    assert (held(planned), planned.removed) == ({}, 0)
    assert wb.commit(batch).stage == "completed"
    assert active(url) == ["a 2025", "b 2025", "c 2025"]


def test_a_row_without_an_address_may_be_any_of_those_who_go(roster: Callable[..., Batch], url: str) -> None:
    roster(ANA, BEA, CY)
    batch = roster(ANA, ",Cy Do,North,2025-2026", skip_errors=True)
    assert held(batch)["unread"] == (
        "Line 3 names no teacher that Workbench knows (blank): it may be one of the 2 teachers that would be "
        "switched off: Cy Do, Bea Co. Correct the line, or let the removal go on."
    )
    assert len(active(url)) == 3


@pytest.mark.parametrize(
    ("lines", "options"),
    [
        ((ANA, "a@t.example,Bea Co,North,2025-2026", CY), {"skip_errors": True}),  # which contradicts line 2
        ((ANA, "a@t.example,Bea Co,North,2025-2026", CY), {"on_conflict": "first"}),
        (("a@t.example,Bea Co,North,2025-2026", CY), {}),  # the name of another one
        ((ANA, "a@t.example,Bea Co,,2025-2O26", CY), {"skip_errors": True}),
    ],
)
def test_nobody_goes_whose_name_stands_under_another_address(
    roster: Callable[..., Batch], url: str, lines: tuple[str, ...], options: dict[str, Any]
) -> None:
    roster(ANA, BEA, CY)
    batch = roster(*lines, **options)
    assert ([*held(batch)], len(active(url))) == (["same_name"], 3)


def test_a_namesake_who_stays_is_no_matter(roster: Callable[..., Batch]) -> None:
    roster(ANA, BEA, "x@t.example,Bea Co,South,2025-2026")
    batch = roster(ANA, BEA)
    assert (batch.stage, batch.removed) == ("completed", 1)


def test_a_line_that_was_left_out_and_names_somebody_switches_nobody_off(
    wb: Workbench, roster: Callable[..., Batch], tmp_path: Path
) -> None:
    roster(ANA, BEA, CY)
    path = tmp_path / "again.csv"
    path.write_text("\n".join((HEADER, ANA, BEA.upper(), CY)) + "\n")
    again = open_sheet(path, layout=Layout(skip_lines=((3, 3),)))
    batch = wb.import_sheet(again, "polaris.teacher_roster")
    assert held(batch) == {
        "left_out": "What was left out as no record names teachers that would be switched off: line 3 (b@t.example). "
        "Keep the lines, or let the removal go on."
    }


def test_an_invalid_row_that_names_somebody_holds_nothing_else(roster: Callable[..., Batch]) -> None:
    roster(ANA, BEA, CY)
    batch = roster(ANA, BEA.replace("2025-2026", "2O25"), skip_errors=True)
    assert (batch.stage, batch.removed, batch.summary["held_for"]) == ("completed", 1, [])


def test_nobody_of_another_address_but_the_same_name_takes_a_place_unasked(
    wb: Workbench, roster: Callable[..., Batch], url: str
) -> None:
    """A slip of the address that can be read is a new teacher, and would switch the known one off."""
    roster(ANA, BEA, CY)
    batch = roster(ANA, BEA.replace("b@t", "bb@t"), CY)
    assert (batch.stage, len(active(url))) == ("held", 3)
    assert held(batch) == {
        "same_name": "1 teacher whose name another row has would be switched off: b@t.example, Bea Co (line 3, "
        "bb@t.example). Correct the row where it is the same teacher, or let the removal go on."
    }
    assert wb.commit(batch, accept=["all"]).removed == 1


def test_rows_of_another_year_than_the_import_is_for_are_held(
    wb: Workbench, roster: Callable[..., Batch], url: str
) -> None:
    old = [line.replace("2025-2026", "2024-2025") for line in (ANA, BEA)]
    roster(*old)
    before = fingerprint(url)
    batch = roster(old[0], window="2025/26")
    assert (batch.stage, fingerprint(url)) == ("held", before)
    assert held(batch) == {
        "other_academic_year": "The import is for 2025-2026, and line 2 says that academic year is 2024-2025."
    }
    assert roster(*old, window="2025-2026", mode="upsert").stage == "held"  # whatever the mode
    assert roster(*old, window="2024/2025").stage == "completed"


def test_rows_of_two_years_in_one_file_are_held_unless_they_are_meant(
    wb: Workbench, roster: Callable[..., Batch], url: str
) -> None:
    roster(ANA, BEA)
    batch = roster(ANA, BEA.replace("2025-2026", "2024-2025"))
    assert active(url) == ["a 2025", "b 2025"]
    assert held(batch)["several_academic_year"] == (
        "The rows speak of more than one academic year: 2024-2025 (1 row, the first on line 3), "
        "2025-2026 (1 row, the first on line 2). In each, who is not named is switched off."
    )
    assert wb.commit(batch, accept=["all"]).stage == "completed"
    assert active(url) == ["a 2025", "b 2024"]


def test_two_years_are_no_matter_where_nobody_is_switched_off(roster: Callable[..., Batch]) -> None:
    assert roster(ANA, BEA.replace("2025-2026", "2024-2025"), mode="upsert").stage == "completed"


def test_a_roster_of_a_year_that_has_passed_switches_nobody_off_unasked(roster: Callable[..., Batch], url: str) -> None:
    """Whose year was not moved on: it is last year's roster that would lose who has left since."""
    old = [line.replace("2025-2026", "2024-2025") for line in (ANA, BEA)]
    roster(*old)
    roster(ANA, BEA)
    batch = roster(old[0])
    assert held(batch) == {
        "older_academic_year": "1 teacher of 2024-2025 would be switched off, and a later academic year is known: "
        "2025-2026."
    }
    assert len(active(url)) == 4


def test_a_scope_that_no_record_has_is_told(roster: Callable[..., Batch], url: str) -> None:
    roster(ANA, BEA, constants={"district": "Olathe"})
    batch = roster(CY, constants={"district": "Blue Valley"})
    assert (batch.stage, batch.removed) == ("completed", 0)
    assert told(batch)["new_scope"] == (
        "No teacher of district Blue Valley and academic year 2025-2026 is known yet, so none of it is switched off."
    )
    assert told(roster(ANA))["new_scope"] == (
        "No teacher of academic year 2025-2026 without a district is known yet, so none of it is switched off."
    )
    assert told(roster(ANA, constants={"district": "Olathe"}, dry_run=True)) == {}


def test_a_first_roster_is_told_nothing(roster: Callable[..., Batch]) -> None:
    batch = roster(ANA, BEA, CY, constants={"district": "Olathe"})
    assert (batch.summary["held_for"], batch.summary["told"]) == ([], [])


# schools and districts


SCHOOLS = ("North High", "Saint Mary's School", "West Middle")


@pytest.fixture
def schools(roster: Callable[..., Batch]) -> None:
    lines = [f"{n}@t.example,Nia {n},{SCHOOLS[n]},2025-2026" for n in range(3)]
    roster(*lines, constants={"district": "Kansas City Public Schools"})


def into(*buildings: str) -> list[str]:
    """A row of a new teacher for each building, the known ones beside them."""
    known = [f"{n}@t.example,Nia {n},{SCHOOLS[n]},2025-2026" for n in range(3)]
    return known + [f"new{n}@t.example,Sam {n},{name},2025-2026" for n, name in enumerate(buildings)]


@pytest.mark.usefixtures("schools")
def test_a_school_written_otherwise_takes_the_known_spelling_and_that_is_said(
    wb: Workbench, roster: Callable[..., Batch], url: str
) -> None:
    batch = roster(*into("NORTH  HIGH", "north-high"), constants={"district": "Kansas City public schools"})
    assert (batch.stage, batch.created, batch.updated) == ("completed", 2, 0)
    assert {name for (name,) in records(url, "polaris.teacher_progress", "building")} == {*SCHOOLS}
    assert {name for (name,) in records(url, "polaris.teacher_progress", "district")} == {"Kansas City Public Schools"}
    assert batch.summary["noticed"]["respelled"] == {
        "building": {"rows": 2, "texts": {"NORTH HIGH": "North High", "north-high": "North High"}},
        "district": {"rows": 5, "texts": {"Kansas City public schools": "Kansas City Public Schools"}},
    }
    row = list(wb.rows.each(batch))[-1]
    assert (row["raw"]["Building"], row["payload"]["building"]) == ("north-high", "North High")


@pytest.mark.usefixtures("schools")
def test_an_empty_roster_speaks_of_the_known_district_however_it_is_written(roster: Callable[..., Batch]) -> None:
    with pytest.raises(EmptyNeedsConfirmation, match="all 3 records of district Kansas City Public Schools, "):
        roster(window="2025-2026", constants={"district": "kansas city  public-schools"})


@pytest.mark.usefixtures("schools")
def test_a_spelling_that_a_person_has_said_stands(roster: Callable[..., Batch], url: str) -> None:
    means = {"building": {"NORTH HIGH": "NORTH HIGH"}}
    roster(*into("NORTH HIGH"), value_maps=means, mode="upsert")
    assert ("NORTH HIGH",) in records(url, "polaris.teacher_progress", "building")


@pytest.mark.usefixtures("schools")
def test_a_school_that_nearly_is_a_known_one_is_asked_about(
    wb: Workbench, roster: Callable[..., Batch], url: str
) -> None:
    batch = roster(*into("Nort High", "Nort High", "St. Mary's"), mode="upsert")
    assert batch.stage == "held"
    assert held(batch) == {
        "building.near": "building: Nort High: did you mean North High? 2 rows; "
        "St. Mary's: did you mean Saint Mary's School? 1 row"
    }
    wb.mean(batch)  # what is suggested
    assert held(wb.plan(batch).batch) == {}
    wb.commit(batch)
    assert {name for (name,) in records(url, "polaris.teacher_progress", "building")} == {*SCHOOLS}


@pytest.mark.usefixtures("schools")
def test_a_school_that_nearly_is_known_can_be_another_and_is_not_asked_about_again(
    wb: Workbench, roster: Callable[..., Batch]
) -> None:
    batch = roster(*into("Nort High"), mode="upsert")
    assert wb.commit(batch, accept=["building.near"]).created == 1
    assert roster(*into("Nort High", "Nort High"), mode="upsert").stage == "completed"


@pytest.mark.usefixtures("schools")
def test_a_school_that_is_new_is_told_and_holds_nothing(roster: Callable[..., Batch]) -> None:
    batch = roster(*into("East Middle", "Lakeside", "Lakeside"), mode="upsert")
    assert (batch.stage, batch.summary["held_for"]) == ("completed", [])
    assert told(batch) == {"building.new": "building: Lakeside, East Middle: new"}


@pytest.mark.usefixtures("schools")
def test_a_district_that_was_typed_nearly_right_is_asked_about(roster: Callable[..., Batch]) -> None:
    batch = roster(*into(), constants={"district": "Kansas City Public School"})
    assert held(batch)["district.near"] == (
        "district: Kansas City Public School: did you mean Kansas City Public Schools? 3 rows"
    )
    assert batch.summary["suggestions"] == []  # no column has it


def test_years_that_differ_in_a_row_are_warned_of(wb: Workbench, roster: Callable[..., Batch]) -> None:
    header = f"{HEADER},Virtual Year"
    batch = roster(f"{ANA},2025-26", f"{BEA},2024-2025", f"{CY},", header=header)
    assert outcomes(wb, batch) == [(2, "created"), (3, "created"), (4, "created")]
    assert [(row["line"], row["issues"]) for row in wb.rows.each(batch) if row["issues"]] == [
        (
            3,
            [
                {
                    "code": "differs",
                    "field": "virtual_year",
                    "message": "academic year says 2025-2026, virtual year says 2024-2025",
                    "severity": "warning",
                }
            ],
        )
    ]
