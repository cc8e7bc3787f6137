"""What somebody has begun and not yet saved, such as the cells typed at Validate: kept under the home, so that it
outlives leaving the page, a reload and a restart.

Cells lie below `drafts/<tenant>/<batch>`, one file a person, and go when they are saved or discarded, or after a month.
A column that carries secrets is kept nowhere.
"""

import hashlib
import json
import os
import time
from collections.abc import Mapping
from contextlib import suppress
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


def kept(configuration: Settings, batch: Batch) -> Cells:
    """What the person of the settings has typed into a batch's cells and not saved."""
    try:
        found = json.loads(_file(configuration, batch).read_text("utf-8"))
        return {int(line): {name: text for name, text in row.items() if name in batch.headers} for line, row in found}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def keep(configuration: Settings, batch: Batch, cells: Mapping[int, Mapping[str, str]]) -> None:
    """Keeps these cells, and no others of the same person and batch; raises NoSpace, UnwritableFile."""
    secret = mapping.secrets(batch.headers, catalog.contract(batch.dataset))
    said = {line: {name: text for name, text in row.items() if name not in secret} for line, row in cells.items()}
    rows = [(line, row) for line, row in sorted(said.items()) if row]
    if not rows:
        forget(configuration, batch)
        return
    write(configuration, _file(configuration, batch), rows)


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
