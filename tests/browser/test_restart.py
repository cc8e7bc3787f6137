"""A server that is killed in the middle of an import: its address still works, and the work is taken up again."""

from pathlib import Path

from playwright.sync_api import expect

from tests.bench.people import write_students
from tests.browser.conftest import People
from tests.browser.person import LOOK
from tests.browser.site import Site
from workbench import Workbench, open_sheet


def test_what_a_killed_server_was_doing_is_taken_up_by_the_next(
    person: People, site: Site, wb: Workbench, tmp_path: Path
) -> None:
    ana = person("ana")
    ana.upload(write_students(tmp_path / "students.csv", 60_000))
    ana.confirm()
    ana.press("Start the import")
    ana.at("Validate")
    batch, port = ana.batch, site.port
    site.kill()
    assert wb.batches.get(batch).stage in ("queued", "staging")

    site.start(port)
    ana.visit("validate", batch=batch)
    expect(ana.main.get_by_role("button", name=LOOK)).to_be_visible(timeout=120_000)
    ana.plan()
    ana.commit()
    assert ana.figures()["created"] == 60_000
    assert wb.batches.get(batch).created == 60_000


def test_a_page_that_was_open_goes_on_when_the_server_is_back(person: People, site: Site) -> None:
    ana = person("ana").visit("upload")
    port = site.port
    site.stop()
    away = ana.window.get_by_role("dialog", name="Workbench does not answer")
    expect(away).to_contain_text("this page then goes on by itself")
    expect(away).not_to_contain_text("Streamlit")
    site.start(port)
    expect(away).to_have_count(0)
    ana.settled()
    ana.window.get_by_test_id("stSidebarNav").get_by_role("link", name="History").click()
    ana.at("History")
    ana.sees("No import yet.")


def test_a_page_that_was_open_shows_what_was_done_while_the_server_was_away(
    person: People, site: Site, wb: Workbench, tmp_path: Path
) -> None:
    """A commit that was under way is taken up by the next server, and done before anybody clicks."""
    ana = person("ana").visit("history")
    ana.sees("No import yet.")
    port = site.port
    site.kill()
    expect(ana.window.get_by_role("dialog", name="Workbench does not answer")).to_be_visible()
    wb.plan(wb.stage(open_sheet(write_students(tmp_path / "students.csv", 20)), "elevate.students"))
    site.start(port)
    expect(ana.main.get_by_text("No import yet.")).to_have_count(0)
    assert not ana.surprises
