"""A refusal at the command line names the command that it asks for."""

from pathlib import Path

import pytest

from workbench.doors.cli.command import Asked
from workbench.doors.cli.remedies import with_command
from workbench.model.errors import BroughtIn, NoEdit, StalePlan, StaleUndo, WorkbenchError, WrongStage


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
    assert with_command(error, Asked().again).endswith(end)


@pytest.mark.parametrize(
    "error",
    [
        StalePlan(batch="b1", changed=1, examples="line 2"),
        WrongStage(batch="b1", stage="staged", action="committing", needed="planned"),
    ],
)
def test_the_command_is_asked_for_the_same_tenant_and_home_and_in_the_same_name(error: WorkbenchError) -> None:
    asked = Asked(home=Path("/h"), tenant="cc", user="ann lee")
    assert with_command(error, asked.again).endswith(": workbench --home /h --tenant cc --as 'ann lee' plan b1")
