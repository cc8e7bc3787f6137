"""The command that imports: read, map, validate, plan, write, reconcile."""

from collections.abc import Mapping as Pairs
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.doors.cli import loading, printing, sources
from workbench.doors.cli.command import DONE, Asked, command, warn
from workbench.doors.cli.ending import committed, end
from workbench.doors.cli.remedies import with_command
from workbench.doors.cli.renaming import Renamed, names_asked, of_template, with_names
from workbench.doors.cli.said import (
    AnySource,
    DateOrders,
    Decimals,
    OnConflict,
    RecipeFile,
    SkipErrors,
    Worksheet,
    forms_said,
    pairs,
    recipe_said,
    value_maps,
)
from workbench.model.batch import Batch
from workbench.model.contract import OnEdit
from workbench.model.errors import EmptyExport, NoRows, TemplateChanged, WorkbenchError
from workbench.model.noticed import Noticed
from workbench.model.salesforce import object_of
from workbench.model.template import Mapping, as_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from workbench import Workbench
    from workbench.model.recipe import Recipe
    from workbench.model.sheet import Layout, Sheet
    from workbench.model.template import Template
    from workbench.workbench import Given


def add_to(app: typer.Typer) -> None:
    """Adds this command."""
    command(app, "import")(import_)


def import_(
    asked: Asked,
    source: AnySource,
    dataset: Annotated[
        str | None, typer.Option("--dataset", "-d", help="What it holds, e.g. elevate.students.")
    ] = None,
    playbook: Annotated[
        str | None,
        typer.Option(
            "--playbook", "-p", help="How it becomes several datasets, e.g. elevate.learners; see `playbooks`."
        ),
    ] = None,
    template: Annotated[str | None, typer.Option(help="A saved template, by its name; it knows its dataset.")] = None,
    columns: Annotated[
        list[str] | None, typer.Option("--map", metavar="HEADER=FIELD", help="A column's field; HEADER= leaves it out.")
    ] = None,
    values: Annotated[
        list[str] | None, typer.Option("--value-map", metavar="FIELD:TEXT=VALUE", help="What a text means.")
    ] = None,
    constants: Annotated[
        list[str] | None, typer.Option("--set", metavar="FIELD=VALUE", help="A field's value in every row without one.")
    ] = None,
    clears: Annotated[
        list[str] | None, typer.Option("--clear", metavar="FIELD", help="A blank cell erases what is stored.")
    ] = None,
    date_orders: DateOrders = None,
    decimals: Decimals = None,
    lenient: Annotated[
        list[str] | None,
        typer.Option("--lenient", metavar="FIELD", help="A wrong cell costs that cell alone, with a warning."),
    ] = None,
    repairs: Annotated[
        list[str] | None,
        typer.Option("--repair", metavar="FIELD", help="Repair letters that were read in a wrong encoding."),
    ] = None,
    sheet: Worksheet = None,
    kinds: Annotated[
        list[str] | None,
        typer.Option(
            "--kind",
            metavar="SHEET=DATASET",
            help="What a worksheet, or a file of an archive, is; SHEET= leaves it out.",
        ),
    ] = None,
    fields: Annotated[
        str | None,
        typer.Option(metavar="NAME,NAME", help="Of Salesforce: the fields to read, where not all of the object's."),
    ] = None,
    with_deleted: Annotated[
        bool, typer.Option("--with-deleted", help="Of Salesforce: what is deleted or was merged there, too.")
    ] = False,
    missing: Annotated[
        bool, typer.Option("--missing", help="Of Salesforce: only what an audit finds missing or stale here.")
    ] = False,
    layout: "Layout | None" = None,
    mode: Annotated[str | None, typer.Option(help="upsert, insert, update, skip, replace or preserve.")] = None,
    window: Annotated[str | None, typer.Option(help="The import's date range or academic year.")] = None,
    notes: Annotated[str, typer.Option(help="For the import log.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Stop at the plan; write no record.")] = False,
    skip_errors: SkipErrors = False,
    on_conflict: Annotated[
        OnConflict | None,
        typer.Option(help="Rows of one key that contradict each other: the first counts, the last, or hold them."),
    ] = None,
    on_edit: Annotated[
        OnEdit | None,
        typer.Option(help="What somebody edited in a record since the last import: keep it, or overwrite it."),
    ] = None,
    holds: Annotated[
        list[str] | None,
        typer.Option("--hold-on", metavar="CODE", help="A warning whose rows wait: same_id, another_name."),
    ] = None,
    limits: Annotated[
        list[str] | None,
        typer.Option(
            "--limit",
            metavar="WHAT=LIMIT",
            help="Ask a person before more change: created, updated, removed, FIELD.blanked, FIELD.changed, "
            "FIELD.missing = 50, 20%, '5 and 20%' or none.",
        ),
    ] = None,
    expect: Annotated[
        list[str] | None,
        typer.Option(
            "--expect",
            metavar="TOTAL=NUMBER",
            help="What the file has to come to, as somebody else says: rows=2240, or a control total of the dataset.",
        ),
    ] = None,
    allow_empty: Annotated[
        bool, typer.Option("--allow-empty", help="A file without rows is meant to remove every record it could name.")
    ] = False,
    recipe: RecipeFile = None,
    renamed: Renamed = None,
    save_template: Annotated[
        str | None, typer.Option("--save-template", metavar="NAME", help="Keep the mapping under a name.")
    ] = None,
) -> int:
    """Import a source: read, map, validate, plan, write, reconcile."""
    mapped = pairs(columns, "--map", "HEADER=FIELD", last=True)
    every_row = pairs(constants, "--set", "FIELD=VALUE")
    meanings = value_maps(values)
    asked_limits = pairs(limits, "--limit", "WHAT=LIMIT")
    forms = forms_said(date_orders, decimals)
    salesforce = object_of(source)
    if salesforce is None and (fields is not None or with_deleted or missing):
        raise typer.BadParameter("they are of salesforce: sources.", param_hint="--fields, --with-deleted, --missing")
    if missing and mode == "replace":
        raise typer.BadParameter("what is missing replaces nothing.", param_hint="--missing")
    google = salesforce is None and sources.may_be_google(source)
    _refuse_both(dataset, playbook)
    wanted = playbook or dataset or (_dataset_of(asked, template) if template is not None else None)
    if kinds and (google or salesforce):
        raise typer.BadParameter("it is of files with several sheets.", param_hint="--kind")
    cleans, meant = with_names(recipe_said(recipe), renamed), None
    if not (google or salesforce):
        said_kinds = pairs(kinds, "--kind", "SHEET=DATASET")
        meant = sources.of_file(source, wanted, sheet, layout, lambda: _templates(asked), said_kinds, recipe=cleans)
    with asked.open() as wb:
        if salesforce is not None:
            sources.refuse_worksheet(sheet)
            from workbench.model.extracted import Said

            only = [name.strip() for name in fields.split(",") if name.strip()] if fields is not None else None
            needed = [header for header, field in mapped.items() if field]
            saved = wb.templates.get(wanted, template) if template is not None and wanted is not None else None
            if saved is not None and only is None and not sources.is_extract(wanted):
                only = [*saved.mapping.columns] if (cleans or saved.mapping.recipe) is None else None
            more = {"values": meanings, "set": every_row, "clear": clears, "forms": forms, "lenient": lenient}
            more |= {"repair": repairs, "mode": mode, "window": window}
            with asked.progress() as progress:
                meant = sources.of_salesforce(
                    wb,
                    salesforce,
                    wanted,
                    fields=only,
                    needed=needed,
                    deleted=with_deleted,
                    said=Said(template=saved, columns=mapped, more={name: one for name, one in more.items() if one}),
                    missing=missing,
                    layout=layout,
                    progress=progress,
                )
            if not meant.sheets:
                return _complete(asked, source)
            mode = mode or ("upsert" if missing else None)
        elif meant is None:
            with asked.progress() as progress:
                meant = sources.of_google(wb, source, wanted, sheet, layout, progress)
        wanted, template = meant.dataset, _recognised(asked, wb, meant, template)
        cleans = cleans if cleans is not None else of_template(wb, wanted, template, renamed)

        said = {
            "columns": mapped if meant.columns is None else meant.columns,
            "value_maps": meanings,
            "constants": meant.constants | every_row,
            "clears": tuple(clears or ()),
            "forms": forms,
            "lenient": lenient,
            "repairs": repairs,
            "limits": asked_limits,
            "expected": pairs(expect, "--expect", "TOTAL=NUMBER", last=True),
            "mode": mode,
            "window": window or meant.window,
            "notes": notes,
            "source": "cli",
            "dry_run": dry_run,
            "skip_errors": skip_errors,
            "on_conflict": on_conflict,
            "on_edit": on_edit,
            "holds": tuple(holds or ()),
            "allow_empty": allow_empty,
            "recipe": cleans,
        }
        unread = [] if meant.columns is None else [header for header, field in mapped.items() if not field]
        one = partial(_one, asked, wb, save_template=save_template, unread=unread)
        if meant.loads is not None:
            if save_template is not None:
                raise typer.BadParameter("its sheets have a template each.", param_hint="--save-template")
            if cleans is not None:
                raise typer.BadParameter("it is for one sheet, and these are several.", param_hint="--recipe")
            return loading.end(asked, wb, source, meant.loads, said, one, partial(end, asked, wb))
        if not meant.separately:
            return _end_one(asked, wb, source, lambda: one(meant.given or meant.sheets, wanted, template, said))
        return _end_all(asked, wb, source, meant.sheets, lambda sheet: one([sheet], wanted, template, said))


def _recognised(asked: Asked, wb: "Workbench", meant: sources.Meant, template: str | None) -> str | None:
    """Tells of which files nothing is read, and as what a source was recognised that nobody has named. The template:
    what was said, else the saved one that was plainly made of a source with these columns."""
    from workbench.prepare.recognition import template_of

    if meant.no_tables and not asked.json:
        printing.say(asked, f"Nothing is read of: {', '.join(meant.no_tables)}.", "")
    if not meant.recognised:
        return template or meant.template
    if meant.loads is not None:
        if not asked.json:
            printing.say(asked, meant.recognised, "")
        return None
    saved = template_of(meant.sheets[0], wb.templates.all(meant.dataset)) if template is None else None
    used = f"Its columns are those of the template {saved.name}, which is used." if saved is not None else ""
    if not asked.json:
        printing.say(asked, *filter(None, (meant.recognised, used)), "")
    return saved.id if saved is not None else template


def _end_one(asked: Asked, wb: "Workbench", source: str, begun: "Callable[[], Batch]") -> int:
    """The end of one import; of a program's export without a record there is none, and that is no error."""
    try:
        return end(asked, wb, begun())
    except EmptyExport as nothing:
        if asked.json:
            asked.answer({"source": source, "records": 0, "told": str(nothing)})
        else:
            printing.say(asked, str(nothing))
        return DONE


def _end_all(
    asked: Asked, wb: "Workbench", source: str, sheets: "Sequence[Sheet]", one: "Callable[[Sheet], Batch]"
) -> int:
    """The end of several imports of one source, each told by itself. One without a row is left out, as long as another
    has some; one that is refused is the last, and those behind it are named."""
    status, documents, written = DONE, list[object](), 0
    for place, sheet in enumerate(sheets, start=1):
        try:
            batch = one(sheet)
        except NoRows as nothing:
            if place == len(sheets) and not written:
                raise
            printing.say(asked, f"Left out: {nothing}", "")
            documents.append({"source": sheet.name, "records": 0, "told": str(nothing)})
            continue
        except WorkbenchError:
            if place < len(sheets):
                behind = ", ".join(each.name for each in sheets[place:])
                printing.say(asked, f"Not begun, behind {sheet.name}: {behind}.")
            raise
        written += 1
        status = max(status, printing.status(wb, batch) if asked.json else end(asked, wb, batch))
        documents.append(printing.document(wb, batch) if asked.json else None)
        printing.say(asked, "")
    if asked.json:
        asked.answer({"source": source, "imports": documents})
    return status


def _one(
    asked: Asked,
    wb: "Workbench",
    given: "Given",
    wanted: str,
    template: str | None,
    said: "Pairs[str, Any]",
    *,
    save_template: str | None = None,
    unread: "Sequence[str]" = (),
) -> Batch:
    """One import, as far as it comes: staged, planned and, unless it is a dry run, written or held. What is `said` are
    the options of `Workbench.stage`; a saved template knows the columns that were left `unread`."""
    save_template = as_name(save_template) if save_template is not None else None
    seen = wb.templates.named(save_template, wanted) if save_template is not None else None
    given = _cleaned(wb, given, wanted, template, said["recipe"])
    sheets = loading.sheets_of(given)
    _warn_of_same_file(wb, sheets[0], wanted)
    with asked.progress() as progress:
        staged = wb.stage(given, wanted, template=template, progress=progress, **said)
        planned = wb.plan(staged, progress=progress).batch
    if save_template is not None:
        try:
            wb.templates.save(save_template, wanted, _kept(staged, unread), seen=seen)
        except TemplateChanged as refusal:
            warn(with_command(refusal, asked.again))
            save_template = None
    if not asked.json:
        _tell_reading(asked, wb, sheets, planned, template)
        printing.facts(asked, [("Template", f"saved as {save_template}" if save_template else "")])
        printing.removals(asked, wb, planned)
    return planned if said["dry_run"] else committed(asked, wb, planned, said["skip_errors"])


def _kept(batch: Batch, unread: "Iterable[str]") -> Mapping:
    """The mapping of a batch as a template keeps it, with columns that were left `unread` among those left out."""
    from workbench.prepare.cleaning import mapping_of

    kept = mapping_of(batch)
    return replace(kept, left_out=tuple(dict.fromkeys((*kept.left_out, *unread))))


def _cleaned(wb: "Workbench", given: "Given", dataset: str, template: str | None, recipe: "Recipe | None") -> "Given":
    """One sheet as its import cleans it; of several each is cleaned by its own template."""
    from workbench.playbooks import PLAYBOOKS

    sheets = loading.sheets_of(given)
    if len(sheets) > 1 or isinstance(given, Pairs) or (dataset in PLAYBOOKS and PLAYBOOKS[dataset].form is None):
        return given
    return wb.cleaned(sheets[0], dataset, template=template, recipe=recipe)


def _refuse_both(dataset: str | None, playbook: str | None) -> None:
    """Raises BadParameter for a dataset and a playbook, UnknownPlaybook."""
    from workbench.playbooks import playbook as playbook_of

    if dataset is not None and playbook is not None:
        raise typer.BadParameter("say --dataset or --playbook, one of them.", param_hint="import")
    if playbook is not None:
        playbook_of(playbook)


def _complete(asked: Asked, source: str) -> int:
    """Nothing is missing, so there is nothing to import."""
    if asked.json:
        asked.answer({"source": source, "complete": True})
    else:
        printing.say(asked, f"Complete: nothing of {source} is missing or stale here.")
    return DONE


def _templates(asked: Asked) -> "Sequence[Template]":
    """The saved templates."""
    with asked.open() as wb:
        return wb.templates.all()


def _dataset_of(asked: Asked, template: str) -> str:
    """What the template of that name is of."""
    with asked.open() as wb:
        return wb.templates.dataset(template)


def _warn_of_same_file(wb: "Workbench", sheet: "Sheet", dataset: str) -> None:
    earlier = wb.batches.same_file(sheet, dataset)
    if earlier is not None:
        warn(printing.same_file((sheet.package or sheet).name, earlier))


def _tell_reading(asked: Asked, wb: "Workbench", sheets: "Sequence[Sheet]", batch: Batch, template: str | None) -> None:
    parts = [part for part in wb.batches.parts(batch) if not part.derived]
    if parts:
        printing.facts(asked, [("Source", batch.file_name)])
        package = batch.reading.get("package", {})
        printing.say(asked, *(f"  {said}" for said in (package.get("sentence"), *package.get("told", ())) if said))
        for part in parts:
            printing.heading(asked, f"{part.reading['sheet'] or part.file_name}: {part.dataset}")
            printing.facts(asked, printing.mapped(part))
            told = (*part.reading.get("warnings", ()), *printing.kept_left_out(part))
            printing.say(asked, *(f"  {sentence}" for sentence in told))
            printing.noticed(asked, part.dataset, Noticed.from_dict(part.summary.get("noticed", {})))
        read = {part.reading["sheet"] or part.file_name for part in parts}
        left = [name for name in (sheet.reading.sheet or sheet.name for sheet in sheets) if name not in read]
        if left and not package:
            printing.say(asked, "", f"Left out, as no dataset of {batch.dataset}: {', '.join(left)}.")
        printing.say(asked, "")
        return
    sheet = sheets[0]
    printing.facts(asked, [("Source", f"{sheet.name} ({printing.reading(sheet)})"), *printing.mapped(batch)])
    ignored = Mapping.from_dict(batch.mapping).not_imported(batch.mapped_headers)
    for said in wb.suggest(sheet, batch.dataset, template=template) if ignored else ():
        if said.header in ignored and said.field is not None:
            printing.say(asked, f"  {said.header} {said.reason}. To import it: --map '{said.header}={said.field}'")
    for each in names_asked(sheet.recipe, sheet.came) if sheet.came is not None else ():
        printing.say(asked, f"  {each}")
    warnings = (each for each in sheet.reading.warnings if each in batch.reading["warnings"])
    for warning in (*warnings, *printing.kept_left_out(batch)):
        printing.say(asked, f"  {warning}")
    printing.noticed(asked, batch.dataset, Noticed.from_dict(batch.summary.get("noticed", {})))
