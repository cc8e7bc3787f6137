"""Rows that wait for what they name: each of them stays a row of its own, says what is true, and is healed."""

from collections.abc import Callable
from itertools import permutations

import pytest

from tests.imports import ask, messages, outcomes
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


# --- healing ---

CONTENT = """
select e.session_id, p.email, t.status, t.said_status, t.simulcast, e.session_type, e.status
from polaris.event_teachers t join polaris.events e on e.id = t.event_id
join polaris.teacher_progress p on p.id = t.teacher_id order by 1, 2
"""
PAM, SUE = "pam@k.example,Pam Lowe,North High,7", "sue@k.example,Sue Ford,North High,7"


@pytest.mark.parametrize("order", list(permutations(("pathful", "sheet", "roster"))), ids="-".join)
def test_rows_of_two_sources_that_wait_for_one_roster_are_all_healed_whatever_comes_first(
    bring: Callable[..., Batch],
    pathful: Callable[..., Batch],
    roster: Callable[..., Batch],
    wb: Workbench,
    url: str,
    order: tuple[str, ...],
) -> None:
    steps = {
        "pathful": lambda: pathful("801|Completed|Sue Ford|North High|n/a", "802|Confirmed|Pam Lowe|North High|0"),
        "sheet": lambda: bring(
            "polaris.virtual_sessions",
            VIRTUAL.replace("District", "District,Session Link,Session Type"),
            "Talk 801,10/6/2026,10:00 AM,Completed,Sue Ford,North High,KCK,https://v.example/801,Teacher requested",
            "Talk 802,10/6/2026,10:00 AM,Completed,Pam Lowe,North High,KCK,https://v.example/802,",
            window="2026-2027",
        ),
        "roster": lambda: roster(PAM, SUE),
    }
    runs = [steps[name]() for name in order]
    # the session's type is the sheet's, and what a sheet alone knows is there in any order
    assert ask(url, CONTENT) == [
        ("801", "sue@k.example", "attended", "Completed", False, "Teacher requested", "Completed"),
        ("802", "pam@k.example", "attended", "Completed", False, "Virtual", "Completed"),
    ]
    assert all(wb.reconcile(run).done for run in runs)


def test_rows_that_wait_put_nothing_back_that_came_later(
    bring: Callable[..., Batch], pathful: Callable[..., Batch], roster: Callable[..., Batch], wb: Workbench, url: str
) -> None:
    early = pathful("803|Cancelled|Sue Ford|North High|n/a")
    pathful("803|Completed|Dee Moe|North High|1")
    bring("polaris.events", "Session ID,Title,Start\n", "803,Talk of the year,2026-10-06T10:00:00Z")
    roster(SUE)
    assert wb.reconcile(early).done
    assert ask(url, "select title, status from polaris.events") == [("Talk of the year", "Completed")]
    assert registered(url) == [("803", "sue@k.example", "North High", "no_show")]


def test_a_roster_that_only_changes_teachers_heals_too(
    pathful: Callable[..., Batch], roster: Callable[..., Batch], wb: Workbench, url: str
) -> None:
    roster(PAM.replace("Lowe", "Hill"))
    early = pathful("804|Completed|Pam Lowe|North High|1")
    assert wb.reconcile(early).unmatched == 1
    roster(PAM)
    assert wb.reconcile(early).done


def test_a_waiting_row_says_when_its_reason_was_so_once_what_it_names_may_be_there(
    pathful: Callable[..., Batch], roster: Callable[..., Batch], wb: Workbench
) -> None:
    batch = pathful("805|Completed|Zed Nobody|North High|1", "806|Completed|Yan Nobody|North High|1")
    so = "Teacher not found: '{} Nobody', for there is no teacher roster of 2026-2027"
    assert messages(wb, batch) == {2: so.format("Zed"), 3: so.format("Yan")}
    roster(PAM)
    later = f"{so} (as it was on {batch.planned_at:%Y-%m-%d %H:%M} UTC)"
    assert messages(wb, batch) == {2: later.format("Zed"), 3: later.format("Yan")}
    told = [*wb.rows.issues(batch), *wb.rows.issue_counts(batch), *wb.rows.unexplained_kinds(batch)]
    some = [later.format(name).replace(": '", ", for example '", 1) for name in ("Zed", "Yan")]
    assert len(told) == 3 and all(each["message"] in some for each in told)


LEARNERS = "email,first_name,last_name,course_code,course_name,status\n"


def test_rows_that_a_person_has_to_bring_in_are_said_with_the_command(
    bring: Callable[..., Batch], wb: Workbench
) -> None:
    old = bring("elevate.learners", LEARNERS, "ann@x.org,Ann,Lee,NEWC,,active")
    course = bring("elevate.courses", "code,name\n", "NEWC,New")
    (swept,) = wb.batches.resolved_by(course)
    wb.undo(swept)  # it does not come by itself again
    assert (wb.sweeps.resolvable(old), wb.sweeps.left_waiting(), wb.sweeps.sweep(after=course.id)) == (
        1,
        {old.id: 1},
        [],
    )
    assert f"- 1 unmatched row to be brought in now: workbench sweep {old.id}" in wb.log(old).render()
    wb.sweep(old)
    assert (wb.sweeps.resolvable(old), wb.sweeps.left_waiting(), wb.reconcile(old).done) == (0, {}, True)


# --- names of other years ---


def test_a_name_of_another_years_roster_finds_the_teacher_by_the_email_in_the_roster_of_the_sessions_year(
    bring: Callable[..., Batch], roster: Callable[..., Batch], wb: Workbench, url: str
) -> None:
    roster("ida@k.example,Ida Park,North High,7", year="2025-2026")
    roster("ida@k.example,Ida Moss,North High,7", "new@k.example,Lea Park,North High,7")
    rows = [
        f"{session},Talk,{day} 10:00:00,Completed,{name},Educator,North High,1"
        for session, day, name in (
            ("1", "2026-03-02", "Ida Moss"),
            ("2", "2026-10-06", "Ida Park"),
            ("3", "2026-03-02", "Lea Park"),
        )
    ]
    batch = bring("polaris.pathful_sessions", SESSIONS, *rows)
    assert outcomes(wb, batch) == [(2, "created"), (3, "created"), (4, "unmatched:teacher")]
    assert [row[:2] for row in registered(url)] == [("1", "ida@k.example"), ("2", "ida@k.example")]


def test_a_name_that_two_people_have_in_another_years_roster_finds_nobody(
    pathful: Callable[..., Batch], roster: Callable[..., Batch], wb: Workbench
) -> None:
    two = ("ida@k.example,Ida Park,North High,7", "ida.park@k.example,Ida Park,Harmon High,7")
    roster(*two, year="2025-2026")
    roster("ida@k.example,Ida Moss,North High,7")
    assert outcomes(wb, pathful("807|Completed|Ida Park|North High|1")) == [(2, "unmatched:teacher")]


# --- a source that was put right and read again ---

WRONG = "Talk W,13/45/2026,10:00 AM,Completed,Alice Jones,North High,KCK"
OTHER = "Talk X,10/7/2026,10:00 AM,Completed,Alice Jones,North High,KCK"


def test_rows_that_were_put_right_in_the_source_are_resolved_by_the_run_that_read_it_again(
    bring: Callable[..., Batch], roster: Callable[..., Batch], wb: Workbench
) -> None:
    roster(*ALICES)
    said = {"window": "2026-2027"}
    first = bring("polaris.virtual_sessions", VIRTUAL, WRONG, WRONG, OTHER, **said)
    assert (wb.reconcile(first).invalid, len(wb.records.ask("Talk W").rows)) == (2, 2)
    right = WRONG.replace("13/45/2026", "10/6/2026")
    again = bring("polaris.virtual_sessions", VIRTUAL, right, right.replace("Talk W", "Talk Y"), OTHER, **said)
    assert outcomes(wb, first) == [(2, "skipped:resolved"), (3, "invalid"), (4, "created")]
    assert [row["line"] for row in wb.records.ask("Talk W").rows] == [3]
    assert f"1 row, not written at first, came with run {again.id} (line 2), " in wb.log(first).render()
    wb.undo(again)
    assert wb.reconcile(first).invalid == 2


# --- what is told ---


def test_a_figure_says_what_it_is_made_of_where_its_name_does_not(
    bring: Callable[..., Batch], pathful: Callable[..., Batch], roster: Callable[..., Batch], wb: Workbench
) -> None:
    roster(*ALICES)
    pathful(NORTH)
    undated = "912,Talk,,Completed,Alice Jones,Educator,North High,1"
    dated = "911,Talk 911,2026-10-06 10:00:00,Completed,Alice Jones,Educator,North High,1"
    batch = bring("polaris.pathful_sessions", SESSIONS, dated, dated, undated)
    assert wb.made_of(batch) == {
        "Rows skipped (duplicates)": {"unchanged": 1, "duplicate": 1},
        "Rows unmatched (event)": {"date": 1},
    }
