"""The rows of a batch: read in their order, in pages, by what is wrong with them, and written to files."""

import json
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as Pairs
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from uuid import UUID

import pyarrow as pa
from psycopg.sql import SQL, Composable, Identifier, Literal

from workbench.database import explaining, paging, waiting_kinds, wrong_values
from workbench.database.batches import get, one_sheet, parts, sheets
from workbench.database.planning import suggestions
from workbench.database.store import Store
from workbench.datasets import catalog
from workbench.derived import exports
from workbench.model.batch import Batch
from workbench.model.contract import Contract, Field
from workbench.model.derivation import HALF, PART
from workbench.model.issue import of_kind
from workbench.model.recipe import Recipe
from workbench.model.row_query import EVERY_ROW, RowQuery
from workbench.model.sheet import Chunk
from workbench.model.template import Mapping
from workbench.model.written_rows import written_as
from workbench.prepare.cleaning import UNKNOWN, sentence
from workbench.prepare.cleaning.rows import CHANGES

if TYPE_CHECKING:
    import pandas as pd


ROW_COLUMNS = (
    "line",
    "key",
    "status",
    "outcome",
    "reason",
    "issues",
    "raw",
    "payload",
    "record_id",
    "explanation",
    "explained_by",
    "explained_at",
    "changes",
    "corrected",
    "corrected_by",
    "corrected_at",
    "cleaned",
    "removed_by",
    "sources",
)
"""What `rows` tells of each row."""


def rows(
    store: Store,
    batch: Batch,
    *,
    outcome: str | None = None,
    lines: Sequence[int] | None = None,
    after: int = 0,
    limit: int | None = None,
) -> Iterator[dict[str, Any]]:
    """The rows of a batch in their order, from line `after` + 1 on, with what ROW_COLUMNS says of each: `changes` is
    {field: [old, new]}, `corrected` {header: [as it came, as a person corrected it]}, `cleaned` {header: {"was": in the
    source, "step": its number, "by": what it does}} of the recipe that the import cleaned its source with, and
    `removed_by` the step that took the whole row out; `sources` are the lines of the source that a row of a part was
    made of, where that is not its own. Read in pages; memory does not grow with the batch."""
    contract = catalog.contract(batch.dataset) if batch.undo_of is None else None
    planned = () if batch.stage == "staged" else batch.summary.get("suggestions", ())
    means = {(each["field"], each["text"]): each["means"] for each in planned}
    since = when_it_was_so(store, batch)
    recipe = Mapping.from_dict(batch.mapping).recipe
    page = 5_000
    while limit is None or limit > 0:
        with store.transaction() as connection:
            connection.execute(_IN_ORDER)
            found = connection.execute(
                _ROWS,
                {
                    "batch": batch.id,
                    "outcome": outcome,
                    "lines": list(lines) if lines is not None else None,
                    "after": after,
                    "limit": min(page, limit) if limit is not None else page,
                },
            ).fetchall()
        for row in found:
            row["raw"] = dict(zip(batch.headers, row["raw"], strict=True)) if batch.undo_of is None else row["raw"]
            original = dict(zip(batch.headers, row.pop("original") or (), strict=False))
            row["corrected"] = {
                name: [was, row["raw"][name]] for name, was in original.items() if was != row["raw"][name]
            }
            if means:
                suggestions.told(row["issues"], _values(batch, row), means)
            for each in row["issues"]:
                each["message"] = dated(each, since)
            row["cleaned"], row["removed_by"] = by_steps(row["cleaned"], recipe)
            row["payload"] = settled(row["payload"], row["outcome"])
            before = row.pop("before")
            refs = row.pop("refs")
            row["changes"] = changes(contract, batch.mapping, row["payload"], before, refs) if contract else {}
            yield row
        if len(found) < page:
            return
        after = found[-1]["line"]
        limit = None if limit is None else limit - len(found)


def by_steps(
    kept: Pairs[str, Sequence[Any]] | None, recipe: Recipe | None
) -> tuple[dict[str, dict[str, Any]], dict[str, Any] | None]:
    """What a recipe changed in a row, by its headers, and the step that took it out, as `rows` tells them."""
    if not kept or recipe is None:
        return {}, None
    told = {}
    for header, (was, step) in kept.items():
        by = UNKNOWN if recipe.unknown is not None else sentence(recipe.steps[step - 1])
        told[header] = {"was": was, "step": step, "by": by}
    gone = told.pop("", None)
    return told, {"step": gone["step"], "by": gone["by"]} if gone is not None else None


def when_it_was_so(store: Store, batch: Batch) -> str:
    """When what a batch's rows name was not there, said of it once an import has brought any of the kind since; else
    ""."""
    if not batch.unmatched or batch.planned_at is None or batch.undo_of is not None:
        return ""
    datasets = {part.dataset for part in (batch, *parts(store, batch.id)) if part.dataset in catalog.CONTRACTS}
    named = [field.reference for name in datasets for field in catalog.contract(name).references]
    which = {
        "named": [each.dataset for each in named if each is not None],
        "since": batch.planned_at,
        "run": batch.part_of or batch.id,
    }
    since = store.one(_SINCE, which)
    return f" (as it was on {batch.planned_at:%Y-%m-%d %H:%M} UTC)" if since and since["brought"] else ""


_SINCE = """
select exists (
    select from workbench.import_batch where data_type = any(%(named)s) and stage = 'completed'
      and completed_at > %(since)s and created + updated > 0 and coalesce(part_of, id) <> %(run)s
) as brought
"""


def dated(issue: dict[str, Any], since: str) -> str:
    """The sentence of an issue, with when it was so where what is named was not there."""
    return str(issue["message"]) + (since if issue["code"].endswith("_not_found") else "")


def _values(batch: Batch, row: dict[str, Any]) -> dict[str, Any]:
    """A row's values by field: those of a playbook's source are its cells."""
    headers = {field: header for header, field in batch.mapping.get("columns", {}).items()}
    return {field: row["raw"].get(header, "").strip() for field, header in headers.items()} | row["payload"]


def settled(payload: dict[str, Any], outcome: str | None) -> dict[str, Any]:
    """A row's values as they count: what was joined of a part alone makes a record, and changes none."""
    halves = {name.removesuffix(HALF): name for name in payload if name.endswith(HALF)}
    if not halves:
        return payload
    made = {
        field: payload[name] for field, name in halves.items() if outcome == "created" and payload[name] is not None
    }
    return {name: value for name, value in payload.items() if not name.endswith((HALF, PART))} | made


def chunks(store: Store, batch: Batch, lines: Sequence[int] | None = None) -> Iterator[Chunk]:
    """The source rows of a batch as they count now, corrections included, chunk by chunk; or those on some lines."""
    after = 0
    while True:
        with store.transaction() as connection:
            connection.execute(_IN_ORDER)
            which = {"batch": batch.id, "after": after, "lines": list(lines) if lines is not None else None}
            found = connection.execute(_CELLS, {**which, "limit": _PAGE}).fetchall()
        if not found:
            return
        after = found[-1]["line"]
        cells = [json.loads(row["raw"]) for row in found]
        columns = [pa.array(column, pa.string()) for column in zip(*cells, strict=True)]
        names = list(batch.headers)
        yield Chunk(
            lines=pa.array([row["line"] for row in found], pa.int32()),
            cells=pa.RecordBatch.from_arrays(columns, names=names),
            changes=_changes([row["cleaned"] for row in found]),
        )


def _changes(cleaned: Sequence[Pairs[str, Sequence[Any]] | None]) -> pa.Table | None:
    """What a recipe has changed in rows, as a chunk has it; None where nothing."""
    told = [
        (position, header, was, step - 1)
        for position, each in enumerate(cleaned)
        for header, (was, step) in (each or {}).items()
    ]
    return pa.table(list(zip(*told, strict=True)), schema=CHANGES) if told else None


_CELLS = """
select c.line, c.raw, r.cleaned from workbench.corrected_row c join workbench.import_row r using (batch_id, line)
where c.batch_id = %(batch)s and c.line > %(after)s and c.status <> 'skipped'
  and (%(lines)s::int[] is null or c.line = any(%(lines)s))
order by c.line limit %(limit)s
"""


# A fresh batch has no statistics yet, and the planner would read all of it and sort it, for every page anew.
_IN_ORDER = """
set local enable_sort = off; set local enable_bitmapscan = off;
set local enable_hashjoin = off; set local enable_mergejoin = off; set local enable_material = off
"""


_ROWS = """
select line, replace(external_key, chr(31), '|') as key, status, outcome, reason, coalesce(errors, '[]') as issues,
    raw, payload, record_id, before, refs,
       explanation, explained_by, explained_at, original, corrected_by, corrected_at, cleaned, sources
from workbench.import_result
where batch_id = %(batch)s and line > %(after)s
  and (%(outcome)s::text is null or outcome = %(outcome)s) and (%(lines)s::int[] is null or line = any(%(lines)s))
order by line limit %(limit)s
"""


def issues(store: Store, batch: Batch, *, first: int = 5) -> list[dict[str, Any]]:
    """Each issue of each field of a batch, the most frequent first: code, field, message (one of them), rows, and its
    `first` lines."""
    rows_ = Identifier("workbench", "corrected_row" if batch.revision else "import_row")
    plan = 0 if batch.stage == "staged" else batch.plan
    found = store.all(SQL(_ISSUES).format(rows=rows_), {"batch": batch.id, "plan": plan, "first": first})
    if batch.derived:  # people know the lines of the source
        lines = [line for each in found for line in each["lines"]]
        at = {row["line"]: row["at"] for row in store.all(_SOURCES, {"batch": batch.id, "lines": lines})}
        found = [{**each, "lines": list(dict.fromkeys(at[line] for line in each["lines"]))} for each in found]
    since = when_it_was_so(store, batch)
    return [of_kind({**each, "message": dated(each, since)}) for each in found]


_SOURCES = """
select line, coalesce(sources[1], line) as at from workbench.import_row
where batch_id = %(batch)s and line = any(%(lines)s)
"""

_ISSUES = """
select code, field, min(message) filter (where place = 1) as message, max(place)::int as rows,
       coalesce(array_agg(distinct line order by line) filter (where place <= %(first)s), '{{}}') as lines
from (
    select line, issue ->> 'code' as code, issue ->> 'field' as field, issue ->> 'message' as message,
           dense_rank() over (partition by issue ->> 'code', issue ->> 'field' order by line) as place
    from (
        select line, jsonb_array_elements(errors) as issue from {rows}
        where batch_id = %(batch)s and errors is not null
        union all
        select line, jsonb_array_elements(errors) from workbench.import_outcome
        where batch_id = %(batch)s and plan = %(plan)s and errors is not null
    ) each
) placed group by code, field order by rows desc, code, field
"""


def changes(
    contract: Contract,
    mapping: dict[str, Any],
    payload: dict[str, Any],
    before: dict[str, Any] | None,
    refs: dict[str, Any] | None,
) -> dict[str, list[Any]]:
    """Each changed field with its old and its new value, as the plan compared them."""
    if before is None:
        return {}
    changes: dict[str, list[Any]] = {}
    for field in contract.stored:
        if field.target not in before or field.name not in payload:
            continue
        old = before[field.target]
        new = (refs or {}).get(field.target) if field.reference else payload[field.name]
        erases = field.name in mapping.get("clears", ())
        if (new is not None or erases) and not _same(field, old, new):
            changes[field.name] = [old, new]
    removal = contract.removal
    if removal is not None and before.get(removal.active) is False:
        changes[removal.active] = [False, True]
    return changes


def _same(field: Field, old: Any, new: Any) -> bool:
    if field.kind == "timestamp" and old is not None and new is not None:
        return datetime.fromisoformat(old) == datetime.fromisoformat(new)
    return bool(old == new)


def removals(store: Store, batch: Batch) -> list[dict[str, Any]]:
    """The records that a plan takes away because the file no longer names them: action, record_id, before, and how a
    row would call the records that each refers to ({field: text})."""
    known = catalog.CONTRACTS.get(batch.dataset)
    run = [each.id for each in parts(store, batch.part_of or batch.id)]
    called = [_called(field, run) for field in known.references] if known is not None else []
    return store.all(
        SQL(
            "select action, record_id, before, jsonb_strip_nulls(jsonb_build_object({called})) as called "
            "from workbench.import_removal m where batch_id = %s and plan = %s order by record_id"
        ).format(called=SQL(", ").join(called)),
        (batch.id, batch.plan),
    )


def _called(field: Field, run: Sequence[UUID]) -> Composable:
    """A field with what a row says there of the record that one which goes, `m`, refers to: the `run` may take away
    both."""
    assert field.reference is not None
    other = catalog.contract(field.reference.dataset)
    return SQL(
        """{name}, (select coalesce(
            (select x.{column}::text from {other} x where x.id = whose.id),
            (select g.before ->> {of} from workbench.import_removal g
             where g.batch_id = any({run}) and g.plan = m.plan and g.record_id = whose.id limit 1))
        from (select (m.before ->> {refers})::uuid as id) whose)"""
    ).format(
        name=Literal(field.name),
        column=Identifier(other.field(field.reference.field).target),
        of=Literal(other.field(field.reference.field).target),
        other=Identifier(other.family, other.table),
        refers=Literal(field.target),
        run=Literal(list(run)),
    )


_PAGE = 5_000


def _of_outcome(
    store: Store, batch: Batch, outcome: str | None, reason: str | None, *, after: int = 0, limit: int | None = None
) -> Iterator[dict[str, Any]]:
    """The rows of one outcome, or for one reason, as `rows` has them, page by page; memory does not grow with them."""
    while limit is None or limit > 0:
        most = _PAGE if limit is None else min(_PAGE, limit)
        found = paging.lines(store, batch, RowQuery(outcome=outcome, reason=reason), after=after, limit=most)
        if found:
            yield from rows(store, batch, lines=found)
        if len(found) < most:
            return
        after = found[-1]
        limit = None if limit is None else limit - len(found)


class Rows:
    """The rows of the tenant's batches: `Workbench.rows`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __call__(
        self,
        batch: Batch | UUID | str,
        *,
        outcome: str | None = None,
        reason: str | None = None,
        limit: int | None = None,
    ) -> "pd.DataFrame":
        """The rows of a batch, one a line of the source; or those with an outcome, or for a reason ("rejected")."""
        import pandas as pd

        found = self.each(batch, outcome=outcome, reason=reason, limit=limit)
        return pd.DataFrame(list(found), columns=[*ROW_COLUMNS])

    def each(
        self,
        batch: Batch | UUID | str,
        *,
        outcome: str | None = None,
        reason: str | None = None,
        lines: Sequence[int] | None = None,
        after: int = 0,
        limit: int | None = None,
    ) -> Iterator[dict[str, Any]]:
        """The rows of a batch as `workbench rows --format json` shows them, one after the other, in bounded memory:
        all of them, those with an outcome (for a reason), or those on some lines.

        Those of a run of several sheets say of which `dataset` each is.
        """
        found = get(self._store, batch)
        if found not in (own := sheets(self._store, found)):
            each = (
                {**row, "dataset": sheet.dataset}
                for sheet in own
                for row in self.each(sheet, outcome=outcome, reason=reason, lines=lines, after=after, limit=limit)
            )
            return islice(each, limit)
        if (outcome is None and reason is None) or lines is not None:
            return rows(self._store, found, outcome=outcome, lines=lines, after=after, limit=limit)
        return _of_outcome(self._store, found, outcome, reason, after=after, limit=limit)

    def page(
        self,
        batch: Batch | UUID | str,
        query: RowQuery = EVERY_ROW,
        *,
        after: int = 0,
        skip: int = 0,
        limit: int = 50,
    ) -> list[dict[str, Any]]:
        """The first `limit` of the rows that are asked for, as `each` has them, in the order that is asked for, without
        the first `skip` of them; where that is the order of their lines, those after the line `after`. Raises
        UnknownHeader."""
        found = get(self._store, batch)
        lines = paging.lines(self._store, found, query, after=after, skip=skip, limit=limit)
        place = {line: place for place, line in enumerate(lines)}
        return sorted(self.each(found, lines=lines), key=lambda row: place[row["line"]]) if lines else []

    def number(self, batch: Batch | UUID | str, query: RowQuery = EVERY_ROW) -> int:
        """How many rows `page` finds in all; raises UnknownHeader."""
        return paging.number(self._store, get(self._store, batch), query)

    def lines(self, batch: Batch | UUID | str, query: RowQuery = EVERY_ROW) -> list[int]:
        """The lines of the rows that `page` finds, all of them; raises UnknownHeader."""
        return paging.lines(self._store, get(self._store, batch), query)

    def wrong_values(
        self, batch: Batch | UUID | str, *, code: str, field: str, limit: int = 100
    ) -> tuple[list[dict[str, Any]], int]:
        """What stands in the cells of the rows that have an issue, the most frequent first (text, rows, the first
        line, and what it probably means), and how many different texts there are."""
        return wrong_values.find(self._store, get(self._store, batch), code, field, limit)

    def save(
        self,
        batch: Batch | UUID | str,
        path: Path,
        file_format: exports.Format,
        *,
        outcome: str | None = None,
        reason: str | None = None,
        limit: int | None = None,
    ) -> int:
        """Writes the rows of a batch to a file that is there whole or not at all, and returns how many they are.

        Raises UnwritableFile, NoSpace, and SeveralSheets where they have not the same columns.
        """
        found = self._written(batch, file_format)
        return exports.save_rows(
            self.each(found, outcome=outcome, reason=reason, limit=limit),
            found.headers,
            path,
            file_format,
            of=written_as(found.id, found.revision),
        )

    def write(
        self,
        batch: Batch | UUID | str,
        file: IO[bytes],
        file_format: exports.Format,
        *,
        outcome: str | None = None,
        reason: str | None = None,
        limit: int | None = None,
        marked: bool = True,
    ) -> int:
        """Writes the rows of a batch to an open file, and returns how many they are; a CSV that is not for a person
        needs no byte order mark (`marked`)."""
        found = self._written(batch, file_format)
        each = self.each(found, outcome=outcome, reason=reason, limit=limit)
        of = written_as(found.id, found.revision)
        return exports.write_rows(each, found.headers, file, file_format, marked=marked, of=of)

    def issues(self, batch: Batch | UUID | str, *, first: int = 5) -> list[dict[str, Any]]:
        """What is wrong, the most frequent first: code, field, message, rows, and the first lines that have it; and of
        which `dataset` the lines are, in a run of several sheets."""
        found = get(self._store, batch)
        if found not in (own := sheets(self._store, found)):
            return [{**each, "dataset": sheet.dataset} for sheet in own for each in self.issues(sheet, first=first)]
        return issues(self._store, found, first=first)

    def issue_counts(self, batch: Batch | UUID | str) -> list[dict[str, Any]]:
        """What is wrong, the most frequent first: code, field, severity, message (the first), rows."""
        return self._dated(batch, paging.issue_counts)

    def unexplained(
        self,
        batch: Batch | UUID | str,
        *,
        outcome: str | None = None,
        code: str | None = None,
        field: str | None = None,
    ) -> list[int]:
        """The lines that still need a person's word: all of them, or those of one outcome, or with one issue."""
        found = get(self._store, batch)
        outcomes = [outcome] if outcome else ["unmatched", "invalid"]
        asked = (RowQuery(outcome=one, code=code, field=field, waiting=True) for one in outcomes)
        each = (paging.lines(self._store, found, query) for query in asked)
        return sorted(line for lines in each for line in lines)

    def unexplained_kinds(self, batch: Batch | UUID | str) -> list[dict[str, Any]]:
        """The kinds of rows that still need a person's word: outcome, code, field, message, rows.

        The most frequent come first. A row with two issues is of two kinds.
        """
        return self._dated(batch, waiting_kinds.unexplained_kinds)

    def _dated(
        self, batch: Batch | UUID | str, kinds: Callable[[Store, Batch], list[dict[str, Any]]]
    ) -> list[dict[str, Any]]:
        """Kinds of issues, each with when it was so where that may be otherwise by now."""
        found = get(self._store, batch)
        since = when_it_was_so(self._store, found)
        return [{**kind, "message": dated(kind, since)} for kind in kinds(self._store, found)]

    def said(self, batch: Batch | UUID | str) -> list[dict[str, Any]]:
        """What people have said of a batch's rows, the most frequent first: word (explained, rejected), reason, by,
        rows, and their lines."""
        return explaining.words(self._store, get(self._store, batch))

    def _written(self, batch: Batch | UUID | str, file_format: exports.Format) -> Batch:
        """The batch whose rows are to be written: JSON takes those of several sheets, a table of columns does not."""
        return get(self._store, batch) if file_format == "json" else one_sheet(self._store, batch)

    def removals(self, batch: Batch | UUID | str) -> list[dict[str, Any]]:
        """The records that the file no longer names, and what happens to each: action, record_id, before."""
        return removals(self._store, get(self._store, batch))
