"""A copy on disk that goes away with whoever holds it."""

import contextlib
import os
import tempfile
import weakref
from collections.abc import Iterable
from pathlib import Path

from workbench.model import files
from workbench.model.errors import FULL, NoSpace

_PREFIX = ".workbench-copy-"


class Spool:
    """A temporary file, removed when nothing refers to the Spool any more, and at the latest when Python exits.

    What a killed program has left of them goes when the next one is made.
    """

    def __init__(self) -> None:
        files.sweep(Path(tempfile.gettempdir()), f"{_PREFIX}*")
        handle, name = tempfile.mkstemp(prefix=_PREFIX)
        while not (files.hold(handle) and os.path.exists(name)):  # another program swept it before it was held
            _unlink(handle, name)
            handle, name = tempfile.mkstemp(prefix=_PREFIX)
        self.path = Path(name)
        self.remove = weakref.finalize(self, _unlink, handle, name)

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


def _unlink(handle: int, name: str) -> None:
    with contextlib.suppress(OSError):
        os.close(handle)
    with contextlib.suppress(OSError):
        os.unlink(name)
