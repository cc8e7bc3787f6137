"""The database is reached, set up and given back; what goes wrong on the way is one sentence without a secret."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, urlsplit

import psutil
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tests import folder
from tests.imports import ask, tamper
from workbench import Workbench
from workbench.database import embedded, store, upgrading
from workbench.model.errors import (
    DatabaseFull,
    DatabaseOutdated,
    DatabaseUnavailable,
    NotConfigured,
    WorkbenchError,
)
from workbench.model.sheet import Sheet

pytestmark = pytest.mark.both_servers

STUDENTS = "email,full_name\nada@example.com,Ada Park\nben@example.com,Ben Ruiz\n"


# --- an address ---


def test_the_program_connects_under_its_own_role_with_a_password_of_its_own() -> None:
    address = store.program_url("postgresql://admin:secret@db.example:5433/data?sslmode=require")
    parts = conninfo_to_dict(address)
    assert (parts["user"], parts["host"], parts["port"], parts["dbname"]) == (
        "workbench_app",
        "db.example",
        "5433",
        "data",
    )
    assert parts["sslmode"] == "require"
    assert "secret" not in address
    assert store.program_url("postgresql://other:secret@db.example/data") != address
    assert "password" not in conninfo_to_dict(store.program_url("postgresql://admin@/data"))


def test_an_address_of_the_programs_role_is_used_with_its_own_password() -> None:
    parts = conninfo_to_dict(store.program_url("postgresql://workbench_app:given@db.example/data"))
    assert (parts["user"], parts["password"]) == ("workbench_app", "given")


NOWHERE = (
    "postgresql://u:geheim@localhost:1/x",
    "host=/nowhere password=geheim",
    "host=localhost port=1 password=geheim",
)
NO_ADDRESS = ("geheim", "postgresql+psycopg://u:geheim@h/x", "postgresql://u:ge heim@h:x/d", "mysql://u:geheim@h/d")


@pytest.mark.parametrize("address", [*NOWHERE, *NO_ADDRESS])
def test_a_wrong_address_is_refused_without_its_password(home: Path, address: str) -> None:
    expected = NotConfigured if address in NO_ADDRESS else DatabaseUnavailable
    for ask_for in (upgrading.is_current, upgrading.server_version, upgrading.upgrade, _open(home)):
        with pytest.raises(expected) as refusal:
            ask_for(address)
        assert "heim" not in str(refusal.value)
        assert "\n" not in str(refusal.value)


def _open(home: Path) -> Callable[[str], Workbench]:
    return lambda address: Workbench.open(home=home, database_url=address)


def test_a_database_that_is_not_there_is_named(url: str, home: Path) -> None:
    with pytest.raises(DatabaseUnavailable, match='database "nothing" does not exist'):
        Workbench.open(home=home, database_url=urlsplit(url)._replace(path="/nothing").geturl())


# --- setting up ---


def test_a_database_that_was_not_set_up_is_not_touched(server: str, url: str, home: Path) -> None:
    tamper(url, "drop schema workbench cascade")
    assert not upgrading.is_current(url)
    with pytest.raises(DatabaseOutdated, match="workbench db upgrade"):
        Workbench.open(home=home, database_url=url)
    assert ask(url, "select 1 from pg_namespace where nspname = 'workbench'") == []


def test_setting_up_twice_changes_nothing(url: str) -> None:
    everything = (
        "select md5(string_agg(c.oid::text || c.relname || coalesce(c.relacl::text, ''), ',' order by c.oid)) "
        "from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname !~ '^pg_'"
    )
    before = ask(url, everything)
    upgrading.upgrade(url)
    assert ask(url, everything) == before


def test_who_may_not_set_up_is_told_so(url: str) -> None:
    tamper(url, "drop schema workbench cascade")
    with pytest.raises(DatabaseOutdated):
        upgrading.upgrade(store.program_url(url))


def test_who_owns_the_database_and_may_create_roles_can_set_it_up(server: str, url: str, home: Path) -> None:
    role = f"keeper_{os.getpid()}"
    tamper(url, "drop schema workbench, elevate, polaris cascade")
    tamper(url, f"create role {role} login createrole password 'geheim'")
    try:
        name = conninfo_to_dict(url)["dbname"]
        tamper(url, f'alter database "{name}" owner to {role}')
        tamper(url, f"grant workbench_owner, workbench_app to {role} with admin option")
        address = make_conninfo(url, user=role, password="geheim")
        upgrading.upgrade(address)
        assert ask(url, "select schema_owner from information_schema.schemata where schema_name = 'elevate'") == [
            ("workbench_owner",)
        ]
    finally:
        tamper(url, f'alter database "{name}" owner to postgres')
        tamper(url, f"drop owned by {role}")
        tamper(url, f"drop role {role}")


# --- when it goes away ---


def test_a_connection_that_was_cut_is_a_sentence_each_time(wb: Workbench, url: str) -> None:
    cut(url)
    for _ in range(2):
        with pytest.raises(DatabaseUnavailable, match=r"terminating connection|connection was lost") as refusal:
            wb.batches.all()
        assert "\n" not in str(refusal.value)
    wb.close()


@pytest.mark.parametrize("step", ["staging", "planning", "committing"])
def test_a_database_that_goes_away_in_the_middle_is_one_sentence(
    wb: Workbench, open_wb: Callable[..., Workbench], url: str, sheet: Callable[..., Sheet], step: str,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    def meanwhile(at: str, rows: int) -> None:
        if at == step:
            cut(url)

    with pytest.raises(DatabaseUnavailable):
        wb.import_sheet(sheet(STUDENTS), "elevate.students", progress=meanwhile)
    assert capfd.readouterr() == ("", "")
    again = open_wb()
    assert ask(url, "select count(*) from elevate.profiles") == [(0,)]
    assert [batch.stage for batch in again.batches.all()] == [
        {"staging": "failed", "planning": "staged"}.get(step, "planned")
    ]
    done = again.import_sheet(sheet(STUDENTS), "elevate.students")
    assert (done.processed, done.created) == (2, 2)


def cut(url: str) -> None:
    """Ends every connection of the program to this database, and waits until they are gone."""
    ours = "from pg_stat_activity where usename = 'workbench_app' and datname = current_database()"
    while ask(url, f"select pg_terminate_backend(pid) {ours}"):  # one may have begun meanwhile
        time.sleep(0.01)


def test_a_full_disk_of_the_database_is_one_sentence(wb: Workbench, url: str, sheet: Callable[..., Sheet]) -> None:
    full = "create function public.full() returns trigger language plpgsql as $$ begin raise exception "
    full += "'could not extend file \"base/1/2\": No space left on device' using errcode = 'disk_full'; end $$"
    with psycopg.connect(url, autocommit=True) as superuser:
        superuser.execute(full)
        for table, stage in (
            ("workbench.import_row", "failed"),
            ("workbench.import_outcome", "staged"),
            ("elevate.profiles", "planned"),
        ):
            superuser.execute(f"create trigger full_disk before insert on {table} execute function public.full()")
            with pytest.raises(DatabaseFull, match="no space left on its disk") as refusal:
                wb.import_sheet(sheet(STUDENTS), "elevate.students")
            assert "base/1" not in str(refusal.value)
            superuser.execute(f"drop trigger full_disk on {table}")
            batch = wb.batches.all(limit=1)[0]
            assert (batch.stage, ask(url, "select count(*) from elevate.profiles")) == (stage, [(0,)])
    wb.plan(batch)
    assert wb.commit(batch).created == 2


# --- the embedded server ---


@pytest.fixture
def short_home() -> Iterator[Path]:
    """A home whose embedded server is stopped in the end."""
    with folder.short() as home:
        yield home
        postmaster = home / "postgres" / "postmaster.pid"
        if postmaster.exists():
            with suppress(ProcessLookupError):  # a test has killed it
                os.kill(int(postmaster.read_text().split()[0]), signal.SIGQUIT)


PROGRAM = """
import os, sys, time
from pathlib import Path
from workbench.database import embedded
print(embedded.database_url(Path(sys.argv[1])), flush=True)
"""


def program(home: Path, then: str = "") -> "subprocess.CompletedProcess[str]":
    """Another process that uses the embedded server."""
    return subprocess.run(
        [sys.executable, "-c", PROGRAM + then, str(home)], text=True, capture_output=True, check=False
    )


def kill(postmaster: Path) -> None:
    """Kills a server, and waits until it is dead."""
    server = psutil.Process(int(postmaster.read_text().split()[0]))
    server.kill()
    with suppress(psutil.NoSuchProcess):
        while server.status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.01)


def test_an_embedded_server_survives_its_users_and_itself(short_home: Path) -> None:
    with ThreadPoolExecutor() as threads:
        together = list(threads.map(program, [short_home] * 2))  # both find nothing, and one of them makes the server
    address = f"postgresql://postgres@/postgres?host={quote(str(short_home / 'postgres'), safe='')}"
    assert [(one.stdout, one.stderr) for one in together] == [(f"{address}\n", "")] * 2
    assert [path.name for path in short_home.iterdir()] == ["postgres"]
    postmaster = short_home / "postgres" / "postmaster.pid"
    assert not postmaster.exists(), "the last user has stopped it"

    assert program(short_home, "os.kill(os.getpid(), 9)").returncode == -signal.SIGKILL
    assert postmaster.exists(), "nobody was there to stop it"
    assert program(short_home).returncode == 0
    assert not postmaster.exists(), "the killed user is not waited for"

    url = embedded.database_url(short_home)
    assert url == address
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create table kept (id int)")
        kill(postmaster)
        with pytest.raises(psycopg.OperationalError):
            while True:
                connection.execute("select 1")
    assert embedded.database_url(short_home) == url
    assert ask(url, "select count(*) from kept") == [(0,)]

    killed = postmaster.read_text()
    kill(postmaster)
    postmaster.write_text(killed.replace(killed.split()[0], str(os.getpid()), 1))  # as after a restart of the machine
    assert embedded.database_url(short_home) == url
    assert ask(url, "select count(*) from kept") == [(0,)]

    ready = postmaster.read_text()
    postmaster.write_text(ready.replace("ready", "starting"))
    threading.Timer(1, postmaster.write_text, (ready,)).start()
    assert program(short_home).stdout == f"{url}\n", "a server that is still starting is waited for"


@pytest.mark.parametrize("by", ["SIGKILL", "SIGQUIT"])
def test_a_program_whose_server_was_killed_ends_without_a_trace(short_home: Path, by: str) -> None:
    kills = (
        "import signal; server = int((Path(sys.argv[1]) / 'postgres' / 'postmaster.pid').read_text().split()[0]); "
        f"os.kill(server, signal.{by}); time.sleep(0.5)"
    )
    ended = program(short_home, kills)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_no_password_stands_in_the_servers_log(short_home: Path) -> None:
    url = embedded.database_url(short_home)
    tamper(url, "alter system set log_statement = 'all'")
    tamper(url, "select pg_reload_conf()")
    with_password = make_conninfo(url, password="geheim")
    upgrading.upgrade(with_password)
    log = (short_home / "postgres" / "log").read_text()
    assert "create role workbench_app" in log
    assert store.password_of("geheim") not in log
    assert "geheim" not in log
    hba = short_home / "postgres" / "pg_hba.conf"
    hba.write_text("local all postgres trust\nlocal all all scram-sha-256\n")
    tamper(url, "select pg_reload_conf()")
    with Workbench.open(database_url=with_password, home=short_home) as wb:
        assert wb._store.one("select current_user as who") == {"who": "workbench_app"}


def test_an_embedded_server_that_cannot_start_is_one_sentence(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("9\n")
    with pytest.raises(DatabaseUnavailable, match="does not start"):
        embedded.database_url(tmp_path)
    not_a_folder = tmp_path / "file"
    not_a_folder.write_text("")
    with pytest.raises(WorkbenchError, match="does not start"):
        Workbench.open(home=not_a_folder)
    assert capfd.readouterr() == ("", "")
    assert [record for record in caplog.records if record.levelno > logging.ERROR] == []
