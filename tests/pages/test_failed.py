"""A file that cannot be read leads to where it is put right, from whatever page somebody meets it on."""

from io import BytesIO

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import Show
from workbench import Workbench
from workbench.doors.web import uploads
from workbench.model.errors import UnreadableSheet

CUT = b"email,full_name\n" + b"".join(b"p%d@x.example,Pat\n" % number for number in range(30)) + b'"q@x.example,Quinn\n'


def to_upload(page: AppTest) -> list[str]:
    """The uploads that the page leads to."""
    assert not page.exception
    links = [link.proto for link in page.get("page_link") if link.proto.label.startswith("Put ")]
    return [link.query_string.partition("upload=")[2] for link in links if link.page == "upload"]


@pytest.mark.parametrize("name", ["validate", "commit", "reconcile", "history", "map", "clean"])
def test_an_import_that_failed_leads_to_its_file(show: Show, wb: Workbench, name: str) -> None:
    upload = uploads.keep(wb.settings, "cut.csv", BytesIO(CUT)).id
    batch = wb.begin(uploads.opened(wb.settings, upload), "elevate.students", source="page")
    uploads.begun(wb.settings, upload, batch)
    with pytest.raises(UnreadableSheet):
        wb.fill(batch)
    page = show(name, batch=batch.id)
    assert to_upload(page) == [upload]
    assert any("quotation mark that is never closed" in error.value for error in page.error)


@pytest.mark.parametrize("name", ["profile", "map", "clean"])
def test_a_file_that_cannot_be_read_leads_to_where_it_is_put_right(show: Show, wb: Workbench, name: str) -> None:
    upload = uploads.keep(wb.settings, "cut.csv", BytesIO(b'email,full_name\n"a@x.example,Ann\n')).id
    page = show(name, upload=upload)
    assert to_upload(page) == [upload]
    assert "quotation mark that is never closed" in page.error[0].value
