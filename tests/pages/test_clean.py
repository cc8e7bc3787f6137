import json
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests import messy
from tests.pages.conftest import Show
from tests.pages.grids import grid
from workbench import Workbench
from workbench.doors.web import recipes, uploads
from workbench.model.batch import Batch
from workbench.model.recipe import Condition, Expected, Recipe, Step
from workbench.model.sheet import Sheet
from workbench.model.template import Mapping

STUDENTS = b"""\
email,full name,phone
ann@example.org, Ann Lee ,n/a
bo@example.org,Bo  Ray,555-201-0001
cy@example.org; cy@example.com,Cy Orr,n/a
"""


def keep(wb: Workbench, data: bytes, name: str = "export.csv") -> str:
    return uploads.keep(wb.settings, name, BytesIO(data)).id


def told(page: AppTest) -> str:
    said = [*page.markdown, *page.caption, *page.info, *page.warning, *page.success, *page.error, *page.checkbox]
    return "\n".join(each.label if hasattr(each, "label") and each.type == "checkbox" else each.value for each in said)


def plain(page: AppTest) -> str:
    return told(page).replace("\\", "")


def mapped(page: AppTest) -> list[str]:
    """The columns that Map asks about."""
    labels = [box.label.replace("\\", "") for box in page.selectbox]
    return [label.removeprefix("Field of ") for label in labels if label.startswith("Field of ")]


def press(page: AppTest, label: str) -> AppTest:
    done = next(one for one in page.button if one.label == label).click().run()
    assert not done.exception
    return done


def rows(page: AppTest) -> list[list[Any]]:
    """The rows on the page: line and cells."""
    frame = grid(page).value
    cells = frame[[name for name in frame.columns if name.isdecimal()]].values.tolist()
    return [[line, *row] for line, row in zip(grid(page).lines, cells, strict=True)]


def kept(wb: Workbench, upload: str) -> Recipe:
    history = recipes.kept(wb.settings, recipes.of_upload(upload, None))
    assert history is not None
    return history.now


def facets(*shown: dict[str, Any]) -> str:
    return json.dumps({"shown": list(shown)})


def test_without_a_file_the_page_says_what_to_do(show: Show) -> None:
    page = show("clean")
    assert not page.exception
    assert "No file yet" in told(page)


def test_the_rows_stand_with_their_lines_and_what_was_found_with_its_step(show: Show, wb: Workbench) -> None:
    page = show("clean", upload=keep(wb, STUDENTS))
    assert not page.exception
    assert rows(page)[0] == [2, "ann@example.org", " Ann Lee ", "n/a"]
    said = plain(page)
    assert "**full name**: 1 row with blanks around the text" in said
    assert "**phone**: 2 rows with n/a, which means nothing" in said
    assert "**email**: 1 row with two e-mail addresses" in said


def test_rows_are_shown_in_the_order_that_the_address_asks_for(show: Show, wb: Workbench) -> None:
    upload = keep(wb, STUDENTS)
    for order, lines in {"-": [4, 3, 2], "-email": [4, 3, 2], "+full name": [2, 3, 4], "+no": [2, 3, 4]}.items():
        page = show("clean", upload=upload, order=order)
        assert (order, grid(page).lines) == (order, lines)
        assert not page.exception


def test_a_step_is_seen_on_a_few_rows_before_it_is_added_and_marked_afterwards(show: Show, wb: Workbench) -> None:
    upload = keep(wb, STUDENTS)
    page = show("clean", upload=upload, column='["full name"]', do="trim")
    assert page.dataframe[0].value.values.tolist() == [[2, " Ann Lee ", "Ann Lee"]]
    assert rows(page)[0][2] == " Ann Lee "
    page = press(page, "Add this step")
    assert rows(page)[0] == [2, "ann@example.org", "Ann Lee", "n/a"]
    assert grid(page).value["told"].tolist() == ["full name: “ Ann Lee ” (step 1)", "", ""]
    assert "Step 1: In full name, take away white space around the text." in plain(page)
    assert "1 row changed" in plain(page)
    assert kept(wb, upload).steps[0].expected is not None
    expected = kept(wb, upload).steps[0].expected
    assert expected is not None
    assert expected.changed == 1


def test_what_is_found_becomes_steps_with_one_press_and_is_undone_and_done_again(show: Show, wb: Workbench) -> None:
    upload = keep(wb, STUDENTS)
    page = press(show("clean", upload=upload), "Add the 3 steps that need no choice")
    clean = [2, "ann@example.org", "Ann Lee", ""]
    assert (rows(page)[0], len(kept(wb, upload).steps)) == (clean, 3)
    assert "split" not in {step.operation for step in kept(wb, upload).steps}, "columns or rows is a choice"
    page = press(page, "Undo")
    assert (rows(page)[0][2], kept(wb, upload).steps) == (" Ann Lee ", ())
    page = press(show("clean", upload=upload), "Redo")
    assert rows(page)[0] == clean
    assert next(one for one in page.button if one.label == "Redo").disabled


def test_a_recipe_survives_leaving_and_whoever_opens_the_file_sees_it(
    show: Show, wb: Workbench, open_wb: Callable[..., Workbench]
) -> None:
    upload = keep(wb, STUDENTS)
    press(show("clean", upload=upload, column='["full name"]', do="trim"), "Add this step")
    assert rows(show("clean", upload=upload))[0][2] == "Ann Lee"


def test_a_step_is_switched_off_moved_edited_and_taken_away(show: Show, wb: Workbench) -> None:
    upload = keep(wb, STUDENTS)
    steps = (
        Step(operation="case", columns=("full name",), options={"to": "upper"}),
        Step(operation="trim", columns=("full name",)),
    )
    _say(wb, upload, *steps)
    page = show("clean", upload=upload)
    assert rows(page)[0][2] == "ANN LEE"
    page = next(box for box in page.checkbox if box.label.startswith("Step 1:")).uncheck().run()
    assert rows(page)[0][2] == "Ann Lee"
    assert [step.on for step in kept(wb, upload).steps] == [False, True]
    page = show("clean", upload=upload, step="1", do="case", column='["full name"]', options='{"to":"upper"}')
    next(box for box in page.selectbox if box.label == "To").select("lower").run()
    page = press(page, "Save step 1")
    assert kept(wb, upload).steps[0].options == {"to": "lower"}
    assert "step" not in page.query_params


def test_texts_and_what_becomes_of_them_are_typed_cell_by_cell(show: Show, wb: Workbench) -> None:
    page = show("clean", upload=keep(wb, STUDENTS), column='["phone"]', do="map_values")
    table = "clean option 0 map_values meanings"
    for typed in ({}, {"Text": "n/a"}, {"Text": "n/a", "Becomes": "none"}):
        edits = {"edited_rows": {}, "added_rows": [typed], "deleted_rows": []}
        page.session_state[table] = edits
        page.run()
        assert not page.exception
        assert not page.error
    assert page.dataframe[1].value.values.tolist() == [[2, "n/a", "none"], [4, "n/a", "none"]]
    assert not page.warning


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"Text": "n/a"}, "n/a becomes nothing: its cells will be blank"),
        ({"Becomes": "none"}, "What becomes none? Its Text is blank, and it is left out."),
    ],
)
def test_a_text_that_is_half_said_is_told(show: Show, wb: Workbench, typed: dict[str, str], told: str) -> None:
    page = show("clean", upload=keep(wb, STUDENTS), column='["phone"]', do="map_values")
    page.session_state["clean option 0 map_values meanings"] = {
        "edited_rows": {},
        "added_rows": [typed],
        "deleted_rows": [],
    }
    page.run()
    assert not page.exception
    assert [warning.value.startswith(told) for warning in page.warning] == [True]


def test_facets_are_counted_over_all_rows_and_hold_for_the_step(show: Show, wb: Workbench) -> None:
    upload = keep(wb, STUDENTS)
    chosen = {"column": "phone", "test": "values", "values": ["n/a"]}
    shown = facets({"column": "phone", "by": "values", "chosen": chosen}, {"column": "email", "by": "kind"})
    page = show("clean", upload=upload, facets=shown, column='["phone"]', do="blank_texts")
    said = plain(page)
    assert "n/a (2)" in said
    assert "555-201-0001 (1)" in said
    assert "no e-mail address (1)" in said
    assert "**2 of 3 rows**" in said
    assert [row[0] for row in rows(page)] == [2, 4]
    press(page, "Add this step")
    assert kept(wb, upload).steps[0].where == (Condition(column="phone", test="values", values=("n/a",)),)


def test_a_facet_is_added_chosen_from_turned_round_and_taken_away(show: Show, wb: Workbench) -> None:
    page = show("clean", upload=keep(wb, STUDENTS))
    page = next(box for box in page.selectbox if box.label == "Facet of").select("phone").run()
    page = next(box for box in page.checkbox if box.label.startswith("n/a")).check().run()
    assert [row[0] for row in rows(page)] == [2, 4]
    page = next(box for box in page.checkbox if box.label == "All but these").check().run()
    assert [row[0] for row in rows(page)] == [3]
    page = press(page, "Choose nothing")
    assert [box.value for box in page.checkbox if box.label.startswith("n/a")] == [False]
    assert len(rows(page)) == 3
    page = next(box for box in page.selectbox if box.label == "Count phone by").select("pattern").run()
    assert "999-999-9999 (1)" in plain(page)
    assert len(rows(page)) == 3


def test_a_column_is_counted_by_what_its_dataset_says_of_it_and_the_step_is_for_those_rows(
    show: Show, wb: Workbench
) -> None:
    upload = keep(wb, STUDENTS)
    address = {"upload": upload, "dataset": "elevate.students"}
    page = show("clean", facets=facets({"column": "email", "by": "issue"}), **address)
    assert not page.exception
    assert [box.value for box in page.selectbox if box.label == "Judge email as"] == ["email"]
    assert "invalid email format (1)\nnothing wrong (2)" in plain(page)
    page = next(box for box in page.checkbox if box.label.startswith("invalid email")).check().run()
    assert [row[0] for row in rows(page)] == [4]
    page = show(
        "clean", **{**page.query_params, "column": '["email"]', "do": "blank_texts", "options": '{"texts":["x"]}'}
    )
    press(page, "Add this step")
    page = show("clean", **{**page.query_params, "facets": page.query_params["facets"].replace("bad_email", "bad_url")})
    assert "bad url (0)" in plain(page)
    asked = Condition(column="email", test="issue", values=("bad_email",), text="elevate.students.email")
    assert kept(wb, upload).steps[0].where == (asked,)
    page = show("clean", facets=facets({"column": "email", "by": "issue", "of": "elevate.students.phone"}), **address)
    assert "invalid phone number" in plain(page)


def test_where_nobody_knows_what_a_row_is_the_facet_asks(show: Show, wb: Workbench) -> None:
    page = show("clean", upload=keep(wb, b"a,b\nx,1\n"), facets=facets({"column": "a", "by": "issue"}))
    assert not page.exception
    page = next(box for box in page.selectbox if box.label == "What is a row of it?").select("elevate.courses").run()
    assert page.query_params["dataset"] == "elevate.courses"
    page = next(box for box in page.selectbox if box.label == "Judge a as").select("code").run()
    assert "nothing wrong (1)" in plain(page)


def test_an_expression_is_counted_by_its_values_or_by_yes_and_no(show: Show, wb: Workbench) -> None:
    upload = keep(wb, STUDENTS)
    page = _typed(show("clean", upload=upload), "Facet of an expression", "phone = 'n/a'")
    assert "yes (2)\nno (1)" in plain(page)
    page = next(box for box in page.checkbox if box.label == "no (1)").check().run()
    assert [row[0] for row in rows(page)] == [3]
    page = _typed(page, "Facet of an expression", "split_part(email, '@', 1)")
    assert "bo (1)" in plain(page)
    page = show("clean", **{**page.query_params, "column": '["phone"]', "do": "trim"})
    press(page, "Add this step")
    assert kept(wb, upload).steps[0].where == (Condition(test="expression", text="phone = 'n/a'", values=("false",)),)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("length(", "write length"),
        ("nobody = 1", "there is no column called so"),
        ("now()", "is not among what there is"),
    ],
)
def test_an_expression_that_is_none_is_one_sentence_below_its_line(
    show: Show, wb: Workbench, text: str, why: str
) -> None:
    page = _typed(show("clean", upload=keep(wb, STUDENTS)), "Facet of an expression", text)
    assert [why in warning.value.replace("\\", "") for warning in page.warning] == [True]
    assert "facets" not in page.query_params
    assert next(one for one in page.text_input if one.label == "Facet of an expression").value == text


def _typed(page: AppTest, label: str, text: str) -> AppTest:
    done = next(one for one in page.text_input if one.label == label).set_value(text).run()
    assert not done.exception
    return done


def test_a_value_of_a_facet_is_said_otherwise_where_it_stands_and_all_of_a_column_are_one_step(
    show: Show, wb: Workbench
) -> None:
    upload = keep(wb, b"course,n\nWelding,1\nweldng,1\nWeldin,2\nNursing,2\n,2\n")
    page = show("clean", upload=upload, facets=facets({"column": "course", "by": "values"}))
    for was, now in (("weldng", "weld"), ("Weldin", "Welding"), ("weld", "Welding"), ("", "Nursing")):
        page = next(one for one in page.button if one.help == f"Say {was or '(blank)'} otherwise").click().run()
        page = _typed(page, f"{was or 'Blank'} shall be", now)
    (step,) = kept(wb, upload).steps
    meanings = {"weldng": "Welding", "weld": "Welding", "Weldin": "Welding", "": "Nursing"}
    assert (step.operation, step.columns, step.options, step.where) == (
        "map_values",
        ("course",),
        {"meanings": meanings},
        (),
    )
    assert "Welding (3)\nNursing (2)" in plain(page)
    page = press(page, "Undo")
    assert len(kept(wb, upload).steps[0].options["meanings"]) == 3


def test_a_value_that_is_said_otherwise_is_another_in_the_rows_of_the_other_facets_and_stays_chosen(
    show: Show, wb: Workbench
) -> None:
    upload = keep(wb, b"course,n\nWelding,1\nweldng,1\nweldng,2\n")
    chosen = {"column": "n", "test": "values", "values": ["1"]}
    misspelt = {"column": "course", "test": "values", "values": ["weldng"]}
    shown = facets(
        {"column": "n", "by": "values", "chosen": chosen}, {"column": "course", "by": "values", "chosen": misspelt}
    )
    page = show("clean", upload=upload, facets=shown)
    page = next(one for one in page.button if one.help == "Say weldng otherwise").click().run()
    page = _typed(page, "weldng shall be", "Welding")
    assert kept(wb, upload).steps[0].where == (Condition(column="n", test="values", values=("1",)),)
    assert [row[0] for row in rows(page)] == [2, 3]
    page = next(one for one in page.button if one.help == "Say Welding otherwise").click().run()
    page = _typed(page, "Welding shall be", "weldng")
    assert [step.options for step in kept(wb, upload).steps] == [{"meanings": {"Welding": "weldng"}}]


def test_clusters_become_one_step_with_the_value_to_keep(show: Show, wb: Workbench) -> None:
    upload = keep(
        wb,
        b"name,course\n"
        + b"".join(
            b"N%d,%b\n" % (n, c) for n, c in enumerate([b"Welding"] * 5 + [b"welding", b"WELDING"] + [b"Carpentry"] * 4)
        ),
    )
    page = show("clean", upload=upload, column='["course"]', do="clusters")
    next(box for box in page.checkbox if box.label == "All 1 cluster").check().run()
    press(page, "Add this step")
    assert kept(wb, upload).steps[0].options == {"meanings": {"WELDING": "Welding", "welding": "Welding"}}


def test_what_was_found_is_of_the_rows_as_the_recipe_leaves_them(show: Show, wb: Workbench) -> None:
    programs = ["Nursing", "nursing", "Welding", "welding", *["Nursing", "Welding"] * 4]
    upload = keep(wb, ("program\n" + "\n".join(programs) + "\n").encode())
    page = show("clean", upload=upload)
    assert "are probably one value, and 1 more group" in plain(page)
    _say(wb, upload, Step(operation="map_values", columns=("program",), options={"meanings": {"nursing": "Nursing"}}))
    said = plain(show("clean", upload=upload))
    assert "Welding, welding are probably one value" in said
    assert "more group" not in said
    _say(wb, upload, Step(operation="case", columns=("program",), options={"to": "upper"}))
    assert "probably one value" not in plain(show("clean", upload=upload))


def test_removed_rows_stand_behind_a_switch(show: Show, wb: Workbench) -> None:
    upload = keep(wb, STUDENTS)
    where = (Condition(column="phone", test="values", values=("n/a",)),)
    _say(wb, upload, Step(operation="remove_rows", where=where))
    page = show("clean", upload=upload)
    assert [row[0] for row in rows(page)] == [3]
    page = next(one for one in page.toggle if one.label == "Show the 2 rows removed").set_value(True).run()
    assert page.dataframe[-1].value["Line"].tolist() == [2, 4]


def test_what_is_done_to_whole_columns_says_that_no_facet_counts_for_it(show: Show, wb: Workbench) -> None:
    upload = keep(wb, STUDENTS)
    chosen = facets(
        {
            "column": "full name",
            "by": "values",
            "chosen": {"column": "full name", "test": "values", "values": [" Ann Lee "]},
        }
    )
    page = show("clean", upload=upload, facets=chosen, do="trim", column='["phone"]')
    assert "In phone, of the 1 row that fits the facets" in plain(page)
    page = show("clean", upload=upload, facets=chosen, do="remove_columns")
    assert "In all 3 rows, whatever the facets say: it is done to columns" in plain(page)
    assert "every column" not in plain(page)
    page = show("clean", upload=upload, facets=chosen, do="remove_columns", column='["phone"]')
    press(page, "Add this step")
    (step,) = kept(wb, upload).steps
    assert (step.operation, step.columns, step.where) == ("remove_columns", ("phone",), ())


def test_the_columns_of_the_recipe_are_those_of_map_and_of_the_import(show: Show, wb: Workbench) -> None:
    upload = keep(wb, STUDENTS)
    page = press(show("clean", upload=upload), "Add the 3 steps that need no choice")
    press(press(page, "Look at it"), "Add this step")
    page = show("map", upload=upload)
    assert not page.exception
    assert mapped(page) == ["email", "email 2", "full name", "phone"]
    assert "The columns are cleaned by a recipe of 4 steps." in plain(page)
    next(box for box in page.checkbox if box.label.startswith("I have looked")).check().run()
    next(one for one in page.button if one.label == "Start the import").click().run()
    assert not page.exception
    batch = wb.batches.all()[0]
    assert [step["operation"] for step in batch.mapping["recipe"]["steps"]] == [
        "trim",
        "collapse",
        "blank_texts",
        "split",
    ]
    filled = wb.fill(batch)
    assert [row["raw"]["full name"] for row in wb.rows.each(filled)] == ["Ann Lee", "Bo Ray", "Cy Orr"]


MAILS = b"""\
email,full name,phone
ann@example.org; ann@work.example,Ann Lee,555-201-0002
nobody; bo@example.org,Bo Ray,555-201-0001
cy@example.org,Cy Orr,
"""
TWO_ROWS = Step(operation="split_rows", columns=("email",), options={"separator": ";"})


def test_rows_made_of_one_are_imported_corrected_written_and_found(
    show: Show, wb: Workbench, worked: Callable[[Batch], Batch]
) -> None:
    upload = keep(wb, MAILS)
    _say(wb, upload, TWO_ROWS)
    page = show("map", upload=upload)
    next(box for box in page.checkbox if box.label.startswith("I have looked")).check().run()
    press(page, "Start the import")
    batch = worked(wb.batches.all()[0])
    (part,) = wb.batches.parts(batch)
    page = show("validate", batch=batch.id)
    assert not page.exception
    assert [part.id] == [each.id for each in wb.batches.parts(batch)]
    page = show("validate", batch=part.id)
    assert not page.exception
    assert "These rows were made of the run's. Correct those, and the parts are made anew." in plain(page)
    wb.correct(batch, {3: {"email": "bo@work.example; bo@example.org"}})
    batch = wb.plan(batch).batch
    for name in ("validate", "commit", "reconcile", "history", "clean", "map", "profile"):
        assert not show(name, batch=batch.id).exception, name
    wb.commit(batch)
    (part,) = (each for each in wb.batches.parts(batch) if each.stage == "completed")
    for name in ("validate", "commit", "reconcile", "history", "clean", "map", "profile"):
        for each in (batch, part):
            assert not show(name, batch=each.id).exception, name
    page = show("record", find="bo@work.example")
    assert not page.exception
    assert "line 3" in plain(page)


def test_a_long_recipe_is_folded(show: Show, wb: Workbench) -> None:
    upload = keep(wb, STUDENTS)
    trim = Step(operation="trim", columns=("full name",))
    for number, is_open in ((6, True), (7, False)):
        _say(wb, upload, *[trim] * number)
        page = show("clean", upload=upload)
        (folded,) = (each for each in page.expander if each.label.startswith(f"Recipe: {number} steps, "))
        assert folded.proto.expanded == is_open


def test_a_recipe_stays_open_or_shut_as_somebody_left_it_whatever_changes(show: Show, wb: Workbench) -> None:
    def steps(page: AppTest) -> Any:
        return next(each for each in page.expander if each.label.startswith("Recipe: "))

    upload = keep(wb, STUDENTS)
    upper, lower = (Step(operation="case", columns=("full name",), options={"to": to}) for to in ("upper", "lower"))
    for number, opened in ((7, True), (3, False)):
        _say(wb, upload, upper, *[lower] * (number - 1))
        page = show("clean", upload=upload)
        was = steps(page).label
        page.session_state[f"steps {recipes.of_upload(upload, None)}"] = opened
        page.run()
        assert steps(page).proto.expanded == opened
        next(box for box in page.checkbox if box.label.startswith("Step 1:")).uncheck().run()
        assert steps(page).label != was
        assert steps(page).proto.expanded == opened


def test_the_next_file_is_cleaned_by_the_recipe_of_its_template(show: Show, wb: Workbench) -> None:
    recipe = Recipe(steps=(Step(operation="rename", columns=("full name",), options={"to": "who"}),))
    mapping = Mapping(columns={"email": "email", "who": "full_name"}, left_out=("phone",), recipe=recipe)
    wb.templates.save("Monthly", "elevate.students", mapping)
    upload = keep(wb, STUDENTS, "june.csv")
    page = show("clean", upload=upload)
    assert not page.exception
    assert "These are the steps of the template Monthly" in plain(page)
    for address in ({}, {"dataset": ""}, {"dataset": "elevate.staff"}):
        page = show("map", upload=upload, **address)
        assert mapped(page) == ["email", "who", "phone"]
    page = show("upload", upload=upload)
    assert "Cleaned as the template Monthly says" in plain(page)


RENAMED = Recipe(steps=(Step(operation="rename", columns=("Whole",), options={"to": "who"}),))
LEARNERS = Mapping(columns={"Mail": "email", "who": "full_name", "Phone": "phone"}, recipe=RENAMED)


def _take(page: AppTest, template: str) -> AppTest:
    return next(box for box in page.selectbox if box.label == "Template").set_value(template).run()


def test_of_several_templates_that_know_a_file_it_is_asked_which(show: Show, wb: Workbench) -> None:
    learners = wb.templates.save("learners", "elevate.students", LEARNERS)
    enrolled = Mapping(columns={"Mail": "student_email", "Whole": "course_code"})
    wb.templates.save("enr", "elevate.enrollments", enrolled)
    upload = keep(wb, b"Mail,Whole,Phone\nann@example.org,Ann Lee,1\n")
    page = show("upload", upload=upload)
    assert not page.exception
    said = plain(page)
    assert "no dataset that is known here" not in said
    assert "Its columns are those of the template learners (elevate.students)." in said
    assert "Its columns are those of the template enr (elevate.enrollments)." in said
    page = _take(page, learners.id)
    assert "Cleaned as the template learners says" in plain(page)
    assert page.query_params["dataset"] == "elevate.students"
    page = show("map", **page.query_params)
    assert mapped(page) == ["Mail", "who", "Phone"]


def test_a_file_without_a_column_of_its_template_is_cleaned_as_that_says(show: Show, wb: Workbench) -> None:
    steps = (*RENAMED.steps, Step(operation="trim", columns=("Phone",), expected=Expected(rows=1, changed=1)))
    learners = wb.templates.save("learners", "elevate.students", replace(LEARNERS, recipe=Recipe(steps=steps)))
    upload = keep(wb, b"Mail,Whole\nann@example.org,Ann Lee\n")
    page = show("upload", upload=upload)
    assert not page.exception
    like = "Its columns are like those of the template learners (elevate.students), but Phone is missing."
    assert like in plain(page)
    page = _take(page, learners.id)
    assert "The columns are those of the template learners, but Phone is missing." in plain(page)
    page = show("clean", **page.query_params)
    assert rows(page) == [[2, "ann@example.org", "Ann Lee"]]
    assert "not done: Phone is not there" in plain(page)
    assert "Phone" in page.warning[0].value


def test_the_links_of_the_sidebar_stay_at_the_file_one_is_at(show: Show, wb: Workbench) -> None:
    upload = keep(wb, STUDENTS)
    page = show("upload", upload=upload, dataset="elevate.students")
    for name in ("clean", "profile", "map", "clean"):
        page.query_params.clear()  # as a link of the sidebar does
        page.switch_page(f"pages/{name}.py").run()
        assert not page.exception
        assert "No file yet" not in told(page)
        assert page.query_params["upload"] == upload
        assert page.query_params["dataset"] == "elevate.students"
    uploads.forget(wb.settings, upload)
    page.query_params.clear()
    page.switch_page("pages/map.py").run()
    assert "No file yet" in told(page)


def test_home_names_the_files_that_wait(show: Show, wb: Workbench) -> None:
    upload = keep(wb, STUDENTS, "june.csv")
    link = next(each for each in show("home").get("page_link") if "june" in each.proto.label)
    assert link.proto.query_string == f"upload={upload}"


def test_several_rows_of_one_go_into_an_import_and_for_a_playbook_become_a_file(show: Show, wb: Workbench) -> None:
    upload = keep(wb, STUDENTS)
    _say(wb, upload, Step(operation="split_rows", columns=("email",), options={"separator": ";"}))
    page = show("clean", upload=upload)
    assert "each row of the file has its one outcome" in plain(page)
    assert [row[0] for row in rows(page)] == [2, 3, 4, 4]
    page = show("clean", upload=upload, dataset="elevate.learners")
    assert "this import makes other records of each row" in plain(page)
    page = press(page, "Take them as a file of their own")
    names = [one.name for one in uploads.waiting(wb.settings)]
    assert names == ["export-clean.csv", "export.csv"]


def test_a_step_that_meets_another_file_is_told_until_a_person_says_that_it_is_right(show: Show, wb: Workbench) -> None:
    upload = keep(wb, b"a,b\n" + b" x ,1\n" * 40)
    usual = Expected(rows=40, changed=1, of=40)
    _say(wb, upload, Step(operation="trim", columns=("a",), expected=usual), Step(operation="trim", columns=("c",)))
    page = show("clean", upload=upload)
    assert len(page.warning) == 2
    assert "changed 40 of 40 rows" in plain(page)
    assert "c is gone" in plain(page)


def test_two_people_who_change_a_recipe_at_once_are_told(wb: Workbench) -> None:
    first = recipes.keep(wb.settings, "x", recipes.History())
    mine, theirs = (first.changed(Recipe(steps=(Step(operation=name),))) for name in ("trim", "collapse"))
    recipes.keep(wb.settings, "x", theirs)
    assert recipes.keep(wb.settings, "x", mine).now == theirs.now


def test_what_steps_have_met_is_kept_beside_no_change_that_came_in_the_meantime(wb: Workbench) -> None:
    step = Step(operation="trim", columns=("email",))
    drawn = recipes.keep(wb.settings, "x", recipes.History().changed(Recipe(steps=(step,))))
    met = replace(drawn, recipes=(drawn.recipes[0], Recipe(steps=(replace(step, on=False),))))
    recipes.settle(wb.settings, "x", met)
    assert recipes.kept(wb.settings, "x") == met, "which no number tells from what was drawn"
    undone = recipes.keep(wb.settings, "x", drawn.undone())
    assert (undone.at, undone.number) == (0, drawn.number + 1)
    recipes.settle(wb.settings, "x", met)
    assert recipes.kept(wb.settings, "x") == undone


def test_an_address_with_nonsense_is_no_trace(show: Show, wb: Workbench) -> None:
    for nonsense in (
        '{"shown":[{"by":3}]}',
        "[",
        '{"shown":7}',
        '{"shown":[{"column":"phone","by":"values","chosen":{}}]}',
    ):
        address = {"column": nonsense, "do": nonsense, "options": nonsense, "step": nonsense, "way": nonsense}
        page = show("clean", upload=keep(wb, STUDENTS), facets=nonsense, **address)
        assert not page.exception
        assert len(rows(page)) == 3


def test_a_pattern_that_is_none_is_told_beside_it_and_cannot_be_added(show: Show, wb: Workbench) -> None:
    options = '{"find":"(","pattern":true}'
    page = show("clean", upload=keep(wb, STUDENTS), column='["phone"]', do="replace", options=options)
    assert "is no pattern that RE2 knows" in plain(page)
    assert next(one for one in page.button if one.label == "Add this step").disabled


@pytest.mark.parametrize("text", ["{", "[]", '{"steps":[{"operation":"no such"}]}', '{"version":9,"steps":[]}'])
def test_what_is_no_recipe_is_refused_in_a_sentence(show: Show, wb: Workbench, text: str) -> None:
    page = show("clean", upload=keep(wb, STUDENTS))
    page.file_uploader[0].set_value([("recipe.json", text.encode(), "application/json")]).run()
    assert not page.exception
    assert len(page.error) == 1


def test_a_column_of_secrets_is_shown_to_nobody(show: Show, wb: Workbench) -> None:
    page = show("clean", upload=keep(wb, b"email,full name,password\nann@example.org,Ann,hunter2\n"))
    assert "hunter2" not in str(rows(page)) + plain(page)
    for facet in ({"column": "password", "by": "values"}, {"column": "", "by": "expression", "of": "upper(password)"}):
        page = show("clean", **{**page.query_params, "facets": facets(facet)})
        assert "hunter2" not in plain(page).lower()


def test_hostile_cells_are_texts_and_never_markup(show: Show, wb: Workbench) -> None:
    hostile = "<script>alert(1)</script> $x$ [a](b) :red[c]"
    page = show(
        "clean",
        upload=keep(wb, f"email,who\na@example.org,{hostile}\n".encode()),
        facets=facets({"column": "who", "by": "values"}),
    )
    assert not page.exception
    shown = next(box.label for box in page.checkbox if "script" in box.label)
    assert shown == "\\<script>alert(1)\\</script> \\$x\\$ \\[a\\](b) \\:red\\[c\\] (1)"


def test_the_labels_of_boxes_are_plain_words(show: Show, wb: Workbench) -> None:
    upload = keep(wb, STUDENTS)
    _say(wb, upload, Step(operation="trim", columns=("full name",)))
    page = show("clean", upload=upload, facets=facets({"column": "phone", "by": "values"}))
    assert [box.label for box in page.checkbox] == [
        "Step 1: In full name, take away white space around the text.",
        "n/a (2)",
        "555-201-0001 (1)",
    ]


def test_the_source_of_an_import_is_cleaned_otherwise_and_imported_again(
    show: Show, wb: Workbench, sheet: Callable[..., Sheet]
) -> None:
    batch = wb.import_sheet(
        sheet(STUDENTS.decode().replace("; cy@example.com", "")),
        "elevate.students",
        recipe=Recipe(steps=(Step(operation="trim", columns=("full name",)),)),
    )
    page = show("clean", batch=batch.id)
    assert not page.exception
    assert rows(page)[0][2] == "Ann Lee"
    assert grid(page).value["told"].tolist()[0] == "full name: “ Ann Lee ” (step 1)"


def test_a_messy_export_is_clean_in_few_steps(show: Show, wb: Workbench, tmp_path: Path) -> None:
    upload = keep(wb, messy.write(tmp_path / "march.csv").read_bytes(), "march.csv")
    page = press(show("clean", upload=upload), "Add the 6 steps that need no choice")
    page = press(next(one for one in page.button if one.key == "clean found 0 E-mail").click().run(), "Add this step")
    first = rows(page)[0]
    assert first == [5, "José Núñez", "learner30000@example.com", "home30000@example.org", "Welding", "", "2026-03-01"]


def test_each_value_of_a_facet_is_reached_by_turning_its_pages_and_the_rarest_are_the_first_if_asked(
    show: Show, wb: Workbench
) -> None:
    courses = [f"Course {number:02}" for number in range(29)]
    lines = "".join(f"{course},1\n" * 2 for course in courses) + "Corse 07,1\n"
    page = show(
        "clean", upload=keep(wb, f"course,n\n{lines}".encode()), facets=facets({"column": "course", "by": "values"})
    )

    def shown(page: AppTest) -> list[str]:
        return [box.label.rpartition(" (")[0] for box in page.checkbox if box.label.startswith("Co")]

    def turned(page: AppTest, number: int) -> AppTest:
        done = page.get("pagination")[0].set_value(number).run()
        assert not done.exception
        return done

    seen = shown(page)
    for number in (2, 3):
        page = turned(page, number)
        seen += shown(page)
    assert seen == [*courses, "Corse 07"]
    page = next(one for one in page.toggle if one.label == "Rarest first").set_value(True).run()
    assert shown(page)[:2] == ["Corse 07", "Course 00"]
    page = next(one for one in page.button if one.help == "Say Corse 07 otherwise").click().run()
    page = _typed(page, "Corse 07 shall be", "Course 07")
    assert shown(page)[0] == "Course 00"


def test_each_month_of_a_facet_is_reached_by_turning_its_pages_and_the_chosen_one_stays_in_sight(
    show: Show, wb: Workbench
) -> None:
    months = [f"{year}-{month:02}" for year in (2024, 2025) for month in range(1, 12)]
    lines = "".join(f"{month}-03,1\n" for month in months)
    page = show("clean", upload=keep(wb, f"day,n\n{lines}".encode()), facets=facets({"column": "day", "by": "date"}))

    def shown(page: AppTest) -> list[str]:
        assert not page.exception
        return [box.label for box in page.checkbox if box.label.endswith(" (1)")]

    first = shown(page)
    assert "1 to 12 of 22" in plain(page)
    next(box for box in page.checkbox if box.label == first[3]).check().run()
    page = page.get("pagination")[0].set_value(2).run()
    assert shown(page)[0] == first[3]
    assert [first[3]] == [box.label for box in page.checkbox if box.label in shown(page) and box.value]
    assert "13 to 22 of 22" in plain(page)
    assert len({*first, *shown(page)}) == len(months)
    assert len(grid(page).value) == 1


@pytest.mark.parametrize(
    ("other", "options"),
    [("split_rows", {"separator": ";"}), ("join", {"separator": ";"}), ("extract", {}), ("trim", {})],
)
def test_another_operation_keeps_what_was_said_for_options_that_both_have(
    show: Show, wb: Workbench, other: str, options: dict[str, str]
) -> None:
    page = show("clean", upload=keep(wb, STUDENTS), column='["email"]', do="split")
    page = _typed(page, "Separator", ";")
    page = next(box for box in page.selectbox if box.label == "What to do").select(other).run()
    assert not page.exception
    assert [field.value for field in page.text_input if field.label == "Separator"] == list(options.values())
    assert json.loads(page.query_params.get("options", "{}")) == options


def _say(wb: Workbench, upload: str, *steps: Step) -> None:
    under = recipes.of_upload(upload, None)
    history = recipes.kept(wb.settings, under) or recipes.History()
    recipes.keep(wb.settings, under, history.changed(Recipe(steps=steps)))


def test_made_rows_are_told_beside_those_of_the_file(
    show: Show, wb: Workbench, worked: Callable[[Batch], Batch]
) -> None:
    upload = keep(wb, b"email,id,full name\nann@x.org;ann@y.org,S1,Ann Lee\nnobody;no;bo@x.org,S2,Bo Ray\n")
    _say(wb, upload, TWO_ROWS)
    page = show("map", upload=upload)
    page.selectbox(key=next(box.key for box in page.selectbox if "id" in box.label.split())).select("external_id").run()
    next(box for box in page.checkbox if box.label.startswith("I have looked")).check().run()
    press(page, "Start the import")
    batch = worked(wb.batches.all()[0])
    batch = wb.plan(batch).batch
    (part,) = wb.batches.parts(batch)
    page = show("validate", batch=batch.id, field="email", code="bad_email")
    assert "No column of the file fills it" not in plain(page)
    assert "What you write under “Shall be” goes along to Clean" in plain(page)
    assert "Put them right" not in [button.label for button in page.button]
    editor = f"values {batch.id} {batch.revision} {batch.plan} email bad_email"
    page.session_state[editor] = {"edited_rows": {0: {"means": "(nothing)"}}, "added_rows": [], "deleted_rows": []}
    page = press(page.run(), "Take 1 text along to Clean")
    assert page.query_params["do"] == "map_values"
    page = show("validate", batch=part.id, field="email", code="bad_email")
    assert any("**2 made rows**" in button.label for button in page.button)
    assert list(page.dataframe[0].value["line"]) == [3, 3]
    page = show("commit", batch=batch.id)
    assert "1 row to be written, as 2 made rows: 2 make new records." in plain(page)
    assert "1 row with a warning: id: another record has this id." in plain(page)
    page = show("map", batch=batch.id)
    assert "Which field a column fills is not changed in this one" in plain(page)
    assert "is changed in this import as well" not in plain(page)


def test_what_was_found_is_taken_up_in_all_rows_whatever_facets_have_chosen(show: Show, wb: Workbench) -> None:
    programs = b"".join(b"%b,%d\n" % (each, n) for n, each in enumerate([b"Welding", b"welding"] * 5))
    chosen = {"column": "n", "by": "values", "chosen": {"column": "n", "test": "values", "values": ["0"]}}
    page = show("clean", upload=keep(wb, b"program,n\n" + programs), facets=facets(chosen))
    assert grid(page).lines == [2]
    page = next(button for button in page.button if button.label == "Look at it").click().run()
    assert grid(page).lines == [*range(2, 12)]
    assert "No values of it are probably the same" not in plain(page)
    assert "All 1 cluster" in [box.label for box in page.checkbox]


def test_days_that_no_calendar_has_are_chosen_by_one_click_and_said_otherwise(show: Show, wb: Workbench) -> None:
    days = b"".join(b"2026-01-%02d,%d\n" % (n, n) for n in range(10, 20))
    upload = keep(wb, b"day,n\n" + days + b"2026-02-31,20\n2026-13-05,21\n")
    page = show("clean", upload=upload)
    assert "**day**: 2 rows with 2026-02-31, 2026-13-05, which no calendar has" in plain(page)
    page = next(button for button in page.button if button.label == "Look at it").click().run()
    assert rows(page) == [[12, "2026-02-31", "20"], [13, "2026-13-05", "21"]]
    chosen = [box.label.replace("\\", "") for box in page.checkbox if box.value]
    assert chosen == ["2026-02-31 (1)", "2026-13-05 (1)"]
    page = next(one for one in page.button if "say 2026-02-31" in str(one.key)).click().run()
    page = next(box for box in page.text_input if box.value == "2026-02-31").set_value("2026-02-28").run()
    assert kept(wb, upload).steps[0].options == {"meanings": {"2026-02-31": "2026-02-28"}}
    assert "**day**: 1 row with 2026-13-05, which no calendar has" in plain(page)


def test_a_line_that_is_gone_to_is_marked_and_its_number_stays(show: Show, wb: Workbench) -> None:
    page = show("clean", upload=keep(wb, b"n\n" + b"".join(b"a%d\n" % n for n in range(200))))
    page = page.number_input(key="clean line").set_value(131).run()
    assert page.number_input(key="clean line").value == 131
    sought = [line for line in grid(page).lines if grid(page).about(line, "sought")]
    assert (sought, grid(page).lines[0]) == ([131], 102)
    page = page.number_input(key="clean line").set_value(999).run()
    assert "Line 999 is none of these rows." in plain(page)


MONTHLY = Mapping(
    columns={"email": "email", "who": "full_name"},
    left_out=("phone",),
    recipe=Recipe(steps=(Step(operation="rename", columns=("full name",), options={"to": "who"}),)),
)


def test_a_template_cleans_a_file_whose_own_steps_were_all_undone(show: Show, wb: Workbench) -> None:
    upload = keep(wb, STUDENTS)
    press(press(show("clean", upload=upload, column='["phone"]', do="trim"), "Add this step"), "Undo")
    template = wb.templates.save("Monthly", "elevate.students", MONTHLY)
    page = show("map", upload=upload, template=template.id)
    assert mapped(page) == ["email", "who", "phone"]
    assert "not done" not in plain(page)
    page = show("clean", upload=upload)
    assert "These are the steps of the template Monthly" in plain(page)
    assert "Step 1: In full name, call the column who." in plain(page)
    page = press(show("clean", upload=upload, column='["phone"]', do="trim"), "Add this step")
    assert [step.operation for step in kept(wb, upload).steps] == ["rename", "trim"]
    assert "not done" not in plain(show("map", upload=upload))


def test_steps_of_a_template_that_are_not_done_are_told_and_taken_instead(show: Show, wb: Workbench) -> None:
    upload = keep(wb, STUDENTS)
    press(show("clean", upload=upload, column='["phone"]', do="trim"), "Add this step")
    template = wb.templates.save("Monthly", "elevate.students", MONTHLY)
    said = "The 1 step of the template Monthly is not done: this file has steps of its own."
    assert said in plain(show("clean", upload=upload))
    page = show("map", upload=upload, template=template.id)
    assert said in plain(page)
    page = press(page, "Take the template's steps instead")
    assert mapped(page) == ["email", "who", "phone"]
    assert "not done" not in plain(page)
    page = press(show("clean", upload=upload), "Undo")
    assert said in plain(page)
    assert [step.operation for step in kept(wb, upload).steps] == ["trim"]


def test_a_step_says_the_rows_of_this_file_and_not_those_of_the_last(show: Show, wb: Workbench) -> None:
    upload = keep(wb, STUDENTS)
    where = (Condition(column="phone", test="values", values=("n/a",)),)
    before = Expected(rows=11, changed=11, of=20)
    step = Step(operation="trim", columns=("full name",), where=where, expected=before)
    recipes.keep(wb.settings, recipes.of_upload(upload, None), recipes.History(recipes=(Recipe(steps=(step,)),)))
    page = show("clean", upload=upload)
    assert "of the 2 rows where phone is 'n/a'" in plain(page)
    assert "11 rows" not in "\n".join(box.label for box in page.checkbox)


MANY = b"number\n" + b"".join(b"%d\n" % n for n in range(70_000))


def test_of_a_large_file_all_rows_are_there_once_they_were_read(show: Show, wb: Workbench) -> None:
    page = show("clean", upload=keep(wb, MANY))
    assert not page.exception
    assert "70,000 rows" in told(page)
    assert rows(page)[0] == [2, "0"]
    assert "being read" not in told(page)


def test_of_a_large_file_that_cannot_be_read_to_its_end_the_first_rows_are_there_and_why(
    show: Show, wb: Workbench
) -> None:
    page = show("clean", upload=keep(wb, MANY + b'"1\n'))
    assert [one.value.replace("\\", "") for one in page.error] == [
        "Line 70002: has a quotation mark that is never closed."
    ]
    assert "The first 50 rows" in told(page)
    assert rows(page)[0] == [2, "0"]
