"""Google Sheets on the command line: configured, tested, imported by name and by address."""

from collections.abc import Iterator

import pytest

from tests.google import EMAIL, Fault, Google, Spreadsheet
from tests.integration.doors.test_cli import Run, environment, run
from workbench import Workbench

__all__ = ["environment", "run"]

KCK = "Kansas City Kansas Public Schools"
ROSTER = [
    ["Teacher Email", "Teacher Name", "School", "Grade", "Target Sessions"],
    ["ada@kck.example", "Ada Park", "Argentine Middle", "7", "2"],
    ["ben@kck.example", "Ben Ruiz", "Wyandotte High", "HS", "1"],
]
SAID = ("--purpose", "teacher_progress_tracking", "--year", "2025-2026", "--district", KCK)


@pytest.fixture
def google(monkeypatch: pytest.MonkeyPatch) -> Iterator[Google]:
    with Google() as running:
        monkeypatch.setenv("WORKBENCH_GOOGLE_ADDRESS", running.address)
        monkeypatch.setenv("WORKBENCH_GOOGLE_SERVICE_ACCOUNT", running.account())
        yield running


@pytest.fixture
def roster(google: Google) -> Spreadsheet:
    return google.add("KCK Teachers", {"Sheet1": ROSTER, "Notes": [["x"], ["y"]]})


def address(sheet: Spreadsheet, gid: int = 0) -> str:
    return f"https://docs.google.com/spreadsheets/d/{sheet.id}/edit#gid={gid}"


def test_a_sheet_is_added_listed_imported_and_removed(run: Run, roster: Spreadsheet, wb: Workbench) -> None:
    added = run("sheets", "add", "KCK Teachers 25-26", address(roster), *SAID)
    assert added.status == 0
    assert "workbench sheets import 'KCK Teachers 25-26'" in added.out
    listed = run("sheets", "list")
    assert all(text in listed.out for text in ("KCK Teachers 25-26", "2025-2026", KCK, roster.id, "number 0", "ana"))

    imported = run("sheets", "import", "KCK Teachers 25-26")
    assert (imported.status, imported.err) == (0, "")
    assert "KCK Teachers 25-26 (CSV" in imported.out
    (batch,) = wb.batches.all()
    assert (batch.created, batch.window, batch.dataset) == (2, "2025-2026", "polaris.teacher_roster")
    log = run("log", "latest")
    assert "File name: KCK Teachers 25-26" in log.out
    assert "Window: 2025-2026" in log.out

    again = run("sheets", "import", "KCK Teachers 25-26", "--json")
    assert (again.json["created"], again.json["skipped"]) == (0, 2)
    assert run("sheets", "remove", "KCK Teachers 25-26").out == "KCK Teachers 25-26 is not configured any more.\n"
    assert "None. To add one:" in run("sheets", "list").out


def test_import_takes_the_name_and_every_other_option(run: Run, roster: Spreadsheet, wb: Workbench) -> None:
    run("sheets", "add", "KCK", address(roster), *SAID)
    said = run("import", "KCK", "--dry-run", "--window", "2024-2025", "--set", "district=Hickman Mills", "--json")
    assert (said.status, said.json["created"], said.json["window"]) == (0, 2, "2024-2025")
    row = next(iter(wb.rows.each(wb.batches.all()[0])))
    assert (row["payload"]["district"], row["payload"]["academic_year"]) == ("Hickman Mills", "2024-2025")


def test_a_sheet_is_imported_by_its_address_without_being_configured(
    run: Run, roster: Spreadsheet, wb: Workbench
) -> None:
    words = ("--dataset", "polaris.teacher_roster", "--window", "2025-2026", "--set", f"district={KCK}")
    assert run("import", address(roster), *words).status == 0
    assert wb.batches.all()[0].file_name == "KCK Teachers - Sheet1"
    assert run("import", roster.id, *words, "--sheet", "sheet1").status == 0
    assert "say --dataset or --playbook" in run("import", address(roster)).err
    assert "There is no dataset called teapots" in run("import", address(roster), "-d", "teapots").err


def test_a_test_reads_a_sheet_and_imports_nothing(run: Run, roster: Spreadsheet, wb: Workbench) -> None:
    said = run("sheets", "test", address(roster))
    assert said.status == 0
    for text in ("KCK Teachers", "Sheet1, Notes", "2 rows, header on line 1", "polaris.teacher_roster", EMAIL, "Ada"):
        assert text in said.out
    document = run("sheets", "test", roster.id, "--json").json
    assert (document["looks_like"], document["rows"], document["all_rows"]) == ("polaris.teacher_roster", 2, True)
    assert run("sheets", "test", roster.id, "--tab", "Notes", "--json").json["looks_like"] is None
    run("sheets", "add", "KCK", address(roster, 111), *SAID)
    assert run("sheets", "test", "KCK", "--json").json["tab"] == "Notes"
    assert wb.batches.all() == []


def test_a_configured_sheet_is_changed(run: Run, roster: Spreadsheet) -> None:
    run("sheets", "add", "KCK", address(roster), *SAID)
    assert run("sheets", "change", "KCK", "--name", "KCK 26-27", "--year", "26/27").status == 0
    (one,) = run("sheets", "list", "--json").json
    assert (one["name"], one["year"], one["district"]) == ("KCK 26-27", "2026-2027", KCK)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("sheets", "import", "nobody"), "No Google Sheet configured is called nobody."),
        (("import", "nobody"), "No Google Sheet configured is called nobody."),
        (("import", "nobody", "-d", "elevate.students"), "nobody cannot be read: there is no such file."),
        (("import", "nobody.csv"), "say --dataset or --playbook"),
        (("sheets", "add", "KCK", "short", *SAID), "its id has 20 characters or more"),
        (("sheets", "add", "KCK", "k" * 44), "The purpose cannot be blank"),
        (("sheets", "test", f"https://docs.google.com/spreadsheets/d/{'k' * 44}"), "Error reading Google Sheet kkk"),
        (
            ("sheets", "test", f"https://[::1/spreadsheets/d/{'k' * 44}"),
            "No Google Sheet configured is called https://[::1/",
        ),
        (
            ("sheets", "add", "KCK", f"https://[::1/spreadsheets/d/{'k' * 44}", *SAID),
            "its address begins with https://",
        ),
        (("import", f"https://[::1/spreadsheets/d/{'k' * 44}", "-d", "elevate.students"), "there is no such file"),
    ],
)
def test_what_cannot_be_is_one_line(run: Run, google: Google, words: tuple[str, ...], why: str) -> None:
    said = run(*words)
    assert (said.status, said.out) == (2, "")
    assert why in said.err
    assert said.err.count("\n") == 1


def test_a_sheet_that_cannot_be_read_leaves_nothing_behind(run: Run, google: Google, roster: Spreadsheet) -> None:
    roster.shared = False
    run("sheets", "add", "KCK", address(roster), *SAID)
    said = run("sheets", "import", "KCK")
    assert said.status == 2
    assert f"Share it with {EMAIL}" in said.err
    assert run("batches", "--json").json == []
    roster.shared = True
    google.faults.append(Fault(path="/values/", status=429, body="{}", headers={"Retry-After": "0"}))
    assert run("sheets", "import", "KCK").status == 0


def test_doctor_says_who_reads_google_sheets_and_nothing_secret(
    run: Run, google: Google, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = run("doctor")
    assert EMAIL in said.out
    assert "PRIVATE KEY" not in said.out
    assert run("doctor", "--json").json["google_account"] == EMAIL
    monkeypatch.setenv("WORKBENCH_GOOGLE_SERVICE_ACCOUNT", '{"private_key": "s3cret"}')
    broken = run("doctor")
    assert broken.status == 1
    assert "WORKBENCH_GOOGLE_SERVICE_ACCOUNT" in broken.out
    assert "s3cret" not in broken.out
    monkeypatch.setenv("WORKBENCH_GOOGLE_SERVICE_ACCOUNT", google.account(private_key="s3cret"))
    unusable = run("doctor")
    assert unusable.status == 1
    assert "its private key cannot be read" in unusable.out
    assert "s3cret" not in unusable.out
    monkeypatch.delenv("WORKBENCH_GOOGLE_SERVICE_ACCOUNT")
    assert run("doctor", "--json").json["google_account"] is None


def test_another_sheet_for_the_same_roster_is_told(run: Run, roster: Spreadsheet) -> None:
    assert "Also for" not in run("sheets", "add", "KCK", address(roster), *SAID).out
    told = run("sheets", "add", "KCK again", address(roster), *SAID)
    assert told.status == 0
    assert "Also for this purpose, year and district: KCK. Each is taken for the whole list" in " ".join(
        told.out.split()
    )
    assert run("sheets", "change", "KCK again", "--district", "Center 58", "--json").json["beside"] == []
