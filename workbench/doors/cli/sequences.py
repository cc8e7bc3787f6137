"""The command that imports from Salesforce in sequence: run."""

from typing import TYPE_CHECKING, Annotated

import typer

from workbench.doors.cli import printing
from workbench.doors.cli.command import DONE, Asked, command, plain
from workbench.model.sequence import REFUSED, SequenceResult, Step, StepResult

if TYPE_CHECKING:
    from workbench import Workbench


def add_to(app: typer.Typer) -> None:
    """Adds this command."""
    command(app, "run")(run)


def run(
    asked: Asked,
    playbook: Annotated[
        str | None,
        typer.Argument(
            metavar="[STEP]", help="One step alone, as volunteers, or one playbook, as salesforce.volunteers."
        ),
    ] = None,
    daily: Annotated[
        bool, typer.Option("--daily", help="Organizations, volunteers, affiliations, events, history.")
    ] = False,
    weekly: Annotated[bool, typer.Option("--weekly", help="The daily ones, schools, classes and teachers.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Every step, everything read anew.")] = False,
    students: Annotated[bool, typer.Option("--students", help="Students and their participations.")] = False,
    only: Annotated[str | None, typer.Option(metavar="STEP,STEP", help="Only these steps.")] = None,
    exclude: Annotated[str | None, typer.Option(metavar="STEP,STEP", help="Every step but these.")] = None,
    delta: Annotated[
        bool, typer.Option("--delta", help="Read what has changed since the last time, as is usual but with --full.")
    ] = False,
    full_sync: Annotated[bool, typer.Option("--full-sync", help="Read everything, as is usual with --full.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Stop at the plans; write no record.")] = False,
    plan_only: Annotated[
        bool, typer.Option("--plan-only", help="Say what would run, in which order; ask nothing of Salesforce.")
    ] = False,
    fail_fast: Annotated[bool, typer.Option("--fail-fast", help="Run no further step once one has failed.")] = False,
    missing: Annotated[bool, typer.Option("--missing", help="Only what an audit finds missing or stale here.")] = False,
) -> int:
    """Import from Salesforce, step by step: a sequence, some steps, or one playbook.

    Exit status: 0 every step is done; 1 some are not, or want a person; 2 none is, and nothing was written.
    """
    named = [name for name, said in _sequences(daily, weekly, full, students, playbook) if said]
    if len(named) > 1 or (not named and only is None and exclude is None):
        how = "--daily, --weekly, --full, --students, a step, or --only"
        raise typer.BadParameter(f"say {how}, one of them.", param_hint="run")
    if delta and full_sync:
        raise typer.BadParameter("say --delta or --full-sync, one of them.", param_hint="run")
    sequence = named[0] if named else None
    chosen, left = _names(only), _names(exclude)
    with asked.open() as wb:
        steps = wb.sequences.steps(sequence, only=chosen, exclude=left)
        if plan_only:
            return _plan(asked, wb, steps)
        with asked.progress() as progress:
            result = wb.sequences.run(
                sequence,
                only=chosen,
                exclude=left,
                full_sync=full_sync if delta or full_sync else None,
                dry_run=dry_run,
                fail_fast=fail_fast,
                missing=missing,
                source="cli",
                told=lambda step: _tell(asked, step, dry_run=dry_run),
                progress=progress,
            )
        if asked.json:
            asked.answer(result.to_dict())
        else:
            _sum_up(asked, result)
    return result.status


def _sequences(
    daily: bool, weekly: bool, full: bool, students: bool, playbook: str | None
) -> tuple[tuple[str, object], ...]:
    given = (("daily", daily), ("weekly", weekly), ("full", full), ("students", students))
    return (*given, (playbook or "", playbook))


def _names(said: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (said or "").split(",") if name.strip())


def _plan(asked: Asked, wb: "Workbench", steps: tuple[Step, ...]) -> int:
    """Which steps would run, and when each was last imported."""
    last = {step.name: wb.sequences.last_read(step) for step in steps}
    if asked.json:
        asked.answer(
            [{"step": step.name, "playbooks": step.playbooks, "last_imported": last[step.name]} for step in steps]
        )
        return DONE
    made = printing.table(">", "Step", "Playbooks", "Needs", "Last imported (UTC)")
    for place, step in enumerate(steps, start=1):
        at = last[step.name]
        when = f"{at:%Y-%m-%d %H:%M}" if at is not None else "never"
        made.add_row(str(place), step.name, ", ".join(step.playbooks), ", ".join(step.needs), when)
    printing.tell(asked, made)
    return DONE


def _tell(asked: Asked, result: StepResult, *, dry_run: bool) -> None:
    """What became of a step, in the words of the seed's own figures."""
    if asked.json:
        return
    from workbench.playbooks import playbook as playbook_of

    printing.heading(asked, f"{result.step.title}: {_word(result, dry_run=dry_run)}")
    for playbook, figures in result.figures.items():
        if len(result.figures) > 1:
            printing.say(asked, f"{playbook}:")
        width = max(map(len, figures), default=0)
        for name, number in figures.items():
            printing.say(asked, f"{name + ':':{width + 1}} {number:,}")
        for each in playbook_of(playbook).breakdowns:
            if values := result.breakdowns.get(each.name):
                lines = (f"  {plain(value)}: {number:,}" for value, number in values.items())
                printing.say(asked, f"{each.name}:", *lines)
    printing.say(asked, *(plain(note) for note in result.notes))
    if result.status == "held":
        looks = (f"  workbench show {batch}" for batch in result.batches)
        printing.say(asked, "To look at what it wrote and at what is held, and to let it go on:", *looks)


def _word(result: StepResult, *, dry_run: bool) -> str:
    if result.status != "done":
        return result.status
    read = "what has changed" if result.delta else "everything"
    return f"planned, {read}" if dry_run else f"done, {read}"


def _sum_up(asked: Asked, result: SequenceResult) -> None:
    """A line for each step, and what depends on those that failed."""
    printing.heading(asked, "Summary")
    made = printing.table("Step", "What became of it", ">Rows", ">Seconds", "What depends on it")
    for each in result.steps:
        hurt = _dependents(each.step, result) if each.status in ("failed", "refused") else ()
        rows = each.rows
        made.add_row(each.step.name, each.status, f"{rows:,}", f"{each.seconds:.1f}", ", ".join(hurt))
    printing.tell(asked, made)
    if result.dry_run:
        printing.say(asked, "", "A dry run: nothing was written, and the next run reads the same again.")
    if result.status == REFUSED:
        printing.say(asked, "", "No step was done.")


def _dependents(step: Step, result: SequenceResult) -> tuple[str, ...]:
    return tuple(each.step.name for each in result.steps if step.name in each.step.needs)
