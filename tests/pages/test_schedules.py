"""Schedules: added, switched on, asked for, watched; what came of them is told, what waits leads to where it is
decided."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from tests.imports import tamper
from tests.pages.conftest import Show
from tests.pages.grids import grid
from workbench import Workbench
from workbench.doors.web.views.schedules import told_often
from workbench.model.batch import Batch
from workbench.model.schedule import ScheduledRun
from workbench.model.sheet import Sheet

Sheets = Callable[..., Sheet]


def press(page: AppTest, label: str) -> AppTest:
    return next(button for button in page.button if button.label == label).click().run()


def said(page: AppTest) -> str:
    kinds = (page.markdown, page.caption, page.info, page.warning, page.error, page.success)
    return "\n".join(element.value for kind in kinds for element in kind).replace("\\", "")


def links(page: AppTest) -> list[str]:
    return [link.proto.label for link in page.get("page_link")]


def told(wb: Workbench, status: str, *steps: dict[str, object]) -> ScheduledRun:
    """A run of the schedule Nightly that ended so."""
    run = wb.schedules.run_now("Nightly")
    wb.schedules.begin(run)
    for step in steps:
        wb.schedules.tell_step(run, {"figures": {}, "notes": [], "batches": [], **step})
    return wb.schedules.end(run, status, "1 step of 2 done.")


def test_without_schedules_the_page_adds_the_seeds_calendar_paused(show: Show, wb: Workbench) -> None:
    page = show("schedules")
    assert not page.exception
    assert "Nothing is imported by itself." in said(page)
    page = press(page, "Add the daily, weekly and monthly imports")
    assert not page.exception
    assert [(one.name, one.paused) for one in wb.schedules.all()] == [
        ("Daily import", True),
        ("Weekly import", True),
        ("Monthly full import", True),
    ]
    assert said(page).count("**paused**") == 3
    page = press(page, "Switch on")
    assert [one.name for one in wb.schedules.all() if not one.paused] == ["Daily import"]
    assert "next " in said(page)
    assert page.dataframe[0].value["What is due"].tolist() == ["02:00 Daily import"] * 7
    page = press(page, "Pause")
    assert all(one.paused for one in wb.schedules.all())
    page = press(page, "Remove it")
    assert len(wb.schedules.all()) == 2


def test_a_schedule_is_added_as_a_person_says_it(show: Show, wb: Workbench) -> None:
    page = press(show("schedules"), "Add schedule")
    page.selectbox(key="schedule often").select("Every week").run()
    page.selectbox(key="schedule weekday").select(6).run()
    page.text_input(key="schedule zone").input("America/Chicago").run()
    page.text_input(key="schedule name").input("Saturdays").run()
    page = page.button(key="schedule add").click().run()
    assert not page.exception
    (one,) = wb.schedules.all()
    assert (one.name, one.cron, one.zone, one.work.sequence) == ("Saturdays", "0 2 * * 6", "America/Chicago", "daily")


def test_the_calendar_says_when_by_the_clocks_of_each_schedule(show: Show, wb: Workbench) -> None:
    wb.schedules.add("Here", "0 2 * * *", zone="America/Chicago", sequence="daily")
    page = show("schedules")
    assert page.dataframe[0].value["What is due"].tolist() == ["02:00 Here"] * 7
    assert "Times of America/Chicago." in said(page)
    wb.schedules.add("There", "0 9 * * *", zone="Asia/Tokyo", sequence="weekly")
    due = show("schedules").dataframe[0].value["What is due"].tolist()
    assert "02:00 Here (America/Chicago)" in " ".join(due) and "09:00 There (Asia/Tokyo)" in " ".join(due)


def test_what_cannot_be_a_schedule_is_told_in_the_dialog(show: Show, wb: Workbench) -> None:
    page = press(show("schedules"), "Add schedule")
    page.selectbox(key="schedule often").select("As cron says it").run()
    page.text_input(key="schedule cron").input("at two").run()
    page.text_input(key="schedule name").input("Nightly").run()
    page = page.button(key="schedule add").click().run()
    assert "the cron expression cannot be at two" in said(page)
    assert wb.schedules.all() == []


def test_a_run_is_asked_for_and_not_twice(show: Show, wb: Workbench) -> None:
    wb.schedules.add("Nightly", "0 2 * * *", sequence="daily")
    page = press(show("schedules"), "Run now")
    assert [run.status for run in wb.schedules.runs()] == ["waiting"]
    assert [each.proto.text.replace("\\", "") for each in page.get("progress")] == ["Nightly: waits for a worker"]
    page = press(page, "Run now")
    assert "Nightly was asked for already" in said(page)
    assert len(wb.schedules.runs()) == 1


def test_missed_nights_are_told(show: Show, wb: Workbench, url: str) -> None:
    one = wb.schedules.add("Nightly", "0 2 * * *", sequence="daily")
    first = datetime.now(UTC) - timedelta(days=3)
    tamper(url, "update workbench.schedule set next_due = %s", first.replace(hour=2, minute=0, second=0, microsecond=0))
    run = wb.schedules.take_up(one.id)
    assert run is not None
    wb.schedules.begin(run)
    wb.schedules.end(run, "completed", "5 steps done.")
    page = show("schedules")
    assert not page.exception
    assert "Nightly was missed" in said(page) and "caught up once" in said(page)
    assert grid(page, "runs-").shown["What came of it"].tolist() == ["✓ completed, caught up: 5 steps done."]


def test_a_run_tells_what_came_of_each_of_its_steps(show: Show, wb: Workbench) -> None:
    wb.schedules.add("Nightly", "0 2 * * *", sequence="daily")
    run = told(
        wb,
        "partial",
        {"step": "volunteers", "status": "done", "figures": {"salesforce.volunteers": {"Total Records": 7}}},
        {"step": "events", "status": "failed", "notes": ["Error reading Session__c: it was away."]},
    )
    page = show("schedules", run=run.id)
    assert not page.exception
    for text in ("**Nightly** · ◐ partial", "asked for by ana", "Total Records: 7", "it was away", "1 step of 2 done."):
        assert text in said(page)


def test_a_held_run_names_the_field_and_leads_to_where_it_is_decided(show: Show, wb: Workbench, sheet: Sheets) -> None:
    wb.schedules.add("Nightly", "0 2 * * *", sequence="daily")
    rows = "email,full_name\nada@example.com,Ada Park\n"
    planned: Batch = wb.plan(wb.stage(sheet(rows), "elevate.students")).batch
    run = told(
        wb,
        "held",
        {"step": "organizations", "status": "done"},
        {"step": "volunteers", "status": "held", "notes": ["40 % of email"], "batches": [str(planned.id)]},
    )
    page = show("schedules")
    assert not page.exception
    assert "Nightly is held" in said(page) and "40 % of email" in said(page)
    assert "Decide: Elevate: Students" in links(page)
    assert "Decide what it waits for" in links(show("schedules", run=run.id))
    wb.commit(planned)
    page = show("schedules")
    assert "is held" not in said(page)
    assert grid(page, "runs-").shown["What came of it"][0].startswith("✓ completed")


def test_another_tenant_sees_nothing_of_it(show: Show, open_wb: Callable[..., Workbench]) -> None:
    other = open_wb(tenant="acme", user="zoe")
    other.schedules.add("Theirs", "0 2 * * *", sequence="daily")
    run = other.schedules.run_now("Theirs")
    assert "Theirs" not in said(show("schedules"))
    page = show("schedules", run=run.id)
    assert "There is no run of a schedule called" in said(page)


@pytest.mark.parametrize(
    ("cron", "told"),
    [
        ("0 2 * * *", "every day at 02:00"),
        ("30 6 * * 1-5", "every Monday to Friday at 06:30"),
        ("0 3 * * 0", "every Sunday at 03:00"),
        ("0 4 1 * *", "on day 1 of every month at 04:00"),
        ("*/5 * * * *", ""),
        ("0 2 * * 1,3", ""),
        ("0 2 1 1 *", ""),
    ],
)
def test_how_often_is_told_in_words_where_there_are_any(cron: str, told: str) -> None:
    assert told_often(cron) == told
