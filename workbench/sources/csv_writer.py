"""What the reader understood, as clean CSV: UTF-8, commas, line feeds, one header."""

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.errors import FULL, NoSpace, UnwritableFile
from workbench.model.files import beside
from workbench.model.sheet import Sheet, Tally
from workbench.sources.written_rows import harmless_cells, harmless_headers, written, written_headers

_QUOTED = r"""[",;|\t\r\n]|^[ ']"""
"""Whatever a reader could take for a quotation mark, a line break, any delimiter or a blank behind one."""
_QUOTED_ALONE = r"""[",;|\t\r\n~^: ']"""
"""The same of the cells of one column, where there is no delimiter that shows what the others are."""


def write_csv(sheet: Sheet, file: BinaryIO, *, for_people: bool = False) -> Tally:
    """Write the rows as clean CSV, a chunk at a time; every cell comes back exactly when it is read again.

    Not so `for_people` who open it in a spreadsheet: then it begins with the byte order mark, without which letters are
    misread, and a cell that would be run as a formula has an apostrophe in front, which stays when it is read again.
    """
    tally = Tally()
    headers, cells_of = (harmless_headers, harmless_cells) if for_people else (written_headers, written)
    file.write(codecs.BOM_UTF8 if for_people else b"")
    file.write(_lines([pa.array([header], pa.string()) for header in headers(sheet.headers)]))
    for chunk in sheet.chunks(tally):
        file.write(_lines(cells_of(chunk.cells)))
    return tally


def save_csv(sheet: Sheet, path: Path) -> Tally:
    """Write the rows to a file that is there whole or not at all. Raises UnwritableFile, or NoSpace on a full disk."""
    if path.exists() and not path.is_file():
        with translated_writing(path), path.open("wb") as device:
            return write_csv(sheet, device)
    with translated_writing(path), beside(path) as file:
        return write_csv(sheet, file)


def save_text(text: str, path: Path) -> None:
    """Writes a small file; raises UnwritableFile, NoSpace."""
    with translated_writing(path):
        path.write_text(text, "utf-8", newline="\n")


@contextmanager
def translated_writing(path: Path) -> Iterator[None]:
    """Say in one sentence why the system will not let the file be written."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise NoSpace(home=path.parent) from None
        raise UnwritableFile(path=path, why=f"{error.strerror or error}.") from None


def _lines(columns: list[pa.StringArray]) -> memoryview:
    """The rows as bytes, each with its line feed."""
    pattern = _QUOTED if len(columns) > 1 else _QUOTED_ALONE
    *others, last = [_quoted(column, pattern) for column in columns]
    if not others:
        last = pc.replace_with_mask(last, pc.equal(last, ""), '""')
    ended = pc.binary_join_element_wise(last, "", "\n")
    rows = pc.binary_join_element_wise(*others, ended, ",")
    _, offsets, data = rows.buffers()
    edges = memoryview(offsets).cast("i")
    return memoryview(data)[edges[rows.offset] : edges[rows.offset + len(rows)]]


def _quoted(column: pa.StringArray, pattern: str) -> pa.StringArray:
    special = pc.match_substring_regex(column, pattern)
    if not pc.any(special).as_py():
        return column
    doubled = pc.replace_substring(column, '"', '""')
    return pc.if_else(special, pc.binary_join_element_wise('"', doubled, '"', ""), column)
