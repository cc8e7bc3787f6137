"""The one path of a row, from a sheet to a signed import log; every door calls this."""

import time
from collections.abc import Callable, Sequence
from collections.abc import Mapping as Pairs
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeAlias, cast
from uuid import UUID

from workbench import settings
from workbench.database import (
    asking,
    at_work,
    batches,
    changed_fields,
    committing,
    comparing,
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
    templates,
    totals,
    undoing,
    upgrading,
)
from workbench.database.batches import Batches
from workbench.database.checks import Checks
from workbench.database.corrections import Corrections
from workbench.database.decisions import Decisions
from workbench.database.exporting import Exports
from workbench.database.figures import Figures
from workbench.database.google_sheets import GoogleSheets
from workbench.database.inventory import Profiles, Sources
from workbench.database.matches import Matches
from workbench.database.planning import holding
from workbench.database.progress import Progress, Reporter, reporting, silent
from workbench.database.records import Records
from workbench.database.rows import Rows
from workbench.database.salesforce import Salesforce
from workbench.database.schedules import Known, Schedules
from workbench.database.sweeps import Sweeps
from workbench.database.templates import Templates
from workbench.datasets import catalog
from workbench.model.batch import ENDED, OUTCOMES, Batch, Run, new_id
from workbench.model.comparison import Comparison
from workbench.model.control_total import Total, is_of_total
from workbench.model.errors import (
    AlreadyCommitted,
    DatabaseOutdated,
    Held,
    NoReason,
    NotDone,
    NotedSince,
    OwnWork,
    PlannedAgain,
    RecipeOfSheets,
    SaidSince,
    StalePlan,
    UnknownTemplate,
    WrongStage,
)
from workbench.model.hold import ALL, Hold
from workbench.model.import_log import ImportLog
from workbench.model.manifest import Proof
from workbench.model.options import Options
from workbench.model.playbook import Playbook
from workbench.model.recipe import Recipe
from workbench.model.reconciliation import Reconciliation
from workbench.model.sheet import Sheet
from workbench.model.template import Template
from workbench.model.trimming import as_said
from workbench.playbooks import PLAYBOOKS, loads, purposes, sequences
from workbench.playbooks.loads import Loads
from workbench.playbooks.multiplied import multiplied
from workbench.prepare import mapping, recognition
from workbench.prepare.cleaning import CODES, cleaned_once, multiplies, without_removed
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
        self.google_sheets = GoogleSheets(
            database, settings.google_access(configuration), purposes.known(), purposes.targets
        )
        self.salesforce = Salesforce(database, settings.salesforce_access(configuration), PLAYBOOKS.values())
        self.matches = Matches(database)
        self.corrections = Corrections(database, configuration.home, self._playbook)
        self.decisions = Decisions(database)
        self._figures = Figures(database, self._playbook)
        self.sweeps = Sweeps(database, configuration.home, self._playbook, _PENDING)
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
        behind it; a playbook of several sheets takes all of them. The `options` are those of `model.options`: template,
        columns, value_maps, constants, clears, mode, window and more. All of the rows are staged, or none. The source's
        bytes are kept, unless a column was left out for its secrets: then neither they nor that column's cells are.
        A `recipe`, else the template's, cleans the rows while they stream by; with an empty one they stay as they are.
        Raises UnreadableSheet, NoRows, ImportOrder, UnknownMode, UnknownTotal, UnknownTemplate, UnknownBatch (for the
        run), NoSheets, LooksLikeAnother, NoSpace, UnwritableFile, WrongRecipe, CleanedOtherwise, RecipeOfSheets, what
        `mapping.resolve` raises, and ColumnsChanged or ColumnsMixedUp where the columns are not those of the template,
        or hold something else than their fields.
        """
        identifier = new_id()
        with at_work.working(self._store, identifier):
            said = Options(**options)
            sheets = self._sheets(sheet, dataset, said)
            batch = self._begin(identifier, sheets, dataset, said)
            with reporting(self._store, identifier, progress) as reporter:
                return self._fill(batches.run(self._store, batch), reporter, sheets)

    def begin(self, sheet: Given, dataset: str, **options: Any) -> Batch:
        """Everything of `stage` but the rows: a queued batch that `fill` stages, in this program or in another.

        It waits for that as long as this Workbench is open; with `source="page"` however often the program is started
        again. Raises as `stage` does.
        """
        said = Options(**options)
        return self._begin_held(new_id(), self._sheets(sheet, dataset, said), dataset, said)

    def fill(self, batch: Batch | UUID | str, *, progress: Progress = silent) -> Batch:
        """Stages the rows of a batch that was begun, also when that was cut short before; one that has its rows is
        given back as it is.

        Raises WrongStage for a batch that failed, UnreadableSource when its source was not kept.
        """
        with at_work.on(self._store, batch, "filling") as run:
            if run.face.stage in ("failed", "discarded"):
                raise WrongStage(batch=run.face.id, stage=run.face.stage, action="filling", needed="queued")
            if run.face.stage not in ("queued", "staging"):
                return run.face
            at_work.let_go(self._store, run.face.id)
            with reporting(self._store, run.face.id, progress) as reporter:
                return self._fill(run, reporter)

    def kept_sheet(self, batch: Batch | UUID | str, *, as_it_came: bool = False) -> Sheet:
        """The source of a batch, opened again with its worksheet and its header, and cleaned as it was imported unless
        it is asked for `as_it_came`; raises UnreadableSource when its bytes were not kept."""
        return staging.kept_sheet(self.settings.home, self.batches.get(batch), as_it_came=as_it_came)

    def correct(
        self,
        batch: Batch | UUID | str,
        cells: Pairs[int, Pairs[str, str | None]],
        *,
        seen: Pairs[int, Pairs[str, str]] | None = None,
    ) -> Batch:
        """See `corrections.correct`."""
        return self.corrections.correct(batch, cells, seen=seen)

    def fill_cells(self, batch: Batch | UUID | str, header: str, text: str, **where: Any) -> Batch:
        """See `corrections.fill_cells`."""
        return self.corrections.fill_cells(batch, header, text, **where)

    def mean(
        self,
        batch: Batch | UUID | str,
        value_maps: Pairs[str, Pairs[str, str]] | None = None,
        *,
        remember: bool = False,
        seen: int | None = None,
    ) -> Batch:
        """See `corrections.mean`."""
        return self.corrections.mean(batch, value_maps, remember=remember, seen=seen)

    def remap(
        self,
        batch: Batch | UUID | str,
        columns: Pairs[str, str],
        *,
        value_maps: Pairs[str, Pairs[str, str]] | None = None,
        forms: Pairs[str, str] | None = None,
    ) -> Batch:
        """See `corrections.remap`."""
        return self.corrections.remap(batch, columns, value_maps=value_maps, forms=forms)

    def take_back(self, batch: Batch | UUID | str, *, seen: int | None = None) -> Batch:
        """See `corrections.take_back`."""
        return self.corrections.take_back(batch, seen=seen)

    def make_again(self, batch: Batch | UUID | str, *, seen: int | None = None) -> Batch:
        """See `corrections.make_again`."""
        return self.corrections.make_again(batch, seen=seen)

    def clean_again(
        self, batch: Batch | UUID | str, recipe: Recipe, *, remember: bool = False, source: str = "python"
    ) -> Batch:
        """Begins the import of a batch anew whose rows another recipe cleans: a queued batch that `fill` stages, with
        the mapping and all that was said of the former, which is discarded with that: both, or neither. What was
        corrected or decided there is not done again: a recipe is what lasts.

        `remember` lets the template of the batch, if it has one, clean by it from now on; `source` is the door, as in
        `stage`. Raises WrongStage, PartOfRun, RecipeOfSheets, UnreadableSource where its source was not kept,
        TemplateTaken where the template is another tenant's, and what `stage` raises.
        """
        with at_work.on(self._store, batch, "cleaning it") as run:
            found = run.face
            if found.stage not in ("staged", "planned", "held"):
                raise WrongStage(
                    batch=found.id, stage=found.state, action="cleaning it", needed="staged and not written"
                )
            if run.sheets != (found,):
                raise RecipeOfSheets(playbook=found.dataset)
            sheet = self.kept_sheet(found, as_it_came=True)
            said = runs.as_before(self._store, found, recipe, cleaned_once(sheet, recipe, None).headers)
            options = replace(said, source=source)
            begun = new_id()

            def instead() -> None:
                batches.discard(self._store, found.id, f"Cleaned again as {begun}")
                if remember and found.template_id is not None:
                    kept = templates.get(self._store, str(found.template_id))
                    self.templates.update(kept.id, replace(kept.mapping, recipe=recipe), seen=kept)

            sheets = self._sheets(sheet, found.dataset, options)
            return self._begin_held(begun, sheets, found.dataset, options, also=instead)

    def plan(self, batch: Batch | UUID | str, *, progress: Progress = silent) -> Plan:
        """Gives every row its one intended outcome and stops: the dry run. Every target table stays as it was.

        A plan can be made again until it is committed; an import that is held stays so where its new plan waits for a
        person as well. Raises WrongStage, PartOfRun for a part: a run is planned whole, and ReadAnew for what
        Salesforce has told anew since.
        """
        with at_work.on(self._store, batch, "planning") as run:
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
                if playbook is not None and staging.is_outdated(self._store, run, playbook):
                    current = staging.restage(self._store, self.settings.home, run, playbook)
                planning.plan(self._store, current, playbook, seconds=lambda: round(time.monotonic() - began, 3))
                planned = self.batches.get(found.id)
                if found.stage == "held":
                    holding.hold_again(self._store, planned)
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
        plan: int | None = None,
        progress: Progress = silent,
    ) -> Batch:
        """Executes the plan in one transaction, exactly as it was shown, and completes the batch and its parts; then
        brings in the rows of earlier runs that were unmatched for want of what it has written (`sweep`). `plan` is the
        number of the one that was looked at: another that somebody has made since is not executed.

        A batch with invalid rows is held instead, unless `skip_errors` lets its good rows go on; and so is one whose
        plan waits for a person (`holds`), unless `accept` has the codes of all that it waits for, or "all". Who let it
        go on stands in `summary["accepted"]`: code, by, at. A control total that is another than was said is accepted
        for a `reason` only.
        Raises AlreadyCommitted, WrongStage, PlannedAgain, ReadAnew, PartOfRun, Held, NoReason, StalePlan, Unbalanced.
        """
        with at_work.on(self._store, batch, "committing") as run:
            found = run.face
            if found.stage == "completed":
                raise AlreadyCommitted(batch=found.id, who=self.batches.committed_by(found))
            _refuse_undo(found, "committing")
            if plan not in (None, found.plan):
                raise PlannedAgain(batch=found.id, seen=plan, plan=found.plan)
            if found.stage not in ("planned", "held"):
                raise WrongStage(batch=found.id, stage=found.stage, action="committing", needed="planned")
            reads.refuse_read_anew(self._store, run)
            holding.refuse_held(self._store, found, skip_errors or found.skip_errors, accept)
            if is_of_total(hold.code for hold in Hold.all_of(found.summary)) and not as_said(reason):
                raise NoReason(action="accepting", what="a control total that is not what was said")
            began = time.monotonic()
            with reporting(self._store, found.id, progress, found.processed) as reporter:
                reporter("committing", 0)
                try:
                    committing.commit(
                        self._store,
                        run,
                        seconds=lambda: round(time.monotonic() - began, 3),
                        also=partial(rereading.resolve, self._store, run),
                        accepted=list(dict.fromkeys(hold.code for hold in Hold.all_of(found.summary))),
                        reason=as_said(reason),
                        skip_errors=skip_errors,
                    )
                except StalePlan:
                    batches.move(self._store, found.id, summary={"stale_plan": found.plan})
                    raise
                reporter("committing", found.processed or 0)
        if ALL in accept or any(code in CODES for code in accept):
            templates.expect_from_now_on(self._store, run)
        if found.created or found.updated or found.removed:  # a name that was changed, or that nobody else has now
            self.sweeps.sweep(after=found.id)
        return self.batches.get(found.id)

    def sweep(self, batch: Batch | UUID | str | None = None) -> list[Batch]:
        """See `sweeps.sweep`."""
        return self.sweeps.sweep(batch)

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
        before anything is read, SheetRefused before anything is written where the columns of one cannot be imported,
        and what `import_sheet` raises.
        """
        found.refuse_doubtful()
        own = [loads.options_of(load, found.loads, options) for load in found.loads]
        if len(found.loads) > 1:
            for load, said in zip(found.loads, own, strict=True):
                self.check_columns(load.given, load.what, **said)
        imported: list[Batch] = []
        for number, load in enumerate(found.loads):
            if options.get("dry_run") and load.after(found.loads[:number]):
                continue
            imported.append(self.import_sheet(load.given, load.what, progress=progress, **own[number]))
            if not options.get("dry_run") and imported[-1].stage != "completed":
                break
        return imported

    def check_columns(self, sheet: Given, dataset: str, **options: Any) -> None:
        """Whether the columns of a source, and what is said of them, are what an import needs: known without reading
        all rows. `dataset` and `options` as for `stage`; raises SheetRefused with what that would raise."""
        said = Options(**options)
        sheets, playbook = self._sheets(sheet, dataset, said), PLAYBOOKS.get(dataset)
        runs.check_columns(self._store, sheets, playbook, said, self._saved(said))

    def undo(self, batch: Batch | UUID | str, *, dry_run: bool = False, progress: Progress = silent) -> Batch:
        """Takes a completed batch back as a batch of its own: created records go, changed ones get their before-image
        back.

        A record that was changed since is kept, and named in a skipped row; another undo takes it back once it is free.
        Raises WrongStage, AlreadyUndone, StillKept, StillReferredTo.
        """
        with (
            at_work.on(self._store, batch, "undoing") as run,
            reporting(self._store, run.face.id, progress, run.face.processed) as reporter,
        ):
            reporter("undoing", 0)
            return undoing.undo(self._store, run, dry_run=dry_run)

    def discard(self, batch: Batch | UUID | str, reason: str = "") -> Batch:
        """Puts a batch away that nobody wants, whatever became of it but a commit, a failure or this: its rows stay to
        be read, and it is never planned or written. Raises WrongStage, PartOfRun."""
        with at_work.on(self._store, batch, "discarding") as run:
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
        return self._figures.reconcile(batch)

    def log(self, batch: Batch | UUID | str) -> ImportLog:
        """The playbook's import log, filled in: whether it is written and stands, what was decided of it and by whom,
        and what is still to be done, beside the words of whoever kept notes."""
        found = self.batches.get(batch)
        figures, title = self.reconcile(found), self.title(found)
        ready, old = self.sweeps.waiting(found)
        return story.log(self._store, found, title, figures, ready, old)

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
        return self._figures.named(batch)

    def breakdowns(self, batch: Batch | UUID | str) -> dict[str, dict[str, int]]:
        """How many of the import's records have which value, by the names of its playbook's breakdowns; none where it
        has none."""
        return self._figures.breakdowns(batch)

    def made_of(self, batch: Batch | UUID | str) -> dict[str, dict[str, int]]:
        """What the figures of rows that were skipped or unmatched are made of, by reason, where their names do not say
        all of it."""
        return self._figures.made_of(batch)

    def note(
        self,
        batch: Batch | UUID | str,
        *,
        notes: str | None = None,
        follow_ups: str | None = None,
        seen: Batch | None = None,
    ) -> Batch:
        """Writes the log's decisions and follow-ups; refused once the batch is signed off.

        `seen` is the batch as somebody saw it, whose words are in the place of those. Raises NotedSince where somebody
        else has written others since, AlreadySigned.
        """
        with at_work.on(self._store, batch, "noting") as run:
            found = run.face
            proof.refuse_signed(self._store, found)
            if seen is not None and (found.notes, found.follow_ups) != (seen.notes, seen.follow_ups):
                raise NotedSince(batch=found.id, words="; ".join(filter(None, (found.notes, found.follow_ups))))
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

    def sign_off(self, batch: Batch | UUID | str, *, seen: int | None = None) -> dict[str, Any]:
        """The lead's signature: freezes everything that proves the run, under a digest signed with this home's key.

        `seen` is what `batches.happened` told when somebody looked at it, who signs that and nothing else.
        Raises NotDone, OwnWork (when there is somebody else in the tenant), AlreadySigned, SaidSince, UnusableKey.
        """
        with at_work.on(self._store, batch, "signing") as run:
            found = run.face
            proof.refuse_settled(self._store, found, "signing")
            if seen is not None and self.batches.happened(found) != seen:
                last = self.batches.stories([found.id, *(part.id for part in run.parts)])[-1]
                raise SaidSince(batch=found.id, who=f"the last by {last['actor']} ({last['action']})")
            figures = self.reconcile(found)
            if not figures.done:
                raise NotDone(batch=found.id, why=" ".join(figures.open_points))
            if proof.is_own(self._store, found):
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

    def changed_fields(self, batch: Batch | UUID | str) -> dict[str, int]:
        """The fields of known records that an import changes, each with the number of rows that do, the most frequent
        first; of a run with its parts' names, of very many rows of the first 20,000."""
        return changed_fields.counted(self._store, self.batches.get(batch))

    def is_own(self, batch: Batch | UUID | str) -> bool:
        """Whether the person who works here ran an import, and somebody else is there who has to sign it."""
        return proof.is_own(self._store, self.batches.get(batch))

    def query(self, statement: str, values: Pairs[str, object] | tuple[object, ...] = ()) -> "pd.DataFrame":
        """The answer to a question in SQL about the tenant's imports and records: a statement, whose `%s` or `%(name)s`
        the `values` are. It sees what the tenant may see, and can change nothing. Raises WrongQuestion.
        """
        import pandas as pd

        columns, rows = asking.ask(self._store, statement, values)
        return pd.DataFrame(rows, columns=columns)

    # -- inside --------------------------------------------------------------------------------------------------------

    def _playbook(self, batch: Batch) -> Playbook | None:
        """The playbook that a batch is a run of; None under one contract."""
        if batch.part_of is not None:
            return None
        return multiplied(catalog.contract(batch.dataset)) if batch.multiplies else PLAYBOOKS.get(batch.dataset)

    def _said(self, batch: Batch) -> dict[str, Any]:
        """The figures and the log of a run, as they are signed."""
        return self._figures.signed(batch, self.log(batch))

    def _sheets(self, sheet: Given, dataset: str, options: Options) -> dict[str, Sheet]:
        """The sheets of a source by the dataset that each is, cleaned."""
        found = self._found(sheet, dataset)
        if set(found) == {dataset}:
            return {dataset: self.cleaned(found[dataset], dataset, template=options.template, recipe=options.recipe)}
        if options.recipe is not None:
            raise RecipeOfSheets(playbook=dataset)
        saved = {each.dataset: each for each in self._saved(options)}
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

    def _saved(self, options: Options) -> list[Template]:
        """The templates of the names or ids that were said, each of another dataset; raises UnusableTemplate."""
        said = {options.template, *options.templates}
        return [templates.usable(each) for each in self.templates.all() if said & {each.name, each.id}]

    def _fill(self, run: Run, reporter: Reporter, sheets: dict[str, Sheet] | None = None) -> Batch:
        playbook = self._playbook(run.face)
        return staging.fill(self._store, self.settings.home, run, reporter, playbook=playbook, sheets=sheets)

    def _say(
        self, batch: Batch | UUID | str, word: explaining.Word, action: str, lines: Sequence[int], reason: str
    ) -> Reconciliation:
        with at_work.on(self._store, batch, action, sheets=True) as run:
            proof.refuse_settled(self._store, run.face, action)
            found = batches.one_sheet(self._store, batch)
            if not (why := as_said(reason)):
                raise NoReason(action=action, what="rows")
            explaining.say(self._store, found, word, lines, why)
            return self.reconcile(found)

    def _begin_held(
        self,
        identifier: UUID,
        sheets: dict[str, Sheet],
        dataset: str,
        options: Options,
        also: Callable[[], None] = lambda: None,
    ) -> Batch:
        """Begins a batch that is filled later, which nobody gives up as long as this Workbench is open."""
        held = options.source != "page"  # whose job fills it, whoever is there
        if held:
            at_work.hold(self._store, identifier)
        try:
            return self._begin(identifier, sheets, dataset, options, lend=True, also=also)
        except BaseException:
            if held:
                at_work.let_go(self._store, identifier)
            raise

    def _begin(
        self,
        identifier: UUID,
        sheets: dict[str, Sheet],
        dataset: str,
        options: Options,
        *,
        lend: bool = False,
        also: Callable[[], None] = lambda: None,
    ) -> Batch:
        playbook, home = PLAYBOOKS.get(dataset), self.settings.home
        if playbook is not None and playbook.form is None:
            saved = self._saved(options)
            if options.template and not any(each.dataset in sheets for each in saved):
                raise UnknownTemplate(template=options.template, dataset=dataset)
            return runs.begin_sheets(self._store, home, sheets, playbook, options, saved, identifier, lend=lend)
        template = self.templates.get(dataset, options.template) if options.template else None
        if playbook is not None and playbook.form is not None and template is None and not options.columns:
            recognition.refuse_another(sheets[dataset], playbook.form)
        if playbook is None and multiplies(sheets[dataset].recipe):
            playbook = multiplied(catalog.contract(dataset))
        return runs.begin(
            self._store,
            home,
            sheets[dataset],
            dataset,
            options,
            template,
            identifier,
            playbook=playbook,
            lend=lend,
            also=also,
        )


def _runnable() -> Known:
    """What of Salesforce a schedule can name."""
    steps = [step.name for step in sequences.STEPS]
    playbooks = [name for name, playbook in PLAYBOOKS.items() if playbook.extracts]
    return Known(sequences=sequences.SEQUENCES, steps=steps, playbooks=playbooks)


def address(configuration: settings.Settings) -> str:
    """The database's address: the configured one, or that of the embedded server, started if need be."""
    if configuration.database_url is not None:
        return configuration.database_url.get_secret_value()
    return embedded.database_url(configuration.home)


def _refuse_undo(batch: Batch, action: str) -> None:
    """An undo is planned and committed at once, by `undo` alone; its dry run only shows."""
    if batch.undo_of is not None:
        raise WrongStage(batch=batch.id, stage="the dry run of an undo", action=action, needed="an import")
