"""Every test carries the marker of the folder it stands in: `pytest -m unit`, `pytest -m "not browser"`."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    known = {line.split(":")[0] for line in config.getini("markers")}
    for item in items:
        folder = item.path.relative_to(HERE).parts[0]
        if folder in known:
            item.add_marker(folder)
