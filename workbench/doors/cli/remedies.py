"""The command that does what a refusal asks for: pages have a button in its place, and name none."""

import re
from collections.abc import Callable

from workbench.model.errors import (
    BroughtIn,
    NoReason,
    ReadAnew,
    StalePlan,
    StaleUndo,
    TemplateChanged,
    WorkbenchError,
    WrongStage,
)

_COMMANDS: dict[type[WorkbenchError], str] = {
    BroughtIn: "workbench undo RUN",
    NoReason: "--reason 'because ...'",
    ReadAnew: "workbench discard {batch}",
    StalePlan: "workbench plan {batch}",
    StaleUndo: "workbench undo {batch}",
    TemplateChanged: "the same import with --dry-run --save-template NAME",
}
_STAGES = {
    ("staged", "planned"): "workbench plan {batch}",
    ("planned", "completed"): "workbench commit {batch}",
    ("held", "completed"): "workbench commit {batch}",
}
"""What takes a batch from the stage that it is at to the one that is needed."""
_WRITTEN = (
    "the rows that are written stay; import the same file again, put right or with --value-map FIELD:TEXT=VALUE, and "
    "the rows that were left out come in with it"
)
"""What is done about rows of an import that is completed, and corrected no more."""


_NAMED = re.compile(r"\bworkbench (?=[a-z]+\b)")
"""A command in a sentence, up to its name."""


def with_command(error: WorkbenchError, again: Callable[[], str]) -> str:
    """The sentence of a refusal, with the command that it asks for behind it; `again` is how a command begins that is
    asked for the same tenant and home (`Asked.again`)."""
    said = error.coordinates
    command = _COMMANDS.get(type(error), "")
    if isinstance(error, WrongStage):
        command = _STAGES.get((str(said["stage"]), str(said["needed"])), "")
        if (said["stage"], said["action"]) == ("completed", "correcting"):
            command = _WRITTEN
    if not command:
        return str(error)
    return f"{str(error).removesuffix('.')}: {_NAMED.sub(lambda found: f'{again()} ', command.format(**said))}"
