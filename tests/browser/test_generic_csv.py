"""The ZIP of the generic format, from its upload to its reconciliation, as one run."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import People
from tests.browser.person import LOOK
from tests.generic_csv import export, rows
from workbench import Workbench


def test_an_export_is_dropped_looked_at_and_imported_as_one_run(person: People, wb: Workbench, tmp_path: Path) -> None:
    found = rows()
    found["users"] = [{**user, "password_hash": "$2b$12$abcdefghijkl"} for user in found["users"]]
    found["user_invitations"][0]["status"] = "accepted"
    ana = person("ana").visit("upload")
    ana.window.locator("input[type=file]").first.set_input_files(export(tmp_path / "generic.zip", found))
    ana.sees("Valid Generic CSV export. Contains 40 total records across 11 entity types.")
    ana.grid("File", "Becomes", "Rows it counts")
    ana.press("Import it as one run")
    ana.at("Validate")
    expect(ana.main.get_by_role("button", name=LOOK)).to_be_visible(timeout=120_000)
    batch = ana.batch
    ana.plan()
    ana.commit()
    assert ana.figures()["created"] == 39
    assert wb.batches.get(batch).skipped == 1
    assert ana.surprises == []
