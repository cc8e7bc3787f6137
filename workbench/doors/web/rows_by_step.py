"""All rows of a source as they are after each step of its recipe, for whoever looks at them: the source is read once,
and a step is done once, to what the step before has left.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial, reduce
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from workbench.datasets import catalog
from workbench.doors.web.sheets import SAME_SHEET
from workbench.model.recipe import Condition, Done, Recipe, Step
from workbench.model.row_query import Order
from workbench.model.sheet import Chunk, Sheet, Tally
from workbench.prepare import mapping
from workbench.prepare.cleaning import cleaned
from workbench.prepare.cleaning.conditions import rows_where
from workbench.prepare.cleaning.expression import Expression
from workbench.prepare.cleaning.rows import Rows
from workbench.prepare.cleaning.verdicts import Filled
from workbench.prepare.clusters import Cluster, key_collision, nearest
from workbench.prepare.facets import Counted, count, count_issues
from workbench.sources.arrow_file import ArrowFile
from workbench.sources.csv_writer import write_csv

KNOWN = 60
"""So much is known of a state at a time."""
_COUNTED = 3  # parts of what is known of a column: its header, by what, and where
NO_COLUMN = ""
"""What is called like no column: no header is blank."""
_CHANGES = pa.schema([("line", pa.int32()), ("column", pa.string()), ("was", pa.string())])


@dataclass(frozen=True, kw_only=True)
class State:
    """The rows of a source after some steps, mapped from files on disk."""

    lines: pa.ChunkedArray
    """The line of each row (int32)."""
    cells: pa.Table
    """The columns (strings, never null)."""
    changes: tuple[pa.Table, ...] = ()
    """What each step has changed: `line`, `column` and what it found there, `was`."""
    removed: tuple[pa.Table, ...] = ()
    """The rows that each step has removed: their lines, in a column without a name, and their cells."""
    done: tuple[Done, ...] = ()
    """What each step did."""
    source_rows: int = 0
    """Rows of the source."""
    whole: bool = True
    """Whether these are all rows; else its first ones, while the others are read."""
    known: dict[tuple[object, ...], Any] = field(default_factory=dict, repr=False, compare=False)
    """What was counted of it, which is asked again at each click."""

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def headers(self) -> tuple[str, ...]:
        """The columns by their names."""
        return tuple(self.cells.column_names)

    @property
    def open_headers(self) -> tuple[str, ...]:
        """Its columns but those that carry secrets: these are shown to nobody."""
        return open_headers(self.headers)

    @property
    def gone(self) -> int:
        """How many rows the steps have removed."""
        return sum(map(len, self.removed))

    def chunks(self, rows: int | None = None) -> Iterator[Chunk]:
        """The rows in the order of the source, at most so many at a time."""
        at = 0
        for batch in self.cells.to_batches(max_chunksize=rows):
            yield Chunk(lines=in_one(self.lines.slice(at, len(batch))), cells=batch)
            at += len(batch)

    def rows(self, places: pa.Array) -> tuple[list[int], list[dict[str, str]]]:
        """The lines and the cells of the rows at these places."""
        return self.lines.take(places).to_pylist(), self.cells.take(places).to_pylist()

    def was(self, lines: Sequence[int]) -> dict[tuple[int, str], list[tuple[int, str]]]:
        """Of the rows of these lines: (line, column) -> each step that changed the cell, and what it found there."""
        found: dict[tuple[int, str], list[tuple[int, str]]] = {}
        wanted = pa.array(lines, pa.int32())
        for step, changes in enumerate(self.changes):
            for each in changes.filter(pc.is_in(changes["line"], wanted)).to_pylist():
                found.setdefault((each["line"], each["column"]), []).append((step, each["was"]))
        return found

    def in_order(self, order: Order, places: pa.Array | None, number: int) -> pa.Array:
        """The first `number` places of rows, of those at some places where these are said, in an order: by the numbers
        of a column that holds numbers, else by its texts in any case; blank cells come last."""
        if order.header is None:
            every = pa.array(np.arange(len(self))) if places is None else places
            return every[::-1][:number] if order.descending else every[:number]
        keys = self.once((order.header, "order", ()), partial(_keys, self.cells[order.header]))
        of = pa.table({"key": keys, "place": np.arange(len(self))})
        of = of if places is None else of.take(places)
        way = "descending" if order.descending else "ascending"
        first = pc.select_k_unstable(of, min(number, len(of)), [("key", way), ("place", "ascending")])
        return of["place"].take(first).combine_chunks()

    def places(self, where: tuple[Condition, ...]) -> pa.Array:
        """The places of the rows that all conditions let through; raises WrongRecipe."""
        found: pa.Array = self.once(("places", where), lambda: pc.indices_nonzero(self._mask(where)))
        return found

    def place_of(self, line: int, places: pa.Array | None) -> int:
        """How many of the rows at these places stand above a line."""
        lines = self.lines if places is None else self.lines.take(places)
        return int(pc.sum(pc.less(lines, line)).as_py() or 0)

    def has_line(self, line: int, places: pa.Array | None) -> bool:
        """Whether a line is among the rows at these places."""
        lines = self.lines if places is None else self.lines.take(places)
        return int(pc.index(lines, pa.scalar(line, pa.int32())).as_py()) >= 0

    def counted(self, column: str, by: str, where: tuple[Condition, ...]) -> Counted:
        """The rows that the conditions let through, counted by something of a column; raises WrongRecipe."""
        found: Counted = self.once(
            (column, by, where),
            lambda: count(self.cells[column], by, self._mask(where) if where else None, header=column),
        )
        return found

    def counted_issues(self, column: str, of: Filled, where: tuple[Condition, ...]) -> Counted:
        """The rows that the conditions let through, by what a dataset says of the field that a column fills."""
        found: Counted = self.once(
            (column, of, where),
            lambda: count_issues(self.cells[column], of, self._mask(where) if where else None, header=column),
        )
        return found

    def counted_values_of(self, expression: str, where: tuple[Condition, ...]) -> Counted:
        """The rows that the conditions let through, by the values of an expression; raises WrongRecipe."""
        asked = Expression(expression)

        def find() -> Counted:
            chunks = (Rows(chunk) for chunk in self.chunks())
            values = pa.chunked_array([asked.texts(rows.cells, len(rows)) for rows in chunks], pa.string())
            return count(values, "values", self._mask(where) if where else None)

        found: Counted = self.once((NO_COLUMN, expression, where), find)
        return found

    def clusters(self, column: str, way: str, where: tuple[Condition, ...]) -> tuple[Cluster, ...]:
        """The values of a column that are probably the same; `way` is key_collision or nearest."""
        ways = {"key_collision": key_collision, "nearest": nearest}
        values = self.counted(column, "values", where).values
        values = values.filter(pc.not_equal(values["text"], ""))
        found: tuple[Cluster, ...] = self.once((column, way, where), lambda: ways[way](values))
        return found

    def _mask(self, where: tuple[Condition, ...]) -> pa.ChunkedArray:
        """Which rows all conditions let through."""
        masks = [self.once(("mask", condition), partial(self._asked, condition)) for condition in where]
        return reduce(pc.and_, masks)

    def _asked(self, condition: Condition) -> pa.ChunkedArray:
        return pa.chunked_array([rows_where((condition,), Rows(chunk)) for chunk in self.chunks()], pa.bool_())

    def once(self, key: tuple[object, ...], find: Callable[[], Any]) -> Any:
        """What is known of these rows under a key, or is found now."""
        if key not in self.known:
            while len(self.known) >= KNOWN:
                self.known.pop(next(iter(self.known)), None)
            self.known[key] = find()
        return self.known[key]


_SAMPLE, _MOST = 1_000, 0.9
"""Of so many cells, so great a part tells that a column holds numbers."""
_NUMBER = r"^\s*[-+]?\d+(\.\d+)?\s*$"


def _keys(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    """What rows are ordered by that have these cells: their numbers, or their texts in small letters; null where there
    is none."""
    some = pc.replace_substring(cells.slice(0, _SAMPLE), ",", "")
    said = pc.sum(pc.not_equal(some, "")).as_py() or 0
    if (pc.sum(pc.match_substring_regex(some, _NUMBER)).as_py() or 0) >= max(_MOST * said, 1):
        plain = pc.utf8_trim_whitespace(pc.replace_substring(cells, ",", ""))
        plain = pc.utf8_ltrim(plain, "+")
        return pc.if_else(pc.match_substring_regex(plain, _NUMBER), plain, None).cast(pa.float64())
    return pc.if_else(pc.equal(cells, ""), None, pc.utf8_lower(cells))


def after(sheet: Sheet, recipe: Recipe, home: Path) -> State:
    """All rows of a source after the steps of a recipe that are on; raises WrongRecipe, and what reading the source
    does. `home` is where the files lie that they are mapped from."""
    done = tuple(replace(step, expected=None) for step in recipe.steps if step.on)
    return _after(sheet, said_by(done), done, home)


def first(sheet: Sheet) -> State | None:
    """The first rows of a source as they came, to be looked at while the others are read; None where all were read
    before, or where these are all."""
    if _named(sheet) in _WERE_READ:
        return None
    chunks = list(islice(sheet.chunks(), 2))
    if len(chunks) < 2:
        return None
    table = pa.Table.from_batches([chunks[0].cells])
    return State(lines=pa.chunked_array([chunks[0].lines]), cells=table, source_rows=len(table), whole=False)


def csv(sheet: Sheet, state: State, *, for_people: bool = False) -> bytes:
    """The rows of a state as CSV, without the columns that carry secrets; `for_people`, as `write_csv` says it."""
    headers = state.open_headers

    def chunks() -> Iterator[Chunk]:
        for chunk in state.chunks():
            yield replace(chunk, cells=chunk.cells.select(headers))

    file = BytesIO()
    write_csv(as_sheet(sheet, headers, chunks), file, for_people=for_people)
    return file.getvalue()


@lru_cache(maxsize=100)
def open_headers(headers: tuple[str, ...]) -> tuple[str, ...]:
    """Those of some headers whose columns carry no secrets."""
    hidden = {header for known in catalog.CONTRACTS.values() for header in mapping.secrets(headers, known)}
    return tuple(header for header in headers if header not in hidden)


@st.cache_resource(
    ttl="1h", max_entries=60, show_spinner="Reading every row ...", show_time=True, hash_funcs=SAME_SHEET
)
def _after(sheet: Sheet, said: str, _steps: tuple[Step, ...], _home: Path) -> State:
    if not _steps:
        state = _read(sheet, _home)
        _WERE_READ.add(_named(sheet))
        return state
    *before, step = _steps
    return _stepped(sheet, _after(sheet, said_by(before), tuple(before), _home), step, _home)


_WERE_READ: set[str] = set()
"""The sources whose rows are known, as far as they were not forgotten since."""


def _named(sheet: Sheet) -> str:
    return repr(SAME_SHEET[Sheet](sheet))


def said_by(steps: Sequence[Step]) -> str:
    """Steps as one text, by which what they make is known."""
    return json.dumps([step.to_dict() for step in steps], ensure_ascii=False)


def _read(sheet: Sheet, home: Path) -> State:
    """The rows as they came."""
    with ArrowFile(home, _schema(sheet.headers)) as file:
        for chunk in sheet.read(Tally()):
            file.write(pa.record_batch([chunk.lines, *chunk.cells.columns], schema=_schema(sheet.headers)))
        table = file.table()
    return State(lines=table.column(0), cells=table.remove_column(0), source_rows=len(table))


def _stepped(sheet: Sheet, before: State, step: Step, home: Path) -> State:
    """The rows after one more step; columns that it leaves alone are not written again."""
    made = cleaned(as_sheet(sheet, before.headers, before.chunks), Recipe(steps=(step,)))
    columns = _Columns(before, made.headers, home)
    changes, removed, tally = ArrowFile(home, _CHANGES), ArrowFile(home, _schema(made.headers)), Tally()
    for chunk in made.read(tally):
        if chunk.changes is not None and len(chunk.changes):
            table = chunk.changes.combine_chunks()
            lines = chunk.lines.take(in_one(table["position"]))
            changes.write(pa.record_batch([lines, in_one(table["column"]), in_one(table["was"])], schema=_CHANGES))
        left = chunk
        if chunk.removed is not None and len(chunk.removed):
            gone = pc.is_in(pa.array(range(len(chunk)), pa.int32()), chunk.removed["position"])
            out = chunk.cells.filter(gone)
            removed.write(pa.record_batch([chunk.lines.filter(gone), *out.columns], schema=_schema(made.headers)))
            left = Chunk(lines=chunk.lines.filter(pc.invert(gone)), cells=chunk.cells.filter(pc.invert(gone)))
        columns.add(left)
    lines, cells = columns.tables()
    done = replace(tally.steps[0], step=len(before.done)) if tally.steps else Done(step=len(before.done))
    return State(
        lines=lines,
        cells=cells,
        changes=(*before.changes, changes.table()),
        removed=(*before.removed, removed.table()),
        done=(*before.done, done),
        source_rows=before.source_rows,
        known={key: found for key, found in before.known.items() if columns.leaves_alone(_asks_of(key))},
    )


def _asks_of(key: tuple[Any, ...]) -> set[str]:
    """The columns that something known was counted of; "" where nobody can tell."""
    columns, where = ((key[0],), key[2]) if len(key) == _COUNTED else ((), key[1])
    return {*columns, *(each.column for each in (where if isinstance(where, tuple) else (where,)))}


class _Columns:
    """Columns that come out of a step: one is written from the first chunk on in which it is another than before."""

    def __init__(self, before: State, headers: Sequence[str], home: Path) -> None:
        self._before, self._headers, self._home = before, headers, home
        self._files: dict[str, ArrowFile] = {}
        self._at = 0
        self._rows = 0

    def add(self, chunk: Chunk) -> None:
        """Some more rows."""
        before = self._before
        same = chunk.lines.equals(in_one(before.lines.slice(self._at, len(chunk))))
        if not same and NO_COLUMN not in self._files:
            for header in (NO_COLUMN, *self._headers):
                self._begin(header)
        for header in self._headers:
            column = chunk.cells[header]
            if header not in self._files and not self._is_old(header, column):
                self._begin(header)
            if header in self._files:
                self._files[header].write(pa.record_batch([column], names=[header]))
        if NO_COLUMN in self._files:
            self._files[NO_COLUMN].write(pa.record_batch([chunk.lines], names=[NO_COLUMN]))
        self._at += len(chunk)

    def leaves_alone(self, headers: set[str]) -> bool:
        """Whether these columns, and which rows there are, are as they were before."""
        return NO_COLUMN not in headers | set(self._files) and headers <= set(self._headers) - set(self._files)

    def tables(self) -> tuple[pa.ChunkedArray, pa.Table]:
        """The lines and the columns."""
        if self._at != len(self._before) and NO_COLUMN not in self._files:  # only the last rows have gone
            for header in (NO_COLUMN, *self._headers):
                self._begin(header)
        columns = {header: file.table().column(0) for header, file in self._files.items()}
        lines = columns.get(NO_COLUMN, self._before.lines)
        cells = [columns[h] if h in columns else self._before.cells[h] for h in self._headers]
        return lines, pa.table(cells, names=list(self._headers))

    def _is_old(self, header: str, column: pa.StringArray) -> bool:
        known = self._before.cells
        return header in known.column_names and column.equals(in_one(known[header].slice(self._at, len(column))))

    def _begin(self, header: str) -> None:
        """Begins a column's file with the rows in which it was as before; one that was begun goes on."""
        if header in self._files:
            return
        kind = pa.int32() if header == NO_COLUMN else pa.string()
        self._files[header] = file = ArrowFile(self._home, pa.schema([(header, kind)]))
        known = self._before.lines if header == NO_COLUMN else None
        if known is None and header in self._before.cells.column_names:
            known = self._before.cells[header]
        for part in known.slice(0, self._at).chunks if known is not None else ():
            file.write(pa.record_batch([part], names=[header]))


def as_sheet(sheet: Sheet, headers: Sequence[str], chunks: Callable[[], Iterator[Chunk]]) -> Sheet:
    """The source, as if it had these rows."""
    return replace(sheet, headers=tuple(headers), read=lambda tally: chunks())


def _schema(headers: Sequence[str]) -> pa.Schema:
    return pa.schema([(NO_COLUMN, pa.int32()), *((header, pa.string()) for header in headers)])


def in_one(column: pa.ChunkedArray) -> pa.Array:
    """A column in one piece; it is copied only where it is in several."""
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
