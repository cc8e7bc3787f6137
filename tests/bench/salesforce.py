"""A million contacts from Salesforce by a job, against the same bytes as a file: seconds and peak memory.

    python -m tests.bench.salesforce [--rows 1000000]

The organization is the tests' own server (`tests.salesforce`) in a process of its own, which has its pages ready. The
reading, and the whole import by the `workbench` command, are processes of their own too: their peak memory is theirs
alone. A tenth of the rows is read as well, to show that memory does not grow with the organization.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.csv as arrow_csv

from tests.bench.million import empty, launched, said_of_machine
from tests.bench.people import write_students
from tests.salesforce import PASSWORD, TOKEN, USER, Salesforce
from workbench.database import embedded, upgrading

MOST = 700
"""Megabytes that a reading and an import may need."""
_FIELDS = {
    "FirstName": "string",
    "LastName": "string",
    "Email": "email",
    "Phone": "phone",
    "Local_Student_ID__c": "string",
}
_MAPPED = ("--map", "Phone=phone", "--map", "Local_Student_ID__c=external_id")
_COLUMNS = {
    "email": "Email",
    "first_name": "FirstName",
    "last_name": "LastName",
    "phone": "Phone",
    "external_id": "Local_Student_ID__c",
}
_READ = """
import os, re, sys, time
from workbench.model.salesforce import SalesforceAccess
from workbench.sources.salesforce import open_salesforce
said = {name: os.environ[f"SF_{name.upper()}"] for name in ("username", "password", "security_token")}
began = time.monotonic()
access = SalesforceAccess(**said, address=os.environ["WORKBENCH_SALESFORCE_ADDRESS"])
sheet = open_salesforce("Contact", access, fields=sys.argv[1].split(","))
on_disk = time.monotonic() - began
rows = sum(len(chunk) for chunk in sheet.chunks())
peak = int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
print(rows, sheet.size, on_disk, time.monotonic() - began, peak / 1024)
"""


def main() -> None:
    """Runs and prints the comparison."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--serve", metavar="FILE", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.serve:
        serve(Path(given.serve))
        return
    with tempfile.TemporaryDirectory(prefix="wb-", dir="/tmp") as folder:
        os.chmod(folder, 0o755)
        measure(Path(folder), given.rows)


def measure(folder: Path, rows: int) -> None:
    """Everything, in one run on one server under `folder`."""
    url = embedded.database_url(folder / "home")
    upgrading.upgrade(url)
    admin = psycopg.connect(url, autocommit=True)
    print(said_of_machine(admin))
    for size in (rows // 10, rows):
        file = write_students(folder / "students.csv", size)
        with served(file):
            on_disk, whole, peak, bytes_ = read()
            print(
                f"\n{size:>9,} contacts, {bytes_ / 1e6:.0f} MB: read in {on_disk:.1f} s, with all rows {whole:.1f} s, "
                f"peak {peak:.0f} MB  (under {MOST})",
                flush=True,
            )
            words = ("-d", "elevate.students", "--json")
            for name, source in (
                ("a file", (str(file), *words)),
                ("Salesforce", ("salesforce:Contact", "--fields", ",".join(_FIELDS), *_MAPPED, *words)),
            ):
                empty(admin)
                began = time.monotonic()
                said, peak = launched(folder / "home", "import", *source)
                assert json.loads(said)["created"] == size, said
                seconds = time.monotonic() - began
                print(
                    f"{size:>9,} imported from {name}: {seconds:.1f} s, peak {peak:.0f} MB  (under {MOST})", flush=True
                )
    admin.close()


def read() -> tuple[float, float, float, int]:
    """Seconds until it is on disk, and until every row is read; peak memory in MB; its bytes."""
    asked = [sys.executable, "-c", _READ, ",".join(_FIELDS)]
    done = subprocess.run(asked, stdout=subprocess.PIPE, check=True, text=True)
    _, size, on_disk, whole, peak = map(float, done.stdout.split())
    return on_disk, whole, peak, int(size)


@contextmanager
def served(file: Path) -> Iterator[None]:
    """An organization with these contacts, as the environment names it."""
    run = [sys.executable, "-m", "tests.bench.salesforce", "--serve", str(file)]
    with subprocess.Popen(run, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None and server.stdout is not None
        os.environ |= {"SF_USERNAME": USER, "SF_PASSWORD": PASSWORD, "SF_SECURITY_TOKEN": TOKEN}
        os.environ["WORKBENCH_SALESFORCE_ADDRESS"] = server.stdout.readline().strip()
        try:
            yield
        finally:
            server.stdin.close()


def serve(file: Path) -> None:
    """Serves the people of a file as contacts until nobody waits any more."""
    people = arrow_csv.read_csv(
        file, convert_options=arrow_csv.ConvertOptions(column_types=dict.fromkeys(_COLUMNS, pa.string()))
    )
    people = people.rename_columns([_COLUMNS[name] for name in people.column_names])
    numbers = pa.array(np.char.zfill(np.arange(len(people)).astype("U9"), 9))
    people = people.append_column("Id", pa.compute.binary_join_element_wise("003Do0", numbers, "AAA", ""))
    people = people.append_column("SystemModstamp", pa.array(["2026-01-05T10:30:00.000Z"] * len(people)))
    ready: dict[int, bytes] = {}

    def rendered(names: Sequence[str], start: int, end: int) -> bytes:
        if start not in ready:
            sink = pa.BufferOutputStream()
            rows = people.slice(start, end - start).select(list(names))
            arrow_csv.write_csv(rows, sink, arrow_csv.WriteOptions(include_header=False, quoting_style="all_valid"))
            ready[start] = sink.getvalue().to_pybytes()
        return ready[start]

    with Salesforce() as salesforce:
        found = salesforce.add("Contact", _FIELDS, [], rendered=rendered)
        found.records = range(len(people))  # type: ignore[assignment]
        for start in range(0, len(people), salesforce.job_page):
            rendered(("Id", "SystemModstamp", *_FIELDS), start, min(start + salesforce.job_page, len(people)))
        print(salesforce.address, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
