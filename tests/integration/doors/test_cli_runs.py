"""Composed runs on the command line: the run first, its parts behind it; whatever takes a batch takes a run."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import ZipFile

import openpyxl
import pytest

from tests.generic_csv import export
from tests.generic_csv import rows as all_entities
from tests.integration.database.test_runs import GOOD, LEARNERS, workbook
from workbench.doors import cli


class Said(NamedTuple):
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Said]


@pytest.fixture
def run(
    url: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Runs a command in a folder with learners.csv, good.csv and school.xlsx."""
    given = {"HOME": home, "DATABASE_URL": url, "USER": "ana", "TENANT": "default"}
    for name, value in given.items():
        monkeypatch.setenv(f"WORKBENCH_{name}", str(value))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "learners.csv").write_text(LEARNERS, "utf-8")
    (tmp_path / "good.csv").write_text(GOOD, "utf-8")
    workbook(tmp_path, (2, 0, 1))
    book = openpyxl.Workbook()
    for cells in (["nam", "code"], ["Nursing", "CNA101"]):
        book.active.append(cells)
    book.active.title = "Courses"
    book.save(tmp_path / "unsure.xlsx")

    def ran(*words: object) -> Said:
        capsys.readouterr()
        status = cli.run([str(word) for word in words])
        out, err = capsys.readouterr()
        return Said(status=status, out=out, err=err)

    return ran


def test_a_run_prints_the_figures_of_its_rows_its_parts_and_its_own_numbers(run: Run) -> None:
    said = run("import", "learners.csv", "--playbook", "elevate.learners", "--skip-errors", "--json")
    told = said.json
    assert said.status == 1
    assert "batch" not in told and "dataset" not in told
    assert (told["playbook"], told["status"], told["processed"], told["balanced"]) == (
        "elevate.learners",
        "completed",
        9,
        True,
    )
    assert [part["dataset"] for part in told["parts"]] == ["elevate.students", "elevate.courses", "elevate.enrollments"]
    counted = {"processed", "created", "updated", "skipped", "unmatched", "invalid", "batch", "dataset"}
    assert set(told["parts"][0]) == counted
    assert told["figures"]["Enrollments created"] == 3
    assert Path(told["data_docs"]).is_file()


def test_a_person_sees_the_run_first_and_its_parts_behind_it(run: Run) -> None:
    said = run("import", "learners.csv", "-p", "elevate.learners")
    places = [
        said.out.index(words)
        for words in (
            "Processed   Created",
            "elevate.enrollments",
            "If it is committed as it is planned:\nStudents created: 3",
            "Run: ",
        )
    ]
    assert places == sorted(places)
    assert "Held, nothing was written: 3 rows invalid." in said.out


def test_every_command_that_takes_a_batch_takes_a_run(run: Run, tmp_path: Path) -> None:
    name = run("import", "learners.csv", "-p", "elevate.learners", "--dry-run", "--json").json["run"]
    assert run("plan", name, "--json").json["run"] == name
    assert run("commit", name, "--skip-errors", "--json").json["status"] == "completed"
    assert [row["outcome"] for row in run("rows", name, "--format", "json").json].count("created") == 4
    assert run("rows", name, "--outcome", "invalid", "-o", "invalid.xlsx").status == 0
    assert run("show", name, "--json").json["figures"]["Courses created"] == 2
    assert not run("reject", name, "--all", "--reason", "told the registrar", "--json").json["done"]
    open_ = [row["line"] for row in run("rows", name, "--outcome", "unmatched", "--format", "json").json]
    assert run("explain", name, *open_, "--reason", "told the registrar", "--json").json["done"]
    assert "Import type: Elevate: Learners with courses" in run("log", name).out
    assert run("sign-off", name).status == 0
    assert run("undo", name, "--json").json["updated"] == 8
    assert [one["playbook"] for one in run("batches", "--json").json] == ["elevate.learners"] * 2


def test_of_the_sheets_that_wait_those_are_corrected_in_files_of_their_own_that_have_invalid_rows(
    run: Run, tmp_path: Path
) -> None:
    files = all_entities()
    files["users"][0]["email"], files["terms"][0]["start_date"] = "nobody", "tomorrow"
    files["user_programs"][0]["program_id"] = "prog-99"  # which waits, and is not to be corrected
    export(tmp_path / "wrong.zip", files)
    said = run("import", "wrong.zip")
    steps = [line.split()[1:] for line in said.out.splitlines() if ".xlsx" in line]
    assert [step[0] for step in steps if step[0] in ("rows", "correct")] == ["rows", "rows", "correct", "correct"]
    assert len({step[-1] for step in steps}) == 2
    assert [run(*step).status for step in steps[:2]] == [0, 0]
    assert [run(*step).err for step in steps[2:]] == ["", ""]


def test_a_part_is_shown_and_sends_to_its_run(run: Run) -> None:
    told = run("import", "good.csv", "-p", "elevate.learners", "--json").json
    part = told["parts"][0]["batch"]
    assert run("show", part, "--json").json["part_of"] == told["run"]
    refused = run("undo", part)
    assert (refused.status, refused.err) == (
        2,
        f"Batch {part} is a part of run {told['run']}, and undoing is the run's: {told['run']}.\n",
    )


def test_the_worksheets_of_a_workbook_are_one_run(run: Run) -> None:
    said = run("import", "school.xlsx", "--playbook", "elevate", "--skip-errors")
    assert said.status == 1
    headings = [line.strip("─ ") for line in said.out.splitlines() if line.startswith("──")]
    assert headings == [
        "Courses: elevate.courses",
        "People: elevate.students",
        "Enrollments: elevate.enrollments",
    ]
    assert "Adds up: 6 = 4 + 0 + 0 + 1 + 1, proven by the database." in said.out
    refused = run("rows", "latest", "--format", "csv")
    assert (refused.status, "has several sheets" in refused.err) == (2, True)
    assert len(run("rows", "latest", "--format", "json").json) == 6


def test_worksheets_with_headers_of_their_own_are_mapped_together(run: Run, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Courses"
    people = book.create_sheet("Students")
    for sheet, rows in (
        (book.active, [["nam", "code"], ["Nursing", "X1"]]),
        (people, [["Mail", "Wer"], ["a@b.org", "A"]]),
    ):
        for cells in rows:
            sheet.append(cells)
    book.save(tmp_path / "own.xlsx")
    maps = ("--map", "nam=name", "--map", "Mail=email", "--map", "Wer=full_name")
    assert run("import", "own.xlsx", "-p", "elevate", *maps, "--json").json["created"] == 2
    refused = run("import", "own.xlsx", "-p", "elevate", *maps, "--map", "Nobody=name")
    assert (refused.status, "Nobody" in refused.err) == (2, True)


def test_a_file_of_rejected_rows_is_taken_back(run: Run, tmp_path: Path) -> None:
    name = run("import", "learners.csv", "-p", "elevate.learners", "--json").json["run"]
    run("rows", name, "--outcome", "invalid", "-o", "invalid.csv")
    text = (tmp_path / "invalid.csv").read_text("utf-8").replace("bad,Bad", "bo@example.com,Bad")
    (tmp_path / "invalid.csv").write_text(text, "utf-8")
    told = run("correct", name, "invalid.csv", "--json").json
    assert (told["status"], told["invalid"]) == ("planned", 2)


def test_a_corrected_file_of_another_import_is_not_taken(run: Run, tmp_path: Path) -> None:
    names = []
    for month in ("nov", "dec"):
        (tmp_path / f"{month}.csv").write_text(f"email,full_name\n{month}@example.com,Ada\n", "utf-8")
        names.append(run("import", f"{month}.csv", "-d", "elevate.students", "--dry-run", "--json").json["batch"])
    november, december = names
    run("rows", november, "-o", "back.csv")
    refused = run("correct", december, "back.csv")
    assert refused.status == 2
    assert f"its rows are those of import {november[:18]}, and only that one takes them back." in " ".join(
        refused.err.split()
    )
    assert '"dec@example.com"' in run("rows", december, "--format", "json").out


def test_a_row_that_waited_is_told_of_when_it_is_brought_in(run: Run, tmp_path: Path) -> None:
    name = run("import", "learners.csv", "-p", "elevate.learners", "--skip-errors", "--json").json["run"]
    (tmp_path / "late.csv").write_text("code,name\nNOPE9,Late\n", "utf-8")
    said = run("import", "late.csv", "-d", "elevate.courses")
    assert f"1 row of run {name[:18]} is unmatched no more, and imported by " in said.out
    assert run("show", name, "--json").json["skipped_by_reason"] == {"duplicate": 1, "resolved": 1}


def test_rows_under_one_contract_are_swept_on_a_word(run: Run, tmp_path: Path) -> None:
    for name, text in {
        "courses": "code,name\nX1,One\n",
        "students": "email,name\nada@example.com,Ada\n",
        "enrollments": "student_email,course_code\nben@example.com,X1\n",
    }.items():
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
        run("import", f"{name}.csv", "-d", f"elevate.{name}")
    assert run("sweep").out == "No row that was unmatched can be imported now.\n"
    (tmp_path / "more.csv").write_text("email,name\nben@example.com,Ben\n", "utf-8")
    waiting = run("batches", "-d", "elevate.enrollments", "--json").json[0]["batch"]
    assert "unmatched no more" not in run("import", "more.csv", "-d", "elevate.students").out
    told = f"1 row of run {waiting[:18]} can be brought in now, once somebody asks for it:"
    assert run("sweep").out.splitlines() == [told, f"  workbench sweep {waiting[:18]}"]
    assert "1 row of run" in run("sweep", waiting).out
    assert run("sweep").out == "No row that was unmatched can be imported now.\n"


def test_what_an_unmatched_row_lacks_is_said_and_brings_it_in(run: Run, tmp_path: Path) -> None:
    header = "Session ID,Title,Date,Status,SignUp Role,Name\n"
    (tmp_path / "report.csv").write_text(f"{header}5001,Nursing,,Confirmed,Professional,Dana Reed\n", "utf-8")
    waiting = run("import", "report.csv", "-p", "polaris.pathful_sessions", "--json").json["run"]
    assert run("supply", waiting, "2", "--cell", "Date").status == 2
    told = run("supply", waiting, "2", "--cell", "Date=2026-03-02 15:30", "--json").json
    assert (told["created"], told["sweep_of"]) == (1, waiting)
    assert run("supply", waiting, "2", "--cell", "Date=2026-03-02").status == 2


def test_the_playbooks_are_listed_and_explained(run: Run) -> None:
    listed = [one["playbook"] for one in run("playbooks", "--json").json]
    assert (listed[0], {"polaris.virtual_sessions", "elevate", "polaris"} <= set(listed)) == ("elevate.learners", True)
    assert "| `course_code` |" in run("playbooks", "elevate.learners").out
    assert run("playbooks", "elevate.dancers").status == 2


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("learners.csv -d elevate.students -p elevate.learners", "say --dataset or --playbook, one of them"),
        ("learners.csv -p elevate.dancers", "There is no playbook elevate.dancers. Known: elevate.learners"),
        ("school.xlsx -p elevate --sheet People", "elevate takes every worksheet"),
        ("unsure.xlsx -p elevate", "The sheet Courses cannot be imported as elevate.courses with the others: "),
        ("good.csv -p polaris", "None of the sheets of good.csv is a dataset of polaris: good.csv."),
        ("learners.csv -p elevate.learners --mode preserve", "elevate.students cannot be imported in mode preserve"),
    ],
)
def test_what_cannot_be_a_run_is_refused_in_a_line(run: Run, words: str, why: str) -> None:
    said = run("import", *words.split())
    assert (said.status, why in said.err, said.err.count("\n")) == (2, True, 1)


def test_an_export_of_the_generic_format_is_plainly_recognised_and_its_second_import_is_told(
    run: Run, tmp_path: Path
) -> None:
    export(tmp_path / "generic.zip")
    said = run("import", "generic.zip")
    assert (said.status, said.err) == (0, "")
    assert "Valid Generic CSV export. Contains 40 total records across 11 entity types." in said.out
    assert "Records created: 40" in said.out
    again = run("import", "generic.zip", "--json")
    assert again.err.startswith("generic.zip is the same file as generic.zip, imported at ")
    assert (again.json["playbook"], again.json["skipped_by_reason"]) == ("generic_csv", {"unchanged": 40})
    assert [(part["dataset"], part["processed"]) for part in again.json["parts"]][:2] == [
        ("generic_csv.institutions", 2),
        ("generic_csv.programs", 3),
    ]


def test_what_is_no_export_is_refused_in_one_line_with_status_2(run: Run, tmp_path: Path) -> None:
    export(tmp_path / "newer.zip", format_version="2.0")
    said = run("import", "newer.zip", "-p", "generic_csv")
    assert (said.status, said.err) == (2, "Incompatible format version: 2.0. Expected 1.0\n")
    assert run("import", "good.csv", "-p", "generic_csv").err == "Invalid file type: .csv. Expected .zip\n"


def test_of_several_files_of_one_kind_none_is_left_behind_without_a_word(run: Run, tmp_path: Path) -> None:
    def archive(name: str, files: dict[str, str]) -> None:
        with ZipFile(tmp_path / name, "w") as made:
            for member, text in files.items():
                made.writestr(member, text)

    head = "email,full_name\n"
    ann, bob = head + "ann@example.com,Ann Bee\n", head + "bob@example.com,Bob Cee\n"
    archive("some.zip", {"1.csv": ann, "2.csv": head, "3.csv": bob, "0.csv": "", "notes.pdf": "?", ".old.csv": ann})
    said = run("import", "some.zip", "-d", "elevate.students")
    assert said.status == 0
    assert "Nothing is read of: notes.pdf (no table), .old.csv (hidden), 0.csv (empty)." in said.out
    assert "Left out: 2.csv has no rows below its header" in said.out
    assert [line for line in said.out.splitlines() if line.startswith("Adds up: 1 = 1 ")] != []
    assert said.out.count("proven by the database") == 2

    archive("wrong.zip", {"1.csv": head, "2.csv": "phone\n1\n", "3.csv": bob})
    said = run("import", "wrong.zip", "-d", "elevate.students")
    assert said.status == 2
    assert "Not begun, behind 2.csv: 3.csv." in said.out
