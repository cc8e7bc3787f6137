"""160,000 students of Salesforce, each a person with an e-mail address, a school and a class: one run, against the
import of as many students of one dataset from a file.

    python -m tests.bench.salesforce_students [--rows 160000] [--rounds 3]

The organization is the tests' own server (`tests.salesforce`) in a process of its own; both imports are the `workbench`
command in processes of their own, in turns, so that their seconds are from the command to the committed run. Of several
rounds the one counts in which processors worked least.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from tests.bench.million import empty as empty_spine
from tests.bench.million import launched, said_of_machine
from tests.bench.people import write_students
from tests.salesforce import PASSWORD, TOKEN, USER, Salesforce
from workbench import Workbench, open_sheet
from workbench.database import embedded, upgrading
from workbench.datasets.salesforce.contacts import STUDENTS

MOST = 700
"""Megabytes that the import may need."""
RATIO = 1.5
"""How many times the spine's seconds per row it may take."""
_SCHOOLS, _ORGANIZATIONS, _CLASSES = 200, 3_000, 6_000
_FIELDS = {each.aliases[0]: "string" for each in STUDENTS.fields if each.aliases}


def main() -> None:
    """Runs and prints the comparison."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--rows", type=int, default=160_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.serve:
        serve(given.rows)
        return
    with tempfile.TemporaryDirectory(prefix="wb-", dir="/tmp") as folder:
        os.chmod(folder, 0o755)
        measure(Path(folder), given.rows, given.rounds)


def measure(folder: Path, rows: int, rounds: int) -> None:
    """Everything, in one run on one server under `folder`."""
    url = embedded.database_url(folder / "home")
    upgrading.upgrade(url)
    admin = psycopg.connect(url, autocommit=True)
    print(said_of_machine(admin))
    file = write_students(folder / "students.csv", rows)
    spine: list[Cost] = []
    students: dict[str, list[Cost]] = {"first": [], "again": []}
    words = ("salesforce:Contact", "--playbook", STUDENTS.name)
    with served(rows):
        for number in range(1, rounds + 1):
            empty_spine(admin)
            spine.append(imported(folder, rows, str(file), "-d", "elevate.students"))
            empty(admin)
            accounts(folder, url)
            admin.execute("vacuum analyze")
            admin.execute("checkpoint")
            for turn, created in (("first", rows), ("again", 0)):
                cost = imported(folder, created, *words)
                students[turn].append(cost)
                print(f"round {number}, {turn}: {cost}, peak {cost.peak:.0f} MB  (under {MOST})", flush=True)
    written = sum(_count(admin, table) for table in ("people", "emails", "placements"))
    of_spine, first, again = (min(each, key=lambda cost: cost.worked) for each in (spine, *students.values()))
    print(f"\n{rows:,} students of one dataset from a file: {of_spine}")
    print(f"{rows:,} contacts, {written:,} records: {first}; again {again}")
    for name, of in (("seconds", lambda cost: cost.seconds), ("processor seconds", lambda cost: cost.worked)):
        ratio = of(first) / of(of_spine)
        print(f"{name}: a row {ratio:.2f} times the spine's, a record {ratio * rows / written:.2f}  (at most {RATIO})")
    admin.close()


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What an import took."""

    seconds: float
    worked: float
    """Seconds of processors, of the program and of PostgreSQL: the same whatever else the machine does."""
    peak: float

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s, {self.worked:.1f} s of processors"


def imported(folder: Path, created: int, *words: str) -> Cost:
    """The whole import, by the command."""
    began, before = time.monotonic(), _worked(folder)
    said, peak = launched(folder / "home", "import", *words, "--json")
    seconds = time.monotonic() - began
    assert json.loads(said)["created"] == created, said
    return Cost(seconds=seconds, worked=_worked(folder) - before, peak=peak)


def _worked(folder: Path) -> float:
    """Seconds of processors that programs started here, and PostgreSQL, have taken so far."""
    server = int((folder / "home" / "postgres" / "postmaster.pid").read_text().split()[0])
    ticks = 0
    for each in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended
            said = each.read_text().rpartition(")")[2].split()
            if int(each.parent.name) == server:
                ticks += sum(map(int, said[11:15]))
            elif int(said[1]) == server:
                ticks += sum(map(int, said[11:13]))
    own = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ticks / os.sysconf("SC_CLK_TCK") + own.ru_utime + own.ru_stime


def _count(admin: psycopg.Connection[tuple[object, ...]], table: str) -> int:
    row = admin.execute(f"select count(*) from salesforce.{table}").fetchone()
    return int(str(row[0])) if row else 0


def empty(admin: psycopg.Connection[tuple[object, ...]]) -> None:
    """No account, class or person."""
    empty_spine(admin)
    admin.execute("truncate salesforce.accounts, salesforce.people cascade")


def accounts(folder: Path, url: str) -> None:
    """The schools and the classes that the students are of, among an organization's other accounts."""
    schools = "".join(
        f"{_id('001', n)},Account {n},{'School' if n < _SCHOOLS else 'Corporate'}\n"
        for n in range(_SCHOOLS + _ORGANIZATIONS)
    )
    classes = "".join(f"{_id('a0C', n)},Class {n},{_id('001', n % _SCHOOLS)}\n" for n in range(_CLASSES))
    with Workbench.open(home=folder / "home", database_url=url, tenant="bench", user="bench") as wb:
        for dataset, header, lines in (
            ("salesforce.accounts", "salesforce_id,name,type\n", schools),
            ("salesforce.school_classes", "salesforce_id,name,school\n", classes),
        ):
            path = folder / f"{dataset}.csv"
            path.write_text(header + lines, "utf-8")
            assert wb.import_sheet(open_sheet(path), dataset).state == "completed"


def _id(prefix: str, number: int) -> str:
    return f"{prefix}{number:012}{'AAA' if prefix.islower() or prefix.isdigit() else 'EAA'}"


@contextmanager
def served(rows: int) -> Iterator[None]:
    """An organization with so many students, as the environment names it."""
    run = [sys.executable, "-m", "tests.bench.salesforce_students", "--serve", "--rows", str(rows)]
    with subprocess.Popen(run, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None and server.stdout is not None
        os.environ |= {"SF_USERNAME": USER, "SF_PASSWORD": PASSWORD, "SF_SECURITY_TOKEN": TOKEN}
        os.environ["WORKBENCH_SALESFORCE_ADDRESS"] = server.stdout.readline().strip()
        try:
            yield
        finally:
            server.stdin.close()


def serve(rows: int) -> None:
    """Serves that many students until nobody waits any more."""
    people = contacts(rows)
    ready: dict[tuple[object, ...], bytes] = {}

    def rendered(names: Sequence[str], start: int, end: int) -> bytes:
        if (*names, start) not in ready:
            sink = pa.BufferOutputStream()
            page = people.slice(start, end - start).select(list(names))
            arrow_csv.write_csv(page, sink, arrow_csv.WriteOptions(include_header=False, quoting_style="all_valid"))
            ready[*names, start] = sink.getvalue().to_pybytes()
        return ready[*names, start]

    with Salesforce() as salesforce:
        found = salesforce.add("Contact", {**_FIELDS, "Contact_Type__c": "picklist"}, [], rendered=rendered)
        found.records = range(rows)  # type: ignore[assignment]
        print(salesforce.address, flush=True)
        sys.stdin.read()


def contacts(rows: int) -> pa.Table:
    """The students, as Salesforce has them."""
    number = np.arange(rows)

    def texts(
        before: str, of: "np.ndarray[tuple[int], np.dtype[np.int64]]", after: str, width: int = 0
    ) -> pa.StringArray:
        numbers = pa.array(np.char.zfill(of.astype(str), width))
        return pc.binary_join_element_wise(before, numbers, after, "")

    filled = {
        "Id": texts("003", number, "AAA", 12),
        "FirstName": texts("Given", number % 5_000, ""),
        "LastName": texts("Name", number // 7, ""),
        "Email": texts("student", number, "@kck.example"),
        "npsp__Primary_Affiliation__c": texts("001", number % _SCHOOLS, "AAA", 12),
        "Class__c": texts("a0C", number % _CLASSES, "EAA", 12),
        "Local_Student_ID__c": texts("L", number, ""),
        "Current_Grade__c": texts("", number % 13, ""),
        "Birthdate": texts("20", number % 10 + 10, "-03-04"),
        "Gender__c": pa.array(["Female", "Male", "Non-binary", "NA"]).take(pa.array(number % 4)),
        "Racial_Ethnic_Background__c": pa.array(["Hispanic", "Black", "White", "Asian"]).take(
            pa.array(number // 3 % 4)
        ),
        "SystemModstamp": pa.repeat("2026-01-05T10:30:00.000Z", rows),
        "IsDeleted": pa.repeat("false", rows),
    }
    blank = pa.nulls(rows, pa.string())
    names = dict.fromkeys(("SystemModstamp", "MasterRecordId", *_FIELDS))
    return pa.table({name: filled.get(name, blank) for name in names})


if __name__ == "__main__":
    main()
