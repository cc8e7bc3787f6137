"""Corrections at the command line: files that come back, and texts of which a person says what they mean."""

from pathlib import Path

from tests.integration.doors.test_cli import MIXED, File, Run, environment, file, run

__all__ = ["environment", "file", "run"]


def test_cells_that_were_corrected_since_a_file_was_written_stay_which_is_said_with_the_way_to_overwrite_them(
    run: Run, file: File, tmp_path: Path
) -> None:
    batch = run("import", file(MIXED), "--dataset", "elevate.students", "--json").json["batch"]
    for name in ("old.csv", "new.csv"):
        run("rows", batch, "-o", str(tmp_path / name))
    new = tmp_path / "new.csv"
    new.write_text(new.read_text("utf-8-sig").replace("John,Doe", "Jon,Doe"), "utf-8")
    assert run("correct", batch, str(new)).err == ""
    told = run("correct", batch, str(tmp_path / "old.csv")).err
    assert told.startswith("1 cell stays as it was corrected here since this file was downloaded")
    assert told.endswith("(line 2, first_name). To have the file's there too: add --every-cell.\n")
    assert run("correct", batch, str(tmp_path / "old.csv"), "--every-cell").err == ""


def test_a_name_that_is_required_and_reads_as_no_value_may_be_said_to_be_meant(run: Run, file: File) -> None:
    said = run("import", file("Company,City\nNull,Ulm\nBlue Door,Ulm\n"), "--dataset", "commerce.customers")
    assert "To say that they are meant so: --value-map company:Null=Null" in said.out
    meant = run("import", "students.csv", "-d", "commerce.customers", "--value-map", "company:Null=Null", "--json")
    assert (meant.status, meant.json["invalid"]) == (0, 0)
