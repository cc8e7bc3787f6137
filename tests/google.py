"""A server on this machine that speaks as Google Sheets does: tokens, spreadsheets, ranges of cells, exports as CSV.

    with Google() as google:
        sheet = google.add("Teachers", {"Roster": [["Email", "Name"], ["ada@kck.example", "Ada Park"]]}, public=True)
        opened = open_google_sheet(place(sheet.id), Access(address=google.address))

Real clients ask it. What it answers instead, the next times, is said by `google.faults.append(...)`.
"""

import csv
import io
import json
import re
import time
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import jwt

from tests.loopback import Loopback

EMAIL = "reader@workbench.iam.gserviceaccount.example"
_AUDIENCE = "https://oauth2.googleapis.com/token"
"""For whom a client says that its assertion is, wherever it sends it."""
_RANGE = re.compile(r"(?:'((?:[^']|'')*)'|([^'!]+))(?:!([A-Z]+)(\d+):([A-Z]+)(\d+))?")

Cells = list[list[str]]


@dataclass(kw_only=True)
class Spreadsheet:
    """One spreadsheet: its tabs in their order, and who may see it."""

    id: str
    title: str
    tabs: dict[str, Cells]
    public: bool = False
    shared: bool = True
    """With the service account."""
    grid: tuple[int, int] = (1000, 26)
    """Rows and columns of a tab, where its cells need no more."""

    def gid(self, tab: str) -> int:
        """The number of a tab: 0 of the first."""
        return [*self.tabs].index(tab) * 111

    def size(self, tab: str) -> tuple[int, int]:
        """Rows and columns of a tab's grid."""
        cells = self.tabs[tab]
        return max(len(cells), self.grid[0]), max([self.grid[1], *map(len, cells)])


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is answered instead, once, where the path has this in it."""

    path: str
    status: int = 200
    body: str = ""
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0
    """Seconds before it is answered."""
    cut: bool = False
    """The line breaks within the answer."""


class Google(Loopback):
    """Google Sheets on this machine, for as long as the `with` block lasts."""

    def __init__(self) -> None:
        self.spreadsheets: dict[str, Spreadsheet] = {}
        self.faults: list[Fault] = []
        self.asked: list[str] = []
        """The paths and queries that were asked, in their order."""
        self.tokens: list[str] = []
        """Those that were given out."""
        self.scopes: list[str] = []
        super().__init__(_handler(self))

    def add(self, title: str, tabs: dict[str, Cells], **more: Any) -> Spreadsheet:
        """A new spreadsheet."""
        made = Spreadsheet(id=f"sheet-{len(self.spreadsheets):04}-" + "x" * 33, title=title, tabs=tabs, **more)
        self.spreadsheets[made.id] = made
        return made

    def account(self, **otherwise: str) -> str:
        """The JSON key of the service account that this server knows."""
        key = {
            "type": "service_account",
            "project_id": "workbench",
            "private_key_id": "1",
            "private_key": private_key(),
            "client_email": EMAIL,
            "client_id": "1",
            "token_uri": f"{self.address}/token",
        }
        return json.dumps(key | otherwise)


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def private_key(key: rsa.RSAPrivateKey | None = None) -> str:
    """A private key as a service account's JSON has it."""
    form = serialization.PrivateFormat.PKCS8
    made = (key or _key()).private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    return made.decode()


def _public_key() -> str:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return _key().public_key().public_bytes(serialization.Encoding.PEM, form).decode()


def _handler(google: Google) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            google.asked.append(self.path)
            if not self._faulty():
                self._token(form)

        def do_GET(self) -> None:
            google.asked.append(unquote(self.path))
            if self._faulty():
                return
            url = urlsplit(self.path)
            parts = [unquote(part) for part in url.path.split("/")[1:]]
            if parts[:2] == ["v4", "spreadsheets"]:
                self._api(parts[2:], parse_qs(url.query))
            elif parts[:2] == ["spreadsheets", "d"] and parts[3:] == ["export"]:
                self._export(parts[2], parse_qs(url.query))
            elif parts[0] == "exported":
                self._exported(*parts[1:3])
            else:
                self._page(404)

        def _faulty(self) -> bool:
            fault = next((each for each in google.faults if each.path in self.path), None)
            if fault is None:
                return False
            google.faults.remove(fault)
            time.sleep(fault.delay)
            if fault.cut:
                self._send(200, "Email,Name\r\nada@", fault.kind, {"Content-Length": "5000"})
                self.close_connection = True
            else:
                self._send(fault.status, fault.body, fault.kind, fault.headers)
            return True

        def _token(self, form: dict[str, list[str]]) -> None:
            assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
            try:
                claims = jwt.decode(form["assertion"][0], certs=_public_key(), audience=_AUDIENCE)
            except ValueError:
                self._json(400, {"error": "invalid_grant", "error_description": "Invalid JWT Signature."})
                return
            assert claims["iss"] == EMAIL
            google.scopes.append(claims["scope"])
            google.tokens.append(f"token-{len(google.tokens)}")
            self._json(200, {"access_token": google.tokens[-1], "expires_in": 3599, "token_type": "Bearer"})

        def _api(self, parts: list[str], query: dict[str, list[str]]) -> None:
            if self.headers.get("Authorization", "").removeprefix("Bearer ") not in google.tokens:
                self._error(401, "UNAUTHENTICATED")
                return
            found = google.spreadsheets.get(parts[0])
            if found is None:
                self._error(404, "NOT_FOUND")
            elif not (found.shared or found.public):
                self._error(403, "PERMISSION_DENIED")
            elif len(parts) == 1:
                self._json(200, self._about(found))
            else:
                assert parts[1] == "values"
                self._values(found, parts[2], query)

        def _about(self, found: Spreadsheet) -> dict[str, Any]:
            tabs = [
                {
                    "properties": {
                        "sheetId": found.gid(tab),
                        "title": tab,
                        "index": place,
                        "sheetType": "GRID",
                        "gridProperties": dict(zip(("rowCount", "columnCount"), found.size(tab), strict=True)),
                    }
                }
                for place, tab in enumerate(found.tabs)
            ]
            tabs.append({"properties": {"sheetId": 9, "title": "A chart", "index": 9, "sheetType": "OBJECT"}})
            properties = {"title": found.title, "locale": "en_US", "timeZone": "America/Chicago"}
            return {"spreadsheetId": found.id, "properties": properties, "sheets": tabs}

        def _values(self, found: Spreadsheet, asked: str, query: dict[str, list[str]]) -> None:
            assert query["valueRenderOption"] == ["FORMATTED_VALUE"]
            matched = _RANGE.fullmatch(asked)
            assert matched is not None, asked
            tab = (matched[1] or matched[2]).replace("''", "'")
            cells = found.tabs[tab]
            if matched[3]:
                first, last = int(matched[4]), int(matched[6])
                assert last <= found.size(tab)[0], "the range goes beyond the grid"
                cells = [row[_column(matched[3]) : _column(matched[5]) + 1] for row in cells[first - 1 : last]]
            cells = [_cut(row) for row in cells]
            while cells and not cells[-1]:
                cells.pop()
            self._json(200, {"range": asked, "majorDimension": "ROWS", **({"values": cells} if cells else {})})

        def _export(self, identifier: str, query: dict[str, list[str]]) -> None:
            assert query["format"] == ["csv"]
            found = google.spreadsheets.get(identifier)
            gid = int(query.get("gid", ["0"])[0])
            if found is None:
                self._page(404)
            elif not found.public:
                self._redirect("https://accounts.google.com/v3/signin/identifier?continue=x")
            elif gid not in map(found.gid, found.tabs):
                self._page(400)
            else:
                self._redirect(f"{google.address}/exported/{identifier}/{gid}")

        def _exported(self, identifier: str, gid: str) -> None:
            found = google.spreadsheets[identifier]
            tab = next(tab for tab in found.tabs if found.gid(tab) == int(gid))
            file = io.StringIO(newline="")
            rows = [_cut(row) for row in found.tabs[tab]]
            while rows and not rows[-1]:
                rows.pop()
            width = max(map(len, rows), default=0)
            csv.writer(file).writerows(row + [""] * (width - len(row)) for row in rows)
            name = quote(f"{found.title} - {tab}.csv")
            told = {"Content-Disposition": f"attachment; filename=\"x.csv\"; filename*=UTF-8''{name}"}
            self._send(200, file.getvalue().removesuffix("\r\n"), "text/csv", told)

        def _redirect(self, to: str) -> None:
            self._send(307, "", "text/html", {"Location": to})

        def _page(self, status: int) -> None:
            self._send(status, "<!DOCTYPE html><html><body>Sorry</body></html>", "text/html; charset=utf-8")

        def _error(self, status: int, name: str) -> None:
            self._json(status, error(status, name))

        def _json(self, status: int, document: object) -> None:
            self._send(status, json.dumps(document), "application/json; charset=UTF-8")

        def _send(self, status: int, text: str, kind: str, headers: dict[str, str] | None = None) -> None:
            body = text.encode()
            self.send_response(status)
            for name, value in ({"Content-Type": kind, "Content-Length": str(len(body))} | (headers or {})).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    return Handler


def error(status: int, name: str, message: str = "The caller does not have permission") -> dict[str, Any]:
    """An error as Google words it."""
    return {"error": {"code": status, "message": message, "status": name}}


def _cut(row: list[str]) -> list[str]:
    """A row without the blank cells at its end."""
    width = max((place for place, cell in enumerate(row, start=1) if cell), default=0)
    return row[:width]


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
