"""An address of a file that is not there (any more) says so, and offers those that are."""

from collections.abc import Callable

import pytest

from tests.pages.conftest import Show
from tests.pages.test_clean import STUDENTS, keep
from workbench import Workbench
from workbench.model.sheet import Sheet


@pytest.mark.parametrize("name", ["clean", "map", "profile"])
def test_an_upload_that_is_gone_is_told_with_those_that_wait(show: Show, wb: Workbench, name: str) -> None:
    upload = keep(wb, STUDENTS)
    page = show(name, upload="f" * 64)
    assert not page.exception
    assert "Upload the file again" in page.warning[0].value
    assert {"Upload a file", "A file that is imported"} <= {link.label for link in page.page_link}
    choice = page.selectbox(key="chosen upload")
    page = choice.select_index(0).run()
    assert not page.exception
    assert page.query_params["upload"] == upload


@pytest.mark.parametrize("name", ["clean", "map", "profile"])
def test_an_import_that_is_not_there_is_told_with_those_that_are(
    show: Show, wb: Workbench, sheet: Callable[..., Sheet], name: str
) -> None:
    batch = wb.stage(sheet("email,full_name\nann@example.org,Ann Lee\n"), "elevate.students")
    page = show(name, batch="nonsense")
    assert not page.exception
    assert "There is no import nonsense" in page.warning[0].value
    page = page.selectbox(key="chosen batch").select_index(0).run()
    assert not page.exception
    assert page.query_params["batch"] == str(batch.id)
