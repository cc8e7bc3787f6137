"""The one path of a row, from a sheet to a signed import log; every door calls this."""

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as MappingType
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import IO, Any, cast
from uuid import UUID

import pandas as pd
import pyarrow as pa

from workbench import catalog, embedded, exports, keeping, ledger, mapping, planning, settings, store, undoing
from workbench.batch import OUTCOMES, Batch, new_id
from workbench.contract import Contract, Field, FromWindow, Mode
from workbench.errors import (
    AlreadyCommitted,
    AlreadySigned,
    DatabaseOutdated,
    EmptyNeedsConfirmation,
    Held,
    ImportOrder,
    NoRows,
    NotDone,
    OwnWork,
    UnknownMode,
    UnknownTemplate,
    UnreadableSheet,
    WorkbenchError,
    WrongStage,
)
from workbench.import_log import ImportLog
from workbench.mapping import Suggestion
from workbench.normalize import canonical, normalize
from workbench.reconciliation import Reconciliation
from workbench.sheet import Sheet, Tally
from workbench.staging import Checked, Staging
from workbench.template import Mapping, Template

Progress = Callable[[str, int], None]
"""Called with the step ("staging", "planning", "committing") and the rows done so far."""


def _silent(step: str, rows: int) -> None:
    """Nobody watches."""


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
        return ledger.templates(self._store, dataset)

    def save_template(
        self, name: str, dataset: str, chosen: Mapping, *, is_global: bool = False, description: str | None = None
    ) -> Template:
        """Keeps a mapping under a name, for this tenant or for every one; the same name again replaces it."""
        catalog.contract(dataset)
        ledger.save_template(self._store, name, dataset, chosen, is_global=is_global, description=description)
        return self.template(dataset, name)

    # -- the path ------------------------------------------------------------------------------------------------------

    def stage(
        self,
        sheet: Sheet,
        dataset: str,
        *,
        template: str | None = None,
        columns: MappingType[str, str] | None = None,
        value_maps: MappingType[str, MappingType[str, str]] | None = None,
        constants: MappingType[str, str] | None = None,
        clears: Sequence[str] = (),
        mode: str | None = None,
        window: str | None = None,
        notes: str = "",
        source: str = "python",
        run: UUID | None = None,
        dry_run: bool = False,
        skip_errors: bool = False,
        allow_empty: bool = False,
        progress: Progress = _silent,
    ) -> Batch:
        """Reads, maps, normalizes and validates a sheet, and puts every row into the database; no target table is
        touched.

        `columns` maps headers to fields ("" leaves one out), `constants` gives fields a value for every row, `clears`
        names the fields that a blank cell erases. All of the rows are staged, or none. The source's bytes are kept,
        unless a column was left out for its secrets: then neither they nor that column's cells are.
        Raises UnreadableSheet, NoRows, ImportOrder, UnknownMode, UnknownBatch (for the run), NoSpace, UnwritableFile,
        and what `mapping.resolve` raises.
        """
        contract = catalog.contract(dataset)
        chosen_mode = _mode(contract, mode)
        if any("\0" in header for header in sheet.headers):
            raise UnreadableSheet(line=sheet.reading.header_line, why="has a NUL character in a header.")
        self._in_order(contract)
        sample = sheet.sample()
        resolved = mapping.resolve(
            sheet.headers,
            sample,
            contract,
            template=self.template(dataset, template) if template else None,
            manual=dict(columns or {}),
            constants=dict(constants or {}),
            value_maps={field: dict(texts) for field, texts in (value_maps or {}).items()},
            clears=tuple(clears),
            window=window,
        )
        if len(sample) == 0:
            resolved = self._empty(sheet, contract, chosen_mode, resolved, window, allow_empty)
        identifier, hidden = new_id(), mapping.secrets(sheet.headers, contract)
        with ledger.working(self._store, identifier):
            batch = ledger.begin(
                self._store,
                run,
                id=identifier,
                dataset=dataset,
                source=source,
                checksum=sheet.checksum,
                file_key=None if hidden else keeping.keep(self.settings.home, self._store.tenant_id, sheet),
                file_name=sheet.name,
                mode=chosen_mode,
                window=window,
                notes=notes,
                dry_run=dry_run,
                skip_errors=skip_errors,
                headers=list(sheet.headers),
                mapping=resolved.to_dict(),
                template_id=self.template(dataset, template).id if template else None,
            )
            with self._ending(batch):
                return self._stage(sheet, contract, batch, resolved, hidden, progress)

    def _stage(
        self,
        sheet: Sheet,
        contract: Contract,
        batch: Batch,
        resolved: Mapping,
        hidden: Sequence[str],
        progress: Progress,
    ) -> Batch:
        from workbench.derived.expectations import extra_files
        from workbench.resources import suites
        from workbench.validation import Validator  # Great Expectations: only who validates waits for it

        began = time.monotonic()
        validator = Validator(contract, extra_files(contract, suites(), self.settings.home / "expectations"))
        tally, done = Tally(), 0
        brought: tuple[str, ...] = ()
        ledger.move(self._store, batch.id, stage="staging", started_at=datetime.now().astimezone())
        with Staging(self._store, batch.id, contract, hidden=hidden) as staging:
            for chunk in sheet.chunks(tally):
                normalized = normalize(chunk, contract, resolved, window=batch.window)
                brought = tuple(normalized.values.schema.names)
                staging.add(Checked(chunk=chunk, normalized=normalized, issues=validator.check(normalized).issues))
                done += len(chunk)
                progress("staging", done)
            docs = self._write_docs(contract, batch, validator)
        reading = {**_reading(sheet, hidden), "rows": done, "blank_rows": tally.blank_rows}
        return ledger.move(
            self._store,
            batch.id,
            stage="staged",
            fields=list(brought),
            reading=reading,
            summary={
                "rows": done,
                "failed": staging.failed,
                "issues": dict(staging.issues),
                "data_docs": docs,
                "seconds_staging": round(time.monotonic() - began, 3),
            },
        )

    def plan(self, batch: Batch | UUID | str, *, progress: Progress = _silent) -> Plan:
        """Gives every row its one intended outcome and stops: the dry run. Every target table stays as it was.

        A plan can be made again until it is committed. Raises WrongStage.
        """
        with self._at_work(batch) as found:
            _refuse_undo(found, "planning")
            if found.stage not in ("staged", "planned", "held"):
                raise WrongStage(batch=found.id, stage=found.stage, action="planning", needed="staged")
            began = time.monotonic()
            progress("planning", 0)
            planning.plan(self._store, found, seconds=lambda: round(time.monotonic() - began, 3))
            planned = self.batch(found.id)
        progress("planning", planned.processed or 0)
        return Plan(batch=planned, _rows=partial(self.rows, planned))

    def commit(self, batch: Batch | UUID | str, *, skip_errors: bool = False, progress: Progress = _silent) -> Batch:
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
                ledger.move(self._store, found.id, stage="held")
                raise Held(batch=found.id, invalid=found.invalid)
            began = time.monotonic()
            progress("committing", 0)
            planning.apply(self._store, found, seconds=lambda: round(time.monotonic() - began, 3))
            progress("committing", found.processed or 0)
            return self.batch(found.id)

    def import_sheet(self, sheet: Sheet, dataset: str, *, progress: Progress = _silent, **options: Any) -> Batch:
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

    def undo(self, batch: Batch | UUID | str, *, dry_run: bool = False) -> Batch:
        """Takes a completed batch back as a batch of its own: created records go, changed ones get their before-image
        back.

        A record that was changed since is kept, and named in a skipped row. Raises WrongStage, AlreadyUndone.
        """
        with self._at_work(batch) as found:
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
            return ledger.move(self._store, found.id, **changes) if changes else found

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

    def batches(self, dataset: str | None = None, *, limit: int = 100) -> list[Batch]:
        """The tenant's batches, newest first."""
        return ledger.find(self._store, dataset=dataset, limit=limit)

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
        return ledger.rows(self._store, self.batch(batch), outcome=outcome, lines=lines, after=after, limit=limit)

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

    def unexplained(self, batch: Batch | UUID | str) -> list[int]:
        """The lines that still need a person's word."""
        return ledger.unexplained(self._store, self.batch(batch))

    def removals(self, batch: Batch | UUID | str) -> list[dict[str, Any]]:
        """The records that the file no longer names, and what happens to each: action, record_id, before."""
        return ledger.removals(self._store, self.batch(batch))

    def record(self, dataset: str, key: str) -> dict[str, Any]:
        """A record as it is now and every import that touched it, newest first; raises UnknownRecord.

        The parts of a composite key are separated by "|", e.g. "john@example.com|CNA101".
        """
        return ledger.record(self._store, dataset, key)

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
        return {"batch": str(batch.id), "run_at": run_at, **said, **self.reconcile(batch).to_dict(), **words}

    def _unsigned(self, batch: Batch) -> None:
        signed = ledger.signature(self._store, batch.id)
        if signed is not None:
            raise AlreadySigned(
                batch=batch.id, user=signed["signed_by"], at=f"{signed['signed_at']:%Y-%m-%d %H:%M:%S} UTC"
            )

    def _in_order(self, contract: Contract) -> None:
        missing = [need for need in catalog.needs(contract) if not ledger.holds_records(self._store, need)]
        if missing:
            ordered = [known.name for known in catalog.family(contract.family) if known.name in missing]
            raise ImportOrder(dataset=contract.name, missing=" and ".join(ordered))

    def _empty(
        self, sheet: Sheet, contract: Contract, mode: Mode, resolved: Mapping, window: str | None, allow_empty: bool
    ) -> Mapping:
        """The mapping of a file without rows, with the scope that it speaks of among its constants."""
        if contract.removal is None or mode not in ("preserve", "replace"):
            raise NoRows(source=sheet.name)
        scope = {name: _said(contract.field(name), resolved, window) for name in contract.removal.scope}
        if any(contract.field(name).required and value is None for name, value in scope.items()):
            raise NoRows(source=sheet.name)
        if not allow_empty:
            removed = ledger.in_scope(self._store, contract, scope, mode)
            said = ", ".join(f"{name} {value}" if value else f"no {name}" for name, value in scope.items())
            raise EmptyNeedsConfirmation(source=sheet.name, mode=mode, removed=removed, scope=said)
        return replace(resolved, constants=resolved.constants | {name: value for name, value in scope.items() if value})

    def _write_docs(self, contract: Contract, batch: Batch, validator: Any) -> str:
        from workbench.data_docs import write_data_docs

        key = self._docs(batch)
        with keeping.written(self.settings.home):
            page = write_data_docs(
                self.settings.home / key,
                contract,
                validator.summary(),
                title=f"{contract.title}: {batch.file_name}",
                facts={"batch": str(batch.id), "file": batch.file_name, "run by": batch.initiated_by},
            )
        return str(key / page.name)

    def _docs(self, batch: Batch) -> Path:
        return Path("docs") / str(self._store.tenant_id) / str(batch.id)

    @contextmanager
    def _ending(self, batch: Batch) -> Iterator[None]:
        """Whatever stops a batch is written down in it, and nothing else is left."""
        try:
            yield
        except (Exception, KeyboardInterrupt) as error:
            why = str(error) if isinstance(error, WorkbenchError) else f"stopped by {type(error).__name__}"
            ledger.fail_quietly(self._store, batch.id, why)
            shutil.rmtree(self.settings.home / self._docs(batch), ignore_errors=True)
            raise


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


def _mode(contract: Contract, mode: str | None) -> Mode:
    chosen = mode or contract.modes[0]
    if chosen not in contract.modes:
        raise UnknownMode(dataset=contract.name, mode=chosen, modes=", ".join(contract.modes))
    return chosen


def _said(field: Field, resolved: Mapping, window: str | None) -> str | None:
    """What a mapping's constant, or the window, says of a field in every row, in canonical text."""
    text = resolved.constants.get(field.name) or (window if isinstance(field.derive, FromWindow) else None)
    said = canonical(pa.array([text], pa.string()), field, resolved.value_maps.get(field.name))
    return cast(str | None, said[0].as_py())


def _reading(sheet: Sheet, hidden: Sequence[str]) -> dict[str, Any]:
    from dataclasses import asdict

    said = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(sheet.reading).items()}
    if hidden:
        said["warnings"].append(f"Nothing of {', '.join(hidden)} is kept, nor the source itself: it carries secrets.")
    return said
