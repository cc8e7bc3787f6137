"""Commands that ask: batches, show, rows, find, record; that switch records off and on by hand: deactivate, reactivate,
deactivated; and the database's own: db upgrade, doctor."""

import sys
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

import typer

from workbench.doors.cli import printing
from workbench.doors.cli.command import DONE, NEEDS_A_PERSON, Asked, command, plain
from workbench.doors.cli.next_steps import next_steps
from workbench.doors.cli.preparing import Dataset, MaybeDataset, Output
from workbench.doors.cli.said import Identifier
from workbench.model import record_event
from workbench.model.batch import taken_back
from workbench.model.wording import cut, many, named

if TYPE_CHECKING:
    from workbench.doors.doctor import Diagnosis

Outcome = Literal["created", "updated", "skipped", "unmatched", "invalid"]
RowFormat = Literal["csv", "xlsx", "json"]

_PAGE = 100
"""Rows that a person is shown at once."""
_SECONDS = 3.0
"""So long rows are looked through, unless somebody waits for all of them."""


def add_to(app: typer.Typer) -> None:
    """Adds these commands."""
    command(app, "batches")(batches)
    command(app, "show")(show)
    command(app, "rows")(rows)
    command(app, "find")(find)
    command(app, "record")(record)
    command(app, "classes")(classes)
    command(app, "deactivate")(deactivate)
    command(app, "reactivate")(reactivate)
    command(app, "deactivated")(deactivated)
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
                figures.state(batch.state) + (", waits" if batch.id in left_off else ""),
                "yes" if figures.done else "",
                ", ".join(filter(None, (printing.results(figures), batch.removals, batch.totals))),
                plain(batch.file_name),
            )
        printing.tell(asked, made)
        for batch in [batch for batch in found if batch.stage == "failed"][:_NAMED]:
            printing.say(asked, "", f"{printing.short(batch.id)} failed: {batch.summary.get('error', '')}")
        for batch in [batch for batch in found if batch.id in left_off][:_NAMED]:
            step = "plan" if batch.stage == "staged" or batch.is_stale else "commit"
            how_far = f"{batch.stage.capitalize()}{', with a plan that no longer holds' * batch.is_stale}"
            waits = f"{how_far}, and no program is at work on it. To go on with it:"
            printing.say(asked, "", waits)
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
            ("Status", found.state),
            ("Undone by", found.undone_by),
            ("Mode", found.mode),
            ("Window", found.window),
            ("Run by", found.initiated_by),
            ("Signed by", f"{signed['signed_by']}, digest {signed['digest']}" if signed else None),
        ]
        printing.facts(asked, [*whole, *(printing.mapped(found) if found.undo_of is None else ())])
        if found.undo_of is None:
            printing.removals(asked, wb, found)
        printing.outcome(asked, wb, found)
        next_steps(asked, wb, found)


def rows(
    asked: Asked,
    batch: Identifier,
    outcome: Annotated[Outcome | None, typer.Option(help="Only these.")] = None,
    rejected: Annotated[
        bool, typer.Option("--rejected", help="Only what was rejected: the list for its owner.")
    ] = False,
    file_format: Annotated[RowFormat | None, typer.Option("--format", help="csv, xlsx or json.")] = None,
    output: Output = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many.")] = None,
) -> None:
    """Show what became of every row, or write a file of them.

    CSV and XLSX give back the source's own columns, and can be corrected and imported again.
    """
    if rejected and outcome not in (None, "invalid"):
        raise typer.BadParameter("rejected rows are invalid ones.", param_hint="--rejected")
    which: dict[str, Any] = {"outcome": outcome, "reason": "rejected" if rejected else None}
    chosen = file_format or ("json" if asked.json and output is None else _format_of(output))
    if asked.json and output is None and chosen != "json":
        raise typer.BadParameter("with --json a file needs a name: -o FILE.", param_hint="--format")
    if chosen == "xlsx" and output is None:
        raise typer.BadParameter("a workbook needs a file: -o FILE.", param_hint="--format")
    with asked.open() as wb:
        found = wb.batches.get(batch)
        if output is not None:
            count = wb.rows.save(found, output, chosen or "csv", **which, limit=limit)
            if asked.json:
                asked.answer({"batch": str(found.id), "file": str(output), "rows": count})
            else:
                printing.say(asked, f"{output} has {many(count, 'row')}.")
        elif chosen is not None:
            sys.stdout.flush()
            wb.rows.write(found, sys.stdout.buffer, chosen, **which, limit=limit, marked=False)
            sys.stdout.buffer.flush()
        else:
            if found.undone_by is not None:
                undo = wb.batches.get(found.undone_by)
                printing.say(
                    asked, f"Undone by {undo.initiated_by}: {taken_back(undo)}. As they were written then:", ""
                )
            _show_rows(asked, wb.rows.each(found, **which, limit=(limit or _PAGE) + 1), limit or _PAGE)


def find(
    asked: Asked,
    text: Annotated[
        list[str], typer.Argument(metavar="TEXT...", help="An e-mail address, a code, an id, a phone number, words.")
    ],
    limit: Annotated[int, typer.Option(min=1, help="At most so many records, and so many rows.")] = 20,
    all_rows: Annotated[bool, typer.Option("--all", help="Look through all rows, however long it takes.")] = False,
) -> None:
    """Find records by what is known of them, and the rows that became none.

    Rows that were refused or skipped, or whose import was not committed, are told with what was wrong and who decided.
    """
    with asked.open() as wb:
        found = wb.records.ask(" ".join(text), limit=limit, seconds=None if all_rows else _SECONDS)
    if asked.json:
        asked.answer(asdict(found))
        return
    if found.records:
        if found.nearly:
            printing.say(asked, "No record has just that. Written nearly so:", "")
        by_row = any("row" in one for one in found.records)
        says = any(one.get("says") for one in found.records)
        if by_row and not says:
            printing.say(asked, "No record says that now, but rows that became records do:", "")
        made = printing.table(
            "Record of", "Key", "Called", "Id", *(["Says"] if says else []), *(["Came of"] if by_row else [])
        )
        for one in found.records:
            row = one.get("row")
            of = ["; ".join(f"{name}: {plain(cut(value))}" for name, value in one["says"].items())] if says else []
            of += [f"line {row['line']} of {plain(row['file_name'])}"] if row else []
            made.add_row(
                one["dataset"], plain(one["key"]), plain(one["title"]), str(one["record_id"] or "not there"), *of
            )
        printing.tell(asked, made)
    if found.rows:
        nearly = ", written nearly so" if found.rows_nearly else ""
        printing.say(
            asked, *([""] if found.records else []), f"Rows that were not written, or were taken back{nearly}:", ""
        )
        made = printing.table("File", ">Line", "Batch", "Outcome", "What", "Decided by")
        for row in found.rows:
            decided = row["explained_by"] or row["corrected_by"] or ""
            outcome = _outcome(row) + ("" if row["stage"] == "completed" else f", {row['stage']}")
            facts = plain(row["file_name"]), str(row["line"]), printing.short(row["batch"])
            later = row["since"]
            came = f"its key came with {printing.short(later['batch'])}, line {later['line']}" if later else ""
            told = "; ".join(filter(None, (_what(row) or _cells(row), came)))
            made.add_row(*facts, outcome, told, plain(decided))
        printing.tell(asked, made)
    if not found.records and not found.rows:
        printing.say(asked, found.nothing)
    more = [
        f"{number - len(some):,} more {what}"
        for what, some, number in (("records", found.records, found.number), ("rows", found.rows, found.rows_number))
        if number > len(some)
    ]
    if more:
        printing.say(asked, "", f"and {' and '.join(more)}: --limit shows them.")
    if not found.whole:
        printing.say(asked, "", "Not all rows were looked at. Say more, or --all.")


def classes(
    asked: Asked,
    dataset: Annotated[str, typer.Argument(metavar="[DATASET]", help="What has classes.")] = "commerce.companies",
    on: Annotated[
        datetime | None, typer.Option(metavar="DAY", formats=["%Y-%m-%d"], help="The day, today if none is said.")
    ] = None,
    only: Annotated[str | None, typer.Option("--class", metavar="CLASS", help="The records of one class.")] = None,
) -> None:
    """Say how many records are in which class on a day, or which are in one of them.

    Customers are Active, Target or Prospect by their last order, or on Hold.
    """
    day = (on or datetime.now(UTC)).date()
    with asked.open() as wb:
        found = wb.records.classes(dataset, on=day)
        listed = wb.records.classified(dataset, on=day, only=only) if only is not None else []
    if asked.json:
        asked.answer(
            {"dataset": dataset, "on": day.isoformat(), "classes": found, **({"records": listed} if only else {})}
        )
        return
    if only is None:
        made = printing.table("Class", ">Records")
        for name, number in found.items():
            made.add_row(name, f"{number:,}")
    else:
        made = printing.table(*(listed[0] if listed else ("last", "class")))
        for one in listed:
            made.add_row(*("" if value is None else plain(_value(value)) for value in one.values()))
    printing.tell(asked, made)


def _cells(row: dict[str, Any]) -> str:
    return plain(", ".join(filter(None, map(str, row["raw"].values()))))


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
        named = {name: _named(value, found["names"]) for name, value in found["record"].items()}
        printing.facts(asked, ((name, value) for name, value in named.items() if name != "tenant_id"))
    asked.out.print()
    made = printing.table("When (UTC)", "Batch", ">Line", "Outcome", "By", "What")
    for touched in found["history"]:
        signed = f", signed by {touched['signed_by']}" if touched["signed_by"] else ""
        made.add_row(
            f"{touched['at']:%Y-%m-%d %H:%M}",
            printing.short(touched["batch"]),
            str(touched["line"] or ""),
            _became(touched) + _unless_it_stands(touched),
            plain(f"{record_event.who(touched)}{signed}"),
            "; ".join(
                filter(
                    None,
                    (
                        _of_source(touched),
                        _what({**touched, "changes": _with_names(touched["changes"], found["names"])}),
                    ),
                )
            )
            or plain(touched["file_name"]),
        )
    printing.tell(asked, made)
    for each in found["by_hand"]:
        said = f"{each['action'].capitalize()} by {plain(each['by'])}, {each['at']:%Y-%m-%d %H:%M} UTC: "
        printing.say(asked, f"{said}{plain(each['reason'])}")
    if found["referring"]:
        asked.out.print()
        made = printing.table("Referred to by", "Key", "Id")
        for one in found["referring"]:
            made.add_row(one["dataset"], plain(one["key"]), str(one["record_id"]))
        printing.tell(asked, made)


Key = Annotated[str, typer.Argument(metavar="KEY", help="Its key or id; parts separated by |.")]


def deactivate(
    asked: Asked, dataset: Dataset, key: Key, reason: Annotated[str, typer.Option(help="Why, e.g. Left district.")]
) -> None:
    """Switch a record off by hand, such as a teacher who has left.

    No import switches it on again: its row is skipped, and says so.
    """
    with asked.open() as wb:
        wb.records.deactivate(dataset, key, reason)
    if asked.json:
        asked.answer({"dataset": dataset, "key": key, "active": False})
        return
    again = asked.again("reactivate", dataset, key, "--reason", "TEXT")
    printing.say(asked, f"Switched off. No import switches it on again. To take it back: {again}")


def reactivate(
    asked: Asked, dataset: Dataset, key: Key, reason: Annotated[str, typer.Option(help="Why it counts again.")]
) -> None:
    """Switch a record on again, whoever has switched it off."""
    with asked.open() as wb:
        wb.records.reactivate(dataset, key, reason)
    if asked.json:
        asked.answer({"dataset": dataset, "key": key, "active": True})
        return
    printing.say(asked, "Switched on again.")


def deactivated(asked: Asked, dataset: MaybeDataset = None) -> None:
    """List whom people have switched off by hand, each once, with who did it and why, and which imports have named them
    since."""
    with asked.open() as wb:
        found = wb.records.deactivated(dataset) if dataset is not None else wb.records.deactivated()
    if asked.json:
        asked.answer(found)
        return
    made = printing.table("Key", "Name", "By", "At (UTC)", "Reason", "Named since by")
    for one in found:
        named = one["named"]
        since = f"{named['file_name']}, line {named['line']}" if named else ""
        since += f", and {many(named['imports'] - 1, 'import')} more" if named and named["imports"] > 1 else ""
        when = f"{one['at']:%Y-%m-%d %H:%M}" if one["at"] else ""
        made.add_row(*map(plain, (one["key"], one["title"], one["by"] or "")), when, plain(one["reason"] or ""), since)
    printing.tell(asked, made)


def _named(value: Any, names: dict[str, dict[str, Any]]) -> Any:
    """A value; of an id, what its record is called."""
    one = names.get(str(value))
    if isinstance(value, bool):
        return _value(value)
    return value if one is None else " ".join(filter(None, (one["key"], one["title"])))


def _with_names(changes: dict[str, list[Any]], names: dict[str, dict[str, Any]]) -> dict[str, list[Any]]:
    return {field: [_named(value, names) for value in values] for field, values in changes.items()}


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
        stops = found.database == "embedded" and found.database_url is not None
        while_ = " (answers only while a command, `serve` or `worker` runs)" if stops else ""
        printing.facts(
            asked,
            [
                ("Workbench", f"{found.workbench}, Python {found.python}, {found.platform}"),
                ("Libraries", ", ".join(f"{name} {number}" for name, number in found.libraries.items())),
                ("Home", f"{found.home}{free}"),
                (
                    "Database",
                    f"{server}{found.database}, {current}: {found.database_url or 'address not shown'}{while_}",
                ),
                ("Tenant", f"{found.tenant}, as {found.user}"),
                ("Signing key", found.signing_key),
                ("Google account", found.google_account),
                ("Salesforce", found.salesforce),
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
                str((row.get("sources") or [row["line"]])[0]),
                plain(row["key"] or ""),
                _outcome(row),
                _what(row),
            )
    printing.tell(asked, made)
    if more:
        printing.say(asked, "", "There are more. --limit shows them, -o FILE writes all of them.")


def _outcome(row: dict[str, Any]) -> str:
    reason = f" ({row['reason']})" if row["reason"] else ""
    return f"{row['outcome'] or row.get('status', '')}{reason}"


def _became(touched: dict[str, Any]) -> str:
    """What an import, or an undo, did to a record."""
    said = record_event.by_undo(touched) or _outcome(touched)
    return f"undo: {said}" if touched["undo_of"] else said


def _unless_it_stands(touched: dict[str, Any]) -> str:
    """That an import of a record was taken back, or was never written."""
    if touched["undone_by"]:
        return ", undone"
    return "" if touched["stage"] == "completed" else f", {touched['stage']}"


def _what(row: dict[str, Any]) -> str:
    """What is wrong with a row, what it changed, what a recipe did to it, and what a person has said of it."""
    from workbench.prepare.cleaning import said_of

    parts = [named(issue["field"], issue["message"]) for issue in row["issues"] or ()]
    parts += [f"{field}: {_value(old)} → {_value(new)}" for field, (old, new) in row["changes"].items()]
    parts += said_of(row)
    if row.get("explanation"):
        parts.append(f"{row['reason']}: {row['explanation']}")
    return plain("; ".join(parts))


def _of_source(row: dict[str, Any]) -> str:
    """What a person made of a row's cells, and who; and which rows of the source were refused, so that it was not
    written either."""
    said = [f"{header}: {was or '(blank)'} → {now or '(blank)'}" for header, (was, now) in row["corrected"].items()]
    told = [f"{each}, corrected by {row['corrected_by']}" for each in said]
    told += [f"line {each['line']}: {each['field']}: {each['message']}" for each in row["refused"]]
    return plain("; ".join(told))


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "(blank)" if value is None else str(value)
