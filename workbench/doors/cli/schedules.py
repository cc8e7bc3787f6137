"""Commands for schedules: schedules list, add, pause, resume, remove, run-now, runs, next."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import typer

from workbench.doors.cli import printing
from workbench.doors.cli.command import DONE, NEEDS_A_PERSON, Asked, command, plain
from workbench.model.wording import many

if TYPE_CHECKING:
    from workbench.model.schedule import Schedule, ScheduledRun

Name = Annotated[str, typer.Argument(metavar="NAME", help="A schedule, by its name or id.")]
_NEEDS = ("partial", "held", "failed")


def add_to(app: typer.Typer) -> None:
    """Adds these commands."""
    group = typer.Typer(
        help="What is imported by itself: Salesforce's sequences, Google Sheets.", rich_markup_mode=None
    )
    command(group, "list")(list_)
    command(group, "add")(add)
    command(group, "pause")(pause)
    command(group, "resume")(resume)
    command(group, "remove")(remove)
    command(group, "run-now")(run_now)
    command(group, "runs")(runs)
    command(group, "next")(following)
    app.add_typer(group, name="schedules")


def list_(asked: Asked) -> None:
    """List the schedules, what each imports and when it is due next."""
    with asked.open() as wb:
        found, sheets = wb.schedules.all(), wb.schedules.sheet_names()
    if asked.json:
        asked.answer([_document(one, sheets) for one in found])
        return
    _table(asked, found, sheets)
    if not found:
        say = asked.again("schedules", "add", "--seed", "--zone", "America/Chicago")
        printing.say(asked, "", f"None. To add the daily, weekly and monthly imports, paused: {say}")


def add(
    asked: Asked,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="What people call it.")] = None,
    cron: Annotated[
        str | None, typer.Option("--cron", help="Minute, hour, day of the month, month, day of the week: '0 2 * * *'.")
    ] = None,
    zone: Annotated[str, typer.Option(help="The time zone of those hours, e.g. America/Chicago.")] = "UTC",
    sequence: Annotated[str | None, typer.Option(help="A sequence of Salesforce's steps: daily, weekly, full.")] = None,
    only: Annotated[str | None, typer.Option(help="Some of Salesforce's steps: volunteers,events.")] = None,
    sheet: Annotated[str | None, typer.Option(help="A configured Google Sheet, by its name.")] = None,
    window: Annotated[str | None, typer.Option(help="What a sheet's import is called instead of its own year.")] = None,
    full_sync: Annotated[
        bool, typer.Option("--full-sync", help="Read all records, not only what has changed.")
    ] = False,
    paused: Annotated[bool, typer.Option("--paused", help="Do nothing until it is resumed.")] = False,
    seed: Annotated[
        bool, typer.Option("--seed", help="Add the daily, weekly and monthly imports instead, paused.")
    ] = False,
) -> None:
    """Have something imported by itself, by a worker or a server that runs.

    A time that a day does not have, because clocks are put forward, is due right after; one that it has twice is due
    once.
    """
    with asked.open() as wb:
        if seed:
            added = wb.schedules.add_seed(zone=zone)
        else:
            if name is None or cron is None:
                raise typer.BadParameter("say a NAME and --cron, or --seed.", param_hint="add")
            steps = [step.strip() for step in (only or "").split(",") if step.strip()]
            what: dict[str, Any] = {"sequence": sequence, "steps": steps, "google_sheet": sheet, "window": window}
            added = [wb.schedules.add(name, cron, zone=zone, paused=paused, everything=full_sync, **what)]
        sheets = wb.schedules.sheet_names()
    if asked.json:
        asked.answer([_document(one, sheets) for one in added])
        return
    if not added:
        printing.say(asked, "All of them are there already.")
    else:
        _table(asked, added, sheets)
    for one in added:
        if one.paused:
            printing.say(asked, f"To switch it on:  {asked.again('schedules', 'resume', one.name)}")


def pause(asked: Asked, name: Name) -> None:
    """Let a schedule not be due any more until it is resumed."""
    with asked.open() as wb:
        found, sheets = wb.schedules.pause(name), wb.schedules.sheet_names()
    _told(asked, found, sheets, "is paused.")


def resume(asked: Asked, name: Name) -> None:
    """Switch a schedule on, in your name; what was due in the meantime was not missed."""
    with asked.open() as wb:
        found, sheets = wb.schedules.resume(name), wb.schedules.sheet_names()
    _told(asked, found, sheets, f"is due at {_local(found.next_due, found.zone)}.")


def remove(asked: Asked, name: Name) -> None:
    """Have something imported by itself no more. Its runs stay to be read."""
    with asked.open() as wb:
        found = wb.schedules.get(name)
        wb.schedules.remove(found.id)
    if asked.json:
        asked.answer({"removed": str(found.id)})
        return
    printing.say(asked, f"{plain(found.name)} is removed.")


def run_now(asked: Asked, name: Name) -> None:
    """Leave a run to a worker now, without waiting for its time."""
    from workbench.doors import jobs

    with asked.open() as wb:
        run = wb.schedules.run_now(name)
        jobs.defer_run(wb, run)
    if asked.json:
        asked.answer(_run_document(run))
        return
    printing.say(asked, f"{plain(run.name)} waits for a worker. To see what comes of it:")
    printing.say(asked, f"  {asked.again('schedules', 'runs', run.name)}")


def runs(
    asked: Asked,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="A schedule; else all of them.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="So many, the latest.")] = 20,
) -> int:
    """List what came of each time: how it ended, how long it took, what was missed and caught up.

    Exit status 1 where the last one needs a person.
    """
    with asked.open() as wb:
        found = wb.schedules.runs(name, limit=limit)
    status = NEEDS_A_PERSON if found and found[0].status in _NEEDS else DONE
    if asked.json:
        asked.answer([_run_document(one) for one in found])
        return status
    made = printing.table("Due (UTC)", "Schedule", "Status", ">Seconds", "What came of it")
    for one in found:
        seconds = f"{one.seconds:,.1f}" if one.seconds is not None else ""
        told = " ".join(filter(None, (_missed(one), one.told)))
        made.add_row(f"{one.due:%Y-%m-%d %H:%M}", *map(plain, (one.name, one.outcome, seconds, told)))
    printing.tell(asked, made)
    for one in found:
        for batch in one.waits:
            printing.say(asked, f"{plain(one.name)} waits for a person:  {asked.again('show', printing.short(batch))}")
    if not found:
        printing.say(asked, "", "None yet.")
    return status


def following(asked: Asked, days: Annotated[int, typer.Option(min=1, max=366, help="So many days.")] = 7) -> None:
    """List what is due in the next days."""
    with asked.open() as wb:
        found = wb.schedules.upcoming(datetime.now(UTC) + timedelta(days=days))
        sheets = wb.schedules.sheet_names()
    if asked.json:
        asked.answer([{"due": due, "schedule": one.name} for due, one in found])
        return
    made = printing.table("Due", "Schedule", "What")
    for due, one in found:
        made.add_row(_local(due, one.zone), *map(plain, (one.name, one.work.told(sheets))))
    printing.tell(asked, made)


def _table(asked: Asked, found: "list[Schedule]", sheets: dict[UUID, str]) -> None:
    made = printing.table("Name", "When", "What", "Next", "Runs as")
    for one in found:
        when = f"{one.cron} ({one.zone})"
        due = "paused" if one.next_due is None else _local(one.next_due, one.zone)
        made.add_row(*map(plain, (one.name, when, one.work.told(sheets), due, one.updated_by)))
    printing.tell(asked, made)


def _told(asked: Asked, found: "Schedule", sheets: dict[UUID, str], what: str) -> None:
    if asked.json:
        asked.answer(_document(found, sheets))
        return
    printing.say(asked, f"{plain(found.name)} {what}")


def _local(due: datetime | None, zone: str) -> str:
    return f"{due.astimezone(ZoneInfo(zone)):%a %Y-%m-%d %H:%M} {zone}" if due is not None else ""


def _missed(run: "ScheduledRun") -> str:
    if not run.missed or run.missed_since is None:
        return ""
    return f"Missed {many(run.missed, 'time')} since {run.missed_since:%Y-%m-%d %H:%M}, caught up at once."


def _document(one: "Schedule", sheets: dict[UUID, str]) -> dict[str, Any]:
    return {**asdict(one), "what": one.work.told(sheets)}


def _run_document(one: "ScheduledRun") -> dict[str, Any]:
    return {**asdict(one), "outcome": one.outcome, "seconds": one.seconds}
