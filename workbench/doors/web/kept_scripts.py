"""What the browser keeps of the parts of our pages that stand in frames, such as the grid: Streamlit has it fetch,
unpack and compile their scripts, some megabytes, whenever one is drawn, which takes half a second."""

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_OF_A_COMPONENT = re.compile(r"/component/[^/]+/(?:[\w.-]+/)*[\w.-]+\.(?:js|css|woff2?)")
_DIGEST = re.compile(r"\.[0-9a-f]{8,}\.")
"""What stands in the name of a file when it is of just that content."""
_CONTROL = b"cache-control"
_FOR_GOOD, _FOR_A_WHILE = b"public, immutable, max-age=31536000", b"public, max-age=600"


_LARGE = (
    ("st_aggrid", "frontend/build", "static/js/main.*.js", "component/st_aggrid.AgGrid.agGrid/", "preload"),
    ("streamlit", "static", "static/js/PlotlyChart.*.js", "", "prefetch"),
)
"""The grid of our tables and the library of our charts: the package, where its files are and which, below what the
server has them, and how they are fetched ahead (HTML's `rel` of a link)."""


@cache
def large_scripts() -> dict[str, str]:
    """The addresses of the largest scripts, below the root of the server, as the packages that are installed call
    them, each with how it is fetched ahead."""
    found: dict[str, str] = {}
    for package, folder, pattern, below, ahead in _LARGE:
        spec = find_spec(package)
        for root in (spec.submodule_search_locations or ()) if spec is not None else ():
            files = Path(root, folder)
            found |= {below + file.relative_to(files).as_posix(): ahead for file in sorted(files.glob(pattern))}
    return found


class KeptScripts:
    """Tells the browser to keep them: for good where their name has a digest of them, else for some minutes, so that
    another version is seen soon. Whatever else is asked for is as it is."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _OF_A_COMPONENT.fullmatch(scope["path"]) is None:
            await self._app(scope, receive, send)
            return
        kept = (_CONTROL, _FOR_GOOD if _DIGEST.search(scope["path"]) else _FOR_A_WHILE)

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                others = [each for each in message.get("headers", ()) if each[0].lower() != _CONTROL]
                message = {**message, "headers": [*others, kept]}
            await send(message)

        await self._app(scope, receive, sent)
