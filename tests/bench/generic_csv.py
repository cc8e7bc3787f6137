"""A million users and two million associations in one ZIP of the generic CSV format, against the spine: students of one
sheet, in the same run on the same server.

    python -m tests.bench.generic_csv [--rows 1000000] [--rounds 1]

Every second user was invited by one of a thousand others, on any line of the file; each institution was made by one of
its users. Three in four of the ZIP's rows have references, which the database checks one by one, and the spine has
none: so each is compared with a bare load of the same files into identical tables, and what Workbench adds to a row of
the ZIP with what it adds to one of the spine. Beside that stands what a million rows of each take, from file to log.
Memory is that of the `workbench` command in a process of its own; `--rounds 0` measures it alone.
"""

import argparse
import json
import os
import statistics
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from psycopg.sql import SQL, Identifier, Literal

from tests.bench import million
from tests.bench.million import launched, said_of_machine, timed
from tests.bench.people import write_students
from workbench import Workbench, open_sheets
from workbench.database import embedded, store, upgrading
from workbench.datasets import catalog

_BLOCK = 500_000
_PLACES, _PROGRAMS, _INVITERS = 20, 200, 1000
_TIMES = ("2024-08-01T00:00:00Z", "2024-10-01T00:00:00Z")


def main() -> None:
    """Runs and prints the comparison."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--rows", type=int, default=1_000_000, help="users; there are twice as many associations")
    options.add_argument("--rounds", type=int, default=1)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="wb-", dir="/tmp") as folder:
        os.chmod(folder, 0o755)
        measure(Path(folder), given.rows, given.rounds)


def measure(folder: Path, users: int, rounds: int) -> None:
    """Everything, in one run on one server under `folder`."""
    url = embedded.database_url(folder / "home")
    upgrading.upgrade(url)
    admin = psycopg.connect(url, autocommit=True)
    print(said_of_machine(admin))
    students = write_students(folder / "students.csv", users)
    file, rows = write_export(folder / "export.zip", users)
    print(f"{users:,} students; a ZIP of {rows:,} rows, {file.stat().st_size / 1e6:.0f} MB; {rounds} rounds in turns\n")
    million.import_once(folder, url, write_students(folder / "warm.csv", 1000))  # loads what is loaded on first use
    empty(admin)
    import_once(folder, url, write_export(folder / "warm.zip", 1000)[0])
    times: dict[str, list[float]] = {}
    for number in range(1, rounds + 1):
        for side, run in (
            ("spine", lambda: million.import_once(folder, url, students)),
            ("bare spine", lambda: million.bare(url, students)),
            ("ZIP", lambda: import_once(folder, url, file)),
            ("bare ZIP", lambda: bare(url, file)),
        ):
            empty(admin)
            for turn in ("first", "again"):
                times.setdefault(f"{side} {turn}", []).append(timed(run))
                admin.execute("checkpoint")
        print(f"round {number}: " + ", ".join(f"{name} {each[-1]:.1f} s" for name, each in times.items()), flush=True)
    print()
    for turn in ("first", "again") if times else ():
        took = {
            side: statistics.median(times[f"{side} {turn}"]) / size * 1e6
            for side, size in (("spine", users), ("bare spine", users), ("ZIP", rows), ("bare ZIP", rows))
        }
        spine, ours = took["spine"] / took["bare spine"], took["ZIP"] / took["bare ZIP"]
        print(f"{turn:6} a million rows: " + ", ".join(f"{side} {seconds:.2f} s" for side, seconds in took.items()))
        print(
            f"       to its bare load: spine {spine:.2f}   ZIP {ours:.2f} (at most as the spine)   "
            f"ZIP to spine {took['ZIP'] / took['spine']:.2f}"
        )
    empty(admin)
    said, peak = launched(folder / "home", "import", str(file), "--playbook", "generic_csv", "--json")
    assert json.loads(said)["done"], said
    print(f"\npeak memory of the program, {rows:,} rows: {peak:.0f} MB  (under 700)")
    admin.close()


def import_once(folder: Path, url: str, file: Path) -> None:
    """The whole run, to the log."""
    with Workbench.open(home=folder / "home", database_url=url, tenant="bench", user="bench") as wb:
        batch = wb.import_sheet(open_sheets(file), "generic_csv")
        assert wb.reconcile(batch).done
        wb.log(batch).render()
        steps = {name: seconds for name, seconds in batch.summary.items() if name.startswith("seconds")}
    print("  " + ", ".join(f"{name.removeprefix('seconds_')} {seconds:.1f}" for name, seconds in steps.items()))


def bare(url: str, file: Path) -> None:
    """What a script would do: each member copied, and inserted with what it names looked up."""
    database = store.Store(url, tenant="bench", user="bench")
    with zipfile.ZipFile(file) as archive, database.transaction() as connection:
        connection.execute("set local work_mem = '256MB'; set local jit = off")
        for name, columns, statement in _BARE:
            types = ", ".join(f"{column} text" for column in columns)
            connection.execute(
                SQL("create temporary table {} ({}) on commit drop").format(Identifier(name), SQL(types))
            )
            load = SQL("copy {} from stdin (format csv, header true)").format(Identifier(name))
            with connection.cursor() as cursor, cursor.copy(load) as copy, archive.open(f"{name}.csv") as member:
                while block := member.read(1 << 20):
                    copy.write(block)
            connection.execute(SQL(statement).format(tenant=Literal(database.tenant_id)))
        connection.execute(SQL(_INVITED).format(tenant=Literal(database.tenant_id)))
    database.close()


_BARE = (
    (
        "institutions",
        ("id", "name", "created_by"),
        "insert into bare.institutions (tenant_id, source_id, name) select {tenant}, id, name from institutions "
        "on conflict (tenant_id, source_id) do update set name = excluded.name, updated_at = now()",
    ),
    (
        "programs",
        ("id", "name", "institution_id"),
        "insert into bare.programs (tenant_id, source_id, name, institution_id) "
        "select {tenant}, p.id, p.name, i.id from programs p "
        "join bare.institutions i on i.tenant_id = {tenant} and i.source_id = p.institution_id "
        "on conflict (tenant_id, source_id) do update set name = excluded.name, updated_at = now()",
    ),
    (
        "users",
        (
            *("id", "email", "first_name", "last_name", "role", "institution_id", "invited_by"),
            *("created_at", "updated_at"),
        ),
        "insert into bare.users (tenant_id, source_id, email, first_name, last_name, role, institution_id, "
        "account_status, email_verified, login_attempts, source_created_at, source_updated_at) "
        "select {tenant}, u.id, lower(trim(u.email)), u.first_name, u.last_name, u.role, i.id, 'pending', false, 0, "
        "u.created_at::timestamptz, u.updated_at::timestamptz from users u "
        "join bare.institutions i on i.tenant_id = {tenant} and i.source_id = u.institution_id "
        "on conflict (tenant_id, source_id) do update set email = excluded.email, first_name = excluded.first_name, "
        "last_name = excluded.last_name, role = excluded.role, institution_id = excluded.institution_id, "
        "updated_at = now()",
    ),
    (
        "user_programs",
        ("user_id", "program_id"),
        "insert into bare.user_programs (tenant_id, user_id, program_id) select {tenant}, u.id, p.id "
        "from user_programs a join bare.users u on u.tenant_id = {tenant} and u.source_id = a.user_id "
        "join bare.programs p on p.tenant_id = {tenant} and p.source_id = a.program_id "
        "on conflict (tenant_id, user_id, program_id) do nothing",
    ),
)
_INVITED = """
update bare.users t set invited_by = v.id from users u join bare.users v on v.tenant_id = {tenant}
    and v.source_id = u.invited_by where t.tenant_id = {tenant} and t.source_id = u.id and u.invited_by <> ''
    and t.invited_by is distinct from v.id
"""
"""Whoever invited somebody is there only now."""


def write_export(path: Path, users: int) -> tuple[Path, int]:
    """Writes an export of so many users, twice as many associations and what they name; the path, and its rows."""
    chance = np.random.default_rng(7)
    counts = {"institutions": _PLACES, "programs": _PROGRAMS, "users": users, "user_programs": 2 * users}
    members = {
        "institutions": _institutions(users),
        "programs": _programs(),
        "users": _users(users, chance),
        "user_programs": _associations(users, chance),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        said = {"format_version": "1.0", "adapter_id": "generic_csv_v1", "entity_counts": counts}
        archive.writestr("manifest.json", json.dumps(said))
        for name, tables in members.items():
            first = next(tables)
            with (
                archive.open(f"{name}.csv", "w", force_zip64=True) as member,
                pyarrow.csv.CSVWriter(member, first.schema) as file,
            ):
                file.write_table(first)
                for table in tables:
                    file.write_table(table)
    return path, sum(counts.values())


def _institutions(users: int) -> Iterator[pa.Table]:
    number = np.arange(_PLACES)
    yield _table(
        {"id": _called("place", number), "name": _called("Place ", number), "created_by": _called("u", number)}
    )


def _programs() -> Iterator[pa.Table]:
    number = np.arange(_PROGRAMS)
    place = _called("place", number % _PLACES)
    yield _table({"id": _called("program", number), "name": _called("Program ", number), "institution_id": place})


def _users(users: int, chance: np.random.Generator) -> Iterator[pa.Table]:
    numbers = chance.permutation(users)
    for start in range(0, users, _BLOCK):
        number = numbers[start : start + _BLOCK]
        invited = pa.array(number % 2 == 0)
        inviter = _called("u", chance.integers(0, min(users, _INVITERS), len(number)))
        yield _table(
            {
                "id": _called("u", number),
                "email": pc.binary_join_element_wise(_called("user.", number), "example.edu", "@"),
                "first_name": pa.array(["Ada", "Grace", "José", "Li"]).take(pa.array(number % 4)),
                "last_name": pa.array(["Lovelace", "Hopper", "García", "Wong", "Young"]).take(pa.array(number % 5)),
                "role": pa.array(["instructor", "program_admin"]).take(pa.array((number % 50 == 0).astype(int))),
                "institution_id": _called("place", number % _PLACES),
                "invited_by": pc.if_else(invited, inviter, ""),
                "created_at": pa.array([_TIMES[0]] * len(number)),
                "updated_at": pa.array([_TIMES[1]] * len(number)),
            }
        )


def _associations(users: int, chance: np.random.Generator) -> Iterator[pa.Table]:
    numbers = chance.permutation(2 * users)
    for start in range(0, 2 * users, _BLOCK):
        number = numbers[start : start + _BLOCK]
        user = number // 2
        program = (user + number % 2 * 7) % _PROGRAMS
        yield _table({"user_id": _called("u", user), "program_id": _called("program", program)})


def _called(name: str, number: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> pa.StringArray:
    return pc.binary_join_element_wise(name, pa.array(number).cast(pa.string()), "")


def _table(columns: Mapping[str, pa.Array]) -> pa.Table:
    return pa.table({name: column.cast(pa.string()) for name, column in columns.items()})


def empty(admin: psycopg.Connection[tuple[object, ...]]) -> None:
    """Both sides' tables without a row, statistics as after a long time, nothing left to write to disk."""
    tables = ", ".join(f"{each.family}.{each.table}" for each in catalog.family("generic_csv"))
    admin.execute(f"truncate {tables} cascade")
    admin.execute("drop schema if exists bare cascade; create schema bare")
    admin.execute("grant usage on schema bare to workbench_app, workbench_owner")
    for name, *_ in _BARE:
        admin.execute(
            f"create table bare.{name} (like generic_csv.{name} including all); "
            f"alter table bare.{name} owner to workbench_owner; alter table bare.{name} enable row level security; "
            f"alter table bare.{name} force row level security; "
            f"create policy tenant on bare.{name} using (tenant_id = (select workbench.current_tenant())); "
            f"grant select, insert, update, delete on bare.{name} to workbench_app"
        )
    for name, column, other in _REFERENCES:
        admin.execute(
            f"alter table bare.{name} add foreign key ({column}, tenant_id) references bare.{other} (id, tenant_id)"
        )
    million.empty(admin)


_REFERENCES = (
    ("programs", "institution_id", "institutions"),
    ("users", "institution_id", "institutions"),
    ("users", "invited_by", "users"),
    ("user_programs", "user_id", "users"),
    ("user_programs", "program_id", "programs"),
)


if __name__ == "__main__":
    main()
