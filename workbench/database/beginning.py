"""What an import is begun with: the options that a person gives, and the batch that comes of them and of a sheet."""

from collections.abc import Mapping as Pairs
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pyarrow as pa

from workbench.database import batches, inventory, target
from workbench.database.store import Store
from workbench.datasets import catalog
from workbench.model.batch import Batch
from workbench.model.contract import Contract, Field, FromWindow, Mode
from workbench.model.errors import EmptyNeedsConfirmation, ImportOrder, NoRows, UnknownMode, UnreadableSheet
from workbench.model.sheet import Sheet
from workbench.model.template import Mapping, Template
from workbench.prepare import mapping
from workbench.prepare.normalize import canonical
from workbench.sources import kept_files


@dataclass(frozen=True, kw_only=True)
class Options:
    """What a person may say of an import."""

    template: str | None = None
    """A saved template, by its name or id."""
    columns: Pairs[str, str] | None = None
    """Header -> field; "" leaves a column out."""
    value_maps: Pairs[str, Pairs[str, str]] | None = None
    """Field -> text in the sheet -> what it means."""
    constants: Pairs[str, str] | None = None
    """Field -> its value in every row without one."""
    clears: Sequence[str] = ()
    """The fields that a blank cell erases."""
    mode: str | None = None
    """One of the contract's; None is its first."""
    window: str | None = None
    """The date range or academic year."""
    notes: str = ""
    source: str = "python"
    """Through which door: cli, python, page, api."""
    run: UUID | None = None
    """The run it belongs to; None for one of its own."""
    dry_run: bool = False
    skip_errors: bool = False
    allow_empty: bool = False
    """A file without rows is meant to remove every record it could name."""
    trial: bool = False
    """A few rows of a source whose imports are paused, to see whether they are right again."""


def begin(
    store: Store,
    home: Path,
    sheet: Sheet,
    dataset: str,
    options: Options,
    template: Template | None,
    identifier: UUID,
    *,
    lend: bool,
) -> Batch:
    """Puts a queued batch into the database, with the mapping that it uses; the source's bytes are kept, unless a
    column was left out for its secrets: those are lent until the batch is filled, when `lend` says so.

    Raises UnreadableSheet, NoRows, SourcePaused, ImportOrder, UnknownMode, UnknownBatch (for the run), NoSpace,
    UnwritableFile, and what `mapping.resolve` raises.
    """
    contract = catalog.contract(dataset)
    mode = _mode(contract, options.mode)
    if any("\0" in header for header in sheet.headers):
        raise UnreadableSheet(line=sheet.reading.header_line, why="has a NUL character in a header.")
    if not (options.trial and _is_small(sheet)):
        inventory.refuse_paused(store, dataset, template.id if template else None)
    _check_order(store, contract)
    sample = sheet.sample()
    resolved = mapping.resolve(
        sheet.headers,
        sample,
        contract,
        template=template,
        manual=dict(options.columns or {}),
        constants=dict(options.constants or {}),
        value_maps={name: dict(texts) for name, texts in (options.value_maps or {}).items()},
        clears=tuple(options.clears),
        window=options.window,
    )
    if len(sample) == 0:
        resolved = _empty(store, sheet, contract, mode, resolved, options)
    hidden = mapping.secrets(sheet.headers, contract)
    if hidden and lend:
        kept_files.lend(home, identifier, sheet)
    return batches.begin(
        store,
        options.run,
        id=identifier,
        dataset=dataset,
        source=options.source,
        checksum=sheet.checksum,
        file_key=None if hidden else kept_files.keep(home, store.tenant_id, sheet),
        file_name=sheet.name,
        mode=mode,
        window=options.window,
        notes=options.notes,
        dry_run=options.dry_run,
        skip_errors=options.skip_errors,
        headers=list(sheet.headers),
        mapping=resolved.to_dict(),
        reading=_reading(sheet, hidden),
        template_id=template.id if template else None,
    )


def _mode(contract: Contract, mode: str | None) -> Mode:
    chosen = mode or contract.modes[0]
    if chosen not in contract.modes:
        raise UnknownMode(dataset=contract.name, mode=chosen, modes=", ".join(contract.modes))
    return chosen


def _is_small(sheet: Sheet) -> bool:
    rows = 0
    for chunk in sheet.chunks():
        rows += len(chunk)
        if rows > inventory.TRIAL:
            return False
    return True


def _check_order(store: Store, contract: Contract) -> None:
    missing = [need for need in catalog.needs(contract) if not target.holds_records(store, need)]
    if missing:
        ordered = [known.name for known in catalog.family(contract.family) if known.name in missing]
        raise ImportOrder(dataset=contract.name, missing=" and ".join(ordered))


def _empty(store: Store, sheet: Sheet, contract: Contract, mode: Mode, resolved: Mapping, options: Options) -> Mapping:
    """The mapping of a file without rows, with the scope that it speaks of among its constants."""
    if contract.removal is None or mode not in ("preserve", "replace"):
        raise NoRows(source=sheet.name)
    scope = {name: _said(contract.field(name), resolved, options.window) for name in contract.removal.scope}
    if any(contract.field(name).required and value is None for name, value in scope.items()):
        raise NoRows(source=sheet.name)
    if not options.allow_empty:
        removed = target.in_scope(store, contract, scope, mode)
        said = ", ".join(f"{name} {value}" if value else f"no {name}" for name, value in scope.items())
        raise EmptyNeedsConfirmation(source=sheet.name, mode=mode, removed=removed, scope=said)
    return replace(resolved, constants=resolved.constants | {name: value for name, value in scope.items() if value})


def _said(field: Field, resolved: Mapping, window: str | None) -> str | None:
    """What a mapping's constant, or the window, says of a field in every row, in canonical text."""
    text = resolved.constants.get(field.name) or (window if isinstance(field.derive, FromWindow) else None)
    said = canonical(pa.array([text], pa.string()), field, resolved.value_maps.get(field.name))
    return cast(str | None, said[0].as_py())


def _reading(sheet: Sheet, hidden: Sequence[str]) -> dict[str, Any]:
    said = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(sheet.reading).items()}
    if hidden:
        said["warnings"].append(f"Nothing of {', '.join(hidden)} is kept, nor the source itself: it carries secrets.")
    return said
