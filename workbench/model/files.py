"""Files under the home: whole or not there at all, for their owner alone, and without what the dead have left."""

import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, BinaryIO

UNFINISHED = "unfinished"
"""The folder under the home for files that are being written."""
_PART = ".workbench-part"
"""How the name of a file ends that is being written beside its place: no other program's does."""


def private(folder: Path) -> Path:
    """The folder, made with those above it that are missing, each for its owner alone whatever the umask says."""
    for missing in reversed([place for place in (folder, *folder.parents) if not place.exists()]):
        with suppress(FileExistsError):  # another session has just made it
            missing.mkdir(0o700)
    return folder


def write_private(path: Path, text: str) -> None:
    """Writes a file that its owner alone can read, whatever the umask says."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)  # it may have been there
        file.write(text)


@contextmanager
def whole(home: Path, target: Callable[[], Path], *, once: bool = False) -> Iterator[BinaryIO]:
    """A file to be written, which stands at its place once the block has ended, and not at all when it fails.

    It is locked for as long as its program lives: that tells `sweep` the dead from the living, of whatever machine. One
    that is there already is left as it is where `once` says so: somebody may be reading it.
    """
    unfinished, file = begun(private(home / UNFINISHED))
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            place = target()
            private(place.parent)
            if not (once and place.exists()):
                unfinished.replace(place)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def beside(path: Path) -> Iterator[BinaryIO]:
    """As `whole`, for a file anywhere that others may read; it is written beside its place. What a killed program has
    left there of any file is swept."""
    sweep(path.parent, f".*{_PART}")
    part = path.with_name(f".{path.name}.{os.getpid()}{_PART}")
    try:
        with part.open("xb+") as file:
            hold(file)
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def begun(folder: Path, prefix: str = "") -> tuple[Path, BinaryIO]:
    """A new file that is held; one that was swept before it was, is begun again."""
    while True:
        handle, name = tempfile.mkstemp(prefix=prefix, dir=folder)
        file = os.fdopen(handle, "wb")
        if hold(file) and os.path.exists(name):
            return Path(name), file
        file.close()


def sweep(folder: Path, pattern: str = "*") -> None:
    """Removes the files that killed programs have left unfinished, and none that somebody still holds."""
    with suppress(OSError):  # no such folder, or not ours
        for path in folder.glob(pattern):
            with suppress(OSError), path.open("rb") as file:
                if hold(file):
                    path.unlink()


def hold(file: IO[Any] | int) -> bool:
    """Holds a file until it is closed, or its program is dead; False where another program does."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
