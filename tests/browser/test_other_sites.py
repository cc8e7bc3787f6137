"""Pages of other servers, on this very machine too, can neither show the pages in a frame nor talk to them."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import People
from tests.browser.site import Site

_TRIES = """async (address) => {
  const socket = await new Promise((tell) => {
    const tried = new WebSocket(address.replace("http", "ws") + "/_stcore/stream", ["streamlit"]);
    tried.onopen = () => tell("open");
    tried.onerror = () => tell("refused");
  });
  const image = await new Promise((tell) => {
    const tried = new Image();
    tried.onload = () => tell("loaded");
    tried.onerror = () => tell("refused");
    tried.src = address + "/favicon.png";
  });
  return [socket, image];
}"""


@contextmanager
def page(html: str) -> Iterator[str]:
    """A page on another port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        running = threading.Thread(target=server.serve_forever)
        running.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        running.join()


def test_another_page_frames_nothing_and_reaches_nothing(person: People, site: Site) -> None:
    window = person("mallory").window
    with page(f'<iframe src="{site.address}/commit"></iframe><a href="{site.address}/commit">Commit</a>') as elsewhere:
        window.goto(elsewhere)
        assert window.evaluate(_TRIES, site.address) == ["refused", "refused"]
        framed = window.frames[1]
        assert framed.url == "chrome-error://chromewebdata/"
        window.get_by_role("link", name="Commit").click()
        expect(window.get_by_role("textbox", name="Working as")).to_be_attached()


def test_our_own_pages_show_everything_they_did(person: People, file: Callable[..., Path]) -> None:
    ana = person("ana")
    ana.upload(file("email,full_name\nada@example.com,Ada\nx,Bo\n", "s.csv"), dataset="elevate.students")
    batch = ana.map()
    ana.visit("validate", batch=batch)
    ana.main.get_by_text("Data docs: what every expectation found").click()
    docs = ana.main.frame_locator("iframe:not([src*=AgGrid])")
    expect(docs.get_by_text("Rendered by Great Expectations")).to_be_visible()
    with ana.window.expect_popup() as opened:
        ana.follow("Open in a tab of its own")
    expect(opened.value.get_by_text("Rendered by Great Expectations")).to_be_visible()
    assert ana.surprises == []
