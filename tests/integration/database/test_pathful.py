"""Playbook A on a real database: sessions, who took part, and what waits for a roster, an event or a date."""

from collections.abc import Callable

import pytest

from tests.imports import ask, fingerprint, issues, outcomes, records
from workbench import Workbench
from workbench.model.batch import Batch
from workbench.model.errors import MissingColumns, WrongValue
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
        join polaris.events e on e.id = t.event_id join polaris.teacher_progress p on p.id = t.teacher_id order by 1, 2""",
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
