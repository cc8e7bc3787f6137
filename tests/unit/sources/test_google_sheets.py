"""Google Sheets, by the real client against a server on this machine that speaks as Google does (`tests.google`)."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from tests.google import EMAIL, Fault, Google, error, private_key
from workbench.model.errors import NotConfigured, UnknownSheet, UnreadableGoogleSheet, UnreadableSource
from workbench.model.google_sheet import Access, place
from workbench.model.sheet import Sheet
from workbench.sources import open_sheet
from workbench.sources.google_sheets import account_email, look_at, open_google_sheet

ROSTER = [
    ["Teacher roster", "", ""],
    [],
    ["Email", "Name", "Building", "Grade"],
    ["ada@kck.example", "Ada Park", "Argentine Middle", "00123"],
    [],
    ["ben@kck.example", "Ruiz, Ben", 'The "High"\nSchool', ""],
    ["cat@kck.example", "Cat Moss", "", "1e5"],
    ["", "", ""],
]


@pytest.fixture
def google() -> Iterator[Google]:
    with Google() as running:
        yield running


def access(google: Google, account: bool = True, **more: Any) -> Access:
    """A way to the server, quick to lose patience."""
    given = {"timeout": 0.5, "patience": 0.5, "pause": 0.01, **more}
    return Access(account=google.account() if account else None, address=google.address, **given)


def rows(sheet: Sheet) -> list[tuple[int, list[str]]]:
    """Line and cells of every row."""
    found = []
    for chunk in sheet.chunks():
        columns = chunk.cells.to_pydict().values()
        found += zip(chunk.lines.to_pylist(), map(list, zip(*columns, strict=True)), strict=True)
    return found


def refusal(google: Google, identifier: str, account: bool = True, **more: Any) -> str:
    with pytest.raises(UnreadableGoogleSheet) as refused:
        open_google_sheet(place(identifier), access(google, account, **more))
    said = str(refused.value)
    assert said.startswith("Error reading Google Sheet ")
    return said.removeprefix("Error reading Google Sheet ")


BOTH = pytest.mark.parametrize("account", [True, False], ids=["with an account", "without one"])


# --- what is read ---


@BOTH
def test_cells_are_as_they_are_shown_and_lines_are_the_sheets_rows(google: Google, account: bool) -> None:
    sheet = google.add("KCK", {"Teachers": ROSTER}, public=True)
    opened = open_google_sheet(place(sheet.id), access(google, account))
    assert opened.name == "KCK - Teachers"
    assert opened.headers == ("Email", "Name", "Building", "Grade")
    assert opened.reading.header_line == 3
    assert opened.reading.preamble[0].startswith("Teacher roster")
    assert rows(opened) == [
        (4, ["ada@kck.example", "Ada Park", "Argentine Middle", "00123"]),
        (6, ["ben@kck.example", "Ruiz, Ben", 'The "High"\nSchool', ""]),
        (7, ["cat@kck.example", "Cat Moss", "", "1e5"]),
    ]


def test_both_ways_give_the_same_bytes_so_that_a_sheet_is_the_same_source_by_either(google: Google) -> None:
    sheet = google.add("KCK", {"Teachers": ROSTER}, public=True)
    one, other = (open_google_sheet(place(sheet.id), access(google, account)) for account in (True, False))
    assert one.checksum == other.checksum
    assert one.size == other.size > 0


@pytest.mark.parametrize("cells_at_once", [4, 8, 12, 26, 1000])
def test_a_large_sheet_is_read_in_blocks_and_is_the_same_whatever_their_size(
    google: Google, cells_at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = google.add("KCK", {"Teachers": ROSTER}, grid=(40, 4))
    whole = open_google_sheet(place(sheet.id), access(google))
    google.asked.clear()
    monkeypatch.setattr("workbench.sources.google_sheets.account.CELLS_AT_ONCE", cells_at_once)
    told: list[tuple[str, int]] = []
    parts = open_google_sheet(place(sheet.id), access(google), progress=lambda *given: told.append(given))
    assert parts.checksum == whole.checksum
    assert sum("/values/" in path for path in google.asked) == -(-40 // (cells_at_once // 4))
    assert told[0] == ("reading from Google", 0)
    assert told[-1] == ("reading from Google", 7)


def test_rows_that_come_in_while_it_is_read_are_noticed(google: Google, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = google.add(
        "KCK", {"Teachers": [["Email"], *([f"t{number}@kck.example"] for number in range(30))]}, grid=(1, 1)
    )
    monkeypatch.setattr("workbench.sources.google_sheets.account.CELLS_AT_ONCE", 10)

    def insert(doing: str, rows: int) -> None:
        if rows == 10:
            sheet.tabs["Teachers"].insert(5, ["new@kck.example"])

    with pytest.raises(UnreadableGoogleSheet, match="rows or columns came or went while it was being read"):
        open_google_sheet(place(sheet.id), access(google), progress=insert)
    assert len(rows(open_google_sheet(place(sheet.id), access(google)))) == 31


def test_the_rows_go_away_with_the_sheet(google: Google) -> None:
    opened = open_google_sheet(place(google.add("KCK", {"Teachers": ROSTER}).id), access(google))
    copy = opened.path
    assert copy is not None and copy.exists()
    assert open_sheet(copy, name="again").checksum == opened.checksum
    del opened
    assert not copy.exists()


def test_a_tab_is_chosen_by_its_title_in_any_letters_or_by_its_number(google: Google) -> None:
    tabs = {"It's first": [["a"], ["1"]], "Second": [["b"], ["2"]]}
    sheet = google.add("Two", tabs, public=True)
    asked = access(google)
    assert open_google_sheet(place(sheet.id), asked).headers == ("a",)
    assert open_google_sheet(place(sheet.id, "it's FIRST"), asked).headers == ("a",)
    assert open_google_sheet(place(sheet.id, "Second"), asked).headers == ("b",)
    at_second = place(f"https://docs.google.com/spreadsheets/d/{sheet.id}/edit?gid=111#gid=111")
    assert open_google_sheet(at_second, asked).headers == ("b",)
    assert open_google_sheet(at_second, access(google, account=False)).headers == ("b",)
    with pytest.raises(UnknownSheet, match=r"no worksheet called Third. Its worksheets: It's first, Second\."):
        open_google_sheet(place(sheet.id, "Third"), asked)
    assert "no tab with the number 7" in refusal(
        google, f"https://docs.google.com/spreadsheets/d/{sheet.id}/edit#gid=7", account=False
    )


def test_without_an_account_nobody_guesses_which_tab_a_title_is(google: Google) -> None:
    sheet = google.add("Two", {"First": [["a"], ["1"]]}, public=True)
    with pytest.raises(UnreadableGoogleSheet, match="Paste the address"):
        open_google_sheet(place(sheet.id, "First"), access(google, account=False))
    assert google.asked == []


@BOTH
def test_an_empty_sheet_is_said_to_be_empty(google: Google, account: bool) -> None:
    sheet = google.add("Empty", {"Nothing": []}, public=True)
    assert "is empty" in refusal(google, sheet.id, account)


def test_a_look_at_a_sheet_tells_its_tabs_and_its_first_rows(google: Google, monkeypatch: pytest.MonkeyPatch) -> None:
    many = [["Email"], *([f"t{number}@kck.example"] for number in range(50))]
    sheet = google.add("KCK", {"Teachers": many, "Notes": [["x"]]}, grid=(10, 1))
    whole = look_at(place(sheet.id), access(google))
    assert (whole.title, whole.tab, [tab.title for tab in whole.tabs]) == ("KCK", "Teachers", ["Teachers", "Notes"])
    assert whole.whole and whole.sheet.tally().rows == 50
    monkeypatch.setattr("workbench.sources.google_sheets.account.CELLS_AT_ONCE", 20)
    first = look_at(place(sheet.id), access(google))
    assert not first.whole and first.sheet.tally().rows == 19


# --- the account ---


def test_the_account_asks_to_read_sheets_and_nothing_else_once(google: Google) -> None:
    sheet = google.add("KCK", {"Teachers": ROSTER})
    open_google_sheet(place(sheet.id), access(google))
    assert google.scopes == ["https://www.googleapis.com/auth/spreadsheets.readonly"]
    assert [path.partition("?")[0] for path in google.asked] == [
        "/token",
        f"/v4/spreadsheets/{sheet.id}",
        f"/v4/spreadsheets/{sheet.id}/values/'Teachers'!A1:Z1000",
    ]


def test_the_key_may_be_a_file(google: Google, tmp_path: Path) -> None:
    key = tmp_path / "key.json"
    key.write_text(google.account())
    sheet = google.add("KCK", {"Teachers": ROSTER})
    assert account_email(Access(account=str(key))) == EMAIL
    assert open_google_sheet(place(sheet.id), Access(account=str(key), address=google.address)).name == "KCK - Teachers"


_OPEN = serialization.NoEncryption()
_RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def key_of(key: PrivateKeyTypes, locked: serialization.KeySerializationEncryption = _OPEN) -> str:
    """A service account's key with another private key."""
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked).decode()
    return json.dumps({"client_email": "a@b", "private_key": pem, "token_uri": "http://127.0.0.1:9/token"})


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("/no/such/key.json", "its file cannot be read: No such file or directory."),
        ("{", "it is no JSON."),
        ('{"type": "authorized_user"}', "it has no client_email, private_key, token_uri."),
        ('{"client_email": "a@b", "private_key": "s3cret", "token_uri": "http://127.0.0.1"}', "its private key cannot"),
        (key_of(ec.generate_private_key(ec.SECP256R1())), "its private key cannot"),
        (key_of(_RSA, serialization.BestAvailableEncryption(b"s3cret")), "its private key cannot"),
    ],
    ids=["no file", "no JSON", "no service account", "no key", "no RSA key", "a key with a password"],
)
def test_a_key_that_is_none_is_said_to_be_so_and_never_shown(said: str, why: str) -> None:
    with pytest.raises(NotConfigured) as refused:
        open_google_sheet(place("x" * 44), Access(account=said, address="http://127.0.0.1:9"))
    assert why in str(refused.value)
    with pytest.raises(NotConfigured, match=re.escape(str(refused.value))):
        account_email(Access(account=said))
    assert "WORKBENCH_GOOGLE_SERVICE_ACCOUNT" in str(refused.value)
    assert "s3cret" not in str(refused.value)
    assert "s3cret" not in repr(Access(account=said))


def test_a_key_that_google_does_not_know_is_told(google: Google) -> None:
    other = private_key(rsa.generate_private_key(public_exponent=65537, key_size=2048))
    sheet = google.add("KCK", {"Teachers": ROSTER})
    with pytest.raises(UnreadableGoogleSheet, match="does not accept the service account's key"):
        open_google_sheet(place(sheet.id), Access(account=google.account(private_key=other), address=google.address))


# --- what goes wrong ---


@BOTH
def test_a_sheet_that_there_is_not_says_what_to_check(google: Google, account: bool) -> None:
    assert "there is no such sheet. Check its id" in refusal(google, "n" * 44, account)


def test_a_sheet_that_is_not_shared_names_whom_to_share_it_with(google: Google) -> None:
    sheet = google.add("Secret", {"Teachers": ROSTER}, shared=False)
    assert f"Share it with {EMAIL} (as a viewer)" in refusal(google, sheet.id)


def test_a_sheet_that_asks_for_sign_in_says_how_to_share_it(google: Google) -> None:
    sheet = google.add("Secret", {"Teachers": ROSTER})
    assert "it asks for sign-in. Share it so that anyone with the link can view it" in refusal(google, sheet.id, False)
    sheet.public = True
    page = "<!doctype html><html><title>Sign in</title></html>"
    google.faults.append(Fault(path="/export", body=page, kind="text/html; charset=utf-8"))
    assert "it asks for sign-in" in refusal(google, sheet.id, account=False)
    google.faults.append(Fault(path="/export", status=401, body=page, kind="text/html"))
    assert "it asks for sign-in" in refusal(google, sheet.id, account=False)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (error(403, "PERMISSION_DENIED", "Google Sheets API ... SERVICE_DISABLED"), "is switched off"),
        (error(400, "FAILED_PRECONDITION", "This operation is not supported for this document"), "an Office file"),
        (error(418, "ODD"), "Google's answer is 418."),
    ],
)
def test_a_refusal_of_google_says_what_to_do(google: Google, told: dict[str, Any], why: str) -> None:
    sheet = google.add("KCK", {"Teachers": ROSTER})
    google.faults.append(Fault(path="/v4/", status=told["error"]["code"], body=json.dumps(told)))
    assert why in refusal(google, sheet.id)


def test_where_google_has_no_time_for_a_token_it_is_asked_again(google: Google) -> None:
    sheet = google.add("KCK", {"Teachers": ROSTER})
    google.faults += [Fault(path="/token", status=503, body="[]")] * 2
    assert len(rows(open_google_sheet(place(sheet.id), access(google)))) == 3
    google.faults += [Fault(path="/token", status=503, body="{}")] * 50
    assert "an error of its own (503)" in refusal(google, sheet.id)


@BOTH
@pytest.mark.parametrize("status", [429, 500, 503])
def test_where_google_has_no_time_it_is_asked_again_and_that_is_told(
    google: Google, account: bool, status: int
) -> None:
    sheet = google.add("KCK", {"Teachers": ROSTER}, public=True)
    busy = Fault(path="/spreadsheets/", status=status, body=json.dumps(error(status, "BUSY")))
    google.faults += [busy, busy]
    told: list[str] = []
    opened = open_google_sheet(
        place(sheet.id), access(google, account), progress=lambda doing, rows: told.append(doing)
    )
    assert len(rows(opened)) == 3
    assert told.count("waiting for Google") == 2


@BOTH
@pytest.mark.parametrize(("status", "why"), [(429, "asked too often"), (503, "an error of its own (503)")])
def test_it_is_not_asked_for_ever(google: Google, account: bool, status: int, why: str) -> None:
    sheet = google.add("KCK", {"Teachers": ROSTER}, public=True)
    google.faults += [Fault(path="/spreadsheets/", status=status, body=json.dumps(error(status, "BUSY")))] * 50
    assert why in refusal(google, sheet.id, account)
    assert 2 < len(google.asked) < 12


def test_google_says_itself_how_long_to_wait(google: Google) -> None:
    sheet = google.add("KCK", {"Teachers": ROSTER})
    late = Fault(path="/v4/", status=429, body=json.dumps(error(429, "BUSY")), headers={"Retry-After": "3600"})
    google.faults.append(late)
    assert "asked too often, and wants 3,600 seconds of rest" in refusal(google, sheet.id)
    assert len(google.asked) == 2


def test_a_tab_that_is_larger_than_any_can_be_is_refused_at_once(google: Google) -> None:
    sheet = google.add("KCK", {"Teachers": ROSTER})
    tab = {"sheetId": 0, "title": "T", "sheetType": "GRID", "gridProperties": {"rowCount": 10**9, "columnCount": 10**6}}
    told = {"properties": {"title": "KCK"}, "sheets": [{"properties": tab}]}
    google.faults.append(Fault(path="/v4/", body=json.dumps(told)))
    assert "1,000,000,000 rows of 1,000,000 columns" in refusal(google, sheet.id)


@BOTH
def test_an_answer_that_does_not_come_is_waited_for_no_longer_than_agreed(google: Google, account: bool) -> None:
    sheet = google.add("KCK", {"Teachers": ROSTER}, public=True)
    google.faults += [Fault(path="/spreadsheets/", delay=0.4)] * 3
    assert "did not answer within 0.1 seconds" in refusal(google, sheet.id, account, timeout=0.1, patience=9)


@BOTH
def test_a_line_that_breaks_is_tried_again(google: Google, account: bool) -> None:
    sheet = google.add("KCK", {"Teachers": ROSTER}, public=True)
    where = "/values/" if account else "/exported/"
    google.faults.append(Fault(path=where, cut=True, kind="text/csv"))
    assert len(rows(open_google_sheet(place(sheet.id), access(google, account)))) == 3
    google.faults += [Fault(path=where, cut=True, kind="text/csv")] * 3
    assert "Google cannot be reached" in refusal(google, sheet.id, account)


@BOTH
def test_without_a_network_it_says_so(google: Google, account: bool) -> None:
    nobody = Access(account=google.account() if account else None, address="http://127.0.0.1:9", pause=0.01)
    with pytest.raises(UnreadableGoogleSheet, match="Google cannot be reached"):
        open_google_sheet(place("x" * 44), nobody)


def test_a_token_that_cannot_be_had_is_no_trace(google: Google) -> None:
    gone = Access(account=google.account(token_uri="http://127.0.0.1:9/token"), address=google.address, pause=0.01)
    with pytest.raises(UnreadableGoogleSheet, match="Google cannot be reached"):
        open_google_sheet(place("x" * 44), gone)


@pytest.mark.parametrize(
    "elsewhere",
    ["http://169.254.169.254/latest", "https://evil.example/x", "https://docs.google.com.evil.example/", "file:///x"],
)
def test_a_redirect_is_followed_to_nobody_but_google(google: Google, elsewhere: str) -> None:
    google.faults.append(Fault(path="/export", status=302, headers={"Location": elsewhere}))
    assert "leads away from Google, and is not followed" in refusal(google, "x" * 44, account=False)
    assert len(google.asked) == 1


def test_what_leads_in_a_circle_is_left(google: Google) -> None:
    circle = {"Location": f"{google.address}/export"}
    google.faults += [Fault(path="/export", status=302, headers=circle)] * 9
    assert "from one address to the next" in refusal(google, "x" * 44, account=False)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("path", ["/token", "/v4/spreadsheets/", "/values/"])
def test_the_account_follows_nobody_anywhere(google: Google, path: str, status: int) -> None:
    sheet = google.add("KCK", {"Teachers": ROSTER})
    with Google() as another:
        google.faults.append(Fault(path=path, status=status, headers={"Location": f"{another.address}/stolen"}))
        assert "its address leads away from Google, and is not followed" in refusal(google, sheet.id)
        assert another.asked == []


ANSWERS = ["", "<html>", "null", "7", "[]", '"x"', "{", "\xff", '{"properties": 1}']
TOKENS = [
    "{}",
    '{"access_token": 7}',
    '{"access_token": "x", "expires_in": "soon"}',
    '{"access_token": "x", "expires_in": []}',
]
ABOUT = [
    "{}",
    '{"properties": {"title": null}}',
    '{"properties": {"title": "T"}, "sheets": {}}',
    '{"properties": {"title": "T"}, "sheets": [{}]}',
    '{"properties": {"title": "T"}, "sheets": [{"properties": {"title": "", "gridProperties": {"rowCount": "many"}}}]}',
    '{"properties": {"title": "T"}, "sheets": [{"properties": {"title": "A", "gridProperties": {"rowCount": -1}}}]}',
    '{"properties": {"title": "T"}, "sheets": [{"properties": {"title": "A", "gridProperties": {"rowCount": 1e30}}}]}',
]
VALUES = [
    '{"values": 7}',
    '{"values": {}}',
    '{"values": [7]}',
    '{"values": ["text"]}',
    '{"values": [[{}]]}',
    '{"values": [[[]]]}',
]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        *(("/token", body) for body in [*ANSWERS, *TOKENS]),
        *(("/v4/spreadsheets/", body) for body in [*ANSWERS, *ABOUT]),
        *(("/values/", body) for body in [*ANSWERS[:-1], *VALUES]),
    ],
)
def test_an_answer_that_is_no_sheet_is_said_to_be_none(google: Google, path: str, body: str) -> None:
    sheet = google.add("KCK", {"Teachers": ROSTER})
    google.faults.append(Fault(path=path, body=body))
    assert "it answered with something that is no sheet" in refusal(google, sheet.id)


@pytest.mark.parametrize("body", ["", "<html>", "[]", "7", '{"error": "no"}', '{"error": {}}', '{"error": 7}'])
@pytest.mark.parametrize(
    ("path", "why"), [("/token", "does not accept the service account's key"), ("/v4/", "Share it")]
)
def test_a_refusal_in_odd_words_is_a_refusal(google: Google, path: str, why: str, body: str) -> None:
    sheet = google.add("KCK", {"Teachers": ROSTER})
    google.faults.append(Fault(path=path, status=403, body=body))
    assert why in refusal(google, sheet.id)


def test_a_cell_that_is_no_text_is_written_as_it_came(google: Google) -> None:
    sheet = google.add("KCK", {"Teachers": ROSTER})
    google.faults.append(
        Fault(path="/values/", body='{"values": [["a", "b", "c"], [1, null, true], ["\\ud800", "", ""]]}')
    )
    assert rows(open_google_sheet(place(sheet.id), access(google))) == [(2, ["1", "", "True"]), (3, ["?", "", ""])]


@BOTH
@pytest.mark.parametrize("after", ["\xb2", "-1", "Wed, 21 Oct 2026 07:28:00 GMT", "nan"])
def test_a_time_to_wait_that_is_none_is_no_trace(google: Google, account: bool, after: str) -> None:
    sheet = google.add("KCK", {"Teachers": ROSTER}, public=True)
    google.faults.append(Fault(path="/spreadsheets/", status=503, body="{}", headers={"Retry-After": after}))
    assert len(rows(open_google_sheet(place(sheet.id), access(google, account)))) == 3


@pytest.mark.parametrize(
    "elsewhere", ["http://[::1", "http://127.0.0.1:99999999/", "http://a]b/", "//[", "https://docs.google.com:x/"]
)
def test_a_redirect_to_what_is_no_address_is_no_trace(google: Google, elsewhere: str) -> None:
    google.faults.append(Fault(path="/export", status=302, headers={"Location": elsewhere}))
    assert "leads away from Google, and is not followed" in refusal(google, "x" * 44, account=False)
    google.faults.append(Fault(path="/v4/", status=302, headers={"Location": elsewhere}))
    assert "leads away from Google, and is not followed" in refusal(google, "x" * 44)


@pytest.mark.parametrize("gid", ["", "/edit#gid=7"])
def test_a_spreadsheet_without_a_tab_of_cells_is_said_to_have_none(google: Google, gid: str) -> None:
    sheet = google.add("Charts", {})
    said = refusal(google, f"https://docs.google.com/spreadsheets/d/{sheet.id}{gid}")
    assert said == f"{sheet.id}: it has no tab with rows and columns."


def test_an_unreadable_google_sheet_is_an_unreadable_source() -> None:
    assert issubclass(UnreadableGoogleSheet, UnreadableSource)
