"""The inventory is seed 002's table, edited in place; each source leads to its template and its imports."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import Show
from workbench import Workbench
from workbench.model.errors import SourcePaused
from workbench.model.sheet import Sheet
from workbench.model.template import Mapping

Sheets = Callable[..., Sheet]

COURSES = "name,code\nNursing,CNA101\n"


@pytest.fixture
def courses(wb: Workbench, sheet: Sheets) -> str:
    """The name of a source that is imported as courses, with a template and an import."""
    wb.sources.all()
    template = wb.templates.save("Registrar", "elevate.courses", Mapping(columns={"name": "name", "code": "code"}))
    wb.sources.save(dataset="Courses", data_type="elevate.courses", template_id=template.id, quirks="Codes repeat.")
    wb.import_sheet(sheet(COURSES, "courses.csv"), "elevate.courses", template="Registrar")
    return "Courses"


def press(page: AppTest, label: str) -> AppTest:
    return next(button for button in page.button if button.label == label).click().run()


def edit(page: AppTest, **edits: object) -> AppTest:
    page.session_state["sources 0"] = {"edited_rows": {}, "added_rows": [], "deleted_rows": []} | edits
    return press(page.run(), "Save")


def links(page: AppTest) -> dict[str, str]:
    return {link.label: f"{link.proto.page}?{link.proto.query_string}" for link in page.page_link}


def test_it_begins_with_the_datasets_of_the_plan(show: Show) -> None:
    page = show("inventory")
    assert page.dataframe[0].value.columns.tolist()[:6] == [
        "dataset",
        "owner",
        "format",
        "location",
        "refresh_cadence",
        "notes",
    ]
    assert page.dataframe[0].value["dataset"].tolist() == [
        "Customers",
        "Contacts",
        "Products/SKUs",
        "Inventory",
        "Orders / Invoices",
        "Payments",
        "Warehouse Locations",
        "Delivery Routes",
        "Customer Reassignments",
    ]
    assert not page.exception


def test_cells_are_edited_in_place_and_lines_come_and_go(show: Show, wb: Workbench) -> None:
    page = edit(
        show("inventory"),
        edited_rows={0: {"owner": "RevOps", "notes": "Merged twice."}, 2: {"format": "XLSX"}},
        added_rows=[{"dataset": "Courses", "refresh_cadence": "each term"}, {"owner": "nobody"}],
        deleted_rows=[7],
    )
    found = {source["dataset"]: source for source in wb.sources.all()}
    assert (found["Customers"]["owner"], found["Customers"]["notes"]) == ("RevOps", "Merged twice.")
    assert found["Products/SKUs"]["format"] == "XLSX"
    assert found["Courses"]["refresh_cadence"] == "each term"
    assert "Delivery Routes" not in found
    assert len(found) == 9
    assert page.dataframe[0].value["owner"].tolist()[0] == "RevOps"


def test_a_name_that_is_taken_is_refused_in_a_sentence(show: Show) -> None:
    page = edit(show("inventory"), edited_rows={0: {"dataset": "Contacts"}})
    assert "There is a dataset called Contacts" in page.error[0].value.replace("\\", "")
    assert not page.exception


def test_samples_quirks_contract_and_template_are_kept(show: Show, wb: Workbench, courses: str) -> None:
    page = show("inventory", source="Customers")
    page.text_area[0].set_value("name,code\nNursing,CNA101")
    page.text_area[1].set_value("Dates are d/m/y.")
    page.main.selectbox[1].set_value("elevate.courses")
    page.main.selectbox[2].set_value(wb.templates.all()[0].id)
    press(page, "Save it")
    source = wb.sources.all()[0]
    assert (source["samples"], source["quirks"]) == ("name,code\nNursing,CNA101", "Dates are d/m/y.")
    assert (source["data_type"], str(source["template_id"])) == ("elevate.courses", wb.templates.all()[0].id)


def test_a_source_leads_to_its_template_and_its_imports(show: Show, wb: Workbench, courses: str) -> None:
    page = show("inventory", source=courses)
    found = {label.partition(" ·")[0].replace("\\", ""): address for label, address in links(page).items()}
    assert found["Its template"] == f"contracts?view=Templates&template={wb.templates.all()[0].id}"
    assert found["courses.csv"] == f"history?batch={wb.batches.all()[0].id}"
    assert found["All of them"] == "history?dataset=elevate.courses"
    assert found["Its columns have changed"] == "changes?source=Courses"


def test_a_source_without_imports_says_what_to_do(show: Show) -> None:
    assert list(links(show("inventory", source="Payments"))) == ["Start an import"]


def test_imports_are_paused_with_a_reason_and_resumed(show: Show, wb: Workbench, sheet: Sheets, courses: str) -> None:
    page = show("inventory", source=courses)
    page.text_input(key="why").set_value("The code column is gone.")
    press(page, "Pause")
    assert "by ana: The code column is gone" in page.warning[0].value.replace("\\", "")
    assert page.dataframe[0].value["state"].tolist()[-1] == "paused"
    with pytest.raises(SourcePaused):
        wb.stage(sheet(COURSES), "elevate.courses", template="Registrar")
    press(page, "Resume its imports")
    assert not page.warning
    assert wb.stage(sheet(COURSES), "elevate.courses", template="Registrar").stage == "staged"


def test_hostile_text_is_text(show: Show, wb: Workbench) -> None:
    wb.sources.save(dataset="<img src=x> **b**", notes="=1+1 <script>", quirks="<b>")
    page = show("inventory", source="<img src=x> **b**")
    assert page.header[0].value == r"\<img src=x\> \*\*b\*\*"
    assert page.dataframe[0].value["notes"].tolist()[-1] == "=1+1 <script>"
    assert not page.exception


def test_only_what_is_used_stands_there_and_all_by_a_switch(show: Show, wb: Workbench, courses: str) -> None:
    wb.sources.save(dataset="Warehouse list", data_type="commerce.sku_locations", owner="Carla")
    page = show("inventory")
    shown = page.dataframe[0].value["dataset"].tolist()
    assert {courses, "Warehouse list"} <= set(shown)
    page.toggle(key="every").set_value(True).run()
    every = page.dataframe[0].value["dataset"].tolist()
    assert len(every) == len(wb.sources.all()) > len(shown)
