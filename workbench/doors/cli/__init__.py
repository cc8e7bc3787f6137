"""The command line: a command asks the Workbench, and says what came of it to a person or, with --json, to a program.

Exit status: 0 done; 1 completed or held, with rows that need a person; 2 refused, nothing written, and one line on
standard error says why.
"""

import sys
from collections.abc import Sequence

import typer

from workbench.doors.cli import (
    checking,
    cleaning,
    exporting,
    google_sheets,
    importing,
    matching,
    moving,
    preparing,
    proving,
    salesforce,
    schedules,
    sequences,
    serving,
    showing,
)
from workbench.doors.cli.command import DONE, REFUSED, Home, Tenant, User, refuse

app = typer.Typer(
    help="Import CSV and Excel files into PostgreSQL, and prove what happened to every row.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for part in (
    preparing,
    cleaning,
    importing,
    moving,
    google_sheets,
    salesforce,
    sequences,
    schedules,
    matching,
    proving,
    showing,
    checking,
    exporting,
    serving,
):
    part.add_to(app)


@app.callback()
def everywhere(context: typer.Context, home: Home = None, tenant: Tenant = None, user: User = None) -> None:
    """Import CSV and Excel files into PostgreSQL, and prove what happened to every row."""
    context.obj = {"home": home, "tenant": tenant, "user": user}


def main() -> None:
    """The entry of the command `workbench`."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Runs one command and returns its exit status."""
    arguments = _everywhere_first(arguments)
    try:
        status = app(arguments or ["--help"], prog_name="workbench", standalone_mode=False)
    except Exception as error:  # a command that cannot be understood
        if not hasattr(error, "format_message"):
            raise
        why = error.format_message().replace("Value error, ", "")
        refuse(f"{why} See: workbench {_command(arguments)}--help")
        return REFUSED
    return status if isinstance(status, int) else DONE


def _everywhere_first(arguments: Sequence[str]) -> list[str]:
    """The same words, with the options that hold for every command before the command, wherever they were typed."""
    first: list[str] = []
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--":
            return [*first, *rest, word, *words]
        if word in _EVERYWHERE:
            first += [word, *([value] if (value := next(words, None)) is not None else [])]
        elif word.partition("=")[0] in _EVERYWHERE:
            first.append(word)
        else:
            rest.append(word)
    return [*first, *rest]


_EVERYWHERE = ("--home", "--tenant", "--as")


def _command(arguments: Sequence[str]) -> str:
    known = {command.name for command in app.registered_commands}
    return next((f"{word} " for word in arguments if word in known), "")
