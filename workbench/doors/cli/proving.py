"""Commands that prove an import: explain, reject, note, log, sign-off."""

from typing import TYPE_CHECKING, Annotated

import typer

from workbench.doors.cli import printing
from workbench.doors.cli.command import Asked, command
from workbench.doors.cli.importing import Identifier

if TYPE_CHECKING:
    from workbench import Workbench


def add_to(app: typer.Typer) -> None:
    """Adds these commands."""
    command(app, "explain")(explain)
    command(app, "reject")(reject)
    command(app, "note")(note)
    command(app, "log")(log)
    command(app, "sign-off")(sign_off)


def explain(
    asked: Asked,
    batch: Identifier,
    lines: Annotated[list[int], typer.Argument(metavar="LINE...", help="Lines of the source.")],
    reason: Annotated[str, typer.Option(help="Why they are as they are.")],
) -> None:
    """Say why rows are unmatched and stay so.

    They count as skipped from then on. An invalid row is rejected instead.
    """
    with asked.open() as wb:
        wb.explain(batch, lines, reason)
        _tell(asked, wb, batch)


def reject(
    asked: Asked,
    batch: Identifier,
    reason: Annotated[str, typer.Option(help="Why they stay out.")],
    lines: Annotated[list[int] | None, typer.Argument(metavar="[LINE...]", help="Lines of the source.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every invalid row that nobody has rejected.")] = False,
) -> None:
    """Say why invalid rows stay out.

    They go on counting as invalid, and keep the import no longer from being done. `workbench rows BATCH --rejected -o
    FILE` is the list for whoever owns them.
    """
    if every == bool(lines):
        raise typer.BadParameter("say which lines, or --all.", param_hint="reject")
    with asked.open() as wb:
        chosen = lines or wb.rows.unexplained(batch, outcome="invalid")
        wb.reject(batch, chosen, reason)
        _tell(asked, wb, batch)


def _tell(asked: Asked, wb: "Workbench", batch: str) -> None:
    """The figures, now that something was said of the rows."""
    found = wb.batches.get(batch)
    if asked.json:
        asked.answer(printing.document(wb, found))
        return
    printing.figures(asked, wb, found)
    printing.next_steps(asked, wb, found)


def note(
    asked: Asked,
    batch: Identifier,
    notes: Annotated[str | None, typer.Option(help="Decisions and notes.")] = None,
    follow_ups: Annotated[str | None, typer.Option(help="What is to be done.")] = None,
) -> None:
    """Write the log's decisions and follow-ups."""
    if notes is None and follow_ups is None:
        raise typer.BadParameter("say --notes, --follow-ups or both.", param_hint="note")
    with asked.open() as wb:
        found = wb.note(batch, notes=notes, follow_ups=follow_ups)
        if asked.json:
            asked.answer(printing.document(wb, found))
        else:
            printing.say(asked, wb.log(found).render().rstrip("\n"))


def log(asked: Asked, batch: Identifier) -> None:
    """Print an import's log, filled in."""
    with asked.open() as wb:
        found = wb.batches.get(batch)
        written = wb.log(found)
        if asked.json:
            asked.answer({"batch": str(found.id), "log": written.render(), **written.to_dict()})
        else:
            printing.say(asked, written.render().rstrip("\n"))


def sign_off(asked: Asked, batch: Identifier) -> None:
    """Sign a done batch, and freeze its evidence.

    Its figures, its log and every row's outcome go under a digest.
    """
    with asked.open() as wb:
        found = wb.batches.get(batch)
        signed = wb.sign_off(found)
        if asked.json:
            asked.answer({"batch": str(found.id), **signed})
        else:
            at = f"{signed['signed_at']:%Y-%m-%d %H:%M:%S} UTC"
            printing.say(
                asked, f"{signed['signed_by']} signed batch {found.id} at {at}.", f"Digest: {signed['digest']}"
            )
