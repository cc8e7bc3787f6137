"""Salesforce: who is reached or why nobody is, steps that are run and watched, audits whose findings are imported."""

import time
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from tests.organization import Schools
from tests.pages.conftest import Show
from tests.salesforce import PASSWORD, TOKEN, USER, Salesforce
from workbench import Workbench
from workbench.doors import jobs
from workbench.model.schedule import ScheduledRun

Ended = Callable[[], ScheduledRun]


@pytest.fixture
def schools(surroundings: None, salesforce: Salesforce) -> Schools:
    return Schools(salesforce)


@pytest.fixture
def ended(open_wb: Callable[..., Workbench]) -> Ended:
    """Does what the page has left to a worker, and returns the last run as it is then."""

    def done() -> ScheduledRun:
        wb, deadline = open_wb(), time.monotonic() + 120
        with jobs.Worker(wb.settings, heartbeat=0.2):
            while not wb.schedules.runs()[0].has_ended:
                assert time.monotonic() < deadline, "the worker does not end"
                time.sleep(0.05)
        return wb.schedules.runs()[0]

    return done


def press(page: AppTest, label: str, place: int = 0) -> AppTest:
    return [button for button in page.button if button.label == label][place].click().run()


def said(page: AppTest) -> str:
    kinds = (page.markdown, page.caption, page.info, page.warning, page.error, page.success)
    return "\n".join(element.value for kind in kinds for element in kind).replace("\\", "")


def metrics(page: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in page.metric}


def test_without_settings_the_page_says_which_there_are(show: Show) -> None:
    page = show("salesforce")
    assert not page.exception
    for text in ("Salesforce is not configured", "SF_USERNAME", "WORKBENCH_SALESFORCE_PRIVATE_KEY"):
        assert text in said(page)
    assert "Run it now" not in [button.label for button in page.button]


def test_the_page_says_who_is_reached_and_what_may_be_asked_today(show: Show, schools: Schools) -> None:
    page = show("salesforce")
    assert not page.exception
    for text in ("**PREP-KC** · Enterprise Edition, production", f"As {USER}, by password"):
        assert text in said(page)
    assert metrics(page)["API requests left today"] == "14,000"
    assert said(page).count("never imported") == 11
    assert PASSWORD not in said(page) and TOKEN not in said(page)


def test_who_is_not_let_in_is_told_in_the_playbooks_words_with_what_to_do_and_asked_once(
    show: Show, schools: Schools, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SF_PASSWORD", "wr0ng-secret")
    page = show("salesforce")
    assert not page.exception
    assert "**Salesforce Authentication Failed**" in said(page)
    assert "1. Verify SF_USERNAME, SF_PASSWORD, SF_SECURITY_TOKEN." in said(page)
    assert "wr0ng-secret" not in said(page)
    tries = schools.salesforce.answers("/services/Soap")
    show("salesforce")
    assert schools.salesforce.answers("/services/Soap") == tries
    press(page, "Check the connection again")
    assert schools.salesforce.answers("/services/Soap") > tries


def test_a_step_is_run_by_a_worker_and_told_with_its_figures_and_how_far_it_is(
    show: Show, schools: Schools, ended: Ended
) -> None:
    page = press(show("salesforce"), "Run now", 0)
    assert not page.exception
    run = ended()
    assert (run.name, run.status) == ("Salesforce: organizations", "completed"), run
    page = show("salesforce")
    assert said(page).count("never imported") == 10
    assert "changes are here up to 2026-01-05" in said(page)
    assert "UTC, completed, 1 record. Total Records: 1" in said(page)
    schools.later(days=1)
    schools.add("Account", "001", Name="Bolt Works", Type="Business")
    press(page, "Run now", 0)
    ended()
    assert "UTC, completed, 1 record. Total Records: 1" in said(show("salesforce"))


def test_a_sequence_is_run_and_a_step_by_itself_that_lacks_what_it_needs_is_told(
    show: Show, schools: Schools, ended: Ended
) -> None:
    page = show("salesforce")
    run = (press(page, "Run now", 2), ended())[1]  # classes, which need schools
    assert run.status == "failed" and "refused" in run.told
    page.selectbox(key="sequence").select("full").run()
    press(page, "Run it now")
    run = ended()
    assert [(step["step"], step["notes"]) for step in run.steps if step["status"] != "done"] == []
    assert (run.status, len(run.steps)) == ("completed", 11)


def test_what_an_audit_finds_missing_is_imported_by_one_click(show: Show, schools: Schools, ended: Ended) -> None:
    page = press(show("salesforce"), "Run now", 0)
    ended()
    schools.add("Account", "001", Name="Bolt Works", Type="Business")
    page = press(show("salesforce"), "Audit", 0)
    assert not page.exception
    assert {name: metrics(page)[name] for name in ("There", "Here", "Missing", "Stale", "Extra")} == {
        "There": "2",
        "Here": "1",
        "Missing": "1",
        "Stale": "0",
        "Extra": "0",
    }
    assert page.dataframe[0].value["What"].tolist() == ["missing"]
    page = press(page, "Import exactly those: 1 record")
    run = ended()
    assert run.status == "completed", run
    page = press(show("salesforce"), "Audit", 0)
    assert "Complete: it is here as it is there." in said(page)


def test_an_audit_that_cannot_look_says_so_and_keeps_the_page(
    show: Show, schools: Schools, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = show("salesforce")
    del schools.salesforce.objects["Class__c"]
    page = press(page, "Audit", 2)
    assert not page.exception
    assert "There is no object called Class__c" in said(page)
    assert "Steps" in [header.value for header in page.header]
