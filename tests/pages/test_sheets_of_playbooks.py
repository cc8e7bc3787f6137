"""A workbook and an archive whose sheets are of several playbooks: imported one after the other at Upload."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests import commerce_book
from tests.imports import outcome, records
from tests.pages.conftest import Show
from tests.pages.test_runs import book, buttons, press, said
from workbench import Workbench
from workbench.doors.web import uploads
from workbench.model.batch import Batch

Worked = Callable[[Batch], Batch]
NOTES = "width,height\n1,2\n"


def dropped(show: Show, path: Path) -> AppTest:
    page = show("upload")
    page.file_uploader[0].upload(path.name, path.read_bytes())
    return page.run()


@pytest.mark.parametrize("pack", [commerce_book.workbook, commerce_book.archive], ids=["xlsx", "zip"])
def test_the_imports_of_a_file_are_shown_in_their_order_and_begun_one_after_the_other(
    show: Show, wb: Workbench, worked: Worked, tmp_path: Path, url: str, pack: Callable[..., Path]
) -> None:
    path = pack(tmp_path / ("all.zip" if pack is commerce_book.archive else "all.xlsx"), **commerce_book.WHOLESALE)
    page = dropped(show, path)
    upload = page.query_params["upload"]
    told = said(page)
    assert "**Its sheets are 3 imports**, one after the other:" in told
    places = [told.index(title) for title in ("Customers with contacts", "Commerce: Items", "Invoices with their")]
    assert places == sorted(places)
    for number, rows in enumerate((3, 2, 3), start=1):
        assert buttons(page).count("Begin this import") == 1
        page = press(page, "Begin this import")
        assert not page.exception
        run = worked(wb.batches.all()[0])
        assert (run.stage, run.processed) == ("planned", rows)
        page = show("upload", upload=upload)
        assert ("Begin this import" in buttons(page)) is False, "the next is begun once this one is completed"
        assert outcome(wb.commit(run)) == (rows, 0, 0, 0, 0)
        left = uploads.of_batch(wb.settings, run)
        assert (left is not None) is (number < 3)
        page = show("upload", upload=upload)
    assert "Begin this import" not in buttons(page)
    assert uploads.waiting(wb.settings) == []
    assert len(records(url, "commerce.invoice_lines", "line")) == 3


def test_a_sheet_that_nobody_can_tell_is_asked_about_before_anything_is_begun(
    show: Show, wb: Workbench, tmp_path: Path
) -> None:
    page = dropped(show, commerce_book.workbook(tmp_path / "all.xlsx", **commerce_book.WHOLESALE, Notes=NOTES))
    assert "Nothing is begun before it is said what each of its sheets is" in said(page)
    assert "Begin this import" not in buttons(page)
    asked = next(each for each in page.selectbox if each.label == "What is Notes?")
    page = asked.select("").run()
    assert "Begin this import" in buttons(page)
    assert "Left out: Notes." in said(page)
    (upload,) = uploads.waiting(wb.settings)
    assert dict(upload.kinds) == {"Notes": ""}


def test_what_several_sheets_have_to_come_to_is_said_beforehand(
    show: Show, wb: Workbench, worked: Worked, tmp_path: Path
) -> None:
    page = show("upload")
    students = {"email": ["ada@example.com"], "full name": ["Ada Park"]}
    courses = {"name": ["Nursing"], "code": ["CNA101"]}
    page.file_uploader[0].upload("book.xlsx", book(students=students, courses=courses))
    page.run()
    page.text_input("expect elevate.students rows").input("2")
    page = press(page, "Import its sheets together")
    run = worked(wb.batches.all()[0])
    assert [(total.name, total.differs) for total in wb.totals(run)] == [("elevate.students rows", True)]
    assert run.summary["held_for"][0]["code"] == "total.rows"


def test_what_one_of_several_imports_has_to_come_to_is_said_beforehand(
    show: Show, wb: Workbench, worked: Worked, tmp_path: Path
) -> None:
    page = dropped(show, commerce_book.workbook(tmp_path / "all.xlsx", **commerce_book.WHOLESALE))
    page.text_input("expect 0 commerce.customers rows").input("4")
    press(page, "Begin this import")
    run = worked(wb.batches.all()[0])
    assert [(total.name, total.differs) for total in wb.totals(run) if total.expected] == [("rows", True)]


def test_once_one_is_written_its_page_leads_to_the_others(
    show: Show, wb: Workbench, worked: Worked, tmp_path: Path
) -> None:
    press(dropped(show, commerce_book.archive(tmp_path / "all.zip", **commerce_book.WHOLESALE)), "Begin this import")
    run = wb.commit(worked(wb.batches.all()[0]))
    links = [link.label for link in show("commit", batch=run.id).get("page_link")]
    assert r"Go on with the other sheets of all\.zip" in links
