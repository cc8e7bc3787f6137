"""Columns that a recipe knows by another name than the file has: said by --renamed, and asked for where it looks so."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from workbench.doors.cli.said import pairs

if TYPE_CHECKING:
    from workbench import Workbench
    from workbench.model.recipe import Recipe
    from workbench.model.sheet import Sheet

Renamed = Annotated[
    list[str] | None,
    typer.Option("--renamed", metavar="HEADER=COLUMN", help="The file calls a column of the recipe HEADER now."),
]


Cleaning = TypeVar("Cleaning", "Recipe", "Recipe | None")


def with_names(recipe: Cleaning, texts: list[str] | None) -> Cleaning:
    """The recipe, if there is one, which begins with the names that were said; raises BadParameter, WrongRecipe."""
    from workbench.prepare.cleaning import renamed

    names = pairs(texts, "--renamed", "HEADER=COLUMN", last=True)
    return renamed(recipe, names) if recipe is not None and names else recipe


def of_template(wb: "Workbench", dataset: str, template: str | None, texts: list[str] | None) -> "Recipe | None":
    """The recipe of a template, or an empty one, with the names that were said; None where none was, and the template's
    own is meant. Raises as `with_names` does, UnknownTemplate."""
    from workbench.model.recipe import Recipe

    if not texts:
        return None
    own = wb.templates.get(dataset, template).mapping.recipe if template is not None else None
    return with_names(own or Recipe(), texts)


def names_asked(recipe: "Recipe | None", sheet: "Sheet") -> Iterator[str]:
    """What to say of columns that the recipe reads and a source, as it came, has not, where one of its own looks like
    it."""
    from workbench.prepare.cleaning import likely, missed, others

    lost = missed(recipe, sheet.headers) if recipe is not None else ()
    if recipe is None or not lost:
        return
    found = likely(lost, others(recipe, sheet.headers), recipe, sheet.sample())
    for was, now in found.items():
        yield f"{was} is not there, and {now} looks like it. If it is: --renamed '{now}={was}'"
