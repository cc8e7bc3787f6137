"""Rows that wait for what they name: each of them stays a row of its own, says what is true, and is healed."""

from collections.abc import Callable

import pytest

from tests.imports import ask, outcomes
from workbench import Workbench
from workbench.model.batch import Batch
from workbench.model.sheet import Sheet

Given = Callable[..., Sheet]

SESSIONS = "Session ID,Title,Date,Status,Name,SignUp Role,School,Attended Educator Count\n"
ROSTER = "Teacher Email,Teacher Name,School,Grade,Academic Year\n"
VIRTUAL = "Session Title,Date,Time,Status,Teacher Name,School Name,District\n"
ALICES = ("alice1@k.example,Alice Jones,North High,7", "alice2@k.example,Alice Jones,Harmon High,7")


@pytest.fixture
def bring(wb: Workbench, sheet: Given) -> Callable[..., Batch]:
    def imported(dataset: str, header: str, *lines: str, **options: object) -> Batch:
        text = header + "".join(f"{line}\n" for line in lines)
        of = {"skip_errors": True} | options
        return wb.import_sheet(sheet(text, f"{dataset}.csv"), dataset, **of)

    return imported


@pytest.fixture
def pathful(bring: Callable[..., Batch]) -> Callable[..., Batch]:
    """Imports lines of session, status, name, school and count as a Session Report of 2026-10-06."""

    def imported(*lines: str) -> Batch:
        rows = [
            f"{session},Talk {session},2026-10-06 10:00:00,{status},{name},Educator,{school},{count}"
            for session, status, name, school, count in (line.split("|") for line in lines)
        ]
        return bring("polaris.pathful_sessions", SESSIONS, *rows)

    return imported


@pytest.fixture
def roster(bring: Callable[..., Batch]) -> Callable[..., Batch]:
    """Imports a roster of a year, last year's or this one's."""

    def imported(*lines: str, year: str = "2026-2027") -> Batch:
        return bring("polaris.teacher_roster", ROSTER, *(f"{line},{year}" for line in lines), mode="upsert")

    return imported


def registered(url: str) -> list[tuple[object, ...]]:
    return ask(
        url,
        """select e.session_id, p.email, t.school, t.status from polaris.event_teachers t
        join polaris.events e on e.id = t.event_id join polaris.teacher_progress p on p.id = t.teacher_id
        order by 1, 2, 3""",
    )


NORTH, HARMON = "911|Completed|Alice Jones|North High|1", "911|Completed|Alice Jones|Harmon High|1"
BOTH = [
    ("911", "alice1@k.example", "North High", "attended"),
    ("911", "alice2@k.example", "Harmon High", "attended"),
]


@pytest.mark.parametrize(
    "beside", [(), ("911|Completed|Ben Ray|North High|1",), ("910|Confirmed|Ben Ray|North High|0",)]
)
@pytest.mark.parametrize("first", ["roster", "pathful"])
def test_two_teachers_of_one_name_at_a_session_are_two_rows_whether_the_roster_is_there_or_not(
    pathful: Callable[..., Batch], roster: Callable[..., Batch], wb: Workbench, url: str, first: str, beside: tuple[str]
) -> None:
    if first == "roster":
        roster(*ALICES)
        pathful(*beside, NORTH, HARMON)
    else:
        batch = pathful(*beside, NORTH, HARMON)
        assert [outcome for _, outcome in outcomes(wb, batch)] == ["unmatched:teacher"] * (2 + len(beside))
        roster(*ALICES)
    assert registered(url) == BOTH


def test_rows_of_one_name_that_say_other_counts_each_wait_and_each_come(
    pathful: Callable[..., Batch], roster: Callable[..., Batch], wb: Workbench, url: str
) -> None:
    batch = pathful(NORTH, HARMON.replace("|1", "|n/a"))
    assert outcomes(wb, batch) == [(2, "unmatched:teacher"), (3, "unmatched:teacher")]
    roster(*ALICES)
    assert registered(url) == [BOTH[0], (*BOTH[1][:3], "no_show")]
    assert wb.reconcile(batch).done


def test_rows_of_one_teacher_who_waits_say_together_what_they_say_once_the_roster_is_there(
    pathful: Callable[..., Batch], roster: Callable[..., Batch], wb: Workbench, url: str
) -> None:
    batch = pathful(NORTH.replace("|1", "|n/a"), NORTH, NORTH)
    assert [outcome for _, outcome in outcomes(wb, batch)] == ["unmatched:teacher"] * 3
    roster(*ALICES)
    assert registered(url) == BOTH[:1]
    assert wb.reconcile(batch).done


@pytest.mark.parametrize("first", ["roster", "sheet"])
def test_two_teachers_of_one_name_in_a_sheet_of_virtual_sessions_do_not_contradict_each_other(
    bring: Callable[..., Batch], roster: Callable[..., Batch], wb: Workbench, url: str, first: str
) -> None:
    rows = [
        "Talk V,10/6/2026,10:00 AM,Completed,Alice Jones,North High,KCK",
        "Talk V,10/6/2026,10:00 AM,Simulcast,Alice Jones,Harmon High,KCK",
    ]
    if first == "roster":
        roster(*ALICES)
    batch = bring("polaris.virtual_sessions", VIRTUAL, *rows, window="2026-2027")
    if first == "sheet":
        assert outcomes(wb, batch) == [(2, "unmatched:teacher"), (3, "unmatched:teacher")]
        roster(*ALICES)
    assert [row[1:] for row in registered(url)] == [row[1:] for row in BOTH]


def test_a_session_counts_on_the_first_of_its_rows_that_is_all_good(
    pathful: Callable[..., Batch], roster: Callable[..., Batch], wb: Workbench
) -> None:
    roster(*ALICES)
    alice, nobody = NORTH.replace("Completed", "Confirmed"), NORTH.replace("Alice Jones", "Zed Nobody")
    pathful(alice)
    again = pathful(nobody.replace("Completed", "Published"), alice.replace("Confirmed", "Published"))
    assert outcomes(wb, again) == [(2, "unmatched:teacher"), (3, "updated")]


def test_volunteers_of_an_event_that_is_not_there_each_wait_and_each_come(
    bring: Callable[..., Batch], wb: Workbench, url: str
) -> None:
    rows = ["7001,Dana Reed,registered", "7001,Dana Reed,attended"]
    batch = bring("polaris.event_volunteers", "Session ID,Name,Status\n", *rows)
    assert outcomes(wb, batch) == [(2, "unmatched:event"), (3, "unmatched:event")]
    bring("polaris.events", "Session ID,Title,Start\n", "7001,Talk,2026-10-06T10:00:00Z")
    wb.sweep(batch)
    assert ask(url, "select name, status from polaris.event_volunteers") == [("Dana Reed", "attended")]
