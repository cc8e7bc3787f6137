"""Pages are run through app.py without a browser, on the integration tests' real PostgreSQL, a database for every test.

    def test_the_page_says_what_to_do(show: Show) -> None:
        page = show("upload")
        assert not page.exception

`wb` is a Workbench of ana on the same database, for what has to be there before and what is to be there after.
"""

import time
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest, app_test

from tests.integration.conftest import embedded_server, home, open_wb, sheet, template, templates, url, wb
from workbench import Workbench
from workbench.doors import jobs
from workbench.doors.web import record_lists
from workbench.model.batch import Batch

__all__ = ["Show", "home", "open_wb", "server", "sheet", "template", "templates", "url", "wb"]

Show = Callable[..., AppTest]
ROOT = Path(__file__).parents[2]


class Navigated(PagesManager):
    """The pages of st.navigation: Streamlit takes a folder called pages for its older kind, and runs them alone."""

    def __init__(self, *given: Any, **named: Any) -> None:
        PagesManager.uses_pages_directory = False
        super().__init__(*given, **named)


@pytest.fixture(scope="session")
def server() -> str:
    """The embedded server alone: a page only shows what the integration tests prove on the other one as well."""
    return embedded_server()


@pytest.fixture(autouse=True)
def surroundings(url: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages find this test's database and home where they always look: in the environment."""
    monkeypatch.setenv("WORKBENCH_DATABASE_URL", url)
    monkeypatch.setenv("WORKBENCH_HOME", str(home))
    monkeypatch.setenv("WORKBENCH_TENANT", "default")
    monkeypatch.setenv("WORKBENCH_USER", "ana")
    monkeypatch.setattr(app_test, "PagesManager", Navigated)
    # What is found in the time that a person waits differs with how busy the machine is.
    monkeypatch.setattr(record_lists, "SECONDS", None)
    monkeypatch.setattr(record_lists, "BESIDE", None)


@pytest.fixture
def show() -> Show:
    """Opens a page by its address: show("validate", batch=batch.id) is /validate?batch=..."""

    def shown(name: str, **query: object) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        app.switch_page(f"pages/{name}.py")
        for parameter, value in query.items():
            app.query_params[parameter] = str(value)
        return app.run()

    return shown


def log_of(page: AppTest) -> str:
    """The import log as it stands on a page; "" where there is none."""
    begins, ends = '<pre class="log">', "</pre>"
    logs = [one.proto.body for one in page.get("html") if one.proto.body.startswith(begins)]
    return unescape(logs[0][len(begins) : -len(ends)]) if logs else ""


@pytest.fixture
def worked(wb: Workbench) -> Callable[[Batch], Batch]:
    """Does what a page has left to a worker, and returns the batch as it is then."""

    def done(batch: Batch) -> Batch:
        deadline = time.monotonic() + 120
        with jobs.Worker(wb.settings, heartbeat=0.2):
            while jobs.state(wb, batch) is not None:
                assert time.monotonic() < deadline, "the worker does not end"
                time.sleep(0.02)
        return wb.batches.get(batch)

    return done
