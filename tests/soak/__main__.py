"""Kills, alterations of what is signed, random sheets and texts, and a very large import: what each came to; ends with
1 when one failed.

    python -m tests.soak [--kills 600] [--kill-rows 20000] [--tampered 20] [--examples 5000] [--rows 3000000]
                         [--seed ...]

0 leaves a soak out. Every figure is printed as soon as it is known, with the seed by which to see it again.
"""

import argparse
import random
import sys
import time
import traceback
from collections.abc import Callable

from tests.soak import kills, large, runs, tampering, texts


def main() -> None:
    """Runs every soak, whatever became of those before it."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--kills", type=int, default=600, help="of a commit, and of whole runs, at random moments")
    options.add_argument("--kill-rows", type=int, default=20_000, help="of the file that is committed")
    options.add_argument("--tampered", type=int, default=20, help="rows of each table that are altered, at most")
    options.add_argument("--examples", type=int, default=5_000, help="for each test of the readers that makes its own")
    options.add_argument("--rows", type=int, default=3_000_000, help="of the large import")
    options.add_argument("--seed", type=int, default=random.randrange(1 << 32), help="of whatever is left to chance")
    given = options.parse_args()
    print(f"seed {given.seed}", flush=True)
    soaks: dict[str, tuple[int, Callable[[], str]]] = {
        "kills": (given.kills, lambda: kills.soak(given.kills, given.kill_rows, given.seed)),
        "runs": (given.kills, lambda: runs.soak(given.kills, min(given.kill_rows, 2_000), given.seed)),
        "tampering": (given.tampered, lambda: tampering.soak(given.tampered)),
        "texts": (given.examples, lambda: texts.soak(given.examples, given.seed)),
        "large": (given.rows, lambda: large.soak(given.rows)),
    }
    failed = [name for name, (amount, run) in soaks.items() if amount and not passed(name, run)]
    sys.exit(f"Failed: {', '.join(failed)}" if failed else 0)


def passed(name: str, run: Callable[[], str]) -> bool:
    """Runs one, and prints its figures and how long it took, or why it failed."""
    began = time.monotonic()
    try:
        figures = run()
    except Exception:
        traceback.print_exc()
        figures = "FAILED"
    print(f"{name}: {figures}  ({time.monotonic() - began:.0f} s)", flush=True)
    return figures != "FAILED"


if __name__ == "__main__":  # the programs that are killed come through here too
    main()
