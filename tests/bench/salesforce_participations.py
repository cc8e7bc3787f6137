"""2,000 events of Salesforce and 20,180 participations in them, of 5,000 volunteers: from the command to the committed
runs.

    python -m tests.bench.salesforce_participations [--rows 20180] [--rounds 3]

The organization is the tests' own server (`tests.salesforce`) in a process of its own, and the import is the
`workbench` command in one of its own. Each round imports everything twice; the last one before anybody is here, whom
the sweep then finds.
"""

import json
import resource
import time
from pathlib import Path
from typing import Any

from tests.bench.million import launched
from tests.bench.organization import Admin, arguments, database, serve, served
from tests.salesforce import Salesforce
from workbench import Workbench, open_sheet
from workbench.datasets.salesforce.sessions import EVENTS_FORM, PARTICIPATIONS_FORM

MOST = 20.0
"""Seconds that an import may take."""
_VOLUNTEERS, _EVENTS = 5_000, 2_000
_FIELDS = {each.aliases[0]: "string" for each in PARTICIPATIONS_FORM.fields if each.aliases}
_OF_EVENTS = {each.aliases[0]: "string" for each in EVENTS_FORM.fields if each.aliases}


def main() -> None:
    """Runs and prints the comparison."""
    given = arguments(__doc__, 20_180)
    if given.serve:
        serve(lambda salesforce: fill(salesforce, int(given.serve)))
        return
    with database() as (folder, url, admin):
        measure(folder, url, admin, given.rows, given.rounds)


def measure(folder: Path, url: str, admin: Admin, rows: int, rounds: int) -> None:
    """Everything, in one run on one server under `folder`."""
    with served("salesforce_participations", rows):
        for number in range(1, rounds + 1):
            admin.execute("truncate salesforce.people, salesforce.sessions cascade")
            prepare(folder, url)
            for turn, created in (("first", rows), ("again", 0)):
                _told(f"round {number}, {turn}", *_imported(folder, {"Total Records": rows, "Created": created}))
        admin.execute("truncate salesforce.people, salesforce.sessions cascade")
        _told("before anybody is here", *_imported(folder, {"Waiting for the person": rows}))
        began = time.monotonic()
        prepare(folder, url)
        _told("the volunteers, and the sweep", time.monotonic() - began)
        (found,) = admin.execute("select count(*) from salesforce.participations").fetchone() or (0,)
        assert found == rows, found


def _told(what: str, seconds: float, beside: str = "") -> None:
    print(f"{what}: {seconds:.1f} s{beside}  (under {MOST:.0f})", flush=True)


def _imported(folder: Path, expected: dict[str, int]) -> tuple[float, str]:
    """The seconds of an import; and what it took of a processor beside the server, and of memory."""
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    said, peak = launched(folder / "home", "run", "--daily", "--only", "events", "--full-sync", "--json")
    seconds = time.monotonic() - began
    found = json.loads(said)["steps"][0]["figures"][PARTICIPATIONS_FORM.name]
    assert expected.items() <= found.items(), said
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = spent.ru_utime + spent.ru_stime - before.ru_utime - before.ru_stime
    return seconds, f", {busy:.1f} s of a processor, peak {peak:.0f} MB"


def prepare(folder: Path, url: str) -> None:
    """The volunteers."""
    people = "".join(f"{_id('003', n)},Vera,Moss {n},volunteer\n" for n in range(_VOLUNTEERS))
    with Workbench.open(home=folder / "home", database_url=url, tenant="bench", user="bench") as wb:
        path = folder / "people.csv"
        path.write_text("salesforce_id,first_name,last_name,type\n" + people, "utf-8")
        assert wb.import_sheet(open_sheet(path), "salesforce.people").state == "completed"


def _id(prefix: str, number: int) -> str:
    return f"{prefix}{number:012}AAA"


def fill(salesforce: Salesforce, rows: int) -> None:
    """That many participations."""
    statuses = ("Attended", "completed", "No Show", "Cancelled", "Scheduled")
    records: list[dict[str, Any]] = [
        {
            "Id": _id("a02", number),
            "Contact__c": _id("003", number % _VOLUNTEERS),
            "Session__c": _id("a00", number % _EVENTS),
            "Participant_Type__c": "Volunteer",
            "Status__c": statuses[number % 5],
            "Delivery_Hours__c": str(number % 4 / 2),
            "Email__c": f"vera{number}@acme.example",
        }
        for number in range(rows)
    ]
    sessions: list[dict[str, Any]] = [
        {
            "Id": _id("a00", number),
            "Name": f"Careers {number}",
            "Session_Type__c": "Career Speaker",
            "Session_Status__c": "Completed",
            "Start_Date_and_Time__c": "2026-01-04T15:30:00.000+0000",
        }
        for number in range(_EVENTS)
    ]
    salesforce.add("Session__c", _OF_EVENTS, sessions)
    salesforce.add("Session_Participant__c", _FIELDS, records)


if __name__ == "__main__":
    main()
