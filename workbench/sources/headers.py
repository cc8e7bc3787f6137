"""Which row of a table is its header, and what its columns are called: one rule for every kind of source."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Literal

from workbench.model.wording import first_of
from workbench.sources.shapes import column_shapes, fits, is_label, is_typed, is_value, shape
from workbench.sources.shapes import trim as _trim

SEARCHED_ROWS = 50
"""How many rows a source hands to `find_header`."""

_LONGEST_LABEL = 120
_YEAR = re.compile(r"(19|20)\d\d")
_VALUE = re.compile(r"[\W_]*\d[\d\W_]*|\d{4}-\d\d-\d\d[T ].*|\S+@\S+\.\S+|https?://\S+", re.IGNORECASE)
_COMPARED = 100
"""Rows below a header that it is compared with."""
_HEADER_ROWS = 4
"""Rows that one header has at most."""


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
    addresses) which are no values of their columns. Of rows that are as wide as the table, those above a row of labels
    are no part of it when they fit neither the labels nor the values below. Rows may have any length; trailing blank
    cells do not count.
    """
    return _with_groups(rows, _below_title(rows, _first_header(rows)))


def _first_header(rows: Sequence[Sequence[str]]) -> int:
    widths = [_width(row) for row in rows]
    filled = [index for index, width in enumerate(widths) if width]
    if not filled:
        return 0
    first = filled[0]
    if not _outgrown(widths[first:]):
        return first if _begins_table(rows[first:], 2) else _below_wide_preamble(rows, filled)
    if _begins_table(rows[first:], 3):
        return first
    return next(
        (
            index
            for index in filled
            if _labels(rows[index]) and not _outgrown(widths[index:]) and not _repeats(rows, index)
        ),
        first,
    )


def _below_title(rows: Sequence[Sequence[str]], place: int) -> int:
    """The row below, where this one is a title alone and that one names every column."""
    if place + 2 >= len(rows) or len(rows[place]) < 3 or sum(map(bool, map(_trim, rows[place]))) != 1:
        return place
    below = rows[place + 1]
    return place + 1 if _complete(below) and len(below) > 2 and all(map(is_label, map(_trim, below))) else place


def _with_groups(rows: Sequence[Sequence[str]], place: int) -> int:
    """The row above, where it names the columns that this one leaves without a name, and groups of the others."""
    if place == 0:
        return place
    row, above = ([_trim(cell) for cell in rows[index]] for index in (place, place - 1))
    blanks = [index for index, cell in enumerate(row) if not cell]
    groups = [index for index, cell in enumerate(above) if cell and index not in blanks]
    named = bool(blanks) and bool(groups) and all(index < len(above) and above[index] for index in blanks)
    return place - 1 if named and len(above) == len(row) and all(is_label(cell) for cell in above if cell) else place


def repeated_headers(cells: Sequence[str], headers: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Of the cells of a header and the names they were given: those that were given for a repeated one, and its own."""
    given = [(header, _trim(cell)) for cell, header in zip(cells, headers, strict=True)]
    return tuple((header, own) for header, own in given if own and header != own)


@dataclass(frozen=True, kw_only=True)
class Header:
    """What names the columns: one row, or the names of several joined."""

    cells: list[str]
    last: int
    """The index of its last row."""
    left_out: int = 0
    """How many rows below it name the columns once more."""


def whole_header(rows: Sequence[Sequence[str]], place: int) -> Header:
    """The header that begins with a row: with the rows below that name the same columns, or the parts of a group.

    A row below belongs to it when it has labels only, and labels where the rows below have numbers, dates or addresses.
    Where the first row names every column, the others are left out; else the names are joined, a group's with each of
    its columns': Travel Air, Travel Rail.
    """
    cells = [_trim(cell) for cell in rows[place]]
    last = place
    while last + 2 < len(rows) and last - place < _HEADER_ROWS - 1 and _goes_on(cells, rows, last + 1):
        last += 1
        cells = _joined(cells, rows[last]) if not _complete(rows[place]) else cells
    if _complete(rows[place]):
        header = Header(cells=list(rows[place]), last=last, left_out=last - place)
    else:
        header = Header(cells=cells if last > place else list(rows[place]), last=last)
    if last + 2 < len(rows) and _counts(rows[last + 1], rows[last + 2 :][:_COMPARED], len(header.cells)):
        return replace(header, last=last + 1, left_out=header.left_out + 1)
    return header


def _counts(row: Sequence[str], below: Sequence[Sequence[str]], width: int) -> bool:
    """Whether a row numbers the columns: (1), (2), (3), or 1, 2, 3, 4, 5; four of them above texts."""
    cells = [_trim(cell) for cell in row]
    numbers = [cell.strip("()[]") for cell in cells]
    if len(row) != width or width < 3 or numbers != [str(place) for place in range(1, width + 1)]:
        return False
    if all(cell[0] in "([" for cell in cells):
        return True
    columns = column_shapes([each for each in below if len(each) == width], width)
    return width > 4 or (width == 4 and 2 * sum(column in ("text", "code") for column in columns) >= width)


def _goes_on(header: Sequence[str], rows: Sequence[Sequence[str]], place: int) -> bool:
    """Whether a row below a header is one more row of it."""
    row = [_trim(cell) for cell in rows[place]]
    below = [
        each for each in rows[place + 1 : place + 1 + _COMPARED] if len(each) == len(row) and any(map(_trim, each))
    ]
    filled = [index for index, cell in enumerate(row) if cell]
    if not below or len(row) != len(header) or len(filled) < 2 or row == list(header):
        return False
    if not all(is_label(row[index]) for index in filled):
        return False
    columns = column_shapes(below, len(row))
    typed = [index for index in filled if is_typed(columns[index])]
    if any(shape(row[index]) == columns[index] for index in filled if index in typed or columns[index] == "code"):
        return False
    alike = [index for index in filled if header[index] and _alike(header[index], row[index])]
    names = [name for name in _joined(header, row) if name]
    grouped = any(not header[index] for index in filled)
    if len(set(names)) < len(names) or (not grouped and len({row[index] for index in filled}) < len(filled)):
        return False
    if any(cell == row[index] for each in below for index, cell in enumerate(each) if index in filled and cell):
        return False
    bracketed = all(row[index][0] in "([" and row[index][-1] in ")]" for index in filled)
    hollow = any(not row[index] and header[index] and is_typed(columns[index]) for index in range(len(row)))
    named_again = len(alike) == len(filled) == len(row)
    return len(typed) > 1 or (grouped and (len(typed) == 1 or hollow)) or named_again or bracketed


def _joined(above: Sequence[str], below: Sequence[str]) -> list[str]:
    """The names of two rows of a header; a name stands for the blank cells behind it where there are names below."""
    names = []
    group = ""
    for upper, lower in zip_longest(above, map(_trim, below), fillvalue=""):
        group = upper or group
        names.append(f"{group} {lower}".strip() if lower else upper)
    return names


def _complete(row: Sequence[str]) -> bool:
    """Whether every column has a name of its own."""
    cells = [_trim(cell) for cell in row]
    return all(cells) and len(set(cells)) == len(cells)


def _alike(label: str, other: str) -> bool:
    """Whether two labels have a word in common, as "E-mail address" and email have."""
    first, second = _words(label), _words(other)
    plain = ["".join(words) for words in (first, second)]
    return bool(set(first) & set(second)) or (all(plain) and (plain[0] in plain[1] or plain[1] in plain[0]))


def _words(label: str) -> list[str]:
    return [word for word in re.split(r"[\W_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", label).casefold()) if word]


def data_taken_for_header(row: Sequence[str], below: Sequence[Sequence[str]]) -> Literal["", "perhaps", "surely"]:
    """Whether a row that would be the header is a record: its numbers, dates and addresses look like those below.

    Years, and numbers that count the columns, are labels; so is a row that has a label where a column has values.
    """
    cells = [_trim(cell) for cell in row]
    values = [index for index, cell in enumerate(cells) if is_value(cell) and not _YEAR.fullmatch(cell)]
    numbers = [int(cells[index]) for index in values if cells[index].isdecimal()]
    counting = len(numbers) > 2 and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    if not values or (counting and len(numbers) == len(values)):
        return ""
    same = [each for each in below[:_COMPARED] if len(each) == len(row)]
    columns = column_shapes(same, len(row))
    if not same:
        return "perhaps"
    matched = [index for index in values if fits(cells[index], columns[index]) and columns[index]]
    against = [index for index in values if columns[index] and index not in matched]
    against += [index for index, cell in enumerate(cells) if is_label(cell) and is_typed(columns[index])]
    if len(against) >= len(matched):
        return "perhaps" if matched else ""
    telling = any(shape(cells[index]) != "whole" for index in matched)
    filled = sum(map(bool, cells))
    return "surely" if not against and (telling or 2 * len(values) >= filled) else "perhaps"


def _begins_table(rows: Sequence[Sequence[str]], width: int) -> bool:
    """Whether the rows as far as the next blank one are a table so wide: labels, then values in some of its columns."""
    end = next((place for place, row in enumerate(rows) if not any(map(_trim, row))), len(rows))
    header, *below = rows[:end]
    if not below[1:] or len(header) < width or not all(map(is_label, header)):
        return False
    alike = all(len(row) == len(header) for row in below)
    return alike and any(map(is_typed, column_shapes(below, len(header))))


def _below_wide_preamble(rows: Sequence[Sequence[str]], filled: Sequence[int]) -> int:
    """The row of labels below rows that are as wide as the table and no part of it; else the first row."""
    first = filled[0]
    for index in filled[1:20]:
        row = rows[index]
        labels = [place for place, cell in enumerate(row) if _trim(cell)]
        if len(labels) < 2 or not all(is_label(row[place]) for place in labels) or _repeats(rows, index):
            continue
        below = [each for each in rows[index + 1 : index + 1 + _COMPARED] if any(map(_trim, each))]
        columns = column_shapes(below, len(row))
        typed = [place for place in labels if is_typed(columns[place])]
        above = [rows[place] for place in filled if place < index]
        apart = any(place not in filled for place in range(first, index))
        stray = [
            each for each in above if not _labels(each) or (apart and len(typed) > 1) or _width(each) < len(labels)
        ]
        if typed and len(stray) == len(above) and not any(_fits_all(each, columns, typed) for each in above):
            return index
    return first


def _fits_all(row: Sequence[str], columns: Sequence[str], typed: Sequence[int]) -> bool:
    """Whether a row looks like the records: most of its cells in the columns that are no text do."""
    cells = [(row[place], columns[place]) for place in typed if place < len(row) and _trim(row[place])]
    return bool(cells) and 2 * sum(shape(cell) == column for cell, column in cells) >= len(cells)


def _repeats(rows: Sequence[Sequence[str]], index: int) -> bool:
    """Whether a cell of a row stands in its column close by again, as values do and labels do not."""
    row = [_trim(cell) for cell in rows[index]]
    near = [*rows[max(index - 10, 0) : index], *rows[index + 1 : index + 11]]
    others = [cells for each in near if (cells := [_trim(cell) for cell in each]) != row]
    return any(cell and cell == label for each in others for cell, label in zip(each, row, strict=False))


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
    return f"{what}: {first_of(changes, shown)}."


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
