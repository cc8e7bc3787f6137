"""The bytes of an XLS workbook: what its cells show, what it hides, and whether its numbers can be believed.

The workbook is a stream of records, each with type, length and data ([MS-XLS] 2.1.4); the result of a formula ends in
FFFF when it is no number (2.5.133).
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from workbench.sources.cells import shown_number
from workbench.sources.container import damaged
from workbench.sources.ole import DamagedOle, Ole, records
from workbench.sources.workbook.details import SHEET_COLUMNS, Hidden, WorkbookDetails
from workbench.sources.workbook.number_format import Shown, built_in, shown_by
from workbench.sources.workbook.weight import Weight, refuse_heavy

_ROWS, _COLUMNS = 65_536, 256  # of an XLS worksheet
_BOUNDSHEET, _DIMENSIONS, _DATE_1904, _FORMAT, _XF = 0x0085, 0x0200, 0x0022, 0x041E, 0x00E0
_ROW, _COLINFO, _FILTERMODE, _AUTOFILTER = 0x0208, 0x007D, 0x009B, 0x009E
_FORMULA, _STRING, _ERROR = 0x0006, 0x0207, 0x0205
_NUMBER, _RK, _MULRK, _MULBLANK = 0x0203, 0x027E, 0x00BD, 0x00BE
_SST, _CONTINUE, _LABEL_SST = 0x00FC, 0x003C, 0x00FD
_CELLS = frozenset((0x0201, _NUMBER, 0x0204, _MULRK, _MULBLANK, 0x00D6, _LABEL_SST, _RK, _FORMULA, _ERROR))
_SEVERAL = (_MULRK, _MULBLANK)
"""Cells of a row in one record, which ends with the column of the last."""
_BESIDE_FORMULA = (0x04BC, 0x0221, 0x0236)  # shared formula, array, table: they stand before the text of a result
_NO_NUMBER = b"\xff\xff"
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_ROUNDED_FROM = 1e15
_UNICODE = b"\x00\x06"  # the version of Excel 97 and later; before it, texts are of one byte a letter
_HIDDEN_ROW, _HIDDEN_COLUMN = 0x20, 0x01


def look_through(path: Path, source: str) -> Callable[[str], WorkbookDetails]:
    """What tells the blind spots of a worksheet by its title. Raises UnreadableSource for a damaged workbook.

    All worksheets are looked through at once, because the reader loads them all when it opens the workbook.
    """
    try:
        stream = Ole(path).workbook
        styles = _styles(stream)
        looks = {title: _Look(styles=styles) for title, _ in _worksheets(stream)}
        found = {title: looks[title].through(stream, start) for title, start in _worksheets(stream)}
        texts = _texts(stream) if any(look.named for look in looks.values()) else np.zeros(1, dtype=np.int64)
    except (DamagedOle, struct.error, IndexError):
        raise damaged(source) from None
    cells = sum(look.rows * look.columns for look in looks.values())
    named = np.array([number for look in looks.values() for number in look.named], dtype=np.int64)
    text = int(texts[np.minimum(named, len(texts) - 1)].sum()) if len(texts) else 0
    refuse_heavy(Weight(cells=cells, text=text), len(stream), source)
    return lambda sheet: found.get(sheet, WorkbookDetails())


def _texts(stream: bytes) -> npt.NDArray[np.int64]:
    """Bytes of each of the shared texts, which cells name by their number ([MS-XLS] 2.4.265, 2.5.293).

    A text may go on in the next record, which then says again whether its letters have one byte or two.
    """
    pieces: list[bytes] = []
    for kind, record in records(stream):
        if kind == _SST or (pieces and kind == _CONTINUE):
            pieces.append(record)
        elif pieces:
            break
    sizes: list[int] = []
    piece, at = 0, 8
    while piece < len(pieces):
        if at >= len(pieces[piece]):
            piece, at = piece + 1, at - len(pieces[piece])
            continue
        length, flags = struct.unpack_from("<HB", pieces[piece], at)
        at += 3
        runs = struct.unpack_from("<H", pieces[piece], at)[0] if flags & 8 else 0
        at += 2 * bool(flags & 8)
        beside = struct.unpack_from("<I", pieces[piece], at)[0] if flags & 4 else 0
        at += 4 * bool(flags & 4)
        sizes.append(length)
        while length:
            size = 1 + (flags & 1)
            here = min(length, (len(pieces[piece]) - at) // size)
            length, at = length - here, at + here * size
            if length:
                piece, at = piece + 1, 1
                flags = pieces[piece][0]
        at += 4 * runs + beside
    return np.array(sizes, dtype=np.int64)


def _worksheets(stream: bytes) -> Iterator[tuple[str, int]]:
    for kind, record in records(stream):
        if kind == _BOUNDSHEET:
            start, _, length, wide = struct.unpack_from("<IHBB", record)
            text = record[8 : 8 + length * (1 + (wide & 1))]
            yield text.decode("utf-16-le" if wide & 1 else "latin-1", "replace"), start


def _styles(stream: bytes) -> dict[int, Shown]:
    """The styles (their numbers, as cells name them) that show more of a number than the number."""
    codes: dict[int, str] = {}
    formats: list[int] = []
    epoch_1904 = False
    for kind, record in records(stream):
        if kind == _FORMAT and len(record) >= 5:
            codes[struct.unpack_from("<H", record)[0]] = _code(record, stream[4:6] == _UNICODE)
        elif kind == _XF and len(record) >= 4:
            formats.append(struct.unpack_from("<H", record, 2)[0])
        elif kind == _DATE_1904 and len(record) >= 2:
            epoch_1904 = record[0] == 1
    shown = ((place, shown_by(codes.get(number, built_in(number)), epoch_1904)) for place, number in enumerate(formats))
    return {place: format_ for place, format_ in shown if format_ is not None}


def _code(record: bytes, is_unicode: bool) -> str:
    if not is_unicode:
        return record[3 : 3 + record[2]].decode("latin-1")
    length, wide = struct.unpack_from("<HB", record, 2)
    return record[5 : 5 + length * (1 + (wide & 1))].decode("utf-16-le" if wide & 1 else "latin-1", "replace")


@dataclass(kw_only=True)
class _Look:
    """A walk over the records of a worksheet; what is found is kept by its place."""

    styles: dict[int, Shown]
    shown: dict[int, str] = field(default_factory=dict)
    valueless: list[int] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    is_filtered: bool = False
    named: list[int] = field(default_factory=list)
    """The shared texts that stand in its cells, by their numbers."""
    rows: int = 0
    columns: int = 0
    _awaited: int = -1  # the place of a formula whose text has to follow

    def through(self, stream: bytes, start: int) -> WorkbookDetails:
        for kind, record in records(stream, start):
            if self._awaited >= 0 and kind not in _BESIDE_FORMULA:
                if kind != _STRING:
                    self.valueless.append(self._awaited)
                self._awaited = -1
            if kind in _CELLS:
                self._look_at(kind, record)
            elif kind == _DIMENSIONS:
                _refuse_dimensions(record)
            else:
                self._look_for_hidden(kind, record)
        if self._awaited >= 0:
            self.valueless.append(self._awaited)
        return WorkbookDetails.of(
            self.shown,
            self.valueless,
            hidden=Hidden(
                rows=() if self.is_filtered else self.hidden,
                filtered=self.hidden if self.is_filtered else (),
                columns=self.hidden_columns,
            ),
        )

    def _look_for_hidden(self, kind: int, record: bytes) -> None:
        if kind == _ROW and len(record) >= 16 and record[12] & _HIDDEN_ROW:
            self.hidden.append(struct.unpack_from("<H", record)[0])
        elif kind == _COLINFO and len(record) >= 10 and record[8] & _HIDDEN_COLUMN:
            first, last = struct.unpack_from("<HH", record)
            if last < _COLUMNS - 1:  # else the empty rest of the sheet
                self.hidden_columns += range(first, last + 1) if len(self.hidden_columns) < _COLUMNS else ()
        elif kind in (_FILTERMODE, _AUTOFILTER):
            self.is_filtered = True

    def _look_at(self, kind: int, record: bytes) -> None:
        row, column, style = struct.unpack_from("<HHH", record) if len(record) >= 6 else (0, _COLUMNS, 0)
        if column >= _COLUMNS:
            raise DamagedOle
        place = row * SHEET_COLUMNS + column
        last = struct.unpack_from("<H", record, len(record) - 2)[0] if kind in _SEVERAL else column
        self.rows, self.columns = max(self.rows, row + 1), max(self.columns, min(last, _COLUMNS - 1) + 1)
        if kind == _LABEL_SST:
            self.named.append(struct.unpack_from("<I", record, 6)[0])
        elif kind == _NUMBER:
            self._look_at_number(place, style, struct.unpack_from("<d", record, 6)[0])
        elif kind == _RK:
            self._look_at_number(place, style, _rk_number(record, 6))
        elif kind == _MULRK:
            for number in range((len(record) - 6) // 6):
                (style,) = struct.unpack_from("<H", record, 4 + 6 * number)
                self._look_at_number(place + number, style, _rk_number(record, 6 + 6 * number))
        elif kind == _ERROR and record[7] == 1:
            self.shown[place] = _ERRORS.get(record[6], "#ERROR!")
        elif kind == _FORMULA and record[12:14] == _NO_NUMBER:
            if record[6] == 2:
                self.shown[place] = _ERRORS.get(record[8], "#ERROR!")
            elif record[6] == 0:
                self._awaited = place
        elif kind == _FORMULA:
            self._look_at_number(place, style, struct.unpack_from("<d", record, 6)[0])

    def _look_at_number(self, place: int, style: int, value: float) -> None:
        show = self.styles.get(style)
        if show is not None and abs(value) < _ROUNDED_FROM:
            text = show.text(repr(value))
            if text is not None:
                self.shown[place] = text
        elif abs(value) >= _ROUNDED_FROM:
            self.shown[place] = shown_number(value)


def _rk_number(record: bytes, place: int) -> float:
    """A number in four bytes: a whole one or the upper half of a float, perhaps a hundred times too large (2.5.217)."""
    (packed,) = struct.unpack_from("<i", record, place)
    value = float(packed >> 2) if packed & 2 else struct.unpack("<d", struct.pack("<Q", (packed & 0xFFFFFFFC) << 32))[0]
    return value / 100 if packed & 1 else value


def _refuse_dimensions(record: bytes) -> None:
    """The reader takes memory for the area a worksheet claims."""
    first, last, left, right = struct.unpack_from("<IIHH" if len(record) >= 12 else "<HHHH", record)
    if not (first <= last <= _ROWS and left <= right <= _COLUMNS):
        raise DamagedOle
