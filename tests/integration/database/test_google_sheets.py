"""The Google Sheets that are configured: added, changed, removed, found by purpose and year, read, and imported."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.google import EMAIL, Google, Spreadsheet
from tests.imports import ask, issues, outcome, speak_for
from workbench import Workbench, verify_evidence
from workbench.model.errors import (
    GoogleSheetExists,
    NoGoogleSheet,
    UnknownDataset,
    UnknownGoogleSheet,
    UnknownPlaybook,
    UnknownTemplate,
    UnreadableGoogleSheet,
    WrongValue,
)
from workbench.model.google_sheet import GoogleSheet
from workbench.model.resources import samples
from workbench.model.template import Mapping
from workbench.playbooks import purposes
from workbench.settings import Settings

Opened = Callable[..., Workbench]

KCK = "Kansas City Kansas Public Schools"
ROSTER = [
    ["Teacher Email", "Teacher Name", "School", "Grade"],
    ["ADA@kck.example ", "Ada Park", "Argentine Middle", "7"],
    ["ben@kck.example", "Ben Ruiz", "Wyandotte High", "HS"],
]
KEY = "k" * 44


@pytest.fixture(autouse=True)  # the settings are read when a Workbench is opened
def google(monkeypatch: pytest.MonkeyPatch) -> Iterator[Google]:
    with Google() as running:
        monkeypatch.setenv("WORKBENCH_GOOGLE_ADDRESS", running.address)
        monkeypatch.setenv("WORKBENCH_GOOGLE_SERVICE_ACCOUNT", running.account())
        yield running


@pytest.fixture
def roster(google: Google) -> Spreadsheet:
    return google.add("KCK Teachers", {"Sheet1": ROSTER})


def said(**otherwise: str | None) -> dict[str, Any]:
    """What is said of a roster."""
    given = {"name": "KCK Teachers 25-26", "purpose": "teacher_progress_tracking", "year": "2025-2026"}
    return {**given, "district": KCK, "spreadsheet": KEY, **otherwise}


# the registry


@pytest.mark.both_servers
def test_a_sheet_is_added_changed_and_removed_and_the_log_says_by_whom(wb: Workbench, open_wb: Opened) -> None:
    added = wb.google_sheets.add(**said(spreadsheet=f"https://docs.google.com/spreadsheets/d/{KEY}/edit#gid=7"))
    assert (added.place.spreadsheet, added.place.gid, added.created_by) == (KEY, 7, "ana")
    assert wb.google_sheets.all() == [added]
    lea = open_wb(user="lea")
    changed = lea.google_sheets.change("KCK Teachers 25-26", year="2026/27", name="KCK")
    assert (changed.id, changed.year, changed.name, changed.place) == (added.id, "2026-2027", "KCK", added.place)
    assert (changed.created_by, changed.updated_by) == ("ana", "lea")
    wb.google_sheets.remove(added.id)
    assert wb.google_sheets.all() == []
    log = wb._store.all("select actor, action, detail from workbench.audit_log order by number")
    assert [(one["actor"], one["action"]) for one in log] == [
        ("ana", "added Google Sheet"),
        ("lea", "changed Google Sheet"),
        ("ana", "removed Google Sheet"),
    ]
    assert log[0]["detail"]["spreadsheet"] == KEY


@pytest.mark.both_servers
def test_a_sheet_names_a_template_of_what_it_is_imported_as(wb: Workbench) -> None:
    saved = wb.templates.save("KCK roster", "polaris.teacher_roster", Mapping(columns={"E-Post": "email"}))
    wb.templates.save("Students", "elevate.students", Mapping(columns={"E-Post": "email"}))
    added = wb.google_sheets.add(**said(template="KCK roster"))
    assert (added.template, str(added.template_id), added.template_of) == (saved.name, saved.id, saved.dataset)
    assert wb.google_sheets.change(added.id, name="KCK").template == "KCK roster"
    with pytest.raises(UnknownTemplate, match="Students"):
        wb.google_sheets.change(added.id, template="Students")
    assert wb.google_sheets.change(added.id, template="").template is None


@pytest.mark.both_servers
def test_sheets_are_found_by_purpose_and_year(wb: Workbench) -> None:
    for year, district in (("2024-2025", KCK), ("2025-2026", KCK), ("2025-2026", "Hickman Mills")):
        wb.google_sheets.add(**said(year=year, district=district))
    wb.google_sheets.add(**said(purpose="virtual_sessions", name="Sessions", district=""))
    found = wb.google_sheets.configured(["teacher_progress_tracking"], "2025-2026")
    assert [one.district for one in found] == ["Hickman Mills", KCK]
    assert [one.name for one in wb.google_sheets.configured(["virtual_sessions", "pathful"], "25/26")] == ["Sessions"]
    with pytest.raises(NoGoogleSheet, match="No Google Sheet configured for virtual_sessions in 2024-2025"):
        wb.google_sheets.configured(["virtual_sessions"], "2024-2025")


@pytest.mark.parametrize(
    ("otherwise", "why"),
    [
        ({"name": " "}, "The sheet's name cannot be blank"),
        ({"purpose": "fun"}, "The purpose cannot be fun"),
        ({"year": "2025"}, "The virtual year cannot be 2025"),
        ({"year": ""}, "The virtual year cannot be blank"),
        ({"district": ""}, "The district cannot be blank"),
        ({"spreadsheet": "short"}, "20 characters or more"),
        ({"spreadsheet": f"https://evil.example/spreadsheets/d/{KEY}"}, "its address begins with"),
    ],
)
def test_what_makes_no_sense_is_not_kept(wb: Workbench, otherwise: dict[str, str], why: str) -> None:
    with pytest.raises(WrongValue, match=why):
        wb.google_sheets.add(**said(**otherwise))
    assert wb.google_sheets.all() == []


def test_another_dataset_is_named_and_known(wb: Workbench) -> None:
    other = said(purpose="other", dataset="elevate.students", year="", district="")
    assert wb.google_sheets.add(**other).dataset == "elevate.students"
    assert wb.google_sheets.add(**{**other, "dataset": "elevate.learners", "name": "Learners"}).year == ""
    for dataset in (None, "elevate.teapots"):
        with pytest.raises(UnknownDataset):
            wb.google_sheets.add(**{**other, "dataset": dataset})
    assert wb.google_sheets.add(**said(dataset="elevate.students")).dataset is None


@pytest.mark.both_servers
def test_a_name_is_there_once_for_a_purpose_a_year_and_a_district(wb: Workbench) -> None:
    first = wb.google_sheets.add(**said())
    with pytest.raises(GoogleSheetExists, match="KCK Teachers 25-26"):
        wb.google_sheets.add(**said(spreadsheet="j" * 44))
    second = wb.google_sheets.add(**said(year="2026-2027"))
    with pytest.raises(WrongValue, match="several are called so"):
        wb.google_sheets.get("KCK Teachers 25-26")
    assert wb.google_sheets.get(second.id) == second
    assert wb.google_sheets.get(str(first.id)) == first
    with pytest.raises(UnknownGoogleSheet, match="No Google Sheet configured is called nobody"):
        wb.google_sheets.get("nobody")


def test_a_new_address_says_which_tab(wb: Workbench) -> None:
    wb.google_sheets.add(**said(worksheet="Roster"))
    assert wb.google_sheets.change("KCK Teachers 25-26", district="KCK").place.worksheet == "Roster"
    moved = wb.google_sheets.change(
        "KCK Teachers 25-26", spreadsheet=f"https://docs.google.com/spreadsheets/d/{KEY}/edit#gid=5"
    )
    assert (moved.place.worksheet, moved.place.gid) == (None, 5)
    assert wb.google_sheets.change("KCK Teachers 25-26", name="KCK").place.gid == 5


@pytest.mark.both_servers
def test_a_tenant_sees_no_sheet_of_another(wb: Workbench, open_wb: Opened) -> None:
    theirs = open_wb(tenant="b", user="bea").google_sheets.add(**said())
    assert wb.google_sheets.all() == []
    with pytest.raises(UnknownGoogleSheet):
        wb.google_sheets.get(theirs.id)


@pytest.mark.both_servers
def test_nobody_configures_a_sheet_in_anothers_name(wb: Workbench, url: str) -> None:
    wb.google_sheets.add(**said())
    for statement in (
        "update workbench.google_sheet set name = 'x', updated_by = 'lea', updated_at = now()",
        "update workbench.google_sheet set name = 'x'",
        "update workbench.google_sheet set created_by = 'lea'",
        f"insert into workbench.google_sheet (tenant_id, name, purpose, spreadsheet, created_by, updated_by) "
        f"values ('{wb._store.tenant_id}', 'x', 'pathful', '{KEY}', 'lea', 'lea')",
    ):
        with psycopg.connect(url) as connection:
            connection.execute("set role workbench_app")
            speak_for(connection, url, person="ben")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


# what is read and imported


def imported(wb: Workbench, sheet: GoogleSheet, **more: Any) -> Any:
    opened = wb.google_sheets.open(sheet)
    target = purposes.target(sheet, opened)
    return wb.import_sheet(opened, target, **purposes.options(sheet, target), **more)


def test_a_roster_is_imported_with_its_district_and_its_year_and_kept_as_it_was_read(
    wb: Workbench, url: str, google: Google, roster: Spreadsheet
) -> None:
    sheet = wb.google_sheets.add(**said(spreadsheet=roster.id))
    batch = imported(wb, sheet)
    assert outcome(batch) == (2, 0, 0, 0, 0)
    assert (batch.file_name, batch.window) == ("KCK Teachers 25-26", "2025-2026")
    teachers = "select email, academic_year, virtual_year, district from polaris.teacher_progress order by email"
    assert ask(url, teachers) == [
        ("ada@kck.example", "2025-2026", "2025-2026", KCK),
        ("ben@kck.example", "2025-2026", "2025-2026", KCK),
    ]
    google.spreadsheets.clear()
    kept = wb.kept_sheet(batch)
    assert (kept.checksum, kept.tally().rows) == (batch.checksum, 2)
    read = wb._store.one("select detail from workbench.audit_log where action = 'read Google Sheet'")
    assert read is not None
    assert (read["detail"]["sheet"], read["detail"]["checksum"]) == (roster.id, batch.checksum)


def test_a_sheets_rows_are_corrected_planned_again_and_proven_as_those_of_a_file(
    wb: Workbench, google: Google, roster: Spreadsheet, tmp_path: Path
) -> None:
    roster.tabs["Sheet1"] = [["The roster"], [], *ROSTER, ["nobody", "No Body", "Argentine Middle", "7"]]
    batch = imported(wb, wb.google_sheets.add(**said(spreadsheet=roster.id)))
    assert (batch.stage, issues(wb, batch)) == ("held", [(6, "email", "bad_email")])
    google.spreadsheets.clear()
    wb.correct(batch, {6: {"Teacher Email": "no.body@kck.example"}})
    wb.plan(batch)
    assert outcome(wb.commit(batch)) == (3, 0, 0, 0, 0)
    wb.evidence(batch, tmp_path / "evidence.zip", with_source=True)
    assert verify_evidence(tmp_path / "evidence.zip")


def test_the_same_sheet_again_creates_nothing(wb: Workbench, google: Google, roster: Spreadsheet) -> None:
    sheet = wb.google_sheets.add(**said(spreadsheet=roster.id))
    imported(wb, sheet)
    assert outcome(imported(wb, sheet)) == (0, 0, 2, 0, 0)
    roster.tabs["Sheet1"][1][3] = "8"
    assert outcome(imported(wb, sheet)) == (0, 1, 1, 0, 0)


def test_a_district_in_the_rows_counts_before_that_of_the_sheet(wb: Workbench, url: str, google: Google) -> None:
    rows = [[*ROSTER[0], "District"], [*ROSTER[1], "Hickman Mills"], [*ROSTER[2], ""]]
    sheet = wb.google_sheets.add(**said(spreadsheet=google.add("KCK", {"Sheet1": rows}).id))
    imported(wb, sheet)
    assert ask(url, "select district from polaris.teacher_progress order by email") == [("Hickman Mills",), (KCK,)]


def test_a_sheet_is_read_by_its_address_too(wb: Workbench, google: Google, roster: Spreadsheet) -> None:
    opened = wb.google_sheets.open(f"https://docs.google.com/spreadsheets/d/{roster.id}/edit#gid=0")
    assert (opened.name, opened.tally().rows) == ("KCK Teachers - Sheet1", 2)
    assert wb.google_sheets.look(roster.id).tabs[0].title == "Sheet1"
    with pytest.raises(UnreadableGoogleSheet):
        wb.google_sheets.open(f"https://docs.google.com/spreadsheets/d/{KEY}/edit")


def test_who_reads_is_told_and_no_key_is_in_the_database(wb: Workbench, url: str, roster: Spreadsheet) -> None:
    assert wb.google_sheets.account == EMAIL
    imported(wb, wb.google_sheets.add(**said(spreadsheet=roster.id)))
    tables = ("google_sheet", "audit_log", "import_batch", "import_row")
    held = [ask(url, f"select coalesce(string_agg(t::text, ''), '') from workbench.{name} t")[0][0] for name in tables]
    assert all(held) and not any("PRIVATE KEY" in text or EMAIL in text for text in held)


SESSIONS = list(csv.reader((samples() / "polaris" / "virtual_sessions.csv").read_text("utf-8").splitlines()))
EXPORT = [
    ["SessionId", "EventId", "TeacherEmail", "SessionStart", "AttendanceStatus"],
    ["S-1", "5001", "ada@kck.example", "2025-09-15T09:30:00", "Attended"],
]
REPORT = [
    ["Session ID", "Title", "Date", "Status", "SignUp Role", "Name", "Attended Educator Count"],
    ["5001", "Careers in Nursing", "2025-09-15 09:30:00", "Completed", "Educator", "Ada Park", "1"],
]


@pytest.mark.parametrize(
    ("purpose", "rows", "target"),
    [
        ("virtual_sessions", SESSIONS, "polaris.virtual_sessions"),
        ("virtual_sessions", EXPORT, "polaris.pathful"),
        ("virtual_sessions", REPORT, "polaris.pathful_sessions"),
        ("pathful", EXPORT, "polaris.pathful"),
        ("pathful", REPORT, "polaris.pathful_sessions"),
    ],
)
def test_the_headers_tell_which_playbook_a_purpose_means(
    wb: Workbench, google: Google, purpose: str, rows: list[list[str]], target: str
) -> None:
    """Seed 001: Pathful's export may come as the sheet for virtual sessions."""
    sheet = google.add("Sessions", {"Sheet1": rows})
    configured = wb.google_sheets.add(**said(purpose=purpose, spreadsheet=sheet.id))
    assert purposes.target(configured, wb.google_sheets.open(configured)) == target


def test_virtual_sessions_are_imported_from_below_their_first_three_rows(wb: Workbench, google: Google) -> None:
    """Seed 001, Playbook C: the system skips the first three rows."""
    sheet = google.add("Sessions", {"Sheet1": SESSIONS})
    configured = wb.google_sheets.add(**said(purpose="virtual_sessions", year="2026-2027", spreadsheet=sheet.id))
    assert wb.google_sheets.look(sheet.id).sheet.reading.header_line == 4
    batch = imported(wb, configured, skip_errors=True)
    assert batch.stage == "completed"
    assert next(iter(wb.rows.each(batch)))["line"] == 5
    figures = wb.figures(batch)
    assert figures["Events created"] == figures["Events processed"] > 0
    again = wb.figures(imported(wb, configured, skip_errors=True))
    assert (again["Events created"], again["Events updated"], again["Teacher registrations created"]) == (0, 0, 0)


def test_pathful_attendance_of_an_unknown_event_is_unmatched(wb: Workbench, google: Google) -> None:
    """Seed 001, Playbook A: nothing is invented for it."""
    sheet = google.add("Pathful", {"Sheet1": EXPORT})
    batch = imported(wb, wb.google_sheets.add(**said(purpose="virtual_sessions", spreadsheet=sheet.id)))
    figures = wb.figures(batch)
    assert (figures["Rows processed"], figures["Rows created"], figures["Rows unmatched (event)"]) == (1, 0, 1)


def test_a_purpose_without_a_playbook_says_so(
    wb: Workbench, monkeypatch: pytest.MonkeyPatch, roster: Spreadsheet
) -> None:
    sheet = wb.google_sheets.add(**said(purpose="virtual_sessions", spreadsheet=roster.id))
    monkeypatch.setattr(purposes, "_TARGETS", {})
    with pytest.raises(UnknownPlaybook):
        purposes.target(sheet, wb.google_sheets.open(sheet))


# the settings


def test_the_key_is_found_in_streamlits_secrets_where_the_environment_has_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.delenv("WORKBENCH_GOOGLE_SERVICE_ACCOUNT", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    monkeypatch.chdir(tmp_path)
    assert Settings().google_service_account is None
    secrets = tmp_path / ".streamlit" / "secrets.toml"
    secrets.parent.mkdir()
    for text, key in (
        ('WORKBENCH_GOOGLE_SERVICE_ACCOUNT = "/keys/reader.json"', "/keys/reader.json"),
        ('[gcp_service_account]\nclient_email = "a@b.example"', '{"client_email": "a@b.example"}'),
    ):
        secrets.write_text(text)
        found = Settings().google_service_account
        assert found is not None and found.get_secret_value() == key
        assert key not in repr(Settings())
    monkeypatch.setenv("WORKBENCH_GOOGLE_SERVICE_ACCOUNT", "/keys/other.json")
    assert str(Settings().google_service_account) == "**********"


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "http://127.0.0.1.evil.example", "http://10.0.0.1", "x"])
def test_nobody_stands_in_for_google_but_this_machine(monkeypatch: pytest.MonkeyPatch, elsewhere: str) -> None:
    monkeypatch.setenv("WORKBENCH_GOOGLE_ADDRESS", elsewhere)
    with pytest.raises(ValueError, match="an address of this machine"):
        Settings()
