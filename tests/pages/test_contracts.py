"""Contracts and templates: field guides, CSV templates to fill in, and saved mappings that are changed and retired."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import Show
from workbench import Workbench
from workbench.datasets.catalog import contract, contracts
from workbench.derived.field_guide import field_guide
from workbench.model.sheet import Sheet
from workbench.model.template import Mapping, Template

Sheets = Callable[..., Sheet]
Opened = Callable[..., Workbench]


@pytest.fixture
def kept(wb: Workbench) -> Template:
    """A tenant's template for courses."""
    said = Mapping(
        columns={"Kurs": "name"}, left_out=("Raum",), constants={"is_active": "true"}, clears=("description",)
    )
    return wb.templates.save("Kursliste", "elevate.courses", said, description="As the registrar sends it.")


def press(page: AppTest, label: str) -> AppTest:
    return next(button for button in page.button if button.label == label).click().run()


def opened(show: Show, template: Template) -> AppTest:
    return show("contracts", view="Templates", template=template.id)


@pytest.mark.parametrize("name", [one.name for one in contracts()])
def test_every_dataset_has_its_field_guide_and_csv_template(show: Show, name: str) -> None:
    page = show("contracts", guide=name)
    assert page.main.markdown[0].value.replace("`", "") == f"#{field_guide(contract(name)).strip()}".replace("`", "")
    assert [button.label for button in page.download_button] == ["CSV template", "Field guide"]
    assert not page.exception


def test_without_a_template_it_says_how_to_get_one(show: Show) -> None:
    page = show("contracts", view="Templates")
    assert "No template yet" in page.markdown[0].value
    assert "Start an import" in [link.label for link in page.page_link]


def test_a_template_is_shown_with_all_that_it_says(show: Show, kept: Template) -> None:
    page = opened(show, kept)
    assert [table.value.to_numpy().tolist() for table in page.dataframe] == [
        [["Kurs", "name"], ["Raum", ""]],
        [],
        [["is_active", "true"]],
    ]
    assert "As the registrar sends it" in "".join(said.value for said in page.caption)


def test_a_template_is_changed_and_keeps_what_the_page_does_not_show(show: Show, wb: Workbench, kept: Template) -> None:
    page = opened(show, kept)
    page.session_state[f"Columns {kept.id}"] = {
        "edited_rows": {1: {"Field": "code"}},
        "added_rows": [{"Column": "Text", "Field": "description"}],
        "deleted_rows": [],
    }
    page.text_input(key=f"name {kept.id}").set_value("Kurse 2026")
    press(page, "Save")
    said = wb.templates.get("elevate.courses", "Kurse 2026").mapping
    assert said.columns == {"Kurs": "name", "Raum": "code", "Text": "description"}
    assert (said.left_out, said.constants, said.clears) == ((), {"is_active": "true"}, ("description",))


def test_how_the_columns_of_a_template_are_written_is_shown_and_kept(show: Show, wb: Workbench) -> None:
    said = Mapping(columns={"Wochen": "duration_weeks"}, forms={"duration_weeks": "comma"})
    page = opened(show, wb.templates.save("Kurse", "elevate.courses", said))
    assert "Columns are written: duration_weeks decimal comma." in [one.value.replace("\\", "") for one in page.caption]
    next(button for button in page.button if button.label == "Save").click().run()
    assert wb.templates.get("elevate.courses", "Kurse").mapping.forms == {"duration_weeks": "comma"}


def test_a_template_is_made_global(show: Show, wb: Workbench, open_wb: Opened, kept: Template) -> None:
    press(opened(show, kept), "Make global")
    assert wb.templates.get("elevate.courses", "Kursliste").is_global
    assert [one.name for one in open_wb(tenant="other").templates.all()] == ["Kursliste"]


def test_a_template_is_retired(show: Show, wb: Workbench, kept: Template) -> None:
    press(opened(show, kept), "Retire it")
    assert wb.templates.all() == []


def test_another_tenants_global_template_can_only_be_looked_at(show: Show, open_wb: Opened) -> None:
    said = Mapping(columns={"Kurs": "name"})
    theirs = open_wb(tenant="other").templates.save("Theirs", "elevate.courses", said, is_global=True)
    page = opened(show, theirs)
    assert "Another tenant keeps it" in "".join(said.value for said in page.caption)
    assert not [button.label for button in page.button if button.label in ("Make global", "Retire it")]
    assert next(button for button in page.button if button.label == "Save").disabled


def test_a_change_that_cannot_be_is_refused_in_a_sentence(show: Show, wb: Workbench, kept: Template) -> None:
    wb.templates.save("Taken", "elevate.courses", Mapping(columns={"Kurs": "name"}))
    page = opened(show, kept)
    page.text_input(key=f"name {kept.id}").set_value("Taken")
    press(page, "Save")
    assert "Taken" in page.error[0].value
    assert not page.exception


def test_a_hostile_name_is_text(show: Show, wb: Workbench) -> None:
    hostile = wb.templates.save("<img src=x> **b** [c](d)", "elevate.courses", Mapping(columns={"=1+1 <b>": "name"}))
    page = opened(show, hostile)
    assert page.expander[0].label.startswith(r"**\<img src=x\> \*\*b\*\* \[c\]\(d\)**")
    assert not page.exception


def test_an_example_of_an_address_is_no_link(show: Show) -> None:
    page = show("contracts", guide="elevate.students")
    assert any("E.g. `john@example.com`." in one.value for one in page.markdown)
