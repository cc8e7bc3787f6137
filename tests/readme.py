"""The console blocks of README.md and docs/*.md: run, compared, and written anew by `python -m tests.readme`."""

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from tests import folder

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PAGES = (README, *sorted((ROOT / "docs").glob("*.md")))
"""In the order in which they are run: each goes on in the home that the one before has left."""
_BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
_CHANGING = (
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}(?:-[0-9a-f]{4}){2}-[0-9a-f]{12}"), "BATCH"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}(?:-[0-9a-f]{4})?\b"), "BATCH"),
    (re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?"), "TIME"),
    (re.compile(r"file://\S+"), "PAGE"),
    (re.compile(r" +\n"), "\n"),
    (re.compile(r"─+"), "─"),
)


def written() -> dict[Path, list[str]]:
    """The console blocks of each page as they stand there."""
    return {page: _BLOCK.findall(page.read_text("utf-8")) for page in PAGES}


def run(home: Path) -> dict[Path, list[str]]:
    """The same blocks with what the commands print now, all in one home, one after the other."""
    return {page: [_run_block(block, home) for block in blocks] for page, blocks in written().items()}


def masked(block: str) -> str:
    """A block without what differs from run to run: ids, times, addresses."""
    for pattern, word in _CHANGING:
        block = pattern.sub(word, block)
    return block


def _run_block(block: str, home: Path) -> str:
    commands = [line for line in block.splitlines() if line.startswith("$ ")]
    return "\n".join(f"{command}\n{_run(command[2:], home)}" for command in commands)


def _run(command: str, home: Path) -> str:
    word, *arguments = command.split()
    assert word == "workbench", f"a page can only run workbench, not {word}"
    surroundings = {**os.environ, "WORKBENCH_HOME": str(home), "WORKBENCH_USER": "ana", "COLUMNS": "110"}
    for name in ("WORKBENCH_DATABASE_URL", "WORKBENCH_TENANT"):
        surroundings.pop(name, None)
    done = subprocess.run(
        [sys.executable, "-m", "workbench", *arguments],
        cwd=ROOT,
        env=surroundings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode in (0, 1, 2) and "Traceback" not in done.stdout, done.stdout
    return done.stdout.strip("\n") + "\n"


def main() -> None:
    """Writes what the commands print into the pages."""
    with folder.short() as place:
        home = place / "home"
        shown = run(home)
    for page, blocks in shown.items():
        named = [block.replace(str(home), "/home/ana/workbench/.workbench") for block in blocks]
        page.write_text(_with(page.read_text("utf-8"), named), "utf-8")


def _with(text: str, blocks: Iterable[str]) -> str:
    """A page with other console blocks in the places of its own."""
    anew = iter(blocks)
    return _BLOCK.sub(lambda _: f"```console\n{next(anew)}```", text)


if __name__ == "__main__":
    main()
