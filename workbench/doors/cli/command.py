"""What stands on every command line (where, for whom, how to answer), and how a command ends."""

import inspect
import json
import os
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.doors.cli import layout
from workbench.doors.cli.remedies import with_command
from workbench.model.errors import WorkbenchError

if TYPE_CHECKING:
    from rich.console import Console

    from workbench import Workbench
    from workbench.settings import Settings
    from workbench.workbench import Progress

DONE, NEEDS_A_PERSON, REFUSED, INTERRUPTED = 0, 1, 2, 130

Home = Annotated[Path | None, typer.Option(help="Where things are kept, instead of WORKBENCH_HOME.")]
Tenant = Annotated[str | None, typer.Option(help="Whose data it is, instead of WORKBENCH_TENANT.")]
User = Annotated[str | None, typer.Option("--as", help="Who does it, instead of WORKBENCH_USER.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]

_EVERYWHERE = {"home": Home, "tenant": Tenant, "user": User, "json": Json}
_WIDTH = 200
"""Characters of a line where there is no terminal to ask."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Who asks for what, and how the answer is to look."""

    home: Path | None = None
    tenant: str | None = None
    user: str | None = None
    json: bool = False

    @property
    def settings(self) -> "Settings":
        """The settings, with what stands on the command line above the environment; raises NotConfigured."""
        from workbench import settings

        return settings.load(home=self.home, tenant=self.tenant, user=self.user)

    def open(self, tenant: str | None = None) -> "Workbench":
        """The Workbench that is asked; use it in a `with` block."""
        from workbench import Workbench

        return Workbench.open(home=self.home, tenant=tenant or self.tenant, user=self.user)

    @cached_property
    def out(self) -> "Console":
        """Where a person reads the answer."""
        return _console(sys.stdout)

    def answer(self, document: object) -> None:
        """Prints the one JSON document."""
        readable = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
        print(json.dumps(document, indent=2, default=_json, ensure_ascii=not readable))

    def again(self, *words: object, tenant: str | None = None, user: str | None = None) -> str:
        """The command to type next, asked for the same tenant and home, and in the same name unless a `user` is
        given."""
        given = {"--home": self.home, "--tenant": tenant or self.tenant, "--as": user or self.user}
        options = [part for name, value in given.items() if value is not None for part in (name, str(value))]
        return shlex.join(["workbench", *options, *map(str, words)])

    @contextmanager
    def progress(self) -> "Iterator[Progress]":
        """Rows done so far, step by step, for a person who waits at a terminal."""
        if not sys.stderr.isatty():
            yield lambda step, rows: None
            return
        from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

        columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed:,} rows"))
        with Progress(*columns, TimeElapsedColumn(), console=_console(sys.stderr), transient=True) as bar:
            tasks: dict[str, TaskID] = {}

            def show(step: str, rows: int) -> None:
                if step not in tasks:
                    for done in tasks.values():
                        bar.stop_task(done)
                    tasks[step] = bar.add_task(step, total=None)
                bar.update(tasks[step], completed=rows)

            yield show


Command = Callable[..., int | None]


def command(app: typer.Typer, name: str, **more: Any) -> Callable[[Command], Command]:
    """Registers a function as a command: it is called with an `Asked` and its own options, and returns its exit status.

    The options of every command are added to its own; a parameter `layout` is several options. Whatever it raises
    becomes one line and exit status 2.
    """

    def register(function: Command) -> Command:
        def run(context: typer.Context, **given: Any) -> int:
            before = context.obj or {}
            places: dict[str, Any] = {name: given.pop(name) or before.get(name) for name in ("home", "tenant", "user")}
            asked = Asked(**places, json=given.pop("json"))
            if any(one.name == "layout" for one in own):
                given["layout"] = layout.layout(given)
            return _ended(function, asked, given)

        keyword = inspect.Parameter.KEYWORD_ONLY
        own = list(inspect.signature(function).parameters.values())[1:]
        named = [part for one in own for part in (_of_layout() if one.name == "layout" else [one])]
        shared = [
            inspect.Parameter(name, keyword, annotation=kind, default=False if kind is Json else None)
            for name, kind in _EVERYWHERE.items()
        ]
        context = inspect.Parameter("context", keyword, annotation=typer.Context)
        parameters = [context, *(one.replace(kind=keyword) for one in named), *shared]
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {one.name: one.annotation for one in parameters}
        run.__doc__ = function.__doc__
        app.command(name, **more)(run)
        return function

    return register


def _of_layout() -> list[inspect.Parameter]:
    """The options that a parameter `layout` is."""
    keyword = inspect.Parameter.KEYWORD_ONLY
    return [
        inspect.Parameter(name, keyword, annotation=kind, default=default)
        for name, (kind, default) in layout.OPTIONS.items()
    ]


def _ended(function: Command, asked: Asked, given: dict[str, Any]) -> int:
    try:
        status = function(asked, **given)
        sys.stdout.flush()
        return status or DONE
    except KeyboardInterrupt:
        listed = asked.again("batches")
        refuse(f"Stopped. What was not finished is not there; `{listed}` says how far each import got.")
        return INTERRUPTED
    except BrokenPipeError:  # whoever reads has read enough, as in `workbench rows ... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:
        if hasattr(error, "format_message") or os.environ.get("WORKBENCH_TRACEBACK"):
            raise
        refuse(_sentence(error, asked))
        return REFUSED


def _sentence(error: Exception, asked: Asked) -> str:
    """Why it cannot go on: no trace, no secret."""
    if isinstance(error, WorkbenchError):
        return with_command(error, asked.again)
    if isinstance(error, OSError):
        why = error.strerror or type(error).__name__
        return f"{error.filename}: {why}." if error.filename else f"The system says: {why}."
    if isinstance(error, MemoryError):
        return "There is not enough memory."
    if type(error).__module__.startswith("psycopg"):
        # the server's word; what the driver says itself can have an address in it
        said = getattr(getattr(error, "diag", None), "message_primary", None)
        return f"The database says: {said or type(error).__name__}."
    name = type(error).__name__
    return f"Something unexpected happened ({name}). Set WORKBENCH_TRACEBACK=1 to see where, and please report it."


def refuse(sentence: str) -> None:
    """One line on standard error."""
    print(one_line(sentence), file=sys.stderr)


warn = refuse
"""One line on standard error, of a command that goes on."""


def one_line(text: str) -> str:
    """A text on one line, without anything that a terminal would obey."""
    return " ".join(plain(text).split())


def plain(text: object) -> str:
    """A text without anything that a terminal would obey: cells come from strangers."""
    return str(text).translate(_OBEYED)


_OBEYED = dict.fromkeys(
    (*range(9), *range(11, 32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A)), "\ufffd"
)


def _console(file: Any) -> "Console":
    from rich.console import Console

    console = Console(file=file, highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console = Console(file=file, highlight=False, markup=False, emoji=False, width=_WIDTH)
    return console


def _json(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
