"""A commit is killed at random moments: its batch is wholly there or can be taken up, every time."""

import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from uuid import UUID

from tests import folder
from tests.imports import ask, fingerprint, outcome, records
from workbench import Workbench, open_sheet
from workbench.model.batch import Batch

STUDENTS = "elevate.students"
MANY = 50
"""From so many kills on, some must have come before the end of the commit and some after it."""


def soak(times: int, rows: int, seed: int) -> str:
    """Many kills, on a server of their own."""
    from tests.integration.conftest import own_database

    with folder.short() as place, own_database() as url:
        found = kill(url, place / "home", times=times, rows=rows, chance=random.Random(seed))
    assert times < MANY or min(found["planned"], found["completed"]), f"no moment of the commit was met: {found}"
    return (
        f"{found.total():,} in a commit of {rows:,} rows, {found['planned']:,} left it planned and nothing written, "
        f"{found['completed']:,} wholly committed: 0 lost, 0 doubled, 0 stuck"
    )


def kill(url: str, home: Path, *, times: int, rows: int, chance: random.Random) -> Counter[str]:
    """Kills a commit so often, on a database that is set up and empty, and returns how often its batch was at which
    stage then.

    Raises AssertionError where something is half-written, or the batch is not taken up in the end.
    """
    home.parent.mkdir(parents=True, exist_ok=True)
    old, new = _written(home, "old", rows // 2), _written(home, "new", rows)
    with _opened(url, home) as wb:
        wb.import_sheet(open_sheet(old), STUDENTS)
        batch = _planned(wb, new)
    found: Counter[str] = Counter()
    longest = _seconds(url, home, batch)
    batch = _undone(url, home, batch, new, rows)
    for _ in range(times):
        before = fingerprint(url)
        with _committing(url, home, batch.id) as program:
            time.sleep(chance.uniform(0, longest))
            program.kill()
        wait_until_alone(url)
        with _opened(url, home) as wb:
            batch = wb.batches.get(batch)
        found[batch.stage] += 1
        if batch.stage == "planned":
            assert fingerprint(url) == before, "a commit that did not happen has written records"
            longest *= 1.02  # about one in five comes too late, however fast the machine is just then
        else:
            _wholly_there(url, batch, rows)
            longest *= 0.92
            batch = _undone(url, home, batch, new, rows)
    with _opened(url, home) as wb:
        _wholly_there(url, wb.commit(batch, accept=["all"]), rows)
    return found


def _names(which: str, rows: int) -> list[tuple[str, str]]:
    return [(f"a{number:07}@example.com", f"Ada {which} {number}") for number in range(rows)]


def _written(home: Path, which: str, rows: int) -> Path:
    path = home.with_name(f"{which}.csv")
    path.write_text("email,full_name\n" + "".join(",".join(row) + "\n" for row in _names(which, rows)), "utf-8")
    return path


def _opened(url: str, home: Path) -> Workbench:
    return Workbench.open(home=home, database_url=url, tenant="default", user="ana")


def _planned(wb: Workbench, file: Path) -> Batch:
    """A plan that changes half of the records and creates the other half."""
    return wb.plan(wb.stage(open_sheet(file), STUDENTS)).batch


def _undone(url: str, home: Path, batch: Batch, file: Path, rows: int) -> Batch:
    """Takes a commit back, and plans the same file again."""
    with _opened(url, home) as wb:
        wb.undo(batch)
        assert records(url, "elevate.profiles", "email", "full_name") == _names("old", rows // 2)
        return _planned(wb, file)


def _wholly_there(url: str, batch: Batch, rows: int) -> None:
    half = rows // 2
    assert (batch.stage, outcome(batch)) == ("completed", (rows - half, half, 0, 0, 0))
    assert records(url, "elevate.profiles", "email", "full_name") == _names("new", rows)


programs = multiprocessing.get_context("forkserver")  # starts one in no time, since what it loads is loaded already
programs.set_forkserver_preload(["workbench.workbench"])


@contextmanager
def _committing(url: str, home: Path, batch: UUID) -> Iterator[BaseProcess]:
    """Another program, from the moment in which it begins to commit to its end."""
    ours, its = programs.Pipe(duplex=False)
    program = programs.Process(target=_commit, args=(url, home, batch, its))
    program.start()
    its.close()
    assert ours.recv() == "now"
    yield program
    program.join()
    ours.close()
    program.close()


def _commit(url: str, home: Path, batch: UUID, tell: "Connection[str, None]") -> None:
    """What the program does that is killed."""
    with _opened(url, home) as wb:
        tell.send("now")
        wb.commit(batch, accept=["all"])  # half of the records get another name, which is asked about


def _seconds(url: str, home: Path, batch: Batch) -> float:
    """How long a commit takes that nobody kills."""
    with _committing(url, home, batch.id) as program:
        began = time.monotonic()
        program.join()
        return time.monotonic() - began


def wait_until_alone(url: str) -> None:
    """Until the server has noticed that the killed program is gone."""
    deadline = time.monotonic() + 120
    question = "select 1 from pg_stat_activity where usename = 'workbench_app' and datname = current_database()"
    while ask(url, question):
        assert time.monotonic() < deadline, "the server does not notice that the program is gone"
        time.sleep(0.01)
