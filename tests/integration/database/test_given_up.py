"""Of what failed no row is kept, what was left off is told and taken up, and files that the dead have left go."""

import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.imports import ask, outcome
from tests.integration.database.test_crash import (
    BEFORE_WRITING,
    IN_PLANNING,
    kill_while_it_waits,
    standing_in_the_way,
    wait_until_alone,
)
from workbench import Workbench, open_sheet
from workbench.database import at_work, batches
from workbench.doors import jobs
from workbench.model import files
from workbench.model.batch import Batch
from workbench.model.sheet import Sheet
from workbench.sources import kept_files
from workbench.sources.spool import Spool

Sheets = Callable[..., Sheet]
Opened = Callable[..., Workbench]

STUDENTS = "elevate.students"
PEOPLE = "email,name,phone\nada@example.com,Ada Park,555-100-0001\nbad,Ben Ruiz,\n"
LEARNERS = (
    "email,first_name,last_name,course_code,course_name\nada@example.com,Ada,Park,C1,Care\nbad,Ben,Ruiz,C2,Cooking\n"
)
KEPT = ("import_row", "import_outcome", "import_correction", "import_decision")


def kept(url: str, batch: UUID) -> list[int]:
    """How many rows, outcomes, corrections and decisions there are of a batch."""
    return [ask(url, f"select count(*) from workbench.{table} where batch_id = %s", batch)[0][0] for table in KEPT]


# --- failed batches ---


@pytest.mark.both_servers
def test_a_failed_batch_keeps_no_rows(wb: Workbench, url: str, sheet: Sheets) -> None:
    batch = wb.import_sheet(sheet(PEOPLE), STUDENTS)
    wb.correct(batch, {3: {"phone": "555-100-0002"}})
    wb.plan(batch)
    other = wb.stage(sheet(PEOPLE, "other.csv"), STUDENTS)
    assert all(kept(url, batch.id)[:3])
    batches.fail(wb._store, batch.id, "no more")
    assert kept(url, batch.id) == [0, 0, 0, 0]
    assert (wb.batches.get(batch).stage, wb.batches.get(batch).summary["error"]) == ("failed", "no more")
    assert kept(url, other.id) == [2, 0, 0, 0]
    assert [*wb.rows.each(batch)] == []


@pytest.mark.both_servers
def test_a_failed_run_keeps_none_of_its_parts_rows(wb: Workbench, url: str, sheet: Sheets) -> None:
    run = wb.stage(sheet(LEARNERS), "elevate.learners")
    own = [run.id, *(part.id for part in wb.batches.parts(run))]
    assert len(own) == 4
    assert all(kept(url, each)[0] for each in own)
    batches.fail(wb._store, run.id, "no more")
    assert [kept(url, each) for each in own] == [[0, 0, 0, 0]] * 4


@pytest.mark.both_servers
def test_parts_that_were_made_anew_keep_theirs_and_what_was_signed_stands(
    wb: Workbench, open_wb: Opened, url: str, sheet: Sheets
) -> None:
    run = wb.import_sheet(sheet(LEARNERS), "elevate.learners")
    before = wb.batches.parts(run)
    wb.correct(run, {3: {"email": "ben@example.com"}})
    wb.plan(run)
    replaced = {part.id for part in before} - {part.id for part in wb.batches.parts(run)}
    assert replaced
    rows = {each: kept(url, each) for each in replaced}
    wb.commit(run, skip_errors=True)
    open_wb(user="lead").sign_off(run)
    open_wb().batches.all()
    assert {each: kept(url, each) for each in replaced} == rows
    assert wb.verify(run)


@pytest.mark.both_servers
def test_nothing_but_a_failed_batch_forgets_its_rows(wb: Workbench, open_wb: Opened, url: str, sheet: Sheets) -> None:
    done = wb.import_sheet(sheet(PEOPLE), STUDENTS, skip_errors=True)
    planned = wb.stage(sheet(LEARNERS), "elevate.learners")
    wb.correct(planned, {3: {"email": "ben@example.com"}})
    parts = wb.batches.parts(planned)
    wb.plan(planned)
    others = open_wb(tenant="acme")
    failed = others.stage(sheet(PEOPLE), STUDENTS)
    batches.move(others._store, failed.id, stage="failed")
    for batch in (done.id, planned.id, *(part.id for part in parts), failed.id):
        before = kept(url, batch)
        with pytest.raises(psycopg.DatabaseError, match="only a failed batch"), wb._store.transaction() as own:
            wb._store.add_to(batch)
            own.execute("select workbench.forget_rows()")
        with pytest.raises(psycopg.errors.InsufficientPrivilege), wb._store.transaction() as own:
            wb._store.add_to(batch)
            own.execute("delete from workbench.import_row")
        assert kept(url, batch) == before


# --- left off ---


def named(found: list[Batch]) -> list[str]:
    return [batch.file_name for batch in found]


@pytest.mark.both_servers
def test_what_is_staged_or_planned_is_left_off_unless_somebody_is_at_work_on_it(
    wb: Workbench, open_wb: Opened, sheet: Sheets
) -> None:
    staged = wb.stage(sheet(PEOPLE, "staged.csv"), STUDENTS)
    planned = wb.stage(sheet(PEOPLE.replace("bad", "ben@example.com"), "planned.csv"), STUDENTS)
    wb.plan(planned)
    wb.import_sheet(sheet(PEOPLE, "held.csv"), STUDENTS)
    wb.import_sheet(sheet(PEOPLE, "dry.csv"), STUDENTS, dry_run=True)
    done = wb.import_sheet(sheet("name,code\nCare,C1\n", "done.csv"), "elevate.courses")
    wb.undo(done, dry_run=True)
    assert named(wb.batches.left_off()) == ["planned.csv", "staged.csv"]
    assert named(wb.batches.attention()["left off"]) == ["planned.csv", "staged.csv"]
    assert open_wb(tenant="acme").batches.left_off() == []
    with at_work.working(open_wb()._store, staged.id):
        assert named(wb.batches.left_off()) == ["planned.csv"]
    jobs.defer(wb, "commit", planned)
    assert named(wb.batches.left_off()) == ["staged.csv"]


@pytest.mark.parametrize(
    ("where", "stage", "step"), [(IN_PLANNING, "staged", "plan"), (BEFORE_WRITING, "planned", "commit")]
)
def test_an_import_that_is_killed_on_its_way_is_told_as_left_off_and_taken_up(
    wb: Workbench, open_wb: Opened, url: str, home: Path, sheet: Sheets, where: str, stage: str, step: str
) -> None:
    path = str(sheet(PEOPLE, "people.csv").path)
    wb.close()
    with standing_in_the_way(url, where):
        kill_while_it_waits(url, home, "import", path, "--dataset", STUDENTS, "--skip-errors")
    wait_until_alone(url)
    again = open_wb()
    (batch,) = again.batches.left_off()
    assert batch.stage == stage
    environment = {**os.environ, "WORKBENCH_DATABASE_URL": url, "WORKBENCH_HOME": str(home), "WORKBENCH_USER": "ana"}

    def said(*words: str) -> str:
        command = [sys.executable, "-m", "workbench", *words]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    told = said("batches")
    assert f"{stage}, waits" in told
    goes_on = f"To go on with it:\n  workbench {step} {str(batch.id)[:18]}"
    assert f"{stage.capitalize()}, and no program is at work on it. {goes_on}" in told
    assert f"{stage}, waits" not in said("batches", "--dataset", "elevate.courses")
    assert "1 import was left off: workbench batches" in said("doctor")
    if step == "plan":
        again.plan(batch)
    assert outcome(again.commit(batch)) == (1, 0, 0, 0, 1)
    assert again.batches.left_off() == []
    assert "waits" not in said("batches") and "left off" not in said("doctor")


# --- files ---

HOLDS = """
import sys, time
from pathlib import Path
from uuid import UUID
from workbench.model import files
from workbench.sources.spool import Spool
home = Path(sys.argv[1])
spool = Spool()
with files.whole(home, lambda: home / "files" / "a") as file, files.beside(home / "export.csv") as export:
    for each in (file, export):
        each.write(b"half")
        each.flush()
    print(spool.path, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def holder(home: Path, tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another program, in the middle of writing files under the home."""
    home.mkdir()
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(home)], stdout=subprocess.PIPE, text=True, env=environment
    ) as one:
        yield one
        one.kill()


def everything(*folders: Path) -> list[str]:
    return sorted(path.name for folder in folders for path in folder.glob("*") if path.is_file())


def test_files_that_a_killed_program_left_unfinished_go_and_those_of_the_living_stay(
    holder: "subprocess.Popen[str]", open_wb: Opened, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert holder.stdout is not None
    copy = Path(holder.stdout.readline().strip())
    half = everything(home / files.UNFINISHED, home)
    assert len(half) == 2

    def opened_again() -> list[str]:
        open_wb().close()
        Spool().remove()
        with files.beside(home / "export.csv") as file:
            file.write(b"whole")
        return everything(home / files.UNFINISHED, home)

    holder.send_signal(signal.SIGSTOP)
    before = everything(home / files.UNFINISHED)
    open_wb().close()
    Spool().remove()
    assert (everything(home / files.UNFINISHED), copy.exists()) == (before, True)
    holder.kill()
    holder.wait()
    assert opened_again() == ["export.csv"]
    assert not copy.exists()
    assert (home / "export.csv").read_text() == "whole"


def test_what_was_lent_to_a_batch_that_ended_is_taken_away(
    wb: Workbench, open_wb: Opened, home: Path, sheet: Sheets
) -> None:
    opened = sheet(PEOPLE)
    waiting = wb.begin(sheet(PEOPLE), STUDENTS, source="page")
    ended = wb.stage(sheet(PEOPLE), STUDENTS)
    elsewhere = uuid4()
    for batch in (waiting.id, ended.id, elsewhere):
        kept_files.lend(home, batch, opened)
    open_wb()
    assert set(kept_files.lent(home)) == {waiting.id, elsewhere}, "another tenant's is left alone"


def test_data_docs_of_a_killed_import_go_with_it(
    wb: Workbench, open_wb: Opened, home: Path, url: str, sheet: Sheets
) -> None:
    ended = open_wb()
    batch = ended.begin(sheet(PEOPLE), STUDENTS)
    ended.close()
    docs = home / "docs" / str(wb._store.tenant_id) / str(batch.id)
    docs.mkdir(parents=True)
    (docs / "index.html").write_text("half")
    again = open_wb()
    assert again.batches.get(batch).stage == "failed"
    assert not docs.exists()


def test_what_is_kept_is_for_its_owner_alone_whatever_the_umask(open_wb: Opened, home: Path, sheet: Sheets) -> None:
    before = os.umask(0)
    try:
        wb = open_wb()
        wb.import_sheet(sheet(PEOPLE), STUDENTS)
        wb.begin(sheet(PEOPLE, "again.csv"), STUDENTS, source="page")
        kept_files.lend(home, uuid4(), open_sheet(sheet(PEOPLE).path))
    finally:
        os.umask(before)
    found = [
        path
        for part in ("files", "docs", "lent", files.UNFINISHED)
        for path in [home / part, *(home / part).rglob("*")]
    ]
    assert {path.name for path in found if path.is_file()} >= {"index.html", "validation.json"}
    modes = {(path.is_dir(), oct(stat.S_IMODE(path.stat().st_mode))) for path in found}
    assert modes == {(True, "0o700"), (False, "0o600")}


def test_two_who_write_the_same_file_at_once_both_succeed(home: Path) -> None:
    def write() -> None:
        with files.whole(home, lambda: home / "files" / "a", once=True) as file:
            file.write(b"the same")
            files.sweep(home / files.UNFINISHED)

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (home / "files" / "a").read_bytes() == b"the same"
    assert everything(home / files.UNFINISHED) == []
