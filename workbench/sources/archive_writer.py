"""A ZIP archive of files as Workbench writes it: the same content is the same bytes, whenever and by whom it is
written."""

import hashlib
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from workbench.model.files import beside
from workbench.sources.csv_writer import translated_writing

_EARLIEST = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o100644 << 16
_UNIX = 3


class ArchiveWriter:
    """An archive that is being written, a file after the other, each in bounded memory."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def add(self, name: str, blocks: Iterable[bytes | bytearray]) -> str:
        """Writes a file, and returns the SHA-256 of its bytes in hexadecimal digits."""
        digest = hashlib.sha256()
        entry = zipfile.ZipInfo(name, _EARLIEST)
        entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, _READABLE, _UNIX
        with self._archive.open(entry, "w", force_zip64=True) as file:
            for block in blocks:
                digest.update(block)
                file.write(block)
        return digest.hexdigest()


@contextmanager
def saved(path: Path) -> Iterator[ArchiveWriter]:
    """The archive that stands at a place once the block has ended, whole or not at all; what was there before is
    replaced. Raises UnwritableFile, NoSpace."""
    if path.exists() and not path.is_file():
        with translated_writing(path), path.open("wb") as device, written(device) as archive:
            yield archive
    else:
        with translated_writing(path), beside(path) as file, written(file) as archive:
            yield archive


@contextmanager
def written(file: IO[bytes]) -> Iterator[ArchiveWriter]:
    """The archive that an open file has in it once the block has ended."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        yield ArchiveWriter(archive)
