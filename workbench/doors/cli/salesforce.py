"""Commands for Salesforce: salesforce test, audit."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.doors.cli import printing
from workbench.doors.cli.command import DONE, NEEDS_A_PERSON, Asked, command, plain
from workbench.model.completeness import KINDS
from workbench.model.salesforce import PREFIX, object_of
from workbench.model.wording import many

if TYPE_CHECKING:
    from workbench.model.completeness import Completeness
    from workbench.model.playbook import Playbook


def add_to(app: typer.Typer) -> None:
    """Adds these commands."""
    group = typer.Typer(help="The Salesforce organization that is configured.", rich_markup_mode=None)
    command(group, "test")(test)
    app.add_typer(group, name="salesforce")
    command(app, "audit")(audit)


def test(asked: Asked) -> None:
    """Sign in, and say who is reached and what may be asked of it today. Nothing is read or imported."""
    with asked.open() as wb:
        found = wb.salesforce.organization()
    if asked.json:
        asked.answer({**asdict(found), "daily_used": found.daily_used})
        return
    kind, requests = "sandbox" if found.is_sandbox else "production", None
    if found.daily_limit is not None:
        requests = f"{found.daily_used:,} used of {found.daily_limit:,} a day, {found.daily_left:,} left"
    printing.facts(
        asked,
        [
            (
                "Organization",
                plain(f"{found.name} ({found.edition}, {kind})"),
            ),
            ("Its id", plain(found.id)),
            ("User", plain(f"{found.username}, by {found.way}")),
            ("Server", plain(f"{found.host}, API version {found.api_version}")),
            ("API requests", requests or "this user may not know"),
        ],
    )


def audit(
    asked: Asked,
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE", help="An object of Salesforce, as salesforce:Contact, or a playbook that reads of one."
        ),
    ],
    dataset: Annotated[
        str | None, typer.Option("--dataset", "-d", help="What it was imported as, e.g. polaris.teachers.")
    ] = None,
    playbook: Annotated[
        str | None, typer.Option("--playbook", "-p", help="Or by which playbook, e.g. salesforce.volunteers.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A CSV of every difference.")] = None,
) -> int:
    """Compare an object's ids and last changes there with what was imported. Nothing is loaded or changed.

    Missing: there, and not here. Stale: changed there since it was read. Extra: here, and there no more. Waiting: read,
    and brought in once the records that it refers to are here.
    """
    name, reader = _audited(source, dataset, playbook)
    limit = None if output else _SHOWN
    with asked.open() as wb, asked.progress() as progress:
        if reader is not None:
            found = wb.salesforce.audit_playbook(reader, name, limit=limit, progress=progress)
        else:
            found = wb.salesforce.audit(name, dataset or "", limit=limit, progress=progress)
    if output is not None:
        _save(output, found)
    if asked.json:
        asked.answer(found.to_dict())
        return DONE if found.is_complete else NEEDS_A_PERSON
    counts = [(kind.capitalize(), f"{found.counts[kind]:,}") for kind in KINDS]
    printing.facts(asked, [("There", f"{found.there:,}"), ("Here", f"{found.here:,}"), *counts])
    if found.is_complete:
        but = f", but for {many(waits, 'record')} waiting for others" if (waits := found.counts["waiting"]) else ""
        printing.say(asked, "", f"Complete: {source} is here as it is there{but}.")
        return DONE
    made = printing.table("What", "Id", "Changed there", "As read here", "Why")
    for kind in KINDS:
        for each in [one for one in found.differences if one.kind == kind][:_SHOWN]:
            made.add_row(each.kind, *map(plain, (each.id, each.there or "", each.here or "", each.why)))
    printing.say(asked, "")
    printing.tell(asked, made)
    more = sum(max(found.counts[kind] - _SHOWN, 0) for kind in KINDS)
    if more and output is None:
        printing.say(asked, f"and {many(more, 'difference')} more: -o FILE writes all.")
    if found.to_import:
        printing.say(asked, "To import what is missing or stale, with the options of the import before:")
        of_dataset = ("import", source, "-d", dataset, "--missing")
        of_playbook = ("run", found.dataset, "--missing")
        printing.say(asked, f"  {asked.again(*(of_dataset if reader is None else of_playbook))}")
    return NEEDS_A_PERSON


def _audited(source: str, dataset: str | None, playbook: str | None) -> "tuple[str, Playbook | None]":
    """The object that is audited, and the playbook whose records of it; raises BadParameter, UnknownPlaybook."""
    from workbench.playbooks import PLAYBOOKS
    from workbench.playbooks import playbook as playbook_of

    if source in PLAYBOOKS and dataset is None and playbook in (None, source):
        reader = PLAYBOOKS[source]
        objects = list(dict.fromkeys(each.object for each in reader.extracts))
        if len(objects) == 1:
            return objects[0], reader
        known = " or ".join(f"{PREFIX}{each}" for each in objects) or "a playbook of Salesforce"
        raise typer.BadParameter(f"say {known}, and --playbook {source}.", param_hint="SOURCE")
    name = object_of(source)
    if name is None:
        raise typer.BadParameter("say an object of Salesforce, as salesforce:Contact.", param_hint="SOURCE")
    if (dataset is None) == (playbook is None):
        raise typer.BadParameter("say --dataset or --playbook, one of them.", param_hint="audit")
    wanted = playbook or dataset
    if wanted in PLAYBOOKS and PLAYBOOKS[wanted].extracts:
        return name, PLAYBOOKS[wanted]
    return name, playbook_of(playbook) if playbook is not None else None


_SHOWN = 20
"""So many differences of a kind are shown."""


def _save(output: Path, found: "Completeness") -> None:
    import pandas as pd

    columns = ["kind", "id", "there", "here", "why", "batch", "line"]
    table = pd.DataFrame([asdict(one) for one in found.differences], columns=columns)
    table.astype({"line": "Int64"}).to_csv(output, index=False)
