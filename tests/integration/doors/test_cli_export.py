"""`workbench export`: a family as a ZIP file, told to a person and to a program."""

import hashlib
import zipfile
from pathlib import Path

import pytest

from tests.integration.doors.test_cli import COURSES, STUDENTS, File, Run, environment, file, run

__all__ = ["environment", "file", "run"]


def test_a_family_is_exported_into_a_file_that_the_same_command_line_takes_back(run: Run, file: File) -> None:
    run("import", file(STUDENTS), "--dataset", "elevate.students")
    run("import", file(COURSES, "courses.csv"), "--dataset", "elevate.courses")
    said = run("export", "elevate", "-o", "all.zip")
    assert (said.status, said.err) == (0, "")
    assert "Written: all.zip (3 records)" in said.out
    assert "students.csv" in said.out
    taken = run("--tenant", "acme", "import", "all.zip", "--playbook", "elevate", "--json")
    assert (taken.status, taken.json["created"]) == (0, 3)


def test_a_program_is_told_the_path_the_counts_and_the_digests(run: Run, file: File, tmp_path: Path) -> None:
    run("import", file(STUDENTS), "--dataset", "elevate.students")
    said = run("export", "elevate", "-o", "all.zip", "--json").json
    assert (said["path"], said["family"], said["rows"]) == (str(tmp_path / "all.zip"), "elevate", 2)
    students = next(each for each in said["files"] if each["file"] == "students.csv")
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        digest = hashlib.sha256(archive.read("students.csv")).hexdigest()
    assert students == {"file": "students.csv", "entity": "students", "rows": 2, "sha256": digest}
    assert said["manifest"]["entity_counts"]["students"] == 2


def test_a_file_without_a_name_gets_that_of_the_format(run: Run, tmp_path: Path) -> None:
    assert run("export", "generic_csv").status == 0
    (path,) = tmp_path.glob("*.zip")
    assert path.match("generic_export_20[0-9][0-9][01][0-9][0-3][0-9]_[0-9][0-9][0-9][0-9][0-9][0-9].zip")


@pytest.mark.parametrize(
    ("family", "what"),
    [
        ("generic_csv", "Valid Generic CSV export. Contains 0 total records across 0 entity types."),
        ("elevate", "all.zip holds 0 records."),
    ],
)
def test_the_export_of_an_empty_tenant_is_taken_back_as_nothing(run: Run, family: str, what: str) -> None:
    run("export", family, "-o", "all.zip")
    told = f"{what} There is nothing to import, and nothing was written."
    for more in ((), ("--dry-run",)):
        said = run("import", "all.zip", "--playbook", family, *more)
        assert (said.status, said.out.strip(), said.err) == (0, told, "")
    said = run("import", "all.zip", "--playbook", family, "--json")
    assert (said.status, said.json) == (0, {"source": "all.zip", "records": 0, "told": told})
    assert "all.zip" not in run("batches").out


def test_a_family_that_is_not_exported_is_refused_in_one_line(run: Run, tmp_path: Path) -> None:
    for family, why in (("polaris", "switched off"), ("x", "There is no family x.")):
        said = run("export", family, "-o", "all.zip")
        assert (said.status, said.out, said.err.count("\n")) == (2, "", 1)
        assert why in said.err
    assert not [*tmp_path.glob("*.zip")]
