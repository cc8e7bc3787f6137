"""Home shows what needs someone now, and how the last imports ended."""

import json
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import Show
from workbench import Workbench
from workbench.doors.web.views import waiting as views
from workbench.model.sheet import Sheet

Sheets = Callable[..., Sheet]

STUDENTS = "email,full_name\nada@example.com,Ada Park\nbad at example.com,Dee Dunn\n"


def said(page: AppTest) -> str:
    return "\n".join(each.value for each in (*page.markdown, *page.caption)).replace("\\", "")


def test_an_empty_home_says_where_to_begin(show: Show) -> None:
    page = show("home")
    assert [button.label for button in page.button] == ["Start an import"]
    assert "Nothing has been imported yet" in page.info[0].value
    assert not page.exception


def test_what_waits_for_a_person_is_counted_and_linked(show: Show, wb: Workbench, sheet: Sheets) -> None:
    held = wb.import_sheet(sheet(STUDENTS, "held.csv"), "elevate.students")
    unexplained = wb.import_sheet(sheet(STUDENTS, "good rows.csv"), "elevate.students", skip_errors=True)
    unsigned = wb.import_sheet(sheet("name,code\nNursing,CNA101\n", "courses.csv"), "elevate.courses")
    left_off = wb.stage(sheet("name,code\nWelding,WELD101\n", "left off.csv"), "elevate.courses")
    page = show("home")
    assert page.get("button_group")[0].options == [
        "To be decided **1**",
        "Rows to be explained **1**",
        "Begun and left **1**",
        "To be signed off **1**",
    ]
    links = {link.label.partition(" ·")[0].replace("\\", ""): link.proto for link in page.page_link}
    for batch, target in ((held, "commit"), (left_off, "commit"), (unexplained, "reconcile"), (unsigned, "reconcile")):
        link = links[batch.file_name]
        assert (link.page, link.query_string) == (target, f"batch={batch.id}")


def test_nobody_is_asked_to_sign_what_somebody_else_has_to(
    show: Show, wb: Workbench, open_wb: Callable[..., Workbench], sheet: Sheets
) -> None:
    wb.import_sheet(sheet("name,code\nNursing,CNA101\n", "courses.csv"), "elevate.courses")
    page = show("home")
    assert page.get("button_group")[0].options == ["To be signed off **1**"]
    assert "1 row, 1 written. You ran it; nobody else works here, so you may sign it." in said(page)
    open_wb(user="lea").import_sheet(sheet("name,code\nWelding,WELD101\n", "more.csv"), "elevate.courses")
    page = show("home")
    assert page.get("button_group")[0].options == ["To be signed off **1**", "For others to sign **1**"]
    assert "1 row, 1 written. You ran it; somebody else has to sign it." in said(page)


def test_rows_of_which_somebody_has_said_a_word_wait_no_more(show: Show, wb: Workbench, sheet: Sheets) -> None:
    batch = wb.import_sheet(sheet(f"{STUDENTS}bad too,Eve Eden\n"), "elevate.students", skip_errors=True)
    assert "2 invalid" in said(show("home"))
    wb.reject(batch, [3], "Dee has no address.")
    assert "1 invalid" in said(show("home"))


def test_what_needs_a_decision_comes_first_and_a_figure_filters(show: Show, wb: Workbench, sheet: Sheets) -> None:
    for number in range(views.SHOWN):
        wb.import_sheet(sheet(f"name,code\nNursing,CNA{number}\n", f"old {number}.csv"), "elevate.courses")
    wb.import_sheet(sheet(STUDENTS, "newest held.csv"), "elevate.students")

    def names(page: AppTest) -> list[str]:
        return [link.label.replace("\\", "") for link in page.page_link if ".csv" in link.label]

    page = show("home")
    assert names(page)[:2] == ["newest held.csv", "old 0.csv"]
    page.get("button_group")[0].set_value("held").run()
    assert names(page) == ["newest held.csv"]
    assert not page.exception


def test_what_waits_stands_in_the_order_of_its_age_with_who_did_what_last(
    show: Show, wb: Workbench, open_wb: Callable[..., Workbench], sheet: Sheets
) -> None:
    with open_wb(user="bea") as bea:
        first = bea.import_sheet(sheet("name,code\nNursing,CNA101\n", "first.csv"), "elevate.courses")
    wb.import_sheet(sheet(STUDENTS, "second.csv"), "elevate.students")
    third = wb.import_sheet(sheet("name,code\nWelding,WELD101\n", "third.csv"), "elevate.courses")
    wb.note(first, notes="Seen.")
    page = show("home")
    assert not page.exception
    names = ["second.csv", "first.csv", "third.csv"]  # what is held needs a decision
    labels = [link.label.replace("\\", "") for link in page.page_link]
    assert [label for label in labels if label in names] == names
    told = [caption.value.replace("\\", "") for caption in page.caption if "waits since" in caption.value]
    assert "**ana** let it wait for a decision" in told[0] or "**ana** planned it" in told[0]
    assert "**ana** wrote into the log" in told[1]
    assert "**ana** committed it" in told[2]
    wb.undo(third)
    labels = [link.label.replace("\\", "") for link in show("home").page_link]
    assert [label for label in labels if "third" in label] == ["Undo of third.csv"]
    assert "**ana** undid it" in said(show("home")) and "began" not in said(show("home"))


def test_a_card_to_be_signed_says_what_is_to_be_looked_at_first(show: Show, wb: Workbench, sheet: Sheets) -> None:
    def students(name: str, phone: str) -> Sheet:
        rows = "".join(f"{name}{number}@example.com,Ada Park,{phone}\n" for number in range(20))
        return sheet(f"email,full_name,phone\n{rows}", f"{name}.csv")

    for name in ("students-1", "students-2"):
        wb.import_sheet(students(name, "555-201-0001"), "elevate.students")
    assert "priority_high" not in said(show("home")), "what is as ever has no mark"
    wb.import_sheet(students("students-3", ""), "elevate.students")
    text = said(show("home"))
    assert text.count("priority_high") == 1
    assert "20 rows, 20 written. You ran it; nobody else works here, so you may sign it.  \n:orange" in text
    assert "Phone is filled in 0% of the rows, and was 100%." in text
    limits = {"created": "0"}
    waits = wb.plan(wb.stage(sheet("name,code\nWelding,WELD101\n"), "elevate.courses", limits=limits)).batch
    wb.commit(waits, accept=["created"])
    assert "ana let go on: 1 course would be created: the limit is 0 courses." in said(show("home"))


def test_schedules_that_failed_wait_until_a_later_run_succeeds(show: Show, wb: Workbench, sheet: Sheets) -> None:
    one = wb.schedules.add("Nightly", "0 2 * * *", sequence="daily")
    failed = wb.schedules.run_now(one.id)
    wb.schedules.begin(failed)
    wb.schedules.end(failed, "failed", "Salesforce did not answer.")
    wb.import_sheet(sheet("name,code\nNursing,CNA101\n"), "elevate.courses")
    page = show("home")
    assert not page.exception
    link = next(link.proto for link in page.page_link if link.label == "Nightly")
    assert (link.page, link.query_string) == ("schedules", f"run={failed.id}")
    assert "Failed: Salesforce did not answer." in said(page)
    again = wb.schedules.run_now(one.id)
    wb.schedules.begin(again)
    wb.schedules.end(again, "completed", "All done.")
    assert "Nightly" not in [link.label for link in show("home").page_link]


def test_checks_that_found_something_are_counted_anew_once_anything_was_done(
    show: Show, wb: Workbench, sheet: Sheets
) -> None:
    wb.import_sheet(sheet("name\nHarbor\n", "companies.csv"), "commerce.companies")
    invoices = "number,date,company,total\n1,2026-01-01,Harbor,10\n2,2026-01-01,Harbor,20\n"
    wb.import_sheet(sheet(invoices, "invoices.csv"), "commerce.invoice_headers")
    assert "Invoices whose payments" not in said(show("home"))
    wb.import_sheet(sheet("payment id,invoice,amount\nP1,1,6\nP2,1,5\nP3,2,20\n"), "commerce.payments")
    page = show("home")
    assert "badge[Checks]" in said(page)
    assert "Invoices whose payments come to more than their total: 1 of 2 records." in said(page)
    links = [(link.proto.page, link.proto.query_string) for link in page.page_link if link.label == "Their list"]
    assert ("checks", "check=payments-beyond-invoice") in links
    assert page.get("button_group")[0].options == ["To be signed off **3**", f"Checks **{len(links)}**"]
    page.get("button_group")[0].set_value("unsigned").run()
    assert "Invoices whose payments" not in said(page), "a filter hides what is of another kind"
    page.get("button_group")[0].set_value("checks").run()
    assert "Invoices whose payments" in said(page) and "invoices.csv" not in said(page)


def test_the_kind_that_is_seen_alone_is_a_word_in_the_address(show: Show, wb: Workbench, sheet: Sheets) -> None:
    wb.import_sheet(sheet("name,code\nNursing,CNA101\n", "courses.csv"), "elevate.courses")
    left = wb.stage(sheet("name,code\nWelding,WELD101\n", "left off.csv"), "elevate.courses")

    def names(page: AppTest) -> list[str]:
        labels = [link.label.replace("\\", "") for link in page.page_link]
        return [label for label in labels if label.endswith(".csv")]

    page = show("home")
    page.get("button_group")[0].set_value("left off").run()
    assert (page.query_params, names(page)) == ({"waits": "left-off"}, ["left off.csv"])
    assert names(show("home", waits="left-off")) == ["left off.csv"]
    page.get("button_group")[0].set_value(None).run()
    assert (page.query_params, len(names(page))) == ({}, 2)
    wb.discard(left)
    page = show("home", waits="left-off")
    assert (page.query_params, names(page)) == ({}, ["courses.csv"]), "nothing waits for that any more"


def test_each_of_the_last_imports_is_a_bar_of_its_outcomes(show: Show, wb: Workbench, sheet: Sheets) -> None:
    for _ in range(2):
        wb.import_sheet(sheet(STUDENTS), "elevate.students", skip_errors=True)
    chart = show("home").get("plotly_chart")[0]
    bars = {bar["name"]: bar["y"] for bar in json.loads(chart.proto.spec)["data"]}
    assert {name: list(rows) for name, rows in bars.items()} == {
        "✚ created": [1, 0],
        "✎ updated": [0, 0],
        "→ skipped": [0, 1],
        "? unmatched": [0, 0],
        "✕ invalid": [1, 1],
    }


def test_the_button_starts_an_import(show: Show) -> None:
    page = show("home")
    page.button[0].click().run()
    assert [title.value for title in page.title] == ["Upload"]


def test_a_file_name_is_text_and_nothing_else(show: Show, wb: Workbench, sheet: Sheets) -> None:
    wb.import_sheet(sheet(STUDENTS, "**a** [b](c) <img src=x>.csv"), "elevate.students")
    label = show("home").page_link[0].label
    assert label.startswith(r"\*\*a\*\* \[b\]\(c\) \<img src=x\>\.csv")


def test_a_refusal_is_a_sentence(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_DATABASE_URL", "postgresql://127.0.0.1:1/none")
    page = show("home")
    assert "The database cannot be reached" in page.error[0].value
    assert not page.exception


def test_a_page_whose_database_was_away_is_tried_again(show: Show, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_DATABASE_URL", "postgresql://127.0.0.1:1/none")
    page = show("home")
    monkeypatch.setenv("WORKBENCH_DATABASE_URL", url)
    page = page.button(key="try again").click().run()
    assert not page.exception and not page.error
    assert "try again" not in [button.key for button in page.button]
