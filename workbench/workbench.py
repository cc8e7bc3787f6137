"""The one path of a row, from a sheet to a signed import log; every door calls this."""

import time
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as Pairs
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeAlias, cast
from uuid import UUID

from workbench import settings
from workbench.database import (
    asking,
    batches,
    breakdowns,
    committing,
    comparing,
    corrections,
    decisions,
    embedded,
    explaining,
    planning,
    proof,
    reads,
    rereading,
    runs,
    staging,
    store,
    story,
    suggestions,
    sweeping,
    templates,
    totals,
    undoing,
    upgrading,
)
from workbench.database.batches import Batches
from workbench.database.checks import Checks
from workbench.database.exporting import Exports
from workbench.database.google_sheets import GoogleSheets
from workbench.database.inventory import Profiles, Sources
from workbench.database.matches import Matches
from workbench.database.progress import Progress, Reporter, reporting, silent
from workbench.database.records import Records
from workbench.database.rows import Rows
from workbench.database.runs import Options
from workbench.database.salesforce import Salesforce
from workbench.database.schedules import Known, Schedules
from workbench.database.templates import Templates
from workbench.datasets import catalog
from workbench.model.batch import ENDED, OUTCOMES, Batch, Run, new_id
from workbench.model.comparison import Comparison
from workbench.model.control_total import Total, is_of_total
from workbench.model.errors import (
    AlreadyCommitted,
    AlreadySigned,
    DatabaseOutdated,
    Held,
    HeldFor,
    HeldWhole,
    NoEdit,
    NoReason,
    NotDone,
    OwnWork,
    PartOfRun,
    RecipeOfSheets,
    TemplateTaken,
    UnknownRule,
    UnknownTemplate,
    WorkbenchError,
    WrongStage,
)
from workbench.model.figure import Figure
from workbench.model.google_sheet import Access
from workbench.model.hold import ALL, Hold, waiting
from workbench.model.import_log import ImportLog
from workbench.model.issue import counted
from workbench.model.kinds import as_said
from workbench.model.manifest import Proof
from workbench.model.playbook import Playbook
from workbench.model.recipe import Recipe, is_same
from workbench.model.reconciliation import Reconciliation
from workbench.model.salesforce import SalesforceAccess
from workbench.model.sheet import Chunk, Sheet
from workbench.model.template import ON_CONFLICT, Mapping, Template
from workbench.model.wording import many
from workbench.playbooks import PLAYBOOKS, loads, purposes, sequences
from workbench.playbooks.loads import Loads
from workbench.playbooks.multiplied import multiplied
from workbench.prepare import mapping, recognition
from workbench.prepare.cleaning import CODES, cleaned_once, multiplies, recipe_of, without_removed
from workbench.prepare.mapping import Suggestion
from workbench.sequences import Sequences
from workbench.sources import headed, kept_files

if TYPE_CHECKING:
    import pandas as pd


__all__ = ["Plan", "Progress", "Workbench", "address"]


Given: TypeAlias = Sheet | Sequence[Sheet] | Pairs[str, Sheet]
"""A sheet, several, or several by the dataset that each is."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a batch will do, before it is written."""

    batch: Batch
    _rows: "Callable[..., pd.DataFrame]"

    @property
    def counts(self) -> dict[str, int]:
        """Rows by outcome, and "processed"."""
        return {name: getattr(self.batch, name) for name in ("processed", *OUTCOMES)}

    @property
    def removed(self) -> dict[str, int]:
        """Records that the file no longer names, by what happens to them: deactivated, deleted."""
        return dict(self.batch.summary["removed"])

    def rows(self, outcome: str | None = None, limit: int | None = None) -> "pd.DataFrame":
        """The planned rows, one a line of the source, with their changes ({field: [old, new]})."""
        return self._rows(outcome=outcome, limit=limit)


_PENDING = (
    *(playbook.name for playbook in PLAYBOOKS.values() if playbook.pends),
    *(contract.name for contract in catalog.CONTRACTS.values() if contract.waits),
)
"""The playbooks and datasets whose unmatched rows are planned again after later imports."""


class Workbench:
    """Everything that can be done with imports, for one tenant and one person. Open it in a `with` block."""

    def __init__(self, configuration: settings.Settings, database: store.Store) -> None:
        self.settings = configuration
        self._store = database
        self.batches = Batches(database, configuration.home)
        self.rows = Rows(database)
        self.records = Records(database)
        self.checks = Checks(database)
        self.export = Exports(database)
        self.templates = Templates(database)
        self.sources = Sources(database)
        self.profiles = Profiles(database)
        self.google_sheets = GoogleSheets(database, google_access(configuration), purposes.known())
        self.salesforce = Salesforce(database, salesforce_access(configuration), PLAYBOOKS.values())
        self.matches = Matches(database)
        self.sequences = Sequences(self, database)
        self.schedules = Schedules(database, self.google_sheets, _runnable())

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
        if not upgrading.is_current(url):
            if configuration.database_url is not None:
                raise DatabaseOutdated
            upgrading.upgrade(url)
        database = store.Store(url, tenant=configuration.tenant, user=configuration.user)
        staging.recover(database, configuration.home)
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
        chosen = self.templates.get(dataset, template) if template else None
        sheet = without_removed(cleaned_once(sheet, None, chosen))
        return mapping.suggest(sheet.headers, sheet.sample(), contract, chosen, repeated=sheet.reading.repeated)

    def cleaned(
        self, sheet: Sheet, dataset: str, *, template: str | None = None, recipe: Recipe | None = None
    ) -> Sheet:
        """The sheet as an import cleans it: by the recipe, else as it was given where it is cleaned already, else by
        the template's. What is cleaned so is not cleaned again. Raises WrongRecipe, CleanedOtherwise, UnknownTemplate,
        UnusableTemplate.
        """
        return cleaned_once(sheet, recipe, self.templates.get(dataset, template) if template else None)

    # -- the path ------------------------------------------------------------------------------------------------------

    def stage(self, sheet: Given, dataset: str, *, progress: Progress = silent, **options: Any) -> Batch:
        """Reads, maps, normalizes and validates a source, and puts every row into the database; no target table is
        touched.

        `dataset` is a contract's name, or a playbook's: then the batch is that of a composed run, and the parts stand
        behind it; a playbook of several sheets takes all of them. The `options` are those of `runs.Options`: template,
        columns, value_maps, constants, clears, mode, window and more. All of the rows are staged, or none. The source's
        bytes are kept, unless a column was left out for its secrets: then neither they nor that column's cells are.
        A `recipe`, else the template's, cleans the rows while they stream by; with an empty one they stay as they are.
        Raises UnreadableSheet, NoRows, ImportOrder, UnknownMode, UnknownTotal, UnknownTemplate, UnknownBatch (for the
        run), NoSheets, LooksLikeAnother, NoSpace, UnwritableFile, WrongRecipe, CleanedOtherwise, RecipeOfSheets, what
        `mapping.resolve` raises, and ColumnsChanged or ColumnsMixedUp where the columns are not those of the template,
        or hold something else than their fields.
        """
        identifier = new_id()
        with batches.working(self._store, identifier):
            said = Options(**options)
            sheets = self._sheets(sheet, dataset, said)
            batch = self._begin(identifier, sheets, dataset, said)
            with reporting(self._store, identifier, progress) as reporter:
                return self._fill(batches.run(self._store, batch), reporter, sheets)

    def begin(self, sheet: Given, dataset: str, **options: Any) -> Batch:
        """Everything of `stage` but the rows: a queued batch that `fill` stages, in this program or in another.

        With `source="page"` it waits for that however often the program is started again. Raises as `stage` does.
        """
        said = Options(**options)
        return self._begin(new_id(), self._sheets(sheet, dataset, said), dataset, said, lend=True)

    def fill(self, batch: Batch | UUID | str, *, progress: Progress = silent) -> Batch:
        """Stages the rows of a batch that was begun, also when that was cut short before; one that has its rows is
        given back as it is.

        Raises WrongStage for a batch that failed, UnreadableSource when its source was not kept.
        """
        with self._at_work(batch, "filling") as run:
            if run.face.stage in ("failed", "discarded"):
                raise WrongStage(batch=run.face.id, stage=run.face.stage, action="filling", needed="queued")
            if run.face.stage not in ("queued", "staging"):
                return run.face
            with reporting(self._store, run.face.id, progress) as reporter:
                return self._fill(run, reporter)

    def kept_sheet(self, batch: Batch | UUID | str, *, as_it_came: bool = False) -> Sheet:
        """The source of a batch, opened again with its worksheet and its header, and cleaned as it was imported unless
        it is asked for `as_it_came`; raises UnreadableSource when its bytes were not kept."""
        return staging.kept_sheet(self.settings.home, self.batches.get(batch), as_it_came=as_it_came)

    def correct(self, batch: Batch | UUID | str, cells: Pairs[int, Pairs[str, str | None]]) -> Batch:
        """Puts cells of a batch right that is not committed yet ({line: {header: text}}) and checks their rows again.

        The source's own rows stay beside them, with who corrected them and when. A batch that was planned needs a plan
        again. In a run of several sheets it is the sheet's batch that is corrected. Raises WrongStage, UnknownHeader,
        UnknownRows.
        """
        with self._at_work(batch, "correcting", sheets=True) as run:
            found = batches.one_sheet(self._store, batch)
            rows = corrections.by_line(self._store, found, cells)
            said = many(sum(map(len, cells.values())), "cell")
            return self._corrected(run, found, rows, said=said)

    def fill_cells(
        self,
        batch: Batch | UUID | str,
        header: str,
        text: str,
        *,
        instead_of: str | None = None,
        lines: Sequence[int] | None = None,
        field: str | None = None,
        code: str | None = None,
        wrong: bool = False,
        having: str = "",
    ) -> Batch:
        """As `correct`, with one text in the column of a header in many rows at once: those on some lines, or all with
        an issue and every word of `having` in their cells, as `rows.page` finds them; `instead_of` another text where a
        cell has it, else of the whole cell. Raises WrongStage, UnknownHeader, UnknownRows."""
        with self._at_work(batch, "correcting", sheets=True) as run:
            found = batches.one_sheet(self._store, batch)
            which = lines
            if which is None:
                which = self.rows.lines(found, field=field, code=code, wrong=wrong, text=having)
            rows = corrections.filled(self._store, found, which, header, text, instead_of)
            of = f"'{instead_of}' in {header}" if instead_of is not None else header
            return self._corrected(run, found, rows, said=f"{of}: '{text}'" if text else f"{of}: nothing")

    def take_back(self, batch: Batch | UUID | str) -> Batch:
        """Takes the last edit of a batch's cells back that stands; its rows are checked again as they were before. What
        was corrected, and that it was taken back, stays on record. Raises WrongStage, NoEdit."""
        return self._again(batch, "taken_back", corrections.as_before)

    def make_again(self, batch: Batch | UUID | str) -> Batch:
        """Makes the edit again that was taken back last, as long as nothing else was corrected since. Raises
        WrongStage, NoEdit."""
        return self._again(batch, "made_again", corrections.as_edited)

    def _again(
        self,
        batch: Batch | UUID | str,
        step: corrections.Step,
        rows: Callable[[store.Store, Batch, int], Iterator[Chunk]],
    ) -> Batch:
        with self._at_work(batch, "correcting", sheets=True) as run:
            found = batches.one_sheet(self._store, batch)
            edit = corrections.last_edit(found, step)
            if edit is None:
                raise NoEdit(batch=found.id, step="taken back" if step == "taken_back" else "made again")
            return self._corrected(run, found, rows(self._store, found, edit["revision"]), step=step)

    def _corrected(self, run: Run, batch: Batch, rows: Iterator[Chunk], **more: Any) -> Batch:
        return corrections.correct(self._store, self.settings.home, run, batch, rows, self._playbook(run.face), **more)

    def correct_from(self, batch: Batch | UUID | str, sheet: Sheet) -> Batch:
        """As `correct`, with a file that `rows.save` wrote of the batch's rows and that comes back corrected.

        Rows and columns may be missing, and stay as they are. Raises WrongStage, WrongReturn, NoRows, UnreadableSheet.
        """
        with self._at_work(batch, "correcting", sheets=True) as run:
            found = batches.one_sheet(self._store, batch)
            rows = corrections.returned(self._store, found, sheet)
            return self._corrected(run, found, rows, said=f"the file {sheet.name}")

    def mean(
        self,
        batch: Batch | UUID | str,
        value_maps: Pairs[str, Pairs[str, str]] | None = None,
        *,
        remember: bool = False,
    ) -> Batch:
        """Corrects every row of a batch at once in which a field has one of those texts ({field: {text: meaning}}), as
        `correct` does; without any, what the last plan suggests for references that named nothing.

        `remember` lets the template of the batch, if it has one, know it for the next time. Raises WrongStage,
        UnknownField, TemplateTaken.
        """
        with self._at_work(batch, "correcting", sheets=True) as run:
            found, playbook = batches.one_sheet(self._store, batch), self._playbook(run.face)
            means = value_maps if value_maps is not None else suggestions.meanings(found)
            rows = corrections.meant(self._store, found, means, playbook)
            corrected = self._corrected(run, found, rows, means=means, said=story.meanings(means))
        if remember and found.template_id is not None:
            said = templates.get(self._store, str(found.template_id)).mapping
            known = {name: {text: to for text, to in of.items() if text} for name, of in means.items()}
            maps = {n: {**said.value_maps.get(n, {}), **known.get(n, {})} for n in (*said.value_maps, *known)}
            self.templates.update(str(found.template_id), replace(said, value_maps=maps))
        return corrected

    def contradictions(self, batch: Batch | UUID | str, *, limit: int = 20) -> tuple[int, list[dict[str, Any]]]:
        """How many keys have rows that contradict each other and wait for a decision, and the first of them: dataset,
        key, and `lines`, the values of each row by its line."""
        found = self.batches.get(batch)
        if found.stage not in ("planned", "held"):
            return 0, []
        return decisions.contradictions(self._store, batches.run(self._store, found), found, limit=limit)

    def prefer(self, batch: Batch | UUID | str, lines: Sequence[int] = (), *, on_conflict: str | None = None) -> Batch:
        """Decides which rows count: those lines, of all that have their keys, and whatever they are warned of; or the
        "first" or "last" of every key of which no line was chosen ("hold" lets them wait again).

        A decision stands with who made it and when; a later one counts before it. A line is chosen for its key: under
        another one, into which it is corrected, it does not count so (under a playbook, once any cell is). A batch that
        was planned needs a plan again. In a run of several sheets it is the sheet's batch whose lines are meant. Raises
        WrongStage, UnknownRows, UnknownRule.
        """
        if on_conflict not in (None, *ON_CONFLICT):
            raise UnknownRule(rule=on_conflict, known=", ".join(ON_CONFLICT))
        with self._at_work(batch, "deciding", sheets=True) as run:
            found = batches.one_sheet(self._store, batch) if lines else self.batches.get(batch)
            each = (found,) if lines or found.part_of is not None else run.sheets
            for sheet in each:
                decisions.decide(self._store, batches.run(self._store, run.face), sheet, lines, on_conflict)
            return self.batches.get(found)

    def plan(self, batch: Batch | UUID | str, *, progress: Progress = silent) -> Plan:
        """Gives every row its one intended outcome and stops: the dry run. Every target table stays as it was.

        A plan can be made again until it is committed. Raises WrongStage, PartOfRun for a part: a run is planned whole,
        and ReadAnew for what Salesforce has told anew since.
        """
        with self._at_work(batch, "planning") as run:
            found = run.face
            _refuse_undo(found, "planning")
            if found.stage not in ("staged", "planned", "held"):
                raise WrongStage(batch=found.id, stage=found.stage, action="planning", needed="staged")
            reads.refuse_read_anew(self._store, run)
            began = time.monotonic()
            playbook = self._playbook(found)
            with reporting(self._store, found.id, progress, found.summary.get("rows")) as reporter:
                reporter("planning", 0)
                current = run
                if playbook is not None and staging.is_outdated(run, playbook):
                    current = staging.restage(self._store, self.settings.home, run, playbook)
                planning.plan(self._store, current, playbook, seconds=lambda: round(time.monotonic() - began, 3))
                planned = self.batches.get(found.id)
                reporter("planning", planned.processed or 0)
        return Plan(batch=planned, _rows=partial(self.rows, planned))

    def commit(
        self,
        batch: Batch | UUID | str,
        *,
        skip_errors: bool = False,
        accept: Sequence[str] = (),
        reason: str = "",
        progress: Progress = silent,
    ) -> Batch:
        """Executes the plan in one transaction, exactly as it was shown, and completes the batch and its parts; then
        brings in the rows of earlier runs that were unmatched for want of what it has written (`sweep`).

        A batch with invalid rows is held instead, unless `skip_errors` lets its good rows go on; and so is one whose
        plan waits for a person (`holds`), unless `accept` has the codes of all that it waits for, or "all". Who let it
        go on stands in `summary["accepted"]`: code, by, at. A control total that is another than was said is accepted
        for a `reason` only.
        Raises AlreadyCommitted, WrongStage, ReadAnew, PartOfRun, Held, NoReason, StalePlan, Unbalanced.
        """
        with self._at_work(batch, "committing") as run:
            found = run.face
            if found.stage == "completed":
                raise AlreadyCommitted(batch=found.id)
            _refuse_undo(found, "committing")
            if found.stage not in ("planned", "held"):
                raise WrongStage(batch=found.id, stage=found.stage, action="committing", needed="planned")
            reads.refuse_read_anew(self._store, run)
            self._refuse_held(found, skip_errors or found.skip_errors, accept)
            if is_of_total(hold.code for hold in Hold.all_of(found.summary)) and not as_said(reason):
                raise NoReason(action="accepting", what="a control total that is not what was said")
            began = time.monotonic()
            with reporting(self._store, found.id, progress, found.processed) as reporter:
                reporter("committing", 0)
                committing.commit(
                    self._store,
                    run,
                    seconds=lambda: round(time.monotonic() - began, 3),
                    also=partial(rereading.resolve, self._store, run),
                    accepted=list(dict.fromkeys(hold.code for hold in Hold.all_of(found.summary))),
                    reason=as_said(reason),
                    skip_errors=skip_errors,
                )
                reporter("committing", found.processed or 0)
        if ALL in accept or any(code in CODES for code in accept):
            self._expect_from_now_on(run)
        if found.created or found.updated or found.removed:  # a name that was changed, or that nobody else has now
            self.sweep(after=found.id)
        return self.batches.get(found.id)

    def sweep(self, batch: Batch | UUID | str | None = None, *, after: UUID | None = None) -> list[Batch]:
        """Brings in rows that were unmatched when they came and are so no more: the runs that did it, which the first
        ones name as what resolved them.

        Those of every run of a playbook whose rows pend; or those of one completed import, whatever it is. `after` is
        the batch that has set it off.
        """
        if batch is not None:
            self._refuse_settled(batches.run(self._store, batch).face, "sweeping")
        swept: list[Batch] = []
        while True:
            waiting = (
                sweeping.waiting(self._store, _PENDING)
                if batch is None
                else list(batches.run(self._store, batch).sheets)
            )
            found = [self._swept(each, after) for each in waiting]
            brought = [each for each in found if each is not None]
            swept += brought
            if not brought:  # what one brings in, another may have waited for
                return swept

    def resolvable(self, batch: Batch | UUID | str) -> int:
        """How many unmatched rows of an import could be brought in now (`sweep`): what they name is there by now. None
        of one that is not written, was undone or is signed."""
        run = batches.run(self._store, batch)
        if run.face.state != "completed" or run.face.undo_of is not None or not run.face.unmatched:
            return 0
        return sum(len(sweeping.resolvable(self._store, sheet)) for sheet in run.sheets if sheet.unmatched)

    def left_waiting(self) -> dict[UUID, int]:
        """The runs of which rows could be brought in now and were not by themselves, with how many of them: they wait
        for a person to `sweep` them."""
        found: dict[UUID, int] = {}
        for each in sweeping.waiting(self._store, _PENDING):
            if number := len(sweeping.resolvable(self._store, each)):
                run = each.id if each.derived or each.part_of is None else each.part_of
                found[run] = found.get(run, 0) + number
        return found

    def supply(self, batch: Batch | UUID | str, cells: Pairs[int, Pairs[str, str]]) -> Batch:
        """Brings in unmatched rows of a completed import with what a person says of their cells
        ({line: {header: text}}), such as the date of a session that had none: the run that did it. The rows stay as
        they came; what waited for the same comes after it (`sweep`).

        Raises WrongStage, AlreadySigned, UnknownHeader, NotWaiting for a line that does not wait, StillRefused.
        """
        with self._at_work(batch, "supplying", sheets=True) as run:
            self._refuse_settled(run.face, "supplying")
            found = batches.one_sheet(self._store, batch)
            if found.stage != "completed" or found.undo_of is not None:
                raise WrongStage(batch=found.id, stage=found.stage, action="supplying", needed="completed")
            brought = sweeping.supply(self._store, self.settings.home, found, self._playbook(found), cells)
        self.sweep(after=brought.id)
        return self.batches.get(brought)

    def import_sheet(self, sheet: Given, dataset: str, *, progress: Progress = silent, **options: Any) -> Batch:
        """Stages, plans and commits a source; `dataset` and `options` as for `stage`. A dry run ends planned, invalid
        rows hold the batch."""
        staged = self.stage(sheet, dataset, progress=progress, **options)
        self.plan(staged, progress=progress)
        if staged.dry_run:
            return self.batches.get(staged)
        try:
            return self.commit(staged, progress=progress)
        except Held:
            return self.batches.get(staged)

    def import_loads(self, found: Loads, *, progress: Progress = silent, **options: Any) -> list[Batch]:
        """Imports what several sheets were found to be (`loads.of_sheets`), each load a run of its own, one after the
        other: the batches, the last of which is not completed where it is held. What was written before it stays.

        A dry run plans the loads that need nothing of one before it, for those are not written then. `options` are as
        for `stage`, each of the loads that it is of (see `loads.options_of`). Raises UnknownSheets and SheetsOfFamilies
        before anything is read, and what `import_sheet` raises.
        """
        found.refuse_doubtful()
        imported: list[Batch] = []
        for number, load in enumerate(found.loads):
            if options.get("dry_run") and load.after(found.loads[:number]):
                continue
            own = loads.options_of(load, found.loads, options)
            imported.append(self.import_sheet(load.given, load.what, progress=progress, **own))
            if not options.get("dry_run") and imported[-1].stage != "completed":
                break
        return imported

    def undo(self, batch: Batch | UUID | str, *, dry_run: bool = False, progress: Progress = silent) -> Batch:
        """Takes a completed batch back as a batch of its own: created records go, changed ones get their before-image
        back.

        A record that was changed since is kept, and named in a skipped row; another undo takes it back once it is free.
        Raises WrongStage, AlreadyUndone, StillKept, StillReferredTo.
        """
        with (
            self._at_work(batch, "undoing") as run,
            reporting(self._store, run.face.id, progress, run.face.processed) as reporter,
        ):
            reporter("undoing", 0)
            return undoing.undo(self._store, run, dry_run=dry_run)

    def discard(self, batch: Batch | UUID | str, reason: str = "") -> Batch:
        """Puts a batch away that nobody wants, whatever became of it but a commit, a failure or this: its rows stay to
        be read, and it is never planned or written. Raises WrongStage, PartOfRun."""
        with self._at_work(batch, "discarding") as run:
            found = run.face
            if found.stage in ENDED:
                raise WrongStage(batch=found.id, stage=found.state, action="discarding", needed="not ended yet")
            discarded = batches.discard(self._store, found.id, as_said(reason))
        for each in run.sheets:
            kept_files.give_back(self.settings.home, each.id)
        return discarded

    # -- the proof -----------------------------------------------------------------------------------------------------

    def reconcile(self, batch: Batch | UUID | str) -> Reconciliation:
        """The figures as they stand, whether they add up, and what is still unexplained."""
        found = self.batches.get(batch)
        figures = explaining.figures(self._store, found)
        undone = found.undone_by is not None
        return Reconciliation(batch=found.id, stage=found.stage, undone=undone, removed=found.removed, **figures)

    def log(self, batch: Batch | UUID | str) -> ImportLog:
        """The playbook's import log, filled in: whether it is written and stands, what was decided of it and by whom,
        and what is still to be done, beside the words of whoever kept notes."""
        found = self.batches.get(batch)
        figures = self.reconcile(found)
        title = self.title(found)
        return ImportLog(
            import_type=title if found.undo_of is None else f"Undo of {title}",
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
            state=story.state(self._store, found),
            notes_added=story.decided(self._store, found),
            follow_ups_added=story.to_do(found, figures, self.resolvable(found)),
        )

    def decided(self, batch: Batch | UUID | str) -> tuple[str, ...]:
        """What was decided of an import and by whom, a sentence each, as its log says it."""
        return story.decided(self._store, self.batches.get(batch))

    def compare(self, batch: Batch | UUID | str) -> Comparison:
        """An import beside the last five of its source that stand, with what is `unusual` about it."""
        return comparing.compare(self._store, self.batches.get(batch))

    def totals(self, batch: Batch | UUID | str) -> tuple[Total, ...]:
        """The control totals of an import as its plan counts them, each beside the number that somebody says it should
        be; those of a run of several sheets sheet by sheet."""
        return totals.told(self._store, self.batches.get(batch))

    def title(self, batch: Batch) -> str:
        """What is imported, as the log names it."""
        playbook = self._playbook(batch)
        return playbook.title if playbook is not None else catalog.contract(batch.dataset).title

    def figures(self, batch: Batch | UUID | str) -> dict[str, int]:
        """The numbers that an import is known by, as its playbook or dataset names them, as they stand now; none where
        it names none."""
        run = batches.run(self._store, batch)
        playbook = self._playbook(run.face)
        named = (playbook or catalog.contract(run.face.dataset)).figures
        return {figure.name: self._number(figure, run) for figure in named}

    def breakdowns(self, batch: Batch | UUID | str) -> dict[str, dict[str, int]]:
        """How many of the import's records have which value, by the names of its playbook's breakdowns; none where it
        has none."""
        run = batches.run(self._store, batch)
        playbook = self._playbook(run.face)
        parts = {part.dataset: part for part in run.parts}
        classes = run.face.summary.get("classes", {})
        return {
            each.name: breakdowns.values(self._store, parts[each.part], each)
            if each.field
            else dict(classes.get(each.part, {}))
            for each in (playbook.breakdowns if playbook is not None else ())
            if each.part in parts
        }

    def note(self, batch: Batch | UUID | str, *, notes: str | None = None, follow_ups: str | None = None) -> Batch:
        """Writes the log's decisions and follow-ups; refused once the batch is signed off."""
        with self._at_work(batch, "noting") as run:
            found = run.face
            self._unsigned(found)
            changes = {name: text for name, text in (("notes", notes), ("follow_ups", follow_ups)) if text is not None}
            return batches.move(self._store, found.id, ("noted", changes), **changes) if changes else found

    def explain(self, batch: Batch | UUID | str, lines: Sequence[int], reason: str) -> Reconciliation:
        """Says why rows are unmatched and stay so: they count as skipped from then on. In a run of several sheets it is
        the sheet's batch whose lines are meant. Said again of a row, the later reason counts, until the signature; the
        earlier one stays in the audit log.

        Raises UnknownLines, NotToExplain for an invalid row, NoReason, AlreadySigned, and WrongStage once it is undone.
        """
        return self._say(batch, "explained", "explaining", lines, reason)

    def reject(self, batch: Batch | UUID | str, lines: Sequence[int], reason: str) -> Reconciliation:
        """Says why rows are invalid and stay out: they go on counting as invalid, and are no open point any more.
        `rows.save(batch, path, "xlsx", reason="rejected")` is the list for their owner.

        Raises as `explain` does, and NotToReject for an unmatched row.
        """
        return self._say(batch, "rejected", "rejecting", lines, reason)

    def sign_off(self, batch: Batch | UUID | str) -> dict[str, Any]:
        """The lead's signature: freezes everything that proves the run, under a digest signed with this home's key.

        Raises NotDone, OwnWork (when there is somebody else in the tenant), AlreadySigned, UnusableKey.
        """
        with self._at_work(batch, "signing") as run:
            found = run.face
            self._refuse_settled(found, "signing")
            figures = self.reconcile(found)
            if not figures.done:
                raise NotDone(batch=found.id, why=" ".join(figures.open_points))
            if found.initiated_by == self._store.user and proof.people(self._store) > 1:
                raise OwnWork(user=self._store.user, batch=found.id)
            proof.sign(self._store, self.settings.home, found, self._said(found))
            return cast(dict[str, Any], proof.signature(self._store, found.id))

    def verify(self, batch: Batch | UUID | str, *, key: str | None = None) -> Proof:
        """Whether everything that was signed is still the same, and what is not: true, or with `differs`.

        `key` is the public key that it must have been signed with. Raises NotSigned when nobody has signed it,
        UnknownBatch when there is neither such a batch nor a signature.
        """
        return proof.verify(self._store, self.settings.home, batch, self._said, key)

    def evidence(self, batch: Batch | UUID | str, path: str | Path, *, with_source: bool = False) -> Proof:
        """Writes everything that proves a run into a ZIP file, which `verify_evidence` checks without a database; the
        source's own bytes only `with_source`.

        The Proof says what of a signed run is no longer as it was signed. Raises UnwritableFile, NoSpace.
        """
        run = batches.run(self._store, batch)
        said, home = self._said(run.face), self.settings.home
        return proof.write(self._store, home, run.face, said, Path(path), with_source=with_source)

    def signature(self, batch: Batch | UUID | str) -> dict[str, Any] | None:
        """Who signed, when, and the digest; None when nobody has."""
        return proof.signature(self._store, self.batches.get(batch).id)

    def query(self, statement: str, values: Pairs[str, object] | tuple[object, ...] = ()) -> "pd.DataFrame":
        """The answer to a question in SQL about the tenant's imports and records: a statement, whose `%s` or `%(name)s`
        the `values` are. It sees what the tenant may see, and can change nothing. Raises WrongQuestion.
        """
        import pandas as pd

        columns, rows = asking.ask(self._store, statement, values)
        return pd.DataFrame(rows, columns=columns)

    # -- inside --------------------------------------------------------------------------------------------------------

    @contextmanager
    def _at_work(self, batch: Batch | UUID | str, action: str, *, sheets: bool = False) -> Iterator[Run]:
        """The run of a batch as it is once nobody else is at work on it, and as it stays until we are done.

        Raises PartOfRun for a part, unless `sheets` may be named by themselves and it is one.
        """
        found = self.batches.get(batch)
        if found.part_of is not None and (found.derived or not sheets):
            raise PartOfRun(batch=found.id, run=found.part_of, action=action)
        identifier = found.part_of or found.id
        with batches.working(self._store, identifier):
            yield batches.run(self._store, identifier)

    def _playbook(self, batch: Batch) -> Playbook | None:
        """The playbook that a batch is a run of; None under one contract."""
        if batch.part_of is not None:
            return None
        return PLAYBOOKS.get(batch.dataset) or self._by_recipe(batch.dataset, Mapping.from_dict(batch.mapping).recipe)

    def _by_recipe(self, dataset: str, recipe: Recipe | None) -> Playbook | None:
        """What an import is a run of whose recipe makes several rows of one; None of any other."""
        return multiplied(catalog.contract(dataset)) if multiplies(recipe) and dataset not in PLAYBOOKS else None

    def _sheets(self, sheet: Given, dataset: str, options: Options) -> dict[str, Sheet]:
        """The sheets of a source by the dataset that each is, cleaned."""
        found = self._found(sheet, dataset)
        if set(found) == {dataset}:
            return {dataset: self.cleaned(found[dataset], dataset, template=options.template, recipe=options.recipe)}
        if options.recipe is not None:
            raise RecipeOfSheets(playbook=dataset)
        saved = {each.dataset: each for each in self._saved(options.template)}
        return {name: cleaned_once(one, None, saved.get(name)) for name, one in found.items()}

    def _found(self, sheet: Given, dataset: str) -> dict[str, Sheet]:
        """The sheets of a source by the dataset that each is, as they came."""
        if isinstance(sheet, Pairs):
            return dict(sheet)
        given = [sheet] if isinstance(sheet, Sheet) else list(sheet)
        playbook = PLAYBOOKS.get(dataset)
        if playbook is None:
            return {dataset: given[0]}
        if playbook.form is not None:
            return {dataset: headed(given[0], recognition.is_header)}
        if playbook.unpack is not None:
            found = playbook.unpack(given)
            return {name: found[name] for name in playbook.datasets if name in found}
        return recognition.sheets_of(given, playbook.datasets, playbook.name)

    def _saved(self, template: str | None) -> list[Template]:
        """The templates of that name or id, each of another dataset; raises UnusableTemplate."""
        return [templates.usable(each) for each in self.templates.all() if template in (each.name, each.id)]

    def _fill(self, run: Run, reporter: Reporter, sheets: dict[str, Sheet] | None = None) -> Batch:
        playbook = self._playbook(run.face)
        return staging.fill(self._store, self.settings.home, run, reporter, playbook=playbook, sheets=sheets)

    def _expect_from_now_on(self, run: Run) -> None:
        """Lets the templates of a run know what their recipes did in it, which a person has found right: the next file
        like it is not asked about. Another tenant's stays as it is, and so does one that cleans otherwise by now."""
        for sheet in run.sheets:
            met = recipe_of(sheet)
            if met is None or sheet.template_id is None:
                continue
            with suppress(UnknownTemplate, TemplateTaken):
                saved = templates.get(self._store, str(sheet.template_id))
                if not saved.unusable and is_same(saved.mapping.recipe, met):
                    templates.update(self._store, saved.id, replace(saved.mapping, recipe=met))

    def _say(
        self, batch: Batch | UUID | str, word: explaining.Word, action: str, lines: Sequence[int], reason: str
    ) -> Reconciliation:
        with self._at_work(batch, action, sheets=True) as run:
            self._refuse_settled(run.face, action)
            found = batches.one_sheet(self._store, batch)
            if not (why := as_said(reason)):
                raise NoReason(action=action, what="rows")
            explaining.say(self._store, found, word, lines, why)
            return self.reconcile(found)

    def _refuse_settled(self, face: Batch, action: str) -> None:
        """Raises WrongStage for a run that was undone or discarded, AlreadySigned for one that was signed off."""
        self._unsigned(face)
        if face.state in ("undone", "discarded"):
            raise WrongStage(batch=face.id, stage=face.state, action=action, needed="neither undone nor discarded")

    def _swept(self, batch: Batch, after: UUID | None) -> Batch | None:
        """What a sweep brought in of an import. One that a commit has set off leaves that as it is, and the rows of
        other imports, whatever becomes of it: what is still to be brought in waits."""
        try:
            return sweeping.sweep(self._store, self.settings.home, batch, self._playbook(batch), after)
        except WorkbenchError as refusal:
            if after is None:
                raise
            with self._store.transaction():
                self._store.note("sweep refused", after, why=str(refusal))
            return None

    def made_of(self, batch: Batch | UUID | str) -> dict[str, dict[str, int]]:
        """What the figures of rows that were skipped or unmatched are made of, by reason, where their names do not say
        all of it."""
        run = batches.run(self._store, batch)
        named = (self._playbook(run.face) or catalog.contract(run.face.dataset)).figures
        found = self.reconcile(run.face)
        told: dict[str, dict[str, int]] = {}
        for figure in named:
            counts = found.skipped_by_reason if figure.outcomes == ("skipped",) else found.unmatched_by_kind
            if figure.part is None and (figure.outcomes == ("skipped",) or figure.reasons):
                of = {why: rows for why, rows in counts.items() if rows and why in (figure.reasons or counts)}
                if any(why not in figure.name for why in of):
                    told[figure.name] = of
        return told

    def _number(self, figure: Figure, run: Run) -> int:
        """What a figure is in a run, as planned or written."""
        batch = next((part for part in run.parts if part.dataset == figure.part), None) if figure.part else run.face
        if batch is None:
            return 0
        if figure.severity is not None:
            issues = counted(*(batch.summary.get(name, ()) for name in ("issue_counts", "issue_counts_planned")))
            return sum(each["rows"] for each in issues if each["severity"] == figure.severity)
        if figure.of_own and "updated_of_own" in batch.summary:
            return int(batch.summary["updated_of_own"])
        if figure.keys or figure.missing:
            return int(run.face.summary.get("figures", {}).get(figure.name, 0))
        found = self.reconcile(batch)
        if not figure.reasons:
            rows = sum(getattr(found, outcome) for outcome in figure.outcomes)
            return -(-(rows - sum(found.skipped_by_reason.get(reason, 0) for reason in figure.without)) // figure.every)
        counts = (found.skipped_by_reason, found.unmatched_by_kind)
        return sum(each.get(reason, 0) for each in counts for reason in figure.reasons)

    def _said(self, batch: Batch) -> dict[str, Any]:
        """The figures and the log of a run, as they are signed."""
        said = {name: getattr(batch, name) for name in ("checksum", "file_name", "initiated_by", "window")}
        log = self.log(batch)
        words = {"notes": batch.notes, "follow_ups": batch.follow_ups, "log": log.render()}
        run_at = log.to_dict()["run_at"]
        behind = self.batches.parts(batch)
        said["parts"] = [[str(part.id), part.dataset, part.derived, self._signed_figures(part)] for part in behind]
        if batch.revision:
            said["corrected"] = batch.summary["corrected"]
        if batch.decisions:
            said["decided"] = batch.decisions
        if own_totals := self.totals(batch):
            said["totals"] = [total.to_dict() for total in own_totals]
        if batch.summary.get("accepted"):
            said["accepted"] = batch.summary["accepted"]
        if behind and batch.undo_of is None and (own := self.figures(batch)):
            said["figures"] = own
            if broken_down := self.breakdowns(batch):
                said["breakdowns"] = broken_down
        return {"batch": str(batch.id), "run_at": run_at, **said, **self._signed_figures(batch), **words}

    def _signed_figures(self, batch: Batch) -> dict[str, Any]:
        """The figures as they are signed: of what the import did, which stays true when it is taken back."""
        return replace(self.reconcile(batch), undone=False).to_dict()

    def _refuse_held(self, batch: Batch, skip_errors: bool, accept: Sequence[str]) -> None:
        """Raises Held where rows are invalid that nobody has let be, the plan waits for a person, or the source is
        written whole or not at all and a row of it cannot be."""
        invalid = (batch.invalid or 0) if not skip_errors else 0
        holds = waiting(Hold.all_of(batch.summary), accept)
        if not invalid and not holds and not batch.refused:
            return
        codes = list(dict.fromkeys(hold.code for hold in holds))
        noted = {"invalid": batch.invalid, **({"for": codes} if codes else {})}
        batches.move(self._store, batch.id, ("held", noted), stage="held")
        if batch.refused:
            raise HeldWhole(batch=batch.id, source=batch.file_name, why=batch.wrong_rows)
        if not holds:
            raise Held(batch=batch.id, invalid=invalid)
        why = [hold.sentence for hold in holds]
        reason = " --reason WHY" if is_of_total(codes) else ""
        why.append(f"To let it go on: {' '.join(f'--accept {code}' for code in codes)}{reason}.")
        if invalid:
            why.append(f"And its invalid rows ({invalid}) have to be corrected, or left out with --skip-errors.")
        raise HeldFor(batch=batch.id, why=" ".join(why))

    def _unsigned(self, batch: Batch) -> None:
        signed = proof.signature(self._store, batch.id)
        if signed is not None:
            raise AlreadySigned(
                batch=batch.id, user=signed["signed_by"], at=f"{signed['signed_at']:%Y-%m-%d %H:%M:%S} UTC"
            )

    def _begin(
        self, identifier: UUID, sheets: dict[str, Sheet], dataset: str, options: Options, *, lend: bool = False
    ) -> Batch:
        playbook, home = PLAYBOOKS.get(dataset), self.settings.home
        if playbook is None:
            playbook = self._by_recipe(dataset, sheets[dataset].recipe)
        if playbook is not None and playbook.form is None:
            saved = self._saved(options.template)
            if options.template and not any(each.dataset in sheets for each in saved):
                raise UnknownTemplate(template=options.template, dataset=dataset)
            return runs.begin_sheets(self._store, home, sheets, playbook, options, saved, identifier, lend=lend)
        template = self.templates.get(dataset, options.template) if options.template else None
        if dataset in PLAYBOOKS and playbook is not None and playbook.form and not (template or options.columns):
            recognition.refuse_another(sheets[dataset], playbook.form)
        return runs.begin(
            self._store, home, sheets[dataset], dataset, options, template, identifier, playbook=playbook, lend=lend
        )


def _runnable() -> Known:
    """What of Salesforce a schedule can name."""
    steps = [step.name for step in sequences.STEPS]
    playbooks = [name for name, playbook in PLAYBOOKS.items() if playbook.extracts]
    return Known(sequences=sequences.SEQUENCES, steps=steps, playbooks=playbooks)


def google_access(configuration: settings.Settings) -> Access:
    """The way to Google Sheets that is configured: with a service account, or without."""
    key = configuration.google_service_account
    return Access(account=key.get_secret_value() if key is not None else None, address=configuration.google_address)


def salesforce_access(configuration: settings.Settings) -> SalesforceAccess:
    """The way to Salesforce that is configured."""
    return SalesforceAccess(
        username=configuration.sf_username,
        password=configuration.sf_password.get_secret_value(),
        security_token=configuration.sf_security_token.get_secret_value(),
        domain=configuration.sf_domain,
        consumer_key=configuration.salesforce_consumer_key.get_secret_value(),
        consumer_secret=configuration.salesforce_consumer_secret.get_secret_value(),
        private_key=configuration.salesforce_private_key.get_secret_value(),
        address=configuration.salesforce_address,
    )


def address(configuration: settings.Settings) -> str:
    """The database's address: the configured one, or that of the embedded server, started if need be."""
    if configuration.database_url is not None:
        return configuration.database_url.get_secret_value()
    return embedded.database_url(configuration.home)


def _refuse_undo(batch: Batch, action: str) -> None:
    """An undo is planned and committed at once, by `undo` alone; its dry run only shows."""
    if batch.undo_of is not None:
        raise WrongStage(batch=batch.id, stage="the dry run of an undo", action=action, needed="an import")
