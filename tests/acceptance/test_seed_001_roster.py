"""Playbook B, the teacher roster import: who is on the list, and what becomes of those who are not."""

from collections.abc import Callable

import pytest

from tests.imports import fingerprint, issues, messages, outcome, outcomes, records, tamper
from workbench import Workbench
from workbench.model.batch import Batch
from workbench.model.errors import EmptyNeedsConfirmation, MissingColumns, NoRows, WrongValue
from workbench.model.sheet import Sheet

Given = Callable[..., Sheet]

KCK = "Kansas City Kansas Public Schools"
HEADER = "Teacher Email,Teacher Name,School,Grade,Academic Year"
ADA, BEN, CAT = (
    "ada@kck.example,Ada Park,Argentine Middle,7,2024-2025",
    "ben@kck.example,Ben Ruiz,Wyandotte High,HS,2024-2025",
    "cat@kck.example,Cat Moss,Wyandotte High,HS,2024-2025",
)


@pytest.fixture
def roster(wb: Workbench, sheet: Given) -> Callable[..., Batch]:
    """Imports some lines as a district's roster."""

    def imported(*lines: str, header: str = HEADER, district: str | None = KCK, **options: object) -> Batch:
        constants = {"district": district} if district else {}
        text = "\n".join((header, *lines)) + "\n"
        return wb.import_sheet(sheet(text, "roster.csv"), "polaris.teacher_roster", constants=constants, **options)

    return imported


def teachers(url: str) -> dict[str, bool]:
    """Every teacher of every year, and whether he or she is active: {"ada 2024": True}."""
    found = records(url, "polaris.teacher_progress", "email", "academic_year", "is_active")
    return {f"{email.partition('@')[0]} {year[:4]}": active for email, year, active in found}


def test_the_numbers_are_those_that_the_playbook_prints(roster: Callable[..., Batch], wb: Workbench) -> None:
    roster(ADA, BEN)
    again = roster(ADA, BEN.replace("Wyandotte High", "Argentine Middle"), CAT, CAT)
    assert wb.figures(again) == {
        "Teachers imported": 2,
        "Teachers created": 1,
        "Teachers updated": 1,
        "Rows skipped": 2,
    }


# columns


VOCABULARIES = {
    "Teacher Email,Teacher Name,School,Grade,Academic Year,Virtual Year,Target Sessions": (
        "ada@kck.example,Ada Park,Argentine Middle,7,2024-2025,2024-2025,1"
    ),
    "Teacher Email,Teacher Name,Building,Academic Year": "ada@kck.example,Ada Park,Argentine Middle,2024-2025",
    "Email,Name,Building,Grade": "ada@kck.example,Ada Park,Argentine Middle,7",
    "EMAIL, name ,building,grade": " Ada@KCK.example ,Ada Park, Argentine Middle ,7",
    "teacher_email,TEACHER NAME,school or building,academic_year": "ADA@kck.example,Ada Park,Argentine Middle,2024/25",
}


def test_both_vocabularies_of_headers_are_understood(roster: Callable[..., Batch], url: str) -> None:
    """The playbook's own, and the running system's, which takes the year from beside the sheet."""
    said = [outcome(roster(line, header=header, window="2024-25")) for header, line in VOCABULARIES.items()]
    assert said == [(1, 0, 0, 0, 0), *[(0, 0, 1, 0, 0)] * 4]
    columns = ("email", "name", "building", "academic_year", "virtual_year", "target_sessions", "district", "is_active")
    assert records(url, "polaris.teacher_progress", *columns) == [
        ("ada@kck.example", "Ada Park", "Argentine Middle", "2024-2025", "2024-2025", 1, KCK, True)
    ]


def test_the_virtual_year_can_be_another_one_and_targets_are_whole_numbers(
    roster: Callable[..., Batch], url: str
) -> None:
    header = "Email,Name,Building,Academic Year,Virtual Year,Target Sessions"
    roster(
        "ada@kck.example,Ada Park,Argentine Middle,2024-2025,2025-2026,3",
        "ben@kck.example,Ben Ruiz,Wyandotte High,2024-2025,,0",
        "cat@kck.example,Cat Moss,Wyandotte High,2024-2025,,",
        header=header,
    )
    assert records(url, "polaris.teacher_progress", "email", "virtual_year", "target_sessions") == [
        ("ada@kck.example", "2025-2026", 3),
        ("ben@kck.example", "2024-2025", 0),
        ("cat@kck.example", "2024-2025", 1),
    ]


def test_a_roster_needs_a_year_from_the_file_or_the_window(roster: Callable[..., Batch]) -> None:
    with pytest.raises(MissingColumns, match=r"required academic_year \(or --window\)"):
        roster("ada@kck.example,Ada Park,Argentine Middle", header="Email,Name,Building")
    with pytest.raises(WrongValue, match="academic_year cannot be 'spring': Not an academic year"):
        roster("ada@kck.example,Ada Park,Argentine Middle", header="Email,Name,Building", window="spring")


def test_a_row_without_a_required_cell_is_invalid_on_the_line_a_spreadsheet_shows(
    wb: Workbench, roster: Callable[..., Batch]
) -> None:
    """Hazard 67, and the running system's defect by which a missing cell passes as the text "nan"."""
    batch = roster(ADA, "ben@kck.example,,,HS,2024-2025", "", ",Cat Moss,Wyandotte High,HS,2024-2025")
    assert issues(wb, batch) == [(3, "name", "missing"), (3, "building", "missing"), (5, "email", "missing")]
    assert (batch.stage, batch.reading["blank_rows"]) == ("held", 1)


def test_a_repeated_email_is_a_warning_and_the_first_wins(
    wb: Workbench, roster: Callable[..., Batch], url: str
) -> None:
    batch = roster(ADA, BEN, ADA.replace("ada@", "ADA@"))
    assert outcomes(wb, batch) == [(2, "created"), (3, "created"), (4, "skipped:duplicate")]
    assert messages(wb, batch) == {4: "Same email and academic year as line 2"}
    assert records(url, "polaris.teacher_progress", "name") == [("Ada Park",), ("Ben Ruiz",)]


# preserve, the default


def test_a_missing_teacher_is_switched_off_and_never_deleted(
    wb: Workbench, roster: Callable[..., Batch], url: str
) -> None:
    roster(ADA, BEN, CAT)
    batch = roster(ADA.replace(",7,", ",8,"), BEN)
    assert (batch.mode, outcome(batch), batch.removed) == ("preserve", (0, 1, 1, 0, 0), 1)
    assert records(url, "polaris.teacher_progress", "email", "grade", "is_active", "deactivation_source") == [
        ("ada@kck.example", "8", True, None),
        ("ben@kck.example", "HS", True, None),
        ("cat@kck.example", "HS", False, "import_diff"),
    ]


def test_who_would_be_switched_off_is_counted_and_listed_before_anything_is_written(
    wb: Workbench, sheet: Given, roster: Callable[..., Batch], url: str
) -> None:
    """Hazard 51: destructive effects are previewed."""
    roster(ADA, BEN, CAT)
    before = fingerprint(url)
    staged = wb.stage(sheet(f"{HEADER}\n{ADA}\n"), "polaris.teacher_roster", constants={"district": KCK})
    plan = wb.plan(staged)
    assert plan.removed == {"deactivated": 2}
    assert [(one["action"], one["before"]["name"]) for one in wb.rows.removals(staged)] == [
        ("deactivated", "Ben Ruiz"),
        ("deactivated", "Cat Moss"),
    ]
    assert fingerprint(url) == before
    assert wb.reconcile(wb.commit(staged)).removed == 2
    assert teachers(url) == {"ada 2024": True, "ben 2024": False, "cat 2024": False}


def test_only_the_files_own_district_and_year_are_looked_at(
    wb: Workbench, roster: Callable[..., Batch], url: str
) -> None:
    roster(ADA, BEN)
    roster("dan@olathe.example,Dan Low,Olathe North,HS,2024-2025", district="Olathe")
    roster(ADA.replace("2024-2025", "2023-2024"), BEN.replace("2024-2025", "2023-2024"))
    roster("eve@x.example,Eve Doe,Home,1,2024-2025", district=None)
    batch = roster(ADA)
    assert batch.removed == 1
    assert teachers(url) == {
        "ada 2023": True,
        "ada 2024": True,
        "ben 2023": True,
        "ben 2024": False,
        "dan 2024": True,
        "eve 2024": True,
    }


def test_without_a_district_the_file_speaks_of_records_without_one(roster: Callable[..., Batch], url: str) -> None:
    roster(ADA)
    roster(BEN, CAT, district=None)
    assert roster(CAT, district=None).removed == 1
    assert teachers(url) == {"ada 2024": True, "ben 2024": False, "cat 2024": True}


def test_a_district_can_be_a_column_and_each_is_looked_at_by_itself(
    wb: Workbench, roster: Callable[..., Batch], url: str
) -> None:
    header = "Email,Name,Building,Academic Year,District"
    first = (
        "ada@x.example,Ada,A,2024-2025,North",
        "ben@x.example,Ben,B,2024-2025,South",
        "cat@x.example,Cat,C,2024-2025,South",
    )
    roster(*first, header=header, district=None)
    batch = roster(first[1], header=header, district=None)
    assert batch.removed == 1
    assert teachers(url) == {"ada 2024": True, "ben 2024": True, "cat 2024": False}


def test_who_comes_back_is_switched_on_again(wb: Workbench, roster: Callable[..., Batch], url: str) -> None:
    roster(ADA, BEN)
    roster(ADA)
    batch = roster(ADA, BEN)
    assert outcomes(wb, batch) == [(2, "skipped:unchanged"), (3, "updated")]
    assert next(wb.rows.each(batch, lines=[3]))["changes"] == {"is_active": [False, True]}
    assert records(url, "polaris.teacher_progress", "email", "is_active", "deactivation_source") == [
        ("ada@kck.example", True, None),
        ("ben@kck.example", True, None),
    ]


def switch_off(url: str, email: str) -> None:
    """What an administrator does by hand."""
    tamper(
        url,
        "update polaris.teacher_progress set is_active = false, deactivation_source = 'manual_admin' where email = %s",
        email,
    )


@pytest.mark.parametrize("mode", ["preserve", "replace", "upsert", "update"])
def test_who_was_switched_off_by_hand_stays_off_and_the_row_says_so(
    wb: Workbench, roster: Callable[..., Batch], url: str, mode: str
) -> None:
    """Hazard 48, in every mode and every time, with one warning a run."""
    roster(ADA, BEN)
    switch_off(url, "ben@kck.example")
    before = fingerprint(url)
    for _ in range(2):
        batch = roster(ADA, BEN.replace("HS", "9"), mode=mode)
        assert outcomes(wb, batch) == [(2, "skipped:unchanged"), (3, "skipped:protected")]
        assert messages(wb, batch) == {3: "Switched off by a person; an import does not switch it on again"}
        assert (wb.reconcile(batch).done, fingerprint(url)) == (True, before)


def test_a_hand_made_switch_off_keeps_its_reason_when_the_teacher_is_missing_too(
    roster: Callable[..., Batch], url: str
) -> None:
    roster(ADA, BEN)
    switch_off(url, "ben@kck.example")
    assert roster(ADA).removed == 0
    assert records(url, "polaris.teacher_progress", "email", "deactivation_source") == [
        ("ada@kck.example", None),
        ("ben@kck.example", "manual_admin"),
    ]


def test_an_invalid_row_names_its_teacher_all_the_same(wb: Workbench, roster: Callable[..., Batch], url: str) -> None:
    roster(ADA, BEN, CAT)
    batch = roster(
        ADA,
        "ben@kck.example,,Wyandotte High,HS,2024-2025",  # no name, but it is Ben, who is known
        "CAT@kck.example,Cat Moss,Wyandotte High,HS,2024-2O25",  # a letter in the year, but it is Cat
        skip_errors=True,
    )
    assert (outcome(batch), batch.removed) == ((0, 0, 2, 0, 1), 0)
    assert teachers(url) == {"ada 2024": True, "ben 2024": True, "cat 2024": True}


def test_an_invalid_row_does_not_speak_for_a_year_of_its_own(roster: Callable[..., Batch], url: str) -> None:
    roster(ADA.replace("2024-2025", "2023-2024"), BEN.replace("2024-2025", "2023-2024"))
    batch = roster(ADA, "not an address,Ben Ruiz,Wyandotte High,HS,2023-2024", skip_errors=True)
    assert (outcome(batch), batch.removed) == ((1, 0, 0, 0, 1), 0)
    assert teachers(url) == {"ada 2023": True, "ada 2024": True, "ben 2023": True}


def test_a_roster_without_a_single_valid_row_switches_nobody_off(roster: Callable[..., Batch], url: str) -> None:
    roster(ADA, BEN)
    batch = roster("dan@kck.example,,,HS,2024-2025", skip_errors=True)
    assert (outcome(batch), batch.removed) == ((0, 0, 0, 0, 1), 0)
    assert teachers(url) == {"ada 2024": True, "ben 2024": True}


def test_other_modes_switch_nobody_off(roster: Callable[..., Batch], url: str) -> None:
    roster(ADA, BEN)
    assert [roster(ADA, mode=mode, skip_errors=True).removed for mode in ("upsert", "insert", "update")] == [0, 0, 0]
    assert teachers(url) == {"ada 2024": True, "ben 2024": True}


# replace, the seed's own


def test_replace_deletes_who_is_missing_and_keeps_who_is_there(
    wb: Workbench, roster: Callable[..., Batch], url: str
) -> None:
    roster(ADA, BEN)
    roster(ADA.replace("2024-2025", "2023-2024"))
    ids = records(url, "polaris.teacher_progress", "id", "email")
    batch = roster(ADA.replace(",7,", ",8,"), CAT, mode="replace")
    assert (outcome(batch), batch.removed, wb.reconcile(batch).done) == ((1, 1, 0, 0, 0), 1, True)
    assert [one["action"] for one in wb.rows.removals(batch)] == ["deleted"]
    assert teachers(url) == {"ada 2023": True, "ada 2024": True, "cat 2024": True}
    assert [one for one in ids if one[1] == "ada@kck.example"] == [
        one for one in records(url, "polaris.teacher_progress", "id", "email") if one[1] == "ada@kck.example"
    ]


def test_replace_keeps_who_was_switched_off_by_hand_so_that_the_next_file_does_not_bring_him_back(
    wb: Workbench, roster: Callable[..., Batch], url: str
) -> None:
    """Hazard 48, by a detour: deleted by one file, created anew by the next."""
    roster(ADA, BEN, CAT)
    switch_off(url, "ben@kck.example")
    assert roster(ADA, mode="replace").removed == 1
    assert teachers(url) == {"ada 2024": True, "ben 2024": False}
    back = roster(ADA, BEN, mode="replace")
    assert (outcomes(wb, back)[1], teachers(url)) == ((3, "skipped:protected"), {"ada 2024": True, "ben 2024": False})


# an empty roster


@pytest.mark.both_servers
@pytest.mark.parametrize(("mode", "left"), [("preserve", {"ada 2024": False, "ben 2024": False}), ("replace", {})])
def test_an_empty_roster_needs_a_word_and_then_does_what_was_said(
    roster: Callable[..., Batch], url: str, mode: str, left: dict[str, bool]
) -> None:
    """Hazard 52: an empty roster deactivates all."""
    other_year = ADA.replace("2024-2025", "2023-2024")
    roster(ADA, BEN)
    roster(other_year)
    before = fingerprint(url)
    with pytest.raises(EmptyNeedsConfirmation) as refused:
        roster(mode=mode, window="2024-2025")
    assert str(refused.value) == (
        f"roster.csv has no rows, and mode {mode} would remove all 2 records of district {KCK}, "
        "academic_year 2024-2025. If that is meant, say so with --allow-empty."
    )
    assert fingerprint(url) == before
    batch = roster(mode=mode, window="2024/25", allow_empty=True)
    assert (outcome(batch), batch.removed, batch.stage) == ((0, 0, 0, 0, 0), 2, "completed")
    assert teachers(url) == {"ada 2023": True, **left}


def test_an_empty_roster_that_does_not_say_its_year_is_refused_whatever_is_said(
    roster: Callable[..., Batch], url: str
) -> None:
    roster(ADA, BEN)
    before = fingerprint(url)
    for allow_empty in (False, True):
        with pytest.raises(NoRows):
            roster(allow_empty=allow_empty)
    assert fingerprint(url) == before


def test_an_empty_file_is_nothing_to_import_in_any_other_mode(roster: Callable[..., Batch]) -> None:
    with pytest.raises(NoRows, match=r"roster\.csv has no rows below its header"):
        roster(mode="upsert", window="2024-2025", allow_empty=True)


@pytest.mark.parametrize(
    ("grade", "usual"),
    [
        *((text, True) for text in ("", "K", "k", "1", "12", "HS", "Pre-K", "7th", "6-8", "K/1", "Middle School")),
        *((text, True) for text in ("Grade 7", "Grades 7, 8")),
        *((text, False) for text in ("13", "0", "Counselor", "7a")),
    ],
)
def test_a_grade_that_is_none_is_kept_and_warned_of(
    wb: Workbench, roster: Callable[..., Batch], url: str, grade: str, usual: bool
) -> None:
    """Playbook B: K, 1 to 12, HS and the like."""
    batch = roster(ADA.replace(",7,", f',"{grade}",'))
    assert outcomes(wb, batch) == [(2, "created")]
    assert messages(wb, batch) == ({} if usual else {2: "grade is usually K, 1 to 12 or HS"})
    assert records(url, "polaris.teacher_progress", "grade") == [(grade or None,)]
