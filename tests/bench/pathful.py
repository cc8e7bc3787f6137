"""A whole Session Report of Pathful: 28,000 rows, from the file to the committed run, and the same file again.

    python -m tests.bench.pathful [--rows 28000] [--rounds 3] [--xlsx]

Roles and statuses are as in the running system's own report: 73 % educators, 16 % students, 10 % professionals; 86 % of
the sessions completed, a tenth drafts, some of those without a date. One teacher in twenty is in no roster.
"""

import argparse
import os
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import psycopg

from tests.bench.million import said_of_machine, timed
from workbench import Workbench, open_sheet
from workbench.database import embedded, upgrading

TARGET = 10.0
"""Seconds, for 28,000 rows."""
ROLES = {"Educator": 20_523, "Student": 4_533, "Professional": 2_929, "Parent": 10}
STATUSES = {"Completed": 24_068, "Draft": 2_748, "Published": 622, "Confirmed": 361, "Requested": 196}
_PEOPLE = {"Educator": 1_800, "Professional": 900, "Student": 4_000, "Parent": 10}
_A_SESSION = 8
"""So many rows a session has on average."""


def main() -> None:
    """Runs and prints the measurement."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--rows", type=int, default=28_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--xlsx", action="store_true", help="as the running system exports it; else as CSV")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="wb-", dir="/tmp") as folder:
        os.chmod(folder, 0o755)
        measure(Path(folder), given.rows, given.rounds, ".xlsx" if given.xlsx else ".csv")


def measure(folder: Path, rows: int, rounds: int, ending: str) -> None:
    """Everything, in one run on one server under `folder`."""
    url = embedded.database_url(folder / "home")
    upgrading.upgrade(url)
    with psycopg.connect(url, autocommit=True) as admin:
        print(said_of_machine(admin))
        roster, report = tables(rows)
        file = written(report, folder / f"Session Report{ending}")
        print(f"{rows:,} rows, {file.stat().st_size / 1e6:.1f} MB, {rounds} rounds\n")
        for year in ("2024-2025", "2025-2026"):
            file_of_year = written(roster.assign(**{"Academic Year": year}), folder / f"roster {year}.csv")
            import_once(folder, url, file_of_year, "polaris.teacher_roster")
        import_once(folder, url, written(report.head(200), folder / f"warm{ending}"))  # loads what is loaded once
        for number in range(1, rounds + 1):
            empty(admin)
            for turn in ("first", "again"):
                seconds = timed(lambda: import_once(folder, url, file))
                print(f"round {number}, {turn}: {seconds:.1f} s  (under {TARGET:.0f})", flush=True)


def import_once(folder: Path, url: str, file: Path, dataset: str = "polaris.pathful_sessions") -> None:
    """The whole run, to the log."""
    with Workbench.open(home=folder / "home", database_url=url, tenant="bench", user="bench") as wb:
        batch = wb.import_sheet(open_sheet(file), dataset, skip_errors=True)
        wb.log(batch).render()
        steps = {name: seconds for name, seconds in batch.summary.items() if name.startswith("seconds")}
        print("  " + ", ".join(f"{name.removeprefix('seconds_')} {seconds:.1f}" for name, seconds in steps.items()))
        print("  " + ", ".join(f"{name} {count:,}" for name, count in wb.figures(batch).items()))


def empty(admin: psycopg.Connection[tuple[object, ...]]) -> None:
    """Nothing but the roster."""
    admin.execute(
        "truncate workbench.import_row, workbench.import_outcome, workbench.import_batch, workbench.import_run, "
        "polaris.events, polaris.event_teachers, polaris.event_volunteers cascade"
    )
    admin.execute("vacuum analyze")


def tables(rows: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A year's roster, and a Session Report of so many rows about it; always the same."""
    chance = np.random.default_rng(7)
    roles = chance.choice(list(ROLES), rows, p=np.array([*ROLES.values()]) / sum(ROLES.values()))
    sessions = _sessions(max(rows // _A_SESSION, 1), chance)
    row = sessions.iloc[chance.integers(0, len(sessions), rows)].reset_index(drop=True)
    person = (chance.random(rows) * pd.Series(roles).map(_PEOPLE)).astype(int)
    of = pd.Series(roles) + person.astype(str)
    report = row.assign(
        **{
            "User Auth Id": "PF-" + of,
            "Name": "Given" + person.astype(str) + " " + pd.Series(roles) + person.astype(str),
            "SignUp Role": roles,
            "School": "School " + (person % 90).astype(str),
            "District or Company": np.where(roles == "Educator", "District ", "Company ") + (person % 12).astype(str),
            "Partner": "PREP-KC",
            "Attended Educator Count": np.where(
                (row["Status"] == "Completed") & (roles == "Educator") & (chance.random(rows) < 0.8), "1", "n/a"
            ),
        }
    )
    numbers = pd.Series(range(int(_PEOPLE["Educator"] * 0.95))).astype(str)
    people = pd.DataFrame(
        {
            "Email": "given" + numbers + "@kck.example",
            "Name": "Given" + numbers + " Educator" + numbers,
            "Building": "School " + (numbers.astype(int) % 90).astype(str),
        }
    )
    return people, report


def _sessions(count: int, chance: np.random.Generator) -> pd.DataFrame:
    number = np.arange(count)
    status = chance.choice(list(STATUSES), count, p=np.array([*STATUSES.values()]) / sum(STATUSES.values()))
    start = pd.Timestamp("2024-08-05 08:00") + pd.to_timedelta(chance.integers(0, 650 * 24 * 4, count) * 15, unit="min")
    dates = pd.Series(start.strftime("%Y-%m-%d %H:%M:%S"))
    dates[(status == "Draft") & (chance.random(count) < 0.3)] = ""
    dates[(status == "Published") & (chance.random(count) < 0.1)] = ""
    return pd.DataFrame(
        {
            "Session ID": (500_000 + number).astype(str),
            "Title": "Careers in " + pd.Series(chance.integers(0, 400, count)).astype(str),
            "Date": dates,
            "Status": status,
            "Duration": chance.choice(["30", "45", "60"], count),
            "Registered Student Count": chance.integers(10, 40, count).astype(str),
            "Attended Student Count": np.where(status == "Completed", chance.integers(5, 30, count).astype(str), "n/a"),
            "Registered Educator Count": "1",
            "Career Cluster": "Cluster " + pd.Series(chance.integers(0, 16, count)).astype(str),
            "Work Based Learning": "",
            "Series or Event Title": "Series " + pd.Series(chance.integers(0, 60, count)).astype(str),
            "State": "Kansas",
        }
    )


def written(report: pd.DataFrame, file: Path) -> Path:
    """The report as a file of the kind that its name says."""
    if file.suffix == ".xlsx":
        report.to_excel(file, index=False)
    else:
        report.to_csv(file, index=False)
    return file


if __name__ == "__main__":
    main()
