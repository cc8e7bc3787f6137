"""A Google Sheet: how one is named, how it is reached, and those that are configured for an import (playbooks A, B, C).

Seed 001: the id is pasted, or the whole address; a purpose says what the sheet is imported as.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import SplitResult, parse_qs, urlsplit
from uuid import UUID

from workbench.model.errors import WrongValue

PURPOSES = {
    "teacher_progress_tracking": "Teacher roster",
    "virtual_sessions": "Virtual sessions",
    "pathful": "Pathful export",
    "other": "Another dataset",
}
"""What a configured sheet may be for (the first two are seed 001's), and how a person says it."""

_ID = re.compile(r"[A-Za-z0-9_-]{20,100}")
_PATH = re.compile(r"/spreadsheets/(?:u/\d+/)?d/([^/]+)")
_HOSTS = ("docs.google.com", "sheets.google.com", "spreadsheets.google.com")


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where rows stand: a spreadsheet, and one of its tabs."""

    spreadsheet: str
    """Its id, as it stands in its address."""
    worksheet: str | None = None
    """The tab's title; None is the first one, unless `gid` says which."""
    gid: int | None = None
    """The tab's number, as it stands in its address behind gid=."""

    @property
    def address(self) -> str:
        """Where a person opens it."""
        tab = f"#gid={self.gid}" if self.gid is not None else ""
        return f"https://docs.google.com/spreadsheets/d/{self.spreadsheet}/edit{tab}"


@dataclass(frozen=True, kw_only=True)
class Access:
    """By which way Google Sheets are read, and for how long it is tried."""

    account: str | None = field(default=None, repr=False)
    """A service account's key: its JSON, or the path of the file; None reads what anyone with the link may see."""
    address: str | None = None
    """Who is asked instead of Google, on this machine, e.g. http://127.0.0.1:8080; for tests."""
    timeout: float = 30.0
    """Seconds that one answer may take to begin, or to go on."""
    patience: float = 120.0
    """Seconds in which Google is asked again where it has no time or an error of its own."""
    pause: float = 1.0
    """Seconds before it is asked the second time; twice as many before every further one."""


@dataclass(frozen=True, kw_only=True)
class Tab:
    """One tab of a spreadsheet that is a table."""

    title: str
    gid: int
    rows: int
    """Of its grid, blank ones too."""
    columns: int


OF_DISTRICT = ("teacher_progress_tracking",)
"""The purposes whose sheet is the whole list of a district: its records are compared with the sheet's rows."""


@dataclass(frozen=True, kw_only=True)
class GoogleSheet:
    """A sheet that somebody has configured: what it is for, and where it is."""

    id: UUID
    name: str
    purpose: str
    """One of PURPOSES."""
    year: str
    """The virtual year, e.g. 2025-2026; "" where its purpose has none."""
    district: str
    """Whose teachers or sessions it has, where its rows do not say so; "" for none."""
    dataset: str | None
    """The dataset or playbook of the purpose "other"; else None."""
    template: str | None = None
    """The saved template that maps and cleans it, by its name; None where it has none."""
    template_id: UUID | None = None
    template_of: str | None = None
    """The dataset or playbook of that template, which is what the sheet is imported as."""
    place: Place
    created_by: str
    created_at: datetime
    updated_by: str
    updated_at: datetime

    def beside_told(self, others: Iterable[str]) -> str:
        """What it means that others are for the same purpose, year and district, by their names."""
        names = ", ".join(others)
        told = f"Also for this purpose, year and district: {names}."
        if self.purpose in OF_DISTRICT:
            return f"{told} Each is taken for the whole list: what only the other has is taken away. Keep one of them."
        return f"{told} One of them is enough where both have the same rows."


def place(said: str, worksheet: str | None = None) -> Place:
    """The place that a pasted address names, or the id alone (20 characters and more); the tab by its title, else as
    the address has it. Raises WrongValue."""
    text = said.strip()
    url = _parts(text) if "/" in text else None
    if url is not None and (url.scheme not in ("http", "https") or url.hostname not in _HOSTS):
        raise WrongValue(field="A Google Sheet", value=_short(text), why=f"its address begins with {_BEGINNING}.")
    found = _PATH.match(url.path) if url is not None else None
    if found is not None and found[1] == "e":
        why = "it is published to the web, which is a copy. Copy the address from the sheet itself, as you edit it."
        raise WrongValue(field="A Google Sheet", value=_short(text), why=why)
    identifier = found[1] if found is not None else "" if url is not None else text
    if not _ID.fullmatch(identifier):
        why = "its id has 20 characters or more: what stands between /d/ and the next / of its address."
        raise WrongValue(field="A Google Sheet", value=_short(text), why=why)
    title = (worksheet or "").strip() or None
    return Place(spreadsheet=identifier, worksheet=title, gid=_gid(url) if url is not None and title is None else None)


def is_address(said: str) -> bool:
    """Whether a text is the address of a page of Google Sheets, and no file's name."""
    url = _parts(said.strip())
    return url.scheme in ("http", "https") and url.hostname in _HOSTS


def is_id(said: str) -> bool:
    """Whether a text may be a sheet's id."""
    return _ID.fullmatch(said.strip()) is not None


_BEGINNING = "https://docs.google.com/spreadsheets/d/"


def _parts(text: str) -> SplitResult:
    """An address in its parts, which are blank where it is none (https://[::1/)."""
    try:
        return urlsplit(text)
    except ValueError:
        return SplitResult("", "", "", "", "")


def _gid(url: object) -> int | None:
    query, fragment = getattr(url, "query", ""), getattr(url, "fragment", "")
    said = (parse_qs(fragment).get("gid") or parse_qs(query).get("gid") or [""])[0]
    return int(said) if re.fullmatch(r"\d{1,12}", said) else None


def _short(text: str) -> str:
    return repr(text if len(text) <= 80 else f"{text[:80]}...")
