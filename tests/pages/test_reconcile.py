"""Reconcile shows the proof, takes explanations and notes, writes the log, and takes the lead's signature."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from streamlit.testing.v1 import AppTest

from tests.imports import tamper, untimed
from tests.pages.conftest import Show, log_of
from tests.pages.grids import grid
from workbench import Workbench
from workbench.doors import jobs
from workbench.doors.web import correcting, words
from workbench.model.batch import Batch
from workbench.model.sheet import Sheet

Sheets = Callable[..., Sheet]
Opened = Callable[..., Workbench]

ENROLLMENTS = """\
student_email,course_code
ada@example.com,CNA101
ben@example.com,CNA101
ada@example.com,BAKE101
ada@example.com,BAKE102
"""


@pytest.fixture
def unmatched(wb: Workbench, sheet: Sheets) -> Batch:
    """Of four enrollments one is created, one has no student, two have no course."""
    wb.import_sheet(sheet("name,code\nNursing,CNA101\n"), "elevate.courses")
    wb.import_sheet(sheet("email,full_name\nada@example.com,Ada Park\n"), "elevate.students")
    return wb.import_sheet(sheet(ENROLLMENTS, "enrollments.csv"), "elevate.enrollments")


@pytest.fixture
def done(wb: Workbench, sheet: Sheets) -> Batch:
    """One course, created."""
    return wb.import_sheet(sheet("name,code\nNursing,CNA101\n", "courses.csv"), "elevate.courses")


def press(page: AppTest, label: str) -> AppTest:
    return next(button for button in page.button if button.label == label).click().run()


def pick(page: AppTest) -> None:
    """Picks the first of the rows to explain."""
    found = grid(page, "explain")
    found.say(picked=(found.lines[0],))


def said(page: AppTest) -> str:
    every = (*page.markdown, *page.caption, *page.info, *page.warning, *page.error, *page.success)
    return "\n".join(str(one.value) for one in every)


def test_the_figures_are_those_of_the_database(show: Show, unmatched: Batch) -> None:
    page = show("reconcile", batch=unmatched.id)
    assert [metric.value for metric in page.metric] == ["4", "1", "0", "0", "3", "0"]
    assert "4 = 1 + 0 + 0 + 3 + 0: adds up, proven by the database." in said(page)
    picture = next(one.proto.body for one in page.get("html") if "aria-label" in one.proto.body)
    assert "1 created, 3 unmatched add up to 4 processed." in picture


def test_the_definition_of_done_is_told_point_by_point(show: Show, unmatched: Batch) -> None:
    text = said(show("reconcile", batch=unmatched.id))
    met = {
        line.split("] ")[1].split("  ")[0]: ":green[" in line
        for line in text.splitlines()
        if "material/" in line and "] " in line
    }
    assert met == {
        "Committed": True,
        "Invalid = 0": True,
        "Every unmatched row explained": False,
        "Created + updated + skipped = processed": False,
    }
    assert "Not done yet" in text


def test_all_rows_of_a_kind_are_explained_with_one_reason(show: Show, wb: Workbench, unmatched: Batch) -> None:
    page = show("reconcile", batch=unmatched.id)
    page.selectbox(key="kind").select_index(0).run()
    assert page.selectbox(key="kind").options == [
        "unmatched: Course not found, for example 'BAKE101' (2)",
        "unmatched: Student not found: 'ben@example.com' (1)",
    ]
    page.text_input(key="why").set_value("The bakery was closed.")
    press(page, "Explain all of this kind: 2 rows")
    assert [(row["line"], row["explanation"]) for row in wb.rows.each(unmatched, outcome="skipped")] == [
        (4, "The bakery was closed."),
        (5, "The bakery was closed."),
    ]
    assert [metric.value for metric in page.metric] == ["4", "1", "0", "2", "1", "0"]


def test_a_word_on_rows_that_somebody_else_has_explained_meanwhile_is_kept_and_told(
    show: Show, wb: Workbench, open_wb: Opened, unmatched: Batch
) -> None:
    page = show("reconcile", batch=unmatched.id)
    page.text_input(key="why").set_value("The bakery was closed.")
    open_wb(user="bo").explain(unmatched, [4], "No course.")
    press(page, "Explain all of this kind: 2 rows")
    told = "Since you looked, bo has explained rows: of the 2 rows you meant 1 still waits. Nothing was saved of yours."
    assert told in said(page).replace("\\", "")
    assert page.text_input(key="why").value == "The bakery was closed."
    assert wb.rows.unexplained(unmatched) == [3, 5]
    press(page, "Explain all of this kind: 1 row")
    assert [row["explanation"] for row in wb.rows.each(unmatched, outcome="skipped")] == [
        "No course.",
        "The bakery was closed.",
    ]
    assert page.text_input(key="why").value == "", "the next reason begins with nothing"
    open_wb(user="bo").explain(unmatched, [3], "Ben left.")
    page.text_input(key="why").set_value("He moved.")
    press(page, "Explain all of this kind: 1 row")
    assert "none waits any more" in said(page), "also where nothing is left to explain"
    assert not page.exception


def test_the_picked_rows_alone_are_explained_or_none(
    show: Show, wb: Workbench, open_wb: Opened, unmatched: Batch
) -> None:
    page = show("reconcile", batch=unmatched.id)
    pick(page)
    page.run()
    page.text_input(key="why").set_value("The bakery was closed.")
    open_wb(user="bo").explain(unmatched, [4], "No course.")
    press(page, "Explain 1 row")
    assert "of the 1 row you meant none waits any more." in said(page).replace("\\", "")
    assert wb.rows.unexplained(unmatched) == [3, 5], "no other row is explained instead of the picked one"


def test_the_rows_that_were_found_are_explained_at_once(show: Show, wb: Workbench, unmatched: Batch) -> None:
    page = show("reconcile", batch=unmatched.id, **{"explain-search": "BAKE102"})
    assert grid(page, "explain").lines == [5]
    page.text_input(key="why").set_value("BAKE102 is next year's.")
    press(page, "Explain all that are found here: 1 row")
    assert wb.rows.unexplained(unmatched) == [3, 4]


def test_one_row_is_explained_by_itself(show: Show, wb: Workbench, unmatched: Batch) -> None:
    page = show("reconcile", batch=unmatched.id)
    found = grid(page, "explain")
    found.say(picked=(found.lines[1],))
    page.text_input(key="why").set_value("BAKE102 is next year's.")
    press(page, "Explain 1 row")
    assert wb.rows.unexplained(unmatched) == [3, 4]


def test_what_a_row_lacks_is_said_and_brings_it_in(show: Show, wb: Workbench, unmatched: Batch) -> None:
    page = show("reconcile", batch=unmatched.id)
    page = press(page, "Import the picked rows with it")
    assert "Pick rows above, and say what stands in that column." in said(page)
    pick(page)
    assert page.selectbox(key="supplied column").value == "course_code"
    page.text_input(key="supplied").set_value("BAKE999")
    page = press(page, "Import 1 row with it")
    assert "Course not found" in page.error[0].value
    pick(page)
    page.text_input(key="supplied").set_value("CNA101")
    press(page, "Import 1 row with it")
    assert [row["reason"] for row in wb.rows.each(unmatched, lines=[4])] == ["resolved"]


def test_a_session_without_a_date_is_given_it(show: Show, wb: Workbench, sheet: Sheets) -> None:
    text = "Session ID,Title,Date,Status,SignUp Role,Name\n5001,Nursing,,Confirmed,Professional,Dana Reed\n"
    waiting = wb.import_sheet(sheet(text, "report.csv"), "polaris.pathful_sessions")
    page = show("reconcile", batch=waiting.id)
    pick(page)
    assert page.selectbox(key="supplied column").value == "Date"
    page.text_input(key="supplied").set_value("2026-03-02 15:30")
    page = press(page, "Import 1 row with it")
    assert not page.exception
    assert wb.reconcile(waiting).done
    (brought,) = wb.batches.sweeps(waiting)
    assert (brought.created, brought.initiated_by) == (1, "ana")
    (told,) = [each for each in wb.batches.story(waiting) if each["action"] == "supplied"]
    assert (told["actor"], told["detail"]["cells"]) == ("ana", {"2": {"Date": "2026-03-02 15:30"}})


def test_a_reason_is_changed_until_somebody_signs(show: Show, wb: Workbench, unmatched: Batch) -> None:
    wb.explain(unmatched, wb.rows.unexplained(unmatched), "The bakery was closed.")
    page = show("reconcile", batch=unmatched.id)
    (field,) = [one for one in page.text_input if one.label == "What is to be said instead"]
    field.set_value("BAKE101 moved to May.")
    press(page, "Change the reason")
    assert {row["explanation"] for row in wb.rows.each(unmatched, outcome="skipped")} == {"BAKE101 moved to May."}
    assert [each["action"] for each in wb.batches.story(unmatched)].count("said otherwise") == 1
    wb.sign_off(unmatched)
    assert "Change the reason" not in [button.label for button in show("reconcile", batch=unmatched.id).button]


INVALID = "email,full_name\nada@example.com,Ada Park\nbad at example.com,Dee\nnobody,Cy\n"


@pytest.fixture
def invalid(wb: Workbench, sheet: Sheets) -> Batch:
    """Of three students one is created, two are invalid."""
    return wb.import_sheet(sheet(INVALID, "students.csv"), "elevate.students", skip_errors=True)


def test_invalid_rows_are_rejected_and_their_owner_gets_a_list(show: Show, wb: Workbench, invalid: Batch) -> None:
    page = show("reconcile", batch=invalid.id)
    page.text_input(key="why").set_value("Nobody knows them.")
    page = press(page, "Reject all of this kind: 2 rows")
    assert not page.exception
    assert [metric.value for metric in page.metric] == ["3", "1", "0", "0", "0", "2"]
    text = said(page)
    assert "Every invalid row rejected" in text and "2 invalid, all rejected by ana" in text
    assert "**2 rows rejected** (2 by ana). The list for their owner:" in text
    assert [button.label for button in page.download_button][:2] == ["CSV", "XLSX"]
    assert "Rows to explain or reject" not in [header.value for header in page.header]
    page = press(page, "Sign off as ana")
    assert wb.signature(invalid) is not None


def test_the_rows_of_one_outcome_say_which_of_them_were_rejected(show: Show, wb: Workbench, invalid: Batch) -> None:
    wb.reject(invalid, [4], "Nobody knows Cy.")
    page = show("reconcile", batch=invalid.id, rows="invalid")
    assert "rejected **1** · to be corrected or rejected **1**" in said(page)
    told = grid(page, f"{invalid.plan} invalid").shown["What is wrong"].tolist()
    assert told[1].startswith("Rejected by ana: Nobody knows Cy.; email:")


def test_an_import_that_was_taken_back_says_so_and_waits_for_nothing(show: Show, wb: Workbench, invalid: Batch) -> None:
    wb.undo(invalid)
    page = show("reconcile", batch=invalid.id)
    assert "Undone by ana, " in said(page)
    assert "It was taken back: there is nothing to sign." in said(page) and "Not yet" not in said(page)
    assert log_of(page).splitlines()[0].startswith("Import type: Elevate: Students (undone by ana, ")
    assert "Rows to explain or reject" not in [header.value for header in page.header]
    assert not [button for button in page.button if button.label.startswith("Sign off")]


def test_an_import_that_was_discarded_speaks_of_nothing_that_could_go_on(
    show: Show, wb: Workbench, sheet: Sheets
) -> None:
    planned = wb.plan(wb.stage(sheet("name,code\nNursing,CNA101\n"), "elevate.courses")).batch
    batch = wb.discard(planned, "The wrong file.")
    for name in ("reconcile", "commit"):
        text = said(show(name, batch=batch.id)).replace("\\", "")
        assert "Nothing was written: it was discarded." in text
        assert "what the plan meant to do; nothing was written" in text
        assert "ana discarded it: The wrong file." in untimed(text) and ".." not in text
        assert "Nobody had to decide" not in text and "to be written" not in text
    page = show("reconcile", batch=batch.id)
    assert "It was discarded: there is nothing to sign." in said(page)
    assert not [button for button in page.button if button.label.startswith("Sign off")]


def test_who_signs_an_undo_reads_what_it_removed_and_what_it_put_back(show: Show, wb: Workbench, sheet: Sheets) -> None:
    wb.import_sheet(sheet("name,code\nNursing,CNA101\nWelding,WELD1\n"), "elevate.courses")
    both = "name,code\nNursing care,CNA101\nWelding II,WELD1\nBaking,BAKE1\n"
    batch = wb.import_sheet(sheet(both, "later.csv"), "elevate.courses")
    page = show("reconcile", batch=wb.undo(batch).id)
    text = said(page).replace("\\", "")
    told = (
        "1 record that the import had created: removed. 2 records that it had changed or switched off: as before. "
        "All 3 changes of the import are accounted for."
    )
    assert f"**ana signs:** {told}" in text
    assert "changed known ones" not in text and "compared with its run" not in text
    assert "An undo is compared with nothing" in text
    assert "Undo of **later.csv**" in text
    link = next(each for each in page.page_link if "The import that it undoes" in each.label)
    assert (link.proto.page, link.proto.query_string) == ("history", f"batch={batch.id}")


def test_an_explanation_needs_a_reason(show: Show, wb: Workbench, unmatched: Batch) -> None:
    page = press(show("reconcile", batch=unmatched.id), "Explain all of this kind: 2 rows")
    assert [error.value for error in page.error] == ["Say why, for whoever reads this next year."]
    assert len(wb.rows.unexplained(unmatched)) == 3


def test_the_log_is_the_playbooks_and_takes_notes_in_place(show: Show, wb: Workbench, done: Batch) -> None:
    page = show("reconcile", batch=done.id)
    page.text_area(key=f"notes {done.id}").set_value("All courses came.")
    page.text_area(key=f"follow ups {done.id}").set_value("Ask for codes.")
    press(page, "Write it into the log")
    assert log_of(page) == wb.log(done).render()
    assert log_of(page).endswith("Decisions/notes: All courses came.\n\nFollow-ups: Ask for codes.")
    assert [button.label for button in page.download_button] == ["Text", "Markdown"]


def test_what_is_not_done_is_not_signed_and_the_page_says_why(show: Show, unmatched: Batch) -> None:
    page = show("reconcile", batch=unmatched.id)
    assert "Not yet: 3 rows are unmatched and not explained." in said(page)
    assert next(button for button in page.button if button.label.startswith("Sign off")).disabled


def test_nobody_signs_off_their_own_work(show: Show, open_wb: Opened, done: Batch) -> None:
    open_wb(user="lea")
    page = show("reconcile", batch=done.id)
    assert "You ran it; somebody else has to sign it off." in said(page).replace("\\", "")
    assert "**To be signed:** 1 row written" in said(page).replace("\\", "") and "ana signs" not in said(page)
    assert next(button for button in page.button if button.label == "Sign off as ana").disabled


def test_a_signature_freezes_the_batch(show: Show, wb: Workbench, open_wb: Opened, done: Batch) -> None:
    open_wb(user="lea")
    page = show("reconcile", batch=done.id)
    page.sidebar.text_input(key="person").set_value("lea").run()
    press(page, "Sign off as lea")
    signed = wb.signature(done)
    assert signed is not None
    assert signed["signed_by"] == "lea"
    assert "Signed off by **lea**" in page.success[0].value
    assert page.text_area(key=f"notes {done.id}").disabled
    press(page, "Check the evidence")
    assert "It is still exactly what was signed." in said(page)


def test_what_somebody_else_has_written_into_the_log_since_is_not_written_over(
    show: Show, open_wb: Opened, wb: Workbench, done: Batch
) -> None:
    page = show("reconcile", batch=done.id)
    open_wb(user="lea").note(done, notes="Asked the registrar.")
    page.text_area(key=f"notes {done.id}").set_value("All came.")
    page = press(page, "Write it into the log")
    assert "Somebody else has written into the log" in said(page) and "Asked the registrar" in said(page)
    assert wb.batches.get(done).notes == "Asked the registrar."
    page.text_area(key=f"notes {done.id}").set_value("Asked the registrar. All came.")
    press(page, "Write it into the log")
    assert wb.batches.get(done).notes == "Asked the registrar. All came."


def test_what_was_said_since_the_page_was_looked_at_is_not_signed_unseen(
    show: Show, wb: Workbench, open_wb: Opened, unmatched: Batch
) -> None:
    wb.explain(unmatched, wb.rows.unexplained(unmatched), "The bakery was closed.")
    page = show("reconcile", batch=unmatched.id)
    page.sidebar.text_input(key="person").set_value("max").run()
    open_wb(user="lea").explain(unmatched, [3], "He moved away.")
    page = press(page, "Sign off as max")
    assert "Something was said or done about batch" in said(page)
    assert "the last by lea (explained)" in said(page).replace("\\", "")
    assert wb.signature(unmatched) is None
    press(page, "Sign off as max")
    assert wb.signature(unmatched) is not None


def test_what_is_no_longer_as_it_was_signed_is_named(
    show: Show, wb: Workbench, open_wb: Opened, done: Batch, url: str
) -> None:
    open_wb(user="lea").sign_off(done)
    tamper(url, "update workbench.import_row set raw = '[]'")
    page = press(show("reconcile", batch=done.id), "Check the evidence")
    assert "rows: its one row is not what was signed" in page.error[0].value.replace("\\", "")


def test_the_evidence_can_be_taken_away_signed_or_not(show: Show, open_wb: Opened, done: Batch) -> None:
    def link() -> str:
        (found,) = show("reconcile", batch=done.id).get("link_button")
        return str(found.proto.url)

    assert link() == f"/evidence/{done.id}"
    open_wb(user="lea").sign_off(done)
    assert link() == f"/evidence/{done.id}"


def test_an_import_that_is_not_committed_is_sent_back(show: Show, wb: Workbench, sheet: Sheets) -> None:
    staged = wb.stage(sheet("name,code\nNursing,CNA101\n"), "elevate.courses")
    page = show("reconcile", batch=staged.id)
    assert [info.value for info in page.info] == ["Nothing to reconcile yet: this import is staged."]


def test_an_undo_reconciles_like_any_import(show: Show, wb: Workbench, done: Batch) -> None:
    undone = wb.undo(done)
    page = show("reconcile", batch=undone.id, rows="updated")
    assert [metric.value for metric in page.metric][:1] == ["1"]
    assert not page.exception


def test_rows_of_a_stock_are_to_be_corrected_in_the_whole_file(show: Show, wb: Workbench, sheet: Sheets) -> None:
    wb.import_sheet(sheet("sku,name\nFRA1,Chablis\n"), "commerce.skus")
    rows = "Warehouse,SKU,Unit quantity\nMain,FRA1,6\nMain,FRA1,six\n"
    batch = wb.import_sheet(sheet(rows), "commerce.inventory", skip_errors=True)
    assert "import the whole of it again" in said(show("reconcile", batch=batch.id))
    assert "another row of the same record is invalid" in said(show("commit", batch=batch.id))
    assert "import the whole of it again" in said(show("validate", batch=batch.id))


def test_who_signs_reads_what_is_signed(show: Show, wb: Workbench, done: Batch, unmatched: Batch) -> None:
    assert "**ana signs:** 1 row written: 1 made a new record. The one row of the source is accounted for." in said(
        show("reconcile", batch=done.id)
    ).replace("\\", "")
    assert "signs:" not in said(show("reconcile", batch=unmatched.id))  # it cannot be signed yet


def test_when_a_reason_was_so_is_told_in_the_readers_zone(
    show: Show, wb: Workbench, sheet: Sheets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "zone", lambda: ZoneInfo("Asia/Tokyo"))
    wb.import_sheet(sheet("email,full_name\nada@example.com,Ada Park\n"), "elevate.students")
    wb.import_sheet(sheet("name,code\nNursing,CNA101\n"), "elevate.courses")
    rows = "student_email,course_code\nada@example.com,BAKE101\n"
    batch = wb.import_sheet(sheet(rows), "elevate.enrollments")
    wb.import_sheet(sheet("name,code\nWelding,WELD101\n"), "elevate.courses")
    page = show("reconcile", batch=batch.id)
    (told,) = page.selectbox(key="kind").options
    assert f"(as it was on {words.here(batch.planned_at)})" in told and "JST" in told
    text = "\n".join(each.label for each in show("validate", batch=batch.id).radio)
    assert "UTC" not in text + said(show("validate", batch=batch.id))


def test_columns_stay_where_they_are_whichever_rows_are_searched(show: Show, unmatched: Batch) -> None:
    for name in ("commit", "validate"):
        page = show(name, batch=unmatched.id, rows="unmatched")
        every = [*grid(page, "rows").headers.values()]
        assert every[:3] == ["Line", "What is wrong", "student_email"]
        for text in ("ben", "BAKE101"):
            page = show(name, batch=unmatched.id, rows="unmatched", search=text)
            assert len(grid(page, "rows").value) == 1
            assert [*grid(page, "rows").headers.values()] == every, "ben has no student, the others no course"


def test_a_row_that_was_explained_is_told_as_such_and_not_as_one_that_changed_nothing(
    show: Show, wb: Workbench, unmatched: Batch
) -> None:
    wb.explain(unmatched, [3], "Ben left.")
    text = said(show("reconcile", batch=unmatched.id)).replace("\\", "")
    assert "1 row stayed out, which a person has explained." in text
    assert "changed nothing" not in text


def test_of_an_import_that_was_taken_back_it_is_told_by_whom(show: Show, wb: Workbench, done: Batch) -> None:
    assert "Nobody had to decide anything." in said(show("reconcile", batch=done.id))
    wb.undo(done)
    text = said(show("reconcile", batch=done.id)).replace("\\", "")
    assert "ana took it back." in untimed(text) and "Nobody had to decide" not in text


def test_many_rows_are_signed_by_a_worker_and_a_refusal_is_told(
    show: Show,
    wb: Workbench,
    invalid: Batch,
    worked: Callable[[Batch], Batch],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(correcting, "FEW", 0)
    jobs.defer(wb, "sign", invalid)
    worked(invalid)
    assert wb.signature(invalid) is None
    assert any("cannot be signed off" in error.value for error in show("reconcile", batch=invalid.id).error)
    wb.reject(invalid, [row["line"] for row in wb.rows.each(invalid, outcome="invalid")], "Nobody knows them.")
    page = press(show("reconcile", batch=invalid.id), "Sign off as ana")
    assert not page.exception
    assert wb.signature(invalid) is None, "a worker does it"
    worked(invalid)
    signed = wb.signature(invalid)
    assert signed is not None and signed["signed_by"] == "ana"
    assert wb.verify(invalid)
    jobs.defer(wb, "sign", invalid)
    worked(invalid)
    assert [event["action"] for event in wb.batches.story(invalid)].count("signed off") == 1


def test_many_rows_that_waited_are_brought_in_by_a_worker(
    show: Show,
    wb: Workbench,
    sheet: Callable[..., Sheet],
    worked: Callable[[Batch], Batch],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(correcting, "FEW", 0)
    wb.import_sheet(sheet("name,code\nNursing,CNA101\n"), "elevate.courses")
    wb.import_sheet(sheet("email,name\nann@example.org,Ann\n"), "elevate.students")
    waits = wb.import_sheet(sheet("student email,course code\nann@example.org,HHA101\n"), "elevate.enrollments")
    wb.import_sheet(sheet("name,code\nCare,HHA101\n"), "elevate.courses")
    page = press(show("reconcile", batch=waits.id), "Bring them in")
    assert not page.exception
    worked(waits)
    (run,) = wb.batches.sweeps(waits)
    assert (run.stage, run.created) == ("completed", 1)
    assert "1 row of this run is unmatched no more." in said(show("reconcile", batch=waits.id))


def test_rows_that_a_later_import_is_newer_than_are_not_offered_and_are_explained_by_it(
    show: Show, wb: Workbench, sheet: Callable[..., Sheet]
) -> None:
    wb.import_sheet(sheet("name,code\nNursing,CNA101\n"), "elevate.courses")
    wb.import_sheet(sheet("email,name\nann@example.org,Ann\n"), "elevate.students")
    header = "student email,course code,status\n"
    old = wb.import_sheet(sheet(f"{header}ann@example.org,HHA101,active\n", "sep.csv"), "elevate.enrollments")
    wb.import_sheet(sheet("name,code\nCare,HHA101\n"), "elevate.courses")
    wb.import_sheet(sheet(f"{header}ann@example.org,HHA101,completed\n", "oct.csv"), "elevate.enrollments")
    page = show("reconcile", batch=old.id)
    assert "oct\\.csv has newer values for the same records" in said(page)
    assert "Bring them in" not in [each.label for each in page.button]
    assert "can be brought in now" not in said(page) and "still unmatched" not in said(page)
    page = press(page, "Explain 1 row")
    assert not page.exception
    assert wb.reconcile(old).done
    assert wb.rows.said(old)[0]["reason"] == "Brought since by oct.csv, which is newer."


def test_what_an_undo_has_kept_is_told_and_leads_to_the_next_undo_until_nothing_is_left(
    show: Show, wb: Workbench, sheet: Callable[..., Sheet]
) -> None:
    people = "email,name\nann@example.org,Ann\nben@example.org,Ben\n"
    first = wb.import_sheet(sheet(people), "elevate.students")
    later = wb.import_sheet(sheet("email,name\nann@example.org,Anna\n"), "elevate.students")
    undo = wb.undo(first)
    text = untimed(said(show("reconcile", batch=first.id)).replace("\\", ""))
    assert "Since then 1 of 2 changes were taken back, 1 kept." in text and "All of it" not in text
    assert "ana took 1 of 2 changes back." in text
    for batch in (first, undo):
        page = show("reconcile", batch=batch.id)
        assert "Take back what was kept (1 change)" in [each.label for each in page.get("page_link")]
    wb.undo(later)
    second = wb.undo(first)
    text = untimed(said(show("reconcile", batch=first.id)).replace("\\", ""))
    assert "All of it was taken back since." in text and "Since then" not in text
    assert "ana took 1 of 2 changes back." in text and "ana took the rest (1 change) back." in text
    page = show("history", batch=first.id)
    undos = [each for each in page.button if each.label.startswith("Its undo")]
    assert len(undos) == 2
    assert (undo.id, second.id) == tuple(each.id for each in wb.batches.undos(first))
    undos[0].click().run()
    assert page.query_params["batch"] == str(undo.id)
