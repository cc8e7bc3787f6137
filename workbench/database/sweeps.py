"""Rows that wait: brought in by themselves once what they refer to is there, or by what a person says of them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Pairs
from operator import attrgetter
from pathlib import Path
from uuid import UUID

from workbench.database import at_work, batches, held_back, proof, sweeping
from workbench.database.store import Store
from workbench.model.batch import Batch
from workbench.model.errors import WorkbenchError, WrongStage
from workbench.model.outdated import Outdated
from workbench.model.playbook import PlaybookOf


class Sweeps:
    """What brings in rows of earlier imports that were unmatched: `Workbench.sweeps`."""

    def __init__(self, store: Store, home: Path, playbook_of: PlaybookOf, pending: Sequence[str]) -> None:
        """`pending` are the playbooks and datasets whose unmatched rows are planned again after later imports."""
        self._store = store
        self._home = home
        self._playbook_of = playbook_of
        self._pending = pending

    def sweep(self, batch: Batch | UUID | str | None = None, *, after: UUID | None = None) -> list[Batch]:
        """Brings in rows that were unmatched when they came and are so no more: the runs that did it, which the first
        ones name as what resolved them. What a later import has said of a record stands (`outdated`).

        Those of every run of a playbook whose rows pend; or those of one completed import, whatever it is. `after` is
        the batch that has set it off.
        """
        if batch is not None:
            proof.refuse_settled(self._store, batches.run(self._store, batch).face, "sweeping")
        swept: list[Batch] = []
        while True:
            waiting = (
                sweeping.waiting(self._store, self._pending)
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
        return self.waiting(batch)[0]

    def outdated(self, batch: Batch | UUID | str) -> list[Outdated]:
        """The unmatched rows of an import that name what is there by now, and stay out of a `sweep`: a later import
        has said otherwise of what they are about, or has it no longer, and is newer. By sheet and later import."""
        return self.waiting(batch)[1]

    def waiting(self, batch: Batch | UUID | str) -> tuple[int, list[Outdated]]:
        """Both at once, which are found together."""
        run = batches.run(self._store, batch)
        if run.face.state != "completed" or run.face.undo_of is not None or not run.face.unmatched:
            return 0, []
        ready = 0
        old: list[Outdated] = []
        for sheet in run.sheets:
            if sheet.unmatched:
                found = sweeping.resolvable(self._store, sheet)
                ready += len(found.ready)
                old += self._outdated(sheet, found)
        return ready, old

    def held_back(self, batch: Batch | UUID | str) -> dict[str, int]:
        """How many unmatched rows of an import no later one brings in, by what they wait for: they go in together with
        rows that are invalid, or with those of another sheet (`batches.whole_again` says what to do)."""
        run = batches.run(self._store, batch)
        if run.face.state != "completed" or run.face.undo_of is not None or not run.face.unmatched:
            return {}
        found: Counter[str] = Counter()
        for sheet in run.sheets:
            found.update(held_back.held_back(self._store, sheet))
        return dict(found)

    def _outdated(self, sheet: Batch, found: sweeping.Waiting) -> Iterator[Outdated]:
        for newer in sorted(set(found.outdated.values()), key=attrgetter("gone", "run")):
            lines = sorted(line for line, by in found.outdated.items() if by == newer)
            yield Outdated(sheet=sheet, lines=lines, by=batches.get(self._store, newer.run), gone=newer.gone)

    def left_waiting(self, *, others: bool = False) -> dict[UUID, int]:
        """The runs of which rows could be brought in now and were not by themselves, with how many of them: they wait
        for a person to `sweep` them. Those whose rows never come in by themselves are the `others`."""
        found: dict[UUID, int] = {}
        for each in sweeping.waiting(self._store, self._pending, others=others):
            if number := len(sweeping.resolvable(self._store, each).ready):
                run = each.id if each.derived or each.part_of is None else each.part_of
                found[run] = found.get(run, 0) + number
        return found

    def supply(self, batch: Batch | UUID | str, cells: Pairs[int, Pairs[str, str]]) -> Batch:
        """Brings in unmatched rows of a completed import with what a person says of their cells
        ({line: {header: text}}), such as the date of a session that had none: the run that did it. The rows stay as
        they came; what waited for the same comes after it (`sweep`).

        Raises WrongStage, AlreadySigned, UnknownHeader, NotWaiting for a line that does not wait, StillRefused.
        """
        with at_work.on(self._store, batch, "supplying", sheets=True) as run:
            proof.refuse_settled(self._store, run.face, "supplying")
            found = batches.one_sheet(self._store, batch)
            if found.stage != "completed" or found.undo_of is not None:
                raise WrongStage(batch=found.id, stage=found.stage, action="supplying", needed="completed")
            brought = sweeping.supply(self._store, self._home, found, self._playbook_of(found), cells)
        self.sweep(after=brought.id)
        return batches.get(self._store, brought)

    def _swept(self, batch: Batch, after: UUID | None) -> Batch | None:
        """What a sweep brought in of an import. One that a commit has set off leaves that as it is, and the rows of
        other imports, whatever becomes of it: what is still to be brought in waits."""
        try:
            return sweeping.sweep(self._store, self._home, batch, self._playbook_of(batch), after)
        except WorkbenchError as refusal:
            if after is None:
                raise
            with self._store.transaction():
                self._store.note("sweep refused", after, why=str(refusal))
            return None
