"""The scripts of the grid are fetched once, and its page each time."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
import st_aggrid
import streamlit

from workbench.doors.web.kept_scripts import KeptScripts, large_scripts

FOR_GOOD, FOR_A_WHILE, AS_IT_WAS = "public, immutable, max-age=31536000", "public, max-age=600", "public"
GRID = "/component/st_aggrid.AgGrid.agGrid"


def kept(path: str, status: int = 200) -> list[str]:
    """What the browser is told of keeping the answer."""
    told: list[dict[str, Any]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": status, "headers": [(b"Cache-Control", b"public")]})

    async def send(message: dict[str, Any]) -> None:
        told.append(message)

    asyncio.run(KeptScripts(app)({"type": "http", "path": path}, None, send))
    return [value.decode() for name, value in told[0]["headers"] if name.lower() == b"cache-control"]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (f"{GRID}/static/js/main.f4bb7ae6.js", FOR_GOOD),
        (f"{GRID}/static/css/main.06956719.css", FOR_GOOD),
        (f"{GRID}/static/media/source-sans-pro-latin-400-normal.1402accbefdec6a25762.woff2", FOR_GOOD),
        (f"{GRID}/bootstrap.min.css", FOR_A_WHILE),
        (f"{GRID}/index.html", AS_IT_WAS),
        ("/evidence/main.f4bb7ae6.js", AS_IT_WAS),
        ("/media/main.f4bb7ae6.css", AS_IT_WAS),
    ],
)
def test_a_file_is_kept_as_long_as_its_name_is_of_its_content(path: str, told: str) -> None:
    assert kept(path) == [told]


def test_what_is_not_there_is_asked_for_again() -> None:
    assert kept(f"{GRID}/static/js/main.f4bb7ae6.js", 404) == [AS_IT_WAS]


def test_the_name_of_the_grids_script_has_its_digest() -> None:
    (script,) = Path(st_aggrid.__file__).parent.glob("frontend/build/static/js/main.*.js")
    assert kept(f"{GRID}/static/js/{script.name}") == [FOR_GOOD]


def test_the_large_scripts_are_the_grid_and_the_charts_of_the_packages_that_are_installed() -> None:
    grid, charts = large_scripts()
    assert kept(f"/{grid}") == [FOR_GOOD]
    assert (Path(streamlit.__file__).parent / "static" / charts).is_file()
    assert [*large_scripts().values()] == ["preload", "prefetch"]
