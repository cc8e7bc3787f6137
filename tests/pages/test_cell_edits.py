"""A cell that is edited in the rows at Clean is a step of the recipe."""

import pytest

from tests.pages.conftest import Show
from tests.pages.grids import grid
from tests.pages.test_clean import facets, keep, kept, plain, press, rows
from workbench import Workbench
from workbench.model.recipe import Condition, Step

COURSES = b"""\
email,course,city,n
ann@example.org,Welding,Linz,1
bob@example.org,Weldng,Linz,2
cat@example.org,Weldng,,3
dan@example.org,Nursng,,4
"""
UNNAMED = b"n,course,city\n1,Weldng,Linz\n2,Weldng,\n3,Nursing,\n"


def steps(wb: Workbench, upload: str) -> list[Step]:
    return list(kept(wb, upload).steps)


def test_an_edited_cell_is_a_step_for_all_rows_that_say_the_same_and_is_undone_as_one(
    show: Show, wb: Workbench
) -> None:
    upload = keep(wb, COURSES)
    page = grid(show("clean", upload=upload)).ask((3, "course", "Welding"))
    assert not page.exception
    assert [row[2] for row in rows(page)] == ["Welding", "Welding", "Welding", "Nursng"]
    assert (
        "course: “Weldng” becomes “Welding” in 2 rows that say so, by a step; next month in every row that says so."
        in plain(page)
    )
    page = grid(page).ask((5, "course", "Nursing"))
    (step,) = steps(wb, upload)
    assert (step.operation, step.columns, step.where) == ("map_values", ("course",), ())
    assert step.options == {"meanings": {"Weldng": "Welding", "Nursng": "Nursing"}}
    page = grid(page).ask(what="undo")
    assert steps(wb, upload)[0].options == {"meanings": {"Weldng": "Welding"}}
    page = press(page, "Undo")
    assert rows(page)[1][2] == "Weldng"
    page = grid(page).ask(what="redo")
    assert rows(show("clean", upload=upload))[1][2] == "Welding"


def test_several_edits_that_come_at_once_are_all_taken(show: Show, wb: Workbench) -> None:
    upload = keep(wb, COURSES)
    page = grid(show("clean", upload=upload)).ask(
        (3, "course", "Welding"), (5, "course", "Nursing"), (2, "city", "Graz")
    )
    assert [row[2:4] for row in rows(page)] == [
        ["Welding", "Graz"],
        ["Welding", "Graz"],
        ["Welding", ""],
        ["Nursing", ""],
    ]
    assert [len(step.options["meanings"]) for step in steps(wb, upload)] == [2, 1]


def test_an_edit_is_of_one_row_where_something_tells_it_from_all_others(show: Show, wb: Workbench) -> None:
    upload = keep(wb, COURSES)
    page = grid(show("clean", upload=upload)).ask((3, "course", "Welding"))
    page = page.button(key="clean edited otherwise").click().run()
    (step,) = steps(wb, upload)
    assert step.where == (Condition(column="email", test="values", values=("bob@example.org",)),)
    assert [row[2] for row in rows(page)] == ["Welding", "Welding", "Weldng", "Nursng"]
    assert "in line 3 alone, where email is 'bob@example.org', by a step" in plain(page)
    page = page.button(key="clean edited otherwise").click().run()
    assert [(step.options, step.where) for step in steps(wb, upload)] == [({"meanings": {"Weldng": "Welding"}}, ())]
    page = press(page, "Undo")
    assert steps(wb, upload) == [], "whichever way it was taken last, the edit is one step back"


def test_the_key_of_the_dataset_that_is_recognised_tells_a_row_from_others(show: Show, wb: Workbench) -> None:
    upload = keep(wb, b"email,full name,phone\nann@example.org,Ann,1\nann@example.org,Ann,2\nbo@example.org,Ann,2\n")
    page = grid(show("clean", upload=upload, dataset="elevate.students")).ask((4, "full name", "Bo"))
    assert any(button.label.startswith("Only in line 4, where email is 'bo") for button in page.button)
    page.button(key="clean edited otherwise").click().run()
    (step,) = steps(wb, upload)
    assert step.where == (Condition(column="email", test="values", values=("bo@example.org",)),)


def test_a_value_that_occurs_once_is_another_in_its_row_alone_or_wherever_it_comes(show: Show, wb: Workbench) -> None:
    upload = keep(wb, COURSES)
    page = grid(show("clean", upload=upload)).ask((5, "course", "Nursing"))
    assert "in 1 row that says so, by a step; next month in every row that says so." in plain(page)
    page = page.button(key="clean edited otherwise").click().run()
    assert "in line 5 alone, where email is 'dan@example.org', by a step; next month there alone." in plain(page)
    (step,) = steps(wb, upload)
    assert step.where == (Condition(column="email", test="values", values=("dan@example.org",)),)
    page = page.button(key="clean edited otherwise").click().run()
    assert steps(wb, upload)[0].where == ()


def test_a_lone_blank_is_filled_in_its_row_alone(show: Show, wb: Workbench) -> None:
    upload = keep(wb, b"email,city\nann@example.org,Linz\nbob@example.org,\n")
    grid(show("clean", upload=upload)).ask((3, "city", "Graz"))
    (step,) = steps(wb, upload)
    assert step.where == (Condition(column="email", test="values", values=("bob@example.org",)),)


BLANK = facets({"column": "city", "by": "values", "chosen": {"column": "city", "test": "values", "values": [""]}})


def test_a_facet_follows_an_edit_once_no_row_says_what_it_chose_and_comes_back_with_an_undo(
    show: Show, wb: Workbench
) -> None:
    upload = keep(wb, COURSES)
    page = grid(show("clean", upload=upload, facets=BLANK)).ask((4, "city", "Linz"))
    assert grid(page).lines == [5], "what is left to be filled stays in sight"
    page = grid(page).ask((5, "city", "Linz"))
    assert grid(page).lines == [2, 3, 4, 5]
    page = grid(page).ask(what="undo")
    assert grid(page).lines == [5]
    page = grid(page).ask(what="redo")
    assert grid(page).lines == [2, 3, 4, 5]
    page = press(press(page, "Undo"), "Undo")
    assert grid(page).lines == [4, 5]


def test_a_blank_cell_is_filled_in_its_row_alone(show: Show, wb: Workbench) -> None:
    upload = keep(wb, COURSES)
    page = grid(show("clean", upload=upload)).ask((4, "city", "Graz"))
    assert [row[3] for row in rows(page)] == ["Linz", "Linz", "Graz", ""]
    page = page.button(key="clean edited otherwise").click().run()
    assert [row[3] for row in rows(page)] == ["Linz", "Linz", "Graz", "Graz"]


def test_what_one_row_alone_says_since_the_last_step_is_mended_in_that_step(show: Show, wb: Workbench) -> None:
    upload = keep(wb, COURSES)
    page = grid(show("clean", upload=upload)).ask((4, "city", "Gratz"))
    page = grid(page).ask((4, "city", "Graz"))
    assert [row[3] for row in rows(page)] == ["Linz", "Linz", "Graz", ""]
    (step,) = steps(wb, upload)
    assert step.options["meanings"][""] == "Graz"


def test_where_nothing_tells_a_row_from_others_no_blank_is_filled_before_somebody_says_all(
    show: Show, wb: Workbench
) -> None:
    upload = keep(wb, UNNAMED)
    page = grid(show("clean", upload=upload)).ask((3, "city", "Graz"))
    assert [row[3] for row in rows(page)] == ["Linz", "", ""]
    assert "none of 2 rows was filled" in plain(page)
    assert "One row alone is corrected at Validate." in plain(page)
    page = page.button(key="clean edited otherwise").click().run()
    assert [row[3] for row in rows(page)] == ["Linz", "Graz", "Graz"]
    page = grid(page).ask((2, "course", "Welding"))
    assert "One row alone is corrected at Validate." in plain(page), "the column n only counts the rows"
    assert not [button for button in page.button if button.key == "clean edited otherwise"]


def test_an_edit_is_of_the_rows_that_other_facets_let_through_and_its_rows_stay_in_sight(
    show: Show, wb: Workbench
) -> None:
    upload = keep(wb, COURSES)
    linz = Condition(column="city", test="values", values=("Linz",))
    shown = facets(
        {"column": "city", "by": "values", "chosen": {"column": "city", "test": "values", "values": ["Linz"]}},
        {"column": "course", "by": "values", "chosen": {"column": "course", "test": "values", "values": ["Weldng"]}},
    )
    page = grid(show("clean", upload=upload, facets=shown)).ask((3, "course", "Welding"))
    (step,) = steps(wb, upload)
    assert (step.options, step.where) == ({"meanings": {"Weldng": "Welding"}}, (linz,))
    assert grid(page).lines == [2, 3]
    assert (
        "in 1 row that says so, where city is 'Linz', by a step; next month in every row that says so there."
        in plain(page)
    )


def test_an_edit_asks_nothing_of_a_facet_where_no_row_out_of_sight_says_the_same(show: Show, wb: Workbench) -> None:
    upload = keep(wb, COURSES)
    misspelt = {"column": "course", "test": "values", "values": ["Weldng"]}
    shown = facets({"column": "course", "by": "values", "chosen": misspelt})
    page = grid(show("clean", upload=upload, facets=shown)).ask((3, "email", "rob@example.org"))
    (step,) = steps(wb, upload)
    assert (step.options, step.where) == ({"meanings": {"bob@example.org": "rob@example.org"}}, ())
    assert "in 1 row that says so, by a step; next month in every row that says so." in plain(page)
    page = grid(show("clean", upload=upload, facets=shown)).ask((3, "n", "20"))
    page = page.button(key="clean edited otherwise").click().run()
    assert [each.column for each in steps(wb, upload)[-1].where] == ["email", "course"], "the key by itself"


def test_an_edit_that_comes_too_late_changes_nothing_and_the_grid_is_told_so(show: Show, wb: Workbench) -> None:
    upload = keep(wb, COURSES)
    page = show("clean", upload=upload)
    before = grid(page)
    page = before.ask((3, "course", "Welding"))
    page = before.ask((4, "course", "Weaving"))
    assert [row[2] for row in rows(page)] == ["Welding", "Welding", "Welding", "Nursng"]
    assert set(grid(page).value["asked"]) != set(before.value["asked"])


@pytest.mark.parametrize("hostile", ["\x00", "\ud800"])
def test_what_nothing_keeps_is_refused_in_a_sentence(show: Show, wb: Workbench, hostile: str) -> None:
    upload = keep(wb, COURSES)
    page = grid(show("clean", upload=upload)).ask((3, "course", hostile))
    assert "which nothing keeps" in plain(page)
    assert not page.exception
    assert rows(page)[1][2] == "Weldng"


def test_cells_that_are_cut_or_seen_before_the_last_step_are_not_edited(show: Show, wb: Workbench) -> None:
    upload = keep(wb, b"course,note\nWelding,%s\n" % (b"x" * 501))
    page = show("clean", upload=upload)
    assert list(grid(page).about(2, "fixed")) == ["1"]
    page = press(grid(page).ask((2, "course", "Weaving")), "Undo")
    page = grid(page).ask(what="redo")
    page = show("clean", upload=upload, step="1")
    assert {each["editable"] for each in grid(page).options["columnDefs"]} == {False}
