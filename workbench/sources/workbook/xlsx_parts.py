"""The parts of an XLSX workbook beside its worksheets: its styles, its texts, and what leads to a worksheet."""

import re
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from posixpath import join, normpath

import numpy as np
import numpy.typing as npt

from workbench.model.errors import UnreadableSource
from workbench.sources.container import HARMLESS, unpacked
from workbench.sources.workbook.elements import NoXml, walk
from workbench.sources.workbook.number_format import Shown, built_in, shown_by

FILTER = re.compile(rb"""<(?:\w+:)?autoFilter\s[^>]*?ref\s*=\s*["']\$?[A-Z]*\$?([0-9]+):\$?[A-Z]*\$?([0-9]+)["']""")
_PROMISED = re.compile(rb"""\suniqueCount\s*=\s*["']([0-9]+)""")
_MARKUP = re.compile(rb"<[^>]*>")
_END_OF_TEXT = re.compile(rb"</(?:\w+:)?si\s*>|<(?:\w+:)?si(?:\s[^>]*)?/>")
_LONG_TEXT = 1_000
_MOST_STYLES = 1 << 16
"""Spreadsheet programs know 65,490 formats of cells."""


@dataclass(frozen=True, kw_only=True)
class Texts:
    """How long the shared texts of a workbook are, which cells name by their number."""

    path: Path
    part: zipfile.ZipInfo | None
    promised: int = 0
    """How many texts there are, as it says; the reader takes memory for so many before it reads one."""
    longest: int = 0
    """Bytes that none is longer than."""

    @classmethod
    def of(cls, path: Path, archive: zipfile.ZipFile, part: zipfile.ZipInfo | None) -> "Texts":
        """The texts of a workbook."""
        if part is None:
            return cls(path=path, part=None)
        head, rest, size, longest, is_odd = b"", b"", 0, 0, False
        for block in unpacked(archive, part):
            head = head or block
            is_odd = is_odd or b"<!" in block  # a comment, or letters that are no markup: it may say anything
            *texts, rest = (rest + block).split(b"</si>")
            longest = max(longest, len(rest), *map(len, texts)) if texts else max(longest, len(rest))
            size += len(block)
        promised = _PROMISED.search(head)
        return cls(
            path=path, part=part, promised=int(promised[1]) if promised else 0, longest=size if is_odd else longest
        )

    @property
    def packed(self) -> int:
        """Bytes that all of them have in the file."""
        return self.part.compress_size if self.part else 0

    def together(self, numbers: Sequence[bytes]) -> int:
        """Bytes of the texts with these numbers, as often as they are named."""
        sizes = self._sizes
        if not len(sizes):
            return len(numbers) * self.longest
        named = np.array([int(number) for number in numbers], dtype=np.int64)
        return int(sizes[np.minimum(named, len(sizes) - 1)].sum())

    @cached_property
    def _sizes(self) -> npt.NDArray[np.int64]:
        """Bytes of each, without what marks up a long one; none where that cannot be told."""
        sizes: list[int] = []
        rest = b""
        with zipfile.ZipFile(self.path) as archive:
            for block in unpacked(archive, self.part) if self.part else ():
                if b"<!" in block:
                    return np.empty(0, dtype=np.int64)
                *texts, rest = _END_OF_TEXT.split(rest + block)
                sizes += [len(_MARKUP.sub(b"", text)) if len(text) > _LONG_TEXT else len(text) for text in texts]
        return np.array(sizes, dtype=np.int64)


def styles_of(archive: zipfile.ZipFile, parts: Mapping[str, zipfile.ZipInfo], source: str) -> dict[bytes, Shown]:
    """The styles (their numbers, as cells name them) that show more of a number than the number."""
    part, book = parts.get("xl/styles.xml"), parts.get("xl/workbook.xml")
    if part is None or book is None:
        return {}
    sheet = _StyleSheet(source=source)
    try:
        walk(unpacked(archive, part, HARMLESS), sheet.begin, sheet.end)
        walk(unpacked(archive, book), sheet.begin_book)
    except NoXml:
        return {}
    found = {}
    for place, number in enumerate(sheet.numbers):
        code = sheet.codes.get(number)
        text = built_in(int(number) if number.isdigit() else 0) if code is None else code
        shown = shown_by(text, sheet.epoch_1904)
        if shown is not None:
            found[b"%d" % place] = shown
    return found


@dataclass(kw_only=True)
class _StyleSheet:
    """The formats of cells, by the numbers that cells name them by."""

    source: str
    numbers: list[str] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    epoch_1904: bool = False
    _within: bool = False

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt":
            self.codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name == "xf" and self._within:
            self.numbers.append(attributes.get("numFmtId", "0"))
        if max(len(self.codes), len(self.numbers)) > _MOST_STYLES:
            why = f"it has over {_MOST_STYLES:,} formats of cells, more than a spreadsheet program takes."
            raise UnreadableSource(source=self.source, why=why)
        self._within = self._within or name == "cellXfs"

    def end(self, name: str) -> None:
        self._within = self._within and name != "cellXfs"

    def begin_book(self, name: str, attributes: dict[str, str]) -> None:
        if name == "workbookPr":
            self.epoch_1904 = attributes.get("date1904") in ("1", "true")


def table_filters(archive: zipfile.ZipFile, sheet: zipfile.ZipInfo) -> list[tuple[int, int]]:
    """The areas that the filters of a worksheet's tables (which are parts of their own) hide rows of."""
    parts = {part.filename.lower(): part for part in archive.infolist()}
    folder, _, name = sheet.filename.rpartition("/")
    targets: list[str] = []

    def begin(element: str, attributes: dict[str, str]) -> None:
        if attributes.get("Type", "").endswith("/table") and len(targets) < _MOST_TABLES:
            targets.append(attributes.get("Target", ""))

    found: list[tuple[int, int]] = []
    relations = parts.get(f"{folder}/_rels/{name}.rels".lower())
    with suppress(NoXml):
        walk(unpacked(archive, relations) if relations else [b"<none/>"], begin)
    for target in targets:
        part = parts.get(normpath(join("/", folder, target)).lstrip("/").lower())
        data = b"".join(unpacked(archive, part, HARMLESS)) if part else b""
        if b"filterColumn" in data:
            found += [(int(first) - 1, int(last) - 1) for first, last in FILTER.findall(data)]
    return found


_MOST_TABLES = 1_000


def part_of(archive: zipfile.ZipFile, sheet: str) -> zipfile.ZipInfo | None:
    """The part a worksheet's title leads to, through the workbook and its relationships."""
    parts = {part.filename.lower(): part for part in archive.infolist()}
    book, relations = parts.get("xl/workbook.xml"), parts.get("xl/_rels/workbook.xml.rels")
    if book is None or relations is None:
        return None
    keys: list[str] = []
    targets: dict[str, str] = {}

    def begin_book(element: str, attributes: dict[str, str]) -> None:
        if element == "sheet" and attributes.get("name") == sheet and not keys:
            keys.append(attributes.get("id", ""))

    def begin_relation(element: str, attributes: dict[str, str]) -> None:
        if attributes.get("Id") in keys:
            targets[attributes["Id"]] = attributes.get("Target", "")

    try:
        walk(unpacked(archive, book), begin_book)
        walk(unpacked(archive, relations), begin_relation)
    except NoXml:
        return None
    target = targets.get(keys[0], "") if keys else ""
    return parts.get(normpath(join("/xl", target)).lstrip("/").lower())
