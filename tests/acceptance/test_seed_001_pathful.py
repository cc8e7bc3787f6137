"""Playbook A of seed 001, Pathful to Polaris, as its document has it: columns, steps, numbers and what heals what."""

from collections.abc import Callable

import pytest

from tests.imports import ask, fingerprint, issues, messages, outcomes, records
from workbench import Workbench, open_sheet
from workbench.model import resources
from workbench.model.batch import Batch
from workbench.model.errors import MissingColumns
from workbench.model.sheet import Sheet
from workbench.prepare.recognition import recognise

Given = Callable[..., Sheet]

ROSTER = """\
Teacher Email,Teacher Name,School,Grade,Academic Year,Target Sessions
ada@kck.example,Ada Park,Argentine Middle,7,2025-2026,1
ben@kck.example,Ben Ruiz,Wyandotte High,HS,2025-2026,2
"""
EVENTS = """\
session_id,title,start,status
5001,Careers in Nursing,2026-03-02T15:30:00,Completed
5002,Inside a Steel Mill,2026-03-09T14:00:00,Confirmed
"""
HEADER = "SessionId,EventId,TeacherEmail,SessionStart,AttendanceStatus,ParticipantType\n"
EXPORT = (
    HEADER
    + """\
S-1,5001,  ADA@kck.example ,2026-03-02T15:30:00,Attended,Teacher
S-2,5001,ben@kck.example,2026-03-02T15:30:00,No-Show,
S-3,5002,ben@kck.example,2026-03-09T14:00:00Z,Registered,
S-3,5002,ben@kck.example,2026-03-09T14:00:00Z,Registered,
"""
)


@pytest.fixture
def prepared(wb: Workbench, sheet: Given) -> None:
    """The preconditions: a roster that is up to date, and events mapped to Pathful's ids."""
    wb.import_sheet(sheet(ROSTER, "roster.csv"), "polaris.teacher_roster")
    wb.import_sheet(sheet(EVENTS, "events.csv"), "polaris.events")


def pathful(wb: Workbench, sheet: Sheet, **options: object) -> Batch:
    return wb.import_sheet(sheet, "polaris.pathful", skip_errors=True, **options)


def attendance(url: str) -> list[tuple[object, ...]]:
    return ask(
        url,
        """select e.session_id, p.email, t.status, t.participant_type from polaris.event_teachers t
        join polaris.events e on e.id = t.event_id join polaris.teacher_progress p on p.id = t.teacher_id
        order by 1, 2""",
    )


@pytest.mark.usefixtures("prepared")
def test_the_numbers_are_word_for_word_and_in_the_order_of_the_playbook(wb: Workbench, sheet: Given) -> None:
    batch = pathful(wb, sheet(EXPORT))
    assert "\n".join(f"{name}: {count}" for name, count in wb.figures(batch).items()) == (
        "Rows processed: 4\n"
        "Rows created: 3\n"
        "Rows updated: 0\n"
        "Rows skipped (duplicates): 1\n"
        "Rows unmatched (teacher): 0\n"
        "Rows unmatched (event): 0\n"
        "Rows invalid: 0"
    )


@pytest.mark.usefixtures("prepared")
def test_the_attendance_of_teachers_and_their_progress_are_updated(wb: Workbench, sheet: Given, url: str) -> None:
    pathful(wb, sheet(EXPORT))
    assert attendance(url) == [
        ("5001", "ada@kck.example", "attended", "Teacher"),
        ("5001", "ben@kck.example", "no_show", "Volunteer"),
        ("5002", "ben@kck.example", "registered", "Volunteer"),
    ]
    assert [each["progress"] for each in wb.records.progress("2025-2026")] == ["Achieved", "Not Started"]
    done = HEADER + "S-3,5002,ben@kck.example,2026-03-09T14:00:00Z,Completed,\n"
    assert outcomes(wb, pathful(wb, sheet(done, "later.csv"))) == [(2, "updated")]
    assert [each["progress"] for each in wb.records.progress("2025-2026")] == ["Achieved", "In Progress"]


@pytest.mark.usefixtures("prepared")
def test_a_date_that_no_session_can_have_is_told_of_its_column_alone(wb: Workbench, sheet: Given) -> None:
    batch = pathful(wb, sheet(HEADER + "S-3,5002,ben@kck.example,1926-03-09T14:00:00Z,Attended,\n"))
    assert messages(wb, batch) == {2: "No date that a session can have: look at its year"}


@pytest.mark.usefixtures("prepared")
def test_it_is_safe_to_run_again(wb: Workbench, sheet: Given, url: str) -> None:
    pathful(wb, sheet(EXPORT))
    before = fingerprint(url)
    again = pathful(wb, sheet(EXPORT, "again.csv"))
    assert (again.created, again.updated, again.skipped, fingerprint(url)) == (0, 0, 4, before)


@pytest.mark.usefixtures("prepared")
def test_a_teacher_who_is_not_in_the_roster_is_unmatched_until_the_roster_has_her(
    wb: Workbench, sheet: Given, url: str
) -> None:
    batch = pathful(wb, sheet(EXPORT.replace("ben@kck.example,2026-03-02", "cat@kck.example,2026-03-02")))
    assert wb.figures(batch)["Rows unmatched (teacher)"] == 1
    assert messages(wb, batch)[3] == "Teacher not found: 'cat@kck.example'"
    wb.import_sheet(
        sheet(ROSTER + "cat@kck.example,Cat Moss,Wyandotte High,HS,2025-2026,1\n", "roster 2.csv"),
        "polaris.teacher_roster",
    )
    assert wb.reconcile(batch).done
    assert ("5001", "cat@kck.example", "no_show", "Volunteer") in attendance(url)


def test_an_event_that_nobody_has_made_is_unmatched_and_never_made_up(wb: Workbench, sheet: Given, url: str) -> None:
    wb.import_sheet(sheet(ROSTER, "roster.csv"), "polaris.teacher_roster")
    batch = pathful(wb, sheet(EXPORT))
    assert (wb.figures(batch)["Rows unmatched (event)"], records(url, "polaris.events", "id")) == (4, [])
    wb.import_sheet(sheet(EVENTS, "events.csv"), "polaris.events")
    assert wb.reconcile(batch).done
    assert len(attendance(url)) == 3


@pytest.mark.usefixtures("prepared")
@pytest.mark.parametrize(
    ("row", "field", "code"),
    [
        (",5001,ada@kck.example,2026-03-02,Attended,", "session_id", "missing"),
        ("S-1,,ada@kck.example,2026-03-02,Attended,", "event_id", "missing"),
        ("S-1,5001,,2026-03-02,Attended,", "teacher_email", "missing"),
        ("S-1,5001,ada at kck,2026-03-02,Attended,", "teacher_email", "bad_email"),
        ("S-1,5001,ada@kck.example,,Attended,", "session_start", "missing"),
        ("S-1,5001,ada@kck.example,soon,Attended,", "session_start", "bad_timestamp"),
        ("S-1,5001,ada@kck.example,2026-03-02,,", "attendance_status", "missing"),
        ("S-1,5001,ada@kck.example,2026-03-02,Perhaps,", "attendance_status", "bad_choice"),
    ],
)
def test_a_row_that_lacks_something_or_is_written_badly_is_invalid(
    wb: Workbench, sheet: Given, url: str, row: str, field: str, code: str
) -> None:
    batch = pathful(wb, sheet(f"{HEADER}{row}\n"))
    assert (wb.figures(batch)["Rows invalid"], issues(wb, batch)[0]) == (1, (2, field, code))
    assert records(url, "polaris.event_teachers", "id") == []


@pytest.mark.usefixtures("prepared")
def test_a_wrong_attendance_is_told_in_the_words_of_the_export(wb: Workbench, sheet: Given) -> None:
    batch = pathful(wb, sheet(f"{HEADER}S-1,5001,ada@kck.example,2026-03-02,Perhaps,\n"))
    told = "attendance_status is none of: Registered, Upcoming, Attended, Completed, Absent, No-Show, Canceled"
    assert messages(wb, batch) == {2: told}


@pytest.mark.usefixtures("prepared")
@pytest.mark.parametrize("start", ["2026-03-02T15:30:00", "2026-03-02 15:30:00", "03/02/2026 15:30:00", "3/2/2026"])
def test_dates_are_read_in_the_formats_of_the_export(wb: Workbench, sheet: Given, start: str) -> None:
    assert outcomes(wb, pathful(wb, sheet(f"{HEADER}S-1,5001,ada@kck.example,{start},Attended,\n"))) == [(2, "created")]


@pytest.mark.usefixtures("prepared")
@pytest.mark.parametrize(
    ("said", "is_"),
    [
        ("Registered", "registered"),
        ("upcoming", "registered"),
        ("Attended", "attended"),
        ("COMPLETED", "attended"),
        ("absent", "absent"),
        ("No Show", "no_show"),
        ("no-show", "no_show"),
        ("Canceled", "cancelled"),
        ("cancelled", "cancelled"),
    ],
)
def test_attendance_is_told_from_the_text(wb: Workbench, sheet: Given, url: str, said: str, is_: str) -> None:
    pathful(wb, sheet(f"{HEADER}S-1,5001,ada@kck.example,2026-03-02,{said},\n"))
    assert records(url, "polaris.event_teachers", "status") == [(is_,)]


@pytest.mark.parametrize(
    ("header", "known"),
    [
        (HEADER, "polaris.pathful"),
        (HEADER.replace("TeacherEmail", "EducatorEmail"), "polaris.pathful"),
        ("session id,event id,teacher email,session start,attendance status\n", "polaris.pathful"),
        (
            "Session ID,Title,Date,Status,Duration,User Auth Id,Name,SignUp Role,School,District or Company,Partner,"
            "Registered Student Count,Attended Student Count,Registered Educator Count,Attended Educator Count,"
            "Career Cluster,Work Based Learning,Series or Event Title,State\n",
            "polaris.pathful_sessions",
        ),
        ("Session ID,Title,Date,Status,SignUp Role,Name\n", "polaris.pathful_sessions"),
        (
            "UserAuthId,SignUpRole,Name,LoginEmail,NotificationEmail,School,District or Company,JobTitle,GradeCluster,"
            "Skills,City,State,PostalCode,JoinDate,LastLoginDate,LoginCount,CountOfDaysLoggedInLast30Days,"
            "LastSessionDate,ActiveSubscriptionType,ActiveSubscriptionName,Affiliations\n",
            "polaris.pathful_users",
        ),
    ],
)
def test_an_export_is_known_by_its_headers(sheet: Given, header: str, known: str) -> None:
    cells = ",".join("x" for _ in header.split(","))
    found, score, _ = recognise(sheet(header + cells + "\n", "export.csv"))[0]
    assert (found, score >= 0.5) == (known, True)


def test_a_file_that_lacks_a_required_column_is_refused_with_its_name(wb: Workbench, sheet: Given) -> None:
    text = "SessionId,EventId,TeacherEmail,SessionStart\nS-1,5001,ada@kck.example,2026-03-02\n"
    with pytest.raises(MissingColumns, match="attendance_status"):
        pathful(wb, sheet(text))


def test_the_sample_report_is_imported_as_the_readme_says(wb: Workbench) -> None:
    samples = resources.samples() / "polaris"
    wb.import_sheet(open_sheet(samples / "teacher_roster.csv"), "polaris.teacher_roster")
    partner = {"only_partner": "PREP-KC"}
    batch = wb.import_sheet(open_sheet(samples / "pathful_sessions.csv"), "polaris.pathful_sessions", constants=partner)
    assert [outcome for _, outcome in outcomes(wb, batch)] == [
        *("created", "created", "created", "skipped:filtered", "created", "unmatched:teacher", "unmatched:date")
    ]


@pytest.mark.usefixtures("prepared")
def test_the_log_is_that_of_the_playbook(wb: Workbench, sheet: Given) -> None:
    batch = pathful(wb, sheet(EXPORT, "pathful_export___clean.csv"), window="2025-2026")
    log = wb.log(batch).render()
    for line in ("Import type: Pathful", "Window: 2025-2026", "Processed: 4", "Created: 3", "Skipped: 1", "Invalid: 0"):
        assert line in log
    assert wb.reconcile(batch).done
