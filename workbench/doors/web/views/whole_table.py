"""A long table that a page has whole: all its rows are sorted, filtered and searched, and shown a page at a time."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.doors.web import grid, words
from workbench.doors.web.views import long_table, table_address

_NUMBER = r"^\s*[-+]?\d[\d,]*(\.\d+)?\s*$"
_LONGEST = 2_000
"""Characters of a cell that are shown."""
_NUMBERS = 0.9
"""So many of a column's texts are numbers: then it is ordered by them."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """How a column is shown."""

    help: str = ""
    width: int | None = None
    wraps: bool = False
    pinned: bool = False


def table(
    columns: Mapping[str, Sequence[object] | pa.ChunkedArray],
    *,
    key: str,
    part: str = "",
    looks: Mapping[str, Look] | None = None,
    picks: bool = False,
    opened: Callable[[int], None] | None = None,
    plain: Collection[str] = (),
) -> list[int]:
    """Shows rows, given as columns by their labels; returns the places, from 0, of those that somebody picks.

    `part` begins the names in the address of what is asked of them; where a row can be `opened`, it says so, and a
    click there tells the place of the row; numbers of `plain` columns (lines, years) are told without commas.
    """
    labels = list(columns)
    values = pa.table([_column(columns[label]) for label in labels], names=[str(place) for place in range(len(labels))])
    asked = long_table.asked(part, labels, len(values))
    every = ordered(values, fitting(values, asked), asked.order)
    number = len(every)
    places = every.slice(asked.skip, long_table.SIZE).to_pylist()
    if not places:
        long_table.nothing(part, asked)
        return []
    long_table.turn(part, asked, number)
    told = values.take(pa.array(places, pa.int64())).to_pylist()
    commas = {str(place) for place, label in enumerate(labels) if label not in plain}
    shown = [
        grid.Row(id=str(at), cells=_OPEN | {name: _told(value, name in commas) for name, value in row.items()})
        for at, row in zip(places, told, strict=True)
    ]
    look = [(looks or {}).get(label, Look()) for label in labels]
    said = grid.table(
        shown,
        [*([_OPENS] if opened is not None else []), *map(_labelled, map(str, range(len(labels))), labels, look)],
        key=f"table {part}{key}",
        shows=(asked, number),
        order=asked.order,
        on_order=partial(table_address.order_by, part),
        on_column=(lambda name: _open(name, f"table {part}{key}", opened)) if opened is not None else None,
        picks=picks,
    )
    return [int(row) for row in said.picked] if said is not None else []


_OPEN = {"opens": "Open"}
_OPENS = grid.Column(name="opens", label="", width=64, sortable=False, pinned=True)


def _open(column: str, key: str, opened: Callable[[int], None]) -> None:
    row = grid.clicked(key)
    if column == _OPENS.name and row is not None:
        opened(int(row))


def _labelled(name: str, label: str, look: Look) -> grid.Column:
    return grid.Column(name=name, label=label, help=look.help, width=look.width, wraps=look.wraps, pinned=look.pinned)


def _column(values: Sequence[object] | pa.ChunkedArray) -> pa.ChunkedArray:
    """A column of numbers, times or texts."""
    if isinstance(values, pa.ChunkedArray):
        return values
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {int, float} or kinds == {datetime}:
        return pa.chunked_array([pa.array(values, from_pandas=True)])
    return pa.chunked_array([pa.array([None if value is None else str(value) for value in values], pa.string())])


def _told(value: object, commas: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return words.here(value)
    return f"{value:,}" if commas and isinstance(value, int | float) else str(value)[:_LONGEST]


def fitting(values: pa.Table, asked: long_table.Asked) -> pa.Array:
    """The places of the rows that are as it is asked for."""
    every = pa.array(np.arange(len(values)))
    if not asked.narrows:
        return every
    if asked.column is not None:
        cells = _text(values.column(asked.column))
        if asked.test == "blank":
            fits = pc.equal(pc.fill_null(pc.utf8_trim_whitespace(cells), ""), "")
        elif asked.test == "equals":
            fits = pc.equal(pc.utf8_trim_whitespace(cells), asked.word)
        else:
            fits = pc.match_substring(cells, asked.word, ignore_case=True)
        return every.filter(pc.fill_null(fits, False).combine_chunks())
    texts = [pc.fill_null(_text(column), "") for column in values.columns]
    row = pc.binary_join_element_wise(*texts, "\n")
    found = every
    for word in re.findall(r"\S+", asked.text):
        fits = pc.match_substring(row.take(found), word, ignore_case=True)
        found = found.filter(fits.combine_chunks() if isinstance(fits, pa.ChunkedArray) else fits)
    return found


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column if pa.types.is_string(column.type) else column.cast(pa.string())


def ordered(values: pa.Table, places: pa.Array, order: grid.Sorted | None) -> pa.Array:
    """The places by what stands in a column: by its numbers where it holds some, else by its texts in any case; blanks
    come last either way, and rows that say the same as they stand."""
    if order is None:
        return places
    key = values.column(int(order.column)).take(places)
    if pa.types.is_string(key.type):
        filled = pc.sum(pc.greater(pc.utf8_length(key), 0)).as_py() or 0
        numbers = pc.fill_null(pc.match_substring_regex(key, _NUMBER), False)
        if filled and (pc.sum(numbers).as_py() or 0) >= _NUMBERS * filled:
            plain = pc.utf8_trim_whitespace(pc.replace_substring(key, ",", ""))
            key = pc.if_else(numbers, plain, None).cast(pa.float64())
        else:
            key = pc.if_else(pc.equal(key, ""), None, pc.utf8_lower(key))
    way = "descending" if order.descending else "ascending"
    keyed = pa.table({"key": key, "place": places})
    filled, blank = keyed.filter(pc.is_valid(key)), keyed.filter(pc.is_null(key))
    sort = pc.sort_indices(filled, [("key", way), ("place", "ascending")])
    return pa.concat_tables([filled.take(sort), blank])["place"].combine_chunks()
