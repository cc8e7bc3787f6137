"""What kind of workbook a file is, by its bytes and not by its name, and whether it is safe to open."""

import errno
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from itertools import islice
from pathlib import Path
from typing import IO, Literal

from workbench.model.errors import UnreadableSource
from workbench.sources import ole

Format = Literal["xlsx", "xls", "ods"]

LARGEST = 2 << 30
"""Bytes a workbook may have when unpacked."""
HARMLESS = 100_000_000
"""Bytes up to which no compression is suspicious."""
DENSEST = 200
"""Unpacked bytes per packed byte above which a larger workbook is taken for a zip bomb; real ones stay below 50."""
AREA_LIMIT = 100_000_000
"""Cells of the rectangle a worksheet may span, blank ones included: the reader takes 32 bytes for each."""

_BLOCK = 1 << 20
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_FILEPASS = 0x002F  # the record of an encrypted XLS, among the first ([MS-XLS] 2.4.117)
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"


def workbook_format(path: Path, *, source: str) -> Format:
    """The format of a workbook that is safe to open.

    Raises UnreadableSource for anything else: no workbook, a damaged or truncated one, one that wants a password, one
    that unpacks to more than 2 GB, or to more than 100 MB at over 200 times its size. Declared sizes are not believed:
    every part is unpacked once and counted.
    """
    with path.open("rb") as file:
        head = file.read(8)
    if not head:
        raise UnreadableSource(source=source, why="it is empty (0 bytes).")
    if head == ole.SIGNATURE:
        return _ole_format(path, source)
    if head.startswith(_ZIP):
        with opened_zip(path, source) as archive:
            found = _zip_format(archive, source)
            refuse_bomb(archive, source)
            return found
    raise UnreadableSource(source=source, why="it is no XLSX, XLS or ODS workbook.")


@contextmanager
def opened_zip(path: Path | IO[bytes], source: str) -> Iterator[zipfile.ZipFile]:
    """The archive, with every complaint about its bytes said as one sentence."""
    try:
        opened = zipfile.ZipFile(path)
    except UnicodeDecodeError:
        why = "the name of one of its files is not written in UTF-8, as the archive says it is. Pack it anew."
        raise UnreadableSource(source=source, why=why) from None
    except (zipfile.BadZipFile, NotImplementedError):
        raise damaged(source) from None
    try:
        with opened as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeDecodeError):
        raise damaged(source) from None
    except OSError as error:
        if error.errno == errno.EINVAL:  # an offset before the beginning of the file
            raise damaged(source) from None
        raise


def unpacked(archive: zipfile.ZipFile, part: zipfile.ZipInfo, largest: int = LARGEST) -> Iterator[bytes]:
    """The bytes of a part in blocks, at most `largest` of them, whatever size its directory entry claims."""
    honest = copy(part)
    honest.file_size = largest
    with archive.open(honest) as file:
        while block := file.read(_BLOCK):
            yield block


def is_workbook(archive: zipfile.ZipFile) -> bool:
    """Whether an archive is a workbook, readable here or not, by the parts that it has."""
    names = {part.filename.lower() for part in archive.infolist()}
    return bool(names & {"xl/workbook.xml", "xl/workbook.bin", "mimetype"})


def _ole_format(path: Path, source: str) -> Format:
    try:
        file = ole.Ole(path)
        book = file.workbook
    except ole.DamagedOle:
        raise damaged(source) from None
    if "EncryptedPackage" in file.names or _FILEPASS in [kind for kind, _ in islice(ole.records(book), 5)]:
        raise password_wanted(source)
    if not book:
        raise UnreadableSource(source=source, why="it is an old Office document without a workbook in it.")
    return "xls"


def damaged(source: str) -> UnreadableSource:
    """The refusal of a workbook whose bytes contradict themselves."""
    return UnreadableSource(source=source, why="it is damaged or was cut off.")


def too_large(source: str, cells: int = AREA_LIMIT) -> UnreadableSource:
    """The refusal of a worksheet whose rectangle, blank cells included, would take too much memory."""
    most = min(cells, AREA_LIMIT)
    why = f"its worksheet spans over {most:,} cells. Delete the cells far away from the table, or save it as CSV."
    return UnreadableSource(source=source, why=why)


def password_wanted(source: str) -> UnreadableSource:
    """The refusal of a workbook that is protected with a password."""
    return UnreadableSource(source=source, why="it is protected with a password. Save a copy without one.")


def _zip_format(archive: zipfile.ZipFile, source: str) -> Format:
    parts = {part.filename.lower(): part for part in archive.infolist()}
    if any(part.flag_bits & 1 for part in parts.values()):
        raise password_wanted(source)
    if "xl/workbook.xml" in parts:
        return "xlsx"
    if "xl/workbook.bin" in parts:
        raise UnreadableSource(source=source, why="it is an XLSB workbook. Save it as XLSX.")
    if "mimetype" in parts and archive.read(parts["mimetype"])[: len(_ODS)] == _ODS:
        manifest = parts.get("meta-inf/manifest.xml")
        if manifest and b"encryption-data" in b"".join(unpacked(archive, manifest, HARMLESS)):
            raise password_wanted(source)
        return "ods"
    why = "it is a ZIP archive and no workbook, and one table is asked for here. Take that table out of it."
    raise UnreadableSource(source=source, why=why)


def refuse_bomb(archive: zipfile.ZipFile, source: str) -> None:
    """Raises UnreadableSource for what unpacks to over 2 GB, or to over 200 times its size; every part is counted."""
    parts = archive.infolist()
    packed = sum(part.compress_size for part in parts)
    _refuse_size(sum(part.file_size for part in parts), packed, source)
    size = 0
    for part in parts:
        for block in unpacked(archive, part):
            size += len(block)
            _refuse_size(size, packed, source)


def _refuse_size(size: int, packed: int, source: str) -> None:
    if size > LARGEST or (size > HARMLESS and size > DENSEST * packed):
        why = f"unpacked it would take {size >> 20:,} MB or more, so it is refused as a possible zip bomb."
        raise UnreadableSource(source=source, why=why)
