"""A real browser on a real `workbench serve` with its worker, on a database and in a home of its own for every test.

    def test_a_file_is_imported(person: Person, site: Site) -> None:
        ana = person()
        ana.upload(file)
        ana.map()

`person` opens a browser window of its own for somebody; `wb` is a Workbench of ana on the same database, for what has
to be there before and what is to be there after. Nothing is skipped: without a browser the tests fail with a sentence
that says what to install.
"""

from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.browser import chromium
from tests.browser.person import Person
from tests.browser.site import Site
from tests.integration.conftest import embedded_server, open_wb, sheet, template, templates, url, wb

__all__ = ["open_wb", "sheet", "template", "templates", "url", "wb"]

People = Callable[..., Person]


@pytest.fixture(scope="session")
def server() -> str:
    """The address of an embedded server; what is proven here does not depend on whose PostgreSQL it is."""
    return embedded_server()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """This test's own WORKBENCH_HOME."""
    return tmp_path / "home"


@pytest.fixture(scope="module")  # a driver at work would keep other tests from their own event loops
def browser() -> Iterator[Browser]:
    """A real Chromium or Chrome."""
    try:
        with chromium.browser() as running:
            yield running
    except FileNotFoundError as missing:
        pytest.fail(str(missing), pytrace=False)


@pytest.fixture
def site(url: str, home: Path) -> Iterator[Site]:
    """The pages, served."""
    site = Site(home, WORKBENCH_DATABASE_URL=url, WORKBENCH_TENANT="default")
    yield site.start()
    site.stop()
    assert "Traceback" not in site.printed, site.printed


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture
def person(browser: Browser, site: Site, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[People]:
    """Opens a window for somebody: person("lena") works as lena, person() as ana.

    A failed test leaves their pictures.
    """
    windows: list[BrowserContext] = []

    def opened(name: str = "ana") -> Person:
        windows.append(browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True))
        return Person(windows[-1].new_page(), site, name)

    yield opened
    for number, window in enumerate(windows):
        if request.node.stash.get(FAILED, False):
            picture = tmp_path / f"{number}.png"
            window.pages[0].screenshot(path=picture)
            print(f"{window.pages[0].url} looked like {picture}")
        window.close()


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    """Writes a text down as a file: file("email\\nada@example.com\\n", "students.csv")."""

    def written(text: str, name: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8", newline="")
        return path

    return written
