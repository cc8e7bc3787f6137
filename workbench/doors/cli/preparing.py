"""Commands that come before an import: demo, datasets, template, templates, read, suggest, profile."""

import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.doors.cli import printing, sources
from workbench.doors.cli.command import Asked, command, plain, warn
from workbench.doors.cli.said import FileOrObject, RecipeFile, Worksheet, recipe_said
from workbench.model.contract import Contract
from workbench.model.noticed import Noticed
from workbench.model.template import Mapping
from workbench.model.wording import many

if TYPE_CHECKING:
    from workbench.model.playbook import Playbook
    from workbench.model.sheet import Layout, Sheet, Tally

Dataset = Annotated[str, typer.Argument(metavar="DATASET", help="E.g. elevate.students.")]
MaybeDataset = Annotated[str | None, typer.Argument(metavar="[DATASET]", help="E.g. elevate.students.")]
Output = Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write to a file.")]


def add_to(app: typer.Typer) -> None:
    """Adds these commands."""
    command(app, "demo")(demo)
    command(app, "datasets")(datasets)
    command(app, "playbooks")(playbooks)
    command(app, "template")(template)
    command(app, "templates")(templates)
    command(app, "read")(read)
    command(app, "suggest")(suggest)
    command(app, "profile")(profile)


def demo(asked: Asked) -> None:
    """Import the shipped samples, from start to finish."""
    from workbench.doors.demo import STUDENT, new_tenant, steps

    tenant = asked.tenant or new_tenant()
    told: list[dict[str, Any]] = []
    with asked.open(tenant) as wb:
        for number, step in enumerate(steps(wb), start=1):
            if step.earlier is not None:
                warn(printing.same_file(step.batch.file_name, step.earlier))
            told.append({"step": step.title, **printing.document(wb, step.batch)})
            if not asked.json:
                printing.heading(asked, f"{number}. {step.title}")
                printing.say(asked, step.story)
                printing.outcome(asked, wb, step.batch)
        if asked.json:
            asked.answer({"tenant": tenant, "home": str(wb.settings.home), "steps": told})
            return
        printing.heading(asked, "What you can do now")
        changed = next(printing.short(batch.id) for batch in wb.batches.all() if batch.updated)
        for what, words in (
            ("Look at the imports", ("batches",)),
            ("See what became of every row", ("rows", changed)),
            ("See a student, and every import that touched them", ("record", "elevate.students", STUDENT)),
            ("Take the import back that changed students", ("undo", changed)),
        ):
            printing.say(asked, f"{what}:", f"  {asked.again(*words, tenant=tenant)}")
        own = asked.again("import", "FILE", "--dataset", "elevate.students")
        printing.say(asked, "Import a file of your own:", f"  {own}")
        printing.say(asked, "Open the data docs, at the addresses above, in a browser.")


def datasets(asked: Asked, dataset: MaybeDataset = None) -> None:
    """List the datasets, or print one's field guide."""
    from workbench.datasets.catalog import contract, contracts, needs
    from workbench.derived.field_guide import field_guide

    if dataset is not None:
        known = contract(dataset)
        guide = field_guide(known)
        if asked.json:
            asked.answer({**_described(known), "guide": guide})
        elif asked.out.is_terminal:
            from rich.markdown import Markdown

            asked.out.print(Markdown(guide))
        else:
            print(guide, end="")
        return
    if asked.json:
        asked.answer([_described(known) for known in contracts()])
        return
    made = printing.table("Dataset", "Title", "Key", "Import it after", "Modes")
    for known in contracts():
        made.add_row(known.name, known.title, ", ".join(known.key), ", ".join(needs(known)), ", ".join(known.modes))
    printing.tell(asked, made)


def playbooks(
    asked: Asked,
    playbook: Annotated[str | None, typer.Argument(metavar="[PLAYBOOK]", help="E.g. elevate.learners.")] = None,
) -> None:
    """List the playbooks, or print one's columns and datasets."""
    from workbench.derived.field_guide import playbook_guide
    from workbench.playbooks import PLAYBOOKS
    from workbench.playbooks import playbook as playbook_

    if playbook is not None:
        known = playbook_(playbook)
        if asked.json:
            asked.answer({**_playbook(known), "guide": playbook_guide(known)})
        else:
            print(playbook_guide(known), end="")
        return
    if asked.json:
        asked.answer([_playbook(known) for known in PLAYBOOKS.values()])
        return
    made = printing.table("Playbook", "What it takes", "Datasets, in the order of import")
    for known in PLAYBOOKS.values():
        made.add_row(known.name, known.about, ", ".join(known.datasets))
    printing.tell(asked, made)


def _playbook(known: "Playbook") -> dict[str, Any]:
    return {
        "playbook": known.name,
        "title": known.title,
        "about": known.about,
        "columns": [field.name for field in known.form.fields] if known.form is not None else None,
        "datasets": list(known.datasets),
        "extracts": [{"object": each.object, "where": each.where} for each in known.extracts],
        "figures": [*(each.name for each in known.figures), *(each.name for each in known.breakdowns)],
    }


def template(asked: Asked, dataset: Dataset, output: Output = None) -> None:
    """Print a CSV file to fill in, with examples."""
    from workbench.datasets.catalog import contract
    from workbench.derived.csv_template import MARK, csv_template
    from workbench.sources.csv_writer import save_text

    text = csv_template(contract(dataset))
    if output is not None:
        save_text(MARK + text, output)
    if asked.json:
        asked.answer({"dataset": dataset, "file": str(output) if output else None, "csv": text})
    elif output is not None:
        printing.say(asked, f"{output} is written.")
    else:
        print(text, end="")


def templates(asked: Asked, dataset: MaybeDataset = None) -> None:
    """List the saved templates, the tenant's own first."""
    from dataclasses import asdict

    from workbench.model.recipe import steps_in_words

    with asked.open() as wb:
        saved = wb.templates.all(dataset)
    if asked.json:
        asked.answer([{**asdict(one), "mapping": one.mapping.to_dict()} for one in saved])
        return
    made = printing.table("Template", "Dataset", "Whose", "Mapping")
    for one in saved:
        columns = ", ".join(f"{header} → {field}" for header, field in one.mapping.columns.items())
        if one.mapping.recipe is not None:
            columns = f"cleaned by {steps_in_words(one.mapping.recipe)}; {columns}"
        if one.unusable:
            columns = f"this version cannot use it. {one.unusable}"
        made.add_row(plain(one.name), one.dataset, "everybody's" if one.is_global else "the tenant's", plain(columns))
    printing.tell(asked, made)


def read(
    asked: Asked, source: FileOrObject, output: Output = None, sheet: Worksheet = None, layout: "Layout | None" = None
) -> None:
    """Print what the reader understood, as clean CSV."""
    from workbench.sources.csv_writer import save_csv, write_csv

    opened = sources.opened(asked, source, sheet, layout)
    if output is not None:
        counted = save_csv(opened, output)
    elif asked.json:
        counted = opened.tally()
    else:
        with tempfile.TemporaryFile() as whole:  # nothing is printed of a source that cannot be read to its end
            counted = write_csv(opened, whole)
            whole.seek(0)
            sys.stdout.flush()
            shutil.copyfileobj(whole, sys.stdout.buffer)
            sys.stdout.buffer.flush()
    if asked.json:
        asked.answer({"source": source, **_reading(opened, counted), "output": str(output) if output else None})
        return
    said = f"{opened.name}: {printing.reading(opened)}, {many(counted.rows, 'row')}"
    blank = f", {many(counted.blank_rows, 'blank row')} ignored" if counted.blank_rows else ""
    warn(f"{said}{blank}.")
    for warning in (*opened.reading.warnings, *printing.left_out(opened.reading, counted)):
        warn(warning)


def suggest(
    asked: Asked,
    source: FileOrObject,
    dataset: Dataset,
    template: Annotated[str | None, typer.Option(help="A saved template, by its name.")] = None,
    recipe: RecipeFile = None,
    sheet: Worksheet = None,
    layout: "Layout | None" = None,
) -> None:
    """Show which field each column would fill, and why."""
    from dataclasses import asdict

    from workbench.datasets.catalog import contract
    from workbench.prepare import drift, forms
    from workbench.prepare.cleaning import without_removed
    from workbench.prepare.columns import noticed, unknown_choices
    from workbench.prepare.header_change import in_words

    known = contract(dataset)
    opened = sources.opened(asked, source, sheet, layout)
    cleans = recipe_said(recipe)
    with asked.open() as wb:
        opened = without_removed(wb.cleaned(opened, dataset, template=template, recipe=cleans))
        said = wb.suggest(opened, dataset, template=template)
        saved = wb.templates.get(dataset, template).mapping if template else Mapping()
        changed = wb.sources.header_change(opened, dataset, template) if template else None
    values, found = unknown_choices(opened, known, said), noticed(opened, known, said).to_dict()
    filled = {one.header: one.field for one in said if one.sure and one.field}
    written = forms.decide(opened, known, replace(saved, columns=filled))
    strange = drift.strangers(opened.spread(), known, filled, saved.value_maps)
    if asked.json:
        columns = [{**one.to_dict(), "sure": one.sure} for one in said]
        told: dict[str, Any] = {"values": values, "noticed": found, "forms": [column.to_dict() for column in written]}
        told |= {"strangers": [asdict(one) for one in strange], "changed": changed}
        asked.answer({"source": source, "dataset": dataset, "columns": columns, **told})
        return
    made = printing.table("Column", "Field", ">Score", "Used", "Reason")
    for one in said:
        used = "yes" if one.sure else "if you say so" if one.field else "no"
        made.add_row(plain(one.header), one.field or "", f"{one.score:.2f}", used, plain(one.reason))
    printing.tell(asked, made)
    unsure = [f"--map '{one.header}={one.field}'" for one in said if one.field and not one.sure]
    pairs = ((field, text, to or "...") for field, texts in values.items() for text, to in texts.items())
    meant = [f"--value-map '{field}:{text}={to}'" for field, text, to in pairs]
    other = in_words(changed) if changed else ""
    if other or strange:
        told_of = f"The columns are not those of the template ({other})." if other else ""
        printing.say(asked, "", *filter(None, (told_of, *(f"{one.said}." for one in strange))))
    if written:
        printing.say(asked, "", *(column.question or column.said for column in written))
    open_ = [column.options for column in written if column.is_open]
    if unsure or meant or open_:
        options = (*unsure, *meant[:20], *open_)
        printing.say(asked, "", "To say so, add to the import:", *(f"  {option}" for option in options))
    if found:
        printing.say(asked, "", "In the first rows:")
        printing.noticed(asked, dataset, Noticed.from_dict(found))


def profile(
    asked: Asked,
    source: FileOrObject,
    recipe: RecipeFile = None,
    sheet: Worksheet = None,
    layout: "Layout | None" = None,
) -> None:
    """Show what stands in each column."""
    from workbench.prepare.cleaning import as_recipe_says
    from workbench.prepare.profile import profile as profile_

    found = profile_(as_recipe_says(sources.opened(asked, source, sheet, layout), recipe_said(recipe)))
    if asked.json:
        asked.answer(found.to_dict())
        return
    printing.say(asked, f"{found.source}: {many(found.rows, 'row')}")
    made = printing.table("Column", "Type", ">Filled", ">Distinct", "From", "To", "Examples")
    for column in found.columns:
        distinct = f"{column.distinct:,}" if column.distinct_exact else f"at least {column.distinct:,}"
        texts = (column.minimum, column.maximum, ", ".join(column.examples))
        type_ = f"{column.type}, {column.form}" if column.form else column.type
        made.add_row(plain(column.name), plain(type_), f"{column.fill:.0%}", distinct, *map(plain, texts))
    printing.tell(asked, made)


def _described(known: Contract) -> dict[str, Any]:
    from dataclasses import asdict

    from workbench.datasets.catalog import needs

    return {**asdict(known), "dataset": known.name, "needs": needs(known)}


def _reading(sheet: "Sheet", counted: "Tally") -> dict[str, Any]:
    from dataclasses import asdict

    from workbench.model.sheet import all_left_out

    return {
        **asdict(sheet.reading),
        "headers": sheet.headers,
        "rows": counted.rows,
        "blank_rows": counted.blank_rows,
        "left_out": [each.to_dict() for each in all_left_out(sheet.reading, counted)],
        "checksum": sheet.checksum,
        "bytes": sheet.size,
    }
