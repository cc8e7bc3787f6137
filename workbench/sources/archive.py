"""A ZIP archive of files to import, as exports arrive: its files one by one."""

import re
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import PurePosixPath
from typing import IO

from workbench.model.errors import UnreadableSource
from workbench.model.package import LARGEST_TEXT, MANIFEST
from workbench.model.recipe import shown
from workbench.sources.container import is_workbook, opened_zip, password_wanted, refuse_bomb, unpacked

MOST_FILES = 200
"""Files that one archive may have; what has more is no set of tables that somebody would import one by one."""

TABLES = ("csv", "tsv", "txt", "xlsx", "xls", "ods")
"""The names of files that may hold a table end so."""

_NO_ENDING = re.compile("[a-z0-9_]+")
"""A table that a program has written beside a manifest may be called so; README and LICENSE are none."""


def is_archive(file: IO[bytes]) -> bool:
    """Whether the file is a ZIP archive, and not a workbook, which is one too."""
    file.seek(0)
    found = zipfile.is_zipfile(file) and not _holds_workbook(file)
    file.seek(0)
    return found


@contextmanager
def opened(file: IO[bytes], source: str) -> "Iterator[Archive]":
    """The archive, when it is safe to unpack; raises UnreadableSource for one that is damaged, wants a password, is a
    bomb, or holds no file or too many."""
    with opened_zip(file, source) as found:
        yield Archive(found, source)


class Archive:
    """The files of an archive; folders, and what systems hide in archives, are none."""

    def __init__(self, archive: zipfile.ZipFile, source: str) -> None:
        parts = [part for part in archive.infolist() if not (_is_folder(part) or _hidden(part))]
        if any(part.flag_bits & 1 for part in parts):
            raise password_wanted(source)
        if why := next(filter(None, map(_refused, archive.infolist())), None):
            raise UnreadableSource(source=source, why=why)
        if not parts:
            raise UnreadableSource(source=source, why="it is a ZIP archive without a file in it.")
        if len(parts) > MOST_FILES:
            why = f"it holds {len(parts):,} files, and {MOST_FILES} are the most. Take the tables out of it."
            raise UnreadableSource(source=source, why=why)
        refuse_bomb(archive, source)
        self._source = source
        self._archive = archive
        self._parts = parts
        self._by_program = {_path(part).parent for part in parts if _name(part).lower() == MANIFEST}
        self.others = tuple(str(_path(part)) for part in parts if not self._is_table(part))
        """The files whose names are not those of tables, e.g. manifest.json."""
        self.hidden = tuple(
            str(_path(part))
            for part in archive.infolist()
            if not _is_folder(part) and _hidden(part) and not _by_system(part) and self._is_table(part)
        )
        """The tables that somebody has hidden: their names, or those of their folders, begin with a point."""

    @property
    def members(self) -> tuple[str, ...]:
        """Its files by their paths in it."""
        return tuple(str(_path(part)) for part in self._parts)

    def texts(self) -> dict[str, str]:
        """What its JSON files say, by their paths, as far as they are small: others are not in it; what cannot be read
        as text is as if it were empty."""
        small = [
            part for part in self._parts if part.filename.lower().endswith(".json") and part.file_size <= LARGEST_TEXT
        ]
        return {str(_path(part)): _text(b"".join(unpacked(self._archive, part, LARGEST_TEXT))) for part in small}

    def tables(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Each file that may hold a table: its name, with its folder only where two have the same (or one that differs
        from it in case alone), and its blocks; raises UnreadableSource where two have the same folder, too."""
        tables = [part for part in self._parts if self._is_table(part)]
        for path, times in Counter(map(_path, tables)).items():
            if times > 1:
                why = f"it has {times} files called {path}, so that which of them is meant is not certain."
                raise UnreadableSource(source=self._source, why=why)
        known = Counter(_name(part).casefold() for part in tables)
        for part in tables:
            alone = known[_name(part).casefold()] == 1
            yield _name(part) if alone else str(_path(part)).replace("/", " - "), unpacked(self._archive, part)

    def _is_table(self, part: zipfile.ZipInfo) -> bool:
        """Whether a file is called as tables are: by its ending, or without one beside a manifest."""
        if _name(part).lower().endswith(tuple(f".{ending}" for ending in TABLES)):
            return True
        return _path(part).parent in self._by_program and _NO_ENDING.fullmatch(_name(part)) is not None


def _holds_workbook(file: IO[bytes]) -> bool:
    try:
        with zipfile.ZipFile(file) as archive:
            return is_workbook(archive)
    except UnicodeDecodeError:
        return False  # a name in it is wrong, as whoever opens it says
    except (zipfile.BadZipFile, ValueError):
        return True  # the reader of workbooks says what is wrong with it


def _hidden(part: zipfile.ZipInfo) -> bool:
    return any(name.startswith((".", "__MACOSX")) for name in _path(part).parts if name != "..")


def _by_system(part: zipfile.ZipInfo) -> bool:
    """Whether a system has put a file there for itself, beside each of a person's."""
    return any(name == "__MACOSX" or name.startswith("._") for name in _path(part).parts)


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return ""


def _refused(part: zipfile.ZipInfo) -> str | None:
    """Why an archive is refused for the name of a file of it; None where nothing is wrong with that."""
    if signs := sorted({sign for sign in part.orig_filename if unicodedata.category(sign) == "Cc"}):
        named = ", ".join(f"U+{ord(sign):04X}" for sign in signs)
        name = shown(part.orig_filename.translate({ord(sign): "\ufffd" for sign in signs}))
        return f"the name of its file {name} has a control sign in it ({named}). Pack it anew."
    path = _path(part)
    if path.parts and _DRIVE.match(path.parts[0]):
        told = f"names the drive {path.parts[0][:2]} and would be unpacked outside of the archive's folder"
    elif path.is_absolute() or ".." in path.parts:
        told = "would be unpacked outside of the archive's folder"
    else:
        return None
    return f"its file {shown(part.filename)} {told}, so all of it is refused."


_DRIVE = re.compile("[A-Za-z]:")


def _is_folder(part: zipfile.ZipInfo) -> bool:
    """Whether it is a folder; some programs end its name with a backslash, which a file's may end with, too."""
    return part.filename.endswith("/") or (part.filename.endswith("\\") and not part.file_size)


def _name(part: zipfile.ZipInfo) -> str:
    return _path(part).name


def _path(part: zipfile.ZipInfo) -> PurePosixPath:
    """Where a file stands in its archive; some programs write folders with backslashes, and some names in UTF-8 without
    saying so."""
    name = part.filename
    if not part.flag_bits & _IN_UTF_8 and not name.isascii():
        with suppress(UnicodeError):
            name = name.encode("cp437").decode()
    return PurePosixPath(name.replace("\\", "/"))


_IN_UTF_8 = 0x800
"""The flag of a file whose name is written in UTF-8; without it, zipfile takes it for code page 437."""
