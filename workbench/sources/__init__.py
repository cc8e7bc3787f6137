"""Where rows come from: `open_sheet` takes a file, standard input or a DataFrame and gives a Sheet."""

import os
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from workbench.errors import UnreadableSource
from workbench.sheet import Chunk, Sheet, Tally
from workbench.sources.spool import Spool
from workbench.sources.text import BLOCK, translated_errors

if TYPE_CHECKING:
    import pandas as pd

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WORKBOOK_PARTS = ("xl/", "content.xml")


def open_sheet(
    source: "str | os.PathLike[str] | pd.DataFrame", *, sheet: str | None = None, header_row: int | None = None
) -> Sheet:
    """The Sheet of a path, of "-" (standard input) or of a DataFrame; its content tells what it is, not its name.

    `sheet` names a worksheet, `header_row` the header's line (1-based). Raises UnreadableSource, or
    UnreadableSheet where there is a line to name.
    """
    if not isinstance(source, str | os.PathLike):
        from workbench.sources.frame import open_frame

        return open_frame(source, name="DataFrame")
    path = Path(source)
    if source == "-":
        return _open_stream(sys.stdin.buffer, "standard input", sheet, header_row)
    with translated_errors(str(source)):
        if not path.is_file() and not path.is_dir() and path.exists():
            with path.open("rb") as stream:
                return _open_stream(stream, str(source), sheet, header_row)
    return _open_path(path, path.name, sheet, header_row)


def _open_path(path: Path, name: str, sheet: str | None, header_row: int | None) -> Sheet:
    with translated_errors(name), path.open("rb") as file:
        head = file.read(8)
        is_workbook = head.startswith(_OLE) or (head.startswith(_ZIP) and _holds_workbook(path, name))
    if is_workbook:
        from workbench.sources.workbook import open_workbook

        return open_workbook(path, name=name, sheet=sheet, header_row=header_row)
    if sheet is not None:
        raise UnreadableSource(source=name, why=f"it is a text file, and has no worksheet {sheet}.")
    from workbench.sources.csv import open_csv

    return open_csv(path, name=name, header_row=header_row)


def _holds_workbook(path: Path, name: str) -> bool:
    """Whether a ZIP file is a workbook; raises UnreadableSource where it is something else, or damaged."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        raise UnreadableSource(source=name, why="it is a damaged workbook or ZIP archive.") from None
    if any(part.startswith(_WORKBOOK_PARTS) for part in parts):
        return True
    why = "it is a ZIP archive, not a table; unpack it, and give the files in it one by one."
    raise UnreadableSource(source=name, why=why)


def _open_stream(stream: BinaryIO, name: str, sheet: str | None, header_row: int | None) -> Sheet:
    """What can be read only once is copied to disk; the copy lives as long as the Sheet or a reading of it."""
    spool = Spool().fill(iter(partial(stream.read, BLOCK), b""))
    opened = _open_path(spool.path, name, sheet, header_row)

    def read(tally: Tally, held: Spool = spool) -> Iterator[Chunk]:
        yield from opened.read(tally)

    return replace(opened, read=read)
