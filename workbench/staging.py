"""Checked rows on their way into `import_row`: columns of text joined into COPY lines, without a Python loop over rows."""

import queue
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.contract import Contract
from workbench.kinds import KINDS
from workbench.normalize import Normalized
from workbench.sheet import Chunk
from workbench.store import Store

_KEY_SEPARATOR = "\x1f"
"""Between the parts of a composite natural key: the ASCII unit separator, which no kind lets through."""

_INCOMING = """
create temporary table incoming (
    id uuid, line integer, external_key text, raw text, payload text, status text, errors text
) on commit drop
"""

_COPY = "copy incoming (id, line, external_key, raw, payload, status, errors) from stdin"

_KEEP = """
insert into workbench.import_row (tenant_id, batch_id, id, line, external_key, raw, payload, status, errors)
select %s, %s, id, line, external_key, raw::json, payload::jsonb, status, errors::jsonb from incoming
"""


@dataclass(frozen=True, kw_only=True)
class Checked:
    """Rows that were read, normalized and validated: all three of the same n rows.

    `issues` has one row per issue: position (int32, into the n rows, ascending), code, field, message, severity.
    """

    chunk: Chunk
    normalized: Normalized
    issues: pa.Table


class Staging:
    """The rows of one batch being staged, in one transaction, by a second connection in a second thread.

    Leaving the `with` block waits for the rows and keeps them; leaving it by an exception keeps none.
    """

    def __init__(self, store: Store, batch: UUID, contract: Contract) -> None:
        self._store = store.another()
        self._batch = batch
        self._contract = contract
        self._queue: queue.Queue[Checked | None] = queue.Queue(maxsize=2)
        self._failure: BaseException | None = None
        self._abandoned = False
        self._thread = threading.Thread(target=self._run, name="staging", daemon=True)
        self.failed = 0
        """Rows that an error made invalid, so far."""

    def __enter__(self) -> "Staging":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._abandoned = kind is not None
        self._put(None)
        self._thread.join()
        self._store.close()
        if self._failure is not None and kind is None:
            raise self._failure

    def add(self, rows: Checked) -> None:
        """Hands rows over; waits when the database is behind, raises what went wrong there."""
        self._put(rows)
        if self._failure is not None:
            raise self._failure

    def _put(self, rows: Checked | None) -> None:
        while self._thread.is_alive():
            try:
                self._queue.put(rows, timeout=0.2)
                return
            except queue.Full:
                continue

    def _run(self) -> None:
        try:
            with self._store.transaction(self._batch) as connection:
                connection.execute(_INCOMING)
                while (rows := self._queue.get()) is not None:
                    lines, failed = copy_lines(self._batch, self._contract, rows)
                    self.failed += failed
                    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
                        copy.write(lines)
                    connection.execute(_KEEP, (self._store.tenant_id, self._batch))
                    connection.execute("truncate incoming")
                if self._abandoned:
                    raise _Abandoned
        except _Abandoned:
            pass
        except BaseException as error:
            self._failure = error


class _Abandoned(Exception):
    """Rolls the staging back: the reader, not the database, has failed."""


def copy_lines(batch: UUID, contract: Contract, rows: Checked) -> tuple[memoryview, int]:
    """The rows as the text of a COPY, and how many of them are invalid."""
    values = rows.normalized.values
    count = len(rows.chunk)
    if count == 0:
        return memoryview(b""), 0
    errors, failed = _errors(rows.issues, count)
    line = rows.chunk.lines.cast(pa.string())
    columns = (
        _ids(batch, rows.chunk.lines),
        line,
        _or_null(_escape_text(_key(contract, values, count))),
        _escape_copy(_raw(rows.chunk.cells)),
        _escape_copy(_payload(contract, values, count)),
        pc.if_else(failed, "failed", "validated"),
        _or_null(errors),
    )
    joined = _join(columns, "\t")
    whole = pc.binary_join(pa.ListArray.from_arrays(pa.array([0, count], pa.int32()), joined), "\n")
    buffer = whole.buffers()[2]
    return memoryview(bytes(memoryview(buffer)[: len(buffer)]) + b"\n"), int(pc.sum(failed).as_py() or 0)


def _ids(batch: UUID, lines: pa.Int32Array) -> pa.StringArray:
    """The row ids as hexadecimal text: the batch's first 24 digits, then the line in eight."""
    digits = np.asarray(lines).astype(">u4").tobytes().hex().encode()
    offsets = pa.py_buffer(np.arange(0, 8 * len(lines) + 1, 8, dtype=np.int32))
    low = pa.StringArray.from_buffers(len(lines), offsets, pa.py_buffer(digits))
    return _join((pa.scalar(batch.hex[:24]), low), "")


def _key(contract: Contract, values: pa.RecordBatch, count: int) -> pa.StringArray:
    """The natural key as one text a row; null when a part of it is blank."""
    parts = [values.column(name) if name in values.schema.names else pa.nulls(count, pa.string()) for name in contract.key]
    return parts[0] if len(parts) == 1 else _join(parts, _KEY_SEPARATOR)


def _raw(cells: pa.RecordBatch) -> pa.StringArray:
    """The cells as they stood, one JSON list a row."""
    columns = [_join(('"', _escape_json(column), '"'), "") for column in cells.columns]
    return _join(("[", _join(columns, ","), "]"), "")


def _payload(contract: Contract, values: pa.RecordBatch, count: int) -> pa.StringArray:
    """The values of the stored fields, one JSON object a row."""
    pieces: list[pa.Array | str] = []
    for name, column in zip(values.schema.names, values.columns, strict=True):
        field = contract.field(name)
        kind = KINDS[field.kind]
        quoted = _join(('"', _escape_json(column), '"'), "")
        if kind.bare:
            fits = pc.match_substring_regex(column, f"^(?:{kind.pattern.removeprefix('^').removesuffix('$')})$")
            quoted = pc.if_else(fits, column, quoted)
        pieces += [f'{"," if pieces else ""}"{name}":', pc.fill_null(quoted, "null")]
    if not pieces:
        return pa.array(["{}"] * count, pa.string())
    return _join(("{", *pieces, "}"), "")


def _errors(issues: pa.Table, count: int) -> tuple[pa.StringArray, pa.BooleanArray]:
    """The issues of each row as one JSON list (null where there are none), and which rows an error makes invalid."""
    failed = np.zeros(count, dtype=bool)
    if issues.num_rows == 0:
        return pa.nulls(count, pa.string()), pa.array(failed)
    issues = issues.combine_chunks()
    texts = _join(
        tuple(
            piece
            for name in ("code", "field", "message", "severity")
            for piece in (f'{"," if name != "code" else "{"}"{name}":"', _escape_json(_flat(issues[name])), '"')
        )
        + ("}",),
        "",
    )
    positions = np.asarray(issues["position"])
    failed[positions[np.asarray(pc.equal(issues["severity"], "error"))]] = True
    rows, starts = np.unique(positions, return_index=True)
    offsets = pa.array(np.append(starts, len(positions)).astype(np.int32))
    lists = _join(("[", pc.binary_join(pa.ListArray.from_arrays(offsets, texts), ","), "]"), "")
    where = np.full(count, -1, dtype=np.int64)
    where[rows] = np.arange(len(rows))
    taken = lists.take(pa.array(where, mask=where < 0))
    return _escape_copy(taken), pa.array(failed)


def _flat(column: pa.ChunkedArray) -> pa.StringArray:
    flat = column.combine_chunks()
    return flat.chunk(0) if isinstance(flat, pa.ChunkedArray) else flat


def _join(columns: Sequence[pa.Array | pa.Scalar | str], separator: str) -> pa.StringArray:
    return pc.binary_join_element_wise(*columns, separator)


def _or_null(column: pa.StringArray) -> pa.StringArray:
    r"""COPY's null, \N, where there is none."""
    return pc.fill_null(column, "\\N")


def _escape_copy(column: pa.StringArray) -> pa.StringArray:
    """JSON text has no raw control characters, so the backslash is all that COPY would misread."""
    if not pc.any(pc.match_substring(column, "\\")).as_py():
        return column
    return pc.replace_substring(column, "\\", "\\\\")


def _escape_text(column: pa.StringArray) -> pa.StringArray:
    """Any text, as COPY reads it back."""
    column = _escape_copy(column)
    for character, escape in (("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r")):
        if pc.any(pc.match_substring(column, character)).as_py():
            column = pc.replace_substring(column, character, escape)
    return column


def _escape_json(column: pa.StringArray) -> pa.StringArray:
    """Text as it stands between the quotes of a JSON string."""
    if not pc.any(pc.match_substring_regex(column, '["\\\\\x00-\x1f]')).as_py():
        return column
    column = pc.replace_substring(column, "\\", "\\\\")
    column = pc.replace_substring(column, '"', '\\"')
    for code in range(32):
        if pc.any(pc.match_substring(column, chr(code))).as_py():
            column = pc.replace_substring(column, chr(code), _CONTROL.get(code, f"\\u{code:04x}"))
    return column


_CONTROL = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r"}
