"""A million learners with their courses, one sheet: the composed run against the sum of two bare loads of the same file
into identical tables.

    python -m tests.bench.learners [--rows 1000000] [--rounds 3]

The bare side is what one would write by hand: COPY into a temporary table and INSERT ... ON CONFLICT DO UPDATE into the
students, and once more into the enrollments, which join what they refer to. Both sides run in turns, on the same
embedded server, as in `tests.bench.million`. Memory is that of the `workbench` command in a process of its own.
"""

import argparse
import os
import statistics
import tempfile
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Literal

from tests.bench.million import command, said_of_machine, timed
from tests.bench.people import write_learners
from workbench import Workbench, open_sheet
from workbench.database import embedded, store, upgrading

TARGET = 1.25
_TABLES = ("profiles", "courses", "enrollments")


def main() -> None:
    """Runs and prints the comparison."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="wb-", dir="/tmp") as folder:
        os.chmod(folder, 0o755)
        measure(Path(folder), given.rows, given.rounds)


def measure(folder: Path, rows: int, rounds: int) -> None:
    """Everything, in one run on one server under `folder`."""
    url = embedded.database_url(folder / "home")
    upgrading.upgrade(url)
    admin = psycopg.connect(url, autocommit=True)
    print(said_of_machine(admin))
    file = write_learners(folder / "learners.csv", rows)
    print(f"{rows:,} learners, {file.stat().st_size / 1e6:.0f} MB, {rounds} rounds in turns\n")
    empty(admin)
    import_once(folder, url, write_learners(folder / "warm.csv", 1000))  # loads what is loaded on first use
    times: dict[str, list[float]] = {}
    for number in range(1, rounds + 1):
        empty(admin)
        for turn in ("first", "again"):
            for part, load in (("students", bare_students), ("enrollments", bare_enrollments)):
                times.setdefault(f"bare {part} {turn}", []).append(timed(lambda load=load: load(url, file)))
            admin.execute("checkpoint")
        empty(admin)
        for turn in ("first", "again"):
            times.setdefault(f"run {turn}", []).append(timed(lambda: import_once(folder, url, file)))
            admin.execute("checkpoint")
        print(f"round {number}: " + ", ".join(f"{name} {each[-1]:.1f} s" for name, each in times.items()), flush=True)
    print()
    for turn in ("first", "again"):
        ours = statistics.median(times[f"run {turn}"])
        theirs = sum(statistics.median(times[f"bare {part} {turn}"]) for part in ("students", "enrollments"))
        target = f"  (at most {TARGET})" if turn == "first" else ""
        print(f"{turn:6} two bare loads {theirs:6.2f} s   run {ours:6.2f} s   ratio {ours / theirs:.2f}{target}")
    empty(admin)
    peak = command(folder, file, "--playbook", "elevate.learners")
    print(f"\npeak memory of the program, {rows:,} rows: {peak:.0f} MB  (under 700)")
    admin.close()


def bare_students(url: str, file: Path) -> None:
    """What a script would do for the students."""
    _bare(
        url,
        file,
        "insert into bare.profiles (tenant_id, email, full_name, phone, role, external_id) "
        "select {tenant}, lower(trim(email)), first_name || ' ' || last_name, phone, 'student', external_id "
        "from incoming "
        "on conflict (tenant_id, email) do update set full_name = excluded.full_name, phone = excluded.phone, "
        "role = excluded.role, external_id = excluded.external_id, updated_at = now()",
    )


def bare_enrollments(url: str, file: Path) -> None:
    """And for their courses and enrollments."""
    _bare(
        url,
        file,
        "insert into bare.courses (tenant_id, course_code, course_name) "
        "select distinct on (course_code) {tenant}, course_code, course_name from incoming "
        "on conflict (tenant_id, course_code) do update set course_name = excluded.course_name, updated_at = now()",
        "insert into bare.enrollments (tenant_id, user_id, course_id, status) "
        "select {tenant}, p.id, c.id, status from incoming i "
        "join bare.profiles p on p.tenant_id = {tenant} and p.email = lower(trim(i.email)) "
        "join bare.courses c on c.tenant_id = {tenant} and c.course_code = i.course_code "
        "on conflict (tenant_id, user_id, course_id) do update set status = excluded.status, updated_at = now()",
    )


def _bare(url: str, file: Path, *statements: str) -> None:
    database = store.Store(url, tenant="bench", user="bench")
    with database.transaction() as connection:
        connection.execute("set local work_mem = '256MB'; set local jit = off")
        connection.execute(
            "create temporary table incoming (email text, first_name text, last_name text, phone text, "
            "external_id text, course_code text, course_name text, status text) on commit drop"
        )
        load = "copy incoming from stdin (format csv, header true)"
        with connection.cursor() as cursor, cursor.copy(load) as copy, file.open("rb") as source:
            while block := source.read(1 << 20):
                copy.write(block)
        for statement in statements:
            connection.execute(SQL(statement).format(tenant=Literal(database.tenant_id)))
    database.close()


def import_once(folder: Path, url: str, file: Path) -> None:
    """The whole run, to the log."""
    with Workbench.open(home=folder / "home", database_url=url, tenant="bench", user="bench") as wb:
        batch = wb.import_sheet(open_sheet(file), "elevate.learners")
        assert wb.reconcile(batch).done
        wb.log(batch).render()
        steps = {name: seconds for name, seconds in batch.summary.items() if name.startswith("seconds")}
    print("  " + ", ".join(f"{name.removeprefix('seconds_')} {seconds:.1f}" for name, seconds in steps.items()))


def empty(admin: psycopg.Connection[tuple[object, ...]]) -> None:
    """Both sides' tables without a row, statistics as after a long time, nothing left to write to disk."""
    tables = ", ".join(f"elevate.{name}" for name in _TABLES)
    admin.execute(
        "truncate workbench.import_row, workbench.import_outcome, workbench.import_batch, workbench.import_run, "
        f"{tables} cascade"
    )
    admin.execute("drop schema if exists bare cascade; create schema bare; grant usage on schema bare to workbench_app")
    for name in _TABLES:
        admin.execute(
            f"create table bare.{name} (like elevate.{name} including all); "
            f"alter table bare.{name} owner to workbench_owner; alter table bare.{name} enable row level security; "
            f"alter table bare.{name} force row level security; "
            f"create policy tenant on bare.{name} using (tenant_id = (select workbench.current_tenant())); "
            f"grant select, insert, update, delete on bare.{name} to workbench_app"
        )
    admin.execute("grant usage on schema bare to workbench_owner")
    for column, table in (("user_id", "profiles"), ("course_id", "courses")):
        admin.execute(
            f"alter table bare.enrollments add foreign key ({column}, tenant_id) "
            f"references bare.{table} (id, tenant_id)"
        )
    admin.execute("checkpoint")


if __name__ == "__main__":
    main()
