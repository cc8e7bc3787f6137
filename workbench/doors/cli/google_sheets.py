"""Commands for Google Sheets: sheets list, add, test, change, remove, import."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.doors.cli import printing
from workbench.doors.cli.command import Asked, command, plain
from workbench.doors.cli.importing import import_
from workbench.doors.cli.said import SkipErrors
from workbench.model.google_sheet import PURPOSES
from workbench.model.wording import many

if TYPE_CHECKING:
    from workbench.model.google_sheet import GoogleSheet

Name = Annotated[str, typer.Argument(metavar="NAME", help="A configured sheet, by its name or id.")]
Address = Annotated[str, typer.Argument(metavar="SHEET", help="A Google Sheet: its address, or its id.")]
Tab = Annotated[
    str | None, typer.Option("--tab", help="The tab, by its title; else the first, or that of the address.")
]
Purpose = Annotated[str | None, typer.Option(help=f"{', '.join(PURPOSES)}.")]
Year = Annotated[str | None, typer.Option(help="The virtual year, e.g. 2025-2026.")]
District = Annotated[str | None, typer.Option(help="Whose teachers or sessions it has.")]
Template = Annotated[
    str | None, typer.Option(help="The saved template that maps and cleans it, by its name; '' for none.")
]
Dataset = Annotated[str | None, typer.Option("--dataset", "-d", help="What it holds, of the purpose other.")]


def add_to(app: typer.Typer) -> None:
    """Adds these commands."""
    sheets = typer.Typer(help="The Google Sheets that are configured for imports.", rich_markup_mode=None)
    command(sheets, "list")(list_)
    command(sheets, "add")(add)
    command(sheets, "test")(test)
    command(sheets, "change")(change)
    command(sheets, "remove")(remove)
    command(sheets, "import")(import_configured)
    app.add_typer(sheets, name="sheets")


def list_(asked: Asked, purpose: Purpose = None, year: Year = None) -> None:
    """List the configured sheets, the latest year first."""
    with asked.open() as wb:
        found = wb.google_sheets.all(purposes=[purpose] if purpose else [*PURPOSES], year=year)
    if asked.json:
        asked.answer([_document(one) for one in found])
        return
    made = printing.table("Name", "Purpose", "Year", "District", "Template", "Google Sheet", "Tab", "Added by")
    for one in found:
        tab = one.place.worksheet or (f"number {one.place.gid}" if one.place.gid is not None else "the first")
        purpose_ = f"{one.purpose}: {one.dataset}" if one.dataset else one.purpose
        texts = (
            one.name,
            purpose_,
            one.year,
            one.district,
            one.template or "",
            one.place.spreadsheet,
            tab,
            one.created_by,
        )
        made.add_row(*map(plain, texts))
    printing.tell(asked, made)
    if not found:
        printing.say(asked, "", f"None. To add one: {asked.again('sheets', 'add')} --help")


def add(
    asked: Asked,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What people call it, e.g. 'KCK Teachers 25-26'.")],
    sheet: Address,
    purpose: Purpose = None,
    year: Year = None,
    district: District = None,
    dataset: Dataset = None,
    tab: Tab = None,
    template: Template = None,
) -> None:
    """Configure a sheet for imports. `sheets test` says before whether it can be read."""
    said = {"purpose": purpose or ("other" if dataset else ""), "year": year, "district": district, "dataset": dataset}
    with asked.open() as wb:
        added = wb.google_sheets.add(name=name, spreadsheet=sheet, worksheet=tab, template=template, **said)
        others = wb.google_sheets.beside(added)
    _tell(asked, added, "is added", others)


def change(
    asked: Asked,
    name: Name,
    new_name: Annotated[str | None, typer.Option("--name", help="What people call it from now on.")] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", help="Another address or id.")] = None,
    purpose: Purpose = None,
    year: Year = None,
    district: District = None,
    dataset: Dataset = None,
    tab: Tab = None,
    template: Template = None,
) -> None:
    """Say something else of a configured sheet."""
    said = {"name": new_name, "spreadsheet": sheet, "purpose": purpose, "year": year, "district": district}
    said |= {"dataset": dataset, "worksheet": tab, "template": template}
    with asked.open() as wb:
        changed = wb.google_sheets.change(name, **{field: text for field, text in said.items() if text is not None})
        others = wb.google_sheets.beside(changed)
    _tell(asked, changed, "is changed", others)


def remove(asked: Asked, name: Name) -> None:
    """Configure a sheet no more. The sheet itself and its imports stay."""
    with asked.open() as wb:
        found = wb.google_sheets.get(name)
        wb.google_sheets.remove(found.id)
    if asked.json:
        asked.answer(_document(found))
    else:
        printing.say(asked, f"{plain(found.name)} is not configured any more.")


def test(
    asked: Asked,
    sheet: Annotated[
        str, typer.Argument(metavar="SHEET", help="A Google Sheet: its address, its id, or its name here.")
    ],
    tab: Tab = None,
) -> None:
    """Read a sheet's header and first rows, and say what it looks like. Nothing is imported."""
    from workbench.prepare.recognition import RECOGNISED, recognise
    from workbench.sources import first_lines

    with asked.open() as wb:
        with asked.progress() as progress:
            found = wb.google_sheets.look(sheet, tab, progress=progress)
        account = wb.google_sheets.account
    tally = found.sheet.tally()
    likely, score, reason = recognise(found.sheet)[0]
    said: dict[str, Any] = {
        "title": found.title,
        "tab": found.tab,
        "tabs": [asdict(one) for one in found.tabs],
        "headers": list(found.sheet.headers),
        "header_line": found.sheet.reading.header_line,
        "rows": tally.rows,
        "all_rows": found.whole,
        "looks_like": likely if score >= RECOGNISED else None,
        "account": account,
    }
    if asked.json:
        asked.answer(said)
        return
    more = "" if found.whole else " in its first part"
    printing.facts(
        asked,
        [
            ("Title", plain(found.title)),
            ("Tab", plain(found.tab)),
            ("Tabs", plain(", ".join(one.title for one in found.tabs))),
            ("Rows", f"{many(tally.rows, 'row')}{more}, header on line {said['header_line']}"),
            ("Columns", plain(", ".join(found.sheet.headers))),
            ("Looks like", f"{likely}: {reason}" if said["looks_like"] else "no dataset that is known"),
            ("Read as", account or "anyone with the link"),
        ],
    )
    made = printing.table(">Line", "Cells")
    for line, cells in first_lines(found.sheet, 8):
        made.add_row(str(line), plain(" | ".join(cells)))
    printing.tell(asked, made)


def import_configured(
    asked: Asked,
    name: Name,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Stop at the plan; write no record.")] = False,
    skip_errors: SkipErrors = False,
) -> int | None:
    """Import a configured sheet, with its district and its year.

    `workbench import NAME` does the same, and takes every other option of an import.
    """
    with asked.open() as wb:
        found = wb.google_sheets.get(name)
    return import_(asked, str(found.id), dry_run=dry_run, skip_errors=skip_errors)


def _tell(asked: Asked, sheet: "GoogleSheet", what: str, others: "list[GoogleSheet]") -> None:
    if asked.json:
        asked.answer({**_document(sheet), "beside": [other.name for other in others]})
        return
    if others:
        printing.say(asked, sheet.beside_told(plain(other.name) for other in others))
    printing.say(asked, f"{plain(sheet.name)} {what}. To import it:")
    printing.say(asked, f"  {asked.again('sheets', 'import', sheet.name)}")


def _document(sheet: "GoogleSheet") -> dict[str, Any]:
    return {**asdict(sheet), "address": sheet.place.address}
