"""What an import comes to: its reconciliation, the numbers that it is known by, and all of it as it is signed."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from workbench.database import batches, breakdowns, explaining, totals
from workbench.database.store import Store
from workbench.datasets import catalog
from workbench.model.batch import Batch, Run, kept_by, taken_back
from workbench.model.figure import Figure
from workbench.model.import_log import ImportLog
from workbench.model.issue import counted
from workbench.model.playbook import PlaybookOf
from workbench.model.reconciliation import Reconciliation


class Figures:
    """The figures of the tenant's imports, which `Workbench.reconcile`, `figures`, `breakdowns` and `made_of` tell."""

    def __init__(self, store: Store, playbook_of: PlaybookOf) -> None:
        self._store = store
        self._playbook_of = playbook_of

    def reconcile(self, batch: Batch | UUID | str) -> Reconciliation:
        """The figures as they stand, whether they add up, and what is still unexplained."""
        found = batches.get(self._store, batch)
        figures = explaining.figures(self._store, found)
        undo = batches.get(self._store, found.undone_by) if found.undone_by is not None else None
        return Reconciliation(
            batch=found.id,
            stage=found.stage,
            undone=undo is not None,
            taken_back=taken_back(undo) if undo is not None and kept_by(undo) else "",
            removed=found.removed,
            **figures,
        )

    def named(self, batch: Batch | UUID | str) -> dict[str, int]:
        """The numbers that an import is known by, as its playbook or dataset names them, as they stand now; none where
        it names none."""
        run = batches.run(self._store, batch)
        playbook = self._playbook_of(run.face)
        named = (playbook or catalog.contract(run.face.dataset)).figures
        return {figure.name: self._number(figure, run) for figure in named}

    def breakdowns(self, batch: Batch | UUID | str) -> dict[str, dict[str, int]]:
        """How many of the import's records have which value, by the names of its playbook's breakdowns; none where it
        has none."""
        run = batches.run(self._store, batch)
        playbook = self._playbook_of(run.face)
        parts = {part.dataset: part for part in run.parts}
        classes = run.face.summary.get("classes", {})
        return {
            each.name: breakdowns.values(self._store, parts[each.part], each)
            if each.field
            else dict(classes.get(each.part, {}))
            for each in (playbook.breakdowns if playbook is not None else ())
            if each.part in parts
        }

    def made_of(self, batch: Batch | UUID | str) -> dict[str, dict[str, int]]:
        """What the figures of rows that were skipped or unmatched are made of, by reason, where their names do not say
        all of it."""
        run = batches.run(self._store, batch)
        named = (self._playbook_of(run.face) or catalog.contract(run.face.dataset)).figures
        found = self.reconcile(run.face)
        told: dict[str, dict[str, int]] = {}
        for figure in named:
            counts = found.skipped_by_reason if figure.outcomes == ("skipped",) else found.unmatched_by_kind
            if figure.part is None and (figure.outcomes == ("skipped",) or figure.reasons):
                of = {why: rows for why, rows in counts.items() if rows and why in (figure.reasons or counts)}
                if any(why not in figure.name for why in of):
                    told[figure.name] = of
        return told

    def signed(self, batch: Batch, log: ImportLog) -> dict[str, Any]:
        """The figures and the log of a run, as they are signed."""
        said = {name: getattr(batch, name) for name in ("checksum", "file_name", "initiated_by", "window")}
        words = {"notes": batch.notes, "follow_ups": batch.follow_ups, "log": log.render()}
        run_at = log.to_dict()["run_at"]
        behind = batches.parts(self._store, batch.id)
        said["parts"] = [[str(part.id), part.dataset, part.derived, self._signed_figures(part)] for part in behind]
        if batch.revision:
            said["corrected"] = batch.summary["corrected"]
        if batch.decisions:
            said["decided"] = batch.decisions
        if own_totals := totals.told(self._store, batches.get(self._store, batch)):
            said["totals"] = [total.to_dict() for total in own_totals]
        if batch.summary.get("accepted"):
            said["accepted"] = batch.summary["accepted"]
        if behind and batch.undo_of is None and (own := self.named(batch)):
            said["figures"] = own
            if broken_down := self.breakdowns(batch):
                said["breakdowns"] = broken_down
        return {"batch": str(batch.id), "run_at": run_at, **said, **self._signed_figures(batch), **words}

    def _signed_figures(self, batch: Batch) -> dict[str, Any]:
        """The figures as they are signed: of what the import did, which stays true when it is taken back."""
        return replace(self.reconcile(batch), undone=False).to_dict()

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
