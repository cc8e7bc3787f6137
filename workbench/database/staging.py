"""The rows of a source staged: read, mapped, normalized, validated and put into the database, all of them or none."""

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as Pairs
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa

from workbench.database import at_work, batches, known_ids, known_names, recalled, rows, run_parts, totals
from workbench.database.copying import Count, Item, RowWriter
from workbench.database.progress import Reporter
from workbench.database.store import Store
from workbench.datasets import catalog
from workbench.model import files
from workbench.model.batch import Batch, Run
from workbench.model.errors import DatabaseBusy, DatabaseUnavailable, UnreadableSource, WorkbenchError
from workbench.model.issue import counted
from workbench.model.lines import hold
from workbench.model.playbook import Playbook
from workbench.model.sheet import Chunk, Layout, Reading, Sheet, Tally, all_left_out
from workbench.model.template import Mapping
from workbench.prepare import mapping, summary_line
from workbench.prepare.cleaning import Multiplier, as_recipe_says, of_source, refuse_alone
from workbench.prepare.judging import Judge, JudgedRows, JudgedSource, MultiplyingJudge, SourceJudge
from workbench.prepare.known_names import KnownNames
from workbench.prepare.summary_line import OWN_TOTALS, SummaryLine
from workbench.prepare.sums import Sums
from workbench.sources import kept_files, open_sheet


def kept_sheet(home: Path, batch: Batch, *, as_it_came: bool = False) -> Sheet:
    """The source of a batch, opened again as it was and cleaned by the recipe that it was imported with, unless it is
    asked for `as_it_came`; raises UnreadableSource when its bytes were not kept, and what `open_sheet` raises."""
    path = kept_files.kept(home, batch.id, batch.file_key)
    if path is None:
        raise UnreadableSource(source=batch.file_name, why="its bytes were not kept.")
    title, line = batch.reading["sheet"], batch.reading["header_line"]
    layout = Layout.from_dict(batch.reading.get("layout") or {})
    recipe = Mapping.from_dict(batch.mapping).recipe
    sheet = open_sheet(path, sheet=title, layout=layout, name=batch.file_name)
    if as_it_came and recipe is not None:
        return sheet
    sheet = as_recipe_says(sheet, recipe)
    if "layout" not in batch.reading and (sheet.headers, sheet.reading.header_line) != (batch.mapped_headers, line):
        sheet = open_sheet(path, sheet=title, header_row=line, name=batch.file_name)  # as an earlier version kept it
    if sheet.headers != batch.mapped_headers:
        raise UnreadableSource(source=batch.file_name, why="this version of Workbench finds other columns in it.")
    return sheet


def fill(
    store: Store,
    home: Path,
    run: Run,
    progress: Reporter,
    *,
    playbook: Playbook | None = None,
    sheets: Pairs[str, Sheet] | None = None,
) -> Batch:
    """Stages every row of the run's sheets (by their dataset), or of the kept sources, and of the parts that they are
    made into; whatever stops it is written down in the batch, and nothing else is left. A batch of a page stays as it
    is when the database was away or busy: its job tries again.

    A batch whose filling was cut short is filled again: what it has of its rows already is the same.
    """
    with _ending(store, home, run.face):
        given = sheets or {batch.dataset: kept_sheet(home, batch) for batch in run.sheets}
        filled = _fill(store, home, run, progress, playbook, given)
        for batch in run.sheets:
            kept_files.give_back(home, batch.id)
        return filled


def _fill(
    store: Store, home: Path, run: Run, progress: Reporter, playbook: Playbook | None, sheets: Pairs[str, Sheet]
) -> Batch:
    began = time.monotonic()
    again = run.face.stage == "staging"
    if not again:
        with store.transaction():
            for batch in (run.face, *run.parts):
                batches.change(store, batch.id, stage="staging", started_at=datetime.now().astimezone())
    done = 0
    kept: list[_Kept] = []
    with RowWriter(store, again=again) as writer:
        for batch in run.sheets:
            source = of_source(sheets[batch.dataset])
            feeding = _feeding(store, home, run, batch, playbook, source.chunks)
            feeding.source.reading = sheets[batch.dataset].reading
            feeding.source.hidden = bool(feeding.hidden)
            for chunk in feeding.source.records(source):
                for item in feeding.items(chunk):
                    writer.add(item)
                progress.rows_expected = progress.rows_expected or _rows_expected(sheets, chunk)
                done += len(chunk)
                progress("staging", done)
            feeding.end()
            kept += feeding.kept
        for each in kept:
            each.docs = _write_docs(store, home, run, each, kept)
        several = run.face not in run.sheets
        summed = _write_docs(store, home, run, _Kept(batch=run.face, judge=None), kept) if several else None
    seconds = round(time.monotonic() - began, 3)
    with store.transaction():
        for each in kept:
            count = writer.counts[each.batch.id]
            if again:
                count.failed, count.issues = batches.staged_figures(store, each.batch.id)
            if each.summary is not None:
                sums = each.sums.told if each.sums is not None else {}
                said = [*each.summary.expected(catalog.contract(each.batch.dataset), sums)]
                totals.keep(store, each.batch.id, said)
            batches.change(store, each.batch.id, **each.staged(count, seconds))
        if several:
            batches.change(store, run.face.id, **_summed(kept, writer, seconds, summed))
        failed = sum(writer.counts[batch.id].failed for batch in run.sheets)
        store.note("staged", run.face.id, rows=done, failed=failed)
    return batches.get(store, run.face.id)


def restage(store: Store, home: Path, run: Run, playbook: Playbook) -> Run:
    """Makes the parts of a run anew of the source's rows as they count now, after some were corrected, or with what
    there is now beside them.

    Those of before are ended and kept; nobody is shown them any more.
    """
    with store.transaction():
        for part in run.parts:
            batches.change(store, part.id, stage="failed", summary={"replaced": run.face.revision})
    parts = [run_parts.part_anew(run.face, part) for part in run.parts]
    batches.begin(store, *parts, run=run.face.run_id)
    new = batches.run(store, run.face)
    with store.transaction():
        for part in new.parts:
            batches.change(store, part.id, stage="staging", started_at=datetime.now().astimezone())
    feeding = _feeding(store, home, new, new.face, playbook, lambda: rows.chunks(store, new.face))
    with RowWriter(store) as writer:
        for chunk in rows.chunks(store, new.face):
            for item in feeding.items(chunk):
                if item.batch != new.face.id:
                    writer.add(item)
        for each in feeding.kept[1:]:
            each.docs = _write_docs(store, home, new, each, feeding.kept)
    with store.transaction():
        for each in feeding.kept[1:]:
            batches.change(store, each.batch.id, **each.staged(writer.counts[each.batch.id], 0.0))
    return batches.run(store, run.face)


def is_outdated(store: Store, run: Run, playbook: Playbook) -> bool:
    """Whether the parts of a run were made before rows of the source were corrected, or before what they were made with
    was written."""
    if playbook.form is None:
        return False
    recall = recalled.read_when(store, playbook)
    made = [part.summary for part in run.parts if part.stage != "failed"]
    return len(made) < len(playbook.parts) or any(
        each.get("revision") != run.face.revision or each.get("recalled", {}) != recall for each in made
    )


@dataclass(kw_only=True)
class _Kept:
    """A batch that is being filled, and what its rows were found to be."""

    batch: Batch
    judge: Judge | None
    """None for the source's rows of a playbook, which their parts judge."""
    tally: Tally = field(default_factory=Tally)
    brought: tuple[str, ...] = ()
    grouped: bool = False
    """Whether rows of it were made of several of the source's."""
    partial: bool = False
    """Whether rows of it lack what a new record needs."""
    filled: dict[str, int] = field(default_factory=dict)
    """In how many rows each field has something."""
    halves: frozenset[str] = frozenset()
    """The fields that in some rows were joined of a part of their ingredients alone."""
    revision: int = 0
    recalled: dict[str, Any] = field(default_factory=dict)
    """Of when the records are that its rows were made with (see `recalled.read_when`)."""
    docs: str | None = None
    reading: Reading | None = None
    sums: Sums | None = None
    """Of a source: what its fields come to that have a control total."""
    summary: SummaryLine | None = None
    """The line at the end of its source that adds up the others."""
    removed: int = 0
    """The rows that a recipe took out."""
    settled: list[str] = field(default_factory=list)
    """How the reader's sentences begin that take some of them for records that may be none."""
    noticed: dict[str, Any] = field(default_factory=dict)
    """What was noticed of its columns (see `Noticed`)."""
    hidden: bool = False
    """Whether some of its columns carry secrets."""

    @property
    def read(self) -> dict[str, Any]:
        """What the whole reading of its sheet told."""
        known = self.reading or Reading(format="")
        left_out = [each.to_dict() for each in all_left_out(known, self.tally)]
        told: dict[str, Any] = {"blank_rows": self.tally.blank_rows, "left_out": left_out}
        if self.tally.steps:
            told["cleaned"] = [asdict(done) for done in self.tally.steps]
        if self.summary is not None:
            told["left_out"] = [
                {**each, "what": OWN_TOTALS} if each["first"] == each["last"] == self.summary.line else each
                for each in left_out
            ]
            told["warnings"] = [each for each in known.warnings if not each.startswith(self.summary.doubts)]
        if self.settled:
            warnings = told.get("warnings", known.warnings)
            told["warnings"] = [each for each in warnings if not each.startswith(tuple(self.settled))]
        if self.hidden:  # lines as they stand hold what must not be kept
            told["left_out"] = [{**each, "text": ""} for each in told["left_out"]]
            told["layout"] = {**(self.batch.reading.get("layout") or {}), "mended": {}}
        return told

    def records(self, sheet: Sheet) -> Iterator[Chunk]:
        """The rows of its source, but for a last line that adds up the others; those that a recipe took out in chunks
        of their own."""
        held: Chunk | None = None
        before: Chunk | None = None
        for chunk in sheet.chunks(self.tally):
            left, gone = chunk.parted()
            if gone is not None:
                self.removed += len(gone)
                self.settled += summary_line.doubts(sheet.reading.warnings, gone.lines)
                yield gone
            if not len(left):
                continue
            if held is not None:
                yield held
            before, held = held, left
        contract, mapped = catalog.contract(self.batch.dataset), Mapping.from_dict(self.batch.mapping)
        if held is not None and not hold(sheet.reading.layout.records, held.lines[-1].as_py()):
            self.summary = summary_line.last_of(held, contract, mapped, before)
        if self.summary is not None and held is not None:
            self.tally.leave_out(self.summary.line, OWN_TOTALS, self.summary.text)
            self.tally.rows -= 1
            held = held.taken(pa.array(range(len(held) - 1), pa.int32()))
        for note in all_left_out(sheet.reading, self.tally) if self.summary is None else ():
            found = summary_line.of_note(note.first, note.cells, sheet.headers, contract, mapped)
            self.summary = self.summary or found
        if held is not None and len(held):
            yield held

    def note(self, judged: JudgedRows) -> None:
        """Takes in what some of its rows bring."""
        contract = catalog.contract(self.batch.dataset)
        if not self.batch.derived and contract.totals:
            self.sums = self.sums or Sums(contract=contract)
            self.sums.add(judged)
        self.brought = judged.brought
        values = judged.normalized.values
        for name, column in zip(values.schema.names, values.columns, strict=True):
            self.filled[name] = self.filled.get(name, 0) + len(column) - column.null_count
        self.grouped = self.grouped or judged.sources is not None
        self.partial = self.partial or (bool(contract.table) and judged.lacks(contract))
        self.halves |= judged.normalized.halves.keys()

    def staged(self, count: Count, seconds: float) -> dict[str, Any]:
        """What changes of the batch once its rows are there."""
        read = {} if self.batch.derived else {"rows": count.rows, **self.read}
        return {
            "stage": "staged",
            "fields": list(self.brought),
            "reading": {**self.batch.reading, **read},
            "summary": {
                "rows": count.rows,
                "failed": count.failed,
                "issue_counts": count.issues,
                "data_docs": self.docs,
                "noticed": self.noticed,
                "filled": self.filled,
                "seconds_staging": seconds,
                "partial": self.partial,
                "halves": sorted(self.halves),
                **({"filtered": self.removed} if self.removed else {}),
                **({"sums": self.sums.told} if self.sums is not None else {}),
                **({"grouped": self.grouped, "revision": self.revision} if self.batch.derived else {}),
                **({"recalled": self.recalled} if self.recalled else {}),
            },
        }


@dataclass(kw_only=True)
class _Feeding:
    """How a chunk of a source becomes rows of the batches behind it."""

    source: _Kept
    parts: dict[str, _Kept]
    judge: SourceJudge | MultiplyingJudge | None
    hidden: frozenset[str]

    @property
    def kept(self) -> list[_Kept]:
        return [self.source, *self.parts.values()]

    @property
    def noticed(self) -> dict[str, Any]:
        """What was noticed of the source's columns so far."""
        judge = self.judge or self.source.judge
        return judge.noticed.to_dict() if judge is not None else {}

    def items(self, chunk: Chunk) -> Iterator[Item]:
        """The rows of each batch, the source's own first; those that a recipe took out make no part."""
        if chunk.removed is not None:
            yield self._own(chunk)
            return
        if self.judge is not None:
            judged = self.judge.judge(chunk)
        else:
            assert self.source.judge is not None
            judged = JudgedSource(own=self.source.judge.judge(chunk), parts={})
        if judged.gone is not None:
            self.source.removed += len(judged.gone)
            yield self._own(judged.gone)
        self.source.note(judged.own)
        yield self._own(judged.own)
        for dataset, rows_ in judged.parts.items():
            kept = self.parts[dataset]
            kept.note(rows_)
            assert kept.judge is not None
            yield Item(batch=kept.batch.id, contract=kept.judge.contract, rows=rows_, derived=True, hidden=self.hidden)

    def end(self) -> None:
        """Puts to the source what was found of it in all its rows."""
        self.source.noticed = self.noticed
        if isinstance(self.judge, MultiplyingJudge):
            self.judge.multiplier.end()
            self.source.tally.steps = [*self.source.tally.steps, *self.judge.multiplier.done]

    def _own(self, rows_: JudgedRows | Chunk) -> Item:
        contract = catalog.contract(self.source.batch.dataset)
        return Item(batch=self.source.batch.id, contract=contract, rows=rows_, hidden=self.hidden)


def _feeding(
    store: Store,
    home: Path,
    run: Run,
    batch: Batch,
    playbook: Playbook | None,
    chunks: Callable[[], Iterator[Chunk]],
) -> _Feeding:
    hidden = frozenset(mapping.secrets(batch.headers, catalog.contract(batch.dataset)))
    if not run.derived:
        kept = _Kept(batch=batch, judge=judge_of(store, batch, home))
        return _Feeding(source=kept, parts={}, judge=None, hidden=hidden)
    assert playbook is not None
    recall = recalled.read_when(store, playbook)
    parts = {
        part.dataset: _Kept(batch=part, judge=judge_of(store, part, home), revision=run.face.revision, recalled=recall)
        for part in run.parts
    }
    judges = {dataset: each.judge for dataset, each in parts.items() if each.judge is not None}
    source = _source_judge(store, batch, playbook, judges, chunks)
    return _Feeding(source=_Kept(batch=batch, judge=None), parts=parts, judge=source, hidden=hidden)


def judge_source(store: Store, home: Path, batch: Batch, playbook: Playbook | None) -> Callable[[Chunk], JudgedRows]:
    """Judges rows of the source of a batch, as staging did; raises BrokenSuite, and WrongRecipe where what a recipe
    makes of a row hangs on others."""
    if playbook is None or playbook.form is None:
        return judge_of(store, batch, home).judge
    parts = {part.dataset: judge_of(store, part, home) for part in batches.parts(store, batch.id)}
    if playbook.by_recipe:
        refuse_alone(Mapping.from_dict(batch.mapping).recipe)
    source = _source_judge(store, batch, playbook, parts, lambda: rows.chunks(store, batch))
    return lambda chunk: _with_gone(source.judge(chunk))


def _source_judge(
    store: Store,
    batch: Batch,
    playbook: Playbook,
    parts: dict[str, Judge],
    chunks: Callable[[], Iterator[Chunk]],
) -> SourceJudge | MultiplyingJudge:
    """Who judges the rows of a run's source, all of which are `chunks`."""
    mapped = Mapping.from_dict(batch.mapping)
    if playbook.by_recipe:
        assert mapped.recipe is not None
        return MultiplyingJudge(Multiplier(mapped.recipe, batch.headers, chunks), parts[batch.dataset])
    return SourceJudge(playbook, mapped, parts, recalled.known(store, playbook, batch))


def _with_gone(judged: JudgedSource) -> JudgedRows:
    """The rows of a source, with those of which nothing was made, of which there is nothing to say."""
    if judged.gone is None:
        return judged.own
    lines = pa.concat_arrays([judged.own.chunk.lines, judged.gone.lines])
    cells = pa.Table.from_batches([judged.own.chunk.cells, judged.gone.cells]).combine_chunks().to_batches()
    chunk = Chunk(lines=lines, cells=cells[0])
    return replace(judged.own, chunk=chunk, normalized=replace(judged.own.normalized, lines=lines))


def judge_of(store: Store, batch: Batch, home: Path) -> Judge:
    """Who judges the rows of a batch under its own contract; raises BrokenSuite."""
    contract, mapped = catalog.contract(batch.dataset), Mapping.from_dict(batch.mapping)
    known = KnownNames(known_names.spellings(store, contract), mapped)
    ids = known_ids.KnownIds(store, contract).filled
    return Judge(contract, mapped, home, window=batch.window, known=known, ids=ids)


def _summed(kept: Sequence[_Kept], writer: RowWriter, seconds: float, docs: str | None) -> dict[str, Any]:
    """What changes of the batch of a run of several sheets, whose rows are those of its parts."""
    counts = [writer.counts[each.batch.id] for each in kept]
    return {
        "stage": "staged",
        "summary": {
            "rows": sum(count.rows for count in counts),
            "failed": sum(count.failed for count in counts),
            "issue_counts": counted(*(count.issues for count in counts)),
            "data_docs": docs,
            "seconds_staging": seconds,
        },
    }


def _rows_expected(sheets: Pairs[str, Sheet], chunk: Chunk) -> int | None:
    """About how many rows a CSV has, by the bytes of its first ones."""
    sheet, *others = sheets.values()
    if others or sheet.reading.format != "csv" or not len(chunk):
        return None
    columns = chunk.cells.num_columns
    text = chunk.cells.nbytes - 4 * columns * (len(chunk) + 1)  # beside it stand offsets of four bytes
    width = 2 if (sheet.reading.encoding or "").startswith("utf-16") else 1
    taken = max(text + columns * len(chunk), 1)  # what a chunk says of its bytes need not be all of them
    return max(round(sheet.size / width * len(chunk) / taken), len(chunk))


def _write_docs(store: Store, home: Path, run: Run, kept: _Kept, every: Sequence[_Kept]) -> str:
    """The data docs of a batch; those of a run have what was found in every part."""
    from workbench.prepare.data_docs import write_data_docs

    judges = [kept.judge] if kept.judge is not None else [each.judge for each in every if each.judge is not None]
    title = (
        catalog.contract(kept.batch.dataset).title if kept.batch.headers or kept.batch.derived else kept.batch.dataset
    )
    needed = dict.fromkeys(field.name for judge in judges for field in judge.contract.needed)
    asked = {"required of new records": f"{', '.join(needed)}: the plan asks, which knows who is new"} if needed else {}
    key = _docs(store, kept.batch.id)
    with kept_files.written(home):
        page = write_data_docs(
            home / key,
            kept.batch.dataset,
            [finding for judge in judges for finding in judge.summary()],
            title=f"{title}: {kept.batch.file_name}",
            facts={"batch": str(run.face.id), "file": kept.batch.file_name, "run by": kept.batch.initiated_by} | asked,
        )
    return str(key / page.name)


def _docs(store: Store, batch: UUID) -> Path:
    return Path("docs") / str(store.tenant_id) / str(batch)


def recover(store: Store, home: Path) -> None:
    """Gives up what killed programs were staging, and takes away the files they have left; nothing of the living."""
    files.sweep(home / files.UNFINISHED)
    for batch in at_work.recover(store):
        _forget(store, home, batch)
    lent = kept_files.lent(home)
    ended = "select id from workbench.import_batch where id = any(%s) and stage not in ('queued', 'staging')"
    for row in store.all(ended, (lent,)) if lent else ():
        kept_files.give_back(home, row["id"])


def _forget(store: Store, home: Path, batch: UUID) -> None:
    """Takes away the files of a batch that failed."""
    for each in (batch, *(part.id for part in batches.find(store, "part_of = %(batch)s", {"batch": batch}, 1000))):
        shutil.rmtree(home / _docs(store, each), ignore_errors=True)
        kept_files.give_back(home, each)


@contextmanager
def _ending(store: Store, home: Path, batch: Batch) -> Iterator[None]:
    try:
        yield
    except (Exception, KeyboardInterrupt) as error:
        if batch.source == "page" and isinstance(error, DatabaseBusy | DatabaseUnavailable):
            raise
        why = str(error) if isinstance(error, WorkbenchError) else f"stopped by {type(error).__name__}"
        batches.fail_quietly(store, batch.id, why)
        with suppress(WorkbenchError):  # the database may be what failed; the next program takes them away
            _forget(store, home, batch.id)
        raise
