"""The command that hands the tenant's records to another system: export."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from workbench.doors.cli import printing
from workbench.doors.cli.command import Asked, command
from workbench.model.export import file_name
from workbench.model.wording import many


def add_to(app: typer.Typer) -> None:
    """Adds the command."""
    command(app, "export")(export)


def export(
    asked: Asked,
    family: Annotated[str, typer.Argument(metavar="FAMILY", help="Whose records, e.g. generic_csv.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The ZIP file to write.")] = None,
) -> None:
    """Write all records of a family into a ZIP of CSV files that the same family's import takes back.

    Passwords, tokens and when they expire are never in it. It is for programs: no cell is changed for a spreadsheet.
    """
    path = output or Path(file_name(family, datetime.now(UTC)))
    with asked.open() as wb, asked.progress() as progress:
        exported = wb.export(family, path, progress=progress)
    if asked.json:
        asked.answer({"path": str(path.resolve()), **exported.to_dict()})
        return
    made = printing.table("File", "Rows", "SHA-256")
    for member in exported.members:
        made.add_row(member.file, f"{member.rows:,}", member.sha256)
    printing.tell(asked, made)
    printing.say(asked, f"Written: {path} ({many(exported.rows, 'record')})")
