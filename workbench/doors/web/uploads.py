"""Files that somebody uploaded to import them: kept under the home, so that they outlive a reload and a restart.

They lie below `uploads/<tenant>`, addressed by their SHA-256, and go after a week; what an import has used is kept as
evidence elsewhere (`keeping`).
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from workbench.model import files
from workbench.model.batch import Batch
from workbench.model.contract import Contract
from workbench.model.errors import UnknownUpload, WorkbenchError
from workbench.model.package import Package
from workbench.model.sheet import Chunk, Layout, Sheet
from workbench.playbooks import loads, of_package
from workbench.prepare import mapping
from workbench.prepare.recognition import is_header
from workbench.settings import Settings
from workbench.sources import archive, headed, is_packed, open_sheet, open_sheets
from workbench.sources import lines_around as lines_beside
from workbench.sources.csv_writer import write_csv
from workbench.sources.kept_files import written

KEPT_DAYS = 7
TYPES = [*archive.TABLES, "zip"]
"""The endings of the names of files that are worth uploading."""

_BLOCK = 1 << 20
_ID = re.compile(r"[0-9a-f]{64}")
_NAME_LIMIT = 200


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file that was uploaded."""

    id: str
    """The SHA-256 of its bytes, hexadecimal."""
    name: str
    """What the person who uploaded it last calls it."""
    size: int
    by: str
    at: datetime
    batches: tuple[str, ...] = ()
    """The imports that were made of it."""
    kinds: Mapping[str, str | None] = field(default_factory=dict)
    """What somebody said that its sheets are, by their names; "" is left out, None is still to be said."""
    templates: Mapping[str, str] = field(default_factory=dict)
    """The template that somebody chose for a sheet, by the sheet's name: its id, or that there is none."""
    goes_on: bool = False
    """Whether there are sheets that are still to be imported."""


def receive(configuration: Settings, name: str, file: IO[bytes]) -> tuple[list[Upload], tuple[str, ...]]:
    """Keeps a file, or each table of a ZIP archive, and the names of what else the archive holds; an archive that is
    plainly a playbook's own, or whose files are of several playbooks, is kept whole.

    `file` can be read from any place. Raises NoSpace, UnwritableFile and, for an archive that is none or is not safe to
    unpack, UnreadableSource.
    """
    if not archive.is_archive(file):
        return [keep(configuration, name, file)], ()
    with archive.opened(file, name) as found:
        package = Package(name=name, checksum="", size=0, members=found.members)
        if of_package(package) is not None:
            file.seek(0)
            return [keep(configuration, name, file)], ()
        file.seek(0)
        whole = keep(configuration, name, file)
        if _in_turn(configuration, whole):
            return [whole], found.others
        if not whole.batches:
            forget(configuration, whole.id)
        return [_keep(configuration, part, blocks) for part, blocks in found.tables()], found.others


def _in_turn(configuration: Settings, whole: Upload) -> bool:
    """Whether the files of an archive are of several playbooks of one family: then they belong together."""
    try:
        found = loads.of_sheets(every_sheet(configuration, whole.id))
    except WorkbenchError:
        return False
    return found.several


def keep(configuration: Settings, name: str, file: IO[bytes]) -> Upload:
    """Keeps the bytes of a file, once however often they are uploaded, and forgets uploads that are too old.

    Raises NoSpace and UnwritableFile, leaving nothing half-written.
    """
    return _keep(configuration, name, iter(partial(file.read, _BLOCK), b""))


def _keep(configuration: Settings, name: str, blocks: Iterable[bytes]) -> Upload:
    folder, home = _folder(configuration), configuration.home
    digest = hashlib.sha256()
    with written(home):
        _forget_old(files.private(folder))
        with files.whole(home, lambda: folder / digest.hexdigest(), once=True) as copy:
            for block in blocks:
                digest.update(block)
                copy.write(block)
    target = folder / digest.hexdigest()
    known = _facts(target)
    facts = {
        "name": _plain(name),
        "by": configuration.user,
        "at": datetime.now(UTC).isoformat(),
        "batches": known.get("batches", []),
        "kinds": known.get("kinds", {}),
        "templates": known.get("templates", {}),
        "goes_on": known.get("goes_on", False),
    }
    _write_facts(configuration, target, facts)
    return _upload(target, facts)


def get(configuration: Settings, upload: str) -> Upload:
    """An upload by its id; raises UnknownUpload."""
    target = _folder(configuration) / upload
    facts = _facts(target) if _ID.fullmatch(upload) else {}
    if not facts or not target.exists():
        raise UnknownUpload(upload=upload[:12], days=KEPT_DAYS)
    return _upload(target, facts)


def opened(configuration: Settings, upload: str, *, sheet: str | None = None, layout: Layout | None = None) -> Sheet:
    """The sheet of an upload; raises UnknownUpload, and what `open_sheet` raises."""
    found = get(configuration, upload)
    path = _folder(configuration) / found.id
    return headed(open_sheet(path, sheet=sheet, layout=layout or Layout(), name=found.name), is_header)


def lines_around(
    configuration: Settings, upload: str, line: int, layout: Layout, number: int = 3
) -> list[tuple[int, str]]:
    """The lines of an upload beside one, as they stand; raises UnknownUpload."""
    return lines_beside(_folder(configuration) / get(configuration, upload).id, line, layout=layout, number=number)


def every_sheet(configuration: Settings, upload: str) -> list[Sheet]:
    """The sheets of an upload that are not empty; raises UnknownUpload, and what `open_sheet` raises."""
    found = get(configuration, upload)
    given = open_sheets(_folder(configuration) / found.id, name=found.name)
    return [headed(each, is_header) for each in given] if len(given) > 1 else given


def is_whole(configuration: Settings, upload: str) -> bool:
    """Whether an upload is an archive that was kept whole; raises UnknownUpload."""
    return is_packed(_folder(configuration) / get(configuration, upload).id)


def waiting(configuration: Settings) -> list[Upload]:
    """The uploads that nobody has imported yet, or not all of their sheets, newest first."""
    found = [upload for upload in _all(_folder(configuration)) if upload.goes_on or not upload.batches]
    return sorted(found, key=lambda upload: upload.at, reverse=True)


def say(configuration: Settings, upload: str, kinds: Mapping[str, str | None]) -> None:
    """Notes what somebody says that the sheets of an upload are; raises UnknownUpload."""
    target = _folder(configuration) / get(configuration, upload).id
    _write_facts(configuration, target, _facts(target) | {"kinds": dict(kinds)})


def choose_template(configuration: Settings, upload: str, sheet: str, template: str) -> None:
    """Notes which template somebody chose for a sheet of an upload; raises UnknownUpload."""
    found = get(configuration, upload)
    target = _folder(configuration) / found.id
    _write_facts(configuration, target, _facts(target) | {"templates": {**found.templates, sheet: template}})


def of_batch(configuration: Settings, batch: Batch) -> Upload | None:
    """The upload of which an import was made that has sheets which are still to be imported; None where there is
    none."""
    found = (upload for upload in _all(_folder(configuration)) if upload.goes_on)
    return next((upload for upload in found if str(batch.id) in upload.batches), None)


def made_into(configuration: Settings, batch: Batch) -> Upload | None:
    """The upload of which an import was made, as long as it is kept."""
    return next((upload for upload in _all(_folder(configuration)) if str(batch.id) in upload.batches), None)


def begun(configuration: Settings, upload: str, batch: Batch, *, goes_on: bool = False) -> None:
    """Notes that an import was made of an upload, and whether sheets of it are still to be imported; one whose bytes
    are not to be kept, for its secrets, is forgotten as soon as none is."""
    found = get(configuration, upload)
    target = _folder(configuration) / found.id
    known = _facts(target)
    unkept = known.get("unkept", False) or batch.file_key is None
    if unkept and not goes_on:
        forget(configuration, upload)
    else:
        facts = {"batches": [*found.batches, str(batch.id)], "goes_on": goes_on, "unkept": unkept}
        _write_facts(configuration, target, known | facts)


def forget(configuration: Settings, upload: str) -> None:
    """Removes an upload; raises UnknownUpload."""
    target = _folder(configuration) / get(configuration, upload).id
    _remove(target)


def first_rows(sheet: Sheet, known: Contract, rows: int) -> bytes:
    """The header and the first rows of a sheet as clean CSV, to be tried or to be kept as a sample; columns that carry
    secrets stay out of it."""
    headers = [header for header in sheet.headers if header not in mapping.secrets(sheet.headers, known)]
    sample = sheet.sample(rows)
    chunk = Chunk(lines=sample.lines, cells=sample.cells.select(headers))
    file = BytesIO()
    if headers:
        write_csv(replace(sheet, headers=tuple(headers), read=lambda _: iter([chunk])), file)
    return file.getvalue()


def _folder(configuration: Settings) -> Path:
    return configuration.home / "uploads" / configuration.tenant


def _all(folder: Path) -> Iterator[Upload]:
    for target in folder.iterdir() if folder.exists() else ():
        facts = _facts(target) if _ID.fullmatch(target.name) else {}
        if facts:
            with suppress(FileNotFoundError):  # another session has just forgotten it
                yield _upload(target, facts)


def _upload(target: Path, facts: dict[str, Any]) -> Upload:
    return Upload(
        id=target.name,
        name=facts["name"],
        size=target.stat().st_size,
        by=facts["by"],
        at=datetime.fromisoformat(facts["at"]),
        batches=tuple(facts["batches"]),
        kinds=facts.get("kinds", {}),
        templates=facts.get("templates", {}),
        goes_on=facts.get("goes_on", False),
    )


def _facts(target: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(target.with_suffix(".json").read_text("utf-8")))
    except (FileNotFoundError, ValueError):
        return {}


def _write_facts(configuration: Settings, target: Path, facts: dict[str, Any]) -> None:
    with written(configuration.home), files.whole(configuration.home, lambda: target.with_suffix(".json")) as file:
        file.write(json.dumps(facts).encode())


def _forget_old(folder: Path) -> None:
    oldest = (datetime.now(UTC) - timedelta(days=KEPT_DAYS)).timestamp()
    for path in folder.iterdir():
        with suppress(FileNotFoundError, ValueError):  # another session forgets them too
            newest = max(file.stat().st_mtime for file in (path, path.with_suffix(".json")) if file.exists())
            if newest < oldest:
                path.unlink()


def _remove(target: Path) -> None:
    for path in (target.with_suffix(".json"), target):
        path.unlink(missing_ok=True)


def _plain(name: str) -> str:
    """A file's name without folders, as text that any database takes."""
    name = re.split(r"[/\\]", name)[-1].replace("\0", "").encode("utf-8", "backslashreplace").decode().strip()
    return name[:_NAME_LIMIT] or "upload"
