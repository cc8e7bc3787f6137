"""A real PostgreSQL, and in it a database of its own for every test.

`server` starts the embedded server once. `template` sets a database up once, and `url` clones it for each test, which
takes a fraction of a second.

When WORKBENCH_TEST_DATABASE_URL names another server (an address that may create databases and roles), what is marked
`both_servers` runs a second time on that one. It is marked when the server has a part in what it claims: how a database
is set up, what it refuses, who waits for whom, what our SQL finds and writes. What becomes of a file, a mapping, a
command or a program that is killed is the same on either, and is proven on the embedded one alone. Every kind of
statement that the program sends is sent by a test that is marked.

    def test_students_are_created(wb: Workbench) -> None:
        batch = wb.import_sheet(sheet, "elevate.students")
"""

import atexit
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from tests import folder
from workbench import Workbench, open_sheet
from workbench.database import embedded, upgrading
from workbench.model.sheet import Sheet

SYSTEM = os.environ.get("WORKBENCH_TEST_DATABASE_URL")
_numbers = count(1)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Runs what is marked on both servers, when there are two."""
    if "server" in metafunc.fixturenames:
        both = SYSTEM and metafunc.definition.get_closest_marker("both_servers")
        metafunc.parametrize("server", ["embedded", "system"] if both else ["embedded"], indirect=True, scope="session")


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> str:
    """The address of a server's maintenance database, with the rights of its superuser."""
    if getattr(request, "param", "embedded") == "system":
        assert SYSTEM is not None
        return SYSTEM
    return embedded_server()


@cache
def embedded_server() -> str:
    """The address of the embedded server's maintenance database, started once, in a folder that goes when the tests
    end."""
    home = folder.made()
    atexit.register(shutil.rmtree, home, ignore_errors=True)  # before the server's own, so that it runs after it
    address = embedded.database_url(home)
    with psycopg.connect(address, autocommit=True) as connection:
        for setting in ("fsync = off", "full_page_writes = off", "max_wal_size = '256MB'"):  # nobody keeps this data
            connection.execute(f"alter system set {setting}")
        connection.execute("select pg_reload_conf()")
    return address


@pytest.fixture(scope="session")
def templates() -> Iterator[Callable[[str], str]]:
    """Sets one database up on each server, when it is first asked for."""
    with ExitStack() as made:

        @cache
        def template(server: str) -> str:
            name = made.enter_context(_database(server))
            upgrading.upgrade(database_address(server, name))
            return name

        yield template


@pytest.fixture(scope="session")
def template(server: str, templates: Callable[[str], str]) -> str:
    """The name of a database that is set up and empty."""
    return templates(server)


@pytest.fixture
def url(server: str, template: str) -> Iterator[str]:
    """The address of this test's own database, set up and empty, with the rights of the superuser."""
    with _database(server, template) as name:
        yield database_address(server, name)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """This test's own WORKBENCH_HOME."""
    return tmp_path / "home"


@pytest.fixture
def open_wb(url: str, home: Path) -> Iterator[Callable[..., Workbench]]:
    """Opens a Workbench on this test's database, as ana of the tenant default unless told otherwise."""
    with ExitStack() as opened:

        def open_one(**given: Any) -> Workbench:
            settings = {"home": home, "database_url": url, "tenant": "default", "user": "ana"} | given
            return opened.enter_context(Workbench.open(**settings))

        yield open_one


@pytest.fixture
def wb(open_wb: Callable[..., Workbench]) -> Workbench:
    """An open Workbench of ana, in the tenant default."""
    return open_wb()


@pytest.fixture
def sheet(tmp_path: Path) -> Callable[..., Sheet]:
    """Writes a text down as a file and opens it: sheet("email,phone\\n...", "students.csv")."""

    def opened(text: str, name: str = "sheet.csv") -> Sheet:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8", newline="")
        return open_sheet(path)

    return opened


def database_address(server: str, name: str) -> str:
    """The address of another database on the same server."""
    return urlsplit(server)._replace(path=f"/{name}").geturl()


@contextmanager
def own_database() -> Iterator[str]:
    """The address of a database that is set up and empty, on the embedded server, for whoever is no test."""
    server = embedded_server()
    with _database(server) as name:
        upgrading.upgrade(database_address(server, name))
        yield database_address(server, name)


@contextmanager
def _database(server: str, template: str | None = None) -> Iterator[str]:
    """A new database, dropped at the end whoever is still connected."""
    name = f"wb_test_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as connection:
        if template is None:
            connection.execute(SQL("create database {}").format(Identifier(name)))
        else:
            others = "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s"
            connection.execute(others, (template,))  # a database that is in use cannot be cloned
            connection.execute(SQL("create database {} template {}").format(Identifier(name), Identifier(template)))
        try:
            yield name
        finally:
            connection.execute(SQL("drop database {} with (force)").format(Identifier(name)))
