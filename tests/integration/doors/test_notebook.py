"""The notebook runs from its first cell to its last, on an empty database, and as often as one likes."""

from pathlib import Path
from typing import Any

import nbformat
import psycopg
import pytest
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).parents[3] / "notebooks" / "01_first_import.ipynb"


@pytest.fixture
def executed(url: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The notebook's cells after a second run."""
    monkeypatch.setenv("WORKBENCH_DATABASE_URL", url)
    monkeypatch.setenv("WORKBENCH_HOME", str(home))
    monkeypatch.setenv("PYTHONPATH", str(NOTEBOOK.parents[1]))
    for _ in range(2):
        notebook = nbformat.read(NOTEBOOK, as_version=4)
        NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    return list(notebook.cells)


def shown(cells: list[Any], code: str) -> str:
    """What the cell that ends with that line of code printed or returned."""
    cell = next(cell for cell in cells if cell.cell_type == "code" and cell.source.endswith(code))
    return "".join(output.get("text") or output["data"]["text/plain"] for output in cell.outputs)


def test_the_notebook_tells_the_story_and_leaves_nothing_behind(executed: list[Any], url: str) -> None:
    counts = "{'processed': 12, 'created': 9, 'updated': 0, 'skipped': 1, 'unmatched': 0, 'invalid': 2}"
    assert shown(executed, "plan.counts").replace("\n", "").replace("  ", "") == counts
    assert "is held, with invalid rows: 2." in shown(executed, "print(held)")
    log = shown(executed, "wb.log(batch).render())")
    assert "  Processed: 12\n  Created: 9\n  Updated: 0\n  Skipped: 1\n  Unmatched: 0\n  Invalid: 2\n" in log
    assert shown(executed, "for one in undone]") == "[(5, 5, 0), (9, 9, 0)]"
    with psycopg.connect(url) as connection:
        assert connection.execute("select count(*) from elevate.profiles").fetchone() == (0,)


def test_the_notebook_is_committed_without_output() -> None:
    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    assert [cell.outputs for cell in cells if cell.cell_type == "code" and (cell.outputs or cell.execution_count)] == []
