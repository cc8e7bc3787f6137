"""A million students: how long it takes to sign them, to verify that, and to write and check their evidence.

    python -m tests.bench.evidence [--rows 1000000] [--rounds 3]

The steps run in this process, on the embedded server; the memory is that of the `workbench` command in a process of its
own.
"""

import argparse
import os
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path

import psycopg

from tests.bench.million import launched, said_of_machine, timed
from tests.bench.people import write_students
from workbench import Workbench, open_sheet, verify_evidence
from workbench.database import embedded

TARGETS = {"sign": 4.0, "verify": 4.0, "evidence": 15.0, "verify the file": 15.0}
"""Seconds for 1,000,000 rows."""
MEMORY = 500
"""MB."""


def main() -> None:
    """Runs and prints what it measured."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="wb-", dir="/tmp") as folder:
        os.chmod(folder, 0o755)
        measure(Path(folder), given.rows, given.rounds)


def measure(folder: Path, rows: int, rounds: int) -> None:
    """Everything, on one server under `folder`."""
    home, bundle = folder / "home", folder / "evidence.zip"
    times: dict[str, list[float]] = {name: [] for name in TARGETS}
    with (
        Workbench.open(home=home, tenant="bench", user="bench") as wb,
        psycopg.connect(embedded.database_url(home), autocommit=True) as admin,
    ):
        print(said_of_machine(admin))
        batch = wb.import_sheet(open_sheet(write_students(folder / "students.csv", rows)), "elevate.students")
        steps: dict[str, Callable[[], object]] = {
            "sign": lambda: wb.sign_off(batch),
            "verify": lambda: wb.verify(batch),
            "evidence": lambda: wb.evidence(batch, bundle),
            "verify the file": lambda: verify_evidence(bundle),
        }
        for number in range(1, rounds + 1):
            admin.execute("delete from workbench.sign_off")
            admin.execute("checkpoint")
            for name, step in steps.items():
                times[name].append(timed(lambda step=step: check(step())))
            said = ", ".join(f"{name} {seconds[-1]:.1f} s" for name, seconds in times.items())
            print(f"round {number}: {said}", flush=True)
        _, peak = launched(home, "evidence", str(batch.id), "-o", str(bundle))
    print(f"\n{rows:,} rows, {bundle.stat().st_size / 1e6:.0f} MB of evidence")
    for name, target in TARGETS.items():
        print(f"{name:16} {statistics.median(times[name]):5.1f} s  (under {target:.0f})")
    print(f"peak memory of the command that writes it: {peak:.0f} MB  (under {MEMORY})")


def check(proof: object) -> None:
    """Nothing may differ."""
    assert proof, proof


if __name__ == "__main__":
    main()
