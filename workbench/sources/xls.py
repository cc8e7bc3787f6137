"""The bytes of an XLS workbook: error cells, formulas without a value, and whether its numbers can be believed.

The workbook is a stream of records, each with type, length and data ([MS-XLS] 2.1.4); the result of a formula ends in
FFFF when it is no number (2.5.133).
"""

import struct
from collections.abc import Callable, Iterator
from pathlib import Path

from workbench.sources.container import damaged
from workbench.sources.ole import DamagedOle, Ole, records
from workbench.sources.workbook_details import SHEET_COLUMNS, WorkbookDetails

_ROWS, _COLUMNS = 65_536, 256  # of an XLS worksheet
_BOUNDSHEET, _DIMENSIONS = 0x0085, 0x0200
_FORMULA, _STRING, _ERROR = 0x0006, 0x0207, 0x0205
_CELLS = frozenset((0x0201, 0x0203, 0x0204, 0x00BD, 0x00BE, 0x00D6, 0x00FD, 0x027E, _FORMULA, _ERROR))
_BESIDE_FORMULA = (0x04BC, 0x0221, 0x0236)  # shared formula, array, table: they stand before the text of a result
_NO_NUMBER = b"\xff\xff"
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}


def look_through(path: Path, source: str) -> Callable[[str], WorkbookDetails]:
    """What tells the blind spots of a worksheet by its title. Raises UnreadableSource for a damaged workbook.

    All worksheets are looked through at once, because the reader loads them all when it opens the workbook.
    """
    try:
        stream = Ole(path).workbook
        found = {title: _details(stream, start) for title, start in _worksheets(stream)}
    except (DamagedOle, struct.error):
        raise damaged(source) from None
    return lambda sheet: found.get(sheet, WorkbookDetails())


def _worksheets(stream: bytes) -> Iterator[tuple[str, int]]:
    for kind, record in records(stream):
        if kind == _BOUNDSHEET:
            start, _, length, wide = struct.unpack_from("<IHBB", record)
            text = record[8 : 8 + length * (1 + (wide & 1))]
            yield text.decode("utf-16-le" if wide & 1 else "latin-1", "replace"), start


def _details(stream: bytes, start: int) -> WorkbookDetails:
    errors: dict[int, str] = {}
    valueless: list[int] = []
    awaited = -1  # the place of a formula whose text has to follow
    for kind, record in records(stream, start):
        if awaited >= 0 and kind not in _BESIDE_FORMULA:
            if kind != _STRING:
                valueless.append(awaited)
            awaited = -1
        if kind == _DIMENSIONS:
            _refuse_dimensions(record)
        if kind not in _CELLS:
            continue
        row, column = struct.unpack_from("<HH", record)
        if column >= _COLUMNS:
            raise DamagedOle
        place = row * SHEET_COLUMNS + column
        if kind == _ERROR and record[7] == 1:
            errors[place] = _ERRORS.get(record[6], "#ERROR!")
        elif kind == _FORMULA and record[12:14] == _NO_NUMBER:
            if record[6] == 2:
                errors[place] = _ERRORS.get(record[8], "#ERROR!")
            elif record[6] == 0:
                awaited = place
    if awaited >= 0:
        valueless.append(awaited)
    return WorkbookDetails.of(errors, valueless)


def _refuse_dimensions(record: bytes) -> None:
    """The reader takes memory for the area a worksheet claims."""
    first, last, left, right = struct.unpack_from("<IIHH" if len(record) >= 12 else "<HHHH", record)
    if not (first <= last <= _ROWS and left <= right <= _COLUMNS):
        raise DamagedOle
