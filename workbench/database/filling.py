"""A batch filled with its rows: read, mapped, normalized, validated and put into the database, all of them or none."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.database import batches
from workbench.database.progress import Told
from workbench.database.staging import Checked, Staging
from workbench.database.store import Store
from workbench.datasets import catalog
from workbench.model.batch import Batch
from workbench.model.contract import Contract
from workbench.model.errors import DatabaseBusy, DatabaseUnavailable, UnreadableSource, WorkbenchError
from workbench.model.sheet import Chunk, Sheet, Tally
from workbench.model.template import Mapping
from workbench.prepare import mapping
from workbench.prepare.normalize import normalize
from workbench.sources import kept_files, open_sheet

if TYPE_CHECKING:
    from workbench.prepare.validation import Validator


def kept_sheet(home: Path, batch: Batch) -> Sheet:
    """The source of a batch, opened again as it was; raises UnreadableSource when its bytes were not kept, and what
    `open_sheet` raises."""
    path = kept_files.kept(home, batch.id, batch.file_key)
    if path is None:
        raise UnreadableSource(source=batch.file_name, why="its bytes were not kept.")
    title, line = batch.reading["sheet"], batch.reading["header_line"]
    sheet = open_sheet(path, sheet=title, name=batch.file_name)
    if (sheet.headers, sheet.reading.header_line) != (batch.headers, line):  # a person chose the header
        sheet = open_sheet(path, sheet=title, header_row=line, name=batch.file_name)
    if sheet.headers != batch.headers:
        raise UnreadableSource(source=batch.file_name, why="this version of Workbench finds other columns in it.")
    return sheet


def fill(store: Store, home: Path, batch: Batch, progress: Told, sheet: Sheet | None = None) -> Batch:
    """Stages every row of the sheet, or of the kept source; whatever stops it is written down in the batch, and nothing
    else is left. A batch of a page stays as it is when the database was away or busy: its job tries again.

    A batch whose filling was cut short is filled again: what it has of its rows already is the same.
    """
    contract = catalog.contract(batch.dataset)
    with _ending(store, home, batch):
        filled = _fill(store, home, contract, batch, sheet or kept_sheet(home, batch), progress)
        kept_files.give_back(home, batch.id)
        return filled


def _fill(store: Store, home: Path, contract: Contract, batch: Batch, sheet: Sheet, progress: Told) -> Batch:
    began = time.monotonic()
    resolved = Mapping.from_dict(batch.mapping)
    checker = validator(contract, home)
    tally, done = Tally(), 0
    brought: tuple[str, ...] = ()
    again = batch.stage == "staging"
    if not again:
        batches.move(store, batch.id, stage="staging", started_at=datetime.now().astimezone())
    hidden = mapping.secrets(batch.headers, contract)
    with Staging(store, batch.id, contract, hidden=hidden, again=again) as staging:
        for chunk in sheet.chunks(tally):
            normalized = normalize(chunk, contract, resolved, window=batch.window)
            brought = tuple(normalized.values.schema.names)
            staging.add(Checked(chunk=chunk, normalized=normalized, issues=checker.check(normalized).issues))
            progress.rows_expected = progress.rows_expected or _rows_expected(sheet, chunk)
            done += len(chunk)
            progress("staging", done)
        docs = _write_docs(store, home, contract, batch, checker)
    found = batches.staged_figures(store, batch.id) if again else (staging.failed, staging.issues)
    return batches.move(
        store,
        batch.id,
        ("staged", {"rows": done, "failed": found[0]}),
        stage="staged",
        fields=list(brought),
        reading={**batch.reading, "rows": done, "blank_rows": tally.blank_rows},
        summary={
            "rows": done,
            "failed": found[0],
            "issue_counts": found[1],
            "data_docs": docs,
            "seconds_staging": round(time.monotonic() - began, 3),
        },
    )


def validator(contract: Contract, home: Path) -> "Validator":
    """Who asks a contract's suite and the expectations of analysts' own files; raises BrokenSuite."""
    from workbench.derived.expectations import extra_files
    from workbench.model.resources import suites
    from workbench.prepare.validation import Validator  # Great Expectations: only who validates waits for it

    return Validator(contract, extra_files(contract, suites(), home / "expectations"))


def _rows_expected(sheet: Sheet, chunk: Chunk) -> int | None:
    """About how many rows a CSV has, by the bytes of its first ones."""
    if sheet.reading.format != "csv" or not len(chunk):
        return None
    columns = chunk.cells.num_columns
    text = chunk.cells.nbytes - 4 * columns * (len(chunk) + 1)  # beside it stand offsets of four bytes
    width = 2 if (sheet.reading.encoding or "").startswith("utf-16") else 1
    return max(round(sheet.size / width * len(chunk) / (text + columns * len(chunk))), len(chunk))


def _write_docs(store: Store, home: Path, contract: Contract, batch: Batch, checker: "Validator") -> str:
    from workbench.prepare.data_docs import write_data_docs

    key = _docs(store, batch)
    with kept_files.written(home):
        page = write_data_docs(
            home / key,
            contract,
            checker.summary(),
            title=f"{contract.title}: {batch.file_name}",
            facts={"batch": str(batch.id), "file": batch.file_name, "run by": batch.initiated_by},
        )
    return str(key / page.name)


def _docs(store: Store, batch: Batch) -> Path:
    return Path("docs") / str(store.tenant_id) / str(batch.id)


@contextmanager
def _ending(store: Store, home: Path, batch: Batch) -> Iterator[None]:
    try:
        yield
    except (Exception, KeyboardInterrupt) as error:
        if batch.source == "page" and isinstance(error, DatabaseBusy | DatabaseUnavailable):
            raise
        why = str(error) if isinstance(error, WorkbenchError) else f"stopped by {type(error).__name__}"
        batches.fail_quietly(store, batch.id, why)
        shutil.rmtree(home / _docs(store, batch), ignore_errors=True)
        kept_files.give_back(home, batch.id)
        raise
