"""What a source looks like is said where nobody says what it is, and where it is imported as something else."""

from tests.integration.doors.test_cli import File, Run, environment, file, run

__all__ = ["environment", "file", "run"]

REPORT = """\
Session ID,Title,Date,Status,User Auth Id,Name,SignUp Role,Attended Educator Count
5001,Careers in Nursing,2026-03-02 15:30:00,Completed,PF-1,Ada Park,Educator,1
"""


def test_a_source_whose_dataset_nobody_says_is_told_with_its_command(run: Run, file: File) -> None:
    report = file(REPORT, "sr.csv")
    told = run("import", report)
    assert told.status == 2
    said = " ".join(told.err.split())
    assert "say --dataset or --playbook" in said and "It looks like polaris.pathful_sessions: " in said
    assert f"workbench import {report} -p polaris.pathful_sessions" in said


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
