"""One session of a virtual sheet without a link and of Pathful, where it has an id: one event, in either order."""

from collections.abc import Callable
from itertools import permutations

import pytest

from tests.imports import ask, fingerprint, outcomes, records
from workbench import Workbench
from workbench.model.batch import Batch
from workbench.model.sheet import Sheet

Given = Callable[..., Sheet]

ROSTER = """\
Teacher Email,Teacher Name,School,Grade,Academic Year
ada@kck.example,Ada Park,Argentine Middle,7,2025-2026
ben@kck.example,Ben Ruiz,Wyandotte High,HS,2025-2026
"""
SHEET = "Session Title,Date,Time,Status,Teacher Name,School Name,District,Presenter,Session Link\n"
ADA = "Careers in Nursing,3/2/2026,9:30 AM,Completed,Ada Park,Argentine Middle,KCKPS,Dana Reed,\n"
BEN = "Careers in Nursing,3/2/2026,9:30 AM,Simulcast,Ben Ruiz,Wyandotte High,KCKPS,,\n"
LINKED = "Careers in Nursing,3/2/2026,9:30 AM,Confirmed,Ada Park,Argentine Middle,KCKPS,,https://v.example/s/{}\n"
REPORT = "Session ID,Title,Date,Status,Name,SignUp Role,School,Attended Educator Count\n"
EXPORT = "SessionId,EventId,TeacherEmail,SessionStart,AttendanceStatus,ParticipantType\n"
NAMED = "2026-03-02 careers-in-nursing"


def row(session: str, name: str = "Ben Ruiz", title: str = "Careers in nursing ", day: str = "2026-03-02") -> str:
    return f"{session},{title},{day} 15:30:00,Completed,{name},Educator,,1\n"


@pytest.fixture
def given(wb: Workbench, sheet: Given) -> Callable[[str, str], Batch]:
    """Imports the text of a file under a playbook."""

    def imported(playbook: str, text: str) -> Batch:
        window = {"window": "2025-2026"} if playbook == "polaris.virtual_sessions" else {}
        return wb.import_sheet(sheet(text, f"{playbook}.csv"), playbook, skip_errors=True, **window)

    wb.import_sheet(sheet(ROSTER, "roster.csv"), "polaris.teacher_roster")
    return imported


def events(url: str) -> list[tuple[object, ...]]:
    return records(url, "polaris.events", "session_id", "other_id")


def registered(url: str) -> list[tuple[object, ...]]:
    return ask(
        url,
        "select e.session_id, r.email from polaris.event_teachers t join polaris.events e on e.id = t.event_id "
        "join polaris.teacher_progress r on r.id = t.teacher_id order by 1, 2",
    )


def test_a_session_of_a_sheet_without_a_link_is_the_one_that_pathful_brings(
    wb: Workbench, given: Callable[[str, str], Batch], url: str
) -> None:
    given("polaris.virtual_sessions", SHEET + ADA)
    assert events(url) == [(NAMED, None)]
    given("polaris.pathful_sessions", REPORT + row("5001"))
    assert events(url) == [(NAMED, "5001")]
    assert registered(url) == [(NAMED, "ada@kck.example"), (NAMED, "ben@kck.example")]
    before = fingerprint(url)
    assert given("polaris.pathful_sessions", REPORT + row("5001")).created == 0
    assert fingerprint(url) == before
    assert given("polaris.virtual_sessions", SHEET + ADA + LINKED.format("5001")).created == 0
    assert events(url) == [(NAMED, "5001")]


def test_a_session_of_pathful_is_the_one_that_a_sheet_without_a_link_brings(
    given: Callable[[str, str], Batch], url: str
) -> None:
    given("polaris.pathful_sessions", REPORT + row("5001"))
    given("polaris.virtual_sessions", SHEET + ADA + BEN)
    assert events(url) == [("5001", NAMED)]
    assert registered(url) == [("5001", "ada@kck.example"), ("5001", "ben@kck.example")]


def test_the_event_that_has_one_id_does_not_become_another_s(given: Callable[[str, str], Batch], url: str) -> None:
    given("polaris.virtual_sessions", SHEET + ADA)
    given("polaris.pathful_sessions", REPORT + row("5001"))
    given("polaris.pathful_sessions", REPORT + row("5002"))
    assert events(url) == [(NAMED, "5001"), ("5002", NAMED)]
    given("polaris.virtual_sessions", SHEET + LINKED.format("5003"))
    assert events(url) == [(NAMED, "5001"), ("5002", NAMED), ("5003", NAMED)]
    assert registered(url)[1:] == [(NAMED, "ben@kck.example"), ("5002", "ben@kck.example"), ("5003", "ada@kck.example")]


def test_of_two_ids_in_one_file_neither_is_taken_for_the_session_without_one(
    given: Callable[[str, str], Batch], url: str
) -> None:
    given("polaris.virtual_sessions", SHEET + ADA)
    given("polaris.pathful_sessions", REPORT + row("5001") + row("5002"))
    assert events(url) == [(NAMED, None), ("5001", NAMED), ("5002", NAMED)]


def test_a_session_is_found_by_its_id_after_it_was_moved_and_called_otherwise(
    given: Callable[[str, str], Batch], url: str
) -> None:
    given("polaris.virtual_sessions", SHEET + ADA)
    given("polaris.pathful_sessions", REPORT + row("5001"))
    given("polaris.pathful_sessions", REPORT + row("5001", title="Nursing", day="2026-03-09"))
    assert events(url) == [(NAMED, "5001")]
    given("polaris.virtual_sessions", SHEET + ADA.replace("Careers in Nursing,3/2", "Nursing,3/9"))
    assert events(url) == [(NAMED, "5001")]


@pytest.mark.parametrize("order", list(permutations(("sheet", "report", "export"))), ids=" ".join)
def test_whichever_of_the_three_comes_first_it_is_one_event_and_nobody_waits(
    order: tuple[str, ...], wb: Workbench, given: Callable[[str, str], Batch], url: str
) -> None:
    texts = {
        "sheet": ("polaris.virtual_sessions", SHEET + ADA),
        "report": ("polaris.pathful_sessions", REPORT + row("5001")),
        "export": ("polaris.pathful", EXPORT + "S-1,5001,ben@kck.example,2026-03-02T15:30:00,Attended,Volunteer\n"),
    }
    batches = [given(*texts[each]) for each in order]
    assert len(events(url)) == 1
    assert [email for _, email in registered(url)] == ["ada@kck.example", "ben@kck.example"]
    assert all(wb.reconcile(batch).done for batch in batches)


def test_a_simulcast_that_waits_for_its_session_comes_with_the_report_that_brings_it(
    wb: Workbench, given: Callable[[str, str], Batch], url: str
) -> None:
    waiting = given("polaris.virtual_sessions", SHEET + BEN)
    assert outcomes(wb, waiting) == [(2, "unmatched:event")]
    given("polaris.pathful_sessions", REPORT + row("5001", "Ada Park"))
    assert events(url) == [("5001", NAMED)]
    assert registered(url) == [("5001", "ada@kck.example"), ("5001", "ben@kck.example")]
    assert wb.reconcile(waiting).done


def test_an_undo_takes_the_id_back_and_the_session_may_be_another_s(
    wb: Workbench, given: Callable[[str, str], Batch], url: str
) -> None:
    given("polaris.virtual_sessions", SHEET + ADA)
    report = given("polaris.pathful_sessions", REPORT + row("5001"))
    wb.undo(report)
    assert events(url) == [(NAMED, None)]
    given("polaris.pathful_sessions", REPORT + row("5002"))
    assert events(url) == [(NAMED, "5002")]


def test_a_link_that_comes_later_is_what_the_session_is_known_by_from_then_on(
    wb: Workbench, given: Callable[[str, str], Batch], url: str
) -> None:
    given("polaris.virtual_sessions", SHEET + ADA)
    given("polaris.virtual_sessions", SHEET + LINKED.format("5001").replace("Confirmed", "Completed"))
    assert records(url, "polaris.events", "session_id", "other_id", "registration_link") == [
        (NAMED, "5001", "https://v.example/s/5001")
    ]
    report = given("polaris.pathful_sessions", REPORT + row("5001", title="Otherwise called", day="2026-03-09"))
    assert (report.created, events(url)) == (1, [(NAMED, "5001")])
    assert registered(url) == [(NAMED, "ada@kck.example"), (NAMED, "ben@kck.example")]
    assert given("polaris.virtual_sessions", SHEET + LINKED.format("5001")).created == 0
    assert events(url) == [(NAMED, "5001")]


@pytest.mark.parametrize("first", ["sheet", "report"])
def test_the_time_of_a_session_without_a_link_is_pathfuls_whichever_comes_first(
    first: str, wb: Workbench, given: Callable[[str, str], Batch], url: str
) -> None:
    texts = {
        "sheet": ("polaris.virtual_sessions", SHEET + ADA),
        "report": ("polaris.pathful_sessions", REPORT + row("5001")),
    }
    for each in (first, *(name for name in texts if name != first)):
        given(*texts[each])
    assert ask(url, "select starts_at::time::text from polaris.events") == [("15:30:00",)]
    before = fingerprint(url)
    told = given(*texts["sheet"])
    (issue,) = [each for found in wb.rows.each(told) for each in found["issues"] if each["code"] == "another_time"]
    assert issue["message"] == "Pathful says 15:30, which counts"
    given(*texts["report"])
    assert fingerprint(url) == before


FULL = SHEET.replace("Session Link", "Session Link,Session Type,Topic/Theme")
"""A sheet of which each thing that Pathful says too is another: day, time, title, type, status."""
OTHERWISE = (
    "Nursing as a career,3/9/2026,9:30 AM,{status},Ben Ruiz,Wyandotte High,North,Dana Reed,"
    "https://v.example/s/5001,Industry chat,Health\n"
)


@pytest.mark.parametrize(
    ("said", "reported"), [("Completed", "Completed"), ("Simulcast", "Completed"), ("Confirmed", "Simulcast")]
)
@pytest.mark.parametrize("first", ["sheet", "report"])
def test_a_linked_row_and_pathfuls_row_of_one_session_take_no_turns(
    first: str, said: str, reported: str, wb: Workbench, given: Callable[[str, str], Batch], url: str
) -> None:
    lines = OTHERWISE.format(status="Confirmed") + OTHERWISE.format(status=said)
    texts = {
        "sheet": ("polaris.virtual_sessions", FULL + lines),
        "report": ("polaris.pathful_sessions", REPORT + row("5001").replace("Completed", reported)),
    }
    order = (first, *(name for name in texts if name != first))
    for each in order:
        given(*texts[each])
    if first == "sheet":
        given(*texts["sheet"])  # the day and the title are Pathful's from now on
    assert records(url, "polaris.events", "session_id", "title", "session_type", "source") == [
        ("5001", "Careers in nursing", "Industry chat", "pathful")
    ]
    assert ask(url, "select starts_at::text from polaris.events") == [("2026-03-02 15:30:00+00",)]
    before = fingerprint(url)
    for each in (*order, *reversed(order)):
        again = given(*texts[each])
        assert (again.created, again.updated) == (0, 0), each
        assert fingerprint(url) == before
    told = {each["code"]: each["message"] for found in wb.rows.each(given(*texts["sheet"])) for each in found["issues"]}
    assert told["another_day"] == "Pathful says 2026-03-02, which counts"
    assert told["another_title"] == "Pathful says Careers in nursing, which counts"
    assert told["another_time"] == "Pathful says 15:30, which counts"
