"""Every test carries the marker of the folder it stands in: `pytest -m unit`, `pytest -m "not browser"`."""

import signal
from pathlib import Path

import pytest

# A shell that starts the tests in the background has them ignore Ctrl-C, and the programs that they start and interrupt
# would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    known = {line.split(":")[0] for line in config.getini("markers")}
    for item in items:
        folder = item.path.relative_to(HERE).parts[0]
        if folder in known:
            item.add_marker(folder)
