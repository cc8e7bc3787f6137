"""The command that asks whether the records agree with each other: checks."""

from pathlib import Path
from typing import Annotated

import typer

from workbench.doors.cli import printing
from workbench.doors.cli.command import Asked, command
from workbench.model.wording import many

_SHOWN = 20


def add_to(app: typer.Typer) -> None:
    """Adds the command."""
    command(app, "checks")(checks)


def checks(
    asked: Asked,
    name: Annotated[
        str | None, typer.Argument(metavar="[CHECK]", help="One of them, e.g. payments-beyond-invoice.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write the whole list of one as CSV.")] = None,
) -> None:
    """Ask whether the records agree with each other: payments with invoices, totals with lines, stock with places."""
    if output is not None and name is None:
        raise typer.BadParameter("say which check's list.", param_hint="--output")
    with asked.open() as wb:
        if name is None:
            _all(asked, [each.to_dict() for each in wb.checks.all()])
            return
        found = wb.checks.one(name)
        if output is not None:
            rows = wb.checks.save(name, output)
            printing.say(asked, f"{output} has {many(rows, 'row')}.")
            return
        listed = wb.checks.rows(name, limit=None if asked.json else _SHOWN)
    if asked.json:
        asked.answer({**found.to_dict(), "rows": listed})
        return
    printing.say(asked, f"{found.check.title}: {found.found:,} of {found.records:,}")
    if listed:
        table = printing.table(*listed[0])
        for row in listed:
            table.add_row(*("" if cell is None else str(cell) for cell in row.values()))
        printing.tell(asked, table)
    if found.found > len(listed):
        printing.say(
            asked, f"And {found.found - len(listed):,} more:", "  " + asked.again("checks", name, "-o", f"{name}.csv")
        )


def _all(asked: Asked, found: list[dict[str, object]]) -> None:
    if asked.json:
        asked.answer(found)
        return
    table = printing.table("Check", "Severity", ">Records", ">Found", ">Score", "What is found")
    for each in found:
        named = [str(each[name]) for name in ("name", "severity", "records", "found", "score", "title")]
        table.add_row(*named)
    printing.tell(asked, table)
