"""The bytes of an XLSX workbook: what its cells show, what it hides, and how far its worksheets reach.

A cell is `<c r="F5" s="3" t="e"><f>NA()</f><v>#N/A</v></c>` (ECMA-376 part 1, 18.3.1.4), `s` being its style. Searches
instead of a parser: they cost about half of the reading itself, and only cells that show something else than the reader
says are looked at one by one.
"""

import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from html import unescape
from io import BytesIO
from pathlib import Path

from workbench.model.errors import UnreadableSource
from workbench.sources.container import AREA_LIMIT, damaged, opened_zip, unpacked
from workbench.sources.workbook.details import SHEET_COLUMNS, Hidden, WorkbookDetails
from workbench.sources.workbook.number_format import Shown, rounded, whole_digits
from workbench.sources.workbook.weight import Weight, allowed, refuse_heavy
from workbench.sources.workbook.xlsx_parts import FILTER, Texts, part_of, styles_of, table_filters

_CELL = re.compile(rb"<(?:\w+:)?c(\s[^>]*?)?(?:/>|>(.*?)</(?:\w+:)?c\s*>)", re.DOTALL)
_ROW_OR_CELL = re.compile(
    rb"<(?:\w+:)?row(?P<row>\s[^>]*?)?/?>|<(?:\w+:)?c(?P<cell>\s[^>]*?)?(?:/>|>(?P<content>.*?)</(?:\w+:)?c\s*>)",
    re.DOTALL,
)
_ROW = re.compile(rb"<(?:\w+:)?row(\s[^>]*)>")
_REFERENCE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{1,3})([0-9]{1,7})["']""")
_ROW_NUMBER = re.compile(rb"""\sr\s*=\s*["']([0-9]{1,7})["']""")
_TYPE = re.compile(rb"""\st\s*=\s*["'](\w+)["']""")
_STYLE = re.compile(rb"""\ss\s*=\s*["']([0-9]+)["']""")
_HIDDEN = re.compile(rb"""\shidden\s*=\s*["'](?:1|true)["']""")
_WIDE = re.compile(rb""" r=["']([A-Za-z]{2,})""")  # the literal beginning makes these two fast
_COLUMNS = re.compile(rb""" r=["']([A-Za-z]{1,3})[0-9]""")
_ROWS = re.compile(rb""" r=["'][A-Za-z]*([0-9]+)""")
_SHARED = re.compile(
    rb""" t="s"[^>]*>(?:<(?:\w+:)?f(?:/>|[\s>][^<]*(?:</(?:\w+:)?f>)?))?<(?:\w+:)?v[^>]*>\s*([0-9]{1,9})"""
)
_MERGED = 16
"""Cells' worth of memory that a merged area takes."""
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>([^<]+)</")
_INLINE = re.compile(rb"<(?:\w+:)?t(?:\s[^>]*)?>([^<]*)</")
_PHONETIC = re.compile(rb"<(?:\w+:)?rPh[\s>].*?</(?:\w+:)?rPh\s*>", re.DOTALL)
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_COLUMN = re.compile(rb"<(?:\w+:)?col(\s[^>]*)>")
_SPAN = re.compile(rb"""\s(min|max)\s*=\s*["']([0-9]{1,5})["']""")
_DIMENSION = re.compile(rb"""<(?:\w+:)?dimension(?:\s[^>]*)?/>""")
_SOUND_DIMENSION = re.compile(rb"""\sref\s*=\s*["'][A-Z]{1,3}[0-9]{1,7}(?::[A-Z]{1,3}[0-9]{1,7})?["']""")
_EXPONENT = re.compile(rb"0E")
_TO_ZEROS = bytes.maketrans(b"123456789e", b"000000000E")
_KNOWN_TEXTS = 100_000
_HIDDEN_COLUMNS = 256  # more of them are the empty rest of the sheet, hidden


def look_through(path: Path, source: str) -> Callable[[str], WorkbookDetails]:
    """What finds the blind spots of a worksheet, told by its title. Raises UnreadableSource for a damaged workbook."""
    with opened_zip(path, source) as archive:
        parts = {part.filename.lower(): part for part in archive.infolist()}
        strings = parts.get("xl/sharedstrings.xml")
        texts = Texts.of(path, archive, strings)
        if strings and texts.promised > strings.file_size:
            raise damaged(source)
        styles = styles_of(archive, parts, source)

    def find(sheet: str) -> WorkbookDetails:
        with opened_zip(path, source) as archive:
            part = part_of(archive, sheet)
            if part is None:
                raise UnreadableSource(source=source, why=f"its worksheet {sheet} is missing from the file.")
            packed = min(part.compress_size + texts.packed, path.stat().st_size)
            for exact in (False, True):
                look = _Look(styles=styles, exact=exact, texts=texts, allowed=allowed(packed))
                for piece in _pieces(unpacked(archive, part)):
                    look.at(piece)
                    if look.is_heavy:
                        break
                else:
                    break
            refuse_heavy(look.weight, packed, source)
            if look.hidden and not look.filters:
                look.filters += table_filters(archive, part)
            return look.details()

    return find


def without_dimension(path: Path, source: str) -> BytesIO:
    """A copy of the workbook, in memory, whose worksheets do not say how far they reach: the reader finds out."""
    copy = BytesIO()
    with opened_zip(path, source) as archive, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        for part in archive.infolist():
            is_sheet = "worksheets/" in part.filename.lower()
            with new.open(part.filename, "w", force_zip64=True) as file:
                for block in unpacked(archive, part):
                    file.write(_DIMENSION.sub(b"", block) if is_sheet else block)
    copy.seek(0)
    return copy


@dataclass(kw_only=True)
class _Look:
    """A walk over the pieces of a worksheet; what is found is kept by its place."""

    styles: Mapping[bytes, Shown]
    exact: bool
    """Whether every cell is asked where it stands, and which text it names."""
    texts: Texts
    allowed: int
    """Bytes that the worksheet may take."""
    shown: dict[int, str] = field(default_factory=dict)
    long: list[int] = field(default_factory=list)
    """Places of whole numbers of 16 digits and more."""
    valueless: list[int] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    filters: list[tuple[int, int]] = field(default_factory=list)
    """First and last row (from 0) of areas that are filtered."""
    width: int = 26
    height: int = 9_999
    odd_dimension: bool = False
    _shared: int = 0  # cells that name a text
    _text: int = 0  # bytes of texts that are named, where it is known, and of all else that is written
    _merged: int = 0
    _texts: dict[bytes, dict[bytes, str | None]] = field(default_factory=dict)
    _first: bool = True
    _numbered: bool = True  # whether cells tell their places
    _row_digits: int = 4
    _row: int = -1
    _column: int = -1
    _prefix: bytes = b""

    def __post_init__(self) -> None:
        self._search_for(b"")
        if self.exact:
            self.width = self.height = 1

    def _search_for(self, prefix: bytes) -> None:
        """The searches, for cells with the worksheet's own prefix, which makes them fast."""
        self._prefix = prefix
        value = rb"<%sv>" % prefix
        formula = rb"(?:<%sf(?:\s[^>]*)?(?:/>|>[^<]*</%sf>))?" % (prefix, prefix)
        any_value, early = rb"([^<]+)<", rb"(-[^<]+|0[^<]*|60(?:\.[^<]*)?|[0-9.]+[eE]-[^<]+)<"
        self._styled = [
            re.compile(rb' s="(%s)"([^>]*)>%s%s%s' % (b"|".join(sorted(numbers)), formula, value, number))
            for days, number in ((False, any_value), (True, early))
            if (numbers := [style for style, shown in self.styles.items() if shown.days == days])
        ]
        self._long = re.compile(rb"%s(-?[0-9]{16,}(?:\.[0-9]*)?|-?[0-9.]+[eE]\+?[0-9]+)<" % value)
        valueless = rb"(?!<%sv(?:\s[^>]*)?>[^<])" % prefix
        self._odd = [  # each with a mark that is found faster than the search finds nothing
            (mark, re.compile(pattern))
            for mark, pattern in (
                (b't="e"', rb' t="e"'),
                (b"inlineStr", rb' t="inlineStr"><%sv' % prefix),
                (b"inlineStr", rb"</%sis><%sv" % (prefix, prefix)),
                (b"</%sf>" % prefix, rb"</%sf>%s" % (prefix, valueless)),
                (b"<%sf " % prefix, rb"<%sf\s[^>]*/>%s" % (prefix, valueless)),
                (b"<%sf/" % prefix, rb"<%sf/>%s" % (prefix, valueless)),
            )
        ]

    def at(self, piece: bytes) -> None:
        if self._first:
            self._begin(piece)
        if b"utoFilter" in piece and b"filterColumn" in piece:
            self.filters += [(int(first) - 1, int(last) - 1) for first, last in FILTER.findall(piece)]
        self._text += len(piece)
        self._merged += piece.count(b"mergeCell ")
        if not self._numbered or b"='" in piece:
            self._walk(piece)
            return
        self._weigh(piece)
        if b"hidden" in piece:
            self._look_for_hidden(piece)
        for letters in set((_COLUMNS if self.exact else _WIDE).findall(piece)):
            self.width = max(self.width, _column(letters) + 1)
        digits = piece.translate(_TO_ZEROS)
        self._measure(piece, digits)
        self._search(piece, digits)

    @property
    def is_heavy(self) -> bool:
        """Whether it would take too much memory: surely where every cell was asked, else perhaps."""
        return self.weight.bytes > self.allowed or self.weight.cells > AREA_LIMIT

    @property
    def weight(self) -> Weight:
        """What is known of it, and where not every cell was asked, the most that it can be."""
        if self.exact:
            return Weight(cells=self.height * self.width + self._merged * _MERGED, text=self._text)
        cells = max(10**self._row_digits, self.height) * self.width + self._merged * _MERGED
        return Weight(cells=cells, text=self._text + self._shared * self.texts.longest)

    def _weigh(self, piece: bytes) -> None:
        """What the texts add that cells name."""
        shared = piece.count(b't="s"')
        if not self.exact:
            self._shared += shared
        elif shared:
            named = _SHARED.findall(piece)
            self._text += self.texts.together(named) + (shared - len(named)) * self.texts.longest

    def details(self) -> WorkbookDetails:
        if all(_ends_in_zeros(self.shown[place]) for place in self.long):
            # Digits that a spreadsheet has cut behind the 15th; written by hand, some of so many would end otherwise.
            for place in self.long:
                self.shown[place] = rounded(Decimal(self.shown[place]))
        is_filtered = [any(first <= row <= last for first, last in self.filters) for row in self.hidden]
        return WorkbookDetails.of(
            self.shown,
            list(dict.fromkeys(self.valueless)),
            height=self.height,
            width=self.width,
            hidden=Hidden(
                rows=[row for row, filtered in zip(self.hidden, is_filtered, strict=True) if not filtered],
                filtered=[row for row, filtered in zip(self.hidden, is_filtered, strict=True) if filtered],
                columns=self.hidden_columns if len(self.hidden_columns) < _HIDDEN_COLUMNS else (),
            ),
            odd_dimension=self.odd_dimension,
        )

    def _begin(self, piece: bytes) -> None:
        root = re.search(rb"<(\w+:)?worksheet[\s>]", piece)
        if root and root[1]:
            self._search_for(root[1])
        dimension = _DIMENSION.search(piece)
        self.odd_dimension = bool(dimension and not _SOUND_DIMENSION.search(dimension[0]))
        cell = _CELL.search(piece)
        if cell:
            self._numbered = bool(_REFERENCE.search(cell[1] or b""))
            self._first = False
        for attributes in _COLUMN.findall(piece) if b"hidden" in piece else ():
            span = {name: int(number) for name, number in _SPAN.findall(attributes)}
            few = len(self.hidden_columns) < _HIDDEN_COLUMNS
            if few and _HIDDEN.search(attributes) and b"min" in span and b"max" in span:
                self.hidden_columns += range(span[b"min"] - 1, min(span[b"max"], SHEET_COLUMNS))

    def _look_for_hidden(self, piece: bytes) -> None:
        for attributes in _ROW.findall(piece):
            number = _ROW_NUMBER.search(attributes)
            if number and _HIDDEN.search(attributes):
                self.hidden.append(int(number[1]) - 1)

    def _measure(self, piece: bytes, digits: bytes) -> None:
        """How far down the cells reach: by the number of the last row, where no other can be much higher."""
        while b"0" * (self._row_digits + 1) + b'"' in digits:
            self._row_digits += 1
        if self.exact:
            self.height = max([self.height, *map(int, set(_ROWS.findall(piece)))])
            return
        last = _ROW_NUMBER.search(piece, max(piece.rfind(b"<%srow" % self._prefix), 0))
        self.height = max(self.height, int(last[1]) if last else 0)

    def _search(self, piece: bytes, digits: bytes) -> None:
        """Only the cells whose type, style or number of digits asks for it."""
        start = b"<%sc " % self._prefix
        for mark, pattern in self._odd:
            for found in pattern.finditer(piece) if mark in piece else ():
                cell = _CELL.match(piece, max(piece.rfind(start, 0, found.start() + 1), 0))
                if cell:
                    self._look_at(_place(cell[1]), cell[1], cell[2] or b"")
        for styled in self._styled:
            for found in styled.finditer(piece):
                at = found.start()
                tag = piece[piece.rfind(start, 0, at + 1) : at] + found[2]
                if b" t=" not in tag or _TYPE.search(tag)[1] == b"n":  # type: ignore[index]
                    self._show(_place(tag), found[1], found[3])
        if b"0" * 16 not in digits and not _EXPONENT.search(digits):
            return
        for found in self._long.finditer(piece):
            tag = piece[piece.rfind(start, 0, found.start()) : found.start()]
            tag = tag[: tag.find(b">")]
            kind = _TYPE.search(tag)
            if kind is None or kind[1] == b"n":
                self._keep_digits(_place(tag), found[1].decode())

    def _walk(self, piece: bytes) -> None:
        """Every cell, rows and cells counted where they are not numbered."""
        for found in _ROW_OR_CELL.finditer(piece):
            if found["cell"] is None and found[0].startswith(b"<%srow" % self._prefix):
                number = _ROW_NUMBER.search(found["row"] or b"")
                self._row = int(number[1]) - 1 if number else self._row + 1
                self._column = -1
                if _HIDDEN.search(found["row"] or b""):
                    self.hidden.append(self._row)
                continue
            cell = found["cell"] or b""
            place = _place(cell)
            if place < 0:
                place = self._row * SHEET_COLUMNS + self._column + 1
            self._column = place % SHEET_COLUMNS
            self.width = max(self.width, self._column + 1)
            self.height = max(self.height, place // SHEET_COLUMNS + 1)
            self._look_at(place, cell, found["content"] or b"")
            if _TYPE.search(cell + b" ") and _TYPE.search(cell)[1] == b"s":  # type: ignore[index]
                self._name_text(found["content"] or b"")

    def _name_text(self, content: bytes) -> None:
        value = _VALUE.search(content)
        if not self.exact:
            self._shared += 1
        elif value and value[1].strip().isdigit():
            self._text += self.texts.together([value[1]])

    def _look_at(self, place: int, attributes: bytes, content: bytes) -> None:
        kind_said = _TYPE.search(attributes)
        kind = kind_said[1] if kind_said else b"n"
        value = _VALUE.search(content)
        if kind == b"e" and value:
            self.shown[place] = value[1].decode("utf-8", "replace")
        elif kind == b"inlineStr":
            if value or b"v/>" in content or b"<v></" in content:
                self.shown[place] = _inline_text(content, value[1] if value else b"")
        elif kind == b"n" and value:
            self._look_at_number(place, attributes, value[1].decode("latin-1").strip())
        elif not value and kind != b"str" and _FORMULA.search(content):
            self.valueless.append(place)

    def _look_at_number(self, place: int, attributes: bytes, number: str) -> None:
        style = _STYLE.search(attributes)
        if style and style[1] in self.styles:
            self._show(place, style[1], number.encode())
        if len(number) > 15 or "E" in number or "e" in number:
            self._keep_digits(place, number)

    def _show(self, place: int, style: bytes, number: bytes) -> None:
        texts = self._texts.setdefault(style, {})
        if number not in texts:
            if len(texts) > _KNOWN_TEXTS:
                texts.clear()
            texts[number] = self.styles[style].text(number.decode("latin-1"))
        text = texts[number]
        if text is not None:
            self.shown[place] = text

    def _keep_digits(self, place: int, number: str) -> None:
        text = None if place in self.shown else whole_digits(number)
        if text is not None:
            self.shown[place] = text
            if text.lstrip("-").isdigit():
                self.long.append(place)


def _place(attributes: bytes) -> int:
    reference = _REFERENCE.search(attributes)
    return (int(reference[2]) - 1) * SHEET_COLUMNS + _column(reference[1]) if reference else -1


def _ends_in_zeros(digits: str) -> bool:
    return not digits.lstrip("-")[15:].strip("0")


def _inline_text(content: bytes, value: bytes) -> str:
    """The text of a cell that has its text with it, or in the place of a value where it has none."""
    texts = _INLINE.findall(_PHONETIC.sub(b"", content))
    text = unescape((b"".join(texts) if texts else value).decode("utf-8", "replace"))
    escaped = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return escaped.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


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


@lru_cache(maxsize=SHEET_COLUMNS)
def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number - 1
