"""Which row of a table is its header, and what its columns are called: one rule for every kind of source."""

import re
from collections.abc import Sequence

SEARCHED_ROWS = 50
"""How many rows a source hands to `find_header`."""

_LONGEST_LABEL = 120
_INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060"
_YEAR = re.compile(r"(19|20)\d\d")
_VALUE = re.compile(r"[\W_]*\d[\d\W_]*|\d{4}-\d\d-\d\d[T ].*|\S+@\S+\.\S+|https?://\S+", re.IGNORECASE)


def name_headers(cells: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The headers (trimmed, none blank, none twice) and the sentences that tell which of them were made up.

    A blank header becomes `column_N`, N being its place counted from 1; a repeated one becomes `name_2`, `name_3` ...
    A header that is in the source keeps its name: beside a real `name_2`, the second `name` becomes `name_3`.
    """
    given = [_trim(cell) for cell in cells]
    taken = set(given)
    seen: set[str] = set()
    headers: list[str] = []
    blanks: list[str] = []
    repeats: list[str] = []
    for place, header in enumerate(given, start=1):
        name = header
        if not header:
            name = _free(f"column_{place}", taken)
            blanks.append(f"column {place} is called {name}")
        elif header in seen:
            name = _free(f"{header}_2", taken, base=header)
            repeats.append(f"column {place} ({header}) is called {name}")
        seen.add(header)
        taken.add(name)
        headers.append(name)
    warnings = (_sentence("Blank headers", blanks), _sentence("Repeated headers", repeats))
    return tuple(headers), tuple(warning for warning in warnings if warning)


def find_header(rows: Sequence[Sequence[str]]) -> int:
    """The index of the header among the first rows of a source, 0 where there is nothing to choose from.

    The header is the first row that is not blank, unless the rows below outgrow it, as a table outgrows the title and
    the notes above it; then it is the first row below that is wide enough and holds labels only (no numbers, dates,
    addresses). Rows may have any length; trailing blank cells do not count.
    """
    widths = [_width(row) for row in rows]
    filled = [index for index, width in enumerate(widths) if width]
    if not filled:
        return 0
    first = filled[0]
    if not _outgrown(widths[first:]):
        return first
    return next((index for index in filled if _labels(rows[index]) and not _outgrown(widths[index:])), first)


def _trim(cell: str) -> str:
    return cell.strip().strip(_INVISIBLE).strip()


def _free(name: str, taken: set[str], base: str | None = None) -> str:
    """The name, or the first of base_2, base_3 ... that no other header has."""
    number = 2
    free = name
    while free in taken:
        free = f"{base or name}_{number}"
        number += 1
    return free


def _sentence(what: str, changes: list[str], shown: int = 5) -> str:
    if not changes:
        return ""
    more = f" and {len(changes) - shown} more" if len(changes) > shown else ""
    return f"{what}: {', '.join(changes[:shown])}{more}."


def _width(row: Sequence[str]) -> int:
    """The place of the last cell that is not blank."""
    return next((place for place in range(len(row), 0, -1) if _trim(row[place - 1])), 0)


def _outgrown(widths: Sequence[int]) -> bool:
    """Whether most rows are wider than the first, from the first wider one on.

    A third is allowed (a header may lack its last label), and one wide row alone is a wrong row, not a table.
    """
    allowed = widths[0] * 4 / 3
    below = [width for width in widths[1:] if width]
    start = next((place for place, width in enumerate(below) if width > allowed), None)
    if start is None:
        return False
    table = below[start:]
    if len(table) == 1:
        return start == 0 and widths[0] == 1
    return sum(width > allowed for width in table) * 2 > len(table)


def _labels(row: Sequence[str]) -> bool:
    """Whether every filled cell could name a column: short, and neither a number nor a date nor an address."""
    cells = [cell for cell in map(_trim, row) if cell]
    return all(len(cell) <= _LONGEST_LABEL and (_YEAR.fullmatch(cell) or not _VALUE.fullmatch(cell)) for cell in cells)
