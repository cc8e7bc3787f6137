"""The end of several imports that the sheets of one source are: one after the other, each told by itself."""

from collections.abc import Mapping as Pairs
from typing import TYPE_CHECKING, Any

from workbench.doors.cli import printing
from workbench.doors.cli.command import DONE, NEEDS_A_PERSON, Asked
from workbench.model.batch import OUTCOMES, Batch
from workbench.model.errors import WorkbenchError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from workbench import Workbench
    from workbench.model.sheet import Sheet
    from workbench.model.template import Template
    from workbench.playbooks.loads import Load, Loads
    from workbench.workbench import Given


def end(
    asked: Asked,
    wb: "Workbench",
    source: str,
    found: "Loads",
    said: "Pairs[str, Any]",
    one: "Callable[[Given, str, str | None, Pairs[str, Any]], Batch]",
    tell: "Callable[[Batch], int]",
) -> int:
    """The end of the imports that the sheets of a source are, one after the other. The first that is not completed is
    the last: what comes after it is told with what was written before. A dry run plans those that need nothing of
    another. What the columns of any of them lack is told before the first is written."""
    from workbench.playbooks.loads import options_of

    dry_run = bool(said["dry_run"])
    options = [options_of(load, found.loads, said) for load in found.loads]  # what is of none is refused first
    saved = [_template_of(wb, load) for load in found.loads]
    for load, template, own in zip(found.loads, saved, options, strict=True):
        wb.check_columns(load.given, load.what, template=template.id if template is not None else None, **own)
    status, documents = DONE, []
    waiting = list(enumerate(found.loads, start=1))
    written: list[tuple[str, Batch]] = []
    done: list[Batch] = []
    try:
        while waiting:
            number, load = waiting[0]
            if dry_run and load.after(found.loads[: number - 1]):
                break
            del waiting[0]
            template = saved[number - 1]
            if not asked.json:
                used = f" Its columns are those of the template {template.name}, which is used." if template else ""
                printing.say(asked, f"{number}. {load.sentence}.{used}")
            batch = one(load.given, load.what, template.id if template is not None else None, options[number - 1])
            status = max(status, printing.status(wb, batch) if asked.json else tell(batch))
            done.append(batch)
            documents.append(printing.document(wb, batch) if asked.json else None)
            printing.say(asked, "")
            if batch.stage == "completed":
                written.append((f"{number}. {load.sentence}", batch))
            elif not dry_run:
                break
    except WorkbenchError:
        _tell_stopped(asked, len(found.loads), waiting, written)
        raise
    if asked.json:
        left = [load.what for _, load in waiting]
        asked.answer({"source": source, "imports": documents, "not_begun": left, "totals": _together(done)})
    elif len(done) > 1:
        rows = _together(done)
        terms = " + ".join(f"{rows[name]:,} {name}" for name in OUTCOMES)
        printing.say(asked, f"{len(done)} imports together: {rows['processed']:,} rows = {terms}.")
    if dry_run and waiting and not asked.json:
        those = "; ".join(f"{number}. {load.sentence}" for number, load in waiting)
        printing.say(asked, f"Not planned, for they need what is written before them: {those}.")
    elif len(written) < len(found.loads):
        _tell_stopped(asked, len(found.loads), waiting, written)
    return max(status, NEEDS_A_PERSON) if waiting and not dry_run else status


def _together(batches: "Sequence[Batch]") -> dict[str, int]:
    """How many rows all imports had, and how many of them have which outcome."""
    return {name: sum(getattr(batch, name) or 0 for batch in batches) for name in ("processed", *OUTCOMES)}


def _template_of(wb: "Workbench", load: "Load") -> "Template | None":
    """The saved template that was plainly made of a sheet with these columns; None for several sheets."""
    from workbench.prepare.recognition import template_of

    sheets = sheets_of(load.given)
    return template_of(sheets[0], wb.templates.all(load.what)) if len(sheets) == 1 else None


def _tell_stopped(
    asked: Asked,
    number: int,
    waiting: "Sequence[tuple[int, Load]]",
    written: "Sequence[tuple[str, Batch]]",
) -> None:
    """What of so many imports is written and stays, with what each has changed, and what was not begun, where one of
    them was held or refused."""
    if asked.json:
        return
    if written:
        told = "; ".join(f"{what} (run {printing.short(batch.id)}: {_changed(batch)})" for what, batch in written)
        printing.say(asked, f"Written, and it stays, {len(written)} of {number} imports: {told}.")
    if undone := [asked.again("undo", printing.short(each.id)) for _, each in reversed(written) if _changes(each)]:
        printing.say(asked, f"To take it back: {'; '.join(undone)}")
    if waiting:
        those = "; ".join(f"{place}. {load.sentence}" for place, load in waiting)
        printing.say(asked, f"Not begun: {those}. Import the file again once this is settled.")


def _changes(batch: Batch) -> dict[str, int]:
    """How many records an import has created, updated and removed, none left out."""
    numbers = {name: getattr(batch, name) or 0 for name in ("created", "updated", "removed")}
    return {name: number for name, number in numbers.items() if number}


def _changed(batch: Batch) -> str:
    return ", ".join(f"{number:,} {name}" for name, number in _changes(batch).items()) or "no record changed"


def sheets_of(given: "Given") -> "list[Sheet]":
    """The sheets, however they are given."""
    if isinstance(given, Pairs):
        return list(given.values())
    from workbench.model.sheet import Sheet

    return [given] if isinstance(given, Sheet) else list(given)
