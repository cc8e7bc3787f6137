"""The pages, every batch's data docs and evidence, and the signs of life: one process, for this machine only."""

import os
import shutil
import signal
import socket
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit
from uuid import UUID

import streamlit as st
import uvicorn
from starlette.background import BackgroundTask
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp
from streamlit.runtime.pages_manager import PagesManager
from streamlit.web import bootstrap

from workbench import Workbench
from workbench.doors import doctor, jobs
from workbench.doors.web import at_root, kept_scripts, no_page, origin
from workbench.doors.web.connection import Connection
from workbench.model import resources
from workbench.model.errors import NotExported, PortTaken, UnknownBatch, UnknownFamily, WorkbenchError
from workbench.model.export import file_name
from workbench.model.files import UNFINISHED, private
from workbench.settings import Settings

PORT = 8501
_LARGEST_UPLOAD = 500
"""Megabytes."""
_LAST_WORDS = 3
"""Seconds that an answer under way has to end when the server is stopped."""

_DOCS_HEADERS = {
    # the page holds all it needs; a cell's text in it must neither load nor run anything
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "sandbox",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_PRIVATE = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}


def serve(
    configuration: Settings,
    *,
    host: str = "127.0.0.1",
    port: int = PORT,
    worker: bool = True,
    ready: Callable[[str], None] = print,
) -> None:
    """Serves until it is told to end (Ctrl-C, SIGTERM); `ready` is called with the address as soon as it answers.

    Port 0 is any that is free; without `worker` jobs are left to workers elsewhere.
    Raises NotThisMachine, PortTaken, and what `Workbench.open` raises.
    """
    listening = _listen(origin.loopback(host), port)
    with listening:
        _surround(configuration)
        Workbench.open().close()
        hands = jobs.Worker(configuration) if worker else None
        app = _app(configuration, hands, _address(listening), ready)
        server = uvicorn.Server(
            uvicorn.Config(
                origin.InNoFrame(app),
                log_config=None,
                log_level="warning",
                access_log=False,
                http=Connection,
                ws="websockets-sansio",
                ws_per_message_deflate=False,
                timeout_graceful_shutdown=_LAST_WORDS,
            )
        )
        with hands or nullcontext(), _ended_by_signals():
            server.run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=128)
    except (OSError, OverflowError) as error:
        why = os.strerror(error.errno).lower() if isinstance(error, OSError) and error.errno else "it is none"
        raise PortTaken(port=port, why=why) from None


def _address(listening: socket.socket) -> str:
    host, port, *_ = listening.getsockname()
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _surround(configuration: Settings) -> None:
    """The pages read their settings where they always do: in the environment."""
    url = configuration.database_url
    os.environ["WORKBENCH_HOME"] = str(configuration.home.resolve())
    os.environ["WORKBENCH_TENANT"] = configuration.tenant
    os.environ["WORKBENCH_USER"] = configuration.user
    if url is not None:
        os.environ["WORKBENCH_DATABASE_URL"] = url.get_secret_value()


def _app(configuration: Settings, worker: jobs.Worker | None, address: str, ready: Callable[[str], None]) -> ASGIApp:
    @asynccontextmanager
    async def lifespan(app: object) -> AsyncIterator[None]:
        ready(address)
        yield

    def healthz(request: Request) -> Response:
        return JSONResponse({"alive": True})

    def readyz(request: Request) -> Response:
        found = doctor.examine(configuration)
        database = "ready" if found.current else " ".join(problem.what for problem in found.problems)
        working = "elsewhere" if worker is None else "ready" if worker.alive else "not at work"
        fine = database == "ready" and working != "not at work"
        return JSONResponse({"ready": fine, "database": database, "worker": working}, 200 if fine else 503)

    def data_docs(request: Request) -> Response:
        page = _page(request.path_params["batch"])
        if page is None:
            return JSONResponse({"error": "There are no data docs of such a batch."}, 404)
        return FileResponse(page, headers=_DOCS_HEADERS, media_type="text/html")

    def evidence(request: Request) -> Response:
        path = _evidence(request.path_params["batch"])
        if path is None:
            return JSONResponse({"error": "There is no such batch."}, 404)
        return FileResponse(path, filename=path.name, background=BackgroundTask(shutil.rmtree, path.parent))

    def export(request: Request) -> Response:
        family = request.path_params["family"]
        try:
            file, name = _exported(family)
        except (UnknownFamily, NotExported) as refusal:
            return JSONResponse({"error": str(refusal)}, 404)
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Length": str(size)}
        return StreamingResponse(_blocks(file), media_type="application/zip", headers=headers | _PRIVATE)

    app = st.App(
        resources.app(),
        lifespan=lifespan,
        middleware=[
            Middleware(origin.OwnPagesOnly),
            Middleware(no_page.SentOn),
            Middleware(kept_scripts.KeptScripts),
            Middleware(at_root.AtRoot),
        ],
        on_script_error=_unexpected,
        routes=[
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/docs/{batch}", data_docs),
            Route("/docs/{batch}/", data_docs),
            Route("/evidence/{batch}", evidence),
            Route("/export/{family}", export),
        ],
    )
    # our folder is called pages: until somebody has been at Home, Streamlit would run its files without app.py
    PagesManager.uses_pages_directory = False
    parts = urlsplit(address)
    bootstrap.load_config_options(
        {  # whatever a config.toml of the machine or the current folder says
            "browser.gatherUsageStats": False,
            "client.allowedOrigins": [],  # of pages that may steer ours from outside
            "server.address": parts.hostname,
            "server.port": parts.port,
            "server.headless": True,
            "logger.enableRich": False,
            "server.maxUploadSize": _LARGEST_UPLOAD,
            # a changed module would be loaded anew under the feet of the worker
            "server.fileWatcherType": "none",
        }
    )
    return app


def _unexpected(error: Exception) -> bool:
    """What a page says instead of a trace; that is printed where the server runs."""
    name = type(error).__name__
    said = f"Something unexpected happened ({name}). Reload the page; what the server printed says more."
    st.error(str(error) if isinstance(error, WorkbenchError) else said, icon=":material/error:")
    return True


def _page(batch: str) -> Any:
    """The data docs of a batch of this process's tenant, below the home and nowhere else."""
    try:
        with Workbench.open() as wb:
            page = wb.batches.data_docs(UUID(batch))
            docs = (wb.settings.home / "docs").resolve()
    except (ValueError, UnknownBatch):
        return None
    page = page and page.resolve()
    return page if page and page.is_relative_to(docs) and page.is_file() else None


def _evidence(batch: str) -> Path | None:
    """A file with the evidence of a batch of this process's tenant, in a folder of its own below the home."""
    with Workbench.open() as wb:
        try:
            found = wb.batches.get(UUID(batch))
        except (ValueError, UnknownBatch):
            return None
        place = wb.settings.home / "evidence"
        place.mkdir(parents=True, exist_ok=True)
        path = Path(tempfile.mkdtemp(dir=place)) / f"evidence-{str(found.id)[:18]}.zip"
        try:
            wb.evidence(found, path)
        except WorkbenchError:
            shutil.rmtree(path.parent)
            raise
        return path


def _exported(family: str) -> tuple[IO[bytes], str]:
    """A family's records in a file without a name, which is gone with whoever reads it, and how it is to be called."""
    with Workbench.open() as wb, ExitStack() as held:
        file = held.enter_context(tempfile.TemporaryFile(dir=private(wb.settings.home / UNFINISHED)))
        exported = wb.export.write(family, file)
        held.pop_all()
    return file, file_name(family, exported.at)


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        yield from iter(partial(file.read, 1 << 20), b"")


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """A signal ends the server and no more: uvicorn repeats it when it is done, and nobody is there to be ended."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, lambda *_: None) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
