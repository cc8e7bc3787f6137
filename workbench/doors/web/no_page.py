"""An address with several parts at which nothing stands: Streamlit's page asks for its scripts beside its own address,
and would stay white there. The browser is sent on to an address of one part, where the app says that there is no such
page."""

from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_STREAMLITS = ("_stcore", "app", "auth", "component", "media", "static")
_OURS = ("docs", "evidence", "export")
"""The first of two parts; further ones have no page."""


class SentOn:
    """Sends a browser on that opens such an address; whatever else is asked for goes on as it is."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and is_opened(scope) and (place := _place(scope["path"])) is not None:
            await RedirectResponse(place)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def is_opened(scope: Scope) -> bool:
    """Whether a person opens it, and no script of a page asks for it."""
    headers = Headers(scope=scope)
    to = headers.get("sec-fetch-dest")
    return scope["method"] == "GET" and (to == "document" or (to is None and "text/html" in headers.get("accept", "")))


def _place(path: str) -> str | None:
    """Where a path of several parts is sent to; None where something stands, or may stand."""
    parts = [part for part in path.split("/") if part]
    if len(parts) < 2 or path.startswith("//") or parts[0] in _STREAMLITS or (parts[0] in _OURS and len(parts) == 2):
        return None
    return f"/{quote('-'.join(parts), safe='')}"
