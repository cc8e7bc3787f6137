"""What the doors' tests share: a worker that is a program of its own."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture
def program(url: str, home: Path) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Starts a real `workbench worker` and waits until it says that it works."""
    started: list[subprocess.Popen[str]] = []
    surroundings = {**os.environ, "WORKBENCH_DATABASE_URL": url, "WORKBENCH_HOME": str(home)}

    def start() -> subprocess.Popen[str]:
        command = (sys.executable, "-m", "workbench", "worker")
        running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=surroundings, cwd=ROOT)
        started.append(running)
        assert running.stdout is not None
        assert running.stdout.readline().startswith("Working")
        return running

    yield start
    for running in started:
        running.kill()
        running.communicate()
