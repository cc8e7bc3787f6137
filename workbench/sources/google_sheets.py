"""Google Sheets, read as they are shown: through a service account, or without one where anyone with the link may see
them.

What is read is written to a CSV as Google itself exports one, and is from there on a source like any file: with a
checksum, kept, read again. Its lines are the sheet's rows.
"""

import csv
import json
import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import IO, Any, TypeVar, cast
from urllib.parse import unquote, urljoin, urlsplit

import gspread
import requests
from google.auth import exceptions as google_exceptions
from google.auth.transport.requests import Request
from google.oauth2.service_account import Credentials
from gspread.utils import absolute_range_name, rowcol_to_a1
from pydantic import BaseModel, Field, InstanceOf

from workbench.model.errors import NotConfigured, UnknownSheet, UnreadableGoogleSheet
from workbench.model.google_sheet import Access, Place, Tab
from workbench.model.sheet import Layout, Sheet
from workbench.sources import open_spool
from workbench.sources.spool import Spool

Progress = Callable[[str, int], None]
"""Called with what is being done and the rows read so far."""

CELLS_AT_ONCE = 200_000
"""Cells that are asked for at a time: what a reading needs of memory does not grow with the sheet."""
_ROWS_AT_ONCE = 10_000
_SCOPE = "https://www.googleapis.com/auth/spreadsheets.readonly"
_SHEETS, _DOCS = "https://sheets.googleapis.com", "https://docs.google.com"
_FIELDS = "properties.title,sheets.properties(sheetId,title,sheetType,gridProperties(rowCount,columnCount))"
_LARGEST = 1 << 30
"""Bytes of a sheet's CSV: more than ten million cells, which is all that Google lets a spreadsheet have, need."""
_CELLS = 20_000_000
"""Twice as many as Google lets a spreadsheet have."""
_LONGEST = 900
"""Seconds that a sheet without an account may take to come."""
_REDIRECTS = 5
_BUSY = (408, 429, 500, 502, 503, 504)
_CUT = 3
"""How often is asked where nobody answers, or an answer breaks off."""

Answer = TypeVar("Answer")


def silent(doing: str, rows: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """What there is to know of a Google Sheet before it is imported."""

    title: str
    tab: str
    """The title of the tab that is read; "" where nobody says it."""
    tabs: tuple[Tab, ...]
    """All of them; none where the sheet was read without an account, which tells of no other tab."""
    sheet: Sheet
    """Its rows, or the first of them."""
    whole: bool
    """Whether those are all."""


def open_google_sheet(
    place: Place, access: Access, *, name: str | None = None, layout: Layout | None = None, progress: Progress = silent
) -> Sheet:
    """The rows of a Google Sheet, each cell as it is shown there (00123 stays so), read once and kept on disk for as
    long as the Sheet lives.

    Its name is the one given, else its title. Raises UnreadableGoogleSheet, UnknownSheet for a tab that there is not,
    NotConfigured for a service account's key that is none, NoSpace, and what `open_sheet` raises.
    """
    found = _read(_Asking(place, access, progress, name or place.spreadsheet))
    return open_spool(found.spool, name or found.called, layout=layout)


def look_at(place: Place, access: Access, *, progress: Progress = silent) -> Look:
    """What a Google Sheet is, from its header and first rows; raises as `open_google_sheet` does."""
    found = _read(_Asking(place, access, progress, place.spreadsheet), first_only=True)
    sheet = open_spool(found.spool, found.called)
    return Look(title=found.title, tab=found.tab, tabs=found.tabs, sheet=sheet, whole=found.whole)


def account_email(access: Access) -> str | None:
    """Whom a sheet is shared with to be read; None without a service account. Raises NotConfigured, also for a private
    key that does not sign."""
    return str(_credentials(access.account).service_account_email) if access.account else None


# -- what is read ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class _Found:
    spool: Spool
    title: str
    tab: str = ""
    tabs: tuple[Tab, ...] = ()
    whole: bool = True

    @property
    def called(self) -> str:
        """As Google calls an export of it."""
        return f"{self.title} - {self.tab}" if self.tab else self.title


def _read(asking: "_Asking", *, first_only: bool = False) -> _Found:
    access = asking.access
    try:
        found = _of_account(asking, first_only) if access.account else _of_anyone(asking)
    except google_exceptions.TransportError:
        raise asking.refused(_UNREACHABLE) from None
    except google_exceptions.GoogleAuthError:
        raise asking.refused(_NOT_ACCEPTED) from None
    except ValueError:  # no JSON, or of another shape than is asked for
        raise asking.refused("it answered with something that is no sheet. Try again later.") from None
    except requests.Timeout:
        raise asking.refused(f"Google did not answer within {access.timeout:g} seconds. Try again later.") from None
    except requests.RequestException:
        raise asking.refused(_UNREACHABLE) from None
    if not found.spool.path.stat().st_size:
        tab = f"its tab {found.tab}" if found.tab else "it"
        raise asking.refused(f"{tab} is empty.")
    return found


_NOT_ACCEPTED = "Google does not accept the service account's key. Make a new one, or check this machine's clock."
_UNREACHABLE = "Google cannot be reached. Check the network, and try again."


class _Grid(BaseModel):
    """A tab's size, as Google's 32-bit numbers say it."""

    rows: int = Field(default=0, validation_alias="rowCount", ge=0, lt=1 << 31)
    columns: int = Field(default=0, validation_alias="columnCount", ge=0, lt=1 << 31)


class _Tab(BaseModel):
    title: str
    gid: int = Field(default=0, validation_alias="sheetId")
    kind: str = Field(default="GRID", validation_alias="sheetType")
    grid: _Grid = Field(default=_Grid(), validation_alias="gridProperties")


class _Sheet(BaseModel):
    properties: _Tab


class _Titled(BaseModel):
    title: str


class _Spreadsheet(BaseModel):
    """What Google says of a spreadsheet, as far as it is asked for (`_FIELDS`)."""

    properties: _Titled
    sheets: list[_Sheet] = []


_Cell = InstanceOf[str] | int | float | bool | None
"""Text as it came, also with a lone surrogate, which `str` would refuse; and what else is plain."""


class _Values(BaseModel):
    """What Google says of an area: its rows without what is blank at their ends."""

    values: list[list[_Cell]] = []


class _Token(BaseModel):
    access_token: str
    expires_in: int | None = Field(default=None, ge=0, lt=1 << 31)


def _of_account(asking: "_Asking", first_only: bool) -> _Found:
    """Through gspread, block by block."""
    credentials = _credentials(asking.access.account or "")
    with _Session() as session:
        return _through(_client(credentials, asking, session), asking, first_only)


def _through(client: gspread.http_client.HTTPClient, asking: "_Asking", first_only: bool) -> _Found:
    title, tabs = _about(client, asking)
    if not tabs:
        raise asking.refused("it has no tab with rows and columns.")
    tab = _tab(asking.place, title, tabs)
    if tab.rows * tab.columns > _CELLS:
        size = f"{tab.rows:,} rows of {tab.columns:,} columns"
        raise asking.refused(f"its tab {tab.title} is said to have {size}: more than Google lets a sheet have.")
    step = max(1, CELLS_AT_ONCE // max(tab.columns, 1))
    firsts = range(1, tab.rows + 1 if tab.columns else 1, step)[: 1 if first_only else None]
    spool = _rectangle(_blocks(client, asking, tab, firsts, step), asking)
    if len(firsts) > 1 and tab not in _about(client, asking)[1]:  # some rows may have been read twice, or not at all
        raise asking.refused("rows or columns came or went while it was being read. Try again.")
    return _Found(spool=spool, title=title, tab=tab.title, tabs=tabs, whole=len(firsts) * step >= tab.rows)


def _about(client: gspread.http_client.HTTPClient, asking: "_Asking") -> tuple[str, tuple[Tab, ...]]:
    """The title of a spreadsheet, and its tabs."""
    said = client.fetch_sheet_metadata(asking.place.spreadsheet, {"includeGridData": "false", "fields": _FIELDS})
    found = _Spreadsheet.model_validate(said)
    tabs = (sheet.properties for sheet in found.sheets if sheet.properties.kind == "GRID")
    return found.properties.title, tuple(
        Tab(title=tab.title, gid=tab.gid, rows=tab.grid.rows, columns=tab.grid.columns) for tab in tabs
    )


def _tab(place: Place, title: str, tabs: Sequence[Tab]) -> Tab:
    """The tab that is meant, of some; a title may be spelt in other letters."""
    if place.worksheet is None and place.gid is None:
        return tabs[0]
    wanted = (place.worksheet or "").casefold()
    of_title = sorted(tabs, key=lambda tab: tab.title != place.worksheet)
    for tab in of_title:
        if tab.gid == place.gid if place.worksheet is None else tab.title.casefold() == wanted:
            return tab
    known = ", ".join(tab.title for tab in tabs)
    raise UnknownSheet(source=title, sheet=place.worksheet or f"number {place.gid}", known=known)


def _blocks(
    client: gspread.http_client.HTTPClient, asking: "_Asking", tab: Tab, firsts: range, step: int
) -> Iterator[tuple[int, list[list[_Cell]]]]:
    """The first row of each block and its rows as Google sends them: what is blank at their ends is cut off."""
    for first in firsts:
        asking.progress("reading from Google", first - 1)
        last = rowcol_to_a1(min(first + step - 1, tab.rows), tab.columns)
        area = absolute_range_name(tab.title, f"{rowcol_to_a1(first, 1)}:{last}")
        answer = client.values_get(
            asking.place.spreadsheet, area, {"majorDimension": "ROWS", "valueRenderOption": "FORMATTED_VALUE"}
        )
        yield first, _Values.model_validate(answer).values


def _rectangle(blocks: Iterator[tuple[int, list[list[_Cell]]]], asking: "_Asking") -> Spool:
    """The rows as CSV, all as wide as the widest: known when the last has come, so they wait on disk until then."""
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace", newline="") as ragged:
        writer = csv.writer(ragged)
        width = written = 0
        for first, rows in blocks:
            if rows:
                writer.writerows([] for _ in range(first - 1 - written))  # blank rows at the end of the block before
                writer.writerows(rows)
                width = max(width, *map(len, rows))
                written = first - 1 + len(rows)
        asking.progress("reading from Google", written)
        ragged.seek(0)
        return Spool().fill(_as_exported(ragged, width))


def _as_exported(ragged: IO[str], width: int) -> Iterator[bytes]:
    """CSV as Google exports it: lines end with CR LF, but the last, and only cells that need it are quoted."""
    csv.field_size_limit(max(csv.field_size_limit(), 1 << 24))
    rows, before = csv.reader(ragged), ""
    while some := list(islice(rows, _ROWS_AT_ONCE)):
        text = StringIO(newline="")
        csv.writer(text).writerows(row + [""] * (width - len(row)) for row in some)
        yield (before + text.getvalue().removesuffix("\r\n")).encode()
        before = "\r\n"


# -- without an account ------------------------------------------------------------------------------------------------


def _of_anyone(asking: "_Asking") -> _Found:
    """The CSV that Google exports to anyone with the link, as it comes."""
    if asking.place.worksheet is not None:
        raise asking.refused(
            "without a service account its tab is told by the number behind gid= in its address, not by its title. "
            "Paste the address that you see at that tab."
        )
    return asking.patiently(lambda: _exported(asking))


def _exported(asking: "_Asking") -> _Found:
    with _Session() as session, _followed(session, asking) as answer:
        if answer.status_code in _BUSY:
            raise _Busy(answer.status_code, answer.headers)
        kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if answer.status_code in (401, 403) or (answer.ok and kind != "text/csv"):
            raise asking.refused(_SIGN_IN)
        if not answer.ok:
            raise asking.refused(_NO_SUCH if answer.status_code in (404, 410) else _no_tab(asking.place, answer))
        spool = Spool().fill(_within_limits(answer.iter_content(1 << 18), asking))
        return _Found(spool=spool, title=_title(answer) or asking.place.spreadsheet)


def _followed(session: requests.Session, asking: "_Asking") -> requests.Response:
    """The answer at the end of Google's redirects, which lead nowhere else."""
    said: dict[str, str | int] = {"format": "csv"}
    if asking.place.gid is not None:
        said["gid"] = asking.place.gid
    url = asking.at(f"{_DOCS}/spreadsheets/d/{asking.place.spreadsheet}/export")
    for _ in range(_REDIRECTS):
        answer = session.get(url, params=said, stream=True, timeout=(asking.access.timeout, asking.access.timeout))
        if not answer.is_redirect:
            return answer
        answer.close()
        url, said = _led(url, answer.headers["Location"], asking), {}
    raise asking.refused("Google leads from one address to the next. Try again later.")


def _led(url: str, location: str, asking: "_Asking") -> str:
    """Where an address leads; raises UnreadableGoogleSheet where that is not Google's own place for such files."""
    try:
        led = urljoin(url, location)
        place = urlsplit(led)
        host, port = place.hostname or "", place.port
    except ValueError:
        raise asking.refused(_AWAY) from None
    if host == "accounts.google.com":
        raise asking.refused(_SIGN_IN)
    if asking.access.address is not None:
        its_own = place[:2] == urlsplit(asking.access.address)[:2]
    else:
        its_own = place.scheme == "https" and port in (None, 443)
        its_own = its_own and (host == "docs.google.com" or host.endswith(".googleusercontent.com"))
    if not its_own:
        raise asking.refused(_AWAY)
    return led


def _within_limits(blocks: Iterator[bytes], asking: "_Asking") -> Iterator[bytes]:
    began, size = time.monotonic(), 0
    for block in blocks:
        size += len(block)
        if size > _LARGEST:
            raise asking.refused(f"it has more than {_LARGEST >> 20:,} MB.")
        if time.monotonic() - began > _LONGEST:
            raise asking.refused(f"it did not come within {_LONGEST // 60} minutes. Try again later.")
        yield block


def _title(answer: requests.Response) -> str:
    """What Google calls the export, without the ending of a file."""
    named = re.search(r"filename\*=UTF-8''([^;\s]+)", answer.headers.get("Content-Disposition", ""), re.IGNORECASE)
    return unquote(named[1]).removesuffix(".csv").strip() if named is not None else ""


def _no_tab(place: Place, answer: requests.Response) -> str:
    if answer.status_code == 400 and place.gid is not None:
        return f"it has no tab with the number {place.gid}. Paste the address that you see at the tab."
    return f"Google's answer is {answer.status_code}. Check its id, and try again later."


_AWAY = "its address leads away from Google, and is not followed."
_NO_SUCH = "there is no such sheet. Check its id: what stands between /d/ and the next / of its address in the browser."
_SIGN_IN = (
    "it asks for sign-in. Share it so that anyone with the link can view it, or share it with a service account "
    "(WORKBENCH_GOOGLE_SERVICE_ACCOUNT)."
)


# -- how it is asked ---------------------------------------------------------------------------------------------------


class _Busy(Exception):
    """Google has no time, or an error of its own."""

    def __init__(self, status: int, headers: Mapping[str, str]) -> None:
        self.status = status
        self.after = headers.get("Retry-After", "")


class _Session(requests.Session):
    """Follows no redirect, and does not even read where it leads."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


@dataclass(frozen=True)
class _Asking:
    """One reading of a sheet: what, how, and who watches."""

    place: Place
    access: Access
    progress: Progress
    called: str
    """What a person calls it; else its id."""

    def refused(self, why: str) -> UnreadableGoogleSheet:
        """Why the sheet cannot be read, as an error to raise."""
        return UnreadableGoogleSheet(source=self.called, why=why)

    def at(self, url: str) -> str:
        """An address of Google's, or of who stands in for it."""
        if self.access.address is None:
            return url
        return urljoin(self.access.address, urlsplit(url).path)

    def patiently(self, ask: Callable[[], Answer]) -> Answer:
        """What is answered, asked again for a bounded time where Google is busy, and some times where the line breaks;
        raises what asking does, and UnreadableGoogleSheet."""
        deadline, pause, cut = time.monotonic() + self.access.patience, self.access.pause, 0
        while True:
            try:
                return ask()
            except _Busy as busy:
                wait = float(busy.after) if busy.after.isdecimal() else pause
                if time.monotonic() + wait > deadline:
                    raise self.refused(_still_busy(busy, self.access.patience)) from None
            except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError):
                wait, cut = pause, cut + 1
                if cut >= _CUT or time.monotonic() + wait > deadline:
                    raise
            self.progress("waiting for Google", 0)
            time.sleep(wait)
            pause *= 2


def _still_busy(busy: _Busy, patience: float) -> str:
    status = busy.status
    if busy.after.isdecimal() and float(busy.after) > patience:
        asked = "was asked too often" if status == 429 else f"has an error of its own ({status})"
        return f"Google {asked}, and wants {float(busy.after):,.0f} seconds of rest. Try again after that."
    if status == 429:
        return f"Google was asked too often, for {patience:g} seconds and more. Try again in some minutes."
    return f"Google has an error of its own ({status}), for {patience:g} seconds and more. Try again later."


def _client(credentials: Credentials, asking: _Asking, session: requests.Session) -> gspread.http_client.HTTPClient:
    """gspread's, which asks Google, or who stands in for it, patiently."""

    class Client(gspread.http_client.HTTPClient):
        def request(self, method: str, endpoint: str, *given: Any, **named: Any) -> requests.Response:
            def ask() -> requests.Response:
                answer = self.session.request(method, url, *given, **{**named, "timeout": self.timeout})
                _settled(answer.status_code, answer.headers, asking)
                if not answer.ok:
                    raise asking.refused(_why(answer, credentials.service_account_email))
                return answer

            url = asking.at(endpoint)
            return asking.patiently(ask)

    def token(*given: Any, **named: Any) -> Any:
        answer = Request(session)(*given, **{**named, "timeout": asking.access.timeout})
        _settled(answer.status, answer.headers, asking)
        if answer.status != requests.codes.ok:
            raise asking.refused(_NOT_ACCEPTED)
        _Token.model_validate_json(answer.data)
        return answer

    # a session that asks for tokens itself would ask another of Google's services beside, with the token, for nothing
    asking.patiently(lambda: credentials.refresh(token))
    session.headers["Authorization"] = f"Bearer {credentials.token}"
    client = gspread.Client(auth=credentials, session=session, http_client=Client)
    client.set_timeout((asking.access.timeout, asking.access.timeout))
    return client.http_client


def _settled(status: int, headers: Mapping[str, str], asking: _Asking) -> None:
    """Raises _Busy where Google has no time, UnreadableGoogleSheet where it leads elsewhere."""
    if status in _BUSY:
        raise _Busy(status, headers)
    if 300 <= status < 400:
        raise asking.refused(_AWAY)


def _why(answer: requests.Response, email: str) -> str:
    """What Google's refusal means, and what to do next."""
    status, told = answer.status_code, answer.text
    if status == 404:
        return _NO_SUCH
    if status == 403 and ("SERVICE_DISABLED" in told or "accessNotConfigured" in told):
        return "the Google Sheets API is switched off in the service account's project. Switch it on there."
    if status in (401, 403):
        return f"the service account may not see it. Share it with {email} (as a viewer), and try again."
    if status == 400 and "not supported for this document" in told:
        return "it is an Office file in Google Drive. Save it as a Google Sheet (File, Save as Google Sheets)."
    return f"Google's answer is {status}. Try again later."


_SETTING = "The Google service account (WORKBENCH_GOOGLE_SERVICE_ACCOUNT)"


def _credentials(said: str) -> Credentials:
    """What a service account signs with, of its key; raises NotConfigured for one that does not sign."""
    try:
        credentials = Credentials.from_service_account_info(_key(said), scopes=[_SCOPE])
        credentials.sign_bytes(b"")
    except (TypeError, ValueError):  # no key, one with a password, or of another kind
        raise NotConfigured(what=_SETTING, how="its private key cannot be read. Make a new one.") from None
    return credentials


def _key(said: str) -> dict[str, Any]:
    """A service account's key, of its JSON or of the file that has it; raises NotConfigured, which shows none of it."""
    is_json = said.lstrip().startswith("{")
    try:
        text = said if is_json else Path(os.path.expanduser(said.strip())).read_text("utf-8")
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise NotConfigured(what=_SETTING, how=f"its file cannot be read: {why}.") from None
    try:
        key = json.loads(text)
    except ValueError:
        raise NotConfigured(what=_SETTING, how="it is no JSON.") from None
    needed = ("client_email", "private_key", "token_uri")
    lacking = [name for name in needed if not (isinstance(key, dict) and isinstance(key.get(name), str) and key[name])]
    if lacking:
        how = f"it has no {', '.join(lacking)}. Use the JSON key that Google made for the service account."
        raise NotConfigured(what=_SETTING, how=how)
    return cast(dict[str, Any], key)
