"""Checked rows on their way into `import_row`: columns of text joined into COPY lines, without a Python loop over
rows."""

import queue
import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, TypeAlias
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.database.store import Store
from workbench.model.arrays import joined_present
from workbench.model.contract import Contract
from workbench.model.derivation import half_of, part_of
from workbench.model.errors import UnreadableSheet
from workbench.model.issue import counted
from workbench.model.kinds import KINDS
from workbench.model.sheet import Chunk
from workbench.prepare.judging import JudgedRows
from workbench.prepare.normalize import Normalized

_KEY_SEPARATOR = "\x1f"
"""Between the parts of a composite natural key: the ASCII unit separator, which no kind lets through."""

INCOMING = """
create temporary table incoming (
    id uuid, line integer, external_key text, raw text, payload text, status text, errors text, sources integer[],
    cleaned text
) on commit drop
"""

COPY = "copy incoming (id, line, external_key, raw, payload, status, errors, sources, cleaned) from stdin"

_KEEP = """
insert into workbench.import_row
    (tenant_id, batch_id, id, line, external_key, raw, payload, status, errors, sources, cleaned)
select %s, %s, id, line, external_key, raw, payload::jsonb, status, errors::jsonb, sources, cleaned::jsonb from incoming
"""


_WRITERS = 2
"""Connections that keep rows side by side: one is busy with a chunk while another takes the next."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """Rows for one batch: of which contract, and which of its headers carry secrets, whose cells are not kept.

    The cells of rows that are `derived` from others are not kept either: they stand with those. Of the `rows` that a
    recipe took out nothing is judged.
    """

    batch: UUID
    contract: Contract
    rows: JudgedRows | Chunk
    hidden: frozenset[str] = frozenset()
    derived: bool = False

    @property
    def chunk(self) -> Chunk:
        """Their cells."""
        return self.rows.chunk if isinstance(self.rows, JudgedRows) else self.rows


@dataclass(kw_only=True)
class Count:
    """What was written of one batch so far."""

    rows: int = 0
    failed: int = 0
    """Rows that an error made invalid."""
    issues: list[dict[str, Any]] = field(default_factory=list)
    """Issues by their kind, as `issue.counted` has them."""


class RowWriter:
    """The rows of a run being staged, by connections of their own, each in a thread and a transaction.

    Leaving the `with` block waits for the rows and keeps them; leaving it by an exception keeps none. Rows count only
    once their batch is moved on to staged, which nobody does when one of the connections fails.
    """

    def __init__(self, store: Store, *, again: bool = False) -> None:
        """`again` passes over the lines that are there already."""
        self._store = store
        self._keep = f"{_KEEP} on conflict do nothing" if again else _KEEP
        self._queue: queue.Queue[Item | None] = queue.Queue(maxsize=_WRITERS)
        self._writers: list[threading.Thread] = []
        self._failure: BaseException | None = None
        self._abandoned = False
        self._counting = threading.Lock()
        self.counts: defaultdict[UUID, Count] = defaultdict(Count)
        """By batch."""

    def __enter__(self) -> "RowWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._abandoned = kind is not None
        for _ in self._writers:
            self._put(None)
        for writer in self._writers:
            writer.join()
        if self._failure is not None and kind is None:
            raise self._failure

    def add(self, item: Item) -> None:
        """Hands rows over; waits when the database is behind, raises what went wrong there."""
        if len(self._writers) < _WRITERS:
            self._writers.append(threading.Thread(target=self._run, name="staging", daemon=True))
            self._writers[-1].start()
        self._put(item)
        if self._failure is not None:
            raise self._failure

    def _put(self, item: Item | None) -> None:
        while any(writer.is_alive() for writer in self._writers) and self._failure is None:
            try:
                self._queue.put(item, timeout=0.2)
                return
            except queue.Full:
                continue

    def _run(self) -> None:
        store = None
        try:
            store = self._store.another()
            with store.transaction() as connection:
                connection.execute(INCOMING)
                while (item := self._next()) is not None:
                    store.add_to(item.batch)
                    lines, failed = copy_lines(item)
                    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
                        copy.write(lines)
                    connection.execute(self._keep, (store.tenant_id, item.batch))
                    connection.execute("truncate incoming")
                    self._count(item, failed)
                if self._abandoned or self._failure is not None:
                    raise _Abandoned
        except _Abandoned:
            pass
        except BaseException as error:
            self._failure = error
        finally:
            if store is not None:
                store.close()

    def _next(self) -> Item | None:
        """The next rows; None when there are no more, or when another writer has failed."""
        while self._failure is None:
            try:
                return self._queue.get(timeout=0.2)
            except queue.Empty:
                continue
        return None

    def _count(self, item: Item, failed: int) -> None:
        with self._counting:
            count = self.counts[item.batch]
            count.rows += len(item.chunk)
            count.failed += failed
            if isinstance(item.rows, JudgedRows):
                count.issues = counted(count.issues, _kinds(item.rows.issues))


def _kinds(issues: pa.Table) -> list[dict[str, Any]]:
    """How many rows have each kind of issue, with the first of its messages."""
    kind = ["code", "field", "severity"]
    grouped = issues.group_by(kind).aggregate([("message", "min"), ("position", "count_distinct")])
    return grouped.rename_columns([*kind, "message", "rows"]).to_pylist()


class _Abandoned(Exception):
    """Rolls the staging back: the reader, not the database, has failed."""


def copy_lines(item: Item) -> tuple[memoryview, int]:
    """The rows as the text of a COPY, and how many of them are invalid. Raises UnreadableSheet for a NUL character.

    All pieces of a row are joined at once: what is joined twice is copied twice.
    """
    batch, contract, rows = item.batch, item.contract, item.rows
    if len(item.chunk) == 0:
        return memoryview(b""), 0
    if isinstance(rows, Chunk):
        return _text_of(_removed(item, rows)), 0
    values = rows.normalized.values
    count = len(rows.chunk)
    errors, failed = _errors(rows.issues, count)
    lines = _join(
        (
            *_id(batch, rows.chunk.lines),
            "\t",
            rows.chunk.lines.cast(pa.string()),
            "\t",
            *_key(contract, values),
            "\t",
            *(_raw(rows.chunk, item.hidden) if not item.derived else ("[]",)),
            "\t",
            *_payload(contract, rows.normalized, rows.left_out),
            "\t",
            pc.if_else(failed, "failed\t", "validated\t") if errors is not None else "validated\t\\N",
            *(() if errors is None else (pc.fill_null(errors, "\\N"),)),
            "\t",
            *_sources(rows.sources),
            "\t",
            *_cleaned(rows.chunk, item.hidden),
            "\n",
        )
    )
    return _text_of(lines), int(pc.sum(failed).as_py() or 0)


def _text_of(lines: pa.StringArray) -> memoryview:
    offsets = np.frombuffer(lines.buffers()[1], dtype=np.int32)
    return memoryview(lines.buffers()[2])[: offsets[len(lines)]]


def _removed(item: Item, chunk: Chunk) -> pa.StringArray:
    """The lines of rows that a recipe took out: they are nobody's, and no part of any sum."""
    added_up = dict.fromkeys(total.sum_of for total in item.contract.totals if total.sum_of)
    nothing = ",".join(f'"{name}":null' for name in added_up)
    return _join(
        (
            *_id(item.batch, chunk.lines),
            "\t",
            chunk.lines.cast(pa.string()),
            "\t\\N\t",
            *_raw(chunk, item.hidden),
            f"\t{{{nothing}}}\tskipped\t\\N\t\\N\t",
            *_cleaned(chunk, item.hidden),
            "\n",
        )
    )


Piece: TypeAlias = pa.Array | str
"""A part of a line: one text for every row, or the same for all."""


def _join(pieces: Sequence[Piece]) -> pa.StringArray:
    return pc.binary_join_element_wise(*pieces, "")


def _id(batch: UUID, lines: pa.Int32Array) -> tuple[Piece, ...]:
    """The row's id in hexadecimal: the batch's first 24 digits, then the line in eight."""
    digits = np.asarray(lines).astype(">u4").tobytes().hex().encode()
    offsets = pa.py_buffer(np.arange(0, 8 * len(lines) + 1, 8, dtype=np.int32))
    return batch.hex[:24], pa.StringArray.from_buffers(len(lines), offsets, pa.py_buffer(digits))


def _sources(lines: pa.ListArray | None) -> tuple[Piece, ...]:
    """The lines that each row was made of, as PostgreSQL writes an array; null where it is the row of its own line."""
    if lines is None:
        return ("\\N",)
    texts = pa.ListArray.from_arrays(lines.offsets, lines.values.cast(pa.string()))
    return "{", pc.binary_join(texts, ","), "}"


def _key(contract: Contract, values: pa.RecordBatch) -> tuple[Piece, ...]:
    """The natural key as one text; null when a part of it is blank."""
    if not set(contract.key) <= set(values.schema.names):
        return ("\\N",)
    parts = [_escape_copy(values.column(name)) for name in contract.key]
    if len(parts) == 1:
        return (pc.fill_null(parts[0], "\\N"),)
    return (pc.fill_null(pc.binary_join_element_wise(*parts, _KEY_SEPARATOR), "\\N"),)


def _raw(chunk: Chunk, hidden: frozenset[str]) -> tuple[Piece, ...]:
    """The cells as they stood, as one JSON list; those of hidden columns are blank."""
    pieces: list[Piece] = []
    for header, column in zip(chunk.cells.schema.names, chunk.cells.columns, strict=True):
        special = _special(column)
        if 0 in special:  # a DataFrame can hold one, a database cannot
            line = chunk.lines.filter(pc.match_substring(column, "\0"))[0].as_py()
            raise UnreadableSheet(line=line, why="has a NUL character.")
        pieces += ['","' if pieces else '["', "" if header in hidden else _escape(column, _JSON_ESCAPES, special)]
    return (*pieces, '"]')


def _payload(contract: Contract, normalized: Normalized, left_out: Mapping[str, pa.BooleanArray]) -> tuple[Piece, ...]:
    """The values of the stored fields, as one JSON object, which a cell that is left out is not in: a blank one may
    erase what is stored. One that only a part was joined of stands apart, for it can make a record and changes none."""
    values, halves = normalized.values, normalized.halves
    kept = values.schema.names
    if not contract.table:  # the form of a playbook's source: its parts have the values, but for what is added up
        kept = [name for name in kept if any(name in total.fields for total in contract.totals)]
    pieces: list[Piece] = []
    for name in sorted(kept, key=left_out.__contains__):  # none of the key's, which come first
        texts = _json(contract.field(name).kind, values[name])
        if name in halves:
            text = _join(texts)
            whole, half = (pc.if_else(halves[name], *each) for each in (("null", text), (text, "null")))
            texts = (whole, f',"{half_of(name)}":', half, f',"{part_of(name)}":', _part(contract, normalized, name))
        piece = f'{"," if pieces else "{"}"{name}":', *texts
        pieces += piece if name not in left_out else (pc.if_else(left_out[name], "", _join(piece)),)
    return (*pieces, "}") if pieces else ("{}",)


def _part(contract: Contract, normalized: Normalized, name: str) -> pa.StringArray:
    """Which of its ingredients a field was joined of, as JSON, in the rows in which it was of a part alone."""
    there = [
        pc.if_else(pc.is_valid(normalized.columns[part]), part, pa.scalar(None, pa.string()))
        for part in contract.field(name).ingredients
        if part in normalized.columns
    ]
    said = joined_present(" and ", *there)
    return pc.if_else(normalized.halves[name], _join(('"', said, '"')), "null")


def _json(kind: str, column: pa.StringArray) -> tuple[Piece, ...]:
    """Canonical text as JSON values: quoted where the kind is, or where the text is not what the kind could read."""
    text = _escape_json(column)
    if KINDS[kind].bare:
        fits = pc.match_substring_regex(column, f"^(?:{KINDS[kind].pattern})")
        text = pc.if_else(fits, text if kind != "json" else _escape_copy(column), _join(('"', text, '"')))
    elif column.null_count:
        text = _join(('"', text, '"'))
    else:
        return '"', text, '"'
    return (pc.fill_null(text, "null"),)


def _errors(issues: pa.Table, count: int) -> tuple[pa.StringArray | None, pa.BooleanArray]:
    """The issues of each row as one JSON list, null where there are none (None when no row has any), and which rows an
    error makes invalid."""
    failed = np.zeros(count, dtype=bool)
    if issues.num_rows == 0:
        return None, pa.array(failed)
    texts = _join(
        (
            *(
                piece
                for name in ("code", "field", "message", "severity")
                for piece in (f'{"," if name != "code" else "{"}"{name}":"', _escape_json(_flat(issues[name])), '"')
            ),
            "}",
        )
    )
    positions = _flat(issues["position"]).to_numpy()
    failed[positions[_flat(pc.equal(issues["severity"], "error")).to_numpy(zero_copy_only=False)]] = True
    return _grouped(positions, texts, count, "[", "]"), pa.array(failed)


def _cleaned(chunk: Chunk, hidden: frozenset[str]) -> tuple[Piece, ...]:
    """What a recipe changed in each row, as one JSON object; null where nothing, and nothing of hidden columns."""
    told: list[tuple[pa.Table, Piece, Piece]] = []
    changes, removed = chunk.changes, chunk.removed
    if changes is not None and hidden:
        changes = changes.filter(pc.invert(pc.is_in(changes["column"], pa.array(sorted(hidden), pa.string()))))
    if changes is not None and changes.num_rows:
        was = _escape_json(pc.replace_substring(_flat(changes["was"]), "\0", "\ufffd"))
        column = _escape_json(_flat(changes["column"]))
        told.append((changes, column, pc.fill_null(_join(('"', was, '"')), "null")))
    if removed is not None and removed.num_rows:
        told.append((removed, "", "null"))
    if not told:
        return ("\\N",)
    positions = np.concatenate([_flat(each["position"]).to_numpy() for each, _, _ in told])
    texts = pa.concat_arrays(
        [
            _join(('"', column, '":[', was, ",", pc.add(_flat(each["step"]), 1).cast(pa.string()), "]"))
            for each, column, was in told
        ]
    )
    order = np.argsort(positions, kind="stable")
    lists = _grouped(positions[order], texts.take(pa.array(order)), len(chunk), "{", "}")
    return (pc.fill_null(lists, "\\N"),)


def _grouped(positions: np.ndarray, texts: pa.StringArray, count: int, opening: str, closing: str) -> pa.StringArray:
    """The texts of each row as one, in brackets; null where a row has none. `positions` are ascending."""
    rows, starts = np.unique(positions, return_index=True)
    offsets = pa.array(np.append(starts, len(positions)).astype(np.int32))
    lists = _join((opening, pc.binary_join(pa.ListArray.from_arrays(offsets, texts), ","), closing))
    where = np.full(count, -1, dtype=np.int64)
    where[rows] = np.arange(len(rows))
    return lists.take(pa.array(where, mask=where < 0))


def _flat(column: pa.ChunkedArray) -> pa.Array:
    return pa.concat_arrays(column.chunks) if column.num_chunks != 1 else column.chunk(0)


def _special(column: pa.StringArray) -> set[int]:
    """The control characters, backslashes and quotes that any text holds, looked up in the bytes of all at once."""
    if len(column) == 0:
        return set()
    offsets = np.frombuffer(column.buffers()[1], dtype=np.int32)
    text = np.frombuffer(column.buffers()[2] or b"", dtype=np.uint8)
    text = text[offsets[column.offset] : offsets[column.offset + len(column)]]
    found = text[(text < 32) | (text == ord("\\")) | (text == ord('"'))]
    return set(np.unique(found).tolist())


def _escape(column: pa.StringArray, escapes: dict[str, str], special: set[int]) -> pa.StringArray:
    for character, escape in escapes.items():
        if ord(character) in special:
            column = pc.replace_substring(column, character, escape)
    return column


def _escape_copy(column: pa.StringArray) -> pa.StringArray:
    """Any text as COPY reads it back."""
    return _escape(column, _COPY_ESCAPES, _special(column))


def _escape_json(column: pa.StringArray) -> pa.StringArray:
    """Text as it stands between the quotes of a JSON string in a COPY, which takes one more backslash for each."""
    return _escape(column, _JSON_ESCAPES, _special(column))


# the backslash first, so that none is escaped twice
_COPY_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_JSON_ESCAPES = {"\\": "\\\\\\\\", '"': '\\\\"', **{chr(code): f"\\\\u{code:04x}" for code in range(1, 32)}}
