"""Playbook D of seed 001, D4 to D8, participations and unaffiliated events: from an organization's own server to the
records, by the playbook's own numbers."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.imports import ask, fingerprint, issues
from tests.integration.doors.test_cli import Run, environment, run
from tests.organization import Schools
from tests.salesforce import Salesforce
from workbench import Workbench
from workbench.model.sequence import StepResult

__all__ = ["environment", "run"]

STEPS = ("organizations", "schools", "classes", "teachers", "students", "volunteers", "affiliations", "events")
LATER = ("student_participations", "history", "unaffiliated_events")
RECORDS = ("accounts", "school_districts", "classes", "sessions", "session_accounts", "participations", "activities")


@pytest.fixture
def org(salesforce: Salesforce) -> Schools:
    return Schools(salesforce)


@pytest.fixture
def step(open_wb: Callable[..., Workbench], org: Schools) -> Callable[..., dict[str, StepResult]]:
    """Imports steps, each read whole."""

    def ran(*names: str) -> dict[str, StepResult]:
        wb = open_wb()
        results = (wb.sequences.run(only=[name], full_sync=True).steps[0] for name in names)
        return {result.step.name: result for result in results}

    return ran


Step = Callable[..., dict[str, StepResult]]


def counted(url: str) -> dict[str, int]:
    return {name: ask(url, f"select count(*) from salesforce.{name}")[0][0] for name in RECORDS}


def figures(result: StepResult, playbook: str) -> str:
    return "\n".join(f"{name}: {number}" for name, number in result.figures[f"salesforce.{playbook}"].items())


def test_everything_is_imported_and_the_second_time_there_is_nothing_to_do(step: Step, url: str) -> None:
    first = step(*STEPS, *LATER)
    assert {result.status for result in first.values()} == {"done"}
    assert counted(url) == {
        "accounts": 3,
        "school_districts": 1,
        "classes": 1,
        "sessions": 5,
        "session_accounts": 3,
        "participations": 5 * 11,
        "activities": 2,
    }
    before = fingerprint(url)
    again = step(*STEPS, *LATER)
    assert {result.status for result in again.values()} == {"done"}
    changed = ("Created", "Updated", "New records created")
    assert {
        name: number
        for result in again.values()
        for known in result.figures.values()
        for name, number in known.items()
        if name in changed and number
    } == {}
    assert fingerprint(url) == before


def test_the_numbers_are_those_of_the_seed_word_for_word(step: Step, org: Schools) -> None:
    org.add("Account", "001", Name="No Type", Type=None)
    org.add("Account", "001", Name=None, Type="Business")
    org.add("Class__c", "a0C", Name="Room X", School__c=org.school["Id"], Class_Year_Number__c="seven")
    org.add("Task", "00T", Subject="To a lead", Type="Email", WhoId="00Q000000000001")
    found = step(*STEPS, *LATER)
    assert figures(found["organizations"], "organizations") == (
        "Total Records: 3\nSuccessful: 2\nCreated: 2\nUpdated: 0\nErrors: 1"
    )
    assert figures(found["schools"], "schools") == (
        "Total Records: 2\nSuccessful: 2\nCreated: 2\nUpdated: 0\nErrors: 0\nWaiting for the district: 0"
    )
    assert figures(found["classes"], "classes") == (
        "Total Records: 2\nSuccessful: 1\nCreated: 1\nUpdated: 0\nErrors: 1\nWaiting for the school: 0"
    )
    assert figures(found["history"], "history") == (
        "Total records to process: 3\nNew records created: 2\nRecords already exist: 0\nNo matching contact: 1\n"
        "Other errors: 0\nTotal skipped: 1"
    )


def test_events_are_told_with_their_breakdowns_and_drafts_and_connector_sessions_are_not_read(
    run: Run, org: Schools, step: Step, url: str
) -> None:
    step("organizations", "schools", "teachers")
    session = {"Name": "Careers", "Start_Date_and_Time__c": "2026-01-04T15:30:00.000+0000"}
    org.add("Session__c", "a0S", **session, Session_Type__c="Career Fair", Session_Status__c="Draft")
    org.add("Session__c", "a0S", **session, Session_Type__c="Connector Session", Session_Status__c="Completed")
    org.add("Session__c", "a0S", **session, Session_Type__c="Career Fair", Session_Status__c="Published")
    org.add("Session__c", "a0S", **session, Session_Type__c="Yoga", Session_Status__c=None)
    org.add("Session__c", "a0S", Name="Undated", Session_Type__c="DIA", Session_Status__c="Confirmed")
    said = run("run", "salesforce.events")
    lines = said.out.splitlines()
    first = lines.index("Total from Salesforce:   8") if "Total from Salesforce:   8" in lines else -1
    assert first >= 0, said.out
    text = "\n".join(line.rstrip() for line in lines[first:])
    assert text.startswith(
        "Total from Salesforce:   8\n"
        "Successfully processed:  7\n"
        "Errors:                  1\n"
        "Skipped (invalid):       1\n"
    )
    assert "Status breakdown:\n  Completed: 5\n  Draft: 1\n  Published: 1\n" in text
    assert "Session type breakdown:\n  Career Speaker: 5\n  Career Fair: 1\n  Classroom Activity: 1\n" in text
    assert ask(url, "select count(*) from salesforce.sessions where extract(minute from starts_at) = 30") == [(2,)]


def test_a_session_of_no_account_has_the_districts_of_its_students(step: Step, url: str) -> None:
    step(*STEPS, *LATER)
    found = ask(url, "select d.by, count(*) from salesforce.session_district d group by 1 order by 1")
    assert found == [(["account", "students"], 3), (["students"], 2)]


def test_participations_that_come_before_everybody_else_are_healed(
    open_wb: Callable[..., Workbench], org: Schools, url: str
) -> None:
    """Hazards 12 and 13: the order that loses 537 participations, and history before the contacts."""
    wb = open_wb()
    for name in ("history", "student_participations", "participations", "events", "classes"):
        playbook = f"salesforce.{name}"
        for extract in wb.sequences.steps(playbook)[0].playbooks:
            assert extract == playbook
    early = wb.sequences.run("daily", full_sync=True)
    assert "history" in [result.step.name for result in early.steps]
    wb.sequences.run("students", full_sync=True)
    wb.sequences.run("weekly", full_sync=True)
    wb.sequences.run("full")
    waiting = [wb.reconcile(batch).unmatched for batch in wb.batches.all()]
    assert sum(waiting) == 0
    assert counted(url)["participations"] == 5 * 11


def test_what_is_deleted_there_is_marked_here_and_told(
    step: Step, open_wb: Callable[..., Workbench], org: Schools, url: str
) -> None:
    step(*STEPS, *LATER)
    gone = org.of("Session_Participant__c", Participant_Type__c="Teacher")[0]
    org.change(gone, IsDeleted=True)
    merged = org.add(
        "Account", "001", Name="Acme Again", Type="Business", IsDeleted=True, MasterRecordId=org.company["Id"]
    )
    found = step("organizations", "events")
    wb = open_wb()
    told = [
        issue for result in found.values() for batch in result.batches for issue in issues(wb, wb.batches.get(batch))
    ]
    assert [(field, code) for _, field, code in told] == [("is_deleted", "deleted")] * 2
    assert ask(url, "select salesforce_id from salesforce.participations where is_deleted") == [(gone["Id"],)]
    assert ask(url, "select count(*) from salesforce.accounts where salesforce_id = %s", merged["Id"]) == [(0,)]


def test_a_field_that_the_organization_does_not_have_is_named(step: Step, org: Schools, url: str) -> None:
    fields: dict[str, Any] = org.salesforce.objects["Session__c"].fields
    del fields["Registration_Link__c"]
    step("organizations", "schools", "teachers")
    result = step("events")["events"]
    assert result.status == "failed"
    assert "Registration_Link__c" in " ".join(result.notes)
    assert counted(url)["sessions"] == 0
