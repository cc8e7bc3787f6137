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
    another."""
    from workbench.playbooks.loads import options_of
    from workbench.prepare.recognition import template_of

    dry_run = bool(said["dry_run"])
    options = [options_of(load, found.loads, said) for load in found.loads]  # what is of none is refused first
    status, documents = DONE, []
    waiting = list(enumerate(found.loads, start=1))
    written: list[tuple[int, Batch]] = []
    done: list[Batch] = []
    try:
        while waiting:
            number, load = waiting[0]
            if dry_run and load.after(found.loads[: number - 1]):
                break
            del waiting[0]
            sheets = sheets_of(load.given)
            saved = template_of(sheets[0], wb.templates.all(load.what)) if len(sheets) == 1 else None
            if not asked.json:
                used = f" Its columns are those of the template {saved.name}, which is used." if saved else ""
                printing.say(asked, f"{number}. {load.sentence}.{used}")
            batch = one(load.given, load.what, saved.id if saved is not None else None, options[number - 1])
            status = max(status, printing.status(wb, batch) if asked.json else tell(batch))
            done.append(batch)
            documents.append(printing.document(wb, batch) if asked.json else None)
            printing.say(asked, "")
            if batch.stage == "completed":
                written.append((number, batch))
            elif not dry_run:
                break
    except WorkbenchError:
        _tell_stopped(asked, waiting, written)
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
        _tell_stopped(asked, waiting, written)
    return max(status, NEEDS_A_PERSON) if waiting and not dry_run else status


def _together(batches: "Sequence[Batch]") -> dict[str, int]:
    """How many rows all imports had, and how many of them have which outcome."""
    return {name: sum(getattr(batch, name) or 0 for batch in batches) for name in ("processed", *OUTCOMES)}


def _tell_stopped(
    asked: Asked,
    waiting: "Sequence[tuple[int, Load]]",
    written: "Sequence[tuple[int, Batch]]",
) -> None:
    """What of several imports is written and stays, and what was not begun, where one of them was held or refused."""
    if asked.json:
        return
    if written:
        runs = ", ".join(f"{number}. ({printing.short(batch.id)})" for number, batch in written)
        undo = "; ".join(f"workbench undo {printing.short(batch.id)}" for _, batch in reversed(written))
        printing.say(asked, f"Written, and it stays: {runs}. To take it back: {undo}")
    if waiting:
        those = "; ".join(f"{number}. {load.sentence}" for number, load in waiting)
        printing.say(asked, f"Not begun: {those}. Import the file again once this is settled.")


def sheets_of(given: "Given") -> "list[Sheet]":
    """The sheets, however they are given."""
    if isinstance(given, Pairs):
        return list(given.values())
    from workbench.model.sheet import Sheet

    return [given] if isinstance(given, Sheet) else list(given)
