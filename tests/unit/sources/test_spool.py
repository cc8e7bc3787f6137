"""Copies on disk, which other programs sweep when theirs has died, and leave alone while it lives."""

import tempfile
from pathlib import Path
from typing import Any

import pytest

from workbench.model import files
from workbench.sources.spool import Spool


def test_a_copy_that_another_program_sweeps_while_it_is_made_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    make, swept = tempfile.mkstemp, list[str]()

    def made_and_swept(*said: Any, **named: Any) -> tuple[int, str]:
        handle, name = make(*said, **named)
        if not swept:  # nobody holds it yet
            files.sweep(tmp_path)
            swept.append(name)
        return handle, name

    monkeypatch.setattr(tempfile, "mkstemp", made_and_swept)
    spool = Spool().fill([b"here"])
    files.sweep(tmp_path)
    assert [each.read_bytes() for each in tmp_path.iterdir()] == [b"here"]
    assert spool.path.name not in swept[0]


def test_a_copy_goes_away_with_whoever_holds_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    spool = Spool().fill([b"here"])
    assert [each.read_bytes() for each in tmp_path.iterdir()] == [b"here"]
    spool.remove()
    assert list(tmp_path.iterdir()) == []
