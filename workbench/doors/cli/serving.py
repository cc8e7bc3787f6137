"""Commands that stay: serve, worker."""

import signal
import threading
from typing import Annotated

import typer

from workbench.doors.cli import printing
from workbench.doors.cli.command import Asked, command


def add_to(app: typer.Typer) -> None:
    """Adds these commands."""
    command(app, "serve")(serve)
    command(app, "worker")(worker)


def serve(
    asked: Asked,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 is any that is free.")] = 8501,
    host: Annotated[str, typer.Option(help="An address of this machine that no other can reach.")] = "127.0.0.1",
    no_worker: Annotated[bool, typer.Option("--no-worker", help="Leave the work to `workbench worker`.")] = False,
) -> None:
    """Serve the pages to a browser on this machine.

    Ctrl-C ends it. What was not finished is taken up when it is started again.
    """
    from workbench.doors.web import server

    def ready(address: str) -> None:
        if asked.json:
            asked.answer({"address": address})
        else:
            printing.say(asked, f"Workbench is at {address} (Ctrl-C ends it)")
        asked.out.file.flush()

    server.serve(asked.settings, host=host, port=port, worker=not no_worker, ready=ready)


def worker(asked: Asked) -> None:
    """Do the work that the pages leave in the queue.

    As many as you like, on any machine that has the same database and the same home. Ctrl-C ends it. What was not
    finished is taken up by another.
    """
    from workbench.doors import jobs

    asked.open().close()  # refuses before anybody waits for it
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with jobs.Worker(asked.settings):
        printing.say(asked, "Working (Ctrl-C ends it)")
        asked.out.file.flush()
        ended.wait()
