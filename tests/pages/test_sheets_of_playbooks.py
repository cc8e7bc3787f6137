"""A workbook and an archive whose sheets are of several playbooks: imported one after the other at Upload."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import openpyxl
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


def test_every_sheet_is_listed_and_what_is_like_no_dataset_is_left_out_unless_somebody_says_what_it_is(
    show: Show, wb: Workbench, tmp_path: Path
) -> None:
    page = dropped(show, commerce_book.workbook(tmp_path / "all.xlsx", **commerce_book.WHOLESALE, Notes=NOTES))
    assert [box.label for box in page.checkbox][:4] == ["**Invoices**", "**Items**", "**Customers**", "**Notes**"]
    assert [box.value for box in page.checkbox][:4] == [True, True, True, False]
    assert "Left out: Notes (1 row)." in said(page)
    assert "Begin this import" in buttons(page)
    page = next(each for each in page.checkbox if each.label == "**Notes**").check().run()
    assert "Say what Notes is, or leave it out." in said(page)
    assert "Begin this import" not in buttons(page)
    page = next(each for each in page.selectbox if each.label == "What Notes is").select("commerce.items").run()
    assert "Begin this import" in buttons(page)
    (upload,) = uploads.waiting(wb.settings)
    assert dict(upload.kinds) == {"Notes": "commerce.items"}
    page = show("upload", upload=upload.id)
    assert next(each for each in page.checkbox if each.label == "**Notes**").value, "what was said outlives a reload"


def test_sheets_of_several_families_are_runs_one_after_the_other(
    show: Show, wb: Workbench, worked: Worked, tmp_path: Path
) -> None:
    students = {"email": ["ada@example.com", "bo@example.com"], "full name": ["Ada Park", "Bo Ek"]}
    teachers = {"Teacher Name": ["Cy Fox"], "Teacher Email": ["cy@example.com"]}
    page = show("upload")
    page.file_uploader[0].upload("office.xlsx", book(Students=students, Teachers=teachers))
    page.run()
    upload = page.query_params["upload"]
    assert "**Its sheets are 2 imports**, one after the other:" in said(page)
    page = press(page, "Begin this import")
    first = worked(wb.batches.all()[0])
    assert outcome(wb.commit(first)) == (2, 0, 0, 0, 0)
    page = show("upload", upload=upload)
    assert "Written" in [link.label for link in page.get("page_link")]
    press(page, "Begin this import")
    assert {first.dataset, wb.batches.all()[0].dataset} == {"elevate.students", "polaris.teachers"}
    assert uploads.waiting(wb.settings) == []


def test_a_sheet_that_is_mapped_by_hand_leaves_the_others_to_go_on_with(
    show: Show, wb: Workbench, worked: Worked
) -> None:
    students = {"email": ["ada@example.com"], "full name": ["Ada Park"]}
    courses = {"name": ["Nursing"], "code": ["CNA101"]}
    kept = uploads.keep(wb.settings, "book.xlsx", BytesIO(book(students=students, courses=courses))).id
    page = show("map", upload=kept, sheet="courses")
    next(box for box in page.checkbox if box.label.startswith("I have looked")).check().run()
    press(page, "Start the import")
    worked(wb.batches.all()[0])
    assert [upload.id for upload in uploads.waiting(wb.settings)] == [kept]
    page = show("upload", upload=kept)
    assert "Go on: planned" in [link.label for link in page.get("page_link")]
    assert [box.label for box in page.checkbox if box.label.startswith("**")] == ["**students**"]


def test_what_a_workbook_hides_is_said_and_left_out(show: Show, wb: Workbench) -> None:
    file = BytesIO(
        book(
            students={"email": ["a@b.org"], "full name": ["Ann Lee"]},
            old={"email": ["x@y.org"], "full name": ["Bo Ek"]},
        )
    )
    opened = openpyxl.load_workbook(file)
    opened["old"].sheet_state = "hidden"
    changed = BytesIO()
    opened.save(changed)
    changed.seek(0)
    page = show("upload", upload=uploads.keep(wb.settings, "book.xlsx", changed).id)
    assert "1 row · email, full name · **hidden in the workbook**" in said(page)
    assert "Left out: old (1 row, hidden)." in said(page)
    assert "Import its sheets together" not in buttons(page)


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
    assert [(total.name, total.differs) for total in wb.totals(run)] == [("Students: rows", True)]
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


def test_what_the_columns_of_a_sheet_lack_is_told_before_the_first_import_is_begun(show: Show, wb: Workbench) -> None:
    students = {"email": ["ada@example.com"], "full name": ["Ada Park"]}
    rooms = {"room": ["12"], "seats": ["30"]}
    kept = uploads.keep(wb.settings, "book.xlsx", BytesIO(book(Students=students, Rooms=rooms)))
    uploads.say(wb.settings, kept.id, {"Rooms": "polaris.teachers"})
    page = show("upload", upload=kept.id)
    assert not page.exception
    (refused,) = [error.value.replace("\\", "") for error in page.error]
    assert refused.startswith("The sheet Rooms cannot be imported as polaris.teachers with the others: No column for")
    assert wb.batches.all() == []
    uploads.say(wb.settings, kept.id, {"Rooms": ""})
    assert not show("upload", upload=kept.id).error


def test_sheets_that_are_one_run_are_not_begun_while_one_lacks_a_column(show: Show, wb: Workbench) -> None:
    students = {"email": ["ada@example.com"], "full name": ["Ada Park"]}
    courses = {"what": ["Nursing"], "seats": ["12"]}
    kept = uploads.keep(wb.settings, "book.xlsx", BytesIO(book(students=students, courses=courses)))
    uploads.say(wb.settings, kept.id, {"students": "elevate.students", "courses": "elevate.courses"})
    page = show("upload", upload=kept.id)
    (refused,) = [error.value.replace("\\", "") for error in page.error]
    assert refused.startswith("The sheet courses cannot be imported as elevate.courses with the others: No column for")
    assert next(each for each in page.button if each.label == "Import its sheets together").disabled
    assert wb.batches.all() == []
