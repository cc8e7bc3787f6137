"""A server on this machine that speaks as Salesforce does: sign-in, describe, queries page by page, query jobs, limits.

    with Salesforce() as salesforce:
        salesforce.add("Contact", {"LastName": "string"}, [{"LastName": "Park"}])
        opened = open_salesforce("Contact", salesforce.access())

The real simple-salesforce asks it. What it answers instead, the next times, is said by `salesforce.faults.append(...)`.
"""

import base64
import csv
import gzip
import io
import json
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree import ElementTree

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests import soql as language
from tests.loopback import Loopback
from workbench.model.salesforce import SalesforceAccess

USER = "ana@school.example"
PASSWORD = "corr&ct <horse>"
TOKEN = "sEcurityT0ken"
KEY = "3MVG9consumer"
SECRET = "0123456789consumersecret"
MY_DOMAIN = "school.my"
INSTANCE = "school.my.salesforce.com"
VERSION = "59.0"
_DATA = f"/services/data/v{VERSION}"
_STANDARD = {"Id": "id", "IsDeleted": "boolean", "MasterRecordId": "reference", "SystemModstamp": "datetime"}

Record = dict[str, Any]


@dataclass(kw_only=True)
class SObject:
    """One object: its fields with their types, and its records as REST answers them."""

    name: str
    fields: dict[str, str]
    records: Sequence[Record]
    by_job: bool = True
    """Whether jobs know it."""
    parts: dict[str, str] = field(default_factory=dict)
    """Field -> the compound field that it is a part of."""
    relations: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Field -> the name of its relation, and the object that it leads to."""
    rendered: Callable[[Sequence[str], int, int], bytes] | None = None
    """Rows of a job's results from one place to another, where they are not made of the records."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is answered instead, once, where the path has this in it."""

    path: str
    number: int | None = None
    """Of which request, the first being 0; any where nobody says it."""
    status: int = 200
    body: str = ""
    kind: str = "application/json;charset=UTF-8"
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0
    """Seconds before it is answered."""
    cut: int | None = None
    """After so many bytes of the real answer the line breaks."""
    change: Callable[[bytes], bytes] | None = None
    """What becomes of the real answer's body."""
    hang_up: bool = False
    """Nothing is answered at all."""


def error(status: int, code: str, message: str = "") -> dict[str, Any]:
    """An error as Salesforce words it: what a Fault needs of it."""
    return {"status": status, "body": json.dumps([{"message": message or code.lower(), "errorCode": code}])}


class Salesforce(Loopback):
    """An organization on this machine, for as long as the `with` block lasts."""

    def __init__(self) -> None:
        self.objects: dict[str, SObject] = {}
        self.faults: list[Fault] = []
        self.asked: list[str] = []
        """Verbs, hosts, paths and queries that were asked, in their order."""
        self.sessions: list[str] = []
        """Those that hold; those that are taken out have expired."""
        self.signed_in: list[str] = []
        """By which ways somebody came in."""
        self.jobs: dict[str, dict[str, Any]] = {}
        self.states = ["UploadComplete", "InProgress", "JobComplete"]
        """What a job's state is, from one look at it to the next; the last stays."""
        self.page, self.job_page = 2000, 50_000
        """Records of a page at most."""
        self.daily = (15_000, 14_000)
        """API requests a day, and what is left."""
        self.knows_limits = True
        self.skipped: set[int] = set()
        """Pages of jobs that are lost: where their first records would stand."""
        self.instance = INSTANCE
        self.organization = "00D000000000001"
        """Its id."""
        self.now: datetime | None = None
        """The time there; that of this machine where nobody says it."""
        self._made = 0
        self.add("Organization", {"Name": "string", "OrganizationType": "picklist", "IsSandbox": "boolean"}, [])
        self.objects["Organization"].records = [
            {"Id": "00D000000000001", "Name": "PREP-KC", "OrganizationType": "Enterprise Edition", "IsSandbox": False}
        ]
        self.add("User", {"Username": "string"}, [])
        self.objects["User"].records = [{"Id": "005000000000001", "Username": USER}]
        super().__init__(_handler(self))

    def access(self, **otherwise: Any) -> SalesforceAccess:
        """A way to it, by password, quick to lose patience."""
        given = {"username": USER, "password": PASSWORD, "security_token": TOKEN, "address": self.address}
        quick = {"timeout": 2, "patience": 1, "pause": 0.01, "poll": 0.01}
        return SalesforceAccess(**(given | quick | otherwise))

    def add(self, name: str, fields: dict[str, str], records: Sequence[Record], **more: Any) -> SObject:
        """A new object; its records get ids and stamps where they have none."""
        whole = [
            {"Id": f"003{place:012}AAA", "IsDeleted": False, "SystemModstamp": "2026-01-05T10:30:00.000+0000"} | record
            for place, record in enumerate(records, start=1)
        ]
        self.objects[name] = SObject(name=name, fields=_STANDARD | fields, records=whole, **more)
        return self.objects[name]

    def expire(self) -> None:
        """Lets every session end."""
        self.sessions.clear()

    def session(self, way: str) -> str:
        """A new one."""
        self.signed_in.append(way)
        self._made += 1
        self.sessions.append(f"00D!session{self._made}")
        return self.sessions[-1]

    def answers(self, what: str) -> int:
        """How often a path with this in it was asked."""
        return sum(what in each for each in self.asked)


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def private_key(key: rsa.RSAPrivateKey | None = None) -> str:
    """A private key as PEM; the one whose certificate the connected app has, unless another is given."""
    form = serialization.PrivateFormat.PKCS8
    made = (key or _key()).private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    return made.decode()


def _handler(salesforce: Salesforce) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

        def date_time_string(self, timestamp: float | None = None) -> str:
            """The time, as every answer says it."""
            return super().date_time_string(salesforce.now.timestamp() if salesforce.now else timestamp)

        def do_GET(self) -> None:
            self._answer("GET")

        def do_POST(self) -> None:
            self._answer("POST")

        def do_PATCH(self) -> None:
            self._answer("PATCH")

        def do_DELETE(self) -> None:
            self._answer("DELETE")

        def _answer(self, verb: str) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            url = urlsplit(self.path)
            asked = f"{verb} {self.headers['Host']}{unquote(self.path).replace('+', ' ')}"
            salesforce.asked.append(asked)
            number = len(salesforce.asked) - 1
            fitting = (each for each in salesforce.faults if each.path in asked and each.number in (None, number))
            self._fault = next(fitting, None)
            if self._fault is not None:
                salesforce.faults.remove(self._fault)
                time.sleep(self._fault.delay)
                if self._fault.hang_up:
                    self.close_connection = True
                    return
                if self._fault.body or self._fault.status != 200 or self._fault.headers:
                    self._send(self._fault.status, self._fault.body.encode(), self._fault.kind, self._fault.headers)
                    return
            query = {name: each[0] for name, each in parse_qs(url.query).items()}
            if url.path.startswith("/services/Soap/u/"):
                self._soap(body)
            elif url.path == "/services/oauth2/token":
                self._token({name: each[0] for name, each in parse_qs(body).items()})
            elif self.headers.get("Authorization", "").removeprefix("Bearer ") not in salesforce.sessions:
                self._refuse(401, "INVALID_SESSION_ID", "Session expired or invalid")
            else:
                assert self.headers["Host"] == salesforce.instance
                assert url.path.startswith(_DATA), url.path
                self._data(verb, url.path.removeprefix(_DATA).strip("/").split("/"), query, body)

        # -- sign-in ---

        def _soap(self, body: str) -> None:
            assert self.headers["SOAPAction"] == "login"
            said = {each.tag.rpartition("}")[2]: each.text for each in ElementTree.fromstring(body).iter()}
            if {name: said.get(name) for name in ("username", "password")} != {
                "username": USER,
                "password": PASSWORD + TOKEN,
            }:
                text = "INVALID_LOGIN: Invalid username, password, security token; or user locked out."
                self._fault_of_soap("INVALID_LOGIN", text)
                return
            session = salesforce.session(f"password at {self.headers['Host']}")
            self._xml(
                200,
                f"<result><sessionId>{session}</sessionId>"
                f"<serverUrl>https://{salesforce.instance}/services/Soap/u/{VERSION}/00D</serverUrl></result>",
            )

        def _fault_of_soap(self, code: str, text: str) -> None:
            fault = (
                f"<sf:LoginFault><sf:exceptionCode>{code}</sf:exceptionCode>"
                f"<sf:exceptionMessage>{text}</sf:exceptionMessage></sf:LoginFault>"
            )
            self._xml(500, fault)

        def _xml(self, status: int, inner: str) -> None:
            whole = f'<?xml version="1.0"?><env xmlns:sf="urn:fault.partner.soap.sforce.com">{inner}</env>'
            self._send(status, whole.encode(), "text/xml")

        def _token(self, form: dict[str, str]) -> None:
            if form["grant_type"] == "client_credentials":
                given = f"Basic {base64.b64encode(f'{KEY}:{SECRET}'.encode()).decode()}"
                if self.headers.get("Authorization") != given:
                    self._json(400, {"error": "invalid_client", "error_description": "invalid client credentials"})
                    return
                way = "client credentials"
            else:
                assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
                why = self._refusal(form["assertion"])
                if why:
                    self._json(400, {"error": "invalid_grant", "error_description": why})
                    return
                way = "JWT"
            session = salesforce.session(f"{way} at {self.headers['Host']}")
            self._json(200, {"access_token": session, "instance_url": f"https://{salesforce.instance}"})

        def _refusal(self, assertion: str) -> str:
            """What is wrong with an assertion: its signature is verified, and whom it is from and for."""
            try:
                for_whom = f"https://{self.headers['Host']}"
                said = jwt.decode(assertion, _key().public_key(), algorithms=["RS256"], audience=for_whom, issuer=KEY)
            except jwt.InvalidTokenError:
                return "invalid assertion"
            return "" if said["sub"] == USER else "user hasn't approved this consumer"

        # -- data ---

        def _data(self, verb: str, parts: list[str], query: dict[str, str], body: str) -> None:
            if parts == [""]:
                identity = f"https://login.salesforce.com/id/{salesforce.organization}/005000000000001"
                self._json(200, {"sobjects": f"{_DATA}/sobjects", "identity": identity})
            elif parts == ["limits"]:
                self._limits()
            elif parts == ["sobjects"]:
                self._json(200, {"sobjects": [{"name": name} for name in salesforce.objects]})
            elif parts[0] == "sobjects" and parts[2:] == ["describe"]:
                self._describe(parts[1])
            elif parts[0] in ("query", "queryAll"):
                self._query(parts, query)
            else:
                assert parts[:2] == ["jobs", "query"], parts
                self._job(verb, parts[2:], query, body)

        def _limits(self) -> None:
            if not salesforce.knows_limits:
                self._refuse(403, "INSUFFICIENT_ACCESS", "insufficient access rights")
                return
            most, left = salesforce.daily
            self._json(200, {"DailyApiRequests": {"Max": most, "Remaining": left}})

        def _describe(self, name: str) -> None:
            found = next((each for each in salesforce.objects.values() if each.name.lower() == name.lower()), None)
            if found is None:
                self._refuse(404, "NOT_FOUND", "The requested resource does not exist")
                return
            fields = [
                {"name": each, "label": each, "type": type_, "compoundFieldName": found.parts.get(each)}
                | dict(zip(("relationshipName", "referenceTo"), _relation(found, each), strict=True))
                for each, type_ in found.fields.items()
            ]
            self._json(200, {"name": found.name, "label": found.name, "fields": fields})

        def _records(self, soql: str, *, deleted: bool) -> tuple[SObject, list[str], Sequence[Record]] | None:
            """What a query finds; None where it is refused, with the answer given."""
            query = language.read(soql)
            found = salesforce.objects[query.object]
            for name in (*([] if query.is_count else query.names), *query.fields):
                if "." not in name and name not in found.fields:
                    self._refuse(400, "INVALID_FIELD", f"No such column '{name}' on entity '{found.name}'.")
                    return None
            records = found.records
            if isinstance(records, list):
                test = query.test or (lambda record: True)
                records = [each for each in records if (deleted or not each.get("IsDeleted")) and test(each)]
                records = records[: query.limit]
            return found, query.names, records

        def _query(self, parts: list[str], query: dict[str, str]) -> None:
            resource, deleted = parts[0], parts[0] == "queryAll"
            soql, start = query.get("q", ""), 0
            if parts[1:]:
                cursor, _, number = parts[1].rpartition("-")
                soql, start = salesforce.jobs[cursor]["query"], int(number)
            asked = self._records(soql, deleted=deleted)
            if asked is None:
                return
            found, names, records = asked
            if names == ["COUNT(Id) total"]:
                self._json(200, {"totalSize": 1, "done": True, "records": [{"total": len(records)}]})
                return
            page = [
                {"attributes": {"type": found.name, "url": f"{_DATA}/sobjects/{found.name}/{each['Id']}"}}
                | _nested(each, names)
                for each in records[start : start + salesforce.page]
            ]
            answer: dict[str, Any] = {"totalSize": len(records), "done": True, "records": page}
            if start + salesforce.page < len(records):
                cursor = f"01gD{len(salesforce.jobs):014}"
                salesforce.jobs[cursor] = {"query": soql}
                answer |= {"done": False, "nextRecordsUrl": f"{_DATA}/{resource}/{cursor}-{start + salesforce.page}"}
            self._json(200, answer)

        def _job(self, verb: str, parts: list[str], query: dict[str, str], body: str) -> None:
            if not parts:
                self._new_job(json.loads(body))
                return
            job = salesforce.jobs.get(parts[0])
            if job is None:
                self._refuse(404, "NOT_FOUND", "The requested resource does not exist")
            elif verb == "DELETE":
                job["deleted"] = True
                self._send(204, b"", "application/json")
            elif verb == "PATCH":
                job["states"] = [json.loads(body)["state"]]
                self._json(200, {"id": parts[0], "state": "Aborted"})
            elif parts[1:] == ["results"]:
                self._results(job, query)
            else:
                states: list[str] = job["states"]
                state = states.pop(0) if len(states) > 1 else states[0]
                answer = {"id": parts[0], "state": state, "numberRecordsProcessed": len(job["records"])}
                if state == "Failed":
                    answer["errorMessage"] = "InternalServerError: Retried more than fifteen times"
                self._json(200, answer)

        def _new_job(self, asked: dict[str, Any]) -> None:
            assert (asked["columnDelimiter"], asked["lineEnding"]) == ("COMMA", "LF")
            name = language.read(asked["query"]).object
            if not salesforce.objects[name].by_job:
                self._refuse(400, "INVALIDENTITY", f"Entity '{name}' is not supported by the Bulk API.")
                return
            found = self._records(asked["query"], deleted=asked["operation"] == "queryAll")
            if found is None:
                return
            identifier = f"750{len(salesforce.jobs):012}"
            _, names, records = found
            states = [*salesforce.states]
            salesforce.jobs[identifier] = {
                "object": name,
                "names": names,
                "records": records,
                "states": states,
                **asked,
            }
            self._json(200, {"id": identifier, "state": "UploadComplete", "object": name})

        def _results(self, job: dict[str, Any], query: dict[str, str]) -> None:
            start = int(query.get("locator", "0"))
            size = min(int(query["maxRecords"]), salesforce.job_page)
            records: Sequence[Record] = job["records"]
            end = min(start + size, len(records))
            rendered = salesforce.objects[job["object"]].rendered or partial(_rendered, records)
            body = _row(job["names"]) + rendered(job["names"], start, end)
            after = start + size
            while after in salesforce.skipped:
                after += size
            following = str(after) if after < len(records) else "null"
            said = {"Sforce-NumberOfRecords": str(end - start), "Sforce-Locator": following}
            self._send(200, body, "text/csv", said)

        # -- how it is answered ---

        def _refuse(self, status: int, code: str, message: str) -> None:
            self._json(status, [{"message": message, "errorCode": code}])

        def _json(self, status: int, document: object) -> None:
            self._send(status, json.dumps(document).encode(), "application/json;charset=UTF-8")

        def _send(self, status: int, body: bytes, kind: str, headers: dict[str, str] | None = None) -> None:
            if self._fault is not None and self._fault.change is not None:
                body = self._fault.change(body)
            headers = dict(headers or {})
            if body and kind == "text/csv" and "gzip" in self.headers.get("Accept-Encoding", ""):
                body, headers["Content-Encoding"] = gzip.compress(body, 1), "gzip"
            most, left = salesforce.daily
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Sforce-Limit-Info", f"api-usage={most - left}/{most}")
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            if self._fault is not None and self._fault.cut is not None:
                self.wfile.write(body[: self._fault.cut])
                self.close_connection = True
            else:
                self.wfile.write(body)

    return Handler


def _rendered(records: Sequence[Record], names: Sequence[str], start: int, end: int) -> bytes:
    return b"".join(_row([_as_csv(language.value(each, name)) for name in names]) for each in records[start:end])


def _relation(found: SObject, name: str) -> tuple[str | None, list[str]]:
    relation, leads_to = found.relations.get(name, (None, None))
    return relation, [leads_to] if leads_to else []


def _nested(record: Record, names: Sequence[str]) -> Record:
    """The fields as REST answers them: those of a related record stand within it."""
    answer: Record = {}
    for name in names:
        *relations, last = name.split(".")
        within = answer
        for place, relation in enumerate(relations, start=1):
            if language.value(record, ".".join(relations[:place])) is None:
                within = answer.setdefault(relation, None)
                break
            within = within.setdefault(relation, {"attributes": {}})
        else:
            within[last] = language.value(record, name)
    return answer


def _row(cells: Sequence[str]) -> bytes:
    """A row as a job writes it: every cell in quotation marks, a line that ends with LF."""
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow(cells)
    return text.getvalue().encode()


def _as_csv(value: object) -> str:
    """A value as a job writes it: what REST answers in another form, if it is a stamp."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    return text.removesuffix("+0000") + "Z" if re.fullmatch(r"\d{4}-\d\d-\d\dT.*\+0000", text) else text
