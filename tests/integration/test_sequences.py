"""Sequences of imports from Salesforce: in the order that is needed, each step by itself, told as it went."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from tests.imports import ask, fingerprint, tamper
from tests.organization import BEGUN, Schools, identifier
from tests.salesforce import Fault, Salesforce, error
from workbench import Workbench
from workbench.database import batches
from workbench.model.errors import NothingChosen, NotSignedIn, SalesforceNotReached, SequenceRunning
from workbench.model.reach import Reach
from workbench.model.sequence import DONE, NEEDS_A_PERSON, REFUSED, SequenceResult, StepResult
from workbench.playbooks import PLAYBOOKS, playbook
from workbench.playbooks.sequences import STEPS


@pytest.fixture
def schools(salesforce: Salesforce) -> Schools:
    return Schools(salesforce)


@pytest.fixture
def desk(schools: Schools, open_wb: Callable[..., Workbench]) -> Workbench:
    """A Workbench that knows the organization."""
    return open_wb()


def statuses(result: SequenceResult) -> dict[str, str]:
    return {each.step.name: each.status for each in result.steps}


def told(result: SequenceResult, step: str) -> str:
    """What was said of a step."""
    (notes,) = [each.notes for each in result.steps if each.step.name == step]
    return " ".join(notes)


def content(url: str) -> dict[str, int]:
    """How many records each table of the family has."""
    tables = [name for (name,) in ask(url, "select tablename from pg_tables where schemaname = 'salesforce'")]
    return {name: ask(url, f"select count(*) from salesforce.{name}")[0][0] for name in sorted(tables)}


def test_the_full_sequence_imports_everything_and_again_nothing(desk: Workbench, schools: Schools, url: str) -> None:
    first = desk.sequences.run("full")
    assert statuses(first) == {step.name: "done" for step in STEPS}
    assert first.status == DONE
    whole = content(url)
    assert (whole["people"], whole["sessions"], whole["participations"]) == (11, 5, 55)
    before = fingerprint(url)
    again = desk.sequences.run("full")
    assert (again.status, fingerprint(url)) == (DONE, before)
    assert not any(each.delta for each in again.steps)
    for known in PLAYBOOKS.values():
        for name in {each.object for each in known.extracts}:
            audit = desk.salesforce.audit_playbook(known, name)
            assert (audit.there > 0, audit.differences) == (True, ()), known.name


def test_a_record_that_waits_counts_once_however_often_it_is_told(desk: Workbench, schools: Schools) -> None:
    def reach(name: str) -> Reach:
        return desk.salesforce.reaches([playbook(name)])[name]

    one = schools.of("Class__c")[0]
    known = one["School__c"]
    schools.change(one, School__c=identifier("001", 999))
    first = desk.sequences.run("full")
    assert "1 row names records that are not here yet, and waits for them." in told(first, "classes")
    waiting = {name: each.pending for name, each in desk.salesforce.reaches(list(PLAYBOOKS.values())).items()}
    assert waiting["salesforce.classes"] == 1
    again = desk.sequences.run("full")
    assert {name: each.pending for name, each in desk.salesforce.reaches(list(PLAYBOOKS.values())).items()} == waiting
    for step in again.steps:
        for name, figures in step.figures.items():
            last = [desk.figures(each) for each in reach(name).last]
            assert figures == {figure: sum(each[figure] for each in last) for figure in figures}, name
    assert [len(reach(f"salesforce.{name}").last) for name in ("history", "schools", "students")] == [2, 2, 1]
    schools.change(one, School__c=known)
    desk.sequences.run("classes")
    assert reach("salesforce.classes").pending == 0


def test_a_night_reads_what_has_changed_and_no_more(desk: Workbench, schools: Schools, url: str) -> None:
    desk.sequences.run("full")
    schools.later(days=1)
    volunteer = schools.of("Contact", Contact_Type__c="Volunteer")[0]
    schools.change(volunteer, LastName="Moss-Ruiz")
    night = desk.sequences.run("daily")
    assert {each.step.name: (each.rows, each.delta) for each in night.steps} == {
        "organizations": (0, True),
        "volunteers": (1, True),
        "affiliations": (0, True),
        "events": (0, True),
        "history": (0, True),
    }
    assert night.steps[1].figures["salesforce.volunteers"]["Updated"] == 1
    audited = playbook("salesforce.volunteers"), "Contact"
    assert desk.salesforce.audit_playbook(*audited).is_complete
    (gone,) = ask(url, "delete from salesforce.emails where email = 'vera.2@acme.example' returning email")
    assert [each.why for each in desk.salesforce.audit_playbook(*audited).differences] == ["its record is here no more"]
    assert desk.sequences.run("volunteers", missing=True).status == DONE
    assert desk.salesforce.audit_playbook(*audited).is_complete
    assert ask(url, "select email from salesforce.emails where email = %s", *gone) == [gone]


def test_who_is_of_another_kind_there_is_in_excess_here_until_that_kind_was_read(
    desk: Workbench, schools: Schools
) -> None:
    desk.sequences.run("full")
    volunteers, teachers = (playbook(name) for name in ("salesforce.volunteers", "salesforce.teachers"))
    schools.later(days=1)
    person = schools.of("Contact", Contact_Type__c="Volunteer")[0]
    schools.change(person, Contact_Type__c="Teacher")
    audit = desk.salesforce.audit_playbook(volunteers, "Contact")
    assert [(each.kind, each.id) for each in audit.differences] == [("extra", person["Id"])]
    assert desk.salesforce.audit_playbook(teachers, "Contact").counts["missing"] == 1
    (result,) = desk.sequences.run("salesforce.teachers").steps
    assert result.figures["salesforce.teachers"]["Updated"] == 1
    for each, there in ((volunteers, 5), (teachers, 2)):
        audit = desk.salesforce.audit_playbook(each, "Contact")
        assert (audit.there, audit.here, audit.is_complete) == (there, there, True)
    schools.later(days=1)
    schools.change(person, Contact_Type__c="Donor")
    assert desk.salesforce.audit_playbook(teachers, "Contact").counts["extra"] == 1


def test_a_dry_run_of_a_sequence_writes_nothing_and_moves_no_watermark(
    desk: Workbench, schools: Schools, url: str
) -> None:
    before = fingerprint(url)
    result = desk.sequences.run("full", dry_run=True)
    assert (fingerprint(url), ask(url, "select count(*) from workbench.standing_read")) == (before, [(0,)])
    assert result.steps[0].figures["salesforce.organizations"]["Created"] == 1


def test_a_step_that_fails_does_not_keep_the_others_and_what_needs_it_is_told(
    desk: Workbench, schools: Schools, url: str
) -> None:
    schools.salesforce.faults += [
        Fault(path="Contact_Type__c = 'Teacher'", **error(400, "QUERY_TIMEOUT", "No.")),
    ]
    result = desk.sequences.run("full")
    assert statuses(result) == {step.name: "done" for step in STEPS} | {"teachers": "failed"}
    assert result.status == NEEDS_A_PERSON
    assert "QUERY_TIMEOUT" in told(result, "teachers")
    assert "It needs teachers, which failed" in told(result, "students")
    assert "It needs teachers, which failed" in told(result, "events")
    assert "5 rows name records that are not here yet, and wait for them." in told(result, "events")
    healed = desk.sequences.run("salesforce.teachers")
    assert healed.status == DONE
    assert content(url)["participations"] == 55


def test_with_fail_fast_nothing_runs_behind_a_step_that_failed(desk: Workbench, schools: Schools) -> None:
    schools.salesforce.faults.append(Fault(path="sobjects/Class__c/describe", **error(500, "NO", "No.")))
    schools.salesforce.faults.append(Fault(path="sobjects/Class__c/describe", **error(403, "NO", "No.")))
    result = desk.sequences.run("weekly", fail_fast=True)
    assert [each.status for each in result.steps] == ["done", "done", "failed", *["not run"] * 5]


def test_a_wrong_password_is_tried_once_for_a_whole_sequence(
    schools: Schools, open_wb: Callable[..., Workbench], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SF_PASSWORD", "wrong")
    with pytest.raises(NotSignedIn):
        open_wb().sequences.run("full")
    assert schools.salesforce.answers("/services/Soap/") == 1


def test_where_nobody_answers_the_steps_behind_do_not_ask_again(desk: Workbench, schools: Schools) -> None:
    def cut_off(result: StepResult) -> None:
        if result.step.name == "organizations":
            schools.salesforce.faults = [Fault(path="/services/Soap", hang_up=True)] * 50

    result = desk.sequences.run("full", told=cut_off)
    assert [each.status for each in result.steps] == ["done", "failed", *["not run"] * 9]
    assert {each.notes[0] for each in result.steps[1:]} == {told(result, "schools")}
    assert "Salesforce cannot be reached" in told(result, "schools")
    left = len(schools.salesforce.faults)
    with pytest.raises(SalesforceNotReached):
        desk.sequences.run("full")
    assert left - len(schools.salesforce.faults) == 50 - left == 3


def test_what_a_step_needs_and_never_ran_refuses_it_alone_and_is_told_in_a_sequence(
    desk: Workbench, schools: Schools
) -> None:
    alone = desk.sequences.run(only=("volunteers",))
    assert (alone.status, statuses(alone)) == (REFUSED, {"volunteers": "refused"})
    assert told(alone, "volunteers") == (
        "It needs organizations, never imported so far. Before it: workbench run --only organizations"
    )
    assert schools.salesforce.asked == []
    both = desk.sequences.run(only=("volunteers", "organizations"))
    assert statuses(both) == {"organizations": "done", "volunteers": "done"}
    daily = desk.sequences.run("daily")
    assert daily.status == DONE
    assert "It needs schools and teachers, never imported so far" in told(daily, "events")


def test_what_was_imported_long_ago_is_told(desk: Workbench, schools: Schools, url: str) -> None:
    desk.sequences.run("salesforce.organizations")
    longer_ago(url)
    result = desk.sequences.run("salesforce.volunteers")
    assert result.status == DONE
    assert "It needs organizations, last imported" in told(result, "salesforce.volunteers")
    assert "more than a day ago" in told(result, "salesforce.volunteers")


def longer_ago(url: str) -> None:
    tamper(url, "update workbench.import_batch set completed_at = completed_at - interval '25 hours'")


def test_invalid_rows_stay_out_and_the_good_ones_are_there(desk: Workbench, schools: Schools, url: str) -> None:
    schools.of("Contact", Contact_Type__c="Teacher")[0]["LastName"] = None
    schools.of("Contact", Contact_Type__c="Volunteer")[0]["LastName"] = None
    result = desk.sequences.run("full")
    assert statuses(result)["volunteers"] == "partial"
    assert statuses(result)["teachers"] == "failed"
    assert "1 of 6 rows are invalid, and stay out" in told(result, "volunteers")
    assert content(url)["people"] == 9
    (made,) = [each for each in desk.batches.all() if each.dataset == "salesforce.volunteers"]
    log = desk.log(made).notes_added
    assert "The good rows went on without the invalid ones, as in every sequence." in log
    assert not [sentence for sentence in log if "ana" in sentence or "utf-8" in sentence]


def test_a_step_that_is_held_waits_and_the_rest_goes_on(desk: Workbench, schools: Schools) -> None:
    for place in range(30):
        schools.add("Account", "001", Name=f"Company {place}", Type="Business")
    desk.sequences.run("full")
    schools.later(days=1)
    for record in schools.of("Account", Type="Business"):
        schools.change(record, Name=f"{record['Id']} Limited")
    result = desk.sequences.run("daily")
    assert statuses(result) == {
        "organizations": "held",
        "volunteers": "done",
        "affiliations": "done",
        "events": "done",
        "history": "done",
    }
    assert "name.changed" in told(result, "organizations")
    schools.later(days=1)
    again = desk.sequences.run("salesforce.organizations")
    assert [desk.batches.get(each.batches[0]).stage for each in (result.steps[0], again.steps[0])] == [
        "discarded",
        "held",
    ]
    put_away = (
        f"Run {result.steps[0].batches[0]}, which waited for a person, was put away: the same has been read again"
    )
    assert put_away in told(again, "salesforce.organizations")
    desk.commit(again.steps[0].batches[0], accept=("name.changed",))


def test_one_sequence_of_a_tenant_runs_at_a_time(
    desk: Workbench, schools: Schools, open_wb: Callable[..., Workbench]
) -> None:
    schools.salesforce.faults.append(Fault(path="sobjects/Account/describe", delay=1.5))
    results: list[SequenceResult] = []
    first = threading.Thread(target=lambda: results.append(desk.sequences.run(only=("organizations",))))
    ben = open_wb(user="ben")
    other = open_wb(tenant="other")
    first.start()
    while not schools.salesforce.answers("describe"):
        first.join(0.01)
    with pytest.raises(SequenceRunning) as refused:
        ben.sequences.run("daily")
    assert str(refused.value).startswith("ana is running organizations since 20")
    assert other.sequences.run("salesforce.organizations").status == DONE
    first.join()
    assert [each.status for each in results] == [DONE]
    assert ben.sequences.run("salesforce.organizations").status == DONE


def test_what_a_killed_program_left_before_it_was_written_is_put_away_and_read_again(
    desk: Workbench, schools: Schools
) -> None:
    organizations = playbook("salesforce.organizations")
    read = desk.salesforce.read(organizations, organizations.extracts[0])
    mine = desk.plan(desk.stage(read.sheet, organizations.name)).batch
    left = desk.plan(desk.stage(read.sheet, organizations.name)).batch
    batches.move(desk._store, left.id, summary={"sequence": "daily"})
    result = desk.sequences.run("salesforce.organizations")
    assert (desk.batches.get(left).stage, result.steps[0].rows, result.status) == ("discarded", 1, DONE)
    assert desk.batches.get(mine).stage == "planned"


def test_nothing_chosen_is_refused(desk: Workbench) -> None:
    with pytest.raises(NothingChosen):
        desk.sequences.run("students", exclude=("students", "student_participations"))


def test_participations_deleted_behind_its_back_are_those_that_are_listed_and_come_back(
    schools: Schools, desk: Workbench, url: str
) -> None:
    people = schools.of("Contact", Contact_Type__c="Volunteer")
    for place in range(300):
        schools.add(
            "Session_Participant__c",
            "a0P",
            Participant_Type__c="Volunteer",
            Contact__c=people[place % len(people)]["Id"],
            Session__c=schools.of("Session__c")[place % 5]["Id"],
            Status__c="Attended",
        )
    desk.sequences.run("full")
    schools.later(days=1)
    assert desk.sequences.run("daily").status == DONE
    gone = ask(
        url,
        "delete from salesforce.participations where id in (select id from salesforce.participations "
        "where kind = 'Volunteer' order by salesforce_id limit 161) returning salesforce_id",
    )
    audit = desk.salesforce.audit_playbook(playbook("salesforce.participations"), "Session_Participant__c")
    assert audit.counts == {"missing": 161, "stale": 0, "extra": 0, "waiting": 0}
    assert {each.id for each in audit.differences} == {identifier for (identifier,) in gone}
    assert {each.why for each in audit.differences} == {"its record is here no more"}
    healed = desk.sequences.run("salesforce.participations", missing=True)
    assert healed.steps[0].figures["salesforce.participations"]["Created"] == 161
    after: Any = desk.salesforce.audit_playbook(playbook("salesforce.participations"), "Session_Participant__c")
    assert after.is_complete
    assert schools.salesforce.now and schools.salesforce.now > BEGUN
