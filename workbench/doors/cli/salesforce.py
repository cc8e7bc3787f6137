"""Commands for Salesforce: salesforce test."""

from dataclasses import asdict

import typer

from workbench.doors.cli import printing
from workbench.doors.cli.command import Asked, command, plain


def add_to(app: typer.Typer) -> None:
    """Adds these commands."""
    group = typer.Typer(help="The Salesforce organization that is configured.", rich_markup_mode=None)
    command(group, "test")(test)
    app.add_typer(group, name="salesforce")


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
