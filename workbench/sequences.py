"""Sequences of imports from Salesforce (seed 001, Daily Import Script): steps in the order that they need, one after
the other, each of which is told."""

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from workbench.database.progress import Progress, silent
from workbench.model.sequence import SequenceResult, Step, StepResult
from workbench.playbooks import sequences

if TYPE_CHECKING:
    from workbench.workbench import Workbench


class Sequences:
    """What runs several playbooks of Salesforce in one go: `Workbench.sequences`."""

    def __init__(self, wb: "Workbench") -> None:
        self._wb = wb

    def steps(
        self, sequence: str | None = None, *, only: Collection[str] = (), exclude: Collection[str] = ()
    ) -> tuple[Step, ...]:
        """The steps that `run` would take, in their order; raises UnknownStep, UnknownPlaybook, NothingChosen."""
        return sequences.chosen(sequence, only=only, exclude=exclude)

    def run(
        self,
        sequence: str | None = None,
        *,
        only: Collection[str] = (),
        exclude: Collection[str] = (),
        full_sync: bool = False,
        dry_run: bool = False,
        fail_fast: bool = False,
        source: str = "python",
        told: Callable[[StepResult], None] = lambda result: None,
        progress: Progress = silent,
    ) -> SequenceResult:
        """Runs daily, weekly, full, students, one playbook by its name, or the steps that `only` names.

        Each step reads what has changed since it was last read whole and committed, or everything with `full_sync`. A
        `dry_run` stops at the plans: nothing is written, no watermark moves. A step that fails does not keep the others
        from running, unless `fail_fast`. `source` is the door that the batches name; `told` is called after each step.
        Raises UnknownStep, UnknownPlaybook, NothingChosen, SequenceRunning, NotConfigured.
        """
        raise NotImplementedError
