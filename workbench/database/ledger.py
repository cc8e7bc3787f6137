"""Batches and their rows in the database: begun, moved forward, explained, signed, and asked about."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.sql import SQL, Composable, Identifier, Literal
from psycopg.types.json import Jsonb

from workbench.database.statements import removable, slice_of
from workbench.database.store import Store, translated_errors
from workbench.datasets import catalog
from workbench.model.batch import OUTCOMES, Batch
from workbench.model.contract import Contract, Field
from workbench.model.errors import NotDone, UnknownBatch, UnknownLines, WorkbenchError
from workbench.model.issue import counted

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
)
"""What `rows` tells of each row."""

_RENAMED = {"dataset": "data_type", "initiated_by": "initiated_by_id"}
_BATCH = SQL(", ").join(
    SQL("{} as {}").format(Identifier(_RENAMED.get(field.name, field.name)), Identifier(field.name))
    for field in fields(Batch)
)


def _batch(row: dict[str, Any]) -> Batch:
    return Batch(**{**row, "headers": tuple(row["headers"]), "fields": tuple(row["fields"])})


def begin(store: Store, run: UUID | None = None, **given: Any) -> Batch:
    """Puts a new batch into the database as queued, in a run of its own when none is given; raises UnknownBatch."""
    # a file name is bytes, and need not be text
    given["file_name"] = given["file_name"].encode("utf-8", "backslashreplace").decode()
    with store.transaction() as connection:
        if run is None:
            run = given["id"]
            connection.execute(
                "insert into workbench.import_run (id, tenant_id, title, initiated_by_id) values (%s, %s, %s, %s)",
                (run, store.tenant_id, given["file_name"], store.user),
            )
        values = {"tenant_id": store.tenant_id, "run_id": run, "initiated_by_id": store.user, **given}
        values = {_RENAMED.get(name, name): Jsonb(v) if isinstance(v, dict) else v for name, v in values.items()}
        try:
            connection.execute(
                SQL("insert into workbench.import_batch ({}) values ({})").format(
                    SQL(", ").join(map(Identifier, values)), SQL(", ").join(SQL("%s") for _ in values)
                ),
                tuple(values.values()),
            )
        except psycopg.errors.ForeignKeyViolation:
            raise UnknownBatch(batch=run) from None  # a run is called by its first batch
        store.note("began", given["id"], dataset=given["dataset"], file=given["file_name"])
    return get(store, given["id"])


def move(store: Store, batch: UUID, noted: tuple[str, dict[str, Any]] | None = None, **changes: Any) -> Batch:
    """Changes a batch: its stage only ever forward, `summary` by adding to it; `noted` goes into the audit log."""
    sets: list[Composable] = []
    for name, value in changes.items():
        column = Identifier(_RENAMED.get(name, name))
        sets.append(
            SQL("{} = summary || {}").format(column, Literal(Jsonb(value)))
            if name == "summary"
            else SQL("{} = {}").format(column, Literal(Jsonb(value) if isinstance(value, dict) else value))
        )
    with store.transaction() as connection:
        connection.execute(
            SQL("update workbench.import_batch set {} where id = {}").format(SQL(", ").join(sets), Literal(batch))
        )
        if noted is not None:
            store.note(noted[0], batch, **noted[1])
    return get(store, batch)


def staged_figures(store: Store, batch: UUID) -> tuple[int, list[dict[str, Any]]]:
    """How many rows of a batch are invalid, and its issues by their kind, as the database has them."""
    failed = "select count(*)::int as rows from workbench.import_row where batch_id = %s and status = 'failed'"
    row = store.one(failed, (batch,))
    return (row["rows"] if row else 0), counted(store.all(_KINDS, (batch,)))


_KINDS = """
select issue ->> 'code' as code, issue ->> 'field' as field, issue ->> 'severity' as severity,
       min(issue ->> 'message') as message, count(*)::int as rows
from workbench.import_row, jsonb_array_elements(errors) issue where batch_id = %s group by 1, 2, 3
"""


def fail(store: Store, batch: UUID, why: str) -> None:
    """Ends a batch that could not go on, with the reason a person reads."""
    with store.transaction() as connection:
        connection.execute(
            "update workbench.import_batch set stage = 'failed', summary = summary || %s where id = %s",
            (Jsonb({"error": why}), batch),
        )
        store.note("failed", batch, why=why)


def fail_quietly(store: Store, batch: UUID, why: str) -> None:
    """Ends a batch, unless the database that should hear of it is what failed."""
    with suppress(WorkbenchError, psycopg.Error):
        fail(store, batch, why)


@contextmanager
def working(store: Store, batch: UUID) -> Iterator[None]:
    """Waits until nobody else is at work on a batch, and says that we are, for as long as the connection lives: what
    `recover` asks."""
    with translated_errors():
        store.connection.execute("select pg_advisory_lock(hashtextextended(%s, 1))", (str(batch),))
    try:
        yield
    finally:
        with suppress(psycopg.Error):
            store.connection.execute("select pg_advisory_unlock(hashtextextended(%s, 1))", (str(batch),))


def recover(store: Store) -> None:
    """Ends the batches whose program died while it staged them: none of their rows was kept.

    Those that a page has begun are left alone: the job that fills them is taken up again.
    """
    waiting = "select id from workbench.import_batch where stage in ('queued', 'staging') and source <> 'page'"
    for row in store.all(waiting):
        lock = (str(row["id"]),)
        with translated_errors():
            taken = "select pg_try_advisory_lock(hashtextextended(%s, 1)) as taken"
            if not store.connection.execute(taken, lock).fetchone()["taken"]:  # type: ignore[index]
                continue
            fail_quietly(store, row["id"], "the program was stopped while it staged the rows; import the source again")
            store.connection.execute("select pg_advisory_unlock(hashtextextended(%s, 1))", lock)


def get(store: Store, batch: UUID | str) -> Batch:
    """A batch by its id, by the beginning of its id when only one begins so, or the newest as "latest".

    Raises UnknownBatch.
    """
    text = str(batch).lower()
    if text == "latest":
        newest = find(store)
        if not newest:
            raise UnknownBatch(batch=batch)
        return newest[0]
    found = (
        store.all(
            SQL("select {} from workbench.import_batch where id::text like %s limit 2").format(_BATCH), (f"{text}%",)
        )
        if _IDENTIFIER.fullmatch(text)
        else []
    )
    if len(found) != 1:
        raise UnknownBatch(batch=batch)
    return _batch(found[0])


_IDENTIFIER = re.compile("[0-9a-f-]+")


def find(store: Store, fits: str = "", values: Mapping[str, object] | None = None, limit: int = 1) -> list[Batch]:
    """The tenant's batches that fit a condition, newest first."""
    condition = SQL("where {}").format(SQL(fits)) if fits else SQL("")
    question = SQL("select {} from workbench.import_batch {} order by created_at desc, id desc limit {}")
    # values are given apart, for a condition without any may hold a percent sign of its own
    return [_batch(row) for row in store.all(question.format(_BATCH, condition, Literal(limit)), values or ())]


def same_file(store: Store, dataset: str, checksum: str) -> Batch | None:
    """The last completed batch of these very bytes under this contract, unless it was undone."""
    row = store.one(
        SQL(
            "select {} from workbench.import_batch b where data_type = %s and checksum = %s and stage = 'completed' "
            "and not exists (select from workbench.import_batch u where u.undo_of = b.id and u.stage = 'completed') "
            "order by completed_at desc limit 1"
        ).format(_BATCH),
        (dataset, checksum),
    )
    return _batch(row) if row else None


def holds_records(store: Store, dataset: str) -> bool:
    """Whether the tenant has any record of that dataset."""
    contract = catalog.contract(dataset)
    row = store.one(
        SQL("select exists (select from {} t where {}) as any").format(
            Identifier(contract.family, contract.table), slice_of(contract, "t")
        )
    )
    return bool(row and row["any"])


def figures(store: Store, batch: Batch) -> dict[str, Any]:
    """The batch's figures as they stand, each explained row counted as skipped: what a Reconciliation is made of."""
    counts = {outcome: getattr(batch, outcome) or 0 for outcome in OUTCOMES}
    skipped = dict(batch.summary.get("skipped_by_reason", {}))
    unmatched = dict(batch.summary.get("unmatched_by_kind", {}))
    for row in store.all(_EXPLAINED, (batch.id,)):
        counts[row["outcome"]] -= row["rows"]
        counts["skipped"] += row["rows"]
        skipped["explained"] = skipped.get("explained", 0) + row["rows"]
        if row["outcome"] == "unmatched":
            unmatched[row["reason"]] -= row["rows"]
    return {
        "processed": batch.processed or 0,
        **counts,
        "skipped_by_reason": skipped,
        "unmatched_by_kind": {kind: rows for kind, rows in unmatched.items() if rows},
        "issues_by_code": dict(batch.summary.get("issues_by_code", {})),
    }


_EXPLAINED = """
select o.outcome, o.reason, count(*)::int as rows from workbench.import_explanation e
join workbench.import_batch b on b.id = e.batch_id
join workbench.import_outcome o on o.batch_id = b.id and o.plan = b.plan and o.line = e.line
where e.batch_id = %s and o.outcome in ('unmatched', 'invalid') group by 1, 2
"""


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
    {field: [old, new]}, `corrected` {header: [in the source, as a person corrected it]}. Read in pages; memory does not
    grow with the batch."""
    contract = catalog.contract(batch.dataset) if batch.undo_of is None else None
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
            before = row.pop("before")
            refs = row.pop("refs")
            row["changes"] = changes(contract, batch.mapping, row["payload"], before, refs) if contract else {}
            yield row
        if len(found) < page:
            return
        after = found[-1]["line"]
        limit = None if limit is None else limit - len(found)


# A fresh batch has no statistics yet, and the planner would read all of it and sort it, for every page anew.
_IN_ORDER = """
set local enable_sort = off; set local enable_bitmapscan = off;
set local enable_hashjoin = off; set local enable_mergejoin = off
"""

_ROWS = """
select line, replace(external_key, chr(31), '|') as key, status, outcome, reason, coalesce(errors, '[]') as issues,
    raw, payload, record_id, before, refs,
       explanation, explained_by, explained_at, original, corrected_by, corrected_at
from workbench.import_result
where batch_id = %(batch)s and line > %(after)s
  and (%(outcome)s::text is null or outcome = %(outcome)s) and (%(lines)s::int[] is null or line = any(%(lines)s))
order by line limit %(limit)s
"""


def issues(store: Store, batch: Batch, *, first: int = 5) -> list[dict[str, Any]]:
    """Each issue of a batch, the most frequent first: code, field, message (its first), rows, and its `first` lines."""
    rows_ = Identifier("workbench", "corrected_row" if batch.revision else "import_row")
    plan = 0 if batch.stage == "staged" else batch.plan
    return store.all(SQL(_ISSUES).format(rows=rows_), {"batch": batch.id, "plan": plan, "first": first})


_ISSUES = """
select code, min(field) filter (where place = 1) as field, min(message) filter (where place = 1) as message,
       count(*)::int as rows, coalesce(array_agg(line order by line) filter (where place <= %(first)s), '{{}}') as lines
from (
    select line, issue ->> 'code' as code, issue ->> 'field' as field, issue ->> 'message' as message,
           row_number() over (partition by issue ->> 'code' order by line) as place
    from (
        select line, jsonb_array_elements(errors) as issue from {rows}
        where batch_id = %(batch)s and errors is not null
        union all
        select line, jsonb_array_elements(errors) from workbench.import_outcome
        where batch_id = %(batch)s and plan = %(plan)s and errors is not null
    ) each
) placed group by code order by rows desc, code
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


def explain(store: Store, batch: Batch, lines: Sequence[int], reason: str) -> None:
    """Says why rows are unmatched or invalid; they count as skipped from then on. Raises UnknownLines."""
    open_ = {row["line"] for row in store.all(_UNEXPLAINED, {"batch": batch.id, "lines": list(lines)})}
    if missing := sorted(set(lines) - open_):
        raise UnknownLines(batch=batch.id, lines=", ".join(map(str, missing)))
    with store.transaction() as connection:
        connection.execute(
            "insert into workbench.import_explanation (tenant_id, batch_id, line, reason, explained_by) "
            "select %s, %s, unnest(%s::int[]), %s, %s",
            (store.tenant_id, batch.id, sorted(open_), reason, store.user),
        )
        store.note("explained", batch.id, lines=sorted(open_), reason=reason)


_UNEXPLAINED = """
select line from workbench.import_result
where batch_id = %(batch)s and line = any(%(lines)s) and outcome in ('unmatched', 'invalid')
"""


def removals(store: Store, batch: Batch) -> list[dict[str, Any]]:
    """The records that a plan takes away because the file no longer names them: action, record_id, before."""
    return store.all(
        "select action, record_id, before from workbench.import_removal "
        "where batch_id = %s and plan = %s order by record_id",
        (batch.id, batch.plan),
    )


def in_scope(store: Store, contract: Contract, scope: dict[str, str | None], mode: str) -> int:
    """How many records an empty file of that scope takes away; a field without a value means the records without."""
    removal = contract.removal
    assert removal is not None
    tests = [
        SQL("{} is not distinct from {}").format(Identifier(contract.field(name).target), Literal(value))
        for name, value in scope.items()
    ]
    row = store.one(
        SQL("select count(*)::int as records from {} where {}").format(
            Identifier(contract.family, contract.table), SQL(" and ").join([removable(contract, mode), *tests])
        )
    )
    return int(row["records"]) if row else 0


def signature(store: Store, batch: UUID) -> dict[str, Any] | None:
    """Who signed a batch off, when, over which evidence; None when nobody has."""
    return store.one(
        "select signed_by, signed_at, digest, evidence from workbench.sign_off where batch_id = %s", (batch,)
    )


def people(store: Store) -> int:
    """How many persons have ever worked in the tenant."""
    row = store.one("select count(*)::int as people from workbench.person")
    return int(row["people"]) if row else 0


def sign(store: Store, batch: Batch, evidence: dict[str, Any]) -> str:
    """Freezes a batch's evidence and returns its digest: SHA-256 over the figures, the log and every row's outcome."""
    digest = digest_of(store, batch, evidence)
    try:
        with store.transaction() as connection:
            connection.execute(
                "insert into workbench.sign_off (tenant_id, batch_id, signed_by, digest, evidence) "
                "values (%s, %s, %s, %s, %s)",
                (store.tenant_id, batch.id, store.user, digest, Jsonb(evidence)),
            )
            store.note("signed off", batch.id, digest=digest)
    except psycopg.Error as error:
        if error.sqlstate == "WB001":
            raise NotDone(batch=batch.id, why=error.diag.message_primary) from None
        raise
    return digest


def digest_of(store: Store, batch: Batch, evidence: dict[str, Any]) -> str:
    """What the digest of that evidence over the batch's rows is now."""
    digest = hashlib.sha256(json.dumps(evidence, sort_keys=True, separators=(",", ":")).encode())
    for statement in (_DIGESTS, *((_CORRECTED,) if batch.revision else ())):
        for row in store.all(statement, {"batch": batch.id, "plan": batch.plan}):
            digest.update(row["digest"].encode())
    return digest.hexdigest()


# ten thousand rows a digest, so that no text grows with the batch
_DIGESTS = """
select md5(string_agg(md5(json_build_array(r.line, r.raw, r.payload, r.errors, o.outcome, o.reason, o.record_id,
    o.before, o.errors, e.reason, e.explained_by, e.explained_at)::text), '' order by r.line)) as digest
from workbench.import_row r
join workbench.import_outcome o on o.batch_id = r.batch_id and o.line = r.line and o.plan = %(plan)s
left join workbench.import_explanation e on e.batch_id = r.batch_id and e.line = r.line
where r.batch_id = %(batch)s group by r.line / 10000 order by r.line / 10000
"""

_CORRECTED = """
select md5(string_agg(md5(json_build_array(line, revision, raw, payload, errors, corrected_by, corrected_at)::text), ''
    order by line, revision)) as digest
from workbench.import_correction where batch_id = %(batch)s group by line / 10000 order by line / 10000
"""
