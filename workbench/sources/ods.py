"""The bytes of an ODS workbook: error cells and formulas without a value.

A cell is `<table:table-cell table:formula="of:=NA()"><text:p>...</text:p></table:table-cell>` (OpenDocument 1.3 part 3,
9.1.4); `calcext:value-type="error"`, LibreOffice's extension, marks one that holds an error.
"""

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO
from xml.etree import ElementTree as ET

from workbench.sources.container import damaged, opened_zip, unpacked
from workbench.sources.workbook_details import SHEET_COLUMNS, WorkbookDetails

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_VALUE_TYPE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}value-type"
_SPECIAL_TYPE = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"
_ERROR = b'calcext:value-type="error"'
_FORMULA = re.compile(rb"<table:table-cell(?=[^>]*\stable:formula=)(?![^>]*\soffice:value-type=)[^>]*>")
_SPAN = re.compile(rb'table:number-(?:rows|columns)-spanned="(?!1")')


def look_through(path: Path, source: str) -> Callable[[str], WorkbookDetails]:
    """What finds the blind spots of a worksheet, told by its title. Raises UnreadableSource for a damaged workbook."""
    with opened_zip(path, source) as archive:
        part = next((part for part in archive.infolist() if part.filename == "content.xml"), None)
        if part is None:
            raise damaged(source)
        suspicious, merged = _search(archive, part)

    def find(sheet: str) -> WorkbookDetails:
        errors: dict[int, str] = {}
        valueless: list[int] = []
        if suspicious:
            try:
                with opened_zip(path, source) as archive, archive.open("content.xml") as file:
                    _walk(file, sheet, errors, valueless)
            except (ET.ParseError, LookupError, ValueError):
                raise damaged(source) from None
        return WorkbookDetails.of(errors, valueless, merged=merged)

    return find


def _search(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> tuple[bool, bool]:
    """Whether there are cells worth a look, and whether there are merged ones, on any worksheet."""
    suspicious = merged = False
    rest = b""
    for block in unpacked(archive, part):
        joined = rest + block
        cut = max(joined.rfind(b"<"), 0)
        piece, rest = joined[:cut], joined[cut:]
        suspicious = suspicious or _ERROR in piece or bool(_FORMULA.search(piece))
        merged = merged or bool(_SPAN.search(piece))
    return suspicious, merged


def _walk(file: IO[bytes], sheet: str, errors: dict[int, str], valueless: list[int]) -> None:
    """Count rows and columns with their repetitions; an error repeated over an area is told for its first cell."""
    row = column = 0
    here = False
    for event, node in ET.iterparse(file, events=("start", "end")):
        if node.tag == f"{_TABLE}table" and event == "start":
            here, row = node.get(f"{_TABLE}name") == sheet, 0
        elif event == "start" or not here:
            continue
        elif node.tag in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            place = row * SHEET_COLUMNS + column
            if node.get(_SPECIAL_TYPE) == "error":
                errors[place] = node.findtext(f"{_TEXT}p") or "#ERROR!"
            elif node.get(f"{_TABLE}formula") is not None and node.get(_VALUE_TYPE) is None:
                valueless.append(place)
            column += int(node.get(f"{_TABLE}number-columns-repeated", "1"))
            node.clear()
        elif node.tag == f"{_TABLE}table-row":
            row += int(node.get(f"{_TABLE}number-rows-repeated", "1"))
            column = 0
            node.clear()
