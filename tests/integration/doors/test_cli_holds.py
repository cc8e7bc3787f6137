"""What a plan waits for at the command line: a sentence, the command that lets it go on, and exit status 1."""

from tests.imports import ask
from tests.integration.doors.test_cli import STUDENTS, File, Run, environment, file, run

__all__ = ["environment", "file", "run"]

ROSTER = "Email,Name,Building,Academic Year\n"
ANA, BEA = "a@t.example,Ana Bo,North High,2025-2026\n", "b@t.example,Bea Co,North High,2025-2026\n"
UNREAD = (
    "Line 3 names no teacher that Workbench knows (b@t..example): it may be the teacher that would be switched off: "
    "Bea Co. Correct the line, or let the removal go on."
)


def test_a_removal_that_waits_says_what_to_type(run: Run, file: File) -> None:
    run("import", file(ROSTER + ANA + BEA), "-d", "polaris.teacher_roster")
    held = run("import", file(ROSTER + ANA + BEA.replace("t.", "t..", 1)), "-d", "polaris.teacher_roster")
    assert held.status == 1
    lines = held.out.splitlines()
    assert f"  {UNREAD}" in lines
    assert lines[lines.index("To let it go on:") + 1].endswith("--skip-errors --accept unread")
    still = run("commit", "latest", "--skip-errors", "--json")
    assert (still.status, still.json["status"]) == (1, "held")
    assert still.json["held_for"] == [{"code": "unread", "field": "email", "message": UNREAD, "rows": 1}]
    done = run("commit", "latest", "--skip-errors", "--accept", "unread", "--json")
    assert (done.json["status"], done.json["removed"]) == ("completed", 1)
    assert [(each["code"], each["by"]) for each in done.json["accepted"]] == [("unread", "ana")]
    assert f"Let go on by ana: {UNREAD}" in run("show", "latest").out.splitlines()


def test_a_school_that_is_nearly_known_and_one_that_is_new_are_told(run: Run, file: File) -> None:
    run("import", file(ROSTER + ANA), "-d", "polaris.teacher_roster")
    given = (
        ROSTER
        + ANA.replace("High", "HIGH")
        + BEA.replace("North", "Nort")
        + BEA.replace("b@", "c@").replace("North High", "Lakeside")
    )
    said = run("import", file(given), "-d", "polaris.teacher_roster", "--mode", "upsert")
    lines = said.out.splitlines()
    assert "  building: 1 cell was taken for what is known already: 'North HIGH' is 'North High'." in lines
    assert "building: Lakeside: new" in lines
    assert "  building: Nort High: did you mean North High? 1 row" in lines
    assert run("correct", "latest", "--suggested").status == 0
    assert run("commit", "latest").status == 0


def test_limits_are_options_of_an_import(run: Run, file: File) -> None:
    said = run("import", file(STUDENTS), "-d", "elevate.students", "--limit", "created=1")
    assert said.status == 1
    lines = said.out.splitlines()
    assert "  2 students would be created: the limit is 1 student." in lines
    assert ["Limits", "created 1"] in [line.split(maxsplit=1) for line in lines]
    assert run("commit", "latest", "--accept", "all").status == 0
    wrong = run("import", file(STUDENTS), "-d", "elevate.students", "--limit", "made=1")
    assert (wrong.status, wrong.out) == (2, "")
    assert "elevate.students has no limit called made." in wrong.err


def test_a_dry_run_says_what_it_would_wait_for(run: Run, file: File) -> None:
    said = run("import", file(STUDENTS), "-d", "elevate.students", "--limit", "created=0", "--dry-run")
    assert said.status == 1
    assert "It is held then, until a person decides:" in said.out.splitlines()


def test_kept_edits_are_counted_with_the_command_that_takes_the_files_value(run: Run, file: File, url: str) -> None:
    run("import", file(STUDENTS), "-d", "elevate.students")
    ask(url, "update elevate.profiles set phone = '555-000-0000' where email ~ '^jane' returning id")
    lines = run("import", file(STUDENTS), "-d", "elevate.students", "--dry-run").out.splitlines()
    at = lines.index("1 value that people edited since the last import is kept. To take the file's:")
    assert lines[at + 1].split()[:2] + lines[at + 1].split()[-1:] == ["workbench", "prefer", "3"]
    assert run("prefer", "latest", "3").status == 0
    assert run("prefer", "latest", "3", "--take-back").status == 0
    assert run("prefer", "latest", "3", "--take-back").err.startswith("Nobody has decided that line 3")
    assert run("prefer", "latest", "--take-back").status == 2
    assert run("prefer", "latest", "3").status == 0
    assert run("commit", "latest", "--json").json["updated"] == 1


def test_it_is_told_that_nothing_of_invalid_rows_is_written(run: Run, file: File) -> None:
    ghost = "Session ID,Title,Date,Status,Name,SignUp Role\n7001,Ghost,2026-10-03,Completed,,Educator\n"
    held = run("import", file(ghost, "ghost.csv"), "-p", "polaris.pathful_sessions")
    assert (held.status, "To let the good rows go on without them:" in held.out) == (1, True)


def test_a_plan_that_no_longer_holds_says_what_to_type(run: Run, file: File) -> None:
    planned = run("import", file(STUDENTS), "-d", "elevate.students", "--dry-run", "--json").json["batch"]
    assert run("import", file(STUDENTS), "-d", "elevate.students").status == 0
    refused = run("commit", planned)
    assert refused.status == 2
    assert f"Nothing was written. Plan it again: workbench plan {planned}" in refused.err
    assert run("plan", planned).status == 0
    assert run("commit", planned).status == 0


def test_what_is_suggested_for_an_import_that_is_written_comes_in_with_the_same_file_again(
    run: Run, file: File
) -> None:
    run("import", file("name,code\nNursing,CNA101\n", "courses.csv"), "-d", "elevate.courses")
    run("import", file(STUDENTS, "students.csv"), "-d", "elevate.students")
    rows = "student_email,course_code\njohn@example.com,CNA 101\n"
    run("import", file(rows, "enrollments.csv"), "-d", "elevate.enrollments", "--dry-run")
    assert run("correct", "latest", "--suggested").status == 0, "before anything is written"
    first = run("import", file(rows, "enrollments.csv"), "-d", "elevate.enrollments", "--json").json
    refused = run("correct", first["batch"], "--suggested")
    assert refused.status == 2
    assert "import the same file again, put right or with --value-map FIELD:TEXT=VALUE" in refused.err
    again = ("--value-map", "course_code:CNA 101=CNA101")
    run("import", file(rows, "enrollments.csv"), "-d", "elevate.enrollments", *again)
    assert "Unmatched: 0" in run("log", first["batch"]).out
