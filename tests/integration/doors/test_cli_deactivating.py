"""Switching a record off and on again by hand, on the command line."""

from tests.integration.doors.test_cli import File, Run, environment, file, run

__all__ = ["environment", "file", "run"]

TEACHERS = "Teacher Email,Teacher Name,School,Academic Year\nada@kck.example,Ada Park,Argentine Middle,2025-2026\n"
ADA = ("polaris.teacher_roster", "ada@kck.example|2025-2026")


def test_a_teacher_is_switched_off_listed_shown_and_switched_on_again(run: Run, file: File) -> None:
    roster = file(TEACHERS, "roster.csv")
    run("import", roster, "-d", ADA[0])
    assert "No import switches it on again" in run("deactivate", *ADA, "--reason", "Retired").out
    run("import", roster, "-d", ADA[0])
    [ada] = run("deactivated", "--json").json
    assert (ada["reason"], ada["named"]["file_name"], ada["named"]["imports"]) == ("Retired", "roster.csv", 1)
    assert "roster.csv, line 2" in " ".join(run("deactivated", ADA[0]).out.split())
    assert "Deactivated by" in run("record", *ADA).out
    assert run("reactivate", *ADA, "--reason", "She came back").out.strip() == "Switched on again."
    assert run("deactivated", "--json").json == []


def test_a_refusal_is_one_line(run: Run, file: File) -> None:
    run("import", file(TEACHERS, "roster.csv"), "-d", ADA[0])
    told = run("reactivate", *ADA, "--reason", "again")
    assert (told.status, told.err.strip()) == (2, "ada@kck.example|2025-2026 is active: nothing was changed.")
