"""What the benches of Salesforce share: an organization in a process of its own, and a server to import into."""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pyarrow as pa
import pyarrow.csv as arrow_csv

from tests.bench.million import said_of_machine
from tests.salesforce import PASSWORD, TOKEN, USER, Salesforce
from workbench.database import embedded, upgrading

Admin = psycopg.Connection[tuple[object, ...]]


def arguments(about: str, rows: int) -> argparse.Namespace:
    """What a person says of a bench: `rows` and `rounds`; and `serve`, which `served` says."""
    options = argparse.ArgumentParser(description=about.partition("\n")[0])
    options.add_argument("--rows", type=int, default=rows)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--serve", metavar="WHAT", help=argparse.SUPPRESS)
    return options.parse_args()


@contextmanager
def database() -> Iterator[tuple[Path, str, Admin]]:
    """A folder whose home has a server of its own, its address, and who may do everything there."""
    with tempfile.TemporaryDirectory(prefix="wb-", dir="/tmp") as name:
        os.chmod(name, 0o755)
        url = embedded.database_url(Path(name) / "home")
        upgrading.upgrade(url)
        with psycopg.connect(url, autocommit=True) as admin:
            print(said_of_machine(admin))
            yield Path(name), url, admin


@contextmanager
def served(bench: str, what: object) -> Iterator[None]:
    """The organization that a bench serves, as the environment names it."""
    run = [sys.executable, "-m", f"tests.bench.{bench}", "--serve", str(what)]
    with subprocess.Popen(run, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None and server.stdout is not None
        os.environ |= {"SF_USERNAME": USER, "SF_PASSWORD": PASSWORD, "SF_SECURITY_TOKEN": TOKEN}
        os.environ["WORKBENCH_SALESFORCE_ADDRESS"] = server.stdout.readline().strip()
        try:
            yield
        finally:
            server.stdin.close()


def serve(fill: Callable[[Salesforce], None]) -> None:
    """Serves what it is filled with until nobody waits any more."""
    with Salesforce() as salesforce:
        fill(salesforce)
        print(salesforce.address, flush=True)
        sys.stdin.read()


def add(
    salesforce: Salesforce, name: str, fields: dict[str, str], records: pa.Table, *, asked: Sequence[str] = ()
) -> None:
    """An object with very many records, whose pages are made once: before anybody asks for those fields, in this order,
    where it is known what is `asked`."""
    ready: dict[tuple[object, ...], bytes] = {}

    def rendered(names: Sequence[str], start: int, end: int) -> bytes:
        if (*names, start) not in ready:
            sink = pa.BufferOutputStream()
            page = records.slice(start, end - start).select(list(names))
            arrow_csv.write_csv(page, sink, arrow_csv.WriteOptions(include_header=False, quoting_style="all_valid"))
            ready[*names, start] = sink.getvalue().to_pybytes()
        return ready[*names, start]

    found = salesforce.add(name, fields, [], rendered=rendered)
    found.records = range(len(records))  # type: ignore[assignment]
    for start in range(0, len(records) if asked else 0, salesforce.job_page):
        rendered(asked, start, min(start + salesforce.job_page, len(records)))
