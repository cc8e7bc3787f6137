"""The tables of a ZIP archive, each as a Sheet that knows which archive it came in."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO

from workbench.model.errors import UnreadableMember, UnreadableSheet, UnreadableSource
from workbench.model.package import Package
from workbench.model.sheet import BY_PROGRAM, Chunk, Layout, Sheet, Tally
from workbench.sources import archive, open_spool
from workbench.sources.spool import Spool
from workbench.sources.text import BLOCK


def open_package(path: Path, name: str, layout: Layout) -> list[Sheet]:
    """The tables of an archive that have a header, in its order.

    Beside a manifest they are read as a program has written them, unless the layout says otherwise. Raises
    UnreadableSource as `archive.opened` does, also where no file is a table, and UnreadableMember for a table that
    cannot be read.
    """
    with path.open("rb") as file, archive.opened(file, name) as found:
        package = Package(
            name=name,
            checksum=_digest(file),
            size=file.seek(0, 2),
            members=found.members,
            texts=found.texts(),
        )
        no_tables = [f"{name} (no table)" for name in found.others if not name.endswith(".json")]
        no_tables += [f"{name} (hidden)" for name in found.hidden]
        said = BY_PROGRAM if layout == Layout() and package.has_manifest else layout
        sheets = []
        for title, blocks in found.tables():
            spool = Spool().fill(blocks)
            if spool.path.stat().st_size:
                sheets.append(_member(package, title, spool, said))
            else:
                no_tables.append(f"{title} (empty)")
        if not sheets:
            raise UnreadableSource(source=name, why="it is a ZIP archive without a table in it.")
        whole = replace(package, no_tables=tuple(no_tables))
        return [replace(sheet, package=whole) for sheet in sheets]


def _member(package: Package, title: str, spool: Spool, layout: Layout) -> Sheet:
    try:
        sheet = open_spool(spool, title, layout=layout)
    except UnreadableSheet as refusal:
        raise _unreadable(package, title, refusal) from None
    except UnreadableSource as refusal:
        raise UnreadableSource(source=f"{package.name}: {title}", why=refusal.coordinates["why"]) from None
    return replace(sheet, package=package, read=partial(_read, sheet.read, package, title))


def _read(read: Callable[[Tally], Iterator[Chunk]], package: Package, title: str, tally: Tally) -> Iterator[Chunk]:
    try:
        yield from read(tally)
    except UnreadableSheet as refusal:
        raise _unreadable(package, title, refusal) from None


def _unreadable(package: Package, title: str, refusal: UnreadableSheet) -> UnreadableMember:
    return UnreadableMember(source=package.name, member=title, line=refusal.line, why=refusal.coordinates["why"])


def _digest(file: IO[bytes]) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while block := file.read(BLOCK):
        digest.update(block)
    return digest.hexdigest()
