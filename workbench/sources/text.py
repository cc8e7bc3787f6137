"""The bytes of a text source: their checksum, their encoding, and a UTF-8 copy where they are not UTF-8."""

import codecs
import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from workbench.model.errors import UnreadableSheet, UnreadableSource
from workbench.sources.spool import Spool

BLOCK = 1 << 18
"""Bytes looked at at a time: what a processor's cache holds is looked at twice as fast as a megabyte."""

_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_UTF8 = ("utf-8", "utf-8-sig")
_SIGNATURES = {
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"%PDF": "a PDF document",
    b"{\\rtf": "an RTF document",
    b"\x1f\x8b": "compressed with gzip",
    b"BZh": "compressed with bzip2",
    b"\xfd7zXZ": "compressed with xz",
    b"\x28\xb5\x2f\xfd": "compressed with zstd",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"\x7fELF": "a program",
    b"MZ\x90\x00": "a program",
    b"PAR1": "a Parquet file",
    b"SQLite format 3": "an SQLite database",
}
_MARKUP = {
    b"<!doctype html": "a web page",
    b"<html": "a web page",
    b"<table": "a web page",
    b"<?xml": "an XML document",
}
_JSON = re.compile(rb"[\[{]\s*[\[{\"]")
_HIGH = bytes(range(0x80, 0x100))
_CONTROL_BYTES = re.compile(rb"\xc2[\x80-\x9f]")
_MARK = "\ufeff"
_MARK_ON_LINE = re.compile(r"(?<=[\r\n])\ufeff+")
_WINDOWS = {code: letter for code in range(0x80, 0xA0) if (letter := bytes([code]).decode("cp1252", "ignore"))}
"""The letters that stand for control characters where Windows-1252 was read as Latin-1."""
_CONTROLS = re.compile(f"[{''.join(map(chr, _WINDOWS))}]")
_WHAT = {"mark": _MARK_ON_LINE, "windows": _CONTROLS, "lost": re.compile("\ufffd")}
_SAID = {
    "mark": "A byte order mark in the middle of the text was left out, as where files were joined (line {line}).",
    "windows": "Control characters were read as the letters of Windows-1252 that they stand for (first: line {line}).",
    "lost": "Letters are lost in this file: \ufffd stands in their place (first: line {line}).",
}
_OF_WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_NUL = "has a NUL character, so this is no text file, or a damaged one."


@dataclass(frozen=True, kw_only=True)
class Text:
    """A source as UTF-8 text on disk: the file itself where it is UTF-8, else a copy that lives as long as this."""

    path: Path
    start: int
    """Bytes before the first character: a byte order mark, or nothing."""
    encoding: str
    """What the source was written in: utf-8, utf-8-sig, utf-16-le, utf-16-be or cp1252."""
    checksum: str
    size: int
    warnings: tuple[str, ...] = ()
    copy: Spool | None = None

    def head(self, size: int = 1 << 18) -> tuple[str, bool]:
        """The first characters, and whether they are all there are."""
        with self.path.open("rb") as file:
            file.seek(self.start)
            data = file.read(size + 1)
        return data[:size].decode("utf-8", "ignore"), len(data) <= size


def open_text(path: Path, *, name: str, encoding: str | None = None) -> Text:
    """Look at every byte once. Raises UnreadableSource, or UnreadableSheet where there is a line to name."""
    with translated_errors(name):
        with path.open("rb") as file:
            head = file.read(1 << 16)
        _refuse_foreign(head, name)
        stated = _known_encoding(encoding, name) if encoding else _marked(head) or _unmarked_utf16(head)
        utf8 = stated in {None, *_UTF8}
        found = _look_at(path, utf8=utf8)
        if found.nul is not None:
            _refuse_called_workbook(name)
            raise UnreadableSheet(line=line_at(path, found.nul), why=_NUL)
        if found.wrong is not None and stated is None:
            return _read_as_windows_1252(path, found, found.wrong)
        if found.wrong is not None:
            raise UnreadableSheet(line=line_at(path, found.wrong), why="has a character that is not UTF-8.")
        read_as = stated or "utf-8"
        mark = next((bom for bom, marked in _BOMS.items() if head.startswith(bom) and marked.startswith(read_as)), b"")
        if utf8 and not found.damaged:
            return Text(path=path, start=len(mark), encoding=read_as, checksum=found.checksum, size=found.size)
        repair = _Repair()
        copy = _utf8_copy(path, "utf-8" if utf8 else read_as, skip=len(mark), repair=repair)
        return Text(path=copy.path, start=0, encoding=read_as, checksum=found.checksum, size=found.size,
                    warnings=repair.warnings(copy.path), copy=copy)  # fmt: skip


@contextmanager
def translated_errors(name: str) -> Iterator[None]:
    """Say in one sentence why the system will not let the file be read."""
    try:
        yield
    except FileNotFoundError:
        raise UnreadableSource(source=name, why="there is no such file.") from None
    except IsADirectoryError:
        raise UnreadableSource(source=name, why="it is a folder.") from None
    except PermissionError:
        raise UnreadableSource(source=name, why="you have no permission to read it.") from None
    except OSError as error:
        raise UnreadableSource(source=name, why=f"{error.strerror or error}.") from None


def blocks(path: Path, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
    """The bytes of a file, a block at a time."""
    with path.open("rb", buffering=0) as file:
        file.seek(start)
        left = stop - start if stop is not None else -1
        while block := file.read(min(BLOCK, left) if left >= 0 else BLOCK):
            left -= len(block) if left >= 0 else 0
            yield block


def line_at(path: Path, offset: int | None = None) -> int:
    """The line on which a byte stands, counted as a spreadsheet counts: line breaks between quotes add no row."""
    line, quoted, last = 1, False, b""
    for block in blocks(path, stop=offset):
        parts = block.split(b'"')
        outside = b'"'.join(parts[quoted::2])
        line += outside.count(b"\n") + outside.count(b"\r") - outside.count(b"\r\n")
        line -= last == b"\r" and block.startswith(b"\n") and not quoted
        quoted ^= len(parts) % 2 == 0
        last = block[-1:]
    return line


@dataclass(frozen=True)
class _Bytes:
    checksum: str
    size: int
    nul: int | None
    """Where the first NUL stands."""
    wrong: int | None
    """Where the first byte stands that is not UTF-8."""
    damaged: bool = False
    """Whether some of its UTF-8 characters are none that a text has, or are marks of a file's beginning."""


def _look_at(path: Path, *, utf8: bool) -> _Bytes:
    """One pass over the bytes; NUL and encoding are only of interest where UTF-8 is."""
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    size, wrong, damaged, before = 0, None, False, b""
    for block in blocks(path):
        digest.update(block)
        if utf8 and (nul := block.find(b"\0")) >= 0:
            return _Bytes("", 0, size + nul, None)
        if utf8 and not (block.isascii() and not decoder.getstate()[0]):
            wrong = _first_wrong(decoder, block, size) if wrong is None else wrong
            damaged = damaged or _is_damaged(before + block)
        size += len(block)
        before = block[-3:]
    if utf8 and wrong is None and decoder.getstate()[0]:
        wrong = size - len(decoder.getstate()[0])
    return _Bytes(digest.hexdigest(), size, None, wrong, damaged)


def _first_wrong(decoder: codecs.IncrementalDecoder, block: bytes, before: int) -> int | None:
    held = len(decoder.getstate()[0])
    try:
        decoder.decode(block)
    except UnicodeDecodeError as error:
        return before - held + error.start
    return None


def _is_damaged(data: bytes) -> bool:
    return (
        b"\xef\xbf\xbd" in data
        or b"\n\xef\xbb\xbf" in data
        or b"\r\xef\xbb\xbf" in data
        or (b"\xc2" in data and _CONTROL_BYTES.search(data) is not None)
    )


class _Repair:
    """What is mended in a text on its way into a copy: marks of a file's beginning further down, and Windows-1252
    that was taken for Latin-1."""

    def __init__(self) -> None:
        self._before = "\n"
        self._size = 0
        self._first: dict[str, int] = {}

    def text(self, text: str) -> str:
        """The text that goes on from the last one, mended."""
        for what, found in _WHAT.items():
            place = found.search(self._before + text) if what not in self._first else None
            if place is not None:
                before = text[: max(place.end() - len(self._before) - 1, 0)]
                self._first[what] = self._size + len(before.encode())
        if _MARK in text:
            text = _MARK_ON_LINE.sub("", self._before + text)[1:]
        if _CONTROLS.search(text):
            text = text.translate(_WINDOWS)
        self._before = text[-1:] or self._before
        self._size += len(text.encode())
        return text

    def warnings(self, copy: Path) -> tuple[str, ...]:
        """What was mended, and what could not be, each with the first line of it in the copy."""
        return tuple(_SAID[what].format(line=line_at(copy, place)) for what, place in self._first.items())


def _refuse_foreign(head: bytes, name: str) -> None:
    """Refuse what its first bytes show to be no table of text."""
    if not head:
        raise UnreadableSource(source=name, why="it is empty (0 bytes).")
    beginning = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:32].lower()
    if _JSON.match(beginning):
        raise UnreadableSource(source=name, why="it is a JSON document, not a table.")
    kinds = [kind for signature, kind in _SIGNATURES.items() if head.startswith(signature)]
    kinds += [kind for markup, kind in _MARKUP.items() if beginning.startswith(markup)]
    if kinds:
        raise UnreadableSource(source=name, why=f"it is {kinds[0]}, not a table.")


def _refuse_called_workbook(name: str) -> None:
    """Refuse what is no text, and is called a workbook, though its bytes do not begin as those of one."""
    if (ending := Path(name).suffix.lower()) in _OF_WORKBOOKS:
        why = f"it is called {ending}, and is no such workbook: it is damaged, or something else."
        raise UnreadableSource(source=name, why=why)


def _marked(head: bytes) -> str | None:
    return next((encoding for bom, encoding in _BOMS.items() if head.startswith(bom)), None)


def _unmarked_utf16(head: bytes) -> str | None:
    """UTF-16 without a byte order mark: every other byte of mostly Latin text is NUL, and no others are."""
    pairs = max(len(head) // 2, 1)
    low, high = head[0::2].count(0), head[1::2].count(0)
    if high * 10 >= pairs * 4 and low * 100 <= pairs:
        return "utf-16-le"
    return "utf-16-be" if low * 10 >= pairs * 4 and high * 100 <= pairs else None


def _known_encoding(encoding: str, name: str) -> str:
    try:
        known = codecs.lookup(encoding).name
    except LookupError:
        raise UnreadableSource(source=name, why=f"there is no encoding called {encoding}.") from None
    return {"utf-16": "utf-16-le"}.get(known, known)


def _read_as_windows_1252(path: Path, found: _Bytes, wrong: int) -> Text:
    line = line_at(path, wrong)
    if _mostly_utf8(path):
        why = "has a damaged character: the other letters of this file are UTF-8, this one is not."
        raise UnreadableSheet(line=line, why=why)
    copy = _utf8_copy(path, "cp1252")
    warning = (
        f"The text is not UTF-8 (first seen on line {line}), so it was read as Windows-1252. Check accented letters."
    )
    return Text(path=copy.path, start=0, encoding="cp1252", checksum=found.checksum, size=found.size,
                warnings=(warning,), copy=copy)  # fmt: skip


def _mostly_utf8(path: Path) -> bool:
    """Whether most bytes above ASCII form UTF-8 characters: then the text is UTF-8 with a damaged spot."""
    high = valid = 0
    for block in blocks(path):
        if not block.isascii():
            ascii_only = len(block.translate(None, _HIGH))
            high += len(block) - ascii_only
            valid += len(block.decode("utf-8", "ignore").encode()) - ascii_only
    return valid * 2 > high


def _utf8_copy(path: Path, encoding: str, skip: int = 0, repair: _Repair | None = None) -> Spool:
    """A UTF-8 copy of the text. Raises UnreadableSheet with the line of the first character that cannot be read."""
    copy = Spool()
    decoder = codecs.getincrementaldecoder(encoding)()

    def texts() -> Iterator[bytes]:
        for block in chain(blocks(path, skip), [b""]):
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                yield error.object[: error.start].decode(encoding).encode()
                why = f"has a character that cannot be read (byte 0x{error.object[error.start]:02X} is not {encoding})."
                raise UnreadableSheet(line=line_at(copy.path), why=why) from None
            before, nul, _ = (repair.text(text) if repair else text).partition("\0")
            yield before.encode()
            if nul:
                raise UnreadableSheet(line=line_at(copy.path), why=_NUL)

    return copy.fill(texts())
