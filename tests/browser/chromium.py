"""The browser that the tests drive: an installed Chromium or Chrome, or the one that Playwright brings."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MISSING = (
    "There is no Chromium or Chrome here: install Debian's package chromium, or run "
    "`.venv/bin/python -m playwright install chromium`, or name one in the environment variable CHROME."
)


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser without windows; raises FileNotFoundError when there is none."""
    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=installed(driver))
        try:
            yield running
        finally:
            running.close()


def installed(driver: Playwright) -> str:
    """Where the browser is: CHROME, else the first found on PATH, else Playwright's own; raises FileNotFoundError."""
    named = [os.environ["CHROME"]] if os.environ.get("CHROME") else NAMES
    for found in map(shutil.which, named):
        if found:
            return found
    if Path(driver.chromium.executable_path).exists() and not os.environ.get("CHROME"):
        return driver.chromium.executable_path
    raise FileNotFoundError(MISSING)


def install() -> None:
    """Installs one where there is none: Debian's package for root, else Playwright's own; raises FileNotFoundError."""
    with sync_playwright() as driver:
        try:
            installed(driver)
            return
        except FileNotFoundError:
            print("There is no Chromium or Chrome here; installing one.", flush=True)
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
            subprocess.run(["apt-get", *command], env=quiet, check=False)
    else:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    with sync_playwright() as driver:
        installed(driver)


if __name__ == "__main__":  # for `make browser`
    try:
        install()
    except FileNotFoundError as missing:
        sys.exit(str(missing))
