"""What the README shows is what a reader gets."""

import tempfile
from pathlib import Path

from tests import readme


def test_the_readme_shows_what_its_commands_print() -> None:
    with tempfile.TemporaryDirectory(prefix="wb-", dir="/tmp") as folder:  # a socket's path must be short
        Path(folder).chmod(0o755)
        shown = readme.run(Path(folder) / "home")
    assert [readme.masked(block) for block in shown] == [readme.masked(block) for block in readme.written()]
