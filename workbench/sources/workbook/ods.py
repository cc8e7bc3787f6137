"""The bytes of an ODS workbook: what its cells show, and what it hides.

A cell is `<table:table-cell office:value-type="float" office:value="7"><text:p>007</text:p></table:table-cell>`
(OpenDocument 1.3 part 3, 9.1.4), the text being what is shown; `calcext:value-type="error"`, LibreOffice's extension,
marks one that holds an error. Equal cells and rows beside each other are written once, with their number.
"""

import re
import zipfile
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from xml.parsers.expat import ExpatError, ParserCreate

from workbench.sources.container import HARMLESS, damaged, opened_zip, too_large, unpacked
from workbench.sources.workbook.details import SHEET_COLUMNS, Hidden, WorkbookDetails
from workbench.sources.workbook.elements import NoXml, walk
from workbench.sources.workbook.number_format import percent, whole_digits
from workbench.sources.workbook.weight import Weight, refuse_heavy

_FORMULA = re.compile(rb"<table:table-cell(?=[^>]*\stable:formula=)(?![^>]*\soffice:value-type=)[^>]*>")
_SPAN = re.compile(rb'table:number-(?:rows|columns)-spanned="(?!1")')
_LONG = re.compile(rb'office:value="(?:-?[0-9]{16,}|[^"]*[eE]\+?[0-9])')
_SMALL = 20_000_000
"""Bytes up to which the XML is checked from end to end, at a tenth of the time that reading it takes."""
_ENDLESS = re.compile(rb'-repeated="[0-9]{8,}')
_MARKS = tuple(
    re.compile(re.escape(mark))
    for mark in (b'"error"', b'"percentage"', b":formula=", b"<text:tab", b"<text:line-break")
)
"""What tells a cell that shows more than the reader says."""
_WORTH_A_WALK = (b'"error"', b'"percentage"', b'table:visibility="', b"<text:tab", b"<text:line-break")
_TOKEN = re.compile(
    rb"<table:table(?P<table>\s[^>]*)?>|<table:table-column(?P<column>[^>]*)>|"
    rb"<table:table-row(?P<row>[^>]*?)(?:/>|>(?P<cells>.*?)</table:table-row>)",
    re.DOTALL,
)
_CELL = re.compile(rb"<table:(?:covered-)?table-cell([^>]*?)(?:/>|>(.*?)</table:(?:covered-)?table-cell>)", re.DOTALL)
_ATTRIBUTE = re.compile(rb'\s([\w-]+:[\w-]+)="([^"]*)"')
_ANNOTATION = re.compile(rb"<office:annotation[\s>].*?</office:annotation>", re.DOTALL)
_PARAGRAPH = re.compile(rb"<text:(?:p|h)(?:\s[^>]*?)?(?:/>|>(.*?)</text:(?:p|h)>)", re.DOTALL)
_SPACES = re.compile(r'<text:s(?:\s+text:c="([0-9]{1,4})")?\s*/>')
_TAG = re.compile(r"<[^>]*>")
_TO_ZEROS = bytes.maketrans(b"123456789e", b"000000000E")
_SIXTEEN = b"0" * 16
_SPREADS = (b"-repeated=", b"text:c=")
"""What tells that more is to be read than is written."""
_MARKUP = re.compile(rb"<[^>]*>")
_BLANKS = re.compile(rb'text:c="([0-9]{1,12})"')
_REST = 100_000  # more rows at once are the empty rest of the sheet
_MOST_CELLS = 5_000_000  # that are shown otherwise


def look_through(path: Path, source: str) -> Callable[[str], WorkbookDetails]:
    """What finds the blind spots of a worksheet, told by its title. Raises UnreadableSource for a damaged workbook."""
    with opened_zip(path, source) as archive:
        parts = {part.filename: part for part in archive.infolist()}
        content = parts.get("content.xml")
        if content is None:
            raise damaged(source)
        try:
            worth_a_walk, merged, spread = _search(archive, content)
            weight = _weigh(archive, content) if spread else Weight()
        except (ValueError, LookupError, ExpatError):
            raise damaged(source) from None
        refuse_heavy(weight, min(content.compress_size, path.stat().st_size), source)
        filling = _filling_styles(archive, content, parts.get("styles.xml"))

    def find(sheet: str) -> WorkbookDetails:
        look = _Look(sheet=sheet, filling=filling, source=source)
        if worth_a_walk or filling:
            with opened_zip(path, source) as archive:
                try:
                    for piece in _pieces(unpacked(archive, content)):
                        look.at(piece)
                except ValueError:
                    raise damaged(source) from None
        return look.details(merged)

    return find


def _search(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> tuple[bool, bool, bool]:
    """Whether there are cells worth a look, merged ones, and ones that stand for several, on any worksheet.

    Raises ValueError where the reader would not come to an end: rows repeated without limit, elements without an end.
    """
    worth_a_walk = merged = spread = False
    rest = b""
    parser = ParserCreate() if part.file_size <= _SMALL else None
    for block in unpacked(archive, part):
        if parser:
            parser.Parse(block)
        joined = rest + block
        cut = max(joined.rfind(b"<"), 0)
        piece, rest = joined[:cut], joined[cut:]
        if _ENDLESS.search(piece):
            raise ValueError
        worth_a_walk = (
            worth_a_walk
            or any(mark in piece for mark in _WORTH_A_WALK)
            or (_may_be_long(piece) and bool(_LONG.search(piece)))
            or (b":formula=" in piece and bool(_FORMULA.search(piece)))
        )
        merged = merged or bool(_SPAN.search(piece))
        spread = spread or any(mark in piece for mark in _SPREADS)
    if parser:
        parser.Parse(b"", True)
    return worth_a_walk, merged, spread


def _weigh(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Weight:
    """What the cells of all worksheets take, which the reader loads at once. Raises ValueError for a wrong number."""
    scale = _Scale()
    for piece in _pieces(unpacked(archive, part)):
        for token in _TOKEN.finditer(piece):
            if token.lastgroup == "table" or token[0] == b"<table:table>":
                scale.begin()
            elif token["cells"]:
                scale.add(_attributes(token["row"]), token["cells"])
            elif token["row"] is not None:
                scale.row += _number(_attributes(token["row"]).get("table:number-rows-repeated"))
    scale.begin()
    return Weight(cells=scale.cells, text=scale.text)


@dataclass(kw_only=True)
class _Scale:
    """The cells and the text of worksheets, rows and cells counted as often as they stand there."""

    cells: int = 0
    text: int = 0
    row: int = 0
    _width: int = 0
    _height: int = 0

    def begin(self) -> None:
        """Another worksheet begins, or none any more."""
        self.cells += self._width * self._height
        self.row = self._width = self._height = 0

    def add(self, attributes: dict[str, str], cells: bytes) -> None:
        """A row of cells."""
        repeated = _number(attributes.get("table:number-rows-repeated"))
        width, text = self._of(cells)
        self.row += repeated
        if width:
            self._width, self._height = max(self._width, width), self.row
            self.text += text * repeated

    def _of(self, cells: bytes) -> tuple[int, int]:
        """How far its last value stands to the right, and the bytes of its text."""
        if not any(mark in cells for mark in _SPREADS):
            return cells.count(b"table-cell ") + cells.count(b"table-cell/") + cells.count(b"<table:table-cell>"), len(
                cells
            )
        column = width = text = 0
        for found in _CELL.finditer(cells):
            repeated = _number(_attributes(found[1]).get("table:number-columns-repeated"))
            column += repeated
            if found[2] or b"value" in found[1]:
                width = column
                content = found[2] or b""
                said = len(found[1]) if b"string-value" in found[1] else 0
                blanks = sum(int(number) for number in _BLANKS.findall(content))
                text += (said + len(_MARKUP.sub(b"", content)) + blanks) * repeated
        return width, text


def _may_be_long(piece: bytes) -> bool:
    digits = piece.translate(_TO_ZEROS)
    return _SIXTEEN in digits or b"E+" in digits


def _filling_styles(
    archive: zipfile.ZipFile, content: zipfile.ZipInfo, styles: zipfile.ZipInfo | None
) -> frozenset[str]:
    """The styles of cells whose numbers are shown with leading zeros, or with signs between their digits."""
    sheet = _StyleSheet()
    for blocks in (_head(archive, content), unpacked(archive, styles, HARMLESS) if styles else [b"<none/>"]):
        with suppress(NoXml):
            walk(blocks, sheet.begin, sheet.end, sheet.said)
    formats = sheet.formats | {name for name, applied in sheet.maps if applied in sheet.formats}
    return frozenset(name for name in sheet.cells if _format_of(name, sheet.cells) in formats)


def _head(archive: zipfile.ZipFile, content: zipfile.ZipInfo) -> Iterator[bytes]:
    """What stands above the worksheets, as a document of its own."""
    rest = b""
    for block in unpacked(archive, content, HARMLESS):
        head, body, _ = (rest + block).partition(b"<office:body")
        if body:
            yield head + b"</office:document-content>"
            return
        yield head[: -len(b"<office:body")]
        rest = head[-len(b"<office:body") :]


@dataclass(kw_only=True)
class _StyleSheet:
    """The formats of numbers that fill them, and the formats of cells by the names of their styles."""

    formats: set[str] = field(default_factory=set)
    maps: list[tuple[str, str]] = field(default_factory=list)
    cells: dict[str, tuple[str, str]] = field(default_factory=dict)
    _format: str | None = None
    _number: dict[str, str] | None = None
    _signs: str = ""
    _is_sign: bool = False

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if name == "number-style":
            self._format, self._number, self._signs = attributes.get("name", ""), None, ""
        elif name == "map" and self._format is not None:
            self.maps.append((self._format, attributes.get("apply-style-name", "")))
        elif name == "number" and self._format is not None:
            self._number = self._number if self._number is not None else attributes
        elif name == "style" and attributes.get("family") == "table-cell":
            named = (attributes.get("data-style-name", ""), attributes.get("parent-style-name", ""))
            self.cells.setdefault(attributes.get("name", ""), named)
        self._is_sign = name == "embedded-text"

    def end(self, name: str) -> None:
        """It ends."""
        self._is_sign = False
        if name == "number-style" and self._format is not None:
            if self._number is not None and _fills(self._number, self._signs):
                self.formats.add(self._format)
            self._format = None

    def said(self, text: str) -> None:
        """What stands in it."""
        if self._is_sign:
            self._signs += text


def _format_of(style: str, cells: dict[str, tuple[str, str]]) -> str:
    for _ in range(10):
        format_, parent = cells.get(style, ("", ""))
        if format_ or not parent:
            return format_
        style = parent
    return ""


def _fills(number: dict[str, str], signs: str) -> bool:
    if number.get("grouping") == "true":
        return False
    least = number.get("min-integer-digits", "1")
    more = (least.isdigit() and int(least) > 1) or bool(signs.strip(" .'’\u00a0\u202f"))  # noqa: RUF001
    return number.get("decimal-places", "0") == "0" and more


@dataclass(kw_only=True)
class _Look:
    """A walk over the rows of one worksheet; what is found is kept by its place."""

    sheet: str
    filling: frozenset[str]
    source: str
    shown: dict[int, str] = field(default_factory=dict)
    valueless: list[int] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    filtered: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    _here: bool = False
    _defaults: list[tuple[int, bool]] = field(default_factory=list)
    """From which column on the cells that name no style have one that fills, or none."""
    _marks: list[re.Pattern[bytes]] = field(default_factory=list)
    """Those that are in the piece at all."""
    _columns: int = 0
    _row: int = 0

    def at(self, piece: bytes) -> None:
        self._marks = [mark for mark in _MARKS if mark.search(piece)] + [_LONG] * _may_be_long(piece)
        for token in _TOKEN.finditer(piece):
            kind = token.lastgroup
            if kind == "table" or (kind is None and token[0] == b"<table:table>"):
                self._here = _attributes(token["table"] or b"").get("table:name") == self.sheet
                self._row = self._columns = 0
                self._defaults = []
            elif not self._here:
                continue
            elif kind == "column":
                self._begin_column(_attributes(token["column"]))
            else:
                self._look_at_row(token["row"], token["cells"] or b"")

    def details(self, merged: bool) -> WorkbookDetails:
        return WorkbookDetails.of(
            self.shown,
            self.valueless,
            merged=merged,
            hidden=Hidden(rows=self.hidden, filtered=self.filtered, columns=self.hidden_columns),
        )

    def _begin_column(self, attributes: dict[str, str]) -> None:
        number = _number(attributes.get("table:number-columns-repeated"))
        self._defaults.append((self._columns, attributes.get("table:default-cell-style-name") in self.filling))
        if attributes.get("table:visibility") in ("collapse", "filter") and self._columns + number < 1_000:
            self.hidden_columns += range(self._columns, self._columns + number)
        self._columns += number

    def _look_at_row(self, tag: bytes, cells: bytes) -> None:
        attributes = _attributes(tag) if tag else {}
        repeated = _number(attributes.get("table:number-rows-repeated"))
        visibility = attributes.get("table:visibility")
        rows = self.hidden if visibility == "collapse" else self.filtered
        if visibility in ("collapse", "filter") and repeated < _REST and len(rows) < _MOST_CELLS:
            rows += range(self._row, self._row + repeated)
        found = [*self._in_row(cells)] if self.filling or any(mark.search(cells) for mark in self._marks) else []
        if len(found) * repeated + len(self.shown) > _MOST_CELLS:
            raise too_large(self.source)
        for row in range(self._row, self._row + (repeated if found else 0)):
            for column, text in found:
                self.shown[row * SHEET_COLUMNS + column] = text
        self._row += repeated

    def _in_row(self, cells: bytes) -> Iterator[tuple[int, str]]:
        """Column and text of the cells of a row that show more than the reader says."""
        if self.filling or b"columns-repeated=" in cells:
            column = 0
            for found in _CELL.finditer(cells):
                column += yield from self._in_cell(found, column)
            return
        starts = {
            cells.rfind(b"<table:", 0, found.start() + 1) for mark in self._marks for found in mark.finditer(cells)
        }
        for start in sorted(starts):
            cell = _CELL.match(cells, max(start, 0))
            if cell:
                before = (b"<table:table-cell", b"<table:covered-table-cell")
                yield from self._in_cell(cell, sum(cells.count(opening, 0, start) for opening in before))

    def _in_cell(self, found: re.Match[bytes], column: int) -> Generator[tuple[int, str], None, int]:
        """The same of one cell; returns how often it stands there."""
        attributes = _attributes(found[1])
        number = _number(attributes.get("table:number-columns-repeated"))
        text = self._text(attributes, found[2] or b"", column)
        if text is not None:
            if number > SHEET_COLUMNS:
                raise too_large(self.source)
            yield from ((column + place, text) for place in range(number))
        elif "table:formula" in attributes and "office:value-type" not in attributes:
            self.valueless.append(self._row * SHEET_COLUMNS + column)
        return number

    def _text(self, attributes: dict[str, str], content: bytes, column: int) -> str | None:
        """What a cell shows, where that is more than the reader says."""
        kind = attributes.get("office:value-type", "")
        value = attributes.get("office:value", "")
        if attributes.get("calcext:value-type") == "error":
            return _shown_text(content) or "#ERROR!"
        if kind == "percentage":
            return percent(value)
        if kind == "float":
            return self._number_text(attributes, value, content, column)
        is_text = kind == "string" and "office:string-value" not in attributes
        return _shown_text(content) if is_text and (b"<text:tab" in content or b"<text:line-break" in content) else None

    def _number_text(self, attributes: dict[str, str], value: str, content: bytes, column: int) -> str | None:
        style = attributes.get("table:style-name")
        if self.filling and (style in self.filling if style else self._is_filling_by_default(column)):
            shown = _shown_text(content).strip()
            digits = "".join(filter(str.isdigit, shown)).lstrip("0")
            whole = value.lstrip("-").partition(".")[0].lstrip("0")
            if (digits and whole in digits) or (shown and not value.strip("0.")):
                return shown
        return whole_digits(value) if len(value) > 15 or "E" in value.upper() else None

    def _is_filling_by_default(self, column: int) -> bool:
        return next((fills for first, fills in reversed(self._defaults) if first <= column), False)


def _attributes(tag: bytes) -> dict[str, str]:
    return {
        name.decode("utf-8", "replace"): unescape(value.decode("utf-8", "replace"))
        for name, value in _ATTRIBUTE.findall(tag)
    }


def _number(repeated: str | None) -> int:
    """How often; raises ValueError for what is no number."""
    number = int(repeated) if repeated else 1
    if not 0 < number < 10_000_000:
        raise ValueError(repeated)
    return number


def _shown_text(content: bytes) -> str:
    """The text of a cell: its paragraphs on lines of their own, without its comment."""
    paragraphs = _PARAGRAPH.findall(_ANNOTATION.sub(b"", content))
    return "\n".join(_plain(paragraph.decode("utf-8", "replace")) for paragraph in paragraphs)


def _plain(paragraph: str) -> str:
    text = re.sub(r"[ \t\r\n]+", " ", paragraph)
    text = _SPACES.sub(lambda found: " " * int(found[1] or 1), text)
    text = text.replace("<text:tab/>", "\t").replace("<text:line-break/>", "\n")
    return unescape(_TAG.sub("", text))


def _pieces(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The blocks, cut behind a row."""
    rest = b""
    for block in blocks:
        joined = rest + block
        end = joined.rfind(b"</table:table-row>")
        cut = end + len(b"</table:table-row>") if end >= 0 else 0
        yield joined[:cut]
        rest = joined[cut:]
    yield rest
