"""Whose request it is: that of our own page in a browser on this machine, that of a program, or that of another site.

Any page that a person has open can send requests to this machine, and would press Commit. A browser says which page it
was (`Origin`, `Sec-Fetch-Site`) and under which name it reached us (`Host`), and no page can make it say otherwise.
"""

import ipaddress
import re

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from workbench.model.errors import NotThisMachine

_NO_FRAME = [(b"content-security-policy", b"frame-ancestors 'none'"), (b"x-frame-options", b"DENY")]
_OUR_FRAME = [(b"content-security-policy", b"frame-ancestors 'self'"), (b"x-frame-options", b"SAMEORIGIN")]
_COMPONENTS = "/component/"
"""What stands in frames of our own pages, such as the grid."""

_DEFAULT_PORT = 80
_PLACE = re.compile(r"(?P<host>\[[0-9a-f:.]+\]|[^\s:@/?#\[\]]+)(?::(?P<port>\d{1,5}))?", re.IGNORECASE)
_READ = {"GET", "HEAD"}


class OwnPagesOnly:
    """Refuses what a page of another site sends through the browser, and what came in under another site's name."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and not _from_here(scope):
            await WebSocketClose()(scope, receive, send)
        elif scope["type"] == "http" and not _from_here(scope):
            await PlainTextResponse("Workbench is for this machine only.", 403)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


class InNoFrame:
    """Says in every answer that it stands in no frame, but for the parts of our own pages that do in these: a page of
    ours in a frame of another's would be clicked without being seen."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = _OUR_FRAME if scope["path"].startswith(_COMPONENTS) else _NO_FRAME

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*headers, *message.get("headers", ())]}
            await send(message)

        await self._app(scope, receive, sent)


def loopback(host: str) -> str:
    """The address that only this machine reaches under that name; raises NotThisMachine for any other."""
    try:
        address = ipaddress.ip_address("127.0.0.1" if host.lower() == "localhost" else host)
    except ValueError:
        raise NotThisMachine(host=host) from None
    if not address.is_loopback:
        raise NotThisMachine(host=host)
    return str(address)


def _from_here(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    hosts, origins = headers.getlist("host"), headers.getlist("origin")
    here = _place(hosts[0]) if len(hosts) == 1 else None
    if here is None or not _is_here(here[0]):
        return False
    if origins:
        return len(origins) == 1 and _page(origins[0]) == here
    # a browser says of which page a socket is; one that says nothing is none of ours
    return scope["type"] == "http" and _fetched_by_us(scope, headers)


def _fetched_by_us(scope: Scope, headers: Headers) -> bool:
    """Whether a request without an origin is our page's, a person's or a program's; a link to us may stand anywhere."""
    by = set(headers.getlist("sec-fetch-site"))
    followed = (headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest")) == ("navigate", "document")
    return by <= {"same-origin", "none"} or (followed and scope["method"] in _READ)


def _page(origin: str) -> tuple[str, int] | None:
    scheme, _, place = origin.partition("://")
    return _place(place) if scheme.lower() == "http" else None


def _place(said: str) -> tuple[str, int] | None:
    """Host and port, as anybody may write them; None for what is not just that."""
    place = _PLACE.fullmatch(said)
    return (place["host"].lower(), int(place["port"] or _DEFAULT_PORT)) if place else None


def _is_here(host: str) -> bool:
    try:
        loopback(host.removeprefix("[").removesuffix("]"))
    except NotThisMachine:
        return False
    return True
