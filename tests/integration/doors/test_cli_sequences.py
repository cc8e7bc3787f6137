"""Sequences, playbooks and audits of Salesforce on the command line."""

import pytest

from tests.integration.doors.test_cli import Run, environment, run
from tests.organization import Schools
from tests.salesforce import Salesforce
from workbench import Workbench

__all__ = ["environment", "run"]

ORGANIZATIONS = "salesforce.organizations"


@pytest.fixture
def schools(salesforce: Salesforce) -> Schools:
    return Schools(salesforce, volunteers=2, students=1, sessions=1)


def test_each_step_prints_the_seeds_figures_and_a_summary_ends_it(run: Run, schools: Schools) -> None:
    said = run("run", "--only", "volunteers,organizations")
    assert (said.status, said.err) == (0, "")
    assert said.out.index("Organizations: done, everything") < said.out.index("Volunteers: done, everything")
    for line in ("Total Records:", "Successful:", "Created:", "Updated:", "Errors:"):
        assert said.out.count(line) == 2
    assert "What depends on it" in said.out
    schools.later(days=1)
    again = run("run", "--only", "volunteers,organizations", "--json").json
    assert [(each["step"], each["status"], each["delta"], each["rows"]) for each in again["steps"]] == [
        ("organizations", "done", True, 0),
        ("volunteers", "done", True, 0),
    ]
    whole = run("run", ORGANIZATIONS, "--full-sync", "--json").json["steps"][0]
    assert (whole["delta"], whole["figures"][ORGANIZATIONS]["Total Records"]) == (False, 1)


def test_a_plan_asks_nothing_of_salesforce(run: Run, schools: Schools, wb: Workbench) -> None:
    said = run("run", "--weekly", "--plan-only")
    assert said.status == 0
    assert said.out.index("schools") < said.out.index("teachers") < said.out.index("events")
    assert "never" in said.out
    assert [each["step"] for each in run("run", "--students", "--plan-only", "--json").json] == [
        "students",
        "student_participations",
    ]
    assert (schools.salesforce.asked, wb.batches.all()) == ([], [])


def test_the_exit_status_says_whether_all_some_or_none_is_done(run: Run, schools: Schools) -> None:
    assert run("run", "volunteers").status == 2
    assert run("run", "--only", "volunteers").status == 2
    schools.add("Account", "001", Name=None, Type="Business")
    partial = run("run", ORGANIZATIONS)
    assert (partial.status, ": partial" in partial.out) == (1, True)
    assert "1 of 2 rows are invalid, and stay out" in partial.out


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("run",), "say --daily, --weekly"),
        (("run", "--daily", "--weekly"), "one of them"),
        (("run", "--daily", "--delta", "--full-sync"), "say --delta or --full-sync"),
        (("run", "--only", "teapots"), "There is no step or sequence called teapots"),
        (("run", "--students", "--exclude", "students,student_participations"), "No step is left to run"),
        (("run", "elevate.learners"), "There is no step or sequence called elevate.learners"),
        (("import", "salesforce:Account", "-p", "salesforce.schools"), "workbench run salesforce.schools"),
        (("import", "salesforce:Contact", "-p", "salesforce.schools"), "takes nothing of Contact"),
        (("import", "salesforce:Account", "-p", ORGANIZATIONS, "--fields", "Name"), "says itself which it reads"),
        (("audit", "salesforce.history"), "say salesforce:Task or salesforce:EmailMessage"),
        (("audit", "salesforce:Account"), "say --dataset or --playbook"),
    ],
)
def test_what_cannot_be_is_one_line(run: Run, schools: Schools, words: tuple[str, ...], why: str) -> None:
    said = run(*words)
    assert (said.status, said.out, said.err.count("\n")) == (2, "", 1)
    assert why in said.err
    assert not any("SELECT" in asked for asked in schools.salesforce.asked)


def test_a_field_that_the_organization_has_not_is_named_first_and_left_out_by_a_template(
    run: Run, schools: Schools, wb: Workbench
) -> None:
    fields = schools.salesforce.objects["Account"].fields
    del fields["Description"]
    fields["About__c"] = "textarea"
    refused = run("run", ORGANIZATIONS)
    assert refused.status == 2
    assert "Account has no field Description in this Salesforce organization" in refused.out
    assert "or leave it out, by --map or a template of salesforce.organizations" in refused.out
    assert not any("SELECT" in asked for asked in schools.salesforce.asked)
    schools.company["About__c"] = "Steel"
    given = ("--map", "About__c=description", "--map", "BillingStreet=", "--save-template", "salesforce")
    made = run("import", "salesforce:Account", "-p", ORGANIZATIONS, *given, "--json")
    assert (made.status, made.json["created"]) == (1, 1) if made.status else (0, 1)
    assert run("run", ORGANIZATIONS).status == 0
    query = schools.salesforce.asked[-1]
    assert "About__c" in query and "BillingStreet" not in query and " Description" not in query


def test_an_import_under_a_playbook_takes_its_filter_and_its_fields(run: Run, schools: Schools) -> None:
    made = run("import", "salesforce:Account", "-d", ORGANIZATIONS, "--json").json
    assert (made["processed"], made["created"]) == (1, 1)
    assert "Type NOT IN ('Household', 'School District', 'School')" in schools.salesforce.asked[-1]
    schools.later(days=1)
    assert run("run", ORGANIZATIONS, "--json").json["steps"][0]["delta"] is True


def test_an_audit_of_a_playbook_says_how_what_is_missing_is_imported(run: Run, schools: Schools) -> None:
    missing = run("audit", ORGANIZATIONS)
    assert (missing.status, f"workbench run {ORGANIZATIONS} --missing" in missing.out) == (1, True)
    assert run("run", ORGANIZATIONS, "--missing").status == 0
    assert run("audit", "salesforce:Account", "--playbook", ORGANIZATIONS).status == 0
    schools.company["IsDeleted"] = True
    schools.change(schools.company)
    extra = run("audit", ORGANIZATIONS)
    assert "Salesforce has it no more, or it is of another kind there now" in extra.out
    run("run", ORGANIZATIONS)
    assert run("audit", ORGANIZATIONS).status == 0
