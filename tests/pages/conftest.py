"""Pages are run through app.py without a browser, on the integration tests' real PostgreSQL, a database for every test.

    def test_the_page_says_what_to_do(show: Show) -> None:
        page = show("upload")
        assert not page.exception

`wb` is a Workbench of ana on the same database, for what has to be there before and what is to be there after.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.integration.conftest import home, open_wb, server, sheet, template, url, wb

__all__ = ["Show", "home", "open_wb", "server", "sheet", "template", "url", "wb"]

Show = Callable[..., AppTest]
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def surroundings(url: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages find this test's database and home where they always look: in the environment."""
    monkeypatch.setenv("WORKBENCH_DATABASE_URL", url)
    monkeypatch.setenv("WORKBENCH_HOME", str(home))
    monkeypatch.setenv("WORKBENCH_TENANT", "default")
    monkeypatch.setenv("WORKBENCH_USER", "ana")


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
