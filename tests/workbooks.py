"""Workbooks for tests: XLSX by openpyxl, ODS from the XML of their tables, XLS from their records."""

import struct
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from workbench.model.sheet import Sheet


def rows(sheet: Sheet) -> dict[int, list[str]]:
    """Line -> cells."""
    found: dict[int, list[str]] = {}
    for chunk in sheet.chunks():
        columns = [column.to_pylist() for column in chunk.cells.columns]
        found |= dict(zip(chunk.lines.to_pylist(), map(list, zip(*columns, strict=True)), strict=True))
    return found


def write(path: Path, table: list[list[object]], also: Callable[[Worksheet], object] = lambda sheet: None) -> Path:
    """An XLSX workbook with the table on its first worksheet, and whatever is to be done with that."""
    book = openpyxl.Workbook()
    worksheet = book.worksheets[0]
    for cells in table:
        worksheet.append(cells)
    also(worksheet)
    book.save(path)
    return path


def repack(path: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """The workbook with other bytes in its parts."""
    with zipfile.ZipFile(path) as archive:
        parts = {part.filename: archive.read(part) for part in archive.infolist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, change(name, data))
    return path


def write_ods(path: Path, tables: str, manifest: str = "", styles: str = "") -> Path:
    """An ODS workbook from the XML of its tables and of its automatic styles."""
    names = "".join(
        f' xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
        for short in ("office", "table", "text", "style")
    )
    names += ' xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0"'
    calc = ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    head = f"<office:automatic-styles>{styles}</office:automatic-styles>"
    body = f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", f"<manifest>{manifest}</manifest>")
        archive.writestr("content.xml", f"<office:document-content{names}{calc}>{head}{body}</office:document-content>")
    return path


def ods_cell(text: str, attributes: str = 'office:value-type="string"') -> str:
    return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"


def ods_row(*cells: str, attributes: str = "") -> str:
    return f"<table:table-row {attributes}>{''.join(cells)}</table:table-row>"


def compound_file(*streams: tuple[str, bytes]) -> bytes:
    """An OLE2 file ([MS-CFB]) with small streams; what is tested is what it is recognised by."""
    size, end, free, table = 512, 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
    tables = 1 + sum(len(data) // size + 2 for _, data in streams) // 127
    chains = [*[table] * tables, end]
    blocks, entries = b"", [("Root Entry", 5, end, 0)]
    for name, data in streams:
        length = max(1, -(-len(data) // size))
        entries.append((name, 2, len(chains), max(len(data), 4096)))
        chains += [*range(len(chains) + 1, len(chains) + length), end]
        blocks += data.ljust(length * size, b"\0")
    directory = b"".join(
        (name + "\0").encode("utf-16-le").ljust(64, b"\0")
        + struct.pack("<HBB3I", 2 * len(name) + 2, kind, 1, free, free, free)
        + bytes(36)
        + struct.pack("<IQ", start, length)
        for name, kind, start, length in entries
    )
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH", 62, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<9I", 0, tables, tables, 0, 4096, end, 0, end, 0)
    header += struct.pack("<109I", *range(tables), *[free] * (109 - tables))
    numbers = struct.pack(f"<{len(chains)}I", *chains).ljust(size * tables, b"\xff")
    return header + numbers + directory.ljust(size, b"\0") + blocks


def record(kind: int, *values: int, layout: str, text: bytes = b"") -> bytes:
    data = struct.pack("<" + layout, *values) + text
    return struct.pack("<HH", kind, len(data)) + data


XLS_BEGIN = record(0x0809, 0x0600, 5, 0, 0, 0, 0, layout="HHHHII")
XLS_END = record(0x000A, layout="")


def write_xls(path: Path, *records: bytes, height: int = 10, width: int = 10, book: bytes = b"") -> Path:
    """An XLS workbook with these records on its only worksheet, S, and `book` among those of the workbook."""
    title = record(0x0085, len(XLS_BEGIN) + 13 + len(book) + len(XLS_END), 0, 0, 1, 0, layout="IBBBB", text=b"S")
    dimensions = record(0x0200, 0, height, 0, width, 0, layout="IIHHH")
    stream = XLS_BEGIN + title + book + XLS_END + XLS_BEGIN + dimensions + b"".join(records) + XLS_END
    path.write_bytes(compound_file(("Workbook", stream.ljust(4096, b"\0"))))
    return path


def xls_text(row: int, column: int, text: str) -> bytes:
    return record(0x0204, row, column, 0, len(text), 0, layout="HHHHB", text=text.encode("latin-1"))


def xls_formula(row: int, column: int, kind: int, code: int = 0) -> bytes:
    """A formula whose result is no number: 0 a text that follows, 1 true or false, 2 an error, 3 the empty text."""
    return record(0x0006, row, column, 0, kind, 0, code, 0, 0, 0, 0xFFFF, 0, 0, 0, layout="HHHBBBBBBHHIH")


def xls_format(number: int, code: str) -> bytes:
    """The code of a format of one's own."""
    return record(0x041E, number, len(code), 0, layout="HHB", text=code.encode("latin-1"))


def xls_style(number: int) -> bytes:
    """A style that shows numbers by a format."""
    return record(0x00E0, 0, number, layout="HH", text=bytes(16))


def xls_number(row: int, column: int, value: float, style: int = 0) -> bytes:
    return record(0x0203, row, column, style, layout="HHH", text=struct.pack("<d", value))


def write_parts(path: Path, rows: str, *, styles: str = "", strings: str = "", before: str = "", after: str = "",
                book: str = "", also: Mapping[str, str] | None = None) -> Path:  # fmt: skip
    """An XLSX workbook from the XML of its rows, styles and texts; `before` and `after` stand around the rows."""
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    packages = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
    sheet = '<sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets>'
    relations = "".join(
        f'<Relationship Id="rId{number}" Type="{office}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(
            [("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml"), ("styles", "styles.xml")],
            1,
        )
    )
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships {packages}><Relationship Id="rId1" Type="{office}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {main} xmlns:r="{office}">{book}{sheet}</workbook>',
        "xl/_rels/workbook.xml.rels": f"<Relationships {packages}>{relations}</Relationships>",
        "xl/worksheets/sheet1.xml": f"<worksheet {main}>{before}<sheetData>{rows}</sheetData>{after}</worksheet>",
        "xl/sharedStrings.xml": f"<sst {main}>{strings}</sst>",
        "xl/styles.xml": f"<styleSheet {main}>{styles}</styleSheet>",
        **(also or {}),
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def xlsx_styles(*codes: str) -> str:
    """Styles 1, 2, ... of XLSX that show numbers by these codes; style 0 shows the number alone."""
    named = [code.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;") for code in codes]
    formats = "".join(f'<numFmt numFmtId="{164 + at}" formatCode="{code}"/>' for at, code in enumerate(named))
    cells = "".join(f'<xf numFmtId="{164 + at}"/>' for at in range(len(named)))
    return f'<numFmts>{formats}</numFmts><cellXfs><xf numFmtId="0"/>{cells}</cellXfs>'
