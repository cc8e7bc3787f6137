"""Where tests write: in memory where there is plenty of it, because a database is hundreds of small files."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PLENTY = 4 << 30
"""Bytes; 400 MB were in use in the middle of a run by two processes."""


def root() -> str:
    """The folder for all of them: Linux's in memory, else the one on disk whose name is as short."""
    memory = "/dev/shm"
    if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > PLENTY:
        return memory
    return "/tmp"


def made() -> Path:
    """A new folder that everybody may look into, as the server's own account must; whoever asks takes it away.

    Its path is short, since that of a socket inside has room for about 100 characters.
    """
    folder = Path(tempfile.mkdtemp(prefix="wb-", dir=root()))
    folder.chmod(0o755)
    return folder


@contextmanager
def short() -> Iterator[Path]:
    """Such a folder, until the end of the block."""
    folder = made()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
