"""The command that cleans a file by a recipe: clean."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.doors.cli import printing, sources
from workbench.doors.cli.command import DONE, NEEDS_A_PERSON, Asked, command, plain, warn
from workbench.doors.cli.preparing import Output
from workbench.doors.cli.renaming import Renamed, names_asked, with_names
from workbench.doors.cli.said import FileOrObject, Worksheet
from workbench.model.wording import many

if TYPE_CHECKING:
    from workbench.model.recipe import Done, Recipe
    from workbench.model.sheet import Chunk, Layout, Sheet, Tally


def add_to(app: typer.Typer) -> None:
    """Adds the command."""
    command(app, "clean")(clean)


def clean(
    asked: Asked,
    source: FileOrObject,
    recipe: Annotated[Path, typer.Option("--recipe", metavar="FILE", help="The steps, as JSON.")],
    output: Output = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what each step would do, and write nothing.")] = False,
    remember: Annotated[
        bool,
        typer.Option("--remember", help="Keep in the recipe what its steps did: the next file is compared with that."),
    ] = False,
    renamed: Renamed = None,
    sheet: Worksheet = None,
    layout: "Layout | None" = None,
) -> int:
    """Clean a file by a recipe, write it as CSV, and say what each step did."""
    from workbench.prepare.cleaning import cleaned, drifts, without_removed
    from workbench.sources.csv_writer import save_csv
    from workbench.sources.recipe_file import read_recipe, save_recipe

    if (output is None) != dry_run:
        raise typer.BadParameter("say where to write it (-o), or that it is only asked (--dry-run).")
    if output is not None and output.exists() and Path(source).exists() and output.samefile(source):
        raise typer.BadParameter("would be written over its source, which stays as it came.", param_hint="-o")
    steps = with_names(read_recipe(recipe), renamed)
    opened = sources.opened(asked, source, sheet, layout)
    written = _Written(sheet=without_removed(cleaned(opened, steps)))
    tally = save_csv(written.counted, output) if output is not None else written.counted.tally()
    if remember:
        save_recipe(steps.expecting(tally.steps, tally.rows), recipe)
    drift = list(drifts(steps, tally.steps, tally.rows))
    told = (*opened.reading.warnings, *printing.left_out(opened.reading, tally))
    if asked.json:
        done = [{**asdict(each), "step": each.step + 1, "sentence": text} for each, text in _told(steps, tally)]
        said = [{"step": each.step + 1, "code": each.code, "message": each.message} for each in drift]
        counts = {"rows": tally.rows, "written": written.rows if output is not None else 0}
        asked.answer(
            {"source": source, "recipe": str(recipe), "output": str(output) if output else None, **counts}
            | {"warnings": told, "steps": done, "drift": said, "remembered": remember}
        )
        return NEEDS_A_PERSON if any(each.holds for each in drift) else DONE
    made = printing.table("Step", "What it does", ">Looked at", ">Changed")
    for each, text in _told(steps, tally):
        made.add_row(str(each.step + 1), plain(text), f"{each.rows:,}", f"{each.changed:,}")
    printing.tell(asked, made)
    where = f"{many(written.rows)} in {output}" if output is not None else f"{many(written.rows)} would be left"
    printing.say(asked, "", f"{opened.name}: {many(tally.rows)}, {where}.")
    for sentence in (*told, *(one.message for one in drift), *names_asked(steps, opened)):
        warn(sentence)
    return NEEDS_A_PERSON if any(each.holds for each in drift) else DONE


@dataclass(kw_only=True)
class _Written:
    """A sheet, and how many rows of it were read."""

    sheet: "Sheet"
    rows: int = 0

    @property
    def counted(self) -> "Sheet":
        """The sheet, counted while it is read."""

        def read(tally: "Tally") -> "Iterator[Chunk]":
            for chunk in self.sheet.chunks(tally):
                self.rows += len(chunk)
                yield chunk

        return replace(self.sheet, read=read)


def _told(recipe: "Recipe", tally: "Tally") -> "Iterator[tuple[Done, str]]":
    from workbench.prepare.cleaning import sentence

    for each in tally.steps:
        yield each, sentence(recipe.steps[each.step])
