"""A sheet that is shared with a service account: read through gspread, block by block, as it is shown."""

import csv
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from itertools import islice
from typing import IO, Any

import gspread
import requests
from google.auth.transport.requests import Request
from google.oauth2.service_account import Credentials
from gspread.utils import absolute_range_name, rowcol_to_a1
from pydantic import BaseModel, Field, InstanceOf

from workbench.model.errors import UnknownSheet
from workbench.model.google_sheet import Place, Tab
from workbench.sources.google_sheets.asking import AWAY, BUSY, NO_SUCH, NOT_ACCEPTED, Asking, Busy, Found, Session
from workbench.sources.google_sheets.credentials import credentials
from workbench.sources.spool import Spool

CELLS_AT_ONCE = 200_000
"""Cells that are asked for at a time: what a reading needs of memory does not grow with the sheet."""
_ROWS_AT_ONCE = 10_000
_FIELDS = "properties.title,sheets.properties(sheetId,title,sheetType,gridProperties(rowCount,columnCount))"
_CELLS = 20_000_000
"""Twice as many as Google lets a spreadsheet have."""


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


def of_account(asking: Asking, first_only: bool) -> Found:
    """Through gspread, block by block."""
    with Session() as session:
        client = _client(credentials(asking.access.account or ""), asking, session)
        return _through(client, asking, first_only)


def _through(client: gspread.http_client.HTTPClient, asking: Asking, first_only: bool) -> Found:
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
    return Found(spool=spool, title=title, tab=tab.title, tabs=tabs, whole=len(firsts) * step >= tab.rows)


def _about(client: gspread.http_client.HTTPClient, asking: Asking) -> tuple[str, tuple[Tab, ...]]:
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
    client: gspread.http_client.HTTPClient, asking: Asking, tab: Tab, firsts: range, step: int
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


def _rectangle(blocks: Iterator[tuple[int, list[list[_Cell]]]], asking: Asking) -> Spool:
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


def _client(account: Credentials, asking: Asking, session: requests.Session) -> gspread.http_client.HTTPClient:
    """gspread's, which asks Google, or who stands in for it, patiently."""

    class Client(gspread.http_client.HTTPClient):
        def request(self, method: str, endpoint: str, *given: Any, **named: Any) -> requests.Response:
            def ask() -> requests.Response:
                answer = self.session.request(method, url, *given, **{**named, "timeout": self.timeout})
                _settled(answer.status_code, answer.headers, asking)
                if not answer.ok:
                    raise asking.refused(_why(answer, account.service_account_email))
                return answer

            url = asking.at(endpoint)
            return asking.patiently(ask)

    def token(*given: Any, **named: Any) -> Any:
        answer = Request(session)(*given, **{**named, "timeout": asking.access.timeout})
        _settled(answer.status, answer.headers, asking)
        if answer.status != requests.codes.ok:
            raise asking.refused(NOT_ACCEPTED)
        _Token.model_validate_json(answer.data)
        return answer

    # a session that asks for tokens itself would ask another of Google's services beside, with the token, for nothing
    asking.patiently(lambda: account.refresh(token))
    session.headers["Authorization"] = f"Bearer {account.token}"
    client = gspread.Client(auth=account, session=session, http_client=Client)
    client.set_timeout((asking.access.timeout, asking.access.timeout))
    return client.http_client


def _settled(status: int, headers: Mapping[str, str], asking: Asking) -> None:
    """Raises Busy where Google has no time, UnreadableGoogleSheet where it leads elsewhere."""
    if status in BUSY:
        raise Busy(status, headers)
    if 300 <= status < 400:
        raise asking.refused(AWAY)


def _why(answer: requests.Response, email: str) -> str:
    """What Google's refusal means, and what to do next."""
    status, told = answer.status_code, answer.text
    if status == 404:
        return NO_SUCH
    if status == 403 and ("SERVICE_DISABLED" in told or "accessNotConfigured" in told):
        return "the Google Sheets API is switched off in the service account's project. Switch it on there."
    if status in (401, 403):
        return f"the service account may not see it. Share it with {email} (as a viewer), and try again."
    if status == 400 and "not supported for this document" in told:
        return "it is an Office file in Google Drive. Save it as a Google Sheet (File, Save as Google Sheets)."
    return f"Google's answer is {status}. Try again later."
