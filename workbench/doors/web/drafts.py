"""What somebody has begun and not yet saved, such as the cells typed at Validate: kept under the home, so that it
outlives leaving the page, a reload and a restart.

Cells lie below `drafts/<tenant>/<batch>`, one file a person, and go when they are saved or discarded, or after a month.
A column that carries secrets is kept nowhere.
"""

import hashlib
import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.datasets import catalog
from workbench.model.batch import Batch
from workbench.prepare import mapping
from workbench.settings import Settings
from workbench.sources.kept_files import written

KEPT_DAYS = 30

Cells = dict[int, dict[str, str]]
"""What cells are to be, by line and header."""


@dataclass(frozen=True, kw_only=True)
class Typed:
    """The cells that somebody has typed, and what stood in them when they were."""

    cells: Cells = field(default_factory=dict)
    seen: Cells = field(default_factory=dict)


def kept(configuration: Settings, batch: Batch) -> Typed:
    """What the person of the settings has typed into a batch's cells and not saved."""
    try:
        found = json.loads(_file(configuration, batch).read_text("utf-8"))
        return Typed(cells=_of_batch(batch, found["cells"]), seen=_of_batch(batch, found["seen"]))
    except (OSError, ValueError, TypeError, AttributeError, KeyError):
        return Typed()


def _of_batch(batch: Batch, rows: Any) -> Cells:
    return {int(line): {name: text for name, text in row.items() if name in batch.headers} for line, row in rows}


def keep(configuration: Settings, batch: Batch, typed: Typed) -> None:
    """Keeps these cells, and no others of the same person and batch; raises NoSpace, UnwritableFile."""
    secret = mapping.secrets(batch.headers, catalog.contract(batch.dataset))
    cells, seen = (list(_without(each, secret)) for each in (typed.cells, typed.seen))
    if not cells:
        forget(configuration, batch)
        return
    write(configuration, _file(configuration, batch), {"cells": cells, "seen": seen})


def _without(cells: Mapping[int, Mapping[str, str]], secret: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Cells by line but for those of some columns."""
    for line, row in sorted(cells.items()):
        if rest := {name: text for name, text in row.items() if name not in secret}:
            yield line, rest


def forget(configuration: Settings, batch: Batch) -> None:
    """Forgets what was typed: it is saved, or was discarded."""
    _file(configuration, batch).unlink(missing_ok=True)


def folder(configuration: Settings) -> Path:
    """Where a tenant's drafts lie, each in a folder of its own."""
    return configuration.home / "drafts" / configuration.tenant


def write(configuration: Settings, file: Path, said: Any) -> None:
    """Writes a draft as JSON, whole or not at all, and forgets old ones; raises NoSpace, UnwritableFile."""
    part = file.with_suffix(".part")
    with written(configuration.home):
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _forget_old(folder(configuration))
        part.write_text(json.dumps(said, ensure_ascii=False), "utf-8")
        os.replace(part, file)


def _file(configuration: Settings, batch: Batch) -> Path:
    person = hashlib.sha256(configuration.user.encode()).hexdigest()[:32]
    return folder(configuration) / str(batch.id) / f"{person}.json"


def _forget_old(place: Path) -> None:
    oldest = time.time() - KEPT_DAYS * 86_400
    for file in place.glob("*/*"):
        with suppress(OSError):  # another page was quicker
            if file.stat().st_mtime < oldest:
                file.unlink()
                file.parent.rmdir()
