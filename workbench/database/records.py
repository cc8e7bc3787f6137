"""A record as it is, and every import that touched it; and which record a line of a file is about."""

import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from psycopg.sql import SQL, Composable, Identifier, Literal

from workbench.database import classes, deactivating, search, source_rows, unwritten
from workbench.database.batches import get, one_sheet, parts
from workbench.database.referring import Referring
from workbench.database.rows import by_steps, changes, settled
from workbench.database.said_fields import nearness, said_fields
from workbench.database.slices import slice_of
from workbench.database.store import Store
from workbench.database.titles import BETWEEN, Found, key_of, readings, told
from workbench.datasets import catalog
from workbench.model.answer import REFERRING, Answer, Unwritten
from workbench.model.batch import Batch, origin
from workbench.model.contract import Contract
from workbench.model.errors import (
    DatabaseBusy,
    DatabaseUnavailable,
    RecordChanged,
    SeveralSheets,
    UnknownDataset,
    UnknownRecord,
)
from workbench.model.list_query import EVERY, ListQuery
from workbench.model.recipe import Recipe
from workbench.model.wording import cut

_BY_ROW = 200
"""So many records are told for what only the rows say that they came of: each is looked up by itself."""


def _until(seconds: float | None) -> float:
    return unwritten.FOREVER if seconds is None else time.monotonic() + seconds


def tidy(store: Store) -> None:
    """Makes later questions quick; about a second for a million new rows, which can be imported meanwhile."""
    with suppress(DatabaseBusy, DatabaseUnavailable):  # then another time
        store.one("select workbench.tidy()")


def _now(store: Store, contract: Contract, test: Composable) -> dict[str, Any] | None:
    """A record as it is, and its key as `its key`."""
    joins, key = key_of(contract)
    return store.one(
        SQL('select t.*, array_to_string(array[{}], chr(31)) as "its key" from {} t {} where {} and {} limit 1').format(
            SQL(", ").join(key), Identifier(contract.family, contract.table), joins, test, slice_of(contract, "t")
        )
    )


def _by_key(store: Store, contract: Contract, parts: list[str]) -> dict[str, Any] | None:
    _, key = key_of(contract)
    if len(parts) != len(key):
        return None
    tests = [SQL("{} = {}").format(column, Literal(part)) for column, part in zip(key, parts, strict=True)]
    return _now(store, contract, SQL(" and ").join(tests))


def record(store: Store, dataset: str, key: str, referring_to_it: int = REFERRING) -> dict[str, Any]:
    """A record by its key or id, as it is now, with every import that touched it, newest first; how far
    a teacher of a roster is (`progress`, None of any other record); what the ids in all that are called (`names`, by
    the id as text), what people did to it by hand (`by_hand`, newest first: action, by, at, reason), and the first so
    many records of each table that refer to it, each with its `values` by field. Raises UnknownDataset,
    UnknownRecord."""
    contract = _with_table(dataset)
    identifier = search.identifier(key)
    ways = [
        [search.as_kept(field, part) for part, field in zip(parts, contract.key_fields, strict=True)]
        for parts in readings(key, len(contract.key))
    ]
    now = _now(store, contract, SQL("t.id = {}").format(Literal(identifier))) if identifier else None
    if now is None:
        now = next(filter(None, (_by_key(store, contract, parts) for parts in ways)), None)
    known = now["id"] if now else identifier
    keys = [now.pop("its key")] if now else [BETWEEN.join(parts) for parts in ways] or [""]
    history = next(filter(None, (_history(store, contract, known, each) for each in keys)), [])
    if now is None and not history:
        raise UnknownRecord(dataset=dataset, key=cut(key, 300))
    own: list[Found] = [(contract.family, contract.table, known)] if known else []
    referring = [each for one in own for each in search.referring(store, one, referring_to_it)]
    _tell_values(store, referring, known)
    return {
        "dataset": dataset,
        "record": now,
        "history": history,
        "progress": _progress(store, dataset, known),
        "names": _names(store, contract, now, history) | _named_by(store, referring),
        "by_hand": deactivating.words(store, known) if known and contract.removal is not None else [],
        "referring": referring,
    }


def _with_table(dataset: str) -> Contract:
    """The contract of that name; raises UnknownDataset, also for the form of a playbook, which has no records."""
    contract = catalog.contract(dataset)
    if not contract.table:
        raise UnknownDataset(dataset=cut(dataset), known=", ".join(catalog.CONTRACTS))
    return contract


ROSTER = "polaris.teacher_roster"
"""The dataset whose records have a progress."""


def _progress(store: Store, dataset: str, record: UUID | None) -> dict[str, Any] | None:
    if dataset != ROSTER or record is None:
        return None
    return store.one(f"{_PROGRESS} where roster_id = %s", (record,))


_PROGRESS = """
select email, name, building, district, academic_year, is_active, target, completed, planned, to_review, progress
from polaris.teacher_progress_status
"""


def _names(
    store: Store, contract: Contract, now: dict[str, Any] | None, history: list[dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """What the records are called that a record refers to, or has referred to: dataset, record_id, key, title."""
    found: list[Found] = []
    for field in contract.references:
        assert field.reference is not None
        other = catalog.contract(field.reference.dataset)
        ids = [now[field.target]] if now else []
        ids += [value for event in history for value in event["changes"].get(field.name, ())]
        found += [(other.family, other.table, UUID(str(each))) for each in ids if each is not None]
    return {str(one["record_id"]): one for one in told(store, dict.fromkeys(found))}


def _tell_values(store: Store, referring: list[dict[str, Any]], record: UUID | None) -> None:
    """Says of records that refer to one what each has in its fields, besides that one's id."""
    for dataset in dict.fromkeys(each["dataset"] for each in referring):
        contract = catalog.contract(dataset)
        some = {each["record_id"]: each for each in referring if each["dataset"] == dataset}
        question = SQL("select * from {} t where t.id = any({})").format(
            Identifier(contract.family, contract.table), Literal(list(some))
        )
        for row in store.all(question):
            values = {field.name: row.get(field.target) for field in contract.stored}
            some[row["id"]]["values"] = {
                name: value for name, value in values.items() if value not in (None, "", record)
            }


def _named_by(store: Store, referring: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What the records are called that those name which refer to one."""
    found: list[Found] = []
    for each in referring:
        for field in catalog.contract(each["dataset"]).references:
            identifier = each.get("values", {}).get(field.name)
            if field.reference is not None and isinstance(identifier, UUID):
                other = catalog.contract(field.reference.dataset)
                found.append((other.family, other.table, identifier))
    return {str(one["record_id"]): one for one in told(store, dict.fromkeys(found))}


def row_records(store: Store, batch: Batch, line: int) -> list[tuple[str, UUID]]:
    """The records that a row is about: the one it made, changed or left, else the one that has its key now; of a row
    that others were made of, those that they are about, in the order of import. Raises SeveralSheets."""
    made = parts(store, one_sheet(store, batch).id) if batch.undo_of is None else ()
    rows = {part.id: part for part in made}
    found = (
        [_row_record(store, rows[row["batch_id"]], row["line"]) for row in store.all(_MADE, _asked(made, line))]
        if made
        else [_row_record(store, batch, line)]
    )
    return list(dict.fromkeys(each for each in found if each is not None))


def _asked(made: tuple[Batch, ...], line: int) -> dict[str, Any]:
    """The parts of a run, those apart whose rows may be made of several of the source's: all are looked through."""
    grouped = [part.id for part in made if part.summary.get("grouped")]
    return {"alone": [part.id for part in made if part.id not in grouped], "grouped": grouped, "line": line}


_MADE = """
select made.batch_id, made.line from (
    select batch_id, line from workbench.import_row where batch_id = any(%(alone)s) and line = %(line)s
    union all
    select batch_id, line from workbench.import_row
    where batch_id = any(%(grouped)s) and %(line)s = any(coalesce(sources, array[line]))
) made join workbench.import_batch b on b.id = made.batch_id order by b.part, made.line
"""
"""The rows of a run's parts that were made of a line of its source."""


def _row_record(store: Store, batch: Batch, line: int) -> tuple[str, UUID] | None:
    row = store.one(
        "select record_id, external_key as key, payload ->> 'dataset' as dataset from workbench.import_result "
        "where batch_id = %s and line = %s",
        (batch.id, line),
    )
    if row is None:
        return None
    undoes = batch.undo_of is not None
    if batch.stage == "completed" and row["record_id"] is not None:
        return (undoes and row["dataset"]) or batch.dataset, row["record_id"]
    contract = catalog.contract(batch.dataset)
    now = _by_key(store, contract, row["key"].split(BETWEEN)) if row["key"] and not undoes else None
    return (batch.dataset, now["id"]) if now else None


def _history(store: Store, contract: Contract, record: UUID | None, key: str) -> list[dict[str, Any]]:
    made = origin(record) if record else None
    with store.transaction() as connection:
        connection.execute("set local enable_seqscan = off")
        history = connection.execute(
            _HISTORY,
            {
                "record": record,
                "dataset": contract.name,
                "keys": [key],
                "batch": made[0] if made else None,
                "line": made[1] if made else None,
            },
        ).fetchall()
    for row in history:
        before, refs, mapping = row.pop("before"), row.pop("refs"), row.pop("mapping")
        recipe, filling = row.pop("recipe"), row["filling"] or {}
        cleaned, row["removed_by"] = by_steps(row["cleaned"], Recipe.kept(recipe))
        # what was done to columns that are not imported stands with the row, and is no part of the record's story
        row["cleaned"] = {header: each for header, each in cleaned.items() if filling.get(header)}
        if row["undo_of"] is not None:
            row["changes"] = {}  # those of what it took back, the other way round: see below
        elif row["line"] is not None:
            row["payload"] = settled(row["payload"], row["outcome"])
            row["changes"] = changes(contract, mapping, row["payload"], before, refs)
        elif row["outcome"] == "deactivated" and contract.removal is not None:
            row["changes"] = {contract.removal.active: [True, False]}
        else:
            row["changes"] = {}
    source_rows.tell(store, contract, history)
    done = {(row["batch"], row["of_row"]): row["changes"] for row in history}
    for row in history:
        of_row, _ = row.pop("of_row"), row.pop("sources")
        if row["undo_of"] is not None and row["reason"] == "restored":
            taken_back = done.get((row["undo_of"], of_row), {})
            row["changes"] = {name: [new, old] for name, (old, new) in taken_back.items()}
    return history


# of a record that an undo has kept it has taken nothing back
_TAKEN_BACK = """(
    select n.batch_id from workbench.import_batch u
    join workbench.import_outcome n on n.batch_id = u.id and n.plan = u.plan and n.line = e.line
    where u.undo_of = b.id and u.stage = 'completed' and n.outcome <> 'skipped'
)"""

_HISTORY = f"""
{search.KEYED}, touched as (
    select %(batch)s::uuid as batch_id, %(line)s::bigint as line where %(batch)s is not null
    union select batch_id, line from workbench.import_outcome where record_id = %(record)s and outcome = 'updated'
    union select batch_id, line from keyed
)
select b.id as batch, b.undo_of, b.file_name, b.part_of as run, b.derived, b.headers, e.raw, e.original, e.sources,
       e.line as of_row, coalesce(e.sources[1], e.line) as line,
       e.outcome, e.reason, e.payload,
       e.before, e.refs, e.issues, b.stage, b.mapping, b.initiated_by_id as run_by,
       (select a.actor from workbench.audit_log a
        where a.batch_id = coalesce(b.part_of, b.id) and a.action = 'committed' order by a.id limit 1) as committed_by,
       coalesce(b.completed_at, b.planned_at, b.created_at) as at,
       e.explanation, e.corrected_by, e.corrected_at, s.signed_by,
       case when b.derived and coalesce(jsonb_typeof(b.mapping -> 'recipe'), 'null') = 'null' then (
           select r.cleaned from workbench.import_row r where r.batch_id = b.part_of and r.line = e.line
       ) else e.cleaned end as cleaned,
       nullif(coalesce(f.mapping, b.mapping) -> 'recipe', 'null') as recipe,
       nullif(coalesce(f.mapping, b.mapping) -> 'columns', 'null') as filling,
       case when e.outcome in ('created', 'updated') and b.undo_of is null then {_TAKEN_BACK}
            else workbench.undone_by(b.id) end as undone_by
from (
    select batch_id, line, outcome, reason, payload, before, refs, errors as issues, explanation,
           corrected_by, corrected_at, cleaned, sources, raw, original
    from touched join workbench.import_result using (batch_id, line)
    union all
    select m.batch_id, null, m.action, null, null, null, null, null, null, null, null, null, null,
           null, null
    from workbench.import_removal m join workbench.import_batch n on n.id = m.batch_id and n.plan = m.plan
    where m.record_id = %(record)s
) e join workbench.import_batch b on b.id = e.batch_id
left join workbench.import_batch f on f.id = b.part_of and b.derived
left join workbench.sign_off s on s.batch_id in (b.id, b.part_of)
where b.data_type = %(dataset)s and b.summary -> 'replaced' is null
  and (b.undo_of is null or b.stage = 'completed')  -- the preview of an undo is nothing that happened to a record
order by at desc, e.line
"""


class Records:
    """What is known of the tenant's records: `Workbench.records`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, dataset: str, key: str, *, referring: int = REFERRING) -> dict[str, Any]:
        """A record as it is now and every import that touched it, newest first, and the first so many records of each
        table that are `referring` to it; raises UnknownRecord.

        The parts of a composite key are separated by "|", e.g. "john@example.com|CNA101". A part may have a "|" itself:
        where that fits several records, the id tells which.
        """
        return record(self._store, dataset, key, referring)

    def referred(self, dataset: str, record: UUID) -> dict[str, tuple[int, list[str]]]:
        """By their dataset, how many records refer to the record of that id, and the fields that any of those has a
        value in; only datasets of which any do."""
        found = {
            about.name: Referring(self._store, dataset, record, about).counted()
            for about in dict.fromkeys(about for about, _ in catalog.dependents(dataset))
            if about.table
        }
        return {name: counted for name, counted in found.items() if counted[0]}

    def referring(
        self, dataset: str, record: UUID, of: str, query: ListQuery = EVERY, *, skip: int = 0, limit: int = 50
    ) -> tuple[list[dict[str, Any]], dict[str, dict[str, Any]]]:
        """Some of the records of the dataset `of` that refer to the record of that id (dataset, `record_id`, `values`
        by field), and what the records are called that they name. A cell of a record that names others says their key
        and title. Raises UnknownHeader for a field that the dataset has not."""
        found = Referring(self._store, dataset, record, _with_table(of)).page(query, skip, limit)
        return found, _named_by(self._store, found)

    def number_referring(self, dataset: str, record: UUID, of: str, query: ListQuery = EVERY) -> int:
        """How many records `referring` pages through."""
        return Referring(self._store, dataset, record, _with_table(of)).number(query)

    def classes(self, dataset: str, *, on: date | None = None) -> dict[str, int]:
        """How many records are in which class on a day, today (UTC) where none is said: of customers Active, Target,
        Prospect and Hold. Raises UnknownDataset, NoClasses."""
        return classes.counted(self._store, dataset, on or datetime.now(UTC).date())

    def classified(self, dataset: str, *, on: date | None = None, only: str | None = None) -> list[dict[str, Any]]:
        """The records, each with its key, `last` (the day that counts) and `class`, those of one class if it is named;
        raises UnknownDataset, NoClasses, UnknownClass."""
        return classes.records(self._store, dataset, on or datetime.now(UTC).date(), only)

    def find(self, text: str, *, limit: int = 50) -> list[dict[str, Any]]:
        """The records that a text may mean: dataset, record_id, key, title.

        First those whose key or id it is, then those that refer to them, then those that have every word of it in
        their keys, names and ids, or its phone number; where there is none, those whose names are written nearly so. A
        key that only a file has brought comes with None for its record_id. Raises LongQuestion.
        """
        return search.find(self._store, text, limit)[0]

    def ask(
        self,
        text: str,
        *,
        limit: int = 50,
        skip: int = 0,
        rows_skip: int = 0,
        seconds: float | None = None,
        meanwhile: Callable[[], object] | None = None,
    ) -> Answer:
        """What `find` finds, without the first `skip`, and the rows that have every word of the text and were not
        written, without the first `rows_skip`: refused, skipped, or of an import that was not committed or was taken
        back; where nothing has all of them, those that nearly do.

        Where no record is known by it, those that came of rows which have it, each with its `row` (batch, file_name,
        line; the first of them) and what it `says` of it itself, by field: nothing where the row's cell is not
        imported, or was another before it was cleaned or corrected.

        Rows are looked through for so many `seconds`, those of the newest imports first; without a limit all of them,
        and all where they are few altogether.
        Each of the three ways to look has its share of that. Where no record has just that text, `meanwhile` is called
        as soon as it is known, before all that takes longer. Raises LongQuestion.
        """

        share = None if seconds is None else seconds / 3
        records, nearly, number = search.find(self._store, text, limit, skip, meanwhile)
        rows = unwritten.find(self._store, text, limit, skip=rows_skip, until=_until(share))
        whole = rows.whole
        if nearly or not number:
            by_row, looked = self._by_row(text, _BY_ROW, _until(share))
            whole = whole and looked
            if by_row:
                records, nearly, number = self._saying(text, by_row)[skip : skip + limit], False, len(by_row)
        rows_nearly = not rows.number and (nearly or not number)
        if rows_nearly:
            rows = unwritten.find(self._store, text, limit, skip=rows_skip, nearly=True, until=_until(share))
            whole = whole and rows.whole
        return Answer(
            records=records,
            number=number,
            nearly=nearly,
            rows=rows.rows,
            rows_number=rows.number,
            rows_nearly=rows_nearly and rows.number > 0,
            whole=whole,
            text=text,
        )

    def _by_row(self, text: str, limit: int, until: float) -> tuple[list[dict[str, Any]], bool]:
        """The records that came of rows which have every word of a text, each once, with the row; and whether all rows
        were looked at."""
        found: dict[tuple[str, UUID], dict[str, Any]] = {}
        lines, whole = unwritten.written(self._store, text, limit, until=until)
        for batch, line in lines:
            with suppress(SeveralSheets):
                for dataset, id_ in row_records(self._store, batch, line):
                    by = {"batch": batch.id, "file_name": batch.file_name, "line": line}
                    found.setdefault((dataset, id_), by)
        there = []
        for (dataset, id_), by in found.items():
            contract = catalog.contract(dataset)
            there += [{**one, "row": by} for one in told(self._store, [(contract.family, contract.table, id_)])]
        return there[:limit], whole

    def _saying(self, text: str, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Records that came of rows, each with what it `says` of a text itself: first those that say just that in a
        field, then those that have its words, then those that have them as parts of others."""
        known = said_fields(self._store, text, [(one["dataset"], one["record_id"]) for one in records])
        said = [{**one, "says": known.get(one["record_id"], {})} for one in records]
        return sorted(said, key=lambda one: nearness(text, one["says"].values()))

    def left_out(
        self,
        text: str,
        *,
        limit: int = 20,
        skip: int = 0,
        seconds: float | None = None,
        besides: Collection[tuple[UUID, int]] = (),
    ) -> Unwritten:
        """The rows that say what a record is known by, as a word of its own, and were not written, as `ask` tells them,
        without the first `skip` and those `besides` (by batch and line); how many, and whether all were looked at,
        which ends after so many `seconds`."""
        until = _until(seconds)
        return unwritten.find(self._store, text, limit, skip=skip, until=until, names=True, besides=besides)

    def since(self, batch: Batch | UUID | str, row: Mapping[str, Any]) -> dict[str, Any] | None:
        """The first import after a batch that stands and has brought the key of a row of it which was not written
        (as `Workbench.rows.each` tells it): batch, file_name, line, at, outcome; None where there is none."""
        return unwritten.since(self._store, get(self._store, batch), dict(row))

    def of_row(self, batch: Batch | UUID | str, line: int) -> tuple[str, UUID] | None:
        """The dataset and the id of the record that a row is about: the one it made, changed or left as it was, else
        the one that has its key now; None when there is none."""
        return next(iter(self.all_of_row(batch, line)), None)

    def all_of_row(self, batch: Batch | UUID | str, line: int) -> list[tuple[str, UUID]]:
        """As `of_row`, of a run whose rows become several records all of them, in the order of import.

        Raises SeveralSheets for a run that has several rows of that line.
        """
        return row_records(self._store, get(self._store, batch), line)

    def progress(self, academic_year: str | None = None) -> list[dict[str, Any]]:
        """How far the teachers of the rosters are, of one academic year or of all: email, name, building, district,
        academic_year, is_active, target, completed, planned, to_review, and progress: Achieved once the target is
        reached, In Progress with any session that was attended or is still to come, else Not Started."""
        return self._store.all(
            f"{_PROGRESS} where %s::text is null or academic_year = %s order by academic_year, email",
            (academic_year, academic_year),
        )

    def deactivate(self, dataset: str, key: str, reason: str) -> None:
        """Switches a record off by hand (a teacher leaves the roster's year): no import switches it on again, and every
        row that names it says so. Who did it and why stands in the audit log.

        Raises NothingToDeactivate, UnknownRecord, NoReason, and NotDeactivated where it is so already.
        """
        self._switch(dataset, key, on=False, reason=reason)

    def reactivate(self, dataset: str, key: str, reason: str) -> None:
        """Switches a record on again, whoever had switched it off. Raises as `deactivate` does."""
        self._switch(dataset, key, on=True, reason=reason)

    def _switch(self, dataset: str, key: str, *, on: bool, reason: str) -> None:
        contract = _with_table(dataset)
        deactivating.removal_of(contract)
        now = record(self._store, dataset, key)["record"]
        if now is None:
            raise RecordChanged(dataset=dataset, key=key)
        deactivating.switch(self._store, contract, now["id"], on=on, reason=reason)

    def deactivated(self, dataset: str = ROSTER) -> list[dict[str, Any]]:
        """The records that a person has switched off, the newest first, each once: record_id, key, title, by, at,
        reason, and `named`: how many imports have named it since, with batch, file_name, line and at of the first; None
        where none has. Raises NothingToDeactivate."""
        return deactivating.deactivated(self._store, _with_table(dataset))

    def tidy(self) -> None:
        """Makes `find` and `record` quick again after many new rows; to be called when nobody waits for it, and about a
        second's work for a million rows."""
        tidy(self._store)
