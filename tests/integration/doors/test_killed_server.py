"""The database's server is killed in the middle of it: a sentence and status 2, and no trace of anything after it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from tests import folder

STUDENTS = "email,full_name\n" + "".join(f"a{number}@example.com,Ada Park\n" for number in range(200_000))


@pytest.fixture
def own_home() -> Iterator[Path]:
    """A home with an embedded server of its own, whose processes are gone in the end."""
    with folder.short() as home:
        yield home
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if "postgres" in process.name() and str(home) in " ".join(process.cmdline()):
                    process.kill()


def program(home: Path, *words: str) -> "subprocess.Popen[str]":
    environment = {name: value for name, value in os.environ.items() if name != "WORKBENCH_DATABASE_URL"}
    environment |= {"WORKBENCH_HOME": str(home), "WORKBENCH_USER": "ana"}
    return subprocess.Popen(
        [sys.executable, "-m", "workbench", *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip


def until(fits: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not fits():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def in_stage(home: Path, stage: str) -> bool:
    with suppress(psycopg.Error), psycopg.connect(host=home / "postgres", user="postgres", dbname="postgres") as asked:
        return bool(asked.execute("select from workbench.import_batch where stage = %s", (stage,)).fetchall())
    return False


def kill(home: Path, by: signal.Signals) -> None:
    """Kills the server, and with SIGKILL what it leaves too, as when a machine runs out of memory."""
    server = psutil.Process(int((home / "postgres" / "postmaster.pid").read_text().split()[0]))
    children = server.children() if by == signal.SIGKILL else []
    for process in (server, *children):
        with suppress(psutil.NoSuchProcess):
            process.send_signal(by)


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGQUIT])
@pytest.mark.parametrize("stage", ["staging", "staged"])
def test_a_command_says_so_in_one_line(own_home: Path, by: signal.Signals, stage: str) -> None:
    (own_home / "students.csv").write_text(STUDENTS)
    one = program(own_home, "import", str(own_home / "students.csv"), "--dataset", "elevate.students")
    until(lambda: in_stage(own_home, stage))
    kill(own_home, by)
    out, err = one.communicate(timeout=120)
    assert (one.returncode, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("The database cannot be reached: ")
    again = program(own_home, "batches")
    out, err = again.communicate(timeout=120)
    assert (again.returncode, err) == (0, "")
    assert ("failed" if stage == "staging" else "waits") in out


@pytest.mark.parametrize("words", [("serve", "--port", "0"), ("worker",)])
def test_a_server_and_a_worker_go_on_and_end_without_a_word(own_home: Path, words: tuple[str, ...]) -> None:
    one = program(own_home, *words)
    assert one.stdout is not None
    assert one.stdout.readline()
    time.sleep(1)
    kill(own_home, signal.SIGKILL)
    time.sleep(5)
    assert one.poll() is None
    one.send_signal(signal.SIGTERM)
    assert one.communicate(timeout=120)[1] == ""
    assert one.returncode == 0
