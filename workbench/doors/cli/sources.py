"""What SOURCE names on the command line: a file, standard input, a Google Sheet by its address or by its name here, an
object of Salesforce."""

import shlex
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import typer

from workbench.model.errors import SeveralExtracts, UnknownGoogleSheet
from workbench.model.google_sheet import is_address, is_id
from workbench.model.salesforce import object_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from workbench import Workbench
    from workbench.doors.cli.command import Asked
    from workbench.model.extracted import Said
    from workbench.model.playbook import Playbook
    from workbench.model.recipe import Recipe
    from workbench.model.sheet import Layout, Sheet
    from workbench.model.template import Template
    from workbench.playbooks.loads import Loads
    from workbench.workbench import Given, Progress


Templates: TypeAlias = "Callable[[], Sequence[Template]]"
"""What gives the saved templates, when somebody asks."""


@dataclass(frozen=True, kw_only=True)
class Meant:
    """What is to be imported, and what is known of it without being said."""

    sheets: "list[Sheet]"
    dataset: str
    """Or playbook."""
    given: "Given | None" = None
    """The sheets as they are staged, where it is known what each is."""
    constants: dict[str, str] = field(default_factory=dict)
    window: str | None = None
    template: str | None = None
    """By its id."""
    columns: dict[str, str] | None = None
    """Header -> field, where it is not what a person has said."""
    separately: bool = False
    """Whether each sheet is an import of its own: the files of an archive that are all of one kind."""
    no_tables: tuple[str, ...] = ()
    """Files of an archive of which nothing is read, and why."""
    loads: "Loads | None" = None
    """The imports that its sheets are, one after the other, where they are more than one kind of thing."""
    recognised: str = ""
    """As what the source was recognised, where nobody has said what it is."""


def opened(asked: "Asked", source: str, sheet: str | None, layout: "Layout | None") -> "Sheet":
    """A file, standard input, or an object of Salesforce, which is read now; nothing is asked of the database."""
    name = object_of(source)
    if name is None:
        from workbench.sources import open_sheet

        return open_sheet(source, sheet=sheet, layout=layout)
    from workbench.settings import salesforce_access
    from workbench.sources.salesforce import open_salesforce

    refuse_worksheet(sheet)
    with asked.progress() as progress:
        return open_salesforce(name, salesforce_access(asked.settings), layout=layout, progress=progress)


def refuse_worksheet(sheet: str | None) -> None:
    """An object of Salesforce is one table; raises BadParameter."""
    if sheet is not None:
        raise typer.BadParameter("an object of Salesforce has no worksheets.", param_hint="--sheet")


def is_extract(wanted: str | None) -> bool:
    """Whether it is a playbook that says itself what it reads of Salesforce."""
    from workbench.playbooks import PLAYBOOKS

    return wanted in PLAYBOOKS and bool(PLAYBOOKS[wanted].extracts)


def may_be_google(source: str) -> bool:
    """Whether a source may be a Google Sheet: an address of one, or a name that no file has."""
    from workbench.sources.archive import TABLES

    named = source != "-" and Path(source).suffix.lower().lstrip(".") not in TABLES and not Path(source).exists()
    return is_address(source) or named


def of_file(
    source: str,
    wanted: str | None,
    sheet: str | None,
    layout: "Layout | None",
    templates: "Templates | None" = None,
    kinds: "Mapping[str, str] | None" = None,
    *,
    recipe: "Recipe | None" = None,
) -> Meant:
    """The sheet that is meant, or all of them under a playbook of several; an unknown name is refused first. Where
    nobody says what it is, it may be what one of the saved templates was made of. `kinds` are what a person says of
    several sheets by their names; a `recipe` cleans a single one before it is looked at."""
    from workbench.datasets import catalog
    from workbench.playbooks import PLAYBOOKS, of_package
    from workbench.prepare.recognition import is_header
    from workbench.sources import headed, is_packed, open_sheet, open_sheets

    if kinds and (wanted is not None or sheet is not None):
        raise typer.BadParameter("it says what each sheet is, without any other option that does.", param_hint="--kind")
    if wanted is None and sheet is None and not kinds and is_packed(source):
        packed = open_sheets(source, layout=layout)
        package = packed[0].package if packed else None
        if package is not None and (plainly := of_package(package)) is not None:
            return Meant(sheets=packed, dataset=plainly.name)
    if wanted is None and Path(source).exists():
        return _recognised(source, sheet, layout, templates or (lambda: []), kinds or {}, recipe)
    dataset = _said(wanted)
    known = PLAYBOOKS.get(dataset)
    if known is not None and known.form is None:
        if sheet is not None:
            raise typer.BadParameter(f"{dataset} takes every worksheet.", param_hint="--sheet")
        return Meant(sheets=open_sheets(source, layout=layout), dataset=dataset)
    if known is None:
        catalog.contract(dataset)
    if sheet is None and is_packed(source):
        opened = open_sheets(source, layout=layout)
        members = [headed(replace(each, package=None), is_header) for each in opened]
        return Meant(sheets=members, dataset=dataset, separately=True, no_tables=_no_tables(opened))
    single = open_sheet(source, sheet=sheet, layout=layout)
    return Meant(sheets=[headed(single, is_header) if known is not None else single], dataset=dataset)


def _no_tables(opened: "Sequence[Sheet]") -> tuple[str, ...]:
    """The files of the archive that sheets came in of which nothing is read."""
    package = opened[0].package if opened else None
    return package.no_tables if package is not None else ()


def _recognised(
    source: str,
    sheet: str | None,
    layout: "Layout | None",
    templates: "Templates",
    kinds: "Mapping[str, str]",
    recipe: "Recipe | None",
) -> Meant:
    """What a source is plainly: a dataset or playbook, several sheets of one kind, or sheets of one family. In doubt a
    person is asked: raises BadParameter, which says what it looks like."""
    from workbench.prepare.cleaning import as_recipe_says
    from workbench.prepare.recognition import is_header, recognise, sure, template_of
    from workbench.sources import headed, open_sheet, open_sheets

    given = open_sheets(source, layout=layout) if sheet is None else [open_sheet(source, sheet=sheet, layout=layout)]
    if len(given) > 1 or kinds:
        return replace(
            _several([headed(each, is_header) for each in given], source, kinds), no_tables=_no_tables(given)
        )
    plain = as_recipe_says(headed(replace(given[0], package=None), is_header), recipe)
    known = sure(recognise(plain))
    if known is not None:
        return Meant(sheets=[plain], dataset=known[0], recognised=f"Recognised as {known[0]}: {known[1]}")
    saved = template_of(plain, templates(), wholly=True)
    if saved is None:
        return Meant(sheets=[], dataset=_said(None, _hint(plain, source)))
    told = f"Recognised as {saved.dataset}, by the columns of the template {saved.name}."
    return Meant(sheets=[plain], dataset=saved.dataset, recognised=told)


def _several(given: "list[Sheet]", source: str, kinds: "Mapping[str, str]") -> Meant:
    """What several sheets are: all of one kind, of datasets of one family, of several playbooks of one, or of whatever
    mix `kinds` say."""
    from workbench.playbooks.loads import called, of_sheets

    there = [called(each) for each in given]
    if strange := [name for name in kinds if name.casefold() not in map(str.casefold, there)]:
        raise typer.BadParameter(f"{strange[0]} is none of its sheets: {', '.join(there)}.", param_hint="--kind")
    found = of_sheets(given, kinds)
    if found.unknown or not found.loads or (len(found.families) > 1 and not found.said):
        _said(None, _looks(found, source))
    left_out = f" Left out: {', '.join(found.left_out)}." if found.left_out else ""
    names = list(dict.fromkeys(load.what for load in found.loads))
    first = found.loads[0]
    if len(names) == 1:
        kind = f"Recognised as {names[0]}: {first.reasons[0]}" if len(first.sheets) == 1 else ""
        told = kind or f"Recognised as sheets of {first.what}: {', '.join(first.sheets)}."
        sheets = [sheet for load in found.loads for sheet in load.sheets.values()]
        return Meant(
            sheets=sheets,
            dataset=first.what,
            given=first.given if len(found.loads) == 1 else None,
            separately=len(found.loads) > 1,
            recognised=told + left_out,
        )
    told = "\n".join([f"Recognised as {len(found.loads)} imports, in this order:", *found.sentences])
    return Meant(sheets=[], dataset="", loads=found, recognised=told)


def _looks(found: "Loads", source: str) -> str:
    """What its sheets look like, and how a person says what those are that nobody can tell."""
    from workbench.playbooks.loads import called

    looks = [load.sentence for load in found.loads] + [f"{name} {may}" for name, may in found.unknown.items()]
    ways = " ".join(f"--kind {shlex.quote(f'{name}=DATASET')}" for name in found.unknown)
    out = shlex.quote(f"{next(iter(found.unknown), '')}=")
    asked = f" Say what it is: {ways}. Or leave it out: --kind {out}." if found.unknown else ""
    if len(found.families) > 1:
        first = found.loads[0]
        says = shlex.quote(f"{called(next(iter(first.sheets.values())))}={next(iter(first.sheets))}")
        asked += (
            f" They are of several families ({', '.join(found.families)}): say what one of them is, which imports them "
            f"all, as --kind {says}; or leave some out, with --kind SHEET=."
        )
    return f" The sheets of {Path(source).name} look so: {'; '.join(looks)}.{asked}"


def of_google(
    wb: "Workbench",
    source: str,
    wanted: str | None,
    sheet: str | None,
    layout: "Layout | None",
    progress: "Progress",
) -> Meant:
    """A Google Sheet, read now; of one that is configured its purpose, district and year count where nobody says
    otherwise."""
    from workbench.playbooks import purposes

    try:
        configured = None if is_address(source) else wb.google_sheets.get(source)
    except UnknownGoogleSheet:
        if not is_id(source):
            if wanted is None:
                raise
            return of_file(source, wanted, sheet, layout)  # says that there is no such file
        configured = None
    if configured is None:
        if wanted is not None:
            purposes.form(wanted)  # an unknown name is refused first
        opened = wb.google_sheets.open(source, sheet, layout=layout, progress=progress)
        return Meant(sheets=[opened], dataset=_said(wanted, "" if wanted is not None else _hint(opened, source)))
    opened = wb.google_sheets.open(configured, layout=layout, progress=progress)
    dataset = wanted or purposes.target(configured, opened)
    known = purposes.options(configured, dataset)
    same, template = known["constants"] or {}, known["template"]
    return Meant(sheets=[opened], dataset=dataset, constants=same, window=known["window"], template=template)


def of_salesforce(
    wb: "Workbench", name: str, wanted: str | None, *, missing: bool, progress: "Progress", **how: Any
) -> Meant:
    """The records of an object of Salesforce, read now, as `wb.salesforce.open` is told how; with `missing` those that
    an audit finds missing or stale here, and no sheet where there are none."""
    from workbench.playbooks import PLAYBOOKS, purposes

    dataset = _said(wanted)
    purposes.form(dataset)  # an unknown name is refused first
    playbook = PLAYBOOKS.get(dataset)
    if playbook is not None and playbook.extracts:
        return _of_extract(wb, name, playbook, missing=missing, progress=progress, **how)
    ids = wb.salesforce.audit(name, dataset, limit=None, progress=progress).to_import if missing else None
    if ids == ():
        return Meant(sheets=[], dataset=dataset)
    how = {option: value for option, value in how.items() if option in ("fields", "needed", "deleted", "layout")}
    return Meant(sheets=[wb.salesforce.open(name, ids=ids, progress=progress, **how)], dataset=dataset)


def _of_extract(
    wb: "Workbench",
    name: str,
    playbook: "Playbook",
    *,
    missing: bool,
    said: "Said",
    progress: "Progress",
    layout: "Layout | None",
    fields: list[str] | None,
    **_: Any,
) -> Meant:
    """What a playbook takes of an object: it says which records, and which fields."""
    if fields is not None:
        raise typer.BadParameter(f"{playbook.name} says itself which it reads.", param_hint="--fields")
    extracts = playbook.extracts_of(name)
    if len(extracts) > 1:
        raise SeveralExtracts(playbook=playbook.name, object=name)
    ids = wb.salesforce.audit_playbook(playbook, name, limit=None, progress=progress).to_import if missing else None
    if ids == ():
        return Meant(sheets=[], dataset=playbook.name)
    read = wb.salesforce.read(playbook, extracts[0], said=said, whole=True, ids=ids, layout=layout, progress=progress)
    return Meant(sheets=[read.sheet], dataset=playbook.name, columns=dict(read.columns))


def _said(wanted: str | None, hint: str = "") -> str:
    if wanted is None:
        told = f"say --dataset or --playbook, one of them, or a --template.{hint}"
        raise typer.BadParameter(told, param_hint="import")
    return wanted


def _hint(sheet: "Sheet", source: str) -> str:
    """What a source looks like, and the commands that import it as that, the likeliest first; nothing where it looks
    like nothing."""
    from workbench.datasets import catalog
    from workbench.prepare.recognition import likely

    found = likely(sheet)
    if not found:
        return ""
    told = f" It looks like {found[0][0]}: {found[0][2]}"
    ways = [f"workbench import {shlex.quote(source)} {'-p' if n in catalog.FORMS else '-d'} {n}" for n, _, _ in found]
    return f"{told} {' or: '.join(ways)}"
