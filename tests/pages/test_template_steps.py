"""Steps that a template lacks are said where it is named, and saved into it by one click."""

from collections.abc import Callable
from io import BytesIO

from streamlit.testing.v1 import AppTest

from tests.pages.conftest import Show
from tests.pages.test_clean import STUDENTS, plain, press
from workbench import Workbench
from workbench.doors.web import recipes, uploads
from workbench.model.recipe import Recipe, Step, does
from workbench.model.sheet import Sheet
from workbench.model.template import Mapping

TRIM = Step(operation="trim", columns=("full name",))
COLLAPSE = Step(operation="collapse", columns=("full name",))
COLUMNS = {"email": "email", "full name": "full_name", "phone": "phone"}
LACKS = "1 step of this file's recipe is not in the template monthly: next month's file would be cleaned without it."


def of_template(wb: Workbench) -> list[str]:
    return does(wb.templates.get("elevate.students", "monthly").mapping.recipe)


def on_map(show: Show, wb: Workbench, *steps: Step) -> AppTest:
    """The page Map of a file that these steps clean, with the template chosen."""
    saved = wb.templates.save("monthly", "elevate.students", Mapping(columns=COLUMNS, recipe=Recipe(steps=(TRIM,))))
    upload = uploads.keep(wb.settings, "february.csv", BytesIO(STUDENTS)).id
    kept = recipes.History(recipes=(Recipe(steps=(TRIM,)), Recipe(steps=steps)), at=1)
    recipes.keep(wb.settings, recipes.of_upload(upload, None), kept)
    return show("map", upload=upload, template=saved.id, dataset="elevate.students")


def test_a_step_that_was_added_this_month_is_saved_into_the_template_at_map(show: Show, wb: Workbench) -> None:
    page = on_map(show, wb, TRIM, COLLAPSE)
    assert LACKS in plain(page)
    page = press(page, "Save it into the template")
    assert LACKS not in plain(page)
    assert of_template(wb) == does(Recipe(steps=(TRIM, COLLAPSE)))
    assert wb.templates.get("elevate.students", "monthly").mapping.columns == COLUMNS


def test_a_recipe_that_does_not_do_all_steps_of_the_template_is_saved_in_its_place(show: Show, wb: Workbench) -> None:
    page = on_map(show, wb, COLLAPSE)
    assert LACKS in plain(page)
    press(page, "Save this recipe in place of the template's")
    assert of_template(wb) == does(Recipe(steps=(COLLAPSE,)))


def test_nothing_is_said_where_the_template_has_every_step(show: Show, wb: Workbench) -> None:
    page = on_map(show, wb, TRIM)
    assert "not in the template" not in plain(page)


def test_commit_says_it_as_well_and_who_was_overtaken_is_told(
    show: Show, wb: Workbench, sheet: Callable[..., Sheet]
) -> None:
    wb.templates.save("monthly", "elevate.students", Mapping(columns=COLUMNS, recipe=Recipe(steps=(TRIM,))))
    given = {"template": "monthly", "recipe": Recipe(steps=(TRIM, COLLAPSE))}
    batch = wb.stage(sheet(STUDENTS.decode()), "elevate.students", **given)
    wb.plan(batch)
    page = show("commit", batch=batch.id)
    assert LACKS in plain(page)
    mapping = Mapping(columns=COLUMNS, recipe=Recipe(steps=(TRIM,)))
    wb.templates.save("monthly", "elevate.students", mapping)
    page = press(page, "Save it into the template")
    assert "has changed the template monthly" in plain(page)
    page = press(page, "Save it into the template")
    assert LACKS not in plain(page)
    assert of_template(wb) == does(Recipe(steps=(TRIM, COLLAPSE)))
