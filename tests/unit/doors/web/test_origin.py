"""What a browser says of whose request it is decides who may press a button here."""

import asyncio
from typing import Any

import pytest

from workbench.doors.web.origin import OwnPagesOnly

HERE = ("host", "127.0.0.1:8501")
SOCKET, POST, GET = "websocket", "POST", "GET"


def let_in(kind: str, *headers: tuple[str, str]) -> bool:
    """Whether a request with these headers reaches the pages."""
    reached = False

    async def app(scope: Any, receive: Any, send: Any) -> None:
        nonlocal reached
        reached = True

    async def send(message: Any) -> None:
        assert message.get("status", 403) == 403

    async def ask() -> None:
        scope: dict[str, Any] = {"type": "websocket" if kind == SOCKET else "http", "method": kind, "extensions": {}}
        scope["headers"] = [(name.encode(), value.encode("latin-1")) for name, value in headers]
        scope["extensions"] = {"websocket.http.response": {}}
        await OwnPagesOnly(app)(scope, None, send)

    asyncio.run(ask())
    return reached


@pytest.mark.parametrize("kind", [SOCKET, POST, GET])
@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("127.0.0.1:8501", "http://127.0.0.1:8501"),
        ("localhost:8501", "http://localhost:8501"),
        ("LOCALHOST:8501", "HTTP://LocalHost:8501"),
        ("[::1]:8501", "http://[::1]:8501"),
        ("127.0.0.1", "http://127.0.0.1"),
        ("127.0.0.1:80", "http://127.0.0.1"),
        ("localhost", "http://localhost:80"),
    ],
)
def test_our_own_page_is_let_in_however_its_place_is_written(kind: str, host: str, origin: str) -> None:
    assert let_in(kind, ("host", host), ("origin", origin))


@pytest.mark.parametrize("kind", [SOCKET, POST, GET])
@pytest.mark.parametrize(
    "origin",
    [
        "http://127.0.0.1:1",
        "http://127.0.0.1",
        "https://127.0.0.1:8501",
        "ws://127.0.0.1:8501",
        "http://localhost:8501",
        "http://127.0.0.1:8501.evil.example",
        "http://127.0.0.1:8501@evil.example",
        "http://me@127.0.0.1:8501",
        "http://127.0.0.1:8501/",
        "//127.0.0.1:8501",
        "127.0.0.1:8501",
        "http://evil.example:8501",
        "http://127.0.0.1:8501 http://evil.example",
        "file://",
        "null",
        "",
    ],
)
def test_a_page_of_any_other_scheme_host_or_port_is_not(kind: str, origin: str) -> None:
    assert not let_in(kind, HERE, ("origin", origin))


@pytest.mark.parametrize("kind", [SOCKET, POST, GET])
def test_an_origin_said_twice_is_not_ours(kind: str) -> None:
    ours, others = ("origin", "http://127.0.0.1:8501"), ("origin", "http://evil.example")
    assert not let_in(kind, HERE, others, ours)
    assert not let_in(kind, HERE, ours, others)


@pytest.mark.parametrize("kind", [SOCKET, POST, GET])
@pytest.mark.parametrize(
    "host",
    [
        "evil.example:8501",
        "127.0.0.1.evil.example",
        "localhost.evil.example:8501",
        "0.0.0.0:8501",
        "10.1.2.3:8501",
        "[::]:8501",
        "me@127.0.0.1:8501",
        "127.0.0.1:8501/x",
        "127.0.0.1:",
        "[::1",
        "",
    ],
)
def test_a_name_that_others_can_point_at_this_machine_is_not_ours(kind: str, host: str) -> None:
    assert not let_in(kind, ("host", host), ("origin", f"http://{host}"))
    assert not let_in(kind, ("host", host))


def test_who_does_not_say_where_is_not_let_in() -> None:
    assert not let_in(GET)
    assert not let_in(GET, HERE, ("host", "evil.example"))


def test_a_socket_always_says_whose_it_is() -> None:
    assert not let_in(SOCKET, HERE)


def test_a_program_of_this_machine_says_nothing_and_is_let_in() -> None:
    assert let_in(GET, HERE)
    assert let_in(POST, HERE)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_another_page_loads_or_sends_is_refused_and_a_link_is_followed(site: str) -> None:
    by = ("sec-fetch-site", site)
    followed = (("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document"))
    assert let_in(GET, HERE, by, *followed)
    assert not let_in(GET, HERE, by, ("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image"))
    assert not let_in(GET, HERE, by, ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe"))
    assert not let_in(GET, HERE, by)
    assert not let_in(POST, HERE, by, *followed)
    assert not let_in(POST, HERE, by)


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_what_our_page_or_a_person_asks_for_is_answered(site: str) -> None:
    assert let_in(GET, HERE, ("sec-fetch-site", site), ("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty"))
