"""Where the server of a page is. Streamlit's script does not know whether a page's address is below that of the app,
asks beside the page first, and finds nothing there: two errors in the browser's console, and two answers to wait for. A
page that says where it is has nothing else asked for."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from workbench.doors.web import no_page

_SAID = b"<script>window.__streamlit = { BACKEND_BASE_URL: location.origin }</script>"
_BEFORE = b"<script"
_NOT_ASKED = (b"accept-encoding", b"range", b"if-range")
"""What would have a part of the page come, or a packed one."""


class AtRoot:
    """Has every page say so. Whatever else is asked for is as it is."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or "/" in scope["path"].strip("/") or not no_page.is_opened(scope):
            await self._app(scope, receive, send)
            return
        headers = [each for each in scope["headers"] if each[0] not in _NOT_ASKED]
        await self._app({**scope, "headers": headers}, receive, _Saying(send))


class _Saying:
    """Sends an answer on; a page once it is whole, with what it is to say."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._page = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_page(message):
            self._start = message
        elif self._start is None:
            await self._send(message)
        else:
            self._page += message.get("body", b"")
            if not message.get("more_body", False):
                page = self._page.replace(_BEFORE, _SAID + _BEFORE, 1)
                MutableHeaders(raw=self._start["headers"])["content-length"] = str(len(page))
                await self._send(self._start)
                await self._send({"type": "http.response.body", "body": page})


def _is_page(start: Message) -> bool:
    kind = MutableHeaders(raw=list(start.get("headers", ()))).get("content-type", "")
    return start["status"] == 200 and kind.startswith("text/html")
