"""A million contacts from Salesforce by a job, against the same bytes as a file: seconds and peak memory.

    python -m tests.bench.salesforce [--rows 1000000]

The organization is the tests' own server (`tests.salesforce`) in a process of its own, which has its pages ready. The
reading, and the whole import by the `workbench` command, are processes of their own too: their peak memory is theirs
alone. A tenth of the rows is read as well, to show that memory does not grow with the organization.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from tests.bench.million import empty, launched
from tests.bench.organization import Admin, add, arguments, database, serve, served
from tests.bench.people import write_students
from tests.salesforce import Salesforce

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
    given = arguments(__doc__, 1_000_000)
    if given.serve:
        serve(lambda salesforce: fill(salesforce, Path(given.serve)))
        return
    with database() as (folder, _, admin):
        measure(folder, admin, given.rows)


def measure(folder: Path, admin: Admin, rows: int) -> None:
    """Everything, in one run on one server under `folder`."""
    for size in (rows // 10, rows):
        file = write_students(folder / "students.csv", size)
        with served("salesforce", file):
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
            began = time.monotonic()
            said, peak = launched(folder / "home", "audit", "salesforce:Contact", "-d", "elevate.students", "--json")
            assert json.loads(said)["complete"], said
            print(
                f"{size:>9,} audited: {time.monotonic() - began:.1f} s, peak {peak:.0f} MB  (under {MOST})", flush=True
            )


def read() -> tuple[float, float, float, int]:
    """Seconds until it is on disk, and until every row is read; peak memory in MB; its bytes."""
    asked = [sys.executable, "-c", _READ, ",".join(_FIELDS)]
    done = subprocess.run(asked, stdout=subprocess.PIPE, check=True, text=True)
    _, size, on_disk, whole, peak = map(float, done.stdout.split())
    return on_disk, whole, peak, int(size)


def fill(salesforce: Salesforce, file: Path) -> None:
    """The people of a file as contacts."""
    people = arrow_csv.read_csv(
        file, convert_options=arrow_csv.ConvertOptions(column_types=dict.fromkeys(_COLUMNS, pa.string()))
    )
    people = people.rename_columns([_COLUMNS[name] for name in people.column_names])
    numbers = pa.array(np.char.zfill(np.arange(len(people)).astype("U9"), 9))
    people = people.append_column("Id", pa.compute.binary_join_element_wise("003Do0", numbers, "AAA", ""))
    people = people.append_column("SystemModstamp", pa.array(["2026-01-05T10:30:00.000Z"] * len(people)))
    add(salesforce, "Contact", _FIELDS, people, asked=("Id", "SystemModstamp", *_FIELDS))


if __name__ == "__main__":
    main()
