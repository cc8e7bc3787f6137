"""Patterns of texts: A and a for letters, 9 for digits. Those of ASCII by a table of bytes, all others by their Unicode
class."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.prepare.outliers import SHAPED, shapes

MASKED = SHAPED
"""Characters of a value that make its pattern."""

_RARE = 0.01  # the share of the rows below which a pattern is rare, where
_COMMON = 0.95  # this share of them has one and the same
_TABLE = np.arange(256, dtype=np.uint8)
_TABLE[ord("0") : ord("9") + 1] = ord("9")
_TABLE[ord("A") : ord("Z") + 1] = ord("A")
_TABLE[ord("a") : ord("z") + 1] = ord("a")
_BEYOND_ASCII = ((r"[\p{Ll}\p{Lo}\p{Lm}\p{M}]", "a"), (r"[\p{Lu}\p{Lt}]", "A"), (r"\p{Nd}", "9"))


def masks(texts: pa.StringArray, rows: pa.Int64Array) -> tuple[pa.StringArray, pa.Int64Array]:
    """The patterns of texts, each once, and their rows: A and a for letters, 9 for digits, of the first MASKED
    characters."""
    beginnings = pc.utf8_slice_codeunits(texts, 0, MASKED)
    _, offsets, data = beginnings.buffers()
    masked = pa.py_buffer(_TABLE[np.frombuffer(data, dtype=np.uint8)]) if data else data
    shapes = pa.StringArray.from_buffers(len(beginnings), offsets, masked, offset=beginnings.offset)
    counted = pa.table({"mask": shapes, "rows": rows}).group_by("mask").aggregate([("rows", "sum")]).combine_chunks()
    shapes = counted["mask"].combine_chunks()
    if not pc.all(pc.string_is_ascii(shapes)).as_py():
        for pattern, replacement in _BEYOND_ASCII:
            shapes = pc.replace_substring_regex(shapes, pattern, replacement)
    return shapes, counted["rows_sum"].combine_chunks()


def rare_shapes(values: pa.Table) -> tuple[str, ...]:
    """The shapes that hardly any value has, where nearly all have the same."""
    if not len(values):
        return ()
    table = pa.table({"rows": values["rows"], "shape": shapes(values["text"].combine_chunks())})
    counted = table.group_by("shape").aggregate([("rows", "sum")]).sort_by([("rows_sum", "descending")])
    total = pc.sum(counted["rows_sum"]).as_py()
    if counted["rows_sum"][0].as_py() < _COMMON * total:
        return ()
    return tuple(counted.filter(pc.less_equal(counted["rows_sum"], _RARE * total))["shape"].to_pylist())
