"""`workbench serve` is one process for this machine: pages, data docs, signs of life, and a worker."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import psycopg
import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from tests import folder
from tests.imports import outcome
from tests.integration.doors.test_jobs import done, until
from tests.unit.test_packaging import checkout, installed
from workbench import Workbench, verify_evidence
from workbench.doors import jobs
from workbench.doors.web import connection
from workbench.model.sheet import Sheet

__all__ = ["checkout", "installed"]

STUDENTS = "elevate.students"
TWO = "email,full_name\nada@example.com,Ada Park\nnobody,<script>alert(1)</script>\n"
ROOT = Path(__file__).parents[3]


class Answer(NamedTuple):
    """What the server said."""

    status: int
    headers: dict[str, str]
    body: str
    policies: str
    """Every Content-Security-Policy."""

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Server:
    """A real `workbench serve` in a process of its own."""

    def __init__(self, *options: str, cwd: Path = ROOT, **surroundings: str) -> None:
        command = (sys.executable, "-m", "workbench", "serve", *options)
        given = {**os.environ, "PYTHONPATH": str(ROOT)} | surroundings
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=cwd,
            env={name: value for name, value in given.items() if value},
        )

    @property
    def address(self) -> str:
        """Where it says that it is."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line.startswith("Workbench is at http://127.0.0.1:"), line + self.process.communicate()[1]
        return line.split()[3]

    def ended(self, by: signal.Signals) -> tuple[int, str]:
        """Its exit status and what it printed on standard error, after a signal."""
        self.process.send_signal(by)
        errors = self.process.communicate(timeout=120)[1]
        return self.process.returncode, errors


Serve = Callable[..., Server]


@pytest.fixture
def serve(url: str, home: Path) -> Iterator[Serve]:
    """Starts a server on this test's database, on a free port; it is ended with the test."""
    started: list[Server] = []

    def start(*options: str, cwd: Path = ROOT, **surroundings: str) -> Server:
        given = {"WORKBENCH_DATABASE_URL": url, "WORKBENCH_HOME": str(home), "WORKBENCH_USER": "ana"} | surroundings
        started.append(Server("--port", "0", *options, cwd=cwd, **given))
        return started[-1]

    yield start
    for server in started:
        server.process.kill()
        server.process.communicate()


def get(address: str, path: str, **headers: str) -> Answer:
    """What a browser gets; the path goes out as it stands."""
    place = urlsplit(address)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=120)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    headers_said = {name.lower(): value for name, value in answer.getheaders()}
    return Answer(answer.status, headers_said, body, str(answer.headers.get_all("content-security-policy")))


def visit(address: str, page: str = "", origin: str | None = None) -> list[ForwardMsg]:
    """What the server sends to a browser that opens a page."""
    stream = address.replace("http", "ws") + "/_stcore/stream"
    messages: list[ForwardMsg] = []
    asks = Origin(origin or address)
    with connect(stream, origin=asks, subprotocols=[Subprotocol("streamlit")], max_size=None) as browser:
        asked = BackMsg()
        asked.rerun_script.page_name = page
        browser.send(asked.SerializeToString())
        while not messages or messages[-1].WhichOneof("type") != "script_finished":
            messages.append(ForwardMsg.FromString(browser.recv(timeout=120)))
    return messages


# --- signs of life ---


def test_it_says_where_it_is_that_it_lives_and_that_it_is_ready(serve: Serve) -> None:
    address = serve().address
    assert get(address, "/healthz").json == {"alive": True}
    until(lambda: get(address, "/readyz").status == 200)
    assert get(address, "/readyz").json == {"ready": True, "database": "ready", "worker": "ready"}
    assert "<title>" in get(address, "/").body


def test_it_is_not_ready_when_its_database_is_not(server: str, template: str, home: Path) -> None:
    import psycopg

    from tests.integration.conftest import _database, database_address

    with _database(server, template) as name:
        there = Server("--port", "0", WORKBENCH_HOME=str(home), WORKBENCH_DATABASE_URL=database_address(server, name))
        try:
            address = there.address
            until(lambda: get(address, "/readyz").status == 200)
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f"drop database {name} with (force)")
                connection.execute(f"create database {name}")
            until(lambda: get(address, "/readyz").status == 503)
            assert not get(address, "/readyz").json["ready"]
            assert "not set up" in get(address, "/readyz").json["database"]
            assert get(address, "/healthz").status == 200
        finally:
            assert there.ended(signal.SIGTERM)[0] == 0


def test_without_a_worker_jobs_wait_for_one_elsewhere(serve: Serve, wb: Workbench, sheet: Callable[..., Sheet]) -> None:
    address = serve("--no-worker").address
    assert get(address, "/readyz").json == {"ready": True, "database": "ready", "worker": "elsewhere"}
    batch = wb.begin(sheet(TWO), STUDENTS, source="page")
    jobs.defer(wb, "fill", batch)
    time.sleep(1)
    assert jobs.state(wb, batch) == "waiting"


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_without_a_word(serve: Serve, by: signal.Signals) -> None:
    server = serve()
    visit(server.address)
    assert server.ended(by) == (0, "")


def test_doctor_says_that_the_embedded_database_answers_only_while_something_runs() -> None:
    with folder.short() as home:
        environment = {name: value for name, value in os.environ.items() if name != "WORKBENCH_DATABASE_URL"}
        command = [sys.executable, "-m", "workbench", "--home", str(home), "doctor"]
        told, known = (
            subprocess.run([*command, *more], capture_output=True, text=True, env=environment, check=True).stdout
            for more in ([], ["--json"])
        )
        assert "(answers only while a command, `serve` or `worker` runs)" in " ".join(told.split())
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(json.loads(known)["database_url"])


def test_the_embedded_database_is_stopped_with_it() -> None:
    with folder.short() as home:
        running = home / "postgres" / "postmaster.pid"
        server = Server("--port", "0", "--home", str(home), WORKBENCH_DATABASE_URL="")
        assert get(server.address, "/healthz").status == 200
        assert running.exists()
        assert server.ended(signal.SIGTERM) == (0, "")
        assert not running.exists()


# --- what it does ---


def test_its_worker_does_the_jobs_of_pages(serve: Serve, wb: Workbench, sheet: Callable[..., Sheet]) -> None:
    batch = wb.begin(sheet(TWO), STUDENTS, source="page")
    jobs.defer(wb, "fill", batch)
    assert serve().address
    assert outcome(done(wb, batch)) == (1, 0, 0, 0, 1)


def test_the_data_docs_of_a_batch_are_shown_and_can_do_no_harm(
    serve: Serve, wb: Workbench, sheet: Callable[..., Sheet]
) -> None:
    batch = wb.stage(sheet(TWO), STUDENTS)
    address = serve("--no-worker").address
    for path in (f"/docs/{batch.id}/", f"/docs/{batch.id}"):
        page = get(address, path)
        assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert "Rendered by Great Expectations" in page.body
        policy = page.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'unsafe-inline';")
        assert "script" not in policy
        assert page.headers["x-content-type-options"] == "nosniff"


def test_no_other_page_stands_there(
    serve: Serve, open_wb: Callable[..., Workbench], wb: Workbench, sheet: Callable[..., Sheet], home: Path
) -> None:
    of_another = open_wb(tenant="acme").stage(sheet(TWO), STUDENTS)
    lost = wb.stage(sheet(TWO), STUDENTS)
    (home / lost.summary["data_docs"]).unlink()
    address = serve("--no-worker").address
    for batch in (of_another.id, lost.id, "latest", str(lost.id)[:8], "x", "00000000-0000-0000-0000-000000000000"):
        answer = get(address, f"/docs/{batch}/")
        assert (answer.status, answer.json) == (404, {"error": "There are no data docs of such a batch."})
    for path in ("/docs/../../../etc/passwd", "/docs/..%2f..%2f..%2fetc%2fpasswd/", f"/docs/{lost.id}/../../secret"):
        assert "root:" not in get(address, path).body


def test_an_address_of_several_parts_leads_to_where_the_app_says_that_there_is_no_page(serve: Serve) -> None:
    address = serve("--no-worker").address
    opens = {"Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate"}
    for path, place in (
        ("/nonsense/place", "/nonsense-place"),
        ("/history/of/it?batch=1", "/history-of-it"),
        ("/docs/x/y", "/docs-x-y"),
        ("/a%20b/%2Fc", "/a%20b-c"),
    ):
        sent = get(address, path, **opens)
        assert (sent.status, sent.headers["location"]) == (307, place)
    shown = get(address, "/nonsense-place", **opens)
    assert shown.status == 200 and "./static/js" in shown.body, "the app, whose scripts stand beside it"
    assert get(address, "/docs/x", **opens).status == 404
    assert get(address, "/_stcore/health", **opens).status == 200
    script = re.findall(r"\./static/js/index[^\"]+", shown.body)[0]
    assert get(address, script[1:], **opens).status == 200


def test_a_page_says_where_its_server_is_however_it_is_asked_for(serve: Serve) -> None:
    address = serve("--no-worker").address
    opens = {"Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate"}
    packed = {"Accept-Encoding": "gzip", "Range": "bytes=0-9"}
    for path in ("/", "/commit", "/history?batch=1", "/no-such-page"):
        for headers in (opens, opens | packed, {"Accept": "text/html"}):
            page = get(address, path, **headers)
            assert page.status == 200 and int(page.headers["content-length"]) == len(page.body.encode())
            assert page.body.index("BACKEND_BASE_URL: location.origin") < page.body.index('src="./static/js')
            assert page.body.rstrip().endswith("</html>")
    known = {"If-None-Match": get(address, "/", **opens).headers["etag"]}
    assert get(address, "/", **opens, **known).status == 304
    assert "BACKEND_BASE_URL" not in get(address, "/healthz", **opens).body
    assert get(address, "/commit", **opens, Host="evil.example").status == 403


def test_data_docs_that_are_said_to_stand_elsewhere_are_not_shown(
    serve: Serve, wb: Workbench, sheet: Callable[..., Sheet], home: Path, url: str
) -> None:
    from tests.imports import tamper

    batch = wb.stage(sheet(TWO), STUDENTS)
    (home / "secret.html").write_text("secret")
    tamper(url, 'update workbench.import_batch set summary = summary || \'{"data_docs": "docs/../secret.html"}\'')
    assert get(serve("--no-worker").address, f"/docs/{batch.id}/").status == 404


def test_the_evidence_of_a_batch_is_a_file_to_take_away(
    serve: Serve, wb: Workbench, open_wb: Callable[..., Workbench], sheet: Callable[..., Sheet], home: Path
) -> None:
    of_another = open_wb(tenant="acme").stage(sheet(TWO), STUDENTS)
    batch = wb.import_sheet(sheet("email,name\nada@example.com,Ada Park\n"), STUDENTS)
    open_wb(user="lea").sign_off(batch)
    address = serve("--no-worker").address
    with urllib.request.urlopen(f"{address}/evidence/{batch.id}") as answer:
        assert answer.headers["content-disposition"] == f'attachment; filename="evidence-{str(batch.id)[:18]}.zip"'
        (home / "taken.zip").write_bytes(answer.read())
    proof = verify_evidence(home / "taken.zip")
    assert (bool(proof), proof.signed_by) == (True, "lea")
    until(lambda: list((home / "evidence").iterdir()) == [])
    for unknown in (of_another.id, "x"):
        assert get(address, f"/evidence/{unknown}").status == 404


def test_a_familys_records_are_a_file_to_take_away_and_nothing_of_it_is_left(
    serve: Serve, wb: Workbench, sheet: Callable[..., Sheet], home: Path
) -> None:
    wb.import_sheet(sheet("name,code\nBaking,B1\n"), "elevate.courses")
    address = serve("--no-worker").address
    with urllib.request.urlopen(f"{address}/export/elevate") as answer:
        name = answer.headers["content-disposition"]
        content = answer.read()
        assert int(answer.headers["content-length"]) == len(content)
    assert re.fullmatch(r'attachment; filename="elevate_export_\d{8}_\d{6}\.zip"', name)
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert archive.read("courses.csv").decode().startswith("name,code")
        assert archive.testzip() is None
    assert [path for path in (home / "unfinished").iterdir() if path.is_file()] == []
    for family, why in (("polaris", "switched off"), ("x", "There is no family x.")):
        refused_ = get(address, f"/export/{family}")
        assert (refused_.status, why in refused_.json["error"]) == (404, True)


# --- for this machine only, and nothing leaves it ---


def refused(*options: str, **surroundings: str) -> tuple[int, str]:
    process = Server(*options, **surroundings).process
    errors = process.communicate(timeout=120)[1]
    return process.returncode, errors


@pytest.mark.parametrize("host", ["0.0.0.0", "10.1.2.3", "::", "example.com", ""])
def test_any_address_that_others_can_reach_is_refused(host: str, tmp_path: Path) -> None:
    status, errors = refused("--host", host, WORKBENCH_HOME=str(tmp_path / "home"))
    assert (status, errors.count("\n")) == (2, 1)
    assert "There is no sign-in yet" in errors
    assert not (tmp_path / "home").exists()


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        status, errors = refused("--port", port, WORKBENCH_HOME=str(tmp_path / "home"))
    assert (status, errors) == (
        2,
        f"Port {port} cannot be used: address already in use. Choose another one with --port, or --port 0 for any that "
        "is free.\n",
    )


def test_a_database_that_is_not_set_up_is_a_sentence(server: str, tmp_path: Path) -> None:
    assert refused("--port", "0", WORKBENCH_HOME=str(tmp_path), WORKBENCH_DATABASE_URL=server) == (
        2,
        "The database is not set up for this version of Workbench. Run: workbench db upgrade\n",
    )


def test_other_sites_reach_nothing_through_a_browser_on_this_machine(serve: Serve) -> None:
    address = serve("--no-worker").address
    port = urlsplit(address).port
    for path in ("/", "/healthz", "/docs/x/", "/_stcore/health", "/_stcore/host-config"):
        assert get(address, path, Host="evil.example").status == 403
        assert get(address, path, Origin="https://evil.example").status == 403
        assert get(address, path, Host=f"localhost:{port}", Origin=f"http://localhost:{port}").status != 403
    for origin in ("https://evil.example", "http://127.0.0.1:1", f"https://127.0.0.1:{port}"):  # another server's page
        with pytest.raises(Exception, match="403"):
            visit(address, origin=origin)


def test_no_page_stands_in_a_frame_of_another(serve: Serve, wb: Workbench, sheet: Callable[..., Sheet]) -> None:
    batch = wb.stage(sheet(TWO), STUDENTS)
    address = serve("--no-worker").address
    script = re.findall(r'src="./(static/js/[^"]+)"', get(address, "/").body)[0]
    for path in ("/", "/commit", f"/{script}", f"/docs/{batch.id}/", "/docs/x/", "/healthz", "/_stcore/health", "/x?y"):
        for headers in ({}, {"Host": "evil.example"}):
            answer = get(address, path, **headers)
            assert answer.headers["x-frame-options"] == "DENY", path
            assert "frame-ancestors 'none'" in answer.policies, path


def test_the_grid_stands_in_a_frame_of_our_own_pages_alone(serve: Serve) -> None:
    # also before a page has drawn it, when its files are not known yet
    answer = get(serve("--no-worker").address, "/component/st_aggrid.AgGrid.agGrid/index.html")
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in answer.policies
    assert "'none'" not in answer.policies


def slow(address: str, *parts: bytes, pause: float = 0.0) -> tuple[float, bytes]:
    """How long a connection lasts that sends these parts with pauses between, and what it is told."""
    place = urlsplit(address)
    begun = time.monotonic()
    with socket.create_connection((place.hostname, place.port), timeout=60) as connection:
        with suppress(ConnectionError):
            for part in parts:
                connection.sendall(part)
                time.sleep(pause)
        try:
            told = b"".join(iter(lambda: connection.recv(1 << 16), b""))
        except ConnectionError:
            told = b""
    return time.monotonic() - begun, told


def test_a_connection_that_does_not_say_what_it_wants_is_closed_after_some_seconds(serve: Serve) -> None:
    address = serve("--no-worker").address
    asked = f"GET /healthz HTTP/1.1\r\nHost: {urlsplit(address).netloc}\r\n".encode()
    a_byte_at_a_time = [asked, *[b"x"] * 40]
    and_another_begun = [asked + b"\r\n", asked, *[b"x"] * 40]
    with ThreadPoolExecutor(4) as at_once:
        silent = at_once.submit(slow, address)
        trickling = at_once.submit(slow, address, *a_byte_at_a_time, pause=0.5)
        second = at_once.submit(slow, address, *and_another_begun, pause=0.5)
        assert get(address, "/healthz").status == 200
    for held in (silent, trickling, second):
        assert held.result()[0] < 25
    assert silent.result()[1] == trickling.result()[1] == b""
    assert second.result()[1].count(b"HTTP/1.1 ") == 1


def test_a_page_that_stays_open_is_not(serve: Serve) -> None:
    address = serve("--no-worker").address
    with connect(
        address.replace("http", "ws") + "/_stcore/stream",
        origin=address,
        subprotocols=["streamlit"],
    ) as browser:
        time.sleep(connection.HEADER_SECONDS + 2)
        assert browser.ping().wait(10)


def test_there_are_only_so_many_connections(serve: Serve) -> None:
    address = serve("--no-worker").address
    place = urlsplit(address)
    many = [socket.create_connection((place.hostname, place.port)) for _ in range(connection.MOST + 50)]
    try:
        many[-1].settimeout(5)
        with suppress(ConnectionError):
            assert many[-1].recv(1) == b""
    finally:
        for one in many:
            one.close()
    until(lambda: get(address, "/healthz").status == 200)


def told(messages: list[ForwardMsg]) -> Any:
    return next(message.new_session for message in messages if message.WhichOneof("type") == "new_session")


def test_no_statistics_leave_the_machine_whatever_a_configuration_nearby_says(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / ".streamlit").mkdir()
    nearby = (
        '[browser]\ngatherUsageStats = true\n[theme.light]\nprimaryColor = "#ff0000"\n[server]\nmaxUploadSize = 1\n'
    )
    (tmp_path / ".streamlit" / "config.toml").write_text(nearby)
    address = serve("--no-worker", cwd=tmp_path, STREAMLIT_BROWSER_GATHER_USAGE_STATS="true").address
    messages = visit(address, "upload")
    assert not told(messages).config.gather_usage_stats
    assert told(messages).custom_theme.light.primary_color == "#1f5f8b"
    sizes = {
        message.delta.new_element.file_uploader.max_upload_size_mb
        for message in messages
        if message.delta.new_element.WhichOneof("type") == "file_uploader"
    }
    assert sizes == {500}
    hosts = get(address, "/_stcore/host-config").json
    assert (hosts["metricsUrl"], hosts["allowedOrigins"]) == ("", [])


def test_an_installed_workbench_serves_its_own_pages_in_its_own_look_from_anywhere(
    serve: Serve, installed: Path, tmp_path: Path
) -> None:
    messages = visit(serve("--no-worker", cwd=tmp_path, PYTHONPATH=str(installed)).address)
    assert told(messages).main_script_path == str(installed / "workbench" / "_app" / "app.py")
    assert told(messages).custom_theme.light.primary_color == "#1f5f8b"
    assert not told(messages).config.gather_usage_stats
    assert messages[-1].script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
    assert "unexpected" not in str(messages)


def test_the_pages_work_for_the_tenant_and_the_person_of_the_command_line(serve: Serve) -> None:
    messages = visit(serve("--no-worker", "--tenant", "acme", "--as", "zoe").address)
    sidebar = str([message.delta.new_element for message in messages])
    assert "Tenant `acme`" in sidebar
    assert "zoe" in sidebar
