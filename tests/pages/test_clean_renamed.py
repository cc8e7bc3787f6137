"""A month whose file calls a column otherwise is cleaned after one choice; a step is put where it belongs at once."""

from tests.pages.conftest import Show
from tests.pages.test_clean import keep, kept, mapped, plain, press, rows
from workbench import Workbench
from workbench.doors.web import recipe_editor, recipes
from workbench.model.recipe import Expected, Recipe, Step, does
from workbench.model.template import Mapping

RECIPE = Recipe(
    steps=(
        Step(operation="trim", columns=("Town",)),
        Step(
            operation="map_values",
            columns=("Town",),
            options={"meanings": {"LINZ": "Linz"}},
            expected=Expected(rows=3, changed=1, of=3, values={"Town": ("Graz",)}),
        ),
        Step(operation="trim", columns=("full name",)),
    )
)
MAPPED = Mapping(columns={"email": "email", "full name": "full_name"}, left_out=("Town",), recipe=RECIPE)
MARCH = b"""\
email,full name,Notes,Municipality
ann@example.org,Ann Lee ,x,LINZ
bo@example.org,Bo Ray,y, Graz
cy@example.org,Cy Orr,Graz,Graz
"""


def test_steps_whose_column_is_called_otherwise_are_all_done_after_one_choice(show: Show, wb: Workbench) -> None:
    saved = wb.templates.save("monthly", "elevate.students", MAPPED)
    upload = keep(wb, MARCH)
    page = show("clean", upload=upload, template=saved.id, dataset="elevate.students")
    assert "Town is not in this file, and 2 steps need it." in plain(page)
    (choice,) = [box for box in page.selectbox if box.label == "Town is now"]
    assert (choice.value, choice.options) == ("Municipality", ["Notes", "Municipality"])
    page = press(page, "Use this column")
    assert "is not in this file" not in plain(page)
    assert [row[4] for row in rows(page)] == ["Linz", "Graz", "Graz"]
    first, *others = kept(wb, upload).steps
    assert (first.operation, first.columns, first.options) == ("rename", ("Municipality",), {"to": "Town"})
    assert does(Recipe(steps=tuple(others))) == does(RECIPE)
    assert mapped(show("map", upload=upload, template=saved.id, dataset="elevate.students")) == [
        "email",
        "full name",
        "Notes",
        "Town",
    ]
    page = press(page, "Undo")
    assert "Town is not in this file" in plain(page)


def test_map_leads_to_clean_where_a_column_that_steps_read_is_called_otherwise(show: Show, wb: Workbench) -> None:
    saved = wb.templates.save("monthly", "elevate.students", MAPPED)
    upload = keep(wb, MARCH)
    page = show("map", upload=upload, template=saved.id, dataset="elevate.students")
    assert not page.exception
    assert "Town, which cleaning steps need, is not in this file, and Municipality looks like it." in plain(page)
    (link,) = (each for each in page.get("page_link") if "Say at Clean" in each.proto.label)
    assert link.proto.label == "Say at Clean that Municipality is Town"
    assert f"template={saved.id}" in link.proto.query_string


def test_a_step_is_put_into_any_place_at_once(show: Show, wb: Workbench) -> None:
    upload = keep(wb, MARCH.replace(b"Municipality", b"Town"))
    of = recipes.of_upload(upload, None)
    recipes.keep(wb.settings, of, recipes.History(recipes=(Recipe(), RECIPE), at=1))
    page = show("clean", upload=upload)
    now = recipes.kept(wb.settings, of)
    assert now is not None
    page.session_state[recipe_editor.MOVING] = (now.number, 2)  # as its menu does, which opens in a browser alone
    (choice,) = [box for box in page.run().selectbox if box.label == "Put step 3"]
    assert [said[:16] for said in choice.options] == ["at the beginning", "behind 1: In Tow"]
    page = choice.set_value(0).run()
    assert not page.exception
    assert [step.columns for step in kept(wb, upload).steps] == [("full name",), ("Town",), ("Town",)]
    assert not [box for box in page.selectbox if box.label.startswith("Put step")]
