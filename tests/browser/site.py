"""A real `workbench serve` in a process of its own, on a port that is free."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = re.findall(r"pages/(\w+)\.py", (ROOT / "app.py").read_text("utf-8"))
"""The pages that there are."""


class Site:
    """The pages of one home, from `start` to `stop`; what the server prints is kept in `printed`."""

    def __init__(self, home: Path, **surroundings: str) -> None:
        self.home = home
        self.address = ""
        self._given = {**os.environ, "WORKBENCH_HOME": str(home), "WORKBENCH_USER": "ana"} | surroundings
        self._output = home.with_name(f"{home.name}.printed")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, port: int = 0) -> "Site":
        """Starts it, and waits until it says where it is."""
        before = len(self.printed)
        with self._output.open("ab") as output:
            command = (sys.executable, "-m", "workbench", "serve", "--port", str(port))
            self._process = subprocess.Popen(command, stdout=output, stderr=output, cwd=ROOT, env=self._given)
        deadline = time.monotonic() + 120
        while "Workbench is at http://" not in self.printed[before:]:
            assert self._process.poll() is None, self.printed[before:]
            assert time.monotonic() < deadline, self.printed[before:]
            time.sleep(0.05)  # a process that starts tells it in no other way
        self.address = self.printed[before:].partition("Workbench is at ")[2].split()[0]
        return self

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.address.rpartition(":")[2])

    @property
    def printed(self) -> str:
        """Whatever the server has printed."""
        return self._output.read_text("utf-8", "replace") if self._output.exists() else ""

    def kill(self) -> None:
        """Ends it as a crash would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ends it as Ctrl-C would."""
        self._end(signal.SIGINT)

    def _end(self, by: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(by)
            self._process.wait(60)
            self._process = None
