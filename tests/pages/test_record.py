"""Find a record answers what happened to it, from what a caller says or from a line of a file."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from tests.pages.conftest import Show
from tests.pages.grids import grid
from workbench import Workbench
from workbench.database import unwritten
from workbench.doors.web import record_lists
from workbench.model.batch import Batch
from workbench.model.sheet import Sheet

Sheets = Callable[..., Sheet]
Opened = Callable[..., Workbench]

FIRST = "email,full_name,phone\nada@example.com,Ada Park,555-201-0001\nbad at example.com,Dee Dunn,\n"
SECOND = "email,full_name,phone\nADA@example.com,Ada Lee,555-201-0001\nadam@example.com,Adam Berg,\n"


@pytest.fixture
def twice(wb: Workbench, open_wb: Opened, sheet: Sheets) -> tuple[Batch, Batch]:
    """Ada is created by ana, whose import lea signed off, and then changed by lea."""
    first = wb.import_sheet(sheet(FIRST, "first.csv"), "elevate.students", skip_errors=True)
    wb.reject(first, [3], "Dee has no address.")
    lea = open_wb(user="lea")
    lea.sign_off(first)
    return first, lea.import_sheet(sheet(SECOND, "second.csv"), "elevate.students")


def said(page: AppTest) -> str:
    """All words of the page, as they read."""
    text = "\n".join(part.value for part in (*page.markdown, *page.caption))
    return text.replace("\\", "").replace("\u2060", "")


def link(page: AppTest, label: str) -> Button:
    return next(button for button in page.button if button.label.replace("\\", "") == label)


def ask(page: AppTest, text: str) -> AppTest:
    return page.main.text_input[0].set_value(text).run()


def test_an_empty_page_says_what_to_do(show: Show) -> None:
    page = show("record")
    assert "type what the caller tells you" in said(page)
    assert not page.exception


@pytest.mark.parametrize("text", ["ada@example.com", " ADA@Example.com ", "Ada Lee"])
def test_one_match_is_shown_at_once_with_old_and_new_values(show: Show, twice: tuple[Batch, Batch], text: str) -> None:
    page = ask(show("record"), text)
    now = dict(page.dataframe[-1].value.to_numpy().tolist())
    assert (now["email"], now["full name"]) == ("ada@example.com", "Ada Lee")
    words = said(page)
    assert "full name: ~~Ada Park~~ → **Ada Lee**" in words
    assert "second.csv, line 2 · run by lea · not signed off" in words
    assert "first.csv, line 2 · run by ana · signed off by lea" in words
    assert words.index("second.csv") < words.index("first.csv")


def test_a_text_longer_than_anything_is_refused_in_one_sentence(show: Show) -> None:
    page = show("record", find="a" * 5_000)
    assert not page.exception
    (told,) = page.error
    assert told.value.startswith("What is looked for has 5,000 letters")


def test_several_matches_lead_to_each(show: Show, twice: tuple[Batch, Batch]) -> None:
    page = ask(show("record"), "ada")
    found = {button.label.replace("\\", ""): button for button in page.button if "student" in button.label}
    assert set(found) == {"**ada@example.com** Ada Lee · student", "**adam@example.com** Adam Berg · student"}
    found["**ada@example.com** Ada Lee · student"].click().run()
    assert "**Ada Lee**" in said(page)
    assert page.query_params["find"] == "ada"
    assert page.query_params["dataset"] == "elevate.students"


def test_the_address_of_a_record_shows_it(show: Show, wb: Workbench, twice: tuple[Batch, Batch]) -> None:
    record = wb.records.get("elevate.students", "ada@example.com")["record"]["id"]
    assert "**Ada Lee**" in said(show("record", dataset="elevate.students", record=record))


def test_a_line_of_a_file_leads_to_the_same(show: Show, twice: tuple[Batch, Batch]) -> None:
    page = show("record", batch=twice[0].id, line=2)
    cells = dict(page.dataframe[1].value.to_numpy().tolist())
    assert cells == {"email": "ada@example.com", "full_name": "Ada Park", "phone": "555-201-0001"}
    assert "full name: ~~Ada Park~~ → **Ada Lee**" in said(page)


def test_a_line_without_a_record_says_what_became_of_it(show: Show, twice: tuple[Batch, Batch]) -> None:
    page = show("record", batch=twice[0].id, line=3)
    row = page.dataframe[0].value.iloc[0]
    assert (row["Outcome"], row["What is wrong"]) == ("✕ invalid (rejected)", "email: Invalid email format")
    assert "Dee has no address." in said(page)
    assert [info.value for info in page.info] == ["No record came of this line."]


def test_a_corrected_line_shows_what_it_was_and_by_whom(show: Show, wb: Workbench, sheet: Sheets) -> None:
    batch = wb.stage(sheet(FIRST, "first.csv"), "elevate.students")
    wb.correct(batch, {3: {"email": "dee@example.com"}})
    wb.plan(batch)
    wb.commit(batch)
    page = show("record", batch=batch.id, line=3)
    assert page.dataframe[1].value.to_numpy().tolist()[0] == ["email", "dee@example.com", "bad at example.com"]
    assert "Corrected by ana" in said(page)
    assert "first.csv, line 3, corrected by ana · run by ana" in said(page)
    assert "email: ~~bad at example.com~~ → **dee@example.com**, corrected by ana, " in said(page)


CONTACTS = """\
Id,FirstName,LastName,Email,Phone
003Dn00000AbC13,Chloe,Garcia,vol13 at corp,(816) 555-0013
003Dn00000AbC14,Ann,Wrong,vol14@corp.example,(816) 555-0014
"""


@pytest.fixture
def volunteers(wb: Workbench, open_wb: Opened, sheet: Sheets) -> Batch:
    """Two people of Salesforce: of one the e-mail is left out, the other's name gil has corrected."""
    batch = wb.stage(sheet(CONTACTS, "contacts.csv"), "salesforce.volunteers")
    open_wb(user="gil").correct(batch, {3: {"LastName": "Lee"}})
    wb.plan(batch)
    return wb.commit(batch)


def test_a_record_that_is_found_by_what_it_says_no_longer_says_why(show: Show, volunteers: Batch) -> None:
    (told,) = ask(show("record"), "Ann Wrong").info
    assert told.value.replace("\\", "").startswith(
        "The record does not say that now. It came of line 3 of contacts.csv, which has it. "
        "LastName was 'Wrong', corrected to 'Lee' by gil, "
    )
    (told,) = ask(show("record"), "vol13 at corp").info
    assert "line 2 of contacts.csv" in told.value.replace("\\", "")
    assert "'vol13 at corp' is no e-mail address, and is left out." in told.value.replace("\\", "")
    assert not ask(show("record"), "Ann Lee").info, "of what it says itself nothing is to be explained"


def test_a_record_that_says_what_was_asked_for_in_any_field_is_told_to_say_it(
    show: Show, wb: Workbench, sheet: Sheets
) -> None:
    text = "name,salesperson,city\nNightjar Wines,Quentin Zabriskie,Ulm\nBlue Door,Rosa,Ulm\n"
    wb.import_sheet(sheet(text, "nj.csv"), "commerce.companies")
    page = ask(show("record"), "Ulm")
    assert [info.value for info in page.info] == ["These records say that in one of their fields:"]
    assert sum("city is 'Ulm'" in button.label.replace("\\", "") for button in page.button) == 2
    (told,) = ask(show("record"), "Zabriskie").info
    assert told.value.replace("\\", "") == "The record says that: salesperson is 'Quentin Zabriskie'."


def test_many_blank_fields_are_told_behind_one_line(show: Show, volunteers: Batch) -> None:
    page = ask(show("record"), "003Dn00000AbC13")
    now = dict(page.dataframe[0].value.to_numpy().tolist())
    assert now["last name"] == "Garcia" and "" not in now.values()
    (blank,) = [each for each in page.expander if each.label.endswith("fields are blank")]
    names = blank.markdown[0].value.replace("\\", "").split(", ")
    assert {"email", "birthdate"} <= set(names) and blank.label == f"{len(names)} fields are blank"


def test_the_story_of_a_part_tells_what_its_source_row_was_corrected_from(show: Show, volunteers: Batch) -> None:
    text = said(ask(show("record"), "003Dn00000AbC14"))
    assert "LastName: ~~Wrong~~ → **Lee**, corrected by gil, " in text
    assert "contacts.csv, line 3, corrected by gil · run by ana" in text
    text = said(ask(show("record"), "003Dn00000AbC13"))
    assert "'vol13 at corp' is no e-mail address, and is left out" in text and "corrected by" not in text


def test_the_story_of_an_invoice_that_is_withheld_names_the_line_that_was_refused(
    show: Show, wb: Workbench, sheet: Sheets
) -> None:
    wb.import_sheet(sheet("name\nHarbor Wine Bar\n", "companies.csv"), "commerce.companies")
    wb.import_sheet(sheet("sku,name\nFRA1023,Chablis\n", "skus.csv"), "commerce.skus")
    wb.import_sheet(
        sheet(
            """\
Invoice number,Invoice date,Status,Customer,SKU,Item,Qty.,Unit price,Net price
1001,2026-01-15,Delivered,Harbor Wine Bar,FRA1023,Chablis,2,10.00,20.00
1001,2026-01-15,Delivered,Harbor Wine Bar,NEW9999,New,1,12.50,12.50
1002,2026-01-15,Delivered,Harbor Wine Bar,FRA1023,Chablis,1,12.50,12.50
""",
            "sales.csv",
        ),
        "commerce.invoices",
    )
    text = said(show("record", dataset="commerce.invoice_headers", record="1001"))
    assert "Not written, for what it belongs to was refused: line 3: sku: SKU not found: 'NEW9999'." in text
    assert "refused" not in said(show("record", dataset="commerce.invoice_headers", record="1002"))


def test_a_line_that_is_not_there_is_told(show: Show, twice: tuple[Batch, Batch]) -> None:
    page = show("record", batch=twice[0].id, line=99)
    assert [info.value for info in page.info] == ["Line 99 of this file holds no row."]


def test_the_line_is_asked_for_on_the_page(show: Show, twice: tuple[Batch, Batch]) -> None:
    page = show("record", batch=twice[1].id)
    page.number_input[0].set_value(2)
    page.button[0].click().run()
    assert page.query_params["line"] == "2"
    assert "**Ada Lee**" in said(page)


def test_what_nothing_fits_is_told(show: Show, twice: tuple[Batch, Batch]) -> None:
    page = ask(show("record"), "nobody@example.com")
    assert "Nothing that was ever imported fits" in page.info[0].value


def test_rows_that_there_was_no_time_for_are_looked_through_when_asked_for(
    show: Show, wb: Workbench, sheet: Sheets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unwritten, "_AT_ONCE", 2)
    monkeypatch.setattr(record_lists, "SECONDS", 0)
    lines = "".join(f"s{number}@x.example,Sue Lane,{'Zzyzx' if number == 8 else '-'}\n" for number in range(9))
    wb.import_sheet(sheet(f"email,name,note\n{lines}"), "elevate.students")
    page = ask(show("record"), "zzyzx")
    assert "that was looked through" in page.info[0].value
    next(button for button in page.button if button.label == "Look through all rows").click()
    page = page.run()
    assert "sheet.csv, line 10" in said(page)
    assert not [button for button in page.button if button.label == "Look through all rows"]


def test_a_new_question_puts_the_last_answer_away(show: Show, twice: tuple[Batch, Batch]) -> None:
    page = ask(show("record", batch=twice[0].id, line=2), "adam@example.com")
    assert "adam@example.com" in page.dataframe[-1].value["Value"].tolist()
    assert "line" not in page.query_params


def test_a_record_of_another_is_linked(show: Show, wb: Workbench, sheet: Sheets, twice: tuple[Batch, Batch]) -> None:
    wb.import_sheet(sheet("name,code\nNursing,CNA101\n"), "elevate.courses")
    wb.import_sheet(sheet("student_email,course_code\nada@example.com,CNA101\n"), "elevate.enrollments")
    student = wb.records.get("elevate.students", "ada@example.com")["record"]["id"]
    enrollment = wb.records.get("elevate.enrollments", "ada@example.com|CNA101")["record"]["id"]
    page = show("record", dataset="elevate.enrollments", record=enrollment)
    now = dict(page.dataframe[-1].value.to_numpy().tolist())
    assert (now["user"], now["course"]) == ("ada@example.com Ada Lee", "CNA101 Nursing")
    link(page, "**ada@example.com** Ada Lee · student").click().run()
    assert page.query_params == {"dataset": "elevate.students", "record": str(student)}


@pytest.mark.parametrize(
    "address",
    [
        {"dataset": "elevate.students", "record": "nobody"},
        {"dataset": "no.such", "record": "nobody"},
        {"batch": "00000000", "line": "2"},
        {"batch": "x", "line": "y"},
    ],
    ids=lambda address: "-".join(address.values()),
)
def test_a_wrong_address_is_refused_in_a_sentence(
    show: Show, twice: tuple[Batch, Batch], address: dict[str, str]
) -> None:
    page = show("record", **address)
    (error,) = page.error
    assert error.value.startswith("There is no") and len(error.value) < 150
    assert not page.exception


def test_a_row_that_is_found_and_names_the_record_is_told_once(
    show: Show, wb: Workbench, sheet: Sheets, twice: tuple[Batch, Batch]
) -> None:
    wb.plan(
        wb.stage(
            sheet("email,full_name,phone\nada@example.com,Ada Lee,555-201-0009\n", "third.csv"), "elevate.students"
        )
    )
    page = show("record", find="Ada Lee")
    assert not page.exception
    assert said(page).count("third.csv, line 2") == 1, "in her story, which has the old and the new value"
    assert "phone: ~~555-201-0001~~ → **555-201-0009**" in said(page)
    assert not [heading for heading in page.header if "no record" in heading.value]


@pytest.mark.parametrize("text", ["ada@example.com", "Ada Lee"])
def test_a_change_that_was_undone_is_told_once_in_her_story(
    show: Show, wb: Workbench, sheet: Sheets, text: str
) -> None:
    for name, phone in (("first.csv", ""), ("second.csv", "555-201-0001")):
        row = f"ada@example.com,Ada Lee,{phone}\n"
        batch = wb.import_sheet(sheet(f"email,full_name,phone\n{row}", name), "elevate.students")
    wb.undo(batch)
    page = show("record", dataset="elevate.students", record="ada@example.com")
    for shown in (page, ask(show("record"), text)):
        words = said(shown)
        assert words.count("phone: ~~(blank)~~ → **555-201-0001**") == 1
        assert "**was updated**" not in words and "at the end of this page" not in words
        assert not [heading for heading in shown.header if heading.value.startswith("Rows that")]


def test_a_refused_row_of_hers_is_told_with_its_cells_besides_her_story(
    show: Show, wb: Workbench, sheet: Sheets, twice: tuple[Batch, Batch]
) -> None:
    text = "email,full_name,phone\nada@example.com,Ada Hopper,12\n"
    wb.import_sheet(sheet(text, "third.csv"), "elevate.students", skip_errors=True)
    for page in (show("record", dataset="elevate.students", record="ada@example.com"), ask(show("record"), "hopper")):
        assert "ada@example.com · Ada Hopper · 12" in said(page), "which the story does not say"


def test_of_several_rows_that_name_the_record_none_is_told_twice(
    show: Show, wb: Workbench, sheet: Sheets, twice: tuple[Batch, Batch]
) -> None:
    third = sheet("email,full_name,phone\nada@example.com,Ada Lee,555-201-0009\n", "third.csv")
    wb.plan(wb.stage(third, "elevate.students"))
    wb.import_sheet(sheet("name,code\nNursing,CNA101\n"), "elevate.courses")
    rows = "student_email,course_code\nada@example.com,BAKE101\n"
    wb.import_sheet(sheet(rows, "autumn.csv"), "elevate.enrollments", skip_errors=True)
    page = show("record", find="Ada Lee")
    assert "Rows that name it and did not get in (1)" in [heading.value for heading in page.header]
    assert said(page).count("third.csv, line 2") == 1  # in her story
    assert said(page).count("autumn.csv, line 2") == 1


@pytest.mark.parametrize(("text", "is_told"), [("S-77", False), ("EVE@example.com", False), ("Eve Moe", True)])
def test_rows_that_there_was_no_time_for_are_told_where_nothing_certain_was_found(
    show: Show, wb: Workbench, sheet: Sheets, monkeypatch: pytest.MonkeyPatch, text: str, is_told: bool
) -> None:
    monkeypatch.setattr(unwritten, "_AT_ONCE", 2)
    monkeypatch.setattr(record_lists, "SECONDS", 0)
    wb.import_sheet(sheet("email,full_name,external_id\neve@example.com,Eve Moe,S-77\n"), "elevate.students")
    lines = "".join(f"s{number}@x.example,Sue Lane,-\n" for number in range(9))
    wb.plan(wb.stage(sheet(f"email,name,note\n{lines}"), "elevate.students"))
    page = ask(show("record"), text)
    assert ("in the newest imports alone" in said(page)) == is_told
    assert [button for button in page.button if button.label == "Look through all rows"]


def test_whoever_is_asked_for_by_an_id_is_shown_with_what_refers_to_her(
    show: Show, wb: Workbench, sheet: Sheets
) -> None:
    wb.import_sheet(sheet("email,full_name,external_id\neve@example.com,Eve Moe,S-77\n"), "elevate.students")
    wb.import_sheet(sheet("name,code\nNursing,CNA101\n"), "elevate.courses")
    rows = "student_email,course_code,enrolled_at\neve@example.com,CNA101,2026-02-01\n"
    wb.import_sheet(sheet(rows), "elevate.enrollments")
    page = ask(show("record"), "S-77")
    assert "Enrollments that refer to it (1)" in [heading.value for heading in page.header]
    assert grid(page).shown["enrolled at"].tolist() == ["2026-02-01"], "a day is no moment that a zone moves"


def test_a_record_that_is_gone_still_has_its_story(show: Show, wb: Workbench, twice: tuple[Batch, Batch]) -> None:
    wb.undo(twice[1])
    page = ask(show("record"), "adam@example.com")
    assert [info.value for info in page.info] == ["There is no such student any more. This is what happened to it:"]
    assert "✚ **created**" in said(page)


def test_a_student_lists_her_enrollments(show: Show, wb: Workbench, sheet: Sheets, twice: tuple[Batch, Batch]) -> None:
    wb.import_sheet(sheet("name,code\nNursing,CNA101\n"), "elevate.courses")
    wb.import_sheet(sheet("student_email,course_code\nada@example.com,CNA101\n"), "elevate.enrollments")
    page = show("record", dataset="elevate.students", record="ada@example.com")
    assert "Enrollments that refer to it (1)" in [heading.value for heading in page.header]
    assert grid(page).shown.iloc[0][["", "course code", "status"]].tolist() == ["Open", "CNA101 Nursing", "active"]


def test_a_student_lists_the_rows_that_name_her_and_did_not_get_in(
    show: Show, wb: Workbench, sheet: Sheets, twice: tuple[Batch, Batch]
) -> None:
    wb.import_sheet(sheet("name,code\nNursing,CNA101\n"), "elevate.courses")
    rows = "student_email,course_code\nada@example.com,CNA101\nada@example.com,BAKE101\nadam@example.com,BAKE101\n"
    wb.import_sheet(sheet(rows, "autumn.csv"), "elevate.enrollments")
    page = show("record", dataset="elevate.students", record="ada@example.com")
    assert "Rows that name it and did not get in (1)" in [heading.value for heading in page.header]
    assert "**unmatched** (course) · autumn.csv, line 3" in said(page)
    assert "autumn.csv, line 4" not in said(page)
    lost = "email,full_name\nno address,Ada Lee\n"
    wb.import_sheet(sheet(lost, "lost.csv"), "elevate.students", skip_errors=True)
    page = ask(show("record"), "Ada Lee")  # a row that has her name hides none that have her address
    assert "lost.csv, line 2" in said(page) and "autumn.csv, line 3" in said(page)


def test_all_rows_that_name_her_and_did_not_get_in_can_be_seen(
    show: Show, wb: Workbench, sheet: Sheets, twice: tuple[Batch, Batch]
) -> None:
    wb.import_sheet(sheet("name,code\nNursing,CNA101\n"), "elevate.courses")
    courses = [f"ada@example.com,BAKE{number}" for number in range(6)]
    wb.import_sheet(sheet("\n".join(["student_email,course_code", *courses]), "autumn.csv"), "elevate.enrollments")
    page = show("record", dataset="elevate.students", record="ada@example.com")
    assert "Rows that name it and did not get in (6)" in [heading.value for heading in page.header]
    assert "autumn.csv, line 6" in said(page) and "autumn.csv, line 7" not in said(page)
    assert "There may be more" not in said(page), "all imports were looked at"
    link(page, "Show all 6 of them").click().run()
    assert "autumn.csv, line 7" in said(page)
    assert not any(button.label.startswith("Show all") for button in page.button)


def test_records_rows_and_what_refers_to_one_are_paged_to_the_last(
    show: Show, wb: Workbench, sheet: Sheets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_lists, "SIZE", 10)
    wb.import_sheet(sheet("name,code\nNursing,CNA101\n"), "elevate.courses")
    people = "".join(f"kim{number:02}@example.com,Kim Lee\n" for number in range(25))
    lost = "".join(f"bad{number:02},Kim Lee\n" for number in range(13))
    wb.import_sheet(sheet(f"email,full_name\n{people}{lost}", "kim.csv"), "elevate.students", skip_errors=True)
    taken = "".join(f"kim{number:02}@example.com,CNA101\n" for number in range(25))
    wb.import_sheet(sheet(f"student_email,course_code\n{taken}"), "elevate.enrollments")
    page = ask(show("record"), "kim lee")
    assert "25 records · page 1 of 3" in said(page) and "13 rows · page 1 of 2" in said(page)
    page = show("record", find="kim lee", **{"record-page": 3, "row-page": 2})
    assert "kim24@example.com" in str([button.label for button in page.button]).replace("\\", "")
    assert "kim.csv, line 39" in said(page) and "kim.csv, line 29" not in said(page)
    page = show("record", dataset="elevate.courses", record="CNA101", **{"enrollments-order": "-0"})
    assert "Enrollments that refer to it (25)" in [heading.value for heading in page.header]
    assert grid(page).shown["student email"].tolist()[0] == "kim24@example.com Kim Lee"
    page = show("record", dataset="elevate.courses", record="CNA101", **{"enrollments-search": "kim2"})
    assert "5 records found" in said(page)


def test_why_she_is_not_in_there_is_told_where_it_is_asked(show: Show, twice: tuple[Batch, Batch]) -> None:
    page = ask(show("record"), "Dunn")
    assert [info.value for info in page.info] == ["No record fits. These rows do, and became none:"]
    words = said(page)
    assert "✕ **invalid** (rejected) · first.csv, line 3" in words
    assert "bad at example.com · Dee Dunn" in words
    assert "email: Invalid email format" in words
    assert "Rejected by ana" in words
    assert "Dee has no address." in words
    link(page, "Show this line").click().run()
    assert page.query_params == {"find": "Dunn", "batch": str(twice[0].id), "line": "3"}
    assert "Line 3 of the file" in [heading.value for heading in page.header]


def test_a_held_import_is_why_nobody_of_it_is_in(show: Show, wb: Workbench, sheet: Sheets) -> None:
    wb.import_sheet(sheet("email,full_name\nfay@example.com,Fay Held\nx,Gus Bad\n", "held.csv"), "elevate.students")
    words = said(ask(show("record"), "fay held"))
    assert "✚ **to be created** · held.csv, line 2" in words
    assert "Its import waits for a person's decision: nothing was written." in words


def test_whose_record_an_undo_removed_is_not_told_to_be_in_by_a_later_file(
    show: Show, wb: Workbench, sheet: Sheets
) -> None:
    first = wb.import_sheet(sheet("email,full_name\nfay@example.com,Fay Gone\n", "first.csv"), "elevate.students")
    wb.import_sheet(sheet("email,full_name\nfay@example.com,Fay Gone\n", "later.csv"), "elevate.students")
    wb.undo(first)
    words = said(ask(show("record"), "fay@example.com"))
    assert "Its import was undone." in words
    assert "has been imported since" not in words
    third = wb.import_sheet(sheet("email,full_name\nfay@example.com,Fay Gone\n", "third.csv"), "elevate.students")
    assert third.created == 1
    page = show("record", batch=first.id, line=2)
    assert "Its key has been imported since (created): third.csv" in said(page)


def test_an_undo_in_a_records_story_has_old_and_new_values_and_its_preview_none(
    show: Show, wb: Workbench, twice: tuple[Batch, Batch]
) -> None:
    wb.undo(twice[1], dry_run=True)
    assert "Undo" not in said(ask(show("record"), "ada@example.com"))
    wb.undo(twice[1])
    words = said(ask(show("record"), "ada@example.com"))
    assert "Undo: ✎ **as it was before**" in words
    assert "full name: ~~Ada Lee~~ → **Ada Park**" in words and "full name: ~~Ada Park~~ → **Ada Lee**" in words


@pytest.mark.parametrize("text", ["(555) 201-0001", "555 201 0001"])
def test_a_phone_number_finds_her_however_it_is_written(show: Show, twice: tuple[Batch, Batch], text: str) -> None:
    assert "**Ada Lee**" in said(ask(show("record"), text))


def test_a_name_with_a_slip_is_told_to_be_one(show: Show, twice: tuple[Batch, Batch]) -> None:
    page = ask(show("record"), "Adda Lee")
    assert [info.value for info in page.info] == ["No record has just that. These are written nearly so:"]
    link(page, "**ada@example.com** Ada Lee · student").click().run()
    assert "**Ada Lee**" in said(page)


def test_a_lost_row_with_a_slip_says_which_import_has_brought_its_key(show: Show, wb: Workbench, sheet: Sheets) -> None:
    lost = wb.import_sheet(
        sheet("email,full_name,phone\nfay@example.com,Fay Lindquist,12\n", "lost.csv"),
        "elevate.students",
        skip_errors=True,
    )
    page = ask(show("record"), "Lindqvist")
    assert [info.value for info in page.info] == [
        "No record fits, and no row. These are written nearly so, and became none:"
    ]
    assert "its key" not in said(page).lower()
    later = wb.import_sheet(sheet("email,full_name\nfay@example.com,Fay Lind\n", "again.csv"), "elevate.students")
    for page in (ask(show("record"), "Lindquist"), show("record", batch=lost.id, line=2)):
        assert "Its key has been imported since (created): again.csv, line 2," in said(page)
        assert f"batch={later.id}" in [link.proto.query_string for link in page.page_link]


@pytest.mark.parametrize(("text", "says"), [("A", "One letter finds nothing."), ("Xy", "type the whole name")])
def test_a_very_short_question_says_what_to_do(show: Show, twice: tuple[Batch, Batch], text: str, says: str) -> None:
    assert says in ask(show("record"), text).info[0].value


def test_hostile_values_are_text(show: Show, wb: Workbench, sheet: Sheets) -> None:
    hostile = '"<b>x</b> **y** [z](javascript:alert(1)) $q$"'
    for name in ("Eve", hostile):
        wb.import_sheet(sheet(f"email,full_name\neve@example.com,{name}\n", "<i>.csv"), "elevate.students")
    page = ask(show("record"), "eve@example.com")
    words = "\n".join(part.value for part in (*page.markdown, *page.caption))
    assert r"\<b\>x\</b\> \*\*y\*\* \[z\]\(javascript\:alert\(1\)\) \$q\$" in words
    assert "<b>" not in words.replace(r"\<b\>", "")


def test_a_teacher_of_a_roster_is_shown_with_the_progress_of_the_year(show: Show, wb: Workbench, sheet: Sheets) -> None:
    text = "Email,Name,Building,Academic Year\nada@kck.example,Ada Park,North,2025-2026\n"
    wb.import_sheet(sheet(text, "roster.csv"), "polaris.teacher_roster")
    page = show("record", find="ada@kck.example")
    assert {metric.label: metric.value for metric in page.metric} == {
        "Progress": "Not Started",
        "Target": "1",
        "Attended": "0",
        "Still to come": "0",
        "Over, not reported": "0",
    }


def test_a_teacher_is_switched_off_with_a_reason_and_on_again(show: Show, wb: Workbench, sheet: Sheets) -> None:
    roster = "Teacher Email,Teacher Name,School,Academic Year\nben@kck.example,Ben Ruiz,Wyandotte High,2024-2025\n"
    wb.import_sheet(sheet(roster, "roster.csv"), "polaris.teacher_roster")
    page = ask(show("record"), "ben@kck.example")
    page.button(key="FormSubmitter:switch-Switch this teacher off").click().run()
    assert dict(page.dataframe[-1].value.to_numpy().tolist())["deactivation source"] == "manual_admin"
    assert "deactivated by hand · ana" in said(page).replace("**", "")
    assert "Left district" in said(page)
    wb.import_sheet(sheet(roster, "again.csv"), "polaris.teacher_roster")
    start = show("record")
    assert [each.label for each in start.expander][-1] == "Switched off by hand: 1"
    assert "Left district. Named since by 1 import, first by again.csv, line 2." in said(start)
    again = page.button(key="FormSubmitter:switch-Switch this teacher on again")
    page = again.click().run()
    assert [each.value for each in page.error] == ["Say why."]
    page.text_input(key="switch words").set_value("A mistake")
    page.button(key="FormSubmitter:switch-Switch this teacher on again").click().run()
    assert wb.records.deactivated() == []
    assert not page.exception
