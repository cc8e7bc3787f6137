"""A very large file is imported whole, by a program whose memory does not grow with it."""

import os
import tempfile
from pathlib import Path

from tests.bench.million import command
from tests.bench.people import write_students
from tests.imports import ask
from workbench.database import embedded, upgrading

LIMIT = 700
"""Megabytes that an import may take at its peak, whatever its size."""


def soak(rows: int) -> str:
    """One import on a disk: millions of rows need more room than there may be in memory."""
    with tempfile.TemporaryDirectory(prefix="wb-", dir="/tmp") as place:
        Path(place).chmod(0o755)
        url = embedded.database_url(Path(place) / "home")
        upgrading.upgrade(url)
        os.environ["WORKBENCH_DATABASE_URL"] = url
        peak = imported(url, Path(place), rows)
    return f"{rows:,} rows, each a record and an outcome, peak memory of the program {peak:.0f} MB (under {LIMIT})"


def imported(url: str, place: Path, rows: int) -> float:
    """Imports so many students with the command, which finds that empty database in its environment, and returns its
    peak memory in MB.

    Raises AssertionError where one row has no outcome or no record, or the memory was more than it may be.
    """
    peak = command(place, write_students(place / "large.csv", rows))
    for table in ("workbench.import_row", "workbench.import_outcome", "elevate.profiles"):
        assert ask(url, f"select count(*) from {table}") == [(rows,)], table
    assert ask(url, "select stage, processed, created from workbench.import_batch") == [("completed", rows, rows)]
    assert peak < LIMIT, f"{peak:.0f} MB at the peak"
    return peak
