"""What a source looks like is said where nobody says what it is, and where it is imported as something else."""

from tests.integration.doors.test_cli import File, Run, environment, file, run

__all__ = ["environment", "file", "run"]

REPORT = """\
Session ID,Title,Date,Status,User Auth Id,Name,SignUp Role,Attended Educator Count
5001,Careers in Nursing,2026-03-02 15:30:00,Completed,PF-1,Ada Park,Educator,1
"""


def test_a_source_that_plainly_is_one_is_imported_as_that_where_nobody_says_what_it_is(run: Run, file: File) -> None:
    told = run("import", file(REPORT, "sr.csv"), "--dry-run")
    assert told.out.startswith("Recognised as polaris.pathful_sessions: ")
    assert run("import", "sr.csv", "--dry-run", "--json").json["playbook"] == "polaris.pathful_sessions"


def test_in_doubt_a_person_is_asked_with_the_commands_to_choose_from(run: Run, file: File) -> None:
    people = file("email,first_name,last_name\na@b.example,Ada,Park\n", "people.csv")
    told = run("import", people)
    said = " ".join(told.err.split())
    assert told.status == 2
    assert "say --dataset or --playbook" in said and "It looks like " in said
    assert f"workbench import {people} -d elevate.students" in said
    assert f"workbench import {people} -d elevate.staff" in said
    assert run("batches", "--json").json == []


def test_what_looks_like_nothing_is_asked_about(run: Run, file: File) -> None:
    told = run("import", file("width,height\n1,2\n", "sizes.csv"))
    assert told.status == 2
    assert "It looks like" not in told.err


def test_the_template_that_was_made_of_such_a_source_is_used_and_told(run: Run, file: File) -> None:
    text = "external_id,name,city,Ort\nC-1,Harbor,,Baltimore\n"
    command = ("import", file(text, "companies.csv"), "-d", "commerce.companies", "--map", "Ort=city", "--map", "city=")
    run(*command, "--save-template", "Monthly", "--dry-run")
    told = run("import", file(text, "companies.csv"), "--dry-run")
    assert "Its columns are those of the template Monthly, which is used." in told.out


def test_the_classes_of_customers_are_asked_for_a_day(run: Run, file: File) -> None:
    run("import", file("name,last_order\nHarbor,2026-01-15\nBlue Door,\n", "companies.csv"), "-d", "commerce.companies")
    asked = run("classes", "--on", "2026-07-14", "--json").json
    assert asked == {
        "dataset": "commerce.companies",
        "on": "2026-07-14",
        "classes": {"Active": 1, "Target": 0, "Prospect": 1, "Hold": 0},
    }
    (target,) = run("classes", "--on", "2026-07-15", "--class", "Target", "--json").json["records"]
    assert (target["key"], target["class"]) == ("harbor", "Target")
    assert "Prospect" in run("classes").out
    assert run("classes", "commerce.skus").status == 2


def test_an_export_under_another_one_s_playbook_is_refused(run: Run, file: File) -> None:
    report = file(REPORT, "sr.csv")
    told = run("import", report, "-p", "polaris.pathful_users")
    said = " ".join(told.err.split())
    assert told.status == 2
    assert said.startswith("sr.csv looks like polaris.pathful_sessions and not like polaris.pathful_users: ")
    assert "with --playbook polaris.pathful_sessions" in said
    assert run("batches", "--json").json == []
    meant = run("import", report, "-p", "polaris.pathful_users", "--map", "Name=name", "--dry-run", "--json")
    assert meant.json["playbook"] == "polaris.pathful_users"
