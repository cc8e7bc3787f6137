"""Source files, kept under the home as evidence and addressed by their SHA-256."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from uuid import UUID

from workbench.model.errors import FULL, NoSpace, UnreadableSource, UnwritableFile
from workbench.model.files import whole
from workbench.model.sheet import Sheet


def keep(home: Path, tenant: UUID, sheet: Sheet) -> str | None:
    """Copies a sheet's bytes below `home`/files, once, and returns their key there; None for a sheet without bytes.

    Raises NoSpace and UnwritableFile, leaving nothing half-written, and UnreadableSource for a source that is not what
    was opened.
    """
    if sheet.path is None:
        return None
    key = f"{tenant}/{sheet.checksum[:2]}/{sheet.checksum}"
    target = home / "files" / key
    if not target.exists():
        _put(home, sheet, target)
    return key


def lend(home: Path, batch: UUID, sheet: Sheet) -> None:
    """Copies the bytes of a source that carries secrets, until its batch is filled; raises as `keep` does."""
    if sheet.path is not None:
        _put(home, sheet, _lent(home, batch))


def give_back(home: Path, batch: UUID) -> None:
    """Removes what was lent to a batch, if anything was."""
    _lent(home, batch).unlink(missing_ok=True)


def lent(home: Path) -> list[UUID]:
    """The batches to which something is lent, of any tenant."""
    folder = home / "lent"
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    return [UUID(name) for name in names if _IDENTIFIER.fullmatch(name)]


_IDENTIFIER = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def kept(home: Path, batch: UUID, key: str | None) -> Path | None:
    """Where a batch's source is: kept as evidence or lent; None when it is not there (any more)."""
    path = home / "files" / key if key else _lent(home, batch)
    return path if path.is_file() else None


def _lent(home: Path, batch: UUID) -> Path:
    return home / "lent" / str(batch)


def _put(home: Path, sheet: Sheet, target: Path) -> None:
    """Copies a sheet's bytes, all of them or none."""
    assert sheet.path is not None
    with written(home), whole(home, lambda: target, once=True) as copy, sheet.path.open("rb") as source:
        if _copy(source, copy) != sheet.checksum:
            raise UnreadableSource(source=sheet.name, why="it was changed while it was being read.")


@contextmanager
def written(home: Path) -> Iterator[None]:
    """Says in one sentence why something cannot be written under the home; raises NoSpace, UnwritableFile."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise NoSpace(home=home) from None
        raise UnwritableFile(path=home, why=f"{error.strerror or error}.") from None


def _copy(source: IO[bytes], copy: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while block := source.read(1 << 20):
        digest.update(block)
        copy.write(block)
    return digest.hexdigest()
