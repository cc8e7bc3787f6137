"""How much text an operation may make: a recipe may come from anybody, and must not take the machine's memory."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.arrays import any_true
from workbench.model.errors import WrongRecipe

LONGEST = 1_000_000
"""Bytes of a cell that an operation makes."""
MOST = 256_000_000
"""Bytes of a column that an operation makes of one chunk of rows."""


def refuse_long(cells: pa.StringArray, made: pa.BooleanArray, lines: pa.Int32Array) -> None:
    """Raises WrongRecipe for cells that were made too long, with the line of the first; those of the source may be."""
    if cells.nbytes <= LONGEST:
        return
    long = pc.and_(made, pc.greater(pc.binary_length(cells), LONGEST))
    if any_true(long):
        raise _too_long(f" on line {lines.filter(long)[0].as_py():,}")
    if cells.nbytes > MOST and any_true(made):
        raise _too_much()


def refuse_replacing(cells: pa.StringArray, find: str, by: str, *, pattern: bool, once: bool = False) -> None:
    """Raises WrongRecipe, before anything is made, where what is found is too often replaced by too long a text."""
    # what stands between backslashes may be all of the cell, for each of them once
    longer, copies = len(by.encode()), 1 + by.count("\\") * pattern
    lengths = pc.cast(pc.binary_length(cells), pa.int64())
    longest, most = int(pc.max(lengths).as_py() or 0), int(pc.sum(lengths).as_py() or 0)
    if _each(longest, copies, longer) <= LONGEST and most * copies + (most + len(cells)) * longer <= MOST:
        return
    count = pc.count_substring_regex if pattern else pc.count_substring
    often = pc.cast(count(cells, find), pa.int64())
    often = pc.min_element_wise(often, 1) if once else often
    kept = pc.if_else(pc.greater(often, 0), pc.multiply(lengths, copies), 0)
    _refuse(pc.add(kept, pc.multiply(often, longer)))


def refuse_joining(parts: Sequence[pa.StringArray], separator: str = "") -> None:
    """Raises WrongRecipe, before anything is made, where the parts of a cell are too long together."""
    between = len(separator.encode()) * max(len(parts) - 1, 0)
    if sum(part.nbytes for part in parts) + between * (len(parts[0]) if parts else 0) <= LONGEST:
        return
    together = pa.repeat(pa.scalar(between, pa.int64()), len(parts[0]))
    for part in parts:
        together = pc.add(together, pc.fill_null(pc.cast(pc.binary_length(part), pa.int64()), 0))
    _refuse(together)


def refuse_repeating(header: str, cells: pa.StringArray, places: pa.Int32Array, lines: pa.Int32Array) -> None:
    """Raises WrongRecipe, before anything is made, where the cells of a column are repeated so often that they take too
    much; it names the line that takes the most."""
    # a few long cells may be repeated often, however short the others are
    longest = int(pc.max(pc.binary_length(cells)).as_py() or 0)
    if len(places) <= len(cells) or longest * len(places) <= MOST:
        return
    lengths = np.asarray(pc.binary_length(cells), np.int64)
    times = np.bincount(np.asarray(places), minlength=len(cells))
    if int((lengths * times).sum()) <= MOST:
        return
    most = int(np.argmax(lengths * times))
    said = f"line {lines[most].as_py():,}: its {header} of {lengths[most]:,} bytes would stand in {times[most]:,} rows"
    raise _too_much(f", most of it for {said}. Leave that line out, or do the step to other rows")


def _each(length: int, copies: int, longer: int) -> int:
    return length * copies + (length + 1) * longer


def _refuse(lengths: pa.Int64Array) -> None:
    if int(pc.max(lengths).as_py() or 0) > LONGEST:
        raise _too_long("")
    if int(pc.sum(lengths).as_py() or 0) > MOST:
        raise _too_much()


def _too_long(where: str) -> WrongRecipe:
    return WrongRecipe(step="A step", why=f"it would make a cell of more than {LONGEST:,} bytes{where}.")


def _too_much(where: str = "") -> WrongRecipe:
    return WrongRecipe(step="A step", why=f"it would make more than {MOST:,} bytes of text of so few rows{where}.")
