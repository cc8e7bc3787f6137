"""A route with a gap: nothing of it is written, every one of its rows is shown and handed out, and it comes in once it
is right."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import People
from workbench import Workbench, open_sheet

INVOICES = "number,date,company,total\n" + "".join(f"1000{n},2025-01-10,Harbor,10\n" for n in range(1, 6))
ROUTES = """Route Name,Stop,Order Number,ETA
South-2025-01-16,1,10004,8:00
South-2025-01-16,2,10005,9:00
North-2025-01-16,1,10001,8:00
North-2025-01-16,3,10002,9:00
North-2025-01-16,4,10003,10:00
"""


def test_a_refused_route_is_shown_whole_and_comes_in_once_it_is_right(
    person: People, wb: Workbench, tmp_path: Path
) -> None:
    for name, text, dataset in (
        ("companies.csv", "name\nHarbor\n", "commerce.companies"),
        ("invoices.csv", INVOICES, "commerce.invoice_headers"),
    ):
        (tmp_path / name).write_text(text)
        wb.import_sheet(open_sheet(tmp_path / name), dataset)
    routes = tmp_path / "routes.csv"
    routes.write_text(ROUTES)
    ana = person()
    ana.upload(routes, "commerce.routes")
    batch = ana.map()
    ana.plan()
    ana.sees("It is imported whole or not at all, and 3 rows are invalid")
    expect(ana.main.get_by_role("button", name="Commit", exact=False)).to_have_count(0)

    ana.follow("Correct rows")
    ana.at("Validate")
    ana.sees("What is wrong")
    told = ana.rows.locator("[role=gridcell]", has_text="Stop 3 comes after 1: 2 is missing")
    expect(told).to_have_count(3)
    with ana.window.expect_download() as download:
        ana.main.get_by_role("button", name="CSV").first.click()
    file = tmp_path / "invalid.csv"
    download.value.save_as(file)
    text = file.read_text("utf-8-sig")
    assert [text.count(f"North-2025-01-16,{stop},") for stop in (1, 3, 4)] == [1, 1, 1]

    file.write_text(text.replace("-16,3,", "-16,2,").replace("-16,4,", "-16,3,"))
    ana.main.locator("input[type=file]").first.set_input_files(file)
    ana.press("Correct and check again")
    expect(ana.main.get_by_text("Nothing is wrong with any row.")).to_be_visible(timeout=60_000)
    ana.plan()
    ana.commit()
    assert (wb.batches.get(batch).created, ana.surprises) == (5, [])
