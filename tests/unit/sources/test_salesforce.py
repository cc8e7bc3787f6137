"""Salesforce, by the real client against a server on this machine that speaks as it does (`tests.salesforce`)."""

import hashlib
import random
import resource
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.salesforce import KEY, MY_DOMAIN, PASSWORD, SECRET, TOKEN, USER, Fault, Salesforce, error, private_key
from workbench.model.errors import (
    NoSpace,
    NotConfigured,
    NotSignedIn,
    UnknownSalesforceFields,
    UnknownSalesforceObject,
    UnreadableSalesforce,
    WorkbenchError,
    WrongValue,
)
from workbench.model.salesforce import Interval, SalesforceAccess
from workbench.model.sheet import Layout, Sheet
from workbench.sources import open_sheet
from workbench.sources import salesforce as source
from workbench.sources.salesforce import open_salesforce, organization

FIELDS = {
    "FirstName": "string",
    "LastName": "string",
    "Email": "email",
    "Hours__c": "double",
    "DoNotCall": "boolean",
    "Description": "textarea",
    "MailingAddress": "address",
    "MailingStreet": "textarea",
    "MailingCity": "string",
    "Photo__c": "base64",
}
PARTS = {"MailingStreet": "MailingAddress", "MailingCity": "MailingAddress"}
PEOPLE: list[dict[str, Any]] = [
    {"FirstName": "Ada", "LastName": "Park", "Email": "ada@kck.example", "Hours__c": 2.50, "DoNotCall": True},
    {"FirstName": None, "LastName": "Ruiz, Ben", "Description": 'The "High"\nSchool', "MailingCity": "Kansas City"},
    {"FirstName": "None", "LastName": "Total:", "Hours__c": 0.0, "DoNotCall": False, "Email": "\\N"},
]
ASKED = ("FirstName", "LastName", "Email", "Hours__c", "DoNotCall", "Description", "MailingAddress")


@pytest.fixture
def org() -> Iterator[Salesforce]:
    with Salesforce() as running:
        yield running


@pytest.fixture(params=["pages", "job"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """By which of both ways records are read, whatever their number."""
    monkeypatch.setattr(source, "MOST_BY_PAGES", 1_000_000 if request.param == "pages" else 0)
    return str(request.param)


@pytest.fixture
def by_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MOST_BY_PAGES", 0)


def people(number: int) -> list[dict[str, Any]]:
    return [{"LastName": f"Person {place}", "Description": f"line one\nline {place}, two"} for place in range(number)]


def rows(sheet: Sheet) -> list[tuple[int, list[str]]]:
    """Line and cells of every row."""
    found = []
    for chunk in sheet.chunks():
        columns = chunk.cells.to_pydict().values()
        found += zip(chunk.lines.to_pylist(), map(list, zip(*columns, strict=True)), strict=True)
    return found


def last_names(sheet: Sheet) -> list[str]:
    place = sheet.headers.index("LastName")
    return [cells[place] for _, cells in rows(sheet)]


def refusal(org: Salesforce, name: str = "Contact", **more: Any) -> str:
    with pytest.raises(UnreadableSalesforce) as refused:
        open_salesforce(name, org.access(**more))
    said = str(refused.value)
    assert not any(secret in said for secret in (PASSWORD, TOKEN, SECRET, KEY, "00D!"))
    assert said.startswith(f"Error reading salesforce:{name}: ")
    return said.removeprefix(f"Error reading salesforce:{name}: ")


# --- who is let in ---


def test_with_a_password_and_a_token(org: Salesforce) -> None:
    found = organization(org.access())
    assert (found.name, found.edition, found.is_sandbox) == ("PREP-KC", "Enterprise Edition", False)
    assert (found.username, found.way, found.api_version) == (USER, "password", "59.0")
    assert (found.daily_limit, found.daily_used, found.daily_left) == (15_000, 1_000, 14_000)
    assert org.signed_in == ["password at login.salesforce.com"]


def test_at_a_sandbox_and_at_a_domain_of_ones_own(org: Salesforce) -> None:
    organization(org.access(domain="test"))
    organization(org.access(domain=MY_DOMAIN))
    assert org.signed_in == ["password at test.salesforce.com", "password at school.my.salesforce.com"]


@pytest.mark.parametrize("domain", ["login", "test", MY_DOMAIN])
def test_by_jwt_whose_signature_the_server_verifies(org: Salesforce, domain: str, tmp_path: Path) -> None:
    given = {"username": USER, "consumer_key": KEY, "password": "", "domain": domain}
    file = tmp_path / "server.key"
    file.write_text(private_key())
    in_one_line = private_key().replace("\n", "\\n")
    for key in (private_key(), str(file), in_one_line):
        assert organization(org.access(private_key=key, **given)).way == "JWT"
    assert org.signed_in == [f"JWT at {domain}.salesforce.com"] * 3


def test_by_client_credentials(org: Salesforce) -> None:
    given = {"username": "", "password": "", "consumer_key": KEY, "consumer_secret": SECRET, "domain": MY_DOMAIN}
    found = organization(org.access(**given))
    assert (found.way, found.username) == ("client credentials", USER)


STRANGER = private_key(rsa.generate_private_key(public_exponent=65537, key_size=2048))


@pytest.mark.parametrize(
    ("otherwise", "why"),
    [
        ({"password": "wrong"}, "INVALID_LOGIN: Invalid username, password, security token; or user locked out."),
        ({"security_token": ""}, "INVALID_LOGIN: "),
        ({"consumer_key": KEY, "private_key": STRANGER}, "invalid_grant: invalid assertion."),
        ({"consumer_key": "another", "private_key": private_key()}, "invalid_grant: invalid assertion."),
        (
            {"consumer_key": KEY, "private_key": private_key(), "username": "eve"},
            "invalid_grant: user hasn't approved this consumer.",
        ),
        (
            {"consumer_key": KEY, "consumer_secret": "wrong", "domain": MY_DOMAIN},
            "invalid_client: invalid client credentials.",
        ),
    ],
)
def test_who_is_not_let_in_is_told_in_the_playbooks_words(org: Salesforce, otherwise: dict[str, str], why: str) -> None:
    with pytest.raises(NotSignedIn) as refused:
        organization(org.access(**otherwise))
    said = str(refused.value)
    assert said.startswith(f"Salesforce Authentication Failed: {why}")
    for step in (
        "(1) Verify ",
        "(2) Check the network",
        "(3) Verify that the Salesforce user has API",
        "(4) Try again",
    ):
        assert step in said
    assert not any(secret in said for secret in (PASSWORD, TOKEN, SECRET, KEY, STRANGER, "wrong"))
    assert len(org.asked) == 1  # not tried again: that locks people out


def test_a_page_of_markup_in_place_of_an_answer_is_not_shown(org: Salesforce) -> None:
    org.faults.append(Fault(path="/Soap/", status=403, body="<html><p>Proxy", kind="text/html"))
    with pytest.raises(NotSignedIn, match=r"^Salesforce Authentication Failed: 403\. What to do next"):
        organization(org.access())


def test_nothing_configured_says_what_to_configure() -> None:
    with pytest.raises(NotConfigured, match="SF_USERNAME, SF_PASSWORD, SF_SECURITY_TOKEN in the environment"):
        organization(SalesforceAccess())


@pytest.mark.parametrize("key", ["/nowhere/server.key", "-----BEGIN PRIVATE KEY-----\nnone\n", STRANGER[:300]])
def test_a_private_key_that_is_none_is_refused_and_not_shown(org: Salesforce, key: str) -> None:
    with pytest.raises(NotConfigured) as refused:
        organization(org.access(consumer_key=KEY, private_key=key))
    assert str(refused.value).startswith("The private key for Salesforce (WORKBENCH_SALESFORCE_PRIVATE_KEY) is not")
    assert STRANGER[100:150] not in str(refused.value)
    assert org.asked == []


def test_a_user_who_may_not_know_the_limits_is_told_those_of_the_answers(org: Salesforce) -> None:
    org.knows_limits = False
    assert organization(org.access()).daily_left == 14_000


@pytest.mark.parametrize("instance", ["evil.example", "school.my.salesforce.com.evil.example", "notsalesforce.com"])
def test_no_other_host_is_asked_even_where_the_sign_in_leads_there(org: Salesforce, instance: str) -> None:
    org.instance = instance
    with pytest.raises(UnreadableSalesforce, match=f"leads away from Salesforce, to {instance}, and is not followed"):
        organization(org.access())
    assert len(org.asked) == 1


def test_a_redirect_that_leads_elsewhere_is_not_followed(org: Salesforce) -> None:
    org.faults.append(Fault(path="/query", status=302, headers={"Location": "http://127.0.0.1:9/x"}))
    with pytest.raises(UnreadableSalesforce, match=r"leads away from Salesforce, to 127\.0\.0\.1"):
        organization(org.access())


# --- what is read ---


def test_values_are_texts_and_both_ways_give_the_same_bytes(org: Salesforce, monkeypatch: pytest.MonkeyPatch) -> None:
    org.add("Contact", FIELDS, PEOPLE, parts=PARTS)
    by_pages = open_salesforce("Contact", org.access(), fields=ASKED)
    assert org.answers("/jobs/") == 0
    monkeypatch.setattr(source, "MOST_BY_PAGES", 2)
    by_job = open_salesforce("Contact", org.access(), fields=ASKED)
    assert org.answers("/results") == 1
    assert by_pages.checksum == by_job.checksum
    first = ["003000000000001AAA", "2026-01-05T10:30:00.000Z"]
    assert by_pages.headers == ("Id", "SystemModstamp", *ASKED[:-1], "MailingStreet", "MailingCity")
    found = rows(by_pages)
    assert [line for line, _ in found] == [2, 3, 4]
    assert found[0][1] == [*first, "Ada", "Park", "ada@kck.example", "2.5", "true", "", "", ""]
    assert found[1][1][2:] == ["", "Ruiz, Ben", "", "", "", 'The "High"\nSchool', "", "Kansas City"]
    assert found[2][1][2:6] == ["None", "Total:", "", "0.0"]


def test_without_a_word_every_field_is_read_that_is_text(org: Salesforce, way: str) -> None:
    org.add("Contact", FIELDS, PEOPLE, parts=PARTS)
    headers = open_salesforce("contact", org.access()).headers
    assert {"MailingCity", "IsDeleted", "Description"} <= set(headers)
    assert not {"MailingAddress", "Photo__c"} & set(headers)


def test_the_bytes_are_a_source_like_any_file(org: Salesforce, way: str) -> None:
    org.add("Contact", FIELDS, PEOPLE, parts=PARTS)
    opened = open_salesforce("Contact", org.access())
    copy = opened.path
    assert copy is not None
    assert (opened.name, opened.checksum) == ("salesforce:Contact", hashlib.sha256(copy.read_bytes()).hexdigest())
    assert rows(open_sheet(copy, layout=opened.reading.layout)) == rows(opened)
    del opened
    assert not copy.exists()


def test_every_record_is_a_row_whatever_it_looks_like(org: Salesforce, way: str) -> None:
    odd = [
        {"Id": "Id", "LastName": "LastName"},
        {"Id": "x", "LastName": "y"},
        {"Id": "Note: all of them"},
        {"Id": "Total"},
        {"Id": "Note: all of them again"},
        {"Id": "Grand total"},
    ]
    org.add("Contact", {"LastName": "string"}, odd)
    assert [line for line, _ in rows(open_salesforce("Contact", org.access()))] == [2, 3, 4, 5, 6, 7]


def test_an_object_without_records_is_a_header(org: Salesforce, way: str) -> None:
    org.add("Contact", FIELDS, [])
    opened = open_salesforce("Contact", org.access(), fields=["LastName"])
    assert (opened.headers, rows(opened)) == (("Id", "SystemModstamp", "LastName"), [])


def test_up_to_two_thousand_records_come_by_pages_and_more_by_a_job(org: Salesforce) -> None:
    org.add("Contact", FIELDS, people(2000))
    assert len(rows(open_salesforce("Contact", org.access(), fields=["LastName"]))) == 2000
    assert org.answers("/jobs/") == 0
    org.add("Contact", FIELDS, people(2001))
    assert len(rows(open_salesforce("Contact", org.access(), fields=["LastName"]))) == 2001
    assert org.answers("POST school.my.salesforce.com/services/data/v59.0/jobs/query") == 1


def test_several_pages_are_all_read_and_watched(org: Salesforce, way: str) -> None:
    org.page = org.job_page = 7
    org.add("Contact", FIELDS, people(40))
    told: list[tuple[str, int]] = []
    opened = open_salesforce("Contact", org.access(), progress=lambda *given: told.append(given))
    assert last_names(opened) == [f"Person {place}" for place in range(40)]
    read = [number for doing, number in told if doing == "reading from Salesforce"]
    assert read == [7, 14, 21, 28, 35, 40]


def test_an_object_that_jobs_do_not_know_comes_by_pages(org: Salesforce, by_job: None) -> None:
    org.add("TaskStatus", {"LastName": "string"}, people(5), by_job=False)
    assert len(rows(open_salesforce("TaskStatus", org.access()))) == 5


def test_a_query_that_no_address_takes_is_read_by_a_job(org: Salesforce) -> None:
    many = {f"A_field_with_a_rather_long_name_{place:03}__c": "string" for place in range(400)}
    org.add("Wide__c", many, [{}])
    assert len(open_salesforce("Wide__c", org.access()).headers) == 404
    assert org.answers("/results") == 1


def test_deleted_and_merged_records_come_when_asked_for_with_what_became_of_them(org: Salesforce, way: str) -> None:
    merged = {"LastName": "Old", "IsDeleted": True, "MasterRecordId": "003000000000001AAA"}
    org.add("Contact", FIELDS, [*people(1), merged])
    assert last_names(open_salesforce("Contact", org.access(), fields=["LastName"])) == ["Person 0"]
    whole = open_salesforce("Contact", org.access(), fields=["LastName"], deleted=True)
    assert whole.headers == ("Id", "SystemModstamp", "IsDeleted", "MasterRecordId", "LastName")
    assert [cells[2:] for _, cells in rows(whole)] == [
        ["false", "", "Person 0"],
        ["true", "003000000000001AAA", "Old"],
    ]


def test_a_persons_word_on_lines_counts(org: Salesforce, way: str) -> None:
    org.add("Contact", FIELDS, people(4))
    opened = open_salesforce("Contact", org.access(), layout=Layout(skip_lines=((3, 4),)))
    assert last_names(opened) == ["Person 0", "Person 3"]


def test_characters_that_no_text_has_are_left_out_and_told(org: Salesforce, way: str) -> None:
    org.add("Contact", FIELDS, [{"LastName": "Pa\0rk\0"}])
    opened = open_salesforce("Contact", org.access())
    assert last_names(opened) == ["Park"]
    assert "NUL characters were left out: 2." in opened.reading.warnings


def test_some_records_are_read_by_their_ids_however_many(org: Salesforce, way: str) -> None:
    org.add("Contact", FIELDS, people(1000))
    ids = [f"003{place:012}AAA" for place in range(1, 1001, 2)]
    opened = open_salesforce("Contact", org.access(), ids=ids)
    assert [cells[0] for _, cells in rows(opened)] == ids
    assert org.answers("/jobs/") == 0
    assert max(map(len, org.asked)) < 16_384
    assert rows(open_salesforce("Contact", org.access(), ids=[])) == []
    with pytest.raises(WrongValue, match="it is 15 or 18 letters and digits"):
        open_salesforce("Contact", org.access(), ids=["x') OR (Id != '"])


# --- what there is not ---


CONDITIONS = {
    "Type__c = 'Volunteer' OR Type__c = ''": [1, 3, 4],
    "Type__c != 'teacher'": [1, 3, 4],
    "Type__c IN ('Volunteer', 'Teacher') AND NOT (Hours__c > 5)": [1, 2],
    "Type__c NOT IN ('Volunteer') AND Changed__c >= 2026-01-02T00:00:00Z": [2, 3],
    "(Type__c = null AND School__r.Name LIKE 'Sum%') OR Hours__c <= 1.5": [1, 3],
}


@pytest.mark.parametrize("where", CONDITIONS)
def test_only_what_fulfils_a_condition_is_read_and_counted(org: Salesforce, way: str, where: str) -> None:
    org.add(
        "Contact",
        {"Type__c": "picklist", "Hours__c": "double", "Changed__c": "datetime"},
        [
            {"Type__c": "Volunteer", "Hours__c": 1.5},
            {"Type__c": "Teacher", "Hours__c": 2, "Changed__c": "2026-01-02T00:00:00.000+0000"},
            {"Changed__c": "2026-03-01T00:00:00.000+0000", "Hours__c": 9, "School__r": {"Name": "Sumner"}},
            {"Type__c": "volunteer", "Hours__c": 7},
        ],
    )
    opened = open_salesforce("Contact", org.access(), fields=("Hours__c",), where=where)
    assert [int(cells[0][3:15]) for _, cells in rows(opened)] == CONDITIONS[where]


def test_a_condition_on_a_field_that_there_is_not_is_one_sentence(org: Salesforce, way: str) -> None:
    org.add("Contact", FIELDS, PEOPLE)
    with pytest.raises(UnreadableSalesforce) as refused:
        open_salesforce("Contact", org.access(), fields=("LastName",), where="Type__c = 'Teacher'")
    assert str(refused.value).startswith(
        "Error reading salesforce:Contact: Salesforce says INVALID_FIELD: No such column"
    )


def test_what_has_changed_since_is_read_up_to_the_time_there(org: Salesforce, way: str) -> None:
    org.add("Contact", FIELDS, PEOPLE)
    org.objects["Contact"].records[1]["SystemModstamp"] = "2026-02-01T08:00:01.000+0000"
    org.objects["Contact"].records[2] |= {"SystemModstamp": "2026-02-01T09:00:00.000+0000", "IsDeleted": True}
    org.now = datetime(2026, 2, 2, 3, 4, 5, tzinfo=UTC)
    since = datetime(2026, 2, 1, 8, tzinfo=UTC)
    opened = open_salesforce("Contact", org.access(), fields=("LastName",), deleted=True, since=since)
    assert [cells[0][3:15] for _, cells in rows(opened)] == ["000000000002", "000000000003"]
    assert opened.interval == Interval(since=since, until=org.now)
    assert open_salesforce("Contact", org.access(), fields=("LastName",)).interval == Interval(
        since=None, until=org.now
    )
    assert open_salesforce("Contact", org.access(), ids=("003000000000001AAA",)).interval is None


def test_an_object_that_does_not_know_when_it_changed_is_read_whole(org: Salesforce, way: str) -> None:
    org.add("Contact", FIELDS, PEOPLE)
    del org.objects["Contact"].fields["SystemModstamp"]
    opened = open_salesforce("Contact", org.access(), since=datetime(2026, 2, 1, tzinfo=UTC))
    assert (len(rows(opened)), opened.interval and opened.interval.since) == (3, None)


def test_fields_of_related_records_are_read_by_their_paths(org: Salesforce, way: str) -> None:
    org.add("Account", {"Name": "string"}, [])
    people = [{"LastName": "Park", "Account": {"Name": "Acme"}}, {"LastName": "Ruiz", "Account": None}]
    related = {"AccountId": ("Account", "Account")}
    org.add("Contact", {"LastName": "string", "AccountId": "reference"}, people, relations=related)
    opened = open_salesforce("Contact", org.access(), fields=("LastName", "account.name"))
    assert opened.headers == ("Id", "SystemModstamp", "LastName", "Account.Name")
    assert [cells[2:] for _, cells in rows(opened)] == [["Park", "Acme"], ["Ruiz", ""]]
    for path in ("Account.Size", "Owner.Name", "AccountId.Name"):
        with pytest.raises(UnknownSalesforceFields, match=f"Contact has no field {path}"):
            open_salesforce("Contact", org.access(), fields=(path,))


def test_numbers_stand_without_exponents_and_texts_as_they_are(org: Salesforce, way: str) -> None:
    numbers = [f"1.{place}E7" for place in range(10, 90)]
    org.add(
        "Contact",
        {"Name": "string", "Hours__c": "double"},
        [{"Name": number, "Hours__c": number} for number in (*numbers, "-2.5E-4", "1.0E7", "12.5")],
    )
    opened = open_salesforce("Contact", org.access(), fields=("Name", "Hours__c"))
    assert [cells[-1] for _, cells in rows(opened)] == [
        *(f"1{place}00000" for place in range(10, 90)),
        *("-0.00025", "10000000", "12.5"),
    ]
    assert [cells[-2] for _, cells in rows(opened)] == [*numbers, "-2.5E-4", "1.0E7", "12.5"]


def test_a_field_that_there_is_not_is_named_before_anything_is_read(org: Salesforce) -> None:
    org.add("Contact", FIELDS, PEOPLE)
    with pytest.raises(UnknownSalesforceFields) as refused:
        open_salesforce("Contact", org.access(), fields=["lastname", "Emial", "Photo__c", "Nothing__c"])
    said = str(refused.value)
    assert "Contact has no fields Emial, Photo__c, Nothing__c in this Salesforce organization" in said
    assert f"or {USER} may not see it. Nothing was read. Photo__c is no text (base64). Instead of Emial: Email?" in said
    with pytest.raises(UnknownSalesforceFields, match="has no field Region__c in"):
        open_salesforce("Contact", org.access(), needed=["Region__c"])
    assert org.answers("/query") == 0


def test_an_object_that_there_is_not_is_named_with_the_one_that_may_be_meant(org: Salesforce) -> None:
    org.add("Session__c", FIELDS, [])
    with pytest.raises(UnknownSalesforceObject, match=r"no object called Sesion__c .* Did you mean Session__c\?"):
        open_salesforce("Sesion__c", org.access())


# --- what goes wrong on the way ---

READ = {"pages": "/query/?q=SELECT Id", "job": "/results"}
NEXT = {"pages": "-14", "job": "locator=14"}
TOO_MANY = error(403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded.")
PASSING = [
    Fault(path="", **error(503, "SERVER_UNAVAILABLE")),
    Fault(path="", status=503, body="<html>Maintenance", kind="text/html"),
    Fault(path="", status=429, body="Slow down", kind="text/plain"),
    Fault(path="", **error(500, "UNKNOWN_EXCEPTION")),
    Fault(path="", **TOO_MANY),
    Fault(path="", **error(401, "INVALID_SESSION_ID")),
    Fault(path="", hang_up=True),
    Fault(path="", cut=0),
    Fault(path="", cut=100),
    Fault(path="", delay=0.6),
]
LIMITED = (
    '<x xmlns:sf="urn:fault"><sf:exceptionCode>REQUEST_LIMIT_EXCEEDED</sf:exceptionCode>'
    "<sf:exceptionMessage>REQUEST_LIMIT_EXCEEDED: ConcurrentRequests Limit exceeded.</sf:exceptionMessage></x>"
)
NAMES = ["503", "maintenance", "429", "500", "too many", "session", "hung up", "cut", "cut in the middle", "slow"]


@pytest.mark.parametrize("fault", PASSING, ids=NAMES)
@pytest.mark.parametrize("place", ["first", "next"])
def test_what_passes_costs_nothing_and_only_the_page_is_asked_for_again(
    org: Salesforce, way: str, place: str, fault: Fault
) -> None:
    org.page = org.job_page = 7
    org.add("Contact", FIELDS, people(30))
    undisturbed = open_salesforce("Contact", org.access())
    before = len(org.asked)
    path = (READ if place == "first" else NEXT)[way]
    org.faults += [Fault(**{**vars(fault), "path": path})] * 2
    disturbed = open_salesforce("Contact", org.access(timeout=0.3 if fault.delay else 5, patience=5))
    assert org.faults == []
    assert disturbed.checksum == undisturbed.checksum
    again = org.asked[before:]
    assert sum(path in each for each in again) == sum(path in each for each in org.asked[:before]) + 2
    assert sum("/jobs/query" in each and "POST" in each for each in again) == (way == "job")


BUSY_AT_THE_DOOR = [
    Fault(path="", status=503, body="<html>Maintenance", kind="text/html"),
    Fault(path="", status=500, body=f"<f>{LIMITED}</f>", kind="text/xml"),
    Fault(path="", hang_up=True),
    Fault(path="", cut=20),
]


@pytest.mark.parametrize("fault", BUSY_AT_THE_DOOR, ids=["maintenance", "too many", "hung up", "cut"])
def test_a_sign_in_that_nobody_answers_is_tried_again(org: Salesforce, fault: Fault) -> None:
    org.faults += [Fault(**{**vars(fault), "path": "/services/Soap"})] * 2
    assert organization(org.access(patience=5)).name == "PREP-KC"
    org.faults += [Fault(**{**vars(fault), "path": "/services/Soap"})] * 20
    with pytest.raises(UnreadableSalesforce) as refused:
        organization(org.access(patience=0.05))
    assert str(refused.value).startswith("Error reading Salesforce: Salesforce ")


@pytest.mark.parametrize("seed", range(12))
def test_whatever_passes_wherever_it_happens_the_bytes_are_those_of_an_undisturbed_reading(
    org: Salesforce, way: str, seed: int
) -> None:
    chance = random.Random(seed)
    org.page = org.job_page = chance.randint(3, 40)
    org.add("Contact", FIELDS, people(chance.randint(1, 90)))
    undisturbed = open_salesforce("Contact", org.access())
    whole = len(org.asked)
    quick = [fault for fault in PASSING if not fault.delay]
    org.faults += [
        Fault(**{**vars(chance.choice(quick)), "path": "/services/data", "number": number})
        for number in chance.sample(range(whole, whole + 12), 6)
    ]
    assert open_salesforce("Contact", org.access(patience=10)).checksum == undisturbed.checksum


def test_a_session_that_ends_in_the_middle_of_a_job_is_begun_anew(org: Salesforce, by_job: None) -> None:
    org.job_page = 7
    org.add("Contact", FIELDS, people(30))
    org.faults.append(Fault(path="locator=14", change=lambda body: org.expire() or body))
    assert len(last_names(open_salesforce("Contact", org.access()))) == 30
    assert len(org.signed_in) == 2


def test_while_a_job_runs_a_look_at_it_may_fail(org: Salesforce, by_job: None) -> None:
    org.add("Contact", FIELDS, people(3))
    org.states = ["UploadComplete", *["InProgress"] * 5, "JobComplete"]
    org.faults += [Fault(path="GET school.my.salesforce.com/services/data/v59.0/jobs", **error(503, "X"))] * 2
    assert len(last_names(open_salesforce("Contact", org.access()))) == 3


LASTING: list[tuple[dict[str, Any], str]] = [
    (error(503, "SERVER_UNAVAILABLE"), "Salesforce has an error of its own (503), for 0.05 seconds and more."),
    ({"status": 429, "body": "x"}, "Salesforce has had too many requests at a time, for 0.05 seconds and more."),
    (TOO_MANY, "Salesforce has had too many requests at a time"),
    (error(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."), "the organization's daily limit of API"),
    (error(403, "API_DISABLED_FOR_ORG"), "the Salesforce user has no API access."),
    (error(401, "INVALID_SESSION_ID"), "its sessions end as soon as they begin."),
    (
        error(400, "QUERY_TIMEOUT", "Your query request was running for too long."),
        "Salesforce says QUERY_TIMEOUT: Your",
    ),
    ({"hang_up": True}, "Salesforce cannot be reached, or the line broke. Check the network connection to login."),
    ({"cut": 30}, "Salesforce cannot be reached, or the line broke."),
    ({"delay": 0.4}, "Salesforce did not answer within 0.2 seconds."),
]
LASTING_NAMES = ["503", "429", "too many", "daily limit", "no API", "session", "timeout", "hung up", "cut", "slow"]


@pytest.mark.parametrize(("fault", "why"), LASTING, ids=LASTING_NAMES)
def test_what_does_not_pass_ends_with_one_sentence_and_leaves_nothing(
    org: Salesforce, way: str, fault: dict[str, Any], why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    org.page = org.job_page = 7
    org.add("Contact", FIELDS, people(30))
    org.faults += [Fault(path=NEXT[way], **fault)] * 20
    said = refusal(org, patience=0.05 if "status" in fault else 3, timeout=0.2 if "delay" in fault else 5)
    assert said.startswith(why)
    assert said.count("\n") == 0
    assert list(tmp_path.iterdir()) == []


def test_a_page_that_is_lost_on_the_way_is_noticed(org: Salesforce, way: str) -> None:
    org.page = org.job_page = 7
    org.add("Contact", FIELDS, people(30))

    def without_a_page(body: bytes) -> bytes:
        return body.replace(b"-14", b"-21")

    if way == "pages":
        org.faults.append(Fault(path="-7", change=without_a_page))
        assert refusal(org) == "Salesforce gave 23 records of the 30 that it has. Nothing was kept; try again."
    else:
        org.skipped = {14}
        assert refusal(org) == "Salesforce gave 23 records of the 30 that it has. Nothing was kept; try again."


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (b'"003000000000001AAA"', "Salesforce gave 2 records of the 3 that it has."),
        (b"null", "Salesforce gave a record without its id."),
    ],
)
def test_records_that_come_twice_or_without_an_id_are_no_records(org: Salesforce, change: bytes, why: str) -> None:
    org.add("Contact", FIELDS, people(3))
    org.faults.append(Fault(path="ORDER BY Id", change=lambda body: body.replace(b'"003000000000002AAA"', change)))
    assert refusal(org) == f"{why} Nothing was kept; try again."


def test_a_page_with_fewer_records_than_it_says_is_asked_for_again(org: Salesforce, by_job: None) -> None:
    org.job_page = 7
    org.add("Contact", FIELDS, people(30))
    whole = open_salesforce("Contact", org.access()).checksum

    def without_its_last_record(body: bytes) -> bytes:
        return body[: body.rindex(b'"003')]

    org.faults += [Fault(path="locator=14", change=without_its_last_record)] * 2
    assert open_salesforce("Contact", org.access()).checksum == whole
    org.faults += [Fault(path="locator=14", change=without_its_last_record)] * 3
    assert refusal(org) == "Salesforce gave 6 records of a page of 7. Try again."


def test_a_page_that_comes_twice_is_asked_for_again(org: Salesforce, way: str) -> None:
    org.page = org.job_page = 7
    org.add("Contact", FIELDS, people(28))
    whole = open_salesforce("Contact", org.access()).checksum
    bodies: list[bytes] = []
    org.faults.append(
        Fault(path="-7" if way == "pages" else "locator=7", change=lambda body: bodies.append(body) or body)
    )
    org.faults += [Fault(path=NEXT[way], change=lambda body: bodies[0])] * 2
    assert open_salesforce("Contact", org.access()).checksum == whole
    org.faults.append(
        Fault(path="-7" if way == "pages" else "locator=7", change=lambda body: bodies.append(body) or body)
    )
    org.faults += [Fault(path=NEXT[way], change=lambda body: bodies[0])] * 3
    assert refusal(org) == "Salesforce gave the same page twice. Try again."


@pytest.mark.parametrize(
    ("wrong", "instead", "why"),
    [
        (14, 7, "Salesforce gave 7 records on more than one page. Nothing was kept; try again."),
        (15, 7, "Salesforce gave 1 record on more than one page. Nothing was kept; try again."),
        (15, 16, "Salesforce gave a record twice on one page. Try again."),
        (15, None, "Salesforce gave a record without its id. Try again."),
    ],
    ids=["a whole page", "one record", "within a page", "no id"],
)
def test_records_of_a_job_are_compared_by_their_ids(
    org: Salesforce, by_job: None, wrong: int, instead: int | None, why: str
) -> None:
    org.job_page = 7
    org.add("Contact", FIELDS, people(28))

    def changed(body: bytes) -> bytes:
        places = range(wrong, wrong + 7) if instead == 7 and wrong == 14 else (wrong,)
        for place in places:
            other = b"" if instead is None else f"003{place - wrong + instead + 1:012}AAA".encode()
            body = body.replace(f"003{place + 1:012}AAA".encode(), other)
        return body

    org.faults += [Fault(path="locator=14", change=changed)] * (3 if "page." in why or "id." in why else 1)
    assert refusal(org) == why


def test_a_job_without_records_may_answer_nothing_at_all(org: Salesforce) -> None:
    org.faults.append(Fault(path="/results", change=lambda _: b""))
    wide = {f"A_field_with_a_rather_long_name_{place:03}__c": "string" for place in range(400)}
    org.add("Wide__c", wide, [])
    assert rows(open_salesforce("Wide__c", org.access())) == []


def test_a_disk_that_is_full_is_one_sentence_and_nothing_stays(
    org: Salesforce, way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    org.add("Contact", FIELDS, people(2000))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 << 10, limits[1]))
    try:
        with pytest.raises(NoSpace):
            open_salesforce("Contact", org.access())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(tmp_path.iterdir()) == []


def test_columns_that_nobody_asked_for_are_refused(org: Salesforce, by_job: None) -> None:
    org.add("Contact", FIELDS, people(3))
    org.faults += [Fault(path="/results", change=lambda body: body.replace(b"LastName", b"Surname", 1))] * 3
    assert refusal(org) == "Salesforce gave other columns than were asked for. Try again."


@pytest.mark.parametrize(
    ("state", "why"),
    [
        ("Failed", "its job failed at Salesforce: InternalServerError: Retried more than fifteen times."),
        ("Aborted", "its job was stopped at Salesforce: it gives no reason."),
    ],
)
def test_a_job_that_fails_is_told_with_its_reason(org: Salesforce, by_job: None, state: str, why: str) -> None:
    org.add("Contact", FIELDS, people(3))
    org.states = ["InProgress", state]
    assert refusal(org) == why


def test_a_job_that_does_not_end_is_stopped(org: Salesforce, by_job: None) -> None:
    org.add("Contact", FIELDS, people(3))
    org.states = ["InProgress"]
    assert refusal(org, longest=0.1).startswith("its job did not end within ")
    (job,) = org.jobs.values()
    assert job["states"] == ["Aborted"]


def test_a_job_is_forgotten_when_it_is_read(org: Salesforce, by_job: None) -> None:
    org.add("Contact", FIELDS, people(3))
    open_salesforce("Contact", org.access())
    org.faults.append(Fault(path="DELETE", **error(500, "X")))
    open_salesforce("Contact", org.access())  # that nobody hears it is no matter
    assert [job.get("deleted", False) for job in org.jobs.values()] == [True, False]


def test_an_answer_that_makes_no_sense_is_one_sentence(org: Salesforce, way: str) -> None:
    org.add("Contact", FIELDS, people(3))
    for body in ("<html>", "[]", "{}", '"x"', "null"):
        org.faults += [Fault(path="/describe", body=body)] * 3
        with pytest.raises(WorkbenchError, match="makes no sense"):
            open_salesforce("Contact", org.access())
        org.faults.clear()
