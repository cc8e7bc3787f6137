"""The tests of the suite that make their own texts and sheets, with thousands of them instead of hundreds."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PLACES = (
    "tests/unit",
    "tests/integration/database/test_runs_at_random.py",
    "tests/integration/database/test_exporting.py",
)


def soak(examples: int, seed: int) -> str:
    """Runs them all; raises RuntimeError with what pytest says when one fails, the smallest example among it."""
    command = ("-m", "pytest", "-m", "hypothesis", "-q", "-p", "no:cacheprovider", "--timeout=0")
    done = subprocess.run(
        [sys.executable, *command, f"--hypothesis-seed={seed}", *PLACES],
        cwd=ROOT,
        env={**os.environ, "WORKBENCH_TEST_EXAMPLES": str(examples)},
        capture_output=True,
        text=True,
        check=False,
    )
    passed = re.search(r"(\d+) passed", done.stdout)
    if done.returncode or passed is None:
        raise RuntimeError(done.stdout + done.stderr)
    return f"{passed[1]} tests with {examples:,} examples each, all passed"
