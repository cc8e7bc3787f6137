"""The rows of a batch as a file: CSV and XLSX that can be corrected and imported again, JSON that says everything.

A CSV that a person opens begins with the byte order mark, without which Excel reads the letters of another encoding.

Rows are dicts as `ledger.rows` yields them; they are written one after the other, and memory does not grow with them.
"""

import codecs
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Literal

from workbench.model.errors import FULL, NoSpace, UnwritableFile
from workbench.model.files import beside
from workbench.model.wording import named
from workbench.model.written_rows import ADDED, IMPORT, harmless, own_headers, runs

Format = Literal["csv", "xlsx", "json"]
Row = dict[str, Any]

_QUOTED = re.compile(r'[",;|\t\r\n]|^\s|\s$')
"""Whatever some program would take for the end of a cell."""
_MOST_ROWS, _MOST_COLUMNS, _LONGEST = 1_048_575, 16_384, 32_767
"""What a worksheet holds: rows below the header, columns, characters of a cell."""


def save_rows(rows: Iterable[Row], headers: Sequence[str], path: Path, file_format: Format, *, of: str) -> int:
    """Writes a file that is there whole or not at all, and returns how many rows it has. `of` is what each row says of
    the import that it is of (`written_as`).

    Raises UnwritableFile, or NoSpace on a full disk.
    """
    try:
        with beside(path) as file:
            return write_rows(rows, headers, file, file_format, marked=True, of=of)
    except OSError as error:
        if error.errno in FULL:
            raise NoSpace(home=path.parent) from None
        raise UnwritableFile(path=path, why=f"{error.strerror or error}.") from None


def write_rows(
    rows: Iterable[Row],
    headers: Sequence[str],
    file: IO[bytes],
    file_format: Format,
    *,
    marked: bool,
    of: str,
) -> int:
    """Writes the rows to an open file, a CSV `marked` as UTF-8 if a person is to open it; returns how many they are."""
    if marked and file_format == "csv":
        file.write(codecs.BOM_UTF8)
    return _WRITERS[file_format](rows, headers, file, of)


def write_csv(rows: Iterable[Row], headers: Sequence[str], file: IO[bytes], of: str) -> int:
    """Writes UTF-8 with commas and line feeds; a text that a spreadsheet would run gets an apostrophe in front."""
    lines = -1
    for cells in _table(rows, headers, of):
        lines += 1
        file.write(
            (
                ",".join(_quoted(harmless(cell)) if isinstance(cell, str) else str(cell) for cell in cells) + "\n"
            ).encode()
        )
    return lines


def write_xlsx(rows: Iterable[Row], headers: Sequence[str], file: IO[bytes], of: str) -> int:
    """Writes a workbook with one worksheet, every source cell as text, so that zeros stay and nothing runs."""
    import xlsxwriter

    name = getattr(file, "name", "the workbook")
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        page = book.add_worksheet("rows")
        page.freeze_panes(1, 0)
        text = book.add_format({"num_format": "@"})
        quoted = book.add_format({"num_format": "@", "quote_prefix": True})
        count = -1
        for count, cells in enumerate(_table(rows, headers, of)):
            if count > _MOST_ROWS or len(cells) > _MOST_COLUMNS:
                raise _too_large(name, "it has more rows or columns than a worksheet holds")
            for column, cell in enumerate(cells):
                if isinstance(cell, int):
                    page.write_number(count, column, cell)
                elif len(cell) > _LONGEST:
                    raise _too_large(name, f"a cell of row {count + 1} is longer than a worksheet's may be")
                elif cell:
                    page.write_string(count, column, _in_a_workbook(cell), quoted if runs(cell) else text)
    return count


def write_json(rows: Iterable[Row], headers: Sequence[str], file: IO[bytes], of: str) -> int:
    """Writes one list with one object a row."""
    count = 0
    for count, row in enumerate(rows, start=1):
        text = json.dumps({**row, "raw": _raw(row, headers)}, default=_json, ensure_ascii=False)
        file.write(("[\n" if count == 1 else ",\n").encode() + text.encode())
    file.write(b"[]\n" if count == 0 else b"\n]\n")
    return count


_WRITERS: dict[Format, Callable[[Iterable[Row], Sequence[str], IO[bytes], str], int]] = {
    "csv": write_csv,
    "xlsx": write_xlsx,
    "json": write_json,
}


def _in_a_workbook(cell: str) -> str:
    """A text as a workbook has it: its quote prefix is no part of the cell, so that only one with an apostrophe of its
    own is written as in CSV, or it would be taken for one that CSV has put there."""
    return harmless(cell) if cell.startswith("'") else cell


def said(issues: Iterable[dict[str, str]]) -> str:
    """The issues of a row in one cell."""
    return "; ".join(named(issue["field"], issue["message"]) for issue in issues)


def _table(rows: Iterable[Row], headers: Sequence[str], of: str) -> Iterator[list[str | int]]:
    """The header and the rows."""
    own = own_headers(headers)
    yield [*own, *ADDED, IMPORT]
    for row in rows:
        raw = _raw(row, headers)
        told = [row["line"], row["outcome"] or "", said(row["issues"]), _why(row)]
        yield [*(raw[header] for header in own), *told, of]


def _why(row: Row) -> str:
    """Why a row is skipped or unmatched, or what a person or a recipe has said of it: "unchanged", "rejected: no such
    person", "filtered: step 2: Remove ..."."""
    by = row.get("removed_by")
    return ": ".join(filter(None, (row["reason"], row.get("explanation"), by and f"step {by['step']}: {by['by']}")))


def _raw(row: Row, headers: Sequence[str]) -> dict[str, str]:
    raw = row["raw"]
    return raw if isinstance(raw, dict) else dict(zip(headers, map(str, raw), strict=True))


def _json(value: Any) -> str:
    return str(value.isoformat() if hasattr(value, "isoformat") else value)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


def _too_large(name: str, why: str) -> UnwritableFile:
    return UnwritableFile(path=name, why=f"{why}; write CSV instead.")
