"""Where rows come from: `open_sheet` takes a file, standard input or a DataFrame and gives a Sheet."""

import os
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from csv import reader
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from workbench.model.errors import UnreadableSource
from workbench.model.sheet import Chunk, Layout, Sheet, Tally
from workbench.sources.spool import Spool
from workbench.sources.text import BLOCK, translated_errors
from workbench.sources.written_rows import as_they_were

if TYPE_CHECKING:
    import pandas as pd

    from workbench.sources.container import Format

_WORKBOOKS = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0")
"""How XLSX and ODS (ZIP archives) and XLS (an OLE file) begin; which of them it is, the workbook reader finds out."""


def open_sheet(
    source: "str | os.PathLike[str] | pd.DataFrame",
    *,
    sheet: str | None = None,
    layout: Layout | None = None,
    header_row: int | None = None,
    name: str | None = None,
) -> Sheet:
    """The Sheet of a path, of "-" (standard input) or of a DataFrame; its content tells what it is, not its name.

    `sheet` names a worksheet, `layout` is what a person says of where the table stands (`header_row` is short for one
    that says the header's line alone, 1-based), `name` is what a person calls a file whose own name says nothing.
    Raises UnreadableSource, or UnreadableSheet where there is a line to name.
    """
    said = _said(layout, header_row)
    if not isinstance(source, str | os.PathLike):
        return _open_frame(source, sheet, said)
    if source == "-":
        return _open_stream(sys.stdin.buffer, "standard input", sheet, said)
    path = Path(source)
    with translated_errors(path.name):
        if path.exists() and not path.is_file() and not path.is_dir():
            with path.open("rb") as pipe:
                return _open_stream(pipe, path.name, sheet, said)
    return _open_path(path, name or path.name, sheet, said)


def open_sheets(
    source: "str | os.PathLike[str] | pd.DataFrame",
    *,
    layout: Layout | None = None,
    header_row: int | None = None,
    name: str | None = None,
) -> list[Sheet]:
    """Every sheet of a source: the worksheets of a workbook that are not empty, in its order; the tables of a ZIP
    archive; else the one that it is.

    The layout is that of each. Raises as `open_sheet` does.
    """
    said = _said(layout, header_row)
    if isinstance(source, str | os.PathLike) and source != "-" and is_packed(source):
        from workbench.sources.packages import open_package

        return open_package(Path(source), name or Path(source).name, said)
    first = open_sheet(source, layout=said, name=name)
    if first.path is None or len(first.reading.sheets) < 2:
        return [first]
    found = []
    for title in first.reading.sheets:
        if title == first.reading.sheet:
            found.append(first)
            continue
        with suppress(UnreadableSource):  # an empty one
            found.append(open_sheet(first.path, sheet=title, layout=said, name=first.name))
    return found


def is_packed(source: "str | os.PathLike[str]") -> bool:
    """Whether a file is a ZIP archive of tables, and no workbook."""
    path = Path(source)
    with translated_errors(path.name):
        if not path.is_file() or not _is_workbook(path):
            return False
        from workbench.sources.archive import is_archive

        with path.open("rb") as file:
            return is_archive(file)


def headers_beside(sheet: Sheet) -> dict[str, tuple[str, ...] | None]:
    """What names the columns of the other worksheets of a sheet's workbook, hidden and empty ones among them, by their
    titles; None for one that cannot be looked into. Nothing of what is no worksheet among others: of an archive, each
    table is a source of its own."""
    if sheet.path is None or len(sheet.reading.sheets) < 2:
        return {}
    from workbench.sources.workbook.header import each_header

    found = each_header(sheet.path, sheet.checksum, cast("Format", sheet.reading.format), sheet.name)
    return {title: headers for title, headers in found.items() if title != sheet.reading.sheet}


def headed(sheet: Sheet, is_header: Callable[[Sequence[str]], bool]) -> Sheet:
    """The sheet, read from the one of its first rows on that is such a header, if the header that was found is none and
    nobody has said where it stands."""
    layout = sheet.reading.layout
    known = layout.header_row is not None or layout.no_header or sheet.recipe is not None
    if sheet.path is None or known or is_header(sheet.headers):
        return sheet
    as_it_stands = sheet.reading.format == "csv"
    for line, row in first_lines(sheet):
        cells = next(reader(row, delimiter=sheet.reading.delimiter or ","), []) if as_it_stands else row
        if is_header(cells):
            opened = _open_path(sheet.path, sheet.name, sheet.reading.sheet, replace(layout, header_row=line))
            return replace(opened, read=_read_of(opened, sheet))
    return sheet


def _read_of(opened: Sheet, held: object) -> Callable[[Tally], Iterator[Chunk]]:
    """How a sheet is read, whose bytes are there as long as something else is held."""

    def read(tally: Tally, held: object = held) -> Iterator[Chunk]:
        yield from opened.read(tally)

    return read


def first_lines(sheet: Sheet, number: int = 20) -> list[tuple[int, list[str]]]:
    """The first rows of a source from its line 1 on, as a person picks the header from them: line and cells.

    A line of a text file is one cell, as it stands there; blank rows of a workbook below its header are left out.
    """
    if sheet.path is not None and sheet.reading.format == "csv":
        from workbench.sources.raw import first_lines as lines_of

        with translated_errors(sheet.name):
            return [(line, [text]) for line, text in lines_of(sheet.path, sheet.reading, number)]
    above = [(line, text.split("\t")) for line, text in enumerate(sheet.reading.preamble, start=1)]
    sample = sheet.sample(number)
    rows = zip(*sample.cells.to_pydict().values(), strict=True)
    below = [(line, list(row)) for line, row in zip(sample.lines.to_pylist(), rows, strict=True)]
    has_header = len(sheet.reading.preamble) < sheet.reading.header_line
    header = [(sheet.reading.header_line, list(sheet.headers))] * has_header
    return [*above, *header, *sorted([*below, *_left_out(sheet)])][:number]


def last_lines(sheet: Sheet, number: int = 20) -> list[tuple[int, list[str]]]:
    """The last rows of a source that are not blank, as a person says from them where the table ends: line and cells.

    A line of a text file is one cell, as it stands there, also where it is left out; of other sources' neighbouring
    rows that are left out, the first is shown. The whole source is read for it.
    """
    if sheet.path is not None and sheet.reading.format == "csv":
        from workbench.sources.raw import last_lines as lines_of

        with translated_errors(sheet.name):
            return [(line, [text]) for line, text in lines_of(sheet.path, sheet.reading, number)]
    last: deque[tuple[int, list[str]]] = deque(maxlen=number)
    for chunk in sheet.chunks():
        rows = zip(*chunk.cells.slice(max(len(chunk) - number, 0)).to_pydict().values(), strict=True)
        lines = chunk.lines.slice(max(len(chunk) - number, 0)).to_pylist()
        last.extend((line, list(row)) for line, row in zip(lines, rows, strict=True))
    return sorted([*last, *_left_out(sheet)])[-number:]


def _left_out(sheet: Sheet) -> list[tuple[int, list[str]]]:
    """The rows of a worksheet that are no records, those that stand together by their first."""
    return [(each.first, each.text.split("\t")) for each in sheet.reading.left_out]


def lines_around(
    path: "str | os.PathLike[str]", line: int, *, layout: Layout | None = None, number: int = 3
) -> list[tuple[int, str]]:
    """The rows of a text file around one, as they stand, each with its line: `number` of them before it and behind it.

    A row whose quotation marks are unsound ends with its first line break, so that it can be mended or left out by its
    line; what the layout leaves out or mends is shown as the file has it. None of a file that is no text. Raises
    UnreadableSource.
    """
    from workbench.sources.raw import lines_around as lines_of

    path = Path(path)
    with translated_errors(path.name):
        return [] if _is_workbook(path) else lines_of(path, line, layout or Layout(), number)


def _said(layout: Layout | None, header_row: int | None) -> Layout:
    said = layout or Layout()
    return said if header_row is None else replace(said, header_row=header_row)


def _is_workbook(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4).startswith(_WORKBOOKS)


def _open_frame(source: "pd.DataFrame", sheet: str | None, layout: Layout) -> Sheet:
    from workbench.sources.frame import open_frame

    if sheet is not None or layout != Layout():
        raise UnreadableSource(source="DataFrame", why="it has no worksheet, and no header row or lines to choose.")
    return open_frame(source)


def _open_path(path: Path, name: str, sheet: str | None, layout: Layout) -> Sheet:
    with translated_errors(name):
        is_workbook = _is_workbook(path)
    if is_workbook:
        from workbench.sources.workbook import open_workbook

        return as_they_were(open_workbook(path, name=name, sheet=sheet, layout=layout))
    if sheet is not None:
        raise UnreadableSource(source=name, why=f"it is a text file, and has no worksheet {sheet}.")
    from workbench.sources.csv import open_csv

    return as_they_were(open_csv(path, name=name, layout=layout))


def _open_stream(stream: BinaryIO, name: str, sheet: str | None, layout: Layout) -> Sheet:
    """What can be read only once is copied to disk.

    One system call a block: Python looks for Ctrl-C between two of them. A buffered `read` waits for a whole block,
    and an interrupt that comes between its calls is not seen before the writer closes the pipe.
    """
    return open_spool(Spool().fill(iter(partial(os.read, stream.fileno(), BLOCK), b"")), name, sheet, layout)


def open_spool(spool: Spool, name: str, sheet: str | None = None, layout: Layout | None = None) -> Sheet:
    """The sheet of a copy that goes away with whoever holds it: it lives as long as the Sheet or a reading of it.

    Raises as `open_sheet` does.
    """
    opened = _open_path(spool.path, name, sheet, layout or Layout())
    return replace(opened, read=_read_of(opened, spool))
