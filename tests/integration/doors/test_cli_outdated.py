"""Rows that say what is no longer so, at the command line: how they are explained is offered once."""

from pathlib import Path

import pytest

from tests.integration.doors.test_cli import Run, environment, file, run

__all__ = ["environment", "file", "run"]

SEPTEMBER = "student_email,course_code,status\nann@x.org,NEWC,active\nben@x.org,NEWC,active\n"


@pytest.fixture
def september(run: Run, tmp_path: Path) -> str:
    """Enrollments in a course that is not there yet."""
    _bring(run, tmp_path, "elevate.courses", "code,name\nOLDC,Old\n")
    _bring(run, tmp_path, "elevate.students", "email,name\nann@x.org,Ann\nben@x.org,Ben\n")
    batch = _bring(run, tmp_path, "elevate.enrollments", SEPTEMBER, "september.csv")
    _bring(run, tmp_path, "elevate.courses", "code,name\nNEWC,New\n")
    return batch


def _bring(run: Run, folder: Path, dataset: str, text: str, name: str = "") -> str:
    file = folder / (name or f"{dataset}.csv")
    file.write_text(text, "utf-8")
    return str(run("import", file.name, "-d", dataset, "--json").json["batch"])


def _offered(run: Run, batch: str) -> list[str]:
    """What of each offer to explain rows stands behind the batch."""
    lines = run("show", batch).out.splitlines()
    return [line.split(maxsplit=3)[3] for line in lines if line.startswith("  workbench explain ")]


def test_rows_that_are_all_outdated_are_offered_to_be_explained_once(run: Run, tmp_path: Path, september: str) -> None:
    _bring(run, tmp_path, "elevate.enrollments", SEPTEMBER.replace("active", "completed"), "october.csv")
    (offered,) = _offered(run, september)
    assert offered.startswith("2 3 --reason")
    assert "Or say why" not in run("show", september).out


def test_of_a_row_beside_outdated_ones_it_is_asked_why_it_stays_out(run: Run, tmp_path: Path, september: str) -> None:
    _bring(run, tmp_path, "elevate.enrollments", SEPTEMBER.replace("active", "completed"), "october.csv")
    text = SEPTEMBER + "zoe@x.org,NEWC,active\n"
    batch = _bring(run, tmp_path, "elevate.enrollments", text.replace("NEWC", "LATE"), "late.csv")
    _bring(run, tmp_path, "elevate.courses", "code,name\nLATE,Late\n")
    newer = SEPTEMBER.replace("active", "completed").replace("NEWC", "LATE")
    _bring(run, tmp_path, "elevate.enrollments", newer, "newer.csv")
    outdated, other = _offered(run, batch)
    assert outdated.startswith("2 3 --reason") and other == "4 --reason ..."
