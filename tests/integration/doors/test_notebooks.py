"""The notebooks run from their first cell to their last, print what is stored with them, and leave nothing behind."""

import json
import re
from pathlib import Path

import nbformat
import psycopg
import pytest

from tests import notebooks
from tests.readme import README

_TABLES = ("profiles", "courses", "enrollments")
_OF_A_MACHINE = re.compile(r"(?<![\w.<])/(?:home|root|tmp|work|Users|usr|var|dev)/")


@pytest.mark.parametrize("path", notebooks.NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_prints_what_is_stored_with_it_and_leaves_nothing_behind(path: Path, url: str, home: Path) -> None:
    settings = {"WORKBENCH_DATABASE_URL": url, "WORKBENCH_HOME": str(home)}
    first = notebooks.run(path, **settings)
    assert notebooks.warned(first) == []
    stored = nbformat.read(path, as_version=4)
    assert notebooks.shown(first) == notebooks.shown(stored), f"it prints something else: {notebooks.ANEW}"
    assert notebooks.warned(notebooks.run(path, **settings)) == []  # as often as one likes
    with psycopg.connect(url) as connection:
        for table in _TABLES:
            assert connection.execute(f"select count(*) from elevate.{table}").fetchone() == (0,)


@pytest.mark.parametrize("path", notebooks.NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_stored_with_output_and_without_a_machines_paths_or_warnings(path: Path) -> None:
    stored = nbformat.read(path, as_version=4)
    code = [cell for cell in stored.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert sum(map(bool, notebooks.shown(stored))) > len(code) / 2
    assert notebooks.warned(stored) == []
    assert _OF_A_MACHINE.findall(json.dumps([cell.outputs for cell in code])) == []


def test_the_readme_names_every_notebook() -> None:
    named = re.findall(r"notebooks/(\w+)\.ipynb", README.read_text("utf-8"))
    assert sorted(named) == [path.stem for path in notebooks.NOTEBOOKS]
