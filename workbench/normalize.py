"""Mapped cells become canonical values, a chunk at a time."""

from dataclasses import dataclass

import pyarrow as pa


@dataclass(frozen=True, kw_only=True)
class Normalized:
    """The values of some rows: `lines` (int32, n) and `values` (one string column per field of the contract that has any, n rows).

    Canonical text, null where blank; a cell that its kind could not understand keeps its text.
    """

    lines: pa.Int32Array
    values: pa.RecordBatch
