"""The import log, filled in, and what it tells beside its figures: whether an import is written and stands, what was
decided of it and by whom, and what is still to be done. Sentences for people; of very many lines or texts the first are
named.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain
from typing import Any

from workbench.database import batches, totals
from workbench.database.store import Store
from workbench.datasets import catalog
from workbench.model import lines, lost, outdated
from workbench.model.batch import Batch, kept_by, taken_back
from workbench.model.contract import Field
from workbench.model.control_total import is_of_total
from workbench.model.hold import Hold, contradictions
from workbench.model.import_log import ImportLog
from workbench.model.outdated import Outdated
from workbench.model.person import same_person
from workbench.model.reconciliation import Reconciliation
from workbench.model.salesforce import PREFIX
from workbench.model.sheet import BY_PROGRAM, Layout
from workbench.model.template import HOLDABLE
from workbench.model.template import Mapping as Mapped
from workbench.model.wording import first_of, in_utc, many
from workbench.prepare.cleaning import CLEANED, told_of

_NAMED = 10
"""So many texts, groups and ranges of lines are named of each kind."""
_LOOKED_AT = 200
"""So many lines of a word are looked at, where they do not all follow each other."""
_LONGEST = 300
"""So many characters of a person's reason."""

_NOTHING = "nothing is written"
_STATES = {
    "queued": f"waiting to be read: {_NOTHING}",
    "staging": f"being read: {_NOTHING}",
    "staged": f"not planned yet: {_NOTHING}",
    "planned": f"planned: {_NOTHING}",
    "dry run": f"dry run: {_NOTHING}",
    "held": f"held: {_NOTHING}",
    "failed": f"failed: {_NOTHING}",
}


def log(
    store: Store,
    batch: Batch,
    title: str,
    figures: Reconciliation,
    resolvable: int,
    old: Sequence[Outdated] = (),
) -> ImportLog:
    """The import log of a batch, filled in; `resolvable` are the unmatched rows that can be brought in now, `old` those
    of which a later import has said otherwise."""
    return ImportLog(
        import_type=title if batch.undo_of is None else f"Undo of {title}",
        run_at=batch.completed_at or batch.planned_at or batch.created_at,
        run_by=batch.initiated_by,
        file_name=batch.file_name,
        window=batch.window or "",
        processed=figures.processed,
        created=figures.created,
        updated=figures.updated,
        skipped=figures.skipped,
        unmatched=figures.unmatched,
        invalid=figures.invalid,
        notes=batch.notes,
        follow_ups=batch.follow_ups,
        state=state(store, batch),
        notes_added=(
            *(hold.sentence for hold in contradictions(batch)),
            *decided(store, batch),
            *_by_itself(store, batch),
        ),
        follow_ups_added=(*to_do(batch, figures, resolvable, old), *_gone(store, batch)),
    )


def state(store: Store, batch: Batch) -> str:
    """What is to be known before its figures are read; "" of an import that is written and stands."""
    if batch.undone_by is not None:
        undo = batches.get(store, batch.undone_by)
        return f"undone by {undo.initiated_by}{_when(undo.completed_at)}: {taken_back(undo)}"
    if batch.stage == "discarded":
        return f"discarded by {batch.summary['discarded_by']}: {_NOTHING}"
    if batch.undo_of is not None and batch.state == "dry run":
        return "dry run: nothing is taken back"
    if batch.stage == "failed" and (why := batch.summary.get("error")):
        return f"{_STATES['failed']}: {why.rstrip('.')}"
    return _STATES.get(batch.state, "")


def to_do(batch: Batch, found: Reconciliation, resolvable: int = 0, old: Sequence[Outdated] = ()) -> tuple[str, ...]:
    """What is open, a sentence each; `resolvable` and `old` as for `log`."""
    if batch.undo_of is not None and batch.state == "completed" and (kept := kept_by(batch)):
        return (f"{many(kept, 'record')} kept to be looked at; another undo takes back what has become free by then.",)
    if batch.undo_of is not None or batch.state in ("queued", "staging", "undone", "failed", "discarded"):
        return ()
    return tuple(_to_do(batch, found, resolvable, old))


def _gone(store: Store, batch: Batch) -> Iterator[str]:
    """What is in no record for an import was taken back: of an undo the later files that it is in, of an import what it
    found there then."""
    if batch.undo_of is None:
        if sentence := lost.told(batches.lost(store, batch)):
            yield sentence
    elif batch.state == "completed" and (named := batches.named_since(store, batch)):
        yield lost.named_since(named, done=True)


def _to_do(batch: Batch, found: Reconciliation, resolvable: int, old: Sequence[Outdated]) -> Iterator[str]:
    if batch.stage == "staged":
        yield "Plan it, or discard it."
        return
    if batch.stage != "completed":
        yield "Commit it, or discard it."
        yield from (f"To be decided: {hold.sentence.rstrip('.')}." for hold in Hold.all_of(batch.summary))
    if wrong := found.invalid - found.rejected:
        yield f"{many(wrong, 'invalid row')} to be corrected and imported, or rejected."
    if found.rejected:
        yield f"{many(found.rejected, 'rejected row')} to be sent to whoever owns them."
    if resolvable:
        yield f"{many(resolvable, 'unmatched row')} to be brought in now: workbench sweep {batch.part_of or batch.id}"
    if sentence := outdated.told(old):
        yield sentence
    if waits := found.unmatched - resolvable - sum(len(each.lines) for each in old):
        yield f"{many(waits, 'unmatched row')} to be explained, or imported once what is missing is there."


def decided(store: Store, batch: Batch) -> tuple[str, ...]:
    """What was decided of a batch, or of a run and each of its sheets, by whom and when (in UTC), a sentence each."""
    if batch.undo_of is not None:
        return tuple(_undone(store, batch))
    own = batches.sheets(store, batch)
    if batch.derived or not own:
        return ()
    events = batches.story(store, *{batch.id, *(sheet.id for sheet in own)})
    words = store.all(_WORDS, {"batches": [sheet.id for sheet in own], "named": _NAMED, "looked_at": _LOOKED_AT})
    told = [*_begun(batch), *_let_go_on(batch, events), *_totals(store, batch)]
    for sheet in own:
        said = [row for row in words if row["batch_id"] == sheet.id]
        which = f"{catalog.contract(sheet.dataset).title}: " if sheet != batch else ""
        at_map = chain(_read(sheet), _mapped(store, sheet), _remapped(events, sheet))
        every = chain(at_map, _meant(events, sheet), map(_said, said), _others(said))
        told += [which + sentence for sentence in every]
    return tuple(told)


def _begun(batch: Batch) -> Iterator[str]:
    """The options that hold for the whole import."""
    contract = catalog.CONTRACTS.get(batch.dataset)
    if contract is not None and batch.mode != contract.modes[0]:
        yield f"Mode: {batch.mode}."
    if batch.sweep_of is not None:
        yield f"Brings in rows of run {batch.sweep_of} that were unmatched."


def _let_go_on(batch: Batch, events: list[dict[str, Any]]) -> Iterator[str]:
    """Who committed an import that another person began, and who let it go on, whatever it waited for."""
    done = batch.stage == "completed"
    commit = next((event for event in events if event["action"] == "committed"), None)
    if done and commit is not None and not same_person(commit["actor"], batch.initiated_by):
        yield f"{commit['actor']} committed it{_when(commit['at'])}."
    if done and batch.invalid and "sequence" in batch.summary:
        yield "The good rows went on without the invalid ones, as in every sequence."
    elif done and batch.invalid and commit is not None:
        yield f"{commit['actor']} let the good rows go on without the invalid ones{_when(commit['at'])}."
    for each in batch.summary.get("accepted", ()):
        for hold in Hold.all_of(batch.summary):
            if hold.code == each["code"] and not is_of_total([hold.code]):
                at = datetime.fromisoformat(each["at"])
                yield f"{each['by']} let go on: {hold.sentence.rstrip('.')}{_when(at)}."


def _by_itself(store: Store, batch: Batch) -> Iterator[str]:
    """What a commit did, or will do, that the figures do not show, and that nobody has decided."""
    if batch.undo_of is not None or batch.derived:
        return
    done, behind = batch.stage == "completed", batches.parts(store, batch.id)
    if kept := batch.summary.get("kept"):
        verb = "was" if kept == 1 else "were"
        yield f"{many(kept, 'value')} that people edited since the last import {verb if done else 'will be'} kept."
    for action in ("deactivated", "deleted"):
        counts = (each.summary.get("removed", {}).get(action, 0) for each in (behind or (batch,)))
        if number := sum(counts):
            verb = ("was" if number == 1 else "were") if done else "will be"
            yield f"{many(number, 'record')} that the file no longer names {verb} {action}."


def _totals(store: Store, batch: Batch) -> Iterator[str]:
    """What the file came to beside what was said of it, and who has accepted that it is not the same."""
    for total in totals.told(store, batch):
        said = total.expected
        if said is not None and total.accepted:
            yield f"{total.sentence} {said.accepted_by} accepted it: {_short(said.reason)}{_when(said.accepted_at)}."
        elif said is not None and not total.differs:  # one that differs waits for whoever accepts it
            yield total.sentence


def _short(reason: str | None) -> str:
    return " ".join((reason or "").split())[:_LONGEST].rstrip(".")


def _undone(store: Store, undo: Batch) -> Iterator[str]:
    """What an undo has done, which its figures do not tell apart, and what it has left as it was."""
    for row in store.all(_REVERSED, {"undo": undo.id}):
        yield f"{many(row['rows'], 'record')} {_BACK[row['outcome'], row['reason']]}."
    if number := undo.summary.get("skipped_by_reason", {}).get("undone"):
        yield f"{many(number, 'record')} had been taken back before."
    for reason, why in _KEPT.items():
        if number := undo.summary.get("skipped_by_reason", {}).get(reason):
            yield f"{many(number, 'record')} {why}."


_REVERSED = """
select outcome, reason, count(*)::int as rows from workbench.import_outcome
where batch_id = %(undo)s and outcome in ('created', 'updated') group by 1, 2 order by 1, 2
"""

_BACK = {
    ("updated", "removed"): "that the import had created: removed",
    ("updated", "restored"): "that it had changed or switched off: as before",
    ("created", "restored"): "that it had deleted: made again",
}

_KEPT = {
    "changed": "kept: changed since the import",
    "gone": "of the import no longer there: nothing of it to take back",
    "referenced": "kept: others refer to it",
}


def _read(sheet: Batch) -> Iterator[str]:
    """Which lines of the source are its header and its records, where that is no matter of course."""
    layout = Layout.from_dict(sheet.reading.get("layout") or {})
    by_program = sheet.file_name.startswith(PREFIX) or layout == BY_PROGRAM
    if by_program:  # how it is written is known, and nobody has said it
        layout = replace(layout, header_row=None, keep_lines=(), encoding=None, delimiter=None)
    by = f", as {sheet.initiated_by} said"
    if layout.no_header:
        yield f"The source has no header{by}."
    elif layout.header_row is not None:
        yield f"The header is line {layout.header_row}{by}."
    if layout.keep_lines:
        yield f"Records all the same{by}: {_lines(layout.keep_lines)}."
    if layout.mended:
        yield f"Put right before it was read{by}: {_lines(lines.of(layout.mended))}."
    if layout.stop_line is not None:
        yield f"Not read from line {layout.stop_line} on{by}."
    if layout.encoding or layout.delimiter:
        written = f" as {layout.encoding}" if layout.encoding else ""
        between = _BETWEEN.get(layout.delimiter, layout.delimiter) if layout.delimiter else None
        yield f"Read{written}{f' with {between} between the cells' if between else ''}{by}."
    left: dict[str, list[tuple[int, int]]] = {}
    for each in sheet.reading.get("left_out") or ():
        left.setdefault(each["what"], []).append((each["first"], each["last"]))
    for what, ranges in left.items():
        yield f"Left out ({what}): {_lines(lines.joined(ranges))}."


_BETWEEN = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


def _mapped(store: Store, sheet: Batch) -> Iterator[str]:
    """What was decided of the columns, at Map or in a template."""
    mapped = Mapped.from_dict(sheet.mapping)
    if sheet.template_id is not None:
        named = store.one("select name from workbench.import_template where id = %s", (sheet.template_id,))
        yield f"Template: {named['name']}." if named else "A template that is there no more was used."
    yield from (f"{CLEANED}{step}." for step in told_of(sheet))
    for column in sheet.reading.get("forms", ()):
        if column["by"] in ("person", "template") or column["form"] in _NOT_PLAIN:
            yield f"Read as {column['said']}."
    fields = {field.name: field for field in catalog.contract(sheet.dataset).fields}
    meant = {_title(fields, name): texts for name, texts in mapped.value_maps.items() if texts}
    yield from (f"Meanings: {name}: {_meanings(texts)}." for name, texts in meant.items())
    settings = catalog.settings_told(sheet.dataset, mapped.constants)
    yield from (f"{told}." for told in settings.values())
    for field, text in mapped.constants.items():
        if field not in settings:
            yield f"Where {_title(fields, field)} is blank: {text}."
    by_rule = {name for name, field in fields.items() if field.erases}  # which nobody has decided
    of_columns = (
        ("Columns left out", mapped.left_out),
        ("A blank cell erases", _titles(fields, [name for name in mapped.clears if name not in by_rule])),
        ("A wrong cell costs that cell alone", _titles(fields, mapped.lenient)),
    )
    for what, names in of_columns:
        if names:
            yield f"{what}: {first_of(names, _NAMED, more='other')}."
    repaired = (sheet.summary.get("noticed") or {}).get("repaired", {})
    for field in mapped.repairs:
        yield f"Letters of {_title(fields, field)} repaired: {many(repaired.get(field, 0), 'cell')}."
    if sheet.on_conflict != catalog.contract(sheet.dataset).on_conflict:
        yield f"Of rows with one key the {sheet.on_conflict} counts, by option."
    if mapped.on_edit is not None:
        yield f"What people edited since the last import: {mapped.on_edit}, by option."
    for code in mapped.holds:
        yield f"Waits for a person: {HOLDABLE_IN_WORDS[code]}."


def _titles(fields: Mapping[str, Field], names: Iterable[str]) -> list[str]:
    """What people call fields."""
    return [_title(fields, name) for name in names]


def _title(fields: Mapping[str, Field], name: str) -> str:
    return fields[name].title if name in fields else name.replace("_", " ")


_NOT_PLAIN = ("dmy", "mdy", "comma")
"""The forms that another eye may read otherwise."""

HOLDABLE_IN_WORDS = dict(
    zip(HOLDABLE, ("a row whose id another record has", "a row that gives a record quite another name"), strict=True)
)


def _remapped(events: list[dict[str, Any]], sheet: Batch) -> Iterator[str]:
    """Which columns people have let fill other fields, once the import had been read."""
    for event in events:
        if event["action"] == "remapped" and event["batch_id"] == sheet.id and event["detail"]["columns"]:
            columns = first_of(event["detail"]["columns"], _NAMED, more="other")
            yield f"{event['actor']} mapped otherwise: {columns}{_when(event['at'])}."


def _meant(events: list[dict[str, Any]], sheet: Batch) -> Iterator[str]:
    """What people have said of texts for all rows at once, and nobody has taken back."""
    stands: list[dict[str, Any]] = []
    taken_back: list[dict[str, Any]] = []
    for event in events:
        if event["action"] != "corrected" or event["batch_id"] != sheet.id:
            continue
        if event["detail"].get("taken_back"):
            taken_back += [stands.pop()] if stands else []
        elif event["detail"].get("made_again"):
            stands += [taken_back.pop()] if taken_back else []
        else:
            stands.append(event)
    for event in stands:
        for field, texts in event["detail"].get("means", {}).items():
            called = _title({each.name: each for each in catalog.contract(sheet.dataset).fields}, field)
            told = f"{event['actor']} said what texts mean: {called}: {_meanings(texts)}"
            yield f"{told}{_when(event['at'])}."


def _said(word: Mapping[str, Any]) -> str:
    """What one person has said of rows, or done with them, for one reason."""
    return _SAID[word["what"]].format(
        who=word["who"],
        why=_short(word["why"]),
        rows=many(word["rows"], "row"),
        lines=_ranges(word),
        when=_when(word["since"], word["at"]),
    )


def _when(since: datetime | None, until: datetime | None = None) -> str:
    """When something was said, at the end of a sentence: of several words from the first to the last."""
    times = dict.fromkeys(in_utc(moment) for moment in (since, until) if moment is not None)
    return f", {' to '.join(times)}" if times else ""


_SAID = {
    "corrected": "{who} corrected {rows}: {lines}{when}.",
    "rule": "Of rows with one key the {why} counts, {who} decided{when}.",
    "hold": "Of rows with one key all wait, {who} decided{when}.",
    "chosen": "{who} chose {rows} to count: {lines}{when}.",
    "undecided": "{who} took the choice of {rows} to count back: {lines}{when}.",
    "explained": "{who} explained {rows}: {why} ({lines}){when}.",
    "rejected": "{who} rejected {rows}: {why} ({lines}){when}.",
    "resolved": "{rows}, not written at first, came with run {why} ({lines}){when}.",
}


def _others(words: list[dict[str, Any]]) -> Iterator[str]:
    """That there are more words than are told."""
    for word in {row["what"]: row for row in words}.values():
        if word["groups"] > _NAMED:
            yield f"And {many(word['groups'] - _NAMED, 'more reason')} of rows {word['what']}."


# of every word, decision and correction that counts: who, why, when, how many rows, and the first lines
_WORDS = """
with given as materialized (  -- few, of however many rows
    select e as word from workbench.import_explanation e where e.batch_id = any(%(batches)s)
), word as materialized (
    select b.id as batch_id, (word).line,
           case when (word).resolved_by is not null then 'resolved' when (word).rejected then 'rejected'
                else 'explained' end as what,
           case when (word).resolved_by is null then (word).explained_by end as who,
           coalesce((word).resolved_by::text, (word).reason) as why, (word).explained_at as at
    from given join workbench.import_batch b on b.id = (word).batch_id
    join workbench.import_outcome o on o.batch_id = b.id and o.plan = b.plan and o.line = (word).line
    where workbench.settles(word, o.outcome)
    union all
    select c.batch_id, c.line, 'corrected', c.corrected_by, null, max(c.corrected_at)
    from workbench.import_correction c
    where c.batch_id = any(%(batches)s) and (  -- what was taken back is as it came
        select r.raw from workbench.import_row r where r.batch_id = c.batch_id and r.line = c.line) <> (
        select n.raw from workbench.import_correction n
        where n.batch_id = c.batch_id and n.line = c.line order by n.revision desc limit 1)
    group by c.batch_id, c.line, c.corrected_by
    union all
    select batch_id, coalesce(line, 0),
           case when rule = 'hold' then rule when line is null then 'rule'
                when about = chr(24) then 'undecided' else 'chosen' end, decided_by, rule,
           decided_at
    from (
        select distinct on (batch_id, line) * from workbench.import_decision
        where batch_id = any(%(batches)s) order by batch_id, line, number desc
    ) decision
), said as (
    select batch_id, what, who, why, count(*)::int as rows, min(line) as first, max(line) as last,
           min(at) as since, max(at) as at,
           row_number() over (partition by batch_id, what order by count(*) desc, min(line)) as place,
           (count(*) over (partition by batch_id, what))::int as groups
    from word group by batch_id, what, who, why
)
select said.*, case when last - first >= rows then array(
    select w.line from word w
    where (w.batch_id, w.what) = (said.batch_id, said.what) and w.who is not distinct from said.who
      and w.why is not distinct from said.why
    order by w.line limit %(looked_at)s) end as lines
from said where place <= %(named)s
order by array_position(
    array['corrected', 'rule', 'hold', 'chosen', 'undecided', 'rejected', 'explained', 'resolved'], what), place
"""


def _ranges(word: Mapping[str, Any]) -> str:
    """The lines that a word is of; of very many that do not follow each other, the first."""
    if word["lines"] is None:
        return _lines(((word["first"], word["last"]),))
    return _lines(lines.of(word["lines"]), more=len(word["lines"]) < word["rows"])


def _lines(ranges: Any, *, more: bool = False) -> str:
    """line 3; lines 3, 7-9 and more."""
    shown = [(first, last) for first, last in ranges[:_NAMED]]
    one = not more and len(ranges) == 1 and shown[0][0] == shown[0][1]
    others = " and more" if more or len(ranges) > _NAMED else ""
    return f"line{'' if one else 's'} {lines.written(shown)}{others}"


def meanings(means: Mapping[str, Mapping[str, str]]) -> str:
    """What texts of fields were said to mean, in words."""
    return "; ".join(f"{field}: {_meanings(texts)}" for field, texts in means.items())


def _meanings(texts: Mapping[str, str]) -> str:
    said = [f"'{text}' is " + (f"'{to}'" if to else "nothing") for text, to in texts.items()]
    return first_of(said, _NAMED, more="other")
