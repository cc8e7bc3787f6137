"""Every test carries the marker of the folder it stands in: `pytest -m unit`, `pytest -m "not browser"`."""

import os
import signal
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests import folder

if TYPE_CHECKING:
    from tests.salesforce import Salesforce

# A shell that starts the tests in the background has them ignore Ctrl-C, and the programs that they start and interrupt
# would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", folder.root())  # for `tmp_path`

# The same examples in every run, so that what fails is what was changed; the soak asks for its own number, by chance.
settings.register_profile("suite", derandomize=True)
if "WORKBENCH_TEST_EXAMPLES" not in os.environ:
    settings.load_profile("suite")

HERE = Path(__file__).parent


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: a test often waits, for a browser, a lock or a program that ends."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Generator[None, None, None]:
    known = {line.split(":")[0] for line in config.getini("markers")}
    for item in items:
        marker = item.path.relative_to(HERE).parts[0]
        if marker in known:
            item.add_marker(marker)
    yield
    # the longest first: at the end whoever has them would keep the others waiting
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)


@pytest.fixture
def salesforce(monkeypatch: pytest.MonkeyPatch) -> "Iterator[Salesforce]":
    """A Salesforce on this machine, and the way into it where every door looks: in the environment."""
    from tests.salesforce import PASSWORD, TOKEN, USER, Salesforce

    with Salesforce() as running:
        monkeypatch.setenv("WORKBENCH_SALESFORCE_ADDRESS", running.address)
        monkeypatch.setenv("SF_USERNAME", USER)
        monkeypatch.setenv("SF_PASSWORD", PASSWORD)
        monkeypatch.setenv("SF_SECURITY_TOKEN", TOKEN)
        yield running
