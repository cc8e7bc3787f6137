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
