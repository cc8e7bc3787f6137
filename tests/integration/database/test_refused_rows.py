"""Of an invalid row of a playbook's source nothing is written, whatever else of it is good, in any order of files."""

from collections.abc import Callable

import pytest

from tests.imports import ask, messages, outcomes
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


def test_an_invalid_row_is_not_told_besides_that_its_own_session_is_not_found(
    bring: Callable[..., Batch], wb: Workbench
) -> None:
    batch = bring(REPORT + PIA.replace("2026-10-01 10:00:00", "2026-02-30") + "\n")
    assert "not found" not in messages(wb, batch)[2]


def test_an_import_that_leaves_out_every_row_by_its_settings_waits_for_a_person(
    bring: Callable[..., Batch], url: str, wb: Workbench
) -> None:
    text = REPORT.replace(",Attended", ",Partner,Attended") + DANA.replace("High,1", "High,PREP-KC,1") + "\n"
    held = bring(text, constants={"only_partner": "PREPKC"})
    [hold] = held.summary["held_for"]
    assert (held.stage, hold["code"]) == ("held", "nothing_left")
    assert hold["message"] == (
        "Nothing would be imported: 1 row left out by what the import is limited to "
        "(Only rows of partner PREPKC; Window: full)"
    )
    assert not wb.reconcile(held).done
    assert wb.commit(held, accept=["nothing_left"]).stage == "completed"
    assert bring(text, window="2030-2031").stage == "held"
    assert bring(text, constants={"only_partner": "PREP-KC"}).created == 1


def test_volunteers_of_one_name_without_ids_and_of_two_organizations_are_told(
    bring: Callable[..., Batch], url: str, wb: Workbench
) -> None:
    text = REPORT.replace(",School", ",District or Company,School")
    rows = [
        DANA.replace("PF-9", "").replace("Professional", f"Professional,{each}") for each in ("Acme", "Brick", "acme")
    ]
    batch = bring(text + "\n".join(rows) + "\n")
    assert "Line 2 has this name at the session with Acme" in messages(wb, batch)[3]
    assert set(messages(wb, batch)) == {3}


def test_one_id_under_two_names_at_a_session_is_told(bring: Callable[..., Batch], wb: Workbench) -> None:
    batch = bring(REPORT + DANA + "\n" + DANA.replace("Dana Reed", "Other Person") + "\n")
    assert "Dana Reed" in messages(wb, batch)[3] and "Other Person" in messages(wb, batch)[3]


def test_two_people_of_a_user_report_with_one_address_both_wait(
    bring: Callable[..., Batch], url: str, wb: Workbench
) -> None:
    header = "UserAuthId,SignUpRole,Name,LoginEmail\n"
    rows = "PF-1,Educator,Cy Low,c@k.example\nPF-2,Educator,Di Ray,c@k.example\nPF-3,Educator,Ed,ed@k.example\n"
    batch = bring(header + rows, "polaris.pathful_users")
    assert outcomes(wb, batch) == [(2, "invalid:conflict"), (3, "invalid:conflict"), (4, "created")]
    assert ask(url, "select name from polaris.teachers") == [("Ed",)]


def test_of_a_cell_that_names_several_it_is_told_who_is_not_found(bring: Callable[..., Batch], wb: Workbench) -> None:
    bring(ROSTER, "polaris.teacher_roster")
    header = "Session Title,Date,Time,Status,Teacher Name,School Name,District\n"
    rows = "Talk,10/1/2026,9 AM,Completed,Ada Park / Zed Who,North High,K\nOther,10/2/2026,9 AM,Completed,Zed Who,N,K\n"
    batch = bring(header + rows, "polaris.virtual_sessions", window="2026-2027")
    told = messages(wb, batch)
    assert told[2].startswith("Teacher not found: 'Zed Who'")
    assert told[3].startswith("Teacher not found: 'Zed Who'")
