"""The page Export: what a family's file will have in it, and the way to fetch it."""

from collections.abc import Callable

from tests.pages.conftest import Show
from workbench import Workbench
from workbench.model.sheet import Sheet


def test_it_begins_with_the_generic_format_and_says_when_there_is_nothing(show: Show) -> None:
    page = show("export")
    assert not page.exception
    assert page.selectbox(key="family").value == "generic_csv"
    assert any("Nothing of Generic CSV yet." in each.value for each in page.markdown)
    assert not page.get("link_button")


def test_it_begins_with_the_family_that_has_records(show: Show, wb: Workbench, sheet: Callable[..., Sheet]) -> None:
    wb.import_sheet(sheet("name,code\nBaking,B1\n"), "elevate.courses")
    assert show("export").selectbox(key="family").value == "elevate"


def test_a_family_is_fetched_by_its_address(show: Show, wb: Workbench, sheet: Callable[..., Sheet]) -> None:
    wb.import_sheet(sheet("name,code\nBaking,B1\nNursing,N1\n"), "elevate.courses")
    page = show("export", family="elevate")
    (button,) = page.get("link_button")
    assert (button.proto.label, button.proto.url) == ("Download 2 records", "/export/elevate")
    assert page.dataframe[0].value.values.tolist()[:2] == [["courses.csv", 2], ["students.csv", 0]]


def test_what_is_not_exported_is_named_with_why(show: Show) -> None:
    told = [each.value for each in show("export").markdown]
    assert any(text.startswith("**Polaris**: ") and "switched off" in text for text in told)
