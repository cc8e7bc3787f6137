"""A run begun: the batches that come of a source and of what a person says of it."""

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as Pairs
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast
from uuid import UUID

import pyarrow as pa

from workbench.database import batches, inventory, known_names, run_parts, slices, totals
from workbench.database.store import Store
from workbench.datasets import catalog
from workbench.model import limits
from workbench.model.batch import Batch, new_id
from workbench.model.contract import Contract, Field, Mode
from workbench.model.control_total import ROWS, Expected
from workbench.model.derivation import FromWindow
from workbench.model.errors import (
    EmptyExport,
    EmptyNeedsConfirmation,
    ImportOrder,
    NoRows,
    NothingLeft,
    SheetRefused,
    SingleRows,
    UnknownHeader,
    UnknownLimit,
    UnknownRule,
    UnknownTotal,
    UnreadableMember,
    UnreadableSheet,
    WorkbenchError,
    WrongValue,
)
from workbench.model.options import Options
from workbench.model.playbook import Playbook
from workbench.model.recipe import Recipe
from workbench.model.recipe import place as place_of
from workbench.model.sheet import BY_PROGRAM, Chunk, Sheet, Tally
from workbench.model.template import HOLDABLE, ON_CONFLICT, ON_EDIT, Mapping, Template
from workbench.model.wording import many
from workbench.model.written_rows import is_written
from workbench.prepare import drift, forms, mapping
from workbench.prepare.cleaning import (
    OPERATIONS,
    multiplies,
    of_source,
    refuse_multiplying,
    refuse_secrets,
    without_removed,
)
from workbench.prepare.normalize import canonical
from workbench.sources import headers_beside, kept_files

INSTEAD = "Write the cleaned rows to a file with workbench clean -o, and import that."
"""What to do where a recipe makes several rows of one and an import cannot."""


def begin(  # noqa: PLR0913
    store: Store,
    home: Path,
    sheet: Sheet,
    dataset: str,
    options: Options,
    template: Template | None,
    identifier: UUID,
    *,
    playbook: Playbook | None = None,
    lend: bool,
    also: Callable[[], None] = lambda: None,
) -> Batch:
    """Puts a queued batch into the database, with the mapping that it uses, and those of the parts that its rows are
    made into, if a playbook says so; the source's bytes are kept, unless a column was left out for its secrets: those
    are lent until the batch is filled, when `lend` says so. `also` is done in the same transaction.

    Raises UnreadableSheet, NoRows, SourcePaused, ImportOrder, UnknownMode, UnknownBatch (for the run), NoSpace,
    UnwritableFile, ColumnsChanged, ColumnsMixedUp, DoubtfulColumns, SingleRows, and what `mapping.resolve` raises.
    """
    if playbook is not None and not playbook.by_recipe:
        refuse_multiplying(sheet.recipe, f"{playbook.name} makes records of each row of its source. {INSTEAD}")
    datasets = playbook.datasets if playbook is not None else (dataset,)
    if playbook is not None and playbook.windowed is not None:
        options = replace(options, window=playbook.windowed(options.window, date.today()))
    asked = options.mode or (playbook.mode if playbook is not None else None)
    mode = run_parts.mode_of(datasets, asked)
    if not (options.trial and _is_small(sheet)):
        inventory.refuse_paused(store, dataset, template.id if template else None)
    _check_order(store, datasets)
    face = _of_sheet(store, home, sheet, dataset, options, mode, template, identifier, lend=lend)
    parts = run_parts.begun(face, playbook, asked)
    if playbook is not None and playbook.by_recipe:
        _refuse_sums(options.expected or {})
    said = totals.said(catalog.contract(dataset), options.expected or {}, "person", _filled(face))
    said += totals.said(catalog.contract(dataset), _announced(options, dataset), "manifest")

    def keep() -> None:
        totals.keep(store, identifier, said)
        also()

    return batches.begin(store, face, *parts, run=options.run, read_of=sheet.read_of, also=keep)


def as_before(store: Store, batch: Batch, recipe: Recipe, headers: Sequence[str]) -> Options:
    """What is to be said of a batch's source for the same import once more, cleaned by another recipe, which leaves
    these headers. What its columns were found to be written in is found anew."""
    mapping = Mapping.from_dict(batch.mapping)
    expected = totals.expected(store, batch.id).get(batch.id, [])
    return Options(
        template=str(batch.template_id) if batch.template_id else None,
        columns={header: mapping.columns.get(header, "") for header in batch.mapped_headers if header in headers},
        value_maps=mapping.value_maps,
        constants=mapping.constants,
        clears=mapping.clears,
        forms={one["field"]: one["form"] for one in batch.reading.get("forms", ()) if one["by"] == "person"},
        lenient=mapping.lenient,
        repairs=mapping.repairs,
        mode=batch.mode,
        window=batch.window,
        notes=batch.notes,
        dry_run=batch.dry_run,
        skip_errors=batch.skip_errors,
        on_conflict=mapping.on_conflict,
        on_edit=mapping.on_edit,
        holds=mapping.holds,
        limits=mapping.limits,
        expected={each.name: each.number for each in expected if each.origin == "person"},
        recipe=recipe,
    )


def _refuse_sums(expected: Pairs[str, Any]) -> None:
    """Raises WrongValue for a control total of fields, where a recipe makes several rows of one: what the source says
    once may stand in each."""
    for name in expected:
        if name != ROWS:
            why = "the recipe makes several rows of one; only the rows of the source can be said."
            raise WrongValue(field="the control total", value=name, why=why)


def _filled(begun: Pairs[str, Any]) -> set[str]:
    """The fields that the columns of a batch fill, or what was said of every row."""
    return {*begun["mapping"]["columns"].values(), *begun["mapping"]["constants"]}


def _announced(options: Options, dataset: str) -> dict[str, int]:
    """What the manifest says of a dataset."""
    announced = options.manifest or {}
    return {ROWS: announced[dataset]} if dataset in announced else {}


def begin_sheets(
    store: Store,
    home: Path,
    sheets: Pairs[str, Sheet],
    playbook: Playbook,
    options: Options,
    templates: Sequence[Template],
    identifier: UUID,
    *,
    lend: bool,
) -> Batch:
    """Puts the queued batch of a run of several sheets (by their dataset) into the database, and that of each sheet.

    What the options say of columns and fields counts for the sheets that have them, a template for the sheets of its
    dataset. Sheets without rows are left out. Raises as `begin` does; NoRows when no sheet has any,
    EmptyExport where a program says that it is so.
    """
    filled = {name: sheets[name] for name in playbook.datasets if name in sheets and len(sheets[name].sample(1))}
    package = next((sheet.package for sheet in sheets.values() if sheet.package is not None), None)
    if not filled:
        if package is not None and package.has_manifest and not any(package.counts.values()):
            raise EmptyExport(what=package.sentence or f"{package.name} holds 0 records.")
        raise NoRows(source=" and ".join(sheet.name for sheet in sheets.values()))
    _check_order(store, tuple(filled))
    for dataset, sheet in filled.items():
        refuse_multiplying(sheet.recipe, f"{dataset} is one of several sheets here. Import it by itself.")
        if not (options.trial and _is_small(sheet)):
            inventory.refuse_paused(store, dataset, None)
    _check_headers(filled, options, [name for each in templates for name in each.mapping.columns])
    titles = {sheet.reading.sheet: dataset for dataset, sheet in filled.items() if sheet.reading.sheet is not None}
    used = [identifier]
    own = []
    for place, (dataset, sheet) in enumerate(filled.items(), start=1):
        mode = run_parts.mode_of((dataset,), options.mode)
        try:
            template = next((each for each in templates if each.dataset == dataset), None)
            said = _said_of(sheet, dataset, options, template)
            one = _of_sheet(
                store, home, sheet, dataset, said, mode, template, new_id(unlike=used), lend=lend, beside=titles
            )
        except UnreadableMember:
            raise
        except WorkbenchError as refusal:
            name = sheet.reading.sheet or sheet.name
            raise SheetRefused(sheet=name, dataset=dataset, why=str(refusal)) from None
        own.append(one | {"part_of": identifier, "part": place})
    if package is not None:
        counts = {name: rows for name, rows in package.counts.items() if name in filled}
        options = replace(options, manifest={**counts, **(options.manifest or {})})
    expected = _expected(options, own)
    first = own[0]
    names = dict.fromkeys(each["file_name"] for each in own)
    face = {name: value for name, value in first.items() if name not in _OF_ONE_SHEET} | {
        "id": identifier,
        "dataset": playbook.name,
        "file_name": ", ".join(names),
        "mapping": {},
        "reading": {"sheets": [sheet.reading.sheet or sheet.name for sheet in filled.values()]},
    }
    if package is not None:
        face |= {"file_name": package.name, "checksum": package.checksum}
        face["reading"] |= {"package": {name: getattr(package, name) for name in ("sentence", "told", "counts")}}
    if any(each["file_key"] is None for each in own):
        face["file_key"] = None  # an upload of which something must not be kept is forgotten

    def keep() -> None:
        for batch, said in expected.items():
            totals.keep(store, batch, said)

    return batches.begin(store, face, *own, also=keep)


def _expected(options: Options, begun: Sequence[Pairs[str, Any]]) -> dict[UUID, list[Expected]]:
    """What was said of the control totals of each sheet. Raises UnknownTotal, and WrongValue for rows of a dataset that
    there is no sheet of."""
    left = dict(options.expected or {})
    found = {}
    for one in begun:
        prefix = f"{one['dataset']}."
        own = {name: text for name, text in left.items() if mapping.key(name).startswith(mapping.key(prefix))}
        left = {name: text for name, text in left.items() if name not in own}
        contract = catalog.contract(one["dataset"])
        found[one["id"]] = totals.said(contract, own, "person", _filled(one), prefix=prefix)
        found[one["id"]] += totals.said(contract, _announced(options, contract.name), "manifest")
    there = [one["dataset"] for one in begun]
    if left:
        names = ", ".join(f"{name}.{each}" for name in there for each in totals.names(catalog.contract(name)))
        raise UnknownTotal(dataset=" and ".join(there), total=next(iter(left)), known=names)
    for dataset, rows in (options.manifest or {}).items():
        if rows and dataset not in there:
            raise WrongValue(field=f"the total rows of {dataset}", value=f"{rows:,}", why="there are no rows of it.")
    return found


def _check_headers(sheets: Pairs[str, Sheet], options: Options, saved: Sequence[str]) -> None:
    """Raises UnknownHeader for a column that none of the sheets has, nor a template (`saved`), or a form of what is no
    field either; UnknownLimit for a limit on such."""
    known = [header for sheet in sheets.values() for header in sheet.headers]
    fields = {field.name for dataset in sheets for field in catalog.contract(dataset).fields}
    for header in (*(options.columns or ()), *(name for name in options.forms or () if name not in fields)):
        if mapping.key(header) not in map(mapping.key, (*known, *saved)):
            raise UnknownHeader(header=header, known=", ".join(dict.fromkeys(known)))
    for name in options.limits or ():
        if not limits.is_known(name, tuple(fields)):
            raise UnknownLimit(dataset=" and ".join(sheets), limit=name, known=", ".join(sorted(fields)))


def _said_of(sheet: Sheet, dataset: str, options: Options, template: Template | None) -> Options:
    """What was said of the columns and fields of several sheets, as far as it is of one of them."""
    fields = {field.name for field in catalog.contract(dataset).fields} | {""}
    saved = template.mapping.columns if template is not None else ()
    headers = set(map(mapping.key, (*sheet.headers, *saved)))
    columns = {
        header: name
        for header, name in (options.columns or {}).items()
        if mapping.key(header) in headers and name in fields
    }
    return replace(
        options,
        columns=columns,
        value_maps={name: texts for name, texts in (options.value_maps or {}).items() if name in fields},
        constants={name: text for name, text in (options.constants or {}).items() if name in fields},
        clears=tuple(name for name in options.clears if name in fields),
        forms={
            name: form for name, form in (options.forms or {}).items() if name in fields or mapping.key(name) in headers
        },
        lenient=_those(options.lenient, fields),
        repairs=_those(options.repairs, fields),
        limits={name: text for name, text in (options.limits or {}).items() if limits.is_known(name, tuple(fields))},
    )


def _those(names: Sequence[str] | None, known: set[str]) -> tuple[str, ...] | None:
    return None if names is None else tuple(name for name in names if name in known)


_OF_ONE_SHEET = ("part_of", "part", "headers", "template_id")


def _of_sheet(  # noqa: PLR0913
    store: Store,
    home: Path,
    sheet: Sheet,
    dataset: str,
    options: Options,
    mode: Mode,
    template: Template | None,
    identifier: UUID,
    *,
    lend: bool,
    beside: Pairs[str, str] = MappingProxyType({}),
) -> dict[str, Any]:
    """What the batch of a sheet is begun with. `beside` has the datasets of the worksheets of its source that are
    imported in the same run ({title: dataset})."""
    contract = catalog.contract(dataset)
    sheet, sample, resolved = _resolved(store, sheet, contract, options, mode, template)
    resolved = _decided_before(resolved, template, options)
    resolved = replace(resolved, limits=_limits(contract, template, options), recipe=sheet.recipe)
    by_program = sheet.reading.layout == BY_PROGRAM
    strange = drift.strangers(sample, contract, resolved.columns, resolved.value_maps, by_program=by_program)
    resolved = replace(resolved, confirmed=drift.confirmed(strange, resolved, dict(options.columns or {})))
    if len(sample) == 0:
        resolved = _empty(store, sheet, contract, mode, resolved, options)
    of_forms = mapping.by_field(options.forms or {}, resolved.columns, contract)
    columns = forms.decide(sheet, contract, resolved, of_forms)
    usual = {each.field: contract.field(each.field).written for each in columns if each.is_open}
    if any(usual.values()):
        resolved = replace(resolved, forms={name: form for name, form in usual.items() if form} | resolved.forms)
        columns = forms.decide(sheet, contract, resolved, of_forms)
    resolved = forms.settled(resolved, columns)
    own = of_source(sheet).headers
    hidden = mapping.secrets(dict.fromkeys((*sheet.source_headers, *own, *sheet.headers)), contract)
    elsewhere = list(
        _secrets_beside(sheet, {title: catalog.contract(name) for title, name in beside.items()}, contract)
    )
    is_kept = not (hidden or elsewhere)
    if lend and not is_kept:
        kept_files.lend(home, identifier, sheet)
    return {
        "id": identifier,
        "dataset": dataset,
        "source": options.source,
        "checksum": sheet.checksum,
        "file_key": kept_files.keep(home, store.tenant_id, sheet) if is_kept else None,
        "file_name": sheet.name,
        "mode": mode,
        "window": options.window,
        "notes": options.notes,
        "dry_run": options.dry_run,
        "skip_errors": options.skip_errors,
        "on_conflict": resolved.on_conflict or contract.on_conflict,
        "headers": list(own),
        "mapping": resolved.to_dict(),
        "reading": _reading(sheet, hidden, elsewhere, contract)
        | {"forms": [column.to_dict() for column in columns]}
        | ({"made_headers": list(sheet.headers)} if multiplies(sheet.recipe) else {}),
        "template_id": template.id if template else None,
    }


def check_columns(
    store: Store,
    sheets: Pairs[str, Sheet],
    playbook: Playbook | None,
    options: Options,
    templates: Sequence[Template],
) -> None:
    """Raises what `begin` and `begin_sheets` raise of the columns of sheets, and of what was said of them: that is
    known before anything else of the same source is written."""
    for dataset, sheet in sheets.items():
        template = next((each for each in templates if each.dataset == dataset), None)
        said, asked = options, options.mode
        datasets: tuple[str, ...] = (dataset,)
        if playbook is not None and playbook.form is not None:
            datasets, asked = playbook.datasets, options.mode or playbook.mode
            if playbook.windowed is not None:
                said = replace(options, window=playbook.windowed(options.window, date.today()))
        elif playbook is not None:
            said = _said_of(sheet, dataset, options, template)
        mode = run_parts.mode_of(datasets, asked)
        try:
            _resolved(store, sheet, catalog.contract(dataset), said, mode, template)
        except UnreadableMember:
            raise
        except WorkbenchError as refusal:
            name = sheet.reading.sheet or sheet.name
            raise SheetRefused(sheet=name, dataset=dataset, why=str(refusal)) from None


def _resolved(
    store: Store, sheet: Sheet, contract: Contract, options: Options, mode: Mode, template: Template | None
) -> tuple[Sheet, Chunk, Mapping]:
    """A sheet without what its recipe removes of it, some of its rows, and the mapping that an import uses, as its
    headers have it."""
    refuse_secrets(sheet, contract)
    sheet = without_removed(sheet)
    if any("\0" in header for header in sheet.headers):
        raise UnreadableSheet(line=sheet.reading.header_line, why="has a NUL character in a header.")
    if contract.whole_again and is_written(sheet.headers):
        raise SingleRows(source=sheet.name, instead=contract.whole_again)
    said = dict(options.columns or {})
    if template is not None:
        change = inventory.changed_headers(store, sheet, template)
        drift.refuse_changed(change, template, said, options.constants or {})
    sample = sheet.spread()
    resolved = mapping.resolve(
        sheet.headers,
        sample,
        contract,
        template=template,
        manual=said,
        constants=dict(options.constants or {}),
        value_maps={name: dict(texts) for name, texts in (options.value_maps or {}).items()},
        clears=tuple(options.clears),
        forms=dict(options.forms or {}),
        lenient=options.lenient,
        repairs=options.repairs,
        window=options.window,
        mode=mode,
        repeated=sheet.reading.repeated,
    )
    return sheet, sample, resolved


def _decided_before(resolved: Mapping, template: Template | None, options: Options) -> Mapping:
    """The mapping with what the template and a person say of rows that contradict others, or what somebody edited;
    raises UnknownRule."""
    saved = template.mapping if template is not None else Mapping()
    holds = tuple(dict.fromkeys((*saved.holds, *options.holds)))
    rule = options.on_conflict or saved.on_conflict
    on_edit = options.on_edit or saved.on_edit
    rules = (((rule,) if rule else (), ON_CONFLICT), ((on_edit,) if on_edit else (), ON_EDIT), (holds, HOLDABLE))
    for said, known in rules:
        if strange := [each for each in said if each not in known]:
            raise UnknownRule(rule=strange[0], known=", ".join(known))
    return replace(resolved, on_conflict=rule, on_edit=on_edit, holds=holds)


def _limits(contract: Contract, template: Template | None, options: Options) -> dict[str, str]:
    """What the template and a person say of how much may change; raises UnknownLimit, WrongValue."""
    said = {**(template.mapping.limits if template is not None else {}), **(options.limits or {})}
    fields = tuple(field.name for field in contract.fields)
    for name, text in said.items():
        if not limits.is_known(name, fields):
            raise UnknownLimit(dataset=contract.name, limit=name, known=", ".join(fields))
        try:
            limits.Limit.read(text)
        except ValueError:
            raise WrongValue(field=f"the limit {name}", value=f"'{text}'", why=f"say {limits.FORM}.") from None
    return said


def _is_small(sheet: Sheet) -> bool:
    rows = 0
    for chunk in sheet.chunks():
        rows += len(chunk)
        if rows > inventory.TRIAL:
            return False
    return True


def _check_order(store: Store, datasets: Sequence[str]) -> None:
    """Raises ImportOrder where a dataset refers to one that has no records and is not imported before it, and its rows
    do not wait for those."""
    for place, name in enumerate(datasets):
        contract = catalog.contract(name)
        waits = {field.reference.dataset for field in contract.references if field.reference and field.reference.waits}
        needs = [need for need in catalog.needs(contract) if need not in (*datasets[:place], *waits)]
        missing = [need for need in needs if not slices.holds_records(store, need)]
        if missing:
            ordered = [known.name for known in catalog.family(contract.family) if known.name in missing]
            raise ImportOrder(dataset=contract.name, missing=" and ".join(ordered))


def _empty(store: Store, sheet: Sheet, contract: Contract, mode: Mode, resolved: Mapping, options: Options) -> Mapping:
    """The mapping of a file without rows, with the scope that it speaks of among its constants."""
    if contract.removal is None or mode not in ("preserve", "replace"):
        raise _no_rows(sheet)
    said = {name: _said(contract.field(name), resolved, options.window) for name in contract.removal.scope}
    scope = _spelled(store, contract, said)
    if any(contract.field(name).required and value is None for name, value in scope.items()):
        raise _no_rows(sheet)
    if not options.allow_empty:
        removed = slices.in_scope(store, contract, scope, mode)
        named = ", ".join(f"{name} {value}" if value else f"no {name}" for name, value in scope.items())
        raise EmptyNeedsConfirmation(source=sheet.name, mode=mode, removed=removed, scope=named)
    return replace(resolved, constants=resolved.constants | {name: value for name, value in scope.items() if value})


def _no_rows(sheet: Sheet) -> NoRows:
    """Why there is nothing to import: there are no rows, or the recipe has removed them all."""
    tally = Tally()
    for _ in sheet.chunks(tally) if sheet.recipe is not None else ():
        pass
    if sheet.recipe is None or not tally.rows:
        return NoRows(source=sheet.name)
    told = [
        f"{place_of(each.step + 1, step.operation)} removes {many(each.changed)}."
        for each in tally.steps
        if OPERATIONS[(step := sheet.recipe.steps[each.step]).operation].removes and each.changed
    ]
    return NothingLeft(source=sheet.name, rows=many(tally.rows), steps=" ".join(told))


def _said(field: Field, resolved: Mapping, window: str | None) -> str | None:
    """What a mapping's constant, or the window, says of a field in every row, in canonical text."""
    text = resolved.constants.get(field.name) or (window if isinstance(field.derive, FromWindow) else None)
    said = canonical(pa.array([text], pa.string()), field, resolved.value_maps.get(field.name))
    return cast(str | None, said[0].as_py())


def _spelled(store: Store, contract: Contract, scope: Pairs[str, str | None]) -> dict[str, str | None]:
    """The values of fields, each that is a known name but for its writing as it is known."""
    known = known_names.spellings(store, contract)
    return {name: known.get(name, {}).get(mapping.key(text or ""), text) for name, text in scope.items()}


def _secrets_beside(sheet: Sheet, known: Pairs[str, Contract], contract: Contract) -> Iterator[str]:
    """Why the bytes of a sheet's workbook are not kept for what its other worksheets have, in sentences. Each is judged
    by its own contract, where it is imported in the same run, else by this sheet's."""
    for title, headers in headers_beside(sheet).items():
        if headers is None:
            yield f"The source is not kept: its worksheet {title} could not be looked through for secrets."
        elif found := mapping.secrets(dict.fromkeys(headers), known.get(title, contract)):
            yield f"The source is not kept: its worksheet {title} carries secrets ({', '.join(found)})."


def _reading(sheet: Sheet, hidden: Sequence[str], elsewhere: Sequence[str], contract: Contract) -> dict[str, Any]:
    said = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(sheet.reading).items()}
    said["left_out"] = [each.to_dict() for each in sheet.reading.left_out]
    if hidden:
        said["left_out"] = [{**each, "text": ""} for each in said["left_out"]]
        said["warnings"].append(f"Nothing of {', '.join(hidden)} is kept, nor the source itself: it carries secrets.")
    said["warnings"].extend(elsewhere)
    for header in sheet.headers:
        if (field := mapping.not_said(header, contract)) is not None:
            said["warnings"].append(f"{header} {mapping.not_taken(field, contract)}.")
    return said
