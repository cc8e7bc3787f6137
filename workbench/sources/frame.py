"""A pandas DataFrame as a Sheet."""

import hashlib
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import pandas as pd
import pyarrow as pa
import pyarrow.csv as arrow_csv

from workbench.model.errors import UnreadableSource
from workbench.model.sheet import Chunk, Reading, Sheet, Tally
from workbench.sources.cells import array_text, filled_rows, text_of
from workbench.sources.headers import name_headers

_ROWS = 50_000
_LINES_ABOVE = 2  # the first row stands on line 2, below a header


def open_frame(frame: pd.DataFrame, *, name: str = "DataFrame") -> Sheet:
    """The DataFrame's columns as text, by the rules of `text_of`; None, NaN, NaT and NA are blank, never "nan".

    Index levels that have a name are data and become the first columns; a nameless index is left out. Labels become
    headers by their text, those of several levels joined with a space. The frame is copied lazily: changing it
    afterwards does not change the Sheet. Line 2 is the first row, as in a CSV with a header.

    The checksum is the SHA-256 of the frame as CSV in UTF-8 (headers first, every cell quoted, quotes doubled, lines
    ended with LF, blank rows included), and the size is the bytes of it: frames that read the same have the same
    checksum. Raises UnreadableSource for a frame without columns, for bytes, and for text that is no valid Unicode.
    """
    named = [level for level in frame.index.names if level is not None]
    table = frame.copy(deep=False)
    if named:
        table = table.reset_index(level=named, allow_duplicates=True)
    if table.shape[1] == 0:
        raise UnreadableSource(source=name, why="it has no columns.")
    headers, warnings = name_headers([_label(label) for label in table.columns])
    columns = _Columns(frame=table, headers=headers, name=name)
    digest = _Digest()
    columns.write(digest)
    return Sheet(
        name=name,
        headers=headers,
        checksum=digest.sha256.hexdigest(),
        size=digest.size,
        reading=Reading(format="dataframe", warnings=warnings),
        read=columns.read,
    )


class _Sink(Protocol):
    def write(self, data: bytes) -> int: ...


class _Digest:
    """A file that keeps the checksum of what is written to it, and nothing else."""

    closed = False

    def __init__(self) -> None:
        self.sha256 = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> int:
        self.sha256.update(data)
        self.size += len(data)
        return len(data)


@dataclass(frozen=True, kw_only=True)
class _Columns:
    frame: pd.DataFrame
    headers: tuple[str, ...]
    name: str

    def read(self, tally: Tally) -> Iterator[Chunk]:
        for first in range(0, len(self.frame), _ROWS):
            chunk = filled_rows(self._texts(first), self.headers, first + _LINES_ABOVE, tally)
            if len(chunk):
                yield chunk

    def write(self, sink: _Sink) -> None:
        schema = pa.schema([(header, pa.string()) for header in self.headers])
        options = arrow_csv.WriteOptions(include_header=True, quoting_style="all_valid")
        with arrow_csv.CSVWriter(pa.PythonFile(sink, mode="w"), schema, write_options=options) as writer:
            for first in range(0, len(self.frame), _ROWS):
                writer.write_batch(pa.RecordBatch.from_arrays(self._texts(first), schema=schema))

    def _texts(self, first: int) -> list[pa.StringArray]:
        part = self.frame.iloc[first : first + _ROWS]
        return [self._text(part.iloc[:, place], header) for place, header in enumerate(self.headers)]

    def _text(self, column: "pd.Series[Any]", header: str) -> pa.StringArray:
        try:
            array = None if column.dtype == object else _arrow(column)
            return text_of(_values(column)) if array is None else array_text(array)
        except TypeError:
            why = f"its column {header} holds bytes; decode them first."
        except UnicodeEncodeError:
            why = f"its column {header} holds text that is not valid Unicode."
        raise UnreadableSource(source=self.name, why=why)


def _arrow(column: "pd.Series[Any]") -> pa.Array | None:
    """The column as Arrow array; None for what only pandas knows (periods, intervals, complex and sparse numbers)."""
    try:
        array = pa.array(column, from_pandas=True)
    except (pa.ArrowException, TypeError):
        return None
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    return None if isinstance(array.type, pa.BaseExtensionType) else array


def _values(column: "pd.Series[Any]") -> list[object]:
    """The objects of a column, None for each kind of missing value pandas has."""
    values = column.to_numpy(dtype=object, copy=True)
    values[column.isna().to_numpy()] = None
    return list(values)


def _label(label: Hashable) -> str:
    """A column's label as text; the parts of a label of several levels are joined."""
    parts = label if isinstance(label, tuple) else (label,)
    return " ".join(text for text in text_of(parts).to_pylist() if text)
