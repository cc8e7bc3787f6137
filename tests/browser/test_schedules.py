"""Salesforce and Schedules in a browser: a step is run and watched to its end, an audit's findings are imported, and a
schedule is added, switched off and on."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import People
from tests.organization import Schools
from tests.salesforce import Salesforce
from workbench import Workbench


@pytest.fixture
def schools(salesforce: Salesforce) -> Schools:
    return Schools(salesforce)


def test_a_step_is_run_and_watched_and_what_an_audit_finds_missing_is_imported(
    schools: Schools, person: People, wb: Workbench
) -> None:
    ana = person("ana").visit("salesforce")
    ana.sees("PREP-KC")
    ana.sees("14,000")
    first = ana.main.locator(".st-key-run-organizations").get_by_role("button")
    first.click()
    ana.sees("changes are here up to")
    assert [run.status for run in wb.schedules.runs()] == ["completed"]
    schools.add("Account", "001", Name="Bolt Works", Type="Business")
    ana.main.locator(".st-key-audit-organizations").get_by_role("button").click()
    ana.press("Import exactly those: 1 record")
    for _ in range(300):  # the page does not say at once that somebody waits
        if [run.status for run in wb.schedules.runs()] == ["completed", "completed"]:
            break
        ana.window.wait_for_timeout(200)
    expect(ana.main.get_by_text("You may leave this page")).to_have_count(0)
    ana.main.locator(".st-key-audit-organizations").get_by_role("button").click()
    ana.sees("Complete: it is here as it is there.")
    assert ana.surprises == []


def test_a_schedule_is_added_switched_off_and_asked_for(schools: Schools, person: People, wb: Workbench) -> None:
    ana = person("ana").visit("schedules")
    ana.press("Add schedule")
    dialog = ana.window.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Name").fill("Nightly")
    dialog.get_by_role("button", name="Add schedule").click()
    ana.sees("next ")
    ana.press("Pause")
    ana.sees("paused")
    ana.press("Run now")
    ana.sees("The last runs")
    (run,) = wb.schedules.runs()
    assert (run.name, run.asked_by) == ("Nightly", "ana")
    assert ana.surprises == []
