"""The notebooks: run from their first cell to their last, compared, and stored anew by `python -m tests.notebooks`."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from tests import folder
from tests.readme import ROOT

NOTEBOOKS = tuple(sorted((ROOT / "notebooks").glob("*.ipynb")))
ANEW = "python -m tests.notebooks stores it anew"
_CHANGING = (
    (re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){2,3}(?:-[0-9a-f]{12})?\b"), "ID"),
    (re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:\+00:00)?"), "TIME"),
    (re.compile(r" {2,}"), " "),
)


def run(path: Path, **settings: str) -> NotebookNode:
    """A notebook as it is when all its cells have been run, in an empty folder, under these environment variables."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    with folder.short() as place, _surroundings(PYTHONPATH=str(ROOT), **settings):
        NotebookClient(
            notebook, timeout=300, resources={"metadata": {"path": str(place)}}, record_timing=False
        ).execute()
    notebook.metadata = {name: notebook.metadata[name] for name in ("kernelspec",)}
    notebook.metadata["language_info"] = {"name": "python"}
    return notebook


def shown(notebook: NotebookNode) -> list[str]:
    """What each cell prints and returns, without what differs from run to run: ids and times."""
    return [_masked("".join(map(_text, cell.outputs))) for cell in _code(notebook)]


def warned(notebook: NotebookNode) -> list[str]:
    """What its cells say on standard error, where warnings go."""
    return [output.text for cell in _code(notebook) for output in cell.outputs if output.get("name") == "stderr"]


def _code(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _text(output: NotebookNode) -> str:
    """The text of an output; of a chart what is drawn."""
    if output.output_type == "stream":
        return str(output.text)
    drawn: Any = output.data.get("application/vnd.plotly.v1+json")
    return str(output.data["text/plain"]) if drawn is None else json.dumps(drawn["data"], sort_keys=True)


def _masked(text: str) -> str:
    for pattern, word in _CHANGING:
        text = pattern.sub(word, text)
    return text


@contextmanager
def _surroundings(**settings: str) -> Iterator[None]:
    """The environment as a reader's is, with these settings and none of the developer's own."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("WORKBENCH_")]:
        del os.environ[name]
    os.environ.update(settings)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def main() -> None:
    """Stores what the cells print and return now."""
    for path in NOTEBOOKS:
        with folder.short() as home:
            nbformat.write(run(path, WORKBENCH_HOME=str(home / "home")), path)


if __name__ == "__main__":
    main()
