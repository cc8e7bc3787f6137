"""Commands that ask: batches, show, rows, record; and the database's own: db upgrade, doctor."""

import sys
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

import typer

from workbench.doors.cli import printing
from workbench.doors.cli.command import DONE, NEEDS_A_PERSON, Asked, command, plain
from workbench.doors.cli.importing import Identifier
from workbench.doors.cli.preparing import Dataset, Output

if TYPE_CHECKING:
    from workbench.doors.doctor import Diagnosis

Outcome = Literal["created", "updated", "skipped", "unmatched", "invalid"]
RowFormat = Literal["csv", "xlsx", "json"]

_PAGE = 100
"""Rows that a person is shown at once."""


def add_to(app: typer.Typer) -> None:
    """Adds these commands."""
    command(app, "batches")(batches)
    command(app, "show")(show)
    command(app, "rows")(rows)
    command(app, "record")(record)
    command(app, "doctor")(doctor)
    database = typer.Typer(help="The database itself.", rich_markup_mode=None)
    command(database, "upgrade")(upgrade)
    app.add_typer(database, name="db")
    database.callback()(_database)


def _database() -> None:
    """Set the database up."""


def batches(
    asked: Asked,
    dataset: Annotated[str | None, typer.Option("--dataset", "-d", help="Only of this dataset.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 20,
) -> None:
    """List the imports, newest first."""
    with asked.open() as wb:
        found = wb.batches.all(dataset, limit=limit)
        left_off = {batch.id for batch in wb.batches.left_off(limit=1000)}
        if asked.json:
            asked.answer([{**printing.document(wb, batch), "left_off": batch.id in left_off} for batch in found])
            return
        made = printing.table("Batch", "Begun (UTC)", "Dataset", "Status", "Done", "Results", "File")
        for batch in found:
            figures = wb.reconcile(batch)
            made.add_row(
                printing.short(batch.id),
                f"{batch.created_at:%Y-%m-%d %H:%M}",
                batch.dataset if batch.undo_of is None else f"undo of {printing.short(batch.undo_of)}",
                batch.stage + (", left off" if batch.id in left_off else ""),
                "yes" if figures.done else "",
                printing.results(figures),
                plain(batch.file_name),
            )
        printing.tell(asked, made)
        for batch in [batch for batch in found if batch.id in left_off][:_NAMED]:
            step = "plan" if batch.stage == "staged" else "commit"
            printing.say(asked, "", f"Left off after it was {batch.stage}. To go on with it:")
            printing.say(asked, f"  {asked.again(step, printing.short(batch.id))}")


_NAMED = 3


def show(asked: Asked, batch: Identifier) -> None:
    """Show one import: its mapping, figures, issues and log."""
    with asked.open() as wb:
        found = wb.batches.get(batch)
        signed = wb.signature(found)
        if asked.json:
            by = {name: signed[name] for name in ("signed_by", "signed_at", "digest")} if signed else None
            asked.answer({**printing.document(wb, found), "signature": by})
            return
        whole = [
            ("Playbook" if wb.batches.parts(found) else "Dataset", found.dataset),
            ("Part of run", found.part_of),
            ("Resolves rows of", found.sweep_of),
            ("File", found.file_name),
            ("Undo of", found.undo_of),
            ("Status", found.stage),
            ("Mode", found.mode),
            ("Window", found.window),
            ("Run by", found.initiated_by),
            ("Signed by", f"{signed['signed_by']}, digest {signed['digest']}" if signed else None),
        ]
        printing.facts(asked, [*whole, *(printing.mapped(found) if found.undo_of is None else ())])
        if found.undo_of is None:
            printing.removals(asked, wb, found)
        printing.outcome(asked, wb, found)
        printing.next_steps(asked, wb, found)


def rows(
    asked: Asked,
    batch: Identifier,
    outcome: Annotated[Outcome | None, typer.Option(help="Only these.")] = None,
    file_format: Annotated[RowFormat | None, typer.Option("--format", help="csv, xlsx or json.")] = None,
    output: Output = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many.")] = None,
) -> None:
    """Show what became of every row, or write a file of them.

    CSV and XLSX give back the source's own columns, and can be corrected and imported again.
    """
    chosen = file_format or ("json" if asked.json and output is None else _format_of(output))
    if asked.json and output is None and chosen != "json":
        raise typer.BadParameter("with --json a file needs a name: -o FILE.", param_hint="--format")
    if chosen == "xlsx" and output is None:
        raise typer.BadParameter("a workbook needs a file: -o FILE.", param_hint="--format")
    with asked.open() as wb:
        found = wb.batches.get(batch)
        if output is not None:
            count = wb.rows.save(found, output, chosen or "csv", outcome=outcome, limit=limit)
            if asked.json:
                asked.answer({"batch": str(found.id), "file": str(output), "rows": count})
            else:
                printing.say(asked, f"{output} has {printing.counted(count, 'row')}.")
        elif chosen is not None:
            sys.stdout.flush()
            wb.rows.write(found, sys.stdout.buffer, chosen, outcome=outcome, limit=limit)
            sys.stdout.buffer.flush()
        else:
            _show_rows(asked, wb.rows.each(found, outcome=outcome, limit=(limit or _PAGE) + 1), limit or _PAGE)


def record(
    asked: Asked,
    dataset: Dataset,
    key: Annotated[str, typer.Argument(metavar="KEY", help="Its key, e.g. an e-mail address; parts separated by |.")],
) -> None:
    """Show a record, and every import that touched it."""
    with asked.open() as wb:
        found = wb.records.get(dataset, key)
    if asked.json:
        asked.answer(found)
        return
    if found["record"] is None:
        printing.say(asked, "There is no such record now.")
    else:
        printing.facts(asked, ((name, value) for name, value in found["record"].items() if name != "tenant_id"))
    asked.out.print()
    made = printing.table("When (UTC)", "Batch", ">Line", "Outcome", "By", "What")
    for touched in found["history"]:
        signed = f", signed by {touched['signed_by']}" if touched["signed_by"] else ""
        made.add_row(
            f"{touched['at']:%Y-%m-%d %H:%M}",
            printing.short(touched["batch"]),
            str(touched["line"] or ""),
            _outcome(touched) + ("" if touched["stage"] == "completed" else f", {touched['stage']}"),
            plain(f"{touched['run_by']}{signed}"),
            _what(touched) or plain(touched["file_name"]),
        )
    printing.tell(asked, made)


def doctor(asked: Asked) -> int:
    """Say what is installed, what is wrong and what to do."""
    from workbench.doors.doctor import examine

    return _tell(asked, examine(asked.settings))


def upgrade(asked: Asked) -> int:
    """Set the database up for this version of Workbench.

    The address in WORKBENCH_DATABASE_URL needs the right to create roles and schemas.
    """
    from workbench.doors.doctor import upgrade as upgrade_

    return _tell(asked, upgrade_(asked.settings))


def _tell(asked: Asked, found: "Diagnosis") -> int:
    if asked.json:
        asked.answer(found.to_dict())
    else:
        free = f", {found.free_bytes >> 30:,} GB free" if found.free_bytes is not None else ""
        current = {True: "set up", False: "not set up yet", None: "cannot be asked"}[found.current]
        server = f"PostgreSQL {found.server_version}, " if found.server_version else ""
        printing.facts(
            asked,
            [
                ("Workbench", f"{found.workbench}, Python {found.python}, {found.platform}"),
                ("Libraries", ", ".join(f"{name} {number}" for name, number in found.libraries.items())),
                ("Home", f"{found.home}{free}"),
                ("Database", f"{server}{found.database}, {current}: {found.database_url or 'address not shown'}"),
                ("Tenant", f"{found.tenant}, as {found.user}"),
            ],
        )
        for problem in found.problems:
            printing.say(asked, "", problem.what, f"  {problem.remedy}")
        if found.left_off:
            were = "import was" if found.left_off == 1 else "imports were"
            printing.say(asked, "", f"{found.left_off:,} {were} left off: {asked.again('batches')}")
        if found.healthy:
            printing.say(asked, "", "Nothing is wrong.")
    return DONE if found.healthy else NEEDS_A_PERSON


def _format_of(output: Path | None) -> RowFormat | None:
    suffix = output.suffix.lower().removeprefix(".") if output is not None else ""
    return next((known for known in get_args(RowFormat) if known == suffix), None)


def _show_rows(asked: Asked, found: Any, limit: int) -> None:
    first = next(found, None)
    of = ["Dataset"] if first is not None and "dataset" in first else []
    made = printing.table(*of, ">Line", "Key", "Outcome", "What")
    more = False
    for count, row in enumerate(chain([first] if first is not None else [], found)):
        more = count >= limit
        if not more:
            made.add_row(
                *(row[name.lower()] for name in of),
                str(row["line"]),
                plain(row["key"] or ""),
                _outcome(row),
                _what(row),
            )
    printing.tell(asked, made)
    if more:
        printing.say(asked, "", "There are more. --limit shows them, -o FILE writes all of them.")


def _outcome(row: dict[str, Any]) -> str:
    parts = [row["outcome"] or row.get("status", "")]
    if row["reason"]:
        parts.append(f"({row['reason']})")
    if row.get("explanation"):
        parts.append("explained")
    return " ".join(parts)


def _what(row: dict[str, Any]) -> str:
    """What is wrong with a row, what it changed, and why a person lets it be."""
    said = ((issue["field"], issue["message"]) for issue in row["issues"] or ())
    parts = [f"{field}: {message}" if field else message for field, message in said]
    parts += [f"{field}: {_value(old)} → {_value(new)}" for field, (old, new) in row["changes"].items()]
    if row.get("explanation"):
        parts.append(f"explained: {row['explanation']}")
    return plain("; ".join(parts))


def _value(value: Any) -> str:
    return "(blank)" if value is None else str(value)
