"""Of an invalid row of a playbook's source nothing is written, whatever else of it is good, in any order of files."""

from collections.abc import Callable

import pytest

from tests.imports import ask, outcomes
from workbench import Workbench
from workbench.model.batch import Batch
from workbench.model.sheet import Sheet

Given = Callable[..., Sheet]

REPORT = "Session ID,Title,Date,Status,Duration,User Auth Id,Name,SignUp Role,School,Attended Educator Count\n"
PIA = "S1,Talk,2026-10-01 10:00:00,Completed,99999,PF-3,Pia Pro,Professional,North High,1"
DANA = "S1,Talk,2026-10-01 10:00:00,Confirmed,60,PF-9,Dana Reed,Professional,North High,1"
ADA = "S1,Talk,2026-10-01 10:00:00,Completed,abc,PF-1,Ada Park,Educator,North High,1"
ROSTER = "Teacher Email,Teacher Name,School,Grade,Academic Year\nada@k.example,Ada Park,North High,7,2026-2027\n"
EVENTS = "Session ID,Title,Start\nS1,Talk,2026-10-01T10:00:00Z\n"


@pytest.fixture
def bring(wb: Workbench, sheet: Given) -> Callable[..., Batch]:
    def imported(text: str, dataset: str = "polaris.pathful_sessions", **options: object) -> Batch:
        return wb.import_sheet(sheet(text, f"{dataset}.csv"), dataset, skip_errors=True, **options)

    return imported


def written(url: str) -> tuple[list[tuple[object, ...]], ...]:
    return (
        ask(url, "select session_id, status, duration from polaris.events order by 1"),
        ask(url, "select volunteer, status, delivery_hours from polaris.event_volunteers order by 1"),
        ask(url, "select name, status from polaris.event_teachers order by 1"),
    )


@pytest.mark.parametrize("first", ["events", "report"])
def test_nothing_of_an_invalid_row_is_written_whether_its_session_is_known_or_not(
    bring: Callable[..., Batch], url: str, wb: Workbench, first: str
) -> None:
    bring(ROSTER, "polaris.teacher_roster")
    for each in sorted(("events", "report"), key=lambda name: name != first):
        if each == "events":
            bring(EVENTS, "polaris.events")
        else:
            batch = bring(REPORT + f"{PIA}\n{ADA}\n")
            assert [outcome for _, outcome in outcomes(wb, batch)] == ["invalid", "invalid"]
    assert written(url) == ([("S1", "Requested", 60)], [], [])


def test_what_an_invalid_row_says_of_a_session_is_not_said_together_with_what_a_good_one_does(
    bring: Callable[..., Batch], url: str, wb: Workbench
) -> None:
    batch = bring(REPORT + f"{PIA}\n{DANA}\n")
    assert outcomes(wb, batch) == [(2, "invalid"), (3, "created")]
    assert written(url) == ([("S1", "Confirmed", 60)], [("PF-9", "registered", 1)], [])


def test_what_contradicts_in_the_plan_is_not_written_in_its_other_parts_either(
    bring: Callable[..., Batch], url: str, wb: Workbench
) -> None:
    other = DANA.replace("Talk", "Other Talk").replace("PF-9,Dana Reed", "PF-8,Lee Ortiz")
    batch = bring(REPORT + f"{DANA}\n{other}\n")
    assert outcomes(wb, batch) == [(2, "created"), (3, "invalid:conflict")]
    assert written(url) == ([("S1", "Confirmed", 60)], [("PF-9", "registered", 1)], [])
