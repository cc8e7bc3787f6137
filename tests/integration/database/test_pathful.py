"""Playbook A on a real database: sessions, who took part, and what waits for a roster, an event or a date."""

from collections.abc import Callable
from datetime import date
from itertools import permutations

import pytest

from tests.imports import ask, fingerprint, issues, messages, outcomes, records
from workbench import Workbench
from workbench.doors.cli import printing
from workbench.model.batch import Batch
from workbench.model.errors import (
    MissingColumns,
    NothingToFilterBy,
    NotWaiting,
    StillReferredTo,
    StillRefused,
    UnknownHeader,
    WrongValue,
)
from workbench.model.sheet import Sheet

Given = Callable[..., Sheet]

ROSTER = """\
Teacher Email,Teacher Name,School,Grade,Academic Year
ada@kck.example,Ada Park,Argentine Middle,7,2025-2026
ben@kck.example,Ben Ruiz,Wyandotte High,HS,2025-2026
"""

REPORT = """\
Session ID,Title,Date,Status,Duration,User Auth Id,Name,SignUp Role,School,District or Company,Partner,\
Registered Student Count,Attended Student Count,Registered Educator Count,Attended Educator Count,Career Cluster,\
Work Based Learning,Series or Event Title,State
"""


def report(*rows: str) -> str:
    """A Session Report: rows of id, title, date, status, minutes, user, name, role, and counts of students (attended)
    and of the educator (attended), where more is not said."""
    text = REPORT
    for row in rows:
        session, title, date, status, minutes, user, name, role, students, educator, *more = row.split("|")
        school, company = more or ("Argentine Middle", "KCKPS" if role == "Educator" else "Acme Health")
        text += (
            f"{session},{title},{date},{status},{minutes},{user},{name},{role},{school},{company},PREP-KC,"
            f"30,{students},1,{educator},Health Science,,Careers,Kansas\n"
        )
    return text


ADA = "5001|Careers in Nursing|2026-03-02 15:30:00|Completed|45|PF-1|Ada Park|Educator|25|1"
BEN = "5001|Careers in Nursing|2026-03-02 15:30:00|Completed|45||Ben Ruiz|Educator|25|n/a"
DANA = "5001|Careers in Nursing|2026-03-02 15:30:00|Completed|45|PF-9|Dana Reed|Professional|25|n/a"
STUDENT = "5001|Careers in Nursing|2026-03-02 15:30:00|Completed|45||Kid One|STUDENT|25|n/a"


@pytest.fixture
def roster(wb: Workbench, sheet: Given) -> Callable[..., Batch]:
    def imported(text: str = ROSTER, **options: object) -> Batch:
        return wb.import_sheet(sheet(text, "roster.csv"), "polaris.teacher_roster", **options)

    return imported


def pathful(wb: Workbench, sheet: Sheet, **options: object) -> Batch:
    return wb.import_sheet(sheet, "polaris.pathful_sessions", skip_errors=True, **options)


def teachers(url: str) -> list[tuple[object, ...]]:
    return ask(
        url,
        """select e.session_id, p.email, t.status from polaris.event_teachers t
        join polaris.events e on e.id = t.event_id join polaris.teacher_progress p on p.id = t.teacher_id
        order by 1, 2""",
    )


def test_a_session_report_is_events_their_teachers_and_volunteers(
    wb: Workbench, sheet: Given, url: str, roster: Callable[..., Batch]
) -> None:
    roster()
    batch = pathful(wb, sheet(report(ADA, BEN, DANA, STUDENT), "Session Report_reports_1.csv"))
    assert outcomes(wb, batch) == [(2, "created"), (3, "created"), (4, "created"), (5, "skipped:filtered")]
    assert teachers(url) == [("5001", "ada@kck.example", "attended"), ("5001", "ben@kck.example", "no_show")]
    assert ask(url, "select volunteer, name, organization, status, delivery_hours from polaris.event_volunteers") == [
        ("PF-9", "Dana Reed", "Acme Health", "attended", 1)
    ]
    assert ask(
        url,
        "select session_id, status, attended_students, district, academic_year, "
        "to_char(starts_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI'), ends_at - starts_at = interval '45 minutes' "
        "from polaris.events",
    ) == [("5001", "Completed", 25, "KCKPS", "2025-2026", "2026-03-02 15:30", True)]
    assert list(wb.figures(batch).items()) == [
        ("Rows processed", 4),
        ("Rows created", 3),
        ("Rows updated", 0),
        ("Rows skipped (duplicates)", 1),
        ("Rows unmatched (teacher)", 0),
        ("Rows unmatched (event)", 0),
        ("Rows invalid", 0),
    ]
    before = fingerprint(url)
    again = pathful(wb, sheet(report(ADA, BEN, DANA, STUDENT), "again.csv"))
    assert {outcome for _, outcome in outcomes(wb, again)} <= {
        "skipped:unchanged",
        "skipped:duplicate",
        "skipped:filtered",
    }
    assert fingerprint(url) == before


# --- teachers ---


def test_a_teacher_who_is_in_no_roster_waits_while_the_session_goes_on_and_comes_with_the_roster(
    wb: Workbench, sheet: Given, url: str, roster: Callable[..., Batch]
) -> None:
    batch = pathful(wb, sheet(report(ADA, DANA)))
    assert outcomes(wb, batch) == [(2, "unmatched:teacher"), (3, "created")]
    assert wb.figures(batch)["Rows unmatched (teacher)"] == 1
    assert records(url, "polaris.events", "session_id") == [("5001",)]
    assert teachers(url) == []
    brought = roster()
    assert [outcomes(wb, swept) for swept in wb.batches.resolved_by(brought)] == [[(2, "created")]]
    assert teachers(url) == [("5001", "ada@kck.example", "attended")]
    assert wb.reconcile(batch).done
    assert issues(wb, batch) == [(2, "name", "teacher_not_found")]


def test_a_teacher_whom_the_roster_calls_otherwise_by_now_is_found_again(
    wb: Workbench, sheet: Given, url: str, roster: Callable[..., Batch]
) -> None:
    ben = BEN.replace("45||", "45|PF-3|")
    text = report(ben)
    roster()
    pathful(wb, sheet(text))
    roster(ROSTER.replace("Ben Ruiz", "Ben Ruiz-Moss"))
    again = pathful(wb, sheet(text, "again.csv"))
    assert outcomes(wb, again) == [(2, "skipped:unchanged")]
    others = report(ben.replace("PF-3", "PF-8"), ben.replace("5001", "5002"))
    assert {outcome for _, outcome in outcomes(wb, pathful(wb, sheet(others, "others.csv")))} == {"unmatched:teacher"}
    assert teachers(url) == [("5001", "ben@kck.example", "no_show")]


def test_a_row_that_waits_for_a_teacher_comes_with_a_roster_that_only_calls_somebody_so(
    wb: Workbench, sheet: Given, url: str, roster: Callable[..., Batch]
) -> None:
    roster(ROSTER.replace("Ben Ruiz", "Benny Moss"))
    batch = pathful(wb, sheet(report(BEN)))
    assert outcomes(wb, batch) == [(2, "unmatched:teacher")]
    renaming = roster()
    assert (renaming.created, renaming.updated) == (0, 1)
    assert teachers(url) == [("5001", "ben@kck.example", "no_show")]
    assert wb.reconcile(batch).done


def test_a_row_that_waits_for_one_of_two_of_a_name_comes_when_only_one_is_left(
    wb: Workbench, sheet: Given, url: str, roster: Callable[..., Batch]
) -> None:
    roster(ROSTER + "ada.park@kck.example,Ada Park,Other School,7,2025-2026\n", mode="replace")
    batch = pathful(wb, sheet(report(ADA.replace("|25|1", "|25|1|North|KCKPS"))))
    assert outcomes(wb, batch) == [(2, "unmatched:teacher")]
    fewer = roster(mode="replace")
    assert (fewer.created, fewer.updated, fewer.removed) == (0, 0, 1)
    assert teachers(url) == [("5001", "ada@kck.example", "attended")]
    assert wb.reconcile(batch).done


def test_it_is_told_why_a_teacher_is_not_found(wb: Workbench, sheet: Given, roster: Callable[..., Batch]) -> None:
    roster(ROSTER + "ada.park@kck.example,Ada Park,Other School,7,2025-2026\n")
    late = "4002|Careers in Nursing|2026-07-01|Completed|45||Ada Park|Educator|25|1"
    nobody = BEN.replace("Ben Ruiz", "Eve Low")
    batch = pathful(wb, sheet(report(ADA + "|North|KCKPS", late, nobody)))
    told = [(row["line"], each["code"], each["message"]) for row in wb.rows.each(batch) for each in row["issues"]]
    assert told == [
        (2, "teacher_not_found", "Teacher not found: 'Ada Park', for several have this name"),
        (3, "teacher_not_found", "Teacher not found: 'Ada Park', for there is no teacher roster of 2026-2027"),
        (4, "teacher_not_found", "Teacher not found: 'Eve Low'"),
    ]


WHO = """
select 'event', session_id, title, starts_at::text, duration::text, status, attended_students::text from polaris.events
union all
select 'teacher', e.session_id, p.email, p.academic_year, t.status, t.name, t.school from polaris.event_teachers t
join polaris.events e on e.id = t.event_id join polaris.teacher_progress p on p.id = t.teacher_id
union all
select 'volunteer', e.session_id, v.volunteer, v.name, v.organization, v.status, v.delivery_hours::text
from polaris.event_volunteers v join polaris.events e on e.id = v.event_id
order by 1, 2, 3
"""


@pytest.mark.parametrize("first", ["roster", "pathful"])
def test_whichever_comes_first_the_end_is_the_same(
    wb: Workbench, sheet: Given, url: str, roster: Callable[..., Batch], first: str
) -> None:
    later = "5002|Inside a Mill|2026-03-09|Confirmed|60||ben ruiz|Educator|0|0"
    text = report(ADA, BEN, DANA, later)
    if first == "roster":
        roster()
        pathful(wb, sheet(text))
    else:
        pathful(wb, sheet(text))
        roster()
    assert [tuple(row) for row in ask(url, WHO)] == [
        ("event", "5001", "Careers in Nursing", "2026-03-02 15:30:00+00", "45", "Completed", "25"),
        ("event", "5002", "Inside a Mill", "2026-03-09 00:00:00+00", "60", "Confirmed", "0"),
        ("teacher", "5001", "ada@kck.example", "2025-2026", "attended", "Ada Park", "Argentine Middle"),
        ("teacher", "5001", "ben@kck.example", "2025-2026", "no_show", "Ben Ruiz", "Argentine Middle"),
        ("teacher", "5002", "ben@kck.example", "2025-2026", "registered", "ben ruiz", "Argentine Middle"),
        ("volunteer", "5001", "PF-9", "Dana Reed", "Acme Health", "attended", "1"),
    ]


def test_a_name_that_two_of_the_roster_share_finds_nobody_unless_the_school_tells_them_apart(
    wb: Workbench, sheet: Given, url: str, roster: Callable[..., Batch]
) -> None:
    roster(ROSTER + "ada.park@kck.example,Ada Park,Other School,7,2025-2026\n")
    batch = pathful(wb, sheet(report(ADA + "|North|KCKPS")))
    assert (outcomes(wb, batch), teachers(url)) == ([(2, "unmatched:teacher")], [])
    pathful(wb, sheet(report(ADA), "told.csv"))
    assert teachers(url) == [("5001", "ada@kck.example", "attended")]


def test_a_teacher_is_found_by_pathfuls_id_in_the_roster_or_by_way_of_the_account_before_the_name(
    wb: Workbench, sheet: Given, url: str, roster: Callable[..., Batch]
) -> None:
    text = "Email,Name,Building,Academic Year,Pathful Id\ncy@kck.example,Cy Low,North,2025-2026,PF-1\n"
    roster(text + "dee@kck.example,Dee Moe,North,2025-2026,\nada@kck.example,Ada Park,North,2025-2026,\n")
    accounts = "email,name,pathful_user_id\ndee@kck.example,Dee Moe,PF-2\n"
    wb.import_sheet(sheet(accounts, "accounts.csv"), "polaris.teachers")
    by_account = "5002|Inside a Mill|2026-03-09|Confirmed|60|PF-2|Ada Park|Educator|0|0"
    pathful(wb, sheet(report(ADA, by_account)))
    assert teachers(url) == [("5001", "cy@kck.example", "attended"), ("5002", "dee@kck.example", "registered")]


def test_a_teacher_is_looked_for_in_the_roster_of_the_sessions_academic_year(
    wb: Workbench, sheet: Given, url: str, roster: Callable[..., Batch]
) -> None:
    roster()
    roster(ROSTER.replace("2025-2026", "2024-2025"))
    early = "4001|Careers in Nursing|2025-06-30 09:00:00|Completed|45|PF-1|Ada Park|Educator|25|1"
    late = "4002|Careers in Nursing|2026-07-01|Completed|45|PF-1|Ada Park|Educator|25|1"
    batch = pathful(wb, sheet(report(ADA, early, late)))
    assert outcomes(wb, batch) == [(2, "created"), (3, "created"), (4, "unmatched:teacher")]
    years = (
        "select e.session_id, p.academic_year from polaris.event_teachers t join polaris.events e on e.id = t.event_id \
join polaris.teacher_progress p on p.id = t.teacher_id order by 1"
    )
    assert ask(url, years) == [("4001", "2024-2025"), ("5001", "2025-2026")]


def test_a_teacher_who_is_called_in_two_ways_is_on_a_session_once(
    wb: Workbench, sheet: Given, url: str, roster: Callable[..., Batch]
) -> None:
    text = ROSTER.replace("Academic Year", "Academic Year,Pathful Id").replace("7,2025-2026", "7,2025-2026,PF-1")
    roster(text.replace("HS,2025-2026", "HS,2025-2026,"))
    by_name = ADA.replace("PF-1|Ada Park", "|ADA PARK").replace("25|1", "25|0")
    batch = pathful(wb, sheet(report(by_name, ADA)))
    assert outcomes(wb, batch) == [(2, "created"), (3, "skipped:duplicate")]
    assert teachers(url) == [("5001", "ada@kck.example", "attended")]
    again = pathful(wb, sheet(report(ADA, by_name), "again.csv"))
    assert (again.created, again.updated, teachers(url)) == (0, 0, [("5001", "ada@kck.example", "attended")])


def test_a_persons_decision_comes_before_every_other_way(
    wb: Workbench, sheet: Given, url: str, roster: Callable[..., Batch]
) -> None:
    roster()
    pathful(wb, sheet("".join(report(ADA.replace("Ada Park", "Ada P.").replace("PF-1", "")))))
    assert teachers(url) == []
    decide = """
        insert into workbench.match (tenant_id, of, said, dataset, known, verdict, decided_by)
        select id, 'polaris.event_teachers', workbench.said({}), 'polaris.teacher_roster', {}, {}, 'ana'
        from workbench.tenant where slug = 'default' returning verdict"""
    ask(url, decide.format("'Ada P.', 'Argentine Middle'", "'ada@kck.example'", "'same'"))
    assert len(wb.sweep()) == 1
    assert teachers(url) == [("5001", "ada@kck.example", "attended")]
    ask(url, decide.format("'PF-7'", "'ben@kck.example'", "'different'"))
    denied = pathful(wb, sheet(report(BEN.replace("45||", "45|PF-7|")), "denied.csv"))
    assert outcomes(wb, denied) == [(2, "unmatched:teacher")]


def test_an_attendance_that_a_person_has_put_a_note_on_stays(
    wb: Workbench, sheet: Given, url: str, roster: Callable[..., Batch]
) -> None:
    roster()
    pathful(wb, sheet(report(BEN.replace("n/a", "1"))))
    ask(url, "update polaris.event_teachers set status = 'no_show', notes = 'He was away' returning id")
    before = fingerprint(url)
    again = pathful(wb, sheet(report(BEN.replace("n/a", "1")), "again.csv"))
    assert outcomes(wb, again) == [(2, "skipped:protected")]
    told = [row["issues"][0]["message"] for row in wb.rows.each(again) if row["issues"]]
    assert told == ["Status stays no_show, as a person has noted: He was away"]
    assert fingerprint(url) == before
    counted = {each["email"]: each["completed"] for each in wb.records.progress()}
    assert counted == {"ada@kck.example": 0, "ben@kck.example": 0}


def test_a_person_takes_an_attendance_back_with_a_note_in_a_plain_file(
    wb: Workbench, sheet: Given, url: str, roster: Callable[..., Batch]
) -> None:
    roster()
    pathful(wb, sheet(report(ADA, BEN)))
    notes = "session_id,email,status,notes\n5001,ada@kck.example,no_show,She was ill\n5001,ben@kck.example,,Ask him\n"
    for n, updated in enumerate((2, 0)):
        batch = wb.import_sheet(sheet(notes, f"notes {n}.csv"), "polaris.event_teachers")
        assert (batch.updated, batch.skipped) == (updated, 2 - updated)
    pathful(wb, sheet(report(ADA, BEN.replace("n/a", "1")), "later.csv"))
    assert [status for _, _, status in teachers(url)] == ["no_show", "no_show"]


def test_an_attendance_is_never_open_again_once_it_is_known(
    wb: Workbench, sheet: Given, url: str, roster: Callable[..., Batch]
) -> None:
    roster()
    steps = [("Confirmed", "0"), ("Completed", "n/a"), ("Completed", "1.0"), ("Published", "1"), ("Cancelled", "1")]
    found = []
    for n, (status, count) in enumerate(steps):
        row = ADA.replace("Completed", status)[:-1] + count
        pathful(wb, sheet(report(row), f"{n}.csv"))
        found.append(teachers(url)[0][2])
    assert found == ["registered", "no_show", "attended", "attended", "attended"]


EXPORT = "SessionId,EventId,TeacherEmail,SessionStart,AttendanceStatus,ParticipantType\n"


@pytest.mark.parametrize(
    ("said", "stands"),
    [("Attended", "attended"), ("Canceled", "no_show"), ("Absent", "absent"), ("Registered", "no_show")],
)
@pytest.mark.parametrize("first", ["report", "export"])
def test_exports_that_disagree_about_an_attendance_settle_whichever_comes_last(
    wb: Workbench, sheet: Given, url: str, roster: Callable[..., Batch], first: str, said: str, stands: str
) -> None:
    roster()
    pathful(wb, sheet(report(DANA), "event.csv"))
    export = EXPORT + f"S-1,5001,ben@kck.example,2026-03-02T15:30:00,{said},Educator\n"
    files = [(report(BEN), "polaris.pathful_sessions"), (export, "polaris.pathful")]
    turns = (files if first == "report" else files[::-1]) * 2
    done = [wb.import_sheet(sheet(text, f"{n}.csv"), of) for n, (text, of) in enumerate(turns)]
    assert [(batch.created, batch.updated) for batch in done[2:]] == [(0, 0), (0, 0)]
    found = "select status, confirmed_at is not null from polaris.event_teachers"
    assert ask(url, found) == [(stands, stands == "attended")]


def test_attendances_of_one_teacher_that_contradict_each_other_in_one_file_are_told_on_their_rows(
    wb: Workbench, sheet: Given, url: str, roster: Callable[..., Batch]
) -> None:
    roster()
    pathful(wb, sheet(report(DANA), "event.csv"))
    rows = [
        f"S-{n},5001,{who}@kck.example,2026-03-02T15:30:00,{said},Educator\n"
        for n, (who, said) in enumerate(
            (("ada", "Absent"), ("ben", "Registered"), ("ada", "Attended"), ("ben", "Attended"), ("ada", "Registered"))
        )
    ]
    batch = wb.import_sheet(sheet(EXPORT + "".join(rows)), "polaris.pathful")
    told = "Line 2 says absent and line 4 says attended of the same registration: attended counts"
    assert messages(wb, batch) == {2: told, 4: told, 6: told}
    assert {code for *_, code in issues(wb, batch)} == {"contradicted"}
    assert teachers(url) == [("5001", "ada@kck.example", "attended"), ("5001", "ben@kck.example", "attended")]


def test_rows_that_name_a_teacher_in_two_ways_and_contradict_each_other_are_told(
    wb: Workbench, sheet: Given, url: str, roster: Callable[..., Batch]
) -> None:
    with_ids = ROSTER.replace("7,2025-2026", "7,2025-2026,PF-1").replace("HS,2025-2026", "HS,2025-2026,")
    roster(with_ids.replace("Academic Year", "Academic Year,Pathful ID"))
    batch = pathful(wb, sheet(report(ADA, ADA.replace("|PF-1|", "||").replace("|1", "|0"), BEN)))
    told = "Line 2 says attended and line 3 says no_show of the same registration: attended counts"
    assert messages(wb, batch) == {2: told, 3: told}
    assert issues(wb, batch)[0] == (2, "status", "contradicted")
    assert teachers(url)[0] == ("5001", "ada@kck.example", "attended")


@pytest.mark.parametrize("known", [False, True], ids=["by name", "by the id of one"])
def test_one_id_under_two_names_is_told_with_both_in_a_file_and_beside_what_is_stored(
    wb: Workbench, sheet: Given, roster: Callable[..., Batch], known: bool
) -> None:
    ids = ROSTER.replace("7,2025-2026", "7,2025-2026,PF-1").replace("HS,2025-2026", "HS,2025-2026,")
    roster(ids.replace("Academic Year", "Academic Year,Pathful ID") if known else ROSTER)
    batch = pathful(wb, sheet(report(ADA, ADA.replace("Ada Park", "Ben Ruiz"), DANA, DANA.replace("Reed", "M. Reed"))))
    told = {2: "PF-1 is Ben Ruiz on line 3, and Ada Park here"}
    assert messages(wb, batch) == {**told, 3: "PF-1 is Ada Park on line 2, and Ben Ruiz here"}
    assert issues(wb, batch) == [(2, "user_auth_id", "two_names"), (3, "user_auth_id", "two_names")]
    users = (
        "UserAuthId,SignUpRole,Name,LoginEmail\nPF-9,Educator,Cy Low,cy@kck.example\nPF-8,Educator,Di,di@kck.example\n"
    )
    accounts = wb.import_sheet(sheet(users, "users.csv"), "polaris.pathful_users")
    assert messages(wb, accounts) == {2: "PF-9 is known as Dana Reed, and Cy Low here"}
    assert (accounts.created, accounts.stage) == (2, "completed")


# --- sessions ---


def test_a_status_only_moves_on_counts_only_grow_and_a_cluster_is_only_filled(
    wb: Workbench, sheet: Given, url: str
) -> None:
    found = []
    steps = [
        ("Confirmed", 10),
        ("Requested", 30),
        ("Published", 20),
        ("Cancelled", 0),
        ("Confirmed", 0),
        ("Completed", 5),
    ]
    for n, (status, students) in enumerate(steps):
        row = f"5001|Careers|2026-03-02|{status}|45|PF-9|Dana Reed|Professional|{students}|n/a"
        text = report(row) if n == 0 else report(row).replace("Health Science", f"Cluster {n}")
        pathful(wb, sheet(text, f"{n}.csv"))
        found += ask(url, "select status, attended_students, career_cluster from polaris.events")
    assert found == [
        ("Confirmed", 10, "Health Science"),
        ("Confirmed", 30, "Health Science"),
        ("Published", 30, "Health Science"),
        ("Cancelled", 30, "Health Science"),
        ("Cancelled", 30, "Health Science"),
        ("Completed", 30, "Health Science"),
    ]


@pytest.mark.parametrize("statuses", list(permutations(("Completed", "Cancelled", "No Show", "Simulcast", "Count"), 2)))
def test_two_exports_that_contradict_each_other_about_a_session_settle_whichever_comes_last(
    wb: Workbench, sheet: Given, url: str, statuses: tuple[str, str]
) -> None:
    files = [sheet(report(DANA.replace("Completed", each)), f"{each}.csv") for each in statuses]
    done = [pathful(wb, file) for file in files * 2]
    order = ("Count", "Simulcast", "No Show", "Cancelled", "Completed")
    assert ask(url, "select status from polaris.events") == [(max(statuses, key=order.index),)]
    assert [batch.updated for batch in done[2:]] == [0, 0]


def test_an_end_that_is_not_taken_is_told_on_its_rows(wb: Workbench, sheet: Given) -> None:
    pathful(wb, sheet(report(DANA)))
    batch = pathful(wb, sheet(report(DANA.replace("Completed", "Cancelled")), "cancelled.csv"))
    assert "Status stays Completed; it is Cancelled here" in messages(wb, batch)[2]


def test_the_rows_of_a_session_say_together_how_far_it_got(wb: Workbench, sheet: Given, url: str) -> None:
    rows = [
        f"5001|Careers|2026-03-02|{status}|45|PF-{n}|Dana {n}|Professional|{students}|n/a"
        for n, (status, students) in enumerate(
            [("Draft", 7), ("Completed", "n/a"), ("Confirmed", 30), ("Requested", 2)]
        )
    ]
    batch = pathful(wb, sheet(report(*rows)))
    assert {outcome for _, outcome in outcomes(wb, batch)} == {"created"}
    assert ask(url, "select status, attended_students from polaris.events") == [("Completed", 30)]
    again = pathful(wb, sheet(report(*reversed(rows)), "again.csv"))
    assert (again.created, again.updated) == (0, 0)


def test_a_session_of_every_status_is_imported(wb: Workbench, sheet: Given, url: str) -> None:
    statuses = (
        "Draft",
        "Requested",
        "Confirmed",
        "Published",
        "Completed",
        "Cancelled",
        "No Show",
        "Simulcast",
        "Count",
    )
    rows = [DANA.replace("5001", str(n)).replace("Completed", status) for n, status in enumerate(statuses)]
    batch = pathful(wb, sheet(report(*rows)))
    assert batch.created == len(statuses)
    assert [status for _, status in records(url, "polaris.events", "session_id", "status")] == list(statuses)


def test_two_sessions_of_one_title_and_day_stay_two(wb: Workbench, sheet: Given, url: str) -> None:
    pathful(wb, sheet(report(DANA, DANA.replace("5001", "5002"))))
    assert records(url, "polaris.events", "session_id") == [("5001",), ("5002",)]


def test_a_session_that_is_moved_is_as_long_as_it_was(wb: Workbench, sheet: Given, url: str) -> None:
    pathful(wb, sheet(report(DANA)))
    moved = pathful(wb, sheet(report(DANA.replace("2026-03-02 15:30:00", "2026-03-03T16:00:00")), "moved.csv"))
    assert outcomes(wb, moved) == [(2, "updated")]
    found = (
        "select to_char(starts_at at time zone 'UTC', 'MM-DD HH24:MI'), to_char(ends_at at time zone 'UTC', 'HH24:MI') \
from polaris.events"
    )
    assert ask(url, found) == [("03-03 16:00", "16:45")]
    wb.undo(moved)
    assert ask(url, found) == [("03-02 15:30", "16:15")]


@pytest.mark.parametrize(
    ("said", "is_"),
    [
        *((text, "No Show") for text in ("No Show", "No-Show", "NO SHOW", "teacher no-show", "Technical Difficulties")),
        *((text, "Cancelled") for text in ("Canceled", "teacher cancellation", "Teacher Cancelation")),
        ("Successfully Completed", "Completed"),
        ("Industry Chat", "Confirmed"),
        ("", "Requested"),
        ("Whatever", "Requested"),
    ],
)
def test_every_spelling_of_a_status_is_known(wb: Workbench, sheet: Given, url: str, said: str, is_: str) -> None:
    batch = pathful(wb, sheet(report(DANA.replace("Completed", said))))
    assert records(url, "polaris.events", "status") == [(is_,)]
    assert issues(wb, batch) == ([(2, "status", "unknown_status")] if said == "Whatever" else [])


@pytest.mark.parametrize(("said", "told"), [("Moderator", "Moderator"), ("", "blank")])
def test_who_has_no_role_that_is_known_is_told_while_the_session_goes_on(
    wb: Workbench, sheet: Given, url: str, said: str, told: str
) -> None:
    batch = pathful(wb, sheet(report(DANA.replace("Professional", said))))
    assert outcomes(wb, batch) == [(2, "created")]
    assert records(url, "polaris.event_volunteers", "name") == []
    why = f"Role {told}: neither an educator nor a professional, so the person is not imported"
    assert messages(wb, batch) == {2: why}


def test_nothing_of_a_row_without_a_name_is_written(wb: Workbench, sheet: Given, url: str) -> None:
    """A playbook that keeps good parts does so of rows that wait alone."""
    batch = pathful(wb, sheet(report(ADA.replace("Ada Park", "").replace("PF-1", ""))))
    assert outcomes(wb, batch) == [(2, "invalid")]
    assert records(url, "polaris.events", "session_id") == []
    assert records(url, "polaris.event_teachers", "name") == []


def test_a_row_without_a_title_is_invalid_and_writes_nothing(wb: Workbench, sheet: Given, url: str) -> None:
    pathful(wb, sheet(report(DANA)))
    batch = pathful(wb, sheet(report(DANA.replace("Careers in Nursing", " "), DANA), "again.csv"))
    assert outcomes(wb, batch) == [(2, "invalid"), (3, "skipped:unchanged")]
    assert issues(wb, batch) == [(2, "title", "missing")]


def test_a_run_that_was_let_go_on_without_its_invalid_rows_says_so(wb: Workbench, sheet: Given) -> None:
    held = wb.import_sheet(sheet(report(DANA, ADA.replace("Careers in Nursing", ""))), "polaris.pathful_sessions")
    assert (held.stage, held.skip_errors) == ("held", False)
    done = wb.commit(held, skip_errors=True)
    assert [done.skip_errors, *(part.skip_errors for part in wb.batches.parts(done))] == [True] * 4


def test_texts_of_programs_for_nothing_are_nowhere_stored(wb: Workbench, sheet: Given, url: str) -> None:
    row = "5001|Careers|NaT|Draft|nan|None|Dana Reed|Professional|nan|None|nan|None"
    dated = "5002|Careers|2026-03-02|Requested|nan|None|Dana Reed|Professional|nan|None|nan|None"
    batch = pathful(wb, sheet(report(row, dated)))
    assert outcomes(wb, batch) == [(2, "skipped:filtered"), (3, "created")]
    found = (
        "select to_jsonb(e) || to_jsonb(v) from polaris.events e join polaris.event_volunteers v on v.event_id = e.id"
    )
    values = {str(value).lower() for value in ask(url, found)[0][0].values() if value is not None}
    assert not values & {"nan", "nat", "none", "n/a"}


# --- sessions without a date ---


def test_a_session_without_a_date_waits_for_a_file_that_has_it_and_a_draft_is_left_out(
    wb: Workbench, sheet: Given, url: str, roster: Callable[..., Batch]
) -> None:
    roster()
    undated = ADA.replace("2026-03-02 15:30:00", "").replace("Completed", "Published")
    draft = "5009|Careers||DRAFT|45|PF-1|Ada Park|Educator|25|1"
    batch = pathful(wb, sheet(report(undated, draft)))
    assert outcomes(wb, batch) == [(2, "unmatched:date"), (3, "skipped:filtered")]
    assert wb.figures(batch)["Rows unmatched (event)"] == 1
    assert [code for _, _, code in issues(wb, batch)] == ["date_not_found", "event_not_found"]
    assert records(url, "polaris.events", "session_id") == []
    later = pathful(wb, sheet(report(BEN), "later.csv"))
    assert [outcomes(wb, swept) for swept in wb.batches.resolved_by(later)] == [[(2, "created")]]
    assert teachers(url) == [("5001", "ada@kck.example", "registered"), ("5001", "ben@kck.example", "no_show")]
    assert wb.reconcile(batch).done
    assert records(url, "polaris.events", "status") == [("Completed",)]


def test_the_issues_of_every_row_are_in_one_order(wb: Workbench, sheet: Given) -> None:
    undated = ADA.replace("2026-03-02 15:30:00", "")
    batch = pathful(wb, sheet(report(*(undated.replace("5001", str(5001 + n)) for n in range(12)))))
    told = {tuple(each["code"] for each in row["issues"]) for row in wb.rows.each(batch)}
    assert told == {("date_not_found", "event_not_found")}


def test_a_row_that_waits_for_a_date_and_for_its_teacher_comes_once_both_are_there(
    wb: Workbench, sheet: Given, url: str, roster: Callable[..., Batch]
) -> None:
    roster("".join(line for line in ROSTER.splitlines(keepends=True) if "Ada" not in line))
    batch = pathful(wb, sheet(report(ADA.replace("2026-03-02 15:30:00", ""))))
    later = pathful(wb, sheet(report(BEN), "later.csv"))
    assert wb.batches.resolved_by(later) == []
    brought = roster(ROSTER)
    assert [outcomes(wb, swept) for swept in wb.batches.resolved_by(brought)] == [[(2, "created")]]
    assert [email for _, email, _ in teachers(url)] == ["ada@kck.example", "ben@kck.example"]
    assert wb.reconcile(batch).done


def test_a_row_without_a_date_takes_that_of_the_sessions_other_rows(wb: Workbench, sheet: Given, url: str) -> None:
    other = DANA.replace("2026-03-02 15:30:00", "").replace("PF-9|Dana Reed", "PF-8|Lee Ortiz")
    batch = pathful(wb, sheet(report(other, DANA)))
    assert outcomes(wb, batch) == [(2, "created"), (3, "created")]


@pytest.mark.parametrize("day", ["1926-03-02", "9999-03-02"])
def test_a_date_that_no_session_can_have_is_one_issue_of_its_column(
    wb: Workbench, sheet: Given, url: str, roster: Callable[..., Batch], day: str
) -> None:
    roster()
    batch = pathful(wb, sheet(report(ADA.replace("2026-03-02", day), DANA.replace("5001", "5002"))))
    assert outcomes(wb, batch) == [(2, "invalid"), (3, "created")]
    assert issues(wb, batch) == [(2, "date", "bad_timestamp")]
    assert messages(wb, batch) == {2: "No date that a session can have: look at its year"}
    assert records(url, "polaris.events", "session_id") == [("5002",)]


# --- what is imported ---


def test_other_partners_and_other_roles_are_left_out_when_somebody_says_so(
    wb: Workbench, sheet: Given, url: str
) -> None:
    text = report(DANA, DANA.replace("5001", "5002"), DANA.replace("5001", "5003"), STUDENT, STUDENT)
    lines = text.splitlines()
    lines[1], lines[2] = lines[1].replace("PREP-KC", " prep-kc "), lines[2].replace("PREP-KC", "Other")
    lines[5] = lines[5].replace("STUDENT", "parent")
    text = "\n".join(lines) + "\n"
    batch = pathful(wb, sheet(text), constants={"only_partner": "Prep-KC"})
    assert [outcome for _, outcome in outcomes(wb, batch)] == [
        "created",
        "skipped:filtered",
        "created",
        "skipped:filtered",
        "skipped:filtered",
    ]
    more = pathful(wb, sheet(text, "more.csv"), constants={"without_roles": "student, parent, professional"})
    assert (more.created, more.updated) == (0, 0)


def test_a_report_without_the_optional_columns_is_imported(wb: Workbench, sheet: Given, url: str) -> None:
    text = "Session ID,Title,Date,Status,SignUp Role,Name\n7,Careers,03/02/2026 15:30:00,Completed,Professional,Dana\n"
    batch = pathful(wb, sheet(text))
    assert outcomes(wb, batch) == [(2, "created")]
    assert ask(url, "select e.duration, v.delivery_hours from polaris.events e, polaris.event_volunteers v") == [
        (60, 1)
    ]
    with pytest.raises(MissingColumns, match="title"):
        pathful(wb, sheet("Session ID,Date,Status,SignUp Role,Name\n7,2026-03-02,Draft,Educator,Ada\n", "less.csv"))


def test_a_partner_that_no_column_says_is_refused_before_anything_is_staged(
    wb: Workbench, sheet: Given, url: str
) -> None:
    text = report(DANA, DANA.replace("5001", "5002")).replace("Partner", "Partner Org")
    told = "Only rows of partner PREP-KC: that was asked for, but no column is mapped to partner"
    with pytest.raises(NothingToFilterBy, match=f"^{told}.*Partner Org.*--map 'Header=partner'"):
        pathful(wb, sheet(text), constants={"only_partner": "PREP-KC"})
    assert ask(url, "select count(*) from workbench.import_batch") == [(0,)]
    other = text.replace("PREP-KC", "Other", 1)
    batch = pathful(wb, sheet(other), constants={"only_partner": "PREP-KC"}, columns={"Partner Org": "partner"})
    assert outcomes(wb, batch) == [(2, "skipped:filtered"), (3, "created")]


def test_a_setting_is_told_as_what_it_does_and_not_as_a_value_of_rows(wb: Workbench, sheet: Given) -> None:
    said = {"only_partner": "PREP-KC", "without_roles": "Student", "partner": "PREP-KC"}
    batch = pathful(wb, sheet(report(DANA)), constants=said)
    assert wb.log(batch).notes_added[:3] == (
        "Only rows of partner PREP-KC.",
        "Without the roles Student.",
        "Where partner is blank: PREP-KC.",
    )
    lines = dict(printing.mapped(batch))
    assert lines["Settings"] == "Only rows of partner PREP-KC; Without the roles Student"
    assert (lines["Every row"], lines["Where blank"]) == ("", "partner = PREP-KC")


@pytest.mark.parametrize(
    ("window", "left_out", "kept"),
    [
        (None, 0, "full"),
        ("full", 0, "full"),
        ("2026-03-02", 1, "since 2026-03-02"),
        ("2025-2026", 1, "2025-2026, since 2025-07-01 until 2026-06-30"),
    ],
)
def test_rows_before_the_window_are_left_out_and_never_one_without_a_date(
    wb: Workbench, sheet: Given, window: str | None, left_out: int, kept: str
) -> None:
    old = DANA.replace("5001", "4001").replace("2026-03-02", "2025-03-02")
    undated = DANA.replace("5001", "5003").replace("2026-03-02 15:30:00", "")
    batch = pathful(wb, sheet(report(DANA, old, undated)), window=window)
    found = [outcome for _, outcome in outcomes(wb, batch)]
    assert found == ["created", "skipped:filtered" if left_out else "created", "unmatched:date"]
    assert batch.window == kept


def test_a_window_that_is_none_is_refused_in_a_sentence_before_anything_is_staged(
    wb: Workbench, sheet: Given, url: str
) -> None:
    with pytest.raises(WrongValue, match="The window cannot be '2026-13-45': say full, semester"):
        pathful(wb, sheet(report(DANA)), window="2026-13-45")
    assert ask(url, "select count(*) from workbench.import_batch") == [(0,)]


def test_an_undo_takes_back_what_a_report_has_brought(
    wb: Workbench, sheet: Given, url: str, roster: Callable[..., Batch]
) -> None:
    roster()
    pathful(wb, sheet(report(ADA.replace("Completed", "Confirmed"))))
    found = """
        select to_jsonb(e) - 'updated_at' from polaris.events e
        union all select to_jsonb(t) - 'updated_at' from polaris.event_teachers t
        union all select to_jsonb(v) - 'updated_at' from polaris.event_volunteers v"""
    before = ask(url, found)
    undone = wb.undo(pathful(wb, sheet(report(ADA, BEN, DANA), "again.csv")))
    assert (undone.stage, undone.skipped, ask(url, found)) == ("completed", 0, before)


def test_a_roster_that_attendances_stand_on_is_taken_back_after_them_and_not_in_vain(
    wb: Workbench, sheet: Given, url: str, roster: Callable[..., Batch]
) -> None:
    waiting = pathful(wb, sheet(report(ADA)))
    listed = roster()
    (swept,) = wb.batches.resolved_by(listed)
    later = pathful(wb, sheet(report(BEN), "later.csv"))
    with pytest.raises(StillReferredTo, match=f"by 2 registrations; undo first.*{later.id}.*{swept.id}"):
        wb.undo(listed)
    for batch in (later, swept, waiting, listed):
        wb.undo(batch)
    assert records(url, "polaris.teacher_progress", "email") == []


# --- accounts ---

USERS = """\
UserAuthId,SignUpRole,Name,LoginEmail,NotificationEmail,School,District or Company,JobTitle,City,JoinDate,LoginCount
PF-1,Educator,Ada Park,ADA@kck.example,,Argentine Middle,KCKPS,,KCK,2024-01-02,14
PF-9,Professional,Dana Reed,,dana@acme.example,,Acme Health,Nurse,KCK,2024-03-05,2
,Educator,No Id,no@kck.example,,,,,KCK,1/9/2024,0
PF-5,Student,Kid One,kid@kck.example,,,,,KCK,2024-08-01,7
"""


def test_a_user_report_brings_accounts_of_educators_and_professionals(wb: Workbench, sheet: Given, url: str) -> None:
    for name, created in (("first.csv", 2), ("again.csv", 0)):
        batch = wb.import_sheet(sheet(USERS, name), "polaris.pathful_users")
        assert (batch.created, batch.updated, batch.skipped, batch.invalid) == (created, 0, 4 - created, 0)
    assert records(url, "polaris.teachers", "email", "pathful_user_id", "school") == [
        ("ada@kck.example", "PF-1", "Argentine Middle")
    ]
    assert records(url, "polaris.volunteers", "email", "pathful_user_id", "organization", "job_title") == [
        ("dana@acme.example", "PF-9", "Acme Health", "Nurse")
    ]


def test_what_a_user_report_says_of_an_account_is_kept_and_what_cannot_be_read_is_told_and_costs_nobody(
    wb: Workbench, sheet: Given, url: str
) -> None:
    header = "UserAuthId,SignUpRole,Name,LoginEmail,JoinDate,LastLoginDate,LoginCount,Skills,City,State,PostalCode\n"
    ada = "PF-1,Educator,Ada Park,ada@kck.example,9/5/2023,2026-11-03 08:00:00,6,Nursing,Kansas City,KS,66101\n"
    dana = "PF-9,Professional,Dana Reed,dana@acme.example,13/45/2024,n/a,many,,,MO,\n"
    batch = wb.import_sheet(sheet(header + ada + dana), "polaris.pathful_users")
    assert outcomes(wb, batch) == [(2, "created"), (3, "created")]
    names = ("join_date", "last_login_date", "login_count", "skills", "city", "state", "postal_code")
    assert records(url, "polaris.teachers", *names) == [
        (date(2023, 9, 5), date(2026, 11, 3), 6, "Nursing", "Kansas City", "KS", "66101")
    ]
    assert records(url, "polaris.volunteers", *names) == [(None, None, None, None, None, "MO", None)]
    assert issues(wb, batch) == [(3, "join_date", "bad_day"), (3, "login_count", "bad_integer")]
    assert messages(wb, batch)[3] == (
        "No day that can be read: it is left out; No whole number that can be read: it is left out"
    )


# --- how far the teachers are ---


def test_a_user_without_an_e_mail_is_the_account_that_has_the_id_and_nobody_where_none_has(
    wb: Workbench, sheet: Given, url: str, roster: Callable[..., Batch]
) -> None:
    ids = ROSTER.replace("7,2025-2026", "7,2025-2026,PF-1").replace("HS,2025-2026", "HS,2025-2026,PF-4")
    roster(ids.replace("Academic Year", "Academic Year,Pathful ID"))
    header = "UserAuthId,SignUpRole,Name,LoginEmail,NotificationEmail,School\n"
    first = header + "PF-2,Educator,Cy Low,cy@kck.example,,\nPF-4,Professional,Di Fox,di@acme.example,,\n"
    wb.import_sheet(sheet(first, "first.csv"), "polaris.pathful_users")
    rows = "PF-1,Educator,Ada Park,,n/a,North\nPF-2,Educator,Cy Low,,,North\nPF-3,Educator,Eve Lo,,,\n"
    more = header + rows + "PF-4,Educator,Ben Ruiz,,,\nPF-5,Student,Kid One,,,\n"
    batch = wb.import_sheet(sheet(more, "more.csv"), "polaris.pathful_users", skip_errors=True)
    assert outcomes(wb, batch) == [
        *((2, "created"), (3, "updated"), (4, "invalid"), (5, "invalid"), (6, "skipped:filtered")),
    ]
    assert records(url, "polaris.teachers", "email", "school") == [
        ("ada@kck.example", "North"),
        ("cy@kck.example", "North"),
    ]
    assert issues(wb, batch)[:2] == [(2, "login_email", "known_by_id"), (3, "login_email", "known_by_id")]
    assert messages(wb, batch)[4] == "login_email is required"


def test_the_progress_of_a_teacher_is_told_from_the_sessions_of_the_year(
    wb: Workbench, sheet: Given, roster: Callable[..., Batch]
) -> None:
    text = ROSTER.replace("Academic Year", "Academic Year,Target Sessions").replace("7,2025-2026", "7,2025-2026,2")
    roster(text.replace("HS,2025-2026", "HS,2025-2026,1") + "cy@kck.example,Cy Low,North,7,2025-2026,1\n")
    year = date.today().year + (date.today().month >= 7)
    roster(f"Email,Name,Building,Academic Year\nada@kck.example,Ada Park,North,{year}-{year + 1}\n")
    to_come = f"6001|Inside a Mill|{year}-09-09|Confirmed|60|PF-1|Ada Park|Educator|0|0"
    over = "6002|Inside a Mill|2026-03-09|Confirmed|60|PF-3|Cy Low|Educator|0|0"
    pathful(wb, sheet(report(ADA, BEN.replace("n/a", "1"), to_come, over)))
    found = {(each["email"], each["academic_year"]): each for each in wb.records.progress()}
    told = {key: (each["target"], each["completed"], each["planned"], each["progress"]) for key, each in found.items()}
    assert told == {
        ("ada@kck.example", "2025-2026"): (2, 1, 0, "In Progress"),
        ("ben@kck.example", "2025-2026"): (1, 1, 0, "Achieved"),
        ("cy@kck.example", "2025-2026"): (1, 0, 0, "Not Started"),
        ("ada@kck.example", f"{year}-{year + 1}"): (1, 0, 1, "In Progress"),
    }
    assert found["cy@kck.example", "2025-2026"]["to_review"] == 1
    assert [each["email"] for each in wb.records.progress(f"{year}-{year + 1}")] == ["ada@kck.example"]
    one = wb.records.get("polaris.teacher_roster", "ben@kck.example|2025-2026")
    assert one["progress"]["progress"] == "Achieved"


def test_a_row_of_a_report_is_corrected_before_it_is_written(
    wb: Workbench, sheet: Given, url: str, roster: Callable[..., Batch]
) -> None:
    roster()
    rows = report(ADA.replace("Careers in Nursing", ""), BEN.replace("Ben Ruiz", "Ben Rooiz"), DANA)
    held = wb.import_sheet(sheet(rows), "polaris.pathful_sessions", dry_run=True)
    assert [outcome for _, outcome in outcomes(wb, held)] == ["invalid", "unmatched:teacher", "created"]
    wb.correct(held, {2: {"Title": "Careers in Nursing"}, 3: {"Name": "Ben Ruiz"}})
    done = wb.commit(wb.plan(held).batch)
    assert [outcome for _, outcome in outcomes(wb, done)] == ["created", "created", "created"]
    assert teachers(url) == [("5001", "ada@kck.example", "attended"), ("5001", "ben@kck.example", "no_show")]


def test_a_person_gives_a_session_its_date_and_its_rows_come_in(
    wb: Workbench, sheet: Given, url: str, roster: Callable[..., Batch]
) -> None:
    roster()
    undated = [each.replace("2026-03-02 15:30:00", "") for each in (ADA, BEN)]
    batch = pathful(wb, sheet(report(*undated, DANA.replace("5001", "5002").replace("2026-03-02 15:30:00", ""))))
    assert outcomes(wb, batch) == [(2, "unmatched:date"), (3, "unmatched:date"), (4, "unmatched:date")]
    with pytest.raises(StillRefused, match=r"^Line 2 .* still cannot be imported: Invalid date"):
        wb.sweeps.supply(batch, {2: {"Date": "soon"}})
    with pytest.raises(UnknownHeader):
        wb.sweeps.supply(batch, {2: {"Day": "2026-03-02"}})
    given = wb.sweeps.supply(batch, {2: {"Date": "2026-03-02 15:30"}})
    assert (given.stage, given.sweep_of, given.created) == ("completed", batch.id, 1)
    assert teachers(url) == [("5001", "ada@kck.example", "attended"), ("5001", "ben@kck.example", "no_show")]
    assert [outcome for _, outcome in outcomes(wb, batch)] == ["skipped:resolved", "skipped:resolved", "unmatched:date"]
    with pytest.raises(NotWaiting, match="on line 2"):
        wb.sweeps.supply(batch, {2: {"Date": "2026-03-02"}, 4: {"Date": "2026-03-02"}})
    assert {row["Date"] for row in (each["raw"] for each in wb.rows.each(batch))} == {""}
    wb.undo(given)
    assert outcomes(wb, batch)[0] == (2, "unmatched:date")


EVENTS = "session_id,title,date{}\n7,Later,2026-12-20 10:00{}\n"
UNDATED = "7|Later||Published|45|PF-1|Ada Park|Educator||"


def test_a_file_of_events_that_brings_a_date_brings_in_the_session_that_waited_for_it(
    wb: Workbench, sheet: Given, url: str, roster: Callable[..., Batch]
) -> None:
    """What the report adds to the event (its status, its kind, its source) replaces nothing."""
    roster(ROSTER.replace("2025-2026", "2026-2027"))
    waiting = pathful(wb, sheet(report(UNDATED)))
    assert outcomes(wb, waiting) == [(2, "unmatched:date")]
    wb.import_sheet(sheet(EVENTS.format("", ""), "events.csv"), "polaris.events")
    assert outcomes(wb, waiting) == [(2, "skipped:resolved")]
    assert records(url, "polaris.events", "session_id", "status", "source") == [("7", "Published", "pathful")]
    assert teachers(url) == [("7", "ada@kck.example", "registered")]
    assert wb.reconcile(waiting).done


def test_what_a_later_file_of_events_says_stands_when_the_session_comes_in(
    wb: Workbench, sheet: Given, url: str, roster: Callable[..., Batch]
) -> None:
    roster(ROSTER.replace("2025-2026", "2026-2027"))
    waiting = pathful(wb, sheet(report(UNDATED)))
    named = sheet(EVENTS.format(",session_type", ",In person"), "events.csv")
    wb.import_sheet(named, "polaris.events")
    assert outcomes(wb, waiting) == [(2, "skipped:resolved")]
    assert records(url, "polaris.events", "session_type", "status") == [("In person", "Published")]
    assert wb.reconcile(waiting).done


@pytest.mark.parametrize(
    ("roster_says", "report_says"),
    [
        ("Ada Park", "Dr. Ada Park"),
        ("Dr. Ada Park", "ada park"),
        ("Mrs Ada Park", "Prof.Ada Park"),
        ("Drake Park", "Drake Park"),
    ],
)
def test_a_title_is_no_part_of_the_name_by_which_a_teacher_is_found(
    wb: Workbench, sheet: Given, url: str, roster: Callable[..., Batch], roster_says: str, report_says: str
) -> None:
    roster(ROSTER.replace("Ada Park", roster_says))
    batch = pathful(wb, sheet(report(ADA.replace("PF-1", "").replace("Ada Park", report_says))))
    assert outcomes(wb, batch) == [(2, "created")]
    assert teachers(url) == [("5001", "ada@kck.example", "attended")]


@pytest.mark.parametrize(("one", "other"), [("Ada Park", "Dr. Ada Park"), ("Mr. Ada Park", "Ms. Ada Park")])
def test_two_of_one_name_are_nobody_whatever_their_titles(
    wb: Workbench, sheet: Given, url: str, roster: Callable[..., Batch], one: str, other: str
) -> None:
    roster(ROSTER.replace("Ada Park", one).replace("Ben Ruiz", other))
    batch = pathful(
        wb, sheet(report(ADA.replace("PF-1|Ada Park|Educator|25|1", f"|{other}|Educator|25|1|Elsewhere|KCK")))
    )
    assert outcomes(wb, batch) == [(2, "unmatched:teacher")]
    assert teachers(url) == []


def test_who_has_no_name_but_a_title_is_found_by_nobody_s(
    wb: Workbench, sheet: Given, roster: Callable[..., Batch]
) -> None:
    roster()
    batch = pathful(wb, sheet(report(ADA.replace("PF-1|Ada Park", "|Dr."))))
    assert outcomes(wb, batch) == [(2, "unmatched:teacher")]


# --- sessions without an id


NO_ID = DANA.replace("5001", "")


def test_a_row_without_an_id_is_of_the_session_of_its_day_and_title(wb: Workbench, sheet: Given, url: str) -> None:
    """As the running system finds it: by title and day."""
    other = NO_ID.replace("PF-9|Dana Reed", "PF-8|Lee Ortiz")
    batch = pathful(wb, sheet(report(DANA, other)))
    assert outcomes(wb, batch) == [(2, "created"), (3, "created")]
    later = pathful(wb, sheet(report(NO_ID.replace("PF-9|Dana Reed", "PF-7|Ann Low")), "later.csv"))
    assert outcomes(wb, later) == [(2, "created")]
    assert records(url, "polaris.events", "session_id") == [("5001",)]
    assert records(url, "polaris.event_volunteers", "name") == [("Ann Low",), ("Dana Reed",), ("Lee Ortiz",)]


def test_a_session_without_an_id_is_known_by_day_and_title_until_it_has_one(
    wb: Workbench, sheet: Given, url: str
) -> None:
    pathful(wb, sheet(report(NO_ID)))
    assert pathful(wb, sheet(report(NO_ID), "again.csv")).created == 0
    pathful(wb, sheet(report(DANA), "later.csv"))
    assert records(url, "polaris.events", "session_id", "other_id") == [("2026-03-02 careers-in-nursing", "5001")]


def test_of_two_sessions_of_one_day_and_title_a_row_without_an_id_is_neither_s(
    wb: Workbench, sheet: Given, url: str
) -> None:
    batch = pathful(wb, sheet(report(DANA, DANA.replace("5001", "5002"), NO_ID.replace("PF-9|Dana", "PF-8|Lee"))))
    assert outcomes(wb, batch)[2] == (4, "invalid")
    assert records(url, "polaris.events", "session_id") == [("5001",), ("5002",)]


def test_rows_without_an_id_and_a_date_wait_by_their_title_until_somebody_says_it(
    wb: Workbench, sheet: Given, url: str
) -> None:
    undated = NO_ID.replace("2026-03-02 15:30:00", "").replace("Completed", "Published")
    batch = pathful(wb, sheet(report(undated, undated.replace("PF-9|Dana Reed", "PF-8|Lee Ortiz"))))
    assert outcomes(wb, batch) == [(2, "unmatched:date"), (3, "unmatched:date")]
    assert records(url, "polaris.events", "session_id") == []
    brought = wb.sweeps.supply(batch, {2: {"Date": "2026-03-02 15:30"}, 3: {"Date": "2026-03-02 15:30"}})
    assert outcomes(wb, brought) == [(2, "created"), (3, "created")]
    assert records(url, "polaris.events", "session_id") == [("2026-03-02 careers-in-nursing",)]
    assert (len(records(url, "polaris.event_volunteers", "name")), wb.reconcile(batch).done) == (2, True)
