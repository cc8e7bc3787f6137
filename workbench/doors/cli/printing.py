"""What a batch looks like: to a program as one document, to a person as a few short tables."""

import shlex
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from workbench.datasets import catalog
from workbench.doors.cli import holds, wrong_texts
from workbench.doors.cli.command import DONE, NEEDS_A_PERSON, Asked, plain
from workbench.model.batch import OUTCOMES, Batch
from workbench.model.contract import Field
from workbench.model.control_total import as_committed, shown
from workbench.model.hold import told as told_of
from workbench.model.lost import named_since
from workbench.model.manifest import Proof
from workbench.model.noticed import Noticed
from workbench.model.template import Mapping
from workbench.model.wording import by_number, first_of, many, named

if TYPE_CHECKING:
    from rich.table import Table

    from workbench import Workbench
    from workbench.model.sheet import LeftOut, Reading, Sheet, Tally

_SUGGESTED = 10
"""So many suggestions are told."""
_FIRST = 5
"""So many lines, or records, are named before "and more"."""
_HEADERS = 12
"""So many columns that are not imported are named."""


def document(wb: "Workbench", batch: Batch) -> dict[str, Any]:
    """A batch, or a run with its parts, as --json prints it."""
    figures, docs, parts = wb.reconcile(batch), wb.batches.data_docs(batch), wb.batches.parts(batch)
    kept = ("seconds_staging", "seconds_planning", "seconds_committing")
    named = ("run", "playbook") if parts else ("batch", "dataset")
    composed: dict[str, Any] = {"parts": [_part(wb, part) for part in parts]} if parts else {}
    if parts or (batch.part_of is None and batch.undo_of is None and wb.figures(batch)):
        composed["figures"] = wb.figures(batch)
    if broken_down := wb.breakdowns(batch):
        composed["breakdowns"] = broken_down
    return {
        named[0]: str(batch.id),
        named[1]: batch.dataset,
        "status": batch.stage,
        "undone": batch.undone_by is not None,
        "dry_run": batch.dry_run and batch.stage != "completed",
        **figures.to_dict(),
        "totals": [total.to_dict() for total in wb.totals(batch)],
        **composed,
        "data_docs": str(docs) if docs is not None else None,
        "seconds": round(sum(batch.summary.get(name, 0) for name in kept), 3),
        "file": batch.file_name,
        "mode": batch.mode,
        "window": batch.window,
        "run_by": batch.initiated_by,
        "at": _at(batch),
        "notes": batch.notes,
        "follow_ups": batch.follow_ups,
        "removed_by_action": batch.summary.get("removed", {}),
        "mapping": {**batch.mapping, "columns": _in_order(batch)},
        "not_imported": list(Mapping.from_dict(batch.mapping).not_imported(batch.mapped_headers))
        if not batch.undo_of
        else [],
        "reading": batch.reading,
        "noticed": Noticed.from_dict(batch.summary.get("noticed", {})).to_dict(),
        "undo_of": str(batch.undo_of) if batch.undo_of is not None else None,
        "undone_by": str(batch.undone_by) if batch.undone_by is not None else None,
        "sweep_of": str(batch.sweep_of) if batch.sweep_of is not None else None,
        "part_of": str(batch.part_of) if batch.part_of is not None else None,
        "suggestions": batch.summary.get("suggestions", []) if batch.stage != "staged" else [],
        "held_for": [hold.to_dict() for hold in holds.of(batch)],
        "told": [hold.to_dict() for hold in told_of(batch)],
        "accepted": batch.summary.get("accepted", []),
        "error": batch.summary.get("error"),
    }


def _part(wb: "Workbench", part: Batch) -> dict[str, Any]:
    figures = wb.reconcile(part)
    counts = {name: getattr(figures, name) for name in ("processed", *OUTCOMES)}
    return {"batch": str(part.id), "dataset": part.dataset, **counts}


def status(wb: "Workbench", batch: Batch) -> int:
    """The exit status that an import ends with."""
    waits = batch.stage in ("planned", "held") and holds.of(batch)
    return NEEDS_A_PERSON if waits or wb.reconcile(batch).unexplained else DONE


def results(figures: Any) -> str:
    """The figures in a few words, without those that are zero."""
    counts = ((getattr(figures, name), name) for name in OUTCOMES)
    return ", ".join(f"{count:,} {name}" for count, name in counts if count)


def short(batch: UUID) -> str:
    """The beginning of a batch's id, which is enough to name it."""
    return str(batch)[:18]


def table(*columns: str) -> "Table":
    """A table without lines; a column whose name begins with ">" stands to the right."""
    from rich.table import Table

    made = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="bold")
    for column in columns:
        side: Literal["left", "right"] = "right" if column.startswith(">") else "left"
        made.add_column(column.removeprefix(">"), justify=side, no_wrap=column == columns[0], overflow="fold")
    return made


def facts(asked: Asked, pairs: Iterable[tuple[str, object]]) -> None:
    """Names on the left, what is so on the right; what is empty is left out."""
    from rich.table import Table

    made = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), show_header=False)
    made.add_column(style="bold", no_wrap=True)
    made.add_column(overflow="fold")
    for name, value in pairs:
        if value not in (None, "", ()):
            made.add_row(name, plain(value))
    tell(asked, made)


def tell(asked: Asked, made: "Table") -> None:
    """Prints a table, without the spaces at the ends of its lines where no terminal shows it."""
    if asked.out.is_terminal:
        asked.out.print(made)
        return
    with asked.out.capture() as printed:
        asked.out.print(made)
    for line in printed.get().splitlines():
        print(line.rstrip())


def heading(asked: Asked, title: str) -> None:
    """A title over what follows."""
    asked.out.print(f"\n── {title} ".ljust(80, "─"), style="bold")


def say(asked: Asked, *lines: object) -> None:
    """Sentences and commands, each on a line of its own however long it is."""
    for line in lines:
        asked.out.print(plain(line), soft_wrap=True)


def proof(asked: Asked, what: str, found: Proof) -> None:
    """Whether something is still what was signed, and what is not: a sentence each."""
    if found.signed_by is not None and found.signed_at is not None:
        say(asked, f"{what}: {' '.join(found.signed_by.split())} signed it at {found.signed_at:%Y-%m-%d %H:%M:%S} UTC.")
    else:
        say(asked, f"{what}:")
    say(asked, *(f"  {remark}" for remark in found.remarks))
    if found:
        say(asked, f"  Everything is as it was {'signed' if found.signed_by is not None else 'written'}.")
    say(asked, *(f"  {difference}" for difference in found.differs))


def same_file(name: str, earlier: Batch) -> str:
    """The warning that these bytes were imported before."""
    at = f"{earlier.completed_at:%Y-%m-%d %H:%M:%S} UTC"
    return f"{name} is the same file as {earlier.file_name}, imported at {at} as batch {earlier.id}."


def reading(sheet: "Sheet") -> str:
    """How a source was read, in a few words."""
    found = sheet.reading
    delimiters = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", " ": "blank"}
    parts = [found.format.upper()]
    if found.encoding is not None:
        parts.append(found.encoding)
    if found.delimiter is not None:
        parts.append(f"delimiter {delimiters.get(found.delimiter, found.delimiter)}")
    if found.sheet is not None:
        others = [name for name in found.sheets if name != found.sheet]
        parts.append(f"worksheet {found.sheet}" + (f" (also there: {', '.join(others)})" if others else ""))
    is_named = found.header_line > 0 and not found.layout.no_header
    parts.append(f"header on line {found.header_line}" if is_named else "no header")
    if found.preamble:
        parts.append(f"{many(len(found.preamble), 'line')} above it ignored")
    return ", ".join(parts)


def left_out(reading: "Reading", tally: "Tally") -> Iterator[str]:
    """The lines that are no records, after a whole reading, in sentences."""
    from workbench.model.sheet import all_left_out

    return _left_out(all_left_out(reading, tally))


def kept_left_out(batch: Batch) -> Iterator[str]:
    """The same of a batch that was staged."""
    from workbench.model.sheet import LeftOut

    return _left_out([LeftOut(**each) for each in batch.reading.get("left_out") or ()])


def _left_out(entries: "Sequence[LeftOut]", shown: int = 10) -> Iterator[str]:
    for each in entries[:shown]:
        lines = f"Line {each.first}" if each.first == each.last else f"Lines {each.first} to {each.last}"
        some = f", {many(each.number, 'line')} of them" if each.number else ""
        yield f"{lines} left out{some} ({each.what}): {each.text}"
    guessed = [each.first for each in entries if each.what != "said so"]
    if guessed:
        which = "it is a record" if len(guessed) == 1 else "they are records"
        yield f"If {which}: --keep-lines {','.join(map(str, guessed[:5]))}"
    if len(entries) > shown:
        yield f"{many(sum(each.lines for each in entries[shown:]), 'more line')} left out."


def mapped(batch: Batch) -> Iterator[tuple[str, str]]:
    """The mapping that a batch uses, part by part, and before it what cleaned its rows."""
    from workbench.prepare.cleaning import told_of

    mapping = Mapping.from_dict(batch.mapping)
    for place, step in enumerate(told_of(batch)):
        yield "" if place else "Cleaned", step
    yield "Mapping", ", ".join(f"{header} → {field}" for header, field in _in_order(batch).items())
    settings = catalog.settings_told(batch.dataset, mapping.constants)
    yield "Settings", "; ".join(settings.values())
    same = {field: text for field, text in mapping.constants.items() if field not in settings}
    there = set(mapping.columns.values())
    for label, of_columns in (("Every row", False), ("Where blank", True)):
        yield label, ", ".join(f"{field} = {text}" for field, text in same.items() if (field in there) is of_columns)
    meanings = [(field, text, to) for field, texts in mapping.value_maps.items() for text, to in texts.items()]
    yield "Values", ", ".join(f"{field}: {text} → {to or '(blank)'}" for field, text, to in meanings)
    for place, column in enumerate(batch.reading.get("forms", ())):
        yield "" if place else "Forms", column["said"]
    yield "Blank erases", ", ".join(mapping.clears)
    yield "Lenient", ", ".join(mapping.lenient)
    yield "Repaired", ", ".join(mapping.repairs)
    yield "Limits", ", ".join(f"{name} {text}" for name, text in mapping.limits.items())
    yield "Left out", ", ".join(mapping.left_out)
    ignored = mapping.not_imported(batch.mapped_headers)
    all_of_them = " (show --json names them all)" if len(ignored) > _HEADERS else ""
    yield "Not imported", first_of(ignored, _HEADERS) + all_of_them


def noticed(asked: Asked, dataset: str, found: Noticed) -> None:
    """What was noticed of the cells of each column, and how to say what is meant."""
    fields = {field.name: field for field in catalog.contract(dataset).fields}
    told = list(found.told())
    for name, field in fields.items():
        for _, part, sentence in (each for each in told if each[0] == name):
            say(asked, f"  {name}: {sentence}.")
            if part == "null_texts":
                say(asked, *(f"    {option}" for option in _answers(field, found.null_texts[name])))
            if part == "misread":
                say(asked, f"    To repair them: --repair {name}")


def _answers(field: Field, texts: Iterable[str]) -> Iterator[str]:
    """The options that say of texts that they are no value, or that they are meant."""
    from workbench.model.texts import ERROR_CELLS, may_mean_itself

    shown = list(texts)[:_FIRST]
    yield f"To say that they are none: {wrong_texts.value_maps(field.name, dict.fromkeys(shown, ''))}"
    meant = [text for text in shown if text not in ERROR_CELLS] if may_mean_itself(field) else []
    if meant:
        themselves = dict(zip(meant, meant, strict=True))
        yield f"To say that they are meant so: {wrong_texts.value_maps(field.name, themselves)}"


def figures(asked: Asked, wb: "Workbench", batch: Batch) -> None:
    """The figures of the import log, and what is in them."""
    found = wb.reconcile(batch)
    made = table(*(f">{name.capitalize()}" for name in ("processed", *OUTCOMES)))
    made.add_row(*(f"{getattr(found, name):,}" for name in ("processed", *OUTCOMES)))
    tell(asked, made)
    for name, parts in (("Skipped", found.skipped_by_reason), ("Unmatched", found.unmatched_by_kind)):
        if parts:
            told = (f"{rows:,} {_reason(batch, reason)}" for reason, rows in parts.items() if rows)
            say(asked, f"{name}: {', '.join(told)}.")
    if found.rejected:
        by = ", ".join(f"{rows:,} by {who}" for who, rows in found.rejected_by.items())
        say(asked, f"Invalid: {found.rejected:,} of {found.invalid:,} rejected ({by}).")
    terms = " + ".join(f"{getattr(found, name):,}" for name in OUTCOMES)
    proven = ", proven by the database" if batch.stage == "completed" else ", if it is committed"
    proven += "; undone since" if batch.undone_by is not None else ""
    say(asked, f"Adds up: {found.processed:,} = {terms}{proven}." if found.balanced else "These do not add up.")


def _reason(batch: Batch, reason: str) -> str:
    """Why rows are skipped, in words; those that a playbook has made are added up by it."""
    return reason if batch.derived else catalog.reason_told(batch.dataset, reason)


def totals(asked: Asked, wb: "Workbench", batch: Batch) -> None:
    """The control totals of an import: what the file has, what goes in and what does not, and what was said of it."""
    found = wb.totals(batch)
    if not found:
        return
    done = batch.stage == "completed"
    goes = ">Went in" if done else ">Goes in"
    made = table("Control total", "Said by", ">Said", ">In the file", goes, ">Does not", ">Difference")
    for total in found:
        said, counted = total.expected, total.counted
        made.add_row(
            total.name,
            plain(said.who) if said is not None else "",
            shown(said.number) if said is not None else "",
            shown(counted.found),
            shown(counted.went_in),
            shown(counted.left_out),
            shown(total.difference) if said is not None else "",
        )
    asked.out.print()
    tell(asked, made)
    for total in found:
        if total.differs and total.expected is not None:
            by = f" {total.expected.accepted_by} accepted it: {total.expected.reason}" if total.accepted else ""
            say(asked, f"{total.sentence}{by}")
    for addition in dict.fromkeys(f"{total.name}: {total.addition}" for total in found if total.counted.left_out):
        say(asked, f"It adds up: {addition}.")
    since = wb.batches.sweeps(batch) if done else []
    if since:
        rows = wb.reconcile(batch).skipped_by_reason.get("resolved", 0)
        say(asked, as_committed(rows, [f"run {short(run.id)}" for run in since]))
    compared = [total for total in found if total.proven]
    if compared and not any(total.differs for total in compared):
        say(asked, f"The totals are as they were said{', proven by the database' if done else ''}.")


def parts(asked: Asked, wb: "Workbench", batch: Batch) -> None:
    """The figures of a run's parts; and the numbers that the import is known by, where it is known by any."""
    behind = wb.batches.parts(batch)
    if behind:
        title = "Part, as written" if batch.stage == "completed" else "Part"
        made = table(title, "Batch", *(f">{name.capitalize()}" for name in ("processed", *OUTCOMES)))
        for part in behind:
            figures = wb.reconcile(part)
            counts = (getattr(figures, name) for name in ("processed", *OUTCOMES))
            made.add_row(part.dataset, short(part.id), *("" if count is None else f"{count:,}" for count in counts))
        asked.out.print()
        tell(asked, made)
    numbers = wb.figures(batch) if batch.undo_of is None and batch.part_of is None else {}
    if numbers:
        asked.out.print()
        if batch.stage != "completed":
            say(asked, "If it is committed as it is planned:")
        say(asked, *(f"{name}: {number:,}" for name, number in numbers.items()))
        say(asked, *(f"{name} are: {by_number(reasons)}" for name, reasons in wb.made_of(batch).items()))
        for name, values in wb.breakdowns(batch).items():
            say(asked, "", f"{name}:", *(f"  {plain(value)}: {number:,}" for value, number in values.items()))


def resolved(asked: Asked, wb: "Workbench", batch: Batch) -> None:
    """Rows of earlier runs that had been unmatched for want of what this one has brought."""
    brought = wb.batches.resolved_by(batch) if batch.stage == "completed" and batch.undo_of is None else []
    for run in brought:
        say(asked, "")
        brought_in(asked, run)
    written = batch.stage == "completed" and (batch.created or batch.updated)
    for run_id, number in (wb.sweeps.left_waiting() if written else {}).items():
        if run_id != batch.id:  # of itself it says so where it says what is to be done
            say(asked, "")
            can_come_in(asked, run_id, number)


def can_come_in(asked: Asked, run: UUID, number: int) -> None:
    """That rows of a run wait for somebody to bring them in, and how."""
    can = f"{many(number, 'row')} of run {short(run)} can be brought in now, once somebody asks for it:"
    say(asked, can, f"  {asked.again('sweep', short(run))}")


def brought_in(asked: Asked, run: Batch) -> None:
    """What a sweep has brought in."""
    assert run.sweep_of is not None
    are = "is" if run.processed == 1 else "are"
    rows = many(run.processed or 0, "row")
    say(asked, f"{rows} of run {short(run.sweep_of)} {are} unmatched no more, and imported by {short(run.id)}.")


def issues(asked: Asked, wb: "Workbench", batch: Batch) -> None:
    """Every issue of every field with the rows that have it, the first of their lines, and its sentence."""
    found = wb.rows.issues(batch, first=_FIRST) if wb.reconcile(batch).issues_by_code else []
    if not found:
        return
    which = "Lines" if batch.undo_of is None else "Changes"  # an undo has no source, and numbers what it takes back
    made = table("Issue", ">Rows", which, "What is wrong")
    of = sheets(wb, batch)
    for issue in sorted(found, key=lambda issue: -issue["rows"]):
        called = " ".join(filter(None, (issue.get("dataset"), issue["field"])))
        sheet = next((each for each in of if each.dataset == issue.get("dataset")), batch)
        sentence = named(issue["field"], wrong_texts.sentence(wb, sheet, issue), called)
        made.add_row(issue["code"], f"{issue['rows']:,}", first(issue["lines"], issue["rows"]), plain(sentence))
    asked.out.print()
    tell(asked, made)


def meanings(asked: Asked, wb: "Workbench", batch: Batch) -> None:
    """How to say what texts mean that are none of their field's choices, or nothing that it can hold."""
    for sheet in sheets(wb, batch):
        if options := list(wrong_texts.options(wb, sheet)):
            say(asked, "To say what a text means:", *(f"  {option}" for option in options))


def suggestions(asked: Asked, wb: "Workbench", batch: Batch, tenant: str | None = None) -> None:
    """What references that named nothing may have meant, and how it is accepted."""
    for sheet in sheets(wb, batch):
        found = sheet.summary.get("suggestions", ()) if sheet.stage != "staged" else ()
        if not found:
            continue
        means: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for each in found:
            means.setdefault((each["field"], each["means"]), []).append(each)
        say(asked, "")
        for (field, key), texts in list(means.items())[:_SUGGESTED]:
            named = first_texts([each["text"] for each in texts])
            rows_ = many(sum(each["rows"] for each in texts), "row")
            say(asked, f"{field}: {named}: did you mean {key}? {rows_}")
        if len(means) > _SUGGESTED:
            say(asked, f"and {len(means) - _SUGGESTED:,} more, in --json")
        if sheet.stage in ("planned", "held"):
            again = asked.again("correct", short(sheet.id), "--suggested", tenant=tenant)
            say(asked, "To accept that for all these rows:", f"  {again}")
        else:
            maps = (shlex.quote(f"{each['field']}:{each['text']}={each['means']}") for each in found[:_SUGGESTED])
            say(
                asked,
                "To accept that, import these rows again with",
                f"  {' '.join(f'--value-map {one}' for one in maps)}",
            )


def first_texts(texts: Sequence[str]) -> str:
    """The first few of several texts."""
    return ", ".join(texts[:_FIRST]) + (", ..." if len(texts) > _FIRST else "")


def removals(asked: Asked, wb: "Workbench", batch: Batch) -> None:
    """What the file no longer names: how many records, the first of them, and what happens to them."""
    for part in wb.batches.parts(batch):
        removals(asked, wb, part)
    if not batch.removed or wb.batches.parts(batch):
        return
    contract = catalog.contract(batch.dataset)
    done = batch.stage == "completed"
    for action, count in batch.summary["removed"].items():
        verb = ("was" if count == 1 else "were") if done else "will be"
        say(asked, "", f"{many(count, 'record')} that the file does not name {verb} {action}:")
    for removal in wb.rows.removals(batch)[: 2 * _FIRST]:
        said = removal["before"] | removal["called"]
        named = (
            str(said.get(field.name if field.reference else field.target) or "")
            for field in contract.fields[:4]
            if field.stored
        )
        say(asked, f"  {removal['action']}: {', '.join(filter(None, named))}")
    if batch.removed > 2 * _FIRST:
        say(asked, f"  and {batch.removed - 2 * _FIRST:,} more")


def sheets(wb: "Workbench", batch: Batch) -> list[Batch]:
    """The batches whose lines are those of a source: itself, but for a run of several sheets."""
    parts = [part for part in wb.batches.parts(batch) if not part.derived]
    return parts if parts and batch.undo_of is None else [batch]


def outcome(asked: Asked, wb: "Workbench", batch: Batch) -> None:
    """A batch as it stands: its figures, its issues, its log when it is completed, its data docs."""
    asked.out.print()
    if batch.stage != "failed":
        figures(asked, wb, batch)
        totals(asked, wb, batch)
        parts(asked, wb, batch)
        issues(asked, wb, batch)
        meanings(asked, wb, batch)
        suggestions(asked, wb, batch)
        say(asked, *holds.told(batch))
    if batch.undo_of is not None and batch.stage == "planned":  # once it is done its log says what it did
        say(asked, "", *(wb.decided(batch) or ("Nothing is taken back.",)))
        if named := wb.batches.named_since(batch):
            say(asked, named_since(named))
    if batch.stage == "completed":
        asked.out.print()
        say(asked, wb.log(batch).render().rstrip("\n"))
    asked.out.print()
    docs = wb.batches.data_docs(batch)
    what = "Run" if wb.batches.parts(batch) else "Batch"
    say(asked, f"{what}: {batch.id}", *([f"Data docs: {docs.resolve().as_uri()}"] if docs is not None else []))


def first(values: Sequence[int], count: int) -> str:
    """The first few numbers, and that there are more."""
    shown = ", ".join(map(str, values[:_FIRST]))
    return f"{shown}, ..." if count > len(values[:_FIRST]) and shown else shown


def _at(batch: Batch) -> str:
    return (batch.completed_at or batch.planned_at or batch.created_at).isoformat()


def _in_order(batch: Batch) -> dict[str, str]:
    """Header -> field, in the order of the headers."""
    columns = Mapping.from_dict(batch.mapping).columns
    return {header: columns[header] for header in batch.mapped_headers if header in columns}
