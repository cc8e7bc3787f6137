"""A person removes a teacher by hand, with a reason: no import brings him back, and it can be taken back."""

from collections.abc import Callable

import pytest

from tests.imports import messages, outcomes, records
from workbench import Workbench
from workbench.database import audit
from workbench.model.batch import Batch
from workbench.model.errors import (
    NoReason,
    NotDeactivated,
    NothingToDeactivate,
    StalePlan,
    UnknownDataset,
    UnknownRecord,
)
from workbench.model.sheet import Sheet

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]

DATASET = "polaris.teacher_roster"
TEXT = """\
Teacher Email,Teacher Name,School,Grade,Academic Year,District
ada@kck.example,Ada Park,Argentine Middle,7,2024-2025,KCK
ben@kck.example,Ben Ruiz,Wyandotte High,HS,2024-2025,KCK
"""
BEN = "ben@kck.example|2024-2025"


@pytest.fixture
def roster(wb: Workbench, sheet: Given) -> Callable[[], Batch]:
    def imported() -> Batch:
        return wb.import_sheet(sheet(TEXT, "roster.csv"), DATASET)

    return imported


def state(url: str) -> list[tuple[object, ...]]:
    return records(url, "polaris.teacher_progress", "email", "is_active", "deactivation_source")


def test_who_was_removed_stays_removed_and_is_listed_once(wb: Workbench, roster: Callable[[], Batch], url: str) -> None:
    """Hazard 48: however many files name the teacher."""
    roster()
    wb.records.deactivate(DATASET, BEN, " Left district ")
    assert state(url) == [("ada@kck.example", True, None), ("ben@kck.example", False, "manual_admin")]
    first, _ = roster(), roster()
    assert outcomes(wb, first)[1] == (3, "skipped:protected")
    assert messages(wb, first) == {3: "Switched off by a person; an import does not switch it on again"}
    [ben] = wb.records.deactivated()
    assert (ben["key"], ben["title"], ben["by"], ben["reason"]) == (BEN, "Ben Ruiz", "ana", "Left district")
    assert {name: ben["named"][name] for name in ("imports", "batch", "file_name", "line")} == {
        "imports": 2,
        "batch": first.id,
        "file_name": "roster.csv",
        "line": 3,
    }


def test_nobody_is_said_to_have_been_named_before_or_by_an_import_that_was_undone(
    wb: Workbench, roster: Callable[[], Batch]
) -> None:
    roster()
    wb.records.deactivate(DATASET, BEN, "Retired")
    assert [each["named"] for each in wb.records.deactivated()] == [None]
    wb.undo(roster())
    assert [each["named"] for each in wb.records.deactivated()] == [None]


def test_it_is_taken_back_and_all_of_it_is_on_record(wb: Workbench, roster: Callable[[], Batch], url: str) -> None:
    roster()
    wb.records.deactivate(DATASET, BEN, "Data entry error")
    wb.records.reactivate(DATASET, BEN, "It was his brother")
    assert state(url)[1] == ("ben@kck.example", True, None)
    told = wb.records.get(DATASET, BEN)["by_hand"]
    assert [(each["action"], each["by"], each["reason"]) for each in told] == [
        ("reactivated", "ana", "It was his brother"),
        ("deactivated", "ana", "Data entry error"),
    ]
    assert (wb.records.deactivated(), audit.broken(wb._store)) == ([], None)
    assert outcomes(wb, roster())[1] == (3, "skipped:unchanged")


def test_a_plan_that_was_made_before_is_stale(wb: Workbench, roster: Callable[[], Batch], sheet: Given) -> None:
    roster()
    moved = sheet(TEXT.replace("Wyandotte High", "Argentine Middle"), "moved.csv")
    batch = wb.plan(wb.stage(moved, DATASET)).batch
    wb.records.deactivate(DATASET, BEN, "Retired")
    with pytest.raises(StalePlan):
        wb.commit(batch)


def test_whom_a_roster_had_left_out_can_be_removed_by_a_person_too(
    wb: Workbench, roster: Callable[[], Batch], sheet: Given, url: str
) -> None:
    roster()
    only_ada = "\n".join(TEXT.splitlines()[:2]) + "\n"
    wb.import_sheet(sheet(only_ada, "roster.csv"), DATASET)
    assert state(url)[1] == ("ben@kck.example", False, "import_diff")
    wb.records.deactivate(DATASET, BEN, "Retired")
    assert state(url)[1] == ("ben@kck.example", False, "manual_admin")


def test_nothing_is_done_without_a_reason_twice_or_of_what_is_not_there(
    wb: Workbench, roster: Callable[[], Batch], url: str
) -> None:
    roster()
    with pytest.raises(NoReason, match="deactivating a record needs a reason"):
        wb.records.deactivate(DATASET, BEN, "  ")
    with pytest.raises(NotDeactivated, match="is active: nothing was changed"):
        wb.records.reactivate(DATASET, BEN, "again")
    with pytest.raises(UnknownRecord):
        wb.records.deactivate(DATASET, "nobody@kck.example|2024-2025", "Retired")
    with pytest.raises(NothingToDeactivate, match=r"Those are: polaris\.teacher_roster"):
        wb.records.deactivate("polaris.events", "5001", "Retired")
    with pytest.raises(UnknownDataset):
        wb.records.deactivated("polaris.pathful")
    assert all(active for _, active, _ in state(url))
    wb.records.deactivate(DATASET, BEN, "Retired")
    with pytest.raises(NotDeactivated, match="switched off by a person already"):
        wb.records.deactivate(DATASET, BEN, "Retired")


def test_another_tenant_has_no_such_record(
    wb: Workbench, roster: Callable[[], Batch], open_wb: Callable[..., Workbench], url: str
) -> None:
    roster()
    with pytest.raises(UnknownRecord):
        open_wb(tenant="other").records.deactivate(DATASET, BEN, "Retired")
    assert state(url)[1] == ("ben@kck.example", True, None)
