"""Pages show a run first and its parts behind it; what is decided is decided for the whole run."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import Show, log_of
from tests.pages.grids import grid
from workbench import Workbench
from workbench.doors import jobs
from workbench.doors.web import recipes, uploads
from workbench.model.batch import Batch
from workbench.model.errors import Held
from workbench.model.recipe import Recipe, Step
from workbench.model.sheet import Sheet
from workbench.model.template import Mapping

Sheets = Callable[..., Sheet]
Worked = Callable[[Batch], Batch]

LEARNERS = """\
email,first name,last name,course code,course name,status
ada@example.com,Ada,Park,CNA101,Nursing,active
ada@example.com,Ada,Park,WELD1,,active
ben@example.com,Ben,Okafor,CNA101,Nursing,pending
bad at example.com,Cy,Dunn,CNA101,Nursing,active
"""
PARTS = ["Students", "Courses", "Enrollments"]
NUMBERS = (
    "Students created **2** · Students updated **0** · Courses created **1** · Courses updated **0** · "
    "Enrollments created **2** · Enrollments updated **0**"
)
SESSIONS = ((1, "Career Fair", "Completed"), (2, "DIA", "Completed"), (3, "Career Fair", "Confirmed"))
BOOK = {
    "enrollments": {"student_email": ["ada@example.com", "zed@example.com"], "course_code": ["CNA101", "CNA101"]},
    "Notes": {"what": ["Ask Ben."]},
    "students": {"email": ["ada@example.com", "bad at example.com"], "full name": ["Ada Park", "Cy Dunn"]},
    "courses": {"name": ["Nursing"], "code": ["CNA101"]},
}


def book(**sheets: dict[str, list[str]]) -> bytes:
    held = BytesIO()
    with pd.ExcelWriter(held, engine="xlsxwriter") as writer:
        for title, columns in sheets.items():
            pd.DataFrame(columns).to_excel(writer, sheet_name=title, index=False)
    return held.getvalue()


@pytest.fixture
def learners(wb: Workbench, sheet: Sheets) -> Batch:
    """A planned run of four learners: two rows created, one without its course, one invalid."""
    return wb.plan(wb.stage(sheet(LEARNERS, "learners.csv"), "elevate.learners")).batch


@pytest.fixture
def several(wb: Workbench) -> Batch:
    """A planned run of three sheets: two rows created, an enrollment without its student, one student invalid."""
    kept = uploads.keep(wb.settings, "book.xlsx", BytesIO(book(**BOOK))).id
    return wb.plan(wb.stage(uploads.every_sheet(wb.settings, kept), "elevate", source="page")).batch


def press(page: AppTest, label: str) -> AppTest:
    return next(button for button in page.button if button.label.replace("\\", "") == label).click().run()


def buttons(page: AppTest) -> list[str]:
    return [button.label.replace("\\", "") for button in page.main.button]


def said(page: AppTest) -> str:
    every = (*page.markdown, *page.caption, *page.info, *page.warning, *page.error, *page.success)
    return "\n".join(str(one.value) for one in every).translate({ord("\\"): None, 0xA0: " "})


def metrics(page: AppTest) -> list[str]:
    return [metric.value for metric in page.metric]


def table(page: AppTest, column: str) -> pd.DataFrame:
    return next(frame.value for frame in page.dataframe if column in frame.value)


def part(wb: Workbench, run: Batch, dataset: str) -> Batch:
    return next(one for one in wb.batches.parts(run) if one.dataset == dataset)


# -- a sheet that becomes several datasets -----------------------------------------------------------------------------


def test_a_sheet_of_learners_goes_from_its_upload_to_its_reconciliation(
    show: Show, wb: Workbench, worked: Worked
) -> None:
    page = show("upload")
    page.file_uploader[0].upload("learners.csv", LEARNERS.encode())
    page.run()
    assert next(box for box in page.selectbox if box.label == "Dataset").value == "elevate.learners"
    assert "It becomes students, courses and enrollments." in said(page)

    page = show("map", **page.query_params)
    assert "**Elevate: Learners with courses** (`elevate.learners`)" in said(page)
    next(box for box in page.checkbox if box.label.startswith("I have looked")).check().run()
    press(page, "Start the import")
    run = worked(wb.batches.all()[0])
    assert not page.exception

    page = show("validate", batch=run.id)
    assert metrics(page) == ["4", "2", "0", "0", "1", "1"]
    assert any("invalid email format" in label for label in buttons(page))

    page = show("commit", batch=run.id)
    assert NUMBERS in said(page)
    page.radio[0].set_value("Let the good rows go on").run()
    press(page, "Commit 2 rows")
    worked(run)

    page = show("reconcile", batch=run.id)
    assert metrics(page) == ["4", "2", "0", "0", "1", "1"]
    assert NUMBERS in said(page)
    assert log_of(page).startswith("Import type: Elevate: Learners with courses")
    page.text_input(key="why").set_value("Nobody knows them.")
    page = press(page, "Reject all of this kind: 1 row")
    page.text_input(key="why").set_value("Welding comes next year.")
    press(page, "Explain all of this kind: 1 row")
    assert (wb.reconcile(run).unexplained, wb.reconcile(run).rejected) == (0, 1)


def test_a_form_is_profiled_and_its_mapping_is_saved_as_a_template(show: Show, wb: Workbench) -> None:
    kept = uploads.keep(wb.settings, "learners.csv", BytesIO(LEARNERS.encode())).id
    page = show("profile", upload=kept)
    assert not page.exception
    assert "`elevate.learners`" in said(page)
    page = show("map", upload=kept)
    next(box for box in page.text_input if box.label == "Name").set_value("Registrar").run()
    press(page, "Save")
    (saved,) = wb.templates.all("elevate.learners")
    page = show("map", upload=kept, template=saved.id)
    assert not page.exception
    assert not next(button for button in page.button if button.label == "Start the import").disabled
    page = show("contracts", view="Templates", template=saved.id)
    assert not page.exception
    assert "course_name" in page.data_editor[0].value["Field"].tolist()


def test_what_waits_says_what_it_becomes(show: Show, wb: Workbench) -> None:
    uploads.keep(wb.settings, "learners.csv", BytesIO(LEARNERS.encode()))
    assert "Recognised as **Elevate: Learners with courses**, which becomes students, courses and enrollments" in said(
        show("upload")
    )


@pytest.mark.parametrize("name", ["validate", "commit", "reconcile", "history"])
def test_a_run_shows_its_figures_then_its_numbers_then_its_parts(show: Show, learners: Batch, name: str) -> None:
    page = show(name, batch=learners.id)
    assert not page.exception
    assert metrics(page)[:6] == ["4", "2", "0", "0", "1", "1"]
    assert NUMBERS in said(page)
    assert table(page, "Part").to_numpy().tolist() == [
        ["Students", 3, 2, 0, 0, 0, 1],
        ["Courses", 1, 1, 0, 0, 0, 0],
        ["Enrollments", 4, 2, 0, 0, 1, 1],
    ]


@pytest.mark.parametrize("name", ["validate", "commit", "reconcile", "history"])
def test_a_part_opens_on_the_same_page_without_what_is_the_run_s_and_leads_back(
    show: Show, wb: Workbench, learners: Batch, name: str
) -> None:
    page = press(show(name, batch=learners.id), "Open Enrollments")
    enrollments = part(wb, learners, "elevate.enrollments")
    assert not page.exception
    assert page.query_params == {"batch": str(enrollments.id)}
    assert metrics(page) == ["4", "2", "0", "0", "1", "1"]
    assert "Part of the run of learners.csv. Its rows were made of the run's." in said(page)
    whole = "The whole run"
    others = {"All imports"} if name == "history" else set()
    assert {label for label in buttons(page) if not label.startswith("✕")} == {whole} | others
    assert not (page.radio or page.text_area or log_of(page) or page.download_button)
    press(page, whole)
    assert page.query_params == {"batch": str(learners.id)}


@pytest.mark.parametrize(
    ("outcome", "rows"),
    [
        ("created", [["2", "ada@example.com", "CNA101", "active"], ["4", "ben@example.com", "CNA101", "pending"]]),
        ("unmatched", [["3", "course code: Course not found: 'WELD1'", "ada@example.com", "WELD1", "active"]]),
    ],
)
def test_the_rows_of_a_part_are_told_by_its_fields(
    show: Show, wb: Workbench, learners: Batch, outcome: str, rows: list[list[Any]]
) -> None:
    page = show("commit", batch=part(wb, learners, "elevate.enrollments").id, rows=outcome)
    assert grid(page).shown.to_numpy().tolist() == rows


def test_the_rows_of_a_run_are_those_of_its_source(show: Show, learners: Batch) -> None:
    page = show("commit", batch=learners.id, rows="created")
    assert grid(page).shown.to_numpy().tolist() == [
        ["2", "ada@example.com", "Ada", "Park", "CNA101", "Nursing", "active"],
        ["4", "ben@example.com", "Ben", "Okafor", "CNA101", "Nursing", "pending"],
    ]


def test_a_run_is_corrected_where_its_rows_are(show: Show, wb: Workbench, learners: Batch, worked: Worked) -> None:
    page = show("validate", batch=learners.id)
    email = str(learners.headers.index("email"))
    press(grid(page).say({5: {email: "cy@example.com"}}), "Correct 1 cell and check again")
    assert worked(learners).invalid == 0
    assert [row.processed for row in wb.batches.parts(learners)] == [3, 1, 4]
    assert not show("validate", batch=learners.id).exception


def test_a_run_that_failed_says_why_and_shows_no_parts(show: Show, wb: Workbench, sheet: Sheets) -> None:
    run = wb.begin(sheet(LEARNERS), "elevate.learners", source="page")
    jobs.defer(wb, "fill", run)
    jobs.cancel(wb, run)
    for name in ("validate", "commit", "history"):
        page = show(name, batch=run.id)
        assert [error.value for error in page.error] == ["Cancelled by ana; none of its rows were kept\\."]
        assert not (page.success or any("Part" in frame.value for frame in page.dataframe))


def test_a_part_that_was_made_anew_says_so(show: Show, wb: Workbench, learners: Batch) -> None:
    before = part(wb, learners, "elevate.students")
    wb.correct(learners, {5: {"email": "cy@example.com"}})
    wb.plan(learners)
    page = show("commit", batch=before.id)
    assert not page.exception
    assert "and was made anew since" in said(page)


def test_the_undo_of_a_run_is_shown_with_its_parts(show: Show, wb: Workbench, learners: Batch) -> None:
    wb.commit(learners, skip_errors=True)
    undo = wb.undo(learners)
    page = show("history", batch=undo.id, rows="updated")
    assert not page.exception
    assert table(page, "Part")["Part"].tolist() == PARTS[::-1]
    assert "Students created" not in said(page)
    page = press(page, "Open Students")
    assert "Part of the run of" in said(page)
    assert "Preview the undo" not in buttons(page)


# -- rows that were unmatched ------------------------------------------------------------------------------------------


def test_rows_that_a_later_run_imports_are_told_on_all_three(
    show: Show, wb: Workbench, learners: Batch, sheet: Sheets
) -> None:
    wb.commit(learners, skip_errors=True)
    courses = wb.import_sheet(sheet("name,code\nWelding,WELD1\n", "courses.csv"), "elevate.courses")
    (sweep,) = wb.batches.resolved_by(courses)

    page = show("commit", batch=courses.id)
    assert "1 row of an earlier run is unmatched no more." in said(page)
    assert sum(label.startswith("Those of ") for label in buttons(page)) == 1

    page = show("reconcile", batch=learners.id, rows="skipped")
    assert "1 row of this run is unmatched no more." in said(page)
    (why,) = grid(page, "skipped").shown.to_numpy().tolist()
    assert why[:3] == ["3", "resolved", "A later run has imported it"]
    (brought,) = (label for label in buttons(page) if label.startswith("Those of "))
    page = press(page, brought)

    assert page.query_params == {"batch": str(sweep.id)}
    assert "Brings in rows of learners.csv of 20" in said(page)
    press(page, "The import whose rows they are")
    assert page.query_params == {"batch": str(learners.id)}

    wb.undo(sweep)
    page = show("reconcile", batch=learners.id)
    assert metrics(page) == ["4", "2", "0", "0", "1", "1"]
    assert "unmatched no more" not in said(page)


# -- a workbook of several sheets --------------------------------------------------------------------------------------


def test_a_workbook_s_sheets_are_imported_together(show: Show, wb: Workbench, worked: Worked) -> None:
    page = show("upload")
    page.file_uploader[0].upload("book.xlsx", book(**BOOK))
    page.run()
    order = "1. courses → Elevate: Courses\n2. students → Elevate: Students\n3. enrollments → Elevate: Enrollments"
    assert order in said(page)
    assert "Left out: Notes (1 row)." in said(page)
    assert "Map its columns" in buttons(page)
    page = press(page, "Import its sheets together")
    assert not page.exception
    run = worked(wb.batches.all()[0])
    assert (run.dataset, run.stage, run.source) == ("elevate", "planned", "page")
    assert uploads.waiting(wb.settings) == []

    page = show("commit", batch=run.id)
    assert metrics(page) == ["5", "3", "0", "0", "1", "1"]
    assert table(page, "Part")[["Part", "Sheet", "Rows"]].to_numpy().tolist() == [
        ["Courses", "courses", 1],
        ["Students", "students", 2],
        ["Enrollments", "enrollments", 2],
    ]
    assert "Each sheet has rows and lines of its own: open one of them above." in said(page)


MONTHLY = {
    **BOOK,
    "students": {
        "Mail": ["ada at example.com", "bo@example.com"],
        "Whole name": ["Ada Park", "n/a"],
        "Grade": ["", ""],
    },
}
CLEAN = Recipe(
    steps=(
        Step(operation="replace", columns=("Mail",), options={"find": " at ", "by": "@"}),
        Step(operation="blank_texts", columns=("Whole name",)),
    )
)
MONTHLY_STUDENTS = Mapping(columns={"Mail": "email", "Whole name": "full_name"}, left_out=("Grade",), recipe=CLEAN)


def test_sheets_that_are_imported_together_are_cleaned_and_mapped_as_their_templates_say(
    show: Show, wb: Workbench, worked: Worked
) -> None:
    wb.templates.save("monthly students", "elevate.students", MONTHLY_STUDENTS)
    spoken = Recipe(steps=(Step(operation="replace", columns=("code",), options={"find": "nurse", "by": "CNA"}),))
    wb.templates.save(
        "all courses", "elevate.courses", Mapping(columns={"name": "name", "code": "code"}, recipe=spoken)
    )
    courses = {"name": ["Nursing"], "code": ["nurse101"]}
    kept = uploads.keep(wb.settings, "book.xlsx", BytesIO(book(**MONTHLY | {"courses": courses}))).id
    page = show("upload", upload=kept)
    page = next(box for box in page.selectbox if box.label == "What students is").select("elevate.students").run()
    assert "students: cleaned as the template monthly students says." in said(page)
    assert "courses: cleaned as the template all courses says." in said(page)
    page = press(page, "Import its sheets together")
    assert not page.exception
    assert [error.value for error in page.error] == []
    run = worked(wb.batches.all()[0])
    students, taught = (part(wb, run, f"elevate.{name}") for name in ("students", "courses"))
    people = [row["payload"] for row in wb.rows.each(students)]
    assert [(one["email"], one.get("full_name")) for one in people] == [
        ("ada@example.com", "Ada Park"),
        ("bo@example.com", None),
    ]
    assert [row["payload"]["code"] for row in wb.rows.each(taught)] == ["CNA101"]


def test_a_template_whose_steps_read_other_columns_cleans_a_sheet_only_where_it_is_chosen(
    show: Show, wb: Workbench
) -> None:
    more = Step(operation="trim", columns=("Programme",))
    other = replace(MONTHLY_STUDENTS, recipe=Recipe(steps=(*CLEAN.steps, more)))
    saved = wb.templates.save("monthly", "elevate.students", other)
    kept = uploads.keep(wb.settings, "book.xlsx", BytesIO(book(**MONTHLY))).id
    page = show("upload", upload=kept)
    page = next(box for box in page.selectbox if box.label == "What students is").select("elevate.students").run()
    assert "students: not cleaned: its columns are like those of the template monthly, but Programme," in said(page)
    for chosen, told in (
        (saved.id, "students: cleaned as the template monthly says, but Programme"),
        ("none", "by no"),
    ):
        box = next(box for box in page.selectbox if box.label == "Template of students")
        page = box.set_value(chosen).run()
        assert not page.exception
        assert told in said(page)
        assert told in said(show("upload", upload=kept)), "it outlives a reload"


def test_a_sheet_that_was_cleaned_by_hand_is_imported_so_with_the_others(
    show: Show, wb: Workbench, worked: Worked
) -> None:
    kept = uploads.keep(wb.settings, "book.xlsx", BytesIO(book(**BOOK))).id
    step = Step(operation="replace", columns=("email",), options={"find": " at ", "by": "@"})
    under = recipes.of_upload(kept, "students")
    recipes.keep(wb.settings, under, recipes.History().changed(Recipe(steps=(step,))))
    page = show("upload", upload=kept)
    assert "students: cleaned as it was said at Clean, in 1 step." in said(page)
    press(page, "Import its sheets together")
    students = part(wb, worked(wb.batches.all()[0]), "elevate.students")
    assert [row["payload"]["email"] for row in wb.rows.each(students)] == ["ada@example.com", "bad@example.com"]


def test_a_sheet_whose_template_makes_several_rows_of_one_is_not_imported_with_the_others(
    show: Show, wb: Workbench
) -> None:
    split = Step(operation="split_rows", columns=("email",), options={"separator": ";"})
    columns = {"email": "email", "full name": "full_name"}
    wb.templates.save("both", "elevate.students", Mapping(columns=columns, recipe=Recipe(steps=(split,))))
    kept = uploads.keep(wb.settings, "book.xlsx", BytesIO(book(**BOOK))).id
    page = press(show("upload", upload=kept), "Import its sheets together")
    assert not page.exception
    (refusal,) = (error.value.replace("\\", "") for error in page.error)
    assert "elevate.students is one of several sheets here. Import it by itself." in refusal
    assert wb.batches.all() == []


@pytest.mark.parametrize(
    ("courses", "refusal"),
    [
        ({}, "elevate.enrollments refers to elevate.courses, and there are none yet. Import elevate.courses first."),
        (
            {"courses": {"what": ["Nursing"]}},
            "The sheet courses cannot be imported as elevate.courses with the others: No column for",
        ),
        (
            {"courses": {"nam": ["Nursing"], "code": ["CNA101"]}},
            "The sheet courses cannot be imported as elevate.courses with the others: These columns only",
        ),
    ],
    ids=["order", "missing", "unconfirmed"],
)
def test_sheets_that_cannot_be_imported_yet_are_refused_in_a_sentence(
    show: Show, wb: Workbench, courses: dict[str, dict[str, list[str]]], refusal: str
) -> None:
    sheets = {title: BOOK[title] for title in ("students", "enrollments")} | courses
    kept = uploads.keep(wb.settings, "book.xlsx", BytesIO(book(**sheets))).id
    page = show("upload", upload=kept)
    if not courses:  # what the columns lack is told before
        page = press(page, "Import its sheets together")
    assert not page.exception
    assert [error.value.replace("\\", "")[: len(refusal)] for error in page.error] == [refusal]
    by_hand = "Choose such a sheet here by itself" if courses else "Choose its worksheet here and map it by hand"
    assert by_hand in said(page)
    assert "Map its columns" in buttons(page)
    assert wb.batches.all() == []


def test_sheets_that_are_the_same_dataset_are_runs_one_after_the_other(
    show: Show, wb: Workbench, worked: Worked
) -> None:
    first, second = ({"email": [f"{name}@example.com"], "full name": [name]} for name in ("Ada", "Bo"))
    kept = uploads.keep(wb.settings, "book.xlsx", BytesIO(book(First=first, Second=second))).id
    page = show("upload", upload=kept)
    assert "Say what First, Second is, or leave it out." in said(page)
    assert "Import its sheets together" not in buttons(page)
    assert "Map its columns" in buttons(page)
    for name in ("First", "Second"):
        next(box for box in page.selectbox if box.label == f"What {name} is").select("elevate.students").run()
    assert "**Its sheets are 2 imports**, one after the other:" in said(page)
    press(page, "Begin this import")
    assert worked(wb.batches.all()[0]).reading["sheet"] == "First"


def test_one_dataset_among_the_sheets_is_no_run(show: Show, wb: Workbench) -> None:
    kept = uploads.keep(wb.settings, "book.xlsx", BytesIO(book(students=BOOK["students"], Notes=BOOK["Notes"]))).id
    page = show("upload", upload=kept)
    assert not page.exception
    assert "Import its sheets together" not in buttons(page)


def test_the_rows_of_several_sheets_are_corrected_sheet_by_sheet(
    show: Show, wb: Workbench, several: Batch, worked: Worked
) -> None:
    page = show("validate", batch=several.id)
    assert not (page.exception or page.get("component_instance") or page.download_button)
    page = press(page, "The rows of students (Students)")
    students = part(wb, several, "elevate.students")
    assert page.query_params == {"batch": str(students.id)}
    assert not {"Look at the plan", "Make the plan"} & set(buttons(page))
    line = grid(page).lines[0]
    press(grid(page).say({line: {"0": "zed@example.com"}}), "Correct 1 cell and check again")
    run = worked(several)
    assert (run.stage, run.created, run.invalid, run.unmatched) == ("planned", 5, 0, 0)


def test_the_rows_of_several_sheets_are_explained_sheet_by_sheet(show: Show, wb: Workbench, several: Batch) -> None:
    wb.commit(several, skip_errors=True)
    page = show("reconcile", batch=several.id)
    assert not page.exception
    assert "1 row of students (Students)" in buttons(page)
    page = press(page, "1 row of enrollments (Enrollments)")
    page.text_input(key="why").set_value("Zed has left.")
    press(page, "Explain all of this kind: 1 row")
    assert not (page.exception or page.text_area)
    assert "Sign off as ana" not in buttons(page)
    wb.reject(part(wb, several, "elevate.students"), [3], "Cy has no address.")
    page = press(show("reconcile", batch=several.id), "Sign off as ana")
    assert wb.signature(several) is not None


def test_rows_of_a_workbook_that_is_held_say_so_and_on_which_worksheet_they_stand(
    show: Show, wb: Workbench, several: Batch
) -> None:
    with pytest.raises(Held):
        wb.commit(several)
    page = show("record", find="Nursing")
    assert "**to be created** · book.xlsx, worksheet courses, line 2" in said(page)
    assert "Its import waits for a person's decision: nothing was written." in said(page)


@pytest.mark.parametrize("name", ["map", "profile"])
def test_a_page_about_a_file_asks_which_sheet_is_meant(show: Show, wb: Workbench, several: Batch, name: str) -> None:
    page = show(name, batch=several.id)
    assert "**book.xlsx** was imported as several sheets. Which one?" in said(page)
    page = press(page, "courses · Elevate: Courses")
    assert not page.exception
    assert page.query_params["batch"] == str(part(wb, several, "elevate.courses").id)


# -- lists, and records ------------------------------------------------------------------------------------------------


def test_lists_name_runs_and_not_their_parts(show: Show, learners: Batch, several: Batch) -> None:
    shown = grid(show("history")).shown
    assert shown[["File", "Dataset", "Rows"]].to_numpy().tolist() == [
        ["book.xlsx", "Elevate: several sheets", "5"],
        ["learners.csv", "Elevate: Learners with courses", "4"],
    ]
    assert grid(show("history", dataset="elevate.learners")).shown["File"].tolist() == ["learners.csv"]
    page = show("validate")
    assert [option.split(" · ")[:2] for option in page.selectbox[0].options] == [
        ["book.xlsx", "Elevate: several sheets"],
        ["learners.csv", "Elevate: Learners with courses"],
    ]


def test_home_shows_runs_and_not_their_parts(show: Show, wb: Workbench, learners: Batch) -> None:
    wb.commit(learners, skip_errors=True)
    page = show("home")
    assert not page.exception
    assert page.get("button_group")[0].options == ["Rows to be explained **1**"]


def test_a_line_of_a_run_leads_to_every_record_that_came_of_it(show: Show, wb: Workbench, learners: Batch) -> None:
    wb.commit(learners, skip_errors=True)
    page = show("record", batch=learners.id, line=2)
    assert not page.exception
    found = [
        "**ada@example.com** Ada Park · student",
        "**CNA101** Nursing · course",
        "**ada@example.com|CNA101** · enrollment",
    ]
    assert [label for label in buttons(page) if "·" in label] == found
    page = press(page, found[1])
    assert "learners.csv, line 2 · run by ana · not signed off" in said(page)


def test_a_line_of_several_sheets_asks_for_the_sheet(show: Show, wb: Workbench, several: Batch) -> None:
    wb.commit(several, skip_errors=True)
    page = press(show("record", batch=several.id, line=2), "courses · Elevate: Courses")
    assert not page.exception
    page = show("record", batch=part(wb, several, "elevate.courses").id, line=2)
    assert "CNA101" in table(page, "Value")["Value"].tolist()


def test_a_form_is_no_dataset_of_records(show: Show, wb: Workbench, learners: Batch) -> None:
    wb.commit(learners, skip_errors=True)
    page = show("record", dataset="elevate.learners", record="ada@example.com|CNA101")
    assert not page.exception
    assert page.error[0].value.startswith("There is no learner ")


def test_a_run_is_broken_down_by_what_its_records_say(wb: Workbench, sheet: Sheets, show: Show) -> None:
    header = "Id,Name,Session_Type__c,Start_Date_and_Time__c,Session_Status__c\n"
    rows = [f"a0000000000000{n},Careers {n},{kind},2026-05-01T15:30:00Z,{status}\n" for n, kind, status in SESSIONS]
    planned = wb.plan(wb.stage(sheet(header + "".join(rows), "sessions.csv"), "salesforce.events")).batch
    page = show("validate", batch=str(planned.id))
    said = [markdown.value.replace("\N{NO-BREAK SPACE}", " ") for markdown in page.markdown]
    place = said.index("Status breakdown:")
    assert said[place : place + 4] == [
        "Status breakdown:",
        "Completed **2** · Confirmed **1**",
        "Session type breakdown:",
        "Career Fair **2** · DIA **1**",
    ]


REPORT = "Session ID,Title,Date,Status,Name,SignUp Role\n7001,Ghost,2026-10-03,Completed,,Educator\n"


@pytest.mark.parametrize(
    ("text", "playbook", "told"),
    [
        (REPORT, "polaris.pathful_sessions", "1 row is invalid and will not be written."),
        (LEARNERS, "elevate.learners", "1 row is invalid and will not be written."),
    ],
)
def test_it_is_told_that_nothing_of_invalid_rows_is_written(
    show: Show, wb: Workbench, sheet: Sheets, text: str, playbook: str, told: str
) -> None:
    held = wb.plan(wb.stage(sheet(text, "held.csv"), playbook)).batch
    page = show("commit", batch=held.id)
    assert [each.label.startswith(told) for each in page.radio] == [True]
