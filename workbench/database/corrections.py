"""Rows that a person put right after they were staged, checked again.

They are kept beside the source's own, with who and when; the line stays what it was. A plan that did not know of them
no longer holds.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Mapping as Pairs
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import numpy as np
from psycopg.types.json import Jsonb

from workbench.database import at_work, batches, corrected_rows, paging, remapped, story, templates
from workbench.database.copying import COPY, INCOMING, Item, copy_lines
from workbench.database.corrected_rows import LAST_CORRECTION
from workbench.database.planning import suggestions
from workbench.database.progress import Progress, reporting, silent
from workbench.database.remapped import Remapped
from workbench.database.staging import judge_source
from workbench.database.store import Store
from workbench.database.templates import Templates
from workbench.database.unsaid_texts import UnsaidTexts
from workbench.datasets import catalog
from workbench.model import said_texts
from workbench.model.batch import Batch, Run
from workbench.model.errors import CorrectedSince, MadeIntoParts, NoEdit, RemovedRows, WrongStage
from workbench.model.issue import counted
from workbench.model.playbook import Playbook, PlaybookOf
from workbench.model.row_query import EVERY_ROW, RowQuery
from workbench.model.sheet import Chunk, Sheet
from workbench.model.stayed import Stayed
from workbench.model.wording import first_of, many
from workbench.prepare import mapping

_OPEN = ("staged", "planned", "held")
_KEPT_EDITS = 100
"""So many edits can be taken back, one after the other."""

Step = Literal["taken_back", "made_again"]
"""What becomes of an earlier edit."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """Who corrects: a job of the queue, by its number, or somebody who waits for it (None)."""

    number: int | None = None
    progress: Progress = silent

    @property
    def noted(self) -> dict[str, int]:
        """What the story says of it."""
        return {} if self.number is None else {"job": self.number}


AT_ONCE = Job()


def correct(  # noqa: PLR0913, PLR0915
    store: Store,
    home: Path,
    run: Run,
    batch: Batch,
    rows: Iterable[Chunk],
    playbook: Playbook | None,
    *,
    means: Pairs[str, Pairs[str, str]] | None = None,
    said: str = "",
    step: Step | None = None,
    mapped: Remapped | None = None,
    job: Job = AT_ONCE,
    also: Callable[[], None] = lambda: None,
) -> Batch:
    """Keeps those of the given rows that differ from what counts now, all or none, and takes the batch back to staged;
    `means` is what somebody has said of texts for it ({field: {text: meaning}}), `said` the edit in words, and `step`
    whether it takes an earlier edit back, or makes one again that was taken back. Where it is `mapped` otherwise, every
    row is kept as that reads it. The `job` that does it is told how far it is, and stands in
    the story; `also` is done with it or not at all.

    Under a playbook they are judged by the parts that they are made into, which are made anew with the next plan.
    Raises WrongStage, and what making the `rows` raises, which is done within the transaction.
    """
    if batch.undo_of is not None or batch.stage not in _OPEN:
        stage = batch.stage if batch.undo_of is None else "an undo"
        raise WrongStage(batch=batch.id, stage=stage, action="correcting", needed="staged, planned or held")
    contract = catalog.contract(batch.dataset)
    under = batch if mapped is None else replace(batch, mapping=mapped.mapping.to_dict())
    judge = judge_source(store, home, under, playbook)
    hidden = frozenset(mapping.secrets(batch.headers, contract))
    which = {"batch": batch.id, "tenant": store.tenant_id, "revision": batch.revision + 1, "user": store.user}
    opened = {**which, "mapping": Jsonb(under.mapping)}
    kept, lines = 0, list[int]()
    failed, counts = batch.summary["failed"], batch.summary["issue_counts"]
    corrected, done = batch.summary.get("corrected", 0), 0
    partial, halves = batch.summary.get("partial", False), set(batch.summary.get("halves", ()))
    unsaid = UnsaidTexts(batch)
    if mapped is not None:
        partial, halves = False, set()
    with store.transaction(batch.id) as connection:
        connection.execute(INCOMING)
        for chunk in rows:
            job.progress("correcting", done)
            done += len(chunk)
            judged = judge(chunk)
            item = Item(batch=batch.id, contract=contract, rows=judged, hidden=hidden)
            partial = partial or (bool(contract.table) and judged.lacks(contract))
            halves |= judged.normalized.halves.keys()
            if mapped is not None:
                mapped.note(judged)
            with connection.cursor() as cursor, cursor.copy(COPY) as copy:
                copy.write(copy_lines(item)[0])
            if mapped is None and connection.execute(_FORGET_SAME, which).rowcount == len(chunk):
                continue
            if gone := connection.execute(_REMOVED, which).fetchall():
                raise RemovedRows(batch=batch.id, lines=_told([row["line"] for row in gone]))
            unsaid.correct(connection)
            was, now = (_figures(connection.execute(each, which).fetchall()) for each in (_WAS, _NOW))
            failed += now[0] - was[0]
            counts = counted(counts, now[1], ({**each, "rows": -each["rows"]} for each in was[1]))
            if not kept:
                connection.execute(_OPEN_AGAIN, opened)
            corrected += sum(row["more"] for row in connection.execute(_DIFFER, which))
            these = [row["line"] for row in connection.execute(_KEEP, which)]
            kept, lines = kept + len(these), sorted([*lines, *these])[:_NOTED]
            connection.execute("truncate incoming")
        also()
        if not kept:
            return batch
        figures = {"failed": failed, "issue_counts": counts, "partial": partial, "halves": sorted(halves)}
        figures |= {"corrected": corrected, "noticed": unsaid.noticed}
        edit = {"revision": batch.revision + 1, "rows": kept, "by": store.user, "said": said}
        edit |= {"mapped": mapped.edit(batch)} if mapped is not None else {}
        batches.change(store, batch.id, summary={**figures, "edits": _edits(batch, edit, step)})
        if run.face.id != batch.id:  # one of several sheets: the run's plan no longer holds either
            of_run = {"batch": run.face.id, "revision": run.face.revision + 1, "mapping": Jsonb(run.face.mapping)}
            connection.execute(_OPEN_AGAIN, of_run)
            connection.execute(_SUM, {"run": run.face.id})
        if mapped is not None:
            batches.change(store, batch.id, **mapped.changes(batch))
            again = {step: True} if step else {}
            store.note("remapped", batch.id, rows=kept, columns=mapped.told(batch), **again, **job.noted)
            return batches.get(store, batch.id)
        more: dict[str, Any] = {"means": means} if means else {}
        more |= {step: True} if step else {}
        store.note("corrected", batch.id, rows=kept, lines=lines, **more, **job.noted)
    return batches.get(store, batch.id)


def _edits(batch: Batch, edit: dict[str, Any], step: Step | None) -> dict[str, list[dict[str, Any]]]:
    """The edits of a batch that stand, and those that were taken back and can be made again, the last at the end."""
    done, undone = (list(batch.summary.get("edits", {}).get(name, ())) for name in ("done", "undone"))
    if step == "taken_back":
        return {"done": done[:-1], "undone": [*undone, done[-1]]}
    if step == "made_again":
        *left, last = undone
        again = edit | {name: last[name] for name in ("said", "mapped") if name in last}
        return {"done": [*done, again], "undone": left}
    return {"done": [*done, edit][-_KEPT_EDITS:], "undone": []}


def last_edit(batch: Batch, step: Step) -> dict[str, Any] | None:
    """The edit that would be taken back, or made again: revision, rows, by, said; None where there is none."""
    edits = batch.summary.get("edits", {}).get("done" if step == "taken_back" else "undone", ())
    return dict(edits[-1]) if edits else None


def _told(lines: Sequence[int]) -> str:
    """The first of some lines, in words."""
    more = " and more" if len(lines) > _NAMED else ""
    return f"Line{'' if len(lines) == 1 else 's'} {', '.join(map(str, lines[:_NAMED]))}{more}"


_NAMED = 20
"""So many lines are named."""
_NOTED = 100
"""So many lines stand in the story."""


def _figures(rows: Iterable[dict[str, Any]]) -> tuple[int, list[dict[str, Any]]]:
    """How many rows are invalid, and their issues by kind."""
    kinds = list(rows)
    return sum(each["rows"] for each in kinds if each["code"] is None), [each for each in kinds if each["code"]]


_DONE = """
select from workbench.audit_log where batch_id = %(batch)s and detail ->> 'job' = %(job)s::text
"""

_OF_THEM = f"""
incoming i join workbench.import_row r on r.batch_id = %(batch)s and r.line = i.line {LAST_CORRECTION}
"""

_FORGET_SAME = f"""
delete from incoming using (select r.line, coalesce(c.raw, r.raw) as raw from {_OF_THEM}) now
where now.line = incoming.line and now.raw = incoming.raw
"""

_REMOVED = """
select r.line from workbench.import_row r join incoming i using (line)
where r.batch_id = %(batch)s and r.status = 'skipped' order by r.line limit 21
"""

_OPEN_AGAIN = """
update workbench.import_batch set stage = 'staged', revision = %(revision)s, mapping = %(mapping)s, planned_at = null,
    processed = null, created = null, updated = null, skipped = null, unmatched = null, invalid = null, removed = 0,
    summary = summary || '{"skipped_by_reason": {}, "unmatched_by_kind": {}, "issues_by_code": {}, "removed": {}}'
where id = %(batch)s
"""

_KEEP = """
insert into workbench.import_correction
    (tenant_id, batch_id, line, revision, external_key, raw, payload, status, errors, corrected_by)
select %(tenant)s, %(batch)s, line, %(revision)s, external_key, raw, payload::jsonb, status, errors::jsonb, %(user)s
from incoming returning line
"""

_DIFFER = f"""
select count(*) filter (where i.raw <> r.raw) - count(*) filter (where c.raw <> r.raw) as more from {_OF_THEM}
"""
"""How many rows more than before differ from what came."""

_SUM = """
update workbench.import_batch set summary = summary || jsonb_build_object('failed',
    (select sum((summary ->> 'failed')::integer) from workbench.import_batch where part_of = %(run)s))
where id = %(run)s
"""

_COUNTED = """
with counted as materialized ({})
select null as code, null as field, null as severity, null as message, count(*)::int as rows
from counted where status = 'failed'
union all
select issue ->> 'code', issue ->> 'field', issue ->> 'severity', min(issue ->> 'message'), count(distinct line)::int
from counted, jsonb_array_elements(errors) issue group by 1, 2, 3
"""
_NOW = _COUNTED.format("select line, status, errors::jsonb as errors from incoming")
_WAS = _COUNTED.format(
    "select r.line, coalesce(c.status, r.status) as status, "
    f"case when c.line is null then r.errors else c.errors end as errors from {_OF_THEM}"
)


class Corrections:
    """Corrections of rows that were staged and are not committed yet: `Workbench.corrections`."""

    def __init__(self, store: Store, home: Path, playbook_of: PlaybookOf, job: Job = AT_ONCE) -> None:
        self._store = store
        self._home = home
        self._playbook_of = playbook_of
        self._job = job

    def of_job(self, number: int, progress: Progress) -> "Corrections":
        """The same, done by a job that is told how far it is, and that `was_done` knows of."""
        return Corrections(self._store, self._home, self._playbook_of, Job(number=number, progress=progress))

    def was_done(self, batch: Batch | UUID | str) -> bool:
        """Whether the job has corrected the batch before: it may be begun anew when its worker dies."""
        of = batches.get(self._store, batch).id
        return self._store.one(_DONE, {"batch": of, "job": self._job.number}) is not None

    def correct(
        self,
        batch: Batch | UUID | str,
        cells: Pairs[int, Pairs[str, str | None]],
        *,
        seen: Pairs[int, Pairs[str, str]] | None = None,
    ) -> Batch:
        """Puts cells of a batch right that is not committed yet ({line: {header: text}}) and checks their rows again.

        The source's own rows stay beside them, with who corrected them and when. A batch that was planned needs a plan
        again. In a run of several sheets it is the sheet's batch that is corrected. `seen` is what whoever corrects saw
        in those cells ({line: {header: text}}): where another has changed one since, and not to the same, nothing is
        corrected. Raises WrongStage, UnknownHeader, UnknownRows, ChangedMeanwhile, NotText, HalfCharacter.
        """
        for line, row in cells.items():
            said_texts.check(f"What cells of line {line} are to be", row)
        with at_work.on(self._store, batch, "correcting", sheets=True) as run:
            found = batches.one_sheet(self._store, batch)
            rows = corrected_rows.by_line(self._store, found, cells, seen)
            said = many(sum(map(len, cells.values())), "cell")
            return self._corrected(run, found, rows, said=said)

    def fill_cells(
        self,
        batch: Batch | UUID | str,
        header: str,
        text: str,
        *,
        instead_of: str | None = None,
        lines: Sequence[int] | None = None,
        query: RowQuery = EVERY_ROW,
        seen: int | None = None,
    ) -> Batch:
        """As `correct`, with one text in the column of a header in many rows at once: those on some lines, or all that
        are asked for, as `rows.page` finds them; `instead_of` another text where a cell has it, else of the whole cell.
        `seen` is the revision of the batch that whoever corrects has looked at: where another has changed one of those
        cells since, nothing is corrected. Raises WrongStage, UnknownHeader, UnknownRows, ChangedMeanwhile."""
        with at_work.on(self._store, batch, "correcting", sheets=True) as run:
            found = batches.one_sheet(self._store, batch)
            which = paging.every_line(self._store, found, query) if lines is None else np.array(lines, np.int64)
            rows = corrected_rows.filled(self._store, found, which, header, text, instead_of, seen)
            of = f"'{instead_of}' in {header}" if instead_of is not None else header
            return self._corrected(run, found, rows, said=f"{of}: '{text}'" if text else f"{of}: nothing")

    def correct_from(
        self,
        batch: Batch | UUID | str,
        sheet: Sheet,
        *,
        overwrite: bool = False,
        every_cell: bool = False,
        stayed: Stayed | None = None,
    ) -> Batch:
        """As `correct`, with a file that `rows.save` wrote of the batch's rows and that comes back corrected.

        Rows and columns may be missing, and stay as they are; so do cells that were corrected here since the file was
        written, and not in it. Where a cell was corrected in both, and not to the same, nothing is, unless the file is
        to `overwrite` it. `every_cell` lets the file count in all its cells, also where it says what it was written
        with and another has corrected that since; else `stayed` is told of those. Raises WrongStage, WrongReturn,
        UncalculatedReturn, NoRows, ChangedMeanwhile, UnreadableSheet.
        """
        with at_work.on(self._store, batch, "correcting", sheets=True) as run:
            found = batches.one_sheet(self._store, batch)
            rows = corrected_rows.returned(
                self._store, found, sheet, overwrite=overwrite, every_cell=every_cell, stayed=stayed
            )
            return self._corrected(run, found, rows, said=f"the file {sheet.name}")

    def mean(
        self,
        batch: Batch | UUID | str,
        value_maps: Pairs[str, Pairs[str, str]] | None = None,
        *,
        remember: bool = False,
        seen: int | None = None,
    ) -> Batch:
        """Corrects every row of a batch at once in which a field has one of those texts ({field: {text: meaning}}), as
        `correct` does; without any, what the last plan suggests for references that named nothing.

        `remember` lets the template of the batch, if it has one, know it for the next time; `seen` is as in
        `fill_cells`. Raises WrongStage, UnknownField, TemplateTaken, ChangedMeanwhile, NotText, HalfCharacter.
        """
        said_texts.check_value_maps(value_maps)
        with at_work.on(self._store, batch, "correcting", sheets=True) as run:
            found, playbook = batches.one_sheet(self._store, batch), self._playbook_of(run.face)
            means = value_maps if value_maps is not None else suggestions.meanings(found)
            rows = corrected_rows.meant(self._store, found, means, playbook, seen)
            also = partial(self._remember, found, means) if remember and found.template_id else lambda: None
            return self._corrected(run, found, rows, means=means, said=story.meanings(means), also=also)

    def _remember(self, batch: Batch, means: Pairs[str, Pairs[str, str]]) -> None:
        """Lets the template of a batch know what texts mean."""
        kept = templates.get(self._store, str(batch.template_id))
        said = kept.mapping
        known = {name: {text: to for text, to in of.items() if text} for name, of in means.items()}
        maps = {n: {**said.value_maps.get(n, {}), **known.get(n, {})} for n in (*said.value_maps, *known)}
        Templates(self._store).update(kept.id, replace(said, value_maps=maps), seen=kept)

    def remap(
        self,
        batch: Batch | UUID | str,
        columns: Pairs[str, str],
        *,
        value_maps: Pairs[str, Pairs[str, str]] | None = None,
        forms: Pairs[str, str] | None = None,
    ) -> Batch:
        """Lets columns of a batch that is not written yet fill other fields ({header: field}, "" for none), and says
        what texts mean there and in which form fields are written ({field: form}); every row is checked again, and
        needs a plan again. Who changed it stays in the batch's story. Raises WrongStage, MadeIntoParts under a playbook
        that makes several datasets of a row, NotText, HalfCharacter, and what `mapping.resolve` raises.
        """
        said_texts.check("What is said of columns", columns)
        said_texts.check("How fields are written", forms)
        said_texts.check_value_maps(value_maps)
        with at_work.on(self._store, batch, "mapping", sheets=True) as run:
            found, playbook = batches.one_sheet(self._store, batch), self._playbook_of(run.face)
            if playbook is not None and playbook.form is not None:
                made_by = "its recipe" if found.multiplies else playbook.title
                raise MadeIntoParts(batch=found.id, playbook=made_by)
            mapped = remapped.remapped(self._store, found, columns, value_maps, forms, self._job.progress)
            said = "mapped otherwise: " + (first_of(mapped.told(found), _NAMED) or "what texts mean")
            return self._corrected(run, found, corrected_rows.every(self._store, found), mapped=mapped, said=said)

    def take_back(self, batch: Batch | UUID | str, *, seen: int | None = None) -> Batch:
        """Takes the last edit of a batch back that stands, of its cells or of what its columns fill; its rows are
        checked again as they were before. What was corrected, and that it was taken back, stays on record. `seen` is
        the revision of the batch in which somebody saw that edit. Raises WrongStage, NoEdit, CorrectedSince."""
        return self._again(batch, "taken_back", corrected_rows.as_before, seen)

    def make_again(self, batch: Batch | UUID | str, *, seen: int | None = None) -> Batch:
        """Makes the edit again that was taken back last, as long as nothing else was corrected since; `seen` as for
        that. Raises WrongStage, NoEdit, CorrectedSince."""
        return self._again(batch, "made_again", corrected_rows.as_edited, seen)

    def _again(
        self,
        batch: Batch | UUID | str,
        step: Step,
        rows: Callable[[Store, Batch, int], Iterator[Chunk]],
        seen: int | None,
    ) -> Batch:
        with at_work.on(self._store, batch, "correcting", sheets=True) as run:
            found = batches.one_sheet(self._store, batch)
            edit = last_edit(found, step)
            if edit is None:
                raise NoEdit(batch=found.id, step="taken back" if step == "taken_back" else "made again")
            edits = found.summary["edits"]
            if seen is not None and found.revision != seen:
                last = max((*edits.get("done", ()), *edits.get("undone", ())), key=lambda each: int(each["revision"]))
                raise CorrectedSince(batch=found.id, by=last["by"], said=last["said"])
            if kept := edit.get("mapped"):  # the cells are as they are, and mean something else
                mapped = remapped.again(found, kept["before" if step == "taken_back" else "after"])
                return self._corrected(run, found, corrected_rows.every(self._store, found), step=step, mapped=mapped)
            return self._corrected(run, found, rows(self._store, found, edit["revision"]), step=step)

    def _corrected(self, run: Run, batch: Batch, rows: Iterator[Chunk], **more: Any) -> Batch:
        expected = batch.summary.get("rows") if "mapped" in more else None
        with reporting(self._store, run.face.id, self._job.progress, expected) as reporter:
            job = replace(self._job, progress=reporter)
            return correct(self._store, self._home, run, batch, rows, self._playbook_of(run.face), job=job, **more)
