"""A refusal at the command line names the command that it asks for."""

import pytest

from workbench.doors.cli.remedies import with_command
from workbench.model.errors import BroughtIn, NoEdit, StaleUndo, WorkbenchError, WrongStage


@pytest.mark.parametrize(
    "error, end",
    [
        (StaleUndo(batch="b1"), "Undo it again: workbench undo b1"),
        (BroughtIn(batch="b1", runs="r2"), "the newest before the others: workbench undo RUN"),
        (WrongStage(batch="b1", stage="staged", action="committing", needed="planned"), "planned: workbench plan b1"),
        (WrongStage(batch="b1", stage="failed", action="committing", needed="planned"), "needs one that is planned."),
        (NoEdit(batch="b1", step="taken back"), "no correction that could be taken back."),
    ],
)
def test_a_refusal_ends_with_its_command(error: WorkbenchError, end: str) -> None:
    assert with_command(error).endswith(end)
