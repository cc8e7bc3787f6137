"""The command line as a person and as a program meets it: what it prints where, and how it exits."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from tests.imports import tamper
from workbench import Workbench, open_sheet
from workbench.doors import cli
from workbench.model.written_rows import written_as

STUDENTS = """\
email,first_name,last_name,phone,external_id
john@example.com,John,Doe,555-123-4567,EMP001
jane@example.com,Jane,Smith,555-987-6543,EMP002
"""
MIXED = """\
email,first_name,last_name,phone
john@example.com,John,Doe,555-000-0000
jane@example.com,Jane,Smith,555-987-6543
kim@example.com,Kim,Lee,
lou@example.com,Lou,May,
max@example.com,Max,Roe,
not an address,Bad,Row,
"""
COURSES = "name,code\nCNA Training,CNA101\n"
ENROLLMENTS = "student_email,course_code\njohn@example.com,CNA101\njane@example.com,BAKE101\n"


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a command answered."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on standard output."""
        return json.loads(self.out)


Run = Callable[..., Said]


@pytest.fixture
def environment(url: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """This test's database, home and person, as the environment names them."""
    monkeypatch.chdir(tmp_path)
    given = {
        "WORKBENCH_HOME": str(home),
        "WORKBENCH_DATABASE_URL": url,
        "WORKBENCH_USER": "ana",
        "WORKBENCH_TENANT": "default",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return {**os.environ, **given, "PYTHONPATH": str(Path(cli.__file__).parents[3])}


@pytest.fixture
def run(environment: dict[str, str], capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command: run("import", "students.csv", "--dataset", "elevate.students")."""

    def ran(*words: object) -> Said:
        capsys.readouterr()
        status = cli.run([str(word) for word in words])
        out, err = capsys.readouterr()
        return Said(status=status, out=out, err=err)

    return ran


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str, str], str]:
    """Writes a text down and gives the file's name."""

    def written(text: str, name: str = "students.csv") -> str:
        (tmp_path / name).write_text(text, "utf-8")
        return name

    return written


File = Callable[..., str]


@pytest.fixture
def completed(run: Run, file: File) -> str:
    """The id of a completed import of two students."""
    return str(run("import", file(STUDENTS), "--dataset", "elevate.students", "--json").json["batch"])


def students(url: str) -> int:
    with psycopg.connect(url) as connection:
        return connection.execute("select count(*) from elevate.profiles").fetchone()[0]


# --- import ---


def test_import_tells_a_program_what_the_interface_promises(run: Run, file: File, completed: str) -> None:
    said = run("import", file(MIXED, "mixed.csv"), "--dataset", "elevate.students", "--skip-errors", "--json")
    document = said.json
    assert (said.status, said.err) == (1, "")
    assert Path(document.pop("data_docs")).name == "index.html"
    assert document.pop("seconds") > 0
    assert len(document.pop("batch")) == 36
    assert {name: document[name] for name in (
        "dataset", "status", "dry_run", "processed", "created", "updated", "skipped", "unmatched", "invalid",
        "skipped_by_reason", "unmatched_by_kind", "issues_by_code", "balanced", "done",
    )} == {
        "dataset": "elevate.students", "status": "completed", "dry_run": False, "processed": 6, "created": 3,
        "updated": 1, "skipped": 1, "unmatched": 0, "invalid": 1, "skipped_by_reason": {"unchanged": 1},
        "unmatched_by_kind": {}, "issues_by_code": {"bad_email": 1}, "balanced": True, "done": False,
    }  # fmt: skip


@pytest.fixture
def enrollments(run: Run, file: File, completed: str) -> str:
    """A file of enrollments whose dates could be month first or day first."""
    run("import", file(COURSES, "courses.csv"), "--dataset", "elevate.courses")
    rows = "john@example.com,CNA101,03/02/2024,50%\njane@example.com,CNA101,2024-01-15,7.5%\n"
    return file("student_email,course_code,Start Date,Progress %\n" + rows, "enrollments.csv")


def test_dates_that_could_be_either_are_refused_in_one_sentence_that_says_what_to_type(
    run: Run, enrollments: str
) -> None:
    refused = run("import", enrollments, "--dataset", "elevate.enrollments")
    assert (refused.status, refused.out) == (2, "")
    assert refused.err == (
        "Start Date can be read in several ways: 03/02/2024 on line 2 is 2024-03-02 if the month stands first, "
        "2024-02-03 if the day stands first. "
        "Say which it is: --date-order enrolled_at=mdy or --date-order enrolled_at=dmy.\n"
    )
    suggested = run("suggest", enrollments, "elevate.enrollments")
    assert "Start Date can be read in several ways" in suggested.out
    assert "  --date-order enrolled_at=mdy or --date-order enrolled_at=dmy" in suggested.out


@pytest.mark.parametrize("name", ["enrolled_at", "Start Date", "start date"])
def test_the_order_that_was_said_counts_and_is_told_with_every_other_form(
    run: Run, enrollments: str, name: str
) -> None:
    words = ("import", enrollments, "--dataset", "elevate.enrollments", "--dry-run", "--date-order", f"{name}=dmy")
    said = run(*words)
    assert "\nForms     Start Date: day first (as it was said)\n" in said.out
    assert "\n          Progress %: in percent signs (50% on line 2 is 50)\n" in said.out
    document = run(*words, "--json").json
    assert document["mapping"]["forms"] == {"enrolled_at": "dmy"}
    assert [(one["field"], one["form"], one["by"]) for one in document["reading"]["forms"]] == [
        ("enrolled_at", "dmy", "person"),
        ("progress", None, None),
    ]


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        ("--date-order=enrolled_at=point", "--date-order enrolled_at cannot be 'point': it is one of dmy, mdy, ymd.\n"),
        ("--decimal=progress=dot", "--decimal progress cannot be 'dot': it is one of point, comma.\n"),
        ("--decimal=enrolled_at=point", "enrolled_at cannot be point: its form is one of ymd, mdy, dmy.\n"),
        ("--date-order=since=dmy", "elevate.enrollments has no field called since. Its fields: "),
    ],
)
def test_an_unknown_form_is_refused_in_one_sentence(run: Run, enrollments: str, option: str, sentence: str) -> None:
    refused = run("import", enrollments, "--dataset", "elevate.enrollments", option)
    assert (refused.status, refused.err.startswith(sentence), refused.err.count("\n")) == (2, True, 1)


def test_the_form_of_a_column_is_told_by_its_profile(run: Run, file: File) -> None:
    told = run("profile", file('since,weeks\n25/12/2024,"8,5"\n3/2/2024,"1.000"\n'))
    assert "day, day first (25/12/2024)" in told.out
    assert "decimal, decimal comma (8,5)" in told.out


def test_invalid_rows_hold_the_batch_until_a_person_lets_the_good_rows_go_on(run: Run, file: File, url: str) -> None:
    held = run("import", file(MIXED), "--dataset", "elevate.students", "--json")
    batch = held.json["batch"][:18]
    assert (held.status, held.json["status"], students(url)) == (1, "held", 0)
    still = run("commit", batch, "--json")
    assert (still.status, still.json["status"], students(url)) == (1, "held", 0)
    done = run("commit", batch, "--skip-errors", "--json")
    assert (done.status, done.json["status"], done.json["created"], students(url)) == (1, "completed", 5, 5)
    told = run("show", batch).out
    assert "Or say why invalid rows stay out:" in told and "Or say why unmatched rows" not in told
    assert f"workbench reject {batch} 7 --reason ..." in told
    refused = run("explain", batch, 7, "--reason", "No student, a heading")
    assert (refused.status, "or reject it: workbench reject." in refused.err) == (2, True)
    assert run("reject", batch, "--reason", "No student").status == 2
    rejected = run("reject", batch, 7, "--reason", "No student, a heading", "--json").json
    assert (rejected["done"], rejected["invalid"], rejected["rejected"]) == (True, 1, 1)
    assert (rejected["skipped_by_reason"], rejected["rejected_by"]) == ({}, {"ana": 1})


def test_the_list_of_rejected_rows_goes_to_their_owner_and_comes_back_corrected(
    run: Run, file: File, tmp_path: Path
) -> None:
    batch = run("import", file(MIXED), "--dataset", "elevate.students", "--skip-errors", "--json").json["batch"]
    assert "Invalid: 1 of 1 rejected (1 by ana)." in run("reject", batch, "--all", "--reason", "No student").out
    assert run("reject", batch, "--all", "--reason", "No student").status == 0, "there is nothing left to reject"
    assert run("rows", batch, "--rejected", "--outcome", "skipped").status == 2
    assert run("rows", batch, "--rejected", "-o", "owner.csv").status == 0
    text = (tmp_path / "owner.csv").read_text("utf-8-sig")
    assert text == (
        "email,first_name,last_name,phone,line,outcome,issues,reason,import\n"
        "not an address,Bad,Row,,7,invalid,email: Invalid email format,rejected: No student,"
        f"{written_as(UUID(batch), 0)}\n"
    )
    assert [row["line"] for row in run("rows", batch, "--rejected", "--format", "json").json] == [7]
    assert "invalid (rejected)" in run("rows", batch, "--rejected").out
    (tmp_path / "owner.csv").write_text(text.replace("not an address", "row@example.com"), "utf-8")
    again = run("import", "owner.csv", "--dataset", "elevate.students", "--json")
    assert (again.status, again.json["created"]) == (0, 1)


def test_an_import_that_nobody_wants_is_discarded(run: Run, file: File, url: str) -> None:
    batch = run("import", file(STUDENTS), "--dataset", "elevate.students", "--dry-run", "--json").json["batch"]
    assert (
        "Discarded by ana (the wrong term). Nothing of it was written."
        in run("discard", batch, "--reason", "the wrong term").out
    )
    shown = run("show", batch, "--json").json
    assert (shown["status"], shown["undone"], shown["done"]) == ("discarded", False, False)
    refused = run("commit", batch)
    assert (refused.status, "is discarded; committing needs one that is planned." in refused.err) == (2, True)
    assert run("discard", batch).status == 2
    assert ("discarded" in run("batches").out, students(url)) == (True, 0)
    first = run("log", batch).out.splitlines()[0]
    assert first == "Import type: Elevate: Students (discarded by ana: nothing is written)"


def test_a_dry_run_of_an_undo_says_what_goes_and_which_later_files_name_it(
    run: Run, file: File, completed: str
) -> None:
    run("import", file(STUDENTS, "again.csv"), "--dataset", "elevate.students")
    said = run("undo", completed, "--dry-run").out
    assert "2 records that the import had created: removed." in said
    assert "again.csv (2)" in said
    run("undo", completed)
    run("import", file(STUDENTS, "anew.csv"), "--dataset", "elevate.students")
    assert "in later files" not in run("undo", run("batches", "--json").json[0]["batch"], "--dry-run").out


def test_every_list_says_what_was_taken_back(run: Run, file: File, completed: str) -> None:
    undo = run("undo", completed, "--json").json
    assert undo["undone"] is False
    shown = run("show", completed, "--json").json
    assert (shown["status"], shown["undone"], shown["undone_by"], shown["done"]) == (
        "completed",
        True,
        undo["batch"],
        False,
    )
    assert "undone" in run("batches").out
    told = run("show", completed).out
    assert f"Undone by run {undo['batch'][:18]}: what it wrote was taken back." in told
    assert "To sign it off" not in told
    assert "proven by the database; undone since." in told
    assert run("rows", completed).out.startswith(
        "Undone by ana: what it wrote was taken back. As they were written then:"
    )
    log = run("log", completed, "--json").json
    assert log["state"].startswith("undone by ana, ")


def test_a_dry_run_writes_nothing_and_its_plan_is_what_commit_executes(run: Run, file: File, url: str) -> None:
    planned = run("import", file(STUDENTS), "--dataset", "elevate.students", "--dry-run", "--json")
    assert (planned.status, planned.json["status"], planned.json["dry_run"], students(url)) == (0, "planned", True, 0)
    done = run("commit", planned.json["batch"], "--json").json
    assert (done["status"], done["dry_run"], done["created"], students(url)) == ("completed", False, 2, 2)


def test_a_dry_run_with_rows_for_a_person_exits_1(run: Run, file: File) -> None:
    assert run("import", file(MIXED), "--dataset", "elevate.students", "--dry-run").status == 1


def test_unmatched_rows_exit_1(run: Run, file: File, completed: str) -> None:
    assert run("import", file(COURSES, "courses.csv"), "--dataset", "elevate.courses").status == 0
    said = run("import", file(ENROLLMENTS, "enrollments.csv"), "--dataset", "elevate.enrollments", "--json")
    assert (said.status, said.json["status"], said.json["unmatched_by_kind"]) == (1, "completed", {"course": 1})


def test_a_person_reads_the_whole_story(run: Run, file: File) -> None:
    text = MIXED.replace("phone", "phone,shoe size", 1).replace("\n", ",\n").replace("size,", "size", 1)
    said = run("import", file(text), "--dataset", "elevate.students", "--skip-errors", "--notes", "First try")
    for part in (
        "students.csv (CSV, utf-8, delimiter comma, header on line 1)",
        "email → email, first_name → first_name",
        "Not imported   shoe size",
        "        6         5         0         0           0         1",
        "bad_email      1   7       email: Invalid email format",
        "Import type: Elevate: Students",
        "Run by: ana",
        "  Invalid: 1",
        "Decisions/notes: First try",
        "Data docs: file://",
        "Not done: 1 row is invalid. Correct and import it:",
        "--outcome invalid --format xlsx -o invalid.xlsx",
    ):
        assert part in said.out
    assert said.err == ""


def test_the_same_file_again_warns_with_the_earlier_batch_and_writes_nothing(
    run: Run, file: File, completed: str
) -> None:
    said = run("import", file(STUDENTS, "again.csv"), "--dataset", "elevate.students", "--json")
    assert (said.status, said.json["skipped_by_reason"]) == (0, {"unchanged": 2})
    assert said.err.startswith("again.csv is the same file as students.csv, imported at 20")
    assert completed in said.err and said.err.count("\n") == 1


def test_columns_constants_values_and_clears_come_from_the_command_line(run: Run, file: File, completed: str) -> None:
    run("import", file(COURSES, "courses.csv"), "--dataset", "elevate.courses")
    odd = "who,what=course,status,note\njohn@example.com,CNA101,Attnded,x\njane@example.com,CNA101,,y\n"
    said = run(
        "import", file(odd, "odd.csv"), "--dataset", "elevate.enrollments", "--map", "who=student_email",
        "--map", "what=course=course_code", "--map", "note=", "--value-map", "status:Attnded=completed",
        "--set", "progress=50", "--clear", "completed_at", "--save-template", "Odd sheet", "--json",
    )  # fmt: skip
    assert (said.status, said.json["created"]) == (0, 2)
    assert said.json["mapping"] == {
        "columns": {"who": "student_email", "what=course": "course_code", "status": "status"},
        "value_maps": {"status": {"Attnded": "completed"}},
        "constants": {"progress": "50"},
        "clears": ["completed_at"],
        "left_out": ["note"],
        "forms": {},
        "lenient": [],
        "repairs": [],
        "on_conflict": None,
        "holds": [],
        "limits": {},
        "on_edit": None,
        "confirmed": [],
    }
    again = run("import", "odd.csv", "--dataset", "elevate.enrollments", "--template", "Odd sheet", "--json")
    assert (again.status, again.json["skipped_by_reason"]) == (0, {"unchanged": 2})
    assert [one["name"] for one in run("templates", "--json").json] == ["Odd sheet"]


def test_what_was_noticed_of_cells_comes_with_the_options_that_say_what_is_meant(run: Run, file: File) -> None:
    name = file("email,name,phone,id\na@x.example,Null,n/a,'00123\nb@x.example,JosÃ© Ruiz,,\nc@x.example,#REF!,,\n")
    said = run("import", name, "--dataset", "elevate.students", "--map", "id=external_id")
    assert said.status == 1
    assert [line.strip() for line in said.out.splitlines() if line.startswith("  ")][:8] == [
        "full_name: 'Null' in 1 row, '#REF!' in 1 row: read as no value, and nobody has said what is meant.",
        "To say that they are none: --value-map full_name:Null= --value-map 'full_name:#REF!='",
        "To say that they are meant so: --value-map full_name:Null=Null",
        "full_name: 1 cell was perhaps read in a wrong encoding: 'JosÃ© Ruiz' may be 'José Ruiz'.",
        "To repair them: --repair full_name",
        "phone: 'n/a' in 1 row: read as no value, and nobody has said what is meant.",
        "To say that they are none: --value-map phone:n/a=",
        'external_id: 1 cell was written as ="..." or \'..., and read as what stands inside.',
    ]
    suggested = run("suggest", name, "elevate.students", "--json").json
    assert suggested["noticed"]["null_texts"] == {"full_name": {"Null": 1, "#REF!": 1}, "phone": {"n/a": 1}}
    assert suggested["noticed"]["misread"] == {"full_name": {"before": "JosÃ© Ruiz", "after": "José Ruiz", "rows": 1}}
    said = run(
        "import", name, "--dataset", "elevate.students", "--value-map", "full_name:Null=Null", "--lenient", "phone",
        "--repair", "full_name", "--skip-errors", "--json",
    )  # fmt: skip
    assert (said.json["created"], said.json["issues_by_code"]) == (2, {"error_cell": 1, "bad_phone": 1})
    assert said.json["noticed"]["repaired"] == {"full_name": 1}
    refused = run("import", name, "--dataset", "elevate.students", "--lenient", "email")
    sentence = "A wrong cell of email cannot cost that cell alone: no record can do without it."
    assert (refused.status, refused.err.splitlines()[-1]) == (2, sentence)


@pytest.mark.both_servers
def test_records_that_a_roster_no_longer_names_are_listed_before_they_are_switched_off(run: Run, file: File) -> None:
    header = "Teacher Email,Teacher Name,School,Academic Year,Virtual Year\n"
    rows = [f"{name}@kck.example,{name.title()} Day,North,2024-2025,2024-2025\n" for name in ("ada", "ben", "cid")]
    options = ("--dataset", "polaris.teacher_roster", "--set", "district=KCK")
    run("import", file(header + "".join(rows), "roster.csv"), *options)
    said = run("import", file(header + rows[0], "roster2.csv"), *options, "--dry-run")
    assert said.status == 0
    assert (
        "2 records that the file does not name will be deactivated:\n  deactivated: ben@kck.example, Ben Day"
        in said.out
    )
    assert run("import", "roster2.csv", *options, "--json").json["removed_by_action"] == {"deactivated": 2}
    assert "1 skipped, 2 deactivated   roster2.csv" in run("batches").out


def test_a_workbook_and_standard_input_are_sources_too(run: Run, environment: dict[str, str], completed: str) -> None:
    assert run("rows", completed, "-o", "rows.xlsx").status == 0
    assert run("import", "rows.xlsx", "--dataset", "elevate.students", "--sheet", "rows", "--json").json["skipped"] == 2
    words = [sys.executable, "-m", "workbench", "import", "-", "--dataset", "elevate.students", "--json"]
    done = subprocess.run(words, input=MIXED, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, json.loads(done.stdout)["processed"]) == (1, 6)


# --- refusals ---


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("import nowhere.csv -d elevate.students", "nowhere.csv cannot be read: "),
        ("import students.csv -d elevate.stars", "There is no dataset called elevate.stars. Known datasets: "),
        ("import students.csv -d elevate.students -p elevate", "Invalid value for import: say --dataset or --playbook"),
        ("import students.csv -d elevate.courses", "No column for the required name of elevate.courses"),
        ("import students.csv -d elevate.enrollments", "elevate.enrollments refers to elevate.courses and elevate.st"),
        ("import students.csv -d elevate.students --mode wild", "elevate.students cannot be imported in mode wild"),
        ("import students.csv -d elevate.students --map x", "Invalid value for --map: 'x' is not of the form HEADER="),
        ("import students.csv -d elevate.students --map x=email", "The source has no column called x. Its columns: "),
        ("import students.csv -d elevate.students --set x=1", "elevate.students has no field called x. Its fields: "),
        ("import students.csv -d elevate.students --value-map x=1", "Invalid value for --value-map: 'x=1' is not of"),
        ("import students.csv -d elevate.students --template T", "There is no template called T for elevate.students"),
        ("import header.csv -d elevate.students", "header.csv has no rows below its header"),
        ("import empty.csv -d elevate.students", "empty.csv cannot be read: "),
        ("import ragged.csv -d elevate.students", "Line 3: "),
        ("read ragged.csv", "Line 3: "),
        ("read students.csv -o nowhere/x.csv", "nowhere/x.csv cannot be written: "),
        ("show ffff", "There is no batch ffff."),
        ("show ''", "There is no batch ."),
        ("record elevate.students no@example.com", "There is no elevate.students record with the key no@example.com"),
        ("rows 0 --outcome lost", "Invalid value for '--outcome': 'lost' is not one of 'created'"),
        ("note 0", "Invalid value for note: say --notes, --follow-ups or both."),
        ("--tenant 'Not A Slug' batches", "WORKBENCH_TENANT is not configured: "),
        ("frobnicate", "No such command 'frobnicate'."),
        ("batches --nonsense", "No such option: --nonsense"),
    ],
)
def test_a_refusal_is_one_line_on_standard_error_and_status_2(run: Run, file: File, words: str, sentence: str) -> None:
    file(STUDENTS)
    file("email,full_name\n", "header.csv")
    file("", "empty.csv")
    file("email,full_name\na@b.co,A\nb@b.co,B,C\n", "ragged.csv")
    said = run(*shlex.split(words))
    assert (said.status, said.out, said.err.count("\n")) == (2, "", 1)
    assert said.err.startswith(sentence)


def test_a_database_that_is_not_there_is_named_without_its_password(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_DATABASE_URL", "postgresql://ana:s3cret@127.0.0.1:1/none")
    said = run("batches")
    assert (said.status, said.out, said.err.count("\n")) == (2, "", 1)
    assert said.err.startswith("The database cannot be reached: ")
    sick = run("doctor", "--json")
    assert (sick.status, sick.json["healthy"], sick.json["database_url"]) == (
        1,
        False,
        "postgresql://ana:***@127.0.0.1:1/none",
    )
    assert "s3cret" not in said.out + said.err + sick.out + sick.err


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://ana@corp:S3CRET@127.0.0.1:1/school",
        "postgresql://ana:S3C/RET@127.0.0.1:1/school",
        "postgresql:///ana:S3CRET@127.0.0.1/school?host=/nowhere",
        "postgresql://ana@127.0.0.1:1/school?pass%77ord=S3CRET&sslpassword=S3CRET",
        "postgresql://ana:%zzS3CRET@127.0.0.1:1/school",
        "host=127.0.0.1 port=1 password = S3CRET",
        "host=127.0.0.1 port=1 password='S3C RET'",
        "host=127.0.0.1 port=1 password=S3C RET",
        "host=127.0.0.1 port=S3CRET",
        "host=127.0.0.1 port=1 passfile=S3CRET service=S3CRET",
        "host=127.0.0.1 port=1 connect_timeout=S3CRET",
        "PGPASSWORD=S3CRET host=127.0.0.1",
        "S3CRET",
    ],
)
def test_nothing_says_a_secret_however_the_address_is_written(
    run: Run, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("WORKBENCH_DATABASE_URL", address)
    for words in ("batches", "doctor", "doctor --json", "db upgrade"):
        said = run(*words.split())
        assert said.status in (1, 2)
        assert said.err.count("\n") <= 1
        for part in ("S3C", "RET"):
            assert part not in said.out + said.err


@pytest.mark.both_servers
def test_a_database_that_is_not_there_is_not_named_where_its_name_is_half_an_address(
    run: Run, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_DATABASE_URL", make_conninfo(server, dbname="ana:S3CRET@db/school"))
    said = run("batches")
    assert said.err == 'The database cannot be reached: database "..." does not exist\n'
    assert "S3CRET" not in run("doctor", "--json").out


@pytest.mark.both_servers
def test_a_database_that_is_not_set_up_says_how_it_is(
    run: Run, server: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("drop schema workbench cascade")
    assert run("batches").err == (
        "The database is not set up for this version of Workbench. Run: workbench db upgrade\n"
    )
    assert (run("doctor").status, run("db", "upgrade").status, run("batches").status) == (1, 0, 0)


def test_nothing_that_a_terminal_would_obey_gets_out_of_a_cell(run: Run, file: File) -> None:
    evil = "email,full_name\nnot\x1b[2Jan\x9baddress,[red]E[/red]\n"
    said = run("import", file(evil), "--dataset", "elevate.students")
    rows = run("rows", run("batches", "--json").json[0]["batch"])
    assert not {"\x1b", "\x9b"} & set(said.out + said.err + rows.out + rows.err)


def test_an_interrupted_command_says_so_and_exits_130(environment: dict[str, str]) -> None:
    words = [sys.executable, "-m", "workbench", "import", "-", "--dataset", "elevate.students"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(words, env=environment, text=True, **pipes) as process:
        process.stdin.write("email,full_name\n" * 20_000)  # more than a pipe holds: it reads when this is through
        process.stdin.flush()
        time.sleep(1)  # what the pipe still held is read by now, and it waits for more, as it would for a person
        process.send_signal(signal.SIGINT)
        process.wait(30)
        assert (process.returncode, process.stdout.read(), process.stderr.read().count("\n")) == (130, "", 1)


def test_a_reader_that_has_read_enough_is_no_error(environment: dict[str, str], run: Run, file: File) -> None:
    many = "email,full_name\n" + "".join(f"s{n}@example.com,Student {n}\n" for n in range(2_000))
    batch = run("import", file(many), "--dataset", "elevate.students", "--json").json["batch"]
    words = [sys.executable, "-m", "workbench", "rows", batch, "--format", "csv"]
    with subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"email,full_name,line,outcome,issues,reason,import\n"
        process.stdout.close()
        assert (process.wait(30), process.stderr.read()) == (0, b"")


# --- every command ---


@pytest.mark.parametrize(
    "words",
    [
        "datasets", "datasets elevate.students", "template elevate.students", "templates", "read students.csv",
        "suggest students.csv elevate.students", "profile students.csv", "import students.csv -d elevate.students",
        "batches", "show {0}", "log {0}", "rows {0}", "rows {0} -o rows.csv",
        "record elevate.students john@example.com", "note {0} --notes x",
        "sign-off {0}", "evidence {0}", "undo {0} --dry-run", "undo {0}", "db upgrade", "doctor",
    ],
)  # fmt: skip
def test_every_command_prints_one_json_document(run: Run, completed: str, words: str) -> None:
    said = run(*words.format(completed).split(), "--json")
    assert said.status == 0
    assert said.json is not None


@pytest.mark.parametrize(
    "words", [("--tenant", "north", "--as", "bo", "batches"), ("batches", "--tenant", "north", "--as", "bo")]
)
def test_where_and_who_stand_before_a_command_or_after_it(run: Run, completed: str, words: tuple[str, ...]) -> None:
    assert run(*words, "--json").json == []
    assert [batch["batch"] for batch in run("batches", "--json").json] == [completed]


def test_help_needs_none_of_the_heavy_libraries() -> None:
    heavy = {"pandas", "pyarrow", "psycopg", "sqlalchemy", "alembic", "great_expectations", "rich"}
    code = "import sys; from workbench.doors.cli import run; run([]); "
    code += f"print({heavy} & sys.modules.keys(), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "set()\n")
    assert done.stdout.startswith("Usage: workbench")


# --- before an import ---


def test_read_prints_what_the_reader_understood(run: Run, tmp_path: Path) -> None:
    (tmp_path / "odd.csv").write_bytes("Report of May\nName;Amount\r\nZoë;1,5\r\n\r\n".encode("cp1252"))
    said = run("read", "odd.csv")
    assert (said.status, said.out) == (0, 'Name,Amount\nZoë,"1,5"\n')
    assert said.err.startswith(
        "odd.csv: CSV, cp1252, delimiter semicolon, header on line 2, 1 line above it ignored, 1 row"
    )
    found = run("read", "odd.csv", "-o", "clean.csv", "--json").json
    assert {name: found[name] for name in ("encoding", "delimiter", "header_line", "preamble", "sheets", "rows")} == {
        "encoding": "cp1252", "delimiter": ";", "header_line": 2, "preamble": ["Report of May"], "sheets": [],
        "rows": 1,
    }  # fmt: skip
    assert (tmp_path / "clean.csv").read_text("utf-8") == said.out


def test_suggest_says_what_it_would_use_and_what_needs_a_persons_word(run: Run, file: File) -> None:
    sheet = file("E-Mail,course code,stat\na@b.co,CNA101,x\n", "sheet.csv")
    columns = run("suggest", sheet, "elevate.enrollments", "--json").json["columns"]
    assert [(one["header"], one["field"], one["sure"]) for one in columns] == [
        ("E-Mail", "student_email", True), ("course code", "course_code", True), ("stat", "status", False),
    ]  # fmt: skip
    assert all(one["reason"] for one in columns)


def test_suggest_names_the_texts_that_are_no_choice(run: Run, file: File) -> None:
    sheet = file("student_email,course_code,status\na@b.co,C1,Complete\nb@b.co,C1,active\nc@b.co,C1,Zzz\n", "sheet.csv")
    assert run("suggest", sheet, "elevate.enrollments", "--json").json["values"] == {
        "status": {"Complete": "completed", "Zzz": ""}
    }
    assert "--value-map 'status:Complete=completed'" in run("suggest", sheet, "elevate.enrollments").out


def test_an_import_says_how_to_say_what_a_text_means(run: Run, file: File) -> None:
    text = "name,code,is_active\nOne,C1,vielleicht\nTwo,C2,true\n"
    held = run("import", file(text, "courses.csv"), "-d", "elevate.courses")
    assert "To say what a text means:\n  --value-map is_active:vielleicht=...\n" in held.out
    assert run("import", "courses.csv", "-d", "elevate.courses", "--value-map", "is_active:vielleicht=true").status == 0
    run("import", file("email,name\na@b.co,Ada Park\n", "students.csv"), "-d", "elevate.students")
    text = "student_email,course_code,status\na@b.co,C1,gar nichts\na@b.co,C1,Complete\n"
    held = run("import", file(text, "enrollments.csv"), "-d", "elevate.enrollments")
    assert "To say what a text means:\n  --value-map 'status:gar nichts=...'  # 1 row\n" in held.out
    held = run("import", file(text.replace("gar nichts", "completely"), "near.csv"), "-d", "elevate.enrollments")
    assert "  --value-map status:completely=completed  # 1 row\n" in held.out


def test_the_most_frequent_texts_of_wrong_cells_are_named_each_with_what_to_say_of_it(run: Run, file: File) -> None:
    weeks = [*["0.5"] * 3, *["-"] * 2, "8,5x", "twelve"]
    text = "name,code,duration_weeks\n" + "".join(f'N{at},C{at},"{week}"\n' for at, week in enumerate(weeks))
    held = run("import", file(text, "courses.csv"), "-d", "elevate.courses")
    assert "“0.5” in 3 rows, “-” in 2, “8,5x” in 1 and 1 other text" in " ".join(held.out.split())
    assert "reads as no value" not in held.out, "which is true of two of the rows"
    assert (
        "To say what a text means:\n  --value-map duration_weeks:0.5=...  # 3 rows\n"
        "  --value-map duration_weeks:-=  # 2 rows\n\n"
    ) in held.out
    meant = ("--value-map", "duration_weeks:0.5=1", "--value-map", "duration_weeks:-=", "--skip-errors", "--json")
    assert run("import", "courses.csv", "-d", "elevate.courses", *meant).json["created"] == 5
    run("import", file("email,name\na@b.co,Ada Park\n", "students.csv"), "-d", "elevate.students")
    text = "student_email,course_code,status\n" + "".join(
        f"a@b.co,C{at},{status}\n" for at, status in enumerate(["Actve", "Actve", "TBD", "gar nichts"])
    )
    held = run("import", file(text, "enrollments.csv"), "-d", "elevate.enrollments")
    said = ("status:Actve=active  # 2 rows", "status:TBD=  # 1 row", "'status:gar nichts=...'  # 1 row")
    assert "".join(f"  --value-map {each}\n" for each in said) in held.out


@pytest.mark.parametrize("text", ["cna101", "cna 101", "CNA-101", "'CNA:101'"])
def test_what_is_printed_to_accept_a_suggestion_brings_the_rows_in(run: Run, file: File, text: str) -> None:
    run("import", file("name,code\nNursing,CNA101\n", "courses.csv"), "-d", "elevate.courses")
    run("import", file("email,name\na@b.co,Ada Park\n", "students.csv"), "-d", "elevate.students")
    sheet = file(f"student_email,course_code\na@b.co,{text}\n", "enrollments.csv")
    done = run("import", sheet, "-d", "elevate.enrollments")
    lines = done.out.splitlines()
    printed = lines[lines.index("To accept that, import these rows again with") + 1]
    again = run("import", sheet, "-d", "elevate.enrollments", *shlex.split(printed), "--json")
    assert (again.status, again.json["created"], again.json["unmatched"]) == (0, 1, 0)


def test_a_template_imports_as_it_stands(run: Run, tmp_path: Path) -> None:
    for dataset in ("courses", "students", "enrollments"):
        assert run("template", f"elevate.{dataset}", "-o", f"{dataset}.csv").status == 0
        printed = run("template", f"elevate.{dataset}").out
        assert (tmp_path / f"{dataset}.csv").read_text("utf-8") == f"\ufeff{printed}", "Excel needs the mark"
        assert run("import", f"{dataset}.csv", "--dataset", f"elevate.{dataset}").status == 0


# --- the proof ---


def test_rows_corrected_in_a_spreadsheet_are_imported_again(run: Run, file: File, tmp_path: Path) -> None:
    batch = run("import", file(MIXED), "--dataset", "elevate.students", "--skip-errors", "--json").json["batch"]
    assert run("rows", batch, "--outcome", "invalid", "-o", "invalid.csv").status == 0
    text = (tmp_path / "invalid.csv").read_text("utf-8-sig")
    assert text == (
        "email,first_name,last_name,phone,line,outcome,issues,reason,import\n"
        f"not an address,Bad,Row,,7,invalid,email: Invalid email format,,{written_as(UUID(batch), 0)}\n"
    )
    (tmp_path / "invalid.csv").write_text(text.replace("not an address", "row@example.com"), "utf-8")
    again = run("import", "invalid.csv", "--dataset", "elevate.students", "--json")
    assert (again.status, again.json["created"]) == (0, 1)
    assert again.json["not_imported"] == ["line", "outcome", "issues", "reason", "import"]


def test_rows_say_every_rows_outcome_and_changes(run: Run, file: File, completed: str) -> None:
    batch = run("import", file(MIXED), "--dataset", "elevate.students", "--skip-errors", "--json").json["batch"]
    rows = run("rows", batch, "--json").json
    assert [(row["line"], row["status"], row["outcome"], row["reason"]) for row in rows] == [
        (2, "applied", "updated", None), (3, "skipped", "skipped", "unchanged"), (4, "applied", "created", None),
        (5, "applied", "created", None), (6, "applied", "created", None), (7, "failed", "invalid", None),
    ]  # fmt: skip
    assert rows[0]["changes"] == {"phone": ["555-123-4567", "555-000-0000"]}
    assert rows[5]["issues"] == [
        {"code": "bad_email", "field": "email", "message": "Invalid email format", "severity": "error"}
    ]
    assert rows[0]["raw"]["last_name"] == "Doe" and rows[0]["payload"]["full_name"] == "John Doe"
    assert run("rows", batch, "--format", "json", "--outcome", "updated").json == rows[:1]
    assert "phone: 555-123-4567 → 555-000-0000" in run("rows", batch).out


def test_a_workbook_of_rows_needs_a_file(run: Run, completed: str) -> None:
    assert run("rows", completed, "--format", "xlsx").status == 2
    assert run("rows", completed, "-o", "rows.xlsx").status == 0
    assert open_sheet("rows.xlsx").headers == (
        "email",
        "first_name",
        "last_name",
        "phone",
        "external_id",
        "line",
        "outcome",
        "issues",
        "reason",
        "import",
    )


def test_an_import_is_taken_back_and_its_records_go(run: Run, completed: str, url: str) -> None:
    undone = run("undo", completed, "--json")
    assert (undone.status, undone.json["undo_of"], undone.json["processed"], students(url)) == (0, completed, 2, 0)
    assert run("undo", completed).err == f"Batch {completed} was already undone by batch {undone.json['batch']}.\n"


def test_what_is_done_is_offered_to_be_signed_by_whoever_may(run: Run, completed: str) -> None:
    name = completed[:18]
    mine = f"Done. To sign it off, or to take it back:\n  workbench sign-off {name}\n  workbench undo {name}\n"
    assert run("show", completed).out.endswith(mine)
    run("batches", "--as", "bo")
    somebody = (
        "Done. ana ran it, so somebody else has to sign it off:\n"
        f"  workbench --as SOMEBODY sign-off {name}\nTo take it back:\n  workbench undo {name}\n"
    )
    assert run("show", completed).out.endswith(somebody)
    theirs = mine.replace("workbench", "workbench --as bo")
    assert run("--as", "bo", "show", completed).out.endswith(theirs)


def test_a_signature_freezes_the_log_and_is_somebody_elses(run: Run, completed: str) -> None:
    run("batches", "--as", "bo")
    assert run("sign-off", completed).err == f"ana ran batch {completed}; somebody else has to sign it off.\n"
    assert run("note", completed, "--follow-ups", "None left").status == 0
    assert run("sign-off", completed, "--as", "bo", "--json").json["signed_by"] == "bo"
    assert run("show", completed, "--json").json["signature"]["signed_by"] == "bo"
    assert run("note", completed, "--notes", "too late").status == 2


def test_evidence_is_a_file_that_is_checked_without_a_database(
    run: Run, completed: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert run("sign-off", completed).out.splitlines()[-1].startswith("Key: ")
    written = run("evidence", completed, "-o", "evidence.zip")
    assert (written.status, written.out.splitlines()[0]) == (0, "Written: evidence.zip")
    key = run("doctor", "--json").json["signing_key"]
    assert f"The key that signed it is {key}, that of this home." in written.out
    (tmp_path / "key.txt").write_text(key)
    monkeypatch.setenv("WORKBENCH_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nowhere")
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "elsewhere"))
    found = run("verify", "evidence.zip", "--key", "key.txt")
    assert (found.status, found.out.splitlines()[-1]) == (0, "  Everything is as it was signed.")
    assert not (tmp_path / "elsewhere").exists()
    content = (tmp_path / "evidence.zip").read_bytes()
    (tmp_path / "evidence.zip").write_bytes(content[:40] + bytes([content[40] ^ 1]) + content[41:])
    found = run("verify", "evidence.zip", "--json")
    assert (found.status, [each["item"] for each in found.json["differs"]]) == (1, ["figures"])
    assert run("verify", "none.zip").status == 2
    assert run("verify", "evidence.zip", "--key", "evidence.zip").err.endswith("it is no public Ed25519 key.\n")


def test_verify_names_what_the_databases_owner_has_altered(run: Run, completed: str, url: str) -> None:
    assert run("verify", completed).err.endswith("nobody has signed it.\n")
    run("sign-off", completed)
    assert run("verify", completed).out.splitlines()[-1] == "  Everything is as it was signed."
    tamper(url, "update workbench.import_outcome set reason = 'x' where line = 2")
    found = run("verify", completed)
    assert found.status == 1
    said = "  outcomes: not all of its 2 rows are what was signed (elevate.students from line 2 on)"
    assert found.out.splitlines()[-1] == said
    written = run("evidence", completed, "-o", "evidence.zip")
    assert (written.status, written.out.splitlines()[-1]) == (1, said)
    said = "  outcomes: it is not what was signed (elevate.students from line 2 on)"
    assert run("verify", "evidence.zip").out.splitlines()[-1] == said


def test_several_bundles_are_checked_for_following_each_other(run: Run, file: File, completed: str) -> None:
    ids = [completed]
    for number in range(2):
        text = f"email,name\nx{number}@example.com,X Y\n"
        ids.append(run("import", file(text, f"{number}.csv"), "-d", "elevate.students", "--json").json["batch"])
    for number, batch in enumerate(ids):
        run("sign-off", batch)
        run("evidence", batch, "-o", f"e{number}.zip")
    assert run("verify", "e0.zip", "e1.zip", "e2.zip").status == 0
    found = run("verify", "e0.zip", "e2.zip")
    assert found.status == 1
    assert found.out.splitlines()[-1] == f"chain: no bundle given lies between signature 1 and signature 3 ({ids[2]})"
    assert len(run("verify", "e0.zip", "e1.zip", "--json").json["proofs"]) == 2


def test_log_prints_the_playbooks_template_filled_in(run: Run, completed: str) -> None:
    lines = run("log", completed).out.splitlines()
    assert lines[0] == "Import type: Elevate: Students"
    assert lines[2:6] == ["Run by: ana", "File name: students.csv", "Window: None", ""]
    assert lines[6:13] == [
        "Results:", "  Processed: 2", "  Created: 2", "  Updated: 0", "  Skipped: 0", "  Unmatched: 0", "  Invalid: 0",
    ]  # fmt: skip


def test_a_record_shows_every_import_that_touched_it(run: Run, file: File, completed: str) -> None:
    second = run("import", file(MIXED), "--dataset", "elevate.students", "--skip-errors", "--json").json["batch"]
    found = run("record", "elevate.students", "john@example.com", "--json").json
    assert found["record"]["phone"] == "555-000-0000"
    assert [(one["batch"], one["line"], one["outcome"]) for one in found["history"]] == [
        (second, 2, "updated"), (completed, 2, "created"),
    ]  # fmt: skip


def test_a_record_tells_who_committed_what_another_person_ran_and_that_an_undo_took_it_away(
    run: Run, file: File
) -> None:
    text = "email,full_name\nada@example.com,Ada Park\n"
    batch = run("import", file(text), "-d", "elevate.students", "--dry-run", "--json").json["batch"]
    assert run("--as", "omar", "commit", batch).status == 0
    found = run("record", "elevate.students", "ada@example.com").out
    assert re.search(r" created +ana, committed by omar ", found)
    assert run("--as", "omar", "undo", batch).status == 0
    found = run("record", "elevate.students", "ada@example.com").out
    assert re.search(r" undo: the record was taken away +omar ", found)
    assert "(removed)" not in found


def test_find_tells_which_field_says_it_where_a_record_is_not_known_by_it(run: Run, file: File) -> None:
    text = "name,salesperson\nNightjar Wines,Quentin Zabriskie\n"
    assert run("import", file(text, "nj.csv"), "--dataset", "commerce.companies").status == 0
    out = run("find", "Zabriskie").out
    assert "No record" not in out
    assert "salesperson: Quentin Zabriskie" in " ".join(out.split())


def test_find_tells_records_and_the_rows_that_became_none(run: Run, file: File, completed: str) -> None:
    second = run("import", file(MIXED), "--dataset", "elevate.students", "--skip-errors", "--json").json["batch"]
    found = run("find", "(555)", "000-0000", "--json").json
    assert [(one["dataset"], one["key"]) for one in found["records"]] == [("elevate.students", "john@example.com")]
    first, _, _, row = run("find", "bad", "row").out.splitlines()
    assert first == "Rows that were not written, or were taken back:", "of a record that is there, too"
    assert row.split()[1:4] == ["7", second[:18], "invalid"]
    assert "email: Invalid email format" in row
    fits = "Nothing that was ever imported fits. A whole e-mail, code or id finds it surely.\n"
    assert run("find", "nobody at all").out == fits
    long = run("find", "a" * 2_000)
    assert (long.status, long.out) == (2, "")
    assert "What is looked for has 2,000 letters" in long.err


def test_progress_is_for_a_terminal_only(run: Run, file: File, environment: dict[str, str]) -> None:
    pty = pytest.importorskip("pty")
    leader, follower = pty.openpty()
    words = [sys.executable, "-m", "workbench", "import", file(STUDENTS), "--dataset", "elevate.students", "--json"]
    seen: list[bytes] = []
    with subprocess.Popen(
        words, env={**environment, "TERM": "xterm"}, stdout=subprocess.PIPE, stderr=follower
    ) as process:
        os.close(follower)

        def watch() -> None:
            try:
                while data := os.read(leader, 1024):
                    seen.append(data)
            except OSError:  # the terminal is closed
                pass

        watcher = threading.Thread(target=watch)
        watcher.start()
        assert json.loads(process.stdout.read())["created"] == 2
        watcher.join(30)
    os.close(leader)
    assert b"committing" in b"".join(seen)
    assert run("import", "students.csv", "--dataset", "elevate.students", "--json").err.count("\n") == 1  # the warning


def test_the_layout_of_a_source_comes_from_the_command_line(run: Run, file: File) -> None:
    odd = "Roster,,\nemail,first_name,last_name\na@x.org,Ada,Hill,\nb@x.org,Bob;Lint\nc@x.org,Cy,Ray\nTotal,1,2\n"
    path = file(odd, "odd.csv")
    said = run("import", path, "--dataset", "elevate.students")
    assert (said.status, said.err) == (2, "Line 3: has 4 cells where the header has 3.\n")
    layout = ("--skip-lines", "3,9-12", "--mend", "4=b@x.org,Bob,Lint", "--stop-line", "6")
    said = run("import", path, "--dataset", "elevate.students", *layout)
    assert said.status == 0
    assert "Line 3 left out (said so): a@x.org,Ada,Hill," in said.out
    assert "Line 6 left out (said so): Total,1,2" in said.out
    found = run("read", path, *layout, "--json").json
    assert (found["rows"], found["header_line"], found["layout"]["stop_line"]) == (2, 2, 6)
    assert [(each["first"], each["last"]) for each in found["left_out"]] == [(3, 3), (6, 6)]
    suggested = run("suggest", path, "elevate.students", "--no-header", "--skip-lines", "3-4", "--json").json["columns"]
    assert [one["header"] for one in suggested] == ["column_1", "column_2", "column_3"]
    assert run("profile", path, *layout, "--json").json["rows"] == 2


@pytest.mark.parametrize(
    ("option", "value"), [("--skip-lines", "x"), ("--skip-lines", "5-3"), ("--mend", "abc"), ("--stop-line", "0")]
)
def test_a_layout_that_is_none_is_refused(run: Run, file: File, option: str, value: str) -> None:
    assert run("read", file(STUDENTS, "students.csv"), option, value).status == 2


def test_a_source_that_has_changed_since_its_template_is_refused_with_the_answer(run: Run, file: File) -> None:
    words = ("--dataset", "elevate.students", "--template", "monthly")
    first = file("email,name,Phone,Shoe\nann@example.org,Ann Lee,555-123-4567,42\n", "january.csv")
    assert run("import", first, "--dataset", "elevate.students", "--save-template", "monthly").status == 0
    same = file("email,name,Phone,Shoe\nann@example.org,Ann Lee,555-123-4567,43\n", "february.csv")
    assert run("import", same, *words).status == 0
    renamed = file("email,name,Mobile,Shoe\nann@example.org,Ann Lee,555-987-6543,42\n", "march.csv")
    said = run("import", renamed, *words)
    assert (said.status, said.out) == (2, "")
    assert said.err == (
        "Column Phone of template 'monthly' has gone; the file has Mobile, which looks like it: "
        "say --map 'Mobile=phone', or save the template anew.\n"
    )
    assert len(run("batches", "--json").json) == 2
    assert run("suggest", renamed, "elevate.students", "--template", "monthly", "--json").json["changed"] == {
        "missing": ["Phone"],
        "new": ["Mobile"],
        "suggestions": [
            {
                "was": "Phone",
                "header": "Mobile",
                "field": "phone",
                "score": 1.0,
                "reason": '"mobile" is another name of phone',
            }
        ],
    }
    told = run("suggest", renamed, "elevate.students", "--template", "monthly").out
    assert "The columns are not those of the template (gone: Phone; new: Mobile)." in told
    assert run("import", renamed, *words, "--map", "Mobile=phone").status == 0


def test_a_template_knows_of_which_dataset_it_is(run: Run, file: File) -> None:
    first = file(STUDENTS, "january.csv")
    assert run("import", first, "--dataset", "elevate.students", "--save-template", "monthly").status == 0
    assert run("import", first, "--template", "monthly", "--json").json["dataset"] == "elevate.students"
    unknown = run("import", first, "--template", "yearly")
    assert (unknown.status, unknown.err) == (2, "There is no template called yearly for any dataset.\n")
    staff = file("email,full_name\nada@example.com,Ada Park\n", "staff.csv")
    assert run("import", staff, "--dataset", "elevate.staff", "--save-template", "monthly").status == 0
    both = run("import", first, "--template", "monthly")
    assert (both.status, both.err) == (
        2,
        "Several datasets have a template called monthly: elevate.staff, elevate.students. Say which with --dataset.\n",
    )


def test_swapped_columns_are_refused_with_the_answer_and_told_by_suggest(run: Run, file: File) -> None:
    name = file("email,name\nAnn Lee,ann@example.org\nBob Ray,bob@example.org\n")
    said = run("import", name, "--dataset", "elevate.students")
    assert said.status == 2
    assert "say --map 'email=full_name' and --map 'name=email', or" in said.err
    found = run("suggest", name, "elevate.students", "--json").json["strangers"]
    assert [(one["header"], one["holds"], one["instead"]) for one in found] == [
        ("email", "names", "full_name"),
        ("name", "e-mail addresses", "email"),
    ]
    assert "Column email would fill email, but its values are names." in run("suggest", name, "elevate.students").out
    answer = ("--map", "email=full_name", "--map", "name=email", "--json")
    assert run("import", name, "--dataset", "elevate.students", *answer).json["created"] == 2


def test_of_hundreds_of_columns_that_are_not_imported_the_first_are_named(run: Run, file: File) -> None:
    more = [f"c{number}" for number in range(300)]
    text = f"email,full_name,{','.join(more)}\nann@x.org,Ann Lee,{','.join(more)}\n"
    said = run("import", file(text), "--dataset", "elevate.students", "--dry-run").out
    assert f"Not imported   {', '.join(more[:12])} and 288 more (show --json names them all)" in said
    assert "c12" not in said


def test_an_import_whose_plan_no_longer_holds_is_offered_to_be_planned_again(
    wb: Workbench, run: Run, file: File
) -> None:
    rows = "email,full_name\nann@x.org,Ann Lee\n"
    batch = wb.stage(open_sheet(file(rows)), "elevate.students")
    wb.plan(batch)
    run("import", file(rows.replace("Lee", "Low"), "other.csv"), "--dataset", "elevate.students")
    first = str(batch.id)
    refused = run("--as", "bea", "commit", first)
    assert refused.status == 2 and f"Plan it again: workbench --as bea plan {first}" in refused.err
    told = run("batches").out
    assert "Planned, with a plan that no longer holds, and no program is at work on it. To go on with it:" in told
    assert f"plan {first[:8]}" in told and f"commit {first[:8]}" not in told
    assert f"plan {first[:8]}" in run("show", first).out
    wb.plan(batch)
    assert f"commit {first[:8]}" in run("batches").out
