"""The ZIP of CSV files of the generic adapter as one run (seed 003): eleven entities, and a manifest that says what is
in it.

What real exports have otherwise than the document is taken where it can mean one thing only: members in a folder,
`exported_at`, an order of import with or without `.csv`, fewer counts. What the manifest says and the archive has not,
or has otherwise, is refused, held, or told.
"""

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath, PurePosixPath
from typing import Any, Self

from workbench.datasets import generic_csv
from workbench.model.batch import OUTCOMES
from workbench.model.errors import (
    AnotherAdapter,
    LargeManifest,
    MemberChanged,
    MissingMember,
    NoArchive,
    NoManifest,
    NoSheets,
    OtherManifest,
    SeveralManifests,
    SheetsAlike,
    SystemArchive,
    WrongFileType,
    WrongFormatVersion,
    WrongManifest,
)
from workbench.model.figure import Figure
from workbench.model.package import LARGEST_TEXT, MANIFEST, Package
from workbench.model.playbook import Part, Playbook
from workbench.model.sheet import Sheet
from workbench.model.wording import first_of

SYSTEM = "system_manifest.json"
VERSION = "1.0"
ADAPTER = "generic_csv_v1"
ENTITIES = tuple(contract.dataset for contract in generic_csv.CONTRACTS)
DATASETS = tuple(contract.name for contract in generic_csv.CONTRACTS)
_NAMED = 20
_SHOWN = 60
"""Letters of a name, and digits of a number, that a manifest says and a sentence repeats."""
_MOST_ROWS = 10**15
"""No file has more."""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What an export says of itself."""

    counts: Mapping[str, int]
    """How many rows each entity has, as far as it says."""
    order: tuple[str, ...]
    """The entities that it names in its order of import, known or not."""
    digests: Mapping[str, str]
    """SHA-256 by member, where it has them: beside the format's own fields."""

    @classmethod
    def read(cls, text: str) -> Self:
        """The manifest that the text is; raises WrongManifest, WrongFormatVersion, AnotherAdapter."""
        try:
            said = json.loads(text, parse_int=_whole)
        except (ValueError, RecursionError):
            raise WrongManifest(why="") from None
        if not isinstance(said, dict):
            raise WrongManifest(why="")
        version = said.get("format_version")
        if str(version) != VERSION:
            raise WrongFormatVersion(version="none" if version is None else str(version)[:_SHOWN], expected=VERSION)
        adapter = said.get("adapter_id")
        if adapter not in (None, ADAPTER):
            raise AnotherAdapter(adapter=str(adapter)[:_SHOWN], expected=ADAPTER)
        counts, digests = _by_name(said, "entity_counts"), _by_name(said, "sha256")
        order = said.get("import_order") or []
        if not isinstance(order, list) or not all(isinstance(each, str) for each in order):
            raise WrongManifest(why=": its import_order is no list of names")
        for name, number in counts.items():
            if not (type(number) is int and 0 <= number <= _MOST_ROWS):
                raise WrongManifest(why=f": its entity_counts say no number of rows for {name[:_SHOWN]}")
        return cls(
            counts={_entity(name): number for name, number in counts.items()},
            order=tuple(dict.fromkeys(map(_entity, order))),
            digests={_entity(name): str(digest).lower() for name, digest in digests.items()},
        )


def _whole(digits: str) -> int | float:
    """A number that is written without a fraction; one of very many digits is no number of anything."""
    return int(digits) if len(digits) <= _SHOWN else math.inf


def _by_name(said: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = said.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise WrongManifest(why=f": its {name} are not by name")
    return found


def _entity(name: str) -> str:
    """What a member is called, with its folder and its ending or without, in whatever case: "users" of
    "export/Users.CSV"."""
    return PurePosixPath(name.replace("\\", "/")).name.lower().removesuffix(".csv")


def _is_table(member: str) -> bool:
    """Whether a member is called as those of entities are: with `.csv` or without an ending."""
    return PurePosixPath(member).suffix.lower() in (".csv", "")


def is_packed(package: Package) -> bool:
    """Whether an archive plainly is such an export, of one institution or of a whole system: it has a manifest and
    hardly another table than those of entities, or a file for each of most entities where the manifest is missing."""
    names = [PurePosixPath(member).name.lower() for member in package.members]
    own = len({_entity(name) for name in filter(_is_table, names)} & set(ENTITIES))
    tables = sum(name.endswith(".csv") for name in names)
    return SYSTEM in names or (MANIFEST in names and 2 * own > tables) or own > len(ENTITIES) // 2


def unpack(sheets: Sequence[Sheet]) -> dict[str, Sheet]:
    """The sheet of each dataset, of an archive that is what its manifest says.

    Sheets that came by themselves, several CSV files, are taken by their names, and there is nothing to check. Raises
    WrongFileType, NoArchive, NoManifest, WrongManifest, WrongFormatVersion, AnotherAdapter, MissingMember,
    MemberChanged, SystemArchive, SeveralManifests, OtherManifest, LargeManifest.
    """
    package = next((sheet.package for sheet in sheets if sheet.package is not None), None)
    if package is None:
        _refuse_other_files(sheets)
        return _by_dataset(sheets)
    manifest = Manifest.read(_manifest_of(package))
    found = _by_dataset(sheets)
    there = {_entity(member) for member in filter(_is_table, package.members)}
    expected = (entity for entity in ENTITIES if entity in manifest.order or manifest.counts.get(entity))
    if missing := [f"{entity}.csv" for entity in expected if entity not in there]:
        raise MissingMember(files="files" if len(missing) > 1 else "file", members=", ".join(missing))
    for dataset, sheet in found.items():
        digest = manifest.digests.get(dataset.partition(".")[2])
        if digest is not None and digest != sheet.checksum:
            raise MemberChanged(member=sheet.name)
    counts = {entity: number for entity, number in manifest.counts.items() if entity in ENTITIES}
    filled = sum(number > 0 for number in counts.values())
    known = replace(
        package,
        sentence=f"Valid Generic CSV export. Contains {sum(counts.values())} total records across "
        f"{filled} entity types.",
        told=tuple(_told(package, manifest, there)),
        counts={f"{generic_csv.FAMILY}.{entity}": number for entity, number in counts.items()},
    )
    return {dataset: replace(sheet, package=known) for dataset, sheet in found.items()}


def _refuse_other_files(sheets: Sequence[Sheet]) -> None:
    """Raises WrongFileType for what is no archive, NoArchive where it is called one."""
    alone = sheets[0] if len(sheets) == 1 or any(sheet.reading.sheet for sheet in sheets) else None
    if alone is None or alone.reading.format == "dataframe":
        return
    ending = PurePath(alone.name).suffix
    if ending.lower() == ".zip":
        raise NoArchive
    raise WrongFileType(ending=ending or "none")


def _manifest_of(package: Package) -> str:
    """The text of the manifest, which stands beside the members, in a folder or not."""
    by_name: dict[str, list[str]] = {}
    for member in package.members:
        by_name.setdefault(PurePosixPath(member).name.lower(), []).append(member)
    own = by_name.get(MANIFEST, [])
    for member, times in Counter(own).items():
        if times > 1:
            raise SeveralManifests(member=member, times=times)
    beside = [member for member in own if _has_entities(package, PurePosixPath(member).parent)]
    if SYSTEM not in by_name and len(own) > 1 and len(beside) < 2:
        raise OtherManifest(members=first_of(own, _NAMED), number=len(own))
    if SYSTEM in by_name or len(own) > 1:
        folders = sorted({PurePosixPath(member).parts[-2] for member in own if len(PurePosixPath(member).parts) > 1})
        raise SystemArchive(folders=f" ({first_of(folders, _NAMED)})" if folders else "")
    if not own:
        raise NoManifest
    if own[0] not in package.texts:
        raise LargeManifest(member=own[0], most=LARGEST_TEXT >> 20)
    return package.texts[own[0]]


def _has_entities(package: Package, folder: PurePosixPath) -> bool:
    """Whether files of entities stand in a folder of the archive."""
    there = (PurePosixPath(member) for member in package.members if _is_table(member))
    return any(member.parent == folder and _entity(member.name) in ENTITIES for member in there)


def _by_dataset(sheets: Sequence[Sheet]) -> dict[str, Sheet]:
    """The sheets that are called after an entity; a table of another name is none, whatever it looks like. Raises
    SheetsAlike, NoSheets."""
    found: dict[str, Sheet] = {}
    for sheet in sheets:
        dataset = f"{generic_csv.FAMILY}.{_entity(sheet.name.replace(' - ', '/'))}"
        if dataset in found:
            source = sheet.package.name if sheet.package is not None else sheet.name
            raise SheetsAlike(first=found[dataset].name, second=sheet.name, source=source, dataset=dataset)
        if dataset in DATASETS:
            found[dataset] = sheet
    if not found:
        names = ", ".join(sheet.name for sheet in sheets)
        raise NoSheets(source=sheets[0].name if sheets else "", playbook=generic_csv.FAMILY, sheets=names)
    return found


def _told(package: Package, manifest: Manifest, there: set[str]) -> list[str]:
    """What of an archive is unknown, or is not there, in sentences."""
    others = [m for m in package.members if _entity(m) not in ENTITIES and PurePosixPath(m).name.lower() != MANIFEST]
    named = [name for name in dict.fromkeys((*manifest.order, *manifest.counts)) if name not in ENTITIES]
    absent = [entity for entity in ENTITIES if entity not in there]
    told = []
    if others:
        told.append(f"Left aside, as no entities of the format: {first_of(others, _NAMED)}.")
    if named:
        told.append(f"The manifest names what is no entity of the format: {first_of(named, _NAMED)}.")
    if absent:
        told.append(f"Not in the archive, and taken for empty: {first_of(absent, _NAMED)}.")
    uncounted = [entity for entity in ENTITIES if entity in there and entity not in manifest.counts]
    if uncounted:
        told.append(f"The manifest does not count the rows of {first_of(uncounted, _NAMED)}.")
    return told


GENERIC_CSV = Playbook(
    name=generic_csv.FAMILY,
    title="Generic CSV: a ZIP of all entities",
    about="The ZIP of CSV files that the generic adapter (generic_csv_v1) exports: a manifest and a file per entity.",
    form=None,
    parts=tuple(Part(dataset=name) for name in DATASETS),
    is_packed=is_packed,
    unpack=unpack,
    figures=(
        Figure(name="Records processed", outcomes=OUTCOMES),
        Figure(name="Records created", outcomes=("created",)),
        Figure(name="Records updated", outcomes=("updated",)),
        Figure(name="Records skipped", outcomes=("skipped",)),
        Figure(name="Errors", severity="error"),
        Figure(name="Warnings", severity="warning"),
    ),
)
