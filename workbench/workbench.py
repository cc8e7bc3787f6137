"""The one path of a row, from a sheet to a signed import log; every door calls this."""

import time
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as Pairs
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import IO, Any, cast
from uuid import UUID

import pandas as pd

from workbench import settings
from workbench.database import (
    beginning,
    corrections,
    embedded,
    filling,
    history,
    inventory,
    ledger,
    paging,
    planning,
    search,
    store,
    templates,
    undoing,
)
from workbench.database import progress as watching
from workbench.database.beginning import Options
from workbench.database.progress import Progress, silent, told
from workbench.datasets import catalog
from workbench.derived import exports
from workbench.model.batch import OUTCOMES, Batch, new_id
from workbench.model.errors import (
    AlreadyCommitted,
    AlreadySigned,
    DatabaseOutdated,
    Held,
    NotDone,
    OwnWork,
    UnknownTemplate,
    WrongStage,
)
from workbench.model.import_log import ImportLog
from workbench.model.reconciliation import Reconciliation
from workbench.model.sheet import Sheet
from workbench.model.template import Mapping, Template
from workbench.prepare import mapping
from workbench.prepare.header_change import header_change
from workbench.prepare.mapping import Suggestion

__all__ = ["Plan", "Progress", "Workbench", "address"]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a batch will do, before it is written."""

    batch: Batch
    _rows: Callable[..., pd.DataFrame]

    @property
    def counts(self) -> dict[str, int]:
        """Rows by outcome, and "processed"."""
        return {name: getattr(self.batch, name) for name in ("processed", *OUTCOMES)}

    @property
    def removed(self) -> dict[str, int]:
        """Records that the file no longer names, by what happens to them: deactivated, deleted."""
        return dict(self.batch.summary["removed"])

    def rows(self, outcome: str | None = None, limit: int | None = None) -> pd.DataFrame:
        """The planned rows, one a line of the source, with their changes ({field: [old, new]})."""
        return self._rows(outcome=outcome, limit=limit)


class Workbench:
    """Everything that can be done with imports, for one tenant and one person. Open it in a `with` block."""

    def __init__(self, configuration: settings.Settings, database: store.Store) -> None:
        self.settings = configuration
        self._store = database

    @classmethod
    def open(
        cls,
        *,
        home: str | Path | None = None,
        database_url: str | None = None,
        tenant: str | None = None,
        user: str | None = None,
    ) -> "Workbench":
        """A Workbench under the settings given here, else of the environment (see `settings.Settings`).

        The embedded database is started and set up when needed; any other must have been set up by `workbench db
        upgrade`. Raises NotConfigured, DatabaseUnavailable, DatabaseOutdated.
        """
        configuration = settings.load(home=home, database_url=database_url, tenant=tenant, user=user)
        url = address(configuration)
        if not store.is_current(url):
            if configuration.database_url is not None:
                raise DatabaseOutdated
            store.upgrade(url)
        database = store.Store(url, tenant=configuration.tenant, user=configuration.user)
        ledger.recover(database)
        return cls(configuration, database)

    def close(self) -> None:
        """Gives the database connection back."""
        self._store.close()

    def __enter__(self) -> "Workbench":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- before the import ---------------------------------------------------------------------------------------------

    def suggest(self, sheet: Sheet, dataset: str, *, template: str | None = None) -> tuple[Suggestion, ...]:
        """Which field each column would fill, with a score and a reason."""
        contract = catalog.contract(dataset)
        chosen = self.template(dataset, template) if template else None
        return mapping.suggest(sheet.headers, sheet.sample(), contract, chosen)

    def same_file(self, sheet: Sheet, dataset: str) -> Batch | None:
        """The last completed import of these very bytes, if there is one that was not undone."""
        return ledger.same_file(self._store, dataset, sheet.checksum)

    def template(self, dataset: str, name: str) -> Template:
        """A saved template of the tenant, else a global one, by its name or id; raises UnknownTemplate."""
        for found in self.templates(dataset):
            if name in (found.name, found.id):
                return found
        raise UnknownTemplate(template=name, dataset=dataset)

    def templates(self, dataset: str | None = None) -> list[Template]:
        """The tenant's templates first, then the global ones."""
        return templates.every(self._store, dataset)

    def save_template(
        self, name: str, dataset: str, chosen: Mapping, *, is_global: bool = False, description: str | None = None
    ) -> Template:
        """Keeps a mapping under a name, for this tenant or for every one; the same name again replaces it."""
        catalog.contract(dataset)
        templates.save(self._store, name, dataset, chosen, is_global=is_global, description=description)
        return self.template(dataset, name)

    def update_template(self, template: str, chosen: Mapping) -> Template:
        """Changes what a template (by its id) says; raises UnknownTemplate, TemplateTaken, UnknownField, WrongValue."""
        mapping.check(catalog.contract(templates.get(self._store, template).dataset), chosen)
        return templates.update(self._store, template, chosen)

    def rename_template(self, template: str, name: str) -> Template:
        """Calls a template (by its id) otherwise; raises UnknownTemplate, TemplateTaken, TemplateExists."""
        return templates.rename(self._store, template, name)

    def share_template(self, template: str) -> Template:
        """Lets every tenant use a template (by its id); raises UnknownTemplate, TemplateTaken, TemplateExists."""
        return templates.share(self._store, template)

    def retire_template(self, template: str) -> Template:
        """Takes a template (by its id) out of use; imports that used it keep what it said. Raises UnknownTemplate,
        TemplateTaken."""
        return templates.retire(self._store, template)

    def keep_profile(self, of: Sheet | Batch, dataset: str, profile: Pairs[str, Any]) -> None:
        """Keeps the profile of a sheet, or of a batch's source, to compare the next one with."""
        inventory.keep_profile(self._store, of, dataset, profile)

    def kept_profile(self, of: Sheet, dataset: str) -> dict[str, Any] | None:
        """The profile of this very sheet, if it was kept; None when it has to be made."""
        return inventory.kept_profile(self._store, of, dataset)

    def last_profile(self, dataset: str, before: Sheet | Batch | None = None) -> dict[str, Any] | None:
        """The kept profile of the last other file that was imported (before that batch), with its file_name, kept_at
        and kept_by; None when there is none."""
        return inventory.last_profile(self._store, dataset, before)

    # -- where data comes from -----------------------------------------------------------------------------------------

    def sources(self) -> list[dict[str, Any]]:
        """The inventory: id, what `inventory.FIELDS` says of each source, paused, pause_reason, paused_by, paused_at,
        updated_by, updated_at. It begins with the datasets of seed 002."""
        return inventory.sources(self._store)

    def save_source(self, *, id: UUID | str | None = None, **said: str | UUID | None) -> dict[str, Any]:
        """Adds a source to the inventory, or changes what is said of one; see `inventory.FIELDS`.

        Raises UnknownSource, SourceExists, UnknownDataset, UnknownTemplate.
        """
        return inventory.save(self._store, id, said)

    def remove_source(self, source: UUID | str) -> None:
        """Takes a source (by its id or its dataset) out of the inventory; raises UnknownSource."""
        inventory.remove(self._store, source)

    def pause(self, source: UUID | str, why: str) -> dict[str, Any]:
        """Stops the imports of a source (by its id or its dataset), all but trials; raises UnknownSource."""
        return inventory.pause(self._store, source, why)

    def resume(self, source: UUID | str) -> dict[str, Any]:
        """Lets a source (by its id or its dataset) be imported again; raises UnknownSource."""
        return inventory.resume(self._store, source)

    def header_change(self, sheet: Sheet, dataset: str, template: str) -> dict[str, Any] | None:
        """What has changed in a source's columns since the template was made: the `missing` and the `new` headers, and
        `suggestions` (was, header, field, score, reason). None when all are known.

        New is what neither the template nor any of the last imports had.
        """
        known = {header for batch in self.batches(dataset, stage="completed") for header in batch.headers}
        return header_change(sheet, catalog.contract(dataset), self.template(dataset, template), known)

    # -- the path ------------------------------------------------------------------------------------------------------

    def stage(self, sheet: Sheet, dataset: str, *, progress: Progress = silent, **options: Any) -> Batch:
        """Reads, maps, normalizes and validates a sheet, and puts every row into the database; no target table is
        touched.

        The `options` are those of `beginning.Options`: template, columns, value_maps, constants, clears, mode, window
        and more. All of the rows are staged, or none. The source's bytes are kept, unless a column was left out for
        its secrets: then neither they nor that column's cells are. Raises UnreadableSheet, NoRows, ImportOrder,
        UnknownMode, UnknownTemplate, UnknownBatch (for the run), NoSpace, UnwritableFile, and what `mapping.resolve`
        raises.
        """
        identifier = new_id()
        with ledger.working(self._store, identifier):
            batch = self._begin(identifier, sheet, dataset, Options(**options))
            with told(self._store, identifier, progress) as telling:
                return filling.fill(self._store, self.settings.home, batch, telling, sheet)

    def begin(self, sheet: Sheet, dataset: str, **options: Any) -> Batch:
        """Everything of `stage` but the rows: a queued batch that `fill` stages, in this program or in another.

        With `source="page"` it waits for that however often the program is started again. Raises as `stage` does.
        """
        return self._begin(new_id(), sheet, dataset, Options(**options), lend=True)

    def fill(self, batch: Batch | UUID | str, *, progress: Progress = silent) -> Batch:
        """Stages the rows of a batch that was begun, also when that was cut short before; one that has its rows is
        given back as it is.

        Raises WrongStage for a batch that failed, UnreadableSource when its source was not kept.
        """
        with self._at_work(batch) as found:
            if found.stage == "failed":
                raise WrongStage(batch=found.id, stage=found.stage, action="filling", needed="queued")
            if found.stage not in ("queued", "staging"):
                return found
            with told(self._store, found.id, progress) as telling:
                return filling.fill(self._store, self.settings.home, found, telling)

    def kept_sheet(self, batch: Batch | UUID | str) -> Sheet:
        """The source of a batch, opened again with its worksheet and its header; raises UnreadableSource when its bytes
        were not kept."""
        return filling.kept_sheet(self.settings.home, self.batch(batch))

    def progress(self, batch: Batch | UUID | str) -> dict[str, Any] | None:
        """How far the work on a batch is: {"step", "rows", "of", "at"}; None when nobody is at work on it.

        The steps are staging, planning, committing and undoing. `of` is how many rows there are (about as many for a
        CSV that is being read) or None, `at` the ISO time at which it was told.
        """
        return watching.of(self._store, self.batch(batch).id)

    def correct(self, batch: Batch | UUID | str, cells: Pairs[int, Pairs[str, str | None]]) -> Batch:
        """Puts cells of a batch right that is not committed yet ({line: {header: text}}) and checks their rows again.

        The source's own rows stay beside them, with who corrected them and when. A batch that was planned needs a plan
        again. Raises WrongStage, UnknownHeader, UnknownRows.
        """
        with self._at_work(batch) as found:
            rows = corrections.by_line(self._store, found, cells)
            return corrections.correct(self._store, self.settings.home, found, rows)

    def correct_from(self, batch: Batch | UUID | str, sheet: Sheet) -> Batch:
        """As `correct`, with a file that `save_rows` wrote of the batch's rows and that comes back corrected.

        Rows and columns may be missing, and stay as they are. Raises WrongStage, WrongReturn, NoRows, UnreadableSheet.
        """
        with self._at_work(batch) as found:
            rows = corrections.returned(self._store, found, sheet)
            return corrections.correct(self._store, self.settings.home, found, rows)

    def plan(self, batch: Batch | UUID | str, *, progress: Progress = silent) -> Plan:
        """Gives every row its one intended outcome and stops: the dry run. Every target table stays as it was.

        A plan can be made again until it is committed. Raises WrongStage.
        """
        with self._at_work(batch) as found:
            _refuse_undo(found, "planning")
            if found.stage not in ("staged", "planned", "held"):
                raise WrongStage(batch=found.id, stage=found.stage, action="planning", needed="staged")
            began = time.monotonic()
            with told(self._store, found.id, progress, found.summary.get("rows")) as telling:
                telling("planning", 0)
                planning.plan(self._store, found, seconds=lambda: round(time.monotonic() - began, 3))
                planned = self.batch(found.id)
                telling("planning", planned.processed or 0)
        return Plan(batch=planned, _rows=partial(self.rows, planned))

    def commit(self, batch: Batch | UUID | str, *, skip_errors: bool = False, progress: Progress = silent) -> Batch:
        """Executes the plan in one transaction, exactly as it was shown, and completes the batch.

        A batch with invalid rows is held instead, unless `skip_errors` lets its good rows go on.
        Raises AlreadyCommitted, WrongStage, Held, StalePlan, Unbalanced.
        """
        with self._at_work(batch) as found:
            if found.stage == "completed":
                raise AlreadyCommitted(batch=found.id)
            _refuse_undo(found, "committing")
            if found.stage not in ("planned", "held"):
                raise WrongStage(batch=found.id, stage=found.stage, action="committing", needed="planned")
            if found.invalid and not (skip_errors or found.skip_errors):
                ledger.move(self._store, found.id, ("held", {"invalid": found.invalid}), stage="held")
                raise Held(batch=found.id, invalid=found.invalid)
            began = time.monotonic()
            with told(self._store, found.id, progress, found.processed) as telling:
                telling("committing", 0)
                planning.apply(self._store, found, seconds=lambda: round(time.monotonic() - began, 3))
                telling("committing", found.processed or 0)
            return self.batch(found.id)

    def import_sheet(self, sheet: Sheet, dataset: str, *, progress: Progress = silent, **options: Any) -> Batch:
        """Stages, plans and commits a sheet; `options` as for `stage`. A dry run ends planned, invalid rows hold the
        batch."""
        staged = self.stage(sheet, dataset, progress=progress, **options)
        self.plan(staged, progress=progress)
        if staged.dry_run:
            return self.batch(staged)
        try:
            return self.commit(staged, progress=progress)
        except Held:
            return self.batch(staged)

    def undo(self, batch: Batch | UUID | str, *, dry_run: bool = False, progress: Progress = silent) -> Batch:
        """Takes a completed batch back as a batch of its own: created records go, changed ones get their before-image
        back.

        A record that was changed since is kept, and named in a skipped row. Raises WrongStage, AlreadyUndone.
        """
        with self._at_work(batch) as found, told(self._store, found.id, progress, found.processed) as telling:
            telling("undoing", 0)
            return undoing.undo(self._store, found, dry_run=dry_run)

    # -- the proof -----------------------------------------------------------------------------------------------------

    def reconcile(self, batch: Batch | UUID | str) -> Reconciliation:
        """The figures as they stand, whether they add up, and what is still unexplained."""
        found = self.batch(batch)
        figures = ledger.figures(self._store, found)
        return Reconciliation(batch=found.id, stage=found.stage, removed=found.removed, **figures)

    def log(self, batch: Batch | UUID | str) -> ImportLog:
        """The playbook's import log, filled in."""
        found = self.batch(batch)
        figures = self.reconcile(found)
        contract = catalog.contract(found.dataset)
        return ImportLog(
            import_type=contract.title if found.undo_of is None else f"Undo of {contract.title}",
            run_at=found.completed_at or found.planned_at or found.created_at,
            run_by=found.initiated_by,
            file_name=found.file_name,
            window=found.window or "",
            processed=figures.processed,
            created=figures.created,
            updated=figures.updated,
            skipped=figures.skipped,
            unmatched=figures.unmatched,
            invalid=figures.invalid,
            notes=found.notes,
            follow_ups=found.follow_ups,
        )

    def note(self, batch: Batch | UUID | str, *, notes: str | None = None, follow_ups: str | None = None) -> Batch:
        """Writes the log's decisions and follow-ups; refused once the batch is signed off."""
        with self._at_work(batch) as found:
            self._unsigned(found)
            changes = {name: text for name, text in (("notes", notes), ("follow_ups", follow_ups)) if text is not None}
            return ledger.move(self._store, found.id, ("noted", changes), **changes) if changes else found

    def explain(self, batch: Batch | UUID | str, lines: Sequence[int], reason: str) -> Reconciliation:
        """Says why rows are unmatched or invalid: they count as skipped from then on. Raises UnknownLines,
        AlreadySigned."""
        with self._at_work(batch) as found:
            self._unsigned(found)
            if not reason.strip():
                raise NotDone(batch=found.id, why="an explanation needs a reason")
            ledger.explain(self._store, found, lines, reason.strip())
            return self.reconcile(found)

    def sign_off(self, batch: Batch | UUID | str) -> dict[str, Any]:
        """The lead's signature: freezes the figures, the log and every row's outcome under a digest.

        Raises NotDone, OwnWork (when there is somebody else in the tenant), AlreadySigned.
        """
        with self._at_work(batch) as found:
            self._unsigned(found)
            figures = self.reconcile(found)
            if not figures.done:
                raise NotDone(batch=found.id, why=" ".join(figures.open_points))
            if found.initiated_by == self._store.user and ledger.people(self._store) > 1:
                raise OwnWork(user=self._store.user, batch=found.id)
            ledger.sign(self._store, found, {"signed_by": self._store.user, **self._evidence(found)})
            return cast(dict[str, Any], ledger.signature(self._store, found.id))

    def verify(self, batch: Batch | UUID | str) -> bool:
        """Whether the evidence of a signed batch is still what was signed; raises NotDone when nobody has signed it."""
        found = self.batch(batch)
        signed = ledger.signature(self._store, found.id)
        if signed is None:
            raise NotDone(batch=found.id, why="nobody has signed it")
        now = {"signed_by": signed["signed_by"], **self._evidence(found)}
        # the log repeats the rest in words, which a later version may choose otherwise
        same = all(now.get(name, value) == value for name, value in signed["evidence"].items() if name != "log")
        return bool(same and ledger.digest_of(self._store, found, signed["evidence"]) == signed["digest"])

    def signature(self, batch: Batch | UUID | str) -> dict[str, Any] | None:
        """Who signed, when, and the digest; None when nobody has."""
        return ledger.signature(self._store, self.batch(batch).id)

    # -- questions -----------------------------------------------------------------------------------------------------

    def batch(self, batch: Batch | UUID | str) -> Batch:
        """A batch as it is now, by its id or the unambiguous beginning of it; raises UnknownBatch."""
        return ledger.get(self._store, _id(batch))

    def batches(
        self,
        dataset: str | None = None,
        *,
        user: str | None = None,
        file: str | None = None,
        window: str | None = None,
        outcome: str | None = None,
        stage: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        before: Batch | None = None,
        limit: int = 50,
    ) -> list[Batch]:
        """The tenant's batches, newest first: of that dataset, person and window, whose file's name has that part, that
        have rows of that outcome, begun at `since` or later, earlier than `until`, and before that batch."""
        fits = {"user": user, "file": file, "window": window, "outcome": outcome, "stage": stage}
        return history.batches(self._store, dataset, **fits, since=since, until=until, before=before, limit=limit)

    def story(self, batch: Batch | UUID | str) -> list[dict[str, Any]]:
        """Who did what with a batch and when, from its beginning on: at, actor, action, detail."""
        return history.story(self._store, self.batch(batch))

    def attention(self, *, limit: int = 50) -> dict[str, list[Batch]]:
        """The batches that wait for a person, newest first: "held" ones, committed ones with "unexplained" rows, and
        "unsigned" ones, which are done. An import that was undone waits for nobody."""
        return history.attention(self._store, limit)

    def outcomes_over_time(self, limit: int = 30) -> pd.DataFrame:
        """The figures of the last completed imports, oldest first: batch, dataset, at, and the rows of each outcome."""
        columns = ["batch", "dataset", "at", *OUTCOMES]
        return pd.DataFrame(history.outcomes(self._store, limit), columns=columns)

    def each_row(
        self,
        batch: Batch | UUID | str,
        *,
        outcome: str | None = None,
        lines: Sequence[int] | None = None,
        after: int = 0,
        limit: int | None = None,
    ) -> Iterator[dict[str, Any]]:
        """The rows of a batch as `workbench rows --format json` shows them, one after the other, in bounded memory."""
        found = self.batch(batch)
        if outcome is None or lines is not None:
            return ledger.rows(self._store, found, outcome=outcome, lines=lines, after=after, limit=limit)
        return paging.rows(self._store, found, outcome, after=after, limit=limit)

    def rows(self, batch: Batch | UUID | str, *, outcome: str | None = None, limit: int | None = None) -> pd.DataFrame:
        """The rows of a batch, one a line of the source."""
        return pd.DataFrame(list(self.each_row(batch, outcome=outcome, limit=limit)), columns=[*ledger.ROW_COLUMNS])

    def save_rows(
        self,
        batch: Batch | UUID | str,
        path: Path,
        file_format: exports.Format,
        *,
        outcome: str | None = None,
        limit: int | None = None,
    ) -> int:
        """Writes the rows of a batch to a file that is there whole or not at all, and returns how many they are.

        Raises UnwritableFile, NoSpace.
        """
        found = self.batch(batch)
        return exports.save_rows(self.each_row(found, outcome=outcome, limit=limit), found.headers, path, file_format)

    def write_rows(
        self,
        batch: Batch | UUID | str,
        file: IO[bytes],
        file_format: exports.Format,
        *,
        outcome: str | None = None,
        limit: int | None = None,
    ) -> int:
        """Writes the rows of a batch to an open file, and returns how many they are."""
        found = self.batch(batch)
        return exports.write_rows(self.each_row(found, outcome=outcome, limit=limit), found.headers, file, file_format)

    def issues(self, batch: Batch | UUID | str, *, first: int = 5) -> list[dict[str, Any]]:
        """What is wrong, the most frequent first: code, field, message, rows, and the first lines that have it."""
        return ledger.issues(self._store, self.batch(batch), first=first)

    def issue_counts(self, batch: Batch | UUID | str) -> list[dict[str, Any]]:
        """What is wrong, the most frequent first: code, field, severity, message (the first), rows."""
        return paging.issue_counts(self._store, self.batch(batch))

    def page(
        self,
        batch: Batch | UUID | str,
        *,
        outcome: str | None = None,
        reason: str | None = None,
        field: str | None = None,
        code: str | None = None,
        wrong: bool = False,
        after: int = 0,
        limit: int = 50,
    ) -> list[dict[str, Any]]:
        """The first `limit` rows after line `after` as `each_row` has them, with that outcome (for that reason) and an
        issue of that code in that field ("" is the row as a whole), or with any issue when only `wrong` ones count."""
        found = self.batch(batch)
        issue = {name: text for name, text in (("code", code), ("field", field)) if text is not None}
        asked = issue if issue or wrong else None
        lines = paging.lines(self._store, found, outcome=outcome, reason=reason, issue=asked, after=after, limit=limit)
        return list(self.each_row(found, lines=lines)) if lines else []

    def unexplained(
        self, batch: Batch | UUID | str, *, outcome: str | None = None, code: str | None = None
    ) -> list[int]:
        """The lines that still need a person's word: all of them, or those of one outcome, or with one issue."""
        found = self.batch(batch)
        asked = [outcome] if outcome else ["unmatched", "invalid"]
        issue = {"code": code} if code is not None else None
        return sorted(line for each in asked for line in paging.lines(self._store, found, outcome=each, issue=issue))

    def unexplained_kinds(self, batch: Batch | UUID | str) -> list[dict[str, Any]]:
        """The kinds of rows that still need a person's word, the most frequent first: outcome, code, message, rows.

        A row with two issues is of two kinds.
        """
        return paging.unexplained_kinds(self._store, self.batch(batch))

    def removals(self, batch: Batch | UUID | str) -> list[dict[str, Any]]:
        """The records that the file no longer names, and what happens to each: action, record_id, before."""
        return ledger.removals(self._store, self.batch(batch))

    def record(self, dataset: str, key: str) -> dict[str, Any]:
        """A record as it is now and every import that touched it, newest first; raises UnknownRecord.

        The parts of a composite key are separated by "|", e.g. "john@example.com|CNA101".
        """
        return search.record(self._store, dataset, key)

    def find(self, text: str, *, limit: int = 50) -> list[dict[str, Any]]:
        """The records that a text may mean: dataset, record_id, key, title.

        First those whose key or id it is, then those that refer to them, then those that have every word of it in
        their keys, names and ids. A key that only a file has brought comes with None for its record_id.
        """
        return search.find(self._store, text, limit)

    def tidy(self) -> None:
        """Makes `find` and `record` quick again after many new rows; to be called when nobody waits for it, and about a
        second's work for a million rows."""
        search.tidy(self._store)

    def row_record(self, batch: Batch | UUID | str, line: int) -> tuple[str, UUID] | None:
        """The dataset and the id of the record that a row is about: the one it made, changed or left as it was, else
        the one that has its key now; None when there is none."""
        return search.row_record(self._store, self.batch(batch), line)

    def data_docs(self, batch: Batch | UUID | str) -> Path | None:
        """The batch's Great Expectations page; None for an undo."""
        kept = self.batch(batch).summary.get("data_docs")
        return self.settings.home / kept if kept else None

    # -- inside --------------------------------------------------------------------------------------------------------

    @contextmanager
    def _at_work(self, batch: Batch | UUID | str) -> Iterator[Batch]:
        """The batch as it is once nobody else is at work on it, and as it stays until we are done."""
        identifier = self.batch(batch).id
        with ledger.working(self._store, identifier):
            yield self.batch(identifier)

    def _evidence(self, batch: Batch) -> dict[str, Any]:
        said = {name: getattr(batch, name) for name in ("checksum", "file_name", "initiated_by", "window")}
        log = self.log(batch)
        words = {"notes": batch.notes, "follow_ups": batch.follow_ups, "log": log.render()}
        run_at = log.to_dict()["run_at"]
        if batch.revision:
            said["corrected"] = batch.summary["corrected"]
        return {"batch": str(batch.id), "run_at": run_at, **said, **self.reconcile(batch).to_dict(), **words}

    def _unsigned(self, batch: Batch) -> None:
        signed = ledger.signature(self._store, batch.id)
        if signed is not None:
            raise AlreadySigned(
                batch=batch.id, user=signed["signed_by"], at=f"{signed['signed_at']:%Y-%m-%d %H:%M:%S} UTC"
            )

    def _begin(self, identifier: UUID, sheet: Sheet, dataset: str, options: Options, *, lend: bool = False) -> Batch:
        template = self.template(dataset, options.template) if options.template else None
        home = self.settings.home
        return beginning.begin(self._store, home, sheet, dataset, options, template, identifier, lend=lend)


def address(configuration: settings.Settings) -> str:
    """The database's address: the configured one, or that of the embedded server, started if need be."""
    if configuration.database_url is not None:
        return configuration.database_url.get_secret_value()
    return embedded.database_url(configuration.home)


def _id(batch: Batch | UUID | str) -> UUID | str:
    return batch.id if isinstance(batch, Batch) else batch


def _refuse_undo(batch: Batch, action: str) -> None:
    """An undo is planned and committed at once, by `undo` alone; its dry run only shows."""
    if batch.undo_of is not None:
        raise WrongStage(batch=batch.id, stage="the dry run of an undo", action=action, needed="an import")
