"""Schedules on the command line: added, switched on, paused, asked for, removed, and what came of them."""

from collections.abc import Iterator

import pytest

from tests.google import Google, Spreadsheet
from tests.integration.doors.test_cli import Run, environment, run
from workbench import Workbench

__all__ = ["environment", "run"]


@pytest.fixture
def google(monkeypatch: pytest.MonkeyPatch) -> Iterator[Google]:
    with Google() as running:
        monkeypatch.setenv("WORKBENCH_GOOGLE_ADDRESS", running.address)
        monkeypatch.setenv("WORKBENCH_GOOGLE_SERVICE_ACCOUNT", running.account())
        yield running


@pytest.fixture
def roster(google: Google) -> Spreadsheet:
    return google.add("KCK", {"Sheet1": [["Teacher Email", "Teacher Name", "School"], ["a@kck.example", "Ada", "Arg"]]})


def test_the_seeds_calendar_is_added_and_switched_on(run: Run, wb: Workbench) -> None:
    assert "workbench schedules add --seed" in run("schedules", "list").out
    added = run("schedules", "add", "--seed", "--zone", "America/Chicago")
    assert added.status == 0
    assert "workbench schedules resume 'Daily import'" in added.out
    assert "are there already" in run("schedules", "add", "--seed").out
    assert "Daily import is due at" in run("schedules", "resume", "Daily import").out
    listed = {one["name"]: one for one in run("schedules", "list", "--json").json}
    assert {name: one["paused"] for name, one in listed.items()} == {
        "Daily import": False,
        "Weekly import": True,
        "Monthly full import": True,
    }
    assert listed["Monthly full import"]["what"] == "Salesforce: full, all records"
    due = run("schedules", "next", "--days", "3", "--json").json
    assert [one["schedule"] for one in due] == ["Daily import"] * 3
    assert run("schedules", "pause", "Daily import").out == "Daily import is paused.\n"
    assert run("schedules", "remove", "Daily import").out == "Daily import is removed.\n"
    assert len(wb.schedules.all()) == 2


def test_steps_and_a_sheet_are_scheduled_and_asked_for(run: Run, wb: Workbench, roster: Spreadsheet) -> None:
    said = ("--cron", "30 6 * * 1-5", "--zone", "Europe/Berlin")
    assert run("schedules", "add", "Mornings", *said, "--only", "volunteers, events", "--full-sync").status == 0
    wb.google_sheets.add(
        name="KCK", purpose="teacher_progress_tracking", year="2025-2026", district="KCK", spreadsheet=roster.id
    )
    assert run("schedules", "add", "Roster", *said, "--sheet", "KCK").status == 0
    listed = run("schedules", "list").out
    for text in ("30 6 * * 1-5 (Europe/Berlin)", "Salesforce: volunteers, events, all records", "Google Sheet: KCK"):
        assert text in listed
    asked = run("schedules", "run-now", "Roster")
    assert (asked.status, "workbench schedules runs Roster" in asked.out) == (0, True)
    assert "was asked for already" in run("schedules", "run-now", "Roster").err
    (waiting,) = run("schedules", "runs", "--json").json
    assert (waiting["status"], waiting["asked_by"]) == ("waiting", "ana")


def test_the_last_run_that_needs_a_person_is_told_by_the_exit_status(run: Run, wb: Workbench) -> None:
    wb.schedules.add("Nightly", "0 2 * * *", sequence="daily")
    assert (run("schedules", "runs").status, "None yet." in run("schedules", "runs").out) == (0, True)
    one = wb.schedules.run_now("Nightly")
    wb.schedules.begin(one)
    wb.schedules.end(one, "failed", "Salesforce Authentication Failed: the password is wrong.")
    said = run("schedules", "runs", "Nightly")
    assert (said.status, "Salesforce Authentication Failed" in said.out) == (1, True)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("add", "Nightly"), "say a NAME and --cron, or --seed."),
        (("add", "Nightly", "--cron", "at two", "--sequence", "daily"), "the cron expression cannot be at two"),
        (("add", "Nightly", "--cron", "0 2 * * *", "--sequence", "daily", "--zone", "Mars"), "the time zone cannot be"),
        (("add", "Nightly", "--cron", "0 2 * * *", "--only", "teapots"), "There is no step or sequence called teapots"),
        (("add", "Nightly", "--cron", "0 2 * * *"), "it is a sequence, some steps or a Google Sheet"),
        (("resume", "Nightly"), "There is no schedule called Nightly. Those that there are: none."),
        (("run-now", "Nightly"), "There is no schedule called Nightly"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(run: Run, words: tuple[str, ...], why: str) -> None:
    said = run("schedules", *words)
    assert (said.status, why in said.err) == (2, True), said.err
