"""Playbook C, the virtual session import: what it says of a sheet, in its own words and numbers."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.imports import fingerprint, messages, outcomes
from workbench import Workbench, open_sheet
from workbench.doors import cli
from workbench.model.batch import Batch
from workbench.model.resources import samples
from workbench.model.sheet import Sheet
from workbench.prepare.recognition import recognise

Given = Callable[..., Sheet]

ROSTER = """\
Teacher Email,Teacher Name,School,Academic Year
ada@kck.example,Ada Park,Argentine Middle,2026-2027
ben@kck.example,Ben Ruiz,Wyandotte High,2026-2027
"""
SHEET = """\
Virtual Sessions,,,,,,,
Updated every Friday,,,,,,,
,,,,,,,
Session Title,Date,Time,Teacher Name,School Name,District,Status,Presenter
Careers in Space,9/5/2026,9:30 AM,Ada Park,Argentine Middle,KCKPS,Completed,Dr. Sam Lee; Kim Poe
Careers in Space,9/5/2026,9:30 AM,Ben Ruiz,Wyandotte High,KCKPS,Simulcast,
Welding,2/5/2027,,,,,Confirmed,
,2/6/2027,10 AM,Ada Park,Argentine Middle,KCKPS,Confirmed,
Nursing,,10 AM,Ada Park,Argentine Middle,KCKPS,Confirmed,
Nursing,2/8/2027,10 AM,Eve Stone,Argentine Middle,KCKPS,Confirmed,
"""


@pytest.fixture
def imported(wb: Workbench, sheet: Given) -> Callable[[], Batch]:
    wb.import_sheet(sheet(ROSTER, "roster.csv"), "polaris.teacher_roster")
    return lambda: wb.import_sheet(
        sheet(SHEET, "virtual.csv"), "polaris.virtual_sessions", window="2026-2027", skip_errors=True
    )


def test_the_summary_has_the_playbook_s_lines_in_its_order(wb: Workbench, imported: Callable[[], Batch]) -> None:
    assert "\n".join(f"{name}: {number}" for name, number in wb.figures(imported()).items()) == (
        "Events processed: 3\n"
        "Events created: 3\n"
        "Events updated: 0\n"
        "Teacher registrations created: 2\n"
        "Rows skipped: 0\n"
        "Errors: 2\n"
        "Warnings: 4"
    )


def test_the_validation_rules_are_told_of_the_sheet_s_own_rows(wb: Workbench, imported: Callable[[], Batch]) -> None:
    assert messages(wb, imported()) == {
        7: "Missing Time: as it is known, else 9:00 AM; Missing Teacher Name; Missing School Name; Missing District",
        8: "Missing Session Title",
        9: "Missing Date",
        10: "Teacher not found: 'Eve Stone'",
    }


def test_every_row_has_one_outcome_and_the_same_sheet_again_changes_nothing(
    wb: Workbench, imported: Callable[[], Batch], url: str
) -> None:
    first = imported()
    assert outcomes(wb, first) == [
        *((5, "created"), (6, "created"), (7, "created")),
        *((8, "invalid"), (9, "invalid"), (10, "unmatched:teacher")),
    ]
    before = fingerprint(url)
    again = imported()
    assert outcomes(wb, again) == [
        *((5, "skipped:unchanged"), (6, "skipped:unchanged"), (7, "skipped:unchanged")),
        *((8, "invalid"), (9, "invalid"), (10, "unmatched:teacher")),
    ]
    assert fingerprint(url) == before


def test_the_sheet_is_recognised_by_its_headers_and_read_below_them() -> None:
    sheet = open_sheet(samples() / "polaris" / "virtual_sessions.csv")
    assert (sheet.reading.header_line, len(sheet.reading.preamble)) == (4, 3)
    name, score, _ = recognise(sheet)[0]
    assert name == "polaris.virtual_sessions" and score > 0.9


def test_the_command_line_prints_the_summary(
    url: str, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {"HOME": home, "DATABASE_URL": url, "USER": "ana", "TENANT": "default"}.items():
        monkeypatch.setenv(f"WORKBENCH_{name}", str(value))
    folder = samples() / "polaris"
    assert cli.run(["import", str(folder / "teacher_roster.csv"), "-d", "polaris.teacher_roster"]) == 0
    capsys.readouterr()
    words = ["-p", "polaris.virtual_sessions", "--window", "2026-2027", "--skip-errors"]
    assert cli.run(["import", str(folder / "virtual_sessions.csv"), *words]) == 1
    out = capsys.readouterr().out
    assert "header on line 4" in out
    assert (
        "Events processed: 4\nEvents created: 4\nEvents updated: 0\nTeacher registrations created: 6\n"
        "Rows skipped: 0\nErrors: 1\nWarnings: 4\n"
    ) in out
    assert "Date 13/45 cannot be read: write M/D/YYYY, M/D or YYYY-MM-DD" in out
