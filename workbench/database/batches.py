"""Batches in the database: begun, moved forward, found, and what became of them."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg
from psycopg.sql import SQL, Composable, Identifier, Literal
from psycopg.types.json import Jsonb

from workbench.database import attention, gone, import_figures, import_lists, progress, reads, written_since
from workbench.database.import_lists import EVERY_IMPORT, FITS, NO_PREVIEW, OTHERS_UNDONE, STANDS, UNDONE_BY, literal
from workbench.database.planning import wholes
from workbench.database.store import Store
from workbench.model.batch import ENDED, OUTCOMES, Batch, Run
from workbench.model.errors import AmbiguousBatch, SeveralSheets, UnknownBatch, WorkbenchError
from workbench.model.import_query import ImportQuery
from workbench.model.issue import counted
from workbench.model.lost import Lost
from workbench.model.recipe import Recipe, is_same
from workbench.model.salesforce import ReadOf
from workbench.model.sheet import Sheet
from workbench.model.template import Mapping as Mapped
from workbench.model.wording import cut

if TYPE_CHECKING:
    import pandas as pd


_RENAMED = {"dataset": "data_type", "initiated_by": "initiated_by_id"}
_FOUND = {"undone_by": UNDONE_BY, "others_undone": OTHERS_UNDONE}


def _column(name: str) -> Composable:
    return SQL(_FOUND[name]) if name in _FOUND else Identifier(_RENAMED.get(name, name))


_BATCH = SQL(", ").join(SQL("{} as {}").format(_column(field.name), Identifier(field.name)) for field in fields(Batch))


def _batch(row: dict[str, Any]) -> Batch:
    lists = {name: tuple(row[name]) for name in ("headers", "fields", "others_undone")}
    skips = row["skip_errors"] or row["summary"].get("skip_errors", False)  # said beforehand, or at the commit
    return Batch(**{**row, **lists, "skip_errors": skips})


def begin(
    store: Store,
    first: Mapping[str, Any],
    *others: Mapping[str, Any],
    run: UUID | None = None,
    read_of: ReadOf | None = None,
    also: Callable[[], None] = lambda: None,
) -> Batch:
    """Puts new batches of one run into the database as queued, all or none, and gives back the first.

    The run is called by its first batch where none is given; `read_of` is what of Salesforce was read for it; `also`
    belongs to it. Raises UnknownBatch.
    """
    with store.transaction() as connection:
        # a file name is bytes, and need not be text
        name = first["file_name"].encode("utf-8", "backslashreplace").decode()
        if run is None:
            run = first["id"]
            connection.execute(
                "insert into workbench.import_run (id, tenant_id, title, initiated_by_id) values (%s, %s, %s, %s)",
                (run, store.tenant_id, name, store.user),
            )
        for given in (first, *others):
            values = {"tenant_id": store.tenant_id, "run_id": run, "initiated_by_id": store.user, **given}
            values["file_name"] = given["file_name"].encode("utf-8", "backslashreplace").decode()
            values = {_RENAMED.get(name, name): Jsonb(v) if isinstance(v, dict) else v for name, v in values.items()}
            try:
                connection.execute(
                    SQL("insert into workbench.import_batch ({}) values ({})").format(
                        SQL(", ").join(map(Identifier, values)), SQL(", ").join(SQL("%s") for _ in values)
                    ),
                    tuple(values.values()),
                )
            except psycopg.errors.ForeignKeyViolation:
                raise UnknownBatch(batch=run) from None
        if read_of is not None:
            reads.keep(store, read_of, first["id"])
        also()
        store.note("began", first["id"], dataset=first["dataset"], file=name)
    return get(store, first["id"])


def move(store: Store, batch: UUID, noted: tuple[str, dict[str, Any]] | None = None, **changes: Any) -> Batch:
    """Changes a batch: its stage only ever forward, `summary` by adding to it; `noted` goes into the audit log."""
    with store.transaction():
        change(store, batch, **changes)
        if noted is not None:
            store.note(noted[0], batch, **noted[1])
    return get(store, batch)


def change(store: Store, batch: UUID, **changes: Any) -> None:
    """As `move`, within the transaction that runs."""
    sets: list[Composable] = []
    for name, value in changes.items():
        column = Identifier(_RENAMED.get(name, name))
        sets.append(
            SQL("{} = summary || {}").format(column, Literal(Jsonb(value)))
            if name == "summary"
            else SQL("{} = {}").format(column, Literal(Jsonb(value) if isinstance(value, dict) else value))
        )
    store.connection.execute(
        SQL("update workbench.import_batch set {} where id = {}").format(SQL(", ").join(sets), Literal(batch))
    )


def parts(store: Store, face: UUID) -> tuple[Batch, ...]:
    """The parts of a run, in the order of import; those that were made anew since are left out."""
    found = find(
        store, "part_of = %(face)s and (stage <> 'failed' or summary -> 'replaced' is null)", {"face": face}, 1000
    )
    return tuple(sorted(found, key=lambda part: part.part))


def run(store: Store, batch: Batch | UUID | str) -> Run:
    """The run of a batch, or of a part of it, as it is now; raises UnknownBatch."""
    found = get(store, batch)
    face = found if found.part_of is None else get(store, found.part_of)
    return Run(face=face, parts=parts(store, face.id))


def staged_figures(store: Store, batch: UUID) -> tuple[int, list[dict[str, Any]]]:
    """How many rows of a batch are invalid, and its issues by their kind, as the database has them."""
    failed = "select count(*)::int as rows from workbench.import_row where batch_id = %s and status = 'failed'"
    row = store.one(failed, (batch,))
    return (row["rows"] if row else 0), counted(store.all(_KINDS, (batch,)))


_KINDS = """
select issue ->> 'code' as code, issue ->> 'field' as field, issue ->> 'severity' as severity,
       min(issue ->> 'message') as message, count(distinct line)::int as rows
from workbench.import_row, jsonb_array_elements(errors) issue where batch_id = %s group by 1, 2, 3
"""


def fail(store: Store, batch: UUID, why: str) -> None:
    """Ends a batch that could not go on, with the reason a person reads; nothing is kept of its rows."""
    with store.transaction() as connection:
        connection.execute(
            "update workbench.import_batch set stage = 'failed', summary = summary || %s "
            "where (id = %s or part_of = %s) and stage <> 'failed'",
            (Jsonb({"error": why}), batch, batch),
        )
        ended = connection.execute(
            "select id from workbench.import_batch where id = %s or part_of = %s", (batch, batch)
        )
        for row in ended.fetchall():
            store.add_to(row["id"])
            connection.execute("select workbench.forget_rows()")
        store.note("failed", batch, why=why)


def discard(store: Store, batch: UUID, why: str) -> Batch:
    """Puts a batch away that nobody wants, and its parts: it stays to be read, and is never written."""
    at = datetime.now().astimezone().isoformat(timespec="seconds")
    told = {"discarded_by": store.user, "discarded_why": why, "discarded_at": at}
    with store.transaction() as connection:
        connection.execute(
            "update workbench.import_batch set stage = 'discarded', summary = summary || %s "
            "where (id = %s or part_of = %s) and stage <> all (%s)",
            (Jsonb(told), batch, batch, [*ENDED]),
        )
        store.note("discarded", batch, why=why)
    return get(store, batch)


def fail_quietly(store: Store, batch: UUID, why: str) -> None:
    """Ends a batch, unless the database that should hear of it is what failed."""
    with suppress(WorkbenchError, psycopg.Error):
        fail(store, batch, why)


def get(store: Store, batch: Batch | UUID | str) -> Batch:
    """A batch by its id, by the beginning of its id when only one begins so, or the newest as "latest", which the
    preview of an undo is not.

    Raises UnknownBatch.
    """
    named = batch.id if isinstance(batch, Batch) else batch
    text = str(named).lower()
    if text == "latest":
        newest = find(store, f"part_of is null and source <> 'sweep' and {NO_PREVIEW}")
        if not newest:
            raise UnknownBatch(batch=cut(named))
        return newest[0]
    found = (
        store.all(
            SQL("select {} from workbench.import_batch where id::text like %s limit 2").format(_BATCH), (f"{text}%",)
        )
        if _IDENTIFIER.fullmatch(text)
        else []
    )
    if len(found) > 1:
        raise AmbiguousBatch(batch=cut(named))
    if not found:
        raise UnknownBatch(batch=cut(named))
    return _batch(found[0])


_IDENTIFIER = re.compile("[0-9a-f-]+")


def find(
    store: Store,
    fits: str = "",
    values: Mapping[str, object] | None = None,
    limit: int = 1,
    *,
    order: str = "",
    skip: int = 0,
) -> list[Batch]:
    """The tenant's batches that fit a condition, in an order, else newest first, without the first `skip` of them."""
    condition = SQL("where {}").format(SQL(fits)) if fits else SQL("")
    question = SQL(
        "select {} from workbench.import_batch {} order by {}created_at desc, id desc limit {} offset {}"
    ).format(_BATCH, condition, SQL(f"{order}, " if order else ""), Literal(limit), Literal(skip))
    # values are given apart, for a condition without any may hold a percent sign of its own
    return [_batch(row) for row in store.all(question, values or ())]


def same_file(store: Store, dataset: str, checksum: str, recipe: Recipe | None = None) -> Batch | None:
    """The last completed batch of these very bytes under this contract, cleaned in the same way, unless it was
    undone."""
    fits = f"data_type = %(dataset)s and checksum = %(checksum)s and stage = 'completed' and {STANDS}"
    asked = {"dataset": dataset, "checksum": checksum}
    found = find(store, f"{fits} and part_of is null and sweep_of is null", asked, _SAME)
    return next((each for each in found if is_same(Mapped.from_dict(each.mapping).recipe, recipe)), None)


_SAME = 50
"""Of so many imports of the same bytes it is asked how they were cleaned."""


def fitting(  # noqa: PLR0913
    store: Store,
    dataset: str | None,
    *,
    user: str | None,
    file: str | None,
    window: str | None,
    outcome: str | None,
    stage: str | None,
    state: str | None,
    since: datetime | None,
    until: datetime | None,
    before: Batch | None,
    limit: int,
) -> list[Batch]:
    """The batches that fit, newest first; see `Batches.all`."""
    values = {
        "dataset": dataset,
        "user": user,
        "file": None if file is None else f"%{literal(file)}%",
        "window": window,
        "outcome": outcome,
        "stage": stage,
        "state": state,
        "since": since,
        "until": until,
        "created_at": before.created_at if before else None,
        "id": before.id if before else None,
    }
    fits = " and ".join((EVERY_IMPORT, *(FITS[name] for name in FITS if values[name] is not None)))
    return find(store, fits, values, limit)


def story(store: Store, *batches: UUID) -> list[dict[str, Any]]:
    """Who did what with batches and when, from their beginning on: batch_id, at, actor, action, detail."""
    return store.all(
        "select batch_id, at, actor, action, detail from workbench.audit_log where batch_id = any(%s) order by id",
        ([*batches],),
    )


def sheets(store: Store, batch: Batch) -> tuple[Batch, ...]:
    """The batches that hold the source's rows of a batch: itself, but for a run of several sheets."""
    if batch.part_of is not None or batch.undo_of is not None:
        return (batch,)
    return Run(face=batch, parts=parts(store, batch.id)).sheets


def sweeps(store: Store, batch: Batch) -> list[Batch]:
    """The runs that brought in rows of a batch, or of its sheets, and that stand; the oldest first."""
    own = [batch.id, *(part.id for part in parts(store, batch.id))]
    fits = f"sweep_of = any(%(own)s) and stage = 'completed' and {STANDS}"
    return find(store, fits, {"own": own}, 100)[::-1]


def named_since(store: Store, undo: Batch) -> list[dict[str, Any]]:
    """The imports that have found records there which an undo removes; see `Batches.named_since`."""
    return store.all(written_since.NAMED, {"undo": undo.id})


def lost(store: Store, batch: Batch) -> list[Lost]:
    """The records that an import has found there and that are gone since; see `Batches.lost`."""
    if batch.state != "completed" or batch.undo_of is not None or not batch.skipped:
        return []
    found = sorted(gone.since(store, run(store, batch)).items())
    return [Lost(undo=get(store, undo), records=records) for undo, records in found]


def one_sheet(store: Store, batch: Batch | UUID | str) -> Batch:
    """The batch whose lines are meant; raises SeveralSheets for a run that has more than one of each."""
    found = get(store, batch)
    own = sheets(store, found)
    if found not in own:
        named = ", ".join(f"{sheet.dataset} {str(sheet.id)[:18]}" for sheet in own)
        raise SeveralSheets(run=found.id, sheets=named)
    return found


class Batches:
    """The tenant's batches: `Workbench.batches`."""

    def __init__(self, store: Store, home: Path) -> None:
        self._store = store
        self._home = home

    def get(self, batch: Batch | UUID | str) -> Batch:
        """A batch as it is now, by its id or the unambiguous beginning of it; raises UnknownBatch."""
        return get(self._store, batch)

    def named_since(self, undo: Batch) -> list[dict[str, Any]]:
        """The imports that came after the one that is undone, stand, and have found records there which the undo
        removes: batch, file_name, and how many records; the oldest first."""
        return named_since(self._store, undo)

    def lost(self, batch: Batch) -> list[Lost]:
        """The records that an import has found there, and that an undo of another one has taken away since, by that
        undo; none that are there again."""
        return lost(self._store, batch)

    def written_since(self, batch: Batch, limit: int = 100) -> list[Batch]:
        """The imports and undos that have written, since a run was planned, to the tables that it writes or that its
        unmatched rows name, the newest first: a commit finds out whether its own records were among them."""
        return find(
            self._store,
            written_since.FITS,
            written_since.asked(run(self._store, batch)),
            limit,
            order="completed_at desc",
        )

    def all(  # noqa: PLR0913
        self,
        dataset: str | None = None,
        *,
        user: str | None = None,
        file: str | None = None,
        window: str | None = None,
        outcome: str | None = None,
        stage: str | None = None,
        state: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        before: Batch | None = None,
        limit: int = 50,
    ) -> list[Batch]:
        """The tenant's batches, newest first: of that dataset, person and window, whose file's name has that part, that
        have rows of that outcome, that are in that stage or state, begun at `since` or later, earlier than `until`, and
        before that batch."""
        fits = {"user": user, "file": file, "window": window, "outcome": outcome, "stage": stage, "state": state}
        return fitting(self._store, dataset, **fits, since=since, until=until, before=before, limit=limit)

    def page(
        self, query: ImportQuery, titles: Mapping[str, str] | None = None, *, skip: int = 0, limit: int = 50
    ) -> list[Batch]:
        """The imports that are asked for, in the order that is asked for, without the first `skip` of them; `titles`
        are what datasets are called, for whoever looks for one by that."""
        fits, values = import_lists.asked(query, titles or {})
        return find(self._store, fits, values, limit, order=import_lists.order(query), skip=skip)

    def number(self, query: ImportQuery, titles: Mapping[str, str] | None = None) -> int:
        """How many imports `page` finds in all."""
        fits, values = import_lists.asked(query, titles or {})
        found = self._store.one(f"select count(*)::int as imports from workbench.import_batch where {fits}", values)
        return found["imports"] if found else 0

    def same_file(self, sheet: Sheet, dataset: str) -> Batch | None:
        """The last completed import of these very bytes, cleaned in the same way, if there is one that was not
        undone."""
        return same_file(self._store, dataset, (sheet.package or sheet).checksum, sheet.recipe)

    def same_archive(self, checksum: str, playbook: str) -> Batch | None:
        """The same, of an archive by its SHA-256."""
        return same_file(self._store, playbook, checksum)

    def undos(self, batch: Batch) -> list[Batch]:
        """The undos of an import, the oldest first: a later one takes back what an earlier one has kept."""
        return find(self._store, "undo_of = %(batch)s and stage = 'completed'", {"batch": batch.id}, 1000)[::-1]

    def progress(self, batch: Batch | UUID | str) -> dict[str, Any] | None:
        """How far the work on a batch is: {"step", "rows", "of", "at"}; None when nobody is at work on it.

        The steps are staging, planning, committing and undoing. `of` is how many rows there are (about as many for a
        CSV that is being read) or None, `at` the ISO time at which it was told.
        """
        return progress.of(self._store, self.get(batch).id)

    def story(self, batch: Batch | UUID | str) -> list[dict[str, Any]]:
        """Who did what with a batch and when, from its beginning on: at, actor, action, detail."""
        return story(self._store, self.get(batch).id)

    def committed_by(self, batch: Batch | UUID | str) -> str | None:
        """Who has committed an import, or the run that it is a part of; None while nobody has."""
        found = self.get(batch)
        happened = story(self._store, found.part_of or found.id) if found.stage == "completed" else ()
        return next((event["actor"] for event in happened if event["action"] == "committed"), None)

    def stories(self, some: Iterable[UUID]) -> list[dict[str, Any]]:
        """Who did what with some batches and when, in the order of time: batch_id, at, actor, action, detail."""
        return story(self._store, *some)

    def happened(self, batch: Batch | UUID | str) -> int:
        """How much was done with a run and its parts so far: another number once anybody has done something."""
        of = run(self._store, batch)
        asked = "select count(*)::int as entries from workbench.audit_log where batch_id = any(%s)"
        row = self._store.one(asked, ([of.face.id, *(part.id for part in of.parts)],))
        return row["entries"] if row else 0

    def entries(self) -> int:
        """How many entries the audit log has: another number once anything was done."""
        return int((self._store.one("select entries from workbench.audit_head") or {"entries": 0})["entries"])

    def parts(self, batch: Batch | UUID | str) -> tuple[Batch, ...]:
        """The parts of a composed run, in the order of import; none of an import under one contract."""
        return parts(self._store, get(self._store, batch).id)

    def sweeps(self, batch: Batch) -> list[Batch]:
        """The runs that brought in rows of a batch, or of its sheets, which had been unmatched, and that stand; the
        oldest first."""
        return sweeps(self._store, batch)

    def whole_again(self, batch: Batch) -> str:
        """What to do about rows of a batch, or of a run's sheets, that are not written, where single ones do not do,
        for they are parts of a record that goes in as a whole; else nothing."""
        return wholes.again(batch, run(self._store, batch))

    def resolved_by(self, batch: Batch) -> list[Batch]:
        """The runs that brought in rows which had been unmatched for want of what that batch has created, and that
        stand; the oldest first."""
        fits = f"sweep_of is not null and stage = 'completed' and summary ->> 'after' = %(batch)s and {STANDS}"
        return find(self._store, fits, {"batch": str(batch.id)}, 100)[::-1]

    def attention(self, *, limit: int = 50) -> dict[str, list[Batch]]:
        """The batches that wait for a person, newest first: "held" ones, those "left off", committed ones with
        "unexplained" rows, and done ones that nobody has signed: "unsigned" ones, which whoever asks may sign, and
        their "own", which somebody else has to. An import that was undone waits for nobody."""
        return {name: find(self._store, fits, {}, limit) for name, fits in attention.WAITS.items()}

    def unsaid(self, some: Sequence[Batch]) -> dict[UUID, dict[str, int]]:
        """How many rows of some batches wait for a person's word, by their outcome: unmatched ones that nobody has
        explained, invalid ones that nobody has rejected."""
        found = self._store.all(attention.UNSAID, ([batch.id for batch in some],))
        return {row["id"]: {name: row[name] for name in ("unmatched", "invalid")} for row in found}

    def signers(self, some: Sequence[Batch]) -> dict[UUID, str]:
        """Who has signed which of some batches; one that nobody has signed is left out."""
        found = self._store.all(import_figures.SIGNERS, ([batch.id for batch in some],))
        return {row["batch_id"]: row["signed_by"] for row in found}

    def months(self, since: datetime, between: datetime) -> list[dict[str, Any]]:
        """The imports that were committed from `since` on and stand, before and after a moment: `now` (whether after
        it), imports, how many of them are signed, rows, and the rows of each outcome as they stand: explained ones are
        skipped, and one that a later run has brought in is that one's. Of one that was undone in part the rows count
        whose records its undo has kept."""
        return self._store.all(import_figures.MONTHS, {"since": since, "between": between})

    def left_off(self, *, limit: int = 50) -> list[Batch]:
        """The imports that are staged or planned and that nobody is at work on, newest first: `plan` and `commit` go on
        with them, as after a program was killed."""
        return find(self._store, attention.LEFT_OFF, {}, limit)

    def outcomes(self, limit: int = 30) -> "pd.DataFrame":
        """The figures of the last completed imports, oldest first: batch, dataset, at, and the rows of each outcome
        as they stand."""
        columns = ["batch", "dataset", "at", *OUTCOMES]
        import pandas as pd

        return pd.DataFrame(self._store.all(import_figures.LAST, (limit,))[::-1], columns=columns)

    def data_docs(self, batch: Batch | UUID | str) -> Path | None:
        """The batch's Great Expectations page; None for an undo."""
        kept = self.get(batch).summary.get("data_docs")
        return self._home / kept if kept else None
