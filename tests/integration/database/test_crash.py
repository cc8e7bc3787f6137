"""The program is killed, or the disk is full: a batch is wholly there or can be taken up; nothing is half-written."""

import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from tests.imports import ask, fingerprint, outcome, records, tamper
from workbench import Workbench, open_sheet
from workbench.model.errors import NoSpace, UnreadableSource, UnwritableFile, WrongStage
from workbench.model.sheet import Sheet
from workbench.sources.kept_files import keep

BEFORE = "email,full_name,phone\nada@example.com,Ada Park,555-100-0001\nben@example.com,Ben Ruiz,555-100-0002\n"
AFTER = """\
email,full_name,phone
ada@example.com,Ada Parker,555-100-0001
ben@example.com,Ben Ruiz,555-100-0002
cal@example.com,Cal Ode,555-100-0003
no address,Dee Fox,
"""
"""Changes Ada, leaves Ben, creates Cal, and one row is invalid."""

Sheets = Callable[..., Sheet]
Crowded = Callable[[int], AbstractContextManager[None]]


@contextmanager
def standing_in_the_way(url: str, statement: str) -> Iterator[None]:
    """Somebody holds a lock for as long as the block lasts."""
    with psycopg.connect(url) as connection:
        connection.execute(statement)
        yield


def kill_while_it_waits(url: str, home: Path, *words: str) -> None:
    """Starts the command, waits until it waits for a lock, and kills it."""
    environment = {**os.environ, "WORKBENCH_DATABASE_URL": url, "WORKBENCH_HOME": str(home), "WORKBENCH_USER": "ana"}
    with subprocess.Popen(
        [sys.executable, "-m", "workbench", *words], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as program:
        while not ask(url, f"select 1 {CONNECTED} and wait_event_type = 'Lock' and wait_event <> 'extend'"):
            assert program.poll() is None, program.communicate()
            time.sleep(0.02)
        program.send_signal(signal.SIGKILL)
        program.communicate()


CONNECTED = "from pg_stat_activity where usename = 'workbench_app' and datname = current_database()"


def wait_until_alone(url: str) -> None:
    """Until the server has noticed that the killed program is gone."""
    deadline = time.monotonic() + 120
    while ask(url, f"select 1 {CONNECTED}"):
        assert time.monotonic() < deadline
        time.sleep(0.02)


IN_STAGING = "lock table workbench.import_row in share mode"
IN_PLANNING = "lock table workbench.import_outcome in share mode"
BEFORE_WRITING = "lock table elevate.profiles in share mode"
BEFORE_THE_END = "lock table workbench.audit_log in share mode"


def test_an_import_that_is_killed_while_it_stages_is_given_up_and_done_again(
    wb: Workbench, open_wb: Callable[..., Workbench], url: str, home: Path, sheet: Sheets
) -> None:
    wb.import_sheet(sheet(BEFORE, "before.csv"), "elevate.students")
    path = str(sheet(AFTER, "after.csv").path)
    wb.close()
    before = fingerprint(url)
    with standing_in_the_way(url, IN_STAGING):
        kill_while_it_waits(url, home, "import", path, "--dataset", "elevate.students", "--skip-errors")
    wait_until_alone(url)
    again = open_wb()
    batch = again.batches.all(limit=1)[0]
    assert (batch.stage, fingerprint(url)) == ("failed", before)
    assert re.fullmatch(
        r"Its program ended before it was done \(noticed \d{4}-\d\d-\d\d \d\d:\d\d UTC\)\. Import the source again\.",
        batch.summary["error"],
    )
    assert "failed: nothing is written: Its program ended before it was done" in again.log(batch).render()
    with pytest.raises(WrongStage):
        again.plan(batch)
    assert outcome(again.import_sheet(open_sheet(path), "elevate.students", skip_errors=True)) == (1, 1, 1, 0, 1)
    assert outcome(again.import_sheet(open_sheet(path), "elevate.students", skip_errors=True)) == (0, 0, 3, 0, 1)
    assert records(url, "elevate.profiles", "full_name") == [("Ada Parker",), ("Ben Ruiz",), ("Cal Ode",)]


@pytest.mark.parametrize(
    ("command", "where", "stage"),
    [
        ("plan", IN_PLANNING, "staged"),
        ("plan", BEFORE_THE_END, "staged"),
        ("commit", BEFORE_WRITING, "planned"),
        ("commit", BEFORE_THE_END, "planned"),
    ],
)
def test_a_plan_or_a_commit_that_is_killed_is_taken_up(
    wb: Workbench, open_wb: Callable[..., Workbench], url: str, home: Path, sheet: Sheets,
    command: str, where: str, stage: str,
) -> None:  # fmt: skip
    wb.import_sheet(sheet(BEFORE, "before.csv"), "elevate.students")
    batch = wb.stage(sheet(AFTER, "after.csv"), "elevate.students", skip_errors=True)
    if command == "commit":
        wb.plan(batch)
    wb.close()
    before = fingerprint(url)
    with standing_in_the_way(url, where):
        kill_while_it_waits(url, home, command, str(batch.id))
    wait_until_alone(url)
    again = open_wb()
    assert (again.batches.get(batch).stage, fingerprint(url)) == (stage, before)
    if command == "plan":
        again.plan(batch)
    assert outcome(again.commit(batch)) == (1, 1, 1, 0, 1)
    assert records(url, "elevate.profiles", "full_name") == [("Ada Parker",), ("Ben Ruiz",), ("Cal Ode",)]


def test_the_outcomes_that_a_killed_program_leaves_do_not_count(
    wb: Workbench, open_wb: Callable[..., Workbench], url: str, home: Path, sheet: Sheets
) -> None:
    rows = 20_000  # from here on two connections share a plan, which counts once it is made the batch's
    large = "email,full_name\n" + "".join(f"a{n}@example.com,Ada Park\n" for n in range(rows))
    batch = wb.stage(sheet(large), "elevate.students")
    wb.close()
    with standing_in_the_way(url, BEFORE_THE_END):
        kill_while_it_waits(url, home, "plan", str(batch.id))
    wait_until_alone(url)
    assert ask(url, "select plan, count(*) from workbench.import_outcome group by 1") == [(1, rows)]
    again = open_wb()
    assert again.batches.get(batch).stage == "staged"
    assert again.plan(batch).counts["created"] == rows
    assert outcome(again.commit(batch)) == (rows, 0, 0, 0, 0)


def test_an_undo_that_is_killed_has_undone_nothing(
    wb: Workbench, open_wb: Callable[..., Workbench], url: str, home: Path, sheet: Sheets
) -> None:
    batch = wb.import_sheet(sheet(BEFORE), "elevate.students")
    wb.close()
    before = fingerprint(url)
    with standing_in_the_way(url, IN_STAGING):
        kill_while_it_waits(url, home, "undo", str(batch.id))
    wait_until_alone(url)
    again = open_wb()
    assert (fingerprint(url), [one.stage for one in again.batches.all()]) == (before, ["failed", "completed"])
    assert outcome(again.undo(batch)) == (0, 2, 0, 0, 0)
    assert ask(url, "select count(*) from elevate.profiles") == [(0,)]


def test_an_export_that_is_killed_leaves_the_earlier_file_and_the_next_one_clears_up(
    wb: Workbench, url: str, home: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out" / "all.zip"
    out.parent.mkdir()
    out.write_bytes(b"the earlier one")
    with standing_in_the_way(url, "lock table generic_csv.courses in access exclusive mode"):
        kill_while_it_waits(url, home, "export", "generic_csv", "-o", str(out))
    (part,) = out.parent.glob(".all.zip.*.workbench-part")
    assert (part.stat().st_size > 0, out.read_bytes()) == (True, b"the earlier one")
    wb.export("generic_csv", out)
    assert [path.name for path in out.parent.iterdir()] == ["all.zip"]


# --- no room under the home ---


@pytest.fixture(params=["a full disk", "a limit on files"])
def crowded(request: pytest.FixtureRequest, home: Path) -> Iterator[Crowded]:
    """Limits what can be written under the home to so many bytes: by a small disk where one may be mounted, else by the
    limit that the system sets a process, which is what is met in a quota.

    That limit holds for this whole process, and so for what pytest prints to a file: it ends with the block.
    """
    home.mkdir()
    mounted = False

    @contextmanager
    def limit(room: int) -> Iterator[None]:
        nonlocal mounted
        if request.param == "a full disk":
            command = ["mount", "-t", "tmpfs", "-o", f"size={room}", "tmpfs", str(home)]
            mounted = os.geteuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        if not mounted:
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, limits[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    yield limit
    if mounted:
        subprocess.run(["umount", str(home)], check=True)


def everything_under(home: Path) -> list[str]:
    return sorted(path.name for path in home.rglob("*") if path.is_file())


def test_a_source_that_finds_no_room_is_not_imported(
    wb: Workbench, url: str, home: Path, sheet: Sheets, crowded: Crowded
) -> None:
    large = sheet("email,full_name,external_id\n" + "".join(f"a{n}@example.com,Ada Park,{n}\n" for n in range(9000)))
    with crowded(64 << 10), pytest.raises(NoSpace, match=r"no space left under .*/home\. Nothing was written\."):
        wb.import_sheet(large, "elevate.students")
    assert (wb.batches.all(), everything_under(home)) == ([], [])


def test_an_export_that_finds_no_room_leaves_no_half_file_and_the_workbench_goes_on(
    wb: Workbench, url: str, home: Path, tmp_path: Path, crowded: Crowded
) -> None:
    make = """insert into elevate.employers (tenant_id, company_name)
        select t.id, md5(n::text) from workbench.tenant t, generate_series(1, 20000) n"""
    assert tamper(url, make) == 20_000
    with crowded(64 << 10):
        with pytest.raises(NoSpace):
            wb.export("elevate", home / "all.zip")
        assert everything_under(home) == []
    assert wb.export("elevate", tmp_path / "all.zip").rows == 20_000


def test_an_import_whose_proof_finds_no_room_fails_and_leaves_nothing(
    wb: Workbench, url: str, home: Path, sheet: Sheets, crowded: Crowded
) -> None:
    with crowded(4 << 10), pytest.raises(NoSpace):
        wb.import_sheet(sheet(BEFORE), "elevate.students")
    failed = wb.batches.all()[0]
    assert (failed.stage, failed.summary["error"]) == (
        "failed",
        f"There is no space left under {home}. Nothing was written.",
    )
    assert everything_under(home) == [failed.checksum]
    assert ask(url, "select count(*) from workbench.import_row") == [(0,)]
    assert ask(url, "select count(*) from elevate.profiles") == [(0,)]


def test_a_home_that_is_no_folder_is_refused_in_a_sentence(wb: Workbench, home: Path, sheet: Sheets) -> None:
    home.write_text("")
    with pytest.raises(UnwritableFile, match=r"home cannot be written: Not a directory\.$"):
        wb.stage(sheet(BEFORE), "elevate.students")
    assert wb.batches.all() == []


def test_a_source_that_changed_behind_its_name_is_not_kept_under_it(tmp_path: Path, home: Path, sheet: Sheets) -> None:
    opened = sheet(BEFORE)
    other = tmp_path / "other.csv"
    other.write_text(AFTER)
    with pytest.raises(UnreadableSource, match="it was changed while it was being read"):
        keep(home, uuid4(), replace(opened, path=other))
    assert everything_under(home) == []


def test_a_source_is_kept_once_exactly_as_it_was(home: Path, sheet: Sheets) -> None:
    tenant = uuid4()
    for _ in range(2):
        key = keep(home, tenant, sheet("\ufeffemail;full_name\r\nada@example.com;Adé\r\n"))
        assert (home / "files" / str(key)).read_bytes() == "\ufeffemail;full_name\r\nada@example.com;Adé\r\n".encode()
    assert len(everything_under(home)) == 1
