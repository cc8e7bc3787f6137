"""A copy on disk that goes away with whoever holds it."""

import contextlib
import os
import tempfile
import weakref
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from workbench.model import files
from workbench.model.errors import FULL, NoSpace

_PREFIX = ".workbench-copy-"


class Spool:
    """A temporary file, removed when nothing refers to the Spool any more, and at the latest when Python exits.

    What a killed program has left of them goes when the next one is made.
    """

    def __init__(self) -> None:
        folder = Path(tempfile.gettempdir())
        files.sweep(folder, f"{_PREFIX}*")
        self.path, held = files.begun(folder, _PREFIX)
        self.remove = weakref.finalize(self, _unlink, held, self.path)

    def fill(self, blocks: Iterable[bytes]) -> "Spool":
        """Write the blocks; whatever goes wrong, the file is gone. Raises NoSpace when the disk is full."""
        try:
            with self.path.open("wb") as file:
                for block in blocks:
                    _write(file.fileno(), block, self.path.parent)
        except BaseException:
            self.remove()
            raise
        return self


def _write(handle: int, block: bytes, folder: Path) -> None:
    rest = memoryview(block)
    try:
        while rest:
            rest = rest[os.write(handle, rest) :]
    except OSError as error:
        if error.errno in FULL:
            raise NoSpace(home=folder) from None
        raise


def _unlink(held: BinaryIO, path: Path) -> None:
    with contextlib.suppress(OSError):
        held.close()
    with contextlib.suppress(OSError):
        path.unlink()
