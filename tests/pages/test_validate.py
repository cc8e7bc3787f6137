"""Validate tells what is wrong, and takes corrections in place and in a file."""

import json
import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import Show
from tests.pages.grids import grid
from workbench import Workbench
from workbench.doors.web import drafts
from workbench.model.batch import Batch
from workbench.model.recipe import Recipe, Step
from workbench.model.sheet import Sheet
from workbench.model.template import Mapping

Sheets = Callable[..., Sheet]

STUDENTS = """\
email,full_name,phone
ada@example.com,Ada Park,555-201-0001
ben at example.com,Ben Okafor,12
ada@example.com,Ada Park,
"""
HOSTILE = """\
email,full_name,"<script>alert(1)</script>",line,**bold** :smile:
"<img src=x onerror=alert(2)>",[x](javascript:alert(3)),=1+1,2,3
"""


@pytest.fixture
def planned(wb: Workbench, sheet: Sheets) -> Batch:
    """Three students: one created, one with two wrong cells, one with a repeated key."""
    batch = wb.stage(sheet(STUDENTS, "students.csv"), "elevate.students")
    return wb.plan(batch).batch


def said(page: AppTest) -> str:
    """Every sentence of a page."""
    every = (*page.markdown, *page.caption, *page.info, *page.warning, *page.error, *page.success)
    return "\n".join(str(one.value) for one in every)


def test_without_an_import_it_says_where_to_begin(show: Show) -> None:
    page = show("validate")
    assert "No import yet." in said(page)
    assert [link.label for link in page.page_link] == ["Start an import"]


NO_IMPORT = r"There is no import ffff here\. Its address may be cut off, or of another tenant\."


def test_an_unknown_batch_is_refused_in_a_sentence(show: Show, planned: Batch) -> None:
    page = show("validate", batch="ffff")
    assert [warning.value for warning in page.warning] == [NO_IMPORT]
    assert page.selectbox(key="chosen batch").options == [
        f"students.csv · Elevate: Students · {planned.created_at:%Y-%m-%d %H:%M} UTC · planned"
    ]


def test_a_very_long_batch_of_an_address_is_not_repeated_whole(show: Show, planned: Batch) -> None:
    (warning,) = show("validate", batch="9" * 5_000).warning
    assert warning.value.replace("\\", "").startswith(f"There is no import {'9' * 60}… here.")


def test_what_was_noticed_of_a_column_is_told_once(show: Show, wb: Workbench, sheet: Sheets) -> None:
    text = "email,full_name,phone\nada@example.com,Null,'5551234567\nben@example.com,Null,\n"
    page = show("validate", batch=wb.stage(sheet(text), "elevate.students").id)
    assert not page.exception
    told = said(page).replace("\\", "")
    assert "- **full_name**: 'Null' in 2 rows: read as no value, and nobody has said what is meant." in told
    assert "- **phone**: 1 cell was written as" in told


def test_issues_are_counted_and_their_rows_shown(show: Show, planned: Batch) -> None:
    page = show("validate", batch=planned.id)
    rows = grid(page).value
    kinds = [button.label.replace("\\", "") for button in page.button if str(button.key).startswith("kind ")]
    assert kinds == [
        "✕ **1 row** · email: invalid email format",
        "✕ **1 row** · phone: invalid phone number: 7 to 20 digits, with + ( ) - . / and an extension (x12)",
        "! **1 row** · email: another row with the same key counts: skipped, with a warning",
    ]
    assert rows[["line", "0"]].to_numpy().tolist() == [["3", "ben at example.com"], ["4", "ada@example.com"]]


def test_cells_that_are_wrong_or_were_corrected_are_marked(show: Show, wb: Workbench, planned: Batch) -> None:
    wrong = grid(show("validate", batch=planned.id)).about(3, "wrong")
    assert (wrong["0"], sorted(wrong)) == ("Invalid email format", ["0", "2"])
    wb.correct(planned, {3: {"phone": "13"}})
    shown = grid(show("validate", batch=planned.id))
    assert shown.about(3, "changed") == {"2": "was 12, corrected by ana"}
    assert sorted(shown.about(3, "wrong")) == ["0", "2"]


def test_rows_are_shown_in_the_order_that_the_address_asks_for(show: Show, planned: Batch) -> None:
    for order, lines in {"0": [4, 3], "-0": [3, 4], "-line": [4, 3], "2": [3, 4], "9": [3, 4], "x": [3, 4]}.items():
        page = show("validate", batch=planned.id, order=order)
        assert (grid(page).lines, len(page.exception)) == (lines, 0)
    sorts = {
        each["field"]: each["sort"]
        for each in grid(show("validate", batch=planned.id, order="-0")).options["columnDefs"]
    }
    assert {name for name, sort in sorts.items() if sort} == {"0"}


def filtered(page: AppTest, column: str, test: str = "contains", text: str = "") -> AppTest:
    """Adds a filter of a column."""
    page.selectbox(key="filter").select(column).run()
    place = len([box for box in page.button if box.help == "Take this filter away"]) - 1
    if test != "contains":
        filter_box(page, place, "test").select(test).run()
    if test != "blank":
        filter_box(page, place, "text").set_value(text).run()
    assert not page.exception
    return page


def filter_box(page: AppTest, place: int, what: str) -> Any:
    """A box of the filter in a line."""
    boxes = [*page.selectbox, *page.text_input, *page.button]
    (found,) = (box for box in boxes if re.fullmatch(rf"filter \d+ {place} {what}", box.key or ""))
    return found


def test_rows_are_found_by_what_one_column_says(show: Show, planned: Batch) -> None:
    page = show("validate", batch=planned.id)
    page.selectbox(key="filter").select("phone").run()
    assert grid(page).lines == [3, 4]
    filter_box(page, 0, "text").set_value("1").run()
    assert grid(page).lines == [3]
    filter_box(page, 0, "test").select("equals").run()
    assert "No row fits." in said(page)
    filter_box(page, 0, "test").select("blank").run()
    assert grid(page).lines == [4]


def test_several_columns_are_filtered_at_once_in_the_address_and_each_filter_is_taken_away_alone(
    show: Show, wb: Workbench, planned: Batch
) -> None:
    page = show("validate", batch=planned.id)
    page.button_group(key="which").set_value("All rows").run()
    filtered(page, "full_name", text="park")
    assert grid(page).lines == [2, 4]
    assert "**2 of 3 rows**" in said(page)
    filtered(page, "phone", "blank")
    assert grid(page).lines == [4]
    assert "**1 of 3 rows**" in said(page)
    filtered(page, "full_name", "equals", "Ben Okafor")
    assert "No row fits." in said(page)
    again = show("validate", **page.query_params)  # as after a reload: all rows, and every filter
    assert "No row fits." in said(again)
    filter_box(again, 0, "away").click().run()
    filter_box(again, 0, "away").click().run()
    assert filter_box(again, 0, "text").value == "Ben Okafor"
    assert grid(again).lines == [3]
    filter_box(again, 0, "away").click().run()
    assert grid(again).lines == [2, 3, 4]
    assert "of 3 rows" not in said(again)
    assert "filters" not in again.query_params


def test_filters_and_words_together_say_which_rows_are_changed_at_once(
    show: Show, wb: Workbench, planned: Batch, worked: Callable[[Batch], Batch]
) -> None:
    page = show("validate", batch=planned.id)
    page.button_group(key="which").set_value("All rows").run()
    filtered(filtered(page, "full_name", text="park"), "email", text="example")
    page.text_input(key="search").set_value("ada").run()
    page.session_state["at once"] = True
    page.run()
    page.selectbox(key="change column").select("full_name").run()
    page.text_input(key="change to").set_value("Ada Parker").run()
    page.radio(key="change which").set_value(True).run()
    page.button(key="change").click().run()
    assert not page.exception
    worked(planned)
    assert [row["raw"]["full_name"] for row in wb.rows.each(planned)] == ["Ada Parker", "Ben Okafor", "Ada Parker"]


@pytest.mark.parametrize(
    "nonsense", ['["phone"]', '[["fax","contains","1"]]', '[["phone","likes","1"]]', "[[1,2,3]]", "{", '{"a":1}']
)
def test_filters_of_an_address_that_make_no_sense_are_none(show: Show, planned: Batch, nonsense: str) -> None:
    page = show("validate", batch=planned.id, filters=nonsense)
    assert not page.exception
    assert grid(page).lines == [3, 4]


def test_a_kind_is_opened_with_the_texts_of_its_cells_and_its_rows(show: Show, planned: Batch) -> None:
    page = show("validate", batch=planned.id)
    page.button(key="kind email duplicate_key warning").click().run()
    assert page.query_params["code"] == "duplicate_key"
    assert grid(page).lines == [4]
    page.button(key="kind email bad_email error").click().run()
    values, lines = page.data_editor[0].value, grid(page).lines
    assert values.to_numpy().tolist() == [["ben at example.com", 1, 3, ""]]
    assert lines == [3]
    page.button(key="kind email bad_email error").click().run()
    assert "code" not in page.query_params
    assert grid(page).lines == [3, 4]


def test_the_name_of_the_known_record_stands_beside_another_one_of_the_file(
    show: Show, wb: Workbench, sheet: Sheets
) -> None:
    wb.import_sheet(sheet("email,full_name\nada@x.org,Ada Park\nben@x.org,Ben Cole\n"), "elevate.students")
    text = "email,full_name\nada@x.org,Zora Hale\nben@x.org,Otto Frey\n"
    batch = wb.plan(wb.stage(sheet(text), "elevate.students")).batch
    page = show("validate", batch=batch.id, code="another_name", field="full_name")
    assert not page.exception
    shown = page.data_editor[0].value
    assert shown[["text", "told", "line"]].to_numpy().tolist() == [
        ["Zora Hale", "Quite another name: Zora Hale, where the student is known as Ada Park", 2],
        ["Otto Frey", "Quite another name: Otto Frey, where the student is known as Ben Cole", 3],
    ]


def test_a_text_is_put_right_in_all_its_rows_and_that_is_taken_back(
    show: Show, wb: Workbench, planned: Batch, worked: Callable[[Batch], Batch]
) -> None:
    page = show("validate", batch=planned.id, field="phone", code="bad_phone")
    assert page.data_editor[0].value["means"].tolist() == [""], "nobody knows what is meant, and no None stands for it"
    editor = f"values {planned.id} 0 {planned.plan} phone bad_phone"
    page.session_state[editor] = {"edited_rows": {0: {"means": "(nothing)"}}, "added_rows": [], "deleted_rows": []}
    page.run()
    page.button(key="put right").click().run()
    assert not page.exception
    worked(planned)
    assert [row["raw"]["phone"] for row in wb.rows.each(planned, lines=[3])] == [""]
    page = show("validate", batch=planned.id)
    assert "Last correction: phone: '12' is nothing (1 row, ana)" in said(page).replace("\\", "")
    assert grid(page).value["was"].tolist() == ["✎ phone: was 12 (ana)", ""]
    page.button(key="take back").click().run()
    worked(planned)
    assert [row["raw"]["phone"] for row in wb.rows.each(planned, lines=[3])] == ["12"]
    page = show("validate", batch=planned.id)
    page.button(key="make again").click().run()
    worked(planned)
    assert [row["raw"]["phone"] for row in wb.rows.each(planned, lines=[3])] == [""]


def test_words_are_looked_for_in_all_rows_and_a_line_is_gone_to(show: Show, planned: Batch) -> None:
    page = show("validate", batch=planned.id)
    page.text_input(key="search").set_value("okafor").run()
    assert grid(page).lines == [3]
    assert "**1 of 2 rows**" in said(page), "of those with something wrong, which are shown"
    page.text_input(key="search").set_value("nobody here").run()
    assert "No row fits." in said(page)
    page.text_input(key="search").set_value("").run()
    page.number_input(key="from").set_value(4).run()
    assert grid(page).lines == [4]
    page.number_input(key="from").set_value(1).run()
    page.button_group(key="which").set_value("All rows").run()
    assert grid(page).lines == [2, 3, 4]


def test_rows_that_are_picked_or_found_are_changed_at_once(
    show: Show, wb: Workbench, planned: Batch, worked: Callable[[Batch], Batch]
) -> None:
    page = show("validate", batch=planned.id)
    page.session_state["at once"] = True
    grid(page).say(picked=(4,))
    assert "Correct cells" in labels(page)  # to pick a row is no correction
    page.selectbox(key="change column").select("full_name").run()
    page.text_input(key="change was").set_value("Park").run()
    page.text_input(key="change to").set_value("Parker").run()
    page.button(key="change").click().run()
    assert not page.exception
    worked(planned)
    names = [row["raw"]["full_name"] for row in wb.rows.each(planned)]
    assert names == ["Ada Park", "Ben Okafor", "Ada Parker"]


def test_what_somebody_else_has_changed_since_is_told_and_not_changed_at_once(
    show: Show, wb: Workbench, open_wb: Callable[..., Workbench], planned: Batch, worked: Callable[[Batch], Batch]
) -> None:
    page = show("validate", batch=planned.id)
    page.session_state["at once"] = True
    page.button_group(key="which").set_value("All rows").run()
    page.selectbox(key="change column").select("full_name").run()
    page.text_input(key="change to").set_value("Ada Parker").run()
    page.radio(key="change which").set_value(True).run()
    ben = open_wb(user="ben")
    ben.plan(ben.correct(planned, {4: {"full_name": "Ada Lin"}}))
    page.button(key="change").click().run()
    assert not page.exception
    (refused,) = [error.value.replace("\\", "") for error in page.error]
    assert "line 4, full_name: ben has changed it to 'Ada Lin'" in refused
    assert any("ben has corrected this import since you looked at it" in each.value for each in page.info)
    assert [row["raw"]["full_name"] for row in wb.rows.each(planned, lines=[4])] == ["Ada Lin"]
    page.button(key="change").click().run()
    assert not page.error
    worked(planned)
    assert [row["raw"]["full_name"] for row in wb.rows.each(planned, lines=[4])] == ["Ada Parker"]


def test_all_rows_that_are_found_are_changed_only_where_somebody_says_all(
    show: Show, wb: Workbench, planned: Batch, worked: Callable[[Batch], Batch]
) -> None:
    page = show("validate", batch=planned.id)
    page.button_group(key="which").set_value("All rows").run()
    page.session_state["at once"] = True
    page.run()
    page.selectbox(key="change column").select("full_name").run()
    page.text_input(key="change to").set_value("Parker").run()
    assert (page.button(key="change").label, page.button(key="change").disabled) == (
        "Pick rows in the table first",
        True,
    )
    page.radio(key="change which").set_value(True).run()
    assert page.button(key="change").label == "Change 3 rows and check again"
    page.button(key="change").click().run()
    assert not page.exception
    worked(planned)
    assert {row["raw"]["full_name"] for row in wb.rows.each(planned)} == {"Parker"}


def test_a_filter_stands_in_the_address(show: Show, planned: Batch) -> None:
    page = show("validate", batch=planned.id, field="phone")
    assert grid(page).lines == [3]


def typed(page: AppTest) -> AppTest:
    """Types an e-mail address and a phone number into line 3."""
    return grid(page).say({3: {"0": "ben@example.com", "2": "555-201-0002"}})


def labels(page: AppTest) -> list[str]:
    return [button.label for button in page.button]


def test_what_is_typed_and_not_saved_outlives_the_page_and_its_filters(show: Show, planned: Batch) -> None:
    page = typed(show("validate", batch=planned.id))
    page.button(key="kind email duplicate_key warning").click().run()
    assert grid(page).lines == [4]
    assert "2 cells typed and not saved yet, 2 of them in rows that are not shown here. You may leave." in said(page)
    again = show("validate", batch=planned.id)
    assert grid(again).value["0"].tolist() == ["ben@example.com", "ada@example.com"]
    assert "Correct 2 cells and check again" in labels(again)


def test_the_plan_of_what_is_not_saved_is_told_to_be_another(show: Show, planned: Batch) -> None:
    typed(show("validate", batch=planned.id))
    page = show("commit", batch=planned.id)
    assert "2 cells typed at Validate and not saved: not in this plan." in said(page)


def test_a_plan_is_made_with_what_is_typed(
    show: Show, wb: Workbench, planned: Batch, worked: Callable[[Batch], Batch]
) -> None:
    typed(show("validate", batch=planned.id))
    page = show("validate", batch=planned.id)
    next(button for button in page.button if button.label == "Correct 2 cells and make the plan").click().run()
    now = worked(planned)
    assert (now.stage, now.created, now.invalid) == ("planned", 2, 0)
    assert "Correct 2 cells and check again" not in labels(show("validate", batch=planned.id))


def test_what_is_discarded_is_gone(show: Show, planned: Batch) -> None:
    page = typed(show("validate", batch=planned.id))
    next(button for button in page.button if button.label == "Discard").click().run()
    assert grid(page).value["0"].tolist() == ["ben at example.com", "ada@example.com"]
    assert grid(show("validate", batch=planned.id)).value["0"].tolist()[0] == "ben at example.com"


def test_nobody_else_sees_what_one_has_typed(show: Show, planned: Batch) -> None:
    typed(show("validate", batch=planned.id))
    page = show("validate", batch=planned.id)
    page.sidebar.text_input(key="person").set_value("lea").run()
    assert page.session_state["person"] == "lea"
    other = show("validate")
    other.session_state["person"] = "lea"
    other.query_params["batch"] = str(planned.id)
    assert "Correct cells" in labels(other.run())


def test_a_cell_is_corrected_in_place_and_checked_again(
    show: Show, wb: Workbench, planned: Batch, worked: Callable[[Batch], Batch]
) -> None:
    page = show("validate", batch=planned.id)
    typed(page)
    correct = next(button for button in page.button if button.label == "Correct 2 cells and check again")
    correct.click().run()
    now = worked(planned)
    assert (now.stage, now.created, now.invalid) == ("planned", 2, 0)
    assert [row["raw"]["email"] for row in wb.rows.each(now, lines=[3])] == ["ben@example.com"]
    page.run()
    assert grid(page).lines == [4]


def test_a_corrected_file_comes_back_into_the_same_batch(
    show: Show, wb: Workbench, planned: Batch, worked: Callable[[Batch], Batch]
) -> None:
    rejected = BytesIO()
    wb.rows.write(planned, rejected, "csv", outcome="invalid")
    corrected = rejected.getvalue().replace(b"ben at ", b"ben@").replace(b",12,", b",555-201-0002,")
    page = show("validate", batch=planned.id)
    page.file_uploader[0].set_value(("invalid.csv", corrected, "text/csv")).run()
    next(button for button in page.button if button.label == "Correct and check again").click().run()
    now = worked(planned)
    assert (now.id, now.created, now.invalid) == (planned.id, 2, 0)


def test_a_file_that_contradicts_what_was_corrected_since_is_taken_on_a_persons_word_alone(
    show: Show, wb: Workbench, open_wb: Callable[..., Workbench], planned: Batch, worked: Callable[[Batch], Batch]
) -> None:
    rejected = BytesIO()
    wb.rows.write(planned, rejected, "csv", outcome="invalid")
    corrected = rejected.getvalue().replace(b"ben at ", b"ben@").replace(b",12,", b",555-201-0002,")
    ben = open_wb(user="ben")
    ben.plan(ben.correct(planned, {3: {"phone": "555-301-0009"}}))
    page = show("validate", batch=planned.id)
    page.file_uploader[0].set_value(("invalid.csv", corrected, "text/csv")).run()
    next(button for button in page.button if button.label == "Correct and check again").click().run()
    assert not page.exception
    (refused,) = [error.value.replace("\\", "") for error in page.error]
    assert "line 3, phone: ben has changed it to '555-301-0009'" in refused
    page.button(key="overwrite").click().run()
    assert not page.exception
    worked(planned)
    assert [row["raw"]["phone"] for row in wb.rows.each(planned, lines=[3])] == ["555-201-0002"]


def test_cells_of_an_older_download_that_stay_are_told_and_overwritten_where_a_person_says_so(
    show: Show, wb: Workbench, planned: Batch, worked: Callable[[Batch], Batch]
) -> None:
    rejected = BytesIO()
    wb.rows.write(planned, rejected, "csv", outcome="invalid")
    old = ("invalid.csv", rejected.getvalue(), "text/csv")
    wb.plan(wb.correct(planned, {3: {"phone": "13"}}))
    page = show("validate", batch=planned.id)
    page.file_uploader[0].set_value(old).run()
    next(button for button in page.button if button.label == "Correct and check again").click().run()
    worked(planned)
    page.run()
    assert any("1 cell stays as it was corrected here since this file was downloaded" in i.value for i in page.info)
    assert [row["raw"]["phone"] for row in wb.rows.each(planned, lines=[3])] == ["13"]
    page.file_uploader[0].set_value(old).run()
    page.button(key="every cell").click().run()
    worked(planned)
    assert not page.run().exception
    assert [row["raw"]["phone"] for row in wb.rows.each(planned, lines=[3])] == ["12"]
    assert not any("corrected here since" in info.value for info in page.info)


def test_rejected_rows_are_downloaded_as_csv_and_xlsx(show: Show, planned: Batch) -> None:
    page = show("validate", batch=planned.id)
    assert [button.label for button in page.download_button] == ["CSV", "XLSX"]


def test_a_file_that_is_not_ours_is_refused_in_a_sentence(show: Show, planned: Batch) -> None:
    page = show("validate", batch=planned.id)
    page.file_uploader[0].set_value(("other.csv", b"a,b\n1,2\n", "text/csv")).run()
    next(button for button in page.button if button.label == "Correct and check again").click().run()
    assert len(page.error) == 1
    assert not page.exception


def test_a_file_of_another_import_is_refused_in_a_sentence(
    show: Show, wb: Workbench, sheet: Sheets, planned: Batch
) -> None:
    other, rejected = wb.stage(sheet(STUDENTS.replace("Ben", "Bob")), "elevate.students"), BytesIO()
    wb.rows.write(other, rejected, "csv")
    page = show("validate", batch=planned.id)
    page.file_uploader[0].set_value(("other.csv", rejected.getvalue(), "text/csv")).run()
    next(button for button in page.button if button.label == "Correct and check again").click().run()
    (refused,) = [error.value.replace("\\", "") for error in page.error]
    assert f"its rows are those of import {str(other.id)[:18]}" in refused
    assert not page.exception
    assert wb.batches.get(planned) == planned


def test_a_completed_import_is_shown_and_no_longer_corrected(show: Show, wb: Workbench, planned: Batch) -> None:
    wb.commit(planned, skip_errors=True)
    page = show("validate", batch=planned.id)
    assert not page.file_uploader
    assert grid(page).lines == [3, 4]
    assert not any(each["editable"] for each in grid(page).options["columnDefs"])
    assert "rowSelection" not in grid(page).options


def test_clean_rows_are_praised_and_lead_on(show: Show, wb: Workbench, sheet: Sheets) -> None:
    batch = wb.stage(sheet("email,full_name\nada@example.com,Ada Park\n"), "elevate.students")
    page = show("validate", batch=batch.id)
    assert "Nothing is wrong with any row." in said(page)
    assert "Make the plan" in [button.label for button in page.button]


def test_the_data_docs_are_shown_in_the_page(show: Show, planned: Batch) -> None:
    page = show("validate", batch=planned.id)
    page.session_state["docs"] = True
    page.run()
    assert [link.url for link in page.link_button] == [f"/docs/{planned.id}/"]


def test_hostile_text_is_text(show: Show, wb: Workbench, sheet: Sheets) -> None:
    name = "<img src=x onerror=alert(4)> **b**.csv"
    batch = wb.stage(sheet(HOSTILE, name), "elevate.students")
    page = show("validate", batch=batch.id)
    shown = grid(page)
    assert shown.value["0"].tolist() == ["<img src=x onerror=alert(2)>"]
    assert shown.headers["2"] == "<script>alert(1)</script>"
    assert "\\<img src=x onerror=alert\\(4\\)\\> \\*\\*b\\*\\*\\.csv" in said(page)
    assert not page.exception


# rows that contradict each other


@pytest.fixture
def contradicting(wb: Workbench, sheet: Sheets) -> Batch:
    """Ada with two names, on lines 2 and 4."""
    text = STUDENTS.replace("ada@example.com,Ada Park,\n", "ada@example.com,Ada Again,\n")
    return wb.plan(wb.stage(sheet(text, "students.csv"), "elevate.students")).batch


def test_rows_of_one_key_stand_side_by_side_and_a_person_chooses(
    show: Show, wb: Workbench, contradicting: Batch, worked: Callable[[Batch], Batch]
) -> None:
    page = show("validate", batch=contradicting.id)
    shown = page.dataframe[0].value
    assert shown.to_numpy().tolist()[:2] == [
        ["", "email", "ada@example.com", "ada@example.com"],
        ["≠", "full_name", "Ada Park", "Ada Again"],
    ]
    assert "1 key has rows that say different things" in said(page)
    page.button(key="line 0 4").click().run()
    assert not page.exception
    decided = worked(contradicting)
    assert [(row["line"], row["outcome"]) for row in wb.rows.each(decided)] == [
        (2, "skipped"),
        (3, "invalid"),
        (4, "created"),
    ]


def test_a_card_says_how_many_rows_say_what_and_its_buttons_name_the_first_and_the_last_line(
    show: Show, wb: Workbench, sheet: Sheets, worked: Callable[[Batch], Batch]
) -> None:
    head = "email,first_name,last_name,course_code,course_name\n"
    rows = enumerate(("Old name", "New name", "Old name"))
    text = head + "".join(f"a{at}@example.com,Ada,Park{at},ZZ1,{name}\n" for at, name in rows)
    batch = wb.plan(wb.stage(sheet(text), "elevate.learners")).batch
    page = show("validate", batch=batch.id)
    shown = next(each.value for each in page.dataframe if "Field" in each.value.columns)
    assert list(shown.columns)[2:] == ["Lines 2 to 4, 2 rows", "Line 3"]
    assert "The first one counts, and what says otherwise waits." in said(page)
    named = [button.label for button in page.button if str(button.key).startswith("line 0 ")]
    assert named == ["First: line 2", "This one: line 3", "Last: line 4"]
    page.button(key="line 0 4").click().run()
    assert not page.exception
    decided = worked(batch)
    assert [row["outcome"] for row in wb.rows.each(decided)] == ["created"] * 3
    page = show("validate", batch=batch.id)
    made = next(each.value for each in page.dataframe if "Counts" in each.value.columns)
    assert made[["Counts", "Key"]].to_numpy().tolist() == [["line 4", "ZZ1"]]
    (kind,) = [button.label.replace("\\", "") for button in page.button if str(button.key).startswith("kind ")]
    assert kind.endswith("another row with the same key counts, what is said otherwise is not used: a warning")
    assert "Rows that only have a warning are written." in said(page)


def test_of_rows_that_a_recipe_made_none_is_written_before_a_person_has_chosen(
    show: Show, wb: Workbench, sheet: Sheets
) -> None:
    """Their import is a run of one part, in which no record stands on many rows."""
    rows = "ada@example.com;ada@work.example,Ada Park\nada@example.com,Ada Again\n"
    split = Recipe(steps=(Step(operation="split_rows", columns=("email",), options={"separator": ";"}),))
    batch = wb.plan(wb.stage(sheet(f"email,full_name\n{rows}"), "elevate.students", recipe=split)).batch
    page = show("validate", batch=batch.id)
    assert "1 key has rows that say different things" in said(page)
    assert "None of them is written before that." in said(page)
    (part,) = wb.batches.parts(batch)
    assert [row["outcome"] for row in wb.rows.each(part)] == ["invalid", "skipped", "invalid"]


def test_what_contradicts_itself_is_decided_and_no_text_of_the_key_is_put_right(
    show: Show, contradicting: Batch
) -> None:
    page = show("validate", batch=contradicting.id, code="conflict", field="email")
    assert not page.exception
    shown = next(each.value for each in page.dataframe if "told" in each.value.columns)
    assert "Line 4 says otherwise of the same student" in shown["told"][0]
    assert not page.data_editor
    assert "Decide below which of them counts, or correct the rows." in said(page)


@pytest.mark.parametrize("kept", [False, None, {}, {"selection": None}, "line 4"])
def test_what_the_session_keeps_of_another_widget_is_no_choice_and_ends_no_page(
    show: Show, wb: Workbench, contradicting: Batch, kept: object
) -> None:
    wb.plan(wb.decisions.prefer(contradicting, [4]))
    page = show("validate", batch=contradicting.id)
    page.session_state[f"decided {contradicting.id} 1"] = kept
    page.run()
    assert not page.exception
    assert page.button(key=f"decided {contradicting.id} 1 lines").disabled


def test_of_many_rows_of_one_key_one_is_chosen_from_a_list(
    show: Show, wb: Workbench, sheet: Sheets, worked: Callable[[Batch], Batch]
) -> None:
    text = "email,full_name\n" + "".join(f"ada@example.com,Ada {name}\n" for name in "ABCDEFGHIJ")
    batch = wb.plan(wb.stage(sheet(text), "elevate.students")).batch
    page = show("validate", batch=batch.id)
    assert page.button(key="counts 0").disabled
    page.selectbox(key="line 0").select(5).run()
    page.button(key="counts 0").click().run()
    assert not page.exception
    created = [row["line"] for row in wb.rows.each(worked(batch)) if row["outcome"] == "created"]
    assert created == [5]


def test_above_the_rows_it_is_only_told_that_cells_were_not_saved() -> None:
    def page() -> None:
        from workbench.doors.web.views import issues
        from workbench.model.changed_cell import ChangedCell

        cell = ChangedCell(line=2, header="email", text="theirs", by="ben")
        issues.not_saved([cell])
        issues.changed_meanwhile([cell], {2: {"email": "mine"}})
        issues.not_saved([])

    shown = AppTest.from_function(page).run()
    above, beside = (each.value.replace("\\", "") for each in shown.warning)
    assert above == "1 cell was not saved: see the rows below."
    assert "and yours is mine" in beside


def test_what_was_noticed_of_several_columns_alike_is_told_once() -> None:
    def page() -> None:
        from workbench.doors.web.views import issues

        alike = [(field, "", "'null' reads as no value") for field in ("city", "state")]
        issues.noticed([*alike, ("phone", "", "numbers with a mark")])

    shown = AppTest.from_function(page).run()
    assert shown.markdown[0].value == (
        "- **city, state**: 'null' reads as no value\\.\n- **phone**: numbers with a mark\\.".replace("\\.", ".")
    )


def test_the_first_of_all_keys_is_chosen_at_once(
    show: Show, wb: Workbench, contradicting: Batch, worked: Callable[[Batch], Batch]
) -> None:
    show("validate", batch=contradicting.id).button(key="all first").click().run()
    decided = worked(contradicting)
    assert [row["outcome"] for row in wb.rows.each(decided)] == ["created", "invalid", "skipped"]


def test_a_choice_and_a_rule_are_taken_back_on_the_page(
    show: Show, wb: Workbench, contradicting: Batch, worked: Callable[[Batch], Batch]
) -> None:
    wb.plan(wb.decisions.prefer(contradicting, [4]))
    page = show("validate", batch=contradicting.id)
    key = f"decided {contradicting.id} 1"
    made = next(each for each in page.dataframe if "Counts" in each.value.columns)
    assert made.value[["Counts", "Key", "Decided by"]].to_numpy().tolist() == [["line 4", "ada@example.com", "ana"]]
    page.session_state[key] = {"selection": {"rows": [0], "columns": []}}
    page.run()
    page.button(key=f"{key} lines").click().run()
    assert not page.exception
    again = worked(contradicting)
    assert [row["outcome"] for row in wb.rows.each(again)] == ["invalid", "invalid", "invalid"]

    wb.plan(wb.decisions.prefer(contradicting, on_conflict="first"))
    page = show("validate", batch=contradicting.id)
    assert "Of rows with one key the first counts, as ana decided." in said(page).replace("\\", "")
    page.button(key=f"decided {contradicting.id} 3 rule").click().run()
    assert not page.exception
    assert [row["outcome"] for row in wb.rows.each(worked(contradicting))] == ["invalid", "invalid", "invalid"]


def test_what_nearly_fits_is_taken_for_all_its_rows(
    show: Show, wb: Workbench, sheet: Sheets, worked: Callable[[Batch], Batch]
) -> None:
    wb.import_sheet(sheet("name,code\nNursing,CNA101\n"), "elevate.courses")
    wb.import_sheet(sheet("email,name\nada@example.com,Ada\nben@example.com,Ben\n"), "elevate.students")
    text = "student_email,course_code\nada@example.com,CNA 101\nben@example.com,CNA 101\n"
    batch = wb.plan(wb.stage(sheet(text), "elevate.enrollments")).batch
    page = show("validate", batch=batch.id)
    assert "CNA 101: 2 rows, did you mean CNA101?" in said(page).replace("\\", "")
    page.button[[one.label for one in page.button].index("Yes, in 2 rows")].click().run()
    assert not page.exception
    assert worked(batch).created == 2


def test_a_kind_becomes_a_step_of_the_recipe_with_which_the_import_goes_on_and_the_next_needs_no_hand(
    show: Show, wb: Workbench, sheet: Sheets, worked: Callable[[Batch], Batch]
) -> None:
    columns = {"email": "email", "full_name": "full_name", "phone": "phone"}
    wb.templates.save("Monthly", "elevate.students", Mapping(columns=columns))
    text = STUDENTS.replace("555-201-0001", " 12 ")
    batch = wb.plan(wb.stage(sheet(text, "march.csv"), "elevate.students", template="Monthly")).batch
    page = show("validate", batch=batch.id, field="phone", code="bad_phone")
    editor = f"values {batch.id} 0 {batch.plan} phone bad_phone"
    page.session_state[editor] = {"edited_rows": {0: {"means": "(nothing)"}}, "added_rows": [], "deleted_rows": []}
    page.run()
    press(page, "Clean this column")
    assert [page.query_params[part] for part in ("batch", "do", "column")] == [str(batch.id), "map_values", '["phone"]']
    assert grid(page).lines == [2, 3]
    page = show("clean", **page.query_params)
    press(page, "Add this step")
    assert "In phone, take ' 12 ' → '', '12' → ''." in " ".join(box.label for box in page.checkbox)
    press(page, "Check the import again with this recipe")
    (begun, gone) = wb.batches.all()[:2]
    assert (gone.id, gone.stage) == (batch.id, "discarded")
    assert page.query_params["batch"] == str(begun.id)
    worked(begun)
    assert "phone" not in [count["field"] for count in wb.rows.issue_counts(begun)]
    april = wb.stage(sheet(text, "april.csv"), "elevate.students", template="Monthly")
    assert "phone" not in [count["field"] for count in wb.rows.issue_counts(april)]


def test_texts_that_are_too_many_are_chosen_by_what_is_wrong_with_them(
    show: Show, wb: Workbench, sheet: Sheets
) -> None:
    rows = "".join(f"ada{n}@example.com,Ada,call {n}\n" for n in range(150))
    batch = wb.plan(wb.stage(sheet(f"email,full_name,phone\n{rows}"), "elevate.students")).batch
    page = show("validate", batch=batch.id, field="phone", code="bad_phone")
    press(page, "Clean this column")
    (facet,) = json.loads(page.query_params["facets"])["shown"]
    assert (facet["by"], facet["of"], facet["chosen"]["values"]) == (
        "issue",
        "elevate.students.phone",
        ["bad_phone"],
    )
    assert any("150 of 150 rows" in each.value for each in page.markdown)


def press(page: AppTest, label: str) -> None:
    next(one for one in page.button if one.label == label).click().run()
    assert not page.exception
    assert [each.value for each in page.error] == []


@pytest.mark.parametrize("typed", ["\ud83d", "a\0b"])
def test_what_nothing_keeps_is_told_and_costs_no_other_cell(
    show: Show, wb: Workbench, planned: Batch, typed: str
) -> None:
    page = grid(show("validate", batch=planned.id)).say({3: {"0": "ben@example.com", "1": typed}, 4: {"2": "555"}})
    assert not page.exception
    told = "A NUL character, or half of one, was typed, which nothing keeps: line 3, full_name stays as it was."
    assert told in said(page).replace("\\", "")
    kept = drafts.kept(wb.settings, planned)
    assert kept.cells == {3: {"email": "ben@example.com"}, 4: {"phone": "555"}}


def test_a_cell_that_somebody_else_changed_meanwhile_is_not_overwritten_before_one_has_decided(
    show: Show, wb: Workbench, planned: Batch, open_wb: Callable[..., Workbench], worked: Callable[[Batch], Batch]
) -> None:
    page = grid(show("validate", batch=planned.id)).say({3: {"0": "mine@example.com"}, 4: {"2": "555-123-4567"}})
    open_wb(user="ben").correct(planned, {3: {"email": "his@example.com"}})
    wb.plan(planned)
    press(page, "Correct 2 cells and check again")
    rows = {row["line"]: row["raw"] for row in wb.rows.each(planned)}
    assert (rows[3]["email"], rows[4]["phone"]) == ("his@example.com", "555-123-4567")
    worked(planned)
    told = said(page.run()).replace("\\", "")
    assert "line 3, email: ben has changed it to 'his@example.com', and yours is mine@example.com" in told
    assert drafts.kept(wb.settings, planned).cells == {3: {"email": "mine@example.com"}}
    press(page, "Correct 1 cell and check again")
    assert next(wb.rows.each(planned, lines=[3]))["raw"]["email"] == "mine@example.com"
    assert drafts.kept(wb.settings, planned).cells == {}
    assert "has changed it" not in said(page)
    worked(planned)
    decided = " ".join(wb.decided(planned))
    assert "ana corrected 2 rows: lines 3-4" in decided
    assert "ben corrected 1 row: line 3" in decided
