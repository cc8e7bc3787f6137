"""A composed run is killed at random moments, from its first row to its last word: never a part without the others."""

import random
import time
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path

from tests import folder
from tests.bench.people import write_learners
from tests.imports import ask, outcome
from tests.soak.kills import programs, wait_until_alone
from workbench import Workbench, open_sheet

PLAYBOOK = "elevate.learners"
COURSES = 20
MANY = 50
"""From so many kills on, some must have come before the end of the run and some after it."""

_THERE = """
select (select count(*) from elevate.profiles where tenant_id = t.id),
       (select count(*) from elevate.courses where tenant_id = t.id),
       (select count(*) from elevate.enrollments where tenant_id = t.id),
       (select count(*) filter (where part_of is null) from workbench.import_batch
        where tenant_id = t.id and stage = 'completed'),
       (select count(part_of) from workbench.import_batch where tenant_id = t.id and stage = 'completed')
from workbench.tenant t where slug = %s
"""


def soak(times: int, rows: int, seed: int) -> str:
    """Many kills, on a server of their own."""
    from tests.integration.conftest import own_database

    with folder.short() as place, own_database() as url:
        found = kill(url, place / "home", times=times, rows=rows, chance=random.Random(seed))
    assert times < MANY or min(found["nothing"], found["all"]), f"no moment of the run was met: {found}"
    return (
        f"{found.total():,} in a run of {rows:,} learners, {found['nothing']:,} left no record, "
        f"{found['all']:,} all of them: 0 lost, 0 doubled, 0 stuck"
    )


def kill(url: str, home: Path, *, times: int, rows: int, chance: random.Random) -> Counter[str]:
    """Kills a whole run so often, each in a tenant of its own, and returns how often it had written nothing or all.

    Raises AssertionError where a part is there without the others, or the sheet cannot be imported again.
    """
    home.parent.mkdir(parents=True, exist_ok=True)
    sheet = write_learners(home.with_name("learners.csv"), rows)
    found: Counter[str] = Counter()
    longest = _run(url, home, "t0", sheet)
    for number in range(1, times + 1):
        tenant = f"t{number}"
        _run(url, home, tenant, sheet, after=chance.uniform(0, longest))
        wait_until_alone(url)
        there = (ask(url, _THERE, tenant) or [(0, 0, 0, 0, 0)])[0]
        assert there in ((0, 0, 0, 0, 0), (rows, COURSES, rows, 1, 3)), f"half a run is there: {there}"
        found["all" if there[0] else "nothing"] += 1
        longest *= 0.95 if there[0] else 1.01
        if number % 10 == 1:  # and what was stopped keeps nobody from beginning again
            with Workbench.open(home=home, database_url=url, tenant=tenant, user="ana") as wb:
                batch = wb.import_sheet(open_sheet(sheet), PLAYBOOK)
                assert outcome(batch)[:3] == ((0, 0, rows) if there[0] else (rows, 0, 0))
    return found


def _run(url: str, home: Path, tenant: str, sheet: Path, after: float | None = None) -> float:
    """Another program that does the whole run, killed after so many seconds; how long it took."""
    ours, its = programs.Pipe(duplex=False)
    program = programs.Process(target=_import, args=(url, home, tenant, sheet, its))
    program.start()
    its.close()
    assert ours.recv() == "now"
    began = time.monotonic()
    if after is not None:
        time.sleep(after)
        program.kill()
    program.join()
    ours.close()
    program.close()
    return time.monotonic() - began


def _import(url: str, home: Path, tenant: str, sheet: Path, tell: Connection) -> None:
    with Workbench.open(home=home, database_url=url, tenant=tenant, user="ana") as wb:
        tell.send("now")
        wb.import_sheet(open_sheet(sheet), PLAYBOOK)
