"""Everything that proves an import, read from the database and the home at one moment, file by file, in bounded memory.

What is signed, what is verified and what a bundle holds are these very bytes.
"""

import queue
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePath
from typing import Any, cast
from uuid import UUID

from psycopg import Connection
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from workbench.database.store import Store
from workbench.model.manifest import Member, Piece, canonical

_LARGE = 20_000
"""From this many rows on, two connections read them."""
_ROWS, _CHARACTERS = 10_000, 8_000_000
"""How many rows are read at once, and about how many characters."""


@dataclass(frozen=True, kw_only=True)
class _Table:
    """A table of which rows prove something: they are read in the order of `keys`, one or two, the first of which tells
    of them."""

    name: str
    table: str
    keys: tuple[str, ...]
    which: str = "batch_id = {batch}"
    whole: bool = False
    """Whether its rows are asked for once a run, and not batch by batch."""


TABLES = (
    _Table(name="batches", table="import_batch", keys=("part", "id"), which="id = any({ids})", whole=True),
    _Table(name="run", table="import_run", keys=("id",), which="id = any({runs})", whole=True),
    _Table(name="rows", table="import_row", keys=("line",)),
    _Table(name="outcomes", table="import_outcome", keys=("line", "plan")),
    _Table(name="removals", table="import_removal", keys=("record_id", "plan")),
    _Table(name="explanations", table="import_explanation", keys=("line",)),
    _Table(name="corrections", table="import_correction", keys=("line", "revision")),
    _Table(name="decisions", table="import_decision", keys=("number", "coalesce(line, 0)")),
    _Table(name="totals", table="control_total", keys=("name", "origin")),
    _Table(
        name="story",
        table="audit_log",
        keys=("number",),
        which="batch_id = any({ids}) and number <= {entries}",
        whole=True,
    ),
)
"""In the order of the bundle."""

Columns = Mapping[str, Sequence[str]]
Questions = list[tuple[str, Composed]]


class Evidence:
    """The evidence of one run at one moment."""

    def __init__(self, connections: "Connections", home: Path, tenant: UUID, face: UUID, entries: int | None) -> None:
        self._connections = connections
        self._home = home
        self.batches = connections.all(_BATCHES, (face,))
        ids = [batch["id"] for batch in self.batches] or [face]
        head, *_ = connections.all(_HEAD, (tenant,)) or [{"entries": 0, "hash": ""}]
        self.entries, self.log = int(head["entries"] or 0), str(head["hash"] or "")
        self._values: dict[str, Any] = {
            "ids": ids,
            "runs": list({batch["run_id"] for batch in self.batches}),
            "entries": self.entries if entries is None else entries,
        }
        self._called = _called(self.batches)

    def members(self, said: Mapping[str, Any], columns: Columns | None = None) -> Iterator[Member]:
        """Each file, to be read before the next: figures and log as `said`, then what is stored.

        `columns` are those of each table that an earlier signature covers; else they are all there are. A table none of
        whose columns are named is left out.
        """
        known = self.columns()
        covered = {table: known[table.table] if columns is None else columns.get(table.name, ()) for table in TABLES}
        there = {table: [n for n in names if n in known[table.table]] for table, names in covered.items()}
        asked = {
            table: self._connections.later(self._questions, table, names) for table, names in there.items() if names
        }
        yield _text("figures", "figures.json", canonical({n: v for n, v in said.items() if n != "log"}))
        yield _text("log", "log.txt", str(said.get("log", "")))
        for name in ("mapping", "reading"):
            yield _text(name, f"{name}.json", self._of_batches(name))
        for table, questions in asked.items():
            pieces, names = self._pieces(questions), tuple(there[table])
            yield Member(name=table.name, file=f"{table.name}.ndjson", pieces=pieces, columns=names)
        yield from self._data_docs()
        yield from self._sources()

    def columns(self) -> dict[str, list[str]]:
        """Every column of each table, in order; but the tenant's id, for no row of another tenant is ever seen."""
        found = self._connections.all(_COLUMNS, ([table.table for table in TABLES],))
        return {row["name"]: row["columns"] for row in found}

    def _of_batches(self, column: str) -> str:
        statement = SQL(_PRETTY).format(name=Literal(column), column=Identifier(column))
        (row,) = self._connections.all(statement, (self._values["ids"],))
        return str(row["said"])

    def _pieces(self, questions: "Future[Questions]") -> Iterator[Piece]:
        """The rows of a table, some thousand at a time, read ahead by every connection."""
        ahead: deque[tuple[str, Future[list[dict[str, Any]]]]] = deque()
        for what, statement in questions.result():
            ahead.append((what, self._connections.later(self._connections.all, statement)))
            if len(ahead) > 2 * self._connections.number:
                yield _piece(*ahead.popleft())
        while ahead:
            yield _piece(*ahead.popleft())

    def _questions(self, table: _Table, columns: Sequence[str]) -> "Questions":
        """The questions after a table's rows, each with which rows it is about."""
        asked: Questions = []
        for batch in [None] if table.whole else self._values["ids"]:
            values = {name: Literal(value) for name, value in {**self._values, "batch": batch}.items()}
            parts: dict[str, Composable] = {
                "table": Identifier("workbench", table.table),
                "keys": _keys(table),
                "which": SQL(table.which).format(**values),
                "columns": SQL(", ").join(map(Identifier, columns)),
                "key_1": SQL(table.keys[0]),
                "key_2": SQL(table.keys[-1]),
            }
            (widest,) = self._connections.all(SQL(_WIDTH).format(**parts))
            parts["step"] = Literal(max(1, min(_ROWS, _CHARACTERS // (widest["width"] or 1))))
            starts = [tuple(row["key"]) for row in self._connections.all(SQL(_FIRST).format(**parts))]
            for start, end in zip(starts, [*starts[1:], None], strict=False):
                between = _between(table, start if len(starts) > 1 else None, end)
                told = len(starts) > 1 or table.keys[0] == "line"
                what = f"{self._called.get(batch, '')} from {table.keys[0]} {start[0]} on".strip() if told else ""
                asked.append((what, SQL(_CONTENT).format(**parts, between=between)))
        return asked

    def _data_docs(self) -> Iterator[Member]:
        for batch in self.batches:
            page = self._home / (batch["data_docs"] or "")
            for path in (page, page.with_name("validation.json")) if batch["data_docs"] else ():
                file = f"data_docs/{self._called[batch['id']]}/{path.name}"
                if _is_within(path, self._home / "docs"):
                    yield Member(name=file, file=file, pieces=_read(path))

    def _sources(self) -> Iterator[Member]:
        by_key = {batch["file_key"]: batch for batch in reversed(self.batches) if batch["file_key"]}
        for number, (key, batch) in enumerate(reversed(by_key.items()), start=1):
            path = self._home / "files" / key
            there = _is_within(path, self._home / "files")
            yield Member(
                name="source" if number == 1 else f"source {number}",
                file=f"source/{str(batch['checksum'])[:8]}/{PurePath(batch['file_name'] or '').name or 'source'}",
                pieces=_read(path) if there else (),
                apart=True,
                otherwise=None if there else str(batch["checksum"]),
            )


def _is_within(path: Path, folder: Path) -> bool:
    """Whether a file is there, and below that folder: what the database says may be anything."""
    try:
        return path.resolve().is_relative_to(folder.resolve()) and path.is_file()
    except OSError:
        return False


class Connections:
    """Connections that see one and the same moment, each for one question at a time."""

    def __init__(self, connections: Sequence[Connection[Any]], pool: ThreadPoolExecutor) -> None:
        self.number = len(connections)
        self.later = pool.submit
        self._free: queue.SimpleQueue[Connection[Any]] = queue.SimpleQueue()
        for connection in connections:
            self._free.put(connection)

    def all(self, statement: str | Composable, values: Sequence[object] | None = None) -> list[dict[str, Any]]:
        """The rows of one question, asked of the connection that is free first."""
        connection = self._free.get()
        try:
            with connection.cursor(binary=True) as cursor:
                return cursor.execute(statement, values).fetchall()  # type: ignore[arg-type]
        finally:
            self._free.put(connection)


@contextmanager
def opened(store: Store, home: Path, face: UUID, *, entries: int | None = None) -> Iterator[Evidence]:
    """The evidence of a run as it is now, and as it stays until the block ends; of its story the first `entries` of the
    tenant's audit log, else all."""
    with ExitStack() as open_:
        connection = open_.enter_context(store.transaction(isolation="repeatable read"))
        connections = [connection]
        seen = cast(dict[str, Any], connection.execute(_SEEN, {"face": face}).fetchone())
        if (seen["rows"] or 0) >= _LARGE:
            second = store.another()
            open_.callback(second.close)
            snapshot = seen["snapshot"]
            connections.append(open_.enter_context(second.transaction(isolation="repeatable read", snapshot=snapshot)))
        for each in connections:
            each.execute(_ALIKE)
        pool = open_.enter_context(ThreadPoolExecutor(max_workers=len(connections)))
        yield Evidence(Connections(connections, pool), home, store.tenant_id, face, entries)


def _called(batches: Sequence[Mapping[str, Any]]) -> dict[UUID | None, str]:
    """The batches of a run, as their files and rows are named. A part that was made anew is there twice."""
    called: dict[UUID | None, str] = {}
    for batch in batches:
        name = f"{batch['part']}-{batch['data_type']}" if batch["part"] else str(batch["data_type"])
        before = sum(each["part"] == batch["part"] and each["id"] in called for each in batches)
        called[batch["id"]] = f"{name}-{before + 1}" if before else name
    return called


def _text(name: str, file: str, text: str) -> Member:
    return Member(name=name, file=file, pieces=[Piece(f"{text}\n".encode())])


def _read(path: Path) -> Iterator[Piece]:
    with path.open("rb") as file:
        yield from map(Piece, iter(partial(file.read, 1 << 20), b""))


def _piece(what: str, answer: "Future[list[dict[str, Any]]]") -> Piece:
    (row,) = answer.result()
    return Piece(row["content"] or b"", row["rows"], what)


def _between(table: _Table, start: Sequence[object] | None, end: Sequence[object] | None) -> Composed:
    """The rows from one key on, before another."""
    between = [
        SQL("and ({}) {} ({})").format(_keys(table), SQL(sign), SQL(", ").join(map(Literal, key[: len(table.keys)])))
        for sign, key in ((">=", start), ("<", end))
        if key is not None
    ]
    return SQL(" ").join(between)


def _keys(table: _Table) -> Composed:
    return SQL(", ").join(map(SQL, table.keys))


# the same texts whoever asks, and the rows by their keys: a fresh batch has no statistics yet
_ALIKE = """
set local timezone = 'UTC'; set local datestyle = 'ISO'; set local intervalstyle = 'postgres';
set local extra_float_digits = 1; set local bytea_output = 'hex'; set local jit = off; set local enable_seqscan = off
"""

_SEEN = """
select pg_export_snapshot() as snapshot, sum(coalesce(processed, (summary ->> 'rows')::int)) as rows
from workbench.import_batch
where id = %(face)s or part_of = %(face)s
"""

_BATCHES = """
select id, run_id, part, data_type, file_key, checksum, file_name, summary ->> 'data_docs' as data_docs
from workbench.import_batch where %s in (id, part_of) order by part, id
"""

_HEAD = "select entries, hash from workbench.audit_head where tenant_id = %s"

_COLUMNS = """
select table_name as name, array_agg(column_name::text order by ordinal_position) as columns
from information_schema.columns
where table_schema = 'workbench' and table_name = any(%s) and column_name <> 'tenant_id' group by table_name
"""

_PRETTY = """
select jsonb_pretty(coalesce(jsonb_agg(jsonb_build_object('batch', id, 'dataset', data_type, 'file', file_name,
    'columns', to_jsonb(headers), {name}, {column}) order by part, id), '[]')) as said
from workbench.import_batch where id = any(%s)
"""

_WIDTH = """
select max(octet_length(x::text)) as width from (
    select {columns} from {table} where {which} order by {keys} limit 100
) x
"""

_FIRST = """
select json_build_array(key_1, key_2) as key from (
    select {key_1} as key_1, {key_2} as key_2, row_number() over (order by {keys}) as place from {table} where {which}
) placed where place % {step} = 1 or {step} = 1 order by place
"""

_CONTENT = """
select count(*)::int as rows,
       convert_to(string_agg(row_to_json(x)::text || E'\\n', '' order by {keys}), 'UTF8') as content
from (select {columns} from {table} where {which} {between}) x
"""
