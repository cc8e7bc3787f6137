"""The end of a command that moved a batch: written or held, and told, with what to do next."""

from typing import TYPE_CHECKING

from workbench.doors.cli import printing
from workbench.doors.cli.command import Asked
from workbench.doors.cli.next_steps import next_steps
from workbench.model.batch import Batch
from workbench.model.errors import Held

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench import Workbench


def committed(
    asked: Asked,
    wb: "Workbench",
    planned: Batch,
    skip_errors: bool,
    accept: "Sequence[str]" = (),
    reason: str = "",
) -> Batch:
    """The batch, completed or held."""
    with asked.progress() as progress:
        try:
            return wb.commit(planned, skip_errors=skip_errors, accept=accept, reason=reason, progress=progress)
        except Held:
            return wb.batches.get(planned)


def end(asked: Asked, wb: "Workbench", batch: Batch) -> int:
    """Tells what became of a batch, and what to do next: the exit status."""
    if asked.json:
        asked.answer(printing.document(wb, batch))
    else:
        printing.outcome(asked, wb, batch)
        printing.resolved(asked, wb, batch)
        next_steps(asked, wb, batch)
    return printing.status(wb, batch)
