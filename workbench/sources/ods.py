"""The bytes of an ODS workbook: what its cells show, and what it hides.

A cell is `<table:table-cell office:value-type="float" office:value="7"><text:p>007</text:p></table:table-cell>`
(OpenDocument 1.3 part 3, 9.1.4), the text being what is shown; `calcext:value-type="error"`, LibreOffice's extension,
marks one that holds an error. Equal cells and rows beside each other are written once, with their number.
"""

import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from xml.etree import ElementTree as ET

from workbench.sources.container import HARMLESS, damaged, opened_zip, too_large, unpacked
from workbench.sources.number_format import percent, whole_digits
from workbench.sources.workbook_details import SHEET_COLUMNS, Hidden, WorkbookDetails

_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_NUMBER = "{urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0}"
_FORMULA = re.compile(rb"<table:table-cell(?=[^>]*\stable:formula=)(?![^>]*\soffice:value-type=)[^>]*>")
_SPAN = re.compile(rb'table:number-(?:rows|columns)-spanned="(?!1")')
_LONG = re.compile(rb'office:value="(?:-?[0-9]{16,}|[^"]*[eE]\+?[0-9])')
_WORTH_A_WALK = (
    b'calcext:value-type="error"',
    b'office:value-type="percentage"',
    b'table:visibility="',
    b"<text:tab",
    b"<text:line-break",
)
_TOKEN = re.compile(
    rb"<table:table(?P<table>\s[^>]*)?>|<table:table-column(?P<column>[^>]*)>|<table:table-row(?P<row>[^>]*)>|"
    rb"(?P<end></table:table-row>)|<table:(?:covered-)?table-cell(?P<cell>[^>]*?)(?:/>|"
    rb">(?P<content>.*?)</table:(?:covered-)?table-cell>)",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(rb'\s([\w-]+:[\w-]+)="([^"]*)"')
_ANNOTATION = re.compile(rb"<office:annotation[\s>].*?</office:annotation>", re.DOTALL)
_PARAGRAPH = re.compile(rb"<text:(?:p|h)(?:\s[^>]*?)?(?:/>|>(.*?)</text:(?:p|h)>)", re.DOTALL)
_SPACES = re.compile(r'<text:s(?:\s+text:c="([0-9]{1,4})")?\s*/>')
_TAG = re.compile(r"<[^>]*>")
_MOST_CELLS = 5_000_000  # that are shown otherwise


def look_through(path: Path, source: str) -> Callable[[str], WorkbookDetails]:
    """What finds the blind spots of a worksheet, told by its title. Raises UnreadableSource for a damaged workbook."""
    with opened_zip(path, source) as archive:
        parts = {part.filename: part for part in archive.infolist()}
        content = parts.get("content.xml")
        if content is None:
            raise damaged(source)
        filling = _filling_styles(archive, content, parts.get("styles.xml"))
        worth_a_walk, merged = _search(archive, content)

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


def _search(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> tuple[bool, bool]:
    """Whether there are cells worth a look, and whether there are merged ones, on any worksheet."""
    worth_a_walk = merged = False
    rest = b""
    for block in unpacked(archive, part):
        joined = rest + block
        cut = max(joined.rfind(b"<"), 0)
        piece, rest = joined[:cut], joined[cut:]
        worth_a_walk = (
            worth_a_walk
            or any(mark in piece for mark in _WORTH_A_WALK)
            or bool(_LONG.search(piece))
            or bool(_FORMULA.search(piece))
        )
        merged = merged or bool(_SPAN.search(piece))
    return worth_a_walk, merged


def _filling_styles(
    archive: zipfile.ZipFile, content: zipfile.ZipInfo, styles: zipfile.ZipInfo | None
) -> frozenset[str]:
    """The styles of cells whose numbers are shown with leading zeros, or with signs between their digits."""
    trees = []
    head = b""
    for block in unpacked(archive, content, HARMLESS):
        head += block
        if b"<office:body" in head:
            break
    trees.append(head.partition(b"<office:body")[0] + b"</office:document-content>")
    if styles is not None:
        trees.append(b"".join(unpacked(archive, styles, HARMLESS)))
    formats: set[str] = set()
    maps: list[tuple[str, str]] = []
    cells: dict[str, tuple[str, str]] = {}
    for tree in trees:
        try:
            nodes = list(ET.fromstring(tree).iter())
        except (ET.ParseError, LookupError, ValueError):
            continue
        for node in nodes:
            if node.tag == f"{_NUMBER}number-style":
                name = node.get(f"{_STYLE}name", "")
                maps += [(name, child.get(f"{_STYLE}apply-style-name", "")) for child in node.iter(f"{_STYLE}map")]
                if _fills(node):
                    formats.add(name)
            elif node.tag == f"{_STYLE}style" and node.get(f"{_STYLE}family") == "table-cell":
                named = (node.get(f"{_STYLE}data-style-name", ""), node.get(f"{_STYLE}parent-style-name", ""))
                cells.setdefault(node.get(f"{_STYLE}name", ""), named)
    formats |= {name for name, applied in maps if applied in formats}
    return frozenset(name for name in cells if _format_of(name, cells) in formats)


def _format_of(style: str, cells: dict[str, tuple[str, str]]) -> str:
    for _ in range(10):
        format_, parent = cells.get(style, ("", ""))
        if format_ or not parent:
            return format_
        style = parent
    return ""


def _fills(node: ET.Element) -> bool:
    number = node.find(f"{_NUMBER}number")
    if number is None or number.get(f"{_NUMBER}grouping") == "true":
        return False
    whole = number.get(f"{_NUMBER}decimal-places", "0") == "0"
    least = number.get(f"{_NUMBER}min-integer-digits", "1")
    signs = "".join(child.text or "" for child in number.iter(f"{_NUMBER}embedded-text"))
    return whole and ((least.isdigit() and int(least) > 1) or bool(signs.strip(" .'’\u00a0\u202f")))  # noqa: RUF001


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
    _columns: int = 0
    _row: int = 0
    _column: int = 0
    _repeated: int = 1
    _in_row: list[tuple[int, str]] = field(default_factory=list)

    def at(self, piece: bytes) -> None:
        for token in _TOKEN.finditer(piece):
            kind = token.lastgroup
            if kind == "table" or (kind is None and token[0] == b"<table:table>"):
                self._here = _attributes(token["table"] or b"").get("table:name") == self.sheet
                self._row = self._columns = 0
                self._defaults = []
            elif not self._here:
                continue
            elif kind in ("cell", "content"):
                self._look_at(token["cell"], token["content"] or b"")
            elif kind == "row":
                self._begin_row(token["row"])
            elif kind == "end":
                self._end_row()
            elif kind == "column":
                self._begin_column(_attributes(token["column"]))

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

    def _begin_row(self, tag: bytes) -> None:
        attributes = _attributes(tag)
        self._repeated = _number(attributes.get("table:number-rows-repeated"))
        self._column = 0
        visibility = attributes.get("table:visibility")
        if visibility in ("collapse", "filter") and self._repeated < 100_000:  # else the empty rest of the sheet
            rows = self.hidden if visibility == "collapse" else self.filtered
            rows += range(self._row, self._row + self._repeated)
        if tag.endswith(b"/"):
            self._end_row()

    def _end_row(self) -> None:
        if len(self._in_row) * self._repeated + len(self.shown) > _MOST_CELLS:
            raise too_large(self.source)
        for row in range(self._row, self._row + (self._repeated if self._in_row else 0)):
            for column, text in self._in_row:
                self.shown[row * SHEET_COLUMNS + column] = text
        self._in_row = []
        self._row += self._repeated

    def _look_at(self, tag: bytes, content: bytes) -> None:
        if not tag and not content:
            self._column += 1
            return
        attributes = _attributes(tag)
        number = _number(attributes.get("table:number-columns-repeated"))
        text = self._text(attributes, content)
        if text is not None:
            if number > SHEET_COLUMNS:
                raise too_large(self.source)
            self._in_row += [(self._column + place, text) for place in range(number)]
        elif "table:formula" in attributes and "office:value-type" not in attributes:
            self.valueless.append(self._row * SHEET_COLUMNS + self._column)
        self._column += number

    def _text(self, attributes: dict[str, str], content: bytes) -> str | None:
        """What a cell shows, where that is more than the reader says."""
        kind = attributes.get("office:value-type", "")
        value = attributes.get("office:value", "")
        if attributes.get("calcext:value-type") == "error":
            return _shown_text(content) or "#ERROR!"
        if kind == "percentage":
            return percent(value)
        if kind == "float":
            return self._number_text(attributes, value, content)
        is_text = kind == "string" and "office:string-value" not in attributes
        return _shown_text(content) if is_text and (b"<text:tab" in content or b"<text:line-break" in content) else None

    def _number_text(self, attributes: dict[str, str], value: str, content: bytes) -> str | None:
        style = attributes.get("table:style-name")
        if self.filling and (style in self.filling if style else self._is_filling_by_default()):
            shown = _shown_text(content).strip()
            digits = "".join(filter(str.isdigit, shown)).lstrip("0")
            whole = value.lstrip("-").partition(".")[0].lstrip("0")
            if (digits and whole in digits) or (shown and not value.strip("0.")):
                return shown
        return whole_digits(value) if len(value) > 15 or "E" in value.upper() else None

    def _is_filling_by_default(self) -> bool:
        return next((fills for first, fills in reversed(self._defaults) if first <= self._column), False)


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
