"""A million students: the whole import against a bare load of the same file into an identical table.

    python -m tests.bench.million [--rows 1000000] [--rounds 3] [--large 5000000]

Both sides run in this process, as the program's role, on the same embedded server with the same settings, in turns;
tables are emptied and a checkpoint is made before each side's turn. The bare side is what one would write by hand: COPY
into a temporary table, then INSERT ... ON CONFLICT DO UPDATE. The import reads, maps, normalizes, validates, stages,
plans, proves, writes, reconciles and writes the log. Memory and start-up are those of the `workbench` command in a
process of its own.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Literal

from tests.bench.people import write_students
from workbench import Workbench, open_sheet
from workbench.database import embedded, store, upgrading

TARGETS = {"first": 1.3, "again": 0.6}


def main() -> None:
    """Runs and prints the comparison."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--large", type=int, default=5_000_000, help="rows of the memory run; 0 leaves it out")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="wb-", dir="/tmp") as folder:
        os.chmod(folder, 0o755)
        measure(Path(folder), given.rows, given.rounds, given.large)


def measure(folder: Path, rows: int, rounds: int, large: int) -> None:
    """Everything, in one run on one server under `folder`."""
    url = embedded.database_url(folder / "home")
    upgrading.upgrade(url)
    admin = psycopg.connect(url, autocommit=True)
    print(said_of_machine(admin))
    file = write_students(folder / "students.csv", rows)
    print(f"{rows:,} students, {file.stat().st_size / 1e6:.0f} MB, {rounds} rounds in turns\n")
    import_once(folder, url, write_students(folder / "warm.csv", 1000))  # loads what is loaded on first use

    times: dict[str, list[float]] = {name: [] for name in ("bare first", "bare again", "import first", "import again")}
    for number in range(1, rounds + 1):
        for side, run in (("bare", lambda: bare(url, file)), ("import", lambda: import_once(folder, url, file))):
            empty(admin)
            for turn in ("first", "again"):
                times[f"{side} {turn}"].append(timed(run))
                admin.execute("checkpoint")
        print(
            f"round {number}: " + ", ".join(f"{name} {seconds[-1]:.1f} s" for name, seconds in times.items()),
            flush=True,
        )

    print()
    for turn, target in TARGETS.items():
        ours, theirs = (statistics.median(times[f"{side} {turn}"]) for side in ("import", "bare"))
        print(f"{turn:6} bare {theirs:6.2f} s   import {ours:6.2f} s   ratio {ours / theirs:.2f}  (at most {target})")

    empty(admin)
    small = write_students(folder / "small.csv", 1000)
    began = time.monotonic()
    memory = [(1000, command(folder, small))]
    print(f"\n1,000 rows, command to exit: {time.monotonic() - began:.1f} s  (under 5)")
    for size, path in ((rows, file), (large, folder / "large.csv")):
        if size:
            empty(admin)
            memory.append((size, command(folder, path if path.exists() else write_students(path, size))))
    for size, peak in memory:
        print(f"peak memory of the program, {size:>9,} rows: {peak:.0f} MB" + ("  (under 700)" if size > 1000 else ""))
    admin.close()


def said_of_machine(admin: psycopg.Connection[tuple[object, ...]]) -> str:
    """On what this is measured."""
    (version,) = admin.execute("show server_version").fetchone() or ("?",)
    return (
        f"{platform.platform()}, {os.cpu_count()} processors, Python {platform.python_version()}, PostgreSQL {version}"
    )


def timed(run: Callable[[], None]) -> float:
    """Seconds of one run."""
    began = time.monotonic()
    run()
    return time.monotonic() - began


def bare(url: str, file: Path) -> None:
    """What a script would do: COPY and upsert, no verdicts, no evidence."""
    database = store.Store(url, tenant="bench", user="bench")
    with database.transaction() as connection:
        connection.execute("set local work_mem = '256MB'; set local jit = off")
        connection.execute(
            "create temporary table incoming "
            "(email text, first_name text, last_name text, phone text, external_id text) "
            "on commit drop"
        )
        load = "copy incoming from stdin (format csv, header true)"
        with connection.cursor() as cursor, cursor.copy(load) as copy, file.open("rb") as source:
            while block := source.read(1 << 20):
                copy.write(block)
        connection.execute(
            SQL(
                "insert into elevate.bare (tenant_id, email, full_name, phone, role, external_id) "
                "select {}, lower(trim(email)), first_name || ' ' || last_name, phone, 'student', external_id "
                "from incoming "
                "on conflict (tenant_id, email) do update set full_name = excluded.full_name, phone = excluded.phone, "
                "role = excluded.role, external_id = excluded.external_id, updated_at = now()"
            ).format(Literal(database.tenant_id))
        )
    database.close()


def import_once(folder: Path, url: str, file: Path) -> None:
    """The whole import, to the log."""
    with Workbench.open(home=folder / "home", database_url=url, tenant="bench", user="bench") as wb:
        batch = wb.import_sheet(open_sheet(file), "elevate.students")
        assert wb.reconcile(batch).done
        wb.log(batch).render()
        steps = {name: seconds for name, seconds in batch.summary.items() if name.startswith("seconds")}
    print("  " + ", ".join(f"{name.removeprefix('seconds_')} {seconds:.1f}" for name, seconds in steps.items()))


def command(folder: Path, file: Path, how: str = "--dataset", what: str = "elevate.students") -> float:
    """Runs the command as a user would, and returns its peak resident memory in MB."""
    surroundings = {**os.environ, "WORKBENCH_HOME": str(folder / "home"), "WORKBENCH_TENANT": "bench"}
    run = [sys.executable, "-m", "workbench", "import", str(file), how, what, "--json"]
    # a process starts out with the memory of the one that made it: so a small one makes it
    made = subprocess.run(
        [sys.executable, "-c", _LAUNCHER, *run], env=surroundings, stdout=subprocess.PIPE, check=True, text=True
    )
    said, peak = made.stdout.rsplit("\n", 1)
    assert json.loads(said)["done"], said
    return int(peak) / 1024


_LAUNCHER = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, check=True, text=True)
print(done.stdout, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, sep="\\n", end="")
"""


def empty(admin: psycopg.Connection[tuple[object, ...]]) -> None:
    """Both sides' tables without a row, statistics as after a long time, nothing left to write to disk."""
    admin.execute(
        "truncate workbench.import_row, workbench.import_outcome, workbench.import_batch, workbench.import_run, "
        "elevate.profiles cascade"
    )
    admin.execute("drop table if exists elevate.bare")
    admin.execute("create table elevate.bare (like elevate.profiles including all)")
    admin.execute(
        "alter table elevate.bare owner to workbench_owner; alter table elevate.bare enable row level security; "
        "alter table elevate.bare force row level security; "
        "create policy tenant on elevate.bare using (tenant_id = (select workbench.current_tenant())); "
        "grant select, insert, update, delete on elevate.bare to workbench_app"
    )
    admin.execute("checkpoint")


if __name__ == "__main__":
    main()
