"""The bytes of an XLSX workbook: error cells, formulas without a value, and how far its worksheets reach.

A cell is `<c r="F5" t="e"><f>NA()</f><v>#N/A</v></c>` (ECMA-376 part 1, 18.3.1.4). Searches instead of a parser: they
cost about half of the reading itself, and only blocks with errors or formulas are looked at cell by cell.
"""

import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from posixpath import join, normpath
from xml.etree import ElementTree as ET

from workbench.model.errors import UnreadableSource
from workbench.sources.container import damaged, opened_zip, unpacked
from workbench.sources.workbook_details import SHEET_COLUMNS, WorkbookDetails

_CELL = re.compile(rb"<(?:\w+:)?c(\s[^>]*?)(?:/>|>(.*?)</(?:\w+:)?c\s*>)", re.DOTALL)
_REFERENCE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{1,3})([0-9]{1,7})["']""")
_WIDE = re.compile(rb""" r=["']([A-Za-z]{2,})""")  # the literal beginning makes these two fast
_DEEP = re.compile(rb""" r=["'][A-Za-z]*([0-9]{5,})""")
_ERROR = re.compile(rb"""\st\s*=\s*["']e["']""")
_STRING = re.compile(rb"""\st\s*=\s*["']str["']""")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_WORTH_A_LOOK = (b't="e"', b"t='e'", b"<f", b":f")
_PROMISED = re.compile(rb"""\suniqueCount\s*=\s*["']([0-9]+)""")
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>([^<]+)</")


def look_through(path: Path, source: str) -> Callable[[str], WorkbookDetails]:
    """What finds the blind spots of a worksheet, told by its title. Raises UnreadableSource for a damaged workbook."""
    with opened_zip(path, source) as archive:
        parts = {part.filename.lower(): part for part in archive.infolist()}
        strings = parts.get("xl/sharedstrings.xml")
        if strings and _promised_strings(archive, strings) > strings.file_size:
            raise damaged(source)

    def find(sheet: str) -> WorkbookDetails:
        with opened_zip(path, source) as archive:
            part = _part_of(archive, sheet)
            if part is None:
                raise UnreadableSource(source=source, why=f"its worksheet {sheet} is missing from the file.")
            return _details(unpacked(archive, part))

    return find


def _promised_strings(archive: zipfile.ZipFile, strings: zipfile.ZipInfo) -> int:
    """How many texts the workbook says it has; the reader takes memory for so many before it reads one."""
    promised = _PROMISED.search(next(unpacked(archive, strings), b""))
    return int(promised[1]) if promised else 0


def _details(blocks: Iterator[bytes]) -> WorkbookDetails:
    errors: dict[int, str] = {}
    valueless: list[int] = []
    columns = {b"Z"}
    height = 9_999
    for piece in _pieces(blocks):
        columns.update(_WIDE.findall(piece))
        height = max([height, *map(int, set(_DEEP.findall(piece)))])
        if any(mark in piece for mark in _WORTH_A_LOOK):
            _look_at_cells(piece, errors, valueless)
    return WorkbookDetails.of(errors, valueless, height=height, width=max(_column(letters) + 1 for letters in columns))


def _look_at_cells(piece: bytes, errors: dict[int, str], valueless: list[int]) -> None:
    for attributes, content in _CELL.findall(piece):
        error = _ERROR.search(attributes)
        if not error and not _FORMULA.search(content):
            continue
        reference = _REFERENCE.search(attributes)
        place = (int(reference[2]) - 1) * SHEET_COLUMNS + _column(reference[1]) if reference else -1
        value = _VALUE.search(content)
        if error and value and reference:
            errors[place] = value[1].decode("utf-8", "replace")
        elif not value and not _STRING.search(attributes):
            valueless.append(place)


def _pieces(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The blocks, cut behind a cell or before a row, so that no cell is in two pieces."""
    rest = b""
    for block in blocks:
        joined = rest + block
        ends = ((joined.rfind(end), len(end)) for end in (b"</c>", b":c>"))
        cut = max(0, joined.rfind(b"<row"), *(place + length for place, length in ends if place >= 0))
        yield joined[:cut]
        rest = joined[cut:]
    yield rest


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number - 1


def _part_of(archive: zipfile.ZipFile, sheet: str) -> zipfile.ZipInfo | None:
    """The part a worksheet's title leads to, through the workbook and its relationships."""
    parts = {part.filename.lower(): part for part in archive.infolist()}
    book = parts.get("xl/workbook.xml")
    relations = parts.get("xl/_rels/workbook.xml.rels")
    if book is None or relations is None:
        return None
    try:
        targets = {node.get("Id"): node.get("Target", "") for node in ET.fromstring(archive.read(relations))}
        for node in ET.fromstring(archive.read(book)).iter():
            if node.tag.endswith("}sheet") and node.get("name") == sheet:
                key = next((value for name, value in node.attrib.items() if name.endswith("}id")), None)
                target = targets.get(key, "")
                return parts.get(normpath(join("/xl", target)).lstrip("/").lower())
    except (ET.ParseError, LookupError):  # the latter for an encoding nobody knows
        return None
    return None
