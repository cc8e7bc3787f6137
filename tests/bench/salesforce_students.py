"""160,000 students of Salesforce, each a person with an e-mail address, a school and a class: one run, against the
import of as many students of one dataset from a file.

    python -m tests.bench.salesforce_students [--rows 160000] [--rounds 3]

The organization is the tests' own server (`tests.salesforce`) in a process of its own; both imports are the `workbench`
command in processes of their own, in turns, so that their seconds are from the command to the committed run. Of several
rounds the one counts in which processors worked least.
"""

import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
from psycopg.sql import SQL, Identifier, Literal

from tests.bench.million import bare as bare_spine
from tests.bench.million import empty as empty_spine
from tests.bench.million import launched
from tests.bench.organization import Admin, add, arguments, database, serve, served
from tests.bench.people import write_students
from tests.bench.processors import worked
from workbench import Workbench, open_sheet
from workbench.database import store
from workbench.datasets.salesforce.contacts import STUDENTS

MOST = 700
"""Megabytes that the import may need."""
RATIO = 1.5
"""How many times the spine's seconds per row it may take."""
_SCHOOLS, _ORGANIZATIONS, _CLASSES = 200, 3_000, 6_000
_FIELDS = {each.aliases[0]: "string" for each in STUDENTS.fields if each.aliases}


def main() -> None:
    """Runs and prints the comparison."""
    given = arguments(__doc__, 160_000)
    if given.serve:
        serve(lambda salesforce: add(salesforce, "Contact", _FIELDS, contacts(int(given.serve))))
        return
    with database() as (folder, url, admin):
        measure(folder, url, admin, given.rows, given.rounds)


def measure(folder: Path, url: str, admin: Admin, rows: int, rounds: int) -> None:
    """Everything, in one run on one server under `folder`."""
    file = write_students(folder / "students.csv", rows)
    spine: list[Cost] = []
    students: dict[str, list[Cost]] = {"first": [], "again": []}
    written_bare: list[tuple[float, float]] = []
    words = ("salesforce:Contact", "--playbook", STUDENTS.name)
    with served("salesforce_students", rows):
        for number in range(1, rounds + 1):
            empty_spine(admin)
            written_bare.append(bare(folder, url, admin, file, rows))
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
    of_one, of_all = min(written_bare, key=sum)
    print(f"bare, by COPY and upsert alone: {of_one:.1f} s, and {of_all:.1f} s: a row {of_all / of_one:.2f} times")


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
    began, before = time.monotonic(), worked(folder / "home")
    said, peak = launched(folder / "home", "import", *words, "--json")
    seconds = time.monotonic() - began
    assert json.loads(said)["created"] == created, said
    return Cost(seconds=seconds, worked=worked(folder / "home") - before, peak=peak)


def _count(admin: Admin, table: str) -> int:
    row = admin.execute(f"select count(*) from salesforce.{table}").fetchone()
    return int(str(row[0])) if row else 0


def empty(admin: Admin) -> None:
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


def bare(folder: Path, url: str, admin: Admin, file: Path, rows: int) -> tuple[float, float]:
    """Seconds in which a script would put the students into their one table, and the same contacts into their three:
    what the records and their references cost by themselves."""
    empty(admin)
    accounts(folder, url)
    source = folder / "contacts.csv"
    arrow_csv.write_csv(contacts(rows), source)
    admin.execute("vacuum analyze")
    admin.execute("checkpoint")
    began = time.monotonic()
    bare_spine(url, file)
    between = time.monotonic()
    database = store.Store(url, tenant="bench", user="bench")
    with database.transaction() as connection:
        connection.execute("set local work_mem = '256MB'; set local jit = off")
        columns = SQL(", ").join(SQL("{} text").format(Identifier(name)) for name in contacts(1).column_names)
        connection.execute(SQL("create temporary table incoming ({}) on commit drop").format(columns))
        load = "copy incoming from stdin (format csv, header true)"
        with connection.cursor() as cursor, cursor.copy(load) as copy, source.open("rb") as content:
            while block := content.read(1 << 20):
                copy.write(block)
        for statement in _BARE:
            connection.execute(SQL(statement).format(tenant=Literal(database.tenant_id)))
    database.close()
    return between - began, time.monotonic() - between


_BARE = (
    """insert into salesforce.people (tenant_id, salesforce_id, type, first_name, last_name, email, email_slot, gender,
        birthdate, race_ethnicity, local_student_id, grade, is_deleted)
    select {tenant}, "Id", 'student', "FirstName", "LastName", "Email", 'email', "Gender__c", "Birthdate"::date,
        "Racial_Ethnic_Background__c", "Local_Student_ID__c", "Current_Grade__c"::int, false from incoming
    on conflict (tenant_id, salesforce_id) do update set last_name = excluded.last_name, email = excluded.email""",
    """insert into salesforce.emails (tenant_id, person_id, slot, email, kind)
    select {tenant}, p.id, 'email', i."Email", 'personal' from incoming i
    join salesforce.people p on p.salesforce_id = i."Id"
    on conflict (tenant_id, person_id, slot) do update set email = excluded.email""",
    """insert into salesforce.placements (tenant_id, person_id, school_id, class_id)
    select {tenant}, p.id, a.id, c.id from incoming i join salesforce.people p on p.salesforce_id = i."Id"
    join salesforce.accounts a on a.salesforce_id = i."npsp__Primary_Affiliation__c"
    join salesforce.classes c on c.salesforce_id = i."Class__c"
    on conflict (tenant_id, person_id) do update set school_id = excluded.school_id, class_id = excluded.class_id""",
)


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
