"""What names the columns of a worksheet, and where it stands."""

from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from workbench.model.errors import UnreadableSource
from workbench.model.sheet import Layout
from workbench.sources.container import Format
from workbench.sources.headers import SEARCHED_ROWS, data_taken_for_header, find_header, whole_header
from workbench.sources.workbook.worksheet import Area, Worksheet, each_worksheet

_COMPARED = 100
"""Rows below a header that it is compared with."""


@lru_cache(maxsize=32)
def each_header(path: Path, _checksum: str, found: Format, source: str) -> dict[str, tuple[str, ...] | None]:
    """What names the columns of each worksheet, hidden and empty ones among them; None for one that cannot be looked
    into. Of bytes that are known by their checksum it is found once."""
    headers: dict[str, tuple[str, ...] | None] = {}
    for title, load in each_worksheet(path, found, source):
        headers[title] = None
        with suppress(UnreadableSource):
            worksheet = load()
            is_empty = worksheet.cells.start is None
            headers[title] = () if is_empty else tuple(header_of(worksheet, worksheet.areas(), Layout()).labels)
    return headers


@dataclass(frozen=True, kw_only=True)
class Header:
    """What names the columns, and where."""

    row: int
    """Its last row, from 0; the one above the first record where there is no header."""
    labels: list[str]
    none: bool = False
    left_out: int = 0
    """How many rows below it name the columns once more."""
    warnings: tuple[str, ...] = ()


def header_of(worksheet: Worksheet, areas: list[Area], layout: Layout) -> Header:
    """The header, where it was said to be or where it is found."""
    top = worksheet.top
    texts = worksheet.texts(top, top + SEARCHED_ROWS + _COMPARED)
    rows = [[] if _is_said(layout, top + place + 1) else row for place, row in enumerate(texts)]
    if layout.no_header:
        filled = (place for place, row in enumerate(rows) if any(cell.strip() for cell in row))
        first = top + next(filled, 0) if layout.header_row is None else layout.header_row - 1
        return Header(row=first - 1, labels=[""] * worksheet.cells.width, none=True)
    if layout.header_row is not None:
        return Header(row=layout.header_row - 1, labels=_labels(worksheet, layout.header_row - 1, areas))
    place = find_header(rows[:SEARCHED_ROWS])
    if not rows[place]:
        return Header(row=top + place, labels=[])
    if _is_over_columns(areas, top + place, rows, place):
        row = top + place + 1
        return Header(row=row, labels=_labels(worksheet, row, areas), warnings=(_ABOVE.format(row + 1),))
    return _found_header(worksheet, areas, rows, place)


def _found_header(worksheet: Worksheet, areas: list[Area], rows: list[list[str]], place: int) -> Header:
    """The header that begins with one of the rows, if that is no record, and what a person should know of it."""
    first = worksheet.top + place
    taken = data_taken_for_header(rows[place], rows[place + 1 :])
    if taken == "surely":
        blank = [""] * worksheet.cells.width
        return Header(row=first - 1, labels=blank, none=True, warnings=(_IS_DATA.format(first + 1),))
    told = (_ABOVE.format(first + 1),) * (place > 0) + (_MAY_BE_DATA.format(first + 1),) * (taken == "perhaps")
    whole = whole_header(rows, place)
    last = worksheet.top + whole.last - whole.left_out
    if last == first:
        labels = _labels(worksheet, last, areas)
        return Header(row=last, labels=labels, left_out=whole.left_out, warnings=told)
    joined = f"Rows {first + 1} to {last + 1} were read as one header: {', '.join(filter(None, whole.cells[:6]))}."
    return Header(row=last, labels=whole.cells, warnings=(*told, joined))


_ABOVE = "Row {} was taken for the header; what stands above it is left out."
_MAY_BE_DATA = "Row {} looks like data. If it is no header: --no-header."
_IS_DATA = (
    "Row {0} looks like data, so the table was taken to have no header, and its columns are called column_1, "
    "column_2 ... If it is the header: --header-row {0}."
)


def _is_said(layout: Layout, line: int) -> bool:
    """Whether a person leaves a line out."""
    is_beyond = layout.stop_line is not None and line >= layout.stop_line
    return is_beyond or any(first <= line <= last for first, last in layout.skip_lines)


def _is_over_columns(areas: list[Area], header: int, rows: list[list[str]], place: int) -> bool:
    """Whether a row has headings that are merged over several columns, and the row below names each of those."""
    broad = [area for area in areas if area.top == area.bottom == header and area.right > area.left]
    if not broad or place + 1 >= len(rows):
        return False
    alone = {column for column, label in enumerate(rows[place]) if label.strip()}
    named = {column for column, name in enumerate(rows[place + 1]) if name.strip()}
    tall = {area.left for area in areas if area.top == header < area.bottom}
    covered = {column for area in broad for column in range(area.left, area.right + 1)}
    return covered <= named and alone <= {area.left for area in broad} | tall


def _labels(worksheet: Worksheet, header: int, areas: list[Area]) -> list[str]:
    """The texts of the header; a blank one under a label that is merged downwards takes that label.

    Labels that repeat under headings merged over several columns are told apart by the headings: Travel Air, Hotel Air.
    """
    labels = next(iter(worksheet.texts(header, header + 1)), []) if header >= 0 else []
    headings = [""] * len(labels)
    for area in areas:
        if area.top < header <= area.bottom and not labels[area.left]:
            labels[area.left] = worksheet.texts(area.top, area.top + 1)[0][area.left]
        elif area.top == area.bottom == header - 1 and area.right > area.left:
            heading = worksheet.texts(area.top, area.top + 1)[0][area.left].strip()
            headings[area.left : area.right + 1] = [heading] * len(headings[area.left : area.right + 1])
    named = [label.strip().casefold() for label in labels if label.strip()]
    if len(set(named)) == len(named):
        return labels
    return [f"{heading} {label}".strip() for heading, label in zip(headings, labels, strict=True)]
