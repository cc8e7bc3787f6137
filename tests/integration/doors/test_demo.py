"""`workbench demo`: the totals that it promises, and that it can be run again and again."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench import Workbench
from workbench.doors import cli
from workbench.doors.demo import new_tenant, steps

TOTALS = [
    # processed, created, updated, skipped, unmatched, invalid
    ("courses.csv", "completed", (6, 5, 0, 1, 0, 0)),
    ("students.csv", "held", (12, 9, 0, 1, 0, 2)),
    ("students.csv", "completed", (12, 9, 0, 1, 0, 2)),
    ("enrollments.csv", "completed", (10, 8, 0, 1, 1, 0)),
    ("enrollments.csv", "completed", (10, 8, 0, 2, 0, 0)),
    ("students_2.csv", "completed", (11, 2, 3, 6, 0, 0)),
    ("students_2.csv", "completed", (11, 0, 0, 11, 0, 0)),
    ("learners.csv", "completed", (6, 3, 0, 0, 1, 2)),
    ("teacher_roster.csv", "completed", (4, 4, 0, 0, 0, 0)),
    ("virtual_sessions.csv", "completed", (8, 6, 0, 0, 1, 1)),
]


def totals(wb: Workbench) -> list[tuple[str, str, tuple[int, ...]]]:
    found = []
    for step in steps(wb):
        figures = wb.reconcile(step.batch)
        counts = (
            figures.processed,
            figures.created,
            figures.updated,
            figures.skipped,
            figures.unmatched,
            figures.invalid,
        )
        assert figures.balanced
        found.append((step.batch.file_name, step.batch.stage, counts))
    return found


@pytest.mark.both_servers
def test_the_demonstration_has_the_totals_that_it_promises(open_wb: Callable[..., Workbench]) -> None:
    assert totals(open_wb(tenant=new_tenant())) == TOTALS


def test_what_was_planted_in_the_samples_is_found(wb: Workbench) -> None:
    found = [(step.batch.file_name, wb.reconcile(step.batch).issues_by_code) for step in steps(wb)]
    assert dict(found) == {
        "courses.csv": {"duplicate_key": 1},
        "students.csv": {"bad_email": 2, "duplicate_key": 1},
        "enrollments.csv": {"course_not_found": 1, "duplicate_key": 1},
        "students_2.csv": {},
        "learners.csv": {"bad_email": 1, "conflict": 1, "course_not_found": 1},
        "teacher_roster.csv": {},
        "virtual_sessions.csv": {"missing": 4, "bad_day": 1, "teacher_not_found": 1},
    }


def test_the_command_says_all_of_it_exits_0_and_can_be_run_again(
    url: str, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WORKBENCH_DATABASE_URL", url)
    monkeypatch.setenv("WORKBENCH_HOME", str(home))
    assert cli.run(["demo"]) == 0
    out, err = capsys.readouterr()
    assert out.count("Import type: ") == len(TOTALS) - 1  # a held import has no log yet
    assert out.count("Data docs: file://") == len(TOTALS)
    assert "Follow-ups: The registrar takes BAKE101 out." in out
    assert err.startswith("students_2.csv is the same file as students_2.csv, imported at ") and err.count("\n") == 1
    assert cli.run(["demo", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(step["file"], step["status"], step["processed"]) for step in told["steps"]] == [
        (name, stage, counts[0]) for name, stage, counts in TOTALS
    ]
    assert all(Path(step["data_docs"]).is_file() for step in told["steps"])
    with Workbench.open(home=home, database_url=url, tenant="default") as mine:
        assert mine.batches.all() == []
