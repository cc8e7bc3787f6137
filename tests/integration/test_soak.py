"""The soaks in short, where a database is needed: `make soak` runs the same with many more kills and rows."""

import random
from pathlib import Path

import pytest

from tests.soak import kills, large, runs


def test_a_commit_that_is_killed_at_any_moment_is_wholly_there_or_taken_up(url: str, home: Path) -> None:
    found = kills.kill(url, home, times=8, rows=2_000, chance=random.Random())
    assert (found.total(), found.keys() <= {"planned", "completed"}) == (8, True)


def test_a_run_that_is_killed_at_any_moment_has_written_all_of_its_parts_or_none(url: str, home: Path) -> None:
    found = runs.kill(url, home, times=6, rows=300, chance=random.Random())
    assert found.total() == 6


def test_a_large_file_is_imported_whole_in_the_memory_that_it_may_take(
    url: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_DATABASE_URL", url)
    assert large.imported(url, tmp_path, 30_000) < large.LIMIT
