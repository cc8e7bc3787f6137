"""Commands that move a batch that is here: plan, commit, discard, undo, sweep, supply, correct, prefer."""

from typing import TYPE_CHECKING, Annotated

import typer

from workbench.doors.cli import printing
from workbench.doors.cli.command import Asked, command, warn
from workbench.doors.cli.ending import committed, end
from workbench.doors.cli.next_steps import next_steps
from workbench.doors.cli.said import Accept, Identifier, OnConflict, SkipErrors, pairs, value_maps
from workbench.model import outdated

if TYPE_CHECKING:
    from workbench import Workbench


def add_to(app: typer.Typer) -> None:
    """Adds these commands."""
    command(app, "plan")(plan)
    command(app, "commit")(commit)
    command(app, "discard")(discard)
    command(app, "undo")(undo)
    command(app, "sweep")(sweep)
    command(app, "supply")(supply)
    command(app, "correct")(correct)
    command(app, "prefer")(prefer)


def plan(asked: Asked, batch: Identifier) -> int:
    """Plan a batch again: what would each row do now?"""
    with asked.open() as wb:
        with asked.progress() as progress:
            planned = wb.plan(batch, progress=progress).batch
        if not asked.json:
            printing.removals(asked, wb, planned)
        return end(asked, wb, planned)


def commit(
    asked: Asked,
    batch: Identifier,
    skip_errors: SkipErrors = False,
    accept: Accept = None,
    reason: Annotated[
        str, typer.Option("--reason", help="Why a control total may be another than was said; it stays in the log.")
    ] = "",
) -> int:
    """Write what a batch has planned, exactly so."""
    with asked.open() as wb:
        return end(asked, wb, committed(asked, wb, wb.batches.get(batch), skip_errors, accept or (), reason))


def correct(
    asked: Asked,
    batch: Identifier,
    source: Annotated[
        str | None, typer.Argument(metavar="[SOURCE]", help="The corrected file, or - for standard input.")
    ] = None,
    values: Annotated[
        list[str] | None,
        typer.Option("--value-map", metavar="FIELD:TEXT=VALUE", help="What a text means, in every row that has it."),
    ] = None,
    suggested: Annotated[
        bool, typer.Option("--suggested", help="What is suggested for references that were not found.")
    ] = False,
    remember: Annotated[
        bool, typer.Option("--remember", help="Let the import's template know what texts mean.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Let the file count where a cell was corrected in it and here since.")
    ] = False,
    every_cell: Annotated[
        bool,
        typer.Option("--every-cell", help="Let all cells of the file count, also those that only we corrected since."),
    ] = False,
) -> int:
    """Take back a corrected file of an import's rows, or say what texts in it mean, and plan again.

    The file is one that `rows -o FILE` wrote. Rows and columns may be missing, and stay as they are.
    """
    from workbench.model.stayed import Stayed
    from workbench.sources import open_sheet

    if [source is not None, bool(values), suggested].count(True) != 1:
        raise typer.BadParameter("say a file, --value-map or --suggested, one of them.", param_hint="correct")
    opened = open_sheet(source) if source is not None else None
    meanings = value_maps(values) if values else None
    with asked.open() as wb:
        if opened is not None:
            stayed = Stayed()
            wb.corrections.correct_from(batch, opened, overwrite=overwrite, every_cell=every_cell, stayed=stayed)
            if stayed.cells:
                warn(f"{stayed.sentence} To have the file's there too: add --every-cell.")
        else:
            wb.mean(batch, meanings, remember=remember)
        return _planned_again(asked, wb, batch)


def prefer(
    asked: Asked,
    batch: Identifier,
    lines: Annotated[list[int] | None, typer.Argument(metavar="[LINE]...", help="The lines that count.")] = None,
    on_conflict: Annotated[
        OnConflict | None, typer.Option(help="For every key of which no line is chosen: first, last or hold.")
    ] = None,
    take_back: Annotated[bool, typer.Option("--take-back", help="Take back that those lines count.")] = False,
) -> int:
    """Decide which rows count, and plan again.

    Of rows with one key that contradict each other, or of a row that waits because of a warning.
    """
    if take_back and (not lines or on_conflict is not None):
        raise typer.BadParameter("say the lines that count no more, and nothing else.", param_hint="--take-back")
    if not lines and on_conflict is None:
        raise typer.BadParameter("say which lines count, or --on-conflict.", param_hint="prefer")
    with asked.open() as wb:
        if take_back:
            wb.decisions.take_back(batch, tuple(lines or ()))
        else:
            wb.decisions.prefer(batch, tuple(lines or ()), on_conflict=on_conflict)
        return _planned_again(asked, wb, batch)


def _planned_again(asked: Asked, wb: "Workbench", batch: str) -> int:
    """The end of the plan that a batch needs again, with all of the run that it belongs to."""
    found = wb.batches.get(batch)
    with asked.progress() as progress:
        planned = wb.plan(found.part_of or found, progress=progress).batch
    return end(asked, wb, planned)


def discard(
    asked: Asked,
    batch: Identifier,
    reason: Annotated[str, typer.Option(help="Why nobody wants it.")] = "",
) -> None:
    """Put an import away that is not written.

    Its rows stay to be read; it is never planned or written again.
    """
    with asked.open() as wb:
        discarded = wb.discard(batch, reason)
        if asked.json:
            asked.answer(printing.document(wb, discarded))
        else:
            next_steps(asked, wb, discarded)


def undo(
    asked: Asked,
    batch: Identifier,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would do; change nothing.")] = False,
) -> int:
    """Take a completed import back.

    That is a batch of its own. What was changed since is kept, and named.
    """
    with asked.open() as wb:
        return end(asked, wb, wb.undo(batch, dry_run=dry_run))


def sweep(
    asked: Asked, batch: Annotated[str | None, typer.Argument(metavar="[BATCH]", help="Of one import.")] = None
) -> None:
    """Import rows that were unmatched and are so no more.

    Without BATCH those of playbooks, which are looked for after every import anyway; of others it says which have any.
    """
    with asked.open() as wb:
        swept = wb.sweep(batch)
        if asked.json:
            asked.answer([printing.document(wb, run) for run in swept])
            return
        for run in swept:
            printing.brought_in(asked, run)
        others = wb.sweeps.left_waiting(others=True) if batch is None else {}
        if not swept and not others:
            printing.say(asked, "No row that was unmatched can be imported now.")
        for waiting, number in others.items():
            printing.can_come_in(asked, waiting, number)
        left = wb.sweeps.outdated(batch) if batch is not None else []
        if left:
            printing.say(asked, outdated.told(left))


def supply(
    asked: Asked,
    batch: Identifier,
    lines: Annotated[list[int], typer.Argument(metavar="LINE...", help="The lines of unmatched rows.")],
    cells: Annotated[
        list[str], typer.Option("--cell", metavar="HEADER=TEXT", help="What stands in that column of them.")
    ],
) -> int:
    """Import unmatched rows with what their source lacks, such as the date of a session that has none.

    The rows stay as they came. Others that waited for the same come after them.
    """
    said = pairs(cells, "--cell", "HEADER=TEXT")
    with asked.open() as wb:
        return end(asked, wb, wb.sweeps.supply(batch, dict.fromkeys(lines, said)))
